"""An assignment's three forms, all made from its one source notebook; and the course they lie in."""

import os
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

# nbformat and nbgrader take seconds to import, so this module does it where it uses them: a grading run
# first finds its course and starts its warm parents.


@dataclass(frozen=True)
class Assignment:
    """One assignment.

    Attributes
    ----------
    id : str
        The file stem of its lesson: ``"01_threshold_logic_units"``.
    path : Path
        Its source notebook, with solutions and hidden blocks.
    """

    id: str
    path: Path

    @cached_property
    def source(self) -> "NotebookNode":
        """The source notebook; do not change it."""
        import nbformat

        return nbformat.read(self.path, as_version=4)

    @cached_property
    def template(self) -> "NotebookNode":
        """Stubs in solution cells, hidden blocks in grade cells: what a submission is put into."""
        from coursepkg.grading import forms

        return forms.template(self.source)

    @cached_property
    def release(self) -> "NotebookNode":
        """What students receive: no solution, no hidden block."""
        from coursepkg.grading import forms

        return forms.release(self.template)

    @cached_property
    def solved(self) -> "NotebookNode":
        """What a perfect student hands in: the release with the solutions."""
        from coursepkg.grading import forms

        return forms.solved(self.release, self.source)


@dataclass(frozen=True)
class Course:
    """An nbgrader course directory.

    Attributes
    ----------
    root : Path
        Holds ``source``, ``hidden`` and ``nbgrader_config.py``.
    """

    root: Path

    def assignments(self) -> list[Assignment]:
        """Return the assignments that have a source notebook, in order."""
        paths = sorted(self.root.glob("source/*/*.ipynb"))
        return [Assignment(path.stem, path) for path in paths if path.stem == path.parent.name]

    def assignment(self, name: str) -> Assignment:
        """Return an assignment by its id or its number.

        Parameters
        ----------
        name : str
            ``"01_threshold_logic_units"``, ``"01"`` or ``"1"``.

        Raises
        ------
        LookupError
            If there is none, with the ids that there are.
        """
        known = self.assignments()
        for assignment in known:
            number = assignment.id.partition("_")[0]
            if name in (assignment.id, number) or (
                name.isdigit() and number.isdigit() and int(name) == int(number)
            ):
                return assignment
        there = ", ".join(assignment.id for assignment in known) or "none"
        raise LookupError(f"there is no assignment {name!r} in {self.root / 'source'}; there are: {there}")

    def secret(self) -> bytes:
        """Return the course's secret, from which students' random inputs derive; made at its first use.

        It lies in ``.secret`` in the course directory and is not under version control. With the same
        secret a submission gets the same inputs at every grading.

        Raises
        ------
        ValueError
            If the file does not hold 64 hexadecimal digits.
        """
        path = self.root / ".secret"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            text = path.read_text(encoding="ascii", errors="replace").strip()
            if not re.fullmatch(r"[0-9a-f]{64}", text):
                raise ValueError(
                    f"{path} is damaged: it should hold 64 hexadecimal digits. Restore it from a copy; "
                    "delete it only if no work was graded yet, for the inputs of all students derive from it"
                ) from None
            return bytes.fromhex(text)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        return self.secret()


def find_course(start: Path | None = None) -> Course:
    """Find the course directory at or above a folder, or in its ``assignments`` folder.

    Parameters
    ----------
    start : Path, optional
        The current folder if left out.

    Raises
    ------
    LookupError
        If there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        for root in (folder, folder / "assignments"):
            if (root / "nbgrader_config.py").is_file() and (root / "source").is_dir():
                return Course(root)
    raise LookupError(
        f"no course directory at or above {start}: it holds nbgrader_config.py and source/. "
        "Go into the project's folder, or name it with --course"
    )


def write_notebook(notebook: Any, path: Path) -> None:
    """Write a notebook so that a reader never sees half of it."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    os.replace(temporary, path)
