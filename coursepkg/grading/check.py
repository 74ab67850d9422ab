"""The learner's own check of a notebook: the visible checks, and nothing else."""

from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from coursepkg.grading.execute import execute
from coursepkg.grading.intake import Refused, parse, read_bytes
from coursepkg.grading.limits import DEFAULT_LIMITS, Limits
from coursepkg.grading.session import Session

STUB = 'raise NotImplementedError("Exercise '


@dataclass(frozen=True)
class Checked:
    """What a visible check says of one exercise.

    Attributes
    ----------
    exercise : str
        The id of the grade cell.
    state : str
        ``"passed"``, ``"failed"`` or ``"not begun"``.
    message : str
        A sentence; empty when passed.
    """

    exercise: str
    state: str
    message: str


def check_notebook(path: Path, limits: Limits | None = None) -> list[Checked]:
    """Run a learner's notebook and its visible checks.

    Parameters
    ----------
    path : Path
    limits : Limits, optional
        By default those that every assignment has, with the modules that the notebook's release names.

    Returns
    -------
    list of Checked
        In the order of the notebook.

    Raises
    ------
    Refused
        If the file cannot be read, or holds no exercise.
    """
    raw = read_bytes(path)
    parse(raw)  # refuses with a sentence what cannot be read
    try:
        notebook = nbformat.reads(raw.decode("utf-8-sig"), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds
        raise Refused(
            f"{path.name} is not a notebook that can be read ({type(error).__name__}). "
            "Open it in JupyterLab, save it and check it again."
        ) from None
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if not isinstance(marks, dict) or "grade_id" not in marks:
            cell.metadata.pop("nbgrader", None)
    exercises = [
        cell
        for cell in notebook.cells
        if is_grade(cell) and not is_solution(cell) and cell.cell_type == "code"
    ]
    if not exercises:
        raise Refused(f"{path.name} holds no exercise. Is it an assignment's notebook?")
    try:  # in these cells alone: elsewhere the marks of a hidden test are the learner's own text
        ClearHiddenTests().preprocess(new_notebook(cells=exercises), {})
    except RuntimeError as error:
        raise Refused(f"A test cell of {path.name} was changed ({error}). Take a fresh copy of it.") from None
    with Session(limits or _own_limits(notebook)) as session:
        execute(notebook, session, b"local")
    results, stub = [], False
    for cell in notebook.cells:
        if is_solution(cell):
            stub = stub or STUB in cell.source
        elif cell in exercises:
            results.append(_checked(cell, stub))
            stub = False
    return results


def _own_limits(notebook: nbformat.NotebookNode) -> Limits:
    """Return the usual limits with the modules that a release names; this is the learner's own machine."""
    named = notebook.metadata.get("coursepkg", {})
    modules = named.get("modules") if isinstance(named, dict) else None
    if isinstance(modules, list) and all(isinstance(module, str) for module in modules):
        return replace(DEFAULT_LIMITS, modules=tuple(modules))
    return DEFAULT_LIMITS


def _checked(cell: nbformat.NotebookNode, stub: bool) -> Checked:
    name = cell.metadata.nbgrader.grade_id
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return Checked(name, "passed", "")
    begun = errors[0].ename != "NotBegun" and not stub
    return Checked(name, "failed" if begun else "not begun", errors[0].evalue)
