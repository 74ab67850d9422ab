"""Linear regions in exact rational arithmetic: slow, simple, and right in every degenerate position.

An activation region is a set on which every hidden ReLU unit is on or off throughout; a unit is on where its
pre-activation is above 0, and off at 0. The cells here are the activation regions of full dimension. Floating
point takes no part: a float is the rational number that it stores.

A cell is kept by its extreme rays in homogeneous coordinates: the vertex ``x`` is a positive multiple of
``(x, 1)``, and a direction ``d`` in which the cell is unbounded is ``(d, 0)``. So a cell is a cone with p + 1
coordinates, bounded or not, its rays are vectors of integers, and one cut serves both. This is the double
description method of Motzkin, Raiffa, Thompson and Thrall (1953).

Lecture: notebook 14, section 14.3.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd, lcm

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from coursepkg.threshold import Layers

Vector = tuple[int, ...]


@dataclass(frozen=True)
class RationalCell:
    """An activation region of full dimension, or its part in one orthant if the whole space was asked for.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    pattern : tuple of bool, length n_units
        Which hidden units are on, first layer first.
    rays : tuple of tuple of int, length p + 1 each
        Extreme rays in homogeneous coordinates, without common factor.
    tight : tuple of int
        For each ray a bit mask of the inequalities that hold there with equality.
    slopes : tuple of tuple of Fraction, shape (n_out, p)
        The network is ``slopes @ x + offsets`` on this cell.
    offsets : tuple of Fraction, length n_out
    """

    pattern: tuple[bool, ...]
    rays: tuple[Vector, ...]
    tight: tuple[int, ...]
    slopes: tuple[tuple[Fraction, ...], ...]
    offsets: tuple[Fraction, ...]

    def vertices(self) -> list[tuple[Fraction, ...]]:
        """Return the vertices, in no particular order."""
        return [tuple(Fraction(x, ray[-1]) for x in ray[:-1]) for ray in self.rays if ray[-1]]

    def interior_point(self) -> tuple[Fraction, ...]:
        """Return a point with a whole ball around it inside the cell."""
        total = [sum(column) for column in zip(*self.rays)]
        return tuple(Fraction(x, total[-1]) for x in total[:-1])

    def facets(self) -> set[frozenset[Vector]]:
        """Return the facets, each as the set of its rays; two cells share a facet if both have the set."""
        used = max(mask.bit_length() for mask in self.tight)
        faces = {
            frozenset(ray for ray, mask in zip(self.rays, self.tight) if mask >> k & 1) for k in range(used)
        }
        return {face for face in faces if not any(face < other for other in faces)}


def rational_cells(layers: Layers, box: ArrayLike | None = (-1, 1)) -> list[RationalCell]:
    """Return the activation regions of full dimension that meet the open box.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network: ReLU layers, then the linear output layer. Entries are int, float or Fraction.
    box : pair, or array_like of shape (p, 2), or None
        Lower and upper end, for all axes or for each; None is the whole space.

    Returns
    -------
    list of RationalCell
        One for each region. On the whole space a region comes in pieces, one for each orthant that it meets.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, if an entry is not finite, or if the box is no box.

    References
    ----------
    Motzkin, T. S., Raiffa, H., Thompson, G. L., & Thrall, R. M. (1953). The double description method.

    Examples
    --------
    >>> fold = [([[1, 1]], [0, -1]), ([[1], [-2]], [0])]  # relu(x) - 2 relu(x - 1)
    >>> for cell in rational_cells(fold, (-3, 3)):
    ...     print(cell.pattern, [str(x) for (x,) in cell.vertices()], cell.slopes[0][0])
    (False, False) ['-3', '0'] 0
    (True, False) ['0', '1'] 1
    (True, True) ['3', '1'] -1
    """
    exact, scale = _integer_layers("rational_cells", layers)
    n_in = len(exact[0][0])
    identity = [tuple(int(i == j) for j in range(n_in + 1)) for i in range(n_in)]
    zero = (0,) * (n_in + 1)
    # A cell in the making: rays with masks, number of inequalities so far, pattern, and its last layer's
    # values as integer forms in (x, 1).
    cells = [(rays, used, (), identity) for rays, used in _start("rational_cells", box, n_in)]
    for W, b in exact[:-1]:
        refined = []
        for rays, used, pattern, h in cells:
            z = _affine(W, b, h)
            parts = [(rays, used, ())]
            for form in z:
                parts = [piece for part in parts for piece in _cut(*part, form)]
            for piece, count, on in parts:
                refined.append((piece, count, pattern + on, [f if s else zero for f, s in zip(z, on)]))
        cells = refined
    W, b = exact[-1]
    return [_finished(rays, pattern, _affine(W, b, h), scale) for rays, _, pattern, h in cells]


def count_regions_rational(layers: Layers, box: ArrayLike | None = (-1, 1)) -> int:
    """Return the exact number of activation regions of full dimension that meet the open box.

    No two such regions have the same pattern, since a pattern belongs to a convex set. So the patterns are
    counted.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network: ReLU layers, then the linear output layer. Entries are int, float or Fraction.
    box : pair, or array_like of shape (p, 2), or None
        Lower and upper end, for all axes or for each; None is the whole space.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, if an entry is not finite, or if the box is no box.

    Examples
    --------
    Three lines through one point make six regions, not seven.

    >>> W, b = [[1, 0, 1], [0, 1, 1]], [0, 0, 0]
    >>> count_regions_rational([(W, b), ([[1], [1], [1]], [0])])
    6
    >>> count_regions_rational([(W, [0, 0, -1]), ([[1], [1], [1]], [0])], box=None)
    7
    """
    return len({cell.pattern for cell in rational_cells(layers, box)})


def count_linear_regions_rational(layers: Layers, box: ArrayLike | None = (-1, 1)) -> int:
    """Return the exact number of linear regions that meet the open box.

    Activation regions are merged where they share a facet and the network is the same affine function on both
    sides. Regions that touch in less than a facet stay apart.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network: ReLU layers, then the linear output layer. Entries are int, float or Fraction.
    box : pair, or array_like of shape (p, 2), or None
        Lower and upper end, for all axes or for each; None is the whole space.

    Returns
    -------
    int
        At least 1, at most the number of activation regions.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, if an entry is not finite, or if the box is no box.

    Examples
    --------
    ``relu(x) - relu(-x)`` is x everywhere: two activation regions, one linear region.

    >>> layers = [([[1, -1]], [0, 0]), ([[1], [-1]], [0])]
    >>> count_regions_rational(layers), count_linear_regions_rational(layers)
    (2, 1)
    """
    cells = rational_cells(layers, box)
    leader = list(range(len(cells)))

    def find(i):
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    owner = {}  # (facet, affine map) -> the first cell that has both
    for i, cell in enumerate(cells):
        for facet in cell.facets():
            other = owner.setdefault((facet, cell.slopes, cell.offsets), i)
            leader[find(i)] = find(other)
    return sum(find(i) == i for i in range(len(cells)))


def count_regions_highs(layers: Layers, box: ArrayLike | None = (-1, 1), margin: float = 1e-7) -> int:
    """Return the number of activation regions that contain a ball of radius `margin`, by linear programmes.

    A second oracle, in floating point and by another algorithm: one pattern after the other, a linear
    programme asks for the largest ball inside. Regions thinner than the margin are missed.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network: ReLU layers, then the linear output layer.
    box : pair, or array_like of shape (p, 2), or None
        Lower and upper end, for all axes or for each; None is the whole space.
    margin : float
        Smallest radius that counts.

    Returns
    -------
    int
        At least 1 if the box itself contains the ball.

    Raises
    ------
    ValueError
        If there is no layer, if two layers do not fit, if an entry is not finite, or if the box is no box.
    RuntimeError
        If the solver gives up.

    References
    ----------
    Huangfu, Q., & Hall, J. A. J. (2018). Mathematical Programming Computation, 10, 119-142 (HiGHS).

    Examples
    --------
    >>> count_regions_highs([([[1, 0, 1], [0, 1, 1]], [0, 0, 0]), ([[1], [1], [1]], [0])])
    6
    """
    _integer_layers("count_regions_highs", layers)  # refuses what is no network
    network = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in layers]
    n_in = len(network[0][0])
    ends = _ends("count_regions_highs", box, n_in)
    walls = [] if ends is None else [
        np.array([*(sign * np.eye(n_in)[k]), -sign * float(end)])
        for k, pair in enumerate(ends) for sign, end in zip((1, -1), pair)
    ]  # fmt: skip
    cells = [(walls, np.eye(n_in, n_in + 1))]  # inequalities form @ (x, 1) >= 0, and the layer's values
    for W, b in network[:-1]:
        refined = []
        for inequalities, h in cells:
            z = W.T @ h  # (fan_out, fan_in) @ (fan_in, n_in + 1) -> (fan_out, n_in + 1)
            z[:, -1] += b
            parts = [(inequalities, ())]
            for form in z:
                parts = [piece for part in parts for piece in _highs_cut(*part, form, margin)]
            refined += [(piece, z * np.array(on)[:, None]) for piece, on in parts]
        cells = refined
    return len(cells)


def _highs_cut(inequalities, on, form, margin):
    """Return the one or two parts of a cell left by a unit, with the unit's state added to `on`."""
    length = np.abs(form[:-1]).max(initial=0.0)
    if length < 1e-12:  # the unit is constant on the cell
        return [(inequalities, (*on, form[-1] > 1e-12))]
    sides = [((*on, False), [*inequalities, -form]), ((*on, True), [*inequalities, form])]
    return [(side, state) for state, side in sides if _largest_ball(side) > margin]


