"""Does the main job, from submissions to gradebook and feedback, give each student what they deserve?"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from coursepkg.grading.assignment import find_course
from coursepkg.grading.launch import choose_sandbox
from tools.sample_class import ASSIGNMENT, DESERVED, write

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The sample class, graded by the command; its output folder and what was printed."""
    folder = tmp_path_factory.mktemp("class")
    write(folder)
    command = [sys.executable, "-m", "coursepkg", "grade", "01", "--course", str(ROOT)]
    command += ["--submitted", str(folder / "submitted"), "--output", str(folder / "graded")]
    command += ["--json", str(folder / "grades.json")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture(scope="module")
def grades(graded):
    """The JSON export."""
    return json.loads((graded[0] / "grades.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("student", DESERVED)
def test_every_submission_gets_what_it_deserves(grades, student):
    """Does correct work lose nothing and wrong work gain nothing?"""
    if student == "reads-the-answers" and choose_sandbox() == "none":
        pytest.skip("this system has no sandbox, so the theft pays")
    deserved = DESERVED[student]
    outcome = grades[student]
    if deserved == "failed":
        assert outcome["status"] == "failed"
        assert outcome["score"] == 0
        assert len(outcome["reason"].split()) > 5
        return
    assert outcome["status"] == "graded"
    assert {name: exercise["score"] for name, exercise in outcome["exercises"].items()} == deserved


def test_every_lost_point_has_a_sentence(grades):
    """Is a student told why, wherever points are missing?"""
    for student, outcome in grades.items():
        for name, exercise in outcome["exercises"].items():
            assert (exercise["score"] == exercise["max_score"]) == (not exercise["message"]), (student, name)


def test_gradebook_holds_the_same_points(graded, grades):
    """Does nbgrader's own gradebook agree with the export, student by student?"""
    with Gradebook(f"sqlite:///{graded[0] / 'graded' / 'gradebook.db'}") as gradebook:
        for student, outcome in grades.items():
            submission = gradebook.find_submission(ASSIGNMENT, student)
            assert submission.score == outcome["score"]
            assert submission.max_score == outcome["max_score"]
            assert submission.needs_manual_grade == (outcome["status"] == "failed")


def test_every_student_has_a_feedback_page_without_hidden_tests(graded, grades):
    """Does each page show the points, and nothing of hidden tests or of solutions?"""
    hidden = (find_course(ROOT).root / "hidden" / "threshold_logic_units.py").read_text(encoding="utf-8")
    secret_lines = {line.strip() for line in hidden.splitlines() if len(line.strip()) > 30}
    for student, outcome in grades.items():
        page = graded[0] / "graded" / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
        text = page.read_text(encoding="utf-8")
        total = f"{outcome['score']:g} of {outcome['max_score']:g} points"
        assert ("not graded" if outcome["status"] == "failed" else total) in text
        assert (total in text) == (outcome["status"] == "graded")
        assert "hidden.threshold" not in text
        assert "HIDDEN" not in text
        assert "<script" not in text
        assert not [line for line in secret_lines if line in text]


def test_table_is_printed_and_exported(graded, grades):
    """Does the run end with a table, and say where everything is?"""
    folder, printed = graded
    assert all(student in printed for student in DESERVED)
    for name in ("gradebook.db", "feedback", "grades.csv", "grades.json"):
        assert name in printed
    with (folder / "graded" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: row["score"] for student, row in rows.items()} == {
        student: "" if outcome["status"] == "failed" else str(outcome["score"])
        for student, outcome in grades.items()
    }


def test_a_second_run_grades_nothing_twice(graded, grades):
    """Does the same command take what is there, with the same outcome?"""
    folder = graded[0]
    kept = {path: path.stat().st_mtime_ns for path in (folder / "graded" / "outcomes" / ASSIGNMENT).iterdir()}
    command = [sys.executable, "-m", "coursepkg", "grade", "1", "--course", str(ROOT), "--no-feedback"]
    command += ["--submitted", str(folder / "submitted"), "--output", str(folder / "graded")]
    command += ["--json", str(folder / "again.json")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert json.loads((folder / "again.json").read_text(encoding="utf-8")) == grades
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
