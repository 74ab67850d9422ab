"""Does the template of an exercise give something that works at once?"""

import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from coursepkg.grading.assignment import Course
from tools import new_exercise
from tools.quality import ROOT, cells


@pytest.fixture
def project(tmp_path):
    """A project with a first exercise made by the command."""
    (tmp_path / "tests" / "evidence").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "evidence" / "__init__.py", tmp_path / "tests" / "evidence")
    (tmp_path / "assignments" / "hidden").mkdir(parents=True)
    (tmp_path / "assignments" / "hidden" / "__init__.py").touch()
    shutil.copy(ROOT / "assignments" / "nbgrader_config.py", tmp_path / "assignments")
    new_exercise.add_exercise(tmp_path, "02_perceptron", "ex02_1", "perceptron_step", 4)
    return tmp_path


def test_a_new_exercise_can_be_released_and_graded(project):
    """Does the template release, grade its own solution with full points, and a blank one with none?"""
    course = Course(project / "assignments")
    assignment = course.assignment("02")
    assert list(cells(assignment)) == ["ex02_1"]
    stub = next(cell for cell in assignment.release.cells if cell.id == "perceptron_step").source
    assert 'raise NotImplementedError("Exercise 2.1: return one sentence")' in stub
    for student, notebook in (("right", assignment.solved), ("blank", assignment.release)):
        folder = project / "submitted" / student / assignment.id
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{assignment.id}.ipynb")
    command = [sys.executable, "-m", "coursepkg", "grade", "2", "--submitted", "submitted", "--output", "out"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = (project / "out" / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("blank,graded,0")
    assert lines[2].startswith("right,graded,4")


def test_a_second_exercise_is_added_behind_the_first(project):
    """Does the command add to the files that are there?"""
    written = new_exercise.add_exercise(project, "02_perceptron", "ex02_2", "perceptron_fit", 3)
    assert list(cells(Course(project / "assignments").assignment("02"))) == ["ex02_1", "ex02_2"]
    for path in written[1:]:
        text = path.read_text(encoding="utf-8")
        compile(text, str(path), "exec")
        assert text.index("ex02_1") < text.index("ex02_2")
        assert text.count('"""') == 2


@pytest.mark.parametrize(
    ("assignment", "exercise", "name", "cure"),
    [
        ("perceptron", "ex02_1", "f", "such as 02_perceptron"),
        ("02_perceptron", "ex03_1", "f", "such as ex02_1"),
        ("02_perceptron", "ex02_3", "a b", "name of a function"),
        ("02_perceptron", "ex02_1", "g", "choose another"),
    ],
)
def test_a_wrong_name_is_refused(project, assignment, exercise, name, cure):
    """Does each error say what is wanted?"""
    with pytest.raises(ValueError, match=cure):
        new_exercise.add_exercise(project, assignment, exercise, name, 1)


def test_the_page_shows_a_command_that_works():
    """Can the command of the page be given as it stands: is its exercise still free?"""
    page = (ROOT / "docs" / "how_to_add_an_exercise.md").read_text(encoding="utf-8")
    command = re.search(r"^python -m tools.new_exercise (\w+) (\w+) (\w+) --points \d$", page, re.MULTILINE)
    assert command is not None
    assignment, exercise, name = command.groups()
    source = nbformat.read(ROOT / "assignments" / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    assert not {exercise, name} & {cell.id for cell in source.cells}
