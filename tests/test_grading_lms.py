"""Does a grade file of Canvas or Moodle come back with the right cells filled and all others as they were?"""

import csv
import io

import pytest

from coursepkg.grading.lms import Grade, Sheet, fill, read_sheet

ID = "01_threshold_logic_units"
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Threshold logic units (771),Essay 01 (772),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,25.00,10.00,(read only)
"Lovelace, Ada",11,s-1,ada,"Mon, 9:00",,7.5,75.0
"Turing, Alan",12,s-2,alan,Tue,12.00,,0.0
"Noether, Emmy",13,s-3,emmy,Tue,EX,,0.0
"Hopper, Grace",14,s-4,grace,Tue,N/A,,0.0
"Student, Test",15,,f00,Tue,,,
"""
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (grade)","Feedback comments"
"Participant 101","Ada Lovelace",ada@school.test,"Submitted for grading",,25.00,Yes,-,
"Participant 102","Alan Turing",alan@school.test,"No submission",3.00,25.00,No,-,"see me, please"
"Participant 103","Emmy Noether",emmy@school.test,"Submitted for grading",,25.00,Yes,-,
"""
GRADES = {
    "ada": Grade(22.5, 25.0),
    "alan": Grade(25.0, 25.0),
    "emmy": Grade(1 / 3, 25.0),
    "grace": Grade(4.0, 25.0),
    "kurt": Grade(9.0, 25.0),
}


def sheet(text: str, delimiter: str = ",") -> Sheet:
    return Sheet(list(csv.reader(io.StringIO(text), delimiter=delimiter)), delimiter, "\n", "utf-8")


def changed(before: str, after: Sheet) -> dict[tuple[str, str], str]:
    """Return the cells that differ, by the first cell of their row and their column."""
    old = sheet(before, after.delimiter).rows
    assert [len(row) for row in old] == [len(row) for row in after.rows]
    return {
        (new_row[0], after.rows[0][k]): new_row[k]
        for old_row, new_row in zip(old, after.rows)
        for k in range(len(old_row))
        if old_row[k] != new_row[k]
    }


def test_canvas_column_is_filled_and_the_rest_left():
    """Are points written where students were graded, and excused, unassigned and other cells kept?"""
    file = sheet(CANVAS)
    result = fill(file, GRADES, ID)
    column = "Threshold logic units (771)"
    assert (result.column, result.match, result.written) == (column, "SIS Login ID", 2)
    assert changed(CANVAS, file) == {("Lovelace, Ada", column): "22.5", ("Turing, Alan", column): "25"}
    assert result.unknown == ["kurt"]
    assert result.missing == []
    assert result.kept == {"emmy": "is excused", "grace": "does not have this assignment"}


def test_moodle_worksheet_is_filled_by_the_address():
    """Are students found by the part before the @, thirds rounded, and locked grades kept?"""
    file = sheet(MOODLE)
    result = fill(file, {name: GRADES[name] for name in ("ada", "alan", "emmy")}, ID)
    assert (result.column, result.match, result.written) == ("Grade", "Email address", 2)
    assert changed(MOODLE, file) == {
        ("Participant 101", "Grade"): "22.5",
        ("Participant 103", "Grade"): "0.33",
    }
    assert result.kept == {"alan": "has a grade that is locked"}


def test_students_without_a_submission_are_listed_not_zeroed():
    """Does a student who handed in nothing keep an empty cell, and appear in the list?"""
    file = sheet(CANVAS)
    result = fill(file, {"alan": GRADES["alan"]}, ID)
    assert result.missing == ["ada", "emmy", "grace"]
    assert set(changed(CANVAS, file)) == {("Turing, Alan", result.column)}


def test_what_was_not_graded_is_not_sent():
    """Does a submission that could not be graded stay out of the file, with its reason?"""
    file = sheet(CANVAS)
    result = fill(file, {"ada": Grade(None, 25.0, "waits for manual points")}, ID)
    assert result.kept == {"ada": "waits for manual points"}
    assert changed(CANVAS, file) == {}


def test_points_are_scaled_only_when_asked():
    """Is another maximum refused with the cure, and scaled with --scale?"""
    text = CANVAS.replace("25.00,10.00", "10.00,10.00")
    with pytest.raises(ValueError, match="--scale"):
        fill(sheet(text), GRADES, ID)
    file = sheet(text)
    result = fill(file, GRADES, ID, scale=True)
    assert changed(text, file)["Lovelace, Ada", result.column] == "9"


def test_the_column_is_found_by_title_or_number_and_else_asked_for():
    """Is Canvas's own number in brackets never mistaken for the assignment's?"""
    numbered = CANVAS.replace("Threshold logic units (771)", "Homework 1 (771)").replace("Essay 01", "Essay")
    assert fill(sheet(numbered), GRADES, ID).column == "Homework 1 (771)"
    for heading in ("Homework 10 (1)", "Essay 1 (771)"):
        text = CANVAS.replace("Threshold logic units (771)", heading)
        if heading.startswith("Essay"):  # two columns with the number 1
            with pytest.raises(ValueError, match="--column"):
                fill(sheet(text), GRADES, ID)
        else:
            assert fill(sheet(text), {"ada": Grade(1, 10)}, ID).column == "Essay 01 (772)"


def test_another_file_works_with_both_columns_named():
    """Can any CSV be filled whose columns are named?"""
    text = "name;points\nada;\nzoe;3\n"
    file = sheet(text, ";")
    result = fill(file, {"ada": GRADES["ada"]}, ID, column="points", match="name")
    assert changed(text, file) == {("ada", "points"): "22.5"}
    assert result.missing == ["zoe"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n", {}, "neither Canvas's gradebook"),
        ("a,b\n1,2\n", {"column": "b"}, "--match"),
        (CANVAS, {"column": "Homework"}, "no column 'Homework'"),
        (CANVAS, {"match": "Login"}, "no column 'Login'"),
        (CANVAS.replace("alan", "ada"), {}, "stands twice"),
        (CANVAS, {"match": "Section"}, "no student of the file"),
    ],
)
def test_a_wrong_file_or_option_names_the_cure(text, options, message):
    """Is nothing written to a file whose columns cannot be told?"""
    with pytest.raises(ValueError, match=message):
        fill(sheet(text), {"ada": GRADES["ada"]}, ID, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_goes_through_unchanged(tmp_path, encoding, newline, delimiter):
    """Do reading and writing keep rows, encoding, separators and line ends?"""
    path = tmp_path / "grades.csv"
    rows = sheet(CANVAS.replace("Ada", "Ada ë")).rows
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    before = path.read_bytes()
    read = read_sheet(path)
    assert (read.rows, read.delimiter, read.newline) == (rows, delimiter, newline)
    read.write(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"), [(b"PK\x03\x04", "workbook"), (b"a,\xff\n1,2", "UTF-8"), (b"alone\n", "no table")]
)
def test_what_is_no_table_is_refused(tmp_path, content, message):
    """Is a workbook, another encoding or a file without a table refused with a sentence?"""
    path = tmp_path / "grades.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_sheet(path)
