"""Split execution: a student's cells run in their process, grade cells run here.

A grade cell asks the student's process for values by name, compares them here, and its outputs are
written here: nothing for full points, a number for some, one error with the learner's message for
none. nbgrader's own scoring then reads those outputs unchanged.
"""

import ast
import base64
import binascii
import contextlib
import io
import re
import struct
import sys
import traceback
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from coursepkg.grading.errors import CheckFailed, clean
from coursepkg.grading.session import Session
from coursepkg.grading.student import Student, grading

MAX_TEXT = 20_000
MAX_PIXELS = 50_000_000  # what a browser is asked to draw for one picture


class HiddenTestBroken(Exception):
    """A grade cell raised something that is not about the student's code."""


def execute(notebook: NotebookNode, session: Session, seed: bytes) -> list[str]:
    """Run a notebook and write the outputs of every code cell into it.

    Parameters
    ----------
    notebook : NotebookNode
        The instructor's notebook with the student's solutions; changed in place.
    session : Session
    seed : bytes
        What the student's random inputs derive from.

    Returns
    -------
    list of str
        Ids of the grade cells whose test broke: the fault is the test's, and the exercise is ungraded.
    """
    broken = []
    room = session.limits.outputs_bytes
    student = Student(session.ask, seed)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            if is_solution(cell) and cell.metadata.nbgrader.get("checksum") != compute_checksum(cell):
                cell.source = inert_markdown(cell.source)
            continue
        cell.outputs, cell.execution_count = [], None
        if not cell.source.strip():
            continue
        count += 1
        cell.execution_count = count
        if is_grade(cell) and not is_solution(cell):
            session.begin_exercise()
            try:
                cell.outputs = run_grade_cell(cell.source, student, count)
            except HiddenTestBroken as error:
                broken.append(cell.metadata.nbgrader.grade_id)
                cell.outputs = [_error("HiddenTestBroken", str(error))]
        else:
            cell.outputs = _clean_outputs(session.run_cell(cell.source), count, room)
            room -= sum(len(str(output)) for output in cell.outputs)
            if is_locked(cell) and any(output.output_type == "error" for output in cell.outputs):
                session.events.append("A cell of the instructor failed in the student's process.")
    return broken


def run_grade_cell(source: str, student: Student, count: int = 1) -> list[NotebookNode]:
    """Run one grade cell here, for one student.

    Parameters
    ----------
    source : str
    student : Student
        Whom ``student`` means in the cell.
    count : int
        The execution count that a result gets.

    Returns
    -------
    list of NotebookNode
        Printed text, then a result, or one error with the learner's message.

    Raises
    ------
    HiddenTestBroken
        If the cell raises anything that is not a `CheckFailed`.
    """
    printed = io.StringIO()
    result = None
    outputs = []
    try:
        body, last = _split(source)
        namespace: dict[str, Any] = {"__name__": "grade_cell"}
        with grading(student), contextlib.redirect_stdout(printed):
            exec(body, namespace)
            if last is not None:
                result = eval(last, namespace)
    except CheckFailed as failure:
        outputs = [_error(type(failure).__name__, str(failure))]
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise HiddenTestBroken(
            f"The test of this exercise broke; the fault is not yours. ({type(error).__name__} in "
            f"{Path(where.filename).name}, line {where.lineno})"
        ) from error
    text = printed.getvalue()
    if text:
        outputs.insert(0, new_output("stream", name="stdout", text=clean_text(text)))
    if result is not None and not outputs[1:]:
        data = {"text/plain": repr(result)}
        outputs.append(new_output("execute_result", data=data, execution_count=count))
    return outputs


def _split(source: str) -> tuple[Any, Any]:
    """Compile a cell as a notebook does: the value of a last expression is the cell's result."""
    tree = ast.parse(source)
    last = None
    if tree.body and isinstance(end := tree.body[-1], ast.Expr):
        tree.body.pop()
        last = compile(ast.Expression(end.value), "<grade cell>", "eval")
    return compile(tree, "<grade cell>", "exec"), last


def _error(name: str, text: str) -> NotebookNode:
    text = clean_text(text)
    return new_output("error", ename=name, evalue=text, traceback=[text])


def inert_markdown(text: str) -> str:
    """Return Markdown in which HTML and links are plain text, for pages that render a student's words.

    Examples
    --------
    >>> inert_markdown("1 < 2, <b>[here](javascript:act)</b>")
    '1 < 2, < b>[here] (javascript:act)< /b>'
    """
    return re.sub(r"\](?=[(:])", "] ", re.sub(r"<(?=[A-Za-z/!?])", "< ", text))


def clean_text(text: str) -> str:
    """Return text, line by line without control characters, at most 20 000 characters."""
    return "\n".join(clean(line, 2000) for line in text[:MAX_TEXT].split("\n"))


def _clean_outputs(outputs: list[Any], count: int, room: int) -> list[NotebookNode]:
    """Rebuild outputs that came from a student's process: text and pictures, bounded."""
    built = []
    for output in outputs[:600]:
        node = _clean_output(output, count) if isinstance(output, dict) else None
        if node is None:
            continue
        room -= len(str(node))
        if room < 0:
            cut = "[further outputs of this submission were cut]"
            built.append(new_output("stream", name="stdout", text=cut))
            break
        built.append(node)
    return built


def _clean_output(output: dict[Any, Any], count: int) -> NotebookNode | None:
    kind = str(output.get("output_type"))  # whatever it is: an array would compare entry by entry
    if kind == "stream":
        name = "stderr" if str(output.get("name")) == "stderr" else "stdout"
        return new_output("stream", name=name, text=clean_text(str(output.get("text", ""))))
    if kind == "error":
        lines = output.get("traceback")
        lines = [clean_text(str(line)) for line in lines[-30:]] if isinstance(lines, list) else []
        name, text = clean(output.get("ename", "Error"), 80), clean_text(str(output.get("evalue", "")))
        return new_output("error", ename=name, evalue=text, traceback=lines or [f"{name}: {text}"])
    if kind not in ("display_data", "execute_result") or not isinstance(output.get("data"), dict):
        return None
    data = {"text/plain": clean_text(str(output["data"].get("text/plain", "")))}
    for mime in ("image/png", "image/jpeg"):
        picture = output["data"].get(mime)
        try:
            raw = base64.b64decode(picture) if isinstance(picture, str) else b""
        except (ValueError, binascii.Error):
            continue
        if 0 < _pixels(raw, mime) <= MAX_PIXELS:
            data[mime] = base64.b64encode(raw).decode()
    if kind == "execute_result":
        return new_output(kind, data=data, execution_count=count)
    return new_output(kind, data=data)


def _pixels(raw: bytes, mime: str) -> int:
    """Return how many pixels a picture says that it has; 0 if it is not a picture of that kind."""
    if mime == "image/png":
        if not raw.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
            return 0
        width, height = struct.unpack(">II", raw[16:24].ljust(8, b"\0"))
        return width * height
    at = 2 if raw.startswith(b"\xff\xd8\xff") else len(raw)
    while at + 9 <= len(raw) and raw[at] == 0xFF:  # segment by segment, to the frame's header
        if 0xC0 <= raw[at + 1] <= 0xCF and raw[at + 1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width * height
        at += 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
    return 0


def add_path(folder: Path) -> None:
    """Let grade cells import the hidden tests, which lie in `folder`/hidden."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
