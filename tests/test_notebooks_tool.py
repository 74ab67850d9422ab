"""Does the notebook tool find what is wrong with a notebook, and leave a clean one alone?"""

import asyncio
import base64
import copy
import io
from collections.abc import Callable
from pathlib import Path
from queue import Empty

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from tools import notebooks as tool
from tools.notebook_compare import picture_difference, text_difference
from tools.notebook_form import WIDGET_VIEW, dumps, images, normalise, read
from tools.notebook_run import LessonError, in_turns, run

SLIDER = """\
import ipywidgets as widgets
def draw(w):
    print(w if w < 9 else 1 / 0)
slider = widgets.FloatSlider(value={value}, max=9)
widgets.VBox([slider, widgets.interactive_output(draw, {{"w": slider}})])"""


def toy() -> nbformat.NotebookNode:
    """Return a small lesson that uses all that is normalised: numbers, streams, a figure, a slider."""
    cells = [
        new_markdown_cell("# A toy\n\n$x^2$", id="title"),
        new_code_cell("import os\nimport numpy as np\nimport matplotlib.pyplot as plt", id="imports"),
        new_code_cell("for i in range(3):\n    print(i, flush=True)\n{'a', 'b', 'c', 'd'}", id="streams"),
        new_code_cell("print(np.random.default_rng(0).normal())", id="number", metadata={"collapsed": True}),
        new_code_cell("fig, ax = plt.subplots(figsize=(3, 2))\nax.plot([0, 1], [0, 1]);", id="line"),
        new_markdown_cell("A line.", id="line-text"),
        new_code_cell(SLIDER.format(value=1), id="slider"),
        new_code_cell("sorted(os.listdir(os.environ['COURSEPKG_HOME']))", id="home"),
        new_code_cell("import time\nprint(time.time_ns())", id="clock", metadata={"tags": ["timing"]}),
    ]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Return the toy lesson as `execute` leaves it."""
    path = tmp_path_factory.mktemp("notebooks") / "01_toy.ipynb"
    nbformat.write(toy(), path)
    tool.execute(path)
    return read(path)


@pytest.fixture
def lesson(tmp_path: Path, executed: nbformat.NotebookNode) -> Callable[[], Path]:
    """Write the executed toy with one change to the disk: `lesson(change)` where `change(cells, nb)`."""

    def write(change: Callable = lambda cells, nb: None) -> Path:
        nb = copy.deepcopy(executed)
        change({cell.id: cell for cell in nb.cells}, nb)
        path = tmp_path / "notebooks" / "01_toy.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(dumps(nb), encoding="utf-8")
        return path

    return write


def faults(path: Path, static: bool = True) -> list[str]:
    return [str(finding) for finding in tool.check(path, static=static) if not finding.advice]


def png(draw: Callable[[ImageDraw.ImageDraw], None] = lambda d: None, size=(600, 350), **save) -> bytes:
    picture = Image.new("RGB", size, "white")
    canvas = ImageDraw.Draw(picture)
    canvas.line((50, 300, 550, 50), fill="black", width=2)
    draw(canvas)
    buffer = io.BytesIO()
    picture.save(buffer, "png", **save)
    return buffer.getvalue()


def test_check_passes_a_clean_lesson(lesson):
    """Does a lesson that was just executed pass every check, its own run included?"""
    assert faults(lesson(), static=False) == []


def test_execute_twice_changes_no_byte(lesson):
    """Does running again leave the file as it is, but for what is tagged as timing?"""

    def without_clock(cells, nb):
        nb.cells = [cell for cell in nb.cells if cell.id != "clock"]

    path = lesson(without_clock)
    before = path.read_bytes()
    tool.execute(path)
    assert path.read_bytes() == before


def test_normalise_is_idempotent(executed):
    """Does normalising what is normal change nothing?"""
    assert normalise(executed) == executed


def test_execute_gives_the_lesson_a_home_of_its_own(executed):
    """Do recorded predictions of whoever runs the tool stay out of the lesson?"""
    home = next(cell for cell in executed.cells if cell.id == "home")
    assert home.outputs[0].data["text/plain"] == "[]"


def test_execute_leaves_no_widget_and_no_alien_metadata(executed):
    """Does the normaliser drop widget views, widget state, an editor's notes and split streams?"""
    text = dumps(executed)
    assert "widget" not in text.replace("import ipywidgets as widgets", "").replace("widgets.", "")
    assert "collapsed" not in text
    streams = next(cell for cell in executed.cells if cell.id == "streams")
    assert [o.output_type for o in streams.outputs] == ["stream", "execute_result"]


