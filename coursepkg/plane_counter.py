"""Counting the polygons of a network over a rectangle in parts, so that memory stays bounded.

The work is a stack of parts, each a set of polygons and the layer that comes next. A part that would take too
much memory is divided; polygons with a sign in doubt go through the layer by exact signs, and then back to
the fast way.

Lecture: notebook 14, section 14.3.
"""

import numpy as np

from coursepkg.exact_points import UNIT_ROUNDOFF, find_aliases
from coursepkg.face_lattice import FaceLattice
from coursepkg.plane_cells import Cells, Doubtful, Layer, TooLarge, rectangle, select


class PlaneCounter:
    """Counts the polygons of a network over a rectangle, a part of them at a time.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    scaled : ScaledLayers
        The network, at least one hidden layer.
    exact : ExactLayers
        The same network in integers.
    box : ndarray of float, shape (2, 2)
        Lower and upper end of each axis.
    xp : NumpyArrays or TorchArrays
    memory_bytes : int
        What the arrays of one part may take, roughly; smaller means more and smaller parts.
    """

    def __init__(self, scaled, exact, box, xp, memory_bytes: int):
        self.scaled, self.exact, self.box, self.xp = scaled, exact, box, xp
        self.memory_bytes = memory_bytes
        self.layers = [Layer(k, scaled, xp, memory_bytes=4 * memory_bytes) for k in range(len(scaled.hidden))]
        self.aliases, self.noisy = {}, set()
        self.n_parts, self.n_settled = 0, 0

    def count(self, report) -> int:
        """Return the number of regions; `report` is called with each number that is added."""
        total, last = 0, len(self.layers) - 1
        waiting = [(rectangle(self.box, self.exact, self.xp), 0)]
        while waiting:
            cells, k = waiting.pop()
            n_parts = min(cells.n_faces, -(-self.bytes_of(cells, k) // self.memory_bytes))
            if n_parts > 1:
                waiting += [(part, k) for part in self.parts(cells, n_parts)]
                continue
            self.n_parts += 1
            try:
                if k < last:
                    waiting.append((self.layers[k].build(cells), k + 1))
                    continue
                found = self.layers[k].count(cells)
            except TooLarge as large:
                waiting += [(part, k) for part in self.parts(cells, large.n_parts)]
                continue
            except Doubtful as doubt:
                if k not in self.aliases:
                    self.drop_aliases(k)
                    waiting.append((cells, k))
                    continue
                if not bool(doubt.faces.all()):
                    waiting.append((select(cells, ~doubt.faces, self.xp), k))
                settled = self.settle(select(cells, doubt.faces, self.xp), k)
                if k < last:
                    waiting.append((settled, k + 1))
                    continue
                found = settled.n_faces
            total += found
            report(found)
        return total

    def parts(self, cells: Cells, n_parts: int) -> list[Cells]:
        """Return the polygons in parts of about one size; near in number is mostly near in the plane."""
        part = self.xp.arange(cells.n_faces) * n_parts // cells.n_faces
        return [select(cells, part == i, self.xp) for i in range(n_parts)]

    def bytes_of(self, cells: Cells, k: int) -> int:
        """Return about how many bytes a layer takes on these polygons before it cuts them."""
        n = self.layers[k].n_units
        return len(cells.error) * (24 * n + 64) + len(cells.u) * (4 * n + 256)

    def drop_aliases(self, k: int) -> None:
        """Let the units of layer `k` that cut nothing new, and are the usual cause of doubt, cut nothing."""
        self.aliases[k] = find_aliases(*self.exact.hidden[k])
        if self.aliases[k]:
            n_units = len(self.exact.hidden[k][1])
            splitting = np.setdiff1d(np.arange(n_units), [unit for unit, _, _ in self.aliases[k]])
            old = self.layers[k]
            self.layers[k] = Layer(k, self.scaled, self.xp, splitting, old.memory_bytes)
            self.layers[k].margin, self.layers[k].noise = old.margin, old.noise

    def settle(self, cells: Cells, k: int) -> Cells:
        """Return the polygons after layer `k`, by exact signs."""
        to_numpy, asarray, n_faces = self.xp.to_numpy, self.xp.asarray, cells.n_faces
        self.n_settled += n_faces
        edge = np.arange(len(cells.u))
        child, parent = np.concatenate([edge, edge]), to_numpy(self.xp.concat([cells.left, cells.right]))
        inside = parent < n_faces
        lattice = FaceLattice(
            to_numpy(self.xp.concat(cells.h)), to_numpy(cells.error), cells.points,
            np.column_stack([to_numpy(cells.u), to_numpy(cells.v)]), [(child[inside], parent[inside])],
            [len(cells.error), len(edge), n_faces],
        )  # fmt: skip
        lattice.add_layer(k, self.scaled, self.aliases[k])
        if k not in self.noisy:  # a unit at a time, a point may be interpolated as often as there are units
            self.noisy.add(k)
            for layer in self.layers[k:]:
                layer.noise += 8 * UNIT_ROUNDOFF * self.layers[k].n_units
        left, right = sides(lattice)
        return Cells(
            [asarray(lattice.h)], asarray(lattice.error), asarray(lattice.ends[:, 0].copy()),
            asarray(lattice.ends[:, 1].copy()), asarray(lattice.error[lattice.ends].max(axis=1)),
            asarray(left), asarray(right), lattice.n_faces[2], lattice.points,
        )  # fmt: skip


def sides(lattice: FaceLattice) -> tuple[np.ndarray, np.ndarray]:
    """Return the two polygons beside each edge of a plane lattice.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    lattice : FaceLattice
        Of two dimensions.

    Returns
    -------
    left, right : ndarray of int, shape (n_edges,)
        Numbers of polygons; in `right` the number of polygons stands for none.

    Examples
    --------
    >>> from coursepkg.face_lattice import box_lattice
    >>> sides(box_lattice(np.array([[0.0, 1.0]] * 2), None))
    (array([0, 0, 0, 0]), array([1, 1, 1, 1]))
    """
    child, parent = lattice.bounds[0]
    order = np.argsort(child, kind="stable")
    child, parent = child[order], parent[order]
    first = np.flatnonzero(np.diff(child, prepend=-1))
    right = np.full(len(first), lattice.n_faces[2])
    second = first + 1 < np.append(first[1:], len(child))
    right[second] = parent[first[second] + 1]
    return parent[first], right
