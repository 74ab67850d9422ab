"""Are Barron's constant, his bound and the networks behind them what the theorems say?"""

import numpy as np
import pytest
from scipy import integrate, stats

from coursepkg.barron import (
    barron_bound,
    barron_constant_gauss,
    cube_inputs,
    gaussian_bump,
    greedy_fit,
    grid_error,
    loglog_slope,
    maurey_sample,
    optimal_width,
    random_units_error,
    step_network,
    two_term_bound,
)

# ---- the constant


@pytest.mark.parametrize("p", [1, 2, 3, 5, 10, 20, 100])
def test_constant_is_the_mean_length_of_a_normal_vector(p: int):
    """Does quadrature of the chi density give the same number?"""
    mean = integrate.quad(lambda t: t * stats.chi(p).pdf(t), 0, np.inf)[0]
    assert barron_constant_gauss(p) == pytest.approx(mean, rel=1e-7)


def test_constant_fulfils_the_recursion_of_the_gamma_function():
    """Is C_p C_{p+1} = p, also where Gamma itself overflows?"""
    for p in (1, 2, 7, 170, 171, 400, 10**6):
        product = barron_constant_gauss(p) * barron_constant_gauss(p + 1)
        assert product == pytest.approx(p, rel=1e-8)


def test_constant_is_the_fourier_integral_of_the_bump():
    """In one dimension: is the transform of the bump the normal density, and C its first absolute moment?"""

    def amplitude(w):  # (1 / 2 pi) times the integral of f(x) cos(w x)
        f = integrate.quad(lambda x: np.exp(-x * x / 2) * np.cos(w * x), 0, 12)[0]
        return f / np.pi

    assert amplitude(1.3) == pytest.approx(stats.norm.pdf(1.3), rel=1e-9)
    C = 2 * integrate.quad(lambda w: w * amplitude(w), 0, 12)[0]
    assert barron_constant_gauss(1) == pytest.approx(C, rel=1e-7)


@pytest.mark.parametrize("p", [0, -3])
def test_constant_refuses_no_dimension(p: int):
    """Does it say that p must be at least 1?"""
    with pytest.raises(ValueError, match="dimension p of at least 1"):
        barron_constant_gauss(p)


# ---- inputs


def test_cube_touches_the_sphere_and_is_filled_evenly():
    """Is no input outside the unit ball, and is the mean square of each coordinate 1/(3p)?"""
    X = cube_inputs(20_000, 7, np.random.default_rng(0))
    assert np.linalg.norm(X, axis=1).max() <= 1
    np.testing.assert_allclose((X**2).mean(axis=0), 1 / 21, rtol=0.05)


# ---- Maurey's sampling


@pytest.mark.parametrize("p", [1, 2, 5, 20])
def test_drawn_network_is_unbiased(p: int):
    """Does the average of very many units come within its standard error of the bump?"""
    rng = np.random.default_rng(p)
    X = cube_inputs(5, p, rng) * 1.0
    X[0] = 1 / np.sqrt(p)  # a corner, on the sphere
    (W, b), (V, v) = maurey_sample(p, 200_000, rng)
    units = 200_000 * V[:, 0] * (X @ W + b >= 0)
    error = units.mean(axis=1) + v[0] - gaussian_bump(X)
    assert np.all(np.abs(error) < 5 * units.std(axis=1) / np.sqrt(200_000))


@pytest.mark.parametrize("p", [1, 3, 10])
def test_units_are_the_steps_that_a_cosine_is_made_of(p: int):
    """Is the mean of the units at a point the double integral over frequency and threshold, by quadrature?"""
    x = np.zeros(p)
    x[0] = 0.8
    rho, nodes = stats.chi(p + 1), np.polynomial.legendre.leggauss(60)
    t, mass = (nodes[0] + 1) / 2, nodes[1] / 2  # on [0, 1]
    # P(a.x >= u) for a uniform direction: a_1 has the density of a Beta variable on [-1, 1].
    coordinate = stats.beta((p - 1) / 2, (p - 1) / 2, loc=-1, scale=2) if p > 1 else None
    mean = 0.0
    for w, weight in zip(rho.ppf(t), mass, strict=True):
        u = 0.8 * t
        tail = coordinate.sf(t) if coordinate else 0.5
        mean -= weight * 2 * barron_constant_gauss(p) * np.sum(0.8 * mass * np.sin(w * u) * tail)
    assert 1 + mean == pytest.approx(np.exp(-0.32), abs=2e-3)


@pytest.mark.parametrize("p", [1, 2, 5, 10, 20])
def test_mean_error_falls_like_one_over_q_and_below_the_bound(p: int):
    """Over 200 networks of each width: is the slope -1, and q times the error below (2C)^2?"""
    rng = np.random.default_rng(10 + p)
    X = cube_inputs(200, p, rng)
    y, widths = gaussian_bump(X), (4, 16, 64)
    errors = np.array([
        [np.mean((step_network(X, maurey_sample(p, q, rng)) - y) ** 2) for q in widths] for _ in range(200)
    ])  # fmt: skip
    assert loglog_slope(widths, errors) == pytest.approx(-1, abs=0.15)
    assert np.all(errors.mean(axis=0) <= barron_bound(barron_constant_gauss(p), 1.0, widths))


