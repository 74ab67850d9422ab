"""Do the Gaussian classes give scikit-learn's, scipy's and the theory's numbers, and refuse misfits?"""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import bernoulli, multivariate_normal, norm, poisson
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from coursepkg import discriminant, network
from coursepkg.datasets import lecture_gaussians
from coursepkg.discriminant import GaussianClasses

MATRICES = arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 4)), elements=st.floats(-1e4, 1e4))


def random_classes(rng, n_in, shared=False):
    """Return two classes with random means, covariances of moderate condition and prior."""
    roots = rng.normal(size=(2, n_in, n_in))
    cov0, cov1 = roots @ roots.transpose(0, 2, 1) / n_in + 0.3 * np.eye(n_in)
    mu0, mu1 = rng.normal(size=(2, n_in))
    return GaussianClasses(mu0, mu1, cov0, cov0 if shared else cov1, float(rng.uniform(0.05, 0.95)))


def sample(rng, n0, n1, n_in):
    """Return unequally many points of two classes, in random order."""
    X = rng.normal(size=(n0 + n1, n_in)) @ rng.normal(size=(n_in, n_in))
    y = rng.permutation(np.repeat([0, 1], [n0, n1]))
    X[y == 1] = 2 * X[y == 1] + rng.normal(size=n_in)
    return X, y


# ---- the sigmoid


