"""Gaussian classes and the posterior that they imply: where the sigmoid comes from.

Two classes are described by `GaussianClasses`. With one covariance matrix for both, the posterior
probability of class 1 is ``sigmoid(X @ w + b)``; with two, the log-odds are quadratic.

Lecture: notebook 03, sections 3.1 to 3.7.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular
from scipy.special import ndtr


class GaussianClasses(NamedTuple):
    """Two Gaussian classes.

    Lecture: notebook 03, section 3.4.

    Attributes
    ----------
    mu0, mu1 : ndarray of float, shape (n_in,)
        Means.
    cov0, cov1 : ndarray of float, shape (n_in, n_in)
        Covariance matrices, symmetric and positive definite. Equal in linear discriminant analysis.
    prior1 : float, in (0, 1)
        Probability of class 1 before anything is measured.

    Examples
    --------
    >>> classes = GaussianClasses(np.zeros(2), np.ones(2), np.eye(2), np.eye(2), 0.5)
    >>> lda_to_linear(classes)
    (array([1., 1.]), -1.0)
    """

    mu0: np.ndarray
    mu1: np.ndarray
    cov0: np.ndarray
    cov1: np.ndarray
    prior1: float


def sigmoid(z: ArrayLike) -> np.ndarray:
    """Return ``1 / (1 + exp(-z))`` without overflow, accurate to rounding in both tails.

    Lecture: notebook 03, section 3.2.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations, in [-inf, inf]. Complex values serve the complex-step check of a derivative.

    Returns
    -------
    ndarray of float, the shape of `z`
        Values in [0, 1].

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # exp(-z) may be inf, and 1 / (1 + inf) is the 0 that is wanted
        return 1 / (1 + np.exp(np.negative(z)))


def log_gaussian(X: ArrayLike, mu: ArrayLike, cov: ArrayLike) -> np.ndarray:
    """Return the logarithm of the density of a Gaussian at each row of `X`.

    The covariance is factored as ``L @ L.T``; then the squared distance is ``|inv(L) @ (x - mu)|**2`` and the
    determinant is the squared product of L's diagonal, whose logarithm neither under- nor overflows.

    Lecture: notebook 03, sections 3.3 and 3.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        Points.
    mu : array_like of float, shape (n_in,)
        Mean.
    cov : array_like of float, shape (n_in, n_in)
        Covariance matrix, symmetric and positive definite; its lower triangle is read.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        Natural logarithms of densities.

    Raises
    ------
    ValueError
        If the shapes do not fit, or `cov` is not positive definite.

    Examples
    --------
    >>> log_gaussian([[0.0]], [0.0], [[1.0]]).round(6)
    array([-0.918939])
    """
    X, mu, cov = (np.asarray(a, dtype=float) for a in (X, mu, cov))
    if mu.ndim != 1 or X.ndim != 2 or X.shape[1] != mu.size or cov.shape != (mu.size, mu.size):
        raise ValueError(
            f"log_gaussian: X {X.shape}, mu {mu.shape} and cov {cov.shape} do not fit; expected (n_samples, "
            "n_in), (n_in,) and (n_in, n_in); one point is the batch [x]"
        )
    L = _cholesky("log_gaussian", cov)
    whitened = solve_triangular(L, (X - mu).T, lower=True)  # (n_in, n_samples), of covariance I
    squared = (whitened**2).sum(axis=0)
    return -0.5 * (squared + mu.size * np.log(2 * np.pi)) - np.log(np.diag(L)).sum()


def gaussian_log_odds(X: ArrayLike, classes: GaussianClasses) -> np.ndarray:
    """Return ``log P(Y = 1 | x) - log P(Y = 0 | x)`` at each row of `X`.

    Lecture: notebook 03, section 3.4; 3.5 for unequal covariances.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        Points.
    classes : GaussianClasses
        The model.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        Log-odds; their sigmoid is the posterior.

    Raises
    ------
    ValueError
        If the shapes do not fit, a covariance is not positive definite, or the prior is outside (0, 1).

    Examples
    --------
    >>> classes = GaussianClasses(np.array([-1.0]), np.array([1.0]), np.eye(1), 4 * np.eye(1), 0.5)
    >>> gaussian_log_odds([[-5.0], [0.0], [5.0]], classes).round(3)
    array([ 2.807, -0.318, 15.307])
    """
    joint0, joint1 = _log_joint("gaussian_log_odds", X, classes)
    return joint1 - joint0


