"""A toy course with one exercise of each kind that the grading contract has to carry."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursepkg.grading.assignment import Course

ID = "00_toy"


@dataclass(frozen=True)
class Toy:
    """One exercise: its right solution, a wrong one, the visible check and the hidden tests."""

    name: str
    solution: str
    wrong: str
    visible: str
    hidden: str
    points: int = 2
    earned_by_wrong: float = 0.0


TOYS = [
    Toy(
        "array_function",
        "def square(x):\n    return np.asarray(x) ** 2",
        "def square(x):\n    x = np.asarray(x)\n    return x * abs(x)",
        'agree(student("square")([1.0, 2.0]), [1.0, 4.0], "square of 1 and 2", reveal=True)',
        """
@ex.part(1, "squares positive numbers")
def positive(square, rng):
    x = rng.uniform(1, 2, 5)
    agree(square(x), x * x, "square of positive numbers")
    require(not square.changed_inputs, "square changes its input.")

@ex.part(1, "squares negative numbers")
def negative(square, rng):
    x = -rng.uniform(1, 2, 5)
    agree(square(x), x * x, "square of negative numbers", hints={"The sign is lost.": x * abs(x)})
""",
        earned_by_wrong=1.0,
    ),
    Toy(
        "function_argument",
        "def descend(gradient, x, lr):\n    return x - lr * gradient(x)",
        "def descend(gradient, x, lr):\n    return x + lr * gradient(x)",
        'agree(student("descend")(lambda x: 2 * x, 1.0, 0.1), 0.8, "one step", reveal=True)',
        """
@ex.part(2, "one step on any function")
def step(descend, rng):
    calls = []
    def gradient(x):
        calls.append(x)
        return 3 * x ** 2
    x = rng.normal(size=3)
    agree(descend(gradient, x, 0.5), x - 1.5 * x ** 2, "one step on a cubic")
    require(len(calls) == 1, "descend asks for the gradient more than once.")
""",
    ),
    Toy(
        "random_generator",
        "def noise(n, rng):\n    return rng.normal(size=n)",
        "def noise(n, rng):\n    return np.ones(n)",
        'agree(np.shape(student("noise")(4, student.rng("noise"))), (4,), "the shape", reveal=True)',
        """
@ex.part(2, "is normal")
def normal(noise, rng):
    x = array(noise(4000, rng), "noise", (4000,))
    require(abs(x.mean()) < 0.1 and abs(x.std() - 1) < 0.1, "noise is not standard normal.")
    other = array(noise(4000, np.random.default_rng(1)), "noise")
    require(not np.array_equal(x, other), "noise ignores rng.")
""",
    ),
    Toy(
        "returned_callable",
        "def schedule(a):\n    return lambda t: a / (1 + t)",
        "def schedule(a):\n    return lambda t: a",
        'agree(student("schedule")(2.0)(0), 2.0, "the first step", reveal=True)',
        """
@ex.part(2, "falls like 1/t")
def falls(schedule, rng):
    rate, other = schedule(3.0), schedule(1.0)
    agree([rate(2), other(1)], [1.0, 0.5], "two schedules at later steps")
""",
    ),
    Toy(
        "named_result",
        "answer = {'slope': 2.0, 'points': [1, 2]}",
        "answer = {'slope': 1.0, 'points': [1, 2]}",
        'require("slope" in student.value("answer"), "answer has no slope")',
        """
@ex.part(2, "the slope")
def slope(student):
    agree(student.value("answer")["slope"], 2.0, "the slope")
""",
    ),
    Toy(
        "class_with_operators",
        "class Pair:\n    def __init__(self, x): self.x = np.asarray(x)\n"
        "    def __add__(self, other): return Pair(self.x + other.x)\n"
        "    def __mul__(self, other): return Pair(self.x * other.x)",
        "class Pair:\n    def __init__(self, x): self.x = np.asarray(x)\n"
        "    def __add__(self, other): return Pair(self.x + other.x)\n"
        "    __mul__ = __add__",
        'got = student.run("c = (Pair(a) + Pair(a)).x", ["c"], a=np.ones(2))\n'
        'agree(got["c"], [2.0, 2.0], "a + a", reveal=True)',
        """
@ex.part(1, "adds")
def adds(student, rng):
    a, b = rng.normal(size=(2, 3))
    agree(student.run("c = (Pair(a) + Pair(b)).x", ["c"], a=a, b=b)["c"], a + b, "a + b")

@ex.part(1, "multiplies")
def multiplies(student, rng):
    a, b = rng.normal(size=(2, 3))
    agree(student.run("c = (Pair(a) * Pair(b)).x", ["c"], a=a, b=b)["c"], a * b, "a * b")
