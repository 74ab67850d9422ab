"""Do the figures of lesson 06 draw where they are told, and do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Ellipse, FancyArrowPatch

from coursepkg.figures import stochastic_gradient as figures
from coursepkg.figures import style
from coursepkg.stochastic_gradient import ellipse_problem, robbins_monro

START = (-5.5, 1.6)
BUDGET = {
    "n": 100,
    "evaluations": np.array([20, 50, 100]),
    "last": np.array([0.3, 0.1, 0.05]),
    "average": np.array([0.3, 0.08, 0.02]),
    "gd": np.array([0.2, 0.05, 0.015, 0.01]),
    "erm": 0.009,
    "passes": 3,
}
PARTS = {"descent": [[0.3, 0.1, 0.05], [0.1, 0.2, -0.15]], "sgd": [[0.3, 0.1, 0.06], [0.1, 0.2, 0.1]]}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def problem():
    return ellipse_problem(np.random.default_rng(0), noise=2.0)


def paths(problem, ax=None, batch_size=1, schedule=robbins_monro(1.0, t0=20.0)):  # noqa: B008
    return figures.plot_sgd_paths(problem, START, schedule, 100, np.random.default_rng(1), batch_size, ax=ax)


SINGLE = {
    "descent": lambda problem, ax: figures.plot_gradient_descent(problem, START, 0.25, 8, ax=ax),
    "paths": lambda problem, ax: paths(problem, ax),
    "noise ball": lambda problem, ax: figures.plot_noise_ball([0.4, 0.1], [0.25, 0.053], ax=ax),
    "step sizes": lambda problem, ax: figures.plot_step_sizes(ax=ax, largest=100),
    "evaluations": lambda problem, ax: figures.plot_excess_against_evaluations(BUDGET, ax=ax),
}


@pytest.mark.parametrize("name", SINGLE)
def test_figure_draws_on_the_axes_it_is_given(name, problem):
    """Does the figure use the given axes, return them, make its own without, render, and say its finding?"""
    fig, ax = plt.subplots()
    assert SINGLE[name](problem, ax) is ax
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = SINGLE[name](problem, None)
    assert own.figure is not fig
    assert own.figure.dpi == style.DPI
    assert own.get_title(loc="left")
    assert own.get_xlabel()
    assert own.get_ylabel()


def test_contours_are_level_sets(problem):
    """Has the empirical risk one value on each drawn ellipse, and do the scales of the axes agree?"""
    ax = figures.plot_gradient_descent(problem, START, 0.25, 3)
    ellipses = [patch for patch in ax.patches if isinstance(patch, Ellipse)]
    assert len(ellipses) == 4
    for ellipse in ellipses:
        angle = np.linspace(0, 2 * np.pi, 50)
        half = np.array([ellipse.width, ellipse.height]) / 2
        points = np.array(ellipse.center) + half * np.column_stack([np.cos(angle), np.sin(angle)])
        assert np.ptp(problem.risk(points)) < 1e-10
        assert ellipse.width / ellipse.height == pytest.approx(np.sqrt(7))
    assert ax.get_aspect() == 1


def test_descent_steps_are_orthogonal_to_the_contours(problem):
    """Is each arrow along the gradient at its tail, and the last head where gradient descent ends?"""
    ax = figures.plot_gradient_descent(problem, START, 0.25, 5)
    arrows = [text for text in ax.texts if isinstance(text.arrow_patch, FancyArrowPatch)]
    assert len(arrows) == 5
    here = np.array(START)
    for arrow in arrows:
        step = np.array(arrow.xy) - here
        tangent = np.array([-1, 1]) * (problem.hessian @ here)[::-1]
        assert abs(step @ tangent) < 1e-10 * np.linalg.norm(tangent)
        here = np.array(arrow.xy)
    # On a quadratic with minimiser 0 each coordinate shrinks by 1 - 0.25 * curvature.
    np.testing.assert_allclose(here, np.array(START) * np.array([0.75, 1 - 0.25 * 7]) ** 5, atol=1e-12)


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 100), (7, 14), (100, 1)])
def test_paths_spend_the_budget(problem, batch_size, steps):
    """Have all twenty paths as many points as the budget buys, and does the title say so?"""
    ax = paths(problem, batch_size=batch_size)
    long = [line for line in ax.lines if len(line.get_xdata()) == steps + 1]
    assert len(long) == 20 + (steps + 1 == 20)
    noun = "step" if steps == 1 else "steps"
    assert f"100 evaluations, {steps} {noun}" in ax.get_title(loc="left")


def test_paths_that_diverge_are_drawn(problem):
    """Does a step that is far too large give a picture instead of an error?"""
    ax = paths(problem, schedule=lambda t: 1.0)
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left").endswith("far")


def test_strip_has_a_frame_for_each_case(problem):
    """Is there one frame for each setting, and none to spare?"""
    cases = [(1, "a", lambda t: 0.01), (10, "b", lambda t: 0.1), (100, "c", lambda t: 0.2)]
    axes = figures.plot_path_strip(problem, START, cases, 200, 0)
    names = [ax.get_title(loc="left").split(":")[0] for ax in axes]
    assert names == ["batch 1, a", "batch 10, b", "batch 100, c"]
    assert len(axes[0].figure.axes) == 3


def test_noise_ball_draws_the_formula():
    """Is the curve step / (2 - step), and are the marks the values that were given?"""
    ax = figures.plot_noise_ball([0.4, 0.1], [0.26, 0.05])
    curve = next(line for line in ax.lines if "derived" in line.get_label())
    g, v = curve.get_data()
    np.testing.assert_allclose(v, g / (2 - g))
    assert {text.get_text() for text in ax.texts} == {"0.2600", "0.0500"}


def test_excess_parts_stack_to_their_sum():
    """Do the bars above and below zero add up to the diamond, a negative part included?"""
    axes = figures.plot_excess_parts([1, 3], PARTS)
    for ax, values in zip(axes, PARTS.values(), strict=True):
        heights = np.zeros(2)
        for bar in ax.patches:
            heights[round(bar.get_x() + bar.get_width() / 2)] += bar.get_height()
        np.testing.assert_allclose(heights, np.sum(values, axis=1), atol=1e-12)
        diamond = next(line for line in ax.lines if line.get_label() == "their sum")
        np.testing.assert_allclose(diamond.get_ydata(), np.sum(values, axis=1))
    assert axes[0].get_title(loc="left") == "descent: best at degree 3"
    assert axes[0].get_ylim()[0] < -0.15
    assert axes[1].get_ylim()[1] > 0.46


def test_evaluations_place_a_dot_for_each_pass():
    """Is a step of gradient descent on N samples drawn after N more evaluations?"""
    ax = figures.plot_excess_against_evaluations(BUDGET)
    dots = next(line for line in ax.lines if "gradient descent" in line.get_label())
    assert dots.get_xdata().tolist() == [100, 200, 300, 400]
    assert "worth 3 passes" in ax.get_title(loc="left")
