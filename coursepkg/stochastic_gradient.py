"""Stochastic gradient descent: the noise of a gradient, what averaging does to it, and excess error.

Everything here counts in *gradient evaluations*: the gradient of one sample's loss costs one. A minibatch of
B costs B, a step of gradient descent on N samples costs N.

Lecture: notebook 06.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid

Schedule = Callable[[int], float]
"""A step size for each step, counted from 0."""

Gradient = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From parameters (..., p) and samples' numbers (..., batch_size) to mean gradients (..., p)."""


def robbins_monro(c: float, t0: float = 1.0, power: float = 1.0) -> Schedule:
    """Return the step sizes ``c / (t0 + t)**power`` for t = 0, 1, 2, ...

    Their sum is infinite because ``power <= 1``: the steps can reach any point. The sum of their squares is
    finite because ``power > 1/2``: the noise that they let in is finite.

    Lecture: notebook 06, section 6.4.

    Parameters
    ----------
    c : float, positive
        The gain.
    t0 : float, positive
        Delays the decay; with 1 the first step has size `c`.
    power : float, more than 1/2 and at most 1
        How fast the steps shrink.

    Returns
    -------
    callable
        From a step, counted from 0, to its size.

    Raises
    ------
    ValueError
        If `c` or `t0` is not positive, or the power breaks one of the two conditions.

    References
    ----------
    Robbins, H., & Monro, S. (1951). Annals of Mathematical Statistics, 22, 400-407.

    Examples
    --------
    >>> schedule = robbins_monro(2.0)
    >>> [schedule(t) for t in range(4)]
    [2.0, 1.0, 0.6666666666666666, 0.5]
    """
    if not (c > 0 and t0 > 0):
        raise ValueError(f"robbins_monro: expected c > 0 and t0 > 0, got c={c}, t0={t0}")
    if not 0.5 < power <= 1:
        broken = "the squares add up to infinity" if power <= 0.5 else "the steps add up to a finite length"
        raise ValueError(f"robbins_monro: expected 1/2 < power <= 1, got {power}: {broken}")
    return lambda t: c / (t0 + t) ** power


def sgd(
    gradient: Gradient,
    theta0: ArrayLike,
    n_samples: int,
    schedule: Schedule,
    steps: int,
    rng: np.random.Generator,
    batch_size: int = 1,
) -> np.ndarray:
    """Return the path of stochastic gradient descent, or several paths side by side.

    At each step every path draws its own samples, uniformly and with replacement.

    Lecture: notebook 06, section 6.1.

    Parameters
    ----------
    gradient : callable
        ``gradient(theta, rows)`` is the mean gradient over the samples `rows`; `theta` has the shape of
        `theta0`, `rows` the shape ``(..., batch_size)`` with the same leading axes.
    theta0 : array_like of float, shape (p,) or (n_paths, p)
        Where each path starts.
    n_samples : int, at least 1
        Samples are drawn from 0 to ``n_samples - 1``.
    schedule : callable
        From a step, counted from 0, to its size.
    steps : int, at least 0
        Number of steps; the budget is ``steps * batch_size`` gradient evaluations a path.
    rng : numpy.random.Generator
        Draws the samples.
    batch_size : int, at least 1
        Samples a step.

    Returns
    -------
    ndarray of float, shape (steps + 1, p) or (steps + 1, n_paths, p)
        Every iterate, the start included.

    Raises
    ------
    ValueError
        If there is no sample to draw, or a number of steps or samples is out of range.

    Examples
    --------
    >>> data = np.array([[1.0], [3.0]])
    >>> def gradient(theta, rows):
    ...     return theta - data[rows].mean(axis=-2)
    >>> path = sgd(gradient, [0.0], 2, robbins_monro(1.0), 4000, np.random.default_rng(0))
    >>> path.shape, abs(path[-1, 0] - 2) < 0.1
    ((4001, 1), np.True_)
    """
    if n_samples < 1 or steps < 0 or batch_size < 1:
        raise ValueError(
            "sgd: expected n_samples >= 1, steps >= 0, batch_size >= 1, "
            f"got {n_samples}, {steps}, {batch_size}"
        )
    theta = np.array(theta0, dtype=float)
    path = np.empty((steps + 1, *theta.shape))
    path[0] = theta
    for t in range(steps):
        rows = rng.integers(n_samples, size=(*theta.shape[:-1], batch_size))
        theta = theta - schedule(t) * gradient(theta, rows)
        path[t + 1] = theta
    return path


