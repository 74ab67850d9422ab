"""Does assignment 07 accept right work, reject wrong work, and say why?"""

import decimal
import re
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch

from coursepkg import network
from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from coursepkg.threshold import boolean_inputs
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import multilayer_perceptron as evidence

add_path(ROOT / "assignments")
from hidden import multilayer_perceptron as hidden  # noqa: E402

ID = "07_multilayer_perceptron"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex07_1": "dense",
    "ex07_2": "mlp_forward",
    "ex07_3": "softmax_and_log",
    "ex07_4": "n_params",
    "ex07_5": "xor_weights",
    "ex07_6": "affine_of_region",
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
    assert f"## Exercise 7.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 07?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 07 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/multilayer_perceptron.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 07, section (7\.\d)", "\n".join(texts)))
    assert pointed == {"7.1", "7.2", "7.3", "7.5", "7.8"}
    headings = set(re.findall(r"## (7\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.multilayer_perceptron" not in text
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
    assert output.evalue.startswith(f"Exercise 7.{exercise[-1]}: ")


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


def random_network(rng: np.random.Generator, sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return layers of normal random numbers."""
    return [(rng.normal(size=(p, q)), rng.normal(size=q)) for p, q in pairwise(sizes)]


def in_torch(layers: list, activation: type[torch.nn.Module]) -> torch.nn.Sequential:
    """Return a network as torch modules, which hold the transpose of each W."""
    modules: list[torch.nn.Module] = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        modules += [linear, activation()]
    return torch.nn.Sequential(*modules[:-1])


@pytest.mark.ex07_1
def test_dense_agrees_with_two_oracles():
    """Does the reference agree with torch's linear layer and with exact fractions, on 1000 inputs?"""
    from fractions import Fraction

    dense, rng = reference("ex07_1"), np.random.default_rng(1)
    for _ in range(1000):
        n, p, q = rng.integers(0, 4), rng.integers(1, 5), rng.integers(1, 5)
        X, W, b = rng.normal(size=(n, p)), rng.normal(size=(p, q)), rng.normal(size=q)
        got = dense(X, W, b)
        expected = torch.nn.functional.linear(torch.tensor(X), torch.tensor(W.T.copy()), torch.tensor(b))
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-12, atol=1e-12)
        for i, j in np.ndindex(n, q):
            exact = sum((Fraction(X[i, k]) * Fraction(W[k, j]) for k in range(p)), Fraction(b[j]))
            assert abs(got[i, j] - float(exact)) < 1e-13


@pytest.mark.ex07_2
def test_mlp_forward_agrees_with_two_oracles():
    """Does the reference agree with torch and with the lesson's function, on 1000 networks?"""
    mlp_forward, rng = reference("ex07_2"), np.random.default_rng(2)
    for _ in range(1000):
        sizes = rng.integers(1, 5, rng.integers(2, 6)).tolist()
        layers, X = random_network(rng, sizes), rng.normal(size=(rng.integers(0, 4), sizes[0]))
        got = mlp_forward(X, layers, np.tanh, network.softmax if len(X) else network.identity)
        lesson = network.mlp_forward(X, layers, "tanh", "softmax" if len(X) else "identity")
        assert len(got) == len(lesson) == len(sizes)
        for ours, theirs in zip(got, lesson):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
        logits = in_torch(layers, torch.nn.Tanh)(torch.tensor(X)).detach()
        expected = torch.softmax(logits, dim=1) if len(X) else logits
        np.testing.assert_allclose(got[-1], expected.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.ex07_3
def test_softmax_and_log_agrees_with_two_oracles():
    """Does the reference agree with torch, and with 50 decimal digits, on 1000 inputs of every size?"""
    softmax_and_log, rng = reference("ex07_3"), np.random.default_rng(3)
    for _ in range(1000):
        shape = tuple(rng.integers(1, 4, rng.integers(1, 4)).tolist())
        axis = int(rng.integers(-len(shape), len(shape)))
        Z = rng.normal(size=shape) * 10.0 ** rng.integers(-2, 5)
        p, log_p = softmax_and_log(Z, axis)
        np.testing.assert_allclose(p, torch.softmax(torch.tensor(Z), axis).numpy(), rtol=1e-9, atol=1e-300)
        expected = torch.log_softmax(torch.tensor(Z), axis).numpy()
        np.testing.assert_allclose(log_p, expected, rtol=1e-9, atol=1e-12)
    with decimal.localcontext() as context:
        context.prec = 50
        for _ in range(1000):
            z = rng.normal(size=3) * 10.0 ** rng.integers(-1, 5)
            exponentials = [decimal.Decimal(float(value)).exp() for value in z]
            exact = [float((e / sum(exponentials)).ln()) for e in exponentials]
            np.testing.assert_allclose(softmax_and_log(z)[1], exact, rtol=1e-9, atol=1e-12)


@pytest.mark.ex07_4
def test_n_params_agrees_with_two_oracles():
    """Does the reference agree with torch's count and with the lesson's, on 1000 lists of sizes?"""
    n_params, rng = reference("ex07_4"), np.random.default_rng(4)
    for _ in range(1000):
        sizes = rng.integers(1, 9, rng.integers(2, 7)).tolist()
        layers = random_network(rng, sizes)
        modules = in_torch(layers, torch.nn.ReLU)
        assert n_params(sizes) == sum(part.numel() for part in modules.parameters())
        assert n_params(sizes) == network.n_parameters(layers)


@pytest.mark.ex07_5
def test_xor_weights_agrees_with_two_oracles():
    """Does the reference's network compute xor in the lesson's forward pass and in torch, at 1000 levels?"""
    xor_weights, rng = reference("ex07_5"), np.random.default_rng(5)
    for _ in range(1000):
        low, high = rng.normal(size=2) * 10.0 ** rng.integers(-2, 3)
        layers = xor_weights(float(low), float(high))
        levels = np.array([low, high])
        X = levels[boolean_inputs(2)]
        right = levels[boolean_inputs(2).sum(axis=1) % 2]
        tolerance = 1e-9 * (abs(low) + abs(high))
        np.testing.assert_allclose(network.mlp_forward(X, layers)[-1][:, 0], right, atol=tolerance)
        outputs = in_torch(layers, torch.nn.ReLU)(torch.tensor(X)).detach().numpy()[:, 0]
        np.testing.assert_allclose(outputs, right, atol=tolerance)


@pytest.mark.ex07_6
def test_affine_of_region_agrees_with_two_oracles():
    """Does the reference agree with torch's Jacobian and with the lesson's map, on 1000 networks?"""
    affine_of_region, rng = reference("ex07_6"), np.random.default_rng(6)
    for _ in range(1000):
        sizes = rng.integers(1, 5, rng.integers(2, 6)).tolist()
        layers, x = random_network(rng, sizes), rng.normal(size=sizes[0])
        A, c = affine_of_region(x, layers)
        for ours, lesson in zip((A, c), network.affine_at(x, layers)):
            np.testing.assert_allclose(ours, lesson, rtol=1e-12, atol=1e-12)
        module = in_torch(layers, torch.nn.ReLU)
        jacobian = torch.autograd.functional.jacobian(module, torch.tensor(x))
        np.testing.assert_allclose(A, jacobian.numpy().T, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(x @ A + c, module(torch.tensor(x)).detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.ex07_6
def test_hidden_paths_agree_with_the_lesson():
    """Is the sum over paths of the hidden tests the lesson's map, on both sides of an edge?"""
    rng = np.random.default_rng(7)
    for sizes in ((2, 4, 2), (3, 4, 3, 1), (2, 3)):
        layers, x = random_network(rng, list(sizes)), rng.normal(size=sizes[0])
        for ours, lesson in zip(hidden.paths(x, layers), network.affine_at(x, layers)):
            np.testing.assert_allclose(ours, lesson, rtol=1e-12, atol=1e-12)


@pytest.mark.ex07_6
def test_random_networks_keep_their_distance():
    """Is no unit of a hidden network so near its edge that a difference quotient would cross it?"""
    for seed in range(20):
        x, layers, _, _ = hidden.relu_net(np.random.default_rng(seed), (2, 4, 4, 3))
        for h, (W, b) in zip(network.mlp_forward(x[None], layers), layers[:-1]):
            assert np.abs(network.dense(h, W, b)).min() > 0.05


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
