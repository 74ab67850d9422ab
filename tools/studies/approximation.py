"""Studies of lesson 12: what a construction reaches, what no polynomial can, and what training finds."""

from itertools import pairwise

import numpy as np
from numpy.polynomial import Polynomial
from scipy.optimize import brentq

from coursepkg import autodiff
from coursepkg.approximation import (
    best_polynomial,
    equal_knots,
    interpolation_bound,
    learned_relus,
    nielsen,
    relu_interpolant,
    relu_through,
    steps_through,
    sup_error,
    unit_sum,
)  # fmt: skip
from coursepkg.gradient_descent import quartic_curvature, quartic_loss
from coursepkg.network import mlp_forward, relu
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from coursepkg.training import MLP, SGD, Adam, fit, init_layers
from tools.studies import study

SEEDS = range(10)
WIDTHS = (13, 49)
LEFT, RIGHT = -5.0, 6.0  # where the lecture's curve has its knots
# Nielsen's function on [0, 1]: the sizes of the terms of f' and of f'', added up.
NIELSEN_SLOPE = 0.8 + 0.3 * (1 + 15) + 0.05 * 50
NIELSEN_CURVATURE = 0.8 + 0.3 * (2 * 15 + 15**2) + 0.05 * 50**2


def errors_of(f, a: float, b: float, knots, values, starts) -> tuple[float, float]:
    """Return the sup errors of straight pieces between knots, and of stairs of `values` from `starts` on."""
    straight, stairs = relu_through(knots, f(knots)), steps_through(starts, values)
    return (
        sup_error(f, lambda x: unit_sum(x, *straight), a, b, knots, 20_001),
        sup_error(f, lambda x: unit_sum(x, *stairs, "heaviside"), a, b, knots, 20_001),
    )


def lecture_errors(q) -> dict[str, np.ndarray]:
    """Return the errors of the lecture's curve: ReLUs, steps, and the bound for the ReLUs."""
    f2max = float(np.max(np.abs(quartic_curvature([LEFT, RIGHT]))))  # |f''| of a parabola: largest at an end
    rows = []
    for n in q:
        knots = equal_knots(LEFT, RIGHT, n)
        found = errors_of(quartic_loss, LEFT, RIGHT, knots, quartic_loss(knots), knots)
        rows.append((*found, interpolation_bound(f2max, LEFT, RIGHT, n)))
    return dict(zip(("relus", "steps", "bounds"), np.array(rows).T))


def derived_errors(q: int) -> tuple[float, float]:
    """Return the errors for the lecture's curve by calculus, without a grid: ReLUs, then steps.

    On a piece a difference is largest at an end or where its derivative, a cubic, is 0.
    """
    x = Polynomial([0, 1])
    f = 0.02 * ((x - 0.333) ** 4 - 30 * x**2)
    knots = equal_knots(LEFT, RIGHT, q)
    straight = [f - (f(u) + (f(v) - f(u)) / (v - u) * (x - u)) for u, v in pairwise(knots)]
    stairs = [f - f(u) for u in knots[:-1]]

    def largest(differences):
        found = []
        for difference, (u, v) in zip(differences, pairwise(knots)):
            roots = difference.deriv().roots()
            inside = roots.real[(np.abs(roots.imag) < 1e-9) & (u < roots.real) & (roots.real < v)]
            found += np.abs(difference(np.r_[u, inside, v])).tolist()
        return max(found)

    return largest(straight), largest(stairs)


def nielsen_errors(pieces: int) -> tuple[float, float]:
    """Return the errors for Nielsen's function: ReLUs, and steps with the values of the middles."""
    knots = equal_knots(0, 1, pieces + 1)
    return errors_of(nielsen, 0, 1, knots, nielsen(knots[:-1] + 0.5 / pieces), knots[:-1])


