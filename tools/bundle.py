"""Build what students receive: ``python -m tools.bundle build/bundle``.

The lessons, not yet run, with the records that they read, the released assignments, the library as a wheel,
the files that make the environment, and a README of five lines; as a folder and as a zip archive.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from coursepkg.grading.assignment import Course
from coursepkg.grading.release import make_releases
from tools.learn import write_lessons

ROOT = Path(__file__).resolve().parents[1]
README = """# Neural networks, from the threshold unit to the tensor graph

1. `python3 -m venv .venv` and `. .venv/bin/activate` (Windows: `py -m venv .venv` and `.venv\\Scripts\\activate`); with conda, `conda env create -f environment.yml` and `conda activate coursepkg` in place of 1 and 2.
2. `pip install -r requirements.txt` (on Linux without a GPU, first install PyTorch's CPU build of the release that `constraints.txt` names; else pip takes several gigabytes).
3. `coursepkg progress`, then `jupyter lab start.ipynb`: the start page says where you stand and leads into the lessons. Predict, run and read.
4. Work in `assignments/`; `coursepkg check NOTEBOOK` says how each exercise stands, as the button `Validate` does.
5. Hand in the notebook of an assignment under the name that it has. Unpack a later bundle into a folder of its own: its assignments are blank.
"""  # noqa: E501
REQUIREMENTS = """# The course's library, with the packages that its lessons and assignments use.
-c constraints.txt
./{wheel}
"""
ENVIRONMENT = """# The same packages by way of conda: conda gives Python, pip does the rest.
name: coursepkg
channels:
  - conda-forge
dependencies:
  - python>=3.11
  - pip
  - pip:
      - -r requirements.txt
"""


def build(folder: Path) -> Path:
    """Build the bundle.

    Parameters
    ----------
    folder : Path
        Replaced if it is there.

    Returns
    -------
    Path
        The archive, beside the folder.

    Raises
    ------
    FileExistsError
        If the folder holds something that is no bundle.
    RuntimeError
        If the wheel cannot be built, or a solution or hidden test would reach students.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "requirements.txt").is_file():
        raise FileExistsError(f"{folder} holds other things; name a new folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_lessons(folder / "notebooks", "../assignments")
    list(make_releases(Course(ROOT / "assignments"), folder / "assignments"))
    wheel = build_wheel(folder)
    shutil.copyfile(ROOT / "constraints.txt", folder / "constraints.txt")
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    texts = {
        "README.md": README,
        "requirements.txt": REQUIREMENTS.format(wheel=wheel.name),
        "environment.yml": ENVIRONMENT,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, Path(folder.name) / path.relative_to(folder))
    return archive


def build_wheel(folder: Path) -> Path:
    """Build the library's wheel into a folder, from a copy, so that no old file gets in."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "project"
        copy.mkdir()
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copyfile(ROOT / name, copy / name)
        shutil.copytree(ROOT / "coursepkg", copy / "coursepkg", ignore=shutil.ignore_patterns("__pycache__"))
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place, copy]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(place).glob("*.whl"))
        if done.returncode or not wheels:
            said = done.stderr.strip().splitlines()
            raise RuntimeError(f"pip could not build the wheel: {said[-1] if said else 'it said nothing'}")
        return Path(shutil.move(wheels[0], folder / wheels[0].name))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 with a sentence where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder to make; the archive lies beside it")
    options = parser.parse_args(arguments)
    try:
        archive = build(options.folder)
    except (FileExistsError, RuntimeError) as error:
        print(f"tools.bundle: {error}", file=sys.stderr)
        return 1
    files = sum(path.is_file() for path in options.folder.rglob("*"))
    print(f"{archive} holds {files} files, {archive.stat().st_size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
