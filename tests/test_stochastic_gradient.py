"""Is the noise of a gradient what the theory says, and is excess error what it is measured to be?"""

from itertools import combinations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from coursepkg.logistic import binary_cross_entropy_with_logits
from coursepkg.stochastic_gradient import (
    ExcessError,
    LeastSquares,
    ellipse_problem,
    excess_decomposition,
    logistic_gradient,
    logistic_teacher,
    maximum_likelihood,
    mean_problem_variances,
    minibatch_gradients,
    noise_ball_variance,
    noise_covariance,
    polyak_average,
    robbins_monro,
    sgd,
)


@pytest.fixture
def problem() -> LeastSquares:
    return ellipse_problem(np.random.default_rng(0))


# ---- schedules


@pytest.mark.parametrize("power", [0.6, 0.75, 1.0])
def test_robbins_monro_sum_diverges_and_squares_converge(power: float):
    """Do the sums grow like the integrals of the two conditions?"""
    schedule = robbins_monro(2.0, t0=3.0, power=power)
    steps = np.array([schedule(t) for t in range(200_000)])
    tail = 2.0 * (200_003.0 ** (1 - power) - 3.0 ** (1 - power)) / (1 - power) if power < 1 else 0
    if power < 1:  # the sum lies between the integrals from 3 and from 2
        assert tail <= steps.sum() <= tail + steps[0]
    else:
        assert 2 * np.log(200_003 / 3) <= steps.sum() <= 2 * np.log(200_003 / 3) + steps[0]
    assert (steps**2).sum() <= steps[0] ** 2 + 4 * 3 ** (1 - 2 * power) / (2 * power - 1)


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        ((1.0, 1.0, 0.5), "the squares add up to infinity"),
        ((1.0, 1.0, 1.01), "the steps add up to a finite length"),
        ((0.0, 1.0, 1.0), "expected c > 0 and t0 > 0, got c=0.0"),
        ((1.0, 0.0, 1.0), "t0=0.0"),
        ((1.0, 1.0, float("nan")), "1/2 < power <= 1, got nan"),
    ],
)
def test_robbins_monro_names_the_broken_condition(arguments, cure: str):
    """Does a schedule outside the theorem say which condition it breaks?"""
    with pytest.raises(ValueError, match=cure):
        robbins_monro(*arguments)


# ---- sgd


def test_sgd_with_one_sample_is_gradient_descent():
    """With N = 1 there is no noise: is the path the closed form of gradient descent?"""
    one = LeastSquares(np.array([[2.0]]), np.array([6.0]))
    path = sgd(one.gradient, [0.0], 1, lambda t: 0.1, 20, np.random.default_rng(0))
    np.testing.assert_allclose(path[:, 0], 3 - 3 * 0.6 ** np.arange(21), rtol=1e-12)


def test_sgd_draws_uniformly_with_replacement():
    """Are all samples drawn equally often, and does a draw not know the one before?"""
    seen = []

    def gradient(theta, rows):
        seen.append(rows.copy())
        return np.zeros_like(theta)

    sgd(gradient, np.zeros((50, 1)), 7, lambda t: 1.0, 400, np.random.default_rng(0), batch_size=3)
    rows = np.array(seen)
    assert rows.shape == (400, 50, 3)
    assert stats.chisquare(np.bincount(rows.ravel(), minlength=7)).pvalue > 1e-3
    pairs = np.bincount((7 * rows[:-1] + rows[1:]).ravel(), minlength=49)
    assert stats.chisquare(pairs).pvalue > 1e-3


def test_sgd_paths_side_by_side_are_single_paths(problem: LeastSquares):
    """Does a batch of one path repeat the single path with the same generator?"""
    schedule = robbins_monro(0.1, power=0.75)
    args = (100, schedule, 30)
    alone = sgd(problem.gradient, [1.0, 2.0], *args, np.random.default_rng(3), batch_size=4)
    beside = sgd(problem.gradient, [[1.0, 2.0]], *args, np.random.default_rng(3), batch_size=4)
    assert beside.shape == (31, 1, 2)
    np.testing.assert_allclose(beside[:, 0], alone, rtol=1e-12)


