"""Does what students receive hold no solution and no hidden test, and does Validate tell right from blank?"""

import ast
import re

import nbformat
import pytest
from nbgrader.validator import Validator

from coursepkg.grading.assignment import Assignment, Course, find_course
from coursepkg.grading.release import make_releases, make_solutions
from coursepkg.grading.stubs import ExerciseStubs, keep_solutions
from tests.conftest import ROOT
from tests.toy_course import ID, TOYS, toy_source, write_toy_course

REAL = Course(ROOT / "assignments")
ASSIGNMENTS = REAL.assignments()
MARKS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "from hidden", "import hidden")
QUICK = [toy for toy in TOYS if toy.name != "torch_module"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return write_toy_course(tmp_path_factory.mktemp("toy"), QUICK)


def each_assignment(function):
    """Run a test on every assignment of the course and on the toy one."""
    every = [pytest.param(a, id=a.id) for a in ASSIGNMENTS]
    return pytest.mark.parametrize("assignment", [*every, pytest.param(None, id="toy")])(function)


@pytest.fixture
def chosen(assignment, toy):
    return assignment or toy.assignment(ID)


def solutions_of(source):
    """Return the lines of a source notebook that stand in solution regions or in hidden blocks."""
    kept = []
    for cell in source.cells:
        inside = False
        for line in cell.source.splitlines():
            if "BEGIN SOLUTION" in line or "BEGIN HIDDEN TESTS" in line:
                inside = True
            elif "END SOLUTION" in line or "END HIDDEN TESTS" in line:
                inside = False
            elif inside:
                kept.append(line.strip())
    return kept


def grade_ids(notebook, *kinds):
    """Return the ids of cells that have all these marks."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [mark["grade_id"] for mark in marks if mark and all(mark[kind] for kind in kinds)]


@each_assignment
def test_release_holds_nothing_of_solutions_and_hidden_tests(chosen):
    """Is no line of a solution or of a hidden block in the release, its outputs or its metadata?"""
    text = nbformat.writes(chosen.release)
    sources = "\n".join(cell.source for cell in chosen.release.cells)
    for mark in MARKS:
        assert mark not in text
    public = set(sources.splitlines())
    lines = {line for line in solutions_of(chosen.source) if len(line) > 3}
    assert lines
    shown = {line.strip() for line in public}
    assert not {line for line in lines - shown if line in sources}
    # a line that stands in a solution and elsewhere too is public in its own right
    source = "\n".join(cell.source for cell in chosen.source.cells)
    for line in lines & shown:
        assert source.count(line) > solutions_of(chosen.source).count(line)
    for cell in chosen.release.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@each_assignment
def test_release_keeps_every_cell_and_names_each_exercise(chosen):
    """Do the release and the template hold the source's cells, with a stub that names its exercise?"""
    for notebook in (chosen.release, chosen.template, chosen.solved):
        nbformat.validate(notebook)
        assert [cell.id for cell in notebook.cells] == [cell.id for cell in chosen.source.cells]
    for cell in chosen.release.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and cell.cell_type == "code":
            assert re.search(r'raise NotImplementedError\("Exercise \d+\.\d+: .+"\)', cell.source)
            ast.parse(cell.source)


@each_assignment
def test_every_graded_cell_has_a_visible_check(chosen):
    """Is something left in each grade cell when its hidden block is gone?"""
    for cell in chosen.release.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and cell.cell_type == "code":
            body = ast.parse(cell.source).body
            assert any(not isinstance(line, ast.Import | ast.ImportFrom) for line in body), marks["grade_id"]


def validated(notebook, folder):
    """Press Validate on a notebook; return the ids of the failed cells' sources."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "a.ipynb")
    found = Validator().validate(str(folder / "a.ipynb"))
    text = {cell.source.strip() for cell in notebook.cells if cell.cell_type != "code"}
    return {failed["source"].strip() for failed in found.get("failed", [])} - text


@pytest.mark.slow
@each_assignment
def test_validate_fails_on_the_blank_release_for_every_exercise_and_passes_on_the_solved_one(
    chosen, tmp_path
):
    """Does the Validate button say what is missing, and nothing on a right notebook?"""
    checks = {
        cell.source.strip()
        for cell in chosen.release.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    }
    assert validated(chosen.release, tmp_path / "blank") >= checks
    assert validated(chosen.solved, tmp_path / "solved") == set()


def test_released_files_are_the_releases(toy, tmp_path):
    """Does the command's folder hold the release and the files beside the source, and nothing else?"""
    beside = toy.assignment(ID).path.parent
    (beside / "data").mkdir(exist_ok=True)
    (beside / "data" / "points.csv").write_text("1,2\n")
    (beside / "other.ipynb").write_text("{}")
    paths = list(make_releases(toy, tmp_path))
    assert paths == [tmp_path / ID / f"{ID}.ipynb"]
    written = nbformat.read(paths[0], as_version=4)
    assert "torch" in written.metadata.pop("coursepkg")["modules"]
    assert written == toy.assignment(ID).release
    files = sorted(path.relative_to(tmp_path / ID).as_posix() for path in (tmp_path / ID).rglob("*"))
    assert files == [f"{ID}.ipynb", "data", "data/points.csv"]
    assert list(make_releases(toy, tmp_path)) == paths  # writing again is no error


@pytest.mark.parametrize("leak", ["from hidden import toy", "# HIDDEN TESTS stand below", "# BEGIN SOLUTION"])
def test_release_that_would_leak_is_refused(tmp_path, leak):
    """Is a source notebook whose marks are wrong refused by the name of what would leak?"""
    course = write_toy_course(tmp_path / "course", QUICK[:1])
    source = toy_source(QUICK[:1])
    source.cells[0].source += f"\n{leak}"
    nbformat.write(source, course.assignment(ID).path)
    with pytest.raises((RuntimeError, ValueError), match=r"mend the source notebook|write '###|add '### END"):
        list(make_releases(course, tmp_path / "out"))
    assert not list((tmp_path / "out").rglob("*.ipynb"))


@pytest.mark.slow
def test_solutions_are_executed_and_pass_their_checks(toy, tmp_path):
    """Does the instructor get outputs, without hidden tests, and an exception where a check fails?"""
    (path,) = make_solutions(toy, tmp_path)
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "HIDDEN" not in nbformat.writes(notebook)
    assert "BEGIN SOLUTION" not in nbformat.writes(notebook)


# Stubs.


def stub(source, cell_type="code"):
    cell = nbformat.from_dict({"id": "a", "cell_type": cell_type, "source": source, "metadata": {}})
    if cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    cell.metadata["nbgrader"] = {
        "grade": False,
        "solution": True,
        "locked": False,
        "grade_id": "ex",
        "task": False,
    }
    cell.metadata.nbgrader["schema_version"] = 3
    notebook = nbformat.v4.new_notebook(cells=[cell])
    return ExerciseStubs().preprocess(notebook, {"kernel_name": "python3"})[0].cells[0].source


def test_stub_carries_its_message_and_its_indentation():
    """Does each region become one line that raises its message?"""
    source = 'def f(x):\n    """Say."""\n    ### BEGIN SOLUTION Exercise 1.1: return "x" \\ 2\n    return x\n'
    source += "    ### END SOLUTION\n\na = 1"
    made = stub(source)
    assert made == (
        'def f(x):\n    """Say."""\n'
        '    raise NotImplementedError("Exercise 1.1: return \\"x\\" \\\\ 2")\n\na = 1'
    )
    namespace = {}
    exec(made, namespace)
    with pytest.raises(NotImplementedError, match=r'Exercise 1\.1: return "x" \\ 2'):
        namespace["f"](1)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "solution cell ex: no message behind BEGIN SOLUTION"),
        ("### BEGIN SOLUTION a\n### BEGIN SOLUTION b\n### END SOLUTION", "a solution region within another"),
        ("### BEGIN SOLUTION a\nx = 1", "a solution region is not closed; add '### END SOLUTION'"),
    ],
)
def test_wrong_solution_region_is_refused(source, sentence):
    """Does a region without message or end name its cell and the cure?"""
    with pytest.raises(ValueError, match=sentence):
        stub(source)


