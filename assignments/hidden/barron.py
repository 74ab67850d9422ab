"""Hidden tests of assignment 13.

What is right comes from formulas, from trying widths near the best, from least squares, and for the random
networks from statistics: no part knows a generator's stream. Each statistical limit is missed by right code
less than once in 10**9 gradings; `tests/test_assignment_13.py` measures how far right code stays from them.
"""

from functools import lru_cache

import numpy as np
from scipy import stats

from coursepkg.barron import barron_constant_gauss as constant
from coursepkg.barron import cube_inputs, gaussian_bump
from coursepkg.grading import Exercise, agree, array, network, require, results

LOOSE = {"rtol": 1e-7, "atol": 1e-9}


def distinct(values):
    """Tell whether no two answers come close: then an answer fits the right one or one mistake, not two."""
    values = [np.asarray(value, dtype=float) for value in values]
    return not any(
        one.shape == two.shape and np.allclose(one, two, rtol=1e-5, atol=1e-8)
        for k, one in enumerate(values)
        for two in values[:k]
    )


# ---- 13.1: a Barron constant

ex13_1 = Exercise("ex13_1")
CONSTANT = "lesson 13, section 13.1"


def check_constant(barron_constant_gauss, p, what):
    """Compare one constant with what the known mistakes would give."""
    want = constant(p)
    hints = {
        "It is the square of the constant: the mean of a square root is wanted.": want**2,
        "It is the square root of p; the mean length is a little less.": np.sqrt(p),
        "It is an approximation for large p; use the quotient of Gamma functions.": np.sqrt(p - 0.5),
        "The approximation for large p is not accurate enough.": np.sqrt(p) * (1 - 1 / (4 * p)),
        "It is the constant for p + 1.": constant(p + 1),
        "It is the constant for p - 1.": constant(max(p - 1, 1)),
        "The factor sqrt(2) is missing.": want / np.sqrt(2),
        "The quotient is upside down.": 2 / want,
        "It is the median of the length; the mean is wanted.": stats.chi(p).median() if p < 10**4 else want,
        "It is the logarithm of the constant.": np.log(want),
    }
    value = array(barron_constant_gauss(p), what, shape=())
    require(
        np.isfinite(value),
        f"{what}: it returned {value:g}. Gamma overflows for large p; take the difference of logarithms of "
        f"Gamma. See {CONSTANT}.",
    )
    agree(value, want, what, hints=hints, see=CONSTANT, rtol=1e-7 if p <= 100 else 1e-6)


@ex13_1.part(2, "the constant for p up to 100")
def small_dimensions(barron_constant_gauss, rng):
    for p in (3, 4, 5, *rng.choice(np.arange(6, 101), 6, replace=False).tolist()):
        check_constant(barron_constant_gauss, int(p), f"barron_constant_gauss({p})")


@ex13_1.part(1, "the constant for large p")
def large_dimensions(barron_constant_gauss, rng):
    for p in (400, int(rng.integers(1000, 9000)), 10**6):
        check_constant(barron_constant_gauss, p, f"barron_constant_gauss({p})")


# ---- 13.2: draw a network

ex13_2 = Exercise("ex13_2")
SAMPLE = "lesson 13, section 13.3"

MANY = """
drawn = [maurey_sample(p, q, rng) for _ in range(repetitions)]
"""
SEEDS = """
import numpy

drawn = []
for seed in seeds:
    layers = maurey_sample(p, q, numpy.random.default_rng(seed))
    drawn.append([numpy.array(part, dtype=float) for layer in layers for part in layer])
"""


def take(value, p, q, what):
    """Return the layers of a drawn network, checked for their shapes."""
    layers = network(value, what, n_in=p, n_out=1, max_units=200_000)
    units = [b.size for _, b in layers]
    require(
        units == [q, 1],
        f"{what}: the layers have {units} units; {[q, 1]} was asked for. See {SAMPLE}.",
    )
    return layers


def draw_units(p, q, rng, mistake=""):
    """Draw units as the recipe says, or as a mistake has it; directions, thresholds and amplitudes."""
    a = rng.standard_normal((p, q))
    if mistake == "positive":
        a = np.abs(a)
    if mistake != "length":
        a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p if mistake == "untilted" else p + 1, q)), rng.random(q)
    if mistake == "fixed":
        rho = np.full(q, constant(p))
    if mistake == "squared":
        rho = rho**2
    if mistake == "both sides":
        u = 2 * u - 1
    wave = np.cos(rho * u) if mistake == "cosine" else np.sin(rho * u)
    factor = {
        "no constant": 2.0,
        "root": 2 * np.sqrt(p),
        "once": constant(p),
        "sign": -2 * constant(p),
    }.get(mistake, 2 * constant(p))
    b = u if mistake == "plus u" else -u
    return a, b, -factor * wave


