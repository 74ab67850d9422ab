"""Evidence on assignment 01: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 1.1 tlu


@correct("ex01_1", "tlu")
def tlu_loop(X, w, b):
    result = []
    for row in X:
        total = b
        for x_i, w_i in zip(row, w):
            total = total + x_i * w_i
        if total >= 0:
            result.append(1)
        else:
            result.append(0)
    return result


@correct("ex01_1", "tlu")
def tlu_boolean(X, w, b):
    return np.dot(X, w) >= -b


@correct("ex01_1", "tlu")
def tlu_heaviside(X, w, b):
    return np.heaviside(X @ w + b, 1)


@correct("ex01_1", "tlu")
def tlu_where_einsum(X, w, b):
    return np.where(np.einsum("ij,j->i", X, w) + b < 0, 0.0, 1.0)


@correct("ex01_1", "tlu")
def tlu_sum_of_products(X, w, b):
    return 1 - np.signbit((X * w).sum(axis=1) + b + 0.0).astype(int)


@correct("ex01_1", "tlu")
def tlu_float32(X, w, b):
    z = X.astype(np.float32) @ w.astype(np.float32) + np.float32(b)
    return (z >= 0).astype(np.float32)


@correct("ex01_1", "tlu")
def tlu_bias_as_weight(X, w, b):
    augmented = np.hstack([X, np.ones((len(X), 1))])
    return np.uint8(augmented @ np.append(w, b) >= 0)


@correct("ex01_1", "tlu")
def tlu_comprehension_with_fsum(X, w, b):
    from math import fsum

    return tuple(int(fsum([*(float(p) * float(q) for p, q in zip(x, w)), b]) >= 0) for x in X)


@correct("ex01_1", "tlu")
def tlu_filled(X, w, b):
    z = w @ X.T + b
    y = np.zeros(z.shape)
    y[z >= 0] = 1
    return y


@correct("ex01_1", "tlu")
def tlu_with_a_warning(X, w, b):
    with np.errstate(all="ignore"):
        z = np.asarray(X @ w + b, dtype=float)
        sign = z / np.abs(z)
    return np.nan_to_num(sign, nan=1.0) > 0


@misconception("ex01_1", "tlu", hint="not only above it")
def tlu_fires_only_above(X, w, b):
    return (X @ w + b > 0).astype(int)


@misconception("ex01_1", "tlu", hint="expected [0, 1, 1, 1], got [-1, 1, 1, 1]")
def tlu_plus_minus_one(X, w, b):
    return np.where(X @ w + b >= 0, 1, -1)


@misconception("ex01_1", "tlu", hint="not 1/2")
def tlu_half_at_a_tie(X, w, b):
    return np.heaviside(X @ w + b, 0.5)


@misconception("ex01_1", "tlu", hint="not only above it")
def tlu_rounds_a_sigmoid(X, w, b):
    return np.round(1 / (1 + np.exp(-(X @ w + b))))


@misconception("ex01_1", "tlu", hint="expected [0, 1, 1, 1], got [1, 1, 1, 1]")
def tlu_forgets_the_bias(X, w, b):
    return (X @ w >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="expected [0, 1, 1, 1], got [1, 1, 1, 1]")
def tlu_subtracts_the_bias(X, w, b):
    return (X @ w >= b).astype(int)


@misconception("ex01_1", "tlu", hint="expected [0, 1, 1, 1], got [-0.5")
def tlu_returns_the_sum(X, w, b):
    return X @ w + b


@misconception("ex01_1", "tlu", hint="expected [1, 1], got [1, 0]")
def tlu_takes_inputs_for_bits(X, w, b):
    return ((X > 0) @ w + b >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="fractions of the inputs")
def tlu_takes_inputs_for_whole_numbers(X, w, b):
    return (X.astype(int) @ w + b >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="expected [0, 1, 1, 1], got [1, 1, 1, 1]")
def tlu_rounds_the_sum(X, w, b):
    return [1 if int(z) >= 0 else 0 for z in X @ w + b]


@misconception("ex01_1", "tlu", hint="the shape (4, 1)")
def tlu_returns_a_column(X, w, b):
    return (X @ w.reshape(-1, 1) + b >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="the shape ()")
def tlu_squeezes_one_row(X, w, b):
    return np.squeeze((X @ w + b >= 0).astype(int))


@misconception("ex01_1", "tlu", hint="raised ValueError")
def tlu_cannot_take_no_row(X, w, b):
    return np.concatenate([[row @ w + b >= 0] for row in X])


@misconception("ex01_1", "tlu", hint="changed X or w")
def tlu_overwrites_the_weights(X, w, b):
    if len(w) and w.dtype.kind == "f":
        w *= 2
        b *= 2
    return (X @ w + b >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="raised ValueError")
def tlu_transposes(X, w, b):
    return (X.T @ w + b >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="b is added once")
def tlu_adds_the_bias_for_each_input(X, w, b):
    return ((X * w + b).sum(axis=1) >= 0).astype(int)


@misconception("ex01_1", "tlu", hint="however close to 0 it is")
def tlu_uses_a_tolerance_that_is_too_large(X, w, b):
    return (X @ w + b >= -1e-3).astype(int)


# ---- 1.2 gate


@correct("ex01_2", "gate")
def gate_dictionary(name):
    return {
        "or": (np.array([1.0, 1.0]), -0.5),
        "and": (np.array([1.0, 1.0]), -1.5),
        "not": (np.array([-1.0]), 0.5),
        "nand": (np.array([-1.0, -1.0]), 1.5),
        "nor": (np.array([-1.0, -1.0]), 0.5),
    }[name]


@correct("ex01_2", "gate")
def gate_whole_numbers_with_ties(name):
    if name == "not":
        return [-1], 0
    negative = name.startswith("n")
    either = name.endswith("or")
    if negative:
        return [-1, -1], 0 if either else 1
    return [1, 1], -1 if either else -2


@correct("ex01_2", "gate")
def gate_list_of_two(name):
    table = {"or": [[3, 3], -1], "and": [[3, 3], -5], "not": [[-3], 1], "nand": [[-3, -3], 5]}
    return table.get(name, [[-3, -3], 1])


@correct("ex01_2", "gate")
def gate_unequal_weights(name):
    match name:
        case "or":
            return np.array([5, 2]), np.float64(-1.0)
        case "and":
            return np.array([5, 2]), np.float64(-6.0)
        case "nand":
            return np.array([-7, -4]), np.float64(9.0)
        case "nor":
            return np.array([-7, -4]), np.float64(3.0)
        case "not":
            return np.array([-100]), np.float64(99.0)


@correct("ex01_2", "gate")
def gate_by_negation(name):
    def negated(w, b):
        return -w, -b

    either, both = (np.ones(2), -0.5), (np.ones(2), -1.5)
    units = {"or": either, "and": both, "nor": negated(*either), "nand": negated(*both)}
    units["not"] = negated(np.ones(1), -0.5)
    return units[name]


@correct("ex01_2", "gate")
def gate_float32(name):
    sign = -1 if name.startswith("n") else 1
    w = np.full(1 if name == "not" else 2, sign, dtype=np.float32)
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return w, np.array(b, dtype=np.float32)


@correct("ex01_2", "gate")
def gate_searched(name):
    from itertools import product

    if name == "not":
        return (-1,), 0.25
    rule = {
        "or": lambda p, q: p or q,
        "and": lambda p, q: p and q,
        "nand": lambda p, q: not (p and q),
        "nor": lambda p, q: not (p or q),
    }[name]
    for u, v, b in product(range(-3, 4), repeat=3):
        if all((u * p + v * q + b >= 0) == bool(rule(p, q)) for p in (0, 1) for q in (0, 1)):
            return (u, v), b


@correct("ex01_2", "gate")
def gate_perceptron(name):
    tables = {"or": [0, 1, 1, 1], "and": [0, 0, 0, 1], "nand": [1, 1, 1, 0], "nor": [1, 0, 0, 0]}
    target = tables.get(name, [1, 0])
    X = np.array([[0], [1]] if name == "not" else [[0, 0], [0, 1], [1, 0], [1, 1]])
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(100):
        for x, t in zip(X, target):
            error = t - int(x @ w + b >= 0)
            w, b = w + error * x, b + error
    return w, b


@correct("ex01_2", "gate")
def gate_large_numbers(name):
    scale = 1e9
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    n = 1 if name == "not" else 2
    return np.full(n, -scale if name[0] == "n" else scale), b * scale


@misconception("ex01_2", "gate", hint="expected [0, 1, 1, 1], got [1, 1, 1, 1]")
def gate_returns_the_threshold(name):
    theta = {"or": 0.5, "and": 1.5, "not": -0.5, "nand": -1.5, "nor": -0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), theta


@misconception("ex01_2", "gate", hint="the shape (2,)")
def gate_not_has_two_weights(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.full(2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="the shape ()")
def gate_not_has_a_number_for_a_vector(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return -1.0 if name == "not" else np.full(2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="computes the input itself")
def gate_not_repeats_its_input(name):
    b = {"or": -0.5, "and": -1.5, "not": -0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name in ("nand", "nor") else 1.0), b


@misconception("ex01_2", "gate", hint="computes a constant 0 of one bit")
def gate_not_never_fires(name):
    b = {"or": -0.5, "and": -1.5, "not": -0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="computes nor")
def gate_nand_is_nor(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 0.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="computes nand")
def gate_nor_is_nand(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 1.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="computes a constant 0")
def gate_negates_the_weights_alone(name):
    w, b = {"or": (1, -0.5), "and": (1, -1.5), "not": (-1, 0.5), "nand": (-1, -1.5), "nor": (-1, -0.5)}[name]
    return [w] if name == "not" else [w, w], b


@misconception("ex01_2", "gate", hint="computes and")
def gate_nand_is_and(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": -1.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name in ("not", "nor") else 1.0), b


@misconception("ex01_2", "gate", hint="computes or")
def gate_nor_is_or(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": -0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name in ("not", "nand") else 1.0), b


@misconception("ex01_2", "gate", hint="A sum of exactly 0 gives 1")
def gate_ties_taken_for_silence(name):
    b = {"or": -0.5, "and": -1.5, "not": 1, "nand": 2, "nor": 1}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b


@misconception("ex01_2", "gate", hint="one ndarray where (w, b)")
def gate_one_array_for_both(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.append(np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b)


@misconception("ex01_2", "gate", hint="the shape (1,)")
def gate_bias_is_an_array(name):
    b = {"or": -0.5, "and": -1.5, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), np.array([b])


@misconception("ex01_2", "gate", hint="raised KeyError")
def gate_knows_three_gates(name):
    return {"or": ([1, 1], -0.5), "and": ([1, 1], -1.5), "not": ([-1], 0.5)}[name]


@misconception("ex01_2", "gate", hint="expected [0, 0, 0, 1], got [0, 1, 1, 1]")
def gate_and_fires_at_one(name):
    b = {"or": -0.5, "and": -1, "not": 0.5, "nand": 1.5, "nor": 0.5}[name]
    return np.full(1 if name == "not" else 2, -1.0 if name[0] == "n" else 1.0), b


# ---- 1.3 compile_dnf


@correct("ex01_3", "compile_dnf")
def compile_dnf_vectorised(truth):
    keys = np.array(list(truth))
    ones = keys[np.array(list(truth.values())) == 1].astype(float)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@correct("ex01_3", "compile_dnf")
def compile_dnf_lists(truth):
    n = len(min(truth))
    rows = [key for key, value in truth.items() if value]
    if not rows:
        return [([[0.0] for _ in range(n)], [-1.0])]
    W = [[1 if row[i] else -1 for row in rows] for i in range(n)]
    b = [-sum(row) for row in rows]
    return [(W, b), ([[1]] * len(rows), [-1])]


@correct("ex01_3", "compile_dnf")
def compile_dnf_conjunctive(truth):
    n = len(next(iter(truth)))
    zeros = [key for key, value in truth.items() if not value]
    W1, b1 = np.zeros((n, len(zeros))), np.zeros(len(zeros))
    for j, key in enumerate(zeros):  # a clause is false at its own row alone
        W1[:, j] = [-1 if bit else 1 for bit in key]
        b1[j] = sum(key) - 1
    return [(W1, b1), (np.ones((len(zeros), 1)), np.array([-len(zeros)]))]


@correct("ex01_3", "compile_dnf")
def compile_dnf_intervals(truth):
    n = len(next(iter(truth)))
    values = [truth[key] for key in sorted(truth)]
    places = [2.0 ** (n - 1 - i) for i in range(n)]
    W1, b1, W2, before = [], [], [], 0
    for r, value in enumerate(values):
        if value != before:  # a unit that fires from row r on
            W1.append(places)
            b1.append(-float(r))
            W2.append([value - before])
            before = value
    if not W1:
        return [(np.zeros((n, 1)), np.array([-1.0]))]
    return [(np.array(W1).T, np.array(b1)), (np.array(W2, dtype=float), np.array([-0.5]))]


@correct("ex01_3", "compile_dnf")
def compile_dnf_smaller_side(truth):
    n = len(next(iter(truth)))
    ones = sum(truth.values())
    side = 1 if ones <= len(truth) / 2 else 0
    rows = np.array([key for key in truth if truth[key] == side], dtype=int).reshape(-1, n)
    W = 4 * rows.T - 2
    b = 1 - 2 * rows.sum(axis=1)
    out = np.full((len(rows), 1), 1 if side else -1)
    return ((W, b), (out, np.array([-0.5 if side else 0.5])))


@correct("ex01_3", "compile_dnf")
def compile_dnf_three_layers(truth):
    n = len(next(iter(truth)))
    rows = np.array([k for k, v in truth.items() if v] or [(0,) * n], dtype=float)
    scale = 1.0 if any(truth.values()) else 0.0
    return [
        (np.hstack([np.eye(n), -np.eye(n)]), np.r_[np.full(n, -0.5), np.full(n, 0.5)]),  # x and not x
        (np.vstack([rows.T, 1 - rows.T]), np.full(len(rows), 0.5 - n)),
        (np.full((len(rows), 1), scale), np.array([-0.5])),
    ]


@correct("ex01_3", "compile_dnf")
def compile_dnf_unit_for_every_row(truth):
    keys = sorted(truth, reverse=True)
    K = np.array(keys, dtype=np.float32)
    out = np.array([[float(truth[key])] for key in keys], dtype=np.float32)
    return [(2 * K.T - 1, -K.sum(axis=1)), (out, np.array([-1.0], dtype=np.float32))]


@correct("ex01_3", "compile_dnf")
def compile_dnf_one_unit_at_a_time(truth):
    n = len(list(truth.keys())[0])  # noqa: RUF015
    W, b = np.empty((n, 0)), np.empty(0)
    for key in truth:
        if truth[key] != 1:
            continue
        column = np.array([[1.0] if bit == 1 else [-1.0] for bit in key])
        W = np.concatenate([W, column], axis=1)
        b = np.append(b, 0.5 - np.sum(key))
    return [[W, b], [np.ones([W.shape[1], 1]), np.array([-0.5])]]


@correct("ex01_3", "compile_dnf")
def compile_dnf_constants_apart(truth):
    n = len(next(iter(truth)))
    values = set(truth.values())
    if values == {0}:
        return [(np.zeros((n, 1)), np.array([-1]))]
    if values == {1}:
        return [(np.zeros((n, 1)), np.array([0]))]
    ones = np.array([k for k, v in truth.items() if v])
    return [(2.0 * ones.T - 1, 0.5 - ones.sum(1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="expected [0, 1, 1, 0], got [0, 0, 0, 0]")
def compile_dnf_output_is_and(truth):
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, len(next(iter(truth))))
    return [(2 * ones.T - 1, 0.5 - ones.sum(1)), (np.ones((len(ones), 1)), np.array([0.5 - len(ones)]))]


@misconception("ex01_3", "compile_dnf", hint="expected [0, 1, 1, 0], got [0, 1, 1, 1]")
def compile_dnf_zeros_do_not_count(truth):
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, len(next(iter(truth))))
    return [(ones.T, 0.5 - ones.sum(1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="in the order in which the keys come")
def compile_dnf_values_in_key_order(truth):
    n = len(next(iter(truth)))
    values = np.array(list(truth.values()))
    rows = np.arange(2**n)[values == 1]
    ones = rows[:, None] >> np.arange(n)[::-1] & 1
    return [(2.0 * ones.T - 1, 0.5 - ones.sum(1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="raised")
def compile_dnf_cannot_be_all_zero(truth):
    ones = np.array([k for k, v in truth.items() if v], dtype=float)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="an empty list where a list of layers")
def compile_dnf_returns_no_layer(truth):
    ones = np.array([k for k, v in truth.items() if v], dtype=float)
    if len(ones) == 0:
        return []
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="W has the shape (")
def compile_dnf_single_unit_is_a_vector(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    if len(ones) == 1 and n > 1:
        return [(2 * ones[0] - 1, 0.5 - ones.sum(axis=1))]
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="raised")
def compile_dnf_three_nested_loops(truth):
    n = len(next(iter(truth)))
    rows = dict.fromkeys((p, q, r)[:n] for p in (0, 1) for q in (0, 1) for r in (0, 1))
    ones = np.array([row for row in rows if truth[row]], dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="expected [0, 1, 1, 0], got [1, 0, 0, 1]")
def compile_dnf_units_for_the_zeros(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if not v], dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="(fan_in, fan_out)")
def compile_dnf_transposed(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    return [(2 * ones - 1, 0.5 - ones.sum(axis=1)), (np.ones((1, len(ones))), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="in reverse order")
def compile_dnf_bits_reversed(truth):
    n = len(next(iter(truth)))
    ones = np.array([k[::-1] for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="expected [1, 0, 0, 1], got")
def compile_dnf_threshold_is_n(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, np.full(len(ones), 0.5 - n / 2)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="changed the table")
def compile_dnf_empties_the_table(truth):
    n = len(next(iter(truth)))
    rows = []
    while truth:
        key, value = truth.popitem()
        if value:
            rows.append(key)
    ones = np.array(rows, dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="expected [0, 1, 1, 0], got")
def compile_dnf_unsigned_bytes(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=np.uint8).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="first two bits")
def compile_dnf_first_two_bits(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    ones[:, 2:] = 0.5  # gives weight 0
    return [(2 * ones.T - 1, 0.5 - ones[:, :2].sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


@misconception("ex01_3", "compile_dnf", hint="expected [0, 1, 1, 0], got [0, 0, 0, 0]")
def compile_dnf_output_needs_two(truth):
    n = len(next(iter(truth)))
    ones = np.array([k for k, v in truth.items() if v], dtype=float).reshape(-1, n)
    return [(2 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-1.5]))]


# ---- 1.4 is_threshold


@correct("ex01_4", "is_threshold")
def is_threshold_linear_programme(truth):
    from scipy.optimize import linprog

    n = int(np.log2(len(truth)))
    X = np.array(list(np.ndindex((2,) * n)))
    A = np.hstack([X, np.ones((len(X), 1))]) * (1 - 2 * np.asarray(truth))[:, None]
    return linprog(np.zeros(n + 1), A_ub=A, b_ub=-np.ones(len(X)), bounds=[(None, None)] * (n + 1)).success


@correct("ex01_4", "is_threshold")
def is_threshold_largest_gap(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    rows = [[r >> (n - 1 - i) & 1 for i in range(n)] + [1] for r in range(2**n)]
    A, limits = [], []
    for row, value in zip(rows, truth):
        sign = 1 if value else -1
        A.append([-sign * x for x in row] + [1])
        limits.append(0)
    bounds = [(-1, 1)] * (n + 1) + [(None, None)]
    found = linprog([0] * (n + 1) + [-1], A_ub=A, b_ub=limits, bounds=bounds)
    return bool(found.x[-1] > 1e-6)


@correct("ex01_4", "is_threshold")
def is_threshold_hulls(truth):
    from scipy.optimize import linprog

    truth = np.array(truth)
    if truth.all() or not truth.any():
        return 1
    n = truth.size.bit_length() - 1
    X = np.arange(2**n)[:, None] >> np.arange(n) & 1  # the order of the bits does not matter here
    A = np.vstack([X.T * np.where(truth, 1, -1), truth, 1 - truth])
    crossing = linprog(np.zeros(2**n), A_eq=A, b_eq=[0] * n + [1, 1])
    return int(crossing.status == 2)


@correct("ex01_4", "is_threshold")
def is_threshold_integer_weights(truth):
    from itertools import product

    n = {2: 1, 4: 2, 8: 3, 16: 4}[len(truth)]
    X = np.array(list(product((0, 1), repeat=n)))
    weights = np.array(list(product(range(-n, n + 1), repeat=n)))
    sums = weights @ X.T
    on, off = truth == 1, truth == 0
    low = sums[:, on].min(axis=1, initial=99)
    high = sums[:, off].max(axis=1, initial=-99)
    return np.any(low > high)


@correct("ex01_4", "is_threshold")
def is_threshold_perceptron(truth):
    table = [int(value) for value in truth]
    n = len(table).bit_length() - 1
    rows = [[r >> i & 1 for i in range(n)] for r in range(len(table))]
    w, b = [0] * n, 0
    for _ in range(400):
        mistakes = 0
        for x, value in zip(rows, table):
            error = value - (sum(p * q for p, q in zip(w, x)) + b >= 0)
            if error:
                mistakes += 1
                w = [p + error * q for p, q in zip(w, x)]
                b += error
        if mistakes == 0:
            return True
    return False


@correct("ex01_4", "is_threshold")
def is_threshold_asummable(truth):
    # Up to eight variables it is enough that no two ones and two zeros have the same sum.
    n = len(truth).bit_length() - 1
    places = 3 ** np.arange(n)
    codes = (np.arange(2**n)[:, None] >> np.arange(n) & 1) @ places
    ones, zeros = codes[truth == 1], codes[truth == 0]
    pairs_of_ones = set((ones[:, None] + ones).ravel().tolist())
    pairs_of_zeros = set((zeros[:, None] + zeros).ravel().tolist())
    return not pairs_of_ones & pairs_of_zeros


@correct("ex01_4", "is_threshold")
def is_threshold_random_start_perceptron(truth):
    rng = np.random.default_rng(0)
    n = len(truth).bit_length() - 1
    X = np.c_[np.arange(2**n)[:, None] >> np.arange(n)[::-1] & 1, np.ones(2**n)]
    signed = np.where(truth[:, None] == 1, X, -X)
    w = rng.normal(size=n + 1)
    for _ in range(1500):
        margins = signed @ w
        worst = margins.argmin()
        if margins[worst] > 1e-9:
            return np.bool_(True)
        w = w + signed[worst]
    return np.bool_(False)


@correct("ex01_4", "is_threshold")
def is_threshold_all_units_once(truth):
    n = len(truth).bit_length() - 1
    grid = np.indices((2 * n + 1,) * n).reshape(n, -1).T - n
    X = np.indices((2,) * n).reshape(n, -1).T
    sums = grid @ X.T
    target = truth.astype(bool)
    answer = False
    for theta in range(-n * n, n * n + 2):
        answer = answer or bool(((sums >= theta) == target).all(axis=1).any())
    return np.float64(answer)


@correct("ex01_4", "is_threshold")
def is_threshold_early_no(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    cube = truth.reshape((2,) * n)
    for axis in range(n):
        step = np.take(cube, 1, axis) - np.take(cube, 0, axis)
        if step.min() < 0 < step.max():
            return False
    X = np.argwhere(np.ones((2,) * n))
    rows = np.hstack([X, np.ones((2**n, 1))]) * (2 * truth[:, None] - 1)
    split = np.hstack([rows, -rows])  # positive and negative parts of the weights
    found = linprog(np.ones(2 * n + 2), A_ub=-split, b_ub=-np.ones(2**n))
    return found.status == 0


@misconception("ex01_4", "is_threshold", hint="from four bits on it is not enough")
def is_threshold_unate(truth):
    n = len(truth).bit_length() - 1
    cube = truth.reshape((2,) * n)
    for axis in range(n):
        step = np.diff(cube, axis=axis)
        if step.min() < 0 < step.max():
            return False
    return True


@misconception("ex01_4", "is_threshold", hint="expected True, got 0")
def is_threshold_bounds_forgotten(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X))).success


@misconception("ex01_4", "is_threshold", hint="Weights may be negative")
def is_threshold_weights_not_negative(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    bounds = [(0, None)] * n + [(None, None)]
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=bounds).success


@misconception("ex01_4", "is_threshold", hint="expected True, got 0")
def is_threshold_without_bias(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = X * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).success


@misconception("ex01_4", "is_threshold", hint="Weights of -1, 0 and 1")
def is_threshold_signs_only(truth):
    from itertools import product

    n = len(truth).bit_length() - 1
    X = np.array(list(product((0, 1), repeat=n)))
    for w in product((-1, 0, 1), repeat=n):
        for theta in range(-n, n + 2):
            if np.array_equal(X @ w >= theta, truth):
                return True
    return False


@misconception("ex01_4", "is_threshold", hint="Weights from -2 to 2")
def is_threshold_weights_to_two(truth):
    from itertools import product

    n = len(truth).bit_length() - 1
    X = np.array(list(product((0, 1), repeat=n)))
    W = np.array(list(product(range(-2, 3), repeat=n)))
    sums = W @ X.T
    low = sums[:, truth == 1].min(axis=1, initial=99)
    return bool((low > sums[:, truth == 0].max(axis=1, initial=-99)).any())


@misconception("ex01_4", "is_threshold", hint="give up too early")
def is_threshold_eight_passes(truth):
    n = len(truth).bit_length() - 1
    X = np.c_[np.array(list(np.ndindex((2,) * n))), np.ones(2**n)]
    w = np.zeros(n + 1)
    for _ in range(8):
        wrong = 0
        for x, value in zip(X, truth):
            error = int(value) - int(x @ w >= 0)
            w += error * x
            wrong += error != 0
        if not wrong:
            return True
    return False


@misconception("ex01_4", "is_threshold", hint="same everywhere are threshold functions")
def is_threshold_constants_are_not(truth):
    from scipy.optimize import linprog

    if truth.min() == truth.max():
        return False
    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).success


@misconception("ex01_4", "is_threshold", hint="raised ValueError")
def is_threshold_root_for_logarithm(truth):
    from scipy.optimize import linprog

    n = int(np.sqrt(len(truth)))  # right for 2, 4 and 16
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).success


@misconception("ex01_4", "is_threshold", hint="Parity is not the only function")
def is_threshold_all_but_parity(truth):
    n = len(truth).bit_length() - 1
    if n == 1:
        return True
    parity = np.array([bin(r).count("1") % 2 for r in range(2**n)])
    return not (np.array_equal(truth, parity) or np.array_equal(truth, 1 - parity))


@misconception("ex01_4", "is_threshold", hint="changed the table")
def is_threshold_overwrites(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    truth[truth == 0] = -1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * truth[:, None]
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).success


@misconception("ex01_4", "is_threshold", hint="expected True, got 0")
def is_threshold_exchanged(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=-np.ones(len(X)), bounds=(None, None)).status == 2


@misconception("ex01_4", "is_threshold", hint="expected False, got 1")
def is_threshold_gap_forgotten(truth):
    from scipy.optimize import linprog

    n = len(truth).bit_length() - 1
    X = np.array(list(np.ndindex((2,) * n)))
    rows = np.hstack([X, np.ones((len(X), 1))]) * (2 * truth[:, None] - 1)
    return linprog(np.zeros(n + 1), A_ub=-rows, b_ub=np.zeros(len(X)), bounds=(None, None)).success


@misconception("ex01_4", "is_threshold", hint="give up too early")
def is_threshold_least_squares(truth):
    n = len(truth).bit_length() - 1
    X = np.c_[np.array(list(np.ndindex((2,) * n))), np.ones(2**n)]
    w, *_ = np.linalg.lstsq(X, 2.0 * truth - 1, rcond=None)
    return bool((((X @ w) > 0) == truth).all())


@misconception("ex01_4", "is_threshold", hint="As many ones as zeros")
def is_threshold_not_balanced(truth):
    return bool(2 * truth.sum() != len(truth) or np.array_equal(truth, np.sort(truth)))


@misconception("ex01_4", "is_threshold", hint="the shape (4,)")
def is_threshold_returns_a_table(truth):
    return truth == np.sort(truth)


# ---- 1.5 parity_net


@correct("ex01_5", "parity_net")
def parity_net_at_least_k(n):
    k = np.arange(1, n + 1)
    return [(np.ones((n, n)), 0.5 - k), (((-1.0) ** (k + 1)).reshape(n, 1), np.array([-0.5]))]


@correct("ex01_5", "parity_net")
def parity_net_lists(n):
    W1, b1, W2 = [], [], []
    for _ in range(n):
        W1.append([1] * n)
    for k in range(1, n + 1):
        b1.append(-k)
        W2.append([1 if k % 2 == 1 else -1])
    return [(W1, b1), (W2, [-1])]


@correct("ex01_5", "parity_net")
def parity_net_at_most_k(n):
    k = np.arange(n)
    W2 = np.where(k % 2 == 0, -1.0, 1.0)[:, None]  # one unit for "at most k ones" each
    return [(-np.ones((n, n)), k + 0.5), (W2, np.array([n % 2 - 0.5]))]


@correct("ex01_5", "parity_net")
def parity_net_most_first(n):
    k = np.arange(n, 0, -1)
    return ((2.0 * np.ones((n, n)), 1.0 - 2 * k), (np.where(k % 2, 4.0, -4.0)[:, None], np.array([-2.0])))


@correct("ex01_5", "parity_net")
def parity_net_float32(n):
    W1 = np.full((n, n), 1, dtype=np.float32)
    b1 = -np.linspace(0.5, n - 0.5, n, dtype=np.float32)
    W2 = np.resize(np.array([1, -1], dtype=np.float32), (n, 1))
    return [(W1, b1), (W2, np.array([-0.5], dtype=np.float32))]


@correct("ex01_5", "parity_net")
def parity_net_one_bit_apart(n):
    if n == 1:
        return [(np.array([[1]]), np.array([-1]))]
    W1 = np.ones((n, n), dtype=int)
    b1 = -np.arange(1, n + 1)
    W2 = np.ones((n, 1), dtype=int)
    W2[1::2] = -1
    return [[W1, b1], [W2, np.array([-1])]]


@correct("ex01_5", "parity_net")
def parity_net_mixed_signs(n):
    # Odd k: at least k. Even k: at most k - 1, counted with the other sign and a shifted bias.
    W1, b1 = np.zeros((n, n)), np.zeros(n)
    for j in range(n):
        k = j + 1
        W1[:, j] = 1 if k % 2 else -1
        b1[j] = 0.5 - k if k % 2 else k - 0.5
    return [(W1, b1), (np.ones((n, 1)), np.array([-0.5 - n // 2]))]


@correct("ex01_5", "parity_net")
def parity_net_with_a_copy_layer(n):
    layers = parity = [(np.ones((n, n)), 0.5 - np.arange(1, n + 1))]
    signs = np.array([1.0 if j % 2 == 0 else -1.0 for j in range(n)])
    parity.append((signs[:, np.newaxis], -np.ones(1) / 2))
    return tuple(layers)


@correct("ex01_5", "parity_net")
def parity_net_growing_weights(n):
    # The hidden units carry different weights, as long as each is the same for all inputs.
    c = np.arange(1.0, n + 1)
    W1 = np.tile(c, (n, 1))
    return [(W1, c * (0.5 - np.arange(1, n + 1))), (np.array([[3.0], [-3.0]] * n)[:n], np.array([-1.5]))]


@misconception("ex01_5", "parity_net", hint="at most n + 1 are allowed")
def parity_net_dnf(n):
    rows = np.array([[r >> i & 1 for i in range(n)] for r in range(2**n) if bin(r).count("1") % 2])
    return [(2.0 * rows.T - 1, 0.5 - rows.sum(axis=1)), (np.ones((len(rows), 1)), np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="at most n + 1 are allowed")
def parity_net_unit_that_always_fires(n):
    k = np.arange(n + 1)
    W2 = np.where(k % 2, 1.0, -1.0)[:, None]
    W2[0] = 0
    return [(np.ones((n, n + 1)), 0.5 - k), (W2, np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="at most n + 1 are allowed")
def parity_net_chain_of_xors(n):
    if n == 1:
        return [(np.ones((1, 1)), np.array([-0.5]))]
    layers = []
    for left in range(n, 1, -1):  # xor of the first two bits, the others are passed on
        W1 = np.zeros((left, left))
        W1[:2, 0] = W1[:2, 1] = 1
        W1[2:, 2:] = np.eye(left - 2)
        b1 = np.r_[-0.5, -1.5, np.full(left - 2, -0.5)]
        W2 = np.zeros((left, left - 1))
        W2[0, 0], W2[1, 0] = 1, -1
        W2[2:, 1:] = np.eye(left - 2)
        layers += [(W1, b1), (W2, np.full(left - 1, -0.5))]
    return layers


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0], got [1, 0, 0, 1]")
def parity_net_even(n):
    k = np.arange(1, n + 1)
    return [(np.ones((n, n)), 0.5 - k), (np.where(k % 2, -1.0, 1.0)[:, None], np.array([0.5]))]


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0, 1, 0, 0, 1], got [0, 1, 1, 0, 1, 0, 0, 0]")
def parity_net_exactly_one(n):
    return [(np.ones((n, 2)), np.array([-0.5, -1.5])), (np.array([[1.0], [-1.0]]), np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0], got [0, 1, 1, 1]")
def parity_net_or(n):
    return [(np.ones((n, 1)), np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="raised")
def parity_net_not_for_one_bit(n):
    k = np.arange(1, n + 1)
    W2 = np.concatenate([np.stack([1.0, -1.0] * (n // 2)), [1.0] * (n % 2)])[:, None]
    return [(np.ones((n, n)), 0.5 - k), (W2, np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="(fan_in, fan_out)")
def parity_net_squeezed(n):
    k = np.arange(1, n + 1)
    W1 = np.squeeze(np.ones((n, n)))
    return [(W1, 0.5 - k), (np.where(k % 2, 1.0, -1.0)[:, None], np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="right for at most 6 ones")
def parity_net_up_to_six_bits(n):
    signs = [[1], [-1], [1], [-1], [1], [-1]]
    signs = signs[:n] + [[0]] * (n - 6)
    return [([[1] * n] * n, [-k for k in range(1, n + 1)]), (signs, [-1])]


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0], got")
def parity_net_signs_from_the_end(n):
    k = np.arange(1, n + 1)
    return [(np.ones((n, n)), 0.5 - k), (((-1.0) ** (n - k))[:, None], np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0], got [0, 0, 0, 0]")
def parity_net_output_needs_two(n):
    k = np.arange(1, n + 1)
    return [(np.ones((n, n)), 0.5 - k), (np.where(k % 2, 1.0, -1.0)[:, None], np.array([-1.5]))]


@misconception("ex01_5", "parity_net", hint="expected [0, 1, 1, 0], got")
def parity_net_off_by_one(n):
    k = np.arange(n)
    return [(np.ones((n, n)), 0.5 - k), (np.where(k % 2, -1.0, 1.0)[:, None], np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="(fan_in, fan_out)")
def parity_net_row_for_a_column(n):
    k = np.arange(1, n + 1)
    return [(np.ones((n, n)), 0.5 - k), (np.where(k % 2, 1.0, -1.0)[None, :], np.array([-0.5]))]


@misconception("ex01_5", "parity_net", hint="1 values where (W, b)")
def parity_net_forgets_the_biases(n):
    return [(np.ones((n, n)),), (np.ones((n, 1)),)]


@misconception("ex01_5", "parity_net", hint="where a list of layers (W, b) was asked for")
def parity_net_returns_outputs(n):
    return np.array([bin(r).count("1") % 2 for r in range(2**n)])


# ---- 1.6 simulate_mp


@correct("ex01_6", "simulate_mp")
def simulate_mp_sets_of_times(net, inputs, T):
    times = {name: set() for name in [*net["inputs"], *net["neurons"]]}
    for t, row in enumerate(inputs):
        for name, spike in zip(net["inputs"], row):
            if spike:
                times[name].add(t)
    for t in range(T):
        for name, threshold in net["neurons"].items():
            if any(u == name and t - d in times[s] for s, u, d in net["inhibit"]):
                continue
            if sum(u == name and t - d in times[s] for s, u, d in net["excite"]) >= threshold:
                times[name].add(t)
    return [[int(t in times[name]) for name in net["neurons"]] for t in range(T)]


@correct("ex01_6", "simulate_mp")
def simulate_mp_matrices_by_delay(net, inputs, T):
    names = [*net["inputs"], *net["neurons"]]
    n_in, cells = len(net["inputs"]), list(net["neurons"])
    longest = max([d for *_, d in net["excite"] + net["inhibit"]], default=1)
    E, H = np.zeros((2, longest + 1, len(names), len(cells)))
    for matrix, connections in ((E, net["excite"]), (H, net["inhibit"])):
        for s, u, d in connections:
            matrix[d, names.index(s), cells.index(u)] += 1
    theta = np.array(list(net["neurons"].values()))
    spikes = np.zeros((longest + T, len(names)))  # time t stands in row t + longest
    known = min(T, len(inputs))
    spikes[longest : longest + known, :n_in] = inputs[:known]
    for t in range(longest, longest + T):
        excited = sum(spikes[t - d] @ E[d] for d in range(1, longest + 1))
        inhibited = sum(spikes[t - d] @ H[d] for d in range(1, longest + 1))
        spikes[t, n_in:] = (excited >= theta) & (inhibited == 0)
    return spikes[longest:, n_in:].astype(int)


@correct("ex01_6", "simulate_mp")
def simulate_mp_scatter(net, inputs, T):
    excited = {name: [0] * T for name in net["neurons"]}
    blocked = {name: [False] * T for name in net["neurons"]}
    result = np.zeros((T, len(excited)), dtype=bool)
    for t in range(T):
        firing = [s for i, s in enumerate(net["inputs"]) if t < len(inputs) and inputs[t, i]]
        for j, (name, threshold) in enumerate(net["neurons"].items()):
            if excited[name][t] >= threshold and not blocked[name][t]:
                firing.append(name)
                result[t, j] = True
        for s, u, d in net["excite"]:
            if s in firing and t + d < T:
                excited[u][t + d] += 1
        for s, u, d in net["inhibit"]:
            if s in firing and t + d < T:
                blocked[u][t + d] = True
    return result


@correct("ex01_6", "simulate_mp")
def simulate_mp_recursive(net, inputs, T):
    from functools import cache

    @cache
    def fires(name, t):
        if t < 0:
            return 0
        if name in net["inputs"]:
            return int(inputs[t][net["inputs"].index(name)]) if t < len(inputs) else 0
        if any(fires(s, t - d) for s, u, d in net["inhibit"] if u == name):
            return 0
        return int(sum(fires(s, t - d) for s, u, d in net["excite"] if u == name) >= net["neurons"][name])

    return np.array([[fires(name, t) for name in net["neurons"]] for t in range(T)])


@correct("ex01_6", "simulate_mp")
def simulate_mp_history_of_dicts(net, inputs, T):
    history = []
    for t in range(T):
        row = inputs[t] if t < len(inputs) else [0] * len(net["inputs"])
        now = dict(zip(net["inputs"], map(int, row)))
        for name, threshold in net["neurons"].items():
            excite = inhibit = 0
            for s, u, d in net["excite"]:
                if u == name and t - d >= 0:
                    excite += history[t - d][s]
            for s, u, d in net["inhibit"]:
                if u == name and t - d >= 0:
                    inhibit += history[t - d][s]
            now[name] = 1 if excite >= threshold and inhibit == 0 else 0
        history.append(now)
    return [[step[name] for name in net["neurons"]] for step in history]


@correct("ex01_6", "simulate_mp")
def simulate_mp_padded_inputs(net, inputs, T):
    X = np.vstack([inputs, np.zeros((T, inputs.shape[1]), dtype=inputs.dtype)])[:T]
    index = {name: i for i, name in enumerate(list(net["inputs"]) + list(net["neurons"]))}
    S = np.zeros((T, len(index)))
    S[:, : X.shape[1]] = X
    for t in range(T):
        for name in net["neurons"]:
            e = [S[t - d, index[s]] for s, u, d in net["excite"] if u == name and d <= t]
            i = [S[t - d, index[s]] for s, u, d in net["inhibit"] if u == name and d <= t]
            S[t, index[name]] = float(np.sum(e) >= net["neurons"][name] and not np.any(i))
    return S[:, X.shape[1] :]


@correct("ex01_6", "simulate_mp")
def simulate_mp_infinite_negative_weight(net, inputs, T):
    names = list(net["inputs"]) + list(net["neurons"])
    fired = {name: [0.0] * T for name in names}
    for i, name in enumerate(net["inputs"]):
        fired[name][: len(inputs)] = [float(v) for v in inputs[:T, i]]
        fired[name] = (fired[name] + [0.0] * T)[:T]
    huge = len(net["excite"]) + 1
    weighted = [(*c, 1) for c in net["excite"]] + [(*c, -huge) for c in net["inhibit"]]
    for t in range(T):
        for name, threshold in net["neurons"].items():
            z = sum(k * fired[s][t - d] for s, u, d, k in weighted if u == name and t >= d) - threshold
            fired[name][t] = float(z >= 0)
    return np.stack([fired[name] for name in net["neurons"]], axis=1)


@correct("ex01_6", "simulate_mp")
def simulate_mp_ring_buffer(net, inputs, T):
    from collections import deque

    longest = max((d for _, _, d in net["excite"] + net["inhibit"]), default=1)
    silent = dict.fromkeys(net["inputs"] + list(net["neurons"]), False)
    past = deque([silent] * longest, maxlen=longest)  # past[-d] is d steps ago
    rows = []
    for t in range(T):
        now = {s: bool(t < len(inputs) and inputs[t][i]) for i, s in enumerate(net["inputs"])}
        for name in net["neurons"]:
            blocked = [1 for s, u, d in net["inhibit"] if u == name and past[-d][s]]
            drive = [1 for s, u, d in net["excite"] if u == name and past[-d][s]]
            now[name] = not blocked and len(drive) >= net["neurons"][name]
        past.append(now)
        rows.append([now[name] for name in net["neurons"]])
    return rows


@misconception("ex01_6", "simulate_mp", hint="got [[0], [0], [0], [0], [0]]")
def simulate_mp_fires_only_above(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e > threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="stands there twice counts twice")
def simulate_mp_counts_sources_once(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in set(net["excite"]) if u == name and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="it is not a negative weight")
def simulate_mp_inhibition_subtracts(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e - i >= threshold)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="Inhibition seems to have no effect")
def simulate_mp_ignores_inhibition(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            fired[name][t] = int(e >= threshold)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="they need not all be active")
def simulate_mp_all_must_inhibit(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = [t >= d and fired[s][t - d] for s, u, d in net["inhibit"] if u == name]
            fired[name][t] = int(e >= threshold and not (i and all(i)))
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="Inhibition has its delay too")
def simulate_mp_inhibits_without_delay(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(fired[s][t - 1] for s, u, _ in net["inhibit"] if u == name and t >= 1)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="between neurons")
def simulate_mp_neurons_without_delay(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    delay = {c: c[2] if c[0] in net["inputs"] else 1 for c in net["excite"] + net["inhibit"]}
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[c[0]][t - delay[c]] for c in net["excite"] if c[1] == name and t >= delay[c])
            i = sum(fired[c[0]][t - delay[c]] for c in net["inhibit"] if c[1] == name and t >= delay[c])
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="expected [[0], [0], [1], [1], [0]], got")
def simulate_mp_every_delay_is_one(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(1, T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - 1] for s, u, _ in net["excite"] if u == name)
            i = sum(fired[s][t - 1] for s, u, _ in net["inhibit"] if u == name)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="got [[1], [0], [1], [1], [0]]")
def simulate_mp_reads_from_the_end(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="got [[0, 0, 0, 0]")
def simulate_mp_updates_in_place(net, inputs, T):
    fired = {name: [0] * (T + 1) for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    cells = set(net["neurons"])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            connections = net["excite"] + net["inhibit"]
            past = {(s, d): t if s in cells and d == 1 else t - d for s, _, d in connections}
            e = sum(fired[s][past[s, d]] for s, u, d in net["excite"] if u == name and past[s, d] >= 0)
            i = sum(fired[s][past[s, d]] for s, u, d in net["inhibit"] if u == name and past[s, d] >= 0)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name][:T] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="keep their last value")
def simulate_mp_holds_the_last_input(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(T):
            fired[name][t] = int(inputs[min(t, len(inputs) - 1), i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="raised IndexError")
def simulate_mp_needs_a_row_for_each_step(net, inputs, T):
    history = []
    for t in range(T):
        now = dict(zip(net["inputs"], inputs[t].tolist()))
        for name, threshold in net["neurons"].items():
            e = sum(history[t - d][s] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(history[t - d][s] for s, u, d in net["inhibit"] if u == name and t >= d)
            now[name] = int(e >= threshold and i == 0)
        history.append(now)
    return [[now[name] for name in net["neurons"]] for now in history]


@misconception("ex01_6", "simulate_mp", hint="was asked for")
def simulate_mp_ignores_T(net, inputs, T):
    history = []
    for t in range(len(inputs)):
        now = dict(zip(net["inputs"], inputs[t].tolist()))
        for name, threshold in net["neurons"].items():
            e = sum(history[t - d][s] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(history[t - d][s] for s, u, d in net["inhibit"] if u == name and t >= d)
            now[name] = int(e >= threshold and i == 0)
        history.append(now)
    return [[now[name] for name in net["neurons"]] for now in history]


@misconception("ex01_6", "simulate_mp", hint="the loop seems to be cut")
def simulate_mp_no_connection_to_itself(net, inputs, T):
    fired = {name: [0] * T for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and s != u and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e >= threshold and i == 0)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="raised CycleError")
def simulate_mp_sorts_the_neurons(net, inputs, T):
    from graphlib import TopologicalSorter

    before = {name: {s for s, u, _ in net["excite"] + net["inhibit"] if u == name} for name in net["neurons"]}
    fired = {name: np.zeros(T, dtype=int) for name in [*net["inputs"], *net["neurons"]]}
    for i, name in enumerate(net["inputs"]):
        fired[name][: len(inputs)] = inputs[:T, i]
    for name in TopologicalSorter(before).static_order():
        if name in net["inputs"]:
            continue
        e, h = np.zeros(T), np.zeros(T)
        for s, u, d in net["excite"]:
            if u == name:
                e[d:] += fired[s][:-d] if d < T else 0
        for s, u, d in net["inhibit"]:
            if u == name:
                h[d:] += fired[s][:-d] if d < T else 0
        fired[name] = ((e >= net["neurons"][name]) & (h == 0)).astype(int)
    return np.array([fired[name] for name in net["neurons"]]).T


@misconception("ex01_6", "simulate_mp", hint="the shape (5, 2)")
def simulate_mp_returns_the_inputs_too(net, inputs, T):
    names = [*net["inputs"], *net["neurons"]]
    S = np.zeros((T, len(names)), dtype=int)
    S[: len(inputs), : len(net["inputs"])] = inputs[:T]
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(S[t - d, names.index(s)] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(S[t - d, names.index(s)] for s, u, d in net["inhibit"] if u == name and t >= d)
            S[t, names.index(name)] = e >= threshold and i == 0
    return S


@misconception("ex01_6", "simulate_mp", hint="Did you forget a transpose")
def simulate_mp_transposed(net, inputs, T):
    names = [*net["inputs"], *net["neurons"]]
    S = np.zeros((T, len(names)), dtype=int)
    S[: len(inputs), : len(net["inputs"])] = inputs[:T]
    for t in range(T):
        for name, threshold in net["neurons"].items():
            e = sum(S[t - d, names.index(s)] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(S[t - d, names.index(s)] for s, u, d in net["inhibit"] if u == name and t >= d)
            S[t, names.index(name)] = e >= threshold and i == 0
    return S[:, len(net["inputs"]) :].T


@misconception("ex01_6", "simulate_mp", hint="changed net or inputs")
def simulate_mp_adds_inputs_to_the_net(net, inputs, T):
    cells = list(net["neurons"])
    for name in net["inputs"]:
        net["neurons"][name] = 1
    fired = {name: [0] * T for name in net["neurons"]}
    for i, name in enumerate(net["inputs"]):
        for t in range(min(T, len(inputs))):
            fired[name][t] = int(inputs[t, i])
    for t in range(T):
        for name in cells:
            e = sum(fired[s][t - d] for s, u, d in net["excite"] if u == name and t >= d)
            i = sum(fired[s][t - d] for s, u, d in net["inhibit"] if u == name and t >= d)
            fired[name][t] = int(e >= net["neurons"][name] and i == 0)
    return np.array([fired[name] for name in cells]).T


# ---- mutants of the references that no test can reject, by what they change, with the reason

EQUIVALENT_MUTANTS = {
    "ex01_3": {
        "dropped dtype: `np.array(rows, dtype=float)` -> `np.array(rows)`": (
            "whole numbers serve as weights; the shape of an empty table comes from reshape"
        ),
        "sign: `1` -> `-1` (3)": "axis -1 of a matrix is its axis 1",
    },
    "ex01_6": {
        "dropped dtype: `np.zeros(T, dtype=int)` -> `np.zeros(T)`": "the statement allows 0.0 and 1.0",
    },
}
