"""Figures of lesson 01 on threshold units: the step, the square, the cube, the map of weights, networks.

Lecture: notebook 01, sections 1.1 to 1.6.
"""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from numpy.typing import ArrayLike

from coursepkg.figures import style
from coursepkg.separability import hull_crossing, separating_unit, threshold_functions_upper_bound
from coursepkg.threshold import Layers, boolean_inputs, heaviside, threshold_forward, tlu, two_input_name

# A function and its negation share a colour; the code is the truth table read as a binary number.
_PAIR_COLOURS = (
    style.GREY, style.ORANGE, style.PURPLE, style.GREEN, style.YELLOW, style.SKY, style.VERMILLION, style.BLUE
)  # fmt: skip


def plot_step(ax: Axes | None = None) -> Axes:
    """Draw the Heaviside step with its value at 0, and the value that the slide's plot shows there.

    Lecture: notebook 01, section 1.1.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax)
    tie, slide_at_tie = heaviside(0.0), (np.sign(0.0) + 1) / 2
    for z in (np.array([-4.0, 0.0]), np.array([0.0, 4.0])):
        ax.plot(z, np.full(2, heaviside(z.mean())), color=style.BLUE, lw=2.5, solid_capstyle="butt", zorder=2)
    ax.plot(0, 1 - tie, "o", ms=8, mfc="white", mec=style.BLUE, mew=2, zorder=3)
    ax.plot(0, tie, "o", ms=8, color=style.BLUE, zorder=3)
    ax.plot(0, slide_at_tie, "X", ms=9, color=style.VERMILLION, mec="white", zorder=3)
    ax.annotate(f"H(0) = {tie}: the unit fires", (0, tie), (-2.1, 0.82), ha="center", **_note(style.BLUE))
    ax.annotate(
        f"the slide's plot, (sign(0) + 1)/2 = {slide_at_tie:g}",
        (0, slide_at_tie), (2.1, slide_at_tie), ha="center", **_note(style.VERMILLION),
    )  # fmt: skip
    ax.set(xlim=(-4, 4), ylim=(-0.15, 1.15), yticks=[0, 0.5, 1])
    title = f"At the tie the unit fires: H(0) = {tie}, not {slide_at_tie:g}"
    return style.finish(ax, title, "$z = w^T x + b$ (pre-activation)", "$H(z)$ (output)")


def plot_unit_square(w: ArrayLike, b: float, ax: Axes | None = None, table: bool = True) -> Axes:
    """Draw one unit on the square of two bits: its line, the half-plane where it fires, its truth table.

    Lecture: notebook 01, section 1.2.

    Parameters
    ----------
    w : array_like of float, shape (2,)
        Weights.
    b : float
        Bias.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    table : bool
        Whether to write the truth table beside the square.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    w = np.asarray(w, dtype=float)
    ax = style.ensure_axes(ax, figsize=(6.0, 3.6))
    X = boolean_inputs(2)
    truth = tlu(X, w, b)
    _draw_half_plane(ax, w, b)
    _draw_corners(ax, X, truth)
    name = _pretty(two_input_name(truth))
    if table:
        rows = [r"$x_1$  $x_2$     $z$      $f$"]
        rows += [f"{x[0]}   {x[1]}  {z:5.1f}   {f}" for x, z, f in zip(X, X @ w + b, truth, strict=True)]
        for k, row in enumerate(rows):
            font = {} if k == 0 else {"family": "monospace"}
            ax.text(1.12, 0.86 - 0.13 * k, row, transform=ax.transAxes, fontsize=11, color=style.INK, **font)
        ax.plot([1.12, 1.62], [0.83, 0.83], transform=ax.transAxes, color=style.GREY, lw=0.8, clip_on=False)
        ax.text(
            1.12, 0.17, f"f = {name}", transform=ax.transAxes, fontsize=12, color=style.BLUE, weight="bold"
        )
    title = (
        f"w = ({w[0]:g}, {w[1]:g}), b = {b:g} computes {name}"
        if table
        else f"({w[0]:g}, {w[1]:g}), {b:g}: {name}"
    )
    return _finish_square(ax, title.replace("-", "\N{MINUS SIGN}"))


