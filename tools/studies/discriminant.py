"""Studies of lesson 03: the lecture's figures by two routes, the identity, Fisher's flowers, estimates."""

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from coursepkg import discriminant
from coursepkg.datasets import lecture_gaussians
from coursepkg.discriminant import GaussianClasses
from coursepkg.results import Recorded, Result
from tools.studies import study

RECOMPUTED = "recomputed from the lecture's data with scikit-learn; the slides give no numbers"
FISHER = "Fisher (1936), read in a public transcription"
TILTED = np.array([[1.0, 0.5], [0.5, 1.0]])
TRUTH = GaussianClasses(np.zeros(2), np.array([2.0, 1.0]), TILTED, TILTED, 0.5)


def fit_logistic(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and bias of the largest likelihood, or long ones where there is no largest."""
    inputs, sign = np.column_stack([X, np.ones(len(X))]), 2 * y - 1

    def loss(v):
        margin = sign * (inputs @ v)
        slope = -sign * discriminant.sigmoid(-margin)
        return np.logaddexp(0, -margin).mean(), inputs.T @ slope / len(X)

    v = minimize(loss, np.zeros(X.shape[1] + 1), jac=True, method="BFGS").x
    return v[:-1], v[-1]


@study("03-lecture-figures", lesson="03", title="Which share of the lecture's points is right?")
def lecture_figures() -> Recorded:
    """Fit LDA, logistic regression and QDA to the points of each figure, here and in scikit-learn."""
    rows, shares = [], {}
    for case, name in ((1, "round clouds"), (2, "narrow clouds"), (3, "unequal clouds")):
        X, y = lecture_gaussians(case)
        lda, (w, b) = discriminant.lda_fit(X, y), fit_logistic(X, y)
        ours = {
            "LDA": discriminant.gaussian_log_odds(X, lda),
            "logistic regression": X @ w + b,
            "QDA": discriminant.gaussian_log_odds(X, discriminant.qda_fit(X, y)),
        }
        theirs = {
            "LDA": LinearDiscriminantAnalysis(),
            "logistic regression": LogisticRegression(C=1e10, max_iter=10_000),  # almost no penalty
            "QDA": QuadraticDiscriminantAnalysis(),
        }
        for method, score in ours.items():
            share = float(np.mean((score >= 0) == y))
            reference = float(theirs[method].fit(X, y).score(X, y))
            claim = f"figure {case}, {name}: share right by {method}"
            rows.append(Result(claim, reference, share, 5e-4, RECOMPUTED))  # one point is 1/600
            shares[f"{method} {case}"] = share
    X, y = lecture_gaussians(2)
    wrong = int(np.sum((discriminant.gaussian_log_odds(X, discriminant.lda_fit(X, y)) >= 0) != y))
    rows.append(Result("figure 2: stars, points on the wrong side", 0, wrong, 0, "counted on the slide"))
    return Recorded(rows, shares)


@study("03-identity", lesson="03", title="Is the posterior of two classes the sigmoid of a plane?")
def identity() -> Recorded:
    """Compare Bayes' rule with ``sigmoid(X @ w + b)``, 1000 points for each number of inputs."""
    rng, rows = np.random.default_rng(3), []
    for n_in in (1, 2, 5, 20):
        root = rng.normal(size=(n_in, n_in))
        cov = root @ root.T / n_in + 0.2 * np.eye(n_in)
        classes = GaussianClasses(*rng.normal(size=(2, n_in)), cov, cov, 0.3)
        X = 3 * rng.normal(size=(1000, n_in))
        w, b = discriminant.lda_to_linear(classes)
        gap = np.abs(discriminant.gaussian_posterior(X, classes) - discriminant.sigmoid(X @ w + b)).max()
        claim = f"largest difference between Bayes' rule and the unit, {n_in} Gaussian inputs"
        source = "equal by algebra; 1e-12 for rounding"
        rows.append(Result(claim, 1e-12, float(gap), 0, source, relation="<="))
    return Recorded(rows)


@study("03-fisher", lesson="03", title="Fisher's discriminant of two kinds of iris, 1936")
def fisher() -> Recorded:
    """Fit LDA to the 100 flowers of Fisher's paper, and compare with what he computed by hand."""
    X, y = load_iris(return_X_y=True)
    X, y = X[y < 2], y[y < 2]  # setosa 0, versicolor 1
    classes = discriminant.lda_fit(X, y)
    w, _ = discriminant.lda_to_linear(classes)
    direction = w / w[0]  # sepal length has the coefficient 1
    rows = [
        Result(f"coefficient of {name}, that of sepal length being 1", value, float(ours), 2e-4, FISHER)
        for name, value, ours in zip(
            ("sepal width", "petal length", "petal width"), (5.9037, -7.1299, -10.1036), direction[1:]
        )
    ]
    difference = float(-direction @ (classes.mu1 - classes.mu0))
    variance = float(direction @ classes.cov0 @ direction) * 98 / 95  # his degrees of freedom
    ratio = difference / 2 / np.sqrt(variance)
    per_million = 1e6 * norm.sf(ratio)
    share = (ratio - 4.89164) / (5.32672 - 4.89164)
    interpolated = float(np.exp((1 - share) * np.log(5) + share * np.log(0.5)))
    chance = "share of a standard Gaussian beyond it, per million"
    rows += [
        Result("difference of the means of the compound, cm", 33.816, difference, 0.001, FISHER),
        Result("half of it in standard deviations", 5.0018, float(ratio), 0.0005, FISHER),
        Result(chance, 2.79, float(per_million), 0.01, f"{FISHER}: too large by a factor of ten"),
        Result(f"{chance}, interpolated in the table as he read it", 2.79, interpolated, 0.01, FISHER),
    ]
    tails = [float(1e6 * norm.sf(x)) for x in (4.89164, 5.32672)]
    return Recorded(rows, {"direction": direction, "tails": tails})


def estimation_errors(
    rng: np.random.Generator, sizes: np.ndarray, repeats: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the root mean square error of the weights, and the mean excess error, for each size."""
    w, _ = discriminant.lda_to_linear(TRUTH)
    best, root = discriminant.lda_bayes_error(TRUTH), np.linalg.cholesky(TRUTH.cov0)
    off, excess = np.zeros((2, len(sizes)))
    for i, n in enumerate(sizes):
        y = np.repeat([0, 1], n // 2)
        for _ in range(repeats):
            X = rng.normal(size=(n, 2)) @ root.T + np.where(y[:, None], TRUTH.mu1, TRUTH.mu0)
            v, b = discriminant.lda_to_linear(discriminant.lda_fit(X, y))
            off[i] += np.sum((v - w) ** 2) / repeats
            spread = np.sqrt(v @ TRUTH.cov0 @ v)
            misses = norm.cdf((v @ TRUTH.mu0 + b) / spread) + norm.cdf(-(v @ TRUTH.mu1 + b) / spread)
            excess[i] += (misses / 2 - best) / repeats
    return np.sqrt(off) / np.linalg.norm(w), excess


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of the straight line through the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def mean_weight_factor(rng: np.random.Generator, n: int, repeats: int) -> float:
    """Return how many times too long the estimated weights are on average."""
    w, _ = discriminant.lda_to_linear(TRUTH)
    root, y = np.linalg.cholesky(TRUTH.cov0), np.repeat([0, 1], n // 2)
    total = np.zeros(2)
    for _ in range(repeats):
        X = rng.normal(size=(n, 2)) @ root.T + np.where(y[:, None], TRUTH.mu1, TRUTH.mu0)
        total += discriminant.lda_to_linear(discriminant.lda_fit(X, y))[0] / repeats
    return float(total @ w / (w @ w))


@study("03-estimation-error", lesson="03", title="How fast does LDA learn its weights?")
def estimation_error() -> Recorded:
    """Fit LDA to samples of 100 to 6400 points of known classes, 600 times each."""
    rng, sizes = np.random.default_rng(3), 100 * 2 ** np.arange(7)
    off, excess = estimation_errors(rng, sizes, repeats=600)
    factor = mean_weight_factor(rng, n=20, repeats=20_000)
    rows = [
        Result(
            "slope of the logarithm of the weights' error against log n", -0.5, slope(sizes, off), 0.04,
            "derived: averages of n points",
        ),
        Result(
            "slope of the logarithm of the excess error against log n", -1.0, slope(sizes, excess), 0.06,
            "derived: quadratic about its minimum",
        ),
        Result(
            "mean weights over true weights, 20 points, 2 inputs", (20 - 2) / (20 - 2 - 3), factor, 0.02,
            "derived from the mean of an inverse Wishart matrix, quoted, not proved here",
        ),
    ]  # fmt: skip
    return Recorded(rows, {"n": sizes, "weights": off, "excess": excess})
