"""Are the derivatives right, in both modes and both orders, and are wrong uses refused?"""

import gc
import sys
import time
import warnings
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from coursepkg import autodiff as ad
from coursepkg import network
from coursepkg.autodiff import Tensor

functional = torch.nn.functional


def assert_equal(got, expected, tolerance=1e-12):
    """Compare to a share of the largest entry; shapes and types count too."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    scale = max(1.0, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * scale)


def compare_with_torch(ours, theirs, xs, seed=0):
    """Compare value, both modes and second derivatives of a function with torch's in float64."""
    rng, xs = np.random.default_rng(seed), tuple(np.asarray(x, dtype=float) for x in xs)
    tx = [torch.tensor(x, requires_grad=True) for x in xs]
    ty = theirs(*tx)
    g, vs = rng.normal(size=ty.shape), tuple(rng.normal(size=x.shape) for x in xs)
    tg, tv = torch.tensor(g), [torch.tensor(v) for v in vs]

    pulled = torch.autograd.grad(ty, tx, tg, create_graph=True)
    value, found = ad.vjp(ours, xs, g)
    assert_equal(value, ty.detach())
    for a, b in zip(found, pulled, strict=True):
        assert_equal(a, b.detach())

    leaves = [Tensor(x, requires_grad=True) for x in xs]
    ours(*leaves).backward(g)
    for leaf, a in zip(leaves, found, strict=True):
        assert_equal(leaf.grad, a)

    value, tangent = ad.jvp(ours, xs, vs)
    assert_equal(value, ty.detach())
    # J v is the derivative of u -> J.T u along v
    u = torch.zeros_like(ty, requires_grad=True)
    transposed = torch.autograd.grad(ty, tx, u, create_graph=True)
    assert_equal(tangent, torch.autograd.grad(transposed, u, tv, retain_graph=True)[0])

    slope = sum((p * v).sum() for p, v in zip(pulled, tv, strict=True))
    second = [np.zeros(x.shape) for x in xs]
    if slope.requires_grad:
        raw = torch.autograd.grad(slope, tx, allow_unused=True)
        second = [z if r is None else r.numpy(force=True) for r, z in zip(raw, second, strict=True)]

    def weighted(*args):
        return ad.sum(ours(*args) * g)

    def along(*args):
        gradients = ad.grad(weighted)(*args)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        return ad.sum(ad.concatenate([ad.reshape(d * v, -1) for d, v in zip(gradients, vs, strict=True)]))

    forward_over_reverse = ad.hvp(weighted, xs, vs)
    reverse_over_reverse = ad.grad(along)(*xs)
    reverse_over_reverse = (
        reverse_over_reverse if isinstance(reverse_over_reverse, tuple) else (reverse_over_reverse,)
    )
    for a, b, c in zip(forward_over_reverse, reverse_over_reverse, second, strict=True):
        assert_equal(a, c)
        assert_equal(b, c)
    forward_over_forward = ad.jvp(lambda *args: ad.jvp(ours, args, vs)[1], xs, vs)[1]
    assert_equal(
        (forward_over_forward * g).sum(), sum((v * h).sum() for v, h in zip(vs, second, strict=True))
    )


def away_from(x, points, gap=0.05):
    """Move values off the points where a function has a kink."""
    for point in points:
        x = np.where(np.abs(x - point) < gap, point + gap, x)
    return x


UNARY = {
    "negative": (ad.negative, torch.neg, "real"),
    "exp": (ad.exp, torch.exp, "real"),
    "log": (ad.log, torch.log, "positive"),
    "sqrt": (ad.sqrt, torch.sqrt, "positive"),
    "sin": (ad.sin, torch.sin, "real"),
    "cos": (ad.cos, torch.cos, "real"),
    "tanh": (ad.tanh, torch.tanh, "real"),
    "sigmoid": (ad.sigmoid, torch.sigmoid, "real"),
    "relu": (ad.relu, torch.relu, "kink"),
    "leaky_relu": (lambda x: ad.leaky_relu(x, 0.3), lambda x: functional.leaky_relu(x, 0.3), "kink"),
    "leaky_relu beyond 1": (lambda x: ad.leaky_relu(x, 2.0), lambda x: functional.leaky_relu(x, 2.0), "kink"),
    "absolute": (abs, torch.abs, "kink"),
    "squared_norm": (ad.squared_norm, lambda x: (x * x).sum(), "real"),
    "square": (lambda x: x**2, lambda x: x**2, "real"),
    "cube": (lambda x: x**3, lambda x: x**3, "real"),
    "power 1": (lambda x: x**1, lambda x: x**1, "real"),
    "power -1.5": (lambda x: x**-1.5, lambda x: x**-1.5, "positive"),
    "sum": (ad.sum, torch.sum, "real"),
    "mean": (ad.mean, torch.mean, "real"),
    "flatten": (lambda x: x.reshape(-1), lambda x: x.reshape(-1), "real"),
    "transpose": (lambda x: x.T, lambda x: x.permute(tuple(reversed(range(x.ndim)))), "real"),
    "constant on the left": (lambda x: 2.0 - 3.0 / x, lambda x: 2.0 - 3.0 / x, "positive"),
}
BINARY = {
    "add": (ad.add, torch.add),
    "subtract": (ad.subtract, torch.sub),
    "multiply": (ad.multiply, torch.mul),
    "divide": (ad.divide, torch.div),
    "maximum": (ad.maximum, torch.maximum),
    "where": (
        lambda a, b: ad.where((a > 0) & (b > 0), a, b),
        lambda a, b: torch.where((a > 0) & (b > 0), a, b),
    ),
    "cross_entropy": (
        lambda a, b: ad.cross_entropy(ad.sigmoid(a), b),
        lambda a, b: -b * torch.sigmoid(a).log() - (1 - b) * (1 - torch.sigmoid(a)).log(),
    ),
    "reused": (lambda a, b: a * b + a / b - a, lambda a, b: a * b + a / b - a),
}


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=8, deadline=None)
@given(shape=st.lists(st.integers(1, 4), max_size=3).map(tuple), seed=st.integers(0, 2**32 - 1))
def test_unary_operation_agrees_with_torch(name, shape, seed):
    """Does an operation of one input agree with torch on random shapes, both modes, both orders?"""
    ours, theirs, domain = UNARY[name]
    x = np.random.default_rng(seed).normal(size=shape)
    x = {"real": x, "positive": np.abs(x) + 0.3, "kink": away_from(x, [0.0])}[domain]
    compare_with_torch(ours, theirs, [x], seed)


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=15, deadline=None)
@given(
    shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4), seed=st.integers(0, 2**32 - 1)
)
def test_binary_operation_agrees_with_torch_under_broadcasting(name, shapes, seed):
    """Does an operation of two inputs agree with torch on all shapes that broadcast?"""
    ours, theirs = BINARY[name]
    rng = np.random.default_rng(seed)
    a, b = (away_from(rng.normal(size=shape), [0.0], 0.3) for shape in shapes.input_shapes)
    compare_with_torch(ours, theirs, [a, b], seed)


