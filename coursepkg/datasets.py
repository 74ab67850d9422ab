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
        Points in the unit disc. Both spirals begin at the origin, so one point in each class is (0, 0).
    y : ndarray of int, shape (2 n_per_class,)
        Labels 0, then 1.

    Raises
    ------
    ValueError
        If `n_per_class` is less than 1.

    References
    ----------
    Louppe, G. The lecture's notebook lec2-spiral-classification, after A. Canziani. The formula is the same;
    `spiral_points` gives the same points too, from the noise of its torch generator.

    Examples
    --------
    >>> X, y = spirals(100, np.random.default_rng(0))
    >>> X.shape, y.sum()
    ((200, 2), np.int64(100))
    """
    if n_per_class < 1:
        raise ValueError(f"spirals: n_per_class is {n_per_class}; ask for at least 1 point a spiral")
    return spiral_points(rng.normal(0, 0.2, (2, n_per_class)))


def spiral_points(noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the two spirals with given noise.

    Point i of class c has the radius ``r = i / (n - 1)`` and the angle ``2 pi r + c pi + noise[c, i]``,
    measured from the second axis.

    Lecture: notebook 07, section 7.5.

    Parameters
    ----------
    noise : ndarray of float, shape (2, n_per_class)
        What is added to the angles, in radian.

    Returns
    -------
    X : ndarray of float, shape (2 n_per_class, 2)
        Points in the unit disc.
    y : ndarray of int, shape (2 n_per_class,)
        Labels 0, then 1.

    Raises
    ------
    ValueError
        If `noise` has another shape.

    Examples
    --------
    >>> X, y = spiral_points(np.zeros((2, 3)))
    >>> X[:, 1].tolist(), y.tolist()
    ([0.0, -0.5, 1.0, -0.0, 0.5, -1.0], [0, 0, 0, 1, 1, 1])
    """
    noise = np.asarray(noise)
    if noise.ndim != 2 or len(noise) != 2:
        raise ValueError(
            f"spiral_points: expected noise of shape (2, n_per_class), got {noise.shape}; one row a spiral"
        )
    radius = np.linspace(0, 1, noise.shape[1])
    turn = 2 * np.pi * radius + np.array([[0.0], [np.pi]]) + noise  # (2, n)
    X = np.stack([radius * np.sin(turn), radius * np.cos(turn)], axis=-1)  # (2, n, 2)
    return X.reshape(-1, 2), np.repeat([0, 1], noise.shape[1])


