"""Figures of lesson 06: paths on true contours, the noise ball, excess error and its parts.

Lecture: notebook 06, sections 6.1, 6.3, 6.5, 6.6 and 6.7.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.stochastic_gradient import (
    LeastSquares,
    Schedule,
    mean_problem_variances,
    noise_ball_variance,
    robbins_monro,
    sgd,
)

LIMITS = ((-6.4, 6.4), (-3.0, 3.0))


def plot_gradient_descent(
    problem: LeastSquares, theta0: ArrayLike, step: float, n_steps: int, ax: Axes | None = None
) -> Axes:
    """Draw steps of gradient descent, and the contour of the empirical risk through each point.

    Lecture: notebook 06, section 6.1.

    Parameters
    ----------
    problem : LeastSquares
        Two parameters, with a diagonal Hessian.
    theta0 : array_like of float, shape (2,)
        The start.
    step : float
        The constant step size.
    n_steps : int
        Number of steps; each costs as many gradient evaluations as there are samples.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.2, 3.9))
    path = [np.asarray(theta0, dtype=float)]
    for _ in range(n_steps):
        path.append(path[-1] - step * problem.gradient(path[-1]))
    path = np.array(path)
    _draw_contours(ax, problem, problem.risk(path))
    for here, there in pairwise(path):
        ax.annotate("", there, here, zorder=4, arrowprops=_arrow())
        _draw_right_angle(ax, here, there - here)
    _draw_ends(ax, problem, path[:1])
    budget = n_steps * len(problem.X)
    noun = "step" if n_steps == 1 else "steps"
    title = f"Gradient descent: {budget} evaluations, {n_steps} {noun} at right angles to the contours"
    return _finish_plane(ax, problem, title)


def plot_sgd_paths(
    problem: LeastSquares,
    theta0: ArrayLike,
    schedule: Schedule,
    budget: int,
    rng: np.random.Generator,
    batch_size: int = 1,
    n_paths: int = 20,
    name: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Run stochastic gradient descent several times and draw the paths on the true contours.

    Lecture: notebook 06, section 6.1.

    Parameters
    ----------
    problem : LeastSquares
        Two parameters, with a diagonal Hessian.
    theta0 : array_like of float, shape (2,)
        The start of every path.
    schedule : callable
        From a step, counted from 0, to its size.
    budget : int
        Gradient evaluations of each path; it takes ``budget // batch_size`` steps.
    rng : numpy.random.Generator
        Draws the samples.
    batch_size : int
        Samples a step.
    n_paths : int
        Number of paths; the first is drawn strongly.
    name : str
        What the title calls the schedule.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.2, 3.9))
    starts = np.tile(np.asarray(theta0, dtype=float), (n_paths, 1))
    steps = budget // batch_size
    paths = sgd(problem.gradient, starts, len(problem.X), schedule, steps, rng, batch_size)
    _draw_contours(ax, problem, np.linspace(0.1, 1, 6) ** 2 * _span(problem, starts[0]) + _least(problem))
    paths = np.clip(paths, -1e3, 1e3)  # a path that leaves for infinity still has to be drawn
    ax.plot(*paths[:, 1:].transpose(2, 0, 1), color=style.SKY, lw=0.5, alpha=0.55, zorder=2)
    ax.plot(*paths[:, 0].T, color=style.BLUE, lw=1.1, zorder=3)
    ax.plot(*paths[-1].T, "o", ms=4.5, color=style.VERMILLION, mec="white", mew=0.6, zorder=5, label="ends")
    _draw_ends(ax, problem, starts[:1])
    away = np.sqrt(np.mean(np.sum((paths[-1] - problem.minimiser) ** 2, axis=-1)))
    far = f"{away:.2f}" if away < 100 else "far"
    who = f"batch {batch_size}, {name}" if name else f"batch {batch_size}"
    noun = "step" if steps == 1 else "steps"
    title = f"{who}: {budget} evaluations, {steps} {noun}, rms distance at the end {far}"
    return _finish_plane(ax, problem, title)


