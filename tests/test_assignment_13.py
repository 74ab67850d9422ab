"""Do the references of assignment 13 agree with independent oracles, and do the statistics hold?"""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from coursepkg.barron import cube_inputs, gaussian_bump
from coursepkg.barron import greedy_fit as library_greedy
from coursepkg.grading.student import local_student
from tests.assignments import CourseAssignment

ASSIGNMENT = CourseAssignment("13_barron")
hidden = ASSIGNMENT.hidden


@pytest.mark.ex13_1
def test_constant_agrees_with_two_oracles():
    """Does the reference agree with a recursion and with SciPy's chi distribution, on 1000 dimensions?"""
    constant = ASSIGNMENT.reference("ex13_1")
    value = np.sqrt(2 / np.pi)
    for p in range(1, 1001):
        assert constant(p) == pytest.approx(value, rel=1e-11)
        assert constant(p) == pytest.approx(stats.chi(p).mean(), rel=1e-11)
        value = p / value  # C_p C_{p+1} = p
    for p in (10**4, 10**5, 10**6):  # the series for large p
        assert constant(p) == pytest.approx(np.sqrt(p) * (1 - 1 / (4 * p) + 1 / (32 * p**2)), rel=2e-8)


@pytest.mark.ex13_2
def test_mean_of_the_units_is_the_bump_by_quadrature():
    """For p = 1 and p = 3, where directions are easy: does the double integral give the bump?"""
    nodes, mass = np.polynomial.legendre.leggauss(80)
    u, mass = (nodes + 1) / 2, mass / 2
    for p in (1, 3):
        C = ASSIGNMENT.reference("ex13_1")(p)
        for s in (0.3, 0.9, 1.0):  # the length of x

            def wave(rho, p=p, s=s):
                # a.x is +-s for p = 1, uniform on [-s, s] for p = 3: the chance of a.x >= t, for t = s u < s.
                chance = 0.5 if p == 1 else (1 - u) / 2
                return s * np.sum(mass * np.sin(rho * s * u) * chance)

            density = stats.chi(p + 1).pdf
            mean = integrate.quad(lambda rho, wave=wave, d=density: d(rho) * wave(rho), 0, 14)[0]
            assert 1 - 2 * C * mean == pytest.approx(np.exp(-(s**2) / 2), rel=1e-8)


@pytest.mark.ex13_2
def test_reference_keeps_far_from_the_statistical_limits():
    """Over 1000 networks and 40 slopes: how far do right units stay from the limits of the tests?"""
    sample, rng = ASSIGNMENT.reference("ex13_2"), np.random.default_rng(0)
    scores = []
    for k in range(1000):
        p = 1 + 2 * (k % 2)
        (W, b), (V, v) = sample(p, 2000, rng)
        X = hidden.points(p)
        units = 2000 * V[:, 0] * (X @ W + b >= 0)
        error = units.std(axis=1) / np.sqrt(2000) + 1e-6
        scores.append(np.abs((units.mean(axis=1) + v - gaussian_bump(X)) / error).max())
        assert np.abs(V).sum() <= 2 * hidden.constant(p)
    assert max(scores) < 5.5  # the limit is 7
    assert stats.norm.sf(7) * 16 < 1e-9
    slopes = []
    for _ in range(40):
        X, errors = cube_inputs(100, 5, rng), []
        for q, repetitions in ((4, 150), (256, 60)):
            squares = []
            for _ in range(repetitions):
                (W, b), (V, v) = sample(5, q, rng)
                squares.append(np.mean(((X @ W + b >= 0) @ V[:, 0] + v - gaussian_bump(X)) ** 2))
            errors.append(np.mean(squares))
        slopes.append(np.log(errors[1] / errors[0]) / np.log(64))
    assert np.mean(slopes) == pytest.approx(-1, abs=0.02)
    assert 6 * np.std(slopes) < 0.15


@pytest.mark.ex13_2
def test_error_that_does_not_fall_is_told():
    """Does a network whose units are all the same get the sentence about independent draws?"""

    def same(p, q, rng):
        (W, b), (V, v) = ASSIGNMENT.reference("ex13_2")(p, q if q > 5000 else 1, rng)
        k = np.arange(q) % len(b)
        return [(W[:, k], b[k]), (V[k] * len(b) / q, v)]

    points, message = ASSIGNMENT.grade_hidden("ex13_2", local_student({"maurey_sample": same}))
    assert points == ASSIGNMENT.suite("ex13_2").points - 2
    assert "is each unit drawn for itself" in message


