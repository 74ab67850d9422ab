"""Does assignment 01 accept right work, reject wrong work, and say why?"""

import re
import sys

import numpy as np
import pytest

from coursepkg.grading import Exercise
from coursepkg.grading.assignment import Assignment
from coursepkg.grading.execute import add_path, run_grade_cell
from coursepkg.grading.student import Student, local_student
from coursepkg.mcculloch_pitts import McCullochPittsNet
from coursepkg.mcculloch_pitts import simulate as simulate_lesson
from coursepkg.separability import hull_crossing, separating_unit
from coursepkg.threshold import boolean_inputs, threshold_forward
from tests.conftest import ROOT
from tests.evidence import VARIANTS, Variant
from tests.evidence import threshold_logic_units as evidence

add_path(ROOT / "assignments")
from hidden import threshold_logic_units as hidden  # noqa: E402

ID = "01_threshold_logic_units"
ASSIGNMENT = Assignment(ID, ROOT / "assignments" / "source" / ID / f"{ID}.ipynb")
EXERCISES = {
    "ex01_1": "tlu",
    "ex01_2": "gate",
    "ex01_3": "compile_dnf",
    "ex01_4": "is_threshold",
    "ex01_5": "parity_net",
    "ex01_6": "simulate_mp",
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
    assert f"## Exercise 1.{exercise[-1]}" in text
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
    """Do the sections that messages point to stand in lesson 01?"""
    lesson = ROOT / "notebooks" / f"{ID}.ipynb"
    if not lesson.is_file():
        pytest.skip("lesson 01 is not there")
    texts = [cell.source for cell in ASSIGNMENT.source.cells]
    texts.append((ROOT / "assignments/hidden/threshold_logic_units.py").read_text(encoding="utf-8"))
    pointed = set(re.findall(r"lesson 01, section (1\.\d)", "\n".join(texts)))
    assert pointed == {"1.1", "1.2", "1.4", "1.5", "1.6", "1.7"}
    headings = set(re.findall(r"## (1\.\d)", lesson.read_text(encoding="utf-8")))
    assert pointed <= headings


def test_release_holds_no_solution_and_no_hidden_test():
    """Is every line of the solutions and the hidden blocks gone from the release?"""
    text = "\n".join(cell.source for cell in ASSIGNMENT.release.cells)
    assert "hidden.threshold_logic_units" not in text
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
    assert output.evalue.startswith(f"Exercise 1.{exercise[-1]}: ")


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


def random_table(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return a random truth table; now and then a constant or a single 1."""
    kind = rng.integers(10)
    table = (rng.random(2**n) < rng.random()).astype(int)
    if kind < 2:
        table[:] = kind
    if kind == 2:
        table[:] = 0
        table[rng.integers(2**n)] = 1
    return table


@pytest.mark.ex01_1
def test_tlu_agrees_with_two_oracles():
    """Does the reference agree with fractions, and with a count over bits, on 1000 inputs with ties?"""
    from fractions import Fraction

    tlu, rng = reference("ex01_1"), np.random.default_rng(1)
    ties = 0
    for _ in range(1000):
        n_samples, n_in = rng.integers(0, 6), rng.integers(1, 6)
        X = rng.integers(0, 2, (n_samples, n_in))
        w = rng.integers(-6, 7, n_in) / 2
        b = float(rng.integers(-6, 7) / 2)
        got = tlu(X, w, b)
        sums = [sum(map(Fraction, w[row == 1]), Fraction(b)) for row in X]
        assert got.tolist() == [int(z >= 0) for z in sums]
        # The second oracle moves the threshold: the unit fires unless it is silent with a larger bias.
        silent = np.array([(X[i] * w).sum() < -b for i in range(n_samples)], dtype=bool)
        assert got.tolist() == (1 - silent).astype(int).tolist()
        ties += sum(z == 0 for z in sums)
    assert ties > 100


@pytest.mark.ex01_2
def test_gate_agrees_with_two_oracles():
    """Does the reference agree with Python's operators, and with counting ones?"""
    gate = reference("ex01_2")
    operators = {
        "or": lambda p, q: p | q,
        "and": lambda p, q: p & q,
        "nand": lambda p, q: 1 - (p & q),
        "nor": lambda p, q: 1 - (p | q),
    }
    counts = {"or": {1, 2}, "and": {2}, "nand": {0, 1}, "nor": {0}}
    for name, operator in operators.items():
        w, b = gate(name)
        for x in boolean_inputs(2):
            assert int(x @ w + b >= 0) == operator(*x) == int(sum(x) in counts[name])
    w, b = gate("not")
    assert [int(x @ w + b >= 0) for x in ([0], [1])] == [int(not x) for x in (0, 1)] == [1, 0]


@pytest.mark.ex01_3
def test_compile_dnf_agrees_with_two_oracles():
    """Do the lesson's forward pass and a plain loop both find the table, for 1000 tables?"""
    compile_dnf, rng = reference("ex01_3"), np.random.default_rng(2)
    for _ in range(1000):
        n = int(rng.integers(1, 6))
        table = random_table(rng, n)
        rows = boolean_inputs(n)
        order = rng.permutation(2**n)
        layers = compile_dnf({tuple(rows[r].tolist()): int(table[r]) for r in order})
        assert threshold_forward(rows, layers)[:, 0].tolist() == table.tolist()
        (W1, b1), (W2, b2) = layers
        for x, value in zip(rows, table):
            h = [sum(W1[i, j] * x[i] for i in range(n)) >= -b1[j] for j in range(len(b1))]
            assert (sum(W2[j, 0] for j in range(len(h)) if h[j]) >= -b2[0]) == bool(value)


@pytest.mark.ex01_4
@pytest.mark.parametrize("n", [1, 2, 3])
def test_is_threshold_agrees_with_two_oracles(n: int):
    """Does the reference agree with integer weights and with crossing hulls, on every table?"""
    is_threshold = reference("ex01_4")
    for table in boolean_inputs(2**n):
        answer = is_threshold(table)
        assert answer == (int("".join(map(str, table)), 2) in hidden.known(n))
        assert answer == (hull_crossing(table) is None)
    assert len(hidden.known(n)) == {1: 4, 2: 14, 3: 104}[n]


@pytest.mark.ex01_4
def test_is_threshold_agrees_with_two_oracles_on_four_bits():
    """The same for 1000 tables of four bits, half of them threshold functions?"""
    is_threshold, rng = reference("ex01_4"), np.random.default_rng(3)
    assert len(hidden.known(4)) == 1882
    numbers = [*rng.choice(sorted(hidden.known(4)), 500, replace=False), *rng.integers(0, 2**16, 500)]
    for number in numbers:
        table = number >> np.arange(16)[::-1] & 1
        assert is_threshold(table) == (number in hidden.known(4)) == (separating_unit(table) is not None)
        assert (hull_crossing(table) is None) == (number in hidden.known(4))


@pytest.mark.ex01_4
def test_necessary_condition_fails_at_four_bits_first():
    """Are unate functions threshold functions up to three bits, and not at four?"""
    assert [hidden.unate(n) == hidden.known(n) for n in (1, 2, 3)] == [True] * 3
    assert hidden.unate(4) > hidden.known(4)


@pytest.mark.ex01_5
def test_parity_net_agrees_with_two_oracles():
    """Does the reference agree with the bit count and with repeated xor, for all inputs of 1 to 10 bits?"""
    parity_net = reference("ex01_5")
    for n in range(1, 11):
        layers = parity_net(n)
        got = threshold_forward(boolean_inputs(n), layers)[:, 0]
        assert got.tolist() == [r.bit_count() % 2 for r in range(2**n)]
        assert got.tolist() == np.bitwise_xor.reduce(boolean_inputs(n), axis=1).tolist()
        assert sum(b.size for _, b in layers) == n + 1


def as_lesson_net(net: dict) -> McCullochPittsNet:
    """Translate a net into the lesson's: thresholds by number of endings, delays by relays.

    The lesson's cells share one threshold. With the least common multiple of all thresholds for it, each
    connection on a neuron of threshold k becomes multiple / k endings. A delay d is d - 1 relays.
    """
    whole = int(np.lcm.reduce(list(net["neurons"].values())))
    cells, excite, inhibit = list(net["neurons"]), [], []
    for kind in ("excite", "inhibit"):
        for number, (source, target, delay) in enumerate(net[kind]):
            for step in range(delay - 1):
                relay = f"{kind} {number} {step}"
                cells.append(relay)
                excite.append((source, relay, whole))
                source = relay
            if kind == "excite":
                excite.append((source, target, whole // net["neurons"][target]))
            else:
                inhibit.append((source, target))
    return McCullochPittsNet(tuple(net["inputs"]), tuple(cells), tuple(excite), tuple(inhibit), whole)


@pytest.mark.ex01_6
def test_simulate_mp_agrees_with_two_oracles():
    """Does the reference agree with the hidden simulator and with the lesson's, on 1000 random nets?"""
    simulate_mp, rng = reference("ex01_6"), np.random.default_rng(4)
    for _ in range(1000):
        inhibit, delays = int(rng.integers(4)), int(rng.integers(1, 5))
        net, X = hidden.random_net(rng, loops=True, inhibit=inhibit, delays=delays)
        T = int(rng.integers(1, 20))
        got = simulate_mp(net, X, T)
        assert got.shape == (T, 5)
        np.testing.assert_array_equal(got, hidden.simulate(net, X, T))
        lesson = as_lesson_net(net)
        columns = [lesson.neurons.index(name) for name in net["neurons"]]
        np.testing.assert_array_equal(got, simulate_lesson(lesson, X, T)[:, columns])


@pytest.mark.ex01_6
def test_known_mistakes_of_the_simulator_are_mistakes():
    """Does each mistake that a hint describes change some net?"""
    rng = np.random.default_rng(5)
    for mistake in hidden.MISTAKES:
        for _ in range(200):
            twice = ("once",) if mistake == "once" else ()
            net, X = hidden.random_net(rng, twice, loops=True, inhibit=3, delays=3)
            if (hidden.simulate(net, X, 20, mistake) != hidden.simulate(net, X, 20)).any():
                break
        else:
            pytest.fail(f"{mistake} never shows")


@pytest.mark.ex01_6
def test_random_net_says_when_nothing_can_show():
    """Does the generator of nets name what it could not show?"""
    with pytest.raises(RuntimeError, match="allow more connections"):
        hidden.random_net(np.random.default_rng(0), ("ignore",), inhibit=0)


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
