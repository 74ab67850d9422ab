"""Do the reference solutions of assignment 15 agree with oracles that are independent of them?

What every assignment must do is tested in ``test_assignments.py``.
"""

import numpy as np
import pytest
import torch
from torch.nn import functional

from coursepkg import autodiff, convolution, training
from coursepkg.grading.student import local_student
from coursepkg.network import mlp_forward
from tests.assignments import CourseAssignment

assignment = CourseAssignment("15_tensor_graphs")
RUNS = 1000


def draws():
    """Yield a generator for each input."""
    for seed in range(RUNS):
        yield np.random.default_rng(seed)


def random_conv(rng):
    """Return images and kernels of random sizes, and a stride and a padding that fit."""
    n, c, q, kh, kw = rng.integers(1, 4, 5)
    H, W = kh + rng.integers(0, 4), kw + rng.integers(0, 4)
    stride, padding = (int(k) for k in (rng.integers(1, 4), rng.integers(0, 3)))
    return rng.normal(size=(n, c, H, W)), rng.normal(size=(q, c, kh, kw)), stride, padding


@pytest.mark.ex15_1
def test_to_torch_agrees_with_numpy_and_with_our_engine():
    """Are outputs those of `mlp_forward`, and gradients those of our graph?"""
    reference = assignment.reference("ex15_1")
    for rng in draws():
        sizes = rng.integers(1, 6, rng.integers(2, 5))
        name = ("relu", "tanh", "sigmoid")[rng.integers(3)]
        layers = training.init_layers(sizes, "glorot", rng, random_bias=True)
        X = rng.normal(size=(4, sizes[0]))
        module, model = reference(layers, name), training.MLP(layers, name)
        y = module(torch.tensor(X))
        np.testing.assert_allclose(y.detach().numpy(), mlp_forward(X, layers, name)[-1], rtol=0, atol=1e-12)
        y.sum().backward()
        autodiff.sum(model(X)).backward()
        for p, q in zip(module.parameters(), model.params, strict=True):
            np.testing.assert_allclose(p.grad.numpy().T, q.grad, rtol=0, atol=1e-12)


