"""The cells of a ReLU network in three and more dimensions, a layer at a time, in general position.

A *slice* is the part of an old face where some units of the new layer are zero, ``(F, J)`` with F a face of
dimension k and J a set of j units. In general position it is empty or a convex polytope of dimension k - j,
and its facets are the slices ``(G, J)`` of the facets G of F. So slices are found from the bottom up: points
``(edge, {i})``; chords ``(polygon, {i})`` between two of them; points ``(polygon, {i, j})`` where chords
cross; segments ``(solid, {i, j})`` between two of those; and so on. A cell becomes one new cell for each of
its slices: that is the count, and the last layer needs no more.

New faces are the pieces into which other units cut a slice. A piece is named by its slice and a hash of the
signs of the units around it, and so are the faces it bounds: add a unit of J to the sum, or not, and leave it
out of J.

Lecture: notebook 14, section 14.3.
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from coursepkg.exact_points import UNIT_ROUNDOFF, Points, ScaledLayers, find_aliases, new_point_error
from coursepkg.face_lattice import FaceLattice, box_lattice
from coursepkg.plane_cells import fold_names, unit_names


class InDoubt(Exception):
    """A sign or an order lies within the rounding error.

    Lecture: notebook 14, section 14.3.
    """


@dataclass
class Slices:
    """All slices of faces of one dimension k by j units.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    face : ndarray of int, shape (n,)
        The old face.
    units : ndarray of int, shape (n, j)
        The units, ascending.
    key : ndarray of int, shape (n,)
        Face and units as one number, ascending.
    below, above : ndarray of int
        Pairs: slice `below` of a facet, with the same units, bounds the slice `above`, an index here.
    ends : ndarray of int, shape (n, 2), or None
        For k = j + 1, the points at both ends, counted with the vertices.
    """

    face: np.ndarray
    units: np.ndarray
    key: np.ndarray
    below: np.ndarray | None = None
    above: np.ndarray | None = None
    ends: np.ndarray | None = None


class SpaceLayer:
    """One layer of units and all its slices of a complex.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    cells : FaceLattice
        The complex before the layer; only read.
    k : int
        The layer, 0 first.
    scaled : ScaledLayers
        The network.
    last : bool
        For counting only: what nothing but `build` needs is left out.

    Raises
    ------
    InDoubt
        If a unit is zero at a vertex, if an order is within the rounding error, or if slices are too many to
        be numbered.
    """

    def __init__(self, cells: FaceLattice, k: int, scaled: ScaledLayers, last: bool = False):
        self.cells, self.k, self.p, self.last = cells, k, cells.dimension, last
        W, b = scaled.hidden[k]
        self.n = len(b)
        if max(cells.n_faces).bit_length() + self.p * self.n.bit_length() > 62:
            raise InDoubt
        z = cells.h @ W + b  # (n_vertices, fan_in) @ (fan_in, fan_out)
        error = cells.error + scaled.rounding(k)
        doubtful = np.flatnonzero(np.abs(z).min(axis=1) <= 2 * error)
        signs, z[doubtful] = cells.points.at(doubtful, k)
        if (signs == 0).any():
            raise InDoubt
        error[doubtful] = 4 * UNIT_ROUNDOFF
        sure = np.delete(z, doubtful, axis=0) if len(doubtful) else z
        self.margin = float(np.abs(sure).min(initial=np.inf))
        self.z, self.error = [z], [error]
        self.cofaces = [by_child(*pairs, n) for pairs, n in zip(cells.bounds, cells.n_faces[1:])]
        self.slices, self.points, self.way = {}, [], []
        self.cut_edges()
        for j in range(1, self.p):
            self.raise_slices(j)
            self.cross(j)

    def values(self):
        """Return pre-activations and error bounds at the vertices and at the points found so far."""
        if len(self.z) > 1:
            self.z, self.error = [np.concatenate(self.z)], [np.concatenate(self.error)]
        return self.z[0], self.error[0]

    def check(self, size, error) -> None:
        """Raise `InDoubt` unless every size exceeds twice its error bound."""
        if len(size):
            if (size <= 2 * error).any():
                raise InDoubt
            self.margin = min(self.margin, float(size.min()))

    def check_gaps(self, carrier, s, spread) -> None:
        """Raise `InDoubt` if two places ``carrier + s`` may be one."""
        if len(s) < 2:
            return
        key = carrier + s
        resolution = 4 * UNIT_ROUNDOFF * (float(key.max()) + 1)  # the sum rounds the way
        if float(np.diff(np.sort(key)).min()) <= 2 * float(spread.max()) + resolution:
            order = np.argsort(key)
            spread = spread[order]
            if (np.diff(key[order]) <= spread[1:] + spread[:-1] + resolution).any():
                raise InDoubt

    def add_points(self, a, b, unit, carrier, needed: bool) -> None:
        """Append the zeros of units between points `a` and `b` on their carriers; values only if needed."""
        z, error = self.values()
        z_a, z_b = z[a, unit], z[b, unit]
        drop = np.abs(z_a - z_b)
        s = np.abs(z_a) / drop
        error = np.maximum(error[a], error[b])
        self.check_gaps(carrier, s, 2 * error / drop + 2 * UNIT_ROUNDOFF)
        self.points.append((a, b, unit))
        self.way.append(s)
        if needed:
            way = z[b] - z[a]
            self.error.append(new_point_error(error, np.abs(way).max(axis=1, initial=0), drop))
            way *= s[:, None]
            way += z[a]
            way[np.arange(len(a)), unit] = 0.0
            self.z.append(way)

    def cut_edges(self) -> None:
        """Find the points where one unit is zero on an edge."""
        a, b = self.cells.ends.T
        on = self.z[0] > 0
        edge, unit = np.nonzero(on[a] ^ on[b])
        self.first = [0, len(on)]  # where the points on faces of dimension 0, 1, ... begin
        self.add_points(a[edge], b[edge], unit, edge, True)
        self.first.append(len(on) + len(edge))
        self.slices[1, 1] = Slices(edge, unit[:, None], edge * self.n + unit)

    def raise_slices(self, j: int) -> None:
        """Find the slices by j units of faces of all dimensions above j, from those of dimension j."""
        scale = self.n**j
        for k in range(j + 1, self.p + 1):
            low = self.slices[k - 1, j]
            source, face = expand(*self.cofaces[k - 2], low.face)
            key = face * scale + low.key[source] % scale
            order = np.argsort(key)
            source, key = source[order], key[order]
            new = np.concatenate([[True], key[1:] != key[:-1]])[: len(key)]
            firsts = np.flatnonzero(new)
            found = Slices(key[firsts] // scale, low.units[source[firsts]], key[firsts])
            if not self.last:
                found.below, found.above = source, np.cumsum(new) - 1
            if k == j + 1:
                if 2 * len(firsts) != len(key):
                    raise RuntimeError("space_cells: a segment has not two ends; please report")
                found.ends = self.first[j] + source.reshape(-1, 2)
            self.slices[k, j] = found

    def cross(self, j: int) -> None:
        """Find the points where j + 1 units are zero on a face of dimension j + 1."""
        hosts, single = self.slices[j + 1, j], self.slices[j + 1, 1]
        start = np.searchsorted(single.key, hosts.face * self.n + hosts.units[:, -1], side="right")
        stop = np.searchsorted(single.key, (hosts.face + 1) * self.n)
        counts = stop - start
        host = np.repeat(np.arange(len(counts)), counts)
        guest = np.arange(len(host)) + np.repeat(start - (np.cumsum(counts) - counts), counts)
        unit = single.units[guest, 0]
        z, error = self.values()
        a, b = hosts.ends[host].T
        z_a, z_b = z[a, unit], z[b, unit]
        self.check(np.minimum(np.abs(z_a), np.abs(z_b)), np.maximum(error[a], error[b]))
        real = np.flatnonzero((z_a > 0) ^ (z_b > 0))
        host, unit = host[real], unit[real]
        needed = not self.last or j + 1 < self.p  # the innermost points are counted, not used
        self.add_points(a[real], b[real], unit, host, needed)
        if needed:
            own = self.z[-1]
            for column in range(j):
                own[np.arange(len(host)), hosts.units[host, column]] = 0.0
        units = np.column_stack([hosts.units[host], unit])
        key = hosts.key[host] * self.n + unit
        self.first.append(self.first[-1] + len(host))
        self.slices[j + 1, j + 1] = Slices(hosts.face[host], units, key)

    def count(self) -> int:
        """Return the number of cells after the layer."""
        return self.cells.n_faces[-1] + sum(len(self.slices[self.p, j].face) for j in range(1, self.p + 1))

    def build(self) -> FaceLattice:
        """Return the complex after the layer, without patterns."""
        p, n, cells = self.p, self.n, self.cells
        z, error = self.values()
        halves = unit_names(n)
        names = fold_names(halves)
        # (n_points, n) @ (n, 2), whole numbers that floats hold exactly
        sums = fold_names(((z > 0).astype(float) @ halves.astype(float)).astype(np.int64))

        # Edges: the pieces of old edges and of segments.
        edges, labels = [], []
        for j in range(p):
            ends = cells.ends if j == 0 else self.slices[j + 1, j].ends
            carrier, s, point, unit = self.places(j, ends, z, error)
            order = np.argsort(carrier + s)
            carrier, point, unit = carrier[order], point[order], unit[order]
            change = np.where(z[ends[carrier, 1], unit] > 0, names[unit], -names[unit])
            here, pieces, signs = chain(carrier, point, change, ends, sums)
            edges.append(pieces)
            labels.append((j, here, signs))
        lattice_ends = np.concatenate(edges)

        # Faces of higher dimension, each from the faces that bound it.
        bounds, n_faces = [], [len(z), len(lattice_ends)]
        for d in range(2, p + 1):
            labels, pairs, n_new = self.next_faces(d, labels, names)
            bounds.append(pairs)
            n_faces.append(n_new)
        points = Points(cells.points.exact, source=cells.points, kept=range(cells.n_faces[0]))
        for a, b, unit in self.points:
            points.add(a, b, unit, self.k)
        return FaceLattice(np.maximum(z, 0), error, points, lattice_ends, bounds, n_faces)

    def places(self, j: int, ends, z, error):
        """Return the points on slices of dimension 1 by j units: slice, way, point and unit there."""
        top = self.slices[j + 1, j + 1]
        carriers, ways, points, units, spreads = [], [], [], [], []
        for column in range(j + 1):
            unit = top.units[:, column]
            carrier = self.without(j + 1, top, np.arange(len(top.face)), column)
            a, b = ends[carrier].T
            carriers.append(carrier)
            z_a, z_b = z[a, unit], z[b, unit]
            worst = np.maximum(error[a], error[b])
            self.check(np.minimum(np.abs(z_a), np.abs(z_b)), worst)  # sure on the host, but here?
            ways.append(z_a / (z_a - z_b))
            spreads.append(2 * worst / np.abs(z_a - z_b) + 2 * UNIT_ROUNDOFF)
            points.append(self.first[j + 1] + np.arange(len(unit)))
            units.append(unit)
        carrier, way, point, unit = (np.concatenate(part) for part in (carriers, ways, points, units))
        self.check_gaps(carrier, way, np.concatenate(spreads))
        return carrier, way, point, unit

    def without(self, k: int, slices: Slices, rows, column: int):
        """Return the slices of the same faces of dimension k with one unit less."""
        units = np.delete(slices.units[rows], column, axis=1)
        if units.shape[1] == 0:
            return slices.face[rows]
        key = slices.face[rows]
        for i in range(units.shape[1]):
            key = key * self.n + units[:, i]
        return np.searchsorted(self.slices[k, units.shape[1]].key, key)

    def next_faces(self, d: int, labels, names):
        """Return the new faces of dimension d from those of dimension d - 1.

        `labels` holds, for j = 0, 1, ... in turn, (j, slice by j units of faces of dimension j + d - 1, sum
        of the names of the units that are on), one entry a new face.
        """
        p = self.p
        child, level, where, signs = [], [], [], []
        begin = 0
        for j, here, sums in labels:
            k = j + d - 1
            own = begin + np.arange(len(here))
            if k < p:  # the same units on a larger face
                if j == 0:
                    source, up = expand(*self.cofaces[k - 1], here)
                else:
                    link = self.slices[k + 1, j]
                    source, up = expand(*by_child(link.below, link.above, len(self.slices[k, j].face)), here)
                child.append(own[source])
                level.append(np.full(len(up), j))
                where.append(up)
                signs.append(sums[source])
            for column in range(j):  # one unit less on the same face: off or on
                slices = self.slices[k, j]
                up = self.without(k, slices, here, column)
                name = names[slices.units[here, column]]
                child += [own, own]
                level += [np.full(len(up), j - 1)] * 2
                where += [up, up]
                signs += [sums, sums + name]
            begin += len(here)
        child, level, where, signs = (np.concatenate(part) for part in (child, level, where, signs))
        # Number the slices of dimension d one after another: by j, then by place.
        sizes = [self.cells.n_faces[d]] + [len(self.slices[j + d, j].face) for j in range(1, p - d + 1)]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        number = starts[level] + where
        bits = 62 - int(starts[-1]).bit_length()
        key = (number << bits) | (signs & ((1 << bits) - 1))
        order = np.argsort(key)
        key = key[order]
        new = np.concatenate([[True], key[1:] != key[:-1]])
        parent = np.empty(len(key), dtype=int)
        parent[order] = np.cumsum(new) - 1
        firsts = order[new]
        if len(firsts) != self.expected(d):
            raise RuntimeError("space_cells: the names of two faces are the same; please report")
        after = [
            (j, where[firsts[level[firsts] == j]], signs[firsts[level[firsts] == j]])
            for j in range(p - d + 1)
        ]
        return after, (child, parent), len(firsts)

    def expected(self, d: int) -> int:
        """Return how many faces of dimension d there must be: a slice has a piece for each one inside it."""
        total = 0
        for k in range(d, self.p + 1):
            for j in range(k - d, k + 1):
                n_slices = self.cells.n_faces[k] if j == 0 else len(self.slices[k, j].face)
                total += n_slices * comb(j, k - d)
        return total


def by_child(child, parent, n_children: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the parents sorted by child, and where each child's parents begin (and the last ones end).

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    child, parent : ndarray of int, shape (n_pairs,)
        Pairs of a face and one that it bounds.
    n_children : int
        Number of children.

    Returns
    -------
    starts : ndarray of int, shape (n_children + 1,)
    parents : ndarray of int, shape (n_pairs,)

    Examples
    --------
    >>> by_child(np.array([1, 0, 1]), np.array([5, 6, 7]), 2)
    (array([0, 1, 3]), array([6, 5, 7]))
    """
    counts = np.bincount(child, minlength=n_children)
    return np.concatenate([[0], np.cumsum(counts)]), parent[np.argsort(child, kind="stable")]