def _largest_ball(inequalities):
    """Return the largest radius, at most 1, of a ball with ``form @ (x, 1) >= 0`` for every form."""
    forms = np.array(inequalities)
    lengths = np.linalg.norm(forms[:, :-1], axis=1, keepdims=True)
    forms = forms / lengths
    n_in = forms.shape[1] - 1
    found = linprog(
        [0.0] * n_in + [-1.0],
        A_ub=np.hstack([-forms[:, :-1], np.ones_like(lengths)]),  # radius - slope @ x <= offset
        b_ub=forms[:, -1],
        bounds=[(None, None)] * n_in + [(-1.0, 1.0)],
        method="highs",
    )
    if found.status == 2:
        return -1.0
    if found.status != 0:
        raise RuntimeError(
            f"count_regions_highs: the solver stopped: {found.message}; take count_regions_rational"
        )
    return found.x[-1]


def _integer_layers(where, layers):
    """Return the layers as integers, ``W`` by rows, with one positive factor for the values of the output.

    Layer k's values come out ``scale_k`` times too large. That changes no sign, so it moves no kink.
    """
    exact, scale, fan_in = [], 1, None
    for k, (W, b) in enumerate(layers, start=1):
        W, b = np.asarray(W), np.asarray(b)
        if W.ndim != 2 or b.shape != W.shape[1:] or 0 in W.shape or fan_in not in (None, W.shape[0]):
            raise ValueError(
                f"{where}: layer {k}: expected W of shape ({fan_in or 'fan_in'}, fan_out) and b of shape "
                f"(fan_out,), each size at least 1, got {W.shape} and {b.shape}; did you pass W.T?"
            )
        try:
            W = [[Fraction(w) for w in row] for row in W.tolist()]
            b = [Fraction(v) for v in b.tolist()]
        except (ValueError, OverflowError, TypeError):
            raise ValueError(
                f"{where}: layer {k} holds an entry that is no finite number; pass int, float or Fraction"
            ) from None
        factor = lcm(*(v.denominator for row in [*W, b] for v in row))
        exact.append(([[int(w * factor) for w in row] for row in W], [int(v * factor) * scale for v in b]))
        scale, fan_in = scale * factor, len(b)
    if not exact:
        raise ValueError(f"{where}: got no layer; the linear output layer is the least")
    return exact, scale


