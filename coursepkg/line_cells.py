"""The pieces of a ReLU network with one input, a layer at a time.

On a line a layer only adds points: where a unit is negative at one end of a piece and positive at the other.
A unit that is zero at an old point adds nothing, so only points inside one piece have to be compared with one
another.

Lecture: notebook 14, section 14.3.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from coursepkg.exact_points import UNIT_ROUNDOFF, ExactLayers, Points, ScaledLayers, new_point_error
from coursepkg.face_lattice import ERROR_LIMIT


@dataclass(frozen=True)
class Pieces:
    """An interval cut into pieces between neighbouring points.

    Lecture: notebook 14, section 14.3.

    Attributes
    ----------
    x : ndarray of float, shape (n_points,)
        The points from left to right, both ends of the interval included.
    h : ndarray of float, shape (n_points, fan_in)
        The inputs of the next layer there.
    error : ndarray of float, shape (n_points,)
        Bound on the error of `h`.
    points : Points
        Where the points came from.
    order : ndarray of int, shape (n_points,)
        The number of each point in `points`.
    on : ndarray of bool, shape (n_points - 1, n_units)
        The units that are on in each piece, over all layers so far.
    margin : float
        The smallest pre-activation that decided a sign in float64.
    settled : int
        Points whose signs were taken in integers.
    """

    x: np.ndarray
    h: np.ndarray
    error: np.ndarray
    points: Points
    order: np.ndarray
    on: np.ndarray
    margin: float = np.inf
    settled: int = 0


def interval(box: np.ndarray, exact: ExactLayers) -> Pieces:
    """Return the one piece before the first layer.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    box : ndarray of float, shape (1, 2)
        Both ends of the interval.
    exact : ExactLayers
        The network in integers.

    Returns
    -------
    Pieces

    Examples
    --------
    >>> interval(np.array([[0.0, 2.0]]), None).x
    array([0., 2.])
    """
    x = box[0].astype(float)
    none = np.zeros((1, 0), dtype=bool)
    return Pieces(x, x[:, None], np.zeros(2), Points(exact, x[:, None]), np.arange(2), none)


def cut_pieces(pieces: Pieces, k: int, scaled: ScaledLayers, last: bool = False) -> Pieces:
    """Return the pieces after layer `k`; after the `last` one nothing but `x` and `on` is kept.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    pieces : Pieces
        The pieces before it.
    k : int
        The layer, 0 first.
    scaled : ScaledLayers
        The network.
    last : bool
        Whether `h` may be left out.

    Returns
    -------
    Pieces

    Examples
    --------
    >>> from coursepkg.exact_points import prepare
    >>> hidden, box = [(np.array([[1.0, 1.0]]), np.array([0.0, -0.5]))], np.array([[-1.0, 1.0]])
    >>> scaled, exact = prepare(hidden, box)
    >>> cut_pieces(interval(box, exact), 0, scaled, last=True).x
    array([-1. ,  0. ,  0.5,  1. ])
    """
    W, b = scaled.hidden[k]
    points = Points(pieces.points.exact, source=pieces.points, kept=pieces.order)
    z = pieces.h @ W + b  # (n_points, fan_in) @ (fan_in, fan_out)
    error = pieces.error + scaled.rounding(k)
    size = np.abs(z)
    rows = np.flatnonzero((size <= 2 * error[:, None]).any(axis=1))
    sign = np.sign(z).astype(np.int8)
    sign[rows], z[rows] = points.at(rows, k)
    error[rows] = 4 * UNIT_ROUNDOFF
    sure = np.delete(size, rows, axis=0) if len(rows) else size

    piece, unit = np.nonzero(sign[:-1] * sign[1:] < 0)
    drop = np.abs(z[piece, unit] - z[piece + 1, unit])
    t = np.abs(z[piece, unit]) / drop
    spread = 2 * scaled.noise(k) / drop + 2 * UNIT_ROUNDOFF
    points.add(piece, piece + 1, unit, k)
    rank = np.lexsort((t, piece))
    rank, first = settle_order(rank, piece, t, spread, points, len(pieces.x))
    # From here on, one entry a new point: the first of those units that are zero there.
    new = rank[first]
    piece, t = piece[new], t[new, None]
    way = z[piece + 1] - z[piece]
    z_new = z[piece] + t * way
    error_new = new_point_error(scaled.noise(k), np.abs(way).max(axis=1), drop[new])
    sign_a, sign_b = sign[piece], sign[piece + 1]
    same = sign_a * sign_b >= 0
    sign_new = np.where(same, np.sign(sign_a + sign_b), np.sign(z_new)).astype(np.int8)
    sign_new[np.cumsum(first) - 1, unit[rank]] = 0
    z_new[sign_new == 0] = 0.0
    decided = same | (sign_new == 0)
    doubtful = (~decided & (np.abs(z_new) <= 2 * error_new[:, None])).any(axis=1) | (error_new > ERROR_LIMIT)
    doubtful = np.flatnonzero(doubtful)
    sign_new[doubtful], z_new[doubtful] = points.at(len(pieces.x) + new[doubtful], k)
    error_new[doubtful] = 4 * UNIT_ROUNDOFF
    x_new = pieces.x[piece] + t[:, 0] * (pieces.x[piece + 1] - pieces.x[piece])
    for i in doubtful:
        x_new[i] = as_float(points.point(len(pieces.x) + int(new[i])))

    # A new point stands after the left end of its piece and after the new points before it.
    place = piece + 1 + np.arange(len(new))
    old = np.setdiff1d(np.arange(len(pieces.x) + len(new)), place, assume_unique=True)
    n = len(old) + len(place)

    def merged(before, after):
        out = np.empty((n, *before.shape[1:]), dtype=before.dtype)
        out[old], out[place] = before, after
        return out

    sign = merged(sign, sign_new)
    parent = np.searchsorted(old, np.arange(n - 1), side="right") - 1
    on = np.hstack([pieces.on[parent], (sign[:-1] > 0) | (sign[1:] > 0)])
    x = merged(pieces.x, x_new)
    margin = min(pieces.margin, float(sure.min(initial=np.inf)))
    settled = pieces.settled + len(rows) + len(doubtful)
    if last:
        return Pieces(x, x[:, None], np.zeros(n), points, old, on, margin, settled)
    h = np.where(sign > 0, merged(z, z_new), 0.0)
    order = merged(np.arange(len(pieces.x)), len(pieces.x) + new)
    return Pieces(x, h, merged(error, error_new), points, order, on, margin, settled)


def settle_order(rank, piece, t, spread, points: Points, n_old: int):
    """Put new points in order, exactly where floats leave doubt, and tell the first of equal ones.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    rank : ndarray of int, shape (n_new,)
        The new points sorted by piece and by `t`; changed in place.
    piece, t, spread : ndarrays, shape (n_new,)
        The piece of each, the way along it, and the error of the way.
    points : Points
        The store, in which the new points have the numbers from `n_old`.
    n_old : int
        How many points there were.

    Returns
    -------
    rank : ndarray of int, shape (n_new,)
        The new points sorted.
    first : ndarray of bool, shape (n_new,)
        False where a point equals the one before it.

    Examples
    --------
    Far apart, so that no exact coordinates are needed.

    >>> ways = np.array([0.25, 0.75])
    >>> settle_order(np.arange(2), np.zeros(2, int), ways, np.full(2, 1e-15), None, 2)[1]
    array([ True,  True])
    """
    first = np.ones(len(rank), dtype=bool)
    if len(rank) < 2:
        return rank, first
    here, before = rank[1:], rank[:-1]
    close = (piece[here] == piece[before]) & (t[here] - t[before] <= spread[here] + spread[before])
    # Runs of neighbours in doubt are sorted by exact coordinates.
    edges = np.flatnonzero(np.diff(np.concatenate([[0], close.astype(np.int8), [0]])))
    for start, stop in edges.reshape(-1, 2):
        run = rank[start : stop + 1]
        places = {int(i): Fraction(*points.point(n_old + int(i))) for i in run}
        run = sorted(places, key=places.get)
        rank[start : stop + 1] = run
        for j in range(1, len(run)):
            first[start + j] = places[run[j]] != places[run[j - 1]]
    return rank, first


def as_float(point: tuple[int, int]) -> float:
    """Return a point on the line as the nearest float.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    point : tuple of two int
        Homogeneous coordinates, the last positive.

    Returns
    -------
    float

    Examples
    --------
    >>> as_float((1, 4))
    0.25
    """
    return point[0] / point[1]
