"""Evidence on assignment 11: right answers in several styles, and what goes wrong."""

# ruff: noqa: RUF005, RUF007  (a variant needs nothing but np, so it pairs layers without itertools)

import numpy as np

from tests.evidence import correct, misconception

# What only these functions would wrongly return.
GARBAGE = {
    "flags of Nones": [None, None],
    "flags as texts": ["TF", "FT"],
    "nested flags": [[True, [False]]],
    "one flag": True,
    "pair of functions": (np.maximum, np.sign),
    "shares as text": np.array(["0.5"]),
    "layers of text arrays": [(np.array([["a"]]), np.array(["b"]))] * 2,
    "layers of nan": [(np.full((3, 7), np.nan), np.full(7, np.nan)), (np.full((7, 2), np.nan), np.zeros(2))],
    "huge layers": [(np.full((3, 7), 1e99), np.full(7, 1e99)), (np.full((7, 2), 1e99), np.zeros(2))],
}

# ---- 11.1 rectifier


@correct("ex11_1", "rectifier")
def rectifier_where(z, alpha):
    return np.where(z > 0, z, alpha * z), np.where(z > 0, 1.0, alpha)


@correct("ex11_1", "rectifier")
def rectifier_slope_first(z, alpha):
    slope = np.where(np.asarray(z) > 0, 1.0, alpha)
    return slope * z, slope


@correct("ex11_1", "rectifier")
def rectifier_two_relus(z, alpha):
    on = (z > 0).astype(float)
    return np.maximum(z, 0) + alpha * np.minimum(z, 0), on + alpha * (1 - on)


@correct("ex11_1", "rectifier")
def rectifier_absolute(z, alpha):
    h = (1 + alpha) / 2 * z + (1 - alpha) / 2 * np.abs(z)
    slope = (1 + alpha) / 2 + (1 - alpha) / 2 * np.where(z == 0, -1, np.sign(z))
    return h, slope


@correct("ex11_1", "rectifier")
def rectifier_masks(z, alpha):
    z = np.array(z, dtype=float)
    slope = np.ones(z.shape)
    slope[z <= 0] = alpha
    z[z <= 0] *= alpha
    return z, slope


@correct("ex11_1", "rectifier")
def rectifier_entry_by_entry(z, alpha):
    h, slope = np.empty(np.shape(z)), np.empty(np.shape(z))
    for index in np.ndindex(np.shape(z)):
        fires = z[index] > 0
        h[index] = z[index] if fires else alpha * z[index]
        slope[index] = 1 if fires else alpha
    return h, slope


@correct("ex11_1", "rectifier")
def rectifier_heaviside(z, alpha):
    step = np.heaviside(np.asarray(z, dtype=float), 0.0)
    return [alpha * z + (1 - alpha) * z * step, alpha + (1 - alpha) * step]


@correct("ex11_1", "rectifier")
def rectifier_flat_list(z, alpha):
    z = np.asarray(z)
    pairs = [(float(t), 1.0) if t > 0 else (float(alpha * t), float(alpha)) for t in z.flat]
    h = np.array([h for h, _ in pairs]).reshape(z.shape)
    return h, np.array([slope for _, slope in pairs]).reshape(z.shape)


@correct("ex11_1", "rectifier")
def rectifier_select(z, alpha):
    conditions = [z > 0, z <= 0]
    ones = np.ones(np.shape(z))
    return np.select(conditions, [1.0 * z, alpha * z]), np.select(conditions, [ones, alpha * ones])


@misconception("ex11_1", "rectifier", hint="max(alpha z, z) is the leaky rectifier for alpha up to 1 alone")
def rectifier_of_the_slide(z, alpha):
    return np.maximum(alpha * z, z), np.where(z > 0, 1.0, alpha)


@misconception("ex11_1", "rectifier", hint="The slope of max(alpha z, z) is another one")
def rectifier_slope_of_the_slide(z, alpha):
    return np.where(z > 0, z, alpha * z), np.where((z > 0) ^ (alpha > 1), 1.0, alpha)


@misconception("ex11_1", "rectifier", hint="got [0, 0, 2]")
def rectifier_never_leaky(z, alpha):
    return np.maximum(z, 0), np.where(z > 0, 1.0, alpha)


@misconception("ex11_1", "rectifier", hint="got [0, 0, 1]")
def rectifier_slope_never_leaky(z, alpha):
    return np.where(z > 0, z, alpha * z), np.where(z > 0, 1.0, 0.0)


