"""Hidden tests of assignment 12.

A network is judged by its values, never by its weights: between knots, at knots that floating point holds
exactly, and beside them. What is right comes from `numpy.interp`, from stairs, and from differences that were
chosen. Functions that are lent to the learner's code fail outside of their interval, as the text says.
"""

import numpy as np

from coursepkg.grading import CheckFailed, Exercise, agree, array, require, results

MOST_CALLS = 5000
CLOSE = {"rtol": 1e-7, "atol": 1e-7}


class Curve:
    """A function on an interval, lent to a learner: counts its calls and, if it is strict, fails outside.

    Only one part of an exercise is strict, so that asking outside costs that part and no other.

    Parameters
    ----------
    rule : callable
        From an array to an array.
    a, b : float
        The interval.
    name : str
        What the text calls it.
    see : str
        Where to look.
    strict : bool
    budget : int
        The most calls.
    """

    def __init__(self, rule, a, b, name, see, strict, budget=MOST_CALLS):
        self.rule, self.a, self.b, self.name, self.see = rule, a, b, name, see
        self.strict, self.budget = strict, budget
        self.calls = self.points = 0

    def __call__(self, x):
        """Return the values at a number or an array."""
        self.calls, self.points = self.calls + 1, self.points + np.size(x)
        if self.calls > self.budget:
            raise CheckFailed(
                f"{self.name} was called more than {self.budget} times. One call with an array of all points "
                f"is enough. See {self.see}."
            )
        x = np.asarray(x)
        if x.dtype.kind not in "biuf":
            raise ValueError(f"{self.name} takes a number or an array of numbers")
        x = x.astype(float)
        slack = 1e-12 * max(1.0, abs(self.a), abs(self.b))
        if self.strict and not ((self.a - slack <= x) & (x <= self.b + slack)).all():
            raise CheckFailed(
                f"{self.name} was asked for its value outside of the interval from a to b, where it is not "
                f"defined. See {self.see}."
            )
        y = self.rule(np.clip(x, self.a, self.b))
        return float(y) if x.ndim == 0 else y


def as_units(value, call, see, q=None, most=None):
    """Take a pair (w, b) as two arrays of one shape (q,)."""
    w, b = results(value, call, "w", "b")
    w = array(w, f"w of {call}", largest=1e100)
    b = array(b, f"b of {call}", largest=1e100)
    wanted = (
        f"two lists or one-dimensional arrays of equal length{'' if q is None else f', {q} entries each,'}"
    )
    if w.ndim != 1 or w.shape != b.shape or (q is not None and len(w) != q):
        raise CheckFailed(
            f"{call}: w has the shape {w.shape} and b has the shape {b.shape}; {wanted} were asked for. "
            f"See {see}."
        )
    if most is not None:
        require(len(w) <= most, f"{call}: it has {len(w)} units; at most {most} are taken. See {see}.")
    return w, b


def relus(x, w, b):
    """Return the sum of ReLU units."""
    return np.maximum(0, x[:, None] + b) @ w


def steps(x, w, b):
    """Return the sum of Heaviside units."""
    return (x[:, None] + b >= 0) @ w


def curve(rng, a, b):
    """Return a smooth rule on [a, b] with a value of size 1 to 3 at a, and slopes that change."""
    length = b - a
    lift = rng.choice([-1, 1]) * rng.uniform(1, 3)
    slope, bend = rng.uniform(1, 3, 2) * rng.choice([-1, 1], 2)
    size, pulse = rng.uniform(0.5, 1.5), rng.uniform(4, 7)

    def rule(x):
        t = (x - a) / length
        return lift + slope * t + 2 * bend * t * (t - 0.4) + size * np.sin(pulse * t)

    return rule


# ---- 12.1: straight pieces

ex12_1 = Exercise("ex12_1")
STRAIGHT = "lesson 12, section 12.1"


