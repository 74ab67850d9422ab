"""The one writer to nbgrader's gradebook, and what else a graded class leaves behind.

The gradebook is nbgrader's own, so its form grader, feedback and export work on it. It is a file, or a
database on a server.
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
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError
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
    db_url : str, optional
        A database elsewhere, in place of the folder's ``gradebook.db``; see `database`.

    Attributes
    ----------
    name : str
        What to call the gradebook: a file's name, or the address without the password.
    key : str
        Of this gradebook and assignment alone; another if the gradebook was made anew.

    Raises
    ------
    ValueError
        If the gradebook holds grades of the assignment with other exercises, or cannot be reached.
    """

    def __init__(self, folder: Path, assignment: Assignment, db_url: str | None = None):
        self.folder = folder.resolve()
        self.assignment = assignment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = Config()
        configure(self.config)
        path = self.folder / "gradebook.db"
        self.db_url = database(db_url) if db_url else f"sqlite:///{path.as_posix()}"
        self.name = make_url(self.db_url).render_as_string(hide_password=True) if db_url else path.name
        self._gradebook: Gradebook | None = None
        if not db_url and not path.exists():  # made beside, so that a killed run leaves a whole one or none
            made = self.folder / f".gradebook.{os.getpid()}.tmp"
            made.unlink(missing_ok=True)
            _make_gradebook(f"sqlite:///{made.as_posix()}")
            os.replace(made, path)
        if db_url:
            try:
                _make_gradebook(self.db_url)
            except SQLAlchemyError as error:
                said = str(getattr(error, "orig", error)).strip().splitlines()[0]
                raise ValueError(f"the gradebook {self.name} cannot be used: {said}") from None
        self._register()

    def _register(self) -> None:
        """Tell the gradebook of the assignment's cells and points."""
        with Gradebook(self.db_url) as gradebook:
            self.key = gradebook.update_or_create_assignment(self.assignment.id).id
        try:
            SaveCells().preprocess(self.assignment.template, self._resources("."))
        except RuntimeError:
            raise ValueError(
                f"{self.name} holds grades of another version of {self.assignment.id}, with other exercises. "
                "Name another folder with --output, another database with --db, or move that one away"
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


def database(url: str) -> str:
    """Return the address of a database with a driver that is installed.

    Parameters
    ----------
    url : str
        Such as ``postgresql://teacher@server/gradebook``, or ``sqlite:///gradebook.db``.

    Raises
    ------
    ValueError
        If it is no address of a database, or its driver is missing.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect().import_dbapi()
    except ModuleNotFoundError as error:
        raise ValueError(
            f"--db needs the package {error.name}; for PostgreSQL, pip install 'coursepkg[postgres]'"
        ) from None
    except ArgumentError as error:
        raise ValueError(
            f"--db names no database that is known ({error}); give postgresql://user@server/name"
        ) from None
    return parsed.render_as_string(hide_password=False)


def _make_gradebook(url: str) -> None:
    """Make an empty gradebook as nbgrader does, without starting ``alembic`` for its version; once."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            Base.metadata.create_all(connection)
            version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
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
