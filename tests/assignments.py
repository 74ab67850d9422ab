"""The assignments of the course, as their tests see them: cells, hidden tests, evidence, and a grade.

>>> from tests.assignments import CourseAssignment
>>> first = CourseAssignment("01_threshold_logic_units")
>>> first.exercises["ex01_1"], first.suite("ex01_1").points
('tlu', 4.0)
"""

import importlib
import warnings
from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant

add_path(ROOT / "assignments")  # the hidden tests are the package `hidden` of that folder


class CourseAssignment:
    """One assignment of the course.

    Parameters
    ----------
    name : str
        The folder under ``assignments/source``, such as ``"01_threshold_logic_units"``.

    Attributes
    ----------
    number : str
        Two digits, those of its lesson.
    assignment : Assignment
        Source, template and release.
    hidden, evidence : module
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.number, _, module = name.partition("_")
        self.assignment = Assignment(name, ROOT / "assignments" / "source" / name / f"{name}.ipynb")
        self.hidden: ModuleType = importlib.import_module(f"hidden.{module}")
        self.evidence: ModuleType = importlib.import_module(f"tests.evidence.{module}")

    @cached_property
    def cells(self) -> dict[str, Any]:
        """The cells of the source by their ids."""
        return {cell.id: cell for cell in self.assignment.source.cells}

    @cached_property
    def released(self) -> dict[str, Any]:
        """The cells that students receive by their ids."""
        return {cell.id: cell for cell in self.assignment.release.cells}

    @cached_property
    def tests(self) -> dict[str, Any]:
        """The grade cells with their hidden blocks by their ids."""
        return {cell.id: cell for cell in self.assignment.template.cells if cell.id in self.exercises}

    @cached_property
    def exercises(self) -> dict[str, str]:
        """The student's function, or class, of each exercise: the id of the cell before its grade cell."""
        ids = list(self.cells)
        return {name: ids[k - 1] for k, name in enumerate(ids) if name.startswith(f"ex{self.number}_")}

    @cached_property
    def variants(self) -> list[Variant]:
        """The evidence on these exercises."""
        return [v for v in VARIANTS if v.function.__module__ == self.evidence.__name__]

    def suite(self, exercise: str) -> Exercise:
        """Return the hidden tests of an exercise."""
        return getattr(self.hidden, exercise)

    def reference(self, exercise: str) -> Callable[..., Any]:
        """Return the function, or class, of the source's solution cell."""
        names = {"np": np}
        exec(self.cells[self.exercises[exercise]].source, names)
        return names[self.exercises[exercise]]

    def grade(self, exercise: str, student: Student) -> tuple[float, str]:
        """Run the grade cell; return its points, and what the student is told."""
        return self._run(exercise, self.tests[exercise].source, student)

    def grade_hidden(self, exercise: str, student: Student) -> tuple[float, str]:
        """Run the hidden block alone, as if the visible check were not there."""
        block = self.tests[exercise].source.split("### BEGIN HIDDEN TESTS")[1]
        return self._run(exercise, "from coursepkg.grading import student\n" + block, student)

    def _run(self, exercise: str, source: str, student: Student) -> tuple[float, str]:
        """Run the text of a grade cell and apply nbgrader's rule to its outputs."""
        points, message = self.suite(exercise).points, ""
        with warnings.catch_warnings():
            # Code of a student may overflow on the way to a right answer, or to a wrong one with a hint.
            warnings.simplefilter("ignore", RuntimeWarning)
            outputs = run_grade_cell(source, student)
        for output in outputs:
            if output.output_type == "error":
                points, message = 0.0, message + output.evalue
            elif output.output_type == "execute_result":
                points = float(output.data["text/plain"])
            else:
                message += output.text
        return points, message

    def failed_parts(self, exercise: str, message: str) -> list[str]:
        """Return the parts whose requirement the message calls not met."""
        parts = self.suite(exercise).parts
        return [part.test.__name__ for part in parts if f"- {part.requirement}: not met" in message]


def course_assignments() -> list[CourseAssignment]:
    """Return all assignments of the course, in the lecture's order."""
    folders = (ROOT / "assignments" / "source").glob("[0-9]*")
    return [CourseAssignment(folder.name) for folder in sorted(folders)]



def circle() -> list:
    """Return a list that holds itself."""
    loop: list = []
    loop.append(loop)
    return loop


# What any function may return. What only one assignment's functions would is `GARBAGE` of its evidence.
GARBAGE = {
    "None": None,
    "text": "one",
    "number": 7,
    "nan": float("nan"),
    "infinity": float("inf"),
    "huge int": 10**400,
    "complex": 1j,
    "bytes": b"\x00\x01",
    "empty list": [],
    "ragged": [[1, 2], [3]],
    "Nones": [None, None],
    "strings": ["0", "1", "1", "1"],
    "dict": {"w": 1},
    "set": {1, 2},
    "object": object(),
    "function": len,
    "type": int,
    "function of nan": lambda t: float("nan"),
    "function of None": lambda t: None,
    "function of text": lambda t: "size",
    "function of a function": lambda t: len,
    "objects": [object()] * 4,
    "generator": (i for i in range(3)),
    "array of objects": np.array([object()] * 4),
    "array of nan": np.full(4, np.nan),
    "column of nan": np.full((4, 1), np.nan),
    "square of nan": np.full((2, 2), np.nan),
    "infinite": np.full((4, 4), np.inf),
    "column of infinities": np.full((3, 1), np.inf),
    "large numbers": np.full((3, 1), 1e308),
    "ten dimensions": np.zeros((1,) * 10),
    "no rows": np.zeros((0, 3)),
    "structured": np.zeros(3, dtype=[("a", int)]),
    "dates": np.array(["2024-01-01"], dtype="datetime64[D]"),
    "text array": np.array(["a", "b"]),
    "long list": [list(range(100_000))],
    "pair of Nones": (None, None),
    "pair of texts": ("w", "b"),
    "pair of infinities": ([np.inf, -np.inf], np.inf),
    "pair of large numbers": ([1e308, 1e308], 1e308),
    "pair of complex numbers": ([1j, 1j], 1j),
    "layer of Nones": [(None, None)],
    "layer of nan": [(np.full((2, 1), np.nan), np.zeros(1))],
    "layer of texts": [("ab", "c")],
    "layer of objects": [(object(), object())],
    "layers that are numbers": [1, 2],
    "layers that do not fit": [(np.ones((2, 3)), np.zeros(3)), (np.ones((2, 1)), np.zeros(1))],
    "large layer": [(np.full((2, 1), 1e308), np.full(1, -1e308))],
    "complex layer": [(np.full((2, 1), 1j), np.zeros(1))],
    "many units": [(np.ones((2, 200_000)), np.zeros(200_000)), (np.ones((200_000, 1)), np.zeros(1))],
    "holds itself": circle(),
}
