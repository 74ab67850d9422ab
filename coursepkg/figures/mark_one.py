"""Figures of lesson 02 on the Mark I: its letters, its wires, its decision, its learning curves.

Lecture: notebook 02, sections 2.7 and 2.8.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.mark_one import SIDE, MarkOne, a_units, draw


def plot_letters(names: Sequence[str], axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw generated letters and shapes on the retina.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    names : sequence of str
        Names for `draw`.
    axes : sequence of matplotlib Axes, optional
        One for each; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(names), figsize=(1.25 * len(names), 1.6))[1]
    for ax, name in zip(axes, names, strict=True):
        _draw_retina(ax, draw(name)[0])
        ax.set_title(name, fontsize=style.LABEL_SIZE, color=style.INK)
    return axes


def plot_organisation(machine: MarkOne, image: ArrayLike, n_shown: int = 16, ax: Axes | None = None) -> Axes:
    """Draw the machine from the retina to the response unit, with the wires of lit cells in colour.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    machine : MarkOne
        The machine; its first `n_shown` association units are drawn.
    image : array_like of int, shape (400,)
        Zeros and ones.
    n_shown : int
        How many association units to draw.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.6, 4.0))
    image, wiring = np.asarray(image), machine.wiring[:, :n_shown]
    fires = a_units(image[None], wiring, machine.theta)[0]
    rows, columns = np.divmod(np.arange(SIDE * SIDE), SIDE)
    x, y = columns.astype(float), (SIDE - 1 - rows).astype(float)
    colours = np.where(image == 1, style.INK, style.PALE)
    ax.scatter(x, y, s=14, marker="s", c=colours, lw=0, zorder=2)
    A = np.column_stack([np.full(n_shown, 36.0), np.linspace(SIDE - 1, 0, n_shown)])
    cells, units = np.nonzero(wiring)
    ends = np.stack([np.column_stack([x[cells], y[cells]]), A[units]], axis=1)  # (n_wires, 2, 2)
    lit, exciting = image[cells] == 1, wiring[cells, units] == 1
    ax.add_collection(LineCollection(ends[~lit], colors=style.PALE, lw=0.8, zorder=1, antialiaseds=False))
    ax.add_collection(LineCollection(ends[lit & exciting], colors=style.BLUE, lw=1.3, zorder=3))
    dashed = {"colors": style.VERMILLION, "lw": 1.3, "ls": (0, (4, 2)), "zorder": 3}
    ax.add_collection(LineCollection(ends[lit & ~exciting], **dashed))
    R = np.array([52.0, (SIDE - 1) / 2])
    largest = max(np.abs(machine.w[:n_shown]).max(initial=0), 1)
    for k, place in enumerate(A):
        active = fires[k] == 1
        weight = machine.w[k]
        width, dash = 0.6 + 2.4 * abs(weight) / largest * active, "-" if weight >= 0 else (0, (4, 2))
        colour = style.INK if active else style.PALE
        ax.plot(*np.array([place, R]).T, color=colour, lw=width, ls=dash, zorder=1)
        ax.plot(*place, "o", ms=10, mfc=style.YELLOW if active else "white", mec=style.INK, zorder=4)
    ax.plot(*R, "D", ms=16, mfc="white", mec=style.INK, zorder=4)
    active = a_units(image[None], machine.wiring, machine.theta)[0]
    score = active @ machine.w + machine.b
    ax.text(*R, "R", ha="center", va="center", fontsize=style.NOTE_SIZE, zorder=5)
    ax.text(R[0], R[1] - 2.4, f"sum {_signed(score)}", ha="center",
            fontsize=style.NOTE_SIZE)  # fmt: skip
    for place, text in (
        ((9.5, 20.3), "retina: 400 photocells"),
        ((36, 20.3), f"{n_shown} of {machine.wiring.shape[1]} A-units"),
        ((52, 20.3), "one R-unit"),
    ):
        ax.text(*place, text, ha="center", fontsize=style.LABEL_SIZE, color=style.INK)
    handles = [
        ax.plot([], [], color=style.BLUE, lw=1.5)[0],
        ax.plot([], [], color=style.VERMILLION, lw=1.5, ls=(0, (4, 2)))[0],
        ax.plot([], [], "o", mfc=style.YELLOW, mec=style.INK, ls="")[0],
    ]
    labels = ["exciting wire from a lit cell", "inhibiting wire from a lit cell", "A-unit that fires"]
    ax.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, -0.09), ncols=3, frameon=False,
              fontsize=style.NOTE_SIZE)  # fmt: skip
    ax.set(xlim=(-1.5, 57), ylim=(-2.5, 22), aspect="equal")
    ax.axis("off")
    title = f"{fires.sum()} of these {n_shown} A-units fire; wires are fixed, only A to R learns"
    return style.finish(ax, title)


