"""The warm parent: it imports what students' code will need, once, and forks a process for each.

It is started clean and imports third-party packages only. A child inherits its memory, so it must
never see hidden tests, source notebooks, the course's secret or the gradebook.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
from typing import Any

from coursepkg.grading import sandbox
from coursepkg.grading.errors import WorkerDied
from coursepkg.grading.folder import remove_folder
from coursepkg.grading.limits import Limits
from coursepkg.grading.shell import StudentShell
from coursepkg.grading.worker import restrict, serve, silence


def preload(modules: tuple[str, ...]) -> None:
    """Import what is slow to import; a module that is not installed is passed over.

    Parameters
    ----------
    modules : tuple of str
    """
    for name in modules:
        if name.partition(".")[0] == "coursepkg" or importlib.util.find_spec(name.partition(".")[0]) is None:
            continue
        importlib.import_module(name)
        if name == "matplotlib":
            import matplotlib.pyplot as plt

            plt.close(plt.figure())
        if name == "torch":
            import torch

            torch.set_num_threads(1)  # before its first operation: a forked child of two threads hangs
            weight = torch.ones(2, requires_grad=True)
            optimiser = torch.optim.SGD([weight], lr=0.1)
            (weight * weight).sum().backward()
            optimiser.step()  # imports much on its first call


def main() -> None:
    """Run ``python -I -m coursepkg.grading.warm DESCRIPTOR FOLDER MODULES``; remove the folder at the end.

    Whoever started this process may have been killed, and cannot remove it.
    """
    folder = sys.argv[2]
    try:
        with contextlib.suppress(ConnectionError):
            run(socket.socket(fileno=int(sys.argv[1])), folder, tuple(filter(None, sys.argv[3].split(","))))
    finally:
        os.chdir("/")
        remove_folder(folder)
    os._exit(0)  # taking down what was imported takes longer than all that is left to do


def run(control: socket.socket, folder: str, modules: tuple[str, ...]) -> None:
    """Import, then fork on request until the other side closes.

    Parameters
    ----------
    control : socket.socket
        Carries one JSON text a message, the first the settings; a ``start`` request carries the child's
        socket.
    folder : str
        Of this process alone.
    modules : tuple of str
        What to import.
    """
    os.chdir(folder)
    shell = StudentShell(folder)  # first: Matplotlib asks it where figures go
    preload(modules)
    gc.collect()
    gc.freeze()  # children share these pages
    settings = json.loads(control.recv(1 << 20) or "null")
    if settings is None:
        return
    control.send(b'{"ready": true}')
    children: set[int] = set()
    while True:
        raw, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 1)
        if not raw:
            break
        request = json.loads(raw)
        if request["op"] == "start":
            pid = os.fork()
            if pid == 0:
                control.close()
                _child(socket.socket(fileno=descriptors[0]), shell, request, settings)
            os.close(descriptors[0])
            children.add(pid)
            control.send(json.dumps({"pid": pid}).encode())
        elif request["pid"] in children:
            _end(request["pid"])
            children.discard(request["pid"])
            control.send(b"{}")
    for pid in children:
        _end(pid)


def _child(
    sock: socket.socket, shell: StudentShell, request: dict[str, Any], settings: dict[str, Any]
) -> None:
    """Become a student's process; never returns."""
    try:
        os.setsid()
        sandbox.die_with_parent()
        silence()
        limits = Limits(**{**request["limits"], "modules": tuple(request["limits"]["modules"])})
        folder = request["folder"]
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder, TEMP=folder)
        os.closerange(sock.fileno() + 1, 1024)
        os.closerange(3, sock.fileno())
        restrict(limits)  # before the sandbox, which refuses to change limits
        if settings["sandbox"] == "landlock":
            sandbox.enter(settings["read"], [folder])
        elif settings["sandbox"] == "bubblewrap":
            sandbox.forbid_new_privileges()
            sandbox.refuse_system_calls()
        with contextlib.suppress(WorkerDied):
            serve(sock, shell, limits, tuple(settings["refused"]), settings["sandbox"])
    except BaseException as error:
        with contextlib.suppress(OSError):
            sock.sendall(str(error).encode()[:200])  # not a message: the other side refuses to go on
    finally:
        os._exit(0)


def _end(pid: int) -> None:
    """Kill a child and all of its process group, and wait for it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
