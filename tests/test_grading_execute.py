"""Does a submission that misbehaves cost its own exercise and nothing else, and earn nothing?"""

import base64
import json
import re
import time

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from coursepkg.grading.errors import StudentError
from coursepkg.grading.execute import HiddenTestBroken, execute, run_grade_cell
from coursepkg.grading.gradebook import ClassRecord, write_exports
from coursepkg.grading.limits import Limits
from coursepkg.grading.session import Session
from coursepkg.grading.student import Student, local_student
from coursepkg.grading.submission import Job, grade_submission, seed
from coursepkg.grading.wire import pack
from tests.toy_course import ID, TOYS, own_hidden_tests, right_answers, submission, write_toy_course

PLAIN = [toy for toy in TOYS if toy.name != "torch_module"]
MODULES = ("numpy", "scipy", "matplotlib")
LIMITS = Limits(modules=MODULES)
SHORT = Limits(modules=MODULES, call_seconds=1, cell_seconds=2, exercise_seconds=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    with own_hidden_tests():
        yield write_toy_course(tmp_path_factory.mktemp("toy"), PLAIN)


@pytest.fixture
def session():
    with Session(LIMITS) as session:
        yield session


@pytest.fixture
def impatient():
    with Session(SHORT) as session:
        yield session


def grade(course, answers, extra=(), limits=LIMITS):
    """Grade a submission; `extra` are cells of the student's own, in front."""
    notebook = submission(course, answers)
    notebook.cells[:0] = [new_code_cell(text) for text in extra]
    path = course.assignment(ID).path
    raw = nbformat.writes(notebook).encode()
    return grade_submission(Job("ada", ID, path, course.root, raw, "", seed(b"s", "ada", ID), limits))


def points(graded):
    return {name: exercise.score for name, exercise in graded.exercises.items() if name != "essay"}


FULL = {f"ex00_{number}": toy.points for number, toy in enumerate(PLAIN, 1)}
RIGHT = right_answers(PLAIN)


def text_of(outputs):
    return "".join(output.get("text", "") for output in outputs if output["output_type"] == "stream")


def errors_of(outputs):
    return [output for output in outputs if output["output_type"] == "error"]


# Cells.


def test_cell_outputs_are_a_notebooks(session):
    """Do prints, results and errors come back as nbformat has them?"""
    outputs = session.run_cell("import sys\nprint('a')\nprint('b', file=sys.stderr)\n1 + 1")
    assert outputs[0] == {"output_type": "stream", "name": "stdout", "text": "a\n"}
    assert outputs[1] == {"output_type": "stream", "name": "stderr", "text": "b\n"}
    assert outputs[2]["output_type"] == "execute_result"
    assert outputs[2]["data"] == {"text/plain": "2"}
    assert session.events == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("x = '", "SyntaxError"),
        ("  a = 1\nb = 2", "IndentationError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import coursepkg", "ModuleNotFoundError"),
        ("from hidden import toy", "ModuleNotFoundError"),
        ("def f(): f()\nf()", "RecursionError"),
        ("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E", "E|ZeroDivisionError"),
        ("a = '\\ud800'\nraise ValueError(a)", "ValueError"),
        ("x = 1\x00", "SyntaxError|ValueError"),
        ("await_ = 1\nprint(await_\n", "SyntaxError"),
    ],
)
def test_exception_in_a_cell_leaves_the_rest(session, source, name):
    """Is an exception an output, in a process that lives on with what was defined before?"""
    session.run_cell("before = 1")
    outputs = session.run_cell(source)
    assert re.fullmatch(name, errors_of(outputs)[0]["ename"])
    assert Student(session.ask).value("before") == 1
    assert session.events == []


