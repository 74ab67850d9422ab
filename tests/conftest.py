"""What several test modules share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is no reason to fail: no test asserts a time.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

# Figures are drawn in memory, whatever the desktop offers.
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the predictions that a test records out of the developer's own file."""
    monkeypatch.setenv("COURSEPKG_HOME", str(tmp_path_factory.mktemp("home")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a device that this machine lacks, with a sentence."""
    wanting = [item for item in items if item.get_closest_marker("gpu")]
    if not wanting:
        return
    import torch

    if not torch.accelerator.is_available():
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason="torch finds no accelerator on this machine"))
