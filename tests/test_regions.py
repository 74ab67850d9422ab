"""Are the exact counts exact, in every dimension and every degenerate position?"""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coursepkg.array_functions import NumpyArrays, TorchArrays
from coursepkg.bounds import zaslavsky
from coursepkg.constructions import montufar_network, serra_network, tent_network
from coursepkg.exact_points import ExactLayers, Points, exact_zero, find_aliases, prepare, scale_layers
from coursepkg.face_lattice import box_lattice, full_lattice
from coursepkg.gpu import from_torch
from coursepkg.patterns import affine_maps, check_box, check_network
from coursepkg.plane_cells import Layer, rectangle
from coursepkg.rational_regions import (
    count_linear_regions_rational,
    count_regions_highs,
    count_regions_rational,
)
from coursepkg.regions import (
    activation_patterns,
    breakpoints,
    count_linear_regions,
    count_regions,
    estimate_regions,
    measure_regions,
    region_complex,
    region_polytope,
    same_map,
)

PUBLISHED = [
    ((2, 8, 8), 22),
    ((2, 32, 32), 795),
    ((2, 32, 32, 32, 32), 1385),
    ((2, 64, 64, 64), 6668),
    ((2, 128, 128), 10266),
    ((3, 16, 16), 1276),
    ((3, 32, 32), 11512),
    ((4, 8, 8), 275),
]


def torch_network(sizes, seed=0):
    """Return a torch network with default initial values, float64 afterwards, one output."""
    torch.manual_seed(seed)
    modules = []
    for fan_in, fan_out in pairwise(sizes):
        modules += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
    return from_torch(torch.nn.Sequential(*modules, torch.nn.Linear(sizes[-1], 1)).double())


def with_output(*hidden):
    """Append an output that uses every unit of the last hidden layer with another weight."""
    n = len(hidden[-1][1])
    return [*hidden, (1.0 + np.arange(n)[:, None], np.zeros(1))]


def random_network(sizes, rng):
    """Return a network with Gaussian weights and biases."""
    return [
        (rng.normal(size=(a, b)) / np.sqrt(a), rng.normal(size=b)) for a, b in zip(sizes, [*sizes[1:], 1])
    ]


def forward(X, layers):
    for W, b in layers[:-1]:
        X = np.maximum(X @ W + b, 0)
    return X @ layers[-1][0] + layers[-1][1]


@pytest.mark.parametrize(("sizes", "regions"), PUBLISHED)
def test_counts_that_other_programs_found(sizes, regions):
    """Does every network that several independent programs counted have that count here?"""
    assert count_regions(torch_network(sizes)) == regions


@pytest.mark.parametrize(
    ("n_in", "widths", "regions"),
    [
        (1, (4,) * 3, 80),
        (1, (8,) * 3, 576),
        (1, (16,) * 4, 69_632),
        pytest.param(1, (10,) * 6, 1_100_000, marks=pytest.mark.slow),
        (2, (4,) * 2, 44),
        (2, (8,) * 2, 592),
        (2, (8,) * 3, 9_472),
        (2, (6,) * 3, 1_782),
        (2, (8,) * 4, 151_552),
        (2, (16,) * 3, 561_152),
        (2, (8,) * 5, 2_424_832),
    ],
)
def test_montufar_networks_meet_their_bound(n_in, widths, regions):
    """Does the construction of 2014 have exactly as many regions as its formula says?"""
    network = montufar_network(n_in, widths)
    assert network.regions == regions
    assert count_regions(network.layers, network.box) == regions


@pytest.mark.parametrize(
    ("n_in", "widths", "regions"), [(1, (10,) * 5, 161_051), (2, (8,) * 2, 925), (2, (8,) * 3, 23_125)]
)
def test_serra_networks_meet_their_bound(n_in, widths, regions):
    """Does the construction of 2018 have exactly as many regions as its formula says?"""
    network = serra_network(n_in, widths)
    assert count_regions(network.layers, network.box) == regions


