"""How much a student's code may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits on one submission.

    Attributes
    ----------
    call_seconds : float
        For one call of a student's function.
    cell_seconds : float
        For one cell of the student.
    exercise_seconds : float
        For all questions of one exercise, restarts included.
    start_seconds : float
        For a process to come up.
    memory_bytes : int
        Address space of the student's process. Without effect where the system has no such limit
        (macOS, Windows).
    file_bytes : int
        The largest file that it may write.
    output_bytes : int
        Text that one cell may print before the rest is dropped.
    outputs_bytes : int
        All outputs of one submission together, pictures included.
    message_bytes : int
        The largest value that one answer may hold.
    """

    call_seconds: float = 10.0
    cell_seconds: float = 30.0
    exercise_seconds: float = 60.0
    start_seconds: float = 60.0
    memory_bytes: int = 4 << 30
    file_bytes: int = 64 << 20
    output_bytes: int = 20_000
    outputs_bytes: int = 4 << 20
    message_bytes: int = 64 << 20


DEFAULT_LIMITS = Limits()
