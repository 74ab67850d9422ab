"""Studies of lesson 09: what sweeps and gradients cost, and whether both directions agree."""

import math

import numpy as np
import torch

from coursepkg import autodiff as ad
from coursepkg.operation_counts import (
    FUNCTIONS,
    best_order,
    graph_multiplications,
    jacobian_by_sweeps,
    measure,
)
from coursepkg.results import Recorded, Result
from coursepkg.toeplitz import convolution_matrix, convolution_vjp
from tools.studies import study

SWEEPS = "derived in section 9.4, counted while sweeping"
PRICE = "derived in section 9.5, counted operation by operation"
LINE = "derived in section 9.7, torch run beside it"
SAME = "equal by the theorem of section 9.3, both sides computed"


def random_matrices(rng, sizes) -> list[np.ndarray]:
    """Return weights of a chain, scaled so that products keep their size."""
    return [rng.normal(size=(a, b)) / math.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]  # noqa: RUF007


@study("09-jacobians", lesson="09", title="What a full Jacobian costs in both modes")
def jacobians() -> Recorded:
    """Sweep through chains with every unit vector, and count the multiplications."""
    rows, rng, apart = [], np.random.default_rng(0), 0.0
    for sizes, forward, reverse in (
        ([2, 64, 64, 1], 8576, 4288),
        ([64, 32, 10], 151_552, 23_680),
        ([784, 100, 100, 1], 69_384_000, 88_500),
    ):
        matrices, found = random_matrices(rng, sizes), {}
        for mode, published in (("forward", forward), ("reverse", reverse)):
            found[mode], count = jacobian_by_sweeps(matrices, mode)
            rows.append(Result(f"{sizes}, {mode} mode: multiplications", published, count, 0, SWEEPS))
        apart = max(apart, float(np.abs(found["forward"] - found["reverse"]).max()))
    rows.append(Result("largest difference between both Jacobians", 0, apart, 1e-12, SAME))
    hourglass = [50, 50, 2, 50, 50]
    A, B, C, D = random_matrices(rng, hourglass)
    halves = A.shape[0] * A.shape[1] * B.shape[1] + C.shape[0] * C.shape[1] * D.shape[1]
    middle = A.shape[0] * B.shape[1] * D.shape[1]  # (50, 2) @ (2, 50) at the end
    rows.append(
        Result(
            "[50, 50, 2, 50, 50], best order of the products",
            halves + middle,
            best_order(hourglass)[0],
            0,
            "derived in section 9.4, products of the two halves",
        )
    )
    return Recorded(
        rows, {"hourglass": [jacobian_by_sweeps([A, B, C, D], m)[1] for m in ("forward", "reverse")]}
    )


def product(v):
    """Multiply all numbers."""
    y = v[0]
    for factor in v[1:]:
        y = y * factor
    return y


def valley(v):
    """Return Rosenbrock's function."""
    total = 0.0
    for a, b in zip(v[:-1], v[1:]):  # noqa: RUF007
        total = 100.0 * (b - a * a) * (b - a * a) + (1.0 - a) * (1.0 - a) + total
    return total


def unit(v):
    """Return the cross-entropy of one sigmoid unit, the weights being the inputs."""
    z = 0.5
    for k, w in enumerate(v):
        z = w * math.cos(k + 1.0) + z
    return 0.0 - z.apply("sigmoid").apply("log")


def random_function(rng, n=5, length=40, functions=True):
    """Return a function of n numbers made of random operations, all of which are finite."""
    kinds = ["add", "subtract", "multiply", "divide"] + ["function"] * functions
    plan = [(rng.choice(kinds), *rng.integers(n + k, size=2)) for k in range(length)]
    names = rng.choice(["sin", "cos", "tanh", "sigmoid", "exp"], size=length)

    def f(v):
        values = list(v)
        for (kind, i, j), name in zip(plan, names):
            a, b = values[i], values[j]
            if kind == "function":
                values.append(a.apply("tanh").apply(name))
            elif kind == "divide":
                values.append(a / (b * b + 1.0))
            else:
                values.append({"add": a + b, "subtract": a - b, "multiply": a * b * 0.3}[kind])
        return sum(values[-8:-1], values[-1])

    return f


