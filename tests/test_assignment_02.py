"""Do the references of assignment 02 agree with oracles of their own?"""

from fractions import Fraction
from math import comb, hypot

import numpy as np
import pytest
from sklearn.linear_model import Perceptron

from coursepkg import mark_one
from coursepkg.perceptron import cover_count as lesson_cover_count
from coursepkg.perceptron import novikoff_bound as lesson_novikoff_bound
from coursepkg.perceptron import perceptron_fit as lesson_perceptron_fit
from coursepkg.perceptron import perceptron_step as lesson_perceptron_step
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("02_perceptron")
hidden, reference = COURSE.hidden, COURSE.reference


def unit_and_example(rng):
    """Return a unit and an example in small whole numbers, so that ties are common."""
    n_in = int(rng.integers(1, 5))
    w, x = rng.integers(-3, 4, n_in), rng.integers(-3, 4, n_in)
    return w, int(rng.integers(-4, 5)), x, int(rng.choice([-1, 1])), float(rng.integers(1, 7) / 4)


@pytest.mark.ex02_1
def test_perceptron_step_agrees_with_two_oracles():
    """Does the reference agree with fractions, and with the lesson's step, on 1000 examples with ties?"""
    step, rng = reference("ex02_1"), np.random.default_rng(1)
    ties = 0
    for _ in range(1000):
        w, b, x, y, lr = unit_and_example(rng)
        got = step(w, b, x, y, lr)
        total = sum(Fraction(int(p)) * int(q) for p, q in zip(w, x)) + b
        move = Fraction(lr) * y if total * y <= 0 else Fraction(0)
        assert [*got[0], got[1]] == [*(float(p + move * int(q)) for p, q in zip(w, x)), float(b + move)]
        lesson = lesson_perceptron_step(w, b, x, y, lr)
        assert [*got[0], got[1]] == [*lesson[0], lesson[1]]
        ties += total == 0
    assert ties > 50


@pytest.mark.ex02_2
def test_perceptron_fit_agrees_with_two_oracles():
    """Does the reference agree with the dual form and with the lesson's fit, on 1000 data sets?"""
    fit, rng = reference("ex02_2"), np.random.default_rng(2)
    stopped = 0
    for _ in range(1000):
        n_samples, n_in = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        X = rng.integers(-3, 4, (n_samples, n_in))
        y = 2 * rng.integers(0, 2, n_samples) - 1
        patience = int(rng.integers(1, 12))
        w, b, mistakes, converged = fit(X, y, patience)
        lesson = lesson_perceptron_fit(X, y, patience)
        assert ([*w, b], mistakes, converged) == ([*lesson.w, lesson.b], lesson.mistakes, lesson.converged)
        gram = [[sum(int(p) * int(q) for p, q in zip(u, v)) + 1 for v in X] for u in X]
        times, clean = [0] * n_samples, False
        for _ in range(patience):
            before = sum(times)
            for i in range(n_samples):
                times[i] += y[i] * sum(t * s * g for t, s, g in zip(times, y, gram[i])) <= 0
            clean = sum(times) == before
            if clean:
                break
        assert (mistakes, converged) == (sum(times), clean)
        assert b == sum(int(t * s) for t, s in zip(times, y))
        stopped += converged
    assert 300 < stopped < 900


@pytest.mark.ex02_2
def test_perceptron_fit_agrees_with_scikit_learn():
    """Without shuffling, does scikit-learn end with the same unit?"""
    X = np.array([[0, 1], [1, 3], [0, 3], [2, 0], [3, 1], [4, 2]])
    y = np.where(X[:, 0] < X[:, 1], 1, -1)
    w, b, _, converged = reference("ex02_2")(X, y, 200)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=200).fit(X, y)
    assert converged
    assert [*w, b] == [*theirs.coef_[0], theirs.intercept_[0]]