@pytest.mark.parametrize(
    "end", ["import os; os._exit(0)", "import os; os.abort()", "import os; os.kill(os.getpid(), 9)"]
)
def test_cell_that_ends_its_process_is_left_out(session, end):
    """Does the next cell find what ran before, in a new process?"""
    session.run_cell("before = [1]\nbefore.append(2)")
    (output,) = session.run_cell(f"lost = 1\n{end}")
    assert output["ename"] == "CellStopped"
    assert "ended its whole process" in output["evalue"]
    session.run_cell("after = before + [3]")
    student = Student(session.ask)
    assert student.value("after") == [1, 2, 3]
    with pytest.raises(StudentError, match="lost is not defined"):
        student.value("lost")
    assert len(session.events) == 1


def test_endless_cell_is_stopped(impatient):
    """Is a loop that swallows every exception ended at its time, and the rest gone on with?"""
    impatient.run_cell("x = 1")
    start = time.monotonic()
    (output,) = impatient.run_cell(
        "while True:\n    try:\n        pass\n    except BaseException:\n        pass"
    )
    assert time.monotonic() - start < 10
    assert "did not end within 2 seconds" in output["evalue"]
    assert Student(impatient.ask).value("x") == 1


def test_prints_are_cut_while_they_are_made(session):
    """Do 50 MB of prints become 20 kB, quickly?"""
    outputs = session.run_cell("for _ in range(500_000):\n    print('x' * 100)\n1 / 0")
    assert len(text_of(outputs)) < 21_000
    assert "was cut" in text_of(outputs)
    assert errors_of(outputs)[0]["ename"] == "ZeroDivisionError"
    outputs = session.run_cell("print('y' * 50_000_000)")
    assert len(text_of(outputs)) < 21_000
    assert text_of(session.run_cell("print('next')")) == "next\n"


def test_warning_is_an_output_and_no_error(session):
    """Does a RuntimeWarning appear on stderr and stop nothing?"""
    outputs = session.run_cell("import numpy as np\nx = np.log(np.zeros(1))\nx")
    assert not errors_of(outputs)
    assert "RuntimeWarning" in text_of(outputs)


@pytest.mark.skipif("not __import__('sys').platform.startswith('linux')", reason="no memory limit there")
def test_memory_is_bounded(session):
    """Does taking 8 GiB fail in the cell, in a call and nowhere else?"""
    outputs = session.run_cell("x = bytearray(8 << 30)")
    assert errors_of(outputs)[0]["ename"] in ("MemoryError", "CellStopped")
    session.run_cell("def f(): return bytearray(8 << 30)")
    with pytest.raises(StudentError, match=r"MemoryError|ended the whole process"):
        Student(session.ask)("f")()


def test_plots_are_pictures(session):
    """Does an inline plot come back as a PNG?"""
    outputs = session.run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    pictures = [output["data"]["image/png"] for output in outputs if output["output_type"] == "display_data"]
    assert [base64.b64decode(picture)[:4] for picture in pictures] == [b"\x89PNG"]


def test_displays_that_could_act_are_dropped(course):
    """Do HTML, JavaScript, SVG and forged pictures stay out of the graded notebook?"""
    source = (
        "from IPython.display import HTML, SVG, Javascript, display, publish_display_data\n"
        "display(HTML('<script>alert(1)</script>'), Javascript('alert(1)'), SVG('<svg></svg>'))\n"
        "publish_display_data({'image/png': '<script>', 'text/html': '<b>', 'application/x': {'a': 1}})\n"
        "publish_display_data({'image/png': 'iVBORw0KGgo=\"><script>alert(1)</script>'})\n"
        "class A:\n    def _repr_html_(self): return '<script>alert(1)</script>'\nA()"
    )
    graded = grade(course, RIGHT, [source])
    cell = next(c for c in nbformat.reads(graded.notebook, as_version=4).cells if c.source == source)
    assert cell.outputs
    for output in cell.outputs:
        assert output.get("data", {}).keys() <= {"text/plain", "image/png"}
        assert "script" not in output.get("data", {}).get("image/png", "")
    assert points(graded) == FULL


