"""Figures of lesson 14 on regions: do they show what is counted?"""

from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from coursepkg import bounds
from coursepkg.constructions import (
    compose,
    folding_network,
    montufar_network,
    parallel,
    serra_zigzag_network,
    tent_network,
    zigzag_network,
)
from coursepkg.figures import regions as figures
from coursepkg.figures import style
from coursepkg.network import mlp_forward
from coursepkg.rational_regions import count_regions_rational

MONTUFAR = montufar_network(2, (4, 4)).layers


def random_network(*sizes):
    rng = np.random.default_rng(1)
    return [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairwise(sizes)]


PLANE = random_network(2, 6, 5, 4, 1)
LINE = random_network(1, 5, 4, 1)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left")


def polygons(ax, k=0):
    found = [c for c in ax.collections if isinstance(c, PolyCollection)][k]
    return [path.vertices[:-1] for path in found.get_paths()]


def area(p):
    return abs(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - p[:, 1] * np.roll(p[:, 0], -1))) / 2


SINGLE = {
    "map": lambda ax: figures.plot_region_map(PLANE, ax=ax),
    "map to a depth": lambda ax: figures.plot_region_map(PLANE, depth=2, ax=ax),
    "map of nothing": lambda ax: figures.plot_region_map(PLANE, depth=0, ax=ax),
    "map, title": lambda ax: figures.plot_region_map(PLANE, box=((0, 1), (-1, 3)), ax=ax, title="T"),
    "pieces": lambda ax: figures.plot_line_pieces(LINE, (-2, 2), ax=ax),
    "one piece": lambda ax: figures.plot_line_pieces([(np.ones((1, 1)), np.zeros(1))], ax=ax, title="T"),
    **{f"folding {k}": lambda ax, k=k: figures.plot_folding(k, ax=ax) for k in range(3)},
    "copies": lambda ax: figures.plot_copies(2, 2, (0.2, 0.6), ax=ax),
    "bounds": lambda ax: figures.plot_bounds(2, 8, 4, counted={1: 30, 2: 200}, ax=ax),
    "bounds, narrow": lambda ax: figures.plot_bounds(2, 3, 4, ax=ax, title="T"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_figure_draws_on_the_axes_it_is_given(name):
    """Does the figure use the given axes, return them, make its own without, and render?"""
    fig, ax = plt.subplots()
    assert SINGLE[name](ax) is ax
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = SINGLE[name](None)
    assert own.figure is not fig
    assert own.figure.dpi == style.DPI


STRIPS = {
    "growing": (lambda axes: figures.plot_growing_complex(PLANE, axes=axes), 3),
    "regions": (lambda axes: figures.plot_region_strip({"a": PLANE, "b": MONTUFAR}, axes=axes), 2),
    "lines": (lambda axes: figures.plot_line_strip([LINE, LINE, LINE], axes=axes), 3),
    "folding": (lambda axes: figures.plot_folding_strip(axes=axes), 3),
}


@pytest.mark.parametrize("name", STRIPS)
def test_strip_draws_one_frame_an_axes(name):
    """Has the strip as many frames as there are, on given axes and on its own?"""
    draw, n = STRIPS[name]
    axes = plt.subplots(1, n)[1]
    assert draw(axes) is axes
    own = draw(None)
    assert len(own) == n
    assert all(title(ax) == title(other) != "" for ax, other in zip(axes, own))
    own[0].figure.canvas.draw()


def test_colours_belong_to_patterns():
    """Is a colour the same wherever its pattern stands, and do many patterns get many colours?"""
    patterns = np.random.default_rng(0).random((400, 20)) < 0.5
    colours = figures.pattern_colours(patterns)
    np.testing.assert_array_equal(figures.pattern_colours(patterns[::-1]), colours[::-1])
    assert len(np.unique(colours, axis=0)) == len(figures.HUES) * len(figures.TINTS)
    assert colours.min() >= 0
    assert colours.max() <= 1


def test_map_shows_every_region_with_equal_scales():
    """Are there as many polygons as regions, do they fill the box, and does the title say how many?"""
    ax = figures.plot_region_map(PLANE)
    count = count_regions_rational(PLANE)
    drawn = polygons(ax)
    assert len(drawn) == count
    areas = [area(p) for p in drawn]
    assert sum(areas) == pytest.approx(4)
    assert title(ax) == f"{count} regions from 15 units"
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim() == (-1, 1)


def test_first_layer_is_drawn_thickest_and_the_newest_stands_out():
    """Do line widths fall from layer to layer, and do the kinks of the newest stand out?"""
    lines = next(c for c in figures.plot_region_map(PLANE).collections if isinstance(c, LineCollection))
    assert len(set(np.round(lines.get_linewidths(), 6))) == 3
    ax = figures.plot_region_map(PLANE, depth=1)
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    assert len(np.unique(lines.get_colors(), axis=0)) == 1
    W, b = PLANE[0]
    for p, q in lines.get_segments():
        assert np.abs(np.vstack([p, q]) @ W + b).max(axis=0).min() == pytest.approx(0, abs=1e-9)
    lines = next(
        c for c in figures.plot_region_map(PLANE, depth=2).collections if isinstance(c, LineCollection)
    )
    assert len(np.unique(lines.get_colors(), axis=0)) == 2


def test_growing_complex_counts_layer_by_layer():
    """Does each frame name the number of regions of the layers so far, the last one the network's?"""
    axes = figures.plot_growing_complex(MONTUFAR, (0, 1))
    assert [title(ax) for ax in axes] == ["Layer 1: 4 regions", "Layer 2: 44 regions"]
    assert title(figures.plot_region_map(PLANE, depth=0)) == "The input: one region"
    axes = figures.plot_region_strip({"flat": [(np.ones((2, 1)), np.zeros(1))], "bent": MONTUFAR}, (0, 1))
    assert [title(ax) for ax in axes] == ["flat: 1 region", "bent: 44 regions"]


def test_surface_lies_on_the_network(monkeypatch):
    """Are the corners of every facet points of the graph, above a map of the regions?"""
    drawn = []

    class Recorded(Poly3DCollection):
        def __init__(self, faces, **kwargs):
            drawn.append(faces)
            super().__init__(faces, **kwargs)

    monkeypatch.setattr(figures, "Poly3DCollection", Recorded)
    ax = figures.plot_surface(PLANE)
    ax.figure.canvas.draw()
    facets, floor = drawn
    count = count_regions_rational(PLANE)
    assert len(facets) == len(floor) == count
    points = np.vstack(facets)
    np.testing.assert_allclose(mlp_forward(points[:, :2], PLANE)[-1][:, 0], points[:, 2], atol=1e-9)
    assert np.vstack(floor)[:, 2].max() < points[:, 2].min()
    assert title(ax) == f"{count} regions: on each the network is one plane"
    assert title(figures.plot_surface(PLANE, title="T", ax=ax)) == "T"


def test_surface_of_a_constant_network_draws():
    """Is a surface without height drawn too?"""
    figures.plot_surface([(np.zeros((2, 1)), np.zeros(1))]).figure.canvas.draw()


def test_surface_refuses_flat_axes():
    """Is the cure named if the axes have two dimensions?"""
    with pytest.raises(ValueError, match=r"plot_surface: .* make them with projection='3d'"):
        figures.plot_surface(PLANE, ax=plt.subplots()[1])


def test_line_shows_function_and_kinks():
    """Is the line the network, is every inner corner marked once, by the layer that makes it?"""
    ax = figures.plot_line_pieces(LINE, (-2, 2))
    curve, *marks = ax.lines
    x = np.linspace(-2, 2, 999)
    np.testing.assert_allclose(
        np.interp(x, *curve.get_data()), mlp_forward(x[:, None], LINE)[-1][:, 0], atol=1e-9
    )
    pieces = count_regions_rational(LINE, (-2, 2))
    assert title(ax) == f"{pieces} pieces from 9 units"
    assert sum(len(mark.get_xdata()) for mark in marks) == pieces - 1
    W, b = LINE[0]
    first = next(mark for mark in marks if mark.get_label() == "layer 1")
    roots = (-b / W[0])[np.abs(b / W[0]) < 2]
    np.testing.assert_allclose(np.sort(first.get_xdata()), np.sort(roots))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["layer 1", "layer 2"]


def test_tent_strip_and_serra_fold_name_their_pieces():
    """Do the titles show 2, 4, 8 pieces, and five from four units?"""
    axes = figures.plot_line_strip([tent_network(depth).layers for depth in (1, 2, 3)])
    assert [title(ax) for ax in axes] == [f"{2**k} pieces from {2 * k} units" for k in (1, 2, 3)]
    assert all(ax.get_legend() is None for ax in axes)
    assert title(figures.plot_line_pieces(serra_zigzag_network(4), (0, 1))) == "5 pieces from 4 units"


def curves(ax):
    return [line.get_xydata() for line in ax.lines if line.get_color() == style.GREEN]


def test_folding_shows_half_the_copies_after_each_fold():
    """Are there four copies of the boundary, then two, then one, and is each the fold of those before?"""
    axes = figures.plot_folding_strip()
    assert [len(curves(ax)) for ax in axes] == [4, 2, 1]
    assert [title(ax) for ax in axes] == [
        "Open sheet: 4 copies of a boundary",
        "One fold: 2 copies of a boundary",
        "Two folds: all copies are one",
    ]
    for k in (1, 2):
        fold = folding_network(figures.CREASES[:k], reach=10)
        folded = [mlp_forward(curve, fold)[-1] for curve in curves(axes[0])]
        for curve in folded:
            assert min(np.abs(curve - drawn).max() for drawn in curves(axes[k])) < 1e-9


def test_everything_on_the_sheet_lies_on_the_paper():
    """Do boundary and points stay inside the rhombus, and is the boundary one curve without a gap?"""
    ax = figures.plot_folding(0)
    drawn = [
        line.get_xydata()
        for line in ax.lines
        if line.get_color() in (style.GREEN, style.BLUE, style.VERMILLION)
    ]
    assert len(drawn) == 3 * 4
    width, height = figures.PAPER[2][0], figures.PAPER[3][1]
    for points in drawn:
        assert (np.abs(points[:, 0]) / width + np.abs(points[:, 1]) / height).max() < 1
    ends = np.round([curve[k] for curve in curves(ax) for k in (0, -1)], 9)
    _, times = np.unique(ends, axis=0, return_counts=True)
    assert sorted(times) == [1, 1, 2, 2, 2]  # two loose ends, three joints


def test_paper_is_folded_as_the_network_folds():
    """Are the drawn faces of paper the images of the sheet, without loss of area?"""
    sheet = np.array(figures.PAPER)
    faces = [sheet]
    for crease in figures.CREASES:
        faces = [piece for face in faces for piece in figures._fold_face(face, *crease)]
    assert len(faces) == 4
    assert sum(area(face) for face in faces) == pytest.approx(2 * 2.2 * 1.8)
    folded = mlp_forward(sheet, folding_network(figures.CREASES, reach=10))[-1]
    corners = np.vstack(faces)
    for corner in folded:
        assert np.abs(corners - corner).sum(axis=1).min() < 1e-9


def test_copies_fill_every_cell_and_fold_onto_one():
    """Is there a letter in each of 81 cells, mirrored in 40 of them, and does each fold onto the first?"""
    ax = figures.plot_copies(3, 2, (0.2, 0.6))
    fold = parallel(zigzag_network(3), zigzag_network(3))
    network = compose(fold, fold)
    cells, plain, mirrored = (polygons(ax, k) for k in range(3))
    assert (len(cells), len(plain), len(mirrored)) == (81, 41, 40)
    for letter in plain + mirrored:
        np.testing.assert_allclose(mlp_forward(letter, network)[-1], figures.LETTER, atol=1e-9)
    points = ax.lines[0].get_xydata()
    assert len(np.unique(np.round(points, 9), axis=0)) == 81
    np.testing.assert_allclose(mlp_forward(points, network)[-1], [[0.2, 0.6]] * 81, atol=1e-9)
    assert title(ax) == "81 copies by 2 layers of 6 units"


def test_bounds_are_drawn_as_they_are():
    """Is each line the bound that its label names?"""
    ax = figures.plot_bounds(2, 8, 4, counted={2: 100})
    drawn = [list(line.get_ydata()) for line in ax.lines]
    for bound in (bounds.serra_upper_bound, bounds.serra_lower_bound, bounds.montufar_lower_bound):
        assert [float(bound(2, (8,) * depth)) for depth in range(1, 5)] in drawn
    assert [bounds.slide_expression(2, 8, depth) for depth in range(1, 5)] in drawn
    assert [100] in drawn
    assert ax.get_yscale() == "log"
    assert {text.get_text() for text in ax.texts} == {
        "upper bound, 2018", "lower bound, 2018", "lower bound, 2014", "lower bound, 2013",
        "one layer, as many units", "the slide's expression", "counted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n_in", "width", "finding"),
    [
        (2, 8, "p = 2, q = 8: at depth 5 the best bounds are a factor of 4.8 apart"),
        (2, 3, "p = 2, q = 3: the lower bound stays at 7 for every depth"),
        (1, 10, "p = 1, q = 10: the best bounds meet, 161\N{NARROW NO-BREAK SPACE}051 at depth 5"),
    ],
)
def test_bounds_title_states_the_finding(n_in, width, finding):
    """Does the title say what the lines show, and do no labels overlap?"""
    ax = figures.plot_bounds(n_in, width, 5)
    assert title(ax) == finding
    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent().y0, text.get_window_extent().y1) for text in ax.texts)
    assert all(top < bottom + 2 for (_, top), (bottom, _) in pairwise(boxes))
    assert len(ax.texts) == (5 if width < 3 * n_in else 6)
