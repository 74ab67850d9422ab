"""An IPython shell without a kernel: it runs a student's cells and keeps their outputs as data.

Magics, rich display and inline plots work as in a notebook. Outputs are bounded while they are made.
"""

import os
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets.config import Config

Output = dict[str, Any]
_MIME_KEPT = ("text/plain", "image/png", "image/jpeg")


class Recorder:
    """The outputs of one cell, in order: at most `limit` characters of text, `pictures` of pictures."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.room = self.pictures = 0

    def begin(self, limit: int, pictures: int) -> None:
        """Start with a new cell."""
        self.outputs, self.room, self.pictures = [], limit, pictures

    def stream(self, name: str, text: str) -> None:
        """Add printed text; what does not fit is dropped, and said once."""
        if self.room <= 0:
            return
        if len(text) > self.room:
            text = text[: self.room] + "\n[the rest of what this cell printed was cut]\n"
            self.room = 0
        self.room -= len(text)
        last = self.outputs[-1] if self.outputs else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def rich(self, kind: str, data: dict[str, Any]) -> None:
        """Add a displayed value: its text and its picture, nothing that could act."""
        kept = {mime: str(data[mime]) for mime in _MIME_KEPT if mime in data}
        text = kept.pop("text/plain", "")
        size = sum(map(len, kept.values()))
        if size > self.pictures:
            kept, size = {}, 0
            text += "\n[a picture was left out: those of this cell are too large together]"
        self.pictures -= size
        if len(self.outputs) < 500:
            kept["text/plain"] = text if len(text) <= 5000 else text[:5000] + "…"
            self.outputs.append({"output_type": kind, "data": kept})

    def error(self, kind: str, text: str, traceback: list[str]) -> None:
        """Add an exception."""
        lines = [line[:5000] for line in traceback[-30:]]
        self.outputs.append(
            {"output_type": "error", "ename": kind, "evalue": text[:1000], "traceback": lines}
        )


class _Stream:
    """What `sys.stdout` and `sys.stderr` are while a cell runs."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, recorder: Recorder, name: str):
        self._recorder, self.name = recorder, name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self.name, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("this stream has no file descriptor")


class _Publisher(DisplayPublisher):
    recorder = AnyTrait()

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.recorder.rich("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.outputs.clear()


class _Hook(DisplayHook):
    recorder = AnyTrait()

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.recorder.rich("execute_result", format_dict)

    def finish_displayhook(self) -> None:
        pass


class StudentShell(InteractiveShell):
    """The shell of one student's process.

    Parameters
    ----------
    folder : str
        A folder of its own, for what IPython wants to write.
    """

    def __init__(self, folder: str):
        os.environ["IPYTHONDIR"] = folder
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        self.recorder = Recorder()
        quiet = Config()
        quiet.HistoryManager.enabled = False
        quiet.InteractiveShell.colors = "nocolor"
        super().__init__(config=quiet)
        self.display_pub = _Publisher(parent=self, shell=self, recorder=self.recorder)
        self.displayhook = _Hook(parent=self, shell=self, recorder=self.recorder)
        self.display_trap.hook = self.displayhook
        type(self)._instance = self  # type: ignore[assignment]
        InteractiveShell._instance = self  # type: ignore[assignment]
        self.streams = _Stream(self.recorder, "stdout"), _Stream(self.recorder, "stderr")
        sys.stdout, sys.stderr = self.streams

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = stb if isinstance(stb, list) else str(stb).splitlines()
        try:
            text = str(evalue)
        except Exception:  # a student's exception may not even be able to say what it is
            text = ""
        self.recorder.error(getattr(etype, "__name__", str(etype)), text, lines)

    def ask_exit(self) -> None:
        """Leave out ``exit()``: the next cells run."""
        print("[exit() does not end a run of the grader]")

    def system(self, cmd: str) -> None:
        """Leave out ``!command``: a student's process starts no other; the cell's next lines run."""
        print("[a command of the system (!) is not run while grading]")
        self.user_ns["_exit_code"] = 1

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Leave out ``lines = !command`` too: there are no lines."""
        self.system(cmd)
        return [] if split else ""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Draw into the notebook, whatever ``%matplotlib`` asks for."""
        return super().enable_matplotlib("inline")

    def run(self, source: str, limit: int, pictures: int) -> list[Output]:
        """Run one cell and return its outputs, with at most so many characters of text and of pictures."""
        self.recorder.begin(limit, pictures)
        sys.stdout, sys.stderr = self.streams
        self.run_cell(source, store_history=True)
        return self.recorder.outputs
