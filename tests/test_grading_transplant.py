"""Do the solutions arrive in the instructor's notebook, whatever was done to the submitted one?"""

import copy
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from coursepkg.grading.assignment import Assignment
from coursepkg.grading.intake import SubmittedCell, parse
from coursepkg.grading.transplant import MAX_EXTRA_CELLS, transplant
from tests.toy_course import ID, TOYS, right_answers, toy_source

ESSAY = {"essay": "Because it is so."}
ANSWERS = {**right_answers(), **ESSAY}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy") / f"{ID}.ipynb"
    nbformat.write(toy_source(), path)
    return Assignment(ID, path)


@pytest.fixture
def handed_in(assignment):
    """A submission with all solutions; a test mangles its own copy."""
    return solved(assignment)


def solved(assignment, answers=ANSWERS):
    notebook = copy.deepcopy(assignment.release)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def find(notebook, name):
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def put(assignment, notebook):
    return transplant(assignment.template, assignment.release, parse(json.dumps(notebook).encode()))


def arrived(work):
    """Return the solutions in a transplanted notebook, by their ids."""
    return {name: find(work.notebook, name).source for name in ANSWERS}


def outline(work):
    """Return the ids of a notebook's marked cells in order, and the texts of the others."""
    return [grade_id(cell) or cell.source for cell in work.notebook.cells]


def test_untouched_structure_is_not_flagged(assignment, handed_in):
    """Do the solutions arrive in the instructor's cells, and nothing else?"""
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    assert work.flags == []
    for cell, original in zip(work.notebook.cells, assignment.template.cells, strict=True):
        if grade_id(cell) not in ANSWERS:
            assert cell == original
    assert "HIDDEN TESTS" in find(work.notebook, "ex00_1").source


def test_template_and_release_stay_as_they_were(assignment, handed_in):
    """Is nothing of one submission left for the next?"""
    template, release = copy.deepcopy(assignment.template), copy.deepcopy(assignment.release)
    handed_in.cells.insert(0, new_code_cell("extra = 1"))
    del handed_in.cells[3]
    work = put(assignment, handed_in)
    for cell in work.notebook.cells:
        cell.metadata.clear()
    assert assignment.template == template
    assert assignment.release == release
    assert arrived(put(assignment, solved(assignment, {})))["essay"] == find(template, "essay").source


def test_of_two_solutions_the_last_counts(assignment, handed_in):
    """Does a second solution cell with the same id win, with a flag, and the first still run before it?"""
    second = copy.deepcopy(find(handed_in, "array_function"))
    second.source, second.id = "def square(x):\n    return x * x", "copy"
    handed_in.cells.append(second)
    work = put(assignment, handed_in)
    assert find(work.notebook, "array_function").source == second.source
    assert work.flags == ["The solution cell array_function stood there more than once; the last one counts."]
    order = outline(work)
    assert order.index(ANSWERS["array_function"]) < order.index("array_function")


@pytest.mark.parametrize("first", [True, False])
def test_copy_of_the_stub_does_not_replace_work(assignment, handed_in, first):
    """Is the stub, pasted before or behind the solution, passed over?"""
    stub = copy.deepcopy(find(assignment.release, "array_function"))
    stub.id, stub.source = "copy", stub.source + "  \n"  # as an editor leaves it
    handed_in.cells.insert(0 if first else len(handed_in.cells), stub)
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    assert len(work.flags) == 1
    assert len(work.notebook.cells) == len(assignment.template.cells)


def test_solution_of_a_deleted_cell_is_found_by_its_name(assignment, handed_in):
    """Does a function count that was written in a cell of one's own?"""
    position = handed_in.cells.index(find(handed_in, "returned_callable"))
    own = "import math\n" + ANSWERS["returned_callable"]
    handed_in.cells[position] = new_code_cell(own)
    work = put(assignment, handed_in)
    assert find(work.notebook, "returned_callable").source == own
    assert work.flags == ["The solution of returned_callable was found in another cell, by its name."]
    assert own not in outline(work)


def test_solution_beside_its_stub_is_found_by_its_name(assignment, handed_in):
    """Does a solution below the untouched stub count, and a copy of the stub after it not hide it?"""
    stub = find(assignment.release, "array_function").source
    find(handed_in, "array_function").source = stub
    handed_in.cells += [new_code_cell(ANSWERS["array_function"]), new_code_cell(stub)]
    work = put(assignment, handed_in)
    assert find(work.notebook, "array_function").source == ANSWERS["array_function"]
    assert work.flags == ["The solution of array_function was found in another cell, by its name."]
    assert outline(work).count(ANSWERS["array_function"]) == 0


def test_renamed_ids_lose_nothing(assignment, handed_in):
    """Do solutions arrive when nbgrader's ids were changed, and when Jupyter's were too?"""
    for cell in handed_in.cells:
        if grade_id(cell):
            cell.metadata.nbgrader.grade_id += "-copy"
    assert arrived(put(assignment, handed_in)) == ANSWERS
    for number, cell in enumerate(handed_in.cells):
        cell.id = f"new-{number}"
    work = put(assignment, handed_in)
    for toy in TOYS:
        if toy.solution.startswith("def "):
            assert find(work.notebook, toy.name).source == toy.solution
    assert ANSWERS["named_result"] in outline(work)  # no name to find it by, but it runs


