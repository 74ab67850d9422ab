"""Data for the lessons, without a download: generated from a seed, or bundled with scikit-learn.

Each function returns `X` of shape (n_samples, n_features) and `y` of shape (n_samples,).

Lecture: notebooks 03 to 15.
"""

import numpy as np
from sklearn.datasets import load_digits


def digits(n_train: int = 1500) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return 1797 handwritten digits of 8 by 8 pixels, in their bundled order, the first part for training.

    Lecture: notebook 07, section 7.6; notebooks 09 to 11 and 15.

    Parameters
    ----------
    n_train : int, from 0 to 1797
        How many of the first images are for training.

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        Images as rows of 64 grey values in [0, 1], and labels 0 to 9.

    Raises
    ------
    ValueError
        If there are not that many images.

    References
    ----------
    Alpaydin, E., & Kaynak, C. (1998). Optical recognition of handwritten digits. UCI repository.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = digits()
    >>> X_train.shape, X_test.shape
    ((1500, 64), (297, 64))
    """
    X, y = load_digits(return_X_y=True)
    if not 0 <= n_train <= len(X):
        raise ValueError(f"digits: there are {len(X)} images, got n_train = {n_train}; ask for 0 to {len(X)}")
    X = X / 16
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def spirals(n_per_class: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two spirals that wind round each other, one turn each, with noise along the angle.

    Lecture: notebook 07, section 7.5; notebook 14.

    Parameters
    ----------
    n_per_class : int, at least 1
        Points on each spiral.
    rng : numpy.random.Generator
        For the noise, of standard deviation 0.2 radian.

    Returns
    -------
    X : ndarray of float, shape (2 n_per_class, 2)
        Points in the unit disc.
    y : ndarray of int, shape (2 n_per_class,)
        Labels 0, then 1.

    Raises
    ------
    ValueError
        If `n_per_class` is less than 1.

    Examples
    --------
    >>> X, y = spirals(100, np.random.default_rng(0))
    >>> X.shape, y.sum()
    ((200, 2), np.int64(100))
    """
    if n_per_class < 1:
        raise ValueError(f"spirals: n_per_class is {n_per_class}; ask for at least 1 point a spiral")
    radius = np.linspace(0, 1, n_per_class)
    turn = 2 * np.pi * radius + np.array([[0.0], [np.pi]]) + rng.normal(0, 0.2, (2, n_per_class))  # (2, n)
    X = np.stack([radius * np.sin(turn), radius * np.cos(turn)], axis=-1)  # (2, n, 2)
    return X.reshape(-1, 2), np.repeat([0, 1], n_per_class)
