"""Are the counts of derivatives right, and does the price of a gradient stay below its bound?"""

from itertools import pairwise, permutations

import numpy as np
import pytest

from coursepkg import autodiff as ad
from coursepkg.operation_counts import (
    FUNCTIONS,
    Arithmetic,
    Number,
    best_order,
    gradient_multiplications,
    graph_multiplications,
    jacobian_by_sweeps,
    jacobian_multiplications,
    layer_multiplications,
    measure,
)

SIZES = [[2, 64, 64, 1], [64, 32, 10], [3, 5], [4, 1, 6, 2, 3]]
POSITIVE = [0.7, 1.3, 2.1]


def by_tensors(name):
    """Return the function of that name on Tensors."""
    return getattr(ad, name)


METHODS = ("reverse", "forward", "differences")


def random_function(seed, n=4, length=25, kinds=("+", "-", "*", "/", "function", "constant")):
    """Return a function of n numbers, made of random operations, for Numbers and for Tensors."""
    rng = np.random.default_rng(seed)
    plan = []
    for k in range(length):
        kind, name = rng.choice(kinds), rng.choice(["sin", "cos", "tanh", "sigmoid"])
        plan.append((kind, *rng.integers(n + k, size=2).tolist(), name))

    def f(x):
        values = [x[i] for i in range(n)]
        for kind, i, j, name in plan:
            a, b = values[i], values[j]
            if kind == "function":
                values.append(a.apply(name) if isinstance(a, Number) else by_tensors(name)(a))
            elif kind == "constant":
                values.append((2.0 - 0.5 * a) / 3.0 + 1.0)
            elif kind == "/":
                values.append(a / (b * b + 2.0))
            else:
                values.append({"+": a + b, "-": a - b, "*": a * b * 0.5}[kind])
        return values[-1] + values[-2] * values[0]

    return f, rng.uniform(0.5, 1.5, n)


@pytest.mark.parametrize(
    ("sizes", "forward", "reverse"),
    [([2, 64, 64, 1], 8576, 4288), ([64, 32, 10], 151_552, 23_680), ([784, 100, 100, 1], 69_384_000, 88_500)],
)
def test_jacobian_counts_of_the_lesson(sizes, forward, reverse):
    """Are these the numbers that the lesson prints?"""
    assert jacobian_multiplications(sizes, "forward") == forward
    assert jacobian_multiplications(sizes, "reverse") == reverse


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("sizes", SIZES)
def test_sweeps_give_the_product_and_the_count_of_the_formula(sizes, mode):
    """Is the Jacobian by sweeps NumPy's product, and its count the formula's?"""
    rng = np.random.default_rng(0)
    matrices = [rng.normal(size=shape) for shape in pairwise(sizes)]
    jacobian, count = jacobian_by_sweeps(matrices, mode)
    product = np.linalg.multi_dot([np.eye(sizes[0]), *matrices]).T
    np.testing.assert_allclose(jacobian, product, rtol=1e-11, atol=1e-11)
    assert count == jacobian_multiplications(sizes, mode)


def test_crossover_lies_at_as_many_inputs_as_outputs():
    """Is forward mode cheaper exactly with fewer inputs than outputs?"""
    for n_in in range(1, 8):
        for n_out in range(1, 8):
            sizes = [n_in, 5, n_out]
            gap = jacobian_multiplications(sizes, "forward") - jacobian_multiplications(sizes, "reverse")
            assert np.sign(gap) == np.sign(n_in - n_out)


def test_best_order_is_the_minimum_over_all_orders():
    """Does dynamic programming find what trying every order of eliminating inner nodes finds?"""
    rng = np.random.default_rng(1)
    for _ in range(30):
        sizes = rng.integers(1, 9, size=rng.integers(2, 7)).tolist()
        costs = []
        for order in permutations(range(1, len(sizes) - 1)):
            left, cost = list(range(len(sizes))), 0
            for k in order:
                at = left.index(k)
                cost += sizes[left[at - 1]] * sizes[k] * sizes[left[at + 1]]
                left.remove(k)
            costs.append(cost)
        assert best_order(sizes)[0] == min(costs)


@pytest.mark.parametrize(("sizes", "backward"), [([2, 64, 64, 1], 8448), ([784, 100, 100, 1], 98_600)])
@pytest.mark.parametrize("fused", [False, True])
def test_recorded_graph_has_the_counts_of_the_formula(sizes, backward, fused):
    """Do the products on the engine's tape add up to the formula, fused layers or not?"""
    rng = np.random.default_rng(0)
    h = rng.normal(size=(1, sizes[0]))
    for fan_in, fan_out in pairwise(sizes):
        W = ad.Tensor(rng.normal(size=(fan_in, fan_out)), requires_grad=True)
        b = ad.Tensor(np.zeros(fan_out), requires_grad=True)
        h = ad.layer(h, W, b, "tanh") if fused else ad.tanh(ad.matmul(h, W) + b)
    assert graph_multiplications(ad.sum(h)) == (layer_multiplications(sizes), backward)
    assert gradient_multiplications(sizes) == backward
    assert backward < 2 * layer_multiplications(sizes)


