"""Are the references of assignment 11 right? Two oracles each, independent of them, on 1000 inputs."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy import integrate

from coursepkg import network, rectifiers
from coursepkg.grading.student import local_student
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("11_rectifiers")
hidden = COURSE.hidden


def random_net(rng: np.random.Generator, sizes, shift: float = 0.7) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return normal layers whose biases are low, so that some units die."""
    return [(rng.normal(size=(p, q)), rng.normal(size=q) - shift) for p, q in pairwise(sizes)]


def in_torch(layers: list, X: np.ndarray) -> list[np.ndarray]:
    """Return the outputs of all layers, by torch's linear layers."""
    outputs, h = [], torch.tensor(X)
    for k, (W, b) in enumerate(layers, start=1):
        h = torch.nn.functional.linear(h, torch.tensor(W.T.copy()), torch.tensor(b))
        h = h if k == len(layers) else torch.relu(h)
        outputs.append(h.numpy())
    return outputs


@pytest.mark.ex11_1
def test_rectifier_agrees_with_two_oracles():
    """Does the reference agree with torch and its derivative, and with difference quotients, 1000 times?"""
    rectifier, rng = COURSE.reference("ex11_1"), np.random.default_rng(1)
    for _ in range(1000):
        alpha, shape = float(rng.normal()), tuple(rng.integers(0, 4, rng.integers(0, 3)).tolist())
        z = np.asarray(rng.normal(size=shape) + 0.0)
        z = np.where(np.abs(z) < 1e-3, 1.0, z)
        h, slope = rectifier(z, alpha)
        t = torch.tensor(z, requires_grad=True)
        expected = torch.nn.functional.leaky_relu(t, alpha)
        expected.sum().backward()
        np.testing.assert_allclose(h, expected.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(slope, t.grad.numpy(), rtol=1e-12)
        quotient = (rectifier(z + 1e-5, alpha)[0] - rectifier(z - 1e-5, alpha)[0]) / 2e-5
        np.testing.assert_allclose(slope, quotient, rtol=1e-6, atol=1e-9)
    zero = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.leaky_relu(zero, 0.3).sum().backward()
    assert rectifier(np.zeros(1), 0.3)[1] == zero.grad.numpy()


@pytest.mark.ex11_2
def test_he_std_agrees_with_two_oracles():
    """Does the reference agree with torch's gain, and with the equation it solves, by integrals?"""
    he_std, rng = COURSE.reference("ex11_2"), np.random.default_rng(2)
    for case in range(1000):
        fan_in, alpha = int(rng.integers(1, 2000)), float(rng.normal() * 2) if case % 3 else 0.0
        expected = torch.nn.init.calculate_gain("leaky_relu", alpha) / fan_in**0.5
        assert he_std(fan_in, alpha) == pytest.approx(expected, rel=1e-12)
        if case % 50 == 0:
            square = integrate.quad(lambda z: z**2, -1, 1)[0]
            kept = integrate.quad(lambda z, a=alpha: (a * z) ** 2, -1, 0)[0] + square / 2
            assert fan_in * he_std(fan_in, alpha) ** 2 * kept / square == pytest.approx(1, rel=1e-9)
    assert he_std(5) == he_std(5, 0.0)


@pytest.mark.ex11_3
def test_dead_units_agrees_with_two_oracles():
    """Does the reference agree with torch's outputs, and with the lesson's function, on 1000 networks?"""
    dead_units, rng, found = COURSE.reference("ex11_3"), np.random.default_rng(3), 0
    for _ in range(1000):
        sizes = rng.integers(1, 6, rng.integers(2, 6)).tolist()
        layers, X = random_net(rng, sizes), rng.normal(size=(rng.integers(1, 9), sizes[0]))
        flags = dead_units(layers, X)
        lesson, outputs = rectifiers.dead_units(layers, X), in_torch(layers, X)
        assert len(flags) == len(lesson) == len(sizes) - 2
        for mine, other, h in zip(flags, lesson, outputs):
            assert mine.tolist() == other.tolist() == (h.max(axis=0) == 0).tolist()
            found += mine.sum()
    assert found > 500


@pytest.mark.ex11_4
def test_born_dead_bound_agrees_with_two_oracles():
    """Does the reference agree with the lesson's, and with a count of sign patterns?"""
    born_dead_bound, rng = COURSE.reference("ex11_4"), np.random.default_rng(4)
    for _ in range(1000):
        widths = rng.integers(1, 60, rng.integers(0, 8)).tolist()
        assert born_dead_bound(widths) == pytest.approx(rectifiers.born_dead_bound(widths), rel=1e-12)
    for widths in ([1], [2], [1, 2], [3, 2], [2, 2, 2], []):
        signs = (np.arange(2 ** sum(widths))[:, None] >> np.arange(sum(widths))) & 1
        ends = np.cumsum(widths, dtype=int)
        off = [~signs[:, end - n : end].any(axis=1) for n, end in zip(widths, ends)]
        assert born_dead_bound(widths) == np.mean(np.any(off, axis=0) if off else [False])


@pytest.mark.ex11_5
def test_activation_sparsity_agrees_with_two_oracles():
    """Does the reference agree with torch's outputs, and with the lesson's function, on 1000 networks?"""
    activation_sparsity, rng = COURSE.reference("ex11_5"), np.random.default_rng(5)
    for _ in range(1000):
        sizes = rng.integers(1, 6, rng.integers(2, 6)).tolist()
        layers, X = random_net(rng, sizes, 0.2), rng.normal(size=(rng.integers(1, 9), sizes[0]))
        shares = activation_sparsity(layers, X)
        np.testing.assert_allclose(shares, rectifiers.activation_sparsity(layers, X), rtol=1e-12)
        zeros = [sum(row.tolist().count(0.0) for row in h) / h.size for h in in_torch(layers, X)[:-1]]
        np.testing.assert_allclose(shares, zeros, rtol=1e-12)


@pytest.mark.ex11_6
def test_revive_agrees_with_two_oracles():
    """On 1000 networks: no dead unit by torch's count, and the outputs of the lesson's forward pass?"""
    revive, rng, found = COURSE.reference("ex11_6"), np.random.default_rng(6), 0
    for _ in range(1000):
        sizes = rng.integers(1, 6, rng.integers(2, 6)).tolist()
        layers, X = random_net(rng, sizes), rng.normal(size=(rng.integers(1, 9), sizes[0]))
        found += sum(flags.sum() for flags in rectifiers.dead_units(layers, X))
        new = revive(layers, X, rng)
        assert all((h.max(axis=0) > 0).all() for h in in_torch(new, X)[:-1])
        expected = network.mlp_forward(X, layers)[-1]
        np.testing.assert_allclose(in_torch(new, X)[-1], expected, rtol=1e-9, atol=1e-9)
    assert found > 500


@pytest.mark.ex11_6
def test_revive_of_the_lesson_earns_everything():
    """Does the library's own function, made apart from the reference, pass the hidden tests?"""
    student = local_student({"revive": rectifiers.revive, "np": np})
    assert COURSE.grade("ex11_6", student) == (COURSE.suite("ex11_6").points, "")


@pytest.mark.parametrize("fires", [[[3, 0, 8, 1]], [[8, 0, 5], [0, 8, 2, 1]]])
def test_designed_networks_fire_as_often_as_asked(fires):
    """Does each unit of a hidden test's network fire in as many rows as the test wants?"""
    rng = np.random.default_rng(7)
    X = rng.uniform(-2, 2, (8, 3))
    outputs = network.mlp_forward(X, hidden.designed(rng, X, fires))[1:-1]
    assert [np.count_nonzero(h, axis=0).tolist() for h in outputs] == fires
