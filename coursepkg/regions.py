"""How many regions a ReLU network has: exact counts, the whole complex in the plane, and an estimate.

Two words, never one for the other. An **activation region** is a set on which every hidden unit stays on or
stays off; a unit is on where its pre-activation is above 0. It is convex. A **linear region** is a largest
connected set on which the network is one affine map: activation regions are merged across a facet where the
map does not change. Counted are regions of full dimension that meet the open box.

Everywhere `layers` is the whole network: pairs ``(W, b)`` of ReLU layers and, last, the linear output layer.
A torch module comes in through `coursepkg.gpu.from_torch`.

The counts are exact. Signs are taken in float64 where a proven bound on the rounding error allows it, and in
integers elsewhere, so ties and degenerate positions are counted as they are (`coursepkg.exact_points`).

Lecture: notebook 14, sections 14.1 to 14.4.
"""

from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

from coursepkg.array_functions import NumpyArrays, TorchArrays
from coursepkg.exact_points import as_integers, places_after_point, prepare
from coursepkg.face_lattice import full_lattice, neighbours
from coursepkg.line_cells import Pieces, cut_pieces, interval
from coursepkg.patterns import (
    activation_patterns,
    affine_maps,
    check_box,
    check_network,
    estimate_regions,
    region_polytope,
)
from coursepkg.plane_cells import keep_freed_memory
from coursepkg.plane_complex import RegionComplex, region_complex
from coursepkg.plane_counter import PlaneCounter
from coursepkg.space_cells import count_space
from coursepkg.threshold import Layers

__all__ = [
    "RegionComplex",
    "RegionReport",
    "activation_patterns",
    "breakpoints",
    "count_linear_regions",
    "count_regions",
    "estimate_regions",
    "measure_regions",
    "region_complex",
    "region_polytope",
]


@dataclass(frozen=True)
class RegionReport:
    """A count and how it was reached.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    regions : int
        Activation regions of full dimension that meet the open box, exact.
    margin : float
        The smallest absolute pre-activation that decided a sign in float64, where 1 is about the largest
        value that the unit can take in the box by the sizes of its weights. ``inf`` if none did.
    settled : int
        How often floats did not decide: cells (with one input: points) whose signs were taken in integers.
        With ``box=None`` the count is made so throughout, and this is 0.
    parts : int
        Pieces of work: a layer over a part of the cells.
    """

    regions: int
    margin: float
    settled: int
    parts: int


def count_regions(
    layers: Layers,
    box: ArrayLike | None = (-1, 1),
    *,
    device=None,
    memory_bytes: int | None = None,
    progress: bool = False,
) -> int:
    """Return the exact number of activation regions of full dimension that meet the open box.

    Lecture: notebook 14, sections 14.1 to 14.4.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last; the weights are taken as float64.
    box : pair, or array_like of shape (n_in, 2), or None
        Lower and upper end, for all axes or for each. None is the whole space: slow, for small networks.
    device : torch.device or str, optional
        With two inputs: run on torch tensors there. The device must have float64.
    memory_bytes : int, optional
        With two inputs: about how much the arrays of one part may take. Smaller parts never change the count.
        By default as much as is fast.
    progress : bool
        Show a bar that counts the regions.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, if an entry is not finite, if the box is no box, if
        there are more than 10 inputs, if `memory_bytes` is less than 1, or if the device lacks float64.

    References
    ----------
    Berzins, A. (2023). Polyhedral complex extraction from ReLU networks using edge subdivision. ICML,
    arXiv:2306.07212. The same complex, a unit at a time.

    Examples
    --------
    Three lines through one point make six regions, not seven.

    >>> output = (np.ones((3, 1)), np.zeros(1))
    >>> W = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    >>> count_regions([(W, np.zeros(3)), output]), count_regions([(W, np.array([0.0, 0.0, -0.5])), output])
    (6, 7)
    """
    return measure_regions(layers, box, device=device, memory_bytes=memory_bytes, progress=progress).regions


