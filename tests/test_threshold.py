"""Threshold units: what they compute, how many functions there are, and networks that compute the rest."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursepkg import separability
from coursepkg.separability import (
    hull_crossing,
    is_threshold,
    separating_unit,
    symmetry_classes,
    threshold_functions,
    threshold_functions_upper_bound,
)
from coursepkg.threshold import (
    boolean_inputs,
    dnf_network,
    gate,
    heaviside,
    parity_network,
    threshold_forward,
    tlu,
    two_input_name,
)

COUNTS = {1: 4, 2: 14, 3: 104, 4: 1882}  # OEIS A000609


def all_tables(n):
    return boolean_inputs(2**n)


def as_set(tables):
    return {tuple(table) for table in np.asarray(tables).tolist()}


def test_heaviside_at_the_tie():
    """Is H(0) = 1, for both signs of zero, and does NumPy agree elsewhere?"""
    z = np.array([-np.inf, -1.0, -1e-300, -0.0, 0.0, 1e-300, 2.0, np.inf])
    np.testing.assert_array_equal(heaviside(z), np.heaviside(z, 1.0))
    assert heaviside(0.0) == 1
    assert np.issubdtype(heaviside(z).dtype, np.integer)


def test_heaviside_keeps_the_shape():
    """Does a batch keep its shape, and an empty one too?"""
    assert heaviside(np.zeros((3, 2))).shape == (3, 2)
    assert heaviside([]).shape == (0,)


def test_heaviside_rejects_nan():
    """Is a NaN named instead of being called silent?"""
    with pytest.raises(ValueError, match=r"NaN.*look for 0/0"):
        heaviside([1.0, np.nan])


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=6), st.integers(-10, 10), st.data())
def test_tlu_against_a_loop(w, b, data):
    """Does the batch agree with the definition, one input at a time, in exact integers?"""
    X = data.draw(
        st.lists(st.lists(st.integers(0, 1), min_size=len(w), max_size=len(w)), min_size=1, max_size=5)
    )
    expected = [1 if sum(wi * xi for wi, xi in zip(w, x, strict=True)) + b >= 0 else 0 for x in X]
    assert tlu(X, w, b).tolist() == expected


def test_tlu_does_not_change_its_inputs():
    """Are the caller's arrays left alone?"""
    X, w = boolean_inputs(2), np.array([1.0, -1.0])
    tlu(X, w, 0.5)
    np.testing.assert_array_equal(X, boolean_inputs(2))
    np.testing.assert_array_equal(w, [1.0, -1.0])


def test_tlu_names_the_cure():
    """Do wrong shapes say what was expected?"""
    with pytest.raises(ValueError, match=r"3 columns but w has 2 weights; did you pass X\.T"):
        tlu(np.zeros((2, 3)), [1, 1], 0)
    with pytest.raises(ValueError, match=r"the batch \[x\]"):
        tlu([0, 1], [1, 1], 0)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("or", lambda a, b: a or b),
        ("and", lambda a, b: a and b),
        ("nand", lambda a, b: not (a and b)),
        ("nor", lambda a, b: not (a or b)),
        ("not", lambda a: not a),
    ],
)
def test_gate_against_python(name, function):
    """Does the unit compute what Python's operators compute?"""
    w, b = gate(name)
    X = boolean_inputs(len(w))
    assert tlu(X, w, b).tolist() == [int(function(*x)) for x in X.tolist()]


def test_gate_has_the_lectures_weights():
    """Are or, and, not those of the slide: a+b-0.5, a+b-1.5, -a+0.5?"""
    for name, w, b in (("or", [1, 1], -0.5), ("and", [1, 1], -1.5), ("not", [-1], 0.5)):
        np.testing.assert_array_equal(gate(name)[0], w)
        assert gate(name)[1] == b


def test_gate_returns_fresh_arrays():
    """Can a caller change the weights without changing the next caller's?"""
    gate("or")[0][:] = 7
    np.testing.assert_array_equal(gate("or")[0], [1, 1])


def test_gate_rejects_xor():
    """Does asking for the xor unit lead to the network?"""
    with pytest.raises(ValueError, match="xor has no unit, take parity_network"):
        gate("xor")


@pytest.mark.parametrize("n", range(6))
def test_boolean_inputs_against_itertools(n):
    """Are the rows those of itertools.product, that is the binary numbers in order?"""
    X = boolean_inputs(n)
    assert X.shape == (2**n, n)
    assert X.tolist() == [list(row) for row in product((0, 1), repeat=n)]


@pytest.mark.parametrize("n", [-1, 21])
def test_boolean_inputs_rejects_other_sizes(n):
    """Is a size that cannot be meant refused?"""
    with pytest.raises(ValueError, match="n from 0 to 20"):
        boolean_inputs(n)


