"""Start JupyterLab on a folder and drive it as a person does, with mouse and keyboard.

The tests of this folder and `tests/browser/response.py` share it. A Chromium or Chrome must be installed; the
environment variable `CHROMIUM` may name it.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tools.notebook_form import read

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
LAID_OUT = "work/notebooks"  # where `make learn` puts the lessons
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
NO_CHROMIUM = "no Chromium on this machine; install one, or name it in the variable CHROMIUM"
SECOND = 1000
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # else cells out of sight are not in the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"adaptive-theme": True},  # light or dark, as the browser asks
}
# axe-core's serious findings as [rule, element], less those that are allowed.
AXE_RUN = """
async ([include, options, allowed]) => {
    const found = await axe.run({include}, options);
    const serious = found.violations.filter(entry => ["serious", "critical"].includes(entry.impact));
    const nodes = serious.flatMap(entry => entry.nodes.map(node => [entry.id, node]));
    const known = (id, node) => allowed.some(([rule, where]) => rule === id && node.element.matches(where));
    return nodes.filter(([id, node]) => !known(id, node)).map(([id, node]) => [id, node.html.slice(0, 300)]);
}
"""


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def lay_out_course(folder: Path) -> None:
    """Write lessons, assignments and the start page as `make learn` lays them out."""
    for arguments in (
        ["coursepkg", "release", "--output", str(folder / "release")],
        ["tools.learn", str(folder / "release"), str(folder / "work")],
    ):
        subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=True, capture_output=True)
    command = [sys.executable, "-m", "coursepkg", "progress"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@contextmanager
def jupyterlab(folder: Path, private: Path) -> Iterator[str]:
    """Run JupyterLab on a folder, with settings of its own; yield its address for a `{path}`."""
    for plugin, setting in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
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
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    log = private / "server.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=sink, stderr=sink)
        try:
            _wait_for_server(f"http://127.0.0.1:{port}/api/status?token={token}", server, log)
            # `reset`: no tab of an earlier test is opened again.
            yield f"http://127.0.0.1:{port}/lab{{path}}?reset&token={token}"
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
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


def end_kernels(lab: str) -> None:
    """End all kernels of a JupyterLab; a notebook that is opened again gets a new one."""
    address = urlsplit(lab.format(path=""))
    kernels = f"{address.scheme}://{address.netloc}/api/kernels"
    header = {"Authorization": f"token {parse_qs(address.query)['token'][0]}"}
    with urllib.request.urlopen(urllib.request.Request(kernels, headers=header), timeout=60) as answer:
        running = [kernel["id"] for kernel in json.load(answer)]
    for name in running:
        request = urllib.request.Request(f"{kernels}/{name}", headers=header, method="DELETE")
        urllib.request.urlopen(request, timeout=60).close()


@contextmanager
def browser_page(chromium: str, folder: Path) -> Iterator:
    """Yield a page of a browser with a fresh profile; leave a picture of it in the folder."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=chromium,
            args=ARGUMENTS,
            viewport={"width": 1400, "height": 1000},
        )
        page = context.new_page()
        page.set_default_timeout(60 * SECOND)
        try:
            yield page
        finally:
            page.screenshot(path=folder / "last.png")
            context.close()


def open_notebook(page, lab: str, path: str):
    """Open a notebook and return its panel once its kernel is idle."""
    page.goto(lab.format(path=f"/tree/{path}"))
    return wait_for_notebook(page)


def wait_for_notebook(page):
    """Return the panel of the notebook in front once its kernel is idle."""
    panel = page.locator(".jp-NotebookPanel:visible")
    panel.wait_for()
    panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")
    page.locator(".jp-StatusBar-Item, .jp-StatusBar-Left").get_by_text("| Idle").first.wait_for()
    return panel


def run_all(page, panel) -> None:
    """Begin to run all cells; on a busy machine JupyterLab may drop the request before it has the kernel."""
    from playwright.sync_api import TimeoutError

    first = panel.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(3):
        choose(page, "Run", "Run All Cells")
        try:
            first.filter(has_text=re.compile(r"\[(\*|1)\]:")).wait_for(timeout=20 * SECOND)
        except TimeoutError:
            continue
        return
    raise AssertionError("the kernel runs no cell")


def run_to_the_end(page, panel, n_cells: int) -> None:
    """Run all cells and wait for the last of `n_cells` that hold code."""
    run_all(page, panel)
    last = panel.locator(".jp-CodeCell .jp-InputPrompt", has_text=f"[{n_cells}]:")
    last.wait_for(timeout=240 * SECOND)
    panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")


def choose(page, menu: str, entry: str) -> None:
    """Choose an entry of the menu bar."""
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


def codes(path: Path) -> list:
    """Return the cells of a notebook that hold code."""
    return [cell for cell in read(path).cells if cell.cell_type == "code" and cell.source.strip()]


def serious_barriers(
    page, include: Sequence[str] = ("html",), allowed: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """Return what axe-core finds serious or critical in the elements of a page, as (rule, element).

    Parameters
    ----------
    page : playwright.sync_api.Page
        Loaded.
    include : sequence of str
        CSS selectors; each has to be on the page.
    allowed : sequence of (str, str)
        Rules, each with the CSS selector of the elements that may break it.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    options = {"preload": False, "resultTypes": ["violations"], "elementRef": True}
    found = page.evaluate(AXE_RUN, [[[selector] for selector in include], options, list(map(list, allowed))])
    return [tuple(barrier) for barrier in found]
