"""Are the generated data what their formulas say, from the generator that is passed in?"""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits, make_moons

from coursepkg import datasets


def test_digits_are_split_in_their_order():
    """Are the images those of scikit-learn, scaled to [0, 1], the first ones for training?"""
    X_train, y_train, X_test, y_test = datasets.digits(1500)
    X, y = load_digits(return_X_y=True)
    np.testing.assert_array_equal(np.vstack([X_train, X_test]) * 16, X)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), y)
    assert (X_train.min(), X_train.max()) == (0, 1)
    assert [len(part) for part in datasets.digits(0)] == [0, 0, 1797, 1797]


def test_spirals_are_the_lecture_s():
    """Do we draw the lecture's own 200 points from the noise of its torch generator?"""
    N, C = 100, 2
    generator = torch.Generator().manual_seed(12345)
    noise = torch.stack([torch.randn(N, generator=generator) for _ in range(C)]) * 0.2
    parts = []
    for c in range(C):  # the lines of the lecture's notebook
        t = torch.linspace(0, 1, N)
        inner = torch.linspace((2 * np.pi / C) * c, (2 * np.pi / C) * (2 + c), N) + noise[c]
        parts.append(torch.stack([t * torch.sin(inner), t * torch.cos(inner)], dim=1))
    X, y = datasets.spiral_points(noise.numpy())
    np.testing.assert_allclose(X, torch.cat(parts).numpy(), atol=1e-6)
    assert y.tolist() == [0] * N + [1] * N


def test_spirals_meet_at_the_origin():
    """Does each spiral begin at (0, 0) and end on the unit circle, with the noise in the angle alone?"""
    X, y = datasets.spirals(50, np.random.default_rng(0))
    radius = np.hypot(*X.T).reshape(2, 50)
    np.testing.assert_allclose(radius, np.tile(np.linspace(0, 1, 50), (2, 1)), atol=1e-12)
    assert np.bincount(y).tolist() == [50, 50]
    angle = np.arctan2(*X.reshape(2, 50, 2)[:, 1:].transpose(2, 0, 1))
    off = np.exp(1j * (angle - 2 * np.pi * radius[:, 1:] - np.array([[0.0], [np.pi]])))
    assert 0.15 < np.angle(off).std() < 0.25


def test_disc_has_half_the_area():
    """Are the points uniform in the square, and half of them inside the disc?"""
    X, y = datasets.disc(20_000, np.random.default_rng(0))
    assert ((X >= 0) & (X <= 1)).all()
    assert abs(y.mean() - 0.5) < 0.015  # four standard deviations
    inside = np.hypot(*(X - 0.5).T) < 0.39  # a little less than the radius, 0.3989
    assert y[inside].all()
    assert not y[np.hypot(*(X - 0.5).T) > 0.40].any()


def test_moons_are_those_of_scikit_learn():
    """Are the moons without noise scikit-learn's, and is the noise that of the generator?"""
    X, y = datasets.moons(40, 0.0, np.random.default_rng(0))
    expected, labels = make_moons(80, shuffle=False)
    np.testing.assert_allclose(X, expected, atol=1e-12)
    assert y.tolist() == labels.tolist()
    noisy, _ = datasets.moons(40, 0.1, np.random.default_rng(0))
    np.testing.assert_allclose(noisy - X, np.random.default_rng(0).normal(0, 0.1, (80, 2)), atol=1e-12)


# Sum, sum of squares, first and last point of the numbers behind each figure, frozen.
LECTURE_POINTS = {
    1: (
        (292.95295220575105, -18.994112122070792),
        (910.4113875707758, 575.2828715925834),
        (1.764052345967664, 0.4001572083672233),
        (-1.011880319244709, 0.5897036055747239),
    ),
    2: (
        (301.4786435041723, 15.723735934434007),
        (303.47349051949874, 2866.1110560977963),
        (-0.17571159514533033, -3.9438247378918065),
        (1.153689688276458, 4.49975334880652),
    ),
    3: (
        (273.21779404854885, -48.92544935734436),
        (609.126963523811, 1619.7611316160055),
        (1.764052345967664, 0.4001572083672233),
        (1.153689688276458, 4.49975334880652),
    ),
}


@pytest.mark.parametrize("case", [1, 2, 3])
def test_lecture_gaussians_are_the_frozen_numbers(case):
    """Are the points of the lecture's figures the same for ever?"""
    X, y = datasets.lecture_gaussians(case)
    total, squares, first, last = LECTURE_POINTS[case]
    np.testing.assert_allclose(X.sum(axis=0), total, atol=1e-9)
    np.testing.assert_allclose((X**2).sum(axis=0), squares, rtol=1e-12)
    np.testing.assert_allclose(X[[0, -1]], [first, last], atol=1e-12)
    assert y.tolist() == [0] * 300 + [1] * 300


