"""The page that a student gets back: points, a sentence for each failed check, their code and plots.

It holds no hidden test, no expected value and nothing that acts: no script, no link to elsewhere.
"""

import re
from pathlib import Path
from typing import Any

import jinja2
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from coursepkg.grading.submission import message

MAX_SOURCE = 20_000
MAX_TEXT = 4_000


class FeedbackExporter(Exporter):
    """Writes a graded notebook as one self-contained page; nbgrader's ``generate_feedback`` uses it."""

    def _file_extension_default(self) -> str:
        return ".html"

    output_mimetype = "text/html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """Return the page of a notebook whose cells carry the points and comments of the gradebook."""
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return render(nb, resources["nbgrader"]), resources


def render(notebook: NotebookNode, names: dict[str, Any]) -> str:
    """Write the page.

    Parameters
    ----------
    notebook : NotebookNode
        Graded; grade cells carry ``score`` and ``points``, solution cells may carry a ``comment``.
    names : dict
        ``student``, ``assignment``, ``score`` and ``max_score``.

    Returns
    -------
    str
        HTML.
    """
    exercises = _exercises(notebook)
    refused = notebook.metadata.get("coursepkg", {}).get("refused", "")
    if refused:  # the cells hold stubs, and not what was submitted
        for exercise in exercises:
            exercise["cells"], exercise["message"] = [], ""
            if not exercise["score"]:
                exercise.update({"score": None, "state": "not graded", "class": "waits"})
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        Path(__file__).with_name("feedback.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        student=names["student"],
        assignment=_title(notebook) or names["assignment"],
        score=names["score"],
        max_score=names["max_score"],
        refused=refused,
        waiting=sum(exercise["state"] == "waits" for exercise in exercises),
        exercises=exercises,
        points=lambda value: "–" if value is None else f"{value:g}",
    )


def _exercises(notebook: NotebookNode) -> list[dict[str, Any]]:
    """Group the cells by exercise: the student's cells up to a grade cell belong to it."""
    exercises, cells, title = [], [], ""
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not is_solution(cell):
            title = _heading(cell.source) or title
        elif cell.source.strip() and not is_locked(cell):
            cells.append(_shown(cell))
        if is_grade(cell):
            score, most = marks.get("score"), marks.get("points")
            waits = cell.cell_type == "markdown" and score is None
            state = "waits" if waits else "all" if score == most else "some" if score else "nothing"
            exercises.append(
                {
                    "id": marks["grade_id"],
                    "title": title or marks["grade_id"],
                    "score": score,
                    "max_score": most,
                    "state": {
                        "all": "right",
                        "some": "partly right",
                        "nothing": "no points",
                        "waits": "waits",
                    }[state],
                    "class": state,
                    "message": message(cell, score),
                    "comment": " ".join(c["comment"] for c in cells if c["comment"])
                    or _said(marks.get("comment")),
                    "cells": cells,
                }
            )
            cells = []
    return exercises


def _shown(cell: NotebookNode) -> dict[str, Any]:
    texts, images = [], []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        mime = next((mime for mime in ("image/png", "image/jpeg") if mime in data), None)
        if mime:
            images.append({"mime": mime, "data": data[mime].strip()})
        else:
            texts.append(
                "\n".join(output.get("traceback", [])) or output.get("text") or data.get("text/plain", "")
            )
    return {
        "source": cell.source[:MAX_SOURCE],
        "texts": [text[:MAX_TEXT] for text in texts if text.strip()],
        "images": images,
        "comment": _said(cell.metadata.get("nbgrader", {}).get("comment")),
    }


def _said(comment: str | None) -> str:
    """Return what an instructor wrote; nbgrader's own comment on a stub says less than the message does."""
    return "" if comment in (None, "No response.") else comment


def _title(notebook: NotebookNode) -> str:
    return next((_heading(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"), "")


def _heading(source: str) -> str:
    """Return a Markdown cell's first heading."""
    lines = (line for line in source.splitlines() if line.startswith("#"))
    heading = next(lines, "").lstrip("#").strip().replace("`", "")
    return re.sub(r"\s*\(\d+ points?\)$", "", heading)  # the page says the points itself
