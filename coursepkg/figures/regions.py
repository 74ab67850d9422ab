"""Figures of lesson 14: maps of regions, the surface over them, folded paper, pieces on a line, bounds.

Lecture: notebook 14.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from numpy.typing import ArrayLike

from coursepkg import bounds
from coursepkg.constructions import Crease, compose, folding_network, parallel, preimages, zigzag_network
from coursepkg.figures import style
from coursepkg.network import mlp_forward
from coursepkg.rational_regions import rational_cells
from coursepkg.regions import region_complex
from coursepkg.threshold import Layers

HUES = (
    style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, style.YELLOW, style.VERMILLION, style.GREY
)  # fmt: skip
TINTS = (0.35, 0.5, 0.65, 0.8)

# The sheet of the slide, its two creases, and one boundary drawn on the folded sheet as a Bézier curve that
# meets both creases at a right angle, so that it unfolds into a smooth curve.
PAPER = ((-2.2, 0.0), (0.0, -1.8), (2.2, 0.0), (0.0, 1.8))
CREASES: tuple[Crease, ...] = (((1.0, 0.0), 0.0), ((-2.0, -1.0), -1.65))
BOUNDARY = ((0.0, -0.5), (0.85, -0.5), (0.08, 0.43), (0.5, 0.65))
# A letter that shows where left and right are swapped.
LETTER = np.array(
    [(0.3, 0.15), (0.42, 0.15), (0.42, 0.45), (0.62, 0.45), (0.62, 0.57), (0.42, 0.57), (0.42, 0.73),
     (0.72, 0.73), (0.72, 0.85), (0.3, 0.85)]
)  # fmt: skip


def pattern_colours(patterns: ArrayLike) -> np.ndarray:
    """Return one colour for each activation pattern, the same in every picture and on every machine.

    The colour is drawn by a hash of the pattern from 32 tints. Two neighbours may share one by chance, so
    maps draw the edges too.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    patterns : array_like of bool, shape (n_regions, n_units)
        Which units are on.

    Returns
    -------
    ndarray of float, shape (n_regions, 3)
        Red, green and blue in [0, 1].

    Examples
    --------
    >>> colours = pattern_colours([[True, False], [False, True], [True, False]])
    >>> (colours[0] == colours[2]).all(), (colours[0] == colours[1]).all()
    (np.True_, np.False_)
    """
    table = np.array([style.tint(hue, tint) for tint in TINTS for hue in HUES])
    packed = np.packbits(np.asarray(patterns, dtype=bool), axis=1)
    return table[[blake2b(row.tobytes(), digest_size=4).digest()[0] % len(table) for row in packed]]


def plot_region_map(
    layers: Layers,
    box: ArrayLike = (-1, 1),
    depth: int | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the activation regions of a network with two inputs, each in the colour of its pattern.

    Kinks of the first layer are the thickest lines. With `depth`, only the first layers are drawn, and the
    kinks of the last of them stand out: they are straight inside each region of the layers before.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network, two inputs, linear output last.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.
    depth : int, 0 to the number of hidden layers, optional
        How many hidden layers to draw; all of them by default.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default the number of regions.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.6, 4.6))
    widths = [len(b) for _, b in layers[:-1]]
    shown = len(widths) if depth is None else depth
    found = region_complex(_first_layers(layers, shown), box)
    ax.add_collection(
        PolyCollection(
            [found.vertices[p] for p in found.polygons], facecolors=pattern_colours(found.patterns)
        )
    )
    layer_of = np.repeat(np.arange(shown), widths[:shown])
    inner = found.edge_unit >= 0
    layer = layer_of[found.edge_unit[inner]] if shown else np.empty(0, dtype=int)
    crowded = min(1.0, 12 / np.sqrt(len(found.polygons)))
    newest = (layer == shown - 1) & (depth is not None)
    ax.add_collection(
        LineCollection(
            found.vertices[found.edges[inner]],
            colors=np.where(newest, style.VERMILLION, style.INK),
            linewidths=np.where(newest, 1.8, 1.9 * 0.65**layer) * max(crowded, 0.25),
            capstyle="round",
        )
    )
    _square_input(ax, found.vertices)
    n, units = len(found.polygons), sum(widths[:shown])
    if title is None:
        title = f"{_grouped(n)} regions from {units} units"
        if depth is not None:
            title = (
                f"Layer {shown}: {_grouped(n)} region{'s' * (n > 1)}" if shown else "The input: one region"
            )
    return style.finish(ax, title, "$x_1$ (input)", "$x_2$ (input)")


def plot_growing_complex(
    layers: Layers, box: ArrayLike = (-1, 1), axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw the regions after one layer, two layers, ...: the frames that the slider shows one at a time.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network, two inputs, linear output last.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.
    axes : sequence of matplotlib Axes, optional
        One for each hidden layer; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    depth = len(layers) - 1
    if axes is None:
        axes = style.new_figure(1, depth, figsize=(3.1 * depth, 3.4), sharey=True, squeeze=False)[1][0]
    for k, ax in enumerate(axes, start=1):
        plot_region_map(layers, box, depth=k, ax=ax)
        if k > 1:
            ax.set_ylabel("")
    return axes


def plot_region_strip(
    networks: Mapping[str, Layers], box: ArrayLike = (-1, 1), axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw the regions of several networks side by side, the frames that a slider shows one at a time.

    Lecture: notebook 14, section 14.4.

    Parameters
    ----------
    networks : mapping of str to Layers
        A few words on each network, and the network, with two inputs.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.
    axes : sequence of matplotlib Axes, optional
        One for each network; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        n = len(networks)
        axes = style.new_figure(1, n, figsize=(3.1 * n, 3.4), sharey=True, squeeze=False)[1][0]
    for k, (ax, (words, layers)) in enumerate(zip(axes, networks.items(), strict=True)):
        plot_region_map(layers, box, ax=ax)
        n_regions = len(ax.collections[0].get_paths())
        style.finish(ax, f"{words}: {_grouped(n_regions)} region{'s' * (n_regions > 1)}")
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_surface(
    layers: Layers, box: ArrayLike = (-1, 1), ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the first output of a network over the plane of its two inputs: one flat facet for each region.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    layers : Layers
        The whole network, two inputs, linear output last.
    box : pair, or array_like of shape (2, 2)
        Lower and upper end, for both axes or for each.
    ax : matplotlib Axes3D, optional
        Where to draw, with ``projection="3d"``; a new figure by default.
    title : str, optional
        The finding; by default the number of facets.

    Returns
    -------
    matplotlib Axes3D
        The axes drawn on.

    Raises
    ------
    ValueError
        If `ax` has two dimensions.
    """
    if ax is None:
        ax = style.new_figure(figsize=(5.6, 5.0), subplot_kw={"projection": "3d"})[1]
    if not hasattr(ax, "set_zlim"):
        raise ValueError("plot_surface: expected axes in three dimensions; make them with projection='3d'")
    found = region_complex(layers, box)
    corners = [found.vertices[p] for p in found.polygons]
    heights = [xy @ a[:, 0] + c[0] for xy, a, c in zip(corners, found.slopes, found.offsets)]
    low, high = min(z.min() for z in heights), max(z.max() for z in heights)
    floor = low - 0.45 * (high - low or 1.0)
    colours = pattern_colours(found.patterns)
    for z, edge in ((heights, style.INK), ([np.full(len(xy), floor) for xy in corners], style.GREY)):
        faces = [np.column_stack([xy, level]) for xy, level in zip(corners, z)]
        ax.add_collection3d(Poly3DCollection(faces, facecolors=colours, edgecolors=edge, linewidths=0.5))
    (x0, y0), (x1, y1) = found.vertices.min(axis=0), found.vertices.max(axis=0)
    ax.set(xlim=(x0, x1), ylim=(y0, y1), zlim=(floor, high if high > floor else floor + 1))
    ax.view_init(elev=24, azim=-58)
    ax.set_box_aspect((1, 1, 0.9), zoom=0.88)
    ax.tick_params(labelsize=style.TICK_SIZE - 1, pad=0)
    ax.set_xticks(np.linspace(x0, x1, 5)[1:-1])  # none in the corner, where two axes meet
    ax.set_yticks(np.linspace(y0, y1, 5)[1:-1])
    ax.locator_params(axis="z", nbins=6)
    ax.set_zticks([z for z in ax.get_zticks() if low <= z <= high])
    for axis, label in zip("xyz", ("$x_1$ (input)", "$x_2$ (input)", "$\\hat{y}$ (output)")):
        getattr(ax, f"set_{axis}label")(label, fontsize=style.LABEL_SIZE, color=style.INK)
    title = title or f"{_grouped(len(corners))} regions: on each the network is one plane"
    ax.set_title(title, fontsize=style.TITLE_SIZE, color=style.INK, loc="left")
    return ax


