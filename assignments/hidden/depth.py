"""Hidden tests of assignment 14.

Each part is one requirement of the exercise's text. Counts of regions come from `coursepkg.regions`, which is
exact, and never from an algorithm that a solution may share; bounds come from the sums as they stand in the
theorems, term by term. No part compares weights: a construction is graded by counting its regions. Hints say
what a known misconception would have returned.
"""

from itertools import pairwise, product
from math import comb, prod

import numpy as np

from coursepkg.grading import Exercise, agree, array, network, require, results
from coursepkg.regions import breakpoints, count_linear_regions, region_complex

# ---- 14.1 and 14.2: whole numbers of any size

ex14_1 = Exercise("ex14_1")
BOUNDS = "lesson 14, section 14.2"


def whole(value, what):
    """Take one whole number of any size."""
    if isinstance(value, bool | int | np.integer):
        return int(value)
    if isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind in "iu":
        return int(value)
    number = array(value, what, shape=(), largest=1e300)
    require(number == np.floor(number), f"{what}: it returned {number:g}; a whole number was asked for.")
    return int(number)


def exactly(got, want, what, hints=None, see=BOUNDS):
    """Compare whole numbers digit by digit; `hints` as for `agree`."""
    got = whole(got, what)
    if got == want:
        return
    known = (sentence for sentence, mistaken in (hints or {}).items() if got == mistaken != want)
    hint = next((f" {sentence}" for sentence in known), "")
    if not hint and abs(got - want) * 10**6 < want:
        hint = " It is nearly right: floats hold 16 digits. Python's integers hold all; use // and math.comb."
    shown = str(got) if abs(got) < 10**20 else f"a number of {len(str(abs(got)))} digits"
    require(False, f"{what}: it returned {shown}, which is not right.{hint} See {see}.")


def regions_of(n, d):
    """Return the number of regions of n hyperplanes in general position, by adding one after the other."""
    row = [1] * (d + 1)  # in 0, 1, ..., d dimensions
    for _ in range(n):
        row = [1, *(a + b for a, b in zip(row[1:], row))]
    return row[d]


def check_zaslavsky(zaslavsky, n, d, what):
    """Compare one number of regions."""
    others = {
        "The sum begins at j = 0: before any hyperplane there is one region.": regions_of(n, d) - 1,
        "The sum goes to j = d, d included.": regions_of(n, d) - comb(n, d),
        "This is the last term of the sum alone.": comb(n, d),
        "These are the bounded regions alone; count the unbounded ones too.": comb(n - 1, d) if n else 0,
        "This is the number for hyperplanes through one point.": 2 * regions_of(n - 1, d - 1) if n * d else 0,
        "With more hyperplanes than dimensions not every pattern of sides occurs.": 2**n,
        "This is n to the power d, the size of the last term, up to a factor.": n**d,
        "This is the leading term alone, n**d / d!, or n**2 / 2 in the plane.": n**d // prod(range(1, d + 1)),
        "The arguments have changed places: n hyperplanes, d dimensions.": regions_of(d, n),
        "This is the formula for the plane; d may be any dimension.": regions_of(n, 2),
        "A sum of d + 1 terms was asked for, not their product.": prod(comb(n, j) for j in range(d + 1)),
        "Each new hyperplane adds more than one region in more than one dimension.": n + 1,
    }
    exactly(zaslavsky(n, d), regions_of(n, d), what, others)


@ex14_1.part(1, "more hyperplanes than dimensions")
def many_hyperplanes(zaslavsky, rng):
    for d in (2, 3, 1, int(rng.integers(4, 7))):
        n = d + int(rng.integers(3, 9))
        check_zaslavsky(zaslavsky, n, d, f"zaslavsky for {n} hyperplanes in {d} dimensions")


@ex14_1.part(1, "as many dimensions as hyperplanes or more; no hyperplane; no dimension")
def few_hyperplanes(zaslavsky, rng):
    n = int(rng.integers(5, 9))
    extra = int(rng.integers(2, 6))
    cases = ((n, n), (n, n + 1), (n, n + extra), (1, n), (0, n), (n, 0), (0, 0))
    for n_planes, d in cases:
        check_zaslavsky(zaslavsky, n_planes, d, f"zaslavsky for n = {n_planes} and d = {d}")


@ex14_1.part(1, "numbers that no float holds")
def large_numbers(zaslavsky, rng):
    for d in (20, 40):
        n = int(rng.integers(180, 260))
        check_zaslavsky(zaslavsky, n, d, f"zaslavsky for {n} hyperplanes in {d} dimensions")


ex14_2 = Exercise("ex14_2")


