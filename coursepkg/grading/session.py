"""One student's code under grading: cells are run once, and again when their process had to be replaced.

A process that dies or hangs costs the question that it was asked. The next question goes to a new
process in which the student's cells have been run again, without the cell that killed it.
"""

import contextlib
import os
import time
from types import TracebackType
from typing import Any

from coursepkg.grading.endpoint import Ask
from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout
from coursepkg.grading.launch import Worker, start_worker
from coursepkg.grading.limits import Limits
from coursepkg.grading.wire import pack, unpack

MAX_RESTARTS = 25
CALLBACK = pack({"op": "callback"})[0].rstrip(b"]}")  # how a request of the student's code begins


class Session:
    """Runs cells and passes questions to the student's process.

    Parameters
    ----------
    limits : Limits

    Attributes
    ----------
    events : list of str
        A sentence for each process that had to be replaced.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self.events: list[str] = []
        self._worker: Worker | None = None
        self._cells: list[str] = []
        self._deadline: float | None = None
        self._starts = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the student's process."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def confinement(self) -> str:
        """Return what confines the student's process: ``"landlock"``, ``"bubblewrap"`` or ``"none"``."""
        return self._ready().confinement

    def run_cell(self, source: str) -> list[dict[str, Any]]:
        """Run a student's cell.

        Parameters
        ----------
        source : str

        Returns
        -------
        list of dict
            Its outputs as nbformat has them; an error output if the cell hung or ended its process.
        """
        try:
            outputs = self._cell(source)
        except WorkerTimeout:
            reason = f"This cell did not end within {self.limits.cell_seconds:g} seconds and was stopped."
        except WorkerDied:
            reason = "This cell ended its whole process (or ran out of memory); it was left out."
        except ProtocolError as error:
            reason = f"The outputs of this cell could not be read: {error}."
        else:
            self._cells.append(source)
            return outputs
        self._replace(reason)
        return [{"output_type": "error", "ename": "CellStopped", "evalue": reason, "traceback": [reason]}]

    def begin_exercise(self) -> None:
        """Give the next questions a new time budget."""
        self._deadline = time.monotonic() + self.limits.exercise_seconds

    def ask(self, frames: list[bytes], call_back: Ask) -> list[bytes]:
        """Pass a question to the student's process and return its reply.

        Parameters
        ----------
        frames : list of bytes
        call_back : callable
            Answers what the student's code asks in the middle.

        Returns
        -------
        list of bytes

        Raises
        ------
        WorkerTimeout, WorkerDied, ProtocolError
            If there is no proper reply. The process is replaced at the next question.
        """
        left = self.limits.call_seconds
        if self._deadline is not None:
            left = min(left, self._deadline - time.monotonic())
        if left <= 0:
            raise WorkerTimeout(f"the {self.limits.exercise_seconds:g} seconds that this exercise has")
        channel = self._ready().channel
        deadline = time.monotonic() + left
        try:
            channel.send(frames, left)
            while True:
                reply = channel.receive(max(deadline - time.monotonic(), 1e-3))
                if not reply[0].startswith(CALLBACK):
                    return reply
                channel.send(call_back(reply), max(deadline - time.monotonic(), 1e-3))
        except WorkerTimeout:
            self._replace("A call took too long.")
            raise WorkerTimeout(f"{self.limits.call_seconds:g} seconds") from None
        except (WorkerDied, ProtocolError) as error:
            self._replace("A call ended the process.")
            raise error

    def _cell(self, source: str) -> list[dict[str, Any]]:
        channel = self._ready().channel
        channel.send(pack({"op": "cell", "source": source}), self.limits.cell_seconds)
        reply = unpack(channel.receive(self.limits.cell_seconds))
        if not isinstance(reply, dict) or not isinstance(reply.get("value"), list):
            raise ProtocolError("a reply that is not of the agreed form")
        if _folder_bytes(self._ready().folder) > self.limits.folder_bytes:
            raise ProtocolError(f"the cell wrote more than {self.limits.folder_bytes >> 20} MiB of files")
        return reply["value"]

    def _ready(self) -> Worker:
        """Return a living process that has run the student's cells so far."""
        if self._worker is None:
            self._starts += 1
            if self._starts > MAX_RESTARTS:
                raise WorkerDied(f" again and again ({MAX_RESTARTS} times)")
            self._worker = start_worker(self.limits)
            cells, self._cells = self._cells, []
            for source in cells:
                self.run_cell(source)
        return self._worker or self._ready()  # a cell that ran before may end the process now

    def _replace(self, reason: str) -> None:
        self.events.append(reason)
        self.close()


def _folder_bytes(folder: str) -> int:
    """Return the size of the files in a folder, links not followed."""
    total = 0
    for path, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total