def test_tents_have_a_power_of_two_of_pieces():
    """Does a tent of ten layers have 1024 pieces, though every other kink touches zero?"""
    network = tent_network(10)
    assert (
        count_regions(network.layers, network.box)
        == 1024
        == count_linear_regions(network.layers, network.box)
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sizes", [(1, 5, 5), (2, 4, 4), (2, 8), (3, 4, 3), (4, 3, 3)])
def test_random_networks_agree_with_linear_programmes(sizes, seed):
    """Does enumeration by HiGHS find as many regions, for one to four inputs?"""
    layers = random_network(sizes, np.random.default_rng(seed))
    assert count_regions(layers) == count_regions_highs(layers)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [(1, 5, 5, 4), (2, 6, 4), (2, 3, 3, 3), (3, 4, 3), (4, 4, 2), (5, 4)])
def test_random_networks_agree_with_rational_arithmetic(sizes, seed):
    """Does the rational oracle find as many regions, and as many linear regions?"""
    layers = random_network(sizes, np.random.default_rng(seed))
    assert count_regions(layers) == count_regions_rational(layers)
    assert count_linear_regions(layers) == count_linear_regions_rational(layers)


@st.composite
def degenerate_networks(draw):
    """Draw a small network of small whole weights, on which ties are the rule."""
    n_in = draw(st.integers(1, 3))
    widths = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    size = draw(st.integers(1, 3))
    entry = st.integers(-size, size)
    layers, fan_in = [], n_in
    for fan_out in [*widths, draw(st.integers(1, 2))]:
        W = draw(
            st.lists(st.lists(entry, min_size=fan_out, max_size=fan_out), min_size=fan_in, max_size=fan_in)
        )
        b = draw(st.lists(entry, min_size=fan_out, max_size=fan_out))
        layers.append((np.array(W, dtype=float), np.array(b, dtype=float)))
        fan_in = fan_out
    return layers


BOXES = st.sampled_from([(-1, 1), (0, 1), (-2, 1), (-1, 3)])
fuzz = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(fuzz, max_examples=250)
@given(degenerate_networks(), BOXES)
def test_degenerate_networks_agree_with_rational_arithmetic(layers, box):
    """Are networks of small whole weights, with ties everywhere, counted to the unit?"""
    assert count_regions(layers, box) == count_regions_rational(layers, box)
    assert count_linear_regions(layers, box) == count_linear_regions_rational(layers, box)


@settings(fuzz, max_examples=40)
@given(degenerate_networks())
def test_the_whole_space_agrees_with_rational_arithmetic(layers):
    """Are the regions of the whole space counted, the unbounded ones included?"""
    assert count_regions(layers, None) == count_regions_rational(layers, None)


@settings(fuzz, max_examples=40)
@given(degenerate_networks().filter(lambda layers: len(layers[0][0]) == 2), BOXES, st.sampled_from([1, 3000]))
def test_parts_and_torch_change_no_count(layers, box, memory_bytes):
    """Do tiny parts, and torch tensors, give the count of the whole on NumPy?"""
    regions = count_regions(layers, box)
    assert count_regions(layers, box, memory_bytes=memory_bytes) == regions
    assert count_regions(layers, box, device="cpu") == regions


@pytest.mark.slow
@settings(fuzz, max_examples=3000)
@given(degenerate_networks(), BOXES)
def test_degenerate_networks_at_length(layers, box):
    """Do thousands of degenerate networks agree with rational arithmetic?"""
    assert count_regions(layers, box) == count_regions_rational(layers, box)
    assert count_linear_regions(layers, box) == count_linear_regions_rational(layers, box)


