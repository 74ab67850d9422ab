"""Hidden tests of assignment 15.

Each part is one requirement of the exercise's text. What is right comes from elsewhere than the solutions:
sums over indices, derivatives written out by hand, and gradient descent in NumPy. Modules of torch are built
and used on the student's side; numbers come back. Hints say what a known misconception would have returned.
"""

from itertools import pairwise

import numpy as np

from coursepkg.grading import Exercise, agree, network, require, results
from coursepkg.grading.checks import array

# ---- 15.1: the same network in torch

ex15_1 = Exercise("ex15_1")
TORCH = "lesson 15, section 15.1"
USE = """
import torch
module = to_torch(layers, activation)
kind, is_module = type(module).__name__, isinstance(module, torch.nn.Module)
parameters = list(module.parameters()) if is_module else []
dtype = parameters[0].dtype if parameters else torch.float64
outputs = module(torch.tensor(X).to(dtype)).detach().numpy() if is_module else None
"""
TRAIN = """
shapes = [list(p.shape) for p in parameters]
trainable = [bool(p.requires_grad) for p in parameters]
if all(trainable) and parameters:
    (module(torch.tensor(X).to(dtype)) * torch.tensor(G).to(dtype)).sum().backward()
gradients = [None if p.grad is None else p.grad.numpy() for p in parameters]
"""
PRECISION = """
types = [str(p.dtype).removeprefix("torch.") for p in parameters]
"""
MEMORY = """
with torch.no_grad():
    for p in parameters:
        p += 1
after = [[W, b] for W, b in layers]
"""
FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
}


def random_layers(rng, sizes, dtype=float):
    """Return layers whose weights and biases are neither small nor equal."""
    return [
        (
            rng.normal(size=(p, q)).astype(dtype) * np.array(1.2 / np.sqrt(p), dtype),
            rng.uniform(-1, 1, q).astype(dtype),
        )
        for p, q in pairwise(sizes)
    ]


def forward(layers, X, activation, last=False, first=False):
    """Return the outputs of the network; with an activation after the last layer, or before the first."""
    h = FUNCTIONS[activation](X) if first else X
    for k, (W, b) in enumerate(layers, start=1):
        h = h @ W + b
        if last or k < len(layers):
            h = FUNCTIONS[activation](h)
    return h


def ask_torch(student, layers, activation, X, lines="", fetch=(), **inputs):
    """Build the module on the student's side; return what is fetched."""
    got = student.run(
        USE + lines,
        ["kind", "is_module", "outputs", *fetch],
        layers=[(W.copy(), b.copy()) for W, b in layers],
        activation=activation,
        X=X,
        **inputs,
    )
    require(
        got["is_module"] is True,
        f"to_torch returned {'None' if got['kind'] == 'NoneType' else 'something else'}; a torch.nn.Module "
        f"was asked for. See {TORCH}.",
    )
    return got


def check_outputs(student, layers, activation, X, what):
    """Compare the outputs of the module, in any precision."""
    got = ask_torch(student, layers, activation, X)["outputs"]
    hints = {
        "There is an activation after the last layer; it stays free.": forward(
            layers, X, activation, last=True
        ),
        "There is an activation before the first layer.": forward(layers, X, activation, first=True),
        "The biases are missing.": forward([(W, 0 * b) for W, b in layers], X, activation),
        "The layers are affine alone: the activation is missing.": chain(layers, X),
    }
    for name in FUNCTIONS:
        if name != activation:
            sentence = f"You seem to use {name} whatever the argument `activation` says."
            hints[sentence] = forward(layers, X, name)
    if all(W.shape[0] == W.shape[1] for W, _ in layers):
        sentence = "torch stores the transpose of W. For square layers no shape tells you: always transpose."
        hints[sentence] = forward([(W.T, b) for W, b in layers], X, activation)
    agree(got, forward(layers, X, activation), what, rtol=1e-4, atol=1e-4, hints=hints, see=TORCH)


def chain(layers, X):
    for W, b in layers:
        X = X @ W + b
    return X


@ex15_1.part(1, "layers of different sizes")
def different_sizes(student, rng):
    for sizes in ((3, 5, 2), (2, 4, 3, 1), (4, 3)):
        layers, X = random_layers(rng, sizes), rng.normal(size=(6, sizes[0]))
        check_outputs(student, layers, "relu", X, f"the module of to_torch for the sizes {sizes}")


@ex15_1.part(1, "square layers, where no shape gives a transposition away")
def square(student, rng):
    layers, X = random_layers(rng, (3, 3, 3)), rng.normal(size=(6, 3))
    check_outputs(student, layers, "relu", X, "the module of to_torch for two layers of 3 by 3")


