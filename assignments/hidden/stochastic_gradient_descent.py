"""Hidden tests of assignment 06.

The function that computes a sample's gradient is lent to the student's code, so it sees which samples are
drawn, at which points, and how often. No part knows the generator's stream: paths are compared with the
update rule for the samples that were drawn, and the draws with what uniform and independent means. Each
statistical bound is missed by right code less than once in 10**9 gradings.
"""

from collections.abc import Mapping
from itertools import combinations
from math import comb, perm

import numpy as np

from coursepkg.grading import Exercise, agree, array, require
from coursepkg.grading.checks import CheckFailed

LOOSE = {"rtol": 1e-7, "atol": 1e-9}


class Samples:
    """Samples with quadratic losses, and a count of who asked for which gradient.

    The gradient of sample i at theta is ``A[i] @ theta - b[i]``.
    """

    def __init__(self, rng, n, p):
        self.A = rng.normal(size=(n, p, p)) / 2
        self.b = rng.normal(size=(n, p)) * 2 + 1
        self.asked: list[int] = []

    def gradient(self, theta, i):
        """Return the gradient of one sample; nothing is checked or counted."""
        return self.A[i] @ theta - self.b[i]

    def gradients(self, theta):
        """Return all gradients at a point, shape (n, p)."""
        return self.A @ theta - self.b

    def grad_i(self, theta, i):
        """Answer the student's code."""
        n, p = self.b.shape
        theta = array(theta, "the point that your code gives to grad_i", (p,), largest=1e100)
        i = array(i, "the sample number that your code gives to grad_i", ())
        require(
            i in range(n),
            f"Your code asks grad_i for the sample {i:g}; with n = {n} they are numbered 0 to {n - 1}.",
        )
        require(len(self.asked) < 100_000, "Your code calls grad_i more than 100000 times.")
        self.asked.append(int(i))
        return self.gradient(theta, int(i))


# ---- 6.1: stochastic gradient descent

ex06_1 = Exercise("ex06_1")
SGD = "lesson 06, section 6.1"


def path(samples, theta, draws, steps, gradient=None, sign=-1.0):
    """Return the path for given draws and step sizes; `gradient` of a mistake takes (theta, start, i)."""
    gradient = gradient or (lambda theta, start, i: samples.gradient(theta, i))
    rows = [theta]
    for i, step in zip(draws, steps, strict=True):
        rows.append(rows[-1] + sign * step * gradient(rows[-1], theta, i))
    return np.array(rows)


def check_path(sgd, samples, theta0, sizes, rng, what):
    """Run the student's descent, and compare with the update rule for the samples that it drew."""
    steps, n = len(sizes), len(samples.b)

    def schedule(t):
        t = array(t, "the step number that your code gives to schedule", ())
        require(
            t in range(steps),
            f"Your code asks schedule for step {t:g}; {steps} steps are numbered 0 to {steps - 1}.",
        )
        return float(sizes[int(t)])

    samples.asked.clear()
    found = sgd(samples.grad_i, theta0, n, schedule, steps, rng)
    draws = samples.asked[:]
    batch = " It looks as if a step used all samples; one a step is drawn." if len(draws) == n * steps else ""
    require(
        len(draws) == steps,
        f"{what}: grad_i was called {len(draws)} times for {steps} steps; once a step is right."
        f"{batch if n > 1 else ''} See {SGD}.",
    )
    theta, size = np.asarray(theta0, dtype=float), np.asarray(sizes, dtype=float)
    want = path(samples, theta, draws, size)
    hints = {
        "The step goes against the gradient: subtract it.": path(samples, theta, draws, size, sign=1.0),
        "The mean over n is for the full gradient; here one sample stands for all. Do not divide by n.": (
            path(samples, theta, draws, size / n)
        ),
        "A single gradient is not multiplied by n: it already stands for the mean.": (
            path(samples, theta, draws, size * n)
        ),
        "Every gradient is taken at the start. Take it at the current point.": (
            path(samples, theta, draws, size, lambda now, start, i: samples.gradient(start, i))
        ),
        "Every step has the size schedule(0).": path(samples, theta, draws, size[:1].repeat(steps)),
        "The step sizes are used in another order than t = 0, 1, 2, ...": (
            path(samples, theta, draws, size[::-1])
        ),
        "The gradient seems to be scaled to length 1.": path(
            samples, theta, draws, size, lambda now, start, i: unit(samples.gradient(now, i))
        ),
        "Step t is the difference of two points; return the points themselves.": np.vstack(
            [theta[None], np.diff(want, axis=0)]
        ),
        "The rows come in reverse order; the start is row 0.": want[::-1],
    }
    agree(found, want, what, hints=hints, see=SGD, **LOOSE)


