"""What a derivative costs: operations counted, not timed.

For a chain of layers the multiplications of a Jacobian are counted by formula and by sweeps that multiply.
For a function of numbers, every operation of the evaluation and of the derivative goes through one
`Arithmetic`, which keeps the count; so the bound on the price of a gradient is measured where it is claimed.

Lecture: notebook 09.

References: Baur, W., & Strassen, V. (1983). Theoretical Computer Science, 22, 317-330.
Griewank, A., & Walther, A. (2008). Evaluating Derivatives, 2nd ed. SIAM.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.autodiff import Tensor, tape

MODES = ("forward", "reverse")
PRODUCTS = ("affine", "layer", "matmul")


def layer_multiplications(sizes: Sequence[int]) -> int:
    """Return the multiplications of a vector with all weight matrices of a network: one for each weight.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    sizes : sequence of int, at least 1
        ``n_in``, the widths, ``n_out``; at least two.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or one is below 1.

    Examples
    --------
    >>> layer_multiplications([2, 64, 64, 1])
    4288
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"layer_multiplications: expected at least two sizes of at least 1, got {list(sizes)}; "
            "inputs come first and outputs last"
        )
    return sum(int(a) * int(b) for a, b in pairwise(sizes))


def jacobian_multiplications(sizes: Sequence[int], mode: str) -> int:
    """Return the multiplications with weights that the full Jacobian of a network takes.

    Forward mode sweeps once for each input, reverse mode once for each output, and every sweep uses every
    weight once. The slopes of activations, one a unit, and the evaluation itself are left out.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    sizes : sequence of int, at least 1
        ``n_in``, the widths, ``n_out``.
    mode : {"forward", "reverse"}

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If there is no such mode, or the sizes are none.

    Examples
    --------
    >>> [jacobian_multiplications([2, 64, 64, 1], mode) for mode in ("forward", "reverse")]
    [8576, 4288]
    """
    _check_mode("jacobian_multiplications", mode)
    return layer_multiplications(sizes) * int(sizes[0] if mode == "forward" else sizes[-1])


def gradient_multiplications(sizes: Sequence[int]) -> int:
    """Return the multiplications with which a backward sweep finds the gradient by all weights, one sample.

    Every weight takes one for its own derivative, and every weight but those of the first layer one to
    send on; no derivative by the input is asked for.

    Lecture: notebook 09, section 9.5.

    Parameters
    ----------
    sizes : sequence of int, at least 1

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the sizes are none.

    Examples
    --------
    >>> gradient_multiplications([2, 64, 64, 1])
    8448
    """
    own = layer_multiplications(sizes)
    return own + (layer_multiplications(sizes[1:]) if len(sizes) > 2 else 0)


def jacobian_by_sweeps(matrices: Sequence[ArrayLike], mode: str) -> tuple[np.ndarray, int]:
    """Multiply the local Jacobians of a chain, one sweep for each unit vector, and count.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    matrices : sequence of array_like of float, shapes (n_0, n_1), (n_1, n_2), ...
        Weights as in a layer ``W.T @ h``; slopes of activations may be multiplied into their columns.
    mode : {"forward", "reverse"}

    Returns
    -------
    jacobian : ndarray, shape (n_out, n_in)
        ``W_L.T ... W_2.T W_1.T``.
    multiplications : int
        Counted while sweeping.

    Raises
    ------
    ValueError
        If there is no such mode, no matrix, or two neighbours do not fit.

    Examples
    --------
    >>> jacobian_by_sweeps([[[1.0, 2.0]], [[3.0], [4.0]]], "forward")
    (array([[11.]]), 4)
    """
    _check_mode("jacobian_by_sweeps", mode)
    weights = [np.asarray(W, dtype=float) for W in matrices]
    if not weights:
        raise ValueError("jacobian_by_sweeps: expected at least one matrix")
    for k, (A, B) in enumerate(pairwise(weights)):
        if A.shape[1] != B.shape[0]:
            raise ValueError(
                f"jacobian_by_sweeps: matrix {k} has shape {A.shape} and the next one {B.shape}; the "
                "columns of one are the rows of the next"
            )
    order = weights if mode == "forward" else [W.T for W in reversed(weights)]
    multiplications, found = 0, []
    for vector in np.eye(len(order[0])):
        for W in order:
            vector = W.T @ vector  # (n_out, n_in) @ (n_in,) -> (n_out,)
            multiplications += W.size
        found.append(vector)
    return (np.array(found).T if mode == "forward" else np.array(found)), multiplications


