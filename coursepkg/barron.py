"""How many units a network needs, and how many data: Barron's two terms.

The running example is the Gaussian bump ``f(x) = exp(-|x|^2 / 2)`` on the cube with side ``2 / sqrt(p)``: its
corners lie on the unit sphere, so r = 1 in Barron's bound, whatever the dimension p.

Lecture: notebook 13.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erf, gammaln

from coursepkg.threshold import Layers, heaviside


def barron_constant_gauss(p: int) -> float:
    """Return the Barron constant of the Gaussian bump: the mean length of a standard normal vector.

    It is ``sqrt(2) * Gamma((p + 1) / 2) / Gamma(p / 2)``, about ``sqrt(p - 1/2)``.

    Lecture: notebook 13, section 13.1.

    Parameters
    ----------
    p : int, at least 1
        The dimension of the input.

    Returns
    -------
    float, positive
        ``C_f``, the integral of ``|w|`` times the Fourier amplitude of f.

    Raises
    ------
    ValueError
        If p is less than 1.

    References
    ----------
    Barron, A. R. (1993). IEEE Transactions on Information Theory, 39, 930-945.

    Examples
    --------
    >>> [round(barron_constant_gauss(p), 3) for p in (1, 2, 5, 10, 20)]
    [0.798, 1.253, 2.128, 3.084, 4.417]
    """
    if p < 1:
        raise ValueError(f"barron_constant_gauss: expected a dimension p of at least 1, got {p}")
    return float(np.sqrt(2) * np.exp(gammaln((p + 1) / 2) - gammaln(p / 2)))  # Gamma itself overflows at 172


def gaussian_bump(X: ArrayLike) -> np.ndarray:
    """Return ``exp(-|x|^2 / 2)`` for each row of X.

    Lecture: notebook 13, section 13.1.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, p)

    Returns
    -------
    ndarray of float, shape (n_samples,), in (0, 1]

    Examples
    --------
    >>> gaussian_bump([[0.0, 0.0], [1.0, 1.0]]).round(4)
    array([1.    , 0.3679])
    """
    return np.exp(-np.sum(np.asarray(X, dtype=float) ** 2, axis=1) / 2)


def cube_inputs(n_samples: int, p: int, rng: np.random.Generator) -> np.ndarray:
    """Draw inputs uniformly from the cube whose corners lie on the unit sphere.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    n_samples : int, at least 0
    p : int, at least 1
        The dimension; the side of the cube is ``2 / sqrt(p)``.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float, shape (n_samples, p)
        Rows of length at most 1.

    Examples
    --------
    >>> X = cube_inputs(1000, 4, np.random.default_rng(0))
    >>> X.shape, bool(abs(X).max() <= 0.5)
    ((1000, 4), True)
    """
    return rng.uniform(-1, 1, (n_samples, p)) / np.sqrt(p)


def maurey_sample(p: int, q: int, rng: np.random.Generator) -> Layers:
    """Draw a network of q step units whose mean, over draws, is the Gaussian bump in the unit ball.

    Unit k is ``c_k H(a_k . x - u_k)``: the direction ``a_k`` uniform on the sphere, the frequency ``rho_k``
    from the chi distribution with p + 1 degrees of freedom, the threshold ``u_k`` uniform on [0, 1], and
    ``c_k = -2 C sin(rho_k u_k)``. The network is 1 plus the average of the units.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    p : int, at least 1
        The dimension of the input.
    q : int, at least 1
        Number of units.
    rng : numpy.random.Generator

    Returns
    -------
    Layers
        ``[(W, b), (V, v)]``, shapes (p, q), (q,), (q, 1), (1,); step units, then a linear output. The
        absolute values in V add up to at most 2C.

    Raises
    ------
    ValueError
        If p or q is less than 1.

    References
    ----------
    Pisier, G. (1981), for the averaging, due to B. Maurey; Barron, A. R. (1993). IEEE Transactions on
    Information Theory, 39, 930-945.

    Examples
    --------
    >>> layers = maurey_sample(3, 4000, np.random.default_rng(0))
    >>> step_network(np.zeros((1, 3)), layers)  # no step fires at the origin
    array([1.])
    >>> x = np.full((1, 3), 0.5)
    >>> abs(step_network(x, layers) - gaussian_bump(x)).max() < 0.1
    np.True_
    """
    if p < 1 or q < 1:
        raise ValueError(f"maurey_sample: expected p >= 1 inputs and q >= 1 units, got p={p}, q={q}")
    a = rng.standard_normal((p, q))
    a /= np.linalg.norm(a, axis=0)  # uniform on the sphere
    rho = np.sqrt(rng.chisquare(p + 1, q))  # the length of a normal vector, weighted by itself
    u = rng.uniform(0, 1, q)
    c = -2 * barron_constant_gauss(p) * np.sin(rho * u)
    return [(a, -u), (c[:, None] / q, np.ones(1))]


def step_network(X: ArrayLike, layers: Layers) -> np.ndarray:
    """Return the output of a network of one hidden layer of step units.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, p)
    layers : Layers
        ``[(W, b), (V, v)]`` with one output.

    Returns
    -------
    ndarray of float, shape (n_samples,)

    Raises
    ------
    ValueError
        If the columns of X are not the inputs of the first layer.

    Examples
    --------
    >>> layers = [(np.array([[1.0]]), np.array([-0.5])), (np.array([[2.0]]), np.array([1.0]))]
    >>> step_network([[0.0], [0.5]], layers)
    array([1., 3.])
    """
    (W, b), (V, v) = layers
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != len(W):
        raise ValueError(
            f"step_network: X has shape {X.shape} but the first layer takes {len(W)} inputs; "
            "did you pass X.T?"
        )
    return heaviside(X @ W + b) @ V[:, 0] + v[0]  # (n, p) @ (p, q) -> (n, q) -> (n,)


def barron_bound(C: float, r: float, q: ArrayLike) -> np.ndarray | float:
    """Return Barron's bound ``(2 r C)^2 / q`` on the mean squared error of the best network of q units.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    C : float, at least 0
        The Barron constant of the function.
    r : float, positive
        Radius of the ball that holds all inputs.
    q : array_like of int, at least 1
        Number of units.

    Returns
    -------
    float, or ndarray of the shape of q

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Barron, A. R. (1993). IEEE Transactions on Information Theory, 39, 930-945.

    Examples
    --------
    >>> barron_bound(1.0, 1.0, [1, 4, 16])
    array([4.  , 1.  , 0.25])
    """
    q = np.asarray(q, dtype=float)
    if not (C >= 0 and r > 0 and np.all(q >= 1)):
        raise ValueError(f"barron_bound: expected C >= 0, r > 0 and q >= 1, got C={C}, r={r}, q={q}")
    bound = (2 * r * C) ** 2 / q
    return bound if q.ndim else float(bound)


def two_term_bound(C: float, N: float, p: float, q: ArrayLike) -> np.ndarray:
    """Return ``C^2 / q + q p log(N) / N``: approximation plus estimation, with both constants 1.

    Lecture: notebook 13, section 13.6.

    Parameters
    ----------
    C : float, at least 0
        The Barron constant.
    N : float, more than 1
        Number of training points.
    p : float, at least 1
        Dimension of the input.
    q : array_like of float, positive
        Number of units.

    Returns
    -------
    ndarray of float, the shape of q

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Barron, A. R. (1994). Machine Learning, 14, 115-133.

    Examples
    --------
    >>> two_term_bound(2.0, 100, 1, [1, 10]).round(3)
    array([4.046, 0.861])
    """
    q = np.asarray(q, dtype=float)
    if not (C >= 0 and N > 1 and p >= 1 and np.all(q > 0)):
        raise ValueError(f"two_term_bound: expected C >= 0, N > 1, p >= 1, q > 0; got {C}, {N}, {p}, {q}")
    return C**2 / q + q * p * np.log(N) / N


def optimal_width(C: float, N: float, p: float) -> int:
    """Return the whole number of units at which the two-term bound is least.

    Over real q the minimum is at ``C sqrt(N / (p log N))``; the best whole number is one of the two beside.

    Lecture: notebook 13, section 13.6.

    Parameters
    ----------
    C, N, p : float
        As in `two_term_bound`.

    Returns
    -------
    int, at least 1
        The smaller one of a tie.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> optimal_width(2.0, 1000, 5)
    11
    """
    if not (C >= 0 and N > 1 and p >= 1):
        raise ValueError(f"optimal_width: expected C >= 0, N > 1 and p >= 1, got C={C}, N={N}, p={p}")
    below = max(1, int(C * np.sqrt(N / (p * np.log(N)))))
    at, above = two_term_bound(C, N, p, [below, below + 1])
    return below if at <= above else below + 1


def grid_error(p: int, m: ArrayLike) -> np.ndarray:
    """Return the least mean squared error of any function constant on each of m**p cells of a cube.

    The function is the Gaussian bump, the inputs are uniform on the cube of `cube_inputs`. The best constant
    is the mean over the cell, a product of p integrals in one variable, so the error is exact.

    Lecture: notebook 13, section 13.4.

    Parameters
    ----------
    p : int, at least 1
    m : array_like of int, at least 1
        Cells along each side; 1 is the best constant.

    Returns
    -------
    ndarray of float, the shape of m

    Raises
    ------
    ValueError
        If p or an m is less than 1.

    Examples
    --------
    >>> grid_error(2, [2, 4, 8]).round(5)  # q = 4, 16, 64: the error falls like 1 / q
    array([0.00769, 0.00215, 0.00055])
    """
    m = np.asarray(m)
    if p < 1 or np.any(m < 1):
        raise ValueError(f"grid_error: expected p >= 1 and m >= 1 cells a side, got p={p}, m={m}")
    half = 1 / np.sqrt(p)
    square = np.sqrt(np.pi) / 2 * erf(half) / half  # mean of exp(-t^2) over a side
    errors = []
    for cells in m.ravel():
        edges = np.linspace(-half, half, int(cells) + 1)
        means = np.sqrt(np.pi / 2) * np.diff(erf(edges / np.sqrt(2))) * cells / (2 * half)
        within = square - np.mean(means**2)  # square^p - (square - within)^p, without cancellation:
        errors.append(-(square**p) * np.expm1(p * np.log1p(-within / square)))
    return np.array(errors).reshape(m.shape)


def greedy_fit(H: ArrayLike, y: ArrayLike, q: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose q units one after the other, and fit all output weights again after each choice.

    Each step takes the unit most correlated with what is left, the largest ``|r . h_j| / |h_j|``; then least
    squares on all chosen units: orthogonal greedy approximation, also called orthogonal matching pursuit.

    Lecture: notebook 13, section 13.5.

    Parameters
    ----------
    H : array_like of float, shape (n_samples, n_candidates)
        Outputs of the candidate units, one a column; a column of zeros is never chosen.
    y : array_like of float, shape (n_samples,)
    q : int, from 0 to n_candidates
        Number of units to choose.

    Returns
    -------
    chosen : ndarray of int, shape (q,)
        Columns in the order of their choice.
    weights : ndarray of float, shape (q,)
        Output weights of the chosen units.
    errors : ndarray of float, shape (q + 1,)
        Mean squared error after 0, 1, ..., q units; never rises.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are not q units that are not zero.

    References
    ----------
    Jones, L. K. (1992). Annals of Statistics, 20, 608-613, for greedy rates of order 1/q.

    Examples
    --------
    >>> chosen, weights, errors = greedy_fit(np.eye(3), [3.0, 0.0, -6.0], 2)
    >>> chosen, weights.round(9), errors.round(9)
    (array([2, 0]), array([-6.,  3.]), array([15.,  3.,  0.]))
    """
    H, y = np.asarray(H, dtype=float), np.asarray(y, dtype=float)
    if H.ndim != 2 or y.shape != H.shape[:1]:
        raise ValueError(f"greedy_fit: H has shape {H.shape} and y {y.shape}; expected (n, k) and (n,)")
    length = np.linalg.norm(H, axis=0)
    free = length > 0
    if not 0 <= q <= free.sum():
        raise ValueError(
            f"greedy_fit: expected q from 0 to the {free.sum()} units that are not zero, got {q}"
        )
    chosen: list[int] = []
    weights, residual = np.zeros(0), y
    errors = [np.mean(y**2)]
    for _ in range(q):
        score = np.abs(residual @ H) / np.where(length > 0, length, 1)  # (n,) @ (n, k) -> (k,)
        chosen.append(int(np.argmax(np.where(free, score, -1))))
        free[chosen[-1]] = False
        weights = np.linalg.lstsq(H[:, chosen], y)[0]
        residual = y - H[:, chosen] @ weights
        errors.append(np.mean(residual**2))
    return np.array(chosen, dtype=int), weights, np.array(errors)


