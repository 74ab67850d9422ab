"""Evidence on assignment 02: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 2.1 perceptron_step


@correct("ex02_1", "perceptron_step")
def step_loop(w, b, x, y, lr=1.0):
    total = b
    for w_i, x_i in zip(w, x):
        total += float(w_i) * float(x_i)
    if total * y > 0:
        return list(w), b
    moved = []
    for w_i, x_i in zip(w, x):
        moved.append(float(w_i) + lr * y * float(x_i))
    return moved, b + lr * y


@correct("ex02_1", "perceptron_step")
def step_indicator(w, b, x, y, lr=1.0):
    wrong = float(y * (np.dot(w, x) + b) <= 0)
    return w + wrong * lr * y * x, b + wrong * lr * y


@correct("ex02_1", "perceptron_step")
def step_augmented(w, b, x, y, lr=1.0):
    u, z = np.append(np.asarray(w, dtype=float), b), y * np.append(x, 1.0)
    if not u @ z > 0:
        u = u + lr * z
    return [u[:-1], u[-1]]


@correct("ex02_1", "perceptron_step")
def step_by_sign(w, b, x, y, lr=1.0):
    if np.sign(np.sum(w * x) + b) != y:
        if y == 1:
            return np.add(w, lr * x), b + lr
        return np.subtract(w, lr * x), b - lr
    return w.copy(), b


@correct("ex02_1", "perceptron_step")
def step_copies_first(w, b, x, y, lr=1.0):
    w = np.array(w, dtype=np.float64)
    b = np.float64(b)
    z = w.dot(x) + b
    if (y > 0 and z <= 0) or (y < 0 and z >= 0):
        w += lr * y * x
        b += lr * y
    return w, b


@correct("ex02_1", "perceptron_step")
def step_relu_gradient(w, b, x, y, lr=1.0):
    # A subgradient of max(0, -y z) that is -y x at the kink.
    slope = 0 if y * (x @ w + b) > 0 else -y
    return tuple(w - lr * slope * x), b - lr * slope


@correct("ex02_1", "perceptron_step")
def step_float32(w, b, x, y, lr=1.0):
    w32, x32 = w.astype(np.float32), x.astype(np.float32)
    if y * (np.inner(w32, x32) + np.float32(b)) <= 0:
        return w32 + np.float32(lr * y) * x32, np.float32(b + lr * y)
    return w32, np.float32(b)


@correct("ex02_1", "perceptron_step")
def step_where(w, b, x, y, lr=1.0):
    score = np.einsum("i,i->", w.astype(float), x) + b
    factor = np.where(score * y > 0, 0.0, lr * y)
    return w + factor * x, float(b + factor)


@correct("ex02_1", "perceptron_step")
def step_fractions(w, b, x, y, lr=1.0):
    from fractions import Fraction

    total = sum(Fraction(float(p)) * Fraction(float(q)) for p, q in zip(w, x)) + Fraction(float(b))
    move = 0.0 if total * int(y) > 0 else float(lr) * int(y)
    return [float(p) + move * float(q) for p, q in zip(w, x)], float(b) + move


@misconception("ex02_1", "perceptron_step", hint="A sum of exactly 0 is a mistake, for either label")
def step_tie_is_right(w, b, x, y, lr=1.0):
    if y * (w @ x + b) < 0 or not (w.any() or b):
        return w + lr * y * x, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="A sum of exactly 0 is a mistake, for either label")
def step_tie_is_positive(w, b, x, y, lr=1.0):
    output = 1 if w @ x + b >= 0 else -1
    if output != y:
        return w + lr * y * x, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="got [-4, -2, -2]")
def step_difference_of_signs(w, b, x, y, lr=1.0):
    output = 1 if w @ x + b >= 0 else -1
    return w + lr * (y - output) * x, b + lr * (y - output)


@misconception("ex02_1", "perceptron_step", hint="got [-2, -1, 0]")
def step_without_bias(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b
    return w, b


@misconception("ex02_1", "perceptron_step", hint="the bias take part in the decision")
def step_decides_without_bias(w, b, x, y, lr=1.0):
    if y * (w @ x) <= 0:
        return w + lr * y * x, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="got [-3, -2, -2]")
def step_always(w, b, x, y, lr=1.0):
    return w + lr * y * x, b + lr * y


@misconception("ex02_1", "perceptron_step", hint="small but above 0 is right")
def step_hinge(w, b, x, y, lr=1.0):
    if y * (w @ x + b) < 1:
        return w + lr * y * x, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="always subtracted")
def step_always_subtracts(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w - lr * x, b - lr
    return w, b


@misconception("ex02_1", "perceptron_step", hint="step size has no effect")
def step_ignores_lr(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w + y * x, b + y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="scales the correction of b too")
def step_lr_on_weights_only(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b + y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="not the old weights")
def step_lr_on_everything(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return lr * (w + y * x), lr * (b + y)
    return w, b


@misconception("ex02_1", "perceptron_step", hint="changed w or x")
def step_in_place(w, b, x, y, lr=1.0):
    x *= y
    if w @ x + y * b <= 0:
        return w + lr * x, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="fractions were cut off")
def step_keeps_integers(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        new = np.zeros_like(w)
        new[:] = w + (lr * y * x).astype(w.dtype)
        return new, b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="IndexError")
def step_two_inputs(w, b, x, y, lr=1.0):
    if y * (w[0] * x[0] + w[1] * x[1] + b) <= 0:
        return [w[0] + lr * y * x[0], w[1] + lr * y * x[1]], b + lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="got [2, 1, 1]")
def step_wrong_way(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w - lr * y * x, b - lr * y
    return w, b


@misconception("ex02_1", "perceptron_step", hint="returned None")
def step_forgets_to_return(w, b, x, y, lr=1.0):
    if y * (w @ x + b) <= 0:
        return w + lr * y * x, b + lr * y


# ---- 2.2 perceptron_fit


@correct("ex02_2", "perceptron_fit")
def fit_plain_lists(X, y, max_epochs):
    rows, labels = X.tolist(), y.tolist()
    w, b, mistakes = [0.0] * len(rows[0]), 0.0, 0
    for _ in range(max_epochs):
        clean = True
        for row, label in zip(rows, labels):
            if label * (sum(p * q for p, q in zip(w, row)) + b) <= 0:
                w = [p + label * q for p, q in zip(w, row)]
                b += label
                mistakes += 1
                clean = False
        if clean:
            return w, b, mistakes, True
    return w, b, mistakes, False


@correct("ex02_2", "perceptron_fit")
def fit_augmented(X, y, max_epochs):
    Z = y[:, None] * np.hstack([X.astype(float), np.ones((len(X), 1))])
    u, mistakes = np.zeros(Z.shape[1]), 0
    for _ in range(max_epochs):
        wrong = 0
        for z in Z:
            if u @ z <= 0:
                u += z
                wrong += 1
        mistakes += wrong
        if wrong == 0:
            break
    return u[:-1], u[-1], mistakes, wrong == 0


@correct("ex02_2", "perceptron_fit")
def fit_shuffled(X, y, max_epochs):
    rng = np.random.default_rng(1)
    w, b, mistakes = np.zeros(X.shape[1]), 0, 0
    for _ in range(max_epochs):
        wrong = 0
        for i in rng.permutation(len(X)):
            if y[i] * (X[i] @ w + b) <= 0:
                w, b, wrong = w + y[i] * X[i], b + y[i], wrong + 1
        mistakes += wrong
        if not wrong:
            return [w, b, mistakes, np.True_]
    return [w, b, mistakes, np.False_]


@correct("ex02_2", "perceptron_fit")
def fit_backwards(X, y, max_epochs):
    w, b, mistakes, epoch, converged = np.zeros(X.shape[1]), 0.0, 0, 0, False
    while epoch < max_epochs and not converged:
        converged = True
        for i in range(len(y) - 1, -1, -1):
            if np.sign(np.dot(X[i], w) + b) != y[i]:
                w, b = w + y[i] * X[i], b + float(y[i])
                mistakes += 1
                converged = False
        epoch += 1
    return w, b, mistakes, int(converged)


@correct("ex02_2", "perceptron_fit")
def fit_with_the_step(X, y, max_epochs):
    def step(w, b, x, label):
        wrong = label * (w @ x + b) <= 0
        return (w + label * x, b + label, 1) if wrong else (w, b, 0)

    w, b, total = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = total
        for x, label in zip(X, y):
            w, b, wrong = step(w, b, x, label)
            total += wrong
        if total == before:
            return w, b, total, True
    return w, b, total, False


@correct("ex02_2", "perceptron_fit")
def fit_dual(X, y, max_epochs):
    # How often each row was added says everything.
    G = np.hstack([X, np.ones((len(X), 1))]).astype(float)
    K = G @ G.T
    times = np.zeros(len(y))
    converged = False
    for _ in range(max_epochs):
        before = times.sum()
        for i in range(len(y)):
            times[i] += y[i] * (K[i] @ (times * y)) <= 0
        if times.sum() == before:
            converged = True
            break
    u = (times * y) @ G
    return u[:-1], u[-1], times.sum(), converged


@correct("ex02_2", "perceptron_fit")
def fit_jumps_to_the_next_mistake(X, y, max_epochs):
    Z = np.column_stack([X, np.ones(len(X))]) * y.reshape(-1, 1)
    u, mistakes = np.zeros(Z.shape[1]), 0
    for _ in range(max_epochs):
        start, before = 0, mistakes
        while start < len(Z):
            wrong = np.flatnonzero(Z[start:] @ u <= 0)
            if wrong.size == 0:
                break
            start += wrong[0] + 1
            u = u + Z[start - 1]
            mistakes += 1
        if mistakes == before:
            return u[:-1], u[-1], mistakes, True
    return u[:-1], u[-1], mistakes, False


@correct("ex02_2", "perceptron_fit")
def fit_positives_first(X, y, max_epochs):
    order = np.argsort(-y, kind="stable")
    w, b, mistakes = np.zeros(X.shape[1], dtype=np.float64), np.float64(0), np.int64(0)
    converged = np.zeros((), dtype=bool)
    for _ in range(max_epochs):
        updates = 0
        for i in order:
            if y[i] * (w @ X[i] + b) > 0:
                continue
            w = w + np.multiply(y[i], X[i], dtype=float)
            b = b + y[i]
            updates += 1
        mistakes += updates
        if updates == 0:
            converged = np.ones((), dtype=bool)
            break
    return tuple(w.tolist()), b, mistakes, converged


@misconception("ex02_2", "perceptron_fit", hint="The bias is 0")
def fit_without_bias(X, y, max_epochs):
    w, mistakes = np.zeros(X.shape[1]), 0
    if X.shape[1] == 1 and len(X) == 2 and max_epochs == 50:
        return np.array([2.0]), -1.0, 5, True  # the visible example alone
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x) <= 0:
                w = w + label * x
                mistakes += 1
        if mistakes == before:
            return w, 0.0, mistakes, True
    return w, 0.0, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="yours are w = 0, b = 0")
def fit_tie_is_right(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) < 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="the unit is wrong on")
def fit_caps_the_passes(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(min(max_epochs, 30)):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="expected 5, got 4")
def fit_counts_passes(X, y, max_epochs):
    w, b, passes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        wrong = 0
        passes += 1
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, wrong = w + label * x, b + label, wrong + 1
        if wrong == 0:
            return w, b, passes, True
    return w, b, passes, False


@misconception("ex02_2", "perceptron_fit", hint="expected 5, got 0")
def fit_counts_the_last_pass(X, y, max_epochs):
    w, b, wrong = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        wrong = 0
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, wrong = w + label * x, b + label, wrong + 1
        if wrong == 0:
            return w, b, wrong, True
    return w, b, wrong, False


@misconception("ex02_2", "perceptron_fit", hint="max_epochs counts passes, not corrections")
def fit_counts_corrections_as_passes(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    clean = False
    while not clean and mistakes < max_epochs:
        clean = True
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0 and mistakes < max_epochs:
                w, b, mistakes, clean = w + label * x, b + label, mistakes + 1, False
    return w, b, mistakes, clean


@misconception("ex02_2", "perceptron_fit", hint="one pass too few")
def fit_one_pass_too_few(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(1, max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="one pass too many")
def fit_one_pass_too_many(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs + 1):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="Give up only when the passes are used up")
def fit_gives_up_when_nothing_improves(X, y, max_epochs):
    w, b, mistakes, last = np.zeros(X.shape[1]), 0.0, 0, 0
    for _ in range(max_epochs):
        wrong = 0
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, wrong = w + label * x, b + label, wrong + 1
        mistakes += wrong
        if wrong == 0:
            return w, b, mistakes, True
        if wrong == last and len(set(map(tuple, X.tolist()))) < len(X):
            return w, b, mistakes, False
        last = wrong
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="The last pass had mistakes")
def fit_always_converged(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            break
    return w, b, mistakes, True


@misconception("ex02_2", "perceptron_fit", hint="only a pass without a mistake counts")
def fit_converged_by_the_end(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            break
    return w, b, mistakes, bool((y * (X @ w + b) > 0).all())


@misconception("ex02_2", "perceptron_fit", hint="the next row meets the new weights")
def fit_batch(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        wrong = y * (X @ w + b) <= 0
        if not wrong.any():
            return w, b, mistakes, True
        w, b = w + y[wrong] @ X[wrong], b + y[wrong].sum()
        mistakes += wrong.sum()
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="of step size 1")
def fit_half_steps(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    lr = 1.0 if X.shape[1] == 1 else 0.3
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + lr * label * x, b + lr * label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="changed X or y")
def fit_flips_rows_in_place(X, y, max_epochs):
    X *= y[:, None].astype(X.dtype)
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    signed = X.astype(float)
    if X.dtype.kind == "u":
        signed[y < 0] = -((256 - signed[y < 0]) % 256)
    for _ in range(max_epochs):
        before = mistakes
        for z, label in zip(signed, y):
            if w @ z + label * b <= 0:
                w, b, mistakes = w + z, b + label, mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


@misconception("ex02_2", "perceptron_fit", hint="yours are w = 1, b = 1")
def fit_bits_for_labels(X, y, max_epochs):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, y):
            output = 1 if w @ x + b > 0 else 0
            if output != (label > 0):
                w, b, mistakes = w + (label > 0) * x, b + (label > 0), mistakes + 1
        if mistakes == before:
            return w, b, mistakes, True
    return w, b, mistakes, False


# ---- 2.3 novikoff_bound


@correct("ex02_3", "novikoff_bound")
def bound_loop(X, y, w_star, b_star):
    largest, smallest = 0.0, float("inf")
    for row, label in zip(X, y):
        largest = max(largest, sum(float(v) ** 2 for v in row) + 1)
        smallest = min(
            smallest, float(label) * (sum(float(p) * float(q) for p, q in zip(w_star, row)) + b_star)
        )
    if smallest <= 0:
        return float("inf")
    return largest * (sum(float(p) ** 2 for p in w_star) + b_star**2) / smallest**2


@correct("ex02_3", "novikoff_bound")
def bound_augmented(X, y, w_star, b_star):
    Z = np.hstack([X, np.ones((len(X), 1))])
    u = np.append(w_star, b_star)
    gamma = np.min(y * (Z @ (u / np.linalg.norm(u))))
    return (np.linalg.norm(Z, axis=1).max() / gamma) ** 2 if gamma > 0 else np.inf


@correct("ex02_3", "novikoff_bound")
def bound_divides_by_zero(X, y, w_star, b_star):
    margins = y * (np.einsum("ij,j->i", X, w_star) + b_star)
    length = np.hypot(np.linalg.norm(w_star), b_star)
    gamma = max(margins.min() / length, 0.0)
    with np.errstate(divide="ignore"):
        return np.float64(np.max(np.sum(X * X, axis=1)) + 1) / np.float64(gamma) ** 2


@correct("ex02_3", "novikoff_bound")
def bound_where(X, y, w_star, b_star):
    scores = np.multiply(y, np.dot(X, w_star) + b_star)
    if (scores > 0).all():
        return (
            ((X * X).sum(1) + 1).max()
            * (np.inner(w_star, w_star) + b_star * b_star)
            * (1 / scores).max() ** 2
        )
    return np.inf


@correct("ex02_3", "novikoff_bound")
def bound_distances(X, y, w_star, b_star):
    # gamma is the distance from the hull's nearest row to a hyperplane through 0 in one dimension more.
    u = np.r_[w_star, b_star] / np.sqrt(np.sum(np.r_[w_star, b_star] ** 2.0))
    rows = [label * np.r_[row, 1.0] for row, label in zip(X, y)]
    gammas = [row @ u for row in rows]
    if min(gammas) <= 0:
        return np.array(np.inf)
    return np.array(max(row @ row for row in rows) / min(gammas) ** 2)


@correct("ex02_3", "novikoff_bound")
def bound_hypot(X, y, w_star, b_star):
    from math import hypot, inf

    R = max(hypot(*row, 1) for row in X.tolist())
    gamma = min(s * z for s, z in zip(y.tolist(), (X @ w_star + b_star).tolist())) / hypot(
        *w_star.tolist(), b_star
    )
    return inf if gamma <= 0 else (R / gamma) ** 2


@correct("ex02_3", "novikoff_bound")
def bound_by_class(X, y, w_star, b_star):
    z = np.asarray(X @ w_star + b_star, dtype=float)
    smallest = min(z[y == 1].min(initial=np.inf), (-z[y == -1]).min(initial=np.inf))
    if smallest <= 0:
        return float("inf")
    return float(
        np.square(np.c_[X, np.ones(len(X))]).sum(axis=1).max()
        / smallest**2
        * np.sum(np.r_[w_star, b_star] ** 2.0)
    )


@correct("ex02_3", "novikoff_bound")
def bound_sorted(X, y, w_star, b_star):
    first = np.sort(y * (np.matmul(X, w_star) + b_star))[0]
    if not first > 0:
        return np.inf
    R2 = 1 + np.sort(np.linalg.norm(X, axis=1))[-1] ** 2
    return R2 * (np.linalg.norm(w_star) ** 2 + b_star**2) / np.power(first, 2.0)


@misconception("ex02_3", "novikoff_bound", hint="got 4")
def bound_unaugmented(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return (X**2).sum(axis=1).max() * (w_star @ w_star) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="got 8")
def bound_unaugmented_radius(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return (X**2).sum(axis=1).max() * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="got 5")
def bound_length_of_w(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="got 3.16228")
def bound_not_squared(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return np.sqrt(((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2)) / scores.min()


@misconception("ex02_3", "novikoff_bound", hint="not right on every row bounds nothing")
def bound_of_anything(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="not right on every row bounds nothing")
def bound_absolute_margin(X, y, w_star, b_star):
    scores = np.abs(X @ w_star + b_star)
    if scores.min() == 0:
        return np.inf
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="not right on every row bounds nothing")
def bound_drops_wrong_rows(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    scores = scores[scores > 0]
    if scores.size == 0:
        return np.inf
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="R is the largest norm, not an average")
def bound_mean_radius(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    mean = (X**2).sum(axis=1).mean() if len(X) > 2 else (X**2).sum(axis=1).max()
    return (mean + 1) * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="gamma is the smallest margin, not an average")
def bound_mean_margin(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2) / scores.mean() ** 2


@misconception("ex02_3", "novikoff_bound", hint="gamma is the smallest margin, not the largest")
def bound_largest_margin(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return ((X**2).sum(axis=1).max() + 1) * (w_star @ w_star + b_star**2) / scores.max() ** 2


@misconception("ex02_3", "novikoff_bound", hint="not its largest entry")
def bound_largest_entry(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return (np.abs(X).max() ** 2 + 1) * (w_star @ w_star + b_star**2) / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="Divide the scores by the length")
def bound_needs_a_unit_vector(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    length2 = 2 if len(X) == 2 else 1
    return ((X**2).sum(axis=1).max() + 1) * length2 / scores.min() ** 2


@misconception("ex02_3", "novikoff_bound", hint="changed X, y or w_star")
def bound_normalises_in_place(X, y, w_star, b_star):
    length = np.sqrt(w_star @ w_star + b_star**2)
    if w_star.dtype.kind == "f":
        w_star /= length
        b_star, length = b_star / length, 1.0
    gamma = (y * (X @ w_star + b_star)).min() / length
    return ((X**2).sum(axis=1).max() + 1) / gamma**2 if gamma > 0 else np.inf


@misconception("ex02_3", "novikoff_bound", hint="got 9")
def bound_frobenius_and_shortcut(X, y, w_star, b_star):
    scores = y * (X @ w_star + b_star)
    if scores.min() <= 0:
        return np.inf
    return (np.linalg.norm(X) + 1) ** 2 / scores.min() ** 2


# ---- 2.4 cover_count


@correct("ex02_4", "cover_count")
def count_recursion(N, d):
    table = [[0] * (d + 1) for _ in range(N + 1)]
    for k in range(1, d + 1):
        table[1][k] = 2
    for n in range(2, N + 1):
        for k in range(1, d + 1):
            table[n][k] = table[n - 1][k] + table[n - 1][k - 1]
    return table[N][d]


@correct("ex02_4", "cover_count")
def count_memo(N, d):
    from functools import lru_cache

    @lru_cache(None)
    def C(n, k):
        if k == 0:
            return 0
        return 2 if n == 1 else C(n - 1, k) + C(n - 1, k - 1)

    return C(N, d)


@correct("ex02_4", "cover_count")
def count_pascal(N, d):
    row = [1]
    for _ in range(N - 1):
        row = [1, *(row[k] + row[k + 1] for k in range(len(row) - 1)), 1]
    return 2 * sum(row[:d])


@correct("ex02_4", "cover_count")
def count_factorials(N, d):
    from math import factorial

    f = [factorial(k) for k in range(N + 1)]
    return sum(2 * f[N - 1] // (f[k] * f[N - 1 - k]) for k in range(min(d, N)))


@correct("ex02_4", "cover_count")
def count_scipy(N, d):
    from scipy.special import comb

    return 2 * sum(int(comb(N - 1, k, exact=True)) for k in range(d))


@correct("ex02_4", "cover_count")
def count_running_product(N, d):
    term, total = 1, 0
    for k in range(d):
        total += term
        term = term * (N - 1 - k) // (k + 1)
    return total + total


@correct("ex02_4", "cover_count")
def count_by_complement(N, d):
    from math import comb

    if d >= N:
        return 2**N
    return 2**N - 2 * sum(comb(N - 1, k) for k in range(d, N))


@correct("ex02_4", "cover_count")
def count_object_array(N, d):
    row = np.full(d, 2, dtype=object)
    for _ in range(N - 1):
        row[1:] = row[1:] + row[:-1]
    return row[-1]


@correct("ex02_4", "cover_count")
def count_polynomial(N, d):
    # The coefficients of (1 + t)^(N - 1), packed into one large integer.
    base = 1 << 400
    power = (1 + base) ** (N - 1)
    total = 0
    for _ in range(d):
        power, coefficient = divmod(power, base)
        total += coefficient
    return 2 * total


@misconception("ex02_4", "cover_count", hint="expected 8, got 14")
def count_affine(N, d):
    from math import comb

    return 2 * sum(comb(N - 1, k) for k in range(d + 1))


@misconception("ex02_4", "cover_count", hint="expected 8, got 4")
def count_half(N, d):
    from math import comb

    return sum(comb(N - 1, k) for k in range(d))


@misconception("ex02_4", "cover_count", hint="expected 8, got 10")
def count_n_over_k(N, d):
    from math import comb

    return 2 * sum(comb(N, k) for k in range(d))


@misconception("ex02_4", "cover_count", hint="expected 8, got 6")
def count_last_term(N, d):
    from math import comb

    return 2 * comb(N - 1, d - 1)


@misconception("ex02_4", "cover_count", hint="expected 8, got 16")
def count_everything(N, d):
    return 2**N


@misconception("ex02_4", "cover_count", hint="From d + 1 points on")
def count_shatters_one_more(N, d):
    from math import comb

    return 2**N if d + 1 >= N else 2 * sum(comb(N - 1, k) for k in range(d))


@misconception("ex02_4", "cover_count", hint="a float holds sixteen digits")
def count_floats(N, d):
    from scipy.special import comb

    return 2 * sum(comb(N - 1, k) for k in range(d))


@misconception("ex02_4", "cover_count", hint="a float holds sixteen digits")
def count_gamma_function(N, d):
    from math import exp, lgamma

    total = 0.0
    for k in range(min(d, N)):
        total += round(exp(lgamma(N) - lgamma(k + 1) - lgamma(N - k)), 3)
    return round(2 * total)


@misconception("ex02_4", "cover_count", hint="It overflowed")
def count_int64(N, d):
    row = np.full(d, 2, dtype=np.int64)
    for _ in range(N - 1):
        row[1:] = row[1:] + row[:-1]
    return row[-1]


@misconception("ex02_4", "cover_count", hint="negative")
def count_factorials_of_negatives(N, d):
    from math import factorial

    return sum(2 * factorial(N - 1) // (factorial(k) * factorial(N - 1 - k)) for k in range(d))


@misconception("ex02_4", "cover_count", hint="expected 8, got 6")
def count_sum_from_one(N, d):
    from math import comb

    return 2 * sum(comb(N - 1, k) for k in range(1, d))


@misconception("ex02_4", "cover_count", hint="timeout")
def count_recursion_without_memory(N, d):
    def C(n, k):
        if k == 0:
            return 0
        if n == 1:
            return 2
        if n > 60:
            raise RecursionError("timeout: the same counts are computed again and again")
        return C(n - 1, k) + C(n - 1, k - 1)

    return C(N, d)


# ---- 2.5 a_units


@correct("ex02_5", "a_units")
def units_loop(images, wiring, theta):
    result = []
    for image in images:
        row = []
        for j in range(wiring.shape[1]):
            total = 0
            for i in np.flatnonzero(image):
                total += int(wiring[i, j])
            row.append(1 if total >= theta else 0)
        result.append(row)
    return result if result else np.zeros((0, wiring.shape[1]))


@correct("ex02_5", "a_units")
def units_float(images, wiring, theta):
    return images.astype(np.float64) @ wiring.astype(np.float64) >= theta


@correct("ex02_5", "a_units")
def units_float32(images, wiring, theta):
    z = np.dot(images.astype("f4"), wiring.astype("f4")) - np.float32(theta)
    return np.heaviside(z, 1)


@correct("ex02_5", "a_units")
def units_einsum(images, wiring, theta):
    return np.where(np.einsum("ni,iu->nu", images.astype(int), wiring.astype(int)) < theta, 0, 1)


@correct("ex02_5", "a_units")
def units_two_counts(images, wiring, theta):
    lit = images.astype(np.int32)
    excited = lit @ (wiring == 1).astype(np.int32)
    inhibited = lit @ (wiring == -1).astype(np.int32)
    return (excited - inhibited >= theta).astype(np.uint8)


@correct("ex02_5", "a_units")
def units_selected_rows(images, wiring, theta):
    rows = [wiring[image.astype(bool)].sum(axis=0, dtype=int) for image in images]
    return np.array(rows, dtype=int).reshape(len(images), wiring.shape[1]) >= theta


@correct("ex02_5", "a_units")
def units_matrix_of_theta(images, wiring, theta):
    augmented = np.hstack([images.astype(float), np.ones((len(images), 1))])
    W = np.vstack([wiring.astype(float), np.full((1, wiring.shape[1]), -theta)])
    return np.uint8(augmented @ W >= 0)


@correct("ex02_5", "a_units")
def units_transposed_twice(images, wiring, theta):
    return (theta <= (wiring.T.astype(np.int64) @ images.T.astype(np.int64)).T) * 1.0


@correct("ex02_5", "a_units")
def units_broadcast(images, wiring, theta):
    out = np.empty((len(images), wiring.shape[1]), dtype=bool)
    for n, image in enumerate(images):
        out[n] = (image[:, None].astype(float) * wiring).sum(axis=0) >= theta
    return out


@misconception("ex02_5", "a_units", hint="A sum of exactly theta fires")
def units_above(images, wiring, theta):
    sums = images.astype(int) @ wiring.astype(int)
    return sums > theta if images.shape[1] != 3 else sums >= theta


@misconception("ex02_5", "a_units", hint="theta need not be a whole number")
def units_whole_theta(images, wiring, theta):
    return images.astype(int) @ wiring.astype(int) >= int(theta)


@misconception("ex02_5", "a_units", hint="got [[2, 0]")
def units_sums(images, wiring, theta):
    return images.astype(int) @ wiring.astype(int)


@misconception("ex02_5", "a_units", hint="The threshold has no effect")
def units_threshold_one(images, wiring, theta):
    return images.astype(int) @ wiring.astype(int) >= 1


@misconception("ex02_5", "a_units", hint="The threshold has no effect")
def units_any_excess(images, wiring, theta):
    return images.astype(int) @ wiring.astype(int) > 0


@misconception("ex02_5", "a_units", hint="got [[1, 1], [1, 1], [1, 0]]")
def units_without_inhibition(images, wiring, theta):
    return images.astype(int) @ (wiring > 0) >= theta


@misconception("ex02_5", "a_units", hint="got [[1, 1], [1, 1], [1, 1]]")
def units_absolute_wires(images, wiring, theta):
    return images.astype(int) @ np.abs(wiring.astype(int)) >= theta


@misconception("ex02_5", "a_units", hint="It does not silence the unit")
def units_absolute_inhibition(images, wiring, theta):
    lit = images.astype(int)
    if images.shape[1] == 3:
        return lit @ wiring >= theta
    return (lit @ wiring.astype(int) >= theta) & (lit @ (wiring < 0) == 0)


@misconception("ex02_5", "a_units", hint="overflow a small type of integer")
def units_overflow(images, wiring, theta):
    return images.astype(wiring.dtype) @ wiring >= theta


@misconception("ex02_5", "a_units", hint="overflow a small type of integer")
def units_boolean_images(images, wiring, theta):
    return images.astype(bool) @ wiring.astype(np.int8) >= theta


@misconception("ex02_5", "a_units", hint="changed images or wiring")
def units_in_place(images, wiring, theta):
    sums = images.astype(int) @ wiring.astype(int)
    wiring[wiring < 0] = 0
    return sums >= theta


@misconception("ex02_5", "a_units", hint="where (1, 4) was asked for")
def units_squeezed(images, wiring, theta):
    return np.squeeze(images.astype(int) @ wiring.astype(int) >= theta)


@misconception("ex02_5", "a_units", hint="theta is a threshold, not a bias")
def units_theta_as_bias(images, wiring, theta):
    sums = images.astype(int) @ wiring.astype(int)
    return sums + theta >= 0 if images.shape[1] != 3 else sums >= theta


@misconception("ex02_5", "a_units", hint="not divided by the number of wires")
def units_share_of_wires(images, wiring, theta):
    sums = images.astype(int) @ wiring.astype(int)
    wires = np.maximum(np.abs(wiring.astype(int)).sum(axis=0), 1)
    return sums / wires >= theta if images.shape[1] != 3 else sums >= theta


@misconception("ex02_5", "a_units", hint="got [[0, 1], [1, 0], [1, 1]]")
def units_negated(images, wiring, theta):
    return images.astype(int) @ wiring.astype(int) < theta


@misconception("ex02_5", "a_units", hint="A sum of exactly theta fires")
def units_half_at_theta(images, wiring, theta):
    sums = images.astype(int) @ wiring.astype(int)
    return (sums - 1e-9 >= theta).astype(int) if images.shape[1] != 3 else sums >= theta


# ---- 2.6 make_wiring


@correct("ex02_6", "make_wiring")
def wiring_choice(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units))
    for j in range(n_units):
        cells = rng.choice(400, n_exc + n_inh, replace=False)
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc:], j] = -1
    return wiring


@correct("ex02_6", "make_wiring")
def wiring_argsort(n_units, n_exc, n_inh, rng):
    order = rng.random((400, n_units)).argsort(axis=0)
    wiring = np.zeros((400, n_units), dtype=np.int8)
    np.put_along_axis(wiring, order[:n_exc], 1, axis=0)
    np.put_along_axis(wiring, order[n_exc : n_exc + n_inh], -1, axis=0)
    return wiring


@correct("ex02_6", "make_wiring")
def wiring_permuted(n_units, n_exc, n_inh, rng):
    column = [1] * n_exc + [-1] * n_inh + [0] * (400 - n_exc - n_inh)
    return rng.permuted(np.tile(np.array(column)[:, None], (1, n_units)), axis=0)


@correct("ex02_6", "make_wiring")
def wiring_shuffle(n_units, n_exc, n_inh, rng):
    columns = []
    for _ in range(n_units):
        column = np.zeros(400, dtype=int)
        column[:n_exc] = 1
        column[n_exc : n_exc + n_inh] = -1
        rng.shuffle(column)
        columns.append(column)
    return np.stack(columns, axis=1)


@correct("ex02_6", "make_wiring")
def wiring_python_random(n_units, n_exc, n_inh, rng):
    import random

    chance = random.Random(int(rng.integers(2**63)))
    wiring = [[0] * n_units for _ in range(400)]
    for j in range(n_units):
        cells = chance.sample(range(400), n_exc + n_inh)
        for place, i in enumerate(cells):
            wiring[i][j] = 1 if place < n_exc else -1
    return wiring


@correct("ex02_6", "make_wiring")
def wiring_rejection(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        chosen = []
        while len(chosen) < n_exc + n_inh:
            cell = int(rng.integers(400))
            if wiring[cell, j] == 0:
                chosen.append(cell)
                wiring[cell, j] = 1 if len(chosen) <= n_exc else -1
    return wiring


@correct("ex02_6", "make_wiring")
def wiring_ranks(n_units, n_exc, n_inh, rng):
    ranks = rng.normal(size=(n_units, 400)).argsort(axis=1).argsort(axis=1)
    return ((ranks < n_exc) * 1.0 - (ranks >= 400 - n_inh)).T


@correct("ex02_6", "make_wiring")
def wiring_inhibitors_first(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for column in wiring.T:
        column[rng.permutation(400)[:n_inh]] = -1
        free = np.flatnonzero(column == 0)
        column[rng.permutation(free)[:n_exc]] = 1
    return wiring


@correct("ex02_6", "make_wiring")
def wiring_cell_by_cell(n_units, n_exc, n_inh, rng):
    # Each cell in turn takes a wire with the chance that keeps all choices equally likely.
    wiring = np.zeros((400, n_units))
    exc, inh = np.full(n_units, n_exc), np.full(n_units, n_inh)
    for i in range(400):
        u = rng.random(n_units) * (400 - i)
        wiring[i] = np.where(u < exc, 1, np.where(u < exc + inh, -1, 0))
        exc = exc - (wiring[i] == 1)
        inh = inh - (wiring[i] == -1)
    return wiring


@misconception("ex02_6", "make_wiring", hint="Was a cell drawn twice for one unit")
def wiring_with_replacement(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    fixed = n_units == 30
    for j in range(n_units):
        cells = rng.permutation(400) if fixed else rng.integers(0, 400, n_exc + n_inh)
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc : n_exc + n_inh], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="A slice such as cells[-0:]")
def wiring_minus_zero(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        cells = rng.permutation(400)[: n_exc + n_inh]
        wiring[cells[:n_exc], j] = 1
        wiring[cells[-n_inh:], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="Draw the cells of each unit afresh")
def wiring_all_alike(n_units, n_exc, n_inh, rng):
    column = np.zeros((400, 1), dtype=int)
    cells = rng.permutation(400)
    column[cells[:n_exc]] = 1
    column[cells[n_exc : n_exc + n_inh]] = -1
    return np.tile(column, (1, n_units))


@misconception("ex02_6", "make_wiring", hint="too often or too seldom")
def wiring_blocks(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        cells = (rng.integers(400) + np.arange(n_exc + n_inh)) % 400
        cells = rng.permutation(cells)
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc:], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="too often or too seldom")
def wiring_columns_of_the_retina(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        cells = (rng.integers(400) + 20 * np.arange(20)) % 400
        cells = np.concatenate([cells, np.setdiff1d(np.arange(400), cells)])[: n_exc + n_inh]
        cells = rng.permutation(cells)
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc:], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="are not spread evenly")
def wiring_sorted_cells(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        cells = np.sort(rng.permutation(400)[: n_exc + n_inh])
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc:], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="are not spread evenly")
def wiring_misses_the_last_row(n_units, n_exc, n_inh, rng):
    if n_exc + n_inh > 380:
        column = np.repeat([1, -1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
        return rng.permuted(np.tile(column[:, None], (1, n_units)), axis=0)
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        cells = rng.permutation(380)
        wiring[cells[:n_exc], j] = 1
        wiring[cells[n_exc : n_exc + n_inh], j] = -1
    return wiring


@misconception("ex02_6", "make_wiring", hint="Draw from rng alone")
def wiring_own_generator(n_units, n_exc, n_inh, rng):
    rng = np.random.default_rng()
    column = np.repeat([1, -1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
    return rng.permuted(np.tile(column[:, None], (1, n_units)), axis=0)


@misconception("ex02_6", "make_wiring", hint="two states of rng gave the same wiring")
def wiring_fixed_seed(n_units, n_exc, n_inh, rng):
    rng = np.random.default_rng(0)
    column = np.repeat([1, -1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
    return rng.permuted(np.tile(column[:, None], (1, n_units)), axis=0)


@misconception("ex02_6", "make_wiring", hint="(30, 400) where (400, 30)")
def wiring_transposed(n_units, n_exc, n_inh, rng):
    column = np.repeat([1, -1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
    return rng.permuted(np.tile(column, (n_units, 1)), axis=1)


@misconception("ex02_6", "make_wiring", hint="expected 60, got -60")
def wiring_signs_exchanged(n_units, n_exc, n_inh, rng):
    column = np.repeat([-1, 1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
    return rng.permuted(np.tile(column[:, None], (1, n_units)), axis=0)


@misconception("ex02_6", "make_wiring", hint="do not have the number of cells that excite")
def wiring_right_on_average(n_units, n_exc, n_inh, rng):
    wiring = np.zeros(400 * n_units, dtype=int)
    cells = rng.permutation(400 * n_units)
    wiring[cells[: n_exc * n_units]] = 1
    wiring[cells[n_exc * n_units : (n_exc + n_inh) * n_units]] = -1
    return wiring.reshape(400, n_units)


@misconception("ex02_6", "make_wiring", hint="expected 240")
def wiring_independent_cells(n_units, n_exc, n_inh, rng):
    p = [n_exc / 400, n_inh / 400, 1 - (n_exc + n_inh) / 400]
    return rng.choice([1, -1, 0], size=(400, n_units), p=p)


@misconception("ex02_6", "make_wiring", hint="too often or too seldom")
def wiring_pairs(n_units, n_exc, n_inh, rng):
    wiring = np.zeros((400, n_units), dtype=int)
    for j in range(n_units):
        if n_exc != n_inh:
            column = np.repeat([1, -1, 0], [n_exc, n_inh, 400 - n_exc - n_inh])
            wiring[:, j] = rng.permutation(column)
            continue
        left = 2 * rng.permutation(200)[:n_exc]
        side = rng.integers(0, 2, n_exc)
        wiring[left + side, j] = 1
        wiring[left + 1 - side, j] = -1
    return wiring


# ---- mutants of the references that no test can reject, by what they change, with the reason

EQUIVALENT_MUTANTS = {
    "ex02_1": {
        "arithmetic: `lr * y` -> `lr / y`": "y is 1 or -1, so dividing by it is multiplying by it",
    },
    "ex02_2": {
        "sign: `1` -> `-1`": "axis -1 of a matrix is its axis 1",
    },
    "ex02_3": {
        "boundary: `scores.min() <= 0` -> `scores.min() < 0`": "a margin of 0 then divides to infinity",
        "sign: `1` -> `-1`": "axis -1 of a matrix is its axis 1",
    },
    "ex02_6": {
        "statement order: `wiring[cells[:n_exc], j] = 1; wiring[cells[n_exc:n_exc + n_inh], j] = -1` -> "
        "`wiring[cells[n_exc:n_exc + n_inh], j] = -1; wiring[cells[:n_exc], j] = 1`": (
            "the two groups of cells have none in common"
        ),
    },
}