def test_output_weights_are_bounded_as_barron_says():
    """Do the absolute output weights add up to at most 2C, at every width?"""
    for q in (1, 7, 1000):
        (W, b), (V, v) = maurey_sample(4, q, np.random.default_rng(q))
        assert (W.shape, b.shape, V.shape, v.shape) == ((4, q), (q,), (q, 1), (1,))
        assert np.abs(V).sum() <= 2 * barron_constant_gauss(4)
        np.testing.assert_allclose(np.linalg.norm(W, axis=0), 1)


@pytest.mark.parametrize(("p", "q"), [(0, 3), (3, 0)])
def test_sample_refuses_empty_networks(p: int, q: int):
    """Does it name both numbers?"""
    with pytest.raises(ValueError, match=f"got p={p}, q={q}"):
        maurey_sample(p, q, np.random.default_rng(0))


def test_step_network_counts_a_tie_as_firing_and_refuses_a_transpose():
    """Is H(0) = 1, and does X.T get a sentence?"""
    layers = [(np.eye(2), np.zeros(2)), (np.array([[1.0], [10.0]]), np.array([0.5]))]
    np.testing.assert_array_equal(step_network([[0, -1], [-1, 0], [2, 2]], layers), [1.5, 10.5, 11.5])
    with pytest.raises(ValueError, match="did you pass X"):
        step_network(np.zeros((2, 3)), layers)


# ---- bounds


def test_bound_and_its_range():
    """Is the bound (2rC)^2/q, trivial for p = 20 until q = 79, and out of range refused?"""
    bound = barron_bound(barron_constant_gauss(20), 1.0, np.array([78, 79]))
    assert bound[0] > 1 > bound[1]
    assert barron_bound(3.0, 0.5, 9) == 1.0
    for wrong in ((-1, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, [3, 0]), (np.nan, 1, 1)):
        with pytest.raises(ValueError, match="C >= 0, r > 0 and q >= 1"):
            barron_bound(*wrong)


def test_optimal_width_is_the_best_of_all_widths():
    """Does trying every width give the same, on 300 settings?"""
    rng = np.random.default_rng(0)
    q = np.arange(1, 5000)
    for _ in range(300):
        C, N, p = rng.uniform(0, 20), int(10 ** rng.uniform(0.31, 5)), int(rng.integers(1, 50))
        assert optimal_width(C, N, p) == q[np.argmin(two_term_bound(C, N, p, q))]


def test_least_value_of_the_bound():
    """At the real minimum: are the two terms equal, and the value 2C sqrt(p log N / N)?"""
    C, N, p = 3.0, 500.0, 4.0
    q = C * np.sqrt(N / (p * np.log(N)))
    assert C**2 / q == pytest.approx(q * p * np.log(N) / N)
    assert two_term_bound(C, N, p, q) == pytest.approx(2 * C * np.sqrt(p * np.log(N) / N))


def test_two_terms_refuse_what_they_cannot_take():
    """Do N = 1 (no logarithm) and zero units raise?"""
    for wrong in ((1, 1, 1, 1), (1, 10, 1, 0), (-1, 10, 1, 1), (1, 10, 0, 1)):
        with pytest.raises(ValueError, match="N > 1"):
            two_term_bound(*wrong)
    with pytest.raises(ValueError, match="N > 1"):
        optimal_width(1, 1, 1)


# ---- the grid


@pytest.mark.parametrize(("p", "m"), [(1, 3), (2, 1), (2, 4), (3, 2)])
def test_grid_error_is_the_spread_within_cells(p: int, m: int):
    """Does sampling give the variance of the bump within the cells?"""
    X = cube_inputs(400_000, p, np.random.default_rng(m))
    y = gaussian_bump(X)
    cell = np.floor((X * np.sqrt(p) + 1) / 2 * m).astype(int) @ m ** np.arange(p)
    count = np.bincount(cell)
    means = np.bincount(cell, y) / count
    assert grid_error(p, m) == pytest.approx(np.mean((y - means[cell]) ** 2), rel=0.02)


@pytest.mark.parametrize("p", [1, 2, 5, 20])
def test_grid_slope_is_two_over_p(p: int):
    """For fine grids: is the slope of log error against log q equal to -2/p?"""
    m = np.array([32, 64, 128])
    assert loglog_slope(m.astype(float) ** p, grid_error(p, m)) == pytest.approx(-2 / p, rel=1e-3)


def test_grid_refuses_no_cells():
    """Do p = 0 and m = 0 raise?"""
    for p, m in ((0, 1), (1, [2, 0])):
        with pytest.raises(ValueError, match="m >= 1 cells"):
            grid_error(p, m)


