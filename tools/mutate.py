"""Small mistakes in a solution, one at a time: mutants, by which hidden tests are measured.

>>> for mutant in mutants("def f(x):\\n    return x.T > 0"):
...     print(mutant)
boundary: `x.T > 0` -> `x.T >= 0`
comparison: `x.T > 0` -> `x.T < 0`
dropped return: `return x.T > 0` -> `pass`
off by one: `0` -> `1`
transpose: `x.T` -> `x`
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A solution with one mistake.

    Attributes
    ----------
    operator : str
        The kind of mistake.
    before, after : str
        The expression or statement that was changed.
    source : str
        The whole cell.
    number : int
        Counts mutants whose change reads the same, from 1.
    """

    operator: str
    before: str
    after: str
    source: str
    number: int = 1

    def __str__(self) -> str:
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.operator}: `{self.before}` -> `{self.after}`{again}"


Rule = Callable[[ast.AST], Iterator[tuple[str, ast.AST | None]]]
"""Yields the name of an operator and what stands in place of a node; None takes a statement away."""

_COMPARE = {
    ast.Gt: (("boundary", ast.GtE), ("comparison", ast.Lt)),
    ast.GtE: (("boundary", ast.Gt), ("comparison", ast.LtE)),
    ast.Lt: (("boundary", ast.LtE), ("comparison", ast.Gt)),
    ast.LtE: (("boundary", ast.Lt), ("comparison", ast.GtE)),
    ast.Eq: (("comparison", ast.NotEq),),
    ast.NotEq: (("comparison", ast.Eq),),
    ast.In: (("comparison", ast.NotIn),),
    ast.NotIn: (("comparison", ast.In),),
    ast.Is: (("comparison", ast.IsNot),),
    ast.IsNot: (("comparison", ast.Is),),
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_CALLS = {"mean": "sum", "sum": "mean", "max": "min", "min": "max", "any": "all", "all": "any"}
_CALLS |= {"argmax": "argmin", "argmin": "argmax", "zeros": "ones", "ones": "zeros", "hstack": "vstack"}
_CALLS |= {"zeros_like": "ones_like", "ones_like": "zeros_like", "floor": "ceil", "ceil": "floor"}
_KEEPERS = {"copy", "sorted", "list", "abs"}  # calls whose loss is a typical mistake
ORDER = "statement order"
_SWAPPED = (ast.MatMult, ast.Sub, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod)


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a cell, without repetitions.

    Parameters
    ----------
    source : str
        A solution; docstrings, annotations and default values are left alone.

    Returns
    -------
    list of Mutant
    """
    tree = ast.parse(source)
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for path in _places(tree):
        node = _at(tree, path)
        for operator, replacement in _changes(node):
            changed = copy.deepcopy(tree)
            _put(changed, path, copy.deepcopy(replacement))
            try:
                text = ast.unparse(ast.fix_missing_locations(changed))
                compile(text, "<mutant>", "exec")
            except (SyntaxError, ValueError, AttributeError, TypeError):
                continue
            if text != original and text not in found:
                change = operator, *_shown(operator, node, replacement)
                seen[change] += 1
                found[text] = Mutant(*change, text, seen[change])
    return sorted(found.values(), key=str)


def garbage(source: str) -> Mutant:
    """Return the control: each function returns nonsense. A test that accepts it tests nothing.

    Parameters
    ----------
    source : str
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse("return 'garbage'").body
    return Mutant(
        "garbage", "the whole body", "return 'garbage'", ast.unparse(ast.fix_missing_locations(tree))
    )


Path = tuple[tuple[str, int | None], ...]


def _places(tree: ast.AST) -> Iterator[Path]:
    """Yield the path to every node whose change is a student's mistake."""

    def walk(node: ast.AST, path: Path) -> Iterator[Path]:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(
                node, ast.Call
            ):
                continue
            children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for index, child in children:
                if not isinstance(child, ast.AST) or _is_docstring(child):
                    continue
                place = (*path, (field, index))
                yield place
                yield from walk(child, place)

    yield from walk(tree, ())


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    for rule in (
        _compare,
        _binary,
        _unary,
        _constant,
        _call,
        _attribute,
        _statement,
        _logic,
        _subscript,
        _order,
    ):
        yield from rule(node)


def _compare(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator, kind in _COMPARE.get(type(node.ops[0]), ()):
            yield operator, ast.Compare(node.left, [kind()], node.comparators)


def _binary(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if not isinstance(node, ast.BinOp):
        return
    if type(node.op) in _ARITHMETIC:
        yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    if isinstance(node.op, ast.Div) and not isinstance(node.right, ast.Constant):
        yield "n - 1 for n", ast.BinOp(node.left, node.op, ast.BinOp(node.right, ast.Sub(), ast.Constant(1)))
    if isinstance(node.op, _SWAPPED):
        yield "swapped operands", ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub | ast.MatMult):
        yield "dropped factor" if isinstance(node.op, ast.Mult | ast.Div) else "dropped term", node.left
    if isinstance(node.op, ast.Mult | ast.Add | ast.MatMult):
        yield "dropped factor" if isinstance(node.op, ast.Mult) else "dropped term", node.right


def _unary(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.UnaryOp):
        yield "sign" if isinstance(node.op, ast.USub) else "dropped not", node.operand


def _constant(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        if isinstance(node.value, int):  # a count or an index
            yield "off by one", ast.Constant(node.value + 1)
            yield "off by one", ast.Constant(node.value - 1) if node.value >= 1 else ast.Constant(0)
        if node.value != 0:
            yield "sign", ast.UnaryOp(ast.USub(), ast.Constant(node.value))


def _call(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _CALLS and isinstance(node.func, ast.Attribute):
        changed = copy.deepcopy(node)
        changed.func.attr = _CALLS[name]  # type: ignore[attr-defined]
        yield "mean, sum and their like", changed
    if name in ("any", "all", "min", "max") and isinstance(node.func, ast.Name):
        yield (
            "mean, sum and their like",
            ast.Call(ast.Name(_CALLS[name], ast.Load()), node.args, node.keywords),
        )
    if name in _KEEPERS:
        inner = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
        yield f"dropped {name}", inner or (node.args[0] if node.args else None) or node
    for i, keyword in enumerate(node.keywords):
        others = node.keywords[:i] + node.keywords[i + 1 :]
        if keyword.arg in ("axis", "keepdims", "initial", "dtype", "ddof", "strict", "indexing"):
            yield f"dropped {keyword.arg}", ast.Call(node.func, node.args, others)
        if (
            keyword.arg == "axis"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value in (0, 1)
        ):
            other = ast.keyword("axis", ast.Constant(1 - keyword.value.value))
            yield "axis", ast.Call(node.func, node.args, [*others, other])
    if len(node.args) == 2 and name not in ("isinstance", "min", "max", "zip"):
        yield "swapped arguments", ast.Call(node.func, node.args[::-1], node.keywords)


def _attribute(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node.value


def _statement(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Name):
            name = ast.Name(node.target.id, ast.Load())
            yield "+= and =", ast.Assign([node.target], node.value)
            other = _ARITHMETIC.get(type(node.op))
            if other:
                yield "arithmetic", ast.Assign([node.target], ast.BinOp(name, other(), node.value))
        yield "dropped statement", ast.Pass()
    elif isinstance(node, ast.Assign | ast.Expr | ast.Raise | ast.Break | ast.Continue):
        yield "dropped statement", ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "dropped return", ast.Pass()


def _logic(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and, or", ast.BoolOp(other, node.values)
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield "dropped condition", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.IfExp):
        yield "branches swapped", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.If):
        yield "condition negated", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "dropped condition", ast.comprehension(node.target, node.iter, [], node.is_async)


def _subscript(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.Slice):
        if node.lower is not None:
            yield "slice", ast.Slice(None, node.upper, node.step)
        if node.upper is not None:
            yield "slice", ast.Slice(node.lower, None, node.step)
        if node.step is not None:
            yield "slice", ast.Slice(node.lower, node.upper, None)


def _order(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Swap neighbours in a block, so that one uses an updated value for an old one."""
    body = getattr(node, "body", None)
    kinds = ast.Assign | ast.AugAssign | ast.Expr
    for i in range(len(body) - 1 if isinstance(body, list) else 0):
        first, second = body[i : i + 2]
        if isinstance(first, kinds) and isinstance(second, kinds) and _depend(first, second):
            changed = copy.deepcopy(node)
            changed.body[i : i + 2] = changed.body[i : i + 2][::-1]  # type: ignore[attr-defined]
            yield ORDER, changed


def _depend(first: ast.AST, second: ast.AST) -> bool:
    """Tell whether the order of two statements can matter: one writes what the other reads or writes."""
    (written, read), (written_then, read_then) = _names(first), _names(second)
    return bool(written & (read_then | written_then) or written_then & read)


def _names(statement: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that a statement writes, also by an index or an attribute, and those that it reads."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    written = {n.id for target in targets if target for n in ast.walk(target) if isinstance(n, ast.Name)}
    read = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    plain = isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in targets)
    return written, read - written if plain else read


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _at(tree: ast.AST, path: Path) -> ast.AST:
    node = tree
    for field, index in path:
        value = getattr(node, field)
        node = value if index is None else value[index]
    return node


def _put(tree: ast.AST, path: Path, replacement: ast.AST | None) -> None:
    parent = _at(tree, path[:-1])
    field, index = path[-1]
    if index is None:
        setattr(parent, field, replacement)
    else:
        getattr(parent, field)[index] = replacement


def _shown(operator: str, node: ast.AST, replacement: ast.AST | None) -> tuple[str, str]:
    if operator != ORDER:
        return _line(node), "" if replacement is None else _line(replacement)
    before, after = node.body, replacement.body  # type: ignore[attr-defined, union-attr]
    i = next(i for i, (a, b) in enumerate(zip(before, after)) if ast.unparse(a) != ast.unparse(b))
    return "; ".join(map(_line, before[i : i + 2])), "; ".join(map(_line, after[i : i + 2]))


def _line(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 70 else text[:69] + "…"
