"""Do checks in a learner's own notebook see what the code does, and say what is wrong?"""

import json
import math

import numpy as np
import pytest

from coursepkg.grading import (
    CheckFailed,
    Exercise,
    NotBegun,
    StudentError,
    agree,
    array,
    calibration,
    network,
    predict,
    require,
    results,
    reveal,
    student,
)
from coursepkg.grading.errors import clean
from coursepkg.grading.predictions import predictions_file
from coursepkg.grading.student import Student, grading, local_student
from coursepkg.grading.wire import Opaque, pack


def who(source="", **names):
    """Return a student whose notebook holds a cell."""
    namespace = {"np": np, **names}
    if source:
        import linecache

        linecache.cache["<a cell>"] = len(source), None, source.splitlines(keepends=True), "<a cell>"
        exec(compile(source, "<a cell>", "exec"), namespace)
    return local_student(namespace)


# Calls.


def test_arguments_are_copies():
    """Can a function that changes its argument harm the check that passed it?"""
    x, nested = np.ones(3), {"rows": [[1, 2], (3, np.zeros(2))]}
    change = who("def change(x, nested):\n    x[0] = 9\n    nested['rows'][0].append(5)\n    return x")(
        "change"
    )
    assert change(x, nested).tolist() == [9, 1, 1]
    assert x.tolist() == [1, 1, 1]
    assert nested["rows"][0] == [1, 2]
    assert change.changed_inputs == (0, 1)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("return a", ()),
        ("a = a + 1", ()),
        ("a += 1", (0,)),
        ("a[...] = a", ()),
        ("a.shape = (1, 3)", (0,)),
        ("b.append(1)", (1,)),
        ("b[0] = 7", (1,)),
        ("b[1][0] = 7", (1,)),
        ("a[0] = np.nan; c['k'] = 2", (0, 2)),
        ("c.clear()", (2,)),
        ("d = 4", ()),
    ],
)
def test_changed_inputs_are_noticed(body, changed):
    """Are the arguments that a call left changed known by their positions, and no others?"""
    f = who(f"def f(a, b, c, d):\n    {body}")("f")
    f(np.array([1.0, 2.0, np.inf]), [1, [2]], {"k": np.ones(2)}, 3)
    assert f.changed_inputs == changed


def test_nan_in_an_argument_is_not_a_change():
    """Is an array with NaN that was left alone unchanged?"""
    f = who("def f(x): return 0")("f")
    f(np.array([np.nan, 1j]))
    assert f.changed_inputs == ()


def test_results_are_plain_data():
    """Can an object of the learner that claims to equal everything pass as numbers?"""
    source = "class Yes(np.ndarray):\n    def __eq__(self, other): return True\n"
    assert type(who(source + "def f(): return np.ones(2).view(Yes)")("f")()) is np.ndarray
    other = who("class Yes:\n    def __eq__(self, other): return True\ndef f(): return Yes()")("f")()
    assert isinstance(other, Opaque)
    with pytest.raises(CheckFailed, match="an object of type"):
        agree(other, 1.0, "f")


def test_functions_are_called_back():
    """Does a function that was passed get the arguments and give its value, by keyword too?"""
    calls = []

    def gradient(x, scale=1.0):
        calls.append((x, scale))
        return scale * x

    f = who("def f(g, x):\n    return g(x) + g(x, scale=3.0)")("f")
    assert f(gradient, np.ones(2)).tolist() == [4, 4]
    assert [scale for _, scale in calls] == [1.0, 3.0]
    assert f.changed_inputs == ()


def test_functions_lent_in_an_earlier_call_still_answer():
    """Does a function made from a lent one work in later calls, beside other lent ones?"""
    make = who("def make(f):\n    return lambda x: 2 * f(x)")("make")
    of_square, of_cube = make(lambda x: x**2), make(lambda x: x**3)
    assert of_square(3.0) == 18
    assert of_cube(3.0) == 54
    assert of_square(2.0) == 8


