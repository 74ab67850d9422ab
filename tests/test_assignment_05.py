"""Do the references of assignment 05 agree with oracles of their own?"""

import numpy as np
import pytest

from coursepkg import gradient_descent as lesson
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("05_gradient_descent")
hidden, reference = COURSE.hidden, COURSE.reference


@pytest.mark.ex05_1
def test_surrogate_agrees_with_two_oracles():
    """Does the reference agree with a sum over parameters, and with the completed square, on 1000 batches?"""
    surrogate, rng = reference("ex05_1"), np.random.default_rng(1)
    for _ in range(1000):
        n, d = rng.integers(0, 5), rng.integers(1, 6)
        L0, gamma = rng.normal(), rng.uniform(0.05, 4)
        g0, eps = rng.normal(size=d), rng.normal(size=(n, d))
        got = surrogate(L0, g0, eps, gamma)
        loop = [L0 + sum(e * g + e * e / 2 / gamma for e, g in zip(step, g0)) for step in eps]
        np.testing.assert_allclose(got, loop, rtol=1e-9, atol=1e-9)
        square = [L0 - gamma / 2 * g0 @ g0 + np.sum((step + gamma * g0) ** 2) / (2 * gamma) for step in eps]
        np.testing.assert_allclose(got, square, rtol=1e-9, atol=1e-9)


@pytest.mark.ex05_2
def test_gd_agrees_with_two_oracles():
    """Does the reference agree with powers of a matrix, and with the lesson's function, on 1000 bowls?"""
    gd, rng = reference("ex05_2"), np.random.default_rng(2)
    for _ in range(1000):
        d, steps, gamma = int(rng.integers(1, 5)), int(rng.integers(0, 8)), rng.uniform(0.01, 0.4)
        H = hidden.symmetric(rng, rng.uniform(0.5, 3, d))
        centre, start = rng.normal(size=d), rng.normal(size=d)

        def grad(theta, H=H, centre=centre):
            return H @ (theta - centre)

        got = gd(grad, start, gamma, steps)
        factor = np.eye(d) - gamma * H
        powers = [centre + np.linalg.matrix_power(factor, t) @ (start - centre) for t in range(steps + 1)]
        np.testing.assert_allclose(got, powers, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(got, lesson.gradient_descent(grad, start, gamma, steps), rtol=1e-12)


@pytest.mark.ex05_3
def test_max_stable_step_agrees_with_two_oracles():
    """Does the reference agree with the lesson's function, and with long powers just below and above?"""
    max_stable_step, rng = reference("ex05_3"), np.random.default_rng(3)
    kinds = set()
    for _ in range(1000):
        d = int(rng.integers(1, 5))
        eigenvalues = rng.choice([-1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], d) * rng.uniform(0.2, 4, d)
        hessian = hidden.symmetric(rng, eigenvalues)
        got = max_stable_step(hessian)
        assert got == pytest.approx(lesson.max_stable_step(hessian))

        def grows(gamma, hessian=hessian, d=d):
            return np.abs(np.linalg.matrix_power(np.eye(d) - gamma * hessian, 4000)).max() > 2

        with np.errstate(over="ignore", invalid="ignore"):
            limit = min(got, 100.0)
            assert not grows(0.99 * limit)
            assert np.isinf(got) or grows(1.01 * limit + 0.01 * (limit == 0))
        kinds.add((got == 0, np.isinf(got)))
    assert len(kinds) == 3


@pytest.mark.ex05_4
def test_is_majorized_agrees_with_two_oracles():
    """Does the reference agree with the exact surplus, and with the lesson's limit, on 1000 losses?"""
    is_majorized, rng = reference("ex05_4"), np.random.default_rng(4)
    for i in range(1000):
        kind, yes = hidden.KINDS[i % 4], bool(rng.integers(2))
        case, gamma, radius = hidden.draw_case(rng, kind, yes)
        assert is_majorized(case.loss, case.grad, case.theta, gamma, radius) == yes
        limit = lesson.largest_majorizing_step(case.loss, case.grad, case.theta, radius)
        assert (gamma <= limit) == yes


@pytest.mark.ex05_4
def test_hidden_losses_have_the_derivative_that_they_claim():
    """Is `grad` the derivative of `loss`, and a violation wider than the text promises?"""
    rng = np.random.default_rng(5)
    for i in range(200):
        case, gamma, radius = hidden.draw_case(rng, hidden.KINDS[i % 4], yes=False)
        t, h = case.theta + np.linspace(-radius, radius, 11), 1e-5
        np.testing.assert_allclose((case.loss(t + h) - case.loss(t - h)) / (2 * h), case.grad(t), atol=1e-6)
        e = np.linspace(-radius, radius, 2001)
        gap = case.loss(case.theta + e) - case.L0 - case.g0 * e - e**2 / (2 * gamma)
        assert np.mean(gap > 1e-6) > 1 / 20


@pytest.mark.ex05_5
def test_classify_run_agrees_with_two_oracles():
    """Does the reference agree with the lesson's verdict and with a search by sets, on 1000 runs?"""
    classify_run, rng = reference("ex05_5"), np.random.default_rng(6)
    runs = list(hidden.quartic_runs(rng.uniform(0.4, 1.7, 700)))
    runs += [hidden.repeat(rng, int(period)) for period in rng.integers(1, 40, 300)]
    kinds = []
    for run in (run for run in runs if not np.isfinite(run).all() or hidden.is_clear(run)):
        got = classify_run(run)
        assert got == lesson.classify_orbit(run, largest_period=32, tolerance=1e-6)
        assert got == hidden.verdict(run)
        if got[1]:  # neighbours on the cycle may be equal, so it visits at most `period` places
            assert len(np.unique(np.round(run[-100:], 4))) <= 2 * got[1]
        kinds.append(got[0])
    assert len(kinds) > 900
    assert min(kinds.count(kind) for kind in ("converged", "cycle", "chaotic", "diverged")) > 20


@pytest.mark.ex05_5
@pytest.mark.parametrize("seed", range(50))
def test_hidden_runs_keep_away_from_the_limits(seed: int):
    """Does no hidden run have a difference that decides and lies near 1e-6?"""

    class Recorder:
        changed_inputs = ()

        def __call__(self, traj):
            if np.isfinite(traj).all() and np.abs(traj).max() <= 1e6:
                assert hidden.is_clear(traj)
            return hidden.verdict(traj)

    for part in hidden.ex05_5.parts:
        part.test(Recorder(), np.random.default_rng(seed))


@pytest.mark.ex05_6
def test_basin_boundary_agrees_with_two_oracles():
    """Does the reference agree with the chosen hilltop, and with scipy's root finder, on 1000 hills?"""
    from scipy.optimize import brentq

    basin_boundary, rng = reference("ex05_6"), np.random.default_rng(7)
    for _ in range(1000):
        top, left, right = rng.uniform(-3, 3), rng.uniform(0.01, 5), rng.uniform(0.01, 5)
        grad = hidden.Slope(top, hidden.bent(rng), budget=1000)
        got = basin_boundary(grad, top - left, top + right)
        assert got == pytest.approx(top, abs=1e-9)
        assert got == pytest.approx(brentq(grad, top - left, top + right, xtol=1e-12), abs=1e-9)


@pytest.mark.ex05_6
def test_basin_boundary_of_the_lesson():
    """Is the border between the lesson's two valleys the top of its hill?"""
    found = reference("ex05_6")(lesson.quartic_gradient, -1.5, 2.0)
    assert found == pytest.approx(lesson.quartic_stationary_points()[1], abs=1e-12)
    assert found == pytest.approx(-0.002518, abs=1e-6)
