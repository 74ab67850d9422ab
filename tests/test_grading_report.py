"""Does the instructor's page count what students met, and hold nothing that acts?"""

from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursepkg.grading.report import headings, render, sentences, summarise
from coursepkg.grading.submission import ExerciseScore, Graded


def graded(student: str, score: float | None, message: str, **others) -> Graded:
    """Return an outcome with one exercise of four points."""
    return Graded(student, "graded", "", {"ex": ExerciseScore(score, 4.0, message)}, **others)


PART = (
    "3 of 4 points.\n"
    "- ties give 1: not met (1 point). tlu on ties: {} of 20 values are wrong. See lesson 01, section 1.1."
)
CLASS = [
    graded("anna", 4.0, "", seconds=0.5),
    graded("ben", 3.0, PART.format(7), seconds=1.5),
    graded("cleo", 3.0, PART.format(12), seconds=0.7),
    graded("dan", 0.0, "tlu on the four pairs: it returned the shape () where (4,) was asked for.\nmore"),
    graded("eva", None, "Waits for the instructor's points."),
    Graded("finn", "failed", "The file is <empty>."),
]


def test_points_are_summed_by_exercise():
    """Are full, partial, missing and waiting points told apart, and the mean of those that have points?"""
    (summary,) = summarise(CLASS)
    assert (summary.full, summary.some, summary.none, summary.waiting) == (1, 2, 1, 1)
    assert summary.mean == pytest.approx((4 + 3 + 3 + 0) / 4)


def test_sentences_that_differ_in_numbers_alone_are_one_misconception():
    """Are two students with the same mistake and other numbers counted together, most frequent first?"""
    (summary,) = summarise(CLASS)
    first, second = summary.met
    assert first.requirement == "ties give 1"
    assert first.sentence == "tlu on ties: 7 of 20 values are wrong."
    assert first.students == ("ben", "cleo")
    assert (second.requirement, second.students) == ("", ("dan",))


def test_exercises_have_their_titles_and_the_class_its_mean():
    """Is an exercise called by its heading, and are mean and median those of the graded?"""
    heading = new_markdown_cell("## Exercise 1.4: can `one` unit do it? (5 points)\n\nWrite it.")
    test = new_code_cell("1", metadata={"nbgrader": {"grade": True, "grade_id": "ex", "solution": False}})
    notebook = nbformat.writes(new_notebook(cells=[heading, test]))
    assert headings(notebook) == {"ex": "can one unit do it?"}
    page = " ".join(render([*CLASS, graded("gil", 4.0, "", notebook=notebook)], "01_toy").split())
    assert 'ex <span class="title">can one unit do it?</span>' in page
    assert "Of 4 points: mean 2.3, median 3." in page


def test_a_message_without_parts_is_its_first_sentence():
    """Is a visible check's message taken as it stands, and an empty one as nothing?"""
    assert sentences("f is not defined. See lesson 02, section 2.1.\nmore") == [("", "f is not defined.")]
    assert sentences("Exercise 1.2: return (w, b)") == [("", "Not begun: the stub is still there.")]
    assert sentences("") == []


class Tags(HTMLParser):
    """Collects tags and attributes; an unclosed one is left over."""

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.open, self.attributes = set(), [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_sound_and_inert():
    """Is the page well formed, without script, link or picture, and is a reason text and no markup?"""
    page = render(CLASS, "01_toy")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not tags.seen & {"script", "a", "img", "link", "iframe"}
    assert not tags.attributes & {"href", "src", "onclick"}
    assert "The file is &lt;empty&gt;." in page


def test_the_page_says_what_was_asked():
    """Does it hold failures with reasons, times, and the number who met a misconception?"""
    page = " ".join(render(CLASS, "01_toy").split())
    assert "6 submissions: 5 graded, 1 that could not be graded" in page
    assert "median 0.70, longest 1.5" in page
    assert "ben (1.5 s)" in page
    assert '<td class="number">2</td><td><strong>ties give 1.</strong>' in page


@pytest.mark.parametrize("results", [[], [CLASS[-1]], [graded("zoe", 4.0, "")]])
def test_a_class_without_results_or_mistakes_has_a_page_too(results):
    """Does the page stand where nothing was graded, or nothing was wrong?"""
    assert "</html>" in render(results, "01_toy")


def test_time_does_not_make_outcomes_differ():
    """Are two outcomes equal that differ in their time alone, so that a rerun compares as the same?"""
    assert graded("anna", 4.0, "", seconds=1.0) == graded("anna", 4.0, "", seconds=2.0)
