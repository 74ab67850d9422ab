"""Does assignment 04 accept right work, reject wrong work, and say why?"""

import re
import sys
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import norm

from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from coursepkg.logistic import separating_direction
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import logistic_regression as evidence

add_path(ROOT / "assignments")
from hidden import logistic_regression as hidden  # noqa: E402

ID = "04_logistic_regression"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex04_1": "bce_with_logits",
    "ex04_2": "bce_grad",
    "ex04_3": "logistic_loss_pm",
    "ex04_4": "cross_entropy",
    "ex04_5": "newton_logistic",
    "ex04_6": "efron_are",
}
SEEDS = [b"1", b"2", b"3"]
# exp of a student's code may overflow on the way to a right answer, or to a wrong one that earns a hint.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
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
    assert f"## Exercise 4.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 04?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 04 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/logistic_regression.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 04, section (4\.\d)", "\n".join(texts)))
    assert pointed == {"4.2", "4.3", "4.4", "4.6"}
    headings = set(re.findall(r"## (4\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.logistic_regression" not in text
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
    assert output.evalue.startswith(f"Exercise 4.{exercise[-1]}: ")


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
        if np.shape(value) == () and np.isfinite(value) and float(value) != round(float(value), 1):
            told.extend({repr(float(value)), f"{float(value):.6g}"})

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
    # The learner's own number may be an expected one with the other sign.
    told = [secret for secret in secrets if re.search(rf"(?<![-\d.]){re.escape(secret)}(?!\d)", message)]
    assert not told
    assert len(message) < 3000


@each_exercise
def test_secrets_of_the_hidden_tests_are_seen(exercise: str, secrets: list[str]):
    """Does the test above really know what must not be told?"""
    grade_hidden(exercise, local_student({EXERCISES[exercise]: reference(exercise)}, b"1"))
    assert len(secrets) >= 3


# ---- the reference, against two independent oracles


def softplus(z):
    """Return log(1 + exp(z)) of a Decimal; the first term of the series where 1 would swallow it."""
    e = (-abs(z)).exp()
    return max(z, Decimal(0)) + ((1 + e).ln() if e > Decimal("1e-30") else e)


def precise_loss(z, y):
    """Return the mean cross-entropy, computed with 60 digits."""
    with localcontext(prec=60):
        pairs = [(Decimal(a), Decimal(b)) for a, b in zip(z.tolist(), y.tolist())]
        return float(sum(b * softplus(-a) + (1 - b) * softplus(a) for a, b in pairs) / len(pairs))


def precise_cross_entropy(p, q):
    """Return the cross-entropy, computed with 60 digits."""
    with localcontext(prec=60):
        pairs = [(Decimal(a), Decimal(b)) for a, b in zip(p.tolist(), q.tolist()) if a > 0]
        return float(-sum(a * b.ln() for a, b in pairs))


def random_logits(rng):
    """Return logits over the whole range that the text allows, with labels 0 and 1 or probabilities."""
    n = int(rng.integers(1, 7))
    z = rng.normal(size=n) * 10.0 ** rng.integers(-1, 5)
    z = np.clip(z, -1e4, 1e4)
    return z, (rng.integers(0, 2, n) if rng.random() < 0.7 else rng.random(n))


@pytest.mark.ex04_1
def test_bce_with_logits_agrees_with_two_oracles():
    """Does the reference agree with 60 digits and with torch, on 1000 inputs?"""
    bce_with_logits, rng = reference("ex04_1"), np.random.default_rng(1)
    for _ in range(1000):
        z, y = random_logits(rng)
        got = bce_with_logits(z, y)
        want = precise_loss(z, y)
        assert got == pytest.approx(want, rel=1e-9, abs=1e-300 if set(y.tolist()) <= {0, 1} else 1e-12)
        theirs = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y * 1.0))
        assert got == pytest.approx(theirs.item(), rel=1e-9, abs=1e-12)
        assert hidden.bce(z, y) == pytest.approx(want, rel=1e-9, abs=1e-300)


@pytest.mark.ex04_2
def test_bce_grad_agrees_with_two_oracles():
    """Does the reference agree with torch's derivative and with central differences, on 1000 inputs?"""
    bce_grad, rng = reference("ex04_2"), np.random.default_rng(2)
    for _ in range(1000):
        n, p = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        X, y = rng.normal(size=(n, p)), rng.integers(0, 2, n)
        w, b = rng.normal(size=p) * 10.0 ** rng.integers(-1, 2), float(rng.normal())
        got_w, got_b = bce_grad(w, b, X, y)
        theta = torch.tensor(np.append(w, b), requires_grad=True)
        z = torch.tensor(np.column_stack([X, np.ones(n)])) @ theta
        torch.nn.functional.binary_cross_entropy_with_logits(z, torch.tensor(y * 1.0)).backward()
        np.testing.assert_allclose(np.append(got_w, got_b), theta.grad, rtol=1e-9, atol=1e-12)
        slopes = [
            (hidden.bce(X @ (w + e[:p]) + b + e[p], y) - hidden.bce(X @ (w - e[:p]) + b - e[p], y)) / 2e-5
            for e in 1e-5 * np.eye(p + 1)
        ]
        np.testing.assert_allclose(np.append(got_w, got_b), slopes, rtol=1e-5, atol=1e-6)


