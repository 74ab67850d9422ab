"""Does assignment 02 accept right work, reject wrong work, and say why?"""

import re
import sys
from fractions import Fraction
from math import comb, hypot

import numpy as np
import pytest
from sklearn.linear_model import Perceptron

from coursepkg import mark_one
from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from coursepkg.perceptron import cover_count as lesson_cover_count
from coursepkg.perceptron import novikoff_bound as lesson_novikoff_bound
from coursepkg.perceptron import perceptron_fit as lesson_perceptron_fit
from coursepkg.perceptron import perceptron_step as lesson_perceptron_step
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import perceptron as evidence

add_path(ROOT / "assignments")
from hidden import perceptron as hidden  # noqa: E402

ID = "02_perceptron"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex02_1": "perceptron_step",
    "ex02_2": "perceptron_fit",
    "ex02_3": "novikoff_bound",
    "ex02_4": "cover_count",
    "ex02_5": "a_units",
    "ex02_6": "make_wiring",
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
    assert f"## Exercise 2.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 02?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 02 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/perceptron.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 02, section (2\.\d)", "\n".join(texts)))
    assert pointed == {"2.2", "2.4", "2.5", "2.6", "2.7"}
    headings = set(re.findall(r"## (2\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.perceptron" not in text
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
    assert output.evalue.startswith(f"Exercise 2.{exercise[-1]}: ")


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
        if np.isfinite(want).all():
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


@pytest.mark.parametrize("exercise", [name for name in EXERCISES if name != "ex02_6"])
def test_secrets_of_the_hidden_tests_are_seen(exercise: str, secrets: list[str]):
    """Does the test above really know what must not be told? Random wires have no expected value."""
    grade_hidden(exercise, local_student({EXERCISES[exercise]: reference(exercise)}, b"1"))
    assert len(secrets) >= 3


# ---- the reference, against two independent oracles


def unit_and_example(rng):
    """Return a unit and an example in small whole numbers, so that ties are common."""
    n_in = int(rng.integers(1, 5))
    w, x = rng.integers(-3, 4, n_in), rng.integers(-3, 4, n_in)
    return w, int(rng.integers(-4, 5)), x, int(rng.choice([-1, 1])), float(rng.integers(1, 7) / 4)


@pytest.mark.ex02_1
def test_perceptron_step_agrees_with_two_oracles():
    """Does the reference agree with fractions, and with the lesson's step, on 1000 examples with ties?"""
    step, rng = reference("ex02_1"), np.random.default_rng(1)
    ties = 0
    for _ in range(1000):
        w, b, x, y, lr = unit_and_example(rng)
        got = step(w, b, x, y, lr)
        total = sum(Fraction(int(p)) * int(q) for p, q in zip(w, x)) + b
        move = Fraction(lr) * y if total * y <= 0 else Fraction(0)
        assert [*got[0], got[1]] == [*(float(p + move * int(q)) for p, q in zip(w, x)), float(b + move)]
        lesson = lesson_perceptron_step(w, b, x, y, lr)
        assert [*got[0], got[1]] == [*lesson[0], lesson[1]]
        ties += total == 0
    assert ties > 50


@pytest.mark.ex02_2
def test_perceptron_fit_agrees_with_two_oracles():
    """Does the reference agree with the dual form and with the lesson's fit, on 1000 data sets?"""
    fit, rng = reference("ex02_2"), np.random.default_rng(2)
    stopped = 0
    for _ in range(1000):
        n_samples, n_in = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        X = rng.integers(-3, 4, (n_samples, n_in))
        y = 2 * rng.integers(0, 2, n_samples) - 1
        patience = int(rng.integers(1, 12))
        w, b, mistakes, converged = fit(X, y, patience)
        lesson = lesson_perceptron_fit(X, y, patience)
        assert ([*w, b], mistakes, converged) == ([*lesson.w, lesson.b], lesson.mistakes, lesson.converged)
        gram = [[sum(int(p) * int(q) for p, q in zip(u, v)) + 1 for v in X] for u in X]
        times, clean = [0] * n_samples, False
        for _ in range(patience):
            before = sum(times)
            for i in range(n_samples):
                times[i] += y[i] * sum(t * s * g for t, s, g in zip(times, y, gram[i])) <= 0
            clean = sum(times) == before
            if clean:
                break
        assert (mistakes, converged) == (sum(times), clean)
        assert b == sum(int(t * s) for t, s in zip(times, y))
        stopped += converged
    assert 300 < stopped < 900


@pytest.mark.ex02_2
def test_perceptron_fit_agrees_with_scikit_learn():
    """Without shuffling, does scikit-learn end with the same unit?"""
    X = np.array([[0, 1], [1, 3], [0, 3], [2, 0], [3, 1], [4, 2]])
    y = np.where(X[:, 0] < X[:, 1], 1, -1)
    w, b, _, converged = reference("ex02_2")(X, y, 200)
    theirs = Perceptron(shuffle=False, tol=None, max_iter=200).fit(X, y)
    assert converged
    assert [*w, b] == [*theirs.coef_[0], theirs.intercept_[0]]


@pytest.mark.ex02_3
def test_novikoff_bound_agrees_with_two_oracles():
    """Does the reference agree with a loop and with the lesson's bound, on 1000 data sets?"""
    bound, rng = reference("ex02_3"), np.random.default_rng(3)
    infinite = 0
    for _ in range(1000):
        n_samples, n_in = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        X, w, b = rng.normal(size=(n_samples, n_in)), rng.normal(size=n_in), float(rng.normal())
        y = np.where(X @ w + b > 0, 1, -1)
        if rng.random() < 0.3:
            y[0] *= -1
        got = bound(X, y, w, b)
        gamma = min(label * (sum(p * q for p, q in zip(row, w)) + b) for row, label in zip(X, y)) / hypot(
            *w, b
        )
        loop = (max(hypot(*row, 1) for row in X) / gamma) ** 2 if gamma > 0 else np.inf
        np.testing.assert_allclose(got, loop, rtol=1e-9)
        np.testing.assert_allclose(got, lesson_novikoff_bound(X, y, w, b), rtol=1e-9)
        infinite += got == np.inf
    assert 200 < infinite < 400


@pytest.mark.ex02_4
def test_cover_count_agrees_with_two_oracles():
    """Does the reference agree with the recursion and with the lesson's count, on 1000 pairs?"""
    count, rng = reference("ex02_4"), np.random.default_rng(4)
    for _ in range(1000):
        N, d = int(rng.integers(1, 120)), int(rng.integers(1, 90))
        assert count(N, d) == hidden.count(N, d) == lesson_cover_count(N, d)
        if d >= N:
            assert count(N, d) == 2**N
    assert hidden.count(5, 3) == 22 == 2 * (comb(4, 0) + comb(4, 1) + comb(4, 2))


@pytest.mark.ex02_5
def test_a_units_agrees_with_two_oracles():
    """Does the reference agree with counting wires and with the lesson's A-units, on 1000 machines?"""
    units, rng = reference("ex02_5"), np.random.default_rng(5)
    for _ in range(1000):
        shape = rng.integers(0, 5), rng.integers(1, 8), rng.integers(1, 5)
        images, wiring = rng.integers(0, 2, shape[:2]), rng.integers(-1, 2, shape[1:]).astype(np.int8)
        theta = float(rng.integers(-4, 5) / 2)
        got = units(images, wiring, theta)
        assert got.shape == (shape[0], shape[2])
        lit = [set(np.flatnonzero(image)) for image in images]
        plus, minus = ([set(np.flatnonzero(unit == sign)) for unit in wiring.T] for sign in (1, -1))
        counted = [[int(len(s & p) - len(s & m) >= theta) for p, m in zip(plus, minus)] for s in lit]
        assert got.tolist() == counted
        assert got.tolist() == mark_one.a_units(images, wiring, theta).tolist()


@pytest.mark.ex02_6
def test_make_wiring_agrees_with_two_oracles():
    """Do 1000 columns of the reference, and of the lesson's wiring, have their wires and chance's spread?"""
    for make in (reference("ex02_6"), mark_one.make_wiring):
        wiring = make(1000, 7, 4, np.random.default_rng(6))
        assert ((wiring == 1).sum(axis=0) == 7).all()
        assert ((wiring == -1).sum(axis=0) == 4).all()
        # Hypergeometric by another route: the mean place of a random cell is 199.5, sd 400 / sqrt(12).
        for sign, wires in ((1, 7), (-1, 4)):
            places = np.nonzero(wiring == sign)[0]
            assert abs(places.mean() - 199.5) < 6 * 400 / np.sqrt(12 * 1000 * wires)


@pytest.mark.ex02_2
def test_corrections_can_be_counted_in_any_order():
    """Do rows shuffled in every pass end with weights whose corrections add to the mistakes?"""
    rng = np.random.default_rng(7)
    shuffled = next(v for v in MINE if v.name == "fit_shuffled").namespace()["perceptron_fit"]
    orders = set()
    for _ in range(20):
        X, y, Z, max_epochs, _ = hidden.some_rows(rng, 3)
        in_order, w_b = reference("ex02_2")(X, y, max_epochs), shuffled(X, y, max_epochs)
        for w, b, mistakes, converged in (in_order, w_b):
            assert converged
            np.testing.assert_allclose(np.linalg.solve(Z.T, [*w, b]).sum(), mistakes)
        orders.add(in_order[2] - w_b[2])
    assert len(orders) > 5  # the number of mistakes does depend on the order


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