def plot_unit_strip(
    units: Sequence[tuple[ArrayLike, float]], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw several units side by side, the frames that the sliders show one at a time.

    Lecture: notebook 01, section 1.2.

    Parameters
    ----------
    units : sequence of (array_like of float, shape (2,), and float)
        Weights and bias of each frame.
    axes : sequence of matplotlib Axes, optional
        One for each unit; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(units), figsize=(2.35 * len(units), 2.75), sharey=True)[1]
    for k, (ax, (w, b)) in enumerate(zip(axes, units, strict=True)):
        plot_unit_square(w, b, ax=ax, table=False)
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_truth_cube(truth: ArrayLike, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw a function of three bits on the cube, with a separating plane or the point that forbids one.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    truth : array_like of int, shape (8,)
        Truth table, zeros and ones.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        What to write before the finding, such as the name of the function.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.0, 3.6))
    X = boolean_inputs(3)
    truth = np.asarray(truth)
    unit = separating_unit(truth)
    if unit is not None and np.any(unit[0]):
        plane = _project(_plane_in_cube(*unit))
        ax.fill(*plane.T, color=style.ORANGE, alpha=0.3, lw=0, zorder=1)
        ax.plot(*np.vstack([plane, plane[:1]]).T, color=style.ORANGE, lw=1.5, zorder=2)
    for p, q in product(X, X):
        if (q - p).sum() == 1 and np.abs(q - p).sum() == 1:
            behind = p.sum() == 0  # the corner (0, 0, 0) is behind the cube
            ax.plot(*_project([p, q]).T, color=style.GREY, lw=1, ls=":" if behind else "-", zorder=1)
    finding = "one plane parts 0 from 1"
    if unit is None:
        finding = "no plane: both hulls hold the \N{MULTIPLICATION SIGN}"
        point = hull_crossing(truth)
        for p, q in product(X, X):
            # Two corners of one value whose middle is the point; each pair once.
            if np.allclose(p + q, 2 * point) and p.tolist() < q.tolist():
                dash = "-" if truth[p @ [4, 2, 1]] else (0, (2, 1.5))
                ax.plot(*_project([p, q]).T, color=style.VERMILLION, lw=2, ls=dash, zorder=2)
        ax.plot(*_project([point]).T, "x", ms=10, mew=2.5, color=style.VERMILLION, zorder=5)
    _draw_corners(ax, _project(X), truth, size=15)
    for middle, shift, name in (
        ((0.5, 1, 0), (0, -0.13), "$x_1$"),
        ((1, 0.5, 0), (0.14, -0.08), "$x_2$"),
        ((0, 1, 0.5), (-0.13, 0), "$x_3$"),
    ):
        ax.text(*(_project([middle])[0] + shift), name, ha="center", va="center", fontsize=style.LABEL_SIZE)
    ax.set(xlim=(-0.75, 1.25), ylim=(-0.6, 1.2), aspect="equal")
    ax.axis("off")
    return style.finish(ax, finding if title is None else f"{_pretty(title)}:\n{finding}")


def plot_cube_strip(tables: dict[str, ArrayLike], axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw several functions of three bits side by side.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    tables : dict of str to array_like of int, shape (8,)
        Name and truth table of each function.
    axes : sequence of matplotlib Axes, optional
        One for each function; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(tables), figsize=(3.0 * len(tables), 3.3))[1]
    for ax, (name, truth) in zip(axes, tables.items(), strict=True):
        plot_truth_cube(truth, ax=ax, title=name)
    return axes


