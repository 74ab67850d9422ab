"""A browser, and JupyterLab on a learner's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.drive import (
    NO_CHROMIUM,
    browser_page,
    end_kernels,
    find_chromium,
    jupyterlab,
    lay_out_course,
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium, or skip."""
    found = find_chromium()
    if found is None:
        pytest.skip(NO_CHROMIUM)
    return found


@pytest.fixture(scope="session")
def course(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the lessons, never run, the assignments and the start page."""
    folder = tmp_path_factory.mktemp("course")
    lay_out_course(folder)
    return folder


@pytest.fixture(scope="session")
def server(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab on the learner's folder; yield its address for a `{path}`."""
    with jupyterlab(course, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture
def lab(server: str) -> str:
    """Return the address of JupyterLab, where no kernel of an earlier test runs any more."""
    end_kernels(server)
    return server


@pytest.fixture
def page(chromium: str, tmp_path: Path) -> Iterator:
    """Yield a page of a browser with a fresh profile; keep a picture of it in the test's folder."""
    with browser_page(chromium, tmp_path) as page:
        yield page
