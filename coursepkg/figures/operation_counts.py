"""Figures of lesson 09 on tangents, sweeps and prices.

Lecture: notebook 09, sections 9.2 to 9.5.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.operation_counts import best_order, jacobian_multiplications

LOOKS = {
    "forward": (style.BLUE, "o", "-"),
    "reverse": (style.VERMILLION, "s", "--"),
    "differences": (style.GREEN, "^", ":"),
}


def plot_tangent(
    f, slope, x: float, tangent: float, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw a function, its linear map at a point, and the arrow that the map makes of a tangent.

    Lecture: notebook 09, section 9.1.

    Parameters
    ----------
    f, slope : callable
        A function of one number and its derivative; both take arrays.
    x : float
        The point.
    tangent : float
        How far the input moves.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
    """
    ax = style.ensure_axes(ax, figsize=(5.2, 3.2))
    reach = max(1.5, 1.3 * abs(tangent))
    grid = np.linspace(x - reach, x + reach, 200)
    y, d = float(f(x)), float(slope(x))
    ax.plot(grid, f(grid), color=style.INK, label="$f$")
    ax.plot(grid, y + d * (grid - x), "--", color=style.BLUE, label="its linear map at $x$")
    arrow = {"arrowstyle": "-|>", "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x + tangent, y), (x, y), arrowprops=arrow | {"color": style.GREEN})
    ax.annotate(
        "", (x + tangent, y + d * tangent), (x + tangent, y), arrowprops=arrow | {"color": style.VERMILLION}
    )
    side = 0.06 * reach * (1 if tangent >= 0 else -1)
    below = d * tangent > 0
    gap = 0.05 * np.ptp(y + d * (grid - x)) * (-1 if below else 1)
    ax.text(x + tangent / 2, y + gap, "$v$", ha="center", va="top" if below else "bottom", color=style.GREEN)
    ax.text(
        x + tangent + side, y + d * tangent / 2, "$f'(x)\\,v$", va="center", color=style.VERMILLION,
        ha="left" if tangent >= 0 else "right",
    )  # fmt: skip
    ax.plot([x], [y], "o", color=style.INK)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "$x$, input", "$f(x)$, output")


def plot_sweeps(sizes: Sequence[int], ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw what a full Jacobian costs in both modes: bars of multiplications, with the number of sweeps.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    sizes : sequence of int, at least 1
        ``n_in``, the widths, ``n_out``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; which mode is cheaper by default.

    Returns
    -------
    matplotlib Axes
    """
    ax = style.ensure_axes(ax, figsize=(5.2, 2.0))
    counts = {mode: jacobian_multiplications(sizes, mode) for mode in ("reverse", "forward")}
    largest = max(counts.values())
    for row, (mode, count) in enumerate(counts.items()):
        sweeps = sizes[0] if mode == "forward" else sizes[-1]
        hatch = "" if mode == "forward" else "//"
        ax.barh(row, count, color=style.tint(LOOKS[mode][0], 0.5), edgecolor=LOOKS[mode][0], hatch=hatch)
        word = "sweep" if sweeps == 1 else "sweeps"
        ax.text(
            count + 0.02 * largest, row, f"{sweeps} {word}: {count}", va="center", fontsize=style.NOTE_SIZE
        )
    ax.set_yticks(range(2), list(counts))
    ax.set_xlim(0, 1.65 * largest)
    ax.ticklabel_format(axis="x", style="plain")
    ax.locator_params(axis="x", nbins=4)
    if title is None:
        forward, reverse = counts["forward"], counts["reverse"]
        cheaper = "Forward" if forward < reverse else "Reverse"
        title = f"{cheaper} mode is cheaper" if forward != reverse else "Both modes cost the same"
        sides = [f"{n} {word}" + "s" * (n > 1) for n, word in ((sizes[0], "input"), (sizes[-1], "output"))]
        title += ": " + ", ".join(sides)
    return style.finish(ax, title, "multiplications for the whole Jacobian")


def plot_crossover(
    n_in: ArrayLike, hidden: Sequence[int], n_out: int, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the price of a Jacobian in both modes against the number of inputs, and where they cross.

    Lecture: notebook 09, section 9.4.

    Parameters
    ----------
    n_in : array_like of int
        Numbers of inputs.
    hidden : sequence of int
        Widths between input and output.
    n_out : int
        Number of outputs.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
    """
    ax = style.ensure_axes(ax, figsize=(5.2, 3.2))
    sizes = [[int(n), *hidden, n_out] for n in np.asarray(n_in)]
    for mode in ("forward", "reverse"):
        colour, _, line = LOOKS[mode]
        counts = [jacobian_multiplications(size, mode) for size in sizes]
        ax.loglog(n_in, counts, line, color=colour, lw=2, label=f"{mode} mode")
    best = [best_order(size)[0] for size in sizes]
    ax.loglog(n_in, best, ":", color=style.INK, lw=1.5, label="best order of the matrices")
    ax.axvline(n_out, 0, 0.6, color=style.GREY, lw=0.8)
    ax.text(
        n_out * 1.08, min(best), f"$n_{{in}} = n_{{out}} = {n_out}$", fontsize=style.NOTE_SIZE, va="bottom"
    )
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "$n_{in}$, number of inputs", "multiplications")


def plot_prices(
    n: ArrayLike, ratios: Mapping[str, ArrayLike], ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the operations for a gradient, as a multiple of the function's, against the number of inputs.

    Lecture: notebook 09, section 9.5.

    Parameters
    ----------
    n : array_like of int
        Numbers of inputs.
    ratios : mapping of str to array_like of float
        For each method, ``"reverse"``, ``"forward"`` or ``"differences"``, the multiples.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.4))
    names = {
        "forward": "forward mode, n sweeps",
        "differences": "differences, n + 1 evaluations",
        "reverse": "reverse mode, one sweep",
    }
    for method, values in ratios.items():
        colour, marker, line = LOOKS[method]
        ax.loglog(n, values, line, color=colour, marker=marker, ms=5, label=names[method])
    ax.axhline(5, color=style.GREY, lw=0.8)
    ax.text(np.max(n), 5.4, "5, the bound", ha="right", fontsize=style.NOTE_SIZE, color=style.INK)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(ax, title, "$n$, number of inputs", "operations / those of $f$")
