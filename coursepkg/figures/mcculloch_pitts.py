"""Figures of lesson 01 on McCulloch-Pitts nets: circuits in the manner of the paper, and spike rasters.

Triangles are neurons. A line leaves the flat side on the right; it ends on another triangle in filled dots
(excitation) or in an open circle round the tip (inhibition).

Lecture: notebook 01, section 1.7.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.mcculloch_pitts import McCullochPittsNet, figure_1_net, simulate

_WIDTH, _HEIGHT = 0.85, 0.8

# Where the tip of each triangle lies.
_PLACES = {
    "a": {"N1": (0, 0.6), "N2": (2.3, 0)},
    "b": {"N1": (0, 1.3), "N2": (0, 0), "N3": (2.3, 0.65)},
    "c": {"N1": (0, 1.3), "N2": (0, 0), "N3": (2.3, 0.65)},
    "d": {"N1": (0, 1.3), "N2": (0, 0), "N3": (2.3, 0.65)},
    "e": {
        "N1": (0, 3.2), "N2": (0, 0.4), "B": (1.9, 1.3), "A": (3.7, 2.1),
        "N3": (5.7, 2.95), "N4": (5.7, 0.5),
    },
    "f": {
        "N1": (0, 1.5), "N2": (1.7, 2.3), "N3": (1.7, 0.7),
        "A": (3.6, 3.2), "B": (3.6, 1.5), "C": (3.6, -0.2), "N4": (5.8, 1.5),
    },
    "h": {"N1": (0, 1.2), "A": (1.9, 0.2), "N2": (3.9, 1.0)},
    "i": {"N1": (0, 2.2), "N2": (0, 0), "A": (2.2, 1.1), "N3": (5.2, 1.0)},
}  # fmt: skip

# Control points of lines that take a way round.
_DETOURS = {
    ("e", "N2", "A"): ((2.6, 0.35), (3.5, 0.9)),
    ("f", "N1", "A"): ((1.2, 3.1), (2.2, 3.2)),
    ("f", "N1", "C"): ((1.2, -0.1), (2.2, -0.2)),
    ("h", "N1", "A"): ((1.5, 1.2), (1.0, 0.35)),
    ("i", "A", "A"): ((4.6, 2.3), (1.6, 2.3)),
    ("i", "N1", "N3"): ((3.6, 2.5), (4.7, 2.1)),
    ("i", "N2", "N3"): ((3.2, -0.1), (4.2, 0.1)),
}

_FINDINGS = {
    "a": "a: delay",
    "b": "b: or",
    "c": "c: and",
    "d": "d: and not",
    "e": "e: heat, cold and the illusion",
    "f": "f: two inputs overcome inhibition",
    "h": "h: two ticks in a row",
    "i": "i: a loop remembers for ever",
}


def plot_net(letter: str, ax: Axes | None = None) -> Axes:
    """Draw a net of the paper's Figure 1 as a circuit.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    letter : str
        The net, as for `figure_1_net`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.8, 3.2))
    net, places = figure_1_net(letter), _PLACES[letter]
    for source, target in net.inhibit:
        tip = np.subtract(places[target], [0.12, 0])
        side = np.sign(places[source][1] - tip[1])
        _draw_axon(ax, letter, places, source, target, np.add(tip, [-0.05, 0.16 * side]), vertical=True)
        ax.plot(*tip, "o", ms=10, mfc="white", mec=style.VERMILLION, mew=1.8, zorder=4)
    for name, spots in _ending_spots(net, places).items():
        for source, spot in spots:
            _draw_axon(ax, letter, places, source, name, spot)
            ax.plot(*spot, "o", ms=5, color=style.INK, zorder=5)
    for name, (x, y) in places.items():
        is_input = name in net.inputs
        corners = [(x, y), (x + _WIDTH, y + _HEIGHT / 2), (x + _WIDTH, y - _HEIGHT / 2)]
        face = style.NODE_WHITE if is_input else style.NODE_BLUE
        ax.fill(
            *np.transpose(corners), facecolor=face, edgecolor=style.INK, lw=1.4, zorder=3, joinstyle="round"
        )
        ax.text(x + 0.6, y, _label(name), ha="center", va="center", fontsize=9.5, color=style.INK, zorder=6)
        if name not in {edge[0] for edge in net.excite + net.inhibit}:  # an output: its line leaves the net
            ax.plot([x + _WIDTH, x + _WIDTH + 0.5], [y, y], color=style.INK, lw=1.4)
    x, y = np.transpose(list(places.values()))
    ax.set(xlim=(-0.3, x.max() + 1.5), ylim=(y.min() - 0.6, y.max() + 0.75), aspect="equal", anchor="NW")
    ax.axis("off")
    return style.finish(ax, _FINDINGS[letter])


