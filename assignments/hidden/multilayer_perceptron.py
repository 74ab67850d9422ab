"""Hidden tests of assignment 07.

Each part is one requirement of the exercise's text. What is right comes from the definitions, written here
once more and apart from the solutions: sums over indices, logaddexp a pair at a time, paths through a
network, a network that is run. No part compares weights or a method. Hints say what a known misconception
would have returned.
"""

from itertools import pairwise

import numpy as np

from coursepkg.grading import Exercise, agree, network, require, results


def distinct(outputs):
    """Tell whether no two arrays are equal: then an answer fits the right one or one mistake, not two."""
    seen = [np.asarray(output, dtype=float) for output in outputs]
    return not any(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-4)
        for i, a in enumerate(seen)
        for b in seen[:i]
    )


# ---- 7.1: a layer before its activation

ex07_1 = Exercise("ex07_1")
LAYER = "lesson 07, section 7.1"


def numbers(rng, *shape):
    """Return odd multiples of 1/64 between -2 and 2: sums of their products are exact, in float32 too."""
    return (2 * rng.integers(-64, 64, shape) + 1) / 64


def scale(rng, smallest, largest):
    """Return a power of two, for numbers of every size."""
    return 2.0 ** rng.integers(smallest, largest + 1)


def check_dense(dense, X, W, b, what):
    """Compare a layer with the sum over indices."""
    z = np.einsum("ni,ij->nj", X, W) + b
    hints = {}
    if W.shape[0] == W.shape[1]:
        hints["For rows the product is X @ W; the transpose of the slide is for a column x."] = X @ W.T + b
    if len(X) == len(b):
        hints["b belongs to the units, the columns, not to the samples."] = z - b + b[:, None]
    agree(dense(X, W, b), z, what, atol=1e-11 * np.abs(b).max(), hints=hints, see=LAYER)


@ex07_1.part(2, "W.T x + b for layers of every shape")
def values(dense, rng):
    for n_samples, fan_in, fan_out in ((6, 5, 3), (2, 3, 7), (2, 3, 3), (2, 4, 2), (5, 1, 2), (4, 3, 1)):
        size = scale(rng, -30, 30)
        X, b = size * rng.uniform(-2, 2, (n_samples, fan_in)), size * rng.uniform(-2, 2, fan_out)
        W = rng.uniform(-2, 2, (fan_in, fan_out))
        what = f"dense on {n_samples} rows, fan_in = {fan_in}, fan_out = {fan_out}"
        check_dense(dense, X, W, b, what)


@ex07_1.part(1, "one row, no row, other kinds of numbers; the arguments stay as they were")
def edges(dense, rng):
    X, W, b = rng.integers(-4, 5, (5, 3)), numbers(rng, 3, 2), numbers(rng, 2)
    cases = {
        "one row": (X[:1] / 2, W, b),
        "one row for one unit": (X[:1] / 2, W[:, :1], b[:1]),
        "no row": (X[:0] / 2, W, b),
        "integers": (X, rng.integers(-4, 5, (3, 2)), rng.integers(-4, 5, 2)),
        "float32 rows": (X.astype(np.float32), W.astype(np.float32), b.astype(np.float32)),
    }
    for kind, arguments in cases.items():
        check_dense(dense, *arguments, f"dense on {kind}")
        require(not dense.changed_inputs, "dense changed X, W or b. Work on a copy, or write a new array.")


# ---- 7.2: layers in series

ex07_2 = Exercise("ex07_2")
NETWORK = "lesson 07, section 7.2"


def identity(z):
    """Return z: no activation."""
    return z


def bent(z):
    """An activation that is neither relu nor tanh and keeps no number but 0."""
    return np.where(z > 0, 0.5 * z, 0.125 * z)


def squashed(z):
    """Another, smooth."""
    return z / (1 + np.abs(z))


def shares(z):
    """A softmax over each row."""
    e = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=-1, keepdims=True)


def random_layers(rng, sizes):
    """Return layers of such numbers."""
    return [(numbers(rng, p, q), numbers(rng, q)) for p, q in pairwise(sizes)]