@study("12-interpolation", lesson="12", title="How many units for an error: straight pieces and stairs")
def interpolation() -> Recorded:
    """Measure the sup errors of the lecture's curve and of Nielsen's function."""
    q = [13, 25, 49, 97, 193]
    found = lecture_errors(q)
    rows = []
    cubic = "derived: on each piece, roots of a cubic (12.3)"
    for k, n in enumerate(q):
        straight, stairs = derived_errors(n)
        rows += [
            Result(f"lecture's curve, {n} ReLUs: sup error", straight, found["relus"][k], 1e-6, cubic),
            Result(f"lecture's curve, {n} ReLUs: sup error against $h^2M/8$", found["bounds"][k],
                   found["relus"][k], 0, "derived in 12.2", "<="),
            Result(f"lecture's curve, {n} steps: sup error", stairs, found["steps"][k], 1e-5, cubic),
        ]  # fmt: skip
    pieces = [5, 10, 20, 50, 100, 200]
    errors = np.array([nielsen_errors(n) for n in pieces])
    for n, (straight, stairs) in zip(pieces, errors):
        rows += [
            Result(f"Nielsen's function, {n} steps: sup error", NIELSEN_SLOPE / (2 * n), stairs, 0,
                   "derived: $h/2$ times 8.1, a bound of its slope", "<="),
            Result(f"Nielsen's function, {n + 1} ReLUs: sup error", NIELSEN_CURVATURE / (8 * n**2), straight,
                   0, "derived: $h^2M/8$ with $M = 202.3$", "<="),
        ]  # fmt: skip
    data = {"q": q, **found, "pieces": pieces, "nielsen_relus": errors[:, 0], "nielsen_steps": errors[:, 1]}
    return Recorded(rows, data)


@study("12-polynomial", lesson="12", title="An activation that fails: sums of squares stay quadratics")
def polynomial() -> Recorded:
    """Fit sin 3x on [-1, 1] with squared units and with ReLUs, in least squares and in the sup norm."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 2001)
    y = np.sin(3 * x)

    def fitted(h):
        return h @ np.linalg.lstsq(h, y, rcond=1e-12)[0]

    squares, relus = [], []
    for q in (3, 30, 300):
        v, b = rng.uniform(0.5, 2, q), rng.uniform(-2, 2, q)
        squares.append(np.abs(fitted((np.outer(x, v) + b) ** 2) - y).max())  # (2001, q)
        _, bias = relu_interpolant(lambda t: np.sin(3 * t), -1, 1, q)
        relus.append(np.abs(fitted(relu(x[:, None] + bias)) - y).max())
    _, floor = best_polynomial(lambda t: np.sin(3 * t), -1, 1, 2)
    # The target is odd, so the least-squares quadratic is a line. It errs most at 1.
    exact = (np.sin(3) - 3 * np.cos(3)) / 3 - np.sin(3)  # slope: 3/2 of the integral of x sin 3x
    on_points = x @ y / (x @ x) - np.sin(3)
    t = np.linspace(-1, 1, 200_001)
    many = np.sin(3 * t)
    line = t * (t @ many) / (t @ t)

    def uneven(touch):
        """Return the difference of two errors of a line: where it has the target's slope, and at 1."""
        slope = 3 * np.cos(3 * touch)
        return np.sin(3 * touch) - slope * touch - (slope - np.sin(3))

    best = 3 * np.cos(3 * brentq(uneven, 0.2, 0.6)) - np.sin(3)
    rows = [
        Result(f"$\\sin 3x$, {q} squared units, least squares on 2001 points: sup error", on_points, error,
               1e-6, "derived: the line of slope $\\sum x_j\\sin 3x_j/\\sum x_j^2$")
        for q, error in zip((3, 30, 300), squares)
    ]  # fmt: skip
    rows += [
        Result("$\\sin 3x$, quadratic, least squares on 200 001 points: sup error", exact,
               np.abs(line - many).max(), 5e-5,
               "derived: the least-squares quadratic of the integral is a line"),
        Result("$\\sin 3x$, best quadratic in the sup norm", best, floor, 5e-5,
               "derived: a line whose error is the same at four points, with signs in turn"),
        Result("$\\sin 3x$, 300 ReLUs, least squares: sup error", best, relus[-1], 0, "below the floor",
               "<="),
    ]  # fmt: skip
    return Recorded(rows, {"q": [3, 30, 300], "squares": squares, "relus": relus, "floor": floor,
                           "integral": exact})  # fmt: skip


def sup(layers: Layers, scale=(0.0, 1.0, 0.0, 1.0)) -> float:
    """Return the sup error on the lecture's curve; `scale` holds centre and spread of x and y."""
    mx, sx, my, sy = scale

    def output(x):
        return my + sy * mlp_forward((x[:, None] - mx) / sx, layers)[-1][:, 0]

    return sup_error(quartic_loss, output, LEFT, RIGHT)


