"""Do the references of assignment 07 agree with oracles of their own?"""

import decimal
from itertools import pairwise

import numpy as np
import pytest
import torch

from coursepkg import network
from coursepkg.threshold import boolean_inputs
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("07_multilayer_perceptron")
hidden, reference = COURSE.hidden, COURSE.reference


def random_network(rng: np.random.Generator, sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return layers of normal random numbers."""
    return [(rng.normal(size=(p, q)), rng.normal(size=q)) for p, q in pairwise(sizes)]


def in_torch(layers: list, activation: type[torch.nn.Module]) -> torch.nn.Sequential:
    """Return a network as torch modules, which hold the transpose of each W."""
    modules: list[torch.nn.Module] = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        modules += [linear, activation()]
    return torch.nn.Sequential(*modules[:-1])


@pytest.mark.ex07_1
def test_dense_agrees_with_two_oracles():
    """Does the reference agree with torch's linear layer and with exact fractions, on 1000 inputs?"""
    from fractions import Fraction

    dense, rng = reference("ex07_1"), np.random.default_rng(1)
    for _ in range(1000):
        n, p, q = rng.integers(0, 4), rng.integers(1, 5), rng.integers(1, 5)
        X, W, b = rng.normal(size=(n, p)), rng.normal(size=(p, q)), rng.normal(size=q)
        got = dense(X, W, b)
        expected = torch.nn.functional.linear(torch.tensor(X), torch.tensor(W.T.copy()), torch.tensor(b))
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-12, atol=1e-12)
        for i, j in np.ndindex(n, q):
            exact = sum((Fraction(X[i, k]) * Fraction(W[k, j]) for k in range(p)), Fraction(b[j]))
            assert abs(got[i, j] - float(exact)) < 1e-13


@pytest.mark.ex07_2
def test_mlp_forward_agrees_with_two_oracles():
    """Does the reference agree with torch and with the lesson's function, on 1000 networks?"""
    mlp_forward, rng = reference("ex07_2"), np.random.default_rng(2)
    for _ in range(1000):
        sizes = rng.integers(1, 5, rng.integers(2, 6)).tolist()
        layers, X = random_network(rng, sizes), rng.normal(size=(rng.integers(0, 4), sizes[0]))
        got = mlp_forward(X, layers, np.tanh, network.softmax if len(X) else network.identity)
        lesson = network.mlp_forward(X, layers, "tanh", "softmax" if len(X) else "identity")
        assert len(got) == len(lesson) == len(sizes)
        for ours, theirs in zip(got, lesson):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
        logits = in_torch(layers, torch.nn.Tanh)(torch.tensor(X)).detach()
        expected = torch.softmax(logits, dim=1) if len(X) else logits
        np.testing.assert_allclose(got[-1], expected.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.ex07_3
def test_softmax_and_log_agrees_with_two_oracles():
    """Does the reference agree with torch, and with 50 decimal digits, on 1000 inputs of every size?"""
    softmax_and_log, rng = reference("ex07_3"), np.random.default_rng(3)
    for _ in range(1000):
        shape = tuple(rng.integers(1, 4, rng.integers(1, 4)).tolist())
        axis = int(rng.integers(-len(shape), len(shape)))
        Z = rng.normal(size=shape) * 10.0 ** rng.integers(-2, 5)
        p, log_p = softmax_and_log(Z, axis)
        np.testing.assert_allclose(p, torch.softmax(torch.tensor(Z), axis).numpy(), rtol=1e-9, atol=1e-300)
        expected = torch.log_softmax(torch.tensor(Z), axis).numpy()
        np.testing.assert_allclose(log_p, expected, rtol=1e-9, atol=1e-12)
    with decimal.localcontext() as context:
        context.prec = 50
        for _ in range(1000):
            z = rng.normal(size=3) * 10.0 ** rng.integers(-1, 5)
            exponentials = [decimal.Decimal(float(value)).exp() for value in z]
            exact = [float((e / sum(exponentials)).ln()) for e in exponentials]
            np.testing.assert_allclose(softmax_and_log(z)[1], exact, rtol=1e-9, atol=1e-12)


@pytest.mark.ex07_4
def test_n_params_agrees_with_two_oracles():
    """Does the reference agree with torch's count and with the lesson's, on 1000 lists of sizes?"""
    n_params, rng = reference("ex07_4"), np.random.default_rng(4)
    for _ in range(1000):
        sizes = rng.integers(1, 9, rng.integers(2, 7)).tolist()
        layers = random_network(rng, sizes)
        modules = in_torch(layers, torch.nn.ReLU)
        assert n_params(sizes) == sum(part.numel() for part in modules.parameters())
        assert n_params(sizes) == network.n_parameters(layers)


@pytest.mark.ex07_5
def test_xor_weights_agrees_with_two_oracles():
    """Does the reference's network compute xor in the lesson's forward pass and in torch, at 1000 levels?"""
    xor_weights, rng = reference("ex07_5"), np.random.default_rng(5)
    for _ in range(1000):
        low, high = rng.normal(size=2) * 10.0 ** rng.integers(-2, 3)
        layers = xor_weights(float(low), float(high))
        levels = np.array([low, high])
        X = levels[boolean_inputs(2)]
        right = levels[boolean_inputs(2).sum(axis=1) % 2]
        tolerance = 1e-9 * (abs(low) + abs(high))
        np.testing.assert_allclose(network.mlp_forward(X, layers)[-1][:, 0], right, atol=tolerance)
        outputs = in_torch(layers, torch.nn.ReLU)(torch.tensor(X)).detach().numpy()[:, 0]
        np.testing.assert_allclose(outputs, right, atol=tolerance)


@pytest.mark.ex07_6
def test_affine_of_region_agrees_with_two_oracles():
    """Does the reference agree with torch's Jacobian and with the lesson's map, on 1000 networks?"""
    affine_of_region, rng = reference("ex07_6"), np.random.default_rng(6)
    for _ in range(1000):
        sizes = rng.integers(1, 5, rng.integers(2, 6)).tolist()
        layers, x = random_network(rng, sizes), rng.normal(size=sizes[0])
        A, c = affine_of_region(x, layers)
        for ours, lesson in zip((A, c), network.affine_at(x, layers)):
            np.testing.assert_allclose(ours, lesson, rtol=1e-12, atol=1e-12)
        module = in_torch(layers, torch.nn.ReLU)
        jacobian = torch.autograd.functional.jacobian(module, torch.tensor(x))
        np.testing.assert_allclose(A, jacobian.numpy().T, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(x @ A + c, module(torch.tensor(x)).detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.ex07_6
def test_hidden_paths_agree_with_the_lesson():
    """Is the sum over paths of the hidden tests the lesson's map, on both sides of an edge?"""
    rng = np.random.default_rng(7)
    for sizes in ((2, 4, 2), (3, 4, 3, 1), (2, 3)):
        layers, x = random_network(rng, list(sizes)), rng.normal(size=sizes[0])
        for ours, lesson in zip(hidden.paths(x, layers), network.affine_at(x, layers)):
            np.testing.assert_allclose(ours, lesson, rtol=1e-12, atol=1e-12)


@pytest.mark.ex07_6
def test_random_networks_keep_their_distance():
    """Is no unit of a hidden network so near its edge that a difference quotient would cross it?"""
    for seed in range(20):
        x, layers, _, _ = hidden.relu_net(np.random.default_rng(seed), (2, 4, 4, 3))
        for h, (W, b) in zip(network.mlp_forward(x[None], layers), layers[:-1]):
            assert np.abs(network.dense(h, W, b)).min() > 0.05
