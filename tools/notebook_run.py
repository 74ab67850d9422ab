"""Execute a lesson in a kernel that knows nothing of the machine's user.

The kernel gets its own IPython folder, Matplotlib settings, hash seed and home for predictions, so that
a lesson run twice on one machine gives the same bytes. None of this is visible in the notebook.
"""

import copy
import math
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools.notebook_form import DPI, normalise

CELL_SECONDS = 120
TURN_SECONDS = 1.0

GetMessage = Callable[..., Awaitable[dict]]

# Without `Software`, Matplotlib's version would stand in every picture and each update would change them all.
_KERNEL_CONFIG = f"""\
c.InlineBackend.figure_formats = {{"png"}}
c.InlineBackend.print_figure_kwargs = {{
    "bbox_inches": "tight", "dpi": {DPI}, "metadata": {{"Software": None}}
}}
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = 40
"""
_USER_SETTINGS = ("MPLBACKEND", "PYTHONSTARTUP", "PYTHONWARNINGS", "FORCE_COLOR", "NO_COLOR")


class LessonError(RuntimeError):
    """A lesson did not run to its end; the message names the cell and what happened in it."""


@dataclass(frozen=True)
class Run:
    """An executed and normalised notebook, and the wall time of its cells in seconds."""

    nb: NotebookNode
    seconds: float


def run(nb: NotebookNode, folder: Path, cell_seconds: float = CELL_SECONDS) -> Run:
    """Execute every cell of a notebook from the top, in a fresh kernel.

    Parameters
    ----------
    nb : NotebookNode
        Format 4.5; not changed.
    folder : Path
        The kernel's working folder: where the notebook lies, as in JupyterLab.
    cell_seconds : float
        The most that one cell may take.

    Returns
    -------
    Run
        The normalised copy with its outputs.

    Raises
    ------
    LessonError
        If a cell raises, hangs or ends the kernel, or if the callback of a widget raises.
    """
    nb = copy.deepcopy(nb)
    running = "the first cell"

    def remember(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = f"cell {cell.id}"

    client = _Client(
        nb,
        kernel_name="python3",
        timeout=cell_seconds,
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=remember,
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryDirectory(prefix="lesson-", ignore_cleanup_errors=True) as private:
        environment = _environment(Path(private))
        start = time.perf_counter()
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise LessonError(f"{running} raises {error.ename}: {error.evalue}\n{error}") from error
        except CellTimeoutError as error:
            raise LessonError(f"{running} took longer than {cell_seconds:g} seconds") from error
        except DeadKernelError as error:
            raise LessonError(f"{running} ended the kernel; is there enough memory?") from error
        seconds = time.perf_counter() - start
    _raise_for_widgets(client)
    return Run(normalise(nb), seconds)


class _Client(NotebookClient):
    """Asks for messages again and again, where nbclient waits for one event."""

    async def async_start_new_kernel_client(self) -> Any:
        """Start a client whose answers and outputs are asked for in turns."""
        client = await super().async_start_new_kernel_client()
        for channel in (client.shell_channel, client.iopub_channel):
            channel.get_msg = in_turns(channel.get_msg)
        return client


def in_turns(get_msg: GetMessage, turn: float = TURN_SECONDS) -> GetMessage:
    """Return a `get_msg` that waits in turns of a second.

    Once in some dozens of lessons a ZeroMQ socket does not tell asyncio that a message has come. It is found
    when the wait is over: after two minutes for a cell's reply, too late for its output.
    """

    async def patient(timeout: float | None = None) -> dict:
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            try:
                return await get_msg(timeout=max(0.0, min(turn, left)))
            except Empty:
                if left <= turn:
                    raise

    return patient


def _environment(private: Path) -> dict[str, str]:
    """Return the environment of the kernel; `private` is an empty folder that outlives it."""
    profile = private / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text(_KERNEL_CONFIG, encoding="utf-8")
    (private / "matplotlibrc").write_text(f"figure.dpi: {DPI}\n", encoding="utf-8")
    (private / "home").mkdir()
    kept = {k: v for k, v in os.environ.items() if k not in _USER_SETTINGS and not k.startswith("COURSEPKG_")}
    return kept | {
        "COURSEPKG_HOME": str(private / "home"),
        "IPYTHONDIR": str(private / "ipython"),
        "MATPLOTLIBRC": str(private / "matplotlibrc"),
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _raise_for_widgets(client: NotebookClient) -> None:
    """Raise what a slider's callback wrote into its output area, which no cell output shows."""
    for state in client.widget_state.values():
        for output in state.get("outputs") or ():
            if output["output_type"] == "error":
                raise LessonError(f"the callback of a widget raises {output['ename']}: {output['evalue']}")
            if output.get("name") == "stderr":
                raise LessonError(f"the callback of a widget writes to stderr: {output['text'].strip()[:99]}")
