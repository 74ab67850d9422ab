"""Do the references of assignment 14 agree with oracles that share no code with them?"""

from itertools import product
from math import comb, prod

import numpy as np
import pytest

from coursepkg import bounds
from coursepkg.grading.student import local_student
from coursepkg.rational_regions import count_linear_regions_rational, count_regions_rational
from coursepkg.regions import breakpoints, count_regions
from tests.assignments import CourseAssignment

assignment = CourseAssignment("14_depth")


def random_network(rng, n_in, widths, denominator=8):
    """Return a network of multiples of 1 / denominator, so that rational numbers stay small."""
    layers, fan_in = [], n_in
    for n in [*widths, 1]:
        layers.append(
            (rng.integers(-9, 10, (fan_in, n)) / denominator, rng.integers(-9, 10, n) / denominator)
        )
        fan_in = n
    return layers


@pytest.mark.ex14_1
def test_zaslavsky_agrees_with_recursion_and_library():
    """On 1000 pairs: is the sum what adding one hyperplane after the other gives, and the library's?"""
    zaslavsky = assignment.reference("ex14_1")
    table = np.ones((33, 33), dtype=object)
    for n, d in product(range(1, 33), range(1, 33)):
        table[n, d] = table[n - 1, d] + table[n - 1, d - 1]
    for n, d in product(range(33), range(33)):
        assert zaslavsky(n, d) == table[n, d] == bounds.zaslavsky(n, d)


@pytest.mark.ex14_2
def test_bounds_agree_with_the_sum_and_the_library():
    """On 1000 shapes: are both bounds the sums as they stand in the theorems?"""
    region_bounds = assignment.reference("ex14_2")
    rng = np.random.default_rng(14)
    for _ in range(1000):
        p, widths = int(rng.integers(1, 4)), rng.integers(1, 8, rng.integers(1, 4)).tolist()
        lower, upper = region_bounds(p, widths)
        total = 0
        for J in product(*(range(n + 1) for n in widths)):
            room = [p] + [n - j for n, j in zip(widths, J)]
            if all(j <= min(room[: k + 1]) for k, j in enumerate(J)):
                total += prod(comb(n, j) for n, j in zip(widths, J))
        assert upper == total == bounds.serra_upper_bound(p, widths)
        if min(widths) < p:
            assert lower is None
        else:
            assert lower == bounds.montufar_lower_bound(p, widths)


@pytest.mark.ex14_3
def test_kinks_agree_with_the_library_and_with_second_differences():
    """On 1000 networks with clear kinks: are these all, at their places?"""
    pieces_1d = assignment.reference("ex14_3")
    rng = np.random.default_rng(3)
    tried = 0
    while tried < 1000:
        layers = random_network(rng, 1, rng.integers(1, 5, rng.integers(1, 4)))
        switches = breakpoints(layers, (-1, 2))
        if (np.diff([-1, *switches, 2]) < 1e-3).any():
            continue
        tried += 1
        got = pieces_1d(layers, -1.0, 2.0)
        np.testing.assert_allclose(got, breakpoints(layers, (-1, 2), linear=True), atol=1e-7)
        x = np.concatenate([got - 4e-4, got, got + 4e-4])
        h = x[:, None]
        for W, b in layers[:-1]:
            h = np.maximum(h @ W + b, 0)
        left, middle, right = (h @ layers[-1][0])[:, 0].reshape(3, -1)
        assert (np.abs(left - 2 * middle + right) > 1e-9).all()


@pytest.mark.ex14_4
def test_fold_agrees_with_a_triangle_wave_and_counts():
    """For 1000 points and many k: is it the triangle wave, and does it have k pieces?"""
    fold_layer = assignment.reference("ex14_4")
    x = np.random.default_rng(4).uniform(0, 1, 1000)
    for k in range(1, 40):
        W, b, v = fold_layer(k)
        wave = np.arccos(np.cos(np.pi * k * x)) / np.pi
        np.testing.assert_allclose(np.maximum(x[:, None] @ W + b, 0) @ v, wave, atol=1e-9)
        layers = [(W, b), (v[:, None], np.zeros(1))]
        if k <= 8:
            assert count_linear_regions_rational(layers, (0, 1)) == k


@pytest.mark.ex14_5
def test_network_is_counted_by_two_counters():
    """Does the reference attain the bound by the fast counter and in rational arithmetic?"""
    montufar_network = assignment.reference("ex14_5")
    for p, widths in ((1, [3, 2, 4]), (2, [4, 3]), (2, [5, 4]), (2, [2, 2, 3]), (1, [2] * 5), (2, [4, 4, 4])):
        layers = montufar_network(p, widths)
        want = bounds.montufar_lower_bound(p, widths)
        fast = count_regions(layers, (0, 1))
        assert fast >= want
        assert count_regions_rational(layers, (0, 1)) == fast


@pytest.mark.ex14_5
def test_any_depth_and_width_attain_the_bound():
    """Does the reference pass its own hidden count for all small shapes?"""
    montufar_network = assignment.reference("ex14_5")
    for p in (1, 2):
        for widths in product(range(p, 7), repeat=2):
            assert count_regions(montufar_network(p, widths), (0, 1)) >= bounds.montufar_lower_bound(
                p, widths
            )


@pytest.mark.ex14_6
def test_count_agrees_with_both_counters():
    """On 1000 networks of small fractions, degenerate ones among them: is every count right?"""
    count_regions_2d = assignment.reference("ex14_6")
    rng = np.random.default_rng(6)
    for trial in range(1000):
        layers = random_network(rng, 2, rng.integers(1, 4, rng.integers(1, 3)))
        got = count_regions_2d(layers, (-1, 2, -2, 1))
        box = [[-1, 2], [-2, 1]]
        assert got == count_regions(layers, box), layers
        if trial % 20 == 0:
            assert got == count_regions_rational(layers, box)


@pytest.mark.ex14_6
def test_grid_earns_its_points():
    """Do patterns on a grid earn the two points that the text promises, and no more?"""

    def count_regions_2d(layers, box):
        a, b, c, d = box
        side = (np.arange(300) + 0.5037) / 300
        h = np.stack(np.meshgrid(a + (b - a) * side, c + (d - c) * side), axis=-1).reshape(-1, 2)
        on = []
        for W, bias in layers[:-1]:
            z = h @ W + bias
            on.append(z > 0)
            h = np.maximum(z, 0)
        return len(np.unique(np.packbits(np.hstack(on), axis=1), axis=0)) if on else 1

    for seed in (b"1", b"2", b"3"):
        points, _ = assignment.grade("ex14_6", local_student({"count_regions_2d": count_regions_2d}, seed))
        assert 2 <= points < 6


@pytest.mark.ex14_5
def test_more_regions_than_promised_are_welcome():
    """Does a network with Serra's fold, which has more regions, earn everything?"""
    variant = next(v for v in assignment.variants if v.name == "network_more_than_promised")
    student = local_student(variant.namespace(), b"5")
    assert assignment.grade("ex14_5", student) == (assignment.suite("ex14_5").points, "")
