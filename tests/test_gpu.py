"""Does torch, on whatever device there is, compute what the NumPy engine computes?

The device code runs on the CPU here; what needs another device is marked `gpu`.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch import nn

from coursepkg import autodiff as ad
from coursepkg import gpu, training
from coursepkg.network import mlp_forward

# torch's own modules, when an optimiser or a compiler is first used
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.sampled_from(sorted(gpu.MODULES)),
    st.integers(0, 2**32 - 1),
)
def test_round_trip_is_exact_and_the_function_the_same(sizes, activation, seed):
    """Do networks of random sizes come back bit by bit, with values and gradients equal to 1e-10?"""
    rng = np.random.default_rng(seed)
    layers = training.init_layers(sizes, "he", rng, random_bias=True)
    module, X = gpu.to_torch(layers, activation), rng.normal(size=(5, sizes[0]))
    for (W, b), (V, c) in zip(layers, gpu.from_torch(module), strict=True):
        assert np.array_equal(W, V)
        assert np.array_equal(b, c)
    np.testing.assert_allclose(
        gpu.predict(module, X), mlp_forward(X, layers, activation)[-1], rtol=0, atol=1e-10
    )

    model, target = training.MLP(layers, activation), rng.normal(size=(5, sizes[-1]))
    ad.mse(model(X), target).backward()
    nn.functional.mse_loss(module(torch.tensor(X)), torch.tensor(target)).backward()
    for ours, theirs in zip(model.params, module.parameters(), strict=True):
        np.testing.assert_allclose(ours.grad, theirs.grad.numpy().T, rtol=0, atol=1e-10)


def test_torch_modules_come_over():
    """Do a single Linear, one without bias, and float32 come over, as copies?"""
    linear = nn.Linear(3, 2, bias=False)
    [(W, b)] = gpu.from_torch(linear)
    assert (W.shape, b.tolist(), W.dtype) == ((3, 2), [0.0, 0.0], np.float32)
    with torch.no_grad():
        linear.weight.zero_()
    assert W.any()
    module = gpu.to_torch([(W, b)], output="sigmoid")
    assert module[0].weight.dtype == torch.float32
    assert isinstance(module[1], nn.Sigmoid)
    assert module[0].weight.is_contiguous()


def test_digits_have_the_same_loss_curve_as_numpy():
    """From the same initial values, are the first 50 losses on the digits equal to 1e-8, and both learn?"""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    layers = training.init_layers([64, 32, 16, 10], "he", np.random.default_rng(0))
    model, module = training.MLP(layers, "relu"), gpu.to_torch(layers, "relu")
    common = {"epochs": 4, "batch_size": 32, "validation": (X[1500:], y[1500:])}
    ours = training.fit(
        model,
        X[:1500],
        y[:1500],
        loss=ad.softmax_cross_entropy,
        optimiser=training.SGD(model.params, 0.1, 0.9),
        rng=np.random.default_rng(1),
        **common,
    )
    theirs = gpu.fit(
        module,
        X[:1500],
        y[:1500],
        loss="softmax_cross_entropy",
        optimiser=torch.optim.SGD(module.parameters(), 0.1, momentum=0.9),
        rng=np.random.default_rng(1),
        **common,
    )
    np.testing.assert_allclose(ours.loss[:50], theirs.loss[:50], rtol=0, atol=1e-8)
    assert len(ours.loss) == len(theirs.loss) == 4 * 47
    assert ours.validation[-1] > 0.88
    assert theirs.validation[-1] > 0.88


def test_schedules_and_adam_agree_with_numpy():
    """Do Adam and a schedule give the same curve on both sides?"""
    rng = np.random.default_rng(0)
    layers = training.init_layers([2, 8, 1], "glorot", rng)
    X = rng.normal(size=(30, 2))
    y = (X[:, :1] * X[:, 1:] > 0).astype(float)
    schedule = training.cosine_rate(0.05, n_steps=40, warmup=4)
    model, module = training.MLP(layers, "tanh"), gpu.to_torch(layers, "tanh")
    common = {"epochs": 10, "batch_size": 8, "schedule": schedule, "progress": False}
    ours = training.fit(
        model,
        X,
        y,
        loss=ad.binary_cross_entropy_with_logits,
        optimiser=training.Adam(model.params),
        rng=np.random.default_rng(5),
        **common,
    )
    theirs = gpu.fit(
        module,
        X,
        y,
        loss=nn.functional.binary_cross_entropy_with_logits,
        optimiser=torch.optim.Adam(module.parameters()),
        rng=np.random.default_rng(5),
        **common,
    )
    np.testing.assert_allclose(ours.loss, theirs.loss, rtol=0, atol=1e-10)


def test_a_small_convolutional_network_trains_alike():
    """Do both sides train a convolution on the digits from the same values along the same curve?"""
    X, y = load_digits(return_X_y=True)
    X, y = X[:200].reshape(-1, 1, 8, 8) / 16, y[:200]
    rng = np.random.default_rng(0)
    kernel, W = 0.3 * rng.normal(size=(4, 1, 3, 3)), 0.1 * rng.normal(size=(4 * 16, 10))
    params = [ad.Tensor(kernel, requires_grad=True), ad.Tensor(W, requires_grad=True)]

    def model(X):
        h = ad.relu(ad.conv2d(X, params[0], stride=2, padding=1))
        return h.reshape(len(X), -1) @ params[1]

    module = nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(64, 10, bias=False)
    ).double()
    with torch.no_grad():
        module[0].weight.copy_(torch.from_numpy(kernel))
        module[3].weight.copy_(torch.from_numpy(W.T.copy()))
    common = {"epochs": 3, "batch_size": 20}
    ours = training.fit(
        model,
        X,
        y,
        loss=ad.softmax_cross_entropy,
        optimiser=training.SGD(params, 0.2),
        rng=np.random.default_rng(2),
        **common,
    )
    theirs = gpu.fit(
        module,
        X,
        y,
        loss="softmax_cross_entropy",
        optimiser=torch.optim.SGD(module.parameters(), 0.2),
        rng=np.random.default_rng(2),
        **common,
    )
    np.testing.assert_allclose(ours.loss, theirs.loss, rtol=0, atol=1e-10)


def test_precision_is_what_the_device_has():
    """Is float64 asked for only where the device has it, and float32 where it is wanted?"""
    assert gpu.float_type("cpu") == torch.float64
    assert gpu.float_type("mps") == torch.float32
    assert gpu.float_type("cpu", np.float32) == torch.float32


def test_devices_are_named_in_order(monkeypatch):
    """Does CUDA come before MPS, and MPS before the CPU?"""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert [device.type for device in gpu.available_devices()] == ["mps", "cpu"]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [device.type for device in gpu.available_devices()] == ["cuda", "mps", "cpu"]


def test_comparison_is_exact_on_the_cpu(capsys):
    """Does the table of `make gpu-check` show every check as passed on the CPU, and its status say so?"""
    assert all(error < 1e-10 for error in gpu.compare("cpu", np.random.default_rng(3)).values())
    status = gpu.main()
    table = capsys.readouterr().out
    assert status == 0
    assert "cpu" in table
    assert "WRONG" not in table


def test_comparison_notices_a_wrong_network(monkeypatch, capsys):
    """Does a transposition that goes missing show as wrong, with a status other than 0?"""
    right = gpu.to_torch

    def wrong(layers, *args, **kwargs):
        return right([(1.001 * W, b) for W, b in layers], *args, **kwargs)

    monkeypatch.setattr(gpu, "to_torch", wrong)
    assert gpu.main() == 1
    assert "WRONG" in capsys.readouterr().out


@pytest.mark.gpu
def test_accelerator_agrees_with_numpy():
    """Does every device besides the CPU agree with the NumPy engine within its precision?"""
    for device in gpu.available_devices()[:-1]:
        tolerance = 1e-10 if gpu.float_type(device) == torch.float64 else 1e-4
        assert max(gpu.compare(device, np.random.default_rng(0)).values()) < tolerance


@pytest.mark.gpu
def test_modules_on_an_accelerator_come_back():
    """Do layers that went to a device come back with its precision?"""
    device = gpu.available_devices()[0]
    layers = training.init_layers([3, 4, 2], "he", np.random.default_rng(0))
    back = gpu.from_torch(gpu.to_torch(layers, device=device))
    for (W, b), (V, c) in zip(layers, back, strict=True):
        np.testing.assert_allclose(W, V, rtol=1e-6)
        np.testing.assert_allclose(b, c, rtol=1e-6)


LAYER = (np.ones((2, 3)), np.ones(3))
MODULE = nn.Linear(1, 1)
SGD = torch.optim.SGD(MODULE.parameters(), 1e300)


def fit_with(**changes):
    given = {
        "X": np.ones((2, 1)),
        "y": np.ones((2, 1)),
        "loss": "mse",
        "optimiser": SGD,
        "epochs": 1,
        "batch_size": 1,
    }
    return gpu.fit(MODULE, **(given | {"rng": np.random.default_rng(0)} | changes))


REFUSED = {
    "activation": (lambda: gpu.to_torch([LAYER], "sine"), ValueError, "got 'sine'"),
    "output": (lambda: gpu.to_torch([LAYER], output="softmax"), ValueError, "got 'softmax'"),
    "layers": (
        lambda: gpu.to_torch([LAYER, LAYER]),
        ValueError,
        r"layer 1 has W \(2, 3\) .* as in the lecture",
    ),
    "bias": (lambda: gpu.to_torch([(np.ones((2, 3)), np.ones(2))]), ValueError, "W has shape"),
    "module": (
        lambda: gpu.from_torch(nn.Sequential(nn.Conv1d(1, 1, 1))),
        TypeError,
        "got Conv1d; pass a Sequential",
    ),
    "loss": (
        lambda: fit_with(loss="hinge"),
        ValueError,
        "expected a loss among softmax_cross_entropy.* got 'hinge'",
    ),
    "lengths": (lambda: fit_with(y=np.ones((3, 1))), ValueError, "pair them up"),
    "epochs": (lambda: fit_with(epochs=-1), ValueError, "epochs of at least 0"),
    "batch size": (lambda: fit_with(batch_size=0), ValueError, "batch_size of at least 1"),
    "divergence": (
        lambda: fit_with(X=np.full((2, 1), 1e30), epochs=9),
        FloatingPointError,
        "lower the learning rate",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_misfits_are_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        call()
