"""Start and end students' processes, in the strongest sandbox that this system has.

On Linux they are forked from a warm parent. Elsewhere each is a new Python: slower, with the same
scores, and without a sandbox.
"""

import atexit
import contextlib
import dataclasses
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import platformdirs

from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout
from coursepkg.grading.folder import folder_bytes, remove_folder
from coursepkg.grading.limits import Limits
from coursepkg.grading.reach import readable_paths, refused_names
from coursepkg.grading.sandbox import landlock_version
from coursepkg.grading.wire import WATCH_SECONDS, Channel, pack, unpack

START_LOG = "start.log"


class Worker:
    """A student's process with its own folder and the channel to it.

    Attributes
    ----------
    channel : Channel
    folder : str
    confinement : str
        ``"landlock"``, ``"bubblewrap"`` or ``"none"``.
    """

    def __init__(
        self, channel: Channel, folder: str, pid: int, kill: Callable[[], None], limits: Limits, log: Path
    ):
        self.channel = channel
        self.folder = folder
        self._pid = pid
        self._kill = kill
        self._limits = limits
        self._watched = 0.0
        try:
            reply = unpack(channel.receive(limits.start_seconds))
            self.confinement = str(reply["value"])
        except (WorkerDied, WorkerTimeout, ProtocolError) as error:
            self.end()
            raise did_not_start(log, error) from error
        channel.watch = self.watch

    def watch(self) -> None:
        """Look at what the kernel does not limit, a few times a second.

        Raises
        ------
        WorkerDied
            If the process has more files or threads than it may have; it must be ended.
        """
        if time.monotonic() - self._watched < WATCH_SECONDS:
            return
        if folder_bytes(self.folder, self._limits.folder_bytes) > self._limits.folder_bytes:
            raise WorkerDied(f", as it wrote more than {self._limits.folder_bytes >> 20} MiB of files")
        if _threads(self._pid) > self._limits.threads:
            raise WorkerDied(f", as it started more than {self._limits.threads} threads")
        self._watched = time.monotonic()

    def end(self) -> None:
        """Kill the process and all that it started, and remove its folder."""
        self._kill()
        self.channel.close()
        remove_folder(self.folder)


def start_worker(limits: Limits) -> Worker:
    """Start a student's process.

    Parameters
    ----------
    limits : Limits

    Returns
    -------
    Worker

    Raises
    ------
    RuntimeError
        If no process comes up, or the sandbox that `limits` names is not to be had: the fault is this
        machine's, not the student's.
    """
    if sys.platform.startswith("linux"):
        parent = warm_parent(limits.modules, choose_sandbox(limits.sandbox))
        try:
            return parent.start(limits)
        except OSError:  # the warm parent itself is gone
            adopt(WarmParent(limits.modules, parent.sandbox), limits.modules)
            return warm_parent(limits.modules, parent.sandbox).start(limits)
    if limits.sandbox not in ("auto", "none"):
        raise RuntimeError(
            f"there is no sandbox {limits.sandbox!r} on {sys.platform}; grade on Linux for one"
        )
    return _start_alone(limits)


def choose_sandbox(wanted: str = "auto") -> str:
    """Return the strongest sandbox that this system has, or the wanted one.

    Parameters
    ----------
    wanted : str
        ``"auto"``, ``"landlock"``, ``"bubblewrap"`` or ``"none"``.

    Raises
    ------
    RuntimeError
        If the wanted one is not to be had.
    """
    there = ["none"]
    if sys.platform.startswith("linux"):
        if _bubblewrap_works():
            there.insert(0, "bubblewrap")
        if landlock_version() > 0:
            there.insert(0, "landlock")
    if wanted == "auto":
        return there[0]
    if wanted not in there:
        raise RuntimeError(f"the sandbox {wanted!r} is not to be had here; there is: {', '.join(there)}")
    return wanted


