"""Hidden tests of assignment 09.

Each part is one requirement of the exercise's text. What is right comes from elsewhere than the solutions:
complex steps, matrices multiplied out, sums over indices. Functions that are lent count their calls. Hints
say what a known misconception would have returned.
"""

from itertools import pairwise

import numpy as np

from coursepkg.grading import Exercise, agree, require, results
from coursepkg.grading.checks import array

# ---- 9.1: Dual, against complex steps

ex09_1 = Exercise("ex09_1")
DUALS = "lesson 09, section 9.2"


class Complex:
    """A complex number with the operations of the exercise: f(x + ihv) = f(x) + ih f'(x) v for a tiny h."""

    def __init__(self, z):
        self.z = z

    def _apply(self, other, function):
        return Complex(function(self.z, other.z if isinstance(other, Complex) else other))

    def __add__(self, other):
        return self._apply(other, lambda a, b: a + b)

    def __mul__(self, other):
        return self._apply(other, lambda a, b: a * b)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        return Complex(np.exp(self.z))

    def sigmoid(self):
        return Complex(1 / (1 + np.exp(-self.z)))


class Mistaken:
    """A pair of value and tangent that makes one of the known mistakes."""

    def __init__(self, value, tangent, mistake):
        self.value, self.tangent, self.mistake = value, tangent, mistake

    def _other(self, other):
        if isinstance(other, Mistaken):
            return other
        tangent = {"number moves": 1.0, "number is its own tangent": other}.get(self.mistake, 0.0)
        return Mistaken(other, tangent, self.mistake)

    def _new(self, value, tangent):
        return Mistaken(value, tangent, self.mistake)

    def __add__(self, other):
        other = self._other(other)
        tangents = {"first tangent": self.tangent, "second tangent": other.tangent}
        both = self.tangent + other.tangent
        return self._new(self.value + other.value, tangents.get(self.mistake, both))

    def __mul__(self, other):
        number = not isinstance(other, Mistaken)
        other = self._other(other)
        a, b, s, t = self.value, other.value, self.tangent, other.tangent
        tangent = {
            "product of tangents": s * t,
            "own factor": s * a + t * b,
            "one term": s * b,
            "other term": t * a,
            "minus": s * b - t * a,
            "number does not scale": s if number else s * b + t * a,
        }
        return self._new(a * b, tangent.get(self.mistake, s * b + t * a))

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y, t = np.exp(self.value), self.tangent
        tangent = {
            "exp without tangent": y,
            "exp 1": t,
            "exp of tangent": np.exp(t),
            "exp of value": self.value * t,
        }
        return self._new(y, tangent.get(self.mistake, y * t))

    def sigmoid(self):
        x, t = self.value, self.tangent
        y = 1 / (1 + np.exp(-x))
        tangent = {
            "slope at x": x * (1 - x) * t,
            "slope y": y * t,
            "sigmoid without tangent": y * (1 - y),
            "slope of tanh": (1 - y * y) * t,
            "half slope": (1 - y) * t,
            "sigmoid of tangent": 1 / (1 + np.exp(-t)),
        }
        return self._new(y, tangent.get(self.mistake, y * (1 - y) * t))


TANGENTS = {
    "number moves": "A number beside a Dual is a constant: its tangent is 0.",
    "number is its own tangent": "A number beside a Dual is a constant: its tangent is 0, not the number.",
    "first tangent": "The tangents of both terms of a sum add up.",
    "second tangent": "The tangents of both terms of a sum add up. (One is missing.)",
    "product of tangents": "The tangent of a product is not the product of the tangents.",
    "own factor": "In a product each tangent is multiplied by the value of the other factor.",
    "one term": "The product rule has two terms.",
    "other term": "The product rule has two terms. (The other one is missing.)",
    "minus": "The two terms of the product rule are added.",
    "number does not scale": "A constant factor scales the tangent too.",
    "exp without tangent": "The tangent of exp is the slope times the incoming tangent.",
    "exp 1": "The slope of exp is exp itself.",
    "exp of value": "The slope of exp is exp itself, not its argument.",
    "exp of tangent": "The tangent is multiplied by the slope; exp of the tangent has no meaning.",
    "slope at x": "The slope of the sigmoid is s (1 - s), with the sigmoid's value s.",
    "slope y": "The slope of the sigmoid is s (1 - s), not s.",
    "half slope": "The slope of the sigmoid is s (1 - s), not 1 - s.",
    "sigmoid without tangent": "The tangent of the sigmoid is the slope times the incoming tangent.",
    "slope of tanh": "The slope of the sigmoid is s (1 - s); this is the one of tanh.",
    "sigmoid of tangent": "The tangent is multiplied by the slope; its sigmoid has no meaning.",
}

