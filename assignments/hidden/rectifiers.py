"""Hidden tests of assignment 11.

Each part is one requirement of the exercise's text. What is right comes from the definitions, written here
once more and apart from the solutions: slopes by index, exact fractions, networks whose units are built to
fire in as many rows as the test wants. No part compares random numbers. Hints say what a known misconception
would have returned.
"""

from fractions import Fraction

import numpy as np

from coursepkg.grading import Exercise, agree, network, require, results

# ---- 11.1: the rectifier and its slope

ex11_1 = Exercise("ex11_1")
SLOPE = "lesson 11, section 11.1"
PAIR = ("h", "slope")


def parts(z, alpha):
    """Return the values and the slopes, entry by entry."""
    pairs = [(t, 1.0) if t > 0 else (alpha * t, alpha) for t in np.asarray(z, dtype=float).ravel()]
    h, slope = np.array(pairs, dtype=float).reshape(-1, 2).T
    return h.reshape(np.shape(z)), slope.reshape(np.shape(z))


def check_rectifier(rectifier, z, alpha, what, compare=PAIR):
    """Compare the values, the slopes, or both."""
    h, slope = parts(z, alpha)
    yours = dict(zip(PAIR, results(rectifier(z, alpha), what, *PAIR)))
    z = np.asarray(z, dtype=float)
    hints = {
        "h": {
            "max(alpha z, z) is the leaky rectifier for alpha up to 1 alone.": np.maximum(alpha * z, z),
            "There is no ceiling: f(z) is z for every z above 0.": np.minimum(h, 6),
            "Below 0 the value is alpha z, not 0.": np.maximum(z, 0),
            "Below 0 the value is alpha z, not alpha.": np.where(z > 0, z, alpha),
            "The size of alpha is not the slope: keep its sign.": np.where(z > 0, z, abs(alpha) * z),
            "h comes first, the slope second.": slope,
            "The sides are exchanged: alpha belongs to negative z.": np.where(z > 0, alpha * z, z),
            "alpha has its own value: do not fix it.": np.where(z > 0, z, 0.1 * z),
            "It cuts fractions off: make room for floats.": np.where(z > 0, z, np.trunc(alpha * z)),
        },
        "slope": {
            "At exactly 0 the slope is alpha here, not 1.": np.where(z >= 0, 1.0, alpha),
            "At exactly 0 the slope is alpha here, not halfway.": np.where(z == 0, (1 + alpha) / 2, slope),
            "At exactly 0 the slope is alpha here, not 0.": np.where(z == 0, 0.0, slope),
            "A small positive z has the slope 1 too.": np.where(z > 1e-3, 1.0, alpha),
            "A difference quotient whose step is larger than z looks past the kink.": (
                h - np.where(z > 1e-3, z - 1e-3, alpha * (z - 1e-3))
            )
            / 1e-3,
            "Below 0 the slope is alpha, not 0.": np.where(z > 0, 1.0, 0.0),
            "The slope of max(alpha z, z) is another one for alpha above 1.": np.where(
                alpha * z >= z, alpha, 1.0
            ),
            "The size of alpha is not the slope: keep its sign.": np.where(z > 0, 1.0, abs(alpha)),
            "h comes first, the slope second.": h,
            "The slope above 0 is 1, not z.": np.where(z > 0, z, alpha),
            "The sides are exchanged: alpha belongs to negative z.": np.where(z > 0, alpha, 1.0),
            "alpha has its own value: do not fix it.": np.where(z > 0, 1.0, 0.1),
            "It cuts fractions off: make room for floats.": np.where(z > 0, 1.0, np.trunc(alpha)),
        },
    }
    for name in compare:
        right = h if name == "h" else slope
        agree(yours[name], right, f"{name} of {what}", hints=hints[name], see=SLOPE)


