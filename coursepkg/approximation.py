"""Networks with one hidden layer that approach a given function: built by hand, measured, and learned.

A sum of units with one input is a pair ``(w, b)`` of arrays, one entry a unit:
``F(x) = sum_i w_i s(x + b_i)``. All input slopes are 1, as on the slide. Networks of two inputs are `Layers`.

Lecture: notebook 12.
"""

from collections.abc import Callable
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.special import dawsn

from coursepkg import autodiff
from coursepkg.discriminant import sigmoid
from coursepkg.network import relu
from coursepkg.threshold import Layers, heaviside
from coursepkg.training import MLP, Adam, fit, init_layers

Function = Callable[[np.ndarray], np.ndarray]
Units = tuple[np.ndarray, np.ndarray]
UNITS = {"relu": relu, "heaviside": heaviside}


def unit_sum(x: ArrayLike, w: ArrayLike, b: ArrayLike, unit: str = "relu") -> np.ndarray:
    """Return ``sum_i w_i s(x + b_i)``, one hidden layer whose input slopes are all 1.

    Lecture: notebook 12, section 12.1.

    Parameters
    ----------
    x : array_like of float, any shape
        Inputs.
    w, b : array_like of float, shape (q,)
        Output weights and biases.
    unit : {"relu", "heaviside"}
        The activation s.

    Returns
    -------
    ndarray of float, the shape of `x`

    Raises
    ------
    ValueError
        If `w` and `b` do not pair up, or there is no such unit.

    Examples
    --------
    >>> unit_sum([0.0, 1.0, 3.0], [1.0, -2.0], [0.0, -1.0])
    array([ 0.,  1., -1.])
    """
    x, w, b = np.asarray(x, dtype=float), np.asarray(w, dtype=float), np.asarray(b, dtype=float)
    if w.ndim != 1 or w.shape != b.shape:
        raise ValueError(f"unit_sum: expected w and b of one shape (q,), got {w.shape} and {b.shape}")
    if unit not in UNITS:
        raise ValueError(f"unit_sum: expected a unit among {', '.join(UNITS)}, got {unit!r}")
    return UNITS[unit](x[..., None] + b) @ w  # (..., q) @ (q,) -> (...)


def equal_knots(a: float, b: float, q: int) -> np.ndarray:
    """Return `q` knots from `a` to `b`, equally far apart, both ends included.

    Lecture: notebook 12, section 12.1.

    Parameters
    ----------
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 2
        Number of knots.

    Returns
    -------
    ndarray of float, shape (q,)

    Raises
    ------
    ValueError
        If the interval is empty or `q` is less than 2.

    Examples
    --------
    >>> equal_knots(0, 1, 3)
    array([0. , 0.5, 1. ])
    """
    _check_interval("equal_knots", a, b)
    if q < 2:
        raise ValueError(f"equal_knots: expected q of at least 2, got {q}; both ends are knots")
    return np.linspace(a, b, q)


def relu_through(knots: ArrayLike, values: ArrayLike) -> Units:
    """Return ReLU units whose sum is straight between knots and takes the given values at them.

    Unit i bends at knot i - 1, so it changes nothing to the left; its weight makes the sum right at knot i.
    The first unit bends to the left of the first knot, by the width of the first piece.

    Lecture: notebook 12, section 12.1.

    Parameters
    ----------
    knots : array_like of float, shape (q,), q at least 2, increasing
        Where the values are taken.
    values : array_like of float, shape (q,)
        The values.

    Returns
    -------
    tuple of (ndarray of shape (q,), ndarray of shape (q,))
        Weights and biases.

    Raises
    ------
    ValueError
        If the knots do not increase, or do not pair up with the values.

    Examples
    --------
    >>> w, b = relu_through([0.0, 1.0, 2.0], [5.0, 6.0, 4.0])
    >>> unit_sum([0.0, 0.5, 1.0, 2.0], w, b)
    array([5. , 5.5, 6. , 4. ])
    """
    knots, values = _check_knots("relu_through", knots, values)
    bends = np.r_[2 * knots[0] - knots[1], knots[:-1]]
    slopes = np.diff(values, prepend=0.0) / (knots - bends)  # of the sum on the piece that ends at each knot
    return np.diff(slopes, prepend=0.0), -bends


