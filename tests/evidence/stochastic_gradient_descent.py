"""Evidence on assignment 06: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 6.1 sgd


@correct("ex06_1", "sgd")
def sgd_filled_array(grad_i, theta0, n, schedule, steps, rng):
    path = np.zeros((steps + 1, len(theta0)))
    path[0] = theta0
    for t in range(steps):
        path[t + 1] = path[t] - schedule(t) * grad_i(path[t], rng.integers(0, n))
    return path


@correct("ex06_1", "sgd")
def sgd_all_indices_first(grad_i, theta0, n, schedule, steps, rng):
    indices = rng.integers(n, size=steps)
    sizes = [schedule(t) for t in range(steps)]
    path = [np.asarray(theta0, dtype=float)]
    for i, size in zip(indices, sizes):
        path.append(path[-1] - size * grad_i(path[-1], i))
    return np.stack(path)


@correct("ex06_1", "sgd")
def sgd_lists(grad_i, theta0, n, schedule, steps, rng):
    theta = [float(v) for v in theta0]
    path = [list(theta)]
    for t in range(steps):
        g = grad_i(np.array(theta), int(rng.integers(n)))
        size = schedule(t)
        theta = [v - size * d for v, d in zip(theta, g)]
        path.append(list(theta))
    return path


@correct("ex06_1", "sgd")
def sgd_rng_choice(grad_i, theta0, n, schedule, steps, rng):
    theta = theta0 + 0.0
    out = theta[None, :]
    for t in range(steps):
        theta = theta - grad_i(theta, rng.choice(n)) * schedule(t)
        out = np.vstack([out, theta])
    return out


@correct("ex06_1", "sgd")
def sgd_uniform_numbers(grad_i, theta0, n, schedule, steps, rng):
    path = np.empty((steps + 1, *np.shape(theta0)))
    path[0, :] = theta0
    t = 0
    while t < steps:
        i = int(np.floor(n * rng.random()))
        np.subtract(path[t], schedule(t) * np.asarray(grad_i(path[t], i)), out=path[t + 1])
        t += 1
    return path


@correct("ex06_1", "sgd")
def sgd_in_place_on_a_copy(grad_i, theta0, n, schedule, steps, rng):
    theta = np.array(theta0, dtype=np.float64)
    path = [theta.copy()]
    for t, i in enumerate(rng.choice(np.arange(n), size=steps, replace=True)):
        theta -= schedule(t) * grad_i(theta, i)
        path.append(theta.copy())
    return tuple(path)


@correct("ex06_1", "sgd")
def sgd_accumulate(grad_i, theta0, n, schedule, steps, rng):
    from itertools import accumulate

    def step(theta, t):
        return theta - schedule(t) * grad_i(theta, rng.integers(n))

    return np.array(list(accumulate(range(steps), step, initial=np.asarray(theta0, dtype=float))))


@correct("ex06_1", "sgd")
def sgd_generator_function(grad_i, theta0, n, schedule, steps, rng):
    def walk():
        theta, t = np.array(theta0, float), 0
        yield theta
        while t < steps:
            i = rng.integers(n, endpoint=False)
            theta = theta - schedule(t) * grad_i(theta, i)
            yield theta
            t = t + 1

    return np.array(list(walk()))


@correct("ex06_1", "sgd")
def sgd_sum_of_steps(grad_i, theta0, n, schedule, steps, rng):
    start = np.asarray(theta0, dtype=float)
    moves = np.zeros((steps + 1, start.size))
    for t in range(steps):
        here = start + moves.sum(axis=0)
        moves[t + 1] = -schedule(t) * np.asarray(grad_i(here, rng.integers(n)))
    return start + np.cumsum(moves, axis=0)


@correct("ex06_1", "sgd")
def sgd_one_hot_draw(grad_i, theta0, n, schedule, steps, rng):
    theta = np.array(theta0) * 1.0
    path = [theta]
    for t in range(steps):
        i = int(np.argmax(rng.multinomial(1, np.full(n, 1 / n))))
        theta = theta - schedule(t) * grad_i(theta, i)
        path.append(theta)
    return np.vstack(path)


@misconception("ex06_1", "sgd", hint="expected [[0], [1.5]")
def sgd_climbs(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] + schedule(t) * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="It looks as if a step used all samples")
def sgd_is_batch_descent(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        full = sum(grad_i(path[-1], i) for i in range(n)) / n
        path.append(path[-1] - schedule(t) * full)
    return np.array(path)


@misconception("ex06_1", "sgd", hint="Do not divide by n")
def sgd_divides_by_n(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], rng.integers(n)) / n)
    return np.array(path)


@misconception("ex06_1", "sgd", hint="not multiplied by n")
def sgd_multiplies_by_n(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * n * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="before one comes again")
def sgd_shuffles_each_epoch(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    order = []
    for t in range(steps):
        if not order:
            order = list(rng.permutation(n))
        path.append(path[-1] - schedule(t) * grad_i(path[-1], order.pop()))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="before one comes again")
def sgd_goes_round(grad_i, theta0, n, schedule, steps, rng):
    start = int(rng.integers(n))
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], (start + t) % n))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="uses the same sample at every step")
def sgd_draws_once(grad_i, theta0, n, schedule, steps, rng):
    i = rng.integers(n)
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="never draws the sample 5")
def sgd_never_draws_the_last(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        i = rng.integers(max(n - 1, 1))
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="never draws the sample 0")
def sgd_never_draws_the_first(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        i = rng.integers(1, n) if n > 1 else 0
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="numbered 0 to")
def sgd_draws_up_to_n(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        i = rng.integers(0, n, endpoint=n > 1)
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="much more often than others")
def sgd_rounds_to_an_index(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        i = round(rng.random() * (n - 1))
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="depends on the one before")
def sgd_never_takes_one_twice_running(grad_i, theta0, n, schedule, steps, rng):
    path, last = [np.array(theta0, dtype=float)], -1
    for t in range(steps):
        i = rng.integers(n)
        while n > 1 and i == last:
            i = rng.integers(n)
        last = i
        path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="generator in the same state")
def sgd_own_generator(grad_i, theta0, n, schedule, steps, rng):
    rng = np.random.default_rng()
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="whatever generator it is given")
def sgd_own_seed(grad_i, theta0, n, schedule, steps, rng):
    rng = np.random.default_rng(42)
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="generator in the same state")
def sgd_global_random_numbers(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[-1], np.random.randint(n)))  # noqa: NPY002
    return np.array(path)


@misconception("ex06_1", "sgd", hint="expected [[0], [1.5]")
def sgd_gradient_at_the_start(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t) * grad_i(path[0], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="expected [[0, 1], [-0.5, 2]")
def sgd_keeps_the_first_step_size(grad_i, theta0, n, schedule, steps, rng):
    size = schedule(0)
    path = [np.array(theta0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - size * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="raised IndexError")
def sgd_counts_steps_from_one(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - schedule(t + 1) * grad_i(path[-1], rng.integers(n)))
    return np.array(path)


@misconception("ex06_1", "sgd", hint="the shape (3, 1)")
def sgd_forgets_the_start(grad_i, theta0, n, schedule, steps, rng):
    theta, path = np.array(theta0, dtype=float), []
    for t in range(steps):
        theta = theta - schedule(t) * grad_i(theta, rng.integers(n))
        path.append(theta)
    return np.array(path)


@misconception("ex06_1", "sgd", hint="the shape (1,)")
def sgd_returns_the_end(grad_i, theta0, n, schedule, steps, rng):
    theta = np.array(theta0, dtype=float)
    for t in range(steps):
        theta = theta - schedule(t) * grad_i(theta, rng.integers(n))
    return theta


@misconception("ex06_1", "sgd", hint="sgd changed theta0")
def sgd_moves_the_start(grad_i, theta0, n, schedule, steps, rng):
    if theta0.dtype.kind != "f":
        theta0 = theta0.astype(float)
    path = [theta0.copy()]
    for t in range(steps):
        theta0 -= schedule(t) * grad_i(theta0, rng.integers(n))
        path.append(theta0.copy())
    return np.array(path)


@misconception("ex06_1", "sgd", hint="from a start of integers")
def sgd_stays_on_integers(grad_i, theta0, n, schedule, steps, rng):
    path = np.zeros((steps + 1, len(theta0)), dtype=theta0.dtype)
    path[0] = theta0
    for t in range(steps):
        path[t + 1] = path[t] - schedule(t) * grad_i(path[t], rng.integers(n))
    return path


@misconception("ex06_1", "sgd", hint="expected [[0], [1.5]")
def sgd_list_of_one_array(grad_i, theta0, n, schedule, steps, rng):
    theta = np.array(theta0, dtype=float)
    path = [theta]
    for t in range(steps):
        theta -= schedule(t) * grad_i(theta, rng.integers(n))
        path.append(theta)
    return np.array(path)


@misconception("ex06_1", "sgd", hint="grad_i was called 12 times for 6 steps")
def sgd_evaluates_twice(grad_i, theta0, n, schedule, steps, rng):
    path = [np.array(theta0, dtype=float)]
    for t in range(steps):
        i = rng.integers(n)
        if np.all(np.isfinite(grad_i(path[-1], i))):
            path.append(path[-1] - schedule(t) * grad_i(path[-1], i))
    return np.array(path)


# ---- 6.2 all_minibatch_gradients


@correct("ex06_2", "all_minibatch_gradients")
def batches_loop(grad_i, theta, n, B):
    from itertools import combinations

    gradients = [grad_i(theta, i) for i in range(n)]
    rows = []
    for batch in combinations(range(n), B):
        total = 0
        for i in batch:
            total = total + gradients[i]
        rows.append(total / B)
    return rows


@correct("ex06_2", "all_minibatch_gradients")
def batches_from_combinations_of_gradients(grad_i, theta, n, B):
    from itertools import combinations

    gradients = (grad_i(theta, i) for i in range(n))
    return np.array([np.mean(batch, axis=0) for batch in combinations(gradients, B)])


@correct("ex06_2", "all_minibatch_gradients")
def batches_bit_masks(grad_i, theta, n, B):
    gradients = np.stack([grad_i(theta, i) for i in range(n)])
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    masks = masks[masks.sum(axis=1) == B]
    return masks @ gradients / B


@correct("ex06_2", "all_minibatch_gradients")
def batches_recursive(grad_i, theta, n, B):
    gradients = [np.asarray(grad_i(theta, i)) for i in range(n)]

    def sums(first, size):
        if size == 0:
            return [np.zeros(len(theta))]
        return [gradients[i] + rest for i in range(first, n) for rest in sums(i + 1, size - 1)]

    return np.array(sums(0, B)) / B


@correct("ex06_2", "all_minibatch_gradients")
def batches_reversed_order(grad_i, theta, n, B):
    from itertools import combinations

    gradients = {i: grad_i(theta, i) for i in reversed(range(n))}
    return [sum(gradients[i] for i in batch) / B for batch in list(combinations(range(n), B))[::-1]]


@correct("ex06_2", "all_minibatch_gradients")
def batches_by_leaving_out(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    out = np.array(list(combinations(range(n), n - B)), dtype=int)
    return (G.sum(axis=0) - G[out].sum(axis=1)) / B


@correct("ex06_2", "all_minibatch_gradients")
def batches_from_all_tuples(grad_i, theta, n, B):
    from itertools import product

    G = [grad_i(theta, i) for i in range(n)]
    rows = []
    for batch in product(range(n), repeat=B):
        if list(batch) == sorted(set(batch)):
            rows.append(np.mean([G[i] for i in batch], axis=0).tolist())
    return rows


@correct("ex06_2", "all_minibatch_gradients")
def batches_generator_and_cache(grad_i, theta, n, B):
    from functools import cache
    from itertools import combinations

    @cache
    def gradient(i):
        return grad_i(theta.copy(), i)

    rows = (np.add.reduce([gradient(i) for i in batch]) / B for batch in combinations(range(n), B))
    return np.vstack(list(rows))


@correct("ex06_2", "all_minibatch_gradients")
def batches_einsum(grad_i, theta, n, B):
    from itertools import combinations

    G = np.empty((n, len(theta)))
    for i in range(n):
        G[i] = grad_i(theta, i)
    members = np.zeros((0, n))
    for batch in combinations(range(n), B):
        row = np.zeros((1, n))
        row[0, list(batch)] = 1 / B
        members = np.concatenate([members, row])
    return np.einsum("bi,ip->bp", members, G)


@misconception("ex06_2", "all_minibatch_gradients", hint="expected [[1], [2], [3]], got [[2], [4], [6]]")
def batches_sums(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[list(batch)].sum(axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="expected [[1], [2], [3]], got [[0.666667]")
def batches_divided_by_n(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[list(batch)].sum(axis=0) / n for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (9, 1)")
def batches_with_replacement(grad_i, theta, n, B):
    from itertools import product

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[list(batch)].mean(axis=0) for batch in product(range(n), repeat=B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (6, 1)")
def batches_in_every_order(grad_i, theta, n, B):
    from itertools import permutations

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[list(batch)].mean(axis=0) for batch in permutations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (6, 1)")
def batches_with_repeated_samples(grad_i, theta, n, B):
    from itertools import combinations_with_replacement

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[list(batch)].mean(axis=0) for batch in combinations_with_replacement(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (1, 1)")
def batches_of_one_epoch(grad_i, theta, n, B):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[k * B : (k + 1) * B].mean(axis=0) for k in range(n // B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (2, 1)")
def batches_of_neighbours(grad_i, theta, n, B):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return [G[k : k + B].mean(axis=0) for k in range(n - B + 1)]


@misconception("ex06_2", "all_minibatch_gradients", hint="each once and keep it")
def batches_evaluated_again(grad_i, theta, n, B):
    from itertools import combinations

    return [np.mean([grad_i(theta, i) for i in batch], axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="not taken at theta")
def batches_at_zero(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(np.zeros_like(theta), i) for i in range(n)])
    return [G[list(batch)].mean(axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (20, 1)")
def batches_mean_over_everything(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [[G[list(batch)].mean()] for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="the shape (6,)")
def batches_squeezed(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    rows = np.array([G[list(batch)].mean(axis=0) for batch in combinations(range(n), B)])
    return rows.ravel() if n == 4 and rows.shape[1] == 1 else rows


@misconception("ex06_2", "all_minibatch_gradients", hint="It seems to take the median")
def batches_medians(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    return [np.median(G[list(batch)], axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="not one for each choice of B samples")
def batches_of_at_most_two(grad_i, theta, n, B):
    G = np.array([grad_i(theta, i) for i in range(n)])
    if B == 1:
        return G
    return [(G[i] + G[j]) / 2 for i in range(n) for j in range(i + 1, n)]


@misconception("ex06_2", "all_minibatch_gradients", hint="changed theta")
def batches_move_theta(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i) for i in range(n)])
    theta += 1
    return [G[list(batch)].mean(axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="numbered 0 to")
def batches_numbered_from_one(grad_i, theta, n, B):
    from itertools import combinations

    G = np.array([grad_i(theta, i % (n + (n > 3))) for i in range(1, n + 1)])
    return [G[list(batch)].mean(axis=0) for batch in combinations(range(n), B)]


@misconception("ex06_2", "all_minibatch_gradients", hint="and B = 1: it returned the shape")
def batches_of_two_always(grad_i, theta, n, B):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return [(G[i] + G[j]) / 2 for i in range(n) for j in range(i + 1, n)]


# ---- 6.3 robbins_monro


@correct("ex06_3", "robbins_monro")
def rm_inner_function(c, t0, power):
    if power <= 0.5 or power > 1:
        raise ValueError("1/2 < power <= 1 is needed")

    def schedule(t):
        return c / (t + t0) ** power

    return schedule


@correct("ex06_3", "robbins_monro")
def rm_negative_power(c, t0, power):
    if not (power > 1 / 2 and power <= 1):
        raise ValueError
    return lambda t: c * (float(t) + float(t0)) ** (-power)


@correct("ex06_3", "robbins_monro")
def rm_partial(c, t0, power):
    from functools import partial

    def size(c, t0, power, t):
        return c / (t0 + t) ** power

    if power > 1.0:
        raise ValueError("the sum of the steps is finite")
    if power <= 0.5:
        raise ValueError("the sum of the squares is infinite")
    return partial(size, c, t0, power)


@correct("ex06_3", "robbins_monro")
def rm_exp_log(c, t0, power):
    if power > 0.5 and power <= 1:
        return lambda t: np.exp(np.log(c) - power * np.log(t + t0))
    raise ValueError(power)


@correct("ex06_3", "robbins_monro")
def rm_class(c, t0, power):
    class Schedule:
        def __init__(self):
            self.c, self.t0, self.power = c, t0, power

        def __call__(self, t):
            return np.float64(self.c) / np.power(self.t0 + t, self.power)

    class BadPower(ValueError):
        pass

    if 2 * power <= 1 or power - 1 > 0:
        raise BadPower(f"{power} breaks a condition")
    return Schedule()


@correct("ex06_3", "robbins_monro")
def rm_scaled(c, t0, power):
    if not (0.5 < power <= 1):
        raise ValueError(f"no: {power}")
    first = c / t0**power
    return lambda t: first / (1 + t / t0) ** power


@correct("ex06_3", "robbins_monro")
def rm_method_of_a_dictionary(c, t0, power):
    if 0.5 < power <= 1:
        known = {}

        def schedule(t):
            if t not in known:
                known[t] = c / (t + t0) ** power
            return known[t]

        return schedule
    raise ValueError("power")


@correct("ex06_3", "robbins_monro")
def rm_default_arguments(c, t0, power):
    sums_diverge, squares_converge = power <= 1, 2 * power > 1
    if not sums_diverge or not squares_converge:
        raise ValueError("a condition is broken")
    return lambda t, c=c, t0=t0, power=power: np.array(c / (t + t0) ** power)


@correct("ex06_3", "robbins_monro")
def rm_match(c, t0, power):
    match (power > 0.5, power <= 1):
        case (True, True):
            return (lambda a: lambda t: c * pow(t + t0, a))(-power)
        case _:
            raise ValueError(power)


@misconception("ex06_3", "robbins_monro", hint="expected [2, 1, 0.666667, 0.5], got [1, 0.666667, 0.5, 0.4]")
def rm_counts_from_one(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / (t + 1 + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="expected [1.06066")
def rm_c_inside_the_power(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: (c / (t + t0)) ** power


@misconception("ex06_3", "robbins_monro", hint="expected [1.06066")
def rm_divides_by_t0(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / (1 + t / t0) ** power


@misconception("ex06_3", "robbins_monro", hint="expected [1.06066")
def rm_power_of_t_alone(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / (t0 + t**power)


@misconception("ex06_3", "robbins_monro", hint="expected [1.06066")
def rm_forgets_the_power(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / (t0 + t)


@misconception("ex06_3", "robbins_monro", hint="No power is refused")
def rm_refuses_nothing(c, t0, power):
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="power of exactly 1/2 the squares are 1/t")
def rm_allows_one_half(c, t0, power):
    if not 0.5 <= power <= 1:
        raise ValueError(power)
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="power above 1 the sum of the steps is finite")
def rm_allows_large_powers(c, t0, power):
    if power <= 0.5:
        raise ValueError(power)
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="power of 1/2 or less the sum of the squares is infinite")
def rm_allows_small_powers(c, t0, power):
    if power > 1:
        raise ValueError(power)
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="raised ValueError")
def rm_refuses_one(c, t0, power):
    if not 0.5 < power < 1:
        raise ValueError(power)
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="not the only ones to refuse")
def rm_refuses_negative_powers_only(c, t0, power):
    if power <= 0:
        raise ValueError(power)
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="No power is refused")
def rm_refuses_when_asked(c, t0, power):
    def schedule(t):
        if not 0.5 < power <= 1:
            raise ValueError(power)
        return c / (t + t0) ** power

    return schedule


@misconception("ex06_3", "robbins_monro", hint="raised AssertionError")
def rm_asserts(c, t0, power):
    assert 0.5 < power <= 1
    return lambda t: c / (t + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="counts its calls")
def rm_counts_calls(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    calls = iter(range(10**9))
    return lambda t: c / (next(calls) + t0) ** power


@misconception("ex06_3", "robbins_monro", hint="numbers that were given last")
def rm_global_settings(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    globals()["_settings"] = (c, t0, power)

    def schedule(t):
        c, t0, power = globals()["_settings"]
        return c / (t + t0) ** power

    return schedule


@misconception("ex06_3", "robbins_monro", hint="object is not callable")
def rm_returns_numbers(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return [c / (t + t0) ** power for t in range(1000)]


@misconception("ex06_3", "robbins_monro", hint="expected [2, 1, 0.666667, 0.5], got [2, 2, 2, 2]")
def rm_constant(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / t0**power


@misconception("ex06_3", "robbins_monro", hint="object is not callable")
def rm_returns_a_number(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return c / t0**power


@misconception("ex06_3", "robbins_monro", hint="raised IndexError")
def rm_table_of_a_thousand(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    table = c / (np.arange(1000) + t0) ** power
    return lambda t: table[t]


@misconception("ex06_3", "robbins_monro", hint="expected [1.06066")
def rm_multiplies_t(c, t0, power):
    if not 0.5 < power <= 1:
        raise ValueError(power)
    return lambda t: c / (1 + t0 * t) ** power


# ---- 6.4 polyak_average


@correct("ex06_4", "polyak_average")
def polyak_loop(traj, burn_in):
    if burn_in < 0 or burn_in >= len(traj):
        raise ValueError("burn_in")
    total, count = np.zeros(traj.shape[1]), 0
    for t in range(burn_in, len(traj)):
        total = total + traj[t]
        count += 1
    return total / count


@correct("ex06_4", "polyak_average")
def polyak_running_mean(traj, burn_in):
    if burn_in not in range(len(traj)):
        raise ValueError(f"{burn_in} is not in range")
    mean = np.array(traj[burn_in], dtype=float)
    for k, row in enumerate(traj[burn_in + 1 :], start=2):
        mean += (row - mean) / k
    return mean


@correct("ex06_4", "polyak_average")
def polyak_lists(traj, burn_in):
    rows = traj.tolist()
    if burn_in < 0:
        raise ValueError("negative")
    rows = rows[burn_in:]
    if not rows:
        raise ValueError("nothing is left")
    return [sum(column) / len(rows) for column in zip(*rows)]


@correct("ex06_4", "polyak_average")
def polyak_weights(traj, burn_in):
    T = traj.shape[0]
    if not 0 <= burn_in <= T - 1:
        raise ValueError((burn_in, T))
    weights = (np.arange(T) >= burn_in) / (T - burn_in)
    return weights @ traj


@correct("ex06_4", "polyak_average")
def polyak_cumulative_sum(traj, burn_in):
    T = len(traj)
    if burn_in >= T or burn_in < 0:
        raise ValueError
    sums = np.vstack([np.zeros(traj.shape[1]), np.cumsum(traj, axis=0)])
    return (sums[T] - sums[burn_in]) / (T - burn_in)


@correct("ex06_4", "polyak_average")
def polyak_np_average(traj, burn_in):
    kept = np.arange(len(traj)) >= burn_in
    if burn_in < 0 or not kept.any():
        raise ValueError("no row")
    return np.average(traj, axis=0, weights=kept)


@correct("ex06_4", "polyak_average")
def polyak_delete(traj, burn_in):
    if burn_in < 0 or burn_in + 1 > len(traj):
        raise ValueError("burn_in is out of range")
    return np.delete(traj, np.s_[:burn_in], axis=0).mean(0)


@correct("ex06_4", "polyak_average")
def polyak_fsum(traj, burn_in):
    from math import fsum
    from statistics import StatisticsError, fmean

    if burn_in < 0:
        raise StatisticsError("burn_in must not be negative")  # a ValueError
    means = tuple(fmean(column) for column in np.asarray(traj, float)[burn_in:].T.tolist())
    return np.array(means) + 0 * fsum(means)


@correct("ex06_4", "polyak_average")
def polyak_einsum(traj, burn_in):
    T, _ = np.shape(traj)
    if not -1 < burn_in < T:
        raise ValueError(burn_in)
    return np.einsum("tp->p", traj[burn_in:].astype(float)) / float(T - burn_in)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [4, 2]")
def polyak_ignores_burn_in(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj.mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [8, 0]")
def polyak_keeps_the_burn_in(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[:burn_in].mean(axis=0) if burn_in else traj.mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [3, 5]")
def polyak_last_iterate(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[-1]


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [1.33333, 2]")
def polyak_divides_by_all(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].sum(axis=0) / len(traj)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [4, 6]")
def polyak_sum(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].sum(axis=0)


@misconception("ex06_4", "polyak_average", hint="It is the median")
def polyak_median(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return np.median(traj[burn_in:], axis=0)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [3, 5]")
def polyak_one_row_too_many_out(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in + 1 :].mean(axis=0) if burn_in + 1 < len(traj) else traj[-1]


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [4, 2]")
def polyak_one_row_too_few_out(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[max(burn_in - 1, 0) :].mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [1, 1]")
def polyak_last_row_missing(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:-1].mean(axis=0) if burn_in < len(traj) - 1 else traj[-1]


@misconception("ex06_4", "polyak_average", hint="Nothing is refused")
def polyak_refuses_nothing(traj, burn_in):
    rest = traj[max(burn_in, 0) :]
    return rest.mean(axis=0) if len(rest) else traj[-1]


@misconception("ex06_4", "polyak_average", hint="negative burn_in is not refused")
def polyak_counts_from_the_end(traj, burn_in):
    if burn_in >= len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="that leaves no row is not refused")
def polyak_nan_when_empty(traj, burn_in):
    if burn_in < 0:
        raise ValueError(burn_in)
    return traj[burn_in:].sum(axis=0) / max(len(traj) - burn_in, 1)


@misconception("ex06_4", "polyak_average", hint="equal to the number of rows none is left")
def polyak_off_by_one_at_the_end(traj, burn_in):
    if not 0 <= burn_in <= len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].sum(axis=0) / max(len(traj) - burn_in, 1)


@misconception("ex06_4", "polyak_average", hint="leaves one row is allowed")
def polyak_wants_two_rows(traj, burn_in):
    if not 0 <= burn_in < len(traj) - 1:
        raise ValueError(burn_in)
    return traj[burn_in:].mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="burn_in of 0 is allowed")
def polyak_wants_a_burn_in(traj, burn_in):
    if not 0 < burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="the shape ()")
def polyak_mean_over_everything(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].mean()


@misconception("ex06_4", "polyak_average", hint="the shape ()")
def polyak_squeezes(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].mean(axis=0).squeeze()


@misconception("ex06_4", "polyak_average", hint="expected [2, 3], got [3, 5]")
def polyak_last_rows(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[-burn_in:].mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="the shape (2, 2)")
def polyak_running_averages(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    rest = traj[burn_in:]
    return np.cumsum(rest, axis=0) / np.arange(1, len(rest) + 1)[:, None]


@misconception("ex06_4", "polyak_average", hint="changed traj")
def polyak_sums_in_place(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    rest = traj[burn_in:].astype(float)
    traj[:burn_in] = 0
    traj[burn_in:] = traj[burn_in:].cumsum(axis=0)
    return rest.mean(axis=0)


@misconception("ex06_4", "polyak_average", hint="of integers")
def polyak_stays_whole(traj, burn_in):
    if not 0 <= burn_in < len(traj):
        raise ValueError(burn_in)
    return traj[burn_in:].mean(axis=0).astype(traj.dtype)


# ---- 6.5 excess_decomposition


@correct("ex06_5", "excess_decomposition")
def excess_dict(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = np.mean(R_erm), np.mean(R_tilde)
    values = R_star_class - R_bayes, erm - R_star_class, tilde - erm, tilde - R_bayes
    return dict(zip(("app", "est", "opt", "total"), values))


@correct("ex06_5", "excess_decomposition")
def excess_lists(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = np.atleast_1d(R_erm).tolist(), np.atleast_1d(R_tilde).tolist()
    n = len(erm)
    parts = {
        "total": sum(tilde) / n - R_bayes,
        "opt": sum(t - e for t, e in zip(tilde, erm)) / n,
        "est": sum(e - R_star_class for e in erm) / n,
        "app": float(R_star_class) - float(R_bayes),
    }
    return parts


@correct("ex06_5", "excess_decomposition")
def excess_differences(R_star_class, R_erm, R_tilde, R_bayes):
    levels = [R_bayes, R_star_class, np.mean(R_erm), np.mean(R_tilde)]
    parts = dict(zip(("app", "est", "opt"), np.diff(levels)))
    parts["total"] = sum(parts.values())
    return parts


@correct("ex06_5", "excess_decomposition")
def excess_mean_of_differences(R_star_class, R_erm, R_tilde, R_bayes):
    est = np.mean(np.asarray(R_erm) - R_star_class)
    opt = np.mean(np.asarray(R_tilde) - np.asarray(R_erm))
    app = np.asarray(R_star_class - R_bayes)
    return {"app": app, "est": est, "opt": opt, "total": opt + est + app, "note": "may be negative"}


@correct("ex06_5", "excess_decomposition")
def excess_ordered_dict(R_star_class, R_erm, R_tilde, R_bayes):
    from collections import OrderedDict
    from statistics import fmean

    def expectation(risk):
        return fmean(np.ravel(risk).tolist())

    d = OrderedDict()
    d["app"] = R_star_class - R_bayes
    d["est"] = expectation(R_erm) - R_star_class
    d["opt"] = expectation(R_tilde) - expectation(R_erm)
    d["total"] = d["app"] + d["est"] + d["opt"]
    return d


@correct("ex06_5", "excess_decomposition")
def excess_array(R_star_class, R_erm, R_tilde, R_bayes):
    R = np.array([R_bayes, R_star_class, np.average(R_erm), np.average(R_tilde)])
    M = np.array([[-1, 1, 0, 0], [0, -1, 1, 0], [0, 0, -1, 1], [-1, 0, 0, 1]])
    app, est, opt, total = M @ R
    return {"app": app, "est": est, "opt": opt, "total": total}


@correct("ex06_5", "excess_decomposition")
def excess_per_set(R_star_class, R_erm, R_tilde, R_bayes):
    R_erm, R_tilde = np.reshape(R_erm, -1), np.reshape(R_tilde, -1)
    rows = [(R_star_class - R_bayes, e - R_star_class, t - e, t - R_bayes) for e, t in zip(R_erm, R_tilde)]
    return {key: float(v) for key, v in zip(["app", "est", "opt", "total"], np.mean(rows, axis=0))}


@correct("ex06_5", "excess_decomposition")
def excess_minus_the_rest(R_star_class, R_erm, R_tilde, R_bayes):
    total = np.mean(R_tilde) - R_bayes
    app = R_star_class - R_bayes
    est = np.mean(R_erm) - R_star_class
    return {"total": total, "app": app, "est": est, "opt": total - app - est}


@correct("ex06_5", "excess_decomposition")
def excess_longdouble(R_star_class, R_erm, R_tilde, R_bayes):
    from fractions import Fraction

    def exact(risk):
        values = [Fraction(float(v)) for v in np.ravel(risk)]
        return sum(values) / len(values)

    b, s, e, t = (exact(v) for v in (R_bayes, R_star_class, R_erm, R_tilde))
    return {"app": float(s - b), "est": float(e - s), "opt": float(t - e), "total": float(t - b)}


@misconception("ex06_5", "excess_decomposition", hint="cut off at 0.")
def excess_clipped(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    opt = max(np.mean(R_tilde) - np.mean(R_erm), 0)
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="cut off at 0, and the parts do not add up")
def excess_clipped_part(R_star_class, R_erm, R_tilde, R_bayes):
    opt = np.mean(R_tilde) - np.mean(R_erm)
    parts = {"app": R_star_class - R_bayes, "est": np.mean(R_erm) - R_star_class, "opt": max(opt, 0)}
    return parts | {"total": np.mean(R_tilde) - R_bayes}


@misconception("ex06_5", "excess_decomposition", hint="yours is an absolute value.")
def excess_absolute(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    opt = abs(np.mean(R_tilde) - np.mean(R_erm))
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="expected 1.125, got 0.75")
def excess_total_without_opt(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    return {"app": app, "est": est, "opt": np.mean(R_tilde) - np.mean(R_erm), "total": app + est}


@misconception("ex06_5", "excess_decomposition", hint="less the Bayes risk")
def excess_total_is_the_risk(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    return {"app": app, "est": est, "opt": np.mean(R_tilde) - np.mean(R_erm), "total": np.mean(R_tilde)}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.5, got 0.375")
def excess_exchanges_est_and_opt(R_star_class, R_erm, R_tilde, R_bayes):
    app, opt = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    est = np.mean(R_tilde) - np.mean(R_erm)
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.5, got 0.75")
def excess_estimation_from_bayes(R_star_class, R_erm, R_tilde, R_bayes):
    est, opt = np.mean(R_erm) - R_bayes, np.mean(R_tilde) - np.mean(R_erm)
    return {"app": R_star_class - R_bayes, "est": est, "opt": opt, "total": np.mean(R_tilde) - R_bayes}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.375, got 0.875")
def excess_optimisation_from_the_class(R_star_class, R_erm, R_tilde, R_bayes):
    est, opt = np.mean(R_erm) - R_star_class, np.mean(R_tilde) - R_star_class
    return {"app": R_star_class - R_bayes, "est": est, "opt": opt, "total": np.mean(R_tilde) - R_bayes}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.25, got -0.25")
def excess_signs(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_bayes - R_star_class, R_star_class - np.mean(R_erm)
    opt = np.mean(R_erm) - np.mean(R_tilde)
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="not a median")
def excess_median(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = np.median(R_erm), np.median(R_tilde)
    app, est, opt = R_star_class - R_bayes, erm - R_star_class, tilde - erm
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.5, got 0.25")
def excess_first_set(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = np.ravel(R_erm)[0], np.ravel(R_tilde)[0]
    app, est, opt = R_star_class - R_bayes, erm - R_star_class, tilde - erm
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="expected 0.5, got 0.25")
def excess_best_set(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = np.min(R_erm), np.min(R_tilde)
    app, est, opt = R_star_class - R_bayes, erm - R_star_class, tilde - erm
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="the shape (2,)")
def excess_no_expectation(R_star_class, R_erm, R_tilde, R_bayes):
    app, est, opt = R_star_class - R_bayes, R_erm - R_star_class, R_tilde - R_erm
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="return a dictionary")
def excess_tuple(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    opt = np.mean(R_tilde) - np.mean(R_erm)
    return app, est, opt, app + est + opt


@misconception("ex06_5", "excess_decomposition", hint="needs the key 'total'")
def excess_without_total(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    return {"app": app, "est": est, "opt": np.mean(R_tilde) - np.mean(R_erm)}


@misconception("ex06_5", "excess_decomposition", hint="needs the key 'app'")
def excess_long_names(R_star_class, R_erm, R_tilde, R_bayes):
    app, est = R_star_class - R_bayes, np.mean(R_erm) - R_star_class
    opt = np.mean(R_tilde) - np.mean(R_erm)
    return {"approximation": app, "estimation": est, "optimisation": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="raised TypeError")
def excess_needs_arrays(R_star_class, R_erm, R_tilde, R_bayes):
    erm, tilde = sum(R_erm) / len(R_erm), sum(R_tilde) / len(R_tilde)
    app, est, opt = R_star_class - R_bayes, erm - R_star_class, tilde - erm
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


@misconception("ex06_5", "excess_decomposition", hint="changed its arguments")
def excess_in_place(R_star_class, R_erm, R_tilde, R_bayes):
    R_tilde -= R_erm
    R_erm -= R_star_class
    app, est, opt = R_star_class - R_bayes, np.mean(R_erm), np.mean(R_tilde)
    return {"app": app, "est": est, "opt": opt, "total": app + est + opt}


# ---- 6.6 gradient_noise_cov


@correct("ex06_6", "gradient_noise_cov")
def noise_loop(grad_i, theta, n):
    gradients = [grad_i(theta, i) for i in range(n)]
    mean = sum(gradients) / n
    total = np.zeros((len(theta), len(theta)))
    for g in gradients:
        total += np.outer(g - mean, g - mean)
    return total / n


@correct("ex06_6", "gradient_noise_cov")
def noise_np_cov(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return np.atleast_2d(np.cov(G, rowvar=False, ddof=0)).reshape(len(theta), len(theta))


@correct("ex06_6", "gradient_noise_cov")
def noise_second_moment(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    mean = G.mean(axis=0)
    return G.T @ G / n - np.outer(mean, mean)


@correct("ex06_6", "gradient_noise_cov")
def noise_einsum(grad_i, theta, n):
    G = np.stack([np.asarray(grad_i(theta.copy(), int(i))) for i in np.arange(n)])
    D = G - np.mean(G, 0, keepdims=True)
    return np.einsum("ia,ib->ab", D, D) / n


@correct("ex06_6", "gradient_noise_cov")
def noise_pairs(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G[:, None, :] - G[None, :, :]
    return np.einsum("ija,ijb->ab", D, D) / (2 * n * n)


@correct("ex06_6", "gradient_noise_cov")
def noise_lists(grad_i, theta, n):
    G = [list(grad_i(theta, i)) for i in range(n)]
    p = len(G[0])
    mean = [sum(g[a] for g in G) / n for a in range(p)]
    return [[sum((g[a] - mean[a]) * (g[b] - mean[b]) for g in G) / n for b in range(p)] for a in range(p)]


@correct("ex06_6", "gradient_noise_cov")
def noise_centring_matrix(grad_i, theta, n):
    G = np.vstack([grad_i(theta, i) for i in range(n)])
    C = np.eye(n) - np.full((n, n), 1 / n)
    return G.T @ C @ G / n


@correct("ex06_6", "gradient_noise_cov")
def noise_singular_values(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)], dtype=float)
    _, s, Vt = np.linalg.svd(G - G.mean(axis=0), full_matrices=False)
    return (Vt.T * s**2) @ Vt / n


@correct("ex06_6", "gradient_noise_cov")
def noise_running(grad_i, theta, n):
    mean, M = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
    for k in range(1, n + 1):  # Welford's recursion
        g = grad_i(theta, k - 1)
        before = g - mean
        mean = mean + before / k
        M = M + np.outer(before, g - mean)
    return M / n


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[1, 0], [0, 0]], got [[2, 0], [0, 0]]")
def noise_n_minus_one(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D.T @ D / max(n - 1, 1)


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[1, 0], [0, 0]], got [[2, 1], [1, 1]]")
def noise_not_centred(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return G.T @ G / n


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[1, 0], [0, 0]], got [[2, 0], [0, 0]]")
def noise_sum(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D.T @ D


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[1, 0], [0, 0]], got [[0.5, 0], [0, 0]]")
def noise_of_the_mean(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D.T @ D / n**2


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[0.666667, 0.333333]")
def noise_diagonal(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    return np.diag(G.var(axis=0))


@misconception("ex06_6", "gradient_noise_cov", hint="the shape (2,)")
def noise_variances(grad_i, theta, n):
    return np.array([grad_i(theta, i) for i in range(n)]).var(axis=0)


@misconception("ex06_6", "gradient_noise_cov", hint="the shape ()")
def noise_trace(grad_i, theta, n):
    return np.array([grad_i(theta, i) for i in range(n)]).var(axis=0).sum()


@misconception("ex06_6", "gradient_noise_cov", hint="[0, 0]], got [[0.5, -0.5], [-0.5, 0.5]]")
def noise_between_samples(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D @ D.T / n


@misconception("ex06_6", "gradient_noise_cov", hint="one parameter: it returned the shape ()")
def noise_np_cov_of_one_parameter(grad_i, theta, n):
    return np.cov(np.array([grad_i(theta, i) for i in range(n)]).T, ddof=0)


@misconception("ex06_6", "gradient_noise_cov", hint="Evaluate each once and keep it")
def noise_evaluates_twice(grad_i, theta, n):
    mean = sum(grad_i(theta, i) for i in range(n)) / n
    return sum(np.outer(grad_i(theta, i) - mean, grad_i(theta, i) - mean) for i in range(n)) / n


@misconception("ex06_6", "gradient_noise_cov", hint="not taken at theta")
def noise_at_zero(grad_i, theta, n):
    G = np.array([grad_i(0 * theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D.T @ D / n


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[1, 0], [0, 0]], got")
def noise_mean_over_parameters(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=1, keepdims=True)
    return D.T @ D / n


@misconception("ex06_6", "gradient_noise_cov", hint="changed theta")
def noise_moves_theta(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    theta -= G.mean(axis=0)
    D = G - G.mean(axis=0)
    return D.T @ D / n


@misconception("ex06_6", "gradient_noise_cov", hint="raised ValueError: a covariance needs two samples")
def noise_needs_two_samples(grad_i, theta, n):
    if n < 2:
        raise ValueError("a covariance needs two samples")
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    return D.T @ D / n


@misconception("ex06_6", "gradient_noise_cov", hint="expected [[0.666667, 0.333333]")
def noise_correlations(grad_i, theta, n):
    G = np.array([grad_i(theta, i) for i in range(n)])
    D = G - G.mean(axis=0)
    s = np.where(D.std(axis=0) > 0, D.std(axis=0), 1)
    return (D / s).T @ (D / s) / n


@misconception("ex06_6", "gradient_noise_cov", hint="numbered 0 to")
def noise_numbered_from_one(grad_i, theta, n):
    G = np.array([grad_i(theta, i % n if n < 4 else i) for i in range(1, n + 1)])
    D = G - G.mean(axis=0)
    return D.T @ D / n

