"""Repair texts cell by cell, and mark each repair.

Every reader composes letters typed as a base and separate marks, and drops invisible characters. A
cell in the letters of an old font inside a sheet of Unicode is converted here when it has enough
marked words that are Vietnamese only under one old convention; a sheet that follows one throughout
is converted by its reader and recorded in ``landed_files``. The exported file is kept as it is.
Marks feed the rules D19 and D20; a column of plain ASCII or of repeated values costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.core.characters import CONTROLS, INVISIBLE
from workbench.ingest.fields import POSITION
from workbench.ingest.legacy import TCVN3, VNI, convention_of, to_unicode
from workbench.ingest.spelling import is_ascii

_COMPOSED = "composed"
"""Repair of a cell whose letters were decomposed."""
UNSEEN = "invisible"
"""Repair of a cell with invisible characters."""
_CONTROL = "control"
"""Repair of a cell with control characters; others name the old font undone."""

RESERVED = "reserved"
"""Repair of an id that was the mark, or a word of commands, for all values together."""

MARKS: Mapping[str, type[pl.DataType]] = {
    "source_row": pl.Int64,
    "column": pl.String,
    "repair": pl.String,
}
NO_MARKS = pl.DataFrame(schema=MARKS)

REPAIRS: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(POSITION[:2], pl.String),
    POSITION[2]: pl.Int64,
    **dict.fromkeys(("row_kind", "field", "repair"), pl.String),
}
"""``landed_repairs``: one row per landed row, field and repair of its text."""

_LOOSE_MARKS = "[\u0300-\u036f]"
_VIETNAMESE = set("àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ")
_SIGNS = {sign for signs in (*TCVN3, *VNI) for sign in signs if "\xa0" < sign <= "\xff"}
_ODD = f"[{''.join(sorted(_SIGNS - _VIETNAMESE))}]"
_NO_LATIN = "[^\x00-\xff]"


def marks_of(cells: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """Return one row per repaired cell: source_row, column, repair.

    Args:
        cells: Text columns as the file has them, and ``source_row``.
        columns: Columns to look at, by their name in the marks.

    >>> cells = pl.DataFrame({"source_row": [7, 8], "c0": ["Ho\u0300a", "Chøng thùc b¶n chÝnh tõ"]})
    >>> marks_of(cells, {"c0": "Tên"})["repair"].to_list()
    ['composed', 'tcvn3']
    """
    marks = [NO_MARKS]
    for column, name in columns.items():
        repairs = _repairs(cells[column])
        if repairs:
            row = pl.col("source_row").cast(pl.Int64)
            hit = cells.filter(pl.col(column).is_in(list(repairs)))
            repair = pl.col(column).replace_strict(repairs, return_dtype=pl.String)
            marks.append(hit.select(row, pl.lit(name).alias("column"), repair.alias("repair")))
    return pl.concat(marks)


def converted(frame: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return records whose cells of old fonts are in Unicode; columns are named as in the marks."""
    legacy = marks.filter(~pl.col("repair").is_in([_COMPOSED, UNSEEN, _CONTROL]))
    for column, repair in legacy.select("column", "repair").unique().sort(pl.all()).rows():
        rows = legacy.filter(column=column, repair=repair)["source_row"].to_list()
        texts = frame.filter(pl.col("source_row").is_in(rows))[column].unique().drop_nulls()
        letters = {text: to_unicode(text, repair) for text in texts}
        frame = frame.with_columns(pl.col(column).replace(letters))
    return frame


def marked(frame: pl.DataFrame, columns: Iterable[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return records with cells of old fonts converted, and the marks of their columns."""
    marks = marks_of(frame, {name: name for name in columns if name in frame.columns})
    return converted(frame, marks), marks


def _repairs(cells: pl.Series) -> dict[str, str]:
    controlled = cells.filter(cells.str.contains(CONTROLS)).unique()
    if is_ascii(cells):
        return dict.fromkeys(controlled, _CONTROL)
    texts = cells.unique().drop_nulls()
    repairs = dict.fromkeys(texts.filter(texts.str.contains(INVISIBLE)), UNSEEN)
    repairs |= dict.fromkeys(texts.filter(texts.str.contains(_LOOSE_MARKS)), _COMPOSED)
    odd = texts.filter(texts.str.contains(_ODD) & ~texts.str.contains(_NO_LATIN))
    conventions = ((text, convention_of([text])) for text in odd)
    fonts = {text: convention for text, convention in conventions if convention}
    return repairs | dict.fromkeys(controlled, _CONTROL) | fonts
