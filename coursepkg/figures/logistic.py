"""Figures of lesson 04: losses, cross-entropy, the surface of the loss, endless growth, Efron's curve.

Lecture: notebook 04, sections 4.2 to 4.7.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.figures import style
from coursepkg.logistic import (
    add_constant,
    binary_cross_entropy_with_logits,
    cross_entropy,
    efron_efficiency,
    entropy,
    hard_margin,
    newton_fit,
    separating_direction,
)

ZEROS, ONES = np.array([-2.2, -1.5, -0.9, -0.2]), np.array([0.5, 1.1, 1.7, 2.4])
"""Fixed samples of one feature, labels 0 and 1, to which `movable_data` adds one."""


def movable_data(position: float) -> tuple[np.ndarray, np.ndarray]:
    """Return nine samples of one feature: four with label 0, four with label 1 and one more 1 that moves.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    position : float
        Where the movable sample lies; the classes are separable to the right of -0.2.

    Returns
    -------
    X : ndarray of float, shape (9, 1)
        Samples; the last one is the movable one.
    y : ndarray of int, shape (9,)
        Labels.

    Examples
    --------
    >>> X, y = movable_data(-1.0)
    >>> float(X[-1, 0]), y.tolist()
    (-1.0, [0, 0, 0, 0, 1, 1, 1, 1, 1])
    """
    X = np.concatenate([ZEROS, ONES, [float(position)]])[:, None]
    return X, np.repeat([0, 1], [len(ZEROS), len(ONES) + 1])


def plot_losses(ax: Axes | None = None) -> Axes:
    """Draw four losses of one sample against its margin: logistic, 0-1, perceptron and hinge.

    Lecture: notebook 04, section 4.2.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.8))
    m = np.linspace(-5, 5, 401)
    curves = (
        ("logistic  $-\\log\\,\\sigma(m)$", np.logaddexp(0, -m), style.VERMILLION, "-", 2.6),
        ("hinge  $\\max(0, 1 - m)$", np.maximum(0, 1 - m), style.GREEN, (0, (5, 2)), 1.6),
        ("perceptron  $\\max(0, -m)$", np.maximum(0, -m), style.BLUE, (0, (1.5, 1.5)), 1.8),
    )
    for name, loss, colour, dash, width in curves:
        ax.plot(m, loss, color=colour, ls=dash, lw=width, label=name)
    ax.plot([-5, 0], [1, 1], color=style.INK, ls="-.", lw=1.4, label="0-1  (wrong or right)")
    ax.plot([0, 5], [0, 0], color=style.INK, ls="-.", lw=1.4)
    ax.plot(0, np.log(2), "o", color=style.VERMILLION, ms=6)
    ax.annotate(
        "undecided: log 2", (0, np.log(2)), (1.1, 1.7), color=style.VERMILLION, fontsize=style.NOTE_SIZE,
        arrowprops={"arrowstyle": "->", "color": style.VERMILLION, "shrinkB": 5},
    )  # fmt: skip
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    ax.set(xlim=(-5, 5), ylim=(-0.15, 5.2))
    title = "The logistic loss never reaches 0: right is good, more right is better"
    return style.finish(
        ax, title, "$m = y\\,(w^T x + b)$ (margin, $y = \\pm 1$)", "loss of one sample (nats)"
    )


