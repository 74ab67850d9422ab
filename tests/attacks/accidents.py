"""What goes wrong without anybody meaning it: what each accident is, and the points that the work deserves.

All three exercises are answered well (6 points) unless an accident says otherwise.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

SQUARE = "def square(x):\n    return np.asarray(x) ** 2"
SQUARE_BODY = "\n    return np.asarray(x) ** 2"


@dataclass(frozen=True)
class Accident:
    """One accident.

    Attributes
    ----------
    name : str
    what : str
    square : str
        The solution cell of exercise 1.
    cells : tuple of str
        The student's own cells, before exercise 1.
    change : callable
        Makes the bytes of the submission from the notebook; None as a result hands in no file.
    folder : str
        The student's folder, where it is not the accident's name.
    points : float
        What the work deserves.
    status, says : str
        The outcome, and a part of its reason.
    """

    name: str
    what: str
    square: str = SQUARE
    cells: tuple[str, ...] = ()
    change: Callable[[NotebookNode], bytes | None] | None = None
    folder: str = ""
    points: float = 6.0
    status: str = "graded"
    says: str = ""
    files: dict[str, str] = field(default_factory=dict)


def find(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """Return a cell by nbgrader's id."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def text(notebook: Any) -> bytes:
    """Return a notebook as a file."""
    return json.dumps(notebook, ensure_ascii=False).encode()


def edited(edit: Callable[[NotebookNode], object]) -> Callable[[NotebookNode], bytes]:
    """Return a change that edits the notebook in place."""

    def change(notebook: NotebookNode) -> bytes:
        edit(notebook)
        return text(notebook)

    return change


