"""Hidden tests of assignment 10.

What is right comes from elsewhere than the solutions: complex steps for derivatives, closed forms for means
over a normal distribution, Gauss-Legendre sums for the variance recursion. Random weights are judged by their
distribution. Hints say what a known misconception would have returned.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from coursepkg.grading import Exercise, agree, require
from coursepkg.grading.checks import array

# ---- 10.1: the slope of the sigmoid

ex10_1 = Exercise("ex10_1")
SLOPE = "lesson 10, section 10.2"


def sigmoid(z):
    """Return the sigmoid by the hyperbolic tangent."""
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


def check_slope(dsigmoid, z, what, rtol=1e-6):
    """Compare with 1 / (2 cosh(z / 2))**2."""
    wide = np.asarray(z, dtype=float)
    s = sigmoid(wide)
    want = 1 / (2 * np.cosh(wide / 2)) ** 2
    hints = {
        "This is the sigmoid, not its slope.": s,
        "z is the pre-activation: take its sigmoid first.": wide * (1 - wide),
        "This is the slope of tanh.": 1 - np.tanh(wide) ** 2,
        "One factor is missing: the slope is s (1 - s).": 1 - s,
        "The slope is s (1 - s); the last square should not be there.": s * (1 - s) ** 2,
        "The slope is s (1 - s), not s (1 + s).": s * (1 + s),
        "The slope is s (1 - s); the square belongs to neither factor.": s**2,
        "The slope of s(z) is positive; it rises everywhere.": -want,
        "This is the second derivative.": want * (1 - 2 * s),
        "The slope is largest, 1/4, at 0; yours is 1 there.": 4 * want,
    }
    agree(dsigmoid(z), want, what, rtol=rtol, atol=0, hints=hints, see=SLOPE)


@ex10_1.part(1, "numbers from -20 to 20, in arrays of any shape")
def middle(dsigmoid, rng):
    for shape in ((9,), (3, 4), (2, 1, 3)):
        size = rng.uniform(0.05, 20, shape)
        check_slope(dsigmoid, size * rng.choice([-1, 1], shape), f"dsigmoid of an array of shape {shape}")
        require(not dsigmoid.changed_inputs, "dsigmoid changed z. Write a new array.")


@ex10_1.part(1, "six right digits where the slope is tiny")
def tails(dsigmoid, rng):
    z = rng.uniform(38, 690, 12)
    for sign, where in ((1, "between 38 and 700"), (-1, "between -700 and -38")):
        what = f"dsigmoid of numbers {where}"
        got = array(dsigmoid(sign * z), what, (12,))
        require(
            not (got == 0).any(),
            f"{what}: it returned 0. Either 1 - s(z) has rounded to 0, or an exponential has overflowed. "
            f"Write the slope without this difference, with the exponential that is small. See {SLOPE}.",
        )
        check_slope(dsigmoid, sign * z, what)


@ex10_1.part(1, "a number, an empty array, integers, float32")
def kinds(dsigmoid, rng):
    number = float(rng.uniform(0.5, 3))
    check_slope(dsigmoid, number, "dsigmoid of a number")
    check_slope(dsigmoid, np.array(-number), "dsigmoid of an array without dimensions")
    check_slope(dsigmoid, np.zeros((0, 3)), "dsigmoid of an empty array")
    check_slope(dsigmoid, rng.permutation(np.arange(-9, 10)), "dsigmoid of integers")
    single = (rng.uniform(8, 30, 8) * rng.choice([-1, 1], 8)).astype(np.float32)
    check_slope(dsigmoid, single, "dsigmoid of float32 numbers", rtol=1e-3)


# ---- 10.2: the chain

ex10_2 = Exercise("ex10_2")


def chain(w, x, which=0, last=True, by_input=False):
    """Return a derivative of the chain by one complex step; with words, the derivative of a mistake."""
    step = 1e-150
    h = x + (1j * step if by_input else 0)
    for k, weight in enumerate(w):
        u = (weight + (1j * step if k == which and not by_input else 0)) * h
        h = 1 / (1 + np.exp(-u)) if last or k < len(w) - 1 else u
    return h.imag / step


def chain_parts(w, x):
    """Return the slopes, what enters each unit, and the pre-activations."""
    h, slopes, inputs, u = x, [], [], []
    for weight in w:
        inputs.append(h)
        u.append(weight * h)
        h = sigmoid(u[-1])
        slopes.append(h * (1 - h))
    return np.array(slopes, dtype=float), np.array(inputs, dtype=float), np.array(u, dtype=float)


def check_chain(chain_gradient, w, x, what):
    """Compare with a complex step."""
    slopes, inputs, u = chain_parts(w, x)
    w_ = np.asarray(w, dtype=float)
    product, rest = np.prod(slopes), np.prod(w_[1:])
    with np.errstate(all="ignore"):
        hints = {
            "u_1 = w_1 x, so du_1/dw_1 = x is a factor of the product.": product * rest,
            "The weights from the second on are factors too.": product * x,
            "w_1 is no factor: it is what you differentiate by.": product * rest * x * w_[0],
            "This is the derivative by x, not by w_1.": product * np.prod(w_),
            "This is the derivative by the last weight.": product[()] / np.prod(slopes[:-1]) * inputs[-1],
            "The output has its sigmoid too: one slope is missing.": np.prod(slopes[:-1]) * rest * x,
            "w[0] is next to the input; it looks as if the order were reversed.": chain(w_[::-1], x),
            "1/4 is a bound on the slopes; take their values at u_k.": rest * x / 4.0 ** len(w_),
            "The slope is taken at u_k, not at h_k.": x * rest * np.prod(slope_of(sigmoid(u))),
            "The slope is taken at u_k = w_k h_{k-1}, not at h_{k-1}.": x * rest * np.prod(slope_of(inputs)),
            "This is the chain with tanh.": tanh_chain(w_, x),
            "The derivative of a product of functions inside one another is a product, not a sum.": np.sum(
                slopes
            ),
            "The sign counts: do not take absolute values.": abs(product * rest * x),
            "The sign of x counts.": product * rest * abs(x),
            "Slopes are s (1 - s), not s.": x * rest * np.prod(sigmoid(u)),
            "This is the output, not its derivative.": sigmoid(u[-1]),
        }
    got, right = float(array(chain_gradient(w, x), what, ())), chain(w, x)
    require(
        not 1e-6 * abs(right) < abs(got - right) < 1e-2 * abs(right),
        f"{what}: only some digits are right and six were asked for. Is it a difference quotient? Multiply "
        f"the factors of the chain rule. See {SLOPE}.",
    )
    agree(got, right, what, rtol=1e-6, atol=0, hints=hints, see=SLOPE)
    require(not chain_gradient.changed_inputs, "chain_gradient changed w. Work on a copy.")


def slope_of(z):
    """Return the slope of the sigmoid."""
    return 1 / (2 * np.cosh(np.asarray(z) / 2)) ** 2


def tanh_chain(w, x):
    """Return the derivative of the chain with tanh."""
    h, derivative = x, x
    for k, weight in enumerate(w):
        h = np.tanh(weight * h)
        derivative *= (1 - h**2) * (weight if k else 1)
    return derivative


def some_weights(rng, L, negative=True):
    """Return weights from 0.3 to 1.8 in size; among two or more from the second on, the first is negative."""
    w = rng.uniform(0.3, 1.8, L) * rng.choice([-1, 1], L)
    if L > 1:
        w[1] = abs(w[1])
        w[2:] = abs(w[2:])
        if negative:
            w[1] *= -1
    return w


@ex10_2.part(1, "one weight and two weights")
def short(chain_gradient, rng):
    for L in (1, 1, 2, 2):
        x = float(rng.uniform(1.3, 3))
        check_chain(chain_gradient, some_weights(rng, L), x, f"chain_gradient of {L} random weights")


@ex10_2.part(1, "three to twelve weights, positive and negative")
def longer(chain_gradient, rng):
    for L in (3, 5, 8, 12):
        x = float(rng.uniform(1.3, 3))
        for negative in (True, False):
            w = some_weights(rng, L, negative)
            check_chain(chain_gradient, w, -x if negative else x, f"chain_gradient of {L} weights")


@ex10_2.part(1, "a weight of 0, an input of 0, integers, numbers that are not small")
def special(chain_gradient, rng):
    w = some_weights(rng, 5)
    cut = w.copy()
    cut[rng.integers(1, 5)] = 0
    first = w.copy()
    first[0] = 0
    cases = {
        "weights of which one from the second on is 0": (cut, 2.0),
        "weights of which the first is 0": (first, 2.0),
        "weights, x = 0": (w, 0.0),
        "integers": (rng.permutation([-3, -2, 2, 3]), 2),
        "weights from 4 to 8 in size": (
            rng.uniform(4, 8, 4) * np.array([1, 1, -1, 1]),
            float(rng.uniform(0.8, 1.2)),
        ),
    }
    for kind, (weights, x) in cases.items():
        check_chain(chain_gradient, weights, x, f"chain_gradient of {kind}")


@ex10_2.part(1, "up to a hundred weights, with six right digits of a tiny number")
def deep(chain_gradient, rng):
    for L in (40, 100):
        w = some_weights(rng, L)
        x = float(rng.uniform(1.3, 3))
        what = f"chain_gradient of {L} weights"
        got = float(array(chain_gradient(w, x), what, ()))
        require(
            got != 0 or not np.isfinite(got),
            f"{what}: it returned 0. The derivative is tiny and not 0: multiply the factors of the chain "
            f"rule; differences and rounding lose it. See {SLOPE}.",
        )
        check_chain(chain_gradient, w, x, what)


# ---- 10.3: the gain

ex10_3 = Exercise("ex10_3")
GAIN = "lesson 10, section 10.3"


class Waves:
    """The slope ``a + b cos(c z + d)``, and means over a normal z in closed form.

    ``E cos(c z + d) = cos(d) exp(-c**2 s**2 / 2)`` for z of standard deviation s.
    """

    def __init__(self, a, b, c, d):
        self.a, self.b, self.c, self.d = a, b, c, d

    def slope(self, z):
        return self.a + self.b * np.cos(self.c * np.asarray(z) + self.d)

    def mean(self, s):
        return self.a + self.b * np.cos(self.d) * np.exp(-((self.c * s) ** 2) / 2)

    def mean_square(self, s):
        double = np.cos(2 * self.d) * np.exp(-2 * (self.c * s) ** 2)
        return self.a**2 + 2 * self.a * (self.mean(s) - self.a) + self.b**2 * (1 + double) / 2


class Square:
    """The slope ``a + c z**2``; ``E z**2, z**4 = s**2, 3 s**4``."""

    def __init__(self, a, c):
        self.a, self.c = a, c

    def slope(self, z):
        z = np.asarray(z)
        return self.a + self.c * z**2

    def mean(self, s):
        return self.a + self.c * s**2

    def mean_square(self, s):
        return self.a**2 + 2 * self.a * self.c * s**2 + 3 * self.c**2 * s**4


def flat_mean(f, half):
    """Return the mean of a function over -half to half with equal weights."""
    z, weight = legendre()
    return float(np.sum(weight * f(half * z)) / 2)


@lru_cache
def legendre():
    """Return 600 nodes on -1 to 1 and their weights."""
    return np.polynomial.legendre.leggauss(600)


def check_gain(gain, model, std, what):
    """Compare with the closed form."""
    right = model.mean_square(std)

    def slope(z):
        z = array(z, "what your code gives to slope")
        require(np.isfinite(z).all(), "Your code asks slope for NaN or infinity.")
        return model.slope(z)

    got = float(array(gain(slope, std), what, ()))
    off = abs(got - right) / right
    require(
        not 1e-6 < off < 0.02,
        f"{what}: one to five digits are right and six were asked for. That is what a random sample does, "
        f"or a grid that is too coarse or too short. See {GAIN}.",
    )
    hints = {
        "Take the mean of the square, not the square of the mean.": model.mean(std) ** 2,
        "The slope is squared.": model.mean(std),
        "Return the mean square, without a root.": np.sqrt(right),
        "std seems to have no effect.": model.mean_square(1.0),
        "std is the standard deviation, not the variance.": model.mean_square(np.sqrt(std)),
        "std is squared once too often.": model.mean_square(std**2),
        "z is spread around 0; this is the slope at 0.": float(model.slope(0.0)) ** 2,
        "This is the slope at z = std; take the mean over all z.": float(model.slope(std)) ** 2,
        "The density seems to lack its factor 1 / sqrt(2 pi).": right * np.sqrt(2 * np.pi),
        "This is the variance of the slope; the mean square is larger by the squared mean.": (
            right - model.mean(std) ** 2
        ),
        "z seems to be uniform; it is normal.": flat_mean(lambda z: model.slope(z) ** 2, np.sqrt(3) * std),
        "z seems to be uniform from -std to std; it is normal.": flat_mean(
            lambda z: model.slope(z) ** 2, std
        ),
        "Only one half of the line is counted.": half_mean(model, std),
        "The slope need not be even: twice one half of the line is not the whole.": 2 * half_mean(model, std),
        "The exponent of the density is -z**2 / 2; yours seems to lack the 1/2.": model.mean_square(
            std / np.sqrt(2)
        ),
    }
    agree(got, right, what, rtol=1e-6, atol=0, hints=hints, see=GAIN)


def half_mean(model, std):
    """Return the mean over the positive half of the line, that half alone."""
    z, weight = legendre()
    t = 6 * (z + 1)
    density = np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(6 * weight * density * model.slope(std * t) ** 2))


def some_waves(rng):
    """Return a slope that is not even and whose mean is far from 0."""
    return Waves(rng.uniform(0.5, 0.9), rng.uniform(1.0, 1.6), rng.uniform(0.8, 1.2), rng.uniform(0.4, 0.9))


@ex10_3.part(2, "smooth slopes, any std from 0.2 to 3")
def spread(gain, rng):
    for std in (1.0, rng.uniform(0.2, 0.5), rng.uniform(1.5, 2), rng.uniform(2.5, 3)):
        check_gain(gain, some_waves(rng), float(std), "gain of a smooth slope, std from 0.2 to 3")


@ex10_3.part(1, "slopes that grow, for which large z count")
def growing(gain, rng):
    for std in (rng.uniform(0.6, 0.9), rng.uniform(2, 3)):
        model = Square(rng.uniform(0.3, 0.7), rng.uniform(1.5, 3) * rng.choice([-1, 1]))
        check_gain(gain, model, float(std), "gain of a slope that grows like z**2")


@ex10_3.part(1, "std = 0; a slope that is negative and constant")
def flat(gain, rng):
    check_gain(gain, some_waves(rng), 0.0, "gain of a smooth slope, std = 0")
    check_gain(
        gain,
        Square(rng.uniform(-3, -1.5), 0.0),
        float(rng.uniform(0.5, 2)),
        "gain of a negative constant",
    )


# ---- 10.4: random weights

ex10_4 = Exercise("ex10_4")
BEGIN = "lesson 10, section 10.4"
TWICE = """
from numpy.random import default_rng
generator = default_rng(seed)
first = init_uniform(fan_in, fan_out, scheme, generator)
second = init_uniform(fan_in, fan_out, scheme, generator)
"""
UNKNOWN = """
from numpy.random import default_rng
refused = []
for scheme in schemes:
    try:
        init_uniform(3, 2, scheme, default_rng(0))
        refused.append(False)
    except ValueError:
        refused.append(True)