def relu_mistakes(rule, a, b, q):
    """Return units that known mistakes would return, by the sentence that fits."""
    v = np.linspace(a, b, q)
    y, h = rule(v), (b - a) / (q - 1)
    slopes = np.diff(y, prepend=0.0) / h
    right = np.diff(slopes, prepend=0.0)
    wide = np.linspace(a, b, q + 1)
    wide_slopes = np.diff(rule(wide[:-1]), prepend=0.0) / (wide[1] - wide[0])
    return {
        "Yours is 0 at a: one unit has to begin to the left of a and reach f(a) there.": (
            np.r_[0.0, right[1] + right[0], right[2:]], h - v
        ),
        "A weight is what the slope changes by; yours is the slope, though the units before go on.": (
            slopes, h - v
        ),
        "A unit x + b begins at -b; the signs of your biases are turned.": (right, v - h),
        "A weight is a change of slope: divide by the distance of the knots.": (right * h, h - v),
        "q units go with q - 1 pieces, of the width (b - a)/(q - 1).": (
            np.diff(wide_slopes, prepend=0.0), (wide[1] - wide[0]) - wide[:-1]
        ),
        "The slope that the sum already has must be taken off.": (y / h, h - v),
        "Each unit begins one knot before the one at which it puts the sum right.": (right, -v),
        "The order of the weights is turned round.": (right[::-1], h - v),
        "The slopes are multiplied by h; they are differences divided by h.": (
            np.diff(slopes * h * h, prepend=0.0), h - v
        ),
    }  # fmt: skip


def check_straight(relu_interpolant, rule, a, b, q, what, strict=False):
    """Compare the sum of the units with straight pieces, at the knots and between them."""
    call = f"relu_interpolant on {what}"
    f = Curve(rule, a, b, "f", STRAIGHT, strict)
    w, bias = as_units(relu_interpolant(f, a, b, q), call, STRAIGHT, q)
    v = np.linspace(a, b, q)
    inside = [v[:-1] + share * np.diff(v) for share in (0.25, 0.5, 0.8)]
    x = np.sort(np.concatenate([v, *inside]))
    hints = {text: relus(x, *units) for text, units in relu_mistakes(rule, a, b, q).items()}
    want = np.interp(x, v, rule(v))
    hints["The sum is right except for a constant: what happens at a?"] = want - want[0]
    agree(relus(x, w, bias), want, f"the sum of the units of {call}", hints=hints, see=STRAIGHT, **CLOSE)


@ex12_1.part(2, "curves on several intervals, with few and many units")
def curves(relu_interpolant, rng):
    for a, length, q in (
        (0.0, 1.0, 5),
        (-5.0, 11.0, 13),
        (float(rng.uniform(2, 9)), 2.5, 8),
        (-30.0, 3.0, 40),
    ):
        b = a + length
        check_straight(relu_interpolant, curve(rng, a, b), a, b, q, f"a curve from {a:.3g} on, with q = {q}")


@ex12_1.part(1, "two and three knots; a curve that is 0 at a")
def few_knots(relu_interpolant, rng):
    for q in (2, 3):
        a = float(rng.uniform(-3, 3))
        check_straight(relu_interpolant, curve(rng, a, a + 2), a, a + 2, q, f"a curve, with q = {q}")
    rule = curve(rng, 1.0, 3.0)
    lifted = lambda x: rule(x) - rule(np.array(1.0))  # noqa: E731
    check_straight(relu_interpolant, lifted, 1.0, 3.0, 6, "a curve with f(a) = 0")


@ex12_1.part(1, "intervals between integers")
def integers(relu_interpolant, rng):
    for length, q in ((7, 5), (3, 10)):
        a = int(rng.integers(-8, 9))
        check_straight(
            relu_interpolant, curve(rng, a, a + length), a, a + length, q, "an interval between integers"
        )


@ex12_1.part(1, "functions that are not defined elsewhere, such as a root")
def defined_inside(relu_interpolant, rng):
    size = float(rng.uniform(1, 3))
    check_straight(
        relu_interpolant, lambda x: size * np.sqrt(x), 0.0, 4.0, 9, "a square root from 0 on", True
    )
    check_straight(
        relu_interpolant, lambda x: 1 + size * np.sqrt(9 - x**2), -3.0, 3.0, 7, "half a circle", True
    )


# ---- 12.2: stairs

ex12_2 = Exercise("ex12_2")
STAIRS = "lesson 12, section 12.3"