SHAPES = {
    "matrices": ((3, 4), (4, 2)),
    "vector, matrix": ((4,), (4, 2)),
    "matrix, vector": ((3, 4), (4,)),
    "vectors": ((4,), (4,)),
    "stacks": ((5, 3, 4), (5, 4, 2)),
    "broadcast stacks": ((2, 1, 3, 4), (5, 4, 2)),
    "stack, matrix": ((5, 3, 4), (4, 2)),
    "vector, stack": ((4,), (5, 4, 2)),
    "stack, vector": ((5, 3, 4), (4,)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_matmul_agrees_with_torch(name):
    """Does @ follow NumPy's rules for vectors and stacks, derivatives included?"""
    rng = np.random.default_rng(1)
    compare_with_torch(lambda a, b: a @ b, torch.matmul, [rng.normal(size=shape) for shape in SHAPES[name]])


ACTIVATIONS = {"identity": lambda z: z, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}


@pytest.mark.parametrize("x_shape", [(6, 3), (3,), (2, 5, 3)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_layer_agrees_with_torch(x_shape, activation):
    """Does the fused layer agree with torch for a batch, one vector, and a stack of batches?"""
    rng = np.random.default_rng(2)
    x, W, b = rng.normal(size=x_shape), rng.normal(size=(3, 4)), rng.normal(size=4)
    theirs = ACTIVATIONS[activation]
    compare_with_torch(
        lambda x, W, b: ad.layer(x, W, b, activation), lambda x, W, b: theirs(x @ W + b), [x, W, b], seed=3
    )
    if activation == "identity":
        compare_with_torch(ad.affine, lambda x, W, b: x @ W + b, [x, W, b], seed=4)


INDEXES = {
    "entry": (1, 2),
    "row": 1,
    "slices": (slice(None, None, 2), slice(1, 3)),
    "new axis": (None, slice(None), 0),
    "ellipsis": (..., 1),
    "rows twice": ([0, 2, 0],),
    "pairs": ([0, 1, 1], [2, 3, 3]),
    "mask": (np.array([True, False, True]),),
}


@pytest.mark.parametrize("name", INDEXES)
def test_indexing_agrees_with_torch(name):
    """Does taking entries send derivatives back to where they came from, repeated ones added?"""
    index = INDEXES[name]
    x = np.random.default_rng(3).normal(size=(3, 4))
    mask = (
        index
        if not isinstance(index, tuple) or not isinstance(index[0], np.ndarray)
        else torch.tensor(index[0])
    )
    compare_with_torch(lambda x: x[index] * x[index], lambda x: x[mask] * x[mask], [x])


STRUCTURE = {
    "sum axis": (lambda x: ad.sum(x, 1), lambda x: x.sum(1)),
    "sum axes, kept": (lambda x: ad.sum(x, (0, -1), keepdims=True), lambda x: x.sum((0, -1), keepdim=True)),
    "mean axis": (lambda x: x.mean(axis=-1), lambda x: x.mean(-1)),
    "transpose axes": (lambda x: ad.transpose(x, (1, 2, 0)) ** 2, lambda x: x.permute(1, 2, 0) ** 2),
    "reshape": (lambda x: x.reshape(4, -1) ** 2, lambda x: x.reshape(4, -1) ** 2),
    "broadcast_to": (lambda x: ad.broadcast_to(x, (5, 2, 3, 4)) ** 2, lambda x: x.expand(5, 2, 3, 4) ** 2),
    "max axis": (lambda x: ad.max(x, 1), lambda x: x.amax(1)),
    "max of all": (ad.max, lambda x: x.amax()),
    "softmax": (lambda x: ad.softmax(x, 1), lambda x: torch.softmax(x, 1)),
    "log_softmax": (ad.log_softmax, lambda x: torch.log_softmax(x, -1)),
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure_agrees_with_torch(name):
    """Do reductions, reshaping and softmax agree with torch?"""
    compare_with_torch(*STRUCTURE[name], [np.random.default_rng(4).normal(size=(2, 3, 4))])


def test_concatenate_agrees_with_torch():
    """Does joining along any axis, one part twice, agree with torch?"""
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
    compare_with_torch(
        lambda a, b: ad.concatenate([a, b, a], axis=-1) ** 2,
        lambda a, b: torch.cat([a, b, a], -1) ** 2,
        [a, b],
    )
    joined = ad.concatenate([np.ones(1), Tensor([2.0], requires_grad=True)])
    assert joined.data.tolist() == [1.0, 2.0]
    assert joined.operation == "concatenate"


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (1, 2), (3, 1)])
def test_convolutions_agree_with_torch(stride, padding):
    """Do convolutions agree with torch for strides and padding, both modes, both orders?"""
    rng = np.random.default_rng(6)
    compare_with_torch(
        lambda x, k: ad.conv2d(x, k, stride, padding) ** 2,
        lambda x, k: functional.conv2d(x, k, stride=stride, padding=padding) ** 2,
        [rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(4, 3, 3, 2))],
    )
    compare_with_torch(
        lambda x, k: ad.conv1d(x, k, stride, padding) ** 2,
        lambda x, k: functional.conv1d(x, k, stride=stride, padding=padding) ** 2,
        [rng.normal(size=(2, 3, 8)), rng.normal(size=(4, 3, 3))],
    )


LABELS = np.array([0, 2, 2, 1])
HALF = np.array([[1.0], [0.0], [0.25]])
LOSSES = {
    "softmax": (
        lambda z: ad.softmax_cross_entropy(z, LABELS),
        lambda z: functional.cross_entropy(z, torch.tensor(LABELS)),
        [(4, 3)],
    ),
    "binary": (
        lambda z: ad.binary_cross_entropy_with_logits(z, HALF),
        lambda z: functional.binary_cross_entropy_with_logits(z, torch.tensor(HALF)),
        [(3, 1)],
    ),
    "mse": (ad.mse, functional.mse_loss, [(3, 2), (3, 2)]),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_loss_agrees_with_torch(name, scale):
    """Do the fused losses agree with torch, also for logits far from 0?"""
    ours, theirs, shapes = LOSSES[name]
    rng = np.random.default_rng(7)
    compare_with_torch(ours, theirs, [scale * rng.normal(size=shape) for shape in shapes])


@pytest.mark.parametrize("name", LOSSES)
def test_loss_equals_the_one_on_arrays(name):
    """Do the losses of Tensors and of arrays give the same number?"""
    ours, _, shapes = LOSSES[name]
    xs = [np.random.default_rng(8).normal(size=shape) for shape in shapes]
    plain = ours(*xs)
    assert isinstance(plain, float)
    assert ours(*map(Tensor, xs)).item() == pytest.approx(plain, rel=1e-14)


@settings(max_examples=25, deadline=None)
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), data=st.data())
def test_reductions_agree_with_torch_on_random_shapes(shape, data):
    """Do sum, mean, max and softmax over random axes of random shapes agree with torch?"""
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    keep = data.draw(st.booleans())
    x = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))).normal(size=shape)
    compare_with_torch(lambda x: ad.sum(x, axis, keep) ** 2, lambda x: x.sum(axis, keep) ** 2, [x])
    compare_with_torch(lambda x: ad.mean(x, axis, keep) ** 2, lambda x: x.mean(axis, keep) ** 2, [x])
    compare_with_torch(lambda x: ad.max(x, axis, keep) ** 2, lambda x: x.amax(axis, keep) ** 2, [x])
    compare_with_torch(lambda x: ad.softmax(x, axis), lambda x: torch.softmax(x, axis), [x])
    compare_with_torch(lambda x: ad.log_softmax(x, axis), lambda x: torch.log_softmax(x, axis), [x])


