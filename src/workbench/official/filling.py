"""A form filled for one period: rows of fields or units, subtotals by level, and a total.

Each figure is a sum of counters over the fields of units of ``counts``. Nothing is balanced by
force: where two sides of an identity differ, the gap is listed with its size, its explained part
and its unexplained part (rule D26). A cell that no source fills is null, never zero.

The identities of forms are data and are checked on a few dozen finished cells at a time, so they
are here: a query per table took 330 s instead of 5 (all periods, conventions and profiles of a test
source). Row-by-row rules are SQL: the promises of ``counts``, and the percentages that a
table prints (``audits``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, Period, ReportSpan
from workbench.figures.measures import COUNTERS
from workbench.official.forms import Form, FormColumn, Identity

Figures = dict[str, int]
_GAP_SCHEMA = {
    "form": pl.String,
    "convention": pl.String,
    "period": pl.String,
    "profile": pl.String,
    "row_kind": pl.String,
    "row_id": pl.String,
    "identity": pl.String,
    "left": pl.Int64,
    "right": pl.Int64,
    "gap": pl.Int64,
    "explained_by": pl.String,
    "explained": pl.Int64,
    "unexplained": pl.Int64,
}


@dataclass(frozen=True)
class Names:
    """Names of rows: a field or unit by id, and the level of each unit (``A``, ``B`` ...).

    ``levels`` maps a unit to the key of its level, ``level_names`` a level to its name in the
    order of the sections. A unit without level has its own section at the end.
    """

    rows: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    level_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FilledForm:
    """A form with its figures.

    Attributes:
        form: The form.
        span: The period and the days it covers.
        profile: The lateness profile that judged the dossiers.
        table: One row per section, row and total: row_no, row_kind (``section``, ``row``,
            ``total``), row_id, label, then one column per figure of the form; null = not known.
        gaps: The identities that do not hold, one row per row of the table and identity: both
            sides, the gap (left minus right), what explains it and what nothing explains. Empty
            when everything adds up.
    """

    form: Form
    span: ReportSpan
    profile: str
    table: pl.DataFrame
    gaps: pl.DataFrame

    @property
    def total(self) -> dict[str, int | float | None]:
        """The figures of the last row by their key."""
        last = self.table.row(-1, named=True)
        return {column.key: last[column.key] for column in self.form.figures}


def fill(
    form: Form, counts: pl.DataFrame, *, span: ReportSpan, profile: str, names: Names | None = None
) -> FilledForm:
    """Fill a form for one period.

    Args:
        form: The form.
        counts: Table ``counts`` with the fields of work of each unit, one column per counter.
            Filter it by unit beforehand for the form of one unit.
        span: The period and its days (``Conventions.span``).
        profile: Lateness profile.
        names: Names of rows and levels; ids where there is none.

    Raises:
        UsageProblem: There are no counts for this period, convention and profile.
    """
    chosen = _of_period(counts, span.period, span.convention, profile)
    if chosen.is_empty():
        raise UsageProblem(
            "official.no_counts",
            period=span.period,
            convention=span.convention,
            profile=profile,
        )
    unit_names = names or Names()
    lines = _lines(form, chosen, unit_names)
    cells = [_cells(form, figures) for _, figures in lines]
    head = {
        "row_no": pl.Series([h[0] for h, _ in lines], dtype=pl.String),
        "row_kind": pl.Series([h[1] for h, _ in lines], dtype=pl.String),
        "row_id": pl.Series([h[2] for h, _ in lines], dtype=pl.String),
        "label": pl.Series([h[3] for h, _ in lines], dtype=pl.String),
    }
    body = {
        column.key: pl.Series(
            [row[column.number] for row in cells], dtype=pl.Float64 if column.rate else pl.Int64
        )
        for column in form.figures
    }
    gaps = [
        (form.name, span.convention, span.period, profile, *gap)
        for (head_of_row, figures), row in zip(lines, cells, strict=True)
        for gap in _gaps(form, head_of_row, row, figures)
    ]
    before = _of_period(counts, str(Period.parse(span.period).previous()), span.convention, profile)
    gaps += [
        (form.name, span.convention, span.period, profile, *gap)
        for gap in _opening_gaps(form, chosen, before)
    ]
    frame = pl.DataFrame(gaps, schema=_GAP_SCHEMA, orient="row")
    return FilledForm(form, span, profile, pl.DataFrame({**head, **body}), frame)


def _of_period(counts: pl.DataFrame, period: str, convention: str, profile: str) -> pl.DataFrame:
    return counts.filter(
        pl.col("period") == period,
        pl.col("convention") == convention,
        pl.col("profile") == profile,
        pl.col("field_of_work") != EVERYTHING,
    )


_Head = tuple[str, str, str, str]


def _lines(form: Form, chosen: pl.DataFrame, names: Names) -> list[tuple[_Head, Figures]]:
    """Return number, kind, id, label and summed counters of every line, total last."""
    units = chosen["unit_id"].to_list()
    level = pl.Series("level", [names.levels.get(u, "") for u in units], dtype=pl.String)
    placed = chosen.with_columns(level)
    levels = [*names.level_names, ""]
    lines: list[tuple[_Head, Figures]] = []
    number = 0
    sections = [key for key in levels if key in level]
    for letter, key in zip("ABCDEFGH", sections, strict=False):
        inside = placed.filter(pl.col("level") == key)
        if len(sections) > 1 or key:
            label = names.level_names.get(key, "")
            lines.append(((letter, "section", key, label), _sums(inside)))
        for row_id in _ordered(inside[form.rows_by].unique().to_list(), names):
            number += 1
            figures = _sums(inside.filter(pl.col(form.rows_by) == row_id))
            lines.append(((str(number), "row", row_id, names.rows.get(row_id, row_id)), figures))
    lines.append((("", "total", EVERYTHING, ""), _sums(chosen)))
    return lines


def _ordered(ids: list[str], names: Names) -> list[str]:
    return sorted(ids, key=lambda i: (_alphabetic(names.rows.get(i, i)), i))


def _alphabetic(name: str) -> str:
    """Return a name as it is sorted in Vietnamese, near enough: đ after d, marks last.

    >>> sorted(["Hộ tịch", "Đất đai", "Chứng thực"], key=_alphabetic)
    ['Chứng thực', 'Đất đai', 'Hộ tịch']
    """
    bare = unicodedata.normalize("NFD", name.casefold().replace("đ", "d~"))
    return "".join(c for c in bare if not unicodedata.combining(c)) + " " + name


def _sums(rows: pl.DataFrame) -> Figures:
    totals = rows.select(pl.col(*COUNTERS).sum().cast(pl.Int64))
    return totals.row(0, named=True)


def _cells(form: Form, figures: Figures) -> dict[int, int | float | None]:
    cells: dict[int, int | float | None] = {
        column.number: _count(column, figures) for column in form.figures
    }
    for column in form.figures:
        if column.rate:
            above, below = (sum(int(cells[n] or 0) for n in side) for side in column.rate)
            cells[column.number] = above / below if below else None
    return cells


def _count(column: FormColumn, figures: Figures) -> int | None:
    hidden = bool(column.unknown_when) and figures[column.unknown_when] > 0
    if hidden or not column.counters:
        return None
    return sum(figures[c] for c in column.counters)


def _gaps(
    form: Form, head: _Head, cells: dict[int, int | float | None], figures: Figures
) -> list[tuple[object, ...]]:
    counters = {column.number: column.counters for column in form.figures}
    gaps = []
    for identity in form.identities:
        left = int(cells[identity.left] or 0)
        right = sum(int(cells[n] or 0) for n in identity.right)
        if left != right:
            emptied = [c for n in identity.right if cells[n] is None for c in counters[n]]
            reasons = {c: figures[c] for c in (*identity.explained_by, *emptied) if figures[c]}
            gaps.append(_gap(head, identity, (left, right), reasons))
    return gaps


def _gap(
    head: _Head, identity: Identity, sides: tuple[int, int], parts: Figures
) -> tuple[object, ...]:
    left, right = sides
    explained = sum(parts.values())
    parts_text = ", ".join(f"{name} {n}" for name, n in parts.items())
    gap = left - right
    return (*head[1:3], str(identity), left, right, gap, parts_text, explained, gap - explained)


def _opening_gaps(form: Form, now: pl.DataFrame, before: pl.DataFrame) -> list[tuple[object, ...]]:
    """Compare what was carried into the period with what the period before left open.

    Both are counted on their own. Without an earlier period in the data there is nothing to
    compare with, and no gap is claimed.
    """
    if before.is_empty():
        return []
    opening = now.group_by(form.rows_by).agg(pl.col("carried").sum().cast(pl.Int64))
    closing = before.group_by(form.rows_by).agg(pl.col("open_total").sum().cast(pl.Int64))
    both = opening.join(closing, on=form.rows_by, how="full", coalesce=True).fill_null(0)
    rows = both.filter(pl.col("carried") != pl.col("open_total")).sort(form.rows_by).rows()
    return [
        ("row", row_id, "opening = previous closing", o, c, o - c, "", 0, o - c)
        for row_id, o, c in rows
    ]
