"""Does the course work where a learner meets it: JupyterLab, in a real browser?

The test needs an installed Chromium or Chrome; the environment variable `CHROMIUM` may name it.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tools.notebook_form import dumps, read, without_outputs

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ASSIGNMENTS = sorted(path.name for path in (ROOT / "assignments" / "source").glob("[0-9][0-9]_*"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECOND = 1000

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the path of a Chromium, or skip."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; install one, or name it in the variable CHROMIUM")
    return found


@pytest.fixture(scope="module")
def course(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the lessons, never run, and the assignments as `make learn` lays them out."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(root / "notebooks" / "results", folder / "notebooks" / "results")
    for name in LESSONS:
        lesson = without_outputs(read(root / "notebooks" / f"{name}.ipynb"))
        (folder / "notebooks" / f"{name}.ipynb").write_text(dumps(lesson), encoding="utf-8")
    for arguments in (
        ["coursepkg", "release", "--output", str(folder / "release")],
        ["tools.learn", str(folder / "release"), str(folder / "work")],
    ):
        subprocess.run([sys.executable, "-m", *arguments], cwd=root, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab on the folder, with settings of its own; yield its address for a `{path}`."""
    private = tmp_path_factory.mktemp("jupyter")
    for plugin, setting in {
        "notebook-extension/tracker": {
            "windowingMode": "none"
        },  # else cells out of sight are not in the page
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = private / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(setting), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex()
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"} | {
        "COURSEPKG_HOME": str(private / "home"),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--ServerApp.root_dir={course}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    log = private / "server.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(command, cwd=course, env=environment, stdout=sink, stderr=sink)
        try:
            _wait_for_server(f"http://127.0.0.1:{port}/api/status?token={token}", server, log)
            # `reset`: no tab of an earlier test is opened again.
            yield f"http://127.0.0.1:{port}/lab/tree/{{path}}?reset&token={token}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for_server(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture
def page(chromium: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator:
    """Yield a page of a browser with a fresh profile; keep a picture of it in the test's folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=ARGUMENTS,
            viewport={"width": 1400, "height": 1000},
        )
        page = context.new_page()
        page.set_default_timeout(60 * SECOND)
        try:
            yield page
        finally:
            page.screenshot(path=tmp_path / "last.png")
            context.close()


def _open(page, lab: str, path: str):
    """Open a notebook and return its panel once its kernel is idle."""
    page.goto(lab.format(path=path))
    panel = page.locator(".jp-NotebookPanel:visible")
    panel.wait_for()
    panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")
    page.locator(".jp-StatusBar-Item, .jp-StatusBar-Left").get_by_text("| Idle").first.wait_for()
    return panel


def _run_all(page, panel) -> None:
    """Run all cells; on a busy machine JupyterLab may drop the request before the kernel is connected."""
    from playwright.sync_api import TimeoutError

    first = panel.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(3):
        _choose(page, "Run", "Run All Cells")
        try:
            first.filter(has_text=re.compile(r"\[(\*|1)\]:")).wait_for(timeout=20 * SECOND)
        except TimeoutError:
            continue
        return
    raise AssertionError("the kernel runs no cell")


def _choose(page, menu: str, entry: str) -> None:
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_to_its_end_and_its_slider_redraws(name, page, lab, course):
    """Does a lesson run from top to bottom without an error, and its figure follow the slider?"""
    path = course / "notebooks" / f"{name}.ipynb"
    panel = _open(page, lab, f"notebooks/{name}.ipynb")
    _run_all(page, panel)
    codes = [cell for cell in read(path).cells if cell.cell_type == "code" and cell.source.strip()]
    last = panel.locator(".jp-CodeCell .jp-InputPrompt", has_text=f"[{len(codes)}]:")
    last.wait_for(timeout=240 * SECOND)
    panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")

    _choose(page, "File", "Save Notebook")
    page.wait_for_function("document.querySelectorAll('.jp-mod-dirty').length === 0")
    ran = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code" and cell.source.strip()]
    assert [cell.execution_count for cell in ran] == list(range(1, len(codes) + 1))
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


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_validate_fails_on_every_exercise_of_the_blank_release(name, page, lab, course):
    """Does nbgrader's button name every graded cell that the learner has not solved?"""
    blank = read(course / "work" / name / f"{name}.ipynb")
    graded = [cell.metadata.nbgrader.grade_id for cell in blank.cells if _is_test(cell)]
    panel = _open(page, lab, f"work/{name}/{name}.ipynb")
    panel.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for(timeout=180 * SECOND)
    text = dialog.inner_text()
    assert "Success" not in text
    # Each stub names its exercise: the cell ex01_2 fails with "Exercise 1.2: …".
    assert [id for id in graded if not re.search(rf"^Exercise {_exercise(id)}: \w", text, re.M)] == []
    assert len(graded) == 6


def _is_test(cell) -> bool:
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade", False)


def _exercise(grade_id: str) -> str:
    lesson, number = re.fullmatch(r"ex(\d+)_(\d+)", grade_id).groups()
    return rf"{int(lesson)}\.{number}"
