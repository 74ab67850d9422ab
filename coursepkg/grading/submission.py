"""One submission, from its bytes to a graded notebook: a pure function of its arguments."""

import functools
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_solution

from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, execute
from coursepkg.grading.intake import Refused, parse
from coursepkg.grading.limits import DEFAULT_LIMITS, Limits
from coursepkg.grading.session import Session
from coursepkg.grading.transplant import transplant


@dataclass(frozen=True)
class ExerciseScore:
    """What one exercise earned.

    Attributes
    ----------
    score : float or None
        None while it waits for manual points.
    max_score : float
    message : str
        What the student is told; empty for full points.
    """

    score: float | None
    max_score: float
    message: str


@dataclass(frozen=True)
class Job:
    """Everything that grading one submission depends on; it can be sent to another process.

    Attributes
    ----------
    student : str
    assignment_id : str
    source : Path
        The assignment's source notebook.
    hidden : Path
        The folder that holds the ``hidden`` package.
    raw : bytes or None
        The submitted file, None if it could not be read.
    refusal : str
        Why it could not be read.
    seed : bytes
        From `seed`.
    limits : Limits
    note : str
        What the instructor may want to look at, seen before the file was read.
    exchange : tuple of (str, bytes)
        Names and contents of what nbgrader's exchange wrote beside the notebook; grading does not use them.
    """

    student: str
    assignment_id: str
    source: Path
    hidden: Path
    raw: bytes | None
    refusal: str = ""
    seed: bytes = b""
    limits: Limits = DEFAULT_LIMITS
    note: str = ""
    exchange: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Graded:
    """The outcome of one submission.

    Attributes
    ----------
    student : str
    status : str
        ``"graded"`` or ``"failed"``.
    reason : str
        Why it failed, or what the instructor may want to look at; often empty.
    exercises : dict of str to ExerciseScore
        By the id of the grade cell.
    notebook : str
        The graded notebook as JSON, with an explicit outcome in every grade cell.
    seconds : float
        How long it took; 0 where it was not measured. Two outcomes that differ in it alone are equal.
    """

    student: str
    status: str
    reason: str
    exercises: dict[str, ExerciseScore] = field(default_factory=dict)
    notebook: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def score(self) -> float:
        """The sum of the exercises' points; manual ones that wait count as 0."""
        return sum(exercise.score or 0.0 for exercise in self.exercises.values())

    def points(self, name: str) -> float | None:
        """Return what an exercise earned, for a table; None where nothing was graded.

        Parameters
        ----------
        name : str
            The id of the grade cell.
        """
        exercise = self.exercises.get(name)
        if exercise is None or (self.status == "failed" and not exercise.score):
            return None
        return exercise.score

    def total(self) -> float | None:
        """Return `score`, for a table; None where the submission could not be graded and has no points."""
        return None if self.status == "failed" and not self.score else self.score

    @property
    def max_score(self) -> float:
        """The most that can be earned."""
        return sum(exercise.max_score for exercise in self.exercises.values())


FOREIGN = "The notebook holds no cell of this assignment. Was another one submitted? Submit the right one."


def seed(secret: bytes, student: str, assignment_id: str) -> bytes:
    """Return what a student's random inputs derive from; the same at every grading.

    Parameters
    ----------
    secret : bytes
        The course's.
    student, assignment_id : str
    """
    return hmac.digest(secret, f"{student}/{assignment_id}".encode(), hashlib.sha256)


def grade_submission(job: Job) -> Graded:
    """Grade one submission.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Graded
        Never raises for what a submission holds: what cannot be read is ``failed`` with a sentence.
    """
    status = job.source.stat()
    assignment = _assignment(job.assignment_id, job.source, status.st_mtime_ns, status.st_size)
    try:
        if job.raw is None:
            raise Refused(job.refusal or "The submission could not be read.")
        cells = parse(job.raw)
        work = transplant(assignment.template, assignment.release, cells)
        if not work.recognised:
            raise Refused(FOREIGN)
    except Refused as refusal:
        return failed(job.student, assignment, str(refusal))
    broken = grade_notebook(work.notebook, job.hidden, job.seed, job.limits)
    reason = " ".join([*filter(None, [job.note]), *work.flags])
    if broken:
        work.notebook.metadata["coursepkg"] = {"broken": broken}
        reason = f"The hidden tests of {', '.join(broken)} broke; mend them and grade again. {reason}"
    return Graded(
        job.student,
        "failed" if broken else "graded",
        reason.strip(),
        scores(work.notebook),
        nbformat.writes(work.notebook),
    )


@functools.lru_cache(maxsize=2)
def _assignment(name: str, path: Path, *version: int) -> Assignment:
    """Return an assignment whose forms are made once for a class; `version` changes with its file."""
    return Assignment(name, path)


def grade_notebook(notebook: NotebookNode, hidden: Path, seed: bytes, limits: Limits) -> list[str]:
    """Execute a transplanted notebook in place; return the ids of grade cells whose test broke."""
    add_path(hidden)
    with Session(limits) as session:
        return execute(notebook, session, seed)


def failed(student: str, assignment: Assignment, reason: str) -> Graded:
    """Return the explicit outcome of a submission that could not be graded: 0 points and the reason."""
    notebook = transplant(assignment.template, assignment.release, []).notebook
    mark_not_graded(notebook, reason)
    return Graded(student, "failed", reason, scores(notebook), nbformat.writes(notebook))


def mark_not_graded(notebook: NotebookNode, reason: str) -> None:
    """Write into every grade cell that it was not graded, and why."""
    notebook.metadata["coursepkg"] = {"refused": reason}
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_grade(cell):
            text = f"Not graded: {reason}"
            output = nbformat.v4.new_output("error", ename="NotGraded", evalue=text, traceback=[text])
            cell.outputs, cell.execution_count = [output], None


def scores(notebook: NotebookNode) -> dict[str, ExerciseScore]:
    """Read the scores from a graded notebook, by nbgrader's own rule."""
    found = {}
    for cell in notebook.cells:
        if is_grade(cell):
            score, most = determine_grade(cell)
            found[cell.metadata.nbgrader.grade_id] = ExerciseScore(score, most, message(cell, score))
    return found


def message(cell: NotebookNode, score: float | None) -> str:
    """Return what a graded cell tells the student."""
    if score is None:
        return "Waits for the instructor's points."
    texts = [
        output.text if output.output_type == "stream" else output.get("evalue", "")
        for output in cell.get("outputs", [])
    ]
    told = "\n".join(text.strip() for text in texts if text.strip())
    return told or ("No answer." if is_solution(cell) and not score else "")
