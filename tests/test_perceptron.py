"""Error correction: does it learn, stop where the theorem says, cycle where it must, is the count exact?"""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Perceptron
from sklearn.svm import SVC

from coursepkg import perceptron
from coursepkg.perceptron import (
    augment,
    cover_count,
    largest_margin,
    novikoff_bound,
    perceptron_cycle,
    perceptron_fit,
    perceptron_pass,
    perceptron_path,
    perceptron_step,
    separating_hyperplane,
)

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR_LABELS = np.array([-1, 1, 1, -1])


def cloud(rng, n_samples=30, n_in=3, gap=0.05):
    """Return points that a unit with a bias separates, and that unit."""
    w, b = rng.normal(size=n_in), float(rng.normal())
    while True:
        X = rng.normal(size=(4 * n_samples, n_in))
        z = X @ w + b
        keep = np.flatnonzero(np.abs(z) > gap)[:n_samples]
        if len(keep) == n_samples and np.ptp(np.sign(z[keep])):
            return X[keep], np.sign(z[keep]), w, b


def exact_fit(X, y, max_epochs):
    """Error correction in fractions, from the definition, with the bias as one more weight."""
    rows = [[Fraction(float(v)) for v in row] + [Fraction(1)] for row in X]
    u = [Fraction(0)] * len(rows[0])
    mistakes = 0
    for _ in range(max_epochs):
        before = mistakes
        for row, label in zip(rows, y):
            if int(label) * sum(p * q for p, q in zip(u, row)) <= 0:
                u = [p + int(label) * q for p, q in zip(u, row)]
                mistakes += 1
        if mistakes == before:
            return u, mistakes, True
    return u, mistakes, False


# ---- step, pass, fit


@given(st.integers(0, 2**32 - 1))
def test_step_moves_the_score_by_the_squared_norm(seed):
    """After a mistake, does y(w.x + b) grow by exactly lr (||x||^2 + 1), and otherwise stay?"""
    rng = np.random.default_rng(seed)
    w, b, x = rng.normal(size=4), float(rng.normal()), rng.normal(size=4)
    y, lr = int(rng.choice([-1, 1])), float(rng.uniform(0.1, 3))
    before = y * (w @ x + b)
    w_new, b_new = perceptron_step(w, b, x, y, lr)
    gain = lr * (x @ x + 1) if before <= 0 else 0.0
    np.testing.assert_allclose(y * (w_new @ x + b_new), before + gain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("y", [-1, 1])
def test_step_corrects_a_tie(y):
    """Is a sum of exactly 0 a mistake for either label?"""
    w, b = perceptron_step([1.0, -1.0], 0.0, [2.0, 2.0], y)
    assert (w.tolist(), b) == ([1 + 2 * y, -1 + 2 * y], y)


def test_step_and_pass_leave_their_arguments_alone():
    """Are the caller's weights the same afterwards?"""
    w, X = np.zeros(2), XOR.astype(float)
    perceptron_step(w, 0.0, X[3], -1)
    perceptron_pass(X, XOR_LABELS, w, 0.0)
    np.testing.assert_array_equal(w, 0)
    np.testing.assert_array_equal(X, XOR)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 0], 0, [1, 2, 3], 1), "not a batch"),
        ((np.zeros((2, 1)), 0, np.zeros((2, 1)), 1), "not a batch"),
        (([0, 0], 0, [1, 2], 0), "2 \\* y - 1 for bits"),
        (([0, 0], 0, [1, 2], 1, 0.0), "step size above 0"),
    ],
)
def test_step_names_the_cure(arguments, message):
    """Does each refusal say what to do?"""
    with pytest.raises(ValueError, match=message):
        perceptron_step(*arguments)


@pytest.mark.parametrize("seed", range(20))
def test_fit_against_fractions(seed):
    """Do weights, number of mistakes and verdict agree with exact arithmetic, separable or not?"""
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, (int(rng.integers(1, 9)), int(rng.integers(1, 4))))
    y = 2 * rng.integers(0, 2, len(X)) - 1
    u, mistakes, converged = exact_fit(X, y, 200)
    found = perceptron_fit(X, y, 200)
    assert [*found.w, found.b] == [float(v) for v in u]
    assert (found.mistakes, found.converged) == (mistakes, converged)


@pytest.mark.parametrize("seed", range(5))
def test_fit_against_scikit_learn(seed):
    """Does scikit-learn's Perceptron, without shuffling, find the same unit?"""
    X, y, _, _ = cloud(np.random.default_rng(seed), gap=0.3)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=1000, eta0=1.0).fit(X, y)
    ours = perceptron_fit(X, y, 1000)
    assert ours.converged
    np.testing.assert_allclose([*theirs.coef_[0], theirs.intercept_[0]], [*ours.w, ours.b], rtol=1e-9)


