"""A cohort that nobody watches: a thousand synthetic submissions of assignment 01, graded once.

Run ``python -m tests.benchmarks.cohort``. Each exercise of each student is a right variant, a misconception,
blank or an accident, drawn from the evidence of the hidden tests; some files cannot be read. Every score is
compared with what was drawn, and the page ``docs/cohort.md`` gets rate, memory and failures with reasons.
"""

import argparse
import collections
import copy
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import numpy as np

from coursepkg.grading.assignment import find_course
from tests.evidence import VARIANTS
from tests.evidence import threshold_logic_units as evidence

ROOT = Path(__file__).resolve().parents[2]
ACCIDENTS = {
    "a syntax error": "def {name}(*args):\n    return (",
    "raises": "def {name}(*args):\n    raise RuntimeError('not finished')",
    "ends its process": "def {name}(*args):\n    import os\n    os._exit(1)",
    "never ends": "def {name}(*args):\n    while True:\n        pass",
    "takes all memory": "def {name}(*args):\n    return [bytearray(1 << 30) for _ in range(100)]",
    "prints without end": "def {name}(*args):\n    for _ in range(3000):\n        print('x' * 10000)",
    "returns text": "def {name}(*args):\n    return 'forty-two'",
}
UNREADABLE = {
    "cut off": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "another kind of file": lambda raw: b"%PDF-1.7\n" + raw[:200],
    "no file": None,
}


