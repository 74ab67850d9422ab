"""Hidden tests of assignment 02.

Each part is one requirement of the exercise's text. The order in which rows are shown is the student's own,
so `perceptron_fit` is tested by what every order has in common: the result separates, it is a sum of
corrections that can be counted, and on some data every order makes the same number of mistakes. Random wires
are tested by counts whose chance of failing for a right solution is below one in a million.
"""

from math import comb, sqrt

import numpy as np

from coursepkg.grading import Exercise, agree, array, require, results

STEP = "lesson 02, section 2.2"
BOUND = "lesson 02, section 2.4"
COUNT = "lesson 02, section 2.6"
MACHINE = "lesson 02, section 2.7"


def as_unit(value, call, n_in):
    """Take a pair (w, b) as one array of n_in + 1 numbers."""
    w, b = results(value, call, "w", "b")
    w = array(w, f"w of {call}", shape=(n_in,), largest=1e100)
    return np.append(w, array(b, f"b of {call}", shape=(), largest=1e100))


def quarters(rng, shape, largest=8):
    """Return random multiples of 1/4, so that sums of products are exact, also in float32."""
    return rng.integers(-largest, largest + 1, shape) / 4


# ---- 2.1: one step

ex02_1 = Exercise("ex02_1")

ALWAYS = "An example on which the unit is right changes nothing."
SMALL = "Only mistakes are corrected. A score that is small but above 0 is right."
TIE = "A sum of exactly 0 is a mistake, for either label."
CORRECTIONS = {
    "b is corrected too, by lr * y.": lambda w, b, x, y, lr: [*(w + lr * y * x), b],
    "The correction is always subtracted. Its sign is that of the label.": (
        lambda w, b, x, y, lr: [*(w - lr * x), b - lr]
    ),
    "The correction goes the wrong way.": lambda w, b, x, y, lr: [*(w - lr * y * x), b - lr * y],
    "The correction ignores the sign of the label.": lambda w, b, x, y, lr: [*(w + lr * x), b + lr],
    "The correction is twice as large as it should be; y minus the output is 2 or -2, not 1 or -1.": (
        lambda w, b, x, y, lr: [*(w + 2 * lr * y * x), b + 2 * lr * y]
    ),
    "b moves by lr * y, without the input.": lambda w, b, x, y, lr: [*(w + lr * y * x), b + lr * y * x.sum()],
    "The step size has no effect.": lambda w, b, x, y, lr: [*(w + y * x), b + y],
    "The step size scales the correction of b too.": lambda w, b, x, y, lr: [*(w + lr * y * x), b + y],
    "The step size scales the correction, not the old weights.": (
        lambda w, b, x, y, lr: [*(lr * (w + y * x)), lr * (b + y)]
    ),
    "This unit is wrong here and was not corrected. Does the bias take part in the decision?": (
        lambda w, b, x, y, lr: [*w, b]
    ),
    "It looks as if fractions were cut off.": (
        lambda w, b, x, y, lr: [*np.trunc(w + np.trunc(lr * y * x)), b + lr * y]
    ),
}


def check_step(perceptron_step, w, b, x, y, what, lr=None, hints=None):
    """Compare one step; without `lr` the default of 1 is used."""
    step = 1.0 if lr is None else lr
    right = y * (w @ x + b) > 0
    want = [*w, b] if right else [*(w + step * y * x), b + step * y]
    call = f"perceptron_step on {what}"
    got = perceptron_step(w, b, x, y) if lr is None else perceptron_step(w, b, x, y, lr)
    got = as_unit(got, call, len(w))
    if hints is None:
        hints = {sentence: rule(w, b, x, y, step) for sentence, rule in CORRECTIONS.items()}
    agree(got, want, f"{call}: w and b", hints=hints, see=STEP)


def example(rng, n_in, y, score, lr=1.0):
    """Return a unit and an input, whole numbers, for which y (w x + b) is `score`.

    Without the bias the sign would be the other one, unless the score is 0. What is right has three
    characters at most, so that no message shows it by chance.
    """
    sizes = np.array([-7, -5, -4, -3, 3, 4, 5, 7.0])
    for _ in range(50):
        W, X = sizes[rng.integers(8, size=(2, 200, n_in))]
        bare = y * (W * X).sum(axis=1)
        b = y * (score - bare)
        want = np.column_stack([W, b])
        if score <= 0:
            want += lr * y * np.column_stack([X, np.ones(200)])
        flips = bare * score < 0 if score else bare != 0
        for i in np.flatnonzero(flips & (X % 2).any(axis=1)):
            if all(len(f"{value:.6g}") <= 3 for value in want[i]):
                return W[i], float(b[i]), X[i]
    raise RuntimeError(f"example: none with {n_in} inputs, label {y}, score {score}, step {lr}")


