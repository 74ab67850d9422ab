"""Hidden tests of assignment 05.

What is right comes from the definition: the surrogate's formula, a plain loop of steps, eigenvalues that were
chosen, the surplus of a polynomial over its tangent, the rules of the text for runs, and hilltops that were
chosen. Functions that are lent to the learner's code are polynomials of numbers; each call of one crosses to
the other process, so there are few.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursepkg.grading import CheckFailed, Exercise, agree, array, require, results

# ---- 5.1: the surrogate

ex05_1 = Exercise("ex05_1")
MODEL = "lesson 05, section 5.2"


def surrogate_mistakes(L0, g0, eps, gamma):
    """Return what known mistakes would return for a batch of steps."""
    linear, square = eps @ g0, np.sum(eps**2, axis=1)
    return {
        "The square of the step is divided by 2 gamma, not by gamma.": L0 + linear + square / gamma,
        "The square of the step is divided by 2 gamma, not multiplied by it.": (
            L0 + linear + square * 2 * gamma
        ),
        "gamma divides the square of the step; a smaller gamma makes a steeper bowl.": (
            L0 + linear + square * gamma / 2
        ),
        "The last term holds the squared length of the step; yours looks like the length itself.": (
            L0 + linear + np.sqrt(square) / (2 * gamma)
        ),
        "The last term holds the sum of the squares, not their mean.": (
            L0 + linear + np.mean(eps**2, axis=1) / (2 * gamma)
        ),
        "The last term is missing: without it the model has no minimum.": L0 + linear,
        "The value at the point itself is missing.": linear + square / (2 * gamma),
        "The gradient's term is added, not subtracted.": L0 - linear + square / (2 * gamma),
        "The gradient's term is a sum over all parameters.": L0 + eps[:, 0] * g0[0] + square / (2 * gamma),
        "The gradient seems to be taken for its length.": (
            L0 + np.linalg.norm(g0) * np.sqrt(square) + square / (2 * gamma)
        ),
    }


def draw_steps(rng, n, d):
    """Return a value, a gradient and n steps, with no number near 0."""
    g0 = rng.choice([-1, 1], d) * rng.uniform(0.5, 2, d)
    return float(rng.uniform(2, 9)), g0, rng.choice([-1, 1], (n, d)) * rng.uniform(0.3, 1.5, (n, d))


@ex05_1.part(2, "the model's value at several steps, for any step size")
def values(surrogate, rng):
    for n, d, gamma in ((6, 3, 0.125), (4, 5, 2.0), (9, 2, 0.75)):
        L0, g0, eps = draw_steps(rng, n, d)
        want = L0 + eps @ g0 + np.sum(eps**2, axis=1) / (2 * gamma)
        what = f"surrogate at {n} steps in {d} parameters"
        agree(
            surrogate(L0, g0, eps, gamma), want, what, hints=surrogate_mistakes(L0, g0, eps, gamma), see=MODEL
        )


@ex05_1.part(1, "one step, no step, one parameter, other kinds of numbers")
def other_shapes(surrogate, rng):
    L0, g0, eps = draw_steps(rng, 5, 4)
    cases = {
        "one step": (g0, eps[:1]),
        "no step": (g0, eps[:0]),
        "one parameter": (g0[:1], eps[:, :1]),
        "as many steps as parameters": (g0, eps[:4]),
        "integers": (np.ceil(g0 * 4).astype(int), np.ceil(eps * 4).astype(int)),
        "float32 numbers": (g0.astype(np.float32), eps.astype(np.float32)),
    }
    for kind, (gradient, steps) in cases.items():
        want = L0 + steps.astype(float) @ gradient + np.sum(steps.astype(float) ** 2, axis=1)  # 2 gamma is 1
        close = {"rtol": 1e-4, "atol": 1e-4} if "float32" in kind else {}
        agree(surrogate(L0, gradient, steps, 0.5), want, f"surrogate on {kind}", see=MODEL, **close)


@ex05_1.part(1, "the arguments stay as they were")
def arguments_stay(surrogate, rng):
    for n, d in ((3, 2), (2, 4)):
        L0, g0, eps = draw_steps(rng, n, d)
        want = L0 + eps @ g0 + np.sum(eps**2, axis=1)
        agree(surrogate(L0, g0, eps, 0.5), want, f"surrogate at {n} steps, gamma = 0.5", see=MODEL)
        require(not surrogate.changed_inputs, "surrogate changed g0 or eps. Write a new array.")


# ---- 5.2: the trajectory

ex05_2 = Exercise("ex05_2")
DESCENT = "lesson 05, section 5.2"


class Bowl:
    """The gradient ``a (t - c) + k (t - c)**3`` of a number, or ``A (t - c)`` of a vector."""

    def __init__(self, c, A, k=0.0):
        self.c, self.A, self.k = c, A, k

    def __call__(self, theta):
        """Return the gradient as what was given: a number, or a vector."""
        theta = np.asarray(theta, dtype=float)
        if theta.shape != np.shape(self.c):
            raise ValueError(f"grad takes theta of shape {np.shape(self.c)}, not {theta.shape}")
        away = theta - self.c
        with np.errstate(all="ignore"):
            value = self.A @ away if away.ndim else self.A * away + self.k * away**3
        return float(value) if away.ndim == 0 else value


def descend(grad, theta0, gamma, steps, mistake=""):
    """Return the trajectory, shape (steps + 1, ...); with a name, as that mistake has it."""
    theta = np.array(theta0, dtype=float)
    path, first, previous = [theta], np.asarray(grad(theta)), np.zeros(theta.shape)
    for t in range(steps):
        g = first if mistake == "first gradient" else np.asarray(grad(theta))
        rate = gamma / (t + 1) if mistake == "decay" else gamma
        if mistake == "direction":
            g = g / (np.linalg.norm(g) or 1.0)
        if mistake == "momentum":
            previous = g = g + 0.9 * previous
        theta = theta + rate * g if mistake == "ascent" else theta - rate * g
        path.append(theta)
    return np.array(path)


RUN_MISTAKES = {
    "ascent": "The steps go uphill: the gradient is subtracted.",
    "first gradient": "The gradient is taken again at each new point, not once at the start.",
    "decay": "The step size stays the same in all steps.",
    "direction": "The step is gamma times the gradient itself; yours has its direction only.",
    "momentum": "A step depends on the present gradient alone, not on the steps before.",
}


def check_run(gd, grad, theta0, gamma, steps, what):
    """Compare a trajectory with a plain loop."""
    want = descend(grad, theta0, gamma, steps)
    call = f"gd {what}"
    values = array(gd(grad, theta0, gamma, steps), call)
    close = {"rtol": 1e-9, "atol": 1e-9}
    if steps:
        lost = {
            "The trajectory begins with the start itself.": want[1:],
            "The last step is missing: after `steps` steps there are steps + 1 points.": want[:-1],
            "All points are asked for, not the last one alone.": want[-1],
        }
        for sentence, mistaken in lost.items():
            if values.shape == mistaken.shape and np.allclose(values, mistaken, **close):
                raise CheckFailed(f"{call}: it returned the shape {values.shape}. {sentence} See {DESCENT}.")
    hints = {
        sentence: descend(grad, theta0, gamma, steps, mistake) for mistake, sentence in RUN_MISTAKES.items()
    }
    hints["All rows are one and the same array, changed in place; store a copy of each point."] = (
        np.broadcast_to(want[-1], want.shape)
    )
    hints["The fractions are cut off: a run that begins at whole numbers holds fractions all the same."] = (
        truncated(grad, theta0, gamma, steps)
    )
    agree(values, want, call, hints=hints, see=DESCENT, **close)


def truncated(grad, theta0, gamma, steps):
    """Return the trajectory that is stored in an array of whole numbers."""
    path = [np.trunc(np.array(theta0, dtype=float))]
    for _ in range(steps):
        path.append(np.trunc(path[-1] - gamma * np.asarray(grad(path[-1]))))
    return np.array(path)


def number_bowl(rng):
    """Return the gradient of a bowl of one parameter."""
    return Bowl(float(rng.uniform(-2, 2)), float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.02, 0.1)))


def vector_bowl(rng, d):
    """Return the gradient of a bowl of d parameters, with no entry of its matrix 0."""
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return Bowl(rng.uniform(-2, 2, d), axes @ np.diag(rng.uniform(0.5, 3, d)) @ axes.T)


@ex05_2.part(2, "runs that begin at a number")
def numbers(gd, rng):
    for gamma, steps in ((0.1, 9), (0.7, 14)):
        grad = number_bowl(rng)
        theta0 = float(grad.c + rng.choice([-1, 1]) * rng.uniform(2.2, 3.0))  # the gradient is above 1 there
        check_run(gd, grad, theta0, gamma, steps, f"from a number, with gamma = {gamma} and {steps} steps")


@ex05_2.part(1, "runs that begin at a vector, which stays as it was")
def vectors(gd, rng):
    for d, steps in ((3, 8), (5, 4)):
        grad = vector_bowl(rng, d)
        theta0 = grad.c + rng.choice([-1, 1], d) * rng.uniform(0.5, 2, d)
        check_run(gd, grad, theta0, 0.3, steps, f"from a vector of {d} parameters")
        require(not gd.changed_inputs, "gd changed theta0. Work on a copy.")


@ex05_2.part(1, "no step, one step, and a start at a stationary point")
def few_steps(gd, rng):
    grad = number_bowl(rng)
    check_run(gd, grad, float(grad.c + rng.uniform(0.5, 2)), 0.3, 0, "from a number, with no step")
    check_run(gd, grad, float(grad.c - rng.uniform(0.5, 2)), 0.3, 1, "from a number, with one step")
    check_run(gd, grad, float(grad.c), 0.3, 5, "from a stationary point, where all points are equal")
    grad = vector_bowl(rng, 4)
    check_run(gd, grad, grad.c + rng.uniform(0.5, 2, 4), 0.3, 0, "from a vector, with no step")


@ex05_2.part(1, "starts that are whole numbers")
def whole_numbers(gd, rng):
    grad = number_bowl(rng)
    check_run(gd, grad, int(rng.choice([-5, -4, 4, 5])), 0.2, 6, "from an integer")
    grad = vector_bowl(rng, 3)
    start = rng.choice([-5, -4, 4, 5], 3)
    check_run(gd, grad, start, 0.2, 5, "from an array of integers")


# ---- 5.3: the largest stable step

ex05_3 = Exercise("ex05_3")
STABLE = "lesson 05, section 5.5"


def symmetric(rng, eigenvalues):
    """Return a symmetric matrix with these eigenvalues and random axes."""
    d = len(eigenvalues)
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    matrix = axes @ np.diag(eigenvalues) @ axes.T
    return (matrix + matrix.T) / 2


def check_stable(max_stable_step, hessian, want, what):
    """Compare a largest stable step with the one that the eigenvalues give."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    low, high = eigenvalues[0], eigenvalues[-1]

    def over(value, top=2.0):
        return top / value if value else np.inf

    hints = {
        "That is where the surrogate still lies above; steps of twice that size still shrink.": over(high, 1),
        "The steepest direction decides, not the flattest.": over(low),
        "That is the fastest step; the question is the largest that does not grow.": over(low + high),
        "The steepest direction need not be an axis: ask for eigenvalues, not for the diagonal.": (
            over(np.max(np.diag(hessian)))
        ),
        "The sum of the eigenvalues (the trace) is more than the largest of them.": over(np.trace(hessian)),
        "The Frobenius norm is more than the largest eigenvalue.": over(np.linalg.norm(hessian)),
        "The largest entry of the matrix is not its largest eigenvalue.": over(np.max(hessian)),
        "The largest sum of absolute values in a row bounds the eigenvalues, but is none.": (
            over(np.linalg.norm(hessian, 1))
        ),
        "That is the curvature; the step is its inverse.": high,
    }
    if low < -1e-6:
        hints = {
            "There is a direction with negative curvature: there every step grows, so no step is stable.": (
                over(high)
            ),
            "A negative eigenvalue forbids every step, however small it is in size.": (
                over(np.abs(eigenvalues).max())
            ),
            "A step is never negative; where no step is stable the answer is 0.": over(low),
            **hints,
        }
    elif high == 0:
        hints = {"Where all is flat no error ever grows, whatever the step.": 0.0}
    elif low < 1e-6:
        hints = {"Along a flat direction the error stays as it is; it does not grow.": 0.0, **hints}
    hints = {sentence: np.float64(value) for sentence, value in hints.items()}
    agree(max_stable_step(hessian), want, f"max_stable_step of {what}", hints=hints, see=STABLE)


