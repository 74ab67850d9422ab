"""Signs beyond doubt: a bound on every rounding error, and integers where the bound does not decide.

The counters of lesson 14 ask one question: is a hidden unit positive, negative or zero at a vertex? They
answer in float64 as long as the value is larger than its error bound. `scale_layers` prepares the network so
that the bound is one number a vertex: after it, no pre-activation exceeds 1 in the box. Where the bound does
not decide, `ExactLayers` computes the same value in integers. Every float is an integer over a power of two,
so the coordinates of a vertex are a ratio of integers, and their signs are exact.

Lecture: notebook 14, section 14.3.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np

from coursepkg.threshold import Layers

UNIT_ROUNDOFF = 2.0**-53


@dataclass(frozen=True)
class ScaledLayers:
    """The hidden layers with each unit divided by its bound in the box, which changes no sign.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    hidden : list of (ndarray, ndarray)
        Pairs ``(W, b)``; in the box every pre-activation lies in [-1, 1].
    bounds : list of ndarray of float
        For each layer, what its units were divided by, shape (fan_out,).
    """

    hidden: Layers
    bounds: list[np.ndarray]

    def rounding(self, k: int) -> float:
        """Return what scaling and computing the pre-activations of layer `k` (0 first) add to an error."""
        return (self.hidden[k][0].shape[0] + 6) * UNIT_ROUNDOFF

    def noise(self, k: int) -> float:
        """Return by how much pre-activations of layer `k` differ from those at the point the floats mean.

        Between two points with the same units on, interpolating the values is interpolating the points. So a
        float vertex has nearly the values of some point of the plane, however far that point is from the true
        vertex: rounding adds up over the layers, but no ill-conditioned crossing makes it larger.
        """
        return sum(self.rounding(i) + 16 * UNIT_ROUNDOFF for i in range(k + 1))


def scale_layers(hidden: Layers, box: np.ndarray) -> ScaledLayers:
    """Divide every unit by a bound of its size, so that it stays within [-1, 1] in the box.

    The bound of a unit is ``sum |w| m + |b|`` with ``m`` the bounds of its inputs. An error of ``e m`` in
    every input then gives an error of at most ``e`` in the scaled output: one number describes the error of
    all units.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.
    box : ndarray of float, shape (n_in, 2)
        Lower and upper end of each axis.

    Returns
    -------
    ScaledLayers

    Examples
    --------
    >>> scaled = scale_layers([(np.array([[3.0]]), np.array([1.0]))], np.array([[-1.0, 1.0]]))
    >>> [array.round(9).tolist() for array in scaled.hidden[0]], scaled.bounds[0].round(9).tolist()
    ([[[0.75]], [0.25]], [4.0])
    """
    reach, factor = np.abs(box).max(axis=1), np.ones(len(box))
    layers, bounds = [], []
    for W, b in hidden:
        W = W * factor[:, None]
        bound = (reach @ np.abs(W) + np.abs(b)) * (1 + 1e-12)  # (fan_in,) @ (fan_in, fan_out)
        bound[bound == 0] = 1.0
        layers.append((W / bound, b / bound))
        bounds.append(bound)
        reach, factor = np.ones(len(b)), bound
    return ScaledLayers(layers, bounds)


def new_point_error(error, span, drop):
    """Return the error bound of a point where a unit is zero, between two points of opposite sign.

    The point lies at ``t = z_u / (z_u - z_v)``. An error e in both values moves it by at most ``2 e / drop``
    of the way, as long as both values exceed ``2 e``, and any other unit changes by at most `span` on the
    way.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    error : array of float, shape (n_points,)
        The larger of the bounds of the two points.
    span : array of float, shape (n_points,)
        The largest ``|z_u - z_v|`` of any unit that is to be known at the new point.
    drop : array of float, shape (n_points,)
        ``|z_u - z_v|`` of the unit that is zero there, positive.

    Returns
    -------
    array of float, shape (n_points,)

    Examples
    --------
    >>> bool(new_point_error(np.array([1e-16]), np.array([1.0]), np.array([0.5]))[0] < 2e-15)
    True
    """
    return error * (1 + 2 * (span + 2 * error) / drop) + 8 * UNIT_ROUNDOFF


def as_integers(values: np.ndarray, shift: int) -> np.ndarray:
    """Return ``values * 2**shift`` as Python integers; the product must be whole.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    values : ndarray of float, any shape
        Finite numbers.
    shift : int, at least ``places_after_point(values)``
        By how many bits to shift.

    Returns
    -------
    ndarray of int (dtype object), the shape of `values`

    Examples
    --------
    >>> as_integers(np.array([0.75, -1.0]), 2).tolist()
    [3, -4]
    """
    mantissa, exponent = np.frexp(values)
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    out = np.empty(values.shape, dtype=object)
    for place, m, e in zip(np.ndindex(values.shape), whole.flat, exponent.flat):
        up = int(e) - 53 + shift
        out[place] = int(m) << up if up >= 0 else int(m) >> -up
    return out


def places_after_point(values: np.ndarray) -> int:
    """Return the smallest ``s >= 0`` for which all ``values * 2**s`` are whole.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    values : ndarray of float, any shape
        Finite numbers.

    Returns
    -------
    int

    Examples
    --------
    >>> places_after_point(np.array([0.75, -1.0]))
    2
    """
    values = values[values != 0]
    if values.size == 0:
        return 0
    mantissa, exponent = np.frexp(values)
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    zeros = np.frexp((whole & -whole).astype(float))[1] - 1  # trailing zero bits
    return max(0, int((53 - exponent - zeros).max()))


class ExactLayers:
    """The hidden layers in integers, for points in integer homogeneous coordinates.

    A point is ``(x_1, ..., x_p, d)`` with ``d > 0`` and stands for ``x / d``.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64, not scaled.
    bounds : list of ndarray of float
        What the units are divided by, as in `ScaledLayers`.

    Examples
    --------
    >>> exact = ExactLayers([(np.array([[3.0], [-1.0]]), np.array([0.0]))], [np.ones(1)])
    >>> signs, values = exact.at([(1, 3, 7), (1, 4, 9)], 0)
    >>> signs.ravel(), values.ravel()
    (array([ 0, -1], dtype=int8), array([ 0.        , -0.11111111]))
    """

    def __init__(self, hidden: Layers, bounds: list[np.ndarray]):
        self.hidden, self.bounds, self._integers = hidden, bounds, {}

    def layer(self, k: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Return ``W * 2**s`` and ``b * 2**s`` as integers, and ``s``, for layer `k`."""
        if k not in self._integers:
            W, b = self.hidden[k]
            s = max(places_after_point(W), places_after_point(b))
            self._integers[k] = as_integers(W, s), as_integers(b, s), s
        return self._integers[k]

    def raw(self, points: list[tuple[int, ...]], k: int, unit: int | slice = slice(None)):
        """Return pre-activations of layer `k` as integers: each is the value times a positive denominator.

        Parameters
        ----------
        points : list of tuple of int, each of length n_in + 1
            Homogeneous coordinates, at least one point.
        k : int
            The layer, 0 first.
        unit : int or slice
            Which units of the layer.

        Returns
        -------
        z : ndarray of object, shape (n_points, fan_out) or (n_points,)
            The numerators.
        d : ndarray of object, shape (n_points,)
            The denominators; one point's are those of its coordinates times a power of two.
        """
        table = np.array(points, dtype=object).reshape(len(points), -1)
        h, d = table[:, :-1], table[:, -1]
        for i in range(k + 1):
            W, b, s = self.layer(i)
            chosen = unit if i == k else slice(None)
            z = h.dot(W[:, chosen]) + np.multiply.outer(
                d, b[chosen]
            )  # (n_points, fan_in) @ (fan_in, fan_out)
            d = d << s
            h = np.where(z > 0, z, 0)
        return z, d

    def at(self, points: list[tuple[int, ...]], k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return sign and value of every unit of layer `k` at the points.

        Parameters
        ----------
        points : list of tuple of int, each of length n_in + 1
            Homogeneous coordinates.
        k : int
            The layer, 0 first.

        Returns
        -------
        signs : ndarray of int8, shape (n_points, fan_out)
            -1, 0 or 1, exact.
        values : ndarray of float, shape (n_points, fan_out)
            The scaled pre-activations, each rounded once.
        """
        if not points:
            return np.zeros((0, len(self.hidden[k][1])), np.int8), np.zeros((0, len(self.hidden[k][1])))
        z, d = self.raw(points, k)
        signs = (z > 0).astype(np.int8) - (z < 0).astype(np.int8)
        down, up = (
            np.array(part, dtype=object) for part in zip(*map(float.as_integer_ratio, self.bounds[k]))
        )
        return signs, ((z * up) / np.multiply.outer(d, down)).astype(float)


class Points:
    """Where the vertices of a complex came from, so that any of them can be computed exactly on demand.

    The first points are corners, given by floats, or points of another store. Every later one is the zero of
    a unit on the way between two earlier points. Nothing is computed until it is asked for, and then kept.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    exact : ExactLayers
        The network.
    corners : ndarray of float, shape (n_points, n_in), optional
        The first points.
    source, kept : Points and ndarray of int, optional
        Instead of corners: the first points are ``source.point(i)`` for i in `kept`.
    """

    def __init__(self, exact: ExactLayers, corners=None, source: "Points | None" = None, kept=None):
        self.exact, self._source, self._kept = exact, source, kept
        self._corners, self._known = corners, {}
        self._blocks = []  # (index of the first point, a, b, units, layer)
        self.n_points = len(corners) if source is None else len(kept)

    def add(self, a, b, units, layer: int) -> None:
        """Append points: i is the zero of ``units[i]`` of a layer between points ``a[i]`` and ``b[i]``."""
        self._blocks.append((self.n_points, a, b, units, layer))
        self.n_points += len(a)

    def _parents(self, i):
        for start, a, b, units, layer in reversed(self._blocks):
            if i >= start:
                return int(a[i - start]), int(b[i - start]), int(units[i - start]), layer
        return None

    def point(self, i: int) -> tuple[int, ...]:
        """Return point `i` in integer homogeneous coordinates, exact."""
        waiting = [i]
        while waiting:
            i = waiting[-1]
            parents = self._parents(i)
            if i in self._known:
                waiting.pop()
            elif parents is None:
                self._known[i] = (
                    exact_corner(self._corners[i])
                    if self._source is None
                    else self._source.point(int(self._kept[i]))
                )
            elif missing := [j for j in parents[:2] if j not in self._known]:
                waiting.extend(missing)
            else:
                a, b, unit, layer = parents
                u, v = self._known[a], self._known[b]
                z, _ = self.exact.raw([u, v], layer, unit)
                self._known[i] = exact_zero(u, v, z[0], z[1])
        return self._known[i]

    def at(self, rows, layer: int) -> tuple[np.ndarray, np.ndarray]:
        """Return exact signs and rounded values of a layer at some points; see `ExactLayers.at`."""
        return self.exact.at([self.point(int(i)) for i in rows], layer)


def exact_corner(x: np.ndarray) -> tuple[int, ...]:
    """Return a point of floats in integer homogeneous coordinates.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    x : ndarray of float, shape (p,)
        The point.

    Returns
    -------
    tuple of int, length p + 1
        The point times the last entry, and that entry, a power of 2.

    Examples
    --------
    >>> exact_corner(np.array([0.75, -1.0]))
    (3, -4, 4)
    """
    s = places_after_point(x)
    return (*as_integers(x, s).tolist(), 1 << s)


def exact_zero(u: tuple[int, ...], v: tuple[int, ...], z_u: int, z_v: int) -> tuple[int, ...]:
    """Return the point between `u` and `v` where a function that is affine between them is zero.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    u, v : tuple of int
        Homogeneous coordinates, the last positive.
    z_u, z_v : int
        The function at `u` times the last coordinate of `u` and a common positive factor; the same at `v`.
        Their signs differ.

    Returns
    -------
    tuple of int
        Homogeneous coordinates in lowest terms, the last positive.

    Examples
    --------
    >>> exact_zero((0, 1), (1, 1), -1, 2)
    (1, 3)
    """
    z_u, z_v = (z_u, z_v) if z_u > 0 else (-z_u, -z_v)
    point = [z_u * b - z_v * a for a, b in zip(u, v)]
    common = gcd(*point)
    return tuple(c // common for c in point)


def find_aliases(W: np.ndarray, b: np.ndarray) -> list[tuple[int, int, int]]:
    """Return the units of a layer that are constant or a multiple of an earlier unit, exactly.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    W : ndarray of float, shape (fan_in, fan_out)
        Weights.
    b : ndarray of float, shape (fan_out,)
        Biases.

    Returns
    -------
    list of (unit, other, sign)
        ``other`` is the earlier unit, ``sign`` that of the factor; for a constant unit ``other`` is -1.

    Examples
    --------
    >>> find_aliases(np.array([[1.0, 3.0, 0.0, -2.0]]), np.array([1.0, 3.0, 5.0, -2.0]))
    [(1, 0, 1), (2, -1, 0), (3, 0, -1)]
    """
    constant = ~W.any(axis=0)
    aliases = [(int(unit), -1, 0) for unit in np.flatnonzero(constant)]
    units = np.flatnonzero(~constant)
    if not len(units):
        return aliases
    columns = np.vstack([W, b])[:, units]
    pivot = np.abs(columns).argmax(axis=0)
    top = columns[pivot, np.arange(len(units))]
    # Multiples of one column agree after division by the largest entry; a mixture of the entries finds them.
    mixture = (np.cos(np.arange(len(columns)))) @ (columns / top)
    order = np.argsort(mixture)
    runs = np.split(order, 1 + np.flatnonzero(np.diff(mixture[order]) > 1e-9))
    for run in (np.sort(run) for run in runs if len(run) > 1):
        firsts = []  # exact columns, each unlike the others
        for i in run:
            column = columns[:, i]
            whole = as_integers(column, places_after_point(column))
            for j, other in firsts:
                if (whole * other[pivot[i]] == other * whole[pivot[i]]).all():
                    aliases.append(
                        (int(units[i]), int(units[j]), int(np.sign(top[i] * columns[pivot[i], j])))
                    )
                    break
            else:
                firsts.append((i, whole))
    return sorted(aliases)


def prepare(hidden: Layers, box: np.ndarray) -> tuple[ScaledLayers, ExactLayers]:
    """Return the hidden layers scaled for floats, and in integers.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.
    box : ndarray of float, shape (n_in, 2)
        Lower and upper end of each axis.

    Returns
    -------
    scaled : ScaledLayers
    exact : ExactLayers

    Examples
    --------
    >>> scaled, exact = prepare([(np.array([[3.0]]), np.array([1.0]))], np.array([[-1.0, 1.0]]))
    >>> scaled.bounds[0].round(9).tolist(), exact.at([(-1, 1)], 0)[0].tolist()
    ([4.0], [[-1]])
    """
    scaled = scale_layers(hidden, box)
    return scaled, ExactLayers(hidden, scaled.bounds)
