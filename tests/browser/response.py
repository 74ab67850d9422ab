"""Time from the key press on a slider to the new picture: ``python -m tests.browser.response 01 12``.

Without arguments all lessons are measured. For each cell with a slider the table has the median over the
moves, in milliseconds: of the whole way, until the browser has decoded the new image, and of the kernel's
share of it, by the kernel's own clock.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.browser.drive import (
    LAID_OUT,
    LESSONS,
    NO_CHROMIUM,
    SECOND,
    browser_page,
    codes,
    find_chromium,
    jupyterlab,
    lay_out_course,
    open_notebook,
    run_to_the_end,
)

# Resolves to the milliseconds from the next key press until the cell shows another image, or null after 10 s.
WATCH = """
cell => {
    const shown = () => [...cell.querySelectorAll(".widget-output img")].at(-1);
    const before = shown()?.src;
    window.moved = new Promise(resolve => {
        let pressed = null;
        const press = () => { pressed = performance.now(); };
        document.addEventListener("keydown", press, {capture: true, once: true});
        const watcher = new MutationObserver(async () => {
            const image = shown();
            if (pressed === null || !image || image.src === before) return;
            watcher.disconnect();
            await image.decode();
            resolve(performance.now() - pressed);
        });
        watcher.observe(cell, {subtree: true, childList: true, attributes: true});
        setTimeout(() => { watcher.disconnect(); resolve(null); }, 10000);
    });
}
"""


class KernelClock:
    """The kernel's time for each message of a widget, from the dates of its own `busy` and `idle`."""

    def __init__(self, page) -> None:
        self.milliseconds: list[float] = []
        self._began: dict[str, datetime] = {}
        page.on("websocket", lambda socket: socket.on("framereceived", self._read))

    def _read(self, frame: str | bytes) -> None:
        """Take down a status message; a frame is a table of 64-bit offsets and the parts between them."""
        if isinstance(frame, str):
            return
        count = int.from_bytes(frame[:8], "little")
        ends = [int.from_bytes(frame[8 * k : 8 * k + 8], "little") for k in range(1, count + 1)]
        parts = [frame[start:end] for start, end in pairwise(ends)]
        if len(parts) < 5:
            return
        header, parent = json.loads(parts[1]), json.loads(parts[2])
        if header["msg_type"] != "status" or parent.get("msg_type") != "comm_msg":
            return
        date = datetime.fromisoformat(header["date"])
        if json.loads(parts[4])["execution_state"] == "busy":
            self._began[parent["msg_id"]] = date
        elif parent["msg_id"] in self._began:
            took = date - self._began.pop(parent["msg_id"])
            self.milliseconds.append(1000 * took.total_seconds())


def measure(page, lab: str, path: Path, moves: int) -> list[tuple[str, list[float], list[float]]]:
    """Return, for each cell with a slider, its name, the times to the image and the kernel's, in ms."""
    clock = KernelClock(page)
    panel = open_notebook(page, lab, f"{LAID_OUT}/{path.name}")
    run_to_the_end(page, panel, len(codes(path)))
    names = [cell.id for cell in codes(path) if "interact(" in cell.source]
    cells = panel.locator(".jp-CodeCell", has=page.locator(".widget-slider"))
    assert cells.count() == len(names)
    rows = []
    for k, name in enumerate(names):
        cell = cells.nth(k)
        cell.locator(".widget-output img").last.wait_for()
        handle = cell.locator(".noUi-handle").first
        handle.focus()
        whole, kernel = [], []
        for _ in range(moves + 1):
            full = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
            done = len(clock.milliseconds)
            cell.evaluate(WATCH)
            page.keyboard.press("ArrowLeft" if full else "ArrowRight")
            took = page.evaluate("window.moved")
            page.wait_for_timeout(SECOND / 2)  # the kernel's `idle` comes after the image
            if took is not None:
                whole.append(took)
                kernel.append(sum(clock.milliseconds[done:]))
        rows.append((name, whole[1:], kernel[1:]))  # the first move warms caches
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.response", description="Time the sliders.")
    parser.add_argument("lessons", nargs="*", help="numbers such as 01; all if left out")
    parser.add_argument("--moves", type=int, default=7, help="key presses on each slider (default: 7)")
    options = parser.parse_args(arguments)
    chromium = find_chromium()
    if chromium is None:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        course, private = Path(name, "course"), Path(name, "private")
        course.mkdir()
        private.mkdir()
        lay_out_course(course)
        print("Medians in ms; `load` is that of the machine.")
        print(f"{'lesson':7}{'cell':16}{'moves':>6}{'to the image':>14}{'kernel':>8}{'load':>7}")
        with jupyterlab(course, private) as lab:
            for lesson in LESSONS:
                if options.lessons and lesson[:2] not in options.lessons:
                    continue
                with browser_page(chromium, Path(name, lesson)) as page:
                    rows = measure(page, lab, course / LAID_OUT / f"{lesson}.ipynb", options.moves)
                load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
                for cell, whole, kernel in rows:
                    times = f"{_median(whole):14.0f}{_median(kernel):8.0f}"
                    print(f"{lesson[:2]:7}{cell:16}{len(whole):6}{times}{load:7.1f}", flush=True)
    return 0


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else float("nan")


if __name__ == "__main__":
    sys.exit(main())