def step_mistakes(rule, a, b, q):
    """Return units that known mistakes would return, by the sentence that fits."""
    v = np.linspace(a, b, q)
    y, h = rule(v), v[1] - v[0]
    right = np.diff(y, prepend=0.0)
    wide = np.linspace(a, b, q + 1)[:-1]
    middle = np.clip(v + h / 2, a, b)
    return {
        "Steps add up: a weight is the difference of two values, not the value.": (y, -v),
        "The step at a has the height f(a); without it the sum begins at 0.": (np.r_[0.0, right[1:]], -v),
        "A unit x + b begins at -b; the signs of your biases are turned.": (right, v),
        "A step keeps the value of the knot behind it; yours has the value of the knot ahead.": (
            np.diff(np.r_[y[1:], y[-1]], prepend=0.0), -v
        ),
        "The knots are (b - a)/(q - 1) apart; yours are (b - a)/q apart.": (
            np.diff(rule(wide), prepend=0.0), -wide
        ),
        "The value is taken at the knot, not in the middle of the piece.": (
            np.diff(rule(middle), prepend=0.0), -v
        ),
        "The steps come half a piece too early.": (right, h / 2 - v),
        "The steps come half a piece too late.": (right, -(v + np.r_[0, np.full(q - 1, h / 2)])),
        "A step has a height, no slope: do not divide by h.": (right / h, -v),
        "These are the weights of ReLU units; a step needs the change of the value.": (
            np.diff(np.diff(y, prepend=0.0) / h, prepend=0.0), -v
        ),
        "The order of the weights is turned round.": (right[::-1], -v),
        "The first value is right, the others are turned upside down.": (np.r_[right[0], -right[1:]], -v),
    }  # fmt: skip


def check_stairs(step_interpolant, rule, a, b, q, what, exact=False, strict=False):
    """Compare the sum of the units with stairs; at the knots themselves only if they are exact."""
    call = f"step_interpolant on {what}"
    f = Curve(rule, a, b, "f", STAIRS, strict)
    w, bias = as_units(step_interpolant(f, a, b, q), call, STAIRS, q)
    v = np.linspace(a, b, q)
    y, shares = rule(v), (0.05, 0.45, 0.55, 0.95)
    x = np.concatenate([v[:-1] + share * np.diff(v) for share in shares])
    want = np.tile(y[:-1], len(shares))
    hints = step_mistakes(rule, a, b, q)
    if exact:
        x, want = np.concatenate([x, v]), np.concatenate([want, y])
        hints["At a knot the value is already the new one: a unit at exactly 0 fires."] = (
            np.diff(y, prepend=0.0), -np.r_[a - 1.0, np.nextafter(v[1:], np.inf)]
        )  # fmt: skip
        hints["Between the knots yours is right, but not at b: its last unit is missing."] = (
            np.r_[np.diff(y[:-1], prepend=0.0), 0.0], -v
        )  # fmt: skip
    told = {text: steps(x, *units) for text, units in hints.items()}
    agree(steps(x, w, bias), want, f"the sum of the units of {call}", hints=told, see=STAIRS, **CLOSE)


@ex12_2.part(2, "curves on several intervals, between the knots")
def between(step_interpolant, rng):
    for a, length, q in (
        (0.0, 1.0, 6),
        (-5.0, 11.0, 13),
        (float(rng.uniform(2, 9)), 2.5, 8),
        (-30.0, 3.0, 40),
    ):
        b = a + length
        check_stairs(step_interpolant, curve(rng, a, b), a, b, q, f"a curve from {a:.3g} on, with q = {q}")


@ex12_2.part(1, "at the knots themselves, both ends included")
def at_knots(step_interpolant, rng):
    for a, length, q in ((-2.0, 4.0, 9), (int(rng.integers(1, 9)), 6, 4), (int(rng.integers(-9, 0)), 2, 2)):
        check_stairs(
            step_interpolant, curve(rng, a, a + length), a, a + length, q, "knots that are exact", True
        )


@ex12_2.part(1, "functions that are not defined elsewhere, such as a root")
def steps_inside(step_interpolant, rng):
    size = float(rng.uniform(1, 3))
    for rule, a, b, q, what in (
        (lambda x: size * np.sqrt(x), 0.0, 4.0, 9, "a square root from 0 on"),
        (lambda x: 1 + size * np.sqrt(9 - x**2), -3.0, 3.0, 7, "half a circle"),
    ):
        check_stairs(step_interpolant, rule, a, b, q, what, strict=True)


