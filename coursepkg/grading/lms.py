"""Fill the grade file of a learning management system: Canvas's gradebook, Moodle's grading worksheet.

The instructor exports the file there, a command fills one column of it, and the file goes back. Every
other cell stays as it was. Which columns and rows have a meaning was read in Canvas's
``gradebook_importer.rb`` and ``gradebook_exporter.rb`` and in Moodle's ``assignfeedback_offline``.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

CANVAS_STUDENT = ("SIS Login ID", "SIS User ID", "Integration ID", "ID", "Student")
MOODLE_STUDENT = ("Username", "ID number", "Email address", "Identifier", "Full name")
_CANVAS_ASSIGNMENT = re.compile(r".* \(\d+\)")  # a title and Canvas's number for it


@dataclass(frozen=True)
class Grade:
    """What a student has in the gradebook.

    Attributes
    ----------
    score : float or None
        None where there is nothing to send: it waits for manual points, or could not be graded.
    max_score : float
    reason : str
        Why there is nothing to send.
    stale : bool
        Whether the submission was graded again after points were given by hand.
    """

    score: float | None
    max_score: float
    reason: str = ""
    stale: bool = False


@dataclass
class Sheet:
    """A CSV file as it was read.

    Attributes
    ----------
    rows : list of list of str
        The first is the header.
    delimiter, newline, encoding : str
        As they were, and as they will be written.
    """

    rows: list[list[str]]
    delimiter: str
    newline: str
    encoding: str

    def column(self, name: str, option: str) -> int:
        """Return the index of a column.

        Raises
        ------
        ValueError
            If it is not there.
        """
        if name not in self.rows[0]:
            there = ", ".join(repr(head) for head in self.rows[0] if head)
            raise ValueError(f"the file has no column {name!r}; name one of {there} with {option}")
        return self.rows[0].index(name)

    def write(self, path: Path) -> None:
        """Write the file, replacing an old one at the end."""
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.newline).writerows(self.rows)
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(text.getvalue().encode(self.encoding))
        temporary.replace(path)


@dataclass
class Filled:
    """What happened to a grade file.

    Attributes
    ----------
    column, match : str
        The column that was filled, and the one by which students were found.
    written : int
        Cells that hold a grade now.
    unknown : list of str
        Students with a grade who are not in the file.
    missing : list of str
        Students in the file who have no submission here.
    kept : dict of str to str
        Students whose cell stays as it was, with the reason.
    stale : list of str
        Students whose points by hand were sent, and whose submission was graded again after that.
    """

    column: str
    match: str
    written: int = 0
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file that a learning management system exported.

    Raises
    ------
    ValueError
        If it is no CSV file with a header and at least one row.
    """
    raw = path.read_bytes()
    if raw[:2] == b"PK":
        raise ValueError(f"{path} is a workbook; export the grades as CSV (comma-separated values)")
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} is not UTF-8; export it again, and do not save it in a spreadsheet"
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ValueError(f"{path} holds no table; it should be the grade file that was exported as CSV")
    return Sheet(rows, delimiter, "\r\n" if "\r\n" in text else "\n", encoding)


def fill(
    sheet: Sheet,
    grades: dict[str, Grade],
    assignment_id: str,
    column: str | None = None,
    match: str | None = None,
    scale: bool = False,
) -> Filled:
    """Write grades into one column of a grade file, in place.

    Parameters
    ----------
    sheet : Sheet
        Canvas's or Moodle's; which one is seen from its header.
    grades : dict of str to Grade
        By student, as their folder is called.
    assignment_id : str
        Finds Canvas's column where `column` is left out.
    column, match : str, optional
        The column to fill, and the one that holds the folders' names. Without `match`, the column that
        knows most students is taken; of an address the part before the @ counts too.
    scale : bool
        Whether to scale points to the file's maximum where that differs.

    Returns
    -------
    Filled

    Raises
    ------
    ValueError
        If the file is of neither kind, a column cannot be told, or the points do not fit its maximum.
    """
    header = sheet.rows[0]
    canvas = "Student" in header[:2] and "ID" in header
    if not canvas and not ("Identifier" in header and "Grade" in header) and column is None:
        raise ValueError(
            "this is neither Canvas's gradebook (Student, ID, …) nor Moodle's grading worksheet "
            "(Identifier, …, Grade); for another file, name its column with --column and --match"
        )
    column = column or (_canvas_column(header, assignment_id) if canvas else "Grade")
    target = sheet.column(column, "--column")
    rows = [row for row in sheet.rows[1:] if len(row) > target and not (canvas and _is_no_student(row))]
    if match:
        columns = [sheet.column(match, "--match")]
    else:
        columns = [header.index(name) for name in (*CANVAS_STUDENT, *MOODLE_STUDENT) if name in header]
    if not columns:
        raise ValueError("no column of the file names the students; say which one does with --match")
    by = max(columns, key=lambda index: sum(_student(row[index], grades) is not None for row in rows))
    found = {}
    for row in rows:
        student = _student(row[by], grades)
        if student in found:
            raise ValueError(f"{student!r} stands twice in column {header[by]!r}; name another with --match")
        found[student or row[by]] = row
    if grades and not set(found) & set(grades):
        raise ValueError(
            f"no student of the file is among the {len(grades)} that were graded, such as "
            f"{next(iter(grades))!r}; name the column that holds those names with --match"
        )
    result = Filled(column, header[by])
    result.unknown = sorted(set(grades) - set(found))
    for student, row in found.items():
        if student not in grades:
            result.missing.append(student)
            continue
        reason = grades[student].reason or _locked(header, row, row[target])
        score = grades[student].score
        if reason or score is None:
            result.kept[student] = reason
            continue
        most = _maximum(sheet, canvas, target, row)
        row[target] = _points(score, grades[student].max_score, most, scale)
        result.written += 1
        if grades[student].stale:
            result.stale.append(student)
    return result


