"""Which functions of bits one threshold unit computes: linear programmes, certificates, counts.

A unit exists, or the convex hulls of the zeros and of the ones have a common point; a linear programme finds
the one or the other. Truth tables are those of `coursepkg.threshold`.

Lecture: notebook 01, sections 1.3 and 1.4.
"""

from itertools import permutations, product
from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from coursepkg.threshold import boolean_inputs, check_truth_table, tlu


def separating_unit(truth: ArrayLike) -> tuple[np.ndarray, float] | None:
    """Return one unit that computes a truth table, or None if no unit does.

    The linear programme asks for ``w . x + b >= 1`` on the ones and ``<= -1`` on the zeros, with the smallest
    sum of absolute weights. Asking for a gap of 1 costs nothing: a unit that separates finitely many points
    can be moved off them and scaled. The unit found is evaluated on all inputs before it is returned.

    Lecture: notebook 01, sections 1.3 and 1.4.

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
    truth, n = check_truth_table("separating_unit", truth)
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
    truth, n = check_truth_table("hull_crossing", truth)
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
    table, _ = check_truth_table("is_threshold", truth)
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


def _tables(codes: np.ndarray, n: int) -> np.ndarray:
    """Return the truth tables whose binary numbers are `codes`, one a row."""
    return (codes[:, None] >> np.arange(2**n)[::-1]) & 1