@ex15_1.part(1, "the activations tanh and sigmoid")
def activations(student, rng):
    for name in ("tanh", "sigmoid"):
        layers, X = random_layers(rng, (2, 4, 5, 3)), 2 * rng.normal(size=(6, 2))
        check_outputs(student, layers, name, X, f"the module of to_torch with {name}")


@ex15_1.part(1, "the precision of the layers, float64 and float32")
def precision(student, rng):
    for dtype in (np.float64, np.float32):
        layers = random_layers(rng, (3, 6, 4), dtype)
        X = rng.normal(size=(5, 3)).astype(dtype)
        got = ask_torch(student, layers, "relu", X, PRECISION, ["types"])
        name = np.dtype(dtype).name
        types = got["types"] if isinstance(got["types"], list) else []
        require(
            types and all(kind == name for kind in types),
            f"the module of to_torch for layers of {name}: its parameters are of another type. torch takes "
            f"float32 where nobody says otherwise. See {TORCH}.",
        )
        exact = forward([(W.astype(float), b.astype(float)) for W, b in layers], X.astype(float), "relu")
        tolerance = 1e-10 if dtype == np.float64 else 1e-4
        what = f"the module of to_torch for layers of {name}"
        hints = {"The weights were rounded to float32 on the way.": forward(rounded(layers), X, "relu")}
        agree(got["outputs"], exact, what, rtol=tolerance, atol=tolerance, hints=hints, see=TORCH)


def rounded(layers):
    return [(W.astype(np.float32).astype(float), b.astype(np.float32).astype(float)) for W, b in layers]


@ex15_1.part(1, "parameters in the order W, b, W, b, ..., as torch stores them, and they can be trained")
def trainable(student, rng):
    layers, X = random_layers(rng, (2, 4, 3)), rng.normal(size=(7, 2))
    G = rng.normal(size=(7, 3))
    got = ask_torch(student, layers, "tanh", X, TRAIN, ["shapes", "trainable", "gradients"], G=G)
    what = "the module of to_torch"
    shapes, gradients = got["shapes"], got["gradients"]
    require(isinstance(shapes, list) and len(shapes) > 0, f"{what} has no parameters. See {TORCH}.")
    require(
        isinstance(got["trainable"], list) and all(flag is True for flag in got["trainable"]),
        f"{what}: a parameter does not require a gradient, so no optimiser can train it. See {TORCH}.",
    )
    require(
        shapes == [[4, 2], [4], [3, 4], [3]],
        f"{what}: parameters() gives other shapes, or another order, than W of shape (fan_out, fan_in) and b "
        f"of each layer in turn. See {TORCH}.",
    )
    (W1, b1), (W2, _) = layers
    h = np.tanh(X @ W1 + b1)
    back = (G @ W2.T) * (1 - h**2)
    want = [(X.T @ back).T, back.sum(axis=0), (h.T @ G).T, G.sum(axis=0)]
    require(isinstance(gradients, list) and len(gradients) == 4, f"{what}: gradients are missing.")
    for value, right, name in zip(
        gradients, want, ("first W", "first b", "second W", "second b"), strict=True
    ):
        require(
            value is not None,
            f"{what}: no gradient reaches the {name}. Is the graph cut between them? See {TORCH}.",
        )
        agree(value, right, f"{what}: the gradient of the {name}", rtol=1e-4, atol=1e-4, see=TORCH)


@ex15_1.part(1, "memory of its own")
def own_memory(student, rng):
    layers, X = random_layers(rng, (2, 3, 2)), rng.normal(size=(4, 2))
    after = ask_torch(student, layers, "relu", X, MEMORY, ["after"])["after"]
    after = network(after, "the layers given to to_torch, after training of the module", n_in=2, n_out=2)
    for (W, b), (V, c) in zip(layers, after, strict=True):
        require(
            np.array_equal(W, V) and np.array_equal(b, c),
            "when the parameters of your module change, so do the arrays in `layers`: they share their "
            f"memory. torch.from_numpy does that; torch.tensor copies. See {TORCH}.",
        )


# ---- 15.2: convolution

ex15_2 = Exercise("ex15_2")
CONV = "lesson 15, section 15.3"


def by_sums(X, K, stride=1, padding=0, kind=np.floor):
    """Return the convolution, place by place."""
    X = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (n, _, height, width), (q, _, kh, kw) = X.shape, K.shape
    size = (int(kind((height - kh) / stride)) + 1, int(kind((width - kw) / stride)) + 1)
    Y = np.zeros((n, q, *size))
    for i, j in np.ndindex(size):
        window = X[:, :, stride * i : stride * i + kh, stride * j : stride * j + kw]
        Y[:, :, i, j] = np.tensordot(window, K, axes=((1, 2, 3), (1, 2, 3)))
    return Y


