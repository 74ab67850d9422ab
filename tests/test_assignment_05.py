"""Does assignment 05 accept right work, reject wrong work, and say why?"""

import re
import sys

import numpy as np
import pytest

from coursepkg import gradient_descent as lesson
from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import gradient_descent as evidence

add_path(ROOT / "assignments")
from hidden import gradient_descent as hidden  # noqa: E402

ID = "05_gradient_descent"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex05_1": "surrogate",
    "ex05_2": "gd",
    "ex05_3": "max_stable_step",
    "ex05_4": "is_majorized",
    "ex05_5": "classify_run",
    "ex05_6": "basin_boundary",
}
SEEDS = [b"1", b"2", b"3"]
MINE = [variant for variant in VARIANTS if variant.function.__module__ == evidence.__name__]
CELLS = {cell.id: cell for cell in ASSIGNMENT.source.cells}
TESTS = {cell.id: cell for cell in ASSIGNMENT.template.cells if cell.id in EXERCISES}


def by_exercise(variants: list[Variant]) -> list:
    """Return test parameters that carry the marker of their exercise."""
    return [
        pytest.param(variant, marks=getattr(pytest.mark, variant.exercise), id=variant.name)
        for variant in variants
    ]


each_exercise = pytest.mark.parametrize(
    "exercise", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in EXERCISES]
)
each_right = pytest.mark.parametrize("variant", by_exercise([v for v in MINE if v.right]))
each_wrong = pytest.mark.parametrize("variant", by_exercise([v for v in MINE if not v.right]))


def suite(exercise: str) -> Exercise:
    """Return the hidden tests of an exercise."""
    return getattr(hidden, exercise)


def grade(exercise: str, student: Student) -> tuple[float, str]:
    """Run the grade cell; return its points, and what the student is told."""
    return run(exercise, TESTS[exercise].source, student)


def grade_hidden(exercise: str, student: Student) -> tuple[float, str]:
    """Run the hidden block alone, as if the visible check were not there."""
    block = TESTS[exercise].source.split("### BEGIN HIDDEN TESTS")[1]
    return run(exercise, "from coursepkg.grading import student\n" + block, student)


def run(exercise: str, source: str, student: Student) -> tuple[float, str]:
    """Run the text of a grade cell and apply nbgrader's rule to its outputs."""
    points, message = suite(exercise).points, ""
    for output in run_grade_cell(source, student):
        if output.output_type == "error":
            points, message = 0.0, message + output.evalue
        elif output.output_type == "execute_result":
            points = float(output.data["text/plain"])
        else:
            message += output.text
    return points, message


def reference(exercise: str):
    """Return the function of the source notebook's solution cell."""
    names = {"np": np}
    exec(CELLS[EXERCISES[exercise]].source, names)
    return names[EXERCISES[exercise]]


def failed_parts(exercise: str, message: str) -> list[str]:
    """Return the parts whose requirement the message calls not met."""
    parts = suite(exercise).parts
    return [part.test.__name__ for part in parts if f"- {part.requirement}: not met" in message]


# ---- the notebook


@each_exercise
def test_exercise_has_its_three_cells(exercise: str):
    """Is there a locked text, a solution cell named after its function and a grade cell, in this order?"""
    name = EXERCISES[exercise]
    ids = [cell.id for cell in ASSIGNMENT.source.cells]
    start = ids.index(f"text_{name}")
    assert ids[start : start + 3] == [f"text_{name}", name, exercise]
    for cell_id in ids[start : start + 3]:
        marks = CELLS[cell_id].metadata.nbgrader
        assert marks.grade_id == cell_id
        assert marks.schema_version == 3
        assert (marks.grade, marks.solution, marks.locked) == (
            cell_id == exercise,
            cell_id == name,
            cell_id != name,
        )
    text = CELLS[f"text_{name}"].source
    points = CELLS[exercise].metadata.nbgrader.points
    assert f"## Exercise 5.{exercise[-1]}" in text
    assert f"({points} points)" in text
    assert "Example" in text


@each_exercise
def test_points_are_the_sum_of_the_parts(exercise: str):
    """Does the cell carry as many points as its hidden parts together?"""
    assert CELLS[exercise].metadata.nbgrader.points == suite(exercise).points