def test_graph_without_products_is_refused():
    """Does the message say what may have happened?"""
    with pytest.raises(ValueError, match="was the graph freed"):
        graph_multiplications(ad.Tensor(1.0, requires_grad=True) * 2.0)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_elementary_function_costs_at_most_four_more(name):
    """Are value and slope right, and is the price of one function below the bound?"""
    for x in POSITIVE:
        for method in ("reverse", "forward"):
            cost = measure(lambda v: v[0].apply(name), [x], method)
            assert cost.value == pytest.approx(by_tensors(name)(np.array(x)), rel=1e-14)
            assert cost.gradient[0] == pytest.approx(float(ad.grad(by_tensors(name))(x)), rel=1e-13)
            assert cost.function.total() == 1
            assert cost.ratio <= (5 if method == "reverse" else 4)


@pytest.mark.parametrize("operation", ["+", "-", "*", "/"])
@pytest.mark.parametrize("form", ["x{}y", "x{}2.5", "2.5{}x", "x{}x"])
def test_operation_costs_at_most_four_more(operation, form):
    """The same for the four operations, with constants on either side."""
    text = form.format(operation)

    def f(v):
        return eval(text, {"x": v[0], "y": v[1]})

    right = ad.grad(f)(np.array([1.7, -0.6]))
    for method in ("reverse", "forward"):
        cost = measure(f, [1.7, -0.6], method)
        np.testing.assert_allclose(cost.gradient, right, rtol=1e-13)
        assert cost.function.total() == 1
        assert cost.total.total() <= (5 if method == "reverse" else 1 + 3 * 2)


@pytest.mark.parametrize("seed", range(20))
def test_gradient_of_a_random_function_is_right_and_cheap(seed):
    """Do all methods agree with the engine, and does the bound of five hold?"""
    f, x = random_function(seed)
    right = ad.grad(f)(x)
    reverse, forward, differences = (measure(f, x, method) for method in METHODS)
    np.testing.assert_allclose(reverse.gradient, right, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(forward.gradient, right, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(differences.gradient, right, rtol=1e-3, atol=1e-3)
    assert reverse.function == forward.function == differences.function
    assert reverse.ratio <= 5
    assert forward.ratio <= 1 + 3 * len(x)
    n = len(x)
    assert differences.total.total() == (n + 1) * reverse.function.total() + 3 * n


@pytest.mark.parametrize("seed", range(10))
def test_rational_function_takes_at_most_three_times_the_multiplications(seed):
    """Does the bound of three hold, if multiplications and divisions alone are counted?"""
    f, x = random_function(seed, kinds=("+", "-", "*", "/", "constant"))
    assert 1 < measure(f, x).multiplication_ratio <= 3


def test_product_attains_the_bounds():
    """Is five reached, and three for multiplications alone?"""
    for n in (2, 5, 50):

        def product(v):
            y = v[0]
            for factor in v[1:]:
                y = y * factor
            return y

        cost = measure(product, np.linspace(0.9, 1.1, n))
        assert cost.function.total() == n - 1
        assert cost.ratio == 5
        assert cost.multiplication_ratio == 3


def test_function_without_multiplication_has_no_such_ratio():
    """Is it NaN in place of a division by 0?"""
    assert np.isnan(measure(lambda v: v[0] + v[1], [1.0, 2.0]).multiplication_ratio)


def test_arithmetic_counts_each_kind():
    """Is every operation booked under its own name?"""
    m = Arithmetic()
    assert m.subtract(m.divide(6.0, 3.0), m.call(abs, -1.0)) == 1.0
    assert m.add(1.0, m.multiply(2.0, 3.0)) == 7.0
    assert m.counts == {"/": 1, "function": 1, "-": 1, "*": 1, "+": 1}


def test_wrong_arguments_are_refused():
    """Does every message name the cure?"""
    with pytest.raises(ValueError, match="inputs come first and outputs last"):
        layer_multiplications([3])
    with pytest.raises(ValueError, match="inputs come first and outputs last"):
        gradient_multiplications([3, 0])
    with pytest.raises(ValueError, match="inputs come first and outputs last"):
        best_order([2])
    with pytest.raises(ValueError, match="'forward' or 'reverse', got 'back'"):
        jacobian_multiplications([2, 1], "back")
    with pytest.raises(ValueError, match="at least one matrix"):
        jacobian_by_sweeps([], "forward")
    with pytest.raises(ValueError, match="columns of one are the rows of the next"):
        jacobian_by_sweeps([np.ones((2, 3)), np.ones((2, 3))], "forward")
    with pytest.raises(ValueError, match="expected one of exp, log"):
        measure(lambda v: v[0].apply("gamma"), [1.0])
    with pytest.raises(ValueError, match="'reverse', 'forward' or 'differences'"):
        measure(lambda v: v[0], [1.0], "sideways")
    with pytest.raises(ValueError, match=r"shape \(n,\), got \(\)"):
        measure(lambda v: v, 1.0)
    with pytest.raises(TypeError, match="returned float, expected a Number"):
        measure(lambda v: 1.0, [1.0])
