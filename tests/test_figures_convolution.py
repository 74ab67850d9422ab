"""Do the figures of lesson 15 show what they are given?"""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.convolution import conv2d_direct
from coursepkg.figures import convolution as figures


@pytest.fixture(autouse=True)
def closed():
    """Close every figure."""
    yield
    plt.close("all")


def test_curves_and_lines_hold_the_data():
    """Does each curve stand in the axes, with its name?"""
    ax = figures.plot_curves({"a": [3.0, 2.0], "b": [3.0, 1.0]}, title="t")
    assert [line.get_ydata().tolist() for line in ax.lines] == [[3, 2], [3, 1]]
    ax = figures.plot_lines([0, 1], np.arange(8.0).reshape(2, 2, 2), ["a", "b"], "x", "y")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert ax.lines[2].get_ydata().tolist() == [1.0, 2.0]


def test_step_times_are_in_milliseconds():
    """Are seconds drawn as milliseconds, and is the ratio of the marked width told?"""
    ax = figures.plot_step_times([16, 32], [[1e-3, 2e-3], [2e-3, 1e-3]], ["one", "two"], mark=32)
    assert ax.lines[0].get_ydata().tolist() == [1.0, 2.0]
    assert "0.50" in ax.texts[0].get_text()
    alone = figures.plot_step_times([16, 32], [[1e-3, 2e-3]], ["one"], mark=16)
    assert not alone.texts


def test_feature_map_and_matrix_are_the_convolution():
    """Does the third panel hold the convolution, and the matrix its weights?"""
    image, kernel = np.eye(5), np.array([[1.0, -1.0], [2.0, 0.5]])
    axes = figures.plot_feature_map(image, kernel)
    shown = axes[2].images[0].get_array()
    assert np.array_equal(shown, conv2d_direct(image[None, None], kernel[None, None])[0, 0])
    ax = figures.plot_conv_matrix(kernel, (5, 5))
    assert ax.images[0].get_array().shape == (16, 25)
    assert "4 different weights" in ax.get_title("left")


def test_gap_is_zero_for_what_acts_on_each_pixel():
    """Is there no gap for the square of each pixel, and one for a padded convolution at the border?"""
    image = np.random.default_rng(0).random((6, 6))
    axes = figures.plot_shift_gap(np.square, image, [(1, 0), (0, -2)])
    assert all(not ax.images[0].get_array().any() for ax in axes)
    kernel = np.ones((1, 1, 3, 3))
    (ax,) = figures.plot_shift_gap(lambda X: conv2d_direct(X, kernel, padding=1), image, [(1, 0)])
    gap = ax.images[0].get_array()
    assert gap[-1].any()
    assert not gap[2:-1].any()
