"""The torch path: the same networks on a device, with the same numbers as the NumPy engine.

This is the one module of the mathematics that imports torch. Nothing here assumes a GPU: the device is passed
in, and the CPU is one.

Lecture: notebook 15.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn
from tqdm import tqdm

from coursepkg import autodiff, training
from coursepkg.threshold import Layers
from coursepkg.training import History, Schedule, accuracy, check_finite, check_fit, minibatches

MODULES = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
"""The torch modules of the activations of `coursepkg.training.MLP`."""

LOSSES = {
    "softmax_cross_entropy": nn.functional.cross_entropy,
    "binary_cross_entropy_with_logits": nn.functional.binary_cross_entropy_with_logits,
    "mse": nn.functional.mse_loss,
}
"""torch's functions for the losses of `coursepkg.autodiff`."""


def available_devices() -> list[torch.device]:
    """Return the devices that this machine offers, the CPU last.

    Lecture: notebook 15.

    Returns
    -------
    list of torch.device
        CUDA, then Apple's MPS, then the CPU, as far as they are there.

    Examples
    --------
    >>> str(available_devices()[-1])
    'cpu'
    """
    names = []
    if torch.cuda.is_available():
        names.append("cuda")
    if torch.backends.mps.is_available():
        names.append("mps")
    return [torch.device(name) for name in [*names, "cpu"]]


def float_type(device: torch.device | str, wanted: np.dtype | type = np.float64) -> torch.dtype:
    """Return the torch type of NumPy floats on a device: float64 becomes float32 where the device lacks it.

    Lecture: notebook 15.

    Parameters
    ----------
    device : torch.device or str
        Where the numbers will be.
    wanted : dtype
        float64 or float32.

    Returns
    -------
    torch.dtype
        ``torch.float64`` or ``torch.float32``.

    Examples
    --------
    >>> float_type("cpu"), float_type("mps")
    (torch.float64, torch.float32)
    """
    double = np.dtype(wanted) == np.float64 and torch.device(device).type != "mps"
    return torch.float64 if double else torch.float32


def to_torch(
    layers: Layers, activation: str = "relu", output: str = "identity", device: torch.device | str = "cpu"
) -> nn.Sequential:
    """Return a network as a torch module.

    torch stores the weights of a layer as (fan_out, fan_in), the transpose of ours. This is the one place
    where they are turned.

    Lecture: notebook 15; used in notebook 07.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, ``W`` of shape (fan_in, fan_out); copied.
    activation : str
        The activation of the hidden layers, a name in `MODULES`.
    output : str
        The activation of the last layer; "identity" adds none.
    device : torch.device or str
        Where the parameters go.

    Returns
    -------
    torch.nn.Sequential
        The same function, in the precision of `layers` where the device has it.

    Raises
    ------
    ValueError
        If there is no such activation, or the layers do not fit each other.

    Examples
    --------
    >>> module = to_torch([(np.array([[1.0, 2.0, 3.0]]), np.zeros(3))])
    >>> module[0].weight.shape
    torch.Size([3, 1])
    """
    for name in (activation, output):
        if name not in MODULES:
            raise ValueError(f"to_torch: expected an activation among {', '.join(MODULES)}, got {name!r}")
    for k, ((W, b), (V, _)) in enumerate(pairwise([*layers, (None, None)])):
        if np.shape(b) != np.shape(W)[1:] or (V is not None and np.shape(W)[1:] != np.shape(V)[:1]):
            raise ValueError(
                f"to_torch: layer {k + 1} has W {np.shape(W)} and b {np.shape(b)}, and the next layer's W is "
                f"{np.shape(V) if V is not None else 'absent'}; W has shape (fan_in, fan_out), as in the "
                "lecture"
            )
    module = nn.Sequential()
    for k, (W, b) in enumerate(layers, start=1):
        W, b = np.asarray(W), np.asarray(b)
        linear = nn.Linear(*W.shape, device=device, dtype=float_type(device, np.result_type(W, np.float32)))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T.copy()))
            linear.bias.copy_(torch.from_numpy(b.copy()))
        module.append(linear)
        name = output if k == len(layers) else activation
        if name != "identity":
            module.append(MODULES[name]())
    return module