def plot_wiring(machine: MarkOne, image: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the matrix of all wires, those from lit cells in colour.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    machine : MarkOne
        The machine.
    image : array_like of int, shape (400,)
        Zeros and ones.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.0, 3.6))
    image = np.asarray(image)
    cells, units = np.nonzero(machine.wiring)
    lit, exciting = image[cells] == 1, machine.wiring[cells, units] == 1
    dark = style.tint(style.GREY, 0.3)
    ax.plot(units[~lit] + 1, cells[~lit], "s", ms=1, mec="none", color=dark, antialiased=False, ls="",
            label="wire from a dark cell")  # fmt: skip
    for chosen, colour, marker, label in (
        (lit & exciting, style.BLUE, "o", "exciting, lit"),
        (lit & ~exciting, style.VERMILLION, "x", "inhibiting, lit"),
    ):
        ax.scatter(units[chosen] + 1, cells[chosen], s=12, color=colour, marker=marker, lw=0.9, label=label)
    n_units = machine.wiring.shape[1]
    ax.set(xlim=(0, n_units + 1), ylim=(399, 0))
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, -0.36), ncols=3, frameon=False, fontsize=style.NOTE_SIZE
    )
    title = f"{len(cells)} wires drawn at random; this image lights {lit.sum()} of them"
    return style.finish(ax, title, f"A-unit, 1 to {n_units}", "photocell, row by row")


