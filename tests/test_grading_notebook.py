"""Does a check in the learner's own notebook say so where nothing is wrong, and only there?"""

import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursepkg.grading import notebook
from coursepkg.grading.student import grading, local_student

CHECK = """
from coursepkg.grading import agree, student
agree(student("double")(3), 6, "double of 3")
agree(student("double")(4), 8, "double of 4")
agree(student("half")(8), 4, "half of 8")
"""


@pytest.fixture
def cell(monkeypatch, capsys):
    """Return a function that runs a cell as a notebook does, and returns what it printed."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell puts its own there
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    shell = InteractiveShell()
    monkeypatch.setattr(notebook, "_shell", lambda: shell)

    def run(source: str) -> str:
        shell.run_cell(source)
        return capsys.readouterr().out

    run("def double(x):\n    return 2 * x\n\ndef half(x):\n    return x / 2")
    yield run
    shell.history_manager.end_session()


def test_a_right_cell_says_what_it_tried(cell):
    """Is each name said once, in the order of the cell, at every run of it?"""
    said = "Right on these examples: double, half. The grader tries more.\n"
    assert cell(CHECK) == said
    assert cell(CHECK) == said
    assert cell("x = 1 + 1") == ""


def test_a_wrong_cell_says_nothing_of_the_kind(cell):
    """Does only the failure speak, and nothing of it linger in the next check?"""
    cell("def half(x):\n    return x // 3")
    assert "Right" not in cell(CHECK)
    assert "half of 8" in cell(CHECK)
    assert cell(CHECK.replace('agree(student("half")', "# ")).startswith("Right on these examples: double. ")


def test_a_cell_without_a_check_says_nothing(cell):
    """Is a learner who looks at a stand-in not told that it is right?"""
    assert cell(CHECK)
    assert cell("x = student('double')(1)") == ""


def test_nothing_is_said_while_grading(cell):
    """Does the grader's own use of `student` stay silent?"""
    with grading(local_student({"double": lambda x: 2 * x, "half": lambda x: x / 2})):
        assert cell(CHECK) == ""


def test_nothing_is_said_outside_of_a_notebook(monkeypatch):
    """Is plain Python left alone?"""
    monkeypatch.setattr(notebook, "_shell", lambda: None)
    notebook.tell_at_the_end("double")
    assert notebook._asked == []