@study("09-price", lesson="09", title="What a gradient costs, all operations counted")
def price() -> Recorded:
    """Count the operations of value and gradient, for known and for random functions."""
    counts = [2, 3, 5, 10, 20, 50, 100, 200]
    data: dict[str, object] = {"n": counts}
    for method in ("reverse", "forward", "differences"):
        for f in (product, valley, unit):
            points = [np.linspace(0.9, 1.1, n) for n in counts]
            data[f"{f.__name__} {method}"] = [measure(f, x, method).ratio for x in points]
    thousand = measure(product, np.linspace(0.99, 1.01, 1000))
    rows = [
        Result("product of 1000 numbers: all operations / those of f", 5, thousand.ratio, 0, PRICE),
        Result("the same, multiplications alone", 3, thousand.multiplication_ratio, 0, PRICE),
    ]
    everything, rational = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1.5, 1.5, 5)
        everything.append(measure(random_function(rng), x).ratio)
        rational.append(measure(random_function(rng, functions=False), x).multiplication_ratio)
    rows += [
        Result(
            "300 random functions, all operations: largest ratio", 5, max(everything), 0, PRICE, relation="<="
        ),
        Result(
            "300 random rational functions, × and ÷ alone: largest ratio",
            3,
            max(rational),
            0,
            PRICE,
            relation="<=",
        ),
    ]
    single = [measure(lambda v, name=name: v[0].apply(name), [0.7]).ratio for name in FUNCTIONS]
    rows.append(Result("one elementary function: largest ratio", 5, max(single), 0, PRICE, relation="<="))
    for sizes, published in (([2, 64, 64, 1], 2.970), ([784, 100, 100, 1], 2.114)):
        h = np.ones((1, sizes[0]))
        for W in random_matrices(np.random.default_rng(0), sizes):
            W = ad.Tensor(W, requires_grad=True)
            h = ad.layer(h, W, ad.Tensor(np.zeros(W.shape[1]), requires_grad=True), "tanh")
        forward, backward = graph_multiplications(h)
        ratio = (forward + backward) / forward
        claim = f"network {sizes}: multiplications with gradient / without"
        rows.append(Result(claim, published, ratio, 5e-4, "derived in section 9.5, counted on the tape"))
    return Recorded(rows, data)


def shrink(x, w):
    """Multiply by w until the value is at most 1 in size; return its square."""
    h = x
    while h * h > 1:
        h = h * w
    return h * h


@study("09-agreement", lesson="09", title="Both directions, our engine and torch")
def agreement() -> Recorded:
    """Compare Jacobians, products, convolutions and a dynamic graph on random cases."""
    modes, theirs, adjoint, lines, shared, dynamic = [], [], [], [], [], []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        n, q, m = rng.integers(1, 7, 3)
        A, B, x = rng.normal(size=(n, q)), rng.normal(size=(q, m)), rng.normal(size=n)
        v, u = rng.normal(size=n), rng.normal(size=m)

        def f(z, A=A, B=B):
            return ad.sigmoid(ad.tanh(z @ A) @ B)

        def by_torch(z, A=A, B=B):
            return torch.sigmoid(torch.tanh(z @ torch.tensor(A)) @ torch.tensor(B))

        forward, reverse = ad.jacobian(f, x, "forward"), ad.jacobian(f, x, "reverse")
        modes.append(np.abs(forward - reverse).max())
        right = torch.autograd.functional.jacobian(by_torch, torch.tensor(x)).numpy()
        theirs.append(np.abs(reverse - right).max())
        adjoint.append(abs(u @ ad.jvp(f, x, v)[1] - ad.vjp(f, x, u)[1] @ v))
        k = int(rng.integers(1, 6))
        kernel, signal = rng.normal(size=k), rng.normal(size=k + int(rng.integers(8)))
        leaves = [torch.tensor(a, requires_grad=True) for a in (signal, kernel)]
        y = torch.nn.functional.conv1d(leaves[0][None, None], leaves[1][None, None])[0, 0]
        lines.append(np.abs(convolution_matrix(kernel, len(signal)) @ signal - y.detach().numpy()).max())
        g = rng.normal(size=len(y))
        y.backward(torch.tensor(g))
        sent = convolution_vjp(kernel, signal, g)
        shared.append(max(np.abs(a - leaf.grad.numpy()).max() for a, leaf in zip(sent, leaves)))
        start = float(rng.uniform(1.1, 20))
        w = torch.tensor(0.7, dtype=float, requires_grad=True)
        shrink(torch.tensor(start, dtype=float), w).backward()
        ours = ad.vjp(lambda t, start=start: shrink(ad.Tensor(start), t), 0.7, 1.0)[1]
        dynamic.append(abs(float(ours) - w.grad.item()))
    pairs = (
        ("forward and reverse mode, 100 networks: largest difference", modes, SAME),
        ("our Jacobians and torch's", theirs, "equal by the chain rule of section 9.1, torch run beside it"),
        ("u·(J v) and (Jᵀu)·v", adjoint, SAME),
        ("convolution: sparse matrix and torch", lines, LINE),
        ("convolution, both cotangents: by hand and torch", shared, LINE),
        (
            "a loop of data-dependent length: our derivative and torch's",
            dynamic,
            "equal by the chain rule on the steps taken, section 9.8; torch run beside it",
        ),
    )
    return Recorded([Result(name, 0, float(max(off)), 1e-11, source) for name, off, source in pairs])