def from_torch(module: nn.Module) -> Layers:
    """Return the layers of a torch module as arrays, the inverse of `to_torch`.

    Lecture: notebook 15.

    Parameters
    ----------
    module : torch.nn.Module
        A `Linear`, or a `Sequential` of `Linear` and activations.

    Returns
    -------
    Layers
        Pairs ``(W, b)``, copies, ``W`` of shape (fan_in, fan_out); ``b`` is zero where the module has none.

    Raises
    ------
    TypeError
        If the module holds something other than linear layers and activations.

    Examples
    --------
    >>> layers = [(np.array([[1.0, 2.0, 3.0]]), np.zeros(3))]
    >>> from_torch(to_torch(layers))[0][0]
    array([[1., 2., 3.]])
    """
    layers = []
    for part in module if isinstance(module, nn.Sequential) else [module]:
        if isinstance(part, tuple(MODULES.values())):
            continue
        if not isinstance(part, nn.Linear):
            raise TypeError(
                f"from_torch: expected Linear layers and activations, got {type(part).__name__}; pass a "
                "Sequential of them"
            )
        W = part.weight.detach().cpu().numpy().T.copy()
        b = np.zeros(W.shape[1], W.dtype) if part.bias is None else part.bias.detach().cpu().numpy().copy()
        layers.append((W, b))
    return layers


def _on_device(x, module):
    """Return an array as a torch tensor where the module is: floats in its precision, labels as integers."""
    parameter = next(module.parameters())
    x = np.asarray(x)
    dtype = parameter.dtype if x.dtype.kind == "f" else torch.int64
    return torch.as_tensor(np.array(x), device=parameter.device, dtype=dtype)


def fit(
    module: nn.Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Callable,
    optimiser: torch.optim.Optimizer,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    schedule: Schedule | None = None,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    metric: Callable[[np.ndarray, np.ndarray], float] = accuracy,
    progress: bool = False,
) -> History:
    """Train a torch module where its parameters are, as `coursepkg.training.fit` does with a model.

    From the same initial values and the same generator, the losses are those of the NumPy engine but for
    rounding.

    Lecture: notebook 15.

    Parameters
    ----------
    module : torch.nn.Module
        The network, on its device.
    X : array_like of float, shape (n_samples, ...)
        Inputs. They are moved to the device once.
    y : array_like, shape (n_samples, ...)
        Labels or targets.
    loss : str or callable
        A name in `LOSSES`, or a function of outputs and labels.
    optimiser : torch.optim.Optimizer
        Holds the module's parameters.
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
        If there is no such loss, `X` and `y` differ in length, or `epochs` or `batch_size` is out of range.
    FloatingPointError
        If the loss is no longer finite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(64, 1))
    >>> module = to_torch([(np.zeros((1, 1)), np.zeros(1))])
    >>> optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    >>> history = fit(module, X, 3 * X + 1, loss="mse", optimiser=optimiser, epochs=50,
    ...               batch_size=16, rng=rng)
    >>> [round(float(value.item()), 3) for value in from_torch(module)[0]]
    [3.0, 1.0]
    """
    if not callable(loss) and loss not in LOSSES:
        raise ValueError(f"fit: expected a loss among {', '.join(LOSSES)} or a function, got {loss!r}")
    function = loss if callable(loss) else LOSSES[loss]
    X, y = np.asarray(X), np.asarray(y)
    check_fit("fit", X, y, epochs)
    inputs, targets, history = _on_device(X, module), _on_device(y, module), History()
    bar = tqdm(range(epochs), desc="epochs", disable=not progress)
    for _ in bar:
        sizes = []
        for batch in minibatches(len(X), batch_size, rng):
            if schedule is not None:
                for group in optimiser.param_groups:
                    group["lr"] = schedule(len(history.loss))
            chosen = torch.from_numpy(batch).to(inputs.device)
            value = function(module(inputs[chosen]), targets[chosen])
            history.loss.append(value.item())
            check_finite("fit", history)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            sizes.append(len(batch))
        history.epoch_loss.append(float(np.average(history.loss[-len(sizes) :], weights=sizes)))
        if validation is not None:
            history.validation.append(metric(predict(module, validation[0]), np.asarray(validation[1])))
        bar.set_postfix(loss=f"{history.epoch_loss[-1]:.4g}", refresh=False)
    return history