RUN_DUAL = """
scope = {name: Dual(value, tangent) for name, (value, tangent) in leaves.items()}
scope |= {name: Dual(value) for name, value in constants.items()} | {"k": k}
found = [eval(text, dict(scope)) for text in texts]
values, tangents = [y.value for y in found], [y.tangent for y in found]
kept = [[scope[name].value, scope[name].tangent] for name in leaves]
"""


def ask_dual(student, leaves, texts, constants=None, k=2):
    """Return values and tangents of expressions, and the leaves afterwards, from the student's class."""
    names = ["values", "tangents", "kept"]
    got = student.run(RUN_DUAL, names, leaves=leaves, texts=texts, constants=constants or {}, k=k)
    require(
        all(isinstance(got[name], list) for name in names) and len(got["values"]) == len(texts),
        "Dual: your code changed the lists of the check.",
    )
    return got["values"], got["tangents"], got["kept"]


def of_complex(text, leaves, constants, k):
    """Return value and tangent of an expression by a complex step."""
    h = 1e-30
    scope = {name: Complex(value + 1j * h * tangent) for name, (value, tangent) in leaves.items()}
    scope |= {name: Complex(complex(value)) for name, value in constants.items()}
    y = eval(text, {"k": k}, scope).z
    return y.real, y.imag / h


def of_mistake(text, leaves, constants, k, mistake):
    """Return the tangent of an expression with a known mistake."""
    scope = {name: Mistaken(value, tangent, mistake) for name, (value, tangent) in leaves.items()}
    scope |= {name: Mistaken(value, 0.0, mistake) for name, value in constants.items()}
    return eval(text, {"k": k}, scope).tangent


def check_values(student, leaves, texts):
    """Compare values alone."""
    for text, value in zip(texts, ask_dual(student, leaves, texts)[0]):
        right = of_complex(text, leaves, {}, 2)[0]
        hints = {}
        if text.endswith(".sigmoid()"):
            x = np.log(right / (1 - right))
            hints["The sigmoid has a minus in its exponent: 1 / (1 + exp(-z))."] = 1 - right
            hints["This is tanh, not the sigmoid."] = np.tanh(x)
        agree(value, right, f"the value of {text}", hints=hints, see=DUALS)


def check_tangents(student, leaves, texts, constants=None, k=2):
    """Compare tangents, and values where numbers are mixed in."""
    values, tangents, _ = ask_dual(student, leaves, texts, constants, k)
    constants = constants or {}
    for text, value, tangent in zip(texts, values, tangents):
        right, moved = of_complex(text, leaves, constants, k)
        hints = {TANGENTS[m]: of_mistake(text, leaves, constants, k, m) for m in TANGENTS}
        if constants:
            agree(value, right, f"the value of {text}", see=DUALS)
        agree(tangent, moved, f"the tangent of {text}", hints=hints, see=DUALS)


def three_leaves(rng, sign=-1):
    """Return values and tangents of a, b, c, away from 0 and 1; two of the values have the sign."""
    numbers = rng.uniform(1.2, 2.2, (3, 2)) * rng.choice([-1, 1], (3, 2))
    numbers[:, 0] = np.abs(numbers[:, 0]) * rng.permutation([sign, sign, -sign])
    return {name: tuple(row) for name, row in zip("abc", numbers.tolist())}


@ex09_1.part(1, "the values of +, *, exp and sigmoid")
def values(student, rng):
    check_values(
        student, three_leaves(rng), ["a + b", "a * b", "a.exp()", "b.sigmoid()", "(a * b + c).sigmoid()"]
    )


@ex09_1.part(1, "a number on either side, and a Dual without a tangent")
def constants(student, rng):
    k = round(float(rng.uniform(2, 4)), 3)
    texts = [
        "a + k",
        "k + a",
        "b * k",
        "k * b",
        "2 + b * 3",
        "3 * (c + 1)",
        "a + -4",
        "a * d",
        "d + c",
        "0 * c + a",
    ]
    check_tangents(student, three_leaves(rng), texts, {"d": float(rng.uniform(2, 3))}, k)


@ex09_1.part(2, "the tangent of each operation")
def tangents(student, rng):
    products = ["a * b", "b * a", "a * c", "b * c"]
    texts = ["a + b", *products, "a.exp()", "c.exp()", "a.sigmoid()", "b.sigmoid()", "c.sigmoid()"]
    for sign in (-1, 1):
        check_tangents(student, three_leaves(rng, sign), texts)