def plot_line_pieces(
    layers: Layers, box: ArrayLike = (-1, 1), ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw a network with one input, and its kinks, marked by the layer that makes them.

    The pieces are those of exact arithmetic; the network should have no more than some thousands.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    layers : Layers
        The whole network, one input, linear output last; the first output is drawn.
    box : pair
        Lower and upper end.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default the number of pieces.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(6.0, 3.0))
    cells = sorted(rational_cells(layers, box), key=lambda cell: cell.interior_point())
    ends = [min(cell.vertices())[0] for cell in cells] + [max(cells[-1].vertices())[0]]
    values = [float(cell.slopes[0][0] * x + cell.offsets[0]) for cell, x in zip([cells[0], *cells], ends)]
    x = np.array(ends, dtype=float)
    ax.plot(x, values, color=style.INK, lw=1.3, zorder=2)
    widths = [len(b) for _, b in layers[:-1]]
    layer_of = np.repeat(np.arange(len(widths)), widths)
    first = [np.flatnonzero(np.not_equal(a.pattern, b.pattern))[0] for a, b in pairwise(cells)]
    layer = layer_of[first] if first else np.empty(0, dtype=int)
    for k in np.unique(layer):
        here = np.flatnonzero(layer == k) + 1
        ax.plot(
            x[here], np.array(values)[here], "osD^vP*X"[k % 8], color=style.CYCLE[k % len(style.CYCLE)],
            ms=6.5, mec="white", mew=0.5, ls="none", clip_on=False, zorder=3, label=f"layer {k + 1}",
        )  # fmt: skip
    ax.set_xlim(x[0], x[-1])
    if len(np.unique(layer)) > 1:
        ax.legend(
            title="kinks of", title_fontsize=style.NOTE_SIZE, fontsize=style.NOTE_SIZE, frameon=False,
            loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.1,
        )  # fmt: skip
    title = title or f"{_grouped(len(cells))} pieces from {sum(widths)} units"
    return style.finish(ax, title, "$x$ (input)", "$\\hat{y}$ (output)")