def check_conv(conv2d, X, K, stride, padding, what):
    """Compare one convolution."""
    what = f"conv2d for {what}"
    q, c = K.shape[:2]
    hints = {
        "The kernel is turned by half a turn; here it lies as it is.": by_sums(
            X, K[:, :, ::-1, ::-1], stride, padding
        ),
        "The stride seems to have no effect.": by_sums(X, K, 1, padding),
        "The padding seems to have no effect.": by_sums(X, K, stride, 0),
        "The channels of the image are averaged; they add up.": by_sums(X, K, stride, padding) / c,
        "Only the first input channel counts.": by_sums(X[:, :1], K[:, :1], stride, padding),
        "All outputs have the first kernel.": by_sums(X, np.repeat(K[:1], q, axis=0), stride, padding),
        "Every input channel is weighted with the kernel of the first.": by_sums(
            X, np.repeat(K[:, :1], c, axis=1), stride, padding
        ),
        "The outer zeros are there, but twice as many.": by_sums(X, K, stride, 2 * padding),
        "The window's sum is divided by its size.": by_sums(X, K, stride, padding) / K[0, 0].size,
    }
    if padding:
        edge = np.pad(X, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), mode="edge")
        hints["The padding is zeros, not the pixels at the border."] = by_sums(edge, K, stride)
        wrap = np.pad(X, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), mode="wrap")
        hints["The padding is zeros, not the other side of the image."] = by_sums(wrap, K, stride)
        side = np.pad(X, ((0, 0), (0, 0), (padding, padding), (0, 0)))
        hints["Pad the columns too."] = by_sums(side, K, stride)
    agree(
        conv2d(X.copy(), K.copy(), stride, padding),
        by_sums(X, K, stride, padding),
        what,
        hints=hints,
        see=CONV,
    )


@ex15_2.part(2, "several images and channels")
def several_channels(conv2d, rng):
    for n, c, q in ((3, 1, 1), (1, 3, 1), (1, 1, 4), (2, 3, 4)):
        X, K = rng.normal(size=(n, c, 5, 6)), rng.normal(size=(q, c, 3, 2))
        check_conv(conv2d, X, K, 1, 0, f"{n} images, {c} input and {q} output channels")


@ex15_2.part(1, "a stride, also where it leaves a rest")
def strides(conv2d, rng):
    for size, stride in (((7, 9), 2), ((8, 6), 2), ((9, 11), 3), ((10, 9), 3)):
        X, K = rng.normal(size=(1, 1, *size)), rng.normal(size=(1, 1, 3, 3))
        check_conv(conv2d, X, K, stride, 0, f"an image of {size}, a kernel of (3, 3) and stride {stride}")


@ex15_2.part(1, "padding with zeros")
def paddings(conv2d, rng):
    for size, padding in (((4, 5), 1), ((5, 3), 2)):
        X, K = rng.normal(size=(1, 1, *size)), rng.normal(size=(1, 1, 2, 3))
        check_conv(conv2d, X, K, 1, padding, f"an image of {size} and padding {padding}")


@ex15_2.part(
    1, "kernels of one pixel and of the size of the image, whole numbers; the arguments stay as they were"
)
def conv_edges(conv2d, rng):
    X, whole = rng.normal(size=(1, 1, 4, 3)), rng.integers(1, 9, (1, 1, 4, 3))
    cases = {
        "a kernel of one pixel": (X, rng.normal(size=(1, 1, 1, 1))),
        "a kernel of the size of the image": (X, rng.normal(size=(1, 1, 4, 3))),
        "whole numbers in the image": (whole, rng.normal(size=(1, 1, 2, 2))),
        "whole numbers in image and kernel": (whole, rng.integers(1, 4, (1, 1, 2, 2))),
    }
    for what, (image, kernel) in cases.items():
        check_conv(conv2d, image, kernel, 1, 0, what)
    X, K = rng.normal(size=(1, 1, 4, 4)), rng.normal(size=(1, 1, 2, 2))
    check_conv(conv2d, X, K, 1, 0, "one image")
    require(not conv2d.changed_inputs, "conv2d changed its arguments. Write new arrays.")


# ---- 15.3: backward through a convolution

ex15_3 = Exercise("ex15_3")
BACK = "lesson 15, section 15.4"


def vjp_by_sums(X, K, G):
    """Return both derivatives: each product x * k in each output sends its part to x and to k."""
    kh, kw = K.shape[2:]
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    for i, j in np.ndindex(G.shape[2:]):
        g = G[:, :, i, j]  # (n, q)
        window = (slice(None), slice(None), slice(i, i + kh), slice(j, j + kw))
        dX[window] += np.tensordot(g, K, axes=(1, 0))
        dK += np.tensordot(g, X[window], axes=(0, 0))
    return dX, dK


