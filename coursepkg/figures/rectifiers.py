"""Figures of lesson 11: rectifiers and slopes, chains, scales, thirty layers, deaths, zeros, a dying line.

Lecture: notebook 11.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.network import leaky_relu, mlp_forward, relu
from coursepkg.rectifiers import (
    born_dead_bound,
    chain_survival,
    kept_share,
    rectifier_gradient,
    relu_line_path,
)
from coursepkg.threshold import Layers

MARKERS = ("o", "s", "^", "D", "v")
DASHES = ("-", (0, (5, 2)), (0, (5, 1.5, 1, 1.5)))


def plot_rectifier(
    alpha: float = 0.0, axes: Sequence[Axes] | None = None, slide: bool = False, limit: float = 3.0
) -> Sequence[Axes]:
    """Draw the (leaky) rectifier and its slope, with the value chosen at 0.

    Lecture: notebook 11, section 11.1; the slide on rectified linear units.

    Parameters
    ----------
    alpha : float
        Slope for negative values; 0 is the ReLU.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.
    slide : bool
        Draw the lecture's ``max(alpha z, z)`` too.
    limit : float
        z goes from -limit to limit.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(7.2, 3.0))[1]
    z = np.linspace(-limit, limit, 201)
    axes[0].plot(z, leaky_relu(z, alpha), color=style.BLUE, lw=2, label="z or αz, by its sign")
    if slide:
        dash = (0, (4, 2))
        axes[0].plot(z, np.maximum(alpha * z, z), color=style.VERMILLION, lw=2, ls=dash, label="max(αz, z)")
        axes[0].legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    for side in (z[z < 0], z[z > 0]):
        axes[1].plot(side, rectifier_gradient(side, alpha), color=style.BLUE, lw=2)
    axes[1].plot([0], [1], "o", mfc="white", mec=style.BLUE, ms=6)
    axes[1].plot([0], [alpha], "o", color=style.BLUE, ms=6)
    axes[1].set_ylim(min(-0.1, alpha - 0.1), max(1.15, alpha + 0.15))
    name = "ReLU" if alpha == 0 else f"Leaky ReLU, α = {alpha:g}"
    finding = "one kink"
    if slide:
        finding = ("the same as" if alpha <= 1 else "not") + " the slide's maximum"
        name = f"α = {alpha:g}"
    style.finish(axes[0], f"{name}: {finding}", "z, pre-activation", "f(z)")
    style.finish(axes[1], f"Its slope jumps; at 0 it is set to {alpha:g}", "z, pre-activation", "f′(z)")
    return axes


