"""Are grades the same when workers of a cluster grade, and when the gradebook is on a database server?"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursepkg.grading.gradebook import database
from tests.test_batch import field, noted, recorded  # noqa: F401
from tests.toy_course import ID

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def wait_until(true, seconds=30.0):
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler with two workers, and the workers' processes."""
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    dask = [sys.executable, "-m", "dask"]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    head = subprocess.Popen([*dask, "scheduler", "--port", address.rpartition(":")[2], *local], **quiet)
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", *local]
    workers = [
        subprocess.Popen([*worker, "--local-directory", str(tmp_path / f"worker-{k}")], **quiet)
        for k in (1, 2)
    ]
    from distributed import Client

    try:
        with Client(address, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, workers
    finally:
        for process in (*workers, head):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def local(field):  # noqa: F811
    """What a run on this machine alone leaves."""
    outcome = field.grade("--jobs", "2", seconds=120)
    assert outcome.code == 0, outcome.said
    left = recorded(field)
    os.rename(field.output, field.root / "local")
    (field.root / "log").unlink()
    return left


def test_cluster_grades_as_this_machine_does(field, local, scheduler):  # noqa: F811
    """Are scores, comments, notebooks and pages those of a local run, each submission graded once?"""
    address, _ = scheduler
    outcome = field.grade("--scheduler", address, seconds=120)
    assert outcome.code == 0, outcome.said
    assert "of 16 forbidden things were tried and refused" in outcome.said
    assert recorded(field) == local
    assert noted(field) == {"ada": 1, "alan": 1, "emmy": 1, "essay": 1, "broken": 0, "copy": 1}


def test_cluster_goes_on_when_a_worker_is_killed(field, local, scheduler):  # noqa: F811
    """Does a worker that dies in the middle cost nothing but the time to grade its submission again?"""
    address, workers = scheduler
    started = field.start("--scheduler", address)
    wait_until(lambda: (field.root / "log").exists() or started.poll() is not None, 60)
    os.killpg(workers[0].pid, signal.SIGKILL)
    said, _ = started.communicate(timeout=120)
    assert started.returncode == 0, said
    assert recorded(field) == local


def test_cluster_workers_see_neither_course_nor_gradebook(field, local, scheduler):  # noqa: F811
    """Do the workers grade though the course's folder is moved away once the first outcome is there?"""
    address, _ = scheduler
    started = field.start("--scheduler", address)
    # Then all work has been handed out: until the first outcome this process may still read the course.
    first = field.output / "outcomes"
    wait_until(lambda: list(first.glob("*/*.json")) or started.poll() is not None, 60)
    hidden = field.course.root / "hidden"
    os.rename(hidden, field.root / "hidden-away")
    said, _ = started.communicate(timeout=120)
    os.rename(field.root / "hidden-away", hidden)
    assert started.returncode == 0, said
    assert {name: row["score"] for name, row in field.outcome().table.items()} == {
        name: row["score"] for name, row in local[0].items()
    }


def test_cluster_without_workers_or_scheduler_is_a_sentence(field):  # noqa: F811
    """Is a wrong address told in a sentence that names it?"""
    outcome = field.grade("--scheduler", f"tcp://127.0.0.1:{free_port()}", seconds=120)
    assert outcome.code == 2
    assert "no scheduler answers at tcp://127.0.0.1" in outcome.said
    assert "Traceback" not in outcome.said


@pytest.mark.parametrize(("workers", "message"), [(0, "has no workers"), (1, "another version of coursepkg")])
def test_cluster_that_would_not_grade_alike_is_refused(field, monkeypatch, workers, message):  # noqa: F811
    """Is a scheduler without workers told how to get some, and a worker with other code refused?"""
    from distributed import LocalCluster

    from coursepkg.grading import cluster as module

    sent = module.Parcel(field.course.assignment(ID), field.course)
    sent.package = "of another version"
    monkeypatch.setattr(module, "Parcel", lambda *of: sent)
    quiet = {"processes": False, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=workers, **quiet) as there:
        taken = module.cluster(there.scheduler_address, field.course.assignment(ID), field.course)
        with pytest.raises(ValueError, match=message), taken:
            raise AssertionError("the cluster was taken")


# --- PostgreSQL


def server_programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest that is installed."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return Path(found).parent if found else places[-1] if places else None


@pytest.fixture
def server(tmp_path_factory):
    """The address of a new, empty database on a server of its own, with a password."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed on this machine")
    folder = tmp_path_factory.mktemp("postgres")
    become: list[str] = []
    if os.getuid() == 0:  # the server refuses root
        become = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        for place in (folder, folder.parent, folder.parent.parent):
            place.chmod(0o755)
        shutil.chown(folder, "postgres", "postgres")
    secret = folder / "password"
    secret.write_text("it's a secret\n")
    secret.chmod(0o644)
    data, port = folder / "data", free_port()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    made = ["initdb", "-D", data, "-U", "teacher", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
    subprocess.run([*become, programs / made[0], *made[1:]], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control = [*become, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], **quiet)
    try:
        yield f"postgresql://teacher:it%27s%20a%20secret@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)


def test_gradebook_on_a_server_holds_what_the_file_holds(field, local, server):  # noqa: F811
    """Are points and comments those of a local run, is the feedback made, and the password never shown?"""
    outcome = field.grade("--db", server, seconds=120)
    assert outcome.code == 0, outcome.said
    assert not (field.output / "gradebook.db").exists()
    assert "secret" not in outcome.said
    assert "postgresql" in outcome.said
    assert recorded(field, database(server)) == local
    again = field.grade("--db", server, seconds=120)
    assert again.code == 0, again.said
    assert noted(field)["ada"] == 1  # graded by the first run alone


def test_killed_run_goes_on_with_its_server(field, local, server):  # noqa: F811
    """After kill -9, does the same command fill the server's gradebook to the end?"""
    started = field.start("--db", server, "--jobs", "1")
    wait_until(lambda: list(field.output.glob("outcomes/*/*.json")) or started.poll() is not None, 60)
    started.kill()
    started.communicate()
    outcome = field.grade("--db", server, seconds=120)
    assert outcome.code == 0, outcome.said
    assert recorded(field, database(server)) == local


def test_grades_move_from_the_file_to_the_server(field, server):  # noqa: F811
    """Does a finished class get its whole gradebook on the server, without being graded again?"""
    assert field.grade("--jobs", "2", seconds=120).code == 0
    here = recorded(field)
    outcome = field.grade("--db", server, seconds=120)
    assert outcome.code == 0, outcome.said
    assert recorded(field, database(server)) == here
    assert noted(field)["ada"] == 1


def test_export_reads_the_server_and_the_file(field, server, tmp_path):  # noqa: F811
    """Does the grade file of Canvas get the points from either gradebook, and failures no points?"""
    assert field.grade("--db", server, "--no-feedback", seconds=120).code == 0
    assert field.grade("--jobs", "2", "--no-feedback", seconds=120).code == 0
    table = field.outcome().table
    most = table["ada"]["max_score"]
    lines = ["Student,ID,SIS Login ID,Section,Toy (5)", f"    Points Possible,,,,{most}"]
    lines += [f'"{name}, x",{k},{name},A,' for k, name in enumerate([*table, "zoe"])]
    (tmp_path / "canvas.csv").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "coursepkg", "export", "00_toy", str(field.output)]
    command += [str(tmp_path / "canvas.csv"), "--course", str(field.course.root), "--output"]
    texts = []
    for name, options in (("file.csv", []), ("server.csv", ["--db", server])):
        done = subprocess.run([*command, str(tmp_path / name), *options], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "in the file, but not graded (1): zoe" in done.stdout
        assert "broken could not be graded" in done.stdout
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1]
    points = {line.split(",")[3]: line.rpartition(",")[2] for line in texts[0].splitlines()[2:]}
    assert points["broken"] == points["zoe"] == ""
    waiting = {
        name for name, row in table.items() if any(e["score"] is None for e in row["exercises"].values())
    }
    for name, row in table.items():
        if name not in {"broken", *waiting}:
            assert float(points[name]) == pytest.approx(row["score"], abs=0.005)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gradebook.db", "names no database"),
        ("oracle+nothing://x/y", "names no database"),
        ("mysql+mysqldb://x/y", "needs the package MySQLdb"),
    ],
)
def test_wrong_database_is_a_sentence(url, message):
    """Is an address that is none, or whose driver is missing, refused with the cure?"""
    with pytest.raises(ValueError, match=message):
        database(url)


def test_unreachable_server_is_a_sentence(field):  # noqa: F811
    """Is a server that does not answer told in a sentence, without the password?"""
    url = f"postgresql://teacher:secret@127.0.0.1:{free_port()}/grades"
    outcome = field.grade("--db", url, seconds=120)
    assert outcome.code == 2
    assert "cannot be used" in outcome.said
    assert "secret" not in outcome.said
    assert "Traceback" not in outcome.said