def test_lent_functions_end_with_their_exercise():
    """Can code keep a function of one exercise and use it as the answer of a later one?"""
    someone = who("kept = []\ndef keep(f): kept.append(f)\ndef cheat(x): return kept[0](x)")
    with grading(someone):
        student("keep")(lambda x: x + 1)
        assert student("cheat")(1) == 2
    with grading(someone), pytest.raises(StudentError, match="cheat raised KeyError"):
        student("cheat")(1)


def test_errors_of_a_called_back_function_reach_the_learners_code():
    """Does the learner's code see the kind of exception that the passed function raised?"""
    f = who("def f(g):\n    try:\n        g(0)\n    except ZeroDivisionError:\n        return 'caught'")("f")
    assert f(lambda x: 1 / x) == "caught"
    with pytest.raises(StudentError, match=r"f raised RuntimeError: odd in the line `g\(0\)`"):
        f(lambda x: (_ for _ in ()).throw(OSError("odd")))


def test_failed_check_in_a_called_back_function_cannot_be_swallowed():
    """Does a requirement that fails inside a passed function fail the check, whatever the code catches?"""
    f = who("def f(g):\n    try:\n        g(1, 2)\n    except Exception:\n        pass\n    return 1.0")("f")

    def gradient(*args):
        require(len(args) == 1, "pass x alone.")

    with pytest.raises(CheckFailed, match=r"^pass x alone\.$"):
        f(gradient)
    assert f(lambda *args: 0) == 1.0


def test_asking_from_within_a_called_back_function_is_an_authors_error():
    """Is a check that cannot work under grading refused in the notebook too?"""
    someone = who("def f(g): return g()\ndef h(): return 1")
    with pytest.raises(StudentError, match="lend a function that computes it"):
        someone("f")(lambda: someone("h")())
    assert someone("h")() == 1


def test_a_function_of_the_learner_can_be_passed_to_another():
    """Does the learner's own function arrive as itself?"""
    someone = who("def twice(f, x): return f(f(x))\ndef inc(x): return x + 1\ndef same(f): return f is inc")
    inc = someone("inc")
    assert someone("twice")(inc, 3) == 5
    assert someone("same")(inc) is True


def test_returned_functions_are_kept_apart():
    """Do two functions that were returned stay two?"""
    make = who("def make(a):\n    return {'f': lambda t: a * t, 'g': [lambda: a]}")("make")
    one, two = make(1.0), make(2.0)
    assert (one["f"](3.0), two["f"](3.0), two["g"][0]()) == (3.0, 6.0, 2.0)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(x):\n    y = x / 0\n    return y", r"f raised ZeroDivisionError: .* in the line `y = x / 0`"),
        (
            "def g(x):\n    return x[5]\ndef f(x):\n    return g([x])",
            r"IndexError.* in the line `return x\[5\]`",
        ),
        ("def f():\n    return 1", r"f raised TypeError: .*positional argument"),
        (
            "def f(x):\n    return np.ones(2) @ np.ones(3)",
            r"ValueError: matmul.* in the line `return np.ones",
        ),
        ("def f(x):\n    import sys\n    sys.exit(3)", r"f raised SystemExit: 3 in the line `sys.exit\(3\)`"),
        ("def f(x):\n    return f(x)", "f raised RecursionError"),
        ("class E(Exception):\n    def __str__(self): return 1 / 0\ndef f(x):\n    raise E", "f raised E: "),
        ("def f(x):\n    a = []\n    a.append(a)\n    return a", "nested more than 40 deep, or holds itself"),
    ],
)
def test_exceptions_become_a_sentence_with_the_learners_line(source, sentence):
    """Does an exception say what was raised, and in which line of the learner?"""
    with pytest.raises(StudentError, match=sentence) as caught:
        who(source)("f")(1)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_stub_is_told_apart_from_an_error():
    """Is a stub's own text the message?"""
    with pytest.raises(NotBegun, match=r"^Exercise 1\.1: return the sum$"):
        who('def f(x):\n    raise NotImplementedError("Exercise 1.1: return the sum")')("f")(1)
    with pytest.raises(NotBegun, match="f is not begun"):
        who("def f(x):\n    raise NotImplementedError")("f")(1)


