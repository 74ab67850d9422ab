"""Do the references of assignment 03 agree with oracles of their own?"""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import logsumexp
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from coursepkg import discriminant
from coursepkg.discriminant import GaussianClasses
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("03_linear_discriminant_analysis")
reference = COURSE.reference


def covariance(rng: np.random.Generator, n_in: int) -> np.ndarray:
    """Return a random covariance matrix of moderate condition."""
    root = rng.normal(size=(n_in, n_in))
    return root @ root.T / n_in + 0.3 * np.eye(n_in)


def data(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points of two classes of random sizes, in random order."""
    n_in = int(rng.integers(1, 5))
    n0, n1 = rng.integers(n_in + 3, 30, 2)
    y = rng.permutation(np.repeat([0, 1], [n0, n1]))
    X = rng.normal(size=(n0 + n1, n_in)) + np.where(y[:, None], rng.normal(size=n_in), 0)
    return X @ covariance(rng, n_in), y


@pytest.mark.ex03_1
def test_sigmoid_agrees_with_two_oracles():
    """Does the reference agree with 40 decimal digits, and with torch, for 1000 numbers?"""
    sigmoid, rng = reference("ex03_1"), np.random.default_rng(1)
    z = np.concatenate([rng.uniform(-700, 700, 500), rng.normal(0, 5, 500)])
    got = sigmoid(z)
    with localcontext() as context:
        context.prec = 40
        exact = [1 / (1 + (-Decimal(float(v))).exp()) for v in z]
        assert all(abs(Decimal(float(g)) / e - 1) < Decimal("1e-14") for g, e in zip(got, exact))
    np.testing.assert_allclose(got, torch.sigmoid(torch.tensor(z)), rtol=1e-13)


@pytest.mark.ex03_2
def test_lda_fit_agrees_with_two_oracles():
    """Does the reference agree with scikit-learn and with a weighted mean of np.cov, for 1000 data sets?"""
    lda_fit, rng = reference("ex03_2"), np.random.default_rng(2)
    theirs = LinearDiscriminantAnalysis(solver="lsqr")
    for _ in range(1000):
        X, y = data(rng)
        n, n_in = X.shape
        mu0, mu1, cov, prior1 = lda_fit(X, y)
        theirs.fit(X, y)
        np.testing.assert_allclose([mu0, mu1], theirs.means_, atol=1e-12)
        np.testing.assert_allclose(cov, theirs.covariance_ * n / (n - 2), rtol=1e-9, atol=1e-12)
        assert prior1 == pytest.approx(theirs.priors_[1])
        parts = [np.cov(X[y == k], rowvar=False).reshape(n_in, n_in) * (sum(y == k) - 1) for k in (0, 1)]
        np.testing.assert_allclose(cov, sum(parts) / (n - 2), rtol=1e-9, atol=1e-12)


@pytest.mark.ex03_3
def test_lda_to_linear_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with fractions, for 1000 pairs of classes?"""
    lda_to_linear, rng = reference("ex03_3"), np.random.default_rng(3)
    for _ in range(1000):
        a, c, d = (int(v) for v in rng.integers(1, 5, 3))
        cov = np.array([[a + c, c], [c, d + c]])  # whole numbers, positive definite
        mu0, mu1 = rng.integers(-4, 5, (2, 2))
        prior1 = float(rng.uniform(0.05, 0.95))
        w, b = lda_to_linear(mu0, mu1, cov, prior1)
        det = Fraction(a * d + a * c + c * d)
        difference = [int(v) for v in mu1 - mu0]
        exact = [
            ((d + c) * difference[0] - c * difference[1]) / det,
            (-c * difference[0] + (a + c) * difference[1]) / det,
        ]
        np.testing.assert_allclose(w, [float(v) for v in exact], rtol=1e-12, atol=1e-14)
        X = rng.normal(size=(3, 2))
        laws = [stats.multivariate_normal(mu, cov) for mu in (mu0, mu1)]
        log_odds = laws[1].logpdf(X) - laws[0].logpdf(X) + np.log(prior1) - np.log(1 - prior1)
        np.testing.assert_allclose(X @ w + b, log_odds, rtol=1e-9, atol=1e-9)


@pytest.mark.ex03_4
def test_gaussian_posterior_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with the lesson, at 1000 points?"""
    gaussian_posterior, rng = reference("ex03_4"), np.random.default_rng(4)
    for _ in range(100):
        n_classes, n_in = (int(v) for v in rng.integers(2, 5, 2))
        mus, covs = rng.normal(size=(n_classes, n_in)), np.array([covariance(rng, n_in)] * n_classes)
        covs *= rng.uniform(0.5, 2, (n_classes, 1, 1))
        priors = rng.dirichlet(np.full(n_classes, 5.0))
        X = 20 * rng.normal(size=(10, n_in))
        got = gaussian_posterior(X, mus, covs, priors)
        laws = [stats.multivariate_normal(mu, cov) for mu, cov in zip(mus, covs)]
        scores = np.array([law.logpdf(X) + np.log(prior) for law, prior in zip(laws, priors)]).T
        np.testing.assert_allclose(got, np.exp(scores - logsumexp(scores, axis=1, keepdims=True)), atol=1e-9)
        share = priors[:2] / priors[:2].sum()
        two = gaussian_posterior(X, mus[:2], covs[:2], share)
        lesson = discriminant.gaussian_posterior(X, GaussianClasses(*mus[:2], *covs[:2], share[1]))
        np.testing.assert_allclose(two[:, 1], lesson, atol=1e-10)


@pytest.mark.ex03_5
def test_qda_logodds_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with the lesson, at 1000 points?"""
    qda_logodds, rng = reference("ex03_5"), np.random.default_rng(5)
    for _ in range(200):
        X, y = data(rng)
        new = 2 * rng.normal(size=(5, X.shape[1]))
        got = qda_logodds(X, y, new)
        np.testing.assert_allclose(
            got, discriminant.gaussian_log_odds(new, discriminant.qda_fit(X, y)), rtol=1e-6, atol=1e-7
        )
        parts = [X[y == k] for k in (0, 1)]
        scores = [
            stats.multivariate_normal(part.mean(axis=0), np.cov(part.T)).logpdf(new) + np.log(len(part))
            for part in parts
        ]
        np.testing.assert_allclose(got, scores[1] - scores[0], rtol=1e-6, atol=1e-7)


@pytest.mark.ex03_6
@pytest.mark.parametrize("family", ["bernoulli", "poisson"])
def test_naive_bayes_to_linear_agrees_with_two_oracles(family: str):
    """Does the reference agree with scipy's probabilities and with the lesson, at 1000 points?"""
    naive_bayes_to_linear, rng = reference("ex03_6"), np.random.default_rng(6)
    bits, law = family == "bernoulli", getattr(stats, family)
    for _ in range(200):
        n_in = int(rng.integers(1, 6))
        mean0, mean1 = rng.uniform(0.02, 0.98, (2, n_in)) * (1 if bits else 6)
        prior1 = float(rng.uniform(0.05, 0.95))
        w, b = naive_bayes_to_linear(mean0, mean1, prior1, family)
        X = rng.integers(0, 2 if bits else 12, (5, n_in))
        log_odds = (law.logpmf(X, mean1) - law.logpmf(X, mean0)).sum(axis=1) + np.log(prior1 / (1 - prior1))
        np.testing.assert_allclose(X @ w + b, log_odds, rtol=1e-9, atol=1e-9)
        lesson = discriminant.naive_bayes_to_linear(mean0, mean1, prior1, family)
        np.testing.assert_allclose([*w, b], [*lesson[0], lesson[1]], rtol=1e-9, atol=1e-12)
