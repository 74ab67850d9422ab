"""Does every file become cells, or a sentence to the student?"""

import contextlib
import json
import os

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursepkg.grading.intake import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_SOURCE,
    Refused,
    SubmittedCell,
    parse,
    read_bytes,
)


def document(**changed):
    notebook = new_notebook(cells=[new_code_cell("x = 1", id="a"), new_markdown_cell("text", id="b")])
    notebook.cells[0].metadata["nbgrader"] = {"grade_id": "ex", "solution": True}
    return {**json.loads(nbformat.writes(notebook)), **changed}


def raw(**changed):
    return json.dumps(document(**changed)).encode()


REFUSED = {
    "empty": (b"", "empty. Save the notebook in JupyterLab and submit it again"),
    "blank": (b" \r\n\t", "empty. Save"),
    "only a mark": (b"\xef\xbb\xbf", "Open it in JupyterLab, save it and submit it again"),
    "latin-1": ('{"cells": "Größe"}'.encode("latin-1"), "not text in UTF-8.*Save it in JupyterLab again"),
    "utf-16": (json.dumps(document()).encode("utf-16"), "not text in UTF-8"),
    "zip": (b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xd8", "not text in UTF-8"),
    "cut off": (raw()[:-20], r"not valid JSON \(line \d+\).*save it and submit it again"),
    "conflict": (b"<<<<<<< HEAD\n" + raw(), r"not valid JSON \(line 1\)"),
    "deep": (b"[" * 100_000, "not valid JSON"),
    "deep and closed": (b"[" * 100_000 + b"]" * 100_000, "not valid JSON"),
    "long number": (b'{"cells": ' + b"1" * 5000 + b"}", "not valid JSON"),
    "a list": (b"[1, 2]", "no list of cells. Submit the .ipynb file"),
    "a text": (b'"notebook"', "no list of cells"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells of another kind": (raw(cells={"a": 1}), "no list of cells"),
    "too many cells": (
        raw(cells=[{}] * (MAX_CELLS + 1)),
        f"{MAX_CELLS + 1} cells; at most {MAX_CELLS} are read. Remove what is not needed",
    ),
    "broken version 3": (b'{"nbformat": 3, "worksheets": [1]}', "old format.*save it and submit it again"),
    "no worksheet": (b'{"nbformat": 3, "worksheets": 7}', "old format"),
}


@pytest.mark.parametrize(("given_bytes", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_each_refusal_names_its_cure(given_bytes, sentence):
    """Does a file that is no notebook get a sentence that says what to do?"""
    with pytest.raises(Refused, match=sentence):
        parse(given_bytes)


def test_cells_keep_their_kind_text_and_ids():
    """Does what grading needs arrive, and nothing else?"""
    assert parse(raw()) == [
        SubmittedCell("code", "x = 1", "ex", "a"),
        SubmittedCell("markdown", "text", None, "b"),
    ]


def test_byte_order_mark_is_passed_over():
    """Is a file that an editor has marked as UTF-8 read?"""
    assert parse(b"\xef\xbb\xbf" + raw()) == parse(raw())


def test_version_3_is_read():
    """Is a notebook of the old format converted?"""
    lines = new_notebook(cells=[new_code_cell("x = 1"), new_markdown_cell("text")])
    lines.cells[0].metadata["nbgrader"] = {"grade_id": "ex", "solution": True}
    old = nbformat.convert(lines, 3)
    cells = parse(nbformat.writes(old, version=3).encode())
    assert [(cell.kind, cell.source, cell.grade_id) for cell in cells] == [
        ("code", "x = 1", "ex"),
        ("markdown", "text", None),
    ]


def test_half_characters_can_be_written_again():
    """Does a lone surrogate in a source become something that UTF-8 can hold?"""
    (cell,) = parse(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')
    assert cell.source.encode("utf-8") == b"x = '?'"


def test_source_may_be_a_list_of_lines():
    """Are sources that are lists joined, and what is no text left out?"""
    cells = parse(raw(cells=[{"cell_type": "code", "source": ["a = 1\n", 3, None, "b = 2"]}, {"source": 7}]))
    assert [cell.source for cell in cells] == ["a = 1\nb = 2", ""]


@pytest.mark.parametrize(
    "metadata", [None, [], "nbgrader", {"nbgrader": []}, {"nbgrader": {"grade_id": [1]}}]
)
def test_strange_metadata_is_no_mark(metadata):
    """Is metadata of another form read as no mark?"""
    (cell,) = parse(raw(cells=[{"cell_type": "code", "source": "x", "metadata": metadata, "id": 3}]))
    assert cell == SubmittedCell("code", "x", None, None)


def test_endless_sources_are_cut():
    """Is a cell of many megabytes bounded?"""
    (cell,) = parse(raw(cells=[{"cell_type": "code", "source": "x" * (MAX_SOURCE + 5)}]))
    assert len(cell.source) == MAX_SOURCE


def test_a_notebook_of_another_schema_is_read():
    """Do a later format's number and nbgrader's schema_version 99 stop nothing?"""
    cell = {
        "cell_type": "code",
        "source": "x",
        "metadata": {"nbgrader": {"schema_version": 99, "grade_id": "ex", "grade": "perhaps"}},
    }
    assert parse(raw(nbformat=99, nbformat_minor="?", cells=[cell]))[0].grade_id == "ex"


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_arbitrary_bytes_become_cells_or_are_refused(given_bytes):
    """Does any file raise nothing but a refusal?"""
    with contextlib.suppress(Refused):
        assert all(isinstance(cell, SubmittedCell) for cell in parse(given_bytes))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
cell_values = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.one_of(json_values, st.sampled_from(["code", "markdown", "heading", "html"])),
            "source": json_values,
            "input": json_values,
            "level": json_values,
            "outputs": json_values,
            "metadata": st.one_of(json_values, st.fixed_dictionaries({"nbgrader": json_values})),
            "id": json_values,
        },
    ),
)
documents = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {"nbformat": st.one_of(json_values, st.integers(0, 6))},
        optional={
            "nbformat_minor": json_values,
            "metadata": json_values,
            "cells": st.one_of(json_values, st.lists(cell_values, max_size=4)),
            "worksheets": st.one_of(
                json_values,
                st.lists(st.fixed_dictionaries({"cells": st.lists(cell_values, max_size=3)}), max_size=2),
            ),
        },
    ),
)


