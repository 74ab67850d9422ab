"""Does assignment 03 accept right work, reject wrong work, and say why?"""

import re
import sys
import warnings
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import logsumexp
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from coursepkg import discriminant
from coursepkg.discriminant import GaussianClasses
from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import linear_discriminant_analysis as evidence

add_path(ROOT / "assignments")
from hidden import linear_discriminant_analysis as hidden  # noqa: E402

ID = "03_linear_discriminant_analysis"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex03_1": "sigmoid",
    "ex03_2": "lda_fit",
    "ex03_3": "lda_to_linear",
    "ex03_4": "gaussian_posterior",
    "ex03_5": "qda_logodds",
    "ex03_6": "naive_bayes_to_linear",
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an overflow in a student's code costs nothing
        outputs = run_grade_cell(source, student)
    for output in outputs:
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
    assert f"## Exercise 3.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 03?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 03 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/linear_discriminant_analysis.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 03, section (3\.\d)", "\n".join(texts)))
    assert pointed == {"3.2", "3.4", "3.5", "3.7"}
    headings = set(re.findall(r"## (3\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.linear_discriminant_analysis" not in text
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
    assert output.evalue.startswith(f"Exercise 3.{exercise[-1]}: ")


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


# ---- the reference, against two independent oracles


def covariance(rng: np.random.Generator, n_in: int) -> np.ndarray:
    """Return a random covariance matrix of moderate condition."""
    root = rng.normal(size=(n_in, n_in))
    return root @ root.T / n_in + 0.3 * np.eye(n_in)


def data(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points of two classes of random sizes, in random order."""
    n_in = int(rng.integers(1, 5))
    n0, n1 = rng.integers(n_in + 3, 30, 2)
    y = rng.permutation(np.repeat([0, 1], [n0, n1]))
    X = rng.normal(size=(n0 + n1, n_in)) + np.where(y[:, None], rng.normal(size=n_in), 0)
    return X @ covariance(rng, n_in), y


@pytest.mark.ex03_1
def test_sigmoid_agrees_with_two_oracles():
    """Does the reference agree with 40 decimal digits, and with torch, for 1000 numbers?"""
    sigmoid, rng = reference("ex03_1"), np.random.default_rng(1)
    z = np.concatenate([rng.uniform(-700, 700, 500), rng.normal(0, 5, 500)])
    got = sigmoid(z)
    with localcontext() as context:
        context.prec = 40
        exact = [1 / (1 + (-Decimal(float(v))).exp()) for v in z]
        assert all(abs(Decimal(float(g)) / e - 1) < Decimal("1e-14") for g, e in zip(got, exact))
    np.testing.assert_allclose(got, torch.sigmoid(torch.tensor(z)), rtol=1e-13)


@pytest.mark.ex03_2
def test_lda_fit_agrees_with_two_oracles():
    """Does the reference agree with scikit-learn and with a weighted mean of np.cov, for 1000 data sets?"""
    lda_fit, rng = reference("ex03_2"), np.random.default_rng(2)
    theirs = LinearDiscriminantAnalysis(solver="lsqr")
    for _ in range(1000):
        X, y = data(rng)
        n, n_in = X.shape
        mu0, mu1, cov, prior1 = lda_fit(X, y)
        theirs.fit(X, y)
        np.testing.assert_allclose([mu0, mu1], theirs.means_, atol=1e-12)
        np.testing.assert_allclose(cov, theirs.covariance_ * n / (n - 2), rtol=1e-9, atol=1e-12)
        assert prior1 == pytest.approx(theirs.priors_[1])
        parts = [np.cov(X[y == k], rowvar=False).reshape(n_in, n_in) * (sum(y == k) - 1) for k in (0, 1)]
        np.testing.assert_allclose(cov, sum(parts) / (n - 2), rtol=1e-9, atol=1e-12)


@pytest.mark.ex03_3
def test_lda_to_linear_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with fractions, for 1000 pairs of classes?"""
    lda_to_linear, rng = reference("ex03_3"), np.random.default_rng(3)
    for _ in range(1000):
        a, c, d = (int(v) for v in rng.integers(1, 5, 3))
        cov = np.array([[a + c, c], [c, d + c]])  # whole numbers, positive definite
        mu0, mu1 = rng.integers(-4, 5, (2, 2))
        prior1 = float(rng.uniform(0.05, 0.95))
        w, b = lda_to_linear(mu0, mu1, cov, prior1)
        det = Fraction(a * d + a * c + c * d)
        difference = [int(v) for v in mu1 - mu0]
        exact = [
            ((d + c) * difference[0] - c * difference[1]) / det,
            (-c * difference[0] + (a + c) * difference[1]) / det,
        ]
        np.testing.assert_allclose(w, [float(v) for v in exact], rtol=1e-12, atol=1e-14)
        X = rng.normal(size=(3, 2))
        laws = [stats.multivariate_normal(mu, cov) for mu in (mu0, mu1)]
        log_odds = laws[1].logpdf(X) - laws[0].logpdf(X) + np.log(prior1) - np.log(1 - prior1)
        np.testing.assert_allclose(X @ w + b, log_odds, rtol=1e-9, atol=1e-9)


@pytest.mark.ex03_4
def test_gaussian_posterior_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with the lesson, at 1000 points?"""
    gaussian_posterior, rng = reference("ex03_4"), np.random.default_rng(4)
    for _ in range(100):
        n_classes, n_in = (int(v) for v in rng.integers(2, 5, 2))
        mus, covs = rng.normal(size=(n_classes, n_in)), np.array([covariance(rng, n_in)] * n_classes)
        covs *= rng.uniform(0.5, 2, (n_classes, 1, 1))
        priors = rng.dirichlet(np.full(n_classes, 5.0))
        X = 20 * rng.normal(size=(10, n_in))
        got = gaussian_posterior(X, mus, covs, priors)
        laws = [stats.multivariate_normal(mu, cov) for mu, cov in zip(mus, covs)]
        scores = np.array([law.logpdf(X) + np.log(prior) for law, prior in zip(laws, priors)]).T
        np.testing.assert_allclose(got, np.exp(scores - logsumexp(scores, axis=1, keepdims=True)), atol=1e-9)
        share = priors[:2] / priors[:2].sum()
        two = gaussian_posterior(X, mus[:2], covs[:2], share)
        lesson = discriminant.gaussian_posterior(X, GaussianClasses(*mus[:2], *covs[:2], share[1]))
        np.testing.assert_allclose(two[:, 1], lesson, atol=1e-10)


@pytest.mark.ex03_5
def test_qda_logodds_agrees_with_two_oracles():
    """Does the reference agree with scipy's densities and with the lesson, at 1000 points?"""
    qda_logodds, rng = reference("ex03_5"), np.random.default_rng(5)
    for _ in range(200):
        X, y = data(rng)
        new = 2 * rng.normal(size=(5, X.shape[1]))
        got = qda_logodds(X, y, new)
        np.testing.assert_allclose(
            got, discriminant.gaussian_log_odds(new, discriminant.qda_fit(X, y)), rtol=1e-6, atol=1e-7
        )
        parts = [X[y == k] for k in (0, 1)]
        scores = [
            stats.multivariate_normal(part.mean(axis=0), np.cov(part.T)).logpdf(new) + np.log(len(part))
            for part in parts
        ]
        np.testing.assert_allclose(got, scores[1] - scores[0], rtol=1e-6, atol=1e-7)


@pytest.mark.ex03_6
@pytest.mark.parametrize("family", ["bernoulli", "poisson"])
def test_naive_bayes_to_linear_agrees_with_two_oracles(family: str):
    """Does the reference agree with scipy's probabilities and with the lesson, at 1000 points?"""
    naive_bayes_to_linear, rng = reference("ex03_6"), np.random.default_rng(6)
    bits, law = family == "bernoulli", getattr(stats, family)
    for _ in range(200):
        n_in = int(rng.integers(1, 6))
        mean0, mean1 = rng.uniform(0.02, 0.98, (2, n_in)) * (1 if bits else 6)
        prior1 = float(rng.uniform(0.05, 0.95))
        w, b = naive_bayes_to_linear(mean0, mean1, prior1, family)
        X = rng.integers(0, 2 if bits else 12, (5, n_in))
        log_odds = (law.logpmf(X, mean1) - law.logpmf(X, mean0)).sum(axis=1) + np.log(prior1 / (1 - prior1))
        np.testing.assert_allclose(X @ w + b, log_odds, rtol=1e-9, atol=1e-9)
        lesson = discriminant.naive_bayes_to_linear(mean0, mean1, prior1, family)
        np.testing.assert_allclose([*w, b], [*lesson[0], lesson[1]], rtol=1e-9, atol=1e-12)


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