def best_order(sizes: Sequence[int]) -> tuple[int, str]:
    """Return the fewest multiplications for the product of the layers' matrices, and the brackets.

    For a chain the best order is found by dynamic programming over its parts.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    sizes : sequence of int, at least 1
        Matrix k, J_k, has shape ``(sizes[k], sizes[k - 1])``.

    Returns
    -------
    multiplications : int
        With full matrices; neither order starts from an identity.
    brackets : str
        The product in the order of application, from the output (left) to the input (right).

    Raises
    ------
    ValueError
        If the sizes are none.

    Examples
    --------
    >>> best_order([50, 50, 2, 50, 50])
    (15000, '((J4 J3) (J2 J1))')
    """
    layer_multiplications(sizes)

    @cache
    def part(i: int, j: int) -> tuple[int, str]:
        """The product of the matrices from node i to node j."""
        if j == i + 1:
            return 0, f"J{j}"
        return min(
            (
                part(i, k)[0] + part(k, j)[0] + int(sizes[i]) * int(sizes[k]) * int(sizes[j]),
                f"({part(k, j)[1]} {part(i, k)[1]})",
            )
            for k in range(i + 1, j)
        )

    return part(0, len(sizes) - 1)


def graph_multiplications(y: Tensor) -> tuple[int, int]:
    """Return the multiplications of the matrix products on a tape: forward, and backward by what it requires.

    Lecture: notebook 09, section 9.5.

    Parameters
    ----------
    y : Tensor
        The output; its graph is kept. Counted are the nodes of `matmul`, `affine` and `layer`.

    Returns
    -------
    forward : int
    backward : int
        One product of the same size for each factor that requires a derivative.

    Raises
    ------
    ValueError
        If nothing on the tape is a product of matrices.

    Examples
    --------
    >>> from coursepkg.autodiff import matmul
    >>> W = Tensor(np.ones((3, 2)), requires_grad=True)
    >>> graph_multiplications(matmul(np.ones((5, 3)), W))
    (30, 30)
    """
    forward = backward = 0
    for node in tape(y):
        if node.operation in PRODUCTS:
            factors = node.inputs[:2]
            count = node.size * np.shape(getattr(factors[0], "data", factors[0]))[-1]
            forward += count
            backward += count * sum(isinstance(x, Tensor) and x.requires_grad for x in factors)
    if not forward:
        raise ValueError("graph_multiplications: no product of matrices; was the graph freed by backward()?")
    return forward, backward


class Arithmetic:
    """Operations on floats that are counted as they are done.

    Lecture: notebook 09, section 9.5.

    Attributes
    ----------
    counts : Counter
        How often each of ``+ - * /`` and ``function`` was done.

    Examples
    --------
    >>> m = Arithmetic()
    >>> m.add(2.0, m.multiply(3.0, 4.0)), m.counts.total()
    (14.0, 2)
    """

    def __init__(self):
        self.counts: Counter[str] = Counter()

    def add(self, a: float, b: float) -> float:
        """Return the sum."""
        self.counts["+"] += 1
        return a + b

    def subtract(self, a: float, b: float) -> float:
        """Return the difference."""
        self.counts["-"] += 1
        return a - b

    def multiply(self, a: float, b: float) -> float:
        """Return the product."""
        self.counts["*"] += 1
        return a * b

    def divide(self, a: float, b: float) -> float:
        """Return the quotient."""
        self.counts["/"] += 1
        return a / b

    def call(self, function: Callable[[float], float], x: float) -> float:
        """Return an elementary function of `x`, which counts as one operation."""
        self.counts["function"] += 1
        return function(x)


def _sigmoid(x: float) -> float:
    return 0.5 * (1 + math.tanh(x / 2))


