"""Does the mini-Shapeset show what its labels say?"""

import numpy as np
import pytest
from scipy.ndimage import label
from scipy.spatial import ConvexHull

from coursepkg.shapeset import CLASSES, SHAPES, inside, shapeset


def test_there_are_nine_classes():
    """Are the classes each shape alone and each pair without order?"""
    assert len(CLASSES) == len(set(CLASSES)) == 9
    assert {len(names) for names in CLASSES} == {1, 2}
    assert {name for names in CLASSES for name in names} == set(SHAPES)


@pytest.mark.parametrize("shape", SHAPES)
def test_models_have_area_pi_and_their_corners(shape):
    """Do all three models cover the area pi round the centre 0, so that size does not tell the shape?"""
    side = (np.arange(1200) + 0.5) / 300 - 2
    points = np.stack(np.meshgrid(side, side), axis=-1)
    mask = inside(shape, points)
    assert mask.sum() / 300**2 == pytest.approx(np.pi, rel=2e-3)
    np.testing.assert_allclose(points[mask].mean(axis=0), 0, atol=2e-3)
    farthest = np.sqrt((points[mask] ** 2).sum(axis=1).max())
    r = np.sqrt(np.pi / (3 * np.sqrt(3)))
    assert farthest == pytest.approx(
        {"triangle": 2 * r, "parallelogram": np.sqrt(np.pi / 2)}.get(shape, 1), rel=5e-3
    )


def test_images_hold_as_many_grey_values_as_shapes():
    """Has an image of one shape one grey value and one piece, and one of two shapes two grey values?"""
    X, y = shapeset(400, np.random.default_rng(0))
    assert X.shape == (400, 1024)
    assert y.shape == (400,)
    assert y.dtype.kind == "i"
    assert X.min() >= 0
    assert X.max() <= 1
    for image, k in zip(X, y):
        greys = np.unique(image[image > 0])
        assert len(greys) == len(CLASSES[k])
        if len(greys) == 1:
            assert label(image.reshape(32, 32), np.ones((3, 3)))[1] == 1


def test_labels_are_about_equally_likely():
    """Does each of the nine classes come up about as often?"""
    y = shapeset(3000, np.random.default_rng(1))[1]
    counts = np.bincount(y, minlength=9)
    assert len(counts) == 9
    assert np.abs(counts - 3000 / 9).max() < 6 * np.sqrt(3000 / 9)


def test_single_shapes_are_what_their_label_says():
    """Have single shapes the area over spread of their kind, which no linear map changes, and no holes?"""
    X, y = shapeset(4000, np.random.default_rng(2), side=48)
    fill = {k: [] for k in range(3)}
    for image, k in zip(X[y < 3], y[y < 3]):
        points = np.argwhere(image.reshape(48, 48) > 0)
        centred = points - points.mean(axis=0)
        area, spread = len(points), np.sqrt(np.linalg.det(centred.T @ centred / len(points)))
        fill[k].append(area / spread)
        assert ConvexHull(points).volume <= area  # convex: no holes, no notches
    # area / sqrt(det cov) is the same for all linear images: 6 sqrt(3), 12, 4 pi
    for k, expected in enumerate((6 * np.sqrt(3), 12, 4 * np.pi)):
        assert np.mean(fill[k]) == pytest.approx(expected, rel=0.02)


def test_the_generator_decides():
    """Are two runs with one seed the same, and is another seed another set? Does no image do?"""
    first, again, other = (shapeset(20, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()
    assert shapeset(0, np.random.default_rng(0))[0].shape == (0, 1024)


def test_misuse_is_refused():
    """Are a negative number of images, tiny images and unknown shapes refused?"""
    rng = np.random.default_rng(0)
    for arguments in ((-1, rng), (3, rng, 7)):
        with pytest.raises(ValueError, match="n_samples of at least 0 and side of at least 8"):
            shapeset(*arguments)
    with pytest.raises(ValueError, match="expected one of triangle, parallelogram, ellipse, got 'star'"):
        inside("star", np.zeros((1, 2)))