MISTAKES = {
    "sign": "The amplitudes have the wrong sign.",
    "once": "A factor 2 seems to be missing in the amplitudes.",
    "no constant": "The constant C_f seems to be missing in the amplitudes.",
    "root": "The amplitudes seem to hold sqrt(p) in the place of C_f.",
    "cosine": "The amplitude is a sine, not a cosine.",
    "untilted": "The frequency is the length of p + 1 normal numbers, not of p.",
    "fixed": "Each unit has its own frequency: a random length, not its mean.",
    "squared": "The frequency is a length, not its square.",
    "both sides": "The thresholds lie between 0 and 1, not between -1 and 1.",
    "plus u": "A unit fires where a.x >= u, so its bias is -u.",
    "length": "The directions have length 1.",
    "positive": "The directions point to all sides, not only to positive ones.",
}


@lru_cache
def mistaken(p, mistake):
    """Return what units drawn with a mistake average to at `points(p)`, less 1."""
    a, b, c = draw_units(p, 60_000, np.random.default_rng(p), mistake)
    return (points(p) @ a + b >= 0) @ c / c.size


@lru_cache
def points(p):
    """Return inputs in the unit ball: along each side of each axis, and a diagonal or two."""
    ones = np.ones(p) / np.sqrt(p)
    return np.vstack([0.9 * np.eye(p), -0.9 * np.eye(p), 0.95 * ones, -0.6 * ones])


@ex13_2.part(2, "the average of very many units is the bump")
def unbiased(maurey_sample, rng):
    for p, q in ((2, 20_000), (1, 10_000)):
        what = f"maurey_sample({p}, {q}, rng)"
        (W, b), (V, v) = take(maurey_sample(p, q, rng), p, q, what)
        X = points(p)
        units = q * V[:, 0] * (X @ W + b >= 0)
        error = units.std(axis=1) / np.sqrt(q) + 1e-6
        mean, want = units.mean(axis=1), gaussian_bump(X)
        if np.all(np.abs(mean + v - want) <= 7 * error):
            continue
        off = {
            sentence: np.max(np.abs(mean + v - 1 - mistaken(p, mistake)) / (8 * error + 1e-3))
            for mistake, sentence in MISTAKES.items()
        }
        nearest = min(off, key=off.get)
        why = nearest if off[nearest] <= 1 else ""
        if abs(v[0]) < 1e-9 and np.all(np.abs(mean + 1 - want) <= 7 * error):
            why = "The constant 1 is missing: v is 1."
        require(
            False,
            f"{what}: the network is not the bump, and its distance is many times what chance allows. {why} "
            f"See {SAMPLE}.",
        )


@ex13_2.part(1, "the absolute output weights add up to at most 2 C_f, for any p and q")
def small_weights(maurey_sample, rng):
    for p, q in ((1, 1), (1, 30), (7, 3), (20, 50), (50, 1000)):
        what = f"maurey_sample({p}, {q}, rng)"
        _, (V, _) = take(maurey_sample(p, q, rng), p, q, what)
        total, most = np.abs(V).sum(), 2 * constant(p)
        require(
            total <= most * (1 + 1e-9),
            f"{what}: the absolute values of V add up to {total / most:.3g} times 2 C_f. Is the average over "
            f"units divided by q, and is C_f the right one? See {SAMPLE}.",
        )


@ex13_2.part(2, "the mean squared error of many networks falls like 1/q, below the bound")
def rate(student, rng):
    p, errors = 5, []
    X = cube_inputs(100, p, rng)
    for q, repetitions in ((4, 150), (256, 60)):
        drawn = student.run(MANY, ["drawn"], p=p, q=q, repetitions=repetitions, rng=rng)["drawn"]
        require(
            isinstance(drawn, list) and len(drawn) == repetitions, "maurey_sample: no networks came back."
        )
        what = f"maurey_sample({p}, {q}, rng)"
        squares = []
        for layers in drawn:
            (W, b), (V, v) = take(layers, p, q, what)
            squares.append(np.mean(((X @ W + b >= 0) @ V[:, 0] + v - gaussian_bump(X)) ** 2))
        errors.append(np.mean(squares))
    require(min(errors) > 0, f"maurey_sample: a random network cannot be without error. See {SAMPLE}.")
    slope = np.log(errors[1] / errors[0]) / np.log(256 / 4)
    why = ""
    if slope > -0.85:
        why = "Is the network right on average, and is each unit drawn for itself, in all its numbers?"
    require(
        abs(slope + 1) <= 0.15,
        f"maurey_sample: from q = 4 to q = 256 the mean squared error in {p} dimensions falls with exponent "
        f"{slope:.2f}; independent units give -1. {why} See {SAMPLE}.",
    )
    require(
        errors[0] <= (2 * constant(p)) ** 2 / 4 and errors[1] <= (2 * constant(p)) ** 2 / 256,
        f"maurey_sample: the mean squared error of many networks is above (2 C_f)^2 / q. See {SAMPLE}.",
    )