def unit(g):
    """Return a vector of length 1 in the direction of g."""
    return g / max(np.sqrt(g @ g), 1e-300)


@ex06_1.part(2, "each step subtracts schedule(t) times the gradient of one sample at the current point")
def update(sgd, rng):
    for n, p, steps in ((5, 3, 6), (3, 1, 4)):
        theta0 = rng.normal(size=p)
        sizes = rng.uniform(0.1, 0.9, steps)
        check_path(sgd, Samples(rng, n, p), theta0, sizes, rng, f"sgd with n = {n}, {p} parameters")


DRAWS = """
import numpy

seen = []


def grad_i(theta, i):
    seen.append(i)
    return 0 * theta


sgd(grad_i, theta0, n, lambda t: 1.0, steps, rng)
seen = numpy.array(seen, dtype=float)
"""


def draws(student, n, steps, rng):
    """Return which samples the student's descent draws, shape (steps,)."""
    seen = student.run(DRAWS, ["seen"], theta0=np.zeros(2), n=n, steps=steps, rng=rng)["seen"]
    seen = array(seen, f"the samples that sgd draws in {steps} steps", largest=1e100)
    require(
        seen.shape == (steps,),
        f"sgd: grad_i was called {seen.size} times for {steps} steps; once a step is right. See {SGD}.",
    )
    outside = seen[~np.isin(seen, np.arange(n))]
    require(
        outside.size == 0,
        f"sgd draws the sample {outside[0] if outside.size else 0:g}; with n = {n} they are numbered 0 to "
        f"{n - 1}.",
    )
    return seen.astype(int)


@ex06_1.part(2, "samples are drawn uniformly and with replacement, each draw for itself")
def uniform_draws(student, rng):
    n, steps = 6, 1500
    seen = draws(student, n, steps, rng)
    require(len(set(seen)) > 1, f"sgd uses the same sample at every step. Draw at each step. See {SGD}.")
    once_each = (np.sort(seen.reshape(-1, n), axis=1) == np.arange(n)).all(axis=1)
    require(
        not once_each.all(),
        "sgd goes through all samples before one comes again. Draw each one from all n samples, with "
        f"replacement. See {SGD}.",
    )
    counts = np.bincount(seen, minlength=n)
    missing = np.flatnonzero(counts == 0)
    require(
        missing.size == 0,
        f"sgd never draws the sample {missing[0] if missing.size else 0} of 0 to {n - 1}, in {steps} steps. "
        "`rng.integers(n)` leaves n out, and `rng.integers(a, b)` leaves b out.",
    )
    surprise = np.sum((counts - steps / n) ** 2) / (steps / n)  # chi-square, 5 degrees of freedom
    require(surprise < 60, f"sgd draws some samples much more often than others. See {SGD}.")
    pairs = np.bincount(n * seen[:-1] + seen[1:], minlength=n * n)
    surprise = np.sum((pairs - steps / n**2) ** 2) / (steps / n**2)  # about 35 expected
    require(
        surprise < 140,
        f"With sgd the next sample depends on the one before. Each draw is for itself. See {SGD}.",
    )


