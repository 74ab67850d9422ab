"""Hidden tests of assignment 08.

Each part is one requirement of the exercise's text. What is right comes from elsewhere than the solutions:
sums over indices, forward mode with pairs of a value and a tangent, complex steps, and properties of an
order. Classes are built and used on the student's side; numbers come back. Hints say what a known
misconception would have returned.
"""

import numpy as np

from coursepkg.grading import Exercise, agree, require
from coursepkg.grading.checks import array

# ---- 8.1 and 8.2: the lecture's network

ex08_1 = Exercise("ex08_1")
FORWARD = "lesson 08, section 8.3"


def random_network(rng, p, q):
    """Return x, W1, W2 and lambda."""
    away = rng.uniform(0.3, 1.4, (p + 1, q)) * rng.choice([-1, 1], (p + 1, q))
    x = rng.uniform(0.3, 1.5, p) * rng.choice([-1, 1], p)
    return x, away[:p], away[p], float(rng.uniform(0.1, 0.9))


def values_of(x, y, W1, W2, lam):
    """Return u1 to u8, y_hat and loss, entry by entry."""
    (p, q), u = W1.shape, {}
    u["u1"] = np.array([sum(W1[i, j] * x[i] for i in range(p)) for j in range(q)], dtype=float)
    u["u2"] = 0.5 * (1 + np.tanh(u["u1"] / 2))
    u["u3"] = float(sum(W2[j] * u["u2"][j] for j in range(q)))
    u["y_hat"] = float(0.5 * (1 + np.tanh(u["u3"] / 2)))
    u["u4"] = float(np.logaddexp(0, -u["u3"] if y == 1 else u["u3"]))
    u["u5"], u["u6"] = float(W1.ravel() @ W1.ravel()), float(W2 @ W2)
    u["u7"] = u["u5"] + u["u6"]
    u["u8"] = lam * u["u7"]
    return u | {"loss": u["u4"] + u["u8"]}


def entries(value, names, what):
    """Take a dictionary that holds the names."""
    require(value is not None, f"{what}: it returned None. Does your function end in `return`?")
    require(isinstance(value, dict), f"{what}: it returned no dictionary.")
    for name in names:
        require(name in value, f"{what}: the key {name!r} is missing.")
    return value


def check_forward(u_forward, names, x, y, W1, W2, lam, what):
    """Compare some of the values."""
    u = values_of(x, y, W1, W2, lam)
    got = entries(u_forward(x, y, W1, W2, lam), names, what)
    p, q = W1.shape
    with np.errstate(all="ignore"):
        hints = {
            "u2": {
                "The hidden layer lacks its sigmoid.": u["u1"],
                "The sigmoid has a minus in its exponent.": 1 - u["u2"],
                "The activation is the sigmoid, not tanh.": np.tanh(u["u1"]),
            },
            "y_hat": {"The output lacks its sigmoid.": u["u3"]},
            "u4": {
                "The two terms of the cross-entropy have changed places.": np.logaddexp(
                    0, u["u3"] if y == 1 else -u["u3"]
                ),
                "The cross-entropy has a minus in front.": -u["u4"],
                "For the label 0 the term with 1 - y_hat counts.": -y * np.log(u["y_hat"]),
                "The loss is the cross-entropy, not a square.": (u["y_hat"] - y) ** 2,
                "The loss is the cross-entropy, not half a square.": (u["y_hat"] - y) ** 2 / 2,
                "The logarithm is the natural one.": u["u4"] / np.log(2),
            },
            "u5": {
                "u5 is the sum of squares, without a root.": np.sqrt(u["u5"]),
                "For a matrix np.linalg.norm(W, 2) is the largest singular value.": np.linalg.norm(W1, 2),
                "The square of np.linalg.norm(W, 2) is not the sum of squares.": np.linalg.norm(W1, 2) ** 2,
                "u5 is a sum, not a mean.": u["u5"] / W1.size,
                "There is no factor 1/2 in u5.": u["u5"] / 2,
                "u5 is a sum of squares, not of sizes.": np.abs(W1).sum(),
            },
            "u8": {"u8 is lambda times u7.": u["u7"]},
            "loss": {
                "The loss is u4 + u8.": u["u4"],
                "The penalty is added: loss = u4 + u8.": u["u4"] - u["u8"],
                "u7 enters through u8, once.": u["u4"] + u["u7"],
                "u7 enters through u8, not twice.": u["u4"] + u["u7"] + u["u8"],
            },
        }
        if p == q:
            hints["u1"] = {"u1 is W1.T @ x; you have W1 @ x.": W1 @ x}
    for name in names:
        agree(got[name], u[name], f"{name} of {what}", hints=hints.get(name), see=FORWARD)


LAYERS, PENALTY = ("u1", "u2", "u3", "y_hat"), ("u4", "u5", "u6", "u7", "u8", "loss")


@ex08_1.part(1, "the two layers: u1, u2, u3, y_hat")
def layers(u_forward, rng):
    for p, q in ((3, 3), (2, 4), (4, 2)):
        x, W1, W2, lam = random_network(rng, p, q)
        check_forward(u_forward, LAYERS, x, 1, W1, W2, lam, f"u_forward for p = {p}, q = {q}")


@ex08_1.part(1, "cross-entropy, penalty and loss, for both labels")
def loss(u_forward, rng):
    for p, q, y in ((2, 3, 1), (3, 2, 0)):
        x, W1, W2, lam = random_network(rng, p, q)
        check_forward(u_forward, PENALTY, x, y, W1, W2, lam, f"u_forward for the label {y}")