@pytest.mark.ex15_2
def test_conv2d_agrees_with_torch_and_fourier():
    """Is it torch's function, and the one by Fourier transforms?"""
    reference = assignment.reference("ex15_2")
    for rng in draws():
        X, K, stride, padding = random_conv(rng)
        got = reference(X, K, stride, padding)
        theirs = functional.conv2d(torch.tensor(X), torch.tensor(K), stride=stride, padding=padding)
        np.testing.assert_allclose(got, theirs.numpy(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(got, convolution.conv2d_fft(X, K, stride, padding), rtol=0, atol=1e-12)


@pytest.mark.ex15_3
def test_vjp_agrees_with_torch_and_with_our_engine():
    """Are both derivatives torch's, and those of the composed operation of our graph?"""
    reference = assignment.reference("ex15_3")
    for rng in draws():
        X, K, *_ = random_conv(rng)
        G = rng.normal(size=convolution.conv2d_direct(X, K).shape)
        got = reference(X, K, G)
        x, k = (torch.tensor(a, requires_grad=True) for a in (X, K))
        theirs = torch.autograd.grad(functional.conv2d(x, k), (x, k), torch.tensor(G))
        _, ours = autodiff.vjp(autodiff.conv2d, (X, K), G)
        for mine, a, b in zip(got, theirs, ours, strict=True):
            np.testing.assert_allclose(mine, a.numpy(), rtol=0, atol=1e-12)
            np.testing.assert_allclose(mine, b, rtol=0, atol=1e-12)


@pytest.mark.ex15_4
def test_matrix_agrees_with_the_sparse_one_and_with_torch():
    """Is it the library's sparse matrix, and does it do to an image what torch does?"""
    reference = assignment.reference("ex15_4")
    for rng in draws():
        X, K, *_ = random_conv(rng)
        A = reference(K, X.shape[2:])
        np.testing.assert_array_equal(A, convolution.conv_matrix(K, X.shape[2:]).toarray())
        theirs = functional.conv2d(torch.tensor(X[:1]), torch.tensor(K)).numpy().ravel()
        np.testing.assert_allclose(A @ X[0].ravel(), theirs, rtol=0, atol=1e-12)


@pytest.mark.ex15_5
def test_shift_error_agrees_with_the_library_and_with_indices():
    """Is it the library's number, and the one with every index written out?"""
    reference = assignment.reference("ex15_5")
    for rng in draws():
        s = int(rng.integers(1, 4))
        h, w = (int(k) for k in rng.integers(1, 4, 2))
        X, M = rng.normal(size=(2, h * s, w * s)), rng.normal(size=(h * s, w * s))
        by = tuple(int(s * k) for k in rng.integers(-4, 5, 2))

        def f(X, M=M, s=s):
            return (X * M)[..., ::s, ::s]

        got = reference(f, X, by)
        assert got == convolution.shift_equivariance_error(f, X, by, s, wrap=True)
        moved = np.empty_like(X)
        for i, j in np.ndindex(X.shape[1:]):
            moved[:, (i + by[0]) % (h * s), (j + by[1]) % (w * s)] = X[:, i, j]
        before, after, worst = f(X), f(moved), 0.0
        for i, j in np.ndindex(h, w):
            there = after[:, (i + by[0] // s) % h, (j + by[1] // s) % w]
            worst = max(worst, np.abs(there - before[:, i, j]).max())
        assert got == worst


@pytest.mark.ex15_6
def test_training_agrees_with_our_engine_and_with_sgd_of_torch():
    """Are losses and layers those of our own training loop, and of torch's optimiser?"""
    reference = assignment.reference("ex15_6")
    for rng in draws():
        sizes = [int(k) for k in rng.integers(1, 5, rng.integers(2, 4))]
        sizes[-1] += 1
        layers = training.init_layers(sizes, "he", rng, random_bias=True)
        X, y = rng.normal(size=(5, sizes[0])), rng.integers(sizes[-1], size=5)
        losses, after = reference(layers, X, y, 0.2, 3, "cpu")
        model = training.MLP(layers)
        history = training.fit(
            model, X, y, loss=autodiff.softmax_cross_entropy, optimiser=training.SGD(model.params, 0.2),
            epochs=3, batch_size=5, rng=rng,
        )  # fmt: skip
        np.testing.assert_allclose(losses, history.loss, rtol=0, atol=1e-12)
        params = [torch.tensor(a, requires_grad=True) for layer in layers for a in layer]
        optimiser = torch.optim.SGD(params, lr=0.2)
        for _ in range(3):
            h = torch.tensor(X)
            for k in range(0, len(params), 2):
                h = h @ params[k] + params[k + 1]
                h = h.relu() if k + 2 < len(params) else h
            optimiser.zero_grad()
            functional.cross_entropy(h, torch.tensor(y)).backward()
            optimiser.step()
        got = [a for layer in after for a in layer]
        for mine, a, b in zip(got, params, (a for layer in model.layers for a in layer), strict=True):
            np.testing.assert_allclose(mine, a.detach().numpy(), rtol=0, atol=1e-12)
            np.testing.assert_allclose(mine, b, rtol=0, atol=1e-12)


@pytest.mark.ex15_6
def test_a_device_that_is_missing_is_no_reason_to_fall_back():
    """Is the error of torch let through where a device is not there?"""
    reference = assignment.reference("ex15_6")
    arguments = [(np.eye(2), np.zeros(2))], np.eye(2), np.array([0, 1]), 0.1, 1
    with pytest.raises(RuntimeError, match="meta"):
        reference(*arguments, "meta")


@pytest.mark.ex15_1
def test_a_module_that_breaks_when_it_is_used_is_told():
    """Is an error inside the student's module a sentence, and no broken test?"""

    def to_torch(layers, activation):
        return torch.nn.Linear(77, 1, dtype=torch.float64)

    points, message = assignment.grade_hidden("ex15_1", local_student({"to_torch": to_torch}))
    assert points == 0
    assert "RuntimeError" in message
