"""Where a learner stands: exercises whose visible checks pass, and predictions; with the start page.

Nothing leaves the learner's machine, and nothing is graded: the hidden tests may ask for more than a
visible check does.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from coursepkg.grading.check import STUB, Checked, check_notebook
from coursepkg.grading.intake import Refused
from coursepkg.grading.predictions import tally

# What a check said of a file, by the file's digest, so that nothing is run twice.
RECORD = ".progress.json"


@dataclass(frozen=True)
class Standing:
    """How a learner stands in one lesson.

    Attributes
    ----------
    number : str
        Two digits.
    title, question, time : str
        As the lesson's opening cell gives them; ``""`` where it does not.
    lesson : Path
        The lesson's notebook.
    notebook : Path or None
        The learner's notebook of its assignment, if there is one.
    points : dict of str to int
        What each exercise carries.
    checked : list of Checked
        What the visible checks say.
    predicted, right : int
        Predictions recorded, and those that came true.
    trouble : str
        Why the notebook could not be checked, if so.
    """

    number: str
    title: str
    question: str
    time: str
    lesson: Path
    notebook: Path | None = None
    points: dict[str, int] = field(default_factory=dict)
    checked: list[Checked] = field(default_factory=list)
    predicted: int = 0
    right: int = 0
    trouble: str = ""

    @property
    def done(self) -> list[str]:
        """The exercises whose visible check passes."""
        return [check.exercise for check in self.checked if check.state == "passed"]

    @property
    def points_done(self) -> int:
        """What the exercises in `done` carry."""
        return sum(self.points.get(name, 0) for name in self.done)

    @property
    def state(self) -> str:
        """``"done"``, ``"not begun"``, ``"begun"``, ``"no assignment"`` or ``"cannot be checked"``."""
        if self.trouble:
            return "cannot be checked"
        if not self.checked:
            return "no assignment"
        if len(self.done) == len(self.checked):
            return "done"
        untouched = all(check.state == "not begun" for check in self.checked)
        return "not begun" if untouched and not self.predicted else "begun"


def standings(lessons: Path, work: Path) -> Iterator[Standing]:
    """Say how a learner stands, lesson by lesson.

    Parameters
    ----------
    lessons : Path
        The folder of the lessons.
    work : Path
        The folder of the learner's assignments, one folder each; it need not exist.

    Yields
    ------
    Standing
        In the order of the lessons.

    Raises
    ------
    FileNotFoundError
        If `lessons` holds no lesson.
    """
    paths = sorted(lessons.glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise FileNotFoundError(
            f"{lessons} holds no lesson; run this in the course's folder, or name --lessons"
        )
    record = _read(work / RECORD)
    for path in paths:
        opening = _opening(path)
        number = path.stem[:2]
        predicted, right = tally(number)
        notebook = work / path.stem / path.name
        points: dict[str, int] = {}
        checked: list[Checked] = []
        trouble = ""
        if notebook.is_file():
            try:
                points, checked = _checks(notebook, record)
                _write(work / RECORD, record)
            except Refused as refusal:
                trouble = str(refusal)
        yield Standing(
            number=number,
            **opening,
            lesson=path,
            notebook=notebook if notebook.is_file() else None,
            points=points,
            checked=checked,
            predicted=predicted,
            right=right,
            trouble=trouble,
        )


def next_step(standings: Iterable[Standing]) -> Standing | None:
    """Return the first lesson whose exercises are not all done; None after the last."""
    return next((s for s in standings if s.state != "done"), None)


def start_page(standings: list[Standing], page: Path) -> str:
    """Return the start page in Markdown, with links relative to where it will lie.

    Parameters
    ----------
    standings : list of Standing
    page : Path
        The file that it will be.
    """

    def link(text: str, target: Path) -> str:
        return f"[{text}]({Path(os.path.relpath(target, page.parent)).as_posix()})"

    step = next_step(standings)
    exercises = sum(len(s.checked) for s in standings)
    done = sum(len(s.done) for s in standings)
    lines = [
        "# Why neural networks work, from the inside",
        "",
        "From one threshold unit to universal approximation, and to the number of linear regions of a deep",
        "network. In each lesson you predict, run, and read; in its assignment you write the same ideas",
        "yourself, and a check tells you in a sentence what is wrong.",
        "",
    ]
    if step is None:
        lines += ["**Where to go next:** every exercise passes its visible check; hand in.", ""]
    else:
        places = [link(f"lesson {step.number}, {step.title}", step.lesson)]
        if step.notebook:
            places.append(link(f"assignment {step.number}", step.notebook))
        lines += [f"**Where to go next:** {', then '.join(places)}.", ""]
    lines += [
        "**How to work.** Run a lesson cell by cell with Shift+Enter. Where it says *Predict*, first write",
        "your answer in place of `...`; the cells below have not been run, so it does not stand there yet.",
        "After a restart of the kernel, *Run*, *Run All Above Selected Cell* brings you back; predictions",
        "are kept.",
        "",
        "| | Lesson, its question, time | Assignment | Predictions |",
        "|---|---|---|---|",
    ]
    for s in standings:
        state = f"{s.state}: {len(s.done)} of {len(s.checked)}" if s.state == "begun" else s.state
        assignment = link(state, s.notebook) if s.notebook else state
        # In columns of their own, question, time and points would push the last one out of a small window.
        about = f"{s.question} *{s.time}*" if s.time else s.question
        lesson = "<br>".join(filter(None, [link(s.title, s.lesson), about]))
        if s.checked:
            assignment += f"<br>{s.points_done} of {sum(s.points.values())} points"
        predictions = f"{s.right} of {s.predicted} right" if s.predicted else "–"
        cells = [s.number, lesson, assignment, predictions]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    lines += [
        "",
        f"{done} of {exercises} exercises pass their visible check. The points are those that they carry;",
        "the hidden tests, which decide, ask for more. A predicted measurement counts as right within one",
        "part in a hundred.",
        "",
        f"In a terminal (*File*, *New*, *Terminal*), `{_command()} progress` prints this table and",
        "writes this page anew; *File*, *Reload Notebook from Disk* then shows it.",
        "",
    ]
    return "\n".join(lines)


def _command() -> str:
    """Return how a terminal finds the command: by name, or outside an active environment by its path."""
    if shutil.which("coursepkg"):
        return "coursepkg"
    beside = Path(sys.executable).parent / "coursepkg"
    try:
        return Path(os.path.relpath(beside)).as_posix()
    except ValueError:  # on Windows, another drive
        return beside.as_posix()


def write_start_page(standings: list[Standing], page: Path) -> None:
    """Write the start page as a notebook of one text cell, which JupyterLab shows as it should be read."""
    cell = nbformat.v4.new_markdown_cell(start_page(standings, page), id="start")
    # What JupyterLab adds when the kernel answers; without it the page counts as changed once it is opened.
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    language = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }
    metadata = {"kernelspec": kernel, "language_info": language}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    page.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def _opening(path: Path) -> dict[str, str]:
    """Return title, question and time from a lesson's first cell."""
    try:
        text = nbformat.read(path, as_version=4).cells[0].source
    except Exception:  # a broken lesson must not hide the others
        text = ""
    title = re.search(r"^# \d+ (.+)$", text, re.MULTILINE)
    question = re.search(r"\*\*Driving question\.\*\* (.+?)(?:\n\n|\Z)", text, re.DOTALL)
    time = re.search(r"^\| Time \| (\d+ minutes)", text, re.MULTILINE)
    return {
        "title": title[1] if title else path.stem,
        "question": " ".join(question[1].split()) if question else "",
        "time": time[1] if time else "",
    }