""",
        earned_by_wrong=1.0,
    ),
    Toy(
        "torch_module",
        "def to_torch(W, b):\n    import torch\n    layer = torch.nn.Linear(*W.shape).double()\n"
        "    with torch.no_grad():\n        layer.weight.copy_(torch.tensor(W.T))\n"
        "        layer.bias.copy_(torch.tensor(b))\n"
        "    return layer",
        "def to_torch(W, b):\n    import torch\n    return torch.nn.Linear(*W.shape).double()",
        'import torch\nlayer = student("to_torch")(np.ones((2, 3)), np.zeros(3))\n'
        'array(layer(torch.ones(4, 2, dtype=torch.float64)), "the layer on four rows", (4, 3))',
        """
@ex.part(2, "computes X @ W + b")
def computes(to_torch, rng):
    import torch
    W, b, X = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=(5, 2))
    agree(to_torch(W, b)(torch.from_numpy(X)), X @ W + b, "the layer on five rows")
""",
    ),
]


def toy_source(toys: list[Toy] = TOYS, essay: bool = True) -> nbformat.NotebookNode:
    """Return the source notebook."""
    cells = [_marked(new_code_cell("import numpy as np", id="setup"), "setup", locked=True)]
    for number, toy in enumerate(toys, 1):
        head, *body = toy.solution.split("\n")
        begin, end = f"### BEGIN SOLUTION Exercise 0.{number}: write {toy.name}", "### END SOLUTION"
        stub = f"{begin}\n{toy.solution}\n{end}"
        if head.startswith("def "):
            stub = "\n".join([head, f"    {begin}", *body, f"    {end}"])
        check = (
            "import numpy as np\nfrom coursepkg.grading import agree, array, require, student\n\n"
            f"{toy.visible}\n"
            f"### BEGIN HIDDEN TESTS\nfrom hidden.toy import {toy.name}\n{toy.name}(student)\n"
            "### END HIDDEN TESTS"
        )
        cells += [
            _marked(
                new_markdown_cell(f"Write `{toy.name}`.", id=f"text-{number}"), f"text-{number}", locked=True
            ),
            _marked(new_code_cell(stub, id=f"solution-{number}"), toy.name, solution=True),
            _marked(
                new_code_cell(check, id=f"check-{number}"), f"ex00_{number}", grade=True, points=toy.points
            ),
        ]
    if essay:
        text = new_markdown_cell("Why?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", id="essay")
        cells.append(_marked(text, "essay", grade=True, solution=True, points=3))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)


def write_toy_course(root: Path, toys: list[Toy] = TOYS, essay: bool = True) -> Course:
    """Write an nbgrader course directory with the toy assignment."""
    source = root / "source" / ID
    source.mkdir(parents=True)
    nbformat.write(toy_source(toys, essay), source / f"{ID}.ipynb")
    (root / "hidden").mkdir()
    (root / "hidden" / "__init__.py").write_text('"""Hidden tests of the toy course."""\n')
    (root / "hidden" / "toy.py").write_text(hidden_module(toys))
    (root / "nbgrader_config.py").write_text(
        "from coursepkg.grading.nbgrader_plugin import configure\n\nc = get_config()\nconfigure(c)\n"
    )
    (root / "limits.toml").write_text('[default]\nmodules = ["numpy", "scipy", "matplotlib", "torch"]\n')
    return Course(root)


@contextlib.contextmanager
def own_hidden_tests() -> Iterator[None]:
    """Let a course's ``hidden`` be imported anew inside, and forget it afterwards."""

    def loaded() -> list[str]:
        return [name for name in sys.modules if name.partition(".")[0] == "hidden"]

    kept, path = {name: sys.modules.pop(name) for name in loaded()}, list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in loaded():
            del sys.modules[name]
        sys.modules.update(kept)


def hidden_module(toys: list[Toy] = TOYS) -> str:
    """Return the text of the toy course's hidden tests."""
    text = "import numpy as np\n\nfrom coursepkg.grading import Exercise, agree, array, require\n"
    for number, toy in enumerate(toys, 1):
        text += f'\n{toy.name} = ex = Exercise("ex00_{number}")\n{toy.hidden}\n'
    return text


def submission(course: Course, answers: dict[str, str] | None = None) -> nbformat.NotebookNode:
    """Return a released notebook with some solution cells replaced; ``None`` leaves it blank."""
    notebook = nbformat.from_dict(course.assignment(ID).release)
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in (answers or {}):
            cell.source = answers[name]
    return notebook


def right_answers(toys: list[Toy] = TOYS) -> dict[str, str]:
    """Return the right solution of each exercise."""
    return {toy.name: toy.solution for toy in toys}


def _marked(cell, grade_id, grade=False, solution=False, locked=False, points=None):
    marks = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution}
    marks |= {"locked": locked or (grade and not solution), "task": False}
    if points is not None:
        marks["points"] = points
    cell.metadata["nbgrader"] = marks
    return cell
