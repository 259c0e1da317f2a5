"""The stored tables of a run: what a row is, and what each column means."""

from __future__ import annotations

import csv
from functools import cached_property
from pathlib import Path

import polars as pl

from workbench.answers.columns import count, table, text
from workbench.answers.run import Run
from workbench.charts.tables import Table
from workbench.core.project import shipped
from workbench.messages import catalogue, language, say, use_language
from workbench.warehouse.models import find_table_header


class Catalogue:
    """Every stored table with its grain; one of them by name with its columns.

    Args:
        run: The run whose tables are listed.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def files(self) -> dict[str, Path]:
        """The file of each table; where two folders have one, the first folder's."""
        folders = reversed(self._run.folders)
        return {path.stem: path for folder in folders for path in folder.glob("*.parquet")}

    @cached_property
    def names(self) -> list[str]:
        """Names of the tables, as queries name them."""
        return sorted(self.files)

    def __getattr__(self, name: str) -> Table:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Table:
        """Return the columns of a table.

        Raises:
            UsageProblem: There is no such table.
        """
        if name not in self.names:
            raise self._run.unknown("lab.no_table", name, self.names, self.names)
        schema = pl.read_parquet_schema(self.files[name])
        with use_language(self._run.language):
            meanings = _meanings()
            rows = [
                {
                    "column": column,
                    "kind": str(kind).partition("(")[0],
                    "meaning": meanings.get((name, column), meanings.get(("", column), "")),
                }
                for column, kind in schema.items()
            ]
            return table(
                f"{name}: {self._grain(name)}",
                rows,
                [
                    text("lab.column", "column"),
                    text("lab.kind", "kind"),
                    text("lab.meaning", "meaning"),
                ],
                notes=self._notes(name),
            )

    def __dir__(self) -> list[str]:
        """Return the names of the tables."""
        return self.names

    def __str__(self) -> str:
        """Return the list of tables for a terminal."""
        return str(self._listing)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self._listing.html(), "text/plain": str(self)}

    @cached_property
    def _listing(self) -> Table:
        with use_language(self._run.language):
            rows = [
                {"name": name, "grain": self._grain(name), "n": _height(self.files[name])}
                for name in self.names
            ]
            return table(
                say("lab.tables_caption"),
                rows,
                [text("lab.table", "name"), text("lab.grain", "grain"), count("lab.rows", "n")],
                notes=[say("lab.tables_note")],
            )

    def _grain(self, name: str) -> str:
        """Return what a row of a table is; an unworded one as its model says."""
        if name in catalogue("tables"):
            return say(f"tables.{name}")
        header = find_table_header(self._run.facts.pipelines, name)
        return header.grain if header else ""

    def _notes(self, name: str) -> list[str]:
        header = find_table_header(self._run.facts.pipelines, name)
        return [say("lab.key", key=", ".join(header.key))] if header else []


def _height(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


def _meanings() -> dict[tuple[str, str], str]:
    """Return what a column means in the current language, by table ('' for all) and name."""
    name = "columns.vi.csv" if language() == "vi" else "columns.csv"
    with (shipped().root / "docs" / name).open(encoding="utf-8", newline="") as lines:
        return {(row["table"], row["column"]): row["meaning"] for row in csv.DictReader(lines)}
