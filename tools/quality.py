"""Measure the hidden tests as classifiers: what they accept, what they reject, what they give away.

``python -m tools.quality`` runs every variant and every mutant through the grading core, in parallel,
and writes the table ``docs/quality.md`` and its data ``docs/quality.json``. What a run depends on is
hashed into the data, so that a test can say when the table is stale.
"""

import argparse
import dataclasses
import hashlib
import importlib
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import as_completed
from pathlib import Path

from tqdm import tqdm

from coursepkg.grading.assignment import Assignment, find_course
from coursepkg.grading.batch import processes
from coursepkg.grading.checks import Comparison, observe, show
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.exercise import Exercise
from coursepkg.grading.limits import Limits, read_limits
from coursepkg.grading.session import Session
from coursepkg.grading.student import Student
from tools.mutate import garbage, mutants

ROOT = Path(__file__).resolve().parents[1]
TABLE, DATA = ROOT / "docs" / "quality.md", ROOT / "docs" / "quality.json"
SEEDS = 200
MUTANT_SEEDS = 20


@dataclasses.dataclass(frozen=True)
class Task:
    """One solution to measure.

    Attributes
    ----------
    exercise : str
        The id of the grade cell.
    kind : str
        ``"correct"``, ``"misconception"``, ``"mutant"`` or ``"garbage"``.
    name : str
    source : str
        The text of the solution cell.
    setup : tuple of str
        The instructor's cells before it.
    check : str
        The text of the grade cell.
    root : Path
        The course directory.
    limits : Limits
    seeds : int
    hint : str
        Words of the sentence that fits a misconception.
    """

    exercise: str
    kind: str
    name: str
    source: str
    setup: tuple[str, ...]
    check: str
    root: Path
    limits: Limits
    seeds: int
    hint: str = ""


@dataclasses.dataclass(frozen=True)
class Measured:
    """What a solution met.

    Attributes
    ----------
    task : Task
    accepted : int
        Seeds at which it earned all points.
    tried : int
        Seeds tried; a mutant is tried until it is rejected.
    message : str
        What the student would be told at the first seed.
    worst_right : float
        The largest difference that agreed, as a multiple of the tolerance.
    least_wrong : float
        The smallest that did not.
    leaks : tuple of str
        Expected values of hidden cases that stand in a message.
    """

    task: Task
    accepted: int
    tried: int
    message: str
    worst_right: float
    least_wrong: float
    leaks: tuple[str, ...]


def hidden_exercise(check: str) -> Exercise:
    """Return the hidden tests that a grade cell calls.

    Parameters
    ----------
    check : str
        The text of the grade cell.
    """
    found = re.search(r"^from (hidden\.\w+) import (\w+)", check, re.MULTILINE)
    if found is None:
        raise LookupError("the grade cell imports no hidden test: from hidden.… import …")
    return getattr(importlib.import_module(found[1]), found[2])


def measure(task: Task) -> Measured:
    """Run one solution through the grading core at every seed.

    Parts whose inputs do not differ from student to student run once, with the whole grade cell.

    Parameters
    ----------
    task : Task

    Returns
    -------
    Measured
    """
    add_path(task.root)
    exercise = hidden_exercise(task.check)
    comparisons: list[Comparison] = []
    leaks: list[str] = []

    def look(said: str, start: int) -> None:
        """Look for this seed's expected values in what this seed's student is told."""
        leaks.extend(leak for leak in _secrets(comparisons[start:]) if leak in said)

    with Session(task.limits) as session, observe(comparisons.append):
        for source in (*task.setup, task.source):
            session.run_cell(source)
        session.begin_exercise()
        outputs = run_grade_cell(task.check, Student(session.ask, _seed(0)))
        message = "\n".join(o.get("text") or o.get("evalue", "") for o in outputs)
        look(message, 0)
        passed = not any(o.output_type in ("error", "execute_result") for o in outputs)
        drawn = [part for part in exercise.parts if part.draws]
        accepted, tried = int(passed), 1
        hopeless = not passed and (_visible_fails(task, session) or _fixed_part_fails(exercise, session))
        while tried < task.seeds and (passed if task.kind in ("mutant", "garbage") else True):
            session.begin_exercise()
            if not hopeless:
                start = len(comparisons)
                failures = (exercise.failure(part, Student(session.ask, _seed(tried))) for part in drawn)
                failure = next((f for f in failures if f is not None), None)
                passed = failure is None
                look("" if failure is None else str(failure), start)
            accepted += passed and not hopeless
            tried += 1
    right = [c.ratio for c in comparisons if c.agrees]
    wrong = [c.ratio for c in comparisons if not c.agrees]
    worst, least = max(right, default=0.0), min(wrong, default=float("inf"))
    return Measured(task, accepted, tried, message, worst, least, tuple(leaks))