def test_two_input_names_against_their_formulas():
    """Does every name, read as a Python expression, give its table?"""
    for table in all_tables(2):
        expression = two_input_name(table)
        expression = {
            "and": "x1 and x2", "or": "x1 or x2", "xor": "x1 != x2", "xnor": "x1 == x2",
            "nand": "not (x1 and x2)", "nor": "not (x1 or x2)", "true": "True", "false": "False",
        }.get(expression, expression)  # fmt: skip
        values = [int(eval(expression, {"x1": x1, "x2": x2})) for x1, x2 in boolean_inputs(2).tolist()]
        assert values == table.tolist()
    assert len({two_input_name(table) for table in all_tables(2)}) == 16


def test_two_input_name_rejects_three_bits():
    """Is a table of another size refused?"""
    with pytest.raises(ValueError, match="n = 2 only"):
        two_input_name(np.zeros(8, dtype=int))


def test_threshold_forward_is_a_chain_of_units():
    """Does each layer apply each of its units to the layer before?"""
    rng = np.random.default_rng(0)
    layers = [
        (rng.integers(-2, 3, (4, 3)), rng.integers(-2, 3, 3)),
        (rng.integers(-2, 3, (3, 2)), rng.integers(-2, 3, 2)),
    ]
    h = boolean_inputs(4)
    for W, b in layers:
        h = np.column_stack([tlu(h, W[:, j], b[j]) for j in range(len(b))])
    np.testing.assert_array_equal(threshold_forward(boolean_inputs(4), layers), h)


def test_threshold_forward_names_the_layer():
    """Does a transposed weight matrix say which layer and what to do?"""
    layers = [(np.ones((2, 3)), np.zeros(3)), (np.ones((1, 3)), np.zeros(1))]
    with pytest.raises(ValueError, match=r"layer 2 takes 1 inputs .* did you pass W\.T"):
        threshold_forward(boolean_inputs(2), layers)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_enumeration_equals_linear_programming(n):
    """Does the enumeration of weights find the very tables for which the linear programme has a solution?"""
    found = as_set(threshold_functions(n))
    assert found == {tuple(t) for t in all_tables(n).tolist() if is_threshold(t)}
    assert len(found) == COUNTS[n]


def test_four_bits_by_symmetry_classes():
    """Do the 222 classes, each tested by a linear programme, add to the number found by enumeration?"""
    tables, sizes = symmetry_classes(4)
    assert len(tables) == 222
    assert sizes.sum() == 2**16
    passed = np.array([is_threshold(table) for table in tables])
    found = as_set(threshold_functions(4))
    assert sizes[passed].sum() == len(found) == COUNTS[4]
    assert [tuple(table) in found for table in tables.tolist()] == passed.tolist()


def test_five_bits_are_closed_under_negation():
    """Are there 94572 functions of 5 bits, and is the negation of each among them?"""
    tables = threshold_functions(5)
    codes = tables @ 2 ** np.arange(32)[::-1]
    assert len(codes) == 94572
    assert np.all(np.diff(codes) > 0)
    np.testing.assert_array_equal(np.sort(2**32 - 1 - codes), codes)


@pytest.mark.parametrize("n", [0, 6])
def test_threshold_functions_rejects_other_sizes(n):
    """Is a size for which the range of weights is not checked refused?"""
    with pytest.raises(ValueError, match="n from 1 to 5"):
        threshold_functions(n)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_upper_bound_holds(n):
    """Is the count at most the bound, and equal to it for one and two inputs?"""
    assert COUNTS[n] <= threshold_functions_upper_bound(n)
    assert (COUNTS[n] == threshold_functions_upper_bound(n)) == (n <= 2)


def test_upper_bound_rejects_zero_inputs():
    """Is n = 0 refused?"""
    with pytest.raises(ValueError, match="at least 1"):
        threshold_functions_upper_bound(0)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_symmetry_classes_against_orbits(n):
    """Do the classes agree with orbits grown one table at a time?"""
    rows = [tuple(row) for row in boolean_inputs(n).tolist()]

    def images(table):
        value = dict(zip(rows, table, strict=True))
        for order, flips, negate in product(permutations(range(n)), rows, (0, 1)):
            yield tuple(value[tuple(x[i] ^ flips[i] for i in order)] ^ negate for x in rows)

    orbits = {frozenset(images(tuple(table))) for table in all_tables(n).tolist()}
    tables, sizes = symmetry_classes(n)
    assert {(min(orbit), len(orbit)) for orbit in orbits} == set(
        zip(map(tuple, tables.tolist()), sizes.tolist(), strict=True)
    )


