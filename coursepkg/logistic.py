"""Logistic regression: the losses of a binary classifier.

Every loss is a mean over the samples, and takes logits, the values before the sigmoid: the logarithm of a
rounded probability cannot be taken safely.

Lecture: notebook 04.
"""

import numpy as np
from numpy.typing import ArrayLike


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
