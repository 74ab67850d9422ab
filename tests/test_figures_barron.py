"""Do the figures of lesson 13 draw where they are told, and do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.barron import barron_constant_gauss, grid_error, optimal_width
from coursepkg.figures import barron as figures
from coursepkg.figures import style

GREEDY = {"greedy": np.array([1.0, 0.1, 0.02]), "drawn": np.array([1.0, 0.5, 0.25]), "v": 1.5}
ERRORS = np.array([[0.5, 0.2, 0.3, 0.9], [0.5, 0.2, 0.1, 0.15]])
SINGLE = {
    "drawn network": lambda ax: figures.plot_drawn_network(7, ax=ax),
    "rates": lambda ax: figures.plot_rates([1, 5], [10, 40], [[0.1, 0.02], [0.3, 0.07]], ax=ax),
    "grid": lambda ax: figures.plot_grid_against_units({1: 0.1, 5: 0.3}, ax=ax),
    "greedy": lambda ax: figures.plot_greedy(GREEDY, ax=ax),
    "two terms": lambda ax: figures.plot_two_terms(2.0, 1000, 5, ax=ax),
    "u shape": lambda ax: figures.plot_u_shape([20, 400], [1, 4, 10, 30], ERRORS, ax=ax),
    "double descent": lambda ax: figures.plot_double_descent(10, [2, 10, 90], [0.2, 0.9, 0.1], ax=ax),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", SINGLE)
def test_figure_draws_on_the_axes_it_is_given(name):
    """Does the figure use the given axes, return them, make its own without, render, and say its finding?"""
    fig, ax = plt.subplots()
    assert SINGLE[name](ax) is ax
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = SINGLE[name](None)
    assert own.figure is not fig
    assert own.figure.dpi == style.DPI
    assert own.get_title(loc="left")
    assert own.get_xlabel()
    assert own.get_ylabel()


def test_strips_share_a_scale_and_a_title():
    """Has each strip one panel a setting, on one vertical scale?"""
    strips = figures.plot_drawn_strip([3, 9]), figures.plot_two_terms_strip([(2.0, 100, 1), (2.0, 10**4, 9)])
    for axes in strips:
        assert len(axes) == 2
        assert axes[0].get_ylim() == axes[1].get_ylim()
        assert axes[0].figure.get_suptitle()


def test_star_stands_at_the_best_width():
    """Is the marked point the width that the library gives?"""
    ax = figures.plot_two_terms(3.0, 5000, 4)
    star = next(line for line in ax.lines if line.get_marker() == "*")
    assert star.get_xdata()[0] == optimal_width(3.0, 5000, 4)


def test_stars_of_the_u_shape_ignore_widths_near_the_number_of_samples():
    """Is the least point taken among widths below 0.6 N?"""
    ax = figures.plot_u_shape([20, 400], [1, 4, 10, 30], ERRORS)
    stars = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "*"]
    assert stars == [4, 10]


def test_bounds_and_grids_are_those_of_the_library():
    """Do the dashed lines carry Barron's bound, and the markers the exact grid error?"""
    ax = figures.plot_rates([1, 5], [10, 40], [[0.1, 0.02], [0.3, 0.07]])
    dashed = [line.get_ydata() for line in ax.lines if line.get_linestyle() == "--"]
    np.testing.assert_allclose(dashed[1], (2 * barron_constant_gauss(5)) ** 2 / np.array([10, 40]))
    ax = figures.plot_grid_against_units({2: 0.2})
    q, error = ax.lines[0].get_data()
    np.testing.assert_allclose(error, grid_error(2, np.sqrt(q).round().astype(int)))


def test_logarithmic_axes_are_labelled_in_plain_text():
    """Are whole powers of ten labelled without a formula, which is slow, and nothing between them?"""
    ax = figures.plot_two_terms(2.0, 1000, 5)
    ax.figure.canvas.draw()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert {"10⁻²", "10⁰", "10¹"} <= set(labels)
    assert len(ax.yaxis.get_minor_ticks()) == 0