@settings(deadline=None)
@given(MATRICES)
def test_sigmoid_agrees_with_torch_and_is_symmetric(z):
    """Is sigmoid torch's, to rounding in both tails, with sigmoid(-z) = 1 - sigmoid(z)?"""
    expected = torch.sigmoid(torch.tensor(z))
    np.testing.assert_allclose(discriminant.sigmoid(z), expected, rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(discriminant.sigmoid(-z), 1 - discriminant.sigmoid(z), atol=1e-15)


def test_sigmoid_at_the_ends():
    """Does sigmoid reach 0 and 1 at infinity without a warning, and keep float32 and scalars?"""
    assert discriminant.sigmoid([-np.inf, np.inf]).tolist() == [0.0, 1.0]
    assert discriminant.sigmoid(np.float32([-200.0, 0.0])).dtype == np.float32
    assert discriminant.sigmoid(0) == 0.5
    assert discriminant.sigmoid(-40.0) == pytest.approx(np.exp(-40.0), rel=1e-15)


def test_two_class_softmax_is_the_sigmoid():
    """Is softmax([0, z]) = (1 - sigmoid(z), sigmoid(z))?"""
    z = np.linspace(-30, 30, 61)
    p = network.softmax(np.column_stack([np.zeros_like(z), z]))
    np.testing.assert_allclose(p[:, 1], discriminant.sigmoid(z), rtol=1e-13)


def test_sigmoid_is_the_distribution_of_logistic_noise():
    """Does a step with logistic noise fire as often as the sigmoid says?"""
    noise = np.random.default_rng(0).logistic(size=100_000)
    for z in (-2.0, 0.3, 1.5):
        assert np.mean(z + noise >= 0) == pytest.approx(float(discriminant.sigmoid(z)), abs=0.008)  # 5 sd


# ---- densities and posteriors


@pytest.mark.parametrize("n_in", [1, 2, 5])
def test_log_gaussian_agrees_with_scipy(n_in):
    """Is the density scipy's, and does it integrate to 1 on a line?"""
    rng = np.random.default_rng(n_in)
    classes = random_classes(rng, n_in)
    X = 3 * rng.normal(size=(200, n_in))
    expected = multivariate_normal(classes.mu0, classes.cov0).logpdf(X)
    np.testing.assert_allclose(discriminant.log_gaussian(X, classes.mu0, classes.cov0), expected, rtol=1e-12)
    line = np.linspace(-30, 30, 6001)[:, None]
    density = np.exp(discriminant.log_gaussian(line, [1.0], [[4.0]]))
    assert np.trapezoid(density, dx=0.01) == pytest.approx(1, abs=1e-12)


def test_log_gaussian_where_the_determinant_underflows():
    """Is the density right when the determinant of 200 inputs is too small for floating point?"""
    cov = 1e-4 * np.eye(200)
    assert np.linalg.det(cov) == 0
    expected = -0.5 * 200 * np.log(2 * np.pi * 1e-4)
    assert discriminant.log_gaussian(np.zeros((1, 200)), np.zeros(200), cov)[0] == pytest.approx(expected)


def test_posterior_is_the_sigmoid_of_a_plane():
    """With one covariance, is the Gaussian posterior sigmoid(X @ w + b) to 1e-12, on 1000 points?"""
    rng = np.random.default_rng(1)
    for n_in in (1, 2, 4, 7):
        classes = random_classes(rng, n_in, shared=True)
        X = 4 * rng.normal(size=(1000, n_in))
        w, b = discriminant.lda_to_linear(classes)
        posterior = discriminant.gaussian_posterior(X, classes)
        np.testing.assert_allclose(posterior, discriminant.sigmoid(X @ w + b), atol=1e-12)
        densities = [multivariate_normal(mu, classes.cov0).pdf(X) for mu in (classes.mu0, classes.mu1)]
        ones, zeros = densities[1] * classes.prior1, densities[0] * (1 - classes.prior1)
        np.testing.assert_allclose(posterior, ones / (ones + zeros), atol=1e-12)  # the slide's first line


def test_posterior_survives_where_densities_underflow():
    """Far from both means, on the line between the classes, is the posterior still what the plane says?"""
    classes = GaussianClasses(np.array([-1.0, 0.0]), np.array([1.0, 0.0]), np.eye(2), np.eye(2), 0.5)
    far = np.array([[0.2, 500.0], [-0.2, -500.0]])
    assert np.exp(discriminant.log_gaussian(far, classes.mu0, classes.cov0)).tolist() == [0.0, 0.0]
    posterior = discriminant.gaussian_posterior(far, classes)
    np.testing.assert_allclose(posterior, discriminant.sigmoid([0.4, -0.4]), rtol=1e-10)


def test_weights_are_exact_in_fractions():
    """For small whole numbers, are w and b those of exact arithmetic?"""
    cov = np.array([[2.0, 1.0], [1.0, 3.0]])
    mu0, mu1 = np.array([1.0, -2.0]), np.array([4.0, 0.0])
    inverse = [[Fraction(3, 5), Fraction(-1, 5)], [Fraction(-1, 5), Fraction(2, 5)]]
    w = [sum(inverse[i][j] * int(mu1[j] - mu0[j]) for j in range(2)) for i in range(2)]
    half = [
        sum(int(mu[i]) * inverse[i][j] * int(mu[j]) for i in range(2) for j in range(2)) for mu in (mu0, mu1)
    ]
    b = (half[0] - half[1]) / 2  # the slide's form of the bias
    got_w, got_b = discriminant.lda_to_linear(GaussianClasses(mu0, mu1, cov, cov, 0.5))
    np.testing.assert_allclose(got_w, np.array(w, dtype=float), rtol=1e-14)
    assert got_b == pytest.approx(float(b), rel=1e-14)
    _, shifted = discriminant.lda_to_linear(GaussianClasses(mu0, mu1, cov, cov, 0.8))
    assert shifted - got_b == pytest.approx(np.log(4))


@pytest.mark.parametrize("n_in", [1, 3])
def test_quadratic_is_the_log_odds(n_in):
    """Does x A x + w x + b give the log-odds of the densities, and A = 0 for one covariance?"""
    rng = np.random.default_rng(n_in)
    classes = random_classes(rng, n_in)
    X = 3 * rng.normal(size=(300, n_in))
    A, w, b = discriminant.qda_to_quadratic(classes)
    quadratic = np.einsum("ni,ij,nj->n", X, A, X) + X @ w + b
    log_odds = discriminant.gaussian_log_odds(X, classes)
    np.testing.assert_allclose(quadratic, log_odds, rtol=1e-9, atol=1e-9)
    posterior = discriminant.gaussian_posterior(X, classes)
    np.testing.assert_allclose(posterior, discriminant.sigmoid(log_odds), atol=1e-12)
    shared = classes._replace(cov1=classes.cov0)
    A, w, b = discriminant.qda_to_quadratic(shared)
    assert not A.any()
    np.testing.assert_allclose([*w, b], np.r_[discriminant.lda_to_linear(shared)], rtol=1e-10)


# ---- estimates


@pytest.mark.parametrize("sizes", [(30, 30, 2), (9, 40, 3), (50, 8, 1)])
def test_fits_agree_with_scikit_learn(sizes):
    """Are means, covariances and log-odds scikit-learn's, but for the divisor, which its versions choose?"""
    rng, n = np.random.default_rng(sum(sizes)), np.array(sizes[:2])
    X, y = sample(rng, *sizes)
    new = 3 * rng.normal(size=(50, sizes[2]))
    lda = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(X, y)
    ours = discriminant.lda_fit(X, y)
    np.testing.assert_allclose([ours.mu0, ours.mu1], lda.means_)
    np.testing.assert_allclose(ours.cov0 * (n.sum() - 2) / n.sum(), lda.covariance_)
    w, b = discriminant.lda_to_linear(ours._replace(cov0=lda.covariance_, cov1=lda.covariance_))
    np.testing.assert_allclose(new @ w + b, lda.decision_function(new))
    qda = QuadraticDiscriminantAnalysis(store_covariance=True).fit(X, y)
    ours = discriminant.qda_fit(X, y)
    theirs = ours._replace(cov0=qda.covariance_[0], cov1=qda.covariance_[1])
    np.testing.assert_allclose(discriminant.gaussian_log_odds(new, theirs), qda.decision_function(new))
    for k in (0, 1):
        divisor = np.unique(((n[k] - 1) * ours[2 + k] / qda.covariance_[k]).round(9))
        assert divisor.tolist() in ([n[k]], [n[k] - 1])


def test_lda_fit_weighs_classes_by_their_points():
    """Is the pooled covariance the average of the two with weights n - 1, and shared?"""
    X, y = sample(np.random.default_rng(5), 6, 25, 2)
    pooled, own = discriminant.lda_fit(X, y), discriminant.qda_fit(X, y)
    assert pooled.cov0 is pooled.cov1
    np.testing.assert_allclose(pooled.cov0, (5 * own.cov0 + 24 * own.cov1) / 29)
    assert pooled.prior1 == own.prior1 == 25 / 31


def test_pooled_covariance_is_unbiased():
    """Over many samples, is the mean of the estimate the truth?"""
    rng = np.random.default_rng(6)
    y = np.repeat([0, 1], [3, 5])
    found = [discriminant.lda_fit(2 * rng.normal(size=(8, 1)), y).cov0[0, 0] for _ in range(4000)]
    assert np.mean(found) == pytest.approx(4.0, abs=5 * np.std(found) / np.sqrt(4000))


def test_fisher_s_flowers():
    """Are the weights for two kinds of iris those that Fisher published in 1936?"""
    X, y = load_iris(return_X_y=True)
    w, _ = discriminant.lda_to_linear(discriminant.lda_fit(X[y < 2], y[y < 2]))
    np.testing.assert_allclose(w / w[0], [1, 5.9037, -7.1299, -10.1036], atol=2e-4)


@pytest.mark.parametrize("case", [1, 2, 3])
def test_lecture_s_figures_agree_with_scikit_learn(case):
    """Do LDA and QDA decide each of the lecture's points as scikit-learn's?"""
    X, y = lecture_gaussians(case)
    w, b = discriminant.lda_to_linear(discriminant.lda_fit(X, y))
    np.testing.assert_array_equal(X @ w + b >= 0, LinearDiscriminantAnalysis().fit(X, y).predict(X))
    quadratic = discriminant.gaussian_log_odds(X, discriminant.qda_fit(X, y)) >= 0
    np.testing.assert_array_equal(quadratic, QuadraticDiscriminantAnalysis().fit(X, y).predict(X))


def test_bayes_error_agrees_with_simulation_and_with_the_integral():
    """Is the smallest error what an integral in one dimension and a simulation in three find?"""
    classes = GaussianClasses(np.array([0.0]), np.array([1.5]), np.eye(1), np.eye(1), 0.2)
    x = np.linspace(-12, 12, 240_001)
    smaller = np.minimum(0.8 * norm.pdf(x), 0.2 * norm.pdf(x - 1.5))  # the loser's share of each place
    assert discriminant.lda_bayes_error(classes) == pytest.approx(np.trapezoid(smaller, x), rel=1e-7)
    rng = np.random.default_rng(7)
    classes = random_classes(rng, 3, shared=True)
    y = (rng.random(200_000) < classes.prior1).astype(int)
    X = np.where(y[:, None], classes.mu1, classes.mu0)
    X = X + rng.multivariate_normal(np.zeros(3), classes.cov0, len(y))
    w, b = discriminant.lda_to_linear(classes)
    wrong = np.mean((X @ w + b >= 0) != y)
    assert discriminant.lda_bayes_error(classes) == pytest.approx(wrong, abs=0.006)  # 5 sd


@pytest.mark.parametrize("family", ["bernoulli", "poisson"])
def test_naive_bayes_is_linear(family):
    """Is sigmoid(X @ w + b) the posterior that scipy's probabilities give for bits and for counts?"""
    rng = np.random.default_rng(8)
    bits = family == "bernoulli"
    law = bernoulli if bits else poisson
    mean0, mean1 = rng.uniform(0.05, 0.95, (2, 4)) * (1 if bits else 9)
    X = rng.integers(0, 2 if bits else 30, (300, 4))
    w, b = discriminant.naive_bayes_to_linear(mean0, mean1, 0.3, family)
    zeros, ones = (law(mean).pmf(X).prod(axis=1) for mean in (mean0, mean1))
    expected = 0.3 * ones / (0.3 * ones + 0.7 * zeros)
    np.testing.assert_allclose(discriminant.sigmoid(X @ w + b), expected, rtol=1e-9)


# ---- refusals

ONE = np.eye(1)
EQUAL = GaussianClasses(np.zeros(1), np.ones(1), ONE, ONE, 0.5)
UNEQUAL, SINGULAR = EQUAL._replace(cov1=2 * ONE), EQUAL._replace(cov0=0 * ONE, cov1=0 * ONE)
CERTAIN = EQUAL._replace(prior1=1.0)
ROW, POSITIVE, PRIOR = [[0.0]], "not positive definite; are there more points", r"prior1 in \(0, 1\), got 1.0"
REFUSED = {
    "density, one point": (lambda: discriminant.log_gaussian([0.0], [0.0], ONE), r"is the batch \[x\]"),
    "density, columns": (lambda: discriminant.log_gaussian([[0.0, 1.0]], [0.0], ONE), "do not fit"),
    "density, covariance": (lambda: discriminant.log_gaussian(ROW, [0.0], np.eye(2)), "do not fit"),
    "density, singular": (lambda: discriminant.log_gaussian(ROW, [0.0], 0 * ONE), POSITIVE),
    "log-odds, shapes": (lambda: discriminant.gaussian_log_odds([0.0], EQUAL), "do not fit"),
    "log-odds, singular": (lambda: discriminant.gaussian_log_odds(ROW, SINGULAR), POSITIVE),
    "log-odds, prior": (lambda: discriminant.gaussian_log_odds(ROW, CERTAIN), PRIOR),
    "posterior, shapes": (lambda: discriminant.gaussian_posterior([0.0], EQUAL), "do not fit"),
    "posterior, singular": (lambda: discriminant.gaussian_posterior(ROW, SINGULAR), POSITIVE),
    "posterior, prior": (lambda: discriminant.gaussian_posterior(ROW, CERTAIN), PRIOR),
    "linear, unequal": (lambda: discriminant.lda_to_linear(UNEQUAL), "take qda_to_quadratic"),
    "linear, singular": (lambda: discriminant.lda_to_linear(SINGULAR), POSITIVE),
    "linear, prior": (lambda: discriminant.lda_to_linear(CERTAIN), PRIOR),
    "quadratic, singular": (lambda: discriminant.qda_to_quadratic(SINGULAR), POSITIVE),
    "quadratic, prior": (lambda: discriminant.qda_to_quadratic(CERTAIN), PRIOR),
    "error, unequal": (lambda: discriminant.lda_bayes_error(UNEQUAL), "the log-odds are quadratic"),
    "error, singular": (lambda: discriminant.lda_bayes_error(SINGULAR), POSITIVE),
    "error, prior": (lambda: discriminant.lda_bayes_error(CERTAIN), PRIOR),
    "error, means": (lambda: discriminant.lda_bayes_error(EQUAL._replace(mu1=np.zeros(1))), "smaller prior"),
    "fit, one column": (lambda: discriminant.lda_fit([0.0, 1.0], [0, 1]), r"X.reshape\(-1, 1\)"),
    "fit, labels": (lambda: discriminant.lda_fit([[0.0], [1.0]], [-1, 1]), "turn -1 into 0"),
    "fit, few points": (lambda: discriminant.lda_fit(np.ones((3, 1)), [0, 0, 1]), "needs 2 of each"),
    "fit, QDA, shapes": (lambda: discriminant.qda_fit(np.ones((3, 1)), [0, 1]), r"\(n_samples,\)"),
    "fit, QDA, labels": (lambda: discriminant.qda_fit(np.ones((3, 1)), [1, 2, 2]), "labels 0 and 1"),
    "fit, QDA, few points": (lambda: discriminant.qda_fit(np.ones((3, 1)), [0, 1, 1]), "needs 2 of each"),
    "family": (lambda: discriminant.naive_bayes_to_linear([1], [1], 0.5, "normal"), "got 'normal'"),
    "bits": (lambda: discriminant.naive_bayes_to_linear([1], [0.5], 0.5, "bernoulli"), "small positive mean"),
    "counts": (lambda: discriminant.naive_bayes_to_linear([1], [0.0], 0.5, "poisson"), "small positive mean"),
    "means": (lambda: discriminant.naive_bayes_to_linear([1, 2], [1], 0.5, "poisson"), "each input a mean"),
    "naive prior": (lambda: discriminant.naive_bayes_to_linear([1], [2], 1.0, "poisson"), PRIOR),
}


@pytest.mark.parametrize("case", REFUSED)
def test_misfits_are_refused_with_a_cure(case):
    """Does the message say where, what came and what to do?"""
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        call()
