"""Data of the measures for DVC: headline figures as metrics, lateness as the data of plots."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind
from workbench.figures.compare import SIDE_BY_SIDE_COUNTS


def write_metrics(
    measures: pl.DataFrame, profile: str, path: Path, kind: PeriodKind = "half"
) -> None:
    """Write the headline figures as JSON: period -> unit (``all`` together) -> measure -> value.

    One profile and one kind of period; shares rounded to six decimals. Small enough for
    ``dvc metrics diff`` to read well: everything for all units together, four figures per unit.
    """
    labels = [p for p in measures["period"].unique() if Period.parse(p).kind == kind]
    chosen = measures.filter(
        pl.col("profile") == profile,
        pl.col("period").is_in(labels),
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
        (pl.col("unit_id") == EVERYTHING)
        | pl.col("measure").is_in([*SIDE_BY_SIDE_COUNTS, "late_or_overdue"]),
    ).sort("period", "unit_id", "measure")
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for row in chosen.iter_rows(named=True):
        unit = "all" if row["unit_id"] == EVERYTHING else row["unit_id"]
        value = row["numerator"] if row["method"] == "count" else round(row["value"], 6)
        figures.setdefault(row["period"], {}).setdefault(unit, {})[row["measure"]] = value
    text = json.dumps({"profile": profile, "measures": figures}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _inert(column: str) -> pl.Expr:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    text = pl.col(column)
    return (
        pl.when(text.str.contains(r"^[=+\-@\t\r]")).then("'" + text).otherwise(text).alias(column)
    )


def write_plots(measures: pl.DataFrame, profile: str, folder: Path) -> None:
    """Write the data of the DVC plots: lateness by month, and by unit and half-year."""
    folder.mkdir()
    rates = measures.filter(
        pl.col("profile") == profile,
        pl.col("measure") == "late_or_overdue",
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
    ).select(
        "period",
        "unit_id",
        "numerator",
        "denominator",
        *(pl.col(name).round(6) for name in ("value", "lower", "upper")),
    )
    month = pl.col("period").str.contains(r"^\d{4}-\d{2}$")
    half = pl.col("period").str.contains("-H")
    together = pl.col("unit_id") == EVERYTHING
    by_month = rates.filter(month, together).drop("unit_id").sort("period")
    by_unit = (
        rates.filter(half, ~together).sort("period", "unit_id").with_columns(_inert("unit_id"))
    )
    by_month.write_csv(folder / "late_by_month.csv")
    by_unit.write_csv(folder / "late_by_unit.csv")
