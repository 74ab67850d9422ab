"""Do the commands do what they say, with exit codes, exports and errors that can be relied on?"""

import contextlib
import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from coursepkg.cli import app
from coursepkg.grading.release import make_releases
from tests.conftest import ROOT
from tests.toy_course import ID, TOYS, right_answers, submission, toy_source, write_toy_course

QUICK = [toy for toy in TOYS if toy.name in ("array_function", "named_result")]
LIMITS = '[default]\nmodules = ["numpy"]\ncall_seconds = 1\ncell_seconds = 2\n'
RIGHT = right_answers(QUICK)
FULL = 4.0


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = write_toy_course(tmp_path_factory.mktemp("course"), QUICK, essay=False)
    (course.root / "limits.toml").write_text(LIMITS)
    return course


def put(folder, content):
    folder.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        folder.write_bytes(content)
    else:
        nbformat.write(content, folder)


@pytest.fixture(scope="module")
def submitted(course, tmp_path_factory):
    """A class in which the notebooks lie as students and instructors leave them."""
    root = tmp_path_factory.mktemp("class") / "submitted"
    wrong = {toy.name: toy.wrong for toy in QUICK}
    put(root / "perfect" / ID / f"{ID}.ipynb", submission(course, RIGHT))
    put(root / "flat" / f"{ID}.ipynb", submission(course, RIGHT))
    put(root / "renamed" / ID / "my copy.ipynb", submission(course, RIGHT))
    put(root / "wrong" / ID / f"{ID}.ipynb", submission(course, wrong))
    put(root / "blank" / ID / f"{ID}.ipynb", submission(course))
    put(root / "broken" / ID / f"{ID}.ipynb", b'{"cells": [')
    put(
        root / "dies" / ID / f"{ID}.ipynb",
        submission(course, {**RIGHT, "named_result": "import os; os._exit(1)"}),
    )
    put(root / "=1+1" / f"{ID}.ipynb", submission(course, RIGHT))
    (root / "nothing" / ID).mkdir(parents=True)
    put(root / "two" / ID / "a.ipynb", submission(course, RIGHT))
    put(root / "two" / ID / "b.ipynb", submission(course, RIGHT))
    put(root / "foreign" / ID / f"{ID}.ipynb", new_notebook(cells=[new_code_cell("answer = 42")]))
    put(root / "beside" / ID / f"{ID}.ipynb", submission(course, RIGHT))
    put(root / "beside" / ID / f"{ID}-Copy1.ipynb", submission(course))
    (root / ".hidden").mkdir()
    (root / "notes.txt").write_text("not a student")
    return root


DESERVED = {
    "perfect": ("graded", FULL),
    "flat": ("graded", FULL),
    "renamed": ("graded", FULL),
    "wrong": ("graded", 1.0),
    "blank": ("graded", 0.0),
    "broken": ("failed", 0.0),
    "dies": ("graded", 2.0),
    "=1+1": ("graded", FULL),
    "nothing": ("failed", 0.0),
    "two": ("failed", 0.0),
    "foreign": ("failed", 0.0),
    "beside": ("graded", FULL),
}


