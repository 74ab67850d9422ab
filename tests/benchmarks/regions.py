"""Benchmark of exact region counting: ours against edge subdivision, sampling, and the rational oracle.

Counted are the activation regions of full dimension in the box. All exact contestants must agree on the count
before anything is timed. They run in turn, in shuffled order, in one process and one thread; a figure is the
shortest of all rounds, in seconds of processor time, which other programs on the machine disturb least.
Memory is the growth of the resident size to its peak, in a process of its own (Linux only).

Edge subdivision is the program of A. Berzins (ICML 2023), github.com/arturs-berzins/relu_edge_subdivision. It
is no part of this project: give the folder that holds `edge_subdivision.py`, or it is left out.

    python -m tests.benchmarks.regions --berzins ~/relu_edge_subdivision
    python -m tests.benchmarks.regions --only 2-64-64-64 3-32-32 --rounds 15
    python -m tests.benchmarks.regions --only montufar-2-8-8-8-8-8 --without sampling
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

if __name__ == "__main__":  # one thread for everybody, said before NumPy and torch read it
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

import numpy as np
import torch
from torch import nn

from coursepkg.constructions import montufar_network
from coursepkg.gpu import from_torch
from coursepkg.rational_regions import count_regions_rational
from coursepkg.regions import count_regions, estimate_regions, region_complex
from coursepkg.threshold import Layers

SAMPLES = 100_000
# Above these many regions a contestant would take minutes or all memory.
MOST_REGIONS = {"rational": 800, "edge subdivision": 100_000, "sampling": 1_000_000, "complex": 1_000_000}

NETWORKS = [
    "2-8-8", "2-32-32", "2-32-32-32-32", "2-64-64-64", "2-128-128", "2-256-256",
    "3-16-16", "3-32-32", "4-8-8",
    "montufar-2-8-8-8", "montufar-2-8-8-8-8", "montufar-2-8-8-8-8-8",
]  # fmt: skip
"""Inputs and widths. The plain ones have torch's default initial values with seed 0, float64 afterwards."""


def network(name: str) -> tuple[Layers, tuple[float, float]]:
    """Return the network of that name, and its box."""
    n_in, *widths = map(int, name.removeprefix("montufar-").split("-"))
    if name.startswith("montufar-"):
        found = montufar_network(n_in, widths)
        return found.layers, found.box
    torch.manual_seed(0)
    modules = []
    for fan_in, fan_out in zip([n_in, *widths], widths):
        modules += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return from_torch(nn.Sequential(*modules, nn.Linear(widths[-1], 1)).double()), (-1.0, 1.0)


# A contestant takes a network and returns a run; a run returns what `regions_of` turns into a count.
Run = Callable[[], object]


def ours_count(layers, box) -> tuple[Run, Callable]:
    return lambda: count_regions(layers, box), int


def ours_complex(layers, box) -> tuple[Run, Callable]:
    return lambda: region_complex(layers, box), lambda found: found.n_regions


def sampling(layers, box) -> tuple[Run, Callable]:
    return lambda: estimate_regions(layers, box, SAMPLES, np.random.default_rng(0)), int


def rational(layers, box) -> tuple[Run, Callable]:
    return lambda: count_regions_rational(layers, box), int


def edge_subdivision(folder: Path) -> Callable:
    """Return the contestant whose program lies in a folder."""
    sys.path.insert(0, str(folder))
    skeletal_subdivision = importlib.import_module("edge_subdivision").skeletal_subdivision
    Net = importlib.import_module("NN").Net

    def build(layers, box):
        hidden = layers[:-1]  # its kinks are those of every unit of its network; an output would add one
        net = Net([len(hidden[0][0]), *(len(b) for _, b in hidden)])
        with torch.no_grad():
            for linear, (W, b) in zip(net.fcs, hidden):
                linear.weight.copy_(torch.from_numpy(W.T.copy()))
                linear.bias.copy_(torch.from_numpy(b))

        def run():
            with torch.no_grad():
                return skeletal_subdivision(net, bbox=box, device=torch.device("cpu"), verbose=False)

        return run, lambda found: regions_of_skeleton(*found, len(hidden[0][0]))

    return build


