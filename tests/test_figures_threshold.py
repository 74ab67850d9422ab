"""Figures of lesson 01: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import mcculloch_pitts as nets
from coursepkg.figures import style
from coursepkg.figures import threshold as figures
from coursepkg.mcculloch_pitts import figure_1_net
from coursepkg.separability import threshold_functions
from coursepkg.threshold import boolean_inputs, dnf_network, parity_network, two_input_name

PARITY_3 = boolean_inputs(3).sum(axis=1) % 2
MAJORITY = (boolean_inputs(3).sum(axis=1) >= 2).astype(int)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


SINGLE = {
    "step": lambda ax: figures.plot_step(ax=ax),
    "square": lambda ax: figures.plot_unit_square((1, 1), -0.5, ax=ax),
    "square without weights": lambda ax: figures.plot_unit_square((0, 0), 0.0, ax=ax),
    "cube": lambda ax: figures.plot_truth_cube(MAJORITY, ax=ax),
    "cube, constant": lambda ax: figures.plot_truth_cube(np.ones(8, dtype=int), ax=ax),
    "cube, parity": lambda ax: figures.plot_truth_cube(PARITY_3, ax=ax, title="parity"),
    "weight map": lambda ax: figures.plot_weight_map(-1.0, ax=ax),
    "xor": lambda ax: figures.plot_xor_hulls(ax=ax),
    "share": lambda ax: figures.plot_threshold_share({1: 4, 2: 14, 3: 104}, ax=ax),
    "network": lambda ax: figures.plot_network(parity_network(3), x=(1, 0, 1), ax=ax, title="parity"),
    "dnf": lambda ax: figures.plot_network(dnf_network(PARITY_3), ax=ax, title="dnf"),
    "raster": lambda ax: nets.plot_raster(figure_1_net("a"), [[1], [0], [0]], ax=ax, title="delay"),
    **{f"net {letter}": lambda ax, letter=letter: nets.plot_net(letter, ax=ax) for letter in "abcdefhi"},
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


def test_step_shows_both_values_at_the_tie():
    """Is there a mark at (0, 1) for H, and one at (0, 1/2) for the slide's plot?"""
    ax = figures.plot_step()
    marks = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.lines
        if len(line.get_xdata()) == 1
    }
    assert marks == {(0.0, 0.0), (0.0, 1.0), (0.0, 0.5)}
    assert "H(0) = 1" in ax.get_title(loc="left")


@pytest.mark.parametrize(
    ("w", "b", "name"), [((1, 1), -0.5, "or"), ((-1, -1), 1.5, "nand"), ((0, 0), -1, "false")]
)
def test_square_names_the_function(w, b, name):
    """Does the title name the function that the unit computes, and the table its values?"""
    ax = figures.plot_unit_square(w, b)
    assert ax.get_title(loc="left").endswith(f"computes {name}")
    assert f"f = {name}" in texts(ax)


def test_square_boundary_passes_where_z_is_zero():
    """Is the drawn line the set where w . x + b = 0, in a picture with equal scales?"""
    ax = figures.plot_unit_square((2.0, -1.0), 0.5)
    line = next(
        line
        for line in ax.lines
        if line.get_linestyle() == "-" and len(line.get_xdata()) == 2 and line.get_transform() == ax.transData
    )
    np.testing.assert_allclose(np.transpose(line.get_data()) @ [2.0, -1.0] + 0.5, 0, atol=1e-12)
    assert ax.get_aspect() == 1


def test_fourteen_is_the_enumeration():
    """Are the functions labelled in the two maps the fourteen that enumeration finds?"""
    axes = figures.plot_fourteen()
    labels = [text.replace("\n", " ").replace("$", "").replace("_", "") for ax in axes for text in texts(ax)]
    assert sorted(labels) == sorted(two_input_name(table) for table in threshold_functions(2))
    assert "7 + 7 = 14" in axes[0].figure.get_suptitle()
    assert "no cell is xor or xnor" in axes[0].figure.get_suptitle()


@pytest.mark.parametrize("b", [-1.5, -0.5, 0.0, 0.7])
def test_weight_map_labels_lie_in_their_cells(b):
    """Does the unit with the weights under a label compute the function that the label names?"""
    ax = figures.plot_weight_map(b)
    for text in ax.texts:
        z = boolean_inputs(2) @ np.array(text.get_position()) + b
        name = text.get_text().replace("\n", " ").replace("$", "").replace("_", "")
        assert name == two_input_name((z >= 0).astype(int))


def test_cube_shows_a_plane_or_a_crossing():
    """Has majority a plane through the cube, and parity a crossing instead?"""
    with_plane, without = figures.plot_truth_cube(MAJORITY), figures.plot_truth_cube(PARITY_3)
    assert len(with_plane.patches) == 1
    assert len(without.patches) == 0
    assert "no plane" in without.get_title(loc="left")


def test_network_shows_the_units_that_fire():
    """Is the output written for the input that was given?"""
    ax = figures.plot_network(parity_network(3), x=(1, 0, 1))
    assert "output 0" in texts(ax)
    ax = figures.plot_network(parity_network(3), x=(1, 1, 1))
    assert "output 1" in texts(ax)


def test_strips_have_one_frame_each():
    """Is each frame of a strip the figure that the slider draws?"""
    axes = figures.plot_unit_strip([((1, 1), -0.5), ((1, 1), -1.5)])
    assert [ax.get_title(loc="left").split(": ")[1] for ax in axes] == ["or", "and"]
    assert len(figures.plot_cube_strip({"majority": MAJORITY, "parity": PARITY_3})) == 2
    assert nets.plot_nets_and_rasters("ac", {"a": [[1]], "c": [[1, 0]]}).shape == (2, 2)


def test_hidden_space_merges_two_inputs():
    """Does the second panel say that two inputs fall on one hidden point?"""
    axes = figures.plot_hidden_space(parity_network(2))
    assert "(0, 1) and (1, 0)" in texts(axes[1])


def test_heat_illusion_titles_hold_the_simulated_times():
    """Do the titles give the times of the net's own spikes?"""
    axes = nets.plot_heat_illusion((1, 2, 3))
    titles = [axes[key].get_title(loc="left") for key in "012"]
    assert titles[0] == "1 cold tick: heat at t = 3, cold never"
    assert titles[2] == "3 cold ticks: heat at t = 5, cold at t = 2, 3"


@pytest.mark.parametrize("name", SINGLE)
def test_every_figure_states_its_finding(name):
    """Has each picture a title, and each pair of axes a label?"""
    ax = SINGLE[name](None)
    assert ax.get_title(loc="left")
    assert ax.get_xlabel() or not ax.axison


def test_tint_mixes_with_white():
    """Is no white the colour itself, and all white white?"""
    assert style.tint("#000000", 0.0) == (0.0, 0.0, 0.0)
    assert style.tint("#000000", 1.0) == (1.0, 1.0, 1.0)


def shown_labels(low: float, high: float) -> list[str]:
    """Return the labels along a logarithmic axis from `low` to `high`."""
    _, ax = style.new_figure()
    ax.set(yscale="log", ylim=(low, high))
    style.label_decades(ax).figure.canvas.draw()
    ticks = ax.yaxis.get_major_ticks() + ax.yaxis.get_minor_ticks()
    return [
        tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high and tick.label1.get_text()
    ]


def test_logarithmic_axes_are_labelled_at_powers_of_ten():
    """Do two decades get plain labels, and keeps an axis with a single power of ten the marks between?"""
    assert shown_labels(0.05, 20.0) == ["10⁻¹", "10⁰", "10¹"]
    assert len(shown_labels(0.02, 0.7)) > 2
