"""Networks of layers on plain arrays: the forward pass, the output functions, and the losses.

Every loss is a mean over the samples, and takes logits, the values before the last activation: the logarithm
of a rounded probability cannot be taken safely.

Lecture: notebook 07.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.logistic import check_same_shape
from coursepkg.threshold import Layers, heaviside

Activation = str | Callable[[np.ndarray], np.ndarray]
"""A name in `ACTIVATIONS`, or a function of an array that keeps its shape."""


def relu(z: ArrayLike) -> np.ndarray:
    """Return ``max(0, z)`` element by element.

    Lecture: notebook 07, section 7.1, and notebook 11.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations.

    Returns
    -------
    ndarray, the shape of `z`
        Values of at least 0.

    Examples
    --------
    >>> relu([-2.0, 3.0])
    array([0., 3.])
    """
    return np.maximum(z, 0)


def leaky_relu(z: ArrayLike, alpha: float = 0.01) -> np.ndarray:
    """Return ``z`` where ``z > 0`` and ``alpha z`` elsewhere, for any `alpha`.

    The lecture's ``max(alpha z, z)`` is the same function for alpha up to 1, negative ones too, and no other.

    Lecture: notebook 11.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations.
    alpha : float
        Slope for negative values.

    Returns
    -------
    ndarray, the shape of `z`
        The values.

    Examples
    --------
    >>> leaky_relu([-2.0, 3.0], alpha=0.1)
    array([-0.2,  3. ])
    """
    z = np.asarray(z)
    return np.where(z > 0, z, alpha * z)


def identity(z: ArrayLike) -> np.ndarray:
    """Return `z` as an array: the output of a regression.

    Lecture: notebook 07, section 7.3.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations.

    Returns
    -------
    ndarray, the shape of `z`
        The same values.

    Examples
    --------
    >>> identity([1.0, -2.0])
    array([ 1., -2.])
    """
    return np.asarray(z)


def softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    """Return ``exp(z_i) / sum_j exp(z_j)`` along an axis, without overflow.

    Adding one number to all of `z` changes nothing, so the largest is subtracted first.

    Lecture: notebook 07, section 7.3.

    Parameters
    ----------
    z : array_like of float, any shape
        Logits, finite.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray of float, the shape of `z`
        Values in [0, 1] that add to 1 along `axis`.

    Examples
    --------
    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    z = np.asarray(z)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z: ArrayLike, axis: int = -1) -> np.ndarray:
    """Return the logarithm of `softmax`, finite for every finite `z`.

    Lecture: notebook 07, section 7.3.

    Parameters
    ----------
    z : array_like of float, any shape
        Logits, finite.
    axis : int
        The axis of the classes.

    Returns
    -------
    ndarray of float, the shape of `z`
        Values of at most 0.

    Examples
    --------
    >>> log_softmax([0.0, 10000.0])
    array([-10000.,      0.])
    """
    z = np.asarray(z)
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


ACTIVATIONS: dict[str, Callable] = {
    "identity": identity,
    "heaviside": heaviside,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "softmax": softmax,
}


def activation_function(activation: Activation) -> Callable:
    """Return the function of arrays that an activation names.

    Lecture: notebook 07, section 7.2.

    Parameters
    ----------
    activation : str or callable
        A name in `ACTIVATIONS`; a function is returned as it is.

    Returns
    -------
    callable
        A function of an array that keeps its shape.

    Raises
    ------
    ValueError
        If there is no activation under that name.

    Examples
    --------
    >>> activation_function("relu")([-1.0, 2.0])
    array([0., 2.])
    """
    if callable(activation):
        return activation
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation_function: expected one of {', '.join(ACTIVATIONS)} or a function, got {activation!r}"
        )
    return ACTIVATIONS[activation]


