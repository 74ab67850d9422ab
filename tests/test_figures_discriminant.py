"""Figures of lesson 03: do they show what the library computes?"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Ellipse

from coursepkg import discriminant
from coursepkg.datasets import lecture_gaussians
from coursepkg.discriminant import GaussianClasses
from coursepkg.figures import discriminant as figures
from coursepkg.figures import style

TILTED = np.array([[2.0, 1.2], [1.2, 1.5]])
EQUAL = GaussianClasses(np.array([-1.0, 0.0]), np.array([1.0, 0.5]), TILTED, TILTED, 0.5)
UNEQUAL = EQUAL._replace(cov1=np.array([[0.5, -0.3], [-0.3, 0.8]]))
X, Y = lecture_gaussians(3)
SIZES = np.array([100, 400, 1600])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


SINGLE = {
    "steepness": lambda ax: figures.plot_steepness(ax=ax),
    "model": lambda ax: figures.plot_model(EQUAL, ax=ax),
    "model, unequal": lambda ax: figures.plot_model(UNEQUAL, ax=ax),
    "model, one side": lambda ax: figures.plot_model(EQUAL, ax=ax, box=(40, 48, -4, 4)),
    "decision": lambda ax: figures.plot_decision(discriminant.qda_fit(X, Y), X, Y, ax=ax),
    "estimation error": lambda ax: figures.plot_estimation_error(
        SIZES, {"weights": SIZES**-0.5}, {"weights": -0.5}, ax=ax
    ),
    "unit": lambda ax: figures.plot_unit((1.0, -2.0), (0.5, 0.3), 0.2, ax=ax),
    "perceptron": lambda ax: figures.plot_unit((1.0, -2.0), (0.5, 0.3), 0.2, "heaviside", ax=ax),
}
SEVERAL = {
    "bells": (3, lambda axes: figures.plot_bells((0, 2), (1, 1), 0.5, axes=axes)),
    "bells that do not cross": (3, lambda axes: figures.plot_bells((0, 0), (1, 1), 0.9, axes=axes)),
    "strip": (2, lambda axes: figures.plot_model_strip({"a": EQUAL, "b": UNEQUAL}, axes=axes)),
    "whitening": (2, lambda axes: figures.plot_whitening(EQUAL, axes=axes)),
    "lecture": (4, lambda axes: figures.plot_lecture_figures(axes=axes)),
    "counts": (2, lambda axes: figures.plot_counts(3, 6, axes=axes)),
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
    assert own.get_title(loc="left")


@pytest.mark.parametrize("name", SEVERAL)
def test_figure_of_several_panels_draws_on_the_axes_it_is_given(name):
    """The same, for figures of several panels?"""
    count, draw = SEVERAL[name]
    fig, axes = plt.subplots(1, count)
    assert draw(axes) is axes
    assert plt.get_fignums() == [fig.number]
    fig.canvas.draw()
    own = draw(None)
    assert len(own) == count
    assert all(ax.get_title(loc="left") for ax in own)


def test_bells_name_where_they_cross():
    """Is the boundary where algebra puts it, and are there two for unequal spreads?"""
    titles = [
        figures.plot_bells((0, 2), spreads, prior)[0].get_title(loc="left")
        for spreads, prior in (((1, 1), 0.5), ((1, 1), 0.9), ((1, 2), 0.5))
    ]
    assert titles[0].endswith("$x$ = 1.00")
    shifted = 1 - np.log(9) / 2
    assert titles[1].endswith(f"$x$ = {shifted:.2f}".replace("-", "\N{MINUS SIGN}"))
    assert " and " in titles[2]
    names = [ax.get_title(loc="left") for ax in figures.plot_bells((0, 2), (1, 2), 0.5)]
    assert "parabola" in names[1]
    assert "no longer" in names[2]


def test_posterior_of_bells_is_the_library_s():
    """Is the lowest curve the Gaussian posterior?"""
    line = figures.plot_bells((0, 2), (1, 1.5), 0.3)[2].lines[0]
    x, y = line.get_data()
    classes = GaussianClasses(np.array([0.0]), np.array([2.0]), np.eye(1), 2.25 * np.eye(1), 0.3)
    np.testing.assert_allclose(y, discriminant.gaussian_posterior(x[:, None], classes), atol=1e-12)


def test_ellipses_are_one_standard_deviation_away():
    """Does each point of the inner ellipse lie at Mahalanobis distance 1 from its mean?"""
    ax = figures.plot_model(UNEQUAL)
    ellipses = [patch for patch in ax.patches if isinstance(patch, Ellipse)]
    assert len(ellipses) == 4
    for ellipse, k, sd in zip(ellipses, (0, 0, 1, 1), (1, 2, 1, 2), strict=True):
        rim = ellipse.get_patch_transform().transform(ellipse.get_path().vertices[::3]) - UNEQUAL[k]
        distance = np.sqrt(np.einsum("ni,in->n", rim, np.linalg.solve(UNEQUAL[2 + k], rim.T)))
        np.testing.assert_allclose(distance, sd, rtol=0.01)


def test_boundary_is_where_the_log_odds_vanish():
    """Do the points of the drawn boundary have log-odds 0?"""
    ax = figures.plot_decision(UNEQUAL, X, Y)
    (boundary,) = ax.collections
    points = np.vstack([path.vertices for path in boundary.get_paths()])
    inside = (np.abs(points) < 3).all(axis=1)
    assert inside.sum() > 50
    assert np.abs(discriminant.gaussian_log_odds(points[inside], UNEQUAL)).max() < 0.05


def test_lecture_figures_say_their_shares():
    """Do the titles hold the shares of points on the right side?"""
    titles = [ax.get_title(loc="left") for ax in figures.plot_lecture_figures()]
    assert [title.split("\n")[1] for title in titles] == [
        "71.7 % right", "100.0 % right", "84.7 % right", "96.7 % right"
    ]  # fmt: skip


def test_discs_of_counts_lie_on_the_sigmoid():
    """Is Bayes' rule for counts on the curve of the unit?"""
    curve, discs = figures.plot_counts(3, 6, prior1=0.3)[1].lines
    x, y = discs.get_data()
    np.testing.assert_allclose(np.interp(x, *curve.get_data()), y, atol=1e-3)


def test_unit_shows_its_numbers():
    """Do sum and output stand on the edges, and is another activation refused?"""
    ax = figures.plot_unit((1.0, -2.0), (0.5, 0.3), 0.2)
    texts = [text.get_text() for text in ax.texts]
    assert "0.10" in texts
    assert f"{discriminant.sigmoid(0.1):.2f}" in texts
    with pytest.raises(ValueError, match="expected 'sigmoid' or 'heaviside', got 'relu'"):
        figures.plot_unit((1.0,), (1.0,), 0.0, "relu")
