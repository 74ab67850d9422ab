"""Logistic regression: do losses, derivatives, fits and limits agree with independent oracles?"""

import re
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.optimize import OptimizeResult, minimize
from scipy.stats import entropy as scipy_entropy
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from coursepkg import logistic
from coursepkg.datasets import two_gaussians
from coursepkg.discriminant import lda_fit, lda_to_linear
from coursepkg.results import recorded
from tests.conftest import ROOT
from tools.studies import logistic as studies

functional = torch.nn.functional
FINITE = st.floats(-1e4, 1e4)
B4 = np.array([[1.0, 2.0], [2.0, 1.0], [-1.0, -1.5], [-2.0, -0.5]]), np.array([1, 1, 0, 0])


def overlapping(seed, n=40, p=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.array([1.0, 3.0, 0.2])[:p]
    y = (X @ np.ones(p) + rng.logistic(size=n) > 0).astype(int)
    return X, y


# ---- losses


@settings(deadline=None)
@given(arrays(float, 6, elements=FINITE), arrays(int, 6, elements=st.integers(0, 1)))
def test_two_class_losses_agree(z, y):
    """Are the loss for labels 0 and 1, the one for labels -1 and 1, and torch's the same number?"""
    loss = logistic.binary_cross_entropy_with_logits(z, y)
    expected = functional.binary_cross_entropy_with_logits(
        torch.tensor(z), torch.tensor(y, dtype=torch.float64)
    )
    assert loss == pytest.approx(expected.item(), rel=1e-12, abs=1e-12)
    assert logistic.logistic_loss(z, 2 * y - 1) == pytest.approx(loss, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(arrays(float, 6, elements=st.floats(-30, 30)), arrays(float, 6, elements=st.floats(0, 1)))
def test_loss_of_soft_labels_is_a_mean_cross_entropy(z, y):
    """Is the loss the mean cross-entropy from (1 - y, y) to (1 - s, s)?"""
    p = np.column_stack([1 - y, y])
    q = np.column_stack([1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z))])
    loss = logistic.binary_cross_entropy_with_logits(z, y)
    assert loss == pytest.approx(logistic.cross_entropy(p, q).mean(), rel=1e-9, abs=1e-9)


