"""Hidden tests of assignment 03.

Each part is one requirement of the exercise's text. What is right comes from the formulas of the lesson,
written out here or taken from `coursepkg.discriminant`. No part compares an algorithm. Hints say what a known
misconception would have returned.
"""

import numpy as np

from coursepkg.discriminant import log_gaussian
from coursepkg.discriminant import naive_bayes_to_linear as linear_of_lesson
from coursepkg.discriminant import sigmoid as logistic
from coursepkg.grading import Exercise, agree, array, require, results

# Formulas with sums of products: rounding stays far below, mistakes far above.
CLOSE = {"rtol": 1e-7, "atol": 1e-9}


def covariance(rng, n_in):
    """Return a random covariance matrix whose inputs are correlated, far from singular."""
    root = rng.normal(size=(n_in, n_in))
    return root @ root.T / n_in + 0.4 * np.eye(n_in)


# ---- 3.1: the sigmoid

ex03_1 = Exercise("ex03_1")
SIGMOID = "lesson 03, section 3.2"


@ex03_1.part(1, "values between -8 and 8")
def values(sigmoid, rng):
    z = np.concatenate([rng.uniform(-4, 4, 8), rng.uniform(7, 8, 3), rng.uniform(-8, -5, 3)])
    want = 1 / (1 + np.exp(-z))
    got = array(sigmoid(z), "sigmoid of an array of numbers", shape=z.shape)
    few_digits = (got == got.astype(np.float32)).all()
    hints = {
        "Large z give almost 1, not 1.": np.where(got == 1, got, want),
        "Your numbers have few digits. Does something turn them into float32?": got if few_digits else want,
    }
    agree(got, want, "sigmoid of an array of numbers", hints=hints, see=SIGMOID)


@ex03_1.part(1, "small probabilities keep their digits")
def small(sigmoid, rng):
    z = -rng.uniform(40, 700, 10)
    want = np.exp(z)  # 1 + exp(z) is 1 here
    got = array(sigmoid(z), "sigmoid of numbers between -700 and -40", shape=z.shape)
    hints = {
        "Small probabilities came out as 0. A difference such as 1 - 0.999… loses all digits.": 0 * z,
        "All of them are the same. Did you clip z?": np.full_like(z, got.max()),
        "Is z clipped from some value on?": np.maximum(want, got.min()),
    }
    agree(got, want, "sigmoid of numbers between -700 and -40", rtol=1e-9, atol=0, hints=hints, see=SIGMOID)
    z = -rng.uniform(20, 80, 9).astype(np.float32)
    what = "sigmoid of float32 numbers between -80 and -20"
    agree(sigmoid(z), np.exp(z.astype(float)), what, rtol=1e-4, atol=0, see=SIGMOID)


@ex03_1.part(1, "very large and infinite z")
def extremes(sigmoid, rng):
    size = np.concatenate([10 ** rng.uniform(3, 300, 8), [1000.0, 1e308, np.inf]])
    for z, want, what in ((size, 1.0, "above 1000"), (-size, 0.0, "below -1000")):
        call = f"sigmoid of numbers {what}, infinity among them"
        agree(sigmoid(z), np.full(z.shape, want), call, atol=1e-300, see=SIGMOID)


@ex03_1.part(1, "any shape, whole numbers, float32; z stays as it was")
def shapes(sigmoid, rng):
    cases = {
        "a number": float(rng.normal()),
        "a whole number": int(rng.integers(1, 5)),
        "an array without dimensions": np.array(rng.normal()),
        "an array of three dimensions": rng.normal(size=(2, 3, 4)),
        "an empty array": np.zeros((0, 2)),
        "whole numbers": rng.integers(-5, 6, 7),
    }
    for kind, z in cases.items():
        want = 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
        agree(sigmoid(z), want, f"sigmoid of {kind}", rtol=1e-5, see=SIGMOID)
        require(not sigmoid.changed_inputs, "sigmoid changed z. Work on a copy, or write a new array.")
    z = rng.uniform(-4, 4, 9).astype(np.float32)
    got = sigmoid(z)
    want = 1 / (1 + np.exp(-z.astype(float)))
    agree(got, want, "sigmoid of float32 numbers", rtol=1e-4, atol=0, see=SIGMOID)
    kind = getattr(got, "dtype", type(got).__name__)
    require(kind == np.float32, f"sigmoid of a float32 array: the result is {kind}. Keep float32.")
    require(not sigmoid.changed_inputs, "sigmoid changed z. Work on a copy, or write a new array.")