def test_opening_names_the_points_of_every_exercise():
    """Does the first cell say the total and the share of each exercise?"""
    points = [CELLS[exercise].metadata.nbgrader.points for exercise in EXERCISES]
    assert f"{sum(points)} points: {' + '.join(map(str, points))}" in CELLS["opening"].source


def test_notebook_is_clean():
    """Is the source free of outputs, with the kernel's name as its only metadata?"""
    assert set(ASSIGNMENT.source.metadata) == {"kernelspec"}
    code = [cell for cell in ASSIGNMENT.source.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_lesson_sections_exist():
    """Do the sections that messages point to stand in lesson 05?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 05 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/gradient_descent.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 05, section (5\.\d)", "\n".join(texts)))
    assert pointed == {"5.2", "5.3", "5.4", "5.5", "5.6"}
    headings = set(re.findall(r"## (5\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.gradient_descent" not in text
    assert "SOLUTION" not in text
    for name in EXERCISES.values():
        inside = CELLS[name].source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
        lines = [line.strip() for line in inside.splitlines()[1:] if len(line.strip()) > 12]
        assert lines
        assert not [line for line in lines if line in text]


# ---- right work


@each_right
@pytest.mark.parametrize("seed", SEEDS)
def test_right_solution_earns_everything(variant: Variant, seed: bytes):
    """Does a right solution lose nothing, in any style and at any seed?"""
    points, message = grade(variant.exercise, local_student(variant.namespace(), seed))
    assert message == ""
    assert points == suite(variant.exercise).points


@each_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_reference_earns_everything(exercise: str, seed: bytes):
    """Does the source's own solution pass?"""
    student = local_student({EXERCISES[exercise]: reference(exercise)}, seed)
    assert grade(exercise, student) == (suite(exercise).points, "")


@each_exercise
def test_there_is_enough_evidence(exercise: str):
    """Are there at least eight right solutions and ten misconceptions?"""
    mine = [variant for variant in MINE if variant.exercise == exercise]
    assert sum(variant.right for variant in mine) >= 8
    assert sum(not variant.right for variant in mine) >= 10
    assert len({variant.name for variant in mine}) == len(mine)


# ---- wrong work


@each_wrong
@pytest.mark.parametrize("seed", SEEDS)
def test_misconception_loses_points(variant: Variant, seed: bytes):
    """Does a misconception lose at least one part, with the sentence that fits it?"""
    points, message = grade(variant.exercise, local_student(variant.namespace(), seed))
    assert points < suite(variant.exercise).points
    assert variant.hint in message


@each_exercise
def test_every_part_is_the_only_one_that_catches_something(exercise: str):
    """If a hidden part were lost, would a misconception get through?"""
    alone = set()
    for variant in MINE:
        if variant.exercise == exercise and not variant.right:
            _, message = grade(exercise, local_student(variant.namespace(), b"1"))
            failed = failed_parts(exercise, message)
            alone |= set(failed) if len(failed) == 1 else set()
    assert alone == {part.test.__name__ for part in suite(exercise).parts}


@each_exercise
def test_visible_check_stops_the_blank_release(exercise: str):
    """Does the unfinished exercise fail, with the sentence of its stub?"""
    stub = next(cell for cell in ASSIGNMENT.release.cells if cell.id == EXERCISES[exercise])
    names = {"np": np}
    exec(stub.source, names)
    released = next(cell for cell in ASSIGNMENT.release.cells if cell.id == exercise)
    (output,) = run_grade_cell(released.source, local_student(names))
    assert output.ename == "NotBegun"
    assert output.evalue.startswith(f"Exercise 5.{exercise[-1]}: ")


def circle() -> list:
    """Return a list that holds itself."""
    loop: list = []
    loop.append(loop)
    return loop


GARBAGE = {
    "None": None,
    "text": "one",
    "number": 7,
    "nan": float("nan"),
    "huge int": 10**400,
    "complex": 1j,
    "bytes": b"\x00\x01",
    "empty list": [],
    "ragged": [[1, 2], [3]],
    "Nones": [None, None],
    "strings": ["0", "1", "1", "1"],
    "dict": {"w": 1},
    "set": {1, 2},
    "object": object(),
    "function": len,
    "type": int,
    "objects": [object()] * 4,
    "generator": (i for i in range(3)),
    "array of objects": np.array([object()] * 4),
    "array of nan": np.full(4, np.nan),
    "infinite": np.full((4, 4), np.inf),
    "ten dimensions": np.zeros((1,) * 10),
    "no rows": np.zeros((0, 3)),
    "structured": np.zeros(3, dtype=[("a", int)]),
    "dates": np.array(["2024-01-01"], dtype="datetime64[D]"),
    "text array": np.array(["a", "b"]),
    "long list": list(range(100_000)),
    "pair of Nones": (None, None),
    "pair of texts": ("w", "b"),
    "pair of infinities": ([np.inf, -np.inf], np.inf),
    "pair of large numbers": ([1e308, 1e308], 1e308),
    "pair of complex numbers": ([1j, 1j], 1j),
    "layer of Nones": [(None, None)],
    "layer of nan": [(np.full((2, 1), np.nan), np.zeros(1))],
    "layer of texts": [("ab", "c")],
    "layer of objects": [(object(), object())],
    "layers that are numbers": [1, 2],
    "layers that do not fit": [(np.ones((2, 3)), np.zeros(3)), (np.ones((2, 1)), np.zeros(1))],
    "large layer": [(np.full((2, 1), 1e308), np.full(1, -1e308))],
    "complex layer": [(np.full((2, 1), 1j), np.zeros(1))],
    "many units": [(np.ones((2, 200_000)), np.zeros(200_000)), (np.ones((200_000, 1)), np.zeros(1))],
    "holds itself": circle(),
}


@each_exercise
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_earns_nothing_and_breaks_nothing(exercise: str, kind: str):
    """Whatever a function returns: 0 points and a sentence, in the visible check and in every part?"""
    student = local_student({EXERCISES[exercise]: lambda *args: GARBAGE[kind]})
    points, message = grade(exercise, student)  # raises HiddenTestBroken if a test breaks
    assert (points, message.strip() != "") == (0.0, True)
    points, message = grade_hidden(exercise, student)
    assert (points, message.strip() != "") == (0.0, True)


@each_exercise
def test_error_in_the_code_is_told(exercise: str):
    """Does an exception in the learner's function come back as a sentence, with 0 points?"""

    def broken(*args):
        raise ZeroDivisionError("division by zero")

    points, message = grade(exercise, local_student({EXERCISES[exercise]: broken}))
    assert points == 0.0
    assert f"{EXERCISES[exercise]} raised ZeroDivisionError: division by zero" in message


# ---- what messages may say


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every array that the hidden tests compare with, and every argument that they send."""
    told: list[str] = []

    def record(value) -> None:
        if np.ndim(value) == 0 and isinstance(value, float | np.ndarray) and np.isfinite(value):
            told.extend(text for text in (f"{float(value):.6g}", repr(float(value))) if len(text) > 4)
        if isinstance(value, np.ndarray | list | tuple) and np.size(np.asarray(value, dtype=object)) >= 4:
            told.extend({str(value), repr(value), str(np.asarray(value, dtype=object).tolist())})
            flat = np.asarray(value, dtype=object).ravel().tolist()
            told.extend({" ".join(map(str, flat)), ", ".join(map(str, flat))})
        if isinstance(value, dict):
            told.append(str(value))

    agree = hidden.agree

    def recording(got, want, *args, **kwargs):
        record(np.asarray(want, dtype=float))
        if np.isfinite(want).all():
            record(np.asarray(want).astype(int))
        return agree(got, want, *args, **kwargs)

    monkeypatch.setattr(hidden, "agree", recording)
    function = sys.modules["coursepkg.grading.student"].StudentFunction
    call = function.__call__

    def recording_call(self, *args, **kwargs):
        for argument in args:
            if np.ndim(argument):  # a number, such as the end of an interval, may well be returned
                record(argument)
        return call(self, *args, **kwargs)

    monkeypatch.setattr(function, "__call__", recording_call)
    return told


@each_wrong
def test_hidden_message_tells_no_answer(variant: Variant, secrets: list[str]):
    """Is a hidden message free of expected values and of hidden inputs?"""
    _, message = grade_hidden(variant.exercise, local_student(variant.namespace(), b"1"))
    assert "expected" not in message
    assert not [secret for secret in secrets if secret in message]
    assert len(message) < 3000


@each_exercise
def test_secrets_of_the_hidden_tests_are_seen(exercise: str, secrets: list[str]):
    """Does the test above really know what must not be told?"""
    grade_hidden(exercise, local_student({EXERCISES[exercise]: reference(exercise)}, b"1"))
    assert len(secrets) >= 3


# ---- the reference, against two independent oracles


@pytest.mark.ex05_1
def test_surrogate_agrees_with_two_oracles():
    """Does the reference agree with a sum over parameters, and with the completed square, on 1000 batches?"""
    surrogate, rng = reference("ex05_1"), np.random.default_rng(1)
    for _ in range(1000):
        n, d = rng.integers(0, 5), rng.integers(1, 6)
        L0, gamma = rng.normal(), rng.uniform(0.05, 4)
        g0, eps = rng.normal(size=d), rng.normal(size=(n, d))
        got = surrogate(L0, g0, eps, gamma)
        loop = [L0 + sum(e * g + e * e / 2 / gamma for e, g in zip(step, g0)) for step in eps]
        np.testing.assert_allclose(got, loop, rtol=1e-9, atol=1e-9)
        square = [L0 - gamma / 2 * g0 @ g0 + np.sum((step + gamma * g0) ** 2) / (2 * gamma) for step in eps]
        np.testing.assert_allclose(got, square, rtol=1e-9, atol=1e-9)


@pytest.mark.ex05_2
def test_gd_agrees_with_two_oracles():
    """Does the reference agree with powers of a matrix, and with the lesson's function, on 1000 bowls?"""
    gd, rng = reference("ex05_2"), np.random.default_rng(2)
    for _ in range(1000):
        d, steps, gamma = int(rng.integers(1, 5)), int(rng.integers(0, 8)), rng.uniform(0.01, 0.4)
        H = hidden.symmetric(rng, rng.uniform(0.5, 3, d))
        centre, start = rng.normal(size=d), rng.normal(size=d)

        def grad(theta, H=H, centre=centre):
            return H @ (theta - centre)

        got = gd(grad, start, gamma, steps)
        factor = np.eye(d) - gamma * H
        powers = [centre + np.linalg.matrix_power(factor, t) @ (start - centre) for t in range(steps + 1)]
        np.testing.assert_allclose(got, powers, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(got, lesson.gradient_descent(grad, start, gamma, steps), rtol=1e-12)


@pytest.mark.ex05_3
def test_max_stable_step_agrees_with_two_oracles():
    """Does the reference agree with the lesson's function, and with long powers just below and above?"""
    max_stable_step, rng = reference("ex05_3"), np.random.default_rng(3)
    kinds = set()
    for _ in range(1000):
        d = int(rng.integers(1, 5))
        eigenvalues = rng.choice([-1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], d) * rng.uniform(0.2, 4, d)
        hessian = hidden.symmetric(rng, eigenvalues)
        got = max_stable_step(hessian)
        assert got == pytest.approx(lesson.max_stable_step(hessian))

        def grows(gamma, hessian=hessian, d=d):
            return np.abs(np.linalg.matrix_power(np.eye(d) - gamma * hessian, 4000)).max() > 2

        with np.errstate(over="ignore", invalid="ignore"):
            limit = min(got, 100.0)
            assert not grows(0.99 * limit)
            assert np.isinf(got) or grows(1.01 * limit + 0.01 * (limit == 0))
        kinds.add((got == 0, np.isinf(got)))
    assert len(kinds) == 3


@pytest.mark.ex05_4
def test_is_majorized_agrees_with_two_oracles():
    """Does the reference agree with the exact surplus, and with the lesson's limit, on 1000 losses?"""
    is_majorized, rng = reference("ex05_4"), np.random.default_rng(4)
    for i in range(1000):
        kind, yes = hidden.KINDS[i % 4], bool(rng.integers(2))
        case, gamma, radius = hidden.draw_case(rng, kind, yes)
        assert is_majorized(case.loss, case.grad, case.theta, gamma, radius) == yes
        limit = lesson.largest_majorizing_step(case.loss, case.grad, case.theta, radius)
        assert (gamma <= limit) == yes


@pytest.mark.ex05_4
def test_hidden_losses_have_the_derivative_that_they_claim():
    """Is `grad` the derivative of `loss`, and a violation wider than the text promises?"""
    rng = np.random.default_rng(5)
    for i in range(200):
        case, gamma, radius = hidden.draw_case(rng, hidden.KINDS[i % 4], yes=False)
        t, h = case.theta + np.linspace(-radius, radius, 11), 1e-5
        np.testing.assert_allclose((case.loss(t + h) - case.loss(t - h)) / (2 * h), case.grad(t), atol=1e-6)
        e = np.linspace(-radius, radius, 2001)
        gap = case.loss(case.theta + e) - case.L0 - case.g0 * e - e**2 / (2 * gamma)
        assert np.mean(gap > 1e-6) > 1 / 20


@pytest.mark.ex05_5
def test_classify_run_agrees_with_two_oracles():
    """Does the reference agree with the lesson's verdict and with a search by sets, on 1000 runs?"""
    classify_run, rng = reference("ex05_5"), np.random.default_rng(6)
    runs = list(hidden.quartic_runs(rng.uniform(0.4, 1.7, 700)))
    runs += [hidden.repeat(rng, int(period)) for period in rng.integers(1, 40, 300)]
    kinds = []
    for run in (run for run in runs if not np.isfinite(run).all() or hidden.is_clear(run)):
        got = classify_run(run)
        assert got == lesson.classify_orbit(run, largest_period=32, tolerance=1e-6)
        assert got == hidden.verdict(run)
        if got[1]:  # neighbours on the cycle may be equal, so it visits at most `period` places
            assert len(np.unique(np.round(run[-100:], 4))) <= 2 * got[1]
        kinds.append(got[0])
    assert len(kinds) > 900
    assert min(kinds.count(kind) for kind in ("converged", "cycle", "chaotic", "diverged")) > 20


@pytest.mark.ex05_5
@pytest.mark.parametrize("seed", range(50))
def test_hidden_runs_keep_away_from_the_limits(seed: int):
    """Does no hidden run have a difference that decides and lies near 1e-6?"""

    class Recorder:
        changed_inputs = ()

        def __call__(self, traj):
            if np.isfinite(traj).all() and np.abs(traj).max() <= 1e6:
                assert hidden.is_clear(traj)
            return hidden.verdict(traj)

    for part in hidden.ex05_5.parts:
        part.test(Recorder(), np.random.default_rng(seed))


@pytest.mark.ex05_6
def test_basin_boundary_agrees_with_two_oracles():
    """Does the reference agree with the chosen hilltop, and with scipy's root finder, on 1000 hills?"""
    from scipy.optimize import brentq

    basin_boundary, rng = reference("ex05_6"), np.random.default_rng(7)
    for _ in range(1000):
        top, left, right = rng.uniform(-3, 3), rng.uniform(0.01, 5), rng.uniform(0.01, 5)
        grad = hidden.Slope(top, hidden.bent(rng), budget=1000)
        got = basin_boundary(grad, top - left, top + right)
        assert got == pytest.approx(top, abs=1e-9)
        assert got == pytest.approx(brentq(grad, top - left, top + right, xtol=1e-12), abs=1e-9)


@pytest.mark.ex05_6
def test_basin_boundary_of_the_lesson():
    """Is the border between the lesson's two valleys the top of its hill?"""
    found = reference("ex05_6")(lesson.quartic_gradient, -1.5, 2.0)
    assert found == pytest.approx(lesson.quartic_stationary_points()[1], abs=1e-12)
    assert found == pytest.approx(-0.002518, abs=1e-6)


# ---- the reference, a line at a time

ENDLESS = "lo, hi = (middle"  # without this line its loop never ends; in grading a limit ends it


@each_exercise
def test_deleting_a_line_of_the_solution_is_noticed(exercise: str):
    """Is every line of the solutions needed for full points?"""
    before, _, rest = CELLS[EXERCISES[exercise]].source.partition("### BEGIN SOLUTION")
    lines = rest.partition("    ### END SOLUTION")[0].splitlines()[1:]
    assert lines
    for i, line in enumerate(lines):
        if not line.strip() or line.strip().startswith(("#", '"""', ENDLESS)):
            continue
        names = {"np": np}
        try:
            exec(before + "\n" + "\n".join(lines[:i] + lines[i + 1 :]), names)
        except SyntaxError:
            continue
        points, _ = grade(exercise, local_student(names, b"1"))
        assert points < suite(exercise).points, line