"""


def limits(fan_in, fan_out):
    """Return for each scheme its limit, and for each sentence the limit of a mistake."""
    right = {"standard": 1 / np.sqrt(fan_in), "normalised": np.sqrt(6 / (fan_in + fan_out))}
    mistakes = {
        "n is fan_in, the number of inputs, not fan_out.": 1 / np.sqrt(fan_out),
        "The limit is one over the root of fan_in, not one over fan_in.": 1 / fan_in,
        "The two schemes seem to be exchanged.": (right["normalised"], right["standard"]),
        "2 / (n + m) is the variance; the limit of the uniform one is the root of three times that.": (
            2 / (fan_in + fan_out)
        ),
        "This is the standard deviation; the limit of the uniform distribution is sqrt(3) times that.": (
            right["standard"] / np.sqrt(3),
            right["normalised"] / np.sqrt(3),
        ),
        "The limit seems to be too large by the factor sqrt(3).": (
            right["standard"] * np.sqrt(3),
            right["normalised"] * np.sqrt(3),
        ),
        "The root belongs to the whole fraction 6 / (n + m).": 6 / (fan_in + fan_out),
        "6 stands over the sum of fan_in and fan_out, not over fan_in alone.": np.sqrt(6 / fan_in),
        "6 stands over the sum of fan_in and fan_out, not over fan_out alone.": np.sqrt(6 / fan_out),
        "The sum of fan_in and fan_out counts, not their product.": np.sqrt(6 / (fan_in * fan_out)),
        "The 6 under the root seems to be another number.": np.sqrt(1 / (fan_in + fan_out)),
        "It looks as if weights had a limit of 1 whatever the sizes.": 1.0,
    }
    return right, mistakes


def check_distribution(init_uniform, fan_in, fan_out, scheme, rng):
    """Require a uniform distribution with the right limit, by limits that right code misses with p < 1e-9."""
    what = f'init_uniform({fan_in}, {fan_out}, "{scheme}", rng)'
    W = array(init_uniform(fan_in, fan_out, scheme, rng), what, (fan_in, fan_out), largest=1e100)
    right, mistakes = limits(fan_in, fan_out)
    limit, largest = right[scheme], float(np.abs(W).max())
    hint = ""
    for sentence, values in mistakes.items():
        value = values[list(right).index(scheme)] if isinstance(values, tuple) else values
        if 0.995 < largest / value <= 1.0000001 and abs(value / limit - 1) > 0.02:
            hint = f" {sentence}"
            break
    require(
        0.995 < largest / limit <= 1.0000001,
        f"{what}: the largest entry has size {largest:.4g}, and that does not fit the limit.{hint} "
        f"See {BEGIN}.",
    )
    share = np.sort(((W / limit + 1) / 2).ravel())
    n = share.size
    half = float((W > 0).mean())
    require(
        abs(half - 0.5) < 0.02 and share[0] < 0.01,
        f"{what}: {100 * half:.0f} % of the entries are positive. Both signs are equally likely. "
        f"See {BEGIN}.",
    )
    off = float(np.abs(share - (np.arange(n) + 0.5) / n).max())
    require(
        off < 0.02,
        f"{what}: the entries have the right limit and are not uniform between the limits. See {BEGIN}.",
    )
    require(
        len(np.unique(share)) > 0.99 * n,
        f"{what}: entries occur more than once. Draw every entry by itself, and do not round. See {BEGIN}.",
    )
    for axis, name in ((0, "columns"), (1, "rows")):
        means = W.mean(axis=axis) / (limit / np.sqrt(3 * W.shape[axis]))  # standard normal, nearly
        require(
            np.abs(means).max() < 7,
            f"{what}: the entries of some {name} are not independent. Draw every entry by itself. "
            f"See {BEGIN}.",
        )


@ex10_4.part(1, 'the distribution of the scheme "standard"')
def standard(init_uniform, rng):
    for fan_in, fan_out in ((250, 120), (60, 400)):
        check_distribution(init_uniform, fan_in, fan_out, "standard", rng)


@ex10_4.part(1, 'the distribution of the scheme "normalised"')
def normalised(init_uniform, rng):
    for fan_in, fan_out in ((250, 120), (60, 400)):
        check_distribution(init_uniform, fan_in, fan_out, "normalised", rng)


@ex10_4.part(1, "the generator is the only source of chance, and moves on")
def generator(student, rng):
    one, two = (int(seed) for seed in rng.integers(0, 2**31, 2))
    for scheme in ("standard", "normalised"):
        inputs = {"fan_in": 6, "fan_out": 4, "scheme": scheme}
        runs = [student.run(TWICE, ["first", "second"], seed=seed, **inputs) for seed in (one, one, two)]
        what = f'init_uniform(6, 4, "{scheme}", rng)'
        A, B, C = (array(run["first"], what, (6, 4), largest=1e100) for run in runs)
        after = array(runs[0]["second"], what, (6, 4), largest=1e100)
        require(
            np.array_equal(A, B),
            f"{what}: the same state of rng gave two different matrices. Draw from rng alone. See {BEGIN}.",
        )
        require(
            not np.array_equal(A, C),
            f"{what}: two states of rng gave the same matrix. Draw from rng. See {BEGIN}.",
        )
        require(
            not np.array_equal(A, after),
            f"{what}: called twice with one generator, it gave the same matrix. Draw from rng itself, not "
            f"from a copy or a new generator. See {BEGIN}.",
        )


@ex10_4.part(1, "small layers, and ValueError for any other scheme")
def edges(student, init_uniform, rng):
    for fan_in, fan_out in ((1, 1), (1, 5), (4, 1)):
        for scheme in ("standard", "normalised"):
            what = f'init_uniform({fan_in}, {fan_out}, "{scheme}", rng)'
            W = array(init_uniform(fan_in, fan_out, scheme, rng), what, (fan_in, fan_out), largest=1e100)
            limit = limits(fan_in, fan_out)[0][scheme]
            require(
                (np.abs(W) <= limit * 1.0000001).all(), f"{what}: an entry is beyond the limit. See {BEGIN}."
            )
    schemes = ["he", "", "Standard", "standard", "normalised"]
    refused = student.run(UNKNOWN, ["refused"], schemes=schemes)["refused"]
    hints = {
        "A scheme that does not exist is taken for another. Raise ValueError.": [False] * 5,
        "Some scheme that does not exist is taken for another. Raise ValueError.": (
            np.asarray(refused, dtype=object).tolist()
            if plain(refused, 5) and not all(refused[:3])
            else [True] * 5
        ),
        "Both schemes of the text are to be taken.": (
            refused if plain(refused, 5) and any(refused[3:]) else [True] * 5
        ),
    }
    what = "which schemes init_uniform refuses with ValueError"
    agree(refused, [True, True, True, False, False], what, hints=hints, see=BEGIN)


def plain(value, length):
    """Tell whether a value is a list of that many Booleans."""
    return isinstance(value, list) and len(value) == length and all(isinstance(v, bool) for v in value)


# ---- 10.5: the recursion

ex10_5 = Exercise("ex10_5")
ACTS = {
    "identity": (lambda z: z, np.ones_like),
    "sigmoid": (sigmoid, slope_of),  # before tanh: its slope at 0 is not 1, so two mistakes look different
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
}


def normal_means(f, s):
    """Return the mean of f over a normal z of standard deviation s, by Gauss-Legendre."""
    z, weight = legendre()
    density = np.exp(-((10 * z) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(10 * weight * density * f(s * 10 * z)))


def predicted(sizes, scheme, act, mistake=""):
    """Return the rows of z and of delta; with words, those of a mistake."""
    phi, slope = ACTS[act]
    L = len(sizes) - 1
    fans = list(pairwise(sizes))
    if mistake == "fan_out":
        fans = [(m, n) for n, m in fans]
    variance = {"standard": lambda n, m: 1 / (3 * n), "normalised": lambda n, m: 2 / (n + m)}
    which = scheme
    if mistake == "exchanged":
        which = "standard" if scheme == "normalised" else "normalised"
    V = [variance[which](n, m) for n, m in fans]
    if mistake == "limit":
        V = [1 / n if scheme == "standard" else 6 / (n + m) for n, m in fans]
    z2, gains, after, h2 = [], [], [], 1.0
    for k in range(L):
        z2.append((sizes[k] if mistake != "no n" else 1) * V[k] * h2)
        s = np.sqrt(z2[-1])
        if mistake == "variance as std":
            s = z2[-1]
        h2 = normal_means(lambda z: phi(z) ** 2, s)
        if mistake == "variance of h":
            h2 -= normal_means(phi, s) ** 2
        if mistake == "linear":
            h2 = z2[-1]
        after.append(h2)
        if mistake == "slope of h":
            gains.append(normal_means(lambda z: slope(phi(z)) ** 2, s))
        elif mistake == "gain at 0":
            gains.append(float(slope(np.zeros(1))[0]) ** 2)
        elif mistake == "no square":
            gains.append(normal_means(slope, s))
        elif mistake == "no gain":
            gains.append(1.0)
        else:
            gains.append(normal_means(lambda z: slope(z) ** 2, s))
    d2 = [1.0]
    for k in range(L - 2, -1, -1):
        fan = sizes[k + 1] if mistake == "own n" else sizes[k + 2]
        own = V[k] if mistake == "own V" else V[k + 1]
        gain = gains[k + 1] if mistake == "next gain" else gains[k]
        d2.append(fan * own * gain * d2[-1])
    d2 = d2[::-1]
    if mistake == "last gain":
        d2 = [gains[-1] * d for d in d2]
    rows = np.array([z2, d2])
    if mistake == "of h":
        rows[0, :-1] = after[:-1]
    if mistake == "squares":
        return rows
    if mistake == "reversed":
        rows = rows[:, ::-1] * [[1], [1]]
        rows[0] = rows[0, ::-1]
    if mistake == "scaled by the first":
        rows[1] /= rows[1, 0]
    return np.sqrt(rows)


FORWARD = {
    "h is not of mean 0: E h^2 is the mean square, not the variance.": "variance of h",
    "The activation is missing on the way forward.": "linear",
    "n is the number of inputs of the layer, fan_in, not fan_out.": "fan_out",
    "The two schemes seem to be exchanged.": "exchanged",
    "V is a third of the square of the limit.": "limit",
    "A unit adds up n_{k-1} products: that factor is missing.": "no n",
    "z has the standard deviation sqrt(E z^2).": "variance as std",
    "Return roots of the mean squares.": "squares",
    "Row 0 is of z, before the activation; yours is of h.": "of h",
}
BACKWARD = {
    "The slope is taken at z_k, not at 0.": "gain at 0",
    "The mean of the squared slope is asked for.": "no square",
    "The slope of the activation is missing on the way back.": "no gain",
    "delta_k adds up n_{k+1} products, not n_k.": "own n",
    "Between delta_{k+1} and delta_k stand the weights of layer k + 1.": "own V",
    "The slope between delta_{k+1} and delta_k is the one of layer k.": "next gain",
    "The slope is taken at z_k, not at h_k.": "slope of h",
    "The row of delta is in reverse order; layer 1 comes first.": "reversed",
    "The row of delta is scaled so that its last entry is 1.": "scaled by the first",
}


def check_rows(predict_std, row, sizes, scheme, act):
    """Compare one row."""
    what = f'predict_std for {len(sizes)} sizes, "{scheme}", "{act}"'
    got = array(predict_std(list(sizes), scheme, act), what, (2, len(sizes) - 1))
    require(not predict_std.changed_inputs, "predict_std changed sizes. Work on a copy.")
    right = predicted(sizes, scheme, act)[row]
    with np.errstate(all="ignore"):
        off = np.abs(got[row] / right - 1).max()
    require(
        not 1e-4 < off < 5e-3,
        f"{what}: two or three digits are right and four were asked for. That is what a random sample "
        f"does, or a grid that is too coarse or too short. See {BEGIN}.",
    )
    table = FORWARD if row == 0 else BACKWARD | FORWARD
    hints = {}
    if not np.allclose(got[row], right, rtol=1e-4, atol=0):  # hints cost time, and right answers need none
        hints = {text: predicted(sizes, scheme, act, mistake)[row] for text, mistake in table.items()}
    name = "row 0 (z)" if row == 0 else "row 1 (delta)"
    agree(got[row], right, f"{name} of {what}", rtol=1e-4, atol=0, hints=hints, see=BEGIN)


def some_sizes(rng, L):
    """Return sizes that differ by 10 % or more from each other, so that a wrong one shows."""
    return [int(size) for size in rng.permutation(np.round(20 * 1.25 ** np.arange(L + 1)))]


@ex10_5.part(2, "the row of z, for all activations and schemes")
def forward(predict_std, rng):
    for act in ACTS:
        for scheme in ("standard", "normalised"):
            check_rows(predict_std, 0, some_sizes(rng, 5), scheme, act)


@ex10_5.part(2, "the row of delta, for all activations and schemes")
def backward(predict_std, rng):
    for act in ACTS:
        for scheme in ("standard", "normalised"):
            check_rows(predict_std, 1, some_sizes(rng, 5), scheme, act)


@ex10_5.part(1, "a network of one layer; sizes stay as they were")
def one_layer(predict_std, rng):
    for act in ACTS:
        sizes = some_sizes(rng, 1)
        for row, scheme in ((0, "standard"), (1, "normalised")):
            check_rows(predict_std, row, sizes, scheme, act)


# ---- 10.6: a network, measured

ex10_6 = Exercise("ex10_6")
MEASURE = "lesson 10, section 10.5"


def losses(params, X, y, moved=None):
    """Return each sample's loss; `moved` is (k, j, by): unit j of layer k gets `by` added."""
    h = X
    for k, (W, b) in enumerate(params):
        z = h @ W + b
        if moved is not None and moved[0] == k:
            z = z + 0j
            z[:, moved[1]] += moved[2]
        h = np.tanh(z)
    top = z.real.max(axis=1)
    return np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(y)), y]


