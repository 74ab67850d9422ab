"""Can the course be used in JupyterLab without a mouse, and with a screen reader?

JupyterLab and ipywidgets have barriers of their own, which a course cannot take away. `THEIRS` names each,
and nothing else is let through.
"""

import re

import pytest

from tests.browser.drive import (
    LAID_OUT,
    LESSONS,
    SECOND,
    codes,
    open_notebook,
    run_to_the_end,
    serious_barriers,
    wait_for_notebook,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LESSON = LESSONS[0]
THEIRS = [
    # The list of the cells holds a placeholder too, which is no cell.
    ("aria-required-children", ".jp-WindowedPanel-viewport"),
    # The triangle beside a heading, which folds its section, has no name.
    ("button-name", ".jp-collapseHeadingButton"),
    # JupyterLab 4.6 gives an output image no `alt`, whatever its metadata say. The text below a figure says
    # what one sees (`make check-notebooks`), and the web edition has it as `alt` (tests/test_site.py).
    ("image-alt", ".jp-RenderedImage img"),
    # ipywidgets writes a slider's label beside it, but does not tie it to the handle.
    ("aria-input-field-name", ".widget-slider .noUi-handle"),
]


def test_axe_finds_a_barrier_unless_it_is_allowed_there(page):
    """Does the check see a picture without words, and let through only the one that is named?"""
    page.set_content('<html lang="en"><title>A</title><p><img src="a.png"></p><main><img src="b.png"></main>')
    first, second = ("image-alt", '<img src="a.png">'), ("image-alt", '<img src="b.png">')
    assert serious_barriers(page) == [first, second]
    assert serious_barriers(page, ["p", "main"], [("image-alt", "p img")]) == [second]
    assert serious_barriers(page, ["p", "main"], [("button-name", "p img")]) == [first, second]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_start_page_has_no_serious_barrier(scheme, page, lab):
    """Does axe-core find nothing serious in the start page, in either theme?"""
    panel = open_notebook(page, lab, "start.ipynb")
    panel.locator(".jp-RenderedMarkdown td").first.wait_for()
    show_in(scheme, page)
    assert serious_barriers(page, [".jp-Notebook"], THEIRS) == []


def test_executed_lesson_has_no_serious_barrier_and_labels_what_moves(page, lab, course):
    """Does axe-core find nothing serious in text and outputs, and has each widget a label that one sees?"""
    path = course / LAID_OUT / f"{LESSON}.ipynb"
    panel = open_notebook(page, lab, f"{LAID_OUT}/{path.name}")
    run_to_the_end(page, panel, len(codes(path)))
    widgets = panel.locator(".widget-inline-hbox")
    widgets.first.wait_for()
    labels = [widget.locator(".widget-label").inner_text() for widget in widgets.all()]
    assert len(labels) >= 3
    assert [label for label in labels if not label.strip()] == []
    for scheme in ("light", "dark"):
        show_in(scheme, page)
        assert serious_barriers(page, [".jp-OutputArea-output", ".jp-MarkdownOutput"], THEIRS) == []


def test_lesson_is_reached_and_run_with_the_keyboard_alone(page, lab):
    """Does Tab come to the link of a lesson, Enter open it, and Shift+Enter run cell after cell?"""
    from playwright.sync_api import expect

    panel = open_notebook(page, lab, "start.ipynb")
    link = panel.get_by_role("link").first
    link.wait_for()
    for _ in range(60):
        if link.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail("60 times Tab do not come to the first link of the start page")
    page.keyboard.press("Enter")
    page.locator(".lm-TabBar-tab.lm-mod-current", has_text=f"{LESSON}.ipynb").wait_for()
    panel = wait_for_notebook(page)

    panel.locator(".jp-Cell.jp-mod-active").wait_for()
    prompts = [panel.locator(".jp-CodeCell .jp-InputPrompt").nth(k) for k in range(2)]
    before = [prompt.inner_text() for prompt in prompts]
    for _ in range(4):  # text, code, text, code
        page.keyboard.press("Shift+Enter")
    for prompt, text in zip(prompts, before):
        expect(prompt).not_to_have_text(text)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60 * SECOND)


def show_in(scheme: str, page) -> None:
    """Have the browser ask for a light or a dark page, and wait until JupyterLab shows it."""
    page.emulate_media(color_scheme=scheme)
    light = "true" if scheme == "light" else "false"
    page.locator(f"body[data-jp-theme-light='{light}']").wait_for(state="attached")