def both_signs(rng, *shape):
    """Return numbers of either sign, none near 0, more than one of each sign."""
    size = int(np.prod(shape))
    sign = rng.permutation(np.resize([-1.0, 1.0], size))
    return (sign * rng.uniform(0.2, 3, size)).reshape(shape)


@ex11_1.part(1, "the values h, for alpha from 0 to 1")
def values(rectifier, rng):
    for alpha in (0.0, rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.9), 1.0):
        kind = f"= {alpha:g}" if alpha in (0, 1) else "between 0 and 1"
        what = f"rectifier on numbers of both signs up to 100, alpha {kind}"
        z = both_signs(rng, 8) * np.repeat([1.0, 30.0], 4)
        check_rectifier(rectifier, z, float(alpha), what, ("h",))


@ex11_1.part(1, "the slopes, for alpha from 0 to 1, away from z = 0")
def slopes(rectifier, rng):
    for alpha in (0.0, rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.9), 1.0):
        kind = f"= {alpha:g}" if alpha in (0, 1) else "between 0 and 1"
        what = f"rectifier on numbers of both signs, some of them small, alpha {kind}"
        z = both_signs(rng, 8) * np.repeat([1.0, 1e-5], 4)
        check_rectifier(rectifier, z, float(alpha), what, ("slope",))


@ex11_1.part(1, "any other alpha: above 1, and negative")
def other_alphas(rectifier, rng):
    for alpha, kind in ((rng.uniform(1.5, 3), "above 1"), (-rng.uniform(0.2, 0.9), "negative")):
        check_rectifier(rectifier, both_signs(rng, 6), float(alpha), f"rectifier with alpha {kind}")


@ex11_1.part(1, "at z = 0: the value 0 and the slope alpha")
def at_zero(rectifier, rng):
    for alpha, kind in (
        (0.0, "0"),
        (rng.uniform(0.2, 0.8), "between 0 and 1"),
        (rng.uniform(2, 3), "above 1"),
    ):
        z = both_signs(rng, 6)
        z[[1, 4]] = 0.0, -0.0
        check_rectifier(
            rectifier, z, float(alpha), f"rectifier on numbers with zeros among them, alpha {kind}"
        )


@ex11_1.part(1, "integers, matrices, one number, no number; z stays as it was")
def kinds(rectifier, rng):
    alpha = float(rng.uniform(0.3, 0.7))
    cases = {
        "a matrix": both_signs(rng, 2, 4),
        "three dimensions": both_signs(rng, 2, 3, 2),
        "integers": rng.permutation([-4, -3, 2, 5, -1]),
        "one number": np.array(-float(rng.uniform(0.5, 2))),
        "an empty array": np.zeros(0),
    }
    for kind, z in cases.items():
        check_rectifier(rectifier, z, alpha, f"rectifier on {kind}")
        require(not rectifier.changed_inputs, "rectifier changed z. Work on a copy, or write a new array.")


# ---- 11.2: He's standard deviation

ex11_2 = Exercise("ex11_2")
SCALE = "lesson 11, section 11.3"


