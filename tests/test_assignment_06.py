"""Do the references of assignment 06 agree with oracles of their own?"""

import contextlib
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from coursepkg.grading.student import local_student
from coursepkg.stochastic_gradient import (
    excess_decomposition,
    minibatch_gradients,
    noise_covariance,
)
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("06_stochastic_gradient_descent")
hidden, reference, grade_hidden, suite = COURSE.hidden, COURSE.reference, COURSE.grade_hidden, COURSE.suite


# ---- what is given to a lent function
def wrong_arguments(grad_i, schedule, theta) -> list:
    """Return calls with which a student's code may surprise the lent functions."""
    return [
        lambda: grad_i(theta, 99),
        lambda: grad_i(theta, -1),
        lambda: grad_i(theta, 0.5),
        lambda: grad_i(theta, None),
        lambda: grad_i(theta, "first"),
        lambda: grad_i(theta, [0, 1]),
        lambda: grad_i(None, 0),
        lambda: grad_i(theta[:0], 0),
        lambda: grad_i(theta * np.nan, 0),
        lambda: grad_i("theta", 0),
        lambda: grad_i(theta),
        lambda: schedule(-1),
        lambda: schedule(99),
        lambda: schedule(None),
        lambda: schedule(float("nan")),
        lambda: schedule(),
    ]


@pytest.mark.ex06_1
@pytest.mark.parametrize("k", range(16))
def test_wrong_questions_to_lent_functions_are_told(k: int):
    """Does a strange argument to `grad_i` or `schedule` cost points, and never break the test?"""

    def sgd(grad_i, theta0, n, schedule, steps, rng):
        wrong_arguments(grad_i, schedule, theta0)[k]()
        return reference("ex06_1")(grad_i, theta0, n, schedule, steps, rng)

    points, message = grade_hidden("ex06_1", local_student({"sgd": sgd}))
    assert points < suite("ex06_1").points
    assert message.strip()


@pytest.mark.parametrize("exercise", ["ex06_2", "ex06_6"])
@pytest.mark.parametrize("k", range(11))
def test_wrong_questions_about_gradients_are_told(exercise: str, k: int):
    """The same for the two exercises that are lent `grad_i` alone?"""

    def broken(grad_i, theta, *rest):
        wrong_arguments(grad_i, None, theta)[k]()
        return reference(exercise)(grad_i, theta, *rest)

    points, message = grade_hidden(exercise, local_student({COURSE.exercises[exercise]: broken}))
    assert points < suite(exercise).points
    assert message.strip()


@pytest.mark.ex06_1
def test_swallowed_complaint_of_a_lent_function_still_counts():
    """If the student's code catches what `grad_i` raises, is it told all the same?"""

    def sgd(grad_i, theta0, n, schedule, steps, rng):
        with contextlib.suppress(Exception):
            grad_i(theta0, n + 5)
        return reference("ex06_1")(grad_i, theta0, n, schedule, steps, rng)

    points, message = grade_hidden("ex06_1", local_student({"sgd": sgd}))
    assert points < suite("ex06_1").points
    assert "they are numbered 0 to" in message


def problem(rng: np.random.Generator) -> tuple[hidden.Samples, np.ndarray]:
    """Return random samples and a point."""
    n, p = int(rng.integers(1, 8)), int(rng.integers(1, 5))
    return hidden.Samples(rng, n, p), rng.normal(size=p)


@pytest.mark.ex06_1
def test_sgd_agrees_with_two_oracles():
    """Does the path agree with the update rule, and with a product of matrices, on 1000 problems?"""
    sgd, rng = reference("ex06_1"), np.random.default_rng(1)
    for _ in range(1000):
        samples, theta0 = problem(rng)
        sizes = rng.uniform(0, 0.5, rng.integers(0, 7))
        found = sgd(samples.grad_i, theta0, len(samples.b), sizes.__getitem__, len(sizes), rng)
        drawn = samples.asked
        np.testing.assert_allclose(found, hidden.path(samples, theta0, drawn, sizes), rtol=1e-12)
        # Each step is an affine map: (theta, 1) times a matrix.
        point = np.append(theta0, 1.0)
        for i, size, row in zip(drawn, sizes, found[1:], strict=True):
            step = np.eye(len(point))
            step[:-1, :-1] -= size * samples.A[i]
            step[:-1, -1] = size * samples.b[i]
            point = step @ point
            np.testing.assert_allclose(row, point[:-1], rtol=1e-9, atol=1e-12)


@pytest.mark.ex06_1
def test_bounds_of_the_draws_hold_for_right_draws():
    """How far from its bounds does the test of uniform draws stay, over 300 generators?"""
    chi, pairs = [], []
    for seed in range(300):
        seen = np.random.default_rng(seed).integers(6, size=1500)
        chi.append(((np.bincount(seen, minlength=6) - 250) ** 2).sum() / 250)
        count = np.bincount(6 * seen[:-1] + seen[1:], minlength=36)
        pairs.append(((count - 1500 / 36) ** 2).sum() / (1500 / 36))
    assert max(chi) < 30
    assert max(pairs) < 90
    assert stats.chi2.sf(60, 5) < 1e-9
    assert stats.chi2.sf(140, 35) < 1e-9


