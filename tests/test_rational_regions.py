"""Exact regions in rational arithmetic: do the cells fill the box, each with its own pattern?"""

from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from coursepkg import rational_regions
from coursepkg.rational_regions import (
    count_linear_regions_rational,
    count_regions_highs,
    count_regions_rational,
    rational_cells,
)


@pytest.fixture(params=range(3))
def rng(request):
    return np.random.default_rng(request.param)


def random_network(rng, sizes, integer=False):
    """Return layers of the given sizes; small integers make ties and concurrent kinks frequent."""
    draw = (lambda *s: rng.integers(-2, 3, size=s)) if integer else (lambda *s: rng.normal(size=s))
    return [(draw(m, n), draw(n)) for m, n in pairwise(sizes)]


def forward(x, layers):
    """Return pattern and output at a point, in the arithmetic of its coordinates."""
    h, pattern = list(x), []
    for k, (W, b) in enumerate(layers, start=1):
        W, b = np.asarray(W).tolist(), np.asarray(b).tolist()
        z = [sum(Fraction(row[j]) * v for row, v in zip(W, h)) + Fraction(b[j]) for j in range(len(b))]
        if k == len(layers):
            return tuple(pattern), tuple(z)
        pattern += [v > 0 for v in z]
        h = [max(v, Fraction(0)) for v in z]


def area(vertices):
    """Return twice the area of a convex polygon, exactly, from its corners in any order."""
    middle = [sum(column) / len(vertices) for column in zip(*vertices)]
    ring = sorted(vertices, key=lambda v: float(np.arctan2(float(v[1] - middle[1]), float(v[0] - middle[0]))))
    return abs(sum(p[0] * q[1] - p[1] * q[0] for p, q in zip(ring, ring[1:] + ring[:1])))


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(1, 4, 1), (1, 3, 3, 2), (2, 5, 1), (2, 3, 3, 1), (2, 2, 2, 2, 1)]),
)
def test_cells_partition_the_box(seed, sizes):
    """Do the cells have distinct patterns, true at an inner point, and exactly the volume of the box?"""
    layers = random_network(np.random.default_rng(seed), sizes, integer=True)
    cells = rational_cells(layers)
    assert len({cell.pattern for cell in cells}) == len(cells) == count_regions_rational(layers)
    for cell in cells:
        x = cell.interior_point()
        pattern, output = forward(x, layers)
        assert pattern == cell.pattern
        assert output == tuple(
            sum(a * v for a, v in zip(row, x)) + c for row, c in zip(cell.slopes, cell.offsets)
        )
    if sizes[0] == 1:
        assert sum(max(v)[0] - min(v)[0] for v in (c.vertices() for c in cells)) == 2
    else:
        assert sum(area(cell.vertices()) for cell in cells) == 2 * 4


@pytest.mark.parametrize("sizes", [(3, 5, 4, 1), (4, 5, 3, 1)])
@pytest.mark.parametrize("integer", [False, True])
def test_cells_partition_the_cube(rng, sizes, integer):
    """Do the volumes of the cells add to that of the cube in three and four dimensions?"""
    layers = random_network(rng, sizes, integer)
    cells = rational_cells(layers)
    volumes = [ConvexHull(np.array(cell.vertices(), dtype=float)).volume for cell in cells]
    assert sum(volumes) == pytest.approx(2 ** sizes[0], rel=1e-9)
    assert all(forward(cell.interior_point(), layers)[0] == cell.pattern for cell in cells)


@pytest.mark.parametrize("sizes", [(1, 6, 5, 1), (2, 5, 4, 1), (2, 3, 3, 3, 1), (3, 4, 3, 1), (4, 4, 2, 1)])
@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize("box", [(-1, 1), None])
def test_count_agrees_with_linear_programmes(rng, sizes, integer, box):
    """Do the two oracles count alike, in the box and in the whole space?"""
    layers = random_network(rng, sizes, integer)
    assert count_regions_rational(layers, box) == count_regions_highs(layers, box)


def torch_network(sizes):
    """Return torch's default network for seed 0, in float64, as other programs counted it."""
    torch.manual_seed(0)
    linear = [torch.nn.Linear(m, n).double() for m, n in pairwise(sizes)]
    return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in linear]


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ((2, 8, 8, 1), 22),
        ((2, 32, 32, 1), 795),
        ((3, 16, 16, 1), 1_276),
        ((4, 8, 8, 1), 275),
        pytest.param((2, 32, 32, 32, 32, 1), 1_385, marks=pytest.mark.slow),
        pytest.param((2, 64, 64, 64, 1), 6_668, marks=pytest.mark.slow),
        pytest.param((2, 128, 128, 1), 10_266, marks=pytest.mark.slow),
        pytest.param((3, 32, 32, 1), 11_512, marks=pytest.mark.slow),
    ],
)
def test_count_is_the_published_one(sizes, count):
    """Is the count what two independent programs give for the same weights?"""
    assert count_regions_rational(torch_network(sizes)) == count


