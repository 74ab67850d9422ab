"""Figures of lesson 05: the lecture's frames, the surrogate, cobwebs, the bifurcation diagram.

Lecture: notebook 05.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.gradient_descent import (
    QUARTIC,
    best_step,
    classify_orbit,
    gradient_descent,
    is_majorized,
    largest_majorizing_step,
    max_stable_step,
    period_doublings,
    quartic_crisis,
    quartic_curvature,
    quartic_gradient,
    quartic_loss,
    quartic_stationary_points,
    surrogate,
)

_PARAMETER, _LOSS = r"$\theta$ (parameter)", r"$\mathcal{L}(\theta)$ (loss)"
_WINDOW = {"xlim": (-6, 6), "ylim": (-8, 5)}  # that of the lecture's frames


def plot_tangent(theta: float, radius: float = 1.5, ax: Axes | None = None) -> Axes:
    """Draw the quartic with its tangent at a point, and the gap between the two.

    Lecture: notebook 05, section 5.1.

    Parameters
    ----------
    theta : float
        Where the tangent touches.
    radius : float
        Half the width of the tangent.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.1))
    _draw_loss(ax)
    t = theta + np.linspace(-radius, radius, 200)
    line = quartic_loss(theta) + (t - theta) * quartic_gradient(theta)
    ax.plot(t, line, "--", color=style.VERMILLION, lw=1.8, label="tangent")
    ax.fill_between(t, line, quartic_loss(t), color=style.tint(style.VERMILLION, 0.7), lw=0, label="gap")
    ax.plot(theta, quartic_loss(theta), "o", color=style.BLUE, ms=7, zorder=4)
    ax.set(**_WINDOW)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper center")
    title = f"The tangent is right at θ = {theta:g} and misses the more, the farther one goes"
    return style.finish(ax, _minus(title), _PARAMETER, _LOSS)


def plot_frame(
    theta: float, gamma: float, t: int = 0, ax: Axes | None = None, labels: bool = True, radius: float = 3.0
) -> Axes:
    """Draw one frame of the lecture: loss, tangent, surrogate, the point and where the step leads.

    Lecture: notebook 05, sections 5.2, 5.4 and 5.6.

    Parameters
    ----------
    theta : float
        The present parameter.
    gamma : float, above 0
        Step size.
    t : int
        Number of the frame, for the title.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    labels : bool
        Whether to write the legend and the axes' names.
    radius : float
        How far to both sides tangent and surrogate are drawn; the lecture draws 3.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.3))
    _draw_loss(ax)
    eps = np.linspace(-radius, radius, 301)
    loss0, slope = float(quartic_loss(theta)), float(quartic_gradient(theta))
    after, size = theta - gamma * slope, 7 if labels else 5.5
    model = surrogate(loss0, [slope], eps[:, None], gamma)
    ax.plot(theta + eps, loss0 + eps * slope, "--", color=style.INK, lw=1.1, label="tangent")
    ax.plot(theta + eps, model, color=style.VERMILLION, lw=1.8, label=r"surrogate $\hat{\mathcal{L}}$")
    ax.plot(theta, loss0, "o", color=style.BLUE, ms=size, zorder=5, label=r"$\theta_t$")
    ax.plot(after, quartic_loss(after), "D", color=style.ORANGE, mec=style.INK, mew=0.7, ms=size - 1,
            zorder=5, label=r"$\theta_{t+1}$")  # fmt: skip
    ax.set(**_WINDOW, xticks=(-4, 0, 4), yticks=(-8, -4, 0, 4))
    title = _minus(rf"$\theta_{{{t}}} = {theta:.2f},\ \gamma = {gamma:.2f}$")
    if not labels:
        return style.finish(ax, title)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper right")
    return style.finish(ax, title, _PARAMETER, _LOSS)


def plot_frames(
    theta0: float, gamma: float, n_frames: int, title: str, axes: ArrayLike | None = None
) -> np.ndarray:
    """Draw the frames of one of the lecture's examples, one for each step.

    Lecture: notebook 05, sections 5.4 and 5.6.

    Parameters
    ----------
    theta0 : float
        Where the run begins.
    gamma : float, above 0
        Step size.
    n_frames : int, at least 1
        Number of frames; the lecture has 8, 8 and 6.
    title : str
        The finding.
    axes : array_like of matplotlib Axes, optional
        At least one for each frame; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes, shape (n_frames,)
        The axes drawn on.
    """
    if axes is None:
        columns = -(-n_frames // 2)
        axes = style.new_figure(2, columns, figsize=(1.9 * columns, 3.5), sharex=True, sharey=True)[1]
    axes = np.ravel(axes)[:n_frames]
    for t, theta in enumerate(gradient_descent(quartic_gradient, theta0, gamma, n_frames - 1)):
        plot_frame(float(theta), gamma, t, ax=axes[t], labels=False)
    style.figure_title(axes[0].figure, title)
    axes[0].figure.supxlabel(
        r"$\theta$;  black: loss, dashed: tangent, red: surrogate, disc: $\theta_t$, diamond: $\theta_{t+1}$",
        fontsize=style.LABEL_SIZE,
    )
    axes[0].figure.supylabel(_LOSS, fontsize=style.LABEL_SIZE)
    return axes


def plot_majorization(
    theta: float, gammas: Sequence[float], radius: float = 3.0, axes: ArrayLike | None = None
) -> np.ndarray:
    """Draw the surrogate for several step sizes, and where it falls below the loss.

    Lecture: notebook 05, section 5.3.

    Parameters
    ----------
    theta : float
        Where the surrogate is made.
    gammas : sequence of float, above 0
        One for each panel.
    radius : float, above 0
        Half the width of the interval.
    axes : array_like of matplotlib Axes, optional
        One for each step size; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        size = (2.4 * len(gammas), 2.9)
        axes = style.new_figure(1, len(gammas), figsize=size, sharey=True, squeeze=False)[1]
    axes = np.ravel(axes)
    eps = np.linspace(-radius, radius, 1201)
    for ax, gamma in zip(axes, gammas, strict=True):
        plot_frame(theta, gamma, ax=ax, labels=False, radius=radius)
        model = surrogate(float(quartic_loss(theta)), [float(quartic_gradient(theta))], eps[:, None], gamma)
        values = quartic_loss(theta + eps)
        ax.fill_between(theta + eps, model, values, where=model < values - 1e-9, hatch="////",
                        facecolor="none", edgecolor=style.VERMILLION, lw=0)  # fmt: skip
        keeps = is_majorized(quartic_loss, quartic_gradient, theta, gamma, radius)
        style.finish(ax, f"γ = {gamma:.3g}: {'stays above' if keeps else 'falls below'}", _PARAMETER)
    axes[0].set_ylabel(_LOSS, fontsize=style.LABEL_SIZE)
    limit = largest_majorizing_step(quartic_loss, quartic_gradient, theta, radius)
    style.figure_title(
        axes[0].figure, _minus(f"At θ = {theta:g} the surrogate stays above for γ up to {limit:.3f}")
    )
    return axes