# An elementary function and its slope; the slope is computed with counted operations from y and x.
FUNCTIONS: dict[str, tuple[Callable, Callable]] = {
    "exp": (math.exp, lambda m, y, x: y),
    "log": (math.log, lambda m, y, x: m.divide(1.0, x)),
    "sin": (math.sin, lambda m, y, x: m.call(math.cos, x)),
    "cos": (math.cos, lambda m, y, x: m.subtract(0.0, m.call(math.sin, x))),
    "sqrt": (math.sqrt, lambda m, y, x: m.divide(0.5, y)),
    "tanh": (math.tanh, lambda m, y, x: m.subtract(1.0, m.multiply(y, y))),
    "sigmoid": (_sigmoid, lambda m, y, x: m.multiply(y, m.subtract(1.0, y))),
}


class Number:
    """A float whose operations are counted and written on a tape.

    Lecture: notebook 09, section 9.5.

    Parameters
    ----------
    value : float
    m : Arithmetic
        Does and counts the operations.
    entries : list
        The tape, shared by all numbers of a function.

    Examples
    --------
    >>> m, entries = Arithmetic(), []
    >>> x = Number(3.0, m, entries)
    >>> (x * x + 1).value, m.counts.total()
    (10.0, 2)
    """

    def __init__(self, value: float, m: Arithmetic, entries: list, made_by: tuple = ("input", ())):
        self.value, self._m, self._entries, self._place = value, m, entries, len(entries)
        entries.append((*made_by, value))

    def _new(self, name, *inputs):
        """Do an operation; `inputs` are Numbers and constants."""
        values = [x.value if isinstance(x, Number) else float(x) for x in inputs]
        if name in FUNCTIONS:
            value = self._m.call(FUNCTIONS[name][0], *values)
        else:
            value = getattr(self._m, name)(*values)
        places = [x._place if isinstance(x, Number) else None for x in inputs]
        return Number(value, self._m, self._entries, (name, tuple(zip(places, values))))

    def __add__(self, other):
        return self._new("add", self, other)

    def __radd__(self, other):
        return self._new("add", other, self)

    def __sub__(self, other):
        return self._new("subtract", self, other)

    def __rsub__(self, other):
        return self._new("subtract", other, self)

    def __mul__(self, other):
        return self._new("multiply", self, other)

    def __rmul__(self, other):
        return self._new("multiply", other, self)

    def __truediv__(self, other):
        return self._new("divide", self, other)

    def __rtruediv__(self, other):
        return self._new("divide", other, self)

    def apply(self, name: str) -> "Number":
        """Return an elementary function of this number: a key of `FUNCTIONS`."""
        if name not in FUNCTIONS:
            raise ValueError(f"Number.apply: expected one of {', '.join(FUNCTIONS)}, got {name!r}")
        return self._new(name, self)


@dataclass(frozen=True)
class Cost:
    """A gradient and what it took.

    Lecture: notebook 09, section 9.5.

    Attributes
    ----------
    value : float
        Of the function.
    gradient : ndarray, shape (n,)
    function : Counter
        Operations of one evaluation of the function.
    total : Counter
        Operations of value and gradient together.
    """

    value: float
    gradient: np.ndarray
    function: Counter
    total: Counter

    @property
    def ratio(self) -> float:
        """All operations for value and gradient, as a multiple of those for the value."""
        return self.total.total() / self.function.total()

    @property
    def multiplication_ratio(self) -> float:
        """The same with multiplications and divisions alone; NaN if the function has none."""
        own, total = (c["*"] + c["/"] for c in (self.function, self.total))
        return total / own if own else math.nan


