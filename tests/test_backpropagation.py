"""Is the lecture's network right forward and backward, and does the order of visits matter as we say?"""

import numpy as np
import pytest
import torch

from coursepkg import autodiff as ad
from coursepkg.backpropagation import (
    backward,
    count_paths,
    dense_edges,
    forward,
    inputs_of,
    paths,
    recursive_order,
    reverse_sweep,
    sweep,
    topological_order,
)
from coursepkg.figures import graph

DOUBLED = [("a", "b", 1.0)] * 2 + [("b", "c", 1.0)] * 2  # b = a + a, c = b + b
U = [f"u{k}" for k in range(1, 9)]


def random_network(seed):
    """Return x, y, W1, W2 and lambda, with p different from q."""
    rng = np.random.default_rng(seed)
    p, q = rng.choice(5, 2, replace=False) + 1
    return (
        rng.normal(size=p),
        int(rng.integers(2)),
        rng.normal(size=(p, q)),
        rng.normal(size=q),
        float(rng.uniform(0, 2)),
    )


def random_graph(seed, n=9):
    """Return edges between random nodes, twice between some, with names that say nothing about the order."""
    rng = np.random.default_rng(seed)
    names = [int(name) for name in rng.permutation(n)]
    return [
        (names[i], names[j], float(rng.normal()))
        for j in range(1, n)
        for i in rng.integers(j, size=rng.integers(1, 4))
    ], names


def by_torch(x, y, W1, W2, lam):
    """Return values and derivatives of the lecture's network, by torch."""
    x, W1, W2 = torch.tensor(x), torch.tensor(W1, requires_grad=True), torch.tensor(W2, requires_grad=True)
    u1 = W1.T @ x
    u2 = torch.sigmoid(u1)
    u3 = W2 @ u2
    y_hat = torch.sigmoid(u3)
    u4 = torch.nn.functional.binary_cross_entropy_with_logits(u3, torch.tensor(float(y), dtype=float))
    u5, u6 = (W1**2).sum(), (W2**2).sum()
    u7 = u5 + u6
    u8 = lam * u7
    values = dict(zip([*U, "y_hat"], (u1, u2, u3, u4, u5, u6, u7, u8, y_hat)))
    for value in values.values():
        value.retain_grad()
    (u4 + u8).backward()
    return {name: v.detach().numpy() for name, v in values.items()}, {
        name: v.grad.numpy() for name, v in (values | {"W1": W1, "W2": W2}).items() if name != "y_hat"
    }


@pytest.mark.parametrize("seed", range(20))
def test_forward_and_backward_agree_with_torch(seed):
    """Are all values and all derivatives those of torch, to 1e-12?"""
    network = random_network(seed)
    values = forward(*network)
    found = backward(values)
    expected, derivatives = by_torch(*network)
    for name, value in expected.items():
        np.testing.assert_allclose(values[name], value, rtol=1e-12, atol=1e-12)
    for name, derivative in derivatives.items():
        np.testing.assert_allclose(found[name], derivative, rtol=1e-12, atol=1e-12)
        assert found[name].shape == values[name].shape