def derivatives(params, X, y):
    """Return what enters each layer, and the derivatives by each pre-activation, by complex steps."""
    step, h, inputs = 1e-150, X, []
    for W, b in params:
        inputs.append(h)
        h = np.tanh(h @ W + b)
    deltas = []
    for k, (_, b) in enumerate(params):
        columns = [losses(params, X, y, (k, j, 1j * step)).imag / step for j in range(len(b))]
        deltas.append(np.stack(columns, axis=1))
    return inputs, deltas


def rms(values):
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))


def stats_of(params, X, y):
    """Return the right table."""
    inputs, deltas = derivatives(params, X, y)
    return np.array(
        [[rms(d), rms(np.einsum("ni,nj->nij", h, d))] for h, d in zip(inputs, deltas)], dtype=float
    )


def wrong_stats(params, X, y):
    """Return for each sentence the table of a mistake."""
    inputs, deltas = derivatives(params, X, y)
    right, n, C = stats_of(params, X, y), len(X), len(params[-1][1])
    of_W = [np.einsum("ni,nj->nij", h, d) for h, d in zip(inputs, deltas)]
    before = []
    for k, d in enumerate(deltas):  # by h instead of z
        before.append(deltas[k + 1] @ params[k + 1][0].T if k + 1 < len(params) else d)
    p = deltas[-1].copy()
    p[np.arange(n), y] += 1

    def again(delta, slope):
        found = [delta]
        for k in range(len(params) - 1, 0, -1):
            found.insert(0, found[0] @ params[k][0].T * slope(k))
        return np.array([[rms(d), rms(np.einsum("ni,nj->nij", h, d))] for h, d in zip(inputs, found)])

    def tanh_slope(k):
        return 1 - inputs[k] ** 2

    onehot = np.eye(C)[y]
    table = {
        "The loss is that of one sample; there is no division by n.": right / n,
        "The derivative by W is the one of a sample's loss; yours is of the mean loss.": np.column_stack(
            [right[:, 0], [rms(g.mean(axis=0)) for g in of_W]]
        ),
        "The derivative by W is the one of a sample's loss; yours is of their sum.": np.column_stack(
            [right[:, 0], [rms(g.sum(axis=0)) for g in of_W]]
        ),
        "These are the derivatives by h, before the slope of tanh.": np.column_stack(
            [[rms(d) for d in before], [rms(np.einsum("ni,nj->nij", h, d)) for h, d in zip(inputs, before)]]
        ),
        "The slope of tanh is missing on the way back.": again(deltas[-1], lambda k: 1.0),
        "The slope of tanh is 1 - h^2; this is the one of the sigmoid, h (1 - h).": again(
            deltas[-1], lambda k: inputs[k] * (1 - inputs[k])
        ),
        "The slope of tanh is 1 - h^2, with h itself.": again(
            deltas[-1], lambda k: 1 - np.tanh(inputs[k]) ** 2
        ),
        "The slope of tanh is 1 - h^2, with the square.": again(deltas[-1], lambda k: 1 - inputs[k]),
        "The derivative of the loss by the logits is p minus the one-hot class; the class is missing.": again(
            p, tanh_slope
        ),
        "This is the mean square; its root is asked for.": right**2,
        "These are mean absolute values; root mean squares are asked for.": np.array(
            [[np.abs(d).mean(), np.abs(g).mean()] for d, g in zip(deltas, of_W)]
        ),
        "These are standard deviations; the mean is not taken off in a root mean square.": np.array(
            [[np.std(d), np.std(g)] for d, g in zip(deltas, of_W)]
        ),
        "The rows come in reverse order; layer 1 is row 0.": right[::-1],
        "The columns are exchanged: z first, then W.": right[:, ::-1],
        "The output has a softmax; this is the slope of a square.": again(2 * (p - onehot), tanh_slope),
        "These are norms; divide by the number of entries under the root.": np.array(
            [[np.sqrt(np.sum(d**2)), np.sqrt(np.sum(g**2))] for d, g in zip(deltas, of_W)]
        ),
        "The square of a product's mean is not the product of two means: take the samples apart.": np.array(
            [[rms(d), rms(h) * rms(d)] for h, d in zip(inputs, deltas)]
        ),
        "Column 1 is by W: h times delta. Yours is by b.": right[:, [0, 0]],
    }
    return table


