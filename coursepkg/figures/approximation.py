"""Figures of lesson 12: curves met unit by unit, errors against units, towers, ridges, what training finds.

Lecture: notebook 12.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.approximation import (
    Function,
    affine_from_relus,
    best_polynomial,
    bump2d,
    equal_knots,
    nielsen,
    relu_interpolant,
    ridge_bump,
    step_interpolant,
    steps_through,
    sup_error,
    unit_sum,
)  # fmt: skip
from coursepkg.figures import style
from coursepkg.gradient_descent import quartic_loss
from coursepkg.network import mlp_forward, relu
from coursepkg.threshold import Layers

LEFT, RIGHT = -5.0, 6.0  # where the lecture's sequence has its knots


def plot_unit_added(
    t: int, q: int = 13, unit: str = "relu", ax: Axes | None = None, lean: bool = False
) -> Axes:
    """Draw one frame of the lecture's sequence: the target, the sum so far, the new unit, the new sum.

    Lecture: notebook 12, sections 12.1 and 12.3.

    Parameters
    ----------
    t : int, 1 to q
        The unit that is added.
    q : int, at least 2
        Units in all.
    unit : {"relu", "heaviside"}
        Straight pieces or stairs.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    lean : bool
        Leave out legend and labels, for a strip.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    build = relu_interpolant if unit == "relu" else step_interpolant
    w, b = build(quartic_loss, LEFT, RIGHT, q)
    knots = equal_knots(LEFT, RIGHT, q)
    x = np.linspace(-8, 8, 1601)
    before, after = (unit_sum(x, w[:n], b[:n], unit) for n in (t - 1, t))
    ax.plot(x, quartic_loss(x), color=style.INK, lw=1.5, label="target $f$")
    ax.plot(x, before, "--", color=style.VERMILLION, lw=1.3, label=f"$f_{{{t - 1}}}$, before")
    ax.plot(x, after - before, ":", color=style.BLUE, lw=1.8, label=f"unit {t}, new")
    ax.plot(x, after, color=style.VERMILLION, lw=2, label=f"$f_{{{t}}}$, after")
    ax.plot(knots[:t], quartic_loss(knots[:t]), "o", ms=4, color=style.INK, zorder=4)
    ax.set(xlim=(-8, 8), ylim=(-8, 5))
    if lean:
        return style.finish(ax, f"{t} of {q} units")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="lower left")
    title = f"Unit {t} of {q} makes the sum right at x = {knots[t - 1]:.2f}".replace("-", "\N{MINUS SIGN}")
    return style.finish(ax, title, "$x$ (input)", "value")


def plot_unit_frames(frames: Sequence[int] = (1, 2, 7, 13), q: int = 13, axes: Sequence[Axes] | None = None):
    """Draw several frames of the lecture's sequence side by side.

    Lecture: notebook 12, section 12.1.

    Parameters
    ----------
    frames : sequence of int
        Which units are added.
    q : int, at least 2
        Units in all.
    axes : sequence of matplotlib Axes, optional
        One for each frame; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(frames), figsize=(2.1 * len(frames), 2.3), sharey=True)[1]
    for ax, t in zip(axes, frames, strict=True):
        plot_unit_added(t, q, ax=ax, lean=True).set_xlabel("$x$", fontsize=style.LABEL_SIZE)
    return axes


def plot_errors(
    q: ArrayLike, relus: ArrayLike, stairs: ArrayLike, bounds: ArrayLike | None = None, ax: Axes | None = None
) -> Axes:
    """Draw sup errors of ReLUs and of steps against the number of units, both logarithmic.

    Lecture: notebook 12, sections 12.2 and 12.3.

    Parameters
    ----------
    q : array_like of int, shape (n,)
        Numbers of units.
    relus, stairs : array_like of float, shape (n,)
        Their sup errors.
    bounds : array_like of float, shape (n,), optional
        The bound for the ReLUs.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    q = np.asarray(q)
    for errors, marker, color, name in (
        (stairs, "s", style.BLUE, "steps"), (relus, "o", style.VERMILLION, "ReLUs")
    ):  # fmt: skip
        ax.loglog(q, errors, marker, ms=6, ls="-", color=color)
        ax.annotate(name, (q[-1], errors[-1]), (6, 0), textcoords="offset points", va="center", color=color)
    if bounds is not None:
        ax.loglog(q, bounds, "--", color=style.INK, lw=1)
        ax.annotate(
            "bound $h^2M/8$",
            (q[0], bounds[0]),
            (6, 5),
            textcoords="offset points",
            fontsize=9,
            color=style.INK,
        )
    ax.set_xticks(q, [str(n) for n in q])
    ax.minorticks_off()
    ax.margins(x=0.12)
    halves = [np.log2(np.divide(e[-2], e[-1])) / np.log2((q[-1] - 1) / (q[-2] - 1)) for e in (stairs, relus)]
    title = f"Steps converge with order {halves[0]:.1f}, ReLUs with order {halves[1]:.1f}"
    return style.finish(ax, title, "$q$ (units)", "sup error")