def relu_interpolant(f: Function, a: float, b: float, q: int) -> Units:
    """Return `q` ReLU units whose sum meets `f` at `q` equal knots and is straight between them.

    Lecture: notebook 12, section 12.1.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape, entry by entry; it is asked on [a, b] alone.
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 2
        Number of units and of knots.

    Returns
    -------
    tuple of (ndarray of shape (q,), ndarray of shape (q,))
        Weights and biases.

    Raises
    ------
    ValueError
        If the interval is empty, `q` is less than 2, or `f` does not return an array of its argument's shape.

    Examples
    --------
    >>> w, b = relu_interpolant(np.square, 0.0, 2.0, 3)
    >>> unit_sum([0.0, 0.5, 1.0, 2.0], w, b)
    array([0. , 0.5, 1. , 4. ])
    """
    knots = equal_knots(a, b, q)
    return relu_through(knots, _values("relu_interpolant", f, knots))


def steps_through(knots: ArrayLike, values: ArrayLike) -> Units:
    """Return Heaviside units whose sum jumps at each knot to its value.

    Lecture: notebook 12, section 12.3.

    Parameters
    ----------
    knots : array_like of float, shape (q,), q at least 2, increasing
        Where the jumps are.
    values : array_like of float, shape (q,)
        The value from each knot on.

    Returns
    -------
    tuple of (ndarray of shape (q,), ndarray of shape (q,))
        Weights and biases.

    Raises
    ------
    ValueError
        If the knots do not increase, or do not pair up with the values.

    Examples
    --------
    >>> w, b = steps_through([0.0, 1.0], [5.0, 3.0])
    >>> unit_sum([-1.0, 0.0, 0.9, 1.0], w, b, "heaviside")
    array([0., 5., 5., 3.])
    """
    knots, values = _check_knots("steps_through", knots, values)
    return np.diff(values, prepend=0.0), -knots


def step_interpolant(f: Function, a: float, b: float, q: int) -> Units:
    """Return `q` Heaviside units whose sum takes the value of `f` at each of `q` equal knots, up to the next.

    Lecture: notebook 12, section 12.3.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape, entry by entry; it is asked on [a, b] alone.
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 2
        Number of units and of knots.

    Returns
    -------
    tuple of (ndarray of shape (q,), ndarray of shape (q,))
        Weights and biases.

    Raises
    ------
    ValueError
        If the interval is empty, `q` is less than 2, or `f` does not return an array of its argument's shape.

    Examples
    --------
    >>> w, b = step_interpolant(np.square, 0.0, 2.0, 3)
    >>> unit_sum([0.0, 0.5, 1.0, 2.0], w, b, "heaviside")
    array([0., 0., 1., 4.])
    """
    knots = equal_knots(a, b, q)
    return steps_through(knots, _values("step_interpolant", f, knots))


def sup_error(
    f: Function, g: Function, a: float, b: float, knots: ArrayLike = (), n_points: int = 2001
) -> float:
    """Return the largest ``|f - g|`` on a grid, at the knots, and just beside them.

    A grid alone misses what is narrower than its step. Where a bend or a jump may hide something, say so.

    Lecture: notebook 12, section 12.2.

    Parameters
    ----------
    f, g : callable
        From an array to an array of the same shape, entry by entry.
    a, b : float, a < b
        Ends of the interval.
    knots : array_like of float
        Further points; each is taken with its two neighbours in floating point. What lies outside of [a, b]
        is left out.
    n_points : int, at least 2
        Points of the grid, both ends included.

    Returns
    -------
    float
        At least 0. A lower bound on the true supremum.

    Raises
    ------
    ValueError
        If the interval is empty, there are fewer than two points, or a function does not return an array of
        its argument's shape.

    Examples
    --------
    >>> sup_error(np.square, np.zeros_like, -1.0, 2.0)
    4.0
    """
    _check_interval("sup_error", a, b)
    if n_points < 2:
        raise ValueError(f"sup_error: expected at least 2 points, got {n_points}; the ends are two")
    knots = np.asarray(knots, dtype=float)
    beside = [np.nextafter(knots, side) for side in (-np.inf, np.inf)]
    x = np.concatenate([np.linspace(a, b, n_points), knots, *beside])
    x = x[(a <= x) & (x <= b)]
    return float(np.max(np.abs(_values("sup_error", f, x) - _values("sup_error", g, x))))


