"""Writes ``docs/tables.md``: every table that a run writes, from the headers of its models.

``python tests/docs/tables_page.py`` writes the page anew. What a column means stands once, in
``docs/columns.csv``: for all tables, or for one where a name has a narrower meaning there. The
lab shows the same in Vietnamese, from ``docs/columns.vi.csv``.
"""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.clean import CLEAN_TABLES, clean
from workbench.clock.stage import CLOCK_TABLES, clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import RESULT_TABLES, explain
from workbench.ingest import deliveries, find_profile, ingest
from workbench.testing import one_stop_export
from workbench.warehouse.models import Model

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tables.md"
COLUMNS = ROOT / "docs" / "columns.csv"
VIETNAMESE = ROOT / "docs" / "columns.vi.csv"
FOLDERS = {"data/clean": CLEAN_TABLES, "data/clock": CLOCK_TABLES, "data/results": RESULT_TABLES}

HEAD = """# Tables

Every table that a run writes, one Parquet file each, rows ordered by their key; `workbench analyse`
puts all of them into `tables/`. Instants are UTC in the file, and Python shows them in the zone of
the source. Durations are whole seconds. The promises are checked whenever a table is made: a run
that breaks one stops and writes nothing.

This page follows from the headers of the models in `pipelines/` and from `docs/columns.csv`.
"""


Schemas = dict[str, pl.Schema]


def written_schemas() -> Schemas:
    """Return the columns of every table that a run on a small register writes."""
    facts = Project(ROOT)
    with TemporaryDirectory() as home:
        work = Project(Path(home))
        one_stop_export(work.inbox, dossiers=40)
        exports = deliveries([work.inbox], find_profile("one_stop", facts.reference))
        ingest(exports, work.landed, reference=facts.reference)
        folders = RunFolders(work, facts)
        clean(folders)
        clock(folders)
        explain(folders, profile="wb_strict")
        paths = [*work.clean.glob("*.parquet"), *work.clock.glob("*.parquet")]
        paths += work.results.glob("*.parquet")
        return {path.stem: pl.read_parquet(path).schema for path in paths}


def meanings(file: Path = COLUMNS) -> dict[tuple[str, str], str]:
    """Return what a column means, by table ('' for all) and name."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {(row["table"], row["column"]): row["meaning"] for row in csv.DictReader(lines)}


def header_of(name: str) -> Model:
    """Return the model of a table with what its header says."""
    paths = (ROOT / "pipelines").rglob(f"{name}.sql")
    (path,) = (path for path in paths if path.parent.name != "macros")
    return Model.read(path)


def kind_of(kind: pl.DataType) -> str:
    """Return a type in words."""
    if isinstance(kind, pl.Datetime):
        return "instant"
    if kind.is_integer() or kind.is_decimal():
        return "whole number"
    words = {pl.String: "text", pl.Boolean: "yes or no", pl.Date: "date", pl.Float64: "number"}
    return words.get(kind.base_type(), str(kind).lower())


def section(name: str, schema: pl.Schema, words: dict[tuple[str, str], str]) -> str:
    """Return the section of one table."""
    model = header_of(name)
    rows = "\n".join(
        f"| `{column}` | {kind_of(kind)} | {words.get((name, column)) or words[('', column)]} |"
        for column, kind in schema.items()
    )
    promises = "".join(f"- `{promise}`\n" for promise in model.promises)
    return (
        f"### {name}\n\n{model.grain[0].upper()}{model.grain[1:]}.\n\n"
        f"Key: {', '.join(f'`{column}`' for column in model.key)}.\n\n"
        f"| column | type | meaning |\n|---|---|---|\n{rows}\n"
        + (f"\nPromises:\n\n{promises}" if promises else "")
    )


def page(schemas: Schemas) -> str:
    """Return the whole page."""
    words = meanings()
    parts = [HEAD]
    for folder, tables in FOLDERS.items():
        parts.append(f"## {folder}\n")
        parts += [section(name, schemas[name], words) for name in tables]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(written_schemas()), encoding="utf-8", newline="\n")