def test_execute_draws_png_at_100_dpi_without_a_version(executed):
    """Do pictures carry 100 dots per inch, and no Matplotlib version that changes with each update?"""
    line = next(cell for cell in executed.cells if cell.id == "line")
    data = next(o.data["image/png"] for o in line.outputs if "image/png" in o.get("data", {}))
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.info["dpi"] == pytest.approx((100, 100), abs=0.5)
        assert "Software" not in picture.info


def _state(cells, nb):
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def _view(cells, nb):
    cells["slider"].outputs = [
        new_output("display_data", data={WIDGET_VIEW: {"model_id": "ab"}, "text/plain": "VBox()"})
    ]


def _picture(data: bytes) -> Callable:
    def change(cells, nb):
        cells["line"].outputs = [
            new_output("display_data", data={"image/png": base64.b64encode(data).decode()})
        ]

    return change


def _signed() -> bytes:
    note = PngInfo()
    note.add_text("Software", "Matplotlib version 3.0")
    return png(dpi=(100, 100), pnginfo=note)


DIRTY = {
    "widget state": (_state, "metadata is more than the kernel's name (widgets)"),
    "language info": (lambda c, nb: nb.metadata.update(language_info={"name": "python"}), "(language_info)"),
    "no kernel": (lambda c, nb: nb.metadata.clear(), "(kernelspec)"),
    "widget view": (_view, "cell slider: holds a widget view"),
    "timing": (
        lambda c, nb: c["number"].metadata.update(execution={"iopub.execute_input": "2026-01-01T00:00:00Z"}),
        "metadata execution",
    ),
    "error": (
        lambda c, nb: c["number"].outputs.append(
            new_output("error", ename="ValueError", evalue="bad", traceback=[])
        ),
        "cell number: shows an error, ValueError: bad",
    ),
    "stderr": (
        lambda c, nb: c["number"].outputs.append(new_output("stream", name="stderr", text="Warning!\n")),
        "cell number: writes to stderr: 'Warning!'",
    ),
    "address": (
        lambda c, nb: c["number"].outputs.append(
            new_output("execute_result", data={"text/plain": "<Line2D at 0x7f93e4a0>"})
        ),
        "memory address",
    ),
    "svg": (
        lambda c, nb: c["line"].outputs.append(new_output("display_data", data={"image/svg+xml": "<svg/>"})),
        "not a PNG",
    ),
    "count": (lambda c, nb: c["number"].update(execution_count=9), "execution count 9 where 3 was expected"),
    "not run": (lambda c, nb: c["number"].update(execution_count=None), "execution count None"),
    "long cell": (lambda c, nb: c["number"].update(source="x = 1\n" * 26), "26 lines of code"),
    "large": (lambda c, nb: c["title"].update(source="x" * 400_001), "at most 400,000 are allowed"),
    "random id": (lambda c, nb: c["title"].update(id="3f2a90bc"), "cell 3f2a90bc: the cell id is not a name"),
    "capital id": (lambda c, nb: c["title"].update(id="Title"), "cell Title: the cell id is not a name"),
    "macro": (lambda c, nb: c["title"].update(source=r"$\newcommand{\R}{R}$"), r"\newcommand does not"),
    "label": (lambda c, nb: c["title"].update(source=r"$$x \label{eq:x}$$"), r"\label does not"),
    "tag": (lambda c, nb: c["title"].update(source=r"$$x \tag{1}$$"), r"\tag does not"),
    "no text": (lambda c, nb: nb.cells.remove(c["line-text"]), "cell line: a figure must be followed"),
    "no text at the end": (
        lambda c, nb: setattr(nb, "cells", nb.cells[: nb.cells.index(c["line"]) + 1]),
        "cell line: a figure must be followed",
    ),
    "version": (_picture(_signed()), "names the Matplotlib version"),
    "72 dpi": (_picture(png(dpi=(72, 72))), "dots per inch and 100 are wanted"),
    "broken picture": (_picture(b"not a picture"), "cannot be read as PNG"),
}