@ex02_1.part(1, "a mistake moves the weights and the bias")
def mistakes(perceptron_step, rng):
    for n_in in (1, 2, 5, 9):
        for y in (1, -1):
            w, b, x = example(rng, n_in, y, -3.0)
            noun = "input" if n_in == 1 else "inputs"
            check_step(perceptron_step, w, b, x, y, f"a mistake with {n_in} {noun}")


@ex02_1.part(1, "an example on which the unit is right changes nothing")
def right_examples(perceptron_step, rng):
    for y in (1, -1):
        w, b, x = example(rng, 2, y, 6.0)
        always = {ALWAYS: [*(w + y * x), b + y]}
        check_step(perceptron_step, w, b, x, y, "an example that is right", hints=always)
    w, b, x = example(rng, 2, 1, 0.5)
    small = {SMALL: [*(w + x), b + 1]}
    check_step(perceptron_step, w, b, x, 1, "an example that is barely right", hints=small)


@ex02_1.part(1, "a sum of exactly 0 is a mistake for either label")
def ties(perceptron_step, rng):
    for y in (1, -1, 1, -1):
        w, b, x = example(rng, 2, y, 0.0)
        check_step(perceptron_step, w, b, x, y, "a sum of exactly 0", hints={TIE: [*w, b]})


@ex02_1.part(1, "the step size scales the correction, also where it makes fractions of integers")
def step_size(perceptron_step, rng):
    for lr, y in ((2.0, 1), (2.0, -1), (0.5, -1), (6.0, 1)):
        w, b, x = example(rng, 2, y, -3.0, lr)
        check_step(perceptron_step, w, b, x, y, "a mistake with a step size other than 1", lr)
    w, b, x = example(rng, 2, -1, -3.0, 0.5)
    what = "integers and a step size of 1/2"
    check_step(perceptron_step, w.astype(int), int(b), x.astype(int), -1, what, 0.5)


@ex02_1.part(1, "integers; the arguments stay as they were")
def kinds(perceptron_step, rng):
    for y in (1, -1):
        w, b, x = example(rng, 2, y, -3.0)
        check_step(perceptron_step, w.astype(int), int(b), x.astype(int), y, "a mistake, in integers")
        require(not perceptron_step.changed_inputs, "perceptron_step changed w or x. Return new arrays.")


# ---- 2.2: passes

ex02_2 = Exercise("ex02_2")


def run_fit(perceptron_fit, X, y, max_epochs, what):
    """Call the student's function; return w and b as one array, the number of mistakes, and the verdict."""
    call = f"perceptron_fit on {what}"
    w, b, mistakes, converged = results(
        perceptron_fit(X, y, max_epochs), call, "w", "b", "mistakes", "converged"
    )
    w = array(w, f"w of {call}", shape=(X.shape[1],), largest=1e100)
    b = array(b, f"b of {call}", shape=(), largest=1e100)
    mistakes = array(mistakes, f"mistakes of {call}", shape=(), largest=1e100)
    converged = array(converged, f"converged of {call}", shape=())
    return np.append(w, b), float(mistakes), float(converged), call


def augmented(X):
    return np.hstack([X, np.ones((len(X), 1))])


def check_separates(perceptron_fit, X, y, max_epochs, what):
    """Require a unit that is right on every row, and the verdict that it converged."""
    unit, _, converged, call = run_fit(perceptron_fit, X, y, max_epochs, what)
    scores = y * (augmented(X) @ unit)
    hint = ""
    if not unit.any():
        hint = " All weights are still 0: at the start every sum is 0, and that is a mistake."
    elif unit[-1] == 0:
        hint = " The bias is 0. Is it corrected too?"
    elif (scores < 0).all():
        hint = " It is wrong everywhere: the corrections go the wrong way."
    require(
        (scores > 0).all(),
        f"{call}: the unit is wrong on {(scores <= 0).sum()} of {len(y)} rows.{hint} See {STEP}.",
    )
    require(
        converged == 1,
        f"{call}: the unit is right on every row, but converged does not say so. "
        f"Is it True after a pass without a mistake? See {STEP}.",
    )