@pytest.mark.ex13_3
def test_bound_agrees_with_two_oracles():
    """Does the reference agree with logarithms and with whole numbers, on 1000 settings?"""
    bound, rng = ASSIGNMENT.reference("ex13_3"), np.random.default_rng(3)
    for _ in range(1000):
        C, r, q = rng.uniform(0.1, 9), rng.uniform(0.1, 9), int(rng.integers(1, 10**6))
        logarithm = 2 * (math.log(2) + math.log(r) + math.log(C)) - math.log(q)
        assert bound(C, r, q) == pytest.approx(math.exp(logarithm), rel=1e-12)
        a, b = (int(n) for n in rng.integers(1, 100, 2))
        assert bound(a, b, [q, 4]).tolist() == pytest.approx([4 * a * a * b * b / q, a * a * b * b])


@pytest.mark.ex13_4
def test_width_agrees_with_two_oracles():
    """Does the reference agree with all widths tried, and with the quadratic formula, on 1000 settings?"""
    width, rng = ASSIGNMENT.reference("ex13_4"), np.random.default_rng(4)
    q = np.arange(1, 20_001)
    for _ in range(1000):
        C, N, p = rng.uniform(0, 20), int(10 ** rng.uniform(0.31, 6)), int(rng.integers(1, 30))
        if hidden.best_width(C, N, p)[2] < 1e-9:
            continue
        found = width(C, N, p)
        assert found == q[np.argmin(hidden.two_terms(C, N, p, q))]
        # B falls from k to k + 1 exactly if k (k + 1) < q*^2: a quadratic inequality.
        square = C**2 * N / (p * np.log(N))
        assert found == max(1, math.ceil((math.sqrt(1 + 4 * square) - 1) / 2))


@pytest.mark.ex13_4
def test_close_calls_go_both_ways():
    """Is rounding wrong in some of the close calls and right in others?"""
    rng, wrong = np.random.default_rng(5), {0: 0, 1: 0}
    for side in (0, 1):
        for _ in range(50):
            setting = hidden.beside_half(rng, side)
            best, real, _ = hidden.best_width(*setting)
            wrong[side] += best != round(real)
    assert wrong == {0: 0, 1: 50}


@pytest.mark.ex13_5
def test_greedy_agrees_with_two_oracles():
    """Does the reference agree with the lesson's library and with projections, on 1000 problems?"""
    greedy, rng = ASSIGNMENT.reference("ex13_5"), np.random.default_rng(6)
    for _ in range(1000):
        n, k, q = int(rng.integers(8, 15)), int(rng.integers(4, 9)), int(rng.integers(0, 4))
        H, y = rng.normal(size=(n, k)) * rng.uniform(0.3, 3, k), rng.normal(size=n)
        chosen, weights, errors = greedy(H, y, q)
        for mine, other in zip((chosen, weights, errors), library_greedy(H, y, q), strict=True):
            np.testing.assert_allclose(mine, other, atol=1e-9)
        r = y
        for step in range(q):
            cosine = np.abs(r @ (H / np.linalg.norm(H, axis=0)))
            assert cosine[chosen[step]] == pytest.approx(cosine.max())
            Q = np.linalg.qr(H[:, chosen[: step + 1]])[0]
            r = y - Q @ (Q.T @ y)
            assert errors[step + 1] == pytest.approx(np.mean(r**2))
        assert np.all(np.diff(errors) <= 1e-12)


@pytest.mark.ex13_6
def test_slope_agrees_with_two_oracles():
    """Does the reference agree with the formula of covariances, and find a slope that was put in?"""
    slope, rng = ASSIGNMENT.reference("ex13_6"), np.random.default_rng(7)
    for _ in range(1000):
        n, s, A = int(rng.integers(2, 9)), rng.uniform(-3, 3), rng.uniform(0.1, 9)
        q = rng.uniform(0.5, 100, n)
        assert slope(q, A * q**s) == pytest.approx(s, abs=1e-7)
        err = rng.uniform(0.1, 3, (int(rng.integers(1, 6)), n))
        C = np.cov(np.log(q), np.log(err.mean(axis=0)))
        assert slope(q, err) == pytest.approx(C[0, 1] / C[0, 0], rel=1e-6, abs=1e-9)
