"""Error correction: how a threshold unit learns, when it stops, and how many labellings it can learn.

Labels are the signs -1 and +1, so that a unit is right where ``y * (w . x + b) > 0``. A tie counts as a
mistake, for either label.

Lecture: notebook 02, sections 2.2 to 2.6.
"""

from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog, nnls


class PerceptronResult(NamedTuple):
    """What error correction ended with.

    Lecture: notebook 02, section 2.2.

    Attributes
    ----------
    w : ndarray of float, shape (n_in,)
        Weights.
    b : float
        Bias.
    mistakes : int
        Number of updates.
    converged : bool
        Whether the last pass had no mistake.
    """

    w: np.ndarray
    b: float
    mistakes: int
    converged: bool


class Cycle(NamedTuple):
    """A sequence of weights that repeats for ever.

    Lecture: notebook 02, section 2.5.

    Attributes
    ----------
    start : int
        The first pass at whose end the weights are those at the end of a later pass; 0 is the beginning.
        Where error correction stopped: the pass without a mistake.
    period : int
        Number of passes after which they come back; 0 if error correction stopped instead.
    updates : int
        Number of updates in one period.
    largest : float
        The largest norm of ``(w, b)`` on the way.
    """

    start: int
    period: int
    updates: int
    largest: float


def perceptron_step(
    w: ArrayLike, b: float, x: ArrayLike, y: float, lr: float = 1.0
) -> tuple[np.ndarray, float]:
    """Return the unit after one example: moved by ``lr * y * (x, 1)`` if it was wrong, else as it was.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    w : array_like of float, shape (n_in,)
        Weights.
    b : float
        Bias.
    x : array_like of float, shape (n_in,)
        One input vector.
    y : {-1, 1}
        Its label.
    lr : float, above 0
        Step size.

    Returns
    -------
    w : ndarray of float, shape (n_in,)
        A new array.
    b : float

    Raises
    ------
    ValueError
        If the shapes differ, the label is no sign or the step is not above 0.

    References
    ----------
    Rosenblatt, F. (1958). Psychological Review, 65, 386-408.

    Examples
    --------
    >>> perceptron_step([0.0, 0.0], 0.0, [2.0, 1.0], -1)
    (array([-2., -1.]), -1.0)
    >>> perceptron_step([1.0, 0.0], 0.0, [2.0, 1.0], 1)
    (array([1., 0.]), 0.0)
    """
    w, x = np.array(w, dtype=float), np.asarray(x, dtype=float)
    if w.ndim != 1 or w.shape != x.shape:
        raise ValueError(
            f"perceptron_step: expected w and x of one shape (n_in,), got {w.shape} and {x.shape}; "
            "give one example, not a batch"
        )
    if y not in (-1, 1):
        raise ValueError(f"perceptron_step: expected the label -1 or 1, got {y}; write 2 * y - 1 for bits")
    if not lr > 0:
        raise ValueError(f"perceptron_step: expected a step size above 0, got {lr}")
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, float(b + lr * y)
    return w, float(b)


def perceptron_pass(
    X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float, lr: float = 1.0
) -> tuple[np.ndarray, float, np.ndarray]:
    """Show every row once, in order, correct each mistake, and say where the mistakes were.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    w : array_like of float, shape (n_in,)
        Weights before the pass.
    b : float
        Bias before the pass.
    lr : float, above 0
        Step size.

    Returns
    -------
    w : ndarray of float, shape (n_in,)
        Weights after the pass.
    b : float
        Bias after the pass.
    wrong : ndarray of bool, shape (n_samples,)
        True where the unit was wrong when the row was shown.

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no sign.

    Examples
    --------
    >>> perceptron_pass([[0.2], [-0.1]], [1, -1], [0.0], 0.0)
    (array([0.3]), 0.0, array([ True,  True]))
    """
    X, y = check_labelled("perceptron_pass", X, y)
    w, b = np.array(w, dtype=float), float(b)
    if w.shape != X.shape[1:]:
        raise ValueError(
            f"perceptron_pass: X has {X.shape[1]} columns but w has the shape {w.shape}; "
            "start from np.zeros(X.shape[1])"
        )
    wrong = np.zeros(len(y), dtype=bool)
    for i, (x, label) in enumerate(zip(X, y.tolist())):
        if label * (w @ x + b) <= 0:
            w += lr * label * x
            b += lr * label
            wrong[i] = True
    return w, b, wrong