def regions_of_skeleton(vertices, edges, signs, n_in: int) -> int:
    """Return the number of regions that vertices and edges bound (not timed).

    In the plane it is Euler's formula. Elsewhere every region has a vertex, and its signs are those of the
    vertex with the zeros replaced; towards the box they can only be 1.
    """
    if n_in == 2:
        return len(edges) - len(vertices) + 1
    signs = signs.numpy()
    rows, columns = np.nonzero(signs == 0)
    columns = columns.reshape(len(signs), n_in)
    rows = rows.reshape(len(signs), n_in)
    found = []
    for choice in product((-1, 1), repeat=n_in):
        filled = signs.copy()
        filled[rows, columns] = choice
        found.append(filled[(filled[:, : 2 * n_in] == 1).all(axis=1)])
    bits = np.packbits(np.concatenate(found) > 0, axis=1)
    return len(np.unique(bits, axis=0))


CONTESTANTS = {"coursepkg": ours_count, "complex": ours_complex, "sampling": sampling, "rational": rational}


def takes_part(name: str, n_in: int, regions: int) -> bool:
    """Return whether a contestant can do a network in sensible time."""
    return regions <= MOST_REGIONS.get(name, np.inf) and (name != "complex" or n_in == 2)


def memory_of(name: str, which: str, berzins: Path | None) -> int | None:
    """Return by how many bytes a new process grew, at its peak, in one run of a contestant."""
    if platform.system() != "Linux":
        return None
    command = [sys.executable, "-m", "tests.benchmarks.regions", "--memory", name, "--only", which]
    command += ["--berzins", str(berzins)] if berzins else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


def print_memory(name: str, which: str, contestants: dict) -> None:
    """Run a contestant once and print the growth of the resident size to its peak."""

    def status(key):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(key))

    layers, box = network(which)
    small, _ = contestants[name](*network("2-2" if len(layers[0][0]) == 2 else "3-2"))
    small()  # imports and first calls
    run, _ = contestants[name](layers, box)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    kept = run()
    print(status("VmHWM") - before)
    del kept


def measure(which: str, contestants: dict, rounds: int, rng: np.random.Generator) -> tuple[int, list[dict]]:
    """Check the counts of one network, then time all contestants in turn."""
    layers, box = network(which)
    regions = count_regions(layers, box)
    runs, counts = {}, {}
    for name, build in contestants.items():
        if takes_part(name, len(layers[0][0]), regions):
            runs[name], regions_of = build(layers, box)
            counts[name] = regions_of(runs[name]())
            if name != "sampling" and counts[name] != regions:
                raise SystemExit(f"{which}: {name} counts {counts[name]} regions, coursepkg counts {regions}")
    best = dict.fromkeys(runs, np.inf)
    slow = {"rational"}
    for turn in range(rounds):
        names = [name for name in runs if turn == 0 or name not in slow]
        for name in rng.permutation(names):
            begin = time.thread_time()
            runs[name]()
            best[name] = min(best[name], time.thread_time() - begin)
    return regions, [{"contestant": name, "found": counts[name], "seconds": best[name]} for name in runs]


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--berzins", type=Path, help="folder with edge_subdivision.py")
    parser.add_argument("--only", nargs="+", default=NETWORKS, metavar="NETWORK", help=" ".join(NETWORKS))
    parser.add_argument("--without", nargs="+", default=[], metavar="CONTESTANT")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    contestants = dict(CONTESTANTS)
    if options.berzins:
        contestants["edge subdivision"] = edge_subdivision(options.berzins)
    if options.memory:
        print_memory(options.memory, options.only[0], contestants)
        return
    contestants = {name: build for name, build in contestants.items() if name not in options.without}
    rng = np.random.default_rng(0)
    machine = platform.processor() or platform.machine()
    print(f"{machine}, NumPy {np.__version__}, torch {torch.__version__}, one thread")
    columns = "{:23}{:18}{:>9}{:>11}{:>12}{:>14}{:>20}"
    names = ("network", "contestant", "regions", "seconds", "regions/s", "bytes/region", "edge subdivision /")
    print(columns.format(*names))
    results = []
    for which in options.only:
        regions, rows = measure(which, contestants, options.rounds, rng)
        peer = next((row["seconds"] for row in rows if row["contestant"] == "edge subdivision"), None)
        for row in rows:
            grown = memory_of(row["contestant"], which, options.berzins)
            row |= {"network": which, "regions": regions, "bytes": grown}
            results.append(row)
            ratio = f"{peer / row['seconds']:.1f}" if peer else "-"
            per_region = f"{grown / regions:.0f}" if grown is not None else "-"
            rate, seconds = f"{row['found'] / row['seconds']:.0f}", f"{row['seconds']:.5f}"
            cells = (which, row["contestant"], row["found"], seconds, rate, per_region, ratio)
            print(columns.format(*cells), flush=True)
    if options.json:
        device = {"machine": platform.machine(), "processor": platform.processor(), "cpus": os.cpu_count()}
        options.json.write_text(json.dumps({"device": device, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
