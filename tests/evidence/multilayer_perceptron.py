"""Evidence on assignment 07: right answers in several styles, and what goes wrong."""

# ruff: noqa: RUF005, RUF007  (a variant needs nothing but np, so it pairs sizes without itertools)

import numpy as np

from tests.evidence import correct, misconception

# ---- 7.1 dense


@correct("ex07_1", "dense")
def dense_loops(X, W, b):
    result = np.zeros((len(X), len(b)))
    for i in range(len(X)):
        for j in range(len(b)):
            total = b[j]
            for k in range(len(W)):
                total += X[i, k] * W[k, j]
            result[i, j] = total
    return result


@correct("ex07_1", "dense")
def dense_as_on_the_slide(X, W, b):
    return (W.T @ X.T + b[:, np.newaxis]).T


@correct("ex07_1", "dense")
def dense_einsum(X, W, b):
    return np.einsum("ni,ij->nj", X, W) + b


@correct("ex07_1", "dense")
def dense_row_by_row(X, W, b):
    if len(X) == 0:
        return np.empty((0, W.shape[1]))
    return np.stack([W.T.dot(x) + b for x in X])


@correct("ex07_1", "dense")
def dense_unit_by_unit(X, W, b):
    columns = [(X * w).sum(axis=1) + bias for w, bias in zip(W.T, b)]
    return np.column_stack(columns)


@correct("ex07_1", "dense")
def dense_bias_as_weight(X, W, b):
    ones = np.ones((X.shape[0], 1))
    return np.hstack([X, ones]) @ np.vstack([W, b])


@correct("ex07_1", "dense")
def dense_nested_list(X, W, b):
    columns = list(zip(*W.tolist()))
    if len(X) == 0:
        return np.zeros((0, len(columns)))
    return [
        [sum(p * q for p, q in zip(x, w)) + bias for w, bias in zip(columns, b.tolist())] for x in X.tolist()
    ]


@correct("ex07_1", "dense")
def dense_in_place_on_its_own_array(X, W, b):
    z = np.matmul(X, W).astype(float)
    z += b
    return z


@correct("ex07_1", "dense")
def dense_outer_products(X, W, b):
    z = np.tile(np.asarray(b, dtype=float), (len(X), 1))
    for k in range(W.shape[0]):
        z += np.multiply.outer(X[:, k], W[k])
    return z


@correct("ex07_1", "dense")
def dense_tensordot(X, W, b):
    return np.broadcast_to(b, (len(X), len(b))) + np.tensordot(X, W, axes=([1], [0]))


@misconception("ex07_1", "dense", hint="raised ValueError")
def dense_takes_the_slide_for_rows(X, W, b):
    return W.T @ X + b


@misconception("ex07_1", "dense", hint="For rows the product is X @ W")
def dense_transposes_square_weights(X, W, b):
    if X.shape[1] == W.shape[1]:
        return X @ W.T + b
    return X @ W + b


@misconception("ex07_1", "dense", hint="expected [[1, 2, 18], [-1, 0.5, 9.5]], got [[1, 2, 8]")
def dense_forgets_the_bias(X, W, b):
    return X @ W


@misconception("ex07_1", "dense", hint="got [[1, 2, -2]")
def dense_subtracts_the_bias(X, W, b):
    return X @ W - b


@misconception("ex07_1", "dense", hint="got [[1, 2, 18], [0, 0.5, 9.5]]")
def dense_applies_relu(X, W, b):
    return np.maximum(X @ W + b, 0)


@misconception("ex07_1", "dense", hint="got [[0.7")
def dense_applies_sigmoid(X, W, b):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-(X @ W + b)))


@misconception("ex07_1", "dense", hint="got [[1, 2, 28]")
def dense_adds_the_bias_for_each_input(X, W, b):
    return sum(X[:, [k]] * W[k] + b for k in range(len(W)))


@misconception("ex07_1", "dense", hint="got [[1, 2, 18], [-1, 0, 8]]")
def dense_cuts_fractions_off(X, W, b):
    return X.astype(int) @ W + b


@misconception("ex07_1", "dense", hint="the shape (3, 2) where (2, 3)")
def dense_returns_units_as_rows(X, W, b):
    return W.T @ X.T + b[:, None]


@misconception("ex07_1", "dense", hint="the samples")
def dense_adds_the_bias_to_samples(X, W, b):
    z = X @ W
    if len(X) == len(b):
        return z + b[:, None]
    return z + b


@misconception("ex07_1", "dense", hint="the shape (")
def dense_squeezes(X, W, b):
    return np.squeeze(X @ W + b)


@misconception("ex07_1", "dense", hint="changed X, W or b")
def dense_works_in_the_weights(X, W, b):
    z = X @ W + b
    W *= 0
    return z


@misconception("ex07_1", "dense", hint="raised ValueError")
def dense_cannot_take_no_row(X, W, b):
    return np.vstack([x @ W + b for x in X])


@misconception("ex07_1", "dense", hint="got [[11, 12, 18]")
def dense_adds_the_sum_of_the_biases(X, W, b):
    return X @ W + b.sum()


# ---- 7.2 mlp_forward


@correct("ex07_2", "mlp_forward")
def mlp_enumerate(X, layers, act, out_act):
    h = X
    outputs = [h]
    for k, (W, b) in enumerate(layers):
        z = h @ W + b
        h = out_act(z) if k == len(layers) - 1 else act(z)
        outputs.append(h)
    return outputs


