"""Backpropagation by hand: the lecture's network with one hidden layer, and what the order of visits does.

After the forward pass a graph is a list of edges, each with one number: the local derivative of its target
by its source. The derivative of the end by a node is the sum, over all paths between them, of the products of
the numbers on the way. `paths` walks them one by one. `sweep` gives every node an account instead, visits the
nodes in a given order, and books on the accounts of a node's inputs what its own account holds, times the
number on the edge. In a reverse topological order that is the derivative, and uses every edge once.

Lecture: notebook 08.

References: Griewank, A., & Walther, A. (2008). Evaluating Derivatives, 2nd ed. SIAM.
"""

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.discriminant import sigmoid
from coursepkg.logistic import binary_cross_entropy_with_logits

Edge = tuple[Hashable, Hashable, float]
"""Source, target, and the derivative of the target by the source, the other sources being fixed."""


def forward(x: ArrayLike, y: float, W1: ArrayLike, W2: ArrayLike, lam: float) -> dict[str, np.ndarray]:
    """Return all values of the lecture's regularised network with one hidden layer, ``u1`` to ``u8``.

    ``loss = cross_ent(y, y_hat) + lam (||W1||^2 + ||W2||^2)``, with the sums of the squares of all entries.
    The slide's norms lack the square, which leaves them without a derivative at 0.

    Lecture: notebook 08, section 8.3.

    Parameters
    ----------
    x : array_like of float, shape (p,)
        Input.
    y : float, 0 or 1
        Label.
    W1 : array_like of float, shape (p, q)
        Weights of the hidden layer.
    W2 : array_like of float, shape (q,)
        Weights of the output.
    lam : float
        Weight of the penalty.

    Returns
    -------
    dict of str to ndarray
        The arguments by their names, ``u1`` and ``u2`` of shape (q,), and numbers ``u3`` to ``u8``, ``y_hat``
        and ``loss``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the label is neither 0 nor 1.

    Examples
    --------
    >>> values = forward([1.0, -2.0], 1, [[0.5, -0.3], [0.2, 0.4]], [0.7, -0.6], lam=0.1)
    >>> float(values["u7"].round(2)), float(values["loss"].round(4))
    (1.39, 0.7292)
    """
    x, W1, W2 = (np.asarray(v, dtype=float) for v in (x, W1, W2))
    if x.ndim != 1 or W1.ndim != 2 or W2.ndim != 1 or W1.shape != (len(x), len(W2)):
        raise ValueError(
            f"forward: expected shapes (p,), (p, q), (q,) for x, W1, W2, got {x.shape}, {W1.shape}, "
            f"{W2.shape}; one sample at a time, W1 as (fan_in, fan_out)"
        )
    if y not in (0, 1):
        raise ValueError(f"forward: expected a label 0 or 1, got {y}; the cross-entropy needs a class")
    u1 = W1.T @ x  # (q, p) @ (p,) -> (q,)
    u2 = sigmoid(u1)
    u3 = W2 @ u2  # (q,) @ (q,) -> ()
    y_hat = sigmoid(u3)
    u4 = np.asarray(binary_cross_entropy_with_logits(np.array([u3]), [y]))  # of the logit: no overflow
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    inputs = {"x": x, "y": np.asarray(float(y)), "W1": W1, "W2": W2, "lam": np.asarray(float(lam))}
    results = {"u1": u1, "u2": u2, "u3": u3, "y_hat": y_hat, "u4": u4, "u5": u5, "u6": u6, "u7": u7, "u8": u8}
    results["loss"] = u4 + u8
    return inputs | {name: np.asarray(value) for name, value in results.items()}


