"""Do the references of assignment 01 agree with oracles of their own?"""

import numpy as np
import pytest

from coursepkg.mcculloch_pitts import McCullochPittsNet
from coursepkg.mcculloch_pitts import simulate as simulate_lesson
from coursepkg.separability import hull_crossing, separating_unit
from coursepkg.threshold import boolean_inputs, threshold_forward
from tests.assignments import CourseAssignment

COURSE = CourseAssignment("01_threshold_logic_units")
hidden, reference = COURSE.hidden, COURSE.reference


def random_table(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return a random truth table; now and then a constant or a single 1."""
    kind = rng.integers(10)
    table = (rng.random(2**n) < rng.random()).astype(int)
    if kind < 2:
        table[:] = kind
    if kind == 2:
        table[:] = 0
        table[rng.integers(2**n)] = 1
    return table


@pytest.mark.ex01_1
def test_tlu_agrees_with_two_oracles():
    """Does the reference agree with fractions, and with a count over bits, on 1000 inputs with ties?"""
    from fractions import Fraction

    tlu, rng = reference("ex01_1"), np.random.default_rng(1)
    ties = 0
    for _ in range(1000):
        n_samples, n_in = rng.integers(0, 6), rng.integers(1, 6)
        X = rng.integers(0, 2, (n_samples, n_in))
        w = rng.integers(-6, 7, n_in) / 2
        b = float(rng.integers(-6, 7) / 2)
        got = tlu(X, w, b)
        sums = [sum(map(Fraction, w[row == 1]), Fraction(b)) for row in X]
        assert got.tolist() == [int(z >= 0) for z in sums]
        # The second oracle moves the threshold: the unit fires unless it is silent with a larger bias.
        silent = np.array([(X[i] * w).sum() < -b for i in range(n_samples)], dtype=bool)
        assert got.tolist() == (1 - silent).astype(int).tolist()
        ties += sum(z == 0 for z in sums)
    assert ties > 100


@pytest.mark.ex01_2
def test_gate_agrees_with_two_oracles():
    """Does the reference agree with Python's operators, and with counting ones?"""
    gate = reference("ex01_2")
    operators = {
        "or": lambda p, q: p | q,
        "and": lambda p, q: p & q,
        "nand": lambda p, q: 1 - (p & q),
        "nor": lambda p, q: 1 - (p | q),
    }
    counts = {"or": {1, 2}, "and": {2}, "nand": {0, 1}, "nor": {0}}
    for name, operator in operators.items():
        w, b = gate(name)
        for x in boolean_inputs(2):
            assert int(x @ w + b >= 0) == operator(*x) == int(sum(x) in counts[name])
    w, b = gate("not")
    assert [int(x @ w + b >= 0) for x in ([0], [1])] == [int(not x) for x in (0, 1)] == [1, 0]


@pytest.mark.ex01_3
def test_compile_dnf_agrees_with_two_oracles():
    """Do the lesson's forward pass and a plain loop both find the table, for 1000 tables?"""
    compile_dnf, rng = reference("ex01_3"), np.random.default_rng(2)
    for _ in range(1000):
        n = int(rng.integers(1, 6))
        table = random_table(rng, n)
        rows = boolean_inputs(n)
        order = rng.permutation(2**n)
        layers = compile_dnf({tuple(rows[r].tolist()): int(table[r]) for r in order})
        assert threshold_forward(rows, layers)[:, 0].tolist() == table.tolist()
        (W1, b1), (W2, b2) = layers
        for x, value in zip(rows, table):
            h = [sum(W1[i, j] * x[i] for i in range(n)) >= -b1[j] for j in range(len(b1))]
            assert (sum(W2[j, 0] for j in range(len(h)) if h[j]) >= -b2[0]) == bool(value)


@pytest.mark.ex01_4
@pytest.mark.parametrize("n", [1, 2, 3])
def test_is_threshold_agrees_with_two_oracles(n: int):
    """Does the reference agree with integer weights and with crossing hulls, on every table?"""
    is_threshold = reference("ex01_4")
    for table in boolean_inputs(2**n):
        answer = is_threshold(table)
        assert answer == (int("".join(map(str, table)), 2) in hidden.known(n))
        assert answer == (hull_crossing(table) is None)
    assert len(hidden.known(n)) == {1: 4, 2: 14, 3: 104}[n]


@pytest.mark.ex01_4
def test_is_threshold_agrees_with_two_oracles_on_four_bits():
    """The same for 1000 tables of four bits, half of them threshold functions?"""
    is_threshold, rng = reference("ex01_4"), np.random.default_rng(3)
    assert len(hidden.known(4)) == 1882
    numbers = [*rng.choice(sorted(hidden.known(4)), 500, replace=False), *rng.integers(0, 2**16, 500)]
    for number in numbers:
        table = number >> np.arange(16)[::-1] & 1
        assert is_threshold(table) == (number in hidden.known(4)) == (separating_unit(table) is not None)
        assert (hull_crossing(table) is None) == (number in hidden.known(4))


@pytest.mark.ex01_4
def test_necessary_condition_fails_at_four_bits_first():
    """Are unate functions threshold functions up to three bits, and not at four?"""
    assert [hidden.unate(n) == hidden.known(n) for n in (1, 2, 3)] == [True] * 3
    assert hidden.unate(4) > hidden.known(4)


@pytest.mark.ex01_5
def test_parity_net_agrees_with_two_oracles():
    """Does the reference agree with the bit count and with repeated xor, for all inputs of 1 to 10 bits?"""
    parity_net = reference("ex01_5")
    for n in range(1, 11):
        layers = parity_net(n)
        got = threshold_forward(boolean_inputs(n), layers)[:, 0]
        assert got.tolist() == [r.bit_count() % 2 for r in range(2**n)]
        assert got.tolist() == np.bitwise_xor.reduce(boolean_inputs(n), axis=1).tolist()
        assert sum(b.size for _, b in layers) == n + 1


def as_lesson_net(net: dict) -> McCullochPittsNet:
    """Translate a net into the lesson's: thresholds by number of endings, delays by relays.

    The lesson's cells share one threshold. With the least common multiple of all thresholds for it, each
    connection on a neuron of threshold k becomes multiple / k endings. A delay d is d - 1 relays.
    """
    whole = int(np.lcm.reduce(list(net["neurons"].values())))
    cells, excite, inhibit = list(net["neurons"]), [], []
    for kind in ("excite", "inhibit"):
        for number, (source, target, delay) in enumerate(net[kind]):
            for step in range(delay - 1):
                relay = f"{kind} {number} {step}"
                cells.append(relay)
                excite.append((source, relay, whole))
                source = relay
            if kind == "excite":
                excite.append((source, target, whole // net["neurons"][target]))
            else:
                inhibit.append((source, target))
    return McCullochPittsNet(tuple(net["inputs"]), tuple(cells), tuple(excite), tuple(inhibit), whole)


@pytest.mark.ex01_6
def test_simulate_mp_agrees_with_two_oracles():
    """Does the reference agree with the hidden simulator and with the lesson's, on 1000 random nets?"""
    simulate_mp, rng = reference("ex01_6"), np.random.default_rng(4)
    for _ in range(1000):
        inhibit, delays = int(rng.integers(4)), int(rng.integers(1, 5))
        net, X = hidden.random_net(rng, loops=True, inhibit=inhibit, delays=delays)
        T = int(rng.integers(1, 20))
        got = simulate_mp(net, X, T)
        assert got.shape == (T, 5)
        np.testing.assert_array_equal(got, hidden.simulate(net, X, T))
        lesson = as_lesson_net(net)
        columns = [lesson.neurons.index(name) for name in net["neurons"]]
        np.testing.assert_array_equal(got, simulate_lesson(lesson, X, T)[:, columns])


@pytest.mark.ex01_6
def test_known_mistakes_of_the_simulator_are_mistakes():
    """Does each mistake that a hint describes change some net?"""
    rng = np.random.default_rng(5)
    for mistake in hidden.MISTAKES:
        for _ in range(200):
            twice = ("once",) if mistake == "once" else ()
            net, X = hidden.random_net(rng, twice, loops=True, inhibit=3, delays=3)
            if (hidden.simulate(net, X, 20, mistake) != hidden.simulate(net, X, 20)).any():
                break
        else:
            pytest.fail(f"{mistake} never shows")


@pytest.mark.ex01_6
def test_random_net_says_when_nothing_can_show():
    """Does the generator of nets name what it could not show?"""
    with pytest.raises(RuntimeError, match="allow more connections"):
        hidden.random_net(np.random.default_rng(0), ("ignore",), inhibit=0)
