"""Hidden tests of assignment 04.

Each part is one requirement of the exercise's text. What is right comes from the definitions, in a form that
cannot overflow; the tests of this module compare it with automatic differentiation and other solvers. Hints
say what a known misconception would have returned.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial

import numpy as np

from coursepkg.grading import Exercise, agree, array, require, results
from coursepkg.logistic import efron_efficiency

LOSS, MEASURE, SLOPES, ESTIMATORS = (f"lesson 04, section 4.{k}" for k in (2, 3, 4, 6))


class WhenWrong(Mapping):
    """Hints that take time to compute, and are computed only for a wrong answer."""

    def __init__(self, make: Callable[[], dict]):
        self._make = make

    @cached_property
    def _hints(self) -> dict:
        return self._make()

    def __getitem__(self, sentence: str):
        return self._hints[sentence]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hints)

    def __len__(self) -> int:
        return len(self._hints)

    def __bool__(self) -> bool:
        return True


def sigmoid(z):
    """Return the sigmoid; a half of a shifted tanh cannot overflow."""
    return (1 + np.tanh(np.asarray(z, dtype=float) / 2)) / 2


def softplus(z):
    """Return log(1 + exp(z))."""
    return np.logaddexp(0, z)


def unchanged(function, names):
    """Fail if the last call wrote into its arguments."""
    require(not function.changed_inputs, f"{function.name} changed {names}. Work on a copy.")


# ---- 4.1: the loss from logits

ex04_1 = Exercise("ex04_1")
CLIPS = (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)


def bce(z, y):
    """Return the mean cross-entropy, exact where it is tiny too."""
    return np.mean(y * softplus(-z) + (1 - y) * softplus(z))


def bce_mistakes(z, y):
    """Return what known mistakes make of the same logits and labels."""
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    s, want = sigmoid(z), bce(z, y)
    return {
        "That is the sum over the samples; the mean is asked for.": want * len(z),
        "The two terms seem to be exchanged: y stands before log σ(z), 1 - y before the other.": bce(
            z, 1 - y
        ),
        "Only the term with y seems to count; samples with label 0 have a loss too.": np.mean(
            y * softplus(-z)
        ),
        "Only the term with 1 - y seems to count.": np.mean((1 - y) * softplus(z)),
        "The sign is turned: a loss is minus the log-likelihood.": -want,
        "The logarithm is the natural one, not that to base 2.": want / np.log(2),
        "The logarithm is the natural one, not that to base 10.": want / np.log(10),
        "That is the squared error of the probabilities.": np.mean((s - y) ** 2),
        "log(1 + exp(-y z)) belongs to labels -1 and 1; here they are 0 and 1.": np.mean(softplus(-y * z)),
        "A label may be a probability; yours seem to be rounded to 0 and 1.": bce(z, (y >= 0.5) * 1.0),
        "A label may be a probability; yours seem to be cut down to whole numbers.": bce(z, np.trunc(y)),
        "Labels may be probabilities; every label above 0 seems to count as 1.": bce(z, (y > 0) * 1.0),
        "That is the median over the samples; the mean is asked for.": np.median(
            y * softplus(-z) + (1 - y) * softplus(z)
        ),
    }


@ex04_1.part(2, "the mean loss of labels 0 and 1, and of labels that are probabilities")
def values(bce_with_logits, rng):
    for n in (9, 16):
        z, y = rng.uniform(-4, 4, n), rng.permutation(np.arange(n) % 2)
        call = f"bce_with_logits on {n} logits with labels 0 and 1"
        agree(bce_with_logits(z, y), bce(z, y), call, hints=bce_mistakes(z, y), see=LOSS)
    for n in (7, 20):
        z, y = rng.uniform(-4, 4, n), rng.uniform(0, 1, n)
        call = f"bce_with_logits on {n} logits with labels between 0 and 1"
        agree(bce_with_logits(z, y), bce(z, y), call, hints=bce_mistakes(z, y), see=LOSS)


def large_hints(z, y):
    """Return what overflow and clipping make of confident mistakes."""
    hints = {
        "exp or log left the range of floats. Rewrite the loss in z, with exponents at most 0.": np.inf,
        "NaN comes of inf - inf or 0 · inf. Rewrite the loss in z, with exponents at most 0.": np.nan,
    }
    for clip in CLIPS:
        for upper in (1 - clip, 1.0):
            s = np.clip(sigmoid(z), clip, upper)
            with np.errstate(divide="ignore", invalid="ignore"):
                clipped = -np.mean(np.where(y == 1, np.log(s), np.log(1 - s)))
            hints[f"A probability cut off at {clip:g} or {upper:g} forgets how wrong it was. Use z."] = (
                clipped
            )
        s = sigmoid(z) + clip
        hints[f"{clip:g} added in the logarithm hides how wrong the probability was. Use z."] = -np.mean(
            np.where(y == 1, np.log(s), np.log(np.maximum(1 - s, 0) + 2 * clip))
        )
    for limit in (10, 20, 30, 50, 100, 500, 700):
        cut = bce(np.clip(z, -limit, limit), y)
        hints[f"z seems to be cut off at {limit}: a loss is as large as the mistake."] = cut
    return hints


@ex04_1.part(1, "large logits, up to 10 000")
def large(bce_with_logits, rng):
    size, huge = float(rng.uniform(100, 300)), float(rng.uniform(9000, 10_000))
    cases = {
        "-100 or less with label 1": (-size, 1),
        "100 or more with label 0": (size, 0),
        "-9000 or less with label 1": (-huge, 1),
        "9000 or more with label 0": (huge, 0),
    }
    for kind, (logit, label) in cases.items():
        z, y = np.array([logit]), np.array([label])
        call = f"bce_with_logits on a logit of {kind}"
        agree(bce_with_logits(z, y), bce(z, y), call, hints=large_hints(z, y), see=LOSS)


@ex04_1.part(1, "losses that are tiny, to six digits")
def tiny(bce_with_logits, rng):
    for sign, label in ((1, 1), (-1, 0)):
        z, y = sign * rng.uniform(38, 45, 3), np.full(3, label)
        agree(
            bce_with_logits(z, y),
            bce(z, y),
            f"bce_with_logits on logits of {'more than 38' if label else 'less than -38'} with label {label}",
            rtol=1e-6,
            atol=0,
            hints={
                "1 + exp(-38) is 1 in floating point, and log(1) is 0; np.log1p keeps what is small.": 0.0,
                "A difference of two large numbers has lost the loss, or a clip replaced it.": abs(
                    np.log1p(-1e-12)
                ),
            },
            see=LOSS,
        )


@ex04_1.part(1, "one sample, whole numbers, float32; the arguments stay as they were")
def kinds(bce_with_logits, rng):
    z, y = rng.uniform(-4, 4, 12), rng.permutation(np.arange(12) % 2)
    cases = {
        "one logit": (z[:1], y[:1]),
        "logits that are integers": (rng.permutation(np.arange(-5, 6)), y[:11]),
        "labels that are floats": (z, y * 1.0),
        "float32 numbers": (z.astype(np.float32), y.astype(np.float32)),
    }
    for kind, (logits, labels) in cases.items():
        want = bce(logits.astype(float), labels.astype(float))
        single = logits.dtype == np.float32
        tolerance = {"rtol": 1e-4, "atol": 1e-6} if single else {}
        hints = bce_mistakes(logits, labels)
        call = f"bce_with_logits on {kind}"
        agree(bce_with_logits(logits, labels), want, call, hints=hints, see=LOSS, **tolerance)
        unchanged(bce_with_logits, "z or y")


# ---- 4.2: its gradient

ex04_2 = Exercise("ex04_2")


LARGE = "bce_grad on one sample of one feature with a score of size 1000 and more"


def random_batch(rng, n, p):
    """Return w, b, X, y with scores of moderate size and both labels."""
    X = rng.normal(size=(n, p)) * rng.choice([0.5, 1.0, 2.0], p) + rng.choice([-1.0, 1.0], p)
    w, b = (
        rng.uniform(0.3, 1.0, p) * rng.choice([-1, 1], p),
        float(rng.uniform(0.5, 1.5) * rng.choice([-1, 1])),
    )
    return w, b, X, rng.permutation(np.arange(n) % 2)


def gradients(w, b, X, y):
    """Return the right residuals and those of known mistakes, each with its sentence."""
    z = X @ w + b
    s = sigmoid(z)
    return s - y, {
        "The sign is turned: the residual is σ(z) - y.": y - s,
        "b does not seem to enter the scores.": sigmoid(X @ w) - y,
        "b is added to the scores, not subtracted.": sigmoid(X @ w - b) - y,
        "The sigmoid seems to be missing: the residual is σ(z) - y, not z - y.": z - y,
        "That is the gradient of the squared error: σ'(z) cancels in the cross-entropy.": (s - y)
        * s
        * (1 - s),
        "That is the gradient of the squared error: σ'(z) cancels in cross-entropy.": 2
        * (s - y)
        * s
        * (1 - s),
        "The labels do not seem to enter; the residual is σ(z) - y.": s,
        "The scores seem to be rounded to decisions; the residual is σ(z) - y.": (z >= 0) - y,
        "A factor of 2 is too much; it belongs to a square.": 2 * (s - y),
        "Labels seem to be turned into -1 and 1; here they are 0 and 1.": s - (2 * y - 1),
    }


def grad_hints(w, b, X, y, back):
    """Return hints for `back`, the map from residuals to a part of the gradient."""
    residual, mistakes = gradients(w, b, X, y)
    n, p = X.shape
    hints = {"That is the sum over the samples; the mean is asked for.": back(residual) * n}
    hints |= {sentence: back(wrong) for sentence, wrong in mistakes.items()}
    hints |= {
        "Divide by the number of samples, not by the number of entries of X.": back(residual) / p,
        "Divide by the number of samples, not of features.": back(residual) * n / p,
        "Divide by the number of samples n, not n - 1.": back(residual) * n / (n - 1),
    }
    hints |= {
        f"{sentence} And the mean is asked for.": back(wrong) * n for sentence, wrong in mistakes.items()
    }
    return back(residual), hints


def weights_part(X):
    return lambda residual: X.T @ residual / len(X)


@ex04_2.part(2, "the derivatives with respect to w")
def grad_w(bce_grad, rng):
    for n, p in ((11, 3), (6, 4)):
        w, b, X, y = random_batch(rng, n, p)
        call = f"bce_grad on {n} samples of {p} features"
        got, _ = results(bce_grad(w, b, X, y), call, "grad_w", "grad_b")
        want, hints = grad_hints(w, b, X, y, weights_part(X))
        agree(got, want, f"grad_w of {call}", hints=hints, see=SLOPES)


@ex04_2.part(1, "the derivative with respect to b")
def grad_b(bce_grad, rng):
    for n, p in ((11, 3), (6, 4)):
        w, b, X, y = random_batch(rng, n, p)
        call = f"bce_grad on {n} samples of {p} features"
        _, got = results(bce_grad(w, b, X, y), call, "grad_w", "grad_b")
        want, hints = grad_hints(w, b, X, y, np.mean)
        hints = {
            "grad_b is 0 only at the best b.": 0.0,
            **hints,
            "grad_b has no factor b: the derivative of z with respect to b is 1.": want * b,
            "grad_b seems to be that of the first sample alone.": gradients(w, b, X, y)[0][0],
            "grad_b is the mean of the residuals, not of grad_w.": weights_part(X)(
                gradients(w, b, X, y)[0]
            ).mean(),
            "grad_b is the mean of the residuals, not the sum of grad_w.": weights_part(X)(
                gradients(w, b, X, y)[0]
            ).sum(),
        }
        agree(got, want, f"grad_b of {call}", hints=hints, see=SLOPES)


@ex04_2.part(1, "scores of size 1000 and more")
def large_scores(bce_grad, rng):
    hint = "NaN comes of inf / inf in the sigmoid: divide by 1 + exp(-z), or use scipy.special.expit."
    for sign, label in ((1, 0), (-1, 1), (1, 1), (-1, 0)):
        X = rng.uniform(1, 2, (1, 1))
        w, b = sign * rng.uniform(1000, 9000, 1), 0.5
        got_w, got_b = results(bce_grad(w, b, X, np.array([label])), LARGE, "grad_w", "grad_b")
        residual = (sign > 0) - label
        agree(got_w, residual * X[0], f"grad_w of {LARGE}", hints={hint: [np.nan]}, see=SLOPES)
        agree(got_b, residual, f"grad_b of {LARGE}", hints={hint: np.nan}, see=SLOPES)


@ex04_2.part(1, "one sample, one feature, whole numbers; the arguments stay as they were")
def other_shapes(bce_grad, rng):
    w, b, X, y = random_batch(rng, 7, 1)
    cases = {
        "one feature": (w, b, X, y),
        "whole numbers": (np.array([-1]), 1, rng.integers(-3, 4, (7, 1)), y),
        "labels that are floats": (w, b, X, y * 1.0),
    }
    for kind, batch in cases.items():
        call = f"bce_grad on {kind}"
        got_w, _ = results(bce_grad(*batch), call, "grad_w", "grad_b")
        unchanged(bce_grad, "w, X or y")
        want, hints = grad_hints(*batch, weights_part(batch[2]))
        agree(got_w, want, f"grad_w of {call}", hints=hints, see=SLOPES)
    w, b, X, y = random_batch(rng, 2, 3)
    call = "bce_grad on one sample of three features"
    got_w, got_b = results(bce_grad(w, b, X[:1], y[:1]), call, "grad_w", "grad_b")
    array(got_w, f"grad_w of {call}", shape=(3,), largest=1e6)
    agree(got_b, gradients(w, b, X[:1], y[:1])[0][0], f"grad_b of {call}", see=SLOPES)


# ---- 4.3: labels -1 and 1

ex04_3 = Exercise("ex04_3")


def logistic_pm(z, y):
    return np.mean(softplus(-y * z))


def pm_mistakes(z, y):
    """Return what known mistakes make of the same scores and labels."""
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    want = logistic_pm(z, y)
    return {
        "That is the sum over the samples; the mean is asked for.": want * len(z),
        "The sign is turned: a loss is minus the logarithm of the probability.": -want,
        "The sign of y z is turned: a large positive y z is a small loss.": logistic_pm(z, -y),
        "The labels do not seem to enter; the margin is y z.": np.mean(softplus(-z)),
        "The formula for labels 0 and 1 does not hold for -1 and 1.": bce(z, y),
        "Samples of label -1 seem to be left out.": np.mean(np.where(y == 1, softplus(-z), 0)),
        "The logarithm is the natural one, not that to base 2.": want / np.log(2),
        "The logarithm seems to be missing: that is the mean probability of the wrong label.": np.mean(
            sigmoid(-y * z)
        ),
        "That is the hinge loss, max(0, 1 - y z).": np.mean(np.maximum(0, 1 - y * z)),
        "That is the perceptron loss, max(0, -y z).": np.mean(np.maximum(0, -y * z)),
        "That is the share of wrong signs, the 0-1 loss.": np.mean(y * z < 0),
        "That is the exponential loss: log(1 + ...) is missing.": np.mean(np.exp(-np.clip(y * z, -700, 700))),
        "That is the median over the samples; the mean is asked for.": np.median(softplus(-y * z)),
        "That is the logarithm of the mean; the mean of the logarithms is asked for.": np.log(
            np.mean(1 + np.exp(-np.clip(y * z, -700, 700)))
        ),
    }


@ex04_3.part(1, "the mean loss")
def pm_values(logistic_loss_pm, rng):
    for n in (9, 16):
        z, y = rng.uniform(-4, 4, n), rng.permutation(2 * (np.arange(n) % 2) - 1)
        call = f"logistic_loss_pm on {n} scores"
        agree(logistic_loss_pm(z, y), logistic_pm(z, y), call, hints=pm_mistakes(z, y), see=LOSS)


@ex04_3.part(1, "large scores, up to 10 000")
def pm_large(logistic_loss_pm, rng):
    for size in (float(rng.uniform(100, 300)), float(rng.uniform(9000, 10_000))):
        for y in (np.array([1]), np.array([-1])):
            z = -y * size
            what = "100 or more" if size < 1000 else "9000 or more"
            call = f"logistic_loss_pm on a score of size {what} and the wrong sign"
            hints = large_hints(z * y, np.array([1]))
            agree(logistic_loss_pm(z, y), logistic_pm(z, y), call, hints=hints, see=LOSS)


@ex04_3.part(1, "tiny losses to six digits; one sample, whole numbers; the arguments stay as they were")
def pm_kinds(logistic_loss_pm, rng):
    y = np.array([1, -1])
    z = rng.uniform(38, 45, 2) * y
    hints = {
        "1 + exp(-38) is 1 in floating point, and log(1) is 0; np.log1p keeps what is small.": 0.0,
        **pm_mistakes(z, y),
    }
    call = "logistic_loss_pm on scores of size 38 and more and the right sign"
    agree(logistic_loss_pm(z, y), logistic_pm(z, y), call, rtol=1e-6, atol=0, hints=hints, see=LOSS)
    z = rng.uniform(-4, 4, 2)
    cases = {
        "one score": (z[:1], y[:1]),
        "scores that are integers": (rng.permutation([-3, 2]), y),
        "labels that are floats": (z, y * 1.0),
    }
    for kind, (scores, labels) in cases.items():
        want, hints = logistic_pm(scores, labels), pm_mistakes(scores, labels)
        agree(logistic_loss_pm(scores, labels), want, f"logistic_loss_pm on {kind}", hints=hints, see=LOSS)
        unchanged(logistic_loss_pm, "z or y_pm")


# ---- 4.4: cross-entropy

ex04_4 = Exercise("ex04_4")


def surprise(p, q):
    """Return the cross-entropy, term by term: nothing where p is 0, infinite where only q is."""
    with np.errstate(divide="ignore"):
        return float(sum(-a * np.log(b) for a, b in zip(p, q, strict=True) if a > 0))


def entropy_mistakes(p, q):
    """Return what known mistakes make of two distributions without zeros."""
    h = surprise(p, q)
    both = -np.sum(p * np.log(q) + (1 - p) * np.log1p(-q)) if len(p) > 1 else np.nan
    return {
        "p and q are exchanged: outcomes follow p, and the surprise is -log q.": surprise(q, p),
        "That is the divergence KL(p ‖ q), which is H(p, q) - H(p).": h - surprise(p, p),
        "That is the divergence KL(q ‖ p).": surprise(q, p) - surprise(q, q),
        "That is the entropy of p; q does not seem to enter.": surprise(p, p),
        "That is the entropy of q; p does not seem to enter.": surprise(q, q),
        "The logarithm is the natural one, not that to base 2.": h / np.log(2),
        "The logarithm is the natural one, not that to base 10.": h / np.log(10),
        "Weight each surprise with p and add; do not divide by the number of outcomes.": h / len(p),
        "The sign is turned: a surprise is -log q, which is positive.": -h,
        "That adds the surprises without weighting them with p.": -np.sum(np.log(q)),
        "That averages the surprises without weighting them with p.": -np.mean(np.log(q)),
        "The terms with 1 - p belong to a single probability; here every outcome has its own entry.": both,
        "Only the likeliest outcome seems to count; every outcome counts with its probability.": -np.log(
            q[np.argmax(p)]
        ),
        "Only two outcomes seem to count.": surprise(p[:2], q[:2]),
        "That is the logarithm of a mean; the mean of the logarithms is asked for.": -np.log(np.sum(p * q)),
        "That is p · q, without a logarithm.": np.sum(p * q),
    }


def random_distributions(rng, n):
    """Return p and q of n outcomes whose known mistakes all differ by more than a hundredth."""
    while True:
        p, q = rng.dirichlet(np.full(n, 1.5)), rng.dirichlet(np.full(n, 1.5))
        mistaken = np.array([surprise(p, q), *entropy_mistakes(p, q).values()])
        apart = np.abs(mistaken - mistaken[:, None])[np.triu_indices(len(mistaken), 1)]
        if min(p.min(), q.min()) > 1e-4 and (apart > 1e-2).all():
            return p, q


@ex04_4.part(2, "the cross-entropy of two distributions")
def two_distributions(cross_entropy, rng):
    for n in (3, 5, 8):
        p, q = random_distributions(rng, n)
        call = f"cross_entropy of two distributions of {n} outcomes"
        agree(cross_entropy(p, q), surprise(p, q), call, hints=entropy_mistakes(p, q), see=MEASURE)
        unchanged(cross_entropy, "p or q")


@ex04_4.part(1, "outcomes of probability 0 add nothing, even where q is 0")
def impossible(cross_entropy, rng):
    _, q = random_distributions(rng, 4)
    certain = np.eye(4)[rng.integers(4)]
    call = "cross_entropy of a distribution with one certain outcome"
    agree(cross_entropy(certain, q), surprise(certain, q), call, see=MEASURE)
    p, q = random_distributions(rng, 4)
    for both in (np.eye(4)[0], np.append(p[:3] / p[:3].sum(), 0.0)):
        shuffle = rng.permutation(4)
        p = both[shuffle]
        r = np.append(q[:3] / q[:3].sum(), 0.0)[shuffle]
        hints = {
            "0 · log 0 is NaN in floating point; leave out the outcomes of probability 0.": np.nan,
            "An outcome of probability 0 adds nothing, whatever q says of it.": np.inf,
        }
        call = "cross_entropy where an outcome has probability 0 in p and in q"
        if np.count_nonzero(p) > 1 and surprise(p, r) < 1e-2:
            continue
        agree(cross_entropy(p, r), surprise(p, r), call, hints=hints, see=MEASURE)


@ex04_4.part(1, "infinite, if q calls impossible what p does not")
def infinite(cross_entropy, rng):
    p, q = random_distributions(rng, 4)
    k = int(np.argmax(p))
    q = np.where(np.arange(4) == k, 0.0, q)
    q = q / q.sum()
    got = array(cross_entropy(p, q), "cross_entropy where q is 0 and p is not", shape=())
    require(
        got == np.inf,
        "cross_entropy where q is 0 and p is not: the surprise of what was called impossible is infinite, "
        f"and yours is {got:.6g}. Is something added to q, is q cut off, or are outcomes left out by q? "
        f"See {MEASURE}.",
    )


# ---- 4.5: Newton's method

ex04_5 = Exercise("ex04_5")

NEWTON_MISTAKES = {
    "plus": "The step has the wrong sign: it adds H⁻¹g instead of taking it away.",
    "one more": "That is one step too many.",
    "one less": "That is one step too few.",
    "least squares": "The weights s(1 - s) are missing in the Hessian.",
    "bound": "1/4 is the largest value of s(1 - s); the Hessian has the value itself.",
    "s": "The weights in the Hessian are s(1 - s), not s.",
    "square": "The weights in the Hessian are s(1 - s), not its square.",
    "diagonal": "The Hessian seems to be reduced to its diagonal.",
    "frozen": "The Hessian changes with w; yours seems to be that of the start.",
    "descent, mean": "That is a gradient step; Newton's has the inverse Hessian.",
    "descent, sum": "That is a gradient step on the sum; Newton's has the inverse Hessian.",
    "step / n": "The step is n times too short: take both gradient and Hessian as a mean, or both as a sum.",
    "step * n": "The step is n times too long: take both gradient and Hessian as a mean, or both as a sum.",
    "half": "The step seems to be halved; take the full one.",
    "ones": "Start at w = 0, not at ones.",
    "signs": "The labels seem to be turned into -1 and 1; here they are 0 and 1.",
    "score": "The gradient needs σ(Xw) - y, not Xw - y.",
    "ridge": "Something seems to be added to the Hessian's diagonal.",
}


def newton(X, y, iters, mistake=""):
    """Return w after Newton's steps from 0; with a key of NEWTON_MISTAKES as that mistake has it."""
    X, n = np.asarray(X, dtype=float), len(y)
    w = np.ones(X.shape[1]) if mistake == "ones" else np.zeros(X.shape[1])
    target = 2 * y - 1 if mistake == "signs" else y
    for _ in range(iters + {"one more": 1, "one less": -1}.get(mistake, 0)):
        z = X @ w
        s = sigmoid(z)
        weight = {
            "least squares": np.ones(n), "bound": np.full(n, 0.25), "s": s, "square": (s * (1 - s)) ** 2,
            "frozen": np.full(n, 0.25),
        }.get(mistake, s * (1 - s))  # fmt: skip
        gradient = X.T @ ((z if mistake == "score" else s) - target)
        hessian = (X.T * weight) @ X
        if mistake == "diagonal":
            hessian = np.diag(np.diag(hessian))
        if mistake == "ridge":
            hessian = hessian + np.eye(len(w))
        step = np.linalg.lstsq(hessian, gradient)[0]
        step = {"descent, mean": gradient / n, "descent, sum": gradient}.get(mistake, step)
        factor = {"plus": -1, "step / n": 1 / n, "step * n": n, "half": 0.5}.get(mistake, 1)
        w = np.clip(w - factor * step, -1e6, 1e6)  # a mistake may run away
    return w