@ex09_1.part(1, "several operations; a Dual that is used several times; operands stay as they were")
def reuse(student, rng):
    leaves = three_leaves(rng)
    check_tangents(
        student, leaves, ["a + a", "b * b", "a * a * a", "(a + b) * (a + c)", "(a * b).exp() * c + a"]
    )
    kept = ask_dual(student, leaves, ["a + b", "a * c", "b + 1", "c * 2", "a.exp()", "b.sigmoid()"])[2]
    changed = "An operation changed its operands: a leaf has another value or tangent afterwards."
    before = np.array(list(leaves.values()))
    after = array(kept, "the leaves afterwards", (len(leaves), 2))
    same = np.allclose(after, before, rtol=1e-9, atol=0)  # a tangent may be kept in a scaled form
    require(same, f"{changed} See {DUALS}.")


# ---- 9.2: one chain, both directions

ex09_2 = Exercise("ex09_2")
DIRECTIONS = "lesson 09, section 9.3"


class Chain:
    """A chain of steps that count their calls; and its Jacobian, multiplied out."""

    def __init__(self, rng, sizes):
        self.calls, self.steps, self.functions = [], [], []
        for fan_in, fan_out in pairwise(sizes):
            self._linear(rng.uniform(0.4, 1.2, (fan_in, fan_out)) * rng.choice([-1, 1], (fan_in, fan_out)))
            self._slopes(rng.uniform(0.5, 1.5, fan_out))
        self.x = rng.uniform(0.3, 1.0, sizes[0]) * rng.choice([-1, 1], sizes[0])
        self.v, self.u = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
        self.zs, self.jacobians = [self.x], []
        for apply in self.functions:
            z, n = self.zs[-1], len(self.zs[-1])
            rows = [apply(z + 1e-30j * e).imag / 1e-30 for e in np.eye(n)]
            self.jacobians.append(np.array(rows).T)
            self.zs.append(apply(z.astype(complex)).real)
        self.y = self.zs[-1]
        total = np.eye(sizes[0])
        for J in self.jacobians:
            total = J @ total
        self.total = total

    def _step(self, apply, push, pull, fan_in, fan_out):
        place = len(self.steps)
        self.functions.append(apply)

        def counted(kind, function, size):
            def call(z, *other):
                self.calls.append((place, kind))
                z = np.asarray(z, dtype=float)
                require(
                    z.shape == (fan_in,), f"{kind} of a step got z of a wrong shape. z is the step's input."
                )
                if other:
                    got = np.shape(other[0])
                    wrong = f"{kind} of a step got a vector of a wrong shape. Do the steps stand in order?"
                    require(got == (size,), wrong)
                return function(z, *[np.asarray(o, dtype=float) for o in other])

            return call

        triple = counted("apply", apply, 0), counted("push", push, fan_in), counted("pull", pull, fan_out)
        self.steps.append(triple)

    def _linear(self, W):
        n, m = W.shape
        self._step(lambda z: z @ W, lambda z, t: t @ W, lambda z, g: W @ g, n, m)

    def _slopes(self, w):
        n = len(w)

        def slope(z):
            return w / np.cosh(z) ** 2 + 0.2 * z

        self._step(
            lambda z: w * np.tanh(z) + 0.1 * z**2,
            lambda z, t: slope(z) * t,
            lambda z, g: slope(z) * g,
            n,
            n,
        )


def ask_chain(jvp_vjp, chain, what):
    """Return the three results."""
    got = jvp_vjp(list(chain.steps), chain.x, chain.v, chain.u)
    return results(got, what, "y", "Jv", "JTu")


def chain_hints(chain):
    """Return what known mistakes give for J v and for J^T u."""
    steps, zs, x = chain.steps, chain.zs, chain.x
    direct, back = {}, {}

    def walk(order, kind, points, vector):
        for k in order:
            vector = steps[k][kind](points[k], vector)
        return vector

    ahead, behind = range(len(steps)), range(len(steps) - 1, -1, -1)
    square = all(len(z) == len(x) for z in zs)
    inputs = zs[:-1]
    keep = list(chain.calls)
    last = steps[-1]
    direct["All pushes count, not the last alone."] = (
        last[1](zs[-2], chain.v) if len(chain.v) == len(zs[-2]) else chain.y
    )
    direct["J v and J^T u have changed places."] = chain.total.T @ chain.u
    back["J v and J^T u have changed places."] = chain.total @ chain.v
    if square:
        for hints, kind, order, start in ((direct, 1, ahead, chain.v), (back, 2, behind, chain.u)):
            name = ("push", "pull")[kind - 1]
            hints[f"{name} needs z, the input of its step; yours gets the output."] = walk(
                order, kind, zs[1:], start
            )
            hints[f"{name} needs the input of its own step, not x."] = walk(
                order, kind, [x] * len(steps), start
            )
            hints[f"{name} needs the input of its own step, not y."] = walk(
                order, kind, [chain.y] * len(steps), start
            )
            other = "The kept inputs must be reversed together with the steps."
            hints[other] = walk(order, kind, inputs[::-1], start)
        back["On the way back the last step comes first."] = walk(ahead, 2, inputs, chain.u)
        back["J^T u starts from u, not from v."] = chain.total.T @ chain.v
        direct["J v starts from v, not from u."] = chain.total @ chain.u
        back["This is J u; the steps of J^T u are pulls."] = chain.total @ chain.u
        direct["This is J^T v; the steps of J v are pushes."] = chain.total.T @ chain.v
    if square:
        back["All pulls count, not the last alone."] = steps[0][2](inputs[0], chain.u)
    back["The pulls follow each other; their results are not added up."] = sum_of_pulls(chain, square)
    chain.calls[:] = keep
    return direct, back