def plot_weight_map(b: float, ax: Axes | None = None, limit: float = 2.2) -> Axes:
    """Draw the plane of weights, each cell labelled by the function that the unit computes for bias `b`.

    The function changes only where z changes its sign at an input: the lines w1 = -b, w2 = -b, w1 + w2 = -b.

    Lecture: notebook 01, section 1.3.

    Parameters
    ----------
    b : float
        Bias.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    limit : float
        The map shows weights from -limit to limit.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.6, 4.4))
    codes, grid = _weight_map_codes(b, limit)
    colours = [style.tint(_PAIR_COLOURS[min(code, 15 - code)]) for code in range(16)]
    extent = (-limit, limit, -limit, limit)
    ax.imshow(codes, ListedColormap(colours), vmin=-0.5, vmax=15.5, origin="lower", extent=extent)
    line = {"color": style.INK, "lw": 1.2}
    ax.axvline(-b, **line)
    ax.axhline(-b, **line)
    ax.plot([-limit, limit], [limit - b, -limit - b], **line)
    names = []
    for code in np.unique(codes):
        rows, columns = np.nonzero(codes == code)
        names.append(two_input_name(boolean_inputs(4)[code]))
        label = _pretty(names[-1]).replace(" not", "\nnot") if " not" in names[-1] else _pretty(names[-1])
        ax.text(
            grid[columns].mean(), grid[rows].mean(), label,
            ha="center", va="center", fontsize=style.LABEL_SIZE, color=style.INK,
        )  # fmt: skip
    ticks = np.arange(-int(limit), int(limit) + 1)
    ax.set(xticks=ticks, yticks=ticks, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    title = f"bias b = {b:g}: {len(names)} functions".replace("-", "\N{MINUS SIGN}")
    return style.finish(ax, title, "$w_1$ (weight of $x_1$)", "$w_2$ (weight of $x_2$)")


def plot_fourteen(axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw the map of weights for a negative and a positive bias: all that one unit of two inputs computes.

    Lecture: notebook 01, section 1.3.

    Parameters
    ----------
    axes : sequence of two matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    sequence of two matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, 2, figsize=(9.0, 4.9))[1]
    seen = [np.unique(_weight_map_codes(b, 2.2)[0]) for b in (-1.0, 1.0)]
    missing = [
        two_input_name(boolean_inputs(4)[code]) for code in range(16) if code not in np.concatenate(seen)
    ]
    for b, ax in zip((-1.0, 1.0), axes, strict=True):
        plot_weight_map(b, ax=ax)
    counts = f"{len(seen[0])} + {len(seen[1])} = {len(seen[0]) + len(seen[1])}"
    style.figure_title(
        axes[0].figure,
        f"One unit computes {counts} of the 16 functions of two bits; no cell is {' or '.join(missing)}",
    )
    return axes


def plot_xor_hulls(ax: Axes | None = None) -> Axes:
    """Draw why no unit computes xor: the segment between its ones crosses the segment between its zeros.

    Lecture: notebook 01, section 1.3.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(5.4, 3.8))
    X, truth = boolean_inputs(2), np.array([0, 1, 1, 0])
    ax.plot(*X[truth == 1].T, color=style.BLUE, lw=3, zorder=1)
    ax.plot(*X[truth == 0].T, color=style.INK, lw=3, ls=(0, (2, 1.5)), zorder=1)
    point = hull_crossing(truth)
    ax.plot(*point, "x", ms=12, mew=3, color=style.VERMILLION, zorder=4)
    ax.annotate(
        f"({point[0]:g}, {point[1]:g}) is midway between\nthe ones and midway between\n"
        "the zeros: z would have\nto be ≥ 0 and < 0",
        point, (1.3, 0.5), va="center", **_note(style.VERMILLION),
    )  # fmt: skip
    ax.text(
        0.2, 0.66, "ones", color=style.BLUE, fontsize=style.NOTE_SIZE, rotation=-45, ha="center", va="center"
    )
    ax.text(
        0.2, 0.34, "zeros", color=style.INK, fontsize=style.NOTE_SIZE, rotation=45, ha="center", va="center"
    )
    _draw_corners(ax, X, truth)
    return _finish_square(ax, "xor: the diagonals cross, so no line parts 0 from 1")