@ex06_1.part(1, "all random numbers come from rng")
def given_generator(student, rng):
    first, second = (int(seed) for seed in rng.choice(10**6, 2, replace=False))
    one, again, other = (
        draws(student, 50, 40, np.random.default_rng(seed)) for seed in (first, first, second)
    )
    require(
        (one == again).all(),
        "sgd draws other samples when it is called again with a generator in the same state. Use rng for "
        f"every draw, and no generator of your own. See {SGD}.",
    )
    require(
        (one != other).any(),
        f"sgd draws the same samples whatever generator it is given. Use rng for every draw. See {SGD}.",
    )


@ex06_1.part(1, "no step, one step, a start of integers; theta0 stays as it was")
def starts(sgd, rng):
    samples = Samples(rng, 1, 2)
    integers = rng.integers(-4, 5, 2)
    for theta0, steps, what in (
        (rng.normal(size=2), 0, "sgd with no step"),
        (rng.normal(size=2), 1, "sgd with one step"),
        (integers, 3, "sgd from a start of integers"),
    ):
        check_path(sgd, samples, theta0, rng.uniform(0.1, 0.9, steps), rng, what)
        require(1 not in sgd.changed_inputs, f"sgd changed theta0. Work on a copy. See {SGD}.")


# ---- 6.2: every minibatch

ex06_2 = Exercise("ex06_2")
BATCHES = "lesson 06, section 6.2"


def batch_means(gradients, batches):
    """Return the mean gradient of each batch, shape (n_batches, p)."""
    return gradients[np.array(list(batches))].mean(axis=1)


def check_batches(all_minibatch_gradients, samples, theta, B, what):
    """Compare the rows of the student's answer in any order."""
    n, p = samples.b.shape
    found = all_minibatch_gradients(samples.grad_i, theta, n, B)
    found = array(found, what, largest=1e100)
    if found.ndim == 2 and found.shape[1] == p:
        rows = found.shape[0]
        kinds = {
            n**B: "A batch holds B different samples, and its order does not matter.",
            perm(n, B): "The order within a batch does not matter: each batch comes once.",
            comb(n + B - 1, B): "A batch holds B different samples; none comes twice in it.",
            n // B: "Every choice of B samples is a batch, not only neighbours.",
            n - B + 1: "Every choice of B samples is a batch, not only neighbours.",
        }
        why = kinds.get(rows, "") if rows != comb(n, B) else ""
        require(
            rows == comb(n, B),
            f"{what}: it has {rows} rows, not one for each choice of B samples. {why} See {BATCHES}.",
        )
    gradients = samples.gradients(theta)
    want = batch_means(gradients, combinations(range(n), B))
    direction = np.sqrt(np.arange(2, p + 2)) * np.where(np.arange(p) % 2, -1, 1)
    places = np.argsort(np.argsort(want @ direction))

    def arranged(rows):
        """Put rows into the order of `want`: by their place along one direction."""
        rows = np.asarray(rows)
        return rows[np.argsort(rows @ direction, kind="stable")][places] if rows.shape == want.shape else rows

    hints = {
        "It is the sum over each batch; return the mean.": arranged(B * want),
        "The sum over a batch is divided by n. Divide by B.": arranged(want * B / n),
        "The gradients are not taken at theta.": arranged(
            batch_means(samples.gradients(0 * theta), combinations(range(n), B))
        ),
        "Every row is the full gradient.": arranged(np.tile(gradients.mean(axis=0), (len(want), 1))),
        "Every row has the wrong sign.": arranged(-want),
        "The rows are the means of the samples that are left out.": arranged(
            batch_means(gradients, combinations(range(n), n - B)) if n > B else want
        ),
        "It seems to take the median.": arranged(
            np.median(gradients[np.array(list(combinations(range(n), B)))], axis=1)
        ),
    }
    agree(arranged(found), want, what, hints=hints, see=BATCHES, **LOOSE)