def test_replay_keeps_earlier_state(impatient):
    """Does each question after a death find all cells, their changes and their random state again?"""
    impatient.run_cell("import numpy as np\nnp.random.seed(3)\ncount = 0")
    impatient.run_cell("count += 1\nfirst = np.random.rand()")
    impatient.run_cell("import os, time\ndef die(): os._exit(1)\ndef hang():\n    time.sleep(60)")
    student = Student(impatient.ask)
    before = student.value("count"), student.value("first")
    with pytest.raises(StudentError, match="die ended the whole process"):
        student("die")()
    with pytest.raises(StudentError, match="hang did not come back within 1 seconds"):
        student("hang")()
    assert (student.value("count"), student.value("first")) == before
    assert len(impatient.events) == 2


def test_cell_that_dies_only_when_replayed_is_left_out(impatient):
    """Does a replay go on behind a cell that ran the first time and ends the process now?"""
    impatient.run_cell("a = 1")
    impatient.run_cell("import os, time\nborn = time.time()")
    first = Student(impatient.ask).value("born")
    impatient.run_cell(f"if time.time() > {first} + 1.5: os._exit(1)\nb = 2")
    impatient.run_cell("c = 3")
    student = Student(impatient.ask)
    assert student.value("b") == 2
    time.sleep(1.6)
    impatient._replace("as if a call had ended it")
    assert (student.value("a"), student.value("c")) == (1, 3)
    with pytest.raises(StudentError, match="b is not defined"):
        student.value("b")


def test_endless_deaths_end(impatient):
    """Does a submission whose every question kills its process come to an end?"""
    impatient.run_cell("import os\ndef die(): os._exit(1)")
    student = Student(impatient.ask)
    for _ in range(40):
        with pytest.raises(StudentError, match="ended the whole process"):
            student("die")()
    assert len(impatient.events) < 40


def test_budget_of_an_exercise_ends_its_questions(impatient):
    """Does an exercise that is slow at every question stop at its own time, and the next one start anew?"""
    impatient.run_cell("import time\ndef slow(): time.sleep(0.9)\ndef quick(): return 1")
    student = Student(impatient.ask)
    impatient.begin_exercise()
    start = time.monotonic()
    slow = student("slow")
    for _ in range(3):
        slow()
    with pytest.raises(StudentError, match="did not come back within"):
        [slow() for _ in range(3)]
    assert time.monotonic() - start < 8
    impatient.begin_exercise()
    assert student("quick")() == 1


def test_generators_and_callbacks_cross(session):
    """Do random generators, lent functions and functions made from them work in another process?"""
    session.run_cell(
        "def noise(rng): return rng.normal(size=3)\n"
        "def double(f): return lambda x: 2 * f(x)\n"
        "def change(x): x += 1"
    )
    student = Student(session.ask)
    assert np.array_equal(student("noise")(np.random.default_rng(1)), np.random.default_rng(1).normal(size=3))
    one, two = student("double")(lambda x: x + 1), student("double")(lambda x: x * x)
    assert (one(3), two(3)) == (8, 18)
    change = student("change")
    change(np.zeros(2))
    assert change.changed_inputs == (0,)


def test_large_results_are_refused_and_leave_the_session_alive():
    """Is a value beyond the limit the learner's error, and the next question answered?"""
    with Session(Limits(modules=("numpy",), message_bytes=1 << 20)) as session:
        session.run_cell("import numpy as np\ndef big(): return np.zeros(1 << 18)\ndef small(): return 1")
        student = Student(session.ask)
        with pytest.raises(StudentError, match=r"could not be read: a value of more than 1 MiB"):
            student("big")()
        assert student("small")() == 1


def test_text_for_the_terminal_cannot_act(session):
    """Are control characters and half characters of a student out of what is written?"""
    notebook = nbformat.v4.new_notebook(
        cells=[
            new_code_cell("print('\\x1b[31mred\\x1b[0m \\ud800 \\x07')\nraise ValueError('\\ud800\\x1b[2J')")
        ]
    )
    execute(notebook, session, b"")
    text = nbformat.writes(notebook)
    text.encode("utf-8")
    assert "\\u001b" not in text
    assert notebook.cells[0].outputs[0].text == "red ? \n"


