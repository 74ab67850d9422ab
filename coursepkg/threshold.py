"""Threshold logic units: what one unit computes, what it cannot, and networks of them.

A truth table of ``n`` bits is an array of ``2**n`` zeros and ones. Its entry ``r`` is the value of the
function at row ``r`` of `boolean_inputs`, that is at the binary expansion of ``r``.

Lecture: notebook 01, sections 1.1 to 1.6.
"""

from itertools import permutations, product
from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

Layers = list[tuple[np.ndarray, np.ndarray]]
"""A network: pairs ``(W, b)`` with ``W`` of shape (fan_in, fan_out) and ``b`` of shape (fan_out,)."""

GATES = {
    "or": ((1.0, 1.0), -0.5),
    "and": ((1.0, 1.0), -1.5),
    "not": ((-1.0,), 0.5),
    "nand": ((-1.0, -1.0), 1.5),
    "nor": ((-1.0, -1.0), 0.5),
}

# Indexed by the truth table read as a binary number, f(0,0) first.
TWO_INPUT_NAMES = (
    "false", "and", "x1 and not x2", "x1", "x2 and not x1", "x2", "xor", "or",
    "nor", "xnor", "not x2", "x1 or not x2", "not x1", "x2 or not x1", "nand", "true",
)  # fmt: skip


def heaviside(z: ArrayLike) -> np.ndarray:
    """Return 1 where ``z >= 0`` and 0 elsewhere, so that ``heaviside(0) == 1``.

    This is the function that the slides call "sign". The comparison is exact: give weights that floating
    point holds exactly (integers, halves) where a tie can occur.

    Lecture: notebook 01, section 1.1.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations, in [-inf, inf].

    Returns
    -------
    ndarray of int, the shape of `z`
        Zeros and ones.

    Raises
    ------
    ValueError
        If `z` holds a NaN.

    Examples
    --------
    >>> heaviside([-2.0, 0.0, 3.0])
    array([0, 1, 1])
    """
    z = np.asarray(z)
    if np.isnan(z).any():
        raise ValueError("heaviside: z holds a NaN, which is neither >= 0 nor < 0; look for 0/0 or inf - inf")
    return (z >= 0).astype(int)


def tlu(X: ArrayLike, w: ArrayLike, b: float) -> np.ndarray:
    """Return the outputs of one threshold logic unit, ``1 if w . x + b >= 0 else 0``, for each row of `X`.

    Lecture: notebook 01, section 1.1.

    Parameters
    ----------
    X : array_like of int or float, shape (n_samples, n_in)
        One input vector a row; Boolean inputs are 0 and 1.
    w : array_like of float, shape (n_in,)
        Weights.
    b : float
        Bias, minus the threshold.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        Zeros and ones.

    Raises
    ------
    ValueError
        If `X` is not a matrix, if `w` is not a vector, or if they differ in n_in.

    References
    ----------
    McCulloch, W. S., & Pitts, W. (1943). Bulletin of Mathematical Biophysics, 5, 115-133.

    Examples
    --------
    >>> tlu([[0, 0], [0, 1], [1, 0], [1, 1]], [1, 1], -1.5)
    array([0, 0, 0, 1])
    """
    X, w = np.asarray(X), np.asarray(w)
    if X.ndim != 2 or w.ndim != 1:
        raise ValueError(
            f"tlu: expected X of shape (n_samples, n_in) and w of shape (n_in,), got {X.shape} and "
            f"{w.shape}; one input vector is the batch [x]"
        )
    if X.shape[1] != w.size:
        raise ValueError(f"tlu: X has {X.shape[1]} columns but w has {w.size} weights; did you pass X.T?")
    return heaviside(X @ w + b)  # (n_samples, n_in) @ (n_in,) -> (n_samples,)


def gate(name: str) -> tuple[np.ndarray, float]:
    """Return weights and bias of the unit for a logic gate.

    Lecture: notebook 01, section 1.2. "or", "and" and "not" have the lecture's weights.

    Parameters
    ----------
    name : {"or", "and", "not", "nand", "nor"}
        The gate; "not" has one input, the others have two.

    Returns
    -------
    w : ndarray of float, shape (n_in,)
        Weights.
    b : float
        Bias.

    Raises
    ------
    ValueError
        If there is no unit under that name.

    Examples
    --------
    >>> gate("or")
    (array([1., 1.]), -0.5)
    """
    if name not in GATES:
        raise ValueError(
            f"gate: expected one of {', '.join(GATES)}, got {name!r}; xor has no unit, take parity_network(2)"
        )
    w, b = GATES[name]
    return np.array(w), b


