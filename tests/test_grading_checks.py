"""Do the helpers that take a learner's values accept everything that a text allows?"""

import numpy as np
import pytest

from coursepkg.grading import CheckFailed, agree, array, network

OR = [([[1], [1]], [-0.5])]


@pytest.mark.parametrize("value", [[0, 1], (False, True), np.array([0, 1], np.float32), [0.0, np.int64(1)]])
def test_array_takes_numbers_of_any_kind(value):
    """Are lists, tuples, Booleans and any float or integer type taken?"""
    assert array(value, "f").tolist() == [0.0, 1.0]


def test_array_takes_complex_numbers_where_asked():
    """Are complex numbers taken where the text allows them?"""
    assert array([1j], "f", complex_numbers=True).dtype == complex
    agree([1j], np.array([1j]), "f")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_array_bounds_the_size_of_numbers(value: float):
    """Are NaN and too large numbers refused where sums are taken of them?"""
    with pytest.raises(CheckFailed, match=r"NaN, or a number larger than 1e\+100"):
        array([value], "w", largest=1e100)


@pytest.mark.parametrize("value", [OR, tuple(OR), [[np.ones((2, 1), int), (-0.5,)]]])
def test_network_takes_lists_and_arrays(value):
    """Do lists, tuples and arrays make the same network?"""
    ((W, b),) = network(value, "f", n_in=2, n_out=1)
    assert W.tolist() == [[1.0], [1.0]]
    assert b.tolist() == [-0.5]


def test_network_takes_a_layer_without_units():
    """Is an empty layer a layer, also as lists, which cannot say how many columns no rows have?"""
    layers = network([([[], []], []), ([], [-1])], "f", n_in=2, n_out=1)
    assert [W.shape for W, _ in layers] == [(2, 0), (0, 1)]