def separable(rng, n_samples, n_in):
    """Return points on a grid that a unit separates, their labels, and Novikoff's bound from that unit."""
    while True:
        unit = quarters(rng, n_in + 1)
        X = quarters(rng, (8 * n_samples, n_in), 16)
        scores = augmented(X) @ unit
        keep = np.flatnonzero(np.abs(scores) > 0.4 * np.linalg.norm(unit))[:n_samples]
        y = np.sign(scores[keep]).astype(int)
        if len(keep) == n_samples and (n_samples < 2 or abs(y.sum()) < n_samples - 2):
            X, scores = X[keep], scores[keep]
            R2 = (X**2).sum(axis=1).max() + 1
            return X, y, int(R2 * (unit @ unit) / (scores**2).min())


@ex02_2.part(2, "the unit is right on every row of data that can be separated")
def separates(perceptron_fit, rng):
    for n_in in (1, 2, 4):
        X, y, bound = separable(rng, 12, n_in)
        # Every pass but the last makes a mistake, so the bound suffices in any order.
        check_separates(perceptron_fit, X, y, bound + 2, f"12 points with {n_in} inputs")
    for sign in (1, -1):
        X, y = np.array([[4.0], [5.0]]), np.array([-sign, sign])
        check_separates(perceptron_fit, X, y, 3000, "two near points, which need many passes")


def some_rows(rng, n_in):
    """Return n_in + 1 integer points whose corrections are independent, their labels, and both multiplied.

    With them come a number of passes that suffices in any order, and the number that the given order takes.
    """
    while True:
        X = rng.integers(-3, 4, (n_in + 1, n_in))
        y = 2 * rng.integers(0, 2, n_in + 1) - 1
        Z = y[:, None] * augmented(X)
        if abs(np.linalg.det(Z)) < 0.5:
            continue
        u = np.linalg.solve(Z, np.ones(n_in + 1))  # a unit with score 1 everywhere
        bound = int((Z**2).sum(axis=1).max() * (u @ u))
        w, total, passes, wrong = np.zeros(n_in + 1), 0, 0, 1
        while wrong and bound < 400:
            wrong = 0
            for z in Z:
                if w @ z <= 0:
                    w, wrong = w + z, wrong + 1
            total, passes = total + wrong, passes + 1
        if 3 < passes < total - 3:
            return X, y, Z, bound + 2, passes


@ex02_2.part(1, "mistakes is the number of corrections, each of step 1 and made at once")
def counts(perceptron_fit, rng):
    for n_in in (2, 3, 3):
        X, y, Z, max_epochs, passes = some_rows(rng, n_in)
        unit, mistakes, _, call = run_fit(perceptron_fit, X, y, max_epochs, f"{n_in + 1} points")
        times = np.linalg.solve(Z.T, unit)  # how often each row was added
        whole = np.round(times)
        require(
            np.allclose(times, whole, atol=1e-6) and (whole >= 0).all(),
            f"{call}: w and b are not zero plus corrections y (x, 1) of step size 1. See {STEP}.",
        )
        hints = {
            "Count corrections, not passes.": passes,
            "Count corrections, not the passes that had one.": passes - 1,
            "Count the corrections of all passes, not of the last one.": 0,
            "A row that was corrected several times counts several times.": (whole > 0).sum(),
            "It looks as if every row of every pass was counted.": passes * len(y),
        }
        agree(mistakes, whole.sum(), f"{call}: mistakes, by your w and b", hints=hints, see=STEP)
    x = quarters(rng, 3)
    X, y = np.tile(x, (4, 1)), np.full(4, rng.choice([-1, 1]))
    unit, mistakes, _, call = run_fit(perceptron_fit, X, y, 20, "four equal rows with equal labels")
    hints = {"Correct a mistake at once: the next row meets the new weights.": 4}
    agree(mistakes, 1, f"{call}: mistakes", hints=hints, see=STEP)
    # In either order the second row has the score 1/2; and alone, the row 0 has the score 1.
    sign = rng.choice([-1, 1])
    for X in (np.array([[0.5], [-1.0]]), np.array([[0.0]])):
        _, mistakes, _, call = run_fit(perceptron_fit, X, np.full(len(X), sign), 20, "rows with small scores")
        agree(mistakes, 1, f"{call}: mistakes", hints={SMALL: 2}, see=STEP)