def forward(X, layers, act, out_act, mistake=""):
    """Return the list of outputs; with a word for a mistake as that mistake has it."""
    outputs, h = [X], X
    for k, (W, b) in enumerate(layers, start=1):
        z = h @ W + b
        last = k == len(layers)
        if mistake == "everywhere":
            h = act(z)
        elif mistake == "output early":
            h = out_act(z) if last or k > 1 else act(z)
        elif mistake == "relu":
            h = out_act(z) if last else np.maximum(z, 0)
        elif mistake == "no output":
            h = z if last else act(z)
        else:
            h = out_act(z) if last else act(z)
        outputs.append(h)
    return outputs


MISTAKES = {
    "everywhere": "The last layer has out_act, not act.",
    "output early": "The hidden layers have act; out_act is for the last layer alone.",
    "no output": "out_act seems to be missing at the last layer.",
    "relu": "Use the activation that is passed in as act, whatever it is.",
}


def check_forward(mlp_forward, rng, sizes, act, out_act, what, compare, n_samples=4):
    """Run one random network and compare the entries of the list that `compare` names."""
    while True:
        X, layers = numbers(rng, n_samples, sizes[0]), random_layers(rng, sizes)
        want = forward(X, layers, act, out_act)
        wrong = {mistake: forward(X, layers, act, out_act, mistake) for mistake in MISTAKES}
        off = [np.abs(out[-1] - want[-1]).max(initial=0) for out in wrong.values()]
        if all(distance == 0 or distance > 1e-3 for distance in off):
            break
    names = ["X", *(f"h_{k}" for k in range(1, len(want)))]
    outputs = results(mlp_forward(X, layers, act, out_act), what, *names)
    for k in compare(len(layers)):
        hints = {MISTAKES[mistake]: out[k] for mistake, out in wrong.items()}
        agree(outputs[k], want[k], f"h_{k} of {what}", hints=hints, see=NETWORK)


def last(n_layers):
    return [n_layers]


def others(n_layers):
    return range(n_layers)


def every(n_layers):
    return range(n_layers + 1)


@ex07_2.part(2, "the output of networks with hidden layers")
def output(mlp_forward, rng):
    check_forward(mlp_forward, rng, (3, 5, 2), bent, squashed, "a network with one hidden layer", last)
    check_forward(mlp_forward, rng, (2, 4, 3, 2), squashed, bent, "a network with two hidden layers", last)
    check_forward(
        mlp_forward, rng, (2, 3, 4, 2, 3), bent, shares, "three hidden layers, softmax over each row", last
    )


@ex07_2.part(1, "the list of what all layers put out, the input first")
def hidden_outputs(mlp_forward, rng):
    check_forward(mlp_forward, rng, (3, 2, 4, 2), squashed, identity, "two hidden layers", others)
    check_forward(mlp_forward, rng, (2, 4, 3, 2, 1), bent, identity, "three hidden layers", others)


@ex07_2.part(1, "a network without hidden layer")
def single_layer(mlp_forward, rng):
    for n_in, n_out in ((3, 2), (1, 4)):
        check_forward(mlp_forward, rng, (n_in, n_out), bent, identity, "a network of one layer", every)


@ex07_2.part(1, "one row and no row; the arguments stay as they were")
def few_rows(mlp_forward, rng):
    for n_samples, rows in ((1, "one row"), (0, "no row"), (3, "three rows")):
        what = f"a network on {rows}"
        check_forward(mlp_forward, rng, (2, 3, 1), bent, identity, what, every, n_samples)
        require(not mlp_forward.changed_inputs, "mlp_forward changed X or layers. Work on a copy.")


# ---- 7.3: softmax and its logarithm

ex07_3 = Exercise("ex07_3")
SOFTMAX = "lesson 07, section 7.3"


def log_shares(Z, axis):
    """Return log p, through logaddexp, a pair at a time."""
    return Z - np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=axis, keepdims=True)


