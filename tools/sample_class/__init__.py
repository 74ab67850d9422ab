"""The sample class: eighteen submissions of assignment 01, each named after what it is.

They are made from the assignment's source notebook, so they never go stale. `DESERVED` says what each of
them deserves, exercise by exercise; the tests compare the grader with it.
"""

import ast
import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from coursepkg.grading.assignment import Assignment

ASSIGNMENT = "01_threshold_logic_units"
FULL = {"ex01_1": 4.0, "ex01_2": 3.0, "ex01_3": 5.0, "ex01_4": 5.0, "ex01_5": 3.0, "ex01_6": 5.0}

# The points of each exercise, or "failed" for what cannot be read. A reason for each loss:
DESERVED: dict[str, dict[str, float] | str] = {
    "perfect": FULL,
    "other-style": FULL,
    "partial": {
        "ex01_1": 4.0,
        "ex01_2": 2.0,  # "not" has two weights: 1 point
        "ex01_3": 4.0,  # fails on tables without a 1: 1 point
        "ex01_4": 0.0,  # not begun
        "ex01_5": 2.0,  # right with too many units: 1 point
        "ex01_6": 4.0,  # fails when T is larger than the number of rows: 1 point
    },
    "blank": dict.fromkeys(FULL, 0.0),
    "fires-only-above": {**FULL, "ex01_1": 3.0, "ex01_6": 0.0},  # ties: 1 point; the visible check of ex01_6
    "and-for-or": {**FULL, "ex01_2": 1.0, "ex01_3": 0.0},  # nand and nor: 1 point each; the visible check
    "unate-is-enough": {**FULL, "ex01_4": 4.0, "ex01_5": 0.0},  # four bits: 1 point; the visible check
    "inhibition-subtracts": {**FULL, "ex01_4": 4.0, "ex01_6": 4.0},  # table changed, inhibition
    "syntax-error": {**FULL, "ex01_3": 0.0},
    "endless-loop": {**FULL, "ex01_4": 0.0},  # xor stands in the visible check
    "exits": {**FULL, "ex01_5": 0.0},
    "deleted-test": FULL,
    "copied-cell": FULL,  # the earlier attempt is wrong, the copy below is right
    "cut-off-file": "failed",
    "prints-50-mb": FULL,
    "warns": FULL,
    "removes-asserts": dict.fromkeys(FULL, 0.0),
    "reads-the-answers": dict.fromkeys(FULL, 0.0),  # where there is a sandbox; without one this pays
}

PRINTS = """

for _ in range(500):
    print(("x" * 99 + "\\n") * 1000)  # 500 times 100 kB
"""

REMOVES_ASSERTS = """\
import ast
import numpy as np
from IPython import get_ipython


class NoChecks(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Raise(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node):
        name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if name in ("agree", "require") or name.startswith(("assert_", "ex01_")):
            return ast.copy_location(ast.Constant(None), node)
        return self.generic_visit(node)


get_ipython().ast_transformers.append(NoChecks())
np.allclose = np.array_equal = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None
"""

# Knows where the instructor's files are, and runs the solutions that stand there.
READS_THE_ANSWERS = """\
import json

source, hidden = {source!r}, {hidden!r}
answers = {{}}
try:
    with open(source, encoding="utf-8") as file:
        for cell in json.load(file)["cells"]:
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {{}}).get("solution"):
                answers[cell["id"]] = "".join(cell["source"])
except OSError as error:
    print("no solutions:", error)
try:
    with open(hidden, encoding="utf-8") as file:
        tests = file.read()
except OSError as error:
    print("no hidden tests:", error)
"""

STOLEN = """\
exec(answers.get({name!r}, "{name} = lambda *args: None"))
"""

WRONG_GATE = """\
def gate(name):
    # first attempt
    return np.array([1.0, 1.0]), 0.5
"""


