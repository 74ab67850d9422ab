"""Studies of lesson 06: the noise of a gradient, one pass over the data, the parts of the excess error."""

import numpy as np
from numpy.polynomial import legendre
from scipy import integrate, stats

from coursepkg.discriminant import sigmoid
from coursepkg.results import Recorded, Result
from coursepkg.stochastic_gradient import (
    LogisticTeacher,
    excess_decomposition,
    logistic_gradient,
    logistic_teacher,
    maximum_likelihood,
    mean_problem_variances,
    noise_ball_variance,
    robbins_monro,
    sgd,
)
from tools.studies import study

DERIVED = "derived in the lesson"


def mean_problem_runs(schedule, steps, repetitions, rng):
    """Return the last iterates and the averages of many runs of the mean problem, shape (repetitions,)."""
    theta, total = np.zeros(repetitions), np.zeros(repetitions)
    for t in range(steps):
        theta += schedule(t) * (rng.standard_normal(repetitions) - theta)
        total += theta
    return theta, total / steps


@study("06-noise-ball", lesson="06", title="Where does a constant step with noise settle?")
def noise_ball() -> Recorded:
    """Simulate 2000 runs for each step size and compare the variance with the fixed point."""
    rng = np.random.default_rng(0)
    rows, simulated = [], []
    steps = (0.4, 0.2, 0.1, 0.05)
    for step in steps:
        theta, squares = np.zeros(2000), []
        for t in range(400 + 600):
            theta += step * (rng.standard_normal(2000) - theta)
            if t >= 400:
                squares.append(np.mean(theta**2))
        simulated.append(np.mean(squares))
        theory = noise_ball_variance(step)
        claim = f"stationary variance, constant step {step}"
        rows.append(Result(claim, theory, simulated[-1], 0.05 * theory, f"γ/(2 − γ), {DERIVED}"))
    return Recorded(rows, {"steps": steps, "variances": simulated})


@study("06-step-sizes", lesson="06", title="What do the gain and averaging do to the variance?")
def step_sizes() -> Recorded:
    """Simulate 4000 runs of 2000 steps for each schedule; exact variances beside them."""
    rng = np.random.default_rng(1)
    n = 2000
    schedules = {f"min(1, {c:g}/t)": (lambda t, c=c: min(1.0, c / (t + 1))) for c in (0.3, 0.5, 1.0, 2.0)}
    schedules["0.5 t^-0.6"] = robbins_monro(0.5, power=0.6)
    schedules["constant 0.2"] = lambda t: 0.2
    rows, last, average = [], [], []
    for name, schedule in schedules.items():
        exact = [n * variance for variance in mean_problem_variances(schedule, n)]
        runs = [n * np.mean(theta**2) for theta in mean_problem_runs(schedule, n, 4000, rng)]
        last.append(exact[0])
        average.append(exact[1])
        for value, ours, which in zip(exact, runs, ("last iterate", "average"), strict=True):
            claim = f"n·Var of the {which}, step {name}"
            rows.append(Result(claim, value, ours, 0.1 * value, "sum of squared weights, exact"))
    rows.append(Result("limit of n·Var, step 2/t", 4 / 3, last[3], 0.01, f"c²/(2c − 1), {DERIVED}"))
    source = "Polyak & Juditsky (1992), quoted"
    rows.append(Result("limit of n·Var of the average, step 0.5 t^-0.6", 1, average[4], 0.1, source))
    rows.append(Result("limit of n·Var of the average, step 1/t", 2.0, average[2], 0.02, DERIVED))
    return Recorded(rows, {"names": list(schedules), "last": last, "average": average})


def stream(teacher: LogisticTeacher, schedule, checkpoints, repetitions, rng):
    """Run one pass over fresh samples; return excess risks of the last and the averaged iterate.

    Both have the shape (n_checkpoints, repetitions); a checkpoint is a number of samples.
    """
    p = len(teacher.weights)
    theta, total = np.zeros((repetitions, p)), np.zeros((repetitions, p))
    last, average = [], []
    for t in range(checkpoints[-1]):
        if t % 1000 == 0:  # samples in blocks: a call a sample would take most of the time
            X, y = teacher.sample((1000, repetitions), rng)
        x = X[t % 1000]
        error = sigmoid(np.sum(x * theta, axis=1)) - y[t % 1000]
        theta = theta - schedule(t) * error[:, None] * x
        total += theta
        if t + 1 in checkpoints:
            last.append(teacher.risk(theta) - teacher.bayes_risk)
            average.append(teacher.risk(total / (t + 1)) - teacher.bayes_risk)
    return np.array(last), np.array(average)


