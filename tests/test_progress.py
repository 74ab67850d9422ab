"""Does a learner see where they stand, without anything being run twice or lost?"""

import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from coursepkg.cli import app
from coursepkg.grading import predict, progress, reveal
from coursepkg.grading.assignment import find_course
from tests.conftest import ROOT

FIRST = find_course(ROOT).assignment("01")
LESSONS = ROOT / "notebooks"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a learner who has received the first assignment."""
    monkeypatch.setenv("COURSEPKG_HOME", str(tmp_path / "home"))
    path = tmp_path / "work" / FIRST.id / f"{FIRST.id}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(FIRST.release, path)
    return tmp_path / "work"


def solve(work: Path, *names: str) -> None:
    """Put the course's own solutions into the learner's notebook."""
    path = work / FIRST.id / f"{FIRST.id}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    solved = {cell.id: cell.source for cell in FIRST.solved.cells}
    for cell in notebook.cells:
        if cell.id in names:
            cell.source = solved[cell.id]
    nbformat.write(notebook, path)


def first(work: Path) -> progress.Standing:
    return next(progress.standings(LESSONS, work))


def test_untouched_work_is_not_begun_and_not_run(work: Path, monkeypatch: pytest.MonkeyPatch):
    """Is a notebook of stubs told apart without running it?"""
    monkeypatch.setattr(progress, "check_notebook", lambda path: pytest.fail("it was run"))
    standing = first(work)
    assert (standing.state, standing.done, len(standing.checked)) == ("not begun", [], 6)
    assert sum(standing.points.values()) == 25
    assert standing.title == "What can one threshold unit compute?"
    assert standing.question.startswith("Which functions of $n$ bits")
    assert standing.time == "60 minutes"


def test_a_solved_exercise_counts_and_is_run_once(work: Path, monkeypatch: pytest.MonkeyPatch):
    """Does a passed check bring its points, and does the next look remember it?"""
    solve(work, "tlu")
    standing = first(work)
    assert (standing.state, standing.done, standing.points_done) == ("begun", ["ex01_1"], 4)
    monkeypatch.setattr(progress, "check_notebook", lambda path: pytest.fail("it was run twice"))
    assert first(work) == standing


def test_a_changed_file_is_run_again(work: Path):
    """Is what was remembered of an older text forgotten?"""
    solve(work, "tlu")
    first(work)
    solve(work, "gate")
    assert first(work).done == ["ex01_1", "ex01_2"]


def test_everything_done_leads_to_the_next_lesson(work: Path):
    """Is a lesson done when all checks pass, and is the next one proposed?"""
    solve(work, *[cell.id for cell in FIRST.solved.cells])
    found = list(progress.standings(LESSONS, work))
    assert found[0].state == "done"
    assert found[0].points_done == 25
    assert progress.next_step(found).number == "02"
    assert progress.next_step(found[:1]) is None
    assert "hand in" in progress.start_page(found[:1], work.parent / "start.ipynb")


def test_a_broken_notebook_is_told_and_hides_no_other(work: Path):
    """Does a file that cannot be read get its sentence, and the other lessons their rows?"""
    (work / FIRST.id / f"{FIRST.id}.ipynb").write_text('{"cells": [', encoding="utf-8")
    found = list(progress.standings(LESSONS, work))
    assert found[0].state == "cannot be checked"
    assert "not valid JSON" in found[0].trouble
    assert len(found) == len(list(LESSONS.glob("[0-9][0-9]_*.ipynb")))


def test_a_broken_record_costs_a_second_look_alone(work: Path):
    """Does a damaged record of what was found change nothing?"""
    solve(work, "tlu")
    (work / progress.RECORD).write_text("[1, 2", encoding="utf-8")
    assert first(work).done == ["ex01_1"]


def test_predictions_are_counted(work: Path):
    """Are predictions counted, and those that came true?"""
    for name, value in (("01-a", 3), ("01-b", 4), ("02-a", 5)):
        predict(name, value)
    reveal("01-a", 3)
    reveal("01-b", 5)
    found = list(progress.standings(LESSONS, work))
    assert [(s.predicted, s.right) for s in found[:2]] == [(2, 1), (1, 0)]
    assert found[0].state == "begun"


def test_every_link_of_the_start_page_leads_somewhere(work: Path):
    """Do the page's links exist, seen from where the page lies?"""
    page = work.parent / "start.ipynb"
    text = progress.start_page(list(progress.standings(LESSONS, work)), page)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > len(list(LESSONS.glob("[0-9][0-9]_*.ipynb")))
    for link in links:
        assert (page.parent / link).is_file(), link


