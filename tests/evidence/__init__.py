"""Evidence on the hidden tests: solutions that must earn everything, and misconceptions that must not.

A module an assignment. Each variant is an ordinary function that needs nothing but ``np``; its text can be
pasted into the solution cell of its exercise. The decorators put it into `VARIANTS`.

>>> from tests.evidence import VARIANTS, threshold_logic_units
>>> loop = next(variant for variant in VARIANTS if variant.name == "tlu_loop")
>>> loop.exercise, loop.student_name, loop.right
('ex01_1', 'tlu', True)
>>> loop.source.splitlines()[0]
'def tlu(X, w, b):'
"""

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Variant:
    """One way in which a student may answer an exercise.

    Attributes
    ----------
    exercise : str
        The id of the grade cell.
    student_name : str
        What the exercise's text calls the function.
    function : callable
    right : bool
        Whether it deserves all points.
    hint : str
        For a misconception: words of the sentence that fits it, or ``""`` if there is none.
    """

    exercise: str
    student_name: str
    function: Callable[..., Any]
    right: bool
    hint: str = ""

    @property
    def name(self) -> str:
        """The function's name, such as ``"tlu_fires_only_above"``."""
        return self.function.__name__

    @cached_property
    def source(self) -> str:
        """The text for the solution cell: no decorator, the name of the exercise."""
        text = textwrap.dedent(inspect.getsource(self.function))
        line = ast.parse(text).body[0].lineno  # of `def`; decorators stand before it
        text = "\n".join(text.splitlines()[line - 1 :])
        return re.sub(rf"\b{self.name}\b", self.student_name, text)

    def namespace(self) -> dict[str, Any]:
        """Run the text as a notebook would, and return the names that it defines."""
        names: dict[str, Any] = {"np": np}
        file = f"<{self.name}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        exec(compile(self.source, file, "exec"), names)
        return names


VARIANTS: list[Variant] = []


def correct(exercise: str, student_name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a solution that deserves all points; use as a decorator."""
    return _register(exercise, student_name, True, "")


def misconception(
    exercise: str, student_name: str, hint: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register an answer that must lose points, and words of the sentence that should explain why."""
    return _register(exercise, student_name, False, hint)


def _register(exercise: str, student_name: str, right: bool, hint: str) -> Callable[..., Any]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        VARIANTS.append(Variant(exercise, student_name, function, right, hint))
        return function

    return register
