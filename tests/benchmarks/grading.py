"""How long a class takes: ``nbgrader autograde`` as it comes, and ``coursepkg grade``.

Run ``python -m tests.benchmarks.grading``. The class hands in a torch assignment: right, wrong and blank
work, each with a plot. Both sides pay for everything from the command to the last exit; `coursepkg grade`
runs with its sandbox, its self-test, its warm-up and its feedback pages.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from coursepkg.grading.assignment import Course
from tests.toy_course import ID, TOYS, Toy, submission, write_toy_course

TRAIN = Toy(
    "training",
    """def train(X, y, w, lr, steps):
    import torch
    X, y, w = torch.tensor(X), torch.tensor(y), torch.tensor(w, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=lr)
    losses = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses""",
    "def train(X, y, w, lr, steps):\n    return [float(((X @ w - y) ** 2).mean())] * steps",
    'losses = student("train")(np.eye(2), np.ones(2), np.zeros(2), 0.1, 3)\n'
    'array(losses, "three steps", (3,))',
    """
@ex.part(2, "follows the gradient")
def follows(train, rng):
    X, y, w = rng.normal(size=(20, 3)), rng.normal(size=20), rng.normal(size=3)
    losses, v = [], w.copy()
    for _ in range(50):
        residual = X @ v - y
        losses.append(float((residual ** 2).mean()))
        v = v - 0.05 * 2 / 20 * X.T @ residual
    agree(train(X, y, w, 0.05, 50), losses, "fifty steps", rtol=1e-7)
""",
)
EXERCISES = [*TOYS, TRAIN]
ROOT = Path(__file__).resolve().parents[2]
PLOT = "import matplotlib.pyplot as plt\nplt.plot(np.linspace(0, 1) ** 2)\nplt.show()"


def hand_in(course: Course, submitted: Path, number: int) -> None:
    """Write well-behaved submissions: each has every exercise right, wrong or blank, in a fixed pattern."""
    for student in range(number):
        answers = {}
        for place, toy in enumerate(EXERCISES):
            kind = (student * 7 + place * (student % 5)) % 10
            if kind < 8:
                answers[toy.name] = toy.solution if kind < 6 else toy.wrong
        notebook = submission(course, answers)
        notebook.cells.insert(1, new_code_cell(PLOT, id="plot"))
        path = submitted / f"student{student:03d}" / ID / f"{ID}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def run(command: list[str], folder: Path) -> float:
    """Run a command in a folder and return its seconds."""
    began = time.perf_counter()
    path = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    )  # nbgrader's alembic
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return time.perf_counter() - began


def stock(root: Path, number: int) -> tuple[float, dict[str, dict[str, float]]]:
    """Grade with nbgrader as it comes: its own preprocessors and kernel; return seconds and scores."""
    course = write_toy_course(root, EXERCISES, essay=False)
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.ClearSolutions.enforce_metadata = False\n")
    nbgrader = [sys.executable, "-m", "nbgrader"]
    run([*nbgrader, "generate_assignment", ID], root)
    hand_in(course, root / "submitted", number)
    seconds = run([*nbgrader, "autograde", ID], root)
    return seconds, scores(root / "gradebook.db", number)


def ours(root: Path, number: int, jobs: int) -> tuple[float, dict[str, dict[str, float]]]:
    """Grade with `coursepkg grade`, without feedback as ``autograde``; return seconds and scores."""
    course = write_toy_course(root / "course", EXERCISES, essay=False)
    hand_in(course, root / "submitted", number)
    command = [sys.executable, "-m", "coursepkg", "grade", ID, "--course", str(root / "course")]
    command += ["--submitted", str(root / "submitted"), "--output", str(root / "graded")]
    seconds = run([*command, "--jobs", str(jobs), "--require-sandbox", "--no-feedback"], root)
    return seconds, scores(root / "graded" / "gradebook.db", number)


def scores(database: Path, number: int) -> dict[str, dict[str, float]]:
    """Read each student's points for each graded cell."""
    with Gradebook(f"sqlite:///{database}") as gradebook:
        return {
            name: {g.name: g.score for g in gradebook.find_submission_notebook(ID, ID, name).grades}
            for name in (f"student{student:03d}" for student in range(number))
        }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--class-size", type=int, default=24)
    parser.add_argument(
        "--stock", type=int, help="submissions that nbgrader grades; fewer than the class are scaled up"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 300], help="further class sizes")
    options = parser.parse_args()
    size, measured = options.class_size, min(options.stock or options.class_size, options.class_size)
    root = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        print(f"{os.cpu_count()} cores, --jobs {options.jobs}, {len(EXERCISES)} exercises, sandbox on")
        fast, fast_scores = ours(root / "ours", size, options.jobs)
        slow, slow_scores = stock(root / "stock", measured)
        note = "" if measured == size else f" (measured on {measured}: {slow:.1f} s, scaled)"
        slow *= size / measured
        same = sum(fast_scores[name] == given for name, given in slow_scores.items())
        cells = sum(map(len, slow_scores.values()))
        equal = sum(fast_scores[n][c] == s for n, given in slow_scores.items() for c, s in given.items())
        print(f"\n{'class of ' + str(size):24s}{'seconds':>10s}{'each':>8s}")
        print(f"{'nbgrader autograde':24s}{slow:10.1f}{slow / size:8.2f}{note}")
        print(f"{'coursepkg grade':24s}{fast:10.1f}{fast / size:8.2f}")
        print(f"{'ratio':24s}{slow / fast:10.1f}")
        print(f"identical scores: {equal} of {cells} cells, {same} of {measured} submissions")
        print(f"\n{'class':>8s}{'seconds':>10s}{'each':>8s}{'of that at ' + str(size):>16s}")
        print(f"{size:8d}{fast:10.1f}{fast / size:8.2f}{1:16.0%}")
        for other in options.sizes:
            seconds, _ = ours(root / f"ours-{other}", other, options.jobs)
            print(f"{other:8d}{seconds:10.1f}{seconds / other:8.2f}{seconds / other / (fast / size):16.0%}")
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
