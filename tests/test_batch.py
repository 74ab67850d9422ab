"""Is nothing lost and nothing graded twice, whatever ends a run, and is a failure one student's alone?"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from coursepkg.grading import batch
from coursepkg.grading.assignment import Course
from coursepkg.grading.batch import Ledger, failures, find_jobs, grade_all, grade_class, outcomes, processes
from coursepkg.grading.gradebook import ClassRecord
from coursepkg.grading.lms import grades_of
from coursepkg.grading.student import Student
from coursepkg.grading.submission import seed
from tests.attacks.field import CHOSEN, open_field
from tests.toy_course import ID, own_hidden_tests, toy_source, write_toy_course

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
SLOWLY = "import time\ntime.sleep(0.3)"
# the hidden tests note each student whom they grade
NOTE = """
def _noted(exercise):
    def grade(student):
        with open({log!r}, "a") as log:
            log.write(f"{{student.rng('note').integers(1 << 60)}}\\n")
        return exercise(student)
    return grade

named_result = _noted(named_result)
"""


def noted(field):
    """Return how often each student was graded."""
    log = field.root / "log"
    lines = log.read_text().split() if log.exists() else []
    secret = field.course.secret()
    marks = {
        str(Student(None, seed(secret, p.name, ID)).rng("note").integers(1 << 60)): p.name
        for p in field.submitted.iterdir()
    }
    counts = dict.fromkeys(marks.values(), 0)
    for line in lines:
        counts[marks[line]] += 1
    return counts


@pytest.fixture
def field(tmp_path):
    """A class of six: right, wrong, dying, unreadable, essay, blank."""
    with open_field(tmp_path, ("numpy",)) as made:
        hidden = made.course.root / "hidden" / "toy.py"
        hidden.write_text(hidden.read_text() + NOTE.format(log=str(tmp_path / "log")))
        wrong = {"array_function": CHOSEN[0].wrong, "named_result": CHOSEN[2].wrong}
        dies = {"array_function": "def square(x):\n    import os\n    os._exit(0)"}
        for name, answers in (("ada", {}), ("alan", wrong), ("emmy", dies), ("essay", {"essay": "Because."})):
            made.hand_in(name, json.dumps(made.notebook(answers, cells=(SLOWLY,))).encode())
        made.hand_in("broken", b'{"cells": [')
        made.hand_in("copy", json.dumps(made.notebook({"array_function": "def square("})).encode())
        yield made


def recorded(field, db_url=None):
    """Return what a run left, without what depends on the clock."""
    outcome = field.outcome()
    grades = {}
    with Gradebook(db_url or f"sqlite:///{field.output / 'gradebook.db'}") as gradebook:
        for name in outcome.table:
            book = gradebook.find_submission_notebook(ID, ID, name)
            grades[name] = sorted(
                (g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade, g.score)
                for g in book.grades
            )
            grades[name] += sorted((c.name, c.auto_comment, c.manual_comment) for c in book.comments)
    notebooks = {name: path.read_text() for name, path in outcome.notebooks.items()}
    pages = {name: path.read_text() for name, path in outcome.pages.items()}
    return outcome.table, grades, notebooks, pages


def wait_for_end(field, seconds=10.0):
    """Wait until no process of the run is left; return those that are."""
    until = time.monotonic() + seconds
    while (left := field.survivors()) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def killed_and_run_again(field, undisturbed, moment):
    """Kill a run at a moment, run again, and compare with an undisturbed run."""
    started = field.start("--jobs", "2", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    os.kill(started.pid, signal.SIGKILL)  # this process alone: nobody tells the others
    started.wait()
    assert wait_for_end(field) == []
    assert list(field.temporary.glob("coursepkg-*")) == []
    kept = {path.stem for path in field.output.glob("outcomes/*/*.json")}
    before = noted(field)
    again = field.grade("--jobs", "2", seconds=120)
    assert again.code == 0, again.said
    after = noted(field)
    assert all(after[name] == before[name] for name in kept), (kept, before, after)
    assert recorded(field) == undisturbed
    assert field.survivors() == []
    return kept


@pytest.fixture
def undisturbed(field):
    """What a run leaves that nobody disturbs, and how long it takes."""
    began = time.monotonic()
    outcome = field.grade("--jobs", "2", seconds=120)
    took = time.monotonic() - began
    assert outcome.code == 0, outcome.said
    assert outcome.table["ada"]["score"] == 6
    assert outcome.table["broken"]["status"] == "failed"
    assert noted(field) == {"ada": 1, "alan": 1, "emmy": 1, "essay": 1, "broken": 0, "copy": 1}
    left = recorded(field)
    os.rename(field.output, field.root / "undisturbed")
    return left, took


@linux
@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_killed_at_random_moments_a_run_goes_on_where_it_stopped(part, field, undisturbed):
    """After kill -9 at five random moments each: the same scores, comments and statuses, nothing twice?"""
    left, took = undisturbed
    draw = random.Random(part)
    kept = []
    for number in range(5):
        kept.append(killed_and_run_again(field, left, draw.uniform(0.05, 1.0) * took))
        os.rename(field.output, field.root / f"killed-{number}")
    assert len({frozenset(names) for names in kept}) > 1, "the moments were all the same"


@linux
@pytest.mark.slow
def test_interrupted_run_says_how_to_go_on(field):
    """Does Ctrl-C end everything, say how to go on, and lose nothing?"""
    started = field.start("--jobs", "1", start_new_session=True)
    until = time.monotonic() + 60
    while not list(field.output.glob("outcomes/*/*.json")) and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to the whole group
    said, _ = started.communicate(timeout=60)
    assert started.returncode == 2, said
    assert "of 6; the same command goes on from there" in said
    assert "Traceback" not in said, said
    assert wait_for_end(field) == []
    kept = {path.stem for path in field.output.glob("outcomes/*/*.json")}
    before = noted(field)
    again = field.grade("--jobs", "1", seconds=120)
    assert again.code == 0
    assert set(again.table) == {"ada", "alan", "emmy", "essay", "broken", "copy"}
    assert all(noted(field)[name] == before[name] for name in kept)
    assert kept


# --- in this process


@pytest.fixture
def small(tmp_path):
    """A course, and four submissions that take a moment each."""
    with own_hidden_tests(), open_field(tmp_path, ("numpy",)) as made:
        hidden = made.course.root / "hidden" / "toy.py"
        hidden.write_text(hidden.read_text() + NOTE.format(log=str(tmp_path / "log")))
        for name in ("ada", "alan", "emmy", "grace"):
            made.hand_in(name, json.dumps(made.notebook(cells=(SLOWLY,))).encode())
        yield made


def run(field, executor=None):
    """Grade the class in `field` with one record and one executor; return the outcomes by student."""
    assignment = field.course.assignment(ID)
    jobs = find_jobs(field.course, assignment, field.submitted)
    record = ClassRecord(field.output, assignment)
    with executor or processes(2) as pool:
        return {graded.student: graded for graded in grade_class(jobs, record, pool, processes)}


@linux
def test_run_completes_when_a_worker_is_killed(small):
    """Is every submission graded when a grading process is killed in the middle?"""
    jobs = find_jobs(small.course, small.course.assignment(ID), small.submitted)
    with processes(2) as pool:
        outcomes = grade_all(jobs, pool, processes)
        first = next(outcomes)
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        rest = list(outcomes)
    assert sorted([first.student, *(graded.student for graded in rest)]) == ["ada", "alan", "emmy", "grace"]
    assert all(graded.status == "graded" and graded.score == 6 for graded in [first, *rest])


def ends_its_process(job):
    """Stand for grading that ends its own process, for one student."""
    if job.student == "alan":
        os._exit(1)
    return batch.grade_submission(job)


@linux
@pytest.mark.slow
def test_submission_that_ends_the_grader_fails_alone(small, monkeypatch):
    """Is a submission under which grading itself dies named, and the rest graded?"""
    monkeypatch.setattr(batch, "grade_watched", ends_its_process)
    graded = run(small)
    assert {name: outcome.status for name, outcome in graded.items()} == {
        "ada": "graded",
        "alan": "failed",
        "emmy": "graded",
        "grace": "graded",
    }
    assert "ended its own process" in graded["alan"].reason
    assert graded["emmy"].score == 6


def raises(job):
    """Stand for grading that raises, for one student."""
    if job.student == "alan":
        raise KeyError("a mistake in the engine")
    return batch.grade_submission(job)


@linux
@pytest.mark.slow
def test_grading_that_raises_is_an_explicit_failure(small, monkeypatch):
    """Does an exception of the engine become a record that says so?"""
    monkeypatch.setattr(batch, "grade_watched", raises)
    graded = run(small)
    assert "KeyError" in graded["alan"].reason
    assert "not the student's" in graded["alan"].reason
    assert graded["ada"].score == 6


@linux
@pytest.mark.slow
def test_grading_that_hangs_is_ended_and_fails_alone(small):
    """Is a hidden test that never ends ended, and the rest graded?"""
    hidden = small.course.root / "hidden" / "toy.py"
    hidden.write_text(f"{hidden.read_text()}\n\ndef named_result(student):\n    3 ** (10 ** 10)\n")
    limits = small.course.root / "limits.toml"
    short = "submission_seconds = 1.0\nstart_seconds = 4.0"
    limits.write_text(limits.read_text().replace("submission_seconds = 25.0", short))
    jobs = find_jobs(small.course, small.course.assignment(ID), small.submitted)[:1]
    with processes(1) as pool:
        (graded,) = grade_all(jobs, pool, processes)
    assert graded.status == "failed"
    assert "ended its own process" in graded.reason


@linux
def test_nothing_is_graded_again_until_something_changed(small):
    """Does a second run grade nothing, one with a new file that one, one with other hidden tests all?"""
    first = run(small)
    ledger = {path: path.stat().st_mtime_ns for path in small.output.glob("outcomes/*/*.json")}
    assert len(ledger) == 4
    assert set(noted(small).values()) == {1}
    assert run(small) == first
    assert {path: path.stat().st_mtime_ns for path in ledger} == ledger
    assert set(noted(small).values()) == {1}
    path = small.submitted / "ada" / ID / f"{ID}.ipynb"
    path.write_text(path.read_text().replace("** 2", "* x "))
    run(small)
    assert noted(small) == {"ada": 2, "alan": 1, "emmy": 1, "grace": 1}
    hidden = small.course.root / "hidden" / "toy.py"
    hidden.write_text(hidden.read_text() + "\n# another requirement\n")
    run(small)
    assert noted(small) == {"ada": 3, "alan": 2, "emmy": 2, "grace": 2}


@linux
@pytest.mark.slow
def test_damaged_ledger_entries_are_graded_again(small):
    """Does an entry that was cut off, or is of another form, cost nothing but its time?"""
    first = run(small)
    (small.output / "outcomes" / ID / "ada.json").write_text('{"fingerprint": "')
    (small.output / "outcomes" / ID / "alan.json").write_text("[]")
    entry = json.loads((small.output / "outcomes" / ID / "emmy.json").read_text())
    entry["recorded"] = False
    (small.output / "outcomes" / ID / "emmy.json").write_text(json.dumps(entry))
    assert run(small) == first
    assert noted(small) == {"ada": 2, "alan": 2, "emmy": 1, "grace": 1}
    job = find_jobs(small.course, small.course.assignment(ID), small.submitted)[2]
    key = ClassRecord(small.output, small.course.assignment(ID)).key
    assert Ledger(outcomes(small.output, ID), key).find(job) == (first["emmy"], True)


@linux
@pytest.mark.slow
def test_a_gradebook_that_was_thrown_away_is_filled_again(small):
    """Does a new gradebook get every grade, though the outcomes are known from the old one?"""
    first, before = run(small), noted(small)
    (small.output / "gradebook.db").unlink()
    assert run(small) == first
    assert noted(small) == before
    with Gradebook(f"sqlite:///{small.output / 'gradebook.db'}") as gradebook:
        scores = {s.student_id: s.score for s in gradebook.assignment_submissions(ID)}
    assert scores == {name: graded.score for name, graded in first.items()}


@linux
@pytest.mark.slow
def test_manual_points_survive_further_runs(small):
    """Do points that the instructor gave stay, when nothing changed and when everything is graded again?"""
    path = small.submitted / "ada" / ID / f"{ID}.ipynb"
    path.write_text(json.dumps(small.notebook({"essay": "Because it is so."})))
    run(small)
    url = f"sqlite:///{small.output / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        grade = gradebook.find_grade("essay", ID, ID, "ada")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("essay", ID, ID, "ada").manual_comment = "Well said."
        gradebook.db.commit()
    for change in ("", "\n# another requirement\n"):
        hidden = small.course.root / "hidden" / "toy.py"
        hidden.write_text(hidden.read_text() + change)
        found = run(small)
        (ada,) = ClassRecord(small.output, small.course.assignment(ID)).with_hand_points([found["ada"]])
        assert (ada.exercises["essay"].score, ada.exercises["essay"].message) == (2.5, "")
        assert ada.score == found["ada"].score + 2.5
        assert ada.reason == "Points by hand: essay."
        sent = grades_of(url, ID, failures(small.output, ID))["ada"]
        assert (sent.score, sent.reason, sent.stale) == (ada.score, "", bool(change))
        with Gradebook(url) as gradebook:
            assert gradebook.find_grade("essay", ID, ID, "ada").score == 2.5
            assert gradebook.find_comment("essay", ID, ID, "ada").comment == "Well said."
    assert noted(small)["ada"] == 2


@linux
def test_failures_of_one_assignment_are_not_anothers(small):
    """Is who could not be graded still known, and not sent as 0, after another was graded there?"""
    (small.submitted / "ada" / ID / f"{ID}.ipynb").write_text('{"cells": [')
    run(small)
    source = small.course.root / "source"
    (source / "01_other").mkdir()
    shutil.copy(source / ID / f"{ID}.ipynb", source / "01_other" / "01_other.ipynb")
    other = small.course.assignment("1")
    submitted = small.root / "other"
    for name in ("ada", "alan"):
        (submitted / name).mkdir(parents=True)
    shutil.copy(small.submitted / "emmy" / ID / f"{ID}.ipynb", submitted / "ada" / "01_other.ipynb")
    with processes(1) as pool:
        jobs = find_jobs(small.course, other, submitted)
        list(grade_class(jobs, ClassRecord(small.output, other), pool, processes))
    assert failures(small.output, ID).keys() == {"ada"}
    assert failures(small.output, "01_other").keys() == {"alan"}
    url = f"sqlite:///{small.output / 'gradebook.db'}"
    first, second = (grades_of(url, name, failures(small.output, name)) for name in (ID, "01_other"))
    assert (first["ada"].score, first["alan"].score) == (None, 6)
    assert (second["ada"].score, second["alan"].score) == (6, None)
    assert "could not be graded: There is no 01_other.ipynb" in second["alan"].reason
    unknown = grades_of(url, ID, {})["ada"]  # by the gradebook alone, as after `nbgrader autograde`
    assert unknown.score is None
    assert unknown.reason.startswith("waits for manual points: ")


@linux
def test_gradebook_of_another_version_is_refused(small):
    """Does a folder with grades of other exercises stop the run before it changes them?"""
    import nbformat

    run(small)
    before = (small.output / "gradebook.db").read_bytes()
    source = small.course.root / "source" / ID / f"{ID}.ipynb"
    nbformat.write(toy_source(CHOSEN[:2]), source)
    with pytest.raises(ValueError, match="holds grades of another version of 00_toy"):
        run(small)
    with Gradebook(f"sqlite:///{small.output / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission_notebook(ID, ID, "ada").score == 6
    assert before[:16] == (small.output / "gradebook.db").read_bytes()[:16]


# --- what a class's folder may hold


def test_every_folder_becomes_a_job(tmp_path):
    """Does each student get an outcome: links, odd names, several notebooks, none, unreadable ones?"""
    course = write_toy_course(tmp_path / "course", CHOSEN)
    submitted = tmp_path / "submitted"
    for name in ("direct", "inner", "renamed", "two", "empty", "pipe", "folder", "Zoë Ünï", "-rf", "a'b;c"):
        (submitted / name).mkdir(parents=True)
    right = json.dumps(course.assignment(ID).solved).encode()
    (submitted / "inner" / ID).mkdir()
    for place in ("direct", f"inner/{ID}", "Zoë Ünï", "-rf", "a'b;c"):
        (submitted / place / f"{ID}.ipynb").write_bytes(right)
    (submitted / "renamed" / "my work (1).ipynb").write_bytes(right)
    for name in ("a.ipynb", "b.ipynb"):
        (submitted / "two" / name).write_bytes(right)
    os.mkfifo(submitted / "pipe" / f"{ID}.ipynb")
    (submitted / "folder" / f"{ID}.ipynb").mkdir()
    (submitted / "linked").symlink_to(submitted / "direct")
    (submitted / "dangling").symlink_to(tmp_path / "nowhere")
    (submitted / "file").mkdir()
    (submitted / "file" / f"{ID}.ipynb").symlink_to(submitted / "direct" / f"{ID}.ipynb")
    os.mkdir(os.fsencode(submitted) + b"/caf\xe9")
    (submitted / "stray.ipynb").write_bytes(right)
    (submitted / ".hidden").mkdir()
    jobs = {job.student: job for job in find_jobs(course, course.assignment(ID), submitted)}
    read = {"direct", "inner", "renamed", "Zoë Ünï", "-rf", "a'b;c"}
    refused = {"two", "empty", "pipe", "folder", "linked", "dangling", "file", "caf\\xe9"}
    assert jobs.keys() == read | refused
    assert {name for name, job in jobs.items() if job.raw == right} == read
    assert all(jobs[name].raw is None and jobs[name].refusal for name in refused)
    for name in ("linked", "dangling", "file"):
        assert "is a link" in jobs[name].refusal


def test_folder_without_submissions_is_refused(tmp_path):
    """Is a wrong folder named, before anything is made?"""
    course = write_toy_course(tmp_path / "course", CHOSEN)
    with pytest.raises(LookupError, match="there is no folder"):
        find_jobs(course, course.assignment(ID), tmp_path / "nowhere")
    (tmp_path / "bare").mkdir()
    with pytest.raises(LookupError, match="holds no folder"):
        find_jobs(course, course.assignment(ID), tmp_path / "bare")


def test_damaged_secret_stops_the_run(tmp_path):
    """Is a damaged secret not replaced, as all students' inputs would change?"""
    course = write_toy_course(tmp_path / "course", CHOSEN)
    assert course.secret() == Course(course.root).secret()
    Path(course.root / ".secret").write_text("short")
    with pytest.raises(ValueError, match="is damaged"):
        course.secret()


def test_a_new_gradebook_is_as_nbgrader_makes_it(tmp_path, monkeypatch):
    """Has the gradebook the tables and the version that nbgrader's own has?"""
    import sqlite3
    import sys

    from nbgrader.api import Gradebook

    def schema(path):
        with sqlite3.connect(path) as connection:
            tables = sorted(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
            version = connection.execute("SELECT * FROM alembic_version").fetchall()
        connection.close()
        return tables, version

    # nbgrader starts alembic by its name
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    Gradebook(f"sqlite:///{tmp_path / 'stock.db'}").close()
    ClassRecord(tmp_path / "ours", write_toy_course(tmp_path / "course").assignment(ID))
    assert schema(tmp_path / "ours" / "gradebook.db") == schema(tmp_path / "stock.db")