def test_stripped_metadata_loses_nothing(assignment, handed_in):
    """Do all solutions arrive, free text too, when every mark of nbgrader is gone?"""
    for cell in handed_in.cells:
        cell.metadata = nbformat.NotebookNode()
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    assert work.flags == []
    assert len(work.notebook.cells) == len(assignment.template.cells)


def test_metadata_and_ids_stripped_lose_no_function(assignment, handed_in):
    """Are functions found by name when an old editor has dropped Jupyter's ids besides?"""
    for cell in handed_in.cells:
        cell.metadata = nbformat.NotebookNode()
        del cell["id"]
    work = put(assignment, handed_in)
    for toy in TOYS:
        if toy.solution.startswith("def "):
            assert find(work.notebook, toy.name).source == toy.solution


def test_id_of_a_known_mark_wins_over_jupyters(assignment, handed_in):
    """Does nbgrader's id decide where the two ids name different cells?"""
    one, two = find(handed_in, "array_function"), find(handed_in, "returned_callable")
    one.id, two.id = two.id, one.id
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    assert work.flags == []


def test_changed_tests_are_replaced_and_flagged(assignment, handed_in):
    """Is a test cell that was edited the instructor's again, and said so?"""
    find(handed_in, "ex00_1").source = "assert True"
    find(handed_in, "ex00_2").source += "   \n\n"  # what an editor leaves is no change
    work = put(assignment, handed_in)
    assert find(work.notebook, "ex00_1").source == find(assignment.template, "ex00_1").source
    assert work.flags == ["The test cell ex00_1 was changed; the original was used."]


def test_changed_setup_is_replaced_and_flagged(assignment, handed_in):
    """Is a locked code cell the instructor's again, and a changed text no news?"""
    find(handed_in, "setup").source = "import numpy as np, os"
    find(handed_in, "text-1").source = "My notes"
    work = put(assignment, handed_in)
    assert find(work.notebook, "setup").source == "import numpy as np"
    assert work.flags == ["The locked cell setup was changed; the original was used."]


def test_deleted_tests_are_put_back_and_flagged(assignment, handed_in):
    """Is a test cell that was deleted there again?"""
    handed_in.cells = [cell for cell in handed_in.cells if grade_id(cell) not in ("ex00_1", "text-2")]
    work = put(assignment, handed_in)
    assert outline(work) == [grade_id(cell) for cell in assignment.template.cells]
    assert work.flags == ["The test cell ex00_1 was missing; it was put back."]


def test_nothing_submitted_leaves_the_template(assignment):
    """Is a notebook without cells graded as the stubs?"""
    work = transplant(assignment.template, assignment.release, [])
    assert work.notebook == assignment.template
    assert len(work.flags) == len(TOYS)


def test_own_cells_keep_their_order_and_place(assignment, handed_in):
    """Do a student's own cells run where they stood among the solutions?"""
    names = ["array_function", "random_generator", "essay"]
    for name in names:
        place = handed_in.cells.index(find(handed_in, name)) + 1
        handed_in.cells[place:place] = [new_code_cell(f"{name} = 1"), new_code_cell(f"{name} = 2")]
    handed_in.cells.insert(0, new_code_cell("first = 0"))
    handed_in.cells += [new_code_cell("   "), new_markdown_cell("notes")]
    order = outline(put(assignment, handed_in))
    assert order[0] == "first = 0"
    for name in names:
        place = order.index(name)
        assert order[place : place + 3] == [name, f"{name} = 1", f"{name} = 2"]
    assert "notes" not in order
    assert "   " not in order


def test_own_cells_cannot_bring_marks_or_points(assignment, handed_in):
    """Does a cell that calls itself a graded one become a plain cell?"""
    own = new_code_cell("print('points')")
    own.metadata["nbgrader"] = {"grade": True, "grade_id": "bonus", "points": 100, "schema_version": 3}
    own.metadata["nbgrader"] |= {"solution": False, "locked": True, "task": False}
    handed_in.cells.insert(3, own)
    work = put(assignment, handed_in)
    (cell,) = [cell for cell in work.notebook.cells if cell.source == own.source]
    assert cell.metadata == {}
    assert [grade_id(cell) for cell in work.notebook.cells if grade_id(cell)] == [
        grade_id(cell) for cell in assignment.template.cells
    ]


def test_marks_and_points_are_the_instructors(assignment, handed_in):
    """Do points, types and checksums that a submission states change nothing?"""
    for cell in handed_in.cells:
        cell.metadata.nbgrader.update(points=1000, grade=True, schema_version=99, checksum="0")
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    for cell, original in zip(work.notebook.cells, assignment.template.cells, strict=True):
        assert cell.metadata == original.metadata
        assert cell.cell_type == original.cell_type