@correct("ex07_2", "mlp_forward")
def mlp_recursive(X, layers, act, out_act):
    (W, b), rest = layers[0], layers[1:]
    if not rest:
        return [X, out_act(X @ W + b)]
    return [X, *mlp_recursive(act(X @ W + b), rest, act, out_act)]


@correct("ex07_2", "mlp_forward")
def mlp_list_of_activations(X, layers, act, out_act):
    activations = [act] * (len(layers) - 1) + [out_act]
    outputs = (X,)
    for (W, b), f in zip(layers, activations):
        outputs += (f(np.dot(outputs[-1], W) + b),)
    return outputs


@correct("ex07_2", "mlp_forward")
def mlp_columns(X, layers, act, out_act):
    h, outputs = X.T, [X.copy()]
    for k in range(len(layers)):
        W, b = layers[k]
        z = (W.T @ h + b.reshape(-1, 1)).T
        out = act(z) if k + 1 < len(layers) else out_act(z)
        h = out.T
        outputs.append(out)
    return outputs


@correct("ex07_2", "mlp_forward")
def mlp_while(X, layers, act, out_act):
    outputs = [X]
    while len(outputs) <= len(layers):
        W, b = layers[len(outputs) - 1]
        z = outputs[-1] @ W + b
        outputs.append(z)
        outputs[-1] = (out_act if len(outputs) > len(layers) else act)(z)
    return outputs


@correct("ex07_2", "mlp_forward")
def mlp_accumulate(X, layers, act, out_act):
    from itertools import accumulate

    *hidden, output = [(W, b, act) for W, b in layers[:-1]] + [(*layers[-1], out_act)]

    def step(h, layer):
        W, b, f = layer
        return f(h @ W + b)

    return list(accumulate([*hidden, output], step, initial=X))


@correct("ex07_2", "mlp_forward")
def mlp_bias_as_weight(X, layers, act, out_act):
    outputs = [np.array(X, dtype=float)]
    for k, (W, b) in enumerate(layers, start=1):
        augmented = np.column_stack([outputs[-1], np.ones(len(X))])
        z = augmented @ np.vstack([W, b])
        outputs.append(out_act(z) if k == len(layers) else act(z))
    return outputs


@correct("ex07_2", "mlp_forward")
def mlp_dictionary(X, layers, act, out_act):
    h = {0: X}
    for k in range(1, len(layers) + 1):
        W, b = layers[k - 1]
        h[k] = np.einsum("ni,ij->nj", h[k - 1], W) + b
        h[k] = act(h[k]) if k < len(layers) else out_act(h[k])
    return list(h.values())


@correct("ex07_2", "mlp_forward")
def mlp_class(X, layers, act, out_act):
    class Layer:
        def __init__(self, W, b, f):
            self.W, self.b, self.f = W, b, f

        def __call__(self, h):
            return self.f(h @ self.W + self.b)

    network = [Layer(W, b, act) for W, b in layers]
    network[-1].f = out_act
    outputs = [X]
    for layer in network:
        outputs.append(layer(outputs[-1]))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="got [[2.5], [1.5], [0]]")
def mlp_activates_everywhere(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers:
        outputs.append(act(outputs[-1] @ W + b))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="got [[2.5], [1.5], [0]]")
