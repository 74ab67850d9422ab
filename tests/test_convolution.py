"""Is a convolution the same by every route, does it go backward rightly, and when does it follow a shift?"""

import numpy as np
import pytest
import torch
from scipy import signal
from torch.nn import functional

from coursepkg import autodiff as ad
from coursepkg import convolution as cv
from coursepkg import training
from coursepkg.datasets import digits

# samples, in and out channels, image, kernel, stride, padding
CASES = {
    "plain": (2, 1, 1, (5, 6), (3, 2), 1, 0),
    "channels": (3, 2, 4, (6, 5), (2, 3), 1, 0),
    "padding": (1, 2, 3, (4, 5), (3, 3), 1, 2),
    "stride": (2, 3, 2, (7, 9), (3, 2), 2, 1),
    "stride leaves a rest": (2, 1, 2, (8, 7), (3, 3), 3, 0),
    "as large as the image": (2, 2, 3, (4, 3), (4, 3), 1, 0),
    "one pixel": (2, 3, 2, (3, 4), (1, 1), 2, 0),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def drawn(case, seed=0):
    """Return images, kernels, a cotangent, and how to convolve."""
    n, c, q, size, kernel, stride, padding = case
    rng = np.random.default_rng(seed)
    X, K = rng.normal(size=(n, c, *size)), rng.normal(size=(q, c, *kernel))
    G = rng.normal(size=(n, q, *cv.output_size(size, kernel, stride, padding)))
    return X, K, G, (stride, padding)


def by_sums(X, K, stride, padding):
    """Return the convolution index by index, as the formula of the module says."""
    X = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (n, c, height, width), (q, _, kh, kw) = X.shape, K.shape
    Y = np.zeros((n, q, (height - kh) // stride + 1, (width - kw) // stride + 1))
    for m, o, i, j in np.ndindex(Y.shape):
        for d, u, v in np.ndindex(c, kh, kw):
            Y[m, o, i, j] += X[m, d, stride * i + u, stride * j + v] * K[o, d, u, v]
    return Y


@each_case
def test_all_routes_agree_with_the_formula(case):
    """Do direct sums, Fourier transforms, the matrix, the graph and torch give the sum of the formula?"""
    X, K, _, how = drawn(case)
    want = by_sums(X, K, *how)
    np.testing.assert_allclose(cv.conv2d_direct(X, K, *how), want, rtol=0, atol=1e-12)
    np.testing.assert_allclose(cv.conv2d_fft(X, K, *how), want, rtol=0, atol=1e-10)
    np.testing.assert_allclose(cv.conv2d(ad.Tensor(X), K, *how).data, want, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ad.conv2d(X, K, *how), want, rtol=0, atol=1e-12)
    matrix = cv.conv_matrix(K, X.shape[2:], *how)
    flat = matrix @ X.reshape(len(X), -1).T
    np.testing.assert_allclose(flat.T.reshape(want.shape), want, rtol=0, atol=1e-12)
    theirs = functional.conv2d(torch.tensor(X), torch.tensor(K), stride=how[0], padding=how[1])
    np.testing.assert_allclose(theirs.numpy(), want, rtol=0, atol=1e-12)


def test_scipy_agrees_and_says_which_way_the_kernel_lies():
    """Is it SciPy's correlation, and SciPy's convolution with the kernel turned by half a turn?"""
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(6, 7)), rng.normal(size=(3, 2))
    ours = cv.conv2d_direct(x[None, None], k[None, None])[0, 0]
    np.testing.assert_allclose(ours, signal.correlate2d(x, k, "valid"), atol=1e-12)
    np.testing.assert_allclose(ours, signal.convolve2d(x, k[::-1, ::-1], "valid"), atol=1e-12)


@each_case
def test_what_goes_backward_agrees_with_torch_and_with_the_matrix(case):
    """Are both derivatives torch's, and is the one by the images the transpose of the matrix?"""
    X, K, G, how = drawn(case)
    x, k = (torch.tensor(a, requires_grad=True) for a in (X, K))
    functional.conv2d(x, k, stride=how[0], padding=how[1]).backward(torch.tensor(G))
    to_input = cv.conv2d_to_input(G, K, X.shape[2:], *how)
    np.testing.assert_allclose(to_input, x.grad.numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(cv.conv2d_to_kernel(X, G, K.shape[2:], *how), k.grad.numpy(), atol=1e-12)
    matrix = cv.conv_matrix(K, X.shape[2:], *how)
    np.testing.assert_allclose(matrix.T @ G[0].ravel(), to_input[0].ravel(), atol=1e-12)


@each_case
def test_one_trilinear_form_has_three_faces(case):
    """Is <G, conv(X, K)> = <X, to_input(G, K)> = <K, to_kernel(X, G)>?"""
    X, K, G, how = drawn(case)
    form = np.sum(G * cv.conv2d_direct(X, K, *how))
    assert np.isclose(np.sum(X * cv.conv2d_to_input(G, K, X.shape[2:], *how)), form, rtol=1e-12)
    assert np.isclose(np.sum(K * cv.conv2d_to_kernel(X, G, K.shape[2:], *how)), form, rtol=1e-12)


@pytest.mark.parametrize("case", [CASES[name] for name in ("channels", "stride", "padding")])
def test_the_operation_is_right_in_both_modes_twice(case):
    """Do differences confirm forward and reverse mode, and the derivatives of the gradient?"""
    _, c, q, *_, stride, padding = case
    X, K, _, how = drawn((1, min(c, 2), min(q, 2), (4, 3), (2, 2), stride, padding))
    assert ad.check_gradient(lambda x, k: cv.conv2d(x, k, *how) ** 2, X, K, order=2, rtol=1e-7) < 1e-7


def test_the_operation_agrees_with_the_composed_one():
    """Is it, value and gradients, what autodiff.conv2d makes of several nodes?"""
    X, K, _, how = drawn(CASES["stride"])
    ours, composed = (
        ad.grad(lambda x, k, f=f: ad.sum(ad.tanh(f(x, k, *how))))(X, K) for f in (cv.conv2d, ad.conv2d)
    )
    for a, b in zip(ours, composed, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
    assert len(ad.tape(cv.conv2d(ad.Tensor(X, requires_grad=True), K, *how))) == 2


def test_single_precision_stays_single():
    """Do float32 images and kernels give float32 results and derivatives?"""
    X, K, G, how = (a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in drawn(CASES["stride"]))
    assert cv.conv2d_direct(X, K, *how).dtype == np.float32
    k = ad.Tensor(K, requires_grad=True)
    cv.conv2d(X, k, *how).backward(G)
    assert k.grad.dtype == np.float32
    assert cv.conv2d_to_input(G, K, X.shape[2:], *how).dtype == np.float32


def test_the_matrix_shares_its_weights():
    """Does the matrix hold each weight once for each place, and nothing else?"""
    K = np.arange(1.0, 19.0).reshape(2, 1, 3, 3)
    matrix = cv.conv_matrix(K, (8, 8))
    assert matrix.shape == (2 * 36, 64)
    values, counts = np.unique(matrix.data, return_counts=True)
    assert values.tolist() == K.ravel().tolist()
    assert set(counts.tolist()) == {36}
    assert cv.conv_matrix(K, (8, 8), padding=1).nnz == 2 * (8 + 7 + 7) ** 2


def test_shift_moves_down_and_right():
    """Does content move down and right for positive numbers, with zeros or round the border?"""
    X = np.arange(1, 7).reshape(2, 3)
    assert cv.shift(X, (1, -1)).tolist() == [[0, 0, 0], [2, 3, 0]]
    assert cv.shift(X, (1, -1), wrap=True).tolist() == [[5, 6, 4], [2, 3, 1]]
    assert cv.shift(X, (0, 0)).tolist() == X.tolist()
    assert not cv.shift(X, (2, 0)).any()


def test_equivariance_is_exact_inside_and_broken_at_the_border():
    """Is the error 0 without padding and on the torus, and as large as what a padded border loses?"""
    X = np.random.default_rng(0).normal(size=(1, 1, 9, 9))
    K = np.zeros((1, 1, 3, 3))
    K[0, 0, 2, 1] = 1.0  # looks one row down

    def torus(X):
        return cv.conv2d_direct(np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="wrap"), K)

    assert cv.shift_equivariance_error(torus, X, (2, -3), wrap=True) == 0
    assert cv.shift_equivariance_error(lambda X: cv.conv2d_direct(X, K), X, (2, -3)) == 0
    assert cv.shift_equivariance_error(lambda X: cv.conv2d_direct(X, K, 2), X, (2, -4), stride=2) == 0

    def padded(X):
        return cv.conv2d_direct(X, K, padding=1)

    # The last row of the result sees padding. After a shift down it should see what the last row was.
    assert cv.shift_equivariance_error(padded, X, (1, 0)) == np.abs(X[..., 8, :]).max()
    assert cv.shift_equivariance_error(padded, X, (-1, 0)) == 0
    assert cv.shift_equivariance_error(padded, X, (1, 0), wrap=True) > 0.1


def test_trained_alike_on_both_paths():
    """Does the network of this module have torch's losses, step by step, with and without pooling?"""
    X, y, _, _ = digits()
    X, y = X[:100].reshape(-1, 1, 8, 8), y[:100]
    for pool in (False, True):
        rng = np.random.default_rng(0)
        layers = cv.init_conv_layers((1, 8, 8), (3, 5), (2, 1), 10, 3, rng, pool)
        model = cv.ConvNet(layers, (2, 1), pool)
        params = [torch.tensor(a, requires_grad=True) for layer in layers for a in layer]
        optimiser, ours = training.SGD(model.params, 0.1), []
        for _ in range(5):
            h = torch.tensor(X)
            for k, stride in enumerate((2, 1)):
                h = functional.conv2d(h, params[2 * k], params[2 * k + 1], stride, 1).relu()
            h = h.amax(dim=(2, 3)) if pool else h.flatten(1)
            loss = functional.cross_entropy(h @ params[4] + params[5], torch.tensor(y))
            grads = torch.autograd.grad(loss, params)
            with torch.no_grad():
                for p, g in zip(params, grads, strict=True):
                    p -= 0.1 * g
            value = ad.softmax_cross_entropy(model(X), y)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            ours.append((value.item(), loss.item()))
        np.testing.assert_allclose(*np.transpose(ours), rtol=0, atol=1e-10)


def test_pooled_network_follows_no_shift():
    """Are the outputs of a pooled network of stride 1 the same for a shifted picture inside a wide border?"""
    rng = np.random.default_rng(0)
    model = cv.ConvNet(cv.init_conv_layers((1, 14, 14), (4, 4), (1, 1), 3, 3, rng, True), (1, 1), True)
    X = np.zeros((2, 1, 14, 14))
    X[:, :, 4:9, 4:9] = rng.random((2, 1, 5, 5))
    moved = cv.shift(X, (1, -2))
    np.testing.assert_allclose(model(moved).data, model(X).data, rtol=0, atol=1e-12)


IMAGES, KERNELS = np.ones((1, 2, 4, 4)), np.ones((3, 2, 2, 2))
WRONG = {
    "size": (lambda: cv.output_size((2, 2), (3, 3)), "no place.*at most the padded"),
    "stride": (lambda: cv.output_size((4, 4), (3, 3), stride=0), "stride is at least 1"),
    "channels": (lambda: cv.conv2d_direct(IMAGES, KERNELS[:, :1]), "conv2d_direct: expected images.*reshape"),
    "axes": (lambda: cv.conv2d_direct(IMAGES[0], KERNELS), "conv2d_direct: expected images.*reshape"),
    "direct": (lambda: cv.conv2d_direct(KERNELS, IMAGES), "no place"),
    "graph": (lambda: cv.conv2d(ad.Tensor(IMAGES), KERNELS[:, :1]), "expected images.*reshape"),
    "graph place": (lambda: cv.conv2d(ad.Tensor(KERNELS), IMAGES), "no place"),
    "fft": (lambda: cv.conv2d_fft(IMAGES, KERNELS[:, :1]), "conv2d_fft: expected images.*reshape"),
    "fft place": (lambda: cv.conv2d_fft(IMAGES, KERNELS, stride=0), "stride is at least 1"),
    "to input": (lambda: cv.conv2d_to_input(IMAGES, KERNELS, (4, 4)), "conv2d_to_input: .*conv2d's result"),
    "to kernel": (lambda: cv.conv2d_to_kernel(IMAGES, IMAGES, (2, 2)), "conv2d_to_kernel: .*conv2d's result"),
    "matrix": (lambda: cv.conv_matrix(np.ones((2, 2)), (4, 4)), "conv_matrix: .*reshape"),
    "matrix place": (lambda: cv.conv_matrix(IMAGES, (3, 3)), "no place"),
    "fraction": (
        lambda: cv.shift_equivariance_error(np.abs, IMAGES, (1, 0), 2),
        "no multiple of the stride",
    ),
    "no partner": (lambda: cv.shift_equivariance_error(np.abs, IMAGES, (4, 0)), "smaller shift or wrap=True"),
    "strides": (lambda: cv.ConvNet([(KERNELS, np.zeros(3))], (1,)), "0 convolutions and 1 strides; give one"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_errors_name_the_cure(call, message):
    """Does each error say what was expected, what came, and what to do?"""
    with pytest.raises(ValueError, match=message):
        call()
