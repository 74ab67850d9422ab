"""The activation regions of a network with two inputs as a complex of polygons, to draw and to ask.

Lecture: notebook 14, section 14.1.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.array_functions import NumpyArrays
from coursepkg.exact_points import prepare
from coursepkg.face_lattice import full_lattice
from coursepkg.patterns import (
    activation_patterns,
    affine_maps,
    check_box,
    check_network,
    check_points,
    packed,
)
from coursepkg.plane_cells import Details, Doubtful, Layer, keep_freed_memory, rectangle
from coursepkg.plane_counter import sides
from coursepkg.threshold import Layers


@dataclass(frozen=True)
class RegionComplex:
    """The plane cut into the activation regions of a network: what is drawn, and what is asked.

    Lecture: notebook 14, section 14.1.

    Attributes
    ----------
    layers : Layers
        The network.
    box : ndarray of float, shape (2, 2)
        Lower and upper end of each axis.
    vertices : ndarray of float, shape (n_vertices, 2)
        Corners of regions.
    edges : ndarray of int, shape (n_edges, 2)
        Two vertices each.
    edge_unit : ndarray of int, shape (n_edges,)
        The hidden unit that is zero along the edge, counted over all layers from 0; -1 for the border of the
        box.
    edge_regions : ndarray of int, shape (n_edges, 2)
        The regions on both sides; the second is -1 on the border.
    patterns : ndarray of bool, shape (n_regions, n_units)
        The units that are on in each region.
    """

    layers: Layers
    box: np.ndarray
    vertices: np.ndarray
    edges: np.ndarray
    edge_unit: np.ndarray
    edge_regions: np.ndarray
    patterns: np.ndarray

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.patterns)

    @cached_property
    def polygons(self) -> list[np.ndarray]:
        """The vertices of each region in counter-clockwise order, one array of int a region."""
        corners, counts = boundary_walks(self.edges, self.edge_regions, self.n_regions)
        ends = np.cumsum(counts)
        starts = ends - counts
        x, y = self.vertices[corners].T
        following = np.arange(1, len(corners) + 1)
        following[ends - 1] = starts
        x0, y0 = np.repeat(self.vertices[corners[starts]], counts, axis=0).T  # near the polygon: less is lost
        area = np.add.reduceat((x - x0) * (y[following] - y0) - (x[following] - x0) * (y - y0), starts)
        polygons = np.split(corners, ends[:-1])
        return [walk if a > 0 else walk[::-1] for walk, a in zip(polygons, area)]

    @cached_property
    def _maps(self) -> tuple[np.ndarray, np.ndarray]:
        return affine_maps(self.layers, self.patterns)

    @property
    def slopes(self) -> np.ndarray:
        """The network is ``x @ slopes[r] + offsets[r]`` in region r; float, shape (n_regions, 2, n_out)."""
        return self._maps[0]

    @property
    def offsets(self) -> np.ndarray:
        """See `slopes`; float, shape (n_regions, n_out)."""
        return self._maps[1]

    @cached_property
    def _sorted_patterns(self) -> tuple[np.ndarray, np.ndarray]:
        values = packed(self.patterns)
        order = np.argsort(values)
        return order, values[order]

    def locate(self, X: ArrayLike) -> np.ndarray:
        """Return the region of each point; a point between regions is given to one of them.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, 2)
            One point a row.

        Returns
        -------
        ndarray of int, shape (n_samples,)
            -1 outside the box.

        Raises
        ------
        ValueError
            If `X` has another shape.
        """
        X = check_points("locate", X, 2)
        order, values = self._sorted_patterns
        wanted = packed(activation_patterns(X, self.layers))
        place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
        found = np.where(values[place] == wanted, order[place], -2)
        inside = ((self.box[:, 0] <= X) & (self.box[:, 1] >= X)).all(axis=1)
        found[~inside] = -1
        # On a kink the pattern may be that of no region of full dimension: take a polygon around the point.
        for i in np.flatnonzero(found == -2):
            found[i] = int(np.argmin([self._distance(r, X[i]) for r in range(self.n_regions)]))
        return found

    def _distance(self, region: int, x: np.ndarray) -> float:
        """Return by how much `x` misses the half-planes of a region; at most 0 inside."""
        corners = self.vertices[self.polygons[region]]
        along = np.roll(corners, -1, axis=0) - corners
        across = along[:, 1] * (x[0] - corners[:, 0]) - along[:, 0] * (x[1] - corners[:, 1])
        return float((across / np.hypot(*along.T)).max())


def region_complex(layers: Layers, box: ArrayLike = (-1, 1)) -> RegionComplex:
    """Return the activation regions of a network with two inputs as a complex of polygons.

    To see it grow, give the first layers: ``region_complex(layers[:k + 1])`` is the complex after k hidden
    layers, with layer k + 1 as the output.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last, two inputs.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.

    Returns
    -------
    RegionComplex

    Raises
    ------
    ValueError
        If the network or the box is none, or if the network has not two inputs.

    Examples
    --------
    >>> found = region_complex([(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))])
    >>> found.n_regions, len(found.vertices), len(found.edges)
    (4, 9, 12)
    >>> found.slopes[found.locate([[0.5, 0.5]])].ravel()
    array([1., 1.])
    """
    hidden, output = check_network("region_complex", layers)
    n_in = len((hidden or [output])[0][0])
    if n_in != 2:
        raise ValueError(
            f"region_complex: expected a network with 2 inputs, got {n_in}; count_regions takes any number, "
            "region_polytope gives one region in any dimension"
        )
    ends = check_box("region_complex", (np.nan, np.nan) if box is None else box, 2)
    scaled, exact = prepare(hidden, ends)
    network = [*hidden, output]
    keep_freed_memory()
    xp = NumpyArrays()
    try:
        cells = rectangle(ends, exact, xp, details=True)
        for k in range(len(hidden)):
            cells = Layer(k, scaled, xp).build(cells)
    except Doubtful:
        lattice = full_lattice(hidden, ends, scaled, exact)
        edges, (left, right), n_regions = lattice.ends, sides(lattice), lattice.n_faces[2]
        details = Details(lattice.X, lattice.facet_unit, lattice.on)
    else:
        edges, left, right = np.column_stack([cells.u, cells.v]), cells.left, cells.right
        n_regions, details = cells.n_faces, cells.details
    beside = np.column_stack([left, np.where(right == n_regions, -1, right)])
    return RegionComplex(network, ends, details.X, edges, details.made_by, beside, details.on)


def boundary_walks(
    edges: np.ndarray, edge_regions: np.ndarray, n_regions: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of all regions, one walk around each after another, and the length of each walk.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    edges : ndarray of int, shape (n_edges, 2)
        Two vertices each.
    edge_regions : ndarray of int, shape (n_edges, 2)
        The regions on both sides; the second is -1 on the border.
    n_regions : int
        Number of regions.

    Returns
    -------
    walks : ndarray of int, shape (sum of counts,)
        Vertices, region after region.
    counts : ndarray of int, shape (n_regions,)
        Corners of each region.

    Examples
    --------
    A square and its diagonal.

    >>> edges = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [0, 2]])
    >>> walks, counts = boundary_walks(edges, np.array([[0, -1], [0, -1], [1, -1], [1, -1], [0, 1]]), 2)
    >>> [sorted(walk.tolist()) for walk in np.split(walks, counts.cumsum()[:-1])]
    [[0, 1, 2], [0, 2, 3]]
    """
    edge = np.concatenate([np.arange(len(edges))] * 2)
    region = edge_regions.T.ravel()
    edge, region = edge[region >= 0], region[region >= 0]
    order = np.argsort(region, kind="stable")
    edge, region = edge[order], region[order]  # the sides of region 0, of region 1, ...
    n = len(edge)
    counts = np.bincount(region, minlength=n_regions)
    # Each side has two ends; at each corner of a region two of its sides end. Pair them.
    corner = edges[edge]  # (n, 2)
    key = np.argsort(np.repeat(region, 2) * (int(edges.max()) + 1) + corner.ravel(), kind="stable")
    other = np.empty(2 * n, dtype=int)
    other[key[0::2]], other[key[1::2]] = key[1::2], key[0::2]
    starts = np.cumsum(counts) - counts
    walks = np.empty(n, dtype=int)
    at, active = 2 * starts, np.arange(n_regions)  # at: a side's end where its region's walk stands
    for step in range(int(counts.max())):
        active = active[counts[active] > step]
        walks[starts[active] + step] = corner.ravel()[at[active]]
        at[active] = other[at[active] ^ 1]  # along the side, then to the next side at that corner
    return walks, counts
