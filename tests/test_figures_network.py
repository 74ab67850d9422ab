"""Do the figures of lesson 07 show what their titles say?"""

from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.datasets import spirals
from coursepkg.figures import network as figures
from coursepkg.network import dense, fold_forward, mlp_forward, softmax

W, B = np.array([[1.2, -0.5], [0.9, 1.1]]), np.array([0.6, -0.3])
XOR = [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0], [-2.0]]), np.zeros(1))]


def net(sizes=(2, 6, 5, 2), seed=0):
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=(p, q)), rng.normal(size=q)) for p, q in pairwise(sizes)]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def segments(ax):
    """Return the lines of the grid that an axes shows."""
    return [path.vertices for path in ax.collections[0].get_paths()]


def test_grid_covers_the_square():
    """Are there as many lines each way as asked for, from corner to corner?"""
    lines = figures.grid_lines(2.0, 5, 11)
    assert len(lines) == 10
    np.testing.assert_array_equal(lines[0], np.column_stack([np.linspace(-2, 2, 11), np.full(11, -2.0)]))
    np.testing.assert_array_equal(lines[5], np.column_stack([np.full(11, -2.0), np.linspace(-2, 2, 11)]))


def test_layer_steps_end_at_the_layer():
    """Are the six panels the plane, its way through the layer, and the layer's output?"""
    axes = figures.plot_layer_steps(W, B, "tanh")
    assert len(axes) == 6
    first = figures.grid_lines(lines=7)[0]
    np.testing.assert_allclose(segments(axes[0])[0], first)
    np.testing.assert_allclose(segments(axes[4])[0], dense(first, W, B), atol=1e-12)
    np.testing.assert_allclose(segments(axes[5])[0], np.tanh(dense(first, W, B)), atol=1e-12)
    s = np.linalg.svd(W, compute_uv=False)
    assert f"{s[0]:.2f} and {s[1]:.2f}" in axes[2].get_title(loc="left")
    assert len({ax.get_xlim() for ax in axes[:5]}) == 1
    assert all(ax.get_aspect() == 1 for ax in axes)


def test_squash_draws_on_the_axes_it_is_given():
    """Does a frame keep inside the unit square, in the same frame for every stretch?"""
    ax = plt.figure().add_subplot()
    assert figures.plot_squash(3, ax=ax) is ax
    points = ax.lines[0].get_xydata()
    assert ((points > 0) & (points < 1)).all()
    axes = figures.plot_squash_strip((1, 10))
    assert axes[0].get_xlim() == axes[1].get_xlim()
    assert np.ptp(axes[0].lines[0].get_xdata()) < np.ptp(axes[1].lines[0].get_xdata())
    assert figures.plot_squash(2, "relu").get_xlabel().startswith("$h_1$")


def test_activations_are_named():
    """Does each curve have a name, and does the step stand at 1 for z = 0?"""
    ax = figures.plot_activations()
    names = [line.get_label() for line in ax.lines]
    assert names == ["Heaviside", "sigmoid", "tanh", "ReLU"]
    z, h = ax.lines[0].get_data()
    assert h[z == 0] == 1


def test_regions_are_the_network_s():
    """Is the picture coloured by the class of each point?"""
    X, y = spirals(20, np.random.default_rng(0))
    layers = net((2, 8, 2))
    ax = figures.plot_regions(layers, X, y, size=11, limit=1.0)
    side = np.linspace(-1, 1, 11)
    points = np.array([(a, b) for b in side for a in side])
    expected = mlp_forward(points, layers)[-1].argmax(axis=1).reshape(11, 11)
    np.testing.assert_array_equal(np.asarray(ax.images[0].get_array(), dtype=int), expected)
    flat = [(np.zeros((2, 2)), np.array([1.0, 0.0]))]
    assert not np.asarray(figures.plot_regions(flat, X, y, size=5).images[0].get_array()).any()


def test_folded_counts_what_is_right():
    """Does the title count the samples on their side of the line, at every stage?"""
    X, y = spirals(20, np.random.default_rng(0))
    layers = net()
    for amount in (0, 0.5, 2):
        ax = figures.plot_folded(layers, amount, X, y)
        right = (fold_forward(X, layers, amount).argmax(axis=1) == y).sum()
        assert ax.get_title(loc="left") == f"folded {amount:g}: {right} of 40 right"
    axes = figures.plot_folded_strip(layers, (0, 1, 2), X, y)
    assert len(axes) == 3
    assert not axes[1].get_ylabel()


def test_xor_fold_shows_four_inputs_and_three_images():
    """Do both ones land on one point of the hidden space?"""
    axes = figures.plot_xor_fold(XOR)
    texts = [text.get_text() for text in axes[1].texts]
    assert "(0, 1) and (1, 0)" in texts
    assert any("fold of unit 2" in text.get_text() for text in axes[0].texts)
    off_screen = [(np.ones((2, 2)), np.array([0.0, -9.0])), XOR[1]]
    assert not any("unit 2" in text.get_text() for text in figures.plot_xor_fold(off_screen)[0].texts)


def test_softmax_areas_add_to_one():
    """Do the areas fill the picture, each with a name?"""
    ax = figures.plot_softmax((0.0, 1.0, 2.0))
    tops = [path.vertices[:, 1].max() for area in ax.collections for path in area.get_paths()]
    assert max(tops) == pytest.approx(1)
    assert [text.get_text() for text in ax.texts] == ["logit $z$", "logit 0", "logit 1", "logit 2"]
    low = ax.collections[0].get_paths()[0].vertices
    at_zero = low[np.isclose(low[:, 0], 0), 1].max()
    assert at_zero == pytest.approx(softmax([0.0, 0.0, 1.0, 2.0])[0])


def test_stability_marks_where_the_loss_is_lost():
    """Is the first logit with an infinite loss named, and none where all is finite?"""
    z = np.arange(10.0)
    ax = figures.plot_stability({"stable": z, "naive": np.where(z < 7, z, np.inf)}, z)
    assert ax.texts[0].get_text() == "infinite from z = 7 on"
    assert np.isnan(ax.lines[1].get_ydata()).sum() == 3
    assert not figures.plot_stability({"stable": z, "naive": z}, z).texts


def test_widths_name_the_smallest():
    """Does the title name the smallest width that reached the bound, and the first that always did?"""
    correct = [[150, 160], [199, 170], [199, 199], [199, 199]]
    ax = figures.plot_widths([2, 4, 8, 16], correct)
    assert ax.get_title(loc="left") == "4 hidden units can suffice, 8 did in each of 2 runs"


def test_digits_say_what_the_network_says():
    """Is a wrong answer marked with what it is?"""
    rng = np.random.default_rng(0)
    logits = np.zeros((2, 10))
    logits[:, 3] = 9
    axes = figures.plot_digits(rng.uniform(size=(2, 64)), [3, 5], logits)
    assert axes[0].get_title().endswith("right")
    assert axes[1].get_title().endswith("is 5")
    assert axes[0].get_title().startswith("3: 100%")


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: figures.plot_grid(lambda X: X, ax),
        figures.plot_activations,
        lambda ax: figures.plot_softmax(ax=ax),
        lambda ax: figures.plot_regions(net(), np.zeros((2, 2)), [0, 1], ax, size=5),
        lambda ax: figures.plot_folded(net(), 1, np.eye(2), [0, 1], ax),
        lambda ax: figures.plot_widths([1, 2], [[199], [199]], ax=ax),
    ],
)
def test_figures_draw_where_they_are_told(draw):
    """Is the axes that is passed in the one that is returned?"""
    ax = plt.figure().add_subplot()
    assert draw(ax) is ax
