"""``interact`` of ipywidgets, with figures drawn on the kernel's main thread.

JupyterLab sends the message of a slider to a subshell of the kernel: another thread than that of the cells.
Pyplot keeps the open figures in one list for all threads. So two moves in quick succession, or a move while a
cell runs, would show and close each other's unfinished figures.

The constrained layout fits the course's figures into their frames. So they are shown as they are, not cut to
their contents: that takes two thirds of the time, and nothing jumps under the hand.
"""

import asyncio
import threading

import ipywidgets
from IPython import get_ipython
from matplotlib_inline.config import InlineBackend


class MainThreadInteractive(ipywidgets.interactive):
    """Controls tied to a function; a move waits for the kernel's main thread, and draws there.

    Lecture: every notebook.
    """

    def update(self, *args) -> None:
        """Call the function with the values of the controls, and show what it draws."""
        loop = getattr(getattr(get_ipython(), "kernel", None), "io_loop", None)
        if loop is None or threading.current_thread() is threading.main_thread():
            self._draw(*args)
            return
        # The task gets this thread's context, which says to which message the figure is the answer.
        asyncio.run_coroutine_threadsafe(self._update(*args), loop.asyncio_loop).result()

    async def _update(self, *args) -> None:
        self._draw(*args)

    def _draw(self, *args) -> None:
        if not InlineBackend.initialized():  # no notebook
            super().update(*args)
            return
        backend = InlineBackend.instance()
        usual = backend.print_figure_kwargs
        backend.print_figure_kwargs = {**usual, "bbox_inches": None}
        try:
            super().update(*args)
        finally:
            backend.print_figure_kwargs = usual


interact = MainThreadInteractive.factory()
