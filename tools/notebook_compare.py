"""Compare the outputs that a lesson was committed with and those of a fresh run.

BLAS, compilers and fonts differ a little between machines. So numbers are compared within a tolerance and
pictures by blocks of pixels; every other character must agree.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from nbformat import NotebookNode
from PIL import Image

from tools.notebook_form import Finding, code_cells, images, opaque_picture

RTOL = 1e-6
ATOL = 1e-12

# A picture differs if more than SHARE of its blocks differ by more than LEVELS of 255 in their mean. Moving
# one letter by a pixel stays below; a marker that sits elsewhere, or a line with another slope, does not.
BLOCK = 4
LEVELS = 64
SHARE = 0.0005
SIZE_PIXELS = 8

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w])")
_BLANKS = re.compile(r"[ \t]+")
_RTOL_TAG = re.compile(r"rtol=(\d[\d.eE+-]*)")


def stale_findings(path: Path, committed: NotebookNode, fresh: NotebookNode) -> list[Finding]:
    """Return a finding for each cell whose committed outputs are not those of a fresh run.

    A cell tagged ``timing`` is not compared: it shows what one device measured once. A cell tagged
    ``rtol=1e-3`` states a tolerance of its own.

    Parameters
    ----------
    path : Path
        The lesson, for the messages.
    committed, fresh : NotebookNode
        Normalised notebooks with the same cells.
    """
    findings = []
    for old, new in zip(code_cells(committed), code_cells(fresh), strict=True):
        tags = old.metadata.get("tags", [])
        if "timing" in tags:
            continue
        difference = next(_differences(old, new, _tolerance(tags)), None)
        if difference:
            findings.append(Finding(path, old.id, f"stale: {difference}; run `make notebooks`"))
    return findings


def text_difference(old: str, new: str, rtol: float = RTOL, atol: float = ATOL) -> str | None:
    """Say how two texts differ, or return ``None`` where they agree.

    Whole numbers agree if they are equal, other numbers if ``|old - new| <= atol + rtol * |new|``, the rest
    if it is equal up to the width of blanks (a number may be printed with another width).

    Examples
    --------
    >>> text_difference("loss 0.25000001 after 10 steps", "loss 0.25000002 after 10 steps")
    >>> text_difference("loss 0.25 after 10 steps", "loss 0.26 after 10 steps")
    'it printed 0.25 and now prints 0.26 (relative tolerance 1e-06)'
    >>> text_difference("10 steps", "11 steps")
    'it printed 10 and now prints 11'
    """
    if old == new:
        return None
    old_words, new_words = (_BLANKS.sub(" ", _NUMBER.sub("#", text)) for text in (old, new))
    if old_words != new_words:
        at = next((i for i, (a, b) in enumerate(zip(old_words, new_words, strict=False)) if a != b), None)
        at = min(len(old_words), len(new_words)) if at is None else at
        start = max(0, at - 20)
        return f"it printed {old_words[start : at + 30]!r} and now prints {new_words[start : at + 30]!r}"
    for a, b in zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True):
        if a == b:
            continue
        if a.lstrip("+-").isdigit() and b.lstrip("+-").isdigit():
            return f"it printed {a} and now prints {b}"
        if not abs(float(a) - float(b)) <= atol + rtol * abs(float(b)):
            return f"it printed {a} and now prints {b} (relative tolerance {rtol:g})"
    return None


def picture_difference(old: bytes, new: bytes) -> str | None:
    """Say how two PNG pictures differ, or return ``None`` where they agree within the tolerance."""
    if old == new:
        return None
    a, b = _pixels(old), _pixels(new)
    if max(abs(a.shape[0] - b.shape[0]), abs(a.shape[1] - b.shape[1])) > SIZE_PIXELS:
        return f"the picture was {a.shape[1]} by {a.shape[0]} pixels and is now {b.shape[1]} by {b.shape[0]}"
    height, width = (min(a.shape[i], b.shape[i]) // BLOCK * BLOCK for i in (0, 1))
    blocks = [
        # (height, width, 3) -> (height/BLOCK, width/BLOCK, 3)
        pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3).mean(axis=(1, 3))
        for pixels in (a, b)
    ]
    differs = (np.abs(blocks[0] - blocks[1]) > LEVELS).any(axis=-1)
    if differs.mean() > SHARE:
        return f"{differs.mean():.2%} of the picture differs where at most {SHARE:.2%} may"
    return None


def _tolerance(tags: list[str]) -> float:
    stated = [match[1] for match in map(_RTOL_TAG.fullmatch, tags) if match]
    return float(stated[0]) if stated else RTOL


def _differences(old: NotebookNode, new: NotebookNode, rtol: float) -> Iterator[str]:
    if old.source != new.source:
        yield "its source is another"
    if [_kind(o) for o in old.outputs] != [_kind(o) for o in new.outputs]:
        yield f"its outputs were {_kinds(old)} and are now {_kinds(new)}"
        return
    for before, after in zip(old.outputs, new.outputs, strict=True):
        for a, b in zip(_texts(before), _texts(after), strict=True):
            yield from filter(None, [text_difference(a, b, rtol)])
    for a, b in zip(images(old), images(new), strict=True):
        yield from filter(None, [picture_difference(a, b)])


def _kind(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.name
    return " ".join([output.output_type, *sorted(output.get("data", {}))])


def _kinds(cell: NotebookNode) -> str:
    return ", ".join(_kind(output) for output in cell.outputs) or "nothing"


def _texts(output: NotebookNode) -> list[str]:
    """Return the texts of an output in a fixed order: what it printed, and its alternative texts."""
    if output.output_type == "stream":
        return [output.text]
    data = output.get("data", {})
    alternatives = [
        output.metadata[key].get("alt", "")
        for key in sorted(output.get("metadata", {}))
        if isinstance(output.metadata[key], dict)
    ]
    return [str(data[key]) for key in sorted(data) if not key.startswith("image/")] + alternatives


def _pixels(data: bytes) -> np.ndarray:
    """Return a picture on white as an array of shape (height, width, 3) in 0 … 255."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(opaque_picture(picture), dtype=float)