def test_missing_name_says_what_to_run():
    """Does a name that is not there say so, also when it went away between two calls?"""
    with pytest.raises(StudentError, match=r"^f is not defined\. Run the cell that defines f"):
        who()("f")
    namespace = {"f": abs}
    f = local_student(namespace)("f")
    del namespace["f"]
    with pytest.raises(StudentError, match="f is not defined"):
        f(1)


def test_value_that_is_no_function_is_named():
    """Is a number under a function's name told to the learner, and not called?"""
    with pytest.raises(StudentError, match=r"f.* not a function.* Define it with `def f\(…\)`"):
        who(f=3.0)("f")


def test_stand_in_under_the_learners_own_name_is_found_out():
    """Is a check that overwrote the learner's function told from the function?"""
    namespace = {"f": abs}
    someone = local_student(namespace)
    namespace["f"] = someone("f")
    with pytest.raises(StudentError, match="Run the cell that defines f again"):
        someone("f")


def test_function_is_looked_up_at_each_call():
    """Does a check use the cell that was run last?"""
    namespace = {"f": lambda: 1}
    f = local_student(namespace)("f")
    namespace["f"] = lambda: 2
    assert f() == 2


def test_text_of_an_exception_cannot_act():
    """Are escape sequences, control characters and half characters gone from messages?"""
    error = StudentError("ValueError", "\x1b[31mred\x1b[0m\x00\ud800" + "x" * 900, name="f")
    assert str(error).startswith("f raised ValueError: red?xxx")
    assert len(str(error)) < 450
    assert clean("a\ud800").encode("utf-8") == b"a?"


# Values and lines beside the learner's code.


def test_values_are_fetched_by_name():
    """Are named results plain data?"""
    someone = who(answer={"slope": 2.0}, thing=object())
    assert someone.value("answer") == {"slope": 2.0}
    assert isinstance(someone.value("thing"), Opaque)


def test_run_uses_the_learners_names_and_leaves_them_alone():
    """Do lines of a check see the learner's class, and leave nothing behind?"""
    namespace = {"Pair": complex, "a": 1}
    someone = local_student(namespace)
    got = someone.run("c = Pair(a, 2)", ["c", "a"], a=3)
    assert got == {"c": 3 + 2j, "a": 3}
    assert namespace["a"] == 1
    assert "c" not in namespace


@pytest.mark.parametrize(
    ("source", "fetch", "sentence"),
    [
        ("c = Pair(1)", ["c"], r"`c` is an object of type Pair, not numbers"),
        ("c = missing", ["c"], "your code raised NameError"),
        ("c = 1", ["d"], "your code raised KeyError: 'd'"),
        ("c = ", ["c"], "your code raised SyntaxError"),
        ("c = Pair(1) + 1", ["c"], "your code raised TypeError: unsupported operand"),
        ("c = Pair('x')", ["c"], r"ZeroDivisionError.* in the line `1 / 0`"),
    ],
)
def test_run_that_fails_says_why(source, fetch, sentence):
    """Do lines that raise, or fetch what is not plain, end in a sentence?"""
    pair = "class Pair:\n    def __init__(self, x):\n        if x == 'x':\n            1 / 0"
    with pytest.raises(StudentError, match=sentence):
        who(pair).run(source, fetch)


def test_generators_cross_by_their_state():
    """Does the learner's code draw the numbers that the check would draw, at any point of the stream?"""
    noise = who("def noise(n, rng): return rng.normal(size=n)")("noise")
    rng, same = np.random.default_rng(4), np.random.default_rng(4)
    assert np.array_equal(noise(3, rng), same.normal(size=3))
    assert np.array_equal(
        noise(3, rng), noise(3, np.random.default_rng(4))
    )  # `rng` was copied, not drawn from


