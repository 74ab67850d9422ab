"""How signals and gradients scale with depth: a chain of sigmoids, and wide layers with random weights.

In a chain the derivative is one product. In a wide layer it is a sum of many products with random signs, so
that mean squares multiply from layer to layer: forward by ``n Var(w)``, backward by ``n Var(w) E[slope**2]``.

Lecture: notebook 10.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.network import activation_function, check_labels, dense, mlp_forward, softmax
from coursepkg.threshold import Layers
from coursepkg.training import SCHEMES


def dsigmoid(z: ArrayLike) -> np.ndarray:
    """Return the slope of the sigmoid, ``s(z) s(-z)``, with full relative accuracy in both tails.

    ``s(z) (1 - s(z))`` is the same number on paper; in floating point it is 0 from z = 37 on.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations.

    Returns
    -------
    ndarray of float, the shape of `z`
        Values from 0 to 1/4.

    Examples
    --------
    >>> dsigmoid([0.0, 40.0])
    array([2.50000000e-01, 4.24835426e-18])
    """
    z = np.asarray(z)
    return sigmoid(z) * sigmoid(-z)


SLOPES: dict[str, Callable] = {
    "identity": np.ones_like,
    "sigmoid": dsigmoid,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (np.asarray(z) > 0).astype(float),
}


def slope(activation: str, z: ArrayLike) -> np.ndarray:
    """Return the derivative of an activation.

    Lecture: notebook 10, section 10.3.

    Parameters
    ----------
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation.
    z : array_like of float, any shape
        Pre-activations.

    Returns
    -------
    ndarray of float, the shape of `z`
        The slopes; that of relu at 0 is 0.

    Raises
    ------
    ValueError
        If the derivative of this activation is not known here.

    Examples
    --------
    >>> slope("tanh", [0.0])
    array([1.])
    """
    if activation not in SLOPES:
        raise ValueError(f"slope: expected one of {', '.join(SLOPES)}, got {activation!r}")
    return SLOPES[activation](np.asarray(z, dtype=float))


def chain_gradient(w: ArrayLike, x: float) -> float | np.ndarray:
    """Return the derivative by the first weight of ``s(w_L s(... s(w_2 s(w_1 x))))``.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    w : array_like of float, shape (L,) or (..., L)
        Weights of one chain, or of many; the first next to the input, at least one.
    x : float
        The input.

    Returns
    -------
    float, or ndarray of shape (...)
        The derivative of each output by its ``w_1``.

    Raises
    ------
    ValueError
        If a chain has no weight.

    Examples
    --------
    >>> chain_gradient([0.0], 1.0)
    0.25
    >>> round(chain_gradient([0.0, 1.0, 1.0], 1.0), 4)  # about 0.25 * 0.235 * 0.227
    0.0134
    """
    w = _weights("chain_gradient", w)
    h, derivative = x, x  # the last factor of the product is du_1/dw_1 = x
    for k, weight in enumerate(np.moveaxis(w, -1, 0)):
        u = weight * h
        derivative = derivative * dsigmoid(u) * (weight if k else 1.0)
        h = sigmoid(u)
    return derivative if w.ndim > 1 else float(derivative)


def chain_bound(w: ArrayLike, x: float) -> float | np.ndarray:
    """Return ``|x| |w_2 ... w_L| / 4**L``, which the size of `chain_gradient` never exceeds.

    It is at most ``4**-L`` where ``|x| <= 1`` and all weights from the second on have size at most 1. Without
    these two conditions the derivative can exceed ``4**-L``; for ``|w| > 4`` the bound itself grows.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    w : array_like of float, shape (L,) or (..., L)
        Weights of one chain, or of many.
    x : float
        The input.

    Returns
    -------
    float, or ndarray of shape (...)
        The bound of each chain.

    Raises
    ------
    ValueError
        If a chain has no weight.

    Examples
    --------
    >>> chain_bound([0.3, 1.0, -1.0], 1.0) == 1 / 64
    True
    """
    w = _weights("chain_bound", w)
    bound = abs(x) * np.prod(np.abs(w[..., 1:]), axis=-1) / 4.0 ** w.shape[-1]
    return bound if w.ndim > 1 else float(bound)


def _weights(where, w):
    """Return the weights of chains as an array, after checking them."""
    w = np.asarray(w, dtype=float)
    if not w.ndim or not w.shape[-1]:
        raise ValueError(f"{where}: expected w of shape (..., L), at least one weight, got shape {w.shape}")
    return w


def normal_mean(f: Callable[[np.ndarray], np.ndarray], std: float = 1.0) -> float:
    """Return the mean of ``f(std z)`` over a standard normal z, by the midpoint rule.

    The 8000 midpoints cover -10 to 10 and leave out 0, where slopes may jump. For smooth f the error is at
    the level of rounding: f times the density, and all its derivatives, have died out at both ends.

    Lecture: notebook 10, section 10.3.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape.
    std : float, at least 0
        The standard deviation of the argument.

    Returns
    -------
    float
        The mean.

    Raises
    ------
    ValueError
        If `std` is negative.

    Examples
    --------
    >>> round(normal_mean(np.square, std=3.0), 9)
    9.0
    """
    if std < 0:
        raise ValueError(f"normal_mean: expected std of at least 0, got {std}; take the root of the variance")
    step = 20 / 8000
    z = -10 + step * (np.arange(8000) + 0.5)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(f(std * z) * density) * step)


def gain(activation: str, std: float = 1.0) -> float:
    """Return ``E[slope(z)**2]`` for normal z: how much of a gradient's mean square an activation passes on.

    Lecture: notebook 10, section 10.3.

    Parameters
    ----------
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation.
    std : float, at least 0
        The standard deviation of the pre-activations.

    Returns
    -------
    float
        At most 1/16 for the sigmoid, at most 1 for the others.

    Raises
    ------
    ValueError
        If the activation is not known here, or `std` is negative.

    Examples
    --------
    >>> [round(gain(name, 1.0), 4) for name in ("identity", "tanh", "relu", "sigmoid")]
    [1.0, 0.4644, 0.5, 0.0448]
    """
    return normal_mean(lambda z: slope(activation, z) ** 2, std)


class Stats(NamedTuple):
    """Root mean squares of a network, layer by layer, the output layer last.

    Lecture: notebook 10, section 10.3.

    Attributes
    ----------
    z, h : ndarray of float, shape (n_layers,)
        Of the pre-activations, and of what enters each layer (the inputs first).
    dz, dW : ndarray of float, shape (n_layers,)
        Of the derivatives of the loss of one sample, by the pre-activations and by the weights.
    """

    z: np.ndarray
    h: np.ndarray
    dz: np.ndarray
    dW: np.ndarray


def predict_stats(sizes: Sequence[int], scheme: str, activation: str, input_rms: float = 1.0) -> Stats:
    """Return what wide random layers do to signals and gradients, by the variance recursion.

    Assumed: weights of mean 0, biases 0, pre-activations normal and independent of the gradients that come
    back, an output layer without activation and a softmax near the uniform distribution, for which the mean
    square of ``p - onehot`` is ``(C - 1) / C**2``.

    Lecture: notebook 10, sections 10.3 and 10.4.

    Parameters
    ----------
    sizes : sequence of int
        ``n_in``, the hidden widths, and the number of classes C.
    scheme : str
        A name in `coursepkg.training.SCHEMES`.
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation of the hidden layers.
    input_rms : float, at least 0
        The root mean square of the inputs.

    Returns
    -------
    Stats
        The predictions, each of shape (len(sizes) - 1,).

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or the scheme or the activation is not known here.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). AISTATS, PMLR 9, 249-256.

    Examples
    --------
    >>> dz = predict_stats([1000] * 6 + [10], "standard", "identity").dz
    >>> (dz[:4] / dz[1:5]).round(3)  # 1 / sqrt(3)
    array([0.577, 0.577, 0.577, 0.577])
    """
    if len(sizes) < 2 or scheme not in SCHEMES:
        raise ValueError(
            f"predict_stats: expected two sizes or more and a scheme among {', '.join(SCHEMES)}, got "
            f"{list(sizes)} and {scheme!r}"
        )
    phi = activation_function(activation)
    variances = [SCHEMES[scheme][1](fan_in, fan_out) for fan_in, fan_out in pairwise(sizes)]
    h, z = [input_rms**2], []  # mean squares
    for fan_in, variance in zip(sizes, variances):
        z.append(fan_in * variance * h[-1])
        h.append(normal_mean(lambda u: phi(u) ** 2, np.sqrt(z[-1])))
    dz = [(sizes[-1] - 1) / sizes[-1] ** 2]
    for k in range(len(variances) - 1, 0, -1):  # each unit hears fan_out others
        dz.insert(0, sizes[k + 1] * variances[k] * gain(activation, np.sqrt(z[k - 1])) * dz[0])
    roots = [np.sqrt(np.array(values)) for values in (z, h[:-1], dz)]
    return Stats(*roots, roots[1] * roots[2])


def backpropagated(
    layers: Layers, X: ArrayLike, y: ArrayLike, activation: str = "tanh"
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return what enters each layer, and the derivatives of each sample's loss by each pre-activation.

    The loss is the softmax cross-entropy of one sample: no mean is taken.

    Lecture: notebook 10, section 10.1; the derivation in notebook 08.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last layer gives logits.
    X : array_like of float, shape (n_samples, n_in)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Classes.
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation of the hidden layers.

    Returns
    -------
    inputs : list of ndarray of float, shapes (n_samples, fan_in)
        What enters each layer; the first is `X`.
    deltas : list of ndarray of float, shapes (n_samples, fan_out)
        The derivatives by the pre-activations, layer by layer.

    Raises
    ------
    ValueError
        If shapes do not fit, a label is no class, or the activation is not known here.

    Examples
    --------
    >>> backpropagated([(np.zeros((1, 2)), np.zeros(2))], [[3.0]], [1])[1]
    [array([[ 0.5, -0.5]])]
    """
    *inputs, logits = mlp_forward(X, layers, activation)
    labels = check_labels("backpropagated", logits, y)
    deltas = [softmax(logits)]
    deltas[0][np.arange(len(labels)), labels] -= 1
    for k in range(len(layers) - 1, 0, -1):
        z = dense(inputs[k - 1], *layers[k - 1])
        back = deltas[0] @ layers[k][0].T  # (n_samples, fan_out) @ (fan_out, fan_in)
        deltas.insert(0, back * slope(activation, z))
    return inputs, deltas