def plot_cross_entropy(p: float = 0.7, ax: Axes | None = None) -> Axes:
    """Draw the cross-entropy of two outcomes against the predicted probability, as entropy plus divergence.

    Lecture: notebook 04, section 4.3.

    Parameters
    ----------
    p : float, in (0, 1)
        True probability of the outcome 1, or its share in a sample.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.8))
    q = np.linspace(0.005, 0.995, 397)
    floor = entropy([1 - p, p])
    both = cross_entropy(np.broadcast_to([1 - p, p], (len(q), 2)), np.column_stack([1 - q, q]))
    ax.fill_between(q, 0, floor, color=style.tint(style.SKY, 0.6), lw=0)
    ax.fill_between(
        q, floor, both, facecolor=style.tint(style.ORANGE, 0.6), edgecolor=style.ORANGE, hatch="///", lw=0
    )
    ax.plot(q, both, color=style.INK, lw=2.2)
    ax.plot(p, floor, "o", color=style.INK, ms=7)
    note = {"fontsize": style.LABEL_SIZE, "ha": "center", "va": "center"}
    ax.text(
        0.5, floor / 2, f"entropy $H(p)$ = {floor:.3f}: no prediction gets below", color=style.INK, **note
    )
    patch = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    ax.text(0.13, floor + 0.35, "KL(p ‖ q)", color=style.INK, bbox=patch, **note)
    ax.annotate(
        f"least at q = p = {p:g}", (p, floor), (p, floor + 0.75), ha="center", fontsize=style.NOTE_SIZE,
        arrowprops={"arrowstyle": "->", "color": style.INK, "shrinkB": 6},
    )  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(0, 2.4))
    title = "Cross-entropy = entropy (fixed) + divergence (what a better q removes)"
    x = "$q$ (predicted probability of the outcome 1)"
    return style.finish(ax, title, x, "$H(p, q)$ (mean surprise, nats)")


def plot_fit(position: float, ax: Axes | None = None) -> Axes:
    """Draw the samples of `movable_data` and the fitted probability, or the steps that replace it.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    position : float
        Where the movable sample lies.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    X, y = movable_data(position)
    x = np.linspace(-3, 3, 601)
    direction = separating_direction(add_constant(X), y)
    if direction is None:
        w, b = newton_fit(X, y)
        ax.plot(x, sigmoid(w[0] * x + b), color=style.BLUE, lw=2.4)
        title = f"Best fit: w = {w[0]:.2f}, b = {b:.2f}".replace("-", "\N{MINUS SIGN}")
    else:
        direction = _ray(X, y, direction)
        for size, dash in ((3, (0, (1, 1.5))), (8, (0, (4, 2))), (80, "-")):
            w, b = size * direction / np.linalg.norm(direction)
            ax.plot(x, sigmoid(w * x + b), color=style.BLUE, ls=dash, lw=1.8, label=f"‖(w, b)‖ = {size}")
        ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower right")
        title = "Steeper is always better: no best fit"
    zeros, ones = X[y == 0, 0], X[:-1][y[:-1] == 1, 0]
    ax.plot(zeros, np.zeros(len(zeros)), "s", ms=8, mfc="white", mec=style.INK, label="_0")
    ax.plot(ones, np.ones(len(ones)), "o", ms=8, color=style.INK, label="_1")
    ax.plot(position, 1, "D", ms=10, color=style.VERMILLION, mec="white", label="_moved", zorder=4)
    ax.annotate(
        "movable 1", (position, 1), (0, 11), textcoords="offset points", ha="center",
        fontsize=style.NOTE_SIZE, color=style.VERMILLION,
    )  # fmt: skip
    ax.set(xlim=(-3, 3), ylim=(-0.12, 1.25), yticks=[0, 0.5, 1])
    return style.finish(ax, title, "$x$ (input)", "$\\sigma(wx + b)$, and labels")


def plot_loss_surface(position: float, ax: Axes | None = None) -> Axes:
    """Draw the mean loss of `movable_data` over the plane of w and b, with its minimiser if it has one.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    position : float
        Where the movable sample lies.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    X, y = movable_data(position)
    w, b = np.meshgrid(np.linspace(-2, 14, 161), np.linspace(-6, 6, 121))
    z = w[..., None] * X[:, 0] + b[..., None]  # (121, 161, 9)
    loss = np.mean(np.logaddexp(0, np.where(y == 1, -z, z)), axis=-1)
    levels = np.array([0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3])
    drawn = ax.contour(w, b, loss, levels, colors=style.GREY, linewidths=0.9)
    ax.clabel(drawn, fontsize=7.5, fmt="%g")
    direction = separating_direction(add_constant(X), y)
    if direction is None:
        best, bias = newton_fit(X, y)
        least = binary_cross_entropy_with_logits(X @ best + bias, y)
        ax.plot(best[0], bias, "*", ms=15, color=style.BLUE, mec="white")
        title = f"Least mean loss, {least:.3f}, at the star"
    else:
        direction = _ray(X, y, direction)
        tip = direction * min(13.4 / direction[0], 5.6 / max(abs(direction[1]), 1e-9))
        arrow = {"arrowstyle": "-|>", "color": style.VERMILLION, "lw": 2.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, (0, 0), arrowprops=arrow)
        title = "No minimum: it falls along the arrow"
    ax.set(xlim=(-2, 14), ylim=(-6, 6))
    return style.finish(ax, title, "$w$ (weight)", "$b$ (bias)")


def plot_fit_and_surface(position: float, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw the fit to `movable_data` beside the surface of its loss; what the slider shows.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    position : float
        Where the movable sample lies.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(9.4, 3.7))[1]
    plot_fit(position, ax=axes[0])
    plot_loss_surface(position, ax=axes[1])
    return axes


def plot_surface_strip(positions: Sequence[float], axes: np.ndarray | None = None) -> np.ndarray:
    """Draw frames of the slider side by side: fits above, surfaces below.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    positions : sequence of float
        Where the movable sample lies in each frame.
    axes : ndarray of matplotlib Axes, shape (2, n_frames), optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(2, len(positions), figsize=(3.4 * len(positions), 5.4), squeeze=False)[1]
    for k, (column, position) in enumerate(zip(axes.T, positions, strict=True)):
        plot_fit_and_surface(position, axes=column)
        for ax in column if k > 0 else ():
            ax.set_ylabel("")
    return axes