def test_random_inputs_depend_on_student_and_question_alone():
    """Is each question's generator the same at every grading?"""
    one, two = local_student({}, b"ada"), local_student({}, b"alan")
    first = one.rng("ex01_1/ties").integers(1 << 60, size=4).tolist()
    assert first == one.rng("ex01_1/ties").integers(1 << 60, size=4).tolist()
    assert first != one.rng("ex01_1/edges").integers(1 << 60, size=4).tolist()
    assert first != two.rng("ex01_1/ties").integers(1 << 60, size=4).tolist()


def test_student_is_the_person_at_the_notebook_or_the_one_being_graded(monkeypatch):
    """Does ``student`` find names of ``__main__``, and of the graded student inside a grading run?"""
    import __main__

    monkeypatch.setattr(__main__, "my_value", 3, raising=False)
    assert student.value("my_value") == 3
    with grading(who(my_value=4)):
        assert student.value("my_value") == 4
        assert student.run("b = my_value + 1", ["b"]) == {"b": 5}
        with grading(who(my_value=5)):
            assert student.value("my_value") == 5
        assert student.value("my_value") == 4
    assert student.value("my_value") == 3
    assert student.rng("q").integers(100) == student.rng("q").integers(100)


HOSTILE = {
    "no dictionary": [1, 2],
    "no verdict": {"value": 1.0},
    "a verdict that is an array": {"ok": np.ones(2), "value": 1.0},
    "a verdict that is a number": {"ok": 1, "value": 1.0},
    "no value": {"ok": True},
    "no words": {"ok": False},
    "words that are numbers": {"ok": False, "kind": 10**4000, "detail": 1, "where": 2},
    "half the words": {"ok": False, "kind": "E", "detail": "d"},
    "another way round": {"ok": True, "points": 100},
}


@pytest.mark.parametrize("reply", HOSTILE.values(), ids=HOSTILE.keys())
def test_reply_of_another_form_is_the_students_error(reply):
    """Is a forged reply a failure of the student's code, and never of the test?"""
    someone = Student(lambda frames, call_back: pack(reply))
    with pytest.raises(StudentError, match="could not be read"):
        someone("f")
    with pytest.raises(StudentError, match="could not be read"):
        someone.run("", ["a"])


@pytest.mark.parametrize(
    "left",
    [None, 3, ["text", None], [np.array(["x", "y"]), None], [np.ones(3)], [{}, {}], [1, {"a": 10**400}]],
)
def test_forged_inputs_cannot_break_a_test(left):
    """Can a reply that lies about the arguments raise anything in the test's process?"""
    replies = iter([{"ok": True, "value": 1.0, "inputs": left}])
    f = who(f=abs)("f")
    f._owner = Student(lambda frames, call_back: pack(next(replies)))
    assert f(np.ones(2), {"a": np.float64(1)}) == 1.0


# Checks.