@ex08_1.part(1, "one input, one hidden unit, whole numbers; the arguments stay as they were")
def edges(u_forward, rng):
    x, W1, W2, lam = random_network(rng, 3, 4)
    whole = rng.choice([-2, -1, 1], 2), rng.choice([-1, 1], (2, 3)), rng.choice([-1, 1], 3)
    cases = {
        "one input": (x[:1], 1, W1[:1], W2, lam),
        "one hidden unit": (x, 0, W1[:, :1], W2[:1], lam),
        "one of each": (x[:1], 1, W1[:1, :1], W2[:1], lam),
        "whole numbers": (whole[0], 0, whole[1], whole[2], 1),
    }
    for kind, arguments in cases.items():
        check_forward(u_forward, ("u1", "u2", "u3", "u6"), *arguments, f"u_forward for {kind}")
        require(not u_forward.changed_inputs, "u_forward changed its arguments. Write new arrays.")


ex08_2 = Exercise("ex08_2")
BACKWARD = "lesson 08, section 8.4"


def derivatives_of(x, y, W1, W2, lam):
    """Return the derivatives entry by entry: path by path through each hidden unit."""
    (p, q), u = W1.shape, values_of(x, y, W1, W2, lam)
    error = u["y_hat"] - y
    slope = 0.25 / np.cosh(u["u1"] / 2) ** 2  # of the sigmoid
    d = {"u3": error, "u2": np.array([error * w for w in W2], dtype=float)}
    d["u1"] = d["u2"] * slope
    d["W1_u4"] = np.array(
        [[error * W2[j] * slope[j] * x[i] for j in range(q)] for i in range(p)], dtype=float
    )
    d["W1_u8"] = np.array([[lam * 2.0 * W1[i, j] for j in range(q)] for i in range(p)])
    d["W2_u4"] = np.array([error * u["u2"][j] for j in range(q)])
    d["W2_u8"] = np.array([lam * 2.0 * W2[j] for j in range(q)])
    return d | {"W1": d["W1_u4"] + d["W1_u8"], "W2": d["W2_u4"] + d["W2_u8"]}


def check_backward(u_backward, names, x, y, W1, W2, lam, what):
    """Compare some of the derivatives."""
    u, d = values_of(x, y, W1, W2, lam), derivatives_of(x, y, W1, W2, lam)
    got = entries(u_backward(x, y, W1, W2, lam, u), names, what)
    y_hat, u2 = u["y_hat"], u["u2"]
    again = 0.25 / np.cosh(u2 / 2) ** 2
    hints = {
        "u3": {
            "The derivative of the loss is y_hat - y, not y - y_hat.": y - y_hat,
            "The slope of the sigmoid cancels against the cross-entropy's; it is in there twice.": d["u3"]
            * y_hat
            * (1 - y_hat),
            "The label is missing: y_hat - y.": y_hat,
            "This is the derivative by y_hat; go on through the last sigmoid.": (y_hat - y)
            / (y_hat * (1 - y_hat)),
        },
        "u2": {
            "u3 = W2 . u2, so the derivative by u2 has the factor W2.": d["u3"] * u2,
            "The derivatives by u1 and by u2 have changed places.": d["u1"],
        },
        "u1": {
            "The slope of the sigmoid is missing between u2 and u1.": d["u2"],
            "The slope is u2 (1 - u2), with u2 itself.": d["u2"] * again,
            "The slope is u2 (1 - u2), not u2.": d["u2"] * u2,
            "The slope is u2 (1 - u2); this is the one of tanh.": d["u2"] * (1 - u2**2),
        },
        "W1_u8": {
            "The derivative of a square has a factor 2.": lam * W1,
            "u8 = lambda u7: the factor lambda is missing.": 2 * W1,
            "This is the derivative by u5, not by W1.": np.full(W1.shape, lam),
            "This is the derivative of the norm without its square.": lam * W1 / np.linalg.norm(W1),
            "The two contributions have changed places.": d["W1_u4"],
        },
        "W2_u8": {
            "The derivative of a square has a factor 2.": lam * W2,
            "u8 = lambda u7: the factor lambda is missing.": 2 * W2,
            "The two contributions have changed places.": d["W2_u4"],
        },
        "W1_u4": {
            "The slope of the sigmoid is missing between u2 and u1.": np.outer(x, d["u2"]),
            "The input x is missing.": np.outer(np.ones(len(x)), d["u1"]),
        },
        "W1": {
            "One path is missing: W1 is used by u1 and by u5.": d["W1_u4"],
            "One path is missing: W1 is used by u1 and by u5. (The data are.)": d["W1_u8"],
            "The contributions of the paths add up.": d["W1_u4"] - d["W1_u8"],
            "The contributions of the paths add up; you take their mean.": d["W1"] / 2,
            "The contributions of the paths add up; you multiply them.": d["W1_u4"] * d["W1_u8"],
        },
        "W2": {
            "One path is missing: W2 is used by u3 and by u6.": d["W2_u4"],
            "One path is missing: W2 is used by u3 and by u6. (The data are.)": d["W2_u8"],
            "The contributions of the paths add up.": d["W2_u4"] - d["W2_u8"],
        },
    }
    if W1.shape[0] == W1.shape[1]:
        transposed = "Entry (i, j) of W1 receives x_i times the derivative by u1_j; yours is transposed."
        hints["W1_u4"][transposed] = d["W1_u4"].T
        wrong = "u1 = W1.T x: the last factor is x, not u1."
        hints["W1_u4"][wrong] = np.outer(u["u1"], d["u1"])
    for name in names:
        what_now = f"{name} of {what}"
        agree(got[name], d[name], what_now, rtol=1e-8, atol=1e-11, hints=hints.get(name), see=BACKWARD)


@ex08_2.part(1, "the derivatives by u3, u2 and u1")
def through_the_layers(u_backward, rng):
    for p, q, y in ((2, 3, 1), (4, 2, 0)):
        x, W1, W2, lam = random_network(rng, p, q)
        check_backward(u_backward, ("u3", "u2", "u1"), x, y, W1, W2, lam, f"u_backward for the label {y}")


