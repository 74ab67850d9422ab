"""Figures of lesson 15: what a step costs, a convolution as picture and matrix, shifts, and two branches.

Lecture: notebook 15.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FormatStrFormatter, LogLocator
from numpy.typing import ArrayLike

from coursepkg.convolution import conv2d_direct, conv_matrix, shift
from coursepkg.figures import style

SIGNED = LinearSegmentedColormap.from_list("signed", [style.VERMILLION, "#ffffff", style.BLUE])
MARKERS = ("o", "s", "^", "D")


def plot_curves(curves: dict[str, ArrayLike], ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw losses against steps, the first wide and pale, the others thin on top of it.

    Lecture: notebook 15, section 15.1.

    Parameters
    ----------
    curves : dict of str to array_like of float
        A name and the losses of the steps.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.0))
    for k, (name, losses) in enumerate(curves.items()):
        look = {"lw": 6, "color": style.tint(style.BLUE, 0.6)} if k == 0 else {"lw": 1.4, "color": style.INK}
        ax.plot(losses, label=name, ls="-" if k == 0 else (0, (4, 2)), **look)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "step of training", r"$\ell$ (loss on the batch)")


def plot_step_times(
    widths: ArrayLike, seconds: ArrayLike, places: Sequence[str], ax: Axes | None = None,
    title: str | None = None, mark: int | None = None,
) -> Axes:  # fmt: skip
    """Draw the time of a training step against the width, on doubly logarithmic axes.

    Lecture: notebook 15, section 15.2.

    Parameters
    ----------
    widths : array_like of int, shape (n_widths,)
        Units of a hidden layer.
    seconds : array_like of float, shape (n_places, n_widths)
        Seconds of one step.
    places : sequence of str
        Where it was measured.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.
    mark : int, optional
        A width to mark, with the time of the second place as a multiple of the first one's.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.4))
    seconds = np.asarray(seconds)
    for k, (row, place) in enumerate(zip(seconds, places, strict=True)):
        ax.loglog(
            widths, 1e3 * row, marker=MARKERS[k % 4], color=style.CYCLE[k % 7], label=place, ms=5, lw=1.4
        )
    if mark is not None:
        k = list(widths).index(mark)
        ax.axvline(mark, color=style.GREY, lw=1, ls=":")
        if len(seconds) > 1:
            text = f"width {mark}: second / first place = {seconds[1, k] / seconds[0, k]:.2f}"
            ax.text(1, 1.02, text, transform=ax.transAxes, ha="right", va="bottom", fontsize=style.NOTE_SIZE)
    ax.set_xticks(widths, [str(w) for w in widths])
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "$q$ (units of each of the three hidden layers)", "milliseconds a step")