def predict(module: nn.Module, X: ArrayLike) -> np.ndarray:
    """Return the outputs of a torch module as an array.

    Lecture: notebook 15.

    Parameters
    ----------
    module : torch.nn.Module
        The network, on its device.
    X : array_like of float, shape (n_samples, ...)
        Inputs.

    Returns
    -------
    ndarray, shape (n_samples, ...)
        The outputs, in the module's precision.

    Examples
    --------
    >>> predict(to_torch([(np.eye(2), np.zeros(2))]), [[1.0, 2.0]])
    array([[1., 2.]])
    """
    with torch.no_grad():
        return module(_on_device(X, module)).cpu().numpy()


def compare(device: torch.device | str, rng: np.random.Generator) -> dict[str, float]:
    """Return how far torch on a device is from the NumPy engine: a network, a convolution, a training run.

    Lecture: notebook 15.

    Parameters
    ----------
    device : torch.device or str
        Where torch computes.
    rng : numpy.random.Generator
        Where networks and data come from.

    Returns
    -------
    dict of str to float
        For "forward", "gradient", "convolution" and "training", the largest difference relative to the
        largest entry or 1.

    Examples
    --------
    >>> max(compare("cpu", np.random.default_rng(0)).values()) < 1e-10
    True
    """
    layers = training.init_layers([7, 9, 8, 4], "glorot", rng, random_bias=True)
    X, labels = rng.normal(size=(32, 7)), rng.integers(4, size=32)
    model, module = training.MLP(layers, "tanh"), to_torch(layers, "tanh", device=device)
    found = {"forward": _difference(predict(module, X), training.predict(model, X))}

    autodiff.softmax_cross_entropy(model(X), labels).backward()
    LOSSES["softmax_cross_entropy"](module(_on_device(X, module)), _on_device(labels, module)).backward()
    theirs = [p.grad.cpu().numpy().T for p in module.parameters()]
    found["gradient"] = max(_difference(g, p.grad) for g, p in zip(theirs, model.params))

    images, kernel = rng.normal(size=(2, 3, 9, 8)), rng.normal(size=(4, 3, 3, 2))
    gradients = autodiff.grad(lambda x, k: autodiff.sum(autodiff.conv2d(x, k, 2, 1) ** 2))(images, kernel)
    pair = [
        torch.tensor(a, device=device, dtype=float_type(device), requires_grad=True) for a in (images, kernel)
    ]
    (nn.functional.conv2d(*pair, stride=2, padding=1) ** 2).sum().backward()
    found["convolution"] = max(_difference(p.grad.cpu().numpy(), g) for p, g in zip(pair, gradients))

    settings = {"epochs": 5, "batch_size": 8}
    seed = int(rng.integers(2**32))
    model, module = training.MLP(layers, "relu"), to_torch(layers, "relu", device=device)
    ours = training.fit(
        model, X, labels, loss=autodiff.softmax_cross_entropy, optimiser=training.SGD(model.params, 0.1, 0.9),
        rng=np.random.default_rng(seed), **settings,
    )  # fmt: skip
    history = fit(
        module, X, labels, loss="softmax_cross_entropy",
        optimiser=torch.optim.SGD(module.parameters(), 0.1, momentum=0.9), rng=np.random.default_rng(seed),
        **settings,
    )  # fmt: skip
    found["training"] = _difference(np.array(history.loss), np.array(ours.loss))
    return found


def _difference(a, b):
    """Return the largest difference relative to the largest entry of `b` or 1."""
    return float(np.abs(a - b).max() / max(1.0, np.abs(b).max()))


def main() -> int:
    """Print what agrees with the NumPy engine on which device; return 0 if everything does.

    Lecture: notebook 15.

    Returns
    -------
    int
        The exit status.

    Examples
    --------
    >>> main() in (0, 1)  # doctest: +ELLIPSIS
    device  precision  forward  gradient  convolution  training
    ...
    True
    """
    print(f"{'device':7} {'precision':10} forward  gradient  convolution  training")
    failed = 0
    for device in available_devices():
        tolerance = 1e-10 if float_type(device) == torch.float64 else 1e-4
        found = compare(device, np.random.default_rng(0))
        failed += sum(not error <= tolerance for error in found.values())
        cells = [f"{'ok' if error <= tolerance else 'WRONG'} {error:.0e}" for error in found.values()]
        print(f"{device.type:7} {str(float_type(device)).removeprefix('torch.'):10} {'  '.join(cells)}")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