def loglog_slope(q: ArrayLike, err: ArrayLike) -> float:
    """Return the slope of the least-squares line through ``(log q, log err)``: the exponent of a power law.

    Lecture: notebook 13, section 13.3.

    Parameters
    ----------
    q : array_like of float, shape (n,), positive
        At least two different values.
    err : array_like of float, shape (n,) or (n_repetitions, n), positive
        Errors; those of repetitions are averaged before the logarithm is taken.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not positive, or all q are the same.

    Examples
    --------
    >>> round(loglog_slope([1, 10, 100], [3.0, 0.3, 0.03]), 12)
    -1.0
    """
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if q.ndim != 1 or err.shape[-1:] != q.shape or err.ndim > 2:
        raise ValueError(f"loglog_slope: q has shape {q.shape} and err {err.shape}; the last axes must agree")
    if err.ndim == 2:
        err = err.mean(axis=0)
    if not (np.all(q > 0) and np.all(err > 0) and len(set(q.tolist())) > 1):
        raise ValueError("loglog_slope: expected positive numbers and at least two different q; drop zeros")
    x = np.log(q) - np.log(q).mean()
    return float(x @ np.log(err) / (x @ x))


def random_units_error(p: int, q: int, N: int, noise: float, rng: np.random.Generator) -> float:
    """Fit the output weights of q random step units to N noisy samples; return the error on new inputs.

    Directions are uniform, and each step passes through a random input. The weights are those of least norm
    among the least-squares fits, so q may exceed N.

    Lecture: notebook 13, sections 13.6 and 13.7.

    Parameters
    ----------
    p, q, N : int, at least 1
        Dimension, number of units, number of samples of the Gaussian bump.
    noise : float, at least 0
        Standard deviation of the noise on the samples.
    rng : numpy.random.Generator

    Returns
    -------
    float
        Mean squared error to the bump itself on 500 new inputs.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> few, many = (random_units_error(1, q, 2000, 0.0, np.random.default_rng(0)) for q in (2, 50))
    >>> many < few / 10
    True
    """
    if not (p >= 1 and q >= 1 and N >= 1 and noise >= 0):
        raise ValueError(
            f"random_units_error: expected p, q, N >= 1 and noise >= 0, got {p}, {q}, {N}, {noise}"
        )
    X, X_new = cube_inputs(N, p, rng), cube_inputs(500, p, rng)
    y = gaussian_bump(X) + noise * rng.standard_normal(N)
    W = rng.standard_normal((p, q))
    W /= np.linalg.norm(W, axis=0)
    b = -np.sum(W * cube_inputs(q, p, rng).T, axis=0)
    H, H_new = (np.column_stack([np.ones(len(Z)), heaviside(Z @ W + b)]) for Z in (X, X_new))
    weights = np.linalg.lstsq(H, y, rcond=1e-10)[0]  # of least norm where many fit
    return float(np.mean((H_new @ weights - gaussian_bump(X_new)) ** 2))
