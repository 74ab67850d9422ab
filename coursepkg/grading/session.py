"""One student's code under grading: cells are run once, and again when their process had to be replaced.

A process that dies or hangs costs the question that it was asked. The next question goes to a new
process in which the student's cells have been run again, without the cell that killed it.
"""

import time
from types import TracebackType
from typing import Any

from coursepkg.grading.endpoint import Ask
from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout
from coursepkg.grading.launch import Worker, start_worker
from coursepkg.grading.limits import Limits
from coursepkg.grading.wire import Channel, pack, unpack

MAX_RESTARTS = 25
MAX_HEAD = 8 << 20  # of the JSON text of a message: read, it takes some twenty times as much memory
MAX_ASKED = 4  # times `message_bytes`: what may be passed to lent functions in one question
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
        self._end: float | None = None
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
        except WorkerTimeout as error:
            time_given = str(error) or f"{self.limits.cell_seconds:g} seconds"
            reason = f"This cell did not end within {time_given} and was stopped."
        except WorkerDied as error:
            why = str(error) or " (or ran out of memory)"
            reason = f"This cell ended its whole process{why}; it was left out."
        except ProtocolError as error:
            reason = f"The outputs of this cell could not be read: {error}."
        else:
            self._cells.append(source)
            return outputs
        self._replace(reason)
        return [{"output_type": "error", "ename": "CellStopped", "evalue": reason, "traceback": [reason]}]

    def begin_exercise(self) -> None:
        """Give the next questions a new time budget, and a new process if the old one took too much."""
        self._deadline = time.monotonic() + self.limits.exercise_seconds
        if self._worker is not None:
            try:
                self._worker.watch()
            except WorkerDied as error:
                self._replace(f"The process was ended{error}.")

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
        left = self._left(self.limits.call_seconds)
        if self._deadline is not None:
            left = min(left, self._deadline - time.monotonic())
        if left <= 0:
            raise WorkerTimeout(f"the {self.limits.exercise_seconds:g} seconds that this exercise has")
        channel = self._ready().channel
        deadline = time.monotonic() + left
        room = MAX_ASKED * self.limits.message_bytes
        try:
            channel.send(frames, left)
            while True:
                reply = self._receive(channel, max(deadline - time.monotonic(), 1e-3))
                if not reply[0].startswith(CALLBACK):
                    return reply
                room -= sum(map(len, reply))
                if room < 0:
                    raise ProtocolError("it passed too much to the functions that it was given")
                channel.send(call_back(reply), max(deadline - time.monotonic(), 1e-3))
        except WorkerTimeout:
            self._replace("A call took too long.")
            raise WorkerTimeout(f"{self.limits.call_seconds:g} seconds") from None
        except (WorkerDied, ProtocolError) as error:
            self._replace("A call ended the process.")
            raise error

    def _cell(self, source: str) -> list[dict[str, Any]]:
        seconds = self._left(self.limits.cell_seconds)
        channel = self._ready().channel
        channel.send(pack({"op": "cell", "source": source}), seconds)
        reply = unpack(self._receive(channel, seconds))
        if not isinstance(reply, dict) or not isinstance(reply.get("value"), list):
            raise ProtocolError("a reply that is not of the agreed form")
        return reply["value"]

    def _receive(self, channel: Channel, seconds: float) -> list[bytes]:
        reply = channel.receive(seconds)
        if len(reply[0]) > MAX_HEAD:
            raise ProtocolError(f"lists and text of more than {MAX_HEAD >> 20} MiB; return an array")
        return reply

    def _left(self, seconds: float) -> float:
        """Return how much of `seconds` the submission still has."""
        if self._end is None:
            self._ready()  # the time to come up is not the student's
            self._end = time.monotonic() + self.limits.submission_seconds
        left = min(seconds, self._end - time.monotonic())
        if left <= 0:
            raise WorkerTimeout(f"the {self.limits.submission_seconds:g} seconds that a submission has")
        return left

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
