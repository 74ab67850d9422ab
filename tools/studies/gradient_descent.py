"""Studies of lesson 05: rates on bowls, the doubling cascade, the escape."""

import numpy as np

from coursepkg.gradient_descent import (
    QUARTIC,
    best_step,
    cycle_with_multiplier,
    gradient_descent,
    lyapunov_exponent,
    max_stable_step,
    period_doublings,
    quartic_crisis,
    quartic_gradient,
    quartic_stationary_points,
)
from coursepkg.results import Recorded, Result
from tools.studies import study

FEIGENBAUM = 4.669201609
LOGISTIC = (lambda t: t**2 - 1, lambda t: 2 * t, lambda t: 2 + 0 * t)  # r x (1 - x) with r = 1 + 2 gamma


@study("05-rates", lesson="05", title="Do runs on bowls shrink as the theory says?")
def rates() -> Recorded:
    """Measure the slowest factor a step, and where runs stop shrinking, on bowls with random axes."""
    rows, factors = [], {}
    for kappa in (7.0, 100.0):
        measured = []
        for seed in range(10):
            rng = np.random.default_rng(seed)
            eigenvalues = np.concatenate([[1.0, kappa], rng.uniform(1, kappa, 8)])
            axes = np.linalg.qr(rng.normal(size=(10, 10)))[0]
            H = axes @ np.diag(eigenvalues) @ axes.T
            path = gradient_descent(lambda t, H=H: H @ t, rng.normal(size=10), best_step(H)[0], 600)
            sizes = np.linalg.norm(path, axis=1)
            first = 60 if kappa < 10 else 500  # when the slowest errors are all that is left
            measured.append((sizes[first + 40] / sizes[first]) ** (1 / 40))
        factors[f"factors at kappa {kappa:g}"] = measured
        claim = f"factor a step at the best step size, κ = {kappa:g}: mean of ten bowls"
        theory = (kappa - 1) / (kappa + 1)
        rows.append(Result(claim, theory, np.mean(measured), 1e-3, "derived: (κ − 1)/(κ + 1)"))
    H = np.array([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 1 and 3
    gammas = np.arange(0.600, 0.700, 0.001)
    ends = [np.linalg.norm(gradient_descent(lambda t: H @ t, [1.0, 0.5], g, 1000)[-1]) for g in gammas]
    last = gammas[np.array(ends) < 1.0].max()
    claim = "last step size that shrinks, in steps of 0.001"
    rows.append(Result(claim, max_stable_step(H), last, 1e-3, "derived: 2 / largest eigenvalue"))
    return Recorded(rows, factors)


@study("05-doublings", lesson="05", title="Is the road from one valley into chaos the universal one?")
def doublings() -> Recorded:
    """Find doublings in both valleys and for the logistic map; period three; exponents over step sizes."""
    left = period_doublings(QUARTIC, -3.0, 8)
    right = period_doublings(QUARTIC, 4.3, 8, first_gap=0.17)
    logistic = period_doublings(LOGISTIC, 1.0, 8, first_gap=0.22)
    rows = []
    for name, found in (("left valley", left), ("right valley", right), ("logistic map", logistic)):
        ratio = (found[-2] - found[-3]) / (found[-1] - found[-2])
        source = "Feigenbaum (1978); the constant quoted from memory"
        rows.append(Result(f"ratio of the last two gaps, {name}", FEIGENBAUM, ratio, 2e-4, source))
    source = "derived for the logistic map: 1 + √6"
    rows.append(Result("2→4 of the logistic map, r", 1 + np.sqrt(6), 1 + 2 * logistic[1], 1e-5, source))
    settled = gradient_descent(LOGISTIC[0], 0.3, 1.416, 3000)[-1]
    _, three = cycle_with_multiplier(LOGISTIC, float(settled), 1.4142, 3, 1.0)
    source = "known for the logistic map: 1 + √8"
    rows.append(Result("period three of the logistic map, r", 1 + np.sqrt(8), 1 + 2 * three, 1e-5, source))
    settled = float(gradient_descent(quartic_gradient, -2.0, 1.398, 5000)[-1])
    _, opens = cycle_with_multiplier(QUARTIC, settled, 1.3944, 3, 1.0)
    _, doubles = cycle_with_multiplier(QUARTIC, settled, 1.402, 3, -1.0)

    starts = gradient_descent(quartic_gradient, -2.0, 1.3, 6000)[1000:]
    pairs = gradient_descent(quartic_gradient, np.stack([starts, starts + 1e-9], axis=1), 1.3, 20)
    parting = float(np.mean(np.log(np.abs(pairs[-1, :, 1] - pairs[-1, :, 0]) / 1e-9)) / 20)
    exponent = lyapunov_exponent(QUARTIC, -2.0, 1.3, 400_000)
    source = "the mean of log |1 − γL″| along a run"
    rows.append(Result("rate at which neighbours part at γ = 1.3", exponent, parting, 0.01, source))
    whole = lyapunov_exponent(LOGISTIC, 0.3, 1.5, 200_000)
    claim = "Lyapunov exponent of the logistic map, r = 4"
    rows.append(Result(claim, np.log(2), whole, 5e-3, "known: log 2"))

    gammas = np.round(np.arange(0.9, 1.5255, 0.0025), 4)
    orbits = gradient_descent(quartic_gradient, np.full(len(gammas), -2.0), gammas, 6000)[1000:]
    slopes = np.abs(1 - gammas * QUARTIC[1](orbits))
    data = {
        "left": left, "right": right, "logistic": logistic, "period 3": [opens, doubles],
        "gammas": gammas, "exponents": np.log(np.maximum(slopes, 1e-300)).mean(axis=0),
    }  # fmt: skip
    return Recorded(rows, data)


@study("05-escape", lesson="05", title="When does Example 3 really leave?")
def escape() -> Recorded:
    """Run 200 000 steps for each step size from -2 and from 0.25, and compare with the crisis."""
    gammas = np.round(np.arange(1.5, 1.5321, 0.0005), 4)
    top = quartic_stationary_points()[1]
    stayed = {}
    for start in (-2.0, 0.25):
        theta = np.full(len(gammas), start)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(200_000):
                theta = theta - gammas * quartic_gradient(theta)
        stayed[start] = np.abs(theta) < 50
    crisis = quartic_crisis()
    last, first = gammas[stayed[-2.0]].max(), gammas[~stayed[-2.0]].min()
    source = "derived: F²(lowest point) = hilltop"
    rows = [
        Result("last step size that stays, from −2, in steps of 0.0005", crisis, last, 0, source, "<="),
        Result("first step size that leaves, from −2", crisis, first, 0, source, ">="),
        Result("first step size that leaves, from −2: how near", crisis, first, 1e-3, source),
        Result("hilltop reached at the crisis", top, _far_right(crisis), 1e-7, source),
    ]
    data = {"gammas": gammas, "stays from -2": stayed[-2.0].astype(int), "crisis": crisis,
            "stays from 0.25": stayed[0.25].astype(int)}  # fmt: skip
    return Recorded(rows, data)


def _far_right(gamma: float) -> float:
    """Return the far right end of orbits in the left valley, from the lowest value of the map on a grid."""
    valley = np.linspace(-4.5, -1.0, 3_500_001)
    lowest = np.min(valley - gamma * quartic_gradient(valley))
    return float(lowest - gamma * quartic_gradient(lowest))