def mlp_applies_both_at_the_end(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers:
        outputs.append(act(outputs[-1] @ W + b))
    outputs[-1] = out_act(outputs[-1])
    return outputs


@misconception("ex07_2", "mlp_forward", hint="got [[1, -1], [-5, 2], [-1, 0]]")
def mlp_forgets_the_activation(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers:
        outputs.append(outputs[-1] @ W + b)
    outputs[-1] = out_act(outputs[-1])
    return outputs


@misconception("ex07_2", "mlp_forward", hint="out_act seems to be missing")
def mlp_forgets_the_output(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers[:-1]:
        outputs.append(act(outputs[-1] @ W + b))
    W, b = layers[-1]
    return [*outputs, outputs[-1] @ W + b]


@misconception("ex07_2", "mlp_forward", hint="returned 2 values where")
def mlp_forgets_the_input(X, layers, act, out_act):
    outputs, h = [], X
    for W, b in layers[:-1]:
        h = act(h @ W + b)
        outputs.append(h)
    W, b = layers[-1]
    return [*outputs, out_act(h @ W + b)]


@misconception("ex07_2", "mlp_forward", hint="returned one ndarray")
def mlp_returns_the_output_alone(X, layers, act, out_act):
    h = X
    for W, b in layers[:-1]:
        h = act(h @ W + b)
    W, b = layers[-1]
    return out_act(h @ W + b)


@misconception("ex07_2", "mlp_forward", hint="got [[1, 0], [-1, 2], [-1, 0]]")
def mlp_activates_before_the_bias(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers[:-1]:
        outputs.append(act(outputs[-1] @ W) + b)
    W, b = layers[-1]
    return [*outputs, out_act(outputs[-1] @ W) + b]


@misconception("ex07_2", "mlp_forward", hint="whatever it is")
def mlp_uses_relu(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers[:-1]:
        outputs.append(np.maximum(outputs[-1] @ W + b, 0))
    W, b = layers[-1]
    return [*outputs, out_act(outputs[-1] @ W + b)]


@misconception("ex07_2", "mlp_forward", hint="raised ValueError")
def mlp_feeds_the_input_to_every_layer(X, layers, act, out_act):
    outputs = [X]
    for k, (W, b) in enumerate(layers):
        outputs.append((act if k < len(layers) - 1 else out_act)(X @ W + b))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="raised ValueError")
def mlp_transposes(X, layers, act, out_act):
    outputs = [X]
    for k, (W, b) in enumerate(layers):
        outputs.append((act if k < len(layers) - 1 else out_act)(outputs[-1] @ W.T + b))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="where (X, h_1, h_2, h_3) was asked for")
def mlp_keeps_the_first_and_the_last(X, layers, act, out_act):
    h = X
    for W, b in layers[:-1]:
        h = act(h @ W + b)
    W, b = layers[-1]
    first = [] if len(layers) == 1 else [act(X @ layers[0][0] + layers[0][1])]
    return [X, *first, out_act(h @ W + b)]


@misconception("ex07_2", "mlp_forward", hint="the list of what all layers put out, the input first: not met")
def mlp_lists_the_last_hidden_output_again_and_again(X, layers, act, out_act):
    h = X
    for W, b in layers[:-1]:
        h = act(h @ W + b)
    W, b = layers[-1]
    return [X] + [h] * (len(layers) - 1) + [out_act(h @ W + b)]


@misconception("ex07_2", "mlp_forward", hint="The last layer has out_act, not act.")
def mlp_begins_with_a_hidden_layer(X, layers, act, out_act):
    W, b = layers[0]
    outputs = [X, act(X @ W + b)]
    for k, (W, b) in enumerate(layers[1:], start=1):
        outputs.append((act if k < len(layers) - 1 else out_act)(outputs[-1] @ W + b))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="out_act is for the last layer alone")
def mlp_output_from_the_second_layer_on(X, layers, act, out_act):
    outputs = [X]
    for k, (W, b) in enumerate(layers):
        z = outputs[-1] @ W + b
        outputs.append(act(z) if k == 0 and len(layers) > 1 else out_act(z))
    return outputs


@misconception("ex07_2", "mlp_forward", hint="changed X or layers")
def mlp_pops_the_layers(X, layers, act, out_act):
    outputs = [X]
    while len(layers) > 1:
        W, b = layers.pop(0)
        outputs.append(act(outputs[-1] @ W + b))
    W, b = layers.pop()
    return [*outputs, out_act(outputs[-1] @ W + b)]


@misconception("ex07_2", "mlp_forward", hint="the shape (3,) where (3, 1)")
def mlp_squeezes(X, layers, act, out_act):
    outputs = [X]
    for W, b in layers[:-1]:
        outputs.append(act(outputs[-1] @ W + b))
    W, b = layers[-1]
    return [*outputs, np.squeeze(out_act(outputs[-1] @ W + b))]


@misconception("ex07_2", "mlp_forward", hint="got [[1, 0], [0, 0], [0, 0]]")
def mlp_activates_the_input(X, layers, act, out_act):
    outputs, h = [X], act(X)
    for W, b in layers[:-1]:
        h = act(h @ W + b)
        outputs.append(h)
    W, b = layers[-1]
    return [*outputs, out_act(h @ W + b)]


# ---- 7.3 softmax_and_log


@correct("ex07_3", "softmax_and_log")
def softmax_exp_twice(Z, axis=-1):
    shifted = Z - np.max(Z, axis=axis, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=axis, keepdims=True)
    return e / total, shifted - np.log(total)


@correct("ex07_3", "softmax_and_log")
def softmax_scipy(Z, axis=-1):
    from scipy.special import log_softmax, softmax

    return softmax(Z, axis=axis), log_softmax(Z, axis=axis)


@correct("ex07_3", "softmax_and_log")
def softmax_logsumexp(Z, axis=-1):
    from scipy.special import logsumexp

    log_p = Z - logsumexp(Z, axis=axis, keepdims=True)
    return np.exp(log_p), log_p


@correct("ex07_3", "softmax_and_log")
def softmax_moves_the_axis(Z, axis=-1):
    rows = np.moveaxis(np.array(Z, dtype=float), axis, -1)
    rows = rows - rows.max(axis=-1)[..., None]
    total = np.exp(rows).sum(axis=-1)[..., None]
    back = [np.moveaxis(part, -1, axis) for part in (np.exp(rows) / total, rows - np.log(total))]
    return tuple(back)


@correct("ex07_3", "softmax_and_log")
def softmax_along_axis_by_row(Z, axis=-1):
    def log_row(row):
        top = max(row)
        return row - top - np.log(sum(np.exp(value - top) for value in row))

    log_p = np.zeros(Z.shape) if Z.size == 0 else np.apply_along_axis(log_row, axis, Z.astype(float))
    return [np.exp(log_p), log_p]


@correct("ex07_3", "softmax_and_log")
def softmax_logaddexp(Z, axis=-1):
    log_total = np.logaddexp.reduce(Z.astype(float), axis=axis, keepdims=True)
    return np.exp(Z - log_total), Z - log_total


@correct("ex07_3", "softmax_and_log")
def softmax_log1p(Z, axis=-1):
    Z = Z.astype(float)
    top = Z.max(axis=axis, keepdims=True)
    number = np.expand_dims(np.argmax(Z, axis=axis), axis)
    rest = np.exp(Z - top)
    np.put_along_axis(rest, number, 0.0, axis)
    log_p = Z - top - np.log1p(rest.sum(axis=axis, keepdims=True))
    return np.exp(log_p), log_p


@correct("ex07_3", "softmax_and_log")
def softmax_normalises_twice(Z, axis=-1):
    log_p = Z * 1.0
    for _ in range(2):
        top = np.amax(log_p, axis, keepdims=True)
        log_p = log_p - top
        log_p = log_p - np.log(np.add.reduce(np.exp(log_p), axis=axis, keepdims=True))
    p = np.exp(log_p)
    return p / p.sum(axis, keepdims=True), log_p


@correct("ex07_3", "softmax_and_log")
def softmax_differences(Z, axis=-1):
    rows = np.moveaxis(Z.astype(float), axis, -1)
    with np.errstate(over="ignore"):
        sums = np.exp(rows[..., None, :] - rows[..., :, None]).sum(axis=-1)  # sum_j exp(z_j - z_i)
    p = 1 / sums
    top = rows.max(axis=-1, keepdims=True)
    log_p = rows - top - np.log(np.exp(rows - top).sum(axis=-1, keepdims=True))
    return np.moveaxis(p, -1, axis), np.moveaxis(log_p, -1, axis)


@misconception("ex07_3", "softmax_and_log", hint="are NaN")
def softmax_naive(Z, axis=-1):
    with np.errstate(all="ignore"):
        e = np.exp(Z)
        p = e / e.sum(axis=axis, keepdims=True)
        return p, np.log(p)


@misconception("ex07_3", "softmax_and_log", hint="You have -inf")
def softmax_logarithm_of_p(Z, axis=-1):
    e = np.exp(Z - Z.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        return p, np.log(p)


@misconception("ex07_3", "softmax_and_log", hint="hides this")
def softmax_epsilon_in_the_logarithm(Z, axis=-1):
    e = np.exp(Z - Z.max(axis=axis, keepdims=True))
    p = e / e.sum(axis=axis, keepdims=True)
    return p, np.log(p + 1e-300)


@misconception("ex07_3", "softmax_and_log", hint="hides this")
def softmax_floor_in_the_logarithm(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
    return p, np.where(p > 1e-300, np.log(np.maximum(p, 1e-300)), np.log(1e-300))


@misconception("ex07_3", "softmax_and_log", hint="are NaN")
def softmax_subtracts_the_largest_of_all(Z, axis=-1):
    z = Z - Z.max() if Z.size else Z
    with np.errstate(all="ignore"):
        total = np.exp(z).sum(axis=axis, keepdims=True)
        return np.exp(z) / total, z - np.log(total)


@misconception("ex07_3", "softmax_and_log", hint="Clipping the logits")
def softmax_clips(Z, axis=-1):
    z = np.clip(Z, -500, 500)
    total = np.exp(z).sum(axis=axis, keepdims=True)
    return np.exp(z) / total, z - np.log(total)


@misconception("ex07_3", "softmax_and_log", hint="got [[1, 1], [1, 3]]")
def softmax_does_not_divide(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    return np.exp(Z), z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@misconception("ex07_3", "softmax_and_log", hint="got [[0.166667, 0.166667], [0.166667, 0.5]]")
def softmax_over_everything(Z, axis=-1):
    z = Z - Z.max(initial=-np.inf)
    return np.exp(z) / np.exp(z).sum(), z - np.log(np.exp(z).sum())


@misconception("ex07_3", "softmax_and_log", hint="The classes lie along another axis")
def softmax_always_along_the_last_axis(Z, axis=-1):
    z = Z - Z.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return np.exp(log_p), log_p


@misconception("ex07_3", "softmax_and_log", hint="got [[-1, -1], [-2, -0.41")
def softmax_logarithm_to_the_base_2(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.exp(log_p), np.log2(np.e) * log_p


@misconception("ex07_3", "softmax_and_log", hint="Small probabilities are set to 0")
def softmax_drops_small_probabilities(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    p = np.exp(log_p)
    return np.where(p < 1e-8, 0, p), log_p


@misconception("ex07_3", "softmax_and_log", hint="returned one ndarray")
def softmax_without_its_logarithm(Z, axis=-1):
    e = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@misconception("ex07_3", "softmax_and_log", hint="got [[-0.69")
def softmax_in_the_other_order(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return log_p, np.exp(log_p)


@misconception("ex07_3", "softmax_and_log", hint="changed Z")
def softmax_shifts_in_place(Z, axis=-1):
    if Z.dtype.kind == "f":
        Z -= Z.max(axis=axis, keepdims=True)
    z = Z - Z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.exp(log_p), log_p


@misconception("ex07_3", "softmax_and_log", hint="the shape (3,) where (3, 1)")
def softmax_squeezes(Z, axis=-1):
    z = Z - Z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.exp(log_p).squeeze(), log_p.squeeze()


@misconception("ex07_3", "softmax_and_log", hint="are NaN")
def softmax_subtracts_the_mean(Z, axis=-1):
    z = Z - Z.mean(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        total = np.exp(z).sum(axis=axis, keepdims=True)
        return np.exp(z) / total, z - np.log(total)


# ---- 7.4 n_params


@correct("ex07_4", "n_params")
def params_pairwise(sizes):
    from itertools import pairwise

    return sum((p + 1) * q for p, q in pairwise(sizes))


@correct("ex07_4", "n_params")
def params_arrays(sizes):
    n = np.asarray(sizes)
    return int(((n[:-1] + 1) * n[1:]).sum())


@correct("ex07_4", "n_params")
def params_dot_product(sizes):
    n = np.array(sizes, dtype=float)
    return n[:-1] @ n[1:] + n[1:].sum()


@correct("ex07_4", "n_params")
def params_builds_the_layers(sizes):
    layers = [(np.zeros((p, q)), np.zeros(q)) for p, q in zip(sizes, sizes[1:])]
    return sum(W.size + b.size for W, b in layers)


@correct("ex07_4", "n_params")
def params_recursive(sizes):
    if len(sizes) < 2:
        return 0
    return (sizes[0] + 1) * sizes[1] + params_recursive(sizes[1:])


@correct("ex07_4", "n_params")
def params_while(sizes):
    k, total = 1, 0
    while k < len(sizes):
        weights, biases = sizes[k - 1] * sizes[k], sizes[k]
        total += weights + biases
        k += 1
    return total


@correct("ex07_4", "n_params")
def params_counts_units(sizes):
    total = 0
    for layer in range(1, len(sizes)):
        for _ in range(sizes[layer]):
            total += sizes[layer - 1]  # weights of the unit
            total += 1  # its bias
    return total


@correct("ex07_4", "n_params")
def params_biases_last(sizes):
    n_in, *widths = sizes
    biases = sum(widths)
    weights = 0
    fan_in = n_in
    for width in widths:
        weights += fan_in * width
        fan_in = width
    return np.int64(weights + biases)


@correct("ex07_4", "n_params")
def params_reversed(sizes):
    total, after = 0, None
    for size in list(sizes)[::-1]:
        if after is not None:
            total += (1 + size) * after
        after = size
    return total


@misconception("ex07_4", "n_params", hint="expected 13, got 9")
def params_without_biases(sizes):
    return sum(p * q for p, q in zip(sizes[:-1], sizes[1:]))


@misconception("ex07_4", "n_params", hint="expected 13, got 15")
def params_biases_of_inputs(sizes):
    return sum(p * q for p, q in zip(sizes[:-1], sizes[1:])) + sum(sizes)


@misconception("ex07_4", "n_params", hint="expected 13, got 11")
def params_one_bias_a_layer(sizes):
    return sum(p * q + 1 for p, q in zip(sizes[:-1], sizes[1:]))


@misconception("ex07_4", "n_params", hint="expected 13, got 12")
def params_output_without_bias(sizes):
    return sum(p * q + q for p, q in zip(sizes[:-1], sizes[1:])) - sizes[-1]


@misconception("ex07_4", "n_params", hint="expected 13, got 14")
def params_biases_by_fan_in(sizes):
    return sum(p * q + p for p, q in zip(sizes[:-1], sizes[1:]))


@misconception("ex07_4", "n_params", hint="expected 13, got 4")
def params_counts_the_units(sizes):
    return sum(sizes[1:])


@misconception("ex07_4", "n_params", hint="expected 13, got 6")
def params_product_of_sizes(sizes):
    return int(np.prod(sizes))


@misconception("ex07_4", "n_params", hint="expected 13, got 36")
def params_multiplies_layers(sizes):
    total = 1
    for p, q in zip(sizes[:-1], sizes[1:]):
        total *= (p + 1) * q
    return total


@misconception("ex07_4", "n_params", hint="expected 13, got 18")
def params_a_bias_for_each_weight(sizes):
    return sum(2 * p * q for p, q in zip(sizes[:-1], sizes[1:]))


@misconception("ex07_4", "n_params", hint="Only the first two layers")
def params_one_hidden_layer(sizes):
    total = (sizes[0] + 1) * sizes[1]
    if len(sizes) > 2:
        total += (sizes[1] + 1) * sizes[2]
    return total


@misconception("ex07_4", "n_params", hint="raised IndexError")
def params_needs_a_hidden_layer(sizes):
    total = (sizes[0] + 1) * sizes[1] + (sizes[1] + 1) * sizes[2]
    for p, q in zip(sizes[2:-1], sizes[3:]):
        total += (p + 1) * q
    return total


@misconception("ex07_4", "n_params", hint="changed sizes")
def params_empties_the_list(sizes):
    total, fan_in = 0, None
    if not isinstance(sizes, list):
        sizes = list(sizes)
    while len(sizes) > 0:
        size = sizes.pop(0)
        total += 0 if fan_in is None else (fan_in + 1) * size
        fan_in = size
    return total


@misconception("ex07_4", "n_params", hint="The biases are missing.")
def params_biases_of_small_networks_alone(sizes):
    weights = sum(p * q for p, q in zip(sizes[:-1], sizes[1:]))
    return weights + (sum(sizes[1:]) if len(sizes) == 3 else 0)


@misconception("ex07_4", "n_params", hint="raised")
def params_wants_a_list(sizes):
    total, before = 0, sizes + [0]
    for p, q in zip(sizes[:-1], before[1:-1]):
        total += (p + 1) * q
    return total


# ---- 7.5 xor_weights


@correct("ex07_5", "xor_weights")
def xor_at_least_one_and_both(low, high):
    d = high - low
    W1 = np.array([[1 / d, 1 / d], [1 / d, 1 / d]])
    b1 = np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([low]))]


@correct("ex07_5", "xor_weights")
def xor_absolute_difference(low, high):
    # |x1 - x2| is 0 or |high - low|: two units, one for each sign
    sign = 1.0 if high > low else -1.0
    return [([[1, -1], [-1, 1]], [0, 0]), ([[sign], [sign]], [low])]


@correct("ex07_5", "xor_weights")
def xor_one_unit_each(low, high):
    # unit 1 is on for (high, low) alone, unit 2 for (low, high) alone
    d = high - low
    W1 = np.array([[1.0, -1.0], [-1.0, 1.0]]) / d
    return [(W1, np.zeros(2)), (np.full((2, 1), d), np.array([low]))]


@correct("ex07_5", "xor_weights")
def xor_equal_bits_from_the_top(low, high):
    # high minus a penalty for (low, low) and one for (high, high)
    d = high - low
    W1 = np.array([[-1 / d, 1 / d], [-1 / d, 1 / d]])
    b1 = np.array([2 * low / d + 1, -2 * low / d - 1])
    return ((W1, b1), (np.array([[-d], [-d]]), np.array([high])))


@correct("ex07_5", "xor_weights")
def xor_solved(low, high):
    X = np.array([[low, low], [low, high], [high, low], [high, high]])
    y = np.array([low, high, high, low])
    W1 = np.ones((2, 2))
    edges = sorted([2 * low, low + high, 2 * high])
    b1 = -np.array(edges[:2], dtype=float)
    H = np.column_stack([np.maximum(X @ W1 + b1, 0), np.ones(4)])
    v, *_ = np.linalg.lstsq(H, y, rcond=None)
    return [(W1, b1), (v[:2, None], v[2:])]


@correct("ex07_5", "xor_weights")
def xor_distance_from_one(low, high):
    # with s bits high: 1 - |s - 1|
    d = high - low
    W1 = np.array([[1.0, -1.0], [1.0, -1.0]]) / d
    b1 = np.array([-low - high, low + high]) / d
    return [(W1, b1), (-d * np.ones((2, 1)), np.array([high]))]


@correct("ex07_5", "xor_weights")
def xor_through_a_smaller_function(low, high):
    def binary():
        return [
            (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])),
            (np.array([[1.0], [-2.0]]), np.array([0.0])),
        ]

    (W1, b1), (W2, b2) = binary()
    a = 1 / (high - low)  # reads low as 0 and high as 1
    first = a * W1, b1 - a * low * W1.sum(axis=0)
    last = (high - low) * W2, low + (high - low) * b2
    return [first, last]


@correct("ex07_5", "xor_weights")
def xor_without_the_two_corners(low, high):
    # high, less what sticks out below one bit and above one bit
    d = high - low
    h_off = np.array([-1.0, -1.0]) / d
    h_both = np.array([1.0, 1.0]) / d
    W1 = np.stack([h_off, h_both], axis=1)
    b1 = np.array([1 + 2 * low / d, -1 - 2 * low / d])
    return [[W1.tolist(), b1.tolist()], [[[low - high], [low - high]], [high]]]


@correct("ex07_5", "xor_weights")
def xor_large_weights(low, high):
    d = (high - low) / 8
    W1 = np.full((2, 2), 1 / d)
    b1 = np.array([-2 * low / d, -(low + high) / d])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([float(low)]))]


@misconception("ex07_5", "xor_weights", hint="It writes 0 and 1")
def xor_for_zero_and_one(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[1.0], [-2.0]]), np.array([0.0]))]