def test_losses_are_means():
    """Does repeating the data leave the losses, the gradient and the Hessian unchanged?"""
    z, y = np.array([[0.5, -1.0], [2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    for loss, target in [
        (logistic.binary_cross_entropy_with_logits, y),
        (logistic.logistic_loss, 2 * y - 1),
    ]:
        assert loss(np.vstack([z, z]), np.vstack([target, target])) == pytest.approx(loss(z, target))
    X, y = overlapping(0)
    twice, w = np.vstack([X, X]), np.array([0.3, -0.2, 1.0])
    for once, both in zip(
        logistic.loss_gradient(w, 0.4, X, y), logistic.loss_gradient(w, 0.4, twice, np.tile(y, 2))
    ):
        np.testing.assert_allclose(both, once, rtol=1e-12)
    np.testing.assert_allclose(
        logistic.loss_hessian(w, 0.4, twice), logistic.loss_hessian(w, 0.4, X), rtol=1e-12
    )


# ---- entropy and its relatives


def distributions(rng, n=4, m=50):
    return rng.dirichlet(np.full(n, 0.6), m)


def test_cross_entropy_is_entropy_plus_divergence():
    """Is H(p, q) = H(p) + KL(p || q), at least H(p), and does SciPy agree with each?"""
    rng = np.random.default_rng(0)
    p, q = distributions(rng), distributions(rng)
    h, kl, both = logistic.entropy(p), logistic.kl_divergence(p, q), logistic.cross_entropy(p, q)
    np.testing.assert_allclose(both, h + kl, rtol=1e-12)
    np.testing.assert_allclose(h, scipy_entropy(p, axis=1), rtol=1e-12)
    np.testing.assert_allclose(kl, scipy_entropy(p, q, axis=1), rtol=1e-12)
    assert (kl > 0).all()
    assert (h <= np.log(4)).all()
    np.testing.assert_array_equal(logistic.kl_divergence(p, p), 0)
    assert np.abs(kl - logistic.kl_divergence(q, p)).max() > 0.1  # not symmetric


def test_zeros_in_distributions():
    """Does an impossible outcome cost nothing if it never comes, and everything if it does?"""
    assert logistic.entropy([1.0, 0.0]) == 0.0
    assert not np.signbit(logistic.entropy([1.0, 0.0]))
    assert logistic.cross_entropy([1.0, 0.0], [0.5, 0.5]) == pytest.approx(np.log(2))
    assert logistic.cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0.0
    assert logistic.cross_entropy([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert logistic.kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert isinstance(logistic.entropy([0.5, 0.5]), float)
    assert logistic.entropy(np.full((2, 3, 4), 0.25)).shape == (2, 3)


# ---- derivatives


@pytest.mark.parametrize("seed", range(5))
def test_derivatives_agree_with_torch(seed):
    """Are gradient and Hessian those of torch's automatic differentiation?"""
    X, y = overlapping(seed)
    theta = torch.tensor(np.random.default_rng(seed).normal(size=4), requires_grad=True)
    A, target = torch.tensor(logistic.add_constant(X)), torch.tensor(y, dtype=torch.float64)

    def loss(t):
        return functional.binary_cross_entropy_with_logits(A @ t, target)

    w, b = theta.detach().numpy()[:3], theta.detach().numpy()[3]
    grad = np.append(*logistic.loss_gradient(w, b, X, y))
    np.testing.assert_allclose(grad, torch.autograd.functional.jacobian(loss, theta), rtol=1e-10)
    hessian = torch.autograd.functional.hessian(loss, theta)
    np.testing.assert_allclose(logistic.loss_hessian(w, b, X), hessian, rtol=1e-9, atol=1e-12)


def test_gradient_agrees_with_central_differences():
    """Is the gradient the slope of the loss, for soft labels too?"""
    X, _ = overlapping(1)
    y = np.random.default_rng(1).random(len(X))
    theta, h = np.array([0.2, -0.4, 1.0, 0.3]), 1e-5

    def loss(t):
        return logistic.binary_cross_entropy_with_logits(X @ t[:3] + t[3], y)

    slopes = [(loss(theta + h * e) - loss(theta - h * e)) / (2 * h) for e in np.eye(4)]
    grad = np.append(*logistic.loss_gradient(theta[:3], theta[3], X, y))
    np.testing.assert_allclose(grad, slopes, rtol=1e-7, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_loss_is_convex(seed, t):
    """Does no chord lie below the loss, and is no eigenvalue of the Hessian outside [0, bound]?"""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(8, 3)) * 10 ** rng.uniform(-2, 2), rng.integers(0, 2, 8)
    one, two = rng.normal(size=(2, 3)) * 10 ** rng.uniform(-1, 1)

    def loss(w):
        return logistic.binary_cross_entropy_with_logits(X @ w, y)

    chord = t * loss(one) + (1 - t) * loss(two)
    assert loss(t * one + (1 - t) * two) <= chord * (1 + 1e-12) + 1e-12
    A = logistic.add_constant(X)
    bound = np.linalg.eigvalsh(A.T @ A / (4 * len(A)))[-1]
    eigenvalues = np.linalg.eigvalsh(logistic.loss_hessian(one, 0.5, X))
    assert eigenvalues[0] >= -1e-12 * bound
    assert eigenvalues[-1] <= bound * (1 + 1e-12)


def test_hessian_attains_its_bound_at_zero():
    """Is the bound met where every score is 0?"""
    X, _ = overlapping(2)
    A = logistic.add_constant(X)
    np.testing.assert_allclose(logistic.loss_hessian(np.zeros(3), 0.0, X), A.T @ A / (4 * len(A)), rtol=1e-12)


# ---- fits


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ridge", [0.0, 0.03])
def test_newton_fit_agrees_with_scikit_learn(seed, ridge):
    """Are the weights those of another solver, with and without a penalty?"""
    X, y = overlapping(seed)
    w, b = logistic.newton_fit(X, y, ridge=ridge)
    c = np.inf if ridge == 0 else 1 / (ridge * len(y))
    theirs = LogisticRegression(C=c, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(X, y)
    np.testing.assert_allclose(w, theirs.coef_[0], rtol=1e-6)
    assert b == pytest.approx(theirs.intercept_[0], rel=1e-6, abs=1e-8)


def test_newton_fit_has_no_slope_left():
    """Is the gradient 0 at the minimiser, also for badly scaled data where full steps overshoot?"""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.standard_cauchy((30, 2)) * np.array([1.0, 50.0])
        y = rng.integers(0, 2, 30)
        if logistic.separating_direction(logistic.add_constant(X), y) is None:
            w, b = logistic.newton_fit(X, y)
            grad_w, grad_b = logistic.loss_gradient(w, b, X, y)
            assert np.abs(np.append(grad_w, grad_b) / np.append(np.abs(X).max(axis=0), 1)).max() < 1e-10


def test_newton_fit_is_calibrated_in_the_mean():
    """Does the mean predicted probability equal the share of ones (the bias equation)?"""
    X, y = overlapping(3)
    w, b = logistic.newton_fit(X, y)
    assert (1 / (1 + np.exp(-(X @ w + b)))).mean() == pytest.approx(y.mean(), abs=1e-12)


def test_ridge_makes_a_minimiser_for_separable_data():
    """Does a penalty cure separation, and do the weights grow as it fades?"""
    X, y = B4
    lengths = [np.linalg.norm(logistic.newton_fit(X, y, ridge=ridge)[0]) for ridge in (1e-1, 1e-3, 1e-6)]
    assert lengths == sorted(lengths)
    for ridge in (1e-1, 1e-6):
        w, b = logistic.newton_fit(X, y, ridge=ridge)
        grad_w, grad_b = logistic.loss_gradient(w, b, X, y)
        np.testing.assert_allclose(grad_w + ridge * w, 0, atol=1e-12)
        assert grad_b == pytest.approx(0, abs=1e-12)


# ---- separable data


def separable_by_angles(X, y):
    """Decide in the plane, without a bias, by trying a direction between all pairs of critical ones."""
    signed = np.where(y == 1, 1, -1)[:, None] * X
    critical = np.sort(
        np.concatenate([np.arctan2(signed[:, 1], signed[:, 0]) + s * np.pi / 2 for s in (1, -1)])
    )
    critical = np.sort(critical % (2 * np.pi))
    tries = np.concatenate([critical, (critical + np.append(critical[1:], critical[0] + 2 * np.pi)) / 2])
    scores = signed @ np.stack([np.cos(tries), np.sin(tries)])
    return bool(((scores >= -1e-9).all(axis=0) & (scores > 1e-9).any(axis=0)).any())


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_separating_direction_agrees_with_a_search_over_angles(n):
    """Does the linear programme find a direction exactly when one of finitely many does?"""
    rng, found = np.random.default_rng(n), set()
    for _ in range(60):
        X, y = rng.integers(-3, 4, (n, 2)).astype(float), rng.integers(0, 2, n)
        w = logistic.separating_direction(X, y)
        assert (w is not None) == separable_by_angles(X, y)
        found.add(w is not None)
        if w is not None:
            scores = np.where(y == 1, 1, -1) * (X @ w)
            assert scores.min() >= -1e-7
            assert scores.max() > 1e-3
    assert found == {True, False}


def test_separating_direction_of_almost_separable_data():
    """Is a direction found that leaves some samples on the boundary, and does the loss fall along it?"""
    X, y = np.array([[-1.0], [0.0], [0.0], [1.0]]), np.array([0, 0, 1, 1])
    A = logistic.add_constant(X)
    v = logistic.separating_direction(A, y)
    losses = [logistic.binary_cross_entropy_with_logits(A @ (t * v), y) for t in (0, 1, 10, 100)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(np.log(2) / 2)
    with pytest.raises(ValueError, match="no weights separate"):
        logistic.hard_margin(A, y)


@pytest.mark.parametrize("seed", range(8))
def test_hard_margin_agrees_with_a_general_solver(seed):
    """Is the direction that of SLSQP on the same programme, in two and three dimensions?"""
    rng = np.random.default_rng(seed)
    p = 2 + seed % 2
    X = rng.normal(size=(12, p)) * 10.0 ** rng.integers(-3, 4)
    y = (X @ rng.normal(size=p) > 0).astype(int)
    signed = np.where(y == 1, 1, -1)[:, None] * X
    w = logistic.hard_margin(X, y)
    assert (signed @ w).min() == pytest.approx(1, rel=1e-6)
    scale = np.linalg.norm(w)
    scaled = signed * scale
    above = {"type": "ineq", "fun": lambda v: scaled @ v - 1, "jac": lambda v: scaled}
    start = w / scale + 0.1
    found = minimize(
        lambda v: v @ v, start, jac=lambda v: 2 * v, method="SLSQP", tol=1e-14, constraints=above
    )
    np.testing.assert_allclose(w, found.x * scale, rtol=1e-4, atol=1e-4 * scale)


def test_hard_margin_agrees_with_pairs_of_support_vectors():
    """In the plane the margin is set by one or two samples: is the best of all these the answer?"""
    rng = np.random.default_rng(9)
    for _ in range(20):
        X = rng.normal(size=(7, 2))
        y = (X @ rng.normal(size=2) > 0).astype(int)
        signed = np.where(y == 1, 1, -1)[:, None] * X
        candidates = [z / (z @ z) for z in signed]
        candidates += [np.linalg.solve(signed[list(pair)], [1, 1]) for pair in combinations(range(7), 2)]
        best = min((v for v in candidates if (signed @ v).min() > 1 - 1e-9), key=np.linalg.norm)
        np.testing.assert_allclose(logistic.hard_margin(X, y), best, rtol=1e-6, atol=1e-9)


def test_gradient_path_is_gradient_descent():
    """Are the kept weights those of a plain loop over the gradient, and is the start respected?"""
    X, y = B4
    w, kept = np.array([0.3, -0.1]), {}
    for t in range(31):
        kept[t] = w
        residual = 1 / (1 + np.exp(-X @ w)) - y
        w = w - 0.8 * X.T @ residual / 4
    path = logistic.gradient_path(X, y, 0.8, [0, 7, 7, 30], w=[0.3, -0.1])
    np.testing.assert_allclose(path, [kept[0], kept[7], kept[7], kept[30]], rtol=1e-12)


def test_gradient_path_grows_like_the_logarithm():
    """Does the loss fall like 1 / t, and the norm rise by nearly 1 / margin for each unit of log t?"""
    X, y = B4
    steps = [10**3, 10**4, 10**5]
    path = logistic.gradient_path(X, y, 0.8, steps)
    slopes = np.diff(np.linalg.norm(path, axis=1)) / np.log(10)
    limit = np.linalg.norm(logistic.hard_margin(X, y))
    assert limit == pytest.approx(np.sqrt(0.32), rel=1e-9)
    assert (np.diff(slopes) > 0).all()
    assert (slopes < limit).all()
    assert (slopes > 0.93 * limit).all()
    losses = [logistic.binary_cross_entropy_with_logits(X @ w, y) for w in path]
    np.testing.assert_allclose(np.diff(np.log(losses)), -np.log(10), rtol=0.03)


# ---- two Gaussians


@pytest.mark.parametrize("delta", [0.3, 1.0, 2.5, 4.0])
def test_error_rate_agrees_with_quadrature(delta):
    """Is the error the Gaussian integral over the wrong half-planes, for any line?"""
    rng = np.random.default_rng(3)
    w, b = rng.normal(size=(5, 2)), rng.normal(size=5)
    for weights, bias, found in zip(w, b, logistic.error_rate(w, b, delta)):
        # Along w / ||w|| both classes have standard deviation 1.
        size = np.linalg.norm(weights)
        mean = delta / 2 * weights[0] / size
        missed = quad(norm.pdf, -np.inf, -bias / size, args=(mean, 1))[0]
        false = quad(norm.pdf, -bias / size, np.inf, args=(-mean, 1))[0]
        assert found == pytest.approx((missed + false) / 2, abs=1e-8)
    assert logistic.error_rate([delta, 0.0, 0.0], 0.0, delta) == pytest.approx(norm.cdf(-delta / 2))


def test_error_rate_agrees_with_counting():
    """Is it the share of wrong decisions on many samples?"""
    X, y = two_gaussians(2.0, 200_000, np.random.default_rng(4), n_features=3)
    w, b = np.array([1.0, 0.5, -0.3]), 0.2
    wrong = ((X @ w + b >= 0) != y).mean()
    assert logistic.error_rate(w, b, 2.0) == pytest.approx(wrong, abs=5 * np.sqrt(0.25 / 200_000))


@pytest.mark.parametrize("delta", [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 8.0])
def test_efron_efficiency_agrees_with_the_information(delta):
    """Is it 4 (1 + delta^2 / 4) E[s (1 - s)], the expectation over the mixture of the classes?"""

    def weight(x):
        s = 1 / (1 + np.exp(-delta * x))
        return s * (1 - s) * (norm.pdf(x - delta / 2) + norm.pdf(x + delta / 2)) / 2

    expected = 4 * (1 + delta**2 / 4) * quad(weight, -15, 15, epsabs=1e-13, limit=500, points=[0])[0]
    assert logistic.efron_efficiency(delta) == pytest.approx(expected, rel=1e-8)
    assert logistic.efron_efficiency(-delta) == logistic.efron_efficiency(delta)


def test_efron_efficiency_agrees_with_gauss_hermite():
    """Do the published table's nine values come out of another quadrature, to three digits?"""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    for delta in np.arange(0, 4.5, 0.5):
        mean = weights @ (1 / np.cosh(delta * nodes / 2)) / weights.sum()
        expected = (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * mean
        assert logistic.efron_efficiency(delta) == pytest.approx(expected, abs=1e-5)
    assert 0 < logistic.efron_efficiency(30.0) < 1e-20


# ---- refusals

X4, Y4 = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]), np.array([0, 1, 1, 0])
REFUSED = {
    "binary shape": (
        lambda: logistic.binary_cross_entropy_with_logits(np.ones((3, 1)), np.ones(3)),
        "reshape one",
    ),
    "binary range": (
        lambda: logistic.binary_cross_entropy_with_logits([0.0], [-1]),
        "labels -1 and 1 belong to logistic",
    ),
    "logistic labels": (lambda: logistic.logistic_loss([0.0], [0]), "2 * y - 1"),
    "logistic shape": (lambda: logistic.logistic_loss(np.ones((3, 1)), np.ones(3)), "reshape one of them"),
    "entropy negative": (lambda: logistic.entropy([1.5, -0.5]), "p is no distribution"),
    "entropy sum": (lambda: logistic.entropy([0.5, 0.4]), "add to 1"),
    "entropy scalar": (lambda: logistic.entropy(1.0), "[1 - p, p]"),
    "entropy nan": (lambda: logistic.entropy([np.nan, 1.0]), "numbers of at least 0"),
    "cross-entropy q": (lambda: logistic.cross_entropy([0.5, 0.5], [0.5, 0.6]), "q is no distribution"),
    "cross-entropy shape": (lambda: logistic.cross_entropy([0.5, 0.5], [1.0]), "reshape one of them"),
    "kl": (lambda: logistic.kl_divergence([0.5, 0.6], [0.5, 0.5]), "p is no distribution"),
    "constant": (lambda: logistic.add_constant([1.0, 2.0]), "one feature is x[:, None]"),
    "gradient y": (lambda: logistic.loss_gradient([0, 0], 0, X4, Y4[:, None]), "y has one dimension"),
    "gradient empty": (lambda: logistic.loss_gradient([0, 0], 0, X4[:0], []), "got (0, 2)"),
    "gradient w": (lambda: logistic.loss_gradient([0.0, 0, 0], 0, X4, Y4), "and the bias apart"),
    "hessian w": (lambda: logistic.loss_hessian([0.0], 0, X4), "X has 2 columns but w the shape (1,)"),
    "hessian X": (lambda: logistic.loss_hessian([0.0], 0, X4[0]), "one sample [x]"),
    "newton shape": (lambda: logistic.newton_fit(X4[:, 0], Y4), "one feature is x[:, None]"),
    "newton labels": (lambda: logistic.newton_fit(X4, 2 * Y4 - 1), "(y + 1) / 2"),
    "newton one class": (lambda: logistic.newton_fit(X4, 0 * Y4), "add the other class"),
    "newton ridge": (lambda: logistic.newton_fit(X4, Y4, ridge=-1.0), "at least 0"),
    "newton rank": (lambda: logistic.newton_fit(np.hstack([X4, X4]), Y4), "ask for ridge > 0"),
    "newton separable": (lambda: logistic.newton_fit(X4, Y4), "ask for ridge > 0, or follow gradient_path"),
    "direction shape": (lambda: logistic.separating_direction(X4, Y4[:2]), "(2,)"),
    "direction labels": (lambda: logistic.separating_direction(X4, Y4 + 1), "labels 0 and 1"),
    "direction NaN": (lambda: logistic.separating_direction(X4 * np.nan, Y4), "drop or fill"),
    "margin shape": (lambda: logistic.hard_margin(X4, Y4[:2]), "(2,)"),
    "margin labels": (lambda: logistic.hard_margin(X4, Y4 / 2), "labels 0 and 1"),
    "margin none": (lambda: logistic.hard_margin([[1.0], [1.0]], [0, 1]), "add_constant"),
    "path shape": (lambda: logistic.gradient_path(X4, Y4[:1], 1.0, [1]), "(1,)"),
    "path labels": (lambda: logistic.gradient_path(X4, Y4 - 1, 1.0, [1]), "labels 0 and 1"),
    "path lr": (lambda: logistic.gradient_path(X4, Y4, 0.0, [1]), "positive number"),
    "path steps": (lambda: logistic.gradient_path(X4, Y4, 1.0, [5, 2]), "sort them"),
    "path before 0": (lambda: logistic.gradient_path(X4, Y4, 1.0, [-1]), "increase from 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_misfits_are_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_newton_fit_says_when_it_gives_up():
    """Does too short a run name the cure?"""
    with pytest.raises(RuntimeError, match="not done after 1 steps; allow more"):
        logistic.newton_fit(*overlapping(0), max_steps=1)


def test_separating_direction_reports_a_solver_that_stops(monkeypatch):
    """Is a solver's failure passed on, with its own words?"""
    stopped = OptimizeResult(status=4, message="numbers too large")
    monkeypatch.setattr(logistic, "linprog", lambda *args, **kwargs: stopped)
    with pytest.raises(RuntimeError, match=r"stopped: numbers too large; scale X's columns"):
        logistic.separating_direction(X4, Y4)


# ---- the studies


def test_vectorised_fits_are_those_of_the_library():
    """Does the study fit many draws as `lda_fit` and `newton_fit` fit one?"""
    X, y = studies.samples(2.0, 60, 5, np.random.default_rng(0))
    for fits, one in (
        (studies.lda_fits, lambda X, y: lda_to_linear(lda_fit(X, y))),
        (studies.logistic_fits, logistic.newton_fit),
    ):
        for X_k, y_k, w, b in zip(X, y, *fits(X, y)):
            w_one, b_one = one(X_k, y_k)
            np.testing.assert_allclose(w, w_one, rtol=1e-6)
            assert b == pytest.approx(b_one, rel=1e-6, abs=1e-8)


def test_samples_are_two_gaussians():
    """Has a batch of the study the distribution of `two_gaussians`?"""
    X, y = studies.samples(3.0, 20_000, 1, np.random.default_rng(0))
    once, labels = two_gaussians(3.0, 20_000, np.random.default_rng(1))
    for label in (0, 1):
        batch = X[0][y[0] == label]
        np.testing.assert_allclose(batch.mean(axis=0), once[labels == label].mean(axis=0), atol=0.07)
        np.testing.assert_allclose(np.cov(batch.T), np.cov(once[labels == label].T), atol=0.09)


def test_rest_agrees_with_a_residual_of_the_run():
    """Does w - limit log t tend to the rho that the derivation gives, in the record?"""
    X, y = B4
    data = recorded("04-separable", ROOT / "notebooks" / "results").data
    constant = studies.rest(logistic.hard_margin(X, y), np.where(y == 1, 1, -1)[:, None] * X, 0.8)
    assert data["off"][-1] * data["log_t"][-1] == pytest.approx(constant, rel=2e-3)