@pytest.mark.parametrize("name", DIRTY)
def test_static_check_reports(name, lesson):
    """Is each fault of form reported, by itself, with its cell and without running the lesson?"""
    change, message = DIRTY[name]
    found = faults(lesson(change))
    assert len(found) == 1
    assert message in found[0]


def test_static_check_advises_on_a_cell_of_sixteen_lines(lesson):
    """Is a cell between the wanted and the allowed length pointed out, but let through?"""
    path = lesson(lambda c, nb: c["number"].update(source="x = 1\n" * 16))
    assert faults(path) == []
    assert ["16 lines of code" in str(finding) for finding in tool.check(path, static=True)] == [True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ not json", "not a notebook"),
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}', "format 4.2 where 4.5"),
        ('{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "not a valid"),
        ('{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "not a valid"),
    ],
)
def test_read_refuses_what_is_not_a_notebook_of_format_4_5(text, message, tmp_path):
    """Does an unreadable file become a finding that names the file and the cure?"""
    path = tmp_path / "01_broken.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read(path)
    assert len(faults(path)) == 1


def test_check_reports_outputs_in_an_assignment_source(lesson, tmp_path):
    """Does an assignment's source with outputs fail, and pass once it is normalised?"""
    source = tmp_path / "source" / "01_toy" / "01_toy.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(lesson().read_bytes())
    assert "carries no outputs" in faults(source)[0]
    assert tool.tidy(source)
    assert faults(source) == []
    assert not tool.tidy(source)


def _old_number(cells, nb):
    cells["number"].outputs[0].text = "0.1258\n"


def _old_picture(cells, nb):
    cells["line"].source = cells["line"].source.replace("[0, 1]);", "[1, 0]);")


def test_check_reports_each_stale_cell_and_no_other(lesson):
    """Does a fresh run find the cells whose committed outputs are old, and spare the timing cell?"""

    def change(cells, nb):
        _old_number(cells, nb)
        _old_picture(cells, nb)
        cells["streams"].outputs[0].text = "0\n1\nx\n"
        cells["home"].outputs = []

    found = faults(lesson(change), static=False)
    cells = [message.split(": ")[0].split("cell ")[1] for message in found]
    assert cells == ["streams", "number", "line", "home"]
    assert "it printed 0.1258 and now prints 0.12573022" in found[1]
    assert "of the picture differs" in found[2]
    assert "outputs were nothing and are now execute_result text/plain" in found[3]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise KeyError('x')", r"cell number raises KeyError: 'x'"),
        ("import time\ntime.sleep(60)", r"cell number took longer than 1 seconds"),
        ("import os\nos._exit(1)", r"cell number ended the kernel"),
    ],
)
def test_run_names_the_cell_that_stops_a_lesson(source, message, tmp_path):
    """Does an error, a hang or a dead kernel become a message with the cell's name?"""
    cells = [new_code_cell("a = 1", id="first"), new_code_cell(source, id="number")]
    with pytest.raises(LessonError, match=message):
        run(new_notebook(cells=cells), tmp_path, cell_seconds=1)


def test_run_reports_an_error_in_a_slider(tmp_path):
    """Is an error in a widget's callback found, although no cell shows it?"""
    nb = new_notebook(cells=[new_code_cell(SLIDER.format(value=9), id="slider")])
    with pytest.raises(LessonError, match="callback of a widget raises ZeroDivisionError"):
        run(nb, tmp_path)


def test_execute_leaves_a_lesson_that_fails_as_it_was(lesson, capsys):
    """Is the file untouched, and the exit status 1, if a cell raises?"""
    path = lesson(lambda c, nb: c["number"].update(source="1 / 0"))
    before = path.read_bytes()
    assert tool.main(["execute", str(path)]) == 1
    assert path.read_bytes() == before
    assert "cell number raises ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "agree"),
    [
        ("0.1234567891", "0.1234567899", True),
        ("0.1234", "0.1235", False),
        ("residual 2.2e-16", "residual 0.0", True),
        ("1882", "1883", False),
        ("1882.0", "1882.0001", True),
        ("seed 3 of x1", "seed 3 of x2", False),
        ("[ 1.50  2.00]", "[1.50 2.00 ]", False),
        ("a  1.50", "a 1.5000000001", True),
        ("nan", "0.0", False),
        ("-1.0", "1.0", False),
    ],
)
def test_text_difference_tolerates_round_off_alone(old, new, agree):
    """Are numbers compared as numbers, counts exactly and words exactly?"""
    assert (text_difference(old, new) is None) == agree