def _seed(number: int) -> bytes:
    return f"quality {number}".encode()


def _visible_fails(task: Task, session: Session) -> bool:
    """Tell whether it is the visible check that fails, which no seed changes."""
    visible = re.sub(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", task.check, flags=re.DOTALL)
    outputs = run_grade_cell(visible, Student(session.ask, _seed(0)))
    return any(output.output_type == "error" for output in outputs)


def _fixed_part_fails(exercise: Exercise, session: Session) -> bool:
    """Tell whether a part fails whose inputs are the same at every seed."""
    student = Student(session.ask, _seed(0))
    return any(exercise.failure(part, student) is not None for part in exercise.parts if not part.draws)


def _secrets(comparisons: list[Comparison]) -> Iterator[str]:
    """Yield expected values of hidden cases that would tell an answer if a message showed them."""
    for comparison in comparisons:
        if comparison.agrees or comparison.reveal:
            continue
        wanted, own = show(comparison.want), show(comparison.got)
        if comparison.want.size > 1 and wanted != own:
            yield wanted
        for value in comparison.want.ravel()[:1000]:
            text = f"{value:.6g}"
            if len(text) > 3 and text not in own:  # 0, 1 and their like stand in every sentence
                yield text


def tasks(assignment: Assignment, root: Path, only: set[str], seeds: int, mutant_seeds: int) -> list[Task]:
    """Return all that has to be measured for an assignment.

    Parameters
    ----------
    assignment : Assignment
    root : Path
        The course directory.
    only : set of str
        Exercises; empty for all.
    seeds, mutant_seeds : int
    """
    evidence = importlib.import_module(f"tests.evidence.{module_name(assignment)}")
    from tests.evidence import VARIANTS

    limits = read_limits(root / "limits.toml", assignment.id)
    limits = dataclasses.replace(limits, call_seconds=5, exercise_seconds=1e6)
    found: list[Task] = []
    for exercise, (name, setup, reference, check) in cells(assignment).items():
        if only and exercise not in only:
            continue
        common = {"exercise": exercise, "setup": setup, "check": check, "root": root, "limits": limits}
        for variant in VARIANTS:
            if variant.exercise == exercise and variant.function.__module__ == evidence.__name__:
                kind = "correct" if variant.right else "misconception"
                own = {"name": variant.name, "source": variant.source, "hint": variant.hint}
                found.append(Task(kind=kind, seeds=seeds, **own, **common))
        own = {"name": f"{name} (reference)", "source": reference}
        found.append(Task(kind="correct", seeds=seeds, **own, **common))
        found += [
            Task(kind="mutant", name=str(mutant), source=mutant.source, seeds=mutant_seeds, **common)
            for mutant in mutants(reference)
        ]
        control = garbage(reference)
        found.append(Task(kind="garbage", name=str(control), source=control.source, seeds=1, **common))
    return found


def module_name(assignment: Assignment) -> str:
    """Return what an assignment's hidden tests and evidence are called: its id without the number."""
    return assignment.id.partition("_")[2]


def cells(assignment: Assignment) -> dict[str, tuple[str, tuple[str, ...], str, str]]:
    """Return each exercise's function name, the instructor's cells before it, reference and grade cell."""
    found: dict[str, tuple[str, tuple[str, ...], str, str]] = {}
    setup: list[str] = []
    name, reference = "", ""
    for solved, template in zip(assignment.solved.cells, assignment.template.cells, strict=True):
        marks = template.metadata.get("nbgrader", {})
        if template.cell_type != "code" or not marks:
            continue
        if marks.get("solution"):
            name, reference = marks["grade_id"], solved.source
        elif marks.get("grade"):
            found[marks["grade_id"]] = name, tuple(setup), reference, template.source
        elif marks.get("locked"):
            setup.append(template.source)
    return found


def fingerprint(assignment: Assignment, exercise: str) -> str:
    """Return a hash of what an exercise's figures depend on: cells, tests, evidence and tools."""
    name, setup, reference, check = cells(assignment)[exercise]
    digest = hashlib.sha256("\0".join((name, *setup, reference, check)).encode())
    grading = ROOT / "coursepkg" / "grading"
    paths = [
        ROOT / "assignments" / "hidden" / f"{module_name(assignment)}.py",
        ROOT / "tests" / "evidence" / f"{module_name(assignment)}.py",
        *(grading / f"{stem}.py" for stem in ("checks", "exercise")),
        *(ROOT / "tools" / f"{stem}.py" for stem in ("mutate", "quality")),
    ]
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclasses.dataclass
class Row:
    """The figures of one exercise.

    Attributes
    ----------
    exercise, name, fingerprint : str
    seeds : int
    correct, rejected_correct : int
        Correct solutions, and the number of (solution, seed) that were rejected.
    misconceptions, accepted_misconceptions : int
        Likewise.
    mutants, survivors, equivalent : int
        Mutants, those that no seed rejected, and those of them that the evidence lists with a reason.
    worst_right, least_wrong : float
        As multiples of the tolerance; ``least_wrong`` is infinite where nothing numerical is compared.
    own_hint, other_hint : int
        Misconceptions answered with the hint that fits, and with another's.
    leaks : int
    problems : list of str
        What does not meet the goal, a sentence each.
    """

    exercise: str
    name: str
    fingerprint: str
    seeds: int
    correct: int
    rejected_correct: int
    misconceptions: int
    accepted_misconceptions: int
    mutants: int
    survivors: int
    equivalent: int
    worst_right: float
    least_wrong: float
    own_hint: int
    other_hint: int
    leaks: int
    problems: list[str]


def equivalent_mutants(assignment: Assignment, exercise: str) -> dict[str, str]:
    """Return the mutants that no test can reject, with the reason, as the evidence lists them."""
    evidence = importlib.import_module(f"tests.evidence.{module_name(assignment)}")
    return getattr(evidence, "EQUIVALENT_MUTANTS", {}).get(exercise, {})


def summarise(assignment: Assignment, exercise: str, measured: list[Measured], seeds: int) -> Row:
    """Put an exercise's measurements into a row, and say what misses the goal.

    Parameters
    ----------
    assignment : Assignment
    exercise : str
    measured : list of Measured
        All of one exercise.
    seeds : int
    """
    listed = equivalent_mutants(assignment, exercise)
    kinds = ("correct", "misconception", "mutant", "garbage")
    right, wrong, changed, controls = ([m for m in measured if m.task.kind == kind] for kind in kinds)
    problems = ["the control that returns garbage is accepted" for m in controls if m.accepted]
    for m in right:
        if m.accepted < m.tried:
            problems.append(f"rejected at {m.tried - m.accepted} seeds: {m.task.name}: {m.message}")
    problems += [f"accepted at {m.accepted} seeds: {m.task.name}" for m in wrong if m.accepted]
    alive = [m.task.name for m in changed if m.accepted == m.tried]
    problems += [f"mutant survives: {name}" for name in alive if name not in listed]
    problems += [
        f"listed as equivalent, but rejected or gone: {name}" for name in listed if name not in alive
    ]
    worst = max((m.worst_right for m in right), default=0.0)
    least = min((m.least_wrong for m in wrong), default=float("inf"))
    if worst > 1e-2:
        problems.append(f"the tolerance is only {1 / worst:.3g} times the worst correct error")
    if least < 10:
        problems.append(f"a wrong answer is only {least:.3g} tolerances away")
    hints = {m.task.hint for m in wrong if m.task.hint}
    without = [m for m in wrong if not m.task.hint or m.task.hint.lower() not in m.message.lower()]
    strayed = [m for m in without if any(h.lower() in m.message.lower() for h in hints - {m.task.hint})]
    own = len(wrong) - len(without)
    if own < 0.8 * len(wrong):
        names = ", ".join(m.task.name for m in without)
        problems.append(f"only {own} of {len(wrong)} misconceptions get a hint of their own; not {names}")
    if len(strayed) > 0.02 * len(wrong):
        problems.append(f"another's hint: {', '.join(m.task.name for m in strayed)}")
    leaking = [m for m in measured if m.leaks]
    problems += [f"{m.task.name}: the message shows {m.leaks[0]}" for m in leaking]
    if len(alive) > 0.05 * len(changed):
        problems.append(f"raw mutation score {1 - len(alive) / len(changed):.1%}")
    return Row(
        exercise,
        cells(assignment)[exercise][0],
        fingerprint(assignment, exercise),
        seeds,
        len(right),
        sum(m.tried - m.accepted for m in right),
        len(wrong),
        sum(m.accepted for m in wrong),
        len(changed),
        len(alive),
        sum(name in listed for name in alive),
        worst,
        least,
        own,
        len(strayed),
        len(leaking),
        problems,
    )


def run(work: list[Task], jobs: int) -> list[Measured]:
    """Measure tasks in parallel, with progress."""
    with processes(jobs) as executor:
        futures = [executor.submit(measure, task) for task in work]
        progress = tqdm(as_completed(futures), total=len(futures), desc="measuring", unit="solution")
        return [future.result() for future in progress]


def table(rows: list[Row]) -> str:
    """Write the rows as a Markdown page.

    Parameters
    ----------
    rows : list of Row
    """
    head = (
        "exercise",
        "correct accepted",
        "misconceptions rejected",
        "mutation score",
        "after the list",
        "tolerance / worst right",
        "least wrong / tolerance",
        "own hint",
        "another's hint",
        "leaks",
    )
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        runs_right, runs_wrong = row.correct * row.seeds, row.misconceptions * row.seeds
        killed = row.mutants - row.survivors
        figures = (
            f"{row.exercise} `{row.name}`",
            f"{runs_right - row.rejected_correct} of {runs_right}",
            f"{runs_wrong - row.accepted_misconceptions} of {runs_wrong}",
            f"{killed} of {row.mutants} ({killed / row.mutants:.1%})",
            f"{(killed + row.equivalent) / row.mutants:.0%}",
            "exact" if row.worst_right == 0 else f"{1 / row.worst_right:.2g}",
            "–" if row.least_wrong == float("inf") else f"{row.least_wrong:.2g}",
            f"{row.own_hint} of {row.misconceptions}",
            f"{row.other_hint}",
            f"{row.leaks}",
        )
        lines.append("| " + " | ".join(figures) + " |")
    seeds = min((row.seeds for row in rows), default=SEEDS)
    return PAGE.format(table="\n".join(lines), seeds=seeds, mutant_seeds=MUTANT_SEEDS)


PAGE = """# The hidden tests, measured

A test suite is a classifier of submissions. This table says what ours accepts and rejects, exercise by
exercise. `make quality` measures it anew through the grading core and writes this page; the variants and the
mutants that are equivalent to the reference, with a reason each, stand in `tests/evidence/`.

{table}

- *Correct accepted*, *misconceptions rejected*: solutions times {seeds} seeds of random inputs.
- *Mutation score*: the reference with one small mistake (`tools/mutate.py`) that loses points at one of
  {mutant_seeds} seeds; *after the list* counts the listed equivalents out. A mutant that returns garbage
  proves in each run that mutants are loaded.
- *Tolerance / worst right*: how far the largest error of a correct solution lies inside the tolerance;
  *least wrong / tolerance*: how far the smallest error of a wrong one lies outside. "Exact" means that
  correct solutions have no error at all.
- *Own hint*: misconceptions that are answered with the sentence that fits them; *another's hint*: with
  one that fits another. *Leaks*: messages that show an expected value of a hidden case.
"""


def read_rows() -> dict[str, Row]:
    """Return the rows of the committed data by exercise."""
    if not DATA.exists():
        return {}
    rows = json.loads(DATA.read_text(encoding="utf-8"))
    return {row["exercise"]: Row(**{**row, "least_wrong": float(row["least_wrong"])}) for row in rows}


def write_rows(rows: dict[str, Row]) -> None:
    """Write the data and the page, exercises in order."""
    ordered = [rows[exercise] for exercise in sorted(rows)]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(ordered), encoding="utf-8")
    data = [{**dataclasses.asdict(row), "least_wrong": str(row.least_wrong)} for row in ordered]
    DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 if a figure misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m tools.quality", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="such as ex01_2; all if left out")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--mutant-seeds", type=int, default=MUTANT_SEEDS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--changed", action="store_true", help="only exercises whose figures are stale")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    course = find_course(ROOT)
    rows = read_rows()
    problems = 0
    for assignment in course.assignments():
        if options.exercises and not any(e.startswith(f"ex{assignment.id[:2]}_") for e in options.exercises):
            continue
        only = set(options.exercises) or set(cells(assignment))
        if options.changed:
            only = {e for e in only & set(cells(assignment)) if not _fresh(rows, assignment, e)}
        work = tasks(assignment, course.root, only, options.seeds, options.mutant_seeds) if only else []
        measured = run(work, options.jobs)
        for exercise in [e for e in cells(assignment) if e in only]:
            mine = [m for m in measured if m.task.exercise == exercise]
            rows[exercise] = summarise(assignment, exercise, mine, options.seeds)
            for problem in rows[exercise].problems:
                problems += 1
                print(f"{exercise}: {problem}")
        if not options.dry:  # after each assignment, so that a run that is stopped loses one
            write_rows(rows)
    shown = [rows[exercise] for exercise in sorted(set(options.exercises) or rows) if exercise in rows]
    print(table(shown).split("\n\n")[2])
    return 1 if problems else 0


def _fresh(rows: dict[str, Row], assignment: Assignment, exercise: str) -> bool:
    return exercise in rows and rows[exercise].fingerprint == fingerprint(assignment, exercise)


if __name__ == "__main__":
    sys.exit(main())
