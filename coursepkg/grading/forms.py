"""An assignment's forms, made by nbgrader's preprocessors."""

import copy
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    LockCells,
)

from coursepkg.grading.stubs import ExerciseStubs, keep_solutions

MAKE_TEMPLATE = (LockCells, ExerciseStubs, ClearOutput, CheckCellMetadata, ComputeChecksums)
MAKE_RELEASE = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


def template(source: NotebookNode) -> NotebookNode:
    """Return a source notebook with stubs in its solution cells."""
    return _convert(source, MAKE_TEMPLATE)


def release(template: NotebookNode) -> NotebookNode:
    """Return a template without its hidden blocks."""
    return _convert(template, MAKE_RELEASE)


def solved(release: NotebookNode, source: NotebookNode) -> NotebookNode:
    """Return a release with the solutions of its source."""
    notebook = copy.deepcopy(release)
    for cell, original in zip(notebook.cells, source.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source = original.source
            keep_solutions(cell)
    return notebook


def _convert(notebook: NotebookNode, preprocessors: tuple[type, ...]) -> NotebookNode:
    notebook = copy.deepcopy(notebook)
    resources: dict[str, Any] = {}
    for preprocessor in preprocessors:
        notebook, resources = preprocessor().preprocess(notebook, resources)
    return notebook
