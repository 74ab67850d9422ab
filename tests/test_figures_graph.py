"""Does the drawn graph show what is on the tape?"""

from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from coursepkg import autodiff as ad
from coursepkg.autodiff import Tensor
from coursepkg.figures import graph, style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def rng():
    return np.random.default_rng(0)


GRAPHS = {
    "perceptron": graph.perceptron_graph,
    "layer": lambda: graph.layer_graph(rng()),
    "mlp": lambda: graph.mlp_graph(rng()),
    "regularised": graph.regularised_graph,
}
# white boxes (with the output's), red ones, blue ones, as on the slides
BOXES = {"perceptron": (4, 4, 5), "layer": (2, 2, 3), "mlp": (2, 6, 9), "regularised": (4, 2, 10)}


def boxes(ax):
    """Return the boxes of a drawing by colour."""
    colours = [to_hex(patch.get_facecolor()) for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    return tuple(colours.count(colour) for colour in (style.NODE_WHITE, style.NODE_RED, style.NODE_BLUE))


def texts(ax):
    return [text.get_text() for text in ax.texts]


def shown(ax):
    """Return the numbers of values and of derivatives in a drawing."""
    small = [text for text in ax.texts if text.get_text() and text.get_fontsize() < 8]
    back = sum(text.get_color() == style.VERMILLION for text in small)
    return len(small) - back, back


@pytest.mark.parametrize("name", GRAPHS)
def test_graph_has_the_boxes_of_the_slide(name):
    """Are there as many white, red and blue boxes as on the lecture's slide, on the given axes?"""
    y, names = GRAPHS[name]()
    fig, ax = plt.subplots()
    assert graph.plot_graph(y, names, ax=ax) is ax
    assert plt.get_fignums() == [fig.number]
    assert boxes(ax) == BOXES[name]
    assert set(names.values()) <= set(texts(ax))
    fig.canvas.draw()


@pytest.mark.parametrize("name", GRAPHS)
def test_boxes_and_labels_do_not_overlap(name):
    """Do no two boxes, and no label and box, lie on each other in a figure of its own size?"""
    y, names = GRAPHS[name]()
    ax = graph.plot_graph(y, names)
    ax.figure.canvas.draw()
    frames = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    labels = [text.get_window_extent() for text in ax.texts if text.get_text() and text.get_fontsize() < 8]
    for k, frame in enumerate(frames):
        assert not any(frame.overlaps(other) for other in frames[:k])
        assert not any(frame.padded(-2).overlaps(label) for label in labels)


def test_values_and_derivatives_are_those_of_the_tape():
    """Does the scalar example show its numbers, with the derivative split over two paths?"""
    x, w = Tensor(3.0), Tensor(0.5, requires_grad=True)
    u = x * w
    ax = graph.plot_graph(u + w**2, {x: "$x$", w: "$w$", u: "$u$"})
    found = texts(ax)
    for expected in ("1.50", "0.25", "1.75"):
        assert found.count(expected) == 1
    back = [text.get_text() for text in ax.texts if text.get_color() == style.VERMILLION]
    assert sorted(back) == ["1", "1", "1", "1", "3"]  # to w: 3 from the product, 2 w = 1 from the square


def test_sums_of_sums_are_one_box_only_where_nothing_else_uses_them():
    """Is a chain of additions one sum, while a sum with two users stays a box of its own?"""
    a, b, c = (Tensor(v, requires_grad=True) for v in (1.0, 2.0, 3.0))
    assert boxes(graph.plot_graph(a + b + c))[2] == 1
    shared = a + b
    assert boxes(graph.plot_graph((shared + c) * shared))[2] == 3
    spread = Tensor([1.0, 2.0], requires_grad=True)
    assert boxes(graph.plot_graph((a + spread) + b))[2] == 2  # a is broadcast


@pytest.mark.parametrize("name", GRAPHS)
def test_frames_grow_one_operation_at_a_time(name):
    """Does the forward pass only add values, then the backward pass only add derivatives?"""
    y, names = GRAPHS[name]()
    frames = graph.n_frames(y)
    counts = []
    for frame in range(frames):
        counts.append(shown(graph.plot_graph(y, names, frame=frame)))
        plt.close("all")
    half = frames // 2
    assert all(back == 0 for _, back in counts[: half + 1])
    forward, backward = counts[: half + 1], counts[half:]
    assert all(a[0] < b[0] for a, b in pairwise(forward))
    assert all(a[0] == b[0] and a[1] <= b[1] for a, b in pairwise(backward))
    assert counts[-1] == shown(graph.plot_graph(y, names))
    assert shown(graph.plot_graph(y, names, gradients=False))[1] == 0


@pytest.mark.parametrize("uses", [2, 3, 6])
def test_edges_stay_within_the_axes(uses):
    """Does an edge that passes below or above all boxes end inside of the picture, its numbers too?"""
    w = Tensor(0.6, requires_grad=True)
    y = w * 4.0
    for _ in range(uses - 1):
        y = y * w
    ax = graph.plot_graph(y, {w: "$w$"})
    low, high = ax.get_ylim()
    heights = [height for line in ax.lines for height in line.get_ydata()]
    assert low + 0.4 < min(heights)
    assert max(heights) < high - 0.4


def test_paths_are_highlighted():
    """Are the two paths from W1 to the loss thick, and the other edges not?"""
    y, names = graph.regularised_graph()
    W1 = next(node for node, name in names.items() if name == "$W_1$")
    ax = graph.plot_graph(y, names, highlight=W1)
    thick = [line for line in ax.lines if line.get_linewidth() > 2]
    assert len(thick) == 6 + 4  # u1 u2 u3 y_hat u4 loss, and u5 u7 u8 loss
    assert len(ax.lines) == 17


def test_large_arrays_show_their_shape():
    """Is a large array shown by its shape, its derivative by its norm, and a tiny number shortly?"""
    W = Tensor(np.full((4, 5), 0.5), requires_grad=True)
    ax = graph.plot_graph(ad.sum(W) * 2e-5, {W: "$W$"})
    assert "4×5" in texts(ax)
    assert any(text.startswith("norm ") for text in texts(ax))
    assert "2e\N{MINUS SIGN}4" in texts(ax)


def test_layout_keeps_gaps_and_order():
    """Are heights pooled to the nearest ones that keep the order and the gaps?"""
    heights = graph._spread(["a", "b", "c"], {"a": 0.0, "b": 0.0, "c": 9.0}, dict.fromkeys("abc", 1.0))
    assert heights == {"a": -0.5, "b": 0.5, "c": 9.0}


def test_wrong_use_is_refused():
    """Do a freed graph, a leaf, a frame that is not there and unequal lengths get a sentence?"""
    y, names = graph.regularised_graph()
    with pytest.raises(ValueError, match="expected a frame from 0 to 20, got 21"):
        graph.plot_graph(y, names, frame=21)
    y.sum().backward()
    with pytest.raises(ValueError, match="draw before backward"):
        graph.plot_graph(y, names)
    with pytest.raises(ValueError, match="give each input its weight"):
        graph.perceptron_graph(x=(1.0,), w=(1.0, 2.0))
