"""Does assignment 06 accept right work, reject wrong work, and say why?"""

import contextlib
import math
import re
import sys
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from coursepkg.stochastic_gradient import (
    excess_decomposition,
    minibatch_gradients,
    noise_covariance,
)
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import stochastic_gradient_descent as evidence

add_path(ROOT / "assignments")
from hidden import stochastic_gradient_descent as hidden  # noqa: E402

ID = "06_stochastic_gradient_descent"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex06_1": "sgd",
    "ex06_2": "all_minibatch_gradients",
    "ex06_3": "robbins_monro",
    "ex06_4": "polyak_average",
    "ex06_5": "excess_decomposition",
    "ex06_6": "gradient_noise_cov",
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
    assert f"## Exercise 6.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 06?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 06 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/stochastic_gradient_descent.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 06, section (6\.\d)", "\n".join(texts)))
    assert pointed == {"6.1", "6.2", "6.4", "6.5", "6.6"}
    headings = set(re.findall(r"## (6\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.stochastic_gradient_descent" not in text
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
    assert output.evalue.startswith(f"Exercise 6.{exercise[-1]}: ")


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
    "infinity": float("inf"),
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
    "function of nan": lambda t: float("nan"),
    "function of None": lambda t: None,
    "function of text": lambda t: "size",
    "function of a function": lambda t: len,
    "objects": [object()] * 4,
    "generator": (i for i in range(3)),
    "array of objects": np.array([object()] * 4),
    "array of nan": np.full((4, 1), np.nan),
    "infinite": np.full((3, 1), np.inf),
    "large numbers": np.full((3, 1), 1e308),
    "square of nan": np.full((2, 2), np.nan),
    "square of infinities": np.full((2, 2), np.inf),
    "ten dimensions": np.zeros((1,) * 10),
    "no rows": np.zeros((0, 3)),
    "structured": np.zeros(3, dtype=[("a", int)]),
    "dates": np.array(["2024-01-01"], dtype="datetime64[D]"),
    "text array": np.array(["a", "b"]),
    "long list": list(range(100_000)),
    "dict of None": dict.fromkeys(("app", "est", "opt", "total")),
    "dict of texts": dict.fromkeys(("app", "est", "opt", "total"), "one"),
    "dict of nan": dict.fromkeys(("app", "est", "opt", "total"), np.nan),
    "dict of infinities": dict.fromkeys(("app", "est", "opt", "total"), np.inf),
    "dict of arrays": dict.fromkeys(("app", "est", "opt", "total"), np.ones(3)),
    "dict of objects": dict.fromkeys(("app", "est", "opt", "total"), object()),
    "dict of functions": dict.fromkeys(("app", "est", "opt", "total"), len),
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
    who = "your code" if exercise == "ex06_3" else EXERCISES[exercise]  # 6.3 is asked by a few lines of code
    assert f"{who} raised ZeroDivisionError: division by zero" in message


# ---- what messages may say


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect every array that the hidden tests compare with, and every argument that they send."""
    told: list[str] = []

    def record(value) -> None:
        if isinstance(value, np.ndarray | list | tuple) and np.size(np.asarray(value, dtype=object)) >= 4:
            told.extend({str(value), repr(value), str(np.asarray(value, dtype=object).tolist())})
            flat = np.asarray(value, dtype=object).ravel().tolist()
            told.extend({" ".join(map(str, flat)), ", ".join(map(str, flat))})
        if isinstance(value, dict):
            told.append(str(value))

    agree = hidden.agree

    def recording(got, want, *args, **kwargs):
        record(np.asarray(want))
        record(np.asarray(want).astype(float))
        record(np.asarray(want).astype(int))
        return agree(got, want, *args, **kwargs)

    monkeypatch.setattr(hidden, "agree", recording)
    function = sys.modules["coursepkg.grading.student"].StudentFunction
    call = function.__call__

    def recording_call(self, *args, **kwargs):
        for argument in args:
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


# ---- what is given to a lent function


def wrong_arguments(grad_i, schedule, theta) -> list:
    """Return calls with which a student's code may surprise the lent functions."""
    return [
        lambda: grad_i(theta, 99),
        lambda: grad_i(theta, -1),
        lambda: grad_i(theta, 0.5),
        lambda: grad_i(theta, None),
        lambda: grad_i(theta, "first"),
        lambda: grad_i(theta, [0, 1]),
        lambda: grad_i(None, 0),
        lambda: grad_i(theta[:0], 0),
        lambda: grad_i(theta * np.nan, 0),
        lambda: grad_i("theta", 0),
        lambda: grad_i(theta),
        lambda: schedule(-1),
        lambda: schedule(99),
        lambda: schedule(None),
        lambda: schedule(float("nan")),
        lambda: schedule(),
    ]


@pytest.mark.ex06_1
@pytest.mark.parametrize("k", range(16))
def test_wrong_questions_to_lent_functions_are_told(k: int):
    """Does a strange argument to `grad_i` or `schedule` cost points, and never break the test?"""

    def sgd(grad_i, theta0, n, schedule, steps, rng):
        wrong_arguments(grad_i, schedule, theta0)[k]()
        return reference("ex06_1")(grad_i, theta0, n, schedule, steps, rng)

    points, message = grade_hidden("ex06_1", local_student({"sgd": sgd}))
    assert points < suite("ex06_1").points
    assert message.strip()


@pytest.mark.parametrize("exercise", ["ex06_2", "ex06_6"])
@pytest.mark.parametrize("k", range(11))
def test_wrong_questions_about_gradients_are_told(exercise: str, k: int):
    """The same for the two exercises that are lent `grad_i` alone?"""

    def broken(grad_i, theta, *rest):
        wrong_arguments(grad_i, None, theta)[k]()
        return reference(exercise)(grad_i, theta, *rest)

    points, message = grade_hidden(exercise, local_student({EXERCISES[exercise]: broken}))
    assert points < suite(exercise).points
    assert message.strip()


@pytest.mark.ex06_1
def test_swallowed_complaint_of_a_lent_function_still_counts():
    """If the student's code catches what `grad_i` raises, is it told all the same?"""

    def sgd(grad_i, theta0, n, schedule, steps, rng):
        with contextlib.suppress(Exception):
            grad_i(theta0, n + 5)
        return reference("ex06_1")(grad_i, theta0, n, schedule, steps, rng)

    points, message = grade_hidden("ex06_1", local_student({"sgd": sgd}))
    assert points < suite("ex06_1").points
    assert "they are numbered 0 to" in message


# ---- the reference, against two independent oracles


def problem(rng: np.random.Generator) -> tuple[hidden.Samples, np.ndarray]:
    """Return random samples and a point."""
    n, p = int(rng.integers(1, 8)), int(rng.integers(1, 5))
    return hidden.Samples(rng, n, p), rng.normal(size=p)


@pytest.mark.ex06_1
def test_sgd_agrees_with_two_oracles():
    """Does the path agree with the update rule, and with a product of matrices, on 1000 problems?"""
    sgd, rng = reference("ex06_1"), np.random.default_rng(1)
    for _ in range(1000):
        samples, theta0 = problem(rng)
        sizes = rng.uniform(0, 0.5, rng.integers(0, 7))
        found = sgd(samples.grad_i, theta0, len(samples.b), sizes.__getitem__, len(sizes), rng)
        drawn = samples.asked
        np.testing.assert_allclose(found, hidden.path(samples, theta0, drawn, sizes), rtol=1e-12)
        # Each step is an affine map: (theta, 1) times a matrix.
        point = np.append(theta0, 1.0)
        for i, size, row in zip(drawn, sizes, found[1:], strict=True):
            step = np.eye(len(point))
            step[:-1, :-1] -= size * samples.A[i]
            step[:-1, -1] = size * samples.b[i]
            point = step @ point
            np.testing.assert_allclose(row, point[:-1], rtol=1e-9, atol=1e-12)


@pytest.mark.ex06_1
def test_bounds_of_the_draws_hold_for_right_draws():
    """How far from its bounds does the test of uniform draws stay, over 300 generators?"""
    chi, pairs = [], []
    for seed in range(300):
        seen = np.random.default_rng(seed).integers(6, size=1500)
        chi.append(((np.bincount(seen, minlength=6) - 250) ** 2).sum() / 250)
        count = np.bincount(6 * seen[:-1] + seen[1:], minlength=36)
        pairs.append(((count - 1500 / 36) ** 2).sum() / (1500 / 36))
    assert max(chi) < 30
    assert max(pairs) < 90
    assert stats.chi2.sf(60, 5) < 1e-9
    assert stats.chi2.sf(140, 35) < 1e-9


@pytest.mark.ex06_2
def test_all_minibatch_gradients_agrees_with_two_oracles():
    """Does the reference agree with the lesson's library and with masks, on 1000 problems, up to order?"""
    batches, rng = reference("ex06_2"), np.random.default_rng(2)
    for _ in range(1000):
        samples, theta = problem(rng)
        n = len(samples.b)
        B = int(rng.integers(1, n + 1))
        found = batches(samples.grad_i, theta, n, B)
        gradients = samples.gradients(theta)
        masks = np.array([[int(bit) for bit in f"{code:0{n}b}"] for code in range(2**n)])
        by_masks = masks[masks.sum(axis=1) == B] @ gradients / B
        for other in (minibatch_gradients(gradients, B), by_masks):
            np.testing.assert_allclose(np.sort(found, axis=0), np.sort(other, axis=0), rtol=1e-9, atol=1e-12)
            assert len(found) == len(other)
        np.testing.assert_allclose(found.mean(axis=0), gradients.mean(axis=0), atol=1e-12)  # unbiased


@pytest.mark.ex06_3
def test_robbins_monro_agrees_with_two_oracles():
    """Does the reference agree with logarithms and with exact fractions, on 1000 settings?"""
    robbins_monro, rng = reference("ex06_3"), np.random.default_rng(3)
    for _ in range(1000):
        c, t0, power = rng.uniform(0.1, 5), rng.uniform(0.1, 50), rng.uniform(0.51, 1)
        t = int(rng.integers(0, 10**6))
        size = robbins_monro(c, t0, power)(t)
        assert size == pytest.approx(math.exp(math.log(c) - power * math.log(t + t0)), rel=1e-12)
        quotient = Fraction(c) / (Fraction(t0) + t)
        assert robbins_monro(c, t0, 1)(t) == pytest.approx(float(quotient), rel=1e-12)


@pytest.mark.ex06_3
def test_robbins_monro_refuses_where_a_sum_says_so():
    """Does doubling the number of terms tell the same powers from the others?"""
    robbins_monro = reference("ex06_3")
    t = np.arange(1, 2**20, dtype=float)
    for power in np.arange(0.1, 2.05, 0.1):
        # The sum of 1/t^a from T to 2T tends to 0 if and only if a > 1: compare two octaves.
        early, late = (t[2**10 : 2**11] ** -power).sum(), (t[2**18 : 2**19] ** -power).sum()
        steps_diverge = late >= 0.999 * early
        early, late = (t[2**10 : 2**11] ** (-2 * power)).sum(), (t[2**18 : 2**19] ** (-2 * power)).sum()
        squares_converge = late < 0.999 * early
        try:
            robbins_monro(1.0, 1.0, float(power))
            allowed = True
        except ValueError:
            allowed = False
        assert allowed == (steps_diverge and squares_converge), power


@pytest.mark.ex06_4
def test_polyak_average_agrees_with_two_oracles():
    """Does the reference agree with exact fractions and with weights, on 1000 paths?"""
    polyak_average, rng = reference("ex06_4"), np.random.default_rng(4)
    for _ in range(1000):
        T, p = int(rng.integers(1, 9)), int(rng.integers(1, 4))
        traj, burn_in = rng.normal(size=(T, p)), int(rng.integers(0, T))
        found = polyak_average(traj, burn_in)
        exact = [sum(map(Fraction, column)) / (T - burn_in) for column in traj[burn_in:].T.tolist()]
        np.testing.assert_allclose(found, [float(v) for v in exact], rtol=1e-12, atol=1e-15)
        weights = (np.arange(T) >= burn_in) / (T - burn_in)
        np.testing.assert_allclose(found, weights @ traj, rtol=1e-10, atol=1e-14)


@pytest.mark.ex06_5
def test_excess_decomposition_agrees_with_two_oracles():
    """Does the reference agree with exact fractions and with the lesson's library, on 1000 inputs?"""
    decompose, rng = reference("ex06_5"), np.random.default_rng(5)
    for k in range(1000):
        best, erm, reached, bayes = hidden.risks(rng, int(rng.integers(1, 9)), negative=k % 2 == 0)
        found = decompose(best, erm, reached, bayes)
        library = excess_decomposition(bayes, best, erm, reached)
        parts = (library.approximation, library.estimation, library.optimisation, library.total)
        e, r = (sum(map(Fraction, risk.tolist())) / len(risk) for risk in (erm, reached))
        exact = (Fraction(best) - Fraction(bayes), e - Fraction(best), r - e, r - Fraction(bayes))
        for key, part, fraction in zip(hidden.KEYS, parts, exact, strict=True):
            assert found[key] == pytest.approx(part, abs=1e-12) == pytest.approx(float(fraction), abs=1e-12)


@pytest.mark.ex06_6
def test_gradient_noise_cov_agrees_with_two_oracles():
    """Does the reference agree with the lesson's library and with differences of pairs, on 1000 problems?"""
    noise_cov, rng = reference("ex06_6"), np.random.default_rng(6)
    for _ in range(1000):
        samples, theta = problem(rng)
        found = noise_cov(samples.grad_i, theta, len(samples.b))
        g = samples.gradients(theta)
        np.testing.assert_allclose(found, noise_covariance(g), atol=1e-12)
        pairs = g[:, None] - g[None]  # (n, n, p): the covariance is half the mean of the products
        half_mean = np.einsum("ija,ijb->ab", pairs, pairs) / (2 * len(g) ** 2)
        np.testing.assert_allclose(found, half_mean, atol=1e-12)


# ---- the reference, a line at a time

@each_exercise
def test_deleting_a_line_of_the_solution_is_noticed(exercise: str):
    """Is every line of the solutions needed for full points?"""
    before, _, rest = CELLS[EXERCISES[exercise]].source.partition("### BEGIN SOLUTION")
    lines = rest.partition("    ### END SOLUTION")[0].splitlines()[1:]
    assert lines
    for i, line in enumerate(lines):
        if not line.strip() or line.strip().startswith(("#", '"""')):
            continue
        names = {"np": np}
        try:
            exec(before + "\n" + "\n".join(lines[:i] + lines[i + 1 :]), names)
        except SyntaxError:
            continue
        points, _ = grade(exercise, local_student(names, b"1"))
        assert points < suite(exercise).points, line
