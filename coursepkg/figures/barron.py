"""Figures of lesson 13: drawn networks, rates with and without the dimension, the best width, two descents.

Lecture: notebook 13, sections 13.3 to 13.7.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.barron import (
    barron_constant_gauss,
    gaussian_bump,
    grid_error,
    maurey_sample,
    optimal_width,
    step_network,
    two_term_bound,
)
from coursepkg.figures import style

MARKS = ("o", "s", "^", "D", "v", "P")


def plot_drawn_network(q: int, seed: int = 0, ax: Axes | None = None) -> Axes:
    """Draw the bump in one dimension and one random network of q step units.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    q : int, at least 1
        Number of units.
    seed : int
        Of the generator that draws them.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.2))
    x = np.linspace(-1, 1, 801)[:, None]
    f, drawn = gaussian_bump(x), step_network(x, maurey_sample(1, q, np.random.default_rng(seed)))
    ax.plot(x, f, color=style.INK, lw=1.6, label="bump $f$")
    ax.plot(x, drawn, color=style.VERMILLION, lw=1.3, label=f"network $f_q$, q = {q}")
    ax.set_ylim(0, 1.6)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    error = np.mean((drawn - f) ** 2)
    units = "unit" if q == 1 else "units"
    return style.finish(ax, f"{q} drawn {units}: mean squared error {error:.4f}", "input $x$", "output")


def plot_drawn_strip(widths: Sequence[int], seed: int = 0) -> np.ndarray:
    """Draw several random networks side by side.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    widths : sequence of int
        Number of units of each.
    seed : int
        Of the generator that draws them.

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_widths,)
    """
    fig, axes = style.new_figure(1, len(widths), figsize=(3.0 * len(widths), 2.9), sharey=True)
    for ax, q in zip(axes, widths, strict=True):
        plot_drawn_network(q, seed, ax=ax)
        ax.get_legend().remove()
        ax.set_title(f"q = {q}", fontsize=style.TITLE_SIZE, loc="left")
    for ax in axes[1:]:
        ax.set_ylabel("")
    style.figure_title(fig, "More drawn units (red): closer to the bump (black), at a rate of chance")
    return axes


def plot_rates(dimensions: ArrayLike, widths: ArrayLike, errors: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the mean squared error of drawn networks against q for several dimensions, and two bounds.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    dimensions : array_like of int, shape (n_dimensions,)
    widths : array_like of int, shape (n_widths,)
    errors : array_like of float, shape (n_dimensions, n_widths)
        Means over repetitions.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.6, 4.2))
    widths, dimensions = np.asarray(widths), np.asarray(dimensions, dtype=int)
    colours = style.CYCLE[: len(dimensions)]
    for p, row, mark, color in zip(dimensions, np.asarray(errors), MARKS, colours, strict=False):
        ax.loglog(widths, row, mark, ls="-", ms=5, lw=1, color=color, label=f"p = {p}")
    for p, color in ((dimensions[0], colours[0]), (dimensions[-1], colours[-1])):
        bound = (2 * barron_constant_gauss(int(p))) ** 2 / widths
        ax.loglog(widths, bound, "--", lw=1, color=color)
        label = f"bound, p = {p}"
        ax.annotate(label, (widths[1], bound[1]), (6, 4), textcoords="offset points",
                    fontsize=style.NOTE_SIZE, color=color)  # fmt: skip
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, ncol=2, loc="lower left")
    title = "Every dimension has the slope −1; the dimension only lifts the line"
    return style.finish(ax, title, "number of units $q$", "mean squared error")