def descend(teacher: LogisticTeacher, X, y, step, passes):
    """Return the excess risk of gradient descent after 1, 2, ... passes; the step in units of 1/beta."""
    beta = np.linalg.eigvalsh(X.T @ X / len(X))[-1] / 4
    theta, excess = np.zeros(X.shape[1]), []
    for _ in range(passes):
        theta = theta - step / beta * logistic_gradient(theta, X, y)
        excess.append(teacher.risk(theta) - teacher.bayes_risk)
    return np.array(excess)


SIZES = (1000, 10_000, 100_000)


def mean_entropy(spread):
    """Return the mean entropy of a label with log-odds z, z normal of mean 0, by adaptive quadrature."""

    def integrand(u):
        q = sigmoid(spread * u)
        return -stats.norm.pdf(u) * float(q * np.log(q) + (1 - q) * np.log1p(-q))

    return integrate.quad(integrand, -12, 12, epsabs=1e-12)[0]


@study("06-one-pass", lesson="06", title="One pass over N samples: who reaches the lower expected risk?")
def one_pass() -> Recorded:
    """Compare one step of gradient descent with averaged SGD on fresh samples, p = 20, ||w|| = 2."""
    rng = np.random.default_rng(2)
    teacher = logistic_teacher(20, 2.0)
    bayes = teacher.bayes_risk
    source = "mean entropy of the labels"
    rows = [Result("Bayes log-loss, p = 20, norm 2", mean_entropy(2.0), bayes, 1e-5, source)]
    _, average = stream(teacher, robbins_monro(1.0, power=0.55), SIZES, 20, rng)
    factors = np.linspace(1, 3, 21)  # steps of gradient descent, in units of 1/beta
    safe, best, erm = [], [], []
    for n in SIZES:
        minimisers, steps = [], []
        for _ in range(20):
            X, y = teacher.sample(n, rng)
            minimisers.append(teacher.risk(maximum_likelihood(X, y)) - bayes)
            beta = np.linalg.eigvalsh(X.T @ X / n)[-1] / 4
            first = logistic_gradient(np.zeros(20), X, y) / beta
            steps.append(teacher.risk(-factors[:, None] * first) - bayes)
        mean = np.mean(steps, axis=0)
        safe.append(mean[0])
        best.append(mean.min())
        erm.append(np.mean(minimisers))
        if n > 1000:
            claim = f"estimation error, N = {n}"
            rows.append(Result(claim, 10 / n, erm[-1], 2.5 / n, "k/(2N) with k = 20 parameters, asymptotic"))
    ratio = average.mean(axis=1)[-1] / erm[-1]
    rows.append(Result("averaged SGD over the estimation error, N = 100000", 2, ratio, 0, "our bound", "<="))
    ratio = safe[-1] / erm[-1]
    claim = "one step 1/β of GD over the estimation error, N = 100000"
    rows.append(Result(claim, 100, ratio, 0, "our bound", ">="))
    data = {"sizes": SIZES, "sgd": average.mean(axis=1), "gd": safe, "gd_best": best, "erm": erm}
    return Recorded(rows, data)