def test_the_page_says_how_many_exercises_of_a_lesson_pass(work: Path):
    """Does a begun assignment say how far it is, and do question and time stand under the title?"""
    solve(work, "tlu")
    text = progress.start_page(list(progress.standings(LESSONS, work)), work.parent / "start.ipynb")
    (row,) = [line for line in text.splitlines() if line.startswith("| 01 |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert "What can one threshold unit compute?" in cells[1].split("<br>")[0]
    assert cells[1].split("<br>")[1].startswith("Which functions of $n$ bits")
    assert cells[1].endswith("*60 minutes*")
    assert cells[2].startswith("[begun: 1 of 6](")
    assert cells[2].endswith("<br>4 of 25 points")
    assert cells[3:] == ["–"]


@pytest.mark.parametrize("active", [True, False])
def test_the_page_names_a_command_that_a_terminal_finds(
    active: bool, work: Path, monkeypatch: pytest.MonkeyPatch
):
    """Is the command named by its path where Python's environment is not active?"""
    monkeypatch.chdir(work.parent)
    python = work.parent / ".venv" / "bin" / "python"
    monkeypatch.setattr(progress.sys, "executable", str(python))
    monkeypatch.setattr(progress.shutil, "which", lambda name: name if active else None)
    text = progress.start_page(list(progress.standings(LESSONS, work)), work.parent / "start.ipynb")
    expected = "coursepkg" if active else ".venv/bin/coursepkg"
    assert f"`{expected} progress`" in text


def test_the_command_prints_what_failed_and_writes_the_page(work: Path):
    """Does `coursepkg progress` name what is wrong, and what comes next?"""
    path = work / FIRST.id / f"{FIRST.id}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "tlu":
            cell.source = "def tlu(X, w, b):\n    return 0"
    nbformat.write(notebook, path)
    page = work.parent / "start.ipynb"
    options = ["--lessons", str(LESSONS), "--work", str(work), "--page", str(page)]
    result = CliRunner().invoke(app, ["progress", *options])
    assert result.exit_code == 0
    assert "ex01_1: tlu on the four pairs of bits" in result.stdout
    assert "0 of 6" in result.stdout
    assert "next: lesson 01" in result.stdout
    (cell,) = nbformat.read(page, as_version=4).cells
    assert cell.cell_type == "markdown"
    assert cell.source.startswith("# Why neural networks work")


def test_the_command_in_another_folder_says_what_to_do(work: Path, monkeypatch: pytest.MonkeyPatch):
    """Is a folder without lessons answered by a sentence, and is nothing written?"""
    monkeypatch.chdir(work)
    result = CliRunner().invoke(app, ["progress"])
    assert result.exit_code == 2
    assert "run this in the course's folder, or name --lessons" in " ".join(result.stderr.split())
    assert not (work / "start.ipynb").exists()


def test_a_page_that_cannot_be_written_is_told(work: Path):
    """Is a page in the way of a folder answered by a sentence?"""
    options = ["--lessons", str(LESSONS), "--work", str(work), "--page", str(work)]
    result = CliRunner().invoke(app, ["progress", *options])
    assert result.exit_code == 2
    assert str(work) in "".join(result.stderr.split())