@pytest.mark.parametrize("n", [0, 5])
def test_symmetry_classes_rejects_other_sizes(n):
    """Is a size that would not end refused?"""
    with pytest.raises(ValueError, match="n from 1 to 4"):
        symmetry_classes(n)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_exactly_one_certificate(n):
    """Has every table a unit or a common point of the hulls, and never both?"""
    X = boolean_inputs(n)
    for truth in all_tables(n):
        unit, point = separating_unit(truth), hull_crossing(truth)
        assert (unit is None) != (point is None)
        if unit is not None:
            np.testing.assert_array_equal(tlu(X, *unit), truth)


@given(st.lists(st.integers(0, 1), min_size=16, max_size=16))
def test_crossing_point_contradicts_every_unit(truth):
    """Is the crossing point an average of ones and an average of zeros, by non-negative weights?"""
    from scipy.optimize import nnls

    point = hull_crossing(truth)
    if point is None:
        assert is_threshold(truth)
        return
    X = np.column_stack([boolean_inputs(4), np.ones(16)])
    for value in (0, 1):
        residual = nnls(X[np.array(truth) == value].T, np.append(point, 1.0))[1]
        assert residual < 1e-9


def test_xor_crosses_in_the_middle():
    """Do the diagonals of the square meet at (1/2, 1/2), for xor and xnor alone?"""
    for table in all_tables(2):
        crossing = hull_crossing(table)
        if two_input_name(table) in ("xor", "xnor"):
            np.testing.assert_allclose(crossing, [0.5, 0.5], atol=1e-9)
        else:
            assert crossing is None


@pytest.mark.parametrize("value", [0, 1])
def test_constants_are_threshold_functions(value):
    """Are the constants computed, also for no input at all?"""
    for n in range(4):
        w, b = separating_unit(np.full(2**n, value))
        assert w.shape == (n,)
        assert heaviside(b) == value


@pytest.mark.parametrize(
    "function", [separating_unit, hull_crossing, is_threshold, dnf_network, two_input_name]
)
def test_tables_of_other_forms_are_rejected(function):
    """Do tables of a wrong size, or of -1 and 1, say what to give?"""
    with pytest.raises(ValueError, match=rf"{function.__name__}: expected a truth table of shape"):
        function([0, 1, 1])
    with pytest.raises(ValueError, match="truth table of shape"):
        function([[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="truth table of shape"):
        function([])
    with pytest.raises(ValueError, match="write 0 for -1"):
        function([-1, 1, 1, -1])


def test_separating_unit_does_not_trust_the_solver(monkeypatch):
    """Is a wrong unit, or a solver that gives up, an error and never an answer?"""

    class Found:
        status, message, x = 0, "", np.zeros(6)

    monkeypatch.setattr(separability, "linprog", lambda *args, **kwargs: Found)
    with pytest.raises(RuntimeError, match="is wrong"):
        separating_unit([0, 0, 0, 1])
    Found.status, Found.message = 1, "iteration limit"
    with pytest.raises(RuntimeError, match="iteration limit; try a smaller table"):
        separating_unit([0, 0, 0, 1])


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_dnf_computes_every_function(n):
    """Does the network reproduce every table, with one hidden unit for each 1?"""
    for truth in all_tables(n):
        layers = dnf_network(truth)
        np.testing.assert_array_equal(threshold_forward(boolean_inputs(n), layers).ravel(), truth)
        assert layers[0][0].shape == (n, truth.sum())


@given(st.integers(0, 2**32 - 1))
def test_dnf_computes_random_functions_of_five_bits(code):
    """Does it still hold at five bits, where not every table can be tried?"""
    truth = (code >> np.arange(32)[::-1]) & 1
    np.testing.assert_array_equal(threshold_forward(boolean_inputs(5), dnf_network(truth)).ravel(), truth)


@pytest.mark.parametrize("n", range(1, 11))
def test_parity_network_on_all_inputs(n):
    """Is the output the parity for each of the 2**n inputs, with n + 1 units?"""
    layers, X = parity_network(n), boolean_inputs(n)
    np.testing.assert_array_equal(threshold_forward(X, layers).ravel(), X.sum(axis=1) % 2)
    assert sum(len(b) for _, b in layers) == n + 1
    if n > 1:
        assert len(dnf_network(X.sum(axis=1) % 2)[0][1]) == 2 ** (n - 1)


def test_parity_network_rejects_zero_inputs():
    """Is n = 0 refused?"""
    with pytest.raises(ValueError, match="at least 1"):
        parity_network(0)


def test_xor_needs_two_hidden_units():
    """Does a layered network with one hidden unit compute threshold functions only?

    Its output is a function of one bit: the bit, its negation or a constant.
    """
    one_hidden = threshold_functions(2)
    for truth in one_hidden:
        for w, b in product((-1, 0, 1), (-0.5, 0.5)):
            assert is_threshold(tlu(truth[:, None], [w], b))