def plot_growth(
    log_t: ArrayLike, norms: ArrayLike, limit: ArrayLike, n_steps: int, ax: Axes | None = None
) -> Axes:
    """Draw the norm of the weights against the logarithm of time, with the slope that theory gives.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    log_t : array_like of float, shape (n,)
        Natural logarithms of the times.
    norms : array_like of float, shape (n,)
        Norms of the weights.
    limit : array_like of float, shape (n_features,)
        Hard-margin weights; the slope is their norm.
    n_steps : int
        How many of the first points come from gradient steps; the rest are from the differential equation.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    log_t, norms, slope = np.asarray(log_t), np.asarray(norms), np.linalg.norm(limit)
    tens = log_t / np.log(10)
    line = norms[-1] + slope * (log_t - log_t[-1])
    ax.plot(
        tens, line, color=style.ORANGE, lw=5, alpha=0.5, label=f"slope {slope:.4f} for each unit of log t"
    )
    ax.plot(tens[n_steps:], norms[n_steps:], color=style.BLUE, lw=1.6, label="differential equation")
    ax.plot(tens[:n_steps], norms[:n_steps], "o", color=style.INK, ms=6, label="gradient steps")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    ax.xaxis.set_major_formatter(lambda value, _: f"$10^{{{value:g}}}$")
    title = "The weights never settle: their norm grows like log t"
    return style.finish(ax, title, "$t$ (steps)", "$\\|w(t)\\|$ (norm of the weights)")


def plot_direction(
    log_t: ArrayLike, off: ArrayLike, constant: float, n_steps: int, ax: Axes | None = None
) -> Axes:
    """Draw the distance of the weights' direction from its limit, with the law constant / log t.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    log_t : array_like of float, shape (n,)
        Natural logarithms of the times.
    off : array_like of float, shape (n,)
        Distances of ``w / ||w||`` from the direction of the largest margin.
    constant : float
        The limit of ``off * log_t``.
    n_steps : int
        How many of the first points come from gradient steps.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    log_t, off = np.asarray(log_t), np.asarray(off)
    tens = log_t / np.log(10)
    late = tens >= 12
    ax.plot(
        tens[late],
        constant / log_t[late],
        color=style.ORANGE,
        lw=5,
        alpha=0.5,
        label=f"{constant:.3f} / log t",
    )
    ax.plot(tens[n_steps:], off[n_steps:], color=style.BLUE, lw=1.6, label="differential equation")
    ax.plot(tens[:n_steps], off[:n_steps], "o", color=style.INK, ms=6, label="gradient steps")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    ax.xaxis.set_major_formatter(lambda value, _: f"$10^{{{value:g}}}$")
    ax.set_ylim(0, 0.11)
    title = "The direction does settle, but only like 1 / log t"
    return style.finish(ax, title, "$t$ (steps)", "distance from the best direction")