def random_classes(rng, n, p, slope):
    """Return inputs with a constant column and labels whose log-odds have a slope, never separable.

    As many pairs of samples as there are features share their inputs and have both labels: no direction but 0
    puts none of them on the wrong side.
    """
    X = np.column_stack([rng.normal(size=(n, p - 1)), np.ones(n)])
    w = rng.choice([-1, 1], p) * rng.uniform(0.6, 1.4, p) * slope
    y = (X @ w + rng.logistic(size=n) > 0).astype(int)
    X[0 : 2 * p, :-1] /= slope  # near the boundary, so that a steep slope is not flattened
    X[1 : 2 * p : 2] = X[0 : 2 * p : 2]
    y[: 2 * p] = np.arange(2 * p) % 2
    return X, y


def shows(X, y, iters):
    """Tell whether one step more would change the weights visibly."""
    return np.abs(newton(X, y, iters + 1) - newton(X, y, iters)).max() > 1e-3


def check_newton(newton_logistic, X, y, iters, what):
    """Compare the weights after some steps."""

    def hints():
        mistaken = {"That is the minimiser; the weights after so many steps are asked for.": newton(X, y, 40)}
        for mistake, sentence in NEWTON_MISTAKES.items():
            mistaken[sentence] = newton(X, y, iters, mistake)
        for few in range(3, min(iters, 11)):
            mistaken[f"That is w after {few} steps; take as many as are asked for."] = newton(X, y, few)
        return mistaken

    call = f"newton_logistic on {what}, {iters} step{'s' * (iters != 1)}"
    got = newton_logistic(X, y, iters)
    agree(got, newton(X, y, iters), call, rtol=1e-7, atol=1e-9, hints=WhenWrong(hints), see=SLOPES)


