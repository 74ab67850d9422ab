"""Do the references of assignment 04 agree with oracles of their own?"""

from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import norm

from coursepkg.logistic import separating_direction
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("04_logistic_regression")
hidden, reference = COURSE.hidden, COURSE.reference


def softplus(z):
    """Return log(1 + exp(z)) of a Decimal; the first term of the series where 1 would swallow it."""
    e = (-abs(z)).exp()
    return max(z, Decimal(0)) + ((1 + e).ln() if e > Decimal("1e-30") else e)


def precise_loss(z, y):
    """Return the mean cross-entropy, computed with 60 digits."""
    with localcontext(prec=60):
        pairs = [(Decimal(a), Decimal(b)) for a, b in zip(z.tolist(), y.tolist())]
        return float(sum(b * softplus(-a) + (1 - b) * softplus(a) for a, b in pairs) / len(pairs))


def precise_cross_entropy(p, q):
    """Return the cross-entropy, computed with 60 digits."""
    with localcontext(prec=60):
        pairs = [(Decimal(a), Decimal(b)) for a, b in zip(p.tolist(), q.tolist()) if a > 0]
        return float(-sum(a * b.ln() for a, b in pairs))


def random_logits(rng):
    """Return logits over the whole range that the text allows, with labels 0 and 1 or probabilities."""
    n = int(rng.integers(1, 7))
    z = rng.normal(size=n) * 10.0 ** rng.integers(-1, 5)
    z = np.clip(z, -1e4, 1e4)
    return z, (rng.integers(0, 2, n) if rng.random() < 0.7 else rng.random(n))


@pytest.mark.ex04_1
def test_bce_with_logits_agrees_with_two_oracles():
    """Does the reference agree with 60 digits and with torch, on 1000 inputs?"""
    bce_with_logits, rng = reference("ex04_1"), np.random.default_rng(1)
    for _ in range(1000):
        z, y = random_logits(rng)
        got = bce_with_logits(z, y)
        want = precise_loss(z, y)
        assert got == pytest.approx(want, rel=1e-9, abs=1e-300 if set(y.tolist()) <= {0, 1} else 1e-12)
        theirs = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y * 1.0))
        assert got == pytest.approx(theirs.item(), rel=1e-9, abs=1e-12)
        assert hidden.bce(z, y) == pytest.approx(want, rel=1e-9, abs=1e-300)


@pytest.mark.ex04_2
def test_bce_grad_agrees_with_two_oracles():
    """Does the reference agree with torch's derivative and with central differences, on 1000 inputs?"""
    bce_grad, rng = reference("ex04_2"), np.random.default_rng(2)
    for _ in range(1000):
        n, p = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        X, y = rng.normal(size=(n, p)), rng.integers(0, 2, n)
        w, b = rng.normal(size=p) * 10.0 ** rng.integers(-1, 2), float(rng.normal())
        got_w, got_b = bce_grad(w, b, X, y)
        theta = torch.tensor(np.append(w, b), requires_grad=True)
        z = torch.tensor(np.column_stack([X, np.ones(n)])) @ theta
        torch.nn.functional.binary_cross_entropy_with_logits(z, torch.tensor(y * 1.0)).backward()
        np.testing.assert_allclose(np.append(got_w, got_b), theta.grad, rtol=1e-9, atol=1e-12)
        slopes = [
            (hidden.bce(X @ (w + e[:p]) + b + e[p], y) - hidden.bce(X @ (w - e[:p]) + b - e[p], y)) / 2e-5
            for e in 1e-5 * np.eye(p + 1)
        ]
        np.testing.assert_allclose(np.append(got_w, got_b), slopes, rtol=1e-5, atol=1e-6)