@ex13_2.part(1, "all random numbers come from rng")
def given_generator(student, rng):
    one, two = (int(seed) for seed in rng.choice(10**6, 2, replace=False))
    drawn = student.run(SEEDS, ["drawn"], p=3, q=20, seeds=[one, one, two])["drawn"]
    require(isinstance(drawn, list) and len(drawn) == 3, "maurey_sample: no networks came back.")
    flat = []
    for parts in drawn:
        require(
            isinstance(parts, list) and len(parts) == 4, f"maurey_sample: two layers (W, b). See {SAMPLE}."
        )
        layers = take([parts[:2], parts[2:]], 3, 20, "maurey_sample(3, 20, rng)")
        flat.append(np.concatenate([part.ravel() for layer in layers for part in layer]))
    require(
        np.array_equal(flat[0], flat[1]),
        "maurey_sample draws another network when it is called again with a generator in the same state. Use "
        f"rng for every draw, and no generator of your own. See {SAMPLE}.",
    )
    require(
        not np.array_equal(flat[0], flat[2]),
        "maurey_sample draws the same network whatever generator it is given. Use rng for every draw. "
        f"See {SAMPLE}.",
    )


# ---- 13.3: the bound

ex13_3 = Exercise("ex13_3")
BOUND = "lesson 13, section 13.3"
REFUSED = """
refused = []
for C, r, q in calls:
    try:
        barron_bound(C, r, q)
        refused.append(False)
    except ValueError:
        refused.append(True)
"""


def check_bound(barron_bound, C, r, q, what):
    """Compare the bound with what the known mistakes would give."""
    n = np.asarray(q, dtype=float)
    want = (2 * r * C) ** 2 / n
    hints = {
        "The square is missing.": 2 * r * C / n,
        "The radius r is squared too.": 4 * r * C**2 / n,
        "The constant C is squared too.": 4 * r**2 * C / n,
        "The factor 2 is squared too.": 2 * (r * C) ** 2 / n,
        "The factor 2 is missing.": (r * C) ** 2 / n,
        "The radius r is missing.": (2 * C) ** 2 / n,
        "q is not squared.": (2 * r * C / n) ** 2,
        "The bound is on the squared error: it falls like 1/q, not like its root.": (2 * r * C) ** 2
        / np.sqrt(n),
        "It is the root of the bound.": 2 * r * C / np.sqrt(n),
        "The quotient is upside down.": n / (2 * r * C) ** 2 if C else want,
        "It is cut off to a whole number.": np.floor(want),
        "It is cut off at 1.": np.minimum(want, 1),
        "It divides by q + 1.": (2 * r * C) ** 2 / (n + 1),
    }
    agree(barron_bound(C, r, q), want, what, hints=hints, see=BOUND)


@ex13_3.part(1, "the bound for one q")
def one_width(barron_bound, rng):
    for _ in range(6):
        C, r, q = rng.uniform(1.2, 6), rng.uniform(1.3, 4), int(rng.integers(3, 60))
        check_bound(barron_bound, C, r, q, "barron_bound for one q")
    check_bound(barron_bound, 0, 1.5, 7, "barron_bound with C = 0")
    check_bound(barron_bound, 3, 2, 10**12, "barron_bound with q = 10**12")


@ex13_3.part(1, "arrays and lists of q, of any shape; q stays as it was")
def many_widths(barron_bound, rng):
    C, r = rng.uniform(1.2, 6), rng.uniform(1.3, 4)
    q = rng.integers(2, 10**4, 5)
    cases = {
        "an array": q,
        "a list": q.tolist(),
        "two rows": rng.integers(2, 99, (2, 3)),
        "one entry": q[:1],
        "large q": 10 ** np.arange(0, 13, 3),
    }
    for kind, widths in cases.items():
        check_bound(barron_bound, C, r, widths, f"barron_bound with {kind}")
        require(not barron_bound.changed_inputs, "barron_bound changed q. Work on a copy.")