@ex02_2.part(1, "after max_epochs passes it gives up, and says so")
def patience(perceptron_fit, rng):
    for max_epochs in (7, 3, 1):
        x = quarters(rng, 2)
        X, y = (
            np.array([x, x]),
            np.array([1, -1]),
        )  # in any order: two mistakes a pass, and zero weights again
        what = "the same row with both labels"
        _, mistakes, converged, call = run_fit(perceptron_fit, X, y, max_epochs, what)
        hints = {
            "max_epochs counts passes, not corrections.": max_epochs,
            "That is one pass too few.": 2 * max_epochs - 2,
            "That is one pass too many.": 2 * max_epochs + 2,
            "Give up only when the passes are used up.": 4,
        }
        agree(mistakes, 2 * max_epochs, f"{call}: mistakes", hints=hints, see=STEP)
        late = "The last pass had mistakes, so it did not converge."
        agree(converged, 0, f"{call}: converged", hints={late: 1}, see=STEP)
    X, y = quarters(rng, (1, 3)), np.array([rng.choice([-1, 1])])
    for max_epochs in (1, 2):
        _, _, converged, call = run_fit(
            perceptron_fit, X, y, max_epochs, f"one row, max_epochs = {max_epochs}"
        )
        told = "converged is about the last pass: only a pass without a mistake counts."
        agree(converged, max_epochs - 1, f"{call}: converged", hints={told: 2 - max_epochs}, see=STEP)
    xor = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    _, mistakes, converged, call = run_fit(perceptron_fit, xor, np.array([-1, 1, 1, -1]), 12, "xor")
    require(
        converged == 0 and 12 <= mistakes <= 48,
        f"{call}, which no unit computes: each of 12 passes makes 1 to 4 mistakes; yours are {mistakes:g} "
        f"in all, and converged is {converged:g}. See lesson 02, section 2.5.",
    )


@ex02_2.part(1, "integer rows of any type; the arguments stay as they were")
def rows_stay(perceptron_fit, rng):
    for kind in (np.int64, np.uint8, np.float32):
        X = rng.permutation(np.array([[0, 1], [1, 3], [0, 3], [2, 0], [3, 1], [4, 2]])).astype(kind)
        y = np.where(X[:, 0] < X[:, 1], 1, -1)
        check_separates(perceptron_fit, X, y, 1000, f"rows of type {np.dtype(kind)}")
        require(not perceptron_fit.changed_inputs, "perceptron_fit changed X or y. Work on copies.")


# ---- 2.3: Novikoff's bound

ex02_3 = Exercise("ex02_3")


def bounds(X, y, w, b):
    """Return what known mistakes would make of the bound."""
    norms = (X**2).sum(axis=1)
    R2 = norms.max() + 1
    scores = y * (X @ w + b)
    length2 = w @ w + b * b
    gamma2 = scores.min() ** 2 / length2
    return {
        "With a bias, R is that of (x, 1) and the length of the unit is that of (w, b).": (
            norms.max() * (w @ w) / scores.min() ** 2
        ),
        "R is the largest norm of the augmented inputs (x, 1).": norms.max() / gamma2,
        "The length of the unit is that of (w, b), not of w alone.": R2 * (w @ w) / scores.min() ** 2,
        "The bound is the square of R / gamma.": sqrt(R2 / gamma2),
        "R is squared, gamma is not.": R2 / sqrt(gamma2),
        "gamma is squared, R is not.": sqrt(R2) / gamma2,
        "The bound is R over gamma, not gamma over R.": gamma2 / R2,
        "R is the largest norm, not the smallest.": (norms.min() + 1) / gamma2,
        "R is the largest norm, not an average.": (norms.mean() + 1) / gamma2,
        "R is the norm of one row, not of the whole matrix.": (norms.sum() + len(X)) / gamma2,
        "R is the norm of a row, not its largest entry.": (np.abs(X).max() ** 2 + 1) / gamma2,
        "gamma is the smallest margin, not the largest.": R2 * length2 / scores.max() ** 2,
        "gamma is the smallest margin, not an average.": R2 * length2 / scores.mean() ** 2,
        "The bias takes part in the scores y (w x + b).": R2 * length2 / (y * (X @ w)).min() ** 2,
        "sqrt(w w) + |b| is not the length of (w, b).": R2 * (sqrt(w @ w) + abs(b)) ** 2 / scores.min() ** 2,
    }


