"""Does every public name of the library say what CONTRIBUTING.md asks of it?"""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "coursepkg"
LIBRARY = [path for path in sorted(PACKAGE.glob("*.py")) if path.stem not in ("__init__", "__main__", "cli")]
FIGURES = [path for path in sorted(PACKAGE.glob("figures/*.py")) if path.stem not in ("__init__", "style")]


def public(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    """Return the functions and classes of a file that are not private."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    kinds = ast.FunctionDef | ast.ClassDef
    return [node for node in nodes if isinstance(node, kinds) and not node.name.startswith("_")]


def own_nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """Return the nodes of a function, those of functions inside it left out."""
    found, waiting = [], list(function.body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def named_parameters(doc: str) -> set[str]:
    """Return the names that the Parameters section describes."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", doc, re.M | re.S)
    heads = re.findall(r"^(\S[^:\n]*)", section[1] if section else "", re.M)
    return {name.strip(" *") for head in heads for name in head.split(",")}


@cache
def sections() -> dict[str, set[str]]:
    """Return for each lesson the numbers of its sections."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        found[path.name[:2]] = set(re.findall(r"^## (\d+\.\d+)", text, re.M))
    return found


def unknown_places(doc: str) -> list[str]:
    """Return the notebooks and sections on the Lecture line that are not there."""
    line = re.search(r"^Lecture: (.*(?:\n.+)*)", doc, re.M)
    if line is None:
        return ["no line Lecture:"]
    there = set().union(*sections().values())
    books, numbers = re.findall(r"(?<!\.)\b\d\d\b(?!\.\d)", line[1]), re.findall(r"\b\d+\.\d+\b", line[1])
    return [f"notebook {n}" for n in books if n not in sections()] + [n for n in numbers if n not in there]


def missing(node: ast.FunctionDef | ast.ClassDef, example: bool) -> list[str]:
    """Return what a docstring lacks."""
    doc = ast.get_docstring(node) or ""
    found = unknown_places(doc)
    if isinstance(node, ast.ClassDef):
        return found
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    found += [f"parameter {arg.arg}" for arg in arguments if arg.arg not in named_parameters(doc)]
    inside = own_nodes(node)
    if any(isinstance(one, ast.Return) and one.value is not None for one in inside):
        found += [] if re.search(r"^Returns\n-", doc, re.M) else ["Returns"]
    if any(isinstance(one, ast.Raise) for one in inside) and not re.search(r"^Raises\n-", doc, re.M):
        found += ["Raises"]
    return found + (["an example"] if example and ">>>" not in doc else [])


@pytest.mark.parametrize("path", LIBRARY + FIGURES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_docstrings_are_complete(path):
    """Are lesson, parameters, results, errors and, but for figures, an example there?"""
    lacking = {node.name: missing(node, example=path in LIBRARY) for node in public(path)}
    assert {name: lacks for name, lacks in lacking.items() if lacks} == {}


def test_an_incomplete_docstring_is_found():
    """Does the test above see each thing that may be missing?"""
    source = '''def f(x, y):
    """Return.

    Lecture: notebook 01, section 1.99; notebook 77.

    Parameters
    ----------
    x : int
    """
    if x:
        raise ValueError
    return y
'''
    node = ast.parse(source).body[0]
    assert missing(node, example=True) == [
        "notebook 77", "1.99", "parameter y", "Returns", "Raises", "an example",
    ]  # fmt: skip