LINES = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    ("hidden", "box", "regions"),
    [
        pytest.param([(LINES, np.zeros(3))], (-1, 1), 6, id="three concurrent lines"),
        pytest.param([(LINES, np.array([0.0, 0.0, -0.5]))], (-1, 1), 7, id="three lines in general position"),
        pytest.param([(LINES, np.array([0.1, 0.2, 0.1 + 0.2]))], (-1, 1), 7, id="nearly concurrent"),
        pytest.param([(LINES[:, [0, 1, 0]], np.zeros(3))], (-1, 1), 4, id="a duplicated unit"),
        pytest.param([(LINES[:, [0, 1, 0]] * [1, 1, -3], np.zeros(3))], (-1, 1), 4, id="a multiple"),
        pytest.param([(LINES * [1, 1, 0], np.zeros(3))], (-1, 1), 4, id="zero weights, zero bias"),
        pytest.param([(LINES * [1, 1, 0], np.array([0, 0, 1.0]))], (-1, 1), 4, id="a constant unit"),
        pytest.param([(np.zeros((2, 3)), np.zeros(3))] * 1, (-1, 1), 1, id="nothing but dead units"),
        pytest.param([(np.eye(2), np.array([1.0, -1.0]))], (-1, 1), 1, id="kinks along the border"),
        pytest.param([(np.ones((2, 1)), np.array([-2.0]))], (-1, 1), 1, id="a kink through a corner"),
        pytest.param([(np.array([[1.0], [-1.0]]), np.zeros(1))], (-1, 1), 2, id="a diagonal kink"),
        pytest.param([(np.array([[1.0, 1.0]]), np.array([0.5, 0.5]))], (-1, 1), 2, id="twice one kink"),
        pytest.param([(np.array([[1.0]]), np.array([1.0]))], (-1, 1), 1, id="one input, a kink at the end"),
        pytest.param([(np.eye(3)[:, [0, 1, 2, 0]], np.zeros(4))], (-1, 1), 8, id="three inputs, a duplicate"),
        pytest.param([(np.vstack([LINES, [0, 0, 0]]), np.zeros(3))], (-1, 1), 6, id="planes through a line"),
        pytest.param(
            [(np.array([[1.0, -1.0]]), np.zeros(2)), (-np.ones((2, 1)), np.zeros(1))], (-1, 1), 2,
            id="a unit that touches zero from below",
        ),
    ],
)  # fmt: skip
def test_degenerate_positions(hidden, box, regions):
    """Is each kind of tie counted as it is?"""
    layers = with_output(*hidden)
    assert count_regions(layers, box) == regions == count_regions_rational(layers, box)


@pytest.mark.parametrize("n_in", [2, 3])
def test_without_biases_all_kinks_of_the_first_layer_meet(n_in):
    """Is a network without biases, whose kinks all run through the origin, counted to the unit?"""
    rng = np.random.default_rng(5)
    layers = [(W, np.zeros_like(b)) for W, b in random_network((n_in, 5, 4), rng)]
    report = measure_regions(layers)
    assert report.regions == count_regions_rational(layers)
    assert report.settled > 0


def test_a_wide_network_without_biases():
    """Does the count of a wide degenerate network stay the same when it is parted, and in every box?"""
    layers = [(W, np.zeros_like(b)) for W, b in torch_network((2, 24, 24))]
    regions = count_regions(layers)
    assert count_regions(layers, (-3, 3)) == regions == count_regions(layers, memory_bytes=20_000)
    on = full_lattice(
        layers[:-1], np.array([[-1.0, 1.0]] * 2), *prepare(layers[:-1], np.array([[-1.0, 1.0]] * 2))
    ).on
    assert regions == len(on) == len(np.unique(on, axis=0))


def test_a_duplicated_unit_changes_nothing():
    """Does a network keep its count if units are repeated, scaled and turned round, in both layers?"""
    (W1, b1), (W2, b2), _ = torch_network((2, 12, 12))
    # The weights began as float32, so that 3 times one is exact.
    wide = (np.hstack([W1, 3 * W1[:, :4]]), np.append(b1, 3 * b1[:4]))
    deep = (np.vstack([W2, np.zeros((4, 12))]), b2)
    turned = (np.hstack([deep[0], -0.5 * deep[0][:, :3]]), np.append(b2, -0.5 * b2[:3]))
    regions = count_regions(with_output((W1, b1), (W2, b2)))
    assert regions == count_regions(with_output(wide, turned)) > 30


