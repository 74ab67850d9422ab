"""Convolution on a line as a matrix: few entries that are not 0, and fewer weights than entries.

Every row holds the same kernel, one place further to the right. Such a matrix is called a Toeplitz matrix:
its entries depend on the difference of column and row alone. Since one weight stands in many places, its
derivative is the sum over these places.

Lecture: notebook 09, section 9.7.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array


def convolution_matrix(kernel: ArrayLike, n: int) -> csr_array:
    """Return the sparse matrix T with ``(T @ x)[i] = sum_j kernel[j] x[i + j]``.

    This is the cross-correlation that networks call convolution, without padding, with a step of 1.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    kernel : array_like of float, shape (k,)
        Weights, k at least 1.
    n : int, at least k
        Length of the input.

    Returns
    -------
    scipy.sparse.csr_array of float, shape (n - k + 1, n)
        With k stored entries in each row.

    Raises
    ------
    ValueError
        If the kernel is no vector, empty, or longer than the input.

    Examples
    --------
    >>> convolution_matrix([1.0, -1.0], 4).toarray()
    array([[ 1., -1.,  0.,  0.],
           [ 0.,  1., -1.,  0.],
           [ 0.,  0.,  1., -1.]])
    """
    kernel = _kernel("convolution_matrix", kernel, n)
    k, rows = len(kernel), n - len(kernel) + 1
    columns = np.arange(rows)[:, None] + np.arange(k)  # (rows, k): the window of each row
    pointers = np.arange(0, rows * k + 1, k)
    return csr_array((np.tile(kernel, rows), columns.ravel(), pointers), shape=(rows, n))


def convolution_jvp(
    kernel: ArrayLike, x: ArrayLike, kernel_tangent: ArrayLike, x_tangent: ArrayLike
) -> np.ndarray:
    """Return the tangent of ``T(kernel) @ x``: the product rule, since T is linear in the kernel.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    kernel, kernel_tangent : array_like of float, shape (k,)
    x, x_tangent : array_like of float, shape (n,)

    Returns
    -------
    ndarray, shape (n - k + 1,)

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> convolution_jvp([1.0, 2.0], [1.0, 1.0, 1.0], [1.0, 0.0], [0.0, 0.0, 0.0])
    array([1., 1.])
    """
    x, x_tangent = np.asarray(x, dtype=float), np.asarray(x_tangent, dtype=float)
    kernel, kernel_tangent = np.asarray(kernel, dtype=float), np.asarray(kernel_tangent, dtype=float)
    if x.shape != x_tangent.shape or kernel.shape != kernel_tangent.shape or x.ndim != 1:
        raise ValueError(
            f"convolution_jvp: expected tangents of the shapes (k,) and (n,), got {kernel_tangent.shape} for "
            f"{kernel.shape} and {x_tangent.shape} for {x.shape}; a tangent has the shape of its value"
        )
    T, dT = convolution_matrix(kernel, len(x)), convolution_matrix(kernel_tangent, len(x))
    return T @ x_tangent + dT @ x  # (m, n) @ (n,) -> (m,), twice


def convolution_vjp(kernel: ArrayLike, x: ArrayLike, g: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return what the cotangent of ``T(kernel) @ x`` sends to the input and to the kernel.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    kernel : array_like of float, shape (k,)
    x : array_like of float, shape (n,)
    g : array_like of float, shape (n - k + 1,)
        The cotangent of the output.

    Returns
    -------
    x_cotangent : ndarray, shape (n,)
        ``T.T @ g``.
    kernel_cotangent : ndarray, shape (k,)
        Entry j is ``sum_i g[i] x[i + j]``: the sum over all places where weight j stands.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> convolution_vjp([1.0, -1.0], [1.0, 2.0, 4.0], [1.0, 10.0])
    (array([  1.,   9., -10.]), array([21., 42.]))
    """
    x, g = np.asarray(x, dtype=float), np.asarray(g, dtype=float)
    T = convolution_matrix(kernel, x.size)
    if x.ndim != 1 or g.shape != (T.shape[0],):
        raise ValueError(
            f"convolution_vjp: expected x (n,) and g of shape {(T.shape[0],)}, got {x.shape} and {g.shape}; "
            "the output has n - k + 1 entries"
        )
    return T.T @ g, shared_sum(np.outer(g, x), x.size - len(g) + 1)


def shared_sum(dense: ArrayLike, k: int) -> np.ndarray:
    """Return the sums along the diagonals on which each of `k` shared weights stands.

    Lecture: notebook 09, section 9.7.

    Parameters
    ----------
    dense : array_like of float, shape (n - k + 1, n)
        The derivative by every entry of the matrix, as if all were weights of their own.
    k : int, at least 1

    Returns
    -------
    ndarray, shape (k,)
        The derivative by the weights: entry j sums ``dense[i, i + j]``.

    Raises
    ------
    ValueError
        If `dense` has not the shape (m, m + k - 1).

    Examples
    --------
    >>> shared_sum([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 2)
    array([6., 8.])
    """
    dense = np.asarray(dense, dtype=float)
    if dense.ndim != 2 or k < 1 or dense.shape[1] - dense.shape[0] + 1 != k:
        raise ValueError(
            f"shared_sum: expected shape (m, m + {k - 1}) for {k} weights, got {dense.shape}; a row for each "
            "output, a column for each input"
        )
    return np.array([np.trace(dense, offset=j) for j in range(k)])


def _kernel(where, kernel, n):
    """Return the kernel as an array of floats."""
    kernel = np.asarray(kernel, dtype=float)
    if kernel.ndim != 1 or not 1 <= len(kernel) <= n:
        raise ValueError(
            f"{where}: expected a kernel of shape (k,) with 1 <= k <= n = {n}, got {kernel.shape}; it must "
            "fit into the input"
        )
    return kernel