@ex08_2.part(1, "what reaches the weights through u4")
def through_u4(u_backward, rng):
    for p, q, y in ((3, 3, 1), (2, 4, 0)):
        x, W1, W2, lam = random_network(rng, p, q)
        what = f"u_backward for p = {p}, q = {q}"
        check_backward(u_backward, ("W1_u4", "W2_u4"), x, y, W1, W2, lam, what)


@ex08_2.part(1, "what reaches the weights through u8")
def through_u8(u_backward, rng):
    for p, q, y in ((3, 2, 0), (2, 4, 1)):
        x, W1, W2, lam = random_network(rng, p, q)
        what = f"u_backward for p = {p}, q = {q}"
        check_backward(u_backward, ("W1_u8", "W2_u8"), x, y, W1, W2, lam, what)


@ex08_2.part(1, "the derivatives by the weights: the sum of both")
def totals(u_backward, rng):
    for p, q, y in ((2, 3, 0), (4, 3, 1)):
        x, W1, W2, lam = random_network(rng, p, q)
        what = f"u_backward for p = {p}, q = {q}"
        check_backward(u_backward, ("W1", "W2"), x, y, W1, W2, lam, what)


@ex08_2.part(1, "one input, one hidden unit, whole numbers, no penalty; the arguments stay as they were")
def narrow(u_backward, rng):
    x, W1, W2, lam = random_network(rng, 3, 4)
    whole = rng.choice([-2, -1, 1], 2), rng.choice([-1, 1], (2, 3)), rng.choice([-1, 1], 3)
    cases = {
        "one input": (x[:1], 1, W1[:1], W2, lam),
        "one hidden unit": (x, 0, W1[:, :1], W2[:1], lam),
        "whole numbers": (whole[0], 0, whole[1], whole[2], 1),
        "lambda = 0": (x, 1, W1, W2, 0.0),
    }
    names = ("W1_u4", "W2_u4", "W2_u8")
    for kind, arguments in cases.items():
        check_backward(u_backward, names, *arguments, f"u_backward for {kind}")
        require(not u_backward.changed_inputs, "u_backward changed its arguments. Write new arrays.")


# ---- 8.3: Var, against forward mode

ex08_3 = Exercise("ex08_3")
ENGINE = "lesson 08, section 8.6"