def batch_problem(rng, n, p, B):
    """Return samples and a point at which the means of all batches lie apart."""
    while True:
        samples, theta = Samples(rng, n, p), rng.normal(size=p)
        direction = np.sqrt(np.arange(2, p + 2)) * np.where(np.arange(p) % 2, -1, 1)
        means = batch_means(samples.gradients(theta), combinations(range(n), B))
        if np.diff(np.sort(means @ direction)).min(initial=1.0) > 1e-5:
            return samples, theta


@ex06_2.part(2, "the mean gradient of every choice of B different samples")
def every_batch(all_minibatch_gradients, rng):
    for n, p, B in ((6, 2, 3), (5, 3, 2), (5, 2, 4)):
        samples, theta = batch_problem(rng, n, p, B)
        what = f"all_minibatch_gradients with n = {n}, B = {B}"
        check_batches(all_minibatch_gradients, samples, theta, B, what)


@ex06_2.part(1, "batches of one and of all samples, one parameter; theta stays as it was")
def extreme_batches(all_minibatch_gradients, rng):
    cases = ((4, 2, 1, "B = 1"), (2, 3, 2, "B = n"), (1, 3, 1, "n = 1"), (4, 1, 2, "one parameter"))
    for n, p, B, kind in cases:
        samples, theta = batch_problem(rng, n, p, B)
        check_batches(all_minibatch_gradients, samples, theta, B, f"all_minibatch_gradients with {kind}")
        require(
            1 not in all_minibatch_gradients.changed_inputs,
            "all_minibatch_gradients changed theta. Work on a copy.",
        )


@ex06_2.part(1, "each sample's gradient is evaluated once")
def frugal_batches(all_minibatch_gradients, rng):
    samples, theta = batch_problem(rng, 6, 2, 2)
    check_batches(all_minibatch_gradients, samples, theta, 2, "all_minibatch_gradients with n = 6, B = 2")
    require(
        len(samples.asked) == 6,
        f"all_minibatch_gradients called grad_i {len(samples.asked)} times for 6 samples. The batches share "
        f"their gradients: evaluate each once and keep it. See {BATCHES}.",
    )


# ---- 6.3: step sizes

ex06_3 = Exercise("ex06_3")
SIZES = "lesson 06, section 6.4"

VALUES = """
schedule = robbins_monro(c, t0, power)
values = [schedule(t) for t in times]
"""
REFUSED = """
refused = []
for power in powers:
    try:
        robbins_monro(c, t0, power)
        refused.append(False)
    except ValueError:
        refused.append(True)
"""
TWO = """
first, second = robbins_monro(*one), robbins_monro(*two)
values = [[first, second][which](t) for which, t in calls]
"""


def check_sizes(student, c, t0, power, times, what):
    """Ask for step sizes and compare."""
    values = student.run(VALUES, ["values"], c=c, t0=t0, power=power, times=times)["values"]
    t = np.array(times, dtype=float)
    hints = {
        "The first step, t = 0, has the size c / t0**power.": c / (t + 1 + t0) ** power,
        "c stands outside the power.": (c / (t + t0)) ** power,
        "t0 is added to t; it does not divide it.": c / (1 + t / t0) ** power,
        "The power belongs to the whole sum t0 + t.": c / (t0 + t**power),
        "The power seems to have no effect.": c / (t + t0),
        "t0 seems to have no effect: it looks as if it were 1.": c / (t + 1) ** power,
        "t0 multiplies t where it should be added.": c / (1 + t0 * t) ** power,
        "The steps grow; they must shrink.": c * (t + t0) ** power,
        "The steps shrink like an exponential; a power was asked for.": c * np.exp(-power * (t + t0)),
        "The steps do not shrink.": np.full(len(t), c),
        "c seems to have no effect.": 1 / (t + t0) ** power,
    }
    agree(values, c / (t + t0) ** power, what, hints=hints, see=SIZES, rtol=1e-9)


