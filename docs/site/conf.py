"""Settings of Sphinx for the web edition of the course; `tools/site.py` lays out the sources and runs it."""

import re
import shutil
import sys
from importlib import import_module, metadata, util
from operator import attrgetter
from pathlib import Path
from unittest.mock import MagicMock

from sphinx import addnodes

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if util.find_spec("torch") is None:  # a signature does not need it, and the pages come out the same
    sys.modules["torch"] = MagicMock(Tensor=type("Tensor", (), {}))  # SciPy asks whether arrays are such

project = "Neural networks, from the threshold unit to the tensor graph"
author = "the coursepkg contributors"
language = "en"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.mathjax",
    "tools.site_references",
]
exclude_patterns = ["notebooks/table.txt"]

# Lessons are shown as they were executed and committed.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # tables of results hold formulas
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3

# The reference: docstrings in numpydoc style, in the order of the file. They state types, ranges and shapes.
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
default_role = "py:obj"  # `name` links to what the library calls so, and else is code
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
add_module_names = False
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "Neural networks, from the threshold unit to the tensor graph"
html_favicon = "static/unit.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# One file with all of TeX and its own glyphs: no font, no second script and no network.
mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {
    "svg": {"fontCache": "global"},
    "options": {"menuOptions": {"settings": {"inTabOrder": False}}},  # Tab goes from link to link
}


def copy_mathjax(app, error):
    """Lay MathJax beside the pages, from the package that carries it."""
    if error is None:
        (script,) = [p for p in metadata.files("sphinx-mathjax-offline") if p.name == "tex-svg-full.js"]
        target = Path(app.outdir) / "_static" / mathjax_path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script.locate(), target)


def skip_foreign(app, kind, name, obj, skip, options):
    """Leave out what the library takes from elsewhere as it is, such as `matmul = np.matmul`."""
    module = getattr(obj, "__module__", None) or type(obj).__module__
    return True if module.partition(".")[0] in ("numpy", "torch") else None


def mend_docstring(app, kind, name, obj, options, lines):
    """Keep the star of a shape such as (*shape, p) from beginning an emphasis, and a colon a colon."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            lines[i] = re.sub(r"(`+.*?`+)|(?<=\()\*(?=\w)", lambda match: match[1] or r"\*", line)
    if kind in ("data", "attribute"):  # else napoleon takes what stands before the first colon for a type
        lines.insert(0, "")


def drop_address(app, domain, kind, content):
    """Leave out the value of a constant that holds functions or classes: it would show addresses."""
    for note in list(content.parent.findall(addnodes.desc_annotation)):
        text = note.astext().strip()
        if text.startswith("=") and "<" in text:
            note.parent.remove(note)


def own_source(app, module, name):
    """Let [source] lead to the module of the library that defines a name, never into another package."""
    try:
        home = attrgetter(name)(import_module(module)).__module__
    except AttributeError:
        home = module
    return home if home.startswith("coursepkg.") else module


def setup(app):
    """Connect what the settings above need."""
    app.connect("build-finished", copy_mathjax)
    app.connect("object-description-transform", drop_address)
    app.connect("viewcode-follow-imported", own_source)
    app.connect("autodoc-skip-member", skip_foreign)
    app.connect("autodoc-process-docstring", mend_docstring, priority=400)  # before napoleon