# Grade cells.


@pytest.mark.parametrize(
    ("source", "output_types", "score"),
    [
        ("x = 1", [], 2),
        ("None", [], 2),
        ("1.5", ["execute_result"], 1.5),
        ("print('half')\n1.0", ["stream", "execute_result"], 1),
        ("from coursepkg.grading import require\nrequire(0, 'no')", ["error"], 0),
        ("from coursepkg.grading import require\nprint('a')\nrequire(0, 'no')", ["stream", "error"], 0),
    ],
)
def test_grade_cell_outputs_follow_nbgraders_rule(source, output_types, score):
    """Are silence full points, a number partial points, and a failed check none?"""
    outputs = run_grade_cell(source, local_student({}))
    assert [output.output_type for output in outputs] == output_types
    cell = new_code_cell(source, outputs=outputs)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 2, "grade_id": "x"}
    assert determine_grade(cell) == (score, 2)


def test_grade_cell_that_breaks_says_whose_fault_it_is():
    """Is a mistake in a test told apart from one in an answer, without its text?"""
    with pytest.raises(HiddenTestBroken, match=r"the fault is not yours\. \(ZeroDivisionError") as caught:
        run_grade_cell("secret = 42\nsecret / 0", local_student({}))
    assert "42" not in str(caught.value)


FORGED = [
    {"ok": True, "value": True},
    {"ok": True, "value": 2.0, "inputs": [], "points": 2},
    {"ok": True, "value": np.full(5, np.nan)},
    {"ok": True, "value": {"score": 100}},
    {"ok": False, "kind": "NotImplementedError", "detail": "", "where": ""},
    {"ok": np.ones(2), "value": 1},
    [],
    {"op": "callback", "key": "lent:0", "args": [], "kwargs": {}},
]


@pytest.mark.parametrize("reply", FORGED, ids=lambda reply: json.dumps(reply, default=str)[:40])
def test_forged_replies_earn_nothing(course, reply):
    """Does no reply that a process can send, other than right values, earn a point or break a test?"""
    assignment = course.assignment(ID)
    student = Student(lambda frames, call_back: pack(reply))
    for cell in assignment.template.cells:
        if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution:
            cell = nbformat.from_dict(cell)
            try:
                cell.outputs = run_grade_cell(cell.source, student)
            except HiddenTestBroken:
                continue  # flagged for the instructor; no points
            assert determine_grade(cell)[0] == 0


def test_answer_of_any_kind_breaks_no_check():
    """Do `agree`, `array` and `require` on answers of every kind end in a sentence?"""
    from coursepkg.grading import CheckFailed, agree

    values = [
        None,
        1,
        "a",
        b"",
        [],
        {},
        set(),
        object(),
        print,
        1j,
        10**5000,
        "\ud800",
        [[1], 2],
        [None],
        np.ones(2),
    ]
    values += [np.array(["a"]), np.array([None]), np.datetime64("2020"), float("nan"), [[[]]] * 3, range(3)]
    for value in values:
        got = local_student({"f": lambda v=value: v})("f")
        try:
            agree(got() if callable(got) else got, [5.0, 7.0], "f")
        except CheckFailed:
            continue
        pytest.fail(f"{type(value).__name__} agreed")


# Whole submissions.