@ex04_5.part(2, "the weights after one to three steps")
def first_steps(newton_logistic, rng):
    for iters, n, p in ((1, 15, 3), (2, 20, 2), (3, 25, 4)):
        X, y = random_classes(rng, n, p, 0.5 + iters / 2)
        while not shows(X, y, iters):
            X, y = random_classes(rng, n, p, 0.5 + iters / 2)
        check_newton(newton_logistic, X, y, iters, f"{n} samples of {p} features")


@ex04_5.part(2, "the minimiser after twenty steps")
def minimiser(newton_logistic, rng):
    for n, p in ((60, 2), (80, 3)):
        X, y = random_classes(rng, n, p, 8.0)
        while not shows(X, y, 5) or np.abs(X @ newton(X, y, 20)).max() > 15:  # s(1 - s) is not rounded to 0
            X, y = random_classes(rng, n, p, 8.0)
        check_newton(newton_logistic, X, y, 20, f"{n} samples that are almost separable")


@ex04_5.part(1, "no step, one feature, whole numbers; the arguments stay as they were")
def newton_edges(newton_logistic, rng):
    while True:
        X, y = random_classes(rng, 18, 3, 1.5)
        whole = np.column_stack([rng.integers(-2, 3, 18), np.ones(18, dtype=int)])
        whole[:4, 0] = [1, 1, -2, -2]
        cases = {"no step": (X, y, 0), "one feature": (X[:, :1], y, 1), "whole numbers": (whole, y, 1)}
        if all(shows(*case) for case in cases.values()):
            break
    for kind, (inputs, labels, iters) in cases.items():
        check_newton(newton_logistic, inputs, labels, iters, f"samples ({kind})")
        unchanged(newton_logistic, "X or y")