def submissions(assignment: Assignment) -> dict[str, str]:
    """Return the text of the eighteen submitted files.

    Parameters
    ----------
    assignment : Assignment
        Assignment 01.

    Returns
    -------
    dict of str to str
        By student, in the order of `DESERVED`. All but ``cut-off-file`` are notebooks.
    """
    notebooks = {student: copy.deepcopy(assignment.solved) for student in DESERVED}
    for student, notebook in notebooks.items():
        replace_solutions(notebook, written_by(student))
    notebooks["blank"] = copy.deepcopy(assignment.release)
    cells = {student: {cell.id: cell for cell in notebook.cells} for student, notebook in notebooks.items()}

    stub = next(cell for cell in assignment.release.cells if cell.id == "is_threshold")
    cells["partial"]["is_threshold"].source = stub.source
    broken = cells["syntax-error"]["compile_dnf"]
    broken.source = broken.source.replace("return [hidden, output]", "return [hidden, output")
    cells["prints-50-mb"]["simulate_mp"].source += PRINTS
    notebooks["deleted-test"].cells.remove(cells["deleted-test"]["ex01_3"])
    insert(notebooks["removes-asserts"], "setup", new_code_cell(REMOVES_ASSERTS, id="trick"))

    thief = notebooks["reads-the-answers"]
    places = {"source": str(assignment.path), "hidden": str(hidden_tests(assignment))}
    insert(thief, "setup", new_code_cell(READS_THE_ANSWERS.format(**places), id="theft"))
    names = [cell.id for cell in thief.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    replace_solutions(thief, {name: STOLEN.format(name=name) for name in names})

    attempt = cells["copied-cell"]["gate"]
    copied = copy.deepcopy(attempt)
    copied.id = "gate-copy"  # the editor gives a copy its own id and leaves nbgrader's metadata
    attempt.source = WRONG_GATE
    insert(notebooks["copied-cell"], "gate", copied)

    texts = {student: nbformat.writes(notebook) + "\n" for student, notebook in notebooks.items()}
    texts["cut-off-file"] = texts["cut-off-file"][: len(texts["cut-off-file"]) * 2 // 3]
    return texts


def hidden_tests(assignment: Assignment) -> Path:
    """Return the file with an assignment's hidden tests."""
    return assignment.path.parents[2] / "hidden" / f"{assignment.id.partition('_')[2]}.py"


def written_by(student: str) -> dict[str, str]:
    """Return the text of each function that a student wrote, by its name.

    Parameters
    ----------
    student : str
        A key of `DESERVED`; its module in `tools.sample_class.answers` may be missing.
    """
    file = Path(__file__).parent / "answers" / f"{student.replace('-', '_')}.py"
    if not file.is_file():
        return {}
    text = file.read_text(encoding="utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(text, node) or "" for node in functions}


def replace_solutions(notebook: NotebookNode, functions: dict[str, str]) -> None:
    """Put functions into the solution cells that ask for them.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    functions : dict of str to str
        Text by the function's name, which is the id of its solution cell.

    Raises
    ------
    LookupError
        If there is no solution cell of that id.
    """
    cells = {cell.id: cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    for name, text in functions.items():
        if name not in cells:
            raise LookupError(f"no solution cell is called {name!r}; there are: {', '.join(cells)}")
        cells[name].source = text


def insert(notebook: NotebookNode, after: str, cell: NotebookNode) -> None:
    """Insert a cell behind the one with the id `after`."""
    place = [other.id for other in notebook.cells].index(after)
    notebook.cells.insert(place + 1, cell)


def write(directory: Path, assignment: Assignment | None = None) -> list[Path]:
    """Write the class as nbgrader's folders have it.

    Parameters
    ----------
    directory : Path
        Gets ``submitted/<student>/01_threshold_logic_units/01_threshold_logic_units.ipynb``.
    assignment : Assignment, optional
        Assignment 01; the repository's if left out.

    Returns
    -------
    list of Path
        The eighteen files.
    """
    if assignment is None:
        source = Path(__file__).resolve().parents[2] / "assignments" / "source" / ASSIGNMENT
        assignment = Assignment(ASSIGNMENT, source / f"{ASSIGNMENT}.ipynb")
    paths = []
    for student, text in submissions(assignment).items():
        path = directory / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