def boolean_inputs(n: int) -> np.ndarray:
    """Return all input vectors of `n` bits; row ``r`` is the binary expansion of ``r``.

    Lecture: notebook 01, section 1.1.

    Parameters
    ----------
    n : int, 0 to 20
        Number of bits.

    Returns
    -------
    ndarray of int, shape (2**n, n)
        Zeros and ones; the first column is the most significant bit.

    Raises
    ------
    ValueError
        If `n` is outside 0 to 20.

    Examples
    --------
    >>> boolean_inputs(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if not 0 <= n <= 20:
        raise ValueError(f"boolean_inputs: expected n from 0 to 20, got {n}; the table has 2**n rows")
    return (np.arange(2**n)[:, None] >> np.arange(n)[::-1]) & 1


def two_input_name(truth: ArrayLike) -> str:
    """Return the name of a function of two bits ``x1`` and ``x2``.

    Lecture: notebook 01, section 1.2.

    Parameters
    ----------
    truth : array_like of int, shape (4,)
        The values at (0,0), (0,1), (1,0), (1,1).

    Returns
    -------
    str
        One of sixteen names, such as "nand" or "x1 and not x2".

    Raises
    ------
    ValueError
        If `truth` is not a table of four zeros and ones.

    Examples
    --------
    >>> two_input_name([0, 1, 1, 0])
    'xor'
    """
    truth, n = _check_truth("two_input_name", truth)
    if n != 2:
        raise ValueError(f"two_input_name: expected 4 values, got {truth.size}; names exist for n = 2 only")
    return TWO_INPUT_NAMES[truth @ [8, 4, 2, 1]]


def threshold_forward(X: ArrayLike, layers: Layers) -> np.ndarray:
    """Return the outputs of a network of threshold units, ``heaviside(h @ W + b)`` in every layer.

    Lecture: notebook 01, section 1.5.

    Parameters
    ----------
    X : array_like of int or float, shape (n_samples, n_in)
        One input vector a row.
    layers : Layers
        Pairs ``(W, b)``, ``W`` of shape (fan_in, fan_out), ``b`` of shape (fan_out,).

    Returns
    -------
    ndarray of int, shape (n_samples, fan_out of the last layer)
        Zeros and ones. Without layers: `X` itself.

    Raises
    ------
    ValueError
        If a layer does not fit the output of the one before.

    Examples
    --------
    >>> threshold_forward(boolean_inputs(2), parity_network(2)).ravel()
    array([0, 1, 1, 0])
    """
    h = np.asarray(X)
    for k, (W, b) in enumerate(layers, start=1):
        if h.ndim != 2 or h.shape[1] != np.shape(W)[0]:
            raise ValueError(
                f"threshold_forward: layer {k} takes {np.shape(W)[0]} inputs but its input has shape "
                f"{h.shape}; W has shape (fan_in, fan_out): did you pass W.T or X.T?"
            )
        h = heaviside(h @ W + b)  # (n_samples, fan_in) @ (fan_in, fan_out) -> (n_samples, fan_out)
    return h


def separating_unit(truth: ArrayLike) -> tuple[np.ndarray, float] | None:
    """Return one unit that computes a truth table, or None if no unit does.

    The linear programme asks for ``w . x + b >= 1`` on the ones and ``<= -1`` on the zeros, with the smallest
    sum of absolute weights. Asking for a gap of 1 costs nothing: a unit that separates finitely many points
    can be moved off them and scaled. The unit found is evaluated on all inputs before it is returned.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    truth : array_like of int, shape (2**n,)
        Truth table, zeros and ones.

    Returns
    -------
    tuple of (ndarray of float, shape (n,)) and float, or None
        Weights ``w`` and bias ``b``; None if the table is not a threshold function.

    Raises
    ------
    ValueError
        If `truth` is not a table of 2**n zeros and ones.
    RuntimeError
        If the solver gives up, or if the unit that it found is wrong on some input.

    Examples
    --------
    >>> w, b = separating_unit([0, 0, 0, 1])
    >>> tlu(boolean_inputs(2), w, b)
    array([0, 0, 0, 1])
    >>> separating_unit([0, 1, 1, 0]) is None
    True
    """
    truth, n = _check_truth("separating_unit", truth)
    X = boolean_inputs(n)
    signed = np.where(truth, 1, -1)[:, None] * np.hstack([X, np.ones((2**n, 1))])  # (2**n, n + 1)
    # (w, b) = p - q with p, q >= 0, so that sum(p + q) is the sum of absolute values.
    found = linprog(
        np.ones(2 * n + 2), A_ub=np.hstack([-signed, signed]), b_ub=-np.ones(2**n), method="highs"
    )
    if found.status == 2:  # infeasible
        return None
    if found.status != 0:
        raise RuntimeError(f"separating_unit: the solver stopped: {found.message}; try a smaller table")
    unit = np.round(found.x[: n + 1] - found.x[n + 1 :], 6) + 0.0
    w, b = unit[:n], float(unit[n])
    if not np.array_equal(tlu(X, w, b), truth):
        raise RuntimeError(
            f"separating_unit: the solver's unit w={w}, b={b} is wrong; its numbers are too large"
        )
    return w, b


def hull_crossing(truth: ArrayLike) -> np.ndarray | None:
    """Return a point that lies in both convex hulls, that of the ones and that of the zeros, or None.

    Such a point proves that no unit computes the table: ``w . x + b`` would be >= 0 and < 0 there.
    For each table exactly one of `separating_unit` and `hull_crossing` is None: the separating hyperplane
    theorem.

    Lecture: notebook 01, section 1.3.

    Parameters
    ----------
    truth : array_like of int, shape (2**n,)
        Truth table, zeros and ones.

    Returns
    -------
    ndarray of float, shape (n,), or None
        A common point in the unit cube; None if the hulls are disjoint or one of them is empty.

    Raises
    ------
    ValueError
        If `truth` is not a table of 2**n zeros and ones.

    Examples
    --------
    >>> hull_crossing([0, 1, 1, 0])
    array([0.5, 0.5])
    """
    truth, n = _check_truth("hull_crossing", truth)
    if truth.min() == truth.max():
        return None
    X = boolean_inputs(n)
    sides = np.stack([truth, 1 - truth])  # each side's convex weights add to 1
    equal = np.vstack([np.where(truth, 1, -1) * X.T, sides])  # (n + 2, 2**n): the two averages are equal
    found = linprog(np.zeros(2**n), A_eq=equal, b_eq=np.r_[np.zeros(n), 1, 1], method="highs")
    return None if found.status == 2 else (found.x * truth) @ X


def is_threshold(truth: ArrayLike) -> bool:
    """Return whether one threshold unit computes the truth table.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    truth : array_like of int, shape (2**n,)
        Truth table, zeros and ones.

    Returns
    -------
    bool
        True if there are weights and a bias.

    Raises
    ------
    ValueError
        If `truth` is not a table of 2**n zeros and ones.

    Examples
    --------
    >>> is_threshold([0, 1, 1, 1]), is_threshold([0, 1, 1, 0])
    (True, False)
    """
    table, _ = _check_truth("is_threshold", truth)
    return separating_unit(table) is not None


def threshold_functions(n: int) -> np.ndarray:
    """Return the truth tables of all functions of `n` bits that one unit computes.

    Every weight vector with integers from -n to n meets every integer threshold. That this range is enough
    is a fact checked by linear programming (for n up to 4, in the tests), not a theorem proved here.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    n : int, 1 to 5
        Number of bits; n = 5 takes a few seconds.

    Returns
    -------
    ndarray of int, shape (n_functions, 2**n)
        The tables without repetition, in the order of their binary numbers.

    Raises
    ------
    ValueError
        If `n` is outside 1 to 5.

    References
    ----------
    OEIS Foundation, sequence A000609, number of threshold functions of n or fewer variables.

    Examples
    --------
    >>> [len(threshold_functions(n)) for n in (1, 2, 3)]
    [4, 14, 104]
    """
    if not 1 <= n <= 5:
        raise ValueError(
            f"threshold_functions: expected n from 1 to 5, got {n}; weights -n..n may not do beyond 5"
        )
    weights = np.array(list(product(range(-n, n + 1), repeat=n)))
    sums = weights @ boolean_inputs(n).T  # ((2n + 1)**n, n) @ (n, 2**n) -> one row of sums a weight vector
    places = 2 ** np.arange(2**n)[::-1]
    codes = np.zeros(0, dtype=int)
    for threshold in range(-n * n, n * n + 2):
        codes = np.union1d(codes, (sums >= threshold) @ places)
    return _tables(codes, n)


def threshold_functions_upper_bound(n: int) -> int:
    """Return twice the largest number of cells that 2**n - 1 hyperplanes cut out of n dimensions.

    For a fixed bias each input x other than 0 draws the hyperplane w . x + b = 0 in the space of weights, and
    the unit's function changes only there. The factor 2 counts the two signs of the bias.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    n : int, at least 1
        Number of bits.

    Returns
    -------
    int
        An upper bound on the number of threshold functions of n bits, sharp for n = 1 and n = 2.

    Raises
    ------
    ValueError
        If `n` is less than 1.

    References
    ----------
    Cover, T. M. (1965). IEEE Transactions on Electronic Computers, EC-14, 326-334.

    Examples
    --------
    >>> [threshold_functions_upper_bound(n) for n in (1, 2, 3, 4)]
    [4, 14, 128, 3882]
    """
    if n < 1:
        raise ValueError(f"threshold_functions_upper_bound: expected n of at least 1, got {n}")
    return 2 * sum(comb(2**n - 1, k) for k in range(n + 1))


def symmetry_classes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one function of each class under permuting inputs, negating inputs and negating the output.

    A symmetry carries threshold functions to threshold functions (permute or negate weights), so one test a
    class replaces a test of each of its members.

    Lecture: notebook 01, section 1.4.

    Parameters
    ----------
    n : int, 1 to 4
        Number of bits.

    Returns
    -------
    representatives : ndarray of int, shape (n_classes, 2**n)
        The truth table with the smallest binary number of each class.
    sizes : ndarray of int, shape (n_classes,)
        Number of functions in each class; they add to 2**2**n.

    Raises
    ------
    ValueError
        If `n` is outside 1 to 4.

    Examples
    --------
    >>> symmetry_classes(2)[1].tolist()
    [2, 8, 4, 2]
    """
    if not 1 <= n <= 4:
        raise ValueError(f"symmetry_classes: expected n from 1 to 4, got {n}; five bits have 2**32 functions")
    rows = boolean_inputs(n)
    smallest = np.arange(2 ** (2**n))
    for order in permutations(range(n)):
        for flips in rows:
            moved = (rows[:, order] ^ flips) @ (2 ** np.arange(n)[::-1])  # where each row of the table goes
            image = np.zeros(1, dtype=int)  # image[code]: built by adding one place of the code at a time
            for place in moved[::-1]:
                image = np.concatenate([image, image | (1 << (2**n - 1 - place))])
            smallest = np.minimum(smallest, np.minimum(image, 2 ** (2**n) - 1 - image))
    codes, sizes = np.unique(smallest, return_counts=True)
    return _tables(codes, n), sizes


