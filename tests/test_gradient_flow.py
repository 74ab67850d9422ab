"""Do slopes, chains and the variance recursion agree with derivatives, quadrature and networks at random?"""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from coursepkg import gradient_flow as flow
from coursepkg.network import ACTIVATIONS, mlp_forward
from coursepkg.training import init_layers

WEIGHTS = st.lists(st.floats(-6, 6), min_size=1, max_size=12)
NAMES = ("identity", "sigmoid", "tanh", "relu")
torch_function = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": lambda z: z}


def complex_chain(w, x):
    """Return the derivative by the first weight from one complex step."""
    step, h = 1e-200, x
    for k, weight in enumerate(w):
        h = 1 / (1 + np.exp(-(weight + (1j * step if k == 0 else 0)) * h))
    return h.imag / step


@pytest.mark.parametrize("name", NAMES)
def test_slope_is_the_derivative(name):
    """Is the slope of each activation its central difference?"""
    z = np.linspace(-5, 5, 100)  # without 0
    phi, eps = ACTIVATIONS[name], 1e-5
    np.testing.assert_allclose(flow.slope(name, z), (phi(z + eps) - phi(z - eps)) / (2 * eps), atol=1e-9)


def test_dsigmoid_keeps_its_digits_in_the_tails():
    """Is the slope s(z) s(-z) right to rounding where 1 - s(z) is 0, and never above 1/4?"""
    z = np.concatenate([np.linspace(-700, 700, 1001), [0.0]])
    a = np.exp(-np.abs(z))
    np.testing.assert_allclose(flow.dsigmoid(z), a / (1 + a) ** 2, rtol=1e-13)
    assert flow.dsigmoid(z).max() == 0.25
    assert np.argmax(flow.dsigmoid(z)) in (500, 1001)
    assert flow.dsigmoid(np.float32(1)).dtype == np.float32


@settings(deadline=None)
@given(WEIGHTS, st.floats(-4, 4))
def test_chain_gradient_is_the_derivative(w, x):
    """Does the product agree with a complex step through the chain?"""
    assert flow.chain_gradient(w, x) == pytest.approx(complex_chain(w, x), rel=1e-9, abs=1e-18)


@settings(deadline=None)
@given(WEIGHTS, st.floats(-4, 4))
def test_chain_bound_holds(w, x):
    """Is the size of the derivative at most |x| |w_2 ... w_L| / 4**L, for any weights?"""
    bound = flow.chain_bound(w, x)
    assert abs(flow.chain_gradient(w, x)) <= bound * (1 + 1e-12)
    if len(w) > 1:
        exact = abs(Fraction(x))
        for weight in w[1:]:
            exact *= abs(Fraction(weight)) / 4
        assert bound == pytest.approx(float(exact / 4), rel=1e-12, abs=1e-300)


def test_the_slide_s_bound_needs_its_conditions():
    """Is the derivative above 4**-L for a large input, and for large weights?"""
    assert flow.chain_gradient([0.0], 3.0) > 1 / 4
    assert flow.chain_gradient([0.0, 2.0], 1.0) > 1 / 16


@pytest.mark.parametrize("w", [[], np.ones((3, 0)), 2.0])
@pytest.mark.parametrize("function", [flow.chain_gradient, flow.chain_bound])
def test_a_chain_needs_weights(function, w):
    """Are no weights and a number refused?"""
    with pytest.raises(ValueError, match=rf"{function.__name__}: expected w of shape \(\.\.\., L\)"):
        function(w, 1.0)


@pytest.mark.parametrize("function", [flow.chain_gradient, flow.chain_bound])
def test_many_chains_at_once(function):
    """Has each chain of an array what it has alone, and does a chain alone give a Python float?"""
    W = np.random.default_rng(3).normal(size=(2, 5, 4))
    alone = [[function(w, -1.5) for w in chains] for chains in W]
    assert isinstance(alone[0][0], float)
    np.testing.assert_allclose(function(W, -1.5), alone, rtol=1e-14)


