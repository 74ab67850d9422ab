"""Do the networks of lesson 12 approach what they should, as far as the theorems say?"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.interpolate import make_interp_spline
from scipy.optimize import minimize_scalar
from scipy.special import j0

from coursepkg import approximation as ap
from coursepkg.gradient_descent import quartic_curvature, quartic_loss
from coursepkg.network import mlp_forward

CURVES = {
    "quartic": (quartic_loss, -5.0, 6.0),
    "nielsen": (ap.nielsen, 0.0, 1.0),
    "sine": (lambda x: np.sin(3 * x), -1.0, 1.0),
    "far from 0": (lambda x: np.cos(x) * 7 + 40, 100.0, 103.0),
    "root": (lambda x: np.sqrt(x), 0.0, 2.0),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("q", [2, 3, 13, 50])
def test_relus_draw_the_straight_pieces(name, q):
    """Is the sum of ReLUs the linear spline through the knots, as SciPy computes it?"""
    f, a, b = CURVES[name]
    w, bias = ap.relu_interpolant(f, a, b, q)
    knots, x = np.linspace(a, b, q), np.linspace(a, b, 997)
    assert w.shape == bias.shape == (q,)
    assert_allclose(
        ap.unit_sum(x, w, bias), make_interp_spline(knots, f(knots), k=1)(x), rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("q", [2, 3, 13, 50])
def test_steps_hold_the_value_of_the_knot_behind(name, q):
    """Does the sum of steps have f's value at the last knot that is not to the right?"""
    f, a, b = CURVES[name]
    w, bias = ap.step_interpolant(f, a, b, q)
    knots = -bias
    x = np.concatenate([knots, np.linspace(a, b, 997)])
    behind = np.array([max(v for v in knots if v <= t) for t in x])
    assert_allclose(ap.unit_sum(x, w, bias, "heaviside"), f(behind), rtol=1e-10, atol=1e-10)


def test_units_follow_the_lecture():
    """Are weights and biases those of the lecture: w_i = (f(v_i) - f_{i-1}(v_i)) / h, b_i = h - v_i?"""
    v = np.linspace(-5, 6, 13)
    h, w, b = 11 / 12, [], []
    for t in v:
        present = sum(weight * max(0.0, t + shift) for weight, shift in zip(w, b))
        w.append((quartic_loss(t) - present) / h)
        b.append(h - t)
    ours = ap.relu_interpolant(quartic_loss, -5, 6, 13)
    assert_allclose(ours[0], w, atol=1e-10)
    assert_allclose(ours[1], b, atol=1e-10)


def test_unequal_knots_are_met():
    """Do both kinds of units take the values at knots of any spacing?"""
    rng = np.random.default_rng(0)
    knots, values = np.sort(rng.uniform(-3, 4, 9)), rng.normal(size=9)
    assert_allclose(ap.unit_sum(knots, *ap.relu_through(knots, values)), values, atol=1e-10)
    assert_allclose(ap.unit_sum(knots, *ap.steps_through(knots, values), "heaviside"), values, atol=1e-12)


def test_unit_sum_is_a_network():
    """Is a sum of units what the forward pass of one hidden layer gives?"""
    rng = np.random.default_rng(1)
    w, b = rng.normal(size=(2, 6))
    x = rng.normal(size=(3, 4))
    layers = [(np.ones((1, 6)), b), (w[:, None], np.zeros(1))]
    assert_allclose(ap.unit_sum(x, w, b).ravel(), mlp_forward(x.reshape(-1, 1), layers)[-1][:, 0], atol=1e-12)


@pytest.mark.parametrize("q", [2, 5, 13, 49, 193])
def test_error_stays_below_its_bound(q):
    """Is the sup error at most h^2 / 8 max |f''|, and at least half of it for many units?"""
    f2max = max(abs(quartic_curvature(-5.0)), abs(quartic_curvature(6.0)))  # |f''| of a parabola: at an end
    w, bias = ap.relu_interpolant(quartic_loss, -5, 6, q)
    error = ap.sup_error(quartic_loss, lambda x: ap.unit_sum(x, w, bias), -5, 6, -bias)
    bound = ap.interpolation_bound(f2max, -5, 6, q)
    assert error <= bound
    assert q < 13 or error > bound / 2