def lower_of(p, widths, exponent=None, plus=0):
    """Return the bound of 2014; `exponent` 1 gives the one of 2013, `plus` 1 that of 2018."""
    power = p if exponent is None else exponent
    return prod((n // p + plus) ** power for n in widths[:-1]) * regions_of(widths[-1], p)


def upper_of(p, widths):
    """Return the sum of 2018 term by term."""
    total = 0
    for J in product(*(range(min(p, n) + 1) for n in widths)):
        left = [n - j for n, j in zip(widths, J)]
        if all(j <= min([p, *left[:k]]) for k, j in enumerate(J)):
            total += prod(comb(n, j) for n, j in zip(widths, J))
    return total


def layer_words(widths):
    """Say how many hidden layers there are, and of which size."""
    if len(widths) == 1:
        return f"one hidden layer of {widths[0]} units"
    sizes = (
        f"{min(widths)} to {max(widths)} units" if min(widths) < max(widths) else f"{widths[0]} units each"
    )
    return f"{len(widths)} hidden layers of {sizes}"


def both(region_bounds, p, widths):
    """Call the function, with the widths as a list."""
    call = f"region_bounds for p = {p} and {layer_words(widths)}"
    return call, *results(region_bounds(p, list(widths)), call, "lower", "upper")


def check_lower(region_bounds, p, widths):
    """Compare the lower bound."""
    call, lower, _ = both(region_bounds, p, widths)
    folds, last = prod((n // p) ** p for n in widths[:-1]), regions_of(widths[-1], p)
    upper = upper_of(p, widths)
    others = {
        "The floor has the exponent p: the layer folds along every axis.": lower_of(p, widths, exponent=1),
        "The product stops before the last layer.": folds * (widths[-1] // p) ** p * last,
        "The last layer is missing: it cuts every copy.": folds,
        "The layers before the last are missing: they multiply the number of copies.": last,
        "n / p is rounded down before it is raised to the power p, layer by layer.": int(
            np.prod([(n / p) ** p for n in widths[:-1]]) * last
        ),
        "n / p is rounded down, not to the nearest whole number.": prod(
            round(n / p) ** p for n in widths[:-1]
        )
        * last,
        "This is the lower bound of 2018, with a + 1 for each layer.": lower_of(p, widths, plus=1),
        "The sum for the last layer begins at j = 0.": folds * (last - 1),
        "The sum for the last layer goes to j = p, p included.": folds * (last - comb(widths[-1], p)),
        "The lower bound comes first, the upper bound second.": upper,
        "The last layer cuts every copy into the sum of C(n_L, j), not into n_L**p.": folds * widths[-1] ** p,
        "A width that p divides gives n / p pieces, not one fewer.": prod(
            ((n - 1) // p) ** p for n in widths[:-1]
        )
        * last,
        "The copies of the layers multiply, they do not add.": sum((n // p) ** p for n in widths[:-1]) * last,
        "The first width is taken for every layer.": lower_of(p, widths[:1] * len(widths)),
    }
    require(lower is not None, f"the lower bound of {call}: it is None, but every layer has p units or more.")
    exactly(lower, lower_of(p, widths), f"the lower bound of {call}", others)


def check_upper(region_bounds, p, widths):
    """Compare the upper bound."""
    call, _lower, upper = both(region_bounds, p, widths)
    dimension = [min(p, *widths[: k + 1]) for k in range(len(widths))]
    others = {
        "This is the bound of 2017: the off units of earlier layers limit j too.": prod(
            regions_of(n, d) for n, d in zip(widths, dimension)
        ),
        "A layer sees at most as many dimensions as earlier layers leave; you let it see p.": prod(
            regions_of(n, p) for n in widths
        ),
        "The number of units alone, 2**N, is an upper bound too, but a larger one.": 2 ** sum(widths),
        "This is the bound for one layer of as many units.": regions_of(sum(widths), p),
        "The lower bound comes first, the upper bound second.": lower_of(p, widths),
        "This is the lower bound of 2018.": lower_of(p, widths, plus=1),
        "The limits concern all earlier layers, not the one before alone.": one_layer_back(p, widths),
        "The limit of a layer is n - j of the earlier ones, not j.": small_so_far(p, widths),
        "The sum takes j_l = 0 too.": without_zeros(p, widths),
    }
    exactly(upper, upper_of(p, widths), f"the upper bound of {call}", others)


def one_layer_back(p, widths):
    """Return the sum if each layer is limited by the one before it alone."""
    total = 0
    for J in product(*(range(min(p, n) + 1) for n in widths)):
        limits = [p, *(n - j for n, j in zip(widths, J))]
        if all(j <= limits[k] for k, j in enumerate(J)):
            total += prod(comb(n, j) for n, j in zip(widths, J))
    return total


def small_so_far(p, widths):
    """Return the sum if j may not grow from layer to layer."""
    total = 0
    for J in product(*(range(min(p, n) + 1) for n in widths)):
        if all(b <= a for a, b in pairwise(J)):
            total += prod(comb(n, j) for n, j in zip(widths, J))
    return total


def without_zeros(p, widths):
    """Return the sum if every j is at least 1."""
    total = 0
    for J in product(*(range(1, min(p, n) + 1) for n in widths)):
        left = [n - j for n, j in zip(widths, J)]
        if all(j <= min([p, *left[:k]]) for k, j in enumerate(J)):
            total += prod(comb(n, j) for n, j in zip(widths, J))
    return total


@ex14_2.part(1, "the lower bound where p divides every width")
def lower_even(region_bounds, rng):
    check_lower(region_bounds, 2, (4, 6, 2 * int(rng.integers(3, 6))))
    check_lower(region_bounds, 3, (9, 6, 3 * int(rng.integers(2, 5))))
    check_lower(region_bounds, 1, tuple(rng.permutation([2, 3, 5, 7]).tolist()))


@ex14_2.part(1, "the lower bound where it does not; the floor is taken layer by layer")
def lower_floor(region_bounds, rng):
    check_lower(region_bounds, 2, (5, 7, int(rng.integers(5, 9))))
    check_lower(region_bounds, 3, (8, 11, int(rng.integers(5, 9))))
    check_lower(region_bounds, 2, (3,) * int(rng.integers(3, 6)))
    check_lower(region_bounds, 5, (57, 44, int(rng.integers(40, 60))))


@ex14_2.part(1, "one hidden layer; no lower bound where a layer has fewer than p units")
def one_layer_and_narrow(region_bounds, rng):
    n = int(rng.integers(4, 9))
    check_lower(region_bounds, 3, (n,))
    check_lower(region_bounds, 4, (4,))
    for p, widths in ((3, (n, 2, n)), (4, (n, n, 3)), (3, (2,)), (5, (3, 2 * n, 2 * n))):
        call, lower, _ = both(region_bounds, p, widths)
        require(
            lower is None,
            f"{call}: a layer has fewer than p units. The theorem of 2014 says nothing there, and None was "
            f"asked for as the lower bound, also in place of 0. See {BOUNDS}.",
        )


@ex14_2.part(1, "the upper bound where all layers are wide")
def upper_wide(region_bounds, rng):
    n = int(rng.integers(6, 10))
    check_upper(region_bounds, 2, (8, n, 5))
    check_upper(region_bounds, 1, tuple(rng.integers(3, 20, 5).tolist()))
    check_upper(region_bounds, 3, (n, 9))
    check_upper(region_bounds, 4, (200 + n, 300 + n, 100 + n))


@ex14_2.part(1, "the upper bound where layers are narrow")
def upper_narrow(region_bounds, rng):
    n = int(rng.integers(6, 10))
    cases = (
        (4, (4, 2, n)),
        (2, (3, 3, 3, 4)),
        (2, (1, n, 8)),
        (3, (5, 2, 4, n)),
        (5, (3,)),
        (3, (3, n, 2, 3)),
    )
    for p, widths in cases:
        check_upper(region_bounds, p, widths)


# ---- Random networks, for 14.3 and 14.6


def random_network(rng, n_in, widths, spread):
    """Return a network with weights of He's size whose first kinks are spread over the box |x| < spread."""
    layers, fan_in = [], n_in
    for n in widths:
        W = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, n))
        scale = spread if fan_in == n_in else 1.0
        layers.append((W, rng.uniform(-0.7, 0.7, n) * scale))
        fan_in = n
    return [
        *layers,
        (rng.choice([-1, 1], (fan_in, 1)) * rng.uniform(0.5, 2, (fan_in, 1)), rng.normal(0, 1, 1)),
    ]


# ---- 14.3: the kinks on a line

ex14_3 = Exercise("ex14_3")
LINE = "lesson 14, section 14.1"


def apart(points, lo, hi, gap):
    """Tell whether points keep a distance from each other and from the ends."""
    return bool((np.diff([lo, *points, hi]) >= gap).all())


def changes(layers, kinks, lo, hi):
    """Return by how much the slope changes at each kink."""
    x = np.array([lo, *kinks, hi])
    h = x[:, None]
    for W, b in layers[:-1]:
        h = np.maximum(h @ W + b, 0)
    y = (h @ layers[-1][0] + layers[-1][1])[:, 0]
    return np.diff(np.diff(y) / np.diff(x))


def clear_network(rng, widths, lo, hi, fewest):
    """Return a network whose kinks lie apart and whose slope changes clearly at each of them."""
    for _ in range(400):
        layers = random_network(rng, 1, widths, max(abs(lo), abs(hi)))
        kinks = breakpoints(layers, (lo, hi))
        if len(kinks) < fewest or not apart(kinks, lo, hi, 3e-3):
            continue
        if (np.abs(changes(layers, kinks, lo, hi)) >= 3e-3).all():
            return layers
    raise RuntimeError("no network with clear kinks in 400 draws")


def check_kinks(pieces_1d, layers, lo, hi, what, own=None):
    """Compare the places where the slope changes."""
    want = breakpoints(layers, (lo, hi), linear=True) if own is None else own
    got = array(pieces_1d(layers, lo, hi), what, largest=1e100)
    require(not pieces_1d.changed_inputs, "pieces_1d changed the network. Work on copies.")
    require(got.ndim == 1, f"{what}: an array with one axis was asked for; yours has {got.ndim}.")
    (W, b), units = layers[0], breakpoints(layers, (lo, hi))
    with np.errstate(all="ignore"):
        first, minus = -b / W[0], b / W[0]
    inside = np.unique(first[(first > lo) & (first < hi)].round(9))
    hints = {
        "The ends of the interval are not among the kinks.": [lo, *want, hi],
        "A unit that switches without an effect on the output makes no kink.": units,
        "Kinks outside the interval do not count.": breakpoints(layers, (-1e4, 1e4), linear=True),
        "A unit switches where w x + b = 0, at x = -b / w.": np.sort(minus[(minus > lo) & (minus < hi)]),
        "These are the kinks of the first layer alone, and those of the deeper layers are missing.": inside,
        "It returned the ends of the pieces without the last one.": [lo, *want],
        "A unit that is off hands on nothing: the ReLU between the layers is missing.": straight_kinks(
            layers, lo, hi
        ),
        "Kinks outside the interval do not count. (Those between 0 and the interval.)": outside(
            layers, lo, hi
        ),
    }
    ascending = bool((np.diff(got) >= 0).all())
    if not ascending and got.shape == want.shape and np.allclose(np.sort(got), want, atol=1e-7):
        require(False, f"{what}: the kinks are to be in ascending order. See {LINE}.")
    if got.shape == want.shape:
        same = {s: np.asarray(w) for s, w in hints.items() if np.shape(w) == want.shape}
        agree(got, want, what, rtol=0, atol=1e-7, hints=same, see=LINE)
        return
    found = np.sort(got)
    known = (
        s for s, w in hints.items()
        if np.shape(w) == got.shape and np.allclose(found, np.sort(w), rtol=0, atol=1e-7)
    )  # fmt: skip
    hint = next((f" {sentence}" for sentence in known), "")
    if not hint:
        hint = repeated(got, want)
    count = f"{len(got)} kink{'' if len(got) == 1 else 's'}"
    more = "more" if len(want) > len(got) else "fewer"
    require(False, f"{what}: it returned {count}; there are {more}.{hint} See {LINE}.")


def straight_kinks(layers, lo, hi):
    """Return the kinks if nothing happened between the layers."""
    a, c, kinks = np.ones(1), np.zeros(1), []
    for W, b in layers[:-1]:
        a, c = a @ W, c @ W + b
        with np.errstate(all="ignore"):
            x = -c / a
        kinks += x[(x > lo) & (x < hi)].tolist()
    return np.unique(np.round(kinks, 9))


def outside(layers, lo, hi):
    """Return the kinks of a longer interval, one that reaches to 0, or else to 10 000 on both sides."""
    ends = (0.0, hi) if lo > 0 else (-1e4, 1e4)
    return breakpoints(layers, ends, linear=True)


def repeated(got, want):
    """Say whether the right kinks stand there, some of them twice, or others are wrong."""
    unique = np.unique(got.round(6))
    if len(unique) == len(want) < len(got) and np.allclose(unique, want, atol=1e-5):
        return " Some stand there twice: a kink is one point, however many units switch there."
    near = [np.abs(want - x).min(initial=np.inf) < 1e-7 for x in got]
    if all(near) and len(got) < len(want):
        return " All of yours are kinks, but some are missing."
    if len(got) and not any(near):
        return " None of yours is a kink."
    return ""


@ex14_3.part(2, "one hidden layer")
def one_hidden_layer(pieces_1d, rng):
    for n, lo, hi in ((4, -1.0, 1.0), (9, -2.0, 3.0), (6, 0.5, 4.0)):
        layers = clear_network(rng, (n,), lo, hi, 2)
        if lo > 0:  # one kink left of the interval and right of 0
            layers[0][1][0] = -layers[0][0][0, 0] * rng.uniform(0.1, 0.4)
        check_kinks(pieces_1d, layers, lo, hi, f"pieces_1d for one hidden layer of {n} units")


@ex14_3.part(2, "two and more hidden layers")
def deeper(pieces_1d, rng):
    for widths, lo, hi, fewest in (((4, 4), -1.0, 1.0, 5), ((3, 5, 4), -2.0, 3.0, 5)):
        layers = clear_network(rng, widths, lo, hi, fewest)
        what = f"pieces_1d for {layer_words(widths)}"
        check_kinks(pieces_1d, layers, lo, hi, what)
    k = int(rng.integers(5, 8))
    V = np.array([[2.0, 2.0], [-4.0, -4.0]])
    tents = [(np.array([[2.0, 2.0]]), np.array([0.0, -1.0]))] + [(V, np.array([0.0, -1.0]))] * (k - 1)
    tents = [*tents, (np.array([[1.0], [-2.0]]), np.zeros(1))]
    check_kinks(pieces_1d, tents, 0.0, 1.0, f"pieces_1d for the tent map applied {k} times")


@ex14_3.part(1, "units without effect, kinks that coincide or cancel, no kink at all")
def special(pieces_1d, rng):
    def one_layer(kinks, weights, sides):
        sides = np.array(sides, dtype=float)
        return [(sides[None, :], -sides * kinks), (np.array(weights, dtype=float)[:, None], np.zeros(1))]

    t = np.sort(rng.choice(np.arange(-14, 15), 5, replace=False)) / 16
    all_right = [1, 1, 1, 1, 1]
    cases = {
        "a unit that the output does not use": one_layer(t, [1, 0, 2, -1, 0.5], all_right),
        "two units that switch at one place": one_layer(t[[0, 1, 1, 3, 4]], [1, 2, 1.5, -1, 3], all_right),
        "two units whose kinks cancel": one_layer(t[[0, 1, 1, 3, 4]], [1, 2, -2, -1, 3], all_right),
        "units that look left and right": one_layer(t, [1, -2, 0.5, 1, 3], [1, -2, 4, -1, -0.5]),
        "units that never switch": [
            (np.array([[0.0, 1.0, 0.0]]), np.array([1.0, t[2], -1.0])), (np.ones((3, 1)), np.zeros(1)),
        ],
        "a second layer whose units are all off": [
            one_layer(t[:2], [1, 1], [1, 1])[0],
            (-np.ones((2, 3)), -np.ones(3)),
            (np.ones((3, 1)), np.ones(1)),
        ],
    }  # fmt: skip
    for kind, layers in cases.items():
        check_kinks(pieces_1d, layers, -1.0, 1.0, f"pieces_1d for {kind}")
    check_kinks(pieces_1d, [(np.array([[2.0]]), np.ones(1))], -1.0, 1.0, "pieces_1d for no hidden layer")


# ---- 14.4: a layer that folds

ex14_4 = Exercise("ex14_4")


def zigzag(x, k):
    """Return the zigzag from its definition: the distance of k x from the nearest even whole number."""
    return np.abs(k * x - 2 * np.round(k * x / 2))


def layer_of(fold_layer, k):
    """Return the layer as checked arrays."""
    call = f"fold_layer({k})"
    W, b, v = results(fold_layer(k), call, "W", "b", "v")
    W, b = array(W, f"W of {call}", largest=1e9), array(b, f"b of {call}", largest=1e9)
    v = array(v, f"v of {call}", largest=1e9)
    require(
        W.ndim == 2 and W.shape[0] == 1 and b.shape == v.shape == W.shape[1:] and b.size <= 10_000,
        f"{call}: the shapes are W {W.shape}, b {b.shape}, v {v.shape}; (1, units), (units,) and (units,) "
        "were asked for.",
    )
    return W, b, v


def check_fold(fold_layer, k):
    """Compare the function of the layer with the zigzag on [0, 1]."""
    W, b, v = layer_of(fold_layer, k)
    x = np.concatenate([np.arange(0, 4 * k + 1) / (4 * k), [0.0, 1.0]])
    y = np.maximum(x[:, None] @ W + b, 0) @ v
    want = zigzag(x, k)
    up = np.minimum(k * x, 1)
    hints = {
        "It falls where it should rise: the first piece begins at 0.": 1 - want,
        "Each piece rises or falls by 1; yours by 1/k. The slopes are k and -k.": want / k,
        "A turn from slope k to -k is a change by 2k; yours is by k.": changed_by_one(x, k),
        "The signs of the turns alternate.": k * x + 2 * sum(np.maximum(k * x - j, 0) for j in range(1, k)),
        "Only the first turn is there.": k * x - 2 * np.maximum(k * x - 1, 0),
        "It rises once and stays: one step up and no fold.": up,
        "It goes to -1; each piece should run between 0 and 1.": np.where(want > 0, 2 * want - 1, -1),
        "It rises by 1 a piece and goes on rising.": k * x,
        "The turns alternate, but they begin with the wrong sign.": k * x
        - 2 * sum((-1.0) ** j * np.maximum(k * x - j, 0) for j in range(1, k)),
        "It has one piece too many.": zigzag(x, k + 1),
        "It has one piece too few.": zigzag(x, k - 1),
        "The pieces are equally long: the kinks are j / k.": zigzag(x, 2),
        "It repeats a tooth: down again at once. The pieces alternate between rising and falling.": k * x % 1,
        "The first unit's term is missing.": want - k * x,
    }
    agree(
        y, want, f"fold_layer({k}) on [0, 1]", atol=1e-8, rtol=0, hints=hints, see="lesson 14, section 14.1"
    )


def changed_by_one(x, k):
    """Return what turns by k in place of 2 k make."""
    return k * x + sum((-1.0) ** j * np.maximum(k * x - j, 0) for j in range(1, k))


@ex14_4.part(2, "the zigzag with few pieces and with many")
def folds(fold_layer, rng):
    for k in (3, 2, 4, 5, 9, *rng.integers(30, 80, 2).tolist()):
        check_fold(fold_layer, k)


@ex14_4.part(1, "one piece: the input itself")
def one_piece(fold_layer):
    check_fold(fold_layer, 1)


@ex14_4.part(1, "at most k units")
def fold_units(fold_layer):
    check_fold(fold_layer, 2)
    for k in (4, 3, 2, 7):
        units = layer_of(fold_layer, k)[1].size
        require(
            units <= k,
            f"fold_layer({k}): it has {units} units; at most {k} are allowed. One unit makes the first slope,"
            " and each of the others turns it once. See lesson 14, section 14.1.",
        )


# ---- 14.5: a network that attains the bound

ex14_5 = Exercise("ex14_5")
SMALLEST = 1e-9  # area or length: what is smaller is a sliver that rounding made


def region_sizes(layers, n_in):
    """Return length or area of all activation regions in the open unit cube, exactly found."""
    if n_in == 1:
        return np.diff(np.concatenate([[0.0], breakpoints(layers, (0, 1)), [1.0]]))
    found = region_complex(layers, (0, 1))
    return np.array([area_and_length(found.vertices[p])[0] for p in found.polygons])


def area_and_length(corners):
    """Return area and perimeter of a polygon."""
    x, y = (corners - corners[0]).T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    return area, np.hypot(*(corners - np.roll(corners, -1, axis=0)).T).sum()


def check_construction(montufar_network, p, widths):
    """Count the regions of the network for these widths."""
    call = f"montufar_network for p = {p} and {layer_words(widths)}"
    layers = network(montufar_network(p, list(widths)), call, n_in=p, n_out=1)
    require(not montufar_network.changed_inputs, "montufar_network changed the list of widths.")
    have = [b.size for _, b in layers[:-1]]
    require(
        have == list(widths),
        f"{call}: its hidden layers have {have} units; those of `widths` were asked for, and an output.",
    )
    largest = max(max(np.abs(W).max(initial=0), np.abs(b).max(initial=0)) for W, b in layers)
    require(largest <= 1e6, f"{call}: it holds a number of size {largest:g}; at most 10**6 was asked for.")
    sizes = region_sizes(layers, p)
    got, want = int((sizes >= SMALLEST).sum()), lower_of(p, widths)
    if got >= want:
        return
    n, copies = widths[-1], prod((q // p) ** p for q in widths[:-1])
    known = {
        "The last layer cuts nothing; its lines should cross inside the square (0, 1)^p.": copies,
        "All layers before the last are without effect.": regions_of(n, p),
        "The lines of the last layer go through one point; in general position no three do.": copies * 2 * n,
        "The lines of the last layer are parallel; in general position no two are.": copies * (n + 1),
        "The layers fold along one axis only.": lower_of(p, widths, exponent=1),
        "The layers fold along one axis only, and the last layer's lines are parallel.": lower_of(
            1, [*(q // p for q in widths[:-1]), n]
        ),
        "It looks as if only one layer folds.": (widths[0] // p) ** p * regions_of(n, p),
    }
    hint = next((f" {sentence}" for sentence, count in known.items() if got == count), "")
    if not hint and len(widths) == 1:
        hint = " Some of the places where the last layer's lines meet may lie outside."
    if not hint:
        hint = " Does each fold map every piece onto the whole of [0, 1]? Are all copies cut alike?"
    tiny = int((sizes < SMALLEST).sum())
    slivers = f" (and {tiny} slivers that do not count)" if tiny else ""
    require(
        False,
        f"{call}: it has {got} activation region{'s' * (got != 1)} in the unit cube{slivers}, fewer than the "
        f"theorem promises.{hint} See {BOUNDS}.",
    )


@ex14_5.part(1, "one hidden layer: lines in general position")
def cuts(montufar_network, rng):
    check_construction(montufar_network, 2, (int(rng.integers(10, 13)),))
    check_construction(montufar_network, 2, (3,))
    check_construction(montufar_network, 2, (2,))


@ex14_5.part(1, "one input")
def on_a_line(montufar_network, rng):
    check_construction(montufar_network, 1, (int(rng.integers(3, 9)),))
    check_construction(montufar_network, 1, (3, 2, 5))
    check_construction(montufar_network, 1, (2, 3, 2, 2, int(rng.integers(2, 5))))


@ex14_5.part(2, "two inputs and several layers")
def several_layers(montufar_network, rng):
    check_construction(montufar_network, 2, (6, int(rng.integers(4, 7))))
    check_construction(montufar_network, 2, (4, 4, int(rng.integers(3, 6))))
    check_construction(montufar_network, 2, (6, 4, 3))


@ex14_5.part(1, "widths that p does not divide, or that are p")
def odd_widths(montufar_network, rng):
    check_construction(montufar_network, 2, (5, int(rng.integers(4, 7))))
    check_construction(montufar_network, 2, (3, 3, 3))
    check_construction(montufar_network, 2, (7, 2, 5))


# ---- 14.6: the cells of the plane

ex14_6 = Exercise("ex14_6")
PLANE = "lesson 14, section 14.3"


def roundness(found):
    """Return the smallest area and the smallest area by perimeter of a complex's regions."""
    sizes = np.array([area_and_length(found.vertices[p]) for p in found.polygons])
    return sizes[:, 0].min(), (sizes[:, 0] / sizes[:, 1]).min()


def check_count(count_regions_2d, layers, box, what):
    """Compare the number of activation regions."""
    ends = np.array(box, dtype=float).reshape(2, 2)
    found = region_complex(layers, ends)
    sizes = [area_and_length(found.vertices[p])[0] for p in found.polygons]
    want = sum(size > 1e-12 for size in sizes)  # rounding makes slivers where three lines meet
    widths = [b.size for _, b in layers[:-1]]
    got = whole(count_regions_2d(layers, box), what)
    require(not count_regions_2d.changed_inputs, "count_regions_2d changed the network. Work on copies.")
    if got == want:
        agree(got, want, what)
        return
    units = sum(widths)
    first = region_complex([layers[0], (np.ones((widths[0], 1)), np.zeros(1))], ends).n_regions

    middle = ends.mean(axis=1, keepdims=True)
    swapped, far = ends[::-1], middle + 50 * (ends - middle)
    hints = {
        "These are the linear regions; activation regions differ by their pattern.": count_linear_regions(
            layers, ends
        ),
        "These are the regions of the first layer alone.": first,
        "This is the number for lines in general position in the whole plane.": regions_of(units, 2),
        "This is an upper bound, not the count.": upper_of(2, widths),
        "The number of units plus one counts pieces on a line, not in a plane.": units + 1,
        "These are the regions of a larger box, or of the whole plane.": region_complex(
            layers, far
        ).n_regions,
        "The box is (x1 from, x1 to, x2 from, x2 to); you have exchanged the two axes.": region_complex(
            layers, swapped
        ).n_regions,
        "The box seems to be taken for the square (-1, 1)^2.": region_complex(layers, (-1, 1)).n_regions,
        "Units that are off hand on nothing: the ReLU between the layers is missing.": linear_count(
            layers, ends
        ),
        "There are more: a grid or a sample misses small regions.": min(got, want - 1) if got > 1 else want,
        "There are fewer: a line that only touches a region, or an old line drawn again, makes none.": max(
            got, want + 1
        ),
    }
    exactly(got, want, what, hints, see=PLANE)


def linear_count(layers, ends):
    """Return the count if the hidden layers were linear: the lines of all layers go straight through."""
    A, c, W_all, b_all = np.eye(2), np.zeros(2), [], []
    for W, b in layers[:-1]:
        A, c = A @ W, c @ W + b
        W_all.append(A)
        b_all.append(c)
    W, b = np.hstack(W_all), np.concatenate(b_all)
    return region_complex([(W, b), (np.ones((len(b), 1)), np.zeros(1))], ends).n_regions


def network_in(rng, widths, box, smallest_area, smallest_ratio, fewest=2, prepare=None):
    """Return a random network all of whose regions in the box are large enough."""
    ends = np.array(box, dtype=float).reshape(2, 2)
    centre, half = ends.mean(axis=1), np.diff(ends, axis=1)[:, 0] / 2
    side = half.min()
    for _ in range(600):
        layers = random_network(rng, 2, widths, 1.0)
        W, b = layers[0]
        if prepare is not None:
            prepare(W, b)
        layers[0] = (W / half[:, None], b - (centre / half) @ W)  # made for |x| < 1
        found = region_complex(layers, ends)
        if len(widths) > 1 and region_complex(layers[:-1], ends).n_regions == found.n_regions:
            continue  # the last hidden layer cuts nothing
        area, ratio = roundness(found)
        if (
            found.n_regions >= fewest
            and area >= smallest_area * 4 * half.prod()
            and ratio >= smallest_ratio * side
        ):
            return layers
    raise RuntimeError("no network with large regions in 600 draws")


@ex14_6.part(2, "regions that a fine grid can see")
def large_regions(count_regions_2d, rng):
    for widths, box in (((3,), (-1, 1, -1, 1)), ((4,), (0, 3, -1, 1)), ((3, 2), (-2, 2, 1, 4))):
        layers = network_in(rng, widths, box, 1 / 250, 0.018, fewest=5)
        check_count(count_regions_2d, layers, box, f"count_regions_2d for {sum(widths)} units, large regions")


@ex14_6.part(2, "regions that are too small for a grid")
def small_regions(count_regions_2d, rng):
    def nearly_through_one_point(W, b):
        x = rng.uniform(-0.5, 0.5, 2)
        angle = rng.uniform(0, np.pi) + np.array([0, 1.0, 2.1])
        W[:, :3] = np.stack([np.cos(angle), np.sin(angle)])
        b[:3] = -x @ W[:, :3] + [0, 0, 4e-4]

    for widths, box in (((5,), (-1, 1, -1, 1)), ((5, 3), (-1, 1, -2, 1))):
        layers = network_in(rng, widths, box, 1e-9, 2e-5, fewest=8, prepare=nearly_through_one_point)
        check_count(
            count_regions_2d, layers, box, f"count_regions_2d for {sum(widths)} units, small regions too"
        )


@ex14_6.part(1, "two and more hidden layers")
def deep_networks(count_regions_2d, rng):
    for widths, box in (((4, 4), (-2, 2, -2, 2)), ((5, 2, 4), (-1, 2, -1, 1))):
        layers = network_in(rng, widths, box, 1e-5, 1e-3, fewest=10)
        what = f"count_regions_2d for {layer_words(widths)}"
        check_count(count_regions_2d, layers, box, what)


@ex14_6.part(1, "lines through one point, parallel, equal or outside; units that never switch")
def degenerate(count_regions_2d, rng):
    out = (np.ones((4, 1)), np.zeros(1))
    s, t = rng.integers(2, 6, 2)
    through = (np.array([[1.0, 0, 1, -s], [0, 1, t, 1]]), np.zeros(4))
    angle = rng.uniform(0, 0.3) + np.arange(7) * 0.4
    normals = np.stack([np.cos(angle), np.sin(angle)])
    pencil, wide = (normals, -(rng.uniform(-0.5, 0.5, 2) @ normals)), (np.ones((7, 1)), np.zeros(1))
    factor = np.array([1.0, -2, 3, 0.5])
    parallel = (np.array([[1.0, 2, -1, 3], [1, 2, -1, 3]]) * s, np.array([0.0, 1, 0.5, 9]) * s)
    outside = (np.array([[1.0, 0, 0, 1], [1, 0, 0, 0]]), np.array([5.0, 1, -1, -3]))
    vanishing = (np.array([[1.0, 1, 1, 2], [1, -1, 0, 1]]), np.array([0.0, 0, -0.5, 0]))
    cases = {
        "four lines through one point": [through, out],
        "seven lines through one point up to rounding": [pencil, wide],
        "parallel lines": [parallel, out],
        "one line four times": [(np.outer([1, 2], factor), 0.25 * factor), out],
        "lines outside the box and units that never switch": [outside, out],
        "no hidden layer": [(np.ones((2, 1)), np.ones(1))],
        "a second layer that is 0 in a whole region": [(np.eye(2), np.zeros(2)), vanishing, out],
    }
    box = (-1, 1, -1, 1)
    for kind, layers in cases.items():
        if kind == "no hidden layer":
            exactly(count_regions_2d(layers, box), 1, f"count_regions_2d for {kind}", see=PLANE)
        else:
            check_count(count_regions_2d, layers, box, f"count_regions_2d for {kind}")