# ---- 12.3: the largest error

ex12_3 = Exercise("ex12_3")
LARGEST = "lesson 12, section 12.2"


class Apart:
    """Two functions whose difference is small but for some places; which of them is above is drawn.

    Parameters
    ----------
    rng : numpy.random.Generator
    a, b : float
    places : sequence of (callable, float)
        Where the difference is more, as a rule that gives 0 or 1 (or between), and by how much.
    """

    def __init__(self, rng, a, b, places):
        self.a, self.b, self.places = a, b, places
        self.rule = curve(rng, a, b)
        self.sign = rng.choice([-1, 1])
        self.small = rng.uniform(0.1, 0.3)

    def difference(self, x):
        """Return f - g."""
        value = self.small * np.sin(5 * (x - self.a) / (self.b - self.a)) ** 2
        for rule, size in self.places:
            value = np.maximum(value, size * rule(x))
        return self.sign * value

    def functions(self, strict):
        """Return f and g, as they are lent."""
        f = Curve(lambda x: self.rule(x) + self.difference(x), self.a, self.b, "f", LARGEST, strict, 100)
        g = Curve(self.rule, self.a, self.b, "g", LARGEST, strict, 100)
        return f, g


def table_top(start, width):
    """Return a rule that is 1 on a stretch and 0 elsewhere."""
    return lambda x: ((start <= x) & (x <= start + width)) * 1.0


def at_one_point(knot):
    """Return a rule that is 1 at one number alone."""
    return lambda x: (x == knot) * 1.0


def ramp(knot, width, side):
    """Return a rule that rises to 1 towards the knot from one side, and is 0 at the knot and on the other."""

    def rule(x):
        near = np.clip(1 - side * (x - knot) / width, 0, None)
        return np.where(side * (x - knot) > 0, near, 0.0)

    return rule


def check_apart(sup_error, case, knots, what, missed, strict=False):
    """Compare the largest difference with a fine grid's and the places'; `missed` says what is overlooked."""
    a, b, beside = case.a, case.b, [np.nextafter(knots, side) for side in (-np.inf, np.inf)]
    x = np.concatenate([np.linspace(a, b, 4001), knots, *beside])
    x = x[(a <= x) & (x <= b)]
    difference = case.difference(x)
    want = np.abs(difference).max()
    f, g = case.functions(strict)
    call = f"sup_error on {what}"
    got = array(sup_error(f, g, a, b, knots), call, shape=())
    hints = {
        "The size of the difference counts, whichever function is above.": np.max(difference),
        "The size of the difference counts; yours may be negative.": np.min(difference),
        "The size of the difference counts, whichever is above: g may be.": np.max(-difference),
        "The largest difference is asked for, not where it is.": x[np.argmax(np.abs(difference))],
        "The largest difference is asked for, not the smallest.": np.min(np.abs(difference)),
        "That is the square of it.": want**2,
    }
    if (
        0 < got < want
    ):  # what was overlooked depends on the points, so the learner's own value says that it was
        hints[missed] = got
    hints = {text: np.float64(value) for text, value in hints.items()}
    agree(got, want, call, rtol=1e-6, atol=0, hints=hints, see=LARGEST)
    require(not sup_error.changed_inputs, "sup_error changed knots. Work on a copy.")
    if not len(knots):
        points = min(f.points, g.points)
        require(
            points >= 1000,
            f"{call}: it asks for {points} points; at least 1000 were asked for. See {LARGEST}.",
        )


def interval(rng):
    """Return the ends of an interval."""
    a = float(rng.uniform(-9, 9))
    return a, a + float(rng.choice([0.5, 2.0, 7.0]))