@ex13_3.part(1, "ValueError outside the theorem, and only there")
def outside(student, rng):
    x = rng.uniform(0.5, 2, 12).tolist()
    calls = [
        ("C < 0", -x[0], x[1], 3), ("r = 0", x[2], 0, 3), ("r < 0", x[3], -x[4], 3),
        ("q = 0", x[5], x[6], 0), ("q < 0", x[7], x[8], -2), ("an entry of q is 0", x[9], x[10], [3, 0, 5]),
        ("fine", x[5], x[11], 1), ("fine", x[0], x[1], [1, 2]), ("fine", x[2], 1e-3, 1),
    ]  # fmt: skip
    given = [call[1:] for call in calls]
    answers = student.run(REFUSED, ["refused"], calls=given)["refused"]
    want = np.array([kind != "fine" for kind, *_ in calls])
    kinds = [kind for kind, *_ in calls]

    def without(*missed):
        return np.array([kind not in (*missed, "fine") for kind in kinds])

    hints = {
        "Nothing is refused.": without(*kinds),
        "A list of q is refused if one entry is less than 1.": without("an entry of q is 0"),
        "A negative q is less than 1 too.": without("q < 0"),
        "A negative C is no Barron constant.": without("C < 0"),
        "A ball has a positive radius: r = 0 and r < 0 are refused.": without("r = 0", "r < 0"),
        "A ball of radius 0 is no ball.": without("r = 0"),
        "q is at least 1.": without("q = 0", "q < 0", "an entry of q is 0"),
        "C and r are looked at too.": without("C < 0", "r = 0", "r < 0"),
        "Everything is refused.": np.ones(len(calls), dtype=bool),
        "q = 1 is allowed.": want | np.isin(np.arange(len(calls)), [6, 8]),
    }
    agree(answers, want, "what barron_bound refuses with ValueError", hints=hints, see=BOUND)


# ---- 13.4: the best width

ex13_4 = Exercise("ex13_4")
WIDTH = "lesson 13, section 13.6"


def two_terms(C, N, p, q):
    """Return the two-term bound."""
    return C**2 / q + q * p * np.log(N) / N


def best_width(C, N, p):
    """Return the best of all whole numbers around the real minimum, and how clear it is."""
    real = C * np.sqrt(N / (p * np.log(N)))
    q = np.arange(max(1, int(real) - 3), int(real) + 5, dtype=float)
    values = two_terms(C, N, p, q)
    order = np.argsort(values)
    return int(q[order[0]]), real, (values[order[1]] - values[order[0]]) / values[order[0]]


def width_answers(C, N, p):
    """Return for each mistake what it gives."""
    _, real, _ = best_width(C, N, p)

    def whole(value):
        return max(1, round(value))

    return {
        "Take the natural logarithm.": whole(C * np.sqrt(N / (p * np.log10(N)))),
        "Take the natural logarithm, not that to base 2.": whole(C * np.sqrt(N / (p * np.log2(N)))),
        "C stands outside the root.": whole(np.sqrt(C * N / (p * np.log(N)))),
        "The root is missing.": whole(C * N / (p * np.log(N))),
        "The logarithm is missing.": whole(C * np.sqrt(N / p)),
        "The dimension p is missing.": whole(C * np.sqrt(N / np.log(N))),
        "It is the logarithm of N, not of p.": whole(C * np.sqrt(N / (p * np.log(max(p, 2))))),
        "p and N have changed places.": whole(C * np.sqrt(p / (N * np.log(N)))),
        "C is squared twice.": whole(C**2 * np.sqrt(N / (p * np.log(N)))),
        "The constant C is missing.": whole(np.sqrt(N / (p * np.log(N)))),
        "The larger neighbour of the real minimum is not always the better.": int(np.floor(real)) + 1,
        "The smaller neighbour of the real minimum is not always the better.": max(1, int(real)),
    }


def check_widths(optimal_width, settings, what):
    """Ask for several widths at once and compare."""
    found = [array(optimal_width(C, N, p), f"optimal_width {what}", shape=()) for C, N, p in settings]
    want = [best_width(C, N, p)[0] for C, N, p in settings]
    answers = [width_answers(C, N, p) for C, N, p in settings]
    hints = {
        "It is the real minimum; a whole number was asked for.": [best_width(*one)[1] for one in settings],
        "A search that ends at 1000 units ends too early.": np.minimum(want, 1000),
        "There is no network of 0 units: the answer is at least 1.": [
            int(best_width(*one)[1]) if best_width(*one)[1] < 1 else best_width(*one)[0] for one in settings
        ],
        "Rounding the real minimum is not always right: compare B at both neighbours.": [
            max(1, round(best_width(*one)[1])) for one in settings
        ],
        **{sentence: [answer[sentence] for answer in answers] for sentence in answers[0]},
    }
    agree(found, want, f"optimal_width {what}", hints=hints, see=WIDTH)


def ordinary(rng):
    """Return settings in which every mistake of `width_answers` but the neighbours gives another number."""
    while True:
        C, N, p = rng.uniform(1.5, 30), int(10 ** rng.uniform(3, 7)), int(rng.integers(2, 30))
        want, real, clear = best_width(C, N, p)
        far = [value for sentence, value in width_answers(C, N, p).items() if "neighbour" not in sentence]
        apart = abs(real - round(real)) < 0.3 and clear > 1e-8 and 3 <= want < 90_000
        if apart and min(abs(value - want) for value in far) > 1:
            return C, N, p


