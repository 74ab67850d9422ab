"""Does the sandbox refuse what it should on each rung, and are scores the same on all of them?"""

import ast
import dataclasses
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from coursepkg.grading import launch, reach, sandbox
from coursepkg.grading.assignment import find_course
from coursepkg.grading.folder import folder_bytes, remove_folder
from coursepkg.grading.limits import Limits, read_limits
from coursepkg.grading.selftest import ATTEMPTS, SelfTest, self_test
from coursepkg.grading.session import Session
from coursepkg.grading.submission import Job, grade_submission, seed
from tests.attacks.field import CHOSEN, ROOT, open_field
from tests.toy_course import ID, own_hidden_tests, right_answers, submission, write_toy_course

PLAIN = Limits(modules=("numpy",), submission_seconds=60)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox is Linux's")


def there(wanted):
    """Tell whether this system has a sandbox."""
    try:
        launch.choose_sandbox(wanted)
    except RuntimeError:
        return False
    return True


def rung(name):
    """Return a parameter that is skipped where this system lacks the sandbox."""
    return pytest.param(
        name, marks=pytest.mark.skipif(not there(name), reason=f"{name} is not to be had on this machine")
    )


RUNGS = [rung("landlock"), rung("bubblewrap"), "none"]


@pytest.fixture
def course(tmp_path):
    """A course with three exercises that need no torch."""
    with own_hidden_tests():
        yield write_toy_course(tmp_path / "course", CHOSEN)


def tried(course, limits):
    """Run the self-test on a course."""
    return self_test(limits, course.assignment(ID).path, course.root / "hidden")


@pytest.mark.parametrize("wanted", [rung("landlock"), rung("bubblewrap")])
def test_self_test_refuses_everything(wanted, course):
    """Is every forbidden thing refused, and said so?"""
    found = tried(course, dataclasses.replace(PLAIN, sandbox=wanted))
    assert found.confinement == wanted
    assert found.holds, found.allowed
    assert set(found.refused) == set(ATTEMPTS)
    assert (
        str(found)
        == f"Sandbox: {wanted}. {len(ATTEMPTS)} of {len(ATTEMPTS)} forbidden things were tried and refused."
    )
    assert not list((course.root / "source" / ID).glob(".written-by-a-student*"))


def test_self_test_says_when_there_is_no_sandbox(course):
    """Does it say NOT SANDBOXED, and what a student's code can do?"""
    found = tried(course, dataclasses.replace(PLAIN, sandbox="none"))
    assert not found.holds
    assert "read the hidden tests" in found.allowed
    assert str(found).startswith("NOT SANDBOXED (none): a student's code can ")
    assert "--require-sandbox" in str(found)
    assert not list((course.root / "source" / ID).glob(".written-by-a-student*"))


def test_self_test_names_what_one_hole_lets_through():
    """Is one thing that was allowed enough to say NOT SANDBOXED?"""
    assert not SelfTest("landlock", {"fork": "PermissionError"}, ("open a socket",)).holds
    assert "can open a socket." in str(SelfTest("landlock", {}, ("open a socket",)))


@linux
@pytest.mark.slow
def test_require_sandbox_refuses_to_go_on(tmp_path):
    """Does --require-sandbox stop before any submission is touched?"""
    with open_field(tmp_path, ("numpy",)) as field:
        field.hand_in("ada", json.dumps(field.notebook()).encode())
        limits = field.course.root / "limits.toml"
        limits.write_text(limits.read_text() + 'sandbox = "none"\n')
        refused = field.grade("--require-sandbox", "--jobs", "1", seconds=60)
        assert refused.code == 3
        assert "NOT SANDBOXED" in refused.said
        assert refused.table == {}
        assert not list(field.output.glob("outcomes/*/*"))
        went_on = field.grade("--jobs", "1", seconds=60)
        assert went_on.code == 0
        assert "NOT SANDBOXED" in went_on.said
        assert went_on.table["ada"]["score"] == 6


