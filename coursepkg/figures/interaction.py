"""``interact`` of ipywidgets, with figures drawn on the kernel's main thread.

JupyterLab sends the message of a slider to a subshell of the kernel: another thread than that of the cells.
Pyplot keeps the open figures in one list for all threads. So two moves in quick succession, or a move while a
cell runs, would show and close each other's unfinished figures. The subshell does so even where it draws
nothing itself: after each message IPython shows the figures that are open. Once there is a control, only the
main thread does.

A figure that follows a slider has a fifth of a second, and most of it goes into its frame. So:

- The constrained layout fits the course's figures into their frames. They are shown as they are, not cut to
  their contents, and nothing jumps under the hand.
- A move that leaves the frame as it was leaves the axes where they were.
- A formula is parsed once, not once for each figure.

Together these halve the time.
"""

import asyncio
import functools
import threading
from typing import ClassVar

import ipywidgets
from IPython import get_ipython
from IPython.core.events import EventManager
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib_inline.backend_inline import flush_figures
from matplotlib_inline.config import InlineBackend

from coursepkg.figures import style

_FRAMES_KEPT = 100  # of all the controls of a notebook


class KeptPlaces(ConstrainedLayoutEngine):
    """The constrained layout, worked out once for all figures with the same frame.

    The frame of a figure is its size, the grid, and the limits and labels of its axes. Text at points outside
    of the axes is taken to need no more room than it did in the first of these figures.

    Lecture: every notebook.
    """

    _places: ClassVar[dict[tuple, tuple]] = {}

    def execute(self, fig: Figure) -> None:
        """Give the axes of `fig` their places, and the title above them its place."""
        if any(ax.get_label() == "<colorbar>" for ax in fig.axes):  # not in the grid: it hangs on other axes
            super().execute(fig)
            return
        frame = _frame(fig)
        if frame not in self._places:
            super().execute(fig)
            if len(self._places) >= _FRAMES_KEPT:
                self._places.clear()
            titled = fig._suptitle and fig._suptitle.get_position()
            self._places[frame] = [ax.get_position(original=True) for ax in fig.axes], titled
            return
        places, titled = self._places[frame]
        for ax, place in zip(fig.axes, places, strict=True):
            ax.set_position(place)
        if titled:
            fig._suptitle.set(position=titled, verticalalignment="bottom")


def _frame(fig: Figure) -> tuple:
    """Return what the constrained layout of `fig` depends on, as a key."""
    axes = tuple((_cell(ax), _edges(ax)) for ax in fig.axes)
    return fig.get_size_inches().tobytes(), fig.dpi, _lines(fig.get_suptitle()), len(fig.legends), axes


def _cell(ax: Axes) -> tuple | None:
    """Return the place of `ax` in its grid; None for axes that hang on others."""
    spec = ax.get_subplotspec()
    if spec is None:
        return None
    grid = spec.get_gridspec()
    return spec.get_geometry(), tuple(grid.get_width_ratios()), tuple(grid.get_height_ratios())


def _edges(ax: Axes) -> tuple:
    titles = [_lines(ax.get_title(loc)) for loc in ("left", "center", "right")]
    scales = [
        (axis.get_visible(), axis.get_scale(), *axis.get_view_interval(), axis.get_label_text())
        for axis in (ax.xaxis, ax.yaxis)
    ]
    return max(titles), ax.axison, ax.get_aspect(), *scales


def _lines(text: str) -> int:
    return len(text.splitlines())


@functools.cache
def _formula_parser():
    """Return one parser of formulas for all renderers: what it remembers, it remembers for itself."""
    return RendererAgg(1, 1, style.DPI).mathtext_parser


def reuse(fig: Figure) -> None:
    """Let a new figure reuse the places and formulas of earlier ones; pyplot calls this as a hook.

    Lecture: every notebook.

    Parameters
    ----------
    fig : matplotlib Figure
        Without axes as yet.
    """
    if isinstance(fig.get_layout_engine(), ConstrainedLayoutEngine):
        fig.set_layout_engine(KeptPlaces())
    if isinstance(fig.canvas, FigureCanvasAgg):
        renderer = fig.canvas.get_renderer()
        renderer.mathtext_parser = _formula_parser()


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
        _flush_on_the_main_thread_only(backend.shell.events)
        usual = backend.print_figure_kwargs
        backend.print_figure_kwargs = {**usual, "bbox_inches": None}
        try:
            with rc_context({"figure.hooks": [f"{__name__}:{reuse.__name__}"]}):
                super().update(*args)
        finally:
            backend.print_figure_kwargs = usual


def _flush_on_the_main_thread_only(events: EventManager) -> None:
    if flush_figures in events.callbacks["post_execute"]:
        events.unregister("post_execute", flush_figures)
        events.register("post_execute", _flush_unless_in_another_thread)


def _flush_unless_in_another_thread() -> None:
    if threading.current_thread() is threading.main_thread():
        flush_figures()


interact = MainThreadInteractive.factory()
