"""Are the solutions of assignment 10 right, by two independent routes each on 1000 inputs?"""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import logistic

from coursepkg.gradient_flow import gain as library_gain
from coursepkg.gradient_flow import gradient_stats as library_stats
from coursepkg.gradient_flow import predict_stats, slope
from coursepkg.grading.student import local_student
from coursepkg.training import init_weights
from tests.assignments import CourseAssignment

assignment = CourseAssignment("10_vanishing_gradients")


@pytest.mark.ex10_1
def test_dsigmoid_agrees_with_a_density_and_with_torch():
    """Is the slope that of scipy's logistic density in the tails, and of torch's sigmoid in the middle?"""
    dsigmoid = assignment.reference("ex10_1")
    rng = np.random.default_rng(0)
    z = rng.uniform(-700, 700, 1000)
    np.testing.assert_allclose(dsigmoid(z), logistic.pdf(z), rtol=1e-12)
    middle = torch.tensor(z / 50, requires_grad=True)
    torch.sigmoid(middle).sum().backward()
    np.testing.assert_allclose(dsigmoid(z / 50), middle.grad.numpy(), rtol=1e-8)


@pytest.mark.ex10_2
def test_chain_gradient_agrees_with_torch_and_complex_steps():
    """Is the product the derivative, for 1000 chains of one to twelve units?"""
    chain_gradient = assignment.reference("ex10_2")
    rng = np.random.default_rng(1)
    for _ in range(1000):
        w, x = rng.uniform(-2, 2, rng.integers(1, 13)), float(rng.uniform(-3, 3))
        found = chain_gradient(w, x)
        weights = torch.tensor(w, requires_grad=True)
        h, c = torch.tensor(x, dtype=torch.float64), complex(x)
        for k, weight in enumerate(weights):
            h = torch.sigmoid(weight * h)
            c = 1 / (1 + np.exp(-(w[k] + (1e-150j if k == 0 else 0)) * c))
        h.backward()
        assert found == pytest.approx(weights.grad[0].item(), rel=1e-9, abs=1e-30)
        assert found == pytest.approx(c.imag / 1e-150, rel=1e-9, abs=1e-30)


@pytest.mark.ex10_3
def test_gain_agrees_with_quadrature_and_with_moments():
    """Is the mean that of scipy's quad for activations, and the closed form for polynomials?"""
    gain = assignment.reference("ex10_3")
    rng = np.random.default_rng(2)
    for std in rng.uniform(0, 3, 1000):
        a, b, c = rng.normal(size=3)
        moments = a**2 + (b**2 + 2 * a * c) * std**2 + 3 * c**2 * std**4
        found = gain(lambda z, a=a, b=b, c=c: a + b * z + c * z**2, std)
        assert found == pytest.approx(moments, rel=1e-9)
    for name in ("tanh", "sigmoid", "identity"):
        for std in (0.0, 0.5, 1.0, 2.5):
            found = gain(lambda z, name=name: slope(name, z), std)
            integral, _ = quad(
                lambda t, name=name, std=std: slope(name, std * t) ** 2 * np.exp(-t * t / 2), -10, 10
            )
            assert found == pytest.approx(integral / np.sqrt(2 * np.pi), rel=1e-8)
            assert found == pytest.approx(library_gain(name, std), rel=1e-8)


@pytest.mark.ex10_4
@pytest.mark.parametrize(("ours", "theirs"), [("standard", "standard"), ("normalised", "glorot")])
def test_init_uniform_has_the_moments_and_the_limits(ours, theirs):
    """Are variance and limits those of the formulas, and of the library and torch, for 1000 shapes?"""
    init_uniform = assignment.reference("ex10_4")
    rng = np.random.default_rng(3)
    for _ in range(1000):
        fan_in, fan_out = (int(n) for n in rng.integers(1, 40, 2))
        seed = int(rng.integers(2**31))
        W = init_uniform(fan_in, fan_out, ours, np.random.default_rng(seed))
        library = init_weights(fan_in, fan_out, theirs, np.random.default_rng(seed))
        np.testing.assert_allclose(W, library, rtol=1e-12)
    torch.manual_seed(0)
    layer = torch.nn.Linear(300, 200)
    if ours == "normalised":
        torch.nn.init.xavier_uniform_(layer.weight)
    W = init_uniform(300, 200, ours, rng)
    assert np.abs(W).max() == pytest.approx(layer.weight.abs().max().item(), rel=1e-3)
    assert W.std() == pytest.approx(layer.weight.std().item(), rel=0.02)


