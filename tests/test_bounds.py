"""Bounds on the number of regions: brute force over index sets, recursions, order, published values."""

from itertools import pairwise, product
from math import comb, factorial, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursepkg import bounds
from coursepkg.bounds import (
    hanin_rolnick_upper_bound,
    montufar_lower_bound,
    montufar_upper_bound,
    pascanu_lower_bound,
    random_leading_term,
    serra_lower_bound,
    serra_upper_bound,
    slide_expression,
    telgarsky_pieces,
    zaslavsky,
)
from coursepkg.network import n_parameters
from coursepkg.rational_regions import count_linear_regions_rational, count_regions_rational

widths_lists = st.lists(st.integers(1, 9), min_size=1, max_size=5)


def serra_by_index_sets(n_in, widths):
    """Return the upper bound of 2018 term by term, over every J of the statement."""
    total = 0
    for J in product(*(range(n + 1) for n in widths)):
        room = [min([n_in, n, *(m - i for m, i in zip(widths[:k], J[:k]))]) for k, n in enumerate(widths)]
        if all(j <= r for j, r in zip(J, room)):
            total += prod(comb(n, j) for n, j in zip(widths, J))
    return total


@given(st.integers(0, 40), st.integers(0, 12))
def test_zaslavsky_obeys_the_recursion(n, d):
    """Does one more hyperplane add as many regions as it is cut into by the others?"""
    assert zaslavsky(n, 0) == zaslavsky(0, d) == 1
    assert zaslavsky(n + 1, d + 1) == zaslavsky(n, d + 1) + zaslavsky(n, d)
    assert zaslavsky(n, n + d) == 2**n


@pytest.mark.parametrize(("n", "d"), [(3, 1), (5, 2), (10, 2), (5, 3), (6, 4)])
def test_zaslavsky_counts_random_hyperplanes_and_bounds_others(n, d):
    """Does a random arrangement have that many regions, and a concurrent one fewer?"""
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(d, n)), rng.normal(size=n)
    out = (np.ones((n, 1)), np.zeros(1))
    assert count_regions_rational([(W, b), out], box=None) == zaslavsky(n, d)
    assert count_regions_rational([(W, np.zeros(n)), out], box=None) < zaslavsky(n, d)


def test_zaslavsky_values():
    """Are the classical numbers of lines right, and the book's number for 50 units and 10 inputs?"""
    assert [zaslavsky(n, 2) for n in (3, 5, 10, 20)] == [7, 16, 56, 211]
    assert zaslavsky(50, 10) == 13_432_735_556
    assert zaslavsky(40, 2) == 1 + 40 + 40 * 39 // 2 == 821


@pytest.mark.parametrize(
    ("n_in", "width", "depth", "slide", "pascanu", "montufar", "serra", "upper"),
    [
        (2, 3, 5, 230.66, 7, 7, None, 4_864),
        (2, 4, 3, 256, 44, 176, None, 1_331),
        (2, 6, 3, 2_916, 198, 1_782, 5_632, 10_648),
        (2, 8, 3, 16_384, 592, 9_472, 23_125, 50_653),
        (1, 10, 5, 100_000, 110_000, 110_000, 161_051, 161_051),
        (3, 9, 3, 531_441, 1_170, 94_770, 532_480, 2_197_000),
    ],
)
def test_table_of_the_lesson(n_in, width, depth, slide, pascanu, montufar, serra, upper):
    """Are the slide's expression and the four bounds what the literature's formulas give?"""
    widths = (width,) * depth
    assert slide_expression(n_in, width, depth) == pytest.approx(slide, rel=1e-4)
    assert pascanu_lower_bound(n_in, widths) == pascanu
    assert montufar_lower_bound(n_in, widths) == montufar
    assert serra_upper_bound(n_in, widths) == upper
    if serra is not None:
        assert serra_lower_bound(n_in, widths) == serra


def test_shallow_networks_with_as_many_units():
    """Has one layer of 15 units more regions than the theorem promises for 3 + 3 + 3 + 3 + 3?"""
    assert [zaslavsky(w * d, 2) for w, d in ((3, 5), (4, 3), (8, 3))] == [121, 79, 301]
    assert zaslavsky(15, 2) > montufar_lower_bound(2, (3,) * 5)