def plot_efron(
    deltas: ArrayLike, simulated: ArrayLike, errors: ArrayLike, n: int, ax: Axes | None = None
) -> Axes:
    """Draw Efron's efficiency against the distance of the classes, with simulated ratios.

    Lecture: notebook 04, section 4.6.

    Parameters
    ----------
    deltas : array_like of float, shape (n_points,)
        Distances that were simulated.
    simulated, errors : array_like of float, shape (n_points,)
        Ratios of mean excess errors, and their standard errors.
    n : int
        Number of samples in each simulated data set.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.8))
    delta = np.linspace(0, 4, 161)
    ax.axhspan(1 / 2, 2 / 3, color=style.tint(style.YELLOW, 0.7), lw=0)
    ax.text(0.05, 7 / 12, "abstract of 1975: between 1/2 and 2/3", va="center", fontsize=style.NOTE_SIZE)
    ax.plot(
        delta, [efron_efficiency(d) for d in delta], color=style.BLUE, lw=2.2, label="limit for many samples"
    )
    ax.errorbar(
        deltas, simulated, 2 * np.asarray(errors), fmt="o", ms=5, color=style.VERMILLION, capsize=3,
        label=f"simulated, N = {n} (± 2 standard errors)",
    )  # fmt: skip
    ax.axhline(1, color=style.GREY, lw=0.9, ls=":")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    ax.set(xlim=(0, 4), ylim=(0, 1.08))
    title = "True Gaussians: ignoring them costs little at Δ = 1, half the data at Δ = 3.5"
    y = "excess error, LDA / logistic regression"
    return style.finish(ax, title, "$\\Delta$ (distance of the means, standard deviations)", y)


def plot_boundaries(
    X: ArrayLike,
    y: ArrayLike,
    lines: dict[str, tuple[ArrayLike, float]],
    outliers: ArrayLike | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw two classes in the plane with the boundaries of several linear classifiers.

    Lecture: notebook 04, section 4.7.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, 2)
        Points.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.
    lines : dict of str to (array_like of shape (2,), float), at most four
        Weights and bias of each classifier.
    outliers : array_like of bool, shape (n_samples,), optional
        Which points get a ring.
    title : str, optional
        The finding.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.0, 4.4))
    X, y = np.asarray(X), np.asarray(y)
    ax.plot(*X[y == 0].T, "s", ms=3.5, mfc="none", mec=style.INK, mew=0.7, label="label 0")
    ax.plot(*X[y == 1].T, "o", ms=3.5, color=style.SKY, label="label 1")
    if outliers is not None:
        ax.plot(*X[np.asarray(outliers)].T, "o", ms=9, mfc="none", mec=style.VERMILLION, label="outliers")
    looks = ((style.INK, ":"), (style.VERMILLION, (0, (5, 2))), (style.BLUE, "-"), (style.GREEN, "-."))
    for (name, (w, b)), (colour, dash) in zip(lines.items(), looks, strict=False):
        w = np.asarray(w, dtype=float)
        along = np.array([-w[1], w[0]]) / np.linalg.norm(w)
        foot = -b * w / (w @ w)
        ends = foot + 30 * np.array([-1.0, 1.0])[:, None] * along
        ax.plot(*ends.T, color=colour, ls=dash, lw=2, label=name)
    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.legend(frameon=True, framealpha=0.9, edgecolor="none", fontsize=style.NOTE_SIZE, loc="lower right")
    return style.finish(ax, title, "$x_1$ (first feature)", "$x_2$ (second feature)")


def plot_outliers(
    shares: ArrayLike, right: ArrayLike, wrong: ArrayLike, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw the excess error of both estimators against the share of outliers, right and wrong labels apart.

    Lecture: notebook 04, section 4.7.

    Parameters
    ----------
    shares : array_like of float, shape (n,)
        Shares of outliers in the data.
    right, wrong : array_like of float, shape (n, 2)
        Mean excess errors of LDA and of logistic regression, for outliers with the right and the wrong label.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(9.2, 3.4))[1]
    titles = ("Far, right label: LDA is pulled, logistic is not", "Far, wrong label: both are pulled alike")
    for ax, errors, title in zip(axes, (right, wrong), titles, strict=True):
        errors = 100 * np.asarray(errors)
        percent = 100 * np.asarray(shares)
        ax.plot(percent, errors[:, 0], "s--", color=style.VERMILLION, label="LDA")
        ax.plot(percent, errors[:, 1], "o-", color=style.BLUE, label="logistic regression")
        ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
        ax.set_ylim(0, None)
        style.finish(ax, title, "outliers (% of the samples)", "excess error (percentage points)")
    return axes


def _ray(X: np.ndarray, y: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return the direction of the largest margin, or `direction` if a sample stays on the boundary."""
    try:
        return hard_margin(add_constant(X), y)
    except ValueError:
        return direction
