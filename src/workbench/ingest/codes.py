"""Map values of an export to the codes of the pipeline, and collect values without a code.

A profile lists the code of each value of a coded field. A field of codes also accepts the codes
themselves where the profile has no list for it. Values without a code are collected over all
columns, sheets and files and reported together, so that the profile is corrected once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.profile import SourceProfile
from workbench.ingest.readers import RawTable, place
from workbench.ingest.requirements import FIELD_CODES
from workbench.ingest.spelling import fold, folded
from workbench.messages import say

UNKNOWN_CODES: Mapping[str, type[pl.DataType]] = {
    "profile": pl.String,
    "file": pl.String,
    "column": pl.String,
    "field": pl.String,
    "accepted": pl.String,
    "value": pl.String,
    "first_row": pl.Int64,
    "n_rows": pl.Int64,
}
"""One row per file, column, field and value that has no code; ``accepted`` are those that have."""

_KEY = ("profile", "file", "column", "field", "accepted", "value")
_VALUES_SHOWN, _LETTERS_SHOWN = 30, 60


class Codes:
    """Codes the columns of one sheet and collects the values without a code."""

    def __init__(self, profile: SourceProfile, raw: RawTable, name: str) -> None:
        self._profile, self._raw = profile, raw
        self._file = place(name, raw.sheet)
        self._unknown = [pl.DataFrame(schema=UNKNOWN_CODES)]

    def of(self, values: pl.Series, field: str, column: str) -> pl.Series:
        """Return the codes of a field's values; the values themselves where it has no codes."""
        codes = code_list(self._profile, field)
        if codes is None:
            return values
        compared = {fold(text): code for text, code in codes.items()}
        code = values.to_frame("text").select(
            folded(pl.col("text")).replace_strict(compared, default=None, return_dtype=pl.String)
        )["text"]
        # a code in a row that is cut off may be cut off itself
        whole = ~self._raw.frame["source_row"].is_in(self._raw.cut_rows.implode())
        without = values.is_not_null() & code.is_null() & whole
        if without.any():
            labels = {
                "profile": self._profile.name,
                "file": self._file,
                "column": column,
                "field": field,
                "accepted": ", ".join(codes),
            }
            rows = self._raw.frame["source_row"].cast(pl.Int64)
            values_by_row = pl.DataFrame({"value": values, "first_row": rows}).filter(without)
            counts = values_by_row.group_by("value").agg(
                pl.min("first_row"), n_rows=pl.len().cast(int)
            )
            labelled = counts.with_columns(pl.lit(text).alias(key) for key, text in labels.items())
            self._unknown.append(labelled.select(*UNKNOWN_CODES))
        return code

    def unknown(self) -> pl.DataFrame:
        """Return the values without a code, as ``UNKNOWN_CODES``."""
        return pl.concat(self._unknown)


def code_list(profile: SourceProfile, field: str) -> Mapping[str, str] | None:
    """Return the code of each value of a field; nothing where any value is accepted.

    Values are spelled as the profile has them.
    """
    if codes := profile.codes.get(field):
        return codes
    targets = FIELD_CODES.get(field)
    return {code: code for code in targets} if targets else None


def check_codes(frames: Iterable[pl.DataFrame], mask: Callable[[Sequence[str]], list[str]]) -> None:
    """Reject exports with values that have no code, naming each with its rows.

    Args:
        frames: Rows of ``UNKNOWN_CODES``, of any number of sheets and pieces of files.
        mask: Removes identifiers of persons from values before they are shown.

    Raises:
        InputRejected: At least one value has no code.
    """
    unknown = (
        pl.concat([pl.DataFrame(schema=UNKNOWN_CODES), *frames])
        .group_by(_KEY)
        .agg(pl.min("first_row"), pl.sum("n_rows"))
    )
    if unknown.is_empty():
        return
    columns = unknown.sort("file", "column", "field", "first_row", "value").partition_by(
        "file", "column", "field", maintain_order=True
    )
    quoted = pl.concat(rows["value"].head(_VALUES_SHOWN) for rows in columns).to_list()
    bare = dict(zip(quoted, mask(quoted), strict=True))
    raise InputRejected(
        "sources.unknown_codes",
        count=unknown.height,
        profile=", ".join(unknown["profile"].unique().sort()),
        columns="".join(f"\n  {_column_line(rows, bare)}" for rows in columns),
    )


def _cut(value: str) -> str:
    """Shorten a value only after masking: no pattern recognises half an identifier."""
    return value if len(value) <= _LETTERS_SHOWN else value[:_LETTERS_SHOWN] + "…"


def _column_line(rows: pl.DataFrame, bare: Mapping[str, str]) -> str:
    values = [
        say(
            "sources.unknown_code",
            value=_cut(bare[value]),
            row=row,
            count=count,
        )
        for value, row, count in rows.head(_VALUES_SHOWN)
        .select("value", "first_row", "n_rows")
        .iter_rows()
    ]
    if (left := rows.height - len(values)) > 0:
        values.append(say("sources.more_codes", count=left))
    first = rows.row(0, named=True)
    targets = FIELD_CODES.get(first["field"])
    return say(
        "sources.unknown_codes_of_column",
        file=first["file"],
        column=first["column"],
        field=first["field"],
        values="; ".join(values),
        accepted=first["accepted"],
        codes=", ".join(targets) if targets else first["field"],
    )
