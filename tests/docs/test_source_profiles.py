"""The page about source profiles: every key and field a profile accepts, every profile shipped."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from workbench.ingest import profile_files, profile_parts
from workbench.ingest.fields import FIELDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "source-profiles.md"


def accepted_keys() -> set[str]:
    """The keys named in the checks themselves, and those of a files part."""
    files = [Path(module.__file__) for module in (profile_files, profile_parts)]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    checks = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "keys"]
    texts = [a.value for c in checks for a in c.args[1:] if isinstance(a, ast.Constant)]
    return {key for text in texts for key in text.split()} | set(profile_parts._PART_SHAPES)


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_key_a_profile_accepts_is_described(page: str) -> None:
    keys = accepted_keys()
    assert len(keys) > 40
    assert sorted(key for key in keys if f"`{key}`" not in page) == []


def test_every_key_described_is_accepted(page: str) -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", page.split("## Shipped", maxsplit=1)[0], re.M)
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert named <= accepted_keys()


def test_every_field_is_named(page: str) -> None:
    described = set(re.findall(r"\w+", page.split("## Fields")[1]))
    missing = {field for fields in FIELDS.values() for field in fields} - described
    assert missing == {"due_first_from"}


def test_every_shipped_profile_is_listed(page: str, reference_dir: Path) -> None:
    shipped = {path.stem for path in (reference_dir / "sources").glob("*.toml")}
    assert shipped == set(
        re.findall(
            r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*`) \|", page.split("## Shipped")[1], re.M))
        )
    )
