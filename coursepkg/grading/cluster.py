"""Grade on a Dask cluster: the course's files go to the workers, the outcomes come back to one writer.

A worker needs this package and Python, and neither the course's folder nor the gradebook. Dask runs what its
clients send it: let nobody but the instructors reach the scheduler, or protect it with TLS.
"""

import contextlib
import dataclasses
import hashlib
import io
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

from distributed import Client, WorkerPlugin
from distributed.scheduler import KilledWorker
from distributed.security import Security

from coursepkg.grading.assignment import Assignment, Course
from coursepkg.grading.batch import grade_watched, package_hash
from coursepkg.grading.limits import Limits
from coursepkg.grading.selftest import SelfTest, self_test
from coursepkg.grading.submission import Graded, Job

PATIENCE = "30s"
_one_at_a_time = threading.Lock()  # a worker with several threads has one warm parent


class Parcel(WorkerPlugin):
    """The files that grading an assignment needs, unpacked on each worker, late ones too.

    Parameters
    ----------
    assignment : Assignment
    course : Course
    """

    def __init__(self, assignment: Assignment, course: Course):
        files = [assignment.path, *sorted((course.root / "hidden").rglob("*.py"))]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                name = path.relative_to(course.root).as_posix()
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes())  # no date: same files, same hash
        self.content = packed.getvalue()
        self.name = f"coursepkg-{hashlib.sha256(self.content).hexdigest()[:32]}"
        self.source = assignment.path.relative_to(course.root).as_posix()
        self.package = package_hash()

    def setup(self, worker: Any) -> None:
        """Unpack the files on a worker; refuse one whose package is another version.

        Raises
        ------
        RuntimeError
            If the worker would grade by other code than the one that sent the work.
        """
        if package_hash() != self.package:
            raise RuntimeError(
                f"the worker {worker.address} has another version of coursepkg; install the same"
            )
        folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))  # readable by its owner alone
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            archive.extractall(folder)
        _places[os.getpid(), self.name] = folder

    def teardown(self, worker: Any) -> None:
        """Remove the files."""
        folder = _places.pop((os.getpid(), self.name), None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


_places: dict[tuple[int, str], Path] = {}
"""Where a worker has unpacked a parcel, by its process and the parcel's name."""


class ClusterExecutor(Executor):
    """Sends jobs to the workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
    parcel : Parcel
        Unpacked on every worker.
    """

    def __init__(self, client: Client, parcel: Parcel):
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._parcel = parcel

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a job; the future raises `BrokenExecutor` if it ended several workers."""
        outcome: Future[Any] = Future()
        sent = self._executor.submit(_grade_there, self._parcel.name, self._parcel.source, *args)

        def finish(done: Future[Any]) -> None:
            if outcome.cancelled():
                return
            if done.cancelled():
                outcome.cancel()
            elif isinstance(done.exception(), KilledWorker):
                outcome.set_exception(BrokenExecutor(str(done.exception())))
            elif done.exception() is not None:
                outcome.set_exception(done.exception())
            else:
                outcome.set_result(done.result())

        sent.add_done_callback(finish)
        outcome.add_done_callback(lambda done: done.cancelled() and sent.cancel())
        return outcome

    def self_tests(self, limits: Limits) -> list[SelfTest]:
        """Try what students' code must not be able to do, on every worker."""
        there = self._client.run(_test_there, self._parcel.name, self._parcel.source, limits)
        return list(there.values())

    def again(self, workers: int = 1) -> "ClusterExecutor":
        """Return an executor for jobs that did not come back: this one."""
        return self

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster as it is; `cluster` closes the connection."""


def _grade_there(name: str, source: str, job: Job) -> Graded:
    place = _places[os.getpid(), name]
    with _one_at_a_time:
        return grade_watched(dataclasses.replace(job, source=place / source, hidden=place))


def _test_there(name: str, source: str, limits: Limits) -> SelfTest:
    place = _places[os.getpid(), name]
    with _one_at_a_time:
        return self_test(limits, place / source, place / "hidden")


@contextlib.contextmanager
def cluster(address: str, assignment: Assignment, course: Course) -> Iterator[ClusterExecutor]:
    """Connect to a cluster and send it what grading needs.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://head:8786``. For ``tls://`` addresses the certificates come from
        Dask's configuration (``distributed.comm.tls``).
    assignment : Assignment
    course : Course

    Yields
    ------
    ClusterExecutor

    Raises
    ------
    ValueError
        If the scheduler does not answer, has no workers, or a worker has another version of this package.
    """
    security = Security() if address.startswith("tls://") else None
    try:
        client = Client(address, security=security, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"no scheduler answers at {address}: {said}") from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise ValueError(
                f"the scheduler at {address} has no workers; start some: "
                f"dask worker {address} --nthreads 1 --nworkers 4"
            )
        parcel = Parcel(assignment, course)
        try:
            client.register_plugin(parcel, name=parcel.name)
        except RuntimeError as error:
            raise ValueError(str(error)) from None
        try:
            yield ClusterExecutor(client, parcel)
        finally:
            client.unregister_worker_plugin(parcel.name)
