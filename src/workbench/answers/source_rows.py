"""From a dossier to the rows of the exports that it was made from, as they were delivered.

Landed rows lie outside the results: text under the headers of the export, without personal
columns. Accounting (evidence level 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from workbench.answers.answer import Answer, claim
from workbench.answers.columns import Row, figure, table, text
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.project import Project
from workbench.ingest import find_profile
from workbench.ingest.fields import POSITION
from workbench.messages import say

KINDS = {"dossier": "dossiers", "step": "steps", "pause": "pauses", "paper": "papers"}
"""What a landed row is, and the table of such rows; a paper becomes a date of its dossier."""
_SILENT = {"dossier_id", "source", "variant_no", *POSITION}
"""Columns of landed rows that no cell of an export gives, or that every row of a dossier shares."""

Place = tuple[str, str, int]
"""File, sheet and row."""


def describe_source_rows(run: Run, dossier_id: str) -> Answer:
    """Return where a dossier stood in the exports, and what was written there."""
    rows = list(_source_rows(run, dossier_id))
    n_used = sum(row["use"] == "used" for row in rows)
    counts = {"n": numerals.count(len(rows)), "used": numerals.count(n_used)}
    return Answer(
        title=say("trace.rows_title"),
        claims=(claim(say("trace.rows", **counts), 1),),
        frame=pl.DataFrame(rows, infer_schema_length=None),
        denominators=say("trace.rows_denominators"),
        listing=table(
            say("trace.rows_caption", dossier=dossier_id),
            rows,
            [
                text("trace.file", "source_file"),
                text("trace.sheet", lambda row: row["source_sheet"] or numerals.MISSING),
                figure("trace.row", lambda row: str(row["source_row"])),
                text("trace.kind", lambda row: say(f"trace.kind_{row['kind']}")),
                text("trace.use", lambda row: say(f"trace.use_{row['use']}")),
                text("trace.values", lambda row: row["values"] or numerals.MISSING),
            ],
            notes=[] if _landed_file(run, "dossier") else [say("trace.not_landed")],
        ),
    )


class SourcePlace(NamedTuple):
    """A row of an export; without a sheet, that row of any sheet of the file."""

    file: str
    sheet: str | None
    row: int

    @classmethod
    def parse(cls, text: str) -> SourcePlace | None:
        """Read ``file:row`` or ``file:sheet:row``; nothing where a text is neither.

        >>> SourcePlace.parse("a.xlsx:Sổ 1:51"), SourcePlace.parse("2022-H1")
        (SourcePlace(file='a.xlsx', sheet='Sổ 1', row=51), None)
        """
        name, _, row = text.rpartition(":")
        file, _, sheet = name.partition(":")
        return cls(file, sheet or None, int(row)) if file and row.isdigit() else None

    def is_at(self) -> pl.Expr:
        """Return whether a landed or clean row stood there."""
        at = (pl.col(POSITION[0]) == self.file) & (pl.col(POSITION[2]) == self.row)
        return at if self.sheet is None else at & (pl.col(POSITION[1]) == self.sheet)


def find_dossiers(run: Run, place: SourcePlace) -> list[str] | None:
    """Return the dossiers that a row of an export names; nothing where there is no such row."""
    rows = [
        row
        for kind in KINDS
        for row in (*_clean_rows(run, kind, place.is_at()), *_landed_rows(run, kind, place.is_at()))
    ]
    return sorted({row["dossier_id"] for row in rows if row["dossier_id"]}) if rows else None


def _source_rows(run: Run, dossier_id: str) -> Iterator[Row]:
    """Yield the rows that are used, and other landed rows of the same number, by kind and place."""
    ours = pl.col("dossier_id") == dossier_id
    for kind in KINDS:
        used = {_place(row) for row in _clean_rows(run, kind, ours)}
        landed = {_place(row): row for row in _landed_rows(run, kind, ours)}
        if missing := used - landed.keys():
            rows = pl.col(POSITION[2]).is_in({row for _, _, row in missing})
            landed |= {_place(r): r for r in _landed_rows(run, kind, rows) if _place(r) in missing}
        rejected = _rejected_rows(run, kind, dossier_id)
        for place in sorted(used | landed.keys() | rejected.keys()):
            row = landed.get(place, {})
            yield {
                "kind": kind,
                **dict(zip(POSITION, place, strict=True)),
                "use": "used" if place in used else rejected.get(place, "other"),
                "values": _written(row, _headers(run, row.get("source", ""), kind)),
            }


def _place(row: Row) -> Place:
    return row[POSITION[0]], row.get(POSITION[1]) or "", row[POSITION[2]]


def _clean_rows(run: Run, kind: str, chosen: pl.Expr) -> list[Row]:
    if kind == "paper":
        papers = _landed_rows(run, kind, chosen)
        return [p for p in papers if _place(p) not in _rejected_rows(run, kind, p["dossier_id"])]
    frame: pl.DataFrame = getattr(run, KINDS[kind])
    columns = ["dossier_id", *(name for name in POSITION if name in frame.columns)]
    has_place = {POSITION[0], POSITION[2]} <= set(columns)
    return frame.filter(chosen).select(columns).to_dicts() if has_place else []


def _landed_file(run: Run, kind: str) -> str:
    """Return the file of landed rows of a kind; empty where the run keeps none."""
    folders = (run.home / "landed", Project(run.home).landed)
    files = (folder / f"landed_{KINDS[kind]}.parquet" for folder in folders)
    return next((str(file) for file in files if file.is_file()), "")


def _landed_rows(run: Run, kind: str, chosen: pl.Expr) -> list[Row]:
    file = _landed_file(run, kind)
    return pl.scan_parquet(file).filter(chosen).collect().to_dicts() if file else []


def _rejected_rows(run: Run, kind: str, dossier_id: str) -> dict[Place, str]:
    """Return how the rows of a dossier that left the clean tables did so, by their place."""
    if "row_kind" not in run.quarantine.columns:
        return {}
    rows = run.quarantine.filter(
        pl.col("row_kind") == kind,
        pl.col("severity").is_in(["error", "merged"]),
        pl.col("record").str.json_path_match("$.dossier_id") == dossier_id,
    )
    return {_place(row): row["severity"] for row in rows.to_dicts()}


def _headers(run: Run, source: str, kind: str) -> Mapping[str, str]:
    """Return the header above each field in the exports of a source; nothing where unknown.

    A header that feeds several fields bears the name of each but the first.
    """
    if not source or not (run.reference / "sources" / f"{source}.toml").is_file():
        return {}
    return {
        target.field: header if number == 0 else f"{header} ({target.field})"
        for layout in find_profile(source, run.reference).parts
        for header, targets in layout.columns.items()
        for number, target in enumerate(t for t in targets if t.table == kind)
    }


def _written(row: Row, headers: Mapping[str, str]) -> str:
    cells = ((headers.get(name, name), row[name]) for name in row if name not in _SILENT)
    return "; ".join(f"{header}: {value}" for header, value in cells if value is not None)
