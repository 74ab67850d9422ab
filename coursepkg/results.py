"""Published numbers beside ours: the rows of the reproduction tables, and the recorded studies.

A lesson shows a `table` of `Result` rows. What takes longer than a lesson may is a study: `make results`
runs it and records it, and the lesson loads the record.

Lecture: every notebook.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

RELATIONS = ("=", "<=", ">=")


@dataclass(frozen=True)
class Result:
    """One number that somebody published or derived, and what we compute for it.

    Lecture: every notebook.

    Parameters
    ----------
    claim : str
        What the number is, in a few words; Markdown with formulas.
    published : int, float or str
        The number of the source.
    ours : int, float or str
        What the code computed.
    tolerance : float, at least 0
        The largest difference that counts as agreement; 0 means exact.
    source : str
        Author and year, or where it is derived; says so if the source was not read.
    relation : {"=", "<=", ">="}
        What `ours` should be to `published`: equal, at most (an upper bound), or at least.

    Raises
    ------
    ValueError
        If the relation is unknown, the tolerance negative, or a number is not finite.

    Examples
    --------
    >>> Result("threshold functions of 2 bits", 14, 14, 0, "OEIS A000609").agrees
    True
    >>> Result("updates until no error", 425, 103, 0, "Novikoff (1962)", relation="<=").agrees
    True
    """

    claim: str
    published: int | float | str
    ours: int | float | str
    tolerance: float
    source: str
    relation: str = "="

    def __post_init__(self):
        if self.relation not in RELATIONS:
            raise ValueError(f"Result: expected a relation among {RELATIONS}, got {self.relation!r}")
        if not self.tolerance >= 0:
            raise ValueError(f"Result: expected a tolerance of at least 0, got {self.tolerance}; 0 is exact")
        for name in ("published", "ours", "tolerance"):
            value = getattr(self, name)
            if isinstance(value, np.generic):
                value = value.item()
                object.__setattr__(self, name, value)
            if not isinstance(value, str) and not np.isfinite(value):
                raise ValueError(f"Result: {name} is {value} in {self.claim!r}; only finite numbers compare")

    @property
    def agrees(self) -> bool:
        """Whether `ours` stands to `published` as `relation` says, within the tolerance."""
        if isinstance(self.published, str) or isinstance(self.ours, str):
            return self.published == self.ours
        if self.relation == "<=":
            return self.ours <= self.published + self.tolerance
        if self.relation == ">=":
            return self.ours >= self.published - self.tolerance
        return abs(self.ours - self.published) <= self.tolerance


class Table(list):
    """A list of results that a notebook shows as a table.

    Lecture: every notebook.

    Examples
    --------
    >>> print(table([Result("C(5, 2)", 10, 10, 0, "counted")])._repr_markdown_())
    | claim | published | ours | tolerance | agrees | source |
    |---|---|---|---|---|---|
    | C(5, 2) | 10 | 10 | exact | yes | counted |
    """

    def _repr_markdown_(self) -> str:
        head = ("claim", "published", "ours", "tolerance", "agrees", "source")
        rows = [head, *(_cells(result) for result in self)]
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])

    def __repr__(self) -> str:
        return self._repr_markdown_()


def table(results: Iterable[Result]) -> Table:
    """Return results as a table, for the last line of a cell.

    Lecture: every notebook.

    Parameters
    ----------
    results : iterable of Result

    Returns
    -------
    Table

    Examples
    --------
    >>> table([Result("2 + 2", 4, 4, 0, "counted")])
    | claim | published | ours | tolerance | agrees | source |
    |---|---|---|---|---|---|
    | 2 + 2 | 4 | 4 | exact | yes | counted |
    """
    return Table(results)


def _cells(result: Result) -> tuple[str, ...]:
    sign = {"=": "", "<=": "≤ ", ">=": "≥ "}[result.relation]
    if isinstance(result.published, str):
        tolerance = "the same"
    else:
        tolerance = number(result.tolerance) if result.tolerance else "exact"
    published, ours = sign + number(result.published), number(result.ours)
    return result.claim, published, ours, tolerance, "yes" if result.agrees else "**no**", result.source


def number(value: int | float | str) -> str:
    """Write a number for a reader: integers whole, others with five significant digits.

    Lecture: every notebook.

    Parameters
    ----------
    value : int, float or str
        A text stays as it is.

    Returns
    -------
    str

    Examples
    --------
    >>> number(2424832), number(0.123456789), number(4.0), number("first")
    ('2424832', '0.12346', '4', 'first')
    """
    if isinstance(value, str | int):
        return str(value)
    return f"{value:.5g}"


@dataclass(frozen=True)
class Recorded:
    """What a study found: rows for the table of results, and data for a lesson's figures.

    Lecture: every notebook.

    Parameters
    ----------
    results : list of Result
    data : dict of str to number, text, list or ndarray
        What the lesson draws; empty if the rows say it all.
    """

    results: list[Result]
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values; our numbers keep six digits in the rows and eight in the data."""
        rows = [{**asdict(result), "ours": _rounded(result.ours, 6)} for result in self.results]
        return {"results": rows, "data": {name: _plain(value) for name, value in self.data.items()}}


def recorded(study: str, folder: str | Path = "results") -> Recorded:
    """Load what a study recorded.

    Lecture: every notebook.

    Parameters
    ----------
    study : str
        Its name, such as "04-efron".
    folder : str or Path
        Where the records lie; the lessons run in the folder above.

    Returns
    -------
    Recorded
        Lists of numbers in its data come as arrays.

    Raises
    ------
    FileNotFoundError
        If there is no such record.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = json.dumps(Recorded([], {"curve": [0.5, 1.0]}).to_json())
    ...     _ = (Path(folder) / "04-efron.json").write_text(text)
    ...     recorded("04-efron", folder).data["curve"]
    array([0.5, 1. ])
    """
    path = Path(folder) / f"{study}.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"recorded: there is no {path}; run the lesson in its own folder, or `make results` to record it"
        )
    record = json.loads(path.read_text(encoding="utf-8"))
    data = {name: np.array(v) if isinstance(v, list) else v for name, v in record["data"].items()}
    return Recorded([Result(**row) for row in record["results"]], data)


def _rounded(value: Any, digits: int) -> Any:
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _rounded(value, 8)