@pytest.mark.parametrize("case", [1, 2, 3])
def test_lecture_gaussians_are_the_lecture_s(case):
    """Do the lecture's own calls to scipy give these points, up to the signs that its library chose?"""
    X, _ = datasets.lecture_gaussians(case)
    stream, parts = np.random.RandomState(0), []
    for mean, cov in zip(([0.0, 0.0], [1.0, 0.0]), datasets.lecture_covariances(case), strict=True):
        parts.append(multivariate_normal(mean=mean, cov=cov).rvs(300, random_state=stream) - mean)
    for ours, theirs, cov in zip(
        (X[:300], X[300:] - [1.0, 0.0]), parts, datasets.lecture_covariances(case), strict=True
    ):
        root = datasets._signed_root(cov)
        np.testing.assert_allclose(root.T @ root, cov, atol=1e-15)
        inverse = np.linalg.inv(root)
        signs = (ours @ inverse) / (theirs @ inverse)
        np.testing.assert_allclose(np.abs(signs), 1, rtol=1e-9)
        assert np.ptp(signs, axis=0).max() < 1e-9


def test_narrow_covariance_is_barely_positive_definite():
    """Is the determinant a hundredth, the ellipse 50 times as long as wide, and the rim at sqrt(0.05)?"""
    narrow = datasets.lecture_covariances(2)[0]
    assert np.linalg.det(narrow) == pytest.approx(0.01)
    small, large = np.linalg.eigvalsh(narrow)
    assert np.sqrt(large / small) == pytest.approx(50.08, abs=0.01)
    narrow[0, 1] = narrow[1, 0] = np.sqrt(0.05)
    assert np.linalg.det(narrow) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: datasets.spirals(20, rng),
        lambda rng: datasets.disc(20, rng),
        lambda rng: datasets.moons(20, 0.1, rng),
    ],
)
def test_data_come_from_the_generator(draw):
    """Does one seed give one data set, and another seed another?"""
    first, again, other = (draw(np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


REFUSED = {
    "digits": (lambda rng: datasets.digits(1798), "there are 1797 images, got n_train = 1798; ask for 0 to"),
    "digits below 0": (lambda rng: datasets.digits(-1), "ask for 0 to 1797"),
    "spirals": (lambda rng: datasets.spirals(0, rng), "n_per_class is 0; ask for at least 1 point"),
    "spiral noise": (lambda rng: datasets.spiral_points(np.zeros(5)), r"got \(5,\); one row a spiral"),
    "three spirals": (lambda rng: datasets.spiral_points(np.zeros((3, 5))), "one row a spiral"),
    "disc": (lambda rng: datasets.disc(0, rng), "ask for at least 1 point"),
    "moons": (lambda rng: datasets.moons(0, 0.1, rng), "ask for at least 1 point a half circle"),
    "moons noise": (lambda rng: datasets.moons(5, -0.1, rng), "noise of at least 0"),
    "lecture's figure": (lambda rng: datasets.lecture_gaussians(0), "figures 1, 2 and 3, got case 0"),
    "covariances": (lambda rng: datasets.lecture_covariances(4), "figures 1, 2 and 3, got case 4"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_sizes_are_refused_with_a_cure(case):
    """Does the message say what came and what to ask for?"""
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))


@pytest.mark.parametrize("n_features", [1, 4])
def test_two_gaussians_have_their_means(n_features):
    """Are the classes a fair coin, the means delta apart on the first axis, the covariance the identity?"""
    X, y = datasets.two_gaussians(3.0, 40_000, np.random.default_rng(0), n_features)
    assert X.shape == (40_000, n_features)
    assert abs(y.mean() - 0.5) < 5 * 0.5 / 200
    for label, mean in ((0, -1.5), (1, 1.5)):
        want = np.eye(n_features)[0] * mean
        np.testing.assert_allclose(X[y == label].mean(axis=0), want, atol=0.04)  # about five standard errors
        np.testing.assert_allclose(np.cov(X[y == label].T), np.eye(n_features).squeeze(), atol=0.05)


def test_two_gaussians_refuse_an_empty_sample():
    """Does the message name the cure?"""
    with pytest.raises(ValueError, match="ask for at least 1 sample and 1 feature"):
        datasets.two_gaussians(1.0, 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="ask for at least 1 sample and 1 feature"):
        datasets.two_gaussians(1.0, 3, np.random.default_rng(0), n_features=0)