def test_values_of_the_textbook():
    """Do 471 and 10 801 parameters go with 161 051 and 1.796e41 regions, as printed there?"""

    def sizes(n_in, widths):
        chain = (n_in, *widths, 1)
        return n_parameters([(np.zeros(pair), np.zeros(pair[1])) for pair in pairwise(chain)])

    assert sizes(1, (10,) * 5) == 471
    assert serra_lower_bound(1, (10,) * 5) == serra_upper_bound(1, (10,) * 5) == 11**5 == 161_051
    assert sizes(10, (50,) * 5) == 10_801
    assert serra_lower_bound(10, (50,) * 5) == pytest.approx(1.796e41, rel=1e-3)
    assert serra_lower_bound(2, (6,) * 3) == 5_632 < serra_upper_bound(2, (6,) * 3) == 10_648


@given(st.integers(1, 5), st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_serra_upper_bound_is_the_sum_over_index_sets(n_in, widths):
    """Does the sum by layers equal the sum over all J?"""
    assert serra_upper_bound(n_in, widths) == serra_by_index_sets(n_in, widths)


@given(st.integers(1, 6), widths_lists)
def test_bounds_stand_in_order(n_in, widths):
    """Is every lower bound below every upper bound, and 2018 no worse than what came before?"""
    upper = serra_upper_bound(n_in, widths)
    assert upper <= montufar_upper_bound(n_in, widths) <= 2 ** sum(widths)
    if min(widths) >= n_in:
        assert pascanu_lower_bound(n_in, widths) <= montufar_lower_bound(n_in, widths) <= upper
    if min(widths) >= 3 * n_in:
        assert montufar_lower_bound(n_in, widths) <= serra_lower_bound(n_in, widths) <= upper
    if len(widths) == 1:
        assert upper == montufar_upper_bound(n_in, widths) == zaslavsky(widths[0], n_in)


@given(st.lists(st.integers(3, 12), min_size=1, max_size=5))
def test_one_input_is_settled(widths):
    """Do lower and upper bound of 2018 meet for one input, at the product of n_l + 1?"""
    assert serra_lower_bound(1, widths) == serra_upper_bound(1, widths) == prod(n + 1 for n in widths)
    assert pascanu_lower_bound(1, widths) == montufar_lower_bound(1, widths)


@given(st.integers(1, 4), widths_lists, st.integers(0, 4), st.integers(1, 9))
def test_upper_bounds_grow_with_every_size(n_in, widths, k, n):
    """Does a unit more, a layer more or an input more never lower the bounds?"""
    wider = [w + (i == k % len(widths)) for i, w in enumerate(widths)]
    for bound in (serra_upper_bound, montufar_upper_bound):
        least = bound(n_in, widths)
        assert bound(n_in, wider) >= least
        assert bound(n_in, [*widths, n]) >= least
        assert bound(n_in + 1, widths) >= least
    if min(widths) >= 3 * n_in:
        assert montufar_lower_bound(n_in, wider) >= montufar_lower_bound(n_in, widths)
        assert serra_lower_bound(n_in, wider) >= serra_lower_bound(n_in, widths)


@pytest.mark.parametrize(
    ("n_in", "widths", "serra", "montufar"),
    [
        (2, (3,) * 5, 4_864, 16_807),
        (2, (1, 8, 8), 82, 162),
        (4, (4, 2, 8), 725, 2_368),
        (2, (8, 8, 8), 50_653, 50_653),
        (2, (8, 8), 1_369, 1_369),
        (2, (32, 32), 279_841, 279_841),
    ],
)
def test_upper_bounds_differ_with_narrow_layers_only(n_in, widths, serra, montufar):
    """Are the two upper bounds what they are worked out to be?"""
    assert serra_upper_bound(n_in, widths) == serra
    assert montufar_upper_bound(n_in, widths) == montufar


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(1, 3, 3), (1, 2, 2, 2), (2, 3, 3), (2, 1, 4), (3, 2, 3), (2, 2, 2, 3)]),
)
def test_no_network_exceeds_the_upper_bound(seed, sizes):
    """Do random networks stay within the upper bound of 2018, in the whole space?"""
    rng = np.random.default_rng(seed)
    sizes = (*sizes, 1)
    layers = [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in pairwise(sizes)]
    activation = count_regions_rational(layers, None)
    assert count_linear_regions_rational(layers, None) <= activation
    assert activation <= serra_upper_bound(sizes[0], sizes[1:-1])