def measure(f: Callable, x: ArrayLike, method: str = "reverse", h: float = 1e-6) -> Cost:
    """Return value and gradient of a function of numbers, with all operations counted.

    Lecture: notebook 09, section 9.5.

    Parameters
    ----------
    f : callable
        Takes a list of `Number`, returns a `Number`; made of ``+ - * /`` and ``apply(name)``.
    x : array_like of float, shape (n,)
        The point, n at least 1.
    method : {"reverse", "forward", "differences"}
        One reverse sweep; n forward sweeps; n more evaluations at a distance `h`.
    h : float, positive
        The step of the differences.

    Returns
    -------
    Cost

    Raises
    ------
    ValueError
        If there is no such method, or `x` is not a vector.
    TypeError
        If `f` does not return a `Number`.

    Examples
    --------
    >>> cost = measure(lambda v: v[0] * v[1] * v[2], [2.0, 3.0, 4.0])
    >>> cost.gradient, cost.function.total(), cost.total.total()
    (array([12.,  8.,  6.]), 2, 10)
    """
    if method not in ("reverse", "forward", "differences"):
        raise ValueError(f"measure: expected method 'reverse', 'forward' or 'differences', got {method!r}")
    point = np.asarray(x, dtype=float)
    if point.ndim != 1 or not len(point):
        raise ValueError(f"measure: expected a point of shape (n,), got {point.shape}; n is at least 1")
    m, entries = Arithmetic(), []
    y = f([Number(value, m, entries) for value in point.tolist()])
    if not isinstance(y, Number):
        raise TypeError(
            f"measure: the function returned {type(y).__name__}, expected a Number; make it of the inputs"
        )
    function = Counter(m.counts)
    if method == "reverse":
        gradient = _reverse(m, entries, y._place)[: len(point)]
    elif method == "forward":
        gradient = [_forward(m, entries, i)[y._place] for i in range(len(point))]
    else:
        gradient = []
        for i in range(len(point)):
            moved = point.tolist()
            moved[i] = m.add(moved[i], h)
            again: list = []  # a tape of its own
            other = f([Number(value, m, again) for value in moved])
            gradient.append(m.divide(m.subtract(other.value, y.value), h))
    return Cost(y.value, np.array(gradient), function, Counter(m.counts))


def _reverse(m, entries, end):
    """Return the accounts of all entries after one reverse sweep; every contribution is added to one."""
    accounts = [0.0] * len(entries)
    accounts[end] = 1.0
    for place in range(end, -1, -1):
        name, inputs, y = entries[place]
        for (source, _), (sign, part) in zip(inputs, _parts(m, name, accounts[place], y, inputs)):
            if source is not None:
                book = m.add if sign > 0 else m.subtract
                accounts[source] = book(accounts[source], part())
    return accounts


def _parts(m, name, g, y, inputs):
    """Return for each input a sign and a function that computes what it receives."""
    values = [value for _, value in inputs]
    if name == "input":
        return ()
    if name == "add":
        return (1, lambda: g), (1, lambda: g)
    if name == "subtract":
        return (1, lambda: g), (-1, lambda: g)
    if name == "multiply":
        a, b = values
        return (1, lambda: m.multiply(g, b)), (1, lambda: m.multiply(g, a))
    if name == "divide":
        share = m.divide(g, values[1])
        return (1, lambda: share), (-1, lambda: m.multiply(share, y))
    return ((1, lambda: m.multiply(g, FUNCTIONS[name][1](m, y, values[0]))),)


def _forward(m, entries, i):
    """Return the tangents of all entries for the direction of input `i`; those of constants are None."""
    tangents = []
    for place, (name, inputs, y) in enumerate(entries):
        if name == "input":
            tangents.append(1.0 if place == i else 0.0)
            continue
        values = [value for _, value in inputs]
        t = [None if source is None else tangents[source] for source, _ in inputs]
        tangents.append(_tangent(m, name, y, values, t))
    return tangents


def _tangent(m, name, y, values, t):
    """Return the tangent of a result from those of its inputs; None stands for a constant's."""
    if name in FUNCTIONS:
        return m.multiply(FUNCTIONS[name][1](m, y, values[0]), t[0])
    (a, b), (ta, tb) = values, t
    if name == "multiply":
        left = None if ta is None else m.multiply(ta, b)
        right = None if tb is None else m.multiply(a, tb)
        return right if left is None else left if right is None else m.add(left, right)
    if name == "divide":
        share = None if tb is None else m.multiply(y, tb)
        upper = ta if share is None else m.subtract(0.0 if ta is None else ta, share)
        return m.divide(upper, b)
    if tb is None:
        return ta
    if name == "add":
        return tb if ta is None else m.add(ta, tb)
    return m.subtract(0.0 if ta is None else ta, tb)


def _check_mode(where, mode):
    if mode not in MODES:
        raise ValueError(f"{where}: expected mode 'forward' or 'reverse', got {mode!r}")
