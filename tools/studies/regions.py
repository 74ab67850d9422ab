"""Studies of lesson 14: constructions counted, random networks, training, and a boundary by two shapes."""

import numpy as np

from coursepkg import autodiff, training
from coursepkg.bounds import (
    montufar_lower_bound,
    random_leading_term,
    serra_lower_bound,
    serra_upper_bound,
)
from coursepkg.constructions import montufar_network, serra_network, tent_network
from coursepkg.datasets import moons
from coursepkg.network import mlp_forward
from coursepkg.regions import breakpoints, count_linear_regions, count_regions, region_complex
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from tools.studies import study

FAR = 1e4  # the box of the random networks is (-FAR, FAR): nearly all there is
STEPS = (0, 30, 100, 300, 1000)
SERRA_UPPER = "Serra et al. (2018), the upper bound"
SHAPES = {"32": (32,), "16, 16": (16, 16), "11, 11, 10": (11, 11, 10)}


def random_network(n_in: int, widths: tuple[int, ...], rng: np.random.Generator) -> Layers:
    """Return a network with He's weights and biases from N(0, 1)."""
    layers = training.init_layers([n_in, *widths, 1], "he", rng)
    return [(W, rng.standard_normal(len(b))) for W, b in layers]


def expected_pieces(layers: Layers, box: tuple[float, float]) -> float:
    """Return the pieces that the layers of a random network with one input let one expect in a box.

    It is 1 plus, for each layer, the mean number of its kinks given the layers before.

    A unit's pre-activation is ``g @ phi(x)``: g standard normal, phi(x) the activations before, scaled by
    He's standard deviation, and a 1 for the bias. On a piece phi(x) is straight, so z changes its sign there
    if the random hyperplane of g separates the ends, with probability angle / pi.
    """
    pieces = 1.0
    for depth, (W, _) in enumerate(layers[:-1]):
        fan_in, units = W.shape
        shown = [*layers[:depth], (np.eye(fan_in), np.zeros(fan_in))]  # ends with the activations
        kinks = breakpoints(shown, box) if depth else []
        h = mlp_forward(np.array([box[0], *kinks, box[1]])[:, None], shown)[-1]  # (n_points, fan_in)
        phi = np.hstack([h * np.sqrt(2 / fan_in), np.ones((len(h), 1))])
        phi /= np.linalg.norm(phi, axis=1, keepdims=True)
        chords = np.linalg.norm(np.diff(phi, axis=0), axis=1)
        pieces += units * (2 * np.arcsin(np.minimum(chords / 2, 1))).sum() / np.pi
    return float(pieces)


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
        networks = [random_network(1, widths, rng) for _ in range(300)]
        pieces = [len(breakpoints(network, (-FAR, FAR))) + 1 for network in networks]
        expected = [expected_pieces(network, (-FAR, FAR)) for network in networks]
        data[f"line-{depth}"] = pieces
        derived = float(f"{np.mean(expected):.5g}")
        name = f"1 input, 24 units, depth {depth}: mean pieces of 300 networks"
        source = "derived in section 14.4; tolerance: three standard errors at depth 6"
        rows.append(Result(name, derived, float(np.mean(pieces)), 0.7, source))
    for depth, widths in {1: (40,), 2: (20,) * 2, 4: (10,) * 4, 8: (5,) * 8}.items():
        rng = np.random.default_rng(depth)
        counts = [count_regions(random_network(2, widths, rng), (-FAR, FAR)) for _ in range(400)]
        data[f"plane-{depth}"] = counts[:80]
        data[f"plane-{depth}-mean"] = float(np.mean(counts))
        data[f"plane-{depth}-sd"] = float(np.std(counts, ddof=1))
        name = f"2 inputs, 40 units, depth {depth}: most regions of 400 networks"
        rows.append(Result(name, serra_upper_bound(2, widths), max(counts), 0, SERRA_UPPER, "<="))
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
                serra_upper_bound(2, widths), int(found[:, -1].max()), 0, SERRA_UPPER, "<=",
            )
        )  # fmt: skip
        data[f"{words}-accuracy"] = accuracies
    return Recorded(rows, data)


def wave(n_samples: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points of (-1, 1)**2 and whether they lie above a wave."""
    X = rng.uniform(-1, 1, (n_samples, 2))
    return X, (X[:, 1] > 0.6 * np.sin(5 * X[:, 0])).astype(int)


def crossed_regions(layers: Layers) -> int:
    """Return in how many regions of (-1, 1)**2 the output changes its sign: the segments of its boundary."""
    found = region_complex(layers)
    values = [
        found.vertices[polygon] @ slope + offset
        for polygon, slope, offset in zip(found.polygons, found.slopes[:, :, 0], found.offsets[:, 0])
    ]
    return sum(bool(z.min() < 0 < z.max()) for z in values)


@study(
    "14-boundary", lesson="14", title="Twenty units in one layer or in two: which draws a better boundary?"
)
def boundary() -> Recorded:
    """Train 20 and 10 + 10 units on a wave, ten seeds; count regions and segments of the boundary."""
    rows, data = [], {}
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
            segments.append(crossed_regions(layers))
            regions.append(count_regions(layers))
        data |= {f"{words}-accuracy": scores, f"{words}-segments": segments, f"{words}-regions": regions}
        name = f"wave, hidden layers {words}: most segments of 10 boundaries (one a region at most)"
        rows.append(Result(name, serra_upper_bound(2, widths), max(segments), 0, SERRA_UPPER, "<="))
    gain = np.subtract(data["10, 10-accuracy"], data["20-accuracy"])
    clear = abs(gain.mean()) > 2 * gain.std(ddof=1) / np.sqrt(len(gain))
    better = ("10 + 10" if gain.mean() > 0 else "20") if clear else "neither"
    source = "Montúfar et al. (2014), figure 1: one pair, as public notes describe it"
    rows.append(Result("wave: units with the better mean test accuracy of 10", "10 + 10", better, 0, source))
    return Recorded(rows, data)
