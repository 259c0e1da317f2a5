"""What a release says: every changed definition, and what is assumed."""

from __future__ import annotations

import runpy
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DEFINITIONS = runpy.run_path(str(HERE / "definitions.py"))
ASSUMPTIONS = runpy.run_path(str(HERE / "assumptions_page.py"))
ROOT = HERE.parents[1]
HOW = (
    "Write a line under Definitions in the changelog, run tests/docs/definitions.py, name the line"
)


@pytest.mark.parametrize("path", DEFINITIONS["files"](), ids=lambda path: path.name)
def test_a_changed_definition_has_its_line_in_the_changelog(path):
    row = DEFINITIONS["known"]().get(path.relative_to(ROOT).as_posix(), {})
    assert row.get("digest") == DEFINITIONS["digest"](path), HOW
    assert row["changelog"], HOW
    assert row["changelog"] in DEFINITIONS["definitions"](), HOW


def test_a_definition_that_changes_loses_its_line(tmp_path, monkeypatch):
    listed = tmp_path / "definitions.csv"
    first, *others = DEFINITIONS["LIST"].read_text(encoding="utf-8").splitlines()[1:]
    name, _, line = first.split(",", 2)
    rows = ["file,digest,changelog", f"{name},000000000000,{line}", *others]
    listed.write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setitem(DEFINITIONS["write"].__globals__, "LIST", listed)
    DEFINITIONS["write"]()
    written = listed.read_text(encoding="utf-8").splitlines()
    assert written[1].endswith(",")
    assert written[2:] == others


def test_the_page_of_assumptions_is_what_the_log_says():
    assert ASSUMPTIONS["PAGE"].read_text(encoding="utf-8") == ASSUMPTIONS["page"]()


def test_every_assumption_is_rated_and_leads_to_where_it_is_held():
    rows = ASSUMPTIONS["rows"]()
    assert rows
    for row in rows:
        assert row["quality"] in ASSUMPTIONS["QUALITIES"], row["id"]
        assert row["impact"] in ASSUMPTIONS["IMPACTS"], row["id"]
        assert row["why"], row["id"]
        assert (ROOT / row["held_by"]).exists(), row["id"]


def test_a_review_needs_no_forge():
    """The script is valid shell, asks no forge, and both wrappers only call it."""
    script = ROOT / ".ci" / "review"
    subprocess.run(["bash", "-n", script], check=True)
    assert not {"gh ", "github", "gitlab", "curl"} & set(script.read_text("utf-8").split())
    for wrapper in (".github/workflows/review.yml", ".gitlab-ci.yml"):
        assert ".ci/review" in (ROOT / wrapper).read_text(encoding="utf-8")
        assert "workbench diff" not in (ROOT / wrapper).read_text(encoding="utf-8")
