"""Does one text of a check serve the learner's notebook and a grading run, for each kind of exercise?"""

import nbformat
import numpy as np
import pytest

from coursepkg.grading.execute import run_grade_cell
from coursepkg.grading.limits import Limits
from coursepkg.grading.student import local_student
from coursepkg.grading.submission import Job, grade_submission, seed
from tests.toy_course import ID, TOYS, right_answers, submission, write_toy_course

LIMITS = Limits(modules=("numpy", "torch"), call_seconds=20)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The toy course, with its hidden tests importable and forgotten afterwards."""
    import sys

    root = tmp_path_factory.mktemp("toy")
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "hidden"}
    path = list(sys.path)
    sys.path.insert(0, str(root))
    yield write_toy_course(root)
    sys.path[:] = path
    for name in [name for name in sys.modules if name.split(".")[0] == "hidden"]:
        del sys.modules[name]
    sys.modules.update(kept)


def grade(course, notebook, student="toy"):
    raw = nbformat.writes(notebook).encode()
    path = course.assignment(ID).path
    return grade_submission(Job(student, ID, path, course.root, raw, "", seed(b"s", student, ID), LIMITS))


@pytest.fixture(scope="module")
def remote(course):
    """The outcomes of a right, a wrong and a blank submission."""
    wrong = {toy.name: toy.wrong for toy in TOYS}
    answers = {"right": right_answers(), "wrong": wrong, "blank": {}}
    return {name: grade(course, submission(course, given)) for name, given in answers.items()}


def locally(course, toy, solution):
    """Grade one exercise in this process; return its points."""
    namespace = {"np": np}
    exec(solution, namespace)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in course.assignment(ID).template.cells}
    cell = cells[f"ex00_{TOYS.index(toy) + 1}"]
    outputs = run_grade_cell(cell.source, local_student(namespace))
    if any(output.output_type == "error" for output in outputs):
        return 0.0
    results = [output for output in outputs if output.output_type == "execute_result"]
    return float(results[0].data["text/plain"]) if results else float(toy.points)


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.name)
def test_local_and_remote_give_the_same_points(course, remote, toy):
    """Do right and wrong solutions of this kind earn the same in both worlds, and what they deserve?"""
    name = f"ex00_{TOYS.index(toy) + 1}"
    assert locally(course, toy, toy.solution) == remote["right"].exercises[name].score == toy.points
    assert locally(course, toy, toy.wrong) == remote["wrong"].exercises[name].score == toy.earned_by_wrong
    assert remote["wrong"].exercises[name].message


def test_blank_release_earns_nothing_and_is_told_kindly(remote):
    """Does a blank submission get 0 and the exercise's name everywhere?"""
    for number, toy in enumerate(TOYS, 1):
        exercise = remote["blank"].exercises[f"ex00_{number}"]
        assert exercise.score == 0
        told = (f"Exercise 0.{number}: write {toy.name}", "is not defined")
        assert any(sentence in exercise.message for sentence in told)


def test_free_text_waits_for_manual_points(course, remote):
    """Does an answer wait for the instructor, and an unchanged stub earn 0?"""
    assert remote["blank"].exercises["essay"].score == 0
    answered = grade(course, submission(course, {"essay": "Because it is so."}))
    assert answered.exercises["essay"].score is None
    assert "Waits" in answered.exercises["essay"].message
    assert answered.status == "graded"


def test_hidden_tests_that_break_are_not_the_students_fault(course, monkeypatch):
    """Is an exercise whose hidden test raises marked as failed, by name?"""
    import hidden.toy

    def broken(student):
        raise ZeroDivisionError("a mistake in the hidden test")

    monkeypatch.setattr(hidden.toy, "named_result", broken)
    graded = grade(course, submission(course, right_answers()))
    assert graded.status == "failed"
    assert "ex00_5" in graded.reason
    assert "not yours" in graded.exercises["ex00_5"].message
    assert graded.exercises["ex00_1"].score == 2


def test_same_student_gets_the_same_inputs_again_and_others_do_not(course):
    """Do random inputs depend on the student, and on nothing else?"""
    seeds = {name: seed(b"secret", name, ID) for name in ("ada", "alan")}
    draws = {}
    for name in seeds:
        who = local_student({}, seeds[name])
        draws[name] = who.rng("q").normal(size=3), who.rng("q").normal(size=3), who.rng("p").normal(size=3)
        assert np.array_equal(draws[name][0], draws[name][1])
        assert not np.array_equal(draws[name][0], draws[name][2])
    assert not np.array_equal(draws["ada"][0], draws["alan"][0])
    assert seed(b"other", "ada", ID) != seeds["ada"]
