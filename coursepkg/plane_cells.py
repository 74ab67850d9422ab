"""The cells of a ReLU network over a rectangle, a layer at a time, in a fixed number of array operations.

A layer cuts every polygon of the complex before it by straight chords, one for each unit that is positive at
one vertex and negative at another. A polygon with c chords and x crossings of chords inside becomes 1 + c + x
polygons. So counting needs chords and crossings alone, and the last layer is never built. A polygon that is
built is known by a hash of its signs, which names both sides of every new edge; the count says how many names
there must be, so a collision of hashes cannot pass.

Everything here takes its array functions from an object `xp`, so that NumPy and torch run the same lines.
Where a sign is in doubt (see `coursepkg.exact_points`), the polygons around it are handed back.

Lecture: notebook 14, section 14.3.
"""

from dataclasses import dataclass, replace

import numpy as np

from coursepkg.exact_points import UNIT_ROUNDOFF, Points, ScaledLayers, new_point_error


@dataclass(frozen=True)
class Cells:
    """Polygons that cover a part of the rectangle, between two layers.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    h : list of arrays of float, each of shape (n, fan_in)
        The inputs of the next layer at the vertices, in pieces to be read one after another.
    error : array of float, shape (n_vertices,)
        Bound on the error of every entry of `h`, relative to the unit's bound.
    u, v : array of int, shape (n_edges,)
        The vertices of an edge.
    slack : array of float, shape (n_edges,)
        Bound on the change of any later unit from the float edge to the line that is meant by it.
    left, right : array of int, shape (n_edges,)
        The polygons beside an edge. `left` is one of ours; `right` is ``n_faces`` where there is none.
    n_faces : int
        Number of polygons.
    points : Points
        Where the vertices came from.
    details : Details, optional
        What a drawing needs besides.
    """

    h: object
    error: object
    u: object
    v: object
    slack: object
    left: object
    right: object
    n_faces: int
    points: Points
    details: "Details | None" = None


@dataclass(frozen=True)
class Details:
    """What counting does not need.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    X : array of float, shape (n_vertices, 2)
        Coordinates.
    made_by : array of int, shape (n_edges,)
        The hidden unit that made an edge, counted over all layers; -1 for the box.
    on : array of bool, shape (n_faces, n_units)
        The units that are on in a polygon, over all layers so far.
    """

    X: object
    made_by: object
    on: object


class TooLarge(Exception):
    """A layer would make more points than memory is meant to hold; `n_parts` parts would do.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    n_parts : int
        Into how many parts to divide the polygons.
    """

    def __init__(self, n_parts: int):
        super().__init__("too many new points at once")
        self.n_parts = n_parts


def rectangle(box: np.ndarray, exact, xp, details: bool = False) -> Cells:
    """Return the one polygon before the first layer.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    box : ndarray of float, shape (2, 2)
        Lower and upper end of each axis.
    exact : ExactLayers
        The network in integers.
    xp : NumpyArrays or TorchArrays
        The array functions.
    details : bool
        Whether to keep coordinates, patterns and who made an edge.

    Returns
    -------
    Cells

    Examples
    --------
    >>> from coursepkg.array_functions import NumpyArrays
    >>> cells = rectangle(np.array([[0.0, 2.0], [0.0, 1.0]]), None, NumpyArrays())
    >>> cells.n_faces, cells.h[0].tolist()
    (1, [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])
    """
    corners = np.array([[box[0, i], box[1, j]] for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))])
    X = xp.asarray(corners)
    ring = xp.arange(4)
    return Cells(
        [X], X[:, 0] * 0, ring, (ring + 1) % 4, X[:, 0] * 0, xp.zeros(4), xp.zeros(4) + 1, 1,
        Points(exact, corners), Details(X, xp.zeros(4) - 1, xp.falses((1, 0))) if details else None,
    )  # fmt: skip