def said(action, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        action(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        [1, 0],
        (1, 0),
        [True, False],
        [1.0, 0],
        [np.float32(1), np.int8(0)],
        np.array([1, 0], np.float32),
        np.array([1, 0], np.float16),
        np.array([True, False]),
        np.array([1, 0], "u1"),
        np.array([1, 0], ">i8"),
        np.array([1, 0], object),
        [np.array(1.0), np.array(0)],
        [np.bool(True), 0],
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}",
)
def test_what_the_contract_allows_is_accepted(value):
    """Do lists, tuples, Booleans, float32 and integers count as arrays?"""
    agree(value, [1.0, 0.0], "f")
    assert array(value, "f", (2,)).dtype == np.float64


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2), np.array(2.0), np.int64(2), 10**0 * 2])
def test_one_number_may_be_of_any_kind(value):
    """Does a number count whether Python's, NumPy's or a 0-d array?"""
    agree(value, 2.0, "f")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "f: it returned None. Does every path of your function end in `return`?"),
        ("1", "f: it returned a str where numbers were expected."),
        (b"1", "f: it returned a bytes where numbers were expected."),
        ({"a": 1}, "f: it returned a dict where numbers were expected."),
        ({1}, "f: it returned a set where numbers were expected."),
        (["1", "2"], "f: it returned a list that is not an array of numbers."),
        ([1, "a"], "f: it returned a list that is not an array of numbers."),
        ([1, None], "f: it returned a list that is not an array of numbers."),
        ([[1], [1, 2]], "f: it returned a list that is not an array of numbers."),
        ([{}], "f: it returned a list that is not an array of numbers."),
        ([10**400, 1], "f: it returned a list that is not an array of numbers."),
        ([np.array(["x"]), 1], "f: it returned a list that is not an array of numbers."),
        (np.array(["1"]), "f: it returned a ndarray that is not an array of numbers."),
        (
            Opaque("torch.nn.Linear"),
            "f: it returned an object of type torch.nn.Linear; numbers were expected.",
        ),
        ([Opaque("x")], "f: it returned a list that is not an array of numbers."),
        ([1j, 2], "f: it returned complex numbers; real ones were asked for."),
        ([1.0], "f: it returned the shape (1,) where (2,) was asked for."),
        (1.0, "f: it returned the shape () where (2,) was asked for."),
        ([[1, 2]], "f: it returned the shape (1, 2) where (2,) was asked for."),
    ],
    ids=repr,
)
def test_what_is_no_such_array_is_named(value, sentence):
    """Does each wrong kind of answer get its sentence?"""
    assert said(agree, value, [1.0, 2.0], "f") == sentence
    assert said(agree, value, [1.0, 2.0], "f", see="lesson 01") == sentence + " See lesson 01."


def test_deep_or_long_nested_lists_are_refused_cheaply():
    """Can nested lists break a check, or one long text take gigabytes?"""
    deep = 1.0
    for _ in range(300):
        deep = [deep]
    assert "not an array of numbers" in said(agree, deep, [1.0], "f")
    wide = ["x" * 1_000_000] + [0.0] * 100_000  # as one NumPy array of text: 400 GB
    assert "not an array of numbers" in said(agree, wide, [1.0], "f")


def test_returned_function_is_named():
    """Is a function in place of numbers told from other objects?"""
    f = who("def f(): return lambda: 1")("f")()
    assert "returned a function where numbers were expected. Did you forget to call it?" in said(
        agree, f, 1.0, "f"
    )


def test_transposed_answer_gets_a_hint():
    """Is a matrix of the transposed shape asked about?"""
    assert said(agree, np.ones((2, 3)), np.ones((3, 2)), "f").endswith("Did you forget a transpose?")


def test_wrong_number_shows_ones_own_and_never_the_right_one():
    """Does a hidden check show the learner's number, how many are wrong, and nothing of the right ones?"""
    want = np.array([0.123457, 8.765432, 5.5])
    text = said(agree, [1.0, 2.0, 5.5], want, "f on two rows", see="lesson 01, section 1.1")
    assert (
        text
        == "f on two rows: 2 of 3 returned values are wrong; one of yours is 1. See lesson 01, section 1.1."
    )
    assert said(agree, [0.123457, 2.0, 5.5], want, "f").endswith(
        "1 of 3 returned values is wrong; one of yours is 2."
    )
    assert said(agree, 3.0, 8.765432, "f") == "f: it returned 3, which is not right."
    assert said(agree, [np.nan, 1, 2], want, "f") == "f: 1 of 3 returned values are NaN."
    assert said(agree, math.nan, 8.765432, "f") == "f: it returned nan, which is not right."
    assert said(agree, 1 + 2j, 8.765432j, "f") == "f: it returned 1+2j, which is not right."
    for wrong in ([1.0, 2.0, 3.0], [np.nan] * 3, [np.inf] * 3, [1.0], None, "x", [1j] * 3, 10**300):
        text = said(agree, wrong, want, "f", hints={"A hint.": np.ones(3)})
        assert not any(number in text for number in ("0.12", "8.7", "5.5"))


def test_visible_check_shows_what_was_expected():
    """Does a check that may reveal show both?"""
    text = said(agree, [1.0, 2.0], [1.0, 2.5], "f", reveal=True, see="lesson 01")
    assert text == "f: expected [1, 2.5], got [1, 2]. See lesson 01."


