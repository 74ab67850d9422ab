"""Evidence on assignment 14: right answers in several styles, and what goes wrong."""

# ruff: noqa: E501, RUF007  (networks on a line; students need not know pairwise)

import numpy as np

from tests.evidence import correct, misconception

GARBAGE = {
    "two Nones and a number": (None, None, 3),
    "a pair of whole numbers": (44, 121),
    "a pair of huge integers": (10**400, 10**400),
    "a pair of arrays": (np.ones(3), np.ones(3)),
    "a pair of nan": (float("nan"), float("nan")),
    "a pair with None first": (None, 16),
    "a negative number": -3,
    "half a number": 7.5,
    "a Boolean": True,
    "numbers as text": ("44", "121"),
    "no kinks": np.zeros(0),
    "kinks that are infinite": np.array([-np.inf, 0.0, np.inf]),
    "kinks in a column": np.zeros((3, 1)),
    "a layer without units": (np.zeros((1, 0)), np.zeros(0), np.zeros(0)),
    "a layer of nan": (np.full((1, 2), np.nan), np.zeros(2), np.zeros(2)),
    "a layer of 1e308": (np.full((1, 2), 1e308), np.zeros(2), np.ones(2)),
    "a layer with b a number": (np.ones((1, 1)), 0.0, np.ones(1)),
    "a network of zeros": [(np.zeros((2, 4)), np.zeros(4)), (np.zeros((4, 4)), np.zeros(4)), (np.zeros((4, 1)), np.zeros(1))],
    "a network of nan": [(np.full((1, 3), np.nan), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))],
    "a network of 1e90": [(np.full((1, 3), 1e90), np.full(3, -1e90)), (np.full((3, 1), 1e90), np.zeros(1))],
    "a network of tiny numbers": [(np.full((1, 3), 5e-324), np.full(3, -5e-324)), (np.ones((3, 1)), np.zeros(1))],
    "a network without units": [(np.zeros((1, 0)), np.zeros(0)), (np.zeros((0, 1)), np.zeros(1))],
    "an output layer alone": [(np.ones((2, 1)), np.zeros(1))],
}  # fmt: skip

# ---- 14.1 zaslavsky


@correct("ex14_1", "zaslavsky")
def zaslavsky_comb(n, d):
    import math

    return sum(math.comb(n, j) for j in range(d + 1))


@correct("ex14_1", "zaslavsky")
def zaslavsky_recursion(n, d):
    known = {}

    def regions(n, d):
        if n == 0 or d == 0:
            return 1
        if (n, d) not in known:
            known[n, d] = regions(n - 1, d) + regions(n - 1, d - 1)
        return known[n, d]

    return regions(n, d)


@correct("ex14_1", "zaslavsky")
def zaslavsky_row(n, d):
    row = [1] + [0] * n
    for m in range(1, n + 1):
        for j in range(m, 0, -1):
            row[j] += row[j - 1]
    return sum(row[: d + 1])


@correct("ex14_1", "zaslavsky")
def zaslavsky_complement(n, d):
    from math import comb

    return 2**n - sum(comb(n, j) for j in range(d + 1, n + 1))