def _canvas_column(header: list[str], assignment_id: str) -> str:
    """Return the heading of Canvas's column for an assignment."""
    all_of_them = [name for name in header if _CANVAS_ASSIGNMENT.fullmatch(name)]
    number, _, title = assignment_id.replace("_", " ").lower().partition(" ")
    named = [name for name in all_of_them if title in name.replace("_", " ").lower()]
    if not named:  # such as "Assignment 1 (2345)"; the number in brackets is Canvas's own
        whole = re.compile(rf"(?<!\d)0*{int(number)}(?!\d)")
        named = [name for name in all_of_them if whole.search(name.rpartition(" (")[0])]
    if len(named) != 1:
        there = ", ".join(repr(name) for name in named or all_of_them) or "none"
        raise ValueError(f"which column is {assignment_id}? Name it with --column; there are {there}")
    return named[0]


def _is_no_student(row: list[str]) -> bool:
    """Tell whether a row of Canvas's file describes the assignments, or is its test student."""
    name = row[0].strip()
    return not any(row) or "Points Possible" in name or name in ("", "Student, Test", "Test Student")


def _student(cell: str, grades: dict[str, Grade]) -> str | None:
    """Return the graded student whom a cell names."""
    cell = cell.strip()
    for name in (cell, cell.partition("@")[0]):
        if name and name in grades:
            return name
    return None


def _locked(header: list[str], row: list[str], cell: str) -> str:
    """Return why a cell must stay as it is."""
    if cell.strip().upper() == "EX":
        return "is excused"
    if cell.strip() == "N/A":
        return "does not have this assignment"
    if "Grade can be changed" in header and row[header.index("Grade can be changed")].strip() == "No":
        return "has a grade that is locked"
    return ""


def _maximum(sheet: Sheet, canvas: bool, target: int, row: list[str]) -> float | None:
    """Return the most that the file allows, None if it does not say."""
    text = ""
    if canvas:
        text = next((r[target] for r in sheet.rows[1:4] if "Points Possible" in r[0] and len(r) > target), "")
    else:
        names = [name for name in sheet.rows[0] if name.lower() == "maximum grade"]
        text = row[sheet.rows[0].index(names[0])] if names else ""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _points(score: float, of: float, most: float | None, scale: bool) -> str:
    if most is not None and abs(most - of) > 1e-9:
        if not scale:
            raise ValueError(
                f"the file gives {most:g} points for the assignment, which has {of:g}; change it there, "
                "or scale with --scale"
            )
        score = score * most / of if of else 0.0
    return f"{score:.2f}".rstrip("0").rstrip(".")


def grades_of(db_url: str, assignment_id: str, failed: dict[str, str]) -> dict[str, Grade]:
    """Return the grades of an assignment from a gradebook, with manual points and late penalties.

    Parameters
    ----------
    db_url : str
    assignment_id : str
    failed : dict of str to str
        Students who could not be graded, with the reason; what waits of theirs is graded by hand or not sent.

    Raises
    ------
    LookupError
        If the gradebook does not know the assignment.
    """
    with Gradebook(db_url) as gradebook:
        try:
            submissions = gradebook.assignment_submissions(assignment_id)
        except MissingEntry:
            submissions = []
        if not submissions:
            raise LookupError(f"the gradebook holds no grade of {assignment_id}; grade it first")
        found = {}
        for submission in submissions:
            student, score = submission.student_id, submission.score
            # nbgrader marks points by hand, too, when it grades again; they stay, whatever the mark says
            every = [grade for notebook in submission.notebooks for grade in notebook.grades]
            marked = [grade for grade in every if grade.needs_manual_grade]
            waits = sorted(grade.name for grade in marked if grade.manual_score is None)
            reason = f"waits for manual points: {', '.join(waits)}" if waits else ""
            if student in failed and (waits or not score):
                reason = f"could not be graded: {failed[student]}"
                if score:
                    reason += f" Still without points by hand: {', '.join(waits)}"
            score = max(0.0, score - submission.late_submission_penalty)
            stale = bool(marked) and not reason
            found[student] = Grade(None if reason else score, submission.max_score, reason, stale)
    return found
