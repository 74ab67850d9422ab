"""A Sphinx extension: where a text names a lesson or a section by its number, the words become a link.

Lessons say "lesson 04", docstrings "notebook 05, section 5.3". Who reads the page can follow them; in the
source they stay plain words. What has no page stays plain there, too. Tables and headings are left alone.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_NAMED = re.compile(
    r"\b(?:[Ll]esson|[Nn]otebook)s? \d\d(?:(?:, | and | to )\d\d)*\b"
    r"|\b[Ss]ections? \d+\.\d+(?:(?:, | and | to )\d+\.\d+)*\b"
)
_FIRST = re.compile(r"(?:^[A-Za-z]+ )?(\d+(?:\.\d+)?)")
_LINKS = (nodes.reference, addnodes.pending_xref)  # the second becomes a link later
_PLAIN = (*_LINKS, nodes.title, nodes.rubric, nodes.literal, nodes.FixedTextElement, nodes.table)


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Split a text into stretches, each with the number that it names, or ``None``.

    Examples
    --------
    >>> list(pieces("lesson 04, sections 4.1 and 4.2"))
    [('lesson 04', '04'), (', ', None), ('sections 4.1', '4.1'), (' and ', None), ('4.2', '4.2')]
    """
    end = 0
    for named in _NAMED.finditer(text):
        for match in _FIRST.finditer(named[0]):
            start = named.start() + match.start()
            if start > end:
                yield text[end:start], None
            yield match[0], match[1]
            end = named.start() + match.end()
    if end < len(text):
        yield text[end:], None


class NumberLinks(SphinxTransform):
    """Put references where a page names a lesson or a section by its number."""

    default_priority = 400

    def apply(self) -> None:
        """Change the page that is being read."""
        lessons = {
            match[1]: name
            for name in self.env.found_docs
            if (match := re.fullmatch(r"notebooks/(\d\d)_\w+", name))
        }
        for text in list(self.document.findall(nodes.Text)):
            if _inside(text, _PLAIN) or not _NAMED.search(text):
                continue
            text.parent.replace(text, [self._node(words, number, lessons) for words, number in pieces(text)])

    def _node(self, words: str, number: str | None, lessons: dict[str, str]) -> nodes.Node:
        if number is None:
            return nodes.Text(words)
        section = "." in number
        target = f"section-{number.replace('.', '-')}" if section else lessons.get(number)
        if target is None or target == self.env.docname:
            return nodes.Text(words)
        return addnodes.pending_xref(
            "",
            nodes.inline("", words),
            refdomain="std",
            reftype="ref" if section else "doc",
            reftarget=target if section else f"/{target}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=False,
        )


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform with Sphinx."""
    app.add_transform(NumberLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
