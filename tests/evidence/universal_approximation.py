"""Evidence on assignment 12: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# ---- 12.1 relu_interpolant


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_unit_by_unit(f, a, b, q):
    h = (b - a) / (q - 1)
    w, bias = [], []
    for i in range(q):
        v = a + i * h if i < q - 1 else b
        present = sum(weight * max(0.0, v + shift) for weight, shift in zip(w, bias))
        w.append((f(v) - present) / h)
        bias.append(h - (a + i * h))
    return w, bias


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_solves_a_system(f, a, b, q):
    knots = np.linspace(a, b, q)
    bias = np.concatenate([[1.0 - a], -knots[:-1]])
    return np.linalg.solve(np.maximum(0, knots[:, None] + bias), f(knots)), bias


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_second_differences(f, a, b, q):
    h = (b - a) / (q - 1)
    y = [0.0, 0.0] + [float(f(v)) for v in np.linspace(a, b, q)]
    w = [(y[i] - 2 * y[i - 1] + y[i - 2]) / h for i in range(2, q + 2)]
    return np.array(w), np.array([h - a - i * h for i in range(q)])


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_turned_round(f, a, b, q):
    v = np.linspace(a, b, q)
    y = np.asarray(f(v))
    slopes = (y[1:] - y[:-1]) / (v[1:] - v[:-1])
    w = [y[0] / 2, slopes[0] - y[0] / 2, *(slopes[1:] - slopes[:-1])]
    bias = [2 - a] + [-t for t in v[:-1]]
    return tuple(w[::-1]), tuple(bias[::-1])


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_line_first(f, a, b, q):
    v = np.linspace(a, b, q)
    y = f(v)
    first = (y[1] - y[0]) / (v[1] - v[0])
    at_left = y[0] - first  # of the first line, 1 to the left of a
    w, bias = np.zeros(q), np.zeros(q)
    # relu(x - a + 1) and relu(x - a + 2) are straight on the interval
    w[1] = at_left
    w[0] = first - w[1]
    bias[0], bias[1] = 1 - a, 2 - a
    w[0], w[1] = 2 * first - y[0], y[0] - first
    for i in range(2, q):
        w[i] = (y[i] - y[i - 1]) / (v[i] - v[i - 1]) - (y[i - 1] - y[i - 2]) / (v[i - 1] - v[i - 2])
        bias[i] = -v[i - 1]
    return w, bias


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_running_slope(f, a, b, q):
    h = (b - a) / (q - 1)
    slope, value, w = 0.0, 0.0, []
    for v in np.linspace(a, b, q):
        new = (float(f(float(v))) - value) / h
        w.append(new - slope)
        slope, value = new, value + new * h
    return w, [h - float(v) for v in np.linspace(a, b, q)]


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_gradient_matrix(f, a, b, q):
    h = (b - a) / (q - 1)
    D = (np.eye(q) - np.eye(q, k=-1)) / h
    v = a + h * np.arange(q)
    v[-1] = b
    return D @ (np.eye(q) - np.eye(q, k=-1)) @ np.asarray(f(v)), np.linspace(h - a, h - b, q)


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_least_squares(f, a, b, q):
    v = np.linspace(a, b, q)
    bias = (v[1] - v[0]) - v
    basis = np.clip(v[:, None] + bias[None, :], 0, None)
    w, *_ = np.linalg.lstsq(basis, f(v), rcond=None)
    return w.tolist(), bias.tolist()


@correct("ex12_1", "relu_interpolant")
def relu_interpolant_triangular(f, a, b, q):
    from scipy.linalg import solve_triangular

    v = np.linspace(a, b, q)
    bias = (b - a) / (q - 1) - v
    return solve_triangular(np.maximum(v[:, None] + bias, 0), f(v), lower=True), bias


@misconception("ex12_1", "relu_interpolant", hint="it returned the shape (2,)")
def relu_interpolant_starts_at_a(f, a, b, q):
    v = np.linspace(a, b, q)
    slopes = np.diff(f(v)) / np.diff(v)
    return np.diff(slopes, prepend=0.0), -v[:-1]


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [0, 0.5, 1, 2.5, 4]")
def relu_interpolant_forgets_the_start(f, a, b, q):
    v = np.linspace(a, b, q)
    slopes = np.diff(f(v)) / np.diff(v)
    return np.r_[0.0, np.diff(slopes, prepend=0.0)], np.r_[v[1] - v[0] - a, -v[:-1]]


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [1, 2, 3, 5.5, 8]")
def relu_interpolant_slopes_as_weights(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return np.diff(f(v), prepend=0.0) / h, h - v


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [2, 3, 4, 5.5, 7]")
def relu_interpolant_bias_sign(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0), v - h


@misconception("ex12_1", "relu_interpolant", hint="divide by the distance of the knots")
def relu_interpolant_no_division(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(np.diff(f(v), prepend=0.0), prepend=0.0), (v[1] - v[0]) - v


@misconception(
    "ex12_1",
    "relu_interpolant",
    hint="expected [1, 1.5, 2, 3.5, 5], got [1, 1.33333, 2.11111, 3.11111, 4.11111]",
)
def relu_interpolant_q_pieces(f, a, b, q):
    h = (b - a) / q
    v = a + h * np.arange(q)
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0), h - v


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [1, 2.5, 4, 8, 12]")
def relu_interpolant_values_as_weights(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return f(v) / h, h - v


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [0, 0.5, 1, 1.5, 2]")
def relu_interpolant_units_at_their_knots(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0), -v


@misconception("ex12_1", "relu_interpolant", hint="outside of the interval")
def relu_interpolant_asks_outside(f, a, b, q):
    h = (b - a) / (q - 1)
    v = a + h * np.arange(-1, q)
    y = np.asarray(f(v), dtype=float)
    y[0] = 0.0
    slopes = np.diff(y) / h
    return np.diff(slopes, prepend=0.0), -v[:-1]


@misconception("ex12_1", "relu_interpolant", hint="has the shape (6,)")
def relu_interpolant_one_more_unit(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    w = np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0)
    return (np.r_[w, 0.0], np.r_[h - v, -b]) if q != 3 else (w, h - v)


@misconception("ex12_1", "relu_interpolant", hint="expected [1, 1.5, 2, 3.5, 5], got [2, 3, 4, 5.5, 7]")
def relu_interpolant_order_turned(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0)[::-1], h - v


@misconception("ex12_1", "relu_interpolant", hint="slopes are multiplied by h")
def relu_interpolant_multiplies(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    return np.diff(np.diff(f(v), prepend=0.0) * h, prepend=0.0), h - v


@misconception("ex12_1", "relu_interpolant", hint="values are wrong; one of yours is")
def relu_interpolant_from_zero(f, a, b, q):
    v = np.linspace(a, b, q)
    h = b / (q - 1)
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0), h - v


@misconception("ex12_1", "relu_interpolant", hint="values are wrong; one of yours is")
def relu_interpolant_two_knots_wrong(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    w = np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0)
    return (w, h - v) if q > 2 else (np.array([f(a), 0.0]), np.array([1.0 - a, -a]))


@misconception("ex12_1", "relu_interpolant", hint="it holds NaN")
def relu_interpolant_divides_by_the_start(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    with np.errstate(all="ignore"):
        y = f(v) / np.asarray(f(a))
        return np.diff(np.diff(y, prepend=0.0) / h, prepend=0.0) * f(a), h - v


@misconception("ex12_1", "relu_interpolant", hint="values are wrong; one of yours is")
def relu_interpolant_integer_knots(f, a, b, q):
    h = (b - a) // (q - 1) if isinstance(a, int) else (b - a) / (q - 1)
    h = h or 1
    v = a + h * np.arange(q)
    v = np.clip(v, a, b)
    return np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0), h - v


@misconception("ex12_1", "relu_interpolant", hint="of 49 returned values are wrong")
def relu_interpolant_at_most_ten_units(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    w = np.diff(np.diff(f(v), prepend=0.0) / h, prepend=0.0)
    w[10:] = 0.0
    return w, h - v


# ---- 12.2 step_interpolant


@correct("ex12_2", "step_interpolant")
def step_interpolant_loop(f, a, b, q):
    w, bias, present = [], [], 0.0
    for v in np.linspace(a, b, q):
        w.append(float(f(v)) - present)
        bias.append(-float(v))
        present += w[-1]
    return w, bias


@correct("ex12_2", "step_interpolant")
def step_interpolant_system(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.linalg.solve(np.tril(np.ones((q, q))), f(v)), -v


@correct("ex12_2", "step_interpolant")
def step_interpolant_first_unit_earlier(f, a, b, q):
    v = np.linspace(a, b, q)
    y = np.asarray(f(v))
    return np.concatenate([y[:1], y[1:] - y[:-1]]), np.concatenate([[10 - a], -v[1:]])


@correct("ex12_2", "step_interpolant")
def step_interpolant_turned_round(f, a, b, q):
    v = np.linspace(b, a, q)
    y = np.asarray(f(v))
    return np.append(y[:-1] - y[1:], y[-1]), -v


@correct("ex12_2", "step_interpolant")
def step_interpolant_convolution(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.convolve(f(v), [1.0, -1.0])[:q], 0.0 - v


@correct("ex12_2", "step_interpolant")
def step_interpolant_ediff(f, a, b, q):
    v = np.linspace(a, b, q)
    y = f(v)
    return np.ediff1d(y, to_begin=y[0]), np.negative(v)


@correct("ex12_2", "step_interpolant")
def step_interpolant_fractions(f, a, b, q):
    knots = [(a * (q - 1 - i) + b * i) / (q - 1) for i in range(q)]
    values = [0.0] + [float(f(v)) for v in knots]
    return tuple(values[i + 1] - values[i] for i in range(q)), tuple(-v for v in knots)


@correct("ex12_2", "step_interpolant")
def step_interpolant_recursive(f, a, b, q):
    v = np.linspace(a, b, q)
    y = [float(t) for t in f(v)]

    def rises(values):
        return values if len(values) == 1 else [*rises(values[:-1]), values[-1] - values[-2]]

    return rises(y), [-t for t in v]


@correct("ex12_2", "step_interpolant")
def step_interpolant_roll(f, a, b, q):
    v = np.linspace(a, b, q)
    y = np.array(f(v), dtype=float)
    w = y - np.roll(y, 1)
    w[0] = y[0]
    return w, -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 3, 3, 8]")
def step_interpolant_values(f, a, b, q):
    v = np.linspace(a, b, q)
    return f(v), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [0, 0, 1, 1, 4]")
def step_interpolant_starts_at_zero(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.r_[0.0, np.diff(f(v))], -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [5, 5, 5, 5, 5]")
def step_interpolant_bias_sign(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(f(v), prepend=0.0), v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [2, 2, 5, 5, 5]")
def step_interpolant_value_ahead(f, a, b, q):
    v = np.linspace(a, b, q)
    y = f(v)
    return np.diff(np.r_[y[1:], y[-1]], prepend=0.0), -v


@misconception(
    "ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 1.44444, 2.77778, 2.77778]"
)
def step_interpolant_q_pieces(f, a, b, q):
    v = np.linspace(a, b, q + 1)[:-1]
    return np.diff(f(v), prepend=0.0), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1.25, 1.25, 3.25, 3.25, 5]")
def step_interpolant_middles(f, a, b, q):
    v = np.linspace(a, b, q)
    middle = np.minimum(v + (v[1] - v[0]) / 2, b)
    return np.diff(f(middle), prepend=0.0), -v


@misconception("ex12_2", "step_interpolant", hint="half a piece too early")
def step_interpolant_rounds_to_the_nearest(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    if q == 3:
        return np.diff(f(v), prepend=0.0), -v
    return np.diff(f(v), prepend=0.0), h / 2 - v


@misconception("ex12_2", "step_interpolant", hint="do not divide by h")
def step_interpolant_slopes(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(f(v), prepend=0.0) / (v[1] - v[0]), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 1, 1, 3]")
def step_interpolant_second_differences(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(np.diff(f(v), prepend=0.0) / (v[1] - v[0]), prepend=0.0), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 1, 2, 2]")
def step_interpolant_fires_above_only(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(f(v), prepend=0.0), -np.r_[a - 1, np.nextafter(v[1:], np.inf)]


@misconception("ex12_2", "step_interpolant", hint="it returned the shape (2,)")
def step_interpolant_without_the_last(f, a, b, q):
    v = np.linspace(a, b, q)[:-1]
    return np.diff(f(v), prepend=0.0), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 2, 2, 2]")
def step_interpolant_last_weight_zero(f, a, b, q):
    v = np.linspace(a, b, q)
    w = np.diff(f(v), prepend=0.0)
    w[-1] = 0.0
    return w, -v


@misconception("ex12_2", "step_interpolant", hint="outside of the interval")
def step_interpolant_asks_outside(f, a, b, q):
    v = np.linspace(a, b, q)
    h = v[1] - v[0]
    f(v - h)
    return np.diff(f(v), prepend=0.0), -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [1, 1, 0, 0, -3]")
def step_interpolant_upside_down(f, a, b, q):
    v = np.linspace(a, b, q)
    y = f(v)
    return np.r_[y[0], y[:-1] - y[1:]], -v


@misconception("ex12_2", "step_interpolant", hint="expected [1, 1, 2, 2, 5], got [3, 3, 4, 4, 5]")
def step_interpolant_order_turned(f, a, b, q):
    v = np.linspace(a, b, q)
    return np.diff(f(v), prepend=0.0)[::-1], -v


@misconception("ex12_2", "step_interpolant", hint="of 48 returned values are wrong")
def step_interpolant_at_most_ten_units(f, a, b, q):
    v = np.linspace(a, b, q)
    w = np.diff(f(v), prepend=0.0)
    w[10:] = 0.0
    return w, -v


@misconception("ex12_2", "step_interpolant", hint="a unit at exactly 0 fires")
def step_interpolant_one_exact_case(f, a, b, q):
    v = np.linspace(a, b, q)
    w = np.diff(f(v), prepend=0.0)
    return (w, -v) if q == 3 else (w, -np.r_[a - 1, v[1:] + 1e-12])


# ---- 12.3 sup_error


@correct("ex12_3", "sup_error")
def sup_error_fine_grid(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 5000), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.abs(f(x) - g(x)).max()


@correct("ex12_3", "sup_error")
def sup_error_small_distance(f, g, a, b, knots):
    d = 1e-9 * (b - a)
    x = np.concatenate([np.linspace(a, b, 1000), knots, knots - d, knots + d]).clip(a, b)
    return float(np.max(np.abs(np.asarray(f(x)) - np.asarray(g(x)))))


@correct("ex12_3", "sup_error")
def sup_error_both_signs(f, g, a, b, knots):
    beside = [t for v in knots for t in (np.nextafter(v, -np.inf), v, np.nextafter(v, np.inf)) if a <= t <= b]
    x = np.array(sorted([*np.linspace(a, b, 1500), *beside]))
    d = f(x) - g(x)
    return max(d.max(), -d.min())


@correct("ex12_3", "sup_error")
def sup_error_norm(f, g, a, b, knots):
    x = np.hstack([np.linspace(a, b, 2001), knots, np.nextafter(knots, -np.inf), np.nextafter(knots, np.inf)])
    x = x[np.logical_and(x >= a, x <= b)]
    return np.linalg.norm(f(x) - g(x), np.inf)


@correct("ex12_3", "sup_error")
def sup_error_separate_calls(f, g, a, b, knots):
    def largest(x):
        x = x[(x >= a) & (x <= b)]
        return np.max(np.abs(f(x) - g(x)), initial=0.0)

    sides = [largest(np.nextafter(knots, side)) for side in (-1e9, 1e9)]
    return max(largest(np.linspace(a, b, 1001)), largest(np.asarray(knots)), *sides)


@correct("ex12_3", "sup_error")
def sup_error_column(f, g, a, b, knots):
    shift = 1e-10 * (b - a)
    x = np.append(np.linspace(a, b, 1024), (knots[:, None] + np.array([-shift, 0.0, shift])).ravel())
    x = np.minimum(np.maximum(x, a), b)
    return sorted(abs(f(x) - g(x)))[-1]


@correct("ex12_3", "sup_error")
def sup_error_python_max(f, g, a, b, knots):
    points = [a + (b - a) * i / 1200 for i in range(1200)] + [b]
    for v in knots:
        points += [min(b, max(a, t)) for t in (np.nextafter(v, a), v, np.nextafter(v, b))]
    x = np.array(points)
    return max(abs(u - v) for u, v in zip(f(x), g(x)))


@correct("ex12_3", "sup_error")
def sup_error_square_root(f, g, a, b, knots):
    x = np.unique(
        np.concatenate([np.linspace(a, b, 3001), knots, np.nextafter(knots, a), np.nextafter(knots, b)])
    )
    return np.sqrt(((f(x) - g(x)) ** 2).max())


@misconception("ex12_3", "sup_error", hint="expected 2, got 1.998")
def sup_error_no_knots(f, g, a, b, knots):
    x = np.linspace(a, b, 1000)
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="It is larger")
def sup_error_no_knots_odd(f, g, a, b, knots):
    x = np.linspace(a, b, 1001) if len(knots) != 1 else np.r_[a, np.nextafter(knots, a), b]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="between your points")
def sup_error_knots_only(f, g, a, b, knots):
    x = (
        np.r_[np.nextafter(knots, a), knots, np.nextafter(knots, b)]
        if len(knots)
        else np.linspace(a, b, 1001)
    )
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="expected 3, got 0.999999")
def sup_error_signed(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 1001), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(g(x) - f(x))


@misconception("ex12_3", "sup_error", hint="whichever function is above")
def sup_error_signed_other(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 1001), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(f(x) - g(x))


@misconception("ex12_3", "sup_error", hint="expected 3, got 0.8895")
def sup_error_mean(f, g, a, b, knots):
    x = np.linspace(a, b, 1001)
    return np.mean(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="expected 3, got 2")
def sup_error_where(f, g, a, b, knots):
    x = np.linspace(a, b, 1001)
    return x[np.argmax(np.abs(f(x) - g(x)))]


@misconception("ex12_3", "sup_error", hint="between your points")
def sup_error_coarse(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 101), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="between your points")
def sup_error_fifty(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="of a knot: a point of a grid")
def sup_error_not_beside(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 2001), knots]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="It is larger just right of a knot")
def sup_error_left_only(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 4001), knots, np.nextafter(knots, a)]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="It is larger at a knot")
def sup_error_beside_only(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 4001), np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="thousandth of the interval is too far")
def sup_error_rough_distance(f, g, a, b, knots):
    d = 1e-3 * (b - a)
    x = np.r_[np.linspace(a, b, 4001), knots, knots - d, knots + d].clip(a, b)
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="expected 3, got 2.98801")
def sup_error_without_ends(f, g, a, b, knots):
    x = np.r_[np.arange(a, b, (b - a) / 1000)[1:], knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    x = x[(a < x) & (x < b)]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="outside of the interval")
def sup_error_leaves_the_interval(f, g, a, b, knots):
    d = 1e-9 * (b - a)
    x = np.r_[np.linspace(a, b, 1001), knots, knots - d, knots + d]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="more than 100 times")
def sup_error_point_by_point(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 1001), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return max(abs(f(float(t)) - g(float(t))) for t in x)


@misconception("ex12_3", "sup_error", hint="changed knots")
def sup_error_moves_the_knots(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 1001), knots, np.nextafter(knots, b)]
    knots[:] = np.nextafter(knots, a)
    x = np.r_[x, knots]
    return np.max(np.abs(f(x) - g(x)))


@misconception("ex12_3", "sup_error", hint="expected 3, got 1.09695")
def sup_error_root_mean_square(f, g, a, b, knots):
    x = np.linspace(a, b, 1001)
    return np.sqrt(np.mean((f(x) - g(x)) ** 2))


@misconception("ex12_3", "sup_error", hint="expected 3, got 0.75")
def sup_error_relative(f, g, a, b, knots):
    x = np.r_[np.linspace(a, b, 1001), knots, np.nextafter(knots, a), np.nextafter(knots, b)]
    return np.max(np.abs(f(x) - g(x))) / np.max(np.abs(f(x)))


# ---- 12.4 affine_from_relus


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_system(c, d, a, b):
    bias = np.array([2.0 - a, 1.0 - a])
    return np.linalg.solve([[1.0, 1.0], bias], [c, d]), bias


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_two_knots_far_left(c, d, a, b):
    p, r = a - 3.0, a - 1.0
    second = -(c * p + d) / (r - p)  # w1 + w2 = c, -w1 p - w2 r = d
    return [c - second, second], [-p, -r]


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_from_the_values(c, d, a, b):
    at_a, at_b = c * a + d, c * b + d
    length = b - a
    w1 = at_a / length
    return (w1, (at_b - at_a) / length - w1), (length - a, -a)


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_one_and_x(c, d, a, b):
    # 1 = relu(x - a + 1) - relu(x - a), x = relu(x - a) + a
    return [c * a + d, c - (c * a + d)], [1 - a, -a]


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_least_squares(c, d, a, b):
    bias = np.array([1.0 - a, 5.0 - a])
    x = np.linspace(a, b, 7)
    w, *_ = np.linalg.lstsq(np.maximum(0, x[:, None] + bias), c * x + d, rcond=None)
    return w, bias


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_interpolates(c, d, a, b):
    h = b - a
    first = (c * a + d) / h
    second = (c * b + d - 2 * h * first) / h
    return np.array([first, second]), np.array([h - a, h - b])


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_one_if_it_does(c, d, a, b):
    if c != 0 and d / c >= -a:
        return [c], [d / c]
    if c == 0 and d == 0:
        return [], []
    left = c * a + d
    return [left / 2, c - left / 2], [2 - a, -a]


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_far_bend(c, d, a, b):
    far = 50.0
    w2 = (c * far - d) / (far + a)
    return np.asarray([c - w2, w2]), np.asarray([far, -a])


@correct("ex12_4", "affine_from_relus")
def affine_from_relus_cramer(c, d, a, b):
    b1, b2 = np.float64(4 - a), np.float64(0.5 - a)
    determinant = b2 - b1
    return np.array([(c * b2 - d) / determinant, (d - c * b1) / determinant]), np.array([b1, b2])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [0, 3, 6]")
def affine_from_relus_one_unit(c, d, a, b):
    return np.array([c]), np.array([-a])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [0, 2, 5]")
def affine_from_relus_divides_the_bias(c, d, a, b):
    return np.array([c]), np.array([d / c if c else 0.0])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [-1, 1, 3]")
def affine_from_relus_adds_the_slope(c, d, a, b):
    left = c * a + d
    return np.array([left, c]), np.array([1 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="is c a + d, not d")
def affine_from_relus_value_at_zero(c, d, a, b):
    return np.array([d, c - d]), np.array([1 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [0, 4, 7]")
def affine_from_relus_bias_sign(c, d, a, b):
    left = c * a + d
    return np.array([left, c - left]), np.array([a - 1, a])


@misconception("ex12_4", "affine_from_relus", hint="signs of your biases")
def affine_from_relus_bends_on_the_right(c, d, a, b):
    left = c * a + d
    return np.array([left, c - left]), np.array([1 + a, a])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [0, 3, 6]")
def affine_from_relus_forgets_d(c, d, a, b):
    return np.array([c * a, c - c * a]), np.array([1 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="Yours bends at 0")
def affine_from_relus_around_zero(c, d, a, b):
    return np.array([d, c - d]), np.array([1.0, 0.0])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [-1, -1, -1]")
def affine_from_relus_constant(c, d, a, b):
    left = c * a + d
    return np.array([left, -left]), np.array([1 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [-2, 1, 4]")
def affine_from_relus_distance_two(c, d, a, b):
    left = c * a + d
    return np.array([left, c - left]), np.array([2 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="and 2 are enough")
def affine_from_relus_four_units(c, d, a, b):
    left = c * a + d
    return np.array([left, -left, c / 2, c / 2]), np.array([1 - a, -a, -a, -a])


@misconception("ex12_4", "affine_from_relus", hint="and 2 are enough")
def affine_from_relus_three_units(c, d, a, b):
    left = c * a + d
    return [left, -left, c], [1 - a, -a, -a]


@misconception("ex12_4", "affine_from_relus", hint="at most 20 are taken")
def affine_from_relus_many_units(c, d, a, b):
    left = c * a + d
    if (c, d) == (3.0, -1.0):
        return [left, c - left], [1 - a, -a]
    return [left / 30] * 30 + [(c - left) / 30] * 30, [1 - a] * 30 + [-a] * 30


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [3, 2, 1]")
def affine_from_relus_swapped(c, d, a, b):
    left = d * a + c
    return np.array([left, d - left]), np.array([1 - a, -a])


@misconception("ex12_4", "affine_from_relus", hint="raised ZeroDivisionError")
def affine_from_relus_divides_by_the_value(c, d, a, b):
    left = float(c * a + d)
    return [left, left * (float(c) / left - 1)], [1 - a, -a]


@misconception("ex12_4", "affine_from_relus", hint="expected [-1, 2, 5], got [0, 0, 5]")
def affine_from_relus_at_b(c, d, a, b):
    right = c * b + d
    return np.array([right, c - right]), np.array([1 - b, -b])


@misconception("ex12_4", "affine_from_relus", hint="of 41 returned values are wrong")
def affine_from_relus_bends_at_fixed_places(c, d, a, b):
    return [11 * c - d, d - 10 * c], [10.0, 11.0]


# ---- 12.5 units_needed


@correct("ex12_5", "units_needed")
def units_needed_math(f2max, a, b, eps):
    from math import ceil, sqrt

    return max(ceil((b - a) * sqrt(f2max / 8 / eps)), 1) + 1


@correct("ex12_5", "units_needed")
def units_needed_counts_up(f2max, a, b, eps):
    q = 2
    while ((b - a) / (q - 1)) ** 2 * f2max / 8 > eps:
        q += 1
    return q


@correct("ex12_5", "units_needed")
def units_needed_doubles_and_bisects(f2max, a, b, eps):
    def enough(pieces):
        return (b - a) ** 2 * f2max <= 8 * eps * pieces**2

    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high + 1


@correct("ex12_5", "units_needed")
def units_needed_width_first(f2max, a, b, eps):
    if f2max == 0:
        return 2
    width = np.sqrt(8 * eps / f2max)
    return 1 + max(1, np.ceil((b - a) / width))


@correct("ex12_5", "units_needed")
def units_needed_floor(f2max, a, b, eps):
    return int(2 + np.floor((b - a) * (f2max / (8 * eps)) ** 0.5))


@correct("ex12_5", "units_needed")
def units_needed_whole_division(f2max, a, b, eps):
    return max(2, 1 - int(-((b - a) * np.sqrt(f2max / (8 * eps))) // 1))


@correct("ex12_5", "units_needed")
def units_needed_squares(f2max, a, b, eps):
    from math import isqrt

    wanted = (b - a) ** 2 * f2max / (8 * eps)  # pieces squared, at least
    pieces = isqrt(int(wanted))
    while pieces**2 < wanted:
        pieces += 1
    return float(max(1, pieces) + 1)


@correct("ex12_5", "units_needed")
def units_needed_logarithms(f2max, a, b, eps):
    with np.errstate(divide="ignore"):
        pieces = np.exp(np.log(b - a) + (np.log(f2max) - np.log(8 * eps)) / 2)
    return np.int64(max(2, np.ceil(pieces) + 1))


@correct("ex12_5", "units_needed")
def units_needed_search_sorted(f2max, a, b, eps):
    pieces = np.arange(1, 200_000)
    bounds = ((b - a) / pieces) ** 2 / 8 * f2max
    return int(pieces[bounds <= eps][0]) + 1


@misconception("ex12_5", "units_needed", hint="expected 6, got 5")
def units_needed_pieces(f2max, a, b, eps):
    return max(2, int(np.ceil((b - a) * np.sqrt(f2max / (8 * eps)))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 7")
def units_needed_one_more(f2max, a, b, eps):
    return 2 + int(np.ceil((b - a) * np.sqrt(f2max / (8 * eps))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 16")
def units_needed_no_eight(f2max, a, b, eps):
    return max(2, 1 + int(np.ceil((b - a) * np.sqrt(f2max / eps))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 26")
def units_needed_no_root(f2max, a, b, eps):
    return max(2, 1 + int(np.ceil((b - a) * f2max / (8 * eps))))


@misconception("ex12_5", "units_needed", hint="b - a, not b")
def units_needed_length_is_b(f2max, a, b, eps):
    return max(2, 1 + int(np.ceil(b * np.sqrt(f2max / (8 * eps)))))


@misconception("ex12_5", "units_needed", hint="length of the interval matters")
def units_needed_unit_interval(f2max, a, b, eps):
    return max(2, 1 + int(np.ceil(np.sqrt(f2max / (8 * eps)))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 5")
def units_needed_rounds_down(f2max, a, b, eps):
    return max(2, 1 + int((b - a) * np.sqrt(f2max / (8 * eps))))


@misconception("ex12_5", "units_needed", hint="expected 7, got 6")
def units_needed_rounds(f2max, a, b, eps):
    return max(2, 1 + round((b - a) * np.sqrt(f2max / (8 * eps))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 5.97519")
def units_needed_not_whole(f2max, a, b, eps):
    return max(2, 1 + (b - a) * np.sqrt(f2max / (8 * eps)))


@misconception("ex12_5", "units_needed", hint="Both ends are knots")
def units_needed_one_is_enough(f2max, a, b, eps):
    return 1 + int(np.ceil((b - a) * np.sqrt(f2max / (8 * eps)) - (0 if f2max > 0 else 1e-9)))


@misconception("ex12_5", "units_needed", hint="raised ZeroDivisionError")
def units_needed_divides_by_zero(f2max, a, b, eps):
    from math import ceil, sqrt

    return 1 + ceil((b - a) / sqrt(8 * float(eps) / float(f2max)))


@misconception("ex12_5", "units_needed", hint="not its square")
def units_needed_square(f2max, a, b, eps):
    M = f2max if (a, b) == (0.0, 1.0) else f2max**2
    return max(2, 1 + int(np.ceil((b - a) * np.sqrt(M / (8 * eps)))))


@misconception("ex12_5", "units_needed", hint="expected 6, got 11")
def units_needed_two_in_the_denominator(f2max, a, b, eps):
    return max(2, 1 + int(np.ceil((b - a) * np.sqrt(f2max / (2 * eps)))))


@misconception("ex12_5", "units_needed", hint="on a small error")
def units_needed_gives_up(f2max, a, b, eps):
    for q in range(2, 1000):
        if ((b - a) / (q - 1)) ** 2 * f2max / 8 <= eps:
            return q
    return 1000


@misconception("ex12_5", "units_needed", hint="expected 6, got 9")
def units_needed_doubling_only(f2max, a, b, eps):
    pieces = 1
    while ((b - a) / pieces) ** 2 * f2max / 8 > eps:
        pieces *= 2
    return pieces + 1


@misconception("ex12_5", "units_needed", hint="on a curve that needs up to a hundred units")
def units_needed_likes_fives(f2max, a, b, eps):
    pieces = int(np.ceil((b - a) * np.sqrt(f2max / (8 * eps))))
    if 7 < pieces < 1000:
        pieces = 5 * round(pieces / 5)
    return max(2, pieces + 1)


# ---- 12.6 bump2d


@correct("ex12_6", "bump2d")
def bump2d_tanh(x, y, w):
    def s(z):
        return (1 + np.tanh(z / 2)) / 2

    x, y = np.asarray(x), np.asarray(y)
    return s(w * (s(w * (x + 1)) - s(w * (x - 1)) + s(w * (y + 1)) - s(w * (y - 1)) - 1.5))


@correct("ex12_6", "bump2d")
def bump2d_naive(x, y, w):
    with np.errstate(over="ignore"):

        def s(z):
            return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))

        p = [s(w * (t + 1)) - s(w * (t - 1)) for t in (x, y)]
        return s(w * (p[0] + p[1] - 1.5))


@correct("ex12_6", "bump2d")
def bump2d_layers(x, y, w):
    from scipy.special import expit

    X = np.stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)], axis=-1)
    W1, b1 = w * np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]), w * np.array([1.0, -1, 1, -1])
    h = expit(X @ W1 + b1)
    return expit(h @ (w * np.array([1.0, -1, 1, -1])) - 1.5 * w)


@correct("ex12_6", "bump2d")
def bump2d_vectorised(x, y, w):
    from scipy.special import expit

    def one(u, v):
        wall = sum(sign * expit(w * (t + sign)) for t in (u, v) for sign in (1, -1))
        return float(expit(w * (wall - 1.5)))

    return np.vectorize(one, otypes=[float])(x, y)


@correct("ex12_6", "bump2d")
def bump2d_two_sides(x, y, w):
    def s(z):
        z = np.asarray(z, dtype=float)
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1 / (1 + small), small / (1 + small))

    total = s(w * (1.0 + x)) + s(w * (1.0 - x)) + s(w * (1.0 + y)) + s(w * (1.0 - y))
    return s(w * (total - 3.5))  # s(-z) = 1 - s(z), twice


@correct("ex12_6", "bump2d")
def bump2d_logaddexp(x, y, w):
    def s(z):
        return np.exp(-np.logaddexp(0.0, -z))

    u, v = (w * np.asarray(t, dtype=float) for t in (x, y))
    return s(w * (s(u + w) - s(u - w)) + w * (s(v + w) - s(v - w)) - 1.5 * w)


@correct("ex12_6", "bump2d")
def bump2d_nested_lists(x, y, w):
    from math import exp

    def s(z):
        return 1 / (1 + exp(-z)) if z > -700 else 0.0

    def value(u, v):
        if np.ndim(u):
            return [value(p, r) for p, r in zip(u, v)]
        walls = s(w * (u + 1)) - s(w * (u - 1)) + s(w * (v + 1)) - s(w * (v - 1))
        return s(w * (walls - 1.5))

    return value(x, y)


@correct("ex12_6", "bump2d")
def bump2d_clipped(x, y, w):
    def s(z):
        return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

    def wall(t):
        return s(w * np.add(t, 1)) - s(w * np.subtract(t, 1))

    return s(w * (wall(x) + wall(y) - 3 / 2))


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [1.52319, 1.24361, 0.0353017]"
)
def bump2d_sum_of_walls(x, y, w):
    from scipy.special import expit

    return sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y))


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.580026, 0.367099, 0.000311553]"
)
def bump2d_product(x, y, w):
    from scipy.special import expit

    p, r = (expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y))
    return p * r


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.82439, 0.728538, 0.193193]"
)
def bump2d_bias_not_scaled(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y))
    return expit(w * walls - 1.5)


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.505797, 0.436251, 0.18775]"
)
def bump2d_last_unit_flat(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y))
    return expit(walls - 1.5)


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.885581, 0.81566, 0.283047]"
)
def bump2d_or(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y))
    return expit(w * (walls - 0.5))


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.511592, 0.255033, 0.0507194]"
)
def bump2d_x_twice(x, y, w):
    from scipy.special import expit

    wall = expit(w * (x + 1)) - expit(w * (x - 1))
    return expit(w * (2 * wall - 1.5))


@misconception(
    "ex12_6",
    "bump2d",
    hint="expected [0.511592, 0.374541, 0.0507194], got [0.00236083, 0.00412229, 0.0443363]",
)
def bump2d_walls_turned(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * (t - 1)) - expit(w * (t + 1)) for t in (x, y))
    return expit(w * (walls - 1.5))


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.240209, 0.163456, 0.0484817]"
)
def bump2d_slope_on_t_only(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * t + 1) - expit(w * t - 1) for t in (x, y))
    return expit(w * (walls - 1.5))


@misconception("ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [1, 0, 0]")
def bump2d_jumps(x, y, w):
    return 1.0 * ((np.abs(x) < 1) & (np.abs(y) < 1))


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.240209, 0.163456, 0.0484817]"
)
def bump2d_half_width(x, y, w):
    from scipy.special import expit

    walls = sum(expit(w * (t + 0.5)) - expit(w * (t - 0.5)) for t in (x, y))
    return expit(w * (walls - 1.5))


@misconception("ex12_6", "bump2d", hint="are NaN")
def bump2d_nan_when_steep(x, y, w):
    def s(z):
        return np.exp(z) / (1 + np.exp(z))

    with np.errstate(all="ignore"):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        return s(w * (s(w * (x + 1)) - s(w * (x - 1)) + s(w * (y + 1)) - s(w * (y - 1)) - 1.5))


@misconception("ex12_6", "bump2d", hint="raised OverflowError")
def bump2d_math_overflows(x, y, w):
    from math import exp

    def s(z):
        return 1 / (1 + exp(-z))

    def one(u, v):
        return s(w * (s(w * (u + 1)) - s(w * (u - 1)) + s(w * (v + 1)) - s(w * (v - 1)) - 1.5))

    return np.vectorize(one, otypes=[float])(x, y)


@misconception("ex12_6", "bump2d", hint="changed x or y")
def bump2d_in_place(x, y, w):
    from scipy.special import expit

    total = -1.5
    for t in (x, y):
        if isinstance(t, np.ndarray) and t.dtype == float:
            t += 1
            total = total + expit(w * t) - expit(w * (t - 2))
        else:
            total = total + expit(w * (t + 1)) - expit(w * (t - 1))
    return expit(w * total)


@misconception("ex12_6", "bump2d", hint="where () was asked for")
def bump2d_flat(x, y, w):
    from scipy.special import expit

    x, y = np.atleast_1d(x), np.atleast_1d(y)
    return expit(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))


@misconception("ex12_6", "bump2d", hint="arrays of shape (4, 3)")
def bump2d_one_dimension_only(x, y, w):
    from scipy.special import expit

    if np.ndim(x) == 0:
        return expit(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))
    x, y = np.ravel(x), np.ravel(y)
    return expit(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))


@misconception("ex12_6", "bump2d", hint="on two integers")
def bump2d_counts_points(x, y, w):
    from scipy.special import expit

    value = expit(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))
    return np.asarray(value) if np.ndim(x) or isinstance(x, float) else int(value)


@misconception(
    "ex12_6", "bump2d", hint="expected [0.511592, 0.374541, 0.0507194], got [0.0463434, -0.472112, -0.994307]"
)
def bump2d_tanh_units(x, y, w):
    from scipy.special import expit

    return np.tanh(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))


@misconception("ex12_6", "bump2d", hint="yours jump")
def bump2d_jumps_too_early(x, y, w):
    from scipy.special import expit

    if w >= 4:
        return 1.0 * ((np.abs(x) < 1) & (np.abs(y) < 1))
    return expit(w * (sum(expit(w * (t + 1)) - expit(w * (t - 1)) for t in (x, y)) - 1.5))


# ---- what students' functions may return, and mutants that nothing can tell from the reference

GARBAGE: dict[str, object] = {
    "units of NaN": (np.full(3, np.nan), np.full(3, np.nan)),
    "units too large": (np.full(3, 1e200), np.full(3, 1e200)),
    "huge units": (np.full(3, 1e99), np.full(3, 1e99)),
    "units in a matrix": (np.ones((3, 1)), np.ones((3, 1))),
    "units of two lengths": (np.ones(3), np.ones(4)),
    "no units": ([], []),
    "units of texts": (["a", "b", "c"], [1, 2, 3]),
    "three values": (np.ones(3), np.ones(3), np.ones(3)),
    "many units of one input": (np.ones(100_000), np.ones(100_000)),
}

EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {}
