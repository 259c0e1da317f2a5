"""The risk of open dossiers by their current step, their time there and the remaining time.

The risk depends on the current step as well as on elapsed time: a dossier that waits for a
signature differs from one whose examination has just begun. Logs without steps give no rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from workbench.figures.compare.dense_ids import numbered
from workbench.figures.estimates.sojourn_times import (
    BLOCK_DAYS,
    BLOCKS,
    SojournTimes,
    pace,
    remaining_time_risks,
)

FEWEST = 30
"""Fewest dossiers that must have left a place recently for a forecast from it."""
_RISKS = {
    "dossier_id": pl.String,
    "risk": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}
_DAY = 86_400_000_000
_KEY = ("dossier_id", "place_no")
_PLACE = ("step", "place")


def sojourn_risks(progress: pl.DataFrame | pl.LazyFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the risk of every open dossier at a place that others have left recently.

    Args:
        progress: As for ``breach_risks``.
        passages: One row per dossier and place: dossier_id, place_no, unit_id, procedure_id,
            step, place, entered_at, left_at (the snapshot where it still is there),
            sojourn_seconds, remaining_seconds, has_left, has_ended.

    Returns:
        dossier_id, risk, lower, upper, by dossier_id. 1 for a dossier already past its limit.

    Source: as ``estimates.stays``.
    """
    slack = (
        progress.lazy()
        .filter(pl.col("ending") == "open")
        .select(
            "dossier_id", (pl.col("allowed_seconds") - pl.col("elapsed_seconds")).alias("slack")
        )
        .collect()
    )
    by_place = [
        _of_place(rows, here.join(slack, on="dossier_id"))
        for rows, here in _by_place(_lately(passages))
    ]
    return pl.concat([pl.DataFrame(schema=_RISKS), *by_place]).sort("dossier_id")


def passages_as_of(passages: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the passages as they stood at the end of an earlier day, in their own zone.

    A sojourn that went on is taken as even over its clock time, as ``risk_calibration.as_of``
    takes the whole dossier; nothing finer is recorded.
    """
    zone = ZoneInfo(passages.schema["left_at"].time_zone)  # type: ignore[attr-defined]
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
    went_on = pl.col("left_at") > end
    part = (pl.lit(end) - pl.col("entered_at")) / (pl.col("left_at") - pl.col("entered_at"))
    elapsed = pl.when(went_on).then((part * pl.col("sojourn_seconds")).cast(pl.Int64))
    as_known = (
        passages.with_columns(went_on.any().over("dossier_id").alias("is_open"))
        .filter(pl.col("entered_at") < end)
        .sort("dossier_id", "place_no")
        .with_columns(elapsed.otherwise("sojourn_seconds").alias("sojourn_seconds"))
    )
    sojourn = pl.col("sojourn_seconds")
    rest = (sojourn.sum() - sojourn.cum_sum()).over("dossier_id")
    return as_known.with_columns(
        pl.when("is_open").then(rest).otherwise("remaining_seconds").alias("remaining_seconds"),
        pl.when(went_on).then(pl.lit(end)).otherwise("left_at").alias("left_at"),
        (pl.col("has_left") & ~went_on).alias("has_left"),
        (pl.col("has_ended") & ~pl.col("is_open")).alias("has_ended"),
    ).select(passages.columns)


def _lately(passages: pl.DataFrame) -> pl.DataFrame:
    """Return what began lately, by dossier and place, with its age and that of its end in days."""
    last = pl.lit(passages.select(pl.max("left_at")).to_series())

    def age(moment: str) -> pl.Expr:
        return (last - pl.col(moment)).dt.total_microseconds() / _DAY

    lately = passages.filter(age("entered_at") < BLOCK_DAYS * BLOCKS)
    if not _in_order(lately):
        lately = lately.sort(_KEY)
    return lately.select(
        *("dossier_id", "sojourn_seconds", "remaining_seconds", "has_left", "has_ended"),
        age("entered_at").alias("came_age"),
        age("left_at").alias("left_age"),
        pl.Series("unit", numbered(lately, ["unit_id"])),
        pl.Series("kind", numbered(lately, ["procedure_id"])),
        pl.Series("place", numbered(lately, _PLACE)),
    )


def _in_order(rows: pl.DataFrame) -> bool:
    """Return whether rows are already sorted by dossier and sojourn: sorting texts is slow."""
    dossier, place = (pl.col(name) for name in _KEY)
    same = dossier == dossier.shift()
    is_sorted_by = (dossier > dossier.shift()) | (same & (place > place.shift()))
    return bool(rows.select(is_sorted_by.all()).item())


def _by_place(rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield per place with open dossiers all rows, in their order, and the open dossiers."""
    place = rows["place"].to_numpy()
    # the narrower the numbers, the faster they are sorted
    narrow = place.astype(np.min_scalar_type(int(place.max(initial=0))))
    parted = np.argsort(narrow, kind="stable")
    ends = np.cumsum(np.bincount(place))
    still = rows.filter(~pl.col("has_left")).partition_by("place", as_dict=True)
    nameless = rows.drop("dossier_id", "place")
    for number, (start, end) in enumerate(pairwise([0, *ends])):
        if (number,) in still:
            yield nameless[parted[start:end]], still[(number,)]


def _of_place(rows: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    left = rows.filter("has_left")
    if here.is_empty() or left.height < FEWEST or not left["has_ended"].any():
        return pl.DataFrame(schema=_RISKS)
    kinds, units = (int(rows[name].max()) + 1 for name in ("kind", "unit"))  # type: ignore[arg-type]
    stay = pace(_stays(rows, "sojourn_seconds", "has_left", "came_age"), kinds, units)
    rest = pace(_stays(left, "remaining_seconds", "has_ended", "left_age"), kinds, units)
    there = _stays(here, "sojourn_seconds", "has_left", "came_age")
    now = np.zeros_like(there.unit)
    centre = rest.centre(there.kind, there.unit, now)
    risks = remaining_time_risks((stay, there), (rest, centre), here["slack"])
    names = ("risk", "lower", "upper")
    return here.select("dossier_id").with_columns(
        *(pl.Series(name, values) for name, values in zip(names, risks, strict=True))
    )


def _stays(rows: pl.DataFrame, seconds: str, over: str, age: str) -> SojournTimes:
    return SojournTimes(
        rows[seconds].to_numpy().astype(np.float64),
        rows[over].to_numpy(),
        rows["kind"].to_numpy(),
        rows["unit"].to_numpy(),
        rows[age].to_numpy(),
    )