def plot_decision(
    machine: MarkOne, image: ArrayLike, names: Sequence[str], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw an image, the association units that fire for it, and the decision of the response unit.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    machine : MarkOne
        The machine.
    image : array_like of int, shape (400,)
        Zeros and ones.
    names : sequence of two str
        What the decisions +1 and -1 mean.
    axes : sequence of three matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 3, figsize=(8.4, 2.9), width_ratios=(1, 1.3, 1))[1]
    image = np.asarray(image)
    active = a_units(image[None], machine.wiring, machine.theta)[0]
    n_units, for_plus = len(active), active * machine.w
    _draw_retina(axes[0], image)
    style.finish(axes[0], f"{image.sum()} cells are lit")
    width = int(np.ceil(np.sqrt(1.6 * n_units)))
    places = np.arange(n_units)
    size = 9_000 / (width * width)
    for chosen, face, edge, marker in (
        (active == 0, "white", style.tint(style.GREY, 0.4), "o"),
        (for_plus > 0, style.BLUE, style.BLUE, "o"),
        (for_plus < 0, style.VERMILLION, style.VERMILLION, "s"),
        ((active == 1) & (for_plus == 0), style.GREY, style.GREY, "o"),
    ):
        here = places[chosen]
        x, y = here % width, -(here // width)
        axes[1].scatter(x, y, s=size, color=face, ec=edge, lw=0.4, marker=marker, clip_on=False)
    axes[1].set(aspect="equal")
    axes[1].axis("off")
    style.finish(axes[1], f"{active.sum()} of {n_units} A-units fire")
    plus, minus = for_plus[for_plus > 0].sum(), -for_plus[for_plus < 0].sum()
    score = plus - minus + machine.b
    colours = [style.BLUE, style.VERMILLION, style.GREY]
    bars = axes[2].barh([2, 1, 0], [plus, minus, abs(machine.b)], color=colours)
    texts = [_signed(value) for value in (plus, -minus, machine.b)]
    axes[2].bar_label(bars, texts, padding=3, fontsize=style.NOTE_SIZE)
    axes[2].set(
        yticks=[2, 1, 0], yticklabels=[names[0], names[1], "bias"], xlim=(0, 1.3 * max(plus, minus, 1))
    )
    axes[2].set_xticks([])
    decision = names[0] if score >= 0 else names[1]
    style.finish(axes[2], f"sum {_signed(score)}: {decision}")
    return axes


def plot_decision_strip(
    machine: MarkOne, frames: Sequence[tuple[str, tuple[int, int]]], names: Sequence[str]
) -> np.ndarray:
    """Draw several frames of `plot_decision` under each other.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    machine : MarkOne
        The machine.
    frames : sequence of (str, (int, int))
        Letter and shift of each frame.
    names : sequence of two str
        What the decisions mean.

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_frames, 3)
        The axes drawn on.
    """
    n = len(frames)
    axes = style.new_figure(n, 3, figsize=(7.4, 2.4 * n), width_ratios=(1, 1.3, 1))[1].reshape(n, 3)
    for row, (name, shift) in zip(axes, frames):
        plot_decision(machine, draw(name, shift)[0], names, axes=row)
    return axes


def plot_learning_curves(shown: ArrayLike, curves: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw accuracy on fresh images against images shown: means of several machines, with their range.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    shown : array_like of int, shape (n_counts,)
        Numbers of images.
    curves : mapping of str to array_like of float, shape (n_machines, n_counts)
        Accuracies.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    for (name, found), colour, marker in zip(curves.items(), style.CYCLE, "osD^v"):
        found = np.asarray(found)
        ax.fill_between(shown, found.min(axis=0), found.max(axis=0), color=colour, alpha=0.12, lw=0)
        ax.plot(shown, found.mean(axis=0), marker=marker, ms=6, color=colour, label=name)
    ax.axhline(0.5, color=style.GREY, lw=0.8, ls=":")
    ax.text(shown[-1], 0.505, "guessing", ha="right", va="bottom", fontsize=style.NOTE_SIZE, color=style.GREY)
    ax.set(xscale="log", ylim=(0.44, 1.03), xticks=list(shown), xticklabels=[f"{int(n)}" for n in shown])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    title = "After 60 images at any place the machine guesses; after 5000 it is right"
    return style.finish(ax, title, "images shown (log scale)", "share of fresh images told apart")


def plot_accuracies(
    values: ArrayLike,
    accuracies: Mapping[str, ArrayLike],
    title: str,
    x: str,
    log: bool = False,
    claims: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw accuracy against something, every machine a dot, their mean a line.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    values : array_like of float, shape (n_values,)
        What varies.
    accuracies : mapping of str to array_like of float, shape (n_values, n_machines)
        Accuracies.
    title : str
        The finding.
    x : str
        What varies, in words.
    log : bool
        Whether `values` go on a logarithmic scale.
    claims : mapping of str to float, optional
        Published accuracies, drawn as levels.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    for (name, found), colour, marker in zip(accuracies.items(), style.CYCLE, "osD^v"):
        found = np.asarray(found)
        for value, column in zip(values, found):
            ax.plot(
                np.full(len(column), value), column, marker, ms=4, mfc="none", mec=colour, alpha=0.45, ls=""
            )
        ax.plot(values, found.mean(axis=1), marker=marker, ms=7, color=colour, label=name)
    for (name, level), colour in zip((claims or {}).items(), style.CYCLE):
        ax.axhline(level, color=colour, lw=1, ls="--")
        ax.text(
            values[-1], level + 0.008, name, ha="right", va="bottom", fontsize=style.NOTE_SIZE, color=colour
        )
    ax.axhline(0.5, color=style.GREY, lw=0.8, ls=":")
    if log:
        ax.set(xscale="log")
        ax.set_xticks(list(values), [f"{int(value)}" for value in values])
        ax.minorticks_off()
    ax.set(ylim=(0.44, 1.03))
    if len(accuracies) > 1:
        ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    return style.finish(ax, title, x, "share of fresh images told apart")


def _draw_retina(ax, image):
    """Draw an image of 20 by 20 cells, dark where a cell is lit."""
    ax.imshow(np.asarray(image).reshape(SIDE, SIDE), cmap="Greys", vmin=0, vmax=1.25, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_color(style.GREY)


def _signed(value):
    """Return a number with its sign, a true minus."""
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}")