@pytest.mark.parametrize("seed", range(5))
def test_backward_agrees_with_the_engine_on_the_drawn_graph(seed):
    """Are the two contributions to each matrix what the engine sends along the drawn edges?"""
    x, y, W1, W2, lam = random_network(seed)
    loss, names = graph.regularised_graph(x, y, W1, W2[:, None], lam)
    nodes = {name.strip("$").replace("_", ""): node for node, name in names.items()}
    sent, values = ad.contributions(loss, np.ones(loss.shape)), forward(x, y, W1, W2, lam)
    found = backward(values)
    np.testing.assert_allclose(loss.data.item(), values["loss"], rtol=1e-12)
    np.testing.assert_allclose(sent[nodes["u1"], 1], found["W1_u4"], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(sent[nodes["u5"], 0], found["W1_u8"], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(sent[nodes["u3"], 1][:, 0], found["W2_u4"], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(sent[nodes["u6"], 0][:, 0], found["W2_u8"], rtol=1e-12, atol=1e-13)
    swept = ad.cotangents(loss, np.ones(loss.shape))
    np.testing.assert_allclose(swept[nodes["\\hat{y}"]].item(), found["y_hat"], rtol=1e-12)


def test_contributions_are_derivatives_of_their_terms():
    """Is each contribution the derivative of its own term of the loss, by central differences?"""
    x, y, W1, W2, lam = random_network(3)
    found, eps = backward(forward(x, y, W1, W2, lam)), 1e-6
    for term, name in (("u4", "W1_u4"), ("u8", "W1_u8")):
        for i, j in np.ndindex(W1.shape):
            step = np.zeros_like(W1)
            step[i, j] = eps
            up, down = (forward(x, y, W1 + s * step, W2, lam)[term] for s in (1, -1))
            np.testing.assert_allclose(found[name][i, j], (up - down) / (2 * eps), rtol=1e-6, atol=1e-8)


def test_saturated_output_gives_no_nan():
    """Do loss and derivatives stay finite where the output is rounded to 1?"""
    for y in (0, 1):
        values = forward([1.0], y, [[40.0]], [1000.0], 0.0)
        found = backward(values)
        assert values["loss"] == (1000.0 if y == 0 else 0.0)
        assert all(np.isfinite(found[name]).all() for name in ("u3", "u2", "u1", "W1", "W2"))


def test_wrong_arguments_of_forward_are_refused():
    """Do shapes that do not fit and labels that are no class get a sentence?"""
    with pytest.raises(ValueError, match=r"one sample at a time, W1 as \(fan_in, fan_out\)"):
        forward([1.0, 2.0], 1, np.ones((3, 2)), np.ones(3), 0.1)
    with pytest.raises(ValueError, match="needs a class"):
        forward([1.0], 0.5, [[1.0]], [1.0], 0.1)


@pytest.mark.parametrize("seed", range(20))
def test_reverse_sweep_is_the_sum_over_paths(seed):
    """Are the accounts after a reverse topological order the sums over all paths, as many as counted?"""
    edges, names = random_graph(seed)
    end = names[-1]
    swept = reverse_sweep(edges, end)
    for start in names:
        walked = paths(edges, start, end)
        assert count_paths(edges, start, end) == len(walked)
        np.testing.assert_allclose(swept.get(start, 0.0), sum(p for _, p in walked), rtol=1e-12, atol=1e-12)
        assert all(path[0] == start and path[-1] == end for path, _ in walked)


@pytest.mark.parametrize("seed", range(5))
def test_reverse_sweep_solves_the_linear_system(seed):
    """Are the accounts the solution of (I - A) d = e, with A the matrix of local derivatives?"""
    edges, names = random_graph(seed)
    A = np.zeros((len(names), len(names)))
    for source, target, slope in edges:
        A[source, target] += slope
    e = np.zeros(len(names))
    e[names[-1]] = 1
    expected = np.linalg.solve(np.eye(len(names)) - A, e)
    swept = reverse_sweep(edges, names[-1])
    np.testing.assert_allclose([swept.get(k, 0.0) for k in range(len(names))], expected, atol=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_topological_order_has_every_node_after_its_inputs(seed):
    """Does the order hold each ancestor once, after its inputs?"""
    edges, names = random_graph(seed)
    order = topological_order(edges, names[-1])
    place = {node: k for k, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] == names[-1]
    assert set(order) == {node for node in names if paths(edges, node, names[-1])}
    assert all(place[source] < place[target] for source, target, _ in edges if target in place)


def test_dense_graph_has_many_paths_and_few_edges():
    """Does a graph of L layers of q nodes have q^L paths, and is the sweep the product of the matrices?"""
    rng = np.random.default_rng(0)
    q, n_hidden = 4, 5
    weights = [rng.normal(size=s) for s in [(1, q)] + [(q, q)] * (n_hidden - 1) + [(q, 1)]]
    edges = dense_edges(weights)
    assert len(edges) == 2 * q + (n_hidden - 1) * q**2
    assert count_paths(edges, (0, 0), (n_hidden + 1, 0)) == q**n_hidden
    product = np.linalg.multi_dot(weights).item()
    np.testing.assert_allclose(reverse_sweep(edges, (n_hidden + 1, 0))[0, 0], product, rtol=1e-12)


def test_counts_are_exact_beyond_floats():
    """Is the number of paths through 200 doublings exact, and the sweep through 5000 nodes no recursion?"""
    chain = [(k, k + 1, 0.5) for k in range(200) for _ in range(2)]
    assert count_paths(chain, 0, 200) == 2**200
    assert reverse_sweep([(k, k + 1, 1.0) for k in range(5000)], 5000)[0] == 1.0


def test_naive_recursion_is_wrong_as_published():
    """Do the published counter-examples give the published wrong numbers, and the sweep the right ones?"""
    assert recursive_order(DOUBLED, "c") == list("cbaabaa")
    assert (sweep(DOUBLED, list("cbaabaa"))["a"], reverse_sweep(DOUBLED, "c")["a"]) == (8.0, 4.0)
    book = [("a", "b", 4.0), ("b", "c", 1.0), ("b", "d", 5.0), ("c", "e", 1.0), ("d", "e", 1.0)]
    assert sweep(book, recursive_order(book, "e"))["a"] == 28.0
    assert reverse_sweep(book, "e")["a"] == 24.0


def test_visits_in_a_wrong_order_lose_contributions():
    """If b is visited before it has received everything, is the rest missing?"""
    diamond = [("a", "b", 3.0), ("b", "c", 1.0), ("b", "d", 1.0), ("c", "d", 5.0)]
    assert sweep(diamond, ["d", "b", "c", "a"])["a"] == 3.0  # b sends 1 of its 6
    assert reverse_sweep(diamond, "d")["a"] == 18.0


def test_kept_accounts_of_inner_nodes_spoil_the_second_sweep():
    """Does adding to all old accounts give the published 3 in place of 2, and to the leaves' alone 2?"""
    edges = [("a", "c", 1.0), ("b", "c", 1.0), ("c", "e", 1.0), ("d", "e", 5.0)]
    order = topological_order(edges, "e")[::-1]
    once = sweep(edges, order)
    assert once == {"e": 1.0, "c": 1.0, "d": 5.0, "a": 1.0, "b": 1.0}
    assert sweep(edges, order, kept=once) == {"e": 1.0, "c": 2.0, "d": 10.0, "a": 3.0, "b": 3.0}
    leaves = {name: once[name] for name in "abd"}
    assert sweep(edges, order, kept=leaves)["a"] == 2.0


def test_graphs_without_edges_and_unrelated_nodes():
    """Is the derivative of a node by itself 1, and that by an unrelated node absent?"""
    assert reverse_sweep([], "a") == {"a": 1.0}
    assert count_paths(DOUBLED, "c", "a") == 0
    assert paths(DOUBLED, "c", "a") == []
    assert inputs_of([]) == {}


def test_wrong_graphs_are_refused():
    """Do cycles, matrices that do not fit and an empty list of visits get a sentence?"""
    for find in (topological_order, reverse_sweep, lambda e, end: count_paths(e, "a", end)):
        with pytest.raises(ValueError, match="a graph has no cycle"):
            find([("a", "b", 1.0), ("b", "a", 1.0)], "b")
    with pytest.raises(ValueError, match="columns of one"):
        dense_edges([np.ones((1, 2)), np.ones((3, 1))])
    with pytest.raises(ValueError, match="at least one visit"):
        sweep(DOUBLED, [])
