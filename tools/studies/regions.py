"""Studies of lesson 14: constructions counted, random networks, training, and a boundary by two shapes."""

import numpy as np

from coursepkg import autodiff, training
from coursepkg.bounds import (
    montufar_lower_bound,
    random_leading_term,
    serra_lower_bound,
    serra_upper_bound,
    zaslavsky,
)
from coursepkg.constructions import montufar_network, serra_network, tent_network
from coursepkg.datasets import moons
from coursepkg.figures.region_counts import boundary_segments
from coursepkg.network import mlp_forward
from coursepkg.regions import breakpoints, count_linear_regions, count_regions
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from tools.studies import study

FAR = 1e4  # the box of the random networks is (-FAR, FAR): nearly all there is
STEPS = (0, 30, 100, 300, 1000)
SHAPES = {"32": (32,), "16, 16": (16, 16), "11, 11, 10": (11, 11, 10)}


def random_network(n_in: int, widths: tuple[int, ...], rng: np.random.Generator) -> Layers:
    """Return a network with He's weights and biases from N(0, 1)."""
    layers = training.init_layers([n_in, *widths, 1], "he", rng)
    return [(W, rng.standard_normal(len(b))) for W, b in layers]


@study("14-construction", lesson="14", title="Do the constructions have as many regions as the theorems say?")
def construction() -> Recorded:
    """Build the networks of 2014 and 2018 and count their regions in the unit cube."""
    rows = []
    for p, widths in (
        (2, (4, 4)),
        (2, (4,) * 3),
        (2, (6, 6)),
        (2, (8, 8)),
        (2, (4,) * 4),
        (2, (8,) * 3),
        (3, (6, 4)),
    ):
        counted = count_regions(montufar_network(p, widths).layers, (0, 1))
        name = f"regions of Montúfar's construction, $p = {p}$, widths {', '.join(map(str, widths))}"
        rows.append(
            Result(name, montufar_lower_bound(p, widths), counted, 0, "Montúfar et al. (2014), the bound")
        )
    network = montufar_network(2, (8, 8, 8)).layers
    rows.append(
        Result(
            "linear regions of the same, widths 8, 8, 8", montufar_lower_bound(2, (8,) * 3),
            count_linear_regions(network, (0, 1)), 0, "Montúfar et al. (2014), the bound",
        )
    )  # fmt: skip
    for p, widths in ((2, (6, 6)), (2, (8, 8, 8)), (1, (10,) * 4)):
        counted = count_regions(serra_network(p, widths).layers, (0, 1))
        name = f"regions of Serra's construction, $p = {p}$, widths {', '.join(map(str, widths))}"
        rows.append(
            Result(name, serra_lower_bound(p, widths), counted, 0, "Serra et al. (2018), the lower bound")
        )
    tents = [count_regions(tent_network(depth).layers, (0, 1)) for depth in range(1, 11)]
    rows.append(Result("pieces of the tent map applied 10 times", 2**10, tents[-1], 0, "Telgarsky (2015)"))
    return Recorded(rows, {"tents": tents})


@study("14-random", lesson="14", title="How many regions has a random network, and does its depth matter?")
def random_networks() -> Recorded:
    """Count pieces on a line and regions in the plane for networks of one number of units."""
    rows, data = [], {}
    for depth, widths in {1: (24,), 2: (12,) * 2, 3: (8,) * 3, 4: (6,) * 4, 6: (4,) * 6}.items():
        rng = np.random.default_rng(depth)
        pieces = [len(breakpoints(random_network(1, widths, rng), (-FAR, FAR))) + 1 for _ in range(300)]
        data[f"line-{depth}"] = pieces
        name = f"1 input, 24 units, depth {depth}: mean pieces of 300 networks, against $N + 1$"
        rows.append(
            Result(name, 25, float(np.mean(pieces)), 1.5, "one layer: exact; deeper: no theorem says it")
        )
    for depth, widths in {1: (40,), 2: (20,) * 2, 4: (10,) * 4, 8: (5,) * 8}.items():
        rng = np.random.default_rng(depth)
        counts = [count_regions(random_network(2, widths, rng), (-FAR, FAR)) for _ in range(400)]
        data[f"plane-{depth}"] = counts[:80]
        data[f"plane-{depth}-mean"] = float(np.mean(counts))
        data[f"plane-{depth}-sd"] = float(np.std(counts, ddof=1))
        name = f"2 inputs, 40 units, depth {depth}: mean regions of 400 networks, against $1 + N + N(N-1)/2$"
        source = "one layer: exact; deeper: no theorem says it"
        rows.append(Result(name, zaslavsky(40, 2), float(np.mean(counts)), 41, source))
    for depth in (1, 2, 4):
        rng = np.random.default_rng(depth)
        widths = (40,) * depth
        counts = [count_regions(random_network(2, widths, rng), (-FAR, FAR)) for _ in range(20)]
        data[f"wide-{depth}"] = float(np.mean(counts) / random_leading_term(2, sum(widths)))
    return Recorded(rows, data)