def plot_raster(
    net: McCullochPittsNet,
    inputs: ArrayLike,
    steps: int | None = None,
    names: dict[str, str] | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw which neurons of a net fire at which time.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    net : McCullochPittsNet
        The net.
    inputs : array_like of int, shape (n_times, n_inputs)
        What the input neurons do.
    steps : int, optional
        Number of times; n_times by default.
    names : dict of str to str, optional
        The neurons to show, from top to bottom, and how to call them; all by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.0, 2.2))
    spikes = simulate(net, inputs, steps)
    names = {name: _label(name) for name in net.neurons} if names is None else names
    for row, name in enumerate(names):
        times = np.flatnonzero(spikes[:, net.neurons.index(name)])
        driven = name in net.inputs
        ax.axhline(row, color=style.PALE, lw=1, zorder=0)
        ax.bar(
            times, 0.62, width=0.62, bottom=row - 0.31, color="white" if driven else style.BLUE,
            edgecolor=style.INK if driven else style.BLUE, hatch="////" if driven else None, lw=1, zorder=2,
        )  # fmt: skip
    ax.set(xlim=(-0.6, len(spikes) - 0.4), ylim=(len(names) - 0.45, -0.55), xticks=range(len(spikes)))
    ax.set_yticks(range(len(names)), names.values())
    style.finish(ax, title, "$t$ (time in synaptic delays)")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def plot_nets_and_rasters(
    letters: str, inputs: dict[str, ArrayLike], axes: np.ndarray | None = None
) -> np.ndarray:
    """Draw nets of Figure 1 above the rasters of their answers.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    letters : str
        The nets, such as "abcd".
    inputs : dict of str to array_like of int, shape (n_times, n_inputs)
        What drives each net.
    axes : ndarray of matplotlib Axes, shape (2, n_nets), optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes, shape (2, n_nets)
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(
            2,
            len(letters),
            figsize=(9.6, 3.6 if len(letters) > 3 else 4.3),
            squeeze=False,
            height_ratios=(1.3, 1),
        )[1]
    for letter, upper, lower in zip(letters, *axes, strict=True):
        plot_net(letter, ax=upper)
        plot_raster(figure_1_net(letter), inputs[letter], ax=lower)
        if letter != letters[0]:
            lower.set_xlabel("$t$")
    return axes


def plot_heat_illusion(
    durations: Sequence[int] = (1, 2, 3), axes: dict[str, Axes] | None = None
) -> dict[str, Axes]:
    """Draw the net of the heat illusion and its answers to cold of several durations.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    durations : sequence of int
        Number of ticks that the cold lasts, one raster each.
    axes : dict of str to matplotlib Axes, optional
        Keys "net", "0", "1", ...; a new figure by default.

    Returns
    -------
    dict of str to matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        rows = [["net", str(k)] for k in range(len(durations))]
        fig = style.plt.figure(figsize=(9.4, 1.75 * len(durations)), dpi=style.DPI, layout="constrained")
        axes = fig.subplot_mosaic(rows, width_ratios=(1.15, 1))
    net = figure_1_net("e")
    plot_net("e", ax=axes["net"])
    steps = max(durations) + 4
    names = {"N2": "$N_2$ cold on skin", "N3": "$N_3$ heat felt", "N4": "$N_4$ cold felt"}
    for k, duration in enumerate(durations):
        cold = np.zeros((steps, 2), dtype=int)
        cold[:duration, net.inputs.index("N2")] = 1
        spikes = simulate(net, cold)
        heat, felt = (np.flatnonzero(spikes[:, net.neurons.index(name)]).tolist() for name in ("N3", "N4"))
        title = (
            f"{duration} cold tick{'s' * (duration > 1)}: heat at {_times(heat)}, cold {_times(felt, 'at ')}"
        )
        plot_raster(net, cold, names=names, ax=axes[str(k)], title=title)
        if k + 1 < len(durations):
            axes[str(k)].set_xlabel("")
    axes["net"].set_title(
        "e: after every cold, the net feels heat once", loc="left", fontsize=style.TITLE_SIZE
    )
    return axes


def _label(name):
    """Return the name of a neuron, typeset."""
    return f"$N_{name[1:]}$" if name[0] == "N" else name


def _times(times, before=""):
    """Return times as words."""
    return before + "t = " + ", ".join(map(str, times)) if times else "never"


def _ending_spots(net, places):
    """Return, for each cell, the pairs (source, point of the triangle's edge) of its excitatory endings.

    Lines from above end on the upper edge and lines from below on the lower one, in the order of their
    height, so that they do not cross.
    """
    spots = {}
    for cell in net.cells:
        x, y = places[cell]
        incoming = sorted((e for e in net.excite if e[1] == cell), key=lambda edge: places[edge[0]][1])
        upper, lower = [], []
        for source, _, endings in incoming:
            height = places[source][1] - y + (1 if source == cell else 0)
            if height == 0:
                upper += [source] * (endings - endings // 2)
                lower += [source] * (endings // 2)
            else:
                (upper if height > 0 else lower).extend([source] * endings)
        spots[cell] = []
        for side, sources in ((1, upper), (-1, lower[::-1])):
            shares = 0.14 + 0.72 * (np.arange(len(sources)) + 0.5) / max(len(sources), 2)
            spots[cell] += [
                (source, (x + share * _WIDTH, y + side * (share * _HEIGHT / 2 + 0.05)))
                for source, share in zip(sources, shares, strict=True)
            ]
    return spots


def _draw_axon(ax, letter, places, source, target, end, vertical=False):
    """Draw a smooth line from the flat side of `source` to the point `end` on `target`."""
    start = np.add(places[source], [_WIDTH, 0])
    end = np.array(end)
    dx, dy = end - start
    if (letter, source, target) in _DETOURS:
        first, second = _DETOURS[letter, source, target]
    elif vertical:
        first, second = np.add(start, [0.75 * dx, 0]), np.subtract(end, [0, 0.6 * dy])
    else:
        bend = 0.1 * np.sign(dy) * (abs(dy) > 0.4)
        first, second = np.add(start, [0.55 * dx, 0]), np.add(end, [-0.3 * dx, bend])
    colour = style.VERMILLION if vertical else style.INK
    path = Path([start, first, second, end], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    ax.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, lw=1.4, zorder=2, capstyle="round"))
