"""Figures of lesson 10: histograms of gradients, a chain and its bound, predictions, training, shapes.

Lecture: notebook 10.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.figures import style
from coursepkg.gradient_flow import Stats, chain_gradient, dsigmoid, gradient_stats, predict_stats
from coursepkg.shapeset import CLASSES, shapeset
from coursepkg.training import init_layers

_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_MARKERS = ("o", "s", "^", "D", "v")


def plot_histograms(
    deltas: Sequence[ArrayLike], ax: Axes | None = None, half_width: float | None = None
) -> Axes:
    """Draw the histogram of the gradients of each layer as a density, as Glorot and Bengio do.

    Lecture: notebook 10, section 10.1.

    Parameters
    ----------
    deltas : sequence of array_like
        The derivatives of the loss by the pre-activations, one array a hidden layer, the first layer first.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    half_width : float, optional
        The histogram covers -half_width to half_width; by default 2.2 times the largest root mean square.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.7))
    rms = [float(np.sqrt(np.mean(np.square(d)))) for d in deltas]
    half_width = 2.2 * max(rms) if half_width is None else half_width
    edges = np.linspace(-half_width, half_width, 82)
    middle = (edges[1:] + edges[:-1]) / 2
    for k, (d, size) in enumerate(zip(deltas, rms), start=1):
        share = np.histogram(np.ravel(d), edges)[0] / np.size(d) / (edges[1] - edges[0])
        ax.plot(
            middle, share, ls=_LINES[(k - 1) % 5], color=style.CYCLE[(k - 1) % len(style.CYCLE)], lw=1.8,
            label=f"layer {k}: {size:.2g}",
        )  # fmt: skip
    ax.set(xlim=(-half_width, half_width), ylim=0)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, title="root mean square", loc="upper right")
    widest = int(np.argmax(rms)) + 1
    title = f"Gradients are widest in layer {widest}, narrowest in layer {int(np.argmin(rms)) + 1}"
    x = r"$\partial\ell/\partial z$ (gradient by a pre-activation)"
    return style.finish(ax, title, x, "density")


def plot_sigmoid_slope(ax: Axes | None = None) -> Axes:
    """Draw the sigmoid, its slope, and the slope by finite differences.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.2))
    z, eps = np.linspace(-10, 10, 401), 1e-5
    ax.plot(z, sigmoid(z), "--", color=style.GREY, lw=1.5, label=r"$\sigma(z)$")
    ax.plot(z, dsigmoid(z), color=style.BLUE, lw=2.2, label=r"$\sigma'(z)=\sigma(z)(1-\sigma(z))$")
    few = z[::20]
    difference = (sigmoid(few + eps) - sigmoid(few - eps)) / (2 * eps)
    ax.plot(few, difference, "o", mfc="none", color=style.VERMILLION, ms=6, label="finite difference")
    ax.axhline(0.25, color=style.INK, lw=0.8, ls=":")
    ax.annotate("1/4", (-9.9, 0.27), fontsize=style.NOTE_SIZE)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="center right")
    return style.finish(
        ax, "The slope of the sigmoid is at most 1/4, and nearly 0 far out",
        "$z$ (pre-activation)", "value",
    )  # fmt: skip


def chain_sample(std: float, depths: Sequence[int], n: int = 300) -> np.ndarray:
    """Return sizes of chain gradients for weights from N(0, std**2) and x = 1, shape (len(depths), n).

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    std : float, at least 0
        Standard deviation of the weights.
    depths : sequence of int
        Numbers of sigmoids.
    n : int
        Chains at each depth.

    Returns
    -------
    ndarray of float, shape (len(depths), n)
        Absolute values.
    """
    rng = np.random.default_rng(0)
    return np.array([np.abs(chain_gradient(rng.normal(0, std, (n, L)), 1.0)) for L in depths])


def plot_chain(std: float, ax: Axes | None = None) -> Axes:
    """Draw the gradients of random chains of sigmoids against depth, with the slide's bound.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    std : float, positive
        Standard deviation of the weights.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.2, 3.6))
    depths = np.array([1, 2, 3, 5, 8, 12, 16, 20])
    found = chain_sample(std, depths, 200)
    low, median, high = np.quantile(found, [0.05, 0.5, 0.95], axis=1)
    ax.fill_between(depths, low, high, color=style.tint(style.BLUE), label="5 % to 95 % of the chains")
    ax.plot(depths, median, "o-", color=style.BLUE, lw=2, ms=5, label="median")
    ax.plot(depths, 0.25**depths, "--", color=style.VERMILLION, lw=2, label="$4^{-L}$ (the slide's bound)")
    ax.set(yscale="log", ylim=(1e-40, 10), xlim=(0.5, 20.5), xticks=depths)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="lower left")
    share = float((found > 0.25 ** depths[:, None]).mean())
    title = f"Weights of spread {std:g}: {100 * share:.0f} % of all gradients exceed $4^{{-L}}$"
    style.finish(ax, title, "$L$ (number of sigmoids)", r"$|\partial\hat y/\partial w_1|$ (size)")
    return style.label_decades(ax)


