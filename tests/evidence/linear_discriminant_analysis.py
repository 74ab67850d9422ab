"""Evidence on assignment 03: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 3.1 sigmoid


@correct("ex03_1", "sigmoid")
def sigmoid_as_written(z):
    return 1 / (1 + np.exp(np.negative(z)))


@correct("ex03_1", "sigmoid")
def sigmoid_by_sign(z):
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


@correct("ex03_1", "sigmoid")
def sigmoid_expit(z):
    from scipy.special import expit

    return expit(z)


@correct("ex03_1", "sigmoid")
def sigmoid_through_logaddexp(z):
    z = np.asarray(z)
    zero = np.zeros((), dtype=z.dtype if z.dtype.kind == "f" else float)
    return np.exp(-np.logaddexp(zero, -z))


@correct("ex03_1", "sigmoid")
def sigmoid_with_masks(z):
    z = np.asarray(z)
    z = z if z.dtype == np.float32 else z.astype(float)
    result = np.empty_like(z)
    positive = z >= 0
    result[positive] = 1 / (1 + np.exp(-z[positive]))
    small = np.exp(z[~positive])
    result[~positive] = small / (1 + small)
    return result


@correct("ex03_1", "sigmoid")
def sigmoid_number_by_number(z):
    from math import exp

    def one(v):
        if v < -745:
            return 0.0
        return 1 / (1 + exp(-v)) if v > -700 else exp(v)

    z = np.asarray(z)
    kind = np.float32 if z.dtype == np.float32 else float
    return np.array([one(float(v)) for v in z.ravel()], dtype=kind).reshape(z.shape)


@correct("ex03_1", "sigmoid")
def sigmoid_with_vectorize(z):
    def one(v):
        e = np.exp(-abs(v))
        return (1 if v >= 0 else e) / (1 + e)

    kind = np.float32 if getattr(z, "dtype", None) == np.float32 else float
    return np.vectorize(one, otypes=[kind])(z)


@correct("ex03_1", "sigmoid")
def sigmoid_clipped_far_out(z):
    z = np.asarray(z, dtype=np.float32 if getattr(z, "dtype", None) == np.float32 else float)
    limit = 88 if z.dtype == np.float32 else 709
    return np.where(z < -limit, np.exp(np.maximum(z, -1000)), 1 / (1 + np.exp(-np.clip(z, -limit, limit))))


@correct("ex03_1", "sigmoid")
def sigmoid_reciprocal_with_silence(z):
    with np.errstate(all="ignore"):
        return np.reciprocal(1 + np.exp(-np.asarray(z) * np.float32(1)))


@misconception("ex03_1", "sigmoid", hint="got [0.5, 0.25, 0.75]")
def sigmoid_of_minus_z(z):
    return 1 / (1 + np.exp(z))


@misconception("ex03_1", "sigmoid", hint="got [0.5, 0.9, 0.1]")
def sigmoid_of_two_z(z):
    return (1 + np.tanh(z)) / 2


@misconception("ex03_1", "sigmoid", hint="got [0, 0.8, -0.8]")
def sigmoid_is_tanh(z):
    return np.tanh(z)


@misconception("ex03_1", "sigmoid", hint="got [1, 1, 0]")
def sigmoid_is_the_step(z):
    return (np.asarray(z) >= 0).astype(float)


@misconception("ex03_1", "sigmoid", hint="are NaN")
def sigmoid_overflows(z):
    return np.exp(z) / (1 + np.exp(z))


@misconception("ex03_1", "sigmoid", hint="came out as 0")
def sigmoid_one_minus_the_rest(z):
    return 1 - 1 / (1 + np.exp(z))


@misconception("ex03_1", "sigmoid", hint="came out as 0")
def sigmoid_through_tanh(z):
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


@misconception("ex03_1", "sigmoid", hint="Did you clip z")
def sigmoid_clips_at_30(z):
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


@misconception("ex03_1", "sigmoid", hint="Is z clipped from some value on")
def sigmoid_clips_at_500(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@misconception("ex03_1", "sigmoid", hint="Large z give almost 1")
def sigmoid_saturates_early(z):
    return np.where(np.asarray(z) > 5, np.ones_like(z), 1 / (1 + np.exp(np.negative(z))))


@misconception("ex03_1", "sigmoid", hint="Keep float32")
def sigmoid_always_in_double(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@misconception("ex03_1", "sigmoid", hint="have few digits")
def sigmoid_always_in_single(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=np.float32)))


@misconception("ex03_1", "sigmoid", hint="changed z")
def sigmoid_in_place(z):
    if isinstance(z, np.ndarray) and z.dtype.kind == "f":
        z *= -1
        return 1 / (1 + np.exp(z))
    return 1 / (1 + np.exp(np.negative(z)))


@misconception("ex03_1", "sigmoid", hint="the shape (1,)")
def sigmoid_at_least_one_dimension(z):
    return 1 / (1 + np.exp(-np.atleast_1d(z)))


@misconception("ex03_1", "sigmoid", hint="raised TypeError")
def sigmoid_needs_a_vector(z):
    return np.array([1 / (1 + np.exp(-v)) for v in z])


# ---- 3.2 lda_fit


@correct("ex03_2", "lda_fit")
def lda_fit_loops(X, y):
    n, p = X.shape
    mus = []
    for k in (0, 1):
        rows = [X[i] for i in range(n) if y[i] == k]
        mus.append(sum(rows) / len(rows))
    cov = np.zeros((p, p))
    for i in range(n):
        d = X[i] - mus[int(y[i])]
        cov += np.outer(d, d)
    return mus[0], mus[1], cov / (n - 2), sum(1 for label in y if label == 1) / n


@correct("ex03_2", "lda_fit")
def lda_fit_weighted_covariances(X, y):
    y = y.astype(bool)
    n0, n1 = np.sum(~y), np.sum(y)
    S0 = np.cov(X[~y], rowvar=False).reshape(X.shape[1], X.shape[1])
    S1 = np.cov(X[y], rowvar=False).reshape(X.shape[1], X.shape[1])
    cov = ((n0 - 1) * S0 + (n1 - 1) * S1) / (n0 + n1 - 2)
    return X[~y].mean(0), X[y].mean(0), cov, np.mean(y)


@correct("ex03_2", "lda_fit")
def lda_fit_means_by_label(X, y):
    labels = np.asarray(y).astype(int)
    mus = np.stack([X[labels == k].mean(axis=0) for k in range(2)])
    D = X - mus[labels]
    return mus[0], mus[1], D.T @ D / (len(X) - 2), labels.mean()


@correct("ex03_2", "lda_fit")
def lda_fit_one_hot(X, y):
    Y = np.column_stack([1.0 - y, 1.0 * y])
    counts = Y.sum(axis=0)
    M = (Y.T @ X) / counts[:, None]
    R = X - Y @ M
    return [M[0], M[1], np.einsum("ni,nj->ij", R, R) / (len(R) - 2), counts[1] / counts.sum()]


@correct("ex03_2", "lda_fit")
def lda_fit_lists(X, y):
    n, p = len(X), len(X[0])
    rows = {0: [], 1: []}
    for x, label in zip(X.tolist(), y.tolist()):
        rows[int(label)].append(x)
    mu = {k: [sum(column) / len(rows[k]) for column in zip(*rows[k])] for k in rows}
    cov = [
        [
            sum((x[i] - mu[k][i]) * (x[j] - mu[k][j]) for k in rows for x in rows[k]) / (n - 2)
            for j in range(p)
        ]
        for i in range(p)
    ]
    return mu[0], mu[1], cov, len(rows[1]) / n


@correct("ex03_2", "lda_fit")
def lda_fit_least_squares(X, y):
    A = np.column_stack([np.ones(len(X)), np.asarray(y, dtype=float)])
    B, *_ = np.linalg.lstsq(A, X, rcond=None)
    R = X - A @ B
    return B[0], B[0] + B[1], R.T.dot(R) / (len(X) - 2), float(A[:, 1].mean())


@correct("ex03_2", "lda_fit")
def lda_fit_sums_of_products(X, y):
    X = X.astype(float)
    zeros, ones = X[np.flatnonzero(y == 0)], X[np.flatnonzero(y)]
    shift = X.mean(axis=0)  # any shift does; this one keeps the numbers small
    total = (X - shift).T @ (X - shift)
    for part in (zeros, ones):
        m = part.mean(axis=0) - shift
        total = total - len(part) * np.outer(m, m)
    return zeros.mean(axis=0), ones.mean(axis=0), total / (len(zeros) + len(ones) - 2), len(ones) / len(X)


@correct("ex03_2", "lda_fit")
def lda_fit_total_less_between(X, y):
    n1 = np.count_nonzero(y)
    n0 = len(y) - n1
    mu1 = np.average(X, axis=0, weights=np.asarray(y, dtype=float))
    mu0 = np.average(X, axis=0, weights=1.0 - np.asarray(y, dtype=float))
    total = np.cov(X.T, bias=True) * len(X)
    between = n0 * n1 / len(X) * np.outer(mu1 - mu0, mu1 - mu0)
    return (mu0, mu1, (np.reshape(total, between.shape) - between) / (len(X) - 2), n1 / len(X))


@correct("ex03_2", "lda_fit")
def lda_fit_cov_of_residuals(X, y):
    X0, X1 = X[~y.astype(bool)], X[y.astype(bool)]
    residuals = np.vstack((X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)))
    cov = np.atleast_2d(np.cov(residuals, rowvar=False, ddof=2))
    return X0.mean(axis=0), X1.mean(axis=0), cov, len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="Two means were estimated, so the divisor")
def lda_fit_divides_by_n(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / len(X), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="Two means were estimated, not one")
def lda_fit_divides_by_n_minus_1(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), np.atleast_2d(np.cov(D.T)), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="The sum is not divided")
def lda_fit_does_not_divide(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D, len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="about one mean")
def lda_fit_total_covariance(X, y):
    return (
        X[y == 0].mean(axis=0),
        X[y == 1].mean(axis=0),
        np.cov(X.T).reshape(X.shape[1], -1),
        np.mean(y == 1),
    )


@misconception("ex03_2", "lda_fit", hint="Classes with more points count more")
def lda_fit_plain_average(X, y):
    p = X.shape[1]
    covs = [np.cov(X[y == k].T).reshape(p, p) for k in (0, 1)]
    return X[y == 0].mean(axis=0), X[y == 1].mean(axis=0), (covs[0] + covs[1]) / 2, np.mean(y == 1)


@misconception("ex03_2", "lda_fit", hint="a little off")
def lda_fit_weights_by_share(X, y):
    p, share = X.shape[1], np.mean(y == 1)
    covs = [np.cov(X[y == k].T).reshape(p, p) for k in (0, 1)]
    return X[y == 0].mean(axis=0), X[y == 1].mean(axis=0), (1 - share) * covs[0] + share * covs[1], share


@misconception("ex03_2", "lda_fit", hint="That is class 0 alone")
def lda_fit_class_0_alone(X, y):
    p = X.shape[1]
    cov = np.cov(X[y == 0].T).reshape(p, p)
    return X[y == 0].mean(axis=0), X[y == 1].mean(axis=0), cov, np.mean(y == 1)


@misconception("ex03_2", "lda_fit", hint="the numbers beside the diagonal count")
def lda_fit_variances_alone(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), np.diag((D**2).sum(axis=0) / (len(X) - 2)), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="No mean was taken away")
def lda_fit_second_moments(X, y):
    return X[y == 0].mean(axis=0), X[y == 1].mean(axis=0), X.T @ X / (len(X) - 2), np.mean(y == 1)


@misconception("ex03_2", "lda_fit", hint="expected [1, 0], got [5, 3]")
def lda_fit_classes_exchanged(X, y):
    X0, X1 = X[y == 1], X[y == 0]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / (len(X) - 2), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="The classes come in any order")
def lda_fit_trusts_the_order(X, y):
    n0 = int(np.sum(y == 0))
    X0, X1 = X[:n0], X[n0:]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / (len(X) - 2), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="the share of class 0")
def lda_fit_prior_of_class_0(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / (len(X) - 2), len(X0) / len(X)


@misconception("ex03_2", "lda_fit", hint="taken of all rows")
def lda_fit_prior_odds(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / (len(X) - 2), len(X1) / len(X0)


@misconception("ex03_2", "lda_fit", hint="need not be equally frequent")
def lda_fit_prior_one_half(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D.T @ D / (len(X) - 2), 0.5


@misconception("ex03_2", "lda_fit", hint="the shape ()")
def lda_fit_squeezes_one_input(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), np.cov(D.T, ddof=2), len(X1) / len(X)


@misconception("ex03_2", "lda_fit", hint="changed X or y")
def lda_fit_centres_in_place(X, y):
    mu0, mu1 = X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)
    X = X if X.dtype.kind == "f" else X.astype(float)
    X[y == 0] -= mu0
    X[y == 1] -= mu1
    return mu0, mu1, X.T @ X / (len(X) - 2), np.mean(y == 1)


@misconception("ex03_2", "lda_fit", hint="the shape (5, 5)")
def lda_fit_transposes(X, y):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    return X0.mean(axis=0), X1.mean(axis=0), D @ D.T / (len(X) - 2), len(X1) / len(X)


# ---- 3.3 lda_to_linear


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_inverse(mu0, mu1, cov, prior1):
    inverse = np.linalg.inv(cov)
    w = inverse @ (mu1 - mu0)
    b = 0.5 * (mu0 @ inverse @ mu0 - mu1 @ inverse @ mu1) + np.log(prior1) - np.log(1 - prior1)
    return w, b


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_midpoint(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    midpoint = (mu0 + mu1) / 2
    return w, float(np.log(prior1 / (1 - prior1)) - np.dot(w, midpoint))


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_cholesky(mu0, mu1, cov, prior1):
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(np.asarray(cov, dtype=float))
    a0, a1 = cho_solve(factor, 1.0 * mu0), cho_solve(factor, 1.0 * mu1)
    return a1 - a0, (mu0.dot(a0) - mu1.dot(a1)) / 2 - np.log(1 / prior1 - 1)


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_eigenvectors(mu0, mu1, cov, prior1):
    values, vectors = np.linalg.eigh(cov)
    white0, white1 = (vectors.T @ mu / np.sqrt(values) for mu in (mu0, mu1))
    w = vectors @ ((white1 - white0) / np.sqrt(values))
    b = (white0 @ white0 - white1 @ white1) / 2 + np.log(prior1 / (1 - prior1))
    return [w, b]


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_from_log_odds(mu0, mu1, cov, prior1):
    def log_odds(x):
        d0, d1 = x - mu0, x - mu1
        squared = d0 @ np.linalg.solve(cov, d0) - d1 @ np.linalg.solve(cov, d1)
        return squared / 2 + np.log(prior1 / (1 - prior1))

    p = len(mu0)
    b = log_odds(np.zeros(p))
    return np.array([log_odds(row) - b for row in np.eye(p)]), b


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_least_squares(mu0, mu1, cov, prior1):
    from scipy.special import logit

    w = np.linalg.lstsq(cov, mu1 - mu0, rcond=None)[0]
    return w.tolist(), float(logit(prior1) - (w * (mu0 + mu1)).sum() / 2)


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_pinv_einsum(mu0, mu1, cov, prior1):
    P = np.linalg.pinv(cov)
    w = np.einsum("ij,j->i", P, mu1 - mu0)
    q = [np.einsum("i,ij,j->", m, P, m) for m in (mu0, mu1)]
    return w, (q[0] - q[1]) / 2 + np.log(prior1 / (1 - prior1))


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_elimination(mu0, mu1, cov, prior1):
    n = len(mu0)
    M = [[float(v) for v in row] + [float(d)] for row, d in zip(cov, mu1 - mu0)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(M[r][i]))
        M[i], M[pivot] = M[pivot], M[i]
        for r in range(n):
            if r != i:
                factor = M[r][i] / M[i][i]
                M[r] = [a - factor * c for a, c in zip(M[r], M[i])]
    w = [M[i][n] / M[i][i] for i in range(n)]
    b = -sum(w[i] * (mu0[i] + mu1[i]) for i in range(n)) / 2
    return np.array(w), b + np.log(prior1 / (1.0 - prior1))


@correct("ex03_3", "lda_to_linear")
def lda_to_linear_column_vectors(mu0, mu1, cov, prior1):
    m0, m1 = np.reshape(mu0, (-1, 1)), np.reshape(mu1, (-1, 1))
    w = np.linalg.inv(cov) @ (m1 - m0)
    b = -0.5 * (w.T @ (m0 + m1)).item() + np.log(prior1 / (1 - prior1))
    return w.ravel(), b


@misconception("ex03_3", "lda_to_linear", hint="The inverse of cov stands there")
def lda_to_linear_no_inverse(mu0, mu1, cov, prior1):
    w = cov @ (mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="not the difference of the means alone")
def lda_to_linear_difference_alone(mu0, mu1, cov, prior1):
    w = mu1 - mu0
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="the inverse is that of the whole matrix")
def lda_to_linear_variances_alone(mu0, mu1, cov, prior1):
    w = (mu1 - mu0) / np.diag(cov)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="not one over each of its numbers")
def lda_to_linear_elementwise_inverse(mu0, mu1, cov, prior1):
    with np.errstate(divide="ignore"):
        inverse = np.where(cov == 0, 0, 1 / np.where(cov == 0, 1, cov))
    w = inverse @ (mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="expected [2, 0], got [-2, 0]")
def lda_to_linear_points_to_class_0(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu0 - mu1)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="expected [2, 0], got [1, 0]")
def lda_to_linear_half_the_weights(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0) / 2
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="expected [2, 0], got [1, 0]")
def lda_to_linear_unit_length(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    w = w / np.linalg.norm(w)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="b has the wrong sign")
def lda_to_linear_bias_sign(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="b lacks the part with the means")
def lda_to_linear_prior_alone(mu0, mu1, cov, prior1):
    return np.linalg.solve(cov, mu1 - mu0), np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="the midpoint is half the sum")
def lda_to_linear_bias_not_halved(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="not half their difference")
def lda_to_linear_half_the_difference(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu1 - mu0) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="The prior does not change your b")
def lda_to_linear_no_prior(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2


@misconception("ex03_3", "lda_to_linear", hint="The log-odds of the prior stand there")
def lda_to_linear_log_prior(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1)


@misconception("ex03_3", "lda_to_linear", hint="A more frequent class 1 makes class 1 more likely")
def lda_to_linear_prior_sign(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log((1 - prior1) / prior1)


@misconception("ex03_3", "lda_to_linear", hint="The logarithm is missing")
def lda_to_linear_prior_odds(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + prior1 / (1 - prior1)


@misconception("ex03_3", "lda_to_linear", hint="another base")
def lda_to_linear_log10(mu0, mu1, cov, prior1):
    w = np.linalg.solve(cov, mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log10(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="changed its arguments")
def lda_to_linear_inverts_in_place(mu0, mu1, cov, prior1):
    if cov.dtype.kind == "f":
        cov[:] = np.linalg.inv(cov)
    else:
        cov = np.linalg.inv(cov)
    w = cov @ (mu1 - mu0)
    return w, -w @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="the shape (1, 1)")
def lda_to_linear_bias_is_a_matrix(mu0, mu1, cov, prior1):
    m0, m1 = mu0.reshape(-1, 1), mu1.reshape(-1, 1)
    w = np.linalg.inv(cov) @ (m1 - m0)
    return w.ravel(), -w.T @ (m0 + m1) / 2 + np.log(prior1 / (1 - prior1))


@misconception("ex03_3", "lda_to_linear", hint="the shape (2, 1)")
def lda_to_linear_weights_are_a_column(mu0, mu1, cov, prior1):
    w = np.linalg.inv(cov) @ (mu1 - mu0).reshape(-1, 1)
    return w, -w.ravel() @ (mu0 + mu1) / 2 + np.log(prior1 / (1 - prior1))


# ---- 3.4 gaussian_posterior


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_scipy(X, mus, covs, priors):
    from scipy.special import softmax
    from scipy.stats import multivariate_normal

    if len(X) == 0:
        return np.zeros((0, len(mus)))
    scores = [
        np.atleast_1d(multivariate_normal(mu, cov, allow_singular=True).logpdf(X)) + np.log(p)
        if X.shape[1] < 20
        else -0.5 * np.sum((X - mu) * np.linalg.solve(cov, (X - mu).T).T, axis=1)
        - 0.5 * np.linalg.slogdet(cov)[1]
        + np.log(p)
        for mu, cov, p in zip(mus, covs, priors)
    ]
    return softmax(np.column_stack(scores), axis=1)


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_point_by_point(X, mus, covs, priors):
    inverses = [np.linalg.inv(cov) for cov in covs]
    log_dets = [np.linalg.slogdet(cov).logabsdet for cov in covs]
    result = np.zeros((len(X), len(mus)))
    for i, x in enumerate(X):
        s = [
            np.log(priors[k]) - log_dets[k] / 2 - (x - mus[k]) @ inverses[k] @ (x - mus[k]) / 2
            for k in range(len(mus))
        ]
        largest = max(s)
        shares = [np.exp(value - largest) for value in s]
        result[i] = np.array(shares) / sum(shares)
    return result


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_cholesky(X, mus, covs, priors):
    from scipy.linalg import solve_triangular
    from scipy.special import logsumexp

    L = np.linalg.cholesky(covs)
    S = np.empty((len(X), len(mus)))
    for k in range(len(mus)):
        z = solve_triangular(L[k], (X - mus[k]).T, lower=True)
        S[:, k] = np.log(priors[k]) - (z * z).sum(axis=0) / 2 - np.log(np.diagonal(L[k])).sum()
    return np.exp(S - logsumexp(S, axis=1, keepdims=True)) if len(X) else S


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_one_einsum(X, mus, covs, priors):
    d = X[:, None, :] - mus[None, :, :]  # (n_samples, n_classes, n_in)
    squared = np.einsum("nki,kij,nkj->nk", d, np.linalg.inv(covs), d)
    s = np.log(priors) - (squared + np.linalg.slogdet(covs)[1] + X.shape[1] * np.log(2 * np.pi)) / 2
    s = s - s.max(axis=1)[:, None]
    return np.exp(s) / np.exp(s).sum(axis=1)[:, None]


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_pairwise_sigmoids(X, mus, covs, priors):
    scores = []
    for mu, cov, prior in zip(mus, covs, priors):
        values, vectors = np.linalg.eigh(cov)
        z = (X - mu) @ vectors / np.sqrt(values)
        scores.append(np.log(prior) - np.sum(z**2, axis=1) / 2 - np.log(values).sum() / 2)
    with np.errstate(over="ignore"):
        return np.array([1 / sum(np.exp(t - s) for t in scores) for s in scores]).T


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_logaddexp(X, mus, covs, priors):
    S = []
    for k in range(len(priors)):
        d = (X - mus[k]).T
        maha = np.sum(d * np.linalg.solve(covs[k], d), axis=0)
        S.append(-maha / 2 - np.linalg.slogdet(covs[k])[1] / 2 + np.log(priors[k]))
    total = np.logaddexp.reduce(S, axis=0)
    return np.exp(np.array(S) - total).T


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_relative_to_class_0(X, mus, covs, priors):
    def score(k):
        d = X - mus[k]
        q = np.einsum("ni,in->n", d, np.linalg.solve(covs[k], d.T))
        return -0.5 * q - 0.5 * np.linalg.slogdet(covs[k])[1] + np.log(priors[k])

    odds = np.array([score(k) - score(0) for k in range(len(mus))])
    top = np.max(odds, axis=0)
    e = np.exp(odds - top)
    return np.transpose(e / np.sum(e, axis=0))


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_whole_numbers_of_lists(X, mus, covs, priors):
    rows = []
    log_dets = [float(np.log(np.linalg.eigvalsh(c)).sum()) for c in covs]
    for x in X:
        s = []
        for mu, cov, log_det, prior in zip(mus, covs, log_dets, priors):
            d = x - mu
            s.append(float(np.log(prior) - 0.5 * (d @ np.linalg.solve(cov, d) + log_det)))
        e = [np.exp(v - max(s)) for v in s]
        rows.append([float(v / sum(e)) for v in e])
    return np.array(rows).reshape(len(X), len(mus))


@correct("ex03_4", "gaussian_posterior")
def gaussian_posterior_scaled_twice(X, mus, covs, priors):
    p = X.shape[1]
    unit = np.mean([np.trace(c) / p for c in covs])  # measure in units in which variances are about 1
    logs = np.zeros((len(mus), len(X)))
    for k, (m, c, prior) in enumerate(zip(mus, covs, priors)):
        d = (X - m) / np.sqrt(unit)
        logs[k] = np.log(prior) - (d @ np.linalg.inv(c / unit) * d).sum(-1) / 2
        logs[k] -= np.linalg.slogdet(c / unit)[1] / 2
    logs -= logs.max(axis=0)
    return (np.exp(logs) / np.exp(logs).sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="Work with logarithms, and take the largest away")
def gaussian_posterior_densities(X, mus, covs, priors):
    joint, unit = [], np.linalg.slogdet(covs[0])[1]
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        joint.append(prior * np.exp(-q / 2 - (np.linalg.slogdet(cov)[1] - unit) / 2))
    joint = np.array(joint)
    return np.nan_to_num(joint / joint.sum(axis=0), nan=1 / len(mus)).T


@misconception("ex03_4", "gaussian_posterior", hint="are NaN")
def gaussian_posterior_zero_over_zero(X, mus, covs, priors):
    joint = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        joint.append(prior * np.exp(-q / 2) / np.sqrt(np.linalg.det(cov)))
    return (np.array(joint) / np.sum(joint, axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="All came out as 0")
def gaussian_posterior_tiny_number_added(X, mus, covs, priors):
    joint, unit = [], np.linalg.slogdet(covs[0])[1]
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        joint.append(prior * np.exp(-q / 2 - (np.linalg.slogdet(cov)[1] - unit) / 2))
    return (np.array(joint) / (np.sum(joint, axis=0) + 1e-300)).T


@misconception("ex03_4", "gaussian_posterior", hint="are NaN")
def gaussian_posterior_log_of_det(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 - np.log(np.linalg.det(cov)) / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="numpy.linalg.slogdet")
def gaussian_posterior_log_of_det_patched(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 - np.log(np.linalg.det(cov)) / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return np.nan_to_num(e / e.sum(axis=0), nan=1 / len(mus)).T


@misconception("ex03_4", "gaussian_posterior", hint="The determinant of the covariance is missing")
def gaussian_posterior_no_determinant(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        s.append(np.log(prior) - np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T)) / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="The root of the determinant")
def gaussian_posterior_whole_determinant(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1])
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="The determinant divides")
def gaussian_posterior_determinant_sign(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 + np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="The priors are missing")
def gaussian_posterior_no_priors(X, mus, covs, priors):
    s = []
    for mu, cov in zip(mus, covs):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(-q / 2 - np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="got [[0.5, 0.5], [0.1, 0.9]]")
def gaussian_posterior_no_half(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q - np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="Every class has a covariance of its own")
def gaussian_posterior_shared_covariance(X, mus, covs, priors):
    cov = np.tensordot(priors, covs, axes=1)
    s = []
    for mu, prior in zip(mus, priors):
        d = X - mu
        s.append(np.log(prior) - np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T)) / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="the inverse is that of the whole matrix")
def gaussian_posterior_variances_alone(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        q = ((X - mu) ** 2 / np.diag(cov)).sum(axis=1)
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="The inverse of the covariance stands in the exponent")
def gaussian_posterior_no_inverse(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        s.append(np.log(prior) - np.einsum("ni,ij,nj->n", d, cov, d) / 2 - np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="expected [[0.5, 0.5], [0.25, 0.75]], got")
def gaussian_posterior_not_normalised(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T)) + len(mu) * np.log(2 * np.pi)
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1] / 2)
    return np.exp(np.array(s)).T


@misconception("ex03_4", "gaussian_posterior", hint="got [[0.5, 0.5], [0.75, 0.25]]")
def gaussian_posterior_columns_reversed(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1] / 2)
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T[:, ::-1]


@misconception("ex03_4", "gaussian_posterior", hint="the shape (2, 5)")
def gaussian_posterior_classes_in_rows(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        d = X - mu
        q = np.einsum("ni,in->n", d, np.linalg.solve(cov, d.T))
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1] / 2)
    e = np.exp(np.array(s) - np.max(s, axis=0))
    result = e / e.sum(axis=0)
    return result.T if len(X) == len(mus) else result


@misconception("ex03_4", "gaussian_posterior", hint="changed its arguments")
def gaussian_posterior_centres_in_place(X, mus, covs, priors):
    s = []
    for mu, cov, prior in zip(mus, covs, priors):
        X -= mu
        q = np.einsum("ni,in->n", X, np.linalg.solve(cov, X.T))
        s.append(np.log(prior) - q / 2 - np.linalg.slogdet(cov)[1] / 2)
        X += mu
    priors[:] = 0
    s = np.array(s)
    e = np.exp(s - s.max(axis=0))
    return (e / e.sum(axis=0)).T


@misconception("ex03_4", "gaussian_posterior", hint="raised ValueError")
def gaussian_posterior_needs_a_row(X, mus, covs, priors):
    s = np.stack([
        [
            np.log(prior) - (x - mu) @ np.linalg.solve(cov, x - mu) / 2 - np.linalg.slogdet(cov)[1] / 2
            for mu, cov, prior in zip(mus, covs, priors)
        ]
        for x in X
    ])  # fmt: skip
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# ---- 3.5 qda_logodds


@correct("ex03_5", "qda_logodds")
def qda_logodds_scipy(X, y, X_new):
    from scipy.stats import multivariate_normal

    if len(X_new) == 0:
        return np.zeros(0)
    s = []
    for k in (0, 1):
        part = X[np.asarray(y) == k]
        law = multivariate_normal(part.mean(axis=0), np.cov(part, rowvar=False))
        s.append(np.atleast_1d(law.logpdf(X_new)) + np.log(len(part) / len(X)))
    return s[1] - s[0]


@correct("ex03_5", "qda_logodds")
def qda_logodds_quadratic_form(X, y, X_new):
    y = y.astype(int)
    P, m, c = [], [], []
    for k in range(2):
        D = X[y == k] - X[y == k].mean(axis=0)
        S = D.T @ D / (len(D) - 1)
        P.append(np.linalg.inv(S))
        m.append(X[y == k].mean(axis=0))
        c.append(np.log(np.mean(y == k)) - 0.5 * np.linalg.slogdet(S)[1] - 0.5 * m[k] @ P[k] @ m[k])
    A, w, b = (P[0] - P[1]) / 2, P[1] @ m[1] - P[0] @ m[0], c[1] - c[0]
    return np.einsum("ni,ij,nj->n", X_new, A, X_new) + X_new @ w + b


@correct("ex03_5", "qda_logodds")
def qda_logodds_loops(X, y, X_new):
    total = []
    for x in X_new:
        value = 0.0
        for k, sign in ((0, -1), (1, 1)):
            rows = X[y == k]
            mu = rows.sum(axis=0) / len(rows)
            S = sum(np.outer(r - mu, r - mu) for r in rows) / (len(rows) - 1)
            d = x - mu
            value += sign * (np.log(len(rows) / len(X)) - 0.5 * np.log(np.linalg.det(S)))
            value += sign * -0.5 * d @ np.linalg.inv(S) @ d
        total.append(value)
    return total


@correct("ex03_5", "qda_logodds")
def qda_logodds_cholesky(X, y, X_new):
    from scipy.linalg import solve_triangular

    result = np.zeros(len(X_new))
    for k, sign in zip((0, 1), (-1, 1)):
        part = X[np.flatnonzero(np.asarray(y, dtype=int) == k)]
        L = np.linalg.cholesky(np.atleast_2d(np.cov(part.T)))
        z = solve_triangular(L, (X_new - part.mean(axis=0)).T, lower=True)
        result += sign * (np.log(len(part)) - np.log(np.diag(L)).sum() - (z**2).sum(axis=0) / 2)
    return result


@correct("ex03_5", "qda_logodds")
def qda_logodds_eigenvectors(X, y, X_new):
    def score(part):
        m = np.mean(part, axis=0)
        values, vectors = np.linalg.eigh((part - m).T @ (part - m) / (len(part) - 1))
        z = (X_new - m) @ vectors
        return np.log(len(part)) - np.sum(z**2 / values + np.log(values), axis=1) / 2

    ones = np.asarray(y, dtype=bool)
    return score(X[ones]) - score(X[~ones])


@correct("ex03_5", "qda_logodds")
def qda_logodds_singular_values(X, y, X_new):
    scores = []
    for k in (0, 1):
        part = X[y == k]
        m = part.mean(axis=0)
        _, s, Vt = np.linalg.svd(part - m, full_matrices=False)
        s = s / np.sqrt(len(part) - 1)
        z = (X_new - m) @ Vt.T / s
        scores.append(-0.5 * (z * z).sum(axis=1) - np.log(s).sum() + np.log(len(part) / len(y)))
    return np.subtract(scores[1], scores[0])


@correct("ex03_5", "qda_logodds")
def qda_logodds_with_constants(X, y, X_new):
    p = X.shape[1]

    def log_density(Z, rows):
        mu = rows.mean(axis=0)
        S = np.cov(rows, rowvar=False).reshape(p, p)
        d = Z - mu
        q = (d * np.linalg.solve(S, d.T).T).sum(axis=1)
        return -0.5 * (p * np.log(2 * np.pi) + np.linalg.slogdet(S).logabsdet + q)

    zeros, ones = X[y == 0], X[y == 1]
    prior1 = len(ones) / len(X)
    return log_density(X_new, ones) - log_density(X_new, zeros) + np.log(prior1 / (1 - prior1))


@correct("ex03_5", "qda_logodds")
def qda_logodds_whitened_differences(X, y, X_new):
    groups = {k: np.array([x for x, label in zip(X, y) if label == k]) for k in (0, 1)}
    stats = {}
    for k, g in groups.items():
        centre = np.average(g, axis=0)
        S = np.einsum("ni,nj->ij", g - centre, g - centre) / (g.shape[0] - 1)
        stats[k] = (centre, np.linalg.pinv(S), np.log(np.linalg.eigvalsh(S)).sum(), len(g))

    def value(k):
        centre, inverse, log_det, n = stats[k]
        d = X_new - centre
        return np.log(n) - 0.5 * log_det - 0.5 * np.einsum("ni,ij,nj->n", d, inverse, d)

    return value(1) - value(0)


@correct("ex03_5", "qda_logodds")
def qda_logodds_points_in_columns(X, y, X_new):
    columns = []
    for k in (1, 0):
        P = X[y == k].T
        m = P.mean(axis=1, keepdims=True)
        S = (P - m) @ (P - m).T / (P.shape[1] - 1)
        D = X_new.T - m
        columns.append(
            np.log(P.shape[1]) - np.linalg.slogdet(S)[1] / 2 - (D * np.linalg.solve(S, D)).sum(0) / 2
        )
    return columns[0] - columns[1]


@misconception("ex03_5", "qda_logodds", hint="The determinants of the covariances are missing")
def qda_logodds_no_determinant(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        return np.log(len(part)) - np.einsum("ni,in->n", d, np.linalg.solve(S, d.T)) / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="The determinants have the wrong sign")
def qda_logodds_determinant_sign(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 + np.linalg.slogdet(S)[1] / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="Half of the log-determinant")
def qda_logodds_whole_determinant(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1]

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="The priors are missing")
def qda_logodds_no_prior(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return -q / 2 - np.linalg.slogdet(S)[1] / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="The priors have the wrong sign")
def qda_logodds_prior_sign(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return -np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="yours is shared")
def qda_logodds_is_lda(X, y, X_new):
    X0, X1 = X[y == 0], X[y == 1]
    D = np.concatenate([X0 - X0.mean(axis=0), X1 - X1.mean(axis=0)])
    w = np.linalg.solve(D.T @ D / (len(X) - 2), X1.mean(axis=0) - X0.mean(axis=0))
    return (X_new - (X0.mean(axis=0) + X1.mean(axis=0)) / 2) @ w + np.log(len(X1) / len(X0))


@misconception("ex03_5", "qda_logodds", hint="the divisor n - 1")
def qda_logodds_divides_by_n(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T, bias=True).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="of the squared distances is missing")
def qda_logodds_no_half(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q - np.linalg.slogdet(S)[1] / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="class 1 is more likely at 3")
def qda_logodds_of_class_0(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    return score(X[y == 0]) - score(X[y == 1])


@misconception("ex03_5", "qda_logodds", hint="expected 0, got 0.5")
def qda_logodds_gives_probabilities(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    return 1 / (1 + np.exp(score(X[y == 0]) - score(X[y == 1])))


@misconception("ex03_5", "qda_logodds", hint="NaN or infinite")
def qda_logodds_divides_densities(X, y, X_new):
    def density(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return len(part) * np.exp(-q / 2) / np.sqrt(np.linalg.det(S))

    with np.errstate(all="ignore"):
        return np.log(density(X[y == 1]) / density(X[y == 0]))


@misconception("ex03_5", "qda_logodds", hint="the inverse is that of the whole matrix")
def qda_logodds_variances_alone(X, y, X_new):
    def score(part):
        v = part.var(axis=0, ddof=1)
        return np.log(len(part)) - (((X_new - part.mean(axis=0)) ** 2) / v + np.log(v)).sum(axis=1) / 2

    return score(X[y == 1]) - score(X[y == 0])


@misconception("ex03_5", "qda_logodds", hint="the shape ()")
def qda_logodds_squeezes(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    return np.squeeze(score(X[y == 1]) - score(X[y == 0]))


@misconception("ex03_5", "qda_logodds", hint="changed its arguments")
def qda_logodds_sorts_in_place(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    order = np.argsort(y, kind="stable")
    n0 = int(np.sum(y == 0))
    X[:] = X[order]
    y.sort()
    return score(X[n0:]) - score(X[:n0])


@misconception("ex03_5", "qda_logodds", hint="expected 0, got")
def qda_logodds_trusts_the_order(X, y, X_new):
    def score(part):
        d, S = X_new - part.mean(axis=0), np.cov(part.T).reshape(X.shape[1], -1)
        q = np.einsum("ni,in->n", d, np.linalg.solve(S, d.T))
        return np.log(len(part)) - q / 2 - np.linalg.slogdet(S)[1] / 2

    n0 = int(np.sum(y == 0))
    return score(X[n0:] + 0.5) - score(X[:n0])


# ---- 3.6 naive_bayes_to_linear


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_logit(mean0, mean1, prior1, family):
    from scipy.special import logit

    if family == "bernoulli":
        return logit(mean1) - logit(mean0), np.log((1 - mean1) / (1 - mean0)).sum() + logit(prior1)
    return np.log(mean1) - np.log(mean0), np.sum(mean0) - np.sum(mean1) + logit(prior1)


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_loop(mean0, mean1, prior1, family):
    from math import log, log1p

    w, b = [], log(prior1) - log1p(-prior1)
    for m0, m1 in zip(mean0, mean1):
        if family == "bernoulli":
            w.append(log(m1 * (1 - m0) / (m0 * (1 - m1))))
            b += log1p(-m1) - log1p(-m0)
        else:
            w.append(log(m1 / m0))
            b += m0 - m1
    return w, b


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_from_log_odds(mean0, mean1, prior1, family):
    def log_probability(x, mean):
        if family == "poisson":
            return np.sum(x * np.log(mean) - mean)
        return np.sum(np.where(x == 1, np.log(mean), np.log(1 - mean)))

    def log_odds(x):
        return log_probability(x, mean1) - log_probability(x, mean0) + np.log(prior1 / (1 - prior1))

    n = len(mean0)
    b = log_odds(np.zeros(n))
    return np.array([log_odds(row) - b for row in np.eye(n)]), b


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_scipy(mean0, mean1, prior1, family):
    from scipy import stats

    law = getattr(stats, family)
    zero = law.logpmf(0, mean1) - law.logpmf(0, mean0)
    one = law.logpmf(1, mean1) - law.logpmf(1, mean0)
    return one - zero, zero.sum() - np.log(1 / prior1 - 1)


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_family_table(mean0, mean1, prior1, family):
    parameter = {"bernoulli": lambda m: np.log(m / (1 - m)), "poisson": np.log}[family]
    normaliser = {"bernoulli": lambda m: -np.log1p(-m), "poisson": lambda m: m}[family]
    w = parameter(mean1) - parameter(mean0)
    b = np.sum(normaliser(mean0) - normaliser(mean1)) + np.log(prior1 / (1 - prior1))
    return [w, b]


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_products(mean0, mean1, prior1, family):
    if family == "poisson":
        return np.log(mean1 / mean0), np.log(prior1 / (1 - prior1) * np.exp(sum(mean0 - mean1)))
    odds0, odds1 = mean0 / (1 - mean0), mean1 / (1 - mean1)
    start = prior1 * np.prod(1 - mean1) / ((1 - prior1) * np.prod(1 - mean0))
    return np.log(odds1 / odds0), float(np.log(start))


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_solved(mean0, mean1, prior1, family):
    n = len(mean0)
    points = np.vstack([np.zeros(n), np.eye(n)])

    def log_likelihood(mean):
        if family == "poisson":
            return points @ np.log(mean) - mean.sum()
        return points @ np.log(mean) + (1 - points) @ np.log(1 - mean)

    right = log_likelihood(mean1) - log_likelihood(mean0) + np.log(prior1) - np.log(1 - prior1)
    solved = np.linalg.solve(np.column_stack([points, np.ones(n + 1)]), right)
    return solved[:-1], solved[-1]


@correct("ex03_6", "naive_bayes_to_linear")
def naive_bayes_to_linear_derivative(mean0, mean1, prior1, family):
    a = np.log(prior1) - np.log(1 - prior1)
    w = np.log(mean1) - np.log(mean0)
    b = a
    if family == "poisson":
        b = a + np.dot(np.ones(len(mean0)), mean0 - mean1)
    if family == "bernoulli":
        w = w + np.log(1 - mean0) - np.log(1 - mean1)
        b = a + np.log(1 - mean1).sum() - np.log(1 - mean0).sum()
    return w, b


@misconception("ex03_6", "naive_bayes_to_linear", hint="expected [1.38629], got [0.470004]")
def naive_bayes_to_linear_ones_alone(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum() + a
    return np.log(mean1 / mean0), np.log((1 - mean1) / (1 - mean0)).sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="when every bit is 0 belongs to b")
def naive_bayes_to_linear_no_bias_of_bits(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum() + a
    return np.log(mean1 * (1 - mean0) / (mean0 * (1 - mean1))), a


@misconception("ex03_6", "naive_bayes_to_linear", hint="expected -1, got 0")
def naive_bayes_to_linear_no_bias_of_counts(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="a sum over the inputs, not a mean")
def naive_bayes_to_linear_mean_for_sum(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).mean() + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="b has the wrong sign")
def naive_bayes_to_linear_bias_sign_of_bits(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum() + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, a - never.sum()


@misconception("ex03_6", "naive_bayes_to_linear", hint="b is that of counts")
def naive_bayes_to_linear_bias_of_counts_for_bits(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    w = np.log(mean1 / mean0)
    if family == "bernoulli":
        w = w - np.log((1 - mean1) / (1 - mean0))
    return w, (mean0 - mean1).sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="when every bit is 0, not when every bit is 1")
def naive_bayes_to_linear_all_ones(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum() + a
    return np.log(mean1 * (1 - mean0) / (mean0 * (1 - mean1))), np.log(mean1 / mean0).sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="expected [0.693147], got [2]")
def naive_bayes_to_linear_no_logarithm(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return mean1 / mean0, (mean0 - mean1).sum() + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="expected [0.693147], got [-0.693147]")
def naive_bayes_to_linear_of_class_0(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean0 / mean1), (mean1 - mean0).sum() - a
    never = np.log((1 - mean0) / (1 - mean1))
    return np.log(mean0 / mean1) - never, never.sum() - a


@misconception("ex03_6", "naive_bayes_to_linear", hint="expected [0.693147], got [1]")
def naive_bayes_to_linear_of_gaussians(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    spread = mean0 if family == "poisson" else mean0 * (1 - mean0)
    w = (mean1 - mean0) / spread
    return w, -w @ (mean0 + mean1) / 2 + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="The prior does not change your b")
def naive_bayes_to_linear_no_prior(mean0, mean1, prior1, family):
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum()
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum()


@misconception("ex03_6", "naive_bayes_to_linear", hint="not once for each input")
def naive_bayes_to_linear_prior_for_each_input(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1 + a).sum()
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, (never + a).sum()


@misconception("ex03_6", "naive_bayes_to_linear", hint="A more frequent class 1 makes class 1 more likely")
def naive_bayes_to_linear_prior_sign(mean0, mean1, prior1, family):
    a = np.log((1 - prior1) / prior1)
    if family == "poisson":
        return np.log(mean1 / mean0), (mean0 - mean1).sum() + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="changed its arguments")
def naive_bayes_to_linear_in_place(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        mean0 -= mean1
        return np.log(mean1 / (mean0 + mean1)), mean0.sum() + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never.sum() + a


@misconception("ex03_6", "naive_bayes_to_linear", hint="the shape (1,)")
def naive_bayes_to_linear_bias_for_each_input(mean0, mean1, prior1, family):
    a = np.log(prior1 / (1 - prior1))
    if family == "poisson":
        return np.log(mean1 / mean0), mean0 - mean1 + a
    never = np.log((1 - mean1) / (1 - mean0))
    return np.log(mean1 / mean0) - never, never + a


# ---- mutants of the references that no test can reject, by what they change, with the reason

EQUIVALENT_MUTANTS = {
    "ex03_2": {
        "swapped operands: `X0 - mu0` -> `mu0 - X0`": "products of two deviations do not see their sign",
        "swapped operands: `X1 - mu1` -> `mu1 - X1`": "products of two deviations do not see their sign",
    },
    "ex03_3": {
        "swapped operands: `w @ (mu0 + mu1)` -> `(mu0 + mu1) @ w`": "the dot product of two vectors commutes",
    },
    "ex03_4": {
        "swapped operands: `X - mu` -> `mu - X`": "squared distances do not see the sign",
    },
    "ex03_5": {
        "swapped operands: `X_new - mu` -> `mu - X_new`": "squared distances do not see the sign",
        "swapped operands: `points - mu` -> `mu - points`": "products of deviations do not see their sign",
    },
}
