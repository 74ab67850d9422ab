"""Do initial values, optimisers, schedules and the loop do what their formulas say?"""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from coursepkg import autodiff as ad
from coursepkg import training
from coursepkg.autodiff import Tensor

VARIANCE = {
    "standard": 1 / (3 * 300),
    "lecun": 1 / 300,
    "glorot": 2 / 500,
    "glorot_normal": 2 / 500,
    "he": 2 / 300,
    "he_uniform": 2 / 300,
}


@pytest.mark.parametrize("scheme", VARIANCE)
def test_scheme_has_its_variance(scheme):
    """Is the variance of 60,000 weights the scheme's, and the distribution the right kind?"""
    W = training.init_weights(300, 200, scheme, np.random.default_rng(0))
    assert W.shape == (300, 200)
    # the relative error of a variance is about sqrt(2 / 60000) = 0.006; five of these
    assert W.var() == pytest.approx(VARIANCE[scheme], rel=0.03)
    kurtosis = np.mean(W**4) / W.var() ** 2
    uniform = scheme in ("standard", "glorot", "he_uniform")
    assert kurtosis == pytest.approx(1.8 if uniform else 3.0, abs=0.15)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7)])
def test_orthogonal_weights_have_orthonormal_sides(shape):
    """Are rows or columns, whichever are fewer, orthonormal?"""
    W = training.init_weights(*shape, "orthogonal", np.random.default_rng(0))
    assert W.shape == shape
    product = W.T @ W if shape[0] >= shape[1] else W @ W.T
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-14)


def test_layers_depend_on_the_generator_alone():
    """Do two generators of one seed give the same layers, of the type asked for?"""
    first, second = (
        training.init_layers([3, 4, 2], "he", np.random.default_rng(7), np.float32, random_bias=True)
        for _ in range(2)
    )
    for (W, b), (V, c) in zip(first, second, strict=True):
        assert np.array_equal(W, V)
        assert np.array_equal(b, c)
        assert W.dtype == b.dtype == np.float32
        assert np.abs(b).max() <= 1 / np.sqrt(len(W))
    assert not training.init_layers([3, 4], "he", np.random.default_rng(7))[0][1].any()


def run_both(ours, theirs, steps=25):
    """Return the parameters of our and torch's optimiser after steps on the same function."""
    rng = np.random.default_rng(0)
    start, A = rng.normal(size=(3, 2)), rng.normal(size=(2, 2))
    w, b = Tensor(start, requires_grad=True), Tensor(np.ones(2), requires_grad=True)
    tw, tb = torch.tensor(start, requires_grad=True), torch.ones(2, dtype=torch.float64, requires_grad=True)
    optimiser, reference = ours([w, b]), theirs([tw, tb])
    for _ in range(steps):
        optimiser.zero_grad()
        ad.mean(ad.tanh(w @ A + b) ** 2).backward()
        optimiser.step()
        reference.zero_grad()
        torch.tanh(tw @ torch.tensor(A) + tb).square().mean().backward()
        reference.step()
    return [(w.data, tw.detach()), (b.data, tb.detach())]


