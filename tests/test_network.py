"""Do forward pass, softmax and losses hold their identities, survive extremes, and refuse misfits?"""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursepkg import network
from coursepkg.discriminant import sigmoid

functional = torch.nn.functional
FINITE = st.floats(-1e4, 1e4)
MATRICES = arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 4)), elements=FINITE)


@settings(deadline=None)
@given(MATRICES, st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_and_ignores_shifts(z, shift):
    """Does softmax add to 1, ignore a common shift, and agree with its logarithm?"""
    p = network.softmax(z)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(network.softmax(z + shift), p, atol=1e-10)
    np.testing.assert_allclose(np.exp(network.log_softmax(z)), p, atol=1e-13)
    np.testing.assert_allclose(network.log_softmax(z.T, axis=0).T, network.log_softmax(z), atol=1e-9)


def test_softmax_of_two_is_the_sigmoid():
    """Is softmax([0, z]) = (1 - sigmoid(z), sigmoid(z))?"""
    z = np.linspace(-30, 30, 61)
    p = network.softmax(np.column_stack([np.zeros_like(z), z]))
    np.testing.assert_allclose(p, np.column_stack([sigmoid(-z), sigmoid(z)]), rtol=1e-13)


def test_activations_have_their_values():
    """Are relu and leaky_relu right at, below and above 0, for any slope?"""
    z = np.array([-2.0, 0.0, 3.0])
    assert network.relu(z).tolist() == [0.0, 0.0, 3.0]
    assert network.leaky_relu(z, 0.1).tolist() == [-0.2, 0.0, 3.0]
    assert network.leaky_relu(z, 2.0).tolist() == [-4.0, 0.0, 3.0]
    for alpha in (-0.5, 0.0, 0.3, 1.0, 2.0):  # the lecture's formula, up to 1
        assert np.array_equal(network.leaky_relu(z, alpha), np.maximum(alpha * z, z)) == (alpha <= 1)
    assert network.identity(z) is z


@settings(deadline=None)
@given(arrays(float, (4, 3), elements=FINITE), arrays(int, 4, elements=st.integers(0, 2)))
def test_cross_entropy_agrees_with_torch(z, labels):
    """Is the cross-entropy of many classes torch's, also far from 0?"""
    expected = functional.cross_entropy(torch.tensor(z), torch.tensor(labels)).item()
    assert network.softmax_cross_entropy(z, labels) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_losses_are_means():
    """Does repeating the data leave every loss unchanged?"""
    z, labels, y = np.array([[0.5, -1.0], [2.0, 0.0]]), np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]])
    twice = np.vstack([z, z])
    assert network.softmax_cross_entropy(twice, [0, 1, 0, 1]) == pytest.approx(
        network.softmax_cross_entropy(z, labels)
    )
    assert network.mse(twice, np.vstack([y, y])) == pytest.approx(network.mse(z, y))
    assert network.mse(z, y) == pytest.approx(np.mean((z - y) ** 2))


@pytest.mark.parametrize(
    "activation", ["relu", "tanh", "sigmoid", "leaky_relu", "identity", "heaviside", np.sin]
)
def test_forward_is_the_formula(activation):
    """Is every h_k the activation of h_{k-1} W_k + b_k, with W not square?"""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(p, q)), rng.normal(size=q)) for p, q in [(3, 5), (5, 4), (4, 2)]]
    X, f = rng.normal(size=(6, 3)), network.activation_function(activation)
    outputs = network.mlp_forward(X, layers, activation, "softmax")
    assert [h.shape for h in outputs] == [(6, 3), (6, 5), (6, 4), (6, 2)]
    for k, (W, b) in enumerate(layers):
        z = np.array(
            [[sum(h[i] * W[i, j] for i in range(len(W))) + b[j] for j in range(len(b))] for h in outputs[k]]
        )
        np.testing.assert_allclose(
            outputs[k + 1], network.softmax(z) if k == 2 else f(z), rtol=1e-12, atol=1e-12
        )
    assert network.mlp_forward(X, [])[-1] is outputs[0]