def check_vjp(conv2d_vjp, X, K, G, which, what):
    """Compare the derivative by X (0) or by K (1)."""
    call = f"conv2d_vjp for {what}"
    got = results(conv2d_vjp(X.copy(), K.copy(), G.copy()), call, "dX", "dK")[which]
    dX, dK = vjp_by_sums(X, K, G)
    n, c, q = len(X), X.shape[1], len(K)
    ones = np.ones(G.shape)
    if which == 0:
        hints = {
            "Each output spreads the kernel as it lies; yours is turned by half a turn.": vjp_by_sums(
                X, K[:, :, ::-1, ::-1], G
            )[0],
            "Windows overlap: their contributions add up.": last_written(X, K, G),
            "The output channels add up: every one of them used the image.": vjp_by_sums(X, K[:1], G[:, :1])[
                0
            ],
            "The output channels add up; yours are averaged.": dX / q,
            "G is missing: a derivative by itself is not enough.": vjp_by_sums(X, K, ones)[0],
            "dX and dK have changed places.": dK,
            "The images do not share their derivative; yours are averaged.": np.repeat(
                dX.mean(axis=0, keepdims=True), n, axis=0
            ),
            "The images do not share their derivative; yours are added.": np.repeat(
                dX.sum(axis=0, keepdims=True), n, axis=0
            ),
            "Each image is used once; there is no mean over images.": dX / n,
            "The sign is turned round.": -dX,
        }
    else:
        hints = {
            "The images add up: all of them used the kernel. You have the first alone.": vjp_by_sums(
                X[:1], K, G[:1]
            )[1],
            "The images add up; yours are averaged.": dK / n,
            "The places add up: all of them used the kernel. Yours are averaged.": dK / G[0, 0].size,
            "The kernel's derivative is turned by half a turn.": dK[:, :, ::-1, ::-1],
            "G is missing: a derivative by itself is not enough.": vjp_by_sums(X, K, ones)[1],
            "dX and dK have changed places.": dX,
            "The input channels are kept apart; yours are added.": np.repeat(
                dK.sum(axis=1, keepdims=True), c, axis=1
            ),
            "The sign is turned round.": -dK,
            "Only the first place counts; the kernel is used at all of them.": np.tensordot(
                G[:, :, 0, 0], X[:, :, : K.shape[2], : K.shape[3]], axes=(0, 0)
            ),
        }
    agree(got, (dX, dK)[which], f"{('dX', 'dK')[which]} of {call}", hints=hints, see=BACK)


def last_written(X, K, G):
    """Return what comes out if a window overwrites what an earlier one has written."""
    kh, kw = K.shape[2:]
    dX = np.zeros(X.shape)
    for i, j in np.ndindex(G.shape[2:]):
        dX[:, :, i : i + kh, j : j + kw] = np.tensordot(G[:, :, i, j], K, axes=(1, 0))
    return dX


def random_vjp(rng, n, c, q, size=(5, 6), kernel=(3, 2)):
    """Return images, kernels and a cotangent."""
    X, K = rng.normal(size=(n, c, *size)), rng.normal(size=(q, c, *kernel))
    return X, K, rng.normal(size=(n, q, size[0] - kernel[0] + 1, size[1] - kernel[1] + 1))


@ex15_3.part(2, "the derivative by the images")
def by_images(conv2d_vjp, rng):
    for n, c, q in ((1, 1, 1), (2, 1, 1), (1, 2, 3), (2, 3, 2)):
        what = f"{n} images, {c} input and {q} output channels"
        check_vjp(conv2d_vjp, *random_vjp(rng, n, c, q), 0, what)


@ex15_3.part(2, "the derivative by the kernels")
def by_kernels(conv2d_vjp, rng):
    for n, c, q in ((1, 1, 1), (3, 1, 1), (1, 2, 3), (2, 3, 2)):
        what = f"{n} images, {c} input and {q} output channels"
        check_vjp(conv2d_vjp, *random_vjp(rng, n, c, q), 1, what)


