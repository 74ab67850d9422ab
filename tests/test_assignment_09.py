"""Are the references of assignment 09 right, by oracles that are independent of them?"""

import re

import numpy as np
import pytest
import scipy.linalg
import torch

from coursepkg import autodiff as ad
from coursepkg.grading.student import local_student
from coursepkg.operation_counts import jacobian_by_sweeps
from coursepkg.toeplitz import convolution_matrix, convolution_vjp
from tests.assignments import CourseAssignment

assignment = CourseAssignment("09_forward_mode_differentiation")


@pytest.mark.ex09_1
def test_dual_agrees_with_the_engine_and_with_torch_on_1000_inputs():
    """Are the tangents those of our forward mode, and of torch's?"""
    Dual = assignment.reference("ex09_1")
    rng = np.random.default_rng(0)
    points, directions = rng.uniform(-2, 2, (2, 1000, 3))

    def f(a, b, c, exp, sigmoid):
        return exp(a * b + 0.5) * sigmoid(3 * c + a) + 2 * (b * b)

    def by_engine(x):
        return f(x[0], x[1], x[2], ad.exp, ad.sigmoid)

    def by_torch(x):
        return f(x[0], x[1], x[2], torch.exp, torch.sigmoid)

    leaf = torch.tensor(points.T, requires_grad=True)
    by_torch(leaf).sum().backward()
    theirs = np.sum(leaf.grad.numpy().T * directions, axis=1)  # gradient times direction, row by row
    for x, v, right in zip(points, directions, theirs):
        y = f(*map(Dual, x.tolist(), v.tolist()), Dual.exp, Dual.sigmoid)
        value, tangent = ad.jvp(by_engine, x, v)
        np.testing.assert_allclose([y.value, y.tangent], [value, tangent], rtol=1e-11, atol=1e-12)
        assert y.tangent == pytest.approx(right, rel=1e-11, abs=1e-12)


