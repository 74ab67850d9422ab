"""Build the web edition of the course: ``python -m tools.site build/site``.

Sphinx wants all its sources in one folder. :func:`write_sources` lays them out: the lessons and pages as they
stand in the repository, fitted for a reader without Python, and a page for each library module in the
lecture's order. The lessons are not run: their committed outputs are shown. The pages ask for nothing from
another machine.
"""

import argparse
import ast
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from tools.notebook_form import dumps, images, read

ROOT = Path(__file__).resolve().parent.parent
SITE = Path("docs/site")  # settings and the pages written for the site alone
PAGES = ("results", "quality", "cohort", "reading_map", "how_to_add_an_exercise", "jupyterhub")
IMPORT_ORDER = Path("tests/test_import_order.py")
SLIDER_NOTE = (
    "*The controls of this cell need a running Python: open the lesson in JupyterLab to move them. "
    "A figure beside it shows some of their positions.*"
)
ALT_LENGTH = 300
MARK = "objects.inv"  # a file of every site that Sphinx builds

_SIGNS = {"le": "≤", "ge": "≥", "ne": "≠", "to": "→", "cdot": "·", "times": "×", "infty": "∞", "approx": "≈"}
_SIGNS |= {"dots": "…", "ldots": "…", "cdots": "…", "circ": "∘", "sqrt": "root of", "in": "∈"}
_FRACTION = re.compile(r"\\[td]?frac\s*(\{[^{}]*\}|\w)\s*(\{[^{}]*\}|\w)")
_FORMATS = (
    r"mathbf|mathcal|mathbb|mathrm|boldsymbol|operatorname|text|hat|bar|tilde|left|right|[bB]igg?[lr]?|q?quad"
)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_SECTION = re.compile(r"^(?=## (\d+)\.(\d+) )", re.M)
_CODE = re.compile(r"(`+)(?:.*?)\1", re.S)


def write_sources(root: Path, folder: Path) -> list[str]:
    """Lay out the sources of the site.

    Parameters
    ----------
    root : Path
        The repository.
    folder : Path
        Where Sphinx will look.

    Returns
    -------
    list of str
        The names of all sources, as POSIX paths relative to `folder`.
    """
    lessons = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    pages = [Path("docs", f"{name}.md") for name in PAGES if (root / "docs" / f"{name}.md").exists()]
    known = {PurePosixPath("notebooks", path.name) for path in lessons} | set(map(_posix, pages))
    sources: dict[str, str | bytes] = {}
    for path in lessons:
        name = PurePosixPath("notebooks", path.name)
        sources[str(name)] = dumps(fit_lesson(read(path), name, known))
    for page in pages:
        text = (root / page).read_text(encoding="utf-8")
        sources[str(_posix(page))] = without_dead_links(text, _posix(page), known)
    for path in sorted((root / SITE).glob("*.md")):
        sources[path.name] = path.read_text(encoding="utf-8")
    picture = root / "docs" / "xor_hidden_space.png"
    sources[f"docs/{picture.name}"] = picture.read_bytes()
    sources["notebooks/table.txt"] = lesson_table(lessons)
    sources |= reference_pages(root)
    for name, content in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sorted(sources)


def fit_lesson(nb: NotebookNode, name: PurePosixPath, known: set[PurePosixPath]) -> NotebookNode:
    """Fit a lesson for the web, in place: labels, links, alternative texts, a word where a slider was.

    Parameters
    ----------
    nb : NotebookNode
        An executed lesson.
    name : PurePosixPath
        Where it stands, relative to the repository.
    known : set of PurePosixPath
        What has a page.

    Returns
    -------
    NotebookNode
        The same notebook.
    """
    cells = []
    for position, cell in enumerate(nb.cells):
        cells.append(cell)
        if cell.cell_type == "markdown":
            text = without_dead_links(cell.source, name, known)
            cell.source = _SECTION.sub(r"(section-\1-\2)=\n", text)
            continue
        if any(images(cell)):
            alt = cell.metadata.get("alt") or explanation(nb.cells[position + 1 :])
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
        if re.search(r"^\s*interact\(", cell.source, re.M):
            note = NotebookNode(cell_type="markdown", id=f"{cell.id}-note", metadata={}, source=SLIDER_NOTE)
            cells.append(note)
    nb.cells = cells
    return nb