def interpolation_bound(f2max: float, a: float, b: float, q: int) -> float:
    """Return ``h**2 / 8 * f2max``, at least the sup error of the straight pieces between `q` equal knots.

    Lecture: notebook 12, section 12.2.

    Parameters
    ----------
    f2max : float, at least 0
        The largest absolute value of the second derivative on [a, b].
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 2
        Number of knots.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `f2max` is negative, the interval is empty, or `q` is less than 2.

    Examples
    --------
    >>> interpolation_bound(2.0, 0.0, 1.0, 6)
    0.010000000000000002
    """
    if not f2max >= 0:
        raise ValueError(f"interpolation_bound: expected f2max of at least 0, got {f2max}; take |f''|")
    h = np.diff(equal_knots(a, b, q)[:2]).item()
    return h**2 / 8 * f2max


def units_needed(f2max: float, a: float, b: float, eps: float) -> int:
    """Return the smallest number of ReLU units for which the bound on the sup error is at most `eps`.

    Lecture: notebook 12, section 12.2.

    Parameters
    ----------
    f2max : float, at least 0
        The largest absolute value of the second derivative on [a, b].
    a, b : float, a < b
        Ends of the interval.
    eps : float, above 0
        The error that is allowed.

    Returns
    -------
    int
        At least 2. Fewer may do: the bound is no equality.

    Raises
    ------
    ValueError
        If `f2max` is negative, the interval is empty, or `eps` is not above 0.

    Examples
    --------
    >>> units_needed(2.0, 0.0, 1.0, 0.0101)
    6
    """
    _check_interval("units_needed", a, b)
    if not f2max >= 0 or not eps > 0:
        raise ValueError(f"units_needed: expected f2max >= 0 and eps > 0, got {f2max} and {eps}")
    return max(2, 1 + ceil((b - a) * sqrt(f2max / (8 * eps))))


def affine_from_relus(c: float, d: float, a: float, b: float) -> Units:
    """Return two ReLU units with slope 1 whose sum is ``c x + d`` on [a, b].

    Both bend at or before `a`, so on the interval each is a straight line.

    Lecture: notebook 12, section 12.4.

    Parameters
    ----------
    c, d : float
        Slope and value at 0.
    a, b : float, a < b
        Ends of the interval.

    Returns
    -------
    tuple of (ndarray of shape (2,), ndarray of shape (2,))
        Weights and biases.

    Raises
    ------
    ValueError
        If the interval is empty.

    Examples
    --------
    >>> w, b = affine_from_relus(-2.0, 5.0, 0.0, 3.0)
    >>> unit_sum([0.0, 1.0, 3.0], w, b)
    array([ 5.,  3., -1.])
    """
    _check_interval("affine_from_relus", a, b)
    left = c * a + d
    return np.array([left, c - left]), np.array([1.0 - a, -a])


def nielsen(x: ArrayLike) -> np.ndarray:
    """Return Nielsen's example ``0.2 + 0.4 x^2 + 0.3 x sin 15x + 0.05 cos 50x``, for x in [0, 1].

    Lecture: notebook 12, section 12.3.

    Parameters
    ----------
    x : array_like of float, any shape

    Returns
    -------
    ndarray of float, the shape of `x`

    References
    ----------
    Nielsen, M. A. (2015). Neural Networks and Deep Learning, chapter 4.

    Examples
    --------
    >>> nielsen(0.0)
    np.float64(0.25)
    """
    x = np.asarray(x, dtype=float)
    return 0.2 + 0.4 * x**2 + 0.3 * x * np.sin(15 * x) + 0.05 * np.cos(50 * x)