def measure_regions(
    layers: Layers,
    box: ArrayLike | None = (-1, 1),
    *,
    device=None,
    memory_bytes: int | None = None,
    progress: bool = False,
) -> RegionReport:
    """Count as `count_regions` does, and say how close the signs were and how the work was parted.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers, box, device, memory_bytes, progress
        As in `count_regions`.

    Returns
    -------
    RegionReport

    Raises
    ------
    ValueError
        As `count_regions`.

    Examples
    --------
    >>> report = measure_regions([(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))])
    >>> report.regions, round(report.margin, 6), report.settled
    (4, 1.0, 0)
    """
    hidden, _ = check_network("count_regions", layers)
    if memory_bytes is not None and memory_bytes < 1:
        raise ValueError(f"count_regions: expected memory_bytes of at least 1, got {memory_bytes}")
    if not hidden:
        check_box("count_regions", box, len(layers[0][0]))
        return RegionReport(1, np.inf, 0, 0)
    if box is None:
        return RegionReport(count_everywhere(hidden), np.inf, 0, 0)
    box = check_box("count_regions", box, len(hidden[0][0]))
    scaled, exact = prepare(hidden, box)
    keep_freed_memory()
    with tqdm(unit=" regions", unit_scale=True) if progress else nullcontext() as bar:
        report = bar.update if progress else int  # making a bar, even one that is not shown, takes time
        if len(box) == 2:
            xp = array_functions(device)
            if memory_bytes is None:
                memory_bytes = 2**25 if device is None else 2**31
            counter = PlaneCounter(scaled, exact, box, xp, memory_bytes)
            regions = counter.count(report)
            margin = min(layer.margin for layer in counter.layers)
            return RegionReport(regions, margin, counter.n_settled, counter.n_parts)
        if len(box) == 1:
            pieces = line_pieces(hidden, box)
            regions, margin, settled = len(pieces.on), pieces.margin, pieces.settled
        else:
            regions, margin, settled = count_space(hidden, box, scaled, exact)
        report(regions)
        return RegionReport(regions, margin, settled, len(hidden))


def array_functions(device) -> NumpyArrays | TorchArrays:
    """Return the array functions of NumPy, or of torch on a device; refuse a device without float64.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    device : torch.device, str or None
        None for NumPy.

    Returns
    -------
    NumpyArrays or TorchArrays

    Raises
    ------
    ValueError
        If the device has no float64.

    Examples
    --------
    >>> array_functions(None).name, array_functions("cpu").name
    ('numpy', 'torch')
    """
    if device is None:
        return NumpyArrays()
    import torch

    if torch.device(device).type == "mps":
        raise ValueError(
            "count_regions: the device 'mps' has no float64; take device='cpu', or None for NumPy"
        )
    return TorchArrays(torch, device)


def line_pieces(hidden: Layers, box: np.ndarray) -> Pieces:
    """Return the pieces of a network with one input.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.
    box : ndarray of float, shape (1, 2)
        Both ends of the interval.

    Returns
    -------
    Pieces

    Examples
    --------
    >>> line_pieces([(np.array([[1.0, 1.0]]), np.array([0.0, -0.5]))], np.array([[-1.0, 1.0]])).x
    array([-1. ,  0. ,  0.5,  1. ])
    """
    scaled, exact = prepare(hidden, box)
    pieces = interval(box, exact)
    for k in range(len(hidden)):
        pieces = cut_pieces(pieces, k, scaled, last=k == len(hidden) - 1)
    return pieces


def count_everywhere(hidden: Layers) -> int:
    """Return the number of activation regions in the whole space.

    The cube ``|x| <= 1`` shows a part of the space. The rest is shown by 2 p further cubes: where ``|x_i|``
    is the largest coordinate, take ``s = 1 / |x_i|`` and ``u = s x`` as coordinates. There ``s`` times every
    pre-activation is again a ReLU network, with ``s`` handed on from layer to layer beside the units. A
    region may show in several cubes; it is one by its pattern.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.

    Returns
    -------
    int

    Examples
    --------
    Three lines whose crossings lie far out.

    >>> W, b = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), np.array([50.0, -50.0, 7.0])
    >>> count_everywhere([(W, b)])
    7
    """
    n_in = len(hidden[0][0])
    patterns = [on_patterns(hidden, np.tile([-1.0, 1.0], (n_in, 1)), ())]
    for axis in range(n_in):
        for side in (-1.0, 1.0):
            (W, b), rest = hidden[0], hidden[1:]
            others = np.delete(W, axis, axis=0)
            chart = [(np.vstack([others, b]), side * W[axis])]
            chart = [with_carry(W, b, first=k == 0) for k, (W, b) in enumerate([*chart, *rest])]
            box = np.tile([-1.0, 1.0], (n_in, 1))
            box[-1, 0] = 0.0
            patterns.append(on_patterns(chart, box, np.cumsum([len(b) for _, b in chart]) - 1))
    return len(np.unique(np.packbits(np.concatenate(patterns), axis=1), axis=0))


