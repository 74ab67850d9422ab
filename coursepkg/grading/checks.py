"""Comparisons whose failure is a sentence: which requirement, which input, what came, where to look.

A visible check may show the expected value (``reveal=True``). A hidden one never does: it names the
class of input, and shows the shape and one value of the learner's own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursepkg.grading.errors import CheckFailed, clean
from coursepkg.grading.student import StudentFunction
from coursepkg.grading.wire import Opaque


@dataclass(frozen=True)
class Comparison:
    """One comparison that `agree` made, for those who measure tests.

    Attributes
    ----------
    got, want : ndarray
        Of the same shape.
    rtol, atol : float
    agrees : bool
    reveal : bool
        Whether the message may show `want`.
    """

    got: np.ndarray
    want: np.ndarray
    rtol: float
    atol: float
    agrees: bool
    reveal: bool

    @property
    def ratio(self) -> float:
        """The largest difference as a multiple of what the tolerance allows; infinite for NaN."""
        with np.errstate(all="ignore"):
            off = np.abs(self.got - self.want) / (self.atol + self.rtol * np.abs(self.want))
        same = (self.got == self.want) | (np.isnan(self.got) & np.isnan(self.want))
        return float(np.max(np.where(same, 0.0, np.nan_to_num(off, nan=np.inf)), initial=0.0))


_observers: ContextVar[tuple[Callable[[Comparison], None], ...]] = ContextVar("observers", default=())


@contextmanager
def observe(note: Callable[[Comparison], None]) -> Iterator[None]:
    """Hear of every comparison that `agree` makes for a while.

    Parameters
    ----------
    note : callable
        Called with each `Comparison`.
    """
    token = _observers.set((*_observers.get(), note))
    try:
        yield
    finally:
        _observers.reset(token)


def _note(comparison: Comparison) -> None:
    for note in _observers.get():
        note(comparison)


def require(condition: object, message: str) -> None:
    """Fail with `message` unless `condition` holds.

    Parameters
    ----------
    condition : bool
    message : str
        A sentence for the learner: which requirement, what came, where to look.

    Raises
    ------
    CheckFailed
        If the condition does not hold.

    Examples
    --------
    >>> require(2 > 1, "two is more than one")
    """
    if not condition:
        raise CheckFailed(message)


def array(
    value: Any,
    what: str,
    shape: tuple[int, ...] | None = None,
    *,
    largest: float | None = None,
    complex_numbers: bool = False,
) -> np.ndarray:
    """Take what a learner returned as an array of numbers.

    Numbers, lists, tuples, Boolean arrays and arrays of any float or integer type are taken: a check
    accepts what the exercise's text allows.

    Parameters
    ----------
    value : any
        What the learner's code returned.
    what : str
        Names the call, for the message: ``"tlu on two rows"``.
    shape : tuple of int, optional
        The shape that the text asks for.
    largest : float, optional
        The largest size of a number, so that sums and products of them do not overflow; NaN is refused too.
    complex_numbers : bool
        Take complex numbers too.

    Returns
    -------
    ndarray
        float64, or complex128 if the value is complex.

    Raises
    ------
    CheckFailed
        If it is nothing of the kind, or has another shape.

    Examples
    --------
    >>> array([True, 0, 2.5], "a list")
    array([1. , 0. , 2.5])
    """
    if value is None:
        raise CheckFailed(f"{what}: it returned None. Does every path of your function end in `return`?")
    if isinstance(value, StudentFunction):
        raise CheckFailed(
            f"{what}: it returned a function where numbers were expected. Did you forget to call it?"
        )
    if isinstance(value, Opaque):
        raise CheckFailed(
            f"{what}: it returned an object of type {clean(value.type_name, 60)}; numbers were expected."
        )
    if isinstance(value, str | bytes | dict | set):
        raise CheckFailed(f"{what}: it returned a {type(value).__name__} where numbers were expected.")
    try:
        result = _numbers(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise CheckFailed(
            f"{what}: it returned a {type(value).__name__} that is not an array of numbers."
        ) from None
    if result.dtype.kind == "c" and not complex_numbers:
        raise CheckFailed(f"{what}: it returned complex numbers; real ones were asked for.")
    if largest is not None and not (np.abs(result) <= largest).all():
        raise CheckFailed(f"{what}: it holds NaN, or a number larger than {largest:g}.")
    if shape is not None and result.shape != shape:
        hint = " Did you forget a transpose?" if result.ndim == 2 and result.shape == shape[::-1] else ""
        raise CheckFailed(f"{what}: it returned the shape {result.shape} where {shape} was asked for.{hint}")
    return result


def agree(
    got: Any,
    want: Any,
    what: str,
    *,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    hints: Mapping[str, Any] | None = None,
    see: str = "",
    reveal: bool = False,
) -> None:
    """Fail unless two arrays agree within a tolerance.

    Parameters
    ----------
    got : any
        What the learner's code returned; see `array` for what is taken.
    want : array_like
        What is right. Its shape is asked for.
    what : str
        Names the call and the class of input, for the message: ``"tlu on rows where w·x + b is 0"``.
    rtol, atol : float
        ``|got - want| <= atol + rtol * |want|`` entry by entry; NaN and infinities must stand in the
        same places.
    hints : dict of str to array_like, optional
        For each known misconception a sentence, and what that misconception would have returned. The
        first that `got` agrees with gives its sentence.
    see : str
        Where to look: ``"lesson 01, section 1.1"``.
    reveal : bool
        Show the expected value. Only in visible checks.

    Raises
    ------
    CheckFailed
        If they do not agree.

    Examples
    --------
    >>> agree([0, 1], [0, 1], "two numbers")
    >>> agree([1, 1], [0, 1], "two numbers", reveal=True)
    Traceback (most recent call last):
        ...
    coursepkg.grading.errors.CheckFailed: two numbers: expected [0, 1], got [1, 1].
    """
    want = np.asarray(want)
    where = f" See {see}." if see else ""
    try:
        values = array(got, what, want.shape, complex_numbers=np.iscomplexobj(want))
    except CheckFailed as failure:
        raise CheckFailed(f"{failure}{where}") from None
    agrees = _close(values, want, rtol, atol)
    _note(Comparison(values, want, rtol, atol, agrees, reveal))
    if agrees:
        return
    came = f"expected {show(want)}, got {show(values)}." if reveal else f"{_own(values, want, rtol, atol)}"
    hint = next(
        (
            f" {sentence}"
            for sentence, mistaken in (hints or {}).items()
            if not _close(np.asarray(mistaken), want, rtol, atol) and _close(values, mistaken, rtol, atol)
        ),
        "",
    )
    raise CheckFailed(f"{what}: {came}{hint}{where}")


def results(value: Any, what: str, *names: str) -> tuple[Any, ...]:
    """Take what a function returned as several results, a tuple or a list.

    Parameters
    ----------
    value : any
        What the learner's code returned.
    what : str
        Names the call, for the message: ``'gate("or")'``.
    *names : str
        What the text calls the results: ``"w", "b"``.

    Returns
    -------
    tuple
        As many values as there are names.

    Raises
    ------
    CheckFailed
        If it is not a tuple or list of that length.

    Examples
    --------
    >>> w, b = results([[1.0, 1.0], -0.5], 'gate("or")', "w", "b")
    >>> b
    -0.5
    """
    wanted = f"({', '.join(names)})"
    if value is None:
        raise CheckFailed(
            f"{what}: it returned None where {wanted} was asked for. Is there a `return` at its end?"
        )
    if not isinstance(value, tuple | list):
        kind = value.type_name if isinstance(value, Opaque) else type(value).__name__
        raise CheckFailed(f"{what}: it returned one {clean(kind, 60)} where {wanted} was asked for.")
    if len(value) != len(names):
        raise CheckFailed(f"{what}: it returned {len(value)} values where {wanted} was asked for.")
    return tuple(value)


def network(
    value: Any, what: str, n_in: int, n_out: int, max_units: int = 10_000
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Take what a learner returned as a network: a list of ``(W, b)`` whose shapes fit each other.

    Parameters
    ----------
    value : any
        What the learner's code returned: a list or tuple of pairs; lists of numbers are taken for arrays.
    what : str
        Names the call, for the message: ``"parity_net(3)"``.
    n_in, n_out : int
        Number of inputs of the first layer and of outputs of the last.
    max_units : int
        The most units that all layers together may have, so that evaluating it stays cheap.

    Returns
    -------
    list of (ndarray of shape (fan_in, fan_out), ndarray of shape (fan_out,))
        float64, at most 1e100 in size, so that no sum overflows.

    Raises
    ------
    CheckFailed
        If it is no such list; the sentence names the first layer that is wrong.

    Examples
    --------
    >>> network([([[1], [1]], [-0.5])], "my_or", n_in=2, n_out=1)
    [(array([[1.],
           [1.]]), array([-0.5]))]
    """
    if value is None:
        raise CheckFailed(f"{what}: it returned None. Does every path of your function end in `return`?")
    if not isinstance(value, tuple | list) or not value:
        kind = value.type_name if isinstance(value, Opaque) else type(value).__name__
        came = "an empty list" if isinstance(value, tuple | list) else f"a value of type {clean(kind, 60)}"
        raise CheckFailed(f"{what}: it returned {came} where a list of layers (W, b) was asked for.")
    layers = []
    fan_in = n_in
    for k, pair in enumerate(value, start=1):
        where = f"{what}, layer {k}"
        W, b = results(pair, where, "W", "b")
        W, b = array(W, f"W of {where}", largest=1e100), array(b, f"b of {where}", largest=1e100)
        if W.size == 0 and fan_in == 0 and b.ndim == 1:
            W = np.zeros((0, b.size))  # a list of no rows cannot say how many columns it has
        if W.ndim != 2 or W.shape[0] != fan_in:
            source = "the input has" if k == 1 else f"layer {k - 1} gives"
            hint = " Did you forget a transpose?" if W.ndim == 2 and W.shape[1] == fan_in else ""
            raise CheckFailed(
                f"{where}: W has the shape {W.shape}; (fan_in, fan_out) with fan_in = {fan_in} was asked "
                f"for, as {source} {fan_in} values.{hint}"
            )
        if b.shape != (W.shape[1],):
            raise CheckFailed(
                f"{where}: b has the shape {b.shape}; W has {W.shape[1]} columns, so {(W.shape[1],)}."
            )
        layers.append((W, b))
        fan_in = W.shape[1]
    units = sum(b.size for _, b in layers)
    if units > max_units:
        raise CheckFailed(f"{what}: it has {units} units; at most {max_units} are evaluated.")
    if fan_in != n_out:
        raise CheckFailed(f"{what}: the last layer has {fan_in} units where {n_out} was asked for.")
    return layers