def perceptron_fit(X: ArrayLike, y: ArrayLike, max_epochs: int, lr: float = 1.0) -> PerceptronResult:
    """Repeat passes from zero weights until one has no mistake, or until the patience ends.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    max_epochs : int, at least 1
        The most passes.
    lr : float, above 0
        Step size. From zero weights it scales `w` and `b` and changes no decision.

    Returns
    -------
    PerceptronResult
        Weights, bias, number of updates, and whether the last pass had none.

    Raises
    ------
    ValueError
        If a shape does not fit, a label is no sign, or no pass is allowed.

    References
    ----------
    Rosenblatt, F. (1958). Psychological Review, 65, 386-408.

    Examples
    --------
    >>> perceptron_fit([[0.1], [0.2]], [-1, 1], max_epochs=1000).mistakes
    103
    """
    X, y = check_labelled("perceptron_fit", X, y)
    if max_epochs < 1:
        raise ValueError(f"perceptron_fit: expected max_epochs of at least 1, got {max_epochs}")
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        w, b, wrong = perceptron_pass(X, y, w, b, lr)
        mistakes += int(wrong.sum())
        if not wrong.any():
            return PerceptronResult(w, b, mistakes, True)
    return PerceptronResult(w, b, mistakes, False)


def perceptron_path(X: ArrayLike, y: ArrayLike, max_epochs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w, b)`` after each update, and which row caused it.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    max_epochs : int, at least 1
        The most passes.

    Returns
    -------
    path : ndarray of float, shape (n_updates + 1, n_in + 1)
        Weights and bias; the first row is zero.
    rows : ndarray of int, shape (n_updates,)
        The row of `X` that update k was made on.

    Raises
    ------
    ValueError
        If a shape does not fit, a label is no sign, or no pass is allowed.

    Examples
    --------
    >>> perceptron_path([[0.0], [1.0]], [-1, 1], max_epochs=10)[0].tolist()
    [[0.0, 0.0], [0.0, -1.0], [1.0, 0.0], [1.0, -1.0], [2.0, 0.0], [2.0, -1.0]]
    """
    X, y = check_labelled("perceptron_path", X, y)
    if max_epochs < 1:
        raise ValueError(f"perceptron_path: expected max_epochs of at least 1, got {max_epochs}")
    unit = np.zeros(X.shape[1] + 1)
    rows: list[int] = []
    for _ in range(max_epochs):
        w, b, wrong = perceptron_pass(X, y, unit[:-1], unit[-1])
        unit = np.append(w, b)
        rows += np.flatnonzero(wrong).tolist()
        if not wrong.any():
            break
    steps = y[rows, None] * augment(X)[rows]  # (n_updates, n_in + 1)
    return np.vstack([np.zeros(len(unit)), steps]).cumsum(axis=0), np.array(rows, dtype=int)


def augment(X: ArrayLike) -> np.ndarray:
    """Return `X` with a column of ones, so that the bias is the weight of that column.

    Lecture: notebook 02, sections 2.3 and 2.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row.

    Returns
    -------
    ndarray of float, shape (n_samples, n_in + 1)
        The last column is 1.

    Raises
    ------
    ValueError
        If `X` is not a matrix.

    Examples
    --------
    >>> augment([[2.0, 3.0]])
    array([[2., 3., 1.]])
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2:
        raise ValueError(f"augment: expected X of shape (n_samples, n_in), got {X.shape}; pass [x] for one")
    return np.hstack([X, np.ones((len(X), 1))])