# ---- 3.2: linear discriminant analysis from data

ex03_2 = Exercise("ex03_2")
FIT = "lesson 03, section 3.5"


def labelled(rng, n0, n1, n_in):
    """Return points of two classes that differ in mean and covariance, in random order."""
    y = rng.permutation(np.repeat([0, 1], [n0, n1]))
    X = rng.normal(size=(n0 + n1, n_in))
    X[y == 0] = X[y == 0] @ np.linalg.cholesky(covariance(rng, n_in)).T
    X[y == 1] = 2 * X[y == 1] @ np.linalg.cholesky(covariance(rng, n_in)).T + rng.uniform(2, 4, n_in)
    return X, y


def fitted(lda_fit, X, y, what):
    """Return the four results of `lda_fit` as arrays of the right shapes."""
    n_in = X.shape[1]
    mu0, mu1, cov, prior1 = results(lda_fit(X, y), what, "mu0", "mu1", "cov", "prior1")
    return (
        array(mu0, f"mu0 of {what}", shape=(n_in,), largest=1e100),
        array(mu1, f"mu1 of {what}", shape=(n_in,), largest=1e100),
        array(cov, f"cov of {what}", shape=(n_in, n_in), largest=1e100),
        array(prior1, f"prior1 of {what}", shape=(), largest=1e100),
    )


def scatter(X, y):
    """Return the sums of products of deviations from the own mean, for class 0 and class 1."""
    parts = [X[y == k] - X[y == k].mean(axis=0) for k in (0, 1)]
    return [part.T @ part for part in parts]


@ex03_2.part(1, "means and the share of class 1, for labels of any kind and in any order")
def means(lda_fit, rng):
    for n0, n1, n_in, kind in ((9, 14, 3, int), (11, 5, 2, float), (8, 13, 4, bool)):
        X, y = labelled(rng, n0, n1, n_in)
        what = f"lda_fit on {n0 + n1} rows with labels of type {kind.__name__}"
        mu0, mu1, _, prior1 = fitted(lda_fit, X, y.astype(kind), what)
        want = [X[y == k].mean(axis=0) for k in (0, 1)]
        in_order = [X[:n0].mean(axis=0), X[n0:].mean(axis=0)]
        mu_hints = {
            "You have exchanged the classes.": want[::-1],
            "The classes come in any order; ask y where they are.": in_order,
            "These are sums, not means.": [n0 * want[0], n1 * want[1]],
            "That is the median.": [np.median(X[y == k], axis=0) for k in (0, 1)],
        }
        agree([mu0, mu1], want, f"the means of {what}", hints=mu_hints, see=FIT)
        prior_hints = {
            "That is the share of class 0.": n0 / (n0 + n1),
            "The share is taken of all rows, not of those of class 0.": n1 / n0,
            "The classes need not be equally frequent.": 0.5,
            "That is the number of ones, not their share.": n1,
        }
        agree(prior1, n1 / (n0 + n1), f"prior1 of {what}", hints=prior_hints, see=FIT)


