"""The tables of official answers: finished cells, and a reason where there is no value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import ReportSpan
from workbench.messages import language, say, use_language
from workbench.official import FilledForm
from workbench.official.audits import PRINTED


def days(span: ReportSpan) -> dict[str, str]:
    """Return the first and the last day of a period as they are written."""
    return {"first": numerals.day(span.starts_on), "last": numerals.day(span.ends_on)}


def form_table(filled: FilledForm) -> Table:
    """Return a filled form: one column per column of the form, sections and total marked."""
    spoken = language()
    columns = [Column(c.header[spoken], number=False) for c in filled.form.columns[:2]]
    for column in filled.form.figures:
        groups = [g for g in (column.group[spoken], column.header[spoken]) if g]
        columns.append(Column(f"{' / '.join(groups)} ({column.number})"))
    lines = [_form_line(filled, row) for row in filled.table.iter_rows(named=True)]
    marked = frozenset(
        i for i, kind in enumerate(filled.table["row_kind"].to_list()) if kind != "row"
    )
    caption = say("official.form_caption", form=filled.form.name, **days(filled.span))
    return Table(caption, tuple(columns), tuple(lines), marked=marked)


def _form_line(filled: FilledForm, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    label = say("official.total") if row["row_kind"] == "total" else str(row["label"])
    cells: list[Cell] = [str(row["row_no"]), label]
    for column in filled.form.figures:
        value = row[column.key]
        if value is None:
            cells.append(Blank(say("official.not_recorded", column=column.number)))
        else:
            cells.append(numerals.percent(value) if column.rate else numerals.count(value))
    return tuple(cells)


def rates_table(frame: pl.DataFrame) -> Table:
    """Return every metric with its value, interval and who uses it."""
    heads = ("metric_id", "metric_name", "metric_value", "metric_interval", "metric_users")
    columns = tuple(Column(say(f"official.{h}"), number=h == "metric_value") for h in heads)
    lines = [
        (row["metric_id"], row["name"], *_rate_cells(row), row["used_by"])
        for row in frame.iter_rows(named=True)
    ]
    return Table(say("official.rates_caption"), columns, tuple(lines))


def printed_rates(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the percentages of ``rates_table`` beside their counts, as rule D32 reads them."""
    with use_language("en"):
        rows = [
            (row["metric_id"], row["numerator"], row["denominator"], _percent(row["value"]))
            for row in frame.iter_rows(named=True)
            if row["value"] is not None and row["method"] != "median"
        ]
    return pl.DataFrame(rows, PRINTED, orient="row")


def _percent(share: float) -> str:
    return numerals.decimal(share * 100, 2)


def _rate_cells(row: Mapping[str, Any]) -> tuple[Cell, Cell]:
    if row["value"] is None:
        none = Blank(say("official.nothing"))
        return none, none
    if row["method"] == "median":
        days_text = {n: numerals.decimal(row[n], 0) for n in ("value", "lower", "upper", "p90")}
        interval_text = say(
            "official.overrun_days",
            n=numerals.count(row["numerator"]),
            total=numerals.count(row["total"]),
            **days_text,
        )
        return interval_text, f"{days_text['lower']}–{days_text['upper']}"
    over = numerals.fraction(row["numerator"], row["denominator"])
    interval = numerals.percent_range(row["lower"], row["upper"])
    return f"{_percent(row['value'])}% ({over})", interval


def index_table(items: pl.DataFrame, label: str) -> Table:
    """Return the items of decision 766 with points and reasons; the label stands under it."""
    heads = ("index_group", "index_item", "index_points", "index_top", "index_share")
    columns = tuple(Column(say(f"official.{h}"), number=n > 1) for n, h in enumerate(heads))
    lines = [(row["group"], row["item"], *_index_cells(row)) for row in items.iter_rows(named=True)]
    return Table(say("official.index_caption"), columns, tuple(lines), notes=(label,))


def _index_cells(row: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    top = numerals.decimal(row["item_points"], 0)
    none = Blank(row["reason"])
    if row["points"] is None:
        return none, top, none
    if row["value"] is None:
        return numerals.decimal(row["points"], 2), top, none
    over = numerals.fraction(row["numerator"], row["denominator"])
    share = f"{numerals.decimal(row['value'] * 100, 2)}% ({over})"
    return numerals.decimal(row["points"], 2), top, share
