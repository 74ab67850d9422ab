"""Networks that attain the bounds: are they counted to be what the theorems say?"""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursepkg.bounds import montufar_lower_bound, serra_lower_bound, zaslavsky
from coursepkg.constructions import (
    arrangement_network,
    compose,
    folding_network,
    montufar_network,
    parallel,
    preimages,
    serra_network,
    serra_zigzag_network,
    tent_network,
    zigzag_network,
)
from coursepkg.network import mlp_forward
from coursepkg.rational_regions import (
    count_linear_regions_rational,
    count_regions_rational,
    rational_cells,
)


def outputs(X, layers):
    return mlp_forward(X, layers)[-1]


def pieces_on_the_interval(layers, low=0.0, high=1.0):
    """Return the number of activation regions of a network with one input, by breakpoints alone.

    On each piece every unit is affine, given by its values at both ends; where they change sign the piece is
    cut. That the ends of two pieces are one float makes all signs agree.
    """
    ends = np.array([low, high])
    for k in range(1, len(layers)):
        z = mlp_forward(ends[:, None], layers[:k])[-1]  # (n_ends, fan_out), the values before the ReLU
        left, right = z[:-1], z[1:]
        crossing = (np.minimum(left, right) < -1e-9) & (np.maximum(left, right) > 1e-9)
        piece, unit = np.nonzero(crossing)
        share = left[piece, unit] / (left[piece, unit] - right[piece, unit])
        ends = np.unique(np.concatenate([ends, ends[piece] + share * (ends[piece + 1] - ends[piece])]))
        ends = ends[np.concatenate([[True], np.diff(ends) > 1e-12])]
    return len(ends) - 1


SMALL_MONTUFAR = [
    (1, (4, 4, 4), 80),
    (1, (8, 8, 8), 576),
    (2, (4, 4), 44),
    (2, (4, 3, 4), 44),
    (2, (4, 4, 4), 176),
    (2, (6, 2, 6), 198),
    (2, (8, 8), 592),
    (2, (8, 2, 8), 592),
    (2, (4, 4, 4, 4), 704),
    (2, (6, 6, 6), 1_782),
    (2, (3, 3, 3, 3, 3), 7),
    (3, (6, 6, 4), 960),
    (3, (7, 5), 208),
    (4, (8, 5), 496),
]
SMALL_SERRA = [
    (1, (3, 3), 16),
    (1, (5, 4, 3), 120),
    (1, (10, 10, 10), 1_331),
    (2, (6, 6), 352),
    (2, (7, 6), 352),
    (2, (8, 8), 925),
    (2, (6, 6, 6), 5_632),
    (3, (9, 9), 8_320),
]


@pytest.mark.parametrize(
    ("build", "n_in", "widths", "count"),
    [(montufar_network, *row) for row in SMALL_MONTUFAR] + [(serra_network, *row) for row in SMALL_SERRA],
)
def test_network_attains_its_bound_exactly(build, n_in, widths, count):
    """Does rational arithmetic count the bound, with activation regions and with linear ones?"""
    network = build(n_in, widths)
    assert (
        count
        == network.regions
        == (montufar_lower_bound if build is montufar_network else serra_lower_bound)(n_in, widths)
    )
    assert network.box == (0.0, 1.0)
    chain = [n_in, *widths, 1]
    assert [W.shape for W, b in network.layers] == list(pairwise(chain))
    assert count_regions_rational(network.layers, network.box) == count
    assert count_linear_regions_rational(network.layers, network.box) == count


def test_last_layer_without_a_spare_unit_merges_where_it_is_off():
    """Are there fewer linear regions than activation regions if the last layer is n_in wide?"""
    network = montufar_network(2, (4, 2))
    assert count_regions_rational(network.layers, network.box) == network.regions == 16
    assert count_linear_regions_rational(network.layers, network.box) < 16


@pytest.mark.parametrize(
    ("build", "widths", "count"),
    [
        (montufar_network, (8, 8, 8), 576),
        (montufar_network, (16,) * 4, 69_632),
        (serra_network, (10,) * 5, 161_051),
        (montufar_network, (10,) * 6, 1_100_000),
    ],
)
def test_breakpoints_on_a_line_attain_the_bound(build, widths, count):
    """Has a network of one input as many pieces, counted by its breakpoints?"""
    network = build(1, widths)
    assert pieces_on_the_interval(network.layers) == network.regions == count


@pytest.mark.parametrize(
    ("build", "n_in", "widths", "count"),
    [
        (montufar_network, 2, (8, 8, 8), 9_472),
        (serra_network, 2, (8, 8, 8), 23_125),
        (serra_network, 1, (10,) * 5, 161_051),
        (montufar_network, 2, (8,) * 4, 151_552),
        (montufar_network, 2, (16,) * 3, 561_152),
        (montufar_network, 2, (8,) * 5, 2_424_832),
        (montufar_network, 1, (16,) * 4, 69_632),
        pytest.param(montufar_network, 1, (10,) * 6, 1_100_000, marks=pytest.mark.slow),
    ],
)
def test_floating_point_counter_finds_the_large_ones(build, n_in, widths, count):
    """Does the fast counter of the course count the bound where rational numbers take long?"""
    from coursepkg.regions import count_regions

    network = build(n_in, widths)
    assert count_regions(network.layers, network.box) == network.regions == count


