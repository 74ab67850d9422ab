"""Activation patterns of a ReLU network in floats: at points, as inequalities, as maps, and by sampling.

Everywhere `layers` is the whole network: pairs ``(W, b)`` of ReLU layers and, last, the linear output layer.
A unit is on where its pre-activation is above 0; at 0 it is off.

Lecture: notebook 14, section 14.1.
"""

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.threshold import Layers

MOST_INPUTS = 10  # the box alone has 3**p faces


def check_network(where: str, layers: Layers) -> tuple[Layers, tuple[np.ndarray, np.ndarray]]:
    """Take a network as float64 arrays, or refuse what is none.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    where : str
        The function that was called, for the message.
    layers : Layers
        The whole network, linear output last.

    Returns
    -------
    hidden : Layers
        The ReLU layers.
    output : (ndarray, ndarray)
        The linear layer.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, or if an entry is not finite.

    Examples
    --------
    >>> hidden, output = check_network("here", [([[1], [2]], [0])])
    >>> len(hidden), output[0].shape
    (0, (2, 1))
    """
    if not len(layers):
        raise ValueError(f"{where}: got no layer; the linear output layer is the least")
    checked, fan_in = [], None
    for k, (W, b) in enumerate(layers, start=1):
        W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
        if W.ndim != 2 or b.shape != W.shape[1:] or 0 in W.shape or fan_in not in (None, W.shape[0]):
            raise ValueError(
                f"{where}: layer {k}: expected W of shape ({fan_in or 'fan_in'}, fan_out) and b of shape "
                f"(fan_out,), each size at least 1, got {W.shape} and {b.shape}; did you pass W.T?"
            )
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            raise ValueError(
                f"{where}: layer {k} holds an entry that is no finite number; did training diverge?"
            )
        checked.append((W, b))
        fan_in = len(b)
    return checked[:-1], checked[-1]


def check_box(where: str, box: ArrayLike, n_in: int) -> np.ndarray:
    """Return the box as an array of shape (n_in, 2), or refuse what is none.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    where : str
        The function that was called, for the message.
    box : pair, or array_like of shape (n_in, 2)
        Lower and upper end, for all axes or for each.
    n_in : int
        Number of inputs.

    Returns
    -------
    ndarray of float, shape (n_in, 2)

    Raises
    ------
    ValueError
        If it has another shape, if an end is not finite or not below the other, or if `n_in` exceeds 10.

    Examples
    --------
    >>> check_box("here", (0, 1), 2).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """
    if n_in > MOST_INPUTS:
        raise ValueError(
            f"{where}: the network has {n_in} inputs, and a box in so many dimensions has too many faces to "
            f"count exactly (at most {MOST_INPUTS}); take estimate_regions, or cut a plane through the inputs"
        )
    if box is None:
        return None
    try:
        ends = np.array(box, dtype=float)
    except (TypeError, ValueError):
        ends = np.empty(0)
    if ends.shape == (2,):
        ends = np.tile(ends, (n_in, 1))
    if ends.shape != (n_in, 2) or not np.isfinite(ends).all() or not (ends[:, 0] < ends[:, 1]).all():
        raise ValueError(
            f"{where}: expected a box (low, high) with low < high, or {n_in} such pairs, got {box!r}"
        )
    return ends