def test_bound_is_attained_by_a_parabola():
    """Does a parabola, whose second derivative is constant, have exactly the error of the bound?"""
    for q in (2, 3, 8):
        w, bias = ap.relu_interpolant(np.square, -1.0, 2.0, q)
        middles = -bias + 0.5 * 3 / (q - 1)  # the bends' pieces, and one before the interval
        error = ap.sup_error(np.square, lambda x, w=w, bias=bias: ap.unit_sum(x, w, bias), -1.0, 2.0, middles)
        assert error == pytest.approx(ap.interpolation_bound(2.0, -1.0, 2.0, q), rel=1e-9)


def test_units_needed_is_the_smallest_that_meets_the_bound():
    """Is the bound met at q units and not at q - 1, on random inputs?"""
    rng = np.random.default_rng(2)
    for _ in range(200):
        f2max, length, eps = rng.uniform(0.1, 30), rng.uniform(0.2, 9), 10 ** rng.uniform(-5, 1)
        a = rng.uniform(-5, 5)
        q = ap.units_needed(f2max, a, a + length, eps)
        assert ap.interpolation_bound(f2max, a, a + length, q) <= eps * (1 + 1e-9)
        assert q == 2 or ap.interpolation_bound(f2max, a, a + length, q - 1) > eps * (1 - 1e-9)
    assert ap.units_needed(0.0, 0.0, 1.0, 0.1) == 2


def test_two_relus_make_any_line():
    """Is the sum c x + d on the interval, wherever that lies?"""
    rng = np.random.default_rng(3)
    for _ in range(200):
        c, d, a = rng.uniform(-9, 9, 3)
        b = a + rng.uniform(0.1, 9)
        x = np.linspace(a, b, 50)
        w, bias = ap.affine_from_relus(c, d, a, b)
        assert len(w) == 2
        assert_allclose(ap.unit_sum(x, w, bias), c * x + d, atol=1e-10)


def test_sup_error_sees_ends_knots_and_jumps():
    """Is the error found at an end, at one knot, and beside a jump; and not asked for outside?"""
    zero = np.zeros_like
    assert ap.sup_error(lambda x: x, zero, -3.0, 2.0) == 3.0

    def spike(x):
        return np.where(x == 0.1234567, 5.0, 0.0)

    assert ap.sup_error(spike, zero, 0, 1) == 0
    assert ap.sup_error(spike, zero, 0, 1, [0.1234567]) == 5
    knot = 1 / np.sqrt(2)
    for side in (-1, 1):  # rises to 1 towards the knot from one side, 0 at it and beyond

        def jump(x, side=side):
            return np.where(side * (x - knot) > 0, 1 - np.abs(x - knot), 0.0)

        assert ap.sup_error(jump, zero, 0, 1, [knot]) == pytest.approx(1, abs=1e-12)
        assert ap.sup_error(jump, zero, 0, 1) < 1 - 1e-6

    def inside(x):
        assert ((x >= 0) & (x <= 1)).all()
        return x

    assert ap.sup_error(inside, zero, 0, 1, [0.0, 1.0, 2.0]) == 1


def test_best_polynomial_equioscillates():
    """Does the best polynomial's error reach its size degree + 2 times with alternating signs (Chebyshev)?"""
    p, error = ap.best_polynomial(np.exp, -1.0, 1.0, 3, 2001)
    x = np.linspace(-1, 1, 2001)
    off = np.polynomial.polynomial.polyval(x, p) - np.exp(x)
    signs = np.sign(off[np.abs(off) > 0.9999 * error])
    assert 1 + np.count_nonzero(np.diff(signs)) == 5
    assert np.abs(off).max() == pytest.approx(error, abs=1e-12)


