"""Do nbgrader's own commands, and its form grader's buttons, grade through this engine?"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from coursepkg.grading.assignment import Course
from tests.conftest import ROOT
from tests.toy_course import ID, TOYS, right_answers, submission, write_toy_course

QUICK = [toy for toy in TOYS if toy.name != "torch_module"]
RIGHT = right_answers(QUICK)
WRONG = {toy.name: toy.wrong for toy in QUICK}
FULL = float(sum(toy.points for toy in QUICK))
LIMITS = '[default]\nmodules = ["numpy"]\ncall_seconds = 2\ncell_seconds = 5\n'

pytestmark = pytest.mark.slow


def without_this_environment():
    """Return environment variables in which this environment is not activated."""
    own = {str(Path(sys.executable).parent), str(Path(sys.executable).resolve().parent)}
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part not in own]
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "PATH": os.pathsep.join(path)}


def nbgrader(course, *words, **environment):
    """Run an nbgrader command in a course directory; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course.root,
        env={**without_this_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def find(notebook, name):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def submissions(course):
    """Return a class of mishaps, with the points that each deserves (free text apart)."""
    copied, deleted, later, stripped = (submission(course, RIGHT) for _ in range(4))
    second = nbformat.from_dict(json.loads(json.dumps(find(copied, "array_function"))))
    second.id = "copy"
    copied.cells.insert(4, second)
    copied.cells.append(new_code_cell("### BEGIN HIDDEN TESTS\n### BEGIN SOLUTION"))
    deleted.cells.remove(find(deleted, "ex00_1"))
    for cell in later.cells:
        cell.metadata.nbgrader["schema_version"] = 99
    for cell in stripped.cells:
        cell.metadata.clear()
    edited = submission(course, {**RIGHT, "array_function": "def square(x): return 0"})
    find(edited, "ex00_1").source = "assert True"
    dies = submission(course, {**RIGHT, "array_function": "import os\nos._exit(0)"})
    earned = sum(toy.earned_by_wrong for toy in QUICK)
    return {
        "ada": (submission(course, {**RIGHT, "essay": "Because."}), FULL),
        "blank": (submission(course), 0.0),
        "broken": (b'{"cells": [', 0.0),
        "copied": (copied, FULL),
        "deleted": (deleted, FULL),
        "dies": (dies, FULL - 2),
        "edited": (edited, FULL - 2),
        "later": (later, FULL),
        "stripped": (stripped, FULL),
        "wrong": (submission(course, WRONG), earned),
        "zoe": (submission(course, RIGHT), FULL),
    }


def hand_in(course, notebooks):
    for name, (notebook, _) in notebooks.items():
        path = course.root / "submitted" / name / ID / f"{ID}.ipynb"
        path.parent.mkdir(parents=True)
        raw = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        path.write_bytes(raw)


def automatic(course, name="gradebook.db"):
    """Return each student's points of the code exercises."""
    with Gradebook(f"sqlite:///{course.root / name}") as gradebook:
        found = {}
        for submitted in gradebook.assignment_submissions(ID):
            (notebook,) = submitted.notebooks
            grades = [grade for grade in notebook.grades if grade.name != "essay"]
            found[submitted.student.id] = sum(grade.score for grade in grades)
        return found


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which nbgrader's commands were run: what each said lies beside."""
    course = write_toy_course(tmp_path_factory.mktemp("course"), QUICK)
    (course.root / "limits.toml").write_text(LIMITS)
    said = {"release": nbgrader(course, "generate_assignment", ID)}
    hand_in(course, submissions(course))
    said["autograde"] = nbgrader(course, "autograde", ID)
    said["feedback"] = nbgrader(course, "generate_feedback", ID)
    said["export"] = nbgrader(course, "export")
    (course.root / "said.json").write_text(json.dumps(said))
    return course


@pytest.fixture
def said(course):
    return json.loads((course.root / "said.json").read_text())


def test_release_of_the_command_is_the_release(course):
    """Do `nbgrader generate_assignment` and `Assignment.release` give the same cells?"""
    notebook = nbformat.read(course.root / "release" / ID / f"{ID}.ipynb", as_version=4)
    release = course.assignment(ID).release
    assert len(notebook.cells) == len(release.cells)
    for cell, ours in zip(notebook.cells, release.cells, strict=True):
        assert cell == ours


def test_nothing_hidden_is_released(course):
    """Does the release folder hold the notebook alone, without a solution or a hidden test?"""
    files = [path for path in (course.root / "release").rglob("*") if path.is_file()]
    assert [path.name for path in files] == [f"{ID}.ipynb"]
    text = files[0].read_text(encoding="utf-8")
    for mark in ("hidden", "HIDDEN", "BEGIN SOLUTION", "** 2", "gradient(x)"):
        assert mark not in text


NAMES = ("ada", "blank", "broken", "copied", "deleted", "dies", "edited", "later", "stripped", "wrong", "zoe")


@pytest.mark.parametrize("name", NAMES)
def test_each_submission_gets_what_it_deserves(course, name):
    """Does the batch come to its end, with the points that each submission deserves?"""
    assert automatic(course)[name] == submissions(course)[name][1]
    assert (course.root / "autograded" / name / ID / f"{ID}.ipynb").exists()
    assert (course.root / "feedback" / name / ID / f"{ID}.html").exists()


def test_what_an_instructor_may_want_to_see_is_logged_and_nothing_else(said):
    """Are refusals and flags in the log by their file, and no false alarm about checksums?"""
    log = said["autograde"]
    assert "hecksum" not in log
    assert "Traceback" not in log
    for sentence in (
        "broken",
        "not valid JSON",
        "The solution cell array_function stood there more than once; the last one counts.",
        "The test cell ex00_1 was missing; it was put back.",
        "The test cell ex00_1 was changed; the original was used.",
    ):
        assert sentence in log
    warnings = [line for line in log.splitlines() if "WARNING" in line or "ERROR" in line]
    assert all(any(name in line for name in ("broken", "copied", "deleted", "edited")) for line in warnings)


def test_free_text_waits_for_the_form_grader(course):
    """Does an essay that was written need manual grading, and a blank one not?"""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        needs = {s.student.id: s.needs_manual_grade for s in gradebook.assignment_submissions(ID)}
    assert needs["ada"]
    assert not needs["zoe"]
    assert needs["broken"]  # nobody could read it; 0 points would be a verdict


def test_feedback_shows_messages_and_no_hidden_test(course):
    """Do students read why, without the hidden tests and without anything that acts?"""
    for name in ("wrong", "broken", "blank"):
        page = (course.root / "feedback" / name / ID / f"{ID}.html").read_text(encoding="utf-8")
        assert "from hidden" not in page
        assert "HIDDEN TESTS" not in page
        assert "rng.uniform" not in page
    assert "squares negative numbers" in (course.root / "feedback" / "wrong" / ID / f"{ID}.html").read_text()
    assert "not valid JSON" in (course.root / "feedback" / "broken" / ID / f"{ID}.html").read_text()


def test_export_lists_every_student(course):
    """Does nbgrader's export hold all of them?"""
    table = (course.root / "grades.all.csv").read_text()
    assert not (course.root / "grades.csv").exists()  # what `coursepkg grade` writes
    assert all(f",{name}," in table for name in submissions(course))


def test_command_of_the_course_gives_the_same_points(course, tmp_path):
    """Do `coursepkg grade` and `nbgrader autograde` agree on every exercise of every student?"""
    command = [sys.executable, "-m", "coursepkg", "grade", ID, "--submitted", str(course.root / "submitted")]
    command += ["--output", str(tmp_path / "out"), "--course", str(course.root), "--no-feedback"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stderr
    grades = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for submitted in gradebook.assignment_submissions(ID):
            for grade in submitted.notebooks[0].grades:
                exercise = grades[submitted.student.id]["exercises"][grade.name]
                assert (exercise["score"] or 0.0) == grade.score
                assert exercise["max_score"] == grade.max_score


def test_form_graders_button_grades_one_student(course):
    """Does what the button calls grade again, with the same points?"""
    program = (
        "import os, sys\nfrom nbgrader.apps import NbGrader\nfrom nbgrader.apps.api import NbGraderAPI\n"
        "from nbgrader.coursedir import CourseDirectory\n"
        "app = NbGrader()\napp.load_config_file()\n"
        "api = NbGraderAPI(CourseDirectory(config=app.config, root=os.getcwd()), config=app.config)\n"
        f"result = api.autograde({ID!r}, 'wrong')\nprint(result)\nsys.exit(0 if result['success'] else 1)\n"
    )
    before = automatic(course)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=course.root,
        env=without_this_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert automatic(course) == before


def test_stock_nbgrader_gives_the_same_points(course, tmp_path):
    """Does nbgrader without this engine, its kernel and all, score right, wrong and blank work alike?"""
    stock = Course(tmp_path / "stock")
    shutil.copytree(course.root / "source", stock.root / "source")
    shutil.copytree(course.root / "hidden", stock.root / "hidden")
    (stock.root / "nbgrader_config.py").write_text(
        "from coursepkg.grading.stubs import ExerciseStubs\nfrom nbgrader.preprocessors import *\n"
        "c = get_config()\n"
        "c.GenerateAssignment.preprocessors = [\n"
        "    IncludeHeaderFooter, InstantiateTests, LockCells, ExerciseStubs, ClearOutput,\n"
        "    CheckCellMetadata, ComputeChecksums, SaveCells, ClearHiddenTests, ClearMarkScheme,\n"
        "    ComputeChecksums, CheckCellMetadata,\n]\n"
    )
    every = submissions(course)
    hand_in(stock, {name: every[name] for name in ("ada", "wrong", "blank")})
    own = str(Path(sys.executable).parent)  # stock nbgrader finds `alembic` on PATH alone
    path = os.pathsep.join([own, without_this_environment()["PATH"]])
    places = {"PATH": path, "PYTHONPATH": os.pathsep.join([str(stock.root), str(ROOT)])}
    nbgrader(stock, "generate_assignment", ID, **places)
    nbgrader(stock, "autograde", ID, **places)
    ours = automatic(course)
    assert automatic(stock) == {name: ours[name] for name in ("ada", "wrong", "blank")}
