"""Does the course work where a learner meets it: JupyterLab, in a real browser?"""

import base64
import io
import re
import shutil

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.browser.drive import (
    ASSIGNMENTS,
    LAID_OUT,
    LESSONS,
    ROOT,
    SECOND,
    choose,
    codes,
    open_notebook,
    run_to_the_end,
)
from tools.notebook_form import read

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
THRESHOLDS = ASSIGNMENTS[0]


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_to_its_end_and_its_slider_redraws(name, page, lab, course):
    """Does a lesson run from top to bottom without an error, and its figure follow the slider?"""
    path = course / LAID_OUT / f"{name}.ipynb"
    panel = open_notebook(page, lab, f"{LAID_OUT}/{name}.ipynb")
    n_cells = len(codes(path))
    run_to_the_end(page, panel, n_cells)

    choose(page, "File", "Save Notebook")
    page.wait_for_function("document.querySelectorAll('.jp-mod-dirty').length === 0")
    ran = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code" and cell.source.strip()]
    assert [cell.execution_count for cell in ran] == list(range(1, n_cells + 1))
    assert [o for cell in ran for o in cell.outputs if o.output_type == "error"] == []
    assert panel.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0

    from playwright.sync_api import expect

    cell = panel.locator(".jp-CodeCell", has=page.locator(".widget-slider")).first
    handle = cell.locator(".noUi-handle").first
    figure = cell.locator(".jp-OutputArea img").first
    figure.wait_for()
    before, value = figure.get_attribute("src"), handle.get_attribute("aria-valuenow")
    handle.focus()
    key = "ArrowRight" if value != handle.get_attribute("aria-valuemax") else "ArrowLeft"
    for _ in range(5):
        page.keyboard.press(key)
    assert handle.get_attribute("aria-valuenow") != value
    expect(figure).not_to_have_attribute("src", before, timeout=30 * SECOND)


def test_controls_in_quick_succession_end_in_the_figure_of_their_values(page, lab, course):
    """Is the last picture the one that the same values give when there is time for each?"""
    name = next(name for name in LESSONS if name.startswith("03_"))
    panel = open_notebook(page, lab, f"{LAID_OUT}/{name}.ipynb")
    run_to_the_end(page, panel, len(codes(course / LAID_OUT / f"{name}.ipynb")))
    cell = panel.locator(".jp-CodeCell", has=page.locator(".widget-slider")).first
    unequal, prior = cell.locator("input[type=checkbox]"), cell.locator(".noUi-handle").last
    for _ in range(4):
        prior.focus()
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
            page.keyboard.press(key)
            page.wait_for_timeout(SECOND / 2)
        page.keyboard.press("ArrowRight")
        unequal.click()  # while the figure of the key press is being drawn
        at_once = settled_figure(page, cell)
        for _ in range(2):
            unequal.click()
            slowly = settled_figure(page, cell)
        assert np.mean(at_once != slowly) < 0.005


def settled_figure(page, cell) -> np.ndarray:
    """Wait until there is one figure below a cell, the same for two seconds; return its pixels."""
    seen = []
    for _ in range(60):
        seen.append(cell.locator(".widget-output img").evaluate_all("all => all.map(image => image.src)"))
        if len(seen) > 8 and len(seen[-1]) == 1 and all(sources == seen[-1] for sources in seen[-8:]):
            data = base64.b64decode(seen[-1][0].partition(",")[2])
            return np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)
        page.wait_for_timeout(SECOND / 4)
    raise AssertionError("the figure never came to rest")


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_validate_fails_on_every_exercise_of_the_blank_release(name, page, lab, course):
    """Does nbgrader's button name every graded cell that the learner has not solved?"""
    blank = read(course / "work" / name / f"{name}.ipynb")
    graded = [cell.metadata.nbgrader.grade_id for cell in blank.cells if _is_test(cell)]
    text = validate(page, open_notebook(page, lab, f"work/{name}/{name}.ipynb"))
    assert "Success" not in text
    assert [id for id in graded if not said_to_be_open(id, text)] == []
    assert len(graded) == 6


def test_learner_solves_an_assignment_and_is_told_at_each_step(page, lab, course):
    """Is a wrong answer explained, a right one confirmed while others are open, and are all a success?"""
    path = course / "solving" / f"{THRESHOLDS}.ipynb"
    path.parent.mkdir()
    shutil.copy(course / "work" / THRESHOLDS / path.name, path)
    others = [f"ex01_{number}" for number in range(2, 7)]
    panel = open_notebook(page, lab, f"solving/{path.name}")

    write_last_line(page, panel, "def tlu(", "return [int(total - b >= 0) for total in X @ w]")
    text = validate(page, panel)
    assert not said_to_be_open("ex01_1", text)
    assert "tlu on the four pairs of bits with w = (1, 1), b = -0.5" in text
    assert re.search(r"expected \[0, 1, 1, 1\], got \[1, 1, 1, 1\]", text), text
    assert "lesson 01, section 1.1" in text
    assert [id for id in others if not said_to_be_open(id, text)] == []

    write_last_line(page, panel, "def tlu(", "return [int(total + b >= 0) for total in X @ w]")
    text = validate(page, panel)
    assert "tlu on" not in text
    assert "Success" not in text
    assert [id for id in others if not said_to_be_open(id, text)] == []
    choose(page, "Run", "Run All Cells")  # stops at the first exercise that is not begun
    panel.get_by_text("Right on these examples: tlu. The grader tries more.").wait_for()

    for name, source in solutions().items():
        cell = solution_cell(panel, f"def {name}(")
        cell.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(source)
    assert "Success" in validate(page, panel)


def write_last_line(page, panel, signature: str, line: str) -> None:
    """Go to the end of a solution cell and type a line in place of its last one."""
    solution_cell(panel, signature).click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.press("Shift+Home")
    page.keyboard.type(line)


def solution_cell(panel, signature: str):
    """Return the editor of the cell that begins so."""
    return panel.locator(".jp-CodeCell .cm-content").filter(has_text=re.compile(rf"^{re.escape(signature)}"))


def solutions() -> dict[str, str]:
    """Return the instructor's solution cells of assignment 01 by their names, without the markers."""
    cells = read(ROOT / "assignments" / "source" / THRESHOLDS / f"{THRESHOLDS}.ipynb").cells
    solved = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    marker = re.compile(r"^ *### (BEGIN|END) SOLUTION.*\n?", re.M)
    return {cell.id: marker.sub("", cell.source) for cell in solved}


def validate(page, panel) -> str:
    """Press nbgrader's button; return what the dialog says, and close it."""
    panel.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for(timeout=180 * SECOND)
    text = dialog.inner_text()
    dialog.get_by_role("button").last.click()
    dialog.wait_for(state="detached")
    return text


def said_to_be_open(grade_id: str, text: str) -> bool:
    """Say whether the dialog names an exercise as not begun; the stub of ex01_2 says "Exercise 1.2: …"."""
    lesson, number = re.fullmatch(r"ex(\d+)_(\d+)", grade_id).groups()
    return re.search(rf"^Exercise {int(lesson)}\.{number}: \w", text, re.M) is not None


def _is_test(cell) -> bool:
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade", False)