def plot_line_strip(
    networks: Sequence[Layers], box: ArrayLike = (0, 1), axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Draw several networks with one input side by side, the frames that the slider shows one at a time.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    networks : sequence of Layers
        Each with one input.
    box : pair
        Lower and upper end.
    axes : sequence of matplotlib Axes, optional
        One for each network; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(
            1, len(networks), figsize=(2.6 * len(networks), 2.6), sharey=True, squeeze=False
        )[1][0]
    for k, (ax, layers) in enumerate(zip(axes, networks, strict=True)):
        plot_line_pieces(layers, box, ax=ax)
        if legend := ax.get_legend():
            legend.remove()
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_folding(n_folds: int, ax: Axes | None = None, creases: Sequence[Crease] = CREASES) -> Axes:
    """Draw a sheet of paper after some folds, with one boundary of two classes that all its copies share.

    The boundary is drawn on the sheet when all folds are made; what earlier frames show are its preimages.
    The more layers of paper, the darker. The dashed line is the next crease.

    Lecture: notebook 14, section 14.1; the slide's picture, computed.

    Parameters
    ----------
    n_folds : int, 0 to the number of creases
        How many folds have been made.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    creases : sequence of (array_like of float, shape (2,), and float)
        Normal and offset of each crease, in the order of folding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.6, 3.6))
    faces = [np.array(PAPER)]
    for crease in creases[:n_folds]:
        faces = [piece for face in faces for piece in _fold_face(face, *crease)]
    ax.add_collection(PolyCollection([PAPER], facecolors="none", edgecolors=style.GREY, linestyles=":"))
    for face in faces:
        ax.fill(*face.T, color=style.GREY, alpha=0.22, lw=0)
        ax.plot(*np.vstack([face, face[:1]]).T, color=style.INK, lw=1.0)
    if n_folds < len(creases):
        across = [_crease_on(face, *creases[n_folds]) for face in faces]
        dashes = {
            tuple(map(tuple, np.sort(ends, axis=0).round(9))): ends for ends in across if ends is not None
        }
        for ends in dashes.values():  # one dashed line, not one for each layer of paper
            ax.plot(*ends.T, color=style.INK, lw=1.6, ls=(0, (4, 3)), zorder=4)
    curve, inside, outside = _boundary()
    for points, look in (
        (curve, {"color": style.GREEN, "lw": 2.4}),
        (inside, {"color": style.BLUE, "marker": "x", "ls": "none", "ms": 5, "mew": 1.4}),
        (outside, {"color": style.VERMILLION, "marker": "o", "ls": "none", "ms": 4.5, "mfc": "white"}),
    ):
        for copy in _after(n_folds, points, creases):
            ax.plot(*copy.T, zorder=5, **look)
    ax.set_aspect("equal")
    ax.set(xlim=(-2.3, 2.3), ylim=(-1.9, 1.9))
    copies = 2 ** (len(creases) - n_folds)
    state = {0: "Open sheet", 1: "One fold", 2: "Two folds"}.get(n_folds, f"{n_folds} folds")
    title = f"{state}: {copies} copies of a boundary" if copies > 1 else f"{state}: all copies are one"
    return style.finish(
        ax, title, "$x_1$ (input)" if n_folds == 0 else "$h_1$", "$x_2$" if n_folds == 0 else "$h_2$"
    )


def plot_folding_strip(axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw the sheet before and after each fold, the frames that the slider shows one at a time.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    axes : sequence of matplotlib Axes, optional
        Three; a new figure by default.

    Returns
    -------
    sequence of matplotlib Axes
        The axes drawn on.
    """
    if axes is None:
        axes = style.new_figure(1, len(CREASES) + 1, figsize=(11.4, 3.2), sharey=True)[1]
    for k, ax in enumerate(axes):
        plot_folding(k, ax=ax)
        if k > 0:
            ax.set_ylabel("")
    return axes


def plot_copies(pieces: int, depth: int, point: ArrayLike | None = None, ax: Axes | None = None) -> Axes:
    """Draw what folds of the unit square make of one letter: a copy in every region, mirrored in every other.

    All copies look alike to the layers that follow. A point on the folded square has a copy in each region.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    pieces : int, at least 1
        Pieces along each axis that one layer makes.
    depth : int, at least 1
        Number of layers.
    point : array_like of float, shape (2,), optional
        A point of the folded square, each coordinate in [0, 1], drawn with its copies.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(4.6, 4.6))
    fold = parallel(zigzag_network(pieces), zigzag_network(pieces))
    found = region_complex(compose(*[fold] * depth), (0, 1))
    back = np.linalg.inv(found.slopes)  # (n_regions, 2, 2)
    letters = (LETTER - found.offsets[:, None, :]) @ back
    ax.add_collection(
        PolyCollection([found.vertices[p] for p in found.polygons], facecolors="none", edgecolors=style.GREY)
    )
    mirrored = np.linalg.det(found.slopes) < 0
    for which, colour in ((~mirrored, style.BLUE), (mirrored, style.ORANGE)):
        ax.add_collection(PolyCollection(letters[which], facecolors=colour, edgecolors="none"))
    if point is not None:
        copies = np.einsum("ni,nij->nj", np.asarray(point, dtype=float) - found.offsets, back)
        ax.plot(*copies.T, "o", ms=5, color=style.INK, mec="white", ls="none", zorder=4)
    _square_input(ax, found.vertices)
    layers = "one layer" if depth == 1 else f"{depth} layers"
    copies = "1 copy" if len(letters) == 1 else f"{len(letters)} copies"
    title = f"{copies} by {layers} of {2 * pieces} units"
    return style.finish(ax, title, "$x_1$ (input)", "$x_2$ (input)")


def plot_bounds(
    n_in: int,
    width: int,
    max_depth: int,
    counted: Mapping[int, float] | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the bounds on the number of regions over the depth, on a logarithmic scale.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs, p.
    width : int, at least `n_in`
        Units of every hidden layer, q.
    max_depth : int, at least 2
        Largest number of hidden layers, L.
    counted : mapping of int to float, optional
        Counted regions by depth, drawn as points.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding; by default how far apart the best bounds are at the largest depth.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.
    """
    ax = style.ensure_axes(ax, figsize=(7.0, 4.2))
    depths = np.arange(1, max_depth + 1)
    lines: list[tuple[str, Callable, str, str]] = [
        ("upper bound, 2018", bounds.serra_upper_bound, style.INK, "-"),
        ("lower bound, 2018", bounds.serra_lower_bound, style.BLUE, "-"),
        ("lower bound, 2014", bounds.montufar_lower_bound, style.GREEN, "-"),
        ("lower bound, 2013", bounds.pascanu_lower_bound, style.PURPLE, "--"),
        ("one layer, as many units", lambda p, w: bounds.zaslavsky(sum(w), p), style.ORANGE, "-."),
        (
            "the slide's expression",
            lambda p, w: bounds.slide_expression(p, w[0], len(w)),
            style.VERMILLION,
            ":",
        ),
    ]
    if width < 3 * n_in:
        del lines[1]
    ends = []
    for label, bound, colour, dash in lines:
        values = [float(bound(n_in, (width,) * int(depth))) for depth in depths]
        ax.plot(depths, values, color=colour, ls=dash, lw=2, marker="o", ms=3)
        ends.append((values[-1], label, colour))
    if counted:
        ax.plot(
            list(counted),
            list(counted.values()),
            "D",
            color=style.SKY,
            mec=style.INK,
            ms=6,
            ls="none",
            zorder=4,
        )
        ends.append((counted[max(counted)], "counted", style.INK))
    ax.set_yscale("log")
    ax.set_xticks(depths)
    _label_ends(ax, depths[-1], ends)
    if title is None:
        best = bounds.montufar_lower_bound if width < 3 * n_in else bounds.serra_lower_bound
        low, high = (b(n_in, (width,) * max_depth) for b in (best, bounds.serra_upper_bound))
        finding = f"at depth {max_depth} the best bounds are a factor of {high / low:,.1f} apart"
        if width < 2 * n_in:
            finding = f"the lower bound stays at {low} for every depth"
        elif low == high:
            finding = f"the best bounds meet, {_grouped(low)} at depth {max_depth}"
        title = f"p = {n_in}, q = {width}: {finding}"
    return style.label_decades(style.finish(ax, title, "$L$ (hidden layers)", "regions"))


def _grouped(n):
    """Write a whole number with thin spaces between thousands."""
    return f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _first_layers(layers, depth):
    """Return the network cut after some hidden layers, with an output that is never looked at."""
    fan_in = len(layers[0][0]) if depth == 0 else len(layers[depth - 1][1])
    return [*layers[:depth], (np.zeros((fan_in, 1)), np.zeros(1))]


def _square_input(ax, vertices):
    """Show the box of the vertices in equal scales."""
    (x0, y0), (x1, y1) = vertices.min(axis=0), vertices.max(axis=0)
    ax.set_aspect("equal")
    ax.set(xlim=(x0, x1), ylim=(y0, y1))


def _fold_face(face, normal, offset):
    """Return the kept part of a convex polygon and the mirror image of the other part, whichever exist."""
    normal = np.asarray(normal, dtype=float)
    height = face @ normal - offset
    parts = [_clip(face, height), _clip(face, -height)]
    mirrored = parts[1] - 2 * np.outer(parts[1] @ normal - offset, normal) / (normal @ normal)
    return [part for part in (parts[0], mirrored) if len(part) > 2]


def _clip(face, height):
    """Return the part of a convex polygon where a linear function, given at its corners, is at least 0."""
    corners = []
    for k, (p, z) in enumerate(zip(face, height)):
        q, other = face[k - 1], height[k - 1]
        if z * other < 0:
            corners.append(q + other / (other - z) * (p - q))
        if z >= 0:
            corners.append(p)
    return np.array(corners).reshape(-1, 2)


def _crease_on(face, normal, offset):
    """Return the two points where a crease enters and leaves a convex polygon, or None."""
    height = face @ np.asarray(normal, dtype=float) - offset
    ends = _clip(face, height)[np.isclose(_clip(face, height) @ np.asarray(normal), offset)]
    return ends if len(ends) == 2 and height.min() < 0 else None


def _boundary():
    """Return the boundary on the folded sheet, and points on its two sides, each shape (n, 2)."""

    def at(t):
        t = np.asarray(t)[:, None]
        basis = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        return basis @ np.array(BOUNDARY)  # (n, 4) @ (4, 2) -> (n, 2)

    t = np.linspace(0.07, 0.93, 8)
    along = at(t + 1e-4) - at(t - 1e-4)
    across = 0.11 * np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1)[:, None]
    return at(np.linspace(0, 1, 60)), at(t) + across, at(t) - across