def beside_half(rng, side):
    """Return settings whose real minimum lies between sqrt(k(k+1)) and k + 1/2, where rounding goes wrong.

    With `side` 1 it lies there, with 0 it lies close below, where the smaller neighbour is right.
    """
    while True:
        N, p = int(10 ** rng.uniform(2, 5)), int(rng.integers(1, 20))
        k = int(rng.integers(1, 4))
        low, high = np.sqrt(k * (k + 1)), k + 0.5
        aim = (
            low + (high - low) * rng.uniform(0.2, 0.8) if side else low - (high - low) * rng.uniform(0.3, 0.9)
        )
        C = float(aim / np.sqrt(N / (p * np.log(N))))
        if best_width(C, N, p)[2] > 1e-6 and C < 1000:
            return C, N, p


@ex13_4.part(2, "the neighbour of the real minimum, for ordinary settings")
def ordinary_widths(optimal_width, rng):
    settings = []
    while len(settings) < 8:
        setting = ordinary(rng)
        want, real, _ = best_width(*setting)
        wide = want > 1500 or settings  # the first: a search that ends at 1000 units must be seen
        if wide and (want > real) == (len(settings) % 2 == 0):
            settings.append(setting)
    check_widths(optimal_width, settings, "for eight settings")


@ex13_4.part(1, "the better one of the two neighbours, where rounding goes wrong")
def close_calls(optimal_width, rng):
    settings = [beside_half(rng, side) for side in (1, 0, 1, 0, 1, 1)]
    check_widths(optimal_width, settings, "where the real minimum lies near the middle of two whole numbers")


def few_samples(rng):
    """Return settings in which N in the place of N - 1 decides."""
    while True:
        C, N, p = float(rng.uniform(1.5, 6)), int(rng.integers(4, 12)), int(rng.integers(1, 4))
        best, _, clear_by = best_width(C, N, p)
        q = np.arange(1, 30)
        other = q[np.argmin(C**2 / q + q * p * np.log(N) / (N - 1))]
        if other != best and clear_by > 1e-4:
            return C, N, p


@ex13_4.part(1, "at least one unit; a small C, C = 0, N = 2, and large numbers")
def width_edges(optimal_width, rng):
    def good(C, N, p):
        return best_width(C, N, p)[2] > 1e-9

    large = [
        (C, N, p) for C, N, p in ((731.5, 10**6, 3), (9.25, 10**9, 2), (2.5, 10**9, 1000)) if good(C, N, p)
    ]
    small = [(0.0, 100, 5), (0, 7, 1), (float(rng.uniform(0.01, 0.1)), 50, 20), (0.5, 2, 3), (0.25, 2, 1000)]
    check_widths(optimal_width, small, "where one unit is best")
    check_widths(optimal_width, [few_samples(rng) for _ in range(3)], "for few samples")
    check_widths(optimal_width, large, "for large numbers")


# ---- 13.5: choose units greedily

ex13_5 = Exercise("ex13_5")
GREEDY = "lesson 13, section 13.5"


def greedy(H, y, q, mistake=""):
    """Return choices, weights and errors; with a mistake as that mistake has it."""
    length = np.linalg.norm(H, axis=0)
    length = np.where(length > 0, length, np.inf)
    chosen, weights, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        score = r @ H / length
        if mistake == "length":
            score = np.where(np.isinf(length), 0, r @ H)
        if mistake == "square":
            score = r @ H / length**2
        if mistake == "all at once":
            score = y @ H / length
        score = score if mistake == "sign" else np.abs(score)
        if mistake == "least":
            score = -np.where(np.isinf(length), np.inf, score)
        if mistake == "forward":
            score = np.array([
                -np.inf if j in chosen or np.isinf(length[j]) else -residual(H[:, [*chosen, j]], y)
                for j in range(H.shape[1])
            ])  # fmt: skip
        score[chosen] = -np.inf
        chosen.append(int(np.argmax(score)))
        if mistake == "pure":
            weights = np.append(weights, r @ H[:, chosen[-1]] / length[chosen[-1]] ** 2)
        else:
            weights = np.linalg.lstsq(H[:, chosen], y, rcond=None)[0]
        r = y - H[:, chosen] @ weights
        errors.append(np.mean(r**2))
    return np.array(chosen), weights, np.array(errors)


def as_if_orthogonal(H, y, q):
    """Return the errors that would follow if each choice took its own share, for columns without zeros."""
    chosen, _, errors = greedy(H, y, q)
    found = [errors[0]]
    for k, j in enumerate(chosen):
        r = y - H[:, chosen[:k]] @ np.linalg.lstsq(H[:, chosen[:k]], y, rcond=None)[0] if k else y
        found.append(found[-1] - (r @ H[:, j]) ** 2 / (H[:, j] @ H[:, j]) / len(y))
    return np.array(found)