def command(*words, cwd=None):
    done = subprocess.run(
        [sys.executable, "-m", "coursepkg", *map(str, words)],
        cwd=cwd or ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def graded(course, submitted, tmp_path_factory):
    """The class, graded once: the output folder, and what was printed."""
    output = tmp_path_factory.mktemp("out") / "graded"
    data = output.parent / "elsewhere" / "grades.json"
    words = ["grade", "0", "--submitted", submitted, "--output", output, "--json", data]
    code, out, err = command(*words, "--jobs", 2, cwd=course.root)
    assert code == 0, err
    return output, data, out, words


def test_json_holds_each_student_with_every_exercise(graded):
    """Does the export map each student to status, reason, points and every exercise?"""
    grades = json.loads(graded[1].read_text(encoding="utf-8"))
    assert {name: (entry["status"], entry["score"]) for name, entry in grades.items()} == DESERVED
    for entry in grades.values():
        assert entry.keys() == {"status", "reason", "score", "max_score", "exercises"}
        assert entry["max_score"] == FULL
        assert entry["exercises"].keys() == {"ex00_1", "ex00_2"}
        assert entry["score"] == sum(exercise["score"] for exercise in entry["exercises"].values())
        if entry["status"] == "graded":
            assert not entry["reason"] or "found" in entry["reason"] or "beside" in entry["reason"]
        else:
            assert entry["reason"]
        for exercise in entry["exercises"].values():
            assert exercise.keys() == {"score", "max_score", "message"}
            assert bool(exercise["message"]) is (exercise["score"] < exercise["max_score"])
    assert "not valid JSON" in grades["broken"]["reason"]
    assert f"There is no {ID}.ipynb" in grades["nothing"]["reason"]
    assert "of a.ipynb, b.ipynb, submit the one that counts" in grades["two"]["reason"]
    assert "no cell of this assignment" in grades["foreign"]["reason"]
    assert "is not defined" in grades["dies"]["exercises"]["ex00_2"]["message"]


def test_table_names_every_student_and_says_where_the_rest_is(graded):
    """Does the terminal show student, exercises, points, status and reason, and the places?"""
    _, _, out, _ = graded
    for name, (status, score) in DESERVED.items():
        (line,) = [line for line in out.splitlines() if line.strip().split(" ")[0] == name]
        assert f" {'–' if status == 'failed' else f'{score:g}'}/{FULL:g}" in line
        assert status in line
    for place in ("gradebook.db", "autograded", "feedback", "grades.csv", "grades.json"):
        assert place in out
    assert "12 submissions" in out


def test_gradebook_feedback_and_csv_agree_with_the_json(graded):
    """Do nbgrader's gradebook, the pages and the table say the same?"""
    output, _, _, _ = graded
    with Gradebook(f"sqlite:///{output / 'gradebook.db'}") as gradebook:
        points = {s.student_id: s.score for s in gradebook.assignment_submissions(ID)}
        waits = {s.student_id for s in gradebook.assignment_submissions(ID) if s.needs_manual_grade}
    assert points == {name: score for name, (_, score) in DESERVED.items()}
    assert waits == {name for name, (status, _) in DESERVED.items() if status == "failed"}
    assert {path.parents[1].name for path in (output / "feedback").rglob("*.html")} == set(DESERVED)
    assert {path.parents[1].name for path in (output / "autograded").rglob("*.ipynb")} == set(DESERVED)
    with (output / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert float(rows["perfect"]["score"]) == FULL
    assert "'=1+1" in rows  # a spreadsheet reads it as text
    assert rows["broken"]["status"] == "failed"
    assert rows["broken"]["score"] == rows["broken"]["ex00_1"] == ""  # nothing that a sheet adds up as 0


def test_second_run_gives_the_same(graded, course):
    """Does the same command change nothing, and a new submission alone change its own?"""
    output, data, _, words = graded
    before = data.read_bytes()
    code, _, err = command(*words, "--jobs", 1, cwd=course.root)
    assert code == 0, err
    assert data.read_bytes() == before
    assert (output / "grades.csv").exists()


def test_feedback_can_be_left_out_and_json_has_a_default(course, submitted, tmp_path):
    """Do the options do what they say, on one student?"""
    only = tmp_path / "submitted"
    put(only / "perfect" / f"{ID}.ipynb", submission(course, RIGHT))
    words = ["grade", ID, "--submitted", only, "--output", tmp_path / "out", "--no-feedback"]
    code, out, err = command(*words, "--course", course.root, cwd=tmp_path)
    assert code == 0, err
    assert json.loads((tmp_path / "out" / "grades.json").read_text())["perfect"]["score"] == FULL
    assert not (tmp_path / "out" / "feedback").exists()
    assert "feedback" not in out


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"assignment": "7"}, r"there is no assignment '7' in .*; there are: 00_toy"),
        ({"--submitted": "nowhere"}, r"there is no folder .*nowhere; --submitted names a folder"),
        ({"--submitted": "empty"}, r"empty holds no folder; it should hold one folder a student"),
        ({"--course": "empty"}, r"no course directory at or above .* name it with --course"),
        (
            {"limits.toml": "[default]\nseconds = 1"},
            r"there is no limit 'seconds'; there are: .*call_seconds",
        ),
        ({"limits.toml": "= ="}, r"limits.toml is not valid TOML"),
        ({".secret": "short"}, r"\.secret is damaged"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_wrong_call_names_its_cure(course, submitted, tmp_path, changed, sentence):
    """Does a wrong call end with exit code 2 and one sentence, before anything is graded?"""
    (tmp_path / "empty").mkdir()
    own = write_toy_course(tmp_path / "course", QUICK[:1], essay=False)
    options = {"--submitted": submitted, "--output": tmp_path / "out", "--course": own.root}
    assignment = changed.pop("assignment", "0")
    for name, value in changed.items():
        if name.startswith("--"):
            options[name] = tmp_path / value
        else:
            (own.root / name).write_text(value)
    result = invoke("grade", assignment, *[word for pair in options.items() for word in pair])
    assert result.exit_code == 2
    told = " ".join(result.stderr.split())
    assert told.startswith("coursepkg: ")
    assert re.search(sentence, told)
    assert not (tmp_path / "out" / "grades.json").exists()


def test_output_that_cannot_be_written_is_one_sentence(course, submitted, tmp_path):
    """Does a file in the place of the output folder end with exit code 2 and a sentence, not a traceback?"""
    (tmp_path / "out").write_text("a file")
    words = ["grade", "0", "--submitted", submitted, "--output", tmp_path / "out", "--course", course.root]
    code, _, err = command(*words, "--jobs", 1)
    assert code == 2
    assert "Traceback" not in err
    assert re.search(r"coursepkg: .*out: .*; name a place that can be read and written", err)


def test_gradebook_in_use_is_one_sentence(graded, course, tmp_path):
    """Does a gradebook that another program writes to end in a sentence that says to come again?"""
    output = tmp_path / "graded"
    shutil.copytree(graded[0], output)
    (tmp_path / "sheet.csv").write_text("who,points\nperfect,\n")
    words = ["export", "0", output, tmp_path / "sheet.csv", "--column", "points", "--match", "who"]
    with contextlib.closing(sqlite3.connect(output / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        result = invoke(*words, "--course", course.root)
        assert result.exit_code == 2
        said = " ".join(result.stderr.split())
        assert "the gradebook cannot be used: database is locked" in said
        assert "run this one again when that is done" in said
        other.execute("ROLLBACK")
    assert invoke(*words, "--course", course.root).exit_code == 0


def test_missing_options_are_named():
    """Does a call without its options say which?"""
    result = invoke("grade", "01")
    assert result.exit_code == 2
    assert "--submitted" in result.output
    assert invoke("--help").exit_code == 0
    assert invoke("grade", "01", "--submitted", "a", "--output", "b", "--jobs", "0").exit_code == 2


# check


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        (RIGHT, 0, ["ex00_1 passed", "ex00_2 passed", "2 of 2 visible checks passed."]),
        ({}, 1, ["ex00_1 not begun", "ex00_2 not begun", "0 of 2 visible checks passed."]),
        (
            {**RIGHT, "array_function": "def square(x):\n    return [0, 0]"},
            1,
            ["ex00_1 failed square of 1 and 2: expected [1, 4], got [0, 0].", "ex00_2 passed", "1 of 2"],
        ),
        (
            {**RIGHT, "array_function": "def square(x:"},
            1,
            ["ex00_1 failed square is not defined. Python cannot read the cell", "ex00_2 passed"],
        ),
    ],
    ids=["right", "blank", "wrong", "syntax error"],
)
def test_check_says_passed_failed_or_not_begun(course, tmp_path, answers, code, said):
    """Does the learner read the state of each exercise, with an exit code for scripts?"""
    notebook = submission(course, answers)
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    before = (tmp_path / "mine.ipynb").read_bytes()
    result = invoke("check", tmp_path / "mine.ipynb")
    told = " ".join(result.stdout.split())
    assert result.exit_code == code
    for sentence in said:
        assert sentence in told
    assert (tmp_path / "mine.ipynb").read_bytes() == before


def test_check_runs_no_hidden_test(course, tmp_path):
    """Is a hidden block passed over, should a notebook hold one?"""
    nbformat.write(course.assignment(ID).template, tmp_path / "mine.ipynb")
    result = invoke("check", tmp_path / "mine.ipynb")
    assert "not begun" in result.stdout
    assert "hidden" not in result.stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no mine.ipynb"),
        (b"", "The file is empty. Save the notebook"),
        (b"{", "not valid JSON"),
        (b'{"cells": []}', "mine.ipynb"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "holds no exercise"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"source": 3}]}', "mine.ipynb"),
    ],
)
def test_check_refuses_what_is_no_assignment(tmp_path, content, sentence):
    """Is a file that holds no exercise refused with exit code 2 and a sentence?"""
    if content is not None:
        (tmp_path / "mine.ipynb").write_bytes(content)
    result = invoke("check", tmp_path / "mine.ipynb")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())


