"""The page for the instructor: points by exercise, what was not met and how often, time, failures."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import nbformat
from nbgrader.utils import is_grade

from coursepkg.grading.submission import Graded

# A part's line in a message: the requirement, and the sentence that says what came.
_PART = re.compile(r"^- (?P<requirement>.+?): not met \([\d.]+ points?\)\. (?P<sentence>.*)$")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d.,e+−-]*")
_STUB = re.compile(r"^Exercise \d+\.\d+: ")
_HEADING = re.compile(r"^#+ *(?:Exercise [\d.]+: *)?(?P<title>.*?)(?: *\(\d+ points?\))?\s*$", re.MULTILINE)
_SEE = re.compile(r"\s*See lesson .*$")


@dataclass(frozen=True)
class Met:
    """A misconception, as its sentence tells it, and who met it.

    Attributes
    ----------
    requirement : str
        What was not met; ``""`` where the visible check stopped the exercise.
    sentence : str
        The first student's, an example of those that differ in numbers alone.
    students : tuple of str
    """

    requirement: str
    sentence: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseSummary:
    """One exercise over a class.

    Attributes
    ----------
    name : str
    title : str
        The heading above it in the notebook; empty if there is none.
    max_score : float
    mean : float
        Points, over the submissions that were graded and have them.
    full, some, none, waiting : int
        Submissions with all points, some, none, and with manual points to come.
    met : tuple of Met
        The most frequent first.
    """

    name: str
    title: str
    max_score: float
    mean: float
    full: int
    some: int
    none: int
    waiting: int
    met: tuple[Met, ...]


def summarise(results: Sequence[Graded]) -> list[ExerciseSummary]:
    """Return the exercises of a class, with what its students met.

    Parameters
    ----------
    results : sequence of Graded
        Those that failed do not count.

    Returns
    -------
    list of ExerciseSummary
        In the order of the notebook.
    """
    graded = [g for g in results if g.status == "graded"]
    names = list(dict.fromkeys(name for g in graded for name in g.exercises))
    titles = next((headings(g.notebook) for g in graded if g.notebook), {})
    summaries = []
    for name in names:
        pairs = [(g.student, g.exercises[name]) for g in graded if name in g.exercises]
        scored = [(e.score, e.max_score) for _, e in pairs if e.score is not None]
        groups: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for student, exercise in pairs:
            if exercise.score is not None and exercise.score < exercise.max_score:
                for requirement, sentence in sentences(exercise.message):
                    groups[requirement, _NUMBER.sub("#", sentence)].append((student, sentence))
        met = [
            Met(requirement, members[0][1], tuple(dict.fromkeys(student for student, _ in members)))
            for (requirement, _), members in groups.items()
        ]
        summaries.append(
            ExerciseSummary(
                name=name,
                title=titles.get(name, ""),
                max_score=pairs[0][1].max_score,
                mean=statistics.fmean([score for score, _ in scored]) if scored else 0.0,
                full=sum(score >= most for score, most in scored),
                some=sum(0 < score < most for score, most in scored),
                none=sum(score == 0 < most for score, most in scored),
                waiting=len(pairs) - len(scored),
                met=tuple(sorted(met, key=lambda m: -len(m.students))),
            )
        )
    return summaries


def sentences(message: str) -> list[tuple[str, str]]:
    """Return the requirements that a message calls not met, each with its sentence.

    Parameters
    ----------
    message : str
        What a student is told of an exercise.

    Returns
    -------
    list of (str, str)
        Where the visible check stopped the exercise: one sentence, the requirement ``""``.

    Examples
    --------
    >>> sentences("1 of 3 points.\\n- ties give 1: not met (2 points). It gave 0. See lesson 01.")
    [('ties give 1', 'It gave 0.')]
    """
    found = [match for line in message.splitlines() if (match := _PART.match(line))]
    if found:
        return [(match["requirement"], _SEE.sub("", match["sentence"])) for match in found]
    first = next((line for line in message.splitlines() if line.strip()), "")
    if _STUB.match(first):
        return [("", "Not begun: the stub is still there.")]
    return [("", _SEE.sub("", first))] if first else []


def headings(notebook: str) -> dict[str, str]:
    """Return the heading above each grade cell of a graded notebook.

    Parameters
    ----------
    notebook : str
        As JSON.

    Returns
    -------
    dict of str to str
        By the id of the grade cell, without what the report says itself: the number and the points.
    """
    found, last = {}, ""
    for cell in nbformat.reads(notebook, as_version=4).cells:
        if cell.cell_type == "markdown" and (match := _HEADING.search(cell.source)):
            last = match["title"].replace("`", "")
        if is_grade(cell):
            found[cell.metadata.nbgrader["grade_id"]] = last
    return found


def render(results: Sequence[Graded], assignment: str) -> str:
    """Write the page.

    Parameters
    ----------
    results : sequence of Graded
    assignment : str
        Its id.

    Returns
    -------
    str
        HTML that holds no script and loads nothing.
    """
    graded = [g for g in results if g.status == "graded"]
    seconds = sorted(g.seconds for g in results if g.seconds)
    shares = Counter(_tenth(g) for g in graded)
    scores = [g.score for g in graded]
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(Path(__file__).with_name("report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        assignment=assignment,
        results=sorted(results, key=lambda g: g.student),
        graded=graded,
        failed=sorted((g for g in results if g.status != "graded"), key=lambda g: g.student),
        flagged=sorted((g for g in graded if g.reason), key=lambda g: g.student),
        exercises=summarise(results),
        histogram=[(k, shares[k]) for k in range(11)],
        most=max(shares.values(), default=1),
        mean=statistics.fmean(scores) if scores else 0.0,
        middle=statistics.median(scores) if scores else 0.0,
        max_score=graded[0].max_score if graded else 0.0,
        seconds=seconds,
        median=statistics.median(seconds) if seconds else 0.0,
        slowest=sorted((g for g in results if g.seconds), key=lambda g: -g.seconds)[:3],
    )


def _tenth(graded: Graded) -> int:
    """Return how many tenths of the points were earned; 10 for all of them."""
    return int(10 * graded.score / graded.max_score) if graded.max_score else 0
