"""Figures of lesson 02 on error correction: the graph, the updates, the bound, the cycle, Cover's curve.

Lecture: notebook 02, sections 2.1 to 2.6.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg import autodiff as ad
from coursepkg.autodiff import Tensor
from coursepkg.figures import graph, style
from coursepkg.perceptron import augment, cover_count, perceptron_path


def plot_scalar_graph(ax: Axes | None = None) -> Axes:
    """Draw the perceptron number by number: three products, a sum, the step.

    Lecture: notebook 02, section 2.1.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    h, names = graph.perceptron_graph()
    return graph.plot_graph(
        h, names, gradients=False, ax=ax, title="Number by number: five operations give one bit"
    )


def plot_tensor_graph(
    x: ArrayLike = (1.0, 0.0, 1.0), w: ArrayLike = (0.6, -0.4, 0.3), b: float = -0.5, ax: Axes | None = None
) -> Axes:
    """Draw the same perceptron with tensors: one dot product, one sum, the step.

    Lecture: notebook 02, section 2.1.

    Parameters
    ----------
    x, w : array_like of float, shape (n_in,)
        Input and weights.
    b : float
        Bias.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    x = Tensor(np.asarray(x, dtype=float)[None, :])  # (1, n_in), a batch of one
    w = Tensor(np.asarray(w, dtype=float)[:, None], requires_grad=True)  # (n_in, 1)
    b = Tensor(float(b), requires_grad=True)
    h = ad.heaviside(x @ w + b)
    names = {x: "$x$", w: "$w$", b: "$b$", h: "$h$"}
    return graph.plot_graph(
        h, names, gradients=False, ax=ax, title="With tensors: three operations give the same bit"
    )


def plot_update(
    X: ArrayLike, y: ArrayLike, path: ArrayLike, rows: ArrayLike, update: int, ax: Axes | None = None
) -> Axes:
    """Draw the unit after some update: its line, its weights as an arrow, its mistakes, the next correction.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, 2)
        Points of the plane.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    path, rows : ndarray
        From `perceptron_path`.
    update : int, 0 to ``len(rows)``
        How many updates are made.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    X, y = np.asarray(X), np.asarray(y)
    ax = style.ensure_axes(ax, figsize=(4.2, 4.0))
    *w, b = path[update]
    w, limit = np.array(w), 1.25 * np.abs(X).max()
    length = np.linalg.norm(w)
    wrong = y * (X @ w + b) <= 0
    if length > 0:
        foot = -b * w / length**2  # the point of the line that is nearest to the origin
        along = 4 * limit * np.array([-w[1], w[0]]) / length
        ends = np.array([foot - along, foot + along])
        side = 4 * limit * w / length
        corners = [*ends, *(ends + side)[::-1]]
        ax.fill(*np.array(corners).T, color=style.tint(style.BLUE, 0.88), lw=0, zorder=0)
        ax.plot(*ends.T, color=style.INK, lw=1.6, zorder=1)
        tip = foot + 0.45 * limit * w / length
        arrow = {"arrowstyle": "-|>", "color": style.BLUE, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, foot, arrowprops=arrow, zorder=4)
    for label, marker, colour in ((1, "o", style.BLUE), (-1, "s", style.INK)):
        face = colour if label == 1 else "white"
        ax.plot(*X[y == label].T, marker, ms=7, mfc=face, mec=colour, mew=1.5, ls="", zorder=3)
    ax.plot(*X[wrong].T, "x", ms=13, mew=2, color=style.VERMILLION, ls="", zorder=5)
    if update < len(rows):
        ax.plot(*X[rows[update]], "o", ms=17, mfc="none", mec=style.ORANGE, mew=2.5, zorder=5)
    count = int(wrong.sum())
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    state = "nothing is wrong" if count == 0 else f"{count} of {len(y)} wrong"
    title = f"Update {update}: {state}"
    return style.finish(ax, title, "$x_1$ (first input)", "$x_2$ (second input)")


