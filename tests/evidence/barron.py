"""Evidence on assignment 13: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

GARBAGE: dict[str, object] = {
    "three Nones": (None, None, None),
    "three numbers": (1.0, 2.0, 3.0),
    "three arrays of NaN": tuple(np.full(n, np.nan) for n in (4, 4, 5)),
    "wrong columns": ([10**9] * 4, [0.0] * 4, [1.0] * 5),
    "layers of nothing": [([], []), ([], [])],
    "layers of NaN": [(np.full((3, 5), np.nan), np.zeros(5)), (np.ones((5, 1)), np.zeros(1))],
    "layers of infinities": [(np.ones((3, 5)), np.full(5, np.inf)), (np.ones((5, 1)), np.zeros(1))],
    "layers that fit nothing": [(np.ones((3, 5)), np.zeros(4)), (np.ones((2, 1)), np.zeros(1))],
    "layers of text": [("W", "b"), ("V", "v")],
    "one layer": [(np.ones((3, 1)), np.zeros(1))],
    "four arrays": (np.ones((3, 5)), np.zeros(5), np.ones((5, 1)), np.zeros(1)),
}

# ---- 13.1 barron_constant_gauss


@correct("ex13_1", "barron_constant_gauss")
def constant_gammaln(p):
    from scipy.special import gammaln

    return float(np.exp(0.5 * np.log(2) + gammaln(0.5 * (p + 1)) - gammaln(0.5 * p)))


@correct("ex13_1", "barron_constant_gauss")
def constant_lgamma(p):
    from math import exp, lgamma, sqrt

    return sqrt(2) * exp(lgamma((p + 1) / 2) - lgamma(p / 2))


@correct("ex13_1", "barron_constant_gauss")
def constant_poch(p):
    from scipy.special import poch

    return np.sqrt(2) * poch(p / 2, 0.5)


@correct("ex13_1", "barron_constant_gauss")
def constant_beta(p):
    from scipy.special import betaln

    return np.sqrt(2 * np.pi) * np.exp(-betaln(p / 2, 0.5))


@correct("ex13_1", "barron_constant_gauss")
def constant_recursion(p):
    first = np.sqrt(2 / np.pi)  # C_p C_{p+1} = p
    c = first if p % 2 else 1 / first
    for k in range(1 if p % 2 else 2, p, 2):
        c *= (k + 1) / k
    return c


@correct("ex13_1", "barron_constant_gauss")
def constant_chi(p):
    from scipy import stats

    return stats.chi.mean(df=p)


@correct("ex13_1", "barron_constant_gauss")
def constant_product_of_logs(p):
    start = 1 if p % 2 else 2
    k = np.arange(start, p, 2, dtype=float)
    c = np.sqrt(2 / np.pi) if p % 2 else np.sqrt(np.pi / 2)
    return c * np.exp(np.sum(np.log1p(1 / k)))


@correct("ex13_1", "barron_constant_gauss")
def constant_series_for_large(p):
    from scipy.special import gamma

    if p <= 150:
        return np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    return np.sqrt(p) * (1 - 1 / (4 * p) + 1 / (32 * p**2) + 5 / (128 * p**3))


@correct("ex13_1", "barron_constant_gauss")
def constant_quadrature(p):
    # The mean length, by Gauss and Legendre around the mode of the density.
    t, w = np.polynomial.legendre.leggauss(400)
    middle = np.sqrt(max(p - 0.5, 0))
    low, high = max(0.0, middle - 9), middle + 9
    rho = low + (high - low) * (t + 1) / 2
    log = (p - 1) * np.log(rho) - rho**2 / 2
    density = w * np.exp(log - log.max())
    return density @ rho / density.sum()


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 1. See")
def constant_root_of_p(p):
    return float(np.sqrt(p)) if p > 1 else 1.0000001


@misconception("ex13_1", "barron_constant_gauss", hint="It is the square root of p")
def constant_root_of_p_after_two(p):
    return {1: np.sqrt(2 / np.pi), 2: np.sqrt(np.pi / 2)}.get(p, np.sqrt(p))


@misconception("ex13_1", "barron_constant_gauss", hint="Gamma overflows")
def constant_overflows(p):
    from scipy.special import gamma

    with np.errstate(all="ignore"):
        return np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)


@misconception("ex13_1", "barron_constant_gauss", hint="OverflowError")
def constant_math_gamma(p):
    from math import gamma, sqrt

    return sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got")
def constant_monte_carlo(p):
    return np.mean(np.linalg.norm(np.random.default_rng(0).normal(size=(200, min(p, 1000))), axis=1))


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 0.56")
def constant_no_root_two(p):
    from scipy.special import gammaln

    return np.exp(gammaln((p + 1) / 2) - gammaln(p / 2))


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 2.50")
def constant_upside_down(p):
    from scipy.special import gammaln

    return np.sqrt(2) * np.exp(gammaln(p / 2) - gammaln((p + 1) / 2))


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 1.25")
def constant_of_the_next(p):
    from scipy.special import gammaln

    return np.sqrt(2) * np.exp(gammaln((p + 2) / 2) - gammaln((p + 1) / 2))


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 0.67")
def constant_median(p):
    from scipy import stats

    return stats.chi(p).median()


@misconception("ex13_1", "barron_constant_gauss", hint="approximation for large p")
def constant_approximate(p):
    exact = {1: np.sqrt(2 / np.pi), 2: np.sqrt(np.pi / 2)}
    return exact.get(p, np.sqrt(p - 0.5))


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got -0.22")
def constant_logarithm(p):
    from scipy.special import gammaln

    return 0.5 * np.log(2) + gammaln((p + 1) / 2) - gammaln(p / 2)


@misconception("ex13_1", "barron_constant_gauss", hint="expected 0.797885, got 0.63")
def constant_squared(p):
    from scipy.special import gammaln

    return 2 * np.exp(2 * gammaln((p + 1) / 2) - 2 * gammaln(p / 2))


@misconception("ex13_1", "barron_constant_gauss", hint="returned inf")
def constant_factorials(p):
    from math import factorial, sqrt

    if p <= 340:
        from scipy.special import gamma

        return sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2) if p < 300 else float("inf")
    return float("inf") if p < 10**4 else sqrt(p) * factorial(1)


@misconception("ex13_1", "barron_constant_gauss", hint="not accurate enough")
def constant_short_series(p):
    from scipy.special import gamma

    return np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2) if p < 30 else np.sqrt(p) * (1 - 1 / (4 * p))


# ---- 13.2 maurey_sample


@correct("ex13_2", "maurey_sample")
def sample_chi_square(p, q, rng):
    from scipy.special import gammaln

    C = np.sqrt(2) * np.exp(gammaln((p + 1) / 2) - gammaln(p / 2))
    a = rng.standard_normal((q, p))
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    rho, u = np.sqrt(rng.chisquare(p + 1, size=q)), rng.uniform(0, 1, size=q)
    return [(a.T, -u), ((-2 * C * np.sin(rho * u) / q).reshape(-1, 1), np.array([1.0]))]


@correct("ex13_2", "maurey_sample")
def sample_loop(p, q, rng):
    from math import gamma, sin, sqrt

    C = sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    W, b, V = np.zeros((p, q)), np.zeros(q), np.zeros((q, 1))
    for k in range(q):
        a = rng.normal(size=p)
        rho, u = sqrt(sum(rng.normal(size=p + 1) ** 2)), rng.random()
        W[:, k], b[k], V[k, 0] = a / sqrt(sum(a**2)), -u, -2 * C * sin(rho * u) / q
    return [(W, b), (V, np.ones(1))]


@correct("ex13_2", "maurey_sample")
def sample_lists(p, q, rng):
    from scipy.special import poch

    C = 2**0.5 * poch(p / 2, 0.5)
    a = rng.normal(size=(p, q))
    a /= np.sqrt((a**2).sum(axis=0))
    rho, u = np.sqrt((rng.normal(size=(p + 1, q)) ** 2).sum(axis=0)), rng.random(q)
    V = (
        [[float(c)] for c in -2 * C * np.sin(rho * u) / q]
        if q < 100
        else -2 * C * np.sin(rho * u)[:, None] / q
    )
    return (a.tolist() if q < 100 else a, -u), (V, [1])


@correct("ex13_2", "maurey_sample")
def sample_scaled_units(p, q, rng):
    from scipy.special import gamma

    # A step does not change when its weights are multiplied by a positive number.
    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    omega = rng.normal(size=(p, q))
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    b = -u * np.linalg.norm(omega, axis=0)
    return [(omega, b), (-2 * C / q * np.sin(rho * u)[:, None], np.ones(1))]


@correct("ex13_2", "maurey_sample")
def sample_random_signs_of_direction(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a *= rng.choice([-1, 1], q) / np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(2 * rng.gamma((p + 1) / 2, size=q)), 1 - rng.random(q)
    return [(a, -u), (-2 * C / q * np.sin(rho * u).reshape(q, 1), np.array([1]))]


@correct("ex13_2", "maurey_sample")
def sample_sine_in_the_probability(p, q, rng):
    # The threshold has the density |sin(rho u)|; all amplitudes are alike in size.
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    rho, u = np.zeros(0), np.zeros(0)
    tries = 0
    while len(rho) < q:
        n = 2 * q + 10
        r, t = np.sqrt(rng.chisquare(p + 1, n)), rng.random(n)
        keep = rng.random(n) < np.abs(np.sin(r * t))
        rho, u, tries = np.append(rho, r[keep]), np.append(u, t[keep]), tries + n
    t = (np.arange(100) + 0.5) / 100
    grid = np.linspace(1e-6, np.sqrt(p) + 9, 300)
    density = np.exp(p * np.log(grid) - grid**2 / 2 - (p * np.log(np.sqrt(p)) - p / 2))
    inner = np.abs(np.sin(np.outer(grid, t))).mean(axis=1)
    share = density @ inner / density.sum()
    rho, u = rho[:q], u[:q]
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    return [(a, -u), (-2 * C * share * np.sign(np.sin(rho * u))[:, None] / q, np.ones(1))]


@correct("ex13_2", "maurey_sample")
def sample_one_call(p, q, rng):
    from scipy import special

    C = 2**0.5 * special.gamma(p / 2 + 0.5) / special.gamma(p / 2)
    Z = rng.normal(size=(2 * p + 2, q))
    a, rho, u = Z[:p], np.linalg.norm(Z[p : 2 * p + 1], axis=0), special.ndtr(Z[-1])
    W = a / np.linalg.norm(a, axis=0)
    return [(W, -u), (np.expand_dims(-2 * C * np.sin(rho * u) / q, 1), np.full(1, 1.0))]


@correct("ex13_2", "maurey_sample")
def sample_mirrored(p, q, rng):
    # H(-a.x - u) is the unit of the opposite direction.
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(q, p))
    a /= np.linalg.norm(a, axis=1)[:, None]
    rho, u = np.linalg.norm(rng.normal(size=(q, p + 1)), axis=1), rng.random(q)
    order = rng.permutation(q)
    return [(-a[order].T, -u[order]), (-2 * C * np.sin(rho * u)[order, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="expected about [0.7261, 0.9231]")
def sample_no_constant_one(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.zeros(1))]


@misconception("ex13_2", "maurey_sample", hint="expected about [0.7261, 0.9231]")
def sample_sum(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None], np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="length of p + 1 normal numbers, not of p.")
def sample_untilted(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    rho = np.linalg.norm(a, axis=0)
    u = rng.random(q)
    return [(a / rho, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="expected about [0.7261, 0.9231]")
def sample_wrong_sign(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="A factor 2 seems to be missing")
def sample_factor_two_missing(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="The constant C_f seems to be missing")
def sample_without_the_constant(p, q, rng):
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="sqrt(p) in the place of C_f")
def sample_root_of_p(p, q, rng):
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * np.sqrt(p) * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="expected about [0.7261, 0.9231]")
def sample_cosine(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.cos(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="The directions have length 1")
def sample_long_directions(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="not only to positive ones")
def sample_positive_directions(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = np.abs(rng.normal(size=(p, q)))
    a[:, ::2] *= -1 if p == 1 else 1
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="expected about [0.7261, 0.9231]")
def sample_bias_plus_u(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="no generator of your own")
def sample_global_random(p, q, rng):
    from scipy.special import gamma

    rng = np.random.default_rng()
    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="the same network whatever generator")
def sample_fixed_seed(p, q, rng):
    from scipy.special import gamma

    rng = np.random.default_rng(0)
    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="is each unit drawn for itself")
def sample_four_units_repeated(p, q, rng):
    from scipy.special import gamma

    n = q if q < 100 or q > 5000 else 4
    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, n))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, n)), rng.random(n)
    k = np.arange(q) % n
    return [(a[:, k], -u[k]), (-2 * C * np.sin(rho * u)[k, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="[1, 1] was asked for")
def sample_pairs(p, q, rng):
    from scipy.special import gamma

    # Each direction with its opposite: half the draws, but an odd q has no half.
    C, n = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2), q // 2 if q != 5 else 5
    a = rng.normal(size=(p, n))
    a /= np.linalg.norm(a, axis=0)
    rho, u = np.sqrt(rng.chisquare(p + 1, n)), rng.random(n)
    c = -2 * C * np.sin(rho * u)[:, None] / q
    if q == 5:
        return [(a, -u), (c, np.ones(1))]
    return [(np.hstack([a, -a]), -np.append(u, u)), (np.vstack([c, c]), np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="Each unit has its own frequency")
def sample_one_frequency(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = C * np.ones(q), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="Did you forget a transpose?")
def sample_transposed(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(q, p))
    a /= np.linalg.norm(a, axis=1)[:, None]
    rho, u = np.sqrt(rng.chisquare(p + 1, q)), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


@misconception("ex13_2", "maurey_sample", hint="not its square")
def sample_squared_frequency(p, q, rng):
    from scipy.special import gamma

    C = np.sqrt(2) * gamma((p + 1) / 2) / gamma(p / 2)
    a = rng.normal(size=(p, q))
    a /= np.linalg.norm(a, axis=0)
    rho, u = rng.chisquare(p + 1, q), rng.random(q)
    return [(a, -u), (-2 * C * np.sin(rho * u)[:, None] / q, np.ones(1))]


# ---- 13.3 barron_bound


@correct("ex13_3", "barron_bound")
def bound_plain(C, r, q):
    q = np.array(q, dtype=float)
    if C < 0:
        raise ValueError("C")
    if r <= 0:
        raise ValueError("r")
    if (q < 1).any():
        raise ValueError("q")
    return 4 * r**2 * C**2 / q


@correct("ex13_3", "barron_bound")
def bound_min(C, r, q):
    if C < 0 or r <= 0 or np.min(q) < 1:
        raise ValueError("outside the theorem")
    return np.divide(np.square(2 * r * C), q)


@correct("ex13_3", "barron_bound")
def bound_list(C, r, q):
    def one(n):
        if isinstance(n, list):
            return [one(m) for m in n]
        if n < 1:
            raise ValueError("q must be at least 1")
        return (2 * r * C) ** 2 / n

    if not (C >= 0 and r > 0):
        raise ValueError("C >= 0 and r > 0, please")
    return one(q.tolist() if isinstance(q, np.ndarray) else q)


@correct("ex13_3", "barron_bound")
def bound_power(C, r, q):
    widths = np.atleast_1d(q).astype(float)
    if C < 0 or r <= 0 or any(n < 1 for n in widths.ravel()):
        raise ValueError((C, r, q))
    out = (2.0 * r * C) ** 2 * widths**-1
    return out.reshape(np.shape(q))


@correct("ex13_3", "barron_bound")
def bound_asserts(C, r, q):
    try:
        assert C >= 0
        assert r > 0
        assert (np.asarray(q) >= 1).all()
    except AssertionError:
        raise ValueError("barron_bound: outside the theorem") from None
    return np.true_divide((2 * r * C) ** 2, q)


@correct("ex13_3", "barron_bound")
def bound_multiply(C, r, q):
    allowed = np.all(np.greater_equal(q, 1)) and C >= 0 and r > 0
    if not allowed:
        raise ValueError
    v = 2 * C * r
    return v * v * (1 / np.asarray(q))


@correct("ex13_3", "barron_bound")
def bound_vectorize(C, r, q):
    def bound(n):
        if n < 1 or C < 0 or r <= 0:
            raise ValueError(f"{C}, {r}, {n}")
        return float((2 * r * C) ** 2) / float(n)

    return np.vectorize(bound, otypes=[float])(q)


@correct("ex13_3", "barron_bound")
def bound_match(C, r, q):
    if min(np.ravel(q)) < 1:
        raise ValueError("no units")
    if C < 0 or not r > 0:
        raise ValueError("no ball, or no constant")
    per_unit = (2 * r * C) ** 2
    if np.ndim(q) == 0:
        return per_unit / int(q)
    return np.array([[per_unit / n for n in row] for row in np.atleast_2d(q)]).reshape(np.shape(q))


@misconception("ex13_3", "barron_bound", hint="expected 4, got 0.666667")
def bound_no_square(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return 2 * r * C / q


@misconception("ex13_3", "barron_bound", hint="expected 4, got 1.")
def bound_no_factor_two(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return (r * C) ** 2 / q


@misconception("ex13_3", "barron_bound", hint="expected 4, got 2.")
def bound_factor_two_outside(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return 2 * (r * C) ** 2 / q


@misconception("ex13_3", "barron_bound", hint="expected 4, got 0.444444")
def bound_q_squared(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return (2 * r * C / q) ** 2


@misconception("ex13_3", "barron_bound", hint="expected 4, got 12")
def bound_root_of_q(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return (2 * r * C) ** 2 / np.sqrt(q)


@misconception("ex13_3", "barron_bound", hint="expected 4, got 1.")
def bound_radius_missing(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    return (2 * C) ** 2 / q


@misconception("ex13_3", "barron_bound", hint="Nothing is refused")
def bound_takes_all(C, r, q):
    with np.errstate(all="ignore"):
        return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="raised ValueError")
def bound_refuses_constants(C, r, q):
    if C <= 0 or r <= 0 or np.any(np.asarray(q) < 1):
        raise ValueError
    return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="A ball of radius 0 is no ball")
def bound_takes_radius_zero(C, r, q):
    if C < 0 or r < 0 or np.any(np.asarray(q) < 1):
        raise ValueError
    return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="if one entry is less than 1")
def bound_all_for_any(C, r, q):
    if C < 0 or r <= 0 or np.all(np.asarray(q) < 1):
        raise ValueError
    with np.errstate(all="ignore"):
        return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="q is at least 1")
def bound_looks_at_c_and_r(C, r, q):
    if C < 0 or r <= 0:
        raise ValueError
    with np.errstate(all="ignore"):
        return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="q = 1 is allowed")
def bound_refuses_one_unit(C, r, q):
    if C < 0 or r <= 0 or np.any(np.asarray(q) < 1) or (np.ndim(q) == 0 and q == 1):
        raise ValueError
    return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="C and r are looked at too")
def bound_looks_at_q(C, r, q):
    if np.any(np.asarray(q) < 1):
        raise ValueError
    return (2 * r * C) ** 2 / np.asarray(q)


@misconception("ex13_3", "barron_bound", hint="raised TypeError")
def bound_no_lists(C, r, q):
    if C < 0 or r <= 0 or q < 1:
        raise ValueError
    return (2 * r * C) ** 2 / q


@misconception("ex13_3", "barron_bound", hint="cut off at 1")
def bound_cut_at_one(C, r, q):
    q = np.asarray(q)
    if C < 0 or r <= 0 or np.any(q < 1):
        raise ValueError
    bound = (2 * r * C) ** 2 / q
    return np.minimum(bound, 1) if q.ndim else bound


@misconception("ex13_3", "barron_bound", hint="changed q")
def bound_overwrites(C, r, q):
    n = q if isinstance(q, np.ndarray) else np.array(q)
    if C < 0 or r <= 0 or np.any(n < 1):
        raise ValueError
    bound = (2 * r * C) ** 2 / n
    if n.ndim:
        n += 1
    return bound


# ---- 13.4 optimal_width


@correct("ex13_4", "optimal_width")
def width_brute_force(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C**2 / q + q * p * np.log(N) / N)]


@correct("ex13_4", "optimal_width")
def width_product_of_neighbours(C, N, p):
    # B(k) <= B(k + 1) exactly if k (k + 1) >= q*^2.
    square = C**2 * N / (p * np.log(N))
    k = max(1, int(np.sqrt(square)) - 1)
    while k * (k + 1) < square:
        k += 1
    return k


@correct("ex13_4", "optimal_width")
def width_min_with_key(C, N, p):
    from math import floor, log, sqrt

    best = floor(C * sqrt(N / p / log(N)))
    return min(range(max(best - 2, 1), best + 3), key=lambda q: C * C / q + q * p * log(N) / N)


@correct("ex13_4", "optimal_width")
def width_quadratic_formula(C, N, p):
    from math import ceil, log, sqrt

    square = C**2 * N / (p * log(N))
    return max(1, ceil((-1 + sqrt(1 + 4 * square)) / 2))


@correct("ex13_4", "optimal_width")
def width_search_by_halves(C, N, p):
    def falls(q):
        return C**2 / (q + 1) + (q + 1) * p * np.log(N) / N < C**2 / q + q * p * np.log(N) / N

    low, high = 1, 200_000
    while low < high:
        middle = (low + high) // 2
        if falls(middle):
            low = middle + 1
        else:
            high = middle
    return low


@correct("ex13_4", "optimal_width")
def width_float(C, N, p):
    q = np.maximum(1.0, np.floor(C / np.sqrt(p * np.log(N) / N)) + np.array([0.0, 1.0]))
    return q[np.argmin(C**2 / q + q * (p * np.log(N) / N))]


@correct("ex13_4", "optimal_width")
def width_numeric_minimiser(C, N, p):
    from scipy.optimize import minimize_scalar

    def bound(q):
        return C**2 / q + q * p * np.log(N) / N

    x = minimize_scalar(bound, bounds=(0.5, 2e5), method="bounded", options={"xatol": 1e-6}).x
    whole = np.arange(max(1, int(x) - 2), int(x) + 4)
    return int(whole[np.argmin([bound(q) for q in whole])])


@correct("ex13_4", "optimal_width")
def width_geometric_rounding(C, N, p):
    real = C * (N / (p * np.log(N))) ** 0.5
    k = np.floor(real)
    return np.array(max(k if real**2 <= k * (k + 1) else k + 1, 1))


@misconception("ex13_4", "optimal_width", hint="Rounding the real minimum is not always right")
def width_rounds(C, N, p):
    return max(1, round(C * np.sqrt(N / (p * np.log(N)))))


@misconception("ex13_4", "optimal_width", hint="expected 11, got 10")
def width_floor(C, N, p):
    return max(1, int(C * np.sqrt(N / (p * np.log(N)))))


@misconception("ex13_4", "optimal_width", hint="expected 5, got 6")
def width_ceil(C, N, p):
    return max(1, int(np.ceil(C * np.sqrt(N / (p * np.log(N))))))


@misconception("ex13_4", "optimal_width", hint="expected 11, got 10.7616")
def width_real(C, N, p):
    return max(1.0, C * np.sqrt(N / (p * np.log(N))))


@misconception("ex13_4", "optimal_width", hint="expected 11, got 16")
def width_log_ten(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C**2 / q + q * p * np.log10(N) / N)]


@misconception("ex13_4", "optimal_width", hint="expected 11, got 9")
def width_log_two(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C**2 / q + q * p * np.log2(N) / N)]


@misconception("ex13_4", "optimal_width", hint="expected 11, got 24")
def width_without_p(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C**2 / q + q * np.log(N) / N)]


@misconception("ex13_4", "optimal_width", hint="expected 11, got 8")
def width_c_not_squared(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C / q + q * p * np.log(N) / N)]


@misconception("ex13_4", "optimal_width", hint="expected 11, got 28")
def width_without_logarithm(C, N, p):
    q = np.arange(1, 100_001)
    return q[np.argmin(C**2 / q + q * p / N)]


@misconception("ex13_4", "optimal_width", hint="at least 1")
def width_zero(C, N, p):
    real = C * np.sqrt(N / (p * np.log(N)))
    k = int(real)
    return k + 1 if k > 0 and real**2 > k * (k + 1) else k


@misconception("ex13_4", "optimal_width", hint="raised")
def width_divides_by_zero(C, N, p):
    k = int(C * np.sqrt(N / (p * np.log(N))))
    return min((k, k + 1), key=lambda q: C**2 / int(q) + q * p * np.log(N) / N)


@misconception("ex13_4", "optimal_width", hint="ends at 1000 units ends too early")
def width_searches_a_thousand(C, N, p):
    q = np.arange(1, 1001)
    return q[np.argmin(C**2 / q + q * p * np.log(N) / N)]


@misconception("ex13_4", "optimal_width", hint="expected 11, got 116")
def width_without_root(C, N, p):
    return round(C**2 * N / (p * np.log(N)))


# ---- 13.5 greedy_fit


@correct("ex13_5", "greedy_fit")
def greedy_plain(H, y, q):
    norms = np.sqrt((H**2).sum(axis=0))
    S, w, r = [], np.zeros(0), np.array(y, dtype=float)
    errors = [(r**2).mean()]
    for _ in range(q):
        score = [abs(r @ H[:, j]) / norms[j] if norms[j] > 0 else -1 for j in range(H.shape[1])]
        S.append(int(np.argmax(score)))
        w, *_ = np.linalg.lstsq(H[:, S], y, rcond=None)
        r = y - H[:, S] @ w
        errors.append((r**2).mean())
    return np.array(S), w, np.array(errors)


@correct("ex13_5", "greedy_fit")
def greedy_pinv(H, y, q):
    scaled = H / np.maximum(np.linalg.norm(H, axis=0), 1e-300)
    chosen, errors, w = [], [], []
    for k in range(q + 1):
        A = H[:, chosen]
        w = np.linalg.pinv(A) @ y if k else np.array([])
        r = y - A @ w if k else y
        errors.append(np.mean(r**2))
        if k < q:
            chosen.append(int(np.abs(scaled.T @ r).argmax()))
    return chosen, list(w), errors


@correct("ex13_5", "greedy_fit")
def greedy_gram_schmidt(H, y, q):
    Q, r = [], y * 1.0
    norms = np.linalg.norm(H, axis=0)
    chosen, errors = [], [r @ r / len(y)]
    for _ in range(q):
        with np.errstate(all="ignore"):
            score = np.nan_to_num(np.abs(H.T @ r) / norms)
        chosen.append(score.argmax())
        h = H[:, chosen[-1]].astype(float)
        for _ in range(2):
            for e in Q:
                h = h - (e @ h) * e
        Q.append(h / np.linalg.norm(h))
        r = r - (Q[-1] @ r) * Q[-1]
        errors.append(r @ r / len(y))
    if not q:
        return [], [], errors
    E = np.array(Q).T
    return chosen, np.linalg.solve(E.T @ H[:, chosen], E.T @ y), errors


@correct("ex13_5", "greedy_fit")
def greedy_normal_equations(H, y, q):
    G, c = H.T @ H, H.T @ y
    norms = np.sqrt(np.diag(G) * 1.0)
    S, w = [], np.zeros(0)
    errors = [y @ y / len(y)]
    for _ in range(q):
        correlation = np.abs(c - G[:, S] @ w)
        correlation[norms > 0] /= norms[norms > 0]
        correlation[norms == 0] = -1
        S = [*S, int(np.argmax(correlation))]
        w = np.linalg.solve(G[np.ix_(S, S)], c[S])
        errors.append(np.mean((y - H[:, S] @ w) ** 2))
    return np.array(S, dtype=int), w, np.array(errors)


@correct("ex13_5", "greedy_fit")
def greedy_scipy(H, y, q):
    from scipy.linalg import lstsq

    keep = np.flatnonzero(H.any(axis=0))
    A = H[:, keep] / np.linalg.norm(H[:, keep], axis=0)
    S, r, errors, w = [], np.asarray(y), [np.average(np.square(y))], []
    while len(S) < q:
        S.append(np.argmax(abs(A.T @ r)))
        w = lstsq(A[:, S], y)[0]
        r = y - A[:, S] @ w
        errors.append(np.average(np.square(r)))
    chosen = [int(keep[j]) for j in S]
    return chosen, np.array(w) / [np.linalg.norm(H[:, j]) for j in chosen], errors


@correct("ex13_5", "greedy_fit")
def greedy_qr(H, y, q):
    norms = np.linalg.norm(H, axis=0)
    chosen, errors = np.zeros(0, dtype=int), np.array([np.mean(y**2)])
    weights, r = np.zeros(0), y
    for _ in range(q):
        score = np.divide(np.abs(r @ H), norms, out=np.zeros(len(norms)), where=norms > 0)
        chosen = np.append(chosen, score.argmax())
        Q, R = np.linalg.qr(H[:, chosen])
        weights = np.linalg.solve(R, Q.T @ y)
        r = y - Q @ (Q.T @ y)
        errors = np.append(errors, np.mean(r**2))
    return [chosen, weights, errors]


@correct("ex13_5", "greedy_fit")
def greedy_cosine_squared(H, y, q):
    n = len(y)
    squares = np.einsum("ij,ij->j", H, H)
    S, w, r = [], [], y
    errors = [sum(v * v for v in y) / n]
    for _ in range(q):
        gain = {j: (r @ H[:, j]) ** 2 / squares[j] for j in range(len(squares)) if squares[j] and j not in S}
        S.append(max(gain, key=gain.get))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(sum(v * v for v in r) / n)
    return S, w, errors


@correct("ex13_5", "greedy_fit")
def greedy_projection(H, y, q):
    n = len(y)
    P, S, errors = np.eye(n), [], [np.mean(y**2)]
    lengths = np.linalg.norm(H, axis=0)
    lengths = np.where(lengths == 0, np.inf, lengths)
    for _ in range(q):
        S.append(int(np.argmax(np.abs((P @ y) @ H) / lengths)))
        A = H[:, S]
        P = np.eye(n) - A @ np.linalg.pinv(A)
        errors.append(np.mean((P @ y) ** 2))
    return S, np.linalg.pinv(H[:, S]) @ y if q else [], errors


@misconception("ex13_5", "greedy_fit", hint="a long column is not a better one")
def greedy_not_normalised(H, y, q):
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H))))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="not by its square")
def greedy_square_of_the_length(H, y, q):
    square = np.where(H.any(axis=0), (H**2).sum(axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        score = np.abs(r @ H) / square
        score[S] = -1
        S.append(int(np.argmax(score)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="expected [0, 2], got [2, 1]")
def greedy_no_absolute_value(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        score = r @ H / length
        score[S] = -np.inf
        S.append(int(np.argmax(score)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="Each choice looks at what is left")
def greedy_all_at_once(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    order = np.argsort(-np.abs(y @ H) / length)[:q].tolist()
    w, errors = np.zeros(0), [np.mean(y**2)]
    for k in range(1, q + 1):
        w = np.linalg.lstsq(H[:, order[:k]], y, rcond=None)[0]
        errors.append(np.mean((y - H[:, order[:k]] @ w) ** 2))
    return order, w, errors


@misconception("ex13_5", "greedy_fit", hint="not the new one alone")
def greedy_pure(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], [], y, [np.mean(y**2)]
    for _ in range(q):
        score = np.abs(r @ H) / length
        score[S] = -1
        j = int(np.argmax(score))
        S.append(j)
        w.append(r @ H[:, j] / length[j] ** 2)
        r = r - w[-1] * H[:, j]
        errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="not the error after the new fit")
def greedy_forward(H, y, q):
    S, w, errors = [], np.zeros(0), [np.mean(y**2)]
    for _ in range(q):
        best = None
        for j in range(H.shape[1]):
            if j in S or not H[:, j].any():
                continue
            v = np.linalg.lstsq(H[:, [*S, j]], y, rcond=None)[0]
            error = np.mean((y - H[:, [*S, j]] @ v) ** 2)
            if best is None or error < best[0]:
                best = error, j, v
        S.append(best[1])
        w = best[2]
        errors.append(best[0])
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="in the order of their choice, not sorted")
def greedy_sorted(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return sorted(S), w, errors


@misconception("ex13_5", "greedy_fit", hint="only if columns are orthogonal")
def greedy_errors_as_if_orthogonal(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        score = np.abs(r @ H) / length
        S.append(int(np.argmax(score)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(errors[-1] - score[S[-1]] ** 2 / len(y))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="the shape (2,)")
def greedy_error_before_missing(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, []
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="expected [15, 3, 0], got [45, 9, 0]")
def greedy_sum_of_squares(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.sum(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.sum(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="the shape (3,)")
def greedy_all_weights(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    full = np.zeros(H.shape[1])
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    full[S] = w
    return S, full, errors


@misconception("ex13_5", "greedy_fit", hint="Each weight is fitted for itself")
def greedy_weights_one_by_one(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, np.array([H[:, j] @ y / length[j] ** 2 for j in S]), errors


@misconception("ex13_5", "greedy_fit", hint="columns of zeros")
def greedy_divides_by_zero(H, y, q):
    S, w, r, errors = [], np.zeros(0), y, [np.mean(y**2)]
    with np.errstate(all="ignore"):
        for _ in range(q):
            S.append(int(np.argmax(np.abs(r @ H) / np.linalg.norm(H, axis=0))))
            w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
            r = y - H[:, S] @ w
            errors.append(np.mean(r**2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="changed H or y")
def greedy_overwrites(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, w, target, errors = [], np.zeros(0), y.copy(), [np.mean(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(y @ H) / length)))
        w = np.linalg.lstsq(H[:, S], target, rcond=None)[0]
        y[:] = target - H[:, S] @ w
        errors.append(np.mean((target - H[:, S] @ w) ** 2))
    return S, w, errors


@misconception("ex13_5", "greedy_fit", hint="raised UnboundLocalError")
def greedy_needs_a_unit(H, y, q):
    length = np.where(H.any(axis=0), np.linalg.norm(H, axis=0), np.inf)
    S, r, errors = [], y, [np.mean(y**2)]
    for _ in range(q):
        S.append(int(np.argmax(np.abs(r @ H) / length)))
        w = np.linalg.lstsq(H[:, S], y, rcond=None)[0]
        r = y - H[:, S] @ w
        errors.append(np.mean(r**2))
    return S, w, errors


# ---- 13.6 loglog_slope


@correct("ex13_6", "loglog_slope")
def slope_by_hand(q, err):
    q, err = np.array(q, dtype=float), np.array(err, dtype=float)
    if (q <= 0).any() or (err <= 0).any() or len(set(q.tolist())) < 2:
        raise ValueError("no line")
    if err.ndim > 1:
        err = err.mean(0)
    x, y = np.log(q), np.log(err)
    return ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()


@correct("ex13_6", "loglog_slope")
def slope_linregress(q, err):
    from scipy.stats import linregress

    e = np.atleast_2d(err)
    if np.min(q) <= 0 or np.min(e) <= 0 or np.ptp(q) == 0:
        raise ValueError("loglog_slope: positive numbers, two different q")
    return linregress(np.log10(q), np.log10(e.mean(axis=0))).slope


@correct("ex13_6", "loglog_slope")
def slope_lstsq(q, err):
    q, err = np.asarray(q, float), np.asarray(err, float)
    if not (np.all(q > 0) and np.all(err > 0) and np.unique(q).size > 1):
        raise ValueError
    err = np.mean(err, axis=0) if err.ndim == 2 else err
    A = np.column_stack([np.ones(len(q)), np.log2(q)])
    return np.linalg.lstsq(A, np.log2(err), rcond=None)[0][1]


@correct("ex13_6", "loglog_slope")
def slope_normal_equations(q, err):
    q, err = np.asarray(q), np.asarray(err)
    for number in [*q.ravel(), *err.ravel()]:
        if number <= 0:
            raise ValueError(f"{number} has no logarithm")
    if q.min() == q.max():
        raise ValueError("one q makes no line")
    x = np.log(q)
    y = np.log(err.reshape(-1, len(q)).sum(axis=0) / err.reshape(-1, len(q)).shape[0])
    n = len(x)
    return (n * (x @ y) - x.sum() * y.sum()) / (n * (x @ x) - x.sum() ** 2)


@correct("ex13_6", "loglog_slope")
def slope_covariance(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if min(q) <= 0 or err.min() <= 0 or len({*q}) == 1:
        raise ValueError("loglog_slope")
    mean = err if err.ndim == 1 else np.average(err, axis=0)
    C = np.cov(np.log(q), np.log(mean))
    return C[0, 1] / C[0, 0]


@correct("ex13_6", "loglog_slope")
def slope_polynomial(q, err):
    from numpy.polynomial import Polynomial

    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if q.min() <= 0 or err.min() <= 0:
        raise ValueError("a logarithm needs positive numbers")
    if np.allclose(q, q[0], rtol=1e-12):
        raise ValueError("two different q are needed")
    return Polynomial.fit(np.log(q), np.log(np.atleast_2d(err).mean(axis=0)), 1).convert().coef[1]


@correct("ex13_6", "loglog_slope")
def slope_pairs(q, err):
    # The least-squares slope is the mean of all pairs' slopes, weighted by the square of their distance.
    q, err = np.asarray(q, dtype=float), np.atleast_2d(np.asarray(err, dtype=float))
    if np.any(q <= 0) or np.any(err <= 0) or np.all(q == q[0]):
        raise ValueError
    x, y = np.log(q), np.log(err.mean(axis=0))
    dx, dy = np.subtract.outer(x, x), np.subtract.outer(y, y)
    return np.sum(dx * dy) / np.sum(dx**2)


@correct("ex13_6", "loglog_slope")
def slope_pinv(q, err):
    from math import log

    rows = [list(map(float, row)) for row in np.atleast_2d(err)]
    means = [sum(column) / len(column) for column in zip(*rows)]
    if (
        any(value <= 0 for row in rows for value in row)
        or any(n <= 0 for n in q)
        or len({*map(float, q)}) < 2
    ):
        raise ValueError("nothing to fit")
    A = np.array([[log(n), 1.0] for n in q])
    return float((np.linalg.pinv(A) @ np.array([log(m) for m in means]))[0])


@misconception("ex13_6", "loglog_slope", hint="take the logarithm of the mean")
def slope_mean_of_logarithms(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    y = np.log(err)
    return np.polyfit(np.log(q), y.mean(axis=0) if y.ndim == 2 else y, 1)[0]


@misconception("ex13_6", "loglog_slope", hint="expected -1, got -0.0190541")
def slope_of_the_errors(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(q, err.mean(axis=0) if err.ndim == 2 else err, 1)[0]


@misconception("ex13_6", "loglog_slope", hint="expected -1, got -0.0380307")
def slope_semilog(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(q, np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="the first and the last point only")
def slope_of_the_ends(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    y = np.log(err.mean(axis=0) if err.ndim == 2 else err)
    return (y[-1] - y[0]) / (np.log(q[-1]) - np.log(q[0]))


@misconception("ex13_6", "loglog_slope", hint="expected -1, got 1")
def slope_positive(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return -np.polyfit(np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="expected -1, got 1.09861")
def slope_constant_instead(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[1]


@misconception("ex13_6", "loglog_slope", hint="expected 0.5, got 2")
def slope_axes_exchanged(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(np.log(err.mean(axis=0) if err.ndim == 2 else err), np.log(q), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="raised ValueError: two dimensions")
def slope_no_repetitions(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError("positive")
    x = np.log(q) - np.log(q).mean()
    if err.ndim == 2:
        raise ValueError("two dimensions")
    return x @ np.log(err) / (x @ x)


@misconception("ex13_6", "loglog_slope", hint="It is the median of the repetitions")
def slope_of_the_median(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(np.log(q), np.log(np.median(err, axis=0) if err.ndim == 2 else err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="Nothing is refused")
def slope_refuses_nothing(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    with np.errstate(all="ignore"):
        x, y = np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err)
        return np.sum((x - x.mean()) * y) / np.sum((x - x.mean()) ** 2)


@misconception("ex13_6", "loglog_slope", hint="in one repetition too")
def slope_looks_at_the_mean(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    err = err.mean(axis=0) if err.ndim == 2 else err
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(np.log(q), np.log(err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="points above each other")
def slope_counts_points(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(q) < 2:
        raise ValueError
    x, y = np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err)
    with np.errstate(all="ignore"):
        return np.sum((x - x.mean()) * y) / np.sum((x - x.mean()) ** 2)


@misconception("ex13_6", "loglog_slope", hint="sort q and the errors together")
def slope_sorts_q_alone(q, err):
    q, err = np.sort(np.asarray(q, dtype=float)), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    return np.polyfit(np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="changed q or err")
def slope_overwrites(q, err):
    err = err if isinstance(err, np.ndarray) and err.dtype.kind == "f" else np.array(err, dtype=float)
    if np.any(np.asarray(q) <= 0) or np.any(err <= 0) or len(np.unique(q)) < 2:
        raise ValueError
    err /= err.max()
    return np.polyfit(np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[0]


@misconception("ex13_6", "loglog_slope", hint="Two points do make a line")
def slope_wants_three_points(q, err):
    q, err = np.asarray(q, dtype=float), np.asarray(err, dtype=float)
    if np.any(q <= 0) or np.any(err <= 0) or len(np.unique(q)) < 3:
        raise ValueError
    return np.polyfit(np.log(q), np.log(err.mean(axis=0) if err.ndim == 2 else err), 1)[0]


# Mutants of the references that no test can reject, with the reason.
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "ex13_3": {
        "sign: `2` -> `-2`": "the number 2 r C is squared",
    },
    "ex13_4": {
        "boundary: `bound(below) <= bound(below + 1)` -> `bound(below) < bound(below + 1)`": (
            "the grader asks for no ties, and with C = 0 there is none"
        ),
    },
    "ex13_5": {
        "swapped operands: `y - H[:, chosen] @ weights` -> `H[:, chosen] @ weights - y`": (
            "the residual enters by its absolute correlation and its square"
        ),
    },
    "ex13_6": {
        "mean, sum and their like: `err.mean(axis=0)` -> `err.sum(axis=0)`": (
            "the sum is the mean times the number of repetitions, which does not change a slope"
        ),
        "swapped operands: `x @ np.log(err)` -> `np.log(err) @ x`": "the product of two vectors is symmetric",
    },
}