@ex06_3.part(2, "the step sizes c / (t + t0)**power for t = 0, 1, 2, ...")
def sizes(student, rng):
    for _ in range(3):
        c, t0, power = rng.uniform(0.2, 3), rng.uniform(1.5, 20), rng.uniform(0.55, 0.95)
        times = [0, 1, 2, 3, *sorted(rng.integers(4, 10**6, 6).tolist())]
        check_sizes(student, c, t0, power, times, "the schedule for a power between 1/2 and 1")
    check_sizes(student, 2, 3, 1, [0, 1, 5, 7, 9, 10**5], "the schedule for three integers, power = 1")


@ex06_3.part(1, "ValueError for a power that breaks one of the two conditions, and for no other")
def refuses(student, rng):
    inside = [1, 1.0, 0.5001, *rng.uniform(0.51, 0.99, 2).tolist()]
    half, small = [0.5], [0.4999, 0, -1.0, *rng.uniform(0.05, 0.45, 2).tolist()]
    large = [1.0001, 2, *rng.uniform(1.05, 3, 2).tolist()]
    powers = [*inside, *half, *small, *large]
    answers = student.run(REFUSED, ["refused"], c=1.0, t0=2.0, powers=powers)["refused"]
    kind = np.repeat([0, 1, 2, 3], [len(inside), len(half), len(small), len(large)])
    want = kind > 0
    hints = {
        "No power is refused.": kind < 0,
        "With a power of exactly 1/2 the squares are 1/t, and their sum is infinite.": kind > 1,
        "With a power above 1 the sum of the steps is finite: they may end before the goal.": (
            (kind == 1) | (kind == 2)
        ),
        "With a power of 1/2 or less the sum of the squares is infinite.": kind == 3,
        "Only the power 1/2 and those above 1 are refused; below 1/2 the squares add up to infinity too.": (
            (kind == 3) | (kind == 1)
        ),
        "The power 1 is allowed: the sum of 1/t is infinite.": want | np.isin(powers, [1]),
        "Negative powers and 0 are not the only ones to refuse.": np.array(powers) <= 0,
        "Every power is refused.": kind >= 0,
    }
    agree(answers, want, "which powers robbins_monro refuses with ValueError", hints=hints, see=SIZES)


@ex06_3.part(1, "a schedule answers alike however often and in whichever order it is asked")
def stateless(student, rng):
    one, two = ((float(c), float(t0), float(power)) for c, t0, power in rng.uniform(0.6, 0.9, (2, 3)))
    calls = [(0, 9), (1, 4), (0, 0), (0, 9), (1, 4), (1, 0), (0, 2), (1, 9)]
    values = student.run(TWO, ["values"], one=one, two=two, calls=calls)["values"]

    def size(which, t):
        c, t0, power = (one, two)[which]
        return c / (t + t0) ** power

    seen = [0, 0]
    counted = []
    for which, _ in calls:
        counted.append(size(which, seen[which]))
        seen[which] += 1
    hints = {
        "Both schedules use the numbers that were given last.": [size(1, t) for _, t in calls],
        "Your schedule counts its calls; use the t that it is given.": counted,
        "Both schedules count their calls together; use the t that is given.": [
            size(which, k) for k, (which, _) in enumerate(calls)
        ],
    }
    want = [size(which, t) for which, t in calls]
    agree(values, want, "two schedules of robbins_monro, asked in turn", hints=hints, see=SIZES)


# ---- 6.4: averaging

ex06_4 = Exercise("ex06_4")
AVERAGE = "lesson 06, section 6.5"