@ex03_2.part(2, "the pooled covariance, up to its divisor, of classes of unequal size")
def pooled(lda_fit, rng):
    for n0, n1, n_in in ((5, 21, 2), (17, 6, 3), (9, 30, 4)):
        X, y = labelled(rng, n0, n1, n_in)
        what = f"lda_fit on {n0} and {n1} rows"
        _, _, cov, _ = fitted(lda_fit, X, y, what)
        require(np.trace(cov) > 0, f"cov of {what}: variances, on its diagonal, are above 0. See {FIT}.")
        S0, S1 = scatter(X, y)
        centred = X - X.mean(axis=0)
        wrong = {
            "That is the covariance of all rows about one mean. Take each class's own mean away.": (
                centred.T @ centred
            ),
            "Classes with more points count more: add the sums, then divide.": S0 / (n0 - 1) + S1 / (n1 - 1),
            "The weights of the classes are a little off: add the sums, then divide.": (
                n0 / (n0 - 1) * S0 + n1 / (n1 - 1) * S1
            ),
            "That is class 0 alone.": S0,
            "That is class 1 alone.": S1,
            "The inputs are correlated: the numbers beside the diagonal count.": np.diag(np.diag(S0 + S1)),
            "No mean was taken away.": X.T @ X,
        }
        hints = {sentence: other / np.trace(other) for sentence, other in wrong.items()}
        want = (S0 + S1) / np.trace(S0 + S1)
        agree(cov / np.trace(cov), want, f"cov of {what}, divided by its trace", hints=hints, see=FIT)


@ex03_2.part(1, "the divisor of the pooled covariance")
def divisor(lda_fit, rng):
    for n, n_in in ((6, 2), (13, 3)):
        X, y = labelled(rng, n, n, n_in)
        what = f"lda_fit on {n} and {n} rows"
        _, _, cov, _ = fitted(lda_fit, X, y, what)
        S = sum(scatter(X, y))
        hints = {
            "Two means were estimated, so the divisor is 2 less than the number of rows.": S / (2 * n),
            "Two means were estimated, not one.": S / (2 * n - 1),
            "The sum is not divided.": S,
            "Divide by the number of all rows less 2, not by that of one class.": S / (n - 1),
        }
        agree(cov, S / (2 * n - 2), f"cov of {what}", hints=hints, see=FIT)


@ex03_2.part(1, "one input, few rows, whole numbers; X and y stay as they were")
def few(lda_fit, rng):
    for n0, n1, n_in, whole in ((4, 4, 1, False), (2, 2, 2, False), (6, 6, 3, True)):
        X, y = labelled(rng, n0, n1, n_in)
        if whole:
            X = np.round(4 * X).astype(int)
        what = f"lda_fit on {n0 + n1} rows of {n_in} {'whole numbers' if whole else 'inputs'}"
        mu0, mu1, _, _ = fitted(lda_fit, X, y, what)
        want = [X[y == k].mean(axis=0) for k in (0, 1)]
        agree([mu0, mu1], want, f"the means of {what}", see=FIT)
        require(not lda_fit.changed_inputs, "lda_fit changed X or y. Work on a copy, or write a new array.")


# ---- 3.3: weights and bias

ex03_3 = Exercise("ex03_3")
PLANE = "lesson 03, section 3.4"


def linear(function, what, n_in, *args):
    """Return weights and bias that a student's function gives, as arrays of the right shapes."""
    w, b = results(function(*args), what, "w", "b")
    w = array(w, f"w of {what}", shape=(n_in,), largest=1e100)
    return w, array(b, f"b of {what}", shape=(), largest=1e100)


@ex03_3.part(1, "the weights")
def weights(lda_to_linear, rng):
    for n_in in (2, 3, 6):
        mu0, mu1 = rng.normal(size=(2, n_in))
        cov, d = covariance(rng, n_in), mu1 - mu0
        w, _ = linear(lda_to_linear, f"lda_to_linear for {n_in} inputs", n_in, mu0, mu1, cov, 0.5)
        want = np.linalg.solve(cov, d)
        hints = {
            "The inverse of cov stands there, not cov.": cov @ d,
            "The weights are not the difference of the means alone.": d,
            "The inputs are correlated: the inverse is that of the whole matrix.": d / np.diag(cov),
            "The inverse of a matrix is not one over each of its numbers.": (1 / cov) @ d,
            "w points from class 0 to class 1.": -want,
            "The factor ½ of the density cancels against the 2 of the mixed terms.": want / 2,
            "w has its own length; do not normalise it.": want / np.linalg.norm(want),
            "That is the sum of the means, not their difference.": np.linalg.solve(cov, mu0 + mu1),
        }
        agree(w, want, f"w of lda_to_linear for {n_in} inputs", hints=hints, see=PLANE, **CLOSE)
    narrow = np.array([[0.01, 0.2], [0.2, 5.0]]) * rng.uniform(0.5, 2)  # the covariance of the lecture
    mu0, mu1 = rng.normal(size=(2, 2))
    w, _ = linear(lda_to_linear, "lda_to_linear for strongly correlated inputs", 2, mu0, mu1, narrow, 0.5)
    want = np.linalg.solve(narrow, mu1 - mu0)
    agree(w, want, "w of lda_to_linear for strongly correlated inputs", rtol=1e-6, see=PLANE)


