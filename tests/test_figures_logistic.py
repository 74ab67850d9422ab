"""Figures of lesson 04: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.special import expit

from coursepkg.figures import logistic as figures
from coursepkg.figures import style
from coursepkg.logistic import add_constant, efron_efficiency, entropy, loss_gradient, separating_direction

LOG_T = np.log(10.0) * np.arange(1, 31)
POINTS = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 1])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


SINGLE = {
    "losses": lambda ax: figures.plot_losses(ax=ax),
    "cross-entropy": lambda ax: figures.plot_cross_entropy(ax=ax),
    "fit": lambda ax: figures.plot_fit(-1.0, ax=ax),
    "fit, separable": lambda ax: figures.plot_fit(0.5, ax=ax),
    "fit, one sample on the boundary": lambda ax: figures.plot_fit(-0.2, ax=ax),
    "surface": lambda ax: figures.plot_loss_surface(-1.0, ax=ax),
    "surface, separable": lambda ax: figures.plot_loss_surface(0.5, ax=ax),
    "surface, one sample on the boundary": lambda ax: figures.plot_loss_surface(-0.2, ax=ax),
    "growth": lambda ax: figures.plot_growth(LOG_T, LOG_T, [0.6, 0.8], 6, ax=ax),
    "direction": lambda ax: figures.plot_direction(LOG_T, 1 / LOG_T, 1.0, 6, ax=ax),
    "efron": lambda ax: figures.plot_efron([1.0, 2.0], [0.99, 0.9], [0.01, 0.02], 400, ax=ax),
    "boundaries": lambda ax: figures.plot_boundaries(
        *POINTS, {"line": ((1.0, -1.0), 0.5)}, outliers=[True, False, False], title="a line", ax=ax
    ),
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


@pytest.mark.parametrize("name", SINGLE)
def test_every_figure_states_its_finding(name):
    """Has each picture a title and labels?"""
    ax = SINGLE[name](None)
    assert ax.get_title(loc="left")
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def curves(ax):
    return {line.get_label(): np.array(line.get_data()) for line in ax.lines}


def test_losses_are_the_formulas():
    """Is each curve its loss, and does the logistic one pass through log 2?"""
    drawn = curves(figures.plot_losses())
    m, logistic = next(data for name, data in drawn.items() if name.startswith("logistic"))
    np.testing.assert_allclose(logistic, -np.log(expit(m)), rtol=1e-12)
    _, hinge = next(data for name, data in drawn.items() if name.startswith("hinge"))
    _, perceptron = next(data for name, data in drawn.items() if name.startswith("perceptron"))
    np.testing.assert_allclose(hinge, np.where(m < 1, 1 - m, 0))
    np.testing.assert_allclose(perceptron, np.where(m < 0, -m, 0))


@pytest.mark.parametrize("p", [0.5, 0.7, 0.9])
def test_cross_entropy_touches_the_entropy_at_p(p):
    """Is the curve lowest at q = p, and its lowest value the entropy?"""
    q, h = figures.plot_cross_entropy(p).lines[0].get_data()
    assert q[np.argmin(h)] == pytest.approx(p, abs=0.003)
    assert h.min() == pytest.approx(entropy([1 - p, p]), abs=1e-4)


@pytest.mark.parametrize("position", [-2.0, -0.5])
def test_star_stands_where_the_gradient_is_zero(position):
    """Is the marked minimum one, and the drawn curve the fit?"""
    star = next(line for line in figures.plot_loss_surface(position).lines if line.get_marker() == "*")
    (w,), (b,) = star.get_data()
    grad_w, grad_b = loss_gradient([w], b, *figures.movable_data(position))
    assert np.abs([grad_w[0], grad_b]).max() < 1e-8
    x, curve = figures.plot_fit(position).lines[0].get_data()
    np.testing.assert_allclose(curve, expit(w * x + b), rtol=1e-9)


@pytest.mark.parametrize(("position", "best"), [(-0.3, True), (-0.2, False), (0.0, False), (2.0, False)])
def test_pictures_tell_separable_data(position, best):
    """Do both panels say whether there is a best fit?"""
    left, right = figures.plot_fit_and_surface(position)
    assert ("Best fit" in left.get_title(loc="left")) == best
    assert ("Least mean loss" in right.get_title(loc="left")) == best
    X, y = figures.movable_data(position)
    assert (separating_direction(add_constant(X), y) is None) == best


def test_strip_has_a_frame_for_each_position():
    """Is each frame what the slider draws, with labels at the left alone?"""
    axes = figures.plot_surface_strip([-1.0, 0.5])
    assert axes.shape == (2, 2)
    titles = [ax.get_title(loc="left") for ax in axes[0]]
    assert titles == [figures.plot_fit(position).get_title(loc="left") for position in (-1.0, 0.5)]
    assert axes[0, 0].get_ylabel()
    assert not axes[0, 1].get_ylabel()


def test_efron_curve_is_the_formula():
    """Is the curve the efficiency, and are the points the simulated ones?"""
    ax = figures.plot_efron([1.0, 2.0], [0.9, 0.8], [0.01, 0.02], 400)
    delta, drawn = curves(ax)["limit for many samples"]
    np.testing.assert_allclose(drawn, [efron_efficiency(d) for d in delta], rtol=1e-12)
    points = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_array_equal(points.get_data(), [[1.0, 2.0], [0.9, 0.8]])


def test_boundaries_are_where_the_scores_are_zero():
    """Is each drawn line the set w . x + b = 0, in a picture with equal scales?"""
    ax = figures.plot_boundaries(*POINTS, {"a": ((2.0, -1.0), 0.5), "b": ((0.0, 3.0), -1.0)})
    drawn = curves(ax)
    np.testing.assert_allclose(drawn["a"].T @ [2.0, -1.0] + 0.5, 0, atol=1e-12)
    np.testing.assert_allclose(drawn["b"].T @ [0.0, 3.0] - 1.0, 0, atol=1e-12)
    assert ax.get_aspect() == 1


def test_outliers_are_drawn_in_percent():
    """Do the panels show the two kinds, in percentage points, from 0 on?"""
    right, wrong = np.array([[0.01, 0.02], [0.03, 0.02]]), np.array([[0.01, 0.01], [0.05, 0.06]])
    axes = figures.plot_outliers([0.0, 0.05], right, wrong)
    np.testing.assert_allclose(curves(axes[0])["LDA"], [[0, 5], [1, 3]])
    np.testing.assert_allclose(curves(axes[1])["logistic regression"], [[0, 5], [1, 6]])
    assert all(ax.get_ylim()[0] == 0 for ax in axes)


def test_growth_line_has_the_slope_of_the_margin():
    """Does the wide line rise by the norm of the hard-margin weights for each unit of log t?"""
    ax = figures.plot_growth(LOG_T, 0.5 * LOG_T, [0.3, 0.4], 6)
    tens, line = ax.lines[0].get_data()
    np.testing.assert_allclose(np.diff(line) / np.diff(tens) / np.log(10), 0.5, rtol=1e-12)
