"""Put a student's work into the instructor's notebook.

The instructor's cells, their order, their points and their tests are the instructor's. The student
gives the text of solution cells, and plain code cells of their own, in their order. So deleting,
copying or renaming a cell, or editing a test, changes nothing but the solutions themselves.
"""

import copy
import re
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import is_grade, is_locked, is_solution

from coursepkg.grading.intake import SubmittedCell

MAX_EXTRA_CELLS = 300


@dataclass
class Transplanted:
    """A notebook to grade.

    Attributes
    ----------
    notebook : NotebookNode
    flags : list of str
        A sentence for each thing that an instructor may want to look at.
    recognised : bool
        Whether the submission holds anything of this assignment: a cell of an exercise, or what one defines.
    """

    notebook: NotebookNode
    flags: list[str] = field(default_factory=list)
    recognised: bool = True


def transplant(template: NotebookNode, release: NotebookNode, cells: list[SubmittedCell]) -> Transplanted:
    """Put the submitted solutions into the instructor's notebook.

    Parameters
    ----------
    template : NotebookNode
        The instructor's notebook: stubs in solution cells, hidden tests in grade cells.
    release : NotebookNode
        What the student received, with the same cells.
    cells : list of SubmittedCell

    Returns
    -------
    Transplanted
        A new notebook; the template is left as it was.
    """
    result = Transplanted(copy.deepcopy(template))
    stubs = {name: cell.source for cell in template.cells if is_solution(cell) and (name := _grade_id(cell))}
    released = {name: cell for cell in release.cells if (name := _grade_id(cell))}
    own_ids = {cell.id: i for i, cell in enumerate(template.cells) if cell.get("id") and not _grade_id(cell)}

    answers: dict[str, list[SubmittedCell]] = {}
    extras: list[tuple[int, SubmittedCell]] = []  # each with the template cell that it follows
    anchor, seen = -1, set()
    positions = {name: i for i, cell in enumerate(template.cells) if (name := _grade_id(cell))}
    for cell in _marked(cells, released):
        if cell.grade_id is not None and cell.grade_id in stubs:
            answers.setdefault(cell.grade_id, []).append(cell)
            anchor = max(anchor, positions[cell.grade_id])
        elif cell.grade_id in released:
            seen.add(cell.grade_id)
            anchor = max(anchor, positions[cell.grade_id])
            given = released[cell.grade_id]
            if given.cell_type == "code" and _text(cell.source) != _text(given.source):
                kind = "test" if is_grade(given) else "locked"
                result.flags.append(f"The {kind} cell {cell.grade_id} was changed; the original was used.")
        elif cell.cell_id in own_ids and cell.kind == template.cells[own_ids[cell.cell_id]].cell_type:
            anchor = max(anchor, own_ids[cell.cell_id])
            if cell.kind == "code":
                result.notebook.cells[own_ids[cell.cell_id]].source = cell.source
        elif cell.kind == "code" and cell.source.strip():
            extras.append((anchor, cell))

    wanted = set().union(*map(_defined, stubs.values()))
    defined = set().union(*(_defined(cell.source) for _, cell in extras))
    result.recognised = bool(answers or wanted & defined or any(is_grade(released[name]) for name in seen))
    for name, cell in released.items():
        if is_grade(cell) and not is_solution(cell) and name not in seen:
            result.flags.append(f"The test cell {name} was missing; it was put back.")

    for cell in result.notebook.cells:
        grade_id = _grade_id(cell)
        if grade_id is None or grade_id not in stubs:
            continue
        worked = [a for a in answers.get(grade_id, []) if _text(a.source) != _text(stubs[grade_id])]
        if worked:
            cell.source = worked[-1].source
        if len(answers.get(grade_id, [])) > 1:
            result.flags.append(
                f"The solution cell {grade_id} stood there more than once; the last one counts."
            )
            extras += [
                (positions[grade_id] - 1, earlier) for earlier in worked[:-1] if earlier.kind == "code"
            ]
        if not worked and cell.cell_type == "code":
            found = _by_name(cell.source, extras)
            if found is not None:
                cell.source = found[1].source
                extras.remove(found)
                result.flags.append(f"The solution of {grade_id} was found in another cell, by its name.")
    _insert(result, extras)
    return result


def _marked(cells: list[SubmittedCell], released: dict[str, NotebookNode]) -> list[SubmittedCell]:
    """Give cells that lost nbgrader's mark their mark again, where Jupyter's own id tells which they are."""
    ids = {cell.id: grade_id for grade_id, cell in released.items() if cell.get("id")}
    return [
        replace(cell, grade_id=ids[cell.cell_id])
        if cell.grade_id not in released and cell.cell_id in ids
        else cell
        for cell in cells
    ]


def _insert(result: Transplanted, extras: list[tuple[int, SubmittedCell]]) -> None:
    """Place the student's own cells behind the template cells that they followed."""
    if len(extras) > MAX_EXTRA_CELLS:
        result.flags.append(f"Only the first {MAX_EXTRA_CELLS} of {len(extras)} cells of your own were run.")
    following: dict[int, list[NotebookNode]] = {}
    for number, (anchor, cell) in enumerate(extras[:MAX_EXTRA_CELLS]):
        following.setdefault(anchor, []).append(new_code_cell(cell.source, id=f"own-{number}"))
    cells = following.get(-1, [])
    for i, cell in enumerate(result.notebook.cells):
        cells += [cell, *following.get(i, [])]
    result.notebook.cells = cells


def _by_name(stub: str, extras: list[tuple[int, SubmittedCell]]) -> tuple[int, SubmittedCell] | None:
    """Return the last of the student's own cells that defines what the stub defines."""
    wanted = _defined(stub)
    matches = [
        extra
        for extra in extras
        if wanted and wanted <= _defined(extra[1].source) and _text(extra[1].source) != _text(stub)
    ]
    return matches[-1] if matches else None


def _defined(source: str) -> set[str]:
    """Return the names of the functions and classes that a cell defines at its top level."""
    return set(re.findall(r"^(?:async\s+)?(?:def|class)\s+(\w+)", source, re.MULTILINE))


def _grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id") if is_known(cell) else None


def is_known(cell: NotebookNode) -> bool:
    """Tell whether nbgrader keeps this cell: a grade cell, a solution cell or a locked one."""
    return bool(is_grade(cell) or is_solution(cell) or is_locked(cell))


def _text(source: str) -> str:
    """Return a cell's text without what editors change by themselves."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
