"""McCulloch-Pitts nets against the formulas in the legend of the paper's Figure 1."""

import numpy as np
import pytest

from coursepkg.mcculloch_pitts import McCullochPittsNet, figure_1_net, simulate
from coursepkg.threshold import tlu


def random_inputs(n_inputs, rng, steps=60):
    rate = rng.choice([0.05, 0.2, 0.5, 0.9])
    return (rng.random((steps, n_inputs)) < rate).astype(int)


def ago(x, k):
    """x(t - k), silent before time 0."""
    return np.concatenate([np.zeros(k, dtype=int), x])[: len(x)]


def both_before(x, y):
    """Entry t is 1 if x and y fired together at some time up to t - 1."""
    return ago(np.maximum.accumulate(x & y), 1)


FORMULAS = {
    ("a", "N2"): lambda x: ago(x[0], 1),
    ("b", "N3"): lambda x: ago(x[0], 1) | ago(x[1], 1),
    ("c", "N3"): lambda x: ago(x[0], 1) & ago(x[1], 1),
    ("d", "N3"): lambda x: ago(x[0], 1) & (1 - ago(x[1], 1)),
    ("e", "N3"): lambda x: ago(x[0], 1) | (ago(x[1], 3) & (1 - ago(x[1], 2))),
    ("e", "N4"): lambda x: ago(x[1], 2) & ago(x[1], 1),
    ("f", "N4"): lambda x: (
        ((1 - ago(x[0], 2)) & (ago(x[1], 2) | ago(x[2], 2))) | (ago(x[0], 2) & ago(x[1], 2) & ago(x[2], 2))
    ),
    ("h", "N2"): lambda x: ago(x[0], 2) & ago(x[0], 1),
    ("i", "N3"): lambda x: ago(x[1], 1) | (ago(x[0], 1) & both_before(x[0], x[1])),
}  # fmt: skip


@pytest.mark.parametrize(("letter", "name"), FORMULAS)
def test_net_against_its_formula(letter, name):
    """Does the simulated neuron fire exactly when the formula says, for random inputs?"""
    rng = np.random.default_rng(1)
    net = figure_1_net(letter)
    for _ in range(50):
        inputs = random_inputs(len(net.inputs), rng)
        fired = simulate(net, inputs)[:, net.neurons.index(name)]
        np.testing.assert_array_equal(fired, FORMULAS[letter, name](inputs.T))


@pytest.mark.parametrize("duration", range(1, 7))
def test_heat_is_felt_once_after_every_cold(duration):
    """Does cold of any duration end in one false tick of heat, and is cold felt from the second tick on?"""
    net = figure_1_net("e")
    cold = np.zeros((duration + 6, 2), dtype=int)
    cold[:duration, 1] = 1
    spikes = simulate(net, cold)
    assert np.flatnonzero(spikes[:, net.neurons.index("N3")]).tolist() == [duration + 2]
    assert np.flatnonzero(spikes[:, net.neurons.index("N4")]).tolist() == list(range(2, duration + 1))


def test_each_step_is_a_threshold_unit():
    """Is each cell a unit with b = -2, whose inhibitory weights outweigh all excitation?"""
    rng = np.random.default_rng(2)
    for letter in "abcdefhi":
        net = figure_1_net(letter)
        spikes = simulate(net, random_inputs(len(net.inputs), rng))
        excitatory, inhibitory = net.endings()
        W = excitatory - (excitatory.sum(axis=0) + 1) * inhibitory
        for j, cell in enumerate(net.cells):
            after = spikes[1:, net.neurons.index(cell)]
            np.testing.assert_array_equal(tlu(spikes[:-1], W[:, j], -net.threshold), after)


def test_loop_remembers():
    """Does one coincidence keep the loop of net i firing as long as we look?"""
    net = figure_1_net("i")
    spikes = simulate(net, [[1, 1]], steps=500)
    assert spikes[:, net.neurons.index("A")].tolist() == [0] + [1] * 499


def test_steps_shorter_and_longer_than_the_inputs():
    """Are steps counted from time 0, and is the world silent after the inputs end?"""
    net, inputs = figure_1_net("a"), [[1], [1], [1]]
    assert simulate(net, inputs).shape == (3, 2)
    assert simulate(net, inputs, steps=2).tolist() == [[1, 0], [1, 1]]
    assert simulate(net, inputs, steps=5).tolist() == [[1, 0], [1, 1], [1, 1], [0, 1], [0, 0]]
    assert simulate(net, inputs, steps=0).shape == (0, 2)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [([1, 0], r"shape \(n_times, 1\)"), ([[1, 0]], "one row a time"), ([[2]], "zeros and ones")],
)
def test_simulate_rejects_other_inputs(inputs, message):
    """Do wrong inputs say what was expected?"""
    with pytest.raises(ValueError, match=message):
        simulate(figure_1_net("a"), inputs)


def test_simulate_rejects_negative_steps():
    """Is a negative number of steps refused?"""
    with pytest.raises(ValueError, match="at least 0"):
        simulate(figure_1_net("a"), [[1]], steps=-1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cells": ("N1",)}, "used twice"),
        ({"excite": (("N1", "N9", 1),)}, "N1 -> N9 must lead"),
        ({"excite": (("N9", "N2", 1),)}, "N9 -> N2 must lead"),
        ({"inhibit": (("N2", "N1"),)}, "inputs receive nothing"),
        ({"excite": (("N1", "N2", -1),)}, "into `inhibit`"),
        ({"threshold": 0}, "threshold of at least 1"),
    ],
)
def test_net_rejects_what_is_not_a_net(change, message):
    """Does a faulty net say which part is wrong?"""
    parts = {"inputs": ("N1",), "cells": ("N2",), "excite": (("N1", "N2", 2),)}
    with pytest.raises(ValueError, match=message):
        McCullochPittsNet(**(parts | change))


def test_figure_1_has_no_net_g():
    """Is the net that follows another law named as missing?"""
    with pytest.raises(ValueError, match="expected one of a, b, c, d, e, f, h, i, got 'g'"):
        figure_1_net("g")
