"""Evidence on assignment 08: right answers in several styles, and what goes wrong."""

# ruff: noqa: C408  (students write dict(...) too)

import numpy as np

from tests.evidence import correct, misconception

# ---- 8.1 u_forward


@correct("ex08_1", "u_forward")
def forward_loops(x, y, W1, W2, lam):
    p, q = W1.shape
    u1 = [sum(W1[i, j] * x[i] for i in range(p)) for j in range(q)]
    u2 = [1 / (1 + np.exp(-z)) for z in u1]
    u3 = sum(W2[j] * u2[j] for j in range(q))
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat) if y else -np.log(1 - y_hat)
    u5 = sum(w**2 for row in W1 for w in row)
    u6 = sum(w**2 for w in W2)
    u8 = lam * (u5 + u6)
    names = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "y_hat", "loss"]
    return dict(zip(names, [u1, u2, u3, u4, u5, u6, u5 + u6, u8, y_hat, u4 + u8]))


@correct("ex08_1", "u_forward")
def forward_einsum(x, y, W1, W2, lam):
    u = {"u1": np.einsum("ij,i->j", W1, x)}
    u["u2"] = 0.5 * (1 + np.tanh(u["u1"] / 2))
    u["u3"] = np.einsum("j,j->", W2, u["u2"])
    u["y_hat"] = 0.5 * (1 + np.tanh(u["u3"] / 2))
    u["u4"] = np.logaddexp(0, u["u3"]) - y * u["u3"]
    u["u5"], u["u6"] = np.einsum("ij,ij->", W1, W1), np.einsum("j,j->", W2, W2)
    u["u7"] = u["u5"] + u["u6"]
    u["u8"] = u["u7"] * lam
    u["loss"] = u["u4"] + u["u8"]
    return u


@correct("ex08_1", "u_forward")
def forward_norms(x, y, W1, W2, lam):
    u1 = x @ W1
    u2 = np.exp(u1) / (1 + np.exp(u1))
    u3 = u2.dot(W2)
    y_hat = np.exp(u3) / (1 + np.exp(u3))
    u4 = -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))
    u5, u6 = np.linalg.norm(W1) ** 2, np.linalg.norm(W2) ** 2
    u7 = u5 + u6
    u8 = lam * u7
    return {
        "u1": u1, "u2": u2, "u3": u3, "u4": u4, "u5": u5, "u6": u6, "u7": u7, "u8": u8, "y_hat": y_hat,
        "loss": u4 + u8,
    }  # fmt: skip


@correct("ex08_1", "u_forward")
def forward_columns(x, y, W1, W2, lam):
    column = np.asarray(x).reshape(-1, 1)
    u1 = (W1.T @ column).ravel()
    u2 = np.reciprocal(1.0 + np.exp(-u1))
    u3 = float((W2.reshape(1, -1) @ u2.reshape(-1, 1)).item())
    y_hat = 1.0 / (1.0 + float(np.exp(-u3)))
    u4 = float(-np.log(y_hat) * y - np.log(1 - y_hat) * (1 - y))
    u5, u6 = float(np.square(W1).sum()), float(np.square(W2).sum())
    u7 = u5 + u6
    u8 = float(lam) * u7
    loss = u4 + u8
    return locals()


@correct("ex08_1", "u_forward")
def forward_unit_by_unit(x, y, W1, W2, lam):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    u1, u2, u3 = [], [], 0.0
    for column, weight in zip(W1.T, W2):
        u1.append(float(column @ x))
        u2.append(float(sigmoid(u1[-1])))
        u3 += weight * u2[-1]
    probability = sigmoid(u3 if y == 1 else -u3)
    u = {"u1": np.array(u1), "u2": np.array(u2), "u3": u3, "y_hat": sigmoid(u3), "u4": -np.log(probability)}
    u["u5"], u["u6"] = np.trace(W1 @ W1.T), W2 @ W2
    u["u7"] = u["u5"] + u["u6"]
    u["u8"] = lam * u["u7"]
    return {**u, "loss": u["u4"] + u["u8"]}


@correct("ex08_1", "u_forward")
def forward_singular_values(x, y, W1, W2, lam):
    u1 = np.dot(W1.T, x)
    u2 = 1 / (1 + np.exp(-u1))
    u3 = np.inner(W2, u2)
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = np.log1p(np.exp(-u3)) if y == 1 else np.log1p(np.exp(u3))
    u5 = np.sum(np.linalg.svd(W1, compute_uv=False) ** 2)
    u6 = np.vdot(W2, W2)
    result = {f"u{k}": v for k, v in enumerate((u1, u2, u3, u4, u5, u6), 1)}
    result["u7"] = u5 + u6
    result["u8"] = lam * u5 + lam * u6
    result["y_hat"], result["loss"] = y_hat, u4 + result["u8"]
    return result


@correct("ex08_1", "u_forward")
def forward_arrays_of_no_dimension(x, y, W1, W2, lam):
    x, W1, W2 = (np.array(v, dtype=float) for v in (x, W1, W2))
    u1 = (W1 * x[:, None]).sum(axis=0)
    u2 = 1 / (1 + np.exp(-u1))
    u3 = (W2 * u2).sum()
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(np.where(y == 1, y_hat, 1 - y_hat))
    u5, u6 = (W1**2).sum(), (W2**2).sum()
    u7 = np.add(u5, u6)
    u8 = np.multiply(lam, u7)
    pairs = [("u1", u1), ("u2", u2), ("u3", u3), ("u4", u4), ("u5", u5), ("u6", u6), ("u7", u7), ("u8", u8)]
    return {name: np.asarray(v) for name, v in [*pairs, ("y_hat", y_hat), ("loss", u4 + u8)]}


@correct("ex08_1", "u_forward")
def forward_math(x, y, W1, W2, lam):
    import math

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    rows = W1.tolist()
    u1 = [math.fsum(w * v for w, v in zip(column, x.tolist())) for column in zip(*rows)]
    u2 = [sigmoid(z) for z in u1]
    u3 = math.fsum(w * h for w, h in zip(W2.tolist(), u2))
    u4 = -math.log([1 - sigmoid(u3), sigmoid(u3)][int(y)])
    u5, u6 = math.fsum(w * w for row in rows for w in row), math.fsum(w * w for w in W2.tolist())
    u8 = lam * (u5 + u6)
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u5 + u6, u8=u8, y_hat=sigmoid(u3), loss=u4 + u8)


@misconception("ex08_1", "u_forward", hint="u1 is W1.T @ x; you have W1 @ x.")
def forward_whichever_way_fits(x, y, W1, W2, lam):
    u1 = W1 @ x if W1.shape[1] == len(x) else W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u8 = lam * (u5 + u6)
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u5 + u6, u8=u8, y_hat=y_hat, loss=u4 + u8)


@misconception("ex08_1", "u_forward", hint="raised ValueError")
def forward_without_transpose(x, y, W1, W2, lam):
    u1 = W1 @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="The sigmoid has a minus in its exponent.")
