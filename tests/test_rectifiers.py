"""Do the rectifiers' gradients, scales, deaths and repairs hold against theorems, torch and brute force?"""

from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
import torch

from coursepkg import rectifiers
from coursepkg.network import leaky_relu, mlp_forward, relu
from coursepkg.rectifiers import (
    activation_sparsity,
    born_dead_bound,
    born_dead_lower_bound,
    chain_survival,
    dead_units,
    estimate_born_dead,
    he_std,
    kept_share,
    rectifier_gradient,
    relu_chain_gradient,
    relu_line_path,
    revive,
)


def random_net(rng, sizes, shift=0.0):
    """Return normal layers; a positive shift lowers the biases, so that units die."""
    return [(rng.normal(size=(p, q)), rng.normal(size=q) - shift) for p, q in pairwise(sizes)]


# ---- slopes


@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0, 2.0, -0.5])
def test_gradient_is_the_difference_quotient(alpha):
    """Away from 0, is the slope that of leaky_relu by a central difference?"""
    z = np.array([-3.0, -0.2, 0.3, 4.0])
    quotient = (leaky_relu(z + 1e-6, alpha) - leaky_relu(z - 1e-6, alpha)) / 2e-6
    np.testing.assert_allclose(rectifier_gradient(z, alpha), quotient, rtol=1e-8)


@pytest.mark.parametrize(
    ("alpha", "function"),
    [(0.0, torch.nn.functional.relu), (0.1, lambda z: torch.nn.functional.leaky_relu(z, 0.1))],
)
def test_gradient_at_zero_is_that_of_torch(alpha, function):
    """Does the convention at 0 agree with torch?"""
    z = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    function(z).sum().backward()
    assert rectifier_gradient([0.0], alpha).tolist() == z.grad.tolist()


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_chain_gradient_is_that_of_torch(depth):
    """Does the derivative by the first weight agree with torch, chain by chain?"""
    rng = np.random.default_rng(depth)
    w = np.abs(rng.normal(size=(40, depth))) * rng.choice([1, 1, 1, -1], size=(40, depth))
    for x in (1.5, -0.7):
        expected = []
        for row in w:
            weights = torch.tensor(row, requires_grad=True)
            h = torch.tensor(x, dtype=torch.float64)
            for k in range(depth):
                h = torch.relu(weights[k] * h)
            h.backward()
            expected.append(weights.grad[0].item())
        assert np.count_nonzero(expected) > 0
        np.testing.assert_allclose(relu_chain_gradient(w, x), expected, rtol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_survival_is_the_share_of_sign_patterns(depth):
    """Of all 2**L patterns of signs, does exactly one let the gradient through?"""
    w = np.array(list(product([-1.0, 1.0], repeat=depth)))
    assert np.mean(relu_chain_gradient(w) != 0) == chain_survival(depth)
    assert np.mean(relu_chain_gradient(w, -2.0) != 0) == chain_survival(depth)


def test_chain_needs_a_matrix():
    """Does a single chain get the cure?"""
    with pytest.raises(ValueError, match=r"write one chain as w\[None, :\]"):
        relu_chain_gradient([1.0, 2.0])
    with pytest.raises(ValueError, match="expected w of shape"):
        relu_chain_gradient(np.ones((3, 0)))


def test_survival_needs_a_depth():
    """Is a negative depth refused?"""
    with pytest.raises(ValueError, match="got -1; count the units"):
        chain_survival(-1)


# ---- scales


@pytest.mark.parametrize("alpha", [0.0, 0.01, 0.25, 1.0, 2.0])
def test_kept_share_is_an_integral(alpha):
    """Is it E f(z)**2 / E z**2, by quadrature, for a normal and for a uniform z?"""
    z, weight = np.polynomial.hermite_e.hermegauss(40)  # an even number of nodes: none at 0
    normal = weight @ leaky_relu(z, alpha) ** 2 / (weight @ z**2)
    u, weight = np.polynomial.legendre.leggauss(40)
    uniform = weight @ leaky_relu(u, alpha) ** 2 / (weight @ u**2)
    np.testing.assert_allclose([normal, uniform], kept_share(alpha), rtol=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.2, 1.0, 3.0])
def test_he_std_is_that_of_torch(alpha):
    """Does it agree with torch's gain and fan?"""
    gain = torch.nn.init.calculate_gain("leaky_relu", alpha)
    assert he_std(37, alpha) == pytest.approx(gain / np.sqrt(37), rel=1e-12)


def test_he_std_keeps_the_mean_square():
    """Over many networks, is the mean square after ten leaky layers that of the input?"""
    rng, n, alpha = np.random.default_rng(0), 30, 0.3
    h = np.broadcast_to(np.ones(n), (4000, 1, n))
    for _ in range(10):
        h = leaky_relu(h @ (he_std(n, alpha) * rng.normal(size=(4000, n, n))), alpha)
    squares = (h**2).mean(axis=(1, 2)) / kept_share(alpha)  # of z, one layer on
    error = squares.std() / np.sqrt(len(squares))
    assert abs(squares.mean() * kept_share(alpha) - 1) < 5 * error