def _after(n_folds, points, creases):
    """Return the copies of points of the folded sheet, as they lie after some of the folds."""
    sheet = preimages(creases, points)
    if n_folds == 0:
        return sheet
    folded = mlp_forward(sheet.reshape(-1, 2), folding_network(creases[:n_folds], reach=10.0))[-1]
    copies = folded.reshape(sheet.shape)
    return copies[:: 2**n_folds]  # copies that differ in the folds made lie on one another


def _label_ends(ax, x, ends):
    """Write a label at the right end of each line, the lowest first, moved apart where they would overlap."""
    low, high = np.log(ax.get_ylim())
    gap = 0.065 * (high - low)
    ends = sorted(ends, key=lambda end: -end[0])[::-1]  # of equal ones the first is on top
    places = np.minimum(np.log([value for value, _, _ in ends]), high)
    for _ in range(200):
        for k, (a, b) in enumerate(pairwise(places)):
            if b - a < gap:
                places[k : k + 2] = (a + b - gap) / 2, (a + b + gap) / 2
        places = np.clip(places, low, high)
    for place, (_, label, colour) in zip(places, ends):
        ax.annotate(
            label, (x, np.exp(place)), (8, 0), textcoords="offset points", va="center", annotation_clip=False,
            fontsize=style.NOTE_SIZE, color=colour,
        )  # fmt: skip