def select(cells: Cells, wanted, xp) -> Cells:
    """Return the polygons for which `wanted` is true, with their edges and vertices, without details.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    cells : Cells
        All polygons.
    wanted : array of bool, shape (n_faces,)
        Which to keep.
    xp : NumpyArrays or TorchArrays
        The array functions.

    Returns
    -------
    Cells

    Examples
    --------
    >>> from coursepkg.array_functions import NumpyArrays
    >>> xp = NumpyArrays()
    >>> cells = rectangle(np.array([[0.0, 2.0], [0.0, 1.0]]), None, xp)
    >>> select(cells, np.array([True]), xp).n_faces
    1
    """
    renamed = xp.cumsum(xp.to_int(wanted)) - 1
    n_faces = int(renamed[-1]) + 1
    # The place past the last polygon stands for "outside".
    renamed = xp.concat([xp.where(wanted, renamed, renamed * 0 + n_faces), xp.zeros(1) + n_faces])
    left, right = xp.take(renamed, cells.left), xp.take(renamed, cells.right)
    edges = xp.nonzero((left < n_faces) | (right < n_faces))
    left, right = xp.take(left, edges), xp.take(right, edges)
    left, right = xp.where(left < n_faces, left, right), xp.where(left < n_faces, right, left)
    u, v = xp.take(cells.u, edges), xp.take(cells.v, edges)
    used = xp.falses(len(cells.error))
    used[u] = True
    used[v] = True
    kept = xp.nonzero(used)
    place = xp.cumsum(xp.to_int(used)) - 1
    return Cells(
        [xp.take(xp.concat(cells.h), kept)], xp.take(cells.error, kept),
        xp.take(place, u), xp.take(place, v), xp.take(cells.slack, edges), left, right, n_faces,
        Points(cells.points.exact, source=cells.points, kept=kept),
    )  # fmt: skip


class Doubtful(Exception):
    """Signs or orders around some polygons lie within the rounding error.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    faces : array of bool, shape (n_faces,)
        Marks those polygons.
    """

    def __init__(self, faces):
        super().__init__("signs within the rounding error")
        self.faces = faces


@dataclass(frozen=True)
class Cuts:
    """Where the units of one layer cross the edges and the polygons of a complex.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    z : array of float, shape (n_vertices, fan_out)
        Pre-activations at the vertices.
    edge, unit, t : arrays, shape (n_cuts,)
        A crossed edge, the unit that is zero there, the way from ``u`` to ``v``. Sorted by edge and along the
        edge.
    error, drop : arrays of float, shape (n_cuts,)
        Bound on the error of a pre-activation on the edge, and by how much the unit changes along it.
    p, q, face, chord_unit : arrays, shape (n_chords,)
        The two cuts that a chord joins, its polygon and its unit. Sorted by polygon.
    """

    z: object
    edge: object
    unit: object
    t: object
    error: object
    drop: object
    p: object
    q: object
    face: object
    chord_unit: object


