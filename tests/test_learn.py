"""Does laying out the assignments ever cost a learner anything?"""

import json
import re
from pathlib import Path

import pytest

from tools.learn import NOTEBOOKS, RECORD, lay_out, main, write_lessons
from tools.notebook_form import code_cells, read

ID = "01_threshold_logic_units"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Return a release folder with one assignment, a data file of it and an editor's leftover."""
    folder = tmp_path / "release" / ID
    (folder / "data").mkdir(parents=True)
    (folder / f"{ID}.ipynb").write_text("first release")
    (folder / "data" / "table.csv").write_text("1,2")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x.ipynb").write_text("leftover")
    return folder.parent


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return the place of the learner's folder, which does not exist yet."""
    return tmp_path / "work"


def texts(work: Path) -> dict[str, str]:
    """Return each file of the learner's folder, but for the record."""
    files = [path for path in sorted(work.rglob("*")) if path.is_file() and path.name != RECORD]
    return {path.relative_to(work).as_posix(): path.read_text() for path in files}


def test_lay_out_copies_what_is_released(release, work):
    """Does a first run copy the notebook and its data, and no editor's leftovers, and say so once?"""
    assert lay_out(release, work) == [f"{work / ID} is ready."]
    assert texts(work) == {f"{ID}/{ID}.ipynb": "first release", f"{ID}/data/table.csv": "1,2"}


def test_lay_out_twice_changes_nothing(release, work):
    """Is a second run silent, before and after the learner has written?"""
    lay_out(release, work)
    assert lay_out(release, work) == []
    (work / ID / f"{ID}.ipynb").write_text("my answers")
    assert lay_out(release, work) == []
    assert texts(work)[f"{ID}/{ID}.ipynb"] == "my answers"


def test_lay_out_replaces_what_the_learner_never_wrote_in(release, work):
    """Does a new release replace an untouched old one?"""
    lay_out(release, work)
    (release / ID / f"{ID}.ipynb").write_text("second release")
    assert "you had not written" in lay_out(release, work)[0]
    assert texts(work)[f"{ID}/{ID}.ipynb"] == "second release"
    assert len(texts(work)) == 2


def test_lay_out_puts_a_new_release_beside_the_learners_work(release, work):
    """Does a new release leave the learner's work alone, lie beside it, and say so once?"""
    lay_out(release, work)
    mine = work / ID / f"{ID}.ipynb"
    mine.write_text("my answers")
    (release / ID / f"{ID}.ipynb").write_text("second release")
    (sentence,) = lay_out(release, work)
    (beside,) = (work / ID).glob(f"{ID}_new_*.ipynb")
    assert mine.read_text() == "my answers"
    assert beside.read_text() == "second release"
    assert str(mine) in sentence
    assert str(beside) in sentence
    assert lay_out(release, work) == []


def test_lay_out_keeps_every_version_that_the_learner_may_have_written_in(release, work):
    """Does a third release leave both the first work and the work in the second release?"""
    lay_out(release, work)
    (work / ID / f"{ID}.ipynb").write_text("my answers")
    (release / ID / f"{ID}.ipynb").write_text("second release")
    lay_out(release, work)
    (beside,) = (work / ID).glob(f"{ID}_new_*.ipynb")
    beside.write_text("my answers, again")
    for text in ("third release", "second release"):
        (release / ID / f"{ID}.ipynb").write_text(text)
        lay_out(release, work)
    found = sorted(path.read_text() for path in (work / ID).glob("*.ipynb"))
    assert found == ["my answers", "my answers, again", "third release"]


@pytest.mark.parametrize("broken", [None, "{ not json", "[]"])
def test_lay_out_without_a_record_overwrites_nothing(broken, release, work):
    """Is the learner's work safe if the record is gone or broken?"""
    lay_out(release, work)
    (work / ID / f"{ID}.ipynb").write_text("my answers")
    (work / RECORD).unlink()
    if broken:
        (work / RECORD).write_text(broken)
    lay_out(release, work)
    assert texts(work)[f"{ID}/{ID}.ipynb"] == "my answers"
    assert set(json.loads((work / RECORD).read_text())) == {f"{ID}/{ID}.ipynb", f"{ID}/data/table.csv"}


def test_lay_out_restores_a_file_that_the_learner_deleted(release, work):
    """May a learner start afresh by deleting the notebook?"""
    lay_out(release, work)
    (work / ID / f"{ID}.ipynb").unlink()
    lay_out(release, work)
    assert texts(work)[f"{ID}/{ID}.ipynb"] == "first release"


def test_lay_out_needs_a_release(tmp_path, work):
    """Does an empty release name the command that makes one?"""
    with pytest.raises(FileNotFoundError, match="run `coursepkg release` first"):
        lay_out(tmp_path / "nothing", work)
    assert not work.exists()


def test_learn_command_says_what_it_did(release, work, capsys):
    """Does the command print the sentences, and end with 1 and a cure if there is nothing to lay out?"""
    assert main([str(release), str(work)]) == 0
    ready = {f"{work / name} is ready." for name in (ID, f"notebooks/{ID}.ipynb", "notebooks/results")}
    assert ready <= set(capsys.readouterr().out.splitlines())
    assert main([str(release), str(work)]) == 0
    assert capsys.readouterr().out == f"{work} is up to date.\n"
    assert main([str(release / "nothing"), str(work)]) == 1
    assert "run `coursepkg release` first" in capsys.readouterr().err


def test_lessons_come_without_answers_below_the_predictions(tmp_path):
    """Is each lesson as it is committed, but never run, with the records beside it?"""
    write_lessons(tmp_path, "..")
    lessons = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    assert len(lessons) == 15
    for path in lessons:
        laid_out, committed = read(tmp_path / path.name), read(path)
        assert [cell.source for cell in laid_out.cells[1:]] == [cell.source for cell in committed.cells[1:]]
        assert [cell for cell in code_cells(laid_out) if cell.outputs or cell.execution_count] == []
    records = sorted(path.name for path in (NOTEBOOKS / "results").iterdir())
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == records


def test_lessons_lead_to_their_assignments(tmp_path):
    """Does the opening of each lesson link to a released assignment, and is the rest of it as committed?"""
    write_lessons(tmp_path / "notebooks", "../assignments")
    released = {path.name for path in (NOTEBOOKS.parent / "assignments" / "source").iterdir()}
    for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"):
        opening = read(tmp_path / "notebooks" / path.name).cells[0].source
        [(text, target)] = re.findall(r"\[(assignment \d\d)\]\(([^)]+)\)", opening)
        _, folder, name, file = target.split("/")
        assert (folder, file) == ("assignments", f"{name}.ipynb")
        assert name in released
        assert name.startswith(text.removeprefix("assignment "))
        assert opening.replace(f"[{text}]({target})", text) == read(path).cells[0].source
