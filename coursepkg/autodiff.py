"""Automatic differentiation: a tensor that remembers how it was made, and operations with their rules.

An operation on a `Tensor` writes a node on the tape: its value, its inputs, and a number that grows. That is
the computational graph of the lecture. `Tensor.backward` visits the nodes from the largest number to the
smallest, so that a node has received from all its users before it sends on; `jvp` visits the same nodes
in the other direction.

A rule has the form ``rule(g, y, *inputs)``. Backward (vjp), ``g`` is the derivative of the loss by the output
``y`` and the result is the part of the derivative by one input. Forward (jvp), ``g`` is the tangent of that
input and the result its part of the tangent of ``y``. For an element-wise operation both are ``g`` times the
slope, so one rule serves. The functions of this module take arrays as well as Tensors and return what they
were given, so the same rule differentiates with arrays and, when its own derivative is wanted, with Tensors.

Conventions: where a function has no derivative the rule gives 0 (`relu`, `absolute` and `sqrt` at 0), and
`maximum` and `max` share the gradient evenly among ties. A cotangent of exactly 0 stays 0 where the slope is
infinite or NaN, so that the branch which `where` did not take sends nothing.

Lecture: notebooks 08 and 09.

References: Griewank, A., & Walther, A. (2008). Evaluating Derivatives, 2nd ed. SIAM.
Linnainmaa, S. (1976). BIT Numerical Mathematics, 16, 146-160. Pearlmutter, B. A. (1994). Neural Computation,
6, 147-160.
"""

import builtins
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from heapq import heappop, heappush
from itertools import count
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from coursepkg import discriminant, logistic, network, threshold

_next_number = count().__next__
_references = getattr(sys, "getrefcount", lambda _: 3)  # 3: somebody else holds it
_quiet = np.errstate(divide="ignore", invalid="ignore", over="ignore")

Axis = int | tuple[int, ...] | None