def plot_chain(depths: ArrayLike, shares: ArrayLike, n_chains: int, ax: Axes | None = None) -> Axes:
    """Draw how many scalar ReLU chains still have a gradient, against the depth.

    Lecture: notebook 11, section 11.2.

    Parameters
    ----------
    depths : array_like of int, shape (n,)
        Numbers of units in a chain.
    shares : array_like of float, shape (n,)
        Simulated shares of chains whose gradient is not 0.
    n_chains : int
        How many chains were simulated at each depth.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    depths, shares = np.asarray(depths), np.asarray(shares)
    ax.plot(depths, [chain_survival(int(d)) for d in depths], color=style.GREY, lw=1.5, label="$2^{-L}$")
    seen = shares > 0
    ax.plot(
        depths[seen], shares[seen], "o", color=style.BLUE, ms=6, label=f"share of {n_chains:,} random chains"
    )
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    return style.finish(
        ax, "Each unit of a chain halves the chance of a gradient", "L, units in the chain", "P(gradient ≠ 0)"
    )


def plot_scales(curves: Mapping[str, tuple[float, ArrayLike]], ax: Axes | None = None) -> Axes:
    """Draw the root mean square of each layer's pre-activations for several scales of the weights.

    Lecture: notebook 11, section 11.3.

    Parameters
    ----------
    curves : mapping of str to (float, array_like of float, shape (n_nets, depth))
        A name, then the factor by which theory changes the mean square from layer to layer, and the measured
        root mean squares of several networks.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    for k, (name, (factor, rms)) in enumerate(curves.items()):
        rms, colour = np.asarray(rms), style.CYCLE[k % len(style.CYCLE)]
        layers = np.arange(1, rms.shape[1] + 1)
        start = np.sqrt((rms[:, 0] ** 2).mean())
        ax.plot(layers, rms.T, color=style.tint(colour, 0.6), lw=0.8)
        ax.plot(layers, start * factor ** ((layers - 1) / 2), color=style.INK, lw=1, ls=(0, (3, 2)), zorder=3)
        ends = layers[:: max(1, len(layers) // 6)] - 1
        typical = np.sqrt((rms**2).mean(axis=0))[ends]
        ax.plot(layers[ends], typical, MARKERS[k % len(MARKERS)], color=colour, ms=6, label=name, zorder=4)
    ax.plot([], [], color=style.INK, lw=1, ls=(0, (3, 2)), label="theory")
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    return style.finish(
        ax, "Only n Var(w) = 2 keeps the scale through ReLU layers", "l, layer", "root mean square of z"
    )


def plot_thirty_layers(losses: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw the training losses of a deep network from several initial scales.

    Lecture: notebook 11, section 11.4; after Figure 3 of He et al. (2015).

    Parameters
    ----------
    losses : mapping of str to array_like of float, shape (n_runs, n_epochs)
        For each scheme the loss of each epoch.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    for k, (name, runs) in enumerate(losses.items()):
        for i, loss in enumerate(np.atleast_2d(runs)):
            epochs = np.arange(1, len(loss) + 1)
            ax.plot(
                epochs, loss, color=style.CYCLE[k], lw=1.6, ls=DASHES[k], label=None if i else name,
                marker=MARKERS[k], markevery=8, ms=4,
            )  # fmt: skip
    ax.axhline(np.log(10), color=style.GREY, lw=0.8, zorder=0)
    ax.text(1, np.log(10) * 1.1, "log 10: all classes alike", fontsize=style.NOTE_SIZE, color=style.INK)
    ax.set_yscale("log")
    ax.set_ylim(top=6)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    title = "30 ReLU layers under SGD: He's scale learns, Xavier's stalls"
    return style.finish(ax, title, "epoch", "training loss, nats")


def plot_born_dead(
    widths: Sequence[int], depths: ArrayLike, shares: Mapping[int, ArrayLike], ax: Axes | None = None
) -> Axes:
    """Draw the share of networks that are born dead, against the depth, below the bound.

    Lecture: notebook 11, section 11.5.

    Parameters
    ----------
    widths : sequence of int
        The widths of all hidden layers of a network, one a curve.
    depths : array_like of int, shape (n,)
        Numbers of hidden layers.
    shares : mapping of int to array_like of float, shape (n,)
        For each width the simulated shares of networks that are constant.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    depths = np.asarray(depths)
    fine = np.arange(depths.min(), depths.max() + 1)
    for k, width in enumerate(widths):
        colour = style.CYCLE[k]
        ax.plot(fine, [born_dead_bound([width] * int(d)) for d in fine], color=colour, lw=1.4, ls=(0, (4, 2)))
        ax.plot(depths, shares[width], MARKERS[k], color=colour, ms=6, label=f"width {width}")
    ax.plot([], [], color=style.INK, lw=1.4, ls=(0, (4, 2)), label="a layer off at one point: the bound")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left", ncols=2)
    ax.set_ylim(-0.04, 1.3)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_yticks(np.linspace(0, 1, 6))
    return style.finish(
        ax, "The narrower and deeper, the more networks are constant at birth", "number of hidden layers",
        "share of networks born dead",
    )  # fmt: skip


def plot_unit_shares(active: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw for each hidden unit the share of inputs at which it is on, the units in order.

    Lecture: notebook 11, section 11.6.

    Parameters
    ----------
    active : mapping of str to array_like of float, shape (n_units,)
        A name, and each unit's share.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    for k, (name, shares) in enumerate(active.items()):
        shares = np.sort(np.asarray(shares))
        rank = np.arange(1, len(shares) + 1)
        label = f"{name}: {shares.mean():.0%} on, {np.sum(shares == 0)} dead"
        ax.plot(rank, shares, MARKERS[k], color=style.CYCLE[k], ms=4, label=label)
    ax.axhline(0.5, color=style.GREY, lw=0.8, zorder=0)
    ax.set_ylim(-0.04, 1.3)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    return style.finish(
        ax,
        "About half of the outputs are 0, but few units are fair coins",
        "units, in order",
        "share of images where it is on",
    )


def plot_dying_line(
    lr: float,
    x: ArrayLike,
    y: ArrayLike,
    start: tuple[float, float] = (1.0, 0.2),
    steps: int = 30,
    axes: Sequence[Axes] | None = None,
) -> Sequence[Axes]:
    """Draw one ReLU unit as gradient descent fits it to data, and how many inputs still move it.

    Lecture: notebook 11, section 11.7.

    Parameters
    ----------
    lr : float
        The learning rate.
    x, y : array_like of float, shape (n_samples,)
        The data.
    start : tuple of two float
        The first ``w`` and ``b``.
    steps : int, at least 1
        How many steps.
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(7.6, 3.1))[1]
    x, y = np.asarray(x), np.asarray(y)
    path = relu_line_path(x, y, start, lr, steps)
    on = [(w * x + b > 0).mean() for w, b in path]
    grid = np.linspace(x.min(), x.max(), 200)
    axes[0].plot(x, y, "o", color=style.GREY, ms=4, label="data")
    axes[0].plot(grid, relu(start[0] * grid + start[1]), color=style.SKY, lw=1.5, ls=DASHES[1], label="start")
    axes[0].plot(
        grid, relu(path[-1, 0] * grid + path[-1, 1]), color=style.BLUE, lw=2.2, label=f"step {steps}"
    )
    axes[0].legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    axes[1].plot(on, "-o", color=style.BLUE, ms=3, lw=1.2)
    axes[1].set_ylim(-0.05, 1.08)
    dead = np.flatnonzero(np.array(on) == 0)
    fate = f"dead from step {dead[0]} on" if len(dead) else f"alive after {steps} steps"
    style.finish(axes[0], f"Learning rate {lr:.3g}: {fate}", "x, input", "y, target and fit")
    style.finish(axes[1], "Where the unit is on", "step", "share of the data")
    return axes


def plot_dying_strip(
    rates: Sequence[float],
    x: ArrayLike,
    y: ArrayLike,
    start: tuple[float, float] = (1.0, 0.2),
    steps: int = 30,
) -> np.ndarray:
    """Draw the fits of one ReLU unit side by side, a learning rate each.

    Lecture: notebook 11, section 11.7.

    Parameters
    ----------
    rates : sequence of float
        Learning rates.
    x, y : array_like of float, shape (n_samples,)
        The data.
    start : tuple of two float
        The first ``w`` and ``b``.
    steps : int, at least 1
        How many steps.

    Returns
    -------
    ndarray of matplotlib Axes, shape (2, len(rates))
        The axes drawn on.
    """
    axes = style.new_figure(2, len(rates), figsize=(3.2 * len(rates), 4.6))[1]
    for column, lr in zip(axes.T, rates):
        plot_dying_line(lr, x, y, start, steps, column)
        column[0].set_title(column[0].get_title(loc="left").replace("Learning rate", "γ ="), loc="left",
                            fontsize=style.LABEL_SIZE)  # fmt: skip
        column[1].set_title("", loc="left")
        column[1].set_ylabel("on: share of the data")
    return axes


def plot_kept_share(alpha: float, ax: Axes | None = None) -> Axes:
    """Draw the density of a normal z times f(z) squared: what a leaky rectifier keeps of the mean square.

    Lecture: notebook 11, section 11.3.

    Parameters
    ----------
    alpha : float
        Slope for negative values.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    z = np.linspace(-4, 4, 401)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    ax.plot(z, z**2 * density, color=style.GREY, lw=1.2, label="z²")
    ax.fill_between(z, leaky_relu(z, alpha) ** 2 * density, color=style.tint(style.BLUE), label="f(z)²")
    ax.plot(z, leaky_relu(z, alpha) ** 2 * density, color=style.BLUE, lw=1.6)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    title = f"α = {alpha:g}: f keeps (1 + α²)/2 = {kept_share(alpha):.3g} of the mean square"
    return style.finish(ax, title, "z, pre-activation", "times the density of z")


def unit_shares(layers: Layers, X: ArrayLike) -> np.ndarray:
    """Return for each unit of the first hidden layer the share of inputs at which it is on.

    Lecture: notebook 11, section 11.6.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``; the last is the output layer.
    X : array_like of float, shape (n_samples, n_in)
        The inputs.

    Returns
    -------
    ndarray of float, shape (n_units,)
        Shares in [0, 1].

    Examples
    --------
    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> unit_shares(layers, [[3.0], [0.0]])
    array([0.5, 0. ])
    """
    return (mlp_forward(X, layers)[1] > 0).mean(axis=0)