def test_he_std_needs_inputs():
    """Is a unit without inputs refused?"""
    with pytest.raises(ValueError, match="fan_in of at least 1, got 0"):
        he_std(0)


# ---- born dead


@pytest.mark.parametrize("widths", [[1], [2, 3], [4, 2, 2], [1, 1, 1], []])
def test_bound_is_the_share_of_sign_patterns(widths):
    """Is it the share of sign patterns with a layer of minuses, counted?"""
    patterns = product(*(product([0, 1], repeat=n) for n in widths))
    dead = [any(not any(layer) for layer in pattern) for pattern in patterns]
    assert born_dead_bound(widths) == pytest.approx(np.mean(dead), abs=1e-15)


def test_bound_is_accurate_for_wide_layers():
    """Where 1 - prod rounds to 0, is the bound still right?"""
    assert 1 - prod([1 - 2.0**-80] * 3) == 0
    assert born_dead_bound([80, 80, 80]) == pytest.approx(3 * 2.0**-80, rel=1e-12)


@pytest.mark.parametrize("bias_std", [0.0, 0.5])
def test_bound_is_exact_at_one_point(bias_std):
    """At one input, is the simulated share the bound, with biases and without?"""
    widths, n = [2, 3, 2], 20_000
    shares = estimate_born_dead(widths, [[0.3, -1.0]], n, np.random.default_rng(1), bias_std)
    p = born_dead_bound(widths)
    assert abs(shares.at_point - p) < 5 * np.sqrt(p * (1 - p) / n)
    assert shares.at_point == shares.everywhere


@pytest.mark.parametrize("width", [1, 2, 3])
def test_two_layers_are_exact(width):
    """Is 4**-N (3 - 2**(1 - N)) the simulated share, and the bound's value?"""
    exact, n = 4.0**-width * (3 - 2.0 ** (1 - width)), 40_000
    assert born_dead_lower_bound(width, 2) == pytest.approx(exact, rel=1e-12)
    found = estimate_born_dead([width] * 2, [[1.0], [-1.0]], n, np.random.default_rng(2)).everywhere
    assert abs(found - exact) < 5 * np.sqrt(exact * (1 - exact) / n)


@pytest.mark.parametrize(("width", "depth"), [(1, 4), (2, 5), (3, 9)])
def test_share_lies_between_the_bounds(width, depth):
    """On the whole line, is the simulated share between the lower and the upper bound?"""
    n = 20_000
    found = estimate_born_dead([width] * depth, [[1.0], [-1.0]], n, np.random.default_rng(3)).everywhere
    slack = 4 * np.sqrt(0.25 / n)
    assert born_dead_lower_bound(width, depth) - slack < found < born_dead_bound([width] * depth) + slack
    assert born_dead_lower_bound(width, 1) == 0


def test_two_inputs_stand_for_the_line():
    """Without biases, is a network off at 1 and -1 constant on the line, and only then?"""
    rng = np.random.default_rng(4)
    seen = set()
    for _ in range(60):
        layers = [(W, 0 * b) for W, b in random_net(rng, (1, 2, 2, 1))]
        outputs = mlp_forward(np.linspace(-2, 2, 41)[:, None], layers)[-1]
        cut = [any(not h[i].any() for h in mlp_forward([[1.0], [-1.0]], layers)[1:-1]) for i in (0, 1)]
        assert (np.ptp(outputs) == 0) == all(cut)
        seen.add(all(cut))
    assert seen == {True, False}


def test_definitions_differ():
    """Is a network that is off at one input more frequent than one that is off at two, or at many?"""
    rng = np.random.default_rng(5)
    for X, bias_std in (([[1.0], [-1.0]], 0.0), (np.linspace(-1, 1, 20)[:, None], 0.5)):
        shares = estimate_born_dead([2] * 5, X, 5000, rng, bias_std)
        assert shares.at_point > shares.everywhere + 0.05


def test_born_dead_refuses_bad_sizes():
    """Do the messages name the cure?"""
    with pytest.raises(ValueError, match="a layer has units"):
        born_dead_bound([3, 0])
    with pytest.raises(ValueError, match="count hidden units"):
        born_dead_lower_bound(0, 2)
    with pytest.raises(ValueError, match="count hidden units"):
        born_dead_lower_bound(2, 0)
    rng = np.random.default_rng(0)
    for X, n_nets in (([1.0], 3), (np.zeros((0, 1)), 3), ([[1.0]], 0)):
        with pytest.raises(ValueError, match=r"write one input as \[\[x\]\]"):
            estimate_born_dead([2], X, n_nets, rng)


# ---- units on data