def test_floor_of_the_quadratic_is_that_of_a_line():
    """Is the best quadratic for the odd function sin 3x an odd line, found by searching its slope alone?"""

    def worst(slope):
        x = np.linspace(0, 1, 20_001)
        return np.abs(np.sin(3 * x) - slope * x).max()

    best = minimize_scalar(worst, bounds=(0, 3), method="bounded", options={"xatol": 1e-10}).fun
    p, error = ap.best_polynomial(lambda x: np.sin(3 * x), -1, 1, 2)
    assert error == pytest.approx(best, abs=1e-4)
    assert abs(p[0]) < 1e-5
    assert abs(p[2]) < 1e-5


def test_bump_is_a_tower():
    """Is the steep bump 1 inside and 0 outside, without a warning, and the layers' product elsewhere?"""
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-2, 2, (2, 400))
    away = np.minimum(np.abs(np.abs(x) - 1), np.abs(np.abs(y) - 1)) > 0.05
    inside = (np.abs(x) < 1) & (np.abs(y) < 1)
    assert_allclose(ap.bump2d(x, y, 1000.0)[away], inside[away], atol=1e-9)
    w = 2.5
    hidden = (w * np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]), w * np.array([1.0, -1, 1, -1]))
    last = (w * np.array([[1.0], [-1], [1], [-1]]), np.array([-1.5 * w]))
    z = mlp_forward(np.column_stack([x, y]), [hidden, last], "sigmoid")[-1][:, 0]
    assert_allclose(ap.bump2d(x, y, w), 1 / (1 + np.exp(-z)), rtol=1e-10)


def test_bump_broadcasts():
    """Does a column of x and a row of y give a table?"""
    assert ap.bump2d(np.zeros((3, 1)), np.zeros(4), 2.0).shape == (3, 4)


def test_profile_of_the_ridges_is_the_right_one():
    """Is g the integral of k exp(-k^2/2) cos(kt), whose mean over directions is the Gaussian, by J0?"""
    from scipy.special import dawsn

    for t in (0.0, 0.4, 1.7, 3.2):
        profile = quad(lambda k, t=t: k * np.exp(-(k**2) / 2) * np.cos(k * t), 0, 12)[0]
        assert profile == pytest.approx(1 - np.sqrt(2) * t * dawsn(t / np.sqrt(2)), abs=1e-9)
        mean = quad(lambda k, t=t: k * np.exp(-(k**2) / 2) * j0(k * t), 0, 12)[0]
        assert mean == pytest.approx(np.exp(-(t**2) / 2), abs=1e-9)


def test_ridges_approach_the_gaussian():
    """Does one hidden layer with many directions and units come within a hundredth, and few not?"""
    rng = np.random.default_rng(5)
    X = rng.uniform(-2.8, 2.8, (2000, 2))
    gauss = np.exp(-np.sum(X**2, axis=1) / 2)

    def error(m, q):
        return np.abs(mlp_forward(X, ap.ridge_bump(m, q))[-1][:, 0] - gauss).max()

    assert error(12, 80) < 0.01
    assert error(2, 80) > 0.2  # two directions cannot
    assert error(12, 10) > 0.1


def test_learning_reduces_the_error_and_repeats():
    """Does training help, and does the same generator give the same network?"""
    nets = [ap.learned_relus(np.sin, -2, 2, 10, np.random.default_rng(0), steps=n) for n in (0, 300, 300)]
    x = np.linspace(-2, 2, 200)
    errors = [np.mean((mlp_forward(x[:, None], net)[-1][:, 0] - np.sin(x)) ** 2) for net in nets]
    assert errors[1] < errors[0] / 5
    assert errors[1] == errors[2]