def plot_chain_strip(stds: Sequence[float]) -> np.ndarray:
    """Draw `plot_chain` for several spreads of the weights side by side.

    Lecture: notebook 10, section 10.2.

    Parameters
    ----------
    stds : sequence of float
        Standard deviations.

    Returns
    -------
    ndarray of matplotlib Axes
        One a spread.
    """
    _, axes = style.new_figure(1, len(stds), figsize=(3.4 * len(stds), 3.3), sharey=True, squeeze=False)
    for k, (std, ax) in enumerate(zip(stds, axes[0])):
        plot_chain(std, ax)
        ax.set_title(f"weights of spread {std:g}", fontsize=style.LABEL_SIZE, loc="left")
        if k:
            ax.get_legend().remove()
            ax.set_ylabel("")
    return axes[0]


def plot_stats(
    activation: str, scheme: str, depth: int, width: int, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw measured and predicted root mean squares of signals and gradients, layer by layer.

    Lecture: notebook 10, section 10.4.

    Parameters
    ----------
    activation : {"identity", "sigmoid", "tanh", "relu"}
        The activation of the hidden layers.
    scheme : str
        A name in `coursepkg.training.SCHEMES`.
    depth, width : int
        Number and size of the hidden layers.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        In place of the finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.7))
    sizes = [width] * (depth + 1) + [10]
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((100, width)), rng.integers(10, size=100)
    measured = gradient_stats(init_layers(sizes, scheme, rng), X, y, activation)
    predicted = predict_stats(sizes, scheme, activation)
    layers = np.arange(1, depth + 2)
    for name, meaning, color, mark in (
        ("z", "$z$ (pre-activation)", style.BLUE, "o"),
        ("dz", r"$\partial\ell/\partial z$", style.VERMILLION, "s"),
        ("dW", r"$\partial\ell/\partial W$", style.GREEN, "^"),
    ):
        ax.plot(layers, getattr(predicted, name), "-", color=color, lw=1.5)
        ax.plot(layers, getattr(measured, name), mark, color=color, ms=6, label=meaning)
    ax.set(yscale="log", xticks=layers)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="best")
    if title is None:
        title = f"{activation}, {scheme}: {_shrinks(predicted)}"
    style.finish(ax, title, "layer (the last is the output)", "root mean square")
    return style.label_decades(ax)


def _shrinks(stats: Stats) -> str:
    """Say how the gradient by z differs between the first and the last hidden layer."""
    ratio = float(stats.dz[0] / stats.dz[-2])
    return rf"$\partial\ell/\partial z$ of layer 1 over layer {len(stats.dz) - 1}: {ratio:.2g} (lines)"


def plot_stats_strip(cases: Sequence[tuple[str, str]], depth: int = 5, width: int = 200) -> np.ndarray:
    """Draw `plot_stats` for several pairs of activation and scheme side by side.

    Lecture: notebook 10, section 10.4.

    Parameters
    ----------
    cases : sequence of tuple of str
        Pairs (activation, scheme).
    depth, width : int
        Number and size of the hidden layers.

    Returns
    -------
    ndarray of matplotlib Axes
        One a case.
    """
    _, axes = style.new_figure(1, len(cases), figsize=(3.2 * len(cases), 3.4), sharey=True, squeeze=False)
    for k, ((activation, scheme), ax) in enumerate(zip(cases, axes[0])):
        plot_stats(activation, scheme, depth, width, ax, f"{activation}, {scheme}")
        if k:
            ax.get_legend().remove()
            ax.set_ylabel("")
    return axes[0]