@given(documents)
def test_arbitrary_json_becomes_cells_or_is_refused(value):
    """Does a document that looks like a notebook raise nothing but a refusal?"""
    try:
        cells = parse(json.dumps(value).encode())
    except Refused:
        return
    for cell in cells:
        assert cell.kind in ("code", "markdown", "raw")
        cell.source.encode("utf-8")
        assert all(isinstance(known, str | None) for known in (cell.grade_id, cell.cell_id))


# Files.


def test_a_regular_file_is_read(tmp_path):
    """Do the bytes of a plain file arrive?"""
    (tmp_path / "a.ipynb").write_bytes(raw())
    assert parse(read_bytes(tmp_path / "a.ipynb")) == parse(raw())


def test_a_missing_file_is_named(tmp_path):
    """Does the sentence say which file is not there?"""
    with pytest.raises(Refused, match=r"There is no a\.ipynb in the submission"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_folder_is_refused(tmp_path):
    """Is a folder that is called like a notebook refused with a sentence?"""
    (tmp_path / "a.ipynb").mkdir()
    with pytest.raises(Refused, match=r"(not a regular file|could not be opened).*Submit the notebook"):
        read_bytes(tmp_path / "a.ipynb")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there that a user lacks")
@pytest.mark.parametrize("target", ["there.ipynb", "nowhere.ipynb"])
def test_a_link_is_not_followed(tmp_path, target):
    """Can a link bring another file of the instructor's machine into a submission?"""
    (tmp_path / "there.ipynb").write_bytes(raw())
    (tmp_path / "a.ipynb").symlink_to(tmp_path / target)
    with pytest.raises(Refused, match=r"link to another file. Submit the notebook itself"):
        read_bytes(tmp_path / "a.ipynb")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.timeout(20)
def test_a_pipe_is_refused_at_once(tmp_path):
    """Does a pipe that nobody writes to hold nothing up?"""
    os.mkfifo(tmp_path / "a.ipynb")
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    with pytest.raises(Refused, match=r"not a regular file\. Submit the notebook itself"):
        read_bytes(tmp_path / "a.ipynb")
    assert len(os.listdir("/proc/self/fd") if before else []) == len(before)


def test_a_large_file_is_refused_unread(tmp_path):
    """Is a file beyond the limit refused by its size, with the cure?"""
    with (tmp_path / "a.ipynb").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: it takes no room
    with pytest.raises(Refused, match=r"has 64 MiB; at most 64 are read. Clear all outputs"):
        read_bytes(tmp_path / "a.ipynb")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_refused(tmp_path):
    """Is a file that cannot be opened refused with the reason?"""
    (tmp_path / "a.ipynb").write_bytes(raw())
    (tmp_path / "a.ipynb").chmod(0)
    with pytest.raises(Refused, match=r"could not be opened \(Permission denied\)"):
        read_bytes(tmp_path / "a.ipynb")


def test_a_path_through_a_file_is_refused(tmp_path):
    """Does a path that no system can open end in a sentence too?"""
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(Refused, match=r"Submit the notebook file again|There is no"):
        read_bytes(tmp_path / "a" / "b.ipynb")