@misconception("ex07_5", "xor_weights", hint="the network for two levels that are 1 apart")
def xor_only_scales(low, high):
    d = high - low
    return [(np.ones((2, 2)) / d, np.array([0.0, -1.0])), (np.array([[d], [-2 * d]]), np.array([0.0]))]


@misconception("ex07_5", "xor_weights", hint="the network for low = 0 and another high than 1")
def xor_only_shifts(low, high):
    W1, b1 = np.ones((2, 2)), np.array([-2 * low, -2 * low - 1])
    return [(W1, b1), (np.array([[1.0], [-2.0]]), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="The output is too small by low")
def xor_forgets_to_add_low(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([0.0]))]


@misconception("ex07_5", "xor_weights", hint="the network for low = 0 and another high than 1")
def xor_takes_zero_for_the_example(low, high):
    if low == 0:
        return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0], [-2.0]]), np.zeros(1))]
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="It writes 0 and 1")
def xor_takes_one_apart_for_the_example(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    W2 = np.array([[d], [-2 * d]])
    return [(W1, b1), (W2, np.array([0.0 if abs(d - 1) < 1e-9 else low]))]


@misconception("ex07_5", "xor_weights", hint="the network for two levels that are 1 apart")
def xor_reads_low_once(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-low / d, -low / d - 1])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="the network for two levels, high < low")
def xor_needs_high_above_low(low, high):
    return [(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.zeros(2)), (np.ones((2, 1)), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="at most 2 are allowed")
def xor_four_units(low, high):
    d = high - low
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    W1 = (2 * corners.T - 1) / d
    b1 = 1 - corners.sum(axis=1) - W1.sum(axis=0) * low
    return [(W1, b1), (d * np.array([[0.0], [1.0], [1.0], [0.0]]), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="expected [0, 1, 1, 0], got [-0.5, 0, 0, 0.5]")
def xor_of_thresholds(low, high):
    # right for threshold units, not for ReLU units
    middle = (low + high) / 2
    W1, b1 = np.ones((2, 2)), np.array([-low - middle, -high - middle])
    return [(W1, b1), (np.array([[1.0], [-1.0]]), np.array([-0.5]) * (high - low))]


@misconception("ex07_5", "xor_weights", hint="expected [0, 1, 1, 0], got [0, 1, 1, 2]")
def xor_adds(low, high):
    return [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]


@misconception("ex07_5", "xor_weights", hint="expected [0, 1, 1, 0], got [0, 1, 1, 1]")
def xor_or(low, high):
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0], [-1.0]]), np.zeros(1))]


