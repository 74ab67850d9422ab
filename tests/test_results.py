"""Do the reproduction tables say what was computed, and the records what the studies find?"""

import json

import numpy as np
import pytest

from coursepkg.results import Recorded, Result, recorded, table
from tools import studies

ALL = studies.find()
each_study = pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)


@pytest.mark.parametrize(
    ("published", "ours", "tolerance", "relation", "agrees"),
    [
        (14, 14, 0, "=", True),
        (14, 15, 0, "=", False),
        (0.899, 0.894, 0.005001, "=", True),
        (0.899, 0.89, 0.005, "=", False),
        (425, 103, 0, "<=", True),
        (16, 103, 0, "<=", False),
        (7, 121, 0, ">=", True),
        (7, 6.5, 0.4, ">=", False),
        ("heat", "heat", 0, "=", True),
        ("heat", "cold", 0, "=", False),
    ],
)
def test_a_result_agrees_within_its_tolerance(published, ours, tolerance, relation, agrees):
    """Does a row say yes exactly where the number stands to the published one as it should?"""
    assert Result("claim", published, ours, tolerance, "source", relation).agrees is agrees


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relation": "<"}, "expected a relation among"),
        ({"tolerance": -1.0}, "at least 0"),
        ({"tolerance": np.nan}, "at least 0"),
        ({"ours": np.inf}, "only finite numbers compare"),
    ],
)
def test_a_result_refuses_what_cannot_be_compared(change, message):
    """Is a row refused that could never disagree?"""
    given = {"claim": "c", "published": 1.0, "ours": 1.0, "tolerance": 0.0, "source": "s", **change}
    with pytest.raises(ValueError, match=message):
        Result(**given)


def test_a_table_shows_signs_bars_and_disagreement():
    """Are bounds marked, bars in formulas escaped, and disagreements bold?"""
    shown = table([Result("$|w|$", 2.0, 3.0, 0.25, "derived", "<="), Result("a", "x", "x", 0, "b")])
    lines = shown._repr_markdown_().splitlines()
    assert lines[2] == r"| $\|w\|$ | ≤ 2 | 3 | 0.25 | **no** | derived |"
    assert lines[3] == "| a | x | x | the same | yes | b |"


def test_a_record_comes_back(tmp_path):
    """Do rows, arrays and numbers survive the file, with NumPy's numbers as plain ones?"""
    rows = [Result("c", np.float64(0.5), np.int64(1), 0.5, "s")]
    found = Recorded(rows, {"curve": np.array([1 / 3, 2.0]), "n": np.int64(3), "name": "x"})
    (tmp_path / "99-x.json").write_text(json.dumps(found.to_json()), encoding="utf-8")
    back = recorded("99-x", tmp_path)
    assert back.results == rows
    np.testing.assert_allclose(back.data["curve"], [1 / 3, 2.0], rtol=1e-7)
    assert (back.data["n"], back.data["name"]) == (3, "x")


def test_a_missing_record_names_the_cure(tmp_path):
    """Does the error say how the record is made?"""
    with pytest.raises(FileNotFoundError, match="make results"):
        recorded("no-such-study", tmp_path)


def test_a_study_belongs_to_its_lesson():
    """Is a name refused that does not begin with the lesson, or that is taken?"""
    with pytest.raises(ValueError, match="begins with 03-"):
        studies.study("04-x", lesson="03", title="")
    with pytest.raises(ValueError, match="is the name of"):
        studies.study(ALL[0].name, lesson=ALL[0].lesson, title="")(lambda: Recorded([]))


def test_a_fingerprint_ignores_comments_only(tmp_path):
    """Does a docstring or a comment leave the fingerprint alone, and code change it?"""
    file = tmp_path / "m.py"
    texts = ['"""A."""\nx = 1\n', '"""B.\n\nC."""\n\n# why\nx = 1\n', '"""A."""\nx = 2\n']
    codes = []
    for text in texts:
        file.write_text(text, encoding="utf-8")
        codes.append(studies._code(file))
    assert codes[0] == codes[1] != codes[2]


@each_study
def test_the_record_is_fresh(one):
    """Was each study recorded by the code that is here?"""
    assert studies.is_fresh(one), f"run `make results`, or python -m tools.studies {one.name}"


def test_the_page_is_what_the_records_say():
    """Is the committed page made from the committed records?"""
    assert studies.PAGE.read_text(encoding="utf-8") == studies.page()
    assert studies.README.read_text(encoding="utf-8") == studies.readme()


def test_a_row_that_the_readme_misses_is_named(monkeypatch):
    """Is a renamed claim an error that says where to mend it?"""
    monkeypatch.setattr(studies, "SHOWN", [("04-efron", "no such claim")])
    with pytest.raises(LookupError, match="04-efron has no row 'no such claim'; mend SHOWN"):
        studies.readme()


def test_every_record_has_its_study():
    """Is there no record that no study makes?"""
    assert sorted(path.stem for path in studies.RECORDS.glob("*.json")) == [one.name for one in ALL]


@pytest.mark.slow
@each_study
def test_a_study_finds_again_what_it_recorded(one):
    """Does a fresh run give the recorded rows: the same verdicts, numbers within their tolerance?"""
    old, new = recorded(one.name, studies.RECORDS).results, one.function().results
    assert [(r.claim, r.agrees) for r in new] == [(r.claim, r.agrees) for r in old]
    for before, after in zip(old, new):
        if not isinstance(before.ours, str):
            slack = max(before.tolerance, 1e-4 * abs(before.ours))
            assert after.ours == pytest.approx(before.ours, abs=slack), after.claim