class WarmParent:
    """A process that has imported what students' code needs, and forks one for each.

    Parameters
    ----------
    modules : tuple of str
    sandbox : str
        One of `choose_sandbox`.
    """

    def __init__(self, modules: tuple[str, ...], sandbox: str):
        self.sandbox = sandbox
        self._workers: weakref.WeakSet[Worker] = weakref.WeakSet()
        self.folder = tempfile.mkdtemp(prefix="coursepkg-")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        command = [sys.executable, "-I", "-m", "coursepkg.grading.warm"]
        command += [str(theirs.fileno()), self.folder, ",".join(modules)]
        if sandbox == "bubblewrap":
            command = [*_bubblewrap(self.folder, readable_paths(modules)), *command]
        self.log = Path(self.folder) / START_LOG
        with theirs, open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env=_environment(self.folder),
            )
        # found out while the process starts; it says that it is ready when the first child is asked for
        settings = {"sandbox": sandbox, "read": readable_paths(modules), "refused": refused_names(modules)}
        self._ready = False
        self.control.settimeout(120)
        with contextlib.suppress(OSError):  # said again when it does not answer
            self.control.send(json.dumps(settings).encode())

    def start(self, limits: Limits) -> Worker:
        """Fork a process.

        Parameters
        ----------
        limits : Limits

        Raises
        ------
        RuntimeError
            If the warm parent did not come up, or the child could not enter its sandbox.
        OSError
            If the warm parent is gone.
        """
        if not self._ready:
            try:
                self._answer()
            except (OSError, ValueError) as error:
                self.close()
                raise did_not_start(self.log, error) from error
            self._ready = True
        folder = tempfile.mkdtemp(dir=self.folder)
        self._sweep(folder)
        ours, theirs = socket.socketpair()
        request = {"op": "start", "folder": folder, "limits": dataclasses.asdict(limits)}
        with theirs:
            pid = self._ask(json.dumps(request).encode(), [theirs.fileno()])["pid"]
        kill = functools.partial(self._end, pid)
        if self.sandbox == "bubblewrap":
            pid = 0  # it is another number out here
        worker = Worker(Channel(ours, limits.message_bytes), folder, pid, kill, limits, self.log)
        self._workers.add(worker)
        return worker

    def _sweep(self, folder: str) -> None:
        """Remove what an earlier process left beside its own folder, where no sandbox forbids it."""
        kept = {folder, str(self.log), *(worker.folder for worker in self._workers)}
        for path in {entry.path for entry in os.scandir(self.folder)} - kept:
            remove_folder(path)

    def close(self) -> None:
        """End the warm parent and all of its children."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        remove_folder(self.folder)

    def _end(self, pid: int) -> None:
        with contextlib.suppress(OSError, ValueError):  # a dead parent took its children with it
            self._ask(json.dumps({"op": "end", "pid": pid}).encode())

    def _ask(self, message: bytes, descriptors: list[int] | None = None) -> dict[str, int]:
        socket.send_fds(self.control, [message], descriptors or [])
        return self._answer()

    def _answer(self) -> dict[str, int]:
        reply = self.control.recv(1 << 16)
        if not reply:
            raise ConnectionResetError("the warm parent is gone")
        return json.loads(reply)


_warm_parents: dict[tuple[int, tuple[str, ...], str], WarmParent] = {}
"""By process, modules and sandbox: a fork must not use the warm parent of the process that it came from."""


def warm_parent(modules: tuple[str, ...], sandbox: str) -> WarmParent:
    """Return this process's warm parent for these modules; started where there is none.

    Parameters
    ----------
    modules : tuple of str
    sandbox : str
    """
    if (os.getpid(), modules, sandbox) not in _warm_parents:
        adopt(WarmParent(modules, sandbox), modules)
    return _warm_parents[os.getpid(), modules, sandbox]


def adopt(parent: WarmParent, modules: tuple[str, ...]) -> None:
    """Make a warm parent this process's own.

    Parameters
    ----------
    parent : WarmParent
        Perhaps started by the process that this one was forked from.
    modules : tuple of str
        What it was started for.
    """
    _warm_parents[os.getpid(), modules, parent.sandbox] = parent
    atexit.register(parent.close)  # where a run is killed, the closed control socket ends the warm parent


def start_warm_parents(limits: Limits, count: int) -> list[WarmParent]:
    """Start warm parents for processes that will be forked from this one; they import meanwhile.

    Parameters
    ----------
    limits : Limits
    count : int

    Returns
    -------
    list of WarmParent
        Empty where there are none: not on Linux, or the sandbox that `limits` names is not to be had.
    """
    if not sys.platform.startswith("linux"):
        return []
    with contextlib.suppress(RuntimeError):  # said when the first process is started
        sandbox = choose_sandbox(limits.sandbox)
        return [WarmParent(limits.modules, sandbox) for _ in range(count)]
    return []


def did_not_start(log: Path, error: Exception) -> RuntimeError:
    """Return what to raise when a process did not come up, with the last line that it wrote."""
    said = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    last = said.splitlines()[-1] if said else f"{type(error).__name__} {error}".strip()
    return RuntimeError(
        f"the process for the student's code did not start: {last}. Is this course installed in "
        f"{sys.executable}? `pip install -e .` in the project's folder does it"
    )


def _start_alone(limits: Limits) -> Worker:
    """Start a process of its own, where there is no warm parent."""
    folder = tempfile.mkdtemp(prefix="coursepkg-")
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-m", "coursepkg.grading.worker", str(theirs.fileno()), folder]
    options: dict[str, object] = {"stdout": subprocess.DEVNULL, "env": _environment(folder)}
    with theirs, open(Path(folder) / START_LOG, "wb") as log:
        if sys.platform == "win32":
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log, **options)  # type: ignore
            process.stdin.write(theirs.share(process.pid))
            process.stdin.close()
        else:
            descriptors = [theirs.fileno()]
            process = subprocess.Popen(  # type: ignore[call-overload]
                command,
                stdin=subprocess.DEVNULL,
                stderr=log,
                pass_fds=descriptors,
                start_new_session=True,
                **options,
            )

    def kill() -> None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    channel = Channel(ours, limits.message_bytes)
    with contextlib.suppress(WorkerDied, WorkerTimeout):  # said again when its first message is missing
        refused = refused_names(limits.modules)
        channel.send(pack({"limits": dataclasses.asdict(limits), "refused": refused}), limits.start_seconds)
    return Worker(channel, folder, process.pid, kill, limits, Path(folder) / START_LOG)


def _environment(folder: str) -> dict[str, str]:
    """Return what the student's process sees of the environment: nothing of this machine's own."""
    fonts = platformdirs.user_cache_path("coursepkg", appauthor=False) / "matplotlib"  # found once, then kept
    with contextlib.suppress(OSError):
        fonts.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    own = {"HOME": folder, "TMPDIR": folder, "TEMP": folder, "MPLCONFIGDIR": str(fonts)}
    return {**kept, **one_thread, **own}


def _threads(pid: int) -> int:
    """Return how many threads a process has; 0 where that cannot be seen."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("\nThreads:")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return 0


@functools.cache
def _bubblewrap_works() -> bool:
    """Tell whether bubblewrap is installed and may make its namespaces."""
    if shutil.which("bwrap") is None:
        return False
    trial = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def _bubblewrap(folder: str, read: tuple[str, ...]) -> list[str]:
    """Return the command that runs what follows it with these files and no network."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--dev", "/dev", "--remount-ro", "/dev"]  # its /dev/shm would be a place without a limit
    python = {sys.executable, os.path.realpath(sys.executable), os.path.join(sys.prefix, "pyvenv.cfg")}
    package = str(Path(__file__).parent)
    start = {str(Path(__file__).parents[1] / "__init__.py"), package}
    site = {str(path) for path in Path(sys.prefix).glob("lib/python*/site-packages/*coursepkg*")}
    for path in sorted({*read, *python, *start, *site}):
        if not path.startswith("/dev"):
            command += ["--ro-bind-try", path, path]
    return [*command, "--bind", folder, folder, "--remount-ro", "/", "--chdir", folder]