def plot_step_limits(radius: float = 3.0, ax: Axes | None = None) -> Axes:
    """Draw, for each point, the largest step that majorises and the one that the largest curvature allows.

    Lecture: notebook 05, section 5.3.

    Parameters
    ----------
    radius : float, above 0
        Half the width of the interval round each point.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.1))
    thetas = np.linspace(-5, 5, 201)
    exact = [largest_majorizing_step(quartic_loss, quartic_gradient, t, radius) for t in thetas]
    intervals = thetas[:, None] + np.linspace(-radius, radius, 201)  # (thetas, points of each interval)
    safe = 1 / np.abs(quartic_curvature(intervals)).max(axis=1)
    ax.plot(thetas, exact, color=style.BLUE, lw=2, label="largest step whose surrogate stays above")
    ax.plot(thetas, safe, "--", color=style.VERMILLION, lw=2, label=r"$1/\beta$: safe, by the theorem")
    ax.set(xlim=(-5, 5), yscale="log", ylim=(0.03, 20))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower center")
    title = r"$\gamma \leq 1/\beta$ is enough everywhere, but more would do"
    return style.finish(ax, title, _PARAMETER, r"$\gamma$ (step size)")


def plot_contraction(
    eigenvalues: Sequence[float], gamma: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the factors by which a step shrinks errors along each eigenvector of a quadratic.

    Lecture: notebook 05, section 5.5.

    Parameters
    ----------
    eigenvalues : sequence of float, above 0
        Curvatures.
    gamma : float, optional
        A step size to mark; the best one by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.2))
    hessian = np.diag(np.asarray(eigenvalues, dtype=float))
    stable, (best, factor) = max_stable_step(hessian), best_step(hessian)
    marked = best if gamma is None else gamma
    steps = np.linspace(0, max(1.15 * stable, 1.05 * marked), 400)
    for value, dash, color in zip(eigenvalues, ("-", "--", "-.", ":"), style.CYCLE):
        ax.plot(steps, np.abs(1 - steps * value), dash, color=color, lw=1.6, label=rf"$\lambda = {value:g}$")
    worst = np.abs(1 - np.outer(steps, eigenvalues)).max(axis=1)
    ax.plot(steps, worst, color=style.INK, lw=4, alpha=0.25, label="the slower of them")
    ax.axhline(1, color=style.GREY, lw=0.8)
    ax.axvline(stable, color=style.GREY, lw=0.8, ls=":")
    height = np.abs(1 - marked * np.asarray(eigenvalues)).max()
    ax.plot(marked, height, "o", ms=9, mfc="white", mec=style.INK, mew=2, zorder=5)
    top, side = max(1.4, 1.3 * height), "right" if 2 * stable > steps[-1] else "left"
    level = 0.02 * top if side == "right" else 0.5 * top
    ax.text(stable, level, " stable up to here ", color=style.GREY, fontsize=style.NOTE_SIZE, ha=side)
    ax.set(xlim=(0, steps[-1]), ylim=(0, top))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="upper center", ncols=3)
    title = f"Best step {best:.3g}: every error shrinks at least by the factor {factor:.3g}"
    if gamma is not None:
        fate = "grows" if height > 1 else "shrinks" if height < 1 else "stays"
        title = f"γ = {gamma:.3g}: the largest factor is {height:.3g}, so the error {fate}"
    return style.finish(ax, title, r"$\gamma$ (step size)", r"$|1 - \gamma\lambda|$ (factor a step)")


def plot_errors(eigenvalues: Sequence[float], gammas: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw how the distance to the minimum of a quadratic falls, step by step, for several step sizes.

    Lecture: notebook 05, section 5.5.

    Parameters
    ----------
    eigenvalues : sequence of float, above 0
        Curvatures.
    gammas : sequence of float, above 0
        Step sizes, at most seven.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 3.2))
    curvature = np.asarray(eigenvalues, dtype=float)
    for gamma, color, marker in zip(gammas, style.CYCLE, "os^Dv<>"):
        path = gradient_descent(lambda t: curvature * t, np.ones(len(curvature)), gamma, 30)
        ax.plot(np.linalg.norm(path, axis=1), marker=marker, ms=4, markevery=3, color=color, lw=1.4,
                label=rf"$\gamma = {gamma:.3g}$")  # fmt: skip
    ax.set(yscale="log", xlim=(0, 30))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE)
    factor = best_step(np.diag(curvature))[1]
    title = f"Errors fall along lines; the steepest shrinks them by {factor:.3g} a step"
    return style.finish(ax, title, "$t$ (step)", r"$\|\theta_t - \theta^*\|$ (error)")


def plot_cobweb(
    theta0: float, gamma: float, steps: int, ax: Axes | None = None, labels: bool = True
) -> Axes:
    """Draw a run as a cobweb between the map theta - gamma L'(theta) and the diagonal.

    Lecture: notebook 05, section 5.6.

    Parameters
    ----------
    theta0 : float
        Where the run begins.
    gamma : float, above 0
        Step size.
    steps : int, at least 0
        Number of steps.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    labels : bool
        Whether to write the legend and the axes' names.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.2, 4.0))
    t = np.linspace(-6, 6, 601)
    ax.plot(t, t, color=style.GREY, lw=1, ls="--", label=r"$\theta_{t+1} = \theta_t$")
    ax.plot(t, t - gamma * quartic_gradient(t), color=style.INK, lw=1.6, label=r"$F(\theta_t)$")
    orbit = np.clip(gradient_descent(quartic_gradient, theta0, gamma, steps), -50, 50)
    web = np.repeat(orbit, 2)  # up or down to the map, across to the diagonal
    ax.plot(web[:-1], web[1:], color=style.BLUE, lw=0.9)
    ax.plot(orbit[0], orbit[0], "o", color=style.BLUE, ms=7, label=r"$\theta_0$")
    points = quartic_stationary_points()
    ax.plot(points, points, "s", mfc="white", mec=style.VERMILLION, ms=6, mew=1.5, label="gradient 0")
    ax.set(xlim=(-6, 6), ylim=(-6, 6), xticks=(-4, 0, 4), yticks=(-4, 0, 4), aspect="equal")
    title = _minus(f"Cobweb of θ₀ = {theta0:g}, γ = {gamma:g}")
    if not labels:
        return style.finish(ax, title)
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower right")
    return style.finish(ax, title, r"$\theta_t$ (before the step)", r"$\theta_{t+1}$ (after the step)")