def test_hint_is_the_misconception_that_fits():
    """Is the hint the one whose answer came, and none where the misconception happens to be right?"""
    want = np.array([1.0, 4.0])
    hints = {"Not this.": want, "The sign.": -want, "Also the sign.": -want, "A shape.": np.ones(3)}
    assert said(agree, -want, want, "f", hints=hints).endswith("The sign.")
    assert "Not this" not in said(agree, want + 1, want, "f", hints=hints)
    assert said(agree, [np.nan, 4], want, "f", hints={"A division.": [np.nan, 4]}).endswith("A division.")


def test_nan_and_infinity_must_stand_in_the_same_places():
    """Do NaN and infinities agree with themselves and with nothing else?"""
    want = [np.nan, np.inf, -np.inf, 1.0]
    agree(want, want, "f")
    for k, wrong in enumerate([1.0, -np.inf, 1e308, np.nan]):
        got = list(want)
        got[k] = wrong
        said(agree, got, want, "f")
    said(agree, [1e308], [-1e308], "f")  # their distance is no number
    said(agree, np.nan, 1.0, "f")


def test_tolerance_is_relative_and_absolute():
    """Does the stated tolerance decide?"""
    agree(1 + 9e-4, 1.0, "f", rtol=1e-3, atol=0)
    said(agree, 1 + 2e-3, 1.0, "f", rtol=1e-3, atol=0)
    agree(1e-13, 0.0, "f")
    said(agree, 1e-11, 0.0, "f")


def test_complex_answers_are_taken_where_they_are_asked_for():
    """Does a complex reference accept complex and real numbers?"""
    agree([1j, 2], [1j, 2], "f")
    agree(2.0, 2 + 0j, "f")
    said(agree, [2.0, np.nan], [1j, 2], "f")


def test_empty_arrays_agree_by_shape():
    """Does an empty answer need the right shape and no more?"""
    agree([], np.zeros(0), "f")
    assert "(0,) where (0, 3)" in said(agree, [], np.zeros((0, 3)), "f")


def test_require_says_its_sentence():
    """Does a condition that does not hold raise the sentence?"""
    require(np.bool(True), "no")
    assert said(require, 0, "Return the same array.") == "Return the same array."


def test_results_are_several():
    """Are two results taken from tuples and lists alone?"""
    assert results((1, 2), "f", "w", "b") == (1, 2)
    assert results([1, 2], "f", "w", "b") == (1, 2)
    assert said(results, None, "f", "w", "b").startswith("f: it returned None where (w, b) was asked for.")
    assert (
        said(results, np.ones(2), "f", "w", "b") == "f: it returned one ndarray where (w, b) was asked for."
    )
    assert said(results, (1, 2, 3), "f", "w", "b") == "f: it returned 3 values where (w, b) was asked for."
    assert "one my.Thing where" in said(results, Opaque("my.Thing"), "f", "w", "b")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "it returned None"),
        ([], "an empty list where a list of layers"),
        (3.0, "float where a list of layers"),
        ([([[1.0], [1.0]], [0.0]), None], r"layer 2: it returned None where \(W, b\)"),
        ([([1.0, 1.0], [0.0])], r"W has the shape \(2,\); \(fan_in, fan_out\) with fan_in = 2"),
        ([([[1.0, 1.0]], [0.0])], r"as the input has 2 values\. Did you forget a transpose\?"),
        ([([[1.0], [1.0]], 0.0)], r"b has the shape \(\); W has 1 columns, so \(1,\)"),
        ([([[np.nan], [1.0]], [0.0])], "holds NaN, or a number larger"),
        ([([[1e200], [1.0]], [0.0])], "W of net, layer 1: it holds NaN, or a number larger than 1e"),
        ([(np.ones((2, 3)), np.ones(3))], "the last layer has 3 units where 1 was asked for"),
        ([(np.ones((2, 30)), np.ones(30)), (np.ones((30, 1)), [0])], "31 units; at most 20 are evaluated"),
        ([(np.ones((2, 3)), np.ones(3)), (np.ones((2, 1)), [0])], "layer 1 gives 3 values"),
    ],
)
def test_network_says_which_layer_is_wrong(value, sentence):
    """Does a list of layers that do not fit get a sentence that names the layer?"""
    with pytest.raises(CheckFailed, match=sentence):
        network(value, "net", 2, 1, max_units=20)