def best_polynomial(
    f: Function, a: float, b: float, degree: int, n_points: int = 401
) -> tuple[np.ndarray, float]:
    """Return the polynomial with the smallest sup error on equal points, and that error.

    A linear programme: minimise t with ``-t <= p(x_i) - f(x_i) <= t``.

    Lecture: notebook 12, section 12.5.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape, entry by entry.
    a, b : float, a < b
        Ends of the interval.
    degree : int, 0 to 12
        Of the polynomial; higher ones need a better basis than powers.
    n_points : int, more than `degree` + 1
        Points, both ends included.

    Returns
    -------
    coefficients : ndarray of float, shape (degree + 1,)
        From the constant up.
    error : float
        Its sup error on the points: up to the solver's tolerance a lower bound on the smallest on [a, b].

    Raises
    ------
    ValueError
        If the interval is empty, or `degree` or `n_points` out of range.
    RuntimeError
        If the solver gives up.

    Examples
    --------
    >>> p, error = best_polynomial(np.square, -1.0, 1.0, 1)
    >>> round(error, 9)
    0.5
    """
    _check_interval("best_polynomial", a, b)
    if not 0 <= degree <= 12 or n_points <= degree + 1:
        raise ValueError(
            f"best_polynomial: expected a degree of 0 to 12 and more than degree + 1 points, got degree "
            f"{degree} and {n_points} points"
        )
    x = np.linspace(a, b, n_points)
    powers, y = np.vander(x, degree + 1, increasing=True), _values("best_polynomial", f, x)
    slack = -np.ones((n_points, 1))
    found = linprog(
        np.r_[np.zeros(degree + 1), 1.0],
        A_ub=np.block([[powers, slack], [-powers, slack]]), b_ub=np.r_[y, -y],
        bounds=[(None, None)] * (degree + 1) + [(0, None)], method="highs",
    )  # fmt: skip
    if found.status != 0:
        raise RuntimeError(f"best_polynomial: the solver stopped: {found.message}; try a lower degree")
    coefficients = found.x[:-1]
    return coefficients, float(np.abs(powers @ coefficients - y).max())  # (n, d + 1) @ (d + 1,) -> (n,)


def bump2d(x: ArrayLike, y: ArrayLike, w: float) -> np.ndarray:
    """Return a tower on the square ``|x| < 1, |y| < 1``: two layers of sigmoids, the second of one unit.

    With s the sigmoid, ``s(w (p(x) + p(y) - 3/2))`` where ``p(t) = s(w (t + 1)) - s(w (t - 1))`` is about 1
    for ``|t| < 1`` and about 0 outside. The output is that last unit.

    Lecture: notebook 12, section 12.6.

    Parameters
    ----------
    x, y : array_like of float, the same shape or shapes that broadcast
        Coordinates.
    w : float, above 0
        Steepness. As it grows, the values tend to 1 inside and to 0 outside.

    Returns
    -------
    ndarray of float, the common shape
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `w` is not above 0.

    Examples
    --------
    >>> bump2d([0.0, 0.9, 1.1, 5.0], 0.0, 100.0).round(6)
    array([1., 1., 0., 0.])
    """
    if not w > 0:
        raise ValueError(f"bump2d: expected a steepness w above 0, got {w}")
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    walls = sum(sigmoid(w * (t + 1)) - sigmoid(w * (t - 1)) for t in (x, y))
    return sigmoid(w * (walls - 1.5))


