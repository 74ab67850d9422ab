"""Which files a student's process may read: Python's own, and those of the modules that are listed."""

import functools
import importlib.metadata
import os
import re
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

# what the shell itself needs, and progress bars
SHELL = ("IPython", "matplotlib_inline", "numpy", "platformdirs", "tqdm")
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_SYSTEM = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)
_NOT_STDLIB = {"site-packages", "dist-packages", "__pycache__"}


@functools.cache
def refused_names(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return the top-level names of installed packages that a student's process may not import.

    Parameters
    ----------
    modules : tuple of str
        What it may import, as for `readable_paths`.

    Returns
    -------
    tuple of str
    """
    names = set()
    for name in distributions(modules + SHELL):
        names |= {top.split(".")[0] for top in _top_level(importlib.metadata.distribution(name))}
    return tuple(sorted(_holders().keys() - names - sys.stdlib_module_names))


@functools.cache
def readable_paths(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files and folders that a student's process may read.

    Parameters
    ----------
    modules : tuple of str
        Import names, such as ``("numpy", "torch")``. A dotted name of this course's own package, such
        as ``"coursepkg.threshold"``, opens that file alone, besides the package's own ``__init__.py``.

    Returns
    -------
    tuple of str
        The standard library, the system's shared libraries, and the installed files of the modules'
        distributions and of what those need.
    """
    paths = {path for path in _SYSTEM if os.path.exists(path)}
    for folder in map(Path, _LIBRARIES):  # where a system's own Python keeps packages too
        if folder.is_dir():
            paths |= {str(entry) for entry in folder.iterdir() if not entry.name.startswith("python")}
    for key in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(key))
        paths |= {str(entry) for entry in folder.iterdir() if entry.name not in _NOT_STDLIB}
    for prefix in {sys.base_prefix, sys.prefix}:
        paths |= {str(path) for path in Path(prefix, "lib").glob("*.so*")}
    for name in distributions(modules + SHELL):
        distribution = importlib.metadata.distribution(name)
        paths |= {str(distribution.locate_file(top)) for top in _top_level(distribution)}
    own = [name for name in modules if name.partition(".")[0] == "coursepkg"]
    package = Path(__file__).parents[1]
    for name in own:  # the file itself, and the `__init__.py` of the packages that it lies in
        file = package.joinpath(*name.split(".")[1:]).with_suffix(".py")
        inside = [folder for folder in file.parents if folder.is_relative_to(package)]
        paths |= {str(file), *(str(folder / "__init__.py") for folder in inside)}
    return tuple(sorted(paths))


@functools.cache
def distributions(modules: tuple[str, ...]) -> set[str]:
    """Return the distributions that hold these modules, and all that those need.

    Parameters
    ----------
    modules : tuple of str
        Import names; one that is not installed is passed over.
    """
    holders = _holders()
    waiting = [name for module in modules for name in holders.get(module.partition(".")[0], [])]
    found: set[str] = set()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found or name == "coursepkg":
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [
            re.split(r"[\s\[;<>=!~(]", need, maxsplit=1)[0] for need in needs if "extra ==" not in need
        ]
    return found


@functools.cache
def _holders() -> Mapping[str, list[str]]:
    """Return the distributions of each top-level name; finding them takes a while."""
    return importlib.metadata.packages_distributions()


def _top_level(distribution: importlib.metadata.Distribution) -> set[str]:
    """Return the names of the files and folders that a distribution has put into site-packages."""
    tops = {file.parts[0] for file in distribution.files or []}
    return tops - {"..", "__pycache__"}
