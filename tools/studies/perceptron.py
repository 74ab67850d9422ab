"""Studies of lesson 02: Novikoff's bound, Cover's fraction, and how a simulated Mark I learns."""

import numpy as np

from coursepkg.mark_one import FREE, learning_curve
from coursepkg.perceptron import (
    augment,
    cover_count,
    largest_margin,
    novikoff_bound,
    perceptron_fit,
    separating_hyperplane,
)
from coursepkg.results import Recorded, Result
from tools.studies import study

REPETITIONS = 10
SHOWN = (60, 200, 1000, 5000)
COVER = "Cover (1965), formula; derived in section 2.6"
NOVIKOFF = "Novikoff (1962), with bias; proved in section 2.3"
CLAIM = "one chain of secondary sources, not traced to a report"


@study("02-novikoff", lesson="02", title="Do the mistakes stay within Novikoff's bound?")
def novikoff() -> Recorded:
    """Two hundred data sets of known margin, and the two points that break the bound without the bias."""
    ratios, mistakes, bounds = [], [], []
    for margin in (0.05, 0.1, 0.2, 0.4):
        for seed in range(50):
            X, y = with_margin(margin, np.random.default_rng(seed))
            found = perceptron_fit(X, y, 100_000)
            u = largest_margin(augment(X), y)[1]
            bound = novikoff_bound(X, y, u[:-1], u[-1])
            ratios.append(found.mistakes / bound if found.converged else np.inf)
            mistakes.append(found.mistakes)
            bounds.append(bound)
    rows = [Result("largest mistakes / bound in 200 data sets", 1.0, max(ratios), 0, NOVIKOFF, "<=")]
    for near, far in ((0.1, 0.2), (0.03, 0.06)):
        X, y = np.array([[near], [far]]), np.array([-1, 1])
        count = perceptron_fit(X, y, 10_000).mistakes
        u = largest_margin(augment(X), y)[1]
        pair = f"{near} against {far}: mistakes"
        bound = novikoff_bound(X, y, u[:-1], u[-1])
        rows.append(Result(f"{pair}, bound of the augmented inputs", bound, count, 0, NOVIKOFF, "<="))
        naive = (far / ((far - near) / 2)) ** 2
        wrong = "the formula without the bias: not a theorem here"
        rows.append(Result(f"{pair}, number of the inputs as they are", naive, count, 0, wrong, "<="))
    return Recorded(rows, {"mistakes": mistakes, "bounds": bounds})


def with_margin(
    margin: float, rng: np.random.Generator, n_samples: int = 60
) -> tuple[np.ndarray, np.ndarray]:
    """Return points of the square [-1, 1]^2 that keep their distance from a random line, and their sides."""
    angle, b = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
    w = np.array([np.cos(angle), np.sin(angle)])
    X = rng.uniform(-1, 1, (4 * n_samples, 2))
    z = X @ w + b
    keep = np.flatnonzero(np.abs(z) >= margin)[:n_samples]
    return X[keep], np.sign(z[keep])


@study("02-cover", lesson="02", title="Which share of the labellings can ten weights produce?")
def cover() -> Recorded:
    """Random points, random labels, a linear programme for each of 3000 labellings."""
    rng, rows, data = np.random.default_rng(1965), [], {}
    for bias in (False, True):
        fractions = []
        for N in (10, 15, 20, 25, 30):
            labelled = ((rng.normal(size=(N, 10)), 2 * rng.integers(0, 2, N) - 1) for _ in range(300))
            found = [separating_hyperplane(X, y, bias) is not None for X, y in labelled]
            fractions.append(np.mean(found))
            theory = cover_count(N, 11 if bias else 10) / 2**N
            kind = "with a bias" if bias else "through the origin"
            rows.append(Result(f"{N} points, d = 10, {kind}", round(theory, 4), fractions[-1], 0.09, COVER))
        data["bias" if bias else "homogeneous"] = fractions
    return Recorded(rows, {"N": [10, 15, 20, 25, 30], **data})


def curves(names: tuple[str, str], n_units: int, shown: tuple[int, ...], **kwargs: float) -> np.ndarray:
    """Return the learning curves of ten machines, shape (10, len(shown))."""
    return np.array(
        [
            learning_curve(names, n_units, shown, np.random.default_rng(s), **kwargs)
            for s in range(REPETITIONS)
        ]
    )


@study(
    "02-mark-one-pairs", lesson="02", title="How fast does a Mark I with 1000 A-units learn letters anywhere?"
)
def pairs() -> Recorded:
    """Three pairs of shapes at any place of the retina, ten machines each."""
    data = {}
    for names in (("square", "diamond"), ("E", "F"), ("E", "X")):
        data["-".join(names)] = curves(names, 1000, SHOWN)
    sizes = (30, 100, 300, 512, 1000, 3000)
    by_size = np.array([curves(("E", "F"), size, (1000,))[:, 0] for size in sizes])
    at_60 = {name: found[:, 0].mean() for name, found in data.items()}
    rows = [
        Result("square/diamond after 60 images, any place", 1.0, at_60["square-diamond"], 0.02, CLAIM),
        Result("E/F after 60 images, any place", 0.8, at_60["E-F"], 0, CLAIM, ">="),
    ]
    return Recorded(rows, {"shown": SHOWN, **data, "units": sizes, "by_size": by_size})


@study("02-mark-one-position", lesson="02", title="Does a narrower range of places explain the 60 images?")
def position() -> Recorded:
    """The same after 60 images, for letters that move by at most 0, 1, ..., 5 cells."""
    shifts = range(FREE + 1)
    data = {
        "-".join(names): np.array([curves(names, 1000, (60,), max_shift=shift)[:, 0] for shift in shifts])
        for names in (("square", "diamond"), ("E", "F"))
    }
    square, letters = data["square-diamond"].mean(axis=1), data["E-F"].mean(axis=1)
    rows = [
        Result("square/diamond after 60 images, one place", 1.0, square[0], 0.002, CLAIM),
        Result("square/diamond after 60 images, places within 1 cell", 1.0, square[1], 0.02, CLAIM),
        Result("E/F after 60 images, places within 1 cell", 0.8, letters[1], 0, CLAIM, ">="),
        Result("E/F after 60 images, places within 2 cells", 0.8, letters[2], 0, CLAIM, ">="),
    ]
    return Recorded(rows, {"shift": list(shifts), **data})


@study("02-mark-one-circle", lesson="02", title="Square against circle: 500 A-units, 10 000 images")
def circle() -> Recorded:
    """Shapes of one size, the square turned at random, ten machines: at any place, then within one cell."""
    shown, rows, data = (1000, 10_000), [], {}
    for shift, where in ((FREE, "any place"), (1, "places within 1 cell")):
        found = curves(("square", "circle"), 500, shown, max_angle=45.0, max_shift=shift)
        data[f"shift {shift}"] = found
        rows.append(Result(f"square/circle, {where}, any turn", 0.998, found[:, -1].mean(), 0.01, CLAIM))
    return Recorded(rows, {"shown": shown, **data})
