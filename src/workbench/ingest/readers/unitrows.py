"""Rows of a sheet that name the unit of the records below them, as offices group their registers.

Such a row has one filled cell, perhaps with a number before it («I. Phòng Tư pháp»). It stands for
the unit of every record down to the next one. Totals, notes in brackets and rows below the last
record name no unit.
"""

from __future__ import annotations

import polars as pl

from workbench.ingest.profile import FileLayout
from workbench.ingest.readers.layout import TOTALS, Header
from workbench.ingest.spelling import trimmed_series

UNIT_ROW = "(unit row)"
"""Column of the unit that a row above the record names."""

_NUMBERING = r"^(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})[.)]?$"
_LED = r"^(?:(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})[.)]\s+)?(?:(?i:đơn vị|cơ quan|unit|office)\s*:\s*)?"
_NO_NAME = r"^\(|^[^\p{L}]*$"
_MOST_LETTERS = 120


def with_unit_rows(
    frame: pl.DataFrame, below: pl.DataFrame, header: Header, part: FileLayout
) -> tuple[pl.DataFrame, list[tuple[str, int]]]:
    """Give records the unit that a row above them names, where the record itself names none.

    Args:
        frame: The records of a sheet, with ``source_row``.
        below: All rows under the header, text columns ``c0``, ``c1`` ... and ``source_row``.
        header: Names of the columns.
        part: Which columns are read.

    Returns:
        The records, with the column ``UNIT_ROW`` where the part has no column of units; and by
        column of units how many records were given one.
    """
    if part.unit_rows == "ignore":
        return frame, []
    units = _unit_rows(frame, below)
    if not units["unit"].count():
        return frame, []
    above = units.with_columns(pl.col("unit").forward_fill())
    frame = frame.join(units.drop_nulls(), on="source_row", how="anti", maintain_order="left")
    columns = [name for name in header.names if _feeds_unit(part, name) and name in frame.columns]
    given = frame.select("source_row").join(above, on="source_row", how="left")["unit"]
    if columns:
        blank = {name: frame[name].is_null() & given.is_not_null() for name in columns}
        filled = frame.with_columns(frame[name].fill_null(given).alias(name) for name in columns)
        return filled, [(name, int(rows.sum())) for name, rows in blank.items() if rows.any()]
    if not part.unit_row_fields or given.null_count() == len(given) or given[0] is None:
        return frame, []
    return frame.with_columns(given.alias(UNIT_ROW)), [("", len(given) - given.null_count())]


def _unit_rows(frame: pl.DataFrame, below: pl.DataFrame) -> pl.DataFrame:
    """Return the unit that each row under the header names, if it does nothing else."""
    texts = [name for name in below.columns if name != "source_row"]
    rows = below.with_columns(trimmed_series(below[name]) for name in texts)
    cells = pl.concat_list(texts).list.drop_nulls()
    first, last, number = cells.list.first(), cells.list.last(), cells.list.len()
    is_record = pl.col("source_row").is_in(frame["source_row"].implode())
    is_numbered = (number == 2) & first.str.contains(_NUMBERING).fill_null(value=False)
    alone = ((number == 1) & ~is_record) | is_numbered
    leads = pl.coalesce(pl.col(name) for name in texts[:2]).is_not_null()
    names = last.str.replace(_LED, "").str.strip_chars()
    is_name = ~names.str.contains(_NO_NAME) & ~names.str.contains(TOTALS)
    is_short = names.str.len_chars() <= _MOST_LETTERS
    unit = pl.when(alone & leads & is_name & is_short).then(names)
    return rows.select("source_row", unit.alias("unit"))


def _feeds_unit(part: FileLayout, header: str) -> bool:
    return any(target.field == "unit_id" for target in part.columns.get(header, ()))