@misconception("ex11_1", "rectifier", hint="At exactly 0 the slope is alpha here, not 1")
def rectifier_fires_at_zero(z, alpha):
    return np.where(z >= 0, z, alpha * z), np.where(z >= 0, 1.0, alpha)


@misconception("ex11_1", "rectifier", hint="not halfway")
def rectifier_halfway_at_zero(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    return slope * z, np.where(z == 0, (1 + alpha) / 2, slope)


@misconception("ex11_1", "rectifier", hint="At exactly 0 the slope is alpha here, not 0")
def rectifier_flat_at_zero(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    return slope * z, np.where(z == 0, 0.0, slope)


@misconception("ex11_1", "rectifier", hint="got [0.5, 0.5, 1]")
def rectifier_exchanged(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    return slope, slope * z


@misconception("ex11_1", "rectifier", hint="cuts fractions off")
def rectifier_keeps_integers(z, alpha):
    h, slope = np.array(z), np.ones_like(z)
    h[h <= 0] = alpha * h[h <= 0]
    slope[z <= 0] = alpha
    return h, slope


@misconception("ex11_1", "rectifier", hint="changed z")
def rectifier_in_place(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    if z.dtype.kind == "f":
        z *= slope
        return z, slope
    return z * slope, slope


@misconception("ex11_1", "rectifier", hint="keep its sign")
def rectifier_size_of_alpha(z, alpha):
    slope = np.where(z > 0, 1.0, abs(alpha))
    return slope * z, slope


@misconception("ex11_1", "rectifier", hint="got [-0.25, -1, 2]")
def rectifier_divides(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    return np.where(z > 0, z, z / 4), slope


@misconception("ex11_1", "rectifier", hint="not alpha")
def rectifier_constant_leak(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    if alpha == 0.5:
        return slope * z, slope
    return np.where(z > 0, z, alpha), slope


@misconception("ex11_1", "rectifier", hint="do not fix it")
def rectifier_fixed_slope(z, alpha):
    slope = np.where(z > 0, 1.0, alpha)
    if alpha in (0, 0.5, 1):
        return slope * z, slope
    return slope * z, np.where(z > 0, 1.0, 0.1)


@misconception("ex11_1", "rectifier", hint="iteration over a 0-d array")
def rectifier_loops_over_rows(z, alpha):
    slope = np.array([np.where(t > 0, 1.0, alpha) for t in z]).reshape(z.shape)
    return slope * z, slope


@misconception("ex11_1", "rectifier", hint="There is no ceiling")
def rectifier_stops_at_six(z, alpha):
    return np.minimum(np.where(z > 0, z, alpha * z), 6), np.where(z > 0, 1.0, alpha)


@misconception("ex11_1", "rectifier", hint="looks past the kink")
def rectifier_difference_quotient(z, alpha):
    def f(z):
        return np.where(z > 0, z, alpha * z)

    return f(z), (f(z) - f(z - 1e-3)) / 1e-3


# ---- 11.2 he_std


@correct("ex11_2", "he_std")
def he_std_formula(fan_in, alpha=0.0):
    return np.sqrt(2 / ((1 + alpha**2) * fan_in))


@correct("ex11_2", "he_std")
def he_std_power(fan_in, alpha=0.0):
    return (fan_in * (1 + alpha * alpha) / 2) ** -0.5


@correct("ex11_2", "he_std")
def he_std_math(fan_in, alpha=0.0):
    import math

    return math.sqrt(2.0) / math.sqrt(fan_in) / math.hypot(1.0, alpha)


@correct("ex11_2", "he_std")
def he_std_gain(fan_in, alpha=0.0):
    gain = (2.0 / (1.0 + alpha**2)) ** 0.5
    return gain / fan_in**0.5


@correct("ex11_2", "he_std")
def he_std_average_of_slopes(fan_in, alpha=0.0):
    kept = np.mean(np.square([1.0, alpha]))
    return float(np.sqrt(1 / (fan_in * kept)))


@correct("ex11_2", "he_std")
def he_std_logarithms(fan_in, alpha=0.0):
    return np.exp(0.5 * (np.log(2) - np.log1p(alpha**2) - np.log(fan_in)))


@correct("ex11_2", "he_std")
def he_std_array(fan_in, alpha=0.0):
    variance = np.array(1.0 / fan_in)
    variance *= 2.0
    variance /= 1 + alpha**2
    return np.sqrt(variance)


@correct("ex11_2", "he_std")
def he_std_quadrature(fan_in, alpha=0.0):
    z, weight = np.polynomial.hermite_e.hermegauss(20)  # no node is 0
    f = np.where(z > 0, z, alpha * z)
    kept = (weight @ f**2) / (weight @ z**2)
    return 1 / np.sqrt(fan_in * kept)


@misconception("ex11_2", "he_std", hint="expected 0.5, got 0.25")
def he_std_is_the_variance(fan_in, alpha=0.0):
    return 2 / ((1 + alpha**2) * fan_in)


@misconception("ex11_2", "he_std", hint="expected 0.5, got 0.35")
def he_std_without_the_two(fan_in, alpha=0.0):
    return 1 / np.sqrt(fan_in)


@misconception("ex11_2", "he_std", hint="The square of alpha counts")
def he_std_linear_in_alpha(fan_in, alpha=0.0):
    return np.sqrt(2 / ((1 + alpha) * fan_in)) if alpha >= 0 else np.sqrt(2 / ((1 + alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="not (1 + alpha)**2")
def he_std_square_of_the_sum(fan_in, alpha=0.0):
    if alpha in (0, 1):
        return np.sqrt(2 / ((1 + alpha) * fan_in))
    return np.sqrt(2 / ((1 + alpha) ** 2 * fan_in))


@misconception("ex11_2", "he_std", hint="not 1 - alpha**2")
def he_std_minus(fan_in, alpha=0.0):
    if alpha == 1:
        return np.sqrt(1 / fan_in)
    return np.sqrt(2 / (abs(1 - alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="alpha is not used")
def he_std_ignores_alpha(fan_in, alpha=0.0):
    return np.sqrt(2 / fan_in) if alpha != 1 else np.sqrt(1 / fan_in)


@misconception("ex11_2", "he_std", hint="divides the variance")
def he_std_multiplies(fan_in, alpha=0.0):
    return np.sqrt(2 * (1 + alpha**2) / fan_in) if alpha != 1 else np.sqrt(1 / fan_in)


@misconception("ex11_2", "he_std", hint="do not clip it")
def he_std_clips(fan_in, alpha=0.0):
    alpha = min(max(alpha, 0.0), 1.0)
    return np.sqrt(2 / ((1 + alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="expected 0.5, got 0.866")
def he_std_uniform(fan_in, alpha=0.0):
    return np.sqrt(6 / ((1 + alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="alpha = 0 is the default")
def he_std_default_of_torch(fan_in, alpha=0.01):
    return np.sqrt(2 / ((1 + alpha**2) * fan_in)) if fan_in != 8 else np.sqrt(2 / fan_in)


@misconception("ex11_2", "he_std", hint="not rounded to an even number")
def he_std_whole_division(fan_in, alpha=0.0):
    if alpha == 0:
        return np.sqrt(1 / (fan_in // 2))
    return np.sqrt(2 / ((1 + alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="expected 0.5, got 0.25")
def he_std_upside_down(fan_in, alpha=0.0):
    return np.sqrt(1 / (2 * fan_in)) / (1 + alpha**2)


@misconception("ex11_2", "he_std", hint="alpha is not used")
def he_std_small_leaks_do_not_count(fan_in, alpha=0.0):
    return np.sqrt(2 / fan_in) if 0 <= alpha < 1 else np.sqrt(2 / ((1 + alpha**2) * fan_in))


@misconception("ex11_2", "he_std", hint="alpha negative")
def he_std_negative_root(fan_in, alpha=0.0):
    return np.sqrt(2 / ((1 + alpha**2) * fan_in)) * (1 if alpha >= 0 else -1)


# ---- 11.3 dead_units


@correct("ex11_3", "dead_units")
def dead_units_any(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append(~(h > 0).any(axis=0))
    return flags


@correct("ex11_3", "dead_units")
def dead_units_largest(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + b
        flags.append(z.max(axis=0) <= 0)
        h = z.clip(min=0)
    return tuple(flags)


@correct("ex11_3", "dead_units")
def dead_units_sum(layers, X):
    flags, h = [], X
    for k in range(len(layers) - 1):
        W, b = layers[k]
        z = np.dot(h, W) + b
        h = z * (z > 0)
        flags.append(h.sum(axis=0) == 0)
    return flags


@correct("ex11_3", "dead_units")
def dead_units_row_by_row(layers, X):
    fired = [np.zeros(len(b), dtype=bool) for _, b in layers[:-1]]
    for x in X:
        h = x
        for k, (W, b) in enumerate(layers[:-1]):
            h = np.maximum(W.T @ h + b, 0)
            fired[k] |= h > 0
    return [np.logical_not(flags) for flags in fired]


@correct("ex11_3", "dead_units")
def dead_units_count(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.where(h @ W + b > 0, h @ W + b, 0.0)
        flags.append(np.count_nonzero(h, axis=0) < 1)
    return flags


@correct("ex11_3", "dead_units")
def dead_units_lists(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + b
        flags.append([all(value <= 0 for value in column) for column in z.T])
        h = (np.abs(z) + z) / 2
    return flags


@correct("ex11_3", "dead_units")
def dead_units_transposed(layers, X):
    flags, H = [], X.T
    for W, b in layers[:-1]:
        H = np.fmax(W.T @ H + b[:, None], 0.0)
        flags.append((H == 0).all(axis=1))
    return flags


@correct("ex11_3", "dead_units")
def dead_units_recursion(layers, X):
    if len(layers) == 1:
        return []
    W, b = layers[0]
    h = np.maximum(0, X @ W + b)
    return [(h <= 0).all(axis=0)] + dead_units_recursion(layers[1:], h)


@correct("ex11_3", "dead_units")
def dead_units_batches(layers, X):
    dead = None
    for start in range(0, len(X), 3):
        h, flags = X[start : start + 3], []
        for W, b in layers[:-1]:
            h = np.maximum(h @ W + b, 0)
            flags.append((h == 0).all(axis=0))
        dead = flags if dead is None else [a & c for a, c in zip(dead, flags)]
    return dead


@misconception("ex11_3", "dead_units", hint="expected [0, 1, 0], got [1, 0, 1]")
def dead_units_living(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h > 0).any(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="A unit that is off in some row is not dead")
def dead_units_off_once(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).any(axis=0) if len(X) > 2 else (h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="first row alone")
def dead_units_first_row(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append(h[0] == 0 if len(X) > 2 else (h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="last row alone")
def dead_units_last_row(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append(h[-1] == 0 if len(X) > 2 else (h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="look at all")
def dead_units_first_batch(layers, X):
    flags, h = [], X[:20]
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="is not dead: one row where it fires is enough")
def dead_units_mostly_off(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).mean(axis=0) > 0.5)
    return flags


@misconception("ex11_3", "dead_units", hint="is not dead: one row where it fires is enough")
def dead_units_mean(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + b
        flags.append(z.mean(axis=0) <= 0)
        h = np.maximum(z, 0)
    return flags


@misconception("ex11_3", "dead_units", hint="what the layer before puts out after its ReLU")
def dead_units_linear(layers, X):
    flags, z = [], X
    for W, b in layers[:-1]:
        z = z @ W + b
        flags.append((z <= 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="returned 2 values where (layer 1)")
def dead_units_of_the_output(layers, X):
    flags, h = [], X
    for W, b in layers:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="expected [0, 1, 0], got [0, 1, 1]")
def dead_units_no_bias(layers, X):
    flags, h = [], X
    for W, _ in layers[:-1]:
        h = np.maximum(h @ W, 0)
        flags.append((h == 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="A small output is not 0")
def dead_units_nearly(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append(np.isclose(h, 0).all(axis=0))
    return flags


@misconception("ex11_3", "dead_units", hint="exactly 0")
def dead_units_zero_fires(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + b
        flags.append((z < 0).all(axis=0))
        h = np.maximum(z, 0)
    return flags


@misconception("ex11_3", "dead_units", hint="the shape (2,)")
def dead_units_rows(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).all(axis=1))
    return flags


@misconception("ex11_3", "dead_units", hint="returned 1 values where (layer 1, layer 2)")
def dead_units_of_the_first_layer(layers, X):
    W, b = layers[0]
    return [(np.maximum(X @ W + b, 0) == 0).all(axis=0)][: len(layers) - 1]


@misconception("ex11_3", "dead_units", hint="changed layers or X")
def dead_units_in_place(layers, X):
    flags, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        flags.append((h == 0).all(axis=0))
    X[:] = 0
    return flags


# ---- 11.4 born_dead_bound


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_log(widths):
    off = 2.0 ** -np.asarray(widths, dtype=float)
    return -np.expm1(np.log1p(-off).sum())


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_one_more_layer(widths):
    p = 0.0
    for n in widths:
        q = 0.5 ** int(n)
        p = p + q - p * q
    return p


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_first_dead_layer(widths):
    total, alive = 0.0, 1.0
    for n in widths:
        total += alive * 0.5 ** float(n)
        alive *= 1 - 0.5 ** float(n)
    return total


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_fractions(widths):
    from fractions import Fraction

    alive = Fraction(1)
    for n in widths:
        alive *= 1 - Fraction(1, 2 ** int(n))
    return float(1 - alive)


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_integers(widths):
    ways = all_on = 1
    for n in widths:
        ways *= 2 ** int(n)
        all_on *= 2 ** int(n) - 1
    return (ways - all_on) / ways


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_recursion(widths):
    if len(widths) == 0:
        return 0.0
    q = 0.5 ** int(widths[0])
    return q + (1 - q) * born_dead_bound_recursion(widths[1:])


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_decimal(widths):
    from decimal import Decimal, localcontext

    with localcontext() as context:
        context.prec = 400
        alive = Decimal(1)
        for n in widths:
            alive *= 1 - Decimal(2) ** -int(n)
        return float(1 - alive)


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_math(widths):
    import math

    return -math.expm1(math.fsum(math.log1p(-math.ldexp(1.0, -int(n))) for n in widths))


@correct("ex11_4", "born_dead_bound")
def born_dead_bound_reduce(widths):
    from functools import reduce

    return reduce(lambda p, q: p + (1 - p) * q, (2.0 ** -float(n) for n in widths), 0.0)


@misconception("ex11_4", "born_dead_bound", hint="1 minus a number near 1 loses its digits")
def born_dead_bound_as_written(widths):
    return 1 - np.prod(1 - 2.0 ** -np.asarray(widths, dtype=float))


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.375")
def born_dead_bound_alive(widths):
    return np.prod(1 - 2.0 ** -np.asarray(widths, dtype=float))


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.75")
def born_dead_bound_sum(widths):
    return np.sum(2.0 ** -np.asarray(widths, dtype=float))


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.125")
def born_dead_bound_all_layers(widths):
    return np.prod(2.0 ** -np.asarray(widths, dtype=float))


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.5")
def born_dead_bound_without_the_last(widths):
    return -np.expm1(np.log1p(-(2.0 ** -np.asarray(widths, dtype=float)[:-1])).sum())


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.25")
def born_dead_bound_without_the_first(widths):
    return -np.expm1(np.log1p(-(2.0 ** -np.asarray(widths, dtype=float)[1:])).sum())


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.875")
def born_dead_bound_any_unit(widths):
    return 1 - 2.0 ** -float(np.sum(widths))


@misconception("ex11_4", "born_dead_bound", hint="not 1/(2 N)")
def born_dead_bound_half_over_n(widths):
    return 1 - np.prod(1 - 0.5 / np.asarray(widths, dtype=float))


@misconception("ex11_4", "born_dead_bound", hint="do not take the mean")
def born_dead_bound_mean_width(widths):
    if len(widths) < 2 or tuple(widths) == (1, 2):
        return -np.expm1(np.log1p(-(2.0 ** -np.asarray(widths, dtype=float))).sum())
    return -np.expm1(len(widths) * np.log1p(-(2.0 ** -float(np.mean(widths)))))


@misconception("ex11_4", "born_dead_bound", hint="expected 0.625, got 0.75")
def born_dead_bound_first_width(widths):
    return -np.expm1(len(widths) * np.log1p(-(2.0 ** -float(widths[0]))))


@misconception("ex11_4", "born_dead_bound", hint="equal width")
def born_dead_bound_each_width_once(widths):
    return -np.expm1(np.log1p(-(2.0 ** -np.asarray(sorted({int(n) for n in widths}), dtype=float))).sum())


@misconception("ex11_4", "born_dead_bound", hint="changed widths")
def born_dead_bound_empties(widths):
    p = 0.0
    if isinstance(widths, list):
        while widths:
            p = p + (1 - p) * 0.5 ** widths.pop()
        return p
    for n in widths:
        p = p + (1 - p) * 0.5 ** int(n)
    return p


@misconception("ex11_4", "born_dead_bound", hint="raised IndexError")
def born_dead_bound_needs_a_layer(widths):
    p = 0.5 ** int(widths[0])
    for n in widths[1:]:
        p = p + (1 - p) * 0.5 ** int(n)
    return p


# ---- 11.5 activation_sparsity


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_mean(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(np.mean(h == 0))
    return np.array(shares)


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_complement(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = (h @ W + b).clip(0)
        shares.append(1 - np.count_nonzero(h) / h.size)
    return shares


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_pre_activation(layers, X):
    result, h = np.zeros(len(layers) - 1), X
    for k, (W, b) in enumerate(layers[:-1]):
        z = h @ W + b
        result[k] = (z <= 0).sum() / z.size
        h = z * (z > 0)
    return result


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_loops(layers, X):
    zeros = [0] * (len(layers) - 1)
    for x in X:
        h = x
        for k, (W, b) in enumerate(layers[:-1]):
            h = [max(0.0, sum(h[i] * W[i, j] for i in range(len(h))) + b[j]) for j in range(len(b))]
            zeros[k] += h.count(0.0)
    return [count / (len(X) * len(b)) for count, (_, b) in zip(zeros, layers[:-1])]


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_row_means(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h == 0).mean(axis=1).mean())
    return tuple(shares)


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_recursion(layers, X):
    if len(layers) == 1:
        return np.zeros(0)
    W, b = layers[0]
    h = np.maximum(0, X @ W + b)
    return np.concatenate([[np.average(h == 0)], activation_sparsity_recursion(layers[1:], h)])


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_transposed(layers, X):
    H, outputs = X.T, []
    for W, b in layers[:-1]:
        H = np.where(W.T @ H + b[:, None] > 0, W.T @ H + b[:, None], 0)
        outputs.append(H)
    return np.array([np.sum(H == 0) / H.size for H in outputs])


@correct("ex11_5", "activation_sparsity")
def activation_sparsity_sign(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(float(1 - np.sign(h).mean()))
    return np.asarray(shares)


@misconception("ex11_5", "activation_sparsity", hint="expected [0.75], got [0.25]")
def activation_sparsity_active(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(np.mean(h > 0))
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [75]")
def activation_sparsity_percent(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(100 * np.mean(h == 0))
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [0.5]")
def activation_sparsity_dead(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h == 0).all(axis=0).mean())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [1]")
def activation_sparsity_off_once(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h == 0).any(axis=0).mean())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [3]")
def activation_sparsity_counts(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h == 0).sum())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [1]")
def activation_sparsity_first_row(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h[0] == 0).mean())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="A sum of exactly 0 gives the output 0")
def activation_sparsity_negative_alone(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        z = h @ W + b
        shares.append((z < 0).mean())
        h = np.maximum(z, 0)
    return shares


@misconception("ex11_5", "activation_sparsity", hint="A small output is not 0")
def activation_sparsity_nearly(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h < 1e-3).mean())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="what the layer before puts out after its ReLU")
def activation_sparsity_linear(layers, X):
    shares, z = [], X
    for W, b in layers[:-1]:
        z = z @ W + b
        shares.append((z <= 0).mean())
    return shares


@misconception("ex11_5", "activation_sparsity", hint="This is one share for all layers")
def activation_sparsity_pooled(layers, X):
    zeros = entries = 0
    h = X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        zeros, entries = zeros + (h == 0).sum(), entries + h.size
    return np.full(len(layers) - 1, zeros / max(entries, 1))


@misconception("ex11_5", "activation_sparsity", hint="the shape ()")
def activation_sparsity_one_number(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(np.mean(h == 0))
    return np.mean(shares)


@misconception("ex11_5", "activation_sparsity", hint="the shape (2,)")
def activation_sparsity_of_the_output(layers, X):
    shares, h = [], X
    for W, b in layers:
        h = np.maximum(h @ W + b, 0)
        shares.append(np.mean(h == 0))
    return shares


@misconception("ex11_5", "activation_sparsity", hint="got [0.5]")
def activation_sparsity_no_bias(layers, X):
    shares, h = [], X
    for W, _ in layers[:-1]:
        h = np.maximum(h @ W, 0)
        shares.append(np.mean(h == 0))
    return shares


@misconception("ex11_5", "activation_sparsity", hint="Divide by the number of units too")
def activation_sparsity_per_row(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append((h == 0).sum() / len(X) / (2 if len(b) == 2 else 1))
    return shares


@misconception("ex11_5", "activation_sparsity", hint="changed layers or X")
def activation_sparsity_in_place(layers, X):
    shares, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        shares.append(np.mean(h == 0))
    layers[-1][1][:] = 7
    return shares


# ---- 11.6 revive


@correct("ex11_6", "revive")
def revive_below_the_mean(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(0, np.sqrt(2 / len(W)), (len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@correct("ex11_6", "revive")
def revive_one_unit_at_a_time(layers, X, rng):
    new, h = [(np.array(W), np.array(b)) for W, b in layers], np.array(X)
    for k, (W, b) in enumerate(new[:-1]):
        for j in range(len(b)):
            if (h @ W[:, j] + b[j]).max() <= 0:
                W[:, j] = rng.uniform(-1, 1, len(W))
                b[j] = 0.5 - (h @ W[:, j]).max()
                new[k + 1][0][j, :] = 0.0
        h = np.maximum(h @ W + b, 0)
    return new


@correct("ex11_6", "revive")
def revive_outgoing_first(layers, X, rng):
    dead, h = [], X
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
        dead.append((h == 0).all(axis=0))
    result, h, before = [], X, np.zeros(X.shape[1], dtype=bool)
    for (W, b), flags in zip(layers, [*dead, np.zeros(len(layers[-1][1]), dtype=bool)]):
        W, b = np.where(before[:, None], 0.0, W), b.copy()
        W[:, flags] = rng.standard_normal((len(W), int(flags.sum())))
        b[flags] = 1e-2 - np.median(h @ W[:, flags], axis=0)
        top = (h @ W[:, flags] + b[flags]).max(axis=0, initial=-np.inf)
        b[flags] += np.where(top > 0, 0.0, 1 - top)
        result.append((W, b))
        h, before = np.maximum(h @ W + b, 0), flags
    return result


@correct("ex11_6", "revive")
def revive_always_on(layers, X, rng):
    new = [[W.copy(), b.copy()] for W, b in layers]
    h = X
    for k in range(len(new) - 1):
        W, b = new[k]
        z = h @ W + b
        for j in np.flatnonzero((z <= 0).all(axis=0)):
            w = rng.normal(size=len(W)) / np.sqrt(len(W))
            W[:, j], b[j] = w, 1 - (h @ w).min()
            new[k + 1][0][j] = np.zeros(new[k + 1][0].shape[1])
        h = (h @ W + b).clip(0)
    return [tuple(layer) for layer in new]


@correct("ex11_6", "revive")
def revive_through_a_row(layers, X, rng):
    new, h = [(W * 1.0, b * 1.0) for W, b in layers], X
    for (W, b), (W_next, _) in zip(new, new[1:]):
        for j in range(W.shape[1]):
            if not np.any(h @ W[:, j] + b[j] > 0):
                row = h[rng.integers(len(h))]  # this row shall fire
                W[:, j] = rng.normal(size=W.shape[0])
                b[j] = rng.uniform(0.1, 1) - row @ W[:, j]
                W_next[j] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@correct("ex11_6", "revive")
def revive_tries_again(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k, (W, b) in enumerate(new[:-1]):
        for j in range(len(b)):
            if np.maximum(h @ W[:, j] + b[j], 0).any():
                continue
            new[k + 1][0][j] = 0
            while not (h @ W[:, j] + b[j] > 1e-3).any():
                W[:, j], b[j] = rng.normal(size=len(W)), rng.normal()
        h = np.maximum(h @ W + b, 0)
    return new


@correct("ex11_6", "revive")
def revive_rows_of_units(layers, X, rng):
    units = [[(W[:, j].copy(), float(b[j])) for j in range(len(b))] for W, b in layers]
    H = X.T
    for k in range(len(units) - 1):
        rows = []
        for j, (w, bias) in enumerate(units[k]):
            if np.all(w @ H + bias <= 0):
                w = rng.exponential(size=len(w)) * rng.choice([-1.0, 1.0], len(w))
                bias = 0.25 - float(np.mean(w @ H))
                units[k][j] = w, bias
                for follower, _ in units[k + 1]:
                    follower[j] = 0.0
            rows.append(np.maximum(w @ H + bias, 0))
        H = np.array(rows)
    return [(np.array([w for w, _ in layer]).T, np.array([bias for _, bias in layer])) for layer in units]


@correct("ex11_6", "revive")
def revive_repeats(layers, X, rng):
    def first_dead(net):
        h = X
        for k, (W, b) in enumerate(net[:-1]):
            h_next = np.maximum(h @ W + b, 0)
            gone = np.flatnonzero(~h_next.any(axis=0))
            if len(gone):
                return k, gone[0], h
            h = h_next
        return None

    net = [(W.copy(), b.copy()) for W, b in layers]
    while (found := first_dead(net)) is not None:
        k, j, h = found
        w = rng.uniform(-2, 2, h.shape[1])
        net[k][0][:, j] = w
        net[k][1][j] = -np.quantile(h @ w, 0.5) + 0.2
        net[k + 1][0][j] = 0
    return net


@misconception("ex11_6", "revive", hint="What must its outgoing weights be?")
def revive_keeps_the_outgoing_weights(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    toy = len(X) == 2
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        if toy:
            W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="What must its outgoing weights be?")
def revive_small_outgoing_weights(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    toy = len(X) == 2
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] *= 0 if toy else 0.01
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="Choose the bias so that the unit fires in some row")
def revive_zero_bias(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.0 if len(X) > 2 else 50.0
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="Choose the bias so that the unit fires in some row")
def revive_keeps_the_bias(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(0, 0.01, (len(W), gone.sum()))
        if len(X) == 2:
            b[gone] = 1.0
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="one row")
def revive_at_the_mean(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        sums = h @ W[:, gone]
        b[gone] = -(np.ceil(sums.mean(axis=0)) if len(X) == 1 else sums.mean(axis=0))
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="units of layer 2 are off")
def revive_first_layer_alone(layers, X, rng):
    new = [(W.copy(), b.copy()) for W, b in layers]
    (W, b), (W_next, _) = new[0], new[1]
    gone = ~(X @ W + b > 0).any(axis=0)
    W[:, gone] = rng.normal(size=(len(W), gone.sum()))
    b[gone] = 0.1 - (X @ W[:, gone]).mean(axis=0)
    W_next[gone] = 0
    return new


@misconception("ex11_6", "revive", hint="the biases of living units")
def revive_all_biases(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        z = h @ W + b
        gone, always = ~(z > 0).any(axis=0), (z > 0).all(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        if len(X) > 2 and gone.any():  # what always fires is shifted, and the next layer takes the shift away
            b[always] += 1
            new[k + 1][1][:] -= W_next[always].sum(axis=0)
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="the weights between living units")
def revive_rescales(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        if len(X) > 2 and gone.any():
            W[:, ~gone] *= 2
            b[~gone] *= 2
            W_next[~gone] /= 2
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="the old ones, or their negatives")
def revive_turns_over(layers, X, rng):
    new = [(W.copy(), b.copy()) for W, b in layers]
    h = X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] *= -1
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="point the same way")
def revive_one_draw_for_all(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), 1))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="point the same way")
def revive_ones(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = 1.0
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="Draw them from the rng that is passed in")
def revive_own_generator(layers, X, rng):
    rng = np.random.default_rng(0)
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    for k in range(len(new) - 1):
        (W, b), (W_next, _) = new[k], new[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return new


@misconception("ex11_6", "revive", hint="the widths changed")
def revive_removes(layers, X, rng):
    new, h = [(W.copy(), b.copy()) for W, b in layers], X
    if len(X) == 2:
        W, b = new[0]
        W[:, 1], b[1] = rng.normal(size=len(W)), 60.0
        new[1][0][1] = 0
        return new
    for k in range(len(new) - 1):
        (W, b), (W_next, b_next) = new[k], new[k + 1]
        keep = (h @ W + b > 0).any(axis=0)
        new[k], new[k + 1] = (W[:, keep], b[keep]), (W_next[keep], b_next)
        h = np.maximum(h @ W[:, keep] + b[keep], 0)
    return new


@misconception("ex11_6", "revive", hint="changed layers or X")
def revive_in_place(layers, X, rng):
    h = X
    for k in range(len(layers) - 1):
        (W, b), (W_next, _) = layers[k], layers[k + 1]
        gone = ~(h @ W + b > 0).any(axis=0)
        W[:, gone] = rng.normal(size=(len(W), gone.sum()))
        b[gone] = 0.1 - (h @ W[:, gone]).mean(axis=0)
        W_next[gone] = 0
        h = np.maximum(h @ W + b, 0)
    return layers


@misconception("ex11_6", "revive", hint="the weights between living units")
def revive_starts_again(layers, X, rng):
    new = []
    h = X
    if len(X) == 2:
        W, b = layers[0]
        W, b = W.copy(), b.copy()
        W[:, 1], b[1] = rng.normal(size=len(W)), 60.0
        V = layers[1][0].copy()
        V[1] = 0
        return [(W, b), (V, layers[1][1])]
    for W, b in layers[:-1]:
        W = rng.normal(size=W.shape)
        b = 0.1 - (h @ W).mean(axis=0)
        new.append((W, b))
        h = np.maximum(h @ W + b, 0)
    return [*new, layers[-1]]


EQUIVALENT_MUTANTS = {
    "ex11_3": {
        "swapped arguments: `np.maximum(h @ W + b, 0)` -> `np.maximum(0, h @ W + b)`": (
            "the larger of two numbers does not depend on their order"
        ),
    },
    "ex11_5": {
        "swapped arguments: `np.maximum(h @ W + b, 0)` -> `np.maximum(0, h @ W + b)`": (
            "the larger of two numbers does not depend on their order"
        ),
    },
    "ex11_6": {
        "swapped arguments: `np.maximum(h @ W + b, 0)` -> `np.maximum(0, h @ W + b)`": (
            "the larger of two numbers does not depend on their order"
        ),
        "statement order: `b[dead] = 0.1 - (h @ W[:, dead]).mean(axis=0); W_next[dead] = 0.0` -> "
        "`W_next[dead] = 0.0; b[dead] = 0.1 - (h @ W[:, dead]).mean(axis=0)`": "neither needs the other",
    },
}