def sum_of_pulls(chain, square):
    """Return what comes out if every step's part is added to an account."""
    total, g = 0, chain.u
    for k in range(len(chain.steps) - 1, -1, -1):
        g = chain.steps[k][2](chain.zs[k], g)
        total = total + g if square else g
    return total


def check_direct(jvp_vjp, chain, what):
    """Compare y and J v."""
    hints, _ = chain_hints(chain)
    y, direct, _ = ask_chain(jvp_vjp, chain, what)
    agree(y, chain.y, f"y of {what}", see=DIRECTIONS, hints={"The last step is missing.": chain.zs[-2]})
    agree(direct, chain.total @ chain.v, f"Jv of {what}", hints=hints, see=DIRECTIONS)


def check_back(jvp_vjp, chain, what):
    """Compare J^T u."""
    _, hints = chain_hints(chain)
    back = ask_chain(jvp_vjp, chain, what)[2]
    agree(back, chain.total.T @ chain.u, f"JTu of {what}", hints=hints, see=DIRECTIONS)


@ex09_2.part(1, "y and J v, from the first step to the last")
def forward_direction(jvp_vjp, rng):
    for sizes in ((3, 3, 3), (2, 4, 3)):
        what = f"jvp_vjp for {sizes[0]} inputs and {sizes[-1]} outputs"
        check_direct(jvp_vjp, Chain(rng, sizes), what)


@ex09_2.part(2, "J^T u, from the last step to the first")
def reverse_direction(jvp_vjp, rng):
    for sizes in ((3, 3, 3), (4, 2, 3)):
        what = f"jvp_vjp for {sizes[0]} inputs and {sizes[-1]} outputs"
        check_back(jvp_vjp, Chain(rng, sizes), what)


@ex09_2.part(1, "each function once a step")
def once_a_step(jvp_vjp, rng):
    chain = Chain(rng, (2, 3, 2))
    y = ask_chain(jvp_vjp, chain, "jvp_vjp")[0]
    agree(y, chain.y, "y of jvp_vjp for 4 steps", see=DIRECTIONS)
    for kind in ("apply", "push", "pull"):
        counts = [chain.calls.count((k, kind)) for k in range(len(chain.steps))]
        require(
            max(counts) <= 1,
            f"{kind} of a step was called {max(counts)} times; once is enough. See {DIRECTIONS}.",
        )
        require(min(counts) >= 1, f"{kind} of a step was never called. See {DIRECTIONS}.")


@ex09_2.part(1, "no step, one step, one number; the arguments stay as they were")
def short_chains(jvp_vjp, rng):
    x, v, u = rng.normal(size=(3, 3))
    got = results(jvp_vjp([], x, v, u), "jvp_vjp without steps", "y", "Jv", "JTu")
    for name, value, right in zip(("y", "Jv", "JTu"), got, (x, v, u)):
        agree(value, right, f"{name} of jvp_vjp without steps", see=DIRECTIONS)
    for sizes in ((2, 3), (1, 1)):
        chain = Chain(rng, sizes)
        chain.steps, chain.functions = chain.steps[:1], chain.functions[:1]
        y, direct, back = ask_chain(jvp_vjp, chain, "jvp_vjp for one step")
        agree(y, chain.zs[1], "y of jvp_vjp for one step", see=DIRECTIONS)
        agree(direct, chain.jacobians[0] @ chain.v, "Jv of jvp_vjp for one step", see=DIRECTIONS)
        agree(back, chain.jacobians[0].T @ chain.u, "JTu of jvp_vjp for one step", see=DIRECTIONS)
        require(not jvp_vjp.changed_inputs, "jvp_vjp changed its arguments. Write new arrays.")


# ---- 9.3: the Jacobian by sweeps

ex09_3 = Exercise("ex09_3")
SWEEPS = "lesson 09, section 9.4"


