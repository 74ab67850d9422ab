"""Do the figures of lesson 09 show the tangents, sweeps, prices and matrices that they are given?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from coursepkg.figures import operation_counts as figures
from coursepkg.figures import toeplitz
from coursepkg.operation_counts import best_order


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_linear_map_touches_the_function():
    """Does the drawn line go through the point with the slope?"""
    _, given = plt.subplots()
    ax = figures.plot_tangent(np.exp, np.exp, 0.5, 1.0, ax=given, title="touches")
    assert ax is given
    x, y = ax.lines[1].get_data()
    assert np.interp(0.5, x, y) == pytest.approx(np.exp(0.5))
    assert np.polyfit(x, y, 1)[0] == pytest.approx(np.exp(0.5))
    assert ax.get_title(loc="left") == "touches"


@pytest.mark.parametrize(
    ("sizes", "cheaper"),
    [([2, 64, 64, 1], "Reverse"), ([1, 8, 5], "Forward"), ([3, 4, 3], "Both modes cost the same")],
)
def test_bars_say_sweeps_and_which_mode_is_cheaper(sizes, cheaper):
    """Do the bars carry sweeps and counts, and the title the finding?"""
    ax = figures.plot_sweeps(sizes)
    assert ax.get_title(loc="left").startswith(cheaper)
    weights = sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))  # noqa: RUF007
    assert {f"{bar.get_width():.0f}" for bar in ax.patches} == {
        str(sizes[0] * weights),
        str(sizes[-1] * weights),
    }
    assert any(text.startswith(f"{sizes[0]} sweep") for text in texts(ax))
    ax.figure.canvas.draw()


def test_modes_cross_where_there_are_as_many_inputs_as_outputs():
    """Do the drawn lines cross at n_in = n_out, with the best order below both?"""
    n = np.array([1, 2, 4, 8, 16])
    ax = figures.plot_crossover(n, [20, 20], 4)
    forward, reverse, best = (line.get_ydata() for line in ax.lines[:3])
    assert np.array_equal(np.sign(forward - reverse), np.sign(n - 4))
    assert np.all(best <= np.minimum(forward, reverse))
    assert best[0] == best_order([1, 20, 20, 4])[0]


def test_prices_have_a_line_a_method_and_the_bound():
    """Is every method drawn, and the bound of five?"""
    ax = figures.plot_prices([1, 10], {"reverse": [4, 4.5], "forward": [3, 20], "differences": [2, 11]})
    assert [list(line.get_ydata()) for line in ax.lines] == [[4, 4.5], [3, 20], [2, 11], [5, 5]]
    assert "5, the bound" in texts(ax)


def test_matrix_names_each_weight_where_it_stands():
    """Does every diagonal carry one name and one colour, or the numbers that are given?"""
    ax = toeplitz.plot_matrix([1.0, 2.0], 4)
    assert [text for text in texts(ax) if text] == ["$w_0$", "$w_1$"] * 3
    colours = {patch.get_facecolor() for patch in ax.patches if isinstance(patch, Rectangle)}
    assert len(colours) == 3
    ax = toeplitz.plot_matrix([1.0, 2.0], 4, np.arange(12.0).reshape(3, 4))
    assert texts(ax) == [f"{k:g}" for k in range(12)]


def test_sharing_draws_the_three_counts():
    """Are the counts those of the formula?"""
    ax = toeplitz.plot_sharing([5, 10], 3)
    assert [list(line.get_ydata()) for line in ax.lines] == [[15, 80], [9, 24], [3, 3]]
    ax.figure.canvas.draw()