def plot_updates(
    X: ArrayLike, y: ArrayLike, updates: Sequence[int], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw several frames of `plot_update` side by side.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, 2)
        Points of the plane.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    updates : sequence of int
        How many updates are made in each frame.
    axes : sequence of matplotlib Axes, optional
        One for each frame; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    path, rows = perceptron_path(X, y, 10_000)
    if axes is None:
        axes = style.new_figure(1, len(updates), figsize=(2.5 * len(updates), 2.9), sharey=True)[1]
    for k, (ax, update) in enumerate(zip(axes, updates, strict=True)):
        plot_update(X, y, path, rows, update, ax=ax)
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_weight_walk(X: ArrayLike, y: ArrayLike, max_epochs: int = 10_000, ax: Axes | None = None) -> Axes:
    """Draw the walk of (w, b) for inputs of one number, with the cone of the units that are right.

    Lecture: notebook 02, section 2.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, 1)
        Numbers.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    max_epochs : int
        The most passes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.8, 3.0))
    path, rows = perceptron_path(X, y, max_epochs)
    right, low, high = 1.12 * path[:, 0].max(), path[:, 1].min() - 0.5, path[:, 1].max() + 0.5
    grid = np.stack(np.meshgrid(np.linspace(0, right, 500), np.linspace(low, high, 300)), axis=-1)
    fine = (np.asarray(y) * (grid @ augment(X).T) > 0).all(axis=-1)
    extent = (0, right, low, high)
    ax.contourf(fine.astype(float), levels=[0.5, 1.5], colors=[style.tint(style.GREEN, 0.6)], extent=extent)
    ax.plot(*path.T, color=style.GREY, lw=0.8, zorder=1)
    ax.plot(*path.T, ".", color=style.BLUE, ms=4, zorder=2)
    ax.plot(*path[-1], "o", color=style.VERMILLION, ms=9, zorder=3)
    middle = np.argwhere(fine)[len(np.argwhere(fine)) // 2]
    ax.annotate(
        "units that are right", (grid[tuple(middle)]), (0.35 * right, low + 0.12 * (high - low)),
        fontsize=style.NOTE_SIZE, color=style.GREEN, arrowprops={"arrowstyle": "-", "color": style.GREEN},
    )  # fmt: skip
    ax.annotate(
        f"stop after {len(rows)}", path[-1], (-8, 12), textcoords="offset points", ha="right",
        fontsize=style.NOTE_SIZE, color=style.VERMILLION,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip
    ax.set(xlim=(0, right), ylim=(low, high))
    title = f"{len(rows)} corrections to reach a narrow cone that is in plain sight"
    return style.finish(ax, title, "$w$ (weight)", "$b$ (bias)")


def plot_bound(mistakes: ArrayLike, bounds: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw mistakes against Novikoff's bound, on logarithmic scales, with the line where they are equal.

    Lecture: notebook 02, section 2.4.

    Parameters
    ----------
    mistakes, bounds : array_like of float, shape (n_data_sets,)
        Of the same data sets.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    mistakes, bounds = np.asarray(mistakes, dtype=float), np.asarray(bounds, dtype=float)
    ax = style.ensure_axes(ax, figsize=(5.6, 3.6))
    ends = np.array([bounds.min() / 1.5, bounds.max() * 1.5])
    ax.fill_between(ends, ends, 3 * ends.max(), color=style.PALE, lw=0)
    ax.plot(ends, ends, color=style.INK, lw=1.5)
    ax.plot(bounds, mistakes, "o", ms=5, mfc="none", mec=style.BLUE, ls="")
    ax.text(
        ends[0] * 1.3, ends[1] / 1.6, "forbidden by the theorem", fontsize=style.NOTE_SIZE, color=style.INK
    )
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=(0.8, 2 * ends[1]))
    share = (mistakes / bounds).max()
    title = f"{len(bounds)} data sets: at most {share:.0%} of the bound is used"
    return style.finish(ax, title, r"$(R/\gamma)^2$ (Novikoff's bound)", "mistakes made")


def plot_norms(
    tables: Mapping[str, tuple[ArrayLike, ArrayLike]], max_epochs: int, ax: Axes | None = None
) -> Axes:
    """Draw the norm of (w, b) after each update, for several data sets.

    Lecture: notebook 02, section 2.5.

    Parameters
    ----------
    tables : mapping of str to (X, y)
        Name, rows and labels of each data set.
    max_epochs : int
        The most passes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.2))
    largest = 0
    for (name, (X, y)), colour, marker in zip(tables.items(), style.CYCLE, "osD^v"):
        norms = np.linalg.norm(perceptron_path(X, y, max_epochs)[0], axis=1)
        ax.plot(norms, marker=marker, ms=4, lw=1.4, color=colour, label=name)
        largest = max(largest, len(norms) - 1)
    ax.set(ylim=(0, None), xlim=(0, largest))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right", ncols=len(tables))
    title = "Where a unit exists, learning stops; for xor the weights go round for ever"
    return style.finish(ax, title, "updates made", r"$\|(w, b)\|$ (length of the unit)")


def plot_cover(d: int, N: ArrayLike, measured: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw Cover's share of separable labellings against the number of points, with measured shares.

    Lecture: notebook 02, section 2.6.

    Parameters
    ----------
    d : int
        Dimension of the points.
    N : array_like of int, shape (n_measured,)
        Numbers of points that were measured.
    measured : mapping of str to array_like of float, shape (n_measured,)
        Shares "homogeneous" and "bias".
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    points = np.arange(1, 4 * d + 1)
    for kind, weights, colour, dash, marker, label in (
        ("homogeneous", d, style.BLUE, "-", "o", f"through the origin, {d} weights"),
        ("bias", d + 1, style.VERMILLION, "--", "s", f"with a bias, {d + 1} weights"),
    ):
        share = [cover_count(int(n), weights) / 2 ** int(n) for n in points]
        ax.plot(points, share, dash, color=colour, lw=1.8, label=label)
        ax.plot(N, measured[kind], marker, ms=8, mfc="white", mec=colour, mew=1.6, ls="")
        ax.plot([2 * weights] * 2, [0, 0.5], ":", color=colour, lw=1)
    ax.axhline(0.5, color=style.GREY, lw=0.8, ls=":")
    ax.set(ylim=(-0.03, 1.05), xlim=(0, 4 * d))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    title = "Twice as many points as weights: half of all labellings can be learned"
    return style.finish(ax, title, "$N$ (number of points)", "share of the $2^N$ labellings")
