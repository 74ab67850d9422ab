"""Studies of lesson 04: Efron's efficiency, outliers, and weights that grow for ever."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import expit

from coursepkg.logistic import (
    binary_cross_entropy_with_logits,
    efron_efficiency,
    error_rate,
    gradient_path,
    hard_margin,
)
from coursepkg.results import Recorded, Result
from tools.studies import study

EFRON = {0: 1.0, 0.5: 1.0, 1: 0.995, 1.5: 0.968, 2: 0.899, 2.5: 0.786, 3: 0.641, 3.5: 0.486, 4: 0.343}
N = 400


def samples(delta: float, n: int, repetitions: int, rng: np.random.Generator):
    """Return many draws of `datasets.two_gaussians` at once, X (repetitions, n, 2) and y (repetitions, n)."""
    y = rng.integers(0, 2, (repetitions, n))
    X = rng.normal(size=(repetitions, n, 2))
    X[..., 0] += delta * (y - 0.5)
    return X, y


def lda_fits(X, y):
    """Return w (repetitions, 2) and b (repetitions,) of linear discriminant analysis."""
    ones, n = y.sum(axis=1), y.shape[1]
    mu1 = (y[:, None, :] @ X)[:, 0] / ones[:, None]  # (r, 1, n) @ (r, n, 2)
    mu0 = ((1 - y)[:, None, :] @ X)[:, 0] / (n - ones)[:, None]
    centred = X - np.where(y[..., None] == 1, mu1[:, None], mu0[:, None])
    pooled = centred.transpose(0, 2, 1) @ centred / (n - 2)  # (r, 2, n) @ (r, n, 2)
    w = np.linalg.solve(pooled, (mu1 - mu0)[..., None])[..., 0]
    return w, np.log(ones / (n - ones)) - ((mu0 + mu1) / 2 * w).sum(axis=1)


def logistic_fits(X, y):
    """Return w (repetitions, 2) and b (repetitions,) of logistic regression, by Newton's method."""
    A = np.concatenate([X, np.ones((*y.shape, 1))], axis=2)
    theta = np.zeros((len(A), 3))
    for _ in range(30):
        s = expit((A @ theta[..., None])[..., 0])
        gradient = A.transpose(0, 2, 1) @ (s - y)[..., None]
        hessian = A.transpose(0, 2, 1) @ (A * (s * (1 - s))[..., None])
        step = np.linalg.solve(hessian, gradient)[..., 0]
        theta -= step
        if np.abs(step).max() < 1e-8:
            return theta[:, :2], theta[:, 2]
    raise RuntimeError("logistic_fits: a draw is separable; take more samples or a smaller distance")


def excess_errors(X, y, delta):
    """Return the excess error of LDA and of logistic regression for each draw, shape (2, repetitions)."""
    best = error_rate([delta, 0.0], 0.0, delta)
    return np.array([error_rate(*fit(X, y), delta) - best for fit in (lda_fits, logistic_fits)])