def polyak_average(path: ArrayLike, burn_in: int = 0) -> np.ndarray:
    """Return the mean of the iterates of a path, without the first `burn_in` of them.

    Lecture: notebook 06, section 6.5.

    Parameters
    ----------
    path : array_like of float, shape (n_iterates, ...)
        The iterates in order.
    burn_in : int, at least 0 and less than n_iterates
        How many of the first are left out, because they still remember the start.

    Returns
    -------
    ndarray of float, shape (...)
        The average of the rest.

    Raises
    ------
    ValueError
        If `burn_in` leaves nothing to average.

    References
    ----------
    Polyak, B. T., & Juditsky, A. B. (1992). SIAM Journal on Control and Optimization, 30, 838-855.

    Examples
    --------
    >>> polyak_average([[8.0], [1.0], [3.0]], burn_in=1)
    array([2.])
    """
    path = np.asarray(path, dtype=float)
    if not 0 <= burn_in < len(path):
        raise ValueError(
            f"polyak_average: the path has {len(path)} iterates, so burn_in is 0 to {len(path) - 1}, "
            f"got {burn_in}"
        )
    return path[burn_in:].mean(axis=0)


# ---- the noise of a gradient


def minibatch_gradients(gradients: ArrayLike, batch_size: int) -> np.ndarray:
    """Return the mean gradient of every minibatch of `batch_size` different samples.

    Lecture: notebook 06, section 6.2.

    Parameters
    ----------
    gradients : array_like of float, shape (n, p)
        The gradient of each sample, at one point.
    batch_size : int, 1 to n
        Samples a batch.

    Returns
    -------
    ndarray of float, shape (n choose batch_size, p)
        One mean a batch, in the order of `itertools.combinations`.

    Raises
    ------
    ValueError
        If the batch size is out of range, or there are more than a million batches.

    Examples
    --------
    >>> minibatch_gradients([[0.0], [2.0], [4.0]], 2).ravel()
    array([1., 2., 3.])
    """
    gradients = np.asarray(gradients, dtype=float)
    n = len(gradients)
    if not 1 <= batch_size <= n:
        raise ValueError(f"minibatch_gradients: expected a batch size from 1 to {n}, got {batch_size}")
    if comb(n, batch_size) > 10**6:
        raise ValueError(
            f"minibatch_gradients: {comb(n, batch_size)} batches are too many to list; take fewer samples"
        )
    rows = np.array(list(combinations(range(n), batch_size)))  # (n_batches, batch_size)
    return gradients[rows].mean(axis=1)


def noise_covariance(gradients: ArrayLike) -> np.ndarray:
    """Return the covariance matrix of the gradient of one sample that is drawn uniformly.

    Lecture: notebook 06, section 6.2.

    Parameters
    ----------
    gradients : array_like of float, shape (n, p)
        The gradient of each of the n samples, at one point. They are all there are, so the sum is divided
        by n, not by n - 1.

    Returns
    -------
    ndarray of float, shape (p, p)
        The mean of ``(g - mean)(g - mean)^T``.

    Raises
    ------
    ValueError
        If there is no row, or the array is not two-dimensional.

    Examples
    --------
    >>> noise_covariance([[0.0, 1.0], [2.0, 1.0]])
    array([[1., 0.],
           [0., 0.]])
    """
    gradients = np.asarray(gradients, dtype=float)
    if gradients.ndim != 2 or len(gradients) == 0:
        raise ValueError(
            f"noise_covariance: expected one gradient a row, shape (n, p), got {gradients.shape}; "
            "stack them with np.stack"
        )
    centred = gradients - gradients.mean(axis=0)
    return centred.T @ centred / len(gradients)  # (p, n) @ (n, p) -> (p, p)


def noise_ball_variance(step: float, curvature: float = 1.0, noise_variance: float = 1.0) -> float:
    """Return the variance at which gradient descent with a constant step and noise on its gradient settles.

    In one dimension, ``V = (1 - step * curvature)**2 * V + step**2 * noise_variance``.

    Lecture: notebook 06, section 6.3.

    Parameters
    ----------
    step : float, more than 0 and less than ``2 / curvature``
        The constant step size.
    curvature : float, positive
        The second derivative of the risk.
    noise_variance : float, at least 0
        Variance of the noise of the gradient.

    Returns
    -------
    float
        ``step * noise_variance / (curvature * (2 - step * curvature))``.

    Raises
    ------
    ValueError
        If the step is so large, or the curvature such, that the variance settles nowhere.

    Examples
    --------
    >>> noise_ball_variance(0.4)
    0.25
    """
    if not (curvature > 0 and 0 < step < 2 / curvature):
        raise ValueError(
            f"noise_ball_variance: expected curvature > 0 and 0 < step < 2/curvature, got step={step}, "
            f"curvature={curvature}; beyond, the variance grows without end"
        )
    return step * noise_variance / (curvature * (2 - step * curvature))