def _ends(where, box, n_in):
    """Return the box as n_in pairs of Fractions, or None for the whole space."""
    if box is None:
        return None
    try:
        pairs = np.asarray(box)
        pairs = [pairs.tolist()] * n_in if pairs.shape == (2,) else pairs.tolist()
        ends = [(Fraction(low), Fraction(high)) for low, high in pairs]
        if len(ends) == n_in and all(low < high for low, high in ends):
            return ends
    except (ValueError, OverflowError, TypeError):
        pass
    raise ValueError(
        f"{where}: expected a box (low, high) with low < high, or {n_in} such pairs, got {box!r}; "
        "None is the whole space"
    )


def _start(where, box, n_in):
    """Return the cells to begin with, the box or the orthants: rays with masks, number of inequalities."""
    ends = _ends(where, box, n_in)
    if ends is not None:
        corners = []
        for choice in product((0, 1), repeat=n_in):
            corner = [pair[c] for pair, c in zip(ends, choice)] + [Fraction(1)]
            factor = lcm(*(x.denominator for x in corner))
            mask = sum(1 << (2 * k + c) for k, c in enumerate(choice))
            corners.append((_primitive([int(x * factor) for x in corner]), mask))
        return [(corners, 2 * n_in)]
    orthants = []
    for signs in product((-1, 1), repeat=n_in):
        rays = [tuple(s * (i == k) for i, s in enumerate((*signs, 1))) for k in range(n_in + 1)]
        everything = (1 << n_in + 1) - 1
        orthants.append(([(ray, everything ^ 1 << k) for k, ray in enumerate(rays)], n_in + 1))
    return orthants