@ex12_3.part(
    2, "functions that are far apart on a narrow stretch, without knots or elsewhere than at the knots"
)
def stretches(sup_error, rng):
    for k in range(7):
        a, b = interval(rng)
        width = (b - a) / 500
        start = a + (b - a) * rng.uniform(0.1, 0.9)
        # Not where a coarser grid would see it.
        while any(
            np.any((start <= g) & (g <= start + width))
            for g in (np.linspace(a, b, n) for n in (11, 21, 31, 41, 50, 51, 61, 81, 100, 101, 121, 129))
        ):
            start = a + (b - a) * rng.uniform(0.1, 0.9)
        case = Apart(rng, a, b, [(table_top(start, width), rng.uniform(1, 3))])
        knots = np.zeros(0) if k % 2 else np.linspace(a, b, 4)
        missed = "It is larger somewhere between your points: use at least 1000 of them, equally spaced."
        check_apart(sup_error, case, knots, "functions far apart on a narrow stretch", missed)
    for _ in range(2):
        a, b = interval(rng)
        case = Apart(rng, a, b, [(lambda x: 0 * x + 1.0, rng.uniform(1, 3))])
        case.small = 0.0
        missed = "It is the same everywhere; look at the size of f - g, not at its mean square or its place."
        check_apart(sup_error, case, np.zeros(0), "functions that are equally far apart everywhere", missed)


@ex12_3.part(2, "functions that are farthest apart at a knot, or just left or right of it")
def knots_and_jumps(sup_error, rng):
    for kind in ("at", "left", "right", "left", "right", "at"):
        a, b = interval(rng)
        # Away from the points of grids of 1001, 2001, 3001 and 4001, so that the knots make a difference.
        knots = (
            a
            + (b - a)
            * (np.array([123, 321, 556, 842]) + rng.integers(-20, 20, 4) + rng.uniform(0.37, 0.46, 4))
            / 1000
        )
        knot = knots[int(rng.integers(4))]
        rule = at_one_point(knot) if kind == "at" else ramp(knot, (b - a) / 5, -1 if kind == "left" else 1)
        case = Apart(rng, a, b, [(rule, rng.uniform(1, 3))])
        where = {"at": "at a knot", "left": "just left of a knot", "right": "just right of a knot"}[kind]
        missed = (
            f"It is larger {where}: a point of a grid does not do; a thousandth of the interval is too far."
        )
        check_apart(sup_error, case, knots, f"functions that are farthest apart {where}", missed)


@ex12_3.part(1, "functions that are farthest apart at an end, with knots there; equal functions")
def ends(sup_error, rng):
    for end in (0, 1):
        a, b = interval(rng)
        case = Apart(rng, a, b, [(at_one_point((a, b)[end]), rng.uniform(1, 3))])
        missed = "Both ends count."
        check_apart(sup_error, case, np.zeros(0), "functions that are farthest apart at an end", missed, True)
    a, b = interval(rng)
    case = Apart(rng, a, b, [(at_one_point(b), 2.0)])
    check_apart(
        sup_error, case, np.linspace(a, b, 5), "functions with knots at both ends", "Both ends count.", True
    )
    rule = curve(rng, a, b)
    f, g = (Curve(rule, a, b, name, LARGEST, True, 100) for name in "fg")
    agree(sup_error(f, g, a, b, np.array([a, b])), 0.0, "sup_error on two equal functions", see=LARGEST)


# ---- 12.4: a line

ex12_4 = Exercise("ex12_4")
LINE = "lesson 12, section 12.4"


def line_mistakes(c, d, a, b):
    """Return units that known mistakes would return, by the sentence that fits."""
    left = c * a + d
    return {
        "One unit that begins at a makes the slope; another, begun earlier, must bring the value at a.": (
            np.array([c]), np.array([-a])
        ),
        "The second weight is what is missing to the slope c: the first unit has a slope already.": (
            np.array([left, c]), np.array([1 - a, -a])
        ),
        "The value at a is c a + d, not d.": (np.array([d, c - d]), np.array([1 - a, -a])),
        "A unit x + b begins at -b; the signs of your biases are turned.": (
            np.array([left, c - left]), np.array([1 + a, a])
        ),
        "Yours has the slope c, but not d at 0.": (np.array([c * a, c - c * a]), np.array([1 - a, -a])),
        "Yours is a line through the right value at a, with another slope.": (
            np.array([left, -left]), np.array([1 - a, -a])
        ),
        "The first unit should begin at a distance of 1 from a, or be divided by that distance.": (
            np.array([left, c - left]), np.array([2 - a, -a])
        ),
        "Yours bends at 0; it must be straight here.": (np.array([c + d, -d]), np.array([1.0, 0.0])),
        "Yours bends at 0, inside the interval or beyond it.": (np.array([d, c - d]), np.array([1.0, 0.0])),
        "On the interval the line goes on; yours begins at b.": (
            np.array([c * b + d, c - c * b - d]), np.array([1 - b, -b])
        ),
        "c and d have changed places.": (np.array([d * a + c, d - d * a - c]), np.array([1 - a, -a])),
    }  # fmt: skip


