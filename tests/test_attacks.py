"""Does every attack get exactly what its honest part deserves, and nothing else happen?"""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters import markdown2html

from tests.attacks.accidents import text
from tests.attacks.corpus import ATTACKS
from tests.attacks.field import open_field, state
from tests.toy_course import ID

NAMES = [attack.name for attack in ATTACKS]
SAMPLE = random.Random(3).sample(
    [a for a in ATTACKS if a.refused or a.change or a.name in ("array_function", "poisons_the_next_student")],
    6,
)
FOR_NBGRADER = ("reads_files", "displayhook", "own_tests", "extra_graded_cells", "active_outputs", "segfault")
HONEST = ("aa_honest", "mm_honest", "zz_honest")
CLUMSY = re.compile(r"refused: (NameError|SyntaxError|AttributeError|UnboundLocalError)")

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox is Linux's")


def watched(field):
    """Return the state of every file that no student may change."""
    of_course = (".secret", "limits.toml", "hidden/toy.py", f"source/{ID}/{ID}.ipynb")
    places = [field.root / "home" / "diary.txt", *(field.course.root / name for name in of_course)]
    places += sorted(field.submitted.rglob("*.ipynb"))
    return {path: state(path) for path in places}


def hand_in(field, attacks):
    """Hand in honest work and attacks."""
    for name in HONEST:
        comment = {"essay": f"Because. {field.canaries['other']}"} if name == "aa_honest" else {}
        field.hand_in(name, text(field.notebook(comment)))
    for attack in attacks:
        notebook = field.notebook({"array_function": attack.square}, attack.cells)
        field.hand_in(attack.name, (attack.change or text)(notebook), attack.files)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All attacks, graded in one class by the command."""
    yield from graded(tmp_path_factory.mktemp("attacks"), ATTACKS)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A few attacks."""
    yield from graded(tmp_path_factory.mktemp("sample"), SAMPLE)


def graded(root, attacks):
    with open_field(root) as field:
        hand_in(field, attacks)
        before = watched(field)
        outcome = field.grade("--jobs", "2", "--require-sandbox", seconds=290)
        yield field, outcome, before


def holds(attack, field, outcome):
    """Assert what must hold of one attack."""
    row = outcome.table[attack.name]
    assert row["status"] == "graded" or not attack.status, row["reason"]
    points = {name: exercise["score"] for name, exercise in row["exercises"].items()}
    assert points["ex00_1"] == attack.deserves, row
    assert row["max_score"] == 9
    if attack.rest >= 0:
        assert points["ex00_2"] + points["ex00_3"] == attack.rest, row
    said = outcome.outputs(attack.name)
    page = outcome.pages[attack.name].read_text()
    for place, secret in field.canaries.items():
        assert secret not in said, f"{attack.name} saw {place}"
        assert secret not in page, f"{attack.name} saw {place}"
    assert not re.search(r"\bGOT [^f]", said), said[:3000]
    assert not CLUMSY.search(said), CLUMSY.search(said)
    if attack.refused:
        assert "refused: " in said
    for active in ("<script", "<img src=x", 'href="javascript:', "\x1b", "\x9b", "\u202e"):
        assert active not in page, f"{attack.name}: {active!r} in the page"
    assert len(page) < 12 << 20
    cells = nbformat.read(outcome.notebooks[attack.name], as_version=4).cells
    shown = "".join(markdown2html(cell.source) for cell in cells if cell.cell_type == "markdown")
    assert not re.search("<script|<img|<a ", shown), "the form grader would run a student's text"


def points_by_cell(gradebook, name):
    """Return a student's points for each automatically graded cell."""
    grades = gradebook.find_submission_notebook(ID, ID, name).grades
    return {grade.name: grade.auto_score for grade in grades if grade.name != "essay"}


def nothing_else_happened(field, outcome, before, attacks):
    """Assert what must hold of the whole run."""
    assert outcome.code == 0, outcome.said[-3000:]
    assert set(outcome.table) == set(HONEST) | {attack.name for attack in attacks}
    assert set(outcome.pages) == set(outcome.notebooks) == set(outcome.table)
    for name in HONEST:
        assert outcome.table[name]["score"] == 6, outcome.table[name]
    assert watched(field) == before
    assert field.contacts == []
    assert field.survivors() == []
    assert list(field.temporary.iterdir()) == []
    assert field.victim.poll() is None
    status = Path(f"/proc/{field.victim.pid}/stat").read_text().rpartition(")")[2].split()
    assert status[0] in "SR", "the victim was stopped"
    assert status[16] == str(os.nice(0)), "the victim's priority was changed"
    assert os.sched_getaffinity(field.victim.pid) == os.sched_getaffinity(0)
    allowed = {"course", "graded", "home", "submitted", "tmp", "unix"}
    assert {path.name for path in field.root.iterdir()} == allowed
    strange = {p.name for p in (field.root / "home").iterdir()} - {"diary.txt", ".cache", ".config", ".local"}
    assert not strange
    assert not list(field.root.rglob("*GOT*"))


@linux
@pytest.mark.parametrize("attack", SAMPLE, ids=lambda attack: attack.name)
def test_sample_of_attacks_gets_what_it_deserves(attack, sample):
    """Does an attack of the sample get nothing more than its honest part deserves?"""
    field, outcome, _ = sample
    holds(attack, field, outcome)


@linux
def test_sample_of_attacks_leaves_no_trace(sample):
    """Is nothing changed, reached or left alive?"""
    nothing_else_happened(*sample, SAMPLE)


@linux
@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_gets_what_it_deserves(attack, whole):
    """Does it get nothing more than its honest part deserves, and see nothing?"""
    field, outcome, _ = whole
    holds(attack, field, outcome)


@linux
@pytest.mark.slow
def test_attacks_leave_no_trace(whole):
    """Is the batch complete, and nothing changed, reached or left alive?"""
    nothing_else_happened(*whole, ATTACKS)


def test_corpus_is_large_enough():
    """Are there at least 45 attacks, each with a name of its own?"""
    assert len(set(NAMES)) == len(ATTACKS) >= 45


@linux
@pytest.mark.slow
def test_nbgraders_own_command_gives_attacks_the_same_points(whole, tmp_path):
    """Do ``nbgrader autograde`` and ``generate_feedback`` give a sample the points of ``coursepkg grade``?"""
    from nbgrader.api import Gradebook

    _, outcome, _ = whole
    with open_field(tmp_path / "class") as field:
        attacks = [attack for attack in ATTACKS if attack.name in FOR_NBGRADER]
        hand_in(field, attacks)
        os.rename(field.submitted, field.course.root / "submitted")
        before = watched(field)
        for command in ("generate_assignment", "autograde", "generate_feedback"):
            run = subprocess.run(
                [sys.executable, "-m", "nbgrader", command, ID],
                cwd=field.course.root,
                env={**os.environ, "TMPDIR": str(field.temporary), "CANARY": field.canaries["environment"]},
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert run.returncode == 0, run.stderr[-3000:]
        assert watched(field) == before
        assert field.survivors() == []
        with Gradebook(f"sqlite:///{field.course.root / 'gradebook.db'}") as gradebook:
            for name in (*HONEST, *(attack.name for attack in attacks)):
                told = outcome.table[name]["exercises"]
                expected = {exercise: told[exercise]["score"] for exercise in told if exercise != "essay"}
                assert points_by_cell(gradebook, name) == expected, name
        for attack in attacks:
            page = (field.course.root / "feedback" / attack.name / ID / f"{ID}.html").read_text()
            assert "<script" not in page
            assert not any(text in page for text in field.canaries.values())