def check_points(where: str, X: ArrayLike, n_in: int) -> np.ndarray:
    """Take points of shape (n_samples, n_in) as float64, or refuse another shape.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    where : str
        The function to name in the error.
    X : array_like of float, shape (n_samples, n_in)
        One point a row.
    n_in : int
        Inputs of the network.

    Returns
    -------
    ndarray of float, shape (n_samples, n_in)

    Raises
    ------
    ValueError
        If `X` has another shape.

    Examples
    --------
    >>> check_points("activation_patterns", [[0, 1]], 2)
    array([[0., 1.]])
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != n_in:
        raise ValueError(
            f"{where}: expected X of shape (n_samples, {n_in}), got {X.shape}; one point is the batch [x]"
        )
    return X


def activation_patterns(X: ArrayLike, layers: Layers) -> np.ndarray:
    """Return which hidden units are on at some points.

    Computed in float64: at a point on a kink the answer may be that of a neighbour.

    Lecture: notebook 14, sections 14.1 and 14.3.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One point a row.
    layers : Layers
        The whole network, linear output last.

    Returns
    -------
    ndarray of bool, shape (n_samples, n_units)
        All hidden units, first layer first; a unit at exactly 0 is off.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, or if `X` does not fit the first.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> activation_patterns([[-1.0], [0.0], [1.0]], layers)
    array([[False,  True],
           [False, False],
           [ True, False]])
    """
    hidden, output = check_network("activation_patterns", layers)
    X = check_points("activation_patterns", X, len((hidden or [output])[0][0]))
    h, on = X, [np.zeros((len(X), 0), dtype=bool)]
    for W, b in hidden:
        z = h @ W + b  # (n_samples, fan_in) @ (fan_in, fan_out)
        on.append(z > 0)
        h = np.maximum(z, 0)
    return np.hstack(on)


def affine_maps(layers: Layers, patterns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the affine map of a network on the regions of some patterns.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    patterns : ndarray of bool, shape (n_regions, n_units)
        The units that are on.

    Returns
    -------
    slopes : ndarray of float, shape (n_regions, n_in, n_out)
    offsets : ndarray of float, shape (n_regions, n_out)
        The network is ``x @ slopes[r] + offsets[r]`` in region r.

    Examples
    --------
    >>> slopes, offsets = affine_maps([([[2.0]], [1.0]), ([[1.0]], [0.5])], np.array([[False], [True]]))
    >>> slopes.ravel(), offsets.ravel()
    (array([0., 2.]), array([0.5, 1.5]))
    """
    n_regions = len(patterns)
    n_in, n_out = len(layers[0][0]), len(layers[-1][1])
    maps = np.empty((n_regions, n_in + 1, n_out))
    widest = max(len(b) for _, b in layers)
    at_once = max(1, 2**20 // ((n_in + 1) * widest))
    for start in range(0, n_regions, at_once):
        on = patterns[start : start + at_once]
        A = np.broadcast_to(np.eye(n_in + 1, n_in), (len(on), n_in + 1, n_in))  # last row: the offset
        begin = 0
        for k, (W, b) in enumerate(layers):
            A = A @ np.asarray(W, dtype=float)  # (n, n_in + 1, fan_in) @ (fan_in, fan_out)
            A[:, -1] += b
            if k < len(layers) - 1:
                A *= on[:, None, begin : begin + len(b)]
                begin += len(b)
        maps[start : start + at_once] = A
    return maps[:, :-1], maps[:, -1]


def region_polytope(layers: Layers, x: ArrayLike, box: ArrayLike = (-1, 1)) -> tuple[np.ndarray, np.ndarray]:
    """Return the closed polytope of the points that share the activation pattern of `x`, as inequalities.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    x : array_like of float, shape (n_in,)
        A point of the box.
    box : pair, or array_like of shape (n_in, 2)
        Lower and upper end, for all axes or for each; any number of inputs.

    Returns
    -------
    A : ndarray of float, shape (n_units + 2 n_in, n_in)
        A row for each hidden unit, first layer first, then ``x_i <= high`` and ``-x_i <= -low`` for each
        axis.
    c : ndarray of float, shape (n_units + 2 n_in,)
        The region is ``A @ x <= c``. Many rows may be implied by others.

    Raises
    ------
    ValueError
        If the network or the box is none, or if `x` has another shape or lies outside the box.

    Examples
    --------
    >>> A, c = region_polytope([(np.array([[2.0]]), np.array([1.0])), (np.ones((1, 1)), [0.0])], [0.5])
    >>> A.ravel(), c  # -2 x <= 1, x <= 1, -x <= 1
    (array([-2.,  1., -1.]), array([1., 1., 1.]))
    """
    hidden, output = check_network("region_polytope", layers)
    n_in = len((hidden or [output])[0][0])
    pairs = [box] * n_in if np.shape(box) == (2,) else box
    ends = np.vstack([check_box("region_polytope", pair, 1) for pair in pairs])
    x = np.asarray(x, dtype=float)
    if x.shape != (n_in,) or len(ends) != n_in or (x < ends[:, 0]).any() or (x > ends[:, 1]).any():
        raise ValueError(
            f"region_polytope: expected a point x of shape ({n_in},) in the box {box!r}, got {x.tolist()}"
        )
    A, c = np.eye(n_in), np.zeros(n_in)  # the inputs of a layer are A x + c
    rows, limits = [], []
    for W, b in hidden:
        A, c = W.T @ A, c @ W + b  # (fan_out, fan_in) @ (fan_in, n_in)
        on = A @ x + c > 0
        side = np.where(on, -1.0, 1.0)
        rows.append(side[:, None] * A)
        limits.append(-side * c)
        A, c = on[:, None] * A, on * c
    rows += [np.eye(n_in), -np.eye(n_in)]
    limits += [ends[:, 1], -ends[:, 0]]
    return np.vstack(rows), np.concatenate(limits)


def estimate_regions(layers: Layers, box: ArrayLike, n_samples: int, rng: np.random.Generator) -> int:
    """Return how many activation regions random points of a box meet: a lower bound, often a poor one.

    Small regions are missed. A million points find 241 of the 275 regions of a network with layers 4-8-8.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    box : pair, or array_like of shape (n_in, 2)
        Lower and upper end, for all axes or for each.
    n_samples : int, at least 1
        Number of points, uniform in the box.
    rng : numpy.random.Generator
        Draws the points.

    Returns
    -------
    int
        From 1 to the number of regions (and, on ties, at most as many patterns as were met).

    Raises
    ------
    ValueError
        If the network or the box is none, or if `n_samples` is less than 1.

    References
    ----------
    Hanin, B., & Rolnick, D. (2019). Deep ReLU networks have surprisingly few activation patterns. NeurIPS,
    arXiv:1906.00904.

    Examples
    --------
    >>> layers = [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> estimate_regions(layers, (-1, 1), 100, np.random.default_rng(0))
    4
    """
    hidden, output = check_network("estimate_regions", layers)
    n_in = len((hidden or [output])[0][0])
    if box is None or n_in <= MOST_INPUTS:
        ends = check_box("estimate_regions", (np.nan, np.nan) if box is None else box, n_in)
    else:  # sampling has no limit on the number of inputs: check one axis after another
        pairs = [box] * n_in if np.shape(box) == (2,) else box
        ends = np.vstack([check_box("estimate_regions", pair, 1) for pair in pairs])
    if n_samples < 1:
        raise ValueError(f"estimate_regions: expected n_samples of at least 1, got {n_samples}")
    met = None
    while n_samples > 0:
        X = rng.uniform(ends[:, 0], ends[:, 1], size=(min(n_samples, 2**16), n_in))
        found = unique_patterns(activation_patterns(X, layers))
        met = found if met is None else np.unique(np.concatenate([met, found]))
        n_samples -= len(X)
    return len(met)


def unique_patterns(on: np.ndarray) -> np.ndarray:
    """Return the distinct rows of a matrix of bool, each as one value of packed bits, sorted.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    on : ndarray of bool, shape (n_patterns, n_units)
        Patterns.

    Returns
    -------
    ndarray, shape (n_distinct,)
        See `packed`.

    Examples
    --------
    >>> len(unique_patterns(np.array([[True, False], [False, True], [True, False]])))
    2
    """
    return np.unique(packed(on))


def packed(on: np.ndarray) -> np.ndarray:
    """Return each row of a matrix of bool as one value of type bytes, so that rows compare and sort fast.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    on : ndarray of bool, shape (n_patterns, n_units)
        Patterns.

    Returns
    -------
    ndarray of void, shape (n_patterns,)

    Examples
    --------
    >>> rows = packed(np.array([[True, False], [False, True], [True, False]]))
    >>> bool(rows[0] == rows[2]), bool(rows[0] == rows[1])
    (True, False)
    """
    if not on.shape[1]:
        return np.zeros(len(on), dtype="V1")
    bits = np.packbits(on, axis=1)
    return np.ascontiguousarray(bits).view(f"V{bits.shape[1]}").ravel()
