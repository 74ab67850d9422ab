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
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.api import Base, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import NbGraderPreprocessor, SaveCells
from nbgrader.utils import parse_utc
from sqlalchemy import create_engine, inspect, or_, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError
from traitlets.config import Config

from coursepkg.grading.assignment import Assignment, write_notebook
from coursepkg.grading.nbgrader_plugin import SaveOutcomes, configure
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

    def save(self, graded: Graded, files: Iterable[tuple[str, bytes]] = ()) -> None:
        """Record one outcome: points and comments in the gradebook, the notebook in ``autograded/``.

        Parameters
        ----------
        graded : Graded
        files : iterable of (str, bytes)
            Names and contents of what lies beside the notebook there, and then beside the feedback page.
        """
        contents = dict(files)
        stamp = _timestamp(contents.get("timestamp.txt", b""))
        notebook = nbformat.reads(graded.notebook, as_version=4)
        with warnings.catch_warnings(), self._transaction() as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # nbgrader adds rows in an order that SQLAlchemy notes
            gradebook.update_or_create_student(graded.student)
            gradebook.update_or_create_submission(self.assignment.id, graded.student, timestamp=stamp)
            _SaveOutcomes(gradebook).preprocess(notebook, self._resources(graded.student))
        path = self._path("autograded", graded.student, ".ipynb")
        write_notebook(notebook, path)
        for name, content in contents.items():
            path.with_name(name).write_bytes(content)

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

    def with_hand_points(self, results: Iterable[Graded]) -> list[Graded]:
        """Put the points that were given by hand, in the form grader, into outcomes.

        Parameters
        ----------
        results : iterable of Graded

        Returns
        -------
        list of Graded
            With the gradebook's points in exercises that a person has graded, and a reason that names them.
        """
        given: dict[str, dict[str, float]] = {}
        with Gradebook(self.db_url) as gradebook:
            by_hand = or_(Grade.manual_score.is_not(None), Grade.extra_credit > 0)
            query = gradebook.db.query(Grade).join(Grade.notebook).join(SubmittedNotebook.assignment)
            for grade in query.filter(SubmittedAssignment.assignment_id == self.key, by_hand):
                given.setdefault(grade.student.id, {})[grade.name] = grade.score
        return [_by_hand(graded, given.get(graded.student, {})) for graded in results]

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


def _timestamp(content: bytes) -> datetime | None:
    """Return the time of a submission, None if the file does not tell one."""
    try:
        return parse_utc(content.decode().strip()) if content.strip() else None
    except (ValueError, OverflowError):
        return None


def _by_hand(graded: Graded, given: dict[str, float]) -> Graded:
    changed = {name: score for name, score in given.items() if name in graded.exercises}
    if not changed:
        return graded
    exercises = {
        name: replace(
            exercise,
            score=changed.get(name, exercise.score),
            message="" if exercise.score is None and name in changed else exercise.message,
        )
        for name, exercise in graded.exercises.items()
    }
    reason = f"{graded.reason} Points by hand: {', '.join(sorted(changed))}.".strip()
    return replace(graded, exercises=exercises, reason=reason)


class _SaveOutcomes(SaveOutcomes):
    """The same, on a gradebook that is open."""

    def __init__(self, gradebook: Gradebook):
        super().__init__()
        self.gradebook = gradebook

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Record the points and comments of every cell."""
        self.read(nb)
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
            points = [graded.points(name) for name in names]
            row = [graded.student, graded.status, graded.total(), graded.max_score, *points, graded.reason]
            writer.writerow([_inert(value) for value in row])


def _inert(value: Any) -> Any:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