def check_softmax(softmax_and_log, Z, axis, what, default=False):
    """Compare p and log p."""
    pair = softmax_and_log(Z) if default else softmax_and_log(Z, axis)
    p, log_p = results(pair, what, "p", "log_p")
    log_right = log_shares(Z, axis)
    right = np.exp(log_right)
    with np.errstate(all="ignore"):
        clipped = log_shares(np.clip(Z, -500, 500), axis)
        whole = Z - np.logaddexp.reduce(np.asarray(Z, dtype=float), axis=None)
        p_hints = {
            "The exponentials are not divided by their sum.": np.exp(Z),
            "The sum goes over all entries; it should go along the axis.": np.exp(whole),
            "Clipping the logits changes their differences. Subtract the largest.": np.exp(clipped),
            "This is log p; p comes first.": log_right,
            "Small probabilities are set to 0; they should be small.": np.where(right < 1e-8, 0, right),
        }
        log_hints = {
            "Clipping the logits changes their differences. Subtract the largest.": clipped,
            "The sum goes over all entries; it should go along the axis.": whole,
            "This is a logarithm to the base 2.": log_right / np.log(2),
            "This is a logarithm to the base 10.": log_right / np.log(10),
            "This is p; the logarithm comes second.": right,
        }
        rounded = "log p is the logarithm of a rounded p. Use z - max - log(sum exp(z - max))."
        for tiny in (1e-300, 1e-16, 1e-15, 1e-12, 1e-10, 1e-8):
            log_hints[f"{rounded} (Adding {tiny:g} hides this.)"] = np.log(right + tiny)
            log_hints[f"{rounded} (A floor of {tiny:g} hides this.)"] = np.log(np.maximum(right, tiny))
        log_hints[f"{rounded} (You have -inf.)"] = np.log(right)
        if Z.ndim > 1:
            other = 0 if axis % Z.ndim else 1
            p_hints["The classes lie along another axis."] = np.exp(log_shares(Z, other))
            log_hints["The classes lie along another axis."] = log_shares(Z, other)
    agree(p, right, f"p of {what}", rtol=1e-6, atol=1e-15, hints=p_hints, see=SOFTMAX)
    agree(log_p, log_right, f"log_p of {what}", rtol=1e-6, atol=1e-7, hints=log_hints, see=SOFTMAX)


@ex07_3.part(2, "p and log p of logits of moderate size")
def moderate(softmax_and_log, rng):
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (4, 3)), -1, "four rows of three logits", default=True)
    Z = rng.uniform(-3, 3, (3, 5))
    Z[:, 1] = rng.uniform(-23, -20, 3)
    check_softmax(softmax_and_log, Z, -1, "rows of five logits between -23 and 3", default=True)


@ex07_3.part(1, "classes along any axis")
def axes(softmax_and_log, rng):
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (4, 3)), 0, "a matrix along axis 0")
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (3, 3)), -2, "a square matrix along axis -2")
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (2, 4, 3)), 1, "three dimensions along axis 1")
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (3, 2, 4)), -3, "three dimensions along axis -3")


@ex07_3.part(1, "large logits, of either sign, and rows at different levels")
def large(softmax_and_log, rng):
    small = rng.uniform(-3, 3, (5, 4))
    level = np.array([[1e4], [-1e4], [999.0], [-2000.0], [9e4]])
    check_softmax(softmax_and_log, small + level[:1], -1, "one row round 10000")
    check_softmax(softmax_and_log, small[:1] - 1e4, -1, "one row round -10000")
    check_softmax(softmax_and_log, small + level, -1, "rows at levels from -10000 to 90000")


@ex07_3.part(1, "log p where p itself is rounded to 0")
def underflow(softmax_and_log, rng):
    Z = rng.uniform(-3, 3, (4, 4))
    Z[:, 2] -= [800, 1000, 5000, 1e4]
    check_softmax(softmax_and_log, Z, -1, "rows with one logit far below the others")
    Z = rng.uniform(-3, 3, (3, 4))
    Z[:, 1] += rng.choice([900, 4000, 9e4])
    check_softmax(softmax_and_log, Z, -1, "rows with one logit far above the others")


@ex07_3.part(1, "a vector, one class, integers, no row; Z stays as it was")
def other_shapes(softmax_and_log, rng):
    check_softmax(softmax_and_log, rng.uniform(-3, 3, 5), -1, "a vector", default=True)
    require(not softmax_and_log.changed_inputs, "softmax_and_log changed Z. Work on a copy.")
    check_softmax(softmax_and_log, rng.uniform(-3, 3, (3, 1)), -1, "one class", default=True)
    check_softmax(softmax_and_log, rng.integers(-4, 5, (3, 4)), 1, "integers")
    check_softmax(softmax_and_log, np.zeros((0, 3)), -1, "no row", default=True)


