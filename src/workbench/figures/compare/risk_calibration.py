"""Calibration of the risks: the watch list is made again at earlier days and compared.

On each of those days only what was known then is used; the outcome since then is the truth.
Elapsed time on an earlier day is taken as even over the dossier's sojourn at its step of that day,
or over its calendar days where no step is known, since nothing finer is recorded: the table shows
how good the list is at that grain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import fsum

import polars as pl

from workbench.core.vocabulary import Period
from workbench.figures.compare.eventual import Frame, breach_risks
from workbench.figures.compare.sojourn_risk import passages_as_of
from workbench.figures.estimates.breach_risk import (
    Reliability,
    calibration_slope,
    reliability,
    variance_between_lists,
)

GROUPS = 5
_PAST_MONTHS = 12
_RELIABILITY = {
    "group": pl.Int64,
    "n_dossiers": pl.Int64,
    "predicted": pl.Float64,
    "happened": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "brier": pl.Float64,
    "expected": pl.Float64,
    "came": pl.Int64,
    **dict.fromkeys(("slope", "slope_lower", "slope_upper"), pl.Float64),
}
_PAST_LISTS = {
    "listed_on": pl.Date,
    "n_dossiers": pl.Int64,
    "n_late": pl.Int64,
    "expected": pl.Float64,
    "variance": pl.Float64,
}


def past_days(snapshot_on: dt.date) -> list[dt.date]:
    """Return the ends of the months before that of the snapshot, a year of them.

    >>> days = past_days(dt.date(2022, 3, 15))
    >>> str(days[0]), str(days[-1])
    ('2022-02-28', '2021-03-31')
    """
    month, days = Period.holding(snapshot_on, "month"), []
    for _ in range(_PAST_MONTHS):
        month = month.previous()
        days.append(month.ends_on)
    return days


def calibrate_risks(
    progress: pl.DataFrame, days: Iterable[dt.date], passages: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return one row per group of similar risks: predicted and observed late share.

    Args:
        progress: As for ``breach_risks``.
        days: Earlier days at which the watch list is made again.
        passages: As for ``breach_risks``.

    Returns:
        group (1 the lowest risks), n_dossiers, predicted (mean risk), happened (share late in the
        end) with lower and upper; of all groups brier, expected and came (late dossiers), slope
        (1: risks are as far apart as what came) with its interval, missing where there is none.
        Dossiers that were already overdue on the day are certain and excluded, as are those still
        open and in time now. Empty when no day had an open dossier whose end is known.

    Source: as ``estimates.breach_risk.reliability`` and ``calibration_slope``.
    """
    daily = [_of_day(progress, day, passages) for day in sorted(days)]
    risks = pl.concat(daily) if daily else pl.DataFrame()
    if risks.is_empty():
        return pl.DataFrame(schema=_RELIABILITY)
    table: Reliability = reliability(risks["risk"], risks["is_late"], GROUPS)
    slope = calibration_slope(risks["risk"], risks["is_late"]) or (None,) * 3
    return pl.DataFrame(
        {
            "group": range(1, table.number.size + 1),
            "n_dossiers": table.number,
            "predicted": table.predicted,
            "happened": table.happened,
            "lower": table.lower,
            "upper": table.upper,
            "brier": [table.brier] * table.number.size,
            "expected": [fsum(risks["risk"])] * table.number.size,
            "came": [int(risks["is_late"].sum())] * table.number.size,
            **{
                name: [bound] * table.number.size
                for name, bound in zip(("slope", "slope_lower", "slope_upper"), slope, strict=True)
            },
        },
        schema=_RELIABILITY,
    )


