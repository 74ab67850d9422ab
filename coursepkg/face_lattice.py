"""All faces of the complex of a ReLU network, a unit at a time, in any dimension and any degenerate position.

A lattice holds the vertices, edges, polygons and so on up to the cells, and which face bounds which. A unit
is affine on every face, so its signs at the vertices, one of -1, 0, 1, say everything: a face with a positive
and a negative vertex is cut in two, and no other face changes. Three lines through one point, two units with
one kink, a unit that is zero on a whole face, a kink along the border of the box: all of them are vertices
with the sign 0.

The signs are exact (see `coursepkg.exact_points`), so the lattice is. It is the slow and sure way; the fast
counters hand it the cells where a sign is in doubt.

Lecture: notebook 14, section 14.3.
"""

from itertools import product

import numpy as np

from coursepkg.exact_points import (
    UNIT_ROUNDOFF,
    ExactLayers,
    Points,
    ScaledLayers,
    find_aliases,
    new_point_error,
)
from coursepkg.threshold import Layers

# A point whose error bound passes this is computed again from its exact coordinates.
ERROR_LIMIT = 1e-10


class FaceLattice:
    """Faces of all dimensions with their incidences, and the values of the last layer at the vertices.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    h : ndarray of float, shape (n_vertices, fan_in)
        The inputs of the next layer.
    error : ndarray of float, shape (n_vertices,)
        Bound on the error of `h`.
    points : Points
        Where the vertices came from.
    ends : ndarray of int, shape (n_edges, 2)
        The vertices of each edge.
    bounds : list of (ndarray, ndarray)
        For k = 2 ... p, pairs (face of dimension k - 1, face of dimension k) of which the first bounds the
        second.
    n_faces : list of int
        Number of faces of dimension 0 ... p.
    X : ndarray of float, shape (n_vertices, p), optional
        Coordinates, where they are wanted.
    facet_unit : ndarray of int, shape (n_faces[p - 1],), optional
        The hidden unit, counted over all layers, that made a facet; -1 for the box.
    on : ndarray of bool, shape (n_cells, n_units), optional
        The units that are on in each cell, over all layers so far.
    """

    def __init__(self, h, error, points, ends, bounds, n_faces, X=None, facet_unit=None, on=None):
        self.h, self.error, self.points, self.ends = h, error, points, ends
        self.bounds, self.n_faces, self.X = bounds, n_faces, X
        self.facet_unit = np.full(n_faces[-2], -1) if facet_unit is None else facet_unit
        self.on = np.zeros((n_faces[-1], 0), dtype=bool) if on is None else on

    @property
    def dimension(self) -> int:
        """The dimension p of the cells."""
        return len(self.n_faces) - 1

    def add_layer(self, k: int, scaled: ScaledLayers, aliases: list[tuple[int, int, int]]) -> None:
        """Cut every cell by the units of layer `k`.

        Parameters
        ----------
        k : int
            The layer, 0 first.
        scaled : ScaledLayers
            The network.
        aliases : list of (unit, other, sign)
            Units that are zero where an earlier unit `other` is, and their sign relative to it; `other` is -1
            for a unit that is constant.
        """
        W, b = scaled.hidden[k]
        self.z = self.h @ W + b  # (n_vertices, fan_in) @ (fan_in, fan_out)
        self.error = self.error + scaled.rounding(k)
        self.sign = np.sign(self.z).astype(np.int8)
        self.settle(np.flatnonzero((np.abs(self.z) <= 2 * self.error[:, None]).any(axis=1)), k)
        first, n_units = self.on.shape[1], len(b)
        self.on = np.hstack([self.on, np.zeros((len(self.on), n_units), dtype=bool)])
        alias = {unit for unit, _, _ in aliases}
        for unit in range(n_units):
            if unit in alias:
                self.on[:, first + unit] = self.reach(self.sign[:, unit] > 0)[-1]
            else:
                self.cut(k, unit, first + unit, aliases)
        self.h = np.where(self.sign > 0, self.z, 0.0)
        del self.z, self.sign

    def settle(self, rows: np.ndarray, k: int) -> None:
        """Replace values and signs at some vertices by exact ones."""
        if len(rows):
            self.sign[rows], self.z[rows] = self.points.at(rows, k)
            self.error[rows] = 4 * UNIT_ROUNDOFF

    def reach(self, vertices: np.ndarray) -> list[np.ndarray]:
        """Return for each dimension which faces have one of the marked vertices."""
        marks = [vertices, vertices[self.ends].any(axis=1)]
        for k in range(2, self.dimension + 1):
            child, parent = self.bounds[k - 2]
            mark = np.zeros(self.n_faces[k], dtype=bool)
            mark[parent[marks[-1][child]]] = True
            marks.append(mark)
        return marks

    def cut(self, k: int, unit: int, column: int, aliases) -> None:
        """Cut all faces by one unit of layer `k`; `column` counts it over all layers."""
        positive, negative = self.reach(self.sign[:, unit] > 0), self.reach(self.sign[:, unit] < 0)
        split = [np.flatnonzero(a & b) for a, b in zip(positive, negative)]
        if len(split[-1]):
            if len(split[1]):
                self.add_vertices(split[1], k, unit, aliases)
            self.split_faces(positive, negative, split, column)
        # A cell keeps its number on the positive side; the halves appended last are negative.
        self.on[: len(positive[-1]), column] = positive[-1]

    def add_vertices(self, edges: np.ndarray, k: int, unit: int, aliases) -> None:
        """Append the points where a unit is zero on the edges that it cuts."""
        a, b = self.ends[edges].T
        drop = self.z[a, unit] - self.z[b, unit]
        t = (self.z[a, unit] / drop)[:, None]
        way = self.z[b] - self.z[a]
        error = new_point_error(
            np.maximum(self.error[a], self.error[b]), np.abs(way).max(axis=1), np.abs(drop)
        )
        z = self.z[a] + t * way
        # Between two points, a unit that is nowhere negative is zero only if it is zero at both; so with
        # signs.
        sign_a, sign_b = self.sign[a], self.sign[b]
        same = sign_a * sign_b >= 0
        sign = np.where(same, np.sign(sign_a + sign_b), np.sign(z)).astype(np.int8)
        sign[:, unit] = 0
        known = same.copy()
        known[:, unit] = True
        for alias, other, direction in aliases:
            if other >= 0:
                sign[:, alias] = direction * sign[:, other]
            known[:, alias] = True
        z[sign == 0] = 0.0
        doubtful = (~known & (np.abs(z) <= 2 * error[:, None])).any(axis=1) | (error > ERROR_LIMIT)
        first = len(self.z)
        self.points.add(a, b, np.full(len(a), unit), k)
        self.z, self.sign = np.concatenate([self.z, z]), np.concatenate([self.sign, sign])
        self.error = np.concatenate([self.error, error])
        if self.X is not None:
            self.X = np.concatenate([self.X, self.X[a] + t * (self.X[b] - self.X[a])])
        self.settle(first + np.flatnonzero(doubtful), k)

    def split_faces(self, positive, negative, split, column: int) -> None:
        """Replace every face with both signs by its two halves, and add the faces between them.

        The positive half keeps the number. ``minus[k]`` numbers the negative halves of dimension k, and
        ``between[k]`` the face of dimension k - 1 between the halves of a face of dimension k.
        """
        p, n_old = self.dimension, list(self.n_faces)
        minus, between = [None] * (p + 1), [None] * (p + 1)
        for k in range(1, p + 1):
            minus[k], between[k] = np.full(n_old[k], -1), np.full(n_old[k], -1)
            minus[k][split[k]] = n_old[k] + np.arange(len(split[k]))
            between[k][split[k]] = (
                n_old[k - 1] + (len(split[k - 1]) if k > 1 else 0) + np.arange(len(split[k]))
            )
        new_bounds = {k: [] for k in range(1, p + 1)}
        for k in range(p, 1, -1):
            child, parent = self.bounds[k - 2]
            parent_split, child_split = minus[k][parent] >= 0, minus[k - 1][child] >= 0
            both, one = parent_split & child_split, parent_split & ~child_split
            # A bounding face of a cut face lies on one side of the unit or is cut itself; it is never zero
            # all over.
            moved = np.where(one & ~positive[k - 1][child], minus[k][parent], parent)
            middle = between[k][split[k]]
            new_bounds[k] += [
                (child, moved),
                (minus[k - 1][child[both]], minus[k][parent[both]]),
                (middle, split[k]),
                (middle, minus[k][split[k]]),
            ]
            new_bounds[k - 1].append((between[k - 1][child[both]], between[k][parent[both]]))
            zero = ~(positive[k - 2] | negative[k - 2])
            if zero.any():
                low, high = self.grandchildren(k, zero, child[one], parent[one])
                new_bounds[k - 1].append((low, between[k][high]))
        for k in range(2, p + 1):
            self.bounds[k - 2] = tuple(np.concatenate(part) for part in zip(*new_bounds[k]))
        a, b = self.ends[split[1]].T
        low = np.where(positive[0][a], b, a)
        self.ends[split[1]] = np.column_stack([a + b - low, between[1][split[1]]])
        self.ends = np.concatenate([self.ends, np.column_stack([low, between[1][split[1]]])])
        if p > 1:
            child, parent = (np.concatenate(part) for part in zip(*new_bounds[1]))
            self.ends = np.concatenate([self.ends, child[np.argsort(parent)].reshape(-1, 2)])
        for k in range(p + 1):
            self.n_faces[k] += len(split[k]) * (k > 0) + (len(split[k + 1]) if k < p else 0)
        old = self.facet_unit[split[p - 1]] if p > 1 else self.facet_unit[:0]
        self.facet_unit = np.concatenate([self.facet_unit, old, np.full(len(split[p]), column)])
        self.on = np.concatenate([self.on, self.on[split[p]]])

    def grandchildren(self, k: int, zero: np.ndarray, child: np.ndarray, parent: np.ndarray):
        """Return pairs (E, F) of a marked face E of dimension k - 2 in a face F of the pairs (child, F)."""
        low, high = (np.arange(2 * len(self.ends)), None) if k == 2 else self.bounds[k - 3]
        if k == 2:
            low, high = self.ends.ravel(), low // 2
        wanted = zero[low]
        low, high = low[wanted], high[wanted]
        order = np.argsort(high)
        low, high = low[order], high[order]
        start, stop = np.searchsorted(high, child), np.searchsorted(high, child, side="right")
        counts = stop - start
        begin = np.repeat(start - (np.cumsum(counts) - counts), counts)
        E, F = low[begin + np.arange(counts.sum())], np.repeat(parent, counts)
        pairs = np.unique(np.column_stack([E, F]), axis=0)  # each comes twice, by the two faces between
        return pairs[:, 0], pairs[:, 1]


