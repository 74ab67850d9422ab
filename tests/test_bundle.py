"""Does the bundle hold what students need, install by itself, and nothing of solutions or hidden tests?"""

import os
import shutil
import subprocess
import sys
import zipfile

import nbformat
import pytest

from coursepkg.grading.assignment import Course
from tests.conftest import ROOT
from tests.test_release import MARKS, solutions_of
from tools.bundle import build, main

pytestmark = pytest.mark.slow
COURSE = Course(ROOT / "assignments")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "course"
    archive = build(folder)
    assert archive.is_file()
    return folder


@pytest.fixture(scope="module")
def texts(bundle):
    """The text of every file, those of the archive and the wheel too, by its name."""
    found = {}
    for path in [bundle.with_suffix(".zip"), *bundle.rglob("*.whl")]:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                found[f"{path.name}/{name}"] = packed.read(name).decode("utf-8", "replace")
    for path in bundle.rglob("*"):
        if path.is_file():
            found[path.relative_to(bundle).as_posix()] = path.read_bytes().decode("utf-8", "replace")
    return found


def test_bundle_holds_what_students_need(bundle):
    """Are lessons, results, assignments and environment files there, and a README of five lines?"""
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    lessons = {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    results = {f"notebooks/results/{path.name}" for path in (ROOT / "notebooks" / "results").glob("*.json")}
    assignments = {f"assignments/{a.id}/{a.id}.ipynb" for a in COURSE.assignments()}
    others = {"README.md", "LICENSE", "requirements.txt", "constraints.txt", "environment.yml"}
    assert lessons | results | assignments | others <= names
    assert sum(name.endswith(".whl") for name in names) == 1
    steps = [line for line in (bundle / "README.md").read_text().splitlines() if line[:1].isdigit()]
    assert len(steps) == 5


def test_bundle_holds_no_solution_and_no_hidden_test(texts):
    """Does no file carry a mark or a line of a solution or a hidden test, and the wheel the library alone?"""
    own = [name for name in texts if "/assignments/" in f"/{name}" and name.endswith(".ipynb")]
    library = "\n".join(path.read_text() for path in (ROOT / "coursepkg").rglob("*.py"))  # is public
    solutions, hidden = set(), set()
    for assignment in COURSE.assignments():
        solutions |= {line for line in solutions_of(assignment.source) if len(line) > 30}
    for path in (ROOT / "assignments" / "hidden").rglob("*.py"):
        hidden |= {line.strip() for line in path.read_text().splitlines() if len(line.strip()) > 40}
    hidden = {line for line in hidden if line not in library and not line.startswith(("from ", "import "))}
    assert len(own) == 2 * len(COURSE.assignments())
    assert len(solutions) > 30
    assert len(hidden) > 150
    for name in own:
        assert not [mark for mark in MARKS if mark in texts[name]], name
        assert not [line for line in solutions if line in texts[name]], name
    for name, text in texts.items():
        assert not [line for line in hidden if line in text], name
    inside = {name.split(".whl/")[1].split("/")[0] for name in texts if ".whl/" in name}
    assert all(top.startswith("coursepkg") for top in inside), inside


def test_bundle_replaces_itself_and_nothing_else(bundle, tmp_path, capsys):
    """Is a folder of other things left alone, with a sentence?"""
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main([str(tmp_path)]) == 1
    assert "holds other things" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.timeout(1500)
def test_bundle_installs_into_an_empty_environment(bundle, tmp_path):
    """By its README alone: does lesson 01 run, and do the checks tell right from blank?"""
    work = tmp_path / "course"
    shutil.copytree(bundle, work)
    python = work / ".venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "MPLBACKEND")}
    clean["COURSEPKG_HOME"] = str(tmp_path / "home")

    def run(*command, **more):
        done = subprocess.run(command, cwd=work, env=clean, capture_output=True, text=True, **more)
        assert done.returncode in (0, 1), done.stderr
        return done

    run(sys.executable, "-m", "venv", ".venv")
    installed = run(python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt")
    assert installed.returncode == 0, installed.stderr
    lesson = sorted(path.name for path in (work / "notebooks").glob("*.ipynb"))[0]
    ran = run(python, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", f"notebooks/{lesson}")
    assert ran.returncode == 0, ran.stderr
    first = COURSE.assignments()[0]
    place = work / "assignments" / first.id / f"{first.id}.ipynb"
    blank = run(python, "-m", "coursepkg", "check", place)
    assert "not begun" in blank.stdout
    assert "0 of" in blank.stdout
    notebook = nbformat.read(place, as_version=4)
    answers = {cell.id: cell.source for cell in first.solved.cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    nbformat.write(notebook, place)
    solved = run(python, "-m", "coursepkg", "check", place)
    assert solved.returncode == 0, solved.stdout
    assert "failed" not in solved.stdout
    standing = run(python, "-m", "coursepkg", "progress")
    assert "6 of 6" in standing.stdout
    assert f"notebooks/{lesson}" in (work / "start.ipynb").read_text(encoding="utf-8")