@ex15_3.part(
    1, "kernels of one pixel and of the size of the image, whole numbers; the arguments stay as they were"
)
def vjp_edges(conv2d_vjp, rng):
    cases = {
        "a kernel of one pixel": random_vjp(rng, 1, 1, 1, (3, 4), (1, 1)),
        "a kernel of the size of the image": random_vjp(rng, 1, 1, 1, (3, 4), (3, 4)),
    }
    X, K, G = random_vjp(rng, 1, 1, 1)
    whole = rng.integers(1, 5, X.shape), rng.integers(1, 5, K.shape), G
    cases["whole numbers in image and kernel"] = whole
    for what, (X, K, G) in cases.items():
        for which in (0, 1):
            check_vjp(conv2d_vjp, X, K, G, which, what)
            require(not conv2d_vjp.changed_inputs, "conv2d_vjp changed its arguments. Write new arrays.")


# ---- 15.4: the matrix of a convolution

ex15_4 = Exercise("ex15_4")


def columns(K, shape):
    """Return the matrix column by column: the answers to images with a single 1."""
    c, (height, width) = K.shape[1], shape
    units = np.eye(c * height * width).reshape(-1, c, height, width)
    return by_sums(units, K).reshape(len(units), -1).T


def check_matrix(conv_as_matrix, K, shape, what):
    """Compare one matrix."""
    q, c, kh, kw = K.shape
    want = columns(K, shape)
    places = (shape[0] - kh + 1) * (shape[1] - kw + 1)
    hints = {
        "The kernel is turned by half a turn.": columns(K[:, :, ::-1, ::-1], shape),
        "Rows are outputs and columns are pixels; you have the transpose.": want.T,
        "Rows and columns of the kernel have changed places.": (
            columns(K.transpose(0, 1, 3, 2), shape) if kh == kw else want
        ),
        "The output channel comes first in the order of the rows, the place after it.": (
            want.reshape(q, places, -1).transpose(1, 0, 2).reshape(want.shape)
        ),
        "The input channel comes first in the order of the columns, the pixel after it.": (
            want.reshape(len(want), c, -1).transpose(0, 2, 1).reshape(want.shape)
        ),
        "All outputs have the first kernel.": columns(np.repeat(K[:1], q, axis=0), shape),
        "Every input channel has the kernel of the first.": columns(np.repeat(K[:, :1], c, axis=1), shape),
        "The weights are there, but only in the first row of each output channel.": (
            want * (np.arange(len(want)) % places == 0)[:, None]
        ),
    }
    if q == c:
        hints["Input and output channels have changed places."] = columns(K.transpose(1, 0, 2, 3), shape)
    agree(conv_as_matrix(K.copy(), shape), want, f"conv_as_matrix for {what}", hints=hints, see=CONV)


@ex15_4.part(2, "several channels")
def matrix_channels(conv_as_matrix, rng):
    for q, c in ((3, 1), (1, 3), (2, 2), (3, 2)):
        K = rng.normal(size=(q, c, 2, 2))
        check_matrix(conv_as_matrix, K, (4, 4), f"{q} output and {c} input channels, (2, 2) on (4, 4)")


@ex15_4.part(1, "images and kernels that are not square")
def matrix_oblong(conv_as_matrix, rng):
    for kernel, shape in (((2, 2), (3, 5)), ((2, 2), (5, 3)), ((1, 3), (4, 4)), ((3, 2), (4, 6))):
        K = rng.normal(size=(1, 1, *kernel))
        check_matrix(conv_as_matrix, K, shape, f"a kernel of {kernel} on an image of {shape}")


@ex15_4.part(
    1, "kernels of one pixel and of the size of the image, whole numbers; the arguments stay as they were"
)
def matrix_edges(conv_as_matrix, rng):
    cases = {
        "a kernel of one pixel": (rng.normal(size=(1, 1, 1, 1)), (3, 3)),
        "a kernel of the size of the image": (rng.normal(size=(1, 1, 3, 3)), (3, 3)),
        "whole numbers": (rng.integers(1, 9, (1, 1, 2, 2)), (3, 3)),
        "some weights that are 0": (np.array([[[[0.0, 2.0], [3.0, 0.0]]]]), (3, 3)),
    }
    for what, (K, shape) in cases.items():
        check_matrix(conv_as_matrix, K, shape, what)
        require(not conv_as_matrix.changed_inputs, "conv_as_matrix changed its arguments. Write a new array.")


# ---- 15.5: does a map follow a shift?

ex15_5 = Exercise("ex15_5")
SHIFT = "lesson 15, section 15.5"


def masked(M, stride=1):
    """Return a map that no shift leaves alone: pixel by pixel times M, then thinned out."""
    return lambda X: (np.asarray(X) * M)[..., ::stride, ::stride]


def differences(X, M, by, stride=1):
    """Return "shift, then f" minus "f, then shift", index by index."""
    height, width = X.shape[-2:]
    rows, cols = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    moved = X[..., (rows - by[0]) % height, (cols - by[1]) % width]
    weights = M[..., (rows - by[0]) % height, (cols - by[1]) % width]
    return (moved * (M - weights))[..., ::stride, ::stride]


