"""Figures of lesson 07 on layers: what a layer does to the plane, XOR and the spiral folded, outputs, digits.

Lecture: notebook 07, sections 7.1 to 7.8.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.figures import style
from coursepkg.network import (
    Activation,
    activation_function,
    fold_forward,
    layer_steps,
    mlp_forward,
    relu,
    softmax,
)
from coursepkg.threshold import Layers, boolean_inputs, heaviside

CLASSES = (style.VERMILLION, style.BLUE)
MARKERS = ("s", "o")


def grid_lines(limit: float = 1.0, lines: int = 9, points: int = 81) -> list[np.ndarray]:
    """Return the lines of a square grid round the origin, each as points along it.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    limit : float
        The grid goes from -limit to limit.
    lines : int
        Lines in each direction.
    points : int
        Points on each line.

    Returns
    -------
    list of ndarray, shape (points, 2)
        First the lines along the first axis, then those along the second.

    Examples
    --------
    >>> len(grid_lines(lines=5)), grid_lines(points=3)[0].tolist()
    (10, [[-1.0, -1.0], [0.0, -1.0], [1.0, -1.0]])
    """
    along, levels = np.linspace(-limit, limit, points), np.linspace(-limit, limit, lines)
    flat = [np.column_stack([along, np.full(points, level)]) for level in levels]
    return flat + [line[:, ::-1] for line in flat]


def plot_grid(move, ax: Axes | None = None, limit: float = 1.0, title: str | None = None) -> Axes:
    """Draw what a map of the plane does to a square grid, and to its two unit vectors.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    move : callable
        From points, shape (n, 2), to their images, shape (n, 2).
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    limit : float
        The grid goes from -limit to limit.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(3.6, 3.6))
    lines = [move(line) for line in grid_lines(limit, 7)]
    half = len(lines) // 2
    for part, colour, dash in ((lines[:half], style.SKY, "-"), (lines[half:], style.GREY, (0, (4, 1.5)))):
        ax.add_collection(LineCollection(part, colors=colour, lw=0.9, linestyles=[dash], zorder=1))
    origin, *ends = move(np.vstack([np.zeros((1, 2)), np.eye(2)]))
    for end, colour, name in zip(ends, (style.BLUE, style.INK), ("$e_1$", "$e_2$"), strict=True):
        ax.annotate(
            "", end, origin, zorder=3,
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        ax.annotate(
            name, end, 9 * (end - origin) / max(np.hypot(*(end - origin)), 1e-9), textcoords="offset points",
            ha="center", va="center", fontsize=style.NOTE_SIZE, color=colour, zorder=4,
        )  # fmt: skip
    ax.autoscale_view()
    ax.set_aspect("equal")
    return style.finish(ax, title)


def plot_layer_steps(
    W: ArrayLike, b: ArrayLike, activation: Activation = "sigmoid", axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw the plane on its way through a layer: turned, stretched, turned, shifted, bent.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    W : array_like of float, shape (2, 2)
        Weights.
    b : array_like of float, shape (2,)
        Biases.
    activation : str or callable
        The activation of the last step.
    axes : sequence of six matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of six matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(2, 3, figsize=(7.8, 5.4))[1].ravel()
    f = activation_function(activation)
    s = np.linalg.svd(np.asarray(W), compute_uv=False)
    name = activation if isinstance(activation, str) else "the activation"
    titles = (
        "1  the plane",
        "2  turned",
        f"3  stretched by {s[0]:.2f} and {s[1]:.2f}",
        "4  turned again",
        "5  shifted by b: $z = W^T x + b$",
        f"6  bent by {name}: $h$",
    )
    for k, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        plot_grid(
            lambda X, k=k: layer_steps(X, W, b)[k] if k < 5 else f(layer_steps(X, W, b)[-1]), ax, title=title
        )
    reach = max(np.abs([*ax.get_xlim(), *ax.get_ylim()]).max() for ax in axes[:5])
    for ax in axes[:5]:
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
    return axes


def plot_squash(s: float, activation: Activation = "sigmoid", ax: Axes | None = None) -> Axes:
    """Draw what ``activation(s x)`` does to the plane: the more it is stretched, the more it is bent.

    Lecture: notebook 07, section 7.1; the lecture's notebook on space stretching.

    Parameters
    ----------
    s : float
        The layer has the weights ``s I`` and no biases.
    activation : str or callable
        The activation.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    f = activation_function(activation)
    ax = plot_grid(lambda X: f(s * X), ax, title=f"$s$ = {s:.3g}")
    nodes = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, 7)]), axis=-1).reshape(-1, 2)
    ax.plot(*f(s * nodes).T, "o", ms=3, color=style.INK, zorder=2)
    ends = f(np.array([-1e3, 1e3]))
    if np.ptp(ends) < 10:  # bounded: the same frame for every s
        room = np.array([-0.1, 0.16]) * np.ptp(ends)
        ax.set(xlim=ends + room, ylim=ends + room)
    return style.finish(ax, None, "$h_1$ (first unit)", "$h_2$ (second unit)")


def plot_squash_strip(
    scales: Sequence[float] = (1, 3, 10, 50), activation: Activation = "sigmoid",
    axes: Sequence[Axes] | None = None,
) -> Sequence[Axes]:  # fmt: skip
    """Draw several frames of `plot_squash` side by side.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    scales : sequence of float
        One frame each.
    activation : str or callable
        The activation.
    axes : sequence of matplotlib Axes, optional
        One for each frame; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(scales), figsize=(2.35 * len(scales), 2.7))[1]
    for k, (ax, s) in enumerate(zip(axes, scales, strict=True)):
        plot_squash(s, activation, ax)
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_activations(ax: Axes | None = None) -> Axes:
    """Draw the activations of this course on one picture.

    Lecture: notebook 07, section 7.1.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.4))
    z = np.linspace(-4, 4, 801)
    curves = (
        (heaviside(z), "Heaviside", style.GREY, ":"),
        (sigmoid(z), "sigmoid", style.BLUE, "-"),
        (np.tanh(z), "tanh", style.GREEN, "--"),
        (relu(z), "ReLU", style.VERMILLION, "-."),
    )
    for h, name, colour, dash in curves:
        ax.plot(z, h, color=colour, ls=dash, lw=2, label=name)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    ax.set(xlim=(-4, 4), ylim=(-1.2, 2.2))
    title = "Sigmoid and tanh level off at both ends, ReLU at one"
    return style.finish(ax, title, "$z$ (pre-activation)", "$h$ (output of the unit)")


def plot_points(X: ArrayLike, y: ArrayLike, ax: Axes, size: float = 14) -> None:
    """Draw points of two classes: squares for class 0, discs for class 1.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, 2)
        Points.
    y : array_like of int, shape (n_samples,)
        Classes 0 and 1.
    ax : matplotlib Axes
        Where to draw.
    size : float
        Area of a marker, in square points.
    """
    X, y = np.asarray(X), np.asarray(y)
    for c in (0, 1):
        ax.scatter(
            *X[y == c].T, s=size, marker=MARKERS[c], color=CLASSES[c], edgecolors="white", linewidths=0.4,
            zorder=3, label=f"class {c}",
        )  # fmt: skip


def plot_regions(
    layers: Layers, X: ArrayLike, y: ArrayLike, ax: Axes | None = None, title: str | None = None,
    limit: float = 1.2, activation: Activation = "relu", size: int = 241,
) -> Axes:  # fmt: skip
    """Draw which class a network with two inputs and two outputs gives to every point of the plane.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, from 2 inputs to 2 logits.
    X : array_like of float, shape (n_samples, 2)
        The samples to draw.
    y : array_like of int, shape (n_samples,)
        Their classes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.
    limit : float
        The picture goes from -limit to limit.
    activation : str or callable
        The activation of the hidden layers.
    size : int
        Points of the picture in each direction.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.4, 4.2))
    side = np.linspace(-limit, limit, size)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    logits = mlp_forward(points, layers, activation)[-1]
    margin = (logits[:, 1] - logits[:, 0]).reshape(size, size)
    colours = ListedColormap([style.tint(colour, 0.75) for colour in CLASSES])
    extent = (-limit, limit, -limit, limit)
    ax.imshow(margin > 0, colours, vmin=0, vmax=1, origin="lower", extent=extent, zorder=0)
    if margin.min() < 0 < margin.max():
        ax.contour(side, side, margin, levels=[0], colors=style.INK, linewidths=1.2, zorder=2)
    plot_points(X, y, ax)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    return style.finish(ax, title, "$x_1$ (first input)", "$x_2$ (second input)")