def disc(n_samples: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points of the unit square, labelled 1 inside a disc of half its area round its middle.

    Lecture: notebook 07, section 7.8; notebook 10.

    Parameters
    ----------
    n_samples : int, at least 1
        Number of points.
    rng : numpy.random.Generator
        For the points, uniform in the square.

    Returns
    -------
    X : ndarray of float, shape (n_samples, 2)
        Points in [0, 1] times [0, 1].
    y : ndarray of int, shape (n_samples,)
        1 where the distance from (1/2, 1/2) is at most 1 / sqrt(2 pi), else 0.

    Raises
    ------
    ValueError
        If `n_samples` is less than 1.

    References
    ----------
    Fleuret, F. Project of the course EE-559, EPFL.

    Examples
    --------
    >>> X, y = disc(4, np.random.default_rng(0))
    >>> X.shape, y.tolist()
    ((4, 2), [1, 0, 0, 1])
    """
    if n_samples < 1:
        raise ValueError(f"disc: n_samples is {n_samples}; ask for at least 1 point")
    X = rng.uniform(0, 1, (n_samples, 2))
    return X, (((X - 0.5) ** 2).sum(axis=1) <= 1 / (2 * np.pi)).astype(int)


def moons(n_per_class: int, noise: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two half circles that reach into each other.

    Lecture: notebook 14.

    Parameters
    ----------
    n_per_class : int, at least 1
        Points on each half circle, evenly spaced.
    noise : float, at least 0
        Standard deviation of what is added to each coordinate.
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    X : ndarray of float, shape (2 n_per_class, 2)
        Points round the upper half of the unit circle, and round the lower half of one moved by (1, 1/2).
    y : ndarray of int, shape (2 n_per_class,)
        Labels 0, then 1.

    Raises
    ------
    ValueError
        If `n_per_class` is less than 1, or `noise` is negative.

    References
    ----------
    The data set of scikit-learn's `make_moons`.

    Examples
    --------
    >>> X, y = moons(2, 0.0, np.random.default_rng(0))
    >>> X.round(12).tolist()
    [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]]
    """
    if n_per_class < 1 or noise < 0:
        raise ValueError(
            f"moons: got n_per_class = {n_per_class} and noise = {noise}; ask for at least 1 point a half "
            "circle and noise of at least 0"
        )
    angle = np.linspace(0, np.pi, n_per_class)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    X = np.vstack([upper, [1.0, 0.5] - upper]) + rng.normal(0, noise, (2 * n_per_class, 2))
    return X, np.repeat([0, 1], n_per_class)


def two_gaussians(
    delta: float, n: int, rng: np.random.Generator, n_features: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return two Gaussian classes with identity covariance and means `delta` apart on the first axis.

    Each label is the toss of a fair coin, so the classes are equally likely but rarely equally large.

    Lecture: notebook 04, sections 4.4 and 4.7.

    Parameters
    ----------
    delta : float
        Distance of the means, which are ``-delta/2`` and ``delta/2`` on the first axis and 0 on the others.
    n : int, at least 1
        Number of samples.
    rng : numpy.random.Generator
        For labels and points.
    n_features : int, at least 1
        Number of features.

    Returns
    -------
    X : ndarray of float, shape (n, n_features)
        Points.
    y : ndarray of int, shape (n,)
        Labels 0 and 1.

    Raises
    ------
    ValueError
        If `n` or `n_features` is less than 1.

    References
    ----------
    Efron, B. (1975). Journal of the American Statistical Association, 70, 892-898.

    Examples
    --------
    >>> X, y = two_gaussians(2.0, 400, np.random.default_rng(0))
    >>> X.shape, bool(X[y == 1, 0].mean() > 0.8), bool(X[y == 0, 0].mean() < -0.8)
    ((400, 2), True, True)
    """
    if n < 1 or n_features < 1:
        raise ValueError(
            f"two_gaussians: n is {n} and n_features is {n_features}; ask for at least 1 sample and 1 feature"
        )
    y = rng.integers(0, 2, n)
    X = rng.normal(size=(n, n_features))
    X[:, 0] += delta * (y - 0.5)
    return X, y


def lecture_covariances(case: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the covariance matrices of the two classes in one of the lecture's three LDA figures.

    The narrow one, ``[[0.01, 0.2], [0.2, 5]]``, is barely positive definite: a covariance of ``sqrt(0.05)``,
    about 0.224, in place of 0.2 would make its determinant 0. Its ellipse is about 50 times as long as wide.

    Lecture: notebook 03, section 3.5.

    Parameters
    ----------
    case : {1, 2, 3}
        The figure: identity for both, narrow for both, or identity for class 0 and narrow for class 1.

    Returns
    -------
    cov0, cov1 : ndarray of float, shape (2, 2)
        Covariance matrices.

    Raises
    ------
    ValueError
        If there is no such figure.

    Examples
    --------
    >>> lecture_covariances(3)[1]
    array([[0.01, 0.2 ],
           [0.2 , 5.  ]])
    """
    round_, narrow = np.eye(2), np.array([[0.01, 0.2], [0.2, 5.0]])
    cases = {1: (round_, round_), 2: (narrow, narrow), 3: (round_, narrow)}
    if case not in cases:
        raise ValueError(f"lecture_gaussians: the lecture has figures 1, 2 and 3, got case {case!r}")
    return cases[case]


def lecture_gaussians(case: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the 600 points of one of the lecture's three LDA figures, the very same.

    The lecture drew them with `scipy.stats.multivariate_normal` after ``np.random.seed(0)``: class 0 first,
    then class 1, from NumPy's legacy stream, which is frozen for ever. Each point is ``mean + z @ F``, where
    z are the next two standard normal numbers of that stream. ``F`` is the identity, or for the narrow
    covariance the rows ``sqrt(s) v`` of its singular value decomposition. That leaves the signs of v open;
    here they are written down, as the lecture's picture has them, so that no linear algebra library can turn
    the points.

    Lecture: notebook 03, section 3.5; notebook 04.

    Parameters
    ----------
    case : {1, 2, 3}
        The figure; see `lecture_covariances`. The means are (0, 0) and (1, 0).

    Returns
    -------
    X : ndarray of float, shape (600, 2)
        Points.
    y : ndarray of int, shape (600,)
        Labels: 300 zeros, then 300 ones.

    Raises
    ------
    ValueError
        If there is no such figure.

    Examples
    --------
    >>> X, y = lecture_gaussians(1)
    >>> X[0].round(3), X[-1].round(3)
    (array([1.764, 0.4  ]), array([-1.012,  0.59 ]))
    """
    stream, parts = np.random.RandomState(0), []  # the lecture's stream; everything else takes a Generator
    for mean, cov in zip(([0.0, 0.0], [1.0, 0.0]), lecture_covariances(case), strict=True):
        z = stream.standard_normal((300, 2))
        parts.append(mean + z @ _signed_root(cov))  # (300, 2) @ (2, 2) -> (300, 2)
    return np.vstack(parts), np.repeat([0, 1], 300)


def _signed_root(cov):
    """Return F with ``F.T @ F = cov``: rows are axes of the ellipse, the long one first and pointing down."""
    (a, c), (_, d) = cov
    if c == 0:
        return np.sqrt(cov)
    gap = np.hypot(d - a, 2 * c)
    large, small = (a + d + gap) / 2, (a * d - c * c) / ((a + d + gap) / 2)
    u, v = np.array([c, large - a]) / np.hypot(c, large - a)
    return np.array([[-np.sqrt(large) * u, -np.sqrt(large) * v], [-np.sqrt(small) * v, np.sqrt(small) * u]])