def labelled(rng, n_samples, n_in, length=None):
    """Return rows, labels and a unit that is right on them, with every margin and every mistake its own."""
    while True:
        w, b = rng.normal(size=n_in), float(rng.normal())
        b += np.sign(b) / 2
        if length is not None:
            scale = length / sqrt(w @ w + b * b)
            w, b = w * scale, b * scale
        X = 2 * rng.normal(size=(n_samples, n_in))
        scores = (X @ w + b) / sqrt(w @ w + b * b)
        if np.abs(scores).min() < 0.1 or (n_samples > 1 and abs(np.sign(scores).sum()) == n_samples):
            continue
        y = np.sign(scores).astype(int)
        found = np.array(list(bounds(X, y, w, b).values()))
        right = (((X**2).sum(axis=1).max()) + 1) / (np.abs(scores).min() ** 2)
        close = np.abs(np.log(np.abs(found) / right)) < 1e-3
        if n_samples == 1 or n_in == 1 or not close.any():
            return X, y, w, b, right


def check_bound(novikoff_bound, case, what):
    X, y, w, b, right = case
    hints = bounds(X, y, w, b)
    agree(novikoff_bound(X, y, w, b), right, f"novikoff_bound on {what}", hints=hints, see=BOUND)


@ex02_3.part(1, "R and gamma of the augmented inputs")
def bound_values(novikoff_bound, rng):
    for n_samples, n_in in ((8, 2), (15, 4), (30, 7)):
        case = labelled(rng, n_samples, n_in, length=1.0)
        check_bound(novikoff_bound, case, f"{n_samples} rows of {n_in} numbers")


@ex02_3.part(1, "the same bound for a unit that is written twice as long")
def bound_scale(novikoff_bound, rng):
    found = set()
    for factor in (2.0, 0.125, 40.0):
        X, y, w, b, _ = labelled(rng, 10, 3, length=1.0)
        what = "novikoff_bound on one row"
        one = array(novikoff_bound(X, y, w, b), what, shape=())
        require(0 < one < np.inf, f"{what}: a unit that is right everywhere gives a positive number.")
        scaled = novikoff_bound(X, y, factor * w, factor * b)
        hints = {"Divide the scores by the length of (w, b).": one / factor**2}
        agree(
            scaled, one, "novikoff_bound for the same unit, scaled, beside your own", hints=hints, see=BOUND
        )
        found.add(float(one))
    require(len(found) == 3, f"novikoff_bound: the same number for data with different margins. See {BOUND}.")


@ex02_3.part(1, "a unit that is wrong or undecided somewhere bounds nothing")
def bound_of_wrong_unit(novikoff_bound, rng):
    X, y, w, b, _ = labelled(rng, 9, 3)
    fine = array(novikoff_bound(X, y, w, b), "novikoff_bound on nine rows", shape=())
    require(np.isfinite(fine), "novikoff_bound: a unit that is right on every row gives a finite number.")
    one = y.copy()
    one[rng.integers(9)] *= -1
    tie = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 2.0]])  # the last row gives the sum 0
    cases = {
        "a unit that is wrong on one row": (X, one, w, b),
        "a unit that is wrong on every row": (X, -y, w, b),
        "a unit with a sum of exactly 0": (
            tie,
            np.array([1, 1, rng.choice([-1, 1])]),
            np.array([1.0, 0.5]),
            -1.0,
        ),
    }
    for what, (rows, labels, weights, bias) in cases.items():
        got = array(novikoff_bound(rows, labels, weights, bias), f"novikoff_bound for {what}", shape=())
        hints = {'A unit that is not right on every row bounds nothing: float("inf").': got}
        agree(got, np.inf, f"novikoff_bound for {what}", hints=hints if np.isfinite(got) else None, see=BOUND)


