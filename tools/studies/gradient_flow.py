"""Studies of lesson 10: gradients at the start, depth against activation, and shapes to classify."""

from itertools import pairwise

import numpy as np

from coursepkg import autodiff, training
from coursepkg.datasets import digits
from coursepkg.gradient_flow import (
    backpropagated,
    chain_bound,
    chain_gradient,
    jacobian_singular_values,
    predict_stats,
    tanh_as_sigmoid,
)
from coursepkg.results import Recorded, Result
from coursepkg.shapeset import shapeset
from coursepkg.threshold import Layers
from tools.studies import study

EARLIER = "one earlier run, not published"
RECURSION = "derived: the variance recursion, section 10.4"
GLOROT = "Glorot and Bengio (2010), Table 1, from a public note"
SEEDS = range(10)
SIZES = [1000] * 6 + [10]


def ratios(scheme: str, activation: str, seed: int) -> tuple[list[float], list[float]]:
    """Return how the root mean square of gradients changes from layer k + 1 to k, by h and by z."""
    rng = np.random.default_rng(seed)
    layers = training.init_layers(SIZES, scheme, rng, dtype=np.float32)
    X, y = rng.standard_normal((300, SIZES[0]), dtype=np.float32), rng.integers(SIZES[-1], size=300)
    _, deltas = backpropagated(layers, X, y, activation)
    by_h = [float(np.sqrt(np.mean((d @ W.T) ** 2))) for d, (W, _) in zip(deltas[1:], layers[1:])]
    by_z = [float(np.sqrt(np.mean(d**2))) for d in deltas[:-1]]
    return [[a / b for a, b in pairwise(found)] for found in (by_h, by_z)]


@study("10-start", lesson="10", title="How fast does a gradient shrink from layer to layer, before training?")
def start() -> Recorded:
    """Measure five layers of 1000 units from ten seeds, with 300 samples and three beginnings."""
    earlier = {
        ("standard", "tanh"): [0.53, 0.558, 0.575, 0.578],
        ("glorot", "tanh"): [0.812, 0.852, 0.888, 0.903],
        ("standard", "sigmoid"): [0.14, 0.14, 0.14, 0.14],
    }
    rows, data = [], {}
    for (scheme, activation), published in earlier.items():
        runs = np.array([ratios(scheme, activation, seed) for seed in SEEDS])  # (10, 2, 4)
        by_h, by_z = runs.mean(axis=0)
        name = f"{activation}, {'normalised' if scheme == 'glorot' else scheme}"
        theory = predict_stats(SIZES, scheme, activation).dz
        data[f"{name}, by h"], data[f"{name}, by z"] = by_h, by_z
        data[f"{name}, predicted"] = theory[:4] / theory[1:5]
        for k, (value, ours) in enumerate(zip(published, by_h), start=1):
            claim = f"{name}: gradient by h, layer {k} over layer {k + 1}, mean of 10 seeds"
            rows.append(Result(claim, value, float(ours), 0.02, EARLIER))
        off = float(np.abs(by_z / data[f"{name}, predicted"] - 1).max())
        claim = f"{name}: gradient by z, largest relative distance of a ratio from the recursion"
        rows.append(Result(claim, 0, off, 0.05, RECURSION))
    product = float(np.prod(data["tanh, standard, by h"]))
    rows.append(Result("tanh, standard: gradient by h, layer 1 over layer 5", 0.098, product, 0.01, EARLIER))
    rows.append(Result("the same, if every slope were 1", 1 / 9, product, 0.02, "derived: 3**(-4/2)"))
    return Recorded(rows, data)


@study("10-chain", lesson="10", title="How small is the gradient of a chain of sigmoids?")
def chain() -> Recorded:
    """Draw weights from N(0, 1/4) and compare the median gradient with the bound."""
    rows, data = [], {"depths": [3, 10, 20], "median": [], "above the quarter": [], "above the bound": []}
    for L, published in ((3, 1.4e-3), (10, 6.6e-12), (20, 1e-23)):
        rng = np.random.default_rng(L)
        W = rng.normal(0, 0.5, (4000, L))
        found = np.abs([chain_gradient(w, 1.0) for w in W])
        bounds = np.array([chain_bound(w, 1.0) for w in W])
        median = float(np.median(found))
        data["median"].append(median)
        data["above the quarter"].append(int((found > 0.25**L).sum()))
        data["above the bound"].append(int((found > bounds * (1 + 1e-12)).sum()))
        claim = f"chain of {L} sigmoids: log10 of the median gradient"
        rows.append(Result(claim, float(np.log10(published)), float(np.log10(median)), 0.1, EARLIER))
    broken = sum(data["above the bound"])
    rows.append(
        Result("chains whose gradient exceeds |x| |w_2...w_L| / 4**L", 0, broken, 0, "derived, section 10.2")
    )
    return Recorded(rows, data)


def digit_run(depth: int, activation: str, seed: int, change=None, batch_size: int = 50) -> float:
    """Return the test accuracy after 20 epochs; `change` replaces the normalised initial layers."""
    X, y, X_test, y_test = digits()
    rng = np.random.default_rng(seed)
    layers: Layers = training.init_layers([64, *[64] * depth, 10], "glorot", rng)
    model = training.MLP(layers if change is None else change(layers), activation)
    training.fit(
        model, X, y, loss=autodiff.softmax_cross_entropy, epochs=20, batch_size=batch_size, rng=rng,
        optimiser=training.SGD(model.params, lr=0.05, momentum=0.9),
    )  # fmt: skip
    return training.accuracy(training.predict(model, X_test), y_test)