def _checks(path: Path, record: dict[str, Any]) -> tuple[dict[str, int], list[Checked]]:
    """Return the points of a notebook's exercises and what their checks say; run only what is new."""
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    known = record.get(digest)
    if known is None:
        points, blank = _exercises(raw)
        checked = [Checked(name, "not begun", "") for name in points] if blank else check_notebook(path)
        known = record[digest] = {
            "points": {c.exercise: points.get(c.exercise, 0) for c in checked},
            "checked": [[c.exercise, c.state, c.message] for c in checked],
        }
    return known["points"], [Checked(*row) for row in known["checked"]]


def _exercises(raw: bytes) -> tuple[dict[str, int], bool]:
    """Return the points of the exercises of a notebook's text, and whether all are still stubs."""
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        marks = [(cell, cell["metadata"].get("nbgrader") or {}) for cell in cells]
        graded = [m for _, m in marks if m.get("grade") and not m.get("solution")]
        points = {m["grade_id"]: int(m["points"]) for m in graded}
        stubs = [STUB in "".join(cell["source"]) for cell, m in marks if m.get("solution")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, False  # the check says what is wrong with the file
    return points, bool(points) and all(stubs)


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, record: dict[str, Any]) -> None:
    """Keep what was found; where that is not possible, the next run checks again."""
    try:
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        return
