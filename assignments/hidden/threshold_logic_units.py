"""Hidden tests of assignment 01.

Each part is one requirement of the exercise's text. What is right comes from the definition (`tlu`, the nets
in time), from the table itself (networks), or from an enumeration of integer weights (`is_threshold`). No
part compares weights, an order or an algorithm. Hints say what a known misconception would have returned.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, product

import numpy as np

from coursepkg.grading import Exercise, agree, array, network, require, results
from coursepkg.separability import threshold_functions
from coursepkg.threshold import boolean_inputs

# ---- 1.1: one unit, many inputs

ex01_1 = Exercise("ex01_1")
UNIT = "lesson 01, section 1.1"


def distinct(outputs):
    """Tell whether no two arrays are equal: then an answer fits the right one or one mistake, not two."""
    return len({np.asarray(output, dtype=float).tobytes() for output in outputs}) == len(outputs)


@ex01_1.part(2, "the output of the unit for any inputs and weights")
def values(tlu, rng):
    for n_samples, n_in, nearest in ((17, 5, 1), (4, 9, -1), (30, 2, -1)):
        while True:
            # Sums are multiples of 1/16, b lies 1/4096 beside one of them: no ties, and exact in float32.
            X = rng.integers(-8, 9, (n_samples, n_in)) / 4
            w = rng.choice([-7, -5, -3, -2, -1, 1, 2, 3, 5, 7], n_in) / 4
            b = float(nearest / 4096 - np.sort(X @ w)[n_samples // 2])
            z = X @ w + b
            hints = {
                "b is added once for each row, not once for each input.": X @ w + n_in * b >= 0,
                "It looks as if fractions of the inputs were cut off.": np.trunc(X) @ w + b >= 0,
            }
            if nearest < 0:
                hints["A sum below 0 gives 0, however close to 0 it is."] = z >= -1 / 4096
            if distinct([z >= 0, *hints.values()]):
                break
        agree(tlu(X, w, b), z >= 0, f"tlu on {n_samples} rows of {n_in} numbers", hints=hints, see=UNIT)


@ex01_1.part(1, "a sum of exactly 0 gives 1")
def ties(tlu, rng):
    for n_in in (2, 3, 6):
        while True:
            X = rng.integers(0, 2, (12, n_in))
            w = rng.choice([-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0], n_in)
            b = -float(X[rng.integers(12)] @ w)
            z = X @ w + b
            hints = {
                "The unit fires when the sum is 0, not only above it.": z > 0,
                "The step is 1 at 0, not 1/2.": np.where(z == 0, 0.5, z > 0),
                "b is added once for each row, not once for each input.": X @ w + n_in * b >= 0,
            }
            if distinct([z >= 0, *hints.values()]):
                break
        agree(tlu(X, w, b), z >= 0, "tlu on bits, among them rows where w·x + b is 0", hints=hints, see=UNIT)


@ex01_1.part(1, "one row, one input, no row, other kinds of numbers; the arguments stay as they were")
def edges(tlu, rng):
    w = rng.choice([-3.0, -1.0, 1.0, 3.0], 4)
    X = rng.integers(-4, 5, (7, 4))
    cases = {
        "one row": (X[:1], w, 0.5),
        "rows of one input": (X[:, :1], w[:1], -0.5),
        "no row": (X[:0], w, 0.5),
        "integers": (2 * X, w.astype(int), 1),  # an odd sum: ties have a part of their own
        "Boolean rows": (X > 0, w, -0.5),
        "float32 rows": (X.astype(np.float32), w.astype(np.float32), 0.5),
    }
    for kind, (rows, weights, b) in cases.items():
        agree(tlu(rows, weights, b), rows @ weights + b >= 0, f"tlu on {kind}", see=UNIT)
        require(not tlu.changed_inputs, "tlu changed X or w. Work on a copy, or write a new array.")


# ---- 1.2: gates

ex01_2 = Exercise("ex01_2")
GATES = {
    "or": [0, 1, 1, 1],
    "and": [0, 0, 0, 1],
    "nand": [1, 1, 1, 0],
    "nor": [1, 0, 0, 0],
    "not": [1, 0],
}
OTHERS = {
    "xor": [0, 1, 1, 0],
    "a constant 0": [0, 0, 0, 0],
    "a constant 1": [1, 1, 1, 1],
    "the input itself": [0, 1],
    "a constant 0 of one bit": [0, 0],
    "a constant 1 of one bit": [1, 1],
}


def check_gate(gate, name):
    """Compute the truth table of the unit that `gate` returned, and compare."""
    table, call = GATES[name], f'gate("{name}")'
    X = boolean_inputs(1 if name == "not" else 2)
    w, b = results(gate(name), call, "w", "b")
    w = array(w, f"w of {call}", shape=X.shape[1:], largest=1e100)
    b = array(b, f"b of {call}", shape=(), largest=1e100)
    hints = {f"Your unit computes {other}.": wrong for other, wrong in {**GATES, **OTHERS}.items()}
    if np.array_equal(X @ w + b > 0, table):
        hints = {"A sum of exactly 0 gives 1, and one of your sums is 0.": X @ w + b >= 0}
    agree(X @ w + b >= 0, table, f"{call} on all inputs", hints=hints, see="lesson 01, section 1.2")


@ex01_2.part(1, 'the gate "not", which has one input')
def not_gate(gate):
    check_gate(gate, "not")


@ex01_2.part(1, 'the gate "nand"')
def nand_gate(gate):
    check_gate(gate, "nand")


@ex01_2.part(1, 'the gate "nor"')
def nor_gate(gate):
    check_gate(gate, "nor")


# ---- Networks, for 1.3 and 1.5


def outputs(layers, n):
    """Return what a checked network of threshold units computes for all inputs of n bits."""
    h = boolean_inputs(n)
    for W, b in layers:
        h = h @ W + b >= 0  # (2**n, fan_in) @ (fan_in, fan_out) -> (2**n, fan_out)
    return h[:, 0]


# ---- 1.3: a network for any truth table

ex01_3 = Exercise("ex01_3")
ANY_TABLE = "lesson 01, section 1.5"


def all_tables(n):
    """Return all truth tables of n bits, one a row, without the two constants."""
    return boolean_inputs(2**n)[1:-1]


def some_tables(rng, n, count):
    """Return random tables of n bits with at least two ones and two zeros, one a row."""
    tables = rng.integers(0, 2, (count, 2**n))
    for table in tables:
        first = rng.permutation(2**n)[:4]
        table[first] = [0, 0, 1, 1]
    return tables


def check_tables(compile_dnf, tables, what, rng=None):
    """Build a network for each table and compare what it computes; `rng` shuffles the keys."""
    n = tables.shape[1].bit_length() - 1
    rows = [tuple(int(bit) for bit in row) for row in boolean_inputs(n)]
    computed, in_key_order = [], []
    for table in tables:
        order = range(2**n) if rng is None else rng.permutation(2**n)
        truth = {rows[r]: int(table[r]) for r in order}
        layers = network(compile_dnf(truth), f"the network for {what}", n_in=n, n_out=1)
        require(not compile_dnf.changed_inputs, "compile_dnf changed the table. Work on a copy.")
        computed.append(outputs(layers, n))
        in_key_order.append(list(truth.values()))
    X = boolean_inputs(n)
    backwards = X @ (2 ** np.arange(n))  # the row that holds the same bits in reverse
    hints = {
        "The values are taken in the order in which the keys come. Use the keys.": in_key_order,
        "The bits are taken in reverse order.": tables[:, backwards],
        "Your networks see the first two bits only.": [
            [table[(X[:, :2] == x).all(axis=1)].any() for x in X[:, :2]] for table in tables
        ],
    }
    agree(computed, tables, f"the networks for {what}, on all inputs", hints=hints, see=ANY_TABLE)


@ex01_3.part(2, "every table of one and of three bits that is not constant")
def three_bits(compile_dnf):
    check_tables(compile_dnf, all_tables(1), "the tables of one bit")
    check_tables(compile_dnf, all_tables(3), "the tables of three bits")


@ex01_3.part(1, "tables that are the same everywhere")
def constants(compile_dnf):
    for n, bits in ((1, "one bit"), (2, "two bits"), (3, "three bits")):
        check_tables(compile_dnf, np.zeros((1, 2**n), dtype=int), f"a table of {bits} that is 0 everywhere")
        check_tables(compile_dnf, np.ones((1, 2**n), dtype=int), f"a table of {bits} that is 1 everywhere")


@ex01_3.part(1, "tables of more bits")
def more_bits(compile_dnf, rng):
    check_tables(compile_dnf, some_tables(rng, 4, 12), "tables of four bits")
    check_tables(compile_dnf, some_tables(rng, 5, 12), "tables of five bits")


@ex01_3.part(1, "the keys of the table in any order")
def any_order(compile_dnf, rng):
    check_tables(compile_dnf, some_tables(rng, 2, 6), "tables of two bits, keys in another order", rng)
    check_tables(compile_dnf, some_tables(rng, 3, 12), "tables of three bits, keys in another order", rng)


# ---- 1.4: can one unit do it?

ex01_4 = Exercise("ex01_4")


def codes(tables):
    """Return each truth table read as a binary number, as a set."""
    tables = np.asarray(tables)
    return set((tables @ (1 << np.arange(tables.shape[1])[::-1])).tolist())


@lru_cache
def known(n):
    """Return the threshold functions of n bits: all that integer weights from -n to n compute."""
    return codes(threshold_functions(n))


@lru_cache
def within(n, weights):
    """Return what units with these weights and any bias compute."""
    sums = np.array(list(product(weights, repeat=n))) @ boolean_inputs(n).T  # (n_units, 2**n)
    return set.union(*(codes(sums >= t) for t in range(sums.min(), sums.max() + 2)))


@lru_cache
def unate(n):
    """Return the functions that only rise or only fall in each bit; from 4 bits on more than `known`."""
    tables = boolean_inputs(2**n)
    keep = np.ones(len(tables), dtype=bool)
    for bit in range(n):
        cube = tables.reshape(-1, 2**bit, 2, 2 ** (n - 1 - bit))
        steps = (cube[:, :, 1] - cube[:, :, 0]).reshape(len(tables), -1)
        keep &= (steps >= 0).all(axis=1) | (steps <= 0).all(axis=1)
    return codes(tables[keep])


def check_answers(is_threshold, tables, what):
    """Ask about each table and compare the answers."""
    n = tables.shape[1].bit_length() - 1
    call = f"is_threshold on {what}"
    answers = np.array([array(is_threshold(table), call, shape=()) for table in tables])
    numbers = tables @ (1 << np.arange(2**n)[::-1])
    parity = boolean_inputs(n).sum(axis=1) % 2

    def among(functions: Iterable[int]):
        return np.isin(numbers, list(functions))

    want = among(known(n))
    ones = tables.sum(axis=1)
    hints = {
        "The functions that are the same everywhere are threshold functions.": (
            want & (ones > 0) & (ones < 2**n)
        ),
        "Weights may be negative.": among(within(n, tuple(range(n + 1)))),
        "Weights of -1, 0 and 1 are not enough.": among(within(n, (-1, 0, 1))),
        "Weights from -2 to 2 are not enough for four bits.": among(within(n, (-2, -1, 0, 1, 2))),
        "To rise or fall in each bit is necessary, but from four bits on it is not enough.": among(unate(n)),
        "As many ones as zeros does not mean that no unit computes it.": 2 * ones != 2**n,
        "Parity is not the only function that no unit computes.": (
            (tables != parity).any(axis=1) & (tables == parity).any(axis=1)
        ),
        "Each yes of yours is right, but not each no. Does your search give up too early?": (
            answers if (answers <= want).all() else want
        ),
    }
    agree(answers, want, call, hints=hints, see="lesson 01, section 1.4")


@ex01_4.part(1, "functions of one bit, and functions that are the same everywhere")
def small_and_constant(is_threshold):
    check_answers(is_threshold, boolean_inputs(2), "the functions of one bit")
    for n, bits in ((2, "two"), (4, "four")):
        check_answers(is_threshold, np.array([[0], [1]]).repeat(2**n, axis=1), f"constants of {bits} bits")


@ex01_4.part(2, "every function of two and of three bits")
def two_and_three_bits(is_threshold):
    check_answers(is_threshold, all_tables(2), "the functions of two bits")
    check_answers(is_threshold, all_tables(3), "the functions of three bits")


@ex01_4.part(1, "functions of four bits")
def four_bits(is_threshold, rng):
    yes, constant = known(4), {0, 2**16 - 1}
    middle = within(4, (-2, -1, 0, 1, 2)) - within(4, (-1, 0, 1))
    large = yes - within(4, (-2, -1, 0, 1, 2))
    no = set(range(2**16)) - yes
    near = {code ^ (1 << bit) for code in sorted(yes - constant) for bit in range(16)} & no
    kinds = (yes - constant, middle, large, no & unate(4), near, no)
    chosen = [rng.choice(sorted(kind), 10, replace=False) for kind in kinds]
    numbers = rng.permutation(np.concatenate(chosen))
    check_answers(is_threshold, numbers[:, None] >> np.arange(16)[::-1] & 1, "functions of four bits")


@ex01_4.part(1, "the table stays as it was")
def table_unchanged(is_threshold):
    for table in ([0, 1, 1, 1], [1, 0, 0, 1]):
        check_answers(is_threshold, np.array([table]), "a function of two bits")
        require(not is_threshold.changed_inputs, "is_threshold changed the table. Work on a copy.")


# ---- 1.5: parity with few units

ex01_5 = Exercise("ex01_5")


def check_parity(parity_net, n):
    """Compare a parity network on all inputs, and return the number of its units."""
    call = f"parity_net({n})"
    layers = network(parity_net(n), call, n_in=n, n_out=1)
    ones = boolean_inputs(n).sum(axis=1)
    hints = {
        f"It is right for at most {m} ones, and 0 for more.": ones % 2 * (ones <= m) for m in range(n, 2, -1)
    }
    agree(outputs(layers, n), ones % 2, f"{call} on all inputs", hints=hints, see="lesson 01, section 1.6")
    return sum(b.size for _, b in layers)


@ex01_5.part(2, "the parity of 1 to 10 bits")
def parity(parity_net):
    for n in range(1, 11):
        check_parity(parity_net, n)


@ex01_5.part(1, "at most n + 1 units")
def few_units(parity_net):
    for n in (2, 3, 4, 5, 6):
        units = check_parity(parity_net, n)
        require(
            units <= n + 1,
            f"parity_net({n}) has {units} units, hidden and output; at most n + 1 are allowed. "
            "A hidden unit can count: at least k ones. See lesson 01, section 1.6.",
        )


# ---- 1.6: nets in time

ex01_6 = Exercise("ex01_6")
NETS = "lesson 01, section 1.7"

MISTAKES = {
    "once": "A connection that stands there twice counts twice.",
    "subtract": "Inhibition is absolute: one active source silences a neuron; it is not a negative weight.",
    "ignore": "Inhibition seems to have no effect.",
    "all": "One active inhibiting connection is enough; they need not all be active.",
    "instant": "Inhibition has its delay too.",
    "cell delay 1": "Every delay between neurons seems to count as 1.",
    "self": "A neuron may reach itself, and the loop seems to be cut.",
    "forgets": "A neuron may be the source of a neuron that stands before it. Loops seem to be cut.",
    "holds": "After the last row the inputs are silent; yours seem to keep their last value.",
    "repeats": "After the last row the inputs are silent; yours seem to start again.",
}


def simulate(net, inputs, T, mistake=""):
    """Return when the neurons fire, shape (T, n_neurons); with a key of MISTAKES as that mistake has it."""
    inputs, given = np.asarray(inputs), len(inputs)
    place = {name: i for i, name in enumerate([*net["inputs"], *net["neurons"]])}
    n_inputs = len(net["inputs"])
    fired = np.zeros((T, len(place)), dtype=int)
    fired[:given, :n_inputs] = inputs[:T]
    if mistake == "holds":
        fired[given:, :n_inputs] = inputs[-1]
    if mistake == "repeats":
        fired[:, :n_inputs] = inputs[np.arange(T) % given]

    def read(connections, neuron, t):
        """Return 0 or 1 for each connection on a neuron: did its source fire one delay ago?"""
        heard, j = [], place[neuron]
        for source, target, delay in connections:
            i = place[source]
            cut = (mistake == "self" and i == j) or (mistake == "forgets" and i >= j)
            past = t - (1 if mistake == "cell delay 1" and i >= n_inputs else delay)
            if target == neuron:
                heard.append(0 if cut or past < 0 else int(fired[past, i]))
        return heard

    excite = list(dict.fromkeys(net["excite"])) if mistake == "once" else net["excite"]
    inhibit = [(source, target, 1) for source, target, _ in net["inhibit"]]
    inhibit = {"instant": inhibit, "ignore": []}.get(mistake, net["inhibit"])
    for t in range(T):
        for neuron, threshold in net["neurons"].items():
            excited, inhibiting = sum(read(excite, neuron, t)), read(inhibit, neuron, t)
            silenced = all(inhibiting) and inhibiting if mistake == "all" else any(inhibiting)
            if mistake == "subtract":
                excited, silenced = excited - sum(inhibiting), False
            fired[t, place[neuron]] = excited >= threshold and not silenced
    return fired[:, n_inputs:]


def check_net(simulate_mp, net, inputs, T, what, want=None):
    """Simulate one net and compare; `want` if a formula says what is right."""
    hints = {sentence: simulate(net, inputs, T, mistake) for mistake, sentence in MISTAKES.items()}
    want = simulate(net, inputs, T) if want is None else want
    agree(simulate_mp(net, inputs, T), want, f"simulate_mp for {what}", hints=hints, see=NETS)


def random_net(rng, telling=(), *, loops=False, inhibit=0, delays=1, T=12):
    """Return a net and its inputs on which the mistakes in `telling` show, each in another way.

    Without `loops` every connection leads from an input, or from a neuron to one of a later level; the
    neurons stand in random order. Connections stand there twice only if the mistake "once" is to show.
    """
    for _ in range(2000):
        names = [f"n{i}" for i in range(5)]
        inputs = ["x", "y", "z"]
        net = {"inputs": inputs, "neurons": {}, "excite": [], "inhibit": []}
        for kind, count in (("excite", 14), ("inhibit", inhibit)):
            for _ in range(count):
                level = int(rng.integers(5))
                sources = inputs + (names if loops else names[:level])
                delay = int(rng.integers(1, delays + 1))
                net[kind].append((sources[rng.integers(len(sources))], names[level], delay))
            net[kind] = list(dict.fromkeys(net[kind]))
            if "once" in telling:
                net[kind] += net[kind][:3]
        net["neurons"] = {names[i]: int(rng.integers(1, 4)) for i in rng.permutation(5)}
        X = rng.integers(0, 2, (T, 3))
        right = simulate(net, X, T)
        if distinct([right, *(simulate(net, X, T, mistake) for mistake in telling)]):
            return net, X
    raise RuntimeError(f"random_net: no net tells {telling} apart; allow more connections")


@ex01_6.part(1, "a neuron counts its exciting connections, all neurons in the same step")
def counting(simulate_mp, rng):
    for _ in range(4):
        net, X = random_net(rng, ("once",))
        check_net(simulate_mp, net, X, len(X), "a net without loops and inhibition")


@ex01_6.part(1, "one inhibiting source silences a neuron")
def inhibition(simulate_mp, rng):
    for _ in range(4):
        net, X = random_net(rng, ("subtract", "ignore", "all"), inhibit=5)
        check_net(simulate_mp, net, X, len(X), "a net with inhibition")
    heat = {
        "inputs": ["cold", "hot"],
        "neurons": {"feels_hot": 1, "feels_cold": 2, "A": 1, "B": 1},
        "excite": [
            ("hot", "feels_hot", 1), ("A", "feels_hot", 1), ("B", "A", 1), ("cold", "B", 1),
            ("B", "feels_cold", 1), ("cold", "feels_cold", 1),
        ],
        "inhibit": [("cold", "A", 1)],
    }  # fmt: skip
    X = rng.integers(0, 2, (20, 2))
    cold, hot = np.vstack([np.zeros((3, 2), dtype=int), X]).T  # cold[t + 3] is the cold at time t
    t = np.arange(20) + 3
    want = np.column_stack(
        [
            hot[t - 1] | (cold[t - 3] & ~cold[t - 2] & 1),
            cold[t - 2] & cold[t - 1],
            cold[t - 2] & ~cold[t - 1] & 1,
            cold[t - 1],
        ]
    )
    check_net(simulate_mp, heat, X, 20, "the heat illusion under random heat and cold", want)


@ex01_6.part(1, "delays longer than 1, of inhibition too")
def longer_delays(simulate_mp, rng):
    for _ in range(4):
        net, X = random_net(rng, ("cell delay 1",), delays=4)
        check_net(simulate_mp, net, X, len(X), "a net with delays from 1 to 4")
    for delay in (2, 3):
        veto = {
            "inputs": ["x", "y"],
            "neurons": {"n": 1},
            "excite": [("x", "n", 1)],
            "inhibit": [("y", "n", delay)],
        }
        X = rng.integers(0, 2, (20, 2))
        X[:4] = [[1, 1], [1, 0], [1, 0], [1, 0]]  # n would fire at times 1 to 4, and rests once
        check_net(simulate_mp, veto, X, 20, "a neuron that is inhibited with a delay")


@ex01_6.part(1, "loops, which remember")
def loops(simulate_mp, rng):
    latch = {
        "inputs": ["set", "reset"],
        "neurons": {"on": 1},
        "excite": [("set", "on", 1), ("on", "on", 1)],
        "inhibit": [("reset", "on", 1)],
    }
    X = (rng.random((24, 2)) < 0.25).astype(int)
    X[:3] = [[0, 0], [1, 0], [0, 0]]
    X[:, 0] &= 1 - X[:, 1]  # never both at once
    want, on = np.zeros((24, 1)), 0
    for t in range(24):
        want[t] = on  # set and reset act one step later
        on = int((X[t, 0] or on) and not X[t, 1])
    check_net(simulate_mp, latch, X, 24, "a neuron that excites itself", want)
    ring = {
        "inputs": ["start"],
        "neurons": {"third": 1, "first": 1, "second": 1},
        "excite": [(a, b, 1) for a, b in pairwise(("start", "first", "second", "third", "first"))],
        "inhibit": [],
    }
    start = np.zeros((15, 1), dtype=int)
    start[rng.integers(3)] = 1
    check_net(simulate_mp, ring, start, 15, "a ring of three neurons")
    for _ in range(3):
        net, X = random_net(rng, ("self", "forgets"), loops=True)
        check_net(simulate_mp, net, X, len(X), "a net with loops")


@ex01_6.part(1, "T steps, however many rows the inputs have; the arguments stay as they were")
def any_time(simulate_mp, rng):
    chain = {
        "inputs": ["x", "y"],
        "neurons": {"c": 1, "b": 2, "a": 1},
        "excite": [("x", "a", 1), ("a", "b", 1), ("y", "b", 1), ("b", "c", 1), ("y", "c", 1)],
        "inhibit": [],
    }
    X = rng.integers(0, 2, (6, 2))
    X[-1] = 1
    for T, what in ((12, "more steps than inputs"), (4, "fewer steps than inputs"), (1, "one step")):
        check_net(simulate_mp, chain, X, T, what)
        require(not simulate_mp.changed_inputs, "simulate_mp changed net or inputs. Work on a copy.")