@ex05_3.part(2, "matrices whose eigenvalues are all above 0")
def bowls(max_stable_step, rng):
    check_stable(max_stable_step, np.array([[value := float(rng.uniform(0.5, 4))]]), 2 / value, "one number")
    for d in (2, 3, 5):
        eigenvalues = rng.permutation(np.linspace(0.7, rng.uniform(3, 6), d))
        hessian = symmetric(rng, eigenvalues)
        check_stable(max_stable_step, hessian, 2 / eigenvalues.max(), f"a bowl of {d} parameters")


@ex05_3.part(1, "flat directions do not matter; where all is flat, every step is stable")
def flat_directions(max_stable_step, rng):
    top = float(rng.uniform(2, 4))
    check_stable(max_stable_step, symmetric(rng, [0.0, top]), 2 / top, "a valley with a flat direction")
    check_stable(max_stable_step, np.diag([top, 0.0]), 2 / top, "a diagonal matrix with a 0")
    check_stable(max_stable_step, np.zeros((2, 2)), np.inf, "a matrix of zeros")


@ex05_3.part(1, "with a negative eigenvalue no step is stable")
def hills(max_stable_step, rng):
    for eigenvalues, what in (
        ([-rng.uniform(0.2, 0.5), 3.0], "a saddle that is steep upward"),
        ([-4.0, rng.uniform(0.5, 1)], "a saddle that is steep downward"),
        ([-rng.uniform(1, 2), -3.0], "a hilltop"),
    ):
        check_stable(max_stable_step, symmetric(rng, eigenvalues), 0.0, what)