def test_a_near_tie_is_told_from_a_tie():
    """Does one unit in the last place of a bias make a seventh region?"""
    b = np.array([0.25, 0.5, 0.75])
    assert count_regions(with_output((LINES, b))) == 6
    assert count_regions(with_output((LINES, np.nextafter(b, [0, 0, 1])))) == 7
    assert measure_regions(with_output((LINES, b))).settled > 0


@pytest.mark.parametrize("n_in", [1, 2, 3])
def test_hyperplanes_in_general_position_in_the_whole_space(n_in):
    """Do random hyperplanes cut the whole space into as many regions as the theorem says?"""
    layers = random_network((n_in, 6), np.random.default_rng(n_in))
    assert count_regions(layers, None) == zaslavsky(6, n_in)


@pytest.mark.parametrize("sizes", [(1, 4, 3), (2, 4, 3), (3, 3, 2)])
def test_a_growing_box_ends_at_the_whole_space(sizes):
    """Does the count in a huge box equal that of the whole space?"""
    layers = random_network(sizes, np.random.default_rng(3))
    assert count_regions(layers, (-1e6, 1e6)) == count_regions(layers, None)


def test_a_box_with_a_pair_for_each_axis():
    """Does a box with its own ends on each axis count the regions in it?"""
    layers = torch_network((2, 8, 8))
    box = [(-3, 1), (0.25, 2)]
    assert count_regions(layers, box) == count_regions_rational(layers, box)


@pytest.mark.parametrize("sizes", [(2, 16, 16, 16), (2, 8, 8, 8, 8)])
def test_memory_and_device_change_no_count(sizes):
    """Do parts of every size, and torch tensors, give one count and one margin?"""
    layers = torch_network(sizes)
    whole = measure_regions(layers)
    for memory_bytes in (1, 10_000, 100_000):
        parted = measure_regions(layers, memory_bytes=memory_bytes)
        assert (parted.regions, parted.margin) == (whole.regions, pytest.approx(whole.margin, rel=1e-6))
        assert parted.parts > whole.parts or memory_bytes > 1
    on_torch = measure_regions(layers, device="cpu", memory_bytes=50_000)
    assert (on_torch.regions, on_torch.margin) == (whole.regions, pytest.approx(whole.margin, rel=1e-6))


@pytest.mark.gpu
def test_a_gpu_changes_no_count():
    """Does a CUDA device give the count of NumPy?"""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    network = montufar_network(2, (8,) * 4)
    assert count_regions(network.layers, network.box, device="cuda") == network.regions


def test_one_wide_layer_with_more_pairs_than_fit():
    """Are the pairs of chords of one polygon taken in blocks?"""
    layers = random_network((2, 60), np.random.default_rng(0))
    assert count_regions(layers, (-100, 100), memory_bytes=1) == count_regions(layers, (-100, 100))


def test_progress_counts_the_regions(capsys):
    """Does the bar end at the number of regions, and say nothing unless asked?"""
    layers = torch_network((2, 8, 8))
    count_regions(layers)
    assert capsys.readouterr().err == ""
    count_regions(layers, progress=True)
    assert "22.0 regions" in capsys.readouterr().err


def test_no_hidden_layer_is_one_region():
    """Is a linear map one region, in a box and in the whole space, without a kink?"""
    layers = [(np.ones((2, 1)), np.zeros(1))]
    assert count_regions(layers) == count_regions(layers, None) == count_linear_regions(layers) == 1
    assert region_complex(layers).n_regions == 1
    assert breakpoints([(np.ones((1, 1)), np.zeros(1))]).size == 0


def test_linear_regions_are_merged_transitively():
    """Are regions merged where the map is the same, and left apart where they only touch in a point?"""
    W = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    hidden = (W, np.zeros(4))
    cancel = [hidden, (np.array([[1.0], [-1.0], [0.0], [0.0]]), np.zeros(1))]  # relu(x) - relu(-x) = x
    assert count_regions(cancel) == 4
    assert count_linear_regions(cancel) == 1
    corner = [
        (np.eye(2), np.zeros(2)),
        (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2)),
        (np.ones((2, 1)), np.zeros(1)),
    ]
    assert count_linear_regions(corner) == count_linear_regions_rational(corner)