def test_step_size_changes_no_decision():
    """From zero weights, does lr scale the unit and leave the number of mistakes?"""
    X, y, _, _ = cloud(np.random.default_rng(1))
    one, half = perceptron_fit(X, y, 5000), perceptron_fit(X, y, 5000, lr=0.5)
    assert one.mistakes == half.mistakes
    np.testing.assert_allclose(half.w, one.w / 2, rtol=1e-9)


def test_fit_stops_at_its_patience():
    """Does it give up on xor after the passes that were allowed, and say so?"""
    found = perceptron_fit(XOR, XOR_LABELS, 7)
    assert (found.mistakes, found.converged) == (28, False)


def test_path_ends_where_fit_ends():
    """Is the path one update a row, each by y (x, 1), and its end the fitted unit?"""
    X, y, _, _ = cloud(np.random.default_rng(2))
    path, rows = perceptron_path(X, y, 5000)
    found = perceptron_fit(X, y, 5000)
    assert len(rows) == found.mistakes == len(path) - 1
    np.testing.assert_allclose(path[-1], [*found.w, found.b], atol=1e-9)
    np.testing.assert_allclose(np.diff(path, axis=0), y[rows, None] * augment(X)[rows], atol=1e-9)


@pytest.mark.parametrize("function", [perceptron_fit, perceptron_path])
def test_fit_and_path_name_the_cure(function):
    """Do a wrong shape, bits for labels, no data and no patience get a sentence?"""
    with pytest.raises(ValueError, match=r"one example is the batch \[x\]"):
        function([1.0, 2.0], [1, -1], 5)
    with pytest.raises(ValueError, match=r"at least one is needed"):
        function(np.zeros((0, 2)), [], 5)
    with pytest.raises(ValueError, match=r"write 2 \* y - 1 for bits"):
        function(XOR, [0, 1, 1, 0], 5)
    with pytest.raises(ValueError, match="max_epochs of at least 1"):
        function(XOR, XOR_LABELS, 0)


def test_pass_names_the_cure():
    """Does a weight vector that does not fit lead to the right start?"""
    with pytest.raises(ValueError, match=r"start from np\.zeros\(X\.shape\[1\]\)"):
        perceptron_pass(XOR, XOR_LABELS, np.zeros(3), 0.0)


def test_augment():
    """Is the bias then a weight, and is a single row refused with the cure?"""
    X, w = np.random.default_rng(0).normal(size=(4, 3)), np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(augment(X) @ np.append(w, 0.5), X @ w + 0.5)
    with pytest.raises(ValueError, match=r"pass \[x\] for one"):
        augment([1.0, 2.0])


# ---- Novikoff


@pytest.mark.parametrize("seed", range(30))
def test_mistakes_stay_within_the_bound(seed):
    """Is the theorem kept by the known unit and by the best one, in shuffled order and with repeats?"""
    rng = np.random.default_rng(seed)
    X, y, w, b = cloud(rng, n_samples=12, gap=0.1)
    order = rng.integers(0, len(X), 60)
    margin, u = largest_margin(augment(X), y)
    best = novikoff_bound(X, y, u[:-1], u[-1])
    assert best <= novikoff_bound(X, y, w, b) * (1 + 1e-9)
    mistakes = perceptron_fit(X[order], y[order], 100_000)
    assert mistakes.converged
    assert mistakes.mistakes <= best
    np.testing.assert_allclose(best, (np.linalg.norm(augment(X), axis=1).max() / margin) ** 2, rtol=1e-9)


def test_bound_does_not_depend_on_the_scale_of_the_unit():
    """Is the bound that of the direction, and that of a loop over the formula?"""
    X, y, w, b = cloud(np.random.default_rng(3))
    R2 = max(sum(v * v for v in row) + 1 for row in X)
    gamma = min(label * (row @ w + b) for row, label in zip(X, y)) / np.sqrt(w @ w + b * b)
    np.testing.assert_allclose(novikoff_bound(X, y, w, b), R2 / gamma**2, rtol=1e-12)
    np.testing.assert_allclose(novikoff_bound(X, y, 7 * w, 7 * b), R2 / gamma**2, rtol=1e-12)


def test_unaugmented_number_is_no_bound():
    """Do 0.1 and 0.2 take 103 mistakes, more than 16 and fewer than the augmented bound 425?"""
    X, y = np.array([[0.1], [0.2]]), [-1, 1]
    mistakes = perceptron_fit(X, y, 1000).mistakes
    geometric = 0.05  # half the distance between the two points
    assert mistakes == 103
    assert mistakes > (X.max() / geometric) ** 2
    u = largest_margin(augment(X), y)[1]
    assert mistakes <= novikoff_bound(X, y, u[:-1], u[-1]) == pytest.approx(425.36)