# ---- 5.4: does the surrogate keep its promise?

ex05_4 = Exercise("ex05_4")
PROMISE = "lesson 05, section 5.3"


@dataclass(frozen=True)
class Hilly:
    """The loss ``L0 + g0 e + e**2 (a + b e + c e**2)`` with ``e = t - theta``: the bracket is its surplus.

    The surrogate lies above the loss exactly where ``1 / (2 gamma)`` is at least ``a + b e + c e**2``.
    """

    theta: float
    L0: float
    g0: float
    a: float
    b: float
    c: float

    def surplus(self, e):
        """Return by what the loss rises above its tangent, divided by the square of the step."""
        return self.a + self.b * e + self.c * e**2

    def loss(self, t):
        """Return the loss at a number or an array."""
        e = np.asarray(t, dtype=float) - self.theta
        with np.errstate(all="ignore"):
            return _plain(self.L0 + self.g0 * e + e**2 * self.surplus(e))

    def grad(self, t):
        """Return its derivative."""
        e = np.asarray(t, dtype=float) - self.theta
        with np.errstate(all="ignore"):
            return _plain(self.g0 + 2 * e * self.surplus(e) + e**2 * (self.b + 2 * self.c * e))

    def curvature(self, e):
        """Return the second derivative at a step e away."""
        return 2 * self.a + 6 * self.b * e + 12 * self.c * e**2