@ex03_3.part(1, "with equal priors the point midway between the means lies on the boundary")
def midpoint(lda_to_linear, rng):
    for n_in in (2, 4):
        mu0, mu1 = rng.normal(size=(2, n_in)) + 1.5
        what = f"lda_to_linear for {n_in} inputs and equal priors"
        w, b = linear(lda_to_linear, what, n_in, mu0, mu1, covariance(rng, n_in), 0.5)
        require(np.abs(w).max() > 1e-6, f"w of {what}: all weights are 0. See {PLANE}.")
        middle = w @ (mu0 + mu1) / 2
        hints = {
            "b has the wrong sign.": 2 * middle,
            "b lacks the part with the means.": middle,
            "b is too large by a factor of 2: the midpoint is half the sum.": -middle,
            "The midpoint is half the sum of the means, not half their difference.": (
                middle - w @ (mu1 - mu0) / 2
            ),
            "The boundary does not go through mean 0, but midway between the means.": middle - w @ mu0,
            "The boundary does not go through mean 1, but midway between the means.": middle - w @ mu1,
        }
        agree(w @ (mu0 + mu1) / 2 + b, 0.0, f"w·x + b of {what}, midway between the means", hints=hints,
              see=PLANE, **CLOSE)  # fmt: skip


@ex03_3.part(1, "what the prior adds to the bias")
def prior(lda_to_linear, rng):
    mu0, mu1, cov = *rng.normal(size=(2, 3)), covariance(rng, 3)
    for prior1 in (float(rng.uniform(0.6, 0.95)), float(rng.uniform(0.01, 0.3))):
        what = "lda_to_linear for unequal priors"
        _, b = linear(lda_to_linear, what, 3, mu0, mu1, cov, prior1)
        _, equal = linear(lda_to_linear, "lda_to_linear for equal priors", 3, mu0, mu1, cov, 0.5)
        log_odds = np.log(prior1 / (1 - prior1))
        hints = {
            "The prior does not change your b.": 0.0,
            "The log-odds of the prior stand there, not its logarithm.": np.log(prior1) - np.log(0.5),
            "A more frequent class 1 makes class 1 more likely: your sign is wrong.": -log_odds,
            "The log-odds of the prior are not halved.": log_odds / 2,
            "The logarithm is missing.": prior1 / (1 - prior1) - 1,
            "That is a logarithm with another base.": log_odds / np.log(10),
            "That is a logarithm with base 2.": log_odds / np.log(2),
        }
        agree(b - equal, log_odds, f"b of {what}, less b for equal priors", hints=hints, see=PLANE, **CLOSE)


@ex03_3.part(1, "one input, whole numbers, unequal variances; the arguments stay as they were")
def plane_edges(lda_to_linear, rng):
    cases = {
        "one input": (np.array([-1.5]), np.array([1.5]), np.array([[rng.uniform(1.5, 3)]])),
        "whole numbers": (np.array([-2, 1]), np.array([2, -1]), np.array([[3, 0], [0, 2]])),
        "unequal variances": (np.array([-1.0, -2.0]), np.array([1.0, 2.0]), np.diag(rng.uniform(0.2, 4, 2))),
    }
    for kind, (mu0, mu1, cov) in cases.items():
        what = f"lda_to_linear for {kind}"
        w, b = linear(lda_to_linear, what, mu0.size, mu0, mu1, cov, 0.5)
        require(not lda_to_linear.changed_inputs, "lda_to_linear changed its arguments. Work on copies.")
        delta = np.linalg.solve(cov, mu1 - mu0) @ mu1  # the log-odds at mu1, which is -mu0
        agree(w @ mu1 + b, delta, f"w·mu1 + b of {what}", rtol=1e-6, see=PLANE)


