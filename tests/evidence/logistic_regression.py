"""Evidence on assignment 04: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 4.1 bce_with_logits


@correct("ex04_1", "bce_with_logits")
def bce_logaddexp(z, y):
    return float(np.mean(np.logaddexp(0, -z) * y + np.logaddexp(0, z) * (1 - y)))


@correct("ex04_1", "bce_with_logits")
def bce_log_expit(z, y):
    from scipy.special import log_expit

    return -np.mean(y * log_expit(z) + (1 - y) * log_expit(-z))


@correct("ex04_1", "bce_with_logits")
def bce_plain_loop(z, y):
    from math import exp, log1p

    total = 0.0
    for z_i, y_i in zip(z.tolist(), y.tolist()):
        total += max(z_i, 0.0) - z_i * y_i + log1p(exp(-abs(z_i)))
    return total / len(z)


@correct("ex04_1", "bce_with_logits")
def bce_two_branches(z, y):
    losses = np.empty(len(z))
    positive = z >= 0
    losses[positive] = z[positive] * (1 - y[positive]) + np.log1p(np.exp(-z[positive]))
    losses[~positive] = -z[~positive] * y[~positive] + np.log1p(np.exp(z[~positive]))
    return losses.mean()


@correct("ex04_1", "bce_with_logits")
def bce_softplus_helper(z, y):
    def softplus(t):
        return np.where(t > 30, t + np.exp(-np.abs(t)), np.log1p(np.exp(np.minimum(t, 30))))

    z = np.asarray(z, dtype=np.float64)
    return np.average(y * softplus(-z) + (1 - y) * softplus(z))


@correct("ex04_1", "bce_with_logits")
def bce_logsumexp(z, y):
    from scipy.special import logsumexp

    z = np.asarray(z, dtype=float)
    zeros = np.zeros_like(z)
    losses = y * logsumexp([zeros, -z], axis=0) + (1 - y) * logsumexp([zeros, z], axis=0)
    return np.array(losses.mean())


@correct("ex04_1", "bce_with_logits")
def bce_signed_logits(z, y):
    import math

    def loss(t):  # of a label 1
        return math.log1p(math.exp(-t)) if t > 0 else -t + math.log1p(math.exp(t))

    return sum(yi * loss(zi) + (1 - yi) * loss(-zi) for zi, yi in zip(map(float, z), map(float, y))) / len(y)


@correct("ex04_1", "bce_with_logits")
def bce_dot_product(z, y):
    n = len(z)
    tail = np.log1p(np.exp(-np.abs(z)))
    return (np.dot(1 - y, np.where(z > 0, z, 0)) + np.dot(y, np.where(z < 0, -z, 0)) + tail.sum()) / n


@misconception("ex04_1", "bce_with_logits", hint="np.log1p keeps what is small")
def bce_clamp_as_in_old_libraries(z, y):
    m = np.clip(-z, 0, None)
    return np.mean((1 - y) * z + m + np.log(np.exp(-m) + np.exp(-z - m)))


@misconception("ex04_1", "bce_with_logits", hint="expected 1.41")
def bce_sum(z, y):
    return np.sum(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


@misconception("ex04_1", "bce_with_logits", hint="left the range of floats")
def bce_through_probabilities(z, y):
    from scipy.special import expit, xlogy

    s = expit(z)
    return -np.mean(xlogy(y, s) + xlogy(1 - y, 1 - s))


@misconception("ex04_1", "bce_with_logits", hint="left the range of floats")
def bce_naive(z, y):
    s = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(s) + (1 - y) * np.log(1 - s))


@misconception("ex04_1", "bce_with_logits", hint="forgets how wrong it was")
def bce_clipped(z, y):
    s = np.clip(1 / (1 + np.exp(-z)), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(s) + (1 - y) * np.log(1 - s))


@misconception("ex04_1", "bce_with_logits", hint="forgets how wrong it was")
def bce_clipped_to_single_precision(z, y):
    s = np.clip(1 / (1 + np.exp(-np.asarray(z, float))), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(s) + (1 - y) * np.log(1 - s))


@misconception("ex04_1", "bce_with_logits", hint="z seems to be cut off at 50")
def bce_clips_the_logits(z, y):
    z = np.clip(z, -50, 50)
    return np.mean(y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z)))


@misconception("ex04_1", "bce_with_logits", hint="left the range of floats")
def bce_softplus_that_overflows(z, y):
    return np.mean(y * np.log1p(np.exp(-z)) + (1 - y) * np.log1p(np.exp(z)))


@misconception("ex04_1", "bce_with_logits", hint="np.log1p keeps what is small")
def bce_without_log1p(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))


@misconception("ex04_1", "bce_with_logits", hint="np.log1p keeps what is small")
def bce_drops_the_tail(z, y):
    far = np.abs(z) > 35
    tail = np.where(far, 0, np.log1p(np.exp(-np.abs(z))))
    return np.mean(np.maximum(z, 0) - z * y + tail)


@misconception("ex04_1", "bce_with_logits", hint="seem to be rounded to 0 and 1")
def bce_rounds_the_labels(z, y):
    return np.mean(np.logaddexp(0, np.where(y >= 0.5, -z, z)))


@misconception("ex04_1", "bce_with_logits", hint="every label above 0 seems to count as 1")
def bce_any_label_is_one(z, y):
    return np.mean(np.logaddexp(0, np.where(y > 0, -z, z)))


@misconception("ex04_1", "bce_with_logits", hint="cut down to whole numbers")
def bce_truncates_the_labels(z, y):
    label = y.astype(int)
    return np.mean(label * np.logaddexp(0, -z) + (1 - label) * np.logaddexp(0, z))


@misconception("ex04_1", "bce_with_logits", hint="expected 1.41")
def bce_exchanges_the_terms(z, y):
    return np.mean(np.logaddexp(0, z) * y + np.logaddexp(0, -z) * (1 - y))


@misconception("ex04_1", "bce_with_logits", hint="expected 1.41")
def bce_forgets_label_zero(z, y):
    return np.mean(np.logaddexp(0, -z) * y)


@misconception("ex04_1", "bce_with_logits", hint="expected 0.693147, got -0.693147")
def bce_log_likelihood(z, y):
    return -np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


@misconception("ex04_1", "bce_with_logits", hint="expected 0.693147, got 1")
def bce_in_bits(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))) / np.log(2)


@misconception("ex04_1", "bce_with_logits", hint="expected 0.693147, got 0.25")
def bce_squared_error(z, y):
    return np.mean((1 / (1 + np.exp(-z)) - y) ** 2)


@misconception("ex04_1", "bce_with_logits", hint="expected 1.41")
def bce_for_signed_labels(z, y):
    return np.mean(np.logaddexp(0, -y * z))


@misconception("ex04_1", "bce_with_logits", hint="expected 0.693147, got inf")
def bce_takes_logits_for_probabilities(z, y):
    return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))


@misconception("ex04_1", "bce_with_logits", hint="the shape (1,)")
def bce_no_mean(z, y):
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


@misconception("ex04_1", "bce_with_logits", hint="changed z or y")
def bce_overwrites_the_labels(z, y):
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    y *= 2
    y -= 1
    return losses.mean()


@misconception("ex04_1", "bce_with_logits", hint="raised")
def bce_cannot_take_whole_numbers(z, y):
    tail = np.log1p(np.exp(-np.abs(z)))
    losses = np.maximum(z, 0)
    losses -= z * y
    losses += tail
    return losses.mean()


# ---- 4.2 bce_grad


@correct("ex04_2", "bce_grad")
def grad_plain(w, b, X, y):
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-(X @ w + b)))
    r = s - y
    return r @ X / len(X), r.mean()


@correct("ex04_2", "bce_grad")
def grad_loop(w, b, X, y):
    from math import tanh

    n, p = X.shape
    grad_w, grad_b = [0.0] * p, 0.0
    for i in range(n):
        z = b
        for j in range(p):
            z += float(X[i, j]) * float(w[j])
        r = (1 + tanh(z / 2)) / 2 - float(y[i])
        for j in range(p):
            grad_w[j] += r * float(X[i, j]) / n
        grad_b += r / n
    return grad_w, grad_b


@correct("ex04_2", "bce_grad")
def grad_constant_column(w, b, X, y):
    from scipy.special import expit

    A = np.column_stack([X, np.ones(len(X))])
    g = A.T @ (expit(A @ np.append(w, b)) - y) / len(y)
    return [g[:-1], g[-1]]


@correct("ex04_2", "bce_grad")
def grad_tanh_einsum(w, b, X, y):
    z = np.einsum("ij,j->i", X, w) + b
    r = (1 + np.tanh(z / 2)) / 2 - y
    return np.einsum("i,ij->j", r, X) / X.shape[0], np.sum(r) / X.shape[0]


@correct("ex04_2", "bce_grad")
def grad_broadcast_mean(w, b, X, y):
    from scipy.special import expit

    r = expit(X.dot(w) + b) - y
    return (X * r[:, None]).mean(axis=0), np.array(r.mean())


@correct("ex04_2", "bce_grad")
def grad_stable_where(w, b, X, y):
    z = (X @ w + b).astype(float)
    e = np.exp(-np.abs(z))
    s = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    return np.mean((s - y).reshape(-1, 1) * X, axis=0), float(np.mean(s - y))


@correct("ex04_2", "bce_grad")
def grad_by_signed_labels(w, b, X, y):
    from scipy.special import expit

    t = 2 * y - 1
    pull = -t * expit(-t * (X @ w + b))
    return X.T @ pull / t.size, pull.mean()


@correct("ex04_2", "bce_grad")
def grad_splits_the_classes(w, b, X, y):
    from scipy.special import expit

    z = X @ w + b
    ones, zeros = y == 1, y == 0
    total_w = X[zeros].T @ expit(z[zeros]) - X[ones].T @ expit(-z[ones])
    total_b = expit(z[zeros]).sum() - expit(-z[ones]).sum()
    return total_w / len(y), total_b / len(y)


@correct("ex04_2", "bce_grad")
def grad_from_the_loss_by_chain_rule(w, b, X, y):
    from scipy.special import expit

    s = expit(X @ w + b)
    dz = (1 - y) * s - y * (1 - s)
    dz = dz / dz.shape[0]
    return np.tensordot(dz, X, axes=1), dz.sum()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [-1]")
def grad_sum(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r, r.sum()


@misconception("ex04_2", "bce_grad", hint="That is the sum over the samples")
def grad_sum_for_b(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / len(y), r.sum()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [0.5]")
def grad_ascent(w, b, X, y):
    r = y - 1 / (1 + np.exp(-(X @ w + b)))
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="b does not seem to enter")
def grad_forgets_the_bias(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w))) - y
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="b is added to the scores")
def grad_subtracts_the_bias(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w - b))) - y
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [-2]")
def grad_without_the_sigmoid(w, b, X, y):
    r = X @ w + b - y
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [-0.125]")
def grad_keeps_the_sigmoid_s_slope(w, b, X, y):
    s = 1 / (1 + np.exp(-(X @ w + b)))
    r = (s - y) * s * (1 - s)
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [-1]")
def grad_of_a_square(w, b, X, y):
    r = 2 * (1 / (1 + np.exp(-(X @ w + b))) - y)
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [0.5]")
def grad_for_signed_labels(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - (2 * y - 1)
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="not by the number of entries of X")
def grad_divides_by_the_size_of_X(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / X.size, r.mean()


@misconception("ex04_2", "bce_grad", hint="expected [-0.5], got [-1]")
def grad_divides_by_n_minus_one(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / (len(y) - 1), r.sum() / (len(y) - 1)


@misconception("ex04_2", "bce_grad", hint="NaN comes of inf / inf")
def grad_overflows(w, b, X, y):
    e = np.exp(X @ w + b)
    r = e / (1 + e) - y
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="expected 0, got")
def grad_b_is_a_mean_of_grad_w(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    g = X.T @ r / len(y)
    return g, g.mean()


@misconception("ex04_2", "bce_grad", hint="has no factor b")
def grad_b_times_b(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / len(y), b * r.mean()


@misconception("ex04_2", "bce_grad", hint="is 0 only at the best b")
def grad_b_zero(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / len(y), 0.0


@misconception("ex04_2", "bce_grad", hint="the shape (2,)")
def grad_b_for_each_sample(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ r / len(y), r


@misconception("ex04_2", "bce_grad", hint="one ndarray where (grad_w, grad_b)")
def grad_in_one_array(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return np.append(X.T @ r, r.sum()) / len(y)


@misconception("ex04_2", "bce_grad", hint="rounded to decisions")
def grad_of_the_perceptron(w, b, X, y):
    z = X @ w + b
    r = np.where(z == 0, 0.5, z > 0) - y
    return X.T @ r / len(y), r.mean()


@misconception("ex04_2", "bce_grad", hint="changed w, X or y")
def grad_takes_a_step(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    g = X.T @ r / len(y)
    if w.dtype.kind == "f":
        w -= 0.1 * g
    return g, r.mean()


@misconception("ex04_2", "bce_grad", hint="the shape ()")
def grad_squeezes_one_feature(w, b, X, y):
    r = 1 / (1 + np.exp(-(X @ w + b))) - y
    return np.squeeze(X.T @ r / len(y)), r.mean()


# ---- 4.3 logistic_loss_pm


@correct("ex04_3", "logistic_loss_pm")
def pm_logaddexp(z, y_pm):
    return np.mean(np.logaddexp(0, -y_pm * z))


@correct("ex04_3", "logistic_loss_pm")
def pm_loop(z, y_pm):
    import math

    losses = []
    for score, label in zip(z, y_pm):
        m = float(score) * float(label)
        losses.append(math.log1p(math.exp(-m)) if m >= 0 else -m + math.log1p(math.exp(m)))
    return math.fsum(losses) / len(losses)


@correct("ex04_3", "logistic_loss_pm")
def pm_max_form(z, y_pm):
    m = z * y_pm
    return float((np.maximum(-m, 0) + np.log1p(np.exp(-np.abs(m)))).sum() / m.size)


@correct("ex04_3", "logistic_loss_pm")
def pm_by_labels_zero_and_one(z, y_pm):
    y = (y_pm + 1) / 2
    return np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


@correct("ex04_3", "logistic_loss_pm")
def pm_logsumexp(z, y_pm):
    from scipy.special import logsumexp

    m = (y_pm * z).astype(float)
    return logsumexp(np.stack([np.zeros_like(m), -m]), axis=0).mean()


@correct("ex04_3", "logistic_loss_pm")
def pm_log_expit(z, y_pm):
    from scipy.special import log_expit

    return np.array(-log_expit(np.multiply(z, y_pm)).mean())


@correct("ex04_3", "logistic_loss_pm")
def pm_piecewise(z, y_pm):
    m = np.asarray(z * y_pm, dtype=float)
    loss = np.piecewise(m, [m < 0], [lambda t: np.log1p(np.exp(t)) - t, lambda t: np.log1p(np.exp(-t))])
    return np.average(loss)


@correct("ex04_3", "logistic_loss_pm")
def pm_splits_the_classes(z, y_pm):
    def softplus(t):
        return np.where(t > 0, t, 0) + np.log1p(np.exp(-np.abs(t)))

    return (softplus(-z[y_pm == 1]).sum() + softplus(z[y_pm == -1]).sum()) / len(z)


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867")
def pm_sum(z, y_pm):
    return np.sum(np.logaddexp(0, -y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got -0.370867")
def pm_log_likelihood(z, y_pm):
    return -np.mean(np.logaddexp(0, -y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867")
def pm_turned_margin(z, y_pm):
    return np.mean(np.logaddexp(0, y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="The labels do not seem to enter")
def pm_ignores_the_labels(z, y_pm):
    return np.mean(np.logaddexp(0, -z))


@misconception("ex04_3", "logistic_loss_pm", hint="does not hold for -1 and 1")
def pm_formula_for_zero_and_one(z, y_pm):
    return np.mean(y_pm * np.logaddexp(0, -z) + (1 - y_pm) * np.logaddexp(0, z))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867")
def pm_leaves_out_minus_one(z, y_pm):
    return np.mean(np.where(y_pm == 1, np.logaddexp(0, -z), 0))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got 0.535")
def pm_in_bits(z, y_pm):
    return np.mean(np.logaddexp(0, -y_pm * z)) / np.log(2)


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got 0.5")
def pm_hinge(z, y_pm):
    return np.mean(np.maximum(0, 1 - y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got 0")
def pm_perceptron(z, y_pm):
    return np.mean(np.maximum(0, -y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got 0.27")
def pm_forgets_the_logarithm(z, y_pm):
    return np.mean(1 / (1 + np.exp(y_pm * z)))


@misconception("ex04_3", "logistic_loss_pm", hint="expected 0.370867, got 0.52")
def pm_exponential(z, y_pm):
    return np.mean(np.exp(-y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="left the range of floats")
def pm_overflows(z, y_pm):
    return np.mean(np.log1p(np.exp(-y_pm * z)))


@misconception("ex04_3", "logistic_loss_pm", hint="forgets how wrong it was")
def pm_clips_the_probability(z, y_pm):
    s = np.clip(1 / (1 + np.exp(-y_pm * z)), 1e-15, None)
    return -np.mean(np.log(s))


@misconception("ex04_3", "logistic_loss_pm", hint="left the range of floats")
def pm_through_the_probability(z, y_pm):
    return np.mean(-np.log(1 / (1 + np.exp(-y_pm * z))))


@misconception("ex04_3", "logistic_loss_pm", hint="np.log1p keeps what is small")
def pm_without_log1p(z, y_pm):
    m = y_pm * z
    return np.mean(np.maximum(-m, 0) + np.log(1 + np.exp(-np.abs(m))))


@misconception("ex04_3", "logistic_loss_pm", hint="That is the median")
def pm_median(z, y_pm):
    return np.median(np.logaddexp(0, -y_pm * z))


@misconception("ex04_3", "logistic_loss_pm", hint="the shape (2,)")
def pm_no_mean(z, y_pm):
    return np.logaddexp(0, -y_pm * z)


@misconception("ex04_3", "logistic_loss_pm", hint="changed z or y_pm")
def pm_overwrites_the_labels(z, y_pm):
    loss = np.mean(np.logaddexp(0, -y_pm * z))
    y_pm[y_pm == -1] = 0
    return loss


# ---- 4.4 cross_entropy


@correct("ex04_4", "cross_entropy")
def entropy_xlogy(p, q):
    from scipy.special import xlogy

    return -xlogy(p, q).sum()


@correct("ex04_4", "cross_entropy")
def entropy_loop(p, q):
    from math import inf, log

    total = 0.0
    for a, b in zip(p, q):
        if a == 0:
            continue
        if b == 0:
            return inf
        total -= a * log(b)
    return total


@correct("ex04_4", "cross_entropy")
def entropy_masked_dot(p, q):
    keep = p != 0
    with np.errstate(divide="ignore"):
        return np.dot(p[keep], -np.log(q[keep]))


@correct("ex04_4", "cross_entropy")
def entropy_scipy(p, q):
    from scipy.stats import entropy

    return entropy(p) + entropy(p, q)


@correct("ex04_4", "cross_entropy")
def entropy_of_products(p, q):
    from scipy.special import rel_entr

    # KL(p || q) + H(p), term by term
    return rel_entr(p, q).sum() - rel_entr(p, np.ones(len(p))).sum()


@correct("ex04_4", "cross_entropy")
def entropy_where(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sum(np.where(p > 0, -p * np.log(q), 0)))


@correct("ex04_4", "cross_entropy")
def entropy_nan_to_zero(p, q):
    with np.errstate(all="ignore"):
        terms = p * np.log(q)
    terms[np.isnan(terms)] = 0
    return np.array(-terms.sum())


@correct("ex04_4", "cross_entropy")
def entropy_comprehension(p, q):
    import math

    pairs = [(float(a), float(b)) for a, b in zip(p, q) if a > 0]
    return math.inf if any(b == 0 for _, b in pairs) else math.fsum(-a * math.log(b) for a, b in pairs)


@correct("ex04_4", "cross_entropy")
def entropy_log_where_needed(p, q):
    with np.errstate(divide="ignore"):
        return -np.log(q, out=np.zeros(len(q)), where=p > 0) @ p


@misconception("ex04_4", "cross_entropy", hint="NaN in floating point")
def entropy_plain(p, q):
    return -np.sum(p * np.log(q))


@misconception("ex04_4", "cross_entropy", hint="the surprise of what was called impossible is infinite")
def entropy_clips_q(p, q):
    return -np.sum(p * np.log(np.maximum(q, 1e-12)))


@misconception("ex04_4", "cross_entropy", hint="the surprise of what was called impossible is infinite")
def entropy_adds_epsilon(p, q):
    return -np.sum(p * np.log(q + 1e-15))


@misconception("ex04_4", "cross_entropy", hint="the surprise of what was called impossible is infinite")
def entropy_leaves_out_by_q(p, q):
    keep = q > 0
    return -np.sum(p[keep] * np.log(q[keep]))


@misconception("ex04_4", "cross_entropy", hint="the surprise of what was called impossible is infinite")
def entropy_replaces_infinity(p, q):
    with np.errstate(all="ignore"):
        return -np.nan_to_num(p * np.log(q), neginf=0).sum()


@misconception("ex04_4", "cross_entropy", hint="whatever q says")
def entropy_infinite_if_q_has_a_zero(p, q):
    if np.any(q == 0):
        return np.inf
    return -np.sum(p * np.log(q))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147")
def entropy_exchanged(p, q):
    keep = q > 0
    return -np.sum(q[keep] * np.log(p[keep]))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 0")
def entropy_divergence(p, q):
    keep = p > 0
    return np.sum(p[keep] * np.log(p[keep] / q[keep]))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 0.562")
def entropy_of_p(p, q):
    keep = p > 0
    return -np.sum(p[keep] * np.log(p[keep]))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 1")
def entropy_in_bits(p, q):
    keep = p > 0
    return -np.sum(p[keep] * np.log2(q[keep]))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 0.346574")
def entropy_mean(p, q):
    return -np.mean(np.where(p > 0, p * np.log(np.where(p > 0, q, 1)), 0))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got -0.693147")
def entropy_negative(p, q):
    keep = p > 0
    return np.sum(p[keep] * np.log(q[keep]))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 1.38629")
def entropy_unweighted(p, q):
    return -np.sum(np.log(q))


@misconception("ex04_4", "cross_entropy", hint="expected 0.693147, got 1.38629")
def entropy_binary_for_each(p, q):
    return -np.sum(p * np.log(q) + (1 - p) * np.log(1 - q))


@misconception("ex04_4", "cross_entropy", hint="That is the entropy of q")
def entropy_of_q(p, q):
    keep = q > 0
    return -np.sum(q[keep] * np.log(q[keep]))


@misconception("ex04_4", "cross_entropy", hint="Only the likeliest outcome")
def entropy_of_the_likeliest(p, q):
    k = np.argmax(p)
    return -np.log(q[k]) if q[k] > 0 else np.inf


@misconception("ex04_4", "cross_entropy", hint="logarithm of a mean")
def entropy_log_of_the_mean(p, q):
    mean = p @ q
    return -np.log(mean) if mean > 0 else np.inf


@misconception("ex04_4", "cross_entropy", hint="changed p or q")
def entropy_normalises_in_place(p, q):
    keep = p > 0
    with np.errstate(divide="ignore"):
        h = -np.sum(p[keep] * np.log(q[keep]))
    q[:] = np.round(q, 3)
    return h


@misconception("ex04_4", "cross_entropy", hint="the shape (2,)")
def entropy_terms(p, q):
    return -p * np.log(q)


# ---- 4.5 newton_logistic


@correct("ex04_5", "newton_logistic")
def newton_inverse(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        g = X.T @ (s - y) / len(y)
        H = X.T @ np.diag(s * (1 - s)) @ X / len(y)
        w = w - np.linalg.inv(H) @ g
    return w


@correct("ex04_5", "newton_logistic")
def newton_reweighted_least_squares(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        z = X @ w
        s = 1 / (1 + np.exp(-z))
        root = np.sqrt(s * (1 - s))
        working = z + (y - s) / (s * (1 - s))
        w = np.linalg.lstsq(root[:, None] * X, root * working, rcond=None)[0]
    return w


@correct("ex04_5", "newton_logistic")
def newton_loops(X, y, iters):
    from math import exp

    n, p = X.shape
    w = [0.0] * p
    for _ in range(iters):
        g = np.zeros(p)
        H = np.zeros((p, p))
        for i in range(n):
            s = 1 / (1 + exp(-sum(w[j] * X[i, j] for j in range(p))))
            for j in range(p):
                g[j] += (s - y[i]) * X[i, j]
                for k in range(p):
                    H[j, k] += s * (1 - s) * X[i, j] * X[i, k]
        step = np.linalg.solve(H, g)
        w = [w[j] - step[j] for j in range(p)]
    return w


@correct("ex04_5", "newton_logistic")
def newton_einsum(X, y, iters):
    from scipy.special import expit

    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = expit(X @ w)
        H = np.einsum("ni,n,nj->ij", X, s * (1 - s), X)
        L = np.linalg.cholesky(H)
        w -= np.linalg.solve(L.T, np.linalg.solve(L, np.einsum("ni,n->i", X, s - y)))
    return w


@correct("ex04_5", "newton_logistic")
def newton_stops_early(X, y, iters):
    w = np.zeros(X.shape[1])
    while iters > 0:
        s = (1 + np.tanh(X @ w / 2)) / 2
        step = np.linalg.solve((X * (s * (1 - s))[:, None]).T @ X, X.T @ (y - s))
        w = w + step
        if np.abs(step).max() < 1e-10 * (1 + np.abs(w).max()):
            break
        iters -= 1
    return w


@correct("ex04_5", "newton_logistic")
def newton_recursive(X, y, iters):
    if iters == 0:
        return np.zeros(X.shape[1])
    w = newton_recursive(X, y, iters - 1)
    s = 1 / (1 + np.exp(-X.dot(w)))
    return w + np.linalg.pinv(X.T @ (X * np.outer(s * (1 - s), np.ones(len(w))))) @ (X.T @ (y - s))


@correct("ex04_5", "newton_logistic")
def newton_signed_labels(X, y, iters):
    Z = np.where(y == 1, 1.0, -1.0)[:, None] * X
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        miss = 1 / (1 + np.exp(Z @ w))
        w = w + np.linalg.solve((Z * (miss * (1 - miss))[:, None]).T @ Z, Z.T @ miss)
    return w


@correct("ex04_5", "newton_logistic")
def newton_qr(X, y, iters):
    w = np.zeros((X.shape[1], 1))
    target = np.asarray(y, dtype=float).reshape(-1, 1)
    for _ in range(iters):
        s = 1 / (1 + np.exp(-(X @ w)))
        root = np.sqrt(s * (1 - s))
        Q, R = np.linalg.qr(root * X)
        w = w + np.linalg.solve(R, Q.T @ ((target - s) / root))
    return w.ravel()


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [-1]")
def newton_plus(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w + np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.25]")
def newton_without_weights(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve(X.T @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="1/4 is the largest value")
def newton_with_the_bound(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve(X.T @ X / 4, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.5]")
def newton_weights_s(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * s) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [4]")
def newton_weights_squared(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s)) ** 2) @ X + 1e-12 * np.eye(len(w)), X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="reduced to its diagonal")
def newton_diagonal(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - (X.T @ (s - y)) / ((X**2).T @ (s * (1 - s)))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.25]")
def newton_gradient_descent(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - X.T @ (s - y) / len(y)
    return w


@misconception("ex04_5", "newton_logistic", hint="That is a gradient step on the sum")
def newton_gradient_descent_on_the_sum(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - X.T @ (s - y)
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.25]")
def newton_mean_and_sum(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y) / len(y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [1.0")
def newton_minimiser_at_once(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(60):
        s = 1 / (1 + np.exp(-X @ w))
        step = np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
        w = w - step
        if np.abs(step).max() < 1e-13:
            break
    return w


@misconception("ex04_5", "newton_logistic", hint="That is the minimiser")
def newton_solver_after_the_first_step(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters if iters < 2 else 60):
        s = 1 / (1 + np.exp(-X @ w))
        step = np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
        w = w - step
        if np.abs(step).max() < 1e-13:
            break
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0]")
def newton_one_step_less(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(1, iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="one step too many")
def newton_at_least_one_step(X, y, iters):
    w = np.zeros(X.shape[1])
    while True:
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
        iters -= 1
        if iters <= 0:
            return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.5]")
def newton_half_steps(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - 0.5 * np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0]")
def newton_for_signed_labels(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - (2 * y - 1)))
    return w


@misconception("ex04_5", "newton_logistic", hint="values are wrong")
def newton_clips_probabilities(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = np.clip(1 / (1 + np.exp(-X @ w)), 0.02, 0.98)
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="expected [1], got [0.5]")
def newton_ridge(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X + np.eye(len(w)), X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="take as many as are asked for")
def newton_five_steps_at_most(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(min(iters, 5)):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    return w


@misconception("ex04_5", "newton_logistic", hint="changed X or y")
def newton_standardises_in_place(X, y, iters):
    w = np.zeros(X.shape[1])
    for _ in range(iters):
        s = 1 / (1 + np.exp(-X @ w))
        w = w - np.linalg.solve((X.T * (s * (1 - s))) @ X, X.T @ (s - y))
    if X.dtype.kind == "f":
        X -= X.mean(axis=0)
    return w


# ---- 4.6 efron_are


@correct("ex04_6", "efron_are")
def efron_quad_cut(delta):
    from scipy.integrate import quad
    from scipy.stats import norm

    value, _ = quad(lambda x: norm.pdf(x) / np.cosh(delta * x / 2), -12, 12)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@correct("ex04_6", "efron_are")
def efron_trapezoid(delta):
    x = np.linspace(-10, 10, 4001)
    y = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) / np.cosh(delta * x / 2)
    integral = np.sum((y[1:] + y[:-1]) / 2) * (x[1] - x[0])
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * integral


@correct("ex04_6", "efron_are")
def efron_simpson_half_line(delta):
    from scipy.integrate import simpson

    x = np.linspace(0, 9, 2001)
    y = 2 * np.exp(-(x**2) / 2 - delta**2 / 8) / np.sqrt(2 * np.pi) / np.cosh(delta * x / 2)
    return simpson(y, x=x) * (1 + delta**2 / 4)


@correct("ex04_6", "efron_are")
def efron_loop(delta):
    from math import cosh, exp, pi, sqrt

    step, total, x = 0.002, 0.0, -9.0
    while x < 9:
        total += exp(-x * x / 2) / cosh(delta * x / 2) * step
        x += step
    return (1 + delta * delta / 4) * exp(-delta * delta / 8) * total / sqrt(2 * pi)


@correct("ex04_6", "efron_are")
def efron_by_the_information(delta):
    from scipy.integrate import quad
    from scipy.special import expit
    from scipy.stats import norm

    def integrand(x):
        density = (norm.pdf(x - delta / 2) + norm.pdf(x + delta / 2)) / 2
        return expit(delta * x) * expit(-delta * x) * density

    return float(4 * (1 + delta**2 / 4) * quad(integrand, -15, 15, limit=200)[0])


@correct("ex04_6", "efron_are")
def efron_gauss_legendre(delta):
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x, h = 10 * nodes, 10 * weights
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return np.array((1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * (h @ (density / np.cosh(delta * x / 2))))


@correct("ex04_6", "efron_are")
def efron_sech_as_exponentials(delta):
    from scipy.integrate import quad

    def integrand(x):
        u = delta * x / 2
        return np.exp(-x * x / 2 - u) * 2 / (1 + np.exp(-2 * u))

    return 2 * quad(integrand, 0, 40)[0] / np.sqrt(2 * np.pi) * (1 + delta**2 / 4) / np.exp(delta**2 / 8)


@correct("ex04_6", "efron_are")
def efron_midpoints(delta):
    h = 0.01
    x = np.arange(-1200, 1200) * h + h / 2
    values = np.exp(-0.5 * x * x) / np.cosh(0.5 * delta * x)
    return np.float64(
        (1 + 0.25 * delta**2) * np.exp(-0.125 * delta**2) * values.sum() * h / (2 * np.pi) ** 0.5
    )


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 0.449")
def efron_forgets_the_factor(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 1.48")
def efron_forgets_the_exponential(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got")
def efron_cosh_of_the_whole(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x), -15, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 2.25")
def efron_density_without_its_constant(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0]
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 0.4496")
def efron_half_the_line(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), 0, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 2")
def efron_multiplies_with_cosh(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) * np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 1.34")
def efron_halves_for_a_quarter(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 2) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got 1.11")
def efron_the_other_way_round(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return 1 / ((1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value)


@misconception("ex04_6", "efron_are", hint="1 + Δ²/4, not 1 + Δ/2")
def efron_reads_the_square_as_a_product(delta):
    from scipy.integrate import quad

    value = quad(lambda x: np.exp(-x * x / 2) / np.cosh(delta * x / 2), -15, 15)[0] / np.sqrt(2 * np.pi)
    return (1 + delta * 2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="raised ZeroDivisionError")
def efron_divides_by_delta(delta):
    from scipy.integrate import quad

    delta = float(delta)
    cut = 15 * delta / 2  # u = delta x / 2

    def integrand(u):
        return np.exp(-((2 * u / delta) ** 2) / 2) / np.cosh(u)

    value = quad(integrand, -cut, cut, points=[0])[0] * 2 / delta / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * value


@misconception("ex04_6", "efron_are", hint="Fractions of the distance")
def efron_takes_whole_distances(delta):
    x = np.linspace(-12, 12, 2401)
    delta = np.array(delta).astype(int)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * (density / np.cosh(delta * x / 2)).sum() * 0.01


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got")
def efron_coarse_sum(delta):
    x = np.linspace(-6, 6, 7)
    values = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) / np.cosh(delta * x / 2)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * values.sum() * 2


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got")
def efron_narrow_interval(delta):
    x = np.linspace(-1.5, 1.5, 3001)
    values = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) / np.cosh(delta * x / 2)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * values.sum() * (x[1] - x[0])


@misconception("ex04_6", "efron_are", hint="expected 0.899199, got")
def efron_forgets_the_normal_density(delta):
    x = np.linspace(-40, 40, 8001)
    return (1 + delta**2 / 4) * np.exp(-(delta**2) / 8) * np.sum(1 / np.cosh(delta * x / 2)) * (x[1] - x[0])


EQUIVALENT_MUTANTS = {
    "ex04_6": {
        "sign: `2` -> `-2`": "1 / cosh is even, so the sign of its argument does not matter",
    },
}
