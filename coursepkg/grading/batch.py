"""Grade a class: a pure function mapped over an executor, one writer, and a ledger to go on from.

Each outcome is kept in a file of its own before anything else is done with it, so a run that is
killed at any moment goes on where it stopped: nothing is lost and nothing is graded twice.
"""

import contextlib
import dataclasses
import faulthandler
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from coursepkg.grading.assignment import Assignment, Course
from coursepkg.grading.gradebook import ClassRecord
from coursepkg.grading.intake import Refused, read_bytes
from coursepkg.grading.launch import WarmParent, adopt
from coursepkg.grading.limits import read_limits
from coursepkg.grading.sandbox import die_with_parent
from coursepkg.grading.submission import ExerciseScore, Graded, Job, failed, grade_submission, seed

EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")
MAX_EXCHANGE_BYTES = 1000
MakeExecutor = Callable[[int], Executor]


def find_jobs(course: Course, assignment: Assignment, submitted: Path) -> list[Job]:
    """Make a job for each student's folder.

    Parameters
    ----------
    course : Course
    assignment : Assignment
    submitted : Path
        Holds one folder a student, as nbgrader's ``submitted/``: ``<student>/<assignment>/<notebook>.ipynb``,
        or the notebook directly in the student's folder.

    Returns
    -------
    list of Job
        In the order of the students' names. What cannot be read is a job with a refusal.

    Raises
    ------
    LookupError
        If there is no such folder, or no student's folder in it.
    ValueError
        If the course's ``limits.toml`` is wrong.
    """
    if not submitted.is_dir():
        raise LookupError(
            f"there is no folder {submitted}; --submitted names a folder that holds one folder a student"
        )
    folders = sorted(
        path
        for path in submitted.iterdir()
        if (path.is_symlink() or path.is_dir()) and not path.name.startswith(".")
    )
    if not folders:
        raise LookupError(f"{submitted} holds no folder; it should hold one folder a student")
    limits = read_limits(course.root / "limits.toml", assignment.id)
    secret = course.secret()
    jobs = []
    for folder in folders:
        raw, refusal, note = _read(folder, assignment.id)
        student = _shown(folder.name)
        jobs.append(
            Job(
                student=student,
                assignment_id=assignment.id,
                source=assignment.path,
                hidden=course.root,
                raw=raw,
                refusal=refusal,
                seed=seed(secret, student, assignment.id),
                limits=limits,
                note=note,
                exchange=_exchange_files(folder / assignment.id),
            )
        )
    return jobs


def _read(folder: Path, assignment_id: str) -> tuple[bytes | None, str, str]:
    """Return the notebook's bytes, or None and why; and what the instructor may want to look at."""
    inner = folder / assignment_id
    if folder.is_symlink() or inner.is_symlink():
        return None, "The submission's folder is a link to another folder. Submit the folder itself.", ""
    try:
        place = inner if inner.is_dir() else folder
        path = place / f"{assignment_id}.ipynb"
        others = [other for other in sorted(place.glob("*.ipynb")) if other != path]
        names = ", ".join(_shown(other.name) for other in others)
        if path.exists() or path.is_symlink():
            note = f"There are other notebooks beside {path.name}, which alone was graded: {names}."
            return read_bytes(path), "", note if others else ""
        if len(others) > 1:
            missing = f"There is no {path.name} in the submission"
            return None, f"{missing}; of {names}, submit the one that counts.", ""
        if others:
            path = others[0]  # saved under another name
        return read_bytes(path), "", ""
    except Refused as refusal:
        return None, str(refusal), ""
    except OSError as error:
        return None, f"The submission's folder could not be read ({error.strerror}).", ""


def _exchange_files(place: Path) -> tuple[tuple[str, bytes], ...]:
    """Return what nbgrader's exchange wrote beside a notebook; `nbgrader release_feedback` asks for it."""
    found = []
    for name in EXCHANGE_FILES:
        with contextlib.suppress(Refused, OSError):
            content = b"" if place.is_symlink() else read_bytes(place / name)
            if 0 < len(content) <= MAX_EXCHANGE_BYTES:
                found.append((name, content))
    return tuple(found)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")  # a name may be any bytes


