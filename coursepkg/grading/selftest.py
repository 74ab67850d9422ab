"""Try what students' code must not be able to do, before any of it runs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursepkg.grading.limits import Limits
from coursepkg.grading.session import Session
from coursepkg.grading.student import Student

# Each line runs in a student's process; it is refused if it raises.
ATTEMPTS = {
    "read the assignment's source": "open(source).read()",
    "read the hidden tests": "import os; open(os.path.join(hidden, '__init__.py')).read()",
    "list the course's folder": "import os; os.listdir(os.path.dirname(hidden))",
    "write outside its folder": "open(outside, 'w').write('x')",
    "change a file's mode": "import os; os.chmod(source, 0o644)",
    "import the library of the course": "import coursepkg.threshold",
    "open a socket": "import socket; socket.socket()",
    "start a process": "import subprocess; subprocess.run(['true'], check=True)",
    "fork": "import os\npid = os.fork()\nif pid == 0: os._exit(0)",
    "signal its parent": "import os; os.kill(os.getppid(), 0)",
    "have the kernel signal its parent": (
        "import fcntl, os\nfcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, os.getppid())"
    ),
    "look into its parent": "import os; open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "keep files in memory": "import os; os.memfd_create('x')",
    "take 6 GiB of memory": "bytearray(6 << 30)",
    "write a file of 1 GiB": "f = open('big', 'wb')\nfor _ in range(1024): f.write(bytes(1 << 20))",
    "raise its limits": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))",
}
_PROBE = """
refused = {}
for what, attempt in attempts.items():
    try:
        exec(attempt, dict(places))
    except BaseException as error:
        refused[what] = type(error).__name__
try:
    import os
    os.remove("big")
except OSError:
    pass
"""


@dataclass(frozen=True)
class SelfTest:
    """What a student's process could do.

    Attributes
    ----------
    confinement : str
        ``"landlock"``, ``"bubblewrap"`` or ``"none"``.
    refused : dict of str to str
        What was refused, and by which exception.
    allowed : tuple of str
        What was not.
    """

    confinement: str
    refused: dict[str, str]
    allowed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything was refused."""
        return not self.allowed

    def __str__(self) -> str:
        total = len(self.refused) + len(self.allowed)
        if self.holds:
            return f"Sandbox: {self.confinement}. {total} of {total} forbidden things were tried and refused."
        return (
            f"NOT SANDBOXED ({self.confinement}): a student's code can {', '.join(self.allowed)}. "
            "Grade on Linux 5.13 or later, or install bubblewrap; --require-sandbox refuses to go on."
        )


def self_test(limits: Limits, source: Path, hidden: Path) -> SelfTest:
    """Try the forbidden things in a student's process.

    Parameters
    ----------
    limits : Limits
    source : Path
        The assignment's source notebook.
    hidden : Path
        The folder of the hidden tests.

    Returns
    -------
    SelfTest

    Raises
    ------
    RuntimeError
        If no process comes up.
    """
    outside = source.parent / f".written-by-a-student-{os.getpid()}"
    places = {"source": str(source), "hidden": str(hidden), "outside": str(outside)}
    with Session(limits) as session:
        confinement = session.confinement()
        inputs: dict[str, Any] = {"attempts": ATTEMPTS, "places": places}
        refused = Student(session.ask).run(_PROBE, ["refused"], **inputs)["refused"]
    outside.unlink(missing_ok=True)
    allowed = tuple(what for what in ATTEMPTS if what not in refused)
    return SelfTest(confinement, {what: refused[what] for what in ATTEMPTS if what in refused}, allowed)