def plot_path_strip(
    problem: LeastSquares,
    theta0: ArrayLike,
    cases: Sequence[tuple[int, str, Schedule]],
    budget: int,
    seed: int,
    axes: Sequence[Axes] | None = None,
) -> Sequence[Axes]:
    """Draw `plot_sgd_paths` for several settings below each other, with one budget.

    Lecture: notebook 06, section 6.1.

    Parameters
    ----------
    problem : LeastSquares
        Two parameters, with a diagonal Hessian.
    theta0 : array_like of float, shape (2,)
        The start of every path.
    cases : sequence of (batch_size, name, schedule)
        One frame each.
    budget : int
        Gradient evaluations of each path.
    seed : int
        Seeds each frame alike.
    axes : sequence of matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        rows = (len(cases) + 1) // 2
        grid = style.new_figure(rows, 2, figsize=(10.4, 3.1 * rows), squeeze=False)[1].ravel()
        for spare in grid[len(cases) :]:
            spare.remove()
        axes = grid[: len(cases)]
    for ax, (batch_size, name, schedule) in zip(axes, cases, strict=True):
        rng = np.random.default_rng(seed)
        plot_sgd_paths(problem, theta0, schedule, budget, rng, batch_size, name=name, ax=ax)
        ax.set_title(ax.get_title(loc="left").replace(": ", ":\n", 1), loc="left", fontsize=style.LABEL_SIZE)
    return axes


def plot_noise_ball(steps: ArrayLike, variances: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the stationary variance against the constant step: the formula and simulated values.

    Lecture: notebook 06, section 6.3.

    Parameters
    ----------
    steps : array_like of float
        Constant step sizes below 2.
    variances : array_like of float
        The simulated variances.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.8, 3.7))
    fine = np.geomspace(0.02, 1.0, 200)
    formula = [noise_ball_variance(g) for g in fine]
    ax.plot(fine, formula, color=style.BLUE, lw=2, label=r"$\gamma/(2-\gamma)$, derived")
    ax.plot(fine, fine / 2, "--", color=style.GREY, lw=1.2, label=r"$\gamma/2$")
    ax.plot(steps, variances, "o", ms=8, color=style.VERMILLION, mec="white", label="simulated")
    for step, variance in zip(steps, variances, strict=True):
        ax.annotate(f"{variance:.4f}", (step, variance), (8, -11), textcoords="offset points",
                    fontsize=style.NOTE_SIZE, color=style.VERMILLION)  # fmt: skip
    ax.set(xscale="log", yscale="log", xlim=(0.018, 1.3), ylim=(0.008, 1.3))
    ax.set_xticks([0.05, 0.1, 0.2, 0.4, 1.0], ["0.05", "0.1", "0.2", "0.4", "1"])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper left")
    title = "With a constant step the noise never dies: half the step, half the variance"
    return style.finish(ax, title, r"$\gamma$ (constant step size)", r"Var $\theta$ (stationary variance)")


def plot_step_sizes(ax: Axes | None = None, largest: int = 3000) -> Axes:
    """Draw the exact mean square error of four ways to estimate a mean, against the number of samples.

    Lecture: notebook 06, section 6.5.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    largest : int, at least 20
        The largest number of samples.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.6, 3.8))
    n = np.unique(np.geomspace(20, largest, 14).astype(int))
    slow = robbins_monro(0.5, power=0.6)
    kinds = (
        ("constant 0.2, last", lambda t: 0.2, 0, style.VERMILLION, "s-"),
        ("$0.5\\,t^{-0.6}$, last", slow, 0, style.ORANGE, "^-"),
        ("$1/t$, averaged", robbins_monro(1.0), 1, style.PURPLE, "v-"),
        ("$0.5\\,t^{-0.6}$, averaged", slow, 1, style.GREEN, "D-"),
    )
    for name, schedule, which, colour, look in kinds:
        variances = [mean_problem_variances(schedule, int(steps))[which] for steps in n]
        ax.plot(n, variances, look, color=colour, ms=4.5, lw=1.5, label=name)
    ax.plot(n, 1 / n, color=style.INK, lw=1.5, ls=(0, (4, 2)), label="best possible, $1/n$")
    ax.set(xscale="log", yscale="log")
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    title = "Large steps and an average of the path come close to the best possible"
    return style.finish(ax, title, "$n$ (samples seen)", r"Var $\theta$ (mean square error)")


def plot_excess_parts(
    degrees: Sequence[int], parts: Mapping[str, ArrayLike], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw the excess error of each model class as a stack of its three parts, one panel an optimiser.

    Lecture: notebook 06, section 6.6.

    Parameters
    ----------
    degrees : sequence of int
        Names the classes.
    parts : dict of str to array_like of float, shape (n_degrees, 3)
        For each optimiser the approximation, estimation and optimisation errors.
    axes : sequence of matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(parts), figsize=(9.6, 4.1), sharey=True)[1]
    places = np.arange(len(degrees))
    looks = (
        ("approximation", style.BLUE, ""),
        ("estimation", style.ORANGE, "///"),
        ("optimisation", style.VERMILLION, "xxx"),
    )
    for ax, (name, values) in zip(axes, parts.items(), strict=True):
        values = np.asarray(values, dtype=float)
        for k, (part, colour, hatch) in enumerate(looks):
            up, down = np.maximum(values, 0), np.minimum(values, 0)
            look = {"color": style.tint(colour, 0.35), "edgecolor": "white", "hatch": hatch, "width": 0.62}
            ax.bar(places, up[:, k], bottom=up[:, :k].sum(axis=1), label=part, **look)
            ax.bar(places, down[:, k], bottom=down[:, :k].sum(axis=1), **look)
        total = values.sum(axis=1)
        ax.plot(places, total, "D", ms=6, color=style.INK, mec="white", label="their sum", zorder=4)
        ax.axhline(0, color=style.INK, lw=0.8)
        best = degrees[int(np.argmin(total))]
        ax.set_xticks(places, [str(degree) for degree in degrees])
        style.finish(
            ax, f"{name}: best at degree {best}", "degree of the polynomial", "excess of the expected risk"
        )
    style.figure_title(axes[0].figure, "Larger classes approximate better and estimate worse")
    everything = np.concatenate([np.asarray(values, dtype=float) for values in parts.values()])
    lowest, highest = (np.sum(part(everything, 0), axis=1) for part in (np.minimum, np.maximum))
    axes[0].set_ylim(1.15 * lowest.min() - 0.01, 1.08 * highest.max())
    axes[-1].set_ylabel("")
    axes[0].legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper center")
    return axes