def random_layers(sizes, rng, whole=False):
    """Return layers of random numbers; whole ones make every sum exact, in any order."""

    def draw(*size):
        return rng.integers(-4, 5, size).astype(float) if whole else rng.normal(size=size)

    return [(draw(p, q), draw(q)) for p, q in pairwise(sizes)]


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_permuted_units_compute_the_same(k, activation):
    """Does another order of the units keep the function, and exactly so where no sum is rounded?"""
    rng = np.random.default_rng(1)
    layers = random_layers((3, 4, 5, 2), rng)
    X, order = rng.normal(size=(7, 3)), rng.permutation(len(layers[k - 1][1]))
    moved = network.permute_units(layers, k, order)
    before, after = (network.mlp_forward(X, net, activation) for net in (layers, moved))
    np.testing.assert_allclose(after[-1], before[-1], rtol=1e-12)
    np.testing.assert_allclose(after[k], before[k][:, order], rtol=1e-12)
    back = network.permute_units(moved, k, np.argsort(order))
    assert all(np.array_equal(a, b) for left, right in zip(back, layers) for a, b in zip(left, right))
    whole, X = random_layers((3, 4, 5, 2), rng, whole=True), rng.integers(-4, 5, (7, 3))
    np.testing.assert_array_equal(
        network.mlp_forward(X, network.permute_units(whole, k, order))[-1], network.mlp_forward(X, whole)[-1]
    )


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh"])
def test_rescaled_units_compute_the_same_with_relu_alone(k, activation):
    """Does scaling keep a ReLU network, to the last bit for powers of two, and change a tanh network?"""
    rng = np.random.default_rng(2)
    layers, X = random_layers((3, 4, 5, 2), rng), rng.normal(size=(7, 3))
    powers = 2.0 ** rng.integers(-3, 4, len(layers[k - 1][1]))
    powers[0] = 8.0
    before = network.mlp_forward(X, layers, activation)[-1]
    after = network.mlp_forward(X, network.rescale_units(layers, k, powers), activation)[-1]
    assert np.array_equal(before, after) == (activation != "tanh")
    scale = rng.uniform(0.1, 9, len(powers))
    after = network.mlp_forward(X, network.rescale_units(layers, k, scale), activation)[-1]
    assert np.allclose(after, before, rtol=1e-12, atol=1e-12) == (activation != "tanh")


@pytest.mark.parametrize(("p", "q"), [(2, 2), (2, 3), (3, 2), (1, 4), (4, 1)])
def test_a_layer_turns_stretches_turns_and_shifts(p, q):
    """Do the steps keep lengths, stretch by the singular values, keep lengths, and end at the layer?"""
    rng = np.random.default_rng(p + 10 * q)
    for _ in range(20):
        W, b, X = rng.normal(size=(p, q)), rng.normal(size=q), rng.normal(size=(9, p))
        start, turned, stretched, turned_again, end = network.layer_steps(X, W, b)
        np.testing.assert_array_equal(start, X)
        np.testing.assert_allclose(turned @ turned.T, X @ X.T, atol=1e-12)
        s = np.sqrt(np.abs(np.linalg.eigvalsh(W @ W.T)))[::-1][: min(p, q)]  # singular values, another way
        np.testing.assert_allclose(stretched[:, : len(s)], turned[:, : len(s)] * s, atol=1e-7)
        assert not stretched[:, len(s) :].any()
        np.testing.assert_allclose(turned_again @ turned_again.T, stretched @ stretched.T, atol=1e-12)
        np.testing.assert_allclose(end, X @ W + b, atol=1e-12)
        if p > 1:  # the first turn is a proper rotation: it keeps the sign of a determinant
            assert np.linalg.det(turned[:p]) * np.linalg.det(X[:p]) > 0


def test_folding_goes_from_flat_to_relu():
    """Is the network affine at 0, the ReLU network at the end, and one layer at a time between?"""
    rng = np.random.default_rng(3)
    layers, X = random_layers((2, 5, 4, 2), rng), rng.normal(size=(8, 2))
    (W1, b1), (W2, b2), (W3, b3) = layers
    np.testing.assert_allclose(
        network.fold_forward(X, layers, 0), ((X @ W1 + b1) @ W2 + b2) @ W3 + b3, atol=1e-12
    )
    np.testing.assert_allclose(
        network.fold_forward(X, layers, 1), (np.maximum(X @ W1 + b1, 0) @ W2 + b2) @ W3 + b3, atol=1e-12
    )
    np.testing.assert_array_equal(network.fold_forward(X, layers, 2), network.mlp_forward(X, layers)[-1])
    z = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    half = np.where(z > 0, z, 0.75 * z) @ W3 + b3
    np.testing.assert_allclose(network.fold_forward(X, layers, 1.25), half, atol=1e-12)


