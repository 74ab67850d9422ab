"""``student("tlu")``: the student's function, wherever it lives.

In the learner's notebook it is the function that the learner has defined there. Under grading it is
a stand-in for a function in another process. In both worlds the arguments are copies, the result is
plain data (built-in types and NumPy arrays), and what the code raises comes back as a sentence.
"""

import contextlib
import contextvars
import hashlib
import itertools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursepkg.grading.endpoint import Ask, Endpoint
from coursepkg.grading.errors import (
    CheckFailed,
    NotBegun,
    ProtocolError,
    StudentError,
    WorkerDied,
    WorkerTimeout,
)
from coursepkg.grading.notebook import tell_at_the_end
from coursepkg.grading.wire import Opaque, Reference, pack, unpack


class Student:
    """Asks one student's code for values.

    Parameters
    ----------
    ask : callable
        ``ask(frames, call_back)`` sends a request and returns the reply; `call_back` answers the
        requests that the student's code makes in the middle.
    seed : bytes
        What this student's random inputs derive from.
    """

    def __init__(self, ask: Callable[[list[bytes], Ask], list[bytes]], seed: bytes = b""):
        self._ask = ask
        self._seed = seed
        self._lent: dict[str, Callable[..., Any]] = {}
        self._keys = itertools.count()
        self._asking = False
        self._failed: CheckFailed | None = None

    def __call__(self, name: str) -> "StudentFunction":
        """Return the student's function of that name.

        Parameters
        ----------
        name : str

        Returns
        -------
        StudentFunction

        Raises
        ------
        StudentError
            If there is no such name, or it names something else.
        """
        if not isinstance(self.value(name), StudentFunction):
            what = f"Define it with `def {name}(…)`, and give what it returns another name."
            raise StudentError("not a function", what, name=name)
        return StudentFunction(self, f"name:{name}", name)

    def value(self, name: str) -> Any:
        """Return the student's result of that name.

        Parameters
        ----------
        name : str

        Returns
        -------
        plain data, or StudentFunction

        Raises
        ------
        StudentError
            If there is no such name.
        """
        return self._request(name, op="get", name=name)["value"]

    def run(self, source: str, fetch: list[str] | tuple[str, ...], **inputs: Any) -> dict[str, Any]:
        """Run a few lines beside the student's code and fetch named results.

        For classes and modules, whose instances cannot cross: build and use them there.

        Parameters
        ----------
        source : str
            Python text; it sees the student's names and `inputs`. The student's code can read it, so
            it holds nothing that is secret.
        fetch : list of str
            Names whose values come back.
        **inputs
            Plain data.

        Returns
        -------
        dict
            A value for each name in `fetch`.

        Raises
        ------
        StudentError
            If the lines raise, or a fetched value is not plain data.
        """
        values = self._request("your code", op="run", source=source, inputs=inputs, fetch=list(fetch))[
            "value"
        ]
        if not isinstance(values, dict) or not values.keys() >= set(fetch):
            raise StudentError("ValueError", "what it returned could not be read")
        for name in fetch:
            if isinstance(values[name], Opaque):
                kind = values[name].type_name
                raise StudentError(
                    "TypeError", f"`{name}` is an object of type {kind}, not numbers or an array"
                )
        return values

    def rng(self, key: str) -> np.random.Generator:
        """Return this student's generator for one question; the same at every grading.

        Parameters
        ----------
        key : str
            Names the question, such as ``"ex01_1/ties"``.
        """
        digest = hashlib.sha256(self._seed + b"/" + key.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "little"))

    def forget(self) -> None:
        """Take back the functions that were lent, so that none serves a later exercise."""
        self._lent.clear()

    def _request(self, label: str, **request: Any) -> dict[str, Any]:
        """Send a request and return the reply of a success; `label` names the student's code in messages."""
        if self._asking:
            raise RuntimeError(
                "a function that was lent to the student's code asks the student's code for a value; "
                "lend a function that computes it, or pass the student's function itself"
            )
        self._asking, self._failed = True, None
        try:
            reply = unpack(self._ask(pack(request, self._lend), self._called_back), self._resolve)
            if not _agreed(reply):
                raise ProtocolError("a reply that is not of the agreed form")
        except WorkerTimeout as error:
            raise StudentError("timeout", str(error) or "its time", name=label) from None
        except WorkerDied as error:
            raise StudentError("died", str(error), name=label) from None
        except ProtocolError as error:
            raise StudentError(
                "ValueError", f"what it returned could not be read: {error}", name=label
            ) from None
        finally:
            self._asking = False
        if self._failed is not None:
            raise self._failed
        if not reply["ok"]:
            raise self._error(label, reply["kind"], reply["detail"], reply["where"])
        return reply

    def _error(self, label: str, kind: str, detail: str, where: str) -> Exception:
        if kind == "NotImplementedError":
            return NotBegun(StudentError(kind, detail).detail or f"{label} is not begun.")
        if kind == "LookupError" and detail.startswith("overwritten "):
            again = f"Run the cell that defines {label} again; let the check use another name."
            return StudentError("overwritten", again, name=label)
        if kind == "LookupError" and detail.startswith("missing "):
            name, _, unread = detail.removeprefix("missing ").partition(" ")
            cure = f"Run the cell that defines {name}, or look whether it is named so."
            if unread:
                cure = f"Python cannot read the cell that should define it: {unread}."
            return StudentError("missing", cure, "", name)
        return StudentError(kind, detail, where, label)

    def _lend(self, function: Callable[..., Any]) -> "str | Reference":
        if isinstance(function, StudentFunction):
            return Reference(function.key)
        key = f"lent:{next(self._keys)}"
        self._lent[key] = function
        return key

    def _resolve(self, kind: str, value: Any) -> Any:
        if kind == "callable":
            return StudentFunction(self, value, "the function that your code returned")
        if kind == "tensor":
            return value
        raise ProtocolError("a reference that was never given")

    def _called_back(self, frames: list[bytes]) -> list[bytes]:
        """Answer the student's code, which calls a function that it was given."""
        try:
            request = unpack(frames, self._resolve)
            function = self._lent[request["key"]]
            value = function(*request["args"], **request["kwargs"])
        except Exception as error:
            self._failed = error if isinstance(error, CheckFailed) else None
            return pack({"ok": False, "kind": type(error).__name__, "detail": str(error)[:300]})
        return pack({"ok": True, "value": value}, self._lend)