@pytest.mark.parametrize("sizes", [(1, 8, 8, 1), (2, 6, 6, 1), (3, 4, 4, 1)])
def test_whole_space_is_a_large_box(rng, sizes):
    """Is the whole-space count the one at which a growing box comes to rest?"""
    layers = random_network(rng, sizes)
    whole = count_regions_rational(layers, None)
    grown = [count_regions_rational(layers, (-(10**k), 10**k)) for k in (0, 2, 4, 12)]
    assert grown == sorted(grown)
    assert grown[-1] == whole
    whole_linear = count_linear_regions_rational(layers, None)
    assert whole_linear == count_linear_regions_rational(layers, (-(10**12), 10**12)) <= whole


@pytest.mark.parametrize(("n", "p"), [(5, 1), (6, 2), (5, 3), (6, 3), (5, 4)])
def test_general_position_attains_the_sum_of_binomials(rng, n, p):
    """Do n random hyperplanes cut the whole space into C(n,0) + ... + C(n,p) parts?"""
    layers = random_network(rng, (p, n, 1))
    assert count_regions_rational(layers, None) == sum(comb(n, j) for j in range(p + 1))


@pytest.mark.parametrize(
    ("W", "b", "box", "count"),
    [
        ([[1, 0, 1], [0, 1, 1]], [0, 0, 0], (-1, 1), 6),  # three concurrent lines
        ([[1, 0, 1], [0, 1, 1]], [0, 0, 0], None, 6),
        ([[1, 0, 1], [0, 1, 1]], [0, 0, -0.25], (-1, 1), 7),
        ([[1, 1], [2, 2]], [0.5, 0.5], (-1, 1), 2),  # a neuron twice
        ([[1, 2], [2, 4]], [0.5, 1], (-1, 1), 2),  # and scaled
        ([[1, -1], [2, -2]], [0.5, -0.5], (-1, 1), 2),  # and turned round
        ([[0, 0, 0], [0, 0, 0]], [1, 0, -1], (-1, 1), 1),  # no weights
        ([[0, 1], [0, 1]], [0, -3], (-1, 1), 1),  # never on in the box
        ([[0, 1], [0, 1]], [0, -3], None, 2),
        ([[1], [1]], [2], (-1, 1), 1),  # the kink touches a corner of the box
        ([[1], [0]], [1], (-1, 1), 1),  # the kink is a wall of the box
        ([[1], [0]], [0], ((0, 2), (-1, 1)), 1),
        ([[1], [0]], [0], ((-1, 2), (0, Fraction(1, 3))), 2),
    ],
)
def test_degenerate_positions(W, b, box, count):
    """Are ties, copies, dead units and touching kinks counted as the definition says?"""
    layers = [(np.array(W), np.array(b)), (np.ones((len(b), 1)), np.zeros(1))]
    assert count_regions_rational(layers, box) == count
    assert count_regions_highs(layers, None if box is None else np.array(box, dtype=float)) == count


def test_dead_layer_and_later_units_at_zero():
    """Does a layer whose every unit is 0 leave the units above it constant?"""
    dead = ([[0, 1], [0, 1]], [0, -5])
    above = ([[1, 1], [1, 1]], [0, 1])
    cells = rational_cells([dead, above, ([[1], [1]], [0])])
    assert [cell.pattern for cell in cells] == [(False, False, False, True)]


def test_floats_are_taken_as_the_numbers_they_store():
    """Does 0.1 + 0.2 differ from 0.3, as the stored numbers do, while fractions tie?"""

    def two_kinks(a, b):
        return [([[1, 1]], [-a, -b]), ([[1], [1]], [0])]

    assert count_regions_rational(two_kinks(0.1 + 0.2, 0.3)) == 3
    assert count_regions_rational(two_kinks(Fraction(1, 10) + Fraction(2, 10), Fraction(3, 10))) == 2
    single = np.float32(0.1)
    assert (
        count_regions_rational([(np.ones((1, 1), dtype=np.float32), np.array([-single])), ([[1]], [0])]) == 2
    )
    (vertex,) = {v for c in rational_cells(two_kinks(Fraction(1, 3), 7)) for v in c.vertices()} - {
        (-1,),
        (1,),
    }
    assert vertex == (Fraction(1, 3),)