def plot_cobwebs(
    theta0: float, gammas: Sequence[float], settle: int = 2000, axes: ArrayLike | None = None
) -> np.ndarray:
    """Draw cobwebs of runs that have settled, for several step sizes, with what they have settled on.

    Lecture: notebook 05, section 5.6.

    Parameters
    ----------
    theta0 : float
        Where the runs begin.
    gammas : sequence of float, above 0
        One for each panel; the runs must stay bounded.
    settle : int, at least 200
        Steps before the cobweb begins.
    axes : array_like of matplotlib Axes, optional
        One for each step size; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        size = (2.1 * len(gammas), 2.6)
        axes = style.new_figure(1, len(gammas), figsize=size, sharey=True, squeeze=False)[1]
    axes = np.ravel(axes)
    for ax, gamma in zip(axes, gammas, strict=True):
        run = gradient_descent(quartic_gradient, theta0, gamma, settle)
        kind, period = classify_orbit(run)
        plot_cobweb(float(run[-1]), gamma, 60, ax=ax, labels=False)
        finding = {1: "one point", 0: kind}.get(period, f"cycle of {period}")
        style.finish(ax, f"γ = {gamma:g}: {finding}", r"$\theta_t$ (before)")
    axes[0].set_ylabel(r"$\theta_{t+1}$ (after the step)", fontsize=style.LABEL_SIZE)
    return axes


def plot_run(theta0: float, gamma: float, steps: int, axes: ArrayLike | None = None) -> np.ndarray:
    """Draw a run twice: on the loss, with the surrogate of the last point, and as a cobweb.

    Lecture: notebook 05, section 5.6.

    Parameters
    ----------
    theta0 : float
        Where the run begins.
    gamma : float, above 0
        Step size.
    steps : int, at least 0
        Number of steps.
    axes : array_like of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(7.0, 3.2), width_ratios=(1.35, 1))[1]
    axes = np.ravel(axes)
    orbit = gradient_descent(quartic_gradient, theta0, gamma, steps)
    inside = orbit[np.abs(orbit) < 50]
    axes[0].plot(inside, quartic_loss(inside), "-", color=style.SKY, lw=0.8, zorder=1)
    axes[0].plot(inside, quartic_loss(inside), ".", color=style.BLUE, ms=5, zorder=3)
    plot_frame(float(inside[-1]), gamma, len(inside) - 1, ax=axes[0])
    plot_cobweb(theta0, gamma, steps, ax=axes[1])
    if len(inside) < len(orbit):
        style.finish(axes[0], f"Gone: beyond 50 after {len(inside)} steps")
    return axes


