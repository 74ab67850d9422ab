"""Rectified linear units: what their slope does to a path, which units are dead, how to begin and to repair.

A unit is *off* at an input where its pre-activation is at most 0. "Dead" needs a set of inputs: each
function here names its own.

Lecture: notebook 11.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.network import dense, mlp_forward, relu
from coursepkg.threshold import Layers


def rectifier_gradient(z: ArrayLike, alpha: float = 0.0) -> np.ndarray:
    """Return the derivative of the (leaky) rectifier: 1 where ``z > 0``, `alpha` elsewhere.

    At exactly 0 there is no derivative; every number between `alpha` and 1 is a slope of a line that touches
    the graph of a ReLU there. The lecture and torch take 0 for the ReLU, so the value here is `alpha`.

    Lecture: notebook 11, section 11.1.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations.
    alpha : float
        Slope for negative values, any number; 0 is the ReLU.

    Returns
    -------
    ndarray of float, the shape of `z`
        The slopes.

    Examples
    --------
    >>> rectifier_gradient([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    return np.where(np.asarray(z) > 0, 1.0, alpha)


def relu_chain_gradient(w: ArrayLike, x: float = 1.0) -> np.ndarray:
    """Return the derivative of ``relu(w_L relu(... relu(w_1 x)))`` by ``w_1``, for many chains at once.

    Lecture: notebook 11, section 11.2.

    Parameters
    ----------
    w : array_like of float, shape (n_chains, depth)
        One chain a row, ``w_1`` first.
    x : float
        The input.

    Returns
    -------
    ndarray of float, shape (n_chains,)
        The derivatives; 0 as soon as one unit of the chain is off.

    Raises
    ------
    ValueError
        If `w` is not a matrix with at least one column.

    References
    ----------
    Louppe, G. Deep Learning, lecture 2, the slide with "= 1" under three braces.

    Examples
    --------
    >>> relu_chain_gradient([[0.5, 2.0, 3.0], [0.5, -2.0, 3.0]], x=2.0)
    array([12.,  0.])
    """
    w = np.asarray(w, dtype=float)
    if w.ndim != 2 or w.shape[1] == 0:
        raise ValueError(
            f"relu_chain_gradient: expected w of shape (n_chains, depth), got {w.shape}; write one chain as "
            "w[None, :]"
        )
    h, gradient = np.full(len(w), float(x)), np.full(len(w), float(x))
    for k in range(w.shape[1]):
        z = w[:, k] * h
        gradient = gradient * rectifier_gradient(z) * (w[:, k] if k else 1.0)
        h = relu(z)
    return gradient + 0.0  # no negative zeros


def chain_survival(depth: int) -> float:
    """Return the probability ``2**-depth`` that the gradient of a scalar ReLU chain is not 0.

    The weights are independent, symmetric around 0 and not 0; the input is not 0 and the first weight's sign
    fits with probability one half.

    Lecture: notebook 11, section 11.2.

    Parameters
    ----------
    depth : int, at least 0
        Number of units in the chain.

    Returns
    -------
    float
        The probability.

    Raises
    ------
    ValueError
        If `depth` is negative.

    Examples
    --------
    >>> chain_survival(3)
    0.125
    """
    if depth < 0:
        raise ValueError(f"chain_survival: expected a depth of at least 0, got {depth}; count the units")
    return 0.5**depth


def kept_share(alpha: float = 0.0) -> float:
    """Return ``E[f(z)**2] / E[z**2] = (1 + alpha**2) / 2`` for a (leaky) rectifier and any symmetric `z`.

    Lecture: notebook 11, section 11.3.

    Parameters
    ----------
    alpha : float
        Slope for negative values; 0 is the ReLU.

    Returns
    -------
    float
        The share of the mean square that the activation keeps.

    References
    ----------
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). ICCV, 1026-1034. arXiv:1502.01852.

    Examples
    --------
    >>> kept_share(), kept_share(1.0)
    (0.5, 1.0)
    """
    return (1 + alpha**2) / 2


def he_std(fan_in: int, alpha: float = 0.0) -> float:
    """Return the standard deviation of weights that keeps the mean square from layer to layer.

    It solves ``fan_in * variance * kept_share(alpha) = 1``.

    Lecture: notebook 11, section 11.3.

    Parameters
    ----------
    fan_in : int, at least 1
        Number of inputs of a unit.
    alpha : float
        Slope for negative values; 0 is the ReLU.

    Returns
    -------
    float
        ``sqrt(2 / ((1 + alpha**2) fan_in))``.

    Raises
    ------
    ValueError
        If `fan_in` is less than 1.

    References
    ----------
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). ICCV, 1026-1034. arXiv:1502.01852.

    Examples
    --------
    >>> he_std(200)
    0.1
    """
    if fan_in < 1:
        raise ValueError(f"he_std: expected fan_in of at least 1, got {fan_in}; it counts a unit's inputs")
    return float(np.sqrt(1 / (fan_in * kept_share(alpha))))


def born_dead_bound(widths: Sequence[int]) -> float:
    """Return ``1 - prod(1 - 2**-N)`` over the hidden widths N.

    It is exactly the probability that, at one input that is not 0, all units of some hidden layer are off.
    It is an upper bound of the probability that the network is born dead: constant on its whole domain.
    Weights (and biases, unless all are 0) are independent, symmetric around 0 and have no atoms.

    Lecture: notebook 11, section 11.5.

    Parameters
    ----------
    widths : sequence of int, each at least 1
        The hidden widths; the output layer is no hidden layer.

    Returns
    -------
    float
        The probability, accurate for wide layers too.

    Raises
    ------
    ValueError
        If a width is less than 1.

    References
    ----------
    Lu, L., Shin, Y., Su, Y., & Karniadakis, G. E. (2020). Communications in Computational Physics, 28,
    1671-1706. arXiv:1903.06733.

    Examples
    --------
    >>> round(born_dead_bound([2, 2]), 12)
    0.4375
    """
    widths = np.asarray(widths, dtype=float)
    if widths.size and widths.min() < 1:
        raise ValueError(f"born_dead_bound: expected widths of at least 1, got {widths}; a layer has units")
    return float(-np.expm1(np.log1p(-(2.0**-widths)).sum()))


def born_dead_lower_bound(width: int, depth: int) -> float:
    """Return a lower bound of the probability that a network with one input and no biases is born dead.

    Such a network is constant exactly if both of its sides, x > 0 and x < 0, die. For two hidden layers the
    bound is the probability itself, ``4**-N (3 - 2**(1 - N))``.

    Lecture: notebook 11, section 11.5, with the proof.

    Parameters
    ----------
    width : int, at least 1
        Units in each hidden layer, N.
    depth : int, at least 1
        Number of hidden layers.

    Returns
    -------
    float
        The larger of ``2**(1 - N) V + (1 - 2**(1 - N)) V**2``, with V the probability that one of `depth` - 1
        layers is off at a point, and the exact value for two layers.

    Raises
    ------
    ValueError
        If `width` or `depth` is less than 1.

    Examples
    --------
    >>> round(born_dead_lower_bound(2, 2), 12)
    0.15625
    """
    if width < 1 or depth < 1:
        raise ValueError(
            f"born_dead_lower_bound: expected sizes of at least 1, got width={width}, depth={depth}; count "
            "hidden units and hidden layers"
        )
    later = born_dead_bound([width] * (depth - 1))
    one_side = 2.0 ** (1 - width)  # the first layer leaves one side alone
    return one_side * later + (1 - one_side) * later**2


class BornDead(NamedTuple):
    """Shares of random networks that are dead, by two definitions.

    Lecture: notebook 11, section 11.5.

    Attributes
    ----------
    at_point : float
        Some hidden layer is off at the first input.
    everywhere : float
        At each of the inputs some hidden layer is off.
    """

    at_point: float
    everywhere: float


def estimate_born_dead(
    widths: Sequence[int], X: ArrayLike, n_nets: int, rng: np.random.Generator, bias_std: float = 0.0
) -> BornDead:
    """Return the shares of random ReLU networks that are dead at some given inputs.

    Weights are normal with He's standard deviation, biases normal with a standard deviation of one's own.

    Lecture: notebook 11, section 11.5.

    Parameters
    ----------
    widths : sequence of int
        The hidden widths.
    X : array_like of float, shape (n_points, n_in)
        The inputs. With one input dimension and no biases ``[[1], [-1]]`` stands for the whole line.
    n_nets : int, at least 1
        How many networks.
    rng : numpy.random.Generator
        Where the random numbers come from.
    bias_std : float, at least 0
        0 for networks without biases.

    Returns
    -------
    BornDead
        Two shares, the first at least as large as the second.

    Raises
    ------
    ValueError
        If `X` is not a matrix with at least one row, or `n_nets` is less than 1.

    Examples
    --------
    >>> shares = estimate_born_dead([2, 2], [[1.0], [-1.0]], 1000, np.random.default_rng(0))
    >>> shares.at_point >= shares.everywhere
    True
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) == 0 or n_nets < 1:
        raise ValueError(
            f"estimate_born_dead: expected X of shape (n_points, n_in) and n_nets of at least 1, got shape "
            f"{X.shape} and {n_nets}; write one input as [[x]]"
        )
    h = np.broadcast_to(X, (n_nets, *X.shape))
    cut = np.zeros((n_nets, len(X)), dtype=bool)
    for fan_in, fan_out in pairwise([X.shape[1], *widths]):
        W = he_std(fan_in) * rng.standard_normal((n_nets, fan_in, fan_out))
        b = bias_std * rng.standard_normal((n_nets, 1, fan_out)) if bias_std else 0.0
        h = relu(h @ W + b)  # (n_nets, n_points, fan_in) @ (n_nets, fan_in, fan_out)
        cut |= ~h.any(axis=2)
    return BornDead(float(cut[:, 0].mean()), float(cut.all(axis=1).mean()))


def hidden_activations(layers: Layers, X: ArrayLike, where: str = "hidden_activations") -> list[np.ndarray]:
    """Return what the hidden layers of a ReLU network put out, after checking that there are samples.

    Lecture: notebook 11, section 11.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last is the output layer.
    X : array_like of float, shape (n_samples, n_in)
        At least one input.
    where : str
        The function to name in an error.

    Returns
    -------
    list of ndarray, shape (n_samples, n_units)
        One a hidden layer.

    Raises
    ------
    ValueError
        If there is no sample, or the shapes do not fit.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> hidden_activations(layers, [[3.0]])
    [array([[3., 0.]])]
    """
    if len(X := np.asarray(X)) == 0:
        raise ValueError(f'{where}: X has no row; give at least one input, "dead" is said of inputs')
    return mlp_forward(X, layers)[1:-1]


def dead_units(layers: Layers, X: ArrayLike) -> list[np.ndarray]:
    """Tell which hidden units of a ReLU network are off at all of the given inputs.

    A unit that is off at one input is not dead. A unit that is dead on `X` gets no gradient from `X`.

    Lecture: notebook 11, section 11.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last is the output layer.
    X : array_like of float, shape (n_samples, n_in)
        At least one input. Give all data, not one batch.

    Returns
    -------
    list of ndarray of bool, shape (n_units,)
        One a hidden layer.

    Raises
    ------
    ValueError
        If there is no sample, or the shapes do not fit.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> dead_units(layers, [[3.0], [2.0]])
    [array([False,  True])]
    """
    return [~(h > 0).any(axis=0) for h in hidden_activations(layers, X, "dead_units")]


def activation_sparsity(layers: Layers, X: ArrayLike) -> np.ndarray:
    """Return for each hidden layer the share of zeros among its outputs.

    Lecture: notebook 11, section 11.6.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last is the output layer.
    X : array_like of float, shape (n_samples, n_in)
        At least one input.

    Returns
    -------
    ndarray of float, shape (n_hidden_layers,)
        Shares over all pairs of a sample and a unit, in [0, 1].

    Raises
    ------
    ValueError
        If there is no sample, or the shapes do not fit.

    References
    ----------
    Glorot, X., Bordes, A., & Bengio, Y. (2011). AISTATS, PMLR 15, 315-323.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> activation_sparsity(layers, [[3.0], [0.0]])
    array([0.75])
    """
    return np.array([np.mean(h == 0) for h in hidden_activations(layers, X, "activation_sparsity")])


def revive(layers: Layers, X: ArrayLike, rng: np.random.Generator) -> Layers:
    """Return a ReLU network without dead units whose outputs on the given inputs are the old ones.

    A dead unit sends 0, so its outgoing weights are free. Its incoming weights are drawn anew, its bias is
    set so that it fires at some input, and its outgoing weights become 0. From there it can learn: the
    gradient by its outgoing weights is not 0 in general.

    Lecture: notebook 11, section 11.7.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last is the output layer. Not changed.
    X : array_like of float, shape (n_samples, n_in)
        At least one input; give all data.
    rng : numpy.random.Generator
        Where the new weights come from.

    Returns
    -------
    Layers
        The new network.

    Raises
    ------
    ValueError
        If there is no sample, or the shapes do not fit.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> repaired = revive(layers, [[3.0], [2.0]], np.random.default_rng(0))
    >>> dead_units(repaired, [[3.0], [2.0]]), mlp_forward([[3.0]], repaired)[-1].item()
    ([array([False, False])], 3.0)
    """
    dead = dead_units(layers, X)
    new = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in layers]
    h = np.asarray(X, dtype=float)
    for k, gone in enumerate(dead):
        (W, b), (W_next, _) = new[k], new[k + 1]
        W[:, gone] = he_std(len(W)) * rng.standard_normal((len(W), gone.sum()))
        middle = (h @ W[:, gone]).mean(axis=0)  # (n_samples, fan_in) @ (fan_in, n_dead), then a mean
        b[gone] = 0.01 * (1 + np.abs(middle)) - middle  # above minus the mean, so at some input it fires
        W_next[gone] = 0.0
        h = relu(dense(h, W, b))
    return new


def relu_line_path(
    x: ArrayLike, y: ArrayLike, start: tuple[float, float], lr: float, steps: int
) -> np.ndarray:
    """Return the way of gradient descent on the mean square error of one unit, ``relu(w x + b)``.

    Lecture: notebook 11, section 11.7.

    Parameters
    ----------
    x, y : array_like of float, shape (n_samples,)
        Inputs and targets.
    start : tuple of two float
        The first ``w`` and ``b``.
    lr : float, at least 0
        The learning rate.
    steps : int, at least 0
        How many steps.

    Returns
    -------
    ndarray of float, shape (steps + 1, 2)
        ``w`` and ``b``, the start first. Once the unit is off at all inputs the rows are equal for ever.

    Raises
    ------
    ValueError
        If `x` and `y` are not two vectors of one length, at least 1.

    Examples
    --------
    >>> relu_line_path([1.0], [2.0], (1.0, 0.0), lr=0.25, steps=1)
    array([[1. , 0. ],
           [1.5, 0.5]])
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(x) == 0:
        raise ValueError(
            f"relu_line_path: expected two vectors of one length, got shapes {x.shape} and {y.shape}; give "
            "one number a sample"
        )
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        w, b = path[-1]
        z = w * x + b
        g = 2 * (relu(z) - y) * rectifier_gradient(z) / len(x)  # dL/dz
        path.append(path[-1] - lr * np.array([g @ x, g.sum()]))
    return np.array(path)