def test_solution_in_a_cell_of_another_kind_counts(assignment, handed_in):
    """Is code taken from a solution cell that was turned into text by a slip of the finger?"""
    find(handed_in, "array_function").cell_type = "raw"
    work = put(assignment, handed_in)
    assert find(work.notebook, "array_function").source == ANSWERS["array_function"]
    assert find(work.notebook, "array_function").cell_type == "code"


def test_reordered_cells_run_in_the_instructors_order(assignment, handed_in):
    """Is the order of a shuffled notebook the template's?"""
    handed_in.cells.reverse()
    work = put(assignment, handed_in)
    assert arrived(work) == ANSWERS
    assert outline(work) == [grade_id(cell) for cell in assignment.template.cells]
    assert work.flags == []


def test_unmarked_cells_of_the_instructor_stay_one_each(tmp_path):
    """Are cells without a mark known by Jupyter's id, edited or not, and never taken for another?"""
    source = toy_source(TOYS[:1], essay=False)
    source.cells[1:1] = [new_code_cell("width = 3", id="width"), new_code_cell("depth = 2", id="depth")]
    nbformat.write(source, tmp_path / f"{ID}.ipynb")
    made = Assignment(ID, tmp_path / f"{ID}.ipynb")
    notebook = copy.deepcopy(made.release)
    notebook.cells[1].source = "width = 30"
    assert outline(put(made, notebook))[:3] == ["setup", "width = 30", "depth = 2"]
    del notebook.cells[2]
    assert outline(put(made, notebook))[:3] == ["setup", "width = 30", "depth = 2"]


def test_cells_without_ids_do_not_overwrite_each_other(tmp_path):
    """Are own cells kept apart when neither notebook has Jupyter's ids?"""
    source = toy_source(TOYS[:1], essay=False)
    source.cells[1:1] = [new_code_cell("width = 3")]
    source.nbformat_minor = 4
    for cell in source.cells:
        del cell["id"]
    nbformat.write(source, tmp_path / f"{ID}.ipynb")
    made = Assignment(ID, tmp_path / f"{ID}.ipynb")
    cells = [SubmittedCell("code", text, None, None) for text in ("a = 1", "b = 2")]
    order = outline(transplant(made.template, made.release, cells))
    assert order[:2] == ["a = 1", "b = 2"]
    assert "width = 3" in order


def test_too_many_own_cells_are_cut_and_flagged(assignment, handed_in):
    """Is the number of own cells bounded, with a sentence?"""
    handed_in.cells += [new_code_cell(f"n = {n}") for n in range(MAX_EXTRA_CELLS + 5)]
    work = put(assignment, handed_in)
    assert len(work.notebook.cells) == len(assignment.template.cells) + MAX_EXTRA_CELLS
    assert work.flags == [
        f"Only the first {MAX_EXTRA_CELLS} of {MAX_EXTRA_CELLS + 5} cells of your own were run."
    ]


def test_result_is_a_valid_notebook(assignment, handed_in):
    """Does what comes out conform to the format, with unique ids?"""
    handed_in.cells += [copy.deepcopy(cell) for cell in handed_in.cells]
    handed_in.cells += [new_code_cell("a = 1", id="x"), new_code_cell("b = 1", id="x")]
    work = put(assignment, handed_in)
    nbformat.validate(work.notebook)
    ids = [cell.id for cell in work.notebook.cells]
    assert len(set(ids)) == len(ids)


N_CELLS = len(toy_source().cells)
OWN = ("x = 1", "print('hello')", "def helper():\n    return 3", "%matplotlib inline")


@st.composite
def mangled(draw):
    """Draw an order in which each cell stands once, or twice, or (where it is no solution) never."""
    source = toy_source()
    solutions = [i for i, cell in enumerate(source.cells) if cell.metadata.nbgrader.solution]
    kept = draw(st.lists(st.integers(0, N_CELLS - 1), max_size=2 * N_CELLS))
    order = draw(st.permutations([*solutions, *kept]))
    places = draw(st.dictionaries(st.integers(0, len(order)), st.sampled_from(OWN), max_size=4))
    stubs = draw(st.sets(st.sampled_from(solutions)))  # of these a stub stands there too
    return order, places, stubs


@given(mangled())
def test_any_order_deletion_and_copy_keeps_all_solutions(assignment, mangling):
    """Whatever is moved, deleted or copied: does every solution arrive, and every test stand there once?"""
    order, places, stubs = mangling
    right, blank = solved(assignment), assignment.release
    cells = [right.cells[i] for i in order] + [blank.cells[i] for i in stubs]
    for place, text in places.items():
        cells.insert(place, new_code_cell(text))
    template = copy.deepcopy(assignment.template)
    work = put(assignment, {"cells": cells})
    assert arrived(work) == ANSWERS
    assert [grade_id(cell) for cell in work.notebook.cells if grade_id(cell)] == [
        grade_id(cell) for cell in template.cells
    ]
    assert assignment.template == template
    for text in places.values():
        assert text in outline(work)