def backward(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the derivative of the loss by everything that `forward` computed, path by path.

    Lecture: notebook 08, section 8.4.

    Parameters
    ----------
    values : mapping of str to ndarray
        What `forward` returned.

    Returns
    -------
    dict of str to ndarray
        The derivative of the loss by each of ``u1`` to ``u8``, ``y_hat``, ``W1``, ``W2``, each in the shape
        of its value. ``W1_u4`` and ``W1_u8`` are the contributions to ``W1`` of the paths through ``u4`` and
        through ``u8``; ``W2_u4`` and ``W2_u8`` likewise.

    Examples
    --------
    >>> values = forward([1.0, -2.0], 1, [[0.5, -0.3], [0.2, 0.4]], [0.7, -0.6], lam=0.1)
    >>> d = backward(values)
    >>> d["W1_u8"]
    array([[ 0.1 , -0.06], [ 0.04,  0.08]])
    >>> bool(np.all(d["W1"] == d["W1_u4"] + d["W1_u8"]))
    True
    """
    x, y, W1, W2, lam = (values[name] for name in ("x", "y", "W1", "W2", "lam"))
    u2, y_hat, one = values["u2"], values["y_hat"], np.asarray(1.0)
    d = {"u4": one, "u8": one}  # loss = u4 + u8
    d["u7"] = d["u8"] * lam  # u8 = lam u7
    d["u5"] = d["u6"] = d["u7"]  # u7 = u5 + u6
    d["W1_u8"], d["W2_u8"] = d["u5"] * 2 * W1, d["u6"] * 2 * W2  # u5 = sum of W1 squared
    with np.errstate(divide="ignore"):  # y_hat may be rounded to 0 or 1
        d["y_hat"] = d["u4"] * (-1 / y_hat if y == 1 else 1 / (1 - y_hat))
    d["u3"] = d["u4"] * (y_hat - y)  # both slopes in one: no division by 0
    d["W2_u4"] = d["u3"] * u2  # u3 = W2 . u2
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u2 * (1 - u2)  # u2 = sigmoid(u1), entry by entry
    d["W1_u4"] = np.outer(x, d["u1"])  # u1_j = sum_i W1_ij x_i, so W1_ij receives x_i d_j
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return {name: np.asarray(value) for name, value in d.items()}


def dense_edges(weights: Sequence[ArrayLike]) -> list[Edge]:
    """Return the edges of a graph in which every node of a layer is an input of every node of the next.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    weights : sequence of array_like of float, shapes (n_0, n_1), (n_1, n_2), ...
        The local derivatives: entry ``[i, j]`` of matrix ``k`` is that of node ``(k + 1, j)`` by node
        ``(k, i)``.

    Returns
    -------
    list of (source, target, float)
        Nodes are pairs: layer, place.

    Raises
    ------
    ValueError
        If two neighbours do not fit.

    Examples
    --------
    >>> dense_edges([[[2.0, 3.0]], [[5.0], [7.0]]])
    [((0, 0), (1, 0), 2.0), ((0, 0), (1, 1), 3.0), ((1, 0), (2, 0), 5.0), ((1, 1), (2, 0), 7.0)]
    """
    matrices = [np.asarray(W, dtype=float) for W in weights]
    for k, (A, B) in enumerate(pairwise(matrices)):
        if A.shape[1] != B.shape[0]:
            raise ValueError(
                f"dense_edges: matrix {k} has shape {A.shape} and the next one {B.shape}; the columns of one "
                "are the rows of the next"
            )
    return [
        ((k, i), (k + 1, j), float(W[i, j]))
        for k, W in enumerate(matrices)
        for i in range(W.shape[0])
        for j in range(W.shape[1])
    ]


def inputs_of(edges: Sequence[Edge]) -> dict[Hashable, list[tuple[Hashable, float]]]:
    """Return for every node its inputs, with the local derivatives; an empty list for a leaf.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
        The graph; ``b = a + a`` has two edges from a to b.

    Returns
    -------
    dict of node to list of (source, float)

    Examples
    --------
    >>> inputs_of([("a", "b", 1.0), ("a", "b", 1.0)])
    {'a': [], 'b': [('a', 1.0), ('a', 1.0)]}
    """
    found: dict[Hashable, list[tuple[Hashable, float]]] = {}
    for source, target, slope in edges:
        found.setdefault(source, [])
        found.setdefault(target, []).append((source, slope))
    return found


def topological_order(edges: Sequence[Edge], end: Hashable) -> list[Hashable]:
    """Return the end and all from which it is made, every node after its inputs.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
    end : node

    Returns
    -------
    list of node
        Each once, the end last. A loop over a stack of our own takes the place of recursion, so that no depth
        is too deep.

    Raises
    ------
    ValueError
        If a node is made from itself.

    Examples
    --------
    >>> topological_order([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0)], "c")
    ['a', 'b', 'c']
    """
    inputs, done, open_, stack, order = inputs_of(edges), set(), set(), [end], []
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif node in open_:  # all its inputs are in the list now
            done.add(stack.pop())
            order.append(node)
        else:
            open_.add(node)
            waiting = [source for source, _ in inputs.get(node, []) if source not in done]
            if any(source in open_ for source in waiting):
                raise ValueError(f"topological_order: {node!r} is made from itself; a graph has no cycle")
            stack += waiting
    return order


def recursive_order(edges: Sequence[Edge], end: Hashable) -> list[Hashable]:
    """Return the visits of the naive recursion: a node sends, then each of its inputs is visited in turn.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
        Without a cycle; with one the visits never end.
    end : node

    Returns
    -------
    list of node
        A node stands in it once for every path from it to the end.

    Examples
    --------
    >>> "".join(recursive_order([("a", "b", 1.0)] * 2 + [("b", "c", 1.0)] * 2, "c"))
    'cbaabaa'
    """
    inputs, stack, visits = inputs_of(edges), [end], []
    while stack:
        node = stack.pop()
        visits.append(node)
        stack += [source for source, _ in reversed(inputs.get(node, []))]
    return visits


def sweep(
    edges: Sequence[Edge], visits: Sequence[Hashable], kept: Mapping[Hashable, float] | None = None
) -> dict[Hashable, float]:
    """Return the accounts of the nodes after visits in a given order, the end first.

    A visited node adds, to the account of each of its inputs, its own account times the local derivative. The
    accounts are derivatives if every node is visited once and after all nodes that it is an input of.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
    visits : sequence of node
        The first is the end; its account is set to 1.
    kept : mapping of node to float, optional
        Accounts from a sweep before, which this one adds to.

    Returns
    -------
    dict of node to float

    Raises
    ------
    ValueError
        If there is no visit.

    Examples
    --------
    >>> edges = [("a", "b", 1.0)] * 2 + [("b", "c", 1.0)] * 2  # b = a + a, c = b + b
    >>> sweep(edges, ["c", "b", "a"])
    {'c': 1.0, 'b': 2.0, 'a': 4.0}
    >>> sweep(edges, recursive_order(edges, "c"))["a"]
    8.0
    """
    if not visits:
        raise ValueError("sweep: expected at least one visit; the first is the end")
    inputs, accounts = inputs_of(edges), dict(kept or {})
    accounts[visits[0]] = 1.0
    for node in visits:
        for source, slope in inputs.get(node, []):
            accounts[source] = accounts.get(source, 0.0) + accounts.get(node, 0.0) * slope
    return accounts


def reverse_sweep(edges: Sequence[Edge], end: Hashable) -> dict[Hashable, float]:
    """Return the derivative of the end by every node from which it is made; every edge is used once.

    Lecture: notebook 08, sections 8.2 and 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
    end : node

    Returns
    -------
    dict of node to float

    Raises
    ------
    ValueError
        If a node is made from itself.

    Examples
    --------
    >>> reverse_sweep([("x", "u1", 6.0), ("x", "u2", 2.0), ("u1", "y", 6.0), ("u2", "y", 9.0)], "y")["x"]
    54.0
    """
    return sweep(edges, topological_order(edges, end)[::-1])


def paths(
    edges: Sequence[Edge], start: Hashable, end: Hashable
) -> list[tuple[tuple[Hashable, ...], float]]:
    """Return every path between two nodes, with the product of the local derivatives on it.

    The sum of the products is the derivative. The number of paths can grow exponentially with the depth.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
        Without a cycle; with one the walk never ends.
    start, end : node

    Returns
    -------
    list of (tuple of node, float)
        From `start` to `end`.

    Examples
    --------
    >>> paths([("x", "u1", 6.0), ("x", "u2", 2.0), ("u1", "y", 6.0), ("u2", "y", 9.0)], "x", "y")
    [(('x', 'u1', 'y'), 36.0), (('x', 'u2', 'y'), 18.0)]
    """
    inputs, stack, found = inputs_of(edges), [((end,), 1.0)], []
    while stack:
        path, product = stack.pop()
        if path[0] == start:
            found.append((path, product))
            continue
        stack += [((source, *path), product * slope) for source, slope in reversed(inputs.get(path[0], []))]
    return found


def count_paths(edges: Sequence[Edge], start: Hashable, end: Hashable) -> int:
    """Return the number of paths between two nodes, without walking them.

    Lecture: notebook 08, section 8.5.

    Parameters
    ----------
    edges : sequence of (source, target, float)
    start, end : node

    Returns
    -------
    int
        Exact, of any size: a sweep with 1 on every edge, in whole numbers.

    Raises
    ------
    ValueError
        If a node is made from itself.

    Examples
    --------
    >>> count_paths(dense_edges([np.ones((1, 3)), np.ones((3, 3)), np.ones((3, 1))]), (0, 0), (2, 0))
    3
    >>> count_paths(dense_edges([np.ones((1, 3)), np.ones((3, 3)), np.ones((3, 1))]), (0, 0), (3, 0))
    9
    """
    inputs, counts = inputs_of(edges), {end: 1}
    for node in reversed(topological_order(edges, end)):
        for source, _ in inputs.get(node, []):
            counts[source] = counts.get(source, 0) + counts[node]
    return counts.get(start, 0)