def efficiency(delta: float, n: int, repetitions: int, seed: int) -> tuple[float, float]:
    """Return the ratio of the mean excess errors and its standard error."""
    rng = np.random.default_rng(seed)
    draws = [excess_errors(*samples(delta, n, 500, rng), delta) for _ in range(repetitions // 500)]
    lda, logistic = np.concatenate(draws, axis=1)
    ratio = lda.mean() / logistic.mean()
    error = np.std(lda - ratio * logistic) / np.sqrt(len(lda)) / logistic.mean()  # delta method
    return ratio, error


@study("04-efron", lesson="04", title="What does logistic regression lose when the classes are Gaussian?")
def efron() -> Recorded:
    """Evaluate Efron's formula, and simulate both estimators on 400 samples in the plane."""
    rows = [
        Result(
            f"relative efficiency at Δ = {delta:g}", value, efron_efficiency(delta), 5e-4,
            "formula of Efron (1975), by another quadrature; his printed table was not read",
        )
        for delta, value in EFRON.items()
    ]  # fmt: skip
    deltas = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
    simulated, errors = np.transpose([efficiency(delta, N, 8000, 1) for delta in deltas])
    for delta in (2.0, 3.0):
        ours = simulated[deltas == delta][0]
        claim = f"simulated at Δ = {delta:g}, N = {N}, 8000 repetitions"
        rows.append(Result(claim, EFRON[delta], ours, 0.03, "the limit for N → ∞, formula above"))
    many, many_error = efficiency(3.0, 4 * N, 8000, 2)
    rows.append(
        Result(f"simulated at Δ = 3, N = {4 * N}", EFRON[3], many, 0.03, "the limit for N → ∞, formula above")
    )
    between = [brentq(lambda d, level=level: efron_efficiency(d) - level, 1, 4) for level in (2 / 3, 1 / 2)]
    return Recorded(
        rows,
        {
            "deltas": deltas, "simulated": simulated, "errors": errors, "between": np.array(between),
            "many": np.array([many, many_error]),
        },
    )  # fmt: skip


OUTLIERS = {"right": (1, (6.0, 6.0)), "wrong": (0, (6.0, 6.0))}


def with_outliers(X, y, kind, share, rng):
    """Replace a share of each draw by samples round a far point, with the right label or the wrong one."""
    label, centre = OUTLIERS[kind]
    count = round(share * y.shape[1])
    X, y = X.copy(), y.copy()
    X[:, :count] = np.array(centre) + rng.normal(size=(len(X), count, 2))
    y[:, :count] = label
    return X, y


@study("04-outliers", lesson="04", title="Which estimator stands outliers?")
def outliers() -> Recorded:
    """Measure the mean excess error on clean data after fits to data with outliers; Δ = 2, N = 400."""
    shares, delta = np.array([0.0, 0.01, 0.02, 0.03, 0.04, 0.05]), 2.0
    found = {}
    for kind in OUTLIERS:
        rng = np.random.default_rng(3)
        means = []
        for share in shares:
            X, y = samples(delta, N, 1000, rng)
            means.append(excess_errors(*with_outliers(X, y, kind, share, rng), delta).mean(axis=1))
        found[kind] = np.array(means)  # (n_shares, 2): LDA, logistic regression
    derived = "this course: the order of Efron's theorem should turn round"
    ratio = {kind: means[-1, 0] / means[-1, 1] for kind, means in found.items()}
    return Recorded(
        [
            Result(
                "excess error, LDA over logistic regression, 5 % of far samples with the right label",
                1.0, ratio["right"], 0, derived, ">=",
            ),
            Result(
                "the same without outliers", 1.0, found["right"][0, 0] / found["right"][0, 1], 0,
                "Efron (1975): below 1 for Gaussian classes", "<=",
            ),
            Result(
                "the same, 5 % of far samples with the wrong label", 1.0, ratio["wrong"], 0.05,
                "this course: both pull alike, so neither wins",
            ),
        ],
        {"shares": shares, **found},
    )  # fmt: skip


X_SEPARABLE = np.array([[1.0, 2.0], [2.0, 1.0], [-1.0, -1.5], [-2.0, -0.5]])
Y_SEPARABLE = np.array([1, 1, 0, 0])


@study("04-separable", lesson="04", title="Where does gradient descent go when no minimiser exists?")
def separable() -> Recorded:
    """Run a million gradient steps, then follow the differential equation to t = 10^60."""
    X, y, lr = X_SEPARABLE, Y_SEPARABLE, 0.8  # on the mean of four losses: 0.2 on their sum
    limit = hard_margin(X, y)
    steps = 10 ** np.arange(1, 7)
    path = gradient_path(X, y, lr, steps.tolist())
    signed = np.where(y == 1, 1, -1)[:, None] * X

    def flow(log_t, w):  # dw / d(log t) = t dw / dt
        return signed.T @ np.exp(np.log(lr / 4) + log_t - np.logaddexp(0, signed @ w))

    later = np.log(10.0) * np.arange(6, 61)
    far = solve_ivp(flow, later[[0, -1]], path[-1], "Radau", later, rtol=1e-10, atol=1e-12).y.T[1:]
    path, log_t = np.vstack([path, far]), np.append(np.log(steps), later[1:])
    norms = np.linalg.norm(path, axis=1)
    losses = np.array([binary_cross_entropy_with_logits(X @ w, y) for w in path[:6]])
    off = np.linalg.norm(path / norms[:, None] - limit / np.linalg.norm(limit), axis=1)
    slopes = np.diff(norms) / np.diff(log_t)
    source, derived = "Soudry et al. (2018), theorem", "derived in lesson 04, section 4.5"
    size = np.linalg.norm(limit)
    rows = [
        Result(
            "growth of ‖w‖ for each unit of log t, from 10^5 to 10^6 steps", size, slopes[4], 0.02, source
        ),
        Result("the same from 10^59 to 10^60", size, slopes[-1], 1e-4, source),
        Result("loss at 10^6 steps over loss at 10^5: like 1/t", 0.1, losses[5] / losses[4], 0.003, source),
        Result(
            "error of direction × log t at t = 10^60",
            rest(limit, signed, lr),
            off[-1] * log_t[-1],
            0.01,
            derived,
        ),
    ]
    data = {"log_t": log_t, "norms": norms, "losses": losses, "off": off, "limit": limit}
    return Recorded(rows, data)


def rest(limit, signed, lr):
    """Return the limit of (error of direction) × log t: the part of rho across `limit`, over its length.

    With w = limit log t + rho, a support vector z obeys lr / n exp(-z . rho) = its multiplier.
    """
    support = signed[np.isclose(signed @ limit, 1)]
    multipliers = np.linalg.solve(support.T, limit)  # limit = sum of multiplier times support vector
    rho = np.linalg.solve(support, -np.log(multipliers * len(signed) / lr))
    size = np.linalg.norm(limit)
    return np.linalg.norm(rho - limit * (rho @ limit) / size**2) / size