# ---- 7.4: how many parameters?

ex07_4 = Exercise("ex07_4")


def check_count(n_params, sizes, what):
    """Count by adding up units, one at a time."""
    pairs = list(pairwise(sizes))
    right = sum(sum(fan_in + 1 for _ in range(fan_out)) for fan_in, fan_out in pairs)
    weights = right - sum(sizes[1:])
    hints = {
        "The biases are missing.": weights,
        "Inputs have no bias.": weights + sum(sizes),
        "Each unit has its own bias, not each layer.": weights + len(pairs),
        "The units of the last layer have biases too.": right - sizes[-1],
        "This is the number of biases, or of units.": sum(sizes[1:]),
        "The bias of a unit is one number, not one for each of its inputs.": 2 * weights,
        "The number of biases of a layer is its fan_out.": weights + sum(sizes[:-1]),
        "The layers add up; you multiply them.": np.prod([float((p + 1) * q) for p, q in pairs]),
        "Only the first two layers seem to be counted.": sum((p + 1) * q for p, q in pairs[:2]),
    }
    agree(n_params(sizes), right, what, hints=hints, see="lesson 07, section 7.2")


@ex07_4.part(1, "any number of hidden layers, none too")
def counts(n_params, rng):
    for n_layers, layers in ((1, "no hidden layer"), (2, "one hidden layer"), (3, "two"), (5, "four")):
        sizes = rng.choice(np.arange(3, 40), n_layers + 1, replace=False).tolist()
        check_count(n_params, sizes, f"n_params of a network with {layers}")


@ex07_4.part(1, "sizes in a tuple or an array, of size 1 too; they stay as they were")
def kinds(n_params, rng):
    sizes = [*rng.choice(np.arange(3, 40), 2, replace=False).tolist(), 1]
    for kind, given in (("a list", list(sizes)), ("a tuple", tuple(sizes)), ("an array", np.array(sizes))):
        check_count(n_params, given, f"n_params of sizes in {kind}")
        require(not n_params.changed_inputs, "n_params changed sizes. Work on a copy.")


# ---- 7.5: xor by hand, at any two levels

ex07_5 = Exercise("ex07_5")
BY_HAND = "lesson 07, section 7.2"


def run_relu(layers, X):
    """Return the outputs of a network with ReLU layers before the last."""
    for W, b in layers[:-1]:
        X = np.maximum(X @ W + b, 0)
    W, b = layers[-1]
    return X @ W + b


def check_xor(xor_weights, low, high, what):
    """Run the network on the four inputs, and return the number of its hidden units."""
    layers = network(xor_weights(low, high), f"xor_weights for {what}", n_in=2, n_out=1, max_units=1000)
    X = np.array([[low, low], [low, high], [high, low], [high, high]])
    right = np.array([low, high, high, low])
    with np.errstate(all="ignore"):
        outputs = run_relu(layers, X)[:, 0]
    hints = {
        "It writes 0 and 1; write low and high.": np.array([0, 1, 1, 0]),
        "It writes -1 and 1; write low and high.": np.array([-1, 1, 1, -1]),
        "This is the opposite: high where the bits are equal.": low + high - right,
        "The output is too small by low: where is low added?": right - low,
        "The output is too large by low: low is added twice.": right + low,
        "This is or: two times high should give low.": np.array([low, high, high, high]),
        "This is and.": np.array([low, low, low, high]),
        "The output does not depend on the input.": np.full(4, outputs[0]),
    }
    size = abs(high - low) + abs(low) + abs(high)
    agree(
        outputs, right, f"the network for {what}, on all inputs", atol=1e-6 * size, hints=hints, see=BY_HAND
    )
    return sum(b.size for _, b in layers[:-1])


def some_levels(rng):
    """Return two levels apart from each other, from -1, 0 and 1, and from opposites."""
    size = scale(rng, -6, 6)
    low, step = size * rng.choice([-1, 1]) * rng.uniform(1.25, 2.8), size * rng.uniform(1.25, 2.8)
    return float(low), float(step)