# Exercises.


@pytest.fixture
def exercise():
    ex = Exercise("ex00_1")

    @ex.part(2, "positive numbers")
    def positive(square, rng):
        x = rng.uniform(1, 2, 3)
        agree(square(x), x * x, "square")

    @ex.part(1.5, "negative numbers")
    def negative(square, student):
        assert student("square") is not None
        agree(square(-2.0), 4.0, "square of -2")

    return ex


def test_full_points_are_silence(exercise, capsys):
    """Does a right answer return None and print nothing?"""
    assert exercise(who("def square(x): return x * x")) is None
    assert capsys.readouterr().out == ""
    assert exercise.points == 3.5


def test_partial_points_come_with_reasons(exercise, capsys):
    """Is the score of what was met returned, and a sentence printed for what was not?"""
    assert exercise(who("def square(x): return x * abs(x)")) == 2.0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 of 3.5 points."
    assert lines[1].startswith("- negative numbers: not met (1.5 points). square of -2: it returned -4")


def test_no_points_name_every_requirement(exercise):
    """Does an answer that meets nothing raise a sentence for each part?"""
    text = said(exercise, who("def square(x): return 0 * x"))
    assert text.count("not met") == 2
    assert "is not defined" in said(exercise, who())


def test_stub_is_not_begun_and_half_a_stub_keeps_its_points(exercise, capsys):
    """Is an untouched stub not begun, and a stub in one branch the loss of that part alone?"""
    with pytest.raises(NotBegun, match=r"^Exercise 0\.1$"):
        exercise(who('def square(x): raise NotImplementedError("Exercise 0.1")'))
    half = "def square(x):\n    if np.ndim(x): return x * x\n    raise NotImplementedError('Exercise 0.1')"
    assert exercise(who(half)) == 2.0
    assert "negative numbers: not met (1.5 points). Exercise 0.1" in capsys.readouterr().out


def test_error_of_the_test_itself_is_not_hidden():
    """Does a mistake in a hidden test go on as what it is?"""
    ex = Exercise("ex00_1")

    @ex.part(1, "breaks")
    def breaks(square):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        ex(who("def square(x): return x"))


def test_exercise_refuses_wrong_declarations(exercise):
    """Are parts without points, and two of one name, refused by name?"""
    for points in (0, -1, math.nan):
        with pytest.raises(ValueError, match="ex00_1: the part other needs points above 0"):

            @exercise.part(points, "nothing")
            def other():
                pass

    with pytest.raises(ValueError, match="ex00_1: two parts are called positive; rename one"):

        @exercise.part(1, "again")
        def positive():
            pass


# Predictions.


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEPKG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_prediction_is_kept_and_revealed(home, capsys):
    """Is what was predicted shown beside the truth, and is it on disk?"""
    predict("01-planes", 7)
    assert capsys.readouterr().out == "Recorded: you predict 7.\n"
    assert json.loads((home / "predictions.json").read_text())["01-planes"] == {"predicted": 7}
    reveal("01-planes", np.int64(7))
    reveal("01-planes", 8)
    assert capsys.readouterr().out == "You predicted 7, and so it is.\nYou predicted 7. It is 8.\n"
    assert predictions_file() == home / "predictions.json"
    assert [path.name for path in home.iterdir()] == ["predictions.json"]


def test_unanswered_prediction_lets_the_lesson_go_on(home, capsys):
    """Does ``...`` record nothing, and reveal still tell the truth?"""
    predict("01-planes")
    assert "No prediction yet" in capsys.readouterr().out
    assert not home.exists()
    reveal("01-planes", 8)
    assert capsys.readouterr().out == "It is 8. (You recorded no prediction.)\n"


