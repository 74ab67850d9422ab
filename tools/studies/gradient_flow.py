"""Studies of lesson 10: gradients at the start, depth against activation, and shapes to classify."""

from itertools import pairwise

import numpy as np
from scipy.special import digamma

from coursepkg import autodiff, training
from coursepkg.datasets import digits
from coursepkg.gradient_flow import (
    backpropagated,
    chain_bound,
    chain_gradient,
    dsigmoid,
    gain,
    jacobian_singular_values,
    normal_mean,
    predict_stats,
    slope,
    tanh_as_sigmoid,
)
from coursepkg.network import mlp_forward
from coursepkg.results import Recorded, Result
from coursepkg.shapeset import shapeset
from coursepkg.threshold import Layers
from tools.studies import study

RECURSION = "derived: the variance recursion, section 10.4"
GLOROT = "Glorot and Bengio (2010), Table 1, from a public note"
GLOROT_TEXT = "Glorot and Bengio (2010), one digit, mean over layers, from a public note"
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


def mean_stretch(scheme: str, seed: int) -> float:
    """Return the mean singular value of the derivative of z_5 by z_4, for tanh and one sample."""
    rng = np.random.default_rng(seed)
    layers = training.init_layers(SIZES, scheme, rng, dtype=np.float32)
    x = rng.standard_normal((1, SIZES[0]), dtype=np.float32)
    z = mlp_forward(x, layers[:4], "tanh")[-1]  # (1, 1000): the last of the four has no activation
    J = slope("tanh", z).T * layers[4][0]  # (n, 1) * (n, m)
    return float(np.linalg.svd(J.astype(np.float32), compute_uv=False).mean())


@study("10-start", lesson="10", title="How fast does a gradient shrink from layer to layer, before training?")
def start() -> Recorded:
    """Measure five layers of 1000 units from ten seeds, with 300 samples and three beginnings."""
    rows, data = [], {}
    for scheme, activation in (("standard", "tanh"), ("glorot", "tanh"), ("standard", "sigmoid")):
        runs = np.array([ratios(scheme, activation, seed) for seed in SEEDS])  # (10, 2, 4)
        name = f"{activation}, {'normalised' if scheme == 'glorot' else scheme}"
        theory = predict_stats(SIZES, scheme, activation)
        variance = training.SCHEMES[scheme][1](SIZES[0], SIZES[0])
        predicted = {  # by h: the weights above and the slope of layer k + 1
            "h": np.sqrt([SIZES[0] * variance * gain(activation, std) for std in theory.z[1:5]]),
            "z": theory.dz[:4] / theory.dz[1:5],
        }
        for k, by in enumerate(("h", "z")):
            mean = runs[:, k].mean(axis=0)
            data[f"{name}, by {by}"], data[f"{name}, by {by}, predicted"] = mean, predicted[by]
            off = float(np.abs(mean / predicted[by] - 1).max())
            claim = f"{name}: gradient by {by}, largest relative distance of a ratio from the recursion"
            rows.append(Result(claim, 0, off, 0.02, RECURSION))
    product = float(np.prod(data["tanh, standard, by h"]))
    claim = "tanh, standard: gradient by h, layer 1 over layer 5, if every slope were 1"
    rows.append(Result(claim, 1 / 9, product, 0.02, "derived: 3**(-4/2)"))
    mean = float(np.mean(data["sigmoid, standard, by h"]))
    claim = "sigmoid, standard: gradient by h, ratio of neighbours, if every slope were 1/4"
    rows.append(Result(claim, 3**-0.5 / 4, mean, 0.01, "derived: 1 / (4 sqrt(3))"))
    for scheme, name, published in (("standard", "standard", 0.5), ("glorot", "normalised", 0.8)):
        found = float(np.mean([mean_stretch(scheme, seed) for seed in range(2)]))
        claim = f"tanh, {name}: mean singular value of the derivative of z_5 by z_4"
        rows.append(Result(claim, published, found, 0.05, GLOROT_TEXT))
    return Recorded(rows, data)