class Dual:
    """A value and its derivative by one input, computed together; with words, the mistakes of others."""

    def __init__(self, value, tangent=0.0, mistake=""):
        self.value, self.tangent, self.mistake = value, tangent, mistake

    def _new(self, value, tangent):
        return Dual(value, tangent, self.mistake)

    def _other(self, other):
        return other if isinstance(other, Dual) else self._new(other, 0.0)

    def __add__(self, other):
        other = self._other(other)
        return self._new(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = self._other(other)
        a, b = (self, other) if self.mistake != "own factor" else (other, self)
        return self._new(self.value * other.value, self.tangent * b.value + other.tangent * a.value)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        slope = 0.0 if n == 0 else n * float(self.value) ** (n - 1)
        if self.mistake == "exponent kept" and self.value != 0:
            slope = n * float(self.value) ** n
        if self.mistake == "factor n lost" and self.value != 0:
            slope = float(self.value) ** (n - 1)
        return self._new(float(self.value) ** n, self.tangent * slope)

    def exp(self):
        y = float(np.exp(self.value))
        slope = self.value if self.mistake == "exp of nothing" else y
        return self._new(y, self.tangent * (1.0 if self.mistake == "exp 1" else slope))

    def log(self):
        slope = np.log(self.value) if self.mistake == "log again" else 1 / self.value
        return self._new(float(np.log(self.value)), self.tangent * slope)


SLOPES = {
    "own factor": "The slope of a * b by a is b, and by b it is a.",
    "exponent kept": "The slope of a ** n is n * a ** (n - 1).",
    "factor n lost": "The slope of a ** n has the factor n.",
    "exp 1": "The slope of exp is exp itself, at the value of its input.",
    "exp of nothing": "The slope of exp is exp itself.",
    "log again": "The slope of the logarithm is 1 / a.",
}

RUN_VAR = """
def through(y, x):
    if y is x:
        return 1.0
    inputs, slopes = y.inputs, y.slopes
    if len(inputs) != len(slopes):
        raise ValueError(f"a Var has {len(inputs)} inputs but {len(slopes)} slopes")
    for node in inputs:
        if not isinstance(node, Var):
            raise TypeError(f"inputs holds a {type(node).__name__}; it holds Var objects alone")
    return sum(slope * through(node, x) for node, slope in zip(inputs, slopes) if slope != 0)

scope = {name: Var(value) for name, value in leaves.items()} | {"k": k}
used = [scope[name] for name in leaves]
values, slopes = [], []
for text in texts:
    y = eval(text, dict(scope))
    values.append(y.value)
    slopes.append([through(y, x) for x in used] if by_inputs else [])
kept = [[x.value, len(x.inputs), len(x.slopes)] for x in used]
"""


def ask_var(student, leaves, texts, by_inputs=True, k=2):
    """Return values and slopes of expressions, and the leaves afterwards, from the student's class."""
    names = ["values", "slopes", "kept"]
    got = student.run(RUN_VAR, names, leaves=leaves, texts=texts, by_inputs=by_inputs, k=k)
    return got["values"], got["slopes"], got["kept"]


def of_dual(text, leaves, by="", mistake="", k=2):
    """Return value and derivative of an expression in forward mode; k is a number."""
    duals = {name: Dual(value, float(name == by), mistake) for name, value in leaves.items()}
    y = eval(text, {"k": k}, duals)
    return y.value, y.tangent


def check_values(student, leaves, texts, k=2):
    """Compare values alone."""
    values, _, _ = ask_var(student, leaves, texts, by_inputs=False, k=k)
    require(len(values) == len(texts), "Var: your code changed the lists of the check.")
    for text, value in zip(texts, values):
        agree(value, of_dual(text, leaves, k=k)[0], f"the value of {text}", see=ENGINE)


def check_slopes(student, leaves, texts, k=2):
    """Compare the derivatives by all leaves, summed over the paths through inputs and slopes."""
    _, slopes, _ = ask_var(student, leaves, texts, k=k)
    require(len(slopes) == len(texts), "Var: your code changed the lists of the check.")
    for text, found in zip(texts, slopes):
        right = [of_dual(text, leaves, name, k=k)[1] for name in leaves]
        hints = {
            SLOPES[mistake]: [of_dual(text, leaves, name, mistake, k)[1] for name in leaves]
            for mistake in SLOPES
        }
        what = f"the derivatives of {text} by {', '.join(leaves)}, through inputs and slopes"
        agree(found, right, what, hints=hints, see=ENGINE)


def three(rng):
    """Return values for a and b of either sign, and a positive c, all away from 0 and 1."""
    a, b = rng.uniform(1.2, 2.5, 2) * rng.choice([-1, 1], 2)
    return {"a": float(a), "b": float(b), "c": float(rng.uniform(1.3, 3))}


@ex08_3.part(1, "the values of +, *, **, exp and log of Vars")
def values(student, rng):
    texts = ["a + b", "a * b", "a ** 3", "c ** -1.5", "b.exp()", "c.log()", "(a * b + c).exp() ** 2 + a"]
    check_values(student, three(rng), texts)


@ex08_3.part(1, "a number on either side")
def constants(student, rng):
    k = round(float(rng.uniform(2, 4)), 3)
    texts = ["a + k", "k + a", "a * k", "k * a", "2 + b * 3", "3 * (b + 1)", "a + -4", "0 * c + a"]
    leaves = three(rng)
    check_values(student, leaves, texts, k)
    check_slopes(student, leaves, texts, k)


@ex08_3.part(2, "the slopes of each operation")
def slopes(student, rng):
    texts = ["a + b", "a * b", "b * a", "a ** 3", "b ** 2", "c ** -1.5", "c ** 0.5", "a.exp()", "c.log()"]
    check_slopes(student, three(rng), [*texts, "(a * b).exp() * c.log() + b ** 2"])
    check_slopes(student, {"a": 0.0, "b": -1.5}, ["a ** 0", "a ** 1", "a ** 2", "b ** 0", "b ** 3"])


@ex08_3.part(1, "a Var that is used several times; operands stay as they were")
def reuse(student, rng):
    texts = ["a + a", "a * a", "a * a * a", "(a + b) * (a + c)", "(c * c).log() + c", "a.exp() * a ** 2 + a"]
    leaves = three(rng)
    check_slopes(student, leaves, texts)
    _, _, kept = ask_var(student, leaves, texts)
    changed = "An operation changed its operands: a leaf has another value, inputs or slopes afterwards."
    before = [[value, 0, 0] for value in leaves.values()]
    require(np.array_equal(array(kept, "the leaves afterwards", (len(leaves), 3)), before), changed)


# ---- 8.4: topo_order, by its property

ex08_4 = Exercise("ex08_4")
ORDER = "lesson 08, section 8.5"

RUN_ORDER = """
import numpy

class Node:
    reads = 0

    def __init__(self, inputs):
        self._inputs = inputs

    @property
    def inputs(self):
        Node.reads += 1
        if Node.reads > most:
            raise RuntimeError(f"the inputs of {len(sizes)} nodes were read more than {most} times")
        return self._inputs

nodes, made, rest = [], [], iter(flat.tolist())
for size in sizes.tolist():
    made.append(tuple([nodes[next(rest)] for _ in range(size)]))
    nodes.append(Node(made[-1]))
places = {id(node): i for i, node in enumerate(nodes)}
order = numpy.array([places.get(id(node), -1) for node in topo_order(nodes[end])], dtype=int)
same = all(node._inputs is inputs for node, inputs in zip(nodes, made))
"""


def reachable(graph, end):
    """Return the places of all nodes from which the end is made, and the end."""
    found, waiting = set(), [end]
    while waiting:
        i = waiting.pop()
        if i not in found:
            found.add(i)
            waiting += graph[i]
    return found


def order_of(student, graph, end, what):
    """Ask for an order of a graph, a list of the places of each node's inputs; return places."""
    most = max(10 * len(graph), 30)
    sizes = np.array([len(inputs) for inputs in graph])
    flat = np.array([i for inputs in graph for i in inputs])
    got = student.run(RUN_ORDER, ["order", "same"], sizes=sizes, flat=flat.astype(int), end=end, most=most)
    require(got["same"] is True, f"topo_order on {what}: the inputs of a node are not what they were.")
    order = array(got["order"], f"topo_order on {what}")
    require(order.ndim == 1, f"topo_order on {what}: it returned no list of nodes.")
    strange = len(order) > 0 and order.min() < 0
    require(not strange, f"topo_order on {what}: the list holds something else than nodes.")
    return [int(i) for i in order]


def check_after_inputs(graph, order, what):
    """Check that whatever stands in the list stands after its inputs, the first time."""
    place = {}
    for k, i in enumerate(order):
        place.setdefault(i, k)
    late = [i for i in order if any(place.get(j, -1) > place[i] for j in graph[i])]
    backwards = all(place.get(j, -1) > place[i] for i in order for j in graph[i])
    turned = " Your list seems to begin with the end; turn it round." if len(order) > 1 and backwards else ""
    require(not late, f"topo_order on {what}: a node stands before one of its inputs.{turned} See {ORDER}.")


def check_members(graph, end, order, what):
    """Check that each node that is needed stands in the list, once, and no other."""
    needed = reachable(graph, end)
    repeated = len(order) - len(set(order))
    twice = f"topo_order on {what}: {repeated} entries of the list stand in it before. Each node once."
    require(repeated == 0, twice)
    missing = needed - set(order)
    require(not missing, f"topo_order on {what}: {len(missing)} of {len(needed)} nodes are missing.")
    require(set(order) == needed, f"topo_order on {what}: the list holds nodes that are not needed.")


def random_graph(rng, n):
    """Return for each node the places of its inputs: some twice, arms of any length, not all needed."""
    graph = [[]]
    for i in range(1, n):
        k = int(rng.integers(0, 4)) if rng.random() < 0.9 else 0
        recent = rng.integers(max(0, i - 3), i, k) if rng.random() < 0.5 else rng.integers(0, i, k)
        graph.append([int(j) for j in recent])
    graph[-1] = sorted({n - 2, n - 3, int(rng.integers(0, n - 3))}, key=lambda _: rng.random())
    return graph


def diamonds(rng):
    """Return graphs in which one arm is longer than the other, with the inputs in both orders."""
    for arm in (1, 2, 3):
        graph = [[], [0]] + [[k] for k in range(1, 1 + arm)]
        for ends in ([1, arm + 1], [arm + 1, 1]):
            yield [*graph, ends]
    yield [[], [0, 0], [1, 1]]
    yield [[], [0], [0], [1, 2], [3, 1], [4, 2, 3]]


@ex08_4.part(2, "every node after its inputs, on chains, trees, diamonds and random graphs")
def after_inputs(student, rng):
    cases = {"a chain": [[]] + [[k] for k in range(6)], "a tree": [[], [], [0, 1], [], [], [3, 4], [2, 5]]}
    for kind, graph in cases.items():
        order = order_of(student, graph, len(graph) - 1, kind)
        check_after_inputs(graph, order, kind)
        if kind == "a chain":
            check_members(graph, len(graph) - 1, order, kind)
    for graph in diamonds(rng):
        what = "a graph in which a node is used twice"
        check_after_inputs(graph, order_of(student, graph, len(graph) - 1, what), what)
    for n in (8, 12, 16, 20):
        graph = random_graph(rng, n)
        what = f"a random graph of {n} nodes"
        check_after_inputs(graph, order_of(student, graph, n - 1, what), what)


@ex08_4.part(1, "each node that is needed once, and no other")
def members(student, rng):
    cases = {"one leaf": [[]], "a node that is used twice by one operation": [[], [0, 0], [1, 1]]}
    for kind, graph in cases.items():
        check_members(graph, len(graph) - 1, order_of(student, graph, len(graph) - 1, kind), kind)
    for n in (8, 12, 16):
        graph = random_graph(rng, n)
        for end in (n - 1, n - 2, 0):
            what = f"a random graph of {n} nodes"
            check_members(graph, end, order_of(student, graph, end, what), what)


@ex08_4.part(1, "5000 nodes in a row, and very many paths")
def large(student):
    chain = [[]] + [[k] for k in range(4999)]
    paths = [[]] + [[k, k] for k in range(60)]
    ladder = [[], [0]] + [[k, k + 1] for k in range(58)]
    for kind, graph in (("5000 nodes in a row", chain), ("60 nodes, each the double of the last", paths)):
        order = order_of(student, graph, len(graph) - 1, kind)
        check_members(graph, len(graph) - 1, order, kind)
        check_after_inputs(graph, order, kind)
    kind = "60 nodes, each the sum of the last two"
    order = order_of(student, ladder, len(ladder) - 1, kind)
    check_members(ladder, len(ladder) - 1, order, kind)


# ---- 8.5: the engine, against complex steps

ex08_5 = Exercise("ex08_5")


class Plain:
    """Arrays with the methods of a Tensor, and no memory; they may be complex."""

    def __init__(self, data):
        self.data = np.asarray(data)

    def __add__(self, other):
        return Plain(self.data + (other.data if isinstance(other, Plain) else other))

    def __mul__(self, other):
        return Plain(self.data * (other.data if isinstance(other, Plain) else other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        if float(n).is_integer() and n >= 0:
            return Plain(np.prod([self.data] * int(n), axis=0))  # the complex power has a cut
        return Plain(self.data**n)

    def exp(self):
        return Plain(np.exp(self.data))

    def log(self):
        return Plain(np.log(self.data))

    def sum(self):
        return Plain(self.data.sum())


CHANGED = "Tensor: your code changed the lists of the check."

RUN_TENSOR = """
scope = {name: Tensor(value) for name, value in leaves.items()}
scope["k"] = k
used = [scope[name] for name in leaves]
exec(program, scope)
y = scope["y"]
value = y.data
y.backward()
grads = [x.grad for x in used]
after = [x.data for x in used]
"""


def outcome(program, leaves, k=2):
    """Return what a program makes of Plain leaves and a number k."""
    scope = {name: Plain(value) for name, value in leaves.items()} | {"k": k}
    exec(program, scope)
    return scope["y"].data


def gradients(program, leaves, k=2):
    """Return the derivative of the sum of y by every entry of every leaf, by complex steps: no difference."""
    found = []
    for name, value in leaves.items():
        value = np.asarray(value, dtype=float)
        d = np.zeros(value.shape)
        for i in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[i] += 1e-30j
            d[i] = outcome(program, leaves | {name: moved}, k).sum().imag / 1e-30
        found.append(d)
    return found


def shown(program):
    """Return a program in one line."""
    return "; ".join(program.split("\n"))


def check_tensor(student, program, leaves, what="", hints=None, k=2):
    """Run a program on Tensors; compare its value, the derivatives by all leaves, and the leaves."""
    got = student.run(RUN_TENSOR, ["value", "grads", "after"], program=program, leaves=leaves, k=k)
    what = f"{shown(program)}{what}"
    agree(got["value"], outcome(program, leaves, k), f"the value of {what}", see=ENGINE)
    both = isinstance(got["grads"], list) and isinstance(got["after"], list)
    require(both and len(got["grads"]) == len(got["after"]) == len(leaves), CHANGED)
    right = gradients(program, leaves, k)
    for i, (name, value) in enumerate(leaves.items()):
        given = {sentence: wrong[name] for sentence, wrong in (hints or {}).items() if name in wrong}
        where = f"{name}.grad for {what}"
        agree(got["grads"][i], right[i], where, rtol=1e-8, atol=1e-10, hints=given, see=ENGINE)
        kept = np.array_equal(array(got["after"][i], f"{name}.data afterwards"), value)
        require(kept, f"{name}.data is not what it was before {what}.")


def pair(rng, *shape):
    """Return leaves a of either sign and positive b, away from 0 and 1."""
    sign = rng.choice([-1.0, 1.0], shape)
    return {"a": rng.uniform(1.1, 1.9, shape) * sign, "b": rng.uniform(1.2, 2.2, shape)}


@ex08_5.part(1, "the value and the derivatives of each operation, a number on either side")
def operations(student, rng):
    leaves = pair(rng, 2, 3)
    k = round(float(rng.uniform(2, 4)), 3)
    texts = ["a + b", "a * b", "a ** 3", "b ** -1.5", "a ** 1", "a.exp()", "b.log()", "a.sum()"]
    texts += ["a + k", "k + a", "a * k", "3 * a", "(a * b).exp() * 2 + 1", "(b * 3).log().sum() * 2"]
    for text in texts:
        names = [name for name in leaves if name in text.replace("exp", "").replace("sum", "")]
        some = {name: leaves[name] for name in names}
        hints = {}
        if text == "a * b":
            hints["The derivative of a * b by a is b, and by b it is a."] = dict(leaves)
        if text == "a ** 3":
            hints["The derivative of a ** n is n a ** (n - 1)."] = {"a": 3 * leaves["a"] ** 3}
        if text == "a.exp()":
            hints["The derivative of exp is exp."] = {"a": leaves["a"]}
        if text == "a.sum()":
            hints["Every entry of a sum counts once."] = {"a": np.full((2, 3), 1 / 6)}
        check_tensor(student, f"y = {text}", some, hints=hints, k=k)


def random_program(rng, n):
    """Return lines that reuse what was made before, of moderate size."""
    lines, names = [], ["a", "b"]
    for k in range(n):
        p, q = rng.choice(names[-4:], 2)
        made = [f"{p} * {q} * 0.5", f"{p} + {q}", f"({p} * 0.25).exp()", f"({p} * {p} + 1) ** -0.5"]
        lines.append(f"c{k} = {made[int(rng.integers(4))]}")
        names.append(f"c{k}")
    return "\n".join([*lines, f"y = {names[-1]} * {names[-2]} + {names[-3]} + a * b"])


@ex08_5.part(1, "a Tensor that is used several times: all paths, each node after its users")
def paths_meet(student, rng):
    alone = {"a": rng.uniform(1.1, 1.9, 2)}
    a, one = alone["a"], np.ones(2)
    early = "A node was sent on before it was complete, and then again: visit each once, after its users."
    doubled = {
        early: {"a": 8 * one},
        f"{early} ": {"a": 6 * one},
        "A contribution replaces the one before; contributions add up.": {"a": one},
        "The second contribution is missing: an operation may use one Tensor twice.": {"a": 2 * one},
    }
    check_tensor(student, "b = a + a\nc = b + b\ny = c", alone, hints=doubled)
    lost = {"A contribution replaces the one before; contributions add up.": {"a": a}}
    check_tensor(student, "y = a * a", alone, hints=lost)
    part = "A node was visited before all its users had sent: a part of its derivative is missing."
    b = a * a
    for program in ("b = a * a\nc = b.exp()\ny = b + c", "b = a * a\nc = b.exp()\ny = c + b"):
        hints = {part: {"a": 2 * a}, f"{part} ": {"a": 2 * a * np.exp(b)}}
        check_tensor(student, program, alone, hints=hints)
    check_tensor(student, "b = a + a\nc = b * b\nd = c + b\ne = d * c\ny = e + b", alone)
    check_tensor(student, "b = a * 2\nc = b * b\nd = c * b\ny = b * d", alone)
    for n in (5, 8, 12):
        check_tensor(student, random_program(rng, n), pair(rng, 2))


RUN_TWICE = """
a, b = Tensor(left), Tensor(right)
start = [a.grad + 0.0, b.grad + 0.0]
u = a * b
y = u * 3 + a
y.backward()
once = a.grad + 0.0
y.backward()
twice = a.grad + 0.0
z = u * a
z.backward()
third = a.grad + 0.0
a.zero_grad()
b.zero_grad()
zero = [a.grad + 0.0, b.grad + 0.0]
y.backward()
fresh = a.grad + 0.0
p = Tensor(left)
q = (p * p) * 3
q.backward()
q.backward()
nested = p.grad + 0.0
names = [once, twice, third, fresh, nested]
"""


@ex08_5.part(1, "backward adds to grad, a second backward the same again; zero_grad sets it to 0")
def accumulation(student, rng):
    a, b = rng.uniform(1.1, 1.9, (2, 3))
    got = student.run(RUN_TWICE, ["start", "names", "zero"], left=a, right=b)
    nothing = np.zeros((2, 3))
    agree(got["start"], nothing, "grad of two leaves at the start", see=ENGINE)
    require(isinstance(got["names"], list) and len(got["names"]) == 5, CHANGED)
    once, both = 3 * b + 1, 2 * (3 * b + 1)
    replaced = "backward replaces grad; it should add to it."
    inner = "The accounts of inner nodes are still full from the backward before; start them at 0 each time."
    not_zero = "zero_grad does not set grad to 0."
    cases = [
        ("the first y.backward()", once, {}),
        ("a second y.backward()", both, {replaced: once, inner: 12 * b + 2}),
        ("a backward of another output with a node in common", both + 2 * a * b, {replaced: 2 * a * b}),
        ("zero_grad and one more y.backward()", once, {not_zero: both + 2 * a * b + once}),
        ("two q.backward() for q = (p * p) * 3", 12 * a, {replaced: 6 * a, inner: 18 * a}),
    ]
    for k, (what, right, hints) in enumerate(cases):
        agree(got["names"][k], right, f"grad of a leaf after {what}", hints=hints, see=ENGINE)
        if k == 2:
            agree(got["zero"], nothing, "grad of two leaves after zero_grad", see=ENGINE)


@ex08_5.part(1, "shapes that broadcast")
def broadcasting(student, rng):
    shapes = [
        ((2, 3), (3,)),
        ((2, 1), (1, 3)),
        ((), (2, 3)),
        ((3,), (1,)),
        ((2, 1, 3), (4, 1)),
        ((1, 1), (2,)),
    ]
    for left, right in shapes:
        leaves = {"a": rng.uniform(1.1, 1.9, left), "b": rng.uniform(1.1, 1.9, right)}
        what = f", shapes {left} and {right}"
        share = {}
        for text in ("a + b", "a * b"):
            whole = gradients(f"y = {text}", leaves)
            size = np.broadcast_shapes(left, right)
            parts = [d * np.size(v) / np.prod(size) for d, v in zip(whole, leaves.values())]
            share = {
                "An entry that is used several times receives the sum, not a mean.": dict(zip("ab", parts))
            }
            check_tensor(student, f"y = {text}", leaves, what, hints=share)
    leaves = {
        "a": rng.uniform(1.1, 1.9, (2, 3)),
        "b": rng.uniform(1.1, 1.9, 3),
        "c": rng.uniform(1.1, 1.9, (2, 1)),
    }
    check_tensor(
        student, "y = ((a * b + c).exp() * b + c ** 2).sum()", leaves, ", shapes (2, 3), (3,), (2, 1)"
    )


@ex08_5.part(
    1, "kinds of data: whole numbers, lists, shape (); grad is of the same shape, and new for each leaf"
)
def kinds(student, rng):
    k = int(rng.integers(2, 6))
    lines = """
n, x, s = Tensor(whole), Tensor(listed), Tensor(number)
shapes = [list(t.grad.shape) for t in (n, x, s)]
real = [t.data.dtype.kind == "f" and t.grad.dtype.kind == "f" for t in (n, x, s)]
y = (n * x).sum() * s + s ** 2
y.backward()
grads, value = [n.grad, x.grad, s.grad], y.data
kept = whole
other = Tensor(listed)
unused = other.grad
"""
    whole, listed = rng.integers(1, 5, (2, 2)), [[0.5, 1.5], [2.5, -1.5]]
    names = ["shapes", "real", "grads", "value", "kept", "unused"]
    got = student.run(lines, names, whole=whole, listed=listed, number=k)
    require(got["shapes"] == [[2, 2], [2, 2], []], "Tensor: grad has not the shape of data at the start.")
    require(
        got["real"] == [True, True, True], "Tensor: data and grad should be floats, for whole numbers too."
    )
    leaves = {"n": whole, "x": np.array(listed), "s": np.array(k)}
    agree(
        got["value"],
        outcome("y = (n * x).sum() * s + s ** 2", leaves),
        "y = (n * x).sum() * s + s ** 2, whole n",
    )
    require(isinstance(got["grads"], list) and len(got["grads"]) == 3, CHANGED)
    for found, right, name in zip(got["grads"], gradients("y = (n * x).sum() * s + s ** 2", leaves), "nxs"):
        agree(found, right, f"{name}.grad for y = (n * x).sum() * s + s ** 2, whole n", rtol=1e-8, see=ENGINE)
    require(
        np.array_equal(array(got["kept"], "the array"), whole), "Tensor changed the array that it was given."
    )
    agree(got["unused"], np.zeros((2, 2)), "the grad of a leaf that no backward has met", see=ENGINE)


RUN_DEEP = """
x = Tensor(1.5)
y = x
for _ in range(depth):
    y = y + x
y.backward()
deep = x.grad
z = w = Tensor(0.5)
for _ in range(60):
    z = z + z
z.backward()
wide = w.grad
"""


@ex08_5.part(1, "5000 operations in a row, and very many paths")
def deep(student):
    got = student.run(RUN_DEEP, ["deep", "wide"], depth=5000)
    agree(got["deep"], 5001, "x.grad for y = x + x + ... + x, 5000 additions", see=ENGINE)
    agree(got["wide"], 2.0**60, "w.grad after 60 doublings", see=ENGINE)


# ---- 8.6: gradcheck

ex08_6 = Exercise("ex08_6")
CHECK = "lesson 08, section 8.7"


def smooth(rng, shape):
    """Return a smooth function of an array and its gradient: cubes, sines, products of neighbours."""
    a, b = rng.uniform(0.5, 1.5, (2, *shape))

    def f(x):
        flat = x.ravel()
        return float(np.sum(a * x**3) + np.sum(np.sin(b * x)) + flat[:-1] @ flat[1:])

    def gradient(x):
        flat, mixed = x.ravel(), np.zeros(x.size)
        mixed[1:] += flat[:-1]
        mixed[:-1] += flat[1:]
        return 3 * a * x**2 + b * np.cos(b * x) + mixed.reshape(shape)

    return f, gradient


def norm(v):
    """Return the root of the sum of squares."""
    return float(np.sqrt(np.sum(np.asarray(v, dtype=float) ** 2)))


def differences(f, x, eps, up=1.0, down=1.0, divide=2.0):
    """Return difference quotients, entry by entry."""
    n, x = np.zeros(x.shape), x.astype(float)
    for i in np.ndindex(x.shape):
        high, low = x.copy(), x.copy()
        high[i], low[i] = x[i] + up * eps, x[i] - down * eps
        n[i] = (f(high) - f(low)) / (divide * eps)
    return n


def relative(n, g):
    """Return the relative error."""
    size = norm(n) + norm(g)
    return norm(n - g) / size if size > 0 else 0.0


def check_gradcheck(gradcheck, f, g, x, what, eps=None, atol=1e-7):
    """Compare the relative error; count the calls and look at their arguments."""
    step, calls = 1e-5 if eps is None else eps, 0

    def watched(point):
        nonlocal calls
        calls += 1
        point = array(point, f"the array that gradcheck gives to f, on {what}", x.shape)
        off = np.abs(point - x)
        require(
            np.count_nonzero(off > step / 10) <= 1,
            f"gradcheck on {what} moved several entries of x together.",
        )
        return f(point)

    got = gradcheck(watched, g, x) if eps is None else gradcheck(watched, g, x, eps)
    n = differences(f, x, step)
    forward, backward = differences(f, x, step, 1, 0, 1), differences(f, x, step, 0, 1, 1)
    size = norm(n) + norm(g)
    with np.errstate(all="ignore"):
        hints = {
            "eps is an argument; use it.": relative(differences(f, x, 1e-5), g),
            "These are one-sided differences; step to both sides.": relative(forward, g),
            "These are one-sided differences, backward; step to both sides.": relative(backward, g),
            "The step is 2 eps from end to end: divide by 2 eps.": relative(2 * n, g),
            "Divide by 2 eps, once.": relative(n / 2, g),
            "This is the absolute error; divide by the two norms.": norm(n - g),
            "Divide by the norm of n and that of g together.": norm(n - g) / max(norm(n), norm(g), 1e-300),
            "Divide by both norms; yours is divided by that of g.": norm(n - g) / max(norm(g), 1e-300),
            "Divide by both norms; yours is divided by that of n.": norm(n - g) / max(norm(n), 1e-300),
            "The norms need their roots.": norm(n - g) ** 2 / max(norm(n) ** 2 + norm(g) ** 2, 1e-300),
            "The norm is the root of the sum of squares, not the largest entry.": np.abs(n - g).max()
            / max(np.abs(n).max() + np.abs(g).max(), 1e-300),
            "The norm is the root of the sum of squares, not the sum of sizes.": np.abs(n - g).sum()
            / max(np.abs(n).sum() + np.abs(g).sum(), 1e-300),
            "The difference is taken between sizes; subtract the arrays.": abs(norm(n) - norm(g))
            / max(size, 1e-300),
            "A small number under the line changes the result.": norm(n - g) / (size + 1),
        }
    agree(got, relative(n, g), f"gradcheck on {what}", rtol=1e-6, atol=atol, hints=hints, see=CHECK)
    require(
        calls <= 2 * x.size, f"gradcheck on {what} calls f {calls} times; twice for each entry is enough."
    )
    require(not {1, 2}.intersection(gradcheck.changed_inputs), "gradcheck changed g or x. Work on a copy.")


def point(rng, *shape):
    """Return entries of either sign, away from 0."""
    return rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape)


@ex08_6.part(2, "the relative error of right and of wrong gradients, for vectors and steps of any size")
def errors(gradcheck, rng):
    for size, eps in ((3, None), (4, 0.03), (5, 0.5)):
        (f, gradient), x = smooth(rng, (size,)), point(rng, size)
        g = gradient(x)
        name = "a smooth function, the default eps" if eps is None else f"a smooth function, eps = {eps:g}"
        check_gradcheck(gradcheck, f, g, x, f"{name}, the right gradient", eps)
        check_gradcheck(gradcheck, f, g * rng.uniform(0.3, 0.8), x, f"{name}, too short a gradient", eps)
        wrong = g.copy()
        wrong[1] += 1.0
        check_gradcheck(gradcheck, f, wrong, x, f"{name}, one wrong entry", eps)
    check_gradcheck(gradcheck, f, -g, x, "a smooth function, eps = 0.03, the wrong sign", 0.03)


@ex08_6.part(1, "matrices, three dimensions and whole numbers; x and g stay as they were")
def shapes(gradcheck, rng):
    for shape in ((2, 3), (3, 1), (2, 1, 2)):
        (f, gradient), x = smooth(rng, shape), point(rng, *shape)
        g = gradient(x)
        wrong = g + rng.uniform(0.2, 1, shape)
        check_gradcheck(gradcheck, f, g, x, f"an array of shape {shape}, the right gradient")
        check_gradcheck(gradcheck, f, wrong, x, f"an array of shape {shape}, a wrong gradient")
    (f, gradient), whole = smooth(rng, (3,)), rng.choice([-2, -1, 1, 2], 3)
    check_gradcheck(gradcheck, f, gradient(whole), whole, "whole numbers, the right gradient")
    check_gradcheck(gradcheck, f, 0.5 * gradient(whole), whole, "whole numbers, half of the gradient")


@ex08_6.part(1, "0 where both are 0, 1 where one of them is, and small gradients")
def zeros(gradcheck, rng):
    x = point(rng, 3)
    level = float(rng.integers(-3, 4))
    check_gradcheck(gradcheck, lambda _: level, np.zeros(3), x, "a constant and the gradient 0")
    check_gradcheck(gradcheck, lambda _: level, point(rng, 3), x, "a constant and another gradient")
    slope = point(rng, 3)
    linear = "a linear function and the gradient 0"
    check_gradcheck(gradcheck, lambda v: float(slope @ v), np.zeros(3), x, linear)
    flat, wrong = 1e-3 * slope, 1e-3 * point(rng, 3)
    check_gradcheck(gradcheck, lambda v: float(flat @ v), wrong, x, "a nearly flat function")