def plot_folded(
    layers: Layers, folded: float, X: ArrayLike, y: ArrayLike, ax: Axes | None = None,
    title: str | None = None, limit: float = 1.2,
) -> Axes:  # fmt: skip
    """Draw the image of the plane under a ReLU network that is folded so far, with the line that decides.

    The picture shows the difference and the mean of the two logits, so that the deciding line stands upright.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, from 2 inputs to 2 logits.
    folded : float, from 0 to the number of hidden layers
        As for `fold_forward`.
    X : array_like of float, shape (n_samples, 2)
        Samples.
    y : array_like of int, shape (n_samples,)
        Their classes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; how many samples are right by default.
    limit : float
        The grid goes from -limit to limit.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.8, 4.2))

    def place(points):
        logits = fold_forward(points, layers, folded)
        return np.column_stack([logits[:, 1] - logits[:, 0], logits.mean(axis=1)])

    lines = [place(line) for line in grid_lines(limit, 11, 121)]
    ax.add_collection(LineCollection(lines, colors=style.tint(style.GREY, 0.3), lw=0.6, zorder=1))
    points, y = place(np.asarray(X)), np.asarray(y)
    plot_points(points, y, ax)
    ax.axvline(0, color=style.INK, lw=1.2, zorder=2)
    ax.autoscale_view()
    reach = np.abs(points[:, 0]).max() * 1.3
    ax.set_xlim(-reach, reach)
    low, high = points[:, 1].min(), points[:, 1].max()
    ax.set_ylim(low - 0.2 * (high - low), high + 0.2 * (high - low))
    right = int(((points[:, 0] > 0) == (y == 1)).sum())
    title = f"folded {folded:g}: {right} of {len(y)} right" if title is None else title
    return style.finish(ax, title, "$z_1 - z_0$ (class 1: right)", "$(z_0 + z_1)/2$ (mean logit)")


def plot_folded_strip(
    layers: Layers, amounts: Sequence[float], X: ArrayLike, y: ArrayLike, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw several frames of `plot_folded` side by side.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, from 2 inputs to 2 logits.
    amounts : sequence of float
        One frame each.
    X, y : array_like
        Samples and classes.
    axes : sequence of matplotlib Axes, optional
        One for each frame; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(amounts), figsize=(2.6 * len(amounts), 2.9))[1]
    for k, (ax, amount) in enumerate(zip(axes, amounts, strict=True)):
        plot_folded(layers, amount, X, y, ax)
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_xor_fold(layers: Layers, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw the square of two bits before and after a ReLU layer of two units, with what the output decides.

    Lecture: notebook 07, section 7.2.

    Parameters
    ----------
    layers : Layers
        Two layers with shapes (2, 2) and (2, 1).
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(9.0, 3.9))[1]
    (W1, b1), (W2, b2) = layers
    bits = boolean_inputs(2).astype(float)
    _, hidden, output = mlp_forward(bits, layers)
    side = np.linspace(-0.5, 1.5, 121)
    plane = np.stack(np.meshgrid(side, side), axis=-1)
    value = mlp_forward(plane.reshape(-1, 2), layers)[-1].reshape(121, 121)
    shade = [style.tint(style.BLUE, 0.75)]
    axes[0].contourf(side, side, value, levels=[0.5, np.inf], colors=shade, zorder=0)
    for k, (w, c) in enumerate(zip(np.transpose(W1), b1, strict=True)):
        _draw_fold(axes[0], w, c, f"fold of unit {k + 1}", at=0.25 * (k + 1))
    lines = [relu((line + 1) / 2 @ W1 + b1) for line in grid_lines(1.0, 9, 81)]
    axes[1].add_collection(LineCollection(lines, colors=style.GREY, lw=0.7, alpha=0.6, zorder=1))
    h1 = np.linspace(-0.5, 2.5, 121)
    h2 = np.linspace(-0.5, 1.5, 81)
    H = np.stack(np.meshgrid(h1, h2), axis=-1)
    axes[1].contourf(h1, h2, H @ np.ravel(W2) + b2, levels=[0.5, np.inf], colors=shade, zorder=0)
    for ax, spots in ((axes[0], bits), (axes[1], hidden)):
        for spot, f in zip(spots, output[:, 0].round().astype(int), strict=True):
            face = style.BLUE if f else "white"
            ax.plot(*spot, "o" if f else "s", ms=16, mfc=face, mec=style.INK, mew=1.2, zorder=4)
            ax.text(
                *spot,
                str(f),
                ha="center",
                va="center",
                fontsize=9.5,
                color="white" if f else style.INK,
                zorder=5,
            )
    for spot in np.unique(hidden, axis=0):
        guests = [f"({x[0]:g}, {x[1]:g})" for x in bits[(hidden == spot).all(axis=1)]]
        axes[1].annotate(
            " and ".join(guests), spot, (0, -16), textcoords="offset points", ha="center", va="top",
            fontsize=style.NOTE_SIZE, color=style.INK, zorder=5,
        )  # fmt: skip
    axes[0].set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), xticks=[0, 1], yticks=[0, 1], aspect="equal")
    axes[1].set(xlim=(-0.5, 2.5), ylim=(-0.5, 1.5), xticks=[0, 1, 2], yticks=[0, 1], aspect="equal")
    style.finish(axes[0], "The output takes the strip between", "$x_1$ (first bit)", "$x_2$ (second bit)")
    style.finish(
        axes[1], "In hidden coordinates one line is enough", "$h_1$ (first hidden unit)", "$h_2$ (second)"
    )
    return axes


def _draw_fold(ax, w, c, label, at, low=-0.5, high=1.5):
    """Draw the line w . x + c = 0 inside a square, with a label at a share of its length."""
    along = np.array([-w[1], w[0]]) / np.hypot(*w)
    foot = np.full(2, (low + high) / 2)
    foot = foot - (w @ foot + c) / (w @ w) * np.asarray(w)  # the point of the line nearest the middle
    points = foot + np.linspace(-3, 3, 2001)[:, None] * along
    points = points[((points >= low) & (points <= high)).all(axis=1)]
    if not len(points):
        return
    points = points[np.argsort(points[:, 0], kind="stable")]
    ax.plot(*points[[0, -1]].T, color=style.VERMILLION, ls="--", lw=1.6, zorder=2)
    slope = np.rad2deg(np.arctan2(*(points[-1] - points[0])[::-1]))
    ax.text(
        *points[int(at * len(points))], label, rotation=slope, rotation_mode="anchor", ha="center",
        va="bottom", fontsize=style.NOTE_SIZE, color=style.VERMILLION, zorder=3,
    )  # fmt: skip


def plot_softmax(others: Sequence[float] = (0.0, 1.0), ax: Axes | None = None) -> Axes:
    """Draw the softmax of ``(z, others...)`` against z: the shares of a whole.

    Lecture: notebook 07, section 7.3.

    Parameters
    ----------
    others : sequence of float
        The logits of the other classes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.4))
    z = np.linspace(-6, 6, 241)
    p = softmax(np.column_stack([z, *(np.full_like(z, other) for other in others)]))
    labels = ["logit $z$", *(f"logit {other:g}" for other in others)]
    colours = [style.tint(colour, 0.35) for colour in (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)]
    areas = ax.stackplot(z, p.T, colors=colours[: len(labels)], edgecolor="white", lw=1.0)
    for area, hatch in zip(areas, ("", "///", "...", "xx"), strict=False):
        area.set_hatch(hatch)
    bottom = np.cumsum(p, axis=1) - p
    for k, label in enumerate(labels):
        at = 190 if k == 0 else 50
        ax.text(
            z[at], (bottom + p / 2)[at, k], label, ha="center", va="center", fontsize=style.NOTE_SIZE,
            color=style.INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    ax.set(xlim=(-6, 6), ylim=(0, 1))
    title = "A softmax shares 1 out: what one class gains the others lose"
    return style.finish(ax, title, "$z$ (logit of the first class)", "probabilities, stacked")


def plot_stability(losses: Mapping[str, ArrayLike], z: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw a loss against the logit, computed in several ways; what is not finite is missing.

    Lecture: notebook 07, section 7.4.

    Parameters
    ----------
    losses : mapping of str to array_like of float, shape (n,)
        A loss at each logit, by name.
    z : array_like of float, shape (n,)
        The logits.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.4))
    z = np.asarray(z)
    looks = ((style.SKY, "-", 6.0), (style.VERMILLION, "--", 2.0))
    for (name, loss), (colour, dash, width) in zip(losses.items(), looks, strict=True):
        loss = np.asarray(loss, dtype=float)
        ax.plot(z, np.where(np.isfinite(loss), loss, np.nan), color=colour, ls=dash, lw=width, label=name)
        lost = ~np.isfinite(loss)
        if lost.any():
            ax.axvline(z[lost].min(), color=style.GREY, lw=1, ls=":")
            ax.annotate(
                f"infinite from z = {z[lost].min():.0f} on", (z[lost].min(), 4), (8, 0), va="center",
                textcoords="offset points", fontsize=style.NOTE_SIZE, color=colour,
            )  # fmt: skip
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    ax.set(xlim=(z.min(), z.max()), ylim=(0, z.max()))
    title = "From a rounded probability the loss is lost, from the logit it is not"
    return style.finish(ax, title, "$z$ (logit), label $y = 0$", "$-\\log(1 - \\sigma(z))$ (loss)")


