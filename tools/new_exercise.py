"""Begin an exercise: the three cells, the hidden tests and the evidence, each with what to fill in.

``python -m tools.new_exercise 02_perceptron ex02_1 perceptron_step --points 4`` adds to the assignment's
source notebook, to ``assignments/hidden/`` and to ``tests/evidence/``, and makes what is missing. See
``docs/how_to_add_an_exercise.md``.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}

STATEMENT = """## Exercise {number}: a title ({points} points)

Write `{name}(x)`: one sentence that says what it returns.

- `x`: what it is, its shape and type, and which values may occur.
- Returns what, of which shape; which types are taken.
- `x` stays as it was.

Example: one call and its result."""

SOLUTION = '''def {name}(x):
    """Return one sentence.

    Parameters
    ----------
    x : array of shape (n,)

    Returns
    -------
    array of shape (n,)
    """
    ### BEGIN SOLUTION Exercise {number}: return one sentence
    return x
    ### END SOLUTION'''

CHECK = """import numpy as np
from coursepkg.grading import agree, student

your_{name} = student("{name}")
x = np.array([1.0, 2.0])
agree(your_{name}(x), [1.0, 2.0], "{name} of (1, 2)", see="lesson {lesson}, section {number}", reveal=True)
### BEGIN HIDDEN TESTS
from hidden.{module} import {exercise}
{exercise}(student)
### END HIDDEN TESTS"""

HIDDEN_HEAD = '''"""Hidden tests of assignment {lesson}."""

import numpy as np

from coursepkg.grading import Exercise, agree, require
'''

HIDDEN = """

{exercise} = Exercise("{exercise}")


@{exercise}.part({points}, "random numbers")
def random_numbers({name}, rng):
    x = rng.normal(size=5)
    hints = {{"A sentence for the mistake that returns this.": -x}}
    what = "{name} of five random numbers"
    agree({name}(x), x, what, hints=hints, see="lesson {lesson}, section {number}")
    require(not {name}.changed_inputs, "{name} changes its input. Work on a copy.")
"""

EVIDENCE_HEAD = '''"""Evidence on assignment {lesson}: right answers in several styles, and mistakes."""

import numpy as np

from tests.evidence import correct, misconception
'''

EVIDENCE = """

# ---- {number} {name}


@correct("{exercise}", "{name}")
def {name}_loop(x):
    return [value for value in x]


@misconception("{exercise}", "{name}", hint="for the mistake that returns this")
def {name}_negated(x):
    return np.negative(x)
"""


def add_exercise(root: Path, assignment: str, exercise: str, name: str, points: int) -> list[Path]:
    """Add an exercise to an assignment.

    Parameters
    ----------
    root : Path
        The project's folder.
    assignment : str
        Its id, the lesson's file stem, such as ``"02_perceptron"``.
    exercise : str
        The id of the grade cell, such as ``"ex02_1"``.
    name : str
        What the function is called.
    points : int

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    ValueError
        If a name has another form, or the exercise is there.
    """
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", assignment):
        raise ValueError(f"{assignment!r} must be the lesson's file stem, such as 02_perceptron")
    lesson, _, module = assignment.partition("_")
    found = re.fullmatch(rf"ex{lesson}_(\d+)", exercise)
    if found is None:
        raise ValueError(f"{exercise!r} must be ex{lesson}_ and a number, such as ex{lesson}_1")
    if not name.isidentifier():
        raise ValueError(f"{name!r} cannot be the name of a function")
    words = {"assignment": assignment, "lesson": lesson, "module": module, "exercise": exercise, "name": name}
    words |= {"number": f"{int(lesson)}.{found[1]}", "points": points}

    path = root / "assignments" / "source" / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4) if path.exists() else _opening(words)
    ids = {cell.id for cell in notebook.cells}
    if ids & {exercise, name}:
        raise ValueError(f"{path.name} has a cell {exercise} or {name} already; choose another")
    notebook.cells += [
        _mark(new_markdown_cell(STATEMENT.format(**words), id=f"text_{name}"), f"text_{name}", locked=True),
        _mark(new_code_cell(SOLUTION.format(**words), id=name), name, solution=True),
        _mark(
            new_code_cell(CHECK.format(**words), id=exercise),
            exercise,
            grade=True,
            locked=True,
            points=points,
        ),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    hidden = root / "assignments" / "hidden" / f"{module}.py"
    evidence = root / "tests" / "evidence" / f"{module}.py"
    for file, head, body in ((hidden, HIDDEN_HEAD, HIDDEN), (evidence, EVIDENCE_HEAD, EVIDENCE)):
        text = file.read_text(encoding="utf-8") if file.exists() else head.format(**words)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.rstrip("\n") + "\n" + body.format(**words), encoding="utf-8")
    return [path, hidden, evidence]


def _opening(words: dict) -> NotebookNode:
    title = f"# Assignment {words['lesson']}: {words['module'].replace('_', ' ')}"
    text = _mark(new_markdown_cell(title, id="opening"), "opening", locked=True)
    setup = _mark(new_code_cell("import numpy as np", id="setup"), "setup", locked=True)
    return new_notebook(cells=[text, setup], metadata=KERNEL)


def _mark(cell: NotebookNode, grade_id: str, points: int | None = None, **given: bool) -> NotebookNode:
    marks = {"grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": False}
    cell.metadata["nbgrader"] = {**marks, "task": False, **given}
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points
    return cell


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    about = __doc__.splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m tools.new_exercise", description=about)
    parser.add_argument("assignment", help="the lesson's file stem, such as 02_perceptron")
    parser.add_argument("exercise", help="such as ex02_1")
    parser.add_argument("name", help="the function that students write")
    parser.add_argument("--points", type=int, default=4)
    options = parser.parse_args(arguments)
    try:
        written = add_exercise(ROOT, options.assignment, options.exercise, options.name, options.points)
    except ValueError as error:
        parser.error(str(error))
    for path in written:
        print(path.relative_to(ROOT))
    print(
        f"Declare the mark {options.exercise} in pyproject.toml, fill in the files, then run `make quality`."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
