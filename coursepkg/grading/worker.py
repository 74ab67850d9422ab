"""The student's process: it runs the student's cells and answers questions, and knows nothing else.

Started by `launch`. It holds no solution, no hidden test and no expected value, so what it says is
never a verdict. It imports third-party packages and, of this course, only how to talk.
"""

import gc
import os
import socket
import sys
from typing import Any

from coursepkg.grading.endpoint import Ask, Endpoint
from coursepkg.grading.errors import WorkerDied
from coursepkg.grading.limits import Limits
from coursepkg.grading.wire import Channel, pack, unpack

HIDDEN_PACKAGES = ("coursepkg", "hidden")


class _NotHere:
    """Says why a module of the course cannot be imported in an assignment."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] in HIDDEN_PACKAGES:
            raise ModuleNotFoundError(
                f"{name!r} cannot be imported in an assignment: write the function yourself", name=name
            )


class CellEndpoint(Endpoint):
    """An endpoint that also runs cells."""

    def __init__(self, shell: Any, call_back: Ask, output_bytes: int):
        super().__init__(shell.user_ns, call_back)
        self.shell = shell
        self.output_bytes = output_bytes

    def answer(self, frames: list[bytes]) -> list[bytes]:
        """Answer one request; what it prints counts as one cell's outputs."""
        self.shell.recorder.begin(self.output_bytes)
        return super().answer(frames)

    def _cell(self, source: str) -> dict[str, Any]:
        return {"value": self.shell.run(source, self.output_bytes)}


def restrict(limits: Limits) -> None:
    """Lower this process's own limits for good; what the system lacks is passed over."""
    try:
        import resource
    except ImportError:  # Windows
        return
    cpu = int(10 * (limits.cell_seconds + limits.exercise_seconds))
    wanted = {
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": cpu,
    }
    for name, value in wanted.items():
        if hasattr(resource, name):
            _, hard = resource.getrlimit(getattr(resource, name))
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            try:
                resource.setrlimit(getattr(resource, name), (value, value))
            except (ValueError, OSError):  # macOS refuses some
                continue


def serve(sock: socket.socket, limits: Limits, folder: str) -> None:
    """Answer until the other side closes.

    Parameters
    ----------
    sock : socket.socket
    limits : Limits
    folder : str
        The only place where this process should write.
    """
    from coursepkg.grading.shell import StudentShell

    channel = Channel(sock, limits.message_bytes)
    shell = StudentShell(folder)

    def call_back(frames: list[bytes]) -> list[bytes]:
        channel.send(frames)
        return channel.receive()

    endpoint = CellEndpoint(shell, call_back, limits.output_bytes)
    for name in [name for name in sys.modules if name.partition(".")[0] in HIDDEN_PACKAGES]:
        del sys.modules[name]
    sys.meta_path.insert(0, _NotHere())  # type: ignore[arg-type]
    restrict(limits)
    gc.collect()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # what is printed past Python goes nowhere
        os.dup2(null, descriptor)
    channel.send(pack({"ok": True, "value": "ready"}))
    while True:
        channel.send(endpoint.answer(channel.receive()))


def main() -> None:
    """Run as ``python -I -m coursepkg.grading.worker DESCRIPTOR FOLDER``."""
    if sys.platform == "win32":
        sock = socket.fromshare(sys.stdin.buffer.read())
    else:
        sock = socket.socket(fileno=int(sys.argv[1]))
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (for as long as the process lives)
    os.chdir(sys.argv[2])
    try:
        serve(sock, Limits(**unpack(Channel(sock).receive())), sys.argv[2])
    except WorkerDied:
        return  # the grader is done


if __name__ == "__main__":
    main()