def outcomes(course, limits, student="ada"):
    """Grade a right, a partly wrong and a fatal submission; return scores and messages."""
    assignment = course.assignment(ID)
    answers = [
        {},
        {"array_function": CHOSEN[0].wrong, "named_result": CHOSEN[2].wrong},
        {"array_function": "def square(x):\n    import os\n    os._exit(0)", "named_result": "def ("},
    ]
    found = []
    for given in answers:
        raw = json.dumps(submission(course, {**right_answers(CHOSEN), **given})).encode()
        job = Job(student, ID, assignment.path, course.root, raw, "", seed(b"s", student, ID), limits)
        graded = grade_submission(job)
        found.append({name: (e.score, e.message) for name, e in graded.exercises.items()})
    return found


@pytest.fixture(scope="module")
def reference_outcomes(tmp_path_factory):
    """What the strongest sandbox gives."""
    with own_hidden_tests():
        return outcomes(write_toy_course(tmp_path_factory.mktemp("reference"), CHOSEN), PLAIN)


@pytest.mark.parametrize("wanted", RUNGS)
def test_scores_are_the_same_on_every_rung(wanted, course, reference_outcomes):
    """Do scores and messages not depend on the sandbox?"""
    assert outcomes(course, dataclasses.replace(PLAIN, sandbox=wanted)) == reference_outcomes
    assert [score for score, _ in reference_outcomes[0].values()] == [2, 2, 2, 0]
    assert [score for score, _ in reference_outcomes[1].values()] == [1, 2, 0, 0]
    assert [score for score, _ in reference_outcomes[2].values()] == [0, 2, 0, 0]


def test_scores_are_the_same_without_fork(course, reference_outcomes, monkeypatch):
    """Does the slower path of other systems give the same scores, and refuse a sandbox that it lacks?"""

    class Elsewhere:
        platform = "darwin"

        def __getattr__(self, name):
            return getattr(sys, name)

    monkeypatch.setattr(launch, "sys", Elsewhere())
    assert outcomes(course, PLAIN) == reference_outcomes
    with Session(PLAIN) as session:
        assert session.confinement() == "none"
    with (
        Session(dataclasses.replace(PLAIN, sandbox="landlock")) as session,
        pytest.raises(RuntimeError, match="no sandbox 'landlock' on darwin"),
    ):
        session.confinement()


def test_sandbox_that_is_not_there_is_refused(monkeypatch):
    """Does a named sandbox never degrade to another?"""
    monkeypatch.setattr(launch, "landlock_version", lambda: 0)
    monkeypatch.setattr(launch, "_bubblewrap_works", lambda: False)
    assert launch.choose_sandbox() == "none"
    with pytest.raises(RuntimeError, match="there is: none"):
        launch.choose_sandbox("landlock")
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    with pytest.raises(OSError, match="no Landlock"):
        sandbox.enter([], [])


def an_ordinary_user_can_run_this():
    """Tell whether this is root, and an ordinary user could run this Python with this course."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return False
    command = [sys.executable, "-c", "import numpy, nbgrader, coursepkg.grading.batch"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            cwd="/",
            env={"HOME": "/nonexistent"},
            preexec_fn=become_nobody,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


@linux
@pytest.mark.slow
def test_an_ordinary_user_grades_in_the_sandbox():
    """Does the sandbox hold, and everything get removed, without root?"""
    if not an_ordinary_user_can_run_this():
        pytest.skip("needs root to become an ordinary user, who must be able to read this Python")
    root = Path(tempfile.mkdtemp(prefix="ordinary-", dir="/var/tmp"))
    try:
        with open_field(root, ("numpy",)) as field:
            field.hand_in("ada", json.dumps(field.notebook()).encode())
            shut = "import os\nos.mkdir('shut', 0)\nos.makedirs('a/b')\nos.umask(0o777)\nos.mkdir('c')"
            field.hand_in("eve", json.dumps(field.notebook(cells=(shut,))).encode())
            locked = field.hand_in("locked", b"{}")
            for path in (root, *root.rglob("*")):
                os.chown(path, 65534, 65534, follow_symlinks=False)
            os.chmod(locked, 0)
            started = field.start("--require-sandbox", "--jobs", "1", preexec_fn=become_nobody)
            said, _ = started.communicate(timeout=120)
            outcome = field.outcome(started.returncode, said)
            assert outcome.code == 0, said
            assert {name: row["score"] for name, row in outcome.table.items()} == {
                "ada": 6,
                "eve": 6,
                "locked": 0,
            }
            assert "could not be read" in outcome.table["locked"]["reason"]
            assert list(field.temporary.iterdir()) == []
            assert field.survivors() == []
    finally:
        shutil.rmtree(root, ignore_errors=True)


def become_nobody():
    """Give up root for good."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