@settings(max_examples=25, deadline=None)
@given(
    stacks=mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3),
    sizes=st.tuples(*[st.integers(1, 4)] * 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_products_agree_with_torch_on_random_shapes(stacks, sizes, seed):
    """Do products of broadcast stacks of matrices, and layers of any size, agree with torch?"""
    rng, (n, k, m), (left, right) = np.random.default_rng(seed), sizes, stacks.input_shapes
    a, b = rng.normal(size=(*left, n, k)), rng.normal(size=(*right, k, m))
    compare_with_torch(lambda a, b: a @ b, torch.matmul, [a, b], seed)
    activation = ["identity", "tanh", "sigmoid", "relu"][seed % 4]
    compare_with_torch(
        lambda x, W, c: ad.layer(x, W, c, activation),
        lambda x, W, c: ACTIVATIONS[activation](x @ W + c),
        [a, rng.normal(size=(k, m)), rng.normal(size=m)],
        seed,
    )


@settings(max_examples=15, deadline=None)
@given(
    st.tuples(*[st.integers(1, 3)] * 5),
    st.tuples(*[st.integers(0, 3)] * 2),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_convolutions_agree_with_torch_on_random_shapes(sizes, extra, stride, padding):
    """Do convolutions of random batches, channels, kernels, strides and paddings agree with torch?"""
    n, c, q, kh, kw = sizes
    rng = np.random.default_rng(sum(sizes))
    compare_with_torch(
        lambda x, k: ad.conv2d(x, k, stride, padding),
        lambda x, k: functional.conv2d(x, k, stride=stride, padding=padding),
        [rng.normal(size=(n, c, kh + extra[0], kw + extra[1])), rng.normal(size=(q, c, kh, kw))],
    )
    compare_with_torch(
        lambda x, k: ad.conv1d(x, k, stride, padding),
        lambda x, k: functional.conv1d(x, k, stride=stride, padding=padding),
        [rng.normal(size=(n, c, kw + extra[1])), rng.normal(size=(q, c, kw))],
    )


def random_network(rng, depth, width):
    sizes = [3, *[width] * depth, 2]
    return [array for p, q in pairwise(sizes) for array in (rng.normal(size=(p, q)), rng.normal(size=q))]


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 3),
    st.integers(1, 6),
    st.sampled_from(["tanh", "sigmoid", "relu"]),
    st.integers(0, 2**32 - 1),
)
def test_network_agrees_with_torch(depth, width, activation, seed):
    """Do whole networks of random sizes agree with torch?"""
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(5, 3)), rng.integers(2, size=5)

    def ours(*ps):
        h = X
        for k in range(0, len(ps) - 2, 2):
            h = ad.layer(h, ps[k], ps[k + 1], activation)
        return ad.softmax_cross_entropy(ad.affine(h, ps[-2], ps[-1]), labels)

    def theirs(*ps):
        h = torch.tensor(X)
        for k in range(0, len(ps) - 2, 2):
            h = ACTIVATIONS[activation](h @ ps[k] + ps[k + 1])
        return functional.cross_entropy(h @ ps[-2] + ps[-1], torch.tensor(labels))

    compare_with_torch(ours, theirs, random_network(rng, depth, width), seed)