def plot_widths(widths: ArrayLike, correct: ArrayLike, total: int = 200, ax: Axes | None = None) -> Axes:
    """Draw how many samples are right against the width of the hidden layer, a mark a run.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    widths : array_like of int, shape (n_widths,)
        Numbers of hidden units.
    correct : array_like of int, shape (n_widths, n_runs)
        Samples that are right after training.
    total : int
        Number of samples.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    widths, correct = np.asarray(widths), np.asarray(correct)
    places = np.arange(len(widths))
    n_runs = correct.shape[1]
    shift = np.linspace(-0.22, 0.22, n_runs)
    ax.plot(
        (places[:, None] + shift).ravel(), correct.ravel(), "o", ms=4, mfc="none", mec=style.BLUE, mew=1.1
    )
    ax.plot(
        places, np.median(correct, axis=1), "D-", color=style.VERMILLION, ms=5, lw=1.4, label="median of runs"
    )
    ax.axhline(total - 1, color=style.INK, lw=1, ls="--")
    ax.text(-0.4, total + 3, f"{total - 1} of {total}, the most that can be right", fontsize=style.NOTE_SIZE)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower right")
    ax.set(xticks=places, xticklabels=widths, xlim=(-0.6, len(widths) - 0.4), ylim=(total / 2 - 8, total + 9))
    reached = widths[(correct == total - 1).any(axis=1)].min()
    always = widths[(correct == total - 1).all(axis=1)].min()
    title = f"{reached} hidden units can suffice, {always} did in each of {n_runs} runs"
    return style.finish(ax, title, "$q$ (hidden units)", "samples that are right")


def plot_digits(
    images: ArrayLike, labels: ArrayLike, logits: ArrayLike, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw digits with the two classes that a network finds most probable.

    Lecture: notebook 07, section 7.6.

    Parameters
    ----------
    images : array_like of float, shape (n_samples, 64)
        Grey values of 8 by 8 pixels.
    labels : array_like of int, shape (n_samples,)
        What was written.
    logits : array_like of float, shape (n_samples, 10)
        What the network makes of it.
    axes : sequence of matplotlib Axes, optional
        One for each image; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    images, p = np.asarray(images), softmax(logits)
    if axes is None:
        axes = style.new_figure(1, len(images), figsize=(1.5 * len(images), 2.2))[1]
    for ax, image, label, share in zip(axes, images, labels, p, strict=True):
        ax.imshow(image.reshape(8, 8), "gray_r", vmin=0, vmax=1)
        first, second = np.argsort(share)[:-3:-1]
        ax.set(xticks=[], yticks=[])
        style.finish(ax)
        verdict = "right" if first == label else f"is {label}"
        ax.set_title(
            f"{first}: {share[first]:.0%}\n{second}: {share[second]:.0%}\n{verdict}",
            fontsize=style.NOTE_SIZE, color=style.INK if first == label else style.VERMILLION, loc="center",
        )  # fmt: skip
        for spine in ax.spines.values():
            spine.set_visible(True)
    return axes