# ---- 4.6: Efron's efficiency

ex04_6 = Exercise("ex04_6")


def efron_mistakes(delta):
    """Return what known mistakes make of the formula."""
    want, factor, decay = efron_efficiency(delta), 1 + delta**2 / 4, np.exp(-(delta**2) / 8)
    x = np.linspace(-40, 40, 8001)
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    grid = x[1] - x[0]
    with np.errstate(over="ignore"):
        multiplied = np.sum(normal * np.cosh(delta * x / 2)) * grid
        wide = np.sum(normal / np.cosh(delta * x)) * grid
        flat = np.sum(1 / np.cosh(delta * x / 2)) * grid
        uncut = np.sum(np.exp(-(x**2)) / np.sqrt(2 * np.pi) / np.cosh(delta * x / 2)) * grid
    integral = want / factor / decay
    return {
        "The factor 1 + Δ²/4 is missing.": want / factor,
        "The factor exp(-Δ²/8) is missing.": want / decay,
        "The exponent of exp(-Δ²/8) has the wrong sign.": want / decay**2,
        "The exponent is -Δ²/8, not -Δ²/2.": want / decay * np.exp(-(delta**2) / 2),
        "The exponent is -Δ²/8, not -Δ/8.": want / decay * np.exp(-delta / 8),
        "Both factors before the integral are missing.": integral,
        "The argument of cosh is Δx/2, not Δx.": factor * decay * wide,
        "Divide by cosh instead of multiplying.": factor * decay * multiplied,
        "φ is the normal density, with 1/√(2π).": want * np.sqrt(2 * np.pi),
        "Integrate over the whole line, not over its positive half.": want / 2,
        "The factor is 1 + Δ²/4, not 1 + Δ²/2.": want / factor * (1 + delta**2 / 2),
        "The factor is 1 + Δ²/4, not 1 + Δ/4.": want / factor * (1 + delta / 4),
        "The factor is 1 + Δ²/4, not 1 + Δ/2.": want / factor * (1 + delta / 2),
        "The factor is 1 + Δ²/4, not 1 + Δ².": want / factor * (1 + delta**2),
        "φ(x) seems to be missing under the integral.": factor * decay * flat,
        "The exponent of φ is -x²/2, not -x².": factor * decay * uncut,
        "That is one divided by what is asked for.": 1 / want,
        "Fractions of the distance seem to be cut off.": efron_efficiency(int(delta)),
    }


@ex04_6.part(2, "the efficiency for distances from 1 to 5")
def efficiencies(efron_are, rng):
    for whole in (1, 2, 3, 4):
        delta = whole + float(rng.uniform(0.3, 0.7))
        agree(
            efron_are(delta),
            efron_efficiency(delta),
            f"efron_are for a distance between {whole} and {whole + 1}",
            rtol=1e-3,
            hints=WhenWrong(partial(efron_mistakes, delta)),
            see=ESTIMATORS,
        )


def near_zero_hints(delta):
    return {"NaN comes of 0/0: do not divide by the distance.": np.nan, **efron_mistakes(delta)}


@ex04_6.part(1, "distances at and near 0, and a distance that is an integer")
def near_zero(efron_are, rng):
    for delta, what in ((0.0, "0"), (float(rng.uniform(1e-6, 1e-3)), "almost 0"), (2, "an integer")):
        hints = WhenWrong(partial(near_zero_hints, delta))
        call = f"efron_are for a distance that is {what}"
        agree(efron_are(delta), efron_efficiency(delta), call, rtol=1e-3, hints=hints, see=ESTIMATORS)