@pytest.mark.parametrize(
    ("column", "header", "pattern"),
    [
        (0, "x86_64-linux-gnu/asm/unistd_64.h", r"#define __NR_(\w+)\s+(\d+)"),
        (1, "asm-generic/unistd.h", r"#define __NR(?:3264)?_(\w+)\s+(\d+)"),
    ],
    ids=["x86-64", "arm64"],
)
def test_system_call_numbers_agree_with_the_kernels_headers(column, header, pattern):
    """Is each number in the list the kernel's own?"""
    path = Path("/usr/include") / header
    if not path.exists():
        pytest.skip(f"{path} is not installed")
    official = {name: int(number) for name, number in re.findall(pattern, path.read_text())}
    newest = max(official.values())
    ours = {name: numbers[column] for name, numbers in sandbox._REFUSED.items()}
    for name in ("clone", "clone3", "kill", "tgkill", "prctl", "fcntl", "ioctl", "socketpair"):
        ours[name] = getattr(sandbox, f"_{name.upper()}")[column]
    ours["prlimit64"], ours["seccomp"] = sandbox._PRLIMIT[column], sandbox._SECCOMP[column]
    ours["landlock_create_ruleset"] = sandbox._CREATE_RULESET
    for name, number in ours.items():
        if number is None:
            assert name not in official, name
        elif number <= newest:
            assert official.get(name) == number, name


@linux
def test_filter_refuses_by_argument_what_it_should():
    """Does each branch of the filter end where it should, for calls that are refused by their arguments?"""
    mine, flags = 4321, sandbox._CLONE_THREAD
    for machine, arch in enumerate(sandbox._AUDIT_ARCH):
        program = sandbox._filter(machine, mine)

        def verdict(numbers, *arguments, arch=arch, machine=machine, program=program):
            number = numbers if isinstance(numbers, int) else numbers[machine]
            return interpret(program, number, arch, arguments)

        allow, refuse, absent = 0x7FFF0000, 0x00050001, 0x00050026
        assert verdict(0) == allow
        assert verdict(0, arch=1) == 0x80000000
        assert verdict(0x40000001) == refuse
        assert verdict(sandbox._CLONE3) == verdict(sandbox._NEWEST + 1) == absent
        assert verdict(sandbox._NEWEST) == allow
        assert verdict(sandbox._CLONE, flags) == allow
        assert verdict(sandbox._CLONE, 17) == refuse
        for call in (sandbox._KILL, sandbox._TGKILL):
            assert verdict(call, mine) == allow
            assert verdict(call, 0) == verdict(call, 2**64 - 1) == refuse
        assert verdict(sandbox._PRLIMIT, 0, 7, 0, 5) == allow
        assert verdict(sandbox._PRLIMIT, 0, 7, 5) == verdict(sandbox._PRLIMIT, 0, 7, 5 << 32) == refuse
        assert verdict(sandbox._PRCTL, 1) == refuse
        assert verdict(sandbox._PRCTL, 15) == allow
        assert [verdict(sandbox._FCNTL, 3, c) for c in (1, 8, 9, 10, 15, 4)] == [
            allow, refuse, allow, refuse, refuse, allow,
        ]  # fmt: skip
        assert all(verdict(sandbox._IOCTL, 3, c) == allow for c in sandbox._HARMLESS_IOCTLS)
        assert verdict(sandbox._IOCTL, 3, 0x8901) == verdict(sandbox._IOCTL, 3, 0x40086602) == refuse
        assert verdict(sandbox._SOCKETPAIR, 1, 1 | 0o2000000) == allow
        assert verdict(sandbox._SOCKETPAIR, 1, 2 | 0o2000000) == refuse
        for name, numbers in sandbox._REFUSED.items():
            if numbers[machine] is not None:
                assert verdict(numbers) == refuse, name


