"""Studies of lesson 12: what a construction reaches, what no polynomial can, and what training finds."""

import numpy as np

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

EARLIER = "one earlier run, not published"
SEEDS = range(10)
WIDTHS = (13, 49)
LEFT, RIGHT = -5.0, 6.0  # where the lecture's curve has its knots


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
    for k, (straight, stairs) in enumerate(
        zip((0.5595, 0.1549, 0.0407, 0.01043, 0.00264), (4.35, 2.73, 1.52, 0.801, 0.411))
    ):
        digits = 10.0 ** (np.floor(np.log10(straight)) - 3) * 5
        rows += [
            Result(f"lecture's curve, {q[k]} ReLUs: sup error", straight, found["relus"][k], digits, EARLIER),
            Result(f"lecture's curve, {q[k]} ReLUs: sup error against $h^2M/8$", found["bounds"][k],
                   found["relus"][k], 0, "derived in 12.2", "<="),
            Result(f"lecture's curve, {q[k]} steps: sup error", stairs, found["steps"][k], 0.005, EARLIER),
        ]  # fmt: skip
    pieces = [5, 10, 20, 50, 100, 200]
    errors = np.array([nielsen_errors(n) for n in pieces])
    for k, (stairs, straight) in enumerate(
        zip((0.473, 0.246, 0.161, 0.069, 0.035, 0.0175), (0.208, 0.086, 0.041, 0.0077, 0.0020, 0.0005))
    ):
        rows += [
            Result(
                f"Nielsen's function, {pieces[k]} steps: sup error", stairs, errors[k, 1], 0.0006, EARLIER
            ),
            Result(
                f"Nielsen's function, {pieces[k] + 1} ReLUs: sup error",
                straight,
                errors[k, 0],
                0.0006 if straight > 0.01 else 0.00006,
                EARLIER,
            ),
        ]
    data = {"q": q, **found, "pieces": pieces, "nielsen_relus": errors[:, 0], "nielsen_steps": errors[:, 1]}
    return Recorded(rows, data)


@study("12-polynomial", lesson="12", title="An activation that fails: sums of squares stay quadratics")
def polynomial() -> Recorded:
    """Fit sin 3x on [-1, 1] with squared units and with ReLUs, in least squares and in the sup norm."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 2001)
    y = np.sin(3 * x)
    source = "one earlier run, not published; its 2001 points found here"

    def fitted(h):
        return h @ np.linalg.lstsq(h, y, rcond=1e-12)[0]

    squares, relus = [], []
    for q in (3, 30, 300):
        v, b = rng.uniform(0.5, 2, q), rng.uniform(-2, 2, q)
        squares.append(np.abs(fitted((np.outer(x, v) + b) ** 2) - y).max())  # (2001, q)
        _, bias = relu_interpolant(lambda t: np.sin(3 * t), -1, 1, q)
        relus.append(np.abs(fitted(relu(x[:, None] + bias)) - y).max())
    _, floor = best_polynomial(lambda t: np.sin(3 * t), -1, 1, 2)
    exact = (np.sin(3) - 3 * np.cos(3)) / 3 - np.sin(
        3
    )  # its slope is 3/2 of the integral of x sin 3x; it errs at 1
    t = np.linspace(-1, 1, 200_001)
    many = np.sin(3 * t)
    line = t * (t @ many) / (t @ t)
    rows = [
        Result(
            f"$\\sin 3x$, {q} squared units, least squares on 2001 points: sup error",
            0.8946,
            error,
            5e-5,
            source,
        )
        for q, error in zip((3, 30, 300), squares)
    ]
    rows += [
        Result("$\\sin 3x$, quadratic, least squares on 200 001 points: sup error", exact,
               np.abs(line - many).max(), 5e-5,
               "derived: the least-squares quadratic of the integral is a line"),
        Result("$\\sin 3x$, best quadratic in the sup norm", 0.6296, floor, 5e-5, EARLIER),
        Result("$\\sin 3x$, 300 ReLUs, least squares: sup error", 0.6296, relus[-1], 0, "below the floor",
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
    rows = [
        Result("13 units, 10 runs of Adam: largest sup error", 5.14, errors["Adam"][0].max(), 0.2, EARLIER),
        Result("49 units, 10 runs of Adam: median sup error", 0.47, np.median(errors["Adam"][1]), 0.1,
               "one earlier run, not published: 0.38 to 0.56"),
    ]  # fmt: skip
    for j, q in enumerate(WIDTHS):
        for name, found in errors.items():
            better = (
                name == "Adam, standardised" and q == 13
            )  # one run of ten: the construction is not the best
            rows.append(
                Result(f"{q} units, 10 runs, {name}: smallest sup error, against the construction", built[q],
                       found[j].min(), 0, "construction of 12.1", "<=" if better else ">=")
            )  # fmt: skip
    data = {name: np.where(np.isfinite(found), found, 1e9) for name, found in errors.items()}
    return Recorded(rows, {"widths": list(WIDTHS), "built": list(built.values()), **data})


@study(
    "12-patience", lesson="12", title="Existence against learning: four times as many steps; weights alone"
)
def patience() -> Recorded:
    """Train four times as long, and solve for the output weights alone with the bends of the construction."""
    found = [
        [
            sup(learned_relus(quartic_loss, LEFT, RIGHT, q, np.random.default_rng(s), steps=6000))
            for s in SEEDS
        ]
        for q in WIDTHS
    ]
    convex = []
    x = np.linspace(LEFT, RIGHT, 200)
    for q in WIDTHS:
        _, b = relu_interpolant(quartic_loss, LEFT, RIGHT, q)
        w = np.linalg.lstsq(relu(x[:, None] + b), quartic_loss(x), rcond=None)[0]  # (200, q)
        convex.append(sup_error(quartic_loss, lambda t, w=w, b=b: unit_sum(t, w, b), LEFT, RIGHT, -b))
    built = [float(value) for value in lecture_errors(WIDTHS)["relus"]]
    rows = [
        Result("13 units, 10 runs of Adam, 6000 steps: smallest sup error, against the construction",
               built[0], min(found[0]), 0, "construction of 12.1, which is not the best network", "<="),
        Result("49 units, 10 runs of Adam, 6000 steps: smallest sup error, against the construction",
               built[1], min(found[1]), 0, "construction of 12.1", ">="),
        Result("13 units, weights alone by least squares: sup error, against the construction", built[0],
               convex[0], 0, "construction of 12.1", "<="),
        Result("49 units, weights alone by least squares: sup error, against the construction", built[1],
               convex[1], 0, "construction of 12.1", "<="),
    ]  # fmt: skip
    return Recorded(rows, {"errors": found, "convex": convex, "built": built})