def residual(H, y):
    """Return the squared error of the least-squares fit."""
    r = y - H @ np.linalg.lstsq(H, y, rcond=None)[0]
    return r @ r


GREEDY_MISTAKES = {
    "length": "Divide by the length of each column: a long column is not a better one.",
    "square": "Divide by the length of the column, not by its square.",
    "sign": "A column that points the other way is as good: take the absolute value.",
    "all at once": "Each choice looks at what is left, not at y.",
    "forward": "The rule of the text is the correlation with the residual, not the error after the new fit.",
    "pure": "After each choice all weights are fitted again, not the new one alone.",
    "least": "Take the largest correlation, not the smallest.",
}


def greedy_problem(rng, n, k, q, telling=("pure",)):
    """Return columns and targets for which the choices are clear and the mistakes choose otherwise."""
    while True:
        H = rng.normal(size=(n, k)) + 0.7 * rng.normal(size=(n, 1))
        H *= np.exp(rng.uniform(-2.4, 0.6, k))  # some columns shorter than 1, some longer
        y = H[:, :q] @ rng.normal(size=q) / 2 + rng.normal(size=n)
        found = {"": greedy(H, y, q)}
        if not clear(H, y, found[""][0]):
            continue
        for mistake in telling:  # the rarest first
            found[mistake] = greedy(H, y, q, mistake)
            if not distinct([choices for choices, *_ in found.values()]):
                break
        else:
            return H, y, found


def clear(H, y, chosen):
    """Tell whether each choice beats the second best by a thousandth of its score."""
    length = np.linalg.norm(H, axis=0)
    for k in range(len(chosen)):
        H_k = H[:, chosen[:k]]
        r = y - H_k @ np.linalg.lstsq(H_k, y, rcond=None)[0] if k else y
        score = np.sort(np.abs(r @ H) / np.where(length > 0, length, np.inf))
        if score[-1] < 1.001 * score[-2] or score[-1] < 1e-3:
            return False
    return True


def three(greedy_fit, H, y, q, what):
    """Return the three results, choices checked for their shape."""
    chosen, weights, errors = results(greedy_fit(H, y, q), what, "chosen", "weights", "errors")
    return array(chosen, f"chosen of {what}", (q,)), weights, errors


@ex13_5.part(2, "the choices, in their order")
def choices(greedy_fit, rng):
    for n, k, q, telling in (
        (12, 10, 5, ("all at once", "pure", "square", "length", "least", "sign", "forward")),
        (15, 9, 4, ("pure", "square")),
        (25, 12, 5, ("sign", "length")),
    ):
        H, y, found = greedy_problem(rng, n, k, q, telling)
        what = f"greedy_fit of {q} units among {k} on {n} samples"
        chosen, _, _ = three(greedy_fit, H, y, q, what)
        hints = {GREEDY_MISTAKES[mistake]: found[mistake][0] for mistake in telling}
        hints |= {
            "The columns come in the order of their choice, not sorted.": np.sort(found[""][0]),
            "The columns come in reverse order.": found[""][0][::-1],
            "Columns are numbered from 0.": found[""][0] + 1,
        }
        agree(chosen, found[""][0], f"chosen of {what}", hints=hints, see=GREEDY)


@ex13_5.part(1, "the mean squared error after each choice")
def falling_errors(greedy_fit, rng):
    for n, k, q in ((15, 9, 4), (25, 12, 5)):
        H, y, found = greedy_problem(rng, n, k, q)
        what = f"greedy_fit of {q} units among {k} on {n} samples"
        _, _, errors = three(greedy_fit, H, y, q, what)
        want = found[""][2]
        hints = {
            "It is the sum of squares; return the mean.": n * want,
            "It is the root of the mean squared error.": np.sqrt(want),
            "It is half of the mean squared error.": want / 2,
            "It is the share of the first error.": want / want[0],
            "A unit lowers the error by its own share only if columns are orthogonal.": as_if_orthogonal(
                H, y, q
            ),
            "After each choice all weights are fitted again, not the new one alone.": found["pure"][2],
            "The errors come in reverse order.": want[::-1],
        }
        short = np.shape(array(errors, f"errors of {what}")) == (q,)
        require(
            not short,
            f"errors of {what}: {q} numbers came, and {q + 1} were asked for: the error before the first "
            f"choice counts too. See {GREEDY}.",
        )
        agree(errors, want, f"errors of {what}", hints=hints, see=GREEDY, **LOOSE)


