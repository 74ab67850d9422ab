"""Gradient descent: the surrogate and its promise, step sizes, and what orbits do when the step is too large.

A loss of one parameter is a function of numbers that works on arrays entry by entry; so is its gradient. The
loss of the lecture's pictures is `quartic_loss`: a hill between two valleys.

Lecture: notebook 05.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

Function = Callable[[np.ndarray], np.ndarray]
Kind = Literal["converged", "cycle", "chaotic", "diverged"]

_CENTRE = 0.333  # the quartic is 0.02 ((theta - 0.333)**4 - 30 theta**2)


def quartic_loss(theta: ArrayLike) -> np.ndarray:
    """Return the loss of the lecture's pictures, ``0.02 ((theta - 0.333)**4 - 30 theta**2)``.

    Lecture: notebook 05, section 5.1.

    Parameters
    ----------
    theta : array_like of float, any shape
        Parameters.

    Returns
    -------
    ndarray of float, the shape of `theta`

    Examples
    --------
    >>> quartic_loss([-2.0, 0.333]).round(4).tolist()
    [-1.8075, -0.0665]
    """
    theta = np.asarray(theta, dtype=float)
    return 0.02 * ((theta - _CENTRE) ** 4 - 30 * theta**2)


def quartic_gradient(theta: ArrayLike) -> np.ndarray:
    """Return the first derivative of `quartic_loss`.

    Lecture: notebook 05, section 5.1.

    Parameters
    ----------
    theta : array_like of float, any shape
        Parameters.

    Returns
    -------
    ndarray of float, the shape of `theta`

    Examples
    --------
    >>> quartic_gradient([-2.0, 0.333]).round(4).tolist()
    [1.3841, -0.3996]
    """
    theta = np.asarray(theta, dtype=float)
    return 0.08 * (theta - _CENTRE) ** 3 - 1.2 * theta


def quartic_curvature(theta: ArrayLike) -> np.ndarray:
    """Return the second derivative of `quartic_loss`; it has no upper bound on the whole line.

    Lecture: notebook 05, sections 5.1 and 5.3.

    Parameters
    ----------
    theta : array_like of float, any shape
        Parameters.

    Returns
    -------
    ndarray of float, the shape of `theta`

    Examples
    --------
    >>> quartic_curvature([-2.0, 0.333]).round(4).tolist()
    [0.1063, -1.2]
    """
    return 0.24 * (np.asarray(theta, dtype=float) - _CENTRE) ** 2 - 1.2


def quartic_third(theta: ArrayLike) -> np.ndarray:
    """Return the third derivative of `quartic_loss`.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    theta : array_like of float, any shape
        Parameters.

    Returns
    -------
    ndarray of float, the shape of `theta`

    Examples
    --------
    >>> quartic_third([-2.0, 0.333]).round(4).tolist()
    [-1.1198, 0.0]
    """
    return 0.48 * (np.asarray(theta, dtype=float) - _CENTRE)


QUARTIC = (quartic_gradient, quartic_curvature, quartic_third)
"""The first three derivatives of the quartic, as the functions about cycles take them."""


def quartic_stationary_points() -> np.ndarray:
    """Return where the quartic's gradient is 0: left minimum, top of the hill, right minimum.

    Lecture: notebook 05, section 5.4.

    Returns
    -------
    ndarray of float, shape (3,)
        In increasing order.

    Examples
    --------
    >>> quartic_stationary_points().round(5).tolist()
    [-3.36131, -0.00252, 4.36283]
    """
    return np.array([brentq(quartic_gradient, *ends, xtol=1e-15) for ends in ((-5, -2), (-1, 1), (3, 6))])


def surrogate(loss0: float, gradient0: ArrayLike, eps: ArrayLike, gamma: float) -> np.ndarray:
    """Return the lecture's model of the loss, ``loss0 + eps . gradient0 + |eps|**2 / (2 gamma)``.

    Lecture: notebook 05, section 5.2.

    Parameters
    ----------
    loss0 : float
        The loss at the point where the model is made.
    gradient0 : array_like of float, shape (n_params,)
        Its gradient there.
    eps : array_like of float, shape (..., n_params)
        Steps away from that point, one a row.
    gamma : float, above 0
        Step size.

    Returns
    -------
    ndarray of float, shape (...)
        A value for each step.

    Raises
    ------
    ValueError
        If `gamma` is not above 0, or steps and gradient differ in their number of parameters.

    Examples
    --------
    >>> surrogate(1.0, [2.0, 0.0], [[0.0, 0.0], [-1.0, 0.0]], gamma=0.5).tolist()
    [1.0, 0.0]
    """
    _check_step("surrogate", gamma)
    gradient0, eps = np.asarray(gradient0, dtype=float), np.asarray(eps, dtype=float)
    if gradient0.ndim != 1 or eps.shape[-1:] != gradient0.shape:
        raise ValueError(
            f"surrogate: expected a gradient of shape (n_params,) and steps of shape (..., n_params), got "
            f"{gradient0.shape} and {eps.shape}; with one parameter write eps[:, None]"
        )
    return loss0 + eps @ gradient0 + np.sum(eps**2, axis=-1) / (2 * gamma)  # (..., p) @ (p,) -> (...)


def gradient_descent(gradient: Function, theta0: ArrayLike, gamma: ArrayLike, steps: int) -> np.ndarray:
    """Return the trajectory of ``theta <- theta - gamma * gradient(theta)``, the start included.

    Runs that leave to infinity end as inf or NaN; they raise no warning. With a gradient that works entry by
    entry, many runs go side by side: one entry of `theta0`, and one of `gamma`, a run.

    Lecture: notebook 05, section 5.2.

    Parameters
    ----------
    gradient : callable
        From an array of the shape of `theta0` to one of the same shape.
    theta0 : array_like of float, any shape
        Where to start.
    gamma : array_like of float, above 0, a number or the shape of `theta0`
        Step size.
    steps : int, at least 0
        Number of steps.

    Returns
    -------
    ndarray of float, shape (steps + 1, ...)
        Entry t is the parameter after t steps.

    Raises
    ------
    ValueError
        If `gamma` is not above 0, if `steps` is negative, or if the gradient has another shape than `theta0`.

    Examples
    --------
    >>> gradient_descent(quartic_gradient, -0.5, 0.5, 3).round(3).tolist()
    [-0.5, -0.777, -1.188, -1.76]
    """
    _check_step("gradient_descent", gamma)
    if steps < 0:
        raise ValueError(f"gradient_descent: expected steps of at least 0, got {steps}; 0 returns the start")
    theta = np.array(theta0, dtype=float)
    if np.shape(gradient(theta)) != theta.shape:
        raise ValueError(
            f"gradient_descent: the gradient has shape {np.shape(gradient(theta))} where theta has "
            f"{theta.shape}; return one derivative for each parameter"
        )
    trajectory = np.empty((steps + 1, *theta.shape))
    trajectory[0] = theta
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            trajectory[t + 1] = trajectory[t] - gamma * gradient(trajectory[t])
    return trajectory


def largest_majorizing_step(
    loss: Function, gradient: Function, theta: float, radius: float, n_points: int = 2001
) -> float:
    """Return the largest step size whose surrogate lies on or above the loss at all points of a grid.

    The surrogate at `theta` is above the loss at ``theta + eps`` exactly if ``1 / gamma`` is at least
    ``2 (L(theta + eps) - L(theta) - eps L'(theta)) / eps**2``. The largest of these quotients decides.

    Lecture: notebook 05, section 5.3.

    Parameters
    ----------
    loss, gradient : callable
        Of numbers, entry by entry.
    theta : float
        Where the surrogate is made.
    radius : float, above 0
        Half the width of the interval round `theta`.
    n_points : int, at least 2
        Points of the grid; `theta` itself, where both are equal, is left out.

    Returns
    -------
    float
        Above 0; inf if the loss never rises above its tangent.

    Raises
    ------
    ValueError
        If `radius` is not above 0.

    Examples
    --------
    >>> round(largest_majorizing_step(lambda t: 1.5 * t**2, lambda t: 3 * t, 1.0, 2.0), 12)
    0.333333333333
    """
    eps = _offsets("largest_majorizing_step", radius, n_points)
    eps = eps[np.abs(eps) > 0.5 * radius / n_points]  # nearer to theta, rounding drowns the quotient
    above_tangent = loss(theta + eps) - loss(theta) - eps * gradient(theta)
    needed = float(np.max(2 * above_tangent / eps**2))  # the curvature that the parabola must have
    return 1 / needed if needed > 0 else np.inf


def is_majorized(
    loss: Function, gradient: Function, theta: float, gamma: float, radius: float, n_points: int = 2001
) -> bool:
    """Return whether the surrogate at `theta` lies on or above the loss within `radius`, on a grid.

    Lecture: notebook 05, section 5.3.

    Parameters
    ----------
    loss, gradient : callable
        Of numbers, entry by entry.
    theta : float
        Where the surrogate is made.
    gamma : float, above 0
        Step size.
    radius : float, above 0
        Half the width of the interval round `theta`.
    n_points : int, at least 2
        Points of the grid.

    Returns
    -------
    bool
        A True holds on the grid and allows for rounding; a False is a proof that some point is above.

    Raises
    ------
    ValueError
        If `gamma` or `radius` is not above 0.

    Examples
    --------
    >>> [is_majorized(lambda t: 1.5 * t**2, lambda t: 3 * t, 1.0, gamma, 2.0) for gamma in (0.33, 0.34)]
    [True, False]
    """
    _check_step("is_majorized", gamma)
    eps = _offsets("is_majorized", radius, n_points)
    values = loss(theta + eps)
    model = surrogate(float(loss(theta)), [float(gradient(theta))], eps[:, None], gamma)
    return bool(np.all(model >= values - 1e-9 * (1 + np.abs(values))))


def max_stable_step(hessian: ArrayLike) -> float:
    """Return the step size up to which no direction grows: ``2 / (largest eigenvalue)``.

    Near a stationary point the error is multiplied by ``I - gamma H``. Its factors ``1 - gamma lambda`` are
    all between -1 and 1 for ``gamma`` up to this value, and one is larger in size beyond. A negative
    eigenvalue grows at every step size.

    Lecture: notebook 05, section 5.5.

    Parameters
    ----------
    hessian : array_like of float, a number or shape (n_params, n_params)
        Symmetric matrix of second derivatives.

    Returns
    -------
    float
        At least 0: 0 if an eigenvalue is negative, inf if the Hessian is 0.

    Raises
    ------
    ValueError
        If it is no symmetric matrix.

    Examples
    --------
    >>> max_stable_step([[1.0, 0.0], [0.0, 4.0]]), max_stable_step(-1.0)
    (0.5, 0.0)
    """
    eigenvalues = _eigenvalues("max_stable_step", hessian)
    rounding = 1e-12 * np.abs(eigenvalues).max()
    if eigenvalues.min() < -rounding:
        return 0.0
    return float(2 / eigenvalues.max()) if eigenvalues.max() > 0 else np.inf


def best_step(hessian: ArrayLike) -> tuple[float, float]:
    """Return the best fixed step size for a quadratic, and the factor by which each step shrinks errors.

    Lecture: notebook 05, section 5.5.

    Parameters
    ----------
    hessian : array_like of float, a number or shape (n_params, n_params)
        Symmetric matrix with eigenvalues above 0.

    Returns
    -------
    gamma : float
        ``2 / (smallest + largest eigenvalue)``.
    factor : float
        ``(kappa - 1) / (kappa + 1)`` with kappa = largest / smallest eigenvalue, in [0, 1).

    Raises
    ------
    ValueError
        If it is no symmetric matrix, or an eigenvalue is not above 0.

    Examples
    --------
    >>> best_step([[1.0, 0.0], [0.0, 7.0]])
    (0.25, 0.75)
    """
    eigenvalues = _eigenvalues("best_step", hessian)
    low, high = float(eigenvalues.min()), float(eigenvalues.max())
    if low <= 0:
        raise ValueError(
            f"best_step: the smallest eigenvalue is {low:g}; a quadratic without a unique minimum has no "
            "best step, ask max_stable_step"
        )
    return 2 / (low + high), (high - low) / (high + low)


def classify_orbit(orbit: ArrayLike, largest_period: int = 64, tolerance: float = 1e-7) -> tuple[Kind, int]:
    """Return what the end of an orbit looks like, and its period.

    "chaotic" means here: bounded, and no period up to `largest_period`. An orbit that has not yet settled
    looks the same; `lyapunov_exponent` tells them apart.

    Lecture: notebook 05, section 5.6.

    Parameters
    ----------
    orbit : array_like of float, shape (n,), n above 3 largest_period
        Successive values of one parameter.
    largest_period : int, at least 1
        The longest cycle looked for.
    tolerance : float
        How far entries one period apart may differ, in the last `2 * largest_period` entries.

    Returns
    -------
    kind : {"converged", "cycle", "chaotic", "diverged"}
    period : int
        1 if converged, the period of a cycle, else 0.

    Raises
    ------
    ValueError
        If the orbit is too short or no vector.

    Examples
    --------
    >>> classify_orbit(gradient_descent(quartic_gradient, -2.0, 1.1, 2000))
    ('cycle', 2)
    """
    orbit = np.asarray(orbit, dtype=float)
    if orbit.ndim != 1 or len(orbit) <= 3 * largest_period:
        raise ValueError(
            f"classify_orbit: expected more than {3 * largest_period} values in one dimension, got shape "
            f"{orbit.shape}; take more steps, or one parameter at a time"
        )
    if not np.all(np.abs(orbit) < 1e6):  # NaN is not below it
        return "diverged", 0
    last = orbit[-2 * largest_period :]
    for period in range(1, largest_period + 1):
        earlier = orbit[-2 * largest_period - period : -period]
        if np.all(np.abs(last - earlier) <= tolerance):
            return ("converged" if period == 1 else "cycle"), period
    return "chaotic", 0


def lyapunov_exponent(
    derivatives: Sequence[Function], theta0: float, gamma: float, steps: int, burn_in: int = 1000
) -> float:
    """Return the mean of ``log |1 - gamma L''|`` along an orbit: the rate at which neighbours part.

    Below 0 neighbouring starts meet again (a fixed point or a cycle attracts); above 0 they part
    exponentially, the mark of chaos.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    derivatives : sequence of callables
        First and second derivative of the loss, entry by entry; what follows is not used.
    theta0 : float
        Where to start.
    gamma : float, above 0
        Step size.
    steps : int, at least 1
        Steps to average over.
    burn_in : int, at least 0
        Steps before that.

    Returns
    -------
    float
        In nats a step.

    Raises
    ------
    ValueError
        If `gamma` is not above 0, or the orbit leaves to infinity.

    Examples
    --------
    >>> round(lyapunov_exponent((lambda t: t, np.ones_like), 1.0, 0.5, steps=10, burn_in=0), 6)
    -0.693147
    """
    _check_step("lyapunov_exponent", gamma)
    gradient, curvature = derivatives[:2]
    orbit = gradient_descent(gradient, theta0, gamma, burn_in + steps)[burn_in:-1]
    if not np.all(np.abs(orbit) < 1e6):
        raise ValueError(f"lyapunov_exponent: the orbit leaves to infinity; gamma = {gamma} is too large")
    return float(np.mean(np.log(np.maximum(np.abs(1 - gamma * curvature(orbit)), 1e-300))))


def cycle_with_multiplier(
    derivatives: Sequence[Function], theta: float, gamma: float, period: int, multiplier: float
) -> tuple[float, float]:
    """Return the cycle, and the step size at which it has a given multiplier, by Newton's method.

    With F(t) = t - gamma L'(t), the unknowns t and gamma solve ``F^n(t) = t`` and ``(F^n)'(t) = multiplier``.
    A cycle doubles its period where the multiplier passes -1, and two cycles are born where it is +1.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    derivatives : sequence of three callables
        First, second and third derivative of the loss.
    theta, gamma : float
        First guess: near a point of the cycle, near the step size.
    period : int, at least 1
        n.
    multiplier : float
        The slope of F^n that is asked for.

    Returns
    -------
    theta, gamma : float

    Raises
    ------
    RuntimeError
        If Newton's method does not settle.

    References
    ----------
    Strogatz, S. H. (2015). Nonlinear Dynamics and Chaos, chapter 10, for maps of an interval.

    Examples
    --------
    >>> cycle = cycle_with_multiplier(QUARTIC, -3.3, 0.9, period=1, multiplier=-1.0)
    >>> [round(value, 6) for value in cycle]
    [-3.361309, 0.963623]
    """
    point = np.array([theta, gamma], dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(60):
            residual, jacobian = _cycle_equations(derivatives, *point, period, multiplier)
            if not np.isfinite(residual).all() or not np.abs(np.linalg.det(jacobian)) > 0:
                break
            change = np.linalg.solve(jacobian, -residual)
            point = point + change
            if np.abs(change).max() < 1e-12 * (1 + np.abs(point).max()):
                return float(point[0]), float(point[1])
    raise RuntimeError(
        f"cycle_with_multiplier: no cycle of period {period} found from theta = {theta:g}, "
        f"gamma = {gamma:g}; begin nearer, at a point of an orbit that has settled"
    )


def period_doublings(
    derivatives: Sequence[Function], theta: float, count: int, first_gap: float = 0.2
) -> np.ndarray:
    """Return the step sizes at which gradient descent doubles its period: 1 to 2, 2 to 4, and so on.

    Each search begins on the attracting cycle a little before the place where the last gap, divided by 4.67,
    leads us to expect the next doubling.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    derivatives : sequence of three callables
        First, second and third derivative of the loss.
    theta : float
        Near a minimum.
    count : int, 1 to 8
        How many doublings; beyond 8 rounding hides the gaps.
    first_gap : float
        A guess of the distance from the first doubling to the second.

    Returns
    -------
    ndarray of float, shape (count,)
        Increasing.

    Raises
    ------
    ValueError
        If `count` is outside 1 to 8.
    RuntimeError
        If a search does not settle.

    References
    ----------
    Feigenbaum, M. J. (1978). Journal of Statistical Physics, 19, 25-52.

    Examples
    --------
    >>> period_doublings(QUARTIC, -3.0, 3).round(6).tolist()
    [0.963623, 1.190216, 1.239883]
    """
    if not 1 <= count <= 8:
        raise ValueError(f"period_doublings: expected count from 1 to 8, got {count}; rounding hides more")
    gradient, curvature = derivatives[:2]
    theta, gamma = cycle_with_multiplier(derivatives, theta, 2 / float(curvature(theta)), 1, -1.0)
    found, gap = [gamma], first_gap
    for k in range(1, count):
        guess = found[-1] + 0.9 * gap
        settled = gradient_descent(gradient, theta + 1e-3, guess, 20_000)[-1]
        theta, gamma = cycle_with_multiplier(derivatives, float(settled), guess, 2**k, -1.0)
        gap = (gamma - found[-1]) / 4.67
        found.append(gamma)
    return np.array(found)


def quartic_crisis() -> float:
    """Return the step size at which orbits of the quartic's left valley first reach the top of the hill.

    F(t) = t - gamma L'(t) has its lowest value over the left valley where L'' = 1 / gamma. That value is the
    far left end of the orbits, its image the far right end. The crisis is where the latter is the hilltop.

    Lecture: notebook 05, section 5.8.

    Returns
    -------
    float

    Examples
    --------
    >>> round(quartic_crisis(), 6)
    1.526644
    """
    top = quartic_stationary_points()[1]

    def gap(gamma):
        lowest = _CENTRE - np.sqrt((1 / gamma + 1.2) / 0.24)
        return gradient_descent(quartic_gradient, lowest, gamma, 2)[-1] - top

    return brentq(gap, 1.4, 1.6, xtol=1e-14)


def _cycle_equations(derivatives, theta, gamma, period, multiplier):
    """Return F^n(t) - t and (F^n)'(t) - multiplier, and their derivatives by t and gamma, shape (2, 2)."""
    first, second, third = derivatives
    x = theta
    x_t, x_g, x_tt, x_tg = 1.0, 0.0, 0.0, 0.0  # derivatives of x = F^k(t) by t and gamma
    for _ in range(period):
        slope, bend = 1 - gamma * second(x), -gamma * third(x)
        x_tt, x_tg = bend * x_t**2 + slope * x_tt, (bend * x_g - second(x)) * x_t + slope * x_tg
        x, x_t, x_g = x - gamma * first(x), slope * x_t, slope * x_g - first(x)
    return np.array([x - theta, x_t - multiplier]), np.array([[x_t - 1, x_g], [x_tt, x_tg]])


def _check_step(where: str, gamma: ArrayLike) -> None:
    """Refuse a step size that is not above 0."""
    if not np.all(np.asarray(gamma) > 0):
        raise ValueError(f"{where}: expected gamma above 0, got {gamma}; only such a step size can descend")


def _offsets(where: str, radius: float, n_points: int) -> np.ndarray:
    """Return a grid of steps from -radius to radius."""
    if not radius > 0:
        raise ValueError(f"{where}: expected a radius above 0, got {radius}; it is half the interval's width")
    return np.linspace(-radius, radius, n_points)


def _eigenvalues(where: str, hessian: ArrayLike) -> np.ndarray:
    """Return the eigenvalues of a Hessian in increasing order; a number is a matrix of one row."""
    matrix = np.atleast_2d(np.asarray(hessian, dtype=float))
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(
            f"{where}: expected a square matrix, got shape {np.shape(hessian)}; give all second derivatives, "
            "n_params times n_params"
        )
    if not np.allclose(matrix, matrix.T):
        raise ValueError(f"{where}: the matrix is not symmetric, as Hessians are; take (H + H.T) / 2")
    return np.linalg.eigvalsh(matrix)