def forward_sigmoid_of_plus(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="u4 of u_forward")
def forward_labels_exchanged(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 0 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="For the label 0 the term with 1 - y_hat counts.")
def forward_first_term_only(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -y * np.log(y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="u5 is the sum of squares, without a root.")
def forward_norms_without_square(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.linalg.norm(W1), np.linalg.norm(W2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="largest singular value")
def forward_spectral_norm(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.linalg.norm(W1, 2), np.linalg.norm(W2, 2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="is not the sum of squares.")
def forward_spectral_norm_squared(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.linalg.norm(W1, 2) ** 2, W2 @ W2
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="u5 is a sum of squares, not of sizes.")
def forward_sum_of_sizes(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(np.abs(W1)), np.sum(np.abs(W2))
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="The penalty is added")
def forward_penalty_subtracted(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 - u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="The loss is u4 + u8.")
def forward_penalty_forgotten(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="u7 enters through u8, once.")
def forward_penalty_without_lambda(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u7
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="u4 of u_forward")
def forward_squared_error(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = (y_hat - y) ** 2
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="raised ValueError")
def forward_squeezes(x, y, W1, W2, lam):
    u1 = np.squeeze(W1.T @ x)
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="changed its arguments")
def forward_squares_in_place(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    W1 *= W1
    u5, u6 = np.sum(W1), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return dict(u1=u1, u2=u2, u3=u3, u4=u4, u5=u5, u6=u6, u7=u7, u8=u8, y_hat=y_hat, loss=loss)


@misconception("ex08_1", "u_forward", hint="a dictionary was asked for")
def forward_returns_a_list(x, y, W1, W2, lam):
    u1 = W1.T @ x
    u2 = 1 / (1 + np.exp(-u1))
    u3 = W2 @ u2
    y_hat = 1 / (1 + np.exp(-u3))
    u4 = -np.log(y_hat if y == 1 else 1 - y_hat)
    u5, u6 = np.sum(W1**2), np.sum(W2**2)
    u7 = u5 + u6
    u8 = lam * u7
    loss = u4 + u8
    return [u1, u2, u3, u4, u5, u6, u7, u8, y_hat, loss]


# ---- 8.2 u_backward


@correct("ex08_2", "u_backward")
def backward_loops(x, y, W1, W2, lam, u):
    p, q = W1.shape
    error = u["y_hat"] - y
    d = {"u3": error, "u2": [error * W2[j] for j in range(q)]}
    d["u1"] = [d["u2"][j] * u["u2"][j] * (1 - u["u2"][j]) for j in range(q)]
    d["W1_u4"] = [[x[i] * d["u1"][j] for j in range(q)] for i in range(p)]
    d["W1_u8"] = [[2 * lam * W1[i, j] for j in range(q)] for i in range(p)]
    d["W2_u4"] = [error * u["u2"][j] for j in range(q)]
    d["W2_u8"] = [2 * lam * W2[j] for j in range(q)]
    d["W1"] = [[d["W1_u4"][i][j] + d["W1_u8"][i][j] for j in range(q)] for i in range(p)]
    d["W2"] = [d["W2_u4"][j] + d["W2_u8"][j] for j in range(q)]
    return d


@correct("ex08_2", "u_backward")
def backward_every_node(x, y, W1, W2, lam, u):
    d_loss = 1.0
    d_u4, d_u8 = d_loss, d_loss
    d_y_hat = d_u4 * ((1 - y) / (1 - u["y_hat"]) - y / u["y_hat"])
    d_u3 = d_y_hat * u["y_hat"] * (1 - u["y_hat"])
    d_u2 = d_u3 * W2
    d_u1 = d_u2 * u["u2"] * (1 - u["u2"])
    d_u7 = d_u8 * lam
    d_u5 = d_u6 = d_u7
    W1_u4, W1_u8 = np.outer(x, d_u1), d_u5 * 2 * W1
    W2_u4, W2_u8 = d_u3 * u["u2"], d_u6 * 2 * W2
    return {
        "u3": d_u3, "u2": d_u2, "u1": d_u1, "W1_u4": W1_u4, "W1_u8": W1_u8, "W2_u4": W2_u4, "W2_u8": W2_u8,
        "W1": W1_u4 + W1_u8, "W2": W2_u4 + W2_u8,
    }  # fmt: skip


@correct("ex08_2", "u_backward")
def backward_column_times_row(x, y, W1, W2, lam, u):
    d = {"u3": float(u["y_hat"]) - y}
    d["u2"] = np.multiply(d["u3"], W2)
    d["u1"] = (u["u2"] - u["u2"] ** 2) * d["u2"]
    d["W1_u4"] = x[:, np.newaxis] @ d["u1"][np.newaxis, :]
    d["W2_u4"] = np.multiply(d["u3"], u["u2"])
    for name, W in (("W1", W1), ("W2", W2)):
        d[f"{name}_u8"] = lam * (W + W)
        d[name] = d[f"{name}_u4"] + d[f"{name}_u8"]
    return d


@correct("ex08_2", "u_backward")
def backward_einsum(x, y, W1, W2, lam, u):
    error = u["y_hat"] - y
    slope = 0.25 / np.cosh(u["u1"] / 2) ** 2
    W1_u4 = np.einsum("i,j,j->ij", x, W2, slope) * error
    W2_u4 = error * u["u2"]
    result = {"u3": error, "u2": error * W2, "u1": error * W2 * slope, "W1_u4": W1_u4, "W2_u4": W2_u4}
    result |= {"W1_u8": 2 * lam * W1, "W2_u8": 2 * lam * W2}
    return result | {"W1": W1_u4 + 2 * lam * W1, "W2": W2_u4 + 2 * lam * W2}


@correct("ex08_2", "u_backward")
def backward_from_the_weights(x, y, W1, W2, lam, u):
    h = 1 / (1 + np.exp(-(W1.T @ x)))
    error = 1 / (1 + np.exp(-(W2 @ h))) - y
    back = error * W2 * h * (1 - h)
    d = {"u3": error, "u2": error * W2, "u1": back}
    d.update(W1_u4=np.multiply.outer(x, back), W1_u8=lam * 2 * W1, W2_u4=error * h, W2_u8=lam * 2 * W2)
    d["W1"] = sum(d[name] for name in ("W1_u4", "W1_u8"))
    d["W2"] = sum(d[name] for name in ("W2_u4", "W2_u8"))
    return d


@correct("ex08_2", "u_backward")
def backward_complex_steps(x, y, W1, W2, lam, u):
    def rest(u2, W2):
        u3 = W2 @ u2
        return np.log(1 + np.exp(u3)) - y * u3

    def data(W1, W2):
        return rest(1 / (1 + np.exp(-(W1.T @ x))), W2)

    def derivative(f, v):
        d = np.zeros(np.shape(v))
        for i in np.ndindex(np.shape(v)):
            moved = np.array(v, dtype=complex)
            moved[i] += 1e-30j
            d[i] = f(moved).imag / 1e-30
        return d

    d = {"u3": derivative(lambda u3: np.log(1 + np.exp(u3)) - y * u3, u["u3"])}
    d["u2"] = derivative(lambda u2: rest(u2, W2), u["u2"])
    d["u1"] = derivative(lambda u1: rest(1 / (1 + np.exp(-u1)), W2), u["u1"])
    d["W1_u4"] = derivative(lambda W: data(W, W2), W1)
    d["W2_u4"] = derivative(lambda W: data(W1, W), W2)
    d["W1_u8"] = derivative(lambda W: lam * np.sum(W**2), W1)
    d["W2_u8"] = derivative(lambda W: lam * np.sum(W**2), W2)
    return d | {"W1": d["W1_u4"] + d["W1_u8"], "W2": d["W2_u4"] + d["W2_u8"]}


@correct("ex08_2", "u_backward")
def backward_matrices(x, y, W1, W2, lam, u):
    D = np.diag(u["u2"] * (1 - u["u2"]))
    d3 = u["y_hat"] - y
    d2 = W2 * d3
    d1 = D @ d2
    W1_u4 = np.kron(x[:, None], d1[None, :])
    return {
        "u3": np.array(d3), "u2": d2, "u1": d1, "W1_u4": W1_u4, "W1_u8": 2.0 * lam * W1,
        "W2_u4": u["u2"] * d3, "W2_u8": 2.0 * lam * W2, "W1": W1_u4 + 2.0 * lam * W1,
        "W2": u["u2"] * d3 + 2.0 * lam * W2,
    }  # fmt: skip


@correct("ex08_2", "u_backward")
def backward_row_by_row(x, y, W1, W2, lam, u):
    d3 = (1 - y) * u["y_hat"] - y * (1 - u["y_hat"])
    d1 = d3 * W2 * u["u2"] * (1 - u["u2"])
    W1_u4 = np.stack([xi * d1 for xi in x])
    W1_u8, W2_u8 = lam * W1 + lam * W1, lam * W2 + lam * W2
    W2_u4 = u["u2"] * d3
    total = np.add(W1_u4, W1_u8)
    names = ["u3", "u2", "u1", "W1_u4", "W1_u8", "W2_u4", "W2_u8", "W1", "W2"]
    return dict(zip(names, [d3, d3 * W2, d1, W1_u4, W1_u8, W2_u4, W2_u8, total, np.add(W2_u4, W2_u8)]))


@misconception("ex08_2", "u_backward", hint="u3 of u_backward")
def backward_wrong_sign(x, y, W1, W2, lam, u):
    d = {"u3": y - u["y_hat"]}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="u3 of u_backward")
def backward_slope_twice(x, y, W1, W2, lam, u):
    d = {"u3": (u["y_hat"] - y) * u["y_hat"] * (1 - u["y_hat"])}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="W1_u4 of u_backward")
def backward_without_hidden_slope(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"]
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="The slope is u2 (1 - u2), with u2 itself.")
def backward_slope_of_u2(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] / (1 + np.exp(-u["u2"])) / (1 + np.exp(u["u2"]))
    d["u1"] = np.where(u["u1"] == 0, d["u2"] / 4, d["u1"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="One path is missing: W1 is used by u1 and by u5.")
def backward_one_path_to_W1(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="(The data are.)")
def backward_last_path_wins(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u8"], d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="One path is missing: W2 is used by u3 and by u6.")
def backward_one_path_to_W2(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"]
    return d


@misconception("ex08_2", "u_backward", hint="you take their mean")
def backward_mean_of_paths(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = (d["W1_u4"] + d["W1_u8"]) / 2, d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="The derivative of a square has a factor 2.")
def backward_square_without_two(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="This is the derivative of the norm without its square.")
def backward_norm_without_square(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), lam * W1 / np.linalg.norm(W1)
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], lam * W2 / np.linalg.norm(W2)
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="The derivative of a square has a factor 2.")
def backward_only_u8_contribution_wrong(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    d["W1_u8"] = lam * W1
    return d


@misconception("ex08_2", "u_backward", hint="W1_u4 of u_backward")
def backward_u1_in_place_of_x(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(u["u1"], d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1_u4"] = d["W1_u4"][: len(x)]
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="yours is transposed")
def backward_transposed_when_square(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1_u4"] = d["W1_u4"].T if len(x) == len(W2) else d["W1_u4"]
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="have changed places.")
def backward_names_exchanged(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    d["u1"], d["u2"] = d["u2"], d["u1"]
    return d


@misconception("ex08_2", "u_backward", hint="changed its arguments")
def backward_changes_u(x, y, W1, W2, lam, u):
    d = u
    d["u3"] = u["y_hat"] - y
    h = u["u2"]
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * h * (1 - h)
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * h, 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return d


@misconception("ex08_2", "u_backward", hint="is missing")
def backward_keys_forgotten(x, y, W1, W2, lam, u):
    d = {"u3": u["y_hat"] - y}
    d["u2"] = d["u3"] * W2
    d["u1"] = d["u2"] * u["u2"] * (1 - u["u2"])
    d["W1_u4"], d["W1_u8"] = np.outer(x, d["u1"]), 2 * lam * W1
    d["W2_u4"], d["W2_u8"] = d["u3"] * u["u2"], 2 * lam * W2
    d["W1"], d["W2"] = d["W1_u4"] + d["W1_u8"], d["W2_u4"] + d["W2_u8"]
    return {"W1": d["W1"], "W2": d["W2"]}


# ---- 8.3 Var


@correct("ex08_3", "Var")
class VarPlain:
    def __init__(self, value, inputs=(), slopes=()):
        self.value = float(value)
        self.inputs = tuple(inputs)
        self.slopes = tuple(slopes)

    def __add__(self, other):
        if not isinstance(other, VarPlain):
            return VarPlain(self.value + other, [self], [1])
        return VarPlain(self.value + other.value, [self, other], [1, 1])

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        if not isinstance(other, VarPlain):
            return VarPlain(self.value * other, [self], [other])
        return VarPlain(self.value * other.value, [self, other], [other.value, self.value])

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        slope = 0.0
        if n != 0:
            slope = n * self.value ** (n - 1)
        return VarPlain(self.value**n, [self], [slope])

    def exp(self):
        value = np.exp(self.value)
        return VarPlain(value, [self], [value])

    def log(self):
        return VarPlain(np.log(self.value), [self], [1 / self.value])


@correct("ex08_3", "Var")
class VarSlots:
    __slots__ = ("inputs", "slopes", "value")

    def __init__(self, value):
        self.value, self.inputs, self.slopes = value, [], []

    @staticmethod
    def made(value, *edges):
        node = VarSlots(value)
        node.inputs = [source for source, _ in edges]
        node.slopes = [slope for _, slope in edges]
        return node

    def __add__(self, other):
        value, edges = self.value, [(self, 1.0)]
        if isinstance(other, VarSlots):
            return VarSlots.made(value + other.value, *edges, (other, 1.0))
        return VarSlots.made(value + other, *edges)

    def __mul__(self, other):
        if isinstance(other, VarSlots):
            return VarSlots.made(self.value * other.value, (other, self.value), (self, other.value))
        return VarSlots.made(self.value * other, (self, other))

    def __radd__(self, number):
        return VarSlots.made(number + self.value, (self, 1.0))

    def __rmul__(self, number):
        return VarSlots.made(number * self.value, (self, number))

    def __pow__(self, n):
        return VarSlots.made(self.value**n, (self, n * self.value ** (n - 1) if n != 0 else 0))

    def exp(self):
        return VarSlots.made(np.exp(self.value), (self, np.exp(self.value)))

    def log(self):
        return VarSlots.made(np.log(self.value), (self, self.value**-1.0))


@correct("ex08_3", "Var")
class VarMath:
    def __init__(self, value, inputs=None, slopes=None):
        self.value, self.inputs, self.slopes = value, inputs or (), slopes or ()

    def _wrapped(self, other):
        return other if isinstance(other, VarMath) else VarMath(other)

    def __add__(self, other):
        other = self._wrapped(other)
        return VarMath(self.value + other.value, (self, other), (1, 1))

    def __radd__(self, other):
        return self._wrapped(other) + self

    def __mul__(self, other):
        other = self._wrapped(other)
        return VarMath(self.value * other.value, (self, other), (other.value, self.value))

    def __rmul__(self, other):
        return self._wrapped(other) * self

    def __pow__(self, n):
        import math

        slope = n * math.pow(self.value, n - 1) if n else 0.0
        return VarMath(math.pow(self.value, n), (self,), (slope,))

    def exp(self):
        import math

        return VarMath(math.exp(self.value), (self,), (math.exp(self.value),))

    def log(self):
        import math

        return VarMath(math.log(self.value), (self,), (1.0 / self.value,))


@correct("ex08_3", "Var")
class VarShortcuts:
    def __init__(self, value, edges=()):
        self.value = value
        self.inputs = tuple(edge[0] for edge in edges)
        self.slopes = tuple(edge[1] for edge in edges)

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return self if other == 0 else VarShortcuts(self.value + other, ((self, 1.0),))
        if other is self:
            return VarShortcuts(2 * self.value, ((self, 2.0),))
        return VarShortcuts(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return self if other == 1 else VarShortcuts(self.value * other, ((self, other),))
        if other is self:
            return self**2
        return VarShortcuts(self.value * other.value, ((self, other.value), (other, self.value)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        if n == 0:
            return VarShortcuts(1.0)
        if n == 1:
            return self
        return VarShortcuts(self.value**n, ((self, n * self.value ** (n - 1)),))

    def exp(self):
        y = np.exp(self.value)
        return VarShortcuts(y, ((self, y),))

    def log(self):
        return VarShortcuts(np.log(self.value), ((self, 1 / self.value),))


@correct("ex08_3", "Var")
class VarArrays:
    def __init__(self, value):
        self.value = np.float64(value)
        self.inputs = ()
        self.slopes = ()

    def _result(self, value, inputs, slopes):
        result = VarArrays(value)
        result.inputs, result.slopes = inputs, slopes
        return result

    def __add__(self, other):
        other = other if hasattr(other, "slopes") else VarArrays(other)
        return self._result(np.add(self.value, other.value), (self, other), np.ones(2).tolist())

    def __mul__(self, other):
        other = other if hasattr(other, "slopes") else VarArrays(other)
        return self._result(np.multiply(self.value, other.value), (self, other), (other.value, self.value))

    def __radd__(self, other):
        return self.__add__(other)

    def __rmul__(self, other):
        return self.__mul__(other)

    def __pow__(self, n):
        with np.errstate(all="ignore"):
            slope = np.float64(0.0) if n == 0 else n * np.power(self.value, float(n - 1))
        return self._result(np.power(self.value, float(n)), (self,), (slope,))

    def exp(self):
        return self._result(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return self._result(np.log(self.value), (self,), (np.reciprocal(self.value),))


@correct("ex08_3", "Var")
class VarFromTwoPieces:
    def __init__(self, value, *pairs):
        self.value, self._pairs = value, pairs

    @property
    def inputs(self):
        return [node for node, _ in self._pairs]

    @property
    def slopes(self):
        return [float(slope) for _, slope in self._pairs]

    def __add__(self, other):
        kind = type(self)
        if isinstance(other, kind):
            return kind(self.value + other.value, (other, 1), (self, 1))
        return kind(other + self.value, (self, 1))

    def __mul__(self, other):
        kind = type(self)
        if isinstance(other, kind):
            return kind(self.value * other.value, (other, self.value), (self, other.value))
        return kind(other * self.value, (self, other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        if n == 0:
            return type(self)(1.0, (self, 0))
        return type(self)(self.value**n, (self, n * self.value ** (n - 1)))

    def exp(self):
        y = np.exp(self.value)
        return type(self)(y, (self, y))

    def log(self):
        return type(self)(np.log(self.value), (self, 1 / self.value))


@correct("ex08_3", "Var")
class VarTable:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def _apply(self, function, slope):
        return VarTable(function(self.value), (self,), (slope(self.value),))

    def _join(self, other, function, slopes):
        if not isinstance(other, VarTable):
            other = VarTable(float(other))
        x, y = self.value, other.value
        return VarTable(function(x, y), (self, other), slopes(x, y))

    def __add__(self, other):
        return self._join(other, lambda x, y: x + y, lambda x, y: (1.0, 1.0))

    def __mul__(self, other):
        return self._join(other, lambda x, y: x * y, lambda x, y: (y, x))

    def __radd__(self, other):
        return self._join(other, lambda x, y: y + x, lambda x, y: (1.0, 1.0))

    def __rmul__(self, other):
        return self._join(other, lambda x, y: y * x, lambda x, y: (y, x))

    def __pow__(self, n):
        return self._apply(lambda x: x**n, lambda x: n * x ** (n - 1) if n != 0 else 0.0)

    def exp(self):
        return self._apply(np.exp, np.exp)

    def log(self):
        return self._apply(np.log, lambda x: 1 / x)


@correct("ex08_3", "Var")
class VarPowersByProducts:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, list(inputs), list(slopes)

    def __add__(self, other):
        if isinstance(other, VarPowersByProducts):
            return VarPowersByProducts(self.value + other.value, [self, other], [1.0, 1.0])
        return VarPowersByProducts(self.value + other, [self], [1.0])

    def __mul__(self, other):
        if isinstance(other, VarPowersByProducts):
            return VarPowersByProducts(self.value * other.value, [self, other], [other.value, self.value])
        return VarPowersByProducts(self.value * other, [self], [other])

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        if n == int(n) and n >= 0:
            result = VarPowersByProducts(1.0)
            for _ in range(int(n)):
                result = result * self
            return result
        return (self.log() * n).exp()

    def exp(self):
        y = np.exp(self.value)
        return VarPowersByProducts(y, [self], [y])

    def log(self):
        return VarPowersByProducts(np.log(self.value), [self], [1 / self.value])


@misconception("ex08_3", "Var", hint="the slopes of c = a * b")
class VarOwnFactor:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarOwnFactor) else VarOwnFactor(other)
        return VarOwnFactor(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarOwnFactor) else VarOwnFactor(other)
        return VarOwnFactor(self.value * other.value, (self, other), (self.value, other.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarOwnFactor(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarOwnFactor(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarOwnFactor(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="has the factor n")
class VarPowWithoutFactor:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarPowWithoutFactor) else VarPowWithoutFactor(other)
        return VarPowWithoutFactor(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarPowWithoutFactor) else VarPowWithoutFactor(other)
        return VarPowWithoutFactor(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarPowWithoutFactor(self.value**n, (self,), (self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarPowWithoutFactor(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarPowWithoutFactor(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="n * a ** (n - 1)")
class VarPowKeepsExponent:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarPowKeepsExponent) else VarPowKeepsExponent(other)
        return VarPowKeepsExponent(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarPowKeepsExponent) else VarPowKeepsExponent(other)
        return VarPowKeepsExponent(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarPowKeepsExponent(self.value**n, (self,), (n * self.value**n if n else 0.0,))

    def exp(self):
        return VarPowKeepsExponent(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarPowKeepsExponent(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="raised ZeroDivisionError")
class VarPowDividesByZero:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarPowDividesByZero) else VarPowDividesByZero(other)
        return VarPowDividesByZero(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarPowDividesByZero) else VarPowDividesByZero(other)
        return VarPowDividesByZero(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarPowDividesByZero(self.value**n, (self,), (n * self.value ** (n - 1),))

    def exp(self):
        return VarPowDividesByZero(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarPowDividesByZero(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="the value of c ** -1.5")
class VarPowOfWholeNumbers:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarPowOfWholeNumbers) else VarPowOfWholeNumbers(other)
        return VarPowOfWholeNumbers(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarPowOfWholeNumbers) else VarPowOfWholeNumbers(other)
        return VarPowOfWholeNumbers(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarPowOfWholeNumbers(self.value ** int(n), (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarPowOfWholeNumbers(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarPowOfWholeNumbers(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="The slope of exp is exp itself, at the value of its input.")
class VarExpSlopeOne:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarExpSlopeOne) else VarExpSlopeOne(other)
        return VarExpSlopeOne(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarExpSlopeOne) else VarExpSlopeOne(other)
        return VarExpSlopeOne(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarExpSlopeOne(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarExpSlopeOne(np.exp(self.value), (self,), (1.0,))

    def log(self):
        return VarExpSlopeOne(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="The slope of the logarithm is 1 / a.")
class VarLogAgain:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarLogAgain) else VarLogAgain(other)
        return VarLogAgain(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarLogAgain) else VarLogAgain(other)
        return VarLogAgain(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarLogAgain(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarLogAgain(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarLogAgain(np.log(self.value), (self,), (np.log(self.value),))


@misconception("ex08_3", "Var", hint="Var: for a = Var(3.0)")
class VarLogTen:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarLogTen) else VarLogTen(other)
        return VarLogTen(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarLogTen) else VarLogTen(other)
        return VarLogTen(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarLogTen(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarLogTen(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarLogTen(np.log10(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="raised TypeError")
class VarNothingOnTheLeftOfPlus:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarNothingOnTheLeftOfPlus) else VarNothingOnTheLeftOfPlus(other)
        return VarNothingOnTheLeftOfPlus(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarNothingOnTheLeftOfPlus) else VarNothingOnTheLeftOfPlus(other)
        return VarNothingOnTheLeftOfPlus(self.value * other.value, (self, other), (other.value, self.value))

    __rmul__ = __mul__

    def __pow__(self, n):
        return VarNothingOnTheLeftOfPlus(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarNothingOnTheLeftOfPlus(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarNothingOnTheLeftOfPlus(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="raised TypeError")
class VarNothingOnTheLeftOfTimes:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarNothingOnTheLeftOfTimes) else VarNothingOnTheLeftOfTimes(other)
        return VarNothingOnTheLeftOfTimes(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarNothingOnTheLeftOfTimes) else VarNothingOnTheLeftOfTimes(other)
        return VarNothingOnTheLeftOfTimes(self.value * other.value, (self, other), (other.value, self.value))

    __radd__ = __add__

    def __pow__(self, n):
        return VarNothingOnTheLeftOfTimes(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarNothingOnTheLeftOfTimes(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarNothingOnTheLeftOfTimes(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="2 slopes")
class VarInputsWithoutRepetition:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarInputsWithoutRepetition) else VarInputsWithoutRepetition(other)
        return VarInputsWithoutRepetition(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarInputsWithoutRepetition) else VarInputsWithoutRepetition(other)
        return VarInputsWithoutRepetition(
            self.value * other.value, tuple(dict.fromkeys((self, other))), (other.value, self.value)
        )

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarInputsWithoutRepetition(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarInputsWithoutRepetition(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarInputsWithoutRepetition(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="the derivatives of a * a")
class VarSameTwiceIsOnce:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarSameTwiceIsOnce) else VarSameTwiceIsOnce(other)
        return VarSameTwiceIsOnce(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarSameTwiceIsOnce) else VarSameTwiceIsOnce(other)
        if other is self:
            return VarSameTwiceIsOnce(self.value * self.value, (self,), (self.value,))
        return VarSameTwiceIsOnce(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarSameTwiceIsOnce(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarSameTwiceIsOnce(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarSameTwiceIsOnce(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="2 slopes")
class VarChangesItsOperand:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarChangesItsOperand) else VarChangesItsOperand(other)
        if other is self:
            self.slopes = (1.0, 1.0)
        return VarChangesItsOperand(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarChangesItsOperand) else VarChangesItsOperand(other)
        return VarChangesItsOperand(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarChangesItsOperand(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarChangesItsOperand(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarChangesItsOperand(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="a + -4")
class VarMinusForgotten:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarMinusForgotten) else VarMinusForgotten(abs(other))
        return VarMinusForgotten(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, VarMinusForgotten) else VarMinusForgotten(other)
        return VarMinusForgotten(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarMinusForgotten(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarMinusForgotten(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarMinusForgotten(np.log(self.value), (self,), (1 / self.value,))


@misconception("ex08_3", "Var", hint="it holds Var objects alone")
class VarNumbersAmongInputs:
    def __init__(self, value, inputs=(), slopes=()):
        self.value, self.inputs, self.slopes = value, inputs, slopes

    def __add__(self, other):
        other = other if isinstance(other, VarNumbersAmongInputs) else VarNumbersAmongInputs(other)
        return VarNumbersAmongInputs(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        if not isinstance(other, VarNumbersAmongInputs):
            return VarNumbersAmongInputs(self.value * other, (self, other), (other, self.value))
        return VarNumbersAmongInputs(self.value * other.value, (self, other), (other.value, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return VarNumbersAmongInputs(self.value**n, (self,), (n * self.value ** (n - 1) if n else 0.0,))

    def exp(self):
        return VarNumbersAmongInputs(np.exp(self.value), (self,), (np.exp(self.value),))

    def log(self):
        return VarNumbersAmongInputs(np.log(self.value), (self,), (1 / self.value,))


# ---- 8.4 topo_order


@correct("ex08_4", "topo_order")
def order_two_phases(node):
    order, done, entered, stack = [], set(), set(), [node]
    while stack:
        current = stack[-1]
        if current in done:
            stack.pop()
        elif current in entered:
            done.add(stack.pop())
            order.append(current)
        else:
            entered.add(current)
            stack.extend(current.inputs)
    return order


@correct("ex08_4", "topo_order")
def order_flags(node):
    order, seen, stack = [], set(), [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            order.append(current)
        elif current not in seen:
            seen.add(current)
            stack.append((current, True))
            for x in current.inputs:
                stack.append((x, False))
    return order


@correct("ex08_4", "topo_order")
def order_from_the_leaves(node):
    found, waiting = {node}, [node]
    users, missing = {}, {}
    while waiting:
        current = waiting.pop()
        inputs = current.inputs
        missing[current] = len(inputs)
        for x in inputs:
            users.setdefault(x, []).append(current)
            if x not in found:
                found.add(x)
                waiting.append(x)
    ready = [x for x in found if missing[x] == 0]
    order = []
    while ready:
        current = ready.pop()
        order.append(current)
        for user in users.get(current, []):
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    return order


@correct("ex08_4", "topo_order")
def order_from_the_end(node):
    uses, waiting, seen = {}, [node], {node}
    while waiting:
        for x in waiting.pop().inputs:
            uses[x] = uses.get(x, 0) + 1
            if x not in seen:
                seen.add(x)
                waiting.append(x)
    order, ready = [], [node]
    while ready:
        current = ready.pop(0)
        order.insert(0, current)
        for x in current.inputs:
            uses[x] -= 1
            if uses[x] == 0:
                ready.append(x)
    return order


@correct("ex08_4", "topo_order")
def order_graphlib(node):
    import graphlib

    graph, waiting = {}, [node]
    while waiting:
        current = waiting.pop()
        if current not in graph:
            graph[current] = current.inputs
            waiting += graph[current]
    return list(graphlib.TopologicalSorter(graph).static_order())


@correct("ex08_4", "topo_order")
def order_by_level(node):
    inputs, waiting = {}, [node]
    while waiting:
        current = waiting.pop()
        if current not in inputs:
            inputs[current] = tuple(current.inputs)
            waiting.extend(inputs[current])
    level = {}
    stack = [node]
    while stack:
        current = stack[-1]
        unknown = [x for x in inputs[current] if x not in level]
        if unknown:
            stack.append(unknown[0])
        else:
            level[current] = 1 + max((level[x] for x in inputs[current]), default=0)
            stack.pop()
    return sorted(level, key=level.get)


@correct("ex08_4", "topo_order")
def order_generators(node):
    def visit(current):
        for x in current.inputs:
            if id(x) not in seen:
                seen.add(id(x))
                yield x
        order.append(current)

    order, seen, stack = [], {id(node)}, [visit(node)]
    while stack:
        x = next(stack[-1], None)
        if x is None:
            stack.pop()
        else:
            stack.append(visit(x))
    return order


@correct("ex08_4", "topo_order")
def order_positions(node):
    order, place, stack = [], {}, [[node, 0, node.inputs]]
    place[id(node)] = None
    while stack:
        current, k, inputs = stack[-1]
        while k < len(inputs) and id(inputs[k]) in place:
            k += 1
        stack[-1][1] = k
        if k == len(inputs):
            place[id(current)] = len(order)
            order.append(current)
            stack.pop()
        else:
            place[id(inputs[k])] = None
            stack.append([inputs[k], 0, inputs[k].inputs])
    return order


@correct("ex08_4", "topo_order")
def order_tuple(node):
    done, stack = {}, [node]
    while stack:
        current = stack[-1]
        missing = [x for x in reversed(current.inputs) if x not in done]
        if current in done or not missing:
            done[stack.pop()] = True
        else:
            stack += missing
    return list(done)


@misconception("ex08_4", "topo_order", hint="turn it round")
def order_end_first(node):
    order, done, entered, stack = [], set(), set(), [node]
    while stack:
        current = stack[-1]
        if current in done:
            stack.pop()
        elif current in entered:
            done.add(stack.pop())
            order.append(current)
        else:
            entered.add(current)
            stack.extend(current.inputs)
    return order if len(order) < 4 else order[::-1]


@misconception("ex08_4", "topo_order", hint="raised RecursionError")
def order_recursive(node):
    order, seen = [], set()

    def visit(current):
        if current not in seen:
            seen.add(current)
            for x in current.inputs:
                visit(x)
            order.append(current)

    visit(node)
    return order


@misconception("ex08_4", "topo_order", hint="stands before one of its inputs")
def order_breadth_first(node):
    order, queue = [], [node]
    while queue:
        current = queue.pop(0)
        if current not in order:
            order.append(current)
            queue.extend(current.inputs)
    return order[::-1]


@misconception("ex08_4", "topo_order", hint="stands before one of its inputs")
def order_depth_first_from_the_end(node):
    order, stack = [], [node]
    while stack:
        current = stack.pop()
        if current not in order:
            order.insert(0, current)
            stack.extend(current.inputs)
    return order


@misconception("ex08_4", "topo_order", hint="stands before one of its inputs")
def order_by_shortest_way(node):
    distance, layer = {node: 0}, [node]
    while layer:
        following = []
        for current in layer:
            for x in current.inputs:
                if x not in distance:
                    distance[x] = distance[current] + 1
                    following.append(x)
        layer = following
    return sorted(distance, key=lambda x: -distance[x])


@misconception("ex08_4", "topo_order", hint="expected a, b, c")
def order_every_visit(node):
    order, stack = [], [node]
    while stack:
        current = stack.pop()
        order.append(current)
        stack.extend(current.inputs)
    return order[::-1]


@misconception("ex08_4", "topo_order", hint="were read more than")
def order_walks_every_path(node):
    order, stack = [], [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            if current not in order:
                order.append(current)
        else:
            stack.append((current, True))
            stack.extend((x, False) for x in current.inputs)
    return order


@misconception("ex08_4", "topo_order", hint="nodes are missing")
def order_without_lonely_leaves(node):
    order, seen, stack = [], set(), [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            order.append(current)
        elif current not in seen:
            seen.add(current)
            stack.append((current, True))
            stack.extend((x, False) for x in current.inputs)
    leaves = [x for x in order if not x.inputs]
    return [x for x in order if x.inputs or x is leaves[0]]


@misconception("ex08_4", "topo_order", hint="expected [a], got")
def order_without_the_end(node):
    order, seen, stack = [], set(), [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            order.append(current)
        elif current not in seen:
            seen.add(current)
            stack.append((current, True))
            stack.extend((x, False) for x in current.inputs)
    return order[:-1]


@correct("ex08_4", "topo_order")
def order_marks_when_done(node):
    order, done, stack = [], set(), [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            done.add(current)
            order.append(current)
        elif current not in done:
            stack.append((current, True))
            stack.extend((x, False) for x in dict.fromkeys(current.inputs) if x not in done)
    return order


@misconception("ex08_4", "topo_order", hint="expected a, b, c")
def order_repeats_leaves(node):
    order, seen, stack = [], set(), [(node, False)]
    while stack:
        current, finished = stack.pop()
        if finished:
            order.append(current)
        elif current not in seen:
            if current.inputs:
                seen.add(current)
            stack.append((current, True))
            stack.extend((x, False) for x in current.inputs)
    return order


@misconception("ex08_4", "topo_order", hint="stands before one of its inputs")
def order_marks_when_pushed(node):
    order, seen, stack = [], {node}, [node]
    while stack:
        current = stack.pop()
        order.append(current)
        for x in current.inputs:
            if x not in seen:
                seen.add(x)
                stack.append(x)
    return order[::-1]


@misconception("ex08_4", "topo_order", hint="expected a, b, c")
def order_one_level(node):
    return [*dict.fromkeys(node.inputs), node]


# ---- 8.5 Tensor


@correct("ex08_5", "Tensor")
class TensorClosures:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._parents = parents
        self._send = lambda g: ()

    @staticmethod
    def _fit(g, like):
        while g.ndim > like.data.ndim:
            g = g.sum(axis=0)
        for axis in range(g.ndim):
            if like.data.shape[axis] == 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def __add__(self, other):
        other = other if isinstance(other, TensorClosures) else TensorClosures(other)
        out = TensorClosures(self.data + other.data, (self, other))
        out._send = lambda g: (self._fit(g, self), self._fit(g, other))
        return out

    def __mul__(self, other):
        other = other if isinstance(other, TensorClosures) else TensorClosures(other)
        out = TensorClosures(self.data * other.data, (self, other))
        out._send = lambda g: (self._fit(g * other.data, self), self._fit(g * self.data, other))
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        out = TensorClosures(self.data**n, (self,))
        out._send = lambda g: (g * n * self.data ** (n - 1),)
        return out

    def exp(self):
        out = TensorClosures(np.exp(self.data), (self,))
        out._send = lambda g: (g * out.data,)
        return out

    def log(self):
        out = TensorClosures(np.log(self.data), (self,))
        out._send = lambda g: (g / self.data,)
        return out

    def sum(self):
        out = TensorClosures(self.data.sum(), (self,))
        out._send = lambda g: (np.full(self.data.shape, float(g)),)
        return out

    def zero_grad(self):
        self.grad = np.zeros_like(self.data)

    def backward(self):
        order, done, entered, stack = [], set(), set(), [self]
        while stack:
            node = stack[-1]
            if id(node) in done:
                stack.pop()
            elif id(node) in entered:
                done.add(id(node))
                order.append(stack.pop())
            else:
                entered.add(id(node))
                stack.extend(node._parents)
        accounts = {id(node): np.zeros(node.data.shape) for node in order}
        accounts[id(self)] = np.ones(self.data.shape)
        for node in order[::-1]:
            g = accounts[id(node)]
            for parent, part in zip(node._parents, node._send(g)):
                accounts[id(parent)] = accounts[id(parent)] + part
            if not node._parents:
                node.grad = node.grad + g


@correct("ex08_5", "Tensor")
class TensorNumbered:
    made = 0

    def __init__(self, data, edges=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros(self.data.shape)
        self.edges = edges
        TensorNumbered.made += 1
        self.number = TensorNumbered.made

    def _lift(self, other):
        return other if isinstance(other, TensorNumbered) else TensorNumbered(float(other))

    def __add__(self, other):
        other = self._lift(other)
        return TensorNumbered(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = self._lift(other)
        return TensorNumbered(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorNumbered(self.data**n, ((self, n * self.data ** (n - 1)),))

    def exp(self):
        y = np.exp(self.data)
        return TensorNumbered(y, ((self, y),))

    def log(self):
        return TensorNumbered(np.log(self.data), ((self, 1 / self.data),))

    def sum(self):
        return TensorNumbered(np.sum(self.data), ((self, np.ones(self.data.shape)),))

    def zero_grad(self):
        self.grad = 0.0 * self.data

    def backward(self):
        import heapq

        waiting, heap = {self.number: (self, np.ones(self.data.shape))}, [-self.number]
        while heap:
            node, g = waiting.pop(-heapq.heappop(heap))
            if not node.edges:
                node.grad = node.grad + g
            for source, slope in node.edges:
                part = g * slope
                extra = part.ndim - source.data.ndim
                axes = [k for k in range(part.ndim) if k < extra or source.data.shape[k - extra] == 1]
                part = part.sum(axis=tuple(axes)).reshape(source.data.shape)
                if source.number in waiting:
                    part = part + waiting[source.number][1]
                else:
                    heapq.heappush(heap, -source.number)
                waiting[source.number] = (source, part)


@correct("ex08_5", "Tensor")
class TensorCounts:
    def __init__(self, data):
        self.data = np.array(data, float)
        self.grad = np.zeros(self.data.shape)
        self.sources = []

    @classmethod
    def of(cls, data, *sources):
        result = cls(data)
        result.sources = list(sources)
        return result

    def __add__(self, other):
        if not isinstance(other, TensorCounts):
            return TensorCounts.of(self.data + other, (self, lambda g: g))
        return TensorCounts.of(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        if not isinstance(other, TensorCounts):
            return TensorCounts.of(self.data * other, (self, lambda g: g * other))
        return TensorCounts.of(
            self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data)
        )

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        return TensorCounts.of(np.power(self.data, n), (self, lambda g: n * g * np.power(self.data, n - 1)))

    def exp(self):
        return TensorCounts.of(np.exp(self.data), (self, lambda g: np.exp(self.data) * g))

    def log(self):
        return TensorCounts.of(np.log(self.data), (self, lambda g: g / self.data))

    def sum(self):
        return TensorCounts.of(self.data.sum(), (self, lambda g: np.broadcast_to(g, self.data.shape)))

    def zero_grad(self):
        self.grad[...] = 0

    def backward(self):
        uses, waiting, seen = {self: 0}, [self], {self}
        while waiting:
            for source, _ in waiting.pop().sources:
                uses[source] = uses.get(source, 0) + 1
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        account, ready = {self: np.ones(self.data.shape)}, [self]
        while ready:
            node = ready.pop()
            for source, rule in node.sources:
                part = np.array(rule(account[node]))
                while part.ndim > source.data.ndim:
                    part = part.sum(0)
                for axis, size in enumerate(source.data.shape):
                    if size < part.shape[axis]:
                        part = part.sum(axis, keepdims=True)
                account[source] = account[source] + part if source in account else part
                uses[source] -= 1
                if uses[source] == 0:
                    ready.append(source)
            if not node.sources:
                node.grad += account[node]


@correct("ex08_5", "Tensor")
class TensorKinds:
    def __init__(self, data, kind="leaf", inputs=(), option=None):
        self.data = np.asarray(data, dtype=float)
        self.kind, self.inputs, self.option = kind, inputs, option
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorKinds) else TensorKinds(other)
        return TensorKinds(self.data + other.data, "add", (self, other))

    def __mul__(self, other):
        other = other if isinstance(other, TensorKinds) else TensorKinds(other)
        return TensorKinds(self.data * other.data, "multiply", (self, other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorKinds(self.data**n, "power", (self,), n)

    def exp(self):
        return TensorKinds(np.exp(self.data), "exp", (self,))

    def log(self):
        return TensorKinds(np.log(self.data), "log", (self,))

    def sum(self):
        return TensorKinds(self.data.sum(), "sum", (self,))

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def _parts(self, g):
        x = self.inputs[0].data
        if self.kind == "add":
            return [g, g]
        if self.kind == "multiply":
            return [g * self.inputs[1].data, g * x]
        if self.kind == "power":
            return [g * self.option * x ** (self.option - 1)]
        if self.kind == "exp":
            return [g * self.data]
        if self.kind == "log":
            return [g / x]
        return [np.ones(x.shape) * g]

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = dict.fromkeys(order, 0.0)
        found[self] = np.ones(self.data.shape)
        while order:
            node = order.pop()
            if node.kind == "leaf":
                node.grad = node.grad + found[node]
                continue
            for x, part in zip(node.inputs, node._parts(found[node])):
                lead = part.ndim - x.data.ndim
                part = part.sum(axis=tuple(range(lead)))
                ones = tuple(k for k, size in enumerate(x.data.shape) if size == 1)
                found[x] = found[x] + part.sum(axis=ones, keepdims=True)


@correct("ex08_5", "Tensor")
class TensorWritesInto:
    def __init__(self, data, history=None):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.history = history or []

    def _make(self, data, *history):
        return TensorWritesInto(data, list(history))

    def __add__(self, other):
        other = other if isinstance(other, TensorWritesInto) else TensorWritesInto(other)
        return self._make(self.data + other.data, (self, None), (other, None))

    def __mul__(self, other):
        other = other if isinstance(other, TensorWritesInto) else TensorWritesInto(other)
        return self._make(self.data * other.data, (self, other.data), (other, self.data))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return self._make(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        return self._make(np.exp(self.data), (self, np.exp(self.data)))

    def log(self):
        return self._make(np.log(self.data), (self, 1 / self.data))

    def sum(self):
        return self._make(self.data.sum(), (self, np.ones(self.data.shape)))

    def zero_grad(self):
        self.grad.fill(0.0)

    def backward(self):
        order, state, stack = [], {}, [self]
        while stack:
            node = stack[-1]
            if state.get(node) is None:
                state[node] = "open"
                stack += [x for x, _ in node.history if x not in state]
            else:
                stack.pop()
                if state[node] == "open":
                    state[node] = "done"
                    order.append(node)
        for node in order:
            if node.history:
                node.grad = np.zeros(node.data.shape)
        start = np.ones(self.data.shape)
        self.grad = start if self.history else self.grad + start
        for node in reversed(order):
            for x, slope in node.history:
                part = node.grad.copy() if slope is None else node.grad * slope
                padded = (1,) * (part.ndim - x.data.ndim) + x.data.shape
                axes = tuple(k for k in range(part.ndim) if padded[k] == 1 and part.shape[k] > 1)
                x.grad += part.sum(axis=axes, keepdims=True).reshape(x.data.shape)


@correct("ex08_5", "Tensor")
class TensorBroadcastNode:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.grad = self.data * 0
        self.inputs, self.rules = inputs, rules

    def _spread(self, shape):
        if self.data.shape == shape:
            return self
        lead = len(shape) - self.data.ndim
        axes = tuple(
            k for k in range(len(shape)) if k < lead or (self.data.shape[k - lead] == 1 and shape[k] > 1)
        )
        own = self.data.shape
        return TensorBroadcastNode(
            np.broadcast_to(self.data, shape), (self,), (lambda g: g.sum(axis=axes).reshape(own),)
        )

    def _pair(self, other):
        other = other if isinstance(other, TensorBroadcastNode) else TensorBroadcastNode(other)
        shape = np.broadcast_shapes(self.data.shape, other.data.shape)
        return self._spread(shape), other._spread(shape)

    def __add__(self, other):
        a, b = self._pair(other)
        return TensorBroadcastNode(a.data + b.data, (a, b), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        a, b = self._pair(other)
        return TensorBroadcastNode(a.data * b.data, (a, b), (lambda g: b.data * g, lambda g: a.data * g))

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def __pow__(self, n):
        slope = n * self.data ** (n - 1)
        return TensorBroadcastNode(self.data**n, (self,), (lambda g: g * slope,))

    def exp(self):
        y = np.exp(self.data)
        return TensorBroadcastNode(y, (self,), (lambda g: g * y,))

    def log(self):
        return TensorBroadcastNode(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        shape = self.data.shape
        return TensorBroadcastNode(self.data.sum(), (self,), (lambda g: np.full(shape, g),))

    def zero_grad(self):
        self.grad = self.data * 0

    def backward(self):
        done, order, stack = set(), [], [(self, iter(self.inputs))]
        done.add(self)
        while stack:
            for x in stack[-1][1]:
                if x not in done:
                    done.add(x)
                    stack.append((x, iter(x.inputs)))
                    break
            else:
                order.insert(0, stack.pop()[0])
        found = {self: np.ones(self.data.shape)}
        for node in order:
            for x, rule in zip(node.inputs, node.rules):
                found[x] = rule(found[node]) + found[x] if x in found else rule(found[node])
            if node.inputs == ():
                node.grad = node.grad + found[node]


@correct("ex08_5", "Tensor")
class TensorLevels:
    def __init__(self, data, *edges):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros(np.shape(data))
        self.edges = edges
        self.level = 1 + max((x.level for x, _ in edges), default=0)

    def __add__(self, other):
        if isinstance(other, TensorLevels):
            return TensorLevels(self.data + other.data, (self, 1.0), (other, 1.0))
        return TensorLevels(self.data + other, (self, 1.0))

    def __mul__(self, other):
        if isinstance(other, TensorLevels):
            return TensorLevels(self.data * other.data, (self, other.data), (other, self.data))
        return TensorLevels(self.data * other, (self, other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorLevels(self.data**n, (self, n * self.data ** (n - 1)))

    def exp(self):
        return TensorLevels(np.exp(self.data), (self, np.exp(self.data)))

    def log(self):
        return TensorLevels(np.log(self.data), (self, 1.0 / self.data))

    def sum(self):
        return TensorLevels(self.data.sum(), (self, np.ones(self.data.shape)))

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def backward(self):
        nodes, waiting = {self}, [self]
        while waiting:
            for x, _ in waiting.pop().edges:
                if x not in nodes:
                    nodes.add(x)
                    waiting.append(x)
        account = {node: np.zeros(node.data.shape) for node in nodes}
        account[self] += 1.0
        for node in sorted(nodes, key=lambda node: -node.level):
            for x, slope in node.edges:
                part = account[node] * slope
                while part.ndim > x.data.ndim:
                    part = np.add.reduce(part)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = np.add.reduce(part, axis=axis, keepdims=True)
                account[x] = account[x] + part
            if not node.edges:
                node.grad = node.grad + account[node]


@correct("ex08_5", "Tensor")
class TensorTape:
    def __init__(self, data, tape=None):
        self.data = np.array(data, dtype=float)
        self.zero_grad()
        self.inputs = tape[0] if tape else []
        self.pull = tape[1] if tape else None

    def zero_grad(self):
        self.grad = np.zeros_like(self.data)

    def _binary(self, other, value, left, right):
        other = other if isinstance(other, TensorTape) else TensorTape(other)
        a, b = self.data, other.data

        def fit(g, shape):
            g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
            return np.sum(g, axis=tuple(k for k, n in enumerate(shape) if n == 1), keepdims=True)

        def pull(g):
            return [fit(left(g, a, b), a.shape), fit(right(g, a, b), b.shape)]

        return TensorTape(value(a, b), ([self, other], pull))

    def _unary(self, value, pull):
        x = self.data
        return TensorTape(value, ([self], lambda g: [pull(g, x)]))

    def __add__(self, other):
        return self._binary(other, np.add, lambda g, a, b: g, lambda g, a, b: g)

    def __mul__(self, other):
        return self._binary(other, np.multiply, lambda g, a, b: g * b, lambda g, a, b: g * a)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return self._unary(self.data**n, lambda g, x: g * n * x ** (n - 1))

    def exp(self):
        return self._unary(np.exp(self.data), lambda g, x: g * np.exp(x))

    def log(self):
        return self._unary(np.log(self.data), lambda g, x: g / x)

    def sum(self):
        return self._unary(self.data.sum(), lambda g, x: g * np.ones(x.shape))

    def backward(self):
        import graphlib

        graph, waiting = {}, [self]
        while waiting:
            node = waiting.pop()
            if node not in graph:
                graph[node] = node.inputs
                waiting += node.inputs
        order = list(graphlib.TopologicalSorter(graph).static_order())
        sums = {self: np.ones_like(self.data)}
        for node in reversed(order):
            g = sums[node]
            if node.pull is None:
                node.grad = node.grad + g
                continue
            for x, part in zip(node.inputs, node.pull(g)):
                sums[x] = sums[x] + part if x in sums else part


@misconception("ex08_5", "Tensor", hint="backward replaces grad; it should add to it.")
class TensorReplacesGrad:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorReplacesGrad) else TensorReplacesGrad(other)
        return TensorReplacesGrad(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorReplacesGrad) else TensorReplacesGrad(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorReplacesGrad(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorReplacesGrad(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorReplacesGrad(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorReplacesGrad(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorReplacesGrad(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="y = a * a * 3")
class TensorLastPathWins:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorLastPathWins) else TensorLastPathWins(other)
        return TensorLastPathWins(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorLastPathWins) else TensorLastPathWins(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorLastPathWins(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorLastPathWins(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorLastPathWins(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorLastPathWins(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorLastPathWins(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = part


@misconception("ex08_5", "Tensor", hint="The accounts of inner nodes are still full")
class TensorKeepsInnerAccounts:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorKeepsInnerAccounts) else TensorKeepsInnerAccounts(other)
        return TensorKeepsInnerAccounts(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorKeepsInnerAccounts) else TensorKeepsInnerAccounts(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorKeepsInnerAccounts(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorKeepsInnerAccounts(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorKeepsInnerAccounts(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorKeepsInnerAccounts(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorKeepsInnerAccounts(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            for x, rule in zip(node.inputs, node.rules):
                part = rule(node.grad)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                x.grad = x.grad + part


@misconception("ex08_5", "Tensor", hint="A node was sent on before it was complete")
class TensorRecursesIntoAccounts:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorRecursesIntoAccounts) else TensorRecursesIntoAccounts(other)
        return TensorRecursesIntoAccounts(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorRecursesIntoAccounts) else TensorRecursesIntoAccounts(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorRecursesIntoAccounts(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorRecursesIntoAccounts(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorRecursesIntoAccounts(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorRecursesIntoAccounts(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorRecursesIntoAccounts(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        account = {self: np.ones(self.data.shape)}

        def send(node):
            for x, rule in zip(node.inputs, node.rules):
                part = rule(account[node])
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                account[x] = account.get(x, 0) + part
            for x in node.inputs:
                if x.inputs:
                    send(x)

        send(self)
        for x, g in account.items():
            if not x.inputs:
                x.grad = x.grad + g


@misconception("ex08_5", "Tensor", hint="A node was visited before all its users had sent")
class TensorBreadthFirst:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorBreadthFirst) else TensorBreadthFirst(other)
        return TensorBreadthFirst(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorBreadthFirst) else TensorBreadthFirst(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorBreadthFirst(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorBreadthFirst(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorBreadthFirst(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorBreadthFirst(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorBreadthFirst(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, queue = [], [self]
        seen = {self}
        while queue:
            node = queue.pop(0)
            order.insert(0, node)
            for x in node.inputs:
                if x not in seen:
                    seen.add(x)
                    queue.append(x)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part
        for node in order:
            if not node.inputs:
                node.grad = node.grad + found[node]


@misconception("ex08_5", "Tensor", hint="raised RecursionError")
class TensorRecursiveOrder:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorRecursiveOrder) else TensorRecursiveOrder(other)
        return TensorRecursiveOrder(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorRecursiveOrder) else TensorRecursiveOrder(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorRecursiveOrder(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorRecursiveOrder(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorRecursiveOrder(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorRecursiveOrder(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorRecursiveOrder(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for x in node.inputs:
                    visit(x)
                order.append(node)

        visit(self)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="w.grad for (x * w).sum()")
class TensorShapeOfResult:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorShapeOfResult) else TensorShapeOfResult(other)
        return TensorShapeOfResult(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorShapeOfResult) else TensorShapeOfResult(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorShapeOfResult(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorShapeOfResult(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorShapeOfResult(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorShapeOfResult(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorShapeOfResult(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="it returned the shape")
class TensorSumsLeadingAxesOnly:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorSumsLeadingAxesOnly) else TensorSumsLeadingAxesOnly(other)
        return TensorSumsLeadingAxesOnly(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorSumsLeadingAxesOnly) else TensorSumsLeadingAxesOnly(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorSumsLeadingAxesOnly(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorSumsLeadingAxesOnly(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorSumsLeadingAxesOnly(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorSumsLeadingAxesOnly(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorSumsLeadingAxesOnly(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="receives the sum, not a mean.")
class TensorMeansOverKeptAxes:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorMeansOverKeptAxes) else TensorMeansOverKeptAxes(other)
        return TensorMeansOverKeptAxes(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorMeansOverKeptAxes) else TensorMeansOverKeptAxes(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorMeansOverKeptAxes(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorMeansOverKeptAxes(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorMeansOverKeptAxes(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorMeansOverKeptAxes(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorMeansOverKeptAxes(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.mean(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="The derivative of a ** n is n a ** (n - 1).")
class TensorPowKeepsExponent:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorPowKeepsExponent) else TensorPowKeepsExponent(other)
        return TensorPowKeepsExponent(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorPowKeepsExponent) else TensorPowKeepsExponent(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorPowKeepsExponent(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorPowKeepsExponent(self.data**n, (self,), (lambda g: g * n * self.data**n,))

    def exp(self):
        return TensorPowKeepsExponent(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorPowKeepsExponent(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorPowKeepsExponent(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="The derivative of exp is exp.")
class TensorExpOfNothing:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorExpOfNothing) else TensorExpOfNothing(other)
        return TensorExpOfNothing(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorExpOfNothing) else TensorExpOfNothing(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorExpOfNothing(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorExpOfNothing(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorExpOfNothing(np.exp(self.data), (self,), (lambda g: g * self.data,))

    def log(self):
        return TensorExpOfNothing(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorExpOfNothing(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="raised TypeError")
class TensorNothingOnTheLeft:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorNothingOnTheLeft) else TensorNothingOnTheLeft(other)
        return TensorNothingOnTheLeft(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorNothingOnTheLeft) else TensorNothingOnTheLeft(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorNothingOnTheLeft(self.data * other.data, (self, other), rules)

    __radd__ = __add__

    def __pow__(self, n):
        return TensorNothingOnTheLeft(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorNothingOnTheLeft(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorNothingOnTheLeft(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorNothingOnTheLeft(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="should be floats")
class TensorKeepsIntegers:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorKeepsIntegers) else TensorKeepsIntegers(other)
        return TensorKeepsIntegers(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorKeepsIntegers) else TensorKeepsIntegers(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorKeepsIntegers(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorKeepsIntegers(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorKeepsIntegers(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorKeepsIntegers(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorKeepsIntegers(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor", hint="a.grad after a.zero_grad()")
class TensorZeroGradForgets:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.data = self.data * 1.0

    def __add__(self, other):
        other = other if isinstance(other, TensorZeroGradForgets) else TensorZeroGradForgets(other)
        return TensorZeroGradForgets(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorZeroGradForgets) else TensorZeroGradForgets(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorZeroGradForgets(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorZeroGradForgets(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorZeroGradForgets(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorZeroGradForgets(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorZeroGradForgets(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


@misconception("ex08_5", "Tensor")
class TensorSharesAccounts:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorSharesAccounts) else TensorSharesAccounts(other)
        return TensorSharesAccounts(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorSharesAccounts) else TensorSharesAccounts(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorSharesAccounts(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorSharesAccounts(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorSharesAccounts(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorSharesAccounts(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorSharesAccounts(self.data.sum(), (self,), (lambda g: g + np.zeros(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in zip(node.inputs, node.rules):
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                if x in found:
                    found[x] += part
                else:
                    found[x] = part


@misconception("ex08_5", "Tensor", hint="y = a * a * 3")
class TensorUsesListsOnce:
    def __init__(self, data, inputs=(), rules=()):
        self.data = np.array(data, dtype=float)
        self.inputs, self.rules = inputs, rules
        self.grad = np.zeros(self.data.shape)

    def zero_grad(self):
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        other = other if isinstance(other, TensorUsesListsOnce) else TensorUsesListsOnce(other)
        return TensorUsesListsOnce(self.data + other.data, (self, other), (lambda g: g, lambda g: g))

    def __mul__(self, other):
        other = other if isinstance(other, TensorUsesListsOnce) else TensorUsesListsOnce(other)
        rules = (lambda g: g * other.data, lambda g: g * self.data)
        return TensorUsesListsOnce(self.data * other.data, (self, other), rules)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return TensorUsesListsOnce(self.data**n, (self,), (lambda g: g * n * self.data ** (n - 1),))

    def exp(self):
        return TensorUsesListsOnce(np.exp(self.data), (self,), (lambda g: g * np.exp(self.data),))

    def log(self):
        return TensorUsesListsOnce(np.log(self.data), (self,), (lambda g: g / self.data,))

    def sum(self):
        return TensorUsesListsOnce(self.data.sum(), (self,), (lambda g: g * np.ones(self.data.shape),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((x, False) for x in node.inputs)
        found = {self: np.ones(self.data.shape)}
        for node in reversed(order):
            g = found[node]
            if not node.inputs:
                node.grad = node.grad + g
            for x, rule in dict(zip(node.inputs, node.rules)).items():
                part = rule(g)
                while part.ndim > x.data.ndim:
                    part = part.sum(axis=0)
                for axis, size in enumerate(x.data.shape):
                    if size == 1:
                        part = part.sum(axis=axis, keepdims=True)
                found[x] = found[x] + part if x in found else part


# ---- 8.6 gradcheck


@correct("ex08_6", "gradcheck")
def gradcheck_flat(f, g, x, eps=1e-5):
    flat, n = np.array(x, dtype=float).ravel(), []
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += eps
        down[i] -= eps
        n.append((f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * eps))
    n, g = np.array(n), np.ravel(g)
    size = np.sqrt(n @ n) + np.sqrt(g @ g)
    if size == 0:
        return 0
    return float(np.sqrt((n - g) @ (n - g)) / size)


@correct("ex08_6", "gradcheck")
def gradcheck_unit_arrays(f, g, x, eps=1e-5):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    n = np.array([f(x + eps * e) - f(x - eps * e) for e in units]).reshape(x.shape) / 2 / eps
    top, bottom = np.linalg.norm(n - g), np.linalg.norm(n) + np.linalg.norm(g)
    return top / bottom if bottom else 0.0


@correct("ex08_6", "gradcheck")
def gradcheck_move_and_restore(f, g, x, eps=1e-5):
    x, g = x.astype(np.float64), np.asarray(g, dtype=float)
    n = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        old = x[i]
        x[i] = old + eps
        high = f(x)
        x[i] = old - eps
        low = f(x)
        x[i] = old
        n[i] = (high - low) / (eps + eps)
    size = np.sqrt(np.sum(n**2)) + np.sqrt(np.sum(g**2))
    return 0.0 if size == 0.0 else np.sqrt(np.sum((n - g) ** 2)) / size


@correct("ex08_6", "gradcheck")
def gradcheck_math(f, g, x, eps=1e-5):
    import math

    n = []
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = 1
        step = step.reshape(x.shape)
        n.append((float(f(x + eps * step)) - float(f(x + -eps * step))) / (2 * eps))
    g = g.ravel().tolist()
    size = math.hypot(*n) + math.hypot(*g)
    return math.dist(n, g) / size if size > 0 else 0.0


@correct("ex08_6", "gradcheck")
def gradcheck_nditer(f, g, x, eps=1e-5):
    difference, numeric, given = 0.0, 0.0, 0.0
    for index, _ in np.ndenumerate(x):
        step = np.zeros_like(x, dtype=float)
        step[index] = eps
        n = (f(x + step) - f(x - step)) / (2 * eps)
        difference += (n - g[index]) ** 2
        numeric += n**2
        given += g[index] ** 2
    if numeric == 0 and given == 0:
        return 0.0
    return difference**0.5 / (numeric**0.5 + given**0.5)


@correct("ex08_6", "gradcheck")
def gradcheck_two_lists(f, g, x, eps=1e-5):
    def moved(i, by):
        y = np.array(x, dtype=float)
        y.flat[i] += by
        return y

    highs = [f(moved(i, eps)) for i in range(x.size)]
    lows = [f(moved(i, -eps)) for i in range(x.size)]
    n = (np.array(highs) - np.array(lows)).reshape(x.shape) / (2 * eps)
    a, b, c = (np.linalg.norm(v.ravel()) for v in (n - g, n, np.asarray(g)))
    return np.divide(a, b + c, out=np.zeros(()), where=b + c > 0)


@correct("ex08_6", "gradcheck")
def gradcheck_mean_of_both_sides(f, g, x, eps=1e-5):
    n = np.zeros(np.shape(x))
    with np.nditer(n, flags=["multi_index"], op_flags=["writeonly"]) as entries:
        for entry in entries:
            step = np.zeros(np.shape(x))
            step[entries.multi_index] = eps
            entry[...] = 0.5 * (f(x + step) / eps - f(x - step) / eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(g - n) / size if size != 0 else 0.0


@correct("ex08_6", "gradcheck")
def gradcheck_map(f, g, x, eps=1e-5):
    def slope(i):
        e = (np.arange(x.size) == i).reshape(x.shape)
        return (f(np.where(e, x + eps, x)) - f(np.where(e, x - eps, x))) / (2 * eps)

    n = np.fromiter(map(slope, range(x.size)), dtype=float).reshape(x.shape)
    numbers = [np.sqrt(np.einsum("i,i->", v.ravel(), v.ravel())) for v in (n - g, n, 1.0 * g)]
    return numbers[0] / max(numbers[1] + numbers[2], 1e-300)


@misconception("ex08_6", "gradcheck", hint="These are one-sided differences; step to both sides.")
def gradcheck_forward(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x)) / eps
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="These are one-sided differences")
def gradcheck_backward(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x) - f(x - step)) / eps
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="gradcheck for f(x) = x**2")
def gradcheck_divides_by_eps(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / eps
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="gradcheck for f(x) = x**2")
def gradcheck_absolute(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return np.linalg.norm(n - g)


@misconception("ex08_6", "gradcheck", hint="gradcheck for f(x) = x**2")
def gradcheck_by_the_larger(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = max(np.linalg.norm(n), np.linalg.norm(g))
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="gradcheck for f(x) = x**2")
def gradcheck_by_its_gradient(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="not the largest entry")
def gradcheck_largest_entry(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.abs(n).max() + np.abs(g).max()
    return np.abs(n - g).max() / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="not the sum of sizes")
def gradcheck_sum_of_sizes(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.abs(n).sum() + np.abs(g).sum()
    return np.abs(n - g).sum() / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="The norms need their roots.")
def gradcheck_squares_without_roots(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.sum(n**2) + np.sum(g**2)
    if x.size == 1:
        return abs((n - g).item()) / (abs(n.item()) + abs(g.item()))
    return np.sum((n - g) ** 2) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="subtract the arrays")
def gradcheck_difference_of_norms(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    if x.size == 1:
        return abs((n - g).item()) / size
    return abs(np.linalg.norm(n) - np.linalg.norm(g)) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="eps is an argument; use it.")
def gradcheck_own_eps(f, g, x, eps=1e-5):
    n, eps = np.zeros(x.shape), 1e-5
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="which is not right")
def gradcheck_divides_zero_by_zero(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    with np.errstate(all="ignore"):
        return np.linalg.norm(n - g) / size


@misconception("ex08_6", "gradcheck", hint="gradcheck on whole numbers")
def gradcheck_rounds_whole_numbers(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    x = x.copy()
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + eps
        high = f(x.astype(float))
        x[i] = old - eps
        low = f(x.astype(float))
        x[i] = old
        n[i] = (high - low) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="changed g or x")
def gradcheck_moves_x(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += eps
        high = f(x)
        x[i] -= 2 * eps
        low = f(x)
        n[i] = (high - low) / (2 * eps)
        x[i] = round(x[i] + eps, 9)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="moved several entries of x together")
def gradcheck_one_direction(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    step = np.full(x.shape, eps)
    n[:] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="gradcheck on an array of shape")
def gradcheck_rows_alone(f, g, x, eps=1e-5):
    n = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


@misconception("ex08_6", "gradcheck", hint="twice for each entry is enough")
def gradcheck_calls_too_often(f, g, x, eps=1e-5):
    n = np.zeros(x.shape) + 0 * f(x * 1.0)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = eps
        n[i] = (f(x + step) - f(x - step)) / (2 * eps)
    size = np.linalg.norm(n) + np.linalg.norm(g)
    return np.linalg.norm(n - g) / size if size > 0 else 0.0


EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "ex08_1": {"swapped operands: `W2 @ u2` -> `u2 @ W2`": "the product of two vectors is symmetric"},
    "ex08_2": {
        "statement order: `d['W1_u4'], d['W1_u8'] = (np.outer(x, d['u1']), 2 * lam * W1); "
        "d['W2_u4'], d['W2_u8'] = (d['u3'] * u['u2'], 2 * lam * W2)` -> "
        "`d['W2_u4'], d['W2_u8'] = (d['u3'] * u['u2'], 2 * lam * W2); "
        "d['W1_u4'], d['W1_u8'] = (np.outer(x, d['u1']), 2 * lam * W1)`": "neither needs the other",
    },
    "ex08_5": {
        "statement order: `other = other if isinstance(other, Tensor) else Tensor(other); "
        "rules = (lambda g: g * other.data, lambda g: g * self.data)` -> "
        "`rules = (lambda g: g * other.data, lambda g: g * self.data); "
        "other = other if isinstance(other, Tensor) else Tensor(other)`": "a lambda looks it up when called",
    },
    "ex08_6": {"swapped operands: `n - g` -> `g - n`": "a norm ignores the sign"},
}
