"""Is the matrix a convolution, and are its derivatives right?"""

import numpy as np
import pytest
import scipy.linalg
import torch

from coursepkg import autodiff as ad
from coursepkg.toeplitz import convolution_jvp, convolution_matrix, convolution_vjp, shared_sum


def case(seed):
    """Return a kernel and an input, of every length up to 6 and 12."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 7))
    return rng.normal(size=k), rng.normal(size=k + int(rng.integers(7)))


@pytest.mark.parametrize("seed", range(20))
def test_matrix_is_torchs_convolution_and_scipys_toeplitz(seed):
    """Do torch's conv1d, our engine's and scipy's Toeplitz matrix agree with it?"""
    kernel, x = case(seed)
    T = convolution_matrix(kernel, len(x))
    got = T @ x
    by_torch = torch.nn.functional.conv1d(torch.tensor(x)[None, None], torch.tensor(kernel)[None, None])
    np.testing.assert_allclose(got, by_torch[0, 0].numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(
        got, ad.conv1d(x[None, None], kernel[None, None])[0, 0], rtol=1e-12, atol=1e-13
    )
    rows = len(x) - len(kernel) + 1
    column, row = np.zeros(rows), np.zeros(len(x))
    column[0], row[: len(kernel)] = kernel[0], kernel
    np.testing.assert_array_equal(T.toarray(), scipy.linalg.toeplitz(column, row))
    assert T.nnz == rows * len(kernel)


@pytest.mark.parametrize("seed", range(20))
def test_vjp_is_torchs_gradient_and_the_transpose_of_jvp(seed):
    """Does torch find the same cotangents, and is <g, J v> = <J.T g, v>?"""
    kernel, x = case(seed)
    rng = np.random.default_rng(seed + 100)
    g, dk, dx = (
        rng.normal(size=len(x) - len(kernel) + 1),
        rng.normal(size=len(kernel)),
        rng.normal(size=len(x)),
    )
    to_x, to_kernel = convolution_vjp(kernel, x, g)
    t_kernel, t_x = torch.tensor(kernel, requires_grad=True), torch.tensor(x, requires_grad=True)
    torch.nn.functional.conv1d(t_x[None, None], t_kernel[None, None])[0, 0].backward(torch.tensor(g))
    np.testing.assert_allclose(to_x, t_x.grad.numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(to_kernel, t_kernel.grad.numpy(), rtol=1e-12, atol=1e-13)
    assert g @ convolution_jvp(kernel, x, dk, dx) == pytest.approx(to_x @ dx + to_kernel @ dk, abs=1e-12)


def test_shared_sum_adds_up_what_a_dense_layer_would_receive():
    """Is the shared derivative the dense one, summed where each weight stands?"""
    kernel, x, g = np.array([1.0, 2.0, 3.0]), np.arange(1.0, 6.0), np.array([1.0, -1.0, 2.0])
    W = ad.Tensor(convolution_matrix(kernel, 5).toarray(), requires_grad=True)
    (W @ x).backward(g)
    np.testing.assert_array_equal(shared_sum(W.grad, 3), convolution_vjp(kernel, x, g)[1])


def test_wrong_shapes_are_refused():
    """Does every message name the cure?"""
    for kernel in ([], [[1.0]], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match="it must fit into the input"):
            convolution_matrix(kernel, 2)
    with pytest.raises(ValueError, match="n - k \\+ 1 entries"):
        convolution_vjp([1.0, 2.0], [1.0, 2.0, 3.0], [1.0])
    with pytest.raises(ValueError, match="the shape of its value"):
        convolution_jvp([1.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0])
    for k, shape in ((0, (2, 1)), (3, (2, 3)), (2, (3,))):
        with pytest.raises(ValueError, match="a column for each input"):
            shared_sum(np.ones(shape), k)