class Sweeps:
    """A linear map that counts what is asked of it."""

    def __init__(self, rng, n_out, n_in):
        self.J = rng.uniform(0.3, 2, (n_out, n_in)) * rng.choice([-1, 1], (n_out, n_in))
        self.pushed = self.pulled = 0

    def push(self, v):
        """Return J v."""
        self.pushed += 1
        v = self._vector("push", v, self.J.shape[1])
        return self.J @ v

    def pull(self, u):
        """Return J^T u."""
        self.pulled += 1
        return self.J.T @ self._vector("pull", u, self.J.shape[0])

    @staticmethod
    def _vector(name, value, size):
        vector = np.asarray(value, dtype=float)
        side = "n_in" if name == "push" else "n_out"
        require(
            vector.shape == (size,),
            f"{name} got the shape {vector.shape}; it takes one vector of {side} numbers.",
        )
        return vector


def check_jacobian(jacobian, rng, n_out, n_in, mode, most=None):
    """Compare the matrix, and count the sweeps."""
    sweeps = Sweeps(rng, n_out, n_in)
    J = sweeps.J
    what = f"jacobian for {n_in} inputs, {n_out} outputs and mode {mode!r}"
    got = jacobian(sweeps.push, sweeps.pull, n_in, n_out, mode)
    last_column, last_row = J.copy(), J.copy()
    last_column[:, -1], last_row[-1] = 0, 0
    hints = {
        "The last input has no sweep.": last_column,
        "The last output has no sweep.": last_row,
        "A sweep starts from a vector with one 1.": 2 * J,
        "Each sweep moves one input alone, not all inputs.": np.repeat(J.sum(axis=1)[:, None], n_in, axis=1),
        "Each sweep reads one output alone, not all outputs.": np.repeat(J.sum(axis=0)[None], n_out, axis=0),
        "Each sweep moves one input; yours moves that one and all before.": np.cumsum(J, axis=1),
    }
    if n_in == n_out:
        hints["Row i belongs to output i; yours is transposed."] = J.T
    agree(got, J, what, hints=hints, see=SWEEPS)
    pushed, pulled = sweeps.pushed, sweeps.pulled
    if mode == "forward":
        require(pulled == 0, f"{what}: it used pull, which is the other mode. See {SWEEPS}.")
        require(
            pushed == n_in, f"{what}: it called push {pushed} times; n_in sweeps are enough. See {SWEEPS}."
        )
    if mode == "reverse":
        require(pushed == 0, f"{what}: it used push, which is the other mode. See {SWEEPS}.")
        require(
            pulled == n_out, f"{what}: it called pull {pulled} times; n_out sweeps are enough. See {SWEEPS}."
        )
    if most is not None:
        came = f"{what}: it took {pushed + pulled} sweeps; the cheaper mode takes fewer. See {SWEEPS}."
        require(pushed + pulled <= most, came)


@ex09_3.part(1, "forward mode: one push for each input, columns")
def forward_sweeps(jacobian, rng):
    for n_out, n_in in ((3, 3), (2, 4), (4, 2)):
        check_jacobian(jacobian, rng, n_out, n_in, "forward")


@ex09_3.part(1, "reverse mode: one pull for each output, rows")
def reverse_sweeps(jacobian, rng):
    for n_out, n_in in ((3, 3), (2, 4), (4, 2)):
        check_jacobian(jacobian, rng, n_out, n_in, "reverse")


@ex09_3.part(1, "auto: no more sweeps than the cheaper mode takes")
def cheaper_mode(jacobian, rng):
    for n_out, n_in in ((2, 5), (6, 3), (3, 3), (3, 4), (4, 3)):
        check_jacobian(jacobian, rng, n_out, n_in, "auto", most=min(n_in, n_out))


@ex09_3.part(1, "one input, one output: still a matrix")
def one_of_each(jacobian, rng):
    for mode in ("forward", "reverse"):
        for n_out, n_in in ((1, 3), (3, 1), (1, 1)):
            check_jacobian(jacobian, rng, n_out, n_in, mode)


# ---- 9.4: unbroadcast

ex09_4 = Exercise("ex09_4")
TENSORS = "lesson 09, section 9.6"


def sums_over_uses(g, shape):
    """Add every entry of g to the entry of the small array that it was made from."""
    places = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), g.shape)
    found = np.zeros(int(np.prod(shape)))
    np.add.at(found, places.ravel(), g.ravel().astype(float))
    return found.reshape(shape)