def check_line(affine_from_relus, c, d, a, b, what, most=20):
    """Compare the sum of the units with the line on the interval."""
    call = f"affine_from_relus on {what}"
    w, bias = as_units(affine_from_relus(c, d, a, b), call, LINE, most=20)
    require(
        len(w) <= most,
        f"{call}: it has {len(w)} units, and {most} are enough for a slope and one value. See {LINE}.",
    )
    x = np.linspace(a, b, 41)
    hints = {text: relus(x, *units) for text, units in line_mistakes(c, d, a, b).items()}
    hints["The sum is constant; the slope is missing."] = np.full(41, c * a + d)
    off = {"rtol": 0, "atol": 1e-6}
    agree(relus(x, w, bias), c * x + d, f"the sum of the units of {call}", hints=hints, see=LINE, **off)


def draw_line(rng):
    """Return slope and value at 0, neither near 0."""
    return tuple((rng.uniform(1, 6, 2) * rng.choice([-1, 1], 2)).tolist())


@ex12_4.part(2, "lines on several intervals")
def lines(affine_from_relus, rng):
    for low, high in ((-19, -8), (-6, -2), (-2, -0.2), (0.5, 3), (4, 15)):
        (c, d), a = draw_line(rng), float(rng.uniform(low, high))
        check_line(affine_from_relus, c, d, a, a + float(rng.uniform(0.5, 5)), "a line")
    c, d = draw_line(rng)
    check_line(affine_from_relus, c, d, -20, 20, "a line on a wide interval")
    check_line(affine_from_relus, int(rng.integers(2, 9)), -int(rng.integers(2, 9)), 1, 4, "integers")


@ex12_4.part(1, "constants, the function 0, and lines that are 0 at a or at 0")
def special_lines(affine_from_relus, rng):
    a, value = float(rng.uniform(1, 6)), draw_line(rng)[0]
    for start in (a, -a, 0.0):
        check_line(affine_from_relus, 0.0, value, start, start + 2.5, "a constant")
        check_line(affine_from_relus, value, 0.0, start, start + 2.5, "a line through the origin")
        check_line(affine_from_relus, value, -value * start, start, start + 2.5, "a line that is 0 at a")
        check_line(affine_from_relus, 0.0, 0.0, start, start + 2.5, "the function 0")


@ex12_4.part(1, "with two units at most")
def two_units(affine_from_relus, rng):
    for sign in (-1, 1):
        (c, d), a = draw_line(rng), sign * float(rng.uniform(1, 9))
        check_line(affine_from_relus, c, d, a, a + 3.0, "a line", most=2)


# ---- 12.5: how many units

ex12_5 = Exercise("ex12_5")
COUNT = "lesson 12, section 12.2"


def count_mistakes(M, a, b, eps):
    """Return numbers that known mistakes would return, by the sentence that fits."""
    M, a, b, eps = (np.float64(value) for value in (M, a, b, eps))
    with np.errstate(all="ignore"):
        pieces = (b - a) * np.sqrt(M / (8 * eps))
        other = {
            "The bound has an 8 in its denominator.": 1 + np.ceil((b - a) * np.sqrt(M / eps)),
            "Pieces of width h and an error of the order h squared: there is a root to take.": (
                1 + np.ceil((b - a) * M / (8 * eps))
            ),
            "Of the pieces and the error the square is related, so take the root of all of it.": (
                1 + np.ceil((b - a) ** 2 * M / (8 * eps))
            ),
            "The length of the interval is b - a, not b.": 1 + np.ceil(b * np.sqrt(M / (8 * eps))),
            "The length of the interval is b - a, not a + b.": 1 + np.ceil((a + b) * np.sqrt(M / (8 * eps))),
            "The length of the interval matters.": 1 + np.ceil(np.sqrt(M / (8 * eps))),
            "The 8 divides eps's share, under the root: M / (8 eps).": 1
            + np.ceil((b - a) * np.sqrt(8 * M / eps)),
            "That is the bound with a 2 in its denominator.": 1 + np.ceil((b - a) * np.sqrt(M / (2 * eps))),
            "Under the root stands M, not its square.": 1 + np.ceil((b - a) * M * np.sqrt(1 / (8 * eps))),
            "Under the root stands M / eps, not its inverse.": 1 + np.ceil((b - a) * np.sqrt(8 * eps / M)),
        }
    exact = {
        "That is the number of pieces; there is one knot, and one unit, more.": np.ceil(pieces),
        "One unit fewer is enough: q units make q - 1 pieces.": 2 + np.ceil(pieces),
        "It is not whole: round up.": 1 + pieces,
        "Yours is too few: a part of a piece needs a whole one.": 1 + np.floor(pieces),
        "Rounding to the nearest number may round down, and then the bound is above eps.": 1
        + np.round(pieces),
    }
    return {text: np.float64(value) for text, value in (exact | other).items() if np.isfinite(value)}


