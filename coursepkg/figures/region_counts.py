"""Figures of lesson 14: counts of regions over the box, the depth and the training, and a decision boundary.

Lecture: notebook 14.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.regions import count_regions, region_complex
from coursepkg.threshold import Layers

MARKERS = "osD^"


def boundary_segments(layers: Layers, box: ArrayLike = (-1, 1)) -> np.ndarray:
    """Return the pieces of the decision boundary: where the first output is 0 inside a region.

    In each region the output is one affine map, so the boundary is a straight segment there, or absent.

    Lecture: notebook 14, section 14.5.

    Parameters
    ----------
    layers : Layers
        The whole network, two inputs, linear output last.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.

    Returns
    -------
    ndarray of float, shape (n_segments, 2, 2)
        Two points each; empty if the output has one sign everywhere.

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0], [0.0, 0.0]]), np.zeros(2)), (np.ones((2, 1)), np.array([-0.5]))]
    >>> boundary_segments(layers).shape  # |x_1| = 1/2: two segments
    (2, 2, 2)
    """
    found = region_complex(layers, box)
    segments = []
    for polygon, slope, offset in zip(found.polygons, found.slopes[:, :, 0], found.offsets[:, 0]):
        corners = found.vertices[polygon]
        z = corners @ slope + offset
        if z.min() < 0 < z.max():
            ends = [p for p, value in zip(corners, z) if value == 0]
            for p, q, u, v in zip(np.roll(corners, 1, axis=0), corners, np.roll(z, 1), z):
                if u * v < 0:
                    ends.append(p + u / (u - v) * (q - p))
            segments.append(ends[:2])
    return np.array(segments).reshape(-1, 2, 2)


def plot_regions_by_box(layers: Layers, sides: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw how many regions meet the box (-R, R)**n_in as R grows, and how many there are in all.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    layers : Layers
        The whole network, linear output last.
    sides : sequence of float, ascending
        The values of R, all positive.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.2))
    counts = [count_regions(layers, (-side, side)) for side in sides]
    total = count_regions(layers, None)
    ax.plot(sides, counts, color=style.BLUE, marker="o", ms=3.5, lw=1.3)
    ax.axhline(total, color=style.INK, ls=(0, (5, 3)), lw=1.2)
    ax.annotate(
        f"whole plane: {total}", (sides[0], total), (4, -4), textcoords="offset points", va="top",
        fontsize=style.NOTE_SIZE, color=style.INK,
    )  # fmt: skip
    ax.set_xscale("log")
    complete = [side for side, count in zip(sides, counts) if count == total]
    ax.set_ylim(0, 1.08 * total)
    title = f"Not all of the {total} regions meet the largest box"
    if complete:
        title = f"The last of {total} regions shows beyond R = {_before(sides, complete[0]):,.0f}"
    return style.finish(ax, title, "$R$ (half the side of the box, log scale)", "regions that meet the box")


def plot_counts_by_depth(
    counts: Mapping[int, ArrayLike],
    reference: float,
    words: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the numbers of regions of random networks over their depth: each network, and the means.

    Lecture: notebook 14, section 14.4.

    Parameters
    ----------
    counts : mapping of int to array_like of shape (n_networks,)
        For each depth the counts, at least two.
    reference : float
        A number to compare with, drawn as a line.
    words : str
        What the reference is.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default the means at the first and the last depth.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    rows = {depth: np.asarray(values, dtype=float) for depth, values in counts.items()}
    for place, values in enumerate(rows.values()):
        spread = 0.3 * (np.arange(len(values)) / max(len(values) - 1, 1) - 0.5)
        ax.plot(place + spread, values, "o", ms=2.5, color=style.SKY, alpha=0.6, ls="none", zorder=2)
        error = values.std(ddof=1) / np.sqrt(len(values))
        ax.errorbar(
            place + 0.28, values.mean(), 2 * error, fmt="D", ms=6, color=style.INK, capsize=4, zorder=4
        )
        ax.annotate(
            f"{values.mean():.0f}", (place + 0.28, values.mean() + 2 * error), (0, 5),
            textcoords="offset points", ha="center", fontsize=style.NOTE_SIZE, color=style.INK,
        )  # fmt: skip
    ax.axhline(reference, color=style.VERMILLION, ls=(0, (5, 3)), lw=1.3, zorder=1, label=words)
    ax.legend(loc="lower left", fontsize=style.NOTE_SIZE, frameon=False)
    ax.set_xticks(range(len(rows)), [str(depth) for depth in rows])
    ax.set_xlim(-0.4, len(rows) - 0.4)
    ax.set_ylim(0, None)
    means = [values.mean() for values in rows.values()]
    first, last = next(iter(rows)), list(rows)[-1]
    finding = f"Mean regions: {means[0]:.0f} at depth {first}, {means[-1]:.0f} at depth {last}"
    title = title or finding
    return style.finish(ax, title, "$L$ (hidden layers)", "regions of one network")


def plot_counts_in_training(
    steps: ArrayLike, counts: Mapping[str, ArrayLike], ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the number of regions over the steps of training, one thin line for each network, means thick.

    Lecture: notebook 14, section 14.5.

    Parameters
    ----------
    steps : array_like of int, shape (n_times,)
        Steps made, 0 first.
    counts : mapping of str to array_like of shape (n_networks, n_times)
        For each kind of network the counts.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default the largest change of a mean.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.2))
    x = np.arange(len(np.asarray(steps)))
    changes = []
    for k, (words, values) in enumerate(counts.items()):
        values = np.asarray(values, dtype=float)
        colour = style.CYCLE[k % len(style.CYCLE)]
        ax.plot(x, values.T, color=colour, lw=0.6, alpha=0.35)
        mean = values.mean(axis=0)
        ax.plot(x, mean, color=colour, marker=MARKERS[k % len(MARKERS)], ms=6, lw=2.2, label=words)
        changes.append(np.abs(mean / mean[0] - 1).max())
    ax.set_xticks(x, [f"{int(step):,}" for step in np.asarray(steps)])
    ax.set_ylim(0, None)
    ax.legend(
        title="hidden layers",
        fontsize=style.NOTE_SIZE,
        title_fontsize=style.NOTE_SIZE,
        frameon=False,
        ncols=3,
    )
    title = title or f"Training changes the mean number of regions by at most {100 * max(changes):.0f} %"
    return style.finish(ax, title, "steps of training", "regions in $(-2, 2)^2$")


def plot_boundary(
    layers: Layers,
    X: ArrayLike,
    y: ArrayLike,
    box: ArrayLike = (-1, 1),
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the decision boundary of a network over its regions: straight in each of them.

    Lecture: notebook 14, section 14.5.

    Parameters
    ----------
    layers : Layers
        The whole network, two inputs; the boundary is where the first output is 0.
    X : array_like of float, shape (n_samples, 2)
        Points of both classes.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default the numbers of regions and of segments.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.6, 4.6))
    found, segments = region_complex(layers, box), boundary_segments(layers, box)
    inner = found.edge_unit >= 0
    ax.add_collection(LineCollection(found.vertices[found.edges[inner]], colors=style.GREY, linewidths=0.5))
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    ax.plot(*X[y == 0].T, "o", ms=3.5, color=style.BLUE, mfc="white", ls="none", label="class 0")
    ax.plot(*X[y == 1].T, "^", ms=3.5, color=style.ORANGE, ls="none", label="class 1")
    ax.add_collection(LineCollection(segments, colors=style.INK, linewidths=2.2, zorder=4))
    (x0, x1), (y0, y1) = found.box
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ax.set_aspect("equal")
    title = title or f"{found.n_regions} regions, {len(segments)} segments"
    return style.finish(ax, title, "$x_1$ (input)", "$x_2$ (input)")


def _before(sides, first):
    """Return the side before the first one that is large enough, or 0."""
    smaller = [side for side in sides if side < first]
    return smaller[-1] if smaller else 0.0