@ex02_3.part(1, "one row, one input, integers; the arguments stay as they were")
def bound_kinds(novikoff_bound, rng):
    X, y, w, b, right = labelled(rng, 1, 4, length=1.0)
    agree(novikoff_bound(X, y, w, b), right, "novikoff_bound on one row", see=BOUND)
    novikoff_bound(X, y, 3 * w, 3 * b)
    require(not novikoff_bound.changed_inputs, "novikoff_bound changed X, y or w_star. Work on copies.")
    x = int(rng.integers(2, 40)) * int(y[0])
    got = novikoff_bound(np.array([[x]]), y, np.array([1]), 0)
    agree(got, 1 + 1 / x**2, "novikoff_bound on an integer", see=BOUND)


# ---- 2.4: Cover's count

ex02_4 = Exercise("ex02_4")


def count(N, d):
    """Cover's count by its recursion, on exact integers: the next point doubles what it can split."""
    row = [2] * d  # one point: two labellings with any number of weights
    for _ in range(N - 1):
        row = [row[0], *(row[k] + row[k - 1] for k in range(1, d))]
    return row[-1]


def check_counts(cover_count, pairs, what):
    got = [array(cover_count(N, d), f"cover_count for {what}", shape=()) for N, d in pairs]

    def each(formula):
        return [float(formula(N, d)) for N, d in pairs]

    hints = {
        "The sum ends at k = d - 1; with k = d it counts hyperplanes with a bias.": each(
            lambda N, d: 2 * sum(comb(N - 1, k) for k in range(d + 1))
        ),
        "The factor 2 is missing.": each(lambda N, d: sum(comb(N - 1, k) for k in range(d))),
        "It is N - 1 over k, not N over k.": each(lambda N, d: 2 * sum(comb(N, k) for k in range(d))),
        "The sum begins at k = 0.": each(lambda N, d: 2 * sum(comb(N - 1, k) for k in range(1, d))),
        "The sum ends at k = d - 1, not before.": each(
            lambda N, d: 2 * sum(comb(N - 1, k) for k in range(d - 1))
        ),
        "It is a sum of binomial coefficients, not the last of them.": each(
            lambda N, d: 2 * comb(N - 1, d - 1)
        ),
        "Not every labelling can be separated when N is larger than d.": each(lambda N, d: 2**N),
        "From d + 1 points on some labellings are lost: a hyperplane through the origin has no bias.": each(
            lambda N, d: 2**N if d + 1 >= N else count(N, d)
        ),
        "It is 2 times the sum, not 2 to the power.": each(
            lambda N, d: min(2 ** min(sum(comb(N - 1, k) for k in range(d)), 900), 1e300)
        ),
        "N and d seem to be exchanged.": each(lambda N, d: 2 * sum(comb(d - 1, k) for k in range(N))),
    }
    wanted = [count(N, d) for N, d in pairs]
    agree(got, wanted, f"cover_count for {what}", hints=hints, see=COUNT)


@ex02_4.part(1, "more points than dimensions")
def more_points(cover_count, rng):
    pairs = [(d + 1, d) for d in range(1, 7)]
    pairs += [(int(d + rng.integers(2, 9)), int(d)) for d in rng.permutation(np.arange(1, 8))]
    check_counts(cover_count, pairs, "more points than dimensions")


@ex02_4.part(1, "at most as many points as dimensions")
def few_points(cover_count, rng):
    pairs = [(1, 1), (1, 3), *((N, int(N + rng.integers(0, 6))) for N in range(2, 9))]
    check_counts(cover_count, pairs, "at most as many points as dimensions")


@ex02_4.part(1, "exact integers of many digits")
def many_digits(cover_count, rng):
    for _ in range(4):
        d = int(rng.integers(40, 100))
        N = d + int(rng.integers(30, 150))
        call, want = "cover_count for more than 70 points", count(N, d)
        got = cover_count(N, d)
        value = array(got, call, shape=())
        if isinstance(got, np.ndarray):
            got = got.item()
        wrapped = (want + 2**63) % 2**64 - 2**63
        hint = ""
        if got == wrapped:
            hint = " It overflowed: NumPy's integers end at nineteen digits."
        elif abs(value / float(want) - 1) < 1e-9:
            hint = " It is nearly right: a float holds sixteen digits. Stay with Python's integers."
        require(got == want, f"{call}: it is not exact.{hint} See {COUNT}.")


# ---- 2.5: association units

