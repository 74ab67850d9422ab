"""Do the figures of lesson 11 show what their titles say?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import rectifiers as figures
from coursepkg.rectifiers import born_dead_bound

X = np.linspace(-1, 1, 21)
Y = np.maximum(1.5 * X - 0.3, 0)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("alpha", [0.0, 0.1, 2.0])
def test_rectifier_shows_the_value_at_zero(alpha):
    """Is the filled disc at the slope chosen at 0, and the open one at 1?"""
    _, slope = figures.plot_rectifier(alpha, slide=True)
    discs = [line for line in slope.lines if line.get_marker() == "o"]
    assert [(disc.get_xdata()[0], disc.get_ydata()[0]) for disc in discs] == [(0, 1), (0, alpha)]
    assert discs[0].get_markerfacecolor() == "white"
    assert f"set to {alpha:g}" in slope.get_title(loc="left")


def test_rectifier_and_the_slide_differ_above_one():
    """Are the two curves equal for alpha = 0.1 and apart for alpha = 2?"""
    for alpha, apart in ((0.1, 0.0), (2.0, 3.0)):
        value, _ = figures.plot_rectifier(alpha, slide=True)
        ours, theirs = (line.get_ydata() for line in value.lines)
        assert np.abs(ours - theirs).max() == pytest.approx(apart)


def test_chain_leaves_out_what_was_not_seen():
    """Is a share of 0, which has no logarithm, left out, and the theory 2**-L?"""
    ax = figures.plot_chain([1, 2, 3], [0.5, 0.25, 0.0], 4)
    theory, seen = ax.lines
    assert theory.get_ydata().tolist() == [0.5, 0.25, 0.125]
    assert seen.get_xdata().tolist() == [1, 2]


def test_scales_draw_every_network():
    """Is there a line a network, and a theory that starts where they do?"""
    ax = figures.plot_scales({"a": (1.0, np.ones((3, 6))), "b": (0.25, 4.0 ** -np.arange(6)[None])})
    assert ax.get_yscale() == "log"
    dashed = [line for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata())]
    np.testing.assert_allclose(dashed[0].get_ydata(), 1)
    np.testing.assert_allclose(dashed[1].get_ydata(), 2.0 ** -np.arange(6))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "theory"]


def test_thirty_layers_mark_chance():
    """Is the loss of chance drawn, and a legend entry a scheme?"""
    ax = figures.plot_thirty_layers({"He": [[2.3, 0.1], [2.2, 0.2]], "Xavier": [2.3, 2.3]})
    assert any(np.allclose(line.get_ydata(), np.log(10)) for line in ax.lines)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["He", "Xavier"]


def test_born_dead_draws_the_bound():
    """Is the dashed curve the bound at every depth?"""
    ax = figures.plot_born_dead([2, 3], [1, 4], {2: [0.0, 0.4], 3: [0.0, 0.1]})
    bound = ax.lines[0].get_ydata()
    np.testing.assert_allclose(bound, [born_dead_bound([2] * depth) for depth in (1, 2, 3, 4)])
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_unit_shares_counts_the_dead():
    """Does the legend say how many units are never on?"""
    layers = [(np.array([[1.0, -1.0, 1.0]]), np.array([0.0, 0.0, -9.0])), (np.ones((3, 1)), np.zeros(1))]
    shares = figures.unit_shares(layers, [[1.0], [-2.0]])
    assert shares.tolist() == [0.5, 0.5, 0.0]
    ax = figures.plot_unit_shares({"net": shares})
    assert ax.get_legend().get_texts()[0].get_text() == "net: 33% on, 1 dead"


@pytest.mark.parametrize(("lr", "fate"), [(0.3, "alive"), (3.0, "dead from step")])
def test_dying_line_says_its_fate(lr, fate):
    """Does the title say whether the unit lives, and the other panel show it?"""
    fit, on = figures.plot_dying_line(lr, X, Y)
    assert fate in fit.get_title(loc="left")
    assert (on.lines[0].get_ydata()[-1] == 0) == fate.startswith("dead")


def test_dying_strip_has_a_column_a_rate():
    """Is the strip the same figure, side by side?"""
    axes = figures.plot_dying_strip((0.3, 3.0), X, Y)
    assert axes.shape == (2, 2)
    assert axes[0, 1].get_title(loc="left").startswith("γ = 3: dead")
    assert axes[1, 0].get_title(loc="left") == ""


def test_kept_share_is_in_the_title():
    """Is the share (1 + alpha**2) / 2 told?"""
    assert "= 0.625" in figures.plot_kept_share(0.5).get_title(loc="left")


def test_figures_draw_on_given_axes():
    """Does each function use the axes that it is given?"""
    _, axes = plt.subplots(1, 2)
    assert figures.plot_rectifier(0.0, axes) is axes
    assert figures.plot_dying_line(0.3, X, Y, axes=axes) is axes
    for draw in (
        lambda ax: figures.plot_kept_share(0.1, ax),
        lambda ax: figures.plot_chain([1], [0.5], 4, ax),
        lambda ax: figures.plot_scales({"a": (1.0, np.ones((3, 6)))}, ax),
        lambda ax: figures.plot_thirty_layers({"He": [2.3, 0.1]}, ax),
        lambda ax: figures.plot_born_dead([2], [1, 2], {2: [0, 0.1]}, ax),
        lambda ax: figures.plot_unit_shares({"a": np.ones(3)}, ax),
    ):
        _, ax = plt.subplots()
        assert draw(ax) is ax