def test_marks_can_be_taken_out_of_a_solution():
    """Do the lines of a solution stay when its marks go?"""
    cell = nbformat.v4.new_code_cell(
        "def f():\n    ### BEGIN SOLUTION Exercise\n    return 1\n    ### END SOLUTION"
    )
    keep_solutions(cell)
    assert cell.source == "def f():\n    return 1"


# The course directory.


def test_assignments_are_found_by_id_and_number(toy):
    """Do the file stem, the number and the number without zeros name the assignment?"""
    for name in (ID, "00", "0", "000"):
        assert toy.assignment(name).id == ID
    for name in ("1", "toy", "", "00_", "../00_toy"):
        with pytest.raises(LookupError, match=r"there is no assignment .*; there are: 00_toy"):
            toy.assignment(name)


def test_course_is_found_from_inside_and_from_above(toy, tmp_path):
    """Is the course directory found from any folder of a project, and a missing one said so?"""
    assert find_course(toy.root / "source" / ID).root == toy.root.resolve()
    assert find_course(ROOT).root == ROOT / "assignments"
    assert find_course(ROOT / "tests").root == ROOT / "assignments"
    with pytest.raises(LookupError, match=r"no course directory at or above .* name it with --course"):
        find_course(tmp_path)


def test_secret_is_made_once_and_kept_private(tmp_path):
    """Is the secret the same at each use, unreadable to others, and a damaged one refused?"""
    course = Course(tmp_path)
    secret = course.secret()
    assert len(secret) == 32
    assert course.secret() == secret
    assert Course(tmp_path).secret() == secret
    assert (tmp_path / ".secret").stat().st_mode & 0o77 == 0
    for damaged in ("", secret.hex()[:-2], "x" * 64):
        (tmp_path / ".secret").write_text(damaged)
        with pytest.raises(ValueError, match=r"\.secret is damaged: .* Restore it from a copy"):
            course.secret()


def test_assignment_is_read_from_its_own_folder_alone(toy):
    """Is a notebook of another name beside the source no assignment?"""
    assert [assignment.id for assignment in toy.assignments()] == [ID]
    assert isinstance(toy.assignment(ID), Assignment)


def test_points_of_the_cells_are_the_points_of_their_hidden_tests():
    """Do the parts of each exercise add up to what its cell gives?"""
    import importlib
    import sys

    path = list(sys.path)
    sys.path.insert(0, str(REAL.root))
    try:
        for assignment in ASSIGNMENTS:
            hidden = importlib.import_module(f"hidden.{assignment.id.partition('_')[2]}")
            for cell in assignment.source.cells:
                marks = cell.metadata.get("nbgrader", {})
                if marks.get("grade") and cell.cell_type == "code":
                    assert getattr(hidden, marks["grade_id"]).points == marks["points"]
    finally:
        sys.path[:] = path