@pytest.mark.parametrize(
    ("build", "n_in", "widths"), [(montufar_network, 2, (8, 8, 8)), (serra_network, 2, (8, 8, 8))]
)
def test_rational_count_of_the_larger_ones(build, n_in, widths):
    """Is the bound met beyond doubt at 9 472 and 23 125 regions?"""
    network = build(n_in, widths)
    assert count_regions_rational(network.layers, network.box) == network.regions


@pytest.mark.parametrize("depth", range(1, 11))
def test_tent_doubles_with_each_layer(depth):
    """Has the tent map of depth L exactly 2^L pieces, and the values of the iterated tent?"""
    tent = tent_network(depth)
    assert count_regions_rational(tent.layers, tent.box) == tent.regions == 2**depth
    assert count_linear_regions_rational(tent.layers, tent.box) == 2**depth
    x = np.arange(2**depth + 1) / 2**depth
    assert outputs(x[:, None], tent.layers).ravel().tolist() == [k % 2 for k in range(2**depth + 1)]
    X = np.random.default_rng(0).random((50, 1))
    expected = X
    for _ in range(depth):
        expected = 1 - np.abs(2 * expected - 1)
    np.testing.assert_allclose(outputs(X, tent.layers), expected, atol=2.0 ** (depth - 50))


@pytest.mark.parametrize(
    ("layers", "pieces"),
    [(zigzag_network(k), k) for k in range(1, 9)] + [(serra_zigzag_network(k), k + 1) for k in range(3, 10)],
)
def test_every_piece_of_a_fold_is_mapped_onto_the_interval(layers, pieces):
    """Has the fold the stated number of pieces, and does each run from 0 to 1 or back, exactly?"""
    cells = sorted(rational_cells(layers, (0, 1)), key=lambda cell: cell.interior_point())
    assert len(cells) == pieces == count_linear_regions_rational(layers, (0, 1))
    for k, cell in enumerate(cells):
        (low,), (high,) = sorted(cell.vertices())
        ends = [cell.slopes[0][0] * x + cell.offsets[0] for x in (low, high)]
        assert ends == ([0, 1] if k % 2 == 0 else [1, 0])
    assert min(cells[0].vertices()) == (0,)
    assert max(cells[-1].vertices()) == (1,)


def test_no_unit_of_a_fold_has_its_kink_on_the_border():
    """Is no pre-activation 0 at either end, so that rounding cannot make cells after a fold?"""
    for layers in (zigzag_network(5), serra_zigzag_network(5)):
        W, b = layers[0]
        assert (np.array([[0.0], [1.0]]) @ W + b != 0).all()


@pytest.mark.parametrize(("n_in", "units"), list(product(range(1, 5), range(1, 9))))
def test_arrangement_has_all_regions_inside_the_cube(n_in, units):
    """Do all C(n,0) + ... + C(n,p) regions meet the open cube, and no more the whole space?"""
    layers = arrangement_network(n_in, units)
    assert count_regions_rational(layers, (0, 1)) == zaslavsky(units, n_in)
    assert count_regions_rational(layers, None) == zaslavsky(units, n_in)
    if units > n_in:
        assert count_linear_regions_rational(layers, (0, 1)) == zaslavsky(units, n_in)
        assert all(any(cell.pattern) for cell in rational_cells(layers, (0, 1)))


def test_arrangement_weights_are_exact_floats():
    """Do the equations hold for the stored weights as they do for fractions?"""
    (W, b), _ = arrangement_network(3, 7)
    side = Fraction(W[0, -1]) * -1
    for k in range(7):
        sign = Fraction(W[0, k]) / side
        t = Fraction(W[1, k]) / side / sign
        assert Fraction(W[2, k]) == sign * side * t**2
        assert Fraction(b[k]) == -sign * (t**3 + side / 2 * (1 + t + t**2))


@given(st.integers(0, 2**32 - 1))
def test_compose_and_parallel_do_what_they_say(seed):
    """Is a composition the function of a function, and a parallel network one a block?"""
    rng = np.random.default_rng(seed)

    def network(*sizes):
        return [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in pairwise(sizes)]

    first, second, third = network(2, 4, 3), network(3, 5, 5, 2), network(2, 1)
    X = rng.normal(size=(20, 2))
    composed = compose(first, second, third)
    assert len(composed) == 4
    np.testing.assert_allclose(
        outputs(X, composed), outputs(outputs(outputs(X, first), second), third), rtol=1e-9, atol=1e-9
    )
    beside = parallel(first, network(1, 2, 2))
    np.testing.assert_array_equal(outputs(np.hstack([X, X[:, :1]]), beside)[:, :3], outputs(X, first))