COMPLEX = {
    "exp": ad.exp, "log": ad.log, "sqrt": ad.sqrt, "sin": ad.sin, "cos": ad.cos, "tanh": ad.tanh,
    "sigmoid": ad.sigmoid, "softmax": ad.softmax, "log_softmax": ad.log_softmax, "power": lambda x: x**3,
    "mixture": lambda x: ad.sum(x * ad.exp(-x) / (1.0 + x * x)),
    "affine": lambda x: ad.affine(x, np.arange(12.0).reshape(4, 3) / 10, np.arange(3.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLEX)
def test_derivative_agrees_with_the_complex_step(name):
    """Does forward mode agree with Im f(x + ih) / h, which loses no digits, to 1e-12?"""
    f, x, v = COMPLEX[name], np.array([0.3, 0.9, 1.4, 2.2]), np.array([1.0, -0.5, 0.25, 2.0])
    step = 1e-30
    assert_equal(ad.jvp(f, x, v)[1], np.imag(f(x + 1j * step * v)) / step)


@pytest.mark.parametrize("name", [*UNARY, "binary"])
def test_derivative_agrees_with_differences(name):
    """Do extrapolated central differences confirm first and second derivatives to 1e-8?"""
    if name == "binary":
        xs = [np.array([[0.7, 1.2]]), np.array([[1.1], [0.6], [2.0]])]
        assert ad.check_gradient(lambda a, b: a * b / (a + b) + ad.maximum(a, b), *xs, order=2) < 1e-8
    else:
        assert ad.check_gradient(UNARY[name][0], np.array([[0.4, 0.9], [1.3, 2.1]]), order=2) < 1e-8


@pytest.mark.parametrize("error", [1e-3, 1e-6])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_check_gradient_finds_small_errors(error, mode):
    """Is a slope that is wrong by 1e-6 relative found, and the place named?"""
    right, wrong = (lambda g, y, x: 2 * g * x), (lambda g, y, x: (2 + error) * g * x)
    rules = ((wrong,), (right,)) if mode == "reverse" else ((right,), (wrong,))
    square = ad.operation(*rules)(np.square)
    with pytest.raises(ValueError, match=rf"argument 0, entry \(0,\): {mode} mode .* look at the rules"):
        ad.check_gradient(square, [1.5, 0.5])


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_jacobian_has_the_shape_of_output_then_input(mode):
    """Does each mode give the Jacobian of a map between matrices as torch does?"""
    x, W = np.random.default_rng(9).normal(size=(2, 3)), np.random.default_rng(10).normal(size=(3, 4))
    got = ad.jacobian(lambda x: ad.tanh(x @ W), x, mode=mode)
    assert got.shape == (2, 4, 2, 3)
    expected = torch.autograd.functional.jacobian(lambda x: torch.tanh(x @ torch.tensor(W)), torch.tensor(x))
    assert_equal(got, expected)


TOGETHER = {
    "layers": lambda x: ad.layer(ad.layer(x, *WEIGHTS, "tanh"), WEIGHTS[0].T, np.ones(3), "sigmoid"),
    "relu layer": lambda x: ad.layer(x, *WEIGHTS, "relu") - ad.sum(x),
    "broadcast": lambda x: ad.exp(x) * np.ones((2, 1)) + Tensor(np.ones((3, 2, 1))) * x,
    "powers": lambda x: ad.sqrt(x**2) / (1.0 + abs(x)) + ad.maximum(x, 0.3) * ad.log(x * x),
    "where": lambda x: ad.where(np.array([[True, False, True], [False, True, True]]), x, ad.sin(x) * x),
    "one number": lambda x: ad.sum(x * x),
}
WEIGHTS = (np.random.default_rng(0).normal(size=(3, 4)), np.ones(4))


@pytest.mark.parametrize("name", TOGETHER)
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_directions_together_give_the_columns_one_by_one(name, shape):
    """Is the forward Jacobian, where all directions go in one sweep, the reverse one?"""
    x = np.random.default_rng(1).normal(size=shape)
    forward, reverse = (ad.jacobian(TOGETHER[name], x, mode=mode) for mode in ("forward", "reverse"))
    assert_equal(forward, reverse)


def test_modes_are_transposes():
    """Is <u, J v> = <J.T u, v> for random u and v?"""
    rng = np.random.default_rng(11)
    W, x, u, v = (rng.normal(size=shape) for shape in [(5, 7), 5, 7, 5])

    def f(x):
        return ad.softmax(ad.sin(x) @ W)

    assert (u * ad.jvp(f, x, v)[1]).sum() == pytest.approx((ad.vjp(f, x, u)[1] * v).sum(), rel=1e-12)


def test_derivatives_of_any_order():
    """Does grad nest, with the argument kept apart from the same number used outside?"""
    f = ad.grad(ad.grad(ad.grad(lambda x: x**5)))
    assert f(2.0) == pytest.approx(60 * 4)

    def outer(x):
        return x * ad.grad(lambda y: x * y)(x)  # = x * x: the inner derivative is by y alone

    assert ad.grad(outer)(3.0) == pytest.approx(6.0)
    assert ad.grad(lambda x: x * ad.jvp(lambda y: x * y, x, Tensor(1.0))[1])(3.0) == pytest.approx(6.0)


def test_hessian_is_the_jacobian_of_the_gradient():
    """Does the Jacobian of the gradient agree with torch's Hessian, in both modes?"""
    x = np.array([0.3, -1.2, 0.8])
    expected = torch.autograd.functional.hessian(
        lambda x: (torch.exp(x).sum() ** 2).log() + x[0] * x[1] ** 2, torch.tensor(x)
    )
    gradient = ad.grad(lambda x: ad.log(ad.exp(x).sum() ** 2) + x[0] * x[1] ** 2)
    for mode in ("reverse", "forward"):
        assert_equal(ad.jacobian(gradient, x, mode=mode), expected)


def test_functions_without_dependence_have_zero_derivatives():
    """Is the derivative by an input that is not used zero, in every function?"""
    a, b = np.ones(2), np.ones(3)
    assert ad.grad(lambda a, b: (a * a).sum())(a, b)[1].tolist() == [0, 0, 0]
    assert ad.hvp(lambda a: (a * 2.0).sum(), a, a).tolist() == [0, 0]
    assert ad.jvp(lambda a, b: a * 2.0, (a, b), (0 * a, b))[1].tolist() == [0, 0]
    assert ad.jacobian(lambda a: Tensor(b) * 1.0, a, mode="forward").tolist() == np.zeros((3, 2)).tolist()
    assert ad.jacobian(lambda a: Tensor(b) * 1.0, a).tolist() == np.zeros((3, 2)).tolist()


# The pitfalls, each of which some engine falls into.


def test_repeated_diamond_is_linear_in_time():
    """Does y = y + y, forty times, visit each node once?"""
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(40):
        y = y + y
    begin = time.perf_counter()
    y.backward()
    assert x.grad == 2.0**40
    assert time.perf_counter() - begin < 1.0


def deep(n, x):
    y = x
    for _ in range(n):
        y = y + 1.0
    return y


def test_deep_graph_needs_no_recursion():
    """Do all walks, and the freeing of memory, pass a graph far deeper than the recursion limit?"""
    n = 20 * sys.getrecursionlimit()
    x = Tensor(1.0, requires_grad=True)
    deep(n, x).backward()
    assert x.grad == 1.0
    assert ad.jvp(lambda x: deep(n, x), 1.0, 1.0)[1] == 1.0
    assert ad.hvp(lambda x: deep(5000, x) ** 2, 0.0, 1.0) == 2.0
    assert len(ad.tape(deep(n, x))) == n + 1
    forgotten = deep(n, x)
    del forgotten


def test_graph_is_freed_without_the_garbage_collector():
    """Are there no reference cycles, before and after backward?"""
    gc.collect()
    gc.disable()
    try:
        seen = []
        for backward in (False, True):
            W, b = Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.zeros(2), requires_grad=True)
            loss = ad.mse(ad.tanh(ad.layer(np.ones((4, 3)), W, b, "relu")), np.zeros((4, 2)))
            if backward:
                loss.backward()
            seen += [weakref.ref(node) for node in (W, b, loss)]
            del W, b, loss
        assert all(ref() is None for ref in seen)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_backward_frees_what_was_saved():
    """Does the output, kept, hold nothing of the graph after backward?"""
    x = Tensor(np.ones(3), requires_grad=True)
    hidden = x * 2.0
    ref = weakref.ref(hidden)
    y = ad.sum(hidden)
    del hidden
    assert ref() is not None
    y.backward()
    assert ref() is None
    assert y.parents == ()


def test_data_cannot_be_changed_in_place():
    """Is every way to change saved data refused, and can the caller's own array not reach it?"""
    array = np.array([1.0, 2.0])
    x = Tensor(array, requires_grad=True)
    y = x * x
    array[0] = 100.0
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
    for t in (x, y):
        with pytest.raises(ValueError, match="read-only"):
            t.data[0] = 5.0
        with pytest.raises(ValueError, match="read-only"):
            t.data += 1.0
    with pytest.raises(TypeError, match=r"cannot be changed in place; build a new one with where"):
        y[0] = 1.0
    for change in ("y += 1.0", "y -= 1.0", "y *= 2.0", "y /= 2.0", "y @= y", "y **= 2"):
        with pytest.raises(TypeError, match=r"in-place arithmetic is refused.*write x = x \+ y"):
            exec(change, {"y": y})


def test_constants_are_saved_as_they_were():
    """Do later changes of a constant, an index, a condition or labels leave the derivative alone?"""
    X, labels, index, keep = np.eye(2), np.array([0, 1]), np.array([0, 1]), np.array([True, False])
    W = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    z = ad.affine(X, W, np.zeros(2))
    loss = ad.softmax_cross_entropy(z, labels) + ad.sum(z[index] * ad.where(keep, z, 0.0))
    twin = ad.grad(
        lambda W: ad.softmax_cross_entropy(W, [0, 1]) + ad.sum(W * W * np.array([[1.0, 0.0], [1.0, 0.0]]))
    )(W.data)
    X[:], labels[:], index[:], keep[:] = 7.0, 0, 0, False
    loss.backward()
    assert_equal(W.grad, twin)
    gradient = ad.grad(lambda z: ad.softmax_cross_entropy(z, labels))
    assert ad.hvp(lambda z: ad.softmax_cross_entropy(z, labels), np.eye(2), np.ones((2, 2))).shape == (2, 2)
    assert gradient(np.eye(2)).shape == (2, 2)


def test_shared_read_only_arrays_are_not_copied():
    """Is a read-only array shared, and a read-only view of a writeable one copied?"""
    frozen = np.ones(3)
    view = frozen[:]
    view.setflags(write=False)
    assert not np.shares_memory(Tensor(view).data, frozen)
    frozen.setflags(write=False)
    assert Tensor(frozen).data is frozen


@pytest.mark.parametrize("how", ["assigned", "subtracted", "flat"])
def test_backward_refuses_a_leaf_that_changed(how):
    """Is a parameter update between forward and backward refused, whichever way it was made?"""
    w = Tensor([2.0], requires_grad=True)
    y = ad.sum(w * w)
    if how == "assigned":
        w.data = [3.0]
    elif how == "subtracted":
        w.subtract_(np.array([-1.0]))
    else:
        ad.Flat([w]).subtract_(np.array([-1.0]))
    for walk in (lambda: ad.cotangents(y), y.backward):
        with pytest.raises(
            RuntimeError, match=r"input 0 of 'multiply' was changed .* go backward before the update"
        ):
            walk()
    fresh = ad.sum(w * w)
    fresh.backward()
    assert w.grad.tolist() == [6.0]


def test_derivatives_refuse_a_function_that_changes_its_argument():
    """Does grad notice a change that was made inside the function?"""

    def f(x):
        y = x * 2.0
        x.subtract_(np.array(1.0))
        return y + x

    with pytest.raises(
        RuntimeError, match="the function changed its argument in place; compute a new Tensor"
    ):
        ad.grad(f)(1.0)


def test_second_backward_is_refused():
    """Is a second pass over a freed graph refused, and allowed on request?"""
    x = Tensor(3.0, requires_grad=True)
    square = x * x
    y = square * x
    y.backward()
    assert x.grad == 27.0
    for again in (y.backward, (square * 2.0).backward, lambda: ad.cotangents(square)):
        with pytest.raises(
            RuntimeError, match="freed by an earlier backward pass; compute the value again, or pass"
        ):
            again()
    z = x * x
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad == 27.0 + 12.0

    def goes_backward(x):
        y = x * x
        y.backward()
        return y

    with pytest.raises(RuntimeError, match="grad: the graph behind 'multiply' was freed"):
        ad.grad(goes_backward)(1.0)


def test_leaf_gradients_own_their_memory():
    """Do two leaves that receive the same cotangent get separate arrays, and the caller's stay its own?"""
    a, b, g = Tensor([1.0], requires_grad=True), Tensor([2.0], requires_grad=True), np.array([1.0])
    (a + b).backward(g)
    assert not np.shares_memory(a.grad, b.grad)
    a.grad[0] = 50.0
    assert b.grad.tolist() == [1.0]
    assert g.tolist() == [1.0]
    a.zero_grad()
    a.backward(g)
    g[0] = 9.0
    assert a.grad.tolist() == [1.0]


def test_gradient_memory_is_kept_unless_somebody_holds_it():
    """Is the array of grad used again after zero_grad, but not while the caller still has it, or a view?"""
    x = Tensor(np.ones(3), requires_grad=True)

    def gradient(factor):
        x.zero_grad()
        (x * factor).sum().backward()
        return x.grad

    address = gradient(1.0).ctypes.data
    assert gradient(2.0).ctypes.data == address
    held = gradient(3.0)
    view = gradient(4.0)[1:]
    gradient(5.0)
    assert held.tolist() == [3.0] * 3
    assert view.tolist() == [4.0] * 2


def test_flat_parameters_follow_every_change():
    """Do the vectors of Flat hold what the Tensors hold, whatever the caller does in between?"""
    w, b = Tensor([1.0, 2.0], requires_grad=True), Tensor([[3.0]], requires_grad=True)
    flat = ad.Flat([w, b])
    (w.sum() * b.sum()).backward()
    assert flat.gradient().tolist() == [3.0, 3.0, 3.0]
    held = w.grad
    w.zero_grad()
    b.zero_grad()
    (w * w).sum().backward()
    assert held.tolist() == [3.0, 3.0]
    assert flat.gradient().tolist() == [2.0, 4.0, 0.0]
    w.data = [5.0, 6.0]
    flat.subtract_(np.ones(3))
    assert (w.data.tolist(), b.data.tolist()) == ([4.0, 5.0], [[2.0]])
    other = ad.Flat([w])
    other.subtract_(np.ones(2))
    w.subtract_(np.ones(2))
    flat.subtract_(np.zeros(3))
    assert (w.data.tolist(), b.data.tolist()) == ([2.0, 3.0], [[2.0]])
    with pytest.raises(
        ValueError, match="leaves of one dtype, at least one; pass the parameters of one model"
    ):
        ad.Flat([])
    with pytest.raises(ValueError, match="leaves of one dtype"):
        ad.Flat([w, Tensor(np.float32(1.0))])


FLOAT32 = {
    "arithmetic": lambda x: ad.sum(2 * x / np.float64(3) + np.arange(3) - x**2 * np.array([0.5, 0.1, 0.2])),
    "functions": lambda x: ad.mean(
        ad.exp(ad.tanh(x)) * ad.sigmoid(x) + ad.sqrt(ad.absolute(x)) + ad.maximum(x, 0.0)
    ),
    "relu": lambda x: ad.sum(ad.relu(x) + ad.leaky_relu(x) + ad.where(x > 0, x, 0.0) + ad.max(x) * x),
    "layer": lambda x: ad.mse(
        ad.layer(x.reshape(1, 3), np.ones((3, 2)), np.ones(2), "sigmoid"), np.ones((1, 2))
    ),
    "cross-entropy": lambda x: ad.softmax_cross_entropy(x.reshape(1, 3), [1]),
    "binary": lambda x: ad.binary_cross_entropy_with_logits(x, [0, 1, 1]),
    "structure": lambda x: ad.sum(ad.concatenate([x[1:], ad.softmax(x)])[np.array([0, 0, 1])]),
    "convolution": lambda x: ad.sum(ad.conv1d(x.reshape(1, 1, 3), np.ones((1, 1, 2)), padding=1)),
}


@pytest.mark.parametrize("name", FLOAT32)
def test_float32_stays_float32(name):
    """Do values, gradients, tangents and second derivatives keep float32 beside float64 constants?"""
    f, x = FLOAT32[name], np.array([0.5, -1.5, 2.0], dtype=np.float32)
    t = Tensor(x, requires_grad=True)
    y = f(t)
    y.backward()
    assert y.dtype == t.grad.dtype == ad.jvp(f, x, x)[1].dtype == ad.hvp(f, x, x).dtype == np.float32
    assert (
        ad.grad(f)(x).dtype
        == ad.jacobian(f, x).dtype
        == ad.jacobian(f, x, mode="forward").dtype
        == np.float32
    )
    assert_equal(t.grad.astype(float), ad.grad(f)(x.astype(float)), 1e-5)


def test_gradient_has_the_type_of_its_leaf():
    """Do leaves of two types each get a gradient of their own?"""
    W = Tensor(np.ones((2, 2), np.float32), requires_grad=True)
    x, b = Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.ones(2, np.float32), requires_grad=True)
    ad.sum(ad.layer(x, W, b, "tanh") * Tensor(np.ones(2, np.float32))).backward()
    ad.sum(ad.affine(x, W, b)).backward()
    assert (W.grad.dtype, b.grad.dtype, x.grad.dtype) == (np.float32, np.float32, np.float64)


