"""Does an instructor grade in nbgrader's form grader, in a real browser, as `assignments/README.md` says?"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.drive import ROOT, SECOND, choose, jupyterlab
from tools.sample_class import ASSIGNMENT, DESERVED, FULL, write

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
STUDENT, EARLIER = "partial", "perfect"


@pytest.fixture(scope="module")
def taught(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course folder: one submission is graded and in the gradebook, one came late."""
    folder = tmp_path_factory.mktemp("taught")
    for name in ("source", "hidden"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "assignments" / name, folder / name, ignore=ignored)
    for name in ("limits.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / "assignments" / name, folder)
    write(folder / "class")
    shutil.copytree(folder / "class" / "submitted" / EARLIER, folder / "submitted" / EARLIER)
    command = [sys.executable, "-m", "coursepkg", "grade", "01", "--submitted", "submitted", "--output", "."]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    shutil.copytree(folder / "class" / "submitted" / STUDENT, folder / "submitted" / STUDENT)
    shutil.rmtree(folder / "class")
    return folder


@pytest.fixture
def form_grader(taught: Path, page, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """Open the form grader from the menu of JupyterLab; yield its frame."""
    with jupyterlab(taught, tmp_path_factory.mktemp("jupyter")) as address:
        page.goto(address.format(path=""))
        choose(page, "Nbgrader", "Formgrader")
        yield page.frame_locator("#formgrader iframe")


def test_instructor_autogrades_reads_changes_and_finds_the_points(form_grader):
    """Are points and message of a late submission shown, and points changed by hand kept?"""
    deserved, full = sum(DESERVED[STUDENT].values()), sum(FULL.values())
    form_grader.get_by_role("row", name=ASSIGNMENT).locator(".num-submissions a").click()
    row = form_grader.get_by_role("row", name=STUDENT)
    row.get_by_text("needs autograding").wait_for()
    assert score(form_grader.get_by_role("row", name=EARLIER)) == (full, full)
    autograde(form_grader, row)
    assert score(row) == (deserved, full)
    assert row.locator(".status").inner_text() == "graded"

    open_late_submission(form_grader)
    points = {name: form_grader.locator(f"#{name}") for name in FULL}
    points["ex01_2"].and_(form_grader.locator("[placeholder]")).wait_for()
    shown = {name: float(field.get_attribute("placeholder")) for name, field in points.items()}
    assert shown == DESERVED[STUDENT]
    graded = form_grader.locator(".code_cell", has=points["ex01_2"])
    assert '- the gate "not", which has one input: not met (1 point).' in graded.inner_text()

    points["ex01_2"].fill("2.5")
    points["ex01_2"].press("Tab")
    form_grader.locator(".nbgrader_cell", has=points["ex01_2"]).locator(".glyphicon-ok").wait_for()
    late = to_submissions(form_grader)
    assert score(late) == (deserved + 0.5, full)

    form_grader.get_by_role("link", name="Manage Assignments").click()
    form_grader.get_by_role("row", name=ASSIGNMENT).locator(".num-submissions a").click()
    assert score(row) == (deserved + 0.5, full)
    autograde(form_grader, row)
    assert score(row) == (deserved + 0.5, full)
    assert row.locator(".status").inner_text() == "needs manual grading"  # asks whether they are still right


def autograde(form_grader, row) -> None:
    """Press the lightning of a row; close the dialog, which has to report a success."""
    row.locator(".autograde a").click()
    dialog = form_grader.locator(".modal:visible")
    dialog.wait_for(timeout=180 * SECOND)
    assert "Successfully autograded" in dialog.inner_text()
    dialog.locator(".modal-footer button").click()
    dialog.wait_for(state="detached")


def to_submissions(form_grader):
    """Go to the list of Manual Grading; return the row of the late submission, the one that lost points."""
    form_grader.get_by_role("link", name="Manual Grading").click()
    for path in (ASSIGNMENT, f"{ASSIGNMENT}/{ASSIGNMENT}"):  # the assignment, its notebook
        form_grader.locator(f"td a[href$='/gradebook/{path}']").click()
    rows = form_grader.get_by_role("row").filter(has_text="Submission #")
    return rows.filter(has_not_text=f"{sum(FULL.values()):g} / {sum(FULL.values()):g}")


def open_late_submission(form_grader) -> None:
    """Open the late submission in Manual Grading."""
    to_submissions(form_grader).get_by_role("link", name=re.compile("Submission #")).click()


def score(row) -> tuple[float, float]:
    """Return points and maximum of a row."""
    field = row.locator(".score")
    field.filter(has_text="/").wait_for()
    points, maximum = field.inner_text().split(" / ")
    return float(points), float(maximum)
