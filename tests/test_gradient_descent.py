"""Gradient descent: does the surrogate keep its promise where the theorem says, and what comes beyond?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursepkg.gradient_descent import (
    QUARTIC,
    best_step,
    classify_orbit,
    cycle_with_multiplier,
    gradient_descent,
    is_majorized,
    largest_majorizing_step,
    lyapunov_exponent,
    max_stable_step,
    period_doublings,
    quartic_crisis,
    quartic_curvature,
    quartic_gradient,
    quartic_loss,
    quartic_stationary_points,
    quartic_third,
    surrogate,
)

# theta - gamma (theta**2 - 1) is the logistic map r x (1 - x) in other coordinates, with r = 1 + 2 gamma.
LOGISTIC = (lambda t: t**2 - 1, lambda t: 2 * t, lambda t: 2 + 0 * t)


def random_hessian(rng, n, low=0.5, high=5.0):
    """Return a symmetric matrix with known eigenvalues, and these."""
    eigenvalues = rng.uniform(low, high, n)
    axes = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return axes @ np.diag(eigenvalues) @ axes.T, eigenvalues


# ---- the lecture's loss


def test_quartic_against_its_polynomial():
    """Are loss and derivatives those of the expanded polynomial?"""
    t = np.linspace(-6, 6, 101)
    p = 0.02 * (np.polynomial.Polynomial([-0.333, 1.0]) ** 4 - np.polynomial.Polynomial([0, 0, 30]))
    for k, function in enumerate((quartic_loss, *QUARTIC)):
        np.testing.assert_allclose(function(t), (p.deriv(k) if k else p)(t), atol=1e-11)
    assert (quartic_gradient, quartic_curvature, quartic_third) == QUARTIC


def test_quartic_derivatives_against_complex_steps_and_differences():
    """Does each derivative agree with finite differences of the one before?"""
    t, h = np.linspace(-5, 5, 23), 1e-5
    for lower, higher in zip((quartic_loss, *QUARTIC), QUARTIC):
        np.testing.assert_allclose((lower(t + h) - lower(t - h)) / (2 * h), higher(t), atol=1e-7)


def test_stationary_points_against_polynomial_roots():
    """Are they the roots of the gradient, with a hill between two valleys?"""
    p = 0.08 * np.polynomial.Polynomial([-0.333, 1.0]) ** 3 - np.polynomial.Polynomial([0, 1.2])
    points = quartic_stationary_points()
    np.testing.assert_allclose(points, np.sort(p.roots().real), atol=1e-10)
    assert (np.sign(quartic_curvature(points)) == [1, -1, 1]).all()


# ---- surrogate and majorisation


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_surrogate_against_the_formula_and_its_minimum(n, seed):
    """Is it the formula one step at a time, smallest at -gamma times the gradient?"""
    rng = np.random.default_rng(seed)
    gradient, eps, gamma = rng.normal(size=n), rng.normal(size=(4, n)), rng.uniform(0.1, 3)
    values = surrogate(2.0, gradient, eps, gamma)
    for value, step in zip(values, eps):
        expected = 2.0 + sum(e * g for e, g in zip(step, gradient)) + sum(e * e for e in step) / (2 * gamma)
        assert value == pytest.approx(expected)
    best = surrogate(2.0, gradient, -gamma * gradient, gamma)
    assert best == pytest.approx(2.0 - gamma / 2 * gradient @ gradient)
    assert (best <= values + 1e-12).all()


def test_surrogate_names_the_cure():
    """Do a step size of 0 and steps of another width say what to do?"""
    with pytest.raises(ValueError, match=r"gamma above 0, got 0.*can descend"):
        surrogate(0.0, [1.0], [[1.0]], 0)
    with pytest.raises(ValueError, match=r"\(2,\) and \(3, 1\).*eps\[:, None\]"):
        surrogate(0.0, [1.0, 2.0], np.ones((3, 1)), 1.0)


@pytest.mark.parametrize("beta", [0.5, 3.0])
def test_majorisation_of_a_quadratic_ends_at_one_over_beta(beta):
    """Descent lemma: on a quadratic of curvature beta, is 1 / beta the largest step that majorises?"""
    loss, gradient = lambda t: beta * t**2 / 2, lambda t: beta * t
    assert largest_majorizing_step(loss, gradient, 0.7, 2.0) == pytest.approx(1 / beta)
    assert is_majorized(loss, gradient, 0.7, 1 / beta, 2.0)
    assert not is_majorized(loss, gradient, 0.7, 1.02 / beta, 2.0)


@pytest.mark.parametrize("theta", np.linspace(-5, 5, 11))
@pytest.mark.parametrize("radius", [0.5, 3.0])
def test_majorisation_of_the_quartic_against_taylor(theta, radius):
    """Taylor's formula of a quartic is exact: L'' + |L'''| r / 3 + 0.04 r**2 is the curvature needed?"""
    needed = quartic_curvature(theta) + abs(quartic_third(theta)) * radius / 3 + 0.04 * radius**2
    limit = largest_majorizing_step(quartic_loss, quartic_gradient, theta, radius)
    assert limit == pytest.approx(1 / needed if needed > 0 else np.inf)
    beta = np.max(quartic_curvature(np.linspace(theta - radius, theta + radius, 1001)))
    assert beta <= 0 or limit >= 1 / beta  # the lemma: 1 / beta suffices, more may do
    if np.isfinite(limit):
        assert is_majorized(quartic_loss, quartic_gradient, theta, 0.999 * limit, radius)
        assert not is_majorized(quartic_loss, quartic_gradient, theta, 1.01 * limit, radius)


def test_a_loss_below_its_tangent_is_majorized_by_any_step():
    """Is the limit infinite on a concave loss?"""
    assert largest_majorizing_step(lambda t: -(t**2), lambda t: -2 * t, 1.0, 1.0) == np.inf
    assert is_majorized(lambda t: -(t**2), lambda t: -2 * t, 1.0, 1e6, 1.0)


def test_majorisation_names_the_cure():
    """Does a radius of 0 say what a radius is?"""
    for function in (is_majorized, largest_majorizing_step):
        arguments = (1.0, 0.5, 0.0) if function is is_majorized else (1.0, 0.0)
        with pytest.raises(ValueError, match=f"{function.__name__}: expected a radius above 0.*half"):
            function(quartic_loss, quartic_gradient, *arguments)
    with pytest.raises(ValueError, match="is_majorized: expected gamma above 0"):
        is_majorized(quartic_loss, quartic_gradient, 1.0, -0.5, 1.0)


# ---- trajectories


ITERATES = {  # the lecture's three examples
    (-0.5, 0.5): (-0.5, -0.777, -1.188, -1.760, -2.450, -3.058, -3.333, -3.362),
    (0.25, 0.5): (0.25, 0.400, 0.640, 1.023, 1.623, 2.512, 3.605, 4.367),
    (-2.0, 1.3): (-2.0, -3.799, -2.387, -4.018, -1.720, -3.503),
}


@pytest.mark.parametrize(("start", "gamma"), ITERATES)
def test_iterates_of_the_lecture(start, gamma):
    """Are the iterates those of a plain loop, and of the lecture's frames?"""
    frames = ITERATES[start, gamma]
    trajectory = gradient_descent(quartic_gradient, start, gamma, len(frames) - 1)
    np.testing.assert_allclose(trajectory, frames, atol=5e-4)
    theta = start
    for value in trajectory:
        assert value == pytest.approx(theta, abs=1e-12)
        theta = theta - gamma * 0.02 * (4 * (theta - 0.333) ** 3 - 60 * theta)


