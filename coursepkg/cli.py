"""The ``coursepkg`` command: what instructors and learners type."""

import gc
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from tqdm import tqdm

if TYPE_CHECKING:
    from coursepkg.grading.assignment import Assignment, Course
    from coursepkg.grading.launch import WarmParent
    from coursepkg.grading.limits import Limits
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
    course: CourseOption = None,
) -> None:
    """Grade all submissions of an assignment; the same command goes on with a run that was stopped."""
    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.launch import start_warm_parents
    from coursepkg.grading.limits import read_limits

    try:
        found = find_course(course)
        chosen = found.assignment(assignment)
        limits = read_limits(found.root / "limits.toml", chosen.id)
    except (LookupError, ValueError) as error:
        raise _stop(str(error.args[0])) from None
    # these import what students' code needs while this process imports nbgrader
    parents = start_warm_parents(limits, jobs)
    try:
        _grade(found, chosen, limits, parents, submitted, output, json, jobs, feedback, require_sandbox)
    finally:
        for parent in parents:
            parent.close()


def _grade(
    found: "Course",
    chosen: "Assignment",
    limits: "Limits",
    parents: "list[WarmParent]",
    submitted: Path,
    output: Path,
    json: Path | None,
    jobs: int,
    feedback: bool,
    require_sandbox: bool,
) -> None:
    """Grade, with warm parents that have been started."""
    gc.disable()  # what is imported lives to the end; to look for garbage among it takes a third of the time
    from coursepkg.grading.batch import find_jobs, grade_class, processes
    from coursepkg.grading.gradebook import ClassRecord, write_exports
    from coursepkg.grading.selftest import self_test

    gc.freeze()  # nor at the end, nor in the processes that are forked from this one
    gc.enable()
    try:
        work = find_jobs(found, chosen, submitted)
    except (LookupError, ValueError) as error:
        raise _stop(str(error.args[0])) from None
    results = []
    jobs = min(jobs, len(work))
    with processes(jobs, parents, limits.modules) as executor:
        try:
            # one for each process, which warms up by it, while the gradebook is made here
            tests = [
                executor.submit(self_test, work[0].limits, chosen.path, found.root / "hidden")
                for _ in range(jobs)
            ]
            record = ClassRecord(output, chosen)
            sandbox = min((test.result() for test in tests), key=lambda test: test.holds)
            typer.echo(str(sandbox), err=not sandbox.holds)
            if require_sandbox and not sandbox.holds:
                raise typer.Exit(3)
            outcomes = grade_class(work, record, executor, processes)
            for graded in tqdm(outcomes, total=len(work), desc="grading", unit="student"):
                results.append(graded)
        except typer.Exit:  # a RuntimeError too
            raise
        except (ValueError, RuntimeError) as error:
            raise _stop(str(error)) from None
        except KeyboardInterrupt:
            raise _stop(
                f"stopped after {len(results)} of {len(work)}; the same command goes on from there"
            ) from None
    results.sort(key=lambda graded: graded.student)
    data = json or output / "grades.json"
    write_exports(results, output / "grades.csv", data)
    _print_class(results)
    places = {"gradebook": output / "gradebook.db", "graded notebooks": output / "autograded"}
    if feedback:
        places["feedback pages"] = record.feedback()
    places |= {"CSV": output / "grades.csv", "JSON": data}
    for what, where in places.items():
        _console().print(f"{what + ':':18s}{escape(os.path.relpath(where))}", soft_wrap=True)


def _print_class(results: "list[Graded]") -> None:
    names = list(dict.fromkeys(name for graded in results for name in graded.exercises))
    rows = [
        [
            graded.student,
            *[_points(graded.exercises[name].score) if name in graded.exercises else "" for name in names],
            f"{graded.score:g}/{graded.max_score:g}",
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


def _points(score: float | None) -> str:
    return "?" if score is None else f"{score:g}"


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
def release(
    output: Annotated[
        Path | None, typer.Option(help="Where to; the course's release folder if left out.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Make the notebooks that students receive."""
    from coursepkg.grading.assignment import find_course
    from coursepkg.grading.release import make_releases

    try:
        found = find_course(course)
        for path in make_releases(found, output or found.root / "release"):
            _console().print(escape(os.path.relpath(path)), soft_wrap=True)
    except (LookupError, ValueError, RuntimeError) as error:
        raise _stop(str(error.args[0])) from None


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

    try:
        found = find_course(course)
        for path in make_solutions(found, output or found.root / "solution"):
            _console().print(escape(os.path.relpath(path)), soft_wrap=True)
    except (LookupError, ValueError, CellExecutionError) as error:
        raise _stop(str(error.args[0] if error.args else error)) from None


if __name__ == "__main__":
    app()