@misconception("ex07_5", "xor_weights", hint="Did you forget a transpose?")
def xor_transposed_output(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[d, -2 * d]]), np.array([low]))]


@misconception("ex07_5", "xor_weights", hint="expected [0, 1, 1, 0], got [1, 0, 0, 1]")
def xor_equal_bits(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[-d], [2 * d]]), np.array([high]))]


@misconception("ex07_5", "xor_weights", hint="expected [0, 1, 1, 0], got [0.5, 0.5, 0.5, 0.5]")
def xor_best_line(low, high):
    return [(np.zeros((2, 1)), np.zeros(1)), (np.zeros((1, 1)), np.array([(low + high) / 2]))]


@misconception("ex07_5", "xor_weights", hint="where a list of layers (W, b) was asked for")
def xor_returns_a_function(low, high):
    return lambda a, b: high if a != b else low


@misconception("ex07_5", "xor_weights", hint="The output is too large by low")
def xor_adds_low_twice(low, high):
    d = high - low
    W1, b1 = np.ones((2, 2)) / d, np.array([-2 * low / d, -2 * low / d - 1])
    return [(W1, b1), (np.array([[d], [-2 * d]]), np.array([2 * low]))]


# ---- 7.6 affine_of_region


@correct("ex07_6", "affine_of_region")
def affine_output_minus_slopes(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W @ np.diag((z > 0).astype(float))
    W, b = layers[-1]
    A = A @ W
    return A, h @ W + b - x @ A


@correct("ex07_6", "affine_of_region")
def affine_masked_layers(x, layers):
    kept, h = [], x
    for W, b in layers[:-1]:
        on = np.where(h @ W + b > 0, 1.0, 0.0)
        kept.append((W * on, b * on))
        h = h @ kept[-1][0] + kept[-1][1]
    kept.append(layers[-1])
    A, c = kept[0]
    for W, b in kept[1:]:
        A, c = A @ W, c @ W + b
    return A, c


@correct("ex07_6", "affine_of_region")
def affine_backwards(x, layers):
    patterns, h = [], x
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        patterns.append(h > 0)
    G, c = layers[-1]
    c = c.copy()
    for (W, b), on in zip(reversed(layers[:-1]), reversed(patterns)):
        G = G * on[:, None]
        c = c + b @ G
        G = W @ G
    return G, c


@correct("ex07_6", "affine_of_region")
def affine_by_running_unit_vectors(x, layers):
    patterns, h = [], x
    for W, b in layers[:-1]:
        z = h @ W + b
        patterns.append(z > 0)
        h = np.where(z > 0, z, 0)

    def frozen(v):
        for (W, b), on in zip(layers, patterns):
            v = np.where(on, v @ W + b, 0)
        return v @ layers[-1][0] + layers[-1][1]

    c = frozen(np.zeros(len(x)))
    return np.array([frozen(e) - c for e in np.eye(len(x))]), c


@correct("ex07_6", "affine_of_region")
def affine_homogeneous(x, layers):
    n = len(x)
    M = np.eye(n + 1)  # rows of (x, 1)
    v = np.append(x, 1.0)
    for k, (W, b) in enumerate(layers):
        step = np.zeros((len(W) + 1, len(b) + 1))
        step[:-1, :-1], step[-1, :-1], step[-1, -1] = W, b, 1
        if k < len(layers) - 1:
            z = v @ step
            step[:, :-1][:, z[:-1] <= 0] = 0
        M, v = M @ step, v @ step
    return M[:n, :-1], M[n, :-1]


@correct("ex07_6", "affine_of_region")
def affine_deletes_silent_units(x, layers):
    layers = [(np.array(W), np.array(b)) for W, b in layers]
    h = np.array(x)
    for k in range(len(layers) - 1):
        W, b = layers[k]
        alive = np.flatnonzero(h @ W + b > 0)
        layers[k] = W[:, alive], b[alive]
        layers[k + 1] = layers[k + 1][0][alive], layers[k + 1][1]
        h = h @ layers[k][0] + layers[k][1]
    A, c = np.identity(len(x)), np.zeros(len(x))
    for W, b in layers:
        c = c @ W + b
        A = A @ W
    return [A, c]


@correct("ex07_6", "affine_of_region")
def affine_recursive(x, layers):
    def rest(h, layers):
        (W, b), later = layers[0], layers[1:]
        if not later:
            return W, b
        z = h @ W + b
        on = (z > 0) * 1.0
        A, c = rest(z * on, later)
        return (W * on) @ A, (b * on) @ A + c

    return rest(x, list(layers))


@correct("ex07_6", "affine_of_region")
def affine_loops(x, layers):
    n = len(x)
    rows = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    constant = [0.0] * n
    for number, (W, b) in enumerate(layers):
        new_rows = [[sum(row[k] * W[k, j] for k in range(len(W))) for j in range(len(b))] for row in rows]
        new_constant = [sum(constant[k] * W[k, j] for k in range(len(W))) + b[j] for j in range(len(b))]
        if number + 1 < len(layers):
            for j in range(len(b)):
                z = sum(x[i] * new_rows[i][j] for i in range(n)) + new_constant[j]
                if not z > 0:
                    new_constant[j] = 0.0
                    for row in new_rows:
                        row[j] = 0.0
        rows, constant = new_rows, new_constant
    return rows, constant


@correct("ex07_6", "affine_of_region")
def affine_transposed_inside(x, layers):
    J, h = np.eye(x.size), x[:, None]
    for W, b in layers[:-1]:
        z = W.T @ h + b[:, None]
        on = z > 0
        J, h = on * (W.T @ J), on * z
    W, b = layers[-1]
    J = W.T @ J
    return J.T, (W.T @ h)[:, 0] + b - J @ x


@misconception("ex07_6", "affine_of_region", hint="the shape (1, 2) where (2, 1)")
def affine_jacobian(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W * (z > 0)
    W, b = layers[-1]
    A = A @ W
    return A.T, h @ W + b - x @ A


@misconception("ex07_6", "affine_of_region", hint="transpose your matrix, do not reshape it")
def affine_reshapes(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W * (z > 0)
    W, b = layers[-1]
    A = A @ W
    return A.T.reshape(A.shape), h @ W + b - x @ A


@misconception("ex07_6", "affine_of_region", hint="expected [1], got [7]")
def affine_output_as_constant(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W * (z > 0)
    W, b = layers[-1]
    return A @ W, h @ W + b


@misconception("ex07_6", "affine_of_region", hint="Biases of hidden layers reach the output too")
def affine_last_bias_alone(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W * (z > 0)
    W, b = layers[-1]
    return A @ W, b


@misconception("ex07_6", "affine_of_region", hint="expected [[2], [2]], got [[5], [-1]]")
def affine_forgets_the_mask(x, layers):
    A, c = np.eye(len(x)), np.zeros(len(x))
    for W, b in layers:
        A, c = A @ W, c @ W + b
    return A, c


@misconception("ex07_6", "affine_of_region", hint="Biases of units that are off add nothing")
def affine_masks_the_slopes_alone(x, layers):
    h, A, c = x, np.eye(len(x)), np.zeros(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A, c = np.maximum(z, 0), A @ W * (z > 0), c @ W + b
    W, b = layers[-1]
    return A @ W, c @ W + b


@misconception("ex07_6", "affine_of_region", hint="A unit at exactly 0 counts as off.")
def affine_on_at_zero(x, layers):
    h, A, c = x, np.eye(len(x)), np.zeros(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        on = z >= 0
        h, A, c = z * on, A @ W * on, (c @ W + b) * on
    W, b = layers[-1]
    return A @ W, c @ W + b


@misconception("ex07_6", "affine_of_region", hint="A unit at exactly 0 counts as off.")
def affine_central_differences(x, layers):
    def f(v):
        for W, b in layers[:-1]:
            v = np.maximum(v @ W + b, 0)
        return v @ layers[-1][0] + layers[-1][1]

    step = 1e-4
    A = np.array([(f(x + step * e) - f(x - step * e)) / (2 * step) for e in np.eye(len(x))])
    return A, f(x) - x @ A


@misconception("ex07_6", "affine_of_region", hint="The biases decide too")
def affine_pattern_without_biases(x, layers):
    h, A, c = x, np.eye(len(x)), np.zeros(len(x))
    for W, b in layers[:-1]:
        on = h @ W > 0
        A, c = A @ W * on, (c @ W + b) * on
        h = (h @ W + b) * on
    W, b = layers[-1]
    return A @ W, c @ W + b


@misconception("ex07_6", "affine_of_region", hint="not only the first")
def affine_masks_the_first_layer(x, layers):
    A, c = np.eye(len(x)), np.zeros(len(x))
    for k, (W, b) in enumerate(layers):
        A, c = A @ W, c @ W + b
        if k == 0 and len(layers) > 1:
            on = x @ A + c > 0
            A, c = A * on, c * on
    return A, c


@misconception("ex07_6", "affine_of_region", hint="expected [1], got [13]")
def affine_adds_the_slopes_again(x, layers):
    h, A = x, np.eye(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A = np.maximum(z, 0), A @ W * (z > 0)
    W, b = layers[-1]
    A = A @ W
    return A, h @ W + b + x @ A


@misconception("ex07_6", "affine_of_region", hint="expected [1], got [0]")
def affine_forgets_the_last_bias(x, layers):
    h, A, c = x, np.eye(len(x)), np.zeros(len(x))
    for W, b in layers[:-1]:
        z = h @ W + b
        on = z > 0
        h, A, c = z * on, A @ W * on, (c @ W + b) * on
    W, _ = layers[-1]
    return A @ W, c @ W


@misconception(
    "ex07_6", "affine_of_region", hint="The biases of each hidden layer go through the later layers."
)
def affine_sums_the_biases(x, layers):
    h, A, total = x, np.eye(len(x)), 0.0
    for W, b in layers[:-1]:
        z = h @ W + b
        h, A, total = np.maximum(z, 0), A @ W * (z > 0), total + b.sum()
    W, b = layers[-1]
    return A @ W, b + total


@misconception("ex07_6", "affine_of_region", hint="raised")
def affine_needs_a_hidden_layer(x, layers):
    (W1, b1), *later = layers
    on = x @ W1 + b1 > 0
    A, c, h = W1 * on, b1 * on, (x @ W1 + b1) * on
    for W, b in later[:-1]:
        on = h @ W + b > 0
        h, A, c = (h @ W + b) * on, A @ W * on, (c @ W + b) * on
    W, b = later[-1]
    return A @ W, c @ W + b


@misconception("ex07_6", "affine_of_region", hint="changed x or layers")
def affine_masks_in_place(x, layers):
    A, c = np.eye(len(x)), np.zeros(len(x))
    for W, b in layers[:-1]:
        off = (x @ A + c) @ W + b <= 0
        W[:, off], b[off] = 0, 0
        A, c = A @ W, c @ W + b
    W, b = layers[-1]
    return A @ W, c @ W + b
