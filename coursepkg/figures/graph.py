"""The computational graph, drawn from the tape of a Tensor in the colours of the lecture.

White boxes are inputs and outputs, red ones parameters, blue ones operations. On an edge stand the value that
goes forward (upper, dark) and the derivative that comes back (lower, vermillion).

Lecture: notebook 08.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from coursepkg import autodiff as ad
from coursepkg.autodiff import Tensor
from coursepkg.figures import style

SYMBOLS = {
    "add": "+", "subtract": "\N{MINUS SIGN}", "multiply": "×", "divide": "÷", "sigmoid": "σ", "relu": "ReLU",
    "heaviside": "sign", "squared_norm": "‖·‖²", "cross_entropy": "cross_ent", "negative": "\N{MINUS SIGN}",
    "power": "power", "sum": "Σ", "softmax_cross_entropy": "cross_ent",
}  # fmt: skip
COLUMN, ROW, HEIGHT = 2.1, 1.3, 0.5
BESIDE = 0.45  # room for an edge, and two lines of numbers beside it, between the boxes and the border


def perceptron_graph(
    x: Sequence[float] = (1.0, 0.0, 1.0), w: Sequence[float] = (0.6, -0.4, 0.3), b: float = -0.5
) -> tuple[Tensor, dict[Tensor, str]]:
    """Return the perceptron's output, computed number by number, and the names of its inputs.

    Lecture: notebook 08; the slide "Computational graphs".

    Parameters
    ----------
    x, w : sequence of float
        Inputs and weights, of one length.
    b : float
        Bias.

    Returns
    -------
    output : Tensor
        ``sign(sum of w_i x_i + b)``, the lecture's sign.
    names : dict of Tensor to str
        For `plot_graph`.

    Raises
    ------
    ValueError
        If `x` and `w` differ in length.

    Examples
    --------
    >>> perceptron_graph()[0].item()
    1.0
    """
    if len(x) != len(w):
        raise ValueError(
            f"perceptron_graph: {len(x)} inputs but {len(w)} weights; give each input its weight"
        )
    inputs, weights = [Tensor(float(v)) for v in x], [Tensor(float(v), requires_grad=True) for v in w]
    bias = Tensor(float(b), requires_grad=True)
    total = inputs[0] * weights[0]
    for v, u in zip(inputs[1:], weights[1:]):
        total = total + v * u
    h = ad.heaviside(total + bias)
    names = {v: f"$x_{i}$" for i, v in enumerate(inputs)} | {u: f"$w_{i}$" for i, u in enumerate(weights)}
    return h, names | {bias: "$b$", h: "$h$"}


def layer_graph(rng: np.random.Generator, p: int = 2, q: int = 3) -> tuple[Tensor, dict[Tensor, str]]:
    """Return the output of one layer for one input, ``sigmoid(x W + b)``, and its names.

    Lecture: notebook 08; the slide "Layers".

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    p, q : int, at least 1
        Number of inputs and outputs.

    Returns
    -------
    output : Tensor, shape (1, q)
        The output.
    names : dict of Tensor to str
        For `plot_graph`.

    Examples
    --------
    >>> layer_graph(np.random.default_rng(0))[0].shape
    (1, 3)
    """
    return _layers(rng, [p, q], ["W"], ["b"], ["h"])


def mlp_graph(
    rng: np.random.Generator, sizes: Sequence[int] = (2, 3, 2, 1)
) -> tuple[Tensor, dict[Tensor, str]]:
    """Return the output of a multi-layer perceptron for one input, and its names.

    Lecture: notebook 08; the slide "Multi-layer perceptron".

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    sizes : sequence of int
        Number of inputs, and of outputs of each layer.

    Returns
    -------
    output : Tensor, shape (1, last size)
        The output.
    names : dict of Tensor to str
        For `plot_graph`.

    Examples
    --------
    >>> mlp_graph(np.random.default_rng(0))[0].shape
    (1, 1)
    """
    n = range(1, len(sizes))
    return _layers(
        rng, sizes, [f"W_{k}" for k in n], [f"b_{k}" for k in n], [*(f"h_{k}" for k in n[:-1]), r"\hat{y}"]
    )


def _layers(rng, sizes, W_names, b_names, h_names):
    """Return a network of sigmoid layers on one random input, and names."""
    h = Tensor(rng.normal(size=(1, sizes[0])).round(1))
    names = {h: "$x$"}
    for fan_in, fan_out, W_name, b_name, h_name in zip(sizes[:-1], sizes[1:], W_names, b_names, h_names):
        W = Tensor(rng.normal(size=(fan_in, fan_out)).round(1), requires_grad=True)
        b = Tensor(rng.normal(size=fan_out).round(1), requires_grad=True)
        h = ad.sigmoid(h @ W + b)
        names |= {W: f"${W_name}$", b: f"${b_name}$", h: f"${h_name}$"}
    return h, names


def regularised_graph(
    x: Sequence[float] = (1.0, -2.0), y: float = 1.0, W1=((0.5, -0.3), (0.2, 0.4)), W2=((0.7,), (-0.6,)),
    lam: float = 0.1,
) -> tuple[Tensor, dict[Tensor, str]]:  # fmt: skip
    """Return the regularised loss of the lecture's network with one hidden layer, nodes u1 to u8, and names.

    The penalty is ``lam`` times the sum of squared norms. The slide's norms lack the square, which
    leaves them without a derivative at 0.

    Lecture: notebook 08; the slides "Reverse automatic differentiation".

    Parameters
    ----------
    x : sequence of float, length p
        Input.
    y : float, 0 or 1
        Label.
    W1 : array_like of float, shape (p, q)
        Weights of the hidden layer.
    W2 : array_like of float, shape (q, 1)
        Weights of the output.
    lam : float
        Weight of the penalty.

    Returns
    -------
    loss : Tensor, shape (1, 1)
        ``cross_ent(y, y_hat) + lam (||W1||^2 + ||W2||^2)``.
    names : dict of Tensor to str
        For `plot_graph`.

    Examples
    --------
    >>> loss, names = regularised_graph()
    >>> sorted(name for name in names.values() if name.startswith("$u"))
    ['$u_1$', '$u_2$', '$u_3$', '$u_4$', '$u_5$', '$u_6$', '$u_7$', '$u_8$']
    """
    x, y = Tensor(np.array([x], dtype=float)), Tensor(np.array([[float(y)]]))
    W1, W2 = (Tensor(np.array(W, dtype=float), requires_grad=True) for W in (W1, W2))
    weight = Tensor(float(lam))
    u1 = x @ W1  # (1, p) @ (p, q) -> (1, q)
    u2 = ad.sigmoid(u1)
    u3 = u2 @ W2  # (1, q) @ (q, 1) -> (1, 1)
    y_hat = ad.sigmoid(u3)
    u4 = ad.cross_entropy(y_hat, y)
    u5, u6 = ad.squared_norm(W1), ad.squared_norm(W2)
    u7 = u5 + u6
    u8 = weight * u7
    loss = u4 + u8
    names = {x: "$x$", y: "$y$", W1: "$W_1$", W2: "$W_2$", weight: r"$\lambda$", y_hat: r"$\hat{y}$"}
    return loss, names | {u: f"$u_{k}$" for k, u in enumerate((u1, u2, u3, u4, u5, u6, u7, u8), 1)} | {
        loss: r"$\ell$"
    }


def n_frames(y: Tensor) -> int:
    """Return the number of frames of `plot_graph`: one for each operation forward, and one for each backward.

    Lecture: notebook 08.

    Parameters
    ----------
    y : Tensor
        The output of the graph.

    Returns
    -------
    int
        The number of frames, with the first, in which nothing is computed yet.

    Examples
    --------
    >>> n_frames(perceptron_graph()[0])
    11
    """
    return 1 + 2 * len(_operations(_graph(y)))


def plot_graph(
    y: Tensor,
    names: Mapping[Tensor, str] | None = None,
    frame: int | None = None,
    gradients: bool = True,
    highlight: Tensor | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the graph from which a Tensor was made, with values and derivatives on its edges.

    Sums of sums are drawn as one sum. The graph must not have been freed by `backward`.

    Lecture: notebook 08.

    Parameters
    ----------
    y : Tensor
        The output.
    names : mapping of Tensor to str, optional
        Names of leaves, drawn inside their boxes, and of results, drawn above the operations.
    frame : int, 0 to ``n_frames(y) - 1``, optional
        How far the computation has come: first the forward pass, an operation a frame, then the backward
        pass. By default everything is shown.
    gradients : bool
        Show the backward pass.
    highlight : Tensor, optional
        Draw the paths from this Tensor to the output thick.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    title : str, optional
        The finding.

    Returns
    -------
    matplotlib Axes
        The axes drawn on.

    Raises
    ------
    ValueError
        If the graph was freed, or there is no such frame.
    """
    names, inputs = names or {}, _graph(y)
    operations = _operations(inputs)
    last = 2 * len(operations)
    if frame is not None and not 0 <= frame <= last:
        raise ValueError(f"plot_graph: expected a frame from 0 to {last}, got {frame}")
    done = len(operations) if frame is None else min(frame, len(operations))
    back = len(operations) if frame is None else max(0, frame - len(operations))
    known = {node for node in inputs if not inputs[node]} | set(operations[:done])
    sends = set(operations[::-1][:back]) if gradients else set()
    parts = ad.contributions(y, np.ones(y.shape)) if sends else {}
    current = None
    if frame:
        current = operations[frame - 1] if frame <= len(operations) else operations[last - frame]

    edges = [(source, node, parts.get(key)) for node in inputs for source, key in inputs[node]]
    targets = {source: [node for other, node, _ in edges if other is source] for source in inputs}
    places, routes = _layout(inputs, [(source, node) for source, node, _ in edges])
    ax = _canvas(ax, places, routes)
    on_path = _users(highlight, inputs) if highlight is not None else set()
    for (source, node, part), route in zip(edges, routes):
        thick = source in on_path and node in on_path
        value = _text(source.data) if source in known else None
        derivative = _text(part, derivative=True) if node in sends and part is not None else None
        leaves, arrives = len(targets[source]), len(inputs[node])
        where = 0.68 if leaves > arrives else 0.4 if arrives > leaves else 0.5  # where the edges are apart
        widths = [_width(_label(end, names)) for end in (source, node)]
        _draw_edge(ax, route, widths, value, derivative, thick, where)
    for node, place in places.items():
        _draw_node(ax, place, node, names, node is current, node is y)
    _draw_output(ax, places[y], y, names.get(y, "output"), y in known, bool(sends))
    return style.finish(ax, title)


