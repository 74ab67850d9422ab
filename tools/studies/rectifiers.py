"""Studies of lesson 11: chains and scales, thirty layers, networks born dead, zeros and repairs."""

from itertools import pairwise

import numpy as np

from coursepkg import autodiff, rectifiers, training
from coursepkg.datasets import digits
from coursepkg.network import leaky_relu, mlp_forward, relu, softmax_cross_entropy
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from tools.studies import study

LU = "Lu et al. (2020), numbers of their training runs as quoted in public notes"
HE = "He et al. (2015), Figure 3, quoted from memory; theirs was convolutional and saw ImageNet"
SEEDS = range(10)


@study("11-scales", lesson="11", title="What a chain and a layer of rectifiers let through")
def scales() -> Recorded:
    """Simulate chains, the second moment of leaky rectifiers, and the mean square through 30 layers."""
    rng = np.random.default_rng(11)
    rows = []
    for depth, tolerance in ((3, 0.006), (10, 0.0005)):
        share = np.mean(rectifiers.relu_chain_gradient(rng.normal(size=(200_000, depth))) != 0)
        claim = f"scalar chain of {depth} units, 200 000 draws: share with a gradient"
        rows.append(Result(claim, 2.0**-depth, share, tolerance, "derived: 2^-L"))
    z = rng.normal(size=1_000_000)
    for alpha in (0.0, 0.1, 0.25, 2.0):
        kept = np.mean(leaky_relu(z, alpha) ** 2) / np.mean(z**2)
        claim = f"share of the mean square that a rectifier keeps, α = {alpha:g}"
        rows.append(Result(claim, (1 + alpha**2) / 2, kept, 0.01, "He et al. (2015), derived here"))
    for factor in (2.0, 1.0):
        ratios = np.array([through_layers(128, 30, factor, rng) for _ in range(200)])
        claim = f"30 ReLU layers of 128 units, n Var(w) = {factor:g}: mean square, out over in, 200 networks"
        expected = (factor / 2) ** 30
        rows.append(Result(claim, expected, ratios.mean(), 0.5 * expected, "derived: (n Var / 2)^30"))
    h = np.ones((40_000, 1, 20))
    for _ in range(5):
        h = relu(h @ (rectifiers.he_std(20) * rng.standard_normal((40_000, 20, 20))))
    squares = (h**2).mean(axis=(1, 2))
    claim = "5 ReLU layers of 20 units, He: mean of the squared ratio"
    rows.append(Result(claim, (1 + 5 / 20) ** 5, np.mean(squares**2), 0.5, "derived: (1 + 5/n)^L"))
    return Recorded(rows)


def through_layers(n: int, depth: int, factor: float, rng: np.random.Generator) -> float:
    """Return the mean square after `depth` ReLU layers over the one before, for one input."""
    h = rng.normal(size=(1, n))
    before = np.mean(h**2)
    for _ in range(depth):
        h = relu(h @ (np.sqrt(factor / n) * rng.standard_normal((n, n))))
    return float(np.mean(h**2) / before)


def trained(layers: Layers, lr: float, momentum: float | None, epochs: int, batch_size: int, seed: int = 0):
    """Return what training on the digits makes of a ReLU network, and its history; None is Adam."""
    X, y, _, _ = digits()
    model = training.MLP(layers)
    optimiser = training.Adam(model.params, lr)
    if momentum is not None:
        optimiser = training.SGD(model.params, lr, momentum)
    history = training.fit(
        model, X.astype(layers[0][0].dtype), y, loss=autodiff.softmax_cross_entropy, epochs=epochs,
        batch_size=batch_size, optimiser=optimiser, rng=np.random.default_rng(seed),
    )  # fmt: skip
    return model.layers, history


def test_accuracy(layers: Layers) -> float:
    """Return the share of the test images that are classified rightly."""
    _, _, X, y = digits()
    return training.accuracy(mlp_forward(X, layers)[-1], y)


