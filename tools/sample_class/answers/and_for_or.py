"""A misconception: the output unit is an and of the hidden units; and nand is taken for nor."""

import numpy as np


def gate(name):
    gates = {
        "or": ([1.0, 1.0], -0.5),
        "and": ([1.0, 1.0], -1.5),
        "not": ([-1.0], 0.5),
        "nand": ([-1.0, -1.0], 0.5),
        "nor": ([-1.0, -1.0], 1.5),
    }
    w, b = gates[name]
    return np.array(w), b


def compile_dnf(truth):
    n = len(next(iter(truth)))
    ones = np.array([key for key, value in truth.items() if value]).reshape(-1, n)
    hidden = 2.0 * ones.T - 1, 0.5 - ones.sum(axis=1)
    output = np.ones((len(ones), 1)), np.array([0.5 - len(ones)])
    return [hidden, output]