def trained_counts(layers: Layers, X, y, rng) -> tuple[list[int], list[float], Layers]:
    """Return regions in (-2, 2)**2 and accuracies at `STEPS` of full-batch Adam, and the last network."""
    model = training.MLP(layers)
    optimiser = training.Adam(model.params, lr=0.01)
    counts, accuracies, done = [], [], 0
    for steps in STEPS:
        if steps > done:
            training.fit(
                model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=optimiser, epochs=steps - done,
                batch_size=len(X), rng=rng,
            )  # fmt: skip
        done = steps
        counts.append(count_regions(model.layers, (-2, 2)))
        accuracies.append(training.accuracy(mlp_forward(X, model.layers)[-1], y))
    return counts, accuracies, model.layers


@study("14-training", lesson="14", title="Does training use the regions that a network could have?")
def in_training() -> Recorded:
    """Count regions while networks of 32 units learn two moons, ten seeds."""
    rows, data = [], {"steps": list(STEPS)}
    for words, widths in SHAPES.items():
        found, accuracies = [], []
        for seed in range(10):
            rng = np.random.default_rng(seed)
            X, y = moons(100, 0.1, rng)
            layers = training.init_layers([2, *widths, 2], "he", rng, random_bias=True)
            counts, accuracy, _ = trained_counts(layers, X - X.mean(axis=0), y, rng)
            found.append(counts)
            accuracies.append(accuracy[-1])
        found = np.array(found)
        data[words] = found.tolist()
        rows.append(
            Result(
                f"moons, hidden layers {words}: most regions of 10 networks after 1000 steps",
                serra_upper_bound(2, widths), int(found[:, -1].max()), 0, "Serra et al. (2018)", "<=",
            )
        )  # fmt: skip
        ratio = float(found[:, -1].mean() / found[:, 0].mean())
        name, source = f"moons, hidden layers {words}", "our claim: training does not explode them"
        rows.append(Result(f"{name}: mean regions at the end by those at the start", 1, ratio, 0.25, source))
        rows.append(
            Result(f"{name}: smallest accuracy at the end", 0.99, min(accuracies), 0, "no source", ">=")
        )
    return Recorded(rows, data)


def wave(n_samples: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points of (-1, 1)**2 and whether they lie above a wave."""
    X = rng.uniform(-1, 1, (n_samples, 2))
    return X, (X[:, 1] > 0.6 * np.sin(5 * X[:, 0])).astype(int)


@study(
    "14-boundary", lesson="14", title="Twenty units in one layer or in two: which draws a better boundary?"
)
def boundary() -> Recorded:
    """Train 20 and 10 + 10 units on a wave, ten seeds; count regions and segments of the boundary."""
    rows, data, means = [], {}, {}
    for words, widths in {"20": (20,), "10, 10": (10, 10)}.items():
        scores, segments, regions = [], [], []
        for seed in range(10):
            rng = np.random.default_rng(seed)
            (X, y), (X_test, y_test) = wave(400, rng), wave(2000, rng)
            model = training.MLP(training.init_layers([2, *widths, 2], "he", rng, random_bias=True))
            optimiser = training.Adam(model.params, lr=0.01)
            training.fit(
                model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=optimiser, epochs=1000,
                batch_size=len(X), rng=rng,
            )  # fmt: skip
            *hidden, (V, c) = model.layers
            layers = [*hidden, (V[:, 1:] - V[:, :1], c[1:] - c[:1])]  # above 0 where class 1 is more likely
            scores.append(training.accuracy(mlp_forward(X_test, model.layers)[-1], y_test))
            segments.append(len(boundary_segments(layers)))
            regions.append(count_regions(layers))
        means[words] = float(np.mean(scores))
        data |= {f"{words}-accuracy": scores, f"{words}-segments": segments, f"{words}-regions": regions}
    ratio = float(np.mean(data["10, 10-segments"]) / np.mean(data["20-segments"]))
    source = "Montúfar et al. (2014) draw one such pair; no number published"
    gain = means["10, 10"] - means["20"]
    rows.append(Result("wave: mean test accuracy of 10 + 10 units minus that of 20", 0, gain, 0.005, source))
    rows.append(Result("wave: segments of the boundary, 10 + 10 units by 20", 1, ratio, 0, source, ">="))
    return Recorded(rows, data)