@pytest.mark.parametrize("std", [0.0, 0.1, 1.0, 3.0])
@pytest.mark.parametrize("name", NAMES)
def test_gain_agrees_with_adaptive_quadrature(name, std):
    """Is the gain the integral of slope**2 against the normal density?"""
    sides = [
        quad(lambda z: flow.slope(name, std * z) ** 2 * norm.pdf(z), *ends) for ends in ((-12, 0), (0, 12))
    ]
    if name == "relu" and std == 0:
        assert flow.gain(name, std) == 0  # the slope at 0
    else:
        assert flow.gain(name, std) == pytest.approx(sum(value for value, _ in sides), rel=1e-7)


def test_gain_has_its_limits():
    """Is the gain of the sigmoid at most 1/16 and that of relu 1/2 at any scale?"""
    assert flow.gain("sigmoid", 0.0) == pytest.approx(1 / 16, rel=1e-12)
    assert all(flow.gain("sigmoid", std) < 1 / 16 for std in (0.1, 1, 5))
    assert [flow.gain("relu", std) for std in (0.01, 100.0)] == pytest.approx([0.5, 0.5])
    for even in range(0, 12, 2):  # E z**(2k) = (2k - 1)!!
        assert flow.normal_mean(lambda z, power=even: z**power) == pytest.approx(norm.moment(even), rel=1e-10)


def test_gain_refuses_what_it_does_not_know():
    """Are an unknown activation and a negative spread refused?"""
    with pytest.raises(ValueError, match="slope: expected one of identity, sigmoid, tanh, relu, got 'sin'"):
        flow.gain("sin")
    with pytest.raises(ValueError, match=r"std of at least 0, got -1\.0; take the root"):
        flow.gain("tanh", -1.0)


@pytest.mark.parametrize("scheme", ["standard", "glorot"])
@pytest.mark.parametrize("name", ["identity", "tanh", "sigmoid"])
def test_the_recursion_predicts_networks(name, scheme):
    """Do root mean squares of wide random networks lie within 10 % of the prediction, layer by layer?"""
    sizes = [400, 300, 350, 300, 250, 10]
    predicted = flow.predict_stats(sizes, scheme, name, input_rms=0.7)
    rng = np.random.default_rng(0)
    for _ in range(3):
        X, y = 0.7 * rng.standard_normal((200, 400)), rng.integers(10, size=200)
        measured = flow.gradient_stats(init_layers(sizes, scheme, rng), X, y, name)
        for ours, theory in zip(measured[1:], predicted[1:]):
            np.testing.assert_allclose(ours, theory, rtol=0.12)
        np.testing.assert_allclose(measured.z[:-1], predicted.z[:-1], rtol=0.12)


def test_the_linear_recursion_has_its_closed_forms():
    """Is the ratio a layer 1/sqrt(3) in the linear regime, and are weight gradients then equal?"""
    stats = flow.predict_stats([1000] * 6 + [10], "standard", "identity")
    np.testing.assert_allclose(stats.dz[:4] / stats.dz[1:5], 3**-0.5, rtol=1e-12)
    np.testing.assert_allclose(stats.z[1:] / stats.z[:-1], 3**-0.5, rtol=1e-9)
    np.testing.assert_allclose(stats.dW[1:5], stats.dW[0], rtol=1e-9)
    equal = flow.predict_stats([100] * 7, "glorot", "identity")
    np.testing.assert_allclose(equal.dz, equal.dz[0], rtol=1e-12)
    np.testing.assert_allclose(equal.z, 1, rtol=1e-9)


@pytest.mark.parametrize(("sizes", "scheme"), [([5], "standard"), ([5, 3], "zeros")])
def test_predict_stats_refuses_misfits(sizes, scheme):
    """Are a network without layers and an unknown scheme refused?"""
    with pytest.raises(
        ValueError, match="predict_stats: expected two sizes or more and a scheme among standard"
    ):
        flow.predict_stats(sizes, scheme, "tanh")
    with pytest.raises(ValueError, match="activation_function: expected one of"):
        flow.predict_stats([5, 3], "standard", "sin")