@study("10-chain", lesson="10", title="How small is the gradient of a chain of sigmoids?")
def chain() -> Recorded:
    """Draw weights from N(0, 1/4), and compare the mean logarithm of the gradient with its derivation."""
    rows, data = [], {"depths": [3, 10, 20], "median": [], "above the quarter": [], "above the bound": []}
    weight = np.log10(0.5) - (np.euler_gamma + np.log(2)) / 2 / np.log(10)  # mean of log10 |w|
    first, later = (normal_mean(lambda u: np.log10(dsigmoid(u)), std) for std in (0.5, 0.25))
    for L in data["depths"]:
        rng = np.random.default_rng(L)
        W = rng.normal(0, 0.5, (4000, L))
        found, bounds = np.abs(chain_gradient(W, 1.0)), chain_bound(W, 1.0)
        data["median"].append(float(np.median(found)))
        data["above the quarter"].append(int((found > 0.25**L).sum()))
        data["above the bound"].append(int((found > bounds * (1 + 1e-12)).sum()))
        claim = f"chain of {L} sigmoids: mean of log10 of the gradient's size"
        derived = first + (L - 1) * (later + weight)
        source = "derived: log10 of the slope plus log10 of the weight, a unit at a time, with h = 1/2"
        rows.append(Result(claim, derived, float(np.log10(found).mean()), 0.15, source))
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
    rows, data = [], {"depths": [1, 3, 5]}
    for activation in ("sigmoid", "tanh"):
        data[activation] = [
            [digit_run(depth, activation, seed) for seed in SEEDS] for depth in data["depths"]
        ]
    data["sigmoid, other weights"] = [
        [digit_run(depth, "sigmoid", seed, tanh_as_sigmoid) for seed in SEEDS] for depth in data["depths"]
    ]
    data["sigmoid, depth 3, batches of 32"] = [
        digit_run(3, "sigmoid", seed, batch_size=32) for seed in range(5)
    ]
    data["sigmoid, depth 5, weights times 4"] = [
        digit_run(5, "sigmoid", seed, four_times) for seed in range(5)
    ]
    sigmoid, tanh = (np.array(data[name][2]) for name in ("sigmoid", "tanh"))
    images = digits()[2]
    layers = training.init_layers([64, *[64] * 5, 10], "glorot", np.random.default_rng(0))
    outputs = [mlp_forward(images, layers, "tanh"), mlp_forward(images, tanh_as_sigmoid(layers), "sigmoid")]
    apart = float(np.abs(outputs[0][-1] - outputs[1][-1]).max())
    identity = "derived: tanh(z) = 2 s(2 z) - 1, section 10.6"
    claim = "digits, depth 5, before training: largest distance of a sigmoid net's logit from its tanh twin's"
    rows.append(Result(claim, 0, apart, 1e-12, identity))
    claim = "digits, sigmoid, normalised, depth 5: test accuracy, mean of 10 seeds"
    guess = "derived: one of ten classes, guessed"
    rows.append(Result(claim, 0.1, float(sigmoid.mean()), 0.02, guess))
    claim = "digits, normalised, depth 5: test error of tanh less that of the sigmoid, mean of 10 seeds"
    order = "the order in Glorot and Bengio (2010), Table 1, from a public note: -0.5546 on Shapeset"
    rows.append(Result(claim, 0, float((sigmoid - tanh).mean()), 0, order, "<="))
    return Recorded(rows, data)


@study("10-shapeset", lesson="10", title="Does the normalised start help on drawn shapes?")
def shapes() -> Recorded:
    """Train five tanh layers of 100 units on 10 000 images of the mini-Shapeset; 4000 more test them."""
    data_rng = np.random.default_rng(5)
    X, y = shapeset(14_000, data_rng)
    X = X.astype(np.float32)
    held_out, data = (X[10_000:], y[10_000:]), {"epochs": list(range(1, 17))}
    for scheme in ("standard", "glorot"):
        errors, losses, left = [], [], []
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
            left.append(1 - training.accuracy(training.predict(model, X[:10_000]), y[:10_000]))
        data[f"{scheme} error"], data[f"{scheme} loss"] = errors, losses
        data[f"{scheme} training error"] = left
    last = {
        name: float(np.mean([run[-3:] for run in data[f"{name} error"]])) for name in ("standard", "glorot")
    }
    better = last["glorot"] - last["standard"]
    claim = "Shapeset, tanh: test error of the normalised start less that of the standard one"
    rows = [
        Result("Shapeset, tanh, standard: test error", 0.2715, last["standard"], 0.02, GLOROT),
        Result("Shapeset, tanh, normalised: test error", 0.156, last["glorot"], 0.02, GLOROT),
        Result(claim, 0, better, 0, f"the sign in {GLOROT}: -0.1155", "<="),
    ]
    return Recorded(rows, data)


@study("10-isometry", lesson="10", title="What do a hundred tanh layers do to a direction?")
def isometry() -> Recorded:
    """Compare the singular values of the Jacobian for normal and orthogonal weights, from ten seeds."""
    found, x = {"lecun": [], "orthogonal": []}, 0.01 * np.random.default_rng(0).standard_normal(100)
    for scheme, runs in found.items():
        for seed in SEEDS:
            layers = training.init_layers([100] * 101, scheme, np.random.default_rng(seed))
            runs.append(jacobian_singular_values(layers, x, "tanh"))
    smallest = float(np.mean([s[-1] for s in found["orthogonal"]]))
    claim = "100 tanh layers, orthogonal, small input: smallest singular value, mean of 10 seeds"
    source = "derived, with slopes 1: a product of orthogonal matrices is orthogonal"
    rows = [Result(claim, 1, smallest, 0.05, source)]
    # The k-th direction grows a layer like the length of a normal vector in 101 - k dimensions.
    k = 35
    derived = 100 * (digamma((101 - k) / 2) + np.log(2 / 100)) / 2 / np.log(10)
    stretched = float(np.mean([np.log10(s[k - 1]) for s in found["lecun"]]))
    claim = f"100 tanh layers, normal weights: log10 of singular value {k}, mean of 10 seeds"
    source = "derived for linear layers and depth to infinity: 100 times the mean log10 length of a vector"
    rows.append(Result(claim, derived, stretched, 0.3, source))
    squares = [float(np.mean(s**2)) for s in found["lecun"]]
    return Recorded(rows, {"normal weights, mean square of each seed": squares})