ERRORS = {
    "units do not pair up": (lambda: ap.unit_sum([0.0], [1.0], [1.0, 2.0]), r"one shape \(q,\)"),
    "no such unit": (lambda: ap.unit_sum([0.0], [1.0], [1.0], "tanh"), "among relu, heaviside"),
    "one knot": (lambda: ap.equal_knots(0, 1, 1), "both ends are knots"),
    "swapped ends": (lambda: ap.equal_knots(1, 0, 3), "did you swap them"),
    "endless": (lambda: ap.equal_knots(0, np.inf, 3), "finite ends"),
    "relus, swapped": (lambda: ap.relu_interpolant(np.sin, 1, 0, 3), "did you swap them"),
    "relus, one knot": (lambda: ap.relu_interpolant(np.sin, 0, 1, 1), "both ends are knots"),
    "relus, f gives one number": (lambda: ap.relu_interpolant(np.sum, 0, 1, 3), "entry by entry"),
    "steps, swapped": (lambda: ap.step_interpolant(np.sin, 1, 0, 3), "did you swap them"),
    "steps, one knot": (lambda: ap.step_interpolant(np.sin, 0, 1, 1), "both ends are knots"),
    "steps, f gives one number": (lambda: ap.step_interpolant(np.sum, 0, 1, 3), "entry by entry"),
    "knots decrease": (lambda: ap.relu_through([0, 2, 1], [0, 0, 0]), "sort them"),
    "knots twice": (lambda: ap.steps_through([0, 0], [0, 1]), "give none twice"),
    "knots without values": (lambda: ap.relu_through([0, 1], [0]), "as many values"),
    "steps without values": (lambda: ap.steps_through([0.0], [0.0]), "at least two knots"),
    "sup, swapped": (lambda: ap.sup_error(np.sin, np.cos, 1, 0), "did you swap them"),
    "sup, one point": (lambda: ap.sup_error(np.sin, np.cos, 0, 1, n_points=1), "the ends are two"),
    "sup, one number": (lambda: ap.sup_error(np.sin, np.sum, 0, 1), "entry by entry"),
    "bound, negative": (lambda: ap.interpolation_bound(-1, 0, 1, 3), r"take \|f''\|"),
    "bound, swapped": (lambda: ap.interpolation_bound(1, 1, 0, 3), "did you swap them"),
    "bound, one knot": (lambda: ap.interpolation_bound(1, 0, 1, 1), "both ends are knots"),
    "units, eps 0": (lambda: ap.units_needed(1, 0, 1, 0), "eps > 0"),
    "units, negative": (lambda: ap.units_needed(-1, 0, 1, 1), "f2max >= 0"),
    "units, swapped": (lambda: ap.units_needed(1, 1, 0, 1), "did you swap them"),
    "line, swapped": (lambda: ap.affine_from_relus(1, 1, 1, 0), "did you swap them"),
    "polynomial, swapped": (lambda: ap.best_polynomial(np.sin, 1, 0, 2), "did you swap them"),
    "polynomial, degree": (lambda: ap.best_polynomial(np.sin, 0, 1, 13), "degree of 0 to 12"),
    "polynomial, points": (lambda: ap.best_polynomial(np.sin, 0, 1, 3, 4), "more than degree"),
    "bump, flat": (lambda: ap.bump2d(0, 0, 0), "steepness w above 0"),
    "ridges, none": (lambda: ap.ridge_bump(0, 3), "at least 1 direction"),
    "ridges, one knot": (lambda: ap.ridge_bump(1, 1), "both ends are knots"),
    "ridges, radius": (lambda: ap.ridge_bump(1, 3, -1.0), "did you swap them"),
    "learned, none": (lambda: ap.learned_relus(np.sin, 0, 1, 0, np.random.default_rng(0)), "q of at least 1"),
    "learned, swapped": (
        lambda: ap.learned_relus(np.sin, 1, 0, 3, np.random.default_rng(0)),
        "did you swap them",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error_names_the_cure(name):
    """Is what is out of range refused with a sentence that helps?"""
    call, words = ERRORS[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_solver_that_gives_up_is_told(monkeypatch):
    """Is the sentence of a solver that stops passed on?"""

    class Stopped:
        status, message = 1, "iteration limit"

    monkeypatch.setattr(ap, "linprog", lambda *args, **kwargs: Stopped())
    with pytest.raises(RuntimeError, match="iteration limit; try a lower degree"):
        ap.best_polynomial(np.sin, 0, 1, 2)
