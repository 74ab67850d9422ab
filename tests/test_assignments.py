"""Does every assignment accept right work, reject wrong work, say why, and keep its secrets?

What an exercise computes is tested apart, against oracles of its own, in ``test_assignment_NN.py``; how often
the hidden tests err, at 200 seeds and with mutants, by ``make quality``.
"""

import functools
import re

import numpy as np
import pytest

from coursepkg.grading.execute import run_grade_cell
from coursepkg.grading.student import Student, StudentFunction, local_student
from tests.assignments import GARBAGE, CourseAssignment, course_assignments
from tests.conftest import ROOT
from tests.evidence import Variant

ASSIGNMENTS = course_assignments()
SEED = b"1"
SEQUENCES = np.ndarray | list | tuple


def marked(rows: list[tuple], names: str) -> pytest.MarkDecorator:
    """Return a parametrisation whose cases carry the marker of their exercise, ``row[1]``."""
    cases = []
    for assignment, exercise, *rest in rows:
        label = f"{exercise}-{rest[0].name}" if rest else exercise
        mark = getattr(pytest.mark, exercise)
        cases.append(pytest.param(assignment, *rest or [exercise], marks=mark, id=label))
    return pytest.mark.parametrize(names, cases)


@functools.cache
def graded(course: CourseAssignment, variant: Variant) -> tuple[float, str]:
    """Return the points and the message of a variant; two tests ask."""
    return course.grade(variant.exercise, local_student(variant.namespace(), SEED))


def variants(right: bool) -> list[tuple]:
    return [(a, v.exercise, v) for a in ASSIGNMENTS for v in a.variants if v.right == right]


each_assignment = pytest.mark.parametrize("course", ASSIGNMENTS, ids=lambda course: course.number)
each_exercise = marked([(a, name) for a in ASSIGNMENTS for name in a.exercises], "course, exercise")
each_right = marked(variants(right=True), "course, variant")
each_wrong = marked(variants(right=False), "course, variant")


# ---- the notebook


@each_exercise
def test_exercise_has_its_three_cells(course: CourseAssignment, exercise: str):
    """Is there a locked text, a solution cell named after its function and a grade cell, in this order?"""
    name = course.exercises[exercise]
    ids = list(course.cells)
    start = ids.index(f"text_{name}")
    assert ids[start : start + 3] == [f"text_{name}", name, exercise]
    for cell_id in ids[start : start + 3]:
        marks = course.cells[cell_id].metadata.nbgrader
        assert marks.grade_id == cell_id
        assert marks.schema_version == 3
        assert (marks.grade, marks.solution, marks.locked) == (
            cell_id == exercise,
            cell_id == name,
            cell_id != name,
        )
    text = course.cells[f"text_{name}"].source
    points = course.cells[exercise].metadata.nbgrader.points
    assert f"## Exercise {int(course.number)}.{exercise[-1]}" in text
    assert f"({points} points)" in text
    assert "Example" in text


@each_exercise
def test_points_are_the_sum_of_the_parts(course: CourseAssignment, exercise: str):
    """Does the cell carry as many points as its hidden parts together?"""
    assert course.cells[exercise].metadata.nbgrader.points == course.suite(exercise).points


@each_assignment
def test_opening_names_the_points_of_every_exercise(course: CourseAssignment):
    """Does the first cell say the total and the share of each exercise?"""
    points = [course.cells[exercise].metadata.nbgrader.points for exercise in course.exercises]
    assert f"{sum(points)} points: {' + '.join(map(str, points))}" in course.cells["opening"].source