class Layer:
    """One hidden layer on its way through a complex.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    k : int
        Which layer, 0 first.
    scaled : ScaledLayers
        The network.
    xp : NumpyArrays or TorchArrays
    splitting : ndarray of int, optional
        The units that can cut: all but the constant ones and those that are zero where an earlier unit is.
    memory_bytes : int
        What the arrays for new points may take, roughly.
    """

    def __init__(self, k: int, scaled: ScaledLayers, xp, splitting=None, memory_bytes: int = 2**30):
        self.k, self.xp = k, xp
        W, b = scaled.hidden[k]
        self.W, self.b, self.n_units = xp.asarray(W), xp.asarray(b), len(b)
        self.rounding, self.noise = scaled.rounding(k), scaled.noise(k)
        self.first_unit = sum(len(b) for _, b in scaled.hidden[:k])
        self.splitting = None if splitting is None else xp.asarray(splitting)
        self.margin = np.inf
        self.memory_bytes, self.pairs_at_once = memory_bytes, max(1, memory_bytes // 256)

    def names(self):
        """Return the halves of a name for each unit, see `unit_names`; 0 for units that cut nothing."""
        names = unit_names(self.n_units)
        if self.splitting is not None:
            names[np.setdiff1d(np.arange(self.n_units), self.xp.to_numpy(self.splitting))] = 0
        return names

    def doubt(self, cells: Cells, faces) -> None:
        """Raise `Doubtful` for the polygons with these numbers; numbers past the last are ignored."""
        marked = self.xp.falses(cells.n_faces + 1)
        marked[faces] = True
        raise Doubtful(marked[:-1])

    def check_vertices(self, cells: Cells, size) -> None:
        """Raise `Doubtful` for the polygons at vertices where some unit is within its error bound."""
        xp, bound = self.xp, 2 * (cells.error + self.rounding)
        smallest = float(size.min())
        rows = xp.nonzero(bound >= smallest)  # the others cannot be in doubt
        if len(rows):
            rows = rows[xp.row_min(xp.take(size, rows)) <= xp.take(bound, rows)]
        if len(rows):
            doubtful = xp.falses(len(bound))
            doubtful[rows] = True
            near = xp.nonzero(xp.take(doubtful, cells.u) | xp.take(doubtful, cells.v))
            self.doubt(cells, xp.concat([xp.take(cells.left, near), xp.take(cells.right, near)]))
        self.margin = min(self.margin, smallest)

    def between(self, cells: Cells, z, edge, unit):
        """Return where units cross edges: the way t, the error on the true edge, and the drop of the unit."""
        xp, n = self.xp, self.n_units
        a, b = xp.take(cells.u, edge), xp.take(cells.v, edge)
        flat = z.reshape(-1)
        z_a, z_b = xp.take(flat, a * n + unit), xp.take(flat, b * n + unit)
        drop = z_a - z_b
        return z_a / drop, xp.take(cells.slack, edge) + self.noise, xp.abs(drop)

    def check_gaps(self, cells: Cells, key, spread, faces_of) -> None:
        """Raise `Doubtful` where two places ``key = carrier + way``, in any order, may be one place.

        Parameters
        ----------
        cells : Cells
        key, spread : arrays of float, shape (n_places,)
            The places, and the error of each way.
        faces_of : callable
            ``faces_of(places)`` gives the numbers of the polygons at some places.
        """
        if len(key) < 2:
            return
        xp = self.xp
        ordered = xp.sort_nearly(key)
        # The sum with the carrier's number rounds the way; `resolution` allows for it.
        resolution = 4 * UNIT_ROUNDOFF * (float(ordered[-1]) + 1)
        if float((ordered[1:] - ordered[:-1]).min()) > 2 * float(spread.max()) + resolution:
            return
        order = xp.argsort(key)
        key, spread = xp.take(key, order), xp.take(spread, order)
        close = xp.nonzero(key[1:] - key[:-1] <= spread[1:] + spread[:-1] + resolution)
        if len(close):
            self.doubt(cells, faces_of(xp.concat([order[close], order[close + 1]])))

    def cuts(self, cells: Cells) -> Cuts:
        """Find all cuts of edges and the chords between them, or raise `Doubtful`."""
        xp, n = self.xp, self.n_units
        z = xp.floats(len(cells.error), n)
        done = 0
        for h in cells.h:
            xp.matmul(h, self.W, out=z[done : done + len(h)])  # (n_vertices, fan_in) @ (fan_in, fan_out)
            done += len(h)
        z += self.b
        active = z if self.splitting is None else z[:, self.splitting]
        if active.shape[1]:
            self.check_vertices(cells, xp.abs(active))
        on = active > 0
        crossed = xp.nonzero(xp.take(on, cells.u) ^ xp.take(on, cells.v))
        width = max(on.shape[1], 1)
        edge = crossed // width
        unit = crossed - edge * width
        if self.splitting is not None:
            unit = xp.take(self.splitting, unit)
        t, error, drop = self.between(cells, z, edge, unit)
        key = edge + t
        order = xp.argsort_nearly(key)
        key, edge, unit, t = (xp.take(x, order) for x in (key, edge, unit, t))
        error, drop = xp.take(error, order), xp.take(drop, order)
        spread = 2 * error / drop + 2 * UNIT_ROUNDOFF
        left, right = xp.take(cells.left, edge), xp.take(cells.right, edge)
        self.check_gaps(cells, key, spread, lambda i: xp.concat([left[i], right[i]]))

        # A unit that cuts a convex polygon cuts its boundary twice: two cuts with one (polygon, unit) make a
        # chord.
        place = xp.concat([left * n + unit, right * n + unit])
        inside = xp.nonzero(place < cells.n_faces * n)
        place = xp.take(place, inside)
        order = xp.argsort(place)
        place = xp.take(place, order)
        cut = xp.take(inside, order) % max(len(edge), 1)
        p, q, place, twin = cut[0::2], cut[1::2], place[0::2], place[1::2]
        if len(place) != len(twin) or bool((place != twin).any()):
            raise RuntimeError(
                "plane_cells: a unit does not cut the boundary of a polygon twice; please report"
            )
        face = place // n
        return Cuts(z, edge, unit, t, error, drop, p, q, face, place - face * n)

    def pairs(self, cells: Cells, cuts: Cuts):
        """Yield the pairs (host, guest) of chords of a polygon, host < guest, some hosts at a time."""
        xp = self.xp
        number = xp.arange(len(cuts.face))
        ends = xp.take(xp.cumsum(xp.bincount(cuts.face, cells.n_faces)), cuts.face)
        counts = ends - 1 - number
        after = xp.cumsum(counts)
        total = int(after[-1]) if len(after) else 0
        begin, done = 0, 0
        while begin < len(number) or begin == 0:
            end = len(number)
            if total - done > self.pairs_at_once:
                end = max(begin + 1, int((after <= done + self.pairs_at_once).sum()))
            some = counts[begin:end]
            host = xp.repeat(number[begin:end], some)
            start = after[begin:end] - some - done
            guest = xp.arange(len(host)) - xp.take(start, host - begin) + host + 1
            yield host, guest
            if end == len(number):
                return
            begin, done = end, int(after[end - 1])

    def at_cuts(self, cells: Cells, cuts: Cuts):
        """Return a function of (cut, unit): pre-activations, by interpolation, and their error bounds."""
        xp, n = self.xp, self.n_units
        flat, t = cuts.z.reshape(-1), cuts.t
        row_a, row_b = xp.take(cells.u, cuts.edge) * n, xp.take(cells.v, cuts.edge) * n
        # The bound is affine in the change of the unit along the edge.
        fixed = new_point_error(cuts.error, 0.0, cuts.drop)
        growth = new_point_error(cuts.error, 1.0, cuts.drop) - fixed

        def values(cut, unit):
            a = xp.take(flat, xp.take(row_a, cut) + unit)
            way = xp.take(flat, xp.take(row_b, cut) + unit) - a
            return a + xp.take(t, cut) * way, xp.take(fixed, cut) + xp.take(growth, cut) * xp.abs(way)

        return values

    def crossings(self, cells: Cells, cuts: Cuts, host, guest, values):
        """Find which pairs of chords cross inside their polygon, or raise `Doubtful`.

        Parameters
        ----------
        cells : Cells
        cuts : Cuts
        host, guest : arrays of int, shape (n_pairs,)
            Chords; all pairs of a host are there.
        values : callable
            ``values(cut, unit)`` gives pre-activations at cuts, and their error bounds.

        Returns
        -------
        host, guest : arrays of int, shape (n_crossings,)
            The chords; the chord of a host is cut by the unit of its guest.
        s : array of float, shape (n_crossings,)
            The way along the host from its p to its q.
        """
        xp = self.xp
        unit = xp.take(cuts.chord_unit, guest)
        p, q = xp.take(cuts.p, host), xp.take(cuts.q, host)
        (z_p, error_p), (z_q, error_q) = values(p, unit), values(q, unit)
        if not len(host):
            return host, guest, z_p
        error = xp.maximum(error_p, error_q)
        size = xp.where(xp.abs(z_p) < xp.abs(z_q), xp.abs(z_p), xp.abs(z_q))
        smallest = float(size.min())
        if smallest <= 2 * float(error.max()):
            doubtful = xp.nonzero(size <= 2 * error)
            if len(doubtful):
                self.doubt(cells, xp.take(cuts.face, xp.take(host, doubtful)))
        self.margin = min(self.margin, smallest)
        real = xp.nonzero((z_p > 0) ^ (z_q > 0))
        host, guest, z_p, z_q, error = (xp.take(x, real) for x in (host, guest, z_p, z_q, error))
        drop = z_p - z_q
        s = z_p / drop
        spread = 2 * error / xp.abs(drop) + 2 * UNIT_ROUNDOFF
        # Three chords through one point: the first of them hosts the two others at one place.
        self.check_gaps(cells, host + s, spread, lambda i: xp.take(cuts.face, xp.take(host, i)))
        return host, guest, s

    def count(self, cells: Cells) -> int:
        """Return the number of polygons after this layer, without building them; may raise `Doubtful`."""
        cuts = self.cuts(cells)
        found = cells.n_faces + len(cuts.face)
        values = self.at_cuts(cells, cuts)
        for host, guest in self.pairs(cells, cuts):
            found += len(self.crossings(cells, cuts, host, guest, values)[0])
        return found

    def build(self, cells: Cells) -> Cells:
        """Return the polygons after this layer; may raise `Doubtful`.

        Every new edge is a piece of an old edge or of a chord. On its way along an old edge or a chord, the
        sum of the names of the units that are on changes at each cut by one name. That sum and the old
        polygon name the new polygon.
        """
        xp, n, k = self.xp, self.n_units, self.k
        cuts = self.cuts(cells)
        z, edge, unit, face, own = cuts.z, cuts.edge, cuts.unit, cuts.face, cuts.chord_unit
        n_old, n_edges, n_cuts, n_chords = len(z), len(cells.u), len(edge), len(face)
        self.check_size(cells, n_cuts)
        cut_ids = xp.arange(n_cuts)
        a, b = xp.take(cells.u, edge), xp.take(cells.v, edge)
        t = cuts.t[:, None]
        z_cut = xp.take(z, a)
        way = xp.take(z, b) - z_cut
        z_cut += t * way
        change = self.largest(way)
        error_cut = new_point_error(cuts.error, change, cuts.drop)
        # To the true line of a unit it is a step along the edge, whose own error does not matter.
        slack_cut = new_point_error(self.noise, change, cuts.drop)
        slack_chord = xp.maximum(xp.take(slack_cut, cuts.p), xp.take(slack_cut, cuts.q))
        flat = z_cut.reshape(-1)
        flat[cut_ids * n + unit] = 0.0

        blocks = [
            self.crossings(
                cells, cuts, host, guest,
                lambda cut, unit: (xp.take(flat, cut * n + unit), xp.take(error_cut, cut)),
            )
            for host, guest in self.pairs(cells, cuts)
        ]  # fmt: skip
        host, guest, s = blocks[0] if len(blocks) == 1 else (xp.concat(part) for part in zip(*blocks))
        n_crossings = len(host)
        self.check_size(cells, n_cuts + n_crossings)
        p, q = xp.take(cuts.p, host), xp.take(cuts.q, host)
        s = s[:, None]
        z_cross = xp.take(z_cut, p)
        way = xp.take(z_cut, q) - z_cross
        z_cross += s * way
        host_unit, guest_unit = xp.take(own, host), xp.take(own, guest)
        cross_ids = xp.arange(n_crossings)
        both = z_cross.reshape(-1)
        both[cross_ids * n + host_unit] = 0.0
        both[cross_ids * n + guest_unit] = 0.0
        error = xp.take(slack_chord, host) + self.noise
        drop = xp.abs(xp.take(way.reshape(-1), cross_ids * n + guest_unit))
        error_cross = new_point_error(error, self.largest(way), drop)

        # Pieces of old edges: the first of each edge, then one after each cut.
        halves = xp.asarray(self.names())
        names = fold_names(halves)
        on = fold_names(xp.to_int(xp.to_float(z > 0) @ xp.to_float(halves)))  # (n_vertices, n) @ (n, 2)
        turned_on = xp.take(z.reshape(-1), b * n + unit) > 0
        name = xp.take(names, unit)
        starts, ends, sums = self.chain(edge, n_edges, xp.where(turned_on, name, -name))
        u_old = xp.concat([cells.u, n_old + cut_ids])
        v_old = xp.concat(
            [xp.where(starts < n_cuts, n_old + starts, cells.v), xp.where(ends < n_cuts, n_old + ends, b)]
        )
        sign_cut = xp.take(on, a) + sums
        sign_old = xp.concat([xp.take(on, cells.u), sign_cut])
        left_old = xp.concat([cells.left, xp.take(cells.left, edge)])
        right_old = xp.concat([cells.right, xp.take(cells.right, edge)])

        # Pieces of chords: the first of each chord, then one after each crossing, on host and guest.
        chord = xp.concat([host, guest])
        other = xp.concat([guest_unit, host_unit])
        end_p, end_q = xp.take(cuts.p, chord), xp.take(cuts.q, chord)
        z_p, z_q = xp.take(flat, end_p * n + other), xp.take(flat, end_q * n + other)
        key, drop = chord + z_p / (z_p - z_q), xp.abs(z_p - z_q)
        error = xp.maximum(xp.take(error_cut, end_p), xp.take(error_cut, end_q))
        # What was sure on the host may be in doubt on the guest.
        unsure = xp.nonzero((xp.abs(z_p) <= 2 * error) | (xp.abs(z_q) <= 2 * error))
        if len(unsure):
            self.doubt(cells, xp.take(face, xp.take(chord, unsure)))
        order = xp.argsort(key)
        spread = xp.take(2 * error / drop + 2 * UNIT_ROUNDOFF, order)
        chord, other = xp.take(chord, order), xp.take(other, order)
        self.check_gaps(cells, xp.take(key, order), spread, lambda i: xp.take(face, xp.take(chord, i)))
        name = xp.take(names, other)
        starts, ends, sums = self.chain(chord, n_chords, xp.where(xp.take(z_q, order) > 0, name, -name))
        met = n_old + n_cuts + order % max(n_crossings, 1)  # the vertex at each place along the chords
        met_or_none = xp.concat([met, met[:1] * 0 if n_crossings else xp.zeros(1)])
        last = n_old + cuts.q
        u_new = xp.concat([n_old + cuts.p, met])
        v_new = xp.concat([
            xp.where(starts < len(met), xp.take(met_or_none, starts), last),
            xp.where(ends < len(met), xp.take(met_or_none, ends), xp.take(last, chord)),
        ])  # fmt: skip
        own_name = xp.take(names, own)
        base = xp.take(sign_cut, cuts.p) - xp.where(xp.take(turned_on, cuts.p), own_name, own_name * 0)
        sign_new = xp.concat([base, xp.take(base, chord) + sums])
        side = xp.concat([own_name, xp.take(own_name, chord)])
        face_new = xp.concat([face, xp.take(face, chord)])

        n_faces = cells.n_faces + n_chords + n_crossings
        left, right, key, order = self.number_faces(
            cells.n_faces, n_faces,
            xp.concat([left_old, face_new]), xp.concat([sign_old, sign_new]),
            xp.concat([right_old, face_new]), xp.concat([sign_old, sign_new + side]),
        )  # fmt: skip
        points = Points(cells.points.exact, source=cells.points, kept=range(n_old))
        points.add(a, b, unit, k)
        points.add(n_old + p, n_old + q, guest_unit, k)
        built = Cells(
            [xp.relu(z), xp.relu(z_cut), xp.relu(z_cross)],
            xp.concat([cells.error + self.rounding, error_cut, error_cross]),
            xp.concat([u_old, u_new]), xp.concat([v_old, v_new]),
            xp.concat([cells.slack, xp.take(cells.slack, edge), slack_chord, xp.take(slack_chord, chord)]),
            left, right, n_faces, points,
        )  # fmt: skip
        if cells.details is None:
            return built
        made = xp.concat([own, xp.take(own, chord)])
        return replace(
            built,
            details=Details(
                self.coordinates(cells.details.X, a, b, t, p, q, s),
                xp.concat(
                    [cells.details.made_by, xp.take(cells.details.made_by, edge), self.first_unit + made]
                ),
                self.patterns(cells, built, made, key, order),
            ),
        )

    def patterns(self, cells: Cells, built: Cells, made, key, order):
        """Return which units are on in each new polygon, from one piece of its boundary.

        A unit is on beside a piece if it is positive at one of its ends; the unit that made the piece is on
        on the right side only.
        """
        xp = self.xp
        n_pieces = len(built.u)
        begins = xp.concat([xp.falses(1) | True, key[1:] != key[:-1]])
        entry = xp.take(order, xp.nonzero(begins)[: built.n_faces])
        right = entry >= n_pieces
        piece = entry % n_pieces
        positive = xp.concat([h > 0 for h in built.h])
        on = xp.take(positive, xp.take(built.u, piece)) | xp.take(positive, xp.take(built.v, piece))
        n_old = n_pieces - len(made)
        rows = xp.nonzero(right & (piece >= n_old))
        on[rows, xp.take(made, xp.take(piece, rows) - n_old)] = True
        parent = xp.take(key, xp.nonzero(begins)[: built.n_faces]) >> name_bits(cells.n_faces)
        return xp.hstack([xp.take(cells.details.on, parent), on])

    def check_size(self, cells: Cells, n_points: int) -> None:
        """Raise `TooLarge` if so many new points pass the memory and the polygons can be parted."""
        n_parts = n_points * (40 * self.n_units + 400) // self.memory_bytes
        if n_parts > 1 and cells.n_faces > 1 and cells.details is None:
            raise TooLarge(min(n_parts, cells.n_faces))

    def coordinates(self, X, a, b, t, p, q, s):
        """Return the coordinates of all vertices: old ones, cuts of edges, crossings of chords."""
        xp = self.xp
        X_a = xp.take(X, a)
        X_cut = X_a + t * (xp.take(X, b) - X_a)
        X_p = xp.take(X_cut, p)
        return xp.concat([X, X_cut, X_p + s * (xp.take(X_cut, q) - X_p)])

    def largest(self, way):
        """Return the largest change of any unit from one point to another, shape (n_points,)."""
        return self.xp.row_max(self.xp.abs(way)) if len(way) else way[:, 0]

    def chain(self, carrier, n_carriers: int, change):
        """Follow places that are sorted by their carrier (an edge or a chord) and along it.

        Returns
        -------
        starts : array of int, shape (n_carriers,)
            The first place on each carrier; the number of places where it has none.
        ends : array of int, shape (n_places,)
            The next place on the same carrier; the number of places after its last.
        sums : array of int, shape (n_places,)
            The changes added up along the carrier, from its start.
        """
        xp = self.xp
        n = len(carrier)
        counts = xp.bincount(carrier, n_carriers)
        begin = xp.cumsum(counts) - counts
        starts = xp.where(counts > 0, begin, begin * 0 + n)
        ends = xp.arange(n) + 1
        if not n:
            return starts, ends, change
        ends[:-1][carrier[1:] != carrier[:-1]] = n
        before = xp.cumsum(change)
        own = xp.take(begin, carrier)
        return starts, ends, before - xp.take(before, own) + xp.take(change, own)

    def number_faces(self, n_before: int, n_after: int, left, left_sign, right, right_sign):
        """Give every pair (old polygon, sum of names) a number from 0, in the order of the old polygons."""
        xp = self.xp
        bits = name_bits(n_before)
        mask = (1 << bits) - 1
        key = xp.concat([(left << bits) | (left_sign & mask), (right << bits) | (right_sign & mask)])
        outside = n_before << bits
        key = xp.where(key < outside, key, key * 0 + outside)  # outside is one polygon, the last
        order = xp.argsort(key)
        key = xp.take(key, order)
        new = xp.zeros(len(key))
        new[1:] = xp.to_int(key[1:] != key[:-1])
        number = xp.cumsum(new)
        n_found = int(number[-1]) + (int(key[-1]) < outside)
        if n_found != n_after:
            raise RuntimeError("plane_cells: the names of two polygons are the same; please report")
        numbers = xp.empty(len(key))
        numbers[order] = number
        return numbers[: len(left)], numbers[len(left) :], key, order


def name_bits(n_faces: int) -> int:
    """Return how many bits of a 63-bit key are left if the others number the polygons, and outside.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    n_faces : int
        Number of polygons.

    Returns
    -------
    int

    Examples
    --------
    >>> name_bits(1000)
    52
    """
    return 62 - n_faces.bit_length()


def unit_names(n: int) -> np.ndarray:
    """Return two whole numbers for each unit, drawn as if by chance.

    No sum of a column passes 2**52, so floats hold it exactly.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    n : int
        Number of units.

    Returns
    -------
    ndarray of int64, shape (n, 2)

    Examples
    --------
    >>> names = unit_names(1000)
    >>> len(np.unique(names)), bool(names.sum(axis=0).max() <= 2**52)
    (2000, True)
    """
    names = np.arange(1, 2 * n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    names = (names ^ (names >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (names >> np.uint64(12 + n.bit_length())).astype(np.int64).reshape(n, 2)


def fold_names(halves):
    """Return one 64-bit number for two halves of names, or for sums of them: folding and adding commute.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    halves : array of int64, shape (n, 2)
        See `unit_names`.

    Returns
    -------
    array of int64, shape (n,)
        Whole numbers modulo 2**64.

    Examples
    --------
    >>> names = unit_names(2)
    >>> bool(fold_names(names).sum() == fold_names(names.sum(axis=0, keepdims=True))[0])
    True
    """
    return halves[:, 0] * 0x1E3779B97F4A7C15 + halves[:, 1]


def keep_freed_memory() -> None:
    """Let the allocator keep what is freed.

    glibc returns large blocks to the system, and fetching new pages takes longer than the counting. Freeing a
    block of nearly 32 MB, never touched, raises its limit for the process. Elsewhere it does nothing.

    Lecture: notebook 14, section 14.3.

    Examples
    --------
    >>> keep_freed_memory()
    """
    np.empty(2**25 - 2**14, dtype=np.uint8)
