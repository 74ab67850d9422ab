"""Read a submission: bytes become cells, or a sentence to the student.

Only what grading uses leaves this module: each cell's kind, text and id. Outputs and other metadata
are dropped here, so nothing in them can act later.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

MAX_BYTES = 64 << 20
MAX_CELLS = 2000
MAX_SOURCE = 1 << 20


class Refused(Exception):
    """A submission that cannot be read; the text is a sentence to the student."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell of a submission.

    Attributes
    ----------
    kind : str
        ``"code"``, ``"markdown"`` or ``"raw"``.
    source : str
    grade_id : str or None
        The id that nbgrader gave it.
    cell_id : str or None
        The id that nbformat gave it.
    """

    kind: str
    source: str
    grade_id: str | None
    cell_id: str | None


def read_bytes(path: Path) -> bytes:
    """Read a submitted file without following links.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    Refused
        If there is no such file, it is not a regular file, or it is larger than 64 MiB.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    )
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise Refused(f"{path.name} is a link to another file. Submit the notebook itself.")
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise Refused(f"There is no {path.name} in the submission.") from None
    except OSError as error:
        raise Refused(
            f"{path.name} could not be opened ({error.strerror}). Submit the notebook file again."
        ) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise Refused(f"{path.name} is not a regular file. Submit the notebook itself.")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > MAX_BYTES:
            raise Refused(
                f"{path.name} has {status.st_size >> 20} MiB; at most {MAX_BYTES >> 20} are read. "
                "Clear all outputs, save and submit again."
            )
        return file.read(MAX_BYTES + 1)


def parse(raw: bytes) -> list[SubmittedCell]:
    """Turn the bytes of a notebook into its cells.

    Parameters
    ----------
    raw : bytes

    Returns
    -------
    list of SubmittedCell

    Raises
    ------
    Refused
        If they are not a notebook; the sentence names the cure.
    """
    if not raw.strip():
        raise Refused("The file is empty. Save the notebook in JupyterLab and submit it again.")
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(
            "The file is not text in UTF-8, so it is not a notebook. Save it in JupyterLab again."
        ) from None
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(
            f"The file is not valid JSON{at}: it was cut off or edited by hand. "
            "Open it in JupyterLab, save it and submit it again."
        ) from None
    if isinstance(notebook, dict) and "worksheets" in notebook:
        notebook = _from_version_3(notebook)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Refused("The file is JSON but not a notebook: it has no list of cells. Submit the .ipynb file.")
    if len(cells) > MAX_CELLS:
        raise Refused(
            f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are read. Remove what is not needed."
        )
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _from_version_3(notebook: dict[str, Any]) -> Any:
    try:
        return nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception as error:  # whatever an old and broken file makes the converter raise
        raise Refused(
            "The notebook is in an old format that could not be converted. "
            f"Open it in JupyterLab, save it and submit it again ({type(error).__name__})."
        ) from None


def _cell(cell: dict[str, Any]) -> SubmittedCell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    source = source.encode("utf-8", errors="replace").decode("utf-8")[:MAX_SOURCE]
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    kind = cell.get("cell_type")
    return SubmittedCell(
        kind if kind in ("code", "markdown") else "raw",
        source,
        grade_id if isinstance(grade_id, str) else None,
        cell.get("id") if isinstance(cell.get("id"), str) else None,
    )