def test_check_bears_strange_marks(course, tmp_path):
    """Does metadata that another tool has left stop nothing?"""
    notebook = submission(course, RIGHT)
    for marks in ([], "x", None, {}, {"grade": True}):
        cell = new_code_cell("x = 1")
        cell.metadata["nbgrader"] = marks
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    result = invoke("check", tmp_path / "mine.ipynb")
    assert result.exit_code in (0, 1), result.exception
    assert "ex00_1  passed" in result.stdout


def test_check_bears_marks_of_hidden_tests_in_ones_own_cells(course, tmp_path):
    """Do such marks stop nothing in a cell of one's own, and get a sentence in a test cell?"""
    notebook = submission(course, RIGHT)
    notebook.cells.append(new_code_cell("### BEGIN HIDDEN TESTS\nx = 1"))
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    assert invoke("check", tmp_path / "mine.ipynb").exit_code == 0
    (test,) = [
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "ex00_1"
    ]
    test.source += "\n### BEGIN HIDDEN TESTS"
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    result = invoke("check", tmp_path / "mine.ipynb")
    assert result.exit_code == 2
    assert "A test cell of mine.ipynb was changed" in " ".join(result.stderr.split())


# release and solutions


def test_release_writes_the_students_notebooks(course, tmp_path):
    """Are the released notebooks where the command says?"""
    result = invoke("release", "--output", tmp_path / "out", "--course", course.root)
    assert result.exit_code == 0
    path = tmp_path / "out" / ID / f"{ID}.ipynb"
    assert path.name in result.stdout
    written = nbformat.read(path, as_version=4)
    assert written.metadata.pop("coursepkg") == {"modules": ["numpy"]}
    assert written == course.assignment(ID).release