def test_trajectory_of_a_quadratic_in_closed_form():
    """Is theta_t - theta* = (I - gamma H)**t (theta_0 - theta*) for vectors?"""
    H, _ = random_hessian(np.random.default_rng(0), 4)
    centre, start = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.0, 1.0, 2.0, -1.0])
    trajectory = gradient_descent(lambda t: H @ (t - centre), start, 0.1, 7)
    factor = np.eye(4) - 0.1 * H
    for t, theta in enumerate(trajectory):
        np.testing.assert_allclose(theta, centre + np.linalg.matrix_power(factor, t) @ (start - centre))
    assert trajectory.shape == (8, 4)


def test_many_runs_side_by_side_equal_single_runs():
    """Do arrays of starts and of step sizes give the runs one by one?"""
    gammas = np.array([0.3, 0.9, 1.3])
    together = gradient_descent(quartic_gradient, np.full(3, -2.0), gammas, 20)
    for k, gamma in enumerate(gammas):
        np.testing.assert_allclose(together[:, k], gradient_descent(quartic_gradient, -2.0, gamma, 20))


def test_trajectory_leaves_the_start_alone_and_divergence_is_silent():
    """Is the start unchanged, a gradient's reused buffer harmless, and infinity no warning?"""
    start, buffer = np.array([1, 2]), np.empty(2)

    def gradient(theta):
        buffer[:] = 2 * theta
        return buffer

    trajectory = gradient_descent(gradient, start, 0.25, 2)
    np.testing.assert_array_equal(trajectory, [[1, 2], [0.5, 1], [0.25, 0.5]])
    np.testing.assert_array_equal(start, [1, 2])
    assert not np.isfinite(gradient_descent(quartic_gradient, 50.0, 2.0, 50)[-1])