class Tensor:
    """An array that remembers the operation which made it.

    `data` is a copy and read-only, so that no value which a rule will need changes unseen. An array that is
    itself read-only is shared instead of copied.

    Lecture: notebook 08.

    Parameters
    ----------
    data : array_like of float, any shape
        The values, float32 or float64; a Python float becomes float64.
    requires_grad : bool
        Whether derivatives by this Tensor are wanted.

    Attributes
    ----------
    data : ndarray
        The values, read-only. A leaf can be assigned new values of the same shape, and an optimiser
        changes a parameter in this memory: copy what must stay.
    grad : ndarray or None
        After `backward`: the sum of the derivatives that reached this leaf, its shape and dtype.
    requires_grad : bool
        Whether derivatives by this Tensor are wanted, or by something that it was made from.

    Raises
    ------
    TypeError
        If `data` does not hold floats.

    Examples
    --------
    >>> a = Tensor(3.0, requires_grad=True)
    >>> b = a + a
    >>> (b * a).backward()
    >>> a.grad
    array(12.)
    """

    __array_ufunc__ = None  # so that array + Tensor asks Tensor

    grad = None
    requires_grad = False
    _op = None  # None: a leaf
    _edges = ()  # (position, Tensor) of the inputs that need a derivative
    _inputs = _values = ()  # the inputs as Tensors and as arrays, then the options
    _buffer = None  # the memory of grad, kept between steps

    def __init__(self, data: ArrayLike, requires_grad: bool = False):
        if isinstance(data, Tensor):
            data = data._data
        data = np.asarray(data)
        if data.dtype.kind != "f":
            raise TypeError(
                f"Tensor: expected floats, got dtype {data.dtype}; derivatives need them: convert with "
                "np.asarray(x, dtype=float)"
            )
        self._data = _frozen(data)
        self._number = _next_number()
        self.requires_grad = bool(requires_grad)

    @property
    def data(self) -> np.ndarray:
        """The values, a read-only array."""
        return self._data

    @data.setter
    def data(self, value: ArrayLike):
        self._check_leaf("data = ...")
        value = np.array(value, dtype=self._data.dtype)
        if value.shape != self._data.shape:
            raise ValueError(
                f"Tensor.data: expected shape {self.shape}, got {value.shape}; make a new Tensor"
            )
        self._data = _frozen(value)
        self._number = _next_number()

    def subtract_(self, step: np.ndarray) -> None:
        """Subtract `step` from the data of a leaf in place: the one door for an optimiser.

        The leaf gets a new number, as if it were new. A graph that was built before finds an input which is
        younger than its user, and refuses to go backward.

        Parameters
        ----------
        step : ndarray of float, the shape of the Tensor
            What to subtract.

        Raises
        ------
        RuntimeError
            If an operation made this Tensor.

        Examples
        --------
        >>> w = Tensor([1.0, 2.0], requires_grad=True)
        >>> w.subtract_(np.array([0.5, 0.5]))
        >>> w.data
        array([0.5, 1.5])
        """
        if self._op is not None:
            self._check_leaf("subtract_")
        data = self._data
        if data.base is not None:
            data = self._data = data.copy()
        data.setflags(True)
        np.subtract(data, step, data)
        data.setflags(False)
        self._number = _next_number()

    def _check_leaf(self, what):
        if self._op is not None:
            raise RuntimeError(
                f"Tensor.{what}: this Tensor was made by {self.operation!r}, whose rule may need its "
                "value; only a leaf can change: compute a new Tensor"
            )

    def backward(self, gradient: ArrayLike | None = None, retain_graph: bool = False) -> None:
        """Add the derivatives of this Tensor to the `grad` of every leaf that requires it.

        The graph is freed on the way: nodes drop their inputs and what they saved.

        Parameters
        ----------
        gradient : array_like of float, the shape of this Tensor, optional
            The cotangent to start from; 1 by default, for a Tensor of one element.
        retain_graph : bool
            Keep the graph, for another backward pass over it.

        Raises
        ------
        RuntimeError
            If nothing here requires a derivative, if the graph was freed, or if a leaf changed since it was
            used.
        ValueError
            If this Tensor has several elements and no gradient is given, or one of another shape.

        Examples
        --------
        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).backward([1.0, 10.0])
        >>> x.grad
        array([ 2., 40.])
        """
        g = _seed("backward", self, gradient)
        if self._op is None:
            _accumulate(self, None, 0, g, None, ())
            return
        pending, heap = {self._number: (self, g)}, [-self._number]
        while heap:
            node, g = pending.pop(-heappop(heap))
            op, y, values, edges, number = node._op, node._data, node._values, node._edges, node._number
            if edges is None:
                raise RuntimeError(_FREED.format(where="backward", op=op.name))
            if op.then:
                g = op.then.forward(g, y)
            for i, parent in edges:
                key = parent._number
                if key > number:
                    raise RuntimeError(_CHANGED.format(where="backward", op=op.name, i=i))
                if parent._op is None:
                    _accumulate(parent, op, i, g, y, values)
                    continue
                part = op.vjps[i](g, y, *values)
                if part.shape != parent._data.shape:
                    part = _sum_to(part, parent._data.shape)
                if key in pending:
                    pending[key] = (parent, pending[key][1] + part)
                else:
                    pending[key] = parent, part
                    heappush(heap, -key)
            if not retain_graph:
                node._edges, node._inputs, node._values = None, (), ()

    def zero_grad(self) -> None:
        """Forget `grad`. Its memory is kept for the next backward pass, unless somebody else holds it.

        Examples
        --------
        >>> x = Tensor(1.0, requires_grad=True)
        >>> x.backward()
        >>> x.zero_grad()
        >>> x.grad is None
        True
        """
        self.grad = None

    def detach(self) -> "Tensor":
        """Return a leaf with the same values that requires no derivative.

        Returns
        -------
        Tensor
            A constant.

        Examples
        --------
        >>> (Tensor(1.0, requires_grad=True) * 2.0).detach()
        Tensor(2.)
        """
        return Tensor(self._data)

    def item(self) -> float:
        """Return the value of a Tensor of one element as a Python float.

        Returns
        -------
        float
            The value.

        Examples
        --------
        >>> Tensor([2.5]).item()
        2.5
        """
        return self._data.item()

    @property
    def operation(self) -> str | None:
        """The name of the operation that made this Tensor; None for a leaf."""
        return self._op and self._op.name

    @property
    def parents(self) -> tuple["Tensor", ...]:
        """The Tensors from which the operation made this one, constants among them; none after `backward`."""
        return tuple(x for x in self._inputs if isinstance(x, Tensor))

    @property
    def inputs(self) -> tuple:
        """What the operation was given: Tensors, arrays and numbers, then options; empty after `backward`."""
        return tuple(self._inputs)

    @property
    def number(self) -> int:
        """The number of this Tensor: larger than those of all that it was made from."""
        return self._number

    shape = property(lambda self: self._data.shape, doc="The lengths of the axes.")
    ndim = property(lambda self: self._data.ndim, doc="The number of axes.")
    size = property(lambda self: self._data.size, doc="The number of elements.")
    dtype = property(lambda self: self._data.dtype, doc="float32 or float64.")
    T = property(lambda self: transpose(self), doc="The Tensor with its axes reversed.")

    def __repr__(self):
        made = f", made by {self.operation!r}" if self._op else ", requires_grad=True" * self.requires_grad
        return repr(self._data).replace("array", "Tensor")[:-1] + made + ")"

    def __len__(self):
        return len(self._data)

    def __bool__(self):
        return bool(self._data)

    def __float__(self):
        return float(self._data)

    def __array__(self, *_args, **_kwargs):
        raise TypeError(
            "Tensor: NumPy was asked to make an array of a Tensor and would lose its graph; use a "
            "function of coursepkg.autodiff, or .data for the values"
        )

    def __hash__(self):
        return id(self)

    # Comparisons give plain arrays of bool: they have no derivative.
    def __eq__(self, other):
        return self._data == _value(other)

    def __ne__(self, other):
        return self._data != _value(other)

    def __lt__(self, other):
        return self._data < _value(other)

    def __le__(self, other):
        return self._data <= _value(other)

    def __gt__(self, other):
        return self._data > _value(other)

    def __ge__(self, other):
        return self._data >= _value(other)

    def __setitem__(self, index, value):
        raise TypeError(
            "Tensor: a value on the tape cannot be changed in place; build a new one with where(...)"
        )

    def _refuse_in_place(self, other):
        raise TypeError(
            "Tensor: in-place arithmetic is refused, since rules need the old values; write x = x + y "
            "for a new Tensor, or p.data = p.data - step to give a leaf new values"
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __imatmul__ = __ipow__ = _refuse_in_place

    def __add__(self, other):
        return add(self, other)

    def __radd__(self, other):
        return add(other, self)

    def __sub__(self, other):
        return subtract(self, other)

    def __rsub__(self, other):
        return subtract(other, self)

    def __mul__(self, other):
        return multiply(self, other)

    def __rmul__(self, other):
        return multiply(other, self)

    def __truediv__(self, other):
        return divide(self, other)

    def __rtruediv__(self, other):
        return divide(other, self)

    def __matmul__(self, other):
        return matmul(self, other)

    def __rmatmul__(self, other):
        return matmul(other, self)

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return negative(self)

    def __abs__(self):
        return absolute(self)

    def __getitem__(self, index):
        return _getitem(self, _copied_index(index))

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Return `sum(self, axis, keepdims)`."""
        return sum(self, axis, keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        """Return `mean(self, axis, keepdims)`."""
        return mean(self, axis, keepdims)

    def reshape(self, *shape: int) -> "Tensor":
        """Return `reshape(self, shape)`."""
        return reshape(self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)


_FREED = (
    "{where}: the graph behind {op!r} was freed by an earlier backward pass; compute the value again, "
    "or pass retain_graph=True to the first pass"
)
_CHANGED = (
    "{where}: input {i} of {op!r} was changed after {op!r} had used it, so its derivative would be wrong; go "
    "backward before the update, or compute the value again"
)


# The number 1 in every float type: an array without axes meets another faster than a Python number does.
_ONES = {kind: np.ones((), kind) for kind in np.typecodes["Float"]}


def _frozen(data):
    """Return the array itself if nobody can write to it, else a read-only copy."""
    base = data.base
    if data.flags.writeable or (
        base is not None and not (isinstance(base, np.ndarray) and not base.flags.writeable)
    ):
        data = data.copy()
        data.setflags(False)
    return data


def _value(x):
    """Return the array of a Tensor, and anything else as it is."""
    return x._data if isinstance(x, Tensor) else x


def _constant(x, dtype, where):
    """Return a value that meets a Tensor: of the Tensor's dtype, and nobody can write to it."""
    if type(x) is float or type(x) is int:
        return x
    x = np.asarray(x)
    if x.dtype != dtype:
        if x.dtype.kind not in "fiub":
            raise TypeError(f"{where}: expected real numbers or a Tensor, got dtype {x.dtype}")
        x = x.astype(dtype)
    return _frozen(x)


def _seed(where, y, gradient):
    """Return the cotangent from which a backward pass starts, as an array."""
    if not y.requires_grad:
        raise RuntimeError(
            f"{where}: nothing that made this Tensor has requires_grad=True; set it on the leaves to "
            "differentiate by"
        )
    if gradient is None:
        if y._data.size != 1:
            raise ValueError(
                f"{where}: this Tensor has shape {y.shape}, and only one number has a gradient; take "
                "the mean or the sum first, or pass gradient"
            )
        return _ONES[y._data.dtype.char] if y._data.ndim == 0 else np.ones(y._data.shape, y._data.dtype)
    gradient = np.array(_value(gradient), dtype=y._data.dtype)
    if gradient.shape != y._data.shape:
        raise ValueError(f"{where}: expected a gradient of shape {y.shape}, got {gradient.shape}")
    return gradient


def _accumulate(leaf, op, i, g, y, values):
    """Add to the grad of a leaf what one user sends it; the first part is written into the kept memory."""
    data = leaf._data
    if leaf.grad is None:
        if _references(leaf._buffer) > 2:  # one is the leaf, one the argument; a third keeps the old grad
            leaf._buffer = np.empty_like(data)
        leaf.grad = leaf._buffer
        write = op and op.writers[i]
        if write and g.dtype == data.dtype:
            write(leaf._buffer, g, *values)
            return
        combine = np.copyto
    else:
        combine = _add_to
    combine(leaf.grad, _sum_to(op.vjps[i](g, y, *values) if op else g, data.shape), casting="same_kind")


def _add_to(total, part, casting):
    np.add(total, part, out=total, casting=casting)


def _sum_to(g, shape):
    """Return `g` summed over the axes along which an input of this shape was broadcast."""
    if g.shape == shape:
        return g
    lead = g.ndim - len(shape)
    axes = tuple(k for k, n in enumerate(g.shape) if k < lead or (shape[k - lead] == 1 and n != 1))
    return reshape(sum(g, axes), shape) if axes else reshape(g, shape)


class Flat:
    """Parameters laid end to end in one vector, the lecture's theta, and so their gradients.

    The Tensors become views of the vector, and `backward` writes into views of the other, so an optimiser
    moves all of them by one operation.

    Lecture: notebook 06.

    Parameters
    ----------
    params : sequence of Tensor
        Leaves of one dtype.

    Attributes
    ----------
    size : int
        The number of parameters, the length of both vectors.
    dtype : dtype
        Their type.

    Raises
    ------
    ValueError
        If there is no parameter, one is no leaf, or the dtypes differ.

    Examples
    --------
    >>> w, b = Tensor([1.0, 2.0], requires_grad=True), Tensor(3.0, requires_grad=True)
    >>> flat = Flat([w, b])
    >>> ((w * w).sum() + b).backward()
    >>> flat.gradient()
    array([2., 4., 1.])
    >>> flat.subtract_(0.5 * flat.gradient())
    >>> w.data, b.data
    (array([0., 0.]), array(2.5))
    """

    def __init__(self, params: Sequence[Tensor]):
        self.params = list(params)
        if not self.params or any(p._op is not None or p.dtype != self.params[0].dtype for p in self.params):
            raise ValueError(
                "Flat: expected leaves of one dtype, at least one; pass the parameters of one model"
            )
        ends = np.cumsum([p.size for p in self.params]).tolist()
        self._parts = [slice(end - p.size, end) for p, end in zip(self.params, ends)]
        self.size, self.dtype = ends[-1], self.params[0].dtype
        self._values, self._gradients = np.empty(self.size, self.dtype), np.zeros(self.size, self.dtype)
        for p, part in zip(self.params, self._parts):
            self._take_in(p, part)

    def _take_in(self, p, part):
        if p._data.base is not self._values:
            home = self._values[part].reshape(p.shape)
            home[...] = p._data
            home.setflags(False)
            p._data = home
        if p._buffer is None or p._buffer.base is not self._gradients:
            p._buffer = self._gradients[part].reshape(p.shape)

    def gradient(self) -> np.ndarray:
        """Return all gradients as one vector, 0 where `grad` is None; the next call overwrites it.

        Returns
        -------
        ndarray, shape (size,)
            The gradients.

        Examples
        --------
        >>> Flat([Tensor([1.0, 2.0], requires_grad=True)]).gradient()
        array([0., 0.])
        """
        gradients = self._gradients
        for p, part in zip(self.params, self._parts):
            if p.grad is None or p.grad.base is not gradients:
                gradients[part] = 0 if p.grad is None else p.grad.reshape(-1)
        return gradients

    def subtract_(self, step: np.ndarray) -> None:
        """Subtract a vector from all parameters in place, which ends the graphs that used them.

        Parameters
        ----------
        step : ndarray of float, shape (size,)
            What to subtract.

        Examples
        --------
        >>> w = Tensor([1.0], requires_grad=True)
        >>> Flat([w]).subtract_(np.array([0.25]))
        >>> w.data
        array([0.75])
        """
        values = self._values
        for p, part in zip(self.params, self._parts):
            if p._data.base is not values:  # somebody assigned p.data, or another optimiser moved it
                self._take_in(p, part)
            p._number = _next_number()
        np.subtract(values, step, values)


class _Operation:
    """A function of arrays with a rule for each input, backward and forward."""

    def __init__(self, name, vjps, jvps, writers=None, then=None):
        self.name, self.vjps, self.jvps = name, vjps, jvps
        self.elementwise = False
        self.writers = writers or (None,) * len(vjps)  # rules that write a derivative straight into an array
        self.then = then  # the rule of an element-wise operation in the same node, after this one


def operation(
    vjps: Sequence[Callable], jvps: Sequence[Callable], writers: Sequence[Callable | None] | None = None,
    then: Callable | None = None,
) -> Callable[[Callable], Callable]:  # fmt: skip
    """Return the decorator that turns a function of arrays into an operation on Tensors.

    This is how an operation is added, here or in another module: write the function with NumPy, and the rules
    with the functions of this module, so that they can be differentiated in their turn. The first arguments,
    as many as there are rules, are differentiated; the others are options. Rules see arrays, or Tensors where
    a derivative of the derivative is wanted. They need not undo broadcasting: the walk sums over the axes.
    `check_gradient` then says whether the rules are right. `coursepkg.convolution` adds three operations so.

    Lecture: notebook 08, section 8.6; notebook 15, section 15.4.

    Parameters
    ----------
    vjps : sequence of callable
        For each differentiated argument, its rule ``rule(g, y, *inputs)`` backward: from the derivative of
        the loss by the output ``y``, of its shape, to the part of the derivative by that argument.
    jvps : sequence of callable
        The same forward: ``g`` is the tangent of that argument, the result its part of the tangent of ``y``.
    writers : sequence of callable or None, optional
        For speed alone: ``writer(out, g, *inputs)`` does what the backward rule does, into the array `out`.
    then : operation of ``g`` and ``y``, optional
        The rule of an element-wise function that the function applies last, and that `vjps` and `jvps` leave
        out. So a layer and its activation are one operation.

    Returns
    -------
    callable
        From a function of arrays to one of the same name that takes Tensors as well; given arrays alone, it
        returns what the function returns.

    Raises
    ------
    ValueError
        If there is not one rule each way for every differentiated argument.

    Examples
    --------
    >>> slope = lambda g, y, x: g * sigmoid(x)  # element-wise, so one rule serves both ways
    >>> @operation([slope], [slope])
    ... def softplus(x):
    ...     return np.logaddexp(0.0, x)
    >>> grad(softplus)(0.0)
    array(0.5)
    >>> check_gradient(softplus, [-1.0, 0.5], order=2) < 1e-8
    True
    """
    if not len(vjps) == len(jvps) == len(writers or vjps):
        raise ValueError(
            f"operation: {len(vjps)} rules backward, {len(jvps)} forward and {len(writers or vjps)} writers; "
            "give one of each for every argument that is differentiated"
        )

    def decorate(forward):
        op = _Operation(forward.__name__.strip("_"), vjps, jvps, writers, then)
        n, positions = len(vjps), range(len(vjps))

        @wraps(forward)
        def call(*inputs):
            values, edges, constants = list(inputs), [], ()
            for i in positions:
                x = values[i]
                if x.__class__ is Tensor:
                    values[i] = data = x._data
                    if x.requires_grad:
                        edges.append((i, x))
                else:
                    constants += (i,)
            if constants:
                if len(constants) == n:
                    return forward(*(np.asarray(x) if isinstance(x, list) else x for x in inputs))
                for i in constants:
                    values[i] = _constant(values[i], data.dtype, op.name)
            return _record(op, forward(*values), inputs, values, edges)

        call.operation, call.forward = op, forward
        return call

    return decorate


def _record(op, data, inputs, values, edges):
    """Return the Tensor that an operation made, and keep what its rules need if it needs derivatives."""
    node = Tensor.__new__(Tensor)
    if type(data) is not np.ndarray:
        data = np.asarray(data)
    data.setflags(False)
    node._data, node._number = data, _next_number()
    if edges:
        node.requires_grad, node._op, node._edges = True, op, edges
        node._inputs, node._values = inputs, values
    return node


def _elementwise(*rules):
    """Decorate an element-wise function: the rule, g times the slope, is the same in both directions."""

    def decorate(forward):
        call = operation(rules, rules)(forward)
        call.operation.elementwise = True
        return call

    return decorate


def _linear(vjp):
    """Decorate a function that is linear in its first argument: a tangent goes through the function."""

    def decorate(forward):
        call = operation((vjp,), (lambda t, y, x, *options: call(t, *options),))(forward)
        return call

    return decorate


def _sent(g, x, otherwise):
    """Return `x`, but `otherwise` where the cotangent `g` is exactly 0: there the slope does not matter."""
    sent = _value(g) != 0
    return x if sent.all() else where(sent, x, otherwise)


# Element-wise operations. A rule returns g times the slope; the walk sums over axes that were broadcast.


@_elementwise(lambda g, y, a, b: g, lambda g, y, a, b: g)
def add(a, b):
    """Return ``a + b``.

    Lecture: notebook 08.

    Parameters
    ----------
    a, b : Tensor or array_like of float
        Terms, of shapes that broadcast.

    Returns
    -------
    Tensor or ndarray
        The sum, of the broadcast shape.

    Examples
    --------
    >>> add(Tensor([1.0, 2.0]), 10.0)
    Tensor([11., 12.])
    """
    return np.add(a, b)


@_elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g)
def subtract(a, b):
    """Return ``a - b``.

    Lecture: notebook 08.

    Parameters
    ----------
    a, b : Tensor or array_like of float
        Terms, of shapes that broadcast.

    Returns
    -------
    Tensor or ndarray
        The difference, of the broadcast shape.

    Examples
    --------
    >>> 1.0 - Tensor([1.0, 2.0])
    Tensor([ 0., -1.])
    """
    return np.subtract(a, b)