def hand_in(submitted: Path, number: int, seed: int) -> dict[str, dict[str, str]]:
    """Write the submissions; return what was drawn for each student and exercise."""
    assignment = find_course(ROOT).assignment("01")
    rng = np.random.default_rng(seed)
    names = [cell.id for cell in assignment.solved.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    pool = {name: {True: [], False: []} for name in names}
    for variant in VARIANTS:
        if variant.function.__module__ == evidence.__name__:
            pool[variant.student_name][variant.right].append(variant.source)
    stubs = {cell.id: cell.source for cell in assignment.release.cells}
    drawn: dict[str, dict[str, str]] = {}
    for k in range(number):
        student = f"student{k:04d}"
        folder = submitted / student / assignment.id
        folder.mkdir(parents=True)
        drawn[student] = {}
        notebook = copy.deepcopy(assignment.solved)
        for cell in notebook.cells:
            if cell.id not in pool:
                continue
            kind = rng.choice(["right", "wrong", "blank", "accident"], p=[0.645, 0.25, 0.1, 0.005])
            if kind == "accident":
                kind = str(rng.choice(list(ACCIDENTS)))
                cell.source = ACCIDENTS[kind].format(name=cell.id)
            elif kind == "blank":
                cell.source = stubs[cell.id]
            else:
                choice = pool[cell.id][kind == "right"]
                cell.source = choice[rng.integers(len(choice))]
            drawn[student][cell.id] = str(kind)
        raw = nbformat.writes(notebook).encode()
        if rng.random() < 0.01:
            kind = str(rng.choice(list(UNREADABLE)))
            drawn[student] = {"file": kind}
            raw = UNREADABLE[kind] and UNREADABLE[kind](raw)
        if raw is not None:
            (folder / f"{assignment.id}.ipynb").write_bytes(raw)
    return drawn


class Memory(threading.Thread):
    """Watches how much memory a process and its descendants share out among them (Linux)."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()

    def run(self) -> None:
        """Look twice a second."""
        while not self.over.wait(0.5):
            self.peak = max(self.peak, sum(map(self._share, self._tree())))

    def _tree(self) -> set[int]:
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except (OSError, IndexError):
                    continue
        tree = {self.pid}
        while grown := {pid for pid, parent in parents.items() if parent in tree} - tree:
            tree |= grown
        return tree

    @staticmethod
    def _share(pid: int) -> int:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            return int(text.partition("\nPss:")[2].split()[0]) * 1024
        except (OSError, IndexError, ValueError):
            return 0


def judge(drawn: dict[str, dict[str, str]], grades: dict[str, dict]) -> tuple[collections.Counter, list[str]]:
    """Count what was drawn, and list the scores that are not what they should be."""
    source = find_course(ROOT).assignment("01").source
    cells = [cell.id for cell in source.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names = [cell.id for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    exercise_of = dict(zip(names, cells, strict=True))
    counts, wrong = collections.Counter(), []
    for student, kinds in drawn.items():
        row = grades[student]
        if "file" in kinds:
            counts[f"file: {kinds['file']}"] += 1
            if row["status"] != "failed" or not row["reason"]:
                wrong.append(f"{student}: an unreadable file was {row['status']}")
            continue
        for name, kind in kinds.items():
            counts[kind] += 1
            got = row["exercises"][exercise_of[name]]
            full = got["score"] == got["max_score"]
            if full != (kind == "right") or (kind not in ("right", "wrong") and got["score"]):
                wrong.append(f"{student} {name}: {kind} earned {got['score']} of {got['max_score']}")
    return counts, wrong


def main() -> int:
    """Grade a cohort and write the page; return 1 if a score is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="write no page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cohort-") as place:
        root = Path(place)
        drawn = hand_in(root / "submitted", options.number, options.seed)
        command = [
            sys.executable,
            "-m",
            "coursepkg",
            "grade",
            "01",
            "--course",
            str(ROOT),
            "--require-sandbox",
        ]
        command += ["--submitted", str(root / "submitted"), "--output", str(root / "graded")]
        began = time.perf_counter()
        with subprocess.Popen([*command, "--jobs", str(options.jobs)], stdout=subprocess.DEVNULL) as process:
            memory = Memory(process.pid)
            memory.start()
        seconds = time.perf_counter() - began
        memory.over.set()
        if process.returncode:
            return process.returncode
        grades = json.loads((root / "graded" / "grades.json").read_text(encoding="utf-8"))
        pages = len(list((root / "graded" / "feedback").rglob("*.html")))
    counts, wrong = judge(drawn, grades)
    reasons = collections.Counter(row["reason"] for row in grades.values() if row["status"] == "failed")
    text = PAGE.format(
        number=len(grades),
        machine=f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        jobs=options.jobs,
        minutes=seconds / 60,
        rate=60 * len(grades) / seconds,
        each=seconds / len(grades),
        memory=memory.peak / 2**30,
        pages=pages,
        judged=sum(n for kind, n in counts.items() if not kind.startswith("file")),
        wrong=len(wrong),
        drawn="\n".join(f"| {kind} | {n} |" for kind, n in sorted(counts.items(), key=lambda item: -item[1])),
        reasons="\n".join(f"| {reason} | {n} |" for reason, n in reasons.most_common()),
    )
    print(text, *wrong, sep="\n")
    if not options.dry:
        (ROOT / "docs" / "cohort.md").write_text(text, encoding="utf-8")
    return 1 if wrong else 0


PAGE = """# A cohort, graded once

`python -m tests.benchmarks.cohort` hands in {number} synthetic submissions of assignment 01, grades them with
`coursepkg grade` and nobody watching, and compares every score with what was drawn.

| | |
|---|---|
| machine | {machine}; `--jobs {jobs}`, sandbox on, feedback pages included |
| submissions | {number} in {minutes:.1f} minutes: {rate:.0f} a minute, {each:.2f} s each |
| memory at its peak | {memory:.2f} GiB, all processes together |
| feedback pages | {pages} |
| exercises judged | {judged}; {wrong} scores that are not what they should be |

| drawn | how often |
|---|---|
{drawn}

A right answer must earn all points, a wrong one less, a blank or an accident none; a file that cannot be read
must be reported. These could not be graded:

| reason | how often |
|---|---|
{reasons}
"""

if __name__ == "__main__":
    sys.exit(main())
