"""Studies of lesson 15: our graph and torch's, step times, convolution on digits, two branches."""

import os
import platform
import time

import numpy as np
import torch
from torch import nn

from coursepkg import autodiff, training
from coursepkg.convolution import (
    ConvNet,
    conv2d_direct,
    conv2d_fft,
    conv_matrix,
    init_conv_layers,
    shift,
)
from coursepkg.datasets import digits
from coursepkg.gpu import LOSSES, available_devices, fit, float_type, to_torch
from coursepkg.results import Recorded, Result
from tools.studies import study

DERIVED = "the same function, computed twice"


def images(X, frame: int = 8) -> np.ndarray:
    """Return digits as images of one channel in the middle of a frame."""
    room = (frame - 8) // 2
    return np.pad(X.reshape(-1, 1, 8, 8), ((0, 0), (0, 0), (room, room), (room, room)))


def conv_module(layers, strides, pool=False, device="cpu") -> nn.Sequential:
    """Return the network of `ConvNet` as a torch module."""
    module = nn.Sequential()
    for (K, b), stride in zip(layers[:-1], strides, strict=True):
        q, c, size, _ = K.shape
        part = nn.Conv2d(c, q, size, stride, size // 2, device=device, dtype=float_type(device))
        part.weight.data, part.bias.data = (
            torch.tensor(a, device=device, dtype=float_type(device)) for a in (K, b)
        )
        module.extend([part, nn.ReLU()])
    if pool:
        module.append(nn.AdaptiveMaxPool2d(1))
    module.append(nn.Flatten())
    return module.extend([to_torch(layers[-1:], device=device)[0]])


def worst(pairs) -> float:
    """Return the largest difference between arrays of pairs."""
    return float(max(np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in pairs))


@study("15-agreement", lesson="15", title="Do our graph and torch's compute the same?")
def agreement() -> Recorded:
    """Compare values, gradients and 50 steps on the digits; a convolution by five routes."""
    X, y, _, _ = digits()
    forward, gradient, losses = [], [], []
    for seed in range(10):
        layers = training.init_layers((64, 32, 16, 10), "he", np.random.default_rng(seed))
        model, module = training.MLP(layers), to_torch(layers)
        forward.append((training.predict(model, X), module(torch.tensor(X)).detach().numpy()))
        autodiff.softmax_cross_entropy(model(X), y).backward()
        LOSSES["softmax_cross_entropy"](module(torch.tensor(X)), torch.tensor(y)).backward()
        gradient += [(p.grad, q.grad.numpy().T) for p, q in zip(model.params, module.parameters())]
        model, module = training.MLP(layers), to_torch(layers)
        common = {"epochs": 2, "batch_size": 60}  # 25 steps an epoch
        ours = training.fit(
            model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=training.SGD(model.params, 0.1, 0.9),
            rng=np.random.default_rng(seed), **common,
        )  # fmt: skip
        theirs = fit(
            module, X, y, loss="softmax_cross_entropy", rng=np.random.default_rng(seed), **common,
            optimiser=torch.optim.SGD(module.parameters(), 0.1, momentum=0.9),
        )  # fmt: skip
        losses.append((ours.loss, theirs.loss))
    names = ("Fourier transforms", "a sparse matrix", "our graph of windows and a product", "torch")
    routes = {name: [] for name in names}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        c, q, stride, padding = rng.integers(1, 4, 4)
        A, K = rng.normal(size=(2, c, 9, 8)), rng.normal(size=(q, c, 3, 2))
        want, how = conv2d_direct(A, K, stride, padding), (int(stride), int(padding))
        flat = (conv_matrix(K, (9, 8), *how) @ A.reshape(2, -1).T).T.reshape(want.shape)
        routes["Fourier transforms"].append((conv2d_fft(A, K, *how), want))
        routes["a sparse matrix"].append((flat, want))
        routes["our graph of windows and a product"].append(
            (autodiff.conv2d(autodiff.Tensor(A), K, *how).data, want)
        )
        theirs = nn.functional.conv2d(torch.tensor(A), torch.tensor(K), stride=how[0], padding=how[1])
        routes["torch"].append((theirs.numpy(), want))
    rows = [
        Result(
            "the same network, ten draws: largest difference of an output", 0, worst(forward), 1e-8, DERIVED
        ),
        Result("largest difference of an entry of the gradient", 0, worst(gradient), 1e-8, DERIVED),
        Result("largest difference of a loss in 50 steps of training", 0, worst(losses), 1e-8, DERIVED),
    ]
    for name, pairs in routes.items():
        claim = f"convolution, 20 draws: the direct sum beside {name}, largest difference"
        rows.append(Result(claim, 0, worst(pairs), 1e-10, DERIVED))
    return Recorded(rows, {"loss": losses[0][0]})


def step_time(width: int, batch: int, device, depth: int = 3, repeats: int = 4) -> tuple[float, float]:
    """Return the seconds of one training step, the best of several bursts, and the last loss."""
    rng = np.random.default_rng(0)
    layers = training.init_layers((64, *[width] * depth, 10), "he", rng)
    module = to_torch(layers, device=device)
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-3)
    X = torch.tensor(rng.normal(size=(batch, 64)), device=device, dtype=float_type(device))
    y = torch.tensor(rng.integers(10, size=batch), device=device)

    def steps(n):
        for _ in range(n):
            loss = nn.functional.cross_entropy(module(X), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return loss.item()  # waits until the device has finished

    steps(2)
    n, best = min(50, max(1, round(2e7 / (batch * width**2)))), np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        last = steps(n)
        best = min(best, (time.perf_counter() - start) / n)
    return best, last


@study("15-step-times", lesson="15", title="Where does a second thread, or a GPU, begin to pay?")
def step_times() -> Recorded:
    """Time a training step of a network with three hidden layers on every device that there is."""
    widths, batches, before = [16, 32, 64, 128, 256, 512], [32, 256], torch.get_num_threads()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # of others: before we begin
    places = []
    for device in available_devices():
        places += [(device, n) for n in (1, 2)] if device.type == "cpu" else [(device, before)]
    seconds, losses = [], []
    try:
        for device, threads in places:
            torch.set_num_threads(threads)
            found = [[step_time(w, batch, device) for w in widths] for batch in batches]
            seconds.append([[t for t, _ in row] for row in found])
            losses.append([[loss for _, loss in row] for row in found])
    finally:
        torch.set_num_threads(before)
    names = [
        f"CPU, {n} thread{'s' * (n > 1)}" if device.type == "cpu" else torch.cuda.get_device_name()
        if device.type == "cuda" else str(device)
        for device, n in places
    ]  # fmt: skip
    machine = f"{platform.system()} {platform.machine()}, torch {torch.__version__}"
    spread = max(worst([(a, losses[0])]) for a in losses)
    rows = [
        Result(
            "largest difference of a loss between the places where it was computed", 0, spread, 1e-4, DERIVED
        )
    ]
    data = {"widths": widths, "batches": batches, "places": names, "seconds": seconds, "machine": machine}
    if load is not None:
        data["load"], data["cores"] = load, os.cpu_count()
    return Recorded(rows, data)


def train(model, X, y, seed: int, epochs: int, lr: float = 0.05):
    """Return the history of a model after SGD with momentum on the cross-entropy."""
    return training.fit(
        model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=training.SGD(model.params, lr, 0.9),
        epochs=epochs, batch_size=50, rng=np.random.default_rng(seed),
    )  # fmt: skip


def size_of(params) -> int:
    """Return the number of weights and biases."""
    return sum(p.size for p in params)


@study("15-digits", lesson="15", title="A convolutional network on the digits, beside an MLP of its size")
def on_digits() -> Recorded:
    """Train both kinds from ten seeds with our engine, and the convolutional one with torch too."""
    X, y, X_test, y_test = digits()
    accuracy, sizes = {"convolution": [], "MLP": []}, {}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        layers = init_conv_layers((1, 8, 8), (8, 16), (1, 2), 10, 3, rng)
        models = {
            "convolution": (ConvNet(layers, (1, 2)), images),
            "MLP": (training.MLP(training.init_layers((64, 51, 10), "he", rng)), np.asarray),
        }
        for name, (model, view) in models.items():
            history = train(model, view(X), y, seed, 10)
            accuracy[name].append(training.accuracy(training.predict(model, view(X_test)), y_test))
            sizes[name] = size_of(model.params)
            if seed == 0 and name == "convolution":
                module = conv_module(layers, (1, 2))
                theirs = fit(
                    module, images(X), y, loss="softmax_cross_entropy", epochs=10, batch_size=50,
                    optimiser=torch.optim.SGD(module.parameters(), 0.05, momentum=0.9),
                    rng=np.random.default_rng(0),
                )  # fmt: skip
                curves = history.loss, theirs.loss
    apart = worst([(curves[0][:50], curves[1][:50])])
    rows = [
        Result("both paths, first 50 steps: largest difference of a loss", 0, apart, 1e-8, DERIVED),
        Result(
            "parameters of the convolutional network", (9 + 1) * 8 + (8 * 9 + 1) * 16 + (16 * 16 + 1) * 10,
            sizes["convolution"], 0, "derived: 10 · 8 + 73 · 16 + 257 · 10",
        ),
        Result(
            "parameters of the MLP", (64 + 1) * 51 + (51 + 1) * 10, sizes["MLP"], 0,
            "derived: 65 · 51 + 52 · 10",
        ),
    ]  # fmt: skip
    data = {
        "convolution": accuracy["convolution"],
        "MLP": accuracy["MLP"],
        "parameters": [sizes["convolution"], sizes["MLP"]],
        "ours": curves[0],
        "torch": curves[1],
    }
    return Recorded(rows, data)


@study("15-shifted", lesson="15", title="Digits that stand elsewhere: what does convolution buy?")
def shifted() -> Recorded:
    """Train on centred digits in a frame of 14 by 14 and test on shifted ones."""
    X, y, X_test, y_test = digits()
    X, X_test, wide = images(X, 14), images(X_test, 14), images(X_test[:100], 20)
    names = ("MLP", "convolution, then all places", "convolution, then the largest value")
    accuracy, sizes, within = np.zeros((len(names), 3, 4)), [0] * len(names), np.zeros((3, 4))
    moved = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        pooled = ConvNet(init_conv_layers((1, 14, 14), (8, 24), (1, 1), 10, 3, rng, True), (1, 1), True)
        placed = ConvNet(init_conv_layers((1, 14, 14), (4, 6), (2, 1), 10, 3, rng), (2, 1))
        mlp = training.MLP(training.init_layers((196, 11, 10), "he", rng))
        for k, model in enumerate((mlp, placed, pooled)):
            flat = flattened if k == 0 else np.asarray
            train(model, flat(X), y, seed, 8)
            sizes[k] = size_of(model.params)
            accuracy[k, seed] = [mean_accuracy(model, X_test, y_test, d, flat) for d in range(4)]
        within[seed] = [mean_accuracy(pooled, wide, y_test[:100], d, np.asarray) for d in range(4)]
        still = training.predict(pooled, wide)
        moved += [
            (training.predict(pooled, shift(wide, by)), still) for d in (1, 2, 3) for by in directions(d)
        ]
    rows = [
        Result(
            "pooled network, frame of 20: largest change of an output under shifts of 1 to 3", 0,
            worst(moved), 1e-10, "derived but for rounding: equivariant, then a maximum, far from the border",
        ),
    ]  # fmt: skip
    data = {"names": list(names), "accuracy": accuracy, "parameters": sizes, "within": within}
    return Recorded(rows, data)


def flattened(A):
    """Return images as rows."""
    return A.reshape(len(A), -1)


def directions(distance: int) -> list[tuple[int, int]]:
    """Return the shifts down, up, right and left by a distance."""
    return [(distance, 0), (-distance, 0), (0, distance), (0, -distance)]


def mean_accuracy(model, X, y, distance: int, view) -> float:
    """Return the accuracy on images shifted by a distance, the mean over four directions."""
    steps = directions(distance) if distance else [(0, 0)]
    found = [training.accuracy(training.predict(model, view(shift(X, by))), y) for by in steps]
    return float(np.mean(found))


class TwoBranches:
    """An encoder whose code goes to a classifier and to a decoder."""

    def __init__(self, rng, sizes=(64, 32, 16)):
        up = sizes[::-1]
        self.encoder, self.decoder, self.head = (
            [
                autodiff.Tensor(a, requires_grad=True)
                for layer in training.init_layers(widths, "he", rng)
                for a in layer
            ]
            for widths in (sizes, up, (sizes[-1], 10))
        )
        self.params = [*self.encoder, *self.decoder, *self.head]

    @staticmethod
    def run(h, params, last="identity"):
        """Return what the layers make of h."""
        for k, (W, b) in enumerate(zip(params[::2], params[1::2])):
            h = autodiff.layer(h, W, b, "relu" if 2 * k + 2 < len(params) else last)
        return h

    def code(self, X):
        """Return the features that both branches share."""
        return self.run(X, self.encoder, "relu")


@study("15-two-branches", lesson="15", title="One encoder, two tasks: does the second help the first?")
def two_branches() -> Recorded:
    """Train a shared encoder with few labels, with and without the reconstruction of 1500 digits."""
    X, y, X_test, y_test = digits()
    weights, counts = [0.0, 3.0, 30.0], [50, 200]
    accuracy = np.zeros((len(counts), len(weights), 8))
    error = np.zeros_like(accuracy)
    for seed in range(8):
        for j, weight in enumerate(weights):
            for i, count in enumerate(counts):
                rng = np.random.default_rng(seed)
                model = TwoBranches(rng)
                labelled = rng.choice(len(X), count, replace=False)
                optimiser = training.Adam(model.params, lr=3e-3)
                for _ in range(400):
                    few, many = rng.choice(labelled, 25), rng.choice(len(X), 25)
                    logits = model.run(model.code(X[few]), model.head)
                    loss = autodiff.softmax_cross_entropy(logits, y[few])
                    if weight:
                        picture = model.run(model.code(X[many]), model.decoder)
                        loss = loss + weight * autodiff.mse(picture, X[many])
                    optimiser.zero_grad()
                    loss.backward()
                    for p in model.params:  # what no branch used has no derivative
                        p.grad = np.zeros(p.shape) if p.grad is None else p.grad
                    optimiser.step()
                z = model.code(X_test)
                accuracy[i, j, seed] = training.accuracy(model.run(z, model.head).data, y_test)
                error[i, j, seed] = np.mean((model.run(z, model.decoder).data - X_test) ** 2)
    model = TwoBranches(np.random.default_rng(0))
    parts = []
    for which in ("both", "class", "picture"):
        z = model.code(X[:50])
        a = autodiff.softmax_cross_entropy(model.run(z, model.head), y[:50])
        b = autodiff.mse(model.run(z, model.decoder), X[:50])
        for p in model.params:
            p.zero_grad()
        {"both": a + b, "class": a, "picture": b}[which].backward()
        parts.append([p.grad.copy() for p in model.encoder])
    off = worst([(both, first + second) for both, first, second in zip(*parts)])
    rows = [
        Result(
            "encoder's gradient: both losses at once, minus the sum of each alone", 0, off, 1e-12,
            "the chain rule: contributions add up",
        ),
    ]  # fmt: skip
    return Recorded(rows, {"weights": weights, "labels": counts, "accuracy": accuracy, "error": error})
