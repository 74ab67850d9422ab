"""Do the figures of counts draw what they say?"""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import region_counts as figures
from coursepkg.network import mlp_forward
from tools.studies.regions import crossed_regions

CROSS = [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.array([-0.5]))]


@pytest.fixture(autouse=True)
def close():
    """Close the figures of a test."""
    yield
    plt.close("all")


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: figures.plot_regions_by_box(CROSS, [0.1, 1, 10], ax=ax),
        lambda ax: figures.plot_counts_by_depth({1: [3, 4], 2: [5, 8]}, 4, "four", ax=ax),
        lambda ax: figures.plot_counts_in_training([0, 10], {"2": [[3, 4], [4, 5]]}, ax=ax),
        lambda ax: figures.plot_boundary(CROSS, [[0.5, 0.5], [-0.5, 0]], [1, 0], ax=ax),
    ],
    ids=["box", "depth", "training", "boundary"],
)
def test_figure_draws_on_the_axes_it_is_given(draw):
    """Does it return the axes, with a title and both labels?"""
    ax = plt.subplots()[1]
    assert draw(ax) is ax
    assert all((ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()))
    assert draw(None) is not ax


def test_boundary_segments_lie_where_the_output_is_zero():
    """Is the output 0 at the ends and in the middle of every segment, and its sign different beside it?"""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(2, 6)), rng.normal(size=6)), (rng.normal(size=(6, 1)), np.zeros(1))]
    segments = figures.boundary_segments(layers, (-3, 3))
    assert len(segments) >= 2
    points = np.concatenate([segments[:, 0], segments[:, 1], segments.mean(axis=1)])
    np.testing.assert_allclose(mlp_forward(points, layers)[-1], 0, atol=1e-9)


def test_study_counts_the_segments_that_the_figure_draws():
    """Does the study, which needs no figure, find one region for each segment?"""
    rng = np.random.default_rng(1)
    for widths in ((8,), (5, 5), (4, 3, 4)):
        sizes = [2, *widths, 1]
        layers = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(sizes)]
        assert crossed_regions(layers) == len(figures.boundary_segments(layers))


def test_boundary_is_absent_where_the_output_has_one_sign():
    """Is the result empty with the right shape?"""
    assert figures.boundary_segments([(np.ones((2, 1)), np.ones(1))], (0, 1)).shape == (0, 2, 2)


def test_last_region_is_found_beyond_the_right_box():
    """Does the title name the largest box that misses a region?"""
    lines = [(np.array([[1.0, 1.0], [0.0, 0.001]]), np.array([0.0, -0.01])), (np.ones((2, 1)), np.zeros(1))]
    ax = figures.plot_regions_by_box(lines, [1, 5, 20, 100])  # the lines cross at (0, 10)
    assert ax.get_title(loc="left") == "The last of 4 regions shows beyond R = 5"
    assert figures.plot_regions_by_box(lines, [1]).get_title(loc="left").startswith("Not all of the 4")


def test_means_are_written_beside_their_points():
    """Are the means those of the counts?"""
    ax = figures.plot_counts_by_depth({1: [10, 20], 4: [7, 8]}, 12, "twelve")
    assert {"15", "8"} <= {text.get_text() for text in ax.texts}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["twelve"]
    assert "15 at depth 1, 8 at depth 4" in ax.get_title(loc="left")


def test_training_title_states_the_largest_change():
    """Is it the change of a mean, relative to the start?"""
    ax = figures.plot_counts_in_training([0, 5, 9], {"a": [[10, 12, 9], [10, 14, 11]], "b": [[5, 5, 5]]})
    assert "at most 30 %" in ax.get_title(loc="left")