def _plain(value):
    return float(value) if np.ndim(value) == 0 else value


def judgements(case: Hilly, gamma: float, radius: float) -> dict[str, bool]:
    """Return the right answer, under "", and what shortcuts would answer."""
    e = np.linspace(-radius, radius, 2001)
    bowl = 1 / (2 * gamma)
    holds = bowl * (1 + 1e-9) >= case.surplus(e)
    step = -gamma * case.g0
    after, here = case.loss(case.theta + step), case.loss(case.theta)
    return {
        "": bool(holds.all()),
        "Touching is allowed: where both are equal, rounding may put the loss on top.": (
            bool((bowl > case.surplus(e) * (1 + 1e-9)).all())
        ),
        "A loss that lies below its tangent lies below the surrogate too: any step size does.": (
            bool(holds.all() and case.surplus(e).max() > 0)
        ),
        "The loss may lie far below the surrogate; only above it is not allowed.": (
            bool((bowl * (1 + 1e-9) >= np.abs(case.surplus(e))).all())
        ),
        "The curvature at theta alone does not decide; look at the whole interval.": (
            gamma <= 1 / case.curvature(0.0) if case.curvature(0.0) > 0 else True
        ),
        "gamma <= 1 / (largest curvature) is enough, but not necessary: compare the functions themselves.": (
            bool(gamma * case.curvature(e).max() <= 1)
        ),
        "Both sides of theta count: yours seems to look at the right side only.": bool(holds[e >= 0].all()),
        "Both sides of theta count: yours seems to look at the left side only.": bool(holds[e <= 0].all()),
        "The inside of the interval counts too, not its ends alone.": bool(holds[[0, -1]].all()),
        "One point where the surrogate lies above is not enough: it must do so everywhere.": bool(
            holds[e != 0].any()
        ),
        "A loss that decreases in the step does not mean that the surrogate lies above it everywhere.": (
            after <= here
        ),
        "The interval reaches `radius` to either side of theta; yours seems to be half as wide.": bool(
            holds[np.abs(e) <= radius / 2].all()
        ),
        "The surrogate should lie above the loss; yours tests that it lies below.": bool((~holds).all()),
        "The tangent alone is not the surrogate.": bool((case.surplus(e) <= 0).all()),
    }


