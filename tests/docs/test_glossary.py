"""Whatever the glossary names exists: tables and columns, modules, reviewed files."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from workbench.core.cause_list import known_causes
from workbench.core.vocabulary import OUTCOMES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
MODELS = {path.stem: path for path in (ROOT / "pipelines").rglob("*.sql")}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not re.match(r"\|(---| tiếng Việt )", line)
]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])})


def exists(name: str) -> bool:
    """Whether the glossary's name of a file, module, table or column leads somewhere."""
    if name.startswith("data/"):
        return (ROOT / name).exists()
    if name.endswith(".py"):
        return (ROOT / "src" / "workbench" / name).is_file()
    table, _, column = name.partition(".")
    if table not in MODELS:
        return False
    words = set(re.findall(r"\w+", MODELS[table].read_text(encoding="utf-8")))
    return not column or column in words


def test_everything_the_glossary_names_exists():
    assert len(NAMED) > 90
    assert [name for name in NAMED if not exists(name)] == []
    assert not any(exists(name) for name in ("dossiers.verdict", "verdict", "ingest/verdict.py"))


def test_every_term_has_four_filled_cells_and_one_sentence():
    assert len(ROWS) > 70
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []
    assert [row[1] for row in ROWS if not row[2].endswith((".", "?"))] == []
    assert len({row[1] for row in ROWS}) == len(ROWS)


def test_every_outcome_and_every_cause_is_explained():
    taxonomy = ROOT / "data" / "reference" / "cause_taxonomy.csv"
    with taxonomy.open(encoding="utf-8", newline="") as lines:
        causes = {row["cause"] for row in csv.DictReader(lines)}
    terms = {row[1].strip("`") for row in ROWS}
    assert {*known_causes(), *OUTCOMES, *causes} <= terms


def test_both_readmes_point_to_the_glossary():
    for name in ("README.md", "README.vi.md"):
        assert "(docs/glossary.md)" in (ROOT / name).read_text(encoding="utf-8")
