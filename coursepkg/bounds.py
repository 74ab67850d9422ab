"""How many regions a ReLU network can have, must have at best, and has at random: the counting formulas.

A network has `n_in` inputs and hidden layers of `widths` units; its linear output layer makes no region. The
bounds are on the **maximal** number of linear regions over all weights and biases, in the whole space. All of
them but the last three functions are exact integers.

The number of activation regions obeys the same upper bounds, and the networks of `coursepkg.constructions`
attain the lower bounds of 2014 and 2018 with activation regions.

Lecture: notebook 14, section 14.2.
"""

from collections.abc import Sequence
from math import comb, factorial, prod
from operator import index


def zaslavsky(n: int, d: int) -> int:
    """Return the number of regions of n hyperplanes in general position: the sum of C(n, j) over j <= d.

    No arrangement of n hyperplanes in d dimensions has more, and only those in general position have as many:
    any j of them, for j up to d and n, meet in a flat of dimension d - j, and no d + 1 have a point in
    common. The sum is due to Schläfli (1850, printed 1901) and to
    Buck (1943). Zaslavsky's theorem (1975) is more: it counts the regions of any arrangement, as the absolute
    value of the characteristic polynomial at -1.

    It is the exact maximum for one hidden layer of n units and d inputs.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n : int, at least 0
        Number of hyperplanes, or of units.
    d : int, at least 0
        Dimension of the space.

    Returns
    -------
    int
        From 1 to 2**n; 2**n if d >= n.

    Raises
    ------
    ValueError
        If `n` or `d` is no integer of at least 0.

    References
    ----------
    Buck, R. C. (1943). American Mathematical Monthly, 50, 541-544.
    Zaslavsky, T. (1975). Memoirs of the American Mathematical Society, 154.

    Examples
    --------
    >>> [zaslavsky(n, 2) for n in (1, 2, 3, 5, 10, 20)]
    [2, 4, 7, 16, 56, 211]
    """
    n, d = _whole("zaslavsky", "n", n, 0), _whole("zaslavsky", "d", d, 0)
    return sum(comb(n, j) for j in range(min(n, d) + 1))