def check_average(polyak_average, traj, burn_in, what):
    """Compare one average."""
    traj = np.asarray(traj)
    rest = np.asarray(traj, dtype=float)[burn_in:]
    T = len(traj)
    hints = {
        "The first burn_in rows are left out, and yours are in.": traj.mean(axis=0),
        "It averages the rows that should be left out.": traj[: max(burn_in, 1)].mean(axis=0),
        "It leaves out one row too many.": (
            rest[1:].mean(axis=0) if len(rest) > 1 else rest[-1] + 1
        ),
        "It leaves out one row too few.": traj[max(burn_in - 1, 0) :].mean(axis=0),
        "It is the last iterate; return the mean.": traj[-1],
        "The sum of the rest is divided by the number of all rows.": rest.sum(axis=0) / T,
        "It is the sum; return the mean.": rest.sum(axis=0),
        "It is the median; return the mean.": np.median(rest, axis=0),
        "It is the mean of the last burn_in rows; leave out the first burn_in.": (
            traj[-burn_in:].mean(axis=0) if burn_in else rest[-1] + 1
        ),
        "The last row is missing.": rest[:-1].mean(axis=0) if len(rest) > 1 else rest[-1] + 1,
    }
    agree(polyak_average(traj, burn_in), rest.mean(axis=0), what, hints=hints, see=AVERAGE, **LOOSE)


@ex06_4.part(1, "the mean of the rows from burn_in on")
def averages(polyak_average, rng):
    for T, p, burn_in in ((9, 3, 4), (30, 1, 11), (12, 2, 3)):
        traj = rng.normal(size=(T, p)) + rng.normal(size=p) * 3
        what = f"polyak_average of {T} rows of {p} numbers, burn_in = {burn_in}"
        check_average(polyak_average, traj, burn_in, what)


@ex06_4.part(1, "no burn-in, all but one row left out, one row, integers; traj stays as it was")
def average_edges(polyak_average, rng):
    traj = rng.normal(size=(7, 2))
    whole = np.vstack([rng.integers(-9, 10, (5, 2)), [[100, -100]]])
    whole[-1] += 2 - whole[1:].sum(axis=0) % 5  # the mean of the last five rows is no integer
    cases = {
        "with burn_in = 0": (traj, 0),
        "with all but one row left out": (traj, 6),
        "of a single row": (traj[:1], 0),
        "of integers": (whole, 1),
    }
    for kind, (rows, burn_in) in cases.items():
        check_average(polyak_average, rows, burn_in, f"polyak_average {kind}")
        require(
            not polyak_average.changed_inputs, f"polyak_average changed traj. Work on a copy. See {AVERAGE}."
        )


NOTHING_LEFT = """
refused = []
for burn_in in burn_ins:
    try:
        polyak_average(traj.copy(), burn_in)
        refused.append(False)
    except ValueError:
        refused.append(True)
"""


@ex06_4.part(1, "ValueError for a burn-in that is negative or leaves no row, and for no other")
def average_refuses(student, rng):
    T = int(rng.integers(4, 9))
    burn_ins = [0, 1, T - 1, T, T + 1, T + 5, -1, -T, -2]
    kind = np.array([0, 0, 0, 1, 2, 2, 3, 3, 3])
    traj = rng.normal(size=(T, 2))
    answers = student.run(NOTHING_LEFT, ["refused"], traj=traj, burn_ins=burn_ins)["refused"]
    hints = {
        "Nothing is refused.": kind < 0,
        "A negative burn_in is not refused.": (kind == 1) | (kind == 2),
        "A burn_in that leaves no row is not refused.": kind == 3,
        "With burn_in equal to the number of rows none is left.": kind > 1,
        "A burn_in that leaves one row is allowed.": (kind > 0) | (np.array(burn_ins) == T - 1),
        "A burn_in of 0 is allowed.": (kind > 0) | (np.array(burn_ins) == 0),
    }
    agree(answers, kind > 0, "which burn_in polyak_average refuses with ValueError", hints=hints, see=AVERAGE)


# ---- 6.5: where the excess error comes from

ex06_5 = Exercise("ex06_5")
EXCESS = "lesson 06, section 6.6"
KEYS = ("app", "est", "opt", "total")


