"""What a check says in the learner's own notebook where nothing is wrong.

A check raises where something is wrong, and nbgrader counts a cell without an error as right. Silence would
leave the learner in doubt whether anything was tried, so the end of the cell says what was.
"""

import sys
from typing import Any

_asked: list[str] = []


def tell_at_the_end(name: str) -> None:
    """Let the end of the running cell say that the student's `name` is right, unless the cell fails.

    Does nothing outside of IPython.

    Parameters
    ----------
    name : str
    """
    shell = _shell()
    if shell is None:
        return
    if not _asked:
        shell.events.register("post_run_cell", _tell)
    if name not in _asked:
        _asked.append(name)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython and ipython.get_ipython()


def _tell(result: Any) -> None:
    """Say it and forget it; a cell that imports nothing from `coursepkg.grading` is no check."""
    _shell().events.unregister("post_run_cell", _tell)
    names = ", ".join(_asked)
    _asked.clear()
    if result.success and __package__ in result.info.raw_cell:
        print(f"Right on these examples: {names}. The grader tries more.")