def dense(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Return the pre-activations ``X @ W + b`` of a layer, the lecture's ``W.T x + b`` for each row of `X`.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, fan_in)
        One input vector a row.
    W : array_like of float, shape (fan_in, fan_out)
        Weights.
    b : array_like of float, shape (fan_out,)
        Biases.

    Returns
    -------
    ndarray of float, shape (n_samples, fan_out)
        Pre-activations z.

    Raises
    ------
    ValueError
        If `X` is not a matrix, or if the shapes do not fit.

    Examples
    --------
    >>> dense([[1.0, 2.0]], [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], [0.0, 0.0, 10.0])
    array([[ 1.,  2., 13.]])
    """
    X, W, b = np.asarray(X), np.asarray(W), np.asarray(b)
    if X.ndim != 2:
        raise ValueError(
            f"dense: expected X of shape (n_samples, fan_in), got {X.shape}; one input vector is [x]"
        )
    if W.ndim != 2 or X.shape[1] != W.shape[0]:
        raise ValueError(
            f"dense: X has {X.shape[1]} columns but W has shape {W.shape}, expected (fan_in, fan_out); "
            "did you pass W.T or X.T?"
        )
    if b.shape != (W.shape[1],):
        raise ValueError(f"dense: expected b of shape ({W.shape[1]},), one bias an output, got {b.shape}")
    return X @ W + b  # (n_samples, fan_in) @ (fan_in, fan_out) -> (n_samples, fan_out)


def mlp_forward(
    X: ArrayLike, layers: Layers, activation: Activation = "relu", output: Activation = "identity"
) -> list[np.ndarray]:
    """Return what every layer of a multi-layer perceptron puts out: ``h_0 = X``, ``h_1``, ..., ``h_L``.

    Lecture: notebook 07, section 7.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One input vector a row.
    layers : Layers
        Pairs ``(W, b)``, ``W`` of shape (fan_in, fan_out), ``b`` of shape (fan_out,).
    activation : str or callable
        The activation of the hidden layers: a name in `ACTIVATIONS`, or a function of an array.
    output : str or callable
        The activation of the last layer; "identity" leaves the logits.

    Returns
    -------
    list of ndarray
        The input and the output of each layer, shapes (n_samples, fan_out); the last is the network's.

    Raises
    ------
    ValueError
        If a layer does not fit the one before, or an activation has no function.

    References
    ----------
    Rumelhart, D. E., Hinton, G. E., & Williams, R. J. (1986). Nature, 323, 533-536.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> mlp_forward([[-3.0], [2.0]], layers)[-1].ravel()
    array([3., 2.])
    """
    hidden, last = activation_function(activation), activation_function(output)
    outputs = [np.asarray(X)]
    for k, (W, b) in enumerate(layers, start=1):
        if outputs[-1].ndim != 2 or outputs[-1].shape[1] != np.shape(W)[0]:
            raise ValueError(
                f"mlp_forward: layer {k} takes {np.shape(W)[0]} inputs but its input has shape "
                f"{outputs[-1].shape}; W has shape (fan_in, fan_out): did you pass W.T or X.T?"
            )
        outputs.append((last if k == len(layers) else hidden)(dense(outputs[-1], W, b)))
    return outputs


def n_parameters(layers: Layers) -> int:
    """Return the number of weights and biases of a network.

    Lecture: notebook 07, section 7.2.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``.

    Returns
    -------
    int
        The sum of fan_in * fan_out + fan_out over the layers.

    Examples
    --------
    >>> n_parameters([(np.zeros((784, 128)), np.zeros(128)), (np.zeros((128, 10)), np.zeros(10))])
    101770
    """
    return sum(np.size(W) + np.size(b) for W, b in layers)


def layer_steps(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[np.ndarray]:
    """Return points on their way through ``X @ W + b``: as they are, turned, stretched, turned, shifted.

    The steps come from the singular value decomposition ``W.T = U S V.T``. The first turn ``V.T`` is a proper
    rotation; the second, ``U``, mirrors too if the determinant of a square `W` is negative.

    Lecture: notebook 07, section 7.1; the lecture's notebook on space stretching.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, fan_in)
        One point a row.
    W : array_like of float, shape (fan_in, fan_out)
        Weights.
    b : array_like of float, shape (fan_out,)
        Biases.

    Returns
    -------
    list of five ndarray
        Shapes (n_samples, fan_in) twice, then (n_samples, fan_out) three times; the last is `dense(X, W, b)`.

    Raises
    ------
    ValueError
        If the shapes do not fit, as in `dense`.

    Examples
    --------
    >>> steps = layer_steps([[1.0, 1.0]], [[0.0, 3.0], [2.0, 0.0]], [1.0, 1.0])
    >>> steps[-1].round(12)
    array([[3., 4.]])
    """
    X, W, b = np.asarray(X), np.asarray(W), np.asarray(b)
    dense(X, W, b)  # for its checks
    U, s, Vt = np.linalg.svd(W.T)  # (q, q), (min(p, q),), (p, p)
    if np.linalg.det(Vt) < 0:  # change the sign of one pair of vectors: the product stays
        Vt[-1] *= -1
        if len(s) == len(Vt):
            U[:, len(s) - 1] *= -1
    stretch = np.zeros((len(Vt), len(U)))  # (p, q)
    np.fill_diagonal(stretch, s)
    turned = X @ Vt.T  # (n, p) @ (p, p) -> (n, p)
    stretched = turned @ stretch  # (n, p) @ (p, q) -> (n, q)
    turned_again = stretched @ U.T  # (n, q) @ (q, q) -> (n, q)
    return [X, turned, stretched, turned_again, turned_again + b]


def fold_forward(X: ArrayLike, layers: Layers, folded: float) -> np.ndarray:
    """Return the outputs of a ReLU network that is folded so far, layer after layer.

    With ``folded = 0`` every activation is the identity and the network one affine map; with ``folded = k``
    the first k hidden layers are ReLU layers and the rest still flat. Between, one layer is folded in part:
    the slope of its units below 0 goes from 1 to 0. So every picture in between is that of a network.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One input vector a row.
    layers : Layers
        Pairs ``(W, b)``; the last layer has no activation.
    folded : float, from 0 to the number of hidden layers
        How much is folded.

    Returns
    -------
    ndarray of float, shape (n_samples, n_out)
        The outputs.

    Raises
    ------
    ValueError
        If `folded` is out of range, or the shapes do not fit.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> [fold_forward([[-3.0]], layers, folded).item() for folded in (0, 0.5, 1)]
    [0.0, 1.5, 3.0]
    """
    if not 0 <= folded <= len(layers) - 1:
        raise ValueError(
            f"fold_forward: expected folded from 0 to {len(layers) - 1}, the number of hidden layers, got "
            f"{folded}; the last layer has no activation to fold"
        )
    h = np.asarray(X)
    for k, (W, b) in enumerate(layers[:-1]):
        alpha = 1 - min(max(folded - k, 0.0), 1.0)  # 1: flat, 0: folded
        h = leaky_relu(dense(h, W, b), alpha)
    return dense(h, *layers[-1])


def affine_at(x: ArrayLike, layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Return the one affine map that a ReLU network is around a point.

    Where no unit of the network changes between on and off, the network is ``x -> x @ A + c``. A unit at
    exactly 0 counts as off.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    x : array_like of float, shape (n_in,)
        The point.
    layers : Layers
        Pairs ``(W, b)``; the last layer has no activation.

    Returns
    -------
    A : ndarray of float, shape (n_in, n_out)
        The slopes, the transpose of the Jacobian at `x`.
    c : ndarray of float, shape (n_out,)
        The constant.

    Raises
    ------
    ValueError
        If the shapes do not fit, as in `dense`.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> affine_at([-3.0], layers)  # the network is the absolute value
    (array([[-1.]]), array([0.]))
    """
    h = np.asarray(x)[None, :]  # (1, n_in)
    A, c = np.eye(h.shape[1]), np.zeros(h.shape[1])
    for k, (W, b) in enumerate(layers, start=1):
        z = dense(h, W, b)[0]
        on = np.ones_like(z) if k == len(layers) else (z > 0).astype(float)
        A, c = A @ W * on, (c @ W + b) * on  # a unit that is off sends 0
        h = (z * on)[None, :]
    return A + 0.0, c + 0.0  # no negative zeros


def _pair_at(where: str, layers: Layers, k: int):
    """Return the arrays of hidden layer k, counted from 1, and of the layer after it."""
    if not 1 <= k <= len(layers) - 1:
        raise ValueError(
            f"{where}: expected a hidden layer k from 1 to {len(layers) - 1}, got {k}; the last layer is the "
            "output"
        )
    return *map(np.asarray, layers[k - 1]), *map(np.asarray, layers[k])


def permute_units(layers: Layers, k: int, order: ArrayLike) -> Layers:
    """Return the network with the units of a hidden layer in another order; it computes the same function.

    Lecture: notebook 07, section 7.7.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; not changed.
    k : int, 1 to the number of hidden layers
        The hidden layer.
    order : array_like of int, shape (n_units,)
        Unit ``order[j]`` of the old network becomes unit j.

    Returns
    -------
    Layers
        The new network.

    Raises
    ------
    ValueError
        If there is no such hidden layer, or `order` is not an order of its units.

    References
    ----------
    Chen, A. M., Lu, H., & Hecht-Nielsen, R. (1993). Neural Computation, 5(6), 910-927.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -2.0]]), np.zeros(2)), (np.array([[3.0], [4.0]]), np.zeros(1))]
    >>> [W.ravel().tolist() for W, b in permute_units(layers, 1, [1, 0])]
    [[-2.0, 1.0], [4.0, 3.0]]
    """
    W, b, W_next, b_next = _pair_at("permute_units", layers, k)
    order = np.asarray(order)
    if sorted(order.tolist()) != list(range(len(b))):
        raise ValueError(
            f"permute_units: hidden layer {k} has {len(b)} units; give each of 0 to {len(b) - 1} once"
        )
    return [*layers[: k - 1], (W[:, order], b[order]), (W_next[order], b_next), *layers[k + 1 :]]


def rescale_units(layers: Layers, k: int, scale: ArrayLike) -> Layers:
    """Return a ReLU network with scaled hidden units that the next layer reads back: the same function.

    It rests on ``relu(a z) = a relu(z)`` for ``a > 0``, so it holds for `relu` and `leaky_relu` alone.

    Lecture: notebook 07, section 7.7.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; not changed.
    k : int, 1 to the number of hidden layers
        The hidden layer.
    scale : array_like of float, shape (n_units,)
        Positive factors, one a unit.

    Returns
    -------
    Layers
        The new network.

    Raises
    ------
    ValueError
        If there is no such hidden layer, or the factors are not one positive number a unit.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -2.0]]), np.ones(2)), (np.array([[3.0], [4.0]]), np.zeros(1))]
    >>> [W.ravel().tolist() for W, b in rescale_units(layers, 1, [2.0, 0.5])]
    [[2.0, -1.0], [1.5, 8.0]]
    """
    W, b, W_next, b_next = _pair_at("rescale_units", layers, k)
    scale = np.asarray(scale, dtype=float)
    if scale.shape != b.shape or not (scale > 0).all():
        raise ValueError(
            f"rescale_units: expected {len(b)} positive factors, got shape {scale.shape}, smallest "
            f"{scale.min(initial=np.inf)}; a negative factor would turn relu over"
        )
    return [*layers[: k - 1], (W * scale, b * scale), (W_next / scale[:, None], b_next), *layers[k + 1 :]]


def check_labels(where: str, logits: np.ndarray, labels: ArrayLike) -> np.ndarray:
    """Return class labels as an array of integers, after checking them against the logits.

    Lecture: notebook 07, section 7.4.

    Parameters
    ----------
    where : str
        The function to name in an error.
    logits : ndarray of float, shape (n_samples, n_classes)
        One row of logits a sample.
    labels : array_like of int, shape (n_samples,)
        Classes, 0 to n_classes - 1.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        The labels.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label is no class.
    TypeError
        If the labels are not integers.

    Examples
    --------
    >>> check_labels("example", np.zeros((2, 3)), [0, 2])
    array([0, 2])
    """
    labels = np.asarray(labels)
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            f"{where}: expected logits of shape (n_samples, n_classes) and labels of shape (n_samples,), got "
            f"{logits.shape} and {labels.shape}; turn one-hot rows into labels with argmax(axis=1)"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{where}: labels are class numbers, got dtype {labels.dtype}; convert with labels.astype(int)"
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < logits.shape[1]:
        raise ValueError(
            f"{where}: expected labels from 0 to {logits.shape[1] - 1}, got {labels.min()} to "
            f"{labels.max()}; number the classes from 0"
        )
    return labels


def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean of ``-log softmax(z)[label]``, the cross-entropy for many classes.

    Lecture: notebook 07, section 7.4.

    Parameters
    ----------
    logits : array_like of float, shape (n_samples, n_classes)
        Outputs before the softmax, finite.
    labels : array_like of int, shape (n_samples,)
        Classes, 0 to n_classes - 1.

    Returns
    -------
    float
        The loss, at least 0, in nats.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label is no class.
    TypeError
        If the labels are not integers.

    Examples
    --------
    >>> softmax_cross_entropy([[0.0, 1000.0], [1000.0, 0.0]], [1, 1])
    500.0
    """
    logits = np.asarray(logits)
    labels = check_labels("softmax_cross_entropy", logits, labels)
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def mse(y_hat: ArrayLike, y: ArrayLike) -> float:
    """Return the mean of ``(y_hat - y)**2`` over all entries.

    Lecture: notebook 07, section 7.4.

    Parameters
    ----------
    y_hat : array_like of float, any shape
        Predictions.
    y : array_like of float, the shape of `y_hat`
        Targets.

    Returns
    -------
    float
        The loss, at least 0.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y_hat, y = np.asarray(y_hat), np.asarray(y)
    check_same_shape("mse", y_hat, y)
    return float(np.mean((y_hat - y) ** 2))
