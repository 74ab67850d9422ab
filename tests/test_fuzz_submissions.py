"""Does every file get an explicit outcome, and no more points than its solutions deserve?"""

import copy
import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from coursepkg.grading.limits import Limits
from coursepkg.grading.submission import Graded, Job, grade_submission, seed
from tests.attacks.field import CHOSEN
from tests.toy_course import ID, own_hidden_tests, right_answers, submission, write_toy_course

LIMITS = Limits(modules=("numpy",), call_seconds=2, cell_seconds=2, exercise_seconds=4, submission_seconds=20)
DESERVED = {"ex00_1": 2, "ex00_2": 0, "ex00_3": 2, "essay": 0}  # exercise 2 is blank

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["", "code", "markdown", "raw", "ex00_1", "array_function", "\ud800", "\x00", "a\r\nb", "def square("]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    st.recursive(st.just([]), lambda inner: st.lists(inner, min_size=1, max_size=1), max_leaves=60),
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["replace", "delete", "duplicate", "move", "wrap", "rename"]),
        st.integers(0, 10**6),
        JUNK,
    ),
    min_size=1,
    max_size=8,
)
BYTES = st.lists(st.tuples(st.integers(0, 10**7), st.binary(max_size=6), st.integers(0, 40)), max_size=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of three exercises."""
    with own_hidden_tests():
        yield write_toy_course(tmp_path_factory.mktemp("fuzz"), CHOSEN)


@pytest.fixture(scope="module")
def valid(course):
    """A submission in which exercises 1 and 3 are right and 2 is blank, as plain JSON."""
    answers = right_answers(CHOSEN)
    del answers["function_argument"]
    return json.loads(json.dumps(submission(course, answers)))


def places(tree, found=None):
    """Return every container in a JSON tree that holds something."""
    found = [] if found is None else found
    if isinstance(tree, dict | list) and tree:
        found.append(tree)
        for value in tree.values() if isinstance(tree, dict) else tree:
            places(value, found)
    return found


def edit(tree, how, where, junk):
    """Change one place of a JSON tree."""
    spots = places(tree)
    if not spots:
        return tree
    place = spots[where % len(spots)]
    key = (list(place) if isinstance(place, dict) else range(len(place)))[where // len(spots) % len(place)]
    value = place[key]
    if how == "delete":
        del place[key]
    elif how == "duplicate" and isinstance(place, list):
        place.insert(where % (len(place) + 1), copy.deepcopy(value))
    elif how == "move" and isinstance(place, list):
        place.insert(where % len(place), place.pop(key))
    elif how == "wrap":
        place[key] = [value] if where % 2 else {"source": value}
    elif how == "rename" and isinstance(place, dict):
        place[str(junk)] = place.pop(key)
    else:
        place[key] = junk
    return tree


def spoil(raw, cuts):
    """Change, remove and insert bytes."""
    for at, inserted, removed in cuts:
        at %= len(raw) + 1
        raw = raw[:at] + inserted + raw[at + removed :]
    return raw


def has_an_explicit_outcome(course, raw):
    """Grade bytes and assert what must hold of any."""
    job = Job("fuzz", ID, course.assignment(ID).path, course.root, raw, "", seed(b"s", "fuzz", ID), LIMITS)
    graded = grade_submission(job)
    assert isinstance(graded, Graded)
    assert graded.status in ("graded", "failed")
    assert graded.status == "graded" or graded.reason
    assert graded.exercises.keys() == DESERVED.keys()
    for name, exercise in graded.exercises.items():
        if exercise.score is None:
            assert name == "essay"  # changed: it waits for the instructor
            continue
        assert exercise.score <= DESERVED[name], (name, exercise)
        assert exercise.score == exercise.max_score or exercise.message
    assert graded.max_score == 9
    assert json.loads(graded.notebook)["cells"]
    graded.notebook.encode()
    return graded


def mutated(course, valid, edits, cuts):
    """Grade a mutation of the valid submission."""
    tree = copy.deepcopy(valid)
    for how, where, junk in edits:
        tree = edit(tree, how, where, junk)
    try:
        raw = json.dumps(tree).encode()
    except RecursionError:
        assume(False)
    has_an_explicit_outcome(course, spoil(raw, cuts))


def test_valid_submission_gets_what_it_deserves(course, valid):
    """Does the submission that is mutated get exactly its points?"""
    graded = has_an_explicit_outcome(course, json.dumps(valid).encode())
    assert {name: exercise.score for name, exercise in graded.exercises.items()} == DESERVED


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=12, derandomize=True, **COMMON)
@given(edits=EDITS, cuts=st.just([]))
def test_mutated_notebooks_get_an_outcome(course, valid, edits, cuts):
    """Is a notebook with a few things changed graded or refused, never a crash?"""
    mutated(course, valid, edits, cuts)


@settings(max_examples=40, derandomize=True, **COMMON)
@given(raw=st.one_of(st.binary(max_size=200), JUNK.map(lambda junk: json.dumps(junk).encode())))
def test_bytes_that_are_no_notebook_get_an_outcome(course, raw):
    """Are arbitrary bytes, and arbitrary JSON, refused with a sentence?"""
    graded = has_an_explicit_outcome(course, raw)
    assert graded.score == 0


@pytest.mark.slow
@settings(max_examples=400, **COMMON)
@given(edits=EDITS, cuts=st.one_of(st.just([]), BYTES))
def test_many_mutated_notebooks_get_an_outcome(course, valid, edits, cuts):
    """The same, for many more, and with bytes changed too?"""
    mutated(course, valid, edits, cuts)


@pytest.mark.slow
@settings(max_examples=200, **COMMON)
@given(cuts=BYTES.filter(bool))
def test_many_spoilt_files_get_an_outcome(course, valid, cuts):
    """Is a file with a few bytes changed graded or refused?"""
    has_an_explicit_outcome(course, spoil(json.dumps(valid).encode(), cuts))