@pytest.mark.parametrize("name", NAMES)
def test_backpropagated_agrees_with_torch(name):
    """Are the derivatives by pre-activations, and all statistics, those of torch's autograd?"""
    rng = np.random.default_rng(1)
    layers = [(W, rng.normal(size=b.shape)) for W, b in init_layers([4, 5, 6, 3], "lecun", rng)]
    X, y = rng.normal(size=(7, 4)), rng.integers(3, size=7)
    found_h, found = flow.backpropagated(layers, X, y, name)
    weights = [torch.tensor(W, requires_grad=True) for W, _ in layers]
    squares = np.zeros((4, 3))
    for i in range(7):
        h, zs, hs = torch.tensor(X[i]), [], []
        for k, W in enumerate(weights):
            hs.append(h)
            zs.append(h @ W + torch.tensor(layers[k][1]))
            h = torch_function[name](zs[-1])
        loss = torch.nn.functional.cross_entropy(zs[-1], torch.tensor(y[i]))
        gradients = torch.autograd.grad(loss, [*zs, *weights])
        for k in range(3):
            np.testing.assert_allclose(found[k][i], gradients[k].numpy(), atol=1e-13)
            np.testing.assert_allclose(found_h[k][i], hs[k].detach().numpy(), atol=1e-13)
            parts = zs[k], hs[k], gradients[k], gradients[3 + k]
            squares[:, k] += [float((part.detach() ** 2).mean()) / 7 for part in parts]
    np.testing.assert_allclose(np.array(flow.gradient_stats(layers, X, y, name)) ** 2, squares, rtol=1e-12)


def test_backpropagated_refuses_misfits():
    """Are wrong shapes, labels that are no class and unknown activations refused?"""
    layers = init_layers([4, 5, 3], "standard", np.random.default_rng(0))
    X = np.ones((2, 4))
    for function in (flow.backpropagated, flow.gradient_stats):
        with pytest.raises(ValueError, match=r"did you pass W\.T or X\.T"):
            function(layers, X.T, [0, 1])
        with pytest.raises(ValueError, match="number the classes from 0"):
            function(layers, X, [1, 3])
        with pytest.raises(ValueError, match="activation_function: expected one of"):
            function(layers, X, [0, 1], "sin")
        with pytest.raises(ValueError, match="slope: expected one of"):
            function(layers, X, [0, 1], "softmax")


@pytest.mark.parametrize("depth", [0, 1, 4])
def test_tanh_as_sigmoid_is_the_same_function(depth):
    """Does the translated network agree on random inputs, biases included, and leave its argument alone?"""
    rng = np.random.default_rng(depth)
    layers = [(W, rng.normal(size=b.shape)) for W, b in init_layers([3] + [6] * depth + [2], "lecun", rng)]
    before = [(W.copy(), b.copy()) for W, b in layers]
    X = rng.normal(size=(20, 3))
    same = mlp_forward(X, flow.tanh_as_sigmoid(layers), "sigmoid")[-1]
    np.testing.assert_allclose(same, mlp_forward(X, layers, "tanh")[-1], atol=1e-12)
    for pair, old in zip(layers, before):
        np.testing.assert_array_equal(pair[0], old[0])
        np.testing.assert_array_equal(pair[1], old[1])


def test_jacobian_singular_values_agree_with_differences():
    """Are they those of the Jacobian by central differences, and all 1 for a linear orthogonal network?"""
    rng = np.random.default_rng(2)
    layers = init_layers([4, 6, 5], "lecun", rng)
    x, eps = rng.normal(size=4), 1e-6
    steps = eps * np.eye(4)
    ends = [mlp_forward(x + sign * steps, layers, "tanh", "tanh")[-1] for sign in (1, -1)]
    expected = np.linalg.svd((ends[0] - ends[1]) / (2 * eps), compute_uv=False)
    np.testing.assert_allclose(flow.jacobian_singular_values(layers, x, "tanh"), expected, atol=1e-8)
    linear = init_layers([20] * 51, "orthogonal", rng)
    np.testing.assert_allclose(flow.jacobian_singular_values(linear, np.ones(20), "identity"), 1, rtol=1e-10)
    with pytest.raises(ValueError, match="slope: expected one of"):
        flow.jacobian_singular_values(layers, x, "heaviside")
    with pytest.raises(ValueError, match=r"did you pass W\.T or X\.T"):
        flow.jacobian_singular_values(layers, x[:3])