def plot_nielsen(pieces: int = 10, ax: Axes | None = None) -> Axes:
    """Draw Nielsen's function with stairs through the middles of pieces and with straight pieces.

    Lecture: notebook 12, section 12.3.

    Parameters
    ----------
    pieces : int, at least 2
        Pieces of equal width.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    x, knots = np.linspace(0, 1, 1001), equal_knots(0, 1, pieces + 1)
    stairs = steps_through(knots[:-1], nielsen(knots[:-1] + 0.5 / pieces))
    straight = relu_interpolant(nielsen, 0, 1, pieces + 1)

    def step_sum(t):
        return unit_sum(t, *stairs, "heaviside")

    def relu_sum(t):
        return unit_sum(t, *straight)

    errors = [sup_error(nielsen, g, 0, 1, knots, 4001) for g in (step_sum, relu_sum)]
    ax.plot(x, nielsen(x), color=style.INK, lw=1.5, label="Nielsen's $f$")
    ax.plot(x, step_sum(x), color=style.BLUE, lw=1.6, label=f"{pieces} steps")
    ax.plot(x, relu_sum(x), "--", color=style.VERMILLION, lw=1.8, label=f"{pieces + 1} ReLUs")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="upper left")
    title = f"{pieces} pieces: sup error {errors[0]:.3f} with steps, {errors[1]:.4f} with ReLUs"
    return style.finish(ax, title, "$x$ (input)", "value")


def plot_line(c: float, d: float, a: float, b: float, ax: Axes | None = None) -> Axes:
    """Draw the two ReLU units whose sum is a line on an interval.

    Lecture: notebook 12, section 12.4.

    Parameters
    ----------
    c, d : float
        Slope and value at 0.
    a, b : float, a < b
        Ends of the interval.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    w, bias = affine_from_relus(c, d, a, b)
    x = np.linspace(a - 2, b, 501)
    ax.axvspan(a, b, color=style.PALE, lw=0)
    for k, (weight, shift, line, color) in enumerate(zip(w, bias, (":", "--"), (style.BLUE, style.GREEN)), 1):
        inner = "x" + (f" {'+' if shift > 0 else '-'} {abs(shift):g}" if shift else "")
        label = f"unit {k}: {weight:g} ReLU({inner})".replace("-", "\N{MINUS SIGN}")
        ax.plot(x, weight * relu(x + shift), line, color=color, lw=1.8, label=label)
    ax.plot(x, unit_sum(x, w, bias), color=style.VERMILLION, lw=2.2, label="sum")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="best")
    title = f"On [{a:g}, {b:g}] two units make {c:g} x + {d:g}".replace("+ -", "\N{MINUS SIGN} ")
    return style.finish(ax, title.replace("-", "\N{MINUS SIGN}"), "$x$ (input)", "value")


