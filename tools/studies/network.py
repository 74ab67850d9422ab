"""Studies of lesson 07: the lecture's spiral with our engine, digits, and how narrow a network may be."""

import warnings

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from coursepkg import autodiff, training
from coursepkg.datasets import digits, disc, spiral_points, spirals
from coursepkg.gpu import from_torch, to_torch
from coursepkg.network import mlp_forward, n_parameters, softmax_cross_entropy
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from tools.studies import study

NOTEBOOK = "the lecture's notebook lec2-spiral-classification (2026), its code run with torch"
SEEDS = range(10)


def trained(layers: Layers, X, y, steps: int, lr: float) -> Layers:
    """Return a ReLU network after full-batch steps of Adam on the softmax cross-entropy."""
    model = training.MLP(layers)
    optimiser = training.Adam(model.params, lr=lr)
    rng = np.random.default_rng(0)  # the order within a full batch changes rounding alone
    training.fit(
        model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=optimiser, epochs=steps,
        batch_size=len(X), rng=rng,
    )  # fmt: skip
    return model.layers


def scores(layers: Layers, X, y) -> tuple[float, float]:
    """Return accuracy and loss of a ReLU network."""
    logits = mlp_forward(X, layers)[-1]
    return training.accuracy(logits, y), softmax_cross_entropy(logits, y)


def lecture_spiral() -> tuple[np.ndarray, list[Layers]]:
    """Return the noise of the lecture's spiral and the initial layers of its two models, from torch."""
    torch.manual_seed(12345)
    noise = torch.stack([torch.randn(100) * 0.2 for _ in range(2)])
    initial = [from_torch(torch.nn.Sequential(torch.nn.Linear(2, 2)))]
    hidden = torch.nn.Sequential(torch.nn.Linear(2, 100), torch.nn.ReLU(), torch.nn.Linear(100, 2))
    initial.append(from_torch(hidden))
    return noise.numpy().astype(float), [
        [(W.astype(float), b.astype(float)) for W, b in net] for net in initial
    ]


def trained_by_torch(layers: Layers, X, y, steps: int, lr: float) -> Layers:
    """Return what torch makes of the same network in the same steps, in float64."""
    module = to_torch(layers)
    optimiser = torch.optim.Adam(module.parameters(), lr=lr)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(module(torch.tensor(X)), torch.tensor(y))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return from_torch(module)


@study("07-spiral", lesson="07", title="The lecture's spiral: does a line do, does a hidden layer?")
def spiral() -> Recorded:
    """Train the lecture's two models from torch's own points and initial weights with our engine."""
    noise, initial = lecture_spiral()
    X, y = spiral_points(noise)
    rows, off = [], []
    published = {"linear": (0.5, 0.646), "100 hidden units": (0.985, 0.103)}
    for layers, (name, (accuracy, loss)) in zip(initial, published.items()):
        ours, theirs = (train(layers, X, y, 1000, 1e-3) for train in (trained, trained_by_torch))
        got = scores(ours, X, y)
        rows.append(Result(f"spiral, {name}: accuracy after 1000 steps", accuracy, got[0], 0.005, NOTEBOOK))
        rows.append(Result(f"spiral, {name}: loss after 1000 steps", loss, got[1], 0.001, NOTEBOOK))
        off += [np.abs(a - b).max() for mine, other in zip(ours, theirs) for a, b in zip(mine, other)]
    rows.append(
        Result(
            "spiral: largest difference of a weight to torch in float64",
            0,
            max(off),
            1e-8,
            "torch, same steps",
        )
    )
    linear, hidden = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        X, y = spirals(100, rng)
        for found, sizes in ((linear, (2, 2)), (hidden, (2, 100, 2))):
            layers = training.init_layers(sizes, "standard", rng, random_bias=True)
            found.append(scores(trained(layers, X, y, 1000, 1e-3), X, y))
    rows.append(
        Result(
            "spiral, 10 draws of data and weights: largest accuracy", 0.995,
            max(accuracy for accuracy, _ in linear + hidden), 0, "derived: two of 200 points coincide", "<=",
        )
    )  # fmt: skip
    (W1, b1), (W2, b2) = initial[1]
    return Recorded(
        rows,
        {"noise": noise, "W": initial[0][0][0], "b": initial[0][0][1], "W1": W1, "b1": b1, "W2": W2, "b2": b2,
         "linear": linear, "hidden": hidden},
    )  # fmt: skip