MISHAPS = {
    "syntax error": ("def square(x:\n    return x", "is not defined. Python cannot read the cell that "),
    "indentation": ("def square(x):\nreturn x", "expected an indented block .*, in line 2"),
    "exception in the cell": ("1 / 0", "is not defined"),
    "end of the process in the cell": ("import os\nos._exit(0)", "is not defined"),
    "end of the process in the function": (
        "def square(x):\n    import os\n    os._exit(0)",
        "square ended the whole process",
    ),
    "sys.exit": ("def square(x):\n    import sys\n    sys.exit()", "SystemExit"),
    "endless cell": ("while True: pass", "is not defined"),
    "endless function": ("def square(x):\n    while True: pass", "did not come back within 1 seconds"),
    "memory": ("def square(x):\n    return bytearray(8 << 30)", "MemoryError|ended the whole process"),
    "recursion": ("def square(x):\n    return square(x)", "RecursionError"),
    "an object that equals everything": (
        "class Yes:\n    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): return 1 / 0\n"
        "def square(x): return Yes()",
        "an object of type",
    ),
    "NaN": ("def square(x): return np.nan * np.asarray(x)", r"got \[nan, nan\]"),
    "prints": ("def square(x):\n    print('x' * 50_000_000)\n    return 0", "not right|wrong|shape"),
}


@pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS.keys())
def test_mishap_costs_its_own_exercise_only(course, mishap):
    """Do all other exercises keep their points, and does the student read what happened?"""
    answer, sentence = mishap
    graded = grade(course, {**RIGHT, "array_function": answer}, limits=SHORT)
    assert points(graded) == {**FULL, "ex00_1": 0}
    assert re.search(sentence, graded.exercises["ex00_1"].message)
    assert graded.status == "graded"
    assert len(graded.notebook) < 300_000


HARMLESS = {
    "a warning": "def square(x):\n    np.log(np.zeros(2))\n    return np.asarray(x) ** 2",
    "a print": "def square(x):\n    print('x' * 100_000)\n    return np.asarray(x) ** 2",
    "a thread left running": (
        "import threading, time\ndef square(x):\n"
        "    threading.Thread(target=lambda: [time.sleep(0.1) for _ in range(1000)], daemon=True).start()\n"
        "    return np.asarray(x) ** 2"
    ),
    "a list": "def square(x):\n    return [v * v for v in np.asarray(x).tolist()]",
    "float32": "def square(x):\n    return (np.asarray(x) ** 2).tolist()",
    "a class attribute": "class K: f = staticmethod(lambda x: np.asarray(x) ** 2)\nsquare = K.f",
    "a magic": "%matplotlib inline\nfrom math import *\ndef square(x): return np.square(x)",
    "an error behind the function": "def square(x): return np.asarray(x) ** 2\n\nsquare()",
    "sys.exit behind the function": "def square(x): return np.asarray(x) ** 2\n\nimport sys\nsys.exit()",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1])\ndef square(x): return np.asarray(x) ** 2",
}


@pytest.mark.parametrize("answer", HARMLESS.values(), ids=HARMLESS.keys())
def test_correct_work_loses_nothing(course, answer):
    """Does a right answer in whatever dress get full points?"""
    assert points(grade(course, {**RIGHT, "array_function": answer}, limits=SHORT)) == FULL


CHEATS = {
    "an AST transformer": "import ast\nclass NoAssert(ast.NodeTransformer):\n"
    "    def visit_Raise(self, node): return ast.Pass()\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(NoAssert())",
    "an input transformer": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "a patched NumPy": "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True",
    "a display hook": "import sys\nsys.displayhook(2.0)\nget_ipython().displayhook(2.0)",
    "a patched json": 'import json\njson.dumps = lambda *a, **k: \'{"t": "float", "v": "0x1p1"}\'',
    "patched module of the course": "import sys\nfor name in list(sys.modules):\n"
    "    if 'grading' in name: sys.modules[name].agree = print",
    "a closed socket": "import os\nfor fd in range(3, 64):\n    try: os.close(fd)\n    except OSError: pass",
    "reading the caller": "import sys, gc\nfor frame in sys._current_frames().values():\n"
    "    while frame:\n        frame.f_locals.get('want'); frame = frame.f_back",
    "extra credit": "score = points = extra_credit = 1000\nprint(1000)\n1000",
}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS.keys())
def test_cheats_earn_nothing(course, cheat):
    """Does a wrong answer stay wrong, whatever runs in the student's process before and inside it?"""
    wrong = {toy.name: toy.wrong for toy in PLAIN}
    deserved = {f"ex00_{number}": toy.earned_by_wrong for number, toy in enumerate(PLAIN, 1)}
    graded = grade(course, wrong, [cheat], limits=SHORT)
    for name, score in points(graded).items():
        assert score <= deserved[name], graded.exercises[name].message
    inside = f"def square(x):\n    exec({cheat!r}, globals())\n    return 1.0"
    assert points(grade(course, {"array_function": inside}, limits=SHORT))["ex00_1"] == 0


