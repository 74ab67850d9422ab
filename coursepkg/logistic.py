"""Logistic regression: the loss and what it measures, its minimum, and what happens when there is none.

Every loss is a mean over the samples, and takes logits, the values before the sigmoid: the logarithm of a
rounded probability cannot be taken safely. Labels are 0 and 1, except in `logistic_loss`. Parameters are
weights `w` and a bias `b`; functions without a bias say so, and `add_constant` gives them one.

Lecture: notebook 04.
"""

from collections.abc import Iterable
from math import exp, inf, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.optimize import linprog, nnls
from scipy.special import ndtr, xlogy

from coursepkg.discriminant import sigmoid


def check_same_shape(where: str, first: np.ndarray, second: np.ndarray) -> None:
    """Refuse predictions and targets whose shapes differ, which broadcasting would let pass.

    Lecture: notebook 04, section 4.2.

    Parameters
    ----------
    where : str
        The function to name in the error.
    first, second : ndarray
        Predictions and targets.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> check_same_shape("example", np.zeros(3), np.ones(3))
    """
    if np.shape(first) != np.shape(second):
        raise ValueError(
            f"{where}: predictions have shape {np.shape(first)} but targets {np.shape(second)}; "
            "broadcasting would pair every one with every other: reshape one of them"
        )