@study("06-budget", lesson="06", title="Excess risk against gradient evaluations, inputs of condition 10")
def budget() -> Recorded:
    """Follow GD on N = 10000 samples and SGD on fresh ones, each with the best of several step sizes."""
    rng = np.random.default_rng(3)
    teacher = logistic_teacher(20, 2.0, condition=10.0)
    n = 10_000
    points = np.unique(np.geomspace(100, n, 25).astype(int))
    gains = (0.5, 1.0, 2.0, 4.0)
    runs = [stream(teacher, robbins_monro(c, power=0.55), points, 20, rng) for c in gains]
    best = int(np.argmin([average[-1].mean() for _, average in runs]))
    last, average = (part.mean(axis=1) for part in runs[best])
    samples = [teacher.sample(n, rng) for _ in range(10)]
    curves = {}
    for step in (1.0, 1.5, 2.0):
        curves[step] = np.mean([descend(teacher, X, y, step, 60) for X, y in samples], axis=0)
    step = min(curves, key=lambda one: curves[one][19])  # the best after 20 passes
    erm = np.mean([teacher.risk(maximum_likelihood(X, y)) for X, y in samples]) - teacher.bayes_risk
    passes = int(np.argmax(curves[step] <= average[-1])) + 1
    rows = [
        Result("excess of one GD step with its best size over that of one pass of averaged SGD", 10,
               min(curve[0] for curve in curves.values()) / average[-1], 0, "our bound", ">="),
        Result("passes of GD until it is as good as one pass of averaged SGD", 10, passes, 0,
               "our bound", ">="),
        Result("excess of averaged SGD after one pass over the estimation error", 3, average[-1] / erm, 0,
               "our bound", "<="),
    ]  # fmt: skip
    data = {
        "n": n, "evaluations": points, "last": last, "average": average, "gain": gains[best],
        "gd": curves[step], "gd_step": step, "erm": erm, "passes": passes,
    }  # fmt: skip
    return Recorded(rows, data)


@study("06-small-data", lesson="06", title="Few samples and all the time in the world: who wins then?")
def small_data() -> Recorded:
    """Give 300 samples and up to 100 passes to both; record empirical and expected excess."""
    rng = np.random.default_rng(4)
    teacher = logistic_teacher(20, 2.0)
    n, passes, sets = 300, 100, 20
    marks = np.array([1, 3, 10, 30, 100])
    X, y = teacher.sample((sets, n), rng)
    erm = np.array([maximum_likelihood(X[k], y[k]) for k in range(sets)])

    def empirical(theta):
        z = np.einsum("knp,kp->kn", X, theta)
        return np.mean(np.logaddexp(0, z) - y * z, axis=1)

    def gradient(theta, rows):
        k = np.arange(sets)[:, None]
        return logistic_gradient(theta, X[k, rows], y[k, rows])

    schedule, averages = robbins_monro(1.0, power=0.55), []
    theta, total = np.zeros((sets, 20)), np.zeros((sets, 20))
    for t in range(passes * n):
        theta = theta - schedule(t) * gradient(theta, rng.integers(n, size=(sets, 1)))
        total += theta
        if t + 1 in marks * n:
            averages.append(total / (t + 1))
    theta, descent = np.zeros((sets, 20)), []
    beta = np.array([np.linalg.eigvalsh(x.T @ x / n)[-1] for x in X]) / 4
    for _ in range(passes):
        theta = theta - logistic_gradient(theta, X, y) / beta[:, None]
        descent.append(theta)
    data: dict = {"n": n, "passes": marks}
    for name, found in (("gd", np.array(descent)[marks - 1]), ("sgd", averages)):
        least = empirical(erm)
        data[f"{name}_empirical"] = [np.mean(empirical(theta) - least) for theta in found]
        data[f"{name}_expected"] = [np.mean(teacher.risk(theta)) - teacher.bayes_risk for theta in found]
    data["erm_expected"] = np.mean(teacher.risk(erm)) - teacher.bayes_risk
    claim = "the lecture's words: worst optimiser"
    rows = [
        Result("empirical excess after 100 passes: averaged SGD over GD", 1, data["sgd_empirical"][-1]
               / data["gd_empirical"][-1], 0, claim, ">="),
        Result("expected excess after 100 passes: averaged SGD over GD", 1, data["sgd_expected"][-1]
               / data["gd_expected"][-1], 0.1, "both are near the minimiser"),
    ]  # fmt: skip
    return Recorded(rows, data)


DEGREES = (1, 3, 5, 7, 9)


def polynomial_features(x, degree):
    """Return Legendre polynomials of the points, orthonormal for the uniform distribution on [-1, 1]."""
    return legendre.legvander(x, degree) * np.sqrt(2 * np.arange(degree + 1) + 1)