def mistaken(X, M, by, stride):
    """Return what known mistakes would return for the map `masked(M, stride)`."""
    f = masked(M, stride)
    small = (by[0] // stride, by[1] // stride)

    def gap(before, after, size=np.max):
        return size(np.abs(before - after)) if before.shape == after.shape else np.nan

    def rolled(a, steps):
        return np.roll(a, steps, axis=(-2, -1))

    right = np.abs(differences(X, M, by, stride))
    shifted = f(rolled(X, by))
    zeros = np.array(X)
    for axis, step in zip((-2, -1), by):
        zeros = np.roll(zeros, step, axis=axis)
        gone = [slice(None)] * X.ndim
        gone[axis] = slice(0, step) if step >= 0 else slice(step, None)
        zeros[tuple(gone)] = 0
    signed = differences(X, M, by, stride)
    largest = np.abs(f(X)).max()
    return {
        "This is the mean of the differences; the largest was asked for.": right.mean(),
        "This is the root of the mean square; the largest was asked for.": np.sqrt((right**2).mean()),
        "These are the differences added up; the largest was asked for.": right.sum(),
        "This is the norm of the differences; the largest was asked for.": np.sqrt((right**2).sum()),
        "The output moves too: f after the shift is compared with the shifted f.": gap(shifted, f(X)),
        "The largest difference is one of sizes: take the absolute value first.": signed.max(),
        "The largest difference is one of sizes, whatever the sign.": -signed.min(),
        "Down comes first in `shift`, right after it.": gap(
            f(rolled(X, by[::-1])), rolled(f(X), small[::-1])
        ),
        "Only the rows move.": gap(f(np.roll(X, by[0], -2)), np.roll(f(X), small[0], -2)),
        "Only the columns move.": gap(f(np.roll(X, by[1], -1)), np.roll(f(X), small[1], -1)),
        "Down and right are the positive directions; here it moves the other way.": gap(
            f(rolled(X, (-by[0], -by[1]))), rolled(f(X), (-small[0], -small[1]))
        ),
        "Input and output move in opposite directions.": gap(shifted, rolled(f(X), (-small[0], -small[1]))),
        "A smaller output moves by a smaller step.": gap(shifted, rolled(f(X), by)),
        "What leaves on one side comes back on the other.": gap(f(zeros), rolled(f(X), small)),
        "The difference is not divided by the size of the output.": right.max() / largest if largest else 0.0,
    }


def check_shift(error, X, M, by, stride, what):
    """Compare the error for one map."""
    want = np.abs(differences(X, M, by, stride)).max()
    call = f"shift_equivariance_error for {what}"
    agree(error(masked(M, stride), X.copy(), by), want, call, hints=mistaken(X, M, by, stride), see=SHIFT)


def random_mask(rng, shape, by, stride=1, sign=1):
    """Return an image and a mask for which the largest difference has a sign, and the mistakes show."""
    for _ in range(1000):
        X, M = rng.uniform(0.2, 1, shape), rng.uniform(-1, 1, shape[-2:])
        signed = sign * differences(X, M, by, stride)
        if signed.max() > -signed.min() + 0.05:
            return X, M
    raise RuntimeError("random_mask: no such mask; allow more draws")


@ex15_5.part(1, "shifts down and right, of differences whose sign is negative too")
def down_and_right(shift_equivariance_error, rng):
    for by, sign in (((1, 2), -1), ((2, 3), 1), ((3, 1), -1)):
        X, M = random_mask(rng, (5, 6), by, sign=sign)
        check_shift(shift_equivariance_error, X, M, by, 1, f"an image of (5, 6) and the shift {by}")


@ex15_5.part(1, "shifts up, left, by nothing and further than the image is wide")
def far_and_back(shift_equivariance_error, rng):
    for by in ((-1, 2), (2, -1), (-2, -1), (7, 11)):
        X, M = random_mask(rng, (4, 5), by)
        check_shift(shift_equivariance_error, X, M, by, 1, f"an image of (4, 5) and the shift {by}")
    X, M = rng.uniform(0.2, 1, (4, 5)), rng.uniform(-1, 1, (4, 5))
    check_shift(shift_equivariance_error, X, M, (0, 0), 1, "the shift (0, 0)")


@ex15_5.part(1, "maps that thin out: a smaller output, a smaller shift")
def thinner(shift_equivariance_error, rng):
    for shape, by, stride in (((8, 12), (2, 4), 2), ((12, 18), (3, 6), 3), ((12, 18), (6, 3), 3)):
        X, M = random_mask(rng, shape, by, stride)
        what = f"an output that is {stride} times smaller, and the shift {by}"
        check_shift(shift_equivariance_error, X, M, by, stride, what)


@ex15_5.part(1, "images with channels; the image stays as it was")
def stacked(shift_equivariance_error, rng):
    for shape in ((3, 4, 5), (2, 3, 4, 6)):
        X, M = random_mask(rng, shape, (1, 2))
        check_shift(shift_equivariance_error, X, M, (1, 2), 1, f"images of {shape}")
        require(
            not shift_equivariance_error.changed_inputs,
            "shift_equivariance_error changed the images. np.roll gives a new array.",
        )


# ---- 15.6: training where one is told to

ex15_6 = Exercise("ex15_6")
DEVICE = "lesson 15, section 15.2"
ELSEWHERE = """
import torch
losses, trained = train_on_device(layers, X, y, lr, steps, torch.device("cpu"))
losses, trained, refused, said = list(losses), [[W, b] for W, b in trained], False, ""
try:
    train_on_device(layers, X, y, lr, steps, torch.device("meta"))
except Exception as error:
    refused, said = True, str(error)[:500]
"""


def descent(layers, X, y, lr, steps, loss="cross-entropy", keep=False, scale=1.0, last=False, relu=True):
    """Return the losses before each step and after the last, and the layers; or what a mistake makes."""
    layers, losses, n = [(W.copy(), b.copy()) for W, b in layers], [], len(X)
    total = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in layers]
    target = np.eye(layers[-1][1].size)[y]
    for step in range(steps + 1):
        values = [X]
        for k, (W, b) in enumerate(layers, start=1):
            z = values[-1] @ W + b
            values.append(np.maximum(z, 0) if relu and (k < len(layers) or last) else z)
        z = values[-1]
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        if loss == "cross-entropy":
            log_p = z - z.max(axis=1, keepdims=True)
            log_p = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
            value, g = -(log_p * target).sum(axis=1).mean(), (p - target) / n
        elif loss == "twice":  # softmax, then the cross-entropy that takes logits
            r = np.exp(p) / np.exp(p).sum(axis=1, keepdims=True)
            value, g = -np.log((r * target).sum(axis=1)).mean(), (r - target) / n
            g = p * (g - (g * p).sum(axis=1, keepdims=True))
        else:
            value, g = ((z - target) ** 2).mean(), 2 * (z - target) / z.size
        losses.append(scale * value)
        if step == steps:
            break
        g = g * scale
        if last and relu:
            g = g * (values[-1] > 0)
        for k in reversed(range(len(layers))):
            dW, db = values[k].T @ g, g.sum(axis=0)
            g = g @ layers[k][0].T * ((values[k] > 0) if relu and k else 1.0)
            total[k] = (total[k][0] + dW, total[k][1] + db) if keep else (dW, db)
        layers = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(layers, total)]
    return np.array(losses), layers


