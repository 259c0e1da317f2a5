"""Small counts from which the live page works out every figure: the cells it carries.

Dossiers are counted by unit, procedure, month and rule of lateness, with the counters and the SQL
of ``measures``. Flows add up over months. A stock does not: that of some months is the stock at
the end of the last one and, of exports taken before that month, what was open when they were
taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.answers.phrasing import distinct
from workbench.answers.quality import has_step_log
from workbench.answers.run import Run
from workbench.answers.sheets import procedure_names
from workbench.core.vocabulary import (
    EVERYTHING,
    PERIOD_KINDS,
    REALITIES,
    Period,
    ReportSpan,
    periods_between,
)

FLOWS = ("early", "on_time", "late", "unknown", "withdrawn", "rejected")
STOCKS = ("open_in_time", "open_overdue", "open_unknown")
FINAL = "final_"
"""Before the name of a stock: dossiers open when their export was taken, by the month of that."""
NO_PROCEDURE = "unknown"
_APART = "\x1f"
_PLACE = ("unit_id", "procedure_id", "month")


@dataclass(frozen=True)
class LiveCells:
    """What the live page counts with.

    Args:
        units: Name of each unit, by id, in the order of names; likewise procedures.
        procedures: See ``units``.
        profiles: Lateness profiles.
        months: Labels of consecutive months.
        counts: One row per profile, counter, unit, procedure and month that counts anything:
            ``profile`` is empty where no rule of lateness decides.
    """

    units: dict[str, str]
    procedures: dict[str, str]
    profiles: list[str]
    months: list[str]
    counts: pl.DataFrame


def live_cells(run: Run) -> LiveCells:
    """Return the cells of all dossiers, under every lateness profile of the results."""
    months = _months(run)
    counts = pl.concat([_counts(run, months), _realities(run)])
    cells = counts.filter(pl.col("month").is_in(months))
    units = distinct(cells["unit_id"].unique().sort(), run.unit_name)
    names = procedure_names(run)
    procedures = distinct(cells["procedure_id"].unique().sort(), lambda one: names.get(one, one))
    return LiveCells(
        _by_name(units),
        _by_name(procedures),
        run.profiles,
        months,
        cells.sort("profile", "counter", *_PLACE),
    )


def live_periods(run: Run, months: list[str]) -> list[tuple[str, str, int, int]]:
    """Return label, kind, first and last month of each period with dossiers, short ones first.

    Args:
        run: The results.
        months: Labels of consecutive months; the numbers of months count from their first.
    """
    numbers = {month: number for number, month in enumerate(months)}
    periods: list[tuple[str, str, int, int]] = []
    for kind in PERIOD_KINDS:
        for label in reversed(run.periods(kind)):
            period = Period.parse(label)
            inside = periods_between(period.starts_on, period.ends_on, "month")
            of_period = [numbers[str(month)] for month in inside if str(month) in numbers]
            periods.append((label, kind, of_period[0], of_period[-1]))
    return periods


def published_cells(record: pl.DataFrame) -> pl.DataFrame:
    """Return what was published, one row per profile, unit and period; withheld counts are missing.

    Args:
        record: The record of publications.
    """
    key = ["profile", "unit_id", "period"]
    return record.pivot("measure", index=key, values="value").sort(key)


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda item: (item[1], item[0])))


def _months(run: Run) -> list[str]:
    """Return every month from the first with dossiers to the last, or to the last export."""
    with_dossiers = [Period.parse(label) for label in run.periods("month")]
    last = with_dossiers[-1].ends_on
    if run.snapshot is not None:
        last = max(last, run.snapshot.date())
    return [str(month) for month in periods_between(with_dossiers[0].starts_on, last, "month")]


def _counts(run: Run, months: list[str]) -> pl.DataFrame:
    spans = [ReportSpan.of(Period.parse(month)) for month in months]
    counts = run.counted_dossiers(_by_procedure(run.dossiers), spans, EVERYTHING).filter(
        pl.col("unit_id") != EVERYTHING,
        pl.col("field_of_work") != EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
    )
    parts = pl.col("field_of_work").str.split_exact(_APART, 1)
    counts = counts.with_columns(
        parts.struct.field("field_0").alias("procedure_id"),
        parts.struct.field("field_1").alias("exported_in"),
        pl.col("period").alias("month"),
    )
    of_export = counts.filter(pl.col("month") == pl.col("exported_in"))
    finals = of_export.select("profile", *_PLACE, *(pl.col(n).alias(FINAL + n) for n in STOCKS))
    # no profile decides what was received: the rows of one profile count it
    of_one = counts.filter(profile=counts["profile"].min())
    received = of_one.with_columns(pl.lit("").alias("profile"))
    return pl.concat(
        [
            _long(received, ["received"]),
            _long(counts, [*FLOWS, *STOCKS]),
            _long(finals, [FINAL + name for name in STOCKS]),
        ]
    )


def _by_procedure(dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return the dossiers with procedure and month of their export in the place of the field."""
    parts = [
        rows.with_columns(
            pl.col("snapshot_at").dt.convert_time_zone(str(zone) or "UTC").dt.strftime("%Y-%m")
            .alias("exported_in")
        )
        for (zone,), rows in dossiers.group_by("time_zone", maintain_order=True)
    ]  # fmt: skip
    both = [pl.col("procedure_id").fill_null(NO_PROCEDURE), pl.col("exported_in")]
    field = pl.concat_str(both, separator=_APART).alias("field_of_work")
    return pl.concat(parts).with_columns(field).drop("exported_in")


def _long(counts: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    key = ["profile", *_PLACE]
    long = counts.unpivot(names, index=key, variable_name="counter", value_name="n")
    sums = long.group_by("profile", "counter", *_PLACE).agg(pl.col("n").sum().cast(pl.Int64))
    return sums.filter(pl.col("n") > 0)


def _realities(run: Run) -> pl.DataFrame:
    """Count late dossiers by whether they were late in fact; nothing where no steps are logged."""
    late = run.late_dossiers if has_step_log(run) else run.late_dossiers.clear()
    placed = late.select(
        "profile",
        pl.col("reality").alias("counter"),
        "unit_id",
        pl.col("procedure_id").fill_null(NO_PROCEDURE),
        pl.col("ended_on").dt.strftime("%Y-%m").alias("month"),
    ).filter(pl.col("counter").is_in(REALITIES))
    counts = placed.group_by("profile", "counter", *_PLACE).agg(pl.len().cast(pl.Int64).alias("n"))
    return counts.cast({"profile": pl.String, "counter": pl.String})