def test_release_that_would_leak_is_refused_with_a_sentence(tmp_path):
    """Does a source notebook with wrong marks end in exit code 2, not in a traceback?"""
    own = write_toy_course(tmp_path / "course", QUICK[:1], essay=False)
    source = toy_source(QUICK[:1], essay=False)
    source.cells[0].source += "\nfrom hidden import toy"
    nbformat.write(source, own.assignment(ID).path)
    result = invoke("release", "--output", tmp_path / "out", "--course", own.root)
    assert result.exit_code == 2
    assert "mend the source notebook" in " ".join(result.stderr.split())


@pytest.mark.slow
def test_solutions_are_written_executed(course, tmp_path):
    """Does the instructor get notebooks with outputs, and a failing solution a sentence?"""
    result = invoke("solutions", "--output", tmp_path / "out", "--course", course.root)
    assert result.exit_code == 0
    assert (tmp_path / "out" / ID / f"{ID}.ipynb").exists()
    own = write_toy_course(tmp_path / "course", QUICK[:1], essay=False)
    text = own.assignment(ID).path.read_text().replace("** 2", "** 3")
    own.assignment(ID).path.write_text(text)
    result = invoke("solutions", "--output", tmp_path / "out2", "--course", own.root)
    assert result.exit_code == 2
    assert "square of 1 and 2" in result.stderr


@pytest.mark.parametrize("name", ["release", "solutions", "check", "grade"])
def test_help_says_what_a_command_does(name):
    """Does each command describe itself?"""
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_course_is_asked_for_where_there_is_none(tmp_path):
    """Does a command outside a course say where it looked and what to give?"""
    for name in ("release", "solutions"):
        result = invoke(name, "--course", tmp_path)
        assert result.exit_code == 2
        assert "name it with --course" in " ".join(result.stderr.split())


def test_check_takes_the_modules_that_the_release_names(tmp_path):
    """May a learner's check import what the assignment allows, without the course's limits at hand?"""
    toy = write_toy_course(tmp_path / "toy")
    (toy.root / "limits.toml").write_text(f'[{ID}]\nmodules = ["numpy", "yaml"]\n')
    (released,) = make_releases(toy, tmp_path / "release")
    assert nbformat.read(released, as_version=4).metadata["coursepkg"] == {"modules": ["numpy", "yaml"]}
    notebook = nbformat.read(released, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and "square" in cell.source:
            cell.source = "def square(x):\n    import yaml\n    return np.asarray(x) ** 2"
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    assert "ex00_1  passed" in invoke("check", tmp_path / "mine.ipynb").stdout
    del notebook.metadata["coursepkg"]
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    assert "cannot be imported" in invoke("check", tmp_path / "mine.ipynb").stdout