def show(value: Any) -> str:
    """Write an array of numbers in one short line.

    Examples
    --------
    >>> show(np.array([[1.0, 2.5]]))
    '[[1, 2.5]]'
    """
    text = np.array2string(
        np.asarray(value),
        precision=6,
        threshold=20,
        edgeitems=4,
        separator=", ",
        formatter={"float_kind": _number},
    )
    return " ".join(text.split())


def _numbers(value: Any) -> np.ndarray:
    """Return numbers, or lists of numbers, as an array of float64 or complex128."""
    if isinstance(value, list | tuple):  # NumPy would make text of 1 and "a", and NaN of None
        kinds = {type(item) for item in _leaves(value)}
        if not all(issubclass(kind, bool | int | float | complex | np.number | np.bool) for kind in kinds):
            raise TypeError("something else than numbers")
    result = np.asarray(value)
    if result.dtype.kind not in "biufcO":
        raise TypeError("not numbers")
    return result.astype(np.complex128 if result.dtype.kind == "c" else np.float64)


def _leaves(value: Any) -> Iterator[Any]:
    """Yield what stands in nested lists; an array that holds numbers yields one of them."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, np.ndarray):
        yield value.dtype.type()
    else:
        yield value


def _number(value: complex) -> str:
    return f"{value:.6g}"


def _close(left: Any, right: Any, rtol: float, atol: float) -> bool:
    left, right = np.asarray(left), np.asarray(right)
    if left.shape != right.shape:
        return False
    with np.errstate(over="ignore"):  # 1e308 and -1e308 lie further apart than any number
        return bool(np.allclose(left, right, rtol=rtol, atol=atol, equal_nan=True))


def _own(values: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """Describe what the learner's code returned, by one wrong value of its own."""
    if values.ndim == 0:
        return f"it returned {_number(values[()])}, which is not right."
    with np.errstate(over="ignore"):
        wrong = ~np.isclose(values, want, rtol=rtol, atol=atol, equal_nan=True)
    if np.isnan(values).any() and not np.isnan(want).any():
        return f"{int(np.isnan(values).sum())} of {values.size} returned values are NaN."
    count, first = int(wrong.sum()), _number(values[wrong][0])
    verb = "is" if count == 1 else "are"
    return f"{count} of {values.size} returned values {verb} wrong; one of yours is {first}."