@given(st.integers(0, 2**32 - 1), st.sampled_from([(1, 5, 1), (1, 4, 4, 2)]))
def test_linear_regions_on_a_line_are_changes_of_slope(seed, sizes):
    """Is the number of linear regions on an interval one more than the kinks of the function?"""
    layers = random_network(np.random.default_rng(seed), sizes, integer=True)
    pieces = sorted(rational_cells(layers), key=lambda cell: cell.interior_point())
    kinks = sum(left.slopes != right.slopes for left, right in pairwise(pieces))
    assert count_linear_regions_rational(layers) == kinks + 1


def test_linear_regions_that_touch_in_a_corner_stay_apart():
    """Has |x| - |y| four linear regions, |x| two, the sum x + y one, and a flat top with a hole?"""
    W, b = [[1, -1, 0, 0], [0, 0, 1, -1]], [0, 0, 0, 0]
    assert count_linear_regions_rational([(W, b), ([[1], [1], [-1], [-1]], [0])]) == 4
    assert count_linear_regions_rational([(W, b), ([[1], [1], [0], [0]], [0])], None) == 2
    assert count_linear_regions_rational([(W, b), ([[1], [-1], [1], [-1]], [0])], None) == 1
    # relu(|x| + |y| - 1)
    corner = [([[1, -1, 0, 0], [0, 0, 1, -1]], [0] * 4), ([[1], [1], [1], [1]], [-1]), ([[1]], [0])]
    assert count_linear_regions_rational(corner, None) == 5  # four outside, and the square, once


def test_facets_are_shared_by_two_cells_or_lie_on_the_box(rng):
    """Is the complex face to face: each facet belongs to one cell on the border, to two inside?"""
    cells = rational_cells(random_network(rng, (3, 5, 3, 1)))
    owners = {}
    for cell in cells:
        for facet in cell.facets():
            owners.setdefault(facet, []).append(cell)
    for facet, sides in owners.items():
        on_wall = any(
            len({Fraction(ray[k], ray[-1]) for ray in facet} | {s}) == 1 for k in range(3) for s in (1, -1)
        )
        assert len(sides) == (1 if on_wall else 2)


def test_only_an_output_layer_is_one_region():
    """Is an affine network one region, in a box and in the whole space?"""
    affine = [(np.ones((3, 2)), np.zeros(2))]
    assert count_regions_rational(affine) == count_regions_rational(affine, None) == 1
    assert count_linear_regions_rational(affine, None) == count_regions_highs(affine) == 1


COUNTERS = [count_regions_rational, count_linear_regions_rational, count_regions_highs, rational_cells]
ONE = ([[1.0]], [0.0])


@pytest.mark.parametrize("function", COUNTERS)
@pytest.mark.parametrize(
    ("layers", "box", "message"),
    [
        ([], (-1, 1), "no layer; the linear output"),
        ([([1.0], [0.0])], (-1, 1), r"layer 1: expected W .* did you pass W.T\?"),
        ([([[1.0]], [0.0, 1.0])], (-1, 1), "layer 1: expected W"),
        ([ONE, ([[1.0], [2.0]], [0.0])], (-1, 1), r"layer 2: expected W of shape \(1, fan_out\)"),
        ([([[np.nan]], [0.0])], (-1, 1), "layer 1 holds an entry that is no finite number"),
        ([([[1.0]], [np.inf])], (-1, 1), "layer 1 holds an entry that is no finite number"),
        ([ONE], (1, 1), "expected a box .* low < high"),
        ([ONE], (0, np.inf), "None is the whole space"),
        ([ONE], ((0, 1), (0, 1)), "or 1 such pairs"),
        ([ONE], ((0, 1), (0,)), "expected a box"),
        ([ONE], 3, "expected a box"),
    ],
)
def test_refusals_name_the_cure(function, layers, box, message):
    """Is what is no network, and what is no box, refused by name?"""
    with pytest.raises(ValueError, match=rf"{'rational_cells|' + function.__name__}: .*{message}"):
        function(layers, box)


def test_a_solver_that_stops_is_reported(monkeypatch):
    """Does a linear programme without an answer raise instead of miscounting?"""

    class Stopped:
        status, message = 1, "iteration limit"

    monkeypatch.setattr(rational_regions, "linprog", lambda *args, **kwargs: Stopped)
    with pytest.raises(RuntimeError, match=r"iteration limit; take count_regions_rational"):
        count_regions_highs([ONE, ONE])
