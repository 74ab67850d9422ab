"""Studies of lesson 13: drawn units, grids, greedy choice, the best width, and a second descent."""

import numpy as np
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
    random_units_error,
    step_network,
)
from coursepkg.results import Recorded, Result
from tools.studies import study

DIMENSIONS = (1, 2, 5, 10, 20)
DERIVED = "derived in the lesson"


@study("13-constants", lesson="13", title="The Barron constant of the Gaussian bump")
def constants() -> Recorded:
    """Integrate the length of a normal vector over its density, and compare with the formula."""
    rows = []
    for p in DIMENSIONS:
        mean = integrate.quad(lambda t, p=p: t * stats.chi(p).pdf(t), 0, np.inf)[0]
        claim = f"$C_f$ of the bump, p = {p}, by quadrature"
        rows.append(Result(claim, barron_constant_gauss(p), mean, 1e-5, f"√2 Γ((p+1)/2)/Γ(p/2), {DERIVED}"))
    q = np.arange(1, 200)
    trivial = int(q[np.argmax(barron_bound(barron_constant_gauss(20), 1.0, q) < 1)])
    rows.append(Result("first q at which Barron's bound is below 1, p = 20, r = 1", 79, trivial, 0, DERIVED))
    return Recorded(rows)


@study("13-drawn-units", lesson="13", title="Networks of drawn step units: the rate in 1 to 20 dimensions")
def drawn_units(seed: int = 0) -> Recorded:
    """Average the error of 40 networks of each width, on 500 inputs of the cube."""
    rng = np.random.default_rng(seed)
    widths, rows, means, variances = (10, 40, 160, 640), [], [], []
    for p in DIMENSIONS:
        X = cube_inputs(500, p, rng)
        y = gaussian_bump(X)
        errors = np.array([
            [np.mean((step_network(X, maurey_sample(p, q, rng)) - y) ** 2) for q in widths]
            for _ in range(40)
        ])  # fmt: skip
        slope, C = loglog_slope(widths, errors), barron_constant_gauss(p)
        means.append(errors.mean(axis=0))
        variances.append(np.mean(errors * widths))
        rows.append(Result(f"slope of log error against log q, p = {p}, 40 networks a width", -1, slope, 0.15,
                           f"variance of a mean, {DERIVED}"))  # fmt: skip
        ratio = np.max(errors.mean(axis=0) / barron_bound(C, 1.0, widths))
        rows.append(Result(f"mean error over the bound $(2C_f)^2/q$, largest, p = {p}", 1, ratio, 0,
                           "Barron (1993)", "<="))  # fmt: skip
    data = {"dimensions": DIMENSIONS, "widths": widths, "errors": means, "variances": variances}
    return Recorded(rows, data)


@study("13-grid", lesson="13", title="Grid cells with the same budget: the rate knows the dimension")
def grid() -> Recorded:
    """Take the exact error of the best constant on each cell, on fine grids."""
    m = np.array([32, 64, 128])
    rows = [
        Result(f"slope of log error against log q, grid in {p} dimensions", -2 / p,
               loglog_slope(m.astype(float) ** p, grid_error(p, m)), 0.002, "Taylor expansion")
        for p in DIMENSIONS
    ]  # fmt: skip
    return Recorded(rows)


@study("13-greedy", lesson="13", title="Choosing units greedily: the rate 1/(q + 1)")
def greedy() -> Recorded:
    """Let the target be a network of 600 drawn units, choose from these, and compare with drawing."""
    rng = np.random.default_rng(2)
    rows, data, units = [], {}, 60
    for p in (1, 5, 20):
        X = cube_inputs(400, p, rng)
        (W, b), (V, _) = maurey_sample(p, 600, rng)
        H = (X @ W + b >= 0).astype(float)
        y, v = H @ V[:, 0], np.abs(V).sum()
        errors = greedy_fit(H, y, units)[2]
        worst = np.max(errors * np.arange(1, units + 2)) / v**2
        rows.append(Result(f"greedy error times (q + 1) over $v^2$, largest, p = {p}", 1, worst, 0,
                           f"{DERIVED}, after Jones (1992)", "<="))  # fmt: skip
        if p == 5:
            order = np.argsort(rng.random((200, 600)), axis=1)  # 200 random subsets, averaged 600/q times
            parts = np.cumsum(H[:, order] * V[order, 0], axis=2)[:, :, :units]  # (n, 200, units)
            drawn = np.mean((600 / np.arange(1, units + 1) * parts - y[:, None, None]) ** 2, axis=(0, 1))
            data = {"greedy": errors, "drawn": np.append(np.mean(y**2), drawn), "v": v}
    return Recorded(rows, data)


WIDTHS = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
SAMPLES = (100, 200, 400, 800, 1600)


@study("13-width", lesson="13", title="The best number of units for N samples")
def width(seed: int = 3) -> Recorded:
    """Fit the output weights of random units to N noisy samples in 2 dimensions, 16 repetitions."""
    rng = np.random.default_rng(seed)
    errors, best = [], []
    for N in SAMPLES:
        row = [
            np.mean([random_units_error(2, q, N, 0.1, rng) for _ in range(16)]) if q < 0.6 * N else 1.0
            for q in WIDTHS
        ]
        k = int(np.clip(np.argmin(row), 2, len(WIDTHS) - 3))
        near = slice(k - 2, k + 3)
        a, b, _ = np.polyfit(np.log(WIDTHS[near]), np.log(row[near]), 2)
        best.append(np.exp(-b / (2 * a)))  # the vertex of a parabola through five points
        errors.append(row)
    exponent = loglog_slope(SAMPLES, best)
    source = f"minimum of $A/q + B\\,q/N$, {DERIVED}; a trend"
    rows = [Result("best q against N, exponent", 0.5, exponent, 0.25, source)]
    return Recorded(rows, {"samples": SAMPLES, "widths": WIDTHS, "errors": errors, "best": best})


@study("13-double-descent", lesson="13", title="Widths beyond the number of samples, fits of least norm")
def double_descent(seed: int = 4) -> Recorded:
    """Fit random units to 100 samples in 5 dimensions with little noise; medians of 15 repetitions."""
    rng = np.random.default_rng(seed)
    widths = np.array([2, 3, 5, 8, 12, 20, 35, 50, 65, 80, 90, 99, 110, 130, 160, 200, 300, 500, 900, 1600])
    errors = np.array(
        [np.median([random_units_error(5, q, 100, 0.02, rng) for _ in range(15)]) for q in widths]
    )
    source = "q + 1 = N weights: the square system"
    rows = [Result("width with the largest error, N = 100", 99, int(widths[np.argmax(errors)]), 0, source)]
    return Recorded(rows, {"N": 100, "widths": widths, "errors": errors})
