"""Do the references of assignment 12 agree with oracles that are independent of them, on 1000 inputs?"""

from fractions import Fraction

import numpy as np
import pytest
from scipy.interpolate import make_interp_spline

from coursepkg import approximation
from coursepkg.grading.student import local_student
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("12_universal_approximation")
N = 1000


def curve(rng):
    """Return a curve and an interval."""
    a = rng.uniform(-9, 9)
    b = a + rng.uniform(0.5, 9)
    lift, slope, size, pulse = rng.uniform(-3, 3, 4)

    def f(x):
        return lift + slope * x + size * np.sin(pulse * x)

    return f, a, b


def weighted(x, w, b, unit):
    return sum(weight * unit(x + bias) for weight, bias in zip(w, b, strict=True))


@pytest.mark.ex12_1
def test_relu_interpolant_is_the_linear_spline():
    """Is the sum SciPy's spline of degree 1, and the library's, on 1000 curves?"""
    rng = np.random.default_rng(0)
    solve = COURSE.reference("ex12_1")
    for _ in range(N):
        (f, a, b), q = curve(rng), int(rng.integers(2, 30))
        knots, x = np.linspace(a, b, q), rng.uniform(a, b, 20)
        values = weighted(x, *solve(f, a, b, q), lambda z: np.maximum(0, z))
        np.testing.assert_allclose(values, make_interp_spline(knots, f(knots), k=1)(x), atol=1e-9)
        ours = approximation.unit_sum(x, *approximation.relu_interpolant(f, a, b, q))
        np.testing.assert_allclose(values, ours, atol=1e-9)


@pytest.mark.ex12_2
def test_step_interpolant_holds_the_last_value():
    """Is the sum f at the knot behind, found by division, and by SciPy's spline of degree 0?"""
    rng = np.random.default_rng(1)
    solve = COURSE.reference("ex12_2")
    for _ in range(N):
        (f, a, b), q = curve(rng), int(rng.integers(2, 30))
        knots, x = np.linspace(a, b, q), rng.uniform(a, b, 20)
        values = weighted(x, *solve(f, a, b, q), lambda z: np.where(z >= 0, 1.0, 0.0))
        behind = a + (b - a) / (q - 1) * np.floor((x - a) * (q - 1) / (b - a))
        np.testing.assert_allclose(values, f(behind), atol=1e-9)
        spline = make_interp_spline(np.append(knots, b + 1), f(np.append(knots, b)), k=0)
        np.testing.assert_allclose(values, spline(x), atol=1e-9)


@pytest.mark.ex12_3
def test_sup_error_of_straight_pieces_is_at_a_knot():
    """For two splines, is the sup the largest at the knots of both, and that of the library?"""
    rng = np.random.default_rng(2)
    solve = COURSE.reference("ex12_3")
    for _ in range(N):
        a = rng.uniform(-5, 5)
        b = a + rng.uniform(1, 5)
        u, v = (np.sort(np.r_[a, rng.uniform(a, b, n), b]) for n in rng.integers(1, 6, 2))
        p, r = rng.normal(size=len(u)), rng.normal(size=len(v))

        def f(x, u=u, p=p):
            return np.interp(x, u, p)

        def g(x, v=v, r=r):
            return np.interp(x, v, r)

        knots = np.concatenate([u, v])
        value = solve(f, g, a, b, knots)
        assert value == pytest.approx(max(abs(f(t) - g(t)) for t in knots), rel=1e-12)
        assert value == pytest.approx(approximation.sup_error(f, g, a, b, knots), rel=1e-12)


@pytest.mark.ex12_4
def test_affine_from_relus_in_exact_arithmetic():
    """Is the sum the line, in fractions, at both ends and between; and as the library has it?"""
    rng = np.random.default_rng(3)
    solve = COURSE.reference("ex12_4")
    for _ in range(N):
        c, d, a = (int(v) / 8 for v in rng.integers(-64, 65, 3))
        b = a + int(rng.integers(1, 64)) / 8
        w, bias = solve(c, d, a, b)
        for x in (Fraction(a), Fraction(a + b) / 2, Fraction(b)):
            assert sum(Fraction(s) * max(0, x + Fraction(t)) for s, t in zip(w, bias)) == Fraction(
                c
            ) * x + Fraction(d)
        ours = approximation.unit_sum(np.array([a, b]), *approximation.affine_from_relus(c, d, a, b))
        np.testing.assert_allclose(ours, [c * a + d, c * b + d], atol=1e-9)


@pytest.mark.ex12_5
def test_units_needed_by_trying_and_by_parabolas():
    """Is it the first q in a row that meets the bound; and do q units meet it for a parabola, q - 1 not?"""
    rng = np.random.default_rng(4)
    solve = COURSE.reference("ex12_5")
    for k in range(N):
        M, a, length, eps = (
            rng.uniform(0.1, 20),
            rng.uniform(-5, 5),
            rng.uniform(0.5, 5),
            10 ** rng.uniform(-2.5, 1),
        )
        q = solve(M, a, a + length, eps)
        assert q == next(n for n in range(2, 10**6) if (length / (n - 1)) ** 2 * M / 8 <= eps)
        if k % 20 == 0:

            def f(x, M=M):
                return M * x**2 / 2

            for n in range(max(2, q - 1), q + 1):
                knots = np.linspace(a, a + length, n)
                middle = (knots[0] + knots[1]) / 2
                off = abs(np.interp(middle, knots, f(knots)) - f(middle))
                assert (off <= eps) == (n == q)


@pytest.mark.ex12_6
def test_bump2d_by_layers_and_in_the_limit():
    """Is it the network of two hidden layers, with tanh for the sigmoid; and the indicator when steep?"""
    rng = np.random.default_rng(5)
    solve = COURSE.reference("ex12_6")

    def s(z):
        return (1 + np.tanh(z / 2)) / 2

    for _ in range(N):
        w, (x, y) = rng.uniform(0.5, 6), rng.uniform(-2, 2, (2, 9))
        h = s(w * np.stack([x + 1, x - 1, y + 1, y - 1], axis=1))
        expected = s(h @ (w * np.array([1.0, -1, 1, -1])) - 1.5 * w)
        np.testing.assert_allclose(solve(x, y, w), expected, rtol=1e-8)
        np.testing.assert_allclose(solve(x, y, w), approximation.bump2d(x, y, w), rtol=1e-8)
        away = np.minimum(np.abs(np.abs(x) - 1), np.abs(np.abs(y) - 1)) > 0.01
        inside = (np.abs(x) < 1) & (np.abs(y) < 1)
        np.testing.assert_allclose(solve(x, y, 5000.0)[away], inside[away], atol=1e-9)


@pytest.mark.ex12_3
def test_coarse_grid_is_counted():
    """Is a grid of 999 points told from one of 1000?"""
    for n, points in ((999, 3), (1000, 5)):

        def sup_error(f, g, a, b, knots, n=n):
            d = 1e-9 * (b - a)
            x = np.concatenate([np.linspace(a, b, n), knots - d, knots, knots + d])
            x = x[(a <= x) & (x <= b)]
            return np.max(np.abs(f(x) - g(x)))

        earned, message = COURSE.grade("ex12_3", local_student({"sup_error": sup_error}, b"1"))
        assert (earned < 5) == (points < 5), message
