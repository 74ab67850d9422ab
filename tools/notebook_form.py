"""The form of a committed notebook: how it is normalised, and the checks that need no execution.

Lessons are committed with their outputs, so whatever changes by chance from one run to the next
(widget ids, timing, machine names) has no place in the file. :func:`normalise` takes it out;
:func:`static_findings` reports what only the author can mend.
"""

import base64
import binascii
import copy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image, ImageChops, ImageStat, UnidentifiedImageError

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
DPI = 100
MAX_BYTES = 400_000
LONG_CELL = 15
LONGEST_CELL = 25
# The most that a palette may change a picture, as root mean square in levels of 255.
PALETTE_LEVELS = 2.0

# A reader of the rendered page profits from these; every other cell key is an editor's own note.
KEPT_CELL_METADATA = ("alt", "nbgrader", "tags")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_NAMED_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_EXERCISE_ID = re.compile(r"(text_)?[A-Za-z0-9]+(_[A-Za-z0-9]+)*")  # the name of a function or a class
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_MACRO = re.compile(r"\\(?:re)?newcommand\b|\\(?:label|tag)\b")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: where, and a sentence that names the cure.

    ``advice`` is ``True`` for what an author should look at but may keep.
    """

    path: Path
    cell: str
    message: str
    advice: bool = False

    def __str__(self) -> str:
        kind = "advice: " if self.advice else ""
        where = f"{self.path}, cell {self.cell}" if self.cell else str(self.path)
        return f"{where}: {kind}{self.message}"


def read(path: Path) -> NotebookNode:
    """Read a notebook as it stands, without filling in ids or metadata that the file lacks.

    Raises
    ------
    ValueError
        If the file is not a notebook of format 4.5, named with what to do about it.
    """
    try:
        nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
        found = (nb.get("nbformat"), nb.get("nbformat_minor"))
        if found == (4, 5):
            nbformat.validate(nb)
    except nbformat.ValidationError as error:
        raise ValueError(f"{path}: not a valid notebook of format 4.5 ({error.message[:120]})") from error
    except (ValueError, nbformat.reader.NotJSONError) as error:
        raise ValueError(f"{path}: not a notebook ({str(error)[:80]}); restore the last commit's") from error
    if found != (4, 5):
        raise ValueError(
            f"{path}: format {found[0]}.{found[1]} where 4.5 was expected; open and save it in JupyterLab 4"
        )
    return nb


def dumps(nb: NotebookNode) -> str:
    """Return the text that a normalised notebook has on the disk, with one newline at its end."""
    return nbformat.writes(nb, version=nbformat.NO_CONVERT, indent=1).rstrip("\n") + "\n"


def normalise(nb: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without what differs from run to run.

    Widget views and widget state go (their ids are random, and a static page cannot use them), and
    with them the text that stands for a widget. Streams that the kernel sent in pieces become one. A figure
    is stored with a palette of 256 colours, a third of the bytes, where the eye sees no difference.
    Of the metadata, the kernel's name stays, and ``KEPT_CELL_METADATA`` of each cell.

    Parameters
    ----------
    nb : NotebookNode
        Format 4.5; not changed.

    Returns
    -------
    NotebookNode
        ``normalise(normalise(nb)) == normalise(nb)``.
    """
    nb = copy.deepcopy(nb)
    nb.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL))
    for cell in nb.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA})
        if cell.cell_type == "code":
            cell.outputs = _normal_outputs(cell.outputs)
            if not cell.source.strip():
                cell.execution_count = None
    return nb


def without_outputs(nb: NotebookNode) -> NotebookNode:
    """Return a normalised copy that looks as if it had never been run."""
    nb = normalise(nb)
    for cell in code_cells(nb):
        cell.outputs, cell.execution_count = [], None
    return nb


