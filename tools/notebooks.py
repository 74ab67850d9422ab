"""Execute, normalise and check the lessons: ``python -m tools.notebooks COMMAND [NOTEBOOK …]``.

Commands
--------
execute
    Run each lesson from the top and write it back with its outputs, normalised. Twice changes no byte.
normalise
    Write each lesson back without what changes by chance, and each assignment's source without outputs.
check
    Report lessons whose form is wrong or whose outputs a fresh run does not confirm; ``--static`` runs none.
show
    Print one notebook as plain text, for ``git diff`` (see ``.gitattributes``).
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from tools.notebook_compare import stale_findings
from tools.notebook_form import (
    Finding,
    dumps,
    images,
    normalise,
    read,
    source_findings,
    static_findings,
    without_outputs,
)
from tools.notebook_run import LessonError, run

ROOT = Path(__file__).resolve().parent.parent
LESSON_SECONDS = 20


def lessons(root: Path = ROOT) -> list[Path]:
    """Return the lessons, in order."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def sources(root: Path = ROOT) -> list[Path]:
    """Return the source notebooks of the assignments, in order."""
    return sorted((root / "assignments" / "source").glob("*/*.ipynb"))


def is_source(path: Path) -> bool:
    """Say whether a notebook is an assignment's source, which carries no outputs."""
    return path.resolve().parent.parent.name == "source"


def execute(path: Path) -> float:
    """Run a lesson and write it back if a byte changed; return the seconds that its cells took.

    Raises
    ------
    LessonError
        If the lesson does not run to its end; the file is then left as it was.
    """
    result = run(without_outputs(read(path)), path.parent)
    _write(path, result.nb)
    return result.seconds


def tidy(path: Path) -> bool:
    """Normalise a notebook on the disk; return whether a byte changed."""
    form = without_outputs if is_source(path) else normalise
    return _write(path, form(read(path)))


def check(path: Path, static: bool = False) -> list[Finding]:
    """Return what is wrong with a notebook.

    Parameters
    ----------
    path : Path
        A lesson, or an assignment's source.
    static : bool
        Leave out what needs the lesson to be run.
    """
    try:
        nb = read(path)
    except ValueError as error:
        return [Finding(path, "", str(error))]
    if is_source(path):
        return source_findings(path, nb)
    findings = static_findings(path, nb)
    if static:
        return findings
    try:
        result = run(without_outputs(nb), path.parent)
    except LessonError as error:
        return [*findings, Finding(path, "", str(error))]
    findings += stale_findings(path, normalise(nb), result.nb)
    if result.seconds > LESSON_SECONDS:
        message = (
            f"takes {result.seconds:.0f} seconds where {LESSON_SECONDS} are wanted; show a committed table"
        )
        findings.append(Finding(path, "", message, advice=True))
    return findings


def show(path: Path) -> str:
    """Return a notebook as text that a line diff serves well: sources, printed text, a hash a picture."""
    parts = []
    for cell in read(path).cells:
        parts.append(f"--- {cell.cell_type} {cell.id} {' '.join(cell.metadata.get('tags', []))}".rstrip())
        parts.append(cell.source)
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue", "")
            parts += [f"> {line}" for line in text.splitlines()]
        parts += [f"> [picture {hashlib.sha256(data).hexdigest()[:12]}]" for data in images(cell)]
    return "\n".join(parts) + "\n"


def _write(path: Path, nb: NotebookNode) -> bool:
    text = dumps(nb)
    if path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status, 1 if a notebook needs its author."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.notebooks", description="Execute, normalise and check the lessons."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_text in {
        "execute": "run the lessons and write them back with their outputs",
        "normalise": "take out of the notebooks what changes by chance",
        "check": "report lessons that are stale, dirty or in error",
        "show": "print one notebook as plain text, for git diff",
    }.items():
        command = commands.add_parser(name, help=help_text)
        one = name == "show"
        command.add_argument(
            "notebooks", nargs=1 if one else "*", type=Path, help="default: all in this repository"
        )
        if name == "check":
            command.add_argument("--static", action="store_true", help="run nothing: check the form alone")
    options = parser.parse_args(arguments)
    if options.command == "show":
        print(show(options.notebooks[0]), end="")
        return 0
    if options.command == "check":
        return _report(
            [f for path in options.notebooks or lessons() + sources() for f in check(path, options.static)]
        )
    if options.command == "normalise":
        for path in options.notebooks or lessons() + sources():
            print(f"{path}: {'normalised' if tidy(path) else 'was normal already'}")
        return 0
    return _execute_all(options.notebooks or lessons())


def _execute_all(paths: Sequence[Path]) -> int:
    failed = 0
    for path in paths:
        try:
            print(f"{path}: {execute(path):.1f} seconds", flush=True)
        except (LessonError, ValueError) as error:
            failed = 1
            print(f"{path}: {error}", file=sys.stderr)
    return failed


def _report(findings: Sequence[Finding]) -> int:
    for finding in findings:
        print(finding)
    faults = sum(not finding.advice for finding in findings)
    print(f"{faults} to mend, {len(findings) - faults} to look at" if findings else "Nothing to mend.")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
