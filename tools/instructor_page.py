"""Write the instructor's page: ``python -m tools.instructor_page`` runs its commands, shows what they print.

The commands run in a copy of the course directory, on the bundled sample class, so the page cannot say what
the commands do not.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "assignments" / "README.md"
SOURCE = Path(__file__).with_name("instructor_page.md")

# A block of the source text: ```console, and lines that begin with "$ ".
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write(page: Path = PAGE) -> str:
    """Run the commands of the source text, and write the page with what they printed.

    Parameters
    ----------
    page : Path

    Returns
    -------
    str
        The page.

    Raises
    ------
    RuntimeError
        If a command fails.
    """
    with tempfile.TemporaryDirectory() as place:
        course = Path(place) / "assignments"
        ignored = shutil.ignore_patterns(
            "__pycache__", "release", "submitted", "autograded", "feedback", "solution", "gradebook.db*", ".*"
        )
        shutil.copytree(ROOT / "assignments", course, ignore=ignored)

        def shown(block: re.Match[str]) -> str:
            return "```console\n" + "".join(_run(line, course) for line in block[1].splitlines()) + "```"

        text = _BLOCK.sub(shown, SOURCE.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")
    return text


def _run(line: str, course: Path) -> str:
    """Return a command and what it wrote to its standard output."""
    command = line.removeprefix("$ ")
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "140",
        "HOME": str(course.parent),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        command, shell=True, cwd=course, env=environment, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command!r} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    lines = [text.rstrip() for text in done.stdout.splitlines()]
    return "\n".join([line, *[text for text in lines if text]]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 with a sentence where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m tools.instructor_page", description=__doc__)
    parser.add_argument("--output", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    try:
        write(options.output)
    except RuntimeError as error:
        print(f"tools.instructor_page: {error}", file=sys.stderr)
        return 1
    print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
