"""Gaussian classes and the posterior that they imply: where the sigmoid comes from.

Lecture: notebook 03.
"""

import numpy as np
from numpy.typing import ArrayLike


def sigmoid(z: ArrayLike) -> np.ndarray:
    """Return ``1 / (1 + exp(-z))`` without overflow, accurate to rounding in both tails.

    Lecture: notebook 03, section 3.2.

    Parameters
    ----------
    z : array_like of float, any shape
        Pre-activations, in [-inf, inf]. Complex values serve the complex-step check of a derivative.

    Returns
    -------
    ndarray of float, the shape of `z`
        Values in [0, 1].

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # exp(-z) may be inf, and 1 / (1 + inf) is the 0 that is wanted
        return 1 / (1 + np.exp(np.negative(z)))