@pytest.mark.ex09_2
def test_chain_agrees_with_the_engine_and_is_adjoint_on_1000_inputs():
    """Are both products those of our engine, and is <u, J v> = <J.T u, v>?"""
    jvp_vjp = assignment.reference("ex09_2")
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        n, m = rng.integers(1, 5, 2)
        W, x, v, u = rng.normal(size=(n, m)), rng.normal(size=n), rng.normal(size=n), rng.normal(size=m)
        steps = [
            (lambda z, W=W: z @ W, lambda z, t, W=W: t @ W, lambda z, g, W=W: W @ g),
            (np.tanh, lambda z, t: t / np.cosh(z) ** 2, lambda z, g: g / np.cosh(z) ** 2),
        ]
        y, Jv, JTu = jvp_vjp(steps, x, v, u)
        assert u @ Jv == pytest.approx(JTu @ v, rel=1e-9, abs=1e-12)
        value, tangent = ad.jvp(lambda t, W=W: ad.tanh(t @ W), x, v)
        np.testing.assert_allclose(y, value, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(Jv, tangent, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(JTu, ad.vjp(lambda t, W=W: ad.tanh(t @ W), x, u)[1], rtol=1e-9, atol=1e-12)


@pytest.mark.ex09_3
def test_jacobian_agrees_with_the_engine_and_with_products_on_1000_inputs():
    """Is the matrix the product of a chain, and our engine's Jacobian, in all modes?"""
    jacobian = assignment.reference("ex09_3")
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        n_in, width, n_out = rng.integers(1, 5, 3)
        A, B = rng.normal(size=(n_in, width)), rng.normal(size=(width, n_out))
        x = rng.normal(size=n_in)
        h = np.tanh(x @ A)

        def f(z, A=A, B=B):
            return ad.tanh(z @ A) @ B

        right, _ = jacobian_by_sweeps([A * (1 - h**2), B], "reverse")
        for mode in ("forward", "reverse", "auto"):
            push, pull = (lambda v: ad.jvp(f, x, v)[1]), (lambda u: ad.vjp(f, x, u)[1])  # noqa: B023
            J = jacobian(push, pull, int(n_in), int(n_out), mode)
            np.testing.assert_allclose(J, right, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ad.jacobian(f, x), right, rtol=1e-9, atol=1e-12)


@pytest.mark.ex09_4
def test_unbroadcast_agrees_with_torch_and_with_the_engine_on_1000_inputs():
    """Is it the gradient that torch and our engine give to the small array?"""
    unbroadcast = assignment.reference("ex09_4")
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        big = tuple(rng.integers(0 if seed % 10 == 0 else 1, 4, rng.integers(4)).tolist())
        small = tuple(1 if rng.random() < 0.4 else size for size in big[rng.integers(len(big) + 1) :])
        g, data = rng.normal(size=big), rng.normal(size=small)
        got = unbroadcast(g, small)
        assert np.shape(got) == small
        leaf = torch.tensor(data, requires_grad=True)
        torch.broadcast_to(leaf, big).backward(torch.tensor(g))
        np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-12, atol=1e-13)
        ours = ad.vjp(lambda x, big=big: x + np.zeros(big), data, g)[1]
        np.testing.assert_allclose(got, ours, rtol=1e-12, atol=1e-13)


@pytest.mark.ex09_5
def test_matmul_agrees_with_torch_and_with_the_engine_on_1000_inputs():
    """Are both cotangents those of torch and of our engine, with and without a batch?"""
    matmul_vjp = assignment.reference("ex09_5")
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        n, k, m = rng.integers(1, 4, 3)
        batch = tuple(rng.integers(1, 4, rng.integers(3)).tolist())
        A, B, G = rng.normal(size=(*batch, n, k)), rng.normal(size=(k, m)), rng.normal(size=(*batch, n, m))
        got = matmul_vjp(A, B, G)
        leaves = [torch.tensor(value, requires_grad=True) for value in (A, B)]
        (leaves[0] @ leaves[1]).backward(torch.tensor(G))
        ours = ad.vjp(ad.matmul, (A, B), G)[1]
        for value, leaf, other in zip(got, leaves, ours):
            np.testing.assert_allclose(value, leaf.grad.numpy(), rtol=1e-11, atol=1e-12)
            np.testing.assert_allclose(value, other, rtol=1e-11, atol=1e-12)


@pytest.mark.ex09_6
def test_convolution_agrees_with_scipy_torch_and_the_library_on_1000_inputs():
    """Is the matrix scipy's Toeplitz, and are the cotangents torch's and the library's?"""
    conv1d_matrix = assignment.reference("ex09_6")
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        k = int(rng.integers(1, 5))
        n = k + int(rng.integers(5))
        kernel, x, g = rng.normal(size=k), rng.normal(size=n), rng.normal(size=n - k + 1)
        T, x_bar, kernel_bar = conv1d_matrix(kernel, x, g)
        column, row = np.zeros(n - k + 1), np.zeros(n)
        column[0], row[:k] = kernel[0], kernel
        np.testing.assert_array_equal(T, scipy.linalg.toeplitz(column, row))
        np.testing.assert_array_equal(T, convolution_matrix(kernel, n).toarray())
        leaves = [torch.tensor(value, requires_grad=True) for value in (x, kernel)]
        y = torch.nn.functional.conv1d(leaves[0][None, None], leaves[1][None, None])
        y.backward(torch.tensor(g)[None, None])
        ours = convolution_vjp(kernel, x, g)
        for value, leaf, other in zip((x_bar, kernel_bar), leaves, ours):
            np.testing.assert_allclose(value, leaf.grad.numpy(), rtol=1e-11, atol=1e-12)
            np.testing.assert_allclose(value, other, rtol=1e-11, atol=1e-12)


@pytest.mark.ex09_2
def test_step_that_gets_a_wrong_shape_says_so():
    """Does a chain walked in the wrong order give a sentence in place of NumPy's?"""

    def backward_order(steps, x, v, u):
        for _, push, _ in reversed(steps):
            v = push(x, v)
        return x, v, u

    points, message = assignment.grade_hidden("ex09_2", local_student({"jvp_vjp": backward_order}))
    assert points == 0
    assert re.search("of a wrong shape", message)


@pytest.mark.ex09_3
def test_either_mode_may_serve_a_tie():
    """Does auto accept both modes for as many inputs as outputs?"""
    for tie in ("forward", "reverse"):

        def auto(push, pull, n_in, n_out, mode, tie=tie):
            if mode == "auto":
                mode = tie if n_in == n_out else ("forward" if n_in < n_out else "reverse")
            if mode == "forward":
                return np.array([push(e) for e in np.eye(n_in)]).T
            return np.array([pull(e) for e in np.eye(n_out)])

        assert assignment.grade("ex09_3", local_student({"jacobian": auto})) == (4, "")


@pytest.mark.ex09_3
def test_wrong_mode_is_told_even_if_the_matrix_is_right():
    """Is the count of the sweeps part of the requirement?"""

    def reverse(push, pull, n_in, n_out, mode):
        return np.array([pull(e) for e in np.eye(n_out)])

    points, message = assignment.grade_hidden("ex09_3", local_student({"jacobian": reverse}))
    assert points == 1
    assert "the other mode" in message
