"""What makes nbgrader's own commands and buttons grade through this engine.

``assignments/nbgrader_config.py`` names these classes; nothing of nbgrader is changed. The exporter
reads a submission (an unreadable or mangled one would end nbgrader's batch before any preprocessor
runs), `SplitExecute` stands in for nbgrader's ``Execute``.
"""

import os
import sys
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    GetGrades,
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)
from traitlets.config import Config

from coursepkg.grading.assignment import Assignment, Course
from coursepkg.grading.feedback import FeedbackExporter
from coursepkg.grading.intake import Refused, parse, read_bytes
from coursepkg.grading.limits import read_limits
from coursepkg.grading.stubs import ExerciseStubs
from coursepkg.grading.submission import FOREIGN, grade_notebook, mark_not_graded, seed
from coursepkg.grading.transplant import transplant


class IntakeExporter(NotebookExporter):
    """Reads a submission for nbgrader: intake, then transplant; never raises for what it holds."""

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """Read a notebook; a submitted one comes back as the instructor's with the student's work in it."""
        if self.parent is None or not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **kwargs)
        path = Path(filename)
        assignment = _assignment(self.parent.coursedir, resources)
        try:
            work = transplant(assignment.template, assignment.release, parse(read_bytes(path)))
            if not work.recognised:
                raise Refused(FOREIGN)
            note: dict[str, Any] = {"flags": work.flags}
        except Refused as refusal:
            work = transplant(assignment.template, assignment.release, [])
            note = {"refused": str(refusal)}
            self.log.warning("%s: %s", filename, refusal)
        for flag in note.get("flags", []):
            self.log.warning("%s: %s", filename, flag)
        work.notebook.metadata["coursepkg"] = note
        return self.from_notebook_node(work.notebook, resources, **kwargs)


class SplitExecute(NbGraderPreprocessor):
    """Runs the student's cells in a process of their own and the grade cells here."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Execute a transplanted notebook in place."""
        refused = nb.metadata.get("coursepkg", {}).get("refused")
        if refused:
            mark_not_graded(nb, refused)
            return nb, resources
        names = resources["nbgrader"]
        course = Course(Path(self.parent.parent.coursedir.root))
        inputs = seed(course.secret(), names["student"], names["assignment"])
        limits = read_limits(course.root / "limits.toml", names["assignment"])
        broken = grade_notebook(nb, course.root, inputs, limits)
        if broken:
            nb.metadata["coursepkg"] = {**nb.metadata.get("coursepkg", {}), "broken": broken}
        for grade_id in broken:
            self.log.error("The hidden tests of %s broke; mend them and grade again.", grade_id)
        return nb, resources


class SaveOutcomes(SaveAutoGrades):
    """Writes points to the gradebook as nbgrader does; what could not be graded waits there for a person.

    nbgrader knows points alone, and would show 0 and "graded" for a submission that nobody could read.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Record the points and comments of every cell."""
        self.read(nb)
        return super().preprocess(nb, resources)

    def read(self, nb: NotebookNode) -> None:
        """Take from a graded notebook what could not be graded in it."""
        found = nb.metadata.get("coursepkg", {})
        self._refused = bool(found.get("refused"))
        self._broken = frozenset(found.get("broken", ()))

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        name = cell.metadata.nbgrader["grade_id"]
        if self._refused or name in self._broken:
            place = self.notebook_id, self.assignment_id, self.student_id
            self.gradebook.find_grade(name, *place).needs_manual_grade = True
            self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_comment(cell, resources)
        if self._refused:  # what stands in the cell is the stub, and not what was submitted
            place = self.notebook_id, self.assignment_id, self.student_id
            name = cell.metadata.nbgrader["grade_id"]
            self.gradebook.find_comment(name, *place).auto_comment = None
            self.gradebook.db.commit()


def remove_links(notebooks: list[str], **_: Any) -> None:
    """Remove links from a submission before nbgrader copies its files, because it copies what they point to.

    Parameters
    ----------
    notebooks : list of str
        Paths of the submitted notebooks, all in one folder.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        for path in folder.rglob("*"):
            if path.is_symlink() and path.suffix != ".ipynb":  # intake refuses a linked notebook by name
                path.unlink()


def configure(config: Config) -> None:
    """Set what nbgrader needs to release, grade and give feedback through this engine.

    Parameters
    ----------
    config : Config
        nbgrader's; changed in place.
    """
    # nbgrader starts `alembic` by its name when it makes a gradebook; an environment that is not
    # activated is not on PATH
    own = str(Path(sys.executable).parent)
    if own not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = own + os.pathsep + os.environ.get("PATH", "")
    config.GenerateAssignment.preprocessors = [
        IncludeHeaderFooter,
        InstantiateTests,
        LockCells,
        ExerciseStubs,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
        CheckCellMetadata,
    ]
    config.Autograde.exporter_class = IntakeExporter
    config.Autograde.pre_convert_hook = remove_links
    config.Autograde.sanitize_preprocessors = [OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
    config.Autograde.autograde_preprocessors = [
        SplitExecute,
        SaveOutcomes,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.GenerateFeedback.exporter_class = FeedbackExporter
    config.GenerateFeedback.preprocessors = [GetGrades]
    config.ExportPlugin.to = "grades.all.csv"  # all assignments; `coursepkg grade` writes grades.csv
    config.HTMLExporter.sanitize_html = True  # what students write is shown, never run


def _assignment(coursedir: Any, resources: Any) -> Assignment:
    names = resources["nbgrader"]
    folder = Path(coursedir.root) / coursedir.format_path(
        coursedir.source_directory, ".", names["assignment"]
    )
    return Assignment(names["assignment"], folder / f"{names['notebook']}.ipynb")
