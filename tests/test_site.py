"""Is the web edition whole: each lesson and module on a page, no dead link, nothing from another machine?"""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursepkg.grading.assignment import Course
from tests.browser.drive import ARGUMENTS, NO_CHROMIUM, find_chromium, serious_barriers
from tests.conftest import ROOT
from tests.test_import_order import LECTURE_ORDER
from tests.test_release import solutions_of
from tools import site
from tools.notebook_form import images, read

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
FIGURES = sorted(path.stem for path in (ROOT / "coursepkg" / "figures").glob("[!_]*.py"))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
patient = pytest.mark.timeout(1500)  # the build takes a minute where the machine is free
SHOWN = ["index", f"notebooks/{LESSONS[4]}", "docs/results", "reference/gradient_descent"]


class Page(HTMLParser):
    """What a page links to, what it loads, its anchors, its pictures and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.loads, self.anchors, self.pictures, self.words = [], [], set(), [], []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down what a tag names."""
        given = dict(attrs)
        self._script = tag in ("script", "style")
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.pictures.append(given)
        if tag == "link" and given.get("rel") not in ("index", "search", "next", "prev", "genindex"):
            self.loads.append(given["href"])
        self.loads += [given[key] for key in ("src", "srcset", "data", "poster") if given.get(key)]

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._script = False

    def handle_data(self, data: str) -> None:
        """Take down the words of the page."""
        if not self._script:
            self.words.append(data)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built once from what is here."""
    folder = tmp_path_factory.mktemp("site") / "pages"
    command = [sys.executable, "-m", "tools.site", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-5000:]  # Sphinx's warnings are errors
    assert str(folder / "index.html") in done.stdout
    return folder


@pytest.fixture(scope="session")
def parsed(pages: Path) -> dict[str, Page]:
    """Return each page by its path."""
    found = sorted(pages.rglob("*.html"))
    return {path.relative_to(pages).as_posix(): Page(path.read_text(encoding="utf-8")) for path in found}


@functools.cache
def own_lines() -> set[str]:
    """Return the longer lines of solutions and hidden tests that stand nowhere in public."""
    course = Course(ROOT / "assignments")
    lines = {line for a in course.assignments() for line in solutions_of(a.source) if len(line) > 30}
    for path in (ROOT / "assignments" / "hidden").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        lines |= {line.strip() for line in text.splitlines() if len(line.strip()) > 40}
    public = [*(ROOT / "coursepkg").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
    known = "\n".join(path.read_text(encoding="utf-8") for path in public)
    for name in LESSONS:
        known += "\n".join(cell.source for cell in read(ROOT / "notebooks" / f"{name}.ipynb").cells)
    return {line for line in lines if line not in known and not line.startswith(("from ", "import "))}


@pytest.mark.slow
@patient
def test_each_lesson_module_and_page_is_there(parsed):
    """Has each lesson, library module, module of figures and named document its page, with its functions?"""
    wanted = {"index.html", "genindex.html", "search.html", "reference/index.html", "reference/grading.html"}
    wanted |= {f"notebooks/{name}.html" for name in LESSONS} | {f"docs/{name}.html" for name in site.PAGES}
    wanted |= {f"reference/{name}.html" for name in LECTURE_ORDER}
    wanted |= {f"reference/figures.{name}.html" for name in FIGURES}
    assert wanted <= set(parsed)
    assert "coursepkg.autodiff.Tensor.backward" in parsed["reference/autodiff.html"].anchors
    assert "coursepkg.gpu.to_torch" in parsed["reference/gpu.html"].anchors
    assert not [name for name, page in parsed.items() if re.search(r" at 0x[0-9a-f]{6}", "".join(page.words))]
    assert "coursepkg.grading.predict" in parsed["reference/grading.html"].anchors


@pytest.mark.slow
@patient
def test_no_internal_link_is_dead(pages, parsed):
    """Does each link within the site lead to a file and to an anchor that exist?"""
    dead, seen = [], 0
    for name, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            seen += 1
            target = (pages / name).parent / unquote(parts.path) if parts.path else pages / name
            target = Path(os.path.normpath(target))
            path = target.relative_to(pages).as_posix()
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and path in parsed and anchor not in parsed[path].anchors):
                dead.append((name, link))
    assert seen > 1000
    assert dead == []


@pytest.mark.slow
@patient
def test_nothing_is_loaded_from_another_machine(pages, parsed):
    """Is each script, style, picture and font a file of the site?"""
    for name, page in parsed.items():
        for source in page.loads:
            parts = urlsplit(source)
            if parts.scheme == "data":
                continue
            assert not parts.scheme, f"{name} loads {source}"
            assert not parts.netloc, f"{name} loads {source}"
            assert ((pages / name).parent / unquote(parts.path)).is_file(), f"{name} loads {source}"
    for path in pages.rglob("*.css"):
        assert re.findall(r"(?:@import\s+|url\()['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")) == []


@pytest.mark.slow
@patient
@pytest.mark.parametrize("name", LESSONS)
def test_lesson_shows_each_figure_with_words_for_it(name, parsed):
    """Are all committed figures on the page, each with an alternative text of a sentence?"""
    cells = read(ROOT / "notebooks" / f"{name}.ipynb").cells
    pictures = parsed[f"notebooks/{name}.html"].pictures
    assert len(pictures) == sum(len(list(images(cell))) for cell in cells)
    assert [picture["src"] for picture in pictures if len(picture.get("alt", "")) < 20] == []
    words = "".join(parsed[f"notebooks/{name}.html"].words)
    sliders = sum(bool(re.search(r"^interact\(", cell.source, re.M)) for cell in cells)
    assert words.count("need a running Python") == sliders


@pytest.mark.slow
@patient
def test_site_holds_no_solution_and_no_hidden_test(pages, parsed):
    """Does no page carry a line of a solution or a hidden test that is not public in the library?"""
    assert len(own_lines()) > 150
    texts = {name: "".join(page.words) for name, page in parsed.items()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in pages.rglob("searchindex.js")}
    for name, text in texts.items():
        assert [line for line in own_lines() if line in text] == [], name
    assert list(pages.rglob("*.ipynb")) == list(pages.rglob("_sources/*.*")) == []


def test_sources_are_fitted_for_the_web(tmp_path):
    """Do a figure get its words, a slider a sentence, a section a label, and dead links become plain text?"""
    root, folder = tmp_path / "root", tmp_path / "sources"
    for name in ("notebooks", "docs", "tests", "coursepkg/figures"):
        (root / name).mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "test_import_order.py", root / "tests")
    shutil.copy(ROOT / "docs" / "xor_hidden_space.png", root / "docs")
    (root / "coursepkg" / "logistic.py").touch()
    (root / "docs" / "results.md").write_text("[01](../notebooks/01_one.ipynb), [gone](../Makefile)")
    figure = new_output("display_data", {"image/png": PIXEL})
    cells = [
        new_markdown_cell("# 1 One\n\n**Driving question.** What is\none?\n\nMore.", id="opening"),
        new_code_cell("plot()\ninteract(plot)", outputs=[figure], id="plot"),
        new_markdown_cell("**Exercise 1.1.** Write it.\n\nA *line* at $x \\ge 0$.", id="explain"),
        new_code_cell("plot()", outputs=[figure], metadata={"alt": "Two lines."}, id="again"),
        new_markdown_cell("## 1.1 Next\n\nsee [x](../tools/site.py) and `[y](z.md)`", id="next"),
    ]
    (root / "notebooks" / "01_one.ipynb").write_text(site.dumps(new_notebook(cells=cells)))

    names = site.write_sources(root, folder)

    lesson = read(folder / "notebooks" / "01_one.ipynb")
    assert [cell.id for cell in lesson.cells] == ["opening", "plot", "plot-note", "explain", "again", "next"]
    assert lesson.cells[1].metadata.mystnb.image.alt == "A line at x ≥ 0."
    assert lesson.cells[2].source == site.SLIDER_NOTE
    assert lesson.cells[4].metadata.mystnb.image.alt == "Two lines."
    assert lesson.cells[5].source == "(section-1-1)=\n## 1.1 Next\n\nsee x and `[y](z.md)`"
    assert (folder / "docs" / "results.md").read_text() == "[01](../notebooks/01_one.ipynb), gone"
    assert "| 01 | [One](/notebooks/01_one.ipynb) | What is one? |" in site.lesson_table(
        [root / "notebooks" / "01_one.ipynb"]
    )
    assert "reference/logistic.rst" in names
    assert "reference/perceptron.rst" not in names


def test_reading_map_is_the_list_of_the_import_order():
    """Does the reference take the lecture's order from the one list that there is?"""
    assert [name for name, _ in site.reading_map(ROOT)] == LECTURE_ORDER
    assert all(words for _, words in site.reading_map(ROOT))