def plot_polynomial_floor(f: Function, a: float, b: float, q: int, ax: Axes | None = None) -> Axes:
    """Draw a target, the best quadratic, which is all that squared units can do, and ReLUs.

    Lecture: notebook 12, section 12.5.

    Parameters
    ----------
    f : callable
        From an array to an array of the same shape.
    a, b : float, a < b
        Ends of the interval.
    q : int, at least 2
        Number of ReLU units.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    x = np.linspace(a, b, 801)
    p, floor = best_polynomial(f, a, b, 2)
    w, bias = relu_interpolant(f, a, b, q)
    error = sup_error(f, lambda t: unit_sum(t, w, bias), a, b, -bias)
    ax.plot(x, f(x), color=style.INK, lw=1.5, label="target")
    ax.plot(x, np.polynomial.polynomial.polyval(x, p), "--", color=style.BLUE, lw=1.8, label="best quadratic")
    ax.plot(x, unit_sum(x, w, bias), color=style.VERMILLION, lw=1.6, label=f"{q} ReLUs")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="upper left")
    title = f"Any number of squared units: error {floor:.2f} or more; {q} ReLUs: {error:.3g}"
    return style.finish(ax, title, "$x$ (input)", "value")


def plot_tower(w: float, ax: Axes | None = None, lean: bool = False) -> Axes:
    """Draw the bump on a square as a map.

    Lecture: notebook 12, section 12.6.

    Parameters
    ----------
    w : float, above 0
        Steepness.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    lean : bool
        A short title and no scale, for a strip.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.2, 3.4))
    side = np.linspace(-2, 2, 121)
    values = bump2d(side[None, :], side[:, None], w)
    image = ax.imshow(values, origin="lower", extent=(-2, 2, -2, 2), cmap="cividis", vmin=0, vmax=1)
    ax.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], ":", color="white", lw=1.2)
    title = f"w = {w:g}" if lean else f"w = {w:g}: height {values.max():.2f} in the middle"
    if not lean:
        ax.figure.colorbar(image, ax=ax, label="$B(x, y)$ (output)", shrink=0.85)
    return style.finish(ax, title, "$x$", "$y$")


def plot_ridges(directions: Sequence[int] = (1, 2, 4, 12), q: int = 80, axes: Sequence[Axes] | None = None):
    """Draw one hidden layer that sums ridges in more and more directions, up to a round bump.

    Lecture: notebook 12, section 12.6.

    Parameters
    ----------
    directions : sequence of int
        Numbers of directions.
    q : int, at least 2
        Units for each direction.
    axes : sequence of matplotlib Axes, optional
        One for each number of directions; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(directions), figsize=(2.15 * len(directions), 3.1), sharey=True)[1]
    side = np.linspace(-2.8, 2.8, 101)
    X = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)  # (n, 2)
    gauss = np.exp(-np.sum(X**2, axis=1) / 2)
    for k, (ax, m) in enumerate(zip(axes, directions, strict=True)):
        values = mlp_forward(X, ridge_bump(m, q))[-1][:, 0]
        error = np.abs(values - gauss).max()
        ax.imshow(
            values.reshape(101, 101),
            origin="lower",
            extent=(-2.8, 2.8, -2.8, 2.8),
            cmap="cividis",
            vmin=-0.3,
            vmax=1,
        )
        style.finish(
            ax,
            f"{m} directions\nsup error {error:.2g}" if m > 1 else f"1 direction\nsup error {error:.2g}",
            "$x$",
        )
        if k == 0:
            ax.set_ylabel("$y$", fontsize=style.LABEL_SIZE)
    return axes


def plot_ramps(slopes: Sequence[float] = (1, 4, 32), ax: Axes | None = None) -> Axes:
    """Draw an indicator and continuous ramps of two ReLUs towards it.

    Lecture: notebook 12, section 12.7.

    Parameters
    ----------
    slopes : sequence of float
        Slopes of the ramps, above 0.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    x = np.linspace(-1, 1, 2001)
    for z in (np.array([-1.0, 0.0]), np.array([0.0, 1.0])):
        ax.plot(z, np.full(2, float(z.mean() > 0)), color=style.INK, lw=2.2)
    ax.plot([0], [1], "o", color=style.INK, ms=6)
    for slope, line, color in zip(slopes, (":", "--", "-"), (style.BLUE, style.GREEN, style.VERMILLION)):
        ramp = slope * (relu(x + 0.5 / slope) - relu(x - 0.5 / slope))
        ax.plot(x, ramp, line, color=color, lw=1.8, label=f"slope {slope:g}: area {0.25 / slope:.3g}")
    ax.axhline(0.5, color=style.GREY, lw=0.8)
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="upper left")
    return style.finish(
        ax, "Steeper ramps: the area between vanishes, the sup error stays 1/2", "$x$ (input)", "value"
    )