def plot_grid_against_units(unit_variance: Mapping[int, float], ax: Axes | None = None) -> Axes:
    """Draw the exact error of the best constants on grids and the line of drawn units, against the budget.

    Lecture: notebook 13, section 13.4.

    Parameters
    ----------
    unit_variance : mapping of int to float
        For each dimension p, q times the mean squared error of q drawn units.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.6, 4.2))
    q = np.geomspace(1, 1e7, 40)
    for (p, variance), mark, color in zip(unit_variance.items(), MARKS, style.CYCLE, strict=False):
        p = int(p)
        m = np.unique(np.geomspace(1, max(2, 1e7 ** (1 / p)), 9).astype(int))
        ax.loglog(
            m.astype(float) ** p, grid_error(p, m), mark, ls="-", ms=5, lw=1, color=color, label=f"p = {p}"
        )
        ax.loglog(q, variance / q, ":", lw=1.2, color=color)
    ax.set_ylim(1e-9, 3)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left", title="grid; dotted: drawn units")
    title = "Grid cells lose their slope with the dimension, drawn units keep it"
    return style.finish(ax, title, "budget $q$: cells or units", "mean squared error")


def plot_greedy(data: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Draw the error of greedily chosen units, of drawn ones, and the theorem's bound.

    Lecture: notebook 13, section 13.5.

    Parameters
    ----------
    data : mapping
        "greedy" and "drawn", errors for 0, 1, ... units, and "v", the sum of absolute weights of the target.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.2, 3.8))
    greedy, drawn = np.asarray(data["greedy"]), np.asarray(data["drawn"])
    q = np.arange(1, len(greedy))
    ax.loglog(q, float(data["v"]) ** 2 / (q + 1), "--", color=style.INK, lw=1.2, label="bound $v^2/(q+1)$")
    ax.loglog(q, drawn[1:], "s", ms=4, color=style.VERMILLION, ls="-", lw=1, label="drawn")
    ax.loglog(q, greedy[1:], "o", ms=4, color=style.BLUE, ls="-", lw=1, label="chosen greedily")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    title = "Chosen units are many times better than drawn ones"
    return style.finish(ax, title, "number of units $q$", "mean squared error")


def plot_two_terms(C: float, N: int, p: int, ax: Axes | None = None) -> Axes:
    """Draw the two terms of the bound, their sum, and the best width.

    Lecture: notebook 13, section 13.6.

    Parameters
    ----------
    C : float, positive
        The Barron constant.
    N : int, at least 2
        Number of training points.
    p : int, at least 1
        Dimension of the input.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.8, 3.6))
    q = np.geomspace(1, 1000, 300)
    best = optimal_width(C, N, p)
    ax.loglog(q, C**2 / q, "--", color=style.BLUE, lw=1.2, label="approximation $C^2/q$")
    ax.loglog(q, q * p * np.log(N) / N, ":", color=style.VERMILLION, lw=1.6, label=r"estimation $qp\log N/N$")
    ax.loglog(q, two_term_bound(C, N, p, q), color=style.INK, lw=1.6, label="sum")
    ax.plot(best, two_term_bound(C, N, p, best), "*", ms=12, color=style.GREEN, zorder=4)
    ax.set_ylim(1e-4, 1e4)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    title = f"C = {C:.3g}, N = {N}, p = {p}: least at q = {best}"
    return style.label_decades(style.finish(ax, title, "number of units $q$", "bound on the error"))


def plot_two_terms_strip(settings: Sequence[tuple[float, int, int]]) -> np.ndarray:
    """Draw the two-term bound for several settings side by side.

    Lecture: notebook 13, section 13.6.

    Parameters
    ----------
    settings : sequence of (C, N, p)

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_settings,)
    """
    fig, axes = style.new_figure(1, len(settings), figsize=(3.6 * len(settings), 3.4), sharey=True)
    for k, (ax, (C, N, p)) in enumerate(zip(axes, settings, strict=True)):
        plot_two_terms(C, N, p, ax=ax)
        if k:
            ax.get_legend().remove()
            ax.set_ylabel("")
    style.figure_title(fig, "More data move the best width to the right; more dimensions move it back")
    return axes


def plot_u_shape(samples: ArrayLike, widths: ArrayLike, errors: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the error on new inputs against q for several numbers of samples, and mark each minimum.

    Lecture: notebook 13, section 13.6.

    Parameters
    ----------
    samples : array_like of int, shape (n_curves,)
    widths : array_like of int, shape (n_widths,)
    errors : array_like of float, shape (n_curves, n_widths)
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.6, 4.0))
    widths = np.asarray(widths)
    for N, row, mark, color in zip(
        np.asarray(samples, int), np.asarray(errors), MARKS, style.CYCLE, strict=False
    ):
        use = widths < 0.6 * N
        ax.loglog(widths[use], row[use], mark, ls="-", ms=4, lw=1, color=color, label=f"N = {N}")
        k = int(np.argmin(np.where(use, row, np.inf)))
        ax.plot(widths[k], row[k], "*", ms=13, mfc="none", mec=style.INK, mew=1.2, zorder=4)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    title = "For each N a best width (star), which grows with N"
    return style.finish(ax, title, "number of units $q$", "mean squared error, new inputs")


def plot_double_descent(N: int, widths: ArrayLike, errors: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the error on new inputs of fits of least norm, for widths far beyond the number of samples.

    Lecture: notebook 13, section 13.7.

    Parameters
    ----------
    N : int
        Number of samples.
    widths : array_like of int, shape (n_widths,)
    errors : array_like of float, shape (n_widths,)
        Medians over repetitions.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.6, 3.8))
    ax.loglog(widths, errors, "o", ls="-", ms=4, lw=1.2, color=style.BLUE, label="measured")
    ax.axvline(N - 1, color=style.GREY, ls="--", lw=1)  # the constant is a weight too
    ax.annotate(f"q + 1 = N = {N}", (N - 1, np.max(errors)), (6, -4), textcoords="offset points",
                fontsize=style.NOTE_SIZE, color=style.INK)  # fmt: skip
    title = "Down, up to a peak at q + 1 = N, and down again, below the first minimum"
    return style.finish(ax, title, "number of units $q$", "mean squared error, new inputs")