@pytest.mark.ex10_5
def test_predict_std_agrees_with_the_library_and_with_networks():
    """Is the recursion the library's on 1000 networks, and that of measured networks within 10 %?"""
    predict_std = assignment.reference("ex10_5")
    rng = np.random.default_rng(4)
    schemes = {"standard": "standard", "normalised": "glorot"}
    for _ in range(1000):
        sizes = [int(n) for n in rng.integers(1, 60, rng.integers(2, 5))] + [10]
        scheme, act = rng.choice(list(schemes)), str(rng.choice(["identity", "tanh", "sigmoid"]))
        theirs = predict_stats(sizes, schemes[scheme], act)
        np.testing.assert_allclose(
            predict_std(sizes, scheme, act), [theirs.z, theirs.dz / theirs.dz[-1]], rtol=1e-8
        )
    sizes = [300, 350, 300, 250, 10]
    for act in ("tanh", "sigmoid"):
        layers = [(init_weights(n, m, "glorot", rng), np.zeros(m)) for n, m in pairwise(sizes)]
        X, y = rng.standard_normal((200, 300)), rng.integers(10, size=200)
        measured = library_stats(layers, X, y, act)
        predicted = predict_std(sizes, "normalised", act)
        np.testing.assert_allclose(predicted[1], measured.dz / measured.dz[-1], rtol=0.1)


@pytest.mark.ex10_6
def test_gradient_stats_agrees_with_the_library_and_with_torch():
    """Is the table the library's on 1000 networks, and made of torch's gradients?"""
    gradient_stats = assignment.reference("ex10_6")
    rng = np.random.default_rng(5)
    for round_ in range(1000):
        sizes = rng.integers(1, 6, rng.integers(2, 5))
        params = [(rng.normal(size=(n, m)), rng.normal(size=m)) for n, m in pairwise(sizes)]
        n = int(rng.integers(1, 5))
        X, y = rng.normal(size=(n, sizes[0])), rng.integers(sizes[-1], size=n)
        found, theirs = gradient_stats(params, X, y), library_stats(params, X, y, "tanh")
        np.testing.assert_allclose(found, np.column_stack([theirs.dz, theirs.dW]), rtol=1e-9, atol=1e-15)
        if round_ < 50:
            weights = [torch.tensor(W, requires_grad=True) for W, _ in params]
            total = np.zeros(len(params))
            for x, label in zip(X, y):
                h = torch.tensor(x)
                for W, (_, b) in zip(weights, params):
                    z = h @ W + torch.tensor(b)
                    h = torch.tanh(z)
                loss = torch.nn.functional.cross_entropy(z, torch.tensor(label))
                total += [float((g**2).mean()) / n for g in torch.autograd.grad(loss, weights)]
            np.testing.assert_allclose(found[:, 1] ** 2, total, rtol=1e-9, atol=1e-20)


@pytest.mark.ex10_4
def test_another_stream_of_the_same_distribution_is_right():
    """Does a solution earn everything that draws entries in another order, at five seeds?"""

    def init_uniform(fan_in, fan_out, scheme, rng):
        if scheme not in ("standard", "normalised"):
            raise ValueError(scheme)
        square = 1 / fan_in if scheme == "standard" else 6 / (fan_in + fan_out)
        return np.sqrt(square) * (1 - 2 * rng.random((fan_out, fan_in)).T)

    for seed in (b"1", b"2", b"3", b"4", b"5"):
        points, message = assignment.grade("ex10_4", local_student({"init_uniform": init_uniform}, seed))
        assert points == assignment.suite("ex10_4").points, message