def random_run(rng, sizes, n=12):
    """Return layers, inputs and labels."""
    return random_layers(rng, sizes), rng.normal(size=(n, sizes[0])), rng.integers(sizes[-1], size=n)


def wrong_runs(layers, X, y, lr, steps):
    """Return what known mistakes make of a run: a sentence, losses and layers."""
    runs = {
        "The gradients of earlier steps are still there: clear them before each backward pass.": {
            "keep": True
        },
        "The loss is the mean over the samples, not the sum.": {"scale": float(len(X))},
        "cross_entropy takes the logits: no softmax before it.": {"loss": "twice"},
        "The loss is the cross-entropy, not a square.": {"loss": "square"},
        "There is a ReLU after the last layer; it stays free.": {"last": True},
        "The layers are affine alone: the ReLU is missing.": {"relu": False},
    }
    with np.errstate(all="ignore"):
        return {sentence: descent(layers, X, y, lr, steps, **kind) for sentence, kind in runs.items()}


def check_losses(got, layers, X, y, lr, steps, what):
    """Compare the losses before each step."""
    losses, _ = descent(layers, X, y, lr, steps)
    hints = {sentence: run[0][:-1] for sentence, run in wrong_runs(layers, X, y, lr, steps).items()}
    hints["A loss is that before the step; yours stand one step later."] = losses[1:]
    hints["There is one loss a step: none before the first, none after the last."] = losses
    hints["The parameters do not move. Does the optimiser hold those of the network?"] = np.repeat(
        losses[0], steps
    )
    hints["A step goes against the gradient."] = descent(layers, X, y, -lr, steps)[0][:-1]
    off = np.abs(array(got, what, (steps,)) - losses[:-1]).max(initial=0)
    require(
        not 1e-9 < off < 1e-5,
        f"{what}: close, but computed in single precision; float64 was asked for. See {DEVICE}.",
    )
    agree(got, losses[:-1], what, rtol=1e-9, atol=1e-9, hints=hints, see=DEVICE)


