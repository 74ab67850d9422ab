"""Figures of lesson 03: bells and posteriors, ellipses and boundaries, the lecture's three clouds, the unit.

Class 0 is vermillion with squares and dashes, class 1 blue with discs and full lines; a point on the wrong
side is a star.

Lecture: notebook 03, sections 3.1 to 3.7.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike
from scipy.stats import poisson

from coursepkg import autodiff as ad
from coursepkg import discriminant
from coursepkg.datasets import lecture_gaussians
from coursepkg.discriminant import GaussianClasses, sigmoid
from coursepkg.figures import graph, style
from coursepkg.threshold import heaviside

CLASS_COLOURS = (style.VERMILLION, style.BLUE)
_SHAPES, _DASHES = ("s", "o"), ((0, (4, 2)), "-")
_LEVELS = (-4, -2, 0, 2, 4)


def plot_bells(
    means: Sequence[float], spreads: Sequence[float], prior1: float, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw two classes of one measurement: weighted bell curves, their log-odds, and the posterior.

    Lecture: notebook 03, sections 3.1 and 3.2.

    Parameters
    ----------
    means, spreads : sequence of two floats
        Means and standard deviations of class 0 and class 1.
    prior1 : float, in (0, 1)
        Prior probability of class 1.
    axes : sequence of three matplotlib Axes, optional
        Where to draw, from top to bottom; a new figure by default.

    Returns
    -------
    sequence of three matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(3, 1, figsize=(6.4, 5.6), sharex=True)[1]
    classes = GaussianClasses(
        *(np.array([m]) for m in means), *(np.array([[s * s]]) for s in spreads), prior1
    )
    x = np.linspace(-5, 7, 1201)
    log_odds = discriminant.gaussian_log_odds(x[:, None], classes)
    before = np.flatnonzero(np.diff(log_odds >= 0))
    crossings = x[before] - log_odds[before] * (x[1] - x[0]) / (log_odds[before + 1] - log_odds[before])
    for k, share in enumerate((1 - prior1, prior1)):
        density = share * np.exp(discriminant.log_gaussian(x[:, None], classes[k], classes[2 + k]))
        axes[0].plot(x, density, color=CLASS_COLOURS[k], ls=_DASHES[k], lw=2)
        axes[0].fill_between(x, density, color=style.tint(CLASS_COLOURS[k]), alpha=0.5, lw=0)
        left = means[k] < means[1 - k] or (means[k] == means[1 - k] and k == 0)
        beside = means[k] + (-0.9 if left else 0.9) * spreads[k]
        axes[0].annotate(
            f"class {k}", (beside, np.interp(beside, x, density)), (-4 if left else 4, 2),
            textcoords="offset points", ha="right" if left else "left", color=CLASS_COLOURS[k],
            fontsize=style.NOTE_SIZE,
        )  # fmt: skip
    axes[0].set_ylim(0, 1.25 * max(line.get_ydata().max() for line in axes[0].lines))
    axes[1].plot(x, log_odds, color=style.INK, lw=2)
    axes[1].axhline(0, color=style.GREY, lw=0.8)
    axes[1].set_ylim(-9, 9)
    axes[2].plot(x, sigmoid(log_odds), color=style.BLUE, lw=2)
    axes[2].set(ylim=(-0.05, 1.05), yticks=[0, 0.5, 1], xlim=(-5, 7))
    for ax in axes:
        for crossing in crossings:
            ax.axvline(crossing, color=style.INK, lw=1, ls=":")
    equal = spreads[0] == spreads[1]
    where = " and ".join(_minus(f"{c:.2f}") for c in crossings)
    found = f"the curves cross at $x$ = {where}" if len(crossings) else "the curves do not cross"
    style.finish(axes[0], f"Prior {prior1:g} for class 1: {found}", None, r"$\pi_y\,p(x \mid y)$")
    curve = "a straight line" if equal else "a parabola"
    style.finish(axes[1], f"Their log-odds are {curve}", None, "$z$ (log-odds)")
    shape = "a sigmoid" if equal else "no longer a sigmoid of a line"
    style.finish(axes[2], f"and the posterior is {shape}", "$x$ (measurement)", "$P(Y = 1 \\mid x)$")
    return axes


def plot_steepness(slopes: Sequence[float] = (1, 3, 10), ax: Axes | None = None) -> Axes:
    """Draw the sigmoid with several slopes, and the Heaviside step that they approach.

    Lecture: notebook 03, section 3.6.

    Parameters
    ----------
    slopes : sequence of float, at most 4
        Factors k of ``sigmoid(k z)``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.4))
    z = np.linspace(-10, 10, 2001)
    for k, colour, dash in zip(slopes, style.CYCLE, ("-", (0, (6, 2)), (0, (3, 1.5)), (0, (1, 1)))):
        label = "$\\sigma(z)$" if k == 1 else f"$\\sigma({k:g}z)$"
        ax.plot(z, sigmoid(k * z), color=colour, ls=dash, lw=2, label=label)
    for side in (z[z < 0], z[z >= 0]):
        ax.plot(side, heaviside(side), color=style.INK, lw=1)
    ax.plot(0, heaviside(0.0), "o", ms=7, color=style.INK, label="$H(z)$, Heaviside", zorder=3)
    ax.plot(0, sigmoid(0.0), "D", ms=6, mfc="white", mec=style.INK, zorder=3)
    ax.annotate(
        "at 0 all of them are ½, and $H(0) = 1$", (0, 0.5), (2.2, 0.42), va="center", color=style.INK,
        fontsize=style.NOTE_SIZE, arrowprops={"arrowstyle": "->", "color": style.INK, "shrinkB": 6},
    )  # fmt: skip
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    ax.set(xlim=(-10, 10), xticks=range(-10, 11, 5), yticks=[0, 0.5, 1])
    title = "The steeper the sigmoid, the closer to the step, except at 0"
    return style.finish(ax, title, "$z = w^T x + b$ (pre-activation)", "output")