def test_outputs_of_a_submission_are_bounded(course):
    """Do many cells with many pictures and prints make a graded notebook of bounded size?"""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes([0, 0, 0, 9] * 2)
    picture = f"base64.b64encode({head} + bytes(150_000)).decode()"
    cells = ["import base64\nfrom IPython.display import publish_display_data"]
    cells += [f"for _ in range(10): publish_display_data({{'image/png': {picture}}})\nprint('x' * 10**6)"] * 5
    limits = Limits(modules=MODULES, outputs_bytes=1 << 20)
    graded = grade(course, RIGHT, cells, limits)
    assert points(graded) == FULL
    assert len(graded.notebook) < 2 << 20
    assert "image/png" in graded.notebook
    assert "further outputs of this submission were cut" in graded.notebook


def test_refused_submission_is_failed_with_its_sentence(course):
    """Is a file that cannot be read an explicit outcome in every exercise?"""
    path = course.assignment(ID).path
    for raw, refusal, sentence in ((b"{", "", "not valid JSON"), (None, "A link.", "A link.")):
        graded = grade_submission(Job("ada", ID, path, course.root, raw, refusal, b"", LIMITS))
        assert graded.status == "failed"
        assert sentence in graded.reason
        assert graded.score == 0
        for name, exercise in graded.exercises.items():
            assert name == "essay" or exercise.message.startswith("Not graded: ")


def test_feedback_and_exports_tell_nothing_hidden(course, tmp_path):
    """Do feedback pages, tables and graded notebooks carry the message and no hidden test?"""
    record = ClassRecord(tmp_path / "out", course.assignment(ID))
    nasty = "def square(x):\n    raise ValueError('<script>alert(1)</script> \\ud800')"
    essay = "<script>alert(2)</script><img src=x onerror=alert(3)> My words."
    results = [
        grade(course, {}),
        grade(course, {toy.name: toy.wrong for toy in PLAIN}),
        grade(course, {**RIGHT, "array_function": nasty, "essay": essay}, ["'\\ud800'", "=1+1"]),
    ]
    results = [
        type(graded)(student, graded.status, graded.reason, graded.exercises, graded.notebook)
        for graded, student in zip(results, ("blank", "wrong", "nasty"), strict=True)
    ]
    for graded in results:
        record.save(graded)
    write_exports(results, tmp_path / "out" / "grades.csv", tmp_path / "out" / "grades.json")
    pages = sorted(record.feedback().rglob("*.html"))
    assert len(pages) == 3
    hidden = [line.strip() for toy in PLAIN for line in toy.hidden.splitlines() if len(line.strip()) > 12]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert any(told in text for told in ("squares negative", "write array_function", "square raised"))
        assert "HIDDEN TESTS" not in text
        assert "from hidden" not in text
        for line in hidden:
            assert line not in text.replace("&quot;", '"').replace("&#39;", "'").replace("&lt;", "<")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert (
        "squares negative numbers"
        in (tmp_path / "out" / "feedback" / "wrong" / ID / f"{ID}.html").read_text()
    )
    table = (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")
    assert table.splitlines()[0].startswith("student,status,score,max_score,ex00_1")
    data = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))
    assert data["wrong"]["exercises"]["ex00_1"]["score"] == 1


def test_sandbox_that_is_not_to_be_had_is_the_machines_fault():
    """Does a machine that lacks what is asked for raise, and give no zero points?"""
    with Session(Limits(sandbox="nothing")) as session, pytest.raises(RuntimeError, match="sandbox"):
        session.run_cell("1")