def binary_cross_entropy_with_logits(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean of ``-y log s - (1 - y) log(1 - s)`` with ``s = sigmoid(z)``, from the logits z.

    Lecture: notebook 04, section 4.2.

    Parameters
    ----------
    logits : array_like of float, any shape
        Outputs before the sigmoid, finite.
    labels : array_like of int or float, the shape of `logits`
        Labels 0 and 1, or probabilities in [0, 1].

    Returns
    -------
    float
        The loss, at least 0, in nats.

    Raises
    ------
    ValueError
        If the shapes differ, or a label lies outside [0, 1].

    Examples
    --------
    >>> binary_cross_entropy_with_logits(np.float32([100.0]), [0])
    100.0
    """
    z, y = np.asarray(logits), np.asarray(labels)
    check_same_shape("binary_cross_entropy_with_logits", z, y)
    if y.size and not 0 <= y.min() <= y.max() <= 1:
        raise ValueError(
            f"binary_cross_entropy_with_logits: expected labels in [0, 1], got {y.min()} to {y.max()}; "
            "labels -1 and 1 belong to logistic_loss"
        )
    # log(1 + exp(z)) - y z, with the exponent kept at or below 0
    return float(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))


def logistic_loss(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean of ``-log sigmoid(y z)`` for labels ``y`` of -1 and 1.

    Lecture: notebook 04, section 4.2.

    Parameters
    ----------
    scores : array_like of float, any shape
        Values z of ``w . x + b``, finite.
    labels : array_like of int, the shape of `scores`
        Labels -1 and 1.

    Returns
    -------
    float
        The loss, at least 0, in nats.

    Raises
    ------
    ValueError
        If the shapes differ, or a label is neither -1 nor 1.

    Examples
    --------
    >>> logistic_loss([1000.0, 1000.0], [-1, 1])
    500.0
    """
    z, y = np.asarray(scores), np.asarray(labels)
    check_same_shape("logistic_loss", z, y)
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(
            "logistic_loss: expected labels -1 and 1, got others; turn labels 0 and 1 into 2 * y - 1"
        )
    return float(np.mean(np.logaddexp(0, -y * z)))


def entropy(p: ArrayLike) -> float | np.ndarray:
    """Return ``-sum p log p``, the mean surprise of outcomes that follow `p`, in nats.

    Lecture: notebook 04, section 4.3.

    Parameters
    ----------
    p : array_like of float, shape (..., n_outcomes)
        Probabilities that add to 1 along the last axis; an outcome of probability 0 adds nothing.

    Returns
    -------
    float or ndarray of float, shape (...)
        From 0 (one outcome is certain) to ``log(n_outcomes)`` (all are equally likely).

    Raises
    ------
    ValueError
        If `p` is negative somewhere or does not add to 1.

    References
    ----------
    Shannon, C. E. (1948). Bell System Technical Journal, 27, 379-423.

    Examples
    --------
    >>> round(entropy([0.5, 0.5]), 6), round(entropy([0.7, 0.3]), 6), entropy([0.0, 1.0])
    (0.693147, 0.610864, 0.0)
    """
    p = _check_distribution("entropy", "p", p)
    return _plain(-xlogy(p, p).sum(axis=-1) + 0.0)


def cross_entropy(p: ArrayLike, q: ArrayLike) -> float | np.ndarray:
    """Return ``-sum p log q``, the mean surprise of one who expects `q` when outcomes follow `p`, in nats.

    Lecture: notebook 04, section 4.3.

    Parameters
    ----------
    p, q : array_like of float, shape (..., n_outcomes)
        Probabilities that add to 1 along the last axis.

    Returns
    -------
    float or ndarray of float, shape (...)
        At least the entropy of `p`; infinite if `q` calls impossible what `p` does not.

    Raises
    ------
    ValueError
        If the shapes differ, or one is negative somewhere or does not add to 1.

    Examples
    --------
    >>> round(cross_entropy([0.7, 0.3], [0.5, 0.5]), 6), cross_entropy([0.7, 0.3], [1.0, 0.0])
    (0.693147, inf)
    """
    p, q = _check_distributions("cross_entropy", p, q)
    with np.errstate(divide="ignore"):  # log(0) = -inf is the wanted surprise
        return _plain(-xlogy(p, q).sum(axis=-1) + 0.0)


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float | np.ndarray:
    """Return ``sum p log(p / q)``, what expecting `q` costs beyond the entropy of `p`, in nats.

    Lecture: notebook 04, section 4.3.

    Parameters
    ----------
    p, q : array_like of float, shape (..., n_outcomes)
        Probabilities that add to 1 along the last axis.

    Returns
    -------
    float or ndarray of float, shape (...)
        At least 0, and 0 only for ``q = p``; infinite if `q` calls impossible what `p` does not. In general
        not the same as with `p` and `q` exchanged.

    Raises
    ------
    ValueError
        If the shapes differ, or one is negative somewhere or does not add to 1.

    References
    ----------
    Kullback, S., & Leibler, R. A. (1951). Annals of Mathematical Statistics, 22, 79-86.

    Examples
    --------
    >>> round(kl_divergence([0.7, 0.3], [0.5, 0.5]), 6), kl_divergence([0.7, 0.3], [0.7, 0.3])
    (0.082283, 0.0)
    """
    p, q = _check_distributions("kl_divergence", p, q)
    with np.errstate(divide="ignore"):
        return _plain((xlogy(p, p) - xlogy(p, q)).sum(axis=-1))


def add_constant(X: ArrayLike) -> np.ndarray:
    """Return `X` with a last column of ones, whose weight is then the bias.

    Lecture: notebook 04, section 4.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_features)
        Inputs.

    Returns
    -------
    ndarray of float, shape (n_samples, n_features + 1)
        The inputs and the constant.

    Raises
    ------
    ValueError
        If `X` is not a matrix.

    Examples
    --------
    >>> add_constant([[2.0, 3.0]])
    array([[2., 3., 1.]])
    """
    X = np.asarray(X)
    if X.ndim != 2:
        raise ValueError(
            f"add_constant: expected X of shape (n_samples, n_features), got {X.shape}; "
            "one feature is x[:, None], one sample [x]"
        )
    return np.hstack([X, np.ones((len(X), 1))])


def loss_gradient(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, float]:
    """Return the gradient of the mean cross-entropy of ``sigmoid(X w + b)``.

    The residual ``r = sigmoid(z) - y`` is all that the loss sends back: the gradient is ``X.T r / n`` for
    the weights and the mean of r for the bias.

    Lecture: notebook 04, section 4.4.

    Parameters
    ----------
    w : array_like of float, shape (n_features,)
        Weights.
    b : float
        Bias.
    X : array_like of float, shape (n_samples, n_features)
        Inputs.
    y : array_like of int or float, shape (n_samples,)
        Labels 0 and 1, or probabilities in [0, 1].

    Returns
    -------
    grad_w : ndarray of float, shape (n_features,)
        Derivatives with respect to `w`.
    grad_b : float
        Derivative with respect to `b`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> loss_gradient([0.0], 0.0, [[2.0], [4.0]], [0, 1])
    (array([-0.5]), 0.0)
    """
    X, y = _check_data("loss_gradient", X, y)
    z = _scores("loss_gradient", X, w, b)
    residual = sigmoid(z) - y  # (n_samples,)
    return X.T @ residual / len(y), float(residual.mean())  # (n_features, n_samples) @ (n_samples,)


def loss_hessian(w: ArrayLike, b: float, X: ArrayLike) -> np.ndarray:
    """Return the second derivatives of the mean cross-entropy of ``sigmoid(X w + b)``.

    With ``A = add_constant(X)`` and ``s = sigmoid(z)`` it is ``A.T diag(s (1 - s)) A / n``. The labels do not
    enter. No eigenvalue is negative, so the loss is convex, and none is larger than the largest of
    ``A.T A / (4 n)``.

    Lecture: notebook 04, section 4.4.

    Parameters
    ----------
    w : array_like of float, shape (n_features,)
        Weights.
    b : float
        Bias.
    X : array_like of float, shape (n_samples, n_features)
        Inputs.

    Returns
    -------
    ndarray of float, shape (n_features + 1, n_features + 1)
        Symmetric; the last row and column belong to the bias.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> loss_hessian([0.0], 0.0, [[2.0], [4.0]])
    array([[2.5 , 0.75],
           [0.75, 0.25]])
    """
    X = np.asarray(X)
    A = add_constant(X)
    s = sigmoid(_scores("loss_hessian", X, w, b))
    return A.T @ (A * (s * (1 - s))[:, None]) / len(A)  # (p + 1, n) @ (n, p + 1)


def newton_fit(
    X: ArrayLike, y: ArrayLike, ridge: float = 0.0, max_steps: int = 100
) -> tuple[np.ndarray, float]:
    """Return the weights and the bias that minimise the mean cross-entropy, by Newton's method.

    Each step minimises the quadratic that shares value, gradient and Hessian with the loss (a weighted
    least-squares problem, hence "iteratively reweighted least squares"); it is halved while the loss would
    rise. Before the first step a linear programme asks whether there is a minimiser at all.

    Lecture: notebook 04, section 4.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_features)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.
    ridge : float, at least 0
        Adds ``ridge / 2 * ||w||**2`` to the loss; the bias is not penalised. Any positive number makes the
        minimiser exist (if both labels occur) and unique.
    max_steps : int, at least 1
        When to give up.

    Returns
    -------
    w : ndarray of float, shape (n_features,)
        Weights.
    b : float
        Bias.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, a label is missing, `ridge` is negative, or
        there is no minimiser, or more than one.
    RuntimeError
        If the steps do not end.

    References
    ----------
    Albert, A., & Anderson, J. A. (1984). Biometrika, 71, 1-10 (when a minimiser exists).

    Examples
    --------
    >>> X = [[0.0], [0.0], [0.0], [0.0], [1.0], [1.0], [1.0], [1.0]]
    >>> w, b = newton_fit(X, [0, 0, 0, 1, 0, 1, 1, 1])  # log-odds log(1/3) at 0 and log(3) at 1
    >>> float(w[0].round(6)), round(b, 6)
    (2.197225, -1.098612)
    """
    X, y = _check_data("newton_fit", X, y)
    _check_binary("newton_fit", y)
    if not ridge >= 0:
        raise ValueError(f"newton_fit: ridge is {ridge}; expected at least 0, or the loss has no minimum")
    if y.min() == y.max():
        raise ValueError(f"newton_fit: every label is {y[0]:g}, so b grows for ever; add the other class")
    A = add_constant(X)
    if ridge == 0 and np.linalg.matrix_rank(A) < A.shape[1]:
        raise ValueError(
            "newton_fit: a column of X is a combination of the others and a constant, so there are many "
            "minimisers: drop it, or ask for ridge > 0"
        )
    if ridge == 0 and separating_direction(A, y) is not None:
        raise ValueError(
            "newton_fit: a hyperplane separates the classes, so there is no minimiser and the weights would "
            "grow for ever; ask for ridge > 0, or follow gradient_path"
        )
    penalty = np.append(np.full(X.shape[1], float(ridge)), 0.0)

    def loss(theta):
        z = A @ theta
        return binary_cross_entropy_with_logits(z, y) + penalty @ theta**2 / 2

    theta = np.zeros(A.shape[1])
    for _ in range(max_steps):
        grad = np.append(*loss_gradient(theta[:-1], theta[-1], X, y)) + penalty * theta
        step = np.linalg.solve(loss_hessian(theta[:-1], theta[-1], X) + np.diag(penalty), grad)
        if grad @ step < 1e-24:  # about twice what is left to gain
            return theta[:-1], float(theta[-1])
        value, size = loss(theta), 1.0
        while loss(theta - size * step) > value + 1e-14 * (1 + value) and size > 1e-10:
            size /= 2
        theta = theta - size * step
    raise RuntimeError(f"newton_fit: not done after {max_steps} steps; allow more, or scale the columns of X")


def separating_direction(X: ArrayLike, y: ArrayLike) -> np.ndarray | None:
    """Return weights that put no sample on the wrong side and as many as possible off the boundary, or None.

    There is no bias: use `add_constant` for one. If such a direction exists, moving along it lowers the loss
    for ever, so the loss has no minimiser. If none exists, the loss has one.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_features)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.

    Returns
    -------
    ndarray of float, shape (n_features,), or None
        Weights ``w`` with ``w . x >= 0`` for label 1 and ``<= 0`` for label 0, not 0 for all samples;
        None if there are none.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label is neither 0 nor 1.
    RuntimeError
        If the solver gives up.

    References
    ----------
    Albert, A., & Anderson, J. A. (1984). Biometrika, 71, 1-10.

    Examples
    --------
    >>> separating_direction(add_constant([[0.0], [1.0], [2.0]]), [0, 1, 0]) is None
    True
    >>> w = separating_direction(add_constant([[0.0], [1.0], [2.0]]), [0, 1, 1])
    >>> bool(w[1] <= -1 and w[0] + w[1] >= 1)
    True
    """
    X, y = _check_data("separating_direction", X, y)
    _check_binary("separating_direction", y)
    n_samples, n_features = X.shape
    scale = max(np.abs(X).max(initial=0), 1e-300)
    signed = np.where(y == 1, 1, -1)[:, None] * X / scale
    # Each sample may earn up to 1, and no more than its signed score: t <= signed @ w, 0 <= t <= 1.
    found = linprog(
        np.append(np.zeros(n_features), -np.ones(n_samples)),
        A_ub=np.hstack([-signed, np.eye(n_samples)]),
        b_ub=np.zeros(n_samples),
        bounds=[(None, None)] * n_features + [(0, 1)] * n_samples,
        method="highs",
    )
    if found.status != 0:
        raise RuntimeError(f"separating_direction: the solver stopped: {found.message}; scale X's columns")
    return None if -found.fun < 0.5 else found.x[:n_features] / scale


def hard_margin(X: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return the shortest weights with ``w . x >= 1`` for label 1 and ``w . x <= -1`` for label 0.

    There is no bias: use `add_constant` for one, which is then shortened with the other weights. The boundary
    has the largest margin, ``1 / ||w||``. The problem is one of least distance, and non-negative least
    squares solves it exactly (Lawson and Hanson).

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_features)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.

    Returns
    -------
    ndarray of float, shape (n_features,)
        The weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, or no such weights exist.

    References
    ----------
    Lawson, C. L., & Hanson, R. J. (1974). Solving Least Squares Problems, chapter 23 (quoted from memory).

    Examples
    --------
    >>> hard_margin([[1.0, 2.0], [2.0, 1.0], [-1.0, -1.5], [-2.0, -0.5]], [1, 1, 0, 0]).round(12)
    array([0.4, 0.4])
    """
    X, y = _check_data("hard_margin", X, y)
    _check_binary("hard_margin", y)
    scale = max(np.abs(X).max(initial=0), 1e-300)
    signed = np.where(y == 1, 1, -1)[:, None] * X / scale  # (n_samples, n_features)
    dual = np.vstack([signed.T, np.ones(len(y))])  # (n_features + 1, n_samples)
    target = np.append(np.zeros(X.shape[1]), 1.0)
    multipliers, distance = nnls(dual, target)
    if distance < 1e-7:
        raise ValueError(
            "hard_margin: no weights separate the classes without a bias; give X a constant column by "
            "add_constant, or use data that a hyperplane separates"
        )
    residual = dual @ multipliers - target
    return -residual[:-1] / residual[-1] / scale


def gradient_path(
    X: ArrayLike, y: ArrayLike, lr: float, steps: Iterable[int], w: ArrayLike | None = None
) -> np.ndarray:
    """Return the weights after given numbers of gradient steps on the mean loss; there is no bias.

    Lecture: notebook 04, section 4.5.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, n_features)
        Inputs.
    y : array_like of int, shape (n_samples,)
        Labels 0 and 1.
    lr : float, positive
        Learning rate; below ``8 n / s**2``, with s the largest singular value of X, the loss falls each step.
    steps : iterable of int, increasing, at least 0
        After which steps to keep the weights.
    w : array_like of float, shape (n_features,), optional
        Where to start; zeros by default.

    Returns
    -------
    ndarray of float, shape (len(steps), n_features)
        The weights, one row for each of `steps`.

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is neither 0 nor 1, `lr` is not positive, or `steps` decrease.

    Examples
    --------
    >>> gradient_path([[1.0], [-1.0]], [1, 0], 1.0, [0, 1]).round(6)
    array([[0. ],
           [0.5]])
    """
    X, y = _check_data("gradient_path", X, y)
    _check_binary("gradient_path", y)
    if not lr > 0:
        raise ValueError(f"gradient_path: lr is {lr}; expected a positive number")
    steps = list(steps)
    if any(later < earlier for earlier, later in zip([0, *steps], steps)):
        raise ValueError("gradient_path: steps must increase from 0; sort them")
    signed = np.where(y == 1, 1.0, -1.0)[:, None] * X
    back = lr / len(y) * signed.T  # (n_features, n_samples)
    w = np.zeros(X.shape[1]) if w is None else np.array(w, dtype=float)
    kept, done = np.empty((len(steps), X.shape[1])), 0
    with np.errstate(over="ignore"):  # exp(large) may be inf, and 1 / (1 + inf) is the 0 that is wanted
        for row, until in enumerate(steps):
            for _ in range(until - done):
                w = w + back @ (1 / (1 + np.exp(signed @ w)))
            kept[row], done = w, until
    return kept


def error_rate(w: ArrayLike, b: ArrayLike, delta: float) -> float | np.ndarray:
    """Return the exact share of wrong decisions of ``w . x + b >= 0`` on the classes of `two_gaussians`.

    Both classes are equally likely and have the identity as covariance; their means are ``-delta/2`` and
    ``delta/2`` on the first axis.

    Lecture: notebook 04, sections 4.6 and 4.7.

    Parameters
    ----------
    w : array_like of float, shape (..., n_features)
        Weights, not all 0.
    b : array_like of float, shape (...)
        Biases.
    delta : float
        Distance of the means.

    Returns
    -------
    float or ndarray of float, shape (...)
        At least ``ndtr(-delta / 2)``, which ``w = (delta, 0, ...)`` and ``b = 0`` attain.

    Examples
    --------
    >>> round(error_rate([1.0, 0.0], 0.0, 2.0), 6), error_rate([0.0, 1.0], 0.0, 2.0)
    (0.158655, 0.5)
    """
    w, b = np.asarray(w, dtype=float), np.asarray(b, dtype=float)
    size = np.linalg.norm(w, axis=-1)
    centre = delta / 2 * w[..., 0]
    return _plain((ndtr(-(centre + b) / size) + ndtr((b - centre) / size)) / 2)


def efron_efficiency(delta: float) -> float:
    """Return Efron's asymptotic relative efficiency of logistic regression to LDA, for equal priors.

    It is the limit, for many samples, of the mean excess error of LDA over that of logistic regression when
    the classes are Gaussian with one covariance and means `delta` standard deviations apart:
    ``(1 + delta**2 / 4) exp(-delta**2 / 8) E[1 / cosh(delta x / 2)]`` with standard normal x.

    Lecture: notebook 04, section 4.6.

    Parameters
    ----------
    delta : float
        Mahalanobis distance of the means.

    Returns
    -------
    float
        In (0, 1]; whatever the number of features.

    References
    ----------
    Efron, B. (1975). Journal of the American Statistical Association, 70, 892-898.

    Examples
    --------
    >>> [round(efron_efficiency(delta), 3) for delta in (0.0, 1.0, 2.0, 3.0, 4.0)]
    [1.0, 0.995, 0.899, 0.641, 0.343]
    """
    half = abs(delta) / 2

    def integrand(x):  # 1 / cosh(u) = 2 exp(-u) / (1 + exp(-2 u)), which cannot overflow for u >= 0
        return exp(-x * x / 2 - half * x) / (1 + exp(-2 * half * x))

    value, _ = quad(integrand, 0, inf, epsabs=0, epsrel=1e-12)
    return (1 + half**2) * exp(-(half**2) / 2) * 4 * value / sqrt(2 * pi)


def _plain(value: np.ndarray) -> float | np.ndarray:
    """Return a float in place of an array without dimensions."""
    return float(value) if np.ndim(value) == 0 else value


def _check_distribution(where: str, name: str, p: ArrayLike) -> np.ndarray:
    """Return `p` as an array, or refuse what is no probability distribution along the last axis."""
    p = np.asarray(p, dtype=float)
    if p.ndim == 0 or not (p >= 0).all() or not np.allclose(p.sum(axis=-1), 1, rtol=0, atol=1e-9):
        raise ValueError(
            f"{where}: {name} is no distribution: expected numbers of at least 0 that add to 1 along the "
            "last axis; one probability p of two outcomes is [1 - p, p]"
        )
    return p


def _check_distributions(where: str, p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    p, q = _check_distribution(where, "p", p), _check_distribution(where, "q", q)
    check_same_shape(where, q, p)
    return p, q


def _check_data(where: str, X: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and labels as arrays, or refuse shapes that do not fit and numbers that are none."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or y.shape != (len(X),) or len(X) == 0:
        raise ValueError(
            f"{where}: expected X of shape (n_samples, n_features) and y of shape (n_samples,), got "
            f"{X.shape} and {y.shape}; one feature is x[:, None], and y has one dimension"
        )
    if not np.isfinite(X).all():
        raise ValueError(f"{where}: X holds NaN or infinity; drop or fill those samples first")
    return X, y


def _scores(where: str, X: np.ndarray, w: ArrayLike, b: float) -> np.ndarray:
    """Return ``X w + b``, or refuse weights that do not fit the columns."""
    w = np.asarray(w, dtype=float)
    if w.shape != X.shape[1:]:
        raise ValueError(
            f"{where}: X has {X.shape[1]} columns but w the shape {w.shape}; expected w of shape "
            f"({X.shape[1]},), and the bias apart"
        )
    return X @ w + b  # (n_samples, n_features) @ (n_features,) -> (n_samples,)


def _check_binary(where: str, y: np.ndarray) -> None:
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"{where}: expected labels 0 and 1, got others; turn -1 and 1 into (y + 1) / 2")
