"""Does no accident cost a point that was earned, nor anybody else's work?"""

import random
import sys

import pytest

from tests.attacks.accidents import ACCIDENTS, text
from tests.attacks.field import open_field
from tests.toy_course import ID

SAMPLE = random.Random(1).sample(ACCIDENTS, 8)
EXTRA = ("two_notebooks", "linked_folder", "another_name", "inner_folder_missing")


def hand_in(field, accidents):
    """Hand in each accident, and four that are folders rather than files."""
    for accident in accidents:
        notebook = field.notebook({"array_function": accident.square}, accident.cells)
        raw = (accident.change or text)(notebook)
        if raw is None:
            (field.submitted / accident.name / ID).mkdir(parents=True)
        else:
            field.hand_in(accident.name, raw)
    right = text(field.notebook())
    folder = field.submitted / "two_notebooks" / ID
    folder.mkdir(parents=True)
    for name in (f"{ID}.ipynb", f"{ID}-Copy1.ipynb", "Untitled.ipynb"):
        (folder / name).write_bytes(right if name == f"{ID}.ipynb" else b"{}")
    (field.submitted / "linked_folder").symlink_to(folder)
    (field.submitted / "another_name").mkdir()
    (field.submitted / "another_name" / f"{ID} (final).ipynb").write_bytes(right)
    (field.submitted / "inner_folder_missing").mkdir()
    (field.submitted / "inner_folder_missing" / f"{ID}.ipynb").write_bytes(right)


def graded(root, accidents):
    """Grade a class of accidents by the command."""
    with open_field(root, cell_seconds=10.0, submission_seconds=60.0) as field:
        hand_in(field, accidents)
        return field.grade("--jobs", "2", seconds=290)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All accidents in one class."""
    return graded(tmp_path_factory.mktemp("accidents"), ACCIDENTS)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A few."""
    return graded(tmp_path_factory.mktemp("sample"), SAMPLE)


def deserved(accident, outcome):
    """Assert that an accident has the points that its work deserves, and says what it should."""
    row = outcome.table[accident.name]
    assert row["status"] == accident.status, row
    assert row["score"] == accident.points, row
    assert row["max_score"] == 9
    assert accident.says in row["reason"], row["reason"]
    page = outcome.pages[accident.name].read_text(encoding="utf-8")
    assert len(page) < 12 << 20
    if accident.status == "failed":
        assert row["reason"].partition(".")[0] in page.replace("&#39;", "'")
    assert outcome.notebooks[accident.name].stat().st_size < 12 << 20


def complete(outcome, accidents):
    """Assert that everybody is there."""
    assert outcome.code == 0, outcome.said[-3000:]
    assert set(outcome.table) == {accident.name for accident in accidents} | set(EXTRA)
    assert outcome.table.keys() == outcome.pages.keys() == outcome.notebooks.keys()
    scores = {name: outcome.table[name]["score"] for name in EXTRA}
    assert scores == {"two_notebooks": 6, "linked_folder": 0, "another_name": 6, "inner_folder_missing": 6}
    assert "is a link" in outcome.table["linked_folder"]["reason"]
    assert "Traceback" not in outcome.said


@pytest.mark.parametrize("accident", SAMPLE, ids=lambda accident: accident.name)
def test_sample_of_accidents_costs_nothing(accident, sample):
    """Does an accident of the sample keep the points that its work deserves?"""
    deserved(accident, sample)


def test_sample_is_complete(sample):
    """Is everybody in the table, the gradebook and the feedback?"""
    complete(sample, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda accident: accident.name)
def test_accident_costs_nothing(accident, whole):
    """Does each keep the points that its work deserves?"""
    deserved(accident, whole)


@pytest.mark.slow
def test_class_of_accidents_is_complete(whole):
    """Is everybody in the table, the gradebook and the feedback?"""
    complete(whole, ACCIDENTS)


def test_corpus_is_large_enough():
    """Are there at least 20 accidents, each with a name of its own?"""
    assert len({accident.name for accident in ACCIDENTS}) == len(ACCIDENTS) >= 20
    assert sys.getfilesystemencoding() == "utf-8"