def draw_case(rng, kind: str, yes: bool) -> tuple[Hilly, float, float]:
    """Return a loss, a step size well on one side of the limit, and a radius.

    `kind` says where the surplus is largest: at the "left" or "right" end, or inside, to the left
    ("inner left") or to the right.
    """
    radius = float(rng.uniform(1.0, 2.5))
    side = -1 if "left" in kind else 1
    a = float(rng.uniform(0.6, 1.2))
    if "inner" in kind:  # a parabola with its top at 0.6 radius, well below a at the ends
        top = 0.6 * side * radius
        c = -float(rng.uniform(2.5, 3.5)) * a / radius**2
        b = -2 * c * top
    else:
        b, c = side * float(rng.uniform(0.5, 0.9)) * a / radius, 0.1 * a / radius**2
    slope = float(rng.choice([-1, 1]) * rng.uniform(0.5, 2))
    case = Hilly(float(rng.uniform(-2, 2)), float(rng.uniform(-3, 3)), slope, a, b, c)
    limit = 1 / (2 * case.surplus(np.linspace(-radius, radius, 2001)).max())
    return case, limit * (0.8 if yes else 1.2), radius


def check_promises(is_majorized, cases, what):
    """Ask about each case and compare the answers."""
    answers, believed = [], {}
    for case, gamma, radius in cases:
        answer = is_majorized(case.loss, case.grad, case.theta, gamma, radius)
        answers.append(array(answer, f"is_majorized on {what}", shape=()))
        for sentence, judged in judgements(case, gamma, radius).items():
            believed.setdefault(sentence, []).append(judged)
    want = believed.pop("")
    agree(np.array(answers), want, f"is_majorized on {what}", hints=believed, see=PROMISE)


KINDS = ("left", "right", "inner left", "inner right")


@ex05_4.part(2, "losses that come nearest to the surrogate at an end, or inside the interval")
def both_sides(is_majorized, rng):
    cases = [draw_case(rng, kind, yes) for kind in KINDS for yes in (True, False)]
    cases = [cases[i] for i in rng.permutation(len(cases))]
    check_promises(is_majorized, cases, "losses of the fourth degree")