def some_network(rng, sizes, n):
    """Return parameters, inputs and classes; the samples differ in size, so that means do not factor."""
    params = [
        (rng.normal(size=(p, q)) * 1.3 / np.sqrt(p), rng.normal(size=q) * 0.4) for p, q in pairwise(sizes)
    ]
    X = rng.normal(size=(n, sizes[0])) * rng.uniform(0.4, 1.6, (n, 1)) + 0.3
    y = rng.integers(0, sizes[-1], n)
    y[0] = sizes[-1] - 1
    return params, X, y


def check_stats(gradient_stats, params, X, y, what, columns=(0, 1)):
    """Compare some of the rows and columns."""
    got = array(gradient_stats(params, X, y), what, (len(params), 2))
    require(not gradient_stats.changed_inputs, "gradient_stats changed its arguments. Work on copies.")
    columns = list(columns)
    right = stats_of(params, X, y)
    wrong = {} if np.allclose(got, right, rtol=1e-6, atol=1e-15) else wrong_stats(params, X, y)
    agree(
        got[:, columns], right[:, columns], what, rtol=1e-6, atol=1e-15,
        hints={sentence: table[:, columns] for sentence, table in wrong.items()}, see=MEASURE,
    )  # fmt: skip


@ex10_6.part(1, "the derivatives by z in every layer")
def by_z(gradient_stats, rng):
    for sizes, n in (((3, 4, 5, 3), 5), ((2, 3, 5, 4, 3), 6)):
        what = f"column 0 (z) of gradient_stats for {len(sizes) - 1} layers"
        check_stats(gradient_stats, *some_network(rng, sizes, n), what, columns=(0,))


