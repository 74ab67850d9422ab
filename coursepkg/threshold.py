"""Threshold logic units: what one unit computes, gates, and networks of units.

A truth table of ``n`` bits is an array of ``2**n`` zeros and ones. Its entry ``r`` is the value of the
function at row ``r`` of `boolean_inputs`, that is at the binary expansion of ``r``.

Lecture: notebook 01, sections 1.1 to 1.6.
"""

import numpy as np
from numpy.typing import ArrayLike

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


def check_truth_table(where: str, truth: ArrayLike) -> tuple[np.ndarray, int]:
    """Take a truth table, or refuse what is none.

    Lecture: notebook 01, section 1.1.

    Parameters
    ----------
    where : str
        The function that was called, for the message.
    truth : array_like of int, shape (2**n,)
        Zeros and ones.

    Returns
    -------
    table : ndarray of int, shape (2**n,)
    n : int
        Number of bits.

    Raises
    ------
    ValueError
        If the length is no power of two, or a value is neither 0 nor 1.

    Examples
    --------
    >>> check_truth_table("here", [0, 1, 1, 0])
    (array([0, 1, 1, 0]), 2)
    """
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
    truth, n = check_truth_table("two_input_name", truth)
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
    truth, n = check_truth_table("dnf_network", truth)
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
