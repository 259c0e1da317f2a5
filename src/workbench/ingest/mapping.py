"""Map a file's own columns to the landed fields: only mapped, non-personal columns pass.

Values of coded fields become the profile's codes (``codes``). The order of day and month is
decided once per sheet, by counting the dates that can be read one way only; the count is kept as
evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.core.vocabulary import EVERYTHING
from workbench.ingest.codes import Codes
from workbench.ingest.date_spelling import plain_columns
from workbench.ingest.fields import (
    FIELDS,
    POSITION,
    SERVICE_FIELDS,
    is_extra,
    is_instant,
    is_name,
)
from workbench.ingest.profile import FileLayout, SourceProfile, Target
from workbench.ingest.readers import RawTable
from workbench.ingest.readers.unitrows import UNIT_ROW
from workbench.ingest.repairs import REPAIRS, RESERVED
from workbench.ingest.spelling import single_spaced, tidy
from workbench.ingest.stamps import formatted, with_time

_HIGH, _ANY, _YEAR = r"(?:1[3-9]|[2-9]\d)", r"\d{1,2}", r"(?:\d{4}|\d{2}\b)"
_DAY_FIRST = rf"^{_HIGH}[/.\-]{_ANY}[/.\-]{_YEAR}"
_MONTH_FIRST = rf"^{_ANY}[/.\-]{_HIGH}[/.\-]{_YEAR}"

_WORDS_FOR_ALL = (EVERYTHING, "all", "each")
"""Words of commands and folders of briefings for all units: no unit may have this name."""


@dataclass(frozen=True)
class DateOrder:
    """Whether day comes before month in a sheet, and the number of dates that show it."""

    day_first: bool
    evidence: str


@dataclass(frozen=True)
class DateVotes:
    """How many dates can be read one way only: with the day first, with the month first."""

    day: int = 0
    month: int = 0

    def __add__(self, other: DateVotes) -> DateVotes:
        """Count the votes of two pieces of a sheet together."""
        return DateVotes(self.day + other.day, self.month + other.month)

    def order(self, otherwise: bool) -> DateOrder:
        """Return the majority's order; ``otherwise`` without a majority.

        >>> DateVotes(2, 0).order(otherwise=False).day_first
        True
        """
        evidence = f"first number above 12: {self.day}; second number above 12: {self.month}"
        return DateOrder(otherwise if self.day == self.month else self.day > self.month, evidence)


def mapped(
    raw: RawTable, part: FileLayout, profile: SourceProfile, path: Path, name: str
) -> tuple[dict[Target, pl.Series], pl.DataFrame]:
    """Return one text series per fed field, all as long as the table, and values without a code.

    A value that is not in the code list of its field is missing in the series and listed in the
    second frame (``UNKNOWN_CODES``), so that all of them can be reported at once.

    Args:
        raw: A sheet as read.
        part: Its column map.
        profile: Holds the code lists.
        path: The file, whose name may include a field.
        name: How messages and ``source_file`` call the file.

    Raises:
        InputRejected: The file name lacks the field that the profile takes from it.
    """
    series: dict[Target, pl.Series] = {}
    codes = Codes(profile, raw, name)
    for header, targets in part.columns.items():
        column = _column(raw.frame, header, part.empty_values)
        for target in targets:
            series[target] = codes.of(column, target.field, header)
    for target, rule in part.from_text.items():
        text = _column(raw.frame, rule.column, part.empty_values).str.extract(rule.pattern)
        series[target] = codes.of(text, target.field, rule.column)
    for target, pair in part.date_with_time.items():
        date, time = (_column(raw.frame, header, part.empty_values) for header in pair)
        series[target] = with_time(formatted(date, part.formats_of(target)), time)
    series |= _provenance(series, part)
    for target, value in _from_name(part, path).items():
        text = pl.Series([value], dtype=pl.String).new_from_index(0, raw.frame.height)
        series[target] = codes.of(text, target.field, path.name)
    for target, value in part.constants.items():
        text = pl.Series([value], dtype=pl.String).new_from_index(0, raw.frame.height)
        if target in part.unit_row_fields and UNIT_ROW in raw.frame.columns:
            text = raw.frame[UNIT_ROW].fill_null(text)
        series[target] = text
    return _in_one_spelling(series, part), codes.unknown()


def landed(
    fields: Mapping[Target, pl.Series], raw: RawTable, table: str, profile: SourceProfile, name: str
) -> pl.DataFrame:
    """Return the rows of one landed table: every canonical column, extras, the position.

    One row per row of the sheet; a field that nothing feeds is missing.
    """
    table_fields = {t.field: s for t, s in fields.items() if t.table == table}
    key = Target("step", "dossier_id")
    if table != "step" and key in fields:
        table_fields["dossier_id"] = fields[key]
    none = pl.Series([None], dtype=pl.String).new_from_index(0, raw.frame.height)
    extras = sorted(field for field in table_fields if is_extra(field))
    columns = {field: table_fields.get(field, none) for field in (*FIELDS[table], *extras)}
    return pl.DataFrame({n: s.alias(n) for n, s in columns.items()}).select(
        pl.col("dossier_id"),
        pl.lit(profile.name).alias("source"),
        pl.all().exclude("dossier_id"),
        pl.lit(name).alias(POSITION[0]),
        pl.lit(raw.sheet).alias(POSITION[1]),
        raw.frame["source_row"].alias(POSITION[2]),
    )


def service_fields(raw: RawTable, part: FileLayout) -> list[str]:
    """Return the fields of ``SERVICE_FIELDS`` that a sheet gives, be its cells empty or not."""
    columns = [part.columns[header] for header in raw.frame.columns if header in part.columns]
    targets = [target for several in columns for target in several]
    given = {t.field for t in (*targets, *part.from_text, *part.from_name, *part.constants)}
    return [field for field in SERVICE_FIELDS if field in given]


def with_free_marker(
    fields: Mapping[Target, pl.Series], raw: RawTable, name: str
) -> tuple[dict[Target, pl.Series], pl.DataFrame]:
    """Put ids that mean *all* in every table of the pipeline into brackets, and list them.

    Args:
        fields: The text of each fed field, as long as the sheet.
        raw: The sheet as read.
        name: How ``source_file`` calls the file.

    Returns:
        The fields, and rows of ``landed_repairs``.
    """
    free, marks = dict(fields), [pl.DataFrame(schema=REPAIRS)]
    for target, values in fields.items():
        if is_instant(target.field):
            continue
        words = _WORDS_FOR_ALL if target.field == "unit_id" else (EVERYTHING,)
        taken = values.str.to_lowercase().is_in(words).fill_null(value=False)
        if not taken.any():
            continue
        bracketed = pl.concat_str(pl.lit("("), pl.col("v"), pl.lit(")"))
        frame = pl.DataFrame({"v": values, "taken": taken})
        free[target] = frame.select(pl.when("taken").then(bracketed).otherwise("v").alias("v"))["v"]
        marks.append(
            raw.frame.filter(taken).select(
                pl.lit(name).alias(POSITION[0]),
                pl.lit(raw.sheet).alias(POSITION[1]),
                pl.col("source_row").cast(pl.Int64).alias(POSITION[2]),
                pl.lit(target.table).alias("row_kind"),
                pl.lit(target.field).alias("field"),
                pl.lit(RESERVED).alias("repair"),
            )
        )
    return free, pl.concat(marks)


def repairs(raw: RawTable, part: FileLayout, name: str) -> pl.DataFrame:
    """Return the rows of ``landed_repairs``: fields of records whose text a reader repaired."""
    fed = [(column, t.table, t.field) for column, to in part.columns.items() for t in to]
    fields = pl.DataFrame(fed, ["column", "row_kind", "field"], orient="row")
    marks = raw.marks.join(raw.frame.select("source_row"), on="source_row", how="semi")
    place_of = (pl.lit(name).alias(POSITION[0]), pl.lit(raw.sheet).alias(POSITION[1]))
    return marks.join(fields, on="column").with_columns(*place_of).select(*REPAIRS)


def scoped(frame: pl.DataFrame, units: pl.Series) -> pl.DataFrame:
    """Prefix each dossier number with its unit, for sources that count per unit."""
    return frame.with_columns(dossier_id=pl.concat_str(units, pl.col("dossier_id"), separator="/"))


def with_variants(rows: pl.DataFrame, raw: RawTable) -> pl.DataFrame:
    """Number rows that are alike in all mapped columns but not in the file, from 1."""
    fields = [column for column in rows.columns if column not in POSITION]
    alike = rows.filter(rows.select(fields).is_duplicated()).select(*fields, "source_row")
    whole = pl.struct(pl.col(raw.frame.columns).exclude("source_row"))
    numbered = alike.join(
        raw.frame.select("source_row", whole.alias("whole")), on="source_row", maintain_order="left"
    ).select("source_row", pl.col("whole").rank("dense").over(fields).alias("variant_no"))
    joined = rows.join(numbered, on="source_row", how="left", maintain_order="left")
    return joined.with_columns(pl.col("variant_no").fill_null(1).cast(pl.Int64))


def date_votes(fields: Mapping[Target, pl.Series]) -> DateVotes:
    """Count the dates that say whether day or month comes first in ``05/11/2022``.

    A date whose first number is above 12 votes for day first, one whose second is for month
    first.
    """
    votes = DateVotes()
    for target, series in fields.items():
        if is_instant(target.field):
            day, month = (series.str.contains(p).sum() for p in (_DAY_FIRST, _MONTH_FIRST))
            votes += DateVotes(int(day), int(month))
    return votes


def date_order(fields: Mapping[Target, pl.Series], otherwise: bool) -> DateOrder:
    """Decide by vote whether day or month comes first; ``otherwise`` without a majority."""
    return date_votes(fields).order(otherwise)


def heading_instant(pattern: str, heading: Iterable[str]) -> str:
    """Find the snapshot in the texts above a table: groups ``date`` and ``time``, or none.

    >>> heading_instant(r"đến (?P<time>[0-9:]+) ngày (?P<date>[0-9/]+)",
    ...                 ["Số liệu tính đến 17:00 ngày 30/06/2022"])
    '30/06/2022 17:00'
    """
    for text in map(tidy, heading):
        if found := re.search(pattern, text):
            groups = found.groupdict()
            return f"{groups['date']} {groups.get('time') or ''}".strip()
    return ""


def _column(frame: pl.DataFrame, header: str, empty_values: tuple[str, ...]) -> pl.Series:
    if header not in frame.columns:
        return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    column = frame[header]
    if not empty_values:
        return column
    return frame.select(pl.when(~pl.col(header).is_in(empty_values)).then(pl.col(header)))[header]


def _provenance(series: Mapping[Target, pl.Series], part: FileLayout) -> dict[Target, pl.Series]:
    """Return the origin of each first due date: a column or a note."""
    due, origin_target = Target("dossier", "due_first_at"), Target("dossier", "due_first_from")
    if due not in series:
        return {}
    origin = "note" if due in part.from_text else "column"
    given = series[due].is_not_null().to_frame("given")
    return {
        origin_target: given.select(pl.when("given").then(pl.lit(origin)).alias("origin"))["origin"]
    }


def _from_name(part: FileLayout, path: Path) -> dict[Target, str]:
    values = {}
    for target, pattern in part.from_name.items():
        if not (found := re.search(pattern, path.name)):
            raise InputRejected(
                "sources.no_name_part", file=path.name, field=target.field, pattern=pattern
            )
        values[target] = found[1]
    return values


def _in_one_spelling(
    series: Mapping[Target, pl.Series], part: FileLayout
) -> dict[Target, pl.Series]:
    """Return dates in the spelling that the models read, and names with single spaces."""
    instants = [target for target in series if is_instant(target.field)]
    dates = [formatted(series[target], part.formats_of(target)) for target in instants]
    spelt = dict(zip(instants, plain_columns(dates), strict=True))
    for target, values in series.items():
        if target not in spelt:
            spelt[target] = single_spaced(values) if is_name(target.field) else values
    return {target: spelt[target] for target in series}