def plot_basins(gammas: Sequence[float], steps: int = 400, axes: ArrayLike | None = None) -> np.ndarray:
    """Draw where runs from each start end, for several step sizes: left valley, right valley, or outside.

    Lecture: notebook 05, section 5.8.

    Parameters
    ----------
    gammas : sequence of float, above 0
        One for each strip.
    steps : int, at least 1
        Length of the runs.
    axes : array_like of matplotlib Axes, optional
        One for each step size; a new figure by default.

    Returns
    -------
    ndarray of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        size = (8.6, 0.75 * len(gammas) + 0.9)
        axes = style.new_figure(len(gammas), 1, figsize=size, sharex=True, squeeze=False)[1]
    axes = np.ravel(axes)
    starts = np.linspace(-6, 6, 1201)
    top = quartic_stationary_points()[1]
    for ax, gamma in zip(axes, gammas, strict=True):
        end = gradient_descent(quartic_gradient, starts, gamma, steps)[-1]
        gone = ~(np.abs(end) < 50)
        kinds = (
            (~gone & (end < top), 0, style.BLUE, "left"),
            (~gone & (end >= top), 1, style.ORANGE, "right"),
            (gone, 2, style.INK, "gone"),
        )
        for chosen, height, color, name in kinds:
            ax.plot(starts[chosen], np.full(chosen.sum(), height), "|", color=color, ms=9, mew=0.8)
            ax.text(6.1, height, name, color=color, va="center", fontsize=style.NOTE_SIZE)
        ax.axvline(top, color=style.GREY, lw=0.8, ls=":")
        ax.set(ylim=(-0.7, 2.7), yticks=[], xlim=(-6, 6))
        style.finish(ax, None, None, f"γ = {gamma:g}")
        ax.yaxis.label.set(rotation=0, ha="right", va="center")
    axes[-1].set_xlabel(r"$\theta_0$ (where the run begins); dotted: the hilltop", fontsize=style.LABEL_SIZE)
    style.figure_title(axes[0].figure, "Small steps: the hilltop parts the valleys. Large steps: it does not")
    return axes


def plot_bifurcation(
    theta0: float = -2.0,
    low: float = 0.9,
    high: float = 1.55,
    ax: Axes | None = None,
    n_gammas: int = 680,
    marks: bool = True,
) -> Axes:
    """Draw where runs from one start live in the long run, for each step size.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    theta0 : float
        Where the runs begin.
    low, high : float, above 0
        Range of step sizes.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    n_gammas : int, at least 2
        Number of step sizes.
    marks : bool
        Whether to mark the first three doublings and the crisis of the left valley.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.6, 3.9))
    gammas = np.linspace(low, high, n_gammas)
    orbits = gradient_descent(quartic_gradient, np.full(n_gammas, theta0), gammas, 900)[-60:]
    stays = np.abs(orbits[-1]) < 50  # NaN is not below it
    x = np.broadcast_to(gammas, orbits.shape)[:, stays].ravel()
    ax.plot(x, orbits[:, stays].ravel(), ",", color=style.INK, antialiased=False)
    ax.set(xlim=(low, high))
    if marks:
        first, second, third = period_doublings(QUARTIC, -3.0, 3)
        for gamma, name in ((first, "1→2"), (second, "2→4"), (third, "4→8"), (quartic_crisis(), "gone")):
            if low < gamma < high:
                ax.axvline(gamma, color=style.VERMILLION, lw=0.9, ls="--")
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
                ax.text(gamma, 0.02, name, transform=ax.get_xaxis_transform(), ha="center", bbox=box,
                        color=style.VERMILLION, fontsize=style.NOTE_SIZE)  # fmt: skip
    title = "Beyond 2/L″ the run cycles, doubles its period and turns chaotic, long before it leaves"
    return style.finish(ax, title, r"$\gamma$ (step size)", r"$\theta$ (visited in the long run)")