def check_count(units_needed, M, a, b, eps, want, what):
    """Compare a number of units."""
    hints = count_mistakes(M, a, b, eps)
    if want == 2:
        hints = {"Both ends are knots, so there are at least two units.": np.float64(1), **hints}
    agree(units_needed(M, a, b, eps), want, f"units_needed on {what}", hints=hints, see=COUNT)


def draw_count(rng, pieces):
    """Return M, a, b, eps for which so many pieces are needed, well away from a tie."""
    M, a, length = float(rng.uniform(3, 30)), float(rng.uniform(1.5, 6)), float(rng.uniform(2.5, 7))
    exact = pieces - rng.uniform(0.1, 0.4) if rng.random() < 0.5 else pieces - rng.uniform(0.6, 0.9)
    return M, a, a + length, float(M * (length / exact) ** 2 / 8)


@ex12_5.part(2, "curves that need up to a hundred units")
def counts(units_needed, rng):
    for low, high in ((50, 99), (20, 50), (8, 20), (3, 8)):
        for near in (0.25, 0.75):  # above and below the half
            pieces = int(rng.integers(low, high))
            M, a, b, _ = draw_count(rng, pieces)
            eps = float(M * ((b - a) / (pieces - near)) ** 2 / 8)
            check_count(units_needed, M, a, b, eps, pieces + 1, "a curve that needs up to a hundred units")


@ex12_5.part(1, "straight lines, and errors that are easy to meet: two units")
def two_are_least(units_needed, rng):
    check_count(units_needed, 0.0, -1.0, float(rng.uniform(1, 4)), 0.01, 2, "a straight line")
    check_count(units_needed, 0, 0, 3, 1e-9, 2, "a straight line, in integers")
    M, a, b, _ = draw_count(rng, 3)
    check_count(units_needed, M, a, b, M * (b - a) ** 2, 2, "an error that one piece meets")
    for near in (0.2, 0.8):
        M, a, b, _ = draw_count(rng, 2)
        check_count(
            units_needed,
            M,
            a,
            b,
            float(M * ((b - a) / (2 - near)) ** 2 / 8),
            3,
            "an error that two pieces meet",
        )


@ex12_5.part(1, "small errors, which need thousands of units")
def thousands(units_needed, rng):
    for low, high in ((2_000, 9_000), (60_000, 99_000)):
        pieces = int(rng.integers(low, high))
        M, a, b, eps = draw_count(rng, pieces)
        check_count(units_needed, M, -b, -a, eps, pieces + 1, "a small error")


# ---- 12.6: a tower

ex12_6 = Exercise("ex12_6")
TOWER = "lesson 12, section 12.6"


def logistic(z):
    """Return the sigmoid, without overflow."""
    return np.exp(-np.logaddexp(0, -z))


def wall(t, w):
    """Return about 1 between -1 and 1, about 0 elsewhere."""
    return logistic(w * (t + 1)) - logistic(w * (t - 1))


def tower(x, y, w):
    """Return the tower."""
    return logistic(w * (wall(x, w) + wall(y, w) - 1.5))