@_elementwise(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
def multiply(a, b):
    """Return ``a * b``, element by element.

    Lecture: notebook 08.

    Parameters
    ----------
    a, b : Tensor or array_like of float
        Factors, of shapes that broadcast.

    Returns
    -------
    Tensor or ndarray
        The product, of the broadcast shape.

    Examples
    --------
    >>> Tensor([1.0, 2.0]) * Tensor([3.0])
    Tensor([3., 6.])
    """
    return np.multiply(a, b)


@_elementwise(
    lambda g, y, a, b: divide(g, _sent(g, b, 1.0)),
    lambda g, y, a, b: divide(-g * _sent(g, y, 0.0), _sent(g, b, 1.0)),
)
@_quiet
def divide(a, b):
    """Return ``a / b``, element by element; division by 0 gives an infinity or NaN without a warning.

    Lecture: notebook 08.

    Parameters
    ----------
    a, b : Tensor or array_like of float
        Dividend and divisor, of shapes that broadcast.

    Returns
    -------
    Tensor or ndarray
        The quotient, of the broadcast shape.

    Examples
    --------
    >>> 1.0 / Tensor([2.0, 0.0])
    Tensor([0.5, inf])
    """
    return np.divide(a, b)


@_elementwise(lambda g, y, x: -g)
def negative(x):
    """Return ``-x``.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Their negatives.

    Examples
    --------
    >>> -Tensor([1.0])
    Tensor([-1.])
    """
    return np.negative(x)


def power(x, exponent: float):
    """Return ``x**exponent`` for a constant exponent.

    Where the slope would be infinite, at 0 with an exponent below 1, the rule gives 0.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Bases.
    exponent : float
        A number, not a Tensor.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        The powers.

    Raises
    ------
    TypeError
        If the exponent is not a number.

    Examples
    --------
    >>> Tensor([1.0, 2.0, 3.0]) ** 2
    Tensor([1., 4., 9.])
    """
    if not isinstance(exponent, (int, float)):
        raise TypeError(
            f"power: expected a number as exponent, got {type(exponent).__name__}; for a variable "
            "exponent write exp(p * log(x))"
        )
    return _power(x, exponent)


def _power_rule(g, y, x, p):
    sent = (_value(g) != 0) & ((_value(x) != 0) | (p >= 1))
    if not sent.all():
        g, x = where(sent, g, 0.0), where(sent, x, 1.0)
    return g * (p * power(x, p - 1))


@operation((_power_rule,), (_power_rule,))
@_quiet
def _power(x, p):
    return np.power(x, p)


@_elementwise(lambda g, y, x: g * _sent(g, y, 0.0))
@_quiet
def exp(x):
    """Return the exponential.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Exponents.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values of at least 0.

    Examples
    --------
    >>> exp(Tensor([0.0]))
    Tensor([1.])
    """
    return np.exp(x)


@_elementwise(lambda g, y, x: divide(g, _sent(g, x, 1.0)))
@_quiet
def log(x):
    """Return the natural logarithm; at 0 it is -inf, below NaN, without a warning.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values, positive.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        The logarithms.

    Examples
    --------
    >>> x = Tensor([0.0, 1.0], requires_grad=True)
    >>> where(x > 0, log(x), 0.0).sum().backward()
    >>> x.grad
    array([0., 1.])
    """
    return np.log(x)


def _sqrt_rule(g, y, x):
    sent = (_value(g) != 0) & (_value(y) != 0)
    if not sent.all():
        g, y = where(sent, g, 0.0), where(sent, y, 1.0)
    return g * 0.5 / y


@_elementwise(_sqrt_rule)
@_quiet
def sqrt(x):
    """Return the square root. At 0, where it has no derivative, the rule gives 0.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values of at least 0.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        The roots.

    Examples
    --------
    >>> x = Tensor([0.0, -3.0], requires_grad=True)
    >>> sqrt(x**2).sum().backward()
    >>> x.grad
    array([ 0., -1.])
    """
    return np.sqrt(x)


@_elementwise(lambda g, y, x: g * cos(x))
def sin(x):
    """Return the sine.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Angles in radians.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values in [-1, 1].

    Examples
    --------
    >>> sin(Tensor([0.0]))
    Tensor([0.])
    """
    return np.sin(x)


@_elementwise(lambda g, y, x: -g * sin(x))
def cos(x):
    """Return the cosine.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Angles in radians.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values in [-1, 1].

    Examples
    --------
    >>> cos(Tensor([0.0]))
    Tensor([1.])
    """
    return np.cos(x)


@_elementwise(lambda t, _, g, y: _tanh_slope(t, y), lambda t, _, g, y: -2.0 * t * g * y)
def _tanh_slope(g, y):
    """Return ``g * (1 - y * y)``, g times the slope of tanh where its value is y."""
    slope = y * y
    slope = np.subtract(_ONES[slope.dtype.char], slope, out=slope) if slope.ndim else 1 - slope
    return np.multiply(slope, g, slope) if slope.ndim and slope.shape == g.shape else slope * g


@_elementwise(lambda g, y, x: _tanh_slope(g, y))
def tanh(x):
    """Return the hyperbolic tangent.

    Lecture: notebook 08; notebook 10 measures its slope.

    Parameters
    ----------
    x : Tensor or array_like of float
        Pre-activations.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values in [-1, 1].

    Examples
    --------
    >>> tanh(Tensor([0.0]))
    Tensor([0.])
    """
    return np.tanh(x)


@_elementwise(lambda t, _, g, y: _sigmoid_slope(t, y), lambda t, _, g, y: t * g * (1.0 - 2.0 * y))
def _sigmoid_slope(g, y):
    """Return ``g * y * (1 - y)``, g times the slope of the logistic function where its value is y."""
    slope = y * y
    slope = np.subtract(y, slope, out=slope) if slope.ndim else y - slope
    return np.multiply(slope, g, slope) if slope.ndim and slope.shape == g.shape else slope * g


@_elementwise(lambda g, y, x: _sigmoid_slope(g, y))
def sigmoid(x):
    """Return the logistic function ``1 / (1 + exp(-x))``, without overflow.

    Lecture: notebook 08; notebook 10 measures its slope, at most 1/4.

    Parameters
    ----------
    x : Tensor or array_like of float
        Pre-activations.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values in [0, 1].

    Examples
    --------
    >>> sigmoid(Tensor([-1000.0, 0.0]))
    Tensor([0. , 0.5])
    """
    return discriminant.sigmoid(x)


@_linear(lambda t, _, g, y: _relu_slope(t, y))
def _relu_slope(g, y):
    """Return ``g`` where the value y of relu is positive, and 0 elsewhere."""
    return np.multiply(g, _value(y) > 0, dtype=g.dtype)


@_elementwise(lambda g, y, x: _relu_slope(g, y))
def relu(x):
    """Return ``max(0, x)``. The slope at 0 is 0, as in the lecture.

    Lecture: notebook 08; notebook 11.

    Parameters
    ----------
    x : Tensor or array_like of float
        Pre-activations.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values of at least 0.

    Examples
    --------
    >>> x = Tensor([-1.0, 0.0, 2.0], requires_grad=True)
    >>> relu(x).sum().backward()
    >>> x.grad
    array([0., 0., 1.])
    """
    return np.maximum(x, 0)


def _leaky_rule(g, y, x, alpha):
    return where(_value(x) > 0, g, alpha * g)


def leaky_relu(x, alpha: float = 0.01):
    """Return ``x`` where ``x > 0`` and ``alpha x`` elsewhere. The slope at 0 is `alpha`.

    Lecture: notebook 11.

    Parameters
    ----------
    x : Tensor or array_like of float
        Pre-activations.
    alpha : float
        Slope for negative values; any number.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        The values.

    Examples
    --------
    >>> leaky_relu(Tensor([-1.0, 2.0]), alpha=0.5)
    Tensor([-0.5,  2. ])
    """
    return _leaky_relu(x, alpha)


@operation((_leaky_rule,), (_leaky_rule,))
def _leaky_relu(x, alpha):
    return network.leaky_relu(x, alpha)


@_elementwise(lambda g, y, x: g * np.sign(_value(x)))
def absolute(x):
    """Return the absolute value. The slope at 0 is 0.

    Lecture: notebook 08.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values of at least 0.

    Examples
    --------
    >>> absolute(Tensor([-2.0]))
    Tensor([2.])
    """
    return np.absolute(x)


@_elementwise(lambda g, y, x: g * 0.0)
def heaviside(x):
    """Return 1 where ``x >= 0`` and 0 elsewhere. The slope is taken as 0: a perceptron passes no gradient.

    Lecture: notebook 08; the unit is that of notebook 01.

    Parameters
    ----------
    x : Tensor or array_like of float
        Pre-activations.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Zeros and ones.

    Examples
    --------
    >>> heaviside(Tensor([-1.0, 0.0]))
    Tensor([0., 1.])
    """
    return threshold.heaviside(x).astype(getattr(x, "dtype", float))


def _share(a, b, y):
    """Return the part of the maximum y of a and b that is a's: 1, 0, or one half at a tie."""
    a, b = _value(a), _value(b)
    return np.where(a > b, 1.0, np.where(a == b, 0.5, 0.0)).astype(y.dtype, copy=False)


@_elementwise(lambda g, y, a, b: g * _share(a, b, y), lambda g, y, a, b: g * _share(b, a, y))
def maximum(a, b):
    """Return the larger of `a` and `b`, element by element. At a tie each receives half of the gradient.

    Lecture: notebook 11.

    Parameters
    ----------
    a, b : Tensor or array_like of float
        Values, of shapes that broadcast.

    Returns
    -------
    Tensor or ndarray
        The maxima, of the broadcast shape.

    Examples
    --------
    >>> a = Tensor([1.0, 2.0], requires_grad=True)
    >>> maximum(a, 2.0).sum().backward()
    >>> a.grad
    array([0. , 0.5])
    """
    return np.maximum(a, b)


def where(condition, a, b):
    """Return `a` where the condition holds and `b` elsewhere. The side not taken receives exactly 0.

    Lecture: notebook 08.

    Parameters
    ----------
    condition : array_like of bool
        What to choose by, such as ``x > 0``; it has no derivative.
    a, b : Tensor or array_like of float
        Values, of shapes that broadcast with the condition's.

    Returns
    -------
    Tensor or ndarray
        The choice, of the broadcast shape.

    Examples
    --------
    >>> where([True, False], Tensor([1.0, 2.0]), 0.0)
    Tensor([1., 0.])
    """
    return _where(a, b, _frozen(np.asarray(_value(condition))))


@_elementwise(lambda g, y, a, b, c: where(c, g, 0.0), lambda g, y, a, b, c: where(c, 0.0, g))
def _where(a, b, condition):
    return np.where(condition, a, b)


# Linear operations. The tangent goes through the operation itself; backward goes through its transpose.


def _kept(x, axes):
    """Return the shape of `x` with the given axes shrunk to 1."""
    return tuple(1 if k in axes else n for k, n in enumerate(x.shape))


def _axes(x, axis):
    """Return an axis argument as a tuple of axes from 0 on."""
    if axis is None:
        return tuple(range(np.ndim(_value(x))))
    return np.lib.array_utils.normalize_axis_tuple(axis, np.ndim(_value(x)))


def sum(x, axis: Axis = None, keepdims: bool = False):
    """Return the sum over some axes.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Terms.
    axis : int, tuple of int or None
        The axes to sum over; None for all.
    keepdims : bool
        Keep the axes with length 1.

    Returns
    -------
    Tensor or ndarray
        The sums.

    Examples
    --------
    >>> sum(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([4., 6.])
    """
    return _sum(x, _axes(x, axis), keepdims)


@_linear(lambda g, y, x, axes, keepdims: broadcast_to(reshape(g, _kept(x, axes)), x.shape))
def _sum(x, axes, keepdims):
    return np.sum(x, axis=axes, keepdims=keepdims)


@operation((lambda g, y, x: g * 2.0 * x,), (lambda t, y, x: sum(t * 2.0 * x),))
def squared_norm(x):
    """Return the sum of the squares of all entries, the penalty of the lecture's regularised loss.

    Lecture: notebook 08. The slide's norm without the square has no derivative at 0.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.

    Returns
    -------
    Tensor or float
        The squared Euclidean (for a matrix, Frobenius) norm.

    Examples
    --------
    >>> squared_norm(Tensor([[3.0, 4.0]]))
    Tensor(25.)
    """
    return np.sum(np.square(x))


def mean(x, axis: Axis = None, keepdims: bool = False):
    """Return the mean over some axes.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.
    axis : int, tuple of int or None
        The axes to average over; None for all.
    keepdims : bool
        Keep the axes with length 1.

    Returns
    -------
    Tensor or ndarray
        The means.

    Examples
    --------
    >>> mean(Tensor([[1.0, 2.0], [3.0, 4.0]]), axis=1)
    Tensor([1.5, 3.5])
    """
    axes = _axes(x, axis)
    return _sum(x, axes, keepdims) / prod(np.shape(_value(x))[k] for k in axes)


def broadcast_to(x, shape: Sequence[int]):
    """Return `x` repeated to a larger shape.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.
    shape : sequence of int
        The shape wanted.

    Returns
    -------
    Tensor or ndarray
        The values in that shape.

    Examples
    --------
    >>> broadcast_to(Tensor([1.0]), (3,))
    Tensor([1., 1., 1.])
    """
    return x if np.shape(_value(x)) == tuple(shape) else _broadcast_to(x, tuple(shape))


@_linear(lambda g, y, x, shape: g)
def _broadcast_to(x, shape):
    return np.broadcast_to(x, shape)


def reshape(x, shape: int | Sequence[int]):
    """Return the same elements in another shape.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.
    shape : int or sequence of int
        The shape wanted; one entry may be -1.

    Returns
    -------
    Tensor or ndarray
        The values in that shape.

    Examples
    --------
    >>> reshape(Tensor([[1.0, 2.0]]), -1)
    Tensor([1., 2.])
    """
    return _reshape(x, shape)


@_linear(lambda g, y, x, shape: reshape(g, x.shape))
def _reshape(x, shape):
    return np.reshape(x, shape)


def transpose(x, axes: Sequence[int] | None = None):
    """Return `x` with its axes in another order.

    Lecture: notebook 09.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.
    axes : sequence of int, optional
        The new order; reversed by default.

    Returns
    -------
    Tensor or ndarray
        The transpose.

    Examples
    --------
    >>> transpose(Tensor([[1.0, 2.0]])).shape
    (2, 1)
    """
    order = tuple(reversed(range(np.ndim(_value(x))))) if axes is None else _axes(x, tuple(axes))
    return _transpose(x, order)


@_linear(lambda g, y, x, axes: transpose(g, np.argsort(axes)))
def _transpose(x, axes):
    return np.transpose(x, axes)


def _copied_index(index):
    """Return an index that nobody else can change."""
    if isinstance(index, tuple):
        return tuple(_copied_index(part) for part in index)
    return np.array(index) if isinstance(index, (np.ndarray, list)) else index


@_linear(lambda g, y, x, index: _place(g, index, x.shape))
def _getitem(x, index):
    return x[index]


@_linear(lambda g, y, x, index, shape: g[index])
def _place(x, index, shape):
    """Return zeros of a shape with `x` added at an index: the transpose of taking the index."""
    whole = np.zeros(shape, x.dtype)
    if any(isinstance(part, np.ndarray) for part in (index if isinstance(index, tuple) else (index,))):
        np.add.at(whole, index, x)  # an entry that was taken twice receives twice
    else:
        whole[index] = x
    return whole


def concatenate(parts: Sequence, axis: int = 0):
    """Return the parts one after the other along an axis.

    Lecture: notebook 09.

    Parameters
    ----------
    parts : sequence of Tensor or array_like of float
        At least one, of equal shapes but for `axis`.
    axis : int
        The axis along which they are joined.

    Returns
    -------
    Tensor or ndarray
        The whole.

    Examples
    --------
    >>> concatenate([Tensor([1.0]), Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    ends = np.cumsum([np.shape(_value(part))[axis] for part in parts])
    (axis,) = _axes(parts[0], axis)
    pieces = [
        (slice(None),) * axis + (slice(int(end) - np.shape(_value(part))[axis], int(end)),)
        for part, end in zip(parts, ends)
    ]
    vjps = [lambda g, y, *_, piece=piece: g[piece] for piece in pieces]
    jvps = [lambda t, y, *_, piece=piece: _place(t, piece, y.shape) for piece in pieces]
    joined = operation(vjps, jvps)(lambda *arrays: np.concatenate(arrays, axis))
    joined.operation.name = "concatenate"
    return joined(*parts)


def max(x, axis: Axis = None, keepdims: bool = False):
    """Return the largest value over some axes. Ties share the gradient evenly.

    Lecture: notebook 11.

    Parameters
    ----------
    x : Tensor or array_like of float
        Values.
    axis : int, tuple of int or None
        The axes to search; None for all.
    keepdims : bool
        Keep the axes with length 1.

    Returns
    -------
    Tensor or ndarray
        The maxima.

    Examples
    --------
    >>> x = Tensor([1.0, 3.0, 3.0], requires_grad=True)
    >>> max(x).backward()
    >>> x.grad
    array([0. , 0.5, 0.5])
    """
    return _max(x, _axes(x, axis), keepdims)


def _winners(y, x, axes):
    """Return each element's part of the maximum, shape of `x`: 1 over the number of ties, or 0."""
    x, y = _value(x), _value(y)
    tied = x == y.reshape(_kept(x, axes))
    return tied / tied.sum(axis=axes, keepdims=True).astype(x.dtype)


@operation(
    (lambda g, y, x, axes, keepdims: reshape(g, _kept(x, axes)) * _winners(y, x, axes),),
    (lambda t, y, x, axes, keepdims: _sum(t * _winners(y, x, axes), axes, keepdims),),
)
def _max(x, axes, keepdims):
    return np.max(x, axis=axes, keepdims=keepdims)


# Products. They are linear in each factor, so a tangent takes the factor's place.


def matmul(a, b):
    """Return the matrix product ``a @ b``, with NumPy's rules for vectors and stacks of matrices.

    Lecture: notebook 09.

    Parameters
    ----------
    a : Tensor or array_like of float, shape (..., n, k) or (k,)
        Left factor.
    b : Tensor or array_like of float, shape (..., k, m) or (k,)
        Right factor.

    Returns
    -------
    Tensor or ndarray, shape (..., n, m), without the axis of a factor that is a vector
        The product.

    Raises
    ------
    ValueError
        If a factor is a number, or the shapes do not fit.

    Examples
    --------
    >>> matmul(Tensor([[1.0, 2.0]]), Tensor([3.0, 4.0]))
    Tensor([11.])
    """
    shape_a, shape_b = np.shape(_value(a)), np.shape(_value(b))
    if not shape_a or not shape_b or shape_a[-1] != shape_b[-2 if len(shape_b) > 1 else 0]:
        raise ValueError(
            f"matmul: shapes {shape_a} and {shape_b} do not fit; (..., n, k) @ (..., k, m) needs equal "
            "k, and a number is multiplied with *"
        )
    if len(shape_a) > 1 and len(shape_b) > 1:
        return _matmul(a, b)
    row = a if len(shape_a) > 1 else reshape(a, (1, -1))
    column = b if len(shape_b) > 1 else reshape(b, (-1, 1))
    y = _matmul(row, column)  # the axis of length 1 that a vector got goes away again
    shape = y.shape[:-1] if len(shape_b) == 1 else y.shape
    return reshape(
        y, shape if len(shape_a) > 1 else shape[:-1] if len(shape_b) == 1 else shape[:-2] + shape[-1:]
    )


def _swap(x):
    """Return `x` with its last two axes exchanged."""
    return x.T if x.ndim == 2 else transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


@operation(
    (lambda g, y, a, b: g @ _swap(b), lambda g, y, a, b: _swap(a) @ g),
    (lambda t, y, a, b: t @ b, lambda t, y, a, b: a @ t),
)
def _matmul(a, b):
    return np.matmul(a, b)


def _rows(x):
    """Return `x` as a matrix, one vector a row."""
    return x if x.ndim == 2 else reshape(x, (-1, x.shape[-1]))


_AFFINE_VJPS = (
    lambda g, y, x, W, b: g @ W.T,  # (n, fan_out) @ (fan_out, fan_in) -> (n, fan_in)
    lambda g, y, x, W, b: _rows(x).T @ _rows(g),  # (fan_in, n) @ (n, fan_out) -> (fan_in, fan_out)
    lambda g, y, x, W, b: g,
)
_AFFINE_JVPS = (lambda t, y, x, W, b: t @ W, lambda t, y, x, W, b: x @ t, lambda t, y, x, W, b: t)
_AFFINE_WRITERS = (  # the same rules for a leaf, written into the memory of its grad
    None,
    lambda out, g, x, W, b: np.dot(x.T, g, out) if x.ndim == 2 else np.dot(_rows(x).T, _rows(g), out),
    lambda out, g, x, W, b: np.add.reduce(g if g.ndim == 2 else _rows(g), 0, None, out),
)


@operation(_AFFINE_VJPS, _AFFINE_JVPS, _AFFINE_WRITERS)
def affine(x, W, b):
    """Return ``x @ W + b``, the pre-activations of a layer, as one operation.

    Lecture: notebook 08, the layer of notebook 07.

    Parameters
    ----------
    x : Tensor or array_like of float, shape (..., fan_in)
        Inputs, one vector a row.
    W : Tensor or array_like of float, shape (fan_in, fan_out)
        Weights.
    b : Tensor or array_like of float, shape (fan_out,)
        Biases.

    Returns
    -------
    Tensor or ndarray, shape (..., fan_out)
        Pre-activations.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> affine(Tensor([[1.0, 2.0]]), [[1.0], [1.0]], [0.5])
    Tensor([[3.5]])
    """
    if W.ndim == 2 and x.ndim and x.shape[-1] == len(W):
        z = np.dot(x, W)  # (..., fan_in) @ (fan_in, fan_out) -> (..., fan_out)
        if z.shape[-1:] == b.shape:
            return np.add(z, b, z)
    raise ValueError(
        f"affine: x {x.shape}, W {W.shape} and b {b.shape} do not fit; W has shape (fan_in, fan_out) "
        "and b (fan_out,): did you pass W.T or x.T?"
    )


def layer(x, W, b, activation: str = "identity"):
    """Return ``activation(x @ W + b)``, a layer of the lecture, as one operation.

    The activation is taken in the memory of the pre-activations, which no rule needs: the slopes of these
    activations follow from their values.

    Lecture: notebook 08, the layer of notebook 07.

    Parameters
    ----------
    x : Tensor or array_like of float, shape (..., fan_in)
        Inputs, one vector a row.
    W : Tensor or array_like of float, shape (fan_in, fan_out)
        Weights.
    b : Tensor or array_like of float, shape (fan_out,)
        Biases.
    activation : {"identity", "tanh", "sigmoid", "relu"}
        The activation.

    Returns
    -------
    Tensor or ndarray, shape (..., fan_out)
        The outputs of the layer.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the activation is none of these.

    Examples
    --------
    >>> layer(Tensor([[1.0, 2.0]]), [[1.0], [-1.0]], [0.5], "relu")
    Tensor([[0.]])
    """
    try:
        return _LAYERS[activation](x, W, b)
    except KeyError:
        raise ValueError(
            f"layer: expected an activation among {', '.join(_LAYERS)}, got {activation!r}; apply others to "
            "affine(...)"
        ) from None


def _layer(activate, then):
    """Return the operation of a layer; `then` is the rule of its activation."""

    def forward(x, W, b):
        z = affine.forward(x, W, b)
        return activate(z, out=z)

    forward.__name__ = "layer"
    return operation(_AFFINE_VJPS, _AFFINE_JVPS, _AFFINE_WRITERS, then)(forward)


def _sigmoid_in_place(z, out):
    """Write the logistic function over its argument."""
    with np.errstate(over="ignore"):
        np.exp(np.negative(z, out), out)
    one = _ONES[out.dtype.char]
    return np.divide(one, np.add(out, one, out), out)


_LAYERS = {
    "identity": affine,
    "tanh": _layer(np.tanh, _tanh_slope),
    "sigmoid": _layer(_sigmoid_in_place, _sigmoid_slope),
    "relu": _layer(lambda z, out: np.maximum(z, 0, out=out), _relu_slope),
}


def conv2d(x, kernel, stride: int = 1, padding: int = 0):
    """Return the two-dimensional cross-correlation of images with a kernel, as torch's `conv2d`.

    It is a product of matrices: each window of the padded image is a row, each output channel a column.

    Lecture: notebooks 09 and 15.

    Parameters
    ----------
    x : Tensor or array_like of float, shape (n_samples, in_channels, height, width)
        Images.
    kernel : Tensor or array_like of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        Weights.
    stride : int, at least 1
        Step between windows.
    padding : int, at least 0
        Zeros added on every side.

    Returns
    -------
    Tensor or ndarray, shape (n_samples, out_channels, out_height, out_width)
        ``out_height = (height + 2 padding - kernel_height) // stride + 1``, and so the width.

    Raises
    ------
    ValueError
        If the shapes do not fit, the kernel exceeds the padded image, or `stride` or `padding` is out of
        range.

    Examples
    --------
    >>> conv2d(Tensor(np.ones((1, 1, 3, 3))), np.ones((1, 1, 2, 2))).data[0, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    _check_conv("conv2d", np.shape(_value(x)), np.shape(_value(kernel)), 2, stride, padding)
    return _convolve(x, kernel, stride, (padding, padding))


def conv1d(x, kernel, stride: int = 1, padding: int = 0):
    """Return the one-dimensional cross-correlation of signals with a kernel, as torch's `conv1d`.

    Lecture: notebooks 09 and 15.

    Parameters
    ----------
    x : Tensor or array_like of float, shape (n_samples, in_channels, length)
        Signals.
    kernel : Tensor or array_like of float, shape (out_channels, in_channels, kernel_length)
        Weights.
    stride : int, at least 1
        Step between windows.
    padding : int, at least 0
        Zeros added on both sides.

    Returns
    -------
    Tensor or ndarray, shape (n_samples, out_channels, out_length)
        ``out_length = (length + 2 padding - kernel_length) // stride + 1``.

    Raises
    ------
    ValueError
        If the shapes do not fit, the kernel exceeds the padded signal, or `stride` or `padding` is out of
        range.

    Examples
    --------
    >>> conv1d(Tensor([[[1.0, 2.0, 4.0]]]), [[[-1.0, 1.0]]])
    Tensor([[[1., 2.]]])
    """
    x_shape, k_shape = np.shape(_value(x)), np.shape(_value(kernel))
    _check_conv("conv1d", x_shape, k_shape, 1, stride, padding)
    flat = _convolve(
        reshape(x, (*x_shape[:2], 1, x_shape[2])),
        reshape(kernel, (*k_shape[:2], 1, k_shape[2])),
        stride,
        (0, padding),
    )
    return reshape(flat, (*flat.shape[:2], flat.shape[3]))


def _check_conv(where, x, kernel, ndim, stride, padding):
    if len(x) != ndim + 2 or len(kernel) != ndim + 2 or x[1] != kernel[1]:
        raise ValueError(
            f"{where}: expected x (n_samples, in_channels, ...) and kernel (out_channels, in_channels, "
            f"...) with {ndim} further axes, got {x} and {kernel}; add the missing axes with reshape"
        )
    if stride < 1 or padding < 0 or builtins.max(k - n for n, k in zip(x[2:], kernel[2:])) > 2 * padding:
        raise ValueError(
            f"{where}: a kernel of {kernel[2:]} has no place in {x[2:]} with stride {stride} and "
            f"padding {padding}; "
            "stride is at least 1, padding at least 0, the kernel at most the padded size"
        )


def _convolve(x, kernel, stride, padding):
    n, c, height, width = np.shape(_value(x))
    q, _, kh, kw = np.shape(_value(kernel))
    ph, pw = padding
    if ph or pw:
        inside = (slice(None), slice(None), slice(ph, ph + height), slice(pw, pw + width))
        x = _place(x, inside, (n, c, height + 2 * ph, width + 2 * pw))
    patches = _windows(x, (kh, kw), stride)  # (n, out_height, out_width, c, kh, kw)
    rows = reshape(patches, (-1, c * kh * kw))
    y = rows @ reshape(kernel, (q, c * kh * kw)).T  # (windows, c kh kw) @ (c kh kw, q) -> (windows, q)
    return transpose(reshape(y, (n, *patches.shape[1:3], q)), (0, 3, 1, 2))


@_linear(lambda g, y, x, size, stride: _fold(g, x.shape, stride))
def _windows(x, size, stride):
    """Return every window of images, shape (n, out_height, out_width, channels, *size)."""
    seen = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return np.ascontiguousarray(seen.transpose(0, 2, 3, 1, 4, 5))


@_linear(lambda g, y, windows, shape, stride: _windows(g, windows.shape[4:], stride))
def _fold(windows, shape, stride):
    """Return images to which every window is added at its place: the transpose of `_windows`."""
    x = np.zeros(shape, windows.dtype)
    _, height, width, _, kh, kw = windows.shape
    for i in range(kh):
        for j in range(kw):
            rows, columns = slice(i, i + stride * height, stride), slice(j, j + stride * width, stride)
            x[:, :, rows, columns] += windows[:, :, :, :, i, j].transpose(0, 3, 1, 2)
    return x


# Softmax and the losses, fused: the derivative by the logits is found with the loss and kept.


def softmax(x, axis: int = -1):
    """Return ``exp(x_i) / sum_j exp(x_j)`` along an axis, without overflow.

    Lecture: notebook 08; defined in notebook 07.

    Parameters
    ----------
    x : Tensor or array_like of float
        Logits.
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values in [0, 1] that add to 1 along `axis`.

    Examples
    --------
    >>> softmax(Tensor([0.0, 0.0]))
    Tensor([0.5, 0.5])
    """
    return _softmax(x, axis)


def _softmax_rule(g, y, x, axis):  # the Jacobian is symmetric, so one rule serves both directions
    return y * (g - sum(g * y, axis, keepdims=True))


@operation((_softmax_rule,), (_softmax_rule,))
def _softmax(x, axis):
    return network.softmax(x, axis)


def log_softmax(x, axis: int = -1):
    """Return the logarithm of `softmax`, finite for finite `x`.

    Lecture: notebook 08; defined in notebook 07.

    Parameters
    ----------
    x : Tensor or array_like of float
        Logits.
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor or ndarray, the shape of `x`
        Values of at most 0.

    Examples
    --------
    >>> log_softmax(Tensor([0.0, 1000.0]))
    Tensor([-1000.,     0.])
    """
    return _log_softmax(x, axis)


@operation(
    (lambda g, y, x, axis: g - exp(y) * sum(g, axis, keepdims=True),),
    (lambda t, y, x, axis: t - sum(exp(y) * t, axis, keepdims=True),),
)
def _log_softmax(x, axis):
    return network.log_softmax(x, axis)


@_elementwise(
    lambda g, y, p, labels: divide(g * (p - labels), p * (1.0 - p)),
    lambda g, y, p, labels: g * (log(1.0 - p) - log(p)),
)
@_quiet
def cross_entropy(p, y):
    """Return ``-y log p - (1 - y) log(1 - p)`` from probabilities, the node `cross_ent` of the slide.

    For training take `binary_cross_entropy_with_logits`: here p = 0 or 1 gives an infinite loss.

    Lecture: notebook 08.

    Parameters
    ----------
    p : Tensor or array_like of float
        Probabilities of class 1, in (0, 1).
    y : Tensor or array_like of float
        Labels 0 and 1, or probabilities.

    Returns
    -------
    Tensor or ndarray
        The losses, of the broadcast shape.

    Examples
    --------
    >>> p = Tensor([0.25], requires_grad=True)
    >>> cross_entropy(p, [1.0]).backward()
    >>> p.grad
    array([-4.])
    """
    p, y = np.asarray(p), np.asarray(y)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def _loss_operation(name, *slopes):
    """Return the operation of a loss; a slope is the derivative by one input, from all and what was kept."""
    return _Operation(
        name,
        [lambda g, y, *inputs, slope=slope: g * slope(*inputs) for slope in slopes],
        [lambda t, y, *inputs, slope=slope: sum(t * slope(*inputs)) for slope in slopes],
    )


_cross_entropy = _loss_operation(
    "softmax_cross_entropy",
    lambda z, labels, kept: (
        kept if kept is not None else (softmax(z) - np.eye(z.shape[1], dtype=z.dtype)[labels]) / len(labels)
    ),
)


def softmax_cross_entropy(logits, labels: ArrayLike):
    """Return the mean of ``-log softmax(z)[label]``, the cross-entropy for many classes.

    Lecture: notebook 08; defined in notebook 07.

    Parameters
    ----------
    logits : Tensor or array_like of float, shape (n_samples, n_classes)
        Outputs before the softmax, finite.
    labels : array_like of int, shape (n_samples,)
        Classes, 0 to n_classes - 1.

    Returns
    -------
    Tensor or float
        The loss.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label is no class.
    TypeError
        If the labels are not integers.

    Examples
    --------
    >>> z = Tensor([[0.0, 0.0]], requires_grad=True)
    >>> softmax_cross_entropy(z, [1]).backward()
    >>> z.grad
    array([[ 0.5, -0.5]])
    """
    if not isinstance(logits, Tensor):
        return network.softmax_cross_entropy(logits, labels)
    z = logits._data
    labels = network.check_labels("softmax_cross_entropy", z, labels)
    n, rows = len(labels), np.arange(len(labels))
    shifted = z - z.max(axis=1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=1, keepdims=True)
    loss = (np.log(total).sum() - shifted[rows, labels].sum()) / n
    if not logits.requires_grad:
        return Tensor(loss)
    p /= total
    p[rows, labels] -= 1
    p /= n
    labels = _frozen(labels)
    return _record(_cross_entropy, loss, (logits, labels, None), (z, labels, p), [(0, logits)])


_binary_cross_entropy = _loss_operation(
    "binary_cross_entropy_with_logits",
    lambda z, y, kept: kept if kept is not None else (sigmoid(z) - y) / z.size,
)


def binary_cross_entropy_with_logits(logits, labels: ArrayLike):
    """Return the mean of ``-y log s - (1 - y) log(1 - s)`` with ``s = sigmoid(z)``, from the logits z.

    Lecture: notebook 08; defined in notebook 07.

    Parameters
    ----------
    logits : Tensor or array_like of float, any shape
        Outputs before the sigmoid, finite.
    labels : array_like of int or float, the shape of `logits`
        Labels 0 and 1, or probabilities in [0, 1], which is not checked for a Tensor of logits.

    Returns
    -------
    Tensor or float
        The loss.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> z = Tensor([0.0], requires_grad=True)
    >>> binary_cross_entropy_with_logits(z, [1]).backward()
    >>> z.grad
    array([-0.5])
    """
    if not isinstance(logits, Tensor):
        return logistic.binary_cross_entropy_with_logits(logits, labels)
    z = logits._data
    y = _constant(_value(labels), z.dtype, "binary_cross_entropy_with_logits")
    if getattr(y, "shape", ()) != z.shape:
        logistic.check_same_shape("binary_cross_entropy_with_logits", z, y)
    e, positive = np.exp(-np.absolute(z)), np.maximum(z, 0)  # e in (0, 1], whatever the sign of z
    loss = np.add.reduce(positive - z * y + np.log1p(e), None) / z.size
    if not logits.requires_grad:
        return Tensor(loss)
    e += _ONES[e.dtype.char]
    kept = (np.exp(z - positive) / e - y) / z.size  # sigmoid(z) = exp(min(z, 0)) / (1 + exp(-|z|))
    return _record(_binary_cross_entropy, loss, (logits, y, None), (z, y, kept), [(0, logits)])


_mse = _loss_operation(
    "mse",
    lambda a, b, kept: kept if kept is not None else (a - b) * (2 / a.size),
    lambda a, b, kept: -kept if kept is not None else (b - a) * (2 / a.size),
)


def mse(y_hat, y):
    """Return the mean of ``(y_hat - y)**2`` over all entries.

    Lecture: notebook 08; defined in notebook 07.

    Parameters
    ----------
    y_hat : Tensor or array_like of float, any shape
        Predictions.
    y : Tensor or array_like of float, the shape of `y_hat`
        Targets.

    Returns
    -------
    Tensor or float
        The loss.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> y_hat = Tensor([1.0, 2.0], requires_grad=True)
    >>> mse(y_hat, [1.0, 4.0]).backward()
    >>> y_hat.grad
    array([ 0., -2.])
    """
    a, b = _value(y_hat), _value(y)
    if b is y:
        if a is y_hat:
            return network.mse(y_hat, y)
        y = b = _constant(y, a.dtype, "mse")
    elif a is y_hat:
        y_hat = a = _constant(y_hat, b.dtype, "mse")
    if getattr(a, "shape", ()) != getattr(b, "shape", ()):
        logistic.check_same_shape("mse", a, b)
    kept = a - b
    size = kept.size
    loss = np.add.reduce(kept * kept, None) / size
    kept *= 2 / size
    edges = [(0, y_hat)] if a is not y_hat and y_hat.requires_grad else []
    if b is not y and y.requires_grad:
        edges.append((1, y))
    return _record(_mse, loss, (y_hat, y, None), (a, b, kept), edges)


# Derivatives of functions. The walks below leave `grad` alone and free nothing.


def _pull(where, y, g, wanted, tensors):
    """Return the derivatives of `y`, weighted by the cotangent `g`, by the wanted Tensors, in reverse mode.

    With `tensors` they are Tensors with a tape of their own, else arrays.
    """
    oldest = builtins.min(x._number for x in wanted)
    pending, heap, found = {y._number: (y, g)}, [-y._number], {}
    targets = {x._number for x in wanted}
    while heap:
        node, g = pending.pop(-heappop(heap))
        if node._number in targets:
            found[node._number] = g if tensors else np.asarray(g)
            continue
        if node._op is None:
            continue
        if node._edges is None:
            raise RuntimeError(_FREED.format(where=where, op=node._op.name))
        inputs = (node, *node._inputs) if tensors else (node._data, *node._values)
        if node._op.then is not None:
            g = node._op.then(g, inputs[0])
        for i, parent in node._edges:
            key = parent._number
            if key < oldest:
                continue  # older than all that is wanted, so not made from it
            if key > node._number:
                raise RuntimeError(_CHANGED.format(where=where, op=node._op.name, i=i))
            part = _sum_to(node._op.vjps[i](g, *inputs), parent.shape)
            if key in pending:
                pending[key] = (parent, pending[key][1] + part)
            else:
                pending[key] = (parent, part)
                heappush(heap, -key)
    return [
        found[x._number]
        if x._number in found
        else (Tensor if tensors else np.array)(np.zeros(x.shape, x.dtype))
        for x in wanted
    ]


def tape(*outputs: Tensor) -> list[Tensor]:
    """Return all Tensors from which the outputs were made, and the outputs, in the order of their making.

    Lecture: notebook 08.

    Parameters
    ----------
    *outputs : Tensor
        Where to start.

    Returns
    -------
    list of Tensor
        Each Tensor once, constants included; an operation stands after all its inputs.

    Examples
    --------
    >>> x = Tensor(2.0, requires_grad=True)
    >>> [node.operation for node in tape(exp(x) * x)]
    [None, 'exp', 'multiply']
    """
    seen, waiting = {}, list(outputs)
    while waiting:
        node = waiting.pop()
        if node._number not in seen:
            seen[node._number] = node
            waiting.extend(node.parents)
    return [seen[number] for number in sorted(seen)]


def cotangents(y: Tensor, gradient: ArrayLike | None = None) -> dict[Tensor, np.ndarray]:
    """Return the derivative of `y` by every Tensor on its tape, those of the operations included.

    Lecture: notebook 08.

    Parameters
    ----------
    y : Tensor
        The output; its graph is kept.
    gradient : array_like of float, the shape of `y`, optional
        The cotangent to start from; 1 by default, for a Tensor of one element.

    Returns
    -------
    dict of Tensor to ndarray
        For each Tensor that requires a derivative, an array of its shape.

    Raises
    ------
    RuntimeError
        If `y` depends on nothing that requires a derivative, or its graph was freed.
    ValueError
        If `y` has several elements and no gradient is given, or one of another shape.

    Examples
    --------
    >>> x = Tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> cotangents(y)[x]
    array(6.)
    """
    return _swept("cotangents", y, gradient)[0]


def contributions(y: Tensor, gradient: ArrayLike | None = None) -> dict[tuple[Tensor, int], np.ndarray]:
    """Return what every operation on the tape of `y` sends back to each of its inputs.

    The derivative by a Tensor is the sum over all paths: of what its users send.

    Lecture: notebook 08.

    Parameters
    ----------
    y : Tensor
        The output; its graph is kept.
    gradient : array_like of float, the shape of `y`, optional
        The cotangent to start from; 1 by default, for a Tensor of one element.

    Returns
    -------
    dict of (Tensor, int) to ndarray
        For each operation and position of an input that requires a derivative, an array of the input's shape.

    Raises
    ------
    RuntimeError
        If `y` depends on nothing that requires a derivative, or its graph was freed.
    ValueError
        If `y` has several elements and no gradient is given, or one of another shape.

    Examples
    --------
    >>> x = Tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> contributions(y)[y, 0], contributions(y)[y, 1]
    (array(3.), array(3.))
    """
    return _swept("contributions", y, gradient)[1]


def _swept(where, y, gradient):
    """Return the cotangent of every Tensor on the tape, and what each operation sends to each input."""
    found, sent = {y: _seed(where, y, gradient)}, {}
    for node in reversed(tape(y)):
        if node._edges is None:
            raise RuntimeError(_FREED.format(where=where, op=node._op.name))
        g = found.get(node)
        if node._op is not None and node._op.then is not None:
            g = node._op.then(g, node._data)
        for i, parent in node._edges:
            if parent._number > node._number:
                raise RuntimeError(_CHANGED.format(where=where, op=node._op.name, i=i))
            part = _sum_to(np.asarray(node._op.vjps[i](g, node._data, *node._values)), parent.shape)
            found[parent] = found[parent] + part if parent in found else part
            sent[node, i] = np.asarray(part)
    return {node: np.asarray(g) for node, g in found.items()}, sent


def _linearised(outputs, oldest):
    """Return the nodes from the inputs, numbered from `oldest` on, to the outputs, in the order of making."""
    seen, waiting = {}, [node for node in outputs if node._number >= oldest]
    while waiting:
        node = waiting.pop()
        if node._number not in seen:
            seen[node._number] = node
            waiting += [parent for _, parent in node._edges if parent._number >= oldest]
    return [seen[number] for number in sorted(seen) if seen[number]._op is not None]


def _push(nodes, seeds, tensors=False):
    """Return the tangents, by number, that seeds at the inputs send through the nodes, in forward mode."""
    tangents = dict(seeds)
    for node in nodes:
        if node._number in tangents:
            continue
        inputs, t = (node, *node._inputs) if tensors else (node._data, *node._values), None
        for i, parent in node._edges:
            if parent._number in tangents:
                part = node._op.jvps[i](tangents[parent._number], *inputs)
                t = part if t is None else t + part
        if t is not None:
            if node._op.then is not None:
                t = node._op.then(broadcast_to(t, node.shape), inputs[0])
            tangents[node._number] = broadcast_to(t, node.shape)
    return tangents


def _push_together(nodes, x, units):
    """Return what `_push` gives for every unit, in one sweep; None if an operation cannot take all together.

    The units stand along a new first axis. An element-wise rule broadcasts over it, once axes of length 1
    make up for those that its input lacks; so does the product of a layer with its weights.
    """
    tangents = {x._number: units}
    for node in nodes:
        op, y, t = node._op, node._data, None
        for i, parent in node._edges:
            if parent._number in tangents:
                if not op.elementwise and not (op.jvps is _AFFINE_JVPS and i == 0):
                    return None
                seed = tangents[parent._number]
                if op.elementwise and seed.ndim <= y.ndim:
                    seed = seed.reshape(len(units), *(1,) * (y.ndim - parent.ndim), *parent.shape)
                part = op.jvps[i](seed, y, *node._values)
                t = part if t is None else t + part
        if t is not None:
            if op.then is not None:
                t = op.then.forward(t, y)
            tangents[node._number] = np.broadcast_to(t, (len(units), *y.shape))
    return tangents


@_elementwise(lambda g, y, x: g)
def _alias(x):
    return x


def _arguments(where, xs):
    """Return fresh Tensors for the arguments of a function, and whether a tape outside watches them."""
    nested = any(isinstance(x, Tensor) and x.requires_grad for x in xs)
    inner = []
    for x in xs:
        watched = isinstance(x, Tensor) and x.requires_grad
        try:
            inner.append(_alias(x) if watched else Tensor(x, requires_grad=True))
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
    return inner, nested


def _called(where, f, xs, scalar=False):
    """Return what f makes of the arguments, after checking that it is a Tensor."""
    numbers = [x._number for x in xs]
    y = f(*xs)
    if numbers != [x._number for x in xs]:
        raise RuntimeError(
            f"{where}: the function changed its argument in place; compute a new Tensor instead"
        )
    if not isinstance(y, Tensor):
        raise TypeError(
            f"{where}: the function returned {type(y).__name__}, expected a Tensor; compute with the "
            "operations of coursepkg.autodiff"
        )
    if scalar and y.size != 1:
        raise ValueError(
            f"{where}: the function returned shape {y.shape}, expected one number; take jacobian, or "
            "sum the output"
        )
    return y


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)


def _tangents(where, xs, vs):
    """Return tangents as arrays or Tensors with the shapes of their arguments."""
    vs = _tuple(vs)
    if [np.shape(_value(v)) for v in vs] != [x.shape for x in xs]:
        raise ValueError(
            f"{where}: expected directions of shapes {[x.shape for x in xs]}, got "
            f"{[np.shape(_value(v)) for v in vs]}"
        )
    return [v if isinstance(v, Tensor) else _constant(v, x.dtype, where) for x, v in zip(xs, vs)]


def grad(f: Callable) -> Callable:
    """Return the gradient function of a scalar function, in reverse mode.

    What it returns can be differentiated again: ``grad(grad(f))``.

    Lecture: notebooks 08 and 09.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor of one element.

    Returns
    -------
    callable
        Takes arrays (or Tensors) and returns the gradient by each of them: one array, or a tuple for several
        arguments. If an argument is a Tensor that requires a derivative, it returns Tensors.

    Raises
    ------
    TypeError
        When called, if `f` does not return a Tensor, or an argument does not hold floats.
    ValueError
        When called, if `f` returns several elements.

    Examples
    --------
    >>> grad(lambda x: x**3)(2.0)
    array(12.)
    >>> grad(grad(lambda x: x**3))(2.0)
    array(12.)
    """

    def gradient(*xs):
        inner, nested = _arguments("grad", xs)
        y = _called("grad", f, inner, scalar=True)
        g = np.ones(y.shape, y.dtype)
        found = _pull("grad", y, Tensor(g) if nested else g, inner, nested)
        return found[0] if len(found) == 1 else tuple(found)

    return gradient


def vjp(f: Callable, x, g):
    """Return the value of `f` and the cotangent `g` pulled back: ``J.T g``, in one reverse sweep.

    Lecture: notebook 09.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor.
    x : array_like of float, or a tuple of them
        The point; a tuple gives several arguments.
    g : array_like of float, the shape of the value
        The cotangent.

    Returns
    -------
    value : ndarray
        ``f(x)``.
    pulled : ndarray or tuple of ndarray
        The shape of `x`.

    Raises
    ------
    TypeError
        If `f` does not return a Tensor, or `x` does not hold floats.
    ValueError
        If `g` has not the shape of the value.

    Examples
    --------
    >>> vjp(lambda x: x * x, [1.0, 2.0], [1.0, 1.0])
    (array([1., 4.]), array([2., 4.]))
    """
    inner, nested = _arguments("vjp", _tuple(x))
    y = _called("vjp", f, inner)
    (g,) = _tangents("vjp", [y], g)
    nested = nested or isinstance(g, Tensor)
    pulled = _pull(
        "vjp", y, (g if isinstance(g, Tensor) else Tensor(g)) if nested else np.asarray(g), inner, nested
    )
    return y if nested else y.data, tuple(pulled) if isinstance(x, tuple) else pulled[0]


def jvp(f: Callable, x, v):
    """Return the value of `f` and its derivative along `v`: ``J v``, in one forward sweep.

    Lecture: notebook 09.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor.
    x : array_like of float, or a tuple of them
        The point; a tuple gives several arguments.
    v : array_like of float, or a tuple of them, the shape of `x`
        The direction.

    Returns
    -------
    value : ndarray
        ``f(x)``.
    derivative : ndarray
        The shape of the value.

    Raises
    ------
    TypeError
        If `f` does not return a Tensor, or `x` does not hold floats.
    ValueError
        If `v` has not the shape of `x`.

    References
    ----------
    Wengert, R. E. (1964). Communications of the ACM, 7, 463-464.

    Examples
    --------
    >>> jvp(lambda x: x * x, [1.0, 2.0], [1.0, 0.0])
    (array([1., 4.]), array([2., 0.]))
    """
    inner, nested = _arguments("jvp", _tuple(x))
    vs = _tangents("jvp", inner, v)
    nested = nested or any(isinstance(part, Tensor) for part in vs)
    y = _called("jvp", f, inner)
    nodes = _linearised([y], builtins.min(part._number for part in inner))
    seeds = {x._number: part for x, part in zip(inner, vs)}
    t = _push(nodes, seeds, nested).get(y._number)
    if t is None:
        t = np.zeros(y.shape, y.dtype)
    if nested:
        return y, t if isinstance(t, Tensor) else Tensor(t)
    return y.data, np.asarray(t)


def jacobian(f: Callable, x: ArrayLike, mode: str = "reverse") -> np.ndarray:
    """Return all derivatives of the outputs of `f` by its inputs.

    The tape is written once. Reverse mode sweeps it once for each output, forward mode once for each input,
    or for all of them together where the operations allow it.

    Lecture: notebook 09.

    Parameters
    ----------
    f : callable
        Takes a Tensor, returns a Tensor.
    x : array_like of float, any shape
        The point.
    mode : {"reverse", "forward"}
        The direction of the sweeps.

    Returns
    -------
    ndarray, shape (*shape of f(x), *shape of x)
        The derivatives.

    Raises
    ------
    TypeError
        If `f` does not return a Tensor, or `x` does not hold floats.
    ValueError
        If there is no such mode.

    Examples
    --------
    >>> jacobian(lambda x: x * x, [1.0, 2.0], mode="forward")
    array([[2., 0.],
           [0., 4.]])
    """
    if mode not in ("reverse", "forward"):
        raise ValueError(f"jacobian: expected mode 'reverse' or 'forward', got {mode!r}")
    (x,), _ = _arguments("jacobian", [np.asarray(x)])
    y = _called("jacobian", f, [x])
    if mode == "reverse":
        units = np.eye(y.size, dtype=y.dtype).reshape(y.size, *y.shape)
        rows = [_pull("jacobian", y, unit, [x], False)[0] for unit in units]
        return np.array(rows, dtype=x.dtype).reshape(y.shape + x.shape)
    nodes, zero = _linearised([y], x._number), np.zeros(y.shape, y.dtype)
    units = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
    together = _push_together(nodes, x, units)
    if together is None:
        columns = [_push(nodes, {x._number: unit}).get(y._number, zero) for unit in units]
    else:
        columns = together.get(y._number, np.zeros((x.size, *y.shape), y.dtype))
    return np.moveaxis(np.array(columns, dtype=y.dtype), 0, -1).reshape(y.shape + x.shape)


def hvp(f: Callable, x, v):
    """Return the Hessian of a scalar function times a vector, exactly: forward mode over reverse mode.

    Lecture: notebook 09.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor of one element.
    x : array_like of float, or a tuple of them
        The point; a tuple gives several arguments.
    v : array_like of float, or a tuple of them, the shape of `x`
        The vector.

    Returns
    -------
    ndarray, or a tuple of them, the shape of `x`
        The derivative of the gradient along `v`.

    Raises
    ------
    TypeError
        If `f` does not return a Tensor, or `x` does not hold floats.
    ValueError
        If `f` returns several elements, or `v` has not the shape of `x`.

    References
    ----------
    Pearlmutter, B. A. (1994). Neural Computation, 6, 147-160.

    Examples
    --------
    >>> hvp(lambda x: (x**3).sum(), [1.0, 2.0], [1.0, 1.0])
    array([ 6., 12.])
    """
    inner, _ = _arguments("hvp", [np.asarray(_value(part)) for part in _tuple(x)])
    vs = _tangents("hvp", inner, tuple(_value(part) for part in _tuple(v)))
    y = _called("hvp", f, inner, scalar=True)
    gradients = _pull("hvp", y, Tensor(np.ones(y.shape, y.dtype)), inner, tensors=True)
    nodes = _linearised(gradients, builtins.min(part._number for part in inner))
    tangents = _push(nodes, {x._number: part for x, part in zip(inner, vs)})
    found = [np.asarray(tangents.get(g._number, np.zeros(g.shape, g.dtype))) for g in gradients]
    return tuple(found) if isinstance(x, tuple) else found[0]


def check_gradient(
    f: Callable, *xs: ArrayLike, rtol: float = 1e-8, atol: float = 1e-9, order: int = 1
) -> float:
    """Compare the derivatives of `f`, in both modes, with extrapolated central differences.

    The outputs are weighted with fixed unequal numbers, so that no error cancels in a sum. With ``order=2``
    the derivatives of the gradient are compared too.

    Lecture: notebook 08.

    Parameters
    ----------
    f : callable
        Takes Tensors, returns a Tensor; smooth within 1e-3 of the point.
    *xs : array_like of float64
        The point, one array an argument.
    rtol, atol : float
        An entry may be off by ``atol + rtol * (largest entry)``.
    order : {1, 2}
        How often to differentiate.

    Returns
    -------
    float
        The largest error, relative to the largest entry of its gradient or 1.

    Raises
    ------
    ValueError
        If a derivative is wrong; the message names the argument, the entry and both values.

    Examples
    --------
    >>> check_gradient(lambda x: tanh(x) * x, [0.5, -1.0], order=2) < 1e-9
    True
    """
    xs = [np.array(x, dtype=float) for x in xs]

    def weighted(*args):
        y = f(*args)
        return sum(y * np.cos(np.arange(y.size)).reshape(y.shape))

    gradients, worst = _tuple(grad(weighted)(*xs)), 0.0
    for k, (x, gradient) in enumerate(zip(xs, gradients)):

        def along(step, k=k):
            return weighted(*(Tensor(p + step if j == k else p) for j, p in enumerate(xs))).item()

        for entry in np.ndindex(x.shape):
            unit = np.zeros(x.shape)
            unit[entry] = 1e-3 * builtins.max(1.0, abs(x[entry]))
            wide, near = ((along(s * unit) - along(-s * unit)) / (2 * s * unit[entry]) for s in (1.0, 0.5))
            expected = float(4 * near - wide) / 3  # the error in h**2 cancels
            directions = tuple(unit / unit[entry] if j == k else np.zeros(p.shape) for j, p in enumerate(xs))
            forward = float(jvp(weighted, tuple(xs), directions)[1])
            scale = builtins.max(1.0, float(np.abs(gradient).max()))
            for mode, got in (("reverse", float(gradient[entry])), ("forward", forward)):
                error = abs(got - expected)
                if not error <= atol + rtol * scale:
                    raise ValueError(
                        f"check_gradient: argument {k}, entry {entry}: {mode} mode gives {got:.12g} but "
                        f"differences give {expected:.12g}; look at the rules that this argument passes"
                    )
                worst = builtins.max(worst, error / scale)
    if order == 2:

        def flat_gradient(*args):
            return concatenate([reshape(g, -1) for g in _tuple(grad(weighted)(*args))])

        worst = builtins.max(worst, check_gradient(flat_gradient, *xs, rtol=rtol, atol=atol))
    return worst