def with_carry(W: np.ndarray, b: np.ndarray, first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Append a unit that hands on the last input, which is never negative; biases become its weights.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    W : ndarray of float, shape (fan_in, fan_out)
        Weights.
    b : ndarray of float, shape (fan_out,)
        Biases.
    first : bool
        Whether it is the first layer, which has its last input already.

    Returns
    -------
    W : ndarray of float, shape (fan_in, fan_out + 1), or (fan_in + 1, fan_out + 1) after the first layer
    b : ndarray of float, shape (fan_out + 1,)

    Examples
    --------
    >>> with_carry(np.array([[2.0]]), np.array([3.0]), first=False)
    (array([[2., 0.],
           [3., 1.]]), array([0., 0.]))
    """
    if first:
        carry = np.eye(len(W))[:, -1:]
        return np.hstack([W, carry]), np.append(b, 0.0)
    carry = np.append(np.zeros(len(W)), 1.0)[:, None]
    return np.hstack([np.vstack([W, b]), carry]), np.zeros(len(b) + 1)


def on_patterns(hidden: Layers, box: np.ndarray, without) -> np.ndarray:
    """Return the patterns of all cells in a box, without some columns.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.
    box : ndarray of float, shape (n_in, 2)
        Lower and upper end of each axis.
    without : array_like of int
        The units to leave out, counted over all layers.

    Returns
    -------
    ndarray of bool, shape (n_cells, n_units - len(without))

    Examples
    --------
    >>> on_patterns([(np.eye(2), np.zeros(2))], np.array([[-1.0, 1.0]] * 2), [1]).sum()
    np.int64(2)
    """
    return np.delete(full_lattice(hidden, box, *prepare(hidden, box)).on, without, axis=1)


def count_linear_regions(layers: Layers, box: ArrayLike = (-1, 1)) -> int:
    """Return the exact number of linear regions that meet the open box.

    Activation regions are merged where they share a facet and the network is the same affine map on both
    sides, and so on from one to the next. Regions that touch in less than a facet stay apart.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    box : pair, or array_like of shape (n_in, 2)
        Lower and upper end, for all axes or for each.

    Returns
    -------
    int
        At least 1, at most ``count_regions(layers, box)``.

    Raises
    ------
    ValueError
        If the network or the box is none, or if there are more than 10 inputs.

    References
    ----------
    The difference between the two counts: arXiv:2505.16716 (2025).

    Examples
    --------
    A unit that the output does not use, and two that cancel, divide activation regions only.

    >>> W, b = np.array([[1.0, 2.0, 3.0]]), np.array([0.5, 0.0, 0.0])
    >>> layers = [(W, b), (np.array([[0.0], [3.0], [-2.0]]), np.zeros(1))]
    >>> count_regions(layers), count_linear_regions(layers)
    (3, 1)
    """
    hidden, output = check_network("count_linear_regions", layers)
    n_in = len((hidden or [output])[0][0])
    ends = check_box("count_linear_regions", (np.nan, np.nan) if box is None else box, n_in)
    if not hidden:
        return 1
    network = [*hidden, output]
    if n_in == 1:
        patterns = line_pieces(hidden, ends).on
        pairs = np.column_stack([np.arange(len(patterns) - 1), np.arange(1, len(patterns))])
    elif n_in == 2:
        found = region_complex(layers, ends)
        patterns, pairs = found.patterns, found.edge_regions[found.edge_regions[:, 1] >= 0]
    else:
        lattice = full_lattice(hidden, ends, *prepare(hidden, ends))
        patterns, pairs = lattice.on, neighbours(lattice)
    pairs = pairs[same_map(network, patterns, pairs)]
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(patterns),) * 2)
    return int(connected_components(graph, directed=False)[0])


def same_map(layers: Layers, patterns: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return for pairs of neighbouring regions whether the network is one affine map on both, exactly.

    Neighbours agree on their common facet, so equal slopes are enough. Slopes that differ by more than
    rounding can explain differ; the others are compared in integers.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    patterns : ndarray of bool, shape (n_regions, n_units)
        The units that are on in each region.
    pairs : ndarray of int, shape (n_pairs, 2)
        Numbers of regions.

    Returns
    -------
    ndarray of bool, shape (n_pairs,)

    Examples
    --------
    The output does not use the second unit.

    >>> layers = [(np.array([[1.0, 1.0]]), np.array([0.0, -0.5])), (np.array([[1.0], [0.0]]), np.zeros(1))]
    >>> on = np.array([[False, False], [True, False], [True, True]])
    >>> same_map(layers, on, np.array([[0, 1], [1, 2]]))
    array([False,  True])
    """
    slopes, _ = affine_maps(layers, patterns)
    largest = np.eye(slopes.shape[1])
    for W, _ in layers:
        largest = largest @ np.abs(W)  # (n_in, fan_in) @ (fan_in, fan_out)
    size = sum(len(W) + 2 for W, _ in layers) * 2.0**-50
    same = np.zeros(len(pairs), dtype=bool)
    whole = [as_integers(W, places_after_point(W)) for W, _ in layers]
    known = {}

    def exact_slopes(region):
        if region not in known:
            A, begin = whole[0], 0
            for W in whole[1:]:
                on = patterns[region, begin : begin + len(W)]
                A = A[:, on].dot(W[on]) if on.any() else np.zeros((len(A), W.shape[1]), dtype=object)
                begin += len(W)
            known[region] = A
        return known[region]

    for start in range(0, len(pairs), 2**16):
        a, b = pairs[start : start + 2**16].T
        close = (np.abs(slopes[a] - slopes[b]) <= size * largest).all(axis=(1, 2))
        for i in np.flatnonzero(close):
            same[start + i] = (exact_slopes(a[i]) == exact_slopes(b[i])).all()
    return same


def breakpoints(layers: Layers, interval: ArrayLike = (-1, 1), *, linear: bool = False) -> np.ndarray:
    """Return where the pieces of a network with one input meet, inside an interval.

    Which points there are is exact, also where kinks coincide; each is a float within rounding of its place.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last, one input.
    interval : pair of float
        Lower and upper end.
    linear : bool
        False: the ends of activation regions. True: only the points where the network's slope changes.

    Returns
    -------
    ndarray of float, shape (n_points,)
        Ascending, one fewer than the regions of that kind.

    Raises
    ------
    ValueError
        If the network or the interval is none, or if the network has not one input.

    Examples
    --------
    >>> hat = [(np.ones((1, 3)), np.array([0.5, 0.0, -0.5])), (np.array([[1.0], [-2.0], [1.0]]), np.zeros(1))]
    >>> breakpoints(hat)
    array([-0.5,  0. ,  0.5])
    """
    hidden, output = check_network("breakpoints", layers)
    n_in = len((hidden or [output])[0][0])
    if n_in != 1:
        raise ValueError(
            f"breakpoints: expected a network with 1 input, got {n_in}; cut a line through the inputs: with "
            "x = start + s * direction the first layer becomes (direction @ W, start @ W + b)"
        )
    ends = check_box("breakpoints", (np.nan, np.nan) if interval is None else interval, 1)
    if not hidden:
        return np.empty(0)
    pieces = line_pieces(hidden, ends)
    inner = pieces.x[1:-1]
    if linear:
        left = np.arange(len(inner))
        inner = inner[~same_map([*hidden, output], pieces.on, np.column_stack([left, left + 1]))]
    return inner
