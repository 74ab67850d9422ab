"""What can go wrong with a student's code, as exceptions whose text is meant for the student."""

import re

_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def clean(text: object, limit: int = 400) -> str:
    """Return text from a student's process as text that can be written, at most `limit` characters.

    Control characters are dropped, those that turn the direction of text too; half a character (a lone
    surrogate) becomes a question mark.
    """
    text = _CONTROL.sub("", str(text)).encode("utf-8", errors="replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


class CheckFailed(AssertionError):
    """A requirement is not met; the text says which, what came, and where to look."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this instead of a traceback through the grader."""
        return [str(self)]


class NotBegun(CheckFailed):
    """The exercise's stub is still in place."""


class StudentError(CheckFailed):
    """The student's code raised, died or hung.

    Attributes
    ----------
    kind : str
        The name of the exception's type, or ``"died"``, ``"timeout"``.
    detail : str
        The exception's own text.
    where : str
        The line of the student's cell, or ``""``.
    """

    def __init__(self, kind: str, detail: str = "", where: str = "", name: str = "your code"):
        self.kind, self.detail, self.where, self.name = (
            clean(kind, 80),
            clean(detail),
            clean(where, 200),
            name,
        )
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        at = f" in the line `{self.where}`" if self.where else ""
        if self.kind == "timeout":
            return f"{self.name} did not come back within {self.detail}. Look for a loop that never ends."
        if self.kind == "died":
            return f"{self.name} ended the whole process{self.detail}. Return a value instead."
        if self.kind == "missing":
            return f"{self.name} is not defined. {self.detail}"
        if self.kind == "overwritten":
            return f"{self.name} was overwritten by a check. {self.detail}"
        if self.kind == "not a function":
            return f"{self.name} is not a function. {self.detail}"
        text = f": {self.detail}" if self.detail else ""
        return f"{self.name} raised {self.kind}{text}{at}."


class ProtocolError(Exception):
    """What came over the wire is not plain data of the agreed form, or too large."""


class WorkerDied(Exception):
    """The student's process is gone."""


class WorkerTimeout(Exception):
    """The student's process did not answer in time."""