# ---- 3.4: the posterior of Gaussian classes

ex03_4 = Exercise("ex03_4")


def log_scores(X, mus, covs, priors):
    """Return log prior + log density at each row for each class, shape (n_samples, n_classes)."""
    rows = [log_gaussian(X, mu, cov) + np.log(prior) for mu, cov, prior in zip(mus, covs, priors)]
    return np.array(rows).T


def normalised(scores):
    """Return the shares of exp(scores) in each row, without overflow."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def some_classes(rng, n_classes, n_in):
    """Return means, covariances and priors of random classes."""
    scale = rng.permutation(np.linspace(1, 3, n_classes))
    covs = np.array([s * covariance(rng, n_in) for s in scale])
    priors = rng.permutation(np.arange(1, n_classes + 1)) / (n_classes * (n_classes + 1) / 2)
    return rng.normal(size=(n_classes, n_in)), covs, priors


@ex03_4.part(2, "two classes and more, with covariances and priors of their own")
def posteriors(gaussian_posterior, rng):
    for n_classes, n_in, n_samples in ((2, 2, 5), (3, 3, 4), (5, 2, 3)):
        mus, covs, priors = some_classes(rng, n_classes, n_in)
        X = mus.mean(axis=0) + rng.normal(size=(n_samples, n_in))
        scores = log_scores(X, mus, covs, priors)
        want, log_priors = normalised(scores), np.log(priors)
        log_dets = np.linalg.slogdet(covs)[1]
        squared = -2 * (scores - log_priors) - log_dets - n_in * np.log(2 * np.pi)
        shared = np.array(n_classes * [np.tensordot(priors, covs, axes=1)])
        hints = {
            "The determinant of the covariance is missing: a wide class is low everywhere.": (
                normalised(log_priors - squared / 2)
            ),
            "The root of the determinant stands in the density, not the determinant.": (
                normalised(log_priors - squared / 2 - log_dets)
            ),
            "The determinant divides, it does not multiply.": (
                normalised(log_priors - squared / 2 + log_dets / 2)
            ),
            "The priors are missing.": normalised(scores - log_priors),
            "The factor ½ in the exponent is missing.": normalised(log_priors - squared - log_dets / 2),
            "These are the shares of the densities times priors before they are divided by their sum.": (
                np.exp(scores)
            ),
            "These are logarithms.": np.log(want),
            "Every class has a covariance of its own.": normalised(log_scores(X, mus, shared, priors)),
            "These are the most likely classes, not probabilities.": want == want.max(axis=1, keepdims=True),
            "The inputs are correlated: the inverse is that of the whole matrix.": normalised(
                log_priors
                - log_dets / 2
                - np.array([((X - mu) ** 2 / np.diag(c)).sum(axis=1) / 2 for mu, c in zip(mus, covs)]).T
            ),
            "The inverse of the covariance stands in the exponent, not the covariance.": normalised(
                log_priors
                - log_dets / 2
                - np.array([np.einsum("ni,ij,nj->n", X - mu, c, X - mu) / 2 for mu, c in zip(mus, covs)]).T
            ),
        }
        what = f"gaussian_posterior for {n_classes} classes of {n_in} inputs"
        agree(gaussian_posterior(X, mus, covs, priors), want, what, hints=hints, see=PLANE, **CLOSE)


@ex03_4.part(1, "points where every density is too small for floating point")
def far(gaussian_posterior, rng):
    for n_classes in (2, 3):
        cov = covariance(rng, 2)
        base, step = rng.normal(size=(2, 2))
        mus = base + rng.uniform(0.5, 1.5, (n_classes, 1)) * np.arange(n_classes)[:, None] * step
        along = cov @ np.array([-step[1], step[0]])  # in this direction no class gains on another
        distance = 120 * rng.uniform(1, 2, (6, 1)) * rng.choice([-1, 1], (6, 1))
        X = base + distance * along / np.sqrt(along @ along)
        X = np.vstack([X, rng.normal(size=(2, 2)) * [[300], [-300]]])
        covs, priors = np.array(n_classes * [cov]), np.full(n_classes, 1 / n_classes)
        got = gaussian_posterior(X, mus, covs, priors)
        want = normalised(log_scores(X, mus, covs, priors))
        what = f"gaussian_posterior for {n_classes} classes, far away from all of them"
        hints = {
            "There every density is 0 in floating point. Work with logarithms, and take the largest away.": (
                np.full(want.shape, 1 / n_classes)
            ),
            "All came out as 0. Work with logarithms, and take the largest away.": 0 * want,
        }
        agree(got, want, what, rtol=1e-5, atol=1e-7, hints=hints, see=PLANE)


@ex03_4.part(1, "determinants that are too small or too large for floating point")
def determinants(gaussian_posterior, rng):
    for exponent, size in ((-12, "small"), (12, "large")):
        n_in = 60
        mus, covs, priors = rng.normal(size=(2, n_in)), np.array(2 * [covariance(rng, n_in)]), np.full(2, 0.5)
        mus[1] = mus[0] + rng.normal(size=n_in) / 8  # near enough that no class is certain
        X = mus[0] + rng.normal(size=(6, n_in)) @ np.linalg.cholesky(covs[0]).T
        unit = 10.0 ** (exponent / 2)  # the same points in another unit have the same posterior
        got = gaussian_posterior(unit * X, unit * mus, unit**2 * covs, priors)
        want = normalised(log_scores(X, mus, covs, priors))
        what = f"gaussian_posterior for {n_in} inputs and covariances with {size} numbers"
        hints = {
            "Without its logarithm the determinant is 0 or infinite here: numpy.linalg.slogdet.": (
                np.full(want.shape, 0.5)
            ),
        }
        agree(got, want, what, rtol=1e-5, atol=1e-7, hints=hints, see=PLANE)


@ex03_4.part(1, "one row, no row, one input; the arguments stay as they were")
def posterior_edges(gaussian_posterior, rng):
    for n_samples, n_in, kind in ((1, 2, "one row"), (0, 2, "no row"), (5, 1, "rows of one input")):
        mus = rng.normal(size=(2, n_in))
        covs = np.array(2 * [covariance(rng, n_in)])
        X = rng.normal(size=(n_samples, n_in))
        got = gaussian_posterior(X, mus, covs, np.array([0.5, 0.5]))
        want = normalised(log_scores(X, mus, covs, [0.5, 0.5])) if n_samples else np.zeros((0, 2))
        agree(got, want, f"gaussian_posterior on {kind}", see=PLANE, **CLOSE)
        changed = gaussian_posterior.changed_inputs
        require(not changed, "gaussian_posterior changed its arguments. Work on copies.")


# ---- 3.5: quadratic discriminant analysis

ex03_5 = Exercise("ex03_5")


def qda(X, y, new, **change):
    """Return the log-odds of two Gaussian classes fitted to data; `change` makes a known mistake."""
    covs = [S / (n - change.get("ddof", 1)) for S, n in zip(scatter(X, y), np.bincount(y))]
    if "shared" in change:
        covs = 2 * [sum(scatter(X, y)) / (len(y) - 2)]
    if "diagonal" in change:
        covs = [np.diag(np.diag(cov)) for cov in covs]
    squared = []
    for k, cov in enumerate(covs):
        d = new - X[y == k].mean(axis=0)
        squared.append(np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T)))
    log_dets = np.linalg.slogdet(covs)[1]
    n0, n1 = np.bincount(y)
    result = change.get("half", 0.5) * (squared[0] - squared[1])
    result = result + change.get("det", 0.5) * (log_dets[0] - log_dets[1])
    return result + change.get("prior", 1) * np.log(n1 / n0)


@ex03_5.part(2, "classes of unequal size with covariances of their own")
def log_odds(qda_logodds, rng):
    for n0, n1, n_in in ((12, 25, 2), (21, 9, 3), (10, 30, 1)):
        X, y = labelled(rng, n0, n1, n_in)
        new = 2 * rng.normal(size=(6, n_in)) + 1
        want = qda(X, y, new)
        hints = {
            "The determinants of the covariances are missing.": qda(X, y, new, det=0),
            "The determinants have the wrong sign.": qda(X, y, new, det=-0.5),
            "Half of the log-determinant stands there.": qda(X, y, new, det=1),
            "The priors are missing: the classes are not equally frequent.": qda(X, y, new, prior=0),
            "The priors have the wrong sign.": qda(X, y, new, prior=-1),
            "Each class has a covariance of its own; yours is shared.": qda(X, y, new, shared=True),
            "A class of n points has the divisor n - 1.": qda(X, y, new, ddof=0),
            "The factor ½ of the squared distances is missing.": qda(X, y, new, half=1),
            "Class 1 stands in the numerator: your sign is wrong.": -want,
            "These are probabilities; their log-odds were asked for.": logistic(want),
            "The inputs are correlated: the inverse is that of the whole matrix.": (
                qda(X, y, new, diagonal=True)
            ),
            "These are decisions, not log-odds.": want >= 0,
        }
        what = f"qda_logodds for {n0} and {n1} rows of {n_in} {'input' if n_in == 1 else 'inputs'}"
        agree(qda_logodds(X, y, new), want, what, hints=hints, see=FIT, **CLOSE)


def twins(rng, n, n_in):
    """Return two classes of n points with equal deviations from their means: QDA and LDA agree on them."""
    X = rng.normal(size=(n, n_in)) @ np.linalg.cholesky(covariance(rng, n_in)).T
    order = rng.permutation(2 * n)
    X = np.vstack([X, X + rng.uniform(1, 2, n_in)])[order]
    return X, np.repeat([0, 1], n)[order]


@ex03_5.part(1, "new points where every density is too small for floating point")
def far_away(qda_logodds, rng):
    X, y = twins(rng, 20, 2)
    new = 100 * rng.choice([-1, 1], (8, 2)) * rng.uniform(1, 5, (8, 2)) * X.std(axis=0)
    got = array(qda_logodds(X, y, new), "qda_logodds at points far away", shape=(8,))
    require(
        np.isfinite(got).all(),
        "qda_logodds at points far away: a result is NaN or infinite. There a density is 0 in floating "
        f"point: subtract logarithms of densities, do not divide densities. See {FIT}.",
    )
    want = qda(X, y, new)
    agree(got, want, "qda_logodds at points far away", rtol=1e-5, atol=1e-5, see=FIT)


@ex03_5.part(1, "labels of any kind, one new point, none; the arguments stay as they were")
def new_points(qda_logodds, rng):
    for n_new, n_in, kind in ((1, 3, int), (0, 2, float), (4, 1, bool)):
        X, y = twins(rng, 8, n_in)
        new = rng.normal(size=(n_new, n_in))
        what = f"qda_logodds at {n_new} new points, labels of type {kind.__name__}"
        agree(qda_logodds(X, y.astype(kind), new), qda(X, y, new), what, see=FIT, **CLOSE)
        require(not qda_logodds.changed_inputs, "qda_logodds changed its arguments. Work on copies.")


# ---- 3.6: bits and counts

ex03_6 = Exercise("ex03_6")
BAYES = "lesson 03, section 3.7"


def check_naive(naive_bayes_to_linear, mean0, mean1, family, w_hints, b_hints):
    """Compare weights and bias for equal priors."""
    what = f"naive_bayes_to_linear for {mean0.size} {family} inputs and equal priors"
    w, b = linear(naive_bayes_to_linear, what, mean0.size, mean0, mean1, 0.5, family)
    want_w, want_b = linear_of_lesson(mean0, mean1, 0.5, family)
    agree(w, want_w, f"w of {what}", hints=w_hints, see=BAYES, **CLOSE)
    agree(b, want_b, f"b of {what}", hints=b_hints, see=BAYES, **CLOSE)


@ex03_6.part(1, "bits")
def bits(naive_bayes_to_linear, rng):
    for n_in in (3, 8):
        p0, p1 = rng.uniform(0.05, 0.95, (2, n_in))
        w, b = linear_of_lesson(p0, p1, 0.5, "bernoulli")
        w_hints = {
            "A bit that is 0 speaks too: its weight compares both outcomes.": np.log(p1 / p0),
            "A positive weight speaks for class 1: your sign is wrong.": -w,
            "The weights are logarithms.": p1 * (1 - p0) / (p0 * (1 - p1)),
            "Bits are not counts.": np.log(p1) - np.log(p0),
            "The difference of the probabilities is not the log-odds.": p1 - p0,
            "That is the weight of a Gaussian input.": (p1 - p0) / (p0 * (1 - p0)),
        }
        b_hints = {
            "What remains when every bit is 0 belongs to b.": 0.0,
            "b has the wrong sign.": -b,
            "b is that of counts.": (p0 - p1).sum(),
            "b is a sum over the inputs, not a mean.": b / n_in,
            "b is what remains when every bit is 0, not when every bit is 1.": np.log(p1 / p0).sum(),
        }
        check_naive(naive_bayes_to_linear, p0, p1, "bernoulli", w_hints, b_hints)


@ex03_6.part(1, "counts")
def counts(naive_bayes_to_linear, rng):
    for n_in in (3, 8):
        r0, r1 = rng.uniform(0.2, 9, (2, n_in))
        w, b = linear_of_lesson(r0, r1, 0.5, "poisson")
        w_hints = {
            "A positive weight speaks for class 1: your sign is wrong.": -w,
            "The weights are logarithms.": r1 / r0,
            "The difference of the means is the weight of a Gaussian input.": r1 - r0,
        }
        b_hints = {
            "The factors exp(-mean) of the two classes belong to b.": 0.0,
            "b has the wrong sign.": -b,
            "b is a sum over the inputs, not a mean.": b / n_in,
            "exp(-mean) has the logarithm -mean, not the logarithm of the mean.": np.log(r0 / r1).sum(),
        }
        check_naive(naive_bayes_to_linear, r0, r1, "poisson", w_hints, b_hints)


@ex03_6.part(1, "what the prior adds to the bias")
def prior_of_counts(naive_bayes_to_linear, rng):
    for family in ("bernoulli", "poisson"):
        mean0, mean1 = rng.uniform(0.1, 0.9, (2, 4))
        prior1 = float(rng.uniform(0.05, 0.3))
        what = f"naive_bayes_to_linear for {family} inputs"
        _, b = linear(naive_bayes_to_linear, what, 4, mean0, mean1, prior1, family)
        _, equal = linear(naive_bayes_to_linear, what, 4, mean0, mean1, 0.5, family)
        log_odds = np.log(prior1 / (1 - prior1))
        hints = {
            "The prior does not change your b.": 0.0,
            "The log-odds of the prior stand there, not its logarithm.": np.log(prior1) - np.log(0.5),
            "A more frequent class 1 makes class 1 more likely: your sign is wrong.": -log_odds,
            "The prior counts once, not once for each input.": 4 * log_odds,
        }
        agree(b - equal, log_odds, f"b of {what}, less b for equal priors", hints=hints, see=BAYES, **CLOSE)


@ex03_6.part(1, "one input, inputs that tell nothing; the arguments stay as they were")
def naive_edges(naive_bayes_to_linear, rng):
    for family in ("bernoulli", "poisson"):
        for n_in, kind in ((1, "one input"), (5, "inputs with the same mean in both classes")):
            mean = rng.uniform(0.1, 0.9, n_in)
            what = f"naive_bayes_to_linear for {family}, {kind}"
            w, b = linear(naive_bayes_to_linear, what, n_in, mean, mean.copy(), 0.5, family)
            agree([*w, b], np.zeros(n_in + 1), f"w and b of {what}", see=BAYES, **CLOSE)
            require(
                not naive_bayes_to_linear.changed_inputs,
                "naive_bayes_to_linear changed its arguments. Work on copies.",
            )