def mean_problem_variances(schedule: Schedule, steps: int) -> tuple[float, float]:
    """Return exactly how far stochastic gradient descent is from the mean that it estimates.

    The problem is ``theta <- theta - step * (theta - x)`` with a fresh ``x`` of mean 0 and variance 1 at each
    step, from theta = 0. Every iterate is a weighted sum of the x; the weights are added up, so nothing is
    drawn.

    Lecture: notebook 06, sections 6.4 and 6.5.

    Parameters
    ----------
    schedule : callable
        From a step, counted from 0, to its size.
    steps : int, at least 1
        Number of steps, n.

    Returns
    -------
    last : float
        Variance of the last iterate.
    average : float
        Variance of the mean of the iterates after steps 1 to n. The best possible is 1/n.

    Raises
    ------
    ValueError
        If `steps` is less than 1.

    Examples
    --------
    >>> last, average = mean_problem_variances(robbins_monro(1.0), 100)
    >>> round(100 * last, 12), round(100 * average, 2)
    (1.0, 1.95)
    """
    if steps < 1:
        raise ValueError(f"mean_problem_variances: expected at least 1 step, got {steps}")
    weight, total = 0.0, 0.0
    last = average = 0.0
    alive = 1.0  # what is left at the end of one unit put into theta after step t
    for t in range(steps - 1, -1, -1):
        step = schedule(t)
        total = 1.0 + weight * total  # the sum over all later iterates of what is left of that unit
        last += (step * alive) ** 2
        average += (step * total / steps) ** 2
        weight = 1 - step
        alive *= weight
    return last, average


# ---- a least-squares problem with two parameters, for pictures


@dataclass(frozen=True)
class LeastSquares:
    """The empirical risk ``mean((x . theta - y)**2) / 2`` of a linear model, and its gradients.

    Lecture: notebook 06, sections 6.1 and 6.2.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, p)
        Inputs.
    y : ndarray of float, shape (n_samples,)
        Targets.
    """

    X: np.ndarray
    y: np.ndarray

    @cached_property
    def hessian(self) -> np.ndarray:
        """Return the matrix of second derivatives, shape (p, p), the same everywhere."""
        return self.X.T @ self.X / len(self.X)

    @cached_property
    def minimiser(self) -> np.ndarray:
        """Return the parameters of least risk, shape (p,)."""
        return np.linalg.solve(self.hessian, self.X.T @ self.y / len(self.X))

    def risk(self, theta: ArrayLike) -> np.ndarray:
        """Return the empirical risk, shape (...), at parameters of shape (..., p)."""
        residual = np.asarray(theta) @ self.X.T - self.y  # (..., p) @ (p, n) -> (..., n)
        return 0.5 * np.mean(residual**2, axis=-1)

    def gradient(self, theta: ArrayLike, rows: ArrayLike | None = None) -> np.ndarray:
        """Return the mean gradient over samples `rows`, shape (..., batch_size), or over all; shape (..., p).

        `theta` has the shape (..., p) with the same leading axes.
        """
        theta = np.asarray(theta, dtype=float)
        if rows is None:
            return theta @ self.hessian - self.X.T @ self.y / len(self.X)
        X, y = self.X[rows], self.y[rows]  # (..., batch_size, p), (..., batch_size)
        residual = np.einsum("...bp,...p->...b", X, theta) - y
        return np.einsum("...bp,...b->...p", X, residual) / X.shape[-2]

    def sample_gradients(self, theta: ArrayLike) -> np.ndarray:
        """Return the gradient of each sample's loss at one `theta` of shape (p,): shape (n_samples, p)."""
        return self.X * (self.X @ theta - self.y)[:, None]


