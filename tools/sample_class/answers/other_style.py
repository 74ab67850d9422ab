"""All right: plain loops, lists instead of arrays, other weights and other methods."""

import numpy as np


def tlu(X, w, b):
    fires = []
    for row in X:
        total = float(b)
        for x_i, w_i in zip(row, w):
            total += float(x_i) * float(w_i)
        fires.append(1 if total >= 0 else 0)
    return fires


def gate(name):
    if name == "not":
        return [-4], 1
    if name in ("nand", "nor"):
        w, b = gate(name.removeprefix("n"))
        return [-w[0], -w[1]], -b - 1  # with whole numbers, below 0 is at most -1
    return [2, 3], -2 if name == "or" else -5


def compile_dnf(truth):
    bits = len(min(truth))
    ones = [key for key in truth if truth[key]]
    if not ones:
        return [([[0.0]] * bits, [-1.0])]
    W = [[3.0 if key[i] else -3.0 for key in ones] for i in range(bits)]
    b = [1.0 - 3.0 * sum(key) for key in ones]
    return [(W, b), ([[1.0] for _ in ones], [-1.0])]


def is_threshold(truth):
    # Weights from -n to n are enough up to four bits.
    bits = {2: 1, 4: 2, 8: 3, 16: 4}[len(truth)]
    weights = np.stack(np.meshgrid(*[np.arange(-bits, bits + 1)] * bits), axis=-1).reshape(-1, bits)
    rows = np.array([[r >> (bits - 1 - i) & 1 for i in range(bits)] for r in range(len(truth))])
    sums = weights @ rows.T
    smallest_one = np.where(truth == 1, sums, 1000).min(axis=1)
    largest_zero = np.where(truth == 0, sums, -1000).max(axis=1)
    return (smallest_one > largest_zero).any()


def parity_net(n):
    hidden = [[1] * n for _ in range(n)], [-k for k in range(1, n + 1)]
    output = [[(-1) ** k] for k in range(n)], [-1]
    return (hidden, output)


def simulate_mp(net, inputs, T):
    history = []
    for t in range(T):
        now = {}
        for i, name in enumerate(net["inputs"]):
            now[name] = t < len(inputs) and bool(inputs[t][i])
        for name in net["neurons"]:
            stopped, count = False, 0
            for source, target, delay in net["inhibit"]:
                if target == name and delay <= t and history[t - delay][source]:
                    stopped = True
            for source, target, delay in net["excite"]:
                if target == name and delay <= t and history[t - delay][source]:
                    count += 1
            now[name] = not stopped and count >= net["neurons"][name]
        history.append(now)
    return [[int(now[name]) for name in net["neurons"]] for now in history]