def novikoff_bound(X: ArrayLike, y: ArrayLike, w_star: ArrayLike, b_star: float | None) -> float:
    """Return ``(R / gamma)**2``, the most updates that error correction makes if this unit is right.

    With a bias, R and gamma are those of the augmented inputs ``(x, 1)``:
    ``R**2 = max ||x||**2 + 1`` and ``gamma = min y (w* . x + b*) / sqrt(||w*||**2 + b***2)``.

    Lecture: notebook 02, sections 2.3 and 2.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    w_star : array_like of float, shape (n_in,)
        Weights of a unit that separates the data; their scale does not matter.
    b_star : float or None
        Its bias. None stands for error correction without a bias, on the inputs as they are.

    Returns
    -------
    float
        The bound; infinite if the unit is wrong, or undecided, on some row.

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no sign.

    References
    ----------
    Novikoff, A. B. J. (1962). On convergence proofs on perceptrons. Symposium on the Mathematical Theory of
    Automata, 12, 615-622.

    Examples
    --------
    >>> novikoff_bound([[0.0], [2.0]], [-1, 1], [1.0], -1.0)
    10.0
    """
    X, y = check_labelled("novikoff_bound", X, y)
    u = np.asarray(w_star, dtype=float)
    if u.shape != X.shape[1:]:
        raise ValueError(
            f"novikoff_bound: X has {X.shape[1]} columns but w_star has the shape {u.shape}; "
            "the bias is an argument of its own"
        )
    if b_star is not None:
        X, u = augment(X), np.append(u, b_star)
    scores = y * (X @ u)  # (n_samples, n_in) @ (n_in,) -> (n_samples,)
    if scores.min() <= 0:
        return float("inf")
    return float((X**2).sum(axis=1).max() * (u @ u) / scores.min() ** 2)


def largest_margin(X: ArrayLike, y: ArrayLike) -> tuple[float, np.ndarray]:
    """Return the largest gamma for which a unit vector u has ``y_i u . x_i >= gamma``, and that u.

    It is the distance from the origin to the convex hull of the points ``y_i x_i``. Non-negative least
    squares finds the hull's nearest point: ``||Z' a||**2 + (sum(a) - 1)**2`` is smallest at a multiple of
    its weights.

    Lecture: notebook 02, sections 2.3 and 2.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One example a row; pass ``augment(X)`` for a unit with a bias.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.

    Returns
    -------
    margin : float
        0 if no unit without a bias separates the data (up to rounding).
    u : ndarray of float, shape (n_in,)
        A unit vector, or zeros.

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no sign.

    Examples
    --------
    >>> margin, u = largest_margin([[3.0, 4.0], [-3.0, -4.0]], [1, -1])
    >>> round(margin, 9), u.round(9)
    (5.0, array([0.6, 0.8]))
    """
    X, y = check_labelled("largest_margin", X, y)
    Z = y[:, None] * X
    scale = np.abs(Z).max(initial=0.0)
    if scale == 0:
        return 0.0, np.zeros(X.shape[1])
    system = np.vstack([Z.T / scale, np.ones(len(Z))])  # (n_in + 1, n_samples)
    weights, _ = nnls(system, np.append(np.zeros(X.shape[1]), 1.0), maxiter=100 * len(Z))
    nearest = Z.T @ (weights / weights.sum())
    distance = float(np.linalg.norm(nearest))
    if distance <= 1e-7 * scale:
        return 0.0, np.zeros(X.shape[1])
    u = nearest / distance
    return float((Z @ u).min()), u


def cover_count(N: int, d: int) -> int:
    """Return how many of the 2**N labellings of N points in general position d weights can produce.

    The hyperplanes go through the origin. With a bias, in n dimensions, take ``d = n + 1``.

    Lecture: notebook 02, section 2.6.

    Parameters
    ----------
    N : int, at least 1
        Number of points.
    d : int, at least 1
        Number of weights, a bias included.

    Returns
    -------
    int
        ``2 * sum(comb(N - 1, k) for k in range(d))``, exact; 2**N if N is at most d.

    Raises
    ------
    ValueError
        If `N` or `d` is less than 1.

    References
    ----------
    Cover, T. M. (1965). IEEE Transactions on Electronic Computers, EC-14, 326-334.

    Examples
    --------
    >>> cover_count(4, 2), cover_count(4, 3), cover_count(20, 10) / 2**20
    (8, 14, 0.5)
    """
    if N < 1 or d < 1:
        raise ValueError(f"cover_count: expected N and d of at least 1, got N = {N} and d = {d}")
    return 2 * sum(comb(N - 1, k) for k in range(d))