@ex13_5.part(1, "the final weights, in the order of the choices")
def final_weights(greedy_fit, rng):
    for n, k, q in ((15, 9, 4), (25, 12, 5)):
        H, y, found = greedy_problem(rng, n, k, q)
        what = f"greedy_fit of {q} units among {k} on {n} samples"
        _, weights, _ = three(greedy_fit, H, y, q, what)
        want = found[""][1]
        chosen = found[""][0]
        full = np.zeros(k)
        full[chosen] = want
        each = H[:, chosen]
        require(
            np.shape(array(weights, f"weights of {what}")) != (k,) or k == q,
            f"weights of {what}: one weight for each candidate came; give those of the chosen. See {GREEDY}.",
        )
        hints = {
            "The weights stand in another order than the choices.": want[np.argsort(chosen)],
            "Each weight is fitted for itself; fit all of them together.": each.T
            @ y
            / np.sum(each**2, axis=0),
            "After each choice all weights are fitted again, not the new one alone.": found["pure"][1],
            "They are the weights of columns scaled to length 1.": want * np.linalg.norm(each, axis=0),
            "They have the wrong sign.": -want,
        }
        agree(weights, want, f"weights of {what}", hints=hints, see=GREEDY, **LOOSE)


@ex13_5.part(1, "no unit, one unit, all units, columns of zeros, integers; H and y stay as they were")
def greedy_edges(greedy_fit, rng):
    H, y, _ = greedy_problem(rng, 12, 6, 3)
    with_zeros = np.insert(H, [0, 3, 6], 0.0, axis=1)
    while True:
        whole, target = rng.integers(-4, 5, (9, 5)), rng.integers(-9, 10, 9)
        if np.linalg.matrix_rank(whole) == 5 and clear(whole, target, greedy(whole, target, 3)[0]):
            break
    cases = {
        "no unit": (H, y, 0),
        "one unit": (H, y, 1),
        "columns of zeros among the candidates": (with_zeros, y, 3),
        "integers": (whole, target, 3),
        "one candidate": (H[:, :1], y, 1),
    }
    for kind, (columns, targets, q) in cases.items():
        what = f"greedy_fit with {kind}"
        chosen, weights, errors = three(greedy_fit, columns, targets, q, what)
        right = greedy(columns, targets, q)
        agree(np.sort(chosen), np.sort(right[0]), f"chosen of {what}", see=GREEDY)
        array(weights, f"weights of {what}", (q,))
        first = array(errors, f"errors of {what}", (q + 1,))[:2]
        agree(first, right[2][:2], f"the first errors of {what}", see=GREEDY, **LOOSE)
        require(not greedy_fit.changed_inputs, "greedy_fit changed H or y. Work on a copy.")


# ---- 13.6: the exponent of a power law

ex13_6 = Exercise("ex13_6")
SLOPE = "lesson 13, section 13.3"
SLOPE_REFUSED = """
refused = []
for q, err in calls:
    try:
        loglog_slope(q, err)
        refused.append(False)
    except ValueError:
        refused.append(True)
"""


def line(x, y):
    """Return the slope of the least-squares line."""
    x = np.asarray(x, dtype=float) - np.mean(x)
    return x @ y / (x @ x)


def slope_answers(q, err):
    """Return the right slope and for each mistake what it gives."""
    q, rows = np.asarray(q, dtype=float), np.atleast_2d(np.asarray(err, dtype=float))
    mean, order = rows.mean(axis=0), np.argsort(q)
    x, y = np.log(q), np.log(mean)
    mistakes = {
        "It is the slope of the errors themselves; take the logarithm of both.": line(q, mean),
        "The logarithm of q is missing.": line(q, y),
        "The logarithm of the errors is missing.": line(x, mean),
        "The slope is that of log q against log error.": line(y, x),
        "It goes through the first and the last point only; fit all of them.": (y[-1] - y[0])
        / (x[-1] - x[0]),
        "The points come in any order: sort q and the errors together, or not at all.": line(np.sort(x), y),
        "It goes through the ends only; fit all points.": (y[order[-1]] - y[order[0]])
        / (x[order[-1]] - x[order[0]]),
        "It is the line through the origin; the line has a constant too.": x @ y / (x @ x),
        "It is the constant of the line, not its slope.": y.mean() - line(x, y) * x.mean(),
        "It has the wrong sign: errors that fall have a negative slope.": -line(x, y),
        "It is the mean of the slopes between neighbours.": np.mean(np.diff(y) / np.diff(x)),
        "The two logarithms have different bases.": line(x, y) * np.log(10),
        "The two logarithms have different bases (10 and e).": line(x, y) / np.log(10),
        "The two logarithms have different bases (2 and e).": line(x, y) / np.log(2),
        "It is the correlation of the logarithms.": line(x, y) * np.std(x) / np.std(y),
    }
    if len(rows) > 1:
        ends = "It goes through the ends only; fit all points."
        mistakes = {
            k: v for k, v in mistakes.items() if k != ends and not k.startswith("The points come in any")
        }
        mistakes |= {
            "Average the errors first, and take the logarithm of the mean.": line(
                x, np.log(rows).mean(axis=0)
            ),
            "It is the median of the repetitions; take the mean.": line(x, np.log(np.median(rows, axis=0))),
            "It uses the first repetition only.": line(x, np.log(rows[0])),
            "It uses the last repetition only.": line(x, np.log(rows[-1])),
            "It takes the best repetition; take the mean.": line(x, np.log(rows.min(axis=0))),
            "It takes the worst repetition; take the mean.": line(x, np.log(rows.max(axis=0))),
        }
    return line(x, y), mistakes