@correct("ex14_1", "zaslavsky")
def zaslavsky_factorials(n, d):
    from math import factorial as f

    return sum(f(n) // (f(j) * f(n - j)) for j in range(min(n, d) + 1))


@correct("ex14_1", "zaslavsky")
def zaslavsky_digits_of_a_power(n, d):
    bits = n + 2  # (1 + x)**n at x = 2**bits: every coefficient has a place of its own
    power, total = (1 + 2**bits) ** n, 0
    for _ in range(d + 1):
        total += power % 2**bits
        power //= 2**bits
    return total


@correct("ex14_1", "zaslavsky")
def zaslavsky_fractions(n, d):
    from fractions import Fraction

    total, term = Fraction(0), Fraction(1)
    for j in range(d + 1):
        total += term
        term *= Fraction(n - j, j + 1)
    return int(total)


@correct("ex14_1", "zaslavsky")
def zaslavsky_object_arrays(n, d):
    row = np.zeros(d + 1, dtype=object)
    row[0] = 1
    for _ in range(n):
        row[1:] = row[1:] + row[:-1]
    return int(sum(row.tolist()))


@correct("ex14_1", "zaslavsky")
def zaslavsky_exact_scipy(n, d):
    from scipy.special import comb

    return sum(comb(n, j, exact=True) for j in range(d + 1))


@correct("ex14_1", "zaslavsky")
def zaslavsky_add_hyperplanes(n, d):
    from math import comb

    regions = 1
    for m in range(n):  # hyperplane m + 1 is cut by the others into the regions of one dimension less
        regions += sum(comb(m, j) for j in range(d))
    return regions


@misconception("ex14_1", "zaslavsky", hint="The sum begins at j = 0")
def zaslavsky_from_one(n, d):
    from math import comb

    return sum(comb(n, j) for j in range(1, d + 1))


@misconception("ex14_1", "zaslavsky", hint="d included")
def zaslavsky_without_d(n, d):
    from math import comb

    return sum(comb(n, j) for j in range(d))


@misconception("ex14_1", "zaslavsky", hint="last term of the sum alone")
def zaslavsky_last_term(n, d):
    from math import comb

    return comb(n, d)


@misconception("ex14_1", "zaslavsky", hint="bounded regions alone")
def zaslavsky_bounded(n, d):
    from math import comb

    return comb(n - 1, d) if n else 0


@misconception("ex14_1", "zaslavsky", hint="through one point")
def zaslavsky_central(n, d):
    from math import comb

    return 2 * sum(comb(n - 1, j) for j in range(d)) if n else 1


@misconception("ex14_1", "zaslavsky", hint="ot every pattern of sides occurs")
def zaslavsky_all_patterns(n, d):
    return 2**n


@misconception("ex14_1", "zaslavsky", hint="expected 22, got 36")
def zaslavsky_power(n, d):
    return n**d


@misconception("ex14_1", "zaslavsky", hint="expected 22, got 18")
def zaslavsky_leading_term(n, d):
    from math import factorial

    return n**d // factorial(d)


@misconception("ex14_1", "zaslavsky", hint="have changed places")
def zaslavsky_exchanged(n, d):
    from math import comb

    return sum(comb(d, j) for j in range(n + 1))


@misconception("ex14_1", "zaslavsky", hint="the formula for the plane")
def zaslavsky_plane(n, d):
    return 1 + n + n * (n - 1) // 2


@misconception("ex14_1", "zaslavsky", hint="floats hold 16 digits")
def zaslavsky_float(n, d):
    from scipy.special import comb

    return int(np.sum(comb(n, np.arange(d + 1))))


@misconception("ex14_1", "zaslavsky", hint="floats hold 16 digits")
def zaslavsky_true_division(n, d):
    total, term = 0, 1
    for j in range(d + 1):
        total += term
        term = term * (n - j) / (j + 1)
    return round(total)


@misconception("ex14_1", "zaslavsky", hint="raised ValueError")
def zaslavsky_factorials_of_negatives(n, d):
    from math import factorial as f

    return sum(f(n) // (f(j) * f(n - j)) for j in range(d + 1))


@misconception("ex14_1", "zaslavsky", hint="The sum begins at j = 0")
def zaslavsky_space_by_heart(n, d):
    from math import comb

    if d == 3:
        return (n**3 + 5 * n) // 6
    return sum(comb(n, j) for j in range(d + 1))


@misconception("ex14_1", "zaslavsky", hint="expected 22, got 90")
def zaslavsky_product(n, d):
    from math import comb, prod

    return prod(comb(n, j) for j in range(d + 1))


# ---- 14.2 region_bounds


@correct("ex14_2", "region_bounds")
def bounds_term_by_term(p, widths):
    from itertools import product
    from math import comb, prod

    upper = 0
    for J in product(range(p + 1), repeat=len(widths)):
        limit, allowed = p, True
        for j, n in zip(J, widths):
            allowed = allowed and j <= min(limit, n)
            limit = min(limit, n - j)
        if allowed:
            upper += prod(comb(n, j) for n, j in zip(widths, J))
    if any(n < p for n in widths):
        return None, upper
    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper


@correct("ex14_2", "region_bounds")
def bounds_recursion(p, widths):
    from math import comb

    def upper(k, dimension):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(dimension, n - j)) for j in range(min(dimension, n) + 1))

    def lower(k):
        n = widths[k]
        if k == len(widths) - 1:
            return sum(comb(n, j) for j in range(p + 1))
        return (n // p) ** p * lower(k + 1)

    return lower(0) if min(widths) >= p else None, upper(0, p)


@correct("ex14_2", "region_bounds")
def bounds_transfer_matrices(p, widths):
    from math import comb

    state = np.zeros(p + 1, dtype=object)
    state[p] = 1
    for n in widths:
        M = np.zeros((p + 1, p + 1), dtype=object)
        for dimension in range(p + 1):
            for j in range(min(dimension, n) + 1):
                M[dimension, min(dimension, n - j)] += comb(n, j)
        state = state.dot(M)
    lower = None
    if all(n >= p for n in widths):
        lower = 1
        for n in widths[:-1]:
            lower = lower * (n // p) ** p
        lower = lower * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, int(sum(state.tolist()))


@correct("ex14_2", "region_bounds")
def bounds_backwards(p, widths):
    from math import comb

    after = [1] * (p + 1)  # by the dimension that is left
    for n in reversed(widths):
        after = [sum(comb(n, j) * after[min(d, n - j)] for j in range(min(d, n) + 1)) for d in range(p + 1)]
    if min(widths) < p:
        return [None, after[p]]
    lower = 2 ** widths[-1] - sum(comb(widths[-1], j) for j in range(p + 1, widths[-1] + 1))
    for n in widths[:-1]:
        for _ in range(p):
            lower *= n // p
    return [lower, after[p]]


@correct("ex14_2", "region_bounds")
def bounds_stack(p, widths):
    def choose(n, j):
        value = 1
        for i in range(j):
            value = value * (n - i) // (i + 1)
        return value

    upper, stack = 0, [(0, p, 1)]
    while stack:
        k, left, value = stack.pop()
        if k == len(widths):
            upper += value
            continue
        for j in range(min(left, widths[k]) + 1):
            stack.append((k + 1, min(left, widths[k] - j), value * choose(widths[k], j)))
    lower = sum(choose(widths[-1], j) for j in range(p + 1))
    for n in widths[:-1]:
        lower *= ((n - n % p) // p) ** p
    return (None if min(widths) < p else lower, upper)


@correct("ex14_2", "region_bounds")
def bounds_reduce(p, widths):
    from collections import Counter
    from functools import reduce
    from math import comb

    def layer(counts, n):
        following = Counter()
        for d, total in counts.items():
            for j in range(min(d, n) + 1):
                following[min(d, n - j)] += total * comb(n, j)
        return following

    upper = sum(reduce(layer, widths, Counter({p: 1})).values())
    *folding, last = widths
    lower = reduce(lambda product, n: product * pow(n // p, p), folding, 1)
    lower *= sum(comb(last, j) for j in range(p + 1))
    return (lower if all(n >= p for n in widths) else None), upper


@correct("ex14_2", "region_bounds")
def bounds_generator(p, widths):
    from math import comb, prod

    def patterns(k, limit):
        if k == len(widths):
            yield ()
            return
        for j in range(min(limit, widths[k]) + 1):
            for rest in patterns(k + 1, min(limit, widths[k] - j)):
                yield (j, *rest)

    upper = sum(prod(map(comb, widths, J)) for J in patterns(0, p))
    if p > min(widths):
        return None, upper
    return prod(
        [(n // p) ** p for n in widths[:-1]] + [sum(comb(widths[-1], j) for j in range(p + 1))]
    ), upper


@correct("ex14_2", "region_bounds")
def bounds_pascal(p, widths):
    triangle = [[1]]
    for _ in range(max(widths)):
        last = triangle[-1]
        triangle.append([1, *(a + b for a, b in zip(last, last[1:])), 1])
    sums = [0] * p + [1]
    for n in widths:
        new = [0] * (p + 1)
        for d, total in enumerate(sums):
            for j, c in enumerate(triangle[n][: d + 1]):
                new[min(d, n - j)] += c * total
        sums = new
    lower = sum(triangle[widths[-1]][: p + 1])
    for n in widths[:-1]:
        lower *= (n // p) ** p
    if [n for n in widths if n < p]:
        lower = None
    return lower, sum(sums)


@misconception("ex14_2", "region_bounds", hint="The floor has the exponent p")
def bounds_without_exponent(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod(n // p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="The product stops before the last layer")
def bounds_all_layers_fold(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="The last layer is missing")
def bounds_folds_alone(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    return prod((n // p) ** p for n in widths[:-1]) if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="rounded down before it is raised")
def bounds_floor_at_the_end(p, widths):
    from math import comb

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    last = sum(comb(widths[-1], j) for j in range(p + 1))
    lower = int(np.floor(np.prod([(n / p) ** p for n in widths[:-1]]) * last))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="not to the nearest whole number")
def bounds_rounding(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod(round(n / p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="lower bound of 2018")
def bounds_of_serra_both(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p + 1) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="begins at j = 0")
def bounds_last_sum_from_one(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(1, p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="goes to j = p, p included")
def bounds_last_sum_too_short(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="says nothing there")
def bounds_formula_everywhere(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="The lower bound comes first")
def bounds_exchanged(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return upper(0, p), lower


@misconception("ex14_2", "region_bounds", hint="bound of 2017")
def bounds_of_2017(p, widths):
    from math import comb, prod

    lower, upper, d = None, 1, p
    for n in widths:
        d = min(d, n)
        upper *= sum(comb(n, j) for j in range(d + 1))
    if min(widths) >= p:
        lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper


@misconception("ex14_2", "region_bounds", hint="you let it see p")
def bounds_all_dimensions(p, widths):
    from math import comb, prod

    lower, upper = None, prod(sum(comb(n, j) for j in range(p + 1)) for n in widths)
    if min(widths) >= p:
        lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper


@misconception("ex14_2", "region_bounds", hint="expected 352, got 67")
def bounds_of_one_layer(p, widths):
    from math import comb, prod

    lower, upper = None, sum(comb(sum(widths), j) for j in range(p + 1))
    if min(widths) >= p:
        lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper


@misconception("ex14_2", "region_bounds", hint="all earlier layers, not the one before alone")
def bounds_one_layer_back(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(p, n - j)) for j in range(min(d, n) + 1))

    def limited(k, before):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * limited(k + 1, n - j) for j in range(min(p, before, n) + 1))

    lower = None
    if min(widths) >= p:
        lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, limited(0, p)


@misconception("ex14_2", "region_bounds", hint="expected 352, got 256")
def bounds_falling_j(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, j) for j in range(min(d, n) + 1))

    lower = None
    if min(widths) >= p:
        lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="not one fewer")
def bounds_one_piece_fewer(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1
        n = widths[k]
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod(((n - 1) // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, upper(0, p)


@misconception("ex14_2", "region_bounds", hint="floats hold 16 digits")
def bounds_in_floats(p, widths):
    from math import comb, prod

    def upper(k, d):
        if k == len(widths):
            return 1.0
        n = widths[k]
        return sum(float(comb(n, j)) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    lower = prod((n // p) ** p for n in widths[:-1]) * sum(comb(widths[-1], j) for j in range(p + 1))
    return lower if min(widths) >= p else None, int(upper(0, p))


# ---- 14.3 pieces_1d


@correct("ex14_3", "pieces_1d")
def pieces_affine_on_each(layers, lo, hi):
    pieces = [(lo, hi, np.array([1.0]), np.array([0.0]))]  # inputs of the next layer are a x + c
    for W, b in layers[:-1]:
        following = []
        for left, right, a, c in pieces:
            a, c = a @ W, c @ W + b
            roots = [-c[i] / a[i] for i in range(len(a)) if abs(a[i]) > 1e-12]
            ends = sorted([left, right, *(r for r in roots if left + 1e-6 < r < right - 1e-6)])
            ends = [ends[0], *(e for d, e in zip(ends, ends[1:]) if e - d > 1e-6)]
            for start, end in zip(ends, ends[1:]):
                on = a * (start + end) / 2 + c > 0
                following.append((start, end, a * on, c * on))
        pieces = following
    V = layers[-1][0][:, 0]
    slopes = [a @ V for _, _, a, _ in pieces]
    return np.array([p[1] for p, s, t in zip(pieces, slopes, slopes[1:]) if abs(s - t) > 1e-6])


@correct("ex14_3", "pieces_1d")
def pieces_walk_to_the_right(layers, lo, hi):
    def line_at(x):
        a, c, next_kink = np.array([1.0]), np.array([0.0]), hi
        for W, b in layers[:-1]:
            a, c = a @ W, c @ W + b
            moving = np.abs(a) > 1e-12
            roots = -c[moving] / a[moving]
            next_kink = min([next_kink, *roots[roots > x]])
            on = a * x + c > 0
            a, c = a * on, c * on
        return (a @ layers[-1][0])[0], next_kink

    kinks, x = [], lo
    slope, following = line_at(x + 1e-5)
    while following < hi - 1e-6:
        x, before = following, slope
        slope, following = line_at(x + 1e-5)
        if abs(slope - before) > 1e-6:
            kinks.append(x)
    return np.array(kinks)


@correct("ex14_3", "pieces_1d")
def pieces_fractions(layers, lo, hi):
    from fractions import Fraction as F

    net = [([[F(w) for w in row] for row in W.tolist()], [F(v) for v in b.tolist()]) for W, b in layers]

    def after(a, c, W, b):
        columns = range(len(b))
        return (
            [sum(a[i] * W[i][j] for i in range(len(a))) for j in columns],
            [sum(c[i] * W[i][j] for i in range(len(c))) + b[j] for j in columns],
        )

    pieces = [(F(lo), F(hi), [F(1)], [F(0)])]
    for W, b in net[:-1]:
        new = []
        for left, right, a, c in pieces:
            a, c = after(a, c, W, b)
            cuts = {-q / s for s, q in zip(a, c) if s != 0}
            ends = [left, *sorted(x for x in cuts if left < x < right), right]
            for start, end in zip(ends, ends[1:]):
                middle = (start + end) / 2
                on = [s * middle + q > 0 for s, q in zip(a, c)]
                new.append((start, end, [s * o for s, o in zip(a, on)], [q * o for q, o in zip(c, on)]))
        pieces = new
    slopes = [after(a, c, *net[-1])[0][0] for _, _, a, c in pieces]
    found = [float(p[0]) for p, s, t in zip(pieces[1:], slopes, slopes[1:]) if abs(s - t) > 1e-6]
    return np.array(found)


@correct("ex14_3", "pieces_1d")
def pieces_grid_then_lines(layers, lo, hi):
    def f(x):
        h = np.asarray(x, dtype=float)[:, None]
        for W, b in layers[:-1]:
            h = np.maximum(h @ W + b, 0)
        return (h @ layers[-1][0] + layers[-1][1])[:, 0]

    n = int(np.ceil((hi - lo) / 1e-4))
    x = np.linspace(lo, hi, n + 1)  # at most one kink in three neighbouring intervals
    y = f(x)
    slope = np.diff(y) / np.diff(x)
    kinks, i = [], 1
    while i < n:
        if abs(slope[i] - slope[i - 1]) > 1e-7:
            left, right = max(i - 1, 0), min(i + 1, n - 1)
            if abs(slope[right] - slope[left]) > 1e-6:  # where the two lines meet
                s, t = slope[left], slope[right]
                kinks.append((y[right] - t * x[right] - y[left] + s * x[left]) / (s - t))
            i = right + 1
        i += 1
    return np.array(kinks)


@correct("ex14_3", "pieces_1d")
def pieces_brackets(layers, lo, hi):
    grid = np.linspace(lo, hi, int((hi - lo) / 4e-4) + 2)  # at most one switch between two points
    h, roots = grid[:, None], []
    for W, b in layers[:-1]:
        z = h @ W + b
        i, j = np.nonzero((z[:-1] > 0) != (z[1:] > 0))
        step = grid[i + 1] - grid[i]
        roots += (grid[i] + step * z[i, j] / (z[i, j] - z[i + 1, j])).tolist()
        h = np.maximum(z, 0)

    def f(x):
        h = x[:, None]
        for W, b in layers[:-1]:
            h = np.maximum(h @ W + b, 0)
        return (h @ layers[-1][0])[:, 0]

    x = np.sort(roots)
    if len(x) == 0:
        return x
    x = x[np.append(True, np.diff(x) > 1e-6)]
    x = x[(x > lo + 1e-5) & (x < hi - 1e-5)]
    d = 2e-4
    return x[np.abs(f(x + d) - 2 * f(x) + f(x - d)) > 1e-8]


@correct("ex14_3", "pieces_1d")
def pieces_polyline(layers, lo, hi):
    points = [(lo, np.array([lo])), (hi, np.array([hi]))]  # (x, inputs of the next layer)
    for W, b in layers[:-1]:
        points = [(x, h @ W + b) for x, h in points]
        longer = [points[0]]
        for (x0, z0), (x1, z1) in zip(points, points[1:]):
            ts = [u / (u - v) for u, v in zip(z0, z1) if u * v < 0]
            ts = sorted(t for t in ts if 1e-6 < t * (x1 - x0) < x1 - x0 - 1e-6)
            for i, t in enumerate(ts):
                if i == 0 or (t - ts[i - 1]) * (x1 - x0) > 1e-6:
                    longer.append((x0 + t * (x1 - x0), z0 + t * (z1 - z0)))
            longer.append((x1, z1))
        points = [(x, np.maximum(z, 0)) for x, z in longer]
    W, b = layers[-1]
    x = np.array([point[0] for point in points])
    y = np.array([(h @ W + b)[0] for _, h in points])
    slope = np.diff(y) / np.diff(x)
    return x[1:-1][np.abs(np.diff(slope)) > 1e-6]


@correct("ex14_3", "pieces_1d")
def pieces_divide(layers, lo, hi):
    def look(x):
        a, c, on = np.array([1.0]), np.array([0.0]), []
        lines = []
        for W, b in layers[:-1]:
            a, c = a @ W, c @ W + b
            lines.append((a, c))
            active = a * x + c > 0
            on += active.tolist()
            a, c = a * active, c * active
        return on, lines, float((a @ layers[-1][0])[0]), float((c @ layers[-1][0])[0])

    def search(left, right):
        if right - left < 4e-6:
            return []
        a, b = look(left), look(right)
        if a[0] == b[0]:
            return []
        middle = (left + right) / 2
        if right - left > 5e-4:
            return search(left, middle) + search(middle, right)
        for (s, p), (t, q) in zip(a[1], b[1]):  # one place with a switch in between: solve for it
            for sa, pa, ta, qa in zip(s, p, t, q):
                if (sa * left + pa > 0) != (ta * right + qa > 0) and abs(sa) > 1e-12:
                    return [(-pa / sa, a[2], b[2])]
        return []

    found = [(x, s, t) for x, s, t in search(lo + 1.3e-5, hi - 1.1e-5) if abs(s - t) > 1e-6]
    return np.array(sorted(x for x, _, _ in found))


@correct("ex14_3", "pieces_1d")
def pieces_forward_again(layers, lo, hi):
    def through(x, stop):
        z = np.reshape(x, (-1, 1))
        for i in range(stop):
            W, b = layers[i]
            z = (z if i == 0 else np.where(z > 0, z, 0)) @ W + b
        return z

    knots = {round(lo, 12), round(hi, 12)}
    for depth in range(1, len(layers)):
        x = np.array(sorted(knots))
        z = through(x, depth)
        for i in range(len(x) - 1):
            for u, v in zip(z[i], z[i + 1]):
                if min(abs(u), abs(v)) > 1e-9 and (u > 0) != (v > 0):
                    knots.add(round((x[i] * v - x[i + 1] * u) / (v - u), 12))
        close = sorted(knots)
        knots = {close[0]} | {r for q, r in zip(close, close[1:]) if r - q > 1e-7}
    x = np.array(sorted(knots))
    y = through(x, len(layers))[:, 0]
    second = np.diff(np.diff(y) / np.diff(x))
    return [float(t) for t, s in zip(x[1:-1], second) if abs(s) > 1e-6]


@correct("ex14_3", "pieces_1d")
def pieces_of_functions(layers, lo, hi):
    # a piecewise linear function is (knots, values); sums and ReLU of such functions
    def add(f, g, weight):
        x = np.union1d(f[0], g[0])
        x = x[np.append(True, np.diff(x) > 1e-6)]
        return x, np.interp(x, *f) + weight * np.interp(x, *g)

    def relu(f):
        x, y = f
        i = np.flatnonzero((y[:-1] * y[1:] < 0) & (np.minimum(np.abs(y[:-1]), np.abs(y[1:])) > 1e-9))
        extra = x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i])
        new = np.union1d(x, extra)
        new = new[np.append(True, np.diff(new) > 1e-6)]
        return new, np.maximum(np.interp(new, x, y), 0)

    ends = np.array([lo, hi], dtype=float)
    functions = [(ends, ends)]
    for k, (W, b) in enumerate(layers):
        new = []
        for j in range(len(b)):
            f = (ends, np.full(2, b[j]))
            for i, g in enumerate(functions):
                f = add(f, g, W[i, j])
            new.append(relu(f) if k < len(layers) - 1 else f)
        functions = new
    x, y = functions[0]
    return x[1:-1][np.abs(np.diff(np.diff(y) / np.diff(x))) > 1e-6]


@misconception("ex14_3", "pieces_1d", hint="first layer alone")
def pieces_first_layer(layers, lo, hi):
    if len(layers) == 1:
        return np.zeros(0)
    W, b = layers[0]
    with np.errstate(all="ignore"):
        x = -b / W[0]
    x = np.unique(x[(x > lo) & (x < hi)].round(9))
    return x


@misconception("ex14_3", "pieces_1d", hint="the shape (5,)")
def pieces_with_ends(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return np.concatenate([[lo], x[1:-1][np.abs(np.diff(s)) > 1e-5], [hi]])


@misconception("ex14_3", "pieces_1d", hint="without an effect on the output makes no kink")
def pieces_all_switches(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    return x[1:-1]


@misconception("ex14_3", "pieces_1d", hint="the shape (3,) where (1,)")
def pieces_everywhere(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([-1e4, 1e4])
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return x[1:-1][np.abs(np.diff(s)) > 1e-5]


@misconception("ex14_3", "pieces_1d", hint="at x = -b / w")
def pieces_sign_of_the_bias(layers, lo, hi):
    if len(layers) == 1:
        return np.zeros(0)
    W, b = layers[0]
    with np.errstate(all="ignore"):
        x = b / W[0]
    return np.unique(x[(x > lo) & (x < hi)].round(9))


@misconception("ex14_3", "pieces_1d", hint="got [0.5, 0, -0.5]")
def pieces_unit_by_unit(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return x[1:-1][np.abs(np.diff(s)) > 1e-5][::-1]


@misconception("ex14_3", "pieces_1d", hint="the shape (6,)")
def pieces_on_a_grid(layers, lo, hi):
    x = np.linspace(lo, hi, 20_000)
    h = x[:, None]
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
    y = (h @ layers[-1][0] + layers[-1][1])[:, 0]
    s = np.diff(y) / np.diff(x)
    return x[1:-1][np.abs(np.diff(s)) > 1e-4] + 1e-5


@misconception("ex14_3", "pieces_1d", hint="Some stand there twice")
def pieces_with_multiplicity(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x, double = np.array([lo, hi], dtype=float), []
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        double += x[np.append(False, np.diff(x) <= 1e-6)].tolist()
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    kinks = x[1:-1][np.abs(np.diff(s)) > 1e-5]
    return np.sort(np.append(kinks, [t for t in double if np.abs(kinks - t).min(initial=1) < 1e-6]))


@misconception("ex14_3", "pieces_1d", hint="pieces_1d")
def pieces_of_two_layers(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, min(len(layers), 3)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return x[1:-1][np.abs(np.diff(s)) > 1e-5]


@misconception("ex14_3", "pieces_1d", hint="outside the interval do not count")
def pieces_from_zero(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([min(lo, 0.0), hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return x[1:-1][np.abs(np.diff(s)) > 1e-5]


@misconception("ex14_3", "pieces_1d", hint="the ReLU between the layers is missing")
def pieces_without_relu_between(layers, lo, hi):
    a, c, kinks = np.array([1.0]), np.array([0.0]), []
    for W, b in layers[:-1]:
        a, c = a @ W, c @ W + b
        with np.errstate(all="ignore"):
            x = -c / a
        kinks += x[(x > lo) & (x < hi)].round(9).tolist()
    return np.unique(kinks)


@misconception("ex14_3", "pieces_1d", hint="the shape (4,)")
def pieces_starts(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return np.append(lo, x[1:-1][np.abs(np.diff(s)) > 1e-5])


@misconception("ex14_3", "pieces_1d", hint="the shape ()")
def pieces_number(layers, lo, hi):
    def values(x, n):
        h = x[:, None]
        for k, (W, b) in enumerate(layers[:n]):
            h = (np.maximum(h, 0) if k else h) @ W + b
        return h

    x = np.array([lo, hi], dtype=float)
    for k in range(1, len(layers)):
        z = values(x, k)
        i, j = np.nonzero((z[:-1] * z[1:] < 0) & (np.abs(z[1:]) > 1e-9) & (np.abs(z[:-1]) > 1e-9))
        x = np.sort(np.append(x, x[i] + (x[i + 1] - x[i]) * z[i, j] / (z[i, j] - z[i + 1, j])))
        x = x[np.append(True, np.diff(x) > 1e-6)]
    s = np.diff(values(x, len(layers))[:, 0]) / np.diff(x)
    return int((np.abs(np.diff(s)) > 1e-5).sum())


# ---- 14.4 fold_layer


@correct("ex14_4", "fold_layer")
def fold_loop(k):
    W, b, v = [], [], []
    for j in range(k):
        W.append(float(k))
        b.append(float(-j))
        v.append(1.0 if j == 0 else (2.0 if j % 2 == 0 else -2.0))
    return np.array([W]), np.array(b), np.array(v)


@correct("ex14_4", "fold_layer")
def fold_unit_weights(k):
    kinks = np.linspace(0, 1, k, endpoint=False)
    v = 2 * k * np.cos(np.pi * np.arange(k))
    v[0] /= 2
    return np.ones((1, k)), -kinks, v


@correct("ex14_4", "fold_layer")
def fold_solved(k):
    j = np.arange(1, k + 1)
    H = np.maximum(j[:, None] - np.arange(k), 0)  # unit i at x = j / k
    return np.full((1, k), k), -np.arange(k), np.linalg.solve(H, j % 2)


@correct("ex14_4", "fold_layer")
def fold_lists(k):
    signs = [1] + [-2, 2] * k
    return [[k] * k], [-j for j in range(k)], signs[:k]


@correct("ex14_4", "fold_layer")
def fold_scaled_units(k):
    scale = 1.0 + np.arange(k) % 3
    turn = np.append(1.0, 2.0 * (-1.0) ** np.arange(1, k))
    return (k * scale)[None], -scale * np.arange(k), turn / scale


@correct("ex14_4", "fold_layer")
def fold_left_and_right(k):
    # an even number of pieces ends at 0: then all units may look to the left
    j = np.arange(k)
    v = np.where(j == 0, 1.0, 2.0 * (-1.0) ** j)
    if k % 2:
        return np.full((1, k), 1.0 * k), -1.0 * j, v
    return np.full((1, k), -1.0 * k), k - 1.0 * j, v


@correct("ex14_4", "fold_layer")
def fold_least_squares(k):
    x = np.arange(4 * k + 1) / (4 * k)
    H = np.maximum(k * x[:, None] - np.arange(k), 0)
    target = np.abs((k * x + 1) % 2 - 1)
    return np.full((1, k), float(k)), -np.arange(k, dtype=float), np.linalg.lstsq(H, target, rcond=None)[0]


@correct("ex14_4", "fold_layer")
def fold_from_slopes(k):
    slopes = k * np.array([1 if piece % 2 == 0 else -1 for piece in range(k)])
    v = np.diff(slopes, prepend=0)
    return np.ones((1, k)), -np.arange(k) / k, v


@correct("ex14_4", "fold_layer")
def fold_recursive(k):
    if k == 1:
        return np.ones((1, 1)), np.zeros(1), np.ones(1)
    W, b, v = np.ones((1, 1)) * k, np.zeros(1), np.ones(1)
    for j in range(1, k):
        W, b, v = np.c_[W, [[k]]], np.r_[b, -j], np.r_[v, 2 if j % 2 == 0 else -2]
    return W, b, v


@misconception("ex14_4", "fold_layer", hint="It falls where it should rise")
def fold_down_first(k):
    j = np.arange(k)
    v = -2.0 * (-1.0) ** j
    v[0] = -1
    return np.append(np.full((1, k), float(k)), [[0.0]], axis=1), np.append(-1.0 * j, 1.0), np.append(v, 1.0)


@misconception("ex14_4", "fold_layer", hint="yours by 1/k")
def fold_low(k):
    j = np.arange(k)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.ones((1, k)), -j / k, v


@misconception("ex14_4", "fold_layer", hint="is a change by 2k; yours is by k")
def fold_turns_by_k(k):
    j = np.arange(k)
    return np.full((1, k), float(k)), -1.0 * j, (-1.0) ** j


@misconception("ex14_4", "fold_layer", hint="The signs of the turns alternate")
def fold_same_signs(k):
    v = np.full(k, 2.0)
    v[0] = 1
    if k == 2:
        v[1] = -2
    return np.full((1, k), float(k)), -1.0 * np.arange(k), v


@misconception("ex14_4", "fold_layer", hint="Only the first turn is there")
def fold_tent_alone(k):
    if k == 1:
        return np.ones((1, 1)), np.zeros(1), np.ones(1)
    return np.full((1, 2), float(k)), np.array([0.0, -1.0]), np.array([1.0, -2.0])


@misconception("ex14_4", "fold_layer", hint="yours is by k")
def fold_step(k):
    return np.full((1, 2), float(k)), np.array([0.0, -1.0]), np.array([1.0, -1.0])


@misconception("ex14_4", "fold_layer", hint="at most")
def fold_one_unit_more(k):
    j = np.arange(k + 1)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.full((1, k + 1), float(k)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="raised IndexError")
def fold_needs_two(k):
    v = np.zeros(k)
    v[0], v[1] = 1.0, -2.0
    for j in range(2, k):
        v[j] = -v[j - 1]
    return np.full((1, k), float(k)), -1.0 * np.arange(k), v


@misconception("ex14_4", "fold_layer", hint="begin with the wrong sign")
def fold_wrong_first_sign(k):
    j = np.arange(k)
    v = -2.0 * (-1.0) ** j
    v[0] = 1
    return np.full((1, k), float(k)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="one piece too many")
def fold_one_piece_more(k):
    j = np.arange(k + 1)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.full((1, k + 1), float(k + 1)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="one piece too few")
def fold_one_piece_less(k):
    k = k - 1
    j = np.arange(k)
    v = 2.0 * (-1.0) ** j
    v[:1] = 1
    return np.full((1, k), float(k)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="were asked for")
def fold_column(k):
    j = np.arange(k)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.full((k, 1), float(k)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="were asked for")
def fold_flat_weights(k):
    j = np.arange(k)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.full(k, float(k)), -1.0 * j, v


@misconception("ex14_4", "fold_layer", hint="goes on rising")
def fold_straight(k):
    return np.array([[float(k)]]), np.zeros(1), np.ones(1)


@misconception("ex14_4", "fold_layer", hint="fold_layer")
def fold_bias_scaled_twice(k):
    j = np.arange(k)
    v = 2.0 * (-1.0) ** j
    v[0] = 1
    return np.full((1, k), float(k)), -1.0 * j / k, v


# ---- 14.5 montufar_network


@correct("ex14_5", "montufar_network")
def network_unit_weights(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        A, b, back = np.zeros((p, n)), -np.ones(n), np.zeros((n, p))
        for i in range(p):
            for j in range(k):
                A[i, i * k + j], b[i * k + j] = 1, -j / k
                back[i * k + j, i] = k if j == 0 else 2 * k * (-1) ** j
        layers.append((V @ A, b))
        V = back
    n = widths[-1]
    if p == 1:
        A, b = np.ones((1, n)), -(np.arange(n) + 1) / (n + 1)
    else:
        angle = np.linspace(0.1, 2.1, n)
        A, b = np.array([np.cos(angle), np.sin(angle)]), -0.5 * (np.cos(angle) + np.sin(angle)) - 0.2
    return [*layers, (V @ A, b), (np.ones((n, 1)), np.zeros(1))]


@correct("ex14_5", "montufar_network")
def network_tangents_of_a_circle(p, widths):
    def fold(k):
        j = np.arange(k)
        return k * np.ones(k), -1.0 * j, np.append(1, 2.0 * (-1.0) ** j[1:])

    hidden, V = [], np.identity(p)
    for n in widths[:-1]:
        w, b, v = fold(n // p)
        spare = n - p * len(w)
        A = np.hstack([np.kron(np.identity(p), w), np.zeros((p, spare))])
        hidden.append((V @ A, np.concatenate([np.tile(b, p), np.full(spare, -5.0)])))
        V = np.vstack([np.kron(np.identity(p), v[:, None]), np.zeros((spare, p))])
    n = widths[-1]
    t = 2 * np.pi / 3 * (np.arange(n) + 0.3) / n
    normals = np.stack([np.cos(t), np.sin(t)])[:p]
    offset = 0.15 + 0.5 * normals.sum(axis=0) if p == 2 else (np.arange(n) + 0.5) / n * np.cos(t)
    hidden.append((V @ normals, -offset))
    return [*hidden, (np.arange(1.0, n + 1)[:, None], np.zeros(1))]


@correct("ex14_5", "montufar_network")
def network_nested_lists(p, widths):
    layers, V = [], [[1.0 if i == j else 0.0 for j in range(p)] for i in range(p)]
    fan_in = p
    for n in widths[:-1]:
        k = n // p
        W, b = [[0.0] * n for _ in range(fan_in)], [-1.0] * n
        back = [[0.0] * p for _ in range(n)]
        for axis in range(p):
            for j in range(k):
                unit = j * p + axis  # the axes take turns
                for i in range(fan_in):
                    W[i][unit] = k * V[i][axis]
                b[unit] = -j
                back[unit][axis] = 1 if j == 0 else 2 * (-1) ** j
        layers.append((W, b))
        V, fan_in = back, n
    n = widths[-1]
    W, b = [[0.0] * n for _ in range(fan_in)], []
    for i in range(n):
        t = -1 + (2 * i + 1) / n
        line = [4.0, 4.0 * t][:p]
        for row in range(fan_in):
            W[row][i] = sum(V[row][axis] * line[axis] for axis in range(p))
        b.append(-(t**p) - sum(line) / 2)
    layers.append((W, b))
    layers.append(([[1.0]] * n, [0.0]))
    return layers


@correct("ex14_5", "montufar_network")
def network_with_constants(p, widths):
    # the fold is -1 + relu(1) + ...: the constant goes into the next bias
    layers, V, c = [], np.eye(p), np.zeros(p)
    for n in widths[:-1]:
        k = n // p
        A, d = np.zeros((p, n)), np.full(n, -1.0)
        back = np.zeros((n, p))
        for axis in range(p):
            first = axis * k
            A[axis, first : first + k] = k
            d[first : first + k] = np.append(1.0, -np.arange(1.0, k))
            back[first : first + k, axis] = np.append(1.0, 2 * (-1.0) ** np.arange(1, k))
        layers.append((V @ A, c @ A + d))
        V, c = back, -np.ones(p)
    n = widths[-1]
    t = (np.arange(n) - (n - 1) / 2) / n
    A = np.vstack([np.ones(n), t])[:p]
    d = -(t**p) - (0.5 * A.sum(axis=0) if p == 2 else 0.5)
    if p == 2:
        d = -(t**2) / 4 * 1.0 - 0.5 * A.sum(axis=0)
        A = A * np.array([[1.0], [0.5]])
        d = -(t**2) / 4 - 0.5 * A.sum(axis=0)
    return [*layers, (V @ A, c @ A + d), (np.ones((n, 1)), np.zeros(1))]


@correct("ex14_5", "montufar_network")
def network_random_lines(p, widths):
    rng = np.random.default_rng(5)
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        j = np.arange(k)
        A, b, back = np.zeros((p, n)), np.full(n, -2.0), np.zeros((n, p))
        for axis in range(p):
            units = j + axis * k
            A[axis, units], b[units] = k, -j
            back[units, axis] = np.where(j, 2 * (-1.0) ** j, 1)
        layers.append((V @ A, b))
        V = back
    n = widths[-1]
    # tangents of an ellipse at random angles that span less than 130 degrees
    angle = 2.2 * (np.arange(n) + rng.uniform(0.1, 0.9, n)) / n + 0.4
    A = np.array([np.cos(angle), np.sin(angle)])
    if p == 1:
        A, b = np.ones((1, n)), -np.sort(rng.permutation(np.linspace(0.05, 0.95, n)))
    else:
        b = -(0.5 * A.sum(axis=0) + 0.18)
    return [*layers, (V @ A, b), (rng.normal(size=(n, 1)), rng.normal(size=1))]


@correct("ex14_5", "montufar_network")
def network_more_than_promised(p, widths):
    # three units or more fold an axis into one piece more than there are units
    layers, V, c = [], np.eye(p), np.zeros(p)
    for n in widths[:-1]:
        k = n // p
        if k >= 3:
            later = np.arange(3, k)
            w = np.concatenate([[2 * k, k, -k], np.full(k - 3, k)])
            d = np.concatenate([[-1, -1, 2], -later])
            v, out = np.concatenate([[-2, 3, -2], 2.0 * (-1.0) ** (later + 1)]), 4.0
        else:
            w, d, v, out = np.full(k, k), -np.arange(k), np.array([1.0, -2.0])[:k], 0.0
        spare = n - k * p
        A = np.hstack([np.kron(np.eye(p), w), np.zeros((p, spare))])
        bias = np.append(np.tile(d, p), np.full(spare, -1.0))
        layers.append((V @ A, c @ A + bias))
        V = np.vstack([np.kron(np.eye(p), v[:, None]), np.zeros((spare, p))])
        c = np.full(p, out)
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    A, d = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ A, c @ A + d), (np.ones((n, 1)), np.zeros(1))]


@correct("ex14_5", "montufar_network")
def network_folds_upside_down(p, widths):
    # each fold is 1 - zigzag, the units that remain repeat a unit without weight
    layers, V, c = [], np.eye(p), np.zeros(p)
    for n in widths[:-1]:
        k = n // p
        A, d, back = np.zeros((p, n)), np.zeros(n), np.zeros((n, p))
        for unit in range(n):
            axis, j = (unit // k, unit % k) if unit < k * p else (0, 0)
            A[axis, unit], d[unit] = k, -j
            if unit < k * p:
                back[unit, axis] = -1 if j == 0 else -2 * (-1) ** j
        layers.append((V @ A, c @ A + d))
        V, c = back, np.ones(p)
    n = widths[-1]
    t = np.cos(np.pi * (np.arange(n) + 0.5) / n)
    A = np.stack([np.full(n, 4.0), 4 * t])[:p]
    d = -(t**p) - A.sum(axis=0) / 2
    return [*layers, (V @ A, c @ A + d), (np.ones((n, 1)), np.zeros(1))]


@correct("ex14_5", "montufar_network")
def network_of_a_function(p, widths):
    def folding_layer(n):
        k = n // p
        W, b, v = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            W[axis, axis * k : (axis + 1) * k] = k
            b[axis * k : (axis + 1) * k] = -np.arange(k)
            slopes = k * (-1.0) ** np.arange(k)
            v[axis * k : (axis + 1) * k, axis] = np.diff(slopes, prepend=0) / k
        return W, b, v

    def cutting_layer(n):
        if p == 1:
            return np.ones((1, n)), -(np.arange(n) + 0.5) / n
        t = np.linspace(-0.9, 0.9, n) if n > 1 else np.array([0.1])
        slope = np.tan(0.7 * t)
        return np.stack([slope, -np.ones(n)]), 0.5 - slope * 0.5 - 0.2 * (slope**2 - 0.3)

    weights, v = [], np.eye(p)
    for n in widths[:-1]:
        W, b, following = folding_layer(n)
        weights.append((v @ W, b))
        v = following
    W, b = cutting_layer(widths[-1])
    return (*weights, (v @ W, b), (np.ones((len(b), 1)), np.zeros(1)))


@misconception("ex14_5", "montufar_network", hint="are parallel; in general position no two are")
def network_parallel_lines(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    W, b = np.ones((p, n)), -p * (np.arange(n) + 1) / (n + 1)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="go through one point")
def network_pencil(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    if p == 1:
        W, b = np.ones((1, n)), -(np.arange(n) + 1) / (n + 1)
    else:
        slope = np.arange(1.0, n + 1)
        W, b = np.stack([slope, -np.ones(n)]), 0.5 - slope / 2
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="expected at least 4 activation regions, got 1")
def network_cuts_outside(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = np.arange(1.0, n + 1)
    return [*layers, (V @ np.stack([np.ones(n), t])[:p], -(t**p) - 10.0), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="fold along one axis only")
def network_folds_one_axis(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k if axis == 0 else 1)
            W[axis, axis * k + j], b[axis * k + j] = len(j), -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="It looks as if only one layer folds")
def network_folds_once(p, widths):
    layers, V = [], np.eye(p)
    for k_layer, n in enumerate(widths[:-1]):
        k = n // p if k_layer == 0 else 1
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="fewer than the theorem promises")
def network_folds_twice(p, widths):
    layers, V = [], np.eye(p)
    for k_layer, n in enumerate(widths[:-1]):
        k = n // p if k_layer < 2 else 1
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="fewer than the theorem promises")
def network_second_fold_one_axis(p, widths):
    layers, V = [], np.eye(p)
    for k_layer, n in enumerate(widths[:-1]):
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k if k_layer == 0 or axis == 0 else 1)
            W[axis, axis * k + j], b[axis * k + j] = len(j), -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="fewer than the theorem promises")
def network_turns_by_k(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = (-1.0) ** j
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="those of `widths` were asked for")
def network_leaves_units_out(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        n = k * p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="may lie outside")
def network_lines_for_few(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (np.arange(n) - 3.2) * 0.25 if p == 2 else (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="where 1 was asked for")
def network_without_output(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        k = n // p
        W, b, back = np.zeros((p, n)), np.full(n, -1.0), np.zeros((n, p))
        for axis in range(p):
            j = np.arange(k)
            W[axis, axis * k + j], b[axis * k + j] = k, -j
            back[axis * k + j, axis] = np.where(j == 0, 1, 2 * (-1.0) ** j)
        layers.append((V @ W, b))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    return [*layers, (V @ (4 * powers[:-1]), -powers[-1] - 2 * powers[:-1].sum(axis=0))]


@misconception("ex14_5", "montufar_network", hint="without effect")
def network_identity_layers(p, widths):
    layers, V = [], np.eye(p)
    for n in widths[:-1]:
        W, back = np.zeros((p, n)), np.zeros((n, p))
        for axis in range(p):
            W[axis, axis] = back[axis, axis] = 1
        layers.append((V @ W, np.zeros(n)))
        V = back
    n = widths[-1]
    t = (2 * np.arange(n) + 1) / n - 1
    powers = t ** np.arange(p + 1)[:, None]
    W, b = 4 * powers[:-1], -powers[-1] - 2 * powers[:-1].sum(axis=0)
    return [*layers, (V @ W, b), (np.ones((n, 1)), np.zeros(1))]


@misconception("ex14_5", "montufar_network", hint="expected at least 4 activation regions, got 1")
def network_he_weights(p, widths):
    rng, layers, fan_in = np.random.default_rng(0), [], p
    for n in widths:
        layers.append((rng.normal(0, np.sqrt(2 / fan_in), (fan_in, n)), rng.normal(0, 0.3, n)))
        fan_in = n
    return [*layers, (rng.normal(size=(fan_in, 1)), np.zeros(1))]


# ---- 14.6 count_regions_2d


@correct("ex14_6", "count_regions_2d")
def count_recursively(layers, box):
    units = [(k, j) for k, (W, _) in enumerate(layers[:-1]) for j in range(W.shape[1])]

    def split(polygon, z):
        low, high = [], []
        n = len(polygon)
        for i in range(n):
            p, q, u, v = polygon[i], polygon[(i + 1) % n], z[i], z[(i + 1) % n]
            if u >= 0:
                high.append(p)
            if u <= 0:
                low.append(p)
            if u * v < 0:
                cut = p + (q - p) * (u / (u - v))
                low.append(cut)
                high.append(cut)
        return np.array(low), np.array(high)

    def count(polygon, index, on):
        if index == len(units):
            return 1
        k, j = units[index]
        A, c, start = np.eye(2), np.zeros(2), 0
        for i in range(k):
            W, b = layers[i]
            mask = np.array(on[start : start + len(b)])
            A, c, start = (A @ W) * mask, (c @ W + b) * mask, start + len(b)
        W, b = layers[k]
        z = polygon @ (A @ W[:, j]) + c @ W[:, j] + b[j]
        z = np.where(np.abs(z) < 1e-8, 0, z)
        if z.max() <= 0:
            return count(polygon, index + 1, [*on, 0])
        if z.min() >= 0:
            return count(polygon, index + 1, [*on, 1])
        low, high = split(polygon, z)
        return count(low, index + 1, [*on, 0]) + count(high, index + 1, [*on, 1])

    a, b, c, d = box
    return count(np.array([[a, c], [b, c], [b, d], [a, d]], dtype=float), 0, [])


@correct("ex14_6", "count_regions_2d")
def count_exactly(layers, box):
    from fractions import Fraction as F

    a, b, c, d = (F(float(v)) for v in box)
    cells = [([(a, c), (b, c), (b, d), (a, d)], [(F(1), F(0), F(0)), (F(0), F(1), F(0))])]
    for W, bias in layers[:-1]:
        W = [[F(float(w)) for w in row] for row in W]
        bias = [F(float(v)) for v in bias]
        new = []
        for polygon, forms in cells:
            following = []
            for j in range(len(bias)):
                total = [sum(f[i] * row[j] for f, row in zip(forms, W)) for i in range(3)]
                total[2] += bias[j]
                following.append(tuple(total))
            parts = [(polygon, [])]
            for s, t, r in following:
                cut = []
                for corners, kept in parts:
                    z = [s * x + t * y + r for x, y in corners]
                    for side in (1, -1):
                        if not any(side * v > 0 for v in z) and not (side < 0 and not any(z)):
                            continue
                        piece = []
                        for i, (x, y) in enumerate(corners):
                            (u, w), h = corners[i - 1], z[i - 1]
                            if h * z[i] < 0:
                                m = h / (h - z[i])
                                piece.append((u + m * (x - u), w + m * (y - w)))
                            if side * z[i] >= 0:
                                piece.append((x, y))
                        on = (s, t, r) if side > 0 else (F(0), F(0), F(0))
                        cut.append((piece, [*kept, on]))
                parts = cut
            new += parts
        # slivers that only exact arithmetic sees do not count
        cells = [(p, f) for p, f in new if abs(sum(p[i - 1][0] * p[i][1] - p[i][0] * p[i - 1][1] for i in range(len(p)))) > F(1, 10**13)]  # fmt: skip
    return len(cells)


@correct("ex14_6", "count_regions_2d")
def count_by_crossing_sides(layers, box):
    hidden = layers[:-1]
    a, b, c, d = box
    corners = np.array([[a, c], [b, c], [b, d], [a, d]], dtype=float)

    def pattern(x):
        on, h = [], np.asarray(x, dtype=float)
        for W, bias in hidden:
            z = h @ W + bias
            on += (z > 1e-12).tolist()
            h = np.maximum(z, 0)
        return tuple(on)

    def cell(on):
        A, q, start, lines = np.eye(2), np.zeros(2), 0, []
        for W, bias in hidden:
            A, q = A @ W, q @ W + bias
            mask = np.array(on[start : start + len(bias)])
            lines += [(A[:, j] * s, q[j] * s) for j, s in enumerate(np.where(mask, 1, -1))]
            A, q, start = A * mask, q * mask, start + len(bias)
        polygon = corners
        for w, r in lines:
            z = polygon @ w + r
            z[np.abs(z) < 1e-9] = 0
            if z.min() >= 0:
                continue
            new = []
            for i in range(len(polygon)):
                if z[i - 1] * z[i] < 0:
                    t = z[i - 1] / (z[i - 1] - z[i])
                    new.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                if z[i] >= 0:
                    new.append(polygon[i])
            polygon = np.array(new).reshape(-1, 2)
            if len(polygon) < 3:
                break
        return polygon

    start = pattern(np.array([a + (b - a) * 0.503171, c + (d - c) * 0.493713]))
    seen, waiting = {start}, [start]
    while waiting:
        polygon = cell(waiting.pop())
        for i in range(len(polygon)):
            p, q = polygon[i - 1], polygon[i]
            length = np.hypot(*(q - p))
            if length < 1e-8:
                continue
            out = np.array([q[1] - p[1], p[0] - q[0]]) / length
            for share in (0.5, 0.37):
                x = p + share * (q - p) + 1e-6 * min(length, 1) * out
                if a < x[0] < b and c < x[1] < d:
                    beside = pattern(x)
                    if beside not in seen:
                        seen.add(beside)
                        waiting.append(beside)
    return len(seen)


@correct("ex14_6", "count_regions_2d")
def count_triangles(layers, box):
    a, b, c, d = map(float, box)
    triangles = [
        (np.array([[a, c], [b, c], [b, d]]), ()),
        (np.array([[a, c], [b, d], [a, d]]), ()),
    ]
    for k, (W, bias) in enumerate(layers[:-1]):
        for unit in range(len(bias)):
            new = []
            for corners, on in triangles:
                A, q, start = np.eye(2), np.zeros(2), 0
                for V, r in layers[:k]:
                    mask = np.array(on[start : start + len(r)], dtype=float)
                    A, q, start = (A @ V) * mask, (q @ V + r) * mask, start + len(r)
                z = corners @ (A @ W[:, unit]) + q @ W[:, unit] + bias[unit]
                z[np.abs(z) < 1e-9] = 0
                if z.max() <= 0 or z.min() >= 0:
                    new.append((corners, (*on, z.max() > 0)))
                    continue
                for side in (1, -1):
                    part = []
                    for i in range(3):
                        if z[i - 1] * z[i] < 0:
                            t = z[i - 1] / (z[i - 1] - z[i])
                            part.append(corners[i - 1] + t * (corners[i] - corners[i - 1]))
                        if side * z[i] >= 0:
                            part.append(corners[i])
                    for i in range(1, len(part) - 1):  # a fan of triangles
                        new.append((np.array([part[0], part[i], part[i + 1]]), (*on, side > 0)))
            triangles = [t for t in new if abs(np.linalg.det(t[0][1:] - t[0][0])) > 1e-13]
    return len({on for _, on in triangles}) if len(layers) > 1 else 1


@correct("ex14_6", "count_regions_2d")
def count_with_complex_numbers(layers, box):
    def half(points, z):
        kept = []
        for p, q, u, v in zip(points[-1:] + points[:-1], points, z[-1:] + z[:-1], z):
            if u * v < 0:
                kept.append((p * v - q * u) / (v - u))
            if v >= 0:
                kept.append(q)
        return kept

    a, b, c, d = box
    cells = [([complex(a, c), complex(b, c), complex(b, d), complex(a, d)], np.eye(2), np.zeros(2))]
    for W, bias in layers[:-1]:
        following = []
        for polygon, A, q in cells:
            A, q = A @ W, q @ W + bias
            todo = [(polygon, 0, np.zeros(len(bias)))]
            while todo:
                points, unit, on = todo.pop()
                if unit == len(bias):
                    following.append((points, A * on, q * on))
                    continue
                w, r = complex(A[0, unit], -A[1, unit]), q[unit]
                z = [(w * p).real + r for p in points]
                z = [0.0 if abs(v) < 1e-8 else v for v in z]
                if max(z) > 0:
                    lit = on.copy()
                    lit[unit] = 1
                    todo.append((half(points, z), unit + 1, lit))
                if min(z) < 0 or max(z) == 0:
                    todo.append((half(points, [-v for v in z]), unit + 1, on))
        cells = following
    return len(cells)


@correct("ex14_6", "count_regions_2d")
def count_last_layer_by_euler(layers, box):
    x0, x1, y0, y1 = (float(v) for v in box)

    def clip(corners, z):
        kept = []
        for i in range(len(corners)):
            if z[i - 1] * z[i] < 0:
                kept.append(corners[i - 1] + z[i - 1] / (z[i - 1] - z[i]) * (corners[i] - corners[i - 1]))
            if z[i] >= 0:
                kept.append(corners[i])
        return np.array(kept)

    def chords(corners, A, q):
        """Return the different lines that cross a polygon, with the two ends of each chord."""
        found = []
        for w, r in zip(A.T, q):
            z = corners @ w + r
            z[np.abs(z) < 1e-9] = 0
            if z.max() > 0 > z.min():
                ends = [corners[i] for i in range(len(z)) if z[i] == 0]
                for i in range(len(z)):
                    if z[i - 1] * z[i] < 0:
                        ends.append(
                            corners[i - 1] + z[i - 1] / (z[i - 1] - z[i]) * (corners[i] - corners[i - 1])
                        )
                p, s = ends[0], ends[-1]
                if not any(_near(p, s, *old) for old in found):
                    found.append((p, s))
        return found

    def _near(p, s, u, v):
        along = (v - u) / np.hypot(*(v - u))
        normal = np.array([-along[1], along[0]])
        return abs((p - u) @ normal) < 1e-8 and abs((s - u) @ normal) < 1e-8

    def pieces(corners, A, q):
        """Return 1 + chords + crossings inside, a point on m chords counted m - 1 times."""
        lines, total = chords(corners, A, q), 1
        points = []
        for i, (p, s) in enumerate(lines):
            total += 1
            new = []
            for u, v in lines[:i]:
                M = np.column_stack([s - p, u - v])
                if abs(np.linalg.det(M)) < 1e-12:
                    continue
                t, m = np.linalg.solve(M, u - p)
                if 1e-7 < t < 1 - 1e-7 and 1e-7 < m < 1 - 1e-7:
                    x = p + t * (s - p)
                    if not any(np.hypot(*(x - y)) < 1e-8 for y in new):
                        new.append(x)
            total += len(new)
            points += new
        return total

    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), np.eye(2), np.zeros(2))]
    hidden = layers[:-1]
    if not hidden:
        return 1
    for W, b in hidden[:-1]:
        new = []
        for corners, A, q in cells:
            A, q = A @ W, q @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + q[j]
                    z[np.abs(z) < 1e-9] = 0
                    if z.max() > 0:
                        cut.append((clip(polygon, z), [*on, 1]))
                    if z.min() < 0 or z.max() == 0:
                        cut.append((clip(polygon, -z), [*on, 0]))
                parts = cut
            new += [(polygon, A * on, q * on) for polygon, on in parts]
        cells = new
    W, b = hidden[-1]
    return sum(pieces(corners, A @ W, q @ W + b) for corners, A, q in cells)


@correct("ex14_6", "count_regions_2d")
def count_patterns_of_centres(layers, box):
    x0, x1, y0, y1 = box
    polygons = [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float)]

    def values(X, k):
        h = X
        for W, b in layers[:k]:
            h = np.maximum(h @ W + b, 0)
        return h @ layers[k][0] + layers[k][1]

    for k in range(len(layers) - 1):
        for unit in range(len(layers[k][1])):
            new = []
            for polygon in polygons:  # all units of earlier layers have one sign in it: z is affine
                z = values(polygon, k)[:, unit]
                z[np.abs(z) < 1e-9] = 0
                if z.min() >= 0 or z.max() <= 0:
                    new.append(polygon)
                    continue
                for side in (z, -z):
                    part = []
                    for i in range(len(polygon)):
                        if side[i - 1] * side[i] < 0:
                            t = side[i - 1] / (side[i - 1] - side[i])
                            part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                        if side[i] >= 0:
                            part.append(polygon[i])
                    new.append(np.array(part))
            polygons = new
    centres = np.array([polygon.mean(axis=0) for polygon in polygons])
    patterns = [values(centres, k) > 1e-12 for k in range(len(layers) - 1)]
    return len(np.unique(np.hstack(patterns), axis=0)) if patterns else 1


@correct("ex14_6", "count_regions_2d")
def count_homogeneous(layers, box):
    x0, x1, y0, y1 = box
    square = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]], dtype=float)
    cells = [(square, np.eye(3))]  # columns of the second: the inputs of the next layer, and 1
    for W, b in layers[:-1]:
        M = np.block([[W, np.zeros((len(W), 1))], [b, 1]])
        new = []
        for corners, forms in cells:
            forms, parts = forms @ M, [(corners, ())]
            for j in range(len(b)):
                halves = []
                for points, on in parts:
                    z = np.round(points @ forms[:, j], 9)
                    if np.all(z >= 0) and np.any(z > 0):
                        halves.append((points, (*on, 1)))
                    elif np.all(z <= 0):
                        halves.append((points, (*on, 0)))
                    else:
                        exact = points @ forms[:, j]
                        for sign in (1, -1):
                            keep = []
                            for i in range(len(points)):
                                if z[i - 1] * z[i] < 0:
                                    x = points[i - 1] * exact[i] - points[i] * exact[i - 1]
                                    keep.append(x / x[2])
                                if sign * z[i] >= 0:
                                    keep.append(points[i])
                            halves.append((np.array(keep), (*on, (sign + 1) // 2)))
                parts = halves
            new += [(points, forms * np.array([*on, 1])) for points, on in parts]
        cells = new
    return len(cells)


@correct("ex14_6", "count_regions_2d")
def count_along_sweep_lines(layers, box):
    # between two corners of the complex, seen from the x1 axis, every region shows on a vertical line
    x0, x1, y0, y1 = box
    rectangle = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float)
    cells = [(rectangle, ())]
    for k, (W, b) in enumerate(layers[:-1]):
        for unit in range(len(b)):
            new = []
            for polygon, on in cells:
                A, q, start = np.eye(2), np.zeros(2), 0
                for V, r in layers[:k]:
                    mask = np.array(on[start : start + len(r)])
                    A, q, start = (A @ V) * mask, (q @ V + r) * mask, start + len(r)
                z = polygon @ (A @ W[:, unit]) + q @ W[:, unit] + b[unit]
                z = np.where(np.abs(z) < 1e-9, 0.0, z)
                for sign in (1, -1):
                    if (sign * z).max() > 0 or (sign < 0 and z.max() == 0 == z.min()):
                        part = []
                        for i in range(len(polygon)):
                            if z[i - 1] * z[i] < 0:
                                t = z[i - 1] / (z[i - 1] - z[i])
                                part.append(polygon[i - 1] * (1 - t) + polygon[i] * t)
                            if sign * z[i] >= 0:
                                part.append(polygon[i])
                        new.append((np.array(part), (*on, sign > 0)))
            cells = new
    at = np.unique(np.concatenate([polygon[:, 0] for polygon, _ in cells]).round(9))
    seen = set()
    for left, right in zip(at, at[1:]):
        x = (left + right) / 2
        for polygon, on in cells:
            if polygon[:, 0].min() < x < polygon[:, 0].max():
                seen.add(on)
    return len(seen)


@misconception("ex14_6", "count_regions_2d", hint="a grid or a sample misses small regions")
def count_grid(layers, box):
    a, b, c, d = box
    n = 300
    x = a + (b - a) * (np.arange(n) + 0.5037) / n
    y = c + (d - c) * (np.arange(n) + 0.4971) / n
    h, on = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), []
    for W, bias in layers[:-1]:
        z = h @ W + bias
        on.append(z > 0)
        h = np.maximum(z, 0)
    return len(np.unique(np.packbits(np.hstack(on), axis=1), axis=0)) if on else 1


@misconception("ex14_6", "count_regions_2d", hint="a grid or a sample misses small regions")
def count_coarse_grid(layers, box):
    a, b, c, d = box
    x, y = np.meshgrid(np.linspace(a, b, 24)[1:-1], np.linspace(c, d, 24)[1:-1])
    h, on = np.column_stack([x.ravel(), y.ravel()]), []
    for W, bias in layers[:-1]:
        z = h @ W + bias
        on.append(z > 0)
        h = np.maximum(z, 0)
    return len(np.unique(np.hstack(on), axis=0)) if on else 1


@misconception("ex14_6", "count_regions_2d", hint="a grid or a sample misses small regions")
def count_sample(layers, box):
    a, b, c, d = box
    rng = np.random.default_rng(0)
    h, on = np.column_stack([rng.uniform(a, b, 40_000), rng.uniform(c, d, 40_000)]), []
    for W, bias in layers[:-1]:
        z = h @ W + bias
        on.append(z > 0)
        h = np.maximum(z, 0)
    return len(np.unique(np.packbits(np.hstack(on), axis=1), axis=0)) if on else 1


@misconception("ex14_6", "count_regions_2d", hint="general position in the whole plane")
def count_by_zaslavsky(layers, box):
    n = sum(len(b) for _, b in layers[:-1])
    return 1 + n + n * (n - 1) // 2


@misconception("ex14_6", "count_regions_2d", hint="upper bound, not the count")
def count_by_the_bound(layers, box):
    from math import comb

    def upper(k, d):
        if k == len(layers) - 1:
            return 1
        n = len(layers[k][1])
        return sum(comb(n, j) * upper(k + 1, min(d, n - j)) for j in range(min(d, n) + 1))

    return upper(0, 2)


@misconception("ex14_6", "count_regions_2d", hint="expected 4, got 3")
def count_units(layers, box):
    return 1 + sum(len(b) for _, b in layers[:-1])


@misconception("ex14_6", "count_regions_2d", hint="expected 7, got 4")
def count_first_layer(layers, box):
    x0, x1, y0, y1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1][:1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="count_regions_2d for 3 hidden layers")
def count_two_layers(layers, box):
    x0, x1, y0, y1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1][:2]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="the ReLU between the layers is missing")
def count_straight_lines(layers, box):
    x0, x1, y0, y1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [corners]
            for j in range(len(b)):
                cut = []
                for polygon in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append(np.array(part))
                parts = cut
            new += [(polygon, A, c) for polygon in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="a line that only touches a region")
def count_touching_lines(layers, box):
    x0, x1, y0, y1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    for side in (1, -1):
                        if (side * z).max() >= 0:
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="a grid or a sample misses small regions")
def count_drops_small_pieces(layers, box):
    x0, x1, y0, y1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            x, y = np.array(part).T
                            if abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) > 2e-5:
                                cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="you have exchanged the two axes")
def count_exchanged_box(layers, box):
    y0, y1, x0, x1 = box
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="taken for the square (-1, 1)^2")
def count_fixed_box(layers, box):
    cells = [(np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]]), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="count_regions_2d")
def count_from_the_origin(layers, box):
    # a walk from region to region that begins at the origin, also where that lies outside the box
    x0, x1, y0, y1 = box
    if not (x0 < 0 < x1 and y0 < 0 < y1):
        return 0 if x0 > 0 or y0 > 0 else 1
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


@misconception("ex14_6", "count_regions_2d", hint="of a larger box, or of the whole plane")
def count_large_box(layers, box):
    x0, x1, y0, y1 = box
    mx, my, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, 25 * (x1 - x0), 25 * (y1 - y0)
    x0, x1, y0, y1 = mx - rx, mx + rx, my - ry, my + ry
    cells = [(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), np.eye(2), np.zeros(2))]
    for W, b in layers[:-1]:
        new = []
        for corners, A, c in cells:
            A, c = A @ W, c @ W + b
            parts = [(corners, [])]
            for j in range(len(b)):
                cut = []
                for polygon, on in parts:
                    z = polygon @ A[:, j] + c[j]
                    z[np.abs(z) < 1e-8] = 0
                    for side in (1, -1):
                        if (side * z).max() > 0 or (side < 0 and not z.any()):
                            part = []
                            for i in range(len(z)):
                                if z[i - 1] * z[i] < 0:
                                    t = z[i - 1] / (z[i - 1] - z[i])
                                    part.append(polygon[i - 1] + t * (polygon[i] - polygon[i - 1]))
                                if side * z[i] >= 0:
                                    part.append(polygon[i])
                            cut.append((np.array(part), [*on, side > 0]))
                parts = cut
            new += [(polygon, A * on, c * on) for polygon, on in parts]
        cells = new
    return len(cells)


EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "ex14_3": {
        "off by one: `10` -> `11`": "one decimal more or less is far below the tolerance",
        "off by one: `10` -> `9`": "one decimal more or less is far below the tolerance",
        "swapped arguments: `np.isclose(slopes[1:], slopes[:-1])` -> `np.isclose(slopes[:-1], slopes[1:])`": "slopes that differ by 0.001 are close in neither order",
        "swapped operands: `np.diff(values(x, layers)[:, 0]) / np.diff(x)` -> `np.diff(x) / np.diff(values(x, layers)[:, 0])`": "the inverse of the slope changes where the slope does",
    },
    "ex14_4": {"sign: `2` -> `-2`": "the remainder by -2 is 0 for the same numbers"},
    "ex14_5": {
        "mean, sum and their like: `np.zeros(n)` -> `np.ones(n)`": "a unit that is on everywhere makes no region either",
        "off by one: `1` -> `2` (6)": "the lines for other values of t are in general position too",
        "off by one: `2` -> `3` (3)": "a turn that is too large still covers [0, 1], so the regions are as many or more",
        "sign: `2` -> `-2`": "the remainder by -2 is 0 for the same numbers",
    },
    "ex14_6": {
        "arithmetic: `z[i - 1] * z[i]` -> `z[i - 1] / z[i]`": "the sign is that of the product; at 0 a corner is listed twice",
        "boundary: `np.abs(z) < 1e-08` -> `np.abs(z) <= 1e-08`": "no value is exactly 1e-8",
        "boundary: `z.max() > 0` -> `z.max() >= 0` (2)": "the part where -z is at least 0 is the whole polygon then",
        "boundary: `z.min() < 0` -> `z.min() <= 0`": "the part where z is at least 0 is the whole polygon then",
        "off by one: `0` -> `1` (5)": "the part where z is at least 0 is the whole polygon if all are",
    },
}