def past_lists(progress: pl.DataFrame | pl.LazyFrame, days: Iterable[dt.date]) -> pl.DataFrame:
    """Return how many late dossiers watch lists of earlier days expected, and how many came.

    Args:
        progress: As for ``breach_risks``.
        days: Earlier days at which the list is made again.

    Returns:
        One row per day with an open dossier whose end is known: listed_on, n_dossiers, n_late,
        expected (sum of the risks), variance (of that number, were all risks right). Dossiers as
        in ``calibrate_risks``.
    """
    lists = [
        _of_day(progress, day, None).select(
            pl.lit(day).alias("listed_on"),
            pl.len().alias("n_dossiers"),
            pl.sum("is_late").alias("n_late"),
            pl.sum("risk").alias("expected"),
            (pl.col("risk") * (1 - pl.col("risk"))).sum().alias("variance"),
        )
        for day in sorted(days)
    ]
    listed = pl.concat(lists) if lists else pl.DataFrame(schema=_PAST_LISTS)
    return listed.filter(pl.col("n_dossiers") > 0).cast(pl.Schema(_PAST_LISTS))


def variance_of_lists(lists: pl.DataFrame) -> float:
    """Return by how much past watch lists missed as a whole, as a relative variance.

    Args:
        lists: The table ``past_lists``.

    Source: as ``estimates.breach_risk.variance_between_lists``.
    """
    return variance_between_lists(lists["n_late"], lists["expected"], lists["variance"])


def as_of(progress: Frame, day: dt.date) -> Frame:
    """Return the progress as it stood at the end of an earlier day."""
    went_on = pl.col("seen_on") > day
    lasted = (pl.col("seen_on") - pl.col("received_on")).dt.total_days()
    part = (day - pl.col("received_on")).dt.total_days() / lasted
    return progress.filter(pl.col("received_on") <= day).with_columns(
        pl.when(went_on).then(pl.lit("open")).otherwise("ending").alias("ending"),
        pl.when(went_on)
        .then((part * pl.col("elapsed_seconds")).cast(pl.Int64))
        .otherwise("elapsed_seconds")
        .alias("elapsed_seconds"),
        pl.when(went_on).then(pl.lit(day)).otherwise("seen_on").alias("seen_on"),
    )


def _of_day(
    progress: pl.DataFrame | pl.LazyFrame, day: dt.date, passages: pl.DataFrame | None
) -> pl.DataFrame:
    """Forecast the dossiers open on a day and join their outcome."""
    given = progress.lazy()
    late = pl.col("elapsed_seconds") > pl.col("allowed_seconds")
    # withdrawn or refused before its limit is not late: the risk says so as well
    was_open = (pl.col("seen_on") > day) | (pl.col("ending") == "open")
    ends = given.filter(
        (pl.col("ending") != "open") | late, pl.col("received_on") <= day, was_open
    ).select("dossier_id", late.cast(pl.Int64).alias("is_late"))
    then = as_of(given, day)
    places = None
    if passages is not None:
        places = passages_as_of(passages, day)
        then = _by_stays(then, given, _gone(places, passages).lazy())
    risks = breach_risks(then, places).filter(pl.col("spent") <= 1)
    joined = risks.join(ends.collect(), on="dossier_id", maintain_order="left")
    return joined.select("risk", "is_late")


def _gone(places: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return which part of each dossier's time at places was over then."""
    total = passages.group_by("dossier_id").agg(pl.col("sojourn_seconds").sum().alias("total"))
    until = places.group_by("dossier_id").agg(pl.col("sojourn_seconds").sum().alias("until"))
    part = (pl.col("until") / pl.col("total")).alias("part")
    return total.filter(pl.col("total") > 0).join(until, on="dossier_id").select("dossier_id", part)


def _by_stays(then: pl.LazyFrame, progress: pl.LazyFrame, gone: pl.LazyFrame) -> pl.LazyFrame:
    """Take the elapsed time of the dossiers open then from their stays, where those are known."""
    whole = progress.select("dossier_id", pl.col("elapsed_seconds").alias("whole"))
    has_part = (pl.col("ending") == "open") & pl.col("part").is_not_null()
    return (
        then.join(gone, on="dossier_id", how="left")
        .join(whole, on="dossier_id", how="left")
        .with_columns(
            pl.when(has_part)
            .then((pl.col("part") * pl.col("whole")).cast(pl.Int64))
            .otherwise("elapsed_seconds")
            .alias("elapsed_seconds")
        )
        .drop("part", "whole")
    )
