"""Networks that attain the bounds: fold the cube onto itself, layer after layer, and cut it at the end.

A fold is made for one axis and [0, 1]; `parallel` sets one beside the other, `compose` one after the other.
A composition needs no layer between: the linear output of the first network and the first layer of the
second are one affine map. The weights of the folds are integers. Where the numbers of pieces are powers of
two, all kinks are exact in floating point too.

Lecture: notebook 14, sections 14.1 and 14.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.bounds import montufar_lower_bound, serra_lower_bound, telgarsky_pieces
from coursepkg.threshold import Layers

Crease = tuple[ArrayLike, float]
"""A line to fold along: ``(normal, offset)``; the side ``normal . x >= offset`` stays where it is."""


@dataclass(frozen=True)
class Construction:
    """A network with the box on which it attains its bound.

    Lecture: notebook 14, section 14.2.

    Attributes
    ----------
    layers : Layers
        The whole network, linear output last.
    box : tuple of (float, float)
        Lower and upper end on every axis; the regions are those that meet the open box.
    regions : int
        The number of activation regions in the box, by the formula of the bound.
    """

    layers: Layers
    box: tuple[float, float]
    regions: int


def compose(*networks: Layers) -> Layers:
    """Return the network that applies several networks one after the other, the first one first.

    Lecture: notebook 14, sections 14.1 and 14.2.

    Parameters
    ----------
    *networks : Layers
        Each with a linear output layer; the outputs of each are as many as the inputs of the next.

    Returns
    -------
    Layers
        As many hidden layers as all of them together.

    Raises
    ------
    ValueError
        If there is no network, or if two of them do not fit.

    Examples
    --------
    >>> tent = zigzag_network(2)
    >>> [W.shape for W, b in compose(tent, tent, tent)]
    [(1, 2), (2, 2), (2, 2), (2, 1)]
    """
    if not networks:
        raise ValueError("compose: got no network; pass at least one")
    first, *others = [_arrays(network) for network in networks]
    composed = list(first)
    for k, network in enumerate(others, start=2):
        (V, c), (W, b) = composed.pop(), network[0]
        if V.shape[1] != W.shape[0]:
            raise ValueError(
                f"compose: network {k} takes {W.shape[0]} inputs but the one before has {V.shape[1]} "
                "outputs; compose applies the first network first"
            )
        composed += [(V @ W, c @ W + b), *network[1:]]  # (fan_in, n_out) @ (n_out, fan_out)
    return composed


def parallel(*networks: Layers) -> Layers:
    """Return the network that applies each network to inputs of its own and lists all outputs.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    *networks : Layers
        All of the same depth.

    Returns
    -------
    Layers
        Weights in blocks along the diagonal, zero elsewhere.

    Raises
    ------
    ValueError
        If there is no network, or if the depths differ.

    Examples
    --------
    >>> parallel(zigzag_network(2), zigzag_network(2))[0][0]
    array([[2., 2., 0., 0.],
           [0., 0., 2., 2.]])
    """
    if not networks or len({len(network) for network in networks}) > 1:
        raise ValueError(
            f"parallel: expected networks of one depth, got {[len(n) - 1 for n in networks]} hidden layers; "
            "compose the shallow ones with zigzag_network(1), which changes nothing on [0, 1]"
        )
    together = []
    for pairs in zip(*[_arrays(network) for network in networks]):
        W = np.zeros(np.sum([W.shape for W, b in pairs], axis=0))
        row = column = 0
        for block, _ in pairs:
            W[row : row + block.shape[0], column : column + block.shape[1]] = block
            row, column = row + block.shape[0], column + block.shape[1]
        together.append((W, np.concatenate([b for _, b in pairs])))
    return together


def zigzag_network(pieces: int) -> Layers:
    """Return the fold of Montúfar: one layer whose output goes from 0 to 1 and back, in k equal pieces.

    Unit 1 is ``relu(k x + 1)``, on for every x in [0, 1]: with ``relu(k x)`` its kink would lie at 0, and
    after a fold before it, on the border of two cells. Unit j + 1 is ``relu(k x - j)`` and turns the slope at
    j / k. Two pieces make the tent map.

    Lecture: notebook 14, sections 14.1 and 14.2.

    Parameters
    ----------
    pieces : int, at least 1
        Number of pieces and of units, k.

    Returns
    -------
    Layers
        Two layers with shapes (1, k) and (k, 1). It maps [0, 1] onto [0, 1].

    Raises
    ------
    ValueError
        If `pieces` is less than 1.

    References
    ----------
    Montúfar, G., Pascanu, R., Cho, K., & Bengio, Y. (2014). NIPS 27, 2924-2932.

    Examples
    --------
    >>> (W, b), (V, c) = zigzag_network(4)
    >>> X = np.array([[0.0], [0.25], [0.5], [0.75], [1.0]])
    >>> (np.maximum(X @ W + b, 0) @ V + c).ravel()
    array([0., 1., 0., 1., 0.])
    """
    if pieces < 1:
        raise ValueError(f"zigzag_network: expected at least 1 piece, got {pieces}")
    j = np.arange(pieces)
    b = np.where(j == 0, 1.0, -1.0 * j)
    v = np.where(j == 0, 1.0, 2.0 * (-1.0) ** j)
    return [(np.full((1, pieces), float(pieces)), b), (v[:, None], np.array([-1.0]))]


def serra_zigzag_network(units: int) -> Layers:
    """Return the fold of Serra: k units make k + 1 pieces of [0, 1], each mapped onto [0, 1].

    No unit is spent on a term that is on everywhere. The kinks are 1/(2k), 1/k, 2/k, ..., (k - 1)/k, and the
    slopes 2k, -2k, k, -k, ... The unit with the kink 2/k is on to the left of it; it makes the first slope,
    which is why three units are the least.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    units : int, at least 3
        Number of units, k.

    Returns
    -------
    Layers
        Two layers with shapes (1, k) and (k, 1). It maps [0, 1] onto [0, 1].

    Raises
    ------
    ValueError
        If `units` is less than 3.

    References
    ----------
    Serra, T., Tjandraatmadja, C., & Ramalingam, S. (2018). ICML, PMLR 80, 4558-4566.

    Examples
    --------
    >>> (W, b), (V, c) = serra_zigzag_network(4)
    >>> X = np.array([[0.0], [0.125], [0.25], [0.5], [0.75], [1.0]])
    >>> (np.maximum(X @ W + b, 0) @ V + c).ravel()
    array([0., 1., 0., 1., 0., 1.])
    """
    if units < 3:
        raise ValueError(
            f"serra_zigzag_network: expected at least 3 units, got {units}; zigzag_network takes fewer"
        )
    k = float(units)
    later = np.arange(3, units)
    w = np.concatenate([[2 * k, k, -k], np.full(units - 3, k)])
    b = np.concatenate([[-1, -1, 2], -later])
    v = np.concatenate([[-2, 3, -2], 2.0 * (-1.0) ** (later + 1)])
    return [(w[None, :], b), (v[:, None], np.array([4.0]))]


def arrangement_network(n_in: int, units: int) -> Layers:
    """Return one layer of hyperplanes in general position, all of whose regions meet the cube (0, 1)**n_in.

    Hyperplane i has the equation ``y_1 + t y_2 + ... + t**(p-1) y_p = t**p`` with ``t = t_i``: the points y
    on it are the polynomials of degree p with the root t_i. No polynomial has more than p roots, and p roots
    determine it, so no p + 1 hyperplanes meet, and every p meet in one point. These points are bounded by
    binomial coefficients since all ``|t_i| < 1``, and the cube is laid around them.

    The sides on which units are on alternate with t, so that with more than p units some unit is on
    everywhere. Then no two neighbouring regions have the same slope, also after folds, and the activation
    regions are the linear regions.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Dimension of the cube, p.
    units : int, at least 1
        Number of hyperplanes.

    Returns
    -------
    Layers
        Two layers with shapes (p, units) and (units, 1).

    Raises
    ------
    ValueError
        If `n_in` or `units` is less than 1.

    Examples
    --------
    >>> arrangement_network(1, 2)[0]
    (array([[ 2., -2.]]), array([-0.75,  1.75]))
    """
    if n_in < 1 or units < 1:
        raise ValueError(
            f"arrangement_network: expected n_in and units of at least 1, got {n_in} and {units}"
        )
    # Odd numerators over a power of two: exact, never 0, and no two of the same size.
    numerator = 4 * np.arange(1, units + 1) - 2 * units - 1
    t = numerator / 2.0 ** int(2 * units - 1).bit_length()  # |t| < 1
    powers = t ** np.arange(n_in + 1)[:, None]  # (n_in + 1, units)
    # Where p hyperplanes meet, y_j is a sum of C(p, j - 1) products of roots, up to its sign. So with
    # side / 2 >= C(p, j) for all j, the cube |y_j| < side / 2 holds all these points: y = side (x - 1/2).
    side = 2.0 ** (1 + int(comb(n_in, n_in // 2) - 1).bit_length())
    sign = (-1.0) ** (units - np.arange(units))
    W = sign * side * powers[:-1]
    b = sign * (-powers[-1] - side / 2 * powers[:-1].sum(axis=0))
    # Weights that double with |t|: no sum of some of them, times powers of t, is 0.
    v = 2.0 ** (np.argsort(np.argsort(np.abs(t))) - units + 1.0)
    return [(W, b), (v[:, None], np.zeros(1))]


def montufar_network(n_in: int, widths: Sequence[int]) -> Construction:
    """Return a network with exactly `montufar_lower_bound` activation regions in the unit cube.

    Every layer but the last folds the cube onto itself, with floor(n_l / n_in) pieces along each axis; units
    that remain are off everywhere. The last layer is `arrangement_network`. The linear regions are as many,
    if the last layer has more than `n_in` units.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least `n_in`
        Units of each hidden layer.

    Returns
    -------
    Construction
        The network, with one output, and the box (0, 1).

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if there is no hidden layer, or if a layer is too narrow.

    References
    ----------
    Montúfar, G., Pascanu, R., Cho, K., & Bengio, Y. (2014). NIPS 27, 2924-2932. arXiv:1402.1869.

    Examples
    --------
    >>> network = montufar_network(2, (4, 4))
    >>> network.regions, network.box, [W.shape for W, b in network.layers]
    (44, (0.0, 1.0), [(2, 4), (4, 4), (4, 1)])
    """
    regions = montufar_lower_bound(n_in, widths)
    return Construction(_folded(zigzag_network, n_in, widths), (0.0, 1.0), regions)


def serra_network(n_in: int, widths: Sequence[int]) -> Construction:
    """Return a network with exactly `serra_lower_bound` activation regions in the unit cube.

    As `montufar_network`, but k units fold an axis into k + 1 pieces.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least ``3 * n_in``
        Units of each hidden layer.

    Returns
    -------
    Construction
        The network, with one output, and the box (0, 1).

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if there is no hidden layer, or if a layer is too narrow.

    References
    ----------
    Serra, T., Tjandraatmadja, C., & Ramalingam, S. (2018). ICML, PMLR 80, 4558-4566. arXiv:1711.02114.

    Examples
    --------
    >>> serra_network(2, (8, 8)).regions, serra_network(1, (10,) * 5).regions
    (925, 161051)
    """
    regions = serra_lower_bound(n_in, widths)
    return Construction(_folded(serra_zigzag_network, n_in, widths), (0.0, 1.0), regions)


def tent_network(depth: int) -> Construction:
    """Return the tent map applied `depth` times: two units a layer, 2**depth pieces on (0, 1).

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    depth : int, at least 1
        Number of hidden layers.

    Returns
    -------
    Construction
        The network and the box (0, 1).

    Raises
    ------
    ValueError
        If `depth` is less than 1.

    References
    ----------
    Telgarsky, M. (2015). Representation benefits of deep feedforward networks. arXiv:1509.08101.

    Examples
    --------
    >>> tent = tent_network(3)
    >>> tent.regions, len(tent.layers) - 1
    (8, 3)
    """
    if depth < 1:
        raise ValueError(f"tent_network: expected a depth of at least 1, got {depth}")
    return Construction(compose(*[zigzag_network(2)] * depth), (0.0, 1.0), telgarsky_pieces(depth))


def folding_network(creases: Sequence[Crease], reach: float) -> Layers:
    """Return the network that folds space along one crease after the other, one hidden layer for each.

    A fold leaves the side ``normal . x >= offset`` where it is and reflects the other side: it takes the
    absolute value of the distance from the crease. One unit of a layer measures how far a point lies behind
    the crease, the others carry the coordinates, ``relu(x_j + reach)``.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    creases : sequence of (array_like of float, shape (n_in,), and float)
        Normal and offset of each crease, in the order of folding.
    reach : float
        Half the side of the box in which the network folds: all ``|x_j| < reach``, also between the folds.

    Returns
    -------
    Layers
        Hidden layers of n_in + 1 units, and a linear output of n_in coordinates.

    Raises
    ------
    ValueError
        If there is no crease, if the normals differ in length or vanish, or if `reach` is not positive.

    References
    ----------
    Montúfar, G., Pascanu, R., Cho, K., & Bengio, Y. (2014). NIPS 27, 2924-2932.

    Examples
    --------
    >>> (W, b), (V, c) = folding_network([((1, 0), 0.0)], reach=4)
    >>> np.maximum(np.array([[-3.0, 1.0], [2.0, 1.0]]) @ W + b, 0) @ V + c
    array([[3., 1.],
           [2., 1.]])
    """
    creases = _creases("folding_network", creases)
    if not reach > 0:
        raise ValueError(f"folding_network: expected a positive reach, got {reach}; it must cover the sheet")
    folds = []
    for normal, offset in creases:
        n_in = normal.size
        W = np.hstack([-normal[:, None], np.eye(n_in)])  # (n_in, 1 + n_in)
        b = np.array([offset, *[reach] * n_in])
        V = np.vstack([2 * normal / (normal @ normal), np.eye(n_in)])  # (1 + n_in, n_in)
        folds.append([(W, b), (V, np.full(n_in, -float(reach)))])
    return compose(*folds)


def preimages(creases: Sequence[Crease], Y: ArrayLike) -> np.ndarray:
    """Return the points that the folds along `creases` map to the rows of `Y`: up to two for each fold.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    creases : sequence of (array_like of float, shape (n_in,), and float)
        Normal and offset of each crease, in the order of folding.
    Y : array_like of float, shape (n_samples, n_in)
        Points of the folded sheet.

    Returns
    -------
    ndarray of float, shape (2**n_creases, n_samples, n_in)
        NaN where there is no such point. Copy 0 lies on the kept side of every crease; bit k of a copy's
        number says that it comes from behind crease k.

    Raises
    ------
    ValueError
        If there is no crease, if the normals differ in length or vanish, or if `Y` does not fit them.

    Examples
    --------
    >>> preimages([((1, 0), 0.0)], [[3.0, 1.0], [-1.0, 0.0]])
    array([[[ 3.,  1.],
            [nan, nan]],
           [[-3.,  1.],
            [nan, nan]]])
    """
    creases = _creases("preimages", creases)
    copies = np.array(Y, dtype=float)[None]
    if copies.ndim != 3 or copies.shape[2] != creases[0][0].size:
        raise ValueError(
            f"preimages: expected Y of shape (n_samples, {creases[0][0].size}), got {copies.shape[1:]}; "
            "one point is the batch [y]"
        )
    for normal, offset in reversed(creases):
        height = copies @ normal - offset  # (n_copies, n_samples, n_in) @ (n_in,)
        kept = np.where(height[..., None] >= 0, copies, np.nan)
        behind = kept - 2 * height[..., None] * normal / (normal @ normal)
        copies = np.stack([kept, behind], axis=1).reshape(-1, *copies.shape[1:])
    return copies


def _arrays(network):
    """Return a network whose weights may be nested lists as arrays."""
    return [(np.asarray(W), np.asarray(b)) for W, b in network]


def _folded(fold, n_in, widths):
    """Return the network that folds every axis in each layer but the last, which is an arrangement."""
    folds = [_padded(parallel(*[fold(n // n_in)] * n_in), n) for n in widths[:-1]]
    return compose(*folds, arrangement_network(n_in, widths[-1]))


def _padded(network, width):
    """Return a network of one hidden layer with units added that are off everywhere."""
    (W, b), (V, c) = network
    spare = width - W.shape[1]
    W = np.hstack([W, np.zeros((W.shape[0], spare))])
    return [(W, np.append(b, np.full(spare, -1.0))), (np.vstack([V, np.zeros((spare, V.shape[1]))]), c)]


def _creases(where, creases):
    """Return the creases as arrays and floats, or refuse them."""
    creases = [(np.asarray(normal, dtype=float), float(offset)) for normal, offset in creases]
    if not creases or any(n.ndim != 1 or n.shape != creases[0][0].shape or not n.any() for n, _ in creases):
        raise ValueError(
            f"{where}: expected creases (normal, offset) with normals of one length and not 0, got "
            f"{[normal.tolist() for normal, _ in creases]}; ((1, 0), 0.0) folds along the axis x_1 = 0"
        )
    return creases