def _schema_99(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99


def _copied_solution(notebook: NotebookNode) -> None:
    at = notebook.cells.index(find(notebook, "array_function"))
    copy = json.loads(json.dumps(notebook.cells[at]))
    copy["source"] = "def square(x):\n    return np.asarray(x) * 0  # first try"
    notebook.cells.insert(at, copy)


def _deleted_tests(notebook: NotebookNode) -> None:
    notebook.cells = [
        c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade_id", "").startswith("ex00")
    ]


def _stripped_metadata(notebook: NotebookNode) -> None:
    notebook.metadata = {}
    for cell in notebook.cells:
        cell.metadata = {}


def _stripped_metadata_and_ids(notebook: NotebookNode) -> None:
    _stripped_metadata(notebook)
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        del cell["id"]


def _renamed_ids(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = f"cell-{number}"


def _duplicate_ids(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.id = "same"


def _colab(notebook: NotebookNode) -> None:
    notebook.metadata = {
        "colab": {"provenance": [], "toc_visible": True},
        "accelerator": "GPU",
        "kernelspec": {"name": "python3"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.metadata.update(id=f"aB{number}_x", outputId="e1", colab={"base_uri": "https://colab.example/"})
        del cell["id"]
    notebook.nbformat_minor = 0


def _vscode(notebook: NotebookNode) -> None:
    notebook.metadata["vscode"] = {"interpreter": {"hash": "0" * 64}}
    notebook.metadata["kernelspec"] = {"name": "venv (3.12)", "display_name": "venv", "language": "python"}
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python"}


def _old_format(notebook: NotebookNode) -> None:
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        del cell["id"]
        cell.source = cell.source.splitlines(keepends=True)


def _shuffled(notebook: NotebookNode) -> None:
    notebook.cells = notebook.cells[::-1]


def _edited_tests(notebook: NotebookNode) -> None:
    find(notebook, "ex00_1").source += "\nprint('my own try', student('square')([3.0]))"


def _giant_outputs(notebook: NotebookNode) -> None:
    cell = find(notebook, "array_function")
    cell.outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * (20 << 20)}]


def _changed_points(notebook: NotebookNode) -> None:
    find(notebook, "ex00_1").metadata.nbgrader.points = "two"


def _solution_in_another_cell(notebook: NotebookNode) -> None:
    blank = find(notebook, "array_function")
    blank.source = 'def square(x):\n    raise NotImplementedError("Exercise 0.1: write array_function")'
    notebook.cells.insert(2, new_code_cell(SQUARE))


def _deleted_solution(notebook: NotebookNode) -> None:
    notebook.cells.remove(find(notebook, "array_function"))
    notebook.cells.insert(2, new_code_cell(SQUARE))


def _solution_as_markdown(notebook: NotebookNode) -> None:
    cell = find(notebook, "text-1")
    cell.source = "I changed this text."
    notebook.cells.append(new_markdown_cell("# My notes"))


ACCIDENTS = [
    # --- the file
    Accident("schema_version_99", "cells say that they are of a later schema", change=edited(_schema_99)),
    Accident(
        "copied_solution_cell",
        "an earlier try of a solution with the same mark",
        change=edited(_copied_solution),
        says="more than once",
    ),
    Accident("deleted_tests", "all test cells are gone", change=edited(_deleted_tests), says="was missing"),
    Accident(
        "edited_test", "a line was added to a test cell", change=edited(_edited_tests), says="was changed"
    ),
    Accident("stripped_metadata", "another editor dropped all metadata", change=edited(_stripped_metadata)),
    Accident("stripped_all", "all metadata and ids are gone", change=edited(_stripped_metadata_and_ids)),
    Accident("renamed_ids", "all marks have other names", change=edited(_renamed_ids)),
    Accident("duplicate_ids", "all cells have one id", change=edited(_duplicate_ids)),
    Accident(
        "deleted_solution",
        "the solution stands in a new cell",
        change=edited(_deleted_solution),
        says="by its name",
    ),
    Accident(
        "solution_elsewhere",
        "the stub is left, the solution stands in a new cell",
        change=edited(_solution_in_another_cell),
        says="by its name",
    ),
    Accident("colab", "metadata of Colab, no ids", change=edited(_colab)),
    Accident("vs_code", "metadata of VS Code, another kernel", change=edited(_vscode)),
    Accident("nbformat_4_2", "an older format, text as lists of lines", change=edited(_old_format)),
    Accident("reversed", "the cells stand in reverse order", change=edited(_shuffled)),
    Accident("changed_points", "points that are no number", change=edited(_changed_points)),
    Accident("own_markdown", "text cells were changed and added", change=edited(_solution_as_markdown)),
    Accident("giant_saved_outputs", "20 MiB of saved outputs", change=edited(_giant_outputs)),
    Accident(
        "windows_line_ends",
        "lines end in CR LF",
        change=lambda n: json.dumps(n, indent=1).replace("\n", "\r\n").encode(),
    ),
    Accident(
        "windows_sources",
        "lines of cells end in CR LF",
        change=edited(lambda n: [c.update(source=c.source.replace("\n", "\r\n")) for c in n.cells]),
    ),
    Accident("byte_order_mark", "a byte order mark stands first", change=lambda n: b"\xef\xbb\xbf" + text(n)),
    Accident(
        "utf_16",
        "saved in UTF-16",
        change=lambda n: json.dumps(n).encode("utf-16"),
        points=0,
        status="failed",
        says="not text in UTF-8",
    ),
    Accident(
        "half_a_file",
        "the upload was cut off",
        change=lambda n: text(n)[:-100],
        points=0,
        status="failed",
        says="not valid JSON",
    ),
    Accident(
        "empty_file", "no bytes", change=lambda n: b"", points=0, status="failed", says="The file is empty"
    ),
    Accident(
        "a_pdf",
        "a PDF under the notebook's name",
        change=lambda n: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        points=0,
        status="failed",
    ),
    Accident(
        "no_file",
        "an empty folder",
        change=lambda n: None,
        points=0,
        status="failed",
        says="There is no 00_toy.ipynb",
    ),
    Accident(
        "no_cells",
        "a notebook without cells",
        change=edited(lambda n: n.cells.clear()),
        points=0,
        status="failed",
        says="no cell of this assignment",
    ),
    Accident(
        "merge_conflict",
        "Git's conflict marks",
        change=lambda n: b"<<<<<<< HEAD\n" + text(n),
        points=0,
        status="failed",
        says="not valid JSON",
    ),
    Accident("Zoë Müller 李", "a name that is not ASCII"),
    # --- the code around a right answer
    Accident(
        "warnings",
        "a right answer that warns",
        "import warnings\ndef square(x):\n    warnings.warn('careful')\n    np.log(-1.0)\n"
        "    return np.asarray(x) ** 2",
    ),
    Accident(
        "warnings_as_errors_elsewhere",
        "division by zero on the way",
        "def square(x):\n    np.array([1.0]) / 0\n    return np.asarray(x) ** 2",
    ),
    Accident(
        "prints",
        "a right answer that prints much",
        "def square(x):\n    print('x' * 100_000)\n    return np.asarray(x) ** 2",
    ),
    Accident(
        "standard_error",
        "writes to stderr and to the descriptor",
        "import os, sys\ndef square(x):\n    sys.stderr.write('hm')\n    os.write(2, b'hm')\n"
        "    return np.asarray(x) ** 2",
    ),
    Accident(
        "prints_200_mb", "a loop that prints 200 MB", cells=("for i in range(2000): print('x' * 100_000)",)
    ),
    Accident(
        "plots",
        "plots on the way",
        "import matplotlib.pyplot as plt\ndef square(x):\n    plt.plot(x)\n    plt.show()\n"
        "    return np.asarray(x) ** 2",
        cells=("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",),
    ),
    Accident(
        "many_plots",
        "twelve large plots in one cell",
        "import matplotlib.pyplot as plt\nfor _ in range(12):\n    plt.figure(dpi=120)\n"
        "    plt.imshow(np.random.rand(200, 200))\n    plt.show()\n" + SQUARE,
    ),
    Accident(
        "widget_backend",
        "asks for a backend that is not there",
        cells=("%matplotlib widget", "%matplotlib notebook", "%matplotlib inline"),
    ),
    Accident("widget_backend_in_the_solution", "a magic above the solution", "%matplotlib widget\n" + SQUARE),
    Accident(
        "installs_something",
        "a command above the solution",
        "!pip install numpy\n%pip install numpy\nlines = !ls\n" + SQUARE,
    ),
    Accident("asks_for_input", "input() in an own cell", cells=("name = input('Your name?')",)),
    Accident("sleeps_a_little", "waits a second", cells=("import time\ntime.sleep(1)",)),
    Accident("exits_at_the_end", "sys.exit() at the end of a cell", SQUARE + "\nimport sys\nsys.exit()"),
    Accident(
        "exit_cell",
        "exit and quit in cells of their own",
        cells=("exit", "quit()", "exit(0)", "raise SystemExit"),
    ),
    Accident("keyboard_interrupt", "a cell that was interrupted", cells=("raise KeyboardInterrupt",)),
    Accident(
        "leftover_raise",
        "an own cell that raises",
        cells=("raise ValueError('look here')", "1 / 0", "undefined", "assert False"),
    ),
    Accident(
        "syntax_error_beside", "an own cell that cannot be parsed", cells=("def broken(:\n  pass", "x = = 2")
    ),
    Accident(
        "syntax_error_in_one",
        "a solution that cannot be parsed costs its own exercise",
        "def square(x)\n    return x",
        points=4,
    ),
    Accident("endless_cell", "an own cell that never ends", cells=("while True: pass",)),
    Accident(
        "progress_bar",
        "tqdm",
        "from tqdm.auto import tqdm\ndef square(x):\n    for _ in tqdm(range(10)): pass\n"
        "    return np.asarray(x) ** 2",
        cells=("from tqdm import tqdm\nfor _ in tqdm(range(100)): pass",),
    ),
    Accident(
        "helper_cell",
        "a helper in a cell of its own",
        "def square(x):\n    return my_power(np.asarray(x), 2)",
        cells=("def my_power(x, n):\n    return x ** n",),
    ),
    Accident(
        "helper_file",
        "a helper in a file that a cell writes",
        "from helper import my_power\ndef square(x):\n    return my_power(np.asarray(x))",
        cells=("%%writefile helper.py\ndef my_power(x):\n    return x ** 2\n",),
    ),
    Accident("seeds", "seeds everything", "np.random.seed(0)\nimport random\nrandom.seed(0)\n" + SQUARE),
    Accident(
        "star_import",
        "from numpy import *",
        "from numpy import *\n" + SQUARE,
        cells=("from numpy import *\nfrom math import *",),
    ),
    Accident(
        "shadowed_names",
        "variables called list, str, sum, x",
        cells=("list = [1]\nstr = 'a'\nsum = 3\nx = y = 0\nmax = min = None",),
    ),
    Accident(
        "overwritten_numpy_setting",
        "changes how NumPy prints and warns",
        cells=("np.set_printoptions(precision=1)\nnp.seterr(all='raise')",),
    ),
    Accident(
        "python_floats",
        "answers in a list of Python floats",
        "def square(x):\n    return [float(v) ** 2 for v in x]",
    ),
    Accident(
        "uses_magics",
        "timing magics",
        cells=(
            "%timeit -n1 -r1 sum(range(10))",
            "%%time\nx = 1",
            "%load_ext autoreload\n%autoreload 2",
            "?print",
            "!pip install numpy",
            "%pip install numpy",
            "%cd ..",
            "%pwd",
        ),
    ),
    Accident("asyncio", "top-level await", cells=("import asyncio\nawait asyncio.sleep(0.01)",)),
    Accident(
        "threads",
        "a pool of threads",
        cells=(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor() as pool: print(list(pool.map(abs, [-1])))",
        ),
    ),
    Accident(
        "dataframe_like",
        "rich output of an own class",
        cells=(
            "class Shown:\n    def _repr_html_(self): return '<b>x</b>'\n"
            "    def _repr_png_(self): return b'no'\nShown()",
        ),
    ),
    Accident(
        "broken_repr",
        "an object that cannot be shown",
        cells=("class Broken:\n    def __repr__(self): raise ValueError('no')\nBroken()",),
    ),
    Accident(
        "saves_figures",
        "writes a figure and data to disk",
        cells=(
            "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('a.png')\n"
            "np.save('a.npy', np.ones(3))\nprint(np.load('a.npy'))",
        ),
    ),
    Accident(
        "reads_a_file_that_is_not_there",
        "data on the student's own disk",
        cells=("data = np.loadtxt('C:/Users/me/data.csv')",),
    ),
    Accident(
        "deep_recursion_limit",
        "raises the recursion limit",
        cells=("import sys\nsys.setrecursionlimit(10 ** 6)",),
    ),
    Accident("deletes_names", "del and %reset", cells=("x = 1\ndel x", "%reset -f", "import numpy as np")),
    Accident(
        "unused_torch",
        "an import that is not listed, in a cell of its own",
        cells=("import torch", "import pandas as pd", "import seaborn as sns"),
    ),
    Accident(
        "french_accents",
        "names and text that are not ASCII",
        "def square(x):\n    carré = np.asarray(x) ** 2  # él cuadrado → 二乗 🙂\n    return carré",
    ),
    Accident("tabs", "indented by tabs", "def square(x):\n\treturn np.asarray(x) ** 2"),
    Accident("trailing_blanks", "blank lines and blanks", "\n\n" + SQUARE + "   \n\n\n"),
    Accident("lambda", "a lambda instead of a def", "square = lambda x: np.asarray(x) ** 2"),
    Accident(
        "decorated",
        "a cached function of a tuple",
        "import functools\n@functools.wraps(np.square)\ndef square(x): return np.square(x)",
    ),
    Accident(
        "callable_object",
        "an object that can be called",
        "class Square:\n    def __call__(self, x): return np.asarray(x) ** 2\nsquare = Square()",
    ),
]