def check_unbroadcast(unbroadcast, g, shape, what):
    """Compare with the sums over uses."""
    right = sums_over_uses(g, shape)
    uses = max(1, g.size // max(1, right.size))
    flat = g.ravel()[: right.size].reshape(shape) if g.size >= right.size else right
    mistakes = {
        "An entry that was used several times receives the sum, not the mean.": right / uses,
        "All uses count, not the first alone.": first_use(g, shape),
        "Reshaping does not add up; entries are lost.": flat,
        "Entries are added, not compared.": largest_use(g, shape),
    }
    if g.ndim == 2 and g.shape[0] == g.shape[1] and shape == g.shape[1:]:
        mistakes["New axes stand in front: sum over the first axis."] = g.sum(axis=1)
    agree(unbroadcast(g, shape), right, f"unbroadcast {what}", hints=mistakes, see=TENSORS)


def first_use(g, shape):
    """Return the first entry that each entry of the small array was used for."""
    g = g[(0,) * (g.ndim - len(shape))] if g.size else np.zeros(shape)
    for axis, size in enumerate(shape):
        g = g.take([0], axis=axis) if size == 1 and g.shape[axis] else g
    return g


def largest_use(g, shape):
    """Return the largest entry in place of the sum."""
    if not g.size:
        return np.zeros(shape)
    g = g.max(axis=tuple(range(g.ndim - len(shape))))
    for axis, size in enumerate(shape):
        g = g.max(axis=axis, keepdims=True) if size == 1 else g
    return g


@ex09_4.part(1, "new axes in front")
def new_axes(unbroadcast, rng):
    for before, shape in (((4,), (3,)), ((2, 3), (4,)), ((3,), (3,)), ((3, 2), (2, 4))):
        what = f"from {len(before + shape)} axes to {len(shape)}"
        check_unbroadcast(unbroadcast, rng.normal(size=before + shape), shape, what)


@ex09_4.part(1, "axes of length 1")
def short_axes(unbroadcast, rng):
    for big, shape in (
        ((4, 3), (4, 1)),
        ((4, 3), (1, 3)),
        ((2, 3, 4), (1, 3, 1)),
        ((3, 3), (3, 1)),
        ((2, 5), (1, 1)),
    ):
        check_unbroadcast(
            unbroadcast, rng.normal(size=big), shape, f"for axes of length 1 in {len(shape)} axes"
        )


@ex09_4.part(1, "new axes and an axis of length 1 together")
def both_kinds(unbroadcast, rng):
    for big, shape in (((2, 4, 3), (4, 1)), ((3, 2, 4), (1, 4)), ((5, 3), (1,))):
        check_unbroadcast(unbroadcast, rng.normal(size=big), shape, "for a new axis and one of length 1")


@ex09_4.part(1, "the same shape, a single number, no entries, whole numbers; the argument stays as it was")
def special_shapes(unbroadcast, rng):
    cases = {
        "to the same shape": (rng.normal(size=(2, 3)), (2, 3)),
        "for an axis that has length 1 on both sides": (rng.normal(size=(1, 3)), (1, 3)),
        "to a single number": (rng.normal(size=4), ()),
        "of a single number": (rng.normal(size=()), ()),
        "of an array without entries": (np.zeros((0, 3)), (3,)),
        "of whole numbers": (rng.integers(-5, 6, (4, 2)), (2,)),
    }
    for what, (g, shape) in cases.items():
        check_unbroadcast(unbroadcast, g, shape, what)
        require(not unbroadcast.changed_inputs, "unbroadcast changed its argument. Write a new array.")


# ---- 9.5: the product of matrices

ex09_5 = Exercise("ex09_5")


def pulled_back(A, B, G):
    """Return both cotangents as sums over indices."""
    dA = np.zeros(A.shape)
    dB = np.zeros(B.shape)
    for where in np.ndindex(G.shape):
        i, j = where[:-1], where[-1]
        for p in range(len(B)):
            dA[(*i, p)] += G[where] * B[p, j]
            dB[p, j] += G[where] * A[(*i, p)]
    return dA, dB


def three_arrays(rng, *shapes):
    """Return arrays with entries of either sign, away from 0."""
    return [rng.uniform(0.4, 2, shape) * rng.choice([-1, 1], shape) for shape in shapes]


def check_matmul(matmul_vjp, rng, batch, n, k, m, which, what):
    """Compare one of the two, or both."""
    A, B, G = three_arrays(rng, (*batch, n, k), (k, m), (*batch, n, m))
    ask_matmul(matmul_vjp, A, B, G, which, what)


def ask_matmul(matmul_vjp, A, B, G, which, what):
    """Call, and compare."""
    right = dict(zip(("A_bar", "B_bar"), pulled_back(A, B, G)))
    got = dict(zip(right, results(matmul_vjp(A, B, G), what, "A_bar", "B_bar")))
    n, k, m = A.shape[-2], *B.shape
    hints = {"A_bar": {}, "B_bar": {}}
    if n == k == m and A.ndim == 2:
        hints["A_bar"] = {
            "B is transposed in the derivative by A.": G @ B,
            "The order of the factors matters: G stands on the left.": B.T @ G,
            "The order of the factors matters: G stands on the left, and B is transposed.": B @ G,
            "The derivative by A has the shape of A; yours is transposed.": right["A_bar"].T,
            "Entry by entry is not a product of matrices.": G * B,
            "The two results have changed places.": right["B_bar"],
            "The derivative by A needs B, not A.": G @ A.T,
            "This is the value, not a derivative.": A @ B,
        }
        hints["B_bar"] = {
            "A is transposed in the derivative by B.": A @ G,
            "The order of the factors matters: G stands on the right.": G @ A.T,
            "The order of the factors matters: G stands on the right, and A is transposed.": G @ A,
            "The derivative by B has the shape of B; yours is transposed.": right["B_bar"].T,
            "Entry by entry is not a product of matrices. (A_bar, B_bar)": A * G,
            "The derivative by B needs A, not B.": B.T @ G,
        }
    if A.ndim > 2:
        parts = np.swapaxes(A, -1, -2) @ G
        axes = tuple(range(A.ndim - 2))
        hints["B_bar"] = {
            "B was used by every sample: sum over the batch, no mean.": right["B_bar"]
            / np.prod(A.shape[:-2]),
            "B was used by every sample, not by the first alone.": parts[(0,) * len(axes)],
            "B was used by every sample, not by the last alone.": parts[(-1,) * len(axes)],
        }
    for name in which:
        agree(got[name], right[name], f"{name} of {what}", hints=hints[name], see=TENSORS)


@ex09_5.part(1, "the derivative by A, for matrices")
def by_left_factor(matmul_vjp, rng):
    for n, k, m in ((3, 3, 3), (2, 4, 3), (4, 2, 5)):
        what = f"matmul_vjp for a {n} x {k} and a {k} x {m} matrix"
        check_matmul(matmul_vjp, rng, (), n, k, m, ["A_bar"], what)


@ex09_5.part(1, "the derivative by B, for matrices")
def by_right_factor(matmul_vjp, rng):
    for n, k, m in ((3, 3, 3), (2, 4, 3), (4, 2, 5)):
        what = f"matmul_vjp for a {n} x {k} and a {k} x {m} matrix"
        check_matmul(matmul_vjp, rng, (), n, k, m, ["B_bar"], what)


@ex09_5.part(1, "a batch: further axes in front of A")
def batches(matmul_vjp, rng):
    for batch, (n, k, m) in (((2,), (3, 4, 2)), ((3, 2), (2, 3, 4)), ((3,), (1, 2, 3))):
        what = f"matmul_vjp for A with {len(batch) + 2} axes"
        check_matmul(matmul_vjp, rng, batch, n, k, m, ["A_bar", "B_bar"], what)


@ex09_5.part(1, "one row, one column, whole numbers; the arguments stay as they were")
def thin_matrices(matmul_vjp, rng):
    for n, k, m in ((1, 3, 2), (3, 1, 2), (2, 3, 1), (1, 1, 1)):
        what = f"matmul_vjp for a {n} x {k} and a {k} x {m} matrix"
        check_matmul(matmul_vjp, rng, (), n, k, m, ["A_bar", "B_bar"], what)
        require(not matmul_vjp.changed_inputs, "matmul_vjp changed its arguments. Write new arrays.")
    whole = [rng.integers(1, 5, shape) * rng.choice([-1, 1], shape) for shape in ((2, 3), (3, 4), (2, 4))]
    ask_matmul(matmul_vjp, *whole, ["A_bar", "B_bar"], "matmul_vjp for whole numbers")
    require(not matmul_vjp.changed_inputs, "matmul_vjp changed its arguments. Write new arrays.")


# ---- 9.6: convolution on a line

ex09_6 = Exercise("ex09_6")
LINES = "lesson 09, section 9.7"
NAMES = ("T", "x_bar", "kernel_bar")


def convolution(kernel, x, g):
    """Return the matrix and both cotangents entry by entry."""
    k, n = len(kernel), len(x)
    T, dx, dk = np.zeros((n - k + 1, n)), np.zeros(n), np.zeros(k)
    for i in range(n - k + 1):
        for j in range(k):
            T[i, i + j] = kernel[j]
            dx[i + j] += g[i] * kernel[j]
            dk[j] += g[i] * x[i + j]
    return dict(zip(NAMES, (T, dx, dk)))


def check_convolution(conv1d_matrix, kernel, x, g, which, what):
    """Compare some of the three results."""
    right = convolution(kernel, x, g)
    got = dict(zip(NAMES, results(conv1d_matrix(kernel, x, g), what, *NAMES)))
    k, n, rows = len(kernel), len(x), len(g)
    flipped = convolution(kernel[::-1], x, g)
    off = convolution(np.roll(kernel, 1), x, g)
    hints = {
        "T": {
            "The kernel is not turned round: row i holds kernel[0] first.": flipped["T"],
            "Row i begins in column i.": np.tile(right["T"][0], (rows, 1)),
            "The last weight is missing.": right["T"] - convolution([*[0] * (k - 1), kernel[-1]], x, g)["T"],
            "The rows run from the top left to the bottom right.": right["T"][::-1],
            "Every weight is one place off.": off["T"],
            "Each row holds the whole kernel.": right["T"] / k,
            "T holds the kernel alone, not the input.": right["T"] * x,
        },
        "x_bar": {
            "The kernel is turned round in the derivative by x.": flipped["x_bar"],
            "Inputs at the border have fewer uses; the others receive the sum over all.": first_windows(
                kernel, g, n
            ),
            "This is the sum of the weights; each use has its own g.": right["T"].sum(axis=0),
            "All uses of an input count; the later ones overwrite the earlier.": overwritten(kernel, g, n),
            "The derivative by x needs no x.": right["x_bar"] * x,
            "An input that is used several times receives the sum, not the mean.": right["x_bar"]
            / np.maximum(1, (right["T"] != 0).sum(axis=0)),
        },
        "kernel_bar": {
            "The derivative by the kernel is turned round.": right["kernel_bar"][::-1],
            "A shared weight receives the sum over all rows, not the mean.": right["kernel_bar"] / rows,
            "A shared weight receives the sum over all rows, not the first alone.": g[0] * x[:k],
            "A shared weight receives the sum over all rows, not the last alone.": g[-1] * x[rows - 1 :],
            "Each row has its own g.": np.array([x[j : j + rows].sum() for j in range(k)]),
            "The derivative by weight j needs x[i + j], not x[i].": np.full(k, float(g @ x[:rows])),
            "The derivative by the kernel needs x, not the kernel.": right["kernel_bar"] * kernel,
            "g is turned round.": np.array([g[::-1] @ x[j : j + rows] for j in range(k)]),
        },
    }
    for name in which:
        agree(got[name], right[name], f"{name} of {what}", hints=hints[name], see=LINES)


def first_windows(kernel, g, n):
    """Return the product with the first weight of each row alone."""
    x = np.zeros(n)
    x[: len(g)] = np.asarray(g) * kernel[0]
    return x


def overwritten(kernel, g, n):
    """Return what assignment in place of addition leaves."""
    x = np.zeros(n)
    for i, value in enumerate(g):
        x[i : i + len(kernel)] = value * np.asarray(kernel)
    return x


def line(rng, k, n):
    """Return a kernel, an input and a cotangent, away from 0."""
    return three_arrays(rng, (k,), (n,), (n - k + 1,))


@ex09_6.part(1, "the matrix")
def the_matrix(conv1d_matrix, rng):
    for k, n in ((3, 5), (2, 6), (4, 5)):
        what = f"conv1d_matrix for a kernel of {k} and an input of {n}"
        check_convolution(conv1d_matrix, *line(rng, k, n), ["T"], what)


@ex09_6.part(1, "the derivative by the input")
def by_input(conv1d_matrix, rng):
    for k, n in ((3, 5), (2, 6), (4, 5)):
        what = f"conv1d_matrix for a kernel of {k} and an input of {n}"
        check_convolution(conv1d_matrix, *line(rng, k, n), ["x_bar"], what)


@ex09_6.part(2, "the derivative by the kernel: a weight stands in many places")
def by_kernel(conv1d_matrix, rng):
    for k, n in ((3, 5), (2, 6), (4, 5)):
        what = f"conv1d_matrix for a kernel of {k} and an input of {n}"
        check_convolution(conv1d_matrix, *line(rng, k, n), ["kernel_bar"], what)


@ex09_6.part(
    1, "a kernel of one, a kernel as long as the input, whole numbers; the arguments stay as they were"
)
def special_kernels(conv1d_matrix, rng):
    cases = {
        "a kernel of one": line(rng, 1, 4),
        "a kernel as long as the input": line(rng, 4, 4),
        "one number": line(rng, 1, 1),
        "whole numbers": [
            *(rng.integers(1, 5, 3) * rng.choice([-1, 1], 3) for _ in range(2)),
            rng.normal(size=1),
        ],
    }
    for kind, (kernel, x, g) in cases.items():
        check_convolution(conv1d_matrix, kernel, x, g, NAMES, f"conv1d_matrix for {kind}")
        require(not conv1d_matrix.changed_inputs, "conv1d_matrix changed its arguments. Write new arrays.")