def interpret(program, number, arch, arguments):
    """Run a filter as the kernel does; return what it decides."""
    data = [number, arch, 0, 0]
    for value in (*arguments, *(0,) * (6 - len(arguments))):
        data += [value & 0xFFFFFFFF, value >> 32 & 0xFFFFFFFF]
    at = held = 0
    while True:
        code, yes, no, constant = program[at]
        at += 1
        if code == 0x20:
            held = data[constant // 4]
        elif code == 0x54:
            held &= constant
        elif code == 0x06:
            return constant
        else:
            true = {0x15: held == constant, 0x35: held >= constant, 0x45: bool(held & constant)}[code]
            at += yes if true else no


# --- what an assignment may import


def names_given(modules):
    """Return the functions and classes of this course that a process with these modules can get."""
    package = ROOT / "coursepkg"
    waiting = [name for name in modules if name.partition(".")[0] == "coursepkg"]
    seen, found = set(), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = package.joinpath(*name.split(".")[1:])
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coursepkg"):
                waiting.append(node.module)
                waiting += [
                    f"{node.module}.{alias.name}" for alias in node.names if exists(node.module, alias.name)
                ]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("coursepkg")]
        parts = name.split(".")
        waiting += [".".join(parts[:i]) for i in range(1, len(parts))]
    return found


def exists(module, name):
    """Tell whether a name of a package of this course is a module."""
    return ROOT.joinpath(*module.split("."), f"{name}.py").exists()