@each_assignment
def test_notebook_is_clean(course: CourseAssignment):
    """Is the source free of outputs, with the kernel's name as its only metadata?"""
    assert set(course.assignment.source.metadata) == {"kernelspec"}
    code = [cell for cell in course.cells.values() if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@each_assignment
def test_lesson_sections_exist(course: CourseAssignment):
    """Do the sections that texts and messages point to stand in the lessons?"""
    texts = [cell.source for cell in course.cells.values()]
    source = ROOT / "assignments" / "hidden" / f"{course.name.partition('_')[2]}.py"
    texts.append(source.read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson (\d\d), section (\d+\.\d+)", "\n".join(texts)))
    assert any(lesson == course.number for lesson, _ in pointed)
    for lesson, section in pointed:
        (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
        assert re.search(rf"## {re.escape(section)}\b", path.read_text(encoding="utf-8")), section


@each_assignment
def test_release_holds_no_solution_and_no_hidden_test(course: CourseAssignment):
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in course.released.values())
    assert f"hidden.{course.name.partition('_')[2]}" not in text
    assert "SOLUTION" not in text
    for name in course.exercises.values():
        inside = course.cells[name].source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
        lines = [line.strip() for line in inside.splitlines()[1:] if len(line.strip()) > 12]
        assert lines
        assert not [line for line in lines if line in text]


# ---- right work


@each_right
def test_right_solution_earns_everything(course: CourseAssignment, variant: Variant):
    """Does a right solution lose nothing, in any style?"""
    points, message = course.grade(variant.exercise, local_student(variant.namespace(), SEED))
    assert message == ""
    assert points == course.suite(variant.exercise).points


@each_exercise
def test_reference_earns_everything(course: CourseAssignment, exercise: str):
    """Does the source's own solution pass?"""
    student = local_student({course.exercises[exercise]: course.reference(exercise)}, SEED)
    assert course.grade(exercise, student) == (course.suite(exercise).points, "")


@each_exercise
def test_there_is_enough_evidence(course: CourseAssignment, exercise: str):
    """Are there at least eight right solutions and ten misconceptions?"""
    mine = [variant for variant in course.variants if variant.exercise == exercise]
    assert sum(variant.right for variant in mine) >= 8
    assert sum(not variant.right for variant in mine) >= 10
    assert len({variant.name for variant in mine}) == len(mine)


# ---- wrong work


@each_wrong
def test_misconception_loses_points(course: CourseAssignment, variant: Variant):
    """Does a misconception lose at least one part, with the sentence that fits it?"""
    points, message = graded(course, variant)
    assert points < course.suite(variant.exercise).points
    assert variant.hint in message


@each_exercise
def test_every_part_is_the_only_one_that_catches_something(course: CourseAssignment, exercise: str):
    """If a hidden part were lost, would a misconception get through?"""
    alone = set()
    for variant in course.variants:
        if variant.exercise == exercise and not variant.right:
            _, message = graded(course, variant)
            failed = course.failed_parts(exercise, message)
            alone |= set(failed) if len(failed) == 1 else set()
    assert alone == {part.test.__name__ for part in course.suite(exercise).parts}


@each_exercise
def test_visible_check_stops_the_blank_release(course: CourseAssignment, exercise: str):
    """Does the unfinished exercise fail, with the sentence of its stub?"""
    names = {"np": np}
    exec(course.released[course.exercises[exercise]].source, names)
    (output,) = run_grade_cell(course.released[exercise].source, local_student(names))
    assert output.ename == "NotBegun"
    assert output.evalue.startswith(f"Exercise {int(course.number)}.{exercise[-1]}: ")


@each_exercise
def test_garbage_earns_nothing_and_breaks_nothing(course: CourseAssignment, exercise: str):
    """Whatever a function returns: 0 points and a sentence, before the visible check and behind it?"""
    values = GARBAGE | getattr(course.evidence, "GARBAGE", {})
    for kind, value in values.items():
        student = local_student({course.exercises[exercise]: lambda *args, value=value: value})
        points, message = course.grade(exercise, student)  # raises HiddenTestBroken if a test breaks
        assert (points, message.strip() != "") == (0.0, True), kind
        points, message = course.grade_hidden(exercise, student)  # a constant may meet one requirement
        assert points < course.suite(exercise).points, kind
        assert message.strip(), kind


@each_exercise
def test_error_in_the_code_is_told(course: CourseAssignment, exercise: str):
    """Does an exception in the learner's function come back as a sentence, with 0 points?"""

    def broken(*args):
        raise ZeroDivisionError("division by zero")

    points, message = course.grade(exercise, local_student({course.exercises[exercise]: broken}))
    assert points == 0.0
    who = rf"({course.exercises[exercise]}|your code)"  # some exercises are asked by a few lines of code
    assert re.search(rf"{who} raised ZeroDivisionError: division by zero", message)


# ---- what messages may say


@pytest.fixture
def secrets(course: CourseAssignment, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every array that the hidden tests compare with, and every argument that they send."""
    told: list[str] = []

    def record(value) -> None:
        if isinstance(value, dict):
            told.append(str(value))
        elif isinstance(value, list | tuple) and any(isinstance(part, SEQUENCES) for part in value):
            for part in value:
                record(part)
        elif isinstance(value, SEQUENCES) and np.size(np.asarray(value, dtype=object)) >= 4:
            told.extend({str(value), repr(value), str(np.asarray(value, dtype=object).tolist())})
            flat = np.asarray(value, dtype=object).ravel().tolist()
            told.extend({" ".join(map(str, flat)), ", ".join(map(str, flat))})

    agree, call, run = getattr(course.hidden, "agree", None), StudentFunction.__call__, Student.run

    def recording_agree(got, want, *args, **kwargs):
        record(np.asarray(want))
        record(np.asarray(want, dtype=float))
        if np.isfinite(np.asarray(want, dtype=float)).all():
            record(np.asarray(want).astype(int))
        return agree(got, want, *args, **kwargs)

    def recording_call(self, *args, **kwargs):
        for argument in args:
            record(argument)
        return call(self, *args, **kwargs)

    def recording_run(self, source, fetch, **inputs):
        for value in inputs.values():
            record(value)
        return run(self, source, fetch, **inputs)

    monkeypatch.setattr(course.hidden, "agree", recording_agree, raising=False)
    monkeypatch.setattr(StudentFunction, "__call__", recording_call)
    monkeypatch.setattr(Student, "run", recording_run)
    return told


@each_wrong
def test_hidden_message_tells_no_answer(course: CourseAssignment, variant: Variant, secrets: list[str]):
    """Is a hidden message free of expected values and of hidden inputs?"""
    _, message = course.grade_hidden(variant.exercise, local_student(variant.namespace(), SEED))
    assert "expected" not in message
    assert not [secret for secret in secrets if secret in message]
    assert len(message) < 3000


@each_assignment
def test_secrets_of_the_hidden_tests_are_seen(course: CourseAssignment, secrets: list[str]):
    """Does the test above really know what must not be told?"""
    for exercise, name in course.exercises.items():
        course.grade_hidden(exercise, local_student({name: course.reference(exercise)}, SEED))
    assert len(secrets) >= 3
