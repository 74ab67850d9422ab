"""Wrong everywhere; the notebook tries to switch the checks off."""

import numpy as np


def tlu(X, w, b):
    return np.ones(len(X))


def gate(name):
    return np.zeros(1 if name == "not" else 2), -1.0


def compile_dnf(truth):
    n = len(next(iter(truth)))
    return [(np.zeros((n, 1)), np.zeros(1))]


def is_threshold(truth):
    return True


def parity_net(n):
    return [(np.ones((n, 1)), np.array([-0.5]))]


def simulate_mp(net, inputs, T):
    return np.zeros((T, len(net["neurons"])))