def gradient_stats(layers: Layers, X: ArrayLike, y: ArrayLike, activation: str = "tanh") -> Stats:
    """Return the root mean squares of signals and gradients in a network, measured.

    The derivative of one sample's loss by a weight is an input of the layer times a derivative by a
    pre-activation. So the mean of its square over the weights is the product of two means, sample by sample.

    Lecture: notebook 10, sections 10.3 and 10.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last layer gives logits.
    X : array_like of float, shape (n_samples, n_in)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Classes.
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation of the hidden layers.

    Returns
    -------
    Stats
        Each of shape (n_layers,).

    Raises
    ------
    ValueError
        If shapes do not fit, a label is no class, or the activation is not known here.

    Examples
    --------
    >>> stats = gradient_stats([(np.zeros((1, 2)), np.zeros(2))], [[3.0]], [1])
    >>> stats.h.item(), stats.dz.item(), stats.dW.item()
    (3.0, 0.5, 1.5)
    """
    inputs, deltas = backpropagated(layers, X, y, activation)
    pre = [dense(h, W, b) for h, (W, b) in zip(inputs, layers)]
    h2, d2 = ([np.mean(a**2, axis=1) for a in arrays] for arrays in (inputs, deltas))  # a number a sample
    squares = [
        [np.mean(z**2) for z in pre],
        [np.mean(a) for a in h2],
        [np.mean(d) for d in d2],
        [np.mean(a * d) for a, d in zip(h2, d2)],
    ]
    return Stats(*(np.sqrt(np.array(values)) for values in squares))