def trained(
    q: int, seed: int, optimiser: str, lr: float, batch_size: int, steps: int, standardise: bool
) -> float:
    """Return the sup error after so many steps, infinite if training failed."""
    rng = np.random.default_rng(seed)
    X = np.linspace(LEFT, RIGHT, 200)[:, None]
    y = quartic_loss(X)
    scale = (X.mean(), X.std(), y.mean(), y.std()) if standardise else (0.0, 1.0, 0.0, 1.0)
    model = MLP(init_layers((1, q, 1), "standard", rng, random_bias=True))
    method = Adam(model.params, lr=lr) if optimiser == "adam" else SGD(model.params, lr=lr)
    try:
        with np.errstate(over="ignore"):
            fit(
                model, (X - scale[0]) / scale[1], (y - scale[2]) / scale[3], loss=autodiff.mse,
                optimiser=method, epochs=steps * batch_size // len(X), batch_size=batch_size, rng=rng,
            )  # fmt: skip
    except FloatingPointError:
        return np.inf
    return sup(model.layers, scale)


def above(how: str, errors, built: dict[int, float]) -> Result:
    """Return the smallest error of trained networks of the larger width beside twice the construction's."""
    claim = f"{WIDTHS[1]} units, {how}: smallest sup error of {np.size(errors)} networks"
    source = "twice the construction of 12.1"
    return Result(claim, 2 * built[WIDTHS[1]], float(np.min(errors)), 0, source, ">=")


@study("12-learning", lesson="12", title="Existence against learning: the same width, built and trained")
def learning() -> Recorded:
    """Train 13 and 49 ReLUs from ten seeds with SGD and Adam, and compare with the construction."""
    built = {q: float(lecture_errors([q])["relus"][0]) for q in WIDTHS}
    ways = {
        "SGD": [("sgd", lr, 20, False) for lr in (0.003, 0.01)],
        "SGD, standardised": [("sgd", lr, 20, True) for lr in (0.03, 0.1)],
        "Adam, standardised": [("adam", 0.03, 200, True)],
    }
    errors = {
        "Adam": np.array(
            [
                [sup(learned_relus(quartic_loss, LEFT, RIGHT, q, np.random.default_rng(s))) for s in SEEDS]
                for q in WIDTHS
            ]
        )
    }
    for name, settings in ways.items():
        tried = np.array(
            [
                [[trained(q, s, how, lr, batch, 1500, scaled) for s in SEEDS] for q in WIDTHS]
                for how, lr, batch, scaled in settings
            ]
        )  # (settings, widths, seeds)
        best = np.median(tried, axis=2).argmin(axis=0)  # the learning rate is chosen for each width
        errors[name] = tried[best, np.arange(len(WIDTHS))]
    data = {name: np.where(np.isfinite(found), found, 1e9) for name, found in errors.items()}
    rows = [above("1500 steps of SGD or Adam", [found[1] for found in errors.values()], built)]
    return Recorded(rows, {"widths": list(WIDTHS), "built": list(built.values()), **data})


@study(
    "12-patience", lesson="12", title="Existence against learning: four times as many steps; weights alone"
)
def patience() -> Recorded:
    """Train four times as long; solve for the output weights with the construction's bends, and Adam's."""
    built = {q: float(lecture_errors([q])["relus"][0]) for q in WIDTHS}
    x = np.linspace(LEFT, RIGHT, 200)

    def refitted(W, b):
        """Return the sup error when the bends stay and the output layer is the least-squares one."""
        hidden = np.column_stack([relu(x[:, None] @ W + b), np.ones(len(x))])  # (200, q + 1)
        v = np.linalg.lstsq(hidden, quartic_loss(x), rcond=None)[0]
        return sup([(W, b), (v[:-1, None], v[-1:])])

    found, solved, convex = [], [], []
    for q in WIDTHS:
        rngs = [np.random.default_rng(s) for s in SEEDS]
        found.append([sup(learned_relus(quartic_loss, LEFT, RIGHT, q, rng, steps=6000)) for rng in rngs])
        rngs = [np.random.default_rng(s) for s in SEEDS]
        solved.append([refitted(*learned_relus(quartic_loss, LEFT, RIGHT, q, rng)[0]) for rng in rngs])
        _, b = relu_interpolant(quartic_loss, LEFT, RIGHT, q)
        w = np.linalg.lstsq(relu(x[:, None] + b), quartic_loss(x), rcond=None)[0]  # (200, q)
        convex.append(sup_error(quartic_loss, lambda t, w=w, b=b: unit_sum(t, w, b), LEFT, RIGHT, -b))
    rows = [
        Result(f"{q} units, the construction's bends, output weights by least squares: sup error",
               built[q], error, 0, "construction of 12.1", "<=")
        for q, error in zip(WIDTHS, convex)
    ]  # fmt: skip
    rows.append(above("6000 steps of Adam", found[1], built))
    return Recorded(rows, {"errors": found, "solved": solved, "convex": convex,
                           "built": list(built.values())})  # fmt: skip