def _graph(y):
    """Return the nodes with their inputs, as pairs of a Tensor and the key of its contribution.

    A sum that only another sum uses is drawn as part of it.
    """
    if not y.parents:
        raise ValueError("graph: this Tensor has no graph; draw before backward(), or retain_graph=True")
    nodes = ad.tape(y)
    positions = {node: [(x, (node, i)) for i, x in _positions(node)] for node in nodes}
    users = {node: [user for user in nodes for x, _ in positions[user] if x is node] for node in nodes}
    merged = {
        node for node in nodes
        if node.operation == "add" and len(users[node]) == 1 and users[node][0].operation == "add"
        and all(x.shape == node.shape for x in node.parents)
    }  # fmt: skip

    def expanded(node):
        found = []
        for x, key in positions[node]:
            found += expanded(x) if x in merged else [(x, key)]
        return found

    return {node: expanded(node) for node in nodes if node not in merged}


def _positions(node):
    """Return the Tensors among the inputs of a node, with their positions."""
    return [(i, x) for i, x in enumerate(node.inputs) if isinstance(x, Tensor)]


def _operations(inputs):
    """Return the nodes that are operations, in the order of their making."""
    return [node for node in inputs if inputs[node]]


def _users(start, inputs):
    """Return the Tensors on all paths from one to the output, itself included."""
    found = {start}
    for node in inputs:  # in the order of making
        if any(x in found for x, _ in inputs[node]):
            found.add(node)
    return found


