"""Studies of lesson 08: by hand, by our engine, by torch; published wrong orders; paths and edges."""

import numpy as np
import torch

from coursepkg import autodiff as ad
from coursepkg.backpropagation import (
    backward,
    count_paths,
    dense_edges,
    forward,
    paths,
    recursive_order,
    reverse_sweep,
    sweep,
    topological_order,
)
from coursepkg.figures.graph import regularised_graph
from coursepkg.results import Recorded, Result
from tools.studies import study

DERIVED = "derived in section 8.5, counted here"


def by_torch(x, y, W1, W2, lam) -> dict[str, np.ndarray]:
    """Return the loss of the lecture's network and the derivatives by its weights, by torch."""
    x, W1, W2 = torch.tensor(x), torch.tensor(W1, requires_grad=True), torch.tensor(W2, requires_grad=True)
    y_hat = torch.sigmoid(W2 @ torch.sigmoid(W1.T @ x))
    entropy = torch.nn.functional.binary_cross_entropy(y_hat, torch.tensor(float(y), dtype=float))
    loss = entropy + lam * ((W1**2).sum() + (W2**2).sum())
    loss.backward()
    return {"loss": loss.detach().numpy(), "W1": W1.grad.numpy(), "W2": W2.grad.numpy()}


def by_engine(x, y, W1, W2, lam) -> dict[str, np.ndarray]:
    """Return the same by our engine, from the drawn graph, with the contributions to W1 apart."""
    loss, names = regularised_graph(x, y, W1, W2[:, None], lam)
    nodes = {name.strip("$"): node for node, name in names.items()}
    one = np.ones(loss.shape)
    swept, sent = ad.cotangents(loss, one), ad.contributions(loss, one)
    found = {"loss": loss.data[0, 0], "W1": swept[nodes["W_1"]], "W2": swept[nodes["W_2"]][:, 0]}
    return found | {"W1_u4": sent[nodes["u_1"], 1], "W1_u8": sent[nodes["u_5"], 0]}


@study("08-agreement", lesson="08", title="The lecture's network by hand, by our engine and by torch")
def agreement() -> Recorded:
    """Compare loss and derivatives on 200 random networks of every shape up to 6 inputs and 6 units."""
    off = {"by hand and torch": [], "engine and torch": [], "contributions, by hand and engine": []}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        p, q = rng.integers(1, 7, 2)
        network = rng.normal(size=p), int(rng.integers(2)), rng.normal(size=(p, q)), rng.normal(size=q), 0.1
        values = forward(*network)
        hand, torchs, engine = (
            backward(values) | {"loss": values["loss"]},
            by_torch(*network),
            by_engine(*network),
        )
        for name in ("loss", "W1", "W2"):
            off["by hand and torch"].append(np.abs(hand[name] - torchs[name]).max())
            off["engine and torch"].append(np.abs(engine[name] - torchs[name]).max())
        for name in ("W1_u4", "W1_u8"):
            off["contributions, by hand and engine"].append(np.abs(hand[name] - engine[name]).max())
    rows = [
        Result(f"largest difference, {name}, 200 networks", 0, max(found), 1e-12, "both computed here")
        for name, found in off.items()
    ]
    x = torch.tensor([1.0, 2.0], dtype=float)
    hessian = torch.autograd.functional.hessian(lambda v: v[0] ** 3 * v[1] + torch.exp(v[0] * v[1]), x)

    def f(v):
        return v[0] ** 3 * v[1] + ad.exp(v[0] * v[1])

    ours = np.array([ad.grad(lambda v, e=e: ad.sum(ad.grad(f)(v) * e))(x.numpy()) for e in np.eye(2)])
    gap = float(np.abs(ours - hessian.numpy()).max())
    rows.append(
        Result("backward over backward: largest difference of a Hessian to torch", 0, gap, 1e-12, "torch")
    )
    return Recorded(rows)