def code_cells(nb: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the code cells in order."""
    return (cell for cell in nb.cells if cell.cell_type == "code")


def images(cell: NotebookNode) -> Iterator[bytes]:
    """Yield the bytes of each PNG that a code cell shows."""
    for output in cell.get("outputs", []):
        encoded = output.get("data", {}).get("image/png")
        if encoded is not None:
            yield base64.b64decode(encoded)


def static_findings(path: Path, nb: NotebookNode) -> list[Finding]:
    """Return what is wrong with a lesson that one can see without running it.

    Parameters
    ----------
    path : Path
        The file; its size is measured.
    nb : NotebookNode
        What :func:`read` returned for it.
    """
    findings = _findings_of_any_notebook(path, nb)

    def report(cell: NotebookNode | None, message: str, advice: bool = False) -> None:
        findings.append(Finding(path, cell.id if cell else "", message, advice))

    size = path.stat().st_size
    if size > MAX_BYTES:
        report(None, f"{size:,} bytes where at most {MAX_BYTES:,} are allowed; draw fewer or plainer figures")
    if nb.metadata != {"kernelspec": KERNEL}:
        extra = sorted(set(nb.metadata) - {"kernelspec"}) or ["kernelspec"]
        report(None, f"metadata is more than the kernel's name ({', '.join(extra)}); run `make notebooks`")

    count = 0
    for position, cell in enumerate(nb.cells):
        unknown = sorted(set(cell.metadata) - set(KEPT_CELL_METADATA))
        if unknown:
            report(cell, f"metadata {', '.join(unknown)} does not belong in the file; run `make notebooks`")
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
        lines = len(cell.source.splitlines())
        if lines > LONG_CELL:
            limit = f"at most {LONG_CELL} lines are wanted and {LONGEST_CELL} allowed"
            report(cell, f"{lines} lines of code, {limit}; move code into coursepkg", lines <= LONGEST_CELL)
        expected = count if cell.source.strip() else None
        if cell.execution_count != expected:
            report(
                cell,
                f"execution count {cell.execution_count} where {expected} was expected: "
                "the lesson was not run from the top; run `make notebooks`",
            )
        for message in _output_messages(cell):
            report(cell, message)
        following = nb.cells[position + 1] if position + 1 < len(nb.cells) else None
        if any(images(cell)) and (following is None or following.cell_type != "markdown"):
            report(cell, "a figure must be followed by a markdown cell that says what one sees")
    return findings


def source_findings(path: Path, nb: NotebookNode) -> list[Finding]:
    """Return what is wrong with the form of an assignment's source notebook: it carries no outputs."""
    findings = _findings_of_any_notebook(path, nb)
    for cell in code_cells(nb):
        if cell.outputs or cell.execution_count is not None:
            findings.append(
                Finding(path, cell.id, "an assignment's source carries no outputs; run `make notebooks`")
            )
    return findings


def _findings_of_any_notebook(path: Path, nb: NotebookNode) -> list[Finding]:
    findings = []
    for cell in nb.cells:
        named = _EXERCISE_ID if "nbgrader" in cell.metadata else _NAMED_ID
        if not named.fullmatch(cell.id) or _RANDOM_ID.fullmatch(cell.id):
            findings.append(
                Finding(path, cell.id, "the cell id is not a name; use words such as `xor-no-unit`")
            )
        if cell.cell_type == "markdown":
            for macro in sorted(set(_MACRO.findall(cell.source))):
                findings.append(
                    Finding(path, cell.id, f"{macro} does not render everywhere; write the formula out")
                )
    return findings


def _normal_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    for output in outputs:
        data = output.get("data", {})
        if WIDGET_VIEW in data:
            continue
        if "image/png" in data:
            data["image/png"] = _with_palette(data["image/png"])
        before = kept[-1] if kept else None
        if output.output_type == "stream" and before and before.get("name") == output.name:
            before.text += output.text
        else:
            kept.append(output)
    return kept


def _with_palette(encoded: str) -> str:
    """Return a base64 PNG with 256 colours, or as it came if it has a palette or would lose by one."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
            if picture.mode == "P":
                return encoded
            dpi = picture.info.get("dpi")
            opaque = opaque_picture(picture)
    except (UnidentifiedImageError, binascii.Error, OSError):
        return encoded
    small = opaque.quantize(256, dither=Image.Dither.NONE)
    error = ImageStat.Stat(ImageChops.difference(opaque, small.convert("RGB")))
    if max(error.rms) > PALETTE_LEVELS:
        return encoded
    buffer = io.BytesIO()
    small.save(buffer, "png", optimize=True, **({"dpi": dpi} if dpi else {}))
    return base64.b64encode(buffer.getvalue()).decode()


def opaque_picture(picture: Image.Image) -> Image.Image:
    """Return a picture on white, in mode RGB."""
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture.convert("RGBA"))
    return white.convert("RGB")


def _output_messages(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"shows an error, {output.ename}: {output.evalue[:120]}"
            continue
        if output.output_type == "stream":
            if output.name == "stderr":
                yield f"writes to stderr: {output.text.strip()[:120]!r}; mend the cause of the warning"
            texts = [output.text]
        else:
            if WIDGET_VIEW in output.data:
                yield "holds a widget view, which a static page cannot show; run `make notebooks`"
            if "image/svg+xml" in output.data or "image/jpeg" in output.data:
                yield "holds a figure that is not a PNG; draw it with Matplotlib's defaults"
            texts = [v for k, v in output.data.items() if k.startswith("text/")]
        if any(_ADDRESS.search(text) for text in texts):
            yield "shows a memory address, which changes with every run; end the line with `;` or print less"
    for data in images(cell):
        yield from _png_messages(data)


def _png_messages(data: bytes) -> Iterator[str]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            info = dict(picture.info)
    except (UnidentifiedImageError, binascii.Error, OSError):
        yield "holds a figure that cannot be read as PNG; run `make notebooks`"
        return
    if "Software" in info:
        yield "a figure names the Matplotlib version in its metadata; run `make notebooks`"
    if any(abs(value - DPI) > 0.5 for value in info.get("dpi", (0, 0))):
        found = info.get("dpi", "no")
        yield f"a figure has {found} dots per inch and {DPI} are wanted; run `make notebooks`"