def gaussian_posterior(X: ArrayLike, classes: GaussianClasses) -> np.ndarray:
    """Return ``P(Y = 1 | x)`` at each row of `X` by Bayes' rule, in logarithms.

    The denominator of Bayes' rule is a sum of two densities that may both be too small for floating point.
    Its logarithm is found with the larger one taken out:
    ``log(e**a + e**b) = max(a, b) + log(1 + e**-|a - b|)``.

    Lecture: notebook 03, section 3.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        Points.
    classes : GaussianClasses
        The model; its covariances may differ.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        Probabilities of class 1.

    Raises
    ------
    ValueError
        If the shapes do not fit, a covariance is not positive definite, or the prior is outside (0, 1).

    Examples
    --------
    >>> classes = GaussianClasses(np.zeros(1), np.ones(1), np.eye(1), np.eye(1), 0.5)
    >>> gaussian_posterior([[-1000.0], [0.5], [1000.0]], classes)
    array([0. , 0.5, 1. ])
    """
    joint0, joint1 = _log_joint("gaussian_posterior", X, classes)
    return np.exp(joint1 - np.logaddexp(joint0, joint1))


def lda_to_linear(classes: GaussianClasses) -> tuple[np.ndarray, float]:
    """Return weights and bias of the posterior ``sigmoid(X @ w + b)`` of two classes with one covariance.

    ``w = inv(cov) @ (mu1 - mu0)`` and ``b = -w @ (mu0 + mu1) / 2 + log(prior1 / (1 - prior1))``.

    Lecture: notebook 03, section 3.4.

    Parameters
    ----------
    classes : GaussianClasses
        The model, with ``cov0`` equal to ``cov1``.

    Returns
    -------
    w : ndarray of float, shape (n_in,)
        Weights.
    b : float
        Bias, the prior log-odds included.

    Raises
    ------
    ValueError
        If the covariances differ, are not positive definite, or the prior is outside (0, 1).

    Examples
    --------
    >>> cov = np.array([[2.0, 0.0], [0.0, 0.5]])
    >>> w, b = lda_to_linear(GaussianClasses(np.zeros(2), np.ones(2), cov, cov, 0.5))
    >>> w.round(9), round(b, 9)
    (array([0.5, 2. ]), -1.25)
    """
    mu0, mu1, cov0, cov1, prior1 = classes
    if not np.array_equal(cov0, cov1):
        raise ValueError(
            "lda_to_linear: cov0 and cov1 differ, so the log-odds are quadratic; take qda_to_quadratic, "
            "or pool the covariances with lda_fit"
        )
    L = _cholesky("lda_to_linear", cov0)
    difference = np.subtract(mu1, mu0)
    w = solve_triangular(L, solve_triangular(L, difference, lower=True), lower=True, trans=1)
    return w, float(-w @ np.add(mu0, mu1) / 2 + _prior_log_odds("lda_to_linear", prior1))