def test_affine_map_is_the_network_nearby():
    """Is the map at a point the network itself on points so near that no unit changes?"""
    rng = np.random.default_rng(4)
    for sizes in [(2, 6, 2), (3, 5, 4, 2), (2, 1)]:
        layers = random_layers(sizes, rng)
        for x in rng.normal(size=(20, sizes[0])):
            A, c = network.affine_at(x, layers)
            near = x + 1e-9 * rng.normal(size=(5, sizes[0]))
            np.testing.assert_allclose(near @ A + c, network.mlp_forward(near, layers)[-1], atol=1e-12)
            inputs = torch.tensor(x)
            jacobian = torch.autograd.functional.jacobian(lambda v, net=layers: torch_forward(v, net), inputs)
            np.testing.assert_allclose(A, jacobian.numpy().T, atol=1e-12)


def torch_forward(x, layers):
    """Return a ReLU network of one input, in torch."""
    for k, (W, b) in enumerate(layers, start=1):
        x = x @ torch.tensor(W) + torch.tensor(b)
        x = torch.relu(x) if k < len(layers) else x
    return x


def test_a_unit_at_zero_counts_as_off():
    """Does the map on the edge of a fold take the side where the unit is off?"""
    layers = [(np.array([[1.0]]), np.zeros(1)), (np.array([[5.0]]), np.ones(1))]
    A, c = network.affine_at([0.0], layers)
    assert (A.item(), c.item()) == (0.0, 1.0)


def test_parameters_are_counted():
    """Is the count that of all weights and biases?"""
    layers = [(np.zeros((10, 4)), np.zeros(4)), (np.zeros((4, 3)), np.zeros(3))]
    assert network.n_parameters(layers) == sum(W.size + b.size for W, b in layers) == 59


X, W, B = np.ones((5, 2)), np.ones((2, 3)), np.ones(3)
NET = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 1)), np.ones(1))]
REFUSED = {
    "activation": (lambda: network.activation_function("sine"), ValueError, r"got 'sine'"),
    "vector": (lambda: network.dense(np.ones(2), W, B), ValueError, r"one input vector is \[x\]"),
    "W.T": (lambda: network.dense(X, W.T, B), ValueError, r"did you pass W.T or X.T\?"),
    "W vector": (lambda: network.dense(X, np.ones(2), B), ValueError, r"expected \(fan_in, fan_out\)"),
    "bias": (lambda: network.dense(X, W, np.ones(2)), ValueError, r"expected b of shape \(3,\)"),
    "mlp": (
        lambda: network.mlp_forward(X, [(W, B), (W, B)]),
        ValueError,
        r"layer 2 takes 2 inputs .* did you pass",
    ),
    "steps": (lambda: network.layer_steps(X, W.T, B), ValueError, r"did you pass W.T or X.T\?"),
    "fold below 0": (lambda: network.fold_forward(X, NET, -0.5), ValueError, "from 0 to 1, the number"),
    "fold too far": (lambda: network.fold_forward(X, NET, 1.5), ValueError, "no activation to fold"),
    "fold shape": (lambda: network.fold_forward(X.T, NET, 1), ValueError, "did you pass"),
    "affine shape": (lambda: network.affine_at(np.ones(3), NET), ValueError, "did you pass"),
    "permuted output": (lambda: network.permute_units(NET, 2, [0]), ValueError, "last layer is the output"),
    "permuted twice": (lambda: network.permute_units(NET, 1, [0, 1, 1]), ValueError, "each of 0 to 2 once"),
    "rescaled output": (lambda: network.rescale_units(NET, 0, [1.0]), ValueError, "k from 1 to 1, got 0"),
    "rescaled shape": (lambda: network.rescale_units(NET, 1, [1.0]), ValueError, "expected 3 positive"),
    "turned over": (
        lambda: network.rescale_units(NET, 1, [1.0, -2.0, 1.0]),
        ValueError,
        "negative factor would turn relu over",
    ),
    "mlp activation": (lambda: network.mlp_forward(X, [], "sine"), ValueError, "expected one of identity"),
    "one-hot": (lambda: network.softmax_cross_entropy(np.ones((2, 3)), np.eye(3)[:2]), ValueError, "argmax"),
    "label type": (
        lambda: network.softmax_cross_entropy(np.ones((2, 3)), [0.0, 1.0]),
        TypeError,
        r"astype\(int\)",
    ),
    "label range": (
        lambda: network.softmax_cross_entropy(np.ones((2, 3)), [1, 3]),
        ValueError,
        "from 0 to 2, got 1 to 3",
    ),
    "negative label": (lambda: network.softmax_cross_entropy(np.ones((2, 3)), [-1, 1]), ValueError, "from 0"),
    "broadcast": (lambda: network.mse(np.ones((3, 1)), np.ones(3)), ValueError, "reshape one of them"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_misfits_are_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()