class StudentFunction:
    """A stand-in for a callable of the student.

    Attributes
    ----------
    name : str
        For messages.
    STANDS_IN : bool
        Tells an `Endpoint` that this is no function of the student.
    changed_inputs : tuple of int
        Positions of the arguments that the last call left changed.
    """

    STANDS_IN = True

    def __init__(self, owner: Student, key: str, name: str):
        self._owner = owner
        self.key = key
        self.name = name
        self.changed_inputs: tuple[int, ...] = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with copies of plain data; functions are called back."""
        request = {"op": "call", "key": self.key, "args": list(args), "kwargs": kwargs}
        reply = self._owner._request(self.name, **request)
        left = reply.get("inputs")
        left = left if isinstance(left, list) and len(left) == len(args) else list(args)
        self.changed_inputs = tuple(i for i, given in enumerate(args) if _changed(given, left[i]))
        return reply["value"]


def _agreed(reply: Any) -> bool:
    """Tell whether a reply is a success with a value, or a failure in words."""
    if not isinstance(reply, dict):
        return False
    if reply.get("ok") is True:
        return "value" in reply
    return reply.get("ok") is False and all(
        isinstance(reply.get(key), str) for key in ("kind", "detail", "where")
    )


_ATOMS = (bool, int, float, complex, str, bytes, np.generic, type(None))


def _changed(given: Any, left: Any) -> bool:
    """Tell whether an argument is other data after the call than before."""
    if isinstance(given, np.ndarray) and isinstance(left, np.ndarray):
        if given.dtype.kind != left.dtype.kind:
            return True
        return given.shape != left.shape or not np.array_equal(
            given, left, equal_nan=given.dtype.kind in "fc"
        )
    if isinstance(given, list | tuple) and isinstance(left, list | tuple):
        return len(given) != len(left) or any(map(_changed, given, left))
    if isinstance(given, dict) and isinstance(left, dict):
        return given.keys() != left.keys() or any(_changed(given[k], left[k]) for k in given)
    if isinstance(given, _ATOMS):
        try:
            return not isinstance(left, _ATOMS) or bool(given != left and (given == given or left == left))
        except OverflowError:  # a NumPy number beside an integer that it cannot hold
            return True
    return type(given) in (np.ndarray, list, tuple, dict)  # something of another kind stands in its place


def local_student(namespace: dict[str, Any], seed: bytes = b"local") -> Student:
    """Return a `Student` whose code lives in this process.

    Parameters
    ----------
    namespace : dict
        Where the student's names are found.
    seed : bytes
        What the random inputs derive from.
    """
    endpoint = Endpoint(namespace, lambda frames: frames)

    def ask(frames: list[bytes], call_back: Ask) -> list[bytes]:
        endpoint.call_back = call_back
        return endpoint.answer(frames)

    return Student(ask, seed)


_current: contextvars.ContextVar[Student | None] = contextvars.ContextVar("student", default=None)


@contextlib.contextmanager
def grading(who: Student) -> Iterator[None]:
    """Let ``student`` mean this student for a while."""
    token = _current.set(who)
    try:
        yield
    finally:
        _current.reset(token)
        who.forget()


class _CurrentStudent(Student):
    """The student being graded; outside a grading run, the person at this notebook."""

    def __init__(self) -> None:
        """Hold nothing: who is meant is decided at each use."""

    def _who(self, name: str = "") -> Student:
        graded = _current.get()
        if graded is None and name:
            tell_at_the_end(name)
        return graded or local_student(vars(sys.modules["__main__"]))

    def __call__(self, name: str) -> "StudentFunction":
        return self._who(name)(name)

    def value(self, name: str) -> Any:
        return self._who(name).value(name)

    def run(self, source: str, fetch: list[str] | tuple[str, ...], **inputs: Any) -> dict[str, Any]:
        return self._who().run(source, fetch, **inputs)

    def rng(self, key: str) -> np.random.Generator:
        return self._who().rng(key)


student = _CurrentStudent()