def test_narrow_first_layer_attains_the_upper_bound():
    """Is the bound of 2018 met by some network with one unit before two, where 2017 is too high?"""
    assert (serra_upper_bound(2, (1, 2)), montufar_upper_bound(2, (1, 2))) == (4, 6)
    network = [([[1.0], [0.0]], [0.0]), ([[1.0, 1.0]], [-1.0, -2.0]), ([[1.0], [1.0]], [0.0])]
    assert count_regions_rational(network, None) == 4


def test_telgarsky_doubles():
    """Does every layer double the pieces?"""
    assert [telgarsky_pieces(depth) for depth in range(11)] == [2**k for k in range(11)]


def test_slide_expression_is_no_bound():
    """Does the slide's expression exceed even the upper bound of one layer, and take floats to be floats?"""
    assert slide_expression(2, 3, 1) == 9.0 > zaslavsky(3, 2)
    assert slide_expression(3, 6, 4) == 2.0**9 * 216
    assert isinstance(slide_expression(1, 10, 5), float)


@given(st.integers(1, 6), st.integers(6, 60), st.floats(0.1, 10), st.floats(0.1, 10))
def test_hanin_rolnick_scales_as_stated(n_in, n_units, constant, volume):
    """Is the bound (T N)^p / p! times the volume, and the leading term its value at T = volume = 1?"""
    value = hanin_rolnick_upper_bound(n_in, n_units, constant, volume)
    assert value == pytest.approx(volume * prod(constant * n_units / k for k in range(1, n_in + 1)))
    assert hanin_rolnick_upper_bound(n_in, n_units, 1.0) == random_leading_term(n_in, n_units)
    assert random_leading_term(n_in, n_units) * factorial(n_in) == pytest.approx(n_units**n_in)


def test_leading_term_is_the_limit_of_the_exact_count():
    """Does N^p / p! approach the count of one hidden layer as N grows, from below?"""
    ratios = [zaslavsky(n, 3) / random_leading_term(3, n) for n in (10, 100, 1000, 10**6)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[-1] == pytest.approx(1, abs=1e-5)


ALL = [pascanu_lower_bound, montufar_lower_bound, serra_lower_bound, montufar_upper_bound, serra_upper_bound]


@pytest.mark.parametrize("bound", ALL)
@pytest.mark.parametrize(
    ("n_in", "widths", "message"),
    [
        (0, (3,), "n_in to be an integer of at least 1, got 0"),
        (2.0, (8,), "n_in to be an integer"),
        (1, (3, 0), "the width of layer 2 to be an integer of at least 1"),
        (1, (), r"no hidden layer; for one layer of n units write widths=\(n,\)"),
    ],
)
def test_bounds_refuse_what_is_no_network(bound, n_in, widths, message):
    """Is a wrong size named?"""
    with pytest.raises(ValueError, match=f"{bound.__name__}: .*{message}"):
        bound(n_in, widths)


@pytest.mark.parametrize(
    ("bound", "least"), [(pascanu_lower_bound, 2), (montufar_lower_bound, 2), (serra_lower_bound, 6)]
)
def test_lower_bounds_refuse_narrow_layers(bound, least):
    """Is the condition on the widths kept, also in the last layer, and met at its limit?"""
    assert bound(2, (least, least)) > 0
    for widths in ((least - 1, 9), (9, least - 1)):
        with pytest.raises(
            ValueError, match=f"{bound.__name__}: expected at least {least} units .* n_in = 2"
        ):
            bound(2, widths)


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        ("zaslavsky", (-1, 2), "expected n to be an integer of at least 0, got -1"),
        ("zaslavsky", (3, 0.5), "expected d to be an integer"),
        ("telgarsky_pieces", (-1,), "expected depth to be an integer of at least 0"),
        ("slide_expression", (2, 3, 0), "expected depth"),
        ("slide_expression", (2, 0, 3), "width of layer 1"),
        ("random_leading_term", (0, 3), "expected n_in"),
        ("random_leading_term", (2, 0), "expected n_units"),
        ("hanin_rolnick_upper_bound", (3, 2, 1.0), "n_units of at least n_in = 3, got 2; add units"),
        ("hanin_rolnick_upper_bound", (2, 9, 0.0), "positive constant .* estimate the constant"),
        ("hanin_rolnick_upper_bound", (2, 9, 1.0, -1.0), "positive constant and volume"),
        ("hanin_rolnick_upper_bound", (0, 9, 1.0), "expected n_in"),
    ],
)
def test_functions_refuse_wrong_sizes(function, args, message):
    """Is the refused argument named?"""
    with pytest.raises(ValueError, match=f"{function}: .*{message}"):
        getattr(bounds, function)(*args)