def explanation(cells: Sequence[NotebookNode]) -> str:
    """Return what the text after a figure says about it, in plain words, for who cannot see the figure.

    Parameters
    ----------
    cells : sequence of NotebookNode
        The cells after the figure's.

    Returns
    -------
    str
        Whole sentences, as many as fit into about 300 characters; at least one.
    """
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        for paragraph in cell.source.split("\n\n"):
            text = " ".join(paragraph.split())
            if text and not re.match(r"#|\*\*(Exercise|Predict|Vary)|[|<$]", text):
                sentences = re.split(r"(?<=[.?!:])\s+(?=[A-ZΑ-Ω0-9*$])", text)
                said = plain(sentences[0])
                for sentence in map(plain, sentences[1:]):
                    if len(said) + len(sentence) > ALT_LENGTH:
                        break
                    said += f" {sentence}"
                return said
    return "A figure that the text describes."


def plain(markdown: str) -> str:
    r"""Return Markdown with formulas as words that can be read aloud.

    Examples
    --------
    >>> plain(r"The *tie* is at $\mathbf{w}^T\mathbf{x} \ge 0$; see `tlu` and [more](there.md).")
    'The tie is at w^T x ≥ 0; see tlu and more.'
    >>> plain(r"Half is $\tfrac12$, and the slope $2m\,w^{2m-1}$.")
    'Half is 1/2, and the slope 2m w^(2m-1).'
    """
    text = _LINK.sub(r"\1", markdown)
    text = re.sub(r"\$+(.+?)\$+", lambda match: _plain_formula(match[1]), text)
    return re.sub(r"\s+", " ", re.sub(r"[*`]", "", text)).strip()


def _plain_formula(formula: str) -> str:
    text = _FRACTION.sub(lambda match: f"{match[1]}/{match[2]}", formula)
    text = re.sub(r"([_^])\{([^{}]*\W[^{}]*)\}", r"\1(\2)", text)
    text = re.sub(rf"\\(?:{_FORMATS})(?![a-zA-Z])", " ", text)
    text = re.sub(r"\\([a-zA-Z]+)", lambda match: f" {_SIGNS.get(match[1], match[1])} ", text)
    text = re.sub(r"[{}]|\\[,;:! ]", " ", text).replace("\\", "")
    return re.sub(r"\s+", " ", re.sub(r"\s+(?=[,.;:)^_])|(?<=[(^_])\s+", "", text)).strip()


def without_dead_links(markdown: str, name: PurePosixPath, known: set[PurePosixPath]) -> str:
    """Return Markdown in which a link to a file that has no page is its text alone; code stays as it is.

    Examples
    --------
    >>> known = {PurePosixPath("docs/quality.md")}
    >>> without_dead_links("[a](quality.md) [b](../Makefile)", PurePosixPath("docs/x.md"), known)
    '[a](quality.md) b'
    """

    def keep(match: re.Match) -> str:
        target = match[2].partition("#")[0]
        if not target or re.match(r"[a-z]+:", target) or _resolved(name.parent / target) in known:
            return match[0]
        return match[1]

    return _outside_code(markdown, lambda text: _LINK.sub(keep, text))