def tanh_as_sigmoid(layers: Layers) -> Layers:
    """Return the sigmoid network that computes what a tanh network computes.

    ``tanh(z) = 2 s(2 z) - 1``, so hidden units take doubled weights and biases, and every layer that reads
    hidden units reads ``2 h - 1``: weights doubled once more, and their sum moved into the bias.

    Lecture: notebook 10, section 10.6.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)`` of a tanh network; not changed.

    Returns
    -------
    Layers
        Pairs ``(W, b)`` of a sigmoid network with the same output.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -2.0]]), np.zeros(2)), (np.array([[3.0], [4.0]]), np.ones(1))]
    >>> same = mlp_forward([[0.3]], tanh_as_sigmoid(layers), "sigmoid")[-1]
    >>> np.allclose(same, mlp_forward([[0.3]], layers, "tanh")[-1])
    True
    """
    translated = []
    for k, (W, b) in enumerate(layers):
        W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
        if k > 0:
            W, b = 2 * W, b - W.sum(axis=0)
        hidden = 2 if k < len(layers) - 1 else 1
        translated.append((hidden * W, hidden * b))
    return translated


def jacobian_singular_values(layers: Layers, x: ArrayLike, activation: str = "tanh") -> np.ndarray:
    """Return the singular values of the Jacobian of the last hidden layer by the input.

    They say by how much a small change of the input, or a gradient on its way back, is stretched or shrunk in
    each direction. All of them near 1 is called dynamical isometry.

    Lecture: notebook 10, section 10.8.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, each followed by the activation.
    x : array_like of float, shape (n_in,)
        The input.
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation of every layer.

    Returns
    -------
    ndarray of float, shape (min(n_in, n_out),)
        Singular values, the largest first.

    Raises
    ------
    ValueError
        If shapes do not fit, or the activation is not known here.

    References
    ----------
    Saxe, A. M., McClelland, J. L., & Ganguli, S. (2014). ICLR. arXiv:1312.6120.

    Examples
    --------
    >>> jacobian_singular_values([(np.diag([1.0, 0.5]), np.zeros(2))] * 3, [0.0, 0.0])
    array([1.   , 0.125])
    """
    phi, h = activation_function(activation), np.asarray(x, dtype=float)[None, :]
    J = np.eye(h.shape[1])  # (n_in, fan_out) after each layer
    for W, b in layers:
        z = dense(h, W, b)
        J = J @ W * slope(activation, z)
        h = phi(z)
    return np.linalg.svd(J, compute_uv=False)
