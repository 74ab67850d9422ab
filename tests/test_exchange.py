"""Does an assignment go through nbgrader's exchange, from the teacher to a student and back to the grader?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from coursepkg.grading.assignment import Course
from tests.toy_course import ID, TOYS, right_answers, write_toy_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="nbgrader's exchange needs Unix permissions"),
]
QUICK = [toy for toy in TOYS if toy.name in ("array_function", "named_result")]


@pytest.fixture
def school(tmp_path):
    """A course, an exchange and a home, with the settings that the page for administrators shows."""
    write_toy_course(tmp_path / "course", QUICK, essay=False)
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    (tmp_path / "home").mkdir()
    (tmp_path / "jupyter").mkdir()
    settings = ["c = get_config()", f"c.Exchange.root = {str(tmp_path / 'exchange')!r}"]
    settings += ['c.CourseDirectory.course_id = "toys"', f"c.Exchange.cache = {str(tmp_path / 'cache')!r}"]
    (tmp_path / "jupyter" / "nbgrader_config.py").write_text("\n".join(settings) + "\n")
    return tmp_path


def run(school: Path, folder: str, *command: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = {"JUPYTER_CONFIG_DIR": str(school / "jupyter"), "PATH": path, "HOME": str(school / "home")}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=school / folder,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_assignment_goes_to_a_student_and_back(school):
    """Does what a student fetched, solved and submitted come back with all points?"""
    run(school, "course", "nbgrader", "generate_assignment", ID)
    run(school, "course", "nbgrader", "release_assignment", ID)
    run(school, "home", "nbgrader", "fetch_assignment", ID)
    fetched = school / "home" / ID / f"{ID}.ipynb"
    assert "HIDDEN" not in fetched.read_text()
    notebook = nbformat.read(fetched, as_version=4)
    answers = right_answers(QUICK)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    nbformat.write(notebook, fetched)
    run(school, "home", "nbgrader", "submit", ID)
    run(school, "course", "nbgrader", "collect", ID)
    course = Course(school / "course")
    grade = ["coursepkg", "grade", ID, "--course", str(course.root), "--submitted", "submitted"]
    run(school, "course", *grade, "--output", ".", "--jobs", "1")
    (row,) = json.loads((school / "course" / "grades.json").read_text()).values()
    assert row["score"] == row["max_score"] == sum(toy.points for toy in QUICK)
    with Gradebook(f"sqlite:///{school / 'course' / 'gradebook.db'}") as gradebook:
        (submitted,) = gradebook.assignment_submissions(ID)
        assert submitted.timestamp is not None
    run(school, "course", "nbgrader", "release_feedback", ID)
    run(school, "home", "nbgrader", "fetch_feedback", ID)
    (page,) = (school / "home" / ID / "feedback").rglob("*.html")
    total = sum(toy.points for toy in QUICK)
    assert f"{total:g} of {total:g} points" in page.read_text(encoding="utf-8")
