"""Are figures behind controls drawn on the main thread, whichever thread the message came to?"""

import asyncio
import threading
from types import SimpleNamespace

import ipywidgets
import pytest

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


def test_without_a_kernel_it_is_the_interact_of_ipywidgets():
    """Does a call in plain Python draw at once, and give the function back?"""
    drawn = []

    def draw(x):
        drawn.append(x)

    assert interaction.interact(draw, x=3) == draw
    assert drawn == [3]
    assert issubclass(interaction.MainThreadInteractive, ipywidgets.interactive)
