"""Do the hidden tests accept what is right and reject what is wrong, and is the committed table fresh?"""

import dataclasses
import random

import pytest

from coursepkg.grading.assignment import find_course
from coursepkg.grading.checks import agree, observe
from tools import quality
from tools.mutate import garbage, mutants

COURSE = find_course(quality.ROOT)
EXERCISES = [(a, exercise) for a in COURSE.assignments() for exercise in quality.cells(a)]
each_exercise = pytest.mark.parametrize(
    ("assignment", "exercise"),
    [pytest.param(*pair, id=pair[1], marks=getattr(pytest.mark, pair[1])) for pair in EXERCISES],
)


def sample(assignment, exercise, number):
    """Return the control, and a few variants and mutants drawn by a seed."""
    work = quality.tasks(assignment, COURSE.root, {exercise}, 3, 3)
    draw = random.Random(f"{exercise} {number}")
    chosen = [task for task in work if task.kind == "garbage"]
    for kind, count in (("correct", 2), ("misconception", 3), ("mutant", 4)):
        of_kind = [task for task in work if task.kind == kind]
        chosen += draw.sample(of_kind, min(count, len(of_kind)))
    return chosen


@each_exercise
def test_a_sample_is_classified_rightly(assignment, exercise):
    """Does the grading core accept right variants, and reject wrong ones, mutants and the control?"""
    listed = quality.equivalent_mutants(assignment, exercise)
    for task in sample(assignment, exercise, 1):
        measured = quality.measure(task)
        if task.kind == "correct":
            assert measured.accepted == measured.tried, (task.name, measured.message)
        elif task.name not in listed:
            assert measured.accepted == 0 or task.kind == "mutant", task.name
            assert measured.accepted < measured.tried or measured.tried < 3, task.name
        assert not measured.leaks


@each_exercise
def test_the_committed_table_is_fresh_and_meets_its_goals(assignment, exercise):
    """Was the table measured with the cells, tests and evidence that are here, and is all well in it?"""
    row = quality.read_rows().get(exercise)
    assert row is not None, "run `make quality`"
    assert row.fingerprint == quality.fingerprint(assignment, exercise), (
        "the table is stale: run `make quality`"
    )
    assert row.problems == []
    assert row.seeds >= 200
    assert row.correct >= 8 + 1  # and the reference
    assert row.misconceptions >= 10


def test_the_page_is_what_the_data_say():
    """Is the committed page made from the committed data?"""
    rows = sorted(quality.read_rows().values(), key=lambda row: row.exercise)
    assert quality.TABLE.read_text(encoding="utf-8") == quality.table(rows)


@pytest.mark.slow
@each_exercise
def test_what_has_changed_is_measured_whole(assignment, exercise):
    """Do all figures hold where the committed ones are of another version?"""
    if quality.read_rows()[exercise].fingerprint == quality.fingerprint(assignment, exercise):
        pytest.skip("the committed figures are of this version, and a sample of them was measured anew")
    work = quality.tasks(assignment, COURSE.root, {exercise}, quality.SEEDS, quality.MUTANT_SEEDS)
    row = quality.summarise(assignment, exercise, quality.run(work, 2), quality.SEEDS)
    assert row.problems == []


def test_a_hidden_part_that_goes_missing_is_noticed(monkeypatch):
    """Does a survivor show when a part is taken out of the hidden tests?"""
    assignment = COURSE.assignment("01")
    work = [
        t for t in quality.tasks(assignment, COURSE.root, {"ex01_1"}, 2, 2) if "fires_only_above" in t.name
    ]
    assert [quality.measure(task).accepted for task in work] == [0]
    exercise = quality.hidden_exercise(work[0].check)
    monkeypatch.setattr(exercise, "parts", [part for part in exercise.parts if "0" not in part.requirement])
    assert [quality.measure(task).accepted for task in work] == [2]


def test_every_operator_makes_its_mutant():
    """Is each kind of mistake that is named really made?"""
    source = (
        "def f(x, y, n):\n"
        "    total = 0\n"
        "    total += x.T.copy() @ y\n"
        "    mean = x.mean(axis=0, keepdims=True)\n"
        "    z = -x / n - x.max()\n"
        "    z = z + mean\n"
        "    if n > 1 and total is not None:\n"
        "        return z[1:] // 2\n"
        "    return [a for a in x if a]\n"
    )
    made = {str(mutant) for mutant in mutants(source)}
    for wanted in (
        "transpose: `x.T` -> `x`",
        "dropped copy: `x.T.copy()` -> `x.T`",
        "swapped operands: `x.T.copy() @ y` -> `y @ x.T.copy()`",
        "axis: `x.mean(axis=0, keepdims=True)` -> `x.mean(keepdims=True, axis=1)`",
        "dropped axis: `x.mean(axis=0, keepdims=True)` -> `x.mean(keepdims=True)`",
        "dropped keepdims: `x.mean(axis=0, keepdims=True)` -> `x.mean(axis=0)`",
        "mean, sum and their like: `x.mean(axis=0, keepdims=True)` -> `x.sum(axis=0, keepdims=True)`",
        "dropped term: `-x / n - x.max()` -> `-x / n`",
        "n - 1 for n: `-x / n` -> `-x / (n - 1)`",
        "dropped factor: `-x / n` -> `-x`",
        "sign: `-x` -> `x`",
        "boundary: `n > 1` -> `n >= 1`",
        "and, or: `n > 1 and total is not None` -> `n > 1 or total is not None`",
        "arithmetic: `z[1:] // 2` -> `z[1:] / 2`",
        "slice: `1:` -> `:`",
        "off by one: `2` -> `3`",
        "dropped condition: `for a in x if a` -> `for a in x`",
    ):
        assert wanted in made, wanted
    assert any(name.startswith("+= and =") for name in made)
    assert any(name.startswith("statement order: `total = 0; total += ") for name in made)
    assert garbage(source).source.count("garbage") == 1


def test_observers_hear_of_comparisons_in_tolerances():
    """Is the distance of an answer measured in tolerances?"""
    heard = []
    with observe(heard.append):
        agree([1.0, 2.0 + 1e-9], [1.0, 2.0], "x", rtol=0, atol=1e-8)
        agree(float("nan"), float("nan"), "y")
    agree(1.0, 1.0, "not heard")
    assert [round(comparison.ratio, 6) for comparison in heard] == [0.1, 0.0]
    wrong = dataclasses.replace(heard[0], got=heard[0].want + 1)
    assert wrong.ratio == pytest.approx(1e8)