@pytest.mark.parametrize("bad", [3, [1, 2], np.arange(3), True, np.array([1 + 1j]), ["a"]])
def test_other_types_are_refused(bad):
    """Are integers, bools, complex numbers and text refused with the cure?"""
    with pytest.raises(
        TypeError, match=r"expected floats, got dtype .*; derivatives need them: convert with"
    ):
        Tensor(bad)
    for function in (ad.grad, lambda f: lambda x: ad.jvp(f, x, x), lambda f: lambda x: ad.vjp(f, x, x)):
        with pytest.raises(TypeError, match="expected floats"):
            function(lambda x: x)(bad)
    for function in (ad.hvp, lambda f, x, v: ad.jacobian(f, x)):
        with pytest.raises(TypeError, match="expected floats"):
            function(lambda x: x, bad, bad)


def test_complex_constants_are_refused():
    """Is a constant that is no real number refused by the operation that meets it?"""
    with pytest.raises(TypeError, match="multiply: expected real numbers or a Tensor, got dtype complex128"):
        Tensor([1.0]) * np.array([1j])


BRANCHES = {
    "log at 0": (lambda x: ad.where(x > 0, ad.log(x), 0.0), [0.0, 2.0], [0.0, 0.5]),
    "log below 0": (lambda x: ad.where(x > 0, ad.log(x), x), [-1.0], [1.0]),
    "reciprocal at 0": (lambda x: ad.where(x > 0, 1.0 / x, x), [0.0, 2.0], [1.0, -0.25]),
    "0 / 0": (lambda x: ad.where(x > 0, x / x, x), [0.0, 2.0], [1.0, 0.0]),
    "sqrt below 0": (lambda x: ad.where(x > 0, ad.sqrt(x), x), [-1.0, 0.0, 4.0], [1.0, 1.0, 0.25]),
    "power below 0": (lambda x: ad.where(x > 0, x**0.5, x), [-1.0, 0.0, 4.0], [1.0, 1.0, 0.25]),
    "exp of much": (lambda x: ad.where(x < 0, ad.exp(x), x), [1000.0, -1.0], [1.0, np.exp(-1.0)]),
    "root of a square": (lambda x: ad.sqrt(x**2), [0.0, -3.0], [0.0, -1.0]),
    "root of a product": (lambda x: ad.sqrt(x * x), [0.0, -3.0], [0.0, -1.0]),
    "power of a square": (lambda x: (x * x) ** 0.5, [0.0, -3.0], [0.0, -1.0]),
    "norm": (lambda x: ad.sqrt(ad.sum(x * x)), [0.0, 0.0], [0.0, 0.0]),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_no_nan_comes_through_the_branch_not_taken(name):
    """Is the gradient finite, in both modes and without a warning, where the other branch is not?"""
    f, x, expected = BRANCHES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_equal(ad.grad(lambda x: ad.sum(f(x)))(x), np.array(expected))
        diagonal = ad.jacobian(f, x, mode="forward")
        if diagonal.ndim == 2:
            assert_equal(np.diag(diagonal), np.array(expected))


def test_ties_and_kinks_follow_the_stated_convention():
    """Are relu and |x| flat at 0, and ties of maximum and max shared evenly, as in torch?"""
    zero = [0.0]
    assert ad.grad(lambda x: ad.relu(x).sum())(zero).tolist() == [0.0]
    assert ad.grad(lambda x: ad.layer(x, [[1.0]], [0.0], "relu").sum())(zero).tolist() == [0.0]
    assert ad.grad(lambda x: abs(x).sum())(zero).tolist() == [0.0]
    assert ad.grad(lambda x: ad.leaky_relu(x, 0.1).sum())(zero).tolist() == [0.1]
    a, b = ad.grad(lambda a, b: ad.maximum(a, b).sum())([1.0, 2.0], [1.0, 5.0])
    assert (a.tolist(), b.tolist()) == ([0.5, 0.0], [0.5, 1.0])
    assert ad.grad(ad.max)([2.0, 2.0, 2.0, 1.0]).tolist() == [1 / 3, 1 / 3, 1 / 3, 0.0]


def test_heaviside_passes_no_gradient():
    """Is the step 1 at 0, and its derivative 0?"""
    x = Tensor([-1.0, 0.0, 1.0], requires_grad=True)
    y = ad.heaviside(x)
    y.sum().backward()
    assert y.data.tolist() == [0.0, 1.0, 1.0]
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    assert ad.heaviside([-1.0, 0.0]).tolist() == [0.0, 1.0]


def test_numbers_decide_the_order_not_the_path():
    """In b = a + a, c = b + a, does each node wait for all its users?"""
    a = Tensor(1.0, requires_grad=True)
    b = a + a
    (b * b + b * a).backward()
    assert a.grad == pytest.approx(2 * 4 + 4)


def test_gradients_add_up_until_they_are_forgotten():
    """Do two losses add into grad, and does zero_grad begin anew?"""
    x = Tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    (x * 3.0).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    x.zero_grad()
    (x * 3.0).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_inputs_without_a_gradient_are_skipped():
    """Is nothing computed for constants, and nothing recorded when nothing needs a derivative?"""
    called = []
    spy = ad.operation(
        (lambda g, y, a, b: called.append("a") or g, lambda g, y, a, b: called.append("b") or g), (None, None)
    )(np.add)
    constant, variable = Tensor([1.0]), Tensor([2.0], requires_grad=True)
    spy(constant, variable).backward()
    assert called == ["b"]
    assert constant.grad is None
    idle = constant * 2.0
    assert not idle.requires_grad
    assert idle.parents == ()
    assert variable.detach().requires_grad is False


def test_an_operation_needs_a_rule_each_way():
    """Is an operation refused whose rules backward, forward or into memory are not equally many?"""
    rule = lambda g, y, *inputs: g  # noqa: E731
    for vjps, jvps, writers in (((rule,), (rule, rule), None), ((rule,), (rule,), (None, None))):
        with pytest.raises(ValueError, match=r"operation: 1 rules backward, .* give one of each for every"):
            ad.operation(vjps, jvps, writers)


def test_functions_of_arrays_return_arrays():
    """Does every function leave plain arrays plain?"""
    x = np.array([[0.5, 1.5]])
    for f in (ad.tanh, ad.relu, ad.softmax, ad.sum, ad.mean, ad.max, ad.transpose, lambda x: ad.power(x, 2),
              lambda x: ad.reshape(x, -1), lambda x: ad.concatenate([x, x]), lambda x: ad.where(x > 1, x,
              0.0), lambda x: ad.matmul(x, x.T), lambda x: ad.layer(x, np.ones((2, 2)), np.ones(2), "relu"),
              lambda x: ad.broadcast_to(x, (3, 2)), ad.log_softmax, lambda x: ad.leaky_relu(x)):  # fmt: skip
        assert isinstance(f(x), (np.ndarray, np.floating))


def test_tensor_shows_its_array():
    """Do shape, length, text, truth and comparisons follow the array?"""
    x = Tensor([[1.0, 2.0]], requires_grad=True)
    assert (x.shape, x.ndim, x.size, len(x), x.dtype) == ((1, 2), 2, 2, 1, np.float64)
    assert repr(x) == "Tensor([[1., 2.]], requires_grad=True)"
    assert repr(x * 2.0) == "Tensor([[2., 4.]], made by 'multiply')"
    assert (x == 1.0).tolist() == [[True, False]]
    assert (x != x).tolist() == [[False, False]]
    assert (x <= 1.0).tolist() == (x < 2.0).tolist() == [[True, False]]
    assert (x >= 2.0).tolist() == [[False, True]]
    assert bool(Tensor(1.0))
    assert float(Tensor(2.5)) == Tensor(2.5).item() == 2.5
    assert (x * 2.0).parents == (x,)
    assert (x * 2.0).number > x.number
    first, second = (x * 2.0).inputs
    assert first is x
    assert second == 2.0
    assert (np.ones((1, 2)) - x).data.tolist() == [[0.0, -1.0]]
    assert (np.ones((3, 1)) @ x).shape == (3, 2)


def test_tape_holds_inputs_before_outputs():
    """Does every Tensor stand on the tape once, after all that it was made from?"""
    x, W = Tensor([[1.0, 2.0]]), Tensor(np.ones((2, 2)), requires_grad=True)
    y = ad.tanh(x @ W) + W.sum()
    nodes = ad.tape(y)
    assert len(nodes) == len({id(node) for node in nodes}) == 6
    place = {id(node): k for k, node in enumerate(nodes)}
    assert all(place[id(parent)] < place[id(node)] for node in nodes for parent in node.parents)
    assert nodes[-1] is y


def test_cotangents_give_the_derivative_by_every_node():
    """Do the derivatives by inner nodes agree with torch's retained ones, the graph being kept?"""
    x = Tensor([0.5, 1.0], requires_grad=True)
    h = ad.exp(x)
    y = ad.sum(h * h)
    found = ad.cotangents(y)
    assert_equal(found[h], 2 * h.data)
    assert_equal(found[x], 2 * h.data**2)
    assert_equal(found[y], np.array(1.0))
    sent = ad.contributions(y)
    assert_equal(sent[y.parents[0], 0] + sent[y.parents[0], 1], found[h])
    layered = ad.layer(x, np.eye(2), np.zeros(2), "tanh")
    assert_equal(ad.cotangents(layered, [1.0, 1.0])[x], 1 - layered.data**2)
    y.backward()
    assert_equal(x.grad, found[x])
    with pytest.raises(RuntimeError, match="nothing that made this Tensor has requires_grad=True; set it"):
        ad.cotangents(Tensor(1.0))
    with pytest.raises(ValueError, match=r"cotangents: this Tensor has shape \(2,\), and only one number"):
        ad.cotangents(x * 1.0)


REFUSED = {
    "several numbers": (
        lambda: (Tensor([1.0, 2.0], requires_grad=True) * 1.0).backward(),
        ValueError,
        r"backward: this Tensor has shape \(2,\), and only one number has a gradient; take the mean",
    ),
    "gradient of another shape": (
        lambda: (Tensor([1.0, 2.0], requires_grad=True) * 1.0).backward([1.0]),
        ValueError,
        r"expected a gradient of shape \(2,\), got \(1,\)",
    ),
    "nothing to differentiate": (
        lambda: (Tensor(1.0) * 2.0).backward(),
        RuntimeError,
        "set it on the leaves to differentiate by",
    ),
    "new data of another shape": (
        lambda: setattr(Tensor([1.0]), "data", [1.0, 2.0]),
        ValueError,
        r"expected shape \(1,\), got \(2,\); make a new",
    ),
    "new data of a node": (
        lambda: setattr(Tensor([1.0], requires_grad=True) * 2.0, "data", [1.0]),
        RuntimeError,
        "made by 'multiply', whose rule may need its value; only a leaf can change",
    ),
    "subtraction from a node": (
        lambda: (Tensor([1.0], requires_grad=True) * 2.0).subtract_(1.0),
        RuntimeError,
        "only a leaf can change",
    ),
    "array of a Tensor": (
        lambda: np.asarray(Tensor([1.0])),
        TypeError,
        r"would lose its graph; use a function of",
    ),
    "NumPy function": (lambda: np.exp(Tensor([1.0])), TypeError, "does not support ufuncs"),
    "variable exponent": (
        lambda: Tensor(2.0) ** Tensor(2.0),
        TypeError,
        r"expected a number as exponent, got Tensor; .*exp\(p \* log\(x\)\)",
    ),
    "matmul shapes": (
        lambda: Tensor(np.ones((2, 3))) @ np.ones((2, 3)),
        ValueError,
        r"matmul: shapes \(2, 3\) and \(2, 3\) do not fit",
    ),
    "matmul with a number": (lambda: Tensor(1.0) @ np.ones(1), ValueError, r"a number is multiplied with \*"),
    "affine shapes": (
        lambda: ad.affine(Tensor(np.ones((5, 2))), np.ones((3, 2)), np.ones(3)),
        ValueError,
        r"did you pass W.T or x.T\?",
    ),
    "layer bias": (
        lambda: ad.layer(Tensor(np.ones((5, 2))), np.ones((2, 3)), np.ones((1, 3)), "relu"),
        ValueError,
        "do not fit",
    ),
    "layer activation": (
        lambda: ad.layer(Tensor(np.ones((5, 2))), np.ones((2, 3)), np.ones(3), "sine"),
        ValueError,
        "expected an activation among identity, tanh, sigmoid, relu, got 'sine'",
    ),
    "conv2d channels": (
        lambda: ad.conv2d(np.ones((1, 2, 3, 3)), np.ones((1, 1, 2, 2))),
        ValueError,
        "conv2d: expected x .*reshape",
    ),
    "conv2d size": (
        lambda: ad.conv2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))),
        ValueError,
        "the kernel at most the padded size",
    ),
    "conv1d axes": (lambda: ad.conv1d(np.ones((1, 3)), np.ones((1, 1, 3))), ValueError, "conv1d: expected x"),
    "conv1d stride": (
        lambda: ad.conv1d(np.ones((1, 1, 3)), np.ones((1, 1, 3)), stride=0),
        ValueError,
        "stride is at least 1",
    ),
    "label shapes": (
        lambda: ad.softmax_cross_entropy(Tensor(np.ones((2, 3))), [1]),
        ValueError,
        r"expected logits of shape .*argmax",
    ),
    "label range": (
        lambda: ad.softmax_cross_entropy(Tensor(np.ones((2, 3))), [1, 3]),
        ValueError,
        "number the classes from 0",
    ),
    "label type": (
        lambda: ad.softmax_cross_entropy(Tensor(np.ones((2, 3))), [1.0, 2.0]),
        TypeError,
        r"convert with labels.astype",
    ),
    "binary labels": (
        lambda: ad.binary_cross_entropy_with_logits(Tensor(np.ones((2, 1))), np.ones(2)),
        ValueError,
        "reshape one",
    ),
    "targets": (lambda: ad.mse(Tensor(np.ones((2, 1))), np.ones(2)), ValueError, "reshape one of them"),
    "grad of an array": (
        lambda: ad.grad(lambda x: 1.0)(1.0),
        TypeError,
        "returned float, expected a Tensor; compute with",
    ),
    "grad of a vector": (
        lambda: ad.grad(lambda x: x)([1.0, 2.0]),
        ValueError,
        r"returned shape \(2,\), expected one number; take jacobian",
    ),
    "jvp of an array": (
        lambda: ad.jvp(lambda x: 1.0, 1.0, 1.0),
        TypeError,
        "jvp: the function returned float",
    ),
    "jvp direction": (
        lambda: ad.jvp(lambda x: x, [1.0, 2.0], [1.0]),
        ValueError,
        "jvp: expected directions of shapes",
    ),
    "vjp of an array": (
        lambda: ad.vjp(lambda x: 1.0, 1.0, 1.0),
        TypeError,
        "vjp: the function returned float",
    ),
    "vjp cotangent": (
        lambda: ad.vjp(lambda x: x, [1.0, 2.0], [1.0]),
        ValueError,
        "vjp: expected directions of shapes",
    ),
    "jacobian mode": (
        lambda: ad.jacobian(lambda x: x, [1.0], mode="both"),
        ValueError,
        "'reverse' or 'forward', got 'both'",
    ),
    "jacobian of an array": (
        lambda: ad.jacobian(lambda x: 1.0, [1.0]),
        TypeError,
        "jacobian: the function returned float",
    ),
    "hvp of a vector": (
        lambda: ad.hvp(lambda x: x, [1.0, 2.0], [1.0, 1.0]),
        ValueError,
        "hvp: the function returned shape",
    ),
    "hvp of an array": (
        lambda: ad.hvp(lambda x: 1.0, [1.0], [1.0]),
        TypeError,
        "hvp: the function returned float",
    ),
    "hvp vector": (
        lambda: ad.hvp(ad.sum, [1.0, 2.0], [1.0]),
        ValueError,
        "hvp: expected directions of shapes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_use_is_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()


def test_sigmoid_and_losses_survive_huge_logits():
    """Are values and gradients finite and right for logits of ten thousand?"""
    z = np.array([-1e4, 1e4])
    assert ad.grad(lambda z: ad.sigmoid(z).sum())(z).tolist() == [0.0, 0.0]
    assert ad.grad(lambda z: ad.binary_cross_entropy_with_logits(z, [1, 0]))(z).tolist() == [-0.5, 0.5]
    assert ad.grad(lambda z: ad.softmax_cross_entropy(z.reshape(1, 2), [0]))(z).tolist() == [-1.0, 1.0]
    assert network.sigmoid(-800.0) == 0.0


def test_inner_second_order_of_a_training_step():
    """Is the derivative through one step of gradient descent that of the formula?"""
    target, lr = 3.0, 0.1

    def after_a_step(w):
        return w - lr * ad.grad(lambda w: (w - target) ** 2)(w)

    # w' = w - 0.2 (w - 3), so d (w' - 3)**2 / dw = 2 (0.8)**2 (w - 3)
    assert ad.grad(lambda w: (after_a_step(w) - target) ** 2)(1.0) == pytest.approx(
        2 * 0.64 * -2.0, rel=1e-12
    )
