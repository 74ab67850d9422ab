"""Does the instructor's page show what its commands print?"""

import re

import pytest

from tools import instructor_page


def comparable(page: str) -> str:
    """Return a page without what another machine may rightly say: its sandbox, and what it keeps apart."""
    return re.sub(r"^(?:Sandbox:| reads-the-answers ).*\n", "", page, flags=re.MULTILINE)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_page_is_what_its_commands_print(tmp_path):
    """Is the committed page what running its commands writes?"""
    fresh = instructor_page.write(tmp_path / "README.md")
    committed = instructor_page.PAGE.read_text(encoding="utf-8")
    assert comparable(committed) == comparable(fresh), "run `python -m tools.instructor_page`"


def test_page_holds_every_command_of_its_source():
    """Is the committed page of this source text, and is every command answered?"""
    source = instructor_page.SOURCE.read_text(encoding="utf-8")
    page = instructor_page.PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^\$ .*", page, re.M) == re.findall(r"^\$ .*", source, re.M)
    assert re.sub(r"```console.*?```", "", page, flags=re.S) == re.sub(
        r"```console.*?```", "", source, flags=re.S
    )


def test_a_command_that_fails_stops_the_page(tmp_path, monkeypatch):
    """Is a failing command an error, and the page left as it was?"""
    source = tmp_path / "source.md"
    source.write_text("```console\n$ coursepkg grade 99 --submitted a --output b\n```\n", encoding="utf-8")
    monkeypatch.setattr(instructor_page, "SOURCE", source)
    with pytest.raises(RuntimeError, match="there is no assignment '99'"):
        instructor_page.write(tmp_path / "README.md")
    assert not (tmp_path / "README.md").exists()
    assert instructor_page.main(["--output", str(tmp_path / "README.md")]) == 1
