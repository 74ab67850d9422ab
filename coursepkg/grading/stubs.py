"""nbgrader's `ClearSolutions` with a stub that names its exercise."""

import re

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions


class ExerciseStubs(ClearSolutions):
    """Replace each solution region by a stub whose message stands behind the opening mark.

    ``### BEGIN SOLUTION Exercise 1.1: return …`` becomes
    ``raise NotImplementedError("Exercise 1.1: return …")``.

    Raises
    ------
    ValueError
        If a solution region of a code cell has no message, or is not closed.
    """

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        if cell.cell_type != "code":
            return super()._replace_solution_region(cell, language)
        begin, end = self.begin_solution_delimeter, self.end_solution_delimeter
        lines: list[str] = []
        inside = replaced = False
        for line in cell.source.split("\n"):
            if begin in line:
                message = line.partition(begin)[2].strip()
                if inside or not message:
                    wrong = (
                        "a solution region within another" if inside else "no message behind BEGIN SOLUTION"
                    )
                    raise ValueError(f"{_name(cell)}: {wrong}; write '### {begin} Exercise 1.1: return …'")
                inside = replaced = True
                indent = re.match(r"\s*", line)[0]  # type: ignore[index]
                lines.append(f"{indent}raise NotImplementedError({_quoted(message)})")
            elif end in line:
                inside = False
            elif not inside:
                lines.append(line)
        if inside:
            raise ValueError(f"{_name(cell)}: a solution region is not closed; add '### {end}'")
        cell.source = "\n".join(lines)
        return replaced


def keep_solutions(cell: NotebookNode) -> None:
    """Take the marks of solution regions out of a cell and leave the solutions.

    Parameters
    ----------
    cell : NotebookNode
        Changed in place.
    """
    marks = (
        ExerciseStubs.begin_solution_delimeter.default_value,
        ExerciseStubs.end_solution_delimeter.default_value,
    )
    cell.source = "\n".join(
        line for line in cell.source.split("\n") if not any(mark in line for mark in marks)
    )


def _name(cell: NotebookNode) -> str:
    return f"solution cell {cell.metadata.get('nbgrader', {}).get('grade_id', '?')}"


def _quoted(message: str) -> str:
    return '"' + message.replace("\\", "\\\\").replace('"', '\\"') + '"'