@ex07_5.part(1, "0 for no and any positive number for yes")
def scaled(xor_weights, rng):
    for high in (0.25, 8.0, some_levels(rng)[1]):
        check_xor(xor_weights, 0.0, high, "low = 0 and another high than 1")


@ex07_5.part(1, "levels that are 1 apart, low not 0")
def shifted(xor_weights, rng):
    for low in (-3.0, 2.0, some_levels(rng)[0]):
        check_xor(xor_weights, low, low + 1, "two levels that are 1 apart")


@ex07_5.part(1, "any two levels, high below low too")
def any_levels(xor_weights, rng):
    low, step = some_levels(rng)
    check_xor(xor_weights, low, low + step, "two levels, low < high")
    check_xor(xor_weights, low, low - step, "two levels, high < low")
    check_xor(xor_weights, -1.0, 1.0, "-1 and 1")
    check_xor(xor_weights, 1.0, 0.0, "high = 0")


@ex07_5.part(1, "at most two hidden units")
def few_units(xor_weights, rng):
    units = check_xor(xor_weights, 0.0, 1.0, "0 and 1")
    require(
        units <= 2,
        f"The network is right but has {units} hidden units; at most 2 are allowed. "
        f"One unit can count how many bits are high. See {BY_HAND}.",
    )


# ---- 7.6: the affine map around a point

ex07_6 = Exercise("ex07_6")
FOLDS = "lesson 07, section 7.5"
NEAR = {"rtol": 1e-6, "atol": 1e-6}


def paths(x, layers, edge_on=False, mistake=""):
    """Return (A, c) by adding up all paths through units that are on, from each unit to the output."""
    patterns, h = [], x
    for W, b in layers[:-1]:
        z = h @ W + (0 if mistake == "pattern without bias" else b)
        patterns.append(z >= 0 if edge_on else z > 0)
        h = np.where(patterns[-1], h @ W + b, 0.0)
    if mistake == "first layer":
        patterns = [patterns[0], *(np.ones_like(on) for on in patterns[1:])] if patterns else []
    if mistake == "all on":
        patterns = [np.ones_like(on) for on in patterns]
    back, c = layers[-1][0], layers[-1][1]  # what a unit of the last hidden layer adds to the output
    for (W, b), on in zip(layers[-2::-1], patterns[::-1]):
        back = on[:, None] * back
        c = c + b @ back
        back = W @ back
    return back, c


def relu_net(rng, sizes, margin=0.05):
    """Return a point and a network there: no unit near its edge, units on and off in every layer."""
    while True:
        layers = [(rng.uniform(-2, 2, (p, q)), rng.uniform(-1, 1, q)) for p, q in pairwise(sizes)]
        x, h, fine = rng.uniform(-2, 2, sizes[0]), None, True
        h = x
        for W, b in layers[:-1]:
            z = h @ W + b
            fine = fine and np.abs(z).min() > margin and (z > 0).any() and (z < 0).any()
            h = np.maximum(z, 0)
        right, f = paths(x, layers), h @ layers[-1][0] + layers[-1][1]
        wrong = [paths(x, layers, mistake=m) for m in ("all on", "pattern without bias")]
        constants = [right[1], layers[-1][1], f, *(c for _, c in wrong[:1])]
        if fine and (len(layers) == 1 or distinct(constants)):
            return x, layers, right, f


def ask(affine_of_region, x, layers, what):
    """Return what the learner's function gives, as a pair."""
    return results(affine_of_region(x, layers), what, "A", "c")


def check_slopes(affine_of_region, rng, sizes, what):
    x, layers, (A, _), _ = relu_net(rng, sizes)
    hints = {
        "Units that are off add nothing: mask them.": paths(x, layers, mistake="all on")[0],
        "The biases decide too which units are on.": paths(x, layers, mistake="pattern without bias")[0],
        "Each hidden layer has its own units that are off, not only the first.": (
            paths(x, layers, mistake="first layer")[0]
        ),
    }
    n_in, n_out = A.shape
    hints["A has a row an input: transpose your matrix, do not reshape it."] = A.T.reshape(n_in, n_out)
    if n_in == n_out:
        hints["A has a row an input: this is its transpose."] = A.T
    yours = ask(affine_of_region, x, layers, what)[0]
    agree(yours, A, f"A of {what}", hints=hints, see=FOLDS, **NEAR)