def _primitive(vector):
    """Divide a vector of integers by its greatest common divisor."""
    divisor = gcd(*vector)
    return tuple(x // divisor for x in vector)


def _affine(W, b, h):
    """Return the forms of ``h @ W + b``: tuples of p + 1 integers."""
    columns = list(zip(*h))  # p + 1 columns of length fan_in
    z = [[sum(w * x for w, x in zip(unit, column)) for column in columns] for unit in zip(*W)]
    return [(*form[:-1], form[-1] + bias) for form, bias in zip(z, b)]


def _cut(rays, used, on, form):
    """Return the one or two parts of a cell left by a unit, with the unit's state added to `on`."""
    values = [sum(a * x for a, x in zip(form, ray)) for ray, _ in rays]
    if max(values) <= 0:
        return [(rays, used, (*on, False))]
    if min(values) >= 0:
        return [(rays, used, (*on, True))]
    bit = 1 << used
    wall = [(ray, mask | bit) for (ray, mask), value in zip(rays, values) if value == 0]
    above = [(ray, mask, value) for (ray, mask), value in zip(rays, values) if value > 0]
    below = [(ray, mask, value) for (ray, mask), value in zip(rays, values) if value < 0]
    for (p, p_mask, p_value), (q, q_mask, q_value) in product(above, below):
        common = p_mask & q_mask
        # An edge joins two rays if no third one lies on all the walls on which both lie.
        if sum(mask & common == common for _, mask in rays) == 2:
            crossing = [p_value * y - q_value * x for x, y in zip(p, q)]
            wall.append((_primitive(crossing), common | bit))
    return [
        ([(ray, mask) for ray, mask, _ in below] + wall, used + 1, (*on, False)),
        ([(ray, mask) for ray, mask, _ in above] + wall, used + 1, (*on, True)),
    ]


def _finished(rays, pattern, output, scale):
    return RationalCell(
        pattern,
        tuple(ray for ray, _ in rays),
        tuple(mask for _, mask in rays),
        tuple(tuple(Fraction(a, scale) for a in form[:-1]) for form in output),
        tuple(Fraction(form[-1], scale) for form in output),
    )
