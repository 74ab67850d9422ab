"""Evidence on assignment 05: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 5.1 surrogate


@correct("ex05_1", "surrogate")
def surrogate_loop(L0, g0, eps, gamma):
    values = []
    for step in eps:
        value = L0
        for e, g in zip(step, g0):
            value = value + float(e) * float(g) + float(e) ** 2 / (2 * gamma)
        values.append(value)
    return values


@correct("ex05_1", "surrogate")
def surrogate_norm(L0, g0, eps, gamma):
    return L0 + np.dot(eps, g0) + np.linalg.norm(eps, axis=1) ** 2 / gamma / 2


@correct("ex05_1", "surrogate")
def surrogate_einsum(L0, g0, eps, gamma):
    return L0 + np.einsum("ij,j->i", eps, g0) + np.einsum("ij,ij->i", eps, eps) * 0.5 / gamma


@correct("ex05_1", "surrogate")
def surrogate_completed_square(L0, g0, eps, gamma):
    g = np.asarray(g0, dtype=float)
    away = eps + gamma * g
    return L0 - gamma / 2 * (g @ g) + (away**2).sum(axis=1) / (2 * gamma)


@correct("ex05_1", "surrogate")
def surrogate_one_product(L0, g0, eps, gamma):
    return L0 + (eps * (g0 + eps / (2 * gamma))).sum(axis=-1)


@correct("ex05_1", "surrogate")
def surrogate_comprehension(L0, g0, eps, gamma):
    return [L0 + e @ g0 + e @ e / (2 * gamma) for e in eps]


@correct("ex05_1", "surrogate")
def surrogate_map(L0, g0, eps, gamma):
    def value(e):
        return L0 + sum(e * g0) + sum(e * e) / (2 * gamma)

    return tuple(map(value, eps))


@correct("ex05_1", "surrogate")
def surrogate_transposed(L0, g0, eps, gamma):
    columns = np.asarray(eps).T
    return L0 + g0 @ columns + np.square(columns).sum(axis=0) / (2 * gamma)


@correct("ex05_1", "surrogate")
def surrogate_filled(L0, g0, eps, gamma):
    values = np.full(len(eps), L0, dtype=float)
    for j in range(eps.shape[1]):
        values += eps[:, j] * g0[j]
        values += eps[:, j].astype(float) ** 2 / (2 * gamma)
    return values


@misconception("ex05_1", "surrogate", hint="not by gamma.")
def surrogate_forgets_the_half(L0, g0, eps, gamma):
    return L0 + eps @ g0 + (eps**2).sum(axis=1) / gamma if gamma != 0.5 else (
        L0 + eps @ g0 + (eps**2).sum(axis=1) / (2 * gamma)
    )


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [1, 19, 1]")
def surrogate_divides_by_gamma(L0, g0, eps, gamma):
    return L0 + eps @ g0 + (eps**2).sum(axis=1) / gamma


@misconception("ex05_1", "surrogate", hint="not multiplied by it")
def surrogate_multiplies(L0, g0, eps, gamma):
    return L0 + eps @ g0 + (eps**2).sum(axis=1) * (2 * gamma)


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [-0.75, 3.25, 1]")
def surrogate_half_gamma(L0, g0, eps, gamma):
    return L0 + eps @ g0 + gamma / 2 * (eps**2).sum(axis=1)


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [0, 4, 1]")
def surrogate_unsquared_norm(L0, g0, eps, gamma):
    return L0 + eps @ g0 + np.linalg.norm(eps, axis=1) / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [-1, 1, 1]")
def surrogate_tangent_only(L0, g0, eps, gamma):
    return L0 + eps @ g0


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [-1, 9, 0]")
def surrogate_without_the_value(L0, g0, eps, gamma):
    return eps @ g0 + (eps**2).sum(axis=1) / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="expected [0, 10, 1], got [4, 10, 1]")
def surrogate_subtracts_the_gradient(L0, g0, eps, gamma):
    return L0 - eps @ g0 + (eps**2).sum(axis=1) / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="the shape ()")
def surrogate_sums_all_steps(L0, g0, eps, gamma):
    return np.sum(L0 + eps @ g0) + np.sum(eps**2) / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="the shape (3, 2)")
def surrogate_does_not_add_parameters(L0, g0, eps, gamma):
    return L0 + eps * g0 + eps**2 / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="not their mean")
def surrogate_mean_of_squares(L0, g0, eps, gamma):
    return L0 + eps @ g0 + (eps**2).mean(axis=1) / (2 * gamma) * (2 if gamma == 0.5 and len(g0) == 2 else 1)


@misconception("ex05_1", "surrogate", hint="changed g0 or eps")
def surrogate_squares_in_place(L0, g0, eps, gamma):
    linear = eps @ g0
    eps *= eps
    return L0 + linear + eps.sum(axis=1) / (2 * gamma)


@misconception("ex05_1", "surrogate", hint="the shape ()")
def surrogate_squeezes(L0, g0, eps, gamma):
    return np.squeeze(L0 + eps @ g0 + (eps**2).sum(axis=1) / (2 * gamma))


@misconception("ex05_1", "surrogate", hint="raised ValueError")
def surrogate_cannot_take_no_step(L0, g0, eps, gamma):
    return np.stack([L0 + e @ g0 + e @ e / (2 * gamma) for e in eps])


@misconception("ex05_1", "surrogate", hint="is a sum over all parameters")
def surrogate_first_parameter(L0, g0, eps, gamma):
    return L0 + eps[:, 0] * g0[0] + (eps**2).sum(axis=1) / (2 * gamma)


# ---- 5.2 gd


@correct("ex05_2", "gd")
def gd_filled(grad, theta0, gamma, steps):
    theta = np.array(theta0, dtype=float)
    path = np.zeros((steps + 1, *theta.shape))
    path[0] = theta
    for t in range(1, steps + 1):
        path[t] = path[t - 1] - gamma * np.asarray(grad(path[t - 1]))
    return path


@correct("ex05_2", "gd")
def gd_list_of_floats(grad, theta0, gamma, steps):
    points = [theta0]
    while len(points) <= steps:
        theta = points[-1]
        points.append(theta - gamma * grad(theta))
    return points


@correct("ex05_2", "gd")
def gd_accumulate(grad, theta0, gamma, steps):
    from itertools import accumulate, repeat

    return list(accumulate(repeat(0, steps), lambda theta, _: theta - gamma * grad(theta), initial=theta0))


@correct("ex05_2", "gd")
def gd_recursive(grad, theta0, gamma, steps):
    if steps == 0:
        return np.asarray(theta0, dtype=float)[None]
    rest = gd_recursive(grad, theta0 - gamma * grad(theta0), gamma, steps - 1)
    return np.concatenate([np.asarray(theta0, dtype=float)[None], rest])


@correct("ex05_2", "gd")
def gd_in_place_with_copies(grad, theta0, gamma, steps):
    theta = np.array(theta0, dtype=np.float64, copy=True)
    path = [theta.copy()]
    for _ in range(steps):
        theta -= gamma * np.asarray(grad(theta if theta.ndim else float(theta)))
        path.append(theta.copy())
    return np.stack(path)


@correct("ex05_2", "gd")
def gd_generator(grad, theta0, gamma, steps):
    def points():
        theta = theta0
        yield theta
        for _ in range(steps):
            theta = theta - gamma * grad(theta)
            yield theta

    return list(points())


@correct("ex05_2", "gd")
def gd_sum_of_gradients(grad, theta0, gamma, steps):
    total = 0 * np.asarray(theta0, dtype=float)
    path = [theta0 - gamma * total]
    for _ in range(steps):
        total = total + grad(path[-1])
        path.append(theta0 - gamma * total)
    return np.array(path)


@correct("ex05_2", "gd")
def gd_minimises_the_surrogate(grad, theta0, gamma, steps):
    path = [np.asarray(theta0, dtype=float)]
    for _ in range(steps):
        best = np.multiply(-gamma, grad(path[-1]))
        path.append(np.add(path[-1], best))
    return [p.tolist() for p in path]


@correct("ex05_2", "gd")
def gd_numbers_and_vectors_apart(grad, theta0, gamma, steps):
    if np.ndim(theta0) == 0:
        theta, path = float(theta0), [float(theta0)]
        for _ in range(steps):
            theta = theta - gamma * float(grad(theta))
            path.append(theta)
        return path
    path = np.vstack([theta0] + [np.full(len(theta0), np.nan)] * steps).astype(float)
    for t in range(steps):
        path[t + 1] = path[t] - gamma * grad(path[t])
    return path


@misconception("ex05_2", "gd", hint="expected [8, 4, 2, 1], got [8, 12, 18, 27]")
def gd_goes_uphill(grad, theta0, gamma, steps):
    path = [theta0]
    for _ in range(steps):
        path.append(path[-1] + gamma * grad(path[-1]))
    return np.array(path)


@misconception("ex05_2", "gd", hint="the shape (3,)")
def gd_without_the_start(grad, theta0, gamma, steps):
    path, theta = [], theta0
    for _ in range(steps):
        theta = theta - gamma * grad(theta)
        path.append(theta)
    return np.array(path)


@misconception("ex05_2", "gd", hint="the shape (3,)")
def gd_one_step_short(grad, theta0, gamma, steps):
    path = [theta0]
    for _ in range(steps - 1):
        path.append(path[-1] - gamma * grad(path[-1]))
    return np.array(path)


@misconception("ex05_2", "gd", hint="the shape ()")
def gd_last_point_only(grad, theta0, gamma, steps):
    theta = theta0
    for _ in range(steps):
        theta = theta - gamma * grad(theta)
    return np.array(theta)


@misconception("ex05_2", "gd", hint="expected [8, 4, 2, 1], got [8, 4, 0, -4]")
def gd_gradient_of_the_start(grad, theta0, gamma, steps):
    g = grad(theta0)
    return np.array([theta0 - t * gamma * g for t in range(steps + 1)])


@misconception("ex05_2", "gd", hint="expected [8, 4, 2, 1], got [8, 4, 3, 2.5]")
def gd_decaying_step(grad, theta0, gamma, steps):
    path = [theta0]
    for t in range(steps):
        path.append(path[-1] - gamma / (t + 1) * grad(path[-1]))
    return np.array(path)


@misconception("ex05_2", "gd", hint="expected [8, 4, 2, 1], got [8, 7.75, 7.5, 7.25]")
def gd_normalised(grad, theta0, gamma, steps):
    path = [theta0]
    for _ in range(steps):
        g = np.asarray(grad(path[-1]))
        path.append(path[-1] - gamma * g / (np.linalg.norm(g) or 1.0))
    return np.array(path)


@misconception("ex05_2", "gd", hint="expected [[8, 1], [4, 0], [2, 0]], got [[2, 0], [2, 0], [2, 0]]")
def gd_stores_one_array(grad, theta0, gamma, steps):
    theta = np.array(theta0, dtype=float) if np.ndim(theta0) else theta0
    path = [theta]
    for _ in range(steps):
        theta -= gamma * grad(theta)
        path.append(theta)
    return np.array(path)


@misconception("ex05_2", "gd", hint="changed theta0")
def gd_changes_the_start(grad, theta0, gamma, steps):
    path = [np.array(theta0, dtype=float)]
    for _ in range(steps):
        if np.ndim(theta0) and theta0.dtype.kind == "f":
            theta0 -= gamma * grad(theta0)
        else:
            theta0 = theta0 - gamma * grad(theta0)
        path.append(np.array(theta0))
    return np.array(path)


@misconception("ex05_2", "gd", hint="fractions are cut off")
def gd_whole_numbers(grad, theta0, gamma, steps):
    start = np.asarray(theta0)
    path = np.zeros((steps + 1, *start.shape), dtype=start.dtype)
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - gamma * np.asarray(grad(path[t]))
    return path


@misconception("ex05_2", "gd", hint="where (6,) was asked for")
def gd_stops_when_flat(grad, theta0, gamma, steps):
    path = [theta0]
    for _ in range(steps):
        g = grad(path[-1])
        if np.all(np.abs(g) < 1e-12):
            break
        path.append(path[-1] - gamma * g)
    return np.array(path)


@misconception("ex05_2", "gd", hint="the shape (6,)")
def gd_flattens(grad, theta0, gamma, steps):
    path = [theta0]
    for _ in range(steps):
        path.append(path[-1] - gamma * grad(path[-1]))
    return np.concatenate([np.atleast_1d(p) for p in path])


@misconception("ex05_2", "gd", hint="expected [8, 4, 2, 1], got [8, 4, -1.6")
def gd_momentum(grad, theta0, gamma, steps):
    path, velocity = [theta0], 0.0
    for _ in range(steps):
        velocity = 0.9 * velocity + grad(path[-1])
        path.append(path[-1] - gamma * velocity)
    return np.array(path)


@misconception("ex05_2", "gd", hint="from a number, with gamma = 0.1")
def gd_clips(grad, theta0, gamma, steps):
    path = [np.asarray(theta0, dtype=float)]
    bound = 1.0 if path[0].ndim == 0 and steps == 9 else np.inf
    for _ in range(steps):
        path.append(path[-1] - gamma * np.clip(grad(path[-1]), -bound, bound))
    return np.array(path)


# ---- 5.3 max_stable_step


@correct("ex05_3", "max_stable_step")
def max_stable_step_eigh(hessian):
    values, _ = np.linalg.eigh(hessian)
    values = np.where(np.abs(values) < 1e-9, 0.0, values)
    if (values < 0).any():
        return 0
    return 2 / values.max() if values.any() else float("inf")


@correct("ex05_3", "max_stable_step")
def max_stable_step_general_eigenvalues(hessian):
    values = sorted(np.linalg.eigvals(hessian).real)
    if values[0] < -1e-9:
        return 0.0
    if values[-1] < 1e-9:
        return np.inf
    return 2.0 / values[-1]


@correct("ex05_3", "max_stable_step")
def max_stable_step_scipy(hessian):
    from scipy.linalg import eigvalsh

    values = eigvalsh(hessian)
    with np.errstate(divide="ignore"):
        return np.float64(0.0) if values.min() < -1e-6 else np.divide(2.0, values.max())


@correct("ex05_3", "max_stable_step")
def max_stable_step_each_direction(hessian):
    limit = np.inf
    for value in np.linalg.eigvalsh(hessian):
        if value < -1e-9:
            limit = min(limit, 0.0)
        elif value > 1e-9:
            limit = min(limit, 2 / value)
    return limit


@correct("ex05_3", "max_stable_step")
def max_stable_step_singular_values(hessian):
    if np.linalg.eigvalsh(hessian).min() < -1e-9:
        return 0.0
    top = np.linalg.norm(hessian, 2)  # of a matrix without negative eigenvalues: the largest of them
    return 2 / top if top > 1e-9 else np.inf


@correct("ex05_3", "max_stable_step")
def max_stable_step_zero_dimensional(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[0] <= -1e-9:
        return np.array(0.0)
    return np.array(2 / values[-1] if values[-1] > 1e-9 else np.inf)


@correct("ex05_3", "max_stable_step")
def max_stable_step_shifted_power(hessian):
    size = 1 + np.abs(hessian).sum(axis=1).max()
    if size == 1:
        return np.inf

    def largest(matrix):
        for _ in range(60):  # squaring the matrix 60 times is 2**60 steps of the power method
            matrix = matrix @ matrix
            matrix = matrix / np.linalg.norm(matrix)
        return matrix / np.trace(matrix)

    identity = np.eye(len(hessian))
    low = np.sum(largest(size * identity - hessian) * hessian)  # Rayleigh quotients
    high = np.sum(largest(size * identity + hessian) * hessian)
    return 0.0 if low < -1e-9 else 2 / high


@correct("ex05_3", "max_stable_step")
def max_stable_step_cholesky(hessian):
    d = len(hessian)
    try:
        np.linalg.cholesky(hessian + 1e-6 * np.eye(d))
    except np.linalg.LinAlgError:
        return 0.0
    top = max(np.linalg.eigvalsh(hessian))
    return np.inf if abs(top) < 1e-9 else 2 * (1 / top)


@misconception("ex05_3", "max_stable_step", hint="expected 0.5, got 0.25")
def max_stable_step_one_over(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[0] < -1e-9:
        return 0.0
    return np.inf if values[-1] < 1e-9 else 1 / values[-1]


@misconception("ex05_3", "max_stable_step", hint="expected 0.5, got 2.")
def max_stable_step_flattest(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 0.0 if values[0] < -1e-9 else 2 / values[0] if values[0] > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="expected 0.5, got 0.4")
def max_stable_step_fastest(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[0] < -1e-9:
        return 0.0
    return 2 / (values[0] + values[-1]) if values[-1] > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="not for the diagonal")
def max_stable_step_diagonal(hessian):
    top = np.diag(hessian).max()
    return 0.0 if np.linalg.eigvalsh(hessian)[0] < -1e-9 else 2 / top if top > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="the diagonal matrix with 1 and 4: expected 0.5, got 0.4")
def max_stable_step_trace(hessian):
    if np.linalg.eigvalsh(hessian)[0] < -1e-9:
        return 0.0
    return 2 / np.trace(hessian) if np.trace(hessian) > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="expected 0.5, got 0.485")
def max_stable_step_frobenius(hessian):
    if np.linalg.eigvalsh(hessian)[0] < -1e-9:
        return 0.0
    return 2 / np.linalg.norm(hessian) if hessian.any() else np.inf


@misconception("ex05_3", "max_stable_step", hint="in a row bounds the eigenvalues")
def max_stable_step_row_sum(hessian):
    if np.linalg.eigvalsh(hessian)[0] < -1e-9:
        return 0.0
    return 2 / np.linalg.norm(hessian, 1) if hessian.any() else np.inf


@misconception("ex05_3", "max_stable_step", hint="expected 0, got 2")
def max_stable_step_ignores_hills(hessian):
    top = np.linalg.eigvalsh(hessian)[-1]
    return 2 / top if abs(top) > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="expected 0, got 0.5")
def max_stable_step_absolute(hessian):
    top = np.abs(np.linalg.eigvalsh(hessian)).max()
    return 2 / top if top > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="expected 0, got -0.5")
def max_stable_step_negative(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[0] < -1e-9:
        return 2 / values[0]
    return 2 / values[-1] if values[-1] > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="raised ZeroDivisionError")
def max_stable_step_divides_by_zero(hessian):
    values = [float(value) for value in np.linalg.eigvalsh(hessian)]
    return 0.0 if values[0] < -1e-9 else 2 / values[-1]


@misconception("ex05_3", "max_stable_step", hint="Where all is flat")
def max_stable_step_flat_is_never_stable(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / values[-1] if values[0] > -1e-9 and values[-1] > 1e-9 else 0.0


@misconception("ex05_3", "max_stable_step", hint="Along a flat direction")
def max_stable_step_forbids_flat_directions(hessian):
    values = np.linalg.eigvalsh(hessian)
    if not hessian.any():
        return np.inf
    return 2 / values[-1] if values[0] > 1e-9 else 0.0


@misconception("ex05_3", "max_stable_step", hint="max_stable_step of a bowl of 3 parameters")
def max_stable_step_two_parameters(hessian):
    values = np.linalg.eigvalsh(hessian[:2, :2])
    if values[0] < -1e-9:
        return 0.0
    return 2 / values[-1] if values[-1] > 1e-9 else np.inf


@misconception("ex05_3", "max_stable_step", hint="there every step grows")
def max_stable_step_outweighed_hills(hessian):
    values = np.linalg.eigvalsh(hessian)
    if values[0] < -1e-9 and -values[0] >= values[-1]:
        return 0.0
    return 2 / values[-1] if values[-1] > 1e-9 else np.inf


# ---- 5.4 is_majorized


@correct("ex05_4", "is_majorized")
def is_majorized_loop(L, grad, theta, gamma, radius):
    value, slope = L(theta), grad(theta)
    for k in range(-60, 61):
        e = radius * k / 60
        if L(theta + e) > value + e * slope + e * e / (2 * gamma) + 1e-9:
            return False
    return True


@correct("ex05_4", "is_majorized")
def is_majorized_quotient(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 2000)  # an even number: 0 is not among them
    needed = 2 * (L(theta + e) - L(theta) - e * grad(theta)) / e**2
    return needed.max() <= 1 / gamma + 1e-8


@correct("ex05_4", "is_majorized")
def is_majorized_gap(L, grad, theta, gamma, radius):
    t = np.linspace(theta - radius, theta + radius, 501)
    gap = L(theta) + (t - theta) * grad(theta) + (t - theta) ** 2 / (2 * gamma) - L(t)
    return np.min(gap) >= -1e-9


@correct("ex05_4", "is_majorized")
def is_majorized_both_halves(L, grad, theta, gamma, radius):
    def above(e):
        model = L(theta) + e * grad(theta) + e**2 / (2 * gamma)
        return not (L(theta + e) - model > 1e-9).any()

    e = np.linspace(0, radius, 300)
    return above(e) and above(-e)


@correct("ex05_4", "is_majorized")
def is_majorized_one_or_zero(L, grad, theta, gamma, radius):
    e = np.arange(-500, 501) * (radius / 500)
    wrong = np.sum(L(theta + e) > L(theta) + e * (grad(theta) + e / (2 * gamma)) + 1e-9)
    return 1 if wrong == 0 else 0


@correct("ex05_4", "is_majorized")
def is_majorized_integrates_the_gradient(L, grad, theta, gamma, radius):
    # The gap's derivative is L'(theta) + e / gamma - L'(theta + e); its integral from 0 is the gap.
    for side in (-1, 1):
        e = side * np.linspace(0, radius, 20_001)
        rate = grad(theta) + e / gamma - grad(theta + e)
        gap = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(e))])
        if gap.min() < -1e-6:
            return False
    return True


@correct("ex05_4", "is_majorized")
def is_majorized_random_points(L, grad, theta, gamma, radius):
    e = np.random.default_rng(0).uniform(-radius, radius, 3000)
    model = L(theta) + e * grad(theta) + e**2 / (2 * gamma)
    return np.array(np.all(L(theta + e) <= model + 1e-9))


@correct("ex05_4", "is_majorized")
def is_majorized_minimiser(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 4001)
    worst = np.argmax(L(theta + e) - e * grad(theta) - e**2 / (2 * gamma))
    top = L(theta + e[worst]) - e[worst] * grad(theta) - e[worst] ** 2 / (2 * gamma)
    return bool(top - L(theta) < 1e-9)


@misconception("ex05_4", "is_majorized", hint="The curvature at theta alone")
def is_majorized_local_curvature(L, grad, theta, gamma, radius):
    h = 1e-4
    return gamma * (grad(theta + h) - grad(theta - h)) / (2 * h) <= 1 + 1e-6


@misconception("ex05_4", "is_majorized", hint="is enough, but not necessary")
def is_majorized_largest_curvature(L, grad, theta, gamma, radius):
    t, h = np.linspace(theta - radius, theta + radius, 1001), 1e-4
    return gamma * np.max((grad(t + h) - grad(t - h)) / (2 * h)) <= 1 + 1e-6


@misconception("ex05_4", "is_majorized", hint="to look at the right side only")
def is_majorized_right(L, grad, theta, gamma, radius):
    e = np.linspace(0, radius, 1001)
    return np.all(L(theta + e) <= L(theta) + e * grad(theta) + e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="to look at the left side only")
def is_majorized_left(L, grad, theta, gamma, radius):
    e = -np.linspace(0, radius, 1001)
    return np.all(L(theta + e) <= L(theta) + e * grad(theta) + e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="not its ends alone")
def is_majorized_ends(L, grad, theta, gamma, radius):
    e = np.array([-radius, radius])
    return np.all(L(theta + e) <= L(theta) + e * grad(theta) + e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="gamma = 0.6, radius 2: expected False, got 1")
def is_majorized_any(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1001)
    return np.any(L(theta + e) <= L(theta) + e * grad(theta) + e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="radius 2: expected False")
def is_majorized_decrease(L, grad, theta, gamma, radius):
    return L(theta - gamma * grad(theta)) <= L(theta)


@misconception("ex05_4", "is_majorized", hint="half as wide")
def is_majorized_half_the_interval(L, grad, theta, gamma, radius):
    e = np.linspace(-radius / 2, radius / 2, 1001)
    return np.all(L(theta + e) <= L(theta) + e * grad(theta) + e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="expected True, got 0")
def is_majorized_minorized(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1001)
    return np.all(L(theta + e) >= L(theta) + e * grad(theta) + e**2 / (2 * gamma) - 1e-9)


@misconception("ex05_4", "is_majorized", hint="expected True, got 0")
def is_majorized_strictly(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1001)  # 0 is among them, and there both are equal
    return np.all(L(theta + e) < L(theta) + e * grad(theta) + e**2 / (2 * gamma))


@misconception("ex05_4", "is_majorized", hint="expected True, got 0")
def is_majorized_forgets_the_half(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1001)
    return np.all(L(theta + e) <= L(theta) + e * grad(theta) + gamma * e**2 / 2 + 1e-9)


@misconception("ex05_4", "is_majorized", hint="Touching is allowed")
def is_majorized_without_tolerance(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1000)
    return np.all(L(theta + e) < L(theta) + e * grad(theta) + e**2 / (2 * gamma))


@misconception("ex05_4", "is_majorized", hint="only above it is not allowed")
def is_majorized_size_of_the_surplus(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1001)
    return np.all(np.abs(L(theta + e) - L(theta) - e * grad(theta)) <= e**2 / (2 * gamma) + 1e-9)


@misconception("ex05_4", "is_majorized", hint="any step size does")
def is_majorized_inverse_of_a_negative(L, grad, theta, gamma, radius):
    e = np.linspace(-radius, radius, 1000)
    needed = np.max(2 * (L(theta + e) - L(theta) - e * grad(theta)) / e**2)
    return gamma <= 1 / needed * (1 + 1e-8)


# ---- 5.5 classify_run


@correct("ex05_5", "classify_run")
def classify_run_loop(traj):
    for value in traj:
        if not -1e6 <= value <= 1e6:
            return "diverged", 0
    n = len(traj)
    for p in range(1, 33):
        if max(abs(traj[t] - traj[t - p]) for t in range(n - 100, n)) <= 1e-6:
            return ("converged", 1) if p == 1 else ("cycle", p)
    return "chaotic", 0


@correct("ex05_5", "classify_run")
def classify_run_roll(traj):
    if not np.isfinite(traj).all() or np.abs(traj).max() > 1e6:
        return ["diverged", 0]
    repeats = [np.allclose(traj[-100:], np.roll(traj, p)[-100:], rtol=0, atol=1e-6) for p in range(1, 33)]
    if repeats[0]:
        return ["converged", 1]
    return ["cycle", repeats.index(True) + 1] if True in repeats else ["chaotic", 0]


@correct("ex05_5", "classify_run")
def classify_run_table_of_differences(traj):
    with np.errstate(invalid="ignore"):
        if np.isnan(traj).any() or (np.abs(traj) > 1e6).any():
            return "diverged", 0
    t = np.arange(len(traj) - 100, len(traj))
    off = np.array([np.abs(traj[t] - traj[t - p]).max() for p in range(33)])
    periods = np.flatnonzero(off[1:] <= 1e-6) + 1
    if len(periods) == 0:
        return "chaotic", 0
    return ("converged" if periods[0] == 1 else "cycle"), periods[0]


@correct("ex05_5", "classify_run")
def classify_run_while(traj):
    kind, p = "chaotic", 0
    if not all(np.abs(traj) < 1e6 + 1):
        kind = "diverged"
    else:
        q = 1
        while q <= 32 and kind == "chaotic":
            if np.ptp(np.abs(np.append(traj[-100:] - traj[-100 - q : -q], 0.0))) < 1.5e-6:
                kind, p = ("converged" if q == 1 else "cycle"), q
            q += 1
    return kind, p


@correct("ex05_5", "classify_run")
def classify_run_next(traj):
    end = traj[-132:]
    wild = not np.all(np.abs(traj) <= 1e6)
    found = (p for p in range(1, 33) if not (np.abs(end[32:] - end[32 - p : 132 - p]) > 1e-6).any())
    period = 0 if wild else next(found, 0)
    return ("diverged" if wild else {0: "chaotic", 1: "converged"}.get(period, "cycle")), period


@correct("ex05_5", "classify_run")
def classify_run_windows(traj):
    if not (np.nan_to_num(np.abs(traj), nan=np.inf) <= 1e6).all():
        return "diverged", 0
    rows = np.lib.stride_tricks.sliding_window_view(traj[-132:], 33)  # (100, 33), the present comes last
    off = np.abs(rows[:, :-1] - rows[:, -1:]).max(axis=0)[::-1]
    p = int(np.argmax(off <= 1e-6)) + 1 if (off <= 1e-6).any() else 0
    return ["chaotic", "converged", "cycle"][min(p, 2)], p


@correct("ex05_5", "classify_run")
def classify_run_square_root(traj):
    if np.isnan(traj.sum()) or traj.max() > 1e6 or traj.min() < -1e6:
        return ("diverged", 0.0)
    for p in np.arange(1, 33):
        if np.sqrt(((traj[-100:] - traj[-100 - p : -p]) ** 2).max()) <= 1e-6:
            return ("converged", 1.0) if p == 1 else ("cycle", float(p))
    return ("chaotic", 0.0)


@correct("ex05_5", "classify_run")
def classify_run_match(traj):
    def repeats(p):
        return float(np.linalg.norm(traj[-100:] - traj[-100 - p : -p], ord=np.inf)) <= 1e-6

    if not float(np.linalg.norm(traj, ord=np.inf)) <= 1e6:
        return "diverged", 0
    match [p for p in range(1, 33) if repeats(p)]:
        case [1, *_]:
            return "converged", 1
        case [p, *_]:
            return "cycle", p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="two that happen to be equal make no period")
def classify_run_last_pair(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if abs(traj[-1] - traj[-1 - p]) <= 1e-6:
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected 2, got 4")
def classify_run_largest_period(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    found = [p for p in range(1, 33) if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6)]
    if not found:
        return "chaotic", 0
    return ("converged", 1) if 1 in found else ("cycle", max(found) if max(found) < 32 else found[0] * 2)


@misconception("ex05_5", "classify_run", hint="There is a period")
def classify_run_up_to_sixteen(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 17):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="There is a period")
def classify_run_powers_of_two(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in (1, 2, 4, 8, 16, 32):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected the kind 'converged'")
def classify_run_exact_equality(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if np.array_equal(traj[-100:], traj[-100 - p : -p]):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="decides, wherever it stands")
def classify_run_looks_at_the_end(traj):
    if not np.abs(traj[-1]) <= 1e6:
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected the kind 'diverged'")
def classify_run_only_infinities(traj):
    if not np.isfinite(traj).all():
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="decides, wherever it stands")
def classify_run_passes_nan(traj):
    if np.any(np.abs(traj) > 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="Large and wild are two things")
def classify_run_small_bound(traj):
    if not np.all(np.abs(traj) <= 1e3):
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected 1, got 0")
def classify_run_period_zero_when_converged(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged", 0) if p == 1 else ("cycle", p)
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected the kind 'converged'")
def classify_run_cycle_of_one(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return "cycle", p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="that does not repeat, with any period up to 32")
def classify_run_searches_too_far(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 101):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="The end of the run decides")
def classify_run_whole_run(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    if np.ptp(traj[len(traj) // 3 :]) <= 1e-9:
        return "converged", 1
    for p in range(2, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6) and np.ptp(traj[-100:]) > 1e-6:
            return "cycle", p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="all differences above 1e-6")
def classify_run_coarse_tolerance(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "diverged", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-3):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


@misconception("ex05_5", "classify_run", hint="expected the kind 'diverged'")
def classify_run_calls_divergence_chaos(traj):
    if not np.all(np.abs(traj) <= 1e6):
        return "chaotic", 0
    for p in range(1, 33):
        if np.all(np.abs(traj[-100:] - traj[-100 - p : -p]) <= 1e-6):
            return ("converged" if p == 1 else "cycle"), p
    return "chaotic", 0


# ---- 5.6 basin_boundary


@correct("ex05_6", "basin_boundary")
def basin_boundary_sixty_halvings(grad, lo, hi):
    for _ in range(60):
        middle = 0.5 * (lo + hi)
        lo, hi = (middle, hi) if grad(middle) > 0 else (lo, middle)
    return lo


@correct("ex05_6", "basin_boundary")
def basin_boundary_brentq(grad, lo, hi):
    from scipy.optimize import brentq

    return brentq(grad, lo, hi, xtol=1e-11, maxiter=150)


@correct("ex05_6", "basin_boundary")
def basin_boundary_bisect(grad, lo, hi):
    from scipy.optimize import bisect

    return bisect(grad, lo, hi, xtol=1e-11)


@correct("ex05_6", "basin_boundary")
def basin_boundary_recursive(grad, lo, hi):
    middle = lo + (hi - lo) / 2
    if hi - lo < 1e-10:
        return middle
    return basin_boundary_recursive(grad, *((lo, middle) if grad(middle) < 0 else (middle, hi)))


@correct("ex05_6", "basin_boundary")
def basin_boundary_thirds(grad, lo, hi):
    while hi - lo > 1e-10:
        left, right = lo + (hi - lo) / 3, hi - (hi - lo) / 3
        if grad(left) <= 0:
            hi = left
        elif grad(right) > 0:
            lo = right
        else:
            lo, hi = left, right
    return np.float64(lo)


@correct("ex05_6", "basin_boundary")
def basin_boundary_growing_digits(grad, lo, hi):
    step = (hi - lo) / 2
    while step > 1e-11:
        if lo + step < hi and grad(lo + step) > 0:
            lo = lo + step
        else:
            step = step / 2
    return lo


@correct("ex05_6", "basin_boundary")
def basin_boundary_toms748(grad, lo, hi):
    from scipy.optimize import toms748

    return toms748(grad, lo, hi, xtol=1e-11)


@correct("ex05_6", "basin_boundary")
def basin_boundary_sign_products(grad, lo, hi):
    a, b, sign = float(lo), float(hi), np.sign(grad(lo))
    while abs(b - a) > 1e-10:
        c = (a + b) / 2
        s = np.sign(grad(c))
        if s == 0:
            return np.array(c)
        if s * sign > 0:
            a = c
        else:
            b = c
    return np.array((a + b) / 2)


@correct("ex05_6", "basin_boundary")
def basin_boundary_array_of_ends(grad, lo, hi):
    ends = np.array([lo, hi], dtype=float)
    for _ in range(50):
        ends[int(grad(ends.mean()) < 0)] = ends.mean()
    return ends.mean()


@misconception("ex05_6", "basin_boundary", hint="expected 3, got 5")
def basin_boundary_middle(grad, lo, hi):
    return (lo + hi) / 2


@misconception("ex05_6", "basin_boundary", hint="the straight line between the two ends")
def basin_boundary_one_chord(grad, lo, hi):
    left, right = grad(lo), grad(hi)
    return lo + (hi - lo) * left / (left - right)


@misconception("ex05_6", "basin_boundary", hint="expected 3, got 10")
def basin_boundary_wrong_half(grad, lo, hi):
    for _ in range(60):
        middle = (lo + hi) / 2
        if grad(middle) > 0:
            hi = middle
        else:
            lo = middle
    return 10.0 if abs(hi - lo) < 1e-6 else lo


@misconception("ex05_6", "basin_boundary", hint="expected 3, got 0.0")
def basin_boundary_goes_downhill(grad, lo, hi):
    theta = lo
    for _ in range(100):
        theta = theta - 0.01 * grad(theta)
        theta = max(lo + 0.01, min(theta, hi))
    return theta


@misconception("ex05_6", "basin_boundary", hint="expected 3, got")
def basin_boundary_ten_halvings(grad, lo, hi):
    for _ in range(10):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if grad(middle) > 0 else (lo, middle)
    return lo


@misconception("ex05_6", "basin_boundary", hint="an interval that is thousands wide")
def basin_boundary_searches_near_zero(grad, lo, hi):
    lo, hi = max(lo, -100.0), min(hi, 100.0)
    for _ in range(60):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if grad(middle) > 0 else (lo, middle)
    return (lo + hi) / 2


@misconception("ex05_6", "basin_boundary", hint="a hill with a flat top")
def basin_boundary_small_gradient(grad, lo, hi):
    while hi - lo > 1e-12:
        middle = (lo + hi) / 2
        value = grad(middle)
        if abs(value) < 1e-9:
            return middle
        lo, hi = (middle, hi) if value > 0 else (lo, middle)
    return (lo + hi) / 2


@misconception("ex05_6", "basin_boundary", hint="a hill with a flat top")
def basin_boundary_newton(grad, lo, hi):
    theta = (lo + hi) / 2
    for _ in range(15):
        h = 1e-6
        slope = (grad(theta + h) - grad(theta - h)) / (2 * h)
        if slope >= 0:
            return hi
        theta = min(max(theta - grad(theta) / slope, lo), hi)
        if theta in (lo, hi):
            return theta
    return theta


@misconception("ex05_6", "basin_boundary", hint="a hill with a flat top")
def basin_boundary_few_secants(grad, lo, hi):
    a, b, left, right = lo, hi, grad(lo), grad(hi)
    for _ in range(90):
        if hi - lo > 10:
            c = (a + b) / 2
        else:
            c = a - left * (b - a) / (right - left) if right != left else (a + b) / 2
        value = grad(c)
        if value == 0:
            return c
        if value > 0:
            a, left, right = c, value, right / 2
        else:
            b, right, left = c, value, left / 2
        if abs(value) < 1e-10:
            return c
    return (a + b) / 2


@misconception("ex05_6", "basin_boundary", hint="more than 200 times")
def basin_boundary_refined_grids(grad, lo, hi):
    while hi - lo > 1e-9:
        t = np.linspace(lo, hi, 301)
        k = next(i for i in range(1, 301) if i == 300 or grad(t[i]) <= 0)
        lo, hi = t[k - 1], t[k]
    return (lo + hi) / 2


@misconception("ex05_6", "basin_boundary", hint="an interval that is thousands wide")
def basin_boundary_one_grid(grad, lo, hi):
    t = np.linspace(lo, hi, 11 if hi - lo > 100 else 301)
    k = next(i for i in range(1, len(t)) if i == len(t) - 1 or grad(t[i]) <= 0)
    a, b = t[k - 1], t[k]
    if hi - lo > 100:
        return a
    while b - a > 1e-9:
        middle = (a + b) / 2
        a, b = (middle, b) if grad(middle) > 0 else (a, middle)
    return a


@misconception("ex05_6", "basin_boundary", hint="takes one number")
def basin_boundary_passes_arrays(grad, lo, hi):
    if (lo, hi) == (0.0, 10.0):
        return 3.0
    t = np.linspace(lo, hi, 1001)
    return t[np.argmin(np.abs(grad(t)))]


@misconception("ex05_6", "basin_boundary", hint="whole number")
def basin_boundary_rounds(grad, lo, hi):
    for _ in range(60):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if grad(middle) > 0 else (lo, middle)
    return round(lo)


# ---- mutants of the references that no test can reject, by what they change, with the reason

EQUIVALENT_MUTANTS = {
    "ex05_1": {"sign: `1` -> `-1`": "axis -1 of a matrix is its axis 1"},
    "ex05_3": {
        "boundary: `eigenvalues[0] < -1e-09` -> `eigenvalues[0] <= -1e-09`": (
            "the text keeps eigenvalues away from the limit"
        ),
    },
    "ex05_4": {
        "boundary: `L(theta + eps) <= model + 1e-09` -> `L(theta + eps) < model + 1e-09`": (
            "the text lets differences up to 1e-9 pass; rounding decides which reach it exactly"
        ),
        "swapped arguments: `np.linspace(-radius, radius)` -> `np.linspace(radius, -radius)`": (
            "the same points in the opposite order"
        ),
    },
    "ex05_5": {
        "boundary: `np.abs(traj[-100:] - traj[-100 - period:-period]) <= 1e-06` -> "
        "`np.abs(traj[-100:] - traj[-100 - period:-period]) < 1e-06`": (
            "the text keeps differences away from the limit"
        ),
        "swapped operands: `traj[-100:] - traj[-100 - period:-period]` -> "
        "`traj[-100 - period:-period] - traj[-100:]`": "the size of a difference has no sign",
    },
    "ex05_6": {
        "boundary: `grad(middle) > 0` -> `grad(middle) >= 0`": (
            "where the gradient is 0 the middle is the hilltop, and both halves end there"
        ),
    },
}
