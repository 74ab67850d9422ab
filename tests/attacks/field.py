"""A class that is graded while everything around it is watched.

Canaries lie where a student's code must not look: their texts must not turn up in any output, and their
bytes, times and rights must not change. A victim process stands for everything else that runs.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from coursepkg.grading.assignment import Course
from tests.toy_course import ID, TOYS, right_answers, submission, write_toy_course

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = [toy for toy in TOYS if toy.name in ("array_function", "function_argument", "named_result")]
QUICK_LIMITS = {
    "call_seconds": 2.0,
    "cell_seconds": 3.0,
    "exercise_seconds": 6.0,
    "submission_seconds": 25.0,
    "memory_bytes": 2 << 30,
    "folder_bytes": 64 << 20,
}


@dataclass
class Field:
    """A course, a class and what watches them.

    Attributes
    ----------
    root : Path
        Everything lies here.
    course : Course
    canaries : dict of str to str
        What must not be seen, by the place where it lies.
    contacts : list of str
        What reached a listener.
    victim : subprocess.Popen
    port : int
        Of the TCP and the UDP listener.
    """

    root: Path
    course: Course
    canaries: dict[str, str]
    victim: subprocess.Popen[bytes]
    port: int
    contacts: list[str] = field(default_factory=list)

    @property
    def submitted(self) -> Path:
        """Where the class hands in."""
        return self.root / "submitted"

    @property
    def output(self) -> Path:
        """Where the grades go."""
        return self.root / "graded"

    @property
    def temporary(self) -> Path:
        """Where the run may keep temporary files; empty again when it is over."""
        return self.root / "tmp"

    def fill(self, text: str) -> str:
        """Put the places that an attacker may know into a cell."""
        places = {
            "COURSE": self.course.root,
            "OUT": self.output,
            "HOME": self.root / "home",
            "SUBMITTED": self.submitted,
            "ROOT": ROOT,
            "SITE": sysconfig.get_path("purelib"),
            "PORT": self.port,
            "UNIX": self.root / "unix",
            "VICTIM": self.victim.pid,
        }
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def hand_in(self, student: str, raw: bytes, files: dict[str, str] | None = None) -> Path:
        """Write a submission."""
        folder = self.submitted / student / ID
        folder.mkdir(parents=True)
        (folder / f"{ID}.ipynb").write_bytes(raw)
        for name, text in (files or {}).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        return folder

    def notebook(self, answers: dict[str, str] | None = None, cells: tuple[str, ...] = ()) -> Any:
        """Return a submission with right answers, other answers in some places, and own cells."""
        made = submission(self.course, {**right_answers(CHOSEN), **(answers or {})})
        own = [new_code_cell(self.fill(source), id=f"mine-{i}") for i, source in enumerate(cells)]
        made.cells[1:1] = own  # behind the imports
        for cell in made.cells:
            cell.source = self.fill(cell.source)
        return made

    def start(self, *options: str, **more: Any) -> "subprocess.Popen[str]":
        """Start ``coursepkg grade`` in a process of its own."""
        command = [sys.executable, "-m", "coursepkg", "grade", ID, "--course", str(self.course.root)]
        command += ["--submitted", str(self.submitted), "--output", str(self.output), *options]
        environment = {**os.environ, "TMPDIR": str(self.temporary), "HOME": str(self.root / "home")}
        environment["CANARY"] = self.canaries["environment"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "encoding": "utf-8"}
        return subprocess.Popen(command, env=environment, cwd=self.root, **{**pipes, **more})

    def grade(self, *options: str, seconds: float = 280.0) -> "Outcome":
        """Run ``coursepkg grade`` and return what came of it."""
        with self.start(*options) as process:
            try:
                said, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return self.outcome(process.returncode, said)

    def outcome(self, code: int = 0, said: str = "") -> "Outcome":
        """Read what a run left behind."""
        grades = self.output / "grades.json"
        table = json.loads(grades.read_text()) if grades.exists() else {}
        notebooks = {path.parts[-3]: path for path in self.output.glob(f"autograded/*/*/{ID}.ipynb")}
        pages = {path.parts[-3]: path for path in self.output.glob(f"feedback/*/*/{ID}.html")}
        return Outcome(code, said, table, notebooks, pages)

    def survivors(self) -> list[int]:
        """Return the processes that belong to a run: they carry or stand in its temporary folder."""
        mark = os.fsencode(self.temporary)
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                stands = os.fsencode(os.readlink(entry / "cwd"))
                carries = (entry / "environ").read_bytes()
                if stands.startswith(mark) or mark in carries:
                    found.append(int(entry.name))
        return found


@dataclass(frozen=True)
class Outcome:
    """What a run said and left: its exit status, its text, the JSON, notebooks and pages by student."""

    code: int
    said: str
    table: dict[str, Any]
    notebooks: dict[str, Path]
    pages: dict[str, Path]

    def outputs(self, student: str) -> str:
        """Return all outputs in a student's graded notebook as one text."""
        cells = nbformat.read(self.notebooks[student], as_version=4).cells
        return json.dumps([cell.outputs for cell in cells if cell.cell_type == "code"], ensure_ascii=False)


