"""Do the figures of lesson 08 show the graphs, accounts and passes that they are given?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

from coursepkg import autodiff as ad
from coursepkg.backpropagation import recursive_order, reverse_sweep
from coursepkg.figures import backpropagation as figures
from coursepkg.figures import graph

DOUBLED = [("a", "b", 1.0)] * 2 + [("b", "c", 1.0)] * 2
TWO_WAYS = [("x", "u1", 6.0), ("x", "u2", 2.0), ("u1", "y", 5.0), ("u2", "y", 9.0)]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_edges_carry_their_numbers_and_nodes_their_accounts():
    """Does every edge have an arrow and its slope, every node its name and account, one path thick?"""
    _, given = plt.subplots()
    accounts = reverse_sweep(TWO_WAYS, "y")
    ax = figures.plot_edges(TWO_WAYS, "y", {"x": "$x$"}, accounts, highlight=("x", "u1", "y"), ax=given)
    assert ax is given
    assert sorted(texts(ax)) == sorted(["6", "2", "5", "9", "$x$", "u1", "u2", "y", "48", "5", "9", "1"])
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert sorted(arrow.get_linewidth() for arrow in arrows) == [1.1, 1.1, 2.6, 2.6]
    ax.figure.canvas.draw()


def test_double_edges_are_drawn_apart():
    """Do two edges between the same nodes bend to different sides?"""
    ax = figures.plot_edges(DOUBLED, "c")
    heights = [text.get_position()[1] for text in ax.texts if text.get_text() == "1"]
    assert len(heights) == 4
    assert len({round(height, 6) for height in heights}) == 2


def test_edges_that_do_not_lead_to_the_end_are_left_out():
    """Are nodes that the end is not made from absent?"""
    assert "z" not in texts(figures.plot_edges([*TWO_WAYS, ("x", "z", 3.0)], "y"))


def test_accounts_are_those_of_the_sweep():
    """Does the table show a column a visit and a row a node, with the wrong 8 at its end?"""
    visits = recursive_order(DOUBLED, "c")
    ax = figures.plot_accounts(DOUBLED, visits, title="wrong")
    cells = texts(ax)
    assert len(cells) == 3 * len(visits)
    assert cells[-3:] == ["1", "2", "8*"]
    assert [label.get_text() for label in ax.get_xticklabels()] == visits
    assert sum(text.get_fontweight() == "bold" for text in ax.texts) == 3  # c sends once, b twice


def test_paths_and_edges_are_two_lines():
    """Are both counts drawn, on a logarithmic scale?"""
    depths = np.arange(1, 6)
    ax = figures.plot_paths_and_edges(depths, 3**depths, 6 + 9 * (depths - 1), 3)
    assert ax.get_yscale() == "log"
    assert [line.get_ydata()[-1] for line in ax.lines] == [243.0, 42.0]


def test_pass_strip_shows_more_in_each_frame():
    """Do frames grow, with the paths of the chosen input thick?"""
    loss, names = graph.regularised_graph()
    axes = figures.plot_pass_strip(loss, names, (3, 10, 20))
    shown = [len([t for t in texts(ax) if t]) for ax in axes]
    assert shown[0] < shown[1] < shown[2]
    assert "Forward, 10 of 10" in axes[1].get_title(loc="left")
    assert "Backward, 10 of 10" in axes[2].get_title(loc="left")
    thick = [line for line in axes[2].lines if line.get_linewidth() > 2]
    assert len(thick) == 10  # two paths from W1: six edges and four
    plain = figures.plot_pass(loss, names, 20, highlight=None)
    assert not [line for line in plain.lines if line.get_linewidth() > 2]


def test_wrong_use_of_plot_pass_is_refused():
    """Do an unknown name and a frame that is not there get a sentence?"""
    loss, names = graph.regularised_graph()
    with pytest.raises(ValueError, match="there is no 'W9'"):
        figures.plot_pass(loss, names, 3, highlight="W9")
    with pytest.raises(ValueError, match="expected a frame"):
        figures.plot_pass_strip(loss, names, [99])


def test_step_sizes_show_both_slopes():
    """Does the error fall with the step and with its square, until rounding?"""
    steps = np.array([1e-1, 1e-2, 1e-3])
    ax = figures.plot_step_sizes(lambda x: ad.exp(ad.sin(x)), 1.0, steps)
    one, both = (line.get_ydata() for line in ax.lines)
    np.testing.assert_allclose(np.diff(np.log10(one)), -1, atol=0.1)
    np.testing.assert_allclose(np.diff(np.log10(both)), -2, atol=0.1)
    assert figures.plot_step_sizes(lambda x: ad.exp(x), 1.0).lines[1].get_ydata().min() < 1e-8
