"""The studies that a lesson is too short for: many seeds, long runs, published numbers to reproduce.

A module a lesson. ``@study`` registers a function without arguments; ``python -m tools.studies`` runs the
studies, writes what each found to ``notebooks/results/`` and all rows to the page ``docs/results.md``.
"""

import ast
import hashlib
import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursepkg.results import Recorded, recorded, table

ROOT = Path(__file__).resolve().parents[2]
RECORDS, PAGE, README = ROOT / "notebooks" / "results", ROOT / "docs" / "results.md", ROOT / "README.md"

# The rows that the README shows, two that disagree among them.
SHOWN = [
    ("01-threshold-functions", "threshold functions of 5 inputs"),
    ("02-mark-one-circle", "square/circle, any place, any turn"),
    ("03-fisher", "coefficient of petal length, that of sepal length being 1"),
    ("04-efron", "relative efficiency at Δ = 3"),
    ("05-doublings", "ratio of the last two gaps, left valley"),
    ("07-spiral", "spiral, 100 hidden units: loss after 1000 steps"),
    ("09-jacobians", "[784, 100, 100, 1], reverse mode: multiplications"),
    ("10-shapeset", "Shapeset, tanh, standard: test error"),
    ("11-born-dead", "9 hidden layers of width 2, no biases, one input: a layer off at x = 1"),
    ("13-drawn-units", "slope of log error against log q, p = 20, 40 networks a width"),
    ("14-construction", "regions of Montúfar's construction, $p = 2$, widths 8, 8, 8"),
]


@dataclass(frozen=True)
class Study:
    """One study.

    Attributes
    ----------
    name : str
        Begins with the number of its lesson, such as ``"04-efron"``.
    lesson : str
        ``"01"`` to ``"15"``.
    title : str
        What it asks, for the page of results.
    function : callable
        Takes nothing, returns `Recorded`.
    """

    name: str
    lesson: str
    title: str
    function: Callable[[], Recorded]

    @property
    def path(self) -> Path:
        """Where its record lies."""
        return RECORDS / f"{self.name}.json"

    @property
    def module(self) -> Path:
        """The file that defines it."""
        return Path(self.function.__code__.co_filename)


STUDIES: dict[str, Study] = {}


def study(name: str, lesson: str, title: str) -> Callable[[Callable[[], Recorded]], Callable[[], Recorded]]:
    """Register a study; use as a decorator.

    Raises
    ------
    ValueError
        If the name does not begin with the lesson's number, or another study has it.
    """
    if not name.startswith(f"{lesson}-"):
        raise ValueError(f"study: expected a name that begins with {lesson}-, got {name!r}")

    def register(function: Callable[[], Recorded]) -> Callable[[], Recorded]:
        known = STUDIES.get(name)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"study: {name!r} is the name of {known.function.__qualname__} already")
        STUDIES[name] = Study(name, lesson, title, function)
        return function

    return register


def find(lesson: str = "") -> list[Study]:
    """Import every module of studies and return the studies in the order of the lessons.

    Parameters
    ----------
    lesson : str
        The beginning of the names that are wanted.
    """
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}")
    return [STUDIES[name] for name in sorted(STUDIES) if name.startswith(lesson)]


def record(one: Study) -> Recorded:
    """Run a study and write its record."""
    found = one.function()
    RECORDS.mkdir(parents=True, exist_ok=True)
    content = {"study": one.name, "title": one.title, "fingerprint": fingerprint(one), **found.to_json()}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    one.path.write_text(text + "\n", encoding="utf-8")
    return found


def fingerprint(one: Study) -> str:
    """Return a hash of the code that a study runs: its module and what that imports of this project.

    Comments, docstrings and blank lines do not count.
    """
    digest = hashlib.sha256()
    for path in sorted(_reached(one.module)):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(_code(path).encode())
    return digest.hexdigest()


def _reached(start: Path) -> set[Path]:
    found, waiting = set(), [start.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
                if name.startswith("coursepkg.") and file.is_file():
                    waiting.append(file)
    return found


def _code(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))


def is_fresh(one: Study) -> bool:
    """Tell whether a study's record was made by the code that is here."""
    if not one.path.is_file():
        return False
    return json.loads(one.path.read_text(encoding="utf-8"))["fingerprint"] == fingerprint(one)


def page() -> str:
    """Return the page of all recorded results, as Markdown."""
    sections, rows, lesson = [], [], ""
    for one in find():
        results = recorded(one.name, RECORDS).results
        if one.lesson != lesson:
            lesson = one.lesson
            there = [path.name for path in (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")]
            title = f"[Lesson {lesson}](../notebooks/{there[0]})" if there else f"Lesson {lesson}"
            sections.append(f"## {title}")
        sections.append(f"**{one.title}** (`{one.name}`)\n\n{table(results)}")
        rows += results
    agree = sum(result.agrees for result in rows)
    return HEAD.format(agree=agree, count=len(rows), body="\n\n".join(sections))


HEAD = """# Results, reproduced

What the course computes beside what was published or derived. `make results` runs the studies in
`tools/studies/`, records them in `notebooks/results/` and writes this page. Of {count} rows, {agree} agree
within their tolerance; where one does not, the lesson says so and asks why.

{body}
"""


def readme() -> str:
    """Return the README with the rows of `SHOWN` between its two marks.

    Raises
    ------
    LookupError
        If a study has no such row.
    """
    chosen = []
    for name, claim in SHOWN:
        rows = [result for result in recorded(name, RECORDS).results if result.claim == claim]
        if not rows:
            raise LookupError(f"the record {name} has no row {claim!r}; mend SHOWN in tools/studies")
        chosen.append(rows[0])
    before, _, rest = README.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return f"{before}{MARKS[0]}\n{table(chosen)}\n{MARKS[1]}{after}"


MARKS = "<!-- rows that python -m tools.studies writes -->", "<!-- end of these rows -->"