@study("08-orders", lesson="08", title="What wrong orders and kept accounts give")
def orders() -> Recorded:
    """Repeat the published counter-examples with the visits and accounts that their threads describe."""
    doubled = [("a", "b", 1.0)] * 2 + [("b", "c", 1.0)] * 2
    pull = "karpathy/micrograd, pull request 64"
    rows = [
        Result("b = a + a, c = b + b: visits of the recursion", "c, b, a, a, b, a, a",
               ", ".join(recursive_order(doubled, "c")), 0, pull),
        Result("the same in reverse topological order", "c, b, a",
               ", ".join(topological_order(doubled, "c")[::-1]), 0, pull),
        Result("dc/da by the sweep", 4, reverse_sweep(doubled, "c")["a"], 0, "c = 4a"),
    ]  # fmt: skip
    book = [("a", "b", 4.0), ("b", "c", 1.0), ("b", "d", 5.0), ("c", "e", 1.0), ("d", "e", 1.0)]
    thread = "SethHWeidman/DLFS_code, pull request 13"
    wrong = sweep(book, recursive_order(book, "e"))["a"]
    rows.append(Result("e = 24a + 3 with b used twice: de/da by the recursion", 28, wrong, 0, thread))
    rows.append(Result("the same by the sweep", 24, reverse_sweep(book, "e")["a"], 0, thread))
    tree = [("a", "c", 1.0), ("b", "c", 1.0), ("c", "e", 1.0), ("d", "e", 5.0)]
    order = topological_order(tree, "e")[::-1]
    kept = sweep(tree, order, kept=sweep(tree, order))
    thread = "karpathy/micrograd, issue 53"
    for name, value in (("a", 3), ("c", 2), ("d", 10)):
        claim = f"e = (a + b) d, backward twice with all accounts kept: account of {name}"
        rows.append(Result(claim, value, kept[name], 0, thread))
    a, b, d = (torch.tensor(v, requires_grad=True) for v in (3.0, 2.0, 1.0))
    e = (a + b) * d
    e.backward(retain_graph=True)
    e.backward()
    leaves = {name: account for name, account in sweep(tree, order).items() if name in "abd"}
    ours = sweep(tree, order, kept=leaves)["a"]
    rows.append(
        Result("the same with the leaves' accounts kept alone: a", a.grad.item(), ours, 0, "torch, run here")
    )
    return Recorded(rows)


@study("08-paths", lesson="08", title="How many paths, and how many edges?")
def count() -> Recorded:
    """Count paths and edges of fully connected graphs; walk all paths where that can be done."""
    q, depths = 4, np.arange(1, 13)
    counted, n_edges, walked = [], [], []
    for n_hidden in depths.tolist():
        rng = np.random.default_rng(n_hidden)
        weights = [rng.normal(size=s) for s in [(1, q)] + [(q, q)] * (n_hidden - 1) + [(q, 1)]]
        edges, end = dense_edges(weights), (n_hidden + 1, 0)
        counted.append(count_paths(edges, (0, 0), end))
        n_edges.append(len(edges))
        if n_hidden <= 7:
            total = sum(product for _, product in paths(edges, (0, 0), end))
            walked.append(abs(total - reverse_sweep(edges, end)[0, 0]))
    wide = dense_edges([np.ones((1, 64)), *[np.ones((64, 64))] * 4, np.ones((64, 1))])
    rows = [
        Result("paths, width 4, 12 hidden layers", q**12, counted[-1], 0, DERIVED),
        Result("edges, width 4, 12 hidden layers", 2 * q + 11 * q**2, n_edges[-1], 0, DERIVED),
        Result("paths, width 64, 5 hidden layers", 64**5, count_paths(wide, (0, 0), (6, 0)), 0, DERIVED),
        Result("edges, width 64, 5 hidden layers", 2 * 64 + 4 * 64**2, len(wide), 0, DERIVED),
        Result("sum over all paths against one sweep, up to 7 layers", 0, max(walked), 1e-10, DERIVED),
    ]
    return Recorded(rows, {"depths": depths, "paths": counted, "edges": n_edges, "width": q})