def plot_excess_against_evaluations(data: Mapping[str, ArrayLike], ax: Axes | None = None) -> Axes:
    """Draw excess risk against gradient evaluations, for gradient descent and for SGD on fresh samples.

    Lecture: notebook 06, section 6.7.

    Parameters
    ----------
    data : dict
        ``n`` samples; ``evaluations``, ``last`` and ``average`` for SGD; ``gd``, the excess after each pass;
        ``erm``, the excess of the minimiser of the empirical risk; ``passes``.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.2, 4.1))
    n, gd = int(data["n"]), np.asarray(data["gd"])
    ax.plot(data["evaluations"], data["last"], ":", color=style.SKY, lw=2, label="SGD, last iterate")
    ax.plot(data["evaluations"], data["average"], color=style.BLUE, lw=2.2, label="SGD, averaged")
    ax.plot(n * np.arange(1, len(gd) + 1), gd, "o-", ms=3.5, color=style.VERMILLION, lw=1.3,
            label="gradient descent, a dot a step")  # fmt: skip
    ax.axhline(data["erm"], color=style.INK, lw=1.2, ls=(0, (4, 2)))
    ax.text(110, data["erm"] * 0.93, f"minimiser of the empirical risk, N = {n}", va="top", color=style.INK,
            fontsize=style.NOTE_SIZE)  # fmt: skip
    ax.axvline(n, color=style.GREY, lw=0.9)
    ax.text(n * 1.06, 0.28, "one pass", color=style.GREY, fontsize=style.NOTE_SIZE, va="top")
    ax.set(xscale="log", yscale="log", ylim=(6e-4, 0.35))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left", bbox_to_anchor=(0, 0.14))
    title = f"One pass of averaged SGD is worth {int(data['passes'])} passes of gradient descent here"
    return style.finish(ax, title, "gradient evaluations", "$R - R_B$ (excess of the expected log-loss)")


def _arrow():
    """Return the look of one step of gradient descent."""
    return {"arrowstyle": "-|>", "color": style.BLUE, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}


def _least(problem):
    """Return the least empirical risk."""
    return problem.risk(problem.minimiser)


def _span(problem, theta):
    """Return how far the empirical risk of a point is above the least."""
    return problem.risk(theta) - _least(problem)


def _draw_contours(ax, problem, levels):
    """Draw the ellipses where the empirical risk has the given levels."""
    for level in levels:
        half = np.sqrt(2 * max(level - _least(problem), 0) / np.diag(problem.hessian))  # half axes
        ax.add_patch(Ellipse(problem.minimiser, *(2 * half), fill=False, color=style.GREY, lw=0.8, zorder=1))


def _draw_right_angle(ax, point, direction, size=0.22):
    """Mark the right angle between a step and the contour at its start."""
    along = direction / max(np.hypot(*direction), 1e-12) * size
    across = np.array([-along[1], along[0]])
    if np.hypot(*direction) > 3 * size:
        corner = np.array([point + across, point + across + along, point + along])
        ax.plot(*corner.T, color=style.VERMILLION, lw=1.1, zorder=5)
        ax.plot(*np.array([point - 2.5 * across, point + 2.5 * across]).T, color=style.VERMILLION, lw=1.1)


def _draw_ends(ax, problem, start):
    """Mark the start and the minimiser."""
    ax.plot(*start.T, "s", ms=8, color=style.BLUE, mec="white", zorder=6)
    ax.plot(*problem.minimiser, "*", ms=14, color=style.YELLOW, mec=style.INK, zorder=6)


def _finish_plane(ax, problem, title):
    """Set limits and labels of a picture of the two parameters."""
    ax.set(xlim=LIMITS[0], ylim=LIMITS[1], aspect="equal")
    first, second = (rf"$\theta_{k + 1}$ (curvature {problem.hessian[k, k]:.3g})" for k in range(2))
    return style.finish(ax, title, first, second)