def plot_model(
    classes: GaussianClasses,
    ax: Axes | None = None,
    box: tuple[float, float, float, float] = (-4, 4, -4, 4),
    title: str | None = None,
) -> Axes:
    """Draw two Gaussian classes by their ellipses, and the posterior with its boundary.

    The inner ellipse is one standard deviation away from the mean and holds 39 % of its class, the outer
    one two and 86 %. Labelled lines are where the log-odds are -4, -2, 0 (thick), 2 and 4; the bands between
    them have the colour of the more likely class, darker where it is more certain.

    Lecture: notebook 03, section 3.4.

    Parameters
    ----------
    classes : GaussianClasses
        The model, with two inputs.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    box : tuple of four floats
        Left, right, lower and upper limit.
    title : str, optional
        What to write in place of the finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.0, 4.6))
    x1, x2, log_odds = _grid(classes, box)
    _shade(ax, x1, x2, log_odds)
    if log_odds.min() < 0 < log_odds.max():
        widths = [2.2 if level == 0 else 0.8 for level in _LEVELS]
        lines = ax.contour(
            x1, x2, log_odds, levels=_LEVELS, colors=style.INK, linewidths=widths, linestyles="solid"
        )
        ax.clabel(lines, levels=[v for v in lines.levels if v], fontsize=7.5, fmt=lambda v: _minus(f"{v:+g}"))
    _draw_ellipses(ax, classes, sds=(1, 2))
    equal = np.array_equal(classes.cov0, classes.cov1)
    finding = "Equal covariances: a straight boundary" if equal else "Unequal covariances: a curved boundary"
    return _finish_plane(ax, title or finding, box)


def plot_model_strip(
    models: dict[str, GaussianClasses],
    axes: Sequence[Axes] | None = None,
    box: tuple[float, float, float, float] = (-4, 4, -4, 4),
) -> Sequence[Axes]:
    """Draw several models side by side, the frames that the sliders show one at a time.

    Lecture: notebook 03, section 3.4.

    Parameters
    ----------
    models : dict of str to GaussianClasses
        Title and model of each frame.
    axes : sequence of matplotlib Axes, optional
        One for each model; a new figure by default.
    box : tuple of four floats
        Left, right, lower and upper limit.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(models), figsize=(2.55 * len(models), 3.0), sharey=True)[1]
    for k, (ax, (title, classes)) in enumerate(zip(axes, models.items(), strict=True)):
        plot_model(classes, ax=ax, box=box, title=title)
        if k:
            ax.set_ylabel("")
    return axes