def box_lattice(box: np.ndarray, exact) -> FaceLattice:
    """Return the faces of a box.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    box : ndarray of float, shape (p, 2)
        Lower and upper end of each axis.
    exact : ExactLayers
        The network in integers.

    Returns
    -------
    FaceLattice

    Examples
    --------
    >>> box_lattice(np.array([[-1.0, 1.0]] * 3), None).n_faces
    [8, 12, 6, 1]
    """
    p = len(box)
    numbers = [{} for _ in range(p + 1)]  # a face is told by its place on each axis: low, high or free
    for code in product((0, 1, 2), repeat=p):
        dimension = code.count(2)
        numbers[dimension][code] = len(numbers[dimension])
    pairs = [[] for _ in range(p)]
    for k in range(1, p + 1):
        for code, parent in numbers[k].items():
            for axis in (i for i in range(p) if code[i] == 2):
                for side in (0, 1):
                    pairs[k - 1].append((numbers[k - 1][(*code[:axis], side, *code[axis + 1 :])], parent))
    bounds = [tuple(np.array(part) for part in zip(*found)) for found in pairs[1:]]
    ends = np.array([child for child, _ in pairs[0]]).reshape(-1, 2)
    X = np.array([[box[i, side] for i, side in enumerate(code)] for code in numbers[0]])
    return FaceLattice(
        X, np.zeros(len(X)), Points(exact, X), ends, bounds, [len(found) for found in numbers], X
    )


