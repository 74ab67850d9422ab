"""The one writer to nbgrader's gradebook, and what else a graded class leaves behind.

The gradebook is nbgrader's own, so its form grader, feedback and export work on it.
"""

import csv
import json
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.api import Base, Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades, SaveCells
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from coursepkg.grading.assignment import Assignment, write_notebook
from coursepkg.grading.nbgrader_plugin import configure
from coursepkg.grading.submission import Graded


class ClassRecord:
    """A folder with a graded class: ``gradebook.db``, ``autograded/``, ``feedback/``, ``grades.csv``.

    Parameters
    ----------
    folder : Path
        Made if missing.
    assignment : Assignment

    Raises
    ------
    ValueError
        If the folder's gradebook holds grades of the assignment with other exercises.
    """

    def __init__(self, folder: Path, assignment: Assignment):
        self.folder = folder.resolve()
        self.assignment = assignment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = Config()
        configure(self.config)
        self.db_url = f"sqlite:///{(self.folder / 'gradebook.db').as_posix()}"
        self._gradebook: Gradebook | None = None
        self._register()

    def _register(self) -> None:
        """Tell the gradebook of the assignment's cells and points."""
        path = self.folder / "gradebook.db"
        if not path.exists():  # made beside, so that a killed run leaves a whole gradebook or none
            made = self.folder / f".gradebook.{os.getpid()}.tmp"
            made.unlink(missing_ok=True)
            _make_gradebook(f"sqlite:///{made.as_posix()}")
            os.replace(made, path)
        with Gradebook(self.db_url) as gradebook:
            gradebook.update_or_create_assignment(self.assignment.id)
        try:
            SaveCells().preprocess(self.assignment.template, self._resources("."))
        except RuntimeError:
            raise ValueError(
                f"{path} holds grades of another version of {self.assignment.id}, with other exercises. "
                "Name another folder with --output, or move that file away"
            ) from None

    def _resources(self, student: str) -> dict[str, Any]:
        names = {"student": student, "assignment": self.assignment.id, "notebook": self.assignment.id}
        return {"nbgrader": {**names, "db_url": self.db_url}}

    def save(self, graded: Graded) -> None:
        """Record one outcome: points and comments in the gradebook, the notebook in ``autograded/``.

        Parameters
        ----------
        graded : Graded
        """
        notebook = nbformat.reads(graded.notebook, as_version=4)
        with warnings.catch_warnings(), self._transaction() as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader adds rows in an order that SQLAlchemy notes
            gradebook.update_or_create_student(graded.student)
            gradebook.update_or_create_submission(self.assignment.id, graded.student)
            _SaveAutoGrades(gradebook).preprocess(notebook, self._resources(graded.student))
        write_notebook(notebook, self._path("autograded", graded.student, ".ipynb"))

    @contextmanager
    def _transaction(self) -> Iterator[Gradebook]:
        """Open the gradebook for one student: all is written at the end, or nothing."""
        if self._gradebook is None:
            self._gradebook = Gradebook(self.db_url)
        session = self._gradebook.db
        commit, session.commit = session.commit, session.flush  # nbgrader would commit at every cell
        try:
            yield self._gradebook
            commit()
        finally:
            session.commit = commit
            session.remove()  # rolls back what was not committed

    def feedback(self) -> Path:
        """Write a feedback page for each student and return their folder."""
        directory = CourseDirectory(
            config=self.config, root=str(self.folder), assignment_id=self.assignment.id
        )
        directory.db_url = self.db_url
        converter = GenerateFeedback(coursedir=directory, config=self.config, force=True)
        converter.log.setLevel(logging.ERROR)
        converter.start()
        return self.folder / "feedback"

    def _path(self, stage: str, student: str, suffix: str) -> Path:
        return self.folder / stage / student / self.assignment.id / f"{self.assignment.id}{suffix}"


class _SaveAutoGrades(SaveAutoGrades):
    """nbgrader's own, on a gradebook that is open."""

    def __init__(self, gradebook: Gradebook):
        super().__init__()
        self.gradebook = gradebook

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Record the points and comments of every cell."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        return NbGraderPreprocessor.preprocess(self, nb, resources)


def _make_gradebook(url: str) -> None:
    """Make an empty gradebook as nbgrader does, without starting ``alembic`` for its version."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    engine.dispose()


def as_json(results: Iterable[Graded]) -> dict[str, Any]:
    """Return outcomes as plain data: by student the status, the reason, the points, and each exercise."""
    return {
        graded.student: {
            "status": graded.status,
            "reason": graded.reason,
            "score": graded.score,
            "max_score": graded.max_score,
            "exercises": {
                name: {"score": exercise.score, "max_score": exercise.max_score, "message": exercise.message}
                for name, exercise in graded.exercises.items()
            },
        }
        for graded in results
    }


def write_exports(results: list[Graded], table: Path, data: Path) -> None:
    """Write the outcomes as CSV, a row a student, and as JSON.

    Parameters
    ----------
    results : list of Graded
    table, data : Path
        The CSV and the JSON file.
    """
    for path in (table, data):
        path.parent.mkdir(parents=True, exist_ok=True)
    data.write_text(json.dumps(as_json(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    names = list(dict.fromkeys(name for graded in results for name in graded.exercises))
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student", "status", "score", "max_score", *names, "reason"])
        for graded in results:
            points = [graded.exercises[name].score if name in graded.exercises else "" for name in names]
            row = [graded.student, graded.status, graded.score, graded.max_score, *points, graded.reason]
            writer.writerow([_inert(value) for value in row])


def _inert(value: Any) -> Any:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