def polynomial_excess(degree, n, passes, sets, rng, noise=0.5):
    """Return the excess error of gradient descent and of averaged SGD on polynomials of a degree."""
    nodes, mass = legendre.leggauss(400)
    truth, features = np.tanh(6 * nodes), polynomial_features(nodes, degree)
    best = features.T @ (mass / 2 * truth)  # orthonormal features: the projection is the best of the class
    floor = np.sum(mass / 2 * (features @ best - truth) ** 2)

    def risk(theta):
        return noise**2 + floor + np.sum((theta - best) ** 2, axis=-1)

    x = rng.uniform(-1, 1, (sets, n))
    P, y = polynomial_features(x, degree), np.tanh(6 * x) + noise * rng.standard_normal((sets, n))
    H, b = np.einsum("kni,knj->kij", P, P) / n, np.einsum("kni,kn->ki", P, y) / n
    erm = np.linalg.solve(H, b[..., None])[..., 0]
    theta = np.zeros((sets, degree + 1))
    for _ in range(passes):
        theta = theta - (np.einsum("kij,kj->ki", H, theta) - b) / np.linalg.eigvalsh(H)[:, -1:]

    def gradient(theta, rows):
        k = np.arange(sets)[:, None]
        residual = np.einsum("kbp,kp->kb", P[k, rows], theta) - y[k, rows]
        return np.einsum("kbp,kb->kp", P[k, rows], residual) / rows.shape[-1] / longest

    longest = np.max(np.sum(P**2, axis=-1), axis=1)[:, None]  # the largest curvature of one sample's loss
    path = sgd(gradient, np.zeros((sets, degree + 1)), n, lambda t: 1.0, passes * n, rng)
    averaged = path[1 + passes * n // 2 :].mean(axis=0)
    ends = {"gd": theta, "sgd": averaged}
    return {
        name: excess_decomposition(noise**2, noise**2 + floor, risk(erm), risk(end))
        for name, end in ends.items()
    }


@study("06-polynomial-ladder", lesson="06", title="Excess error in three parts over a ladder of polynomials")
def polynomial_ladder() -> Recorded:
    """Fit polynomials to 60 points with two passes of either method, on 400 training sets a degree."""
    rng = np.random.default_rng(5)
    data: dict = {"degrees": DEGREES}
    found = [polynomial_excess(degree, 60, 2, 400, rng) for degree in DEGREES]
    for name in ("gd", "sgd"):
        parts = [parts[name] for parts in found]
        data[name] = [[e.approximation, e.estimation, e.optimisation] for e in parts]
    gd, approximation = np.array(data["gd"]), np.array(data["gd"])[:, 0]
    change = np.diff(approximation).max()
    rows = [
        Result("largest rise of the approximation error by degree", 0, change, 0, "nested classes", "<="),
        Result("smallest optimisation error of gradient descent after two passes", 0, gd[:, 2].min(), 0,
               "may be negative", "<="),
        Result("largest sum of the parts less the excess error", 0,
               max(abs(sum(row) - e["gd"].total) for row, e in zip(data["gd"], found, strict=True)), 1e-12,
               "Bottou & Bousquet (2008)"),
    ]  # fmt: skip
    return Recorded(rows, data)


def slope(x, y):
    """Return the exponent of a power law fitted to points."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def gd_iterations(condition, accuracy):
    """Count steps of size 1/beta until the excess of a quadratic has fallen by `accuracy`."""
    curvature = np.geomspace(1 / condition, 1, 5)
    start = np.sum(curvature / curvature)  # weights such that every direction starts with the same share
    t, share = 0, 1.0
    while share > accuracy:
        t += 1
        share = np.sum((1 - curvature) ** (2 * t)) / start
    return t


def sgd_excess(condition, checkpoints, second_order=False):
    """Return exactly the expected excess of SGD on least squares with Gaussian inputs, 4 parameters.

    The step is ``1 / (smallest curvature * (t + t0))``, or the inverse Hessian over ``t + t0``. With m_i the
    mean square of the error along direction i, curvature c_i and noise of variance 1,
    ``m_i <- m_i (1 - 2 g c_i + 2 g^2 c_i^2) + g^2 c_i (sum_j c_j m_j + 1)``.
    """
    curvature = np.ones(4) if second_order else np.geomspace(1, condition, 4)
    m, t0, found = np.ones(4) / curvature, 2 * curvature.sum(), []
    for t in range(checkpoints[-1]):
        g = 1 / (t + t0)
        m = m * (1 - 2 * g * curvature + 2 * (g * curvature) ** 2) + g**2 * curvature * (curvature @ m + 1)
        if t + 1 in checkpoints:
            found.append(curvature @ m / 2)
    return np.array(found)


def work_to_reach(accuracies, rng):
    """Return the gradient evaluations until the expected excess is as asked, for GD and averaged SGD."""
    teacher = logistic_teacher(20, 2.0, condition=10.0)
    points = np.unique(np.geomspace(200, 40_000, 120).astype(int))
    _, average = stream(teacher, robbins_monro(2.0, power=0.55), points, 20, rng)
    online = [int(points[np.argmax(average.mean(axis=1) <= accuracy)]) for accuracy in accuracies]
    batch = []
    for accuracy in accuracies:
        n = int(20 / accuracy)  # twice as many as bring the estimation error k/(2N) down to the accuracy
        curve = np.mean([descend(teacher, *teacher.sample(n, rng), 1.5, 120) for _ in range(8)], axis=0)
        batch.append(n * (int(np.argmax(curve <= accuracy)) + 1))
    return np.array(batch), np.array(online)


@study("06-table-2", lesson="06", title="Bottou and Bousquet's Table 2: exponents measured")
def table_2() -> Recorded:
    """Fit the exponents of the columns of the table on problems whose expectations are exact."""
    source = "Bottou & Bousquet (2008), quoted from secondary texts"
    conditions = np.array([30, 100, 300, 1000])
    steps = [gd_iterations(c, 1e-6) for c in conditions]
    rows = [Result("GD: iterations, exponent of κ", 1.0, slope(conditions, steps), 0.05, source)]
    digits = np.array([10, 15, 20, 25, 30])
    steps = [gd_iterations(100, 10.0**-k) for k in digits]
    rows.append(Result("GD: iterations, exponent of log(1/ρ)", 1.0, slope(digits, steps), 0.1, source))

    X, y = logistic_teacher(5, 2.0).sample(2000, np.random.default_rng(6))
    goal, theta, errors = maximum_likelihood(X, y), np.zeros(5), []
    for _ in range(4):
        s = sigmoid(X @ theta)
        theta = theta - np.linalg.solve((X.T * (s * (1 - s))) @ X / len(X), logistic_gradient(theta, X, y))
        errors.append(np.linalg.norm(theta - goal))
    order = np.log(errors[-1] / errors[-2]) / np.log(errors[-2] / errors[-3])
    rows.append(Result("2GD: order of convergence, 2 gives log log(1/ρ)", 2.0, order, 0.3, source))

    points = np.array([10_000, 30_000, 100_000])
    excess = {c: sgd_excess(c, points) for c in (3, 10, 30, 100)}
    rows.append(Result("SGD: excess, exponent of t", -1.0, slope(points, excess[10]), 0.05, source))
    growth = slope(list(excess), [e[-1] for e in excess.values()])
    rows.append(Result("SGD: excess, exponent of κ", 2.0, growth, 0, f"{source}; an upper bound", "<="))
    second = sgd_excess(1, points, second_order=True)
    rows.append(Result("2SGD: excess, exponent of t", -1.0, slope(points, second), 0.05, source))
    rows.append(Result("2SGD: t times excess, ν/2 = 2", 2.0, points[-1] * second[-1], 0.05, DERIVED))

    accuracies = np.array([0.01, 0.005, 0.0025, 0.00125])
    batch, online = work_to_reach(accuracies, np.random.default_rng(7))
    gd, one = slope(1 / accuracies, batch), slope(1 / accuracies, online)
    rows.append(Result("GD: work to reach ε, exponent of 1/ε, and two logarithms", 1.0, gd, 0, source, ">="))
    rows.append(Result("SGD: work to reach ε, exponent of 1/ε", 1.0, one, 0.25, source))
    return Recorded(rows, {"accuracies": accuracies, "gd_work": batch, "sgd_work": online})