def _layout(inputs, edges):
    """Return a place for every node, and the points through which every edge goes.

    Columns by the longest way from an input; a leaf stands just before its first user. An edge over several
    columns gets a place in each (Sugiyama's method), so that it passes between the boxes.
    """
    column = {}
    for node in inputs:
        column[node] = 1 + max((column[x] for x, _ in inputs[node]), default=-1)
    for node in inputs:
        if not inputs[node]:
            column[node] = min((column[user] for source, user in edges if source is node), default=1) - 1
    chains = []
    for k, (source, user) in enumerate(edges):
        bends = [(k, c) for c in range(column[source] + 1, column[user])]
        column |= {bend: bend[1] for bend in bends}
        chains.append([source, *bends, user])
    links = [(a, b) for chain in chains for a, b in pairwise(chain)]
    near = {item: [] for item in column}
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    columns = _ordered(
        [[x for x in column if column[x] == c] for c in range(max(column.values()) + 1)], near, links
    )
    height = {item: float(k) for items in columns for k, item in enumerate(items)}
    gap = {item: ROW if isinstance(item, Tensor) else 0.7 * ROW for item in column}
    for sweep in range(12):  # move everything towards the mean of its neighbours, keeping order and gaps
        for items in columns if sweep % 2 else columns[::-1]:
            wanted = {item: float(np.mean([height[x] for x in near[item]])) for item in items}
            height |= _spread(items, wanted, gap)
    places = {item: (COLUMN * column[item], -height[item]) for item in column}
    routes = [[places[item] for item in chain] for chain in chains]
    return {item: place for item, place in places.items() if isinstance(item, Tensor)}, routes