@ex05_4.part(1, "losses that the surrogate touches")
def touching(is_majorized, rng):
    cases = []
    for share in rng.permutation([1.0, 1.0, 1.25]):
        a = float(rng.choice([0.25, 0.5, 2.0, 4.0]))  # 1 / (2 a) is exact
        case = Hilly(float(rng.uniform(-2, 2)), float(rng.uniform(-3, 3)), 1.0, a, 0.0, 0.0)
        cases.append((case, float(share) / (2 * a), float(rng.uniform(0.5, 3))))
    check_promises(is_majorized, cases, "parabolas, among them some that equal their surrogate")


@ex05_4.part(1, "hills, which lie below their tangent")
def hilltops(is_majorized, rng):
    cases = []
    for gamma in (0.1, 30.0):
        a, radius = -float(rng.uniform(0.3, 1)), float(rng.uniform(1, 2))
        case = Hilly(float(rng.uniform(-2, 2)), float(rng.uniform(-3, 3)), 1.0, a, 0.1 * a, 0.05 * a)
        cases.append((case, gamma, radius))
    check_promises(is_majorized, cases, "hills")


# ---- 5.5: what became of a run?

ex05_5 = Exercise("ex05_5")
ORBITS = "lesson 05, section 5.6"
LONGEST, WINDOW, SAME, LARGE = 32, 100, 1e-6, 1e6


def verdict(traj) -> tuple[str, int]:
    """Apply the rules of the text."""
    if not np.all(np.abs(traj) <= LARGE):
        return "diverged", 0
    for period in range(1, LONGEST + 1):
        if np.all(np.abs(traj[-WINDOW:] - traj[-WINDOW - period : -period]) <= SAME):
            return ("converged" if period == 1 else "cycle"), period
    return "chaotic", 0


def is_clear(traj) -> bool:
    """Tell whether no difference lies near the limit that the text sets."""
    off = [np.abs(traj[-WINDOW:] - traj[-WINDOW - p : -p]).max() for p in range(1, LONGEST + 1)]
    return not any(SAME / 30 < value < 30 * SAME for value in off)


def wrong_verdict(kind: str, period: int, truth: tuple[str, int]) -> str:
    """Return a sentence about a wrong answer that does not tell the right one."""
    right_kind, right_period = truth
    if kind == right_kind == "cycle" and right_period and period % right_period == 0:
        return "The period is the smallest number of steps after which the run repeats."
    if kind == right_kind == "cycle" and period and right_period % period == 0:
        return "All of the last 100 values count: two that happen to be equal make no period."
    if kind == right_kind == "cycle" and abs(period - right_period) == 1:
        return "The period is counted in steps, from a value to its return."
    if kind == "chaotic" and right_kind == "cycle":
        return "There is a period. Periods up to 32 are asked for, with differences up to 1e-6."
    if kind == "cycle" and period == 1:
        return "A run that stays at one value has converged."
    if kind == right_kind:
        return "The kind is right, the period that belongs to it is not; see the table in the text."
    if right_kind == "diverged":
        return "One value that is not finite, or larger than a million in size, decides, wherever it stands."
    if kind == "diverged":
        return "Large and wild are two things: look at the limits in the text."
    if right_kind == "converged":
        return "The end of the run decides, and differences up to 1e-6 do not count."
    if right_kind == "chaotic" and kind == "converged":
        return "All of the last 100 values count: two that happen to be equal make no period."
    if right_kind == "chaotic":
        return "A bounded run that does not repeat, with any period up to 32, is what the text calls chaotic."
    return "All of the last 100 values count, and so do all differences above 1e-6."