def plot_accuracies(found: Mapping[str, ArrayLike], depths: Sequence[int], ax: Axes | None = None) -> Axes:
    """Draw accuracies against depth, one line a kind of network: the mean and the range over the seeds.

    Lecture: notebook 10, section 10.6.

    Parameters
    ----------
    found : mapping of str to array_like, shape (n_depths, n_seeds)
        Accuracies.
    depths : sequence of int
        Numbers of hidden layers.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.2, 3.5))
    for k, (name, values) in enumerate(found.items()):
        values, shift = np.asarray(values), 0.06 * (k - (len(found) - 1) / 2)
        mean = values.mean(axis=1)
        spread = np.abs(np.stack([values.min(axis=1), values.max(axis=1)]) - mean)
        ax.errorbar(
            np.array(depths) + shift, mean, yerr=spread, color=style.CYCLE[k], ls=_LINES[k],
            marker=_MARKERS[k], lw=1.8, capsize=3, label=name,
        )  # fmt: skip
    ax.axhline(0.1, color=style.GREY, lw=0.8, ls=":")
    ax.annotate("chance", (depths[0], 0.115), fontsize=style.NOTE_SIZE, color=style.GREY)
    ax.set(ylim=(0, 1), xticks=list(depths))
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc=(0.06, 0.22))
    title = "The sigmoid fails with depth, and other initial weights mend it"
    return style.finish(ax, title, "number of hidden layers", "test accuracy")


def plot_shapes(n_each: int = 3, seed: int = 0) -> np.ndarray:
    """Draw images of the mini-Shapeset, a column a class.

    Lecture: notebook 10, section 10.7.

    Parameters
    ----------
    n_each : int
        Images a class.
    seed : int
        Of the generator.

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_each, 9)
        One an image.
    """
    X, y = shapeset(40 * n_each, np.random.default_rng(seed))
    fig, axes = style.new_figure(n_each, len(CLASSES), figsize=(9.0, 1.05 * n_each + 0.75), squeeze=False)
    for k, names in enumerate(CLASSES):
        for ax, image in zip(axes[:, k], X[y == k]):
            ax.imshow(image.reshape(32, 32), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        axes[0, k].set_title("\n".join(names), fontsize=8, color=style.INK)
    style.figure_title(fig, "Nine classes: which shapes are there?")
    return axes


def plot_learning(
    found: Mapping[str, ArrayLike],
    ax: Axes | None = None,
    measure: str = "training loss",
    chance: float = 0.0,
) -> Axes:
    """Draw a loss or an error against epochs, one line a start: every run thin, the mean thick.

    Lecture: notebook 10, section 10.7.

    Parameters
    ----------
    found : mapping of str to array_like, shape (n_seeds, n_epochs)
        The smaller the better.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    measure : str
        What the numbers are, for the axis.
    chance : float
        What guessing gives.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.3))
    last = {}
    for k, (name, values) in enumerate(found.items()):
        values = np.asarray(values)
        epochs = np.arange(1, values.shape[1] + 1)
        for run in values:
            ax.plot(epochs, run, color=style.tint(style.CYCLE[k], 0.5), lw=0.8)
        ax.plot(epochs, values.mean(axis=0), ls=_LINES[k], color=style.CYCLE[k], lw=2.2, label=name)
        last[name] = values[:, -1].mean()
    ax.axhline(chance, color=style.GREY, lw=0.8, ls=":")
    ax.annotate("chance", (1, chance), (0, 3), textcoords="offset points", fontsize=8, color=style.GREY)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False)
    best = min(last, key=last.get)
    return style.finish(ax, f"On drawn shapes the {best} start ends lower", "epoch", measure)


def plot_singular_values(found: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw the singular values of the Jacobian of a deep network, sorted, one line a start.

    Lecture: notebook 10, section 10.8.

    Parameters
    ----------
    found : mapping of str to array_like of float
        Singular values, the largest first.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.3))
    for k, (name, values) in enumerate(found.items()):
        order = np.arange(1, len(values) + 1)
        ax.plot(
            order,
            values,
            ls=_LINES[k],
            color=style.CYCLE[k],
            marker=_MARKERS[k],
            markevery=10,
            lw=2,
            label=name,
        )
    ax.set(yscale="log")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="center right")
    return style.finish(
        ax, "Behind 100 tanh layers only orthogonal weights keep every direction",
        "singular value, from the largest", "stretching factor",
    )  # fmt: skip
