"""Find structural faults of a file, row by row and sheet by sheet, for the rules F01 on.

A row that ends before the header does may be cut off anywhere, and an error of a spreadsheet
names no dossier, unit, procedure, step or person: such rows land, so that they can be shown, and
no other rule and no dossier uses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from workbench.ingest.fields import POSITION
from workbench.ingest.profile import FileLayout, Target
from workbench.ingest.readers import RawTable

ROW_FINDINGS: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(POSITION[:2], pl.String),
    POSITION[2]: pl.Int64,
    **dict.fromkeys(("row_kind", "rule_id", "fields"), pl.String),
}
"""``landed_row_findings``: one row per landed row that its file's structure makes unusable."""

SHEET_FINDINGS: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(POSITION[:2], pl.String),
    **dict.fromkeys(("rule_id", "field"), pl.String),
    "n_values": pl.Int64,
}
"""``landed_sheet_findings``: one row per sheet, rule and field: what was left out or filled in."""

SPREADSHEET_ERROR = (
    r"^(?:#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!"
    r"|BUSY!|UNKNOWN!|GETTING_DATA)|Err:\d{3})$"
)
"""Errors as Excel and LibreOffice show them, in cells and in the texts they export."""

_NAMING = ("dossier_id", "unit_id", "procedure_id", "procedure_name", "step", "holder_id")
"""Fields in which an error would pass for a name. One in a date or number cannot be read (P01)."""


def find_row_findings(
    fields: Mapping[Target, pl.Series], raw: RawTable, part: FileLayout, name: str
) -> pl.DataFrame:
    """Return the rows of ``landed_row_findings`` of a sheet.

    Args:
        fields: The text of each fed field, as long as the sheet, before staff become ids.
        raw: The sheet as read.
        part: What a row of it is; a row of an event log counts as its step.
        name: How ``source_file`` calls the file.
    """
    rows = raw.frame.select("source_row")
    errors = [
        rows.select("source_row", pl.lit(target.field).alias("fields")).filter(
            values.str.contains(SPREADSHEET_ERROR).fill_null(value=False)
        )
        for target, values in fields.items()
        if target.field in _NAMING
    ]
    none = pl.DataFrame(schema={"source_row": pl.Int64, "fields": pl.String})
    wrong = (
        pl.concat([none, *errors])
        .group_by("source_row")
        .agg(pl.col("fields").unique().sort().str.join(", "))
        .with_columns(pl.lit("F02").alias("rule_id"))
    )
    cut = rows.filter(pl.col("source_row").is_in(raw.cut_rows.implode()))
    findings = pl.concat(
        [wrong, cut.with_columns(fields=pl.lit(""), rule_id=pl.lit("F01"))], how="diagonal"
    )
    return findings.select(
        pl.lit(name).alias(POSITION[0]),
        pl.lit(raw.sheet).alias(POSITION[1]),
        POSITION[2],
        pl.lit("step" if part.rows == "event" else part.rows).alias("row_kind"),
        "rule_id",
        "fields",
    )


def find_sheet_findings(
    raw: RawTable, part: FileLayout, name: str, shortened: pl.DataFrame
) -> pl.DataFrame:
    """Return the rows of ``landed_sheet_findings``; columns are named by the fields they feed.

    ``shortened`` are the fields of whose texts only the length landed (rule D40).
    """
    fed = {header: ", ".join(str(t.field) for t in to) for header, to in part.columns.items()}
    notes = raw.notes.select("rule_id", pl.col("column").replace(fed).alias("field"), "n_values")
    lengths = shortened.select(pl.lit("D40").alias("rule_id"), "field", "n_values")
    place = (pl.lit(name).alias(POSITION[0]), pl.lit(raw.sheet).alias(POSITION[1]))
    return pl.concat([notes, lengths]).select(*place, "rule_id", "field", "n_values")


def add_up(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings of the pieces of a sheet as one row per rule and field."""
    key = [column for column in SHEET_FINDINGS if column != "n_values"]
    return findings.group_by(key).agg(pl.sum("n_values")).sort(key)


def sheet_findings(rule_id: str, files: Sequence[str]) -> pl.DataFrame:
    """Return one finding about each of these files as a whole."""
    rows = [[name, "", rule_id, "", 1] for name in files]
    return pl.DataFrame(rows, SHEET_FINDINGS, orient="row")


def is_usable(findings: pl.DataFrame) -> pl.Expr:
    """Return whether a landed row has none of these findings, by its ``source_row``."""
    return ~pl.col(POSITION[2]).is_in(findings[POSITION[2]].implode())