def pascanu_lower_bound(n_in: int, widths: Sequence[int]) -> int:
    """Return the lower bound of 2013: the product of floor(n_l / n_in) over l < L, times `zaslavsky`.

    The floor stands **without** the exponent n_in that the bound of 2014 gives it. For n_in = 1 they agree.
    It needs n_l >= n_in in every layer.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least `n_in`
        Units of each hidden layer.

    Returns
    -------
    int
        A number of regions that some network of these sizes reaches.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if there is no hidden layer, or if a layer is too narrow.

    References
    ----------
    Pascanu, R., Montúfar, G., & Bengio, Y. (2014). ICLR. arXiv:1312.6098.

    Examples
    --------
    >>> pascanu_lower_bound(2, (8, 8, 8))
    592
    """
    n_in, widths = _sizes("pascanu_lower_bound", n_in, widths, narrowest=1)
    return prod(n // n_in for n in widths[:-1]) * zaslavsky(widths[-1], n_in)


def montufar_lower_bound(n_in: int, widths: Sequence[int]) -> int:
    """Return the lower bound of 2014: the product of floor(n_l / n_in)**n_in over l < L, times `zaslavsky`.

    It needs n_l >= n_in in every layer. All layers but the last fold the cube onto itself, floor(n_l / n_in)
    times along each axis; the last one cuts every copy. `montufar_network` has exactly this number of
    activation regions in the unit cube.

    The slide's Omega((q/p)**((L-1) p) q**p) says how this grows with the width q while p and L stand still.
    The factor hidden in it depends on p and L, since the floor can lose a factor of up to 2**((L-1) p). For
    q < 2p the bound is that of one layer, whatever the depth.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least `n_in`
        Units of each hidden layer.

    Returns
    -------
    int
        A number of regions that some network of these sizes reaches.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if there is no hidden layer, or if a layer is too narrow.

    References
    ----------
    Montúfar, G., Pascanu, R., Cho, K., & Bengio, Y. (2014). NIPS 27, 2924-2932. arXiv:1402.1869.

    Examples
    --------
    >>> montufar_lower_bound(2, (8, 8, 8))
    9472
    >>> [montufar_lower_bound(2, (3,) * depth) for depth in (1, 3, 5)]
    [7, 7, 7]
    """
    n_in, widths = _sizes("montufar_lower_bound", n_in, widths, narrowest=1)
    return prod((n // n_in) ** n_in for n in widths[:-1]) * zaslavsky(widths[-1], n_in)


def serra_lower_bound(n_in: int, widths: Sequence[int]) -> int:
    """Return the lower bound of 2018: the product of (floor(n_l / n_in) + 1)**n_in, times `zaslavsky`.

    The product is over l < L. It needs n_l >= 3 n_in in every layer: k units fold an interval into k + 1
    pieces, once k >= 3. For n_in = 1 it equals `serra_upper_bound`, so the maximum is the product of n_l + 1.
    For n_in > 1 the two differ in general: this is a lower bound and no maximum, though a textbook prints it
    as one.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least ``3 * n_in``
        Units of each hidden layer.

    Returns
    -------
    int
        A number of regions that some network of these sizes reaches.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if there is no hidden layer, or if a layer is too narrow.

    References
    ----------
    Serra, T., Tjandraatmadja, C., & Ramalingam, S. (2018). ICML, PMLR 80, 4558-4566. arXiv:1711.02114.

    Examples
    --------
    >>> serra_lower_bound(2, (8, 8, 8)), serra_lower_bound(1, (10,) * 5)
    (23125, 161051)
    """
    n_in, widths = _sizes("serra_lower_bound", n_in, widths, narrowest=3)
    return prod((n // n_in + 1) ** n_in for n in widths[:-1]) * zaslavsky(widths[-1], n_in)


def montufar_upper_bound(n_in: int, widths: Sequence[int]) -> int:
    """Return the upper bound of 2017: the product over l of the sum of C(n_l, j), j <= d_l.

    Here d_l = min(n_in, n_1, ..., n_l): a layer cuts the image of a region, and no image has more dimensions
    than the narrowest layer before it has units.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least 1
        Units of each hidden layer.

    Returns
    -------
    int
        A number that no network of these sizes exceeds.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or if there is no hidden layer.

    References
    ----------
    Montúfar, G. (2017). Notes on the number of linear regions of deep neural networks. SampTA.

    Examples
    --------
    >>> montufar_upper_bound(2, (8, 8, 8)), montufar_upper_bound(2, (3,) * 5)
    (50653, 16807)
    """
    n_in, widths = _sizes("montufar_upper_bound", n_in, widths)
    return prod(zaslavsky(n, min(n_in, *widths[: k + 1])) for k, n in enumerate(widths))


def serra_upper_bound(n_in: int, widths: Sequence[int]) -> int:
    """Return the upper bound of 2018: the sum over J of the product of C(n_l, j_l).

    J holds the (j_1, ..., j_L) with 0 <= j_l <= min(n_in, n_1 - j_1, ..., n_{l-1} - j_{l-1}, n_l). A cell of
    layer l with j units off passes on at most n_l - j dimensions. There are C(n_l, j) patterns with j units
    off, so at most that many such cells; the sum lets as few units be off as this allows. It is below
    `montufar_upper_bound` only where layers are narrow.

    The sum is taken layer by layer over the dimension that is left, not term by term.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    widths : sequence of int, each at least 1
        Units of each hidden layer.

    Returns
    -------
    int
        A number that no network of these sizes exceeds.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or if there is no hidden layer.

    References
    ----------
    Serra, T., Tjandraatmadja, C., & Ramalingam, S. (2018). ICML, PMLR 80, 4558-4566. arXiv:1711.02114.

    Examples
    --------
    >>> serra_upper_bound(2, (8, 8, 8)), serra_upper_bound(2, (3,) * 5)
    (50653, 4864)
    """
    n_in, widths = _sizes("serra_upper_bound", n_in, widths)
    terms = {n_in: 1}  # dimension left -> sum of the products so far
    for n in widths:
        following = {}
        for dimension, total in terms.items():
            for j in range(min(dimension, n) + 1):
                left = min(dimension, n - j)
                following[left] = following.get(left, 0) + comb(n, j) * total
        terms = following
    return sum(terms.values())


def telgarsky_pieces(depth: int) -> int:
    """Return the number of linear pieces of the tent map applied `depth` times: 2**depth.

    Two units a layer make it (`tent_network`). One hidden layer needs 2**depth - 1 units for as many pieces.
    Telgarsky's theorem says more: shallower networks cannot even come close, unless they are that large.

    Lecture: notebook 14, section 14.1.

    Parameters
    ----------
    depth : int, at least 0
        Number of hidden layers.

    Returns
    -------
    int
        Pieces on the interval (0, 1).

    Raises
    ------
    ValueError
        If `depth` is no integer of at least 0.

    References
    ----------
    Telgarsky, M. (2015). Representation benefits of deep feedforward networks. arXiv:1509.08101.
    Telgarsky, M. (2016). COLT, PMLR 49, 1517-1539.

    Examples
    --------
    >>> telgarsky_pieces(10)
    1024
    """
    return 2 ** _whole("telgarsky_pieces", "depth", depth, 0)


def slide_expression(n_in: int, width: int, depth: int) -> float:
    """Return (q/p)**((L-1) p) q**p, the inside of the slide's Omega, taken at its word.

    It is no bound: an Omega promises a constant factor, and only in the limit of large q. At p = 2, q = 3 it
    grows with the depth, where the theorem promises 7 regions for every depth.

    Lecture: notebook 14, section 14.2.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs, p.
    width : int, at least 1
        Units of each hidden layer, q.
    depth : int, at least 1
        Number of hidden layers, L.

    Returns
    -------
    float
        Positive.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1.

    Examples
    --------
    >>> [round(slide_expression(2, 3, depth), 1) for depth in (1, 3, 5)]
    [9.0, 45.6, 230.7]
    """
    depth = _whole("slide_expression", "depth", depth, 1)
    n_in, (q,) = _sizes("slide_expression", n_in, [width])
    return (q / n_in) ** ((depth - 1) * n_in) * float(q**n_in)


def hanin_rolnick_upper_bound(n_in: int, n_units: int, constant: float, volume: float = 1.0) -> float:
    """Return (T N)**n_in / n_in! times the volume of a cube, which bounds the **mean** number of regions.

    The statement is about activation regions of a random network of N >= n_in units: weights and biases have
    densities, the cube is large enough, and T depends on how densely the biases lie and on the size of the
    gradients. The depth does not occur, but T may depend on it through the gradients. The conditions in full
    and the value of T stand in the paper; they are not checked here, so `constant` has no default.

    Lecture: notebook 14, section 14.4.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    n_units : int, at least `n_in`
        Number of hidden units in all layers, N.
    constant : float, above 0
        T, per unit of length.
    volume : float, above 0
        Volume of the cube.

    Returns
    -------
    float
        A bound for the mean over random weights and biases, not for one network.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, if N < n_in, or if `constant` or `volume` is not positive.

    References
    ----------
    Hanin, B., & Rolnick, D. (2019). NeurIPS 32, 361-370. arXiv:1906.00904.

    Examples
    --------
    >>> hanin_rolnick_upper_bound(2, 40, constant=1.0)
    800.0
    """
    where = "hanin_rolnick_upper_bound"
    n_in, n_units = _whole(where, "n_in", n_in, 1), _whole(where, "n_units", n_units, 1)
    if n_units < n_in:
        raise ValueError(f"{where}: expected n_units of at least n_in = {n_in}, got {n_units}; add units")
    if not (constant > 0 and volume > 0):
        raise ValueError(
            f"{where}: expected a positive constant and volume, got {constant} and {volume}; "
            "estimate the constant from networks of one hidden layer"
        )
    return (constant * n_units) ** n_in / factorial(n_in) * volume


def random_leading_term(n_in: int, n_units: int) -> float:
    """Return N**n_in / n_in!, the leading term of `zaslavsky` (N, n_in) for many units N.

    In two dimensions it is N**2 / 2. Counts of random networks lie near it in the whole plane: that is an
    observation, and not the statement of Hanin and Rolnick, whose bound has a constant. With one hidden layer
    the count is `zaslavsky` (N, n_in) itself, 1 + N + N (N - 1) / 2 in the plane, so for N = 40 it is 821 and
    not 800. Deep networks of narrow layers stay below.

    Lecture: notebook 14, section 14.4.

    Parameters
    ----------
    n_in : int, at least 1
        Number of inputs.
    n_units : int, at least 1
        Number of hidden units in all layers, N.

    Returns
    -------
    float
        Positive.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1.

    Examples
    --------
    >>> random_leading_term(2, 40), zaslavsky(40, 2)
    (800.0, 821)
    """
    n_in = _whole("random_leading_term", "n_in", n_in, 1)
    return _whole("random_leading_term", "n_units", n_units, 1) ** n_in / factorial(n_in)


def _whole(where, name, value, least):
    """Return a size as an int, or refuse it."""
    try:
        whole = index(value)
    except TypeError:
        whole = None
    if whole is None or whole < least:
        raise ValueError(f"{where}: expected {name} to be an integer of at least {least}, got {value!r}")
    return whole


def _sizes(where, n_in, widths, narrowest=0):
    """Return the sizes as ints; every layer has at least ``narrowest * n_in`` units."""
    n_in = _whole(where, "n_in", n_in, 1)
    widths = [_whole(where, f"the width of layer {k}", n, 1) for k, n in enumerate(widths, start=1)]
    if not widths:
        raise ValueError(f"{where}: got no hidden layer; for one layer of n units write widths=(n,)")
    if min(widths) < narrowest * n_in:
        raise ValueError(
            f"{where}: expected at least {narrowest * n_in} units in every layer for n_in = {n_in}, got "
            f"{tuple(widths)}; the bound is not stated for narrower ones"
        )
    return n_in, widths