@pytest.mark.ex06_2
def test_all_minibatch_gradients_agrees_with_two_oracles():
    """Does the reference agree with the lesson's library and with masks, on 1000 problems, up to order?"""
    batches, rng = reference("ex06_2"), np.random.default_rng(2)
    for _ in range(1000):
        samples, theta = problem(rng)
        n = len(samples.b)
        B = int(rng.integers(1, n + 1))
        found = batches(samples.grad_i, theta, n, B)
        gradients = samples.gradients(theta)
        masks = np.array([[int(bit) for bit in f"{code:0{n}b}"] for code in range(2**n)])
        by_masks = masks[masks.sum(axis=1) == B] @ gradients / B
        for other in (minibatch_gradients(gradients, B), by_masks):
            np.testing.assert_allclose(np.sort(found, axis=0), np.sort(other, axis=0), rtol=1e-9, atol=1e-12)
            assert len(found) == len(other)
        np.testing.assert_allclose(found.mean(axis=0), gradients.mean(axis=0), atol=1e-12)  # unbiased


@pytest.mark.ex06_3
def test_robbins_monro_agrees_with_two_oracles():
    """Does the reference agree with logarithms and with exact fractions, on 1000 settings?"""
    robbins_monro, rng = reference("ex06_3"), np.random.default_rng(3)
    for _ in range(1000):
        c, t0, power = rng.uniform(0.1, 5), rng.uniform(0.1, 50), rng.uniform(0.51, 1)
        t = int(rng.integers(0, 10**6))
        size = robbins_monro(c, t0, power)(t)
        assert size == pytest.approx(math.exp(math.log(c) - power * math.log(t + t0)), rel=1e-12)
        quotient = Fraction(c) / (Fraction(t0) + t)
        assert robbins_monro(c, t0, 1)(t) == pytest.approx(float(quotient), rel=1e-12)


@pytest.mark.ex06_3
def test_robbins_monro_refuses_where_a_sum_says_so():
    """Does doubling the number of terms tell the same powers from the others?"""
    robbins_monro = reference("ex06_3")
    t = np.arange(1, 2**20, dtype=float)
    for power in np.arange(0.1, 2.05, 0.1):
        # The sum of 1/t^a from T to 2T tends to 0 if and only if a > 1: compare two octaves.
        early, late = (t[2**10 : 2**11] ** -power).sum(), (t[2**18 : 2**19] ** -power).sum()
        steps_diverge = late >= 0.999 * early
        early, late = (t[2**10 : 2**11] ** (-2 * power)).sum(), (t[2**18 : 2**19] ** (-2 * power)).sum()
        squares_converge = late < 0.999 * early
        try:
            robbins_monro(1.0, 1.0, float(power))
            allowed = True
        except ValueError:
            allowed = False
        assert allowed == (steps_diverge and squares_converge), power


@pytest.mark.ex06_4
def test_polyak_average_agrees_with_two_oracles():
    """Does the reference agree with exact fractions and with weights, on 1000 paths?"""
    polyak_average, rng = reference("ex06_4"), np.random.default_rng(4)
    for _ in range(1000):
        T, p = int(rng.integers(1, 9)), int(rng.integers(1, 4))
        traj, burn_in = rng.normal(size=(T, p)), int(rng.integers(0, T))
        found = polyak_average(traj, burn_in)
        exact = [sum(map(Fraction, column)) / (T - burn_in) for column in traj[burn_in:].T.tolist()]
        np.testing.assert_allclose(found, [float(v) for v in exact], rtol=1e-12, atol=1e-15)
        weights = (np.arange(T) >= burn_in) / (T - burn_in)
        np.testing.assert_allclose(found, weights @ traj, rtol=1e-10, atol=1e-14)


@pytest.mark.ex06_5
def test_excess_decomposition_agrees_with_two_oracles():
    """Does the reference agree with exact fractions and with the lesson's library, on 1000 inputs?"""
    decompose, rng = reference("ex06_5"), np.random.default_rng(5)
    for k in range(1000):
        best, erm, reached, bayes = hidden.risks(rng, int(rng.integers(1, 9)), negative=k % 2 == 0)
        found = decompose(best, erm, reached, bayes)
        library = excess_decomposition(bayes, best, erm, reached)
        parts = (library.approximation, library.estimation, library.optimisation, library.total)
        e, r = (sum(map(Fraction, risk.tolist())) / len(risk) for risk in (erm, reached))
        exact = (Fraction(best) - Fraction(bayes), e - Fraction(best), r - e, r - Fraction(bayes))
        for key, part, fraction in zip(hidden.KEYS, parts, exact, strict=True):
            assert found[key] == pytest.approx(part, abs=1e-12) == pytest.approx(float(fraction), abs=1e-12)


@pytest.mark.ex06_6
def test_gradient_noise_cov_agrees_with_two_oracles():
    """Does the reference agree with the lesson's library and with differences of pairs, on 1000 problems?"""
    noise_cov, rng = reference("ex06_6"), np.random.default_rng(6)
    for _ in range(1000):
        samples, theta = problem(rng)
        found = noise_cov(samples.grad_i, theta, len(samples.b))
        g = samples.gradients(theta)
        np.testing.assert_allclose(found, noise_covariance(g), atol=1e-12)
        pairs = g[:, None] - g[None]  # (n, n, p): the covariance is half the mean of the products
        half_mean = np.einsum("ija,ijb->ab", pairs, pairs) / (2 * len(g) ** 2)
        np.testing.assert_allclose(found, half_mean, atol=1e-12)