def four(value, what):
    """Take what the student returned as the four numbers of the text."""
    if not isinstance(value, Mapping):
        kind = "None" if value is None else "something else"
        raise CheckFailed(f"{what}: it returned {kind} where a dictionary was asked for. See {EXCESS}.")
    missing = [key for key in KEYS if key not in value]
    require(
        not missing,
        f"{what}: the dictionary has no key {', '.join(map(repr, missing))}; its keys are to be "
        f"{', '.join(map(repr, KEYS))}.",
    )
    return np.array([array(value[key], f"{key!r} of {what}", (), largest=1e100) for key in KEYS])


def check_excess(excess_decomposition, best, erm, reached, bayes, what):
    """Compare one decomposition."""
    found = four(excess_decomposition(best, erm, reached, bayes), what)
    e, r = np.atleast_1d(np.asarray(erm, dtype=float)), np.atleast_1d(np.asarray(reached, dtype=float))
    want = np.array([best - bayes, e.mean() - best, r.mean() - e.mean(), r.mean() - bayes])
    a, s, o, _ = want
    middle = np.array([best - bayes, np.median(e) - best, np.median(r) - np.median(e), np.median(r) - bayes])
    hints = {
        "E_opt may be negative; yours is cut off at 0.": [a, s, max(o, 0), a + s + max(o, 0)],
        "E_opt may be negative; yours is cut off at 0, and the parts do not add up to the total.": (
            [a, s, max(o, 0), a + s + o]
        ),
        "E_opt may be negative; yours is an absolute value.": [a, s, abs(o), a + s + abs(o)],
        "E_opt may be negative; yours is an absolute value, and the parts do not add up.": (
            [a, s, abs(o), a + s + o]
        ),
        "The total is the risk of what was reached, less the Bayes risk.": [a, s, o, r.mean()],
        "The total leaves the optimisation error out.": [a, s, o, a + s],
        "The total leaves the approximation error out.": [a, s, o, s + o],
        "Estimation and optimisation error are exchanged.": [a, o, s, a + s + o],
        "Approximation and estimation error are exchanged.": [s, a, o, a + s + o],
        "The estimation error is measured from the best of the class, not from the Bayes risk.": (
            [a, a + s, o, a + s + o]
        ),
        "The optimisation error is measured from the empirical minimiser, not from the best of the class.": (
            [a, s, s + o, a + s + o]
        ),
        "The signs are the other way round.": -want,
        "The expectation is a mean over the training sets, not a median.": middle,
        "The expectation is a mean over all training sets, not the first alone.": (
            [a, e[0] - best, r[0] - e[0], r[0] - bayes]
        ),
        "The expectation is a mean over all training sets, not the best of them.": (
            [a, e.min() - best, r.min() - e.min(), r.min() - bayes]
        ),
    }
    agree(found, want, f"{what}: app, est, opt, total", hints=hints, see=EXCESS, **LOOSE)


def risks(rng, sets, negative):
    """Return the risks of a class, of empirical minimisers and of what was reached, and the Bayes risk."""
    bayes = rng.uniform(0.2, 0.6)
    best = bayes + rng.uniform(0.05, 0.3)
    erm = best + rng.uniform(0.3, 1.0, sets) ** 2
    early, late = best + (erm - best) * rng.uniform(0.3, 0.8, sets), erm + rng.uniform(0.1, 0.9, sets)
    reached = early if negative else late
    return float(best), erm, reached, float(bayes)


@ex06_5.part(2, "the three parts and their total, as means over the training sets")
def three_parts(excess_decomposition, rng):
    for sets in (5, 40):
        best, erm, reached, bayes = risks(rng, sets, negative=False)
        what = f"excess_decomposition for {sets} training sets"
        check_excess(excess_decomposition, best, erm, reached, bayes, what)


@ex06_5.part(1, "an optimisation error below 0")
def negative_part(excess_decomposition, rng):
    for sets in (1, 2):
        what = "excess_decomposition when the optimiser stops early"
        check_excess(excess_decomposition, *risks(rng, sets, negative=True), what)