def plot_whitening(classes: GaussianClasses, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw two classes with one covariance before and after the change of inputs that makes it the identity.

    Lecture: notebook 03, section 3.4.

    Parameters
    ----------
    classes : GaussianClasses
        The model, with two inputs, ``cov0`` equal to ``cov1`` and equal priors.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(8.8, 4.7))[1]
    root = np.linalg.cholesky(classes.cov0)
    white = [np.linalg.solve(root, mu) for mu in classes[:2]]
    circles = GaussianClasses(*white, np.eye(2), np.eye(2), classes.prior1)
    titles = ("Slanted clouds: $w$ is not $\\mu_1 - \\mu_0$", "Round clouds: it is, and the nearer mean wins")
    names = (("$x_1$ (first input)", "$x_2$ (second input)"), ("$u_1$ (new input)", "$u_2$ (new input)"))
    for ax, model, title, labels in zip(axes, (classes, circles), titles, names, strict=True):
        middle = (model.mu0 + model.mu1) / 2
        box = (middle[0] - 4, middle[0] + 4, middle[1] - 4, middle[1] + 4)
        x1, x2, log_odds = _grid(model, box)
        ax.contour(x1, x2, log_odds, levels=[0], colors=style.INK, linewidths=2.2)
        _draw_ellipses(ax, model, sds=(1, 2))
        w, _ = discriminant.lda_to_linear(model)
        ax.plot(*np.array([model.mu0, model.mu1]).T, color=style.GREY, lw=1.5, ls=":", zorder=3)
        along = w / np.linalg.norm(w)
        arrow = {"arrowstyle": "-|>", "color": style.GREEN, "lw": 2.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", middle + 1.8 * along, middle, arrowprops=arrow, zorder=5)
        ax.text(*(middle + 2.1 * along), "$w$", color=style.GREEN, fontsize=12, ha="center", va="center")
        _finish_plane(ax, title, box, *labels)
    return axes


def plot_decision(
    classes: GaussianClasses,
    X: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    title: str = "",
    box: tuple[float, float, float, float] = (-3.6, 4.8, -7.6, 6.6),
) -> Axes:
    """Draw labelled points, a model's ellipses of one standard deviation, and its boundary.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    classes : GaussianClasses
        The model, with two inputs.
    X : array_like of float, shape (n_samples, 2)
        Points.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str
        Stands before the share of points on the right side.
    box : tuple of four floats
        Left, right, lower and upper limit.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(3.8, 5.4))
    X, y = np.asarray(X), np.asarray(y)
    right = (discriminant.gaussian_log_odds(X, classes) >= 0) == y
    for k in (0, 1):
        pale = style.tint(CLASS_COLOURS[k], 0.35)
        ax.plot(*X[right & (y == k)].T, _SHAPES[k], ms=3.5, mfc=pale, mec="white", mew=0.3)
        wrong = X[~right & (y == k)]
        ax.plot(*wrong.T, "*", ms=5.5, mfc=CLASS_COLOURS[k], mec=style.INK, mew=0.4, zorder=3)
    x1, x2, log_odds = _grid(classes, box, size=400)
    ax.contour(x1, x2, log_odds, levels=[0], colors=style.INK, linewidths=2)
    _draw_ellipses(ax, classes, sds=(1,))
    share = f"{100 * right.mean():.1f} % right"
    return _finish_plane(ax, f"{title}\n{share}" if title else share, box)


def plot_lecture_figures(axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw the lecture's three LDA figures from the same 600 points, and the third once more with QDA.

    Lecture: notebook 03, section 3.5; the slides "Linear discriminant analysis".

    Parameters
    ----------
    axes : sequence of four matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of four matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 4, figsize=(10.4, 5.3), sharey=True)[1]
    fits = (discriminant.lda_fit, discriminant.lda_fit, discriminant.lda_fit, discriminant.qda_fit)
    titles = ("1: round, LDA", "2: narrow, LDA", "3: unequal, LDA", "3: unequal, QDA")
    for k, (ax, case, fit, title) in enumerate(zip(axes, (1, 2, 3, 3), fits, titles, strict=True)):
        X, y = lecture_gaussians(case)
        plot_decision(fit(X, y), X, y, ax=ax, title=title)
        if k:
            ax.set_ylabel("")
    return axes


def plot_estimation_error(
    n: ArrayLike, errors: dict[str, ArrayLike], slopes: dict[str, float], ax: Axes | None = None
) -> Axes:
    """Draw errors of estimates against the number of points, on logarithmic axes, with lines of known slope.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    n : array_like of int, shape (n_sizes,)
        Numbers of points.
    errors : dict of str to array_like of float, shape (n_sizes,)
        An error at each size, by its name.
    slopes : dict of str to float
        The slope of the line that goes through the last point, for each name.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.2, 3.8))
    n = np.asarray(n, dtype=float)
    for (name, error), colour, mark in zip(errors.items(), style.CYCLE, "osD^"):
        error = np.asarray(error)
        ax.plot(n, error, mark, color=colour, ms=7, label=name)
        ax.plot(n, error[-1] * (n / n[-1]) ** slopes[name], color=colour, lw=1.2, ls="--")
        ax.annotate(_minus(f"slope {slopes[name]:g}"), (n[-1], error[-1]), (6, 6), textcoords="offset points",
                    color=colour, fontsize=style.NOTE_SIZE)  # fmt: skip
    ax.set(xscale="log", yscale="log", xlim=(n[0] / 1.4, 2.6 * n[-1]))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    title = "Four times as many points halve the error of the weights"
    return style.finish(ax, title, "$n$ (points for the fit)", "error")