@pytest.mark.ex02_3
def test_novikoff_bound_agrees_with_two_oracles():
    """Does the reference agree with a loop and with the lesson's bound, on 1000 data sets?"""
    bound, rng = reference("ex02_3"), np.random.default_rng(3)
    infinite = 0
    for _ in range(1000):
        n_samples, n_in = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        X, w, b = rng.normal(size=(n_samples, n_in)), rng.normal(size=n_in), float(rng.normal())
        y = np.where(X @ w + b > 0, 1, -1)
        if rng.random() < 0.3:
            y[0] *= -1
        got = bound(X, y, w, b)
        gamma = min(label * (sum(p * q for p, q in zip(row, w)) + b) for row, label in zip(X, y)) / hypot(
            *w, b
        )
        loop = (max(hypot(*row, 1) for row in X) / gamma) ** 2 if gamma > 0 else np.inf
        np.testing.assert_allclose(got, loop, rtol=1e-9)
        np.testing.assert_allclose(got, lesson_novikoff_bound(X, y, w, b), rtol=1e-9)
        infinite += got == np.inf
    assert 200 < infinite < 400


@pytest.mark.ex02_4
def test_cover_count_agrees_with_two_oracles():
    """Does the reference agree with the recursion and with the lesson's count, on 1000 pairs?"""
    count, rng = reference("ex02_4"), np.random.default_rng(4)
    for _ in range(1000):
        N, d = int(rng.integers(1, 120)), int(rng.integers(1, 90))
        assert count(N, d) == hidden.count(N, d) == lesson_cover_count(N, d)
        if d >= N:
            assert count(N, d) == 2**N
    assert hidden.count(5, 3) == 22 == 2 * (comb(4, 0) + comb(4, 1) + comb(4, 2))


@pytest.mark.ex02_5
def test_a_units_agrees_with_two_oracles():
    """Does the reference agree with counting wires and with the lesson's A-units, on 1000 machines?"""
    units, rng = reference("ex02_5"), np.random.default_rng(5)
    for _ in range(1000):
        shape = rng.integers(0, 5), rng.integers(1, 8), rng.integers(1, 5)
        images, wiring = rng.integers(0, 2, shape[:2]), rng.integers(-1, 2, shape[1:]).astype(np.int8)
        theta = float(rng.integers(-4, 5) / 2)
        got = units(images, wiring, theta)
        assert got.shape == (shape[0], shape[2])
        lit = [set(np.flatnonzero(image)) for image in images]
        plus, minus = ([set(np.flatnonzero(unit == sign)) for unit in wiring.T] for sign in (1, -1))
        counted = [[int(len(s & p) - len(s & m) >= theta) for p, m in zip(plus, minus)] for s in lit]
        assert got.tolist() == counted
        assert got.tolist() == mark_one.a_units(images, wiring, theta).tolist()


@pytest.mark.ex02_6
def test_make_wiring_agrees_with_two_oracles():
    """Do 1000 columns of the reference, and of the lesson's wiring, have their wires and chance's spread?"""
    for make in (reference("ex02_6"), mark_one.make_wiring):
        wiring = make(1000, 7, 4, np.random.default_rng(6))
        assert ((wiring == 1).sum(axis=0) == 7).all()
        assert ((wiring == -1).sum(axis=0) == 4).all()
        # Hypergeometric by another route: the mean place of a random cell is 199.5, sd 400 / sqrt(12).
        for sign, wires in ((1, 7), (-1, 4)):
            places = np.nonzero(wiring == sign)[0]
            assert abs(places.mean() - 199.5) < 6 * 400 / np.sqrt(12 * 1000 * wires)


@pytest.mark.ex02_2
def test_corrections_can_be_counted_in_any_order():
    """Do rows shuffled in every pass end with weights whose corrections add to the mistakes?"""
    rng = np.random.default_rng(7)
    shuffled = next(v for v in COURSE.variants if v.name == "fit_shuffled").namespace()["perceptron_fit"]
    orders = set()
    for _ in range(20):
        X, y, Z, max_epochs, _ = hidden.some_rows(rng, 3)
        in_order, w_b = reference("ex02_2")(X, y, max_epochs), shuffled(X, y, max_epochs)
        for w, b, mistakes, converged in (in_order, w_b):
            assert converged
            np.testing.assert_allclose(np.linalg.solve(Z.T, [*w, b]).sum(), mistakes)
        orders.add(in_order[2] - w_b[2])
    assert len(orders) > 5  # the number of mistakes does depend on the order
