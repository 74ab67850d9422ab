"""The ``coursepkg`` command: what instructors and learners type."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from tqdm import tqdm

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from coursepkg.grading.assignment import Assignment, Course
    from coursepkg.grading.batch import MakeExecutor
    from coursepkg.grading.cluster import ClusterExecutor
    from coursepkg.grading.submission import Graded

app = typer.Typer(
    help="Release, check and grade the assignments of this course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
CourseOption = Annotated[
    Path | None, typer.Option("--course", help="The course directory; found by itself if left out.")
]


def _console(at_least: int = 0) -> Console:
    return Console(width=max(shutil.get_terminal_size((140, 24)).columns, at_least), highlight=False)


def _stop(message: str) -> typer.Exit:
    Console(stderr=True).print(f"coursepkg: {escape(message)}", soft_wrap=True)
    return typer.Exit(2)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """End the command with a sentence where it meets what a user can mend."""
    try:
        yield
    except typer.Exit:  # a RuntimeError too
        raise
    except (LookupError, ValueError, RuntimeError) as error:
        raise _stop(str(error.args[0] if error.args else error)) from None
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise _stop(f"{where}; name a place that can be read and written") from None
    except Exception as error:
        if type(error).__module__ != "sqlalchemy.exc":
            raise
        said = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise _stop(
            f"the gradebook cannot be used: {said}. If another command or the form grader is writing to it, "
            "run this one again when that is done; nothing is lost"
        ) from None


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="Its lesson's file stem or number, such as 01.")],
    submitted: Annotated[Path, typer.Option(help="Holds one folder a student.")],
    output: Annotated[Path, typer.Option(help="Gets the gradebook, graded notebooks, feedback and exports.")],
    json: Annotated[
        Path | None, typer.Option(help="The JSON export; OUTPUT/grades.json if left out.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Submissions graded at a time.")] = os.cpu_count() or 1,
    feedback: Annotated[bool, typer.Option(help="Write the feedback pages.")] = True,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Refuse to grade without one.")
    ] = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Grade on a Dask cluster: its scheduler's address; --jobs is not used.")
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="A gradebook elsewhere, such as postgresql://user@server/name.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Grade all submissions of an assignment; the same command goes on with a run that was stopped."""
    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.launch import start_warm_parents
    from coursepkg.grading.limits import read_limits

    with _one_sentence():
        found = find_course(course)
        chosen = found.assignment(assignment)
        limits = read_limits(found.root / "limits.toml", chosen.id)
    # these import what students' code needs while this process imports nbgrader
    parents = [] if scheduler else start_warm_parents(limits, jobs)
    with _one_sentence(), ExitStack() as stack:
        for parent in parents:
            stack.callback(parent.close)
        gc.disable()  # what is imported stays; to look for garbage among it takes a third of the time
        from coursepkg.grading.batch import find_jobs, grade_class, processes
        from coursepkg.grading.gradebook import ClassRecord, write_exports
        from coursepkg.grading.report import render
        from coursepkg.grading.selftest import self_test

        gc.freeze()  # nor at the end, nor in the processes that are forked from this one
        gc.enable()
        results: list[Graded] = []
        try:
            work = find_jobs(found, chosen, submitted)
            alone: MakeExecutor = processes
            executor: Executor
            if scheduler:
                executor = grid = stack.enter_context(_cluster(scheduler, chosen, found))
                alone, tests = grid.again, grid.self_tests(limits)
                record = ClassRecord(output, chosen, db)
            else:
                jobs = min(jobs, len(work))
                executor = stack.enter_context(processes(jobs, parents, limits.modules))
                # one for each process, which warms up by it, while the gradebook is made here
                trials = [
                    executor.submit(self_test, limits, chosen.path, found.root / "hidden")
                    for _ in range(jobs)
                ]
                record = ClassRecord(output, chosen, db)
                tests = [trial.result() for trial in trials]
            sandbox = min(tests, key=lambda test: test.holds)
            typer.echo(str(sandbox), err=not sandbox.holds)
            if require_sandbox and not sandbox.holds:
                raise typer.Exit(3)
            outcomes = grade_class(work, record, executor, alone)
            for graded in tqdm(outcomes, total=len(work), desc="grading", unit="student"):
                results.append(graded)
        except KeyboardInterrupt:
            raise _stop(
                f"stopped after {len(results)} of {len(work)}; the same command goes on from there"
            ) from None
    data = json or output / "grades.json"
    places: dict[str, Path | str] = {
        "gradebook": record.name if db else output / "gradebook.db",
        "graded notebooks": output / "autograded",
    }
    with _one_sentence():
        results = sorted(record.with_hand_points(results), key=lambda graded: graded.student)
        write_exports(results, output / "grades.csv", data)
        (output / "report.html").write_text(render(results, chosen.id), encoding="utf-8")
        _print_class(results)
        if feedback:
            places["feedback pages"] = record.feedback()
    places |= {"class report": output / "report.html", "CSV": output / "grades.csv", "JSON": data}
    for what, where in places.items():
        shown = os.path.relpath(where) if isinstance(where, Path) else where
        _console().print(f"{what + ':':18s}{escape(shown)}", soft_wrap=True)


