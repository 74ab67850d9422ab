"""Figures of lesson 08: numbers on edges, accounts, paths and edges, the two passes, the gradient check.

Lecture: notebook 08, sections 8.2 to 8.7.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike

from coursepkg import autodiff as ad
from coursepkg.autodiff import Tensor
from coursepkg.backpropagation import Edge, inputs_of, sweep, topological_order
from coursepkg.figures import graph, style


def plot_edges(
    edges: Sequence[Edge],
    end: Hashable,
    labels: Mapping[Hashable, str] | None = None,
    accounts: Mapping[Hashable, float] | None = None,
    highlight: Sequence[Hashable] = (),
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a graph whose edges carry local derivatives; under a node stands what has reached it.

    Lecture: notebook 08, section 8.2; the slide "Chain rule".

    Parameters
    ----------
    edges : sequence of (source, target, float)
        As for `coursepkg.backpropagation`. Edges between the same two nodes are drawn beside each other.
    end : node
        What is differentiated, drawn on the right.
    labels : mapping of node to str, optional
        What stands in the circles; the node's own text by default.
    accounts : mapping of node to float, optional
        Numbers to write under the nodes.
    highlight : sequence of node
        The edges between neighbours in it are drawn thick: one path.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    inputs, column = inputs_of(edges), {}
    for node in topological_order(edges, end):
        column[node] = 1 + max((column[source] for source, _ in inputs.get(node, [])), default=-1)
    places = {}
    for c in range(max(column.values()) + 1):
        nodes = [node for node in inputs if column.get(node) == c]
        places |= {node: (2.0 * c, (len(nodes) - 1) / 2 - k) for k, node in enumerate(nodes)}
    across, up = np.array(list(places.values())).T
    size = (1.1 * np.ptp(across) + 1.6, 1.2 * np.ptp(up) + 1.9)
    ax = style.ensure_axes(ax, figsize=(max(4.0, size[0]), size[1]))
    drawn: dict[tuple, int] = {}
    path = set(pairwise(highlight))
    for source, target, slope in edges:
        if target not in places:
            continue
        k = drawn[source, target] = drawn.get((source, target), -1) + 1
        several = sum(pair[:2] == (source, target) for pair in edges) > 1
        bend = (0.28 if k == 0 else -0.28) if several else 0.0
        thick = (source, target) in path
        (x0, y0), (x1, y1) = places[source], places[target]
        ax.add_patch(
            FancyArrowPatch(
                (x0, y0), (x1, y1), connectionstyle=f"arc3,rad={-bend}", arrowstyle="-|>", mutation_scale=11,
                shrinkA=13, shrinkB=13, color=style.BLUE if thick else style.GREY, lw=2.6 if thick else 1.1,
                zorder=2 if thick else 1,
            )
        )  # fmt: skip
        t = 0.5 if y0 == y1 else 0.4
        above = bend * (x1 - x0) / 2 * 1.05
        ax.text(
            x0 + t * (x1 - x0), y0 + t * (y1 - y0) + above, f"{slope:g}", ha="center", va="center",
            fontsize=style.NOTE_SIZE, color=style.INK, zorder=3,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip
    for node, (x, y) in places.items():
        colour = style.NODE_WHITE if node == end else style.NODE_BLUE if inputs.get(node) else style.NODE_RED
        ax.plot(x, y, "o", ms=22, mfc=colour, mec=style.INK, mew=1.1, zorder=4)
        text = (labels or {}).get(node, str(node))
        ax.text(x, y, text, ha="center", va="center", fontsize=style.NOTE_SIZE, zorder=5)
        if accounts and node in accounts:
            ax.text(
                x, y - 0.36, f"{accounts[node]:g}", ha="center", va="top", fontsize=style.LABEL_SIZE,
                color=style.VERMILLION, fontweight="bold", zorder=5,
            )  # fmt: skip
    ax.set(xlim=(across.min() - 0.6, across.max() + 0.6), ylim=(up.min() - 0.85, up.max() + 0.55))
    ax.set_aspect("equal")
    ax.axis("off")
    return style.finish(ax, title)


def plot_accounts(
    edges: Sequence[Edge],
    visits: Sequence[Hashable],
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the accounts of all nodes after each visit: a column a visit, a row a node.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
    visits : sequence of node
        The first is the end.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    rows = topological_order(edges, visits[0])[::-1]
    ax = style.ensure_axes(ax, figsize=(1.4 + 0.62 * len(visits), 0.7 + 0.42 * len(rows)))
    for j, visited in enumerate(visits):
        accounts = sweep(edges, visits[: j + 1])
        sends_to = {source for source, _ in inputs_of(edges).get(visited, [])}
        for i, node in enumerate(rows):
            changed = node in sends_to
            face = style.tint(style.ORANGE, 0.6) if changed else "white"
            ax.add_patch(Rectangle((j, -i - 1), 1, 1, facecolor=face, edgecolor=style.PALE, lw=1))
            text = f"{accounts.get(node, 0):g}" + ("*" if node == visited else "")
            ax.text(
                j + 0.5, -i - 0.5, text, ha="center", va="center", fontsize=style.LABEL_SIZE, color=style.INK,
                fontweight="bold" if changed else "normal",
            )  # fmt: skip
    ax.set(xlim=(0, len(visits)), ylim=(-len(rows), 0))
    ax.set_xticks(np.arange(len(visits)) + 0.5, [str(node) for node in visits])
    ax.set_yticks(-np.arange(len(rows)) - 0.5, [f"account of {node}" for node in rows])
    style.finish(ax, title, x="node visited, in this order (* it sends)")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def plot_paths_and_edges(
    depths: ArrayLike, paths: ArrayLike, edges: ArrayLike, q: int, ax: Axes | None = None
) -> Axes:
    """Draw the number of paths and of edges of fully connected graphs against their depth.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    depths : array_like of int
        Numbers of hidden layers.
    paths, edges : array_like of float or int
        Counts.
    q : int
        Width of the layers.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    for counts, colour, mark, name in (
        (paths, style.VERMILLION, "o", "paths, $q^L$"), (edges, style.BLUE, "s", "edges, $2q + (L-1)q^2$"),
    ):  # fmt: skip
        ax.semilogy(depths, np.asarray(counts, dtype=float), color=colour, marker=mark, ms=4, lw=1.5)
        middle = (depths[-3], float(counts[-3]))
        ax.annotate(
            name, middle, xytext=(-8, 8), textcoords="offset points", ha="right", color=colour,
            fontsize=style.NOTE_SIZE,
        )  # fmt: skip
    title = f"Width {q}: the paths multiply with the depth, the edges add up"
    return style.finish(ax, title, x="$L$, number of hidden layers", y="count")


