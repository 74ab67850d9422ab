"""Lay assignments and lessons into the learner's folder: ``python -m tools.learn RELEASE WORK``.

What the learner has written is never overwritten. If a file has changed since it was laid out, the new
version lies beside the learner's under a name of its own, and a sentence says so.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tools.notebook_form import dumps, read, without_outputs

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
# Which release each file was last laid out from, so that a change is told once.
RECORD = ".released.json"


def lay_out(release: Path, work: Path) -> list[str]:
    """Copy what is released and not yet in the learner's folder.

    Parameters
    ----------
    release : Path
        Holds one folder an assignment, as ``coursepkg release`` leaves it, or what `write_lessons` wrote.
    work : Path
        The learner's folder; made if it is missing.

    Returns
    -------
    list of str
        A sentence for each file or folder of `release` that was laid out; empty if nothing was new.

    Raises
    ------
    FileNotFoundError
        If ``release`` holds no file.
    """
    files = [path for path in sorted(release.rglob("*")) if path.is_file() and not _hidden(path, release)]
    if not files:
        raise FileNotFoundError(f"{release} holds no assignment; run `coursepkg release` first")
    work.mkdir(parents=True, exist_ok=True)
    record = _read_record(work)
    sentences = []
    for path in files:
        name = path.relative_to(release)
        sentence = _lay_out_one(path.read_bytes(), work, name, record)
        if sentence and sentence not in sentences:
            sentences.append(sentence)
    _write_record(work, record)
    return sentences


def write_lessons(folder: Path, assignments: str) -> None:
    """Write the lessons as learners get them, with the records that they read.

    The lessons are without outputs, so that no answer stands below a prediction. Their openings link to the
    assignments.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    assignments : str
        The way from there to the folder of the released assignments: ``"../assignments"``.
    """
    shutil.copytree(NOTEBOOKS / "results", folder / "results")
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        lesson = without_outputs(read(path))
        named = f"| Graded | assignment {path.stem[:2]}"
        link = f"| Graded | [assignment {path.stem[:2]}]({assignments}/{path.stem}/{path.name})"
        lesson.cells[0].source = lesson.cells[0].source.replace(named, link)
        (folder / path.name).write_text(dumps(lesson), encoding="utf-8")


def _lay_out_one(released: bytes, work: Path, name: Path, record: dict[str, str]) -> str | None:
    """Lay out one file and note it in the record; return what the learner should know."""
    key, now = PurePosixPath(name).as_posix(), _digest(released)
    laid = record.get(key)
    record[key] = now
    target = work / name
    if not os.path.lexists(target):
        _write_new(target, released)
        return f"{work / name.parts[0]} is ready."
    if laid == now or not target.is_file():
        return None
    theirs = _digest(target.read_bytes())
    if theirs == now:
        return None
    if theirs == laid:
        _replace(target, released)
        return f"{target} is a new version; you had not written in the old one."
    beside = target.with_name(f"{target.stem}_new_{now[:8]}{target.suffix}")
    if os.path.lexists(beside):
        return None
    _write_new(beside, released)
    return (
        f"{name.stem} was released anew. Your work in {target} is as you left it; "
        f"the new version is {beside}. Copy over what you wrote, cell by cell."
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that does not exist yet; never an existing one, whoever made it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    """Replace a file in one step, so that an interruption leaves the old or the new one whole."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(data)
    draft.replace(path)


def _read_record(work: Path) -> dict[str, str]:
    """Return the record; a missing or broken one is empty, and the next change lies beside the work."""
    try:
        record = json.loads((work / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write_record(work: Path, record: dict[str, str]) -> None:
    _replace(work / RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.learn", description="Lay out the course.")
    parser.add_argument("release", type=Path, help="what `coursepkg release` wrote")
    parser.add_argument("work", type=Path, help="the learner's folder")
    options = parser.parse_args(arguments)
    try:
        sentences = lay_out(options.release, options.work)
        with tempfile.TemporaryDirectory() as lessons:
            write_lessons(Path(lessons), "..")
            sentences += lay_out(Path(lessons), options.work / "notebooks")
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(sentences) or f"{options.work} is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