def _cluster(
    scheduler: str, assignment: "Assignment", course: "Course"
) -> "AbstractContextManager[ClusterExecutor]":
    try:
        from coursepkg.grading.cluster import cluster
    except ModuleNotFoundError as error:
        raise _stop(f"--scheduler needs the package {error.name}; pip install 'coursepkg[cluster]'") from None
    return cluster(scheduler, assignment, course)


def _print_class(results: "list[Graded]") -> None:
    names = list(dict.fromkeys(name for graded in results for name in graded.exercises))
    rows = [
        [
            graded.student,
            *[_points(graded, name) for name in names],
            f"{'–' if graded.total() is None else f'{graded.score:g}'}/{graded.max_score:g}",
            graded.status,
            _reason(graded),
        ]
        for graded in results
    ]
    heads = ["student", *names, "points", "status"]
    taken = sum(max(len(head), *(len(row[i]) for row in rows)) + 2 for i, head in enumerate(heads))
    console = _console(at_least=taken + 40)
    table = Table(
        title=f"{len(results)} submissions", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for head in heads:
        table.add_column(head, justify="left" if head in ("student", "status") else "right", no_wrap=True)
    table.add_column(
        "reason", overflow="ellipsis", no_wrap=True, max_width=max(console.width - taken - 2, 20)
    )
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def _points(graded: "Graded", name: str) -> str:
    if name not in graded.exercises:
        return ""
    points = graded.points(name)
    return f"{points:g}" if points is not None else "?" if graded.status == "graded" else "–"


def _reason(graded: "Graded") -> str:
    """Return what stands in the table: what the record says, else the first requirement not met."""
    if graded.reason:
        return graded.reason
    lost = (
        (name, e) for name, e in graded.exercises.items() if e.score is not None and e.score < e.max_score
    )
    for name, exercise in lost:
        lines = [
            line.removeprefix("- ") for line in exercise.message.splitlines() if " points." not in line[:20]
        ]
        return f"{name}: {lines[0] if lines else ''}"
    return ""


@app.command()
def export(
    assignment: Annotated[str, typer.Argument(help="Its lesson's file stem or number, such as 01.")],
    graded: Annotated[Path, typer.Argument(help="The folder that `coursepkg grade` wrote (its --output).")],
    file: Annotated[Path, typer.Argument(help="The CSV that Canvas or Moodle exported.")],
    output: Annotated[
        Path | None, typer.Option(help="The filled file; beside FILE, as FILE-filled, if left out.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The column to fill, if it is not found by itself.")
    ] = None,
    match: Annotated[
        str | None, typer.Option(help="The column that holds the names of the students' folders.")
    ] = None,
    scale: Annotated[bool, typer.Option("--scale", help="Scale points to the file's maximum.")] = False,
    db: Annotated[str | None, typer.Option(help="The gradebook, if it is not in the folder.")] = None,
    course: CourseOption = None,
) -> None:
    """Fill the grade file of Canvas or Moodle with the points of an assignment."""
    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.batch import failures
    from coursepkg.grading.gradebook import database
    from coursepkg.grading.lms import fill, grades_of, read_sheet

    with _one_sentence():
        chosen = find_course(course).assignment(assignment)
        gradebook = graded.resolve() / "gradebook.db"
        if not db and not gradebook.is_file():
            raise LookupError(
                f"there is no {gradebook}; name the --output folder of `coursepkg grade`, or --db"
            )
        url = database(db) if db else f"sqlite:///{gradebook.as_posix()}"
        sheet = read_sheet(file)
        grades = grades_of(url, chosen.id, failures(graded, chosen.id))
        filled = fill(sheet, grades, chosen.id, column, match, scale)
        target = output or file.with_name(f"{file.stem}-filled{file.suffix}")
        sheet.write(target)
    console = _console()
    console.print(
        f"{filled.written} grades in column {filled.column!r}, students found by {filled.match!r}",
        markup=False,
    )
    for title, names in (
        ("handed in, but not in the file", filled.unknown),
        ("in the file, but not graded", filled.missing),
        ("left as they were", [f"{name} {reason}" for name, reason in filled.kept.items()]),
        ("graded again after they got points by hand, which were sent", filled.stale),
    ):
        if names:
            console.print(f"{title} ({len(names)}): {'; '.join(names)}", markup=False, soft_wrap=True)
    console.print(f"file: {os.path.relpath(target)}", markup=False, soft_wrap=True)


@app.command()
def check(notebook: Annotated[Path, typer.Argument(help="Your notebook of an assignment.")]) -> None:
    """Run the visible checks on your own notebook."""
    from coursepkg.grading.check import check_notebook
    from coursepkg.grading.intake import Refused

    try:
        results = check_notebook(notebook)
    except Refused as refusal:
        raise _stop(str(refusal)) from None
    marks = {"passed": "[green]passed[/]   ", "failed": "[red]failed[/]   ", "not begun": "not begun"}
    for result in results:
        message = escape(result.message) if result.state == "failed" else ""
        _console().print(f"{result.exercise}  {marks[result.state]}  {message}", soft_wrap=True)
    passed = sum(result.state == "passed" for result in results)
    _console().print(f"{passed} of {len(results)} visible checks passed.")
    raise typer.Exit(0 if passed == len(results) else 1)


@app.command()
def progress(
    lessons: Annotated[
        Path | None,
        typer.Option(help="The folder of the lessons; work/notebooks/ or notebooks/ if left out."),
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="The folder of your assignments; work/ or assignments/ if left out.")
    ] = None,
    page: Annotated[Path, typer.Option(help="The start page, written anew.")] = Path("start.ipynb"),
) -> None:
    """Show which exercises pass their visible checks, and how good your predictions were."""
    from coursepkg.grading.progress import next_step, standings, write_start_page

    laid_out = Path("work", "notebooks")
    lessons = lessons or (laid_out if laid_out.is_dir() else Path("notebooks"))
    work = work or (Path("work") if Path("work").is_dir() else Path("assignments"))
    total = len(list(lessons.glob("[0-9][0-9]_*.ipynb")))
    try:
        found = list(tqdm(standings(lessons, work), total=total, desc="checking", unit="lesson", leave=False))
        write_start_page(found, page)
    except OSError as error:
        raise _stop(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("lesson", "assignment", "exercises", "points", "predictions"):
        table.add_column(head)
    for s in found:
        counted = s.checked or s.trouble
        table.add_row(
            escape(f"{s.number} {s.title}"),
            s.state,
            f"{len(s.done)} of {len(s.checked)}" if counted else "",
            f"{s.points_done} of {sum(s.points.values())}" if counted else "",
            f"{s.right} of {s.predicted} right" if s.predicted else "",
        )
    console = _console(at_least=100)
    console.print(table)
    for s in found:
        if s.trouble:
            console.print(f"{s.number}: {s.trouble}", markup=False, soft_wrap=True)
        for check in s.checked:
            if check.state == "failed":
                console.print(f"{check.exercise}: {check.message}", markup=False, soft_wrap=True)
    step = next_step(found)
    says = f"next: lesson {step.number}, {step.title}" if step else "every exercise passes its visible check"
    console.print(f"{says}; start page: {page}", markup=False, soft_wrap=True)


@app.command()
def release(
    output: Annotated[
        Path | None, typer.Option(help="Where to; the course's release folder if left out.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Make the notebooks that students receive."""
    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.release import make_releases

    with _one_sentence():
        found = find_course(course)
        for path in make_releases(found, output or found.root / "release"):
            _console().print(escape(os.path.relpath(path)), soft_wrap=True)


@app.command()
def solutions(
    output: Annotated[
        Path | None, typer.Option(help="Where to; the course's solution folder if left out.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Make executed notebooks with the solutions, for the instructor."""
    from nbclient.exceptions import CellExecutionError

    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.release import make_solutions

    with _one_sentence():
        found = find_course(course)
        try:
            for path in make_solutions(found, output or found.root / "solution"):
                _console().print(escape(os.path.relpath(path)), soft_wrap=True)
        except CellExecutionError as error:
            raise _stop(str(error)) from None


if __name__ == "__main__":
    app()