def test_nested_lists_are_networks_too():
    """Do networks written by hand compose, and stand side by side?"""
    double = [([[1, -1]], [0, 0]), ([[2], [-2]], [0])]
    assert outputs([[3.0], [-1.0]], compose(double, double)).ravel().tolist() == [12, -4]
    assert outputs([[3.0, 1.0]], parallel(double, double)).tolist() == [[6, 2]]


creases = st.lists(
    st.tuples(st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(any), st.integers(-2, 2).map(float)),
    min_size=1,
    max_size=3,
)


@given(creases, st.integers(0, 2**32 - 1))
def test_folding_reflects_what_lies_behind_the_crease(lines, seed):
    """Does the network fold as the formula of a reflection does, one crease after the other?"""
    X = np.random.default_rng(seed).uniform(-2, 2, size=(40, 2))
    expected = X.copy()
    for normal, offset in lines:
        n = np.array(normal, dtype=float)
        height = expected @ n - offset
        expected += np.where(height < 0, -2 * height / (n @ n), 0.0)[:, None] * n
    layers = folding_network(lines, reach=1000)
    assert len(layers) == len(lines) + 1
    np.testing.assert_allclose(outputs(X, layers), expected, atol=1e-9)


@given(creases, st.integers(0, 2**32 - 1))
def test_preimages_are_all_points_that_fold_there(lines, seed):
    """Does every preimage fold back onto its point, and is every point among the preimages of its image?"""
    X = np.random.default_rng(seed).uniform(-2, 2, size=(40, 2))
    layers = folding_network(lines, reach=1000)
    Y = outputs(X, layers)
    copies = preimages(lines, Y)
    assert copies.shape == (2 ** len(lines), 40, 2)
    np.testing.assert_allclose(np.nanmin(np.abs(copies - X).sum(axis=2), axis=0), 0, atol=1e-9)
    for copy in copies:
        there = ~np.isnan(copy[:, 0])
        np.testing.assert_allclose(outputs(copy[there], layers), Y[there], atol=1e-9)


def test_preimages_are_numbered_by_the_creases():
    """Does bit k of a copy's number say that it lies behind crease k?"""
    lines = [((1, 0), 0.0), ((0, 1), 0.0)]
    copies = preimages(lines, [[1.0, 2.0]])
    assert copies[:, 0].tolist() == [[1, 2], [-1, 2], [1, -2], [-1, -2]]


def test_folds_cut_a_sheet_into_activation_regions():
    """Do L folds through general creases have the regions that the creases and their mirror images make?"""
    assert count_regions_rational(folding_network([((1, 0), 0.0), ((0, 1), 0.0)], 10), (-1, 1)) == 4
    assert count_regions_rational(folding_network([((1, 0), 0.0), ((1, 1), 0.5)], 10), (-1, 1)) == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compose(), "compose: got no network; pass at least one"),
        (
            lambda: compose(zigzag_network(2), arrangement_network(2, 3)),
            "compose: network 2 takes 2 inputs but the one before has 1 outputs; compose applies the first",
        ),
        (lambda: parallel(), r"parallel: .* got \[\] hidden layers"),
        (
            lambda: parallel(zigzag_network(2), tent_network(2).layers),
            r"parallel: expected networks of one depth, got \[1, 2\] .* zigzag_network\(1\)",
        ),
        (lambda: zigzag_network(0), "zigzag_network: expected at least 1 piece, got 0"),
        (lambda: serra_zigzag_network(2), "serra_zigzag_network: .* 3 units, got 2; zigzag_network takes"),
        (lambda: arrangement_network(0, 3), "arrangement_network: expected n_in and units of at least 1"),
        (lambda: arrangement_network(2, 0), "arrangement_network: .* got 2 and 0"),
        (lambda: tent_network(0), "tent_network: expected a depth of at least 1, got 0"),
        (lambda: montufar_network(3, (2, 8)), "montufar_lower_bound: expected at least 3 units"),
        (lambda: montufar_network(2, ()), "montufar_lower_bound: got no hidden layer"),
        (lambda: serra_network(2, (5, 8)), "serra_lower_bound: expected at least 6 units"),
        (lambda: folding_network([], 1), r"folding_network: expected creases .* \(\(1, 0\), 0.0\) folds"),
        (lambda: folding_network([((0, 0), 1.0)], 1), "folding_network: expected creases"),
        (lambda: folding_network([((1, 0), 1.0), ((1,), 1.0)], 1), "normals of one length and not 0"),
        (lambda: folding_network([((1, 0), 1.0)], 0), "positive reach, got 0; it must cover the sheet"),
        (lambda: preimages([], [[0, 0]]), "preimages: expected creases"),
        (lambda: preimages([((1, 0), 1.0)], [0, 0]), r"expected Y of shape \(n_samples, 2\), got \(2,\)"),
        (lambda: preimages([((1, 0), 1.0)], [[0, 0, 0]]), "preimages: expected Y of shape"),
    ],
)
def test_refusals_name_the_cure(call, message):
    """Is each wrong argument refused with what to do?"""
    with pytest.raises(ValueError, match=message):
        call()
