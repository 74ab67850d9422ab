"""Figures of lesson 09 on convolution as a matrix.

Lecture: notebook 09, section 9.7.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.toeplitz import convolution_matrix

COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, style.YELLOW, style.VERMILLION)


def plot_matrix(
    kernel: ArrayLike,
    n: int,
    numbers: ArrayLike | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the matrix of a convolution: one colour and one name for each weight, empty where it holds 0.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    kernel : array_like of float, shape (k,)
    n : int, at least k
        Length of the input.
    numbers : array_like of float, shape (n - k + 1, n), optional
        What stands in the cells; the names of the weights by default. Cells without a weight are grey then.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
    """
    rows, columns = convolution_matrix(kernel, n).shape
    k = n - rows + 1
    ax = style.ensure_axes(ax, figsize=(0.6 + 0.5 * columns, 0.9 + 0.42 * rows))
    for i in range(rows):
        for p in range(columns):
            inside = 0 <= p - i < k
            face = style.tint(COLOURS[(p - i) % len(COLOURS)], 0.55) if inside else "white"
            ax.add_patch(Rectangle((p, -i - 1), 1, 1, facecolor=face, edgecolor=style.PALE, lw=1))
            if numbers is not None:
                text = f"{np.asarray(numbers)[i, p]:g}"
            else:
                text = f"$w_{p - i}$" if inside else ""
            colour = style.INK if inside else style.GREY
            ax.text(p + 0.5, -i - 0.5, text, ha="center", va="center", fontsize=style.NOTE_SIZE, color=colour)
    ax.set(xlim=(0, columns), ylim=(-rows, 0), aspect="equal")
    ax.set_xticks(np.arange(columns) + 0.5, [f"$x_{p}$" for p in range(columns)])
    ax.set_yticks(-np.arange(rows) - 0.5, [f"$y_{i}$" for i in range(rows)])
    style.finish(ax, title)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def plot_sharing(lengths: Sequence[int], k: int, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw how many numbers a linear layer holds: dense, sparse, and sparse with shared weights.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    lengths : sequence of int, at least k
        Lengths of the input.
    k : int, at least 1
        Length of the kernel.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
    """
    ax = style.ensure_axes(ax, figsize=(5.2, 3.0))
    n = np.asarray(lengths)
    ax.loglog(n, n * (n - k + 1), "-", color=style.INK, label="dense: $n(n - k + 1)$ weights")
    ax.loglog(n, k * (n - k + 1), "--", color=style.BLUE, label="sparse: $k(n - k + 1)$ weights")
    ax.loglog(n, np.full(len(n), k), ":", color=style.VERMILLION, lw=2, label="shared: $k$ weights")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "$n$, length of the input", "weights to learn")