OPTIMISERS = {
    "SGD": (lambda p: training.SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (lambda p: training.SGD(p, 0.1, 0.9), lambda p: torch.optim.SGD(p, 0.1, 0.9)),
    "Adam": (lambda p: training.Adam(p, 0.05), lambda p: torch.optim.Adam(p, 0.05)),
    "Adam, other betas": (
        lambda p: training.Adam(p, 0.05, (0.8, 0.95), 1e-6),
        lambda p: torch.optim.Adam(p, 0.05, (0.8, 0.95), 1e-6),
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimiser_agrees_with_torch(name):
    """Are the parameters after 25 steps torch's to 1e-12?"""
    for ours, theirs in run_both(*OPTIMISERS[name]):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_optimisers_keep_float32_and_leave_idle_parameters():
    """Does a float32 parameter stay float32, and one without a gradient stay where it is?"""
    for make in (training.SGD, training.Adam):
        w, idle = (Tensor(np.ones(2, np.float32), requires_grad=True) for _ in range(2))
        optimiser = make([w, idle], lr=0.1)
        ad.sum(w * w).backward()
        optimiser.step()
        assert w.dtype == np.float32
        assert (w.data < 1).all()
        assert idle.data.tolist() == [1.0, 1.0]
        optimiser.zero_grad()
        assert w.grad is None


def test_layers_of_a_model_are_copies():
    """Do layers that were taken before training stay as they were, and the initial arrays too?"""
    start = training.init_layers([2, 3, 1], "glorot", np.random.default_rng(0))
    first = [W.copy() for W, _ in start]
    model = training.MLP(start, "tanh")
    before = model.layers
    X = np.ones((4, 2))
    training.fit(
        model,
        X,
        np.zeros((4, 1)),
        loss=ad.mse,
        optimiser=training.SGD(model.params, 0.1),
        epochs=3,
        batch_size=2,
        rng=np.random.default_rng(1),
    )
    for (W, _), (V, _), U, (new, _) in zip(before, start, first, model.layers, strict=True):
        assert np.array_equal(W, U)
        assert np.array_equal(V, U)
        assert not np.array_equal(new, U)


@pytest.mark.parametrize("activation", training.ACTIVATIONS)
def test_model_computes_the_forward_pass(activation):
    """Does MLP agree with the forward pass on plain arrays?"""
    from coursepkg.network import mlp_forward

    rng = np.random.default_rng(2)
    layers, X = training.init_layers([3, 5, 4, 2], "he", rng, random_bias=True), rng.normal(size=(6, 3))
    expected = mlp_forward(X, layers, activation)[-1]
    np.testing.assert_allclose(training.predict(training.MLP(layers, activation), X), expected, rtol=1e-13)


def test_schedules_have_their_values():
    """Do the schedules begin, fall and end as their formulas say?"""
    assert [training.constant_rate(0.2)(t) for t in (0, 9)] == [0.2, 0.2]
    decay = training.decaying_rate(2.0, t0=4, power=0.75)
    assert decay(0) == 2.0
    assert decay(4) == pytest.approx(2 / 2**0.75)
    cosine = training.cosine_rate(1.0, n_steps=12, warmup=2)
    assert [cosine(t) for t in (0, 1, 2, 7, 12, 99)] == pytest.approx([0.5, 1.0, 1.0, 0.5, 0.0, 0.0])


def test_schedule_drives_the_steps():
    """Does fit use the schedule's rate for each step, counted over epochs?"""
    model = training.MLP([(np.array([[1.0]]), np.zeros(1))])
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.0

    training.fit(
        model,
        np.ones((4, 1)),
        np.zeros((4, 1)),
        loss=ad.mse,
        optimiser=training.SGD(model.params, 1.0),
        epochs=2,
        batch_size=2,
        rng=np.random.default_rng(0),
        schedule=schedule,
    )
    assert asked == [0, 1, 2, 3]
    assert model.layers[0][0].tolist() == [[1.0]]


def test_history_holds_every_step():
    """Are there a loss a step, a weighted mean an epoch and a metric an epoch, the same for one seed?"""
    X, y = np.arange(5.0)[:, None], np.arange(5.0)[:, None]

    def run(progress=False):
        model = training.MLP([(np.zeros((1, 1)), np.zeros(1))])
        return training.fit(
            model,
            X,
            y,
            loss=ad.mse,
            optimiser=training.SGD(model.params, 0.0),
            epochs=2,
            batch_size=2,
            rng=np.random.default_rng(3),
            validation=(X, y),
            metric=lambda a, b: float(np.mean((a - b) ** 2)),
            progress=progress,
        )

    history = run()
    assert len(history.loss) == 6
    assert history.epoch_loss == pytest.approx([6.0, 6.0])  # the mean of 0, 1, 4, 9, 16: batches of 2, 2, 1
    assert history.validation == pytest.approx([6.0, 6.0])
    assert run().loss == history.loss


def test_progress_is_shown_on_request(capsys):
    """Is there a bar when asked for, and silence otherwise?"""
    for progress in (False, True):
        model = training.MLP([(np.zeros((1, 1)), np.zeros(1))])
        training.fit(
            model,
            np.ones((2, 1)),
            np.ones((2, 1)),
            loss=ad.mse,
            optimiser=training.SGD(model.params, 0.1),
            epochs=1,
            batch_size=2,
            rng=np.random.default_rng(0),
            progress=progress,
        )
        assert ("epochs" in capsys.readouterr().err) == progress


def test_batches_cover_an_epoch_once():
    """Does each epoch hold every sample once, in an order of the generator?"""
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(training.minibatches(10, 3, rng))) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(10))
    assert not np.array_equal(first, second)


def test_accuracy_for_one_and_many_columns():
    """Is the largest logit the guess, and a single logit compared with 0?"""
    assert training.accuracy(np.array([[0.1, 0.9, 0.0], [2.0, 1.0, 1.5]]), [1, 2]) == 0.5
    assert training.accuracy(np.array([[0.5], [-0.5], [3.0]]), [[1], [0], [0]]) == pytest.approx(2 / 3)


def test_digits_are_learnt():
    """Does a small network reach 0.9 on held-out digits in a few epochs?"""
    X, y = load_digits(return_X_y=True)
    X, rng = X / 16, np.random.default_rng(0)
    model = training.MLP(training.init_layers([64, 64, 10], "he", rng), "relu")
    history = training.fit(
        model,
        X[:1500],
        y[:1500],
        loss=ad.softmax_cross_entropy,
        optimiser=training.Adam(model.params, 3e-3),
        epochs=12,
        batch_size=32,
        rng=rng,
        validation=(X[1500:], y[1500:]),
    )
    assert history.validation[-1] > 0.9
    assert history.epoch_loss[-1] < 0.1 * history.epoch_loss[0]


def fit_with(**changes):
    model = training.MLP([(np.zeros((1, 1)), np.zeros(1))])
    settings = {
        "X": np.ones((2, 1)),
        "y": np.ones((2, 1)),
        "loss": ad.mse,
        "optimiser": training.SGD(model.params, 0.1),
        "epochs": 1,
        "batch_size": 1,
        "rng": np.random.default_rng(0),
    }
    return training.fit(model, **(settings | changes))


PARAMETER = [Tensor(1.0, requires_grad=True)]
REFUSED = {
    "sizes": (
        lambda: training.init_weights(0, 2, "he", np.random.default_rng(0)),
        "sizes of at least 1, got fan_in=0",
    ),
    "scheme": (
        lambda: training.init_weights(2, 2, "best", np.random.default_rng(0)),
        "and orthogonal, got 'best'",
    ),
    "few sizes": (
        lambda: training.init_layers([2], "he", np.random.default_rng(0)),
        r"at least two sizes, got \[2\]",
    ),
    "activation": (
        lambda: training.MLP([], "sine"),
        "among identity, relu, leaky_relu, tanh, sigmoid, got 'sine'",
    ),
    "no parameters": (lambda: training.SGD([], 0.1), "pass model.params"),
    "constants": (
        lambda: training.Adam([Tensor(1.0)]),
        "requires_grad=True, at least one; pass model.params",
    ),
    "rate": (lambda: training.SGD(PARAMETER, -0.1), "learning rate lr of at least 0, got -0.1"),
    "momentum": (lambda: training.SGD(PARAMETER, 0.1, 1.0), r"momentum in \[0, 1\), got 1.0"),
    "betas": (lambda: training.Adam(PARAMETER, betas=(0.9, 1.0)), r"betas in \[0, 1\)"),
    "eps": (lambda: training.Adam(PARAMETER, eps=0.0), "a positive eps"),
    "constant_rate": (lambda: training.constant_rate(-1.0), "lr of at least 0, got -1.0"),
    "decaying_rate": (lambda: training.decaying_rate(1.0, 0.0), "t0 > 0"),
    "cosine_rate": (lambda: training.cosine_rate(1.0, 5, 5), "warmup < n_steps"),
    "batch size": (
        lambda: list(training.minibatches(5, 0, np.random.default_rng(0))),
        "at least 1, got 5 and 0",
    ),
    "batch size of fit": (lambda: fit_with(batch_size=0), "batch_size of at least 1"),
    "accuracy": (lambda: training.accuracy(np.ones((2, 3)), [1]), "one row of logits a sample"),
    "lengths": (lambda: fit_with(y=np.ones((3, 1))), "X holds 2 samples but y holds 3 labels; pair them up"),
    "epochs": (lambda: fit_with(epochs=-1), "epochs of at least 0, got -1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_settings_are_refused_with_a_cure(case):
    """Does the message say where, what was expected and what came?"""
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_run_without_a_finite_loss_stops_with_advice():
    """Is a loss that is NaN reported with its step?"""
    with pytest.raises(FloatingPointError, match="the loss is nan at step 0; lower the learning rate"):
        fit_with(y=np.full((2, 1), np.nan))
