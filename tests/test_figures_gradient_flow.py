"""Do the figures of lesson 10 show what their titles say?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import gradient_flow as figures
from coursepkg.gradient_flow import dsigmoid, predict_stats


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_histograms_are_densities_and_name_the_extremes():
    """Does each curve have the mass inside the frame, and does the title name the widest layer?"""
    rng = np.random.default_rng(0)
    deltas = [scale * rng.standard_normal((50, 40)) for scale in (1.0, 3.0, 2.0)]
    ax = figures.plot_histograms(deltas, half_width=20.0)
    for line in ax.lines:
        x, density = line.get_data()
        assert (density * (x[1] - x[0])).sum() == pytest.approx(1)
    assert ax.get_title(loc="left") == "Gradients are widest in layer 2, narrowest in layer 1"
    assert len({line.get_linestyle() for line in ax.lines}) == 3


def test_sigmoid_slope_agrees_with_the_differences():
    """Do the circles lie on the curve?"""
    ax = figures.plot_sigmoid_slope()
    z, slope = ax.lines[1].get_data()
    np.testing.assert_allclose(slope, dsigmoid(z))
    few, difference = ax.lines[2].get_data()
    np.testing.assert_allclose(difference, dsigmoid(few), atol=1e-9)


def test_chain_draws_the_median_under_its_bound():
    """Is the median below 4**-L for small weights, and is the share above it in the title?"""
    ax = plt.figure().add_subplot()
    assert figures.plot_chain(0.5, ax) is ax
    L, median = ax.lines[0].get_data()
    np.testing.assert_allclose(median, np.median(figures.chain_sample(0.5, L, 200), axis=1))
    assert (median < 0.25**L).all()
    assert " 0 % of all gradients exceed" in ax.get_title(loc="left")
    assert " 0 % of all gradients exceed" not in figures.plot_chain(2.0).get_title(loc="left")
    axes = figures.plot_chain_strip((0.5, 2.0))
    np.testing.assert_array_equal(axes[0].lines[0].get_ydata(), median)


def test_stats_draw_the_prediction_as_lines():
    """Are lines the recursion and marks a network, three of each, in every panel of the strip?"""
    ax = figures.plot_stats("tanh", "standard", 3, 60)
    predicted = predict_stats([60] * 4 + [10], "standard", "tanh")
    for k, name in enumerate(("z", "dz", "dW")):
        np.testing.assert_allclose(ax.lines[2 * k].get_ydata(), getattr(predicted, name))
        np.testing.assert_allclose(ax.lines[2 * k + 1].get_ydata(), getattr(predicted, name), rtol=0.5)
    assert f"over layer 3: {predicted.dz[0] / predicted.dz[2]:.2g} " in ax.get_title(loc="left")
    axes = figures.plot_stats_strip([("tanh", "standard"), ("relu", "he")], depth=2, width=30)
    assert [panel.get_title(loc="left") for panel in axes] == ["tanh, standard", "relu, he"]
    assert axes[0].get_ylim() == axes[1].get_ylim()


def test_accuracies_draw_means_and_ranges():
    """Is a line the mean over the seeds?"""
    ax = figures.plot_accuracies({"a": [[0.2, 0.4], [0.5, 0.7]], "b": [[0.9, 0.9], [0.1, 0.3]]}, [1, 5])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [0.3, 0.6])
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]


def test_shapes_show_every_class():
    """Is there a column for each of nine classes, with an image in each row?"""
    axes = figures.plot_shapes(2)
    assert axes.shape == (2, 9)
    assert all(len(ax.images) == 1 for ax in axes.ravel())
    assert axes[0, 8].get_title() == "ellipse\nellipse"


def test_learning_names_the_better_start():
    """Does the title name the start that ends lower, and is chance drawn where it was said to be?"""
    ax = figures.plot_learning(
        {"standard": [[0.9, 0.8, 0.8, 0.8]], "normalised": [[0.9, 0.7, 0.7, 0.7]]}, chance=1.5
    )
    assert ax.lines[-1].get_ydata()[0] == 1.5
    assert "the normalised start ends lower" in ax.get_title(loc="left")


def test_singular_values_are_drawn_on_a_logarithmic_scale():
    """Does each start have its line and its marker?"""
    ax = figures.plot_singular_values({"normal": [2.0, 0.1], "orthogonal": [1.0, 1.0]})
    assert ax.get_yscale() == "log"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2.0, 0.1])
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker()