def test_a_cell_may_state_its_tolerance(lesson):
    """Does the tag rtol=1e-3 let through what the default refuses?"""

    def change(cells, nb):
        cells["number"].metadata.tags = ["rtol=1e-3"]
        cells["number"].outputs[0].text = "0.1257\n"

    assert faults(lesson(change), static=False) == []


def test_picture_difference_sees_a_moved_point_and_not_round_off():
    """Is a marker elsewhere found, while a change of shade by a few levels is not?"""
    a = png(lambda d: d.ellipse((100, 100, 112, 112), fill="red"))
    b = png(lambda d: d.ellipse((130, 100, 142, 112), fill="red"))
    c = png(lambda d: d.ellipse((100, 100, 112, 112), fill=(250, 4, 4)))
    assert "of the picture differs" in picture_difference(a, b)
    assert picture_difference(a, c) is None
    assert "was 600 by 350 pixels" in picture_difference(a, png(size=(500, 350)))


def test_picture_difference_tolerates_a_shifted_letter():
    """Does a label one pixel further right, as another font library draws it, pass?"""
    a = png(lambda d: d.text((200, 20), "w1", fill="black"))
    b = png(lambda d: d.text((201, 20), "w1", fill="black"))
    assert a != b
    assert picture_difference(a, b) is None


def test_check_command_prints_findings_and_exits_with_1(lesson, capsys):
    """Does the command report in sentences, and fail if there is something to mend?"""
    path = lesson(_state)
    assert tool.main(["check", "--static", str(path)]) == 1
    assert f"{path}: metadata is more" in capsys.readouterr().out
    assert tool.main(["normalise", str(path)]) == 0
    assert tool.main(["check", "--static", str(path)]) == 0
    assert capsys.readouterr().out.endswith("Nothing to mend.\n")


def test_show_prints_sources_and_outputs_for_a_diff(lesson, capsys):
    """Does the text for git hold each source line, each printed line and a hash for each picture?"""
    assert tool.main(["show", str(lesson())]) == 0
    text = capsys.readouterr().out
    assert "--- code number\nprint(np.random.default_rng(0).normal())\n> 0.12573022" in text
    assert text.count("[picture ") == 1
    assert np.all([len(line) < 200 for line in text.splitlines()])


def test_normalise_stores_figures_with_a_palette_that_nobody_sees(executed):
    """Does a figure get smaller, keep its resolution, and differ from the original by round-off alone?"""
    rng = np.random.default_rng(0)
    shades = Image.fromarray(rng.integers(0, 256, size=(80, 80, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    shades.save(buffer, "png")
    line, noise = png(lambda d: d.ellipse((99, 99, 150, 140), fill="red"), dpi=(100, 100)), buffer.getvalue()
    for data, smaller in ((line, True), (noise, False)):
        nb = copy.deepcopy(executed)
        cell = next(cell for cell in nb.cells if cell.id == "line")
        _picture(data)({"line": cell}, nb)
        (stored,) = images(next(cell for cell in normalise(nb).cells if cell.id == "line"))
        assert picture_difference(data, stored) is None
        assert (stored != data) == smaller
        with Image.open(io.BytesIO(stored)) as picture:
            assert picture.mode == ("P" if smaller else "RGB")


class Channel:
    """A channel whose poll misses messages: it sees them when a wait ends and the next begins."""

    def __init__(self, waits: int) -> None:
        self.waits = waits

    async def get_msg(self, timeout: float) -> dict:
        self.waits -= 1
        if self.waits < 0:
            return {"content": "here"}
        await asyncio.sleep(timeout)
        raise Empty


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_a_message_that_asyncio_missed_is_found_at_the_next_turn(timeout):
    """Is a message found soon though its event was lost, with a limit and without?"""
    patient = in_turns(Channel(waits=3).get_msg, turn=0.01)
    assert asyncio.run(patient(timeout)) == {"content": "here"}


def test_a_wait_in_turns_ends_at_its_limit():
    """Does a wait for what never comes end as the channel's own would?"""
    with pytest.raises(Empty):
        asyncio.run(in_turns(Channel(waits=10**9).get_msg, turn=0.01)(0.05))
