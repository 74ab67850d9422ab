"""A graded exercise: named requirements with points, each an ordinary function.

The hidden tests of an assignment are a module of these; the notebook's hidden block calls one with
``student``. It scores by nbgrader's own rule: no value is full points, a number is partial points,
an exception is none.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coursepkg.grading.errors import CheckFailed, NotBegun
from coursepkg.grading.student import Student


@dataclass(frozen=True)
class Part:
    """One requirement of an exercise.

    Attributes
    ----------
    points : float
    requirement : str
        A few words that complete "…: not met": ``"a sum of exactly 0 fires"``.
    test : callable
        Takes the student's functions by their names, and ``rng`` or ``student`` where it asks for them.
    """

    points: float
    requirement: str
    test: Callable[..., None]

    @property
    def draws(self) -> bool:
        """Whether its inputs differ from student to student."""
        return not {"rng", "student"}.isdisjoint(inspect.signature(self.test).parameters)


class Exercise:
    """The hidden tests of one exercise.

    Parameters
    ----------
    name : str
        The id of its grade cell: ``"ex01_1"``.

    Examples
    --------
    >>> from coursepkg.grading.checks import agree
    >>> from coursepkg.grading.student import local_student
    >>> ex00_1 = Exercise("ex00_1")
    >>> @ex00_1.part(2, "squares positive numbers")
    ... def positive(square, rng):
    ...     x = rng.uniform(0, 9, 5)
    ...     agree(square(x), x * x, "square of positive numbers")
    >>> @ex00_1.part(1, "squares negative numbers")
    ... def negative(square, rng):
    ...     x = rng.uniform(-9, 0, 5)
    ...     agree(square(x), x * x, "square of negative numbers")
    >>> ex00_1(local_student({"square": lambda x: x * x}))
    >>> ex00_1(local_student({"square": lambda x: x * abs(x)}))  # doctest: +ELLIPSIS
    2 of 3 points.
    - squares negative numbers: not met (1 point). square of negative numbers: 5 of 5 ... wrong; ...
    2.0
    """

    def __init__(self, name: str):
        self.name = name
        self.parts: list[Part] = []

    @property
    def points(self) -> float:
        """The sum of the parts' points."""
        return float(sum(part.points for part in self.parts))

    def part(self, points: float, requirement: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Declare a requirement; use as a decorator.

        Parameters
        ----------
        points : float
            Positive.
        requirement : str
            See `Part`.

        Raises
        ------
        ValueError
            If the points are not positive, or a part of that name is there.
        """

        def declare(test: Callable[..., None]) -> Callable[..., None]:
            if not points > 0:
                raise ValueError(f"{self.name}: the part {test.__name__} needs points above 0, got {points}")
            if any(part.test.__name__ == test.__name__ for part in self.parts):
                raise ValueError(f"{self.name}: two parts are called {test.__name__}; rename one")
            self.parts.append(Part(points, requirement, test))
            return test

        return declare

    def __call__(self, student: Student) -> float | None:
        """Try every part on one student's code.

        Parameters
        ----------
        student : Student

        Returns
        -------
        float or None
            None for full points; a number for some, after a sentence for each part that failed has
            been printed.

        Raises
        ------
        NotBegun
            If the stub is still in place and nothing was earned without it.
        CheckFailed
            If no part passed; its text holds a sentence for each.
        """
        earned, failures, stub = 0.0, [], None
        for part in self.parts:
            failure = self.failure(part, student)
            if failure is None:
                earned += part.points
                continue
            stub = stub or (failure if isinstance(failure, NotBegun) else None)
            noun = "point" if part.points == 1 else "points"
            failures.append(f"- {part.requirement}: not met ({part.points:g} {noun}). {failure}")
        if not failures:
            return None
        text = "\n".join(failures)
        if earned == 0:
            raise stub or CheckFailed(text)
        print(f"{earned:g} of {self.points:g} points.\n{text}")
        return earned

    def failure(self, part: Part, student: Student) -> CheckFailed | None:
        """Try one part on one student's code; return why it is not met, or None.

        Parameters
        ----------
        part : Part
        student : Student
        """
        try:
            part.test(**self._arguments(part, student))
        except CheckFailed as failure:
            return failure
        return None

    def _arguments(self, part: Part, student: Student) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in inspect.signature(part.test).parameters:
            if name == "rng":
                given[name] = student.rng(f"{self.name}/{part.test.__name__}")
            else:
                given[name] = student if name == "student" else student(name)
        return given