def test_sgd_leaves_the_start_alone_and_may_take_no_step(problem: LeastSquares):
    """Is `theta0` unchanged, an integer start no trap, and a path of no step the start?"""
    start = np.array([3, 2])
    path = sgd(problem.gradient, start, 100, lambda t: 0.01, 5, np.random.default_rng(0))
    assert start.tolist() == [3, 2]
    assert path[1:].ravel().tolist() != path[1:].round().ravel().tolist()
    assert sgd(problem.gradient, start, 100, lambda t: 1.0, 0, np.random.default_rng(0)).tolist() == [[3, 2]]


@pytest.mark.parametrize(("n_samples", "steps", "batch_size"), [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_sgd_refuses_what_cannot_be_drawn(n_samples, steps, batch_size):
    """Does it say which of the three numbers is out of range?"""
    with pytest.raises(ValueError, match="n_samples >= 1, steps >= 0, batch_size >= 1"):
        sgd(lambda theta, rows: theta, [0.0], n_samples, lambda t: 1.0, steps, None, batch_size)


def test_polyak_average_is_the_mean_of_the_rest():
    """Is it Python's own mean of what follows the burn-in, for any number of axes?"""
    path = np.random.default_rng(0).normal(size=(9, 2, 3))
    for burn_in in range(9):
        want = sum(path[burn_in:]) / (9 - burn_in)
        np.testing.assert_allclose(polyak_average(path, burn_in), want, rtol=1e-12)


@pytest.mark.parametrize("burn_in", [-1, 3])
def test_polyak_average_needs_something_to_average(burn_in: int):
    """Does it say how large the burn-in may be?"""
    with pytest.raises(ValueError, match="burn_in is 0 to 2"):
        polyak_average([1.0, 2.0, 3.0], burn_in)


# ---- noise


@pytest.mark.parametrize("batch_size", range(1, 9))
def test_minibatch_gradients_are_unbiased(batch_size: int):
    """Is the mean over all C(8, B) batches the full gradient, and their covariance what theory says?"""
    problem = ellipse_problem(np.random.default_rng(1), n_samples=8)
    theta = np.array([0.7, -1.3])
    gradients = problem.sample_gradients(theta)
    batches = minibatch_gradients(gradients, batch_size)
    assert np.abs(batches.mean(axis=0) - problem.gradient(theta)).max() < 1e-14
    # Sampling without replacement from n: the covariance of a mean shrinks by (n - B) / (n - 1) more.
    want = noise_covariance(gradients) / batch_size * (8 - batch_size) / 7
    np.testing.assert_allclose(noise_covariance(batches), want, atol=1e-13)
    by_hand = [sum(gradients[i] for i in rows) / batch_size for rows in combinations(range(8), batch_size)]
    np.testing.assert_allclose(batches, by_hand, atol=1e-14)


@pytest.mark.parametrize("batch_size", [0, 4])
def test_minibatch_gradients_need_samples(batch_size: int):
    """Does it name the range of batch sizes?"""
    with pytest.raises(ValueError, match="batch size from 1 to 3"):
        minibatch_gradients(np.zeros((3, 1)), batch_size)


def test_minibatch_gradients_do_not_fill_the_memory():
    """Does it refuse to list more than a million batches?"""
    with pytest.raises(ValueError, match="137846528820 batches are too many"):
        minibatch_gradients(np.zeros((40, 1)), 20)


def test_noise_covariance_is_numpys_with_n():
    """Does it agree with np.cov divided by n, and with drawn gradients?"""
    problem = ellipse_problem(np.random.default_rng(2))
    gradients = problem.sample_gradients(np.array([1.0, -2.0]))
    np.testing.assert_allclose(noise_covariance(gradients), np.cov(gradients.T, ddof=0), rtol=1e-12)


@pytest.mark.parametrize("shape", [(3,), (0, 2)])
def test_noise_covariance_wants_a_row_each(shape):
    """Does it say how to stack the gradients?"""
    with pytest.raises(ValueError, match=r"np\.stack"):
        noise_covariance(np.zeros(shape))


@pytest.mark.parametrize(("step", "curvature"), [(0.05, 1.0), (0.4, 1.0), (0.1, 7.0), (0.28, 7.0)])
def test_noise_ball_is_the_fixed_point_of_the_recursion(step: float, curvature: float):
    """Does iterating V = (1 - step c)^2 V + step^2 s^2 settle at the formula?"""
    v = 0.0
    for _ in range(5000):
        v = (1 - step * curvature) ** 2 * v + step**2 * 2.5
    assert noise_ball_variance(step, curvature, 2.5) == pytest.approx(v, rel=1e-12)


@pytest.mark.parametrize(("step", "curvature"), [(0.0, 1.0), (2.0, 1.0), (0.3, 7.0), (0.1, 0.0), (0.1, -1.0)])
def test_noise_ball_says_when_there_is_none(step, curvature):
    """Does it refuse a step at which the variance grows?"""
    with pytest.raises(ValueError, match="the variance grows without end"):
        noise_ball_variance(step, curvature)


@pytest.mark.parametrize("c", [0.3, 0.5, 1.0, 2.0])
def test_mean_problem_variances_are_those_of_runs(c: float):
    """Do exact weights agree with a recursion for the last iterate and with simulated runs?"""
    steps = 200

    def schedule(t):
        return min(1.0, c / (t + 1))

    last, average = mean_problem_variances(schedule, steps)
    v = 0.0
    for t in range(steps):
        v = (1 - schedule(t)) ** 2 * v + schedule(t) ** 2
    assert last == pytest.approx(v, rel=1e-12)
    rng, theta, total = np.random.default_rng(0), np.zeros(20_000), np.zeros(20_000)
    for t in range(steps):
        theta += schedule(t) * (rng.standard_normal(20_000) - theta)
        total += theta
    assert theta.var() == pytest.approx(last, rel=0.05)  # five standard errors, sqrt(2 / 20000) each
    assert (total / steps).var() == pytest.approx(average, rel=0.05)


def test_mean_problem_with_gain_one_is_the_sample_mean():
    """With step 1/t, is theta the mean of the samples: n Var = 1, and the average of means near 2?"""
    last, average = mean_problem_variances(robbins_monro(1.0), 2000)
    assert 2000 * last == pytest.approx(1, rel=1e-12)
    # The weight of x_s in the mean of means is (H_n - H_{s-1}) / n; sums of squares of that by hand.
    harmonic = np.cumsum(1 / np.arange(1, 2001))
    weights = (harmonic[-1] - np.r_[0.0, harmonic[:-1]]) / 2000
    assert average == pytest.approx((weights**2).sum(), rel=1e-12)


def test_mean_problem_needs_a_step():
    """Does it refuse a path without a step?"""
    with pytest.raises(ValueError, match="at least 1 step"):
        mean_problem_variances(robbins_monro(1.0), 0)


# ---- least squares


def test_least_squares_gradients_are_derivatives(problem: LeastSquares):
    """Do the gradients agree with central differences of the risk, and the samples' with their mean?"""
    theta = np.array([0.3, -0.8])
    numeric = optimize.approx_fprime(theta, problem.risk, 1e-7)
    np.testing.assert_allclose(problem.gradient(theta), numeric, atol=1e-5)
    np.testing.assert_allclose(problem.sample_gradients(theta).mean(axis=0), problem.gradient(theta))
    rows = np.array([[5, 5, 9], [0, 1, 2]])
    want = problem.sample_gradients(theta)[rows].mean(axis=1)
    np.testing.assert_allclose(problem.gradient(np.stack([theta, theta]), rows), want, rtol=1e-12)


def test_ellipse_problem_has_the_curvatures_it_promises():
    """Are Hessian, minimiser and least risk exact, for any condition and noise?"""
    problem = ellipse_problem(np.random.default_rng(4), 30, 50.0, 2.0)
    np.testing.assert_allclose(problem.hessian, np.diag([1.0, 50.0]), atol=1e-12)
    np.testing.assert_allclose(problem.minimiser, 0, atol=1e-12)
    assert problem.risk(problem.minimiser) == pytest.approx(0.5 * 2.0**2)
    assert np.linalg.lstsq(problem.X, problem.y)[0] == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize("arguments", [(3,), (10, 0.5), (10, 2.0, -1.0)])
def test_ellipse_problem_refuses_what_cannot_be(arguments):
    """Does it name the ranges?"""
    with pytest.raises(ValueError, match="n_samples >= 4, condition >= 1, noise >= 0"):
        ellipse_problem(np.random.default_rng(0), *arguments)


# ---- excess error


def test_excess_error_adds_up_and_may_have_a_negative_part():
    """Is the sum of the parts the mean reached risk over the Bayes risk?"""
    rng = np.random.default_rng(0)
    minimiser, reached = 1 + rng.random(20), 1 + rng.random(20) / 2
    parts = excess_decomposition(0.5, 0.75, minimiser, reached)
    assert parts.total == pytest.approx(reached.mean() - 0.5)
    assert parts.optimisation < 0 < parts.estimation
    assert parts.approximation == 0.25
    assert isinstance(parts, ExcessError)


def test_excess_error_notices_an_empirical_risk():
    """Is a risk below the Bayes risk refused, with the likely cause?"""
    with pytest.raises(ValueError, match="expected risks, not empirical ones"):
        excess_decomposition(0.5, 0.75, [0.8, 0.4], [0.9, 0.9])


@pytest.mark.parametrize("condition", [1.0, 10.0])
def test_teacher_risk_is_that_of_many_samples(condition: float):
    """Does quadrature agree with the mean log-loss of 400 000 fresh samples, for several models?"""
    rng = np.random.default_rng(5)
    teacher = logistic_teacher(6, 2.0, condition)
    X, y = teacher.sample(400_000, rng)
    models = np.vstack([np.zeros(6), teacher.weights, rng.normal(size=(2, 6))])
    for theta, risk in zip(models, teacher.risk(models), strict=True):
        assert binary_cross_entropy_with_logits(X @ theta, y) == pytest.approx(risk, abs=0.006)
    assert teacher.risk(models)[0] == pytest.approx(np.log(2))


def test_teacher_bayes_risk_is_the_mean_entropy():
    """Is it the mean of the binary entropy of sigmoid(2 u), by adaptive quadrature over the density?"""

    def entropy(u):
        q = 1 / (1 + np.exp(-2 * u))
        return stats.norm.pdf(u) * -(q * np.log(q) + (1 - q) * np.log1p(-q))

    want = integrate.quad(entropy, -12, 12, epsabs=1e-12)[0]
    assert logistic_teacher(20, 2.0, 3.0).bayes_risk == pytest.approx(want, rel=1e-9)


def test_teacher_is_the_best_of_its_class():
    """Does every small change of the weights raise the expected risk?"""
    teacher = logistic_teacher(3, 2.0, 5.0)
    for direction in np.vstack([np.eye(3), -np.eye(3)]):
        assert teacher.risk(teacher.weights + 1e-3 * direction) > teacher.bayes_risk


@pytest.mark.parametrize("arguments", [(0,), (2, 0.0), (2, 1.0, 0.9)])
def test_teacher_refuses_what_cannot_be(arguments):
    """Does it name the ranges?"""
    with pytest.raises(ValueError, match="p >= 1, norm > 0, condition >= 1"):
        logistic_teacher(*arguments)


def test_logistic_gradient_is_the_derivative():
    """Does it agree with differences of the loss of lesson 04, alone and for several data sets at once?"""
    rng = np.random.default_rng(6)
    X, y = logistic_teacher(4).sample((3, 25), rng)
    theta = rng.normal(size=(3, 4))
    together = logistic_gradient(theta, X, y)
    for k in range(3):

        def loss(t, k=k):
            return binary_cross_entropy_with_logits(X[k] @ t, y[k])

        np.testing.assert_allclose(together[k], optimize.approx_fprime(theta[k], loss, 1e-7), atol=1e-6)
        np.testing.assert_allclose(logistic_gradient(theta[k], X[k], y[k]), together[k], rtol=1e-12)


def test_maximum_likelihood_is_scikit_learns():
    """Does Newton's method end where scikit-learn's unpenalised fit does?"""
    from sklearn.linear_model import LogisticRegression

    X, y = logistic_teacher(5).sample(500, np.random.default_rng(7))
    theirs = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(maximum_likelihood(X, y), theirs.coef_[0], atol=1e-5)


@pytest.mark.parametrize("X", [[[-1.0], [1.0]], [[0.0], [0.0]]])
def test_maximum_likelihood_says_when_there_is_none(X):
    """Does it end with a sentence on separable classes, and on inputs without information?"""
    with pytest.raises(ValueError, match="are the classes separable"):
        maximum_likelihood(np.array(X), np.array([0.0, 1.0]))