@pytest.mark.ex04_3
def test_logistic_loss_pm_agrees_with_two_oracles():
    """Does the reference agree with 60 digits and with exercise 4.1's loss, on 1000 inputs, to 1e-12?"""
    logistic_loss_pm, rng = reference("ex04_3"), np.random.default_rng(3)
    bce_with_logits = reference("ex04_1")
    for _ in range(1000):
        z, _ = random_logits(rng)
        y_pm = rng.choice([-1, 1], len(z))
        got = logistic_loss_pm(z, y_pm)
        want = precise_loss(z * y_pm, np.ones(len(z)))
        assert got == pytest.approx(want, rel=1e-12, abs=1e-300)
        assert got == pytest.approx(bce_with_logits(z, (y_pm + 1) // 2), rel=1e-12, abs=1e-12)


@pytest.mark.ex04_4
def test_cross_entropy_agrees_with_two_oracles():
    """Does the reference agree with SciPy's H + KL and with 60 digits, on 1000 pairs, some with zeros?"""
    from scipy.stats import entropy

    cross_entropy, rng, infinite = reference("ex04_4"), np.random.default_rng(4), 0
    for _ in range(1000):
        n = int(rng.integers(1, 7))
        p, q = rng.dirichlet(np.ones(n), 2)
        if rng.random() < 0.4 and n > 1:
            p[0] = 0
        if rng.random() < 0.4 and n > 1:
            q[rng.integers(n)] = 0
        p, q = p / p.sum(), q / q.sum()
        got = cross_entropy(p, q)
        if ((q == 0) & (p > 0)).any():
            infinite += 1
            assert got == hidden.surprise(p, q) == np.inf
            continue
        assert got == pytest.approx(entropy(p) + entropy(p, q), rel=1e-12, abs=1e-14)
        assert got == pytest.approx(precise_cross_entropy(p, q), rel=1e-12, abs=1e-14)
    assert infinite > 50


@pytest.mark.ex04_5
def test_newton_logistic_agrees_with_two_oracles():
    """Does the reference agree with steps from torch's derivatives, and at the end with BFGS?"""
    newton_logistic, rng = reference("ex04_5"), np.random.default_rng(5)
    for trial in range(1000):
        n, p = int(rng.integers(12, 30)), int(rng.integers(1, 4))
        X, y = hidden.random_classes(rng, n, p, 1.0)
        iters = int(rng.integers(0, 4))
        w = newton_logistic(X, y, iters)
        np.testing.assert_allclose(w, hidden.newton(X, y, iters), rtol=1e-8, atol=1e-10)
        if trial % 20 == 0:
            A, labels, v = torch.tensor(X), torch.tensor(y * 1.0), torch.zeros(p, dtype=torch.float64)

            def loss(t, A=A, labels=labels):
                return torch.nn.functional.binary_cross_entropy_with_logits(A @ t, labels)

            for _ in range(iters):
                H = torch.autograd.functional.hessian(loss, v)
                v = v - torch.linalg.solve(H, torch.autograd.functional.jacobian(loss, v))
            np.testing.assert_allclose(w, v, rtol=1e-8, atol=1e-10)
            start, options = np.zeros(p), {"gtol": 1e-9}
            found = minimize(lambda t, X=X, y=y: hidden.bce(X @ t, y), start, method="BFGS", options=options)
            np.testing.assert_allclose(newton_logistic(X, y, 30), found.x, rtol=1e-3, atol=1e-4)


@pytest.mark.ex04_5
def test_classes_of_the_hidden_tests_have_a_minimiser():
    """Does no direction separate them, and do twenty full steps reach the minimiser?"""
    rng = np.random.default_rng(6)
    for _ in range(50):
        for n, p, slope in ((60, 2, 8.0), (80, 3, 8.0), (25, 4, 2.0)):
            X, y = hidden.random_classes(rng, n, p, slope)
            assert separating_direction(X, y) is None
            w = hidden.newton(X, y, 20)
            assert np.abs(X.T @ (hidden.sigmoid(X @ w) - y)).max() < 1e-8


@pytest.mark.ex04_6
def test_efron_are_agrees_with_two_oracles():
    """Does the reference agree with the information of the mixture and with a sum over a fine grid?"""
    efron_are, rng = reference("ex04_6"), np.random.default_rng(7)
    x = np.linspace(-20, 20, 8001)
    for delta in np.append(rng.uniform(0, 5, 999), 0.0):
        normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        grid = (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * (normal / np.cosh(delta * x / 2)).sum() * 0.005
        s = hidden.sigmoid(delta * x)
        mixture = (norm.pdf(x, delta / 2) + norm.pdf(x, -delta / 2)) / 2
        information = 4 * (1 + delta**2 / 4) * (s * (1 - s) * mixture).sum() * 0.005
        got = efron_are(delta)
        assert got == pytest.approx(grid, rel=1e-6)
        assert got == pytest.approx(information, rel=1e-6)


def test_known_mistakes_are_mistakes():
    """Does each mistake that a hint describes change the answer somewhere?"""
    rng = np.random.default_rng(8)
    X, y = hidden.random_classes(rng, 40, 3, 8.0)
    for mistake in hidden.NEWTON_MISTAKES:
        assert np.abs(hidden.newton(X, y, 3, mistake) - hidden.newton(X, y, 3)).max() > 1e-3, mistake
    for sentence, wrong in hidden.efron_mistakes(2.5).items():
        assert wrong != pytest.approx(hidden.efron_efficiency(2.5), rel=1e-2), sentence
    p, q = hidden.random_distributions(rng, 5)
    for sentence, wrong in hidden.entropy_mistakes(p, q).items():
        assert wrong != pytest.approx(hidden.surprise(p, q), rel=1e-3), sentence


def test_hints_are_computed_when_they_are_needed():
    """Is the mapping of hints lazy, and a mapping?"""
    made = []
    hints = hidden.WhenWrong(lambda: made.append(1) or {"a": 1, "b": 2})
    assert hints
    assert not made
    assert dict(hints) == {"a": 1, "b": 2}
    assert len(hints) == 2
    assert len(made) == 1


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