def plot_lyapunov(gammas: ArrayLike, exponents: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the Lyapunov exponent against the step size: below 0 neighbours meet, above 0 they part.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    gammas, exponents : array_like of float, shape (n,)
        Step sizes, and the exponent for each.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.6, 2.6))
    gammas, exponents = np.asarray(gammas), np.asarray(exponents)
    ax.axhline(0, color=style.GREY, lw=0.8)
    ax.plot(gammas, exponents, color=style.INK, lw=1.0)
    ax.fill_between(gammas, 0, exponents, where=exponents > 0, interpolate=True, lw=0,
                    color=style.tint(style.VERMILLION, 0.5))  # fmt: skip
    ax.text(1.3, 0.55, "neighbours part", color=style.VERMILLION, fontsize=style.NOTE_SIZE, ha="center")
    ax.text(0.99, -1.2, "neighbours meet", color=style.INK, fontsize=style.NOTE_SIZE, ha="center")
    ax.set(xlim=(gammas[0], gammas[-1]), ylim=(-2, 0.8))
    title = f"Above 0 means chaos; it is interrupted by windows. Here {np.mean(exponents > 0):.0%} lie above"
    name = r"mean of $\log|1 - \gamma\mathcal{L}^{\prime\prime}|$"
    return style.finish(ax, title, r"$\gamma$ (step size)", name)


def plot_gaps(doublings: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the gaps between successive doublings on a logarithmic scale, with their ratios.

    Lecture: notebook 05, section 5.7.

    Parameters
    ----------
    doublings : array_like of float, shape (n,), n at least 3
        Step sizes at which the period doubles.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.6, 2.9))
    gaps = np.diff(np.asarray(doublings, dtype=float))
    k = np.arange(1, len(gaps) + 1)
    ax.plot(k, gaps, "o-", color=style.BLUE, lw=1.6, ms=7)
    for place, gap, following in zip(k, gaps[:-1], gaps[1:]):
        ax.annotate(f"÷ {gap / following:.3f}", (place + 0.5, np.sqrt(gap * following)), (6, 4),
                    textcoords="offset points", fontsize=style.NOTE_SIZE, color=style.INK)  # fmt: skip
    names = [rf"${2**j}\to{2 ** (j + 1)}$" for j in k]
    ax.set(yscale="log", xticks=k, xticklabels=names, xlim=(0.7, len(gaps) + 0.6))
    title = f"The gaps shrink by nearly the same factor; the last ratio is {gaps[-2] / gaps[-1]:.4f}"
    return style.finish(ax, title, "doubling of the period", r"gap in $\gamma$ since the last one")


def _draw_loss(ax):
    """Draw the quartic over the lecture's window."""
    t = np.linspace(-6, 6, 601)
    ax.plot(t, quartic_loss(t), color=style.INK, lw=1.8, label=r"loss $\mathcal{L}$")


def _minus(text):
    """Return a text whose hyphens before numbers are minus signs."""
    return text.replace("-", "\N{MINUS SIGN}")
