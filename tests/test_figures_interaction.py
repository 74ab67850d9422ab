"""Are figures behind controls drawn on the main thread, whichever thread the message came to?"""

import asyncio
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import ipywidgets
import pytest
from matplotlib_inline.config import InlineBackend

from coursepkg.figures import interaction


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
def backend() -> Iterator[InlineBackend]:
    """What a notebook has: the settings of figures inside its page."""
    yield InlineBackend.instance()
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


def test_without_a_kernel_it_is_the_interact_of_ipywidgets():
    """Does a call in plain Python draw at once, and give the function back?"""
    drawn = []

    def draw(x):
        drawn.append(x)

    assert interaction.interact(draw, x=3) == draw
    assert drawn == [3]
    assert issubclass(interaction.MainThreadInteractive, ipywidgets.interactive)