def ellipse_problem(
    rng: np.random.Generator, n_samples: int = 100, condition: float = 7.0, noise: float = 1.0
) -> LeastSquares:
    """Return a least-squares problem of two parameters whose contours are ellipses of a given shape.

    The inputs are whitened exactly, so the curvatures are 1 along the first parameter and `condition` along
    the second, and the axes of each ellipse are as ``sqrt(condition) : 1``. The minimiser is the origin.

    Lecture: notebook 06, section 6.1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws inputs and noise.
    n_samples : int, at least 4
        Number of samples.
    condition : float, at least 1
        The largest curvature over the smallest.
    noise : float, at least 0
        Standard deviation of what the linear model cannot explain.

    Returns
    -------
    LeastSquares
        With ``hessian = diag(1, condition)``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> problem = ellipse_problem(np.random.default_rng(0))
    >>> np.allclose(problem.hessian, np.diag([1, 7])), np.allclose(problem.minimiser, 0)
    (True, True)
    """
    if n_samples < 4 or condition < 1 or noise < 0:
        raise ValueError(
            "ellipse_problem: expected n_samples >= 4, condition >= 1, noise >= 0, "
            f"got {n_samples}, {condition}, {noise}"
        )
    Z = np.linalg.qr(rng.standard_normal((n_samples, 3)))[0] * np.sqrt(n_samples)  # Z^T Z / n = identity
    rest = rng.standard_normal(n_samples)
    rest -= Z @ (Z.T @ rest) / n_samples  # orthogonal to the inputs: the minimiser stays where it is
    rest *= noise / np.sqrt(np.mean(rest**2))
    return LeastSquares(Z[:, :2] * np.sqrt([1.0, condition]), rest)


# ---- excess error


@dataclass(frozen=True)
class ExcessError:
    """The excess error of a learner in its three parts, each a difference of expected risks.

    Lecture: notebook 06, section 6.6.

    Parameters
    ----------
    approximation : float
        The best of the class over the Bayes risk; at least 0.
    estimation : float
        The minimiser of the empirical risk over the best of the class; at least 0.
    optimisation : float
        What the optimiser reached over that minimiser; may be **negative**.
    """

    approximation: float
    estimation: float
    optimisation: float

    @property
    def total(self) -> float:
        """Return the excess error, the sum of the three."""
        return self.approximation + self.estimation + self.optimisation


def excess_decomposition(
    bayes: float, best: float, minimiser: ArrayLike, reached: ArrayLike
) -> ExcessError:
    """Split the excess error into approximation, estimation and optimisation error.

    Lecture: notebook 06, section 6.6.

    Parameters
    ----------
    bayes : float
        Expected risk of the best function of all.
    best : float
        Expected risk of the best function of the class.
    minimiser, reached : array_like of float, shape (n_data_sets,)
        Expected risks of the minimiser of the empirical risk, and of what the optimiser reached, for each
        training set. Their means stand for the expectation over training sets.

    Returns
    -------
    ExcessError

    Raises
    ------
    ValueError
        If a risk is below the Bayes risk, which no risk is.

    References
    ----------
    Bottou, L., & Bousquet, O. (2008). Advances in Neural Information Processing Systems, 20, 161-168.

    Examples
    --------
    >>> excess_decomposition(0.0, 0.25, [0.5, 1.0], [0.5, 0.75])
    ExcessError(approximation=0.25, estimation=0.5, optimisation=-0.125)
    """
    minimiser, reached = np.asarray(minimiser, dtype=float), np.asarray(reached, dtype=float)
    least = min(best, minimiser.min(), reached.min())
    if least < bayes:
        raise ValueError(
            f"excess_decomposition: the risk {least} is below the Bayes risk {bayes}; "
            "give expected risks, not empirical ones"
        )
    return ExcessError(
        float(best - bayes), float(minimiser.mean() - best), float(reached.mean() - minimiser.mean())
    )