def test_bound_without_a_bias_uses_the_inputs_as_they_are():
    """With None for the bias: (5 / 5)^2 = 1 for two opposite points."""
    assert novikoff_bound([[3.0, 4.0], [-3.0, -4.0]], [1, -1], [3.0, 4.0], None) == pytest.approx(1)


def test_bound_of_a_wrong_unit_is_infinite():
    """Does a unit with a mistake, or with a tie, bound nothing?"""
    assert novikoff_bound([[0.0], [1.0]], [-1, 1], [-1.0], 0.5) == np.inf
    assert novikoff_bound([[0.0], [1.0]], [-1, 1], [1.0], 0.0) == np.inf


def test_bound_names_the_cure():
    """Does a unit with the bias among its weights lead to the argument for it?"""
    with pytest.raises(ValueError, match="bias is an argument of its own"):
        novikoff_bound([[0.0], [1.0]], [-1, 1], [1.0, -0.5], 0.0)
    with pytest.raises(ValueError, match="write 2"):
        novikoff_bound([[0.0], [1.0]], [0, 1], [1.0], 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_largest_margin_against_a_support_vector_machine(seed):
    """Does a hard-margin SVM find the same margin (its free bias made useless by mirrored points)?"""
    X, y, _, _ = cloud(np.random.default_rng(seed), n_samples=15, gap=0.3)
    Z = augment(X)
    both, labels = np.vstack([Z, -Z]), np.concatenate([y, -y])
    svm = SVC(kernel="linear", C=1e6, tol=1e-5).fit(both, labels)
    margin, u = largest_margin(Z, y)
    assert margin == pytest.approx(1 / np.linalg.norm(svm.coef_), rel=1e-4)
    np.testing.assert_allclose(u, svm.coef_[0] / np.linalg.norm(svm.coef_), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(u), 1)


def test_largest_margin_of_data_that_cannot_be_separated():
    """Is it 0 for xor, and for data that are all zero?"""
    assert largest_margin(augment(XOR), XOR_LABELS)[0] == 0
    assert largest_margin([[0.0, 0.0]], [1])[0] == 0
    with pytest.raises(ValueError, match="write 2"):
        largest_margin(XOR, [0, 1, 1, 0])


# ---- cycles


def test_xor_comes_back_after_one_pass():
    """On bits and on signs: 4 mistakes a pass, and zero weights again?"""
    assert perceptron_cycle(XOR, XOR_LABELS, 100)[:3] == (0, 1, 4)
    assert perceptron_cycle(2 * XOR - 1, XOR_LABELS, 100)[:3] == (0, 1, 4)


@pytest.mark.parametrize("n", [2, 3])
def test_every_function_of_bits_stops_or_cycles(n):
    """Does error correction stop exactly on the functions that a linear programme separates?"""
    X = np.array(list(product((0, 1), repeat=n)))
    for labels in product((-1, 1), repeat=2**n):
        cycle = perceptron_cycle(X, labels, 500)
        assert (cycle.period == 0) == (separating_hyperplane(X, labels) is not None)
        assert (cycle.updates > 0) == (cycle.period > 0)
        if cycle.period == 0:  # it ends with the first pass without a mistake
            w, b, passes = np.zeros(n), 0.0, 0
            while passes < cycle.start:
                w, b, wrong = perceptron_pass(X, np.array(labels), w, b)
                passes += 1
                assert wrong.any() == (passes < cycle.start)


def test_cycle_is_a_cycle():
    """Do the weights at the start of the loop come back after its period, and not before?"""
    rng = np.random.default_rng(5)
    X = rng.integers(-2, 3, (8, 2))
    y = np.array([-1, 1] * 4)
    cycle = perceptron_cycle(X, y, 5000)
    ends = [(np.zeros(2), 0.0)]
    for _ in range(cycle.start + cycle.period):
        ends.append(perceptron_pass(X, y, *ends[-1])[:2])
    ends = [(*w, b) for w, b in ends]
    assert cycle.period > 1
    assert ends[-1] == ends[cycle.start]
    assert len(set(ends[:-1])) == len(ends) - 1
    path, rows = perceptron_path(X, y, cycle.start + cycle.period)
    assert cycle.largest == pytest.approx(np.linalg.norm(path, axis=1).max())
    begun = len(perceptron_path(X, y, cycle.start)[1]) if cycle.start else 0
    assert cycle.updates == len(rows) - begun


def test_cycle_names_the_cure():
    """Do fractions and too little patience get a sentence?"""
    with pytest.raises(ValueError, match="rounding would hide a repeat"):
        perceptron_cycle([[0.5]], [1], 5)
    with pytest.raises(RuntimeError, match="allow more"):
        perceptron_cycle([[50], [51]], [-1, 1], 3)
    with pytest.raises(ValueError, match="write 2"):
        perceptron_cycle(XOR, [0, 1, 1, 0], 5)


# ---- Cover


def labellings(X, bias):
    """Count by linear programming."""
    return sum(
        separating_hyperplane(X, labels, bias) is not None for labels in product((-1, 1), repeat=len(X))
    )


@pytest.mark.parametrize(("N", "d"), [(3, 2), (4, 2), (5, 2), (5, 3), (6, 3), (3, 4)])
def test_cover_count_against_linear_programmes(N, d):
    """Does the formula count the separable labellings of random points, with and without a bias?"""
    rng = np.random.default_rng(N * 10 + d)
    assert labellings(rng.normal(size=(N, d)), bias=False) == cover_count(N, d)
    assert labellings(rng.normal(size=(N, d - 1)), bias=True) == cover_count(N, d)


def test_cover_count_on_a_circle():
    """In the plane: do N directions leave 2N arcs of weight vectors, counted without the formula?"""
    for N in range(1, 12):
        angles = np.random.default_rng(N).uniform(0, 2 * np.pi, N)
        edges = np.sort(np.concatenate([angles + np.pi / 2, angles - np.pi / 2]) % (2 * np.pi))
        middles = (edges + np.roll(edges, -1) + 2 * np.pi * (np.arange(2 * N) == 2 * N - 1)) / 2
        assert len(np.unique(np.cos(middles[:, None] - angles) > 0, axis=0)) == cover_count(N, 2) == 2 * N


def test_cover_count_recursion_and_edges():
    """Does C(N+1, d) = C(N, d) + C(N, d-1) hold, exactly, also where floats would not do?"""
    for N, d in product((1, 2, 5, 30, 200), (2, 3, 17, 90)):
        assert cover_count(N + 1, d) == cover_count(N, d) + cover_count(N, d - 1)
    assert cover_count(200, 100) == 2**199
    assert cover_count(7, 9) == 2**7
    assert cover_count(1, 1) == 2


def test_lesson_01s_bound_is_a_count_of_this_kind():
    """m planes in n dimensions, not all through one point: half of C(m + 1, n + 1) cells."""
    for n, m in ((2, 3), (3, 7), (4, 15)):
        assert sum(comb(m, k) for k in range(n + 1)) == cover_count(m + 1, n + 1) // 2


def test_cover_count_names_its_arguments():
    """Is a number below 1 refused by name?"""
    for N, d in ((0, 2), (3, 0)):
        with pytest.raises(ValueError, match=f"got N = {N} and d = {d}"):
            cover_count(N, d)


def test_separating_hyperplane_agrees_with_convergence():
    """On random labellings of random points: a unit exactly where error correction stops?"""
    rng = np.random.default_rng(8)
    verdicts = []
    for _ in range(30):
        X, y = rng.normal(size=(8, 2)), 2 * rng.integers(0, 2, 8) - 1
        unit = separating_hyperplane(X, y)
        verdicts.append(unit is not None)
        assert (largest_margin(augment(X), y)[0] > 0) == verdicts[-1]
        if unit:
            assert (y * (X @ unit[0] + unit[1])).min() >= 1 - 1e-6
    assert 3 < sum(verdicts) < 27


def test_points_in_special_position_have_fewer_labellings():
    """Three points on a line: 6 labellings with a bias, fewer than Cover's 8?"""
    assert labellings(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), bias=True) == 6
    assert all(labellings(XOR[list(three)], bias=True) == 8 for three in combinations(range(4), 3))


def test_solver_that_gives_up_is_an_error(monkeypatch):
    """Is a solver's failure told apart from 'no unit'?"""

    class Failed:
        status, message, x = 1, "out of steps", None

    class Wrong:
        status, message, x = 0, "", np.array([-1.0, 0.0])

    monkeypatch.setattr(perceptron, "linprog", lambda *args, **kwargs: Failed)
    with pytest.raises(RuntimeError, match="out of steps; scale X"):
        separating_hyperplane([[1.0]], [1])
    monkeypatch.setattr(perceptron, "linprog", lambda *args, **kwargs: Wrong)
    with pytest.raises(RuntimeError, match="wrong on a row; scale X"):
        separating_hyperplane([[1.0]], [1])
    with pytest.raises(ValueError, match="write 2"):
        separating_hyperplane(XOR, [0, 1, 1, 0])
