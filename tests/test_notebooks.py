"""Are the committed notebooks what a fresh run of them gives?"""

from pathlib import Path

import pytest

from tools import notebooks as tool

# A lesson is meant for LESSON_SECONDS on two free cores; a busy machine gets three times as long.
SECONDS = 3 * tool.LESSON_SECONDS

LESSONS = tool.lessons()
SOURCES = tool.sources()


def test_there_are_lessons_and_sources():
    """Do the tests below look at anything?"""
    assert LESSONS
    assert SOURCES


def test_each_assignment_bears_the_name_of_its_lesson():
    """Is the id of an assignment its lesson's file stem, for the folder and the notebook in it?"""
    stems = {path.stem for path in LESSONS}
    assert {path.stem for path in SOURCES} <= stems
    assert [path.stem for path in SOURCES] == [path.parent.name for path in SOURCES]


@pytest.mark.timeout(4 * SECONDS)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_is_clean_and_up_to_date(path: Path):
    """Does a fresh run of a lesson give its committed outputs, in time, in the form that is asked?"""
    findings = tool.check(path)
    assert not [str(finding) for finding in findings if not finding.advice]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_source_of_an_assignment_carries_no_outputs(path: Path):
    """Is the source of an assignment committed without outputs?"""
    assert not [str(finding) for finding in tool.check(path)]