def _ordered(columns, near, links):
    """Return each column in the order with fewest crossings that barycentre sweeps go through."""
    best, fewest = columns, None
    for start in (columns, [items[::-1] for items in columns]):
        order = [list(items) for items in start]
        for sweep in range(12):
            place = {item: k for items in order for k, item in enumerate(items)}
            crossings = sum(
                (place[a] - place[c]) * (place[b] - place[d]) < 0
                for i, (a, b) in enumerate(links) for c, d in links[:i]
                if _same_column(order, a, c) and _same_column(order, b, d)
            )  # fmt: skip
            if fewest is None or crossings < fewest:
                best, fewest = [list(items) for items in order], crossings
            steps = range(1, len(order)) if sweep % 2 else range(len(order) - 2, -1, -1)
            for c in steps:
                beside = order[c - 1 if sweep % 2 else c + 1]
                rank = {item: k for k, item in enumerate(beside)}
                old = {item: k for k, item in enumerate(order[c])}

                def key(item, rank=rank, old=old):
                    ranks = [rank[x] for x in near[item] if x in rank]
                    return sum(ranks) / len(ranks) if ranks else old[item]

                order[c].sort(key=key)
    return best


def _same_column(columns, a, b):
    """Return whether two items stand in one column."""
    return any({a, b} <= set(items) for items in columns)