def ridge_bump(n_directions: int, q: int, radius: float = 4.0) -> Layers:
    """Return one hidden layer of ReLUs that approaches ``exp(-|x|^2 / 2)`` on a disc.

    The Gaussian is the mean over all directions u of ``g(u . x)`` with ``g(t) = 1 - sqrt(2) t D(t / sqrt 2)``
    and D Dawson's function. The mean is taken over equally spaced directions, and g is replaced by straight
    pieces between `q` equal knots on [-radius, radius].

    Lecture: notebook 12, section 12.6.

    Parameters
    ----------
    n_directions : int, at least 1
        Directions, over half a turn.
    q : int, at least 2
        Units for each direction.
    radius : float, above 0
        Radius of the disc on which the network is meant.

    Returns
    -------
    Layers
        ``W`` of shapes (2, n_directions * q) and (n_directions * q, 1).

    Raises
    ------
    ValueError
        If there is no direction, `q` is less than 2 or `radius` not above 0.

    Examples
    --------
    >>> [W.shape for W, b in ridge_bump(8, 20)]
    [(2, 160), (160, 1)]
    """
    if n_directions < 1:
        raise ValueError(f"ridge_bump: expected at least 1 direction, got {n_directions}")
    w, b = relu_interpolant(lambda t: 1 - sqrt(2) * t * dawsn(t / sqrt(2)), -radius, radius, q)
    angles = np.pi * np.arange(n_directions) / n_directions
    U = np.vstack([np.cos(angles), np.sin(angles)])  # (2, m), one direction a column
    output = np.tile(w, n_directions)[:, None] / n_directions
    return [(np.repeat(U, q, axis=1), np.tile(b, n_directions)), (output, np.zeros(1))]


def learned_relus(
    f: Function, a: float, b: float, q: int, rng: np.random.Generator, steps: int = 1500, lr: float = 0.01
) -> Layers:
    """Return a network with `q` hidden ReLUs that Adam has fitted to `f` on 200 equal points.

    All points take part in each step. The initial values are those of torch: uniform, within one over the
    root of the fan-in.

    Lecture: notebook 12, section 12.8.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape, entry by entry.
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 1
        Hidden units.
    rng : numpy.random.Generator
        Where the initial values come from.
    steps : int, at least 0
        Steps of Adam on the mean squared error.
    lr : float, above 0
        Learning rate.

    Returns
    -------
    Layers
        ``W`` of shapes (1, q) and (q, 1).

    Raises
    ------
    ValueError
        If the interval is empty or another argument is out of range.

    Examples
    --------
    >>> layers = learned_relus(np.square, -1.0, 1.0, 8, np.random.default_rng(0), steps=300)
    >>> [W.shape for W, b in layers]
    [(1, 8), (8, 1)]
    """
    _check_interval("learned_relus", a, b)
    if q < 1:
        raise ValueError(f"learned_relus: expected q of at least 1, got {q}")
    X = np.linspace(a, b, 200)[:, None]
    model = MLP(init_layers((1, q, 1), "standard", rng, random_bias=True))
    fit(
        model, X, _values("learned_relus", f, X), loss=autodiff.mse, optimiser=Adam(model.params, lr=lr),
        epochs=steps, batch_size=len(X), rng=rng,
    )  # fmt: skip
    return model.layers


def _check_interval(where: str, a: float, b: float) -> None:
    if not (np.isfinite([a, b]).all() and a < b):
        raise ValueError(f"{where}: expected finite ends a < b, got a = {a} and b = {b}; did you swap them?")


def _check_knots(where: str, knots: ArrayLike, values: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    knots, values = np.asarray(knots, dtype=float), np.asarray(values, dtype=float)
    if knots.ndim != 1 or len(knots) < 2 or values.shape != knots.shape:
        raise ValueError(
            f"{where}: expected at least two knots and as many values, got the shapes {knots.shape} and "
            f"{values.shape}"
        )
    if not (np.diff(knots) > 0).all():
        raise ValueError(f"{where}: the knots should increase; sort them, and give none twice")
    return knots, values


def _values(where: str, f: Function, x: np.ndarray) -> np.ndarray:
    """Return f(x), after checking that f works entry by entry."""
    y = np.asarray(f(x), dtype=float)
    if y.shape != x.shape:
        raise ValueError(
            f"{where}: a function returned the shape {y.shape} for inputs of shape {x.shape}; it should work "
            f"entry by entry, as np.sin does"
        )
    return y