def check_std(he_std, fan_in, alpha, what):
    """Compare with the number that makes n Var E f(z)^2 / E z^2 = 1."""
    n = float(fan_in)
    kept = (1 + (alpha or 0.0) ** 2) / 2
    right = (n * kept) ** -0.5
    slope = alpha or 0.0
    hints = {
        "The size of alpha is not 1 at most: do not clip it.": (n * (1 + np.clip(slope, 0, 1) ** 2) / 2)
        ** -0.5,
        "This is the variance; return its root.": right**2,
        "1/n is right without a rectifier, which keeps half of the mean square.": n**-0.5,
        "The factor 2 is upside down.": (2 * n) ** -0.5,
        "The square of alpha counts, not alpha.": (n * (1 + slope) / 2) ** -0.5,
        "It is 1 + alpha**2, not (1 + alpha)**2.": (n * (1 + slope) ** 2 / 2) ** -0.5 if slope != -1 else 0,
        "It is 1 + alpha**2, not 1 - alpha**2.": abs(n * (1 - slope**2) / 2 + 1e-30) ** -0.5,
        "alpha is not used.": (n / 2) ** -0.5,
        "The factor (1 + alpha**2) divides the variance.": ((1 + slope**2) * 2 / n) ** 0.5,
        "This is the half-width of a uniform distribution, not a standard deviation.": right * 3**0.5,
        "alpha = 0 is the default: the ReLU.": (n * (1 + 0.01**2) / 2) ** -0.5,
        "fan_in is not rounded to an even number.": (fan_in // 2 * 2 * kept) ** -0.5 if fan_in > 1 else 0,
    }
    came = he_std(fan_in) if alpha is None else he_std(fan_in, alpha)
    agree(came, right, what, hints=hints, see=SCALE)


@ex11_2.part(1, "a ReLU, without alpha and with alpha = 0")
def relu_layers(he_std, rng):
    for _ in range(2):
        fan_in = 2 * int(rng.integers(5, 400)) + 1
        check_std(he_std, fan_in, None, "he_std of a layer of ReLUs, alpha left out")
        check_std(he_std, fan_in, 0.0, "he_std of a layer of ReLUs, alpha = 0")


@ex11_2.part(1, "a leaky rectifier, alpha from 0 to 1")
def leaky_layers(he_std, rng):
    for alpha in (*rng.uniform(0.1, 0.9, 3), 1.0):
        what = "he_std with alpha = 1" if alpha == 1 else "he_std with alpha between 0 and 1"
        check_std(he_std, 2 * int(rng.integers(5, 400)), float(alpha), what)


@ex11_2.part(1, "any alpha: above 1, and negative; one input")
def other_slopes(he_std, rng):
    check_std(he_std, 2 * int(rng.integers(5, 400)), float(rng.uniform(1.5, 4)), "he_std with alpha above 1")
    check_std(he_std, 2 * int(rng.integers(5, 400)), -float(rng.uniform(0.2, 0.9)), "he_std, alpha negative")
    check_std(he_std, 2 * int(rng.integers(5, 400)), -float(rng.uniform(1.5, 3)), "he_std, alpha below -1")
    check_std(he_std, 1, float(rng.uniform(1.5, 3)), "he_std with one input")


# ---- networks whose units fire where the test wants

MARGIN = 1e-3


def designed(rng, X, fires, n_out=2):
    """Return layers in which hidden unit j of layer k fires in exactly ``fires[k][j]`` rows of `X`.

    Its bias lies between two of its sums, at a distance from both. Give each layer but the last a unit that
    fires in every row, so that rows stay different.
    """
    while True:
        layers, h, wide = [], X, True
        for counts in fires:
            W = rng.uniform(-2, 2, (h.shape[1], len(counts)))
            z = np.sort(h @ W, axis=0)  # each unit's sums, in order
            padded = np.vstack([z[:1] - 1, z, z[-1:] + 1])
            place = len(X) - np.asarray(counts)  # as many rows stay off
            unit = np.arange(len(counts))
            low, high = padded[place, unit], padded[place + 1, unit]
            wide = wide and bool((high - low > 4 * MARGIN).all())
            b = -(low + high) / 2
            layers.append((W, b))
            h = np.maximum(h @ W + b, 0)
        layers.append((rng.uniform(-2, 2, (h.shape[1], n_out)), rng.uniform(-1, 1, n_out)))
        if wide:
            return layers


def hidden_outputs(X, layers, linear=False, no_bias=False):
    """Return what the hidden layers put out."""
    outputs, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + (0 if no_bias else b)
        outputs.append(np.maximum(z, 0))
        h = z if linear else outputs[-1]
    return outputs


# ---- 11.3: dead on all data

ex11_3 = Exercise("ex11_3")
DEAD = "lesson 11, section 11.5"


def mistaken_flags(layers, X, k):
    """Return the right flags of hidden layer k, counted from 0, and those of known mistakes."""
    outputs = hidden_outputs(X, layers)
    off = outputs[k] == 0
    sums = [X, *outputs][k] @ layers[k][0] + layers[k][1]
    return off.all(axis=0), {
        "A small output is not 0.": (outputs[k] < 1e-8).all(axis=0),
        "This says which units live.": ~off.all(axis=0),
        "A unit that is off in some row is not dead.": off.any(axis=0),
        "The first row alone does not decide.": off[0],
        "The last row alone does not decide.": off[-1],
        "Some first rows alone do not decide: look at all.": off[: len(X) // 2].all(axis=0),
        "Off in most rows is not dead: one row where it fires is enough.": off.mean(axis=0) > 0.5,
        "Off on average is not dead: one row where it fires is enough.": sums.mean(axis=0) <= 0,
        "A layer gets what the layer before puts out after its ReLU.": (
            (hidden_outputs(X, layers, linear=True)[k] == 0).all(axis=0)
        ),
        "The biases decide too.": (hidden_outputs(X, layers, no_bias=True)[k] == 0).all(axis=0),
    }


def telling(layers, X):
    """Tell whether no two mistakes give the same wrong flags, so that a hint fits; two share their words."""
    for k in range(len(layers) - 1):
        right, mistakes = mistaken_flags(layers, X, k)
        wrong = {
            tuple(flags): words.partition(": ")[2] or words
            for words, flags in mistakes.items()
            if (flags != right).any()
        }
        if len(wrong) < len({words.partition(": ")[2] or words for words in wrong.values()}):
            return False
        for words, flags in mistakes.items():
            if (flags != right).any() and wrong[tuple(flags)] != (words.partition(": ")[2] or words):
                return False
    return True


def check_dead(dead_units, layers, X, what):
    """Compare the flags of all hidden layers."""
    names = [f"layer {k}" for k in range(1, len(layers))]
    flags = results(dead_units(layers, X), what, *names)
    for k, name in enumerate(names):
        right, hints = mistaken_flags(layers, X, k)
        agree(flags[k], right, f"dead_units on {what}, {name}", hints=hints, see=DEAD)


def some_counts(rng, width, n_rows, low=2):
    """Return how often each unit of a layer fires: some never, some often, one always."""
    counts = rng.integers(max(low, n_rows // 2 + 1), n_rows + 1, width)
    counts[: width // 2] = 0
    counts[-1] = n_rows
    return rng.permutation(counts)


def telling_net(rng, n_rows, counts):
    """Return a designed network, and its rows, on which mistakes can be told apart."""
    for _ in range(60):
        X = rng.uniform(-2, 2, (n_rows, 3))
        layers = designed(rng, X, counts())
        if telling(layers, X):
            break
    return layers, X


@ex11_3.part(2, "one hidden layer or several")
def all_layers(dead_units, rng):
    for widths in ((9,), (8, 9), (7, 6, 9)):
        layers, X = telling_net(
            rng, 8, lambda widths=widths: [some_counts(rng, width, 8) for width in widths]
        )
        check_dead(dead_units, layers, X, f"a network of hidden layers: {len(widths)}")


def rarely_firing(rng):
    """Return a network and 40 rows; some units fire in one row, and one of them in the last."""
    for _ in range(60):
        layers, X = telling_net(rng, 40, lambda: [rng.permutation([1, 1, 1, 1, 1, 1, 0, 0, 3, 15, 30, 40])])
        fires = hidden_outputs(X, layers)[0] > 0
        row = int(np.argmax(fires[:, fires.sum(axis=0) == 1].any(axis=1)))
        X = np.vstack([np.delete(X, row, axis=0), X[row]])
        if telling(layers, X):
            break
    return layers, X


@ex11_3.part(2, "a unit that fires in one row of many, in whichever, or a little")
def rare(dead_units, rng):
    for _ in range(2):
        layers, X = rarely_firing(rng)
        check_dead(dead_units, layers, X, "units that fire in one row of 40")
    small = [(W, 1e-9 * b) for W, b in layers]
    check_dead(dead_units, small, 1e-9 * X, "units whose sums are small")


@ex11_3.part(1, "a sum of exactly 0 is off; one row, no hidden layer; the arguments stay as they were")
def edges(dead_units, rng):
    step = float(rng.integers(1, 5))
    zero = [
        (np.array([[1.0, 1.0, -1.0, 0.0]]), np.array([-step, 0.0, 0.0, 0.0])),
        (np.ones((4, 1)), np.zeros(1)),
    ]
    X = np.array([[step], [step / 2], [step / 4]])
    row = rng.uniform(-2, 2, (1, 3))
    cases = {
        "units whose largest sum is exactly 0": (zero, X),
        "one row": (designed(rng, row, [rng.permutation([0, 0, 1, 1])]), row),
        "a network without hidden layer": (zero[1:], rng.uniform(-1, 1, (3, 4))),
    }
    for what, (layers, rows) in cases.items():
        check_dead(dead_units, layers, rows, what)
        require(not dead_units.changed_inputs, "dead_units changed layers or X. Work on a copy.")


# ---- 11.4: the bound of Lu and others

ex11_4 = Exercise("ex11_4")


def check_bound(born_dead_bound, widths, what):
    """Compare with exact fractions."""
    alive = Fraction(1)
    for n in widths:
        alive *= 1 - Fraction(1, 2 ** int(n))
    sizes = np.array([int(n) for n in widths], dtype=float)
    off = 2.0**-sizes
    right = float(1 - alive)
    hints = {
        "1 minus a number near 1 loses its digits. Take log1p and expm1, or add the small numbers up.": float(
            1 - (1 - off).prod()
        ),
        "This is the probability that no layer is off.": float(alive),
        "The layers' probabilities do not add up: a sum can pass 1.": off.sum(),
        "This is the probability that all layers are off.": off.prod(),
        "One unit is enough to be off here; the layer needs all of its units.": 1 - 2.0 ** -sizes.sum(),
        "widths holds hidden layers alone: do not leave the last out.": float(
            -np.expm1(np.log1p(-off[:-1]).sum())
        ),
        "widths holds hidden layers alone: do not leave the first out.": float(
            -np.expm1(np.log1p(-off[1:]).sum())
        ),
        "A unit is off with probability 1/2, so a layer of N with 2**-N, not 1/N.": float(
            1 - (1 - 1 / np.maximum(sizes, 1)).prod()
        ),
        "A unit is off with probability 1/2, so a layer of N with 2**-N, not 1/(2 N).": float(
            1 - (1 - 0.5 / np.maximum(sizes, 1)).prod()
        ),
        "Each layer has its own width.": float(1 - (1 - 2.0 ** -sizes[:1].sum()) ** len(sizes))
        if len(sizes)
        else 0,
        "Each layer has its own width, do not take the mean.": (
            float(1 - (1 - 2.0 ** -sizes.mean()) ** len(sizes)) if len(sizes) else 0
        ),
        "The smallest layer alone does not decide.": off.max(initial=0),
    }
    agree(born_dead_bound(widths), right, what, rtol=1e-6, atol=1e-300, hints=hints, see=DEAD)


@ex11_4.part(1, "layers of equal width")
def equal(born_dead_bound, rng):
    for width in (1, 2, 3, 5):
        depth = int(rng.integers(2, 12))
        check_bound(born_dead_bound, [width] * depth, "born_dead_bound of layers of equal width")


@ex11_4.part(1, "layers of different widths, one layer, none; a tuple or an array; widths stays as it was")
def different(born_dead_bound, rng):
    widths = rng.permutation(np.arange(1, 7))
    cases = {
        "different widths in a list": [int(n) for n in widths],
        "different widths in a tuple": tuple(int(n) for n in widths[:3]),
        "different widths in an array": widths[1:5],
        "one layer": [int(rng.integers(2, 7))],
        "no hidden layer": [],
    }
    for kind, given in cases.items():
        check_bound(born_dead_bound, given, f"born_dead_bound of {kind}")
        require(not born_dead_bound.changed_inputs, "born_dead_bound changed widths. Work on a copy.")


@ex11_4.part(1, "six digits for wide layers too")
def wide(born_dead_bound, rng):
    for low, high in ((60, 90), (90, 140), (300, 500)):
        widths = sorted(rng.choice(np.arange(low, high), 4, replace=False).tolist())
        check_bound(born_dead_bound, widths, f"born_dead_bound of layers of {low} units and more")


# ---- 11.5: sparsity

ex11_5 = Exercise("ex11_5")
SPARSE = "lesson 11, section 11.6"


def check_sparsity(activation_sparsity, layers, X, what):
    """Compare the shares of zeros with a count."""
    outputs = hidden_outputs(X, layers)
    right = np.array([np.count_nonzero(h == 0) / h.size for h in outputs])
    straight = hidden_outputs(X, layers, linear=True)
    bare = hidden_outputs(X, layers, no_bias=True)
    zeros, entries = sum(np.count_nonzero(h == 0) for h in outputs), sum(h.size for h in outputs)
    width = np.array([h.shape[1] for h in outputs], dtype=float)
    hints = {
        "A sum of exactly 0 gives the output 0, which is a zero too.": np.array(
            [((before @ W + b) < 0).mean() for before, (W, b) in zip([X, *outputs], layers[:-1])]
        ),
        "This is the share that is not 0.": 1 - right,
        "This is in percent.": 100 * right,
        "This is the share of dead units; count pairs of a row and a unit.": np.array(
            [(h == 0).all(axis=0).mean() for h in outputs]
        ),
        "This is the share of units that are off at least once.": np.array(
            [(h == 0).any(axis=0).mean() for h in outputs]
        ),
        "This counts the zeros; divide by the number of rows and of units.": right * width * len(X),
        "Divide by the number of units too.": right * width,
        "The first row alone does not tell.": np.array([(h[0] == 0).mean() for h in outputs]),
        "This is the mean output.": np.array([h.mean() for h in outputs]),
        "A layer gets what the layer before puts out after its ReLU.": np.array(
            [(h == 0).mean() for h in straight]
        ),
        "The biases count too.": np.array([(h == 0).mean() for h in bare]),
        "A small output is not 0.": np.array([(h < 0.1).mean() for h in outputs]),
        "This is one share for all layers.": np.full(len(outputs), zeros / max(entries, 1)),
    }
    agree(activation_sparsity(layers, X), right, f"activation_sparsity on {what}", hints=hints, see=SPARSE)


def any_counts(rng, width, n_rows):
    """Return how often each unit of a layer fires, one of them always."""
    counts = rng.integers(0, n_rows + 1, width)
    counts[:2] = 0, n_rows
    return rng.permutation(counts)


@ex11_5.part(2, "one hidden layer or several of different widths, a share each")
def shares(activation_sparsity, rng):
    for n_rows, widths in ((7, (5,)), (5, (8,)), (7, (8, 3, 5)), (5, (4, 7))):
        X = rng.uniform(-2, 2, (n_rows, 3))
        layers = designed(rng, X, [any_counts(rng, width, n_rows) for width in widths])
        check_sparsity(activation_sparsity, layers, X, f"a network of hidden layers: {len(widths)}")


@ex11_5.part(1, "a sum of exactly 0 counts as a zero; a small output does not")
def exact(activation_sparsity, rng):
    step = float(rng.integers(1, 5))
    last = (np.ones((4, 1)), np.zeros(1))
    zero = [(np.array([[1.0, 1.0, -1.0, 0.0]]), np.array([-step, 0.0, step, 0.0])), last]
    X = np.array([[step], [2 * step], [-step], [step / 2], [0.0]])
    check_sparsity(activation_sparsity, zero, X, "units with sums of exactly 0")
    X = rng.uniform(-2, 2, (6, 3))
    layers = designed(rng, X, [any_counts(rng, 6, 6)])
    W, b = layers[0]
    small = [(W, 1e-7 * b), layers[1]]
    check_sparsity(activation_sparsity, small, 1e-7 * X, "units with small outputs")


@ex11_5.part(1, "one row, all units off, no hidden layer; the arguments stay as they were")
def few(activation_sparsity, rng):
    row, X = rng.uniform(-2, 2, (1, 3)), rng.uniform(-2, 2, (4, 3))
    cases = {
        "one row": (designed(rng, row, [rng.permutation([0, 0, 0, 1, 1])]), row),
        "a layer that is off in every row": (designed(rng, X, [np.zeros(4, dtype=int)]), X),
        "a network without hidden layer": ([(rng.uniform(-1, 1, (3, 2)), np.zeros(2))], X),
    }
    for what, (layers, rows) in cases.items():
        check_sparsity(activation_sparsity, layers, rows, what)
        require(
            not activation_sparsity.changed_inputs, "activation_sparsity changed layers or X. Work on a copy."
        )


# ---- 11.6: revive

ex11_6 = Exercise("ex11_6")
REVIVE = "lesson 11, section 11.7"


def ask(revive, layers, X, rng, what):
    """Return the student's network, with the shapes of the old one."""
    n_in, n_out = layers[0][0].shape[0], layers[-1][0].shape[1]
    new = network(revive(layers, X, rng), f"revive on {what}", n_in=n_in, n_out=n_out, max_units=1000)
    shapes = [W.shape for W, _ in layers]
    require(
        [W.shape for W, _ in new] == shapes,
        f"revive on {what}: the widths changed; every layer keeps its number of units. See {REVIVE}.",
    )
    return new


def run(X, layers):
    """Return the outputs of the last layer."""
    h = [X, *hidden_outputs(X, layers)][-1]
    return h @ layers[-1][0] + layers[-1][1]


def dead_flags(X, layers):
    """Return the flags of the hidden layers."""
    return [(h == 0).all(axis=0) for h in hidden_outputs(X, layers)]


def broken_net(rng, shape="deep"):
    """Return a network with dead units, and its rows."""
    X = rng.uniform(-2, 2, (9, 3))
    if shape == "one":
        return designed(rng, X, [some_counts(rng, 7, 9)]), X
    return designed(rng, X, [some_counts(rng, 6, 9), some_counts(rng, 7, 9), some_counts(rng, 5, 9)]), X


def require_alive(new, X, what):
    """Fail if a unit is dead on X."""
    for k, flags in enumerate(dead_flags(X, new), start=1):
        require(
            not flags.any(),
            f"revive on {what}: {int(flags.sum())} of {flags.size} units of layer {k} are off in every row. "
            f"Choose the bias so that the unit fires in some row. See {REVIVE}.",
        )


@ex11_6.part(1, "no dead unit is left, one hidden layer")
def alive_one(revive, rng):
    for _ in range(3):
        layers, X = broken_net(rng, "one")
        require_alive(ask(revive, layers, X, rng, "one hidden layer"), X, "one hidden layer")
    row = X[:1]
    layers = designed(rng, row, [rng.permutation([0, 0, 0, 1])])
    require_alive(ask(revive, layers, row, rng, "one row"), row, "one row")
    step = float(rng.integers(1, 5))
    zero = [(np.array([[1.0, 1.0, -1.0]]), np.array([-step, 0.0, 0.0])), (np.ones((3, 2)), np.zeros(2))]
    rows = np.array([[step], [step / 2], [step / 4]])
    what = "units whose largest sum is exactly 0"
    require_alive(ask(revive, zero, rows, rng, what), rows, what)


@ex11_6.part(1, "no dead unit is left, several hidden layers, one of them wholly dead")
def alive_deep(revive, rng):
    for _ in range(2):
        layers, X = broken_net(rng)
        require_alive(ask(revive, layers, X, rng, "three hidden layers"), X, "three hidden layers")
    W, b = layers[1]
    layers[1] = W, b - 100.0
    W, b = layers[2]
    layers[2] = W, np.where(np.arange(len(b)) % 2, 1.0, -1.0)
    what = "a network with a layer that is wholly dead"
    require_alive(ask(revive, layers, X, rng, what), X, what)


@ex11_6.part(2, "the outputs on X are the old ones")
def outputs(revive, rng):
    for shape, what in (("one", "one hidden layer"), ("deep", "three hidden layers")):
        layers, X = broken_net(rng, shape)
        old = run(X, layers)
        new = ask(revive, layers, X, rng, what)
        with np.errstate(all="ignore"):
            came = run(X, new)
        require(
            np.allclose(came, old, rtol=1e-6, atol=1e-6),
            f"revive on {what}: the outputs on X have changed. A dead unit sent 0; a revived one sends more. "
            f"What must its outgoing weights be? See {REVIVE}.",
        )
        agree(came, old, f"the outputs after revive on {what}", rtol=1e-6, atol=1e-6, see=REVIVE)


@ex11_6.part(1, "weights and biases of living units are untouched")
def living(revive, rng):
    for shape, what in (("one", "one hidden layer"), ("deep", "three hidden layers")):
        layers, X = broken_net(rng, shape)
        dead = dead_flags(X, layers)
        new = ask(revive, layers, X, rng, what)
        lives = [np.ones(3, dtype=bool), *(~flags for flags in dead), np.ones(2, dtype=bool)]
        for k, ((W, b), (W_new, b_new)) in enumerate(zip(layers, new)):
            block = np.ix_(lives[k], lives[k + 1])
            where = f"after revive on {what}, layer {k + 1}"
            agree(W_new[block], W[block], f"the weights between living units {where}", see=REVIVE)
            agree(b_new[lives[k + 1]], b[lives[k + 1]], f"the biases of living units {where}", see=REVIVE)


@ex11_6.part(
    1, "incoming weights are drawn from rng, no two alike; nothing to do is done; layers stay as they were"
)
def fresh(revive, rng):
    layers, X = broken_net(rng, "one")
    (dead,) = dead_flags(X, layers)
    drawn = []
    for seed in rng.integers(0, 2**31, 2):
        new = ask(revive, layers, X, np.random.default_rng(seed), "one hidden layer")
        require(not revive.changed_inputs, "revive changed layers or X. Work on copies of the arrays.")
        drawn.append(new[0][0][:, dead])  # (3, n_dead)
    columns = np.hstack([*drawn, layers[0][0][:, dead], -layers[0][0][:, dead]]).T
    columns = columns / np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-300)
    alike = np.abs(columns[:, None] - columns[None]).max(axis=2) < 1e-6
    first = int(dead.sum())
    require(
        not np.triu(alike[:first, :first], 1).any(),
        "revive: two revived units point the same way. Draw new weights for each, so that they can learn "
        f"different things. See {REVIVE}.",
    )
    require(
        not alike[: 2 * first, 2 * first :].any(),
        "revive: the incoming weights of a dead unit are the old ones, or their negatives. Draw new ones. "
        f"See {REVIVE}.",
    )
    require(
        not alike[:first, first : 2 * first].any(),
        "revive: two different generators gave the same weights. Draw them from the rng that is passed in. "
        f"See {REVIVE}.",
    )
    healthy = designed(rng, X, [np.array([9, 4, 6])])
    for (W, b), (W_new, b_new) in zip(healthy, ask(revive, healthy, X, rng, "a network without dead units")):
        agree(W_new, W, "the weights after revive on a network without dead units", see=REVIVE)
        agree(b_new, b, "the biases after revive on a network without dead units", see=REVIVE)