def check_layers(got, layers, X, y, lr, steps, what, tolerance=1e-9):
    """Compare the layers after the last step."""
    _, want = descent(layers, X, y, lr, steps)
    got = network(got, what, n_in=X.shape[1], n_out=layers[-1][1].size)
    require(len(got) == len(want), f"{what}: as many layers were given; yours are {len(got)}. See {DEVICE}.")
    early = descent(layers, X, y, lr, max(steps - 1, 0))[1]
    late = descent(layers, X, y, lr, steps + 1)[1]
    for k, (W, b) in enumerate(got):
        right, bias = want[k]
        hints = {
            "These are the layers as they were given.": layers[k][0],
            "These are the layers before the last step.": early[k][0],
            "There is one step too many.": late[k][0],
        }
        if right.shape[0] == right.shape[1]:
            hints["torch stores the transpose: turn W back."] = right.T
        agree(
            W, right, f"W of layer {k + 1} of {what}", rtol=tolerance, atol=tolerance, hints=hints, see=DEVICE
        )
        agree(b, bias, f"b of layer {k + 1} of {what}", rtol=tolerance, atol=tolerance, see=DEVICE)


def trained(train_on_device, layers, X, y, lr, steps, what):
    """Train on the CPU; return losses and layers."""
    copies = [(W.copy(), b.copy()) for W, b in layers]
    got = train_on_device(copies, X.copy(), y.copy(), lr, steps, "cpu")
    return results(got, what, "losses", "layers")


@ex15_6.part(2, "the loss before each step")
def losses_of_steps(train_on_device, rng):
    for sizes, steps in (((3, 5, 4), 6), ((2, 4, 6, 3), 5)):
        layers, X, y = random_run(rng, sizes)
        what = f"train_on_device for the sizes {sizes} and {steps} steps"
        losses, _ = trained(train_on_device, layers, X, y, 0.3, steps, what)
        check_losses(losses, layers, X, y, 0.3, steps, f"the losses of {what}")


@ex15_6.part(1, "the layers after the last step, as arrays in the lecture's shapes")
def layers_after(train_on_device, rng):
    for sizes, steps in (((3, 5, 4), 4), ((3, 3, 3), 5)):
        layers, X, y = random_run(rng, sizes)
        what = f"train_on_device for the sizes {sizes} and {steps} steps"
        _, after = trained(train_on_device, layers, X, y, 0.3, steps, what)
        check_layers(after, layers, X, y, 0.3, steps, f"the layers of {what}")


@ex15_6.part(1, "on the device that is passed in, and no other")
def device_is_used(student, rng):
    layers, X, y = random_run(rng, (3, 4, 3))
    arguments = {"X": X, "y": y, "lr": 0.2, "steps": 3}
    copies = [(W.copy(), b.copy()) for W, b in layers]
    got = student.run(ELSEWHERE, ["losses", "trained", "refused", "said"], layers=copies, **arguments)
    array(got["losses"], "the losses of train_on_device with device=torch.device('cpu')", (3,))
    network(got["trained"], "the layers of train_on_device with device=torch.device('cpu')", n_in=3, n_out=3)
    require(
        got["refused"] is True,
        "train_on_device with device=torch.device('meta'): that device knows shapes and holds no numbers, so "
        "torch refuses to give you a loss from there. Yours came from another device: use the one that is "
        f"passed in, and fall back to none. See {DEVICE}.",
    )
    said = got["said"] if isinstance(got["said"], str) else ""
    require(
        not any(words in said for words in ("same device", "expected device", "not on the expected")),
        "train_on_device with device=torch.device('meta'): torch met tensors on two devices. Move the "
        f"network and the data, all of them. See {DEVICE}.",
    )


@ex15_6.part(1, "one layer, no steps, batches of one; the arguments stay as they were")
def training_edges(train_on_device, rng):
    cases = {"one layer": ((4, 3), 3, 7), "one sample": ((3, 4, 2), 3, 1), "no steps": ((2, 3, 2), 0, 5)}
    for kind, (sizes, steps, n) in cases.items():
        layers, X, y = random_run(rng, sizes, n)
        what = f"train_on_device for {kind}"
        losses, after = trained(train_on_device, layers, X, y, 0.2, steps, what)
        require(not train_on_device.changed_inputs, "train_on_device changed its arguments. Work on copies.")
        array(losses, f"the losses of {what}", (steps,))
        check_layers(after, layers, X, y, 0.2, steps, f"the layers of {what}", tolerance=1e-4)
