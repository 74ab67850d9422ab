"""Write what students receive, and executed solutions for the instructor."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

from nbclient import NotebookClient
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import find_all_files

from coursepkg.grading.assignment import Assignment, Course, write_notebook
from coursepkg.grading.limits import DEFAULT_LIMITS, read_limits


def make_releases(course: Course, output: Path) -> Iterator[Path]:
    """Write every assignment's released notebook, and the files that lie beside its source.

    Parameters
    ----------
    course : Course
    output : Path
        Gets ``<assignment>/<assignment>.ipynb``, as nbgrader's ``generate_assignment`` writes it.

    Yields
    ------
    Path
        Each notebook written.

    Raises
    ------
    RuntimeError
        If a solution or a hidden test would reach students.
    """
    for assignment in course.assignments():
        notebook = copy.deepcopy(assignment.release)
        text = "\n".join(cell.source for cell in notebook.cells)
        for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "from hidden", "import hidden"):
            if mark in text:
                raise RuntimeError(
                    f"{assignment.id}: {mark!r} would reach students; mend the source notebook"
                )
        modules = read_limits(course.root / "limits.toml", assignment.id).modules
        if modules != DEFAULT_LIMITS.modules:  # for the learner's own `coursepkg check`
            notebook.metadata["coursepkg"] = {"modules": list(modules)}
        path = output / assignment.id / f"{assignment.id}.ipynb"
        write_notebook(notebook, path)
        _copy_files(assignment, path.parent)
        yield path


def make_solutions(course: Course, output: Path) -> Iterator[Path]:
    """Write every assignment with its solutions, executed in a notebook kernel with its visible checks.

    Parameters
    ----------
    course : Course
    output : Path
        Gets ``<assignment>/<assignment>.ipynb``.

    Yields
    ------
    Path
        Each notebook written.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a solution fails its own visible check.
    """
    for assignment in course.assignments():
        notebook, _ = ClearHiddenTests().preprocess(copy.deepcopy(assignment.solved), {})
        path = output / assignment.id / f"{assignment.id}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy_files(assignment, path.parent)
        NotebookClient(
            notebook, timeout=300, record_timing=False, resources={"metadata": {"path": path.parent}}
        ).execute()
        write_notebook(notebook, path)
        yield path


def _copy_files(assignment: Assignment, folder: Path) -> None:
    for name in find_all_files(
        str(assignment.path.parent), ["*.ipynb", ".ipynb_checkpoints", "*.pyc", "__pycache__"]
    ):
        target = folder / Path(name).relative_to(assignment.path.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, target)