@ex10_6.part(1, "the derivatives by W in every layer")
def by_W(gradient_stats, rng):
    for sizes, n in (((3, 4, 5, 3), 5), ((2, 3, 5, 4, 3), 6)):
        what = f"column 1 (W) of gradient_stats for {len(sizes) - 1} layers"
        check_stats(gradient_stats, *some_network(rng, sizes, n), what, columns=(1,))


@ex10_6.part(1, "one sample: one layer, one hidden unit, one input, whole numbers")
def narrow(gradient_stats, rng):
    cases = {
        "one layer": some_network(rng, (3, 4), 1),
        "one sample": some_network(rng, (3, 4, 5, 3), 1),
        "one hidden unit": some_network(rng, (3, 1, 3), 1),
        "one input": some_network(rng, (1, 4, 3), 1),
    }
    rows = rng.permutation([[1, -1, -1], [-1, 1, -1], [1, 1, -1]])  # equal weights in a row would give 0
    whole = [(rng.choice([-1, 1], (2, 3)), rng.choice([-1, 1], 3)), (rows, np.arange(3))]
    cases["whole numbers"] = (whole, rng.choice([-1, 1], (1, 2)), np.array([2]))  # odd sums: no z is 0
    for kind, case in cases.items():
        check_stats(gradient_stats, *case, f"gradient_stats for {kind}")


@ex10_6.part(1, "large logits, which overflow in a careless softmax")
def large(gradient_stats, rng):
    what = "gradient_stats for logits near 1000 and -1000"
    overflow = f"{what}: it holds NaN. Subtract the largest logit of each row before exp. See {MEASURE}."
    # The first hidden unit is 1 or -1 and moves a whole row of logits; the biases spread them within a row.
    first = np.array([[30.0, 0.5]]), np.zeros(2)
    last = np.array([[1000.0] * 3, rng.uniform(0.2, 0.5, 3)]), rng.permutation([900.0, -900.0, 300.0])
    spread = array(gradient_stats([first, last], np.array([[1.0], [-1.0]]), np.array([0, 1])), what, (2, 2))
    require(np.isfinite(spread).all(), overflow)
    params, X, y = some_network(rng, (3, 4, 3), 1)
    W, b = params[-1]
    for shift in (900.0, -900.0):
        moved = [*params[:-1], (W, b + shift)]
        require(np.isfinite(array(gradient_stats(moved, X, y), what, (2, 2))).all(), overflow)
        check_stats(gradient_stats, moved, X, y, what)