class Ledger:
    """The outcomes of a run, a file each, with what they depend on.

    Parameters
    ----------
    folder : Path
        Made if missing.
    gradebook : str
        The gradebook's key: an outcome that is in one is not in another.
    """

    def __init__(self, folder: Path, gradebook: str):
        self.folder = folder
        self.gradebook = gradebook
        self._code: dict[tuple[Path, Path], str] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, job: Job) -> tuple[Graded, bool] | None:
        """Return a job's outcome and whether it is in the gradebook; None if it has to be graded."""
        try:
            entry = json.loads(self._path(job.student).read_text(encoding="utf-8"))
            if entry["fingerprint"] != self._fingerprint(job):
                return None
            exercises = {name: ExerciseScore(**score) for name, score in entry["graded"]["exercises"].items()}
            recorded = entry["recorded"] == self.gradebook
            return Graded(**{**entry["graded"], "exercises": exercises}), recorded
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, job: Job, graded: Graded, recorded: bool) -> None:
        """Keep an outcome; a reader never sees half of it."""
        outcome = dataclasses.asdict(graded)
        where = self.gradebook if recorded else ""
        entry = {"fingerprint": self._fingerprint(job), "recorded": where, "graded": outcome}
        path = self._path(job.student)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(entry, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"

    def _fingerprint(self, job: Job) -> str:
        key = job.source, job.hidden
        if key not in self._code:  # read once a run, not once a submission
            self._code[key] = code_hash(*key)
        who = job.student, job.assignment_id, job.refusal, job.note, job.exchange
        given = (*who, job.seed, job.limits, self._code[key])
        return hashlib.sha256(repr(given).encode() + (job.raw or b"")).hexdigest()


def outcomes(folder: Path, assignment_id: str) -> Path:
    """Return where a class's folder keeps the outcomes of an assignment: one gradebook serves them all."""
    return folder / "outcomes" / assignment_id


def failures(folder: Path, assignment_id: str) -> dict[str, str]:
    """Return the students of a graded class who could not be graded, with the reason.

    Parameters
    ----------
    folder : Path
        The class's folder.
    assignment_id : str
    """
    found = {}
    for path in outcomes(folder, assignment_id).glob("*.json"):
        try:
            graded = json.loads(path.read_text(encoding="utf-8"))["graded"]
            if graded["status"] == "failed":
                found[graded["student"]] = graded["reason"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def code_hash(source: Path, hidden: Path) -> str:
    """Return a hash of the code that outcomes depend on: the assignment, its hidden tests, this package.

    Parameters
    ----------
    source : Path
        The assignment's source notebook.
    hidden : Path
        The folder that holds the ``hidden`` package.
    """
    digest = hashlib.sha256(package_hash().encode())
    for path in [source, *sorted((hidden / "hidden").rglob("*.py"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def package_hash() -> str:
    """Return a hash of this package's code: two machines with the same one grade alike."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def grade_class(
    jobs: list[Job], record: ClassRecord, executor: Executor, alone: MakeExecutor
) -> Iterator[Graded]:
    """Grade a class, or go on with it.

    Parameters
    ----------
    jobs : list of Job
    record : ClassRecord
        The one writer; used in this process alone.
    executor : concurrent.futures.Executor
        Its workers grade.
    alone : callable
        ``alone(1)`` returns a new executor, for the jobs that `executor` had not finished when it broke.

    Yields
    ------
    Graded
        One for each job when it is recorded, in no fixed order.
    """
    ledger = Ledger(outcomes(record.folder, record.assignment.id), record.key)
    by_student = {job.student: job for job in jobs}
    waiting = []
    for job in jobs:
        found = ledger.find(job)
        if found is None:
            waiting.append(job)
            continue
        graded, recorded = found
        if not recorded:
            record.save(graded, job.exchange)
            ledger.keep(job, graded, True)
        yield graded
    for graded in grade_all(waiting, executor, alone):
        job = by_student[graded.student]
        ledger.keep(job, graded, False)
        record.save(graded, job.exchange)
        ledger.keep(job, graded, True)
        yield graded


def grade_all(jobs: list[Job], executor: Executor, alone: MakeExecutor) -> Iterator[Graded]:
    """Grade jobs in parallel; yield each outcome when it is there.

    Parameters
    ----------
    jobs : list of Job
    executor : concurrent.futures.Executor
    alone : callable
        ``alone(1)`` returns a new executor.

    Yields
    ------
    Graded
        One for each job, in no fixed order. A job whose grading itself breaks is ``failed``; where the
        executor breaks, what it had not finished is tried once more, one by one.
    """
    unfinished = []
    for job, graded in _map(jobs, executor):
        if graded is None:
            unfinished.append(job)
        else:
            yield graded
    while unfinished:
        with alone(1) as own:  # one at a time, so that it is known under which it breaks
            while unfinished:
                job = unfinished.pop(0)
                ((_, graded),) = _map([job], own)
                if graded is None:
                    reason = "Grading broke: it ended its own process. Look at this submission by hand."
                    yield failed(job.student, Assignment(job.assignment_id, job.source), reason)
                    break
                yield graded


def _map(jobs: list[Job], executor: Executor) -> Iterator[tuple[Job, Graded | None]]:
    """Yield each job with its outcome; None if the executor broke under it."""
    futures: dict[Future[Graded], Job] = {}
    try:
        for job in jobs:
            futures[executor.submit(grade_watched, job)] = job
    except BrokenExecutor:
        yield from ((job, None) for job in jobs[len(futures) :])
    try:
        for future in as_completed(futures):
            job = futures[future]
            try:
                yield job, future.result()
            except BrokenExecutor:
                yield job, None
            except Exception as error:
                what = f"{type(error).__name__}: {error}"
                reason = f"Grading broke ({what}). The fault is not the student's; grade again."
                yield job, failed(job.student, Assignment(job.assignment_id, job.source), reason)
    finally:
        for future in futures:
            future.cancel()


def grade_watched(job: Job) -> Graded:
    """Grade one submission; where that hangs in a process of an executor, end the process.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Graded
        As `grade_submission` does. The limits end a student's code long before; this is for a hidden test
        that a student's answer keeps busy for ever. The executor then breaks, and `grade_all` goes on.
    """
    if multiprocessing.parent_process() is None:
        return _timed(job)
    seconds = job.limits.start_seconds + 2 * job.limits.submission_seconds
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            return _timed(job)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _timed(job: Job) -> Graded:
    start = time.perf_counter()
    graded = grade_submission(job)
    return dataclasses.replace(graded, seconds=time.perf_counter() - start)


def processes(
    workers: int, parents: Sequence[WarmParent] = (), modules: tuple[str, ...] = ()
) -> ProcessPoolExecutor:
    """Return an executor of processes on this machine, which end when this one does.

    Parameters
    ----------
    workers : int
    parents : sequence of WarmParent
        Started for the workers, one each, with `start_warm_parents`.
    modules : tuple of str
        What they were started for.
    """
    method = "fork" if sys.platform.startswith("linux") else "spawn"
    context = multiprocessing.get_context(method)
    given = (context.Value("i", 0), parents, modules) if parents else ()
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=given)


def _begin(
    next_parent: Any = None, parents: Sequence[WarmParent] = (), modules: tuple[str, ...] = ()
) -> None:
    """Prepare a worker of the executor; it takes the next of the warm parents."""
    if sys.platform.startswith("linux"):
        die_with_parent()
    if next_parent is not None:
        with next_parent.get_lock():
            number = next_parent.value
            next_parent.value += 1
        if number < len(parents):
            adopt(parents[number], modules)