def dnf_network(truth: ArrayLike) -> Layers:
    """Return a two-layer network for any truth table: one hidden unit for each 1, then an or.

    The unit for row ``x`` has weight +1 where x is 1 and -1 where x is 0; its sum reaches the number of ones
    of ``x`` at ``x`` alone. This is the disjunctive normal form.

    Lecture: notebook 01, section 1.5.

    Parameters
    ----------
    truth : array_like of int, shape (2**n,)
        Truth table, zeros and ones.

    Returns
    -------
    Layers
        Two layers with shapes (n, n_ones) and (n_ones, 1); n_ones may be 0.

    Raises
    ------
    ValueError
        If `truth` is not a table of 2**n zeros and ones.

    Examples
    --------
    >>> threshold_forward(boolean_inputs(2), dnf_network([1, 0, 0, 1])).ravel()
    array([1, 0, 0, 1])
    """
    truth, n = _check_truth("dnf_network", truth)
    ones = boolean_inputs(n)[truth == 1]  # (n_ones, n)
    return [(2.0 * ones.T - 1, 0.5 - ones.sum(axis=1)), (np.ones((len(ones), 1)), np.array([-0.5]))]


def parity_network(n: int) -> Layers:
    """Return a two-layer network of n + 1 units that says whether the number of ones is odd.

    Hidden unit k = 1..n fires if at least k inputs are 1. With s ones the first s of them fire, and the
    output weights +1, -1, +1, ... then add to 1 for odd s and to 0 for even s.

    Lecture: notebook 01, section 1.6.

    Parameters
    ----------
    n : int, at least 1
        Number of bits.

    Returns
    -------
    Layers
        Two layers with shapes (n, n) and (n, 1).

    Raises
    ------
    ValueError
        If `n` is less than 1.

    Examples
    --------
    >>> W, b = parity_network(3)[0]
    >>> b
    array([-0.5, -1.5, -2.5])
    """
    if n < 1:
        raise ValueError(f"parity_network: expected n of at least 1, got {n}")
    k = np.arange(1, n + 1)
    signs = np.where(k % 2 == 1, 1.0, -1.0)
    return [(np.ones((n, n)), 0.5 - k), (signs[:, None], np.array([-0.5]))]


def _check_truth(where: str, truth: ArrayLike) -> tuple[np.ndarray, int]:
    """Return the table as an integer array, and its number of bits."""
    table = np.asarray(truth)
    n = table.size.bit_length() - 1
    if table.ndim != 1 or table.size != 2 ** max(n, 0):
        raise ValueError(
            f"{where}: expected a truth table of shape (2**n,), got {table.shape}; "
            "give one value for each row of boolean_inputs(n)"
        )
    if not np.isin(table, (0, 1)).all():
        raise ValueError(f"{where}: expected zeros and ones, got {np.unique(table)}; write 0 for -1")
    return table.astype(int), n


def _tables(codes: np.ndarray, n: int) -> np.ndarray:
    """Return the truth tables whose binary numbers are `codes`, one a row."""
    return (codes[:, None] >> np.arange(2**n)[::-1]) & 1