def plot_threshold_share(counts: dict[int, int], ax: Axes | None = None, largest: int = 6) -> Axes:
    """Draw the share of all functions of n bits that one unit computes, with the bound from counting cells.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    counts : dict of int to int
        Number of threshold functions for each n.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    largest : int, at most 9
        Largest n for which the bound is drawn.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.4, 3.7))
    n = np.array(sorted(counts))
    share = np.array([counts[k] / 2 ** (2**k) for k in sorted(counts)])
    bound_n = np.arange(1, largest + 1)
    bound = [min(1.0, threshold_functions_upper_bound(int(k)) / 2 ** (2 ** int(k))) for k in bound_n]
    ax.plot(
        bound_n,
        bound,
        "s--",
        color=style.GREY,
        mfc="white",
        ms=6,
        lw=1.2,
        label="upper bound (cells of hyperplanes)",
    )
    ax.plot(n, share, "o-", color=style.BLUE, ms=7, lw=2, label="counted")
    for k, s in zip(n.tolist(), share, strict=True):
        total = str(2 ** (2**k)) if k < 5 else f"$2^{{{2**k}}}$"
        ax.annotate(f"{counts[k]} of {total}", (k, s), (7, 5), textcoords="offset points", ha="left",
                    fontsize=style.NOTE_SIZE, color=style.BLUE)  # fmt: skip
    ax.set(yscale="log", xticks=bound_n, xlim=(0.7, largest + 0.3), ylim=(min(bound) / 30, 300))
    ax.legend(frameon=False, fontsize=style.NOTE_SIZE, loc="lower left")
    title = f"With {n[-1]} inputs one function in {1 / share[-1]:,.0f} is a threshold function"
    return style.finish(ax, title, "$n$ (number of inputs)", "share of all $2^{2^n}$ functions")


def plot_network(
    layers: Layers, x: ArrayLike | None = None, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw a network of threshold units with its weights and biases, and the values for one input.

    Lecture: notebook 01, sections 1.5 and 1.6.

    Parameters
    ----------
    layers : Layers
        Pairs ``(W, b)``, ``W`` of shape (fan_in, fan_out).
    x : array_like of int, shape (n_in,), optional
        An input; the units that fire for it are filled.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.6))
    sizes = [np.shape(layers[0][0])[0]] + [len(b) for _, b in layers]
    places = [np.column_stack([np.full(m, 2.4 * k), (m - 1) / 2 - np.arange(m)]) for k, m in enumerate(sizes)]
    values = [None] * len(sizes)
    if x is not None:
        values = [threshold_forward([x], layers[:k])[0] for k in range(len(sizes))]
    for (left, right), (W, _) in zip(pairwise(places), layers, strict=True):
        for (i, p), (j, q) in product(enumerate(left), enumerate(right)):
            _draw_weight(ax, p, q, W[i][j], labelled=np.size(W) <= 8)
        if np.size(W) > 8:
            signs = "all weights +1" if np.all(np.equal(W, 1)) else "solid +1, dashed \N{MINUS SIGN}1"
            ax.text((left[0, 0] + right[0, 0]) / 2, max(sizes) / 2 - 0.1, signs, **_caption(style.BLUE))
    for k, (spots, value) in enumerate(zip(places, values, strict=True)):
        for j, spot in enumerate(spots):
            label = f"$x_{j + 1}$" if k == 0 else f"{layers[k - 1][1][j]:g}".replace("-", "\N{MINUS SIGN}")
            fires = value is not None and value[j] == 1
            face = style.BLUE if fires else (style.NODE_WHITE if k == 0 else style.NODE_BLUE)
            shape = "s" if k == 0 else "o"
            ax.plot(*spot, shape, ms=27, mfc=face, mec=style.INK, mew=1.2, zorder=3)
            ax.text(
                *spot,
                label,
                ha="center",
                va="center",
                fontsize=10,
                color="white" if fires else style.INK,
                zorder=4,
            )
    end = places[-1][0]
    arrow = {"arrowstyle": "-|>", "color": style.INK, "shrinkA": 14, "shrinkB": 0}
    ax.annotate("", (end[0] + 0.75, end[1]), end, arrowprops=arrow, zorder=1)
    ax.text(
        end[0] + 0.82, end[1], "output" if x is None else f"output {values[-1][0]}", va="center", fontsize=10
    )
    bottom = -max(sizes) / 2 - 0.05
    ax.text(0, bottom, "inputs", **_caption())
    ax.text(2.4, bottom, f"{sizes[1]} hidden units\n(bias inside)", **_caption())
    ax.text(end[0], bottom, "output unit\n(bias inside)", **_caption())
    ax.set(xlim=(-0.5, end[0] + 1.8), ylim=(bottom - 0.4, max(sizes) / 2 + 0.1))
    ax.axis("off")
    return style.finish(ax, title)


def plot_hidden_space(layers: Layers, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw a network of two inputs and two hidden units before and after its hidden layer.

    Lecture: notebook 01, section 1.5.

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
        axes = style.new_figure(1, 2, figsize=(8.4, 3.9))[1]
    X = boolean_inputs(2)
    hidden, output = threshold_forward(X, layers[:1]), threshold_forward(X, layers).ravel()
    (W1, b1), (W2, b2) = layers
    for k, hatch in enumerate(("///", "\\\\\\")):
        _draw_half_plane(axes[0], W1[:, k], b1[k], hatch=hatch, label=f"$h_{k + 1} = 1$")
    _draw_corners(axes[0], X, output)
    _finish_square(axes[0], "Inputs: no line parts 0 from 1")
    _draw_half_plane(axes[1], W2[:, 0], b2[0])
    _draw_corners(axes[1], hidden, output)
    for point in np.unique(hidden, axis=0):
        guests = [f"({x[0]}, {x[1]})" for x in X[(hidden == point).all(axis=1)]]
        axes[1].annotate(" and ".join(guests), point, (0, -17), textcoords="offset points", ha="center",
                         va="top", fontsize=style.NOTE_SIZE, color=style.INK)  # fmt: skip
    _finish_square(
        axes[1],
        "After the hidden layer: one line does",
        "$h_1$ (first hidden unit)",
        "$h_2$ (second hidden unit)",
    )
    return axes


def _note(color):
    """Return the look of an annotation with an arrow."""
    return {
        "color": color,
        "fontsize": style.NOTE_SIZE,
        "arrowprops": {"arrowstyle": "->", "color": color, "shrinkB": 6},
    }


def _caption(color=style.GREY):
    """Return the look of a caption inside a drawing."""
    return {"color": color, "fontsize": style.NOTE_SIZE, "ha": "center", "va": "center"}


def _pretty(name):
    """Return the name of a function with its inputs typeset."""
    return name.replace("x1", "$x_1$").replace("x2", "$x_2$").replace("x3", "$x_3$")


def _finish_square(ax, title, x="$x_1$ (first input)", y="$x_2$ (second input)"):
    """Set limits, ticks and labels of a picture of the unit square."""
    ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), xticks=[0, 1], yticks=[0, 1], aspect="equal")
    return style.finish(ax, title, x, y)


def _draw_corners(ax, points, truth, size=17):
    """Draw outputs at points: a filled disc with a 1, an open square with a 0."""
    for point, f in zip(points, truth, strict=True):
        face = style.BLUE if f else "white"
        ax.plot(
            *point, "o" if f else "s", ms=size if f else size - 2, mfc=face, mec=style.INK, mew=1.2, zorder=3
        )
        ax.text(
            *point,
            str(f),
            ha="center",
            va="center",
            fontsize=9.5,
            color="white" if f else style.INK,
            zorder=4,
        )


def _draw_half_plane(ax, w, b, hatch=None, label=None, box=3.0):
    """Fill the part of the picture where w . x + b >= 0, draw its line and an arrow along w."""
    corners = box * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    region = _clip(corners, w, b)
    face = "none" if hatch else style.tint(style.BLUE, 0.8)
    if len(region):
        ax.fill(
            *region.T, facecolor=face, edgecolor=style.tint(style.BLUE, 0.45), hatch=hatch, lw=0, zorder=0
        )
    norm = np.hypot(*w)
    if norm == 0:
        return
    direction = np.array([-w[1], w[0]]) / norm
    centre = (
        np.array([0.5, 0.5]) - (w @ [0.5, 0.5] + b) / norm**2 * w
    )  # the point of the line nearest the middle
    ax.plot(*(centre + direction * np.array([[-9.0], [9.0]])).T, color=style.BLUE, lw=2, zorder=1)
    if np.abs(centre - 0.5).max() < 0.85:
        tail = centre - 0.42 * direction if label else centre
        arrow = {"arrowstyle": "-|>", "color": style.BLUE, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tail + 0.2 * w / norm, tail, arrowprops=arrow, zorder=2)
        if label:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
            ax.text(*(tail + 0.3 * w / norm), label, bbox=box, **_caption(style.BLUE))


def _clip(polygon, w, b):
    """Return the part of a convex polygon, shape (n_corners, 2), where w . x + b >= 0."""
    kept = []
    for p, q in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        z_p, z_q = w @ p + b, w @ q + b
        if z_p >= 0:
            kept.append(p)
        if (z_p >= 0) != (z_q >= 0):
            kept.append(p + z_p / (z_p - z_q) * (q - p))
    return np.array(kept)


def _project(points):
    """Return the picture of points of three-space, shape (n_points, 2): x1 right, x2 to the viewer, x3 up."""
    return np.asarray(points, dtype=float) @ np.array([[1.0, 0.0], [-0.5, -0.36], [0.0, 1.0]])


def _plane_in_cube(w, b):
    """Return the corners, in order round the plane, of the cut of w . x + b = 0 with the unit cube."""
    X = boolean_inputs(3)
    z = X @ w + b
    points = [
        X[i] + z[i] / (z[i] - z[j]) * (X[j] - X[i])
        for i, j in product(range(8), range(8))
        if i < j and np.abs(X[i] - X[j]).sum() == 1 and z[i] * z[j] < 0
    ]
    points = np.array(points)
    across = np.linalg.svd(points - points.mean(axis=0))[2][:2]  # two directions inside the plane
    angle = np.arctan2(*((points - points.mean(axis=0)) @ across.T).T)
    return points[np.argsort(angle)]


def _weight_map_codes(b, limit, size=441):
    """Return the code of the unit's function on a grid of weights, shape (size, size), and the grid."""
    grid = (np.arange(size) + 0.5) / size * 2 * limit - limit  # centres of pixels
    w1, w2 = np.meshgrid(grid, grid)
    z = np.stack([np.full_like(w1, b), w2 + b, w1 + b, w1 + w2 + b])
    return np.tensordot([8, 4, 2, 1], heaviside(z), axes=1), grid


def _draw_weight(ax, p, q, weight, labelled):
    """Draw one connection; negative weights are dashed, and zero weights are left out."""
    if weight == 0:
        return
    colour, dash = (style.BLUE, "-") if weight > 0 else (style.VERMILLION, (0, (3, 2)))
    ax.plot(*np.array([p, q]).T, color=colour, ls=dash, lw=1.3, zorder=1)
    if labelled:
        text = f"{weight:+g}".replace("-", "\N{MINUS SIGN}")
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(*(p + 0.28 * (q - p)), text, zorder=2, bbox=box, **_caption(colour))