def expand(starts, parents, child) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of an index into `child` and a parent of that child.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    starts, parents : ndarray of int
        As `by_child` gives them.
    child : ndarray of int, shape (n,)
        Children, in any order, some several times.

    Returns
    -------
    source : ndarray of int, shape (n_pairs,)
        Indices into `child`.
    parents : ndarray of int, shape (n_pairs,)

    Examples
    --------
    >>> expand(np.array([0, 1, 3]), np.array([6, 5, 7]), np.array([1, 0]))
    (array([0, 0, 1]), array([5, 7, 6]))
    """
    begin = starts[child]
    counts = starts[child + 1] - begin
    source = np.repeat(np.arange(len(child)), counts)
    return source, parents[np.arange(len(source)) + np.repeat(begin - (np.cumsum(counts) - counts), counts)]


def chain(carrier, point, change, ends, sums):
    """Cut segments at points that are sorted along them.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    carrier : ndarray of int, shape (n_points,)
        The segment of each point, ascending.
    point : ndarray of int, shape (n_points,)
        The number of each point; on one segment in the order of the way.
    change : ndarray of int, shape (n_points,)
        What the sum of names gains where the point is passed.
    ends : ndarray of int, shape (n_segments, 2)
        The points at both ends.
    sums : ndarray of int
        The sum of names at each point that is an end.

    Returns
    -------
    here : ndarray of int, shape (n_pieces,)
        The segment of each piece.
    pieces : ndarray of int, shape (n_pieces, 2)
        Its two points.
    signs : ndarray of int, shape (n_pieces,)
        The sum of names along it.

    Examples
    --------
    Point 2 on the segment from 0 to 1.

    >>> here, pieces, signs = chain(*np.array([[0], [2], [5]]), np.array([[0, 1]]), np.array([10, 15]))
    >>> pieces.tolist(), signs.tolist()
    ([[0, 2], [2, 1]], [10, 15])
    """
    n, m = len(ends), len(carrier)
    counts = np.bincount(carrier, minlength=n)
    begin = np.cumsum(counts) - counts
    last = np.ones(m, dtype=bool)
    last[:-1] = carrier[1:] != carrier[:-1]
    following = np.where(last, ends[carrier, 1], np.append(point[1:], 0)[:m])
    padded = np.append(point, 0)
    first = np.where(counts > 0, padded[begin], ends[:, 1])
    total = np.concatenate([[0], np.cumsum(change)])
    along = total[1:] - total[begin[carrier]]
    start = sums[ends[:, 0]]
    pieces = np.concatenate([np.column_stack([ends[:, 0], first]), np.column_stack([point, following])])
    return np.concatenate([np.arange(n), carrier]), pieces, np.concatenate([start, start[carrier] + along])


def count_space(hidden, box: np.ndarray, scaled: ScaledLayers, exact) -> tuple[int, float, int]:
    """Return the number of cells over a box of three or more dimensions.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    hidden : Layers
        The hidden layers.
    box : ndarray of float, shape (p, 2)
        Lower and upper end of each axis.
    scaled : ScaledLayers
        The same layers, scaled.
    exact : ExactLayers
        The same layers in integers.

    Returns
    -------
    n_cells : int
    margin : float
        The smallest pre-activation that decided a sign in float64.
    settled : int
        Cells that were cut by exact signs, a unit at a time.

    Examples
    --------
    Three planes through the middle of a cube.

    >>> from coursepkg.exact_points import prepare
    >>> W = np.array([[1.0, 0.1, 0.2], [0.3, 1.0, 0.1], [0.2, 0.3, 1.0]])
    >>> hidden, box = [(W, np.array([0.1, 0.2, 0.3]))], np.array([[-1.0, 1.0]] * 3)
    >>> count_space(hidden, box, *prepare(hidden, box))[0]
    8
    """
    cells = box_lattice(box, exact)
    margin, settled, last = np.inf, 0, len(hidden) - 1
    for k, (W, b) in enumerate(hidden):
        try:
            layer = SpaceLayer(cells, k, scaled, last=k == last)
            built = None if k == last else layer.build()
        except InDoubt:
            settled += cells.n_faces[-1]
            cells.add_layer(k, scaled, find_aliases(W, b))
            continue
        margin = min(margin, layer.margin)
        if k == last:
            return layer.count(), margin, settled
        cells = built
    return cells.n_faces[-1], margin, settled
