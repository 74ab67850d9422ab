"""Start and end a student's process."""

import contextlib
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout
from coursepkg.grading.limits import Limits
from coursepkg.grading.wire import Channel, pack, unpack

START_LOG = "start.log"


class Worker:
    """A student's process with its own folder and the channel to it.

    Parameters
    ----------
    limits : Limits

    Raises
    ------
    RuntimeError
        If no process comes up: the fault is this machine's, not the student's.
    """

    def __init__(self, limits: Limits):
        self.folder = tempfile.mkdtemp(prefix="coursepkg-")
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours, limits.message_bytes)
        try:
            self.process = _start(theirs, self.folder)
        finally:
            theirs.close()
        try:
            self.channel.send(pack(dataclasses.asdict(limits)), limits.start_seconds)
            unpack(self.channel.receive(limits.start_seconds))
        except (WorkerDied, WorkerTimeout, ProtocolError) as error:
            said = (Path(self.folder) / START_LOG).read_text(encoding="utf-8", errors="replace").strip()
            self.end()
            last = said.splitlines()[-1] if said else type(error).__name__
            raise RuntimeError(
                f"the process for the student's code did not start: {last}. Is this course installed in "
                f"{sys.executable}? `pip install -e .` in the project's folder does it"
            ) from error

    def end(self) -> None:
        """Kill the process and all that it started, and remove its folder."""
        if sys.platform == "win32":
            self.process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.channel.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _start(theirs: socket.socket, folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-m", "coursepkg.grading.worker", str(theirs.fileno()), folder]
    environment = _environment(folder)
    if sys.platform == "win32":
        with open(Path(folder) / START_LOG, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log, env=environment)
        assert process.stdin is not None
        process.stdin.write(theirs.share(process.pid))
        process.stdin.close()
        return process
    with open(Path(folder) / START_LOG, "wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env=environment,
        )


def _environment(folder: str) -> dict[str, str]:
    """Return what the student's process sees of the environment: nothing of this machine's own."""
    fonts = Path(platformdirs.user_cache_path("coursepkg", appauthor=False)) / "matplotlib"
    with contextlib.suppress(OSError):
        fonts.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **kept,
        **one_thread,
        "HOME": folder,
        "TMPDIR": folder,
        "TEMP": folder,
        "MPLCONFIGDIR": str(fonts),
    }