@ex06_5.part(1, "one training set, given as a number; arguments stay as they were")
def one_set(excess_decomposition, rng):
    best, erm, reached, bayes = risks(rng, 1, negative=False)
    what = "excess_decomposition for one training set, given as numbers"
    check_excess(excess_decomposition, best, float(erm[0]), float(reached[0]), bayes, what)
    best, erm, reached, bayes = risks(rng, 2, negative=False)
    check_excess(excess_decomposition, best, erm, reached, bayes, "excess_decomposition for 2 training sets")
    require(
        not excess_decomposition.changed_inputs, "excess_decomposition changed its arguments. Work on copies."
    )


# ---- 6.6: the covariance of the noise

ex06_6 = Exercise("ex06_6")
NOISE = "lesson 06, section 6.2"


def check_noise(gradient_noise_cov, samples, theta, what):
    """Compare one covariance matrix."""
    n = len(samples.b)
    g = samples.gradients(theta)
    centred = g - g.mean(axis=0)
    want = centred.T @ centred / n
    start = samples.gradients(0 * theta)
    hints = {
        "The n samples are all there are: divide by n, not by n - 1.": want * n / max(n - 1, 1),
        "The mean is not taken off: these are second moments about 0.": g.T @ g / n,
        "It is the sum over the samples; divide by n.": want * n,
        "It is the covariance of a mean of n samples; that of a single one was asked for.": want / n,
        "Only the diagonal is there; the noise of two parameters goes together.": np.diag(np.diag(want)),
        "These are standard deviations and not variances.": np.sqrt(np.abs(want)),
        "These are correlations; keep the units.": (
            want / np.sqrt(np.outer(np.diag(want), np.diag(want))) if n > 1 else want + 1
        ),
        "The gradients are not taken at theta.": np.cov(start.T, ddof=0).reshape(want.shape),
        "It looks like the covariance of absolute deviations.": np.abs(centred).T @ np.abs(centred) / n,
        "The mean gradient's square is missing a sign: it is taken off, not added.": (
            g.T @ g / n + np.outer(g.mean(axis=0), g.mean(axis=0))
        ),
        "The mean is taken over the parameters, not over the samples.": (
            (g - g.mean(axis=1, keepdims=True)).T @ (g - g.mean(axis=1, keepdims=True)) / n
        ),
    }
    found = gradient_noise_cov(samples.grad_i, theta, n)
    agree(found, want, what, hints=hints, see=NOISE, **LOOSE)


@ex06_6.part(2, "the covariance matrix of the gradient of one sample, drawn uniformly")
def covariance(gradient_noise_cov, rng):
    for n, p in ((7, 3), (4, 2), (3, 4)):
        samples, theta = Samples(rng, n, p), rng.normal(size=p) + 1
        what = f"gradient_noise_cov of {n} samples and {p} parameters"
        check_noise(gradient_noise_cov, samples, theta, what)


@ex06_6.part(1, "one parameter gives the shape (1, 1), one sample gives zeros")
def covariance_edges(gradient_noise_cov, rng):
    for n, p, what in ((5, 1, "one parameter"), (1, 3, "one sample")):
        samples, theta = Samples(rng, n, p), np.zeros(p)
        check_noise(gradient_noise_cov, samples, theta, f"gradient_noise_cov with {what}")


@ex06_6.part(1, "each sample's gradient is evaluated once; theta stays as it was")
def frugal_covariance(gradient_noise_cov, rng):
    samples, theta = Samples(rng, 6, 2), np.zeros(2)
    check_noise(gradient_noise_cov, samples, theta, "gradient_noise_cov of 6 samples")
    require(
        len(samples.asked) == 6,
        f"gradient_noise_cov called grad_i {len(samples.asked)} times for 6 samples. Evaluate each once and "
        f"keep it. See {NOISE}.",
    )
    require(1 not in gradient_noise_cov.changed_inputs, "gradient_noise_cov changed theta. Work on a copy.")
