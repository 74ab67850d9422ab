"""Is the README true of the repository that it stands in?"""

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from coursepkg import autodiff
from tools import notebooks as tool
from tools import readme_picture
from tools.notebook_compare import picture_difference
from tools.notebook_form import read


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def test_lesson_table_names_the_lessons_that_are_here(readme):
    """Does the table list fifteen lessons in order, each with its own title, its question and a link?"""
    rows = re.findall(r"^\| (\d\d) \| \[(.+)\]\(notebooks/(.*?)\) \| (.+) \|$", readme, re.M)
    assert [row[0] for row in rows] == [f"{n:02d}" for n in range(1, 16)]
    assert [row[2] for row in rows] == [path.name for path in tool.lessons()]
    openings = [read(path).cells[0].source.splitlines()[0] for path in tool.lessons()]
    assert [row[1] for row in rows] == [re.sub(r"^# \d+ ", "", opening) for opening in openings]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_named_files_exist(name, root):
    """Does each link and each path in code marks lead to a file? Generated folders are left out."""
    text = (root / name).read_text(encoding="utf-8")
    paths = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    paths += re.findall(r"`((?:notebooks|coursepkg|assignments|tests|tools|docs)/[\w./*-]*)`", text)
    paths = [path for path in paths if not re.search(r"release/|NN_", path)]
    assert paths
    assert [path for path in paths if not list(root.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_named_make_targets_exist(name, root):
    """Is each target that a text names in the Makefile?"""
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.M))
    text = (root / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M))
    assert named
    assert named <= targets


def test_reading_map_names_what_is_there(root):
    """Does every file, and every name of a module, that the map gives exist?"""
    text = (root / "docs" / "reading_map.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:\w+/)*\w+\.py)`", text)
    assert len(files) > 20
    for file in files:
        assert any((root / place / file).is_file() for place in ("", "coursepkg")), file
    names = re.findall(r"`(training|autodiff|network|Tensor)\.(\w+)`", text)
    assert len(names) >= 6
    for module, name in names:
        owner = autodiff.Tensor if module == "Tensor" else import_module(f"coursepkg.{module}")
        assert hasattr(owner, name) or name == "py", (module, name)


def test_workflow_runs_what_the_makefile_runs(root):
    """Do the public host's checks run the same linter, types and tests as `make lint test`?"""
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    runs = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for run in runs:
        if run.startswith("python -m") and "pip" not in run:
            assert run.replace("python", "$(PY)", 1) in makefile, run
    assert ".ci/run" in runs


def test_named_command_lines_are_those_of_the_makefile(readme, root):
    """Do the lines for those without make run what the Makefile runs?"""
    makefile = (root / "Makefile").read_text().replace("$(SAMPLE)", "build/sample_class").replace("\\\n", " ")
    recipes = {
        re.sub(r"\$\(\w+\)|\s+", " ", line).strip() for line in makefile.splitlines() if line[:1] == "\t"
    }
    block = re.search(r"^python -m tools.sample_class.*?(?=^```)", readme, re.M | re.S)[0].splitlines()
    for line in block[:-1]:
        command = re.sub(r"^(?:python -m )?", "-m ", line)
        assert command in recipes


def test_picture_is_what_its_command_draws(tmp_path):
    """Is the committed picture of the README up to date?"""
    readme_picture.draw(tmp_path / "new.png")
    committed, fresh = readme_picture.PICTURE.read_bytes(), (tmp_path / "new.png").read_bytes()
    assert picture_difference(committed, fresh) is None, "run `make notebooks`"
