"""The side where the student's code lives: it answers questions about names in the student's namespace.

The same class answers inside the learner's own notebook and inside the sandboxed process of a
grading run, so a check sees the same data in both. It knows nothing about what is right.
"""

import linecache
import os
import re
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from coursepkg.grading.errors import ProtocolError
from coursepkg.grading.wire import pack, unpack

Ask = Callable[[list[bytes]], list[bytes]]

_HERE = os.path.dirname(os.path.abspath(__file__))
_CALLBACK_ERRORS = {
    kind.__name__: kind for kind in (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError)
}


class Endpoint:
    """Answers ``get``, ``call`` and ``run`` requests.

    Parameters
    ----------
    namespace : dict
        The student's global names.
    call_back : callable
        Sends frames to the other side in the middle of a request and returns its reply; used when a
        student's function calls a function that it was given.
    """

    def __init__(self, namespace: dict[str, Any], call_back: Ask):
        self.namespace = namespace
        self.call_back = call_back
        self.kept: dict[str, Any] = {}

    def answer(self, frames: list[bytes]) -> list[bytes]:
        """Answer one request; whatever the student's code raises becomes part of the reply."""
        try:
            request = unpack(frames, self._resolve)
            reply = getattr(self, f"_{request.pop('op')}")(**request)
            return pack({"ok": True, **reply}, self._keep)
        except ProtocolError as error:
            return self._failure("ProtocolError", str(error), "")
        except BaseException as error:  # SystemExit and KeyboardInterrupt of the student's code too
            return self._failure(type(error).__name__, _text(error), self._line(error))

    def _get(self, name: str) -> dict[str, Any]:
        return {"value": self._named(name)}

    def _call(self, key: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        value = self._find(key)(*args, **kwargs)
        return {"value": value, "inputs": args}

    def _run(self, source: str, inputs: dict[str, Any], fetch: list[str]) -> dict[str, Any]:
        scope = {**self.namespace, **inputs}
        exec(compile(source, "<check>", "exec"), scope)
        return {"value": {name: scope[name] for name in fetch}}

    def _named(self, name: str) -> Any:
        if name not in self.namespace:
            raise LookupError(f"missing {name} {_unread(self.namespace.get('In'), name)}")
        value = self.namespace[name]
        if getattr(type(value), "STANDS_IN", False):  # a check gave its stand-in the learner's own name
            raise LookupError(f"overwritten {name}")
        return value

    def _find(self, key: str) -> Any:
        if key.startswith("name:"):
            return self._named(key.removeprefix("name:"))
        if key not in self.kept:
            raise LookupError("the process that made this function is gone")
        return self.kept[key]

    def _keep(self, value: Any) -> str:
        key = f"kept:{len(self.kept)}"
        self.kept[key] = value
        return key

    def _resolve(self, kind: str, value: Any) -> Any:
        if kind == "reference":
            return self._find(value)
        if kind == "tensor":
            import torch  # only where the other side already sent a tensor

            return torch.from_numpy(value)

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            frames = self.call_back(
                pack({"op": "callback", "key": value, "args": args, "kwargs": kwargs}, self._keep)
            )
            reply = unpack(frames, self._resolve)
            if not reply["ok"]:
                raise _CALLBACK_ERRORS.get(reply["kind"], RuntimeError)(reply["detail"])
            return reply["value"]

        return stand_in

    def _failure(self, kind: str, detail: str, where: str) -> list[bytes]:
        return pack({"ok": False, "kind": kind, "detail": detail[:2000], "where": where[:400]})

    def _line(self, error: BaseException) -> str:
        """Return the text of the student's line that raised."""
        for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
            if frame.f_globals is self.namespace:
                return linecache.getline(frame.f_code.co_filename, number).strip()
        return ""


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:  # an exception class of the student whose own text fails
        return f"(its text could not be made: {type(second).__name__})"


def _unread(cells: Any, name: str) -> str:
    """Return why Python could not read the last of the cells that would define a name; "" if it could."""
    written = [cell for cell in cells if isinstance(cell, str)] if isinstance(cells, list) else []
    defines = re.compile(rf"^\s*(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    cell = next((cell for cell in reversed(written) if defines.search(cell)), "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(cell, "<cell>", "exec")
    except SyntaxError as error:
        return f"{error.msg}, in line {error.lineno}"
    except ValueError as error:
        return str(error)
    return ""