@pytest.mark.ex04_3
def test_logistic_loss_pm_agrees_with_two_oracles():
    """Does the reference agree with 60 digits and with exercise 4.1's loss, on 1000 inputs, to 1e-12?"""
    logistic_loss_pm, rng = reference("ex04_3"), np.random.default_rng(3)
    bce_with_logits = reference("ex04_1")
    for _ in range(1000):
        z, _ = random_logits(rng)
        y_pm = rng.choice([-1, 1], len(z))
        got = logistic_loss_pm(z, y_pm)
        want = precise_loss(z * y_pm, np.ones(len(z)))
        assert got == pytest.approx(want, rel=1e-12, abs=1e-300)
        assert got == pytest.approx(bce_with_logits(z, (y_pm + 1) // 2), rel=1e-12, abs=1e-12)


@pytest.mark.ex04_4
def test_cross_entropy_agrees_with_two_oracles():
    """Does the reference agree with SciPy's H + KL and with 60 digits, on 1000 pairs, some with zeros?"""
    from scipy.stats import entropy

    cross_entropy, rng, infinite = reference("ex04_4"), np.random.default_rng(4), 0
    for _ in range(1000):
        n = int(rng.integers(1, 7))
        p, q = rng.dirichlet(np.ones(n), 2)
        if rng.random() < 0.4 and n > 1:
            p[0] = 0
        if rng.random() < 0.4 and n > 1:
            q[rng.integers(n)] = 0
        p, q = p / p.sum(), q / q.sum()
        got = cross_entropy(p, q)
        if ((q == 0) & (p > 0)).any():
            infinite += 1
            assert got == hidden.surprise(p, q) == np.inf
            continue
        assert got == pytest.approx(entropy(p) + entropy(p, q), rel=1e-12, abs=1e-14)
        assert got == pytest.approx(precise_cross_entropy(p, q), rel=1e-12, abs=1e-14)
    assert infinite > 50


@pytest.mark.ex04_5
def test_newton_logistic_agrees_with_two_oracles():
    """Does the reference agree with steps from torch's derivatives, and at the end with BFGS?"""
    newton_logistic, rng = reference("ex04_5"), np.random.default_rng(5)
    for trial in range(1000):
        n, p = int(rng.integers(12, 30)), int(rng.integers(1, 4))
        X, y = hidden.random_classes(rng, n, p, 1.0)
        iters = int(rng.integers(0, 4))
        w = newton_logistic(X, y, iters)
        np.testing.assert_allclose(w, hidden.newton(X, y, iters), rtol=1e-8, atol=1e-10)
        if trial % 20 == 0:
            A, labels, v = torch.tensor(X), torch.tensor(y * 1.0), torch.zeros(p, dtype=torch.float64)

            def loss(t, A=A, labels=labels):
                return torch.nn.functional.binary_cross_entropy_with_logits(A @ t, labels)

            for _ in range(iters):
                H = torch.autograd.functional.hessian(loss, v)
                v = v - torch.linalg.solve(H, torch.autograd.functional.jacobian(loss, v))
            np.testing.assert_allclose(w, v, rtol=1e-8, atol=1e-10)
            start, options = np.zeros(p), {"gtol": 1e-9}
            found = minimize(lambda t, X=X, y=y: hidden.bce(X @ t, y), start, method="BFGS", options=options)
            np.testing.assert_allclose(newton_logistic(X, y, 30), found.x, rtol=1e-3, atol=1e-4)


@pytest.mark.ex04_5
def test_classes_of_the_hidden_tests_have_a_minimiser():
    """Does no direction separate them, and do twenty full steps reach the minimiser?"""
    rng = np.random.default_rng(6)
    for _ in range(50):
        for n, p, slope in ((60, 2, 8.0), (80, 3, 8.0), (25, 4, 2.0)):
            X, y = hidden.random_classes(rng, n, p, slope)
            assert separating_direction(X, y) is None
            w = hidden.newton(X, y, 20)
            assert np.abs(X.T @ (hidden.sigmoid(X @ w) - y)).max() < 1e-8


@pytest.mark.ex04_6
def test_efron_are_agrees_with_two_oracles():
    """Does the reference agree with the information of the mixture and with a sum over a fine grid?"""
    efron_are, rng = reference("ex04_6"), np.random.default_rng(7)
    x = np.linspace(-20, 20, 8001)
    for delta in np.append(rng.uniform(0, 5, 999), 0.0):
        normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        grid = (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * (normal / np.cosh(delta * x / 2)).sum() * 0.005
        s = hidden.sigmoid(delta * x)
        mixture = (norm.pdf(x, delta / 2) + norm.pdf(x, -delta / 2)) / 2
        information = 4 * (1 + delta**2 / 4) * (s * (1 - s) * mixture).sum() * 0.005
        got = efron_are(delta)
        assert got == pytest.approx(grid, rel=1e-6)
        assert got == pytest.approx(information, rel=1e-6)


def test_known_mistakes_are_mistakes():
    """Does each mistake that a hint describes change the answer somewhere?"""
    rng = np.random.default_rng(8)
    X, y = hidden.random_classes(rng, 40, 3, 8.0)
    for mistake in hidden.NEWTON_MISTAKES:
        assert np.abs(hidden.newton(X, y, 3, mistake) - hidden.newton(X, y, 3)).max() > 1e-3, mistake
    for sentence, wrong in hidden.efron_mistakes(2.5).items():
        assert wrong != pytest.approx(hidden.efron_efficiency(2.5), rel=1e-2), sentence
    p, q = hidden.random_distributions(rng, 5)
    for sentence, wrong in hidden.entropy_mistakes(p, q).items():
        assert wrong != pytest.approx(hidden.surprise(p, q), rel=1e-3), sentence


def test_hints_are_computed_when_they_are_needed():
    """Is the mapping of hints lazy, and a mapping?"""
    made = []
    hints = hidden.WhenWrong(lambda: made.append(1) or {"a": 1, "b": 2})
    assert hints
    assert not made
    assert dict(hints) == {"a": 1, "b": 2}
    assert len(hints) == 2
    assert len(made) == 1
