"""Grade a class: a pure function mapped over an executor, and one writer."""

from collections.abc import Iterator
from concurrent.futures import Executor, as_completed
from pathlib import Path

from coursepkg.grading.assignment import Assignment, Course
from coursepkg.grading.intake import Refused, read_bytes
from coursepkg.grading.limits import DEFAULT_LIMITS, Limits
from coursepkg.grading.submission import Graded, Job, failed, grade_submission, seed


def find_jobs(
    course: Course, assignment: Assignment, submitted: Path, limits: Limits = DEFAULT_LIMITS
) -> list[Job]:
    """Make a job for each student's folder.

    Parameters
    ----------
    course : Course
    assignment : Assignment
    submitted : Path
        Holds one folder a student, as nbgrader's ``submitted/``: ``<student>/<assignment>/<notebook>.ipynb``,
        or the notebook directly in the student's folder.
    limits : Limits

    Returns
    -------
    list of Job
        In the order of the students' names. What cannot be read is a job with a refusal.

    Raises
    ------
    LookupError
        If there is no such folder, or no student's folder in it.
    """
    if not submitted.is_dir():
        raise LookupError(
            f"there is no folder {submitted}; --submitted names a folder that holds one folder a student"
        )
    folders = sorted(path for path in submitted.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not folders:
        raise LookupError(f"{submitted} holds no folder; it should hold one folder a student")
    secret = course.secret()
    jobs = []
    for folder in folders:
        raw, refusal = _read(folder, assignment.id)
        inputs = seed(secret, folder.name, assignment.id)
        jobs.append(
            Job(folder.name, assignment.id, assignment.path, course.root, raw, refusal, inputs, limits)
        )
    return jobs


def _read(folder: Path, assignment_id: str) -> tuple[bytes | None, str]:
    inner = folder / assignment_id
    place = inner if inner.is_dir() else folder
    path = place / f"{assignment_id}.ipynb"
    others = [other for other in sorted(place.glob("*.ipynb")) if other != path]
    if not path.exists() and not path.is_symlink() and len(others) == 1:
        path = others[0]  # saved under another name
    try:
        return read_bytes(path), ""
    except Refused as refusal:
        return None, str(refusal)


def grade_all(jobs: list[Job], executor: Executor) -> Iterator[Graded]:
    """Grade jobs in parallel; yield each outcome when it is there.

    Parameters
    ----------
    jobs : list of Job
    executor : concurrent.futures.Executor
        Processes here, or a cluster's client.

    Yields
    ------
    Graded
        One for each job, in no fixed order. A job whose grading itself broke is ``failed``.
    """
    futures = {executor.submit(grade_submission, job): job for job in jobs}
    for future in as_completed(futures):
        job = futures[future]
        try:
            yield future.result()
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            reason = f"Grading broke ({what}). The fault is not the student's; grade again."
            yield failed(job.student, Assignment(job.assignment_id, job.source), reason)
