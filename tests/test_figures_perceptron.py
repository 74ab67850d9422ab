"""Figures of lesson 02: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import mark_one as machines
from coursepkg.figures import perceptron as figures
from coursepkg.figures import style
from coursepkg.mark_one import a_units, build, draw, learn, sample_pair
from coursepkg.perceptron import cover_count, perceptron_path

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, XOR = [-1, -1, -1, 1], [-1, 1, 1, -1]
PATH, ROWS = perceptron_path(BITS, AND, 100)
SHOWN = (10, 20, 40)
CURVES = {"E / F": np.array([[0.5, 0.7, 0.9], [0.6, 0.8, 1.0]])}


@pytest.fixture(scope="module")
def machine():
    rng = np.random.default_rng(0)
    return learn(build(40, rng), *sample_pair(("E", "F"), 60, rng))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


SINGLE = {
    "scalar graph": lambda ax, m: figures.plot_scalar_graph(ax=ax),
    "tensor graph": lambda ax, m: figures.plot_tensor_graph(ax=ax),
    "no update": lambda ax, m: figures.plot_update(BITS, AND, PATH, ROWS, 0, ax=ax),
    "update": lambda ax, m: figures.plot_update(BITS, AND, PATH, ROWS, 5, ax=ax),
    "walk": lambda ax, m: figures.plot_weight_walk([[0.1], [0.2]], [-1, 1], ax=ax),
    "bound": lambda ax, m: figures.plot_bound([2, 5, 9], [20, 40, 900], ax=ax),
    "norms": lambda ax, m: figures.plot_norms({"xor": (BITS, XOR), "and": (BITS, AND)}, 9, ax=ax),
    "cover": lambda ax, m: figures.plot_cover(
        3, [4, 6], {"homogeneous": [0.9, 0.5], "bias": [1, 0.7]}, ax=ax
    ),
    "organisation": lambda ax, m: machines.plot_organisation(m, draw("E")[0], ax=ax),
    "wiring": lambda ax, m: machines.plot_wiring(m, draw("E")[0], ax=ax),
    "learning curves": lambda ax, m: machines.plot_learning_curves(SHOWN, CURVES, ax=ax),
    "accuracies": lambda ax, m: machines.plot_accuracies(
        SHOWN, {"a": CURVES["E / F"].T, "b": CURVES["E / F"].T}, "title", "x", claims={"told": 0.8}, ax=ax
    ),
    "accuracies, log": lambda ax, m: machines.plot_accuracies(
        SHOWN, {"a": CURVES["E / F"].T}, "t", "x", True, ax=ax
    ),
}


@pytest.mark.parametrize("name", SINGLE)
def test_figure_draws_on_the_axes_it_is_given(name, machine):
    """Does the figure use the given axes, return them, make its own without, and render?"""
    fig, ax = plt.subplots()
    assert SINGLE[name](ax, machine) is ax
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = SINGLE[name](None, machine)
    assert own.figure is not fig
    assert own.figure.dpi == style.DPI


@pytest.mark.parametrize(
    ("draws", "count"),
    [
        (lambda m: figures.plot_updates(BITS, AND, (1, 2, len(ROWS))), 3),
        (lambda m: machines.plot_letters(("E", "circle")), 2),
        (lambda m: machines.plot_decision(m, draw("E")[0], ("E", "F")), 3),
        (lambda m: machines.plot_decision_strip(m, [("E", (0, 0)), ("X", (1, 2))], ("E", "F")).ravel(), 6),
    ],
)
def test_strips_make_their_panels_and_render(draws, count, machine):
    """Are there as many axes as frames, and do they render?"""
    axes = draws(machine)
    assert len(axes) == count
    axes[0].figure.canvas.draw()


def test_both_graphs_end_with_the_same_bit():
    """Do the scalar and the tensor graph carry the sum 0.40 and the bit 1, in the lecture's colours?"""
    for draws, products in ((figures.plot_scalar_graph, "×"), (figures.plot_tensor_graph, "matmul")):
        ax = draws()
        assert {"0.40", "1", "sign", "+", products, "$h$"} <= set(texts(ax))
        colours = {matplotlib.colors.to_hex(patch.get_facecolor()) for patch in ax.patches}
        assert {style.NODE_WHITE, style.NODE_RED, style.NODE_BLUE} <= colours


def test_update_title_counts_the_mistakes():
    """Does the title agree with the labels, at the start, on the way and at the end?"""
    for update in (0, 5, len(ROWS)):
        *w, b = PATH[update]
        wrong = int((np.array(AND) * (BITS @ w + b) <= 0).sum())
        title = figures.plot_update(BITS, AND, PATH, ROWS, update).get_title(loc="left")
        assert title == f"Update {update}: " + (f"{wrong} of 4 wrong" if wrong else "nothing is wrong")


def test_walk_and_bound_say_what_they_found():
    """Are 103 corrections and the largest share of the bound in the titles?"""
    assert (
        figures.plot_weight_walk([[0.1], [0.2]], [-1, 1]).get_title(loc="left").startswith("103 corrections")
    )
    assert "at most 12%" in figures.plot_bound([2, 5, 9], [20, 40, 900]).get_title(loc="left")


def test_cover_curve_is_the_count():
    """Do the lines hold Cover's share for d and for d + 1 weights?"""
    ax = figures.plot_cover(3, [4], {"homogeneous": [0.9], "bias": [1.0]})
    curves = [line for line in ax.lines if len(line.get_xdata()) == 12]
    for line, weights in zip(curves, (3, 4), strict=True):
        assert line.get_ydata()[7] == cover_count(8, weights) / 2**8


def test_organisation_lights_the_units_that_fire(machine):
    """Are as many A-units filled as fire, and does R show the sum of the whole machine?"""
    image = draw("F", (2, 1))[0]
    fires = a_units(image[None], machine.wiring, machine.theta)[0]
    ax = machines.plot_organisation(machine, image)
    filled = [
        line for line in ax.lines if line.get_markerfacecolor() == style.YELLOW and len(line.get_xdata())
    ]
    assert len(filled) == fires[:16].sum()
    shown = next(text for text in texts(ax) if text.startswith("sum")).replace("\N{MINUS SIGN}", "-")
    assert float(shown.split()[1]) == fires @ machine.w + machine.b


def test_wiring_title_counts_wires(machine):
    """Does the title say how many wires there are, and how many the image lights?"""
    image = draw("E")[0]
    lit = int(np.abs(machine.wiring[image == 1]).sum())
    title = machines.plot_wiring(machine, image).get_title(loc="left")
    assert title == f"400 wires drawn at random; this image lights {lit} of them"


def test_decision_names_the_winner(machine):
    """Does the last panel decide as the machine does, for both signs?"""
    seen = set()
    for name in ("E", "F"):
        for shift in range(-5, 6):
            image = draw(name, (shift, 0))[0]
            score = a_units(image[None], machine.wiring)[0] @ machine.w + machine.b
            axes = machines.plot_decision(machine, image, ("E", "F"))
            title = axes[2].get_title(loc="left")
            assert title.endswith(": E" if score >= 0 else ": F")
            seen.add(title[-1])
            plt.close("all")
    assert seen == {"E", "F"}
