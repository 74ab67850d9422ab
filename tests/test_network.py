"""Do forward pass, softmax and losses hold their identities, survive extremes, and refuse misfits?"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coursepkg import logistic, network

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


def test_activations_have_their_values():
    """Are relu and leaky_relu right at, below and above 0, for any slope?"""
    z = [-2.0, 0.0, 3.0]
    assert network.relu(z).tolist() == [0.0, 0.0, 3.0]
    assert network.leaky_relu(z, 0.1).tolist() == [-0.2, 0.0, 3.0]
    assert network.leaky_relu(z, 2.0).tolist() == [-4.0, 0.0, 3.0]
    assert network.identity(z).tolist() == z


@settings(deadline=None)
@given(arrays(float, (4, 3), elements=FINITE), arrays(int, 4, elements=st.integers(0, 2)))
def test_cross_entropy_agrees_with_torch(z, labels):
    """Is the cross-entropy of many classes torch's, also far from 0?"""
    expected = functional.cross_entropy(torch.tensor(z), torch.tensor(labels)).item()
    assert network.softmax_cross_entropy(z, labels) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(arrays(float, 6, elements=FINITE), arrays(int, 6, elements=st.integers(0, 1)))
def test_two_class_losses_agree(z, y):
    """Are the loss for labels 0 and 1, the one for labels -1 and 1, and torch's the same number?"""
    loss = logistic.binary_cross_entropy_with_logits(z, y)
    expected = functional.binary_cross_entropy_with_logits(
        torch.tensor(z), torch.tensor(y, dtype=torch.float64)
    )
    assert loss == pytest.approx(expected.item(), rel=1e-12, abs=1e-12)
    assert logistic.logistic_loss(z, 2 * y - 1) == pytest.approx(loss, rel=1e-12, abs=1e-12)


def test_losses_are_means():
    """Does repeating the data leave every loss unchanged?"""
    z, labels, y = np.array([[0.5, -1.0], [2.0, 0.0]]), np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]])
    twice = np.vstack([z, z])
    assert network.softmax_cross_entropy(twice, [0, 1, 0, 1]) == pytest.approx(
        network.softmax_cross_entropy(z, labels)
    )
    for loss, target in [
        (logistic.binary_cross_entropy_with_logits, y),
        (network.mse, y),
        (logistic.logistic_loss, 2 * y - 1),
    ]:
        assert loss(twice, np.vstack([target, target])) == pytest.approx(loss(z, target))
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


def test_symmetries_leave_the_network_unchanged():
    """Do exchanging hidden units, and scaling a relu unit, keep the function?"""
    rng = np.random.default_rng(1)
    (W1, b1), (W2, b2) = layers = [
        (rng.normal(size=(3, 4)), rng.normal(size=4)),
        (rng.normal(size=(4, 2)), np.ones(2)),
    ]
    X, order, scale = rng.normal(size=(5, 3)), rng.permutation(4), np.array([0.5, 2.0, 4.0, 0.25])
    expected = network.mlp_forward(X, layers)[-1]
    exchanged = [(W1[:, order], b1[order]), (W2[order], b2)]
    scaled = [(W1 * scale, b1 * scale), (W2 / scale[:, None], b2)]
    np.testing.assert_allclose(network.mlp_forward(X, exchanged)[-1], expected, rtol=1e-12)
    np.testing.assert_allclose(network.mlp_forward(X, scaled)[-1], expected, rtol=1e-12)


def test_parameters_are_counted():
    """Is the count that of all weights and biases?"""
    layers = [(np.zeros((10, 4)), np.zeros(4)), (np.zeros((4, 3)), np.zeros(3))]
    assert network.n_parameters(layers) == sum(W.size + b.size for W, b in layers) == 59


X, W, B = np.ones((5, 2)), np.ones((2, 3)), np.ones(3)
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
    "binary shape": (
        lambda: logistic.binary_cross_entropy_with_logits(np.ones((3, 1)), np.ones(3)),
        ValueError,
        "reshape one",
    ),
    "binary range": (
        lambda: logistic.binary_cross_entropy_with_logits([0.0], [-1]),
        ValueError,
        "labels -1 and 1 belong to logistic",
    ),
    "logistic labels": (lambda: logistic.logistic_loss([0.0], [0]), ValueError, r"2 \* y - 1"),
    "logistic shape": (
        lambda: logistic.logistic_loss(np.ones((3, 1)), np.ones(3)),
        ValueError,
        "reshape one of them",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_misfits_are_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()