def test_breakpoints_are_where_the_slope_changes():
    """Are the kinks those of the function, and those of the pattern only on request?"""
    W, b = np.array([[3.0, 1.0, 2.0, 1.0]]), np.array([-1.0, 0.25, 0.5, 0.0])
    layers = [(W, b), (np.array([[1.0], [1.0], [0.0], [0.0]]), np.zeros(1))]
    assert breakpoints(layers) == pytest.approx([-0.25, 0.0, 1 / 3], abs=1e-15)
    assert breakpoints(layers, linear=True) == pytest.approx([-0.25, 1 / 3], abs=1e-15)
    assert breakpoints(layers, (0, 1)) == pytest.approx([1 / 3], abs=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_breakpoints_of_deep_networks(seed):
    """Is the function affine between neighbouring kinks, and not across them?"""
    layers = random_network((1, 8, 8, 8), np.random.default_rng(seed))
    kinks = breakpoints(layers, (-4, 4), linear=True)
    assert len(kinks) == count_linear_regions(layers, (-4, 4)) - 1
    ends = np.concatenate([[-4], kinks, [4]])
    thirds = np.diff(ends)[:, None] * np.array([0, 1 / 3, 2 / 3, 1]) + ends[:-1, None]
    y = forward(thirds.reshape(-1, 1), layers).reshape(thirds.shape)
    assert np.abs(np.diff(y, n=2, axis=1)).max() < 1e-12
    slopes = np.diff(y[:, :2]).ravel() / np.diff(thirds[:, :2]).ravel()
    assert np.abs(np.diff(slopes)).min() > 1e-6


def test_a_unit_at_zero_is_off():
    """Does a pattern call a unit off at exactly zero?"""
    layers = with_output((np.eye(2), np.zeros(2)))
    assert activation_patterns([[0.0, 1.0], [-1.0, 0.0]], layers).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("sizes", [(2, 8, 8), (2, 32, 32), (2, 16, 16, 16)])
def test_the_complex_is_a_map_of_the_plane(sizes):
    """Do polygons cover the box once, turn left, and carry the pattern and the map of their inside?"""
    layers = torch_network(sizes)
    found = region_complex(layers)
    assert found.n_regions == count_regions(layers) == len(found.polygons)
    assert len(found.vertices) - len(found.edges) + found.n_regions == 1  # Euler
    areas = []
    for corners in (found.vertices[p] for p in found.polygons):
        following = np.roll(corners, -1, axis=0)
        turn = np.cross(np.pad(corners, ((0, 0), (0, 1))), np.pad(following, ((0, 0), (0, 1))))[:, 2]
        areas.append(turn.sum() / 2)
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(4, abs=1e-12)
    inside = np.array([found.vertices[p].mean(axis=0) for p in found.polygons])
    assert (activation_patterns(inside, layers) == found.patterns).all()
    assert (found.locate(inside) == np.arange(found.n_regions)).all()
    y = np.einsum("ni,nij->nj", inside, found.slopes) + found.offsets
    assert np.abs(y - forward(inside, layers)).max() < 1e-12


def test_edges_know_their_unit_and_their_regions():
    """Is the unit of an edge zero along it, and do the regions beside it differ in that unit?"""
    layers = torch_network((2, 12, 12))
    found = region_complex(layers)
    middles = found.vertices[found.edges].mean(axis=1)
    inner = found.edge_unit >= 0
    assert (found.edge_regions[~inner, 1] == -1).all()
    assert (np.abs(middles[~inner]).max(axis=1) == 1).all()
    (W1, b1), (W2, b2), _ = layers
    first = middles @ W1 + b1
    z = np.hstack([first, np.maximum(first, 0) @ W2 + b2])
    assert np.abs(z[inner, found.edge_unit[inner]]).max() < 1e-12
    left, right = found.patterns[found.edge_regions[inner].T]
    differ = left != right
    assert differ[np.arange(inner.sum()), found.edge_unit[inner]].all()
    assert (differ.sum(axis=1) == 1).all()


@settings(fuzz, max_examples=40)
@given(degenerate_networks().filter(lambda layers: len(layers[0][0]) == 2), BOXES)
def test_the_complex_of_a_degenerate_network(layers, box):
    """Do patterns, polygons and maps fit together where ties are the rule?"""
    found = region_complex(layers, box)
    assert found.n_regions == count_regions_rational(layers, box) == len(np.unique(found.patterns, axis=0))
    inside = np.array([found.vertices[p].mean(axis=0) for p in found.polygons])
    y = np.einsum("ni,nij->nj", inside, found.slopes) + found.offsets
    assert np.abs(y - forward(inside, layers)).max() < 1e-9
    assert (found.locate(inside) >= 0).all()
    assert (found.locate(found.vertices) >= 0).all()


def test_the_complex_grows_a_layer_at_a_time():
    """Is the complex of the first layers the one that the next layer divides?"""
    layers = torch_network((2, 8, 8, 8))
    counts = [region_complex(layers[: k + 1]).n_regions for k in range(4)]
    assert counts == [count_regions(layers[: k + 1]) for k in range(4)]
    assert counts == sorted(counts)


def test_a_point_outside_or_on_a_kink_is_located():
    """Is a point outside the box in no region, and one on a kink in a region beside it?"""
    found = region_complex(with_output((np.array([[1.0, -1.0], [0.0, 0.0]]), np.zeros(2))))
    assert found.locate([[2.0, 0.0]]).tolist() == [-1]
    assert found.locate([[0.0, 0.5]])[0] in (0, 1)  # both units are off there, as in no region


@pytest.mark.parametrize("n_in", [1, 2, 5])
def test_a_region_is_its_inequalities(n_in):
    """Do points satisfy the inequalities of a region exactly if they share its pattern?"""
    layers = random_network((n_in, 6, 6), np.random.default_rng(n_in))
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(500, n_in))
    on = activation_patterns(X, layers)
    for x, pattern in zip(X[:5], on[:5]):
        A, c = region_polytope(layers, x)
        assert A.shape == (12 + 2 * n_in, n_in)
        assert ((c[:, None] >= A @ X.T).all(axis=0) == (on == pattern).all(axis=1)).all()