@study("11-thirty-layers", lesson="11", title="Thirty ReLU layers on digits: He's scale and Xavier's")
def thirty_layers() -> Recorded:
    """Train 30 hidden layers of 128 units from two scales, as in Figure 3 of He et al. (2015)."""
    found: dict[str, list] = {}
    runs = (("he", 0.0), ("he", 0.0), ("he", 0.0), ("glorot_normal", 0.0), ("glorot_normal", None))
    for seed, (scheme, momentum) in enumerate(runs):
        start = training.init_layers((64, *[128] * 30, 10), scheme, np.random.default_rng(seed), np.float32)
        layers, history = trained(start, 0.001 if momentum is None else 0.005, momentum, 34, 64, seed)
        found.setdefault((scheme, momentum), []).append((history.epoch_loss, test_accuracy(layers)))
    (he, he_accuracy), (xavier, xavier_accuracy), (adam, _) = (zip(*each) for each in found.values())
    how = "converges (training loss ends below half of log 10) or stalls"
    rows = [
        Result(f"30 ReLU layers, He's scale, SGD, 3 seeds: {how}", "converges", fate(he), 0, HE),
        Result(f"30 ReLU layers, Xavier's scale, SGD: {how}", "stalls", fate(xavier), 0, HE),
        Result("30 ReLU layers, Xavier's scale, SGD: training loss after 800 steps", np.log(10),
               xavier[0][-1], 0.03, "derived: log 10 if the outputs do not depend on the input"),
        Result("30 ReLU layers, Xavier's scale, SGD: test accuracy", 0.1, xavier_accuracy[0], 0.1,
               "derived: a tenth of the images has the one class that is named for all"),
    ]  # fmt: skip
    return Recorded(rows, {"he": he, "xavier": xavier, "xavier, Adam": adam, "he accuracy": he_accuracy})


def fate(losses: tuple[list[float], ...]) -> str:
    """Say whether all of some runs converge; one run that does not is reported as stalled."""
    return "converges" if max(loss[-1] for loss in losses) < np.log(10) / 2 else "stalls"


@study("11-born-dead", lesson="11", title="How many ReLU networks are constant at birth?")
def born_dead() -> Recorded:
    """Draw 20 000 networks with one input of each shape, and ask by two definitions whether they are dead."""
    rng, n_nets = np.random.default_rng(11), 20_000
    line, rows = [[1.0], [-1.0]], []
    depths, widths = [1, 2, 3, 5, 7, 9, 12, 15, 19], [2, 3, 4, 10]
    shares = {}
    for width in widths:
        found = [rectifiers.estimate_born_dead([width] * depth, line, n_nets, rng) for depth in depths]
        shares[width] = [each.everywhere for each in found]
        for depth, each in zip(depths, found):
            if (width, depth) in ((2, 9), (3, 9), (4, 9), (4, 19)):
                bound = rectifiers.born_dead_bound([width] * depth)
                shape = f"{depth} hidden layers of width {width}, no biases, one input"
                rows.append(Result(f"{shape}: a layer off at x = 1", bound, each.at_point, 0.015,
                                   "Lu et al. (2020): equal at one point"))  # fmt: skip
                rows.append(Result(f"{shape}: constant on the line", bound, each.everywhere, 0,
                                   "Lu et al. (2020), upper bound", "<="))  # fmt: skip
                low = rectifiers.born_dead_lower_bound(width, depth)
                rows.append(Result(f"{shape}: constant on the line", low, each.everywhere, 0,
                                   "derived here, lower bound", ">="))  # fmt: skip
    exact = rectifiers.estimate_born_dead([2, 2], line, n_nets, rng).everywhere
    rows.append(
        Result("2 hidden layers of width 2: constant on the line", 0.15625, exact, 0.012, "derived: exact")
    )
    grid = np.linspace(-1, 1, 200)[:, None]
    biased = rectifiers.estimate_born_dead([2] * 9, grid, 5000, rng, bias_std=0.5)
    bound = rectifiers.born_dead_bound([2] * 9)
    shape = "9 hidden layers of width 2, normal biases of standard deviation 0.5"
    rows.append(Result(f"{shape}: a layer off at x = -1", bound, biased.at_point, 0.02, "derived: equal"))
    rows.append(
        Result(
            f"{shape}: off at each of 200 points of [-1, 1]",
            bound,
            biased.everywhere,
            0,
            "Lu et al. (2020), upper bound",
            "<=",
        )
    )
    collapsed = {2: (0.9, ">="), 3: (0.6, "="), 5: (0.1, ">="), 10: (0.01, "<=")}
    for width, (value, relation) in collapsed.items():
        share = rectifiers.estimate_born_dead([width] * 9, line, n_nets, rng).everywhere
        claim = f"share collapsed, target |x|, 9 hidden layers of width {width}; ours: constant at birth"
        rows.append(Result(claim, value, share, 0.05 if relation == "=" else 0, LU, relation))
        if width <= 3:
            share = collapsed_after_training(width, 9, 1000, rng)
            claim = claim.replace("constant at birth", "constant after 600 steps of gradient descent")
            rows.append(Result(claim, value, share, 0.05 if relation == "=" else 0, LU, relation))
    return Recorded(rows, {"depths": depths, **{f"width {w}": shares[w] for w in widths}})