def check_verdict(classify_run, traj, what):
    """Compare the answer about a run with the rules."""
    truth, call = verdict(traj), f"classify_run on {what}"
    kind, period = results(classify_run(traj), call, "kind", "period")
    require(isinstance(kind, str), f"{call}: the kind is a text, such as 'cycle'. See {ORBITS}.")
    kinds = ("converged", "cycle", "chaotic", "diverged")
    require(kind in kinds, f"{call}: the kind should be one of {', '.join(kinds)}. See {ORBITS}.")
    count = array(period, f"the period of {call}", shape=())
    if (kind, float(count)) == truth:
        return
    yours = f"('{kind}', {float(count):g})"
    hint = wrong_verdict(str(kind), int(count) if abs(count) < 1e9 else 0, truth)
    raise CheckFailed(f"{call}: it returned {yours}, which is not right. {hint} See {ORBITS}.")


def quartic_runs(gammas, n=900):
    """Return runs of gradient descent on the lesson's loss from -2, one a row."""
    gammas = np.asarray(gammas)
    runs = np.empty((n, len(gammas)))
    runs[0] = -2.0
    with np.errstate(all="ignore"):
        for t in range(n - 1):
            x = runs[t]
            runs[t + 1] = x - gammas * (0.08 * (x - 0.333) ** 3 - 1.2 * x)
    return runs.T


def repeat(rng, period, n=700):
    """Return a run that settles on a cycle with the same number twice in a row, up to rounding."""
    values = rng.permutation(period) * 0.01 + rng.uniform(-2, 2)
    if period > 2:
        values[1] = values[0]
    run = np.tile(values, n // period + 1)[:n]
    return run + rng.uniform(-1, 1, n) * 1e-9 + np.where(np.arange(n) < 200, rng.normal(size=n), 0.0)


@ex05_5.part(1, "runs that converge")
def converged(classify_run, rng):
    for run in quartic_runs(rng.uniform([0.4, 0.7], [0.6, 0.85])):
        check_verdict(classify_run, run, "gradient descent with a small step")
    t = np.arange(600)
    check_verdict(classify_run, rng.uniform(1, 3) * (-0.9) ** t, "a run that swings into its limit")
    noise = rng.uniform(-1, 1, 500) * 1e-8
    check_verdict(classify_run, noise + rng.uniform(2, 3), "a run that is constant up to rounding")


@ex05_5.part(2, "cycles of periods 2 to 32")
def cycles(classify_run, rng):
    for run in quartic_runs(rng.uniform([1.02, 1.2, 1.243, 1.396], [1.14, 1.23, 1.248, 1.401])):
        check_verdict(classify_run, run, "gradient descent with a large step")
    for period in (2, int(rng.integers(5, 12)), int(rng.integers(17, 32)), 32):
        check_verdict(classify_run, repeat(rng, period), "a run that settles on a cycle")
    small = np.tile([0.0, 1e-4], 300) + rng.uniform(-2, 2)
    check_verdict(classify_run, small, "a cycle of two values that are close to each other")


@ex05_5.part(1, "runs that stay bounded and do not repeat")
def chaotic(classify_run, rng):
    runs = [run for run in quartic_runs(rng.uniform(1.27, 1.38, 6)) if is_clear(run)][:2]
    for run in runs:
        check_verdict(classify_run, run, "gradient descent with a very large step")
    check_verdict(classify_run, repeat(rng, 33), "a run with a period above 32")
    still = rng.normal(size=600)
    still[-60:] = still[-1]
    check_verdict(classify_run, still, "a run that moves until 60 values before its end")
    wide = rng.uniform(-1, 1, 600) * 5e5
    wide[int(rng.integers(600))] = rng.choice([-1e6, 1e6])
    check_verdict(classify_run, wide, "a wild run of values up to a million")
    steady = np.arange(500) * rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 2)
    check_verdict(classify_run, steady, "a run that moves on steadily")
    check_verdict(classify_run, -steady, "a run that moves on steadily")


@ex05_5.part(1, "runs that leave")
def diverged(classify_run, rng):
    (run,) = quartic_runs(rng.uniform([1.7], [1.9]))
    check_verdict(classify_run, run, "gradient descent with a step that is far too large")
    for value in (np.inf, -np.inf, np.nan, -2e6):
        back = np.full(500, rng.uniform(-1, 1))
        back[int(rng.integers(100, 300))] = value
        check_verdict(classify_run, back, "a run that was out of bounds in its middle")
    grows = 1.05 ** np.arange(500)
    check_verdict(classify_run, grows, "a run that grows without end")


