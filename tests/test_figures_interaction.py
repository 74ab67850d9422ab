"""Are figures behind controls drawn on the main thread, in good time and in the right place?"""

import asyncio
import functools
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib_inline.backend_inline import flush_figures
from matplotlib_inline.config import InlineBackend

from coursepkg.figures import interaction, style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def kernel(monkeypatch):
    """Stand in for a kernel whose main thread is this one; return what asks for its loop."""

    def serve(loop):
        shell = SimpleNamespace(kernel=SimpleNamespace(io_loop=SimpleNamespace(asyncio_loop=loop)))
        monkeypatch.setattr(interaction, "get_ipython", lambda: shell)

    return serve


def test_a_move_in_another_thread_is_drawn_on_the_main_thread(kernel):
    """Do moves from two threads at once draw one after the other, on the main thread, each with its value?"""
    drawn = []

    def draw(x):
        drawn.append((threading.current_thread() is threading.main_thread(), x))

    slider = ipywidgets.IntSlider(0)
    interaction.interact(draw, x=slider)

    async def move():
        kernel(asyncio.get_running_loop())
        for value in (1, 2, 3):
            await asyncio.to_thread(setattr, slider, "value", value)

    asyncio.run(move())
    assert drawn == [(True, value) for value in range(4)]


@pytest.fixture
def backend(monkeypatch) -> Iterator[InlineBackend]:
    """What a notebook has: the settings of figures inside its page, and a shell that shows what is open."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell puts its own there
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    backend = InlineBackend.instance()
    backend.shell = InteractiveShell()
    backend.shell.events.register("post_execute", flush_figures)
    yield backend
    backend.shell.history_manager.end_session()
    InlineBackend.clear_instance()


@pytest.mark.filterwarnings("ignore:InlineBackend._print_figure_kwargs_changed:DeprecationWarning")
def test_figures_behind_controls_are_shown_whole_and_others_as_usual(backend):
    """Is the picture not cut to its contents while a control draws, and the setting as before afterwards?"""
    settings = []

    def draw(x):
        settings.append(backend.print_figure_kwargs["bbox_inches"])
        raise ValueError("a callback may fail")

    usual = backend.print_figure_kwargs
    interaction.interact(draw, x=3)
    assert settings == [None]
    assert backend.print_figure_kwargs is usual


@pytest.mark.filterwarnings("ignore:InlineBackend._print_figure_kwargs_changed:DeprecationWarning")
def test_a_message_in_another_thread_shows_no_unfinished_figure(backend, monkeypatch):
    """Are figures shown after what the main thread ran, once, and after what another thread ran, never?"""
    shown_in = []
    monkeypatch.setattr(interaction, "flush_figures", lambda: shown_in.append(threading.current_thread()))
    callbacks = backend.shell.events.callbacks["post_execute"]
    callbacks[callbacks.index(flush_figures)] = interaction.flush_figures
    after_a_message = functools.partial(backend.shell.events.trigger, "post_execute")

    def draw(x):
        style.new_figure()
        another = threading.Thread(target=after_a_message)
        another.start()
        another.join()

    slider = ipywidgets.IntSlider(0)
    interaction.interact(draw, x=slider)
    slider.value = 1
    assert shown_in == []
    after_a_message()
    assert shown_in == [threading.main_thread()]


def one_panel(top: float = 1.0, title: str = "one line", over: str = "") -> Figure:
    """Return a figure of one panel with a tall label, laid out anew."""
    fig, ax = style.new_figure()
    style.finish(ax, title, "$x$", "$y$")
    ax.set(ylim=(0, top))
    if over:
        style.figure_title(fig, over)
    return fig


def places(fig: Figure) -> list:
    """Return where the axes and the title of `fig` are once it is drawn."""
    fig.canvas.draw()
    title = [] if fig._suptitle is None else [*fig._suptitle.get_position()]
    return [ax.get_position(original=True).bounds for ax in fig.axes] + title


@pytest.fixture
def layouts(monkeypatch) -> list:
    """Count the constrained layouts worked out for figures that reuse places; start with none kept."""
    monkeypatch.setattr(interaction.KeptPlaces, "_places", {})
    worked_out, usual = [], ConstrainedLayoutEngine.execute
    monkeypatch.setattr(
        ConstrainedLayoutEngine, "execute", lambda self, fig: (worked_out.append(fig), usual(self, fig))
    )
    return worked_out


@pytest.mark.parametrize("kind", [{}, {"top": 1e6}, {"title": "two\nlines"}, {"over": "a title over all"}])
def test_a_figure_with_a_known_frame_takes_its_places(layouts, kind):
    """Are the places those of the full layout, worked out once for two equal figures and anew for others?"""
    fresh = places(one_panel(**kind))
    first, second, other = one_panel(**kind), one_panel(**kind), one_panel(top=2345.0)
    for fig in (first, second, other):
        interaction.reuse(fig)
    layouts.clear()
    assert places(first) == places(second) == fresh
    assert set(layouts) == {first}
    assert places(other) != fresh
    assert set(layouts) == {first, other}


def test_a_panel_with_a_colour_bar_is_laid_out_anew(layouts):
    """Is no place kept where a colour bar takes a part of it?"""
    fig, ax = style.new_figure()
    fig.colorbar(ax.imshow(np.eye(2)), ax=ax)
    interaction.reuse(fig)
    places(fig)
    assert not interaction.KeptPlaces._places
    assert layouts == [fig]


@pytest.mark.filterwarnings("ignore:InlineBackend._print_figure_kwargs_changed:DeprecationWarning")
def test_a_formula_is_parsed_once_for_all_figures(backend):
    """Does the second figure find the formulas of the first?"""
    drawn = []

    def draw(x):
        drawn.append(style.new_figure()[0])

    slider = ipywidgets.IntSlider(0)
    interaction.interact(draw, x=slider)
    slider.value = 1
    first, second = (fig.canvas.get_renderer().mathtext_parser for fig in drawn)
    assert first is second


@pytest.mark.filterwarnings("ignore:InlineBackend._print_figure_kwargs_changed:DeprecationWarning")
def test_a_figure_of_another_cell_is_as_usual(backend):
    """Does a figure that no control draws keep matplotlib's layout?"""
    interaction.interact(lambda x: None, x=3)
    assert type(one_panel().get_layout_engine()) is ConstrainedLayoutEngine


def test_without_a_kernel_it_is_the_interact_of_ipywidgets():
    """Does a call in plain Python draw at once, and give the function back?"""
    drawn = []

    def draw(x):
        drawn.append(x)

    assert interaction.interact(draw, x=3) == draw
    assert drawn == [3]
    assert issubclass(interaction.MainThreadInteractive, ipywidgets.interactive)