def names_asked(assignment):
    """Return the functions and classes that an assignment's solution cells define."""
    asked = set()
    for cell in assignment.source.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            tree = ast.parse(cell.source)
            asked |= {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    return asked


def given_away(assignment, modules):
    """Return what an assignment asks for and its modules give."""
    return names_asked(assignment) & names_given(modules)


@pytest.mark.parametrize("assignment", find_course(ROOT).assignments(), ids=lambda assignment: assignment.id)
def test_no_assignment_may_import_what_it_asks_for(assignment):
    """Does the import closure of what is listed hold no function that an exercise asks for?"""
    limits = read_limits(find_course(ROOT).root / "limits.toml", assignment.id)
    assert names_asked(assignment)
    assert not given_away(assignment, limits.modules)


def test_closure_would_catch_a_module_that_gives_the_answer_away():
    """Would listing the library of the lesson be noticed, directly and through what imports it?"""
    first = find_course(ROOT).assignments()[0]
    assert given_away(first, ("numpy", "coursepkg.threshold"))


@pytest.mark.parametrize("wanted", [rung("landlock")])
def test_a_listed_module_opens_its_file_alone(wanted):
    """Can a listed module of the course be used, and no other be imported or read?"""
    limits = dataclasses.replace(PLAIN, sandbox=wanted, modules=("numpy", "coursepkg.mcculloch_pitts"))
    other, listed = ROOT / "coursepkg" / "threshold.py", ROOT / "coursepkg" / "mcculloch_pitts.py"
    with Session(limits) as session:
        assert (
            said(session, "import coursepkg.mcculloch_pitts as m\nprint(m.__name__)")
            == "coursepkg.mcculloch_pitts\n"
        )
        assert "write the function yourself" in said(session, "import coursepkg.threshold")
        assert "write the function yourself" in said(session, "from coursepkg.grading import check")
        assert "PermissionError" in said(session, f"open({str(other)!r})")
        assert "PermissionError" in said(
            session, "import sys; sys.meta_path.pop(0)\nimport coursepkg.threshold"
        )
        assert said(session, f"print(len(open({str(listed)!r}).read()) > 0)") == "True\n"


@pytest.mark.parametrize("wanted", RUNGS)
def test_what_is_not_listed_is_refused_with_a_sentence(wanted):
    """Does a student learn that a package is not there, and what is?"""
    with Session(dataclasses.replace(PLAIN, sandbox=wanted)) as session:
        for name in ("sklearn", "nbgrader"):
            text = said(session, f"import {name}")
            assert (
                f"'{name}' cannot be imported in this assignment; there are the standard library, numpy"
                in text
            )
        assert "write the function yourself" in said(session, "import coursepkg")
        assert "cannot be imported" in said(session, "import hidden")
        assert said(session, "import json, math, numpy, tqdm\nprint('there')") == "there\n"


def said(session, source):
    """Run a cell and return what it printed or raised."""
    outputs = session.run_cell(source)
    return "".join(o.get("text") or f"{o.get('ename')}: {o.get('evalue')}" for o in outputs)


def test_packages_of_the_systems_own_python_are_out_of_reach():
    """Is no folder open that holds all packages of a Python installation?"""
    open_places = {os.path.realpath(path) for path in reach.readable_paths(("numpy",))}
    for folder in {
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        "/usr/lib/python3",
        "/usr/lib",
        "/",
    }:
        assert os.path.realpath(folder) not in open_places
    assert str(ROOT / "coursepkg" / "threshold.py") not in open_places
    assert not any(os.path.realpath(ROOT / "assignments").startswith(place + os.sep) for place in open_places)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("wanted", RUNGS)
def test_torch_trains_where_it_is_listed(wanted):
    """Does an optimiser step work in the sandbox, within 4 GiB of address space?"""
    step = (
        "import torch\ntorch.manual_seed(0)\n"
        "net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), "
        "torch.nn.Linear(8, 1))\noptimiser = torch.optim.Adam(net.parameters(), 0.1)\n"
        "X = torch.randn(64, 4)\n"
        "losses = []\nfor _ in range(30):\n    optimiser.zero_grad()\n"
        "    loss = ((net(X) - X.sum(1, True)) ** 2).mean()\n"
        "    loss.backward()\n    optimiser.step()\n    losses.append(loss.item())\n"
        "print(losses[-1] < losses[0] / 2)"
    )
    limits = Limits(modules=("numpy", "torch"), sandbox=wanted, memory_bytes=4 << 30)
    with Session(limits) as session:
        assert said(session, step) == "True\n"
        refused = Limits(modules=("numpy",), sandbox=wanted)
    with Session(refused) as session:
        assert "cannot be imported" in said(session, "import torch")


# --- folders


def test_folder_bytes_counts_small_files_links_and_depth(tmp_path):
    """Is a file counted as 4 KiB at least, a link not followed, and counting ended early?"""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "small").write_text("x")
    (tmp_path / "large").write_bytes(bytes(10_000))
    (tmp_path / "link").symlink_to(ROOT)
    total = folder_bytes(str(tmp_path), 1 << 30)
    assert total == max(os.lstat(tmp_path / "a").st_size, 4096) + 4096 + 10_000 + 4096
    assert folder_bytes(str(tmp_path), 5000) > 5000
    assert folder_bytes(str(tmp_path / "nowhere"), 10) == 0


@linux
def test_remove_folder_takes_any_depth(tmp_path):
    """Is a tree removed whose paths are longer than the system takes?"""
    here, folder = os.getcwd(), tmp_path / "tree"
    folder.mkdir()
    try:
        os.chdir(folder)
        for _ in range(1500):
            os.mkdir("deep")
            Path("file").write_text("x")
            os.chdir("deep")
    finally:
        os.chdir(here)
    assert folder_bytes(str(folder), 1 << 40) > 1 << 40
    remove_folder(str(folder))
    assert not folder.exists()
    remove_folder(str(folder))
    file = tmp_path / "file"
    file.write_text("x")
    remove_folder(str(file))
    assert not file.exists()


def test_attempts_of_the_self_test_work_without_a_sandbox(course):
    """Is each forbidden thing possible where nothing forbids it, so that a refusal means something?"""
    found = tried(course, dataclasses.replace(PLAIN, sandbox="none"))
    possible = {"read the assignment's source", "read the hidden tests", "list the course's folder"}
    possible |= {
        "write outside its folder",
        "change a file's mode",
        "open a socket",
        "start a process",
        "fork",
    }
    possible |= {"signal its parent"}
    assert possible <= set(found.allowed), found.refused
