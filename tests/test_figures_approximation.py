"""Figures of lesson 12: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.approximation import nielsen, relu_interpolant, sup_error, unit_sum
from coursepkg.figures import approximation as figures
from coursepkg.figures import style
from coursepkg.gradient_descent import quartic_loss


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def built(q):
    """Return the construction as layers."""
    w, b = relu_interpolant(quartic_loss, -5, 6, q)
    return [(np.ones((1, q)), b), (w[:, None], np.zeros(1))]


RUNS = {"SGD": [[3.0, 2.0], [1.0, np.inf]], "Adam": [[0.6, 0.7], [0.3, 0.2]]}
SINGLE = {
    "frame": lambda ax: figures.plot_unit_added(7, ax=ax),
    "frame of stairs": lambda ax: figures.plot_unit_added(1, unit="heaviside", ax=ax),
    "lean frame": lambda ax: figures.plot_unit_added(13, ax=ax, lean=True),
    "errors": lambda ax: figures.plot_errors(
        [5, 9, 17], [0.4, 0.1, 0.025], [2, 1, 0.5], [0.5, 0.12, 0.03], ax=ax
    ),
    "errors without a bound": lambda ax: figures.plot_errors([5, 9], [0.4, 0.1], [2, 1], ax=ax),
    "nielsen": lambda ax: figures.plot_nielsen(5, ax=ax),
    "line": lambda ax: figures.plot_line(-1, 3, 1, 4, ax=ax),
    "polynomial": lambda ax: figures.plot_polynomial_floor(np.sin, -3, 3, 9, ax=ax),
    "tower": lambda ax: figures.plot_tower(5, ax=ax),
    "lean tower": lambda ax: figures.plot_tower(5, ax=ax, lean=True),
    "ramps": lambda ax: figures.plot_ramps(ax=ax),
    "fit": lambda ax: figures.plot_fit(built(13), ax=ax),
    "existence": lambda ax: figures.plot_existence(RUNS, {13: 0.5, 49: 0.04}, ax=ax),
}


@pytest.mark.parametrize("name", SINGLE)
def test_figure_draws_on_the_axes_it_is_given(name):
    """Does the figure use the given axes, return them, make its own without, have a title, and render?"""
    fig, ax = plt.subplots()
    assert SINGLE[name](ax) is ax
    assert plt.get_fignums() == [fig.number]
    assert ax.get_title(loc="left")
    fig.canvas.draw()
    own = SINGLE[name](None)
    assert own.figure is not fig
    assert own.figure.dpi == style.DPI


@pytest.mark.parametrize("plot", [figures.plot_unit_frames, figures.plot_ridges])
def test_strip_draws_on_the_axes_it_is_given(plot):
    """Does a strip use the given axes, and make its own without?"""
    fig, axes = plt.subplots(1, 2)
    assert plot((1, 3), axes=axes) is axes
    assert plt.get_fignums() == [fig.number]
    assert len(plot((1, 2, 3))) == 3


@pytest.mark.parametrize("t", [1, 4, 13])
def test_frame_shows_the_sums_before_and_after(t):
    """Is the sum right at the knots met so far, and do before and new unit add up to after?"""
    ax = figures.plot_unit_added(t)
    _, before, unit, after, knots = ax.lines
    np.testing.assert_allclose(before.get_ydata() + unit.get_ydata(), after.get_ydata(), atol=1e-9)
    x, y = knots.get_data()
    assert len(x) == t
    w, b = relu_interpolant(quartic_loss, -5, 6, 13)
    np.testing.assert_allclose(unit_sum(x, w[:t], b[:t]), y, atol=1e-9)


def test_order_in_the_title_is_that_of_the_errors():
    """Does the title name the slopes of the last two points?"""
    ax = figures.plot_errors([5, 9, 17], [0.4, 0.1, 0.025], [2, 1, 0.5])
    assert ax.get_title(loc="left") == "Steps converge with order 1.0, ReLUs with order 2.0"


def test_nielsen_title_names_the_errors():
    """Are the errors in the title those of stairs through the middles and of straight pieces?"""
    middles = (np.arange(5) + 0.5) / 5

    def stairs(x):
        return nielsen(middles)[np.minimum((x * 5).astype(int), 4)]

    error = sup_error(nielsen, stairs, 0, 1, np.arange(6) / 5, 4001)
    assert f"sup error {error:.3f} with steps" in figures.plot_nielsen(5).get_title(loc="left")


def test_fit_of_the_construction_has_its_error():
    """Does the figure of the construction name its sup error, and show the bends inside?"""
    ax = figures.plot_fit(built(49))
    assert "sup error 0.0407" in ax.get_title(loc="left")
    assert "49 hidden units" in ax.get_title(loc="left")


def test_runs_that_failed_are_left_out():
    """Is a run with an infinite error not drawn, and every other one?"""
    ax = figures.plot_existence(RUNS, {13: 0.5, 49: 0.04})
    drawn = np.concatenate([line.get_ydata() for line in ax.lines if line.get_marker() != "None"])
    assert sorted(drawn) == [0.2, 0.3, 0.6, 0.7, 1.0, 2.0, 3.0]
