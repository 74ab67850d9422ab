"""Studies of lesson 11: chains and scales, thirty layers, networks born dead, zeros and repairs."""

import numpy as np

from coursepkg import autodiff, rectifiers, training
from coursepkg.datasets import digits
from coursepkg.network import leaky_relu, mlp_forward, relu, softmax_cross_entropy
from coursepkg.results import Recorded, Result
from coursepkg.threshold import Layers
from tools.studies import study

EARLIER = "one earlier run, not published"
LU = "Lu et al. (2020), numbers of their training runs as quoted in public notes"
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
    rows = [
        Result("30 layers, He: training loss after 800 steps, median of 3 seeds", 0.004,
               np.median([loss[-1] for loss in he]), 0.3, EARLIER),
        Result("30 layers, He: test accuracy, median of 3 seeds", 0.872, np.median(he_accuracy), 0.06,
               EARLIER),
        Result("30 layers, Xavier: training loss after 800 steps", np.log(10), xavier[0][-1], 0.03,
               "derived: log 10 if the outputs do not depend on the input"),
        Result("30 layers, Xavier: test accuracy", 0.104, xavier_accuracy[0], 0.1, EARLIER),
        Result("30 layers, Xavier with Adam: training loss after 800 steps", np.log(10) / 2, adam[0][-1], 0,
               "our aim: less than half of log 10", "<="),
    ]  # fmt: skip
    return Recorded(rows, {"he": he, "xavier": xavier, "xavier, Adam": adam, "he accuracy": he_accuracy})


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
    return Recorded(rows, {"depths": depths, **{f"width {w}": shares[w] for w in widths}})


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
    killed, kept_on, revived = [], [], []
    for seed in SEEDS:
        layers = training.init_layers((64, 64, 10), "he", np.random.default_rng(seed))
        broken, _ = trained(layers, 1.0, 0.9, 2, 50, seed)
        repaired = rectifiers.revive(broken, X, np.random.default_rng(seed))
        pair = [trained(start, 0.02, 0.9, 10, 50, seed)[0] for start in (broken, repaired)]
        killed.append(int(rectifiers.dead_units(broken, X)[0].sum()))
        for found, net in zip((kept_on, revived), pair):
            found.append((softmax_cross_entropy(mlp_forward(X, net)[-1], y), test_accuracy(net)))
    lost = np.array(kept_on)[:, 1], np.array(revived)[:, 1]
    rows = [
        Result("64 ReLU units on digits at the start: share of zeros, mean of 10 seeds", 0.5,
               np.mean(before), 0.03, "derived: ½ for symmetric weights; Glorot et al. (2011) as quoted"),
        Result("64 ReLU units on digits, trained: share of zeros, mean of 10 seeds", 0.456, np.mean(after),
               0.03, EARLIER),
        Result("64 ReLU units on digits, trained: dead units, mean of 10 seeds", 6, np.mean(dead), 6,
               EARLIER),
        Result("trained with learning rate 1 and momentum 0.9: dead units of 64, least of 10 seeds", 33,
               min(killed), 0, "our aim: more than half", ">="),
        Result("trained on after the repair less trained on without: test accuracy, least of 10 seeds", 0,
               np.min(lost[1] - lost[0]), 0.01, "our aim: no loss", ">="),
    ]  # fmt: skip
    return Recorded(
        rows,
        {
            "before": before,
            "after": after,
            "dead": dead,
            "killed": killed,
            "without": kept_on,
            "repaired": revived,
        },
    )