def plot_fit(layers: Layers, ax: Axes | None = None) -> Axes:
    """Draw what a network with one input and one hidden layer of ReLUs has learned, and where it bends.

    Lecture: notebook 12, section 12.8.

    Parameters
    ----------
    layers : Layers
        ``W`` of shapes (1, q) and (q, 1).
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    (W, b), _ = layers
    with np.errstate(divide="ignore", invalid="ignore"):
        bends = -b / W[0]
    bends = bends[(bends > LEFT) & (bends < RIGHT)]
    x = np.linspace(LEFT, RIGHT, 1001)

    def output(t):
        return mlp_forward(np.asarray(t)[:, None], layers)[-1][:, 0]

    error = sup_error(quartic_loss, output, LEFT, RIGHT, bends)
    ax.plot(x, quartic_loss(x), color=style.INK, lw=1.5, label="target")
    ax.plot(x, output(x), color=style.VERMILLION, lw=1.8, label="network")
    ax.plot(bends, output(bends), "o", ms=4, color=style.BLUE, label="its bends")
    ax.legend(fontsize=style.NOTE_SIZE, frameon=False, loc="upper center", ncols=3)
    title = f"{len(b)} hidden units, {len(bends)} of them bend inside: sup error {error:.3g}"
    return style.finish(ax, title, "$x$ (input)", "value")


def plot_existence(
    errors: Mapping[str, ArrayLike], built: Mapping[int, float], ax: Axes | None = None
) -> Axes:
    """Draw the sup error of each training run beside that of the construction with as many units.

    Lecture: notebook 12, section 12.8.

    Parameters
    ----------
    errors : mapping from str to array_like of float, shape (widths, runs)
        For each way of training the errors, a row a width; what is not finite is left out.
    built : mapping from int to float
        Width and the error of the construction.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.6))
    names, colours, marks = list(errors), (style.BLUE, style.GREEN, style.PURPLE, style.ORANGE), "o^sD"
    step = len(names) + 1
    for j, (q, error) in enumerate(built.items()):
        left, right = j * step - 0.6, j * step + len(names) - 0.4
        ax.plot([left, right], [error, error], color=style.VERMILLION, lw=2)
        ax.annotate(
            f"construction, {q} units: {error:.2g}", (left, error), (0, -12),
            textcoords="offset points", fontsize=9, color=style.VERMILLION,
        )  # fmt: skip
        for i, name in enumerate(names):
            runs = np.asarray(errors[name], dtype=float)[j]
            runs = runs[np.isfinite(runs)]
            place = j * step + i + np.linspace(-0.2, 0.2, len(runs))
            ax.plot(place, np.sort(runs), marks[i % 4], ms=4, color=colours[i % 4], alpha=0.8)
    ticks = [j * step + i for j in range(len(built)) for i in range(len(names))]
    ax.set_xticks(ticks, names * len(built), fontsize=8)
    ax.set_yscale("log")
    ax.set_yticks([0.05, 0.1, 0.2, 0.5, 1, 2, 5], ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"])
    ax.minorticks_off()
    ax.set_ylim(0.02, 9)
    return style.finish(
        ax, "What exists is rarely what training finds", "way of training, one mark a run", "sup error"
    )
