"""Is the lecture's order the import order, and grading apart from the mathematics?"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "coursepkg"

# The reading map: a module may import only modules that stand before it.
LECTURE_ORDER = [
    "results",  # every lesson: a published number beside ours
    "datasets",  # every lesson: data without a download
    "threshold",  # lesson 01: one unit, gates, networks
    "separability",  # lesson 01: which functions one unit computes
    "mcculloch_pitts",  # lesson 01: nets in time
    "perceptron",  # lesson 02: error correction, its bound, how much a unit can separate
    "mark_one",  # lesson 02: a simulated Mark I
    "discriminant",  # lesson 03: Gaussian classes, the sigmoid
    "logistic",  # lesson 04: maximum likelihood, cross-entropy
    "gradient_descent",  # lesson 05: the surrogate, step sizes, orbits
    "stochastic_gradient",  # lesson 06: noise, averaging, where the excess error comes from
    "network",  # lesson 07: layers, the forward pass, losses
    "autodiff",  # lessons 08 and 09: tensors with derivatives, both modes
    "backpropagation",  # lesson 08: a network by hand, paths, and the order of visits
    "operation_counts",  # lesson 09: what a gradient and a Jacobian cost
    "toeplitz",  # lesson 09: convolution on a line as a matrix with shared weights
    "training",  # lessons 06 to 11: initial values, optimisers, the training loop
    "gradient_flow",  # lesson 10: how signals and gradients scale with depth
    "shapeset",  # lesson 10: drawn shapes to classify
    "rectifiers",  # lesson 11: dead units, sparsity, the scale of initial weights
    "approximation",  # lesson 12: networks that approach a given function
    "barron",  # lesson 13: how many units, how many data
    "bounds",  # lesson 14: how many regions a network can have
    "constructions",  # lesson 14: networks that attain the bounds
    "rational_regions",  # lesson 14: regions in exact arithmetic, slow and sure
    "array_functions",  # lesson 14: what NumPy and torch spell differently
    "exact_points",  # lesson 14: signs beyond doubt
    "face_lattice",  # lesson 14: the complex in any dimension and position, slow and sure
    "line_cells",  # lesson 14: the pieces of a network with one input
    "plane_cells",  # lesson 14: the polygons of a network with two inputs, fast
    "plane_counter",  # lesson 14: the same in parts
    "space_cells",  # lesson 14: three and more inputs, fast
    "patterns",  # lesson 14: activation patterns in floats
    "plane_complex",  # lesson 14: regions in the plane, to draw and to ask
    "regions",  # lesson 14: how many regions a network has
    "convolution",  # lesson 15: an operator on images with shared weights
    "gpu",  # lesson 15: the same networks on torch
]
# Who may import what is slow to import or a framework of its own, and where it stays inside a function.
ONLY = {
    "matplotlib": {"figures", "grading.shell", "grading.warm"},
    "torch": {"gpu", "regions", "grading.endpoint", "grading.warm"},
    "nbgrader": {"grading"},
    "IPython": {"figures", "grading.shell"},
}


def imports_of(path: Path) -> set[str]:
    """Return the dotted names that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


MODULES = {name_of(path): imports_of(path) for path in PACKAGE.rglob("*.py")}
MATHEMATICS = [path.stem for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__", "cli")]


def test_the_list_names_every_library_module():
    """Does the reading map hold exactly the modules that there are?"""
    assert sorted(LECTURE_ORDER) == sorted(MATHEMATICS)


@pytest.mark.parametrize("name", LECTURE_ORDER)
def test_a_module_imports_only_what_was_taught_before(name):
    """Does a library module use nothing that a later lesson teaches, and no grading?"""
    own = {found.split(".")[1] for found in MODULES[name] if found.startswith("coursepkg.")}
    assert own <= set(LECTURE_ORDER[: LECTURE_ORDER.index(name)])


@pytest.mark.parametrize("name", ONLY)
def test_heavy_packages_stay_in_their_places(name):
    """Is each framework imported only where the map says?"""
    for module, found in MODULES.items():
        if name in {dotted.split(".")[0] for dotted in found}:
            assert any(module == place or module.startswith(f"{place}.") for place in ONLY[name]), module


def loaded_by(module: str, *others: str) -> str:
    """Return which of the other modules a new Python has loaded after importing one."""
    code = f"import sys, {module}; print([m for m in {others} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_import_does_no_work():
    """Does `import coursepkg` load neither torch, nor Matplotlib, nor grading?"""
    assert loaded_by("coursepkg", "torch", "matplotlib", "coursepkg.grading") == "[]"


def test_lessons_import_grading_without_nbgrader():
    """Does a lesson's `predict` load neither nbgrader nor torch?"""
    assert loaded_by("coursepkg.grading", "torch", "nbgrader", "matplotlib") == "[]"