def check_constant(affine_of_region, rng, sizes, what):
    x, layers, (A, c), f = relu_net(rng, sizes)
    hints = {
        "This is the output at x; subtract x @ A.": f,
        "Biases of hidden layers reach the output too.": layers[-1][1],
        "Biases of units that are off add nothing: mask them.": paths(x, layers, mistake="all on")[1],
        "The biases of each hidden layer go through the later layers.": (
            sum((b.sum() for _, b in layers[:-1]), layers[-1][1])
        ),
        "c is what is left of the output without x @ A, not with it.": f + x @ A,
        "The last layer's bias is missing.": c - layers[-1][1],
    }
    yours = ask(affine_of_region, x, layers, what)[1]
    agree(yours, c, f"c of {what}", hints=hints, see=FOLDS, **NEAR)


@ex07_6.part(2, "the slopes A, with one or more hidden layers")
def slopes(affine_of_region, rng):
    check_slopes(affine_of_region, rng, (3, 5, 2), "a network with one hidden layer")
    check_slopes(affine_of_region, rng, (2, 6, 2), "a network with one hidden layer, two in and two out")
    check_slopes(affine_of_region, rng, (2, 4, 4, 3), "a network with two hidden layers")


@ex07_6.part(2, "the constant c, with one or more hidden layers")
def constants(affine_of_region, rng):
    check_constant(affine_of_region, rng, (3, 5, 2), "a network with one hidden layer")
    check_constant(affine_of_region, rng, (2, 4, 4, 3), "a network with two hidden layers")
    check_constant(affine_of_region, rng, (2, 3, 4, 3, 1), "a network with three hidden layers")


@ex07_6.part(1, "a unit at exactly 0 is off")
def on_the_edge(affine_of_region, rng):
    for sizes, what in (((2, 4, 1), "one hidden layer"), ((3, 4, 3, 1), "two hidden layers")):
        while True:
            layers = random_layers(rng, sizes)
            x = numbers(rng, sizes[0])
            W, b = layers[0]
            b = b.copy()
            b[:2] = -(x @ W)[:2]  # exact: multiples of 1/4096
            layers[0] = W, b
            size = scale(rng, 0, 16)
            layers[-1] = tuple(size * rng.uniform(-2, 2, part.shape) for part in layers[-1])
            right, wrong = paths(x, layers), paths(x, layers, edge_on=True)
            half = (right[0] + wrong[0]) / 2, (right[1] + wrong[1]) / 2
            z = x @ W + b
            h, fine = np.maximum(z, 0), bool(np.abs(z[2:]).min() > 0.1)
            for U, d in layers[1:-1]:
                fine = fine and bool(np.abs(h @ U + d).min() > 0.1)
                h = np.maximum(h @ U + d, 0)
            if fine and distinct([A / size for A, _ in (right, wrong, half)]):
                break
        call = f"a point where two units are at exactly 0, {what}"
        A = ask(affine_of_region, x, layers, call)[0]
        edge = "A unit at exactly 0 counts as off."
        agree(A, right[0], f"A of {call}", hints={edge: wrong[0], edge + " ": half[0]}, see=FOLDS, **NEAR)


@ex07_6.part(1, "no hidden layer, one input, all units off; the arguments stay as they were")
def other_nets(affine_of_region, rng):
    last = numbers(rng, 2, 1), numbers(rng, 1)
    cases = {
        "a network of one layer": (numbers(rng, 3), [(numbers(rng, 3, 1), numbers(rng, 1))]),
        "a network of one input": (np.array([2.0]), [(np.array([[1.0, -1.0]]), np.zeros(2)), last]),
        "a point where all units are off": (np.array([2.0]), [(np.array([[-1.0, -2.0]]), np.zeros(2)), last]),
    }
    for what, (x, layers) in cases.items():
        A, c = ask(affine_of_region, x, layers, what)
        right = paths(x, layers)
        agree(A, right[0], f"A of {what}", see=FOLDS, **NEAR)
        agree(c, right[1], f"c of {what}", see=FOLDS, **NEAR)
        require(not affine_of_region.changed_inputs, "affine_of_region changed x or layers. Work on a copy.")