def test_a_region_has_an_inner_ball():
    """Is the polytope of a random point of full dimension, by a linear programme?"""
    A, c = region_polytope(torch_network((3, 8, 8)), [0.1, 0.2, 0.3])
    norms = np.linalg.norm(A, axis=1, keepdims=True)
    ball = linprog([0, 0, 0, -1], A_ub=np.hstack([A, norms]), b_ub=c, bounds=[(None, None)] * 4)
    assert ball.x[-1] > 0


def test_an_estimate_never_exceeds_the_count():
    """Does sampling find many regions, never too many, and fewer than there are?"""
    layers = torch_network((2, 32, 32))
    few = estimate_regions(layers, (-1, 1), 1000, np.random.default_rng(0))
    many = estimate_regions(layers, (-1, 1), 100_000, np.random.default_rng(0))
    assert 100 < few < many < 795


def test_sampling_takes_any_number_of_inputs():
    """Can regions of a network with 784 inputs be estimated?"""
    layers = random_network((784, 4), np.random.default_rng(0))
    assert 1 < estimate_regions(layers, (0, 1), 500, np.random.default_rng(0)) <= 16
    assert estimate_regions(layers, [(0, 1)] * 784, 1, np.random.default_rng(0)) == 1


def test_exact_points_follow_their_parents():
    """Is a point that comes from two others exactly where its unit is zero?"""
    hidden = [(np.array([[3.0, 0.0], [0.0, 7.0]]), np.array([1.0, -1.0]))]
    box = np.array([[-1.0, 1.0]] * 2)
    exact = ExactLayers(hidden, scale_layers(hidden, box).bounds)
    points = Points(exact, np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]))
    points.add([0, 3, 4], [1, 2, 5], [0, 0, 1], 0)
    assert points.point(6) == (-7, 3, 21)
    signs, values = points.at([6, 0], 0)
    assert signs.tolist() == [[0, 0], [-1, -1]]
    assert values[1].tolist() == pytest.approx([-2 / 4, -8 / 8])
    x = exact_zero((0, 0, 1), (1, 1, 1), -1, 6)
    assert [Fraction(c, x[-1]) for c in x[:-1]] == [Fraction(1, 7)] * 2