def qda_to_quadratic(classes: GaussianClasses) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the coefficients of the log-odds ``x @ A @ x + w @ x + b`` of two Gaussian classes.

    With equal covariances ``A`` is 0, and ``w`` and ``b`` are those of `lda_to_linear`.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    classes : GaussianClasses
        The model.

    Returns
    -------
    A : ndarray of float, shape (n_in, n_in)
        Half the difference of the inverse covariances, ``(inv(cov0) - inv(cov1)) / 2``.
    w : ndarray of float, shape (n_in,)
        Weights.
    b : float
        Bias, with the logarithms of the determinants and of the priors.

    Raises
    ------
    ValueError
        If a covariance is not positive definite, or the prior is outside (0, 1).

    Examples
    --------
    >>> classes = GaussianClasses(np.zeros(1), np.ones(1), np.eye(1), np.eye(1) / 2, 0.5)
    >>> A, w, b = qda_to_quadratic(classes)
    >>> A, w, round(b, 3)
    (array([[-0.5]]), array([2.]), -0.653)
    """
    mu0, mu1, cov0, cov1, prior1 = classes
    L0, L1 = _cholesky("qda_to_quadratic", cov0), _cholesky("qda_to_quadratic", cov1)
    inverse0, inverse1 = np.linalg.inv(cov0), np.linalg.inv(cov1)
    b = (mu0 @ inverse0 @ mu0 - mu1 @ inverse1 @ mu1) / 2
    b += np.log(np.diag(L0)).sum() - np.log(np.diag(L1)).sum()  # half the log-determinants
    w = inverse1 @ mu1 - inverse0 @ mu0
    return (inverse0 - inverse1) / 2, w, float(b + _prior_log_odds("qda_to_quadratic", prior1))


def lda_fit(X: ArrayLike, y: ArrayLike) -> GaussianClasses:
    """Estimate two Gaussian classes with one covariance matrix, pooled over both.

    The pooled covariance is the sum of all products of deviations from the *own* class's mean, divided by
    ``n_samples - 2``: two means were estimated.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        Points.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.

    Returns
    -------
    GaussianClasses
        Means, ``cov0`` and ``cov1`` the same array, and the share of ones as prior.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, or a class has fewer than 2 points.

    References
    ----------
    Fisher, R. A. (1936). Annals of Eugenics, 7, 179-188.

    Examples
    --------
    >>> lda_fit([[0.0], [2.0], [5.0], [7.0]], [0, 0, 1, 1]).cov0
    array([[2.]])
    """
    X0, X1 = _split("lda_fit", X, y)
    n, mu0, mu1 = len(X0) + len(X1), X0.mean(axis=0), X1.mean(axis=0)
    cov = ((X0 - mu0).T @ (X0 - mu0) + (X1 - mu1).T @ (X1 - mu1)) / (n - 2)  # (n_in, n_in)
    return GaussianClasses(mu0, mu1, cov, cov, len(X1) / n)


def qda_fit(X: ArrayLike, y: ArrayLike) -> GaussianClasses:
    """Estimate two Gaussian classes, each with a covariance matrix of its own.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        Points.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.

    Returns
    -------
    GaussianClasses
        Means, covariances with divisor n - 1 for the n points of a class, and the share of ones as prior.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, or a class has fewer than 2 points.

    Examples
    --------
    >>> classes = qda_fit([[0.0], [2.0], [5.0], [9.0]], [0, 0, 1, 1])
    >>> classes.cov0, classes.cov1
    (array([[2.]]), array([[8.]]))
    """
    X0, X1 = _split("qda_fit", X, y)
    covs = [np.atleast_2d(np.cov(part, rowvar=False)) for part in (X0, X1)]
    return GaussianClasses(X0.mean(axis=0), X1.mean(axis=0), *covs, len(X1) / (len(X0) + len(X1)))


def lda_bayes_error(classes: GaussianClasses) -> float:
    """Return the smallest probability of a wrong decision that any rule has, for classes with one covariance.

    With ``delta = sqrt((mu1 - mu0) @ inv(cov) @ (mu1 - mu0))``, the distance of the means in standard
    deviations, and equal priors it is the share of a standard Gaussian beyond ``delta / 2``.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    classes : GaussianClasses
        The model, with ``cov0`` equal to ``cov1`` and different means.

    Returns
    -------
    float
        Probability, in (0, 1/2].

    Raises
    ------
    ValueError
        If the covariances differ or are not positive definite, the means are equal, or the prior is outside
        (0, 1).

    Examples
    --------
    >>> one = np.eye(1)
    >>> round(lda_bayes_error(GaussianClasses(np.zeros(1), 2 * np.ones(1), one, one, 0.5)), 6)
    0.158655
    """
    w, _ = lda_to_linear(classes)
    delta = np.sqrt(w @ np.subtract(classes.mu1, classes.mu0))
    if delta == 0:
        raise ValueError("lda_bayes_error: the means are equal; the error is then the smaller prior")
    a = _prior_log_odds("lda_bayes_error", classes.prior1)
    miss0, miss1 = ndtr(-delta / 2 + a / delta), ndtr(-delta / 2 - a / delta)
    return float((1 - classes.prior1) * miss0 + classes.prior1 * miss1)


def naive_bayes_to_linear(
    mean0: ArrayLike, mean1: ArrayLike, prior1: float, family: str
) -> tuple[np.ndarray, float]:
    """Return weights and bias of the posterior ``sigmoid(X @ w + b)`` for independent bits or counts.

    Lecture: notebook 03, section 3.7.

    Parameters
    ----------
    mean0, mean1 : array_like of float, shape (n_in,)
        Mean of each input in class 0 and class 1: in (0, 1) for bits, above 0 for counts.
    prior1 : float, in (0, 1)
        Probability of class 1.
    family : {"bernoulli", "poisson"}
        Bits, or counts with a Poisson distribution.

    Returns
    -------
    w : ndarray of float, shape (n_in,)
        Weights.
    b : float
        Bias.

    Raises
    ------
    ValueError
        If the family is unknown, a mean is not one of that family, the shapes differ, or the prior is
        outside (0, 1).

    Examples
    --------
    >>> w, b = naive_bayes_to_linear([1.0], [2.0], 0.5, "poisson")
    >>> w.round(3), b
    (array([0.693]), -1.0)
    """
    mean0, mean1 = np.asarray(mean0, dtype=float), np.asarray(mean1, dtype=float)
    largest = {"bernoulli": 1.0, "poisson": np.inf}.get(family)
    if largest is None:
        raise ValueError(f"naive_bayes_to_linear: expected 'bernoulli' or 'poisson', got {family!r}")
    if mean0.shape != mean1.shape or mean0.ndim != 1:
        raise ValueError(
            f"naive_bayes_to_linear: means have shapes {mean0.shape} and {mean1.shape}; give each input a "
            "mean in each class, shape (n_in,)"
        )
    if not all(((mean > 0) & (mean < largest)).all() for mean in (mean0, mean1)):
        raise ValueError(
            f"naive_bayes_to_linear: {family} means lie between 0 and {largest:g}, both excluded; an input "
            "that never occurs needs a small positive mean"
        )
    a = _prior_log_odds("naive_bayes_to_linear", prior1)
    if family == "poisson":
        return np.log(mean1 / mean0), float((mean0 - mean1).sum() + a)
    never = np.log1p(-mean1) - np.log1p(-mean0)
    return np.log(mean1 / mean0) - never, float(never.sum() + a)


def _prior_log_odds(where, prior1):
    """Return log(prior1 / (1 - prior1)), or refuse a prior that is no probability strictly inside."""
    if not 0 < prior1 < 1:
        raise ValueError(f"{where}: expected prior1 in (0, 1), got {prior1}; a class of prior 0 never occurs")
    return np.log(prior1) - np.log1p(-prior1)


def _cholesky(where, cov):
    """Return the lower triangle L with L @ L.T = cov, or refuse a matrix that has none."""
    try:
        return np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"{where}: the covariance is not positive definite; are there more points than inputs, and is "
            "no input a combination of others?"
        ) from None


def _log_joint(where, X, classes):
    """Return log P(x, Y = 0) and log P(x, Y = 1) at each row of X."""
    mu0, mu1, cov0, cov1, prior1 = classes
    _prior_log_odds(where, prior1)
    return log_gaussian(X, mu0, cov0) + np.log1p(-prior1), log_gaussian(X, mu1, cov1) + np.log(prior1)


def _split(where, X, y):
    """Return the points of class 0 and those of class 1."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(
            f"{where}: expected X of shape (n_samples, n_in) and y of shape (n_samples,), got {X.shape} and "
            f"{y.shape}; one input a row is X.reshape(-1, 1)"
        )
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"{where}: expected labels 0 and 1, got {np.unique(y)[:5]}; turn -1 into 0")
    X0, X1 = X[y == 0], X[y == 1]
    if min(len(X0), len(X1)) < 2:
        raise ValueError(
            f"{where}: {len(X0)} points of class 0 and {len(X1)} of class 1; a covariance needs 2 of each"
        )
    return X0, X1