def plot_pass(
    y: Tensor,
    names: Mapping[Tensor, str],
    frame: int,
    highlight: str | None = "$W_1$",
    ax: Axes | None = None,
) -> Axes:
    """Draw a frame of the forward and backward pass on a graph, the paths from one input thick.

    Lecture: notebook 08, sections 8.3 and 8.4.

    Parameters
    ----------
    y : Tensor
        The output; its graph is kept.
    names : mapping of Tensor to str
        As for `coursepkg.figures.graph.plot_graph`.
    frame : int, 0 to ``graph.n_frames(y) - 1``
        How far the computation has come.
    highlight : str, optional
        The name of the input whose paths are thick.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If there is no input of that name, or no such frame.
    """
    chosen = next((node for node, name in names.items() if name == highlight), None)
    if highlight is not None and chosen is None:
        raise ValueError(f"plot_pass: there is no {highlight!r}; names: {', '.join(names.values())}")
    half = (graph.n_frames(y) - 1) // 2
    if frame <= half:
        title = f"Forward, {frame} of {half} operations: a value on every edge that is known"
    else:
        title = f"Backward, {frame - half} of {half} operations: in orange what has come back"
    return graph.plot_graph(y, names, frame=frame, highlight=chosen, ax=ax, title=title)


def plot_pass_strip(
    y: Tensor, names: Mapping[Tensor, str], frames: Sequence[int], highlight: str | None = "$W_1$"
) -> list[Axes]:
    """Draw frames of `plot_pass` below each other.

    Lecture: notebook 08, section 8.4.

    Parameters
    ----------
    y : Tensor
    names : mapping of Tensor to str
    frames : sequence of int
    highlight : str, optional
        As for `plot_pass`.

    Returns
    -------
    list of matplotlib Axes
        One a frame.

    Raises
    ------
    ValueError
        As for `plot_pass`.
    """
    _, axes = style.new_figure(len(frames), 1, figsize=(11.2, 3.9 * len(frames)), squeeze=False)
    return [plot_pass(y, names, frame, highlight, ax=ax) for frame, ax in zip(frames, axes[:, 0])]


def plot_step_sizes(f: Callable, x: float, steps: ArrayLike | None = None, ax: Axes | None = None) -> Axes:
    """Draw the errors of one-sided and central differences against the step, measured from the engine.

    Lecture: notebook 08, section 8.7.

    Parameters
    ----------
    f : callable
        Takes a Tensor or an array, returns the same kind; smooth.
    x : float
        The point.
    steps : array_like of float, optional
        The steps; 1e-13 to 1 by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    h = np.logspace(-13, 0, 66) if steps is None else np.asarray(steps, dtype=float)
    right = float(ad.grad(f)(float(x)))
    value = float(f(np.float64(x)))
    up, down = (np.array([float(f(np.float64(x + sign * step))) for step in h]) for sign in (1, -1))
    ax = style.ensure_axes(ax)
    for slopes, colour, mark, name in (
        ((up - value) / h, style.VERMILLION, "o", "one-sided, $(f(x+h)-f(x))/h$"),
        ((up - down) / (2 * h), style.BLUE, "s", "central, $(f(x+h)-f(x-h))/2h$"),
    ):
        off = np.abs(slopes - right) / abs(right)
        ax.loglog(h, np.maximum(off, 1e-17), color=colour, marker=mark, ms=3, lw=1.0, label=name)
    ax.invert_xaxis()
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False)
    title = "A large step errs by the bend of $f$, a small one by rounding"
    return style.finish(ax, title, x="$h$, step (smaller to the right)", y="relative error of the derivative")