ex02_5 = Exercise("ex02_5")


def check_a_units(a_units, images, wiring, theta, what):
    sums = images.astype(int) @ wiring.astype(int)
    wires = np.maximum(np.abs(wiring.astype(int)).sum(axis=0), 1)
    hints = {
        "A sum of exactly theta fires.": sums > theta,
        "These are the sums; ask which reach theta.": sums,
        "A wire of -1 inhibits: it counts against theta.": images.astype(int) @ (wiring > 0) >= theta,
        "A wire of -1 subtracts, it does not add.": images.astype(int) @ np.abs(wiring.astype(int)) >= theta,
        "The threshold has no effect.": sums > 0,
        "The threshold has no effect: 0 seems to be enough.": sums >= 0,
        "theta need not be a whole number.": sums >= np.trunc(theta),
        "The units fire the wrong way round.": sums < theta,
        "The sum is not divided by the number of wires.": sums / wires >= theta,
        "theta is a threshold, not a bias: the sum must reach it.": sums + theta >= 0,
        "An inhibiting wire subtracts 1. It does not silence the unit.": (sums >= theta)
        & (images.astype(int) @ (wiring < 0) == 0),
        "The sums overflow a small type of integer.": (sums + 128) % 256 - 128 >= theta,
        "The sums overflow a small type.": (images.astype(int) @ wiring.astype(int)) % 256 >= theta,
    }
    agree(a_units(images, wiring, theta), sums >= theta, f"a_units on {what}", hints=hints, see=MACHINE)


def wires(rng, n_cells, n_units):
    return rng.choice([-1, 0, 0, 1], (n_cells, n_units))


def even(images):
    """Return images with an even number of lit cells: with a wire to each cell no sum is odd."""
    images = images.astype(int)
    images[:, 0] ^= images.sum(axis=1) % 2
    return images


@ex02_5.part(1, "which sums reach the threshold")
def reach(a_units, rng):
    for n_images, n_cells, n_units, theta in ((30, 40, 9, 2.5), (20, 17, 33, -1.5), (15, 400, 25, 1.5)):
        images = rng.integers(0, 2, (n_images, n_cells))
        check_a_units(a_units, images, wires(rng, n_cells, n_units), theta, f"{n_cells} cells")


@ex02_5.part(1, "a sum of exactly theta fires")
def reach_exactly(a_units, rng):
    for theta in (1, 0, 2, -1):
        images = rng.integers(0, 2, (40, 12))
        check_a_units(a_units, images, wires(rng, 12, 7), theta, "sums among which some are theta")


@ex02_5.part(1, "Boolean and small integer types, no image or one; the arguments stay as they were")
def small_types(a_units, rng):
    wiring = rng.choice([-1, 1, 1, 1, 1], (400, 12)).astype(np.int8)
    for kind in (bool, np.int8, np.uint8, np.float64):
        images = even(rng.random((9, 400)) < rng.uniform(0.1, 1, (9, 1))).astype(kind)
        what = f"images of type {np.dtype(kind)} and 400 wires of type int8 a unit"
        check_a_units(a_units, images, wiring, 111, what)
    for n_images, what in ((0, "no image"), (1, "one image")):
        images = even(rng.integers(0, 2, (n_images, 10)))
        check_a_units(a_units, images, rng.choice([-1, 1], (10, 4)), 1, what)
        require(not a_units.changed_inputs, "a_units changed images or wiring. Work on copies.")


# ---- 2.6: wires

ex02_6 = Exercise("ex02_6")


def run_wiring(make_wiring, n_units, n_exc, n_inh, rng):
    call = f"make_wiring({n_units}, {n_exc}, {n_inh}, rng)"
    wiring = make_wiring(n_units, n_exc, n_inh, rng)
    return array(wiring, call, shape=(400, n_units), largest=1e100), call


