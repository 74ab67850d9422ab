"""A small Shapeset: images of one or two drawn shapes, in as many as one asks for.

After the data set of Glorot and Bengio (2010), which is described there but was drawn by their own program:
the sizes, grey values and limits here are ours.

Lecture: notebook 10, section 10.7.
"""

from itertools import combinations_with_replacement

import numpy as np

SHAPES = ("triangle", "parallelogram", "ellipse")
CLASSES = tuple((name,) for name in SHAPES) + tuple(combinations_with_replacement(SHAPES, 2))
"""What the nine labels mean: one shape, or two in any order."""

_TRIANGLE = np.array([[np.cos(a), np.sin(a)] for a in np.pi / 2 + 2 * np.pi / 3 * np.arange(3)])  # normals


def inside(shape: str, points: np.ndarray) -> np.ndarray:
    """Return which points lie in the model of a shape: each has its centre at 0 and the area pi.

    The models are an equilateral triangle, a square and a disc. A linear map makes of them any triangle, any
    parallelogram and any ellipse.

    Lecture: notebook 10, section 10.7.

    Parameters
    ----------
    shape : {"triangle", "parallelogram", "ellipse"}
        The shape.
    points : ndarray of float, shape (..., 2)
        Points.

    Returns
    -------
    ndarray of bool, shape (...)
        Whether each point lies inside.

    Raises
    ------
    ValueError
        If there is no such shape.

    Examples
    --------
    >>> inside("ellipse", np.array([[0.0, 0.9], [0.8, 0.8]]))
    array([ True, False])
    """
    if shape == "triangle":
        return (points @ _TRIANGLE.T).max(axis=-1) <= np.sqrt(np.pi / (3 * np.sqrt(3)))
    if shape == "parallelogram":
        return np.abs(points).max(axis=-1) <= np.sqrt(np.pi) / 2
    if shape == "ellipse":
        return (points**2).sum(axis=-1) <= 1
    raise ValueError(f"inside: expected one of {', '.join(SHAPES)}, got {shape!r}")


def shapeset(n_samples: int, rng: np.random.Generator, side: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Return images of one or two shapes, and which shapes they show.

    Each shape has a random place, size, angle, stretch and grey value. Where two overlap, the second lies in
    front; an image is drawn again if more than half of the first would be hidden.

    Lecture: notebook 10, section 10.7.

    Parameters
    ----------
    n_samples : int, at least 0
        Number of images.
    rng : numpy.random.Generator
        Where the random numbers come from.
    side : int, at least 8
        Height and width in pixels.

    Returns
    -------
    X : ndarray of float, shape (n_samples, side**2)
        Grey values in [0, 1], row by row; the background is 0.
    y : ndarray of int, shape (n_samples,)
        Labels, indices of `CLASSES`, equally likely.

    Raises
    ------
    ValueError
        If `n_samples` is negative or `side` is too small.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). AISTATS, PMLR 9, 249-256.

    Examples
    --------
    >>> X, y = shapeset(5, np.random.default_rng(0))
    >>> X.shape, y.shape
    ((5, 1024), (5,))
    >>> CLASSES[8]
    ('ellipse', 'ellipse')
    """
    if n_samples < 0 or side < 8:
        raise ValueError(
            f"shapeset: expected n_samples of at least 0 and side of at least 8, got {n_samples} and {side}"
        )
    y = rng.integers(len(CLASSES), size=n_samples)
    X = np.zeros((n_samples, side * side))
    left = np.arange(n_samples)  # the images that are still to be drawn
    while len(left):
        kept, images = _draw(y[left], rng, side)
        X[left[kept]] = images[kept]
        left = left[~kept]
    return X, y


def _draw(labels, rng, side):
    """Return which images have nothing hidden for the most part, and the images."""
    first = np.array([SHAPES.index(names[0]) for names in CLASSES])[labels]
    second = np.array([SHAPES.index(names[1]) if len(names) > 1 else -1 for names in CLASSES])[labels]
    swap = (rng.random(len(labels)) < 0.5) & (second >= 0)  # either of two may lie in front
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    back, front = _masks(first, rng, side), _masks(second, rng, side)
    grey = rng.uniform(0.4, 1.0, (2, len(labels), 1))
    images = np.where(front, grey[1], np.where(back, grey[0], 0.0))
    return 2 * (back & front).sum(axis=1) <= back.sum(axis=1), images


def _masks(kinds, rng, side):
    """Return the pixels of one shape an image, (n, side**2); the kind -1 has none."""
    n = len(kinds)
    row, column = np.divmod(np.arange(side * side), side)
    pixels = np.column_stack([column, row]) + 0.5
    centre = rng.uniform(0.28, 0.72, (n, 1, 2)) * side
    radius = rng.uniform(0.13, 0.22, n) * side
    stretch = rng.uniform(1.0, 1.5, n)
    turn, shear = rng.uniform(0, 2 * np.pi, (2, n))
    # (n, 2, 2): turned, stretched and shrunk by the same factor, turned; the area stays pi radius**2
    scale = np.stack([stretch / radius, 1 / (stretch * radius)], axis=1)
    back = _rotations(shear) @ (scale[:, :, None] * _rotations(turn))
    points = (pixels - centre) @ back.transpose(0, 2, 1)  # (n, side**2, 2): where a pixel lies in the model
    masks = np.zeros((n, side * side), dtype=bool)
    for number, name in enumerate(SHAPES):
        chosen = kinds == number
        masks[chosen] = inside(name, points[chosen])
    return masks


def _rotations(angles):
    """Return a rotation matrix for each angle, (n, 2, 2)."""
    c, s = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([c, -s], axis=1), np.stack([s, c], axis=1)], axis=1)