def _spread(items, wanted, gap):
    """Return heights as near as can be to those wanted, in the given order and with gaps (pool adjacent)."""
    offsets = np.concatenate([[0], np.cumsum([(gap[a] + gap[b]) / 2 for a, b in pairwise(items)])])
    pools = []
    for item, offset in zip(items, offsets):
        pools.append([wanted[item] - offset, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, m), (b, n) = pools[-2:]
            pools[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    levels = [level for level, n in pools for _ in range(n)]
    return {item: level + offset for item, level, offset in zip(items, levels, offsets)}


def _limits(places, routes):
    """Return the corners of the picture, in the units of the layout: all boxes, and the edges beside them."""
    x, y = np.array(list(places.values())).T
    bends = np.array([point[1] for route in routes for point in route])
    low = min(y.min() - 0.55, bends.min() - BESIDE)
    return x.min() - 0.6, x.max() + 2.3, low, max(y.max() + 0.75, bends.max() + BESIDE)


def _size(places, routes):
    """Return the size of a figure for a layout, in inches."""
    left, right, low, high = _limits(places, routes)
    return 0.72 * (right - left), 0.72 * (high - low) + 0.35


def _canvas(ax, places, routes):
    """Return axes without frame that hold the layout."""
    ax = style.ensure_axes(ax, figsize=_size(places, routes))
    left, right, low, high = _limits(places, routes)
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    ax.axis("off")
    return ax


def _text(array, derivative=False):
    """Return a short text for a value: its numbers if few, else its shape, or a derivative's norm."""
    array = np.asarray(array)
    if array.ndim <= 2 and array.size <= 4:
        return "\n".join("  ".join(map(_number, row)) for row in np.atleast_2d(array))
    return f"norm {_number(np.linalg.norm(array))}" if derivative else "×".join(map(str, array.shape))


def _number(value):
    """Return a number in few characters: two or three digits, tiny and huge ones as powers of ten."""
    text = (
        f"{value:.2f}"
        if 0.01 <= abs(value) < 100
        else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    )
    if value == int(value) and abs(value) < 1000:
        text = f"{int(value)}"
    return text.replace("-", "\N{MINUS SIGN}")


def _columns(text):
    """Return the length of the longest line of a text, 0 for None."""
    return max(map(len, (text or "").split("\n")))


def _width(label):
    """Return the width of a box with a label."""
    return HEIGHT if "$" in label else max(HEIGHT, 0.19 + 0.115 * len(label))


def _label(node, names):
    """Return what stands inside a box: the symbol of an operation, or the name of a leaf."""
    return SYMBOLS.get(node.operation, node.operation) if node.operation else names.get(node, "")


def _draw_node(ax, place, node, names, is_current, is_output):
    """Draw a box in the colour of its kind, and the name of a result above it."""
    label, name = _label(node, names), names.get(node)
    colour = style.NODE_BLUE if node.operation else style.NODE_RED if node.requires_grad else style.NODE_WHITE
    _draw_box(ax, place, label, colour, 2.6 if is_current else 1.1)
    if node.operation and name and not is_output:
        ax.text(
            place[0], place[1] + HEIGHT / 2 + 0.06, name, ha="center", va="bottom", fontsize=style.NOTE_SIZE,
            color=style.INK, zorder=4,
        )  # fmt: skip


def _draw_box(ax, place, label, colour, line=1.1):
    """Draw a box with rounded corners and its label."""
    width = _width(label)
    box = FancyBboxPatch(
        (place[0] - width / 2, place[1] - HEIGHT / 2), width, HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.2",
        facecolor=colour, edgecolor=style.INK, lw=line, zorder=3,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(*place, label, ha="center", va="center", fontsize=style.NOTE_SIZE, color=style.INK, zorder=4)


def _draw_edge(ax, route, widths, value, derivative, thick, where=0.5):
    """Draw an arrow along a route between boxes of two widths, with value and derivative beside it."""
    colour = style.BLUE if thick else style.GREY
    route = [np.array(point) for point in route]
    ax.plot(*np.array(route).T, color=colour, lw=2.6 if thick else 1.1, zorder=1, solid_joinstyle="round")
    a, b = route[-2:]
    back = np.abs(b - a) / np.array([widths[1] / 2 + 0.03, HEIGHT / 2 + 0.03])  # how many half boxes away
    tip = b - (b - a) / back.max()
    ax.annotate(
        "", tip, tip - 0.05 * (b - a), zorder=2,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 0, "shrinkA": 0, "shrinkB": 0,
                    "mutation_scale": 12},
    )  # fmt: skip
    if len(route) > 2:  # beside other boxes rather than beside other edges of the same source
        place = (route[1] + route[2]) / 2
    else:
        left, right = route[0][0] + widths[0] / 2, route[1][0] - widths[1] / 2
        x = left + (0.5 if max(_columns(value), _columns(derivative)) > 11 else where) * (right - left)
        place = [x, np.interp(x, *np.array(route).T)]
    _draw_labels(ax, place, value, derivative)


def _draw_labels(ax, place, value, derivative):
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.9}
    common = {"ha": "center", "fontsize": 7.5, "linespacing": 0.95, "bbox": box, "zorder": 2.5}
    if value is not None:
        ax.text(place[0], place[1] + 0.05, value, va="bottom", color=style.INK, **common)
    if derivative is not None:
        ax.text(place[0], place[1] - 0.05, derivative, va="top", color=style.VERMILLION, **common)


def _draw_output(ax, place, y, name, known, seeded):
    """Draw the white box of the output to the right of the last operation."""
    end = (place[0] + 0.85 * COLUMN, place[1])
    value, derivative = _text(y.data) if known else None, _text(np.ones(y.shape)) if seeded else None
    _draw_edge(
        ax,
        [place, end],
        [_width(SYMBOLS.get(y.operation, y.operation)), _width(name)],
        value,
        derivative,
        thick=False,
    )
    _draw_box(ax, end, name, style.NODE_WHITE)
