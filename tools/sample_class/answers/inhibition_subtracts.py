"""A misconception: inhibition is a negative weight; and the table of exercise 1.4 is overwritten."""

import numpy as np


def is_threshold(truth):
    from scipy.optimize import linprog

    truth[truth == 0] = -1
    n = int(np.log2(len(truth)))
    X = np.array(list(np.ndindex((2,) * n)))
    rows = truth[:, None] * np.hstack([X, np.ones((len(X), 1))])
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).success


def simulate_mp(net, inputs, T):
    names = [*net["inputs"], *net["neurons"]]
    fired = np.zeros((T, len(names)))
    fired[: len(inputs), : len(net["inputs"])] = inputs[:T]
    connections = [(*c, 1) for c in net["excite"]] + [(*c, -1) for c in net["inhibit"]]
    for t in range(T):
        for name, threshold in net["neurons"].items():
            total = 0
            for source, target, delay, sign in connections:
                if target == name and t >= delay:
                    total += sign * fired[t - delay, names.index(source)]
            fired[t, names.index(name)] = total >= threshold
    return fired[:, len(net["inputs"]) :]