@pytest.mark.parametrize(
    ("predicted", "truth", "right"),
    [
        (104, 104, True),
        (104, 105, False),
        (1880, 1882, False),
        (0.5, 0.503, True),
        (0.5, 0.6, False),
        (1, 1.0, True),
        (True, np.bool(True), True),
        ("xor", "xor", True),
        ([1, 2], (1, 2), True),
        ([0.5, 1], np.array([0.501, 1.0]), True),
        ([1, 2], [1, 2, 3], False),
        ([(1, 2)], [(1, 2)], True),
        ("1", 1, False),
        (9, [9], True),
        (8, [9], False),
        (math.nan, 1.0, False),
    ],
)
def test_prediction_counts_as_right_within_reason(home, capsys, predicted, truth, right):
    """Are counts compared exactly, and measured numbers to one in a hundred?"""
    predict("01-x", predicted)
    reveal("01-x", truth)
    assert ("and so it is" in capsys.readouterr().out) is right


def test_calibration_counts_one_lesson(home, capsys):
    """Does the end block list a lesson's own predictions and how many were right?"""
    calibration("01")
    assert "no prediction in this lesson" in capsys.readouterr().out
    for id, predicted, truth in (("01-a", 1, 1), ("01-b", 2.5, 3.0), ("02-a", 5, 5)):
        predict(id, predicted)
        reveal(id, truth)
    predict("01-c", "later")
    reveal("01-d", 4)
    capsys.readouterr()
    calibration("01")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["01-a", "01-b", "01-c", "1"]
    assert lines[0].endswith("right")
    assert not lines[1].endswith("right")
    assert "not shown yet" in lines[2]
    assert lines[-1] == "1 of 3 right."


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"01-a": 3}', '{"01-a": [1], "01-b": null}', "\ufeff{}", "\x00"]
)
def test_broken_file_stops_no_lesson(home, capsys, content):
    """Is a file that was cut off or edited by hand passed over?"""
    home.mkdir()
    (home / "predictions.json").write_text(content, encoding="utf-8")
    calibration("01")
    predict("01-a", 1)
    reveal("01-a", 1)
    assert "and so it is" in capsys.readouterr().out


def test_folder_that_cannot_be_written_stops_no_lesson(tmp_path, monkeypatch, capsys):
    """Does the lesson go on, and is a prediction that was not kept not called recorded?"""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSEPKG_HOME", str(tmp_path / "file"))  # a folder cannot be made there
    predict("01-a", 1)
    told = capsys.readouterr().out
    assert "could not be kept" in told
    assert "Recorded" not in told
    reveal("01-a", 2)
    assert "It is 2." in capsys.readouterr().out
    calibration("01")


def test_folder_in_the_files_place_stops_no_lesson(home, capsys):
    """Does a folder called predictions.json stop nothing?"""
    (home / "predictions.json").mkdir(parents=True)
    predict("01-a", 1)
    assert "could not be kept" in capsys.readouterr().out


@pytest.mark.parametrize("id", ["1-a", "01_a", "01-A", "01-", "", "01-a b", None, 1, "../../x"])
def test_id_of_another_form_is_refused(home, id):
    """Does an id that could be mixed up get a sentence with an example?"""
    for action in (predict, reveal):
        with pytest.raises(ValueError, match=f'{action.__name__}: the id .* such as "01-two-inputs"'):
            action(id, 1)


def test_value_that_cannot_be_stored_is_refused(home):
    """Does a value that is no plain data get a sentence that says what can be given?"""
    for action in (predict, reveal):
        with pytest.raises(ValueError, match=f"{action.__name__}: a value of type .* give a number, a word"):
            action("01-a", object())
    with pytest.raises(ValueError, match="give a number"):
        predict("01-a", [np.ones(2)])


@pytest.mark.parametrize("lesson", ["1", 1, "", "01-a", None])
def test_calibration_wants_two_digits(home, lesson):
    """Does a lesson of another form get a sentence with an example?"""
    with pytest.raises(ValueError, match=r'calibration: got .* two digits, such as "01"'):
        calibration(lesson)