def separating_hyperplane(X: ArrayLike, y: ArrayLike, bias: bool = True) -> tuple[np.ndarray, float] | None:
    """Return weights and bias with ``y_i (w . x_i + b) >= 1`` on every row, or None if there are none.

    The linear programme of notebook 01 for points that need not be bits. The unit found is tried on all rows.

    Lecture: notebook 02, section 2.6.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_in)
        One point a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    bias : bool
        Whether the unit may have a bias; without one `b` is 0.

    Returns
    -------
    tuple of (ndarray of float, shape (n_in,)) and float, or None
        The unit; None if the labels cannot be separated.

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no sign.
    RuntimeError
        If the solver gives up, or its unit is wrong on some row.

    Examples
    --------
    >>> separating_hyperplane([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]) is None
    True
    >>> separating_hyperplane([[1.0], [3.0]], [-1, 1], bias=False) is None
    True
    """
    X, y = check_labelled("separating_hyperplane", X, y)
    Z = y[:, None] * (augment(X) if bias else X)
    found = linprog(np.zeros(Z.shape[1]), A_ub=-Z, b_ub=-np.ones(len(Z)), bounds=(None, None), method="highs")
    if found.status == 2:  # infeasible
        return None
    if found.status != 0:
        raise RuntimeError(f"separating_hyperplane: the solver stopped: {found.message}; scale X to about 1")
    if (Z @ found.x).min() <= 0:
        raise RuntimeError("separating_hyperplane: the solver's unit is wrong on a row; scale X to about 1")
    return (found.x[:-1], float(found.x[-1])) if bias else (found.x, 0.0)


def perceptron_cycle(X: ArrayLike, y: ArrayLike, max_epochs: int) -> Cycle:
    """Run error correction from zero until a pass ends with weights seen before, and describe the loop.

    The rows come in the same order in every pass. Give integers: then equal means equal.

    Lecture: notebook 02, section 2.5.

    Parameters
    ----------
    X : array_like of int, shape (n_samples, n_in)
        One example a row, whole numbers.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.
    max_epochs : int, at least 1
        The most passes.

    Returns
    -------
    Cycle
        Where the loop starts, its length in passes (0 if error correction stopped) and its updates.

    Raises
    ------
    ValueError
        If a number is not whole, a shape does not fit, or a label is no sign.
    RuntimeError
        If no weights came back within `max_epochs`.

    References
    ----------
    Block, H. D., & Levin, S. A. (1970). Proceedings of the American Mathematical Society, 26, 229-235.

    Examples
    --------
    >>> perceptron_cycle([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1], max_epochs=100).period
    1
    """
    X, y = check_labelled("perceptron_cycle", X, y)
    if not np.array_equal(X, np.round(X)):
        raise ValueError("perceptron_cycle: X holds numbers that are not whole; rounding would hide a repeat")
    w, b, total, largest = np.zeros(X.shape[1]), 0.0, 0, 0.0
    seen = {(*w, b): (0, 0)}
    for epoch in range(1, max_epochs + 1):
        before = np.append(w, b)
        w, b, wrong = perceptron_pass(X, y, w, b)
        steps = np.cumsum(y[wrong, None] * augment(X)[wrong], axis=0)
        largest = max(largest, float(np.linalg.norm(before + steps, axis=1).max(initial=0.0)))
        total += int(wrong.sum())
        if not wrong.any():
            return Cycle(epoch, 0, 0, largest)
        if (*w, b) in seen:
            start, updates = seen[(*w, b)]
            return Cycle(start, epoch - start, total - updates, largest)
        seen[(*w, b)] = epoch, total
    raise RuntimeError(f"perceptron_cycle: no weights came back in {max_epochs} passes; allow more")


def check_labelled(where: str, X: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Take rows and their signs, or refuse what is none.

    Lecture: notebook 02, section 2.2.

    Parameters
    ----------
    where : str
        The function that was called, for the message.
    X : array_like of float, shape (n_samples, n_in)
        One example a row.
    y : array_like of int, shape (n_samples,)
        Labels -1 and 1.

    Returns
    -------
    X : ndarray of float, shape (n_samples, n_in)
    y : ndarray of float, shape (n_samples,)

    Raises
    ------
    ValueError
        If there is no row, the shapes do not fit, or a label is neither -1 nor 1.

    Examples
    --------
    >>> check_labelled("here", [[0], [1]], [-1, 1])[1]
    array([-1.,  1.])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1] or len(y) == 0:
        raise ValueError(
            f"{where}: expected X of shape (n_samples, n_in) and y of shape (n_samples,), got {X.shape} and "
            f"{y.shape}; one example is the batch [x], and at least one is needed"
        )
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(f"{where}: expected labels -1 and 1, got {np.unique(y)}; write 2 * y - 1 for bits")
    return X, y
