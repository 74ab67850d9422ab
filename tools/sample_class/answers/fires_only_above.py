"""A misconception: a unit fires only above its threshold, in one layer and in nets."""

import numpy as np


def tlu(X, w, b):
    return (X @ w + b > 0).astype(int)


def simulate_mp(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            excite = sum(fired[s][t - d] for s, target, d in net["excite"] if target == name and t >= d)
            inhibit = sum(fired[s][t - d] for s, target, d in net["inhibit"] if target == name and t >= d)
            fired[name][t] = int(excite > threshold and inhibit == 0)
    return np.array([fired[name] for name in net["neurons"]]).T