@dataclass(frozen=True)
class LogisticTeacher:
    """Data whose labels are drawn from a logistic model, so that every expected risk can be computed.

    Inputs are Gaussian with mean 0 and independent components; P(Y = 1 | x) is the sigmoid of ``w . x``. The
    expected log-loss of a model ``theta`` depends on two numbers only, the standard deviation of
    ``theta . x`` and its covariance with ``w . x``, so one-dimensional quadrature gives it without sampling.

    Lecture: notebook 06, section 6.7.

    Parameters
    ----------
    weights : ndarray of float, shape (p,)
        The teacher's weights w, not all zero.
    scales : ndarray of float, shape (p,)
        Standard deviations of the inputs.
    """

    weights: np.ndarray
    scales: np.ndarray

    def sample(self, shape: int | tuple[int, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return fresh inputs of shape (*shape, p) and labels 0 and 1 of shape `shape`."""
        shape = (shape,) if isinstance(shape, int) else shape
        X = self.scales * rng.standard_normal((*shape, len(self.weights)))
        return X, (rng.random(shape) < sigmoid(X @ self.weights)).astype(float)

    def risk(self, theta: ArrayLike) -> np.ndarray:
        """Return the expected log-loss in nats, shape (...), of models of shape (..., p).

        With v = w . x and u = theta . x the risk is ``E log(1 + exp(u)) - E[sigmoid(v) u]``, and the second
        term is ``cov(u, v) / var(v) * E[sigmoid(v) v]`` because u and v are jointly Gaussian.
        """
        theta = np.asarray(theta, dtype=float)
        nodes, mass = _gauss()
        spread = np.sqrt(np.sum((theta * self.scales) ** 2, axis=-1))
        variance = np.sum((self.weights * self.scales) ** 2)
        v = np.sqrt(variance) * nodes
        slope = (theta * self.scales**2) @ self.weights / variance
        return np.logaddexp(0, spread[..., None] * nodes) @ mass - slope * (mass @ (sigmoid(v) * v))

    @property
    def bayes_risk(self) -> float:
        """Return the least expected log-loss, that of the teacher itself."""
        return float(self.risk(self.weights))


def logistic_teacher(p: int = 20, norm: float = 2.0, condition: float = 1.0) -> LogisticTeacher:
    """Return a teacher of `p` equally important weights.

    The variances of the inputs fall from 1 to ``1 / condition``, and the weights grow as the inputs shrink,
    so the labels are as hard to predict for every `condition`.

    Lecture: notebook 06, section 6.7.

    Parameters
    ----------
    p : int, at least 1
        Number of inputs; there is no bias.
    norm : float, positive
        Standard deviation of ``w . x``; for ``condition=1`` the Euclidean norm of the weights.
    condition : float, at least 1
        The largest variance of an input over the smallest.

    Returns
    -------
    LogisticTeacher

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(logistic_teacher().bayes_risk, 5), round(logistic_teacher(condition=10).bayes_risk, 5)
    (0.46201, 0.46201)
    """
    if p < 1 or norm <= 0 or condition < 1:
        raise ValueError(
            f"logistic_teacher: expected p >= 1, norm > 0, condition >= 1, got {p}, {norm}, {condition}"
        )
    scales = condition ** (-np.linspace(0, 0.5, p)) if p > 1 else np.ones(1)
    return LogisticTeacher(norm / np.sqrt(p) / scales, scales)


def logistic_gradient(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean log-loss over the next-to-last axis of X.

    Lecture: notebook 06, section 6.7; derived in notebook 04.

    Parameters
    ----------
    theta : ndarray of float, shape (..., p)
        Weights.
    X : ndarray of float, shape (..., n, p)
        Inputs.
    y : ndarray of float, shape (..., n)
        Labels 0 and 1.

    Returns
    -------
    ndarray of float, shape (..., p)

    Examples
    --------
    >>> logistic_gradient(np.zeros(2), np.array([[2.0, 4.0]]), np.array([1.0]))
    array([-1., -2.])
    """
    error = sigmoid((X @ theta[..., None])[..., 0]) - y  # (..., n, p) @ (..., p, 1) -> (..., n)
    return (error[..., None, :] @ X)[..., 0, :] / X.shape[-2]


def maximum_likelihood(X: np.ndarray, y: np.ndarray, iterations: int = 30) -> np.ndarray:
    """Return the minimiser of the mean log-loss of a model without a bias, by Newton's method from 0.

    Bare, because it runs on 100 000 samples; `coursepkg.logistic.newton_fit` has a bias, checks whether there
    is a minimiser, and guards its steps.

    Lecture: notebook 06, section 6.7; Newton's method in notebook 04.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Inputs.
    y : ndarray of float, shape (n,)
        Labels 0 and 1.
    iterations : int, at least 1
        The most steps.

    Returns
    -------
    ndarray of float, shape (p,)

    Raises
    ------
    ValueError
        If the steps do not end, as on classes that a hyperplane separates.

    Examples
    --------
    >>> X, y = np.array([[1.0], [1.0], [1.0]]), np.array([1.0, 1.0, 0.0])
    >>> maximum_likelihood(X, y)  # the log-odds of two to one
    array([0.69314718])
    """
    theta = np.zeros(X.shape[1])
    for _ in range(iterations):
        s = sigmoid(X @ theta)
        hessian = (X.T * (s * (1 - s))) @ X / len(X)
        try:
            step = np.linalg.solve(hessian, logistic_gradient(theta, X, y))
        except np.linalg.LinAlgError:
            break
        theta = theta - step
        if np.abs(step).max() < 1e-10:
            return theta
    raise ValueError(
        "maximum_likelihood: Newton's method found no minimiser; are the classes separable? Take more samples"
    )


@cache
def _gauss() -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of the quadrature for a standard normal variable, shape (120,) each."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(120)
    return nodes, mass / mass.sum()