# ---- greedy choice


def greedy_by_projection(H, y, q):
    """Choose as the text says, with an orthonormal basis grown by Gram and Schmidt."""
    basis, chosen, errors = np.zeros((len(y), 0)), [], [np.mean(y**2)]
    for _ in range(q):
        r = y - basis @ (basis.T @ y)
        j = int(np.argmax(np.abs(H.T @ r) / np.sqrt((H**2).sum(axis=0))))
        h = H[:, j] - basis @ (basis.T @ H[:, j])
        basis = np.column_stack([basis, h / np.linalg.norm(h)])
        chosen.append(j)
        errors.append(np.mean((y - basis @ (basis.T @ y)) ** 2))
    return chosen, errors


def test_greedy_agrees_with_gram_schmidt():
    """Are choices and errors those of an orthonormal basis, on 100 problems?"""
    rng = np.random.default_rng(0)
    for _ in range(100):
        H = rng.normal(size=(12, 9)) * rng.uniform(0.2, 3, 9)
        y = rng.normal(size=12)
        chosen, weights, errors = greedy_fit(H, y, 6)
        expected = greedy_by_projection(H, y, 6)
        assert chosen.tolist() == expected[0]
        np.testing.assert_allclose(errors, expected[1], atol=1e-12)
        np.testing.assert_allclose(np.mean((y - H[:, chosen] @ weights) ** 2), errors[-1])
        assert np.all(np.diff(errors) <= 1e-15)


@pytest.mark.parametrize("p", [1, 5, 20])
def test_greedy_error_obeys_the_theorem(p: int):
    """Is the error after q units at most v^2 / (q + 1), with v the sum of absolute weights of the target?"""
    rng = np.random.default_rng(p)
    X = cube_inputs(300, p, rng)
    (W, b), (V, _) = maurey_sample(p, 400, rng)
    H = (X @ W + b >= 0).astype(float)
    errors = greedy_fit(H, H @ V[:, 0], 30)[2]
    v = np.abs(V).sum()
    assert np.all(errors <= v**2 / np.arange(1, 32))


def test_greedy_skips_columns_of_zeros_and_refuses_wrong_shapes():
    """Is a unit that never fires left out, and does a wrong q or y get a sentence?"""
    H = np.array([[0.0, 1.0], [0.0, 1.0]])
    assert greedy_fit(H, [1.0, 2.0], 1)[0].tolist() == [1]
    with pytest.raises(ValueError, match="the 1 units that are not zero"):
        greedy_fit(H, [1.0, 2.0], 2)
    with pytest.raises(ValueError, match="expected \\(n, k\\) and \\(n,\\)"):
        greedy_fit(H, [1.0, 2.0, 3.0], 1)


# ---- slopes


def test_slope_agrees_with_polyfit_and_averages_repetitions_first():
    """Is it NumPy's line, and the mean over repetitions, not the mean of logarithms?"""
    rng = np.random.default_rng(0)
    q, err = np.array([3.0, 10.0, 50.0, 60.0]), rng.uniform(0.1, 2, (7, 4))
    assert loglog_slope(q, err[0]) == pytest.approx(np.polyfit(np.log(q), np.log(err[0]), 1)[0])
    assert loglog_slope(q, err) == pytest.approx(loglog_slope(q, err.mean(axis=0)))
    assert loglog_slope(q, err) != pytest.approx(loglog_slope(q, np.exp(np.log(err).mean(axis=0))))


@pytest.mark.parametrize(
    ("q", "err", "cure"),
    [
        ([1.0, 1.0], [1.0, 2.0], "two different q"),
        ([1.0, 2.0], [1.0, 0.0], "drop zeros"),
        ([0.0, 2.0], [1.0, 1.0], "positive"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "last axes"),
        ([[1.0, 2.0]], [1.0, 2.0], "last axes"),
    ],
)
def test_slope_refuses_what_has_none(q, err, cure: str):
    """Does each reason have its sentence?"""
    with pytest.raises(ValueError, match=cure):
        loglog_slope(q, err)


# ---- random units


def test_random_units_fit_best_at_neither_end():
    """With 100 samples in 5 dimensions: is q = N much worse than q = 5 and than q = 1500?"""
    few, square, many = (
        np.median([random_units_error(5, q, 100, 0.02, np.random.default_rng(s)) for s in range(9)])
        for q in (5, 99, 1500)
    )
    assert square > 3 * few > 9 * many


def test_random_units_refuse_what_they_cannot_take():
    """Do zero units and negative noise raise?"""
    for p, q, N, noise in ((1, 0, 5, 0.1), (1, 5, 5, -0.1), (0, 5, 5, 0.1), (1, 5, 0, 0.1)):
        with pytest.raises(ValueError, match="noise >= 0"):
            random_units_error(p, q, N, noise, np.random.default_rng(0))