def test_links_to_pages_and_to_other_sites_stay():
    """Does only a link to a file without a page lose its target?"""
    text = "[a](#here) [b](https://example.org) [c](x.md#there) [d](y.md)"
    known = {PurePosixPath("docs/x.md")}
    assert site.without_dead_links(text, PurePosixPath("docs/z.md"), known) == text.replace("[d](y.md)", "d")


def test_a_folder_of_other_things_is_not_replaced(tmp_path, capsys):
    """Is a folder that is no site left alone, with a sentence?"""
    (tmp_path / "thesis.txt").write_text("years of work")
    assert site.main([str(tmp_path)]) == 1
    assert "holds other things" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.fixture(scope="module")
def server(pages: Path) -> Iterator[str]:
    """Serve the site on this machine; yield its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments) -> None:
            pass

    handler = functools.partial(Quiet, directory=pages)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Yield a Chromium, or skip."""
    found = find_chromium()
    if found is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        running.close()


@pytest.mark.browser
@patient
@pytest.mark.parametrize("opened_as", ["file", "http"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_page_is_read_without_a_network(name, scheme, opened_as, pages, server, browser):
    """Opened from the disk or a server: formulas set, no error, no request to elsewhere, nothing too wide?"""
    base = pages.as_uri() if opened_as == "file" else server
    context = browser.new_context(viewport={"width": 800, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(120_000)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(f"{base}/{name}.html")
        page.evaluate("window.MathJax?.startup?.promise")
        formulas = page.locator(".math")
        assert page.locator("mjx-container").count() >= formulas.count()
        assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
        if name.startswith("notebooks/"):
            assert formulas.count() > 50
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
        assert [url for url in asked if not url.startswith((base, "data:"))] == []
        assert said == []
    finally:
        context.close()


@pytest.mark.browser
@patient
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_page_has_no_serious_barrier(name, scheme, pages, browser):
    """Does axe-core find nothing serious?"""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(120_000)
    try:
        page.goto(f"{pages.as_uri()}/{name}.html")
        page.evaluate("window.MathJax?.startup?.promise")
        assert serious_barriers(page) == []
    finally:
        context.close()
