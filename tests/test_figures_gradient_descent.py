"""Figures of lesson 05: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursepkg.figures import gradient_descent as figures
from coursepkg.figures import style
from coursepkg.gradient_descent import (
    QUARTIC,
    gradient_descent,
    period_doublings,
    quartic_crisis,
    quartic_gradient,
    quartic_loss,
    surrogate,
)

DOUBLINGS = period_doublings(QUARTIC, -3.0, 5)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def line(ax, label):
    """Return the drawn line of that label."""
    return next(line for line in ax.lines if label in line.get_label())


SINGLE = {
    "tangent": lambda ax: figures.plot_tangent(-3.0, ax=ax),
    "frame": lambda ax: figures.plot_frame(-0.5, 0.5, ax=ax),
    "frame of a strip": lambda ax: figures.plot_frame(-0.5, 0.5, 3, ax=ax, labels=False),
    "limits": lambda ax: figures.plot_step_limits(ax=ax),
    "contraction": lambda ax: figures.plot_contraction((1.0, 7.0), ax=ax),
    "contraction at a step": lambda ax: figures.plot_contraction((1.0, 7.0), 0.1, ax=ax),
    "errors": lambda ax: figures.plot_errors((1.0, 7.0), (0.1, 0.29), ax=ax),
    "cobweb": lambda ax: figures.plot_cobweb(-2.0, 1.3, 20, ax=ax),
    "cobweb without a step": lambda ax: figures.plot_cobweb(-2.0, 1.3, 0, ax=ax),
    "cobweb of a strip": lambda ax: figures.plot_cobweb(-2.0, 1.3, 20, ax=ax, labels=False),
    "bifurcation": lambda ax: figures.plot_bifurcation(n_gammas=20, ax=ax),
    "bifurcation without marks": lambda ax: figures.plot_bifurcation(0.25, 0.5, 0.9, ax, 20, marks=False),
    "exponents": lambda ax: figures.plot_lyapunov([0.9, 1.0, 1.3, 1.5], [-0.1, 0.0, 0.3, 0.6], ax=ax),
    "gaps": lambda ax: figures.plot_gaps(DOUBLINGS, ax=ax),
}
SEVERAL = {
    "frames": (8, lambda axes: figures.plot_frames(-0.5, 0.5, 8, "eight", axes=axes)),
    "six frames": (6, lambda axes: figures.plot_frames(-2.0, 1.3, 6, "six", axes=axes)),
    "majorisation": (3, lambda axes: figures.plot_majorization(-2.0, (0.15, 0.6, 1.3), axes=axes)),
    "run": (2, lambda axes: figures.plot_run(-2.0, 1.3, 10, axes=axes)),
    "run that leaves": (2, lambda axes: figures.plot_run(-2.0, 1.6, 60, axes=axes)),
    "cobwebs": (2, lambda axes: figures.plot_cobwebs(-2.0, (0.5, 1.3), axes=axes)),
    "basins": (2, lambda axes: figures.plot_basins((0.5, 1.1), axes=axes)),
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


@pytest.mark.parametrize("name", SEVERAL)
def test_figure_draws_on_the_panels_it_is_given(name):
    """The same for figures of several panels?"""
    count, draw = SEVERAL[name]
    fig, axes = plt.subplots(1, count)
    assert list(draw(axes)) == list(axes)
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = draw(None)
    assert len(own) == count
    own[0].figure.canvas.draw()


@pytest.mark.parametrize(("start", "gamma", "count"), [(-0.5, 0.5, 8), (0.25, 0.5, 8), (-2.0, 1.3, 6)])
def test_frames_show_the_run(start, gamma, count):
    """Do disc and diamond stand on the loss, at each point of the run and at the next?"""
    axes = figures.plot_frames(start, gamma, count, "an example")
    run = gradient_descent(quartic_gradient, start, gamma, count)
    for t, ax in enumerate(axes):
        for label, theta in ((r"$\theta_t$", run[t]), (r"$\theta_{t+1}$", run[t + 1])):
            drawn = line(ax, label)
            assert drawn.get_xdata() == pytest.approx(theta)
            assert drawn.get_ydata() == pytest.approx(quartic_loss(theta))
        x, y = line(ax, "surrogate").get_data()
        expected = surrogate(quartic_loss(run[t]), [quartic_gradient(run[t])], (x - run[t])[:, None], gamma)
        np.testing.assert_allclose(y, expected)
        assert np.ptp(x) == pytest.approx(6)
        number = f"{run[t]:.2f}".replace("-", "\N{MINUS SIGN}")
        assert number in ax.get_title(loc="left")
        assert (ax.get_xlim(), ax.get_ylim()) == ((-6, 6), (-8, 5))


def test_majorisation_is_hatched_only_where_the_surrogate_is_below():
    """Does the hatching appear only for the step that is too large?"""
    axes = figures.plot_majorization(-2.0, (0.6, 1.3))
    areas = [sum(len(path.vertices) for path in ax.collections[0].get_paths()) for ax in axes]
    assert areas[0] == 0 < areas[1]
    assert [ax.get_title(loc="left").split(": ")[1] for ax in axes] == ["stays above", "falls below"]


def test_contraction_marks_the_best_step():
    """Is the circle at (0.25, 0.75), or at the step that is asked for?"""
    for gamma, place in ((None, (0.25, 0.75)), (0.1, (0.1, 0.9))):
        ax = figures.plot_contraction((1.0, 7.0), gamma)
        circle = next(drawn for drawn in ax.lines if drawn.get_marker() == "o")
        assert (circle.get_xdata()[0], circle.get_ydata()[0]) == pytest.approx(place)


def test_cobweb_follows_the_run():
    """Do the corners of the web alternate between the map and the diagonal?"""
    ax = figures.plot_cobweb(-2.0, 1.3, 5)
    run = gradient_descent(quartic_gradient, -2.0, 1.3, 5)
    x, y = next(drawn for drawn in ax.lines if len(drawn.get_xdata()) == 11).get_data()
    np.testing.assert_allclose(x, np.repeat(run, 2)[:-1])
    np.testing.assert_allclose(y, np.repeat(run, 2)[1:])


def test_cobwebs_name_what_runs_settle_on():
    """Do the titles say point, cycle and chaos?"""
    axes = figures.plot_cobwebs(-2.0, (0.5, 1.1, 1.3))
    findings = [ax.get_title(loc="left").split(": ")[1] for ax in axes]
    assert findings == ["one point", "cycle of 2", "chaotic"]


def test_bifurcation_shows_one_line_then_two_then_nothing():
    """Is the number of places right at three step sizes, and is the crisis marked?"""
    for gamma, places in ((0.93, 1), (1.1, 2)):
        ax = figures.plot_bifurcation(low=gamma, high=gamma + 1e-6, n_gammas=2, marks=False)
        assert len(np.unique(ax.lines[0].get_ydata().round(3))) == places
    ax = figures.plot_bifurcation(low=1.54, high=1.55, n_gammas=3, marks=False)
    assert ax.lines[0].get_ydata().size == 0
    ax = figures.plot_bifurcation(n_gammas=5)
    marks = sorted(drawn.get_xdata()[0] for drawn in ax.lines if len(drawn.get_xdata()) == 2)
    assert marks == pytest.approx([*DOUBLINGS[:3], quartic_crisis()])


def test_basins_part_at_the_hilltop_for_small_steps():
    """At 0.2, is every start on the left in the lower row, and every other in the middle?"""
    (ax,) = figures.plot_basins((0.2,))
    left, right, gone = (drawn.get_xdata() for drawn in ax.lines[:3])
    assert left.max() < -0.0025 < right.min()
    assert len(left) + len(right) == 1201
    assert gone.size == 0
