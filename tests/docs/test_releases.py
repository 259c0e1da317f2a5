"""What a release says: every changed definition, and what is assumed."""

from __future__ import annotations

import datetime as dt
import runpy
import subprocess
from pathlib import Path

import pytest

from workbench import __version__

HERE = Path(__file__).parent
DEFINITIONS = runpy.run_path(str(HERE / "definitions.py"))
RELEASE = runpy.run_path(str(HERE / "release.py"))
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


CHANGES = """# Changelog

## Unreleased

### Definitions

- Late is late.

### Fixed

- A fault.

## 0.3.1 (2026-01-02)

### Fixed

- Another.
"""
DAY = dt.date(2026, 3, 4)


def test_a_release_moves_what_waits_to_its_version_and_the_tag_has_it_as_notes():
    changelog = RELEASE["release"](CHANGES, "0.4.0", DAY)
    assert RELEASE["released"](changelog) == ["0.4.0", "0.3.1"]
    assert RELEASE["notes"](changelog, "0.4.0") == (
        "### Definitions\n\n- Late is late.\n\n### Fixed\n\n- A fault."
    )
    assert RELEASE["notes"](changelog, "0.3.1") == "### Fixed\n\n- Another."
    assert "## Unreleased\n\n## 0.4.0 (2026-03-04)\n" in changelog


@pytest.mark.parametrize(
    ("changelog", "version", "why"),
    [
        (CHANGES, "0.3.1", "not newer"),
        (CHANGES, "0.3.2", "at least a minor version"),
        (CHANGES, "0.4", "MAJOR.MINOR.PATCH"),
        ("## Unreleased\n\n## 0.3.1 (2026-01-02)\n", "0.4.0", "nothing to release"),
    ],
)
def test_a_release_that_cannot_be_is_refused(changelog, version, why):
    with pytest.raises(SystemExit, match=why):
        RELEASE["release"](changelog, version, DAY)


def test_the_changelog_has_the_version_of_the_package_and_every_tag():
    changelog = RELEASE["CHANGELOG"].read_text(encoding="utf-8")
    versions = RELEASE["released"](changelog)
    assert versions == sorted(versions, key=RELEASE["read_version"], reverse=True)
    assert versions[0] == __version__
    for file, pattern in RELEASE["VERSIONED"].items():
        assert f'"{__version__}"' in pattern.search(file.read_text(encoding="utf-8"))[0]
    tags = subprocess.run(
        ["git", "tag", "--list", "v*"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    for version in {*versions, *(tag.removeprefix("v") for tag in tags)}:
        assert RELEASE["notes"](changelog, version)
