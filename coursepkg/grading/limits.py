"""How much a student's code may take, and what it may import."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

SANDBOXES = ("auto", "landlock", "bubblewrap", "none")


@dataclass(frozen=True)
class Limits:
    """Limits on one submission.

    Attributes
    ----------
    modules : tuple of str
        What an assignment may import besides the standard library; other packages' files are out of
        reach where there is a sandbox.
    sandbox : str
        ``"auto"`` takes the strongest of ``"landlock"``, ``"bubblewrap"`` and ``"none"`` that this
        system has.
    call_seconds : float
        For one call of a student's function.
    cell_seconds : float
        For one cell of the student.
    exercise_seconds : float
        For all questions of one exercise, restarts included.
    submission_seconds : float
        For all cells and questions of one submission, restarts included.
    start_seconds : float
        For a process to come up.
    memory_bytes : int
        Address space of the student's process. Without effect where the system has no such limit
        (macOS, Windows).
    file_bytes : int
        The largest file that it may write.
    folder_bytes : int
        All files that it may have in its folder; each counts as 4 KiB at least.
    threads : int
        Threads that it may run at a time.
    output_bytes : int
        Text that one cell may print before the rest is dropped.
    outputs_bytes : int
        All outputs of one submission together, pictures included.
    message_bytes : int
        The largest value that one answer may hold.
    """

    modules: tuple[str, ...] = ("numpy", "scipy", "matplotlib")
    sandbox: str = "auto"
    call_seconds: float = 10.0
    cell_seconds: float = 30.0
    exercise_seconds: float = 60.0
    submission_seconds: float = 900.0
    start_seconds: float = 60.0
    memory_bytes: int = 4 << 30
    file_bytes: int = 64 << 20
    folder_bytes: int = 256 << 20
    threads: int = 100
    output_bytes: int = 20_000
    outputs_bytes: int = 4 << 20
    message_bytes: int = 64 << 20


DEFAULT_LIMITS = Limits()


def read_limits(path: Path, assignment_id: str) -> Limits:
    """Read an assignment's limits from the course's ``limits.toml``.

    Parameters
    ----------
    path : Path
        A file with a table for each assignment that departs from `Limits`, and perhaps a table
        ``default`` for all. A course without the file has `Limits` everywhere.
    assignment_id : str

    Returns
    -------
    Limits

    Raises
    ------
    ValueError
        If the file is not TOML, or names a limit that there is not.
    """
    if not path.exists():
        return DEFAULT_LIMITS
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None
    chosen = {**tables.get("default", {}), **tables.get(assignment_id, {})}
    known = {field.name: field.type for field in fields(Limits)}
    for name in chosen.keys() - known.keys():
        raise ValueError(f"{path}: there is no limit {name!r}; there are: {', '.join(known)}")
    if chosen.get("sandbox", "auto") not in SANDBOXES:
        raise ValueError(f"{path}: sandbox is {chosen['sandbox']!r}; it is one of {', '.join(SANDBOXES)}")
    if "modules" in chosen:
        chosen["modules"] = tuple(chosen["modules"])
    return Limits(**chosen)