def plot_feature_map(
    image: ArrayLike, kernel: ArrayLike, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw an image, a kernel with its weights, and the feature map that comes out.

    Lecture: notebook 15, section 15.3.

    Parameters
    ----------
    image : array_like of float, shape (height, width)
        Grey values.
    kernel : array_like of float, shape (kernel_height, kernel_width)
        Weights.
    axes : sequence of three matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of three matplotlib Axes
        The axes drawn on.
    """
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    if axes is None:
        axes = style.new_figure(1, 3, figsize=(7.0, 2.6))[1]
    result = conv2d_direct(image[None, None], kernel[None, None])[0, 0]
    size = max(np.abs(kernel).max(), 1e-9)
    axes[0].imshow(image, "gray_r", vmin=0, vmax=1)
    axes[1].imshow(kernel, SIGNED, vmin=-size, vmax=size)
    for (i, j), weight in np.ndenumerate(kernel):
        dark = abs(weight) > 0.6 * size
        axes[1].text(j, i, f"{weight:g}", ha="center", va="center", color="white" if dark else style.INK)
    size = max(np.abs(result).max(), 1e-9)
    axes[2].imshow(result, SIGNED, vmin=-size, vmax=size)
    for (i, j), value in np.ndenumerate(np.round(result, 1) + 0.0):
        dark = abs(value) > 0.6 * size
        axes[2].text(
            j, i, f"{value:.1f}", ha="center", va="center", fontsize=6, color="white" if dark else style.INK
        )
    titles = (f"image, {image.shape[0]} by {image.shape[1]}", "kernel", "feature map")
    for ax, title in zip(axes, titles, strict=True):
        ax.set(xticks=[], yticks=[])
        style.finish(ax, title)
        ax.spines[:].set_visible(True)
    return axes


def plot_conv_matrix(kernel: ArrayLike, shape: Sequence[int], ax: Axes | None = None) -> Axes:
    """Draw the matrix of a convolution of one channel; equal weights have equal colours.

    Lecture: notebook 15, section 15.3.

    Parameters
    ----------
    kernel : array_like of float, shape (kernel_height, kernel_width)
        Weights, not 0.
    shape : sequence of two int
        Size of the image.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 4.2))
    kernel = np.asarray(kernel, dtype=float)
    A = conv_matrix(kernel[None, None], shape)
    size = np.abs(kernel).max()
    ax.imshow(A.toarray(), SIGNED, vmin=-size, vmax=size, interpolation="nearest")
    share = A.nnz / np.prod(A.shape)
    title = f"{A.shape[0]} by {A.shape[1]} entries, {share:.0%} not 0, {kernel.size} different weights"
    return style.finish(ax, title, "pixel of the image, row by row", "place of the kernel")


def plot_shift_gap(
    f, image: ArrayLike, shifts: Sequence[tuple[int, int]], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw where "shift, then f" differs from "f, then shift", for several shifts with zeros coming in.

    Lecture: notebook 15, section 15.5.

    Parameters
    ----------
    f : callable
        From images (1, 1, height, width) to images of that size.
    image : array_like of float, shape (height, width)
        Grey values.
    shifts : sequence of pairs of int
        Down and right.
    axes : sequence of matplotlib Axes, optional
        One for each shift; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    X = np.asarray(image, dtype=float)[None, None]
    if axes is None:
        axes = style.new_figure(1, len(shifts), figsize=(2.1 * len(shifts), 2.5), squeeze=False)[1][0]
    gaps = [np.abs(f(shift(X, by)) - shift(f(X), by))[0, 0] for by in shifts]
    size = max(np.max(gaps), 1e-9)
    for ax, by, gap in zip(axes, shifts, gaps, strict=True):
        ax.imshow(gap, "gray_r", vmin=0, vmax=size)
        ax.set(xticks=[], yticks=[])
        style.finish(ax, f"shift {by}\nlargest gap {gap.max():.2f}")
        ax.spines[:].set_visible(True)
    return axes


def plot_lines(
    x: ArrayLike, rows: ArrayLike, names: Sequence[str], x_label: str, y_label: str, ax: Axes | None = None,
    title: str | None = None, ticks: Sequence[str] | None = None,
) -> Axes:  # fmt: skip
    """Draw the mean over runs against x, one line a name, and every run as a small mark.

    Lecture: notebook 15, sections 15.6 and 15.7.

    Parameters
    ----------
    x : array_like of float, shape (n_points,)
        The horizontal axis.
    rows : array_like of float, shape (n_names, n_runs, n_points)
        What was measured.
    names : sequence of str
        One a line.
    x_label, y_label : str
        Axis labels.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.
    ticks : sequence of str, optional
        What stands at the points of `x`; their numbers by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.4))
    for k, (runs, name) in enumerate(zip(np.asarray(rows), names, strict=True)):
        look = {"color": style.CYCLE[k], "marker": MARKERS[k % 4]}
        for run in runs:
            ax.plot(x, run, ls="", ms=3, alpha=0.5, **look)
        ax.plot(x, runs.mean(axis=0), lw=1.6, ms=6, label=name, **look)
    ax.set_xticks(x, ticks)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, x_label, y_label)