def check_wires(make_wiring, n_units, n_exc, n_inh, rng):
    """Require the right number of +1 and of -1 in every column, and nothing else."""
    wiring, call = run_wiring(make_wiring, n_units, n_exc, n_inh, rng)
    require(
        np.isin(wiring, (-1, 0, 1)).all(), f"{call}: it holds other numbers than 1, -1 and 0. See {MACHINE}."
    )
    for sign, wanted, verb in ((1, n_exc, "excite"), (-1, n_inh, "inhibit")):
        counts = (wiring == sign).sum(axis=0)
        hint = ""
        if not n_inh and (wiring < 0).any():
            hint = " A slice such as cells[-0:] holds everything, not nothing."
        elif wanted and (counts <= wanted).all() and counts.sum() > 0.5 * wanted * n_units:
            hint = " Was a cell drawn twice for one unit? Its cells are all different."
        elif (n_exc, n_inh) != (wanted, wanted) and (counts == n_exc + n_inh - wanted).all():
            hint = " Exciting and inhibiting wires seem to be exchanged."
        off = int((counts != wanted).sum())
        require(
            off == 0,
            f"{call}: {off} of {n_units} units do not have the number of cells that {verb} them.{hint} "
            f"See {MACHINE}.",
        )


@ex02_6.part(1, "each unit has its number of exciting and of inhibiting wires")
def numbers_of_wires(make_wiring, rng):
    for n_units, n_exc, n_inh in ((200, 5, 5), (100, 12, 3), (60, 1, 30), (3, 150, 250)):
        check_wires(make_wiring, n_units, n_exc, n_inh, rng)


@ex02_6.part(1, "no wire of a kind, one unit")
def extremes_of_wires(make_wiring, rng):
    for n_units, n_exc, n_inh in ((6, 4, 0), (5, 0, 3), (4, 0, 0), (1, 2, 2)):
        check_wires(make_wiring, n_units, n_exc, n_inh, rng)


@ex02_6.part(1, "every choice of cells is as likely as any other, for each unit afresh")
def chance(make_wiring, rng):
    n_units, wanted = 800, 6
    wiring, call = run_wiring(make_wiring, n_units, wanted, wanted, rng)
    columns = {column.tobytes() for column in wiring.T}
    require(
        len(columns) > n_units - 3,
        f"{call}: only {len(columns)} of {n_units} units differ. Draw the cells of each unit afresh. "
        f"See {MACHINE}.",
    )
    # Six standard deviations and more; each of these sums has a chance below one in a million.
    for sign, verb in ((1, "excite"), (-1, "inhibit")):
        per_cell = (wiring == sign).sum(axis=1)
        mean = n_units * wanted / 400
        unequal = ((per_cell - mean) ** 2 / mean).sum()
        require(
            unequal < 399 + 7 * sqrt(2 * 399),
            f"{call}: the cells that {verb} are not spread evenly over the retina. See {MACHINE}.",
        )
    wired = np.abs(wiring)
    never = int((wired.sum(axis=1) == 0).sum())
    require(
        never == 0,
        f"{call}: the wires are not spread evenly over the retina, {never} of 400 cells have none. "
        f"See {MACHINE}.",
    )
    share = (
        n_units * 132 / (400 * 399)
    )  # how many units have a wire to two given cells: 12 * 11 ordered pairs
    for offset, where in (
        (1, "neighbours in a row"),
        (20, "neighbours in a column"),
        (200, "half a retina apart"),
    ):
        both = (wired[offset:] * wired[:-offset]).sum()
        mean = share * (400 - offset)
        require(
            abs(both - mean) < 8 * sqrt(mean),
            f"{call}: the cells of a unit are {where} too often or too seldom. Draw each cell by itself. "
            f"See {MACHINE}.",
        )
    last_exciting = 399 - np.argmax(wiring[::-1] == 1, axis=0)
    ordered = int((last_exciting < np.argmax(wiring == -1, axis=0)).sum())
    require(
        ordered < 20,  # one in 924 is expected
        f"{call}: in {ordered} of {n_units} units every exciting cell stands before every inhibiting one. "
        f"The signs are random too. See {MACHINE}.",
    )


@ex02_6.part(1, "the generator is the only source of chance")
def generator(make_wiring, rng):
    seeds = rng.integers(0, 2**32, 2)
    first, again, other = (
        run_wiring(make_wiring, 40, 5, 5, np.random.default_rng(seed))[0] for seed in (seeds[0], *seeds)
    )
    require(
        np.array_equal(first, again),
        f"make_wiring: the same state of rng gave two different wirings. Draw from rng alone. See {MACHINE}.",
    )
    require(
        not np.array_equal(first, other),
        f"make_wiring: two states of rng gave the same wiring. Draw from rng. See {MACHINE}.",
    )