def slope_problem(rng, n, repetitions):
    """Return points whose right slope and mistaken slopes all differ; with repetitions, q rises."""
    while True:
        q = np.exp(rng.uniform(0.5, 6, n))
        if repetitions:
            q.sort()
        shape = (repetitions, n) if repetitions else (n,)
        err = 3 * q ** rng.uniform(-1.6, -0.4) * np.exp(0.6 * rng.normal(size=shape))
        want, mistakes = slope_answers(q, err)
        if distinct([want, *mistakes.values()]):
            return q, err, want, mistakes


@ex13_6.part(1, "the slope for one experiment")
def one_experiment(loglog_slope, rng):
    for n in (4, 7, 12):
        q, err, want, mistakes = slope_problem(rng, n, 0)
        agree(loglog_slope(q, err), want, f"loglog_slope of {n} points", hints=mistakes, see=SLOPE, **LOOSE)


@ex13_6.part(1, "repetitions are averaged before the logarithm")
def repeated(loglog_slope, rng):
    for n, repetitions in ((4, 6), (5, 5), (3, 21)):
        q, err, want, mistakes = slope_problem(rng, n, repetitions)
        what = f"loglog_slope of {n} points with {repetitions} repetitions"
        agree(loglog_slope(q, err), want, what, hints=mistakes, see=SLOPE, **LOOSE)


@ex13_6.part(1, "two points, one repetition, integers, equal q among others; the arguments stay as they were")
def slope_edges(loglog_slope, rng):
    q, err = np.sort(rng.integers(2, 99, 4)) + np.array([0, 100, 200, 300]), rng.integers(2, 60, 4)
    cases = {
        "two points": (q[:2], err[:2] / 7),
        "one repetition": (q, err[None] / 7),
        "integers": (q, err),
        "a q that comes twice": (q[[0, 1, 1, 3]], err / 3),
        "large and small numbers": (q * 1e9, err * 1e-12),
    }
    for kind, (widths, errors) in cases.items():
        want = line(np.log(widths), np.log(np.atleast_2d(errors).mean(axis=0)))
        agree(loglog_slope(widths, errors), want, f"loglog_slope with {kind}", see=SLOPE, **LOOSE)
        require(not loglog_slope.changed_inputs, "loglog_slope changed q or err. Work on a copy.")


@ex13_6.part(1, "ValueError where there is no line, and only there")
def no_line(student, rng):
    e = rng.uniform(0.1, 2, 6).tolist()
    calls = {
        "an error is 0": ([1, 2, 3], [e[0], 0.0, e[1]]),
        "an error is negative": ([1, 2, 3], [e[0], -e[1], e[2]]),
        "a q is 0": ([0, 2, 3], e[:3]),
        "a q is negative": ([-2, 2, 3], e[:3]),
        "one point": ([3], e[:1]),
        "all q the same": ([4, 4, 4], e[:3]),
        "an error of one repetition is 0": ([1, 2], [[e[0], e[1]], [0.0, e[2]]]),
        "two points": ([3, 5], e[:2]),
        "three points": ([7, 3, 5], e[3:]),
        "repetitions": ([1, 2], [e[:2], e[2:4]]),
    }
    fine = ("two points", "three points", "repetitions")
    given = [[np.array(part, dtype=float) for part in call] for call in calls.values()]
    answers = student.run(SLOPE_REFUSED, ["refused"], calls=given)["refused"]

    def without(*missed):
        return np.array([kind not in (*missed, *fine) for kind in calls])

    hints = {
        "Nothing is refused.": without(*calls),
        "An error of 0 has no logarithm, in one repetition too.": without("an error of one repetition is 0"),
        "An error of 0 has no logarithm; neither has a q of 0.": without(
            "an error is 0", "a q is 0", "an error of one repetition is 0"
        ),
        "The errors must be positive.": without(
            "an error is 0", "an error is negative", "an error of one repetition is 0"
        ),
        "The numbers q must be positive.": without("a q is 0", "a q is negative"),
        "Through points above each other goes no line with a slope.": without("all q the same"),
        "One point does not make a line, nor do points with the same q.": without(
            "one point", "all q the same"
        ),
        "Everything is refused.": np.ones(len(calls), dtype=bool),
        "Two points do make a line.": without() | np.isin(list(calls), ["two points", "repetitions"]),
    }
    agree(answers, without(), "what loglog_slope refuses with ValueError", hints=hints, see=SLOPE)