def state(path: Path) -> tuple[bytes, float, int, int]:
    """Return what a change of a file would change."""
    status = path.stat()
    return path.read_bytes(), status.st_mtime, status.st_mode, status.st_nlink


@contextlib.contextmanager
def open_field(
    root: Path, modules: tuple[str, ...] = ("numpy", "scipy", "matplotlib"), **limits: float
) -> Iterator[Field]:
    """Lay out a course, canaries, listeners and a victim; take them away afterwards."""
    names = ("hidden", "source", "home", "environment", "other")
    canaries = {name: f"CANARY-{name}-{secrets.token_hex(8)}" for name in names}
    course = write_toy_course(root / "course", CHOSEN)
    hidden = course.root / "hidden" / "toy.py"
    hidden.write_text(f"SECRET = {canaries['hidden']!r}\n{hidden.read_text()}")
    source = course.root / "source" / ID / f"{ID}.ipynb"
    text = source.read_text().replace("np.asarray(x) ** 2", f"np.asarray(x) ** 2  # {canaries['source']}")
    source.write_text(text)
    lines = ["[default]", f"modules = {json.dumps(modules)}"]
    lines += [f"{name} = {value}" for name, value in {**QUICK_LIMITS, **limits}.items()]
    (course.root / "limits.toml").write_text("\n".join(lines) + "\n")
    canaries["secret"] = course.secret().hex()
    for name in ("home", "tmp", "submitted"):
        (root / name).mkdir()
    (root / "home" / "diary.txt").write_text(canaries["home"])
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    listening = Listeners(root / "unix")
    try:
        yield Field(root, course, canaries, victim, listening.port, listening.contacts)
    finally:
        listening.close()
        victim.kill()
        victim.wait()
        shutil.rmtree(root / "submitted", ignore_errors=True)


class Listeners:
    """A TCP, a UDP and a Unix datagram socket that note who comes."""

    def __init__(self, path: Path):
        self.contacts: list[str] = []
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.unix = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        here = os.open(path.parent, os.O_PATH)
        self.unix.bind(f"/proc/self/fd/{here}/{path.name}")  # a socket's path may have 107 bytes only
        os.close(here)
        self.threads = [threading.Thread(target=self._wait, args=(s,), daemon=True) for s in self._all()]
        for thread in self.threads:
            thread.start()

    def _all(self) -> tuple[socket.socket, ...]:
        return self.tcp, self.udp, self.unix

    def _wait(self, sock: socket.socket) -> None:
        sock.settimeout(0.2)
        while True:
            try:
                came = sock.accept() if sock is self.tcp else sock.recv(100)
            except TimeoutError:
                continue
            except OSError:
                return
            self.contacts.append(f"{sock}: {came}")

    def close(self) -> None:
        """Stop listening."""
        for sock in self._all():
            sock.close()
        for thread in self.threads:
            thread.join(2)