def collapsed_after_training(width: int, depth: int, n_nets: int, rng: np.random.Generator) -> float:
    """Return the share of ReLU networks that are constant after being fitted to |x|, all at once.

    Gradient descent on the mean square error at 21 points of [-sqrt(3), sqrt(3)], learning rate 0.01, 600
    steps, He's scale, biases that start at 0. A network that is constant at birth stays so: not trained.
    """
    x = np.sqrt(3) * np.linspace(-1, 1, 21)[:, None]  # (n_points, 1)
    sizes = [1, *[width] * depth, 1]
    layers = [
        (rectifiers.he_std(m) * rng.standard_normal((n_nets, m, n)), np.zeros((n_nets, 1, n)))
        for m, n in pairwise(sizes)
    ]
    living = np.ptp(through(x, layers)[-1], axis=(1, 2)) > 1e-9
    layers = [(W[living], b[living]) for W, b in layers]
    for _ in range(600):
        *h, y_hat = through(x, layers)
        g = 2 / len(x) * (y_hat - np.abs(x))  # (n_nets, n_points, 1)
        for (W, b), below in zip(layers[::-1], h[::-1]):
            W_gradient = below.transpose(0, 2, 1) @ g  # (n_nets, m, n_points) @ (n_nets, n_points, n)
            b_gradient = g.sum(axis=1, keepdims=True)
            g = (g @ W.transpose(0, 2, 1)) * (below > 0)
            W -= 0.01 * W_gradient
            b -= 0.01 * b_gradient
    still = np.ptp(through(x, layers)[-1], axis=(1, 2)) > 1e-9
    return 1 - still.sum() / n_nets


def through(x: np.ndarray, layers: Layers) -> list[np.ndarray]:
    """Return the input, the hidden layers and the output of many networks, each (n_nets, n_points, n)."""
    h = [np.broadcast_to(x, (len(layers[0][0]), *x.shape))]
    for W, b in layers[:-1]:
        h.append(relu(h[-1] @ W + b))  # (n_nets, n_points, m) @ (n_nets, m, n)
    return [*h, h[-1] @ layers[-1][0] + layers[-1][1]]


@study("11-zeros", lesson="11", title="Zeros and dead units before and after training, and a repair")
def zeros() -> Recorded:
    """Train 64 hidden units on the digits from ten seeds, gently; then too fast, and repair."""
    X, y, _, _ = digits()
    before, after, dead = [], [], []
    for seed in SEEDS:
        layers = training.init_layers((64, 64, 10), "glorot", np.random.default_rng(seed))
        before.append(rectifiers.activation_sparsity(layers, X)[0])
        layers, _ = trained(layers, 0.1, 0.9, 100, 50, seed)
        after.append(rectifiers.activation_sparsity(layers, X)[0])
        dead.append(int(rectifiers.dead_units(layers, X)[0].sum()))
    killed, without, with_repair, woken, left, change = [], [], [], 0, 0, 0.0
    for seed in SEEDS:
        layers = training.init_layers((64, 64, 10), "he", np.random.default_rng(seed))
        broken, _ = trained(layers, 1.0, 0.9, 2, 50, seed)
        repaired = rectifiers.revive(broken, X, np.random.default_rng(seed))
        gone = rectifiers.dead_units(broken, X)[0]
        killed.append(int(gone.sum()))
        left += int(rectifiers.dead_units(repaired, X)[0].sum())
        old, new = (mlp_forward(X, net)[-1] for net in (broken, repaired))
        change = max(change, np.abs(new - old).max() / np.abs(old).max())
        for found, start in ((without, broken), (with_repair, repaired)):
            net, _ = trained(start, 0.02, 0.9, 10, 50, seed)
            found.append((softmax_cross_entropy(mlp_forward(X, net)[-1], y), test_accuracy(net)))
            if start is broken:
                woken += int((gone & ~rectifiers.dead_units(net, X)[0]).sum())
    rows = [
        Result("64 ReLU units on digits at the start: share of zeros, mean of 10 seeds", 0.5,
               np.mean(before), 0.03, "derived: ½ for symmetric weights; Glorot et al. (2011) as quoted"),
        Result("units dead after two fatal epochs: how many of them gentle training wakes, 10 seeds", 0,
               woken, 0, "derived: in the first layer a dead unit stays dead"),
        Result("dead units left by the repair, 10 seeds", 0, left, 0,
               "derived: the bias lies above minus the mean of the sums"),
        Result("largest change of an output on the data by the repair, over the largest output, 10 seeds", 0,
               change, 1e-9, "derived: the new outgoing weights are 0"),
    ]  # fmt: skip
    return Recorded(
        rows,
        {
            "before": before,
            "after": after,
            "dead": dead,
            "killed": killed,
            "without": without,
            "repaired": with_repair,
        },
    )
