"""Do all routes into the course install the same packages, and are those all that it imports?"""

import ast
import re
import shlex
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

OWN = {"coursepkg", "tools", "tests", "hidden", "conftest"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    return canonical(re.match(r"[A-Za-z0-9._-]+", requirement)[0])


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def conda(root: Path) -> dict:
    return yaml.safe_load((root / "environment.yml").read_text())


def makefile_pip_arguments(root: Path) -> list[str]:
    """Return what the Makefile hands to `pip install`, as (option, value) pairs joined by a blank."""
    (line,) = re.findall(r"-m pip install (.*)", (root / "Makefile").read_text())
    words = [word for word in shlex.split(line) if word != "$(PIP_ARGS)"]
    return [f"{option} {value}" for option, value in zip(words[::2], words[1::2], strict=True)]


def test_conda_and_make_install_the_same_requirements(root, conda):
    """Does pip get the same constraints and the same project, with the same extra, on both routes?"""
    (pip,) = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]
    assert pip == makefile_pip_arguments(root)


def test_conda_adds_no_package_of_its_own(conda):
    """Does conda give Python and pip alone, so that no second list of packages can drift?"""
    own = [entry for entry in conda["dependencies"] if isinstance(entry, str)]
    assert sorted(map(requirement_name, own)) == ["pip", "python"]


def test_each_route_asks_for_the_same_python(root, project, conda):
    """Do pyproject.toml, environment.yml and the Makefile agree on the oldest Python?"""
    assert f"python{project['requires-python']}" in conda["dependencies"]
    oldest = tuple(map(int, re.fullmatch(r">=(\d+)\.(\d+)", project["requires-python"]).groups()))
    checked = re.findall(r"sys\.version_info < \((\d+), (\d+)\)", (root / "Makefile").read_text())
    assert {tuple(map(int, version)) for version in checked} == {oldest}


def test_readme_installs_as_the_makefile_does(root):
    """Do the plain pip lines of the README name the same constraints and project?"""
    lines = re.findall(r"pip install (-c .*)", (root / "README.md").read_text())
    assert lines
    assert {" ".join(shlex.split(line)) for line in lines} == {" ".join(makefile_pip_arguments(root))}


def test_constraints_hold_only_declared_packages(root, project):
    """Does each pin name a dependency, torch among them?"""
    text = (root / "constraints.txt").read_text()
    lines = [line for line in text.splitlines() if line[:1] not in ("", "#")]
    names = {requirement_name(line) for line in lines}
    assert "torch" in names
    assert names <= set(map(requirement_name, project["dependencies"]))
    assert all("==" in line for line in lines)


def imported_modules(folder: Path) -> dict[str, Path]:
    """Return the top-level modules that the files of a folder import, each with one file that does."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            found |= {name.split(".")[0]: path for name in names}
    known = sys.stdlib_module_names | OWN | {"__main__"}
    return {name: path for name, path in found.items() if name not in known}


@pytest.mark.parametrize("folder", ["coursepkg", "tools", "tests", "assignments"])
def test_every_import_is_declared(folder, root, project):
    """Is whatever the code imports named in pyproject.toml, and not there by another package's grace?"""
    declared = set(map(requirement_name, project["dependencies"]))
    extras = project["optional-dependencies"]
    for extra in ("cluster",) if folder == "coursepkg" else extras:  # what an option of the command needs
        declared |= set(map(requirement_name, extras[extra]))
    distributions = packages_distributions()
    for module, path in imported_modules(root / folder).items():
        names = {canonical(name) for name in distributions.get(module, [module])}
        assert names & declared, f"{path.relative_to(root)} imports {module}; name it in pyproject.toml"


def test_every_dependency_carries_its_reason(root):
    """Does each runtime dependency say what it is for?"""
    text = (root / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.S | re.M)[1]
    assert [line for line in block.splitlines() if not re.search(r'",\s+# \w', line)] == []