def full_lattice(hidden: Layers, box: np.ndarray, scaled: ScaledLayers, exact: ExactLayers) -> FaceLattice:
    """Return all faces of the complex in any dimension, a unit at a time, with exact signs.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers, float64.
    box : ndarray of float, shape (p, 2)
        Lower and upper end of each axis.
    scaled : ScaledLayers
        The same layers, scaled.
    exact : ExactLayers
        The same layers in integers.

    Returns
    -------
    FaceLattice

    Examples
    --------
    Two lines that cross cut a square into four.

    >>> from coursepkg.exact_points import prepare
    >>> hidden, box = [(np.eye(2), np.zeros(2))], np.array([[-1.0, 1.0]] * 2)
    >>> full_lattice(hidden, box, *prepare(hidden, box)).n_faces
    [9, 12, 4]
    """
    lattice = box_lattice(box, exact)
    for k, (W, b) in enumerate(hidden):
        lattice.add_layer(k, scaled, find_aliases(W, b))
    return lattice


def neighbours(lattice: FaceLattice) -> np.ndarray:
    """Return the pairs of cells that share a facet.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    lattice : FaceLattice
        A complex.

    Returns
    -------
    ndarray of int, shape (n_pairs, 2)
        Numbers of cells.

    Examples
    --------
    >>> from coursepkg.exact_points import prepare
    >>> hidden, box = [(np.eye(2), np.zeros(2))], np.array([[-1.0, 1.0]] * 2)
    >>> neighbours(full_lattice(hidden, box, *prepare(hidden, box))).shape
    (4, 2)
    """
    facet, cell = lattice.bounds[-1]
    order = np.argsort(facet, kind="stable")
    facet, cell = facet[order], cell[order]
    twice = np.flatnonzero(facet[1:] == facet[:-1])
    return np.column_stack([cell[twice], cell[twice + 1]])