def test_exact_values_of_huge_and_tiny_weights():
    """Are signs right where the values span six hundred binary orders?"""
    hidden = [(np.array([[2.0**300, 1.0], [-(2.0**300), -1.0]]), np.array([2.0**-300, 0.0]))]
    layers = with_output(*hidden)
    assert count_regions(layers) == 3 == count_regions_rational(layers)


def test_slopes_that_only_rounding_tells_apart_are_compared_exactly():
    """Is a sum that is 2**-60, and rounded to something else, the slope 2**-60, and 2**-61 another?"""
    rng = np.random.default_rng(0)
    terms = rng.permutation(np.append(np.outer([1, -1], rng.normal(size=20)).ravel(), 2.0**-60))
    weights = np.concatenate([terms, [2.0**-60, 2.0**-61]])[:, None]
    patterns = np.zeros((3, 43), dtype=bool)
    patterns[0, :41] = patterns[1, 41] = patterns[2, 42] = True
    layers = [(np.ones((1, 43)), np.arange(43.0)), (weights, np.zeros(1))]
    slopes, _ = affine_maps(layers, patterns)
    assert abs(slopes[0] - slopes[1]).item() > 2.0**-60
    assert same_map(layers, patterns, np.array([[0, 1], [0, 2], [1, 2]])).tolist() == [True, False, False]


@pytest.mark.parametrize(("sizes", "seed"), [((2, 12, 12, 12), 0), ((2, 6, 6, 6, 6, 6), 1), ((2, 24, 24), 2)])
def test_rounding_errors_stay_below_their_bound(sizes, seed):
    """Do values at the vertices of a built complex differ from the exact ones by less than the bound says?"""
    rng = np.random.default_rng(seed)
    hidden = random_network(sizes, rng)[:-1]
    box, xp = np.array([[-1.0, 1.0]] * 2), NumpyArrays()
    scaled, exact = prepare(hidden, box)
    cells = rectangle(box, exact, xp)
    for k in range(len(hidden)):
        cells = Layer(k, scaled, xp).build(cells)
        rows = rng.permutation(len(cells.error))[:40]
        _, values = cells.points.at(rows, k)
        error = np.abs(np.maximum(values, 0) - np.concatenate(cells.h)[rows]).max(axis=1)
        assert (error <= cells.error[rows]).all()
        assert error.max() > 0
    assert cells.error.max() < 1e-8


def test_aliases_are_exact():
    """Is a multiple of a unit told from one that is a bit off?"""
    W = np.array([[0.1, 0.3, 0.1 * 3, -0.2]])
    b = np.array([0.7, 0.7 * 3, 0.7 * 3, -1.4])
    assert find_aliases(W, b) == [(3, 0, -1)]
    assert find_aliases(np.array([[0.1, 0.4]]), np.array([0.7, 2.8])) == [(1, 0, 1)]


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_the_faces_of_a_box(p):
    """Has a box as many faces of each dimension as it should?"""
    from math import comb

    lattice = box_lattice(np.array([[-1.0, 1.0]] * p), None)
    assert lattice.n_faces == [comb(p, k) * 2 ** (p - k) for k in range(p + 1)]


