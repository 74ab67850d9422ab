"""Is the sample class what it says it is: eighteen submissions, fresh from the source notebook?"""

import ast
import json
from pathlib import Path

import nbformat
import numpy as np
import pytest

from coursepkg.grading.assignment import Assignment
from tests.conftest import ROOT
from tools.sample_class import ASSIGNMENT, DESERVED, FULL, replace_solutions, submissions, write, written_by
from tools.sample_class.__main__ import main

ONE = Assignment(ASSIGNMENT, ROOT / "assignments" / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Return the submitted files."""
    return submissions(ONE)


def cells_of(text: str) -> dict[str, nbformat.NotebookNode]:
    """Return a notebook's cells by their id, after a check of the whole file."""
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


def changed(text: str) -> set[str]:
    """Return the ids of cells that differ from those of a perfect submission, or are new or missing."""
    mine, perfect = cells_of(text), {cell.id: cell for cell in ONE.solved.cells}
    other = {name for name in mine.keys() & perfect.keys() if mine[name].source != perfect[name].source}
    return other | (mine.keys() ^ perfect.keys())


def test_class_has_eighteen_students(texts: dict[str, str]):
    """Are there eighteen, each with a deserved score?"""
    assert len(DESERVED) == 18
    assert list(texts) == list(DESERVED)


def test_deserved_points_fit_the_assignment():
    """Does every deserved score name all exercises, within their points?"""
    marks = [cell.metadata.get("nbgrader", {}) for cell in ONE.source.cells]
    points = {mark.grade_id: mark.points for mark in marks if mark.get("grade")}
    assert points == FULL
    for student, deserved in DESERVED.items():
        if deserved != "failed":
            assert deserved.keys() == points.keys(), student
            assert all(0 <= deserved[name] <= points[name] for name in points), student


SOLUTIONS = {"tlu", "gate", "compile_dnf", "is_threshold", "parity_net", "simulate_mp"}


@pytest.mark.parametrize(
    ("student", "cells"),
    [
        ("perfect", set()),
        ("other-style", SOLUTIONS),
        ("partial", SOLUTIONS - {"tlu"}),
        ("blank", SOLUTIONS),
        ("fires-only-above", {"tlu", "simulate_mp"}),
        ("and-for-or", {"gate", "compile_dnf"}),
        ("unate-is-enough", {"is_threshold", "parity_net"}),
        ("inhibition-subtracts", {"is_threshold", "simulate_mp"}),
        ("syntax-error", {"compile_dnf"}),
        ("endless-loop", {"is_threshold"}),
        ("exits", {"parity_net"}),
        ("deleted-test", {"ex01_3"}),
        ("copied-cell", {"gate", "gate-copy"}),
        ("prints-50-mb", {"simulate_mp"}),
        ("warns", {"tlu"}),
        ("removes-asserts", SOLUTIONS | {"trick"}),
        ("reads-the-answers", SOLUTIONS | {"theft"}),
    ],
)
def test_submission_differs_where_it_should(texts: dict[str, str], student: str, cells: set[str]):
    """Is a submission a valid notebook that differs from a perfect one in the named cells alone?"""
    assert changed(texts[student]) == cells


def test_blank_is_the_release(texts: dict[str, str]):
    """Is the blank submission what students receive?"""
    assert texts["blank"] == nbformat.writes(ONE.release) + "\n"


def test_cut_off_file_is_not_json(texts: dict[str, str]):
    """Is the cut-off file a beginning of a notebook and no notebook?"""
    assert texts["perfect"].startswith(texts["cut-off-file"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(texts["cut-off-file"])


def test_syntax_error_is_one(texts: dict[str, str]):
    """Does exactly one cell not compile?"""
    bad = []
    for name, cell in cells_of(texts["syntax-error"]).items():
        if cell.cell_type == "code":
            try:
                ast.parse(cell.source)
            except SyntaxError:
                bad.append(name)
    assert bad == ["compile_dnf"]


def test_prints_amount_to_50_mb(texts: dict[str, str]):
    """Does the cell print 50 MB?"""
    printed = []
    source = cells_of(texts["prints-50-mb"])["simulate_mp"].source
    exec("import numpy as np\n" + source, {"print": lambda text: printed.append(len(text) + 1)})
    assert sum(printed) >= 50_000_000


def test_copied_cell_takes_its_metadata_along(texts: dict[str, str]):
    """Do two cells claim to be the solution of one exercise?"""
    cells = cells_of(texts["copied-cell"])
    assert cells["gate"].metadata.nbgrader == cells["gate-copy"].metadata.nbgrader


def test_submissions_hold_no_hidden_test(texts: dict[str, str]):
    """Is every submission free of what only the source holds?"""
    for student, text in texts.items():
        assert "HIDDEN" not in text, student
        assert "hidden.threshold_logic_units" not in text, student


def test_theft_would_pay_without_a_sandbox(texts: dict[str, str]):
    """Does the thief's notebook find the solutions and the hidden tests where nothing keeps it from them?"""
    names = {"np": np}
    for cell in cells_of(texts["reads-the-answers"]).values():
        if cell.id == "theft" or cell.metadata.get("nbgrader", {}).get("solution"):
            exec(cell.source, names)
    assert "Exercise(" in names["tests"]
    assert names["gate"]("or")[1] == -0.5


def test_answers_are_found_by_the_students_name():
    """Does every module of answers belong to a student, and hold nothing but solutions?"""
    folder = ROOT / "tools" / "sample_class" / "answers"
    for path in folder.glob("[!_]*.py"):
        student = path.stem.replace("_", "-")
        assert student in DESERVED
        assert written_by(student)
    assert written_by("perfect") == {}


def test_replace_solutions_names_the_cells_that_there_are():
    """Is a wrong function name an error that lists the right ones?"""
    with pytest.raises(LookupError, match="there are: tlu, gate"):
        replace_solutions(ONE.solved, {"tul": "def tul(): pass"})


def test_command_writes_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Does the command write nbgrader's folders, the same each time?"""
    monkeypatch.setattr("sys.argv", ["sample_class", str(tmp_path)])
    main()
    paths = sorted(tmp_path.rglob("*.ipynb"))
    assert [path.relative_to(tmp_path).parts for path in paths] == [
        ("submitted", student, ASSIGNMENT, f"{ASSIGNMENT}.ipynb") for student in sorted(DESERVED)
    ]
    assert f"18 submissions in {tmp_path / 'submitted'}" in capsys.readouterr().out
    before = [path.read_bytes() for path in paths]
    write(tmp_path)
    assert [path.read_bytes() for path in paths] == before