@pytest.mark.parametrize("seed", range(5))
def test_dead_units_and_sparsity_by_loops(seed):
    """Do both agree with a loop over samples and units?"""
    rng = np.random.default_rng(seed)
    layers, X = random_net(rng, (3, 6, 5, 2), shift=1.5), rng.normal(size=(7, 3))
    dead, sparsity = dead_units(layers, X), activation_sparsity(layers, X)
    zeros = [np.zeros(6), np.zeros(5)]
    for x in X:
        h = x
        for k, (W, b) in enumerate(layers[:-1]):
            h = np.array([max(0.0, sum(h * W[:, j]) + b[j]) for j in range(len(b))])
            zeros[k] += h == 0
    for k in (0, 1):
        assert dead[k].tolist() == (zeros[k] == 7).tolist()
        assert sparsity[k] == pytest.approx(zeros[k].mean() / 7)


def test_dead_unit_gets_no_gradient():
    """Does torch give a dead unit a gradient of exactly 0, and every other one something?"""
    rng = np.random.default_rng(1)
    layers, X = random_net(rng, (3, 20, 2), shift=2.5), rng.normal(size=(9, 3))
    W, b, V, c = (torch.tensor(part, requires_grad=True) for pair in layers for part in pair)
    (torch.relu(torch.tensor(X) @ W + b) @ V + c).pow(2).sum().backward()
    without = (W.grad.numpy() == 0).all(axis=0) & (V.grad.numpy() == 0).all(axis=1)
    (dead,) = dead_units(layers, X)
    assert 0 < dead.sum() < 20
    assert without.tolist() == dead.tolist()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_samples", [1, 8])
def test_revive_repairs_and_keeps_the_outputs(seed, n_samples):
    """No dead unit left, the same outputs, the living units untouched, the arguments unchanged?"""
    rng = np.random.default_rng(seed)
    layers, X = random_net(rng, (3, 9, 7, 2), shift=2.0), 10.0 ** (seed - 2) * rng.normal(size=(n_samples, 3))
    layers[0][0][:, 0], layers[0][1][0] = 0, -1  # one unit is dead for sure
    before = [(W.copy(), b.copy()) for W, b in layers]
    dead, new = dead_units(layers, X), revive(layers, X, np.random.default_rng(seed))
    assert not any(gone.any() for gone in dead_units(new, X))
    old = mlp_forward(X, layers)[-1]
    np.testing.assert_allclose(mlp_forward(X, new)[-1], old, rtol=0, atol=1e-13 * (1 + np.abs(old).max()))
    alive_before = np.ones(3, dtype=bool)
    for k, ((W, b), (W_new, b_new)) in enumerate(zip(layers, new)):
        alive = ~dead[k] if k < 2 else np.ones(2, dtype=bool)
        np.testing.assert_array_equal(W_new[np.ix_(alive_before, alive)], W[np.ix_(alive_before, alive)])
        np.testing.assert_array_equal(b_new[alive], b[alive])
        alive_before = alive
    for (W, b), (W_old, b_old) in zip(layers, before):
        np.testing.assert_array_equal(W, W_old)
        np.testing.assert_array_equal(b, b_old)


@pytest.mark.parametrize("function", [dead_units, activation_sparsity])
def test_no_data_is_refused(function):
    """Without a row, is there a sentence instead of an answer?"""
    layers = random_net(np.random.default_rng(0), (2, 3, 1))
    with pytest.raises(ValueError, match=f"{function.__name__}: X has no row"):
        function(layers, np.zeros((0, 2)))
    with pytest.raises(ValueError, match=r"did you pass W\.T or X\.T"):
        function(layers, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="X has no row"):
        rectifiers.hidden_activations(layers, np.zeros((0, 2)))


def test_revive_refuses_what_dead_units_refuses():
    """Do the errors of the check reach the caller?"""
    layers, rng = random_net(np.random.default_rng(0), (2, 3, 1)), np.random.default_rng(0)
    with pytest.raises(ValueError, match="X has no row"):
        revive(layers, np.zeros((0, 2)), rng)


# ---- one unit on a line


def test_line_path_is_that_of_torch():
    """Does gradient descent take the steps that torch takes?"""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, 12), rng.uniform(0, 1, 12)
    params = torch.tensor([0.8, 0.1], dtype=torch.float64, requires_grad=True)
    optimiser, path = torch.optim.SGD([params], lr=0.3), [params.detach().numpy().copy()]
    for _ in range(20):
        optimiser.zero_grad()
        loss = (torch.relu(params[0] * torch.tensor(x) + params[1]) - torch.tensor(y)).pow(2).mean()
        loss.backward()
        optimiser.step()
        path.append(params.detach().numpy().copy())
    np.testing.assert_allclose(relu_line_path(x, y, (0.8, 0.1), 0.3, 20), path, rtol=1e-12)


def test_a_dead_line_stays_dead():
    """Once off at all inputs, does nothing move any more?"""
    x = np.linspace(0, 1, 9)
    path = relu_line_path(x, relu(x), (-1.0, -0.1), 5.0, 4)
    assert (path == path[0]).all()


def test_line_path_needs_two_vectors():
    """Does the message name the cure?"""
    for x, y in (([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]]), ([], [])):
        with pytest.raises(ValueError, match="give one number a sample"):
            relu_line_path(x, y, (1.0, 0.0), 0.1, 1)