@pytest.mark.parametrize("sizes", [(1, 6, 6), (2, 8, 8), (3, 6, 5), (4, 5, 4)])
def test_the_lattice_agrees_with_the_fast_counters(sizes):
    """Do the slow and sure way and the fast way find the same cells, and is the lattice Euler's?"""
    layers = torch_network(sizes)
    box = np.array([[-1.0, 1.0]] * sizes[0])
    lattice = full_lattice(layers[:-1], box, *prepare(layers[:-1], box))
    assert lattice.n_faces[-1] == count_regions(layers)
    assert sum((-1) ** k * n for k, n in enumerate(lattice.n_faces)) == 1


def test_affine_maps_are_those_of_the_network():
    """Is a network on a pattern its affine map?"""
    layers = random_network((3, 6, 6), np.random.default_rng(1))
    X = np.random.default_rng(2).normal(size=(40, 3))
    slopes, offsets = affine_maps(layers, activation_patterns(X, layers))
    assert np.abs(np.einsum("ni,nij->nj", X, slopes) + offsets - forward(X, layers)).max() < 1e-12


GOOD = [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: count_regions([]), "got no layer"),
        (lambda: count_regions([(np.eye(2), np.zeros(3))]), "did you pass W.T"),
        (
            lambda: count_regions([GOOD[0], (np.ones((3, 1)), np.zeros(1))]),
            r"expected W of shape \(2, fan_out\)",
        ),
        (lambda: count_regions([(np.full((2, 1), np.nan), np.zeros(1))]), "did training diverge"),
        (lambda: count_regions(GOOD, (1, -1)), "low < high"),
        (lambda: count_regions(GOOD, [(-1, 1)] * 3), "or 2 such pairs"),
        (lambda: count_regions(GOOD, (-np.inf, 1)), "low < high"),
        (lambda: count_regions(GOOD, "box"), "low < high"),
        (lambda: count_regions(GOOD, memory_bytes=0), "memory_bytes of at least 1"),
        (lambda: count_regions(GOOD, device="mps"), "take device='cpu'"),
        (
            lambda: count_regions([(np.eye(11), np.zeros(11)), (np.ones((11, 1)), [0])]),
            "take estimate_regions",
        ),
        (lambda: measure_regions([]), "got no layer"),
        (lambda: count_linear_regions(GOOD, None), "low < high"),
        (lambda: count_linear_regions([]), "got no layer"),
        (lambda: region_complex([(np.eye(3), np.zeros(3)), GOOD[0]]), "expected W of shape"),
        (lambda: region_complex([(np.ones((3, 1)), np.zeros(1))]), "region_polytope gives one region"),
        (lambda: region_complex(GOOD, None), "low < high"),
        (lambda: region_complex(GOOD).locate([1.0, 2.0]), r"one point is the batch \[x\]"),
        (lambda: breakpoints(GOOD), "start \\+ s \\* direction"),
        (lambda: breakpoints([(np.ones((1, 1)), [0])], (1, 0)), "low < high"),
        (lambda: activation_patterns([[1.0]], GOOD), r"expected X of shape \(n_samples, 2\)"),
        (lambda: estimate_regions(GOOD, (-1, 1), 0, np.random.default_rng(0)), "n_samples of at least 1"),
        (lambda: estimate_regions(GOOD, (1, 1), 1, np.random.default_rng(0)), "low < high"),
        (lambda: region_polytope(GOOD, [2.0, 0.0]), "in the box"),
        (lambda: region_polytope(GOOD, [0.0]), r"x of shape \(2,\)"),
        (lambda: region_polytope(GOOD, [0.0, 0.0], (1, 0)), "low < high"),
        (lambda: check_network("here", []), "here: got no layer"),
        (lambda: check_box("here", (1, 1), 2), "here: expected a box"),
    ],
)
def test_refusals_name_the_cure(call, message):
    """Does every refusal say what was expected?"""
    with pytest.raises(ValueError, match=message):
        call()


def test_torch_arrays_take_the_module_from_outside():
    """Do tensors live where the caller says?"""
    assert TorchArrays(torch, "cpu").arange(3).device.type == "cpu"
