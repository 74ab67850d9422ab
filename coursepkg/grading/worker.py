"""The student's process: it runs the student's cells and answers questions, and knows nothing else.

Forked from a warm parent (`warm`), or started alone where that cannot be (`main`). It holds no
solution, no hidden test and no expected value, so what it says is never a verdict. It has imported
third-party packages and, of this course, only how to talk.
"""

import gc
import os
import socket
import sys
from typing import Any

from coursepkg.grading.endpoint import Ask, Endpoint
from coursepkg.grading.errors import WorkerDied
from coursepkg.grading.limits import Limits
from coursepkg.grading.shell import StudentShell
from coursepkg.grading.wire import Channel, pack, unpack

OUT_OF_REACH = ("coursepkg", "hidden")


class _NotHere:
    """Refuses what an assignment does not list, with a sentence; the sandbox keeps the files closed too.

    Parameters
    ----------
    listed : tuple of str
        The assignment's modules.
    refused : tuple of str
        Top-level names of packages that are installed here for other ends.
    """

    def __init__(self, listed: tuple[str, ...], refused: tuple[str, ...]):
        self.listed = listed
        self.refused = set(refused)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Raise for a module that is out of reach; find nothing otherwise, so that the next finder does."""
        top = name.partition(".")[0]
        if top in OUT_OF_REACH:
            if not any(listed == name or listed.startswith(name + ".") for listed in self.listed):
                why = "write the function yourself"
                raise ModuleNotFoundError(f"{name!r} cannot be imported in an assignment: {why}", name=name)
        elif top in self.refused and not os.path.exists(f"{top}.py"):  # their own file, in their own folder
            listed = ", ".join(self.listed)
            raise ModuleNotFoundError(
                f"{name!r} cannot be imported in this assignment; there are the standard library, {listed}",
                name=name,
            )


class CellEndpoint(Endpoint):
    """An endpoint that also runs cells."""

    def __init__(self, shell: StudentShell, call_back: Ask, limits: Limits):
        super().__init__(shell.user_ns, call_back)
        self.shell = shell
        self.room = limits.output_bytes, limits.outputs_bytes

    def answer(self, frames: list[bytes]) -> list[bytes]:
        """Answer one request; what it prints counts as one cell's outputs."""
        self.shell.recorder.begin(*self.room)
        return super().answer(frames)

    def _cell(self, source: str) -> dict[str, Any]:
        return {"value": self.shell.run(source, *self.room)}


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
        "RLIMIT_NOFILE": 64,  # few: a file that was removed while it is open takes room that nobody sees
    }
    for name, value in wanted.items():
        if hasattr(resource, name):
            _, hard = resource.getrlimit(getattr(resource, name))
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            try:
                resource.setrlimit(getattr(resource, name), (value, value))
            except (ValueError, OSError):  # macOS refuses some
                continue


def serve(
    sock: socket.socket, shell: StudentShell, limits: Limits, refused: tuple[str, ...], confinement: str
) -> None:
    """Answer until the other side closes.

    Parameters
    ----------
    sock : socket.socket
    shell : StudentShell
    limits : Limits
    refused : tuple of str
        Top-level names of packages that may not be imported.
    confinement : str
        What confines this process, for the first message.
    """
    channel = Channel(sock, limits.message_bytes)

    def call_back(frames: list[bytes]) -> list[bytes]:
        channel.send(frames)
        return channel.receive()

    endpoint = CellEndpoint(shell, call_back, limits)
    for name in [name for name in sys.modules if name.partition(".")[0] in OUT_OF_REACH]:
        del sys.modules[name]
    sys.meta_path.insert(0, _NotHere(limits.modules, refused))
    sys.path.append(os.getcwd())  # last, so that a file there never stands before a library
    gc.collect()
    channel.send(pack({"ok": True, "value": confinement}))
    while True:
        channel.send(endpoint.answer(channel.receive()))


def silence() -> None:
    """Send nowhere what is printed past Python, and read nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (for as long as the process lives)


def main() -> None:
    """Run ``python -I -m coursepkg.grading.worker DESCRIPTOR FOLDER``; on Windows stdin brings the socket."""
    if sys.platform == "win32":
        sock = socket.fromshare(sys.stdin.buffer.read())
    else:
        sock = socket.socket(fileno=int(sys.argv[1]))
    settings = unpack(Channel(sock).receive())
    limits = Limits(**settings["limits"])
    os.chdir(sys.argv[2])
    try:
        shell = StudentShell(sys.argv[2])
        silence()
        restrict(limits)
        serve(sock, shell, limits, settings["refused"], "none")
    except WorkerDied:
        return  # the grader is done


if __name__ == "__main__":
    main()