def four_times(layers: Layers) -> Layers:
    """Return the layers with hidden weights four times as large, and nothing recentred."""
    return [(W if k == len(layers) - 1 else 4 * W, b) for k, (W, b) in enumerate(layers)]


@study("10-digits", lesson="10", title="Is it the sigmoid, the weights, or the depth?")
def depth_against_activation() -> Recorded:
    """Train one, three and five hidden layers of 64 units on digits from ten seeds."""
    earlier = {"sigmoid": (0.899, 0.771, 0.101), "tanh": (0.923, 0.919, 0.916)}
    rows, data = [], {"depths": [1, 3, 5]}
    for activation, values in earlier.items():
        found = [[digit_run(depth, activation, seed) for seed in SEEDS] for depth in data["depths"]]
        data[activation] = found
        for depth, published, runs in zip(data["depths"], values, found):
            claim = f"digits, {activation}, depth {depth}: test accuracy, mean of 10 seeds"
            rows.append(Result(claim, published, float(np.mean(runs)), 0.04, EARLIER))
    found = [
        [digit_run(depth, "sigmoid", seed, tanh_as_sigmoid) for seed in SEEDS] for depth in data["depths"]
    ]
    data["sigmoid, other weights"] = found
    data["sigmoid, depth 3, batches of 32"] = [
        digit_run(3, "sigmoid", seed, batch_size=32) for seed in range(5)
    ]
    data["sigmoid, depth 5, weights times 4"] = [
        digit_run(5, "sigmoid", seed, four_times) for seed in range(5)
    ]
    claim = "digits, sigmoid that begins as the tanh network, depth 5: worst of 10 seeds"
    rows.append(Result(claim, 0.85, min(found[-1]), 0, "ours: nothing published", ">="))
    return Recorded(rows, data)


@study("10-shapeset", lesson="10", title="Does the normalised start help on drawn shapes?")
def shapes() -> Recorded:
    """Train five tanh layers of 100 units on 10 000 images of the mini-Shapeset, from both starts."""
    data_rng = np.random.default_rng(5)
    X, y = shapeset(11_000, data_rng)
    X = X.astype(np.float32)
    held_out, data = (X[10_000:], y[10_000:]), {"epochs": list(range(1, 17))}
    for scheme in ("standard", "glorot"):
        errors, losses = [], []
        for seed in range(2):
            rng = np.random.default_rng(seed)
            layers = training.init_layers([1024, *[100] * 5, 9], scheme, rng, dtype=np.float32)
            model = training.MLP(layers, "tanh")
            history = training.fit(
                model, X[:10_000], y[:10_000], loss=autodiff.softmax_cross_entropy, epochs=16, batch_size=20,
                rng=rng, optimiser=training.SGD(model.params, lr=0.1), validation=held_out,
            )  # fmt: skip
            errors.append([1 - value for value in history.validation])
            losses.append(history.epoch_loss)
        data[f"{scheme} error"], data[f"{scheme} loss"] = errors, losses
    last, loss = {}, {}
    for name in ("standard", "glorot"):
        last[name] = float(np.mean([run[-3:] for run in data[f"{name} error"]]))
        loss[name] = float(np.mean([run[-1] for run in data[f"{name} loss"]]))
    better, lower = last["glorot"] - last["standard"], loss["glorot"] - loss["standard"]
    claim = "Shapeset, tanh: {} of the normalised start less that of the standard one"
    rows = [
        Result("Shapeset, tanh, standard: test error", 0.2715, last["standard"], 0.02, GLOROT),
        Result("Shapeset, tanh, normalised: test error", 0.156, last["glorot"], 0.02, GLOROT),
        Result(claim.format("test error"), 0, better, 0, f"{GLOROT}: -0.1155", "<="),
        Result(claim.format("training loss"), 0, lower, 0, "ours: nothing published", "<="),
    ]
    return Recorded(rows, data)


@study("10-isometry", lesson="10", title="What do a hundred tanh layers do to a direction?")
def isometry() -> Recorded:
    """Compare the singular values of the Jacobian for normal and orthogonal weights."""
    rows, data = [], {}
    x = 0.01 * np.random.default_rng(0).standard_normal(100)
    for scheme in ("lecun", "orthogonal"):
        layers = training.init_layers([100] * 101, scheme, np.random.default_rng(1))
        s = jacobian_singular_values(layers, x, "tanh")
        data[scheme] = s
    rows.append(
        Result(
            "100 tanh layers, orthogonal, small input: smallest singular value", 1,
            float(data["orthogonal"][-1]), 0.05, "Saxe et al. (2014): 1 for linear layers",
        )
    )  # fmt: skip
    rows.append(
        Result(
            "100 tanh layers, normal weights: median singular value", 1e-3,
            float(np.median(data["lecun"])), 0, "ours: nothing published", "<=",
        )
    )  # fmt: skip
    return Recorded(rows, data)