def plot_counts(
    mean0: float, mean1: float, prior1: float = 0.5, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw two Poisson classes of counts, and their posterior on the sigmoid of a line.

    Lecture: notebook 03, section 3.7.

    Parameters
    ----------
    mean0, mean1 : float, above 0
        Mean counts of the classes.
    prior1 : float, in (0, 1)
        Prior probability of class 1.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(8.6, 3.2))[1]
    k = np.arange(int(3 * max(mean0, mean1)) + 1)
    shares = [(1 - prior1) * poisson.pmf(k, mean0), prior1 * poisson.pmf(k, mean1)]
    for j, (share, side) in enumerate(zip(shares, (-0.2, 0.2))):
        axes[0].bar(k + side, share, 0.4, color=style.tint(CLASS_COLOURS[j], 0.3), edgecolor=CLASS_COLOURS[j],
                    hatch=("///", "")[j], label=f"class {j}, mean {(mean0, mean1)[j]:g}")  # fmt: skip
    axes[0].legend(frameon=False, fontsize=style.NOTE_SIZE)
    for ax in axes:
        ax.set_xticks(k[:: max(1, len(k) // 6)])
    style.finish(axes[0], "Counts of two classes overlap", "$x$ (count)", "$\\pi_y\\,P(x \\mid y)$")
    w, b = discriminant.naive_bayes_to_linear([mean0], [mean1], prior1, "poisson")
    x = np.linspace(0, k[-1], 400)
    axes[1].plot(x, sigmoid(w[0] * x + b), color=style.GREY, lw=1.5)
    axes[1].plot(k, shares[1] / (shares[0] + shares[1]), "o", color=style.BLUE, ms=5)
    axes[1].set(yticks=[0, 0.5, 1], ylim=(-0.05, 1.05))
    title = "Bayes' rule (discs) lies on a sigmoid (curve)"
    style.finish(axes[1], title, "$x$ (count)", "$P(Y = 1 \\mid x)$")
    return axes


def plot_unit(
    x: Sequence[float], w: Sequence[float], b: float, activation: str = "sigmoid", ax: Axes | None = None
) -> Axes:
    """Draw one unit as a computational graph, with the numbers that go through it.

    Lecture: notebook 03, section 3.6; the slides with the perceptron's and the logistic unit's graph.

    Parameters
    ----------
    x : sequence of float, length p
        Input.
    w : sequence of float, length p
        Weights.
    b : float
        Bias.
    activation : {"sigmoid", "heaviside"}
        What stands behind the sum.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If the activation is neither of the two.
    """
    if activation not in ("sigmoid", "heaviside"):
        raise ValueError(f"plot_unit: expected 'sigmoid' or 'heaviside', got {activation!r}")
    point = ad.Tensor(np.array([x], dtype=float))  # (1, p)
    weights = ad.Tensor(np.array(w, dtype=float)[:, None], requires_grad=True)  # (p, 1)
    bias = ad.Tensor(np.array([b], dtype=float), requires_grad=True)
    h = getattr(ad, activation)(point @ weights + bias)
    names = {point: "$x$", weights: "$w$", bias: "$b$", h: "$h$"}
    title = {
        "sigmoid": "The logistic unit: a probability comes out",
        "heaviside": "The perceptron: 0 or 1 comes out",
    }
    return graph.plot_graph(h, names, gradients=False, ax=ax, title=title[activation])


def _minus(text):
    """Return a text with a true minus sign."""
    return text.replace("-", "\N{MINUS SIGN}")


def _grid(classes, box, size=241):
    """Return the two inputs on a grid over a box, and the log-odds there, each of shape (size, size)."""
    x1, x2 = np.meshgrid(np.linspace(*box[:2], size), np.linspace(*box[2:], size))
    log_odds = discriminant.gaussian_log_odds(np.column_stack([x1.ravel(), x2.ravel()]), classes)
    return x1, x2, log_odds.reshape(x1.shape)


def _shade(ax, x1, x2, log_odds):
    """Paint bands between the levels of the log-odds, darker where a class is more certain."""
    edges = [-1e7, *_LEVELS, 1e7]
    tints = (0.45, 0.65, 0.85)
    colours = [style.tint(CLASS_COLOURS[0], t) for t in tints]
    colours += [style.tint(CLASS_COLOURS[1], t) for t in tints[::-1]]
    ax.contourf(x1, x2, np.clip(log_odds, -1e6, 1e6), levels=edges, colors=colours, zorder=0)


def _draw_ellipses(ax, classes, sds):
    """Draw each class's mean, and its ellipses at some standard deviations."""
    for k in (0, 1):
        values, vectors = np.linalg.eigh(classes[2 + k])
        angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))  # of the long axis, the last column
        for sd in sds:
            ellipse = Ellipse(
                classes[k], 2 * sd * np.sqrt(values[1]), 2 * sd * np.sqrt(values[0]), angle=angle, fill=False,
                ec=CLASS_COLOURS[k], ls=_DASHES[k], lw=2 if sd == 1 else 1.2, zorder=4,
            )  # fmt: skip
            ax.add_patch(ellipse)
        ax.plot(*classes[k], _SHAPES[k], ms=8, color=CLASS_COLOURS[k], mec="white", mew=1.2, zorder=6)


def _finish_plane(ax, title, box, x="$x_1$ (first input)", y="$x_2$ (second input)"):
    """Set limits, aspect and labels of a picture of the plane of two inputs."""
    ax.set(xlim=box[:2], ylim=box[2:], aspect="equal")
    return style.finish(ax, title, x, y)