def tower_mistakes(x, y, w):
    """Return values that known mistakes would return, by the sentence that fits."""
    p, r = wall(x, w), wall(y, w)
    return {
        "The unit of the second layer is missing: yours is the sum of the walls.": p + r,
        "The unit of the second layer is missing: yours is the sum of the walls less 3/2.": p + r - 1.5,
        "The walls are added, not multiplied.": p * r,
        "The walls are added, not multiplied, before the last unit.": logistic(w * (p * r - 1.5)),
        "The steepness multiplies the whole of p + p - 3/2, the bias too.": logistic(w * (p + r) - 1.5),
        "The last unit is as steep as the others.": logistic(p + r - 1.5),
        "A bias of 1/2 asks for one wall; the tower stands where both are.": logistic(w * (p + r - 0.5)),
        "With a bias of 1 one wall alone is on the edge; it is 3/2.": logistic(w * (p + r - 1)),
        "The walls of x and of y are two; yours seems to use x twice.": logistic(w * (2 * p - 1.5)),
        "The walls of x and of y are two; yours seems to use y twice.": logistic(w * (2 * r - 1.5)),
        "A wall is a difference of two sigmoids; yours is turned round.": logistic(w * (-p - r - 1.5)),
        "A wall rises at -1 and falls at 1; yours has half the width.": logistic(
            w * (sum(logistic(w * (t + 0.5)) - logistic(w * (t - 0.5)) for t in (x, y)) - 1.5)
        ),
        "The steepness multiplies t + 1, not t alone.": logistic(
            w * (sum(logistic(w * t + 1) - logistic(w * t - 1) for t in (x, y)) - 1.5)
        ),
        "The units are sigmoids; yours jump.": 1.0 * (1.0 * (np.abs(x) < 1) + (np.abs(y) < 1) - 1.5 > 0),
        "The walls are sigmoids; yours jump.": logistic(w * (1.0 * (np.abs(x) < 1) + (np.abs(y) < 1) - 1.5)),
        "The sigmoids are there, not tanh.": np.tanh(w * (p + r - 1.5)),
        "The bias is subtracted.": logistic(w * (p + r + 1.5)),
    }  # fmt: skip


def check_tower(bump2d, x, y, w, what):
    """Compare a tower's values."""
    hints = tower_mistakes(np.asarray(x, dtype=float), np.asarray(y, dtype=float), w)
    want = tower(np.asarray(x, dtype=float), np.asarray(y, dtype=float), w)
    agree(bump2d(x, y, w), want, f"bump2d on {what}", rtol=1e-6, atol=1e-8, hints=hints, see=TOWER)


@ex12_6.part(2, "points anywhere, with several steepnesses")
def points(bump2d, rng):
    for w in (1.0, float(rng.uniform(1.5, 3)), float(rng.uniform(4, 6))):
        x, y = rng.uniform(-2, 2, (2, 12))
        check_tower(bump2d, x, y, w, f"12 points with w = {w:.3g}")


@ex12_6.part(1, "arrays of any shape, numbers, integers; the arguments stay as they were")
def shapes(bump2d, rng):
    w = float(rng.uniform(2, 4))
    for shape in ((4, 3), (1,), (2, 3, 2), (0,), (1, 5)):
        x, y = rng.uniform(-2, 2, (2, *shape))
        check_tower(bump2d, x, y, w, f"arrays of shape {shape}")
        require(not bump2d.changed_inputs, "bump2d changed x or y. Write new arrays.")
    check_tower(bump2d, float(x.flat[0]), float(y.flat[0]), w, "two numbers")
    check_tower(bump2d, rng.integers(-2, 3, 9), rng.integers(-2, 3, 9), 0.5, "integers")
    check_tower(bump2d, int(rng.integers(0, 3)), -1, 0.5, "two integers")


@ex12_6.part(1, "steep walls, and points far away: no NaN")
def steep(bump2d, rng):
    far = rng.choice([-1, 1], (2, 8)) * rng.uniform(100, 1000, (2, 8))
    near = rng.choice([-1, 1], (2, 8)) * rng.uniform([[0.2], [1.2]], [[0.8], [1.8]], (2, 8))
    inside = rng.uniform(-0.9, 0.9, (2, 8))
    x, y = np.concatenate([far, near, near[::-1], inside], axis=1)
    order = rng.permutation(len(x))
    for w in (50.0, 1000.0, 1e5):
        check_tower(bump2d, x[order], y[order], w, f"points near and far, with w = {w:g}")