def accuracies_of_scikit_learn(hidden: tuple[int, ...]) -> list[float]:
    """Return the test accuracies of scikit-learn's network on the digits, trained as ours is."""
    X, y, X_test, y_test = digits()
    found = []
    for seed in SEEDS:
        model = MLPClassifier(
            hidden, solver="sgd", alpha=0, learning_rate_init=0.1, momentum=0.9, nesterovs_momentum=False,
            batch_size=50, max_iter=100, tol=0, n_iter_no_change=100, random_state=seed,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it stops after 100 epochs, as it should
            model.fit(X, y)
        found.append(model.score(X_test, y_test))
    return found


@study("07-digits", lesson="07", title="Digits of 8 by 8 pixels: what does a hidden layer add?")
def handwritten() -> Recorded:
    """Train softmax regression and one hidden layer of 64 units from ten seeds, here and by scikit-learn.

    Over seeds an accuracy has a standard deviation of 0.003, a mean of ten one of 0.001; the tolerance is
    over three standard deviations of the difference of two such means.
    """
    X, y, X_test, y_test = digits()
    source = "scikit-learn's `MLPClassifier`, same settings, ten seeds of its own"
    rows, data = [], {}
    for name, sizes in (("softmax regression", (64, 10)), ("64 hidden", (64, 64, 10))):
        found = []
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            model = training.MLP(training.init_layers(sizes, "glorot", rng))
            optimiser = training.SGD(model.params, lr=0.1, momentum=0.9)
            training.fit(
                model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=optimiser, epochs=100,
                batch_size=50, rng=rng,
            )  # fmt: skip
            found.append(training.accuracy(training.predict(model, X_test), y_test))
        data[name], data[f"{name} parameters"] = found, n_parameters(model.layers)
        claim = f"digits, {name}: test accuracy, mean of {len(found)} seeds"
        expected = float(np.mean(accuracies_of_scikit_learn(sizes[1:-1])))
        rows.append(Result(claim, expected, float(np.mean(found)), 0.005, source))
    return Recorded(rows, data)


@study("07-width", lesson="07", title="How many hidden units do two spirals need?")
def width() -> Recorded:
    """Train one hidden layer of several widths from ten initial values each."""
    X, y = spirals(100, np.random.default_rng(12345))
    widths = [2, 3, 4, 6, 8, 10, 16, 32, 100]
    correct = [
        [
            round(200 * scores(trained(start(seed, (2, q, 2)), X, y, 1500, 0.01), X, y)[0])
            for seed in SEEDS
        ]
        for q in widths
    ]  # fmt: skip
    rows = [
        Result(
            "spiral: most of 200 points right, at any width", 199, max(map(max, correct)), 0,
            "derived: two of 200 points coincide", "<=",
        ),
        Result(
            "spiral: points right with 100 hidden units, worst of 10 runs", 199, min(correct[-1]), 0,
            "derived: the bound is reached",
        ),
    ]  # fmt: skip
    return Recorded(rows, {"widths": widths, "correct": correct})


@study("07-disc", lesson="07", title="Can a network that is nowhere wider than its input enclose a disc?")
def enclosed() -> Recorded:
    """Train narrow networks on the disc and ask whether the region of class 1 reaches a far frame."""
    X, y = disc(400, np.random.default_rng(0))
    X = 2 * X - 1
    side = np.linspace(-50, 50, 20_001)
    edge = np.full_like(side, 50)
    frame = np.vstack(
        [np.column_stack(pair) for pair in ((side, edge), (side, -edge), (edge, side), (-edge, side))]
    )
    shapes, accuracy, closed = [(2,), (2, 2), (2, 2, 2), (3,), (4,)], [], []
    for widths in shapes:
        nets = [trained(start(seed, (2, *widths, 2)), X, y, 800, 0.01) for seed in SEEDS]
        accuracy.append([scores(net, X, y)[0] for net in nets])
        inside = [mlp_forward(X, net)[-1].argmax(axis=1).any() for net in nets]
        outside = [mlp_forward(frame, net)[-1].argmax(axis=1).any() for net in nets]
        closed.append([bool(a and not b) for a, b in zip(inside, outside)])
    narrow = sum(map(sum, closed[:3]))
    rows = [
        Result(
            "disc: trained networks of width 2 and depth 1 to 3 with an enclosed region, of 30", 0, narrow, 0,
            "Beise, Dias Da Cruz and Schröder (arXiv 1807.01194), abstract read",
        ),
        Result(
            "disc: trained networks of width 3, depth 1, with an enclosed region, of 10", 1,
            sum(closed[3]), 0, "derived: three half-planes enclose a triangle", ">=",
        ),
    ]  # fmt: skip
    return Recorded(
        rows,
        {"widths": ["-".join(map(str, shape)) for shape in shapes], "accuracy": accuracy, "closed": closed},
    )


def start(seed: int, sizes: tuple[int, ...]) -> Layers:
    """Return initial layers after He, with random biases."""
    return training.init_layers(sizes, "he", np.random.default_rng(seed), random_bias=True)