# ---- 5.6: the top of the hill

ex05_6 = Exercise("ex05_6")
VALLEYS = "lesson 05, section 5.4"


class Slope:
    """The gradient of a loss with one hilltop, counted at each call.

    Parameters
    ----------
    top : float
        Where the gradient changes from above 0 to below.
    shape : callable
        From the distance to the top to a number of the same sign.
    budget : int
        The most calls.
    """

    def __init__(self, top: float, shape: Callable[[float], float], budget: int):
        self.top, self.shape, self.budget = top, shape, budget
        self.calls = 0

    def __call__(self, theta):
        """Return the gradient at one number."""
        self.calls += 1
        if self.calls > self.budget:
            raise CheckFailed(
                f"basin_boundary called grad more than {self.budget} times. Each call can halve the "
                f"interval: 40 halvings make it a million million times smaller. See {VALLEYS}."
            )
        number = np.asarray(theta, dtype=float)
        if number.size != 1:
            raise ValueError(f"grad takes one number, not {number.size}")
        with np.errstate(all="ignore"):
            return -float(self.shape(number.reshape(()) - self.top))


def check_hill(basin_boundary, shape, top, left, right, what, budget=5000):
    """Ask for a hilltop and compare; the interval reaches from `left` below it to `right` above."""
    grad = Slope(top, shape, budget)
    lo, hi = top - left, top + right
    found = basin_boundary(grad, lo, hi)
    hints = {
        "That is the middle of the interval. Which half holds the change of sign?": (lo + hi) / 2,
        "That is the left end of the interval.": lo,
        "That is the right end of the interval.": hi,
        "That is where the straight line between the two ends crosses 0; the gradient is no straight line.": (
            lo - (hi - lo) * shape(-left) / (shape(right) - shape(-left))
        ),
        "That is a whole number; the hilltop need not be one.": np.round(top),
    }
    agree(found, top, f"basin_boundary for {what}", rtol=0, atol=1e-6, hints=hints, see=VALLEYS)


def bent(rng):
    """Return a steady bend of random steepness, not symmetric."""
    k, m = float(rng.uniform(0.3, 2)), float(rng.uniform(0.2, 0.6))
    return lambda e: k * (e + m * e**2 * np.tanh(e) + 0.3 * np.tanh(2 * e))


@ex05_6.part(2, "smooth hills, in narrow and in wide intervals")
def smooth(basin_boundary, rng):
    for left, right, middle, what in (
        (0.02, 3.7, 5.0, "a hilltop close to the left end"),
        (4.4, 0.03, -4.0, "a hilltop close to the right end"),
        (700.0, 2600.0, -400.0, "an interval that is thousands wide"),
    ):
        check_hill(basin_boundary, bent(rng), middle + float(rng.uniform(-3, 3)), left, right, what)


@ex05_6.part(1, "hilltops that are flat, or sharp")
def flat_and_sharp(basin_boundary, rng):
    shapes = {
        "a hill with a flat top": lambda e: e**5,
        "a hill with a sharp top": lambda e: -1.0 if e < 0 else 2.0,
        "a hill that is steep at its top and flat beside it": lambda e: np.sign(e) * np.abs(e) ** (1 / 3),
    }
    for what, shape in shapes.items():
        left, right = rng.uniform(0.7, 1.4), rng.uniform(1.9, 3.1)
        top = float(rng.uniform(-3, 3))
        check_hill(basin_boundary, shape, top, float(left), float(right), what)


@ex05_6.part(1, "at most 200 calls of the gradient")
def few_calls(basin_boundary, rng):
    for _ in range(3):  # a search that takes more calls on average may be lucky once
        left, right = rng.permutation([rng.uniform(0.8, 1.2), rng.uniform(2, 3.1)]).tolist()
        top = float(rng.uniform(-3, 3))
        check_hill(basin_boundary, bent(rng), top, left, right, "a smooth hill, with 200 calls", budget=200)