def _outside_code(markdown: str, change: Callable[[str], str]) -> str:
    pieces, end = [], 0
    for code in _CODE.finditer(markdown):
        pieces += [change(markdown[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, change(markdown[end:])])


def _resolved(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


def lesson_table(lessons: Sequence[Path]) -> str:
    """Return a Markdown table of the lessons: number, title, driving question."""
    rows = ["| | lesson | driving question |", "|---|---|---|"]
    for path in lessons:
        opening = read(path).cells[0].source
        title = re.search(r"^# (?:\d+\.? )?(.+)$", opening, re.M)
        question = re.search(r"\*\*Driving question\.\*\*\s*(.+?)(?:\n\n|\Z)", opening, re.S)
        words = " ".join(question[1].split()) if question else ""
        name = title[1].strip() if title else path.stem
        rows.append(f"| {path.name[:2]} | [{name}](/notebooks/{path.name}) | {words} |")
    return "\n".join(rows) + "\n"


def reading_map(root: Path) -> list[tuple[str, str]]:
    """Return the library modules in the lecture's order, each with the words that the map has for it."""
    text = (root / IMPORT_ORDER).read_text(encoding="utf-8")
    block = re.search(r"^LECTURE_ORDER = \[\n(.*?)^\]", text, re.M | re.S)[1]
    entries = re.findall(r'^    "(\w+)",\s*(?:# (.*))?$', block, re.M)
    return [(name, words) for name, words in entries if (root / "coursepkg" / f"{name}.py").exists()]


def reference_pages(root: Path) -> dict[str, str]:
    """Return the sources of the reference: a page for each module, and one that lists them in order."""
    modules = reading_map(root)
    figures = sorted(p.stem for p in (root / "coursepkg" / "figures").glob("*.py") if p.stem != "__init__")
    rows = "".join(f"   * - :doc:`{name} <{name}>`\n     - {words}\n" for name, words in modules)
    entries = [name for name, _ in modules] + [f"figures.{name}" for name in figures] + ["grading"]
    toctree = "".join(f"   {name}\n" for name in entries)
    pages = {"reference/index.rst": _REFERENCE.format(rows=rows, toctree=toctree)}
    for name, words in modules:
        text = (root / "coursepkg" / f"{name}.py").read_text(encoding="utf-8")
        pages[f"reference/{name}.rst"] = _page(name, words, _passed_on(text))
    for name in figures:
        pages[f"reference/figures.{name}.rst"] = _page(f"figures.{name}")
    pages["reference/grading.rst"] = _page("grading")
    return pages


_REFERENCE = """\
Library reference
=================

The modules of ``coursepkg`` in the order of the lecture. A module imports only what stands before it, so the
list can be read from the top.

.. list-table::
   :header-rows: 1

   * - module
     - taught in
{rows}
The figures of the lessons are in ``coursepkg.figures``, the only part of the library that imports Matplotlib.
What a lesson or a hidden test takes from the grader is in :doc:`grading <grading>`.

.. toctree::
   :maxdepth: 1
   :hidden:

{toctree}"""


def _page(name: str, words: str = "", passed_on: Mapping[str, str] | None = None) -> str:
    text = f"{name}\n{'=' * len(name)}\n\n"
    if words:
        text += f"{words[:1].upper()}{words[1:]}.\n\n"
    if passed_on:
        links = ", ".join(f":py:obj:`~{home}.{other}`" for other, home in passed_on.items())
        text += f"Described elsewhere, and to be had from here too: {links}.\n\n"
    text += f".. automodule:: coursepkg.{name}\n   :members:\n"
    return text + (f"   :exclude-members: {', '.join(passed_on)}\n" if passed_on else "")


def _passed_on(text: str) -> dict[str, str]:
    """Return the names that a module imports and lists as its own, each with the module it comes from."""
    body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, ast.ImportFrom)]
    homes = {alias.name: node.module for node in imports for alias in node.names if not alias.asname}
    public = [name for node in body if _assigns(node, "__all__") for name in ast.literal_eval(node.value)]
    return {name: homes[name] for name in public if name in homes}


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name


def _posix(path: Path) -> PurePosixPath:
    return PurePosixPath(path.as_posix())


def build(root: Path, output: Path) -> int:
    """Build the site; Sphinx's warnings are errors.

    Parameters
    ----------
    root : Path
        The repository.
    output : Path
        Where the pages go; replaced if all went well.

    Returns
    -------
    int
        0 if all went well.

    Raises
    ------
    FileExistsError
        If the output is there and is no site, so that nothing else is ever replaced.
    """
    from sphinx.cmd.build import main as sphinx

    if output.exists() and any(output.iterdir()) and not (output / MARK).exists():
        raise FileExistsError(f"{output} holds other things; name a folder for the site alone")
    with tempfile.TemporaryDirectory() as work:
        sources, pages = Path(work, "sources"), Path(work, "pages")
        write_sources(root, sources)
        status = sphinx([
            *("-b", "html", "-q", "-W", "--keep-going", "-c", str(root / SITE)),
            *("-d", str(Path(work, "doctrees")), str(sources), str(pages)),
        ])
        if status == 0:
            shutil.rmtree(output, ignore_errors=True)
            shutil.move(pages, output)
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.partition("\n")[0])
    parser.add_argument("output", type=Path, help="the folder for the pages; it is replaced")
    output = parser.parse_args(arguments).output.resolve()
    try:
        status = build(ROOT, output)
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 1
    if status == 0:
        print(f"Open {output / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
