"""Training: initial values, optimisers, learning-rate schedules, and the loop that uses them.

Every random number comes from a generator that is passed in, so a run can be repeated, here and on torch.

Lecture: notebooks 05 to 07, 10 and 11.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike
from tqdm import tqdm

from coursepkg import autodiff
from coursepkg.autodiff import Flat, Tensor
from coursepkg.threshold import Layers

Schedule = Callable[[int], float]
"""A learning rate for each step, counted from 0."""

# For each scheme: a distribution, and its variance from fan_in and fan_out. "standard" is that of torch's
# nn.Linear, U(-1, 1) / sqrt(fan_in).
SCHEMES = {
    "standard": ("uniform", lambda fan_in, fan_out: 1 / (3 * fan_in)),
    "lecun": ("normal", lambda fan_in, fan_out: 1 / fan_in),
    "glorot": ("uniform", lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    "glorot_normal": ("normal", lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
    "he": ("normal", lambda fan_in, fan_out: 2 / fan_in),
    "he_uniform": ("uniform", lambda fan_in, fan_out: 2 / fan_in),
}

ACTIVATIONS = ("identity", "relu", "leaky_relu", "tanh", "sigmoid")
"""The activations of an `MLP`."""


def init_weights(
    fan_in: int, fan_out: int, scheme: str, rng: np.random.Generator, dtype: DTypeLike = float
) -> np.ndarray:
    """Return the initial weights of one layer.

    Lecture: notebook 10; "he" in notebook 11.

    Parameters
    ----------
    fan_in, fan_out : int, at least 1
        Number of inputs and outputs.
    scheme : str
        A name in `SCHEMES`, or "orthogonal" for a matrix whose shorter side has orthonormal vectors.
    rng : numpy.random.Generator
        Where the random numbers come from.
    dtype : float64 or float32
        The type of the weights.

    Returns
    -------
    ndarray of float, shape (fan_in, fan_out)
        The weights, with mean 0.

    Raises
    ------
    ValueError
        If there is no such scheme, or a size is less than 1.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). AISTATS, PMLR 9, 249-256.
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). ICCV, 1026-1034. arXiv:1502.01852.
    Saxe, A. M., McClelland, J. L., & Ganguli, S. (2014). ICLR. arXiv:1312.6120.

    Examples
    --------
    >>> W = init_weights(3, 5, "orthogonal", np.random.default_rng(0))
    >>> np.allclose(W @ W.T, np.eye(3))
    True
    """
    if fan_in < 1 or fan_out < 1:
        raise ValueError(
            f"init_weights: expected sizes of at least 1, got fan_in={fan_in}, fan_out={fan_out}"
        )
    if scheme == "orthogonal":
        Q, R = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
        Q = Q * np.sign(np.diag(R))  # makes the distribution uniform over the orthogonal matrices
        return (Q if fan_in >= fan_out else Q.T).astype(dtype)
    if scheme not in SCHEMES:
        raise ValueError(
            f"init_weights: expected a scheme among {', '.join(SCHEMES)} and orthogonal, got {scheme!r}"
        )
    kind, variance = SCHEMES[scheme]
    std = np.sqrt(variance(fan_in, fan_out))
    if kind == "uniform":
        return rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, (fan_in, fan_out)).astype(dtype)
    return (std * rng.standard_normal((fan_in, fan_out))).astype(dtype)


def init_layers(
    sizes: Sequence[int],
    scheme: str,
    rng: np.random.Generator,
    dtype: DTypeLike = float,
    random_bias: bool = False,
) -> Layers:
    """Return the initial layers of a multi-layer perceptron.

    Lecture: notebooks 07, 10 and 11.

    Parameters
    ----------
    sizes : sequence of int
        ``n_in``, the hidden widths, and the number of outputs.
    scheme : str
        As for `init_weights`.
    rng : numpy.random.Generator
        Where the random numbers come from.
    dtype : float64 or float32
        The type of the parameters.
    random_bias : bool
        Draw biases from U(-1, 1) / sqrt(fan_in), as torch does; zeros otherwise.

    Returns
    -------
    Layers
        Pairs ``(W, b)``, shapes (fan_in, fan_out) and (fan_out,).

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one is less than 1, or there is no such scheme.

    Examples
    --------
    >>> layers = init_layers([2, 3, 1], "glorot", np.random.default_rng(0))
    >>> [W.shape for W, b in layers]
    [(2, 3), (3, 1)]
    """
    if len(sizes) < 2:
        raise ValueError(
            f"init_layers: expected n_in, widths and n_out, at least two sizes, got {list(sizes)}"
        )
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        W = init_weights(fan_in, fan_out, scheme, rng, dtype)
        b = rng.uniform(-1, 1, fan_out) / np.sqrt(fan_in) if random_bias else np.zeros(fan_out)
        layers.append((W, b.astype(dtype)))
    return layers


class MLP:
    """A multi-layer perceptron whose parameters are Tensors.

    Lecture: notebook 07; trained from notebook 08 on.

    Parameters
    ----------
    layers : Layers
        Initial values; they are copied.
    activation : str
        The activation of the hidden layers, one of `ACTIVATIONS`.

    Attributes
    ----------
    params : list of Tensor
        ``W`` and ``b`` of each layer in turn.
    layers : Layers
        Copies of the present values.

    Raises
    ------
    ValueError
        If there is no such activation.

    Examples
    --------
    >>> model = MLP([(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))], "relu")
    >>> model(np.array([[-1.0, 3.0]])).data
    array([[3.]])
    """

    def __init__(self, layers: Layers, activation: str = "relu"):
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"MLP: expected an activation among {', '.join(ACTIVATIONS)}, got {activation!r}"
            )
        self.activation = activation
        self.params = [Tensor(array, requires_grad=True) for layer in layers for array in layer]

    @property
    def layers(self) -> Layers:
        """Copies of the present values, pairs ``(W, b)``."""
        return [(W.data.copy(), b.data.copy()) for W, b in zip(self.params[::2], self.params[1::2])]

    def __call__(self, X: Tensor | ArrayLike) -> Tensor:
        """Return the logits, shape (n_samples, fan_out), for inputs of shape (n_samples, n_in)."""
        params, activation, h = self.params, self.activation, X
        for k in range(0, len(params) - 2, 2):
            if activation == "leaky_relu":
                h = autodiff.leaky_relu(autodiff.affine(h, params[k], params[k + 1]))
            else:
                h = autodiff.layer(h, params[k], params[k + 1], activation)
        return autodiff.affine(h, params[-2], params[-1])


def _check_params(where, params, lr):
    """Return the parameters as a list, after checking that there is something to train."""
    params = list(params)
    if not params or not all(isinstance(p, Tensor) and p.requires_grad for p in params):
        raise ValueError(
            f"{where}: expected Tensors with requires_grad=True, at least one; pass model.params"
        )
    if lr < 0:
        raise ValueError(f"{where}: expected a learning rate lr of at least 0, got {lr}")
    return params


class SGD:
    """Gradient descent with the gradient of a batch: ``v = momentum v + g``, ``p = p - lr v``.

    Lecture: notebooks 05 and 06.

    Parameters
    ----------
    params : sequence of Tensor
        What to train; each requires a gradient.
    lr : float, at least 0
        The learning rate, the lecture's gamma. It may be changed between steps.
    momentum : float in [0, 1)
        The share of the last direction that is kept.

    Raises
    ------
    ValueError
        If there is nothing to train, or `lr` or `momentum` is out of range.

    References
    ----------
    Robbins, H., & Monro, S. (1951). Annals of Mathematical Statistics, 22, 400-407.
    Polyak, B. T. (1964). USSR Computational Mathematics and Mathematical Physics, 4(5), 1-17.

    Examples
    --------
    >>> w = Tensor(1.0, requires_grad=True)
    >>> optimiser = SGD([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimiser.step()
    >>> w.data
    array(0.5)
    """

    def __init__(self, params: Sequence[Tensor], lr: float, momentum: float = 0.0):
        self.params = _check_params("SGD", params, lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"SGD: expected momentum in [0, 1), got {momentum}")
        self.lr, self.momentum = lr, momentum
        self._flat = Flat(self.params)
        self._step, self._velocity = np.empty(self._flat.size, self._flat.dtype), None

    def step(self) -> None:
        """Move the parameters; where there is no gradient it counts as 0.

        Examples
        --------
        >>> w = Tensor(1.0, requires_grad=True)
        >>> SGD([w], lr=0.25).step()
        >>> w.data
        array(1.)
        """
        direction = self._flat.gradient()
        if self.momentum:
            if self._velocity is None:
                self._velocity = np.zeros_like(direction)
            self._velocity *= self.momentum
            self._velocity += direction
            direction = self._velocity
        self._flat.subtract_(np.multiply(direction, self.lr, self._step))

    def zero_grad(self) -> None:
        """Forget the gradients.

        Examples
        --------
        >>> w = Tensor(1.0, requires_grad=True)
        >>> w.backward()
        >>> SGD([w], lr=0.25).zero_grad()
        >>> w.grad is None
        True
        """
        for p in self.params:
            p.grad = None


class Adam:
    """Adam: steps of about `lr` in each coordinate, from running means of the gradient and of its square.

    Lecture: notebook 07.

    Parameters
    ----------
    params : sequence of Tensor
        What to train; each requires a gradient.
    lr : float, at least 0
        The learning rate. It may be changed between steps.
    betas : tuple of two float in [0, 1)
        The shares of the two running means that are kept at each step.
    eps : float, positive
        Added to the root, against division by zero.

    Raises
    ------
    ValueError
        If there is nothing to train, or a setting is out of range.

    References
    ----------
    Kingma, D. P., & Ba, J. (2015). ICLR. arXiv:1412.6980.

    Examples
    --------
    >>> w = Tensor(1.0, requires_grad=True)
    >>> optimiser = Adam([w], lr=0.25)
    >>> (w * w).backward()
    >>> optimiser.step()
    >>> round(w.item(), 6)
    0.75
    """

    def __init__(
        self,
        params: Sequence[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ):
        self.params = _check_params("Adam", params, lr)
        if not all(0 <= beta < 1 for beta in betas) or eps <= 0:
            raise ValueError(f"Adam: expected betas in [0, 1) and a positive eps, got {betas} and {eps}")
        self.lr, self.betas, self.eps = lr, betas, eps
        self._flat = Flat(self.params)
        self._step, self._mean, self._square = (np.zeros(self._flat.size, self._flat.dtype) for _ in range(3))
        self._count = 0

    def step(self) -> None:
        """Move the parameters; where there is no gradient it counts as 0.

        Examples
        --------
        >>> w = Tensor(1.0, requires_grad=True)
        >>> Adam([w]).step()
        >>> w.data
        array(1.)
        """
        first, second = self.betas
        g, step, m, v = self._flat.gradient(), self._step, self._mean, self._square
        self._count += 1
        m *= first
        m += np.multiply(g, 1 - first, step)
        v *= second
        v += np.multiply(np.multiply(g, g, step), 1 - second, step)
        np.sqrt(v, step)
        step /= (1 - second**self._count) ** 0.5
        step += self.eps
        np.divide(m, step, step)
        self._flat.subtract_(np.multiply(step, self.lr / (1 - first**self._count), step))

    def zero_grad(self) -> None:
        """Forget the gradients.

        Examples
        --------
        >>> w = Tensor(1.0, requires_grad=True)
        >>> w.backward()
        >>> Adam([w]).zero_grad()
        >>> w.grad is None
        True
        """
        for p in self.params:
            p.grad = None


def constant_rate(lr: float) -> Schedule:
    """Return the schedule that never changes.

    Lecture: notebook 05.

    Parameters
    ----------
    lr : float, at least 0
        The learning rate.

    Returns
    -------
    callable
        From a step, counted from 0, to the learning rate.

    Raises
    ------
    ValueError
        If `lr` is negative.

    Examples
    --------
    >>> constant_rate(0.1)(1000)
    0.1
    """
    if lr < 0:
        raise ValueError(f"constant_rate: expected lr of at least 0, got {lr}")
    return lambda step: lr


def decaying_rate(lr: float, t0: float, power: float = 1.0) -> Schedule:
    """Return ``lr / (1 + step / t0)**power``.

    With a power in (1/2, 1] the rates add up to infinity and their squares do not: the conditions of Robbins
    and Monro, under which the noise of stochastic gradients averages out.

    Lecture: notebook 06.

    Parameters
    ----------
    lr : float, at least 0
        The rate at step 0.
    t0 : float, positive
        The step at which the rate has fallen to ``lr / 2**power``.
    power : float, at least 0
        How fast the rate falls.

    Returns
    -------
    callable
        From a step, counted from 0, to the learning rate.

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    Robbins, H., & Monro, S. (1951). Annals of Mathematical Statistics, 22, 400-407.

    Examples
    --------
    >>> decaying_rate(1.0, t0=10)(10)
    0.5
    """
    if lr < 0 or t0 <= 0 or power < 0:
        raise ValueError(f"decaying_rate: expected lr >= 0, t0 > 0, power >= 0, got {lr}, {t0}, {power}")
    return lambda step: lr / (1 + step / t0) ** power


def cosine_rate(lr: float, n_steps: int, warmup: int = 0) -> Schedule:
    """Return a rate that rises linearly for `warmup` steps and then falls along half a cosine to 0.

    Lecture: notebook 11.

    Parameters
    ----------
    lr : float, at least 0
        The largest rate.
    n_steps : int, at least 1
        The step at which the rate reaches 0; it stays there.
    warmup : int, at least 0 and less than `n_steps`
        Number of steps of the rise.

    Returns
    -------
    callable
        From a step, counted from 0, to the learning rate.

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    Loshchilov, I., & Hutter, F. (2017). ICLR. arXiv:1608.03983.

    Examples
    --------
    >>> rate = cosine_rate(1.0, n_steps=10)
    >>> [round(rate(step), 3) for step in (0, 5, 10)]
    [1.0, 0.5, 0.0]
    """
    if lr < 0 or not 0 <= warmup < n_steps:
        raise ValueError(
            f"cosine_rate: expected lr >= 0 and 0 <= warmup < n_steps, got {lr}, {warmup}, {n_steps}"
        )

    def rate(step):
        if step < warmup:
            return lr * (step + 1) / warmup
        done = min(1.0, (step - warmup) / (n_steps - warmup))
        return lr * 0.5 * (1 + float(np.cos(np.pi * done)))

    return rate


def minibatches(n_samples: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the indices of the batches of one epoch: every sample once, in random order.

    Lecture: notebook 06.

    Parameters
    ----------
    n_samples : int, at least 1
        Number of samples.
    batch_size : int, at least 1
        Samples a batch; the last batch holds the rest.
    rng : numpy.random.Generator
        Where the order comes from.

    Yields
    ------
    ndarray of int, shape (at most batch_size,)
        Indices of samples.

    Raises
    ------
    ValueError
        If `batch_size` or `n_samples` is less than 1.

    Examples
    --------
    >>> batches = list(minibatches(5, 2, np.random.default_rng(0)))
    >>> [len(batch) for batch in batches], sorted(np.concatenate(batches).tolist())
    ([2, 2, 1], [0, 1, 2, 3, 4])
    """
    if n_samples < 1 or batch_size < 1:
        raise ValueError(
            f"minibatches: expected n_samples and batch_size of at least 1, got {n_samples} and {batch_size}"
        )
    order = rng.permutation(n_samples)
    for start in range(0, n_samples, batch_size):
        yield order[start : start + batch_size]


def accuracy(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of samples whose largest logit is that of their label.

    Lecture: notebook 07.

    Parameters
    ----------
    logits : array_like of float, shape (n_samples, n_classes) or (n_samples, 1)
        Outputs of the last layer; with one column, class 1 is where it is positive.
    labels : array_like of int, shape (n_samples,) or (n_samples, 1)
        Classes.

    Returns
    -------
    float
        The share, 0 to 1.

    Raises
    ------
    ValueError
        If the numbers of samples differ.

    Examples
    --------
    >>> accuracy([[2.0, 1.0], [0.0, 3.0]], [0, 0])
    0.5
    """
    logits, labels = np.asarray(logits), np.ravel(labels)
    if logits.ndim != 2 or len(logits) != len(labels):
        raise ValueError(
            f"accuracy: expected logits (n_samples, n_classes) and as many labels, got {logits.shape} and "
            f"{labels.shape}; one row of logits a sample"
        )
    guesses = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
    return float(np.mean(guesses == labels))


@dataclass
class History:
    """What a training run saw.

    Lecture: notebook 07.

    Attributes
    ----------
    loss : list of float
        The loss of the batch at each step, before the update.
    epoch_loss : list of float
        The mean loss over each epoch, weighted by the sizes of its batches.
    validation : list of float
        What the metric gave for the held-out samples after each epoch, if there are any.

    Examples
    --------
    >>> History().loss
    []
    """

    loss: list[float] = field(default_factory=list)
    epoch_loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)


def fit(
    model: Callable,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Callable,
    optimiser: SGD | Adam,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    schedule: Schedule | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    metric: Callable[[np.ndarray, np.ndarray], float] = accuracy,
    progress: bool = False,
) -> History:
    """Train a model, and return what happened.

    Lecture: notebook 07; used up to notebook 15.

    Parameters
    ----------
    model : callable
        From a batch of inputs to a Tensor, such as `MLP`.
    X : array_like of float, shape (n_samples, ...)
        Inputs.
    y : array_like, shape (n_samples, ...)
        Labels or targets, as the loss takes them.
    loss : callable
        From outputs and labels to a Tensor of one element, such as
        `coursepkg.autodiff.softmax_cross_entropy`.
    optimiser : SGD or Adam
        Holds the model's parameters.
    epochs : int, at least 0
        Passes over the samples.
    batch_size : int, at least 1
        Samples a step.
    rng : numpy.random.Generator
        Where the order of the samples comes from.
    schedule : callable, optional
        The learning rate of each step; the optimiser's own by default.
    validation : tuple of two array_like, optional
        Held-out inputs and labels.
    metric : callable
        From an array of outputs and labels to a number; `accuracy` by default.
    progress : bool
        Show a bar.

    Returns
    -------
    History
        The losses of all steps and epochs, and the metric.

    Raises
    ------
    ValueError
        If `X` and `y` differ in length, or `epochs` or `batch_size` is out of range.
    FloatingPointError
        If the loss is no longer finite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(64, 1))
    >>> model = MLP(init_layers([1, 1], "glorot", rng))
    >>> history = fit(model, X, 3 * X + 1, loss=autodiff.mse, optimiser=SGD(model.params, lr=0.1), epochs=50,
    ...               batch_size=16, rng=rng)
    >>> [round(float(value.item()), 3) for value in model.layers[0]]
    [3.0, 1.0]
    """
    X, y = np.asarray(X), np.asarray(y)
    check_fit("fit", X, y, epochs)
    history = History()
    bar = tqdm(range(epochs), desc="epochs", disable=not progress)
    for _ in bar:
        sizes = []
        for batch in minibatches(len(X), batch_size, rng):
            if schedule is not None:
                optimiser.lr = schedule(len(history.loss))
            inputs, targets = X[batch], y[batch]
            inputs.setflags(write=False)  # nobody else holds them, so the tape need not copy
            targets.setflags(write=False)
            value = loss(model(inputs), targets)
            history.loss.append(value.item())
            check_finite("fit", history)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            sizes.append(len(batch))
        history.epoch_loss.append(float(np.average(history.loss[-len(sizes) :], weights=sizes)))
        if validation is not None:
            history.validation.append(metric(predict(model, validation[0]), np.asarray(validation[1])))
        bar.set_postfix(loss=f"{history.epoch_loss[-1]:.4g}", refresh=False)
    return history


def check_fit(where: str, X: np.ndarray, y: np.ndarray, epochs: int) -> None:
    """Refuse samples and labels that do not pair up, and a negative number of epochs.

    Lecture: notebook 07.

    Parameters
    ----------
    where : str
        The function to name in the error.
    X, y : ndarray
        Inputs and labels.
    epochs : int
        Passes over the samples.

    Raises
    ------
    ValueError
        If the lengths differ, or `epochs` is negative.

    Examples
    --------
    >>> check_fit("fit", np.zeros((3, 2)), np.zeros(3), epochs=1)
    """
    if len(X) != len(y):
        raise ValueError(f"{where}: X holds {len(X)} samples but y holds {len(y)} labels; pair them up")
    if epochs < 0:
        raise ValueError(f"{where}: expected epochs of at least 0, got {epochs}")


def check_finite(where: str, history: History) -> None:
    """Stop a run whose last loss is infinite or NaN.

    Lecture: notebook 07.

    Parameters
    ----------
    where : str
        The function to name in the error.
    history : History
        The run so far, one step at least.

    Raises
    ------
    FloatingPointError
        If the last loss is not finite.

    Examples
    --------
    >>> check_finite("fit", History(loss=[0.5]))
    """
    if not np.isfinite(history.loss[-1]):
        raise FloatingPointError(
            f"{where}: the loss is {history.loss[-1]} at step {len(history.loss) - 1}; lower the "
            "learning rate"
        )


def predict(model: Callable, X: ArrayLike) -> np.ndarray:
    """Return the outputs of a model as an array.

    Lecture: notebook 07.

    Parameters
    ----------
    model : callable
        From a batch of inputs to a Tensor.
    X : array_like of float, shape (n_samples, ...)
        Inputs.

    Returns
    -------
    ndarray, shape (n_samples, ...)
        The outputs, read-only.

    Examples
    --------
    >>> predict(MLP([(np.eye(2), np.zeros(2))]), [[1.0, 2.0]])
    array([[1., 2.]])
    """
    return model(np.asarray(X)).data