def test_gradient_descent_names_the_cure():
    """Do wrong arguments say what was expected?"""
    with pytest.raises(ValueError, match="gradient_descent: expected gamma above 0, got -1"):
        gradient_descent(quartic_gradient, 0.0, -1, 3)
    with pytest.raises(ValueError, match="steps of at least 0, got -1; 0 returns the start"):
        gradient_descent(quartic_gradient, 0.0, 0.1, -1)
    with pytest.raises(ValueError, match="one derivative for each parameter"):
        gradient_descent(lambda t: t.sum(), np.zeros(3), 0.1, 1)


@given(st.floats(0.01, 1.99), st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_descent_lemma_on_quadratics(share, seed):
    """Does one step lower the loss by at least what the lemma says, for gamma = share / beta?"""
    rng = np.random.default_rng(seed)
    H, eigenvalues = random_hessian(rng, 3)
    beta = eigenvalues.max()
    theta, gamma = rng.normal(size=3), share / beta
    g = H @ theta
    after = theta - gamma * g
    promised = gamma * (1 - gamma * beta / 2) * g @ g
    assert after @ H @ after / 2 <= theta @ H @ theta / 2 - promised + 1e-12


# ---- step sizes


@pytest.mark.parametrize("n", [1, 2, 5])
def test_max_stable_step_separates_shrinking_from_growing(n):
    """Do long runs shrink just below it, and grow just above?"""
    rng = np.random.default_rng(n)
    H, eigenvalues = random_hessian(rng, n)
    limit = max_stable_step(H)
    assert limit == pytest.approx(2 / eigenvalues.max())
    start = rng.normal(size=n)
    for share, shrinks in ((0.99, True), (1.01, False)):
        end = gradient_descent(lambda t: H @ t, start, share * limit, 2000)[-1]
        assert (np.linalg.norm(end) < 1e-3) == shrinks


def test_max_stable_step_on_flat_and_on_hilly_places():
    """Does a flat direction not matter, a negative one forbid every step, and 0 allow all?"""
    assert max_stable_step([[0.0, 0.0], [0.0, 4.0]]) == pytest.approx(0.5)
    assert max_stable_step([[1.0, 2.0], [2.0, 1.0]]) == 0.0  # eigenvalues 3 and -1
    assert max_stable_step(np.zeros((2, 2))) == np.inf
    assert max_stable_step(4) == 0.5


@pytest.mark.parametrize("kappa", [1.0, 7.0, 100.0])
def test_best_step_beats_every_step_on_a_grid(kappa):
    """Is max |1 - gamma lambda| smallest there, with the factor (kappa - 1) / (kappa + 1)?"""
    gamma, factor = best_step(np.diag([2.0, 2.0 * kappa]))
    assert factor == pytest.approx((kappa - 1) / (kappa + 1))
    grid = np.linspace(1e-4, 2, 4001) / kappa
    worst = np.max(np.abs(1 - np.outer(grid, [2.0, 2.0 * kappa])), axis=1)
    assert factor <= worst.min() + 1e-12
    assert gamma == pytest.approx(grid[worst.argmin()], abs=2e-3)


def test_hessians_name_the_cure():
    """Do a rectangle, an asymmetric matrix and a saddle say what was expected?"""
    for function in (max_stable_step, best_step):
        with pytest.raises(ValueError, match=rf"{function.__name__}: expected a square .* shape \(2, 3\)"):
            function(np.ones((2, 3)))
        with pytest.raises(ValueError, match=r"take \(H \+ H.T\) / 2"):
            function([[1.0, 2.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"smallest eigenvalue is -1; .*ask max_stable_step"):
        best_step(np.diag([-1.0, 2.0]))


# ---- orbits


@pytest.mark.parametrize(
    ("gamma", "answer"),
    [
        (0.5, ("converged", 1)),
        (0.9, ("converged", 1)),
        (1.1, ("cycle", 2)),
        (1.22, ("cycle", 4)),
        (1.245, ("cycle", 8)),
        (1.252, ("cycle", 16)),
        (1.3, ("chaotic", 0)),
        (1.398, ("cycle", 3)),
        (1.404, ("cycle", 6)),
        (1.5, ("chaotic", 0)),
        (1.6, ("diverged", 0)),
    ],
)
def test_orbits_of_the_lecture_at_known_steps(gamma, answer):
    """Are the kinds and the periods those of the bifurcation diagram?"""
    assert classify_orbit(gradient_descent(quartic_gradient, -2.0, gamma, 5000)) == answer


@pytest.mark.parametrize("period", [1, 2, 3, 7, 12, 63, 64])
def test_made_cycles_are_found(period):
    """Is the period found exactly, also where neighbours within a cycle are equal?"""
    values = np.random.default_rng(period).permutation(period).astype(float)
    values[: period // 2] = values[0]
    orbit = np.concatenate([np.linspace(9, 0, 50), np.tile(values, 400 // period + 2)])
    assert classify_orbit(orbit) == ("converged" if period == 1 else "cycle", period)


def test_a_longer_period_is_not_found():
    """Is a cycle of 65 called chaotic when 64 is the longest that is looked for, and found when asked?"""
    orbit = np.tile(np.random.default_rng(0).normal(size=65), 7)
    assert classify_orbit(orbit) == ("chaotic", 0)
    assert classify_orbit(orbit, largest_period=65) == ("cycle", 65)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e7])
def test_what_leaves_has_diverged(bad):
    """Does one value that is not finite, or is very large, decide?"""
    orbit = np.zeros(500)
    orbit[300] = bad
    assert classify_orbit(orbit) == ("diverged", 0)


def test_orbits_name_the_cure():
    """Do short orbits and vectors say what to do?"""
    with pytest.raises(ValueError, match=r"more than 192 values.*take more steps"):
        classify_orbit(np.zeros(192))
    with pytest.raises(ValueError, match="one parameter at a time"):
        classify_orbit(np.zeros((500, 2)))


@pytest.mark.parametrize("gamma", [0.3, 0.9, 1.1])
def test_lyapunov_exponent_of_attracting_cycles(gamma):
    """On a cycle, is it the logarithm of the multiplier over the period?"""
    orbit = gradient_descent(quartic_gradient, -2.0, gamma, 5000)
    period = classify_orbit(orbit)[1]
    multiplier = np.prod(1 - gamma * quartic_curvature(orbit[-period:]))
    found = lyapunov_exponent(QUARTIC, -2.0, gamma, 1000)
    assert found == pytest.approx(np.log(abs(multiplier)) / period, abs=1e-6)


def test_lyapunov_exponent_of_the_full_logistic_map_is_log_two():
    """At r = 4, gamma = 3/2, where the orbit covers its interval, is it log 2?"""
    assert lyapunov_exponent(LOGISTIC, 0.3, 1.5, 100_000) == pytest.approx(np.log(2), abs=0.01)


def test_lyapunov_exponent_against_two_neighbours():
    """In chaos, do two neighbours part at the rate that it says?"""
    near = gradient_descent(quartic_gradient, np.array([-2.0, -2.0 + 1e-12]), 1.3, 60)
    starts = gradient_descent(quartic_gradient, -2.0, 1.3, 4000)[1000:]
    apart = gradient_descent(quartic_gradient, np.stack([starts, starts + 1e-9], axis=1), 1.3, 20)
    rate = np.mean(np.log(np.abs(apart[-1, :, 1] - apart[-1, :, 0]) / 1e-9)) / 20
    assert rate == pytest.approx(lyapunov_exponent(QUARTIC, -2.0, 1.3, 50_000), abs=0.02)
    assert abs(near[-1, 1] - near[-1, 0]) > 1e-7


def test_lyapunov_exponent_names_the_cure():
    """Does an orbit that leaves say so?"""
    with pytest.raises(ValueError, match=r"leaves to infinity; gamma = 1\.6 is too large"):
        lyapunov_exponent(QUARTIC, -2.0, 1.6, 100)
    with pytest.raises(ValueError, match="lyapunov_exponent: expected gamma above 0"):
        lyapunov_exponent(QUARTIC, -2.0, 0.0, 100)


# ---- cycles and doublings


def test_doublings_of_the_logistic_map():
    """Are the first two at r = 1 + 2 gamma = 3 and 1 + sqrt 6, and the rest as published?"""
    r = 1 + 2 * period_doublings(LOGISTIC, 1.0, 6, first_gap=0.22)
    np.testing.assert_allclose(r[:2], [3, 1 + np.sqrt(6)], atol=1e-9)
    np.testing.assert_allclose(r[2:], [3.544090, 3.564407, 3.568759, 3.569692], atol=1e-6)


def test_period_three_of_the_logistic_map_opens_at_one_plus_root_eight():
    """Is a cycle of three with multiplier 1 born at r = 1 + sqrt 8?"""
    settled = gradient_descent(LOGISTIC[0], 0.3, 1.416, 3000)[-1]
    theta, gamma = cycle_with_multiplier(LOGISTIC, settled, 1.4142, 3, 1.0)
    assert 1 + 2 * gamma == pytest.approx(1 + np.sqrt(8), abs=1e-7)
    again = gradient_descent(LOGISTIC[0], theta, gamma, 3)
    assert again[3] == pytest.approx(theta, abs=1e-6)
    assert np.ptp(again) > 0.1


def test_doublings_of_the_quartic_double():
    """Is the period 2^k just below and 2^(k+1) just above the k-th doubling?"""
    found = period_doublings(QUARTIC, -3.0, 4)
    np.testing.assert_allclose(found, [0.963623, 1.190216, 1.239883, 1.250578], atol=1e-6)
    for k, gamma in enumerate(found):
        for share, power in ((-0.1, k), (0.1, k + 1)):
            step = gamma + share * 0.2267 / 4.67**k
            orbit = gradient_descent(quartic_gradient, -2.0, step, 20_000)
            assert classify_orbit(orbit)[1] == 2**power


def test_multiplier_is_what_was_asked_for():
    """Is the product of slopes along the cycle the multiplier, also for a superstable cycle?"""
    settled = gradient_descent(quartic_gradient, -2.0, 1.15, 5000)[-1]
    theta, gamma = cycle_with_multiplier(QUARTIC, settled, 1.15, 2, 0.0)
    orbit = gradient_descent(quartic_gradient, theta, gamma, 2)
    assert orbit[2] == pytest.approx(theta)
    assert np.prod(1 - gamma * quartic_curvature(orbit[:2])) == pytest.approx(0.0, abs=1e-10)


def test_cycles_name_the_cure():
    """Do a hopeless start and too many doublings say so?"""
    with pytest.raises(RuntimeError, match=r"no cycle of period 3 found.*begin nearer"):
        cycle_with_multiplier((np.ones_like, np.zeros_like, np.zeros_like), 1.0, 1.0, 3, -1.0)
    with pytest.raises(ValueError, match="count from 1 to 8, got 9"):
        period_doublings(QUARTIC, -3.0, 9)
    with pytest.raises(RuntimeError, match="begin nearer"):
        period_doublings(QUARTIC, -3.0, 2, first_gap=5.0)


def test_crisis_separates_staying_from_leaving():
    """Do long orbits from -2 stay below the crisis and leave above?"""
    crisis = quartic_crisis()
    assert 1.5265 < crisis < 1.527
    gammas = np.array([crisis - 1e-4, crisis + 2e-3])
    orbits = gradient_descent(quartic_gradient, np.full(2, -2.0), gammas, 20_000)
    assert orbits[:, 0].max() < quartic_stationary_points()[1]
    assert not np.isfinite(orbits[-1, 1])
