"""The risk of open dossiers by where they are now: how long they have been there, what is left.

A dossier that waits for a signature is not one that has just begun to be examined, though the
same part of their time is gone. Where a register tells no places, nothing is said here.
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
"""Dossiers that must have left a place lately before anything is foretold from it."""
RISKS = {
    "dossier_id": pl.String,
    "risk": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}
_DAY = 86_400_000_000
_KEY = ("dossier_id", "place_no")
_PLACE = ("step", "place")


def sojourn_risks(progress: pl.DataFrame | pl.LazyFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the risk of every open dossier whose place others have left lately.

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
    told = [
        _of_place(rows, here.join(slack, on="dossier_id"))
        for rows, here in _by_place(_lately(passages))
    ]
    return pl.concat([pl.DataFrame(schema=RISKS), *told]).sort("dossier_id")


def passages_as_of(passages: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return the passages as they stood at the end of an earlier day, in their own zone.

    A stay that went on is taken as even over its clock time, as ``foretold.as_of`` takes the
    whole; nothing finer is kept.
    """
    zone = ZoneInfo(passages.schema["left_at"].time_zone)  # type: ignore[attr-defined]
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
    went_on = pl.col("left_at") > end
    part = (pl.lit(end) - pl.col("entered_at")) / (pl.col("left_at") - pl.col("entered_at"))
    stood = pl.when(went_on).then((part * pl.col("sojourn_seconds")).cast(pl.Int64))
    known = (
        passages.with_columns(went_on.any().over("dossier_id").alias("is_open"))
        .filter(pl.col("entered_at") < end)
        .sort("dossier_id", "place_no")
        .with_columns(stood.otherwise("sojourn_seconds").alias("sojourn_seconds"))
    )
    stayed = pl.col("sojourn_seconds")
    rest = (stayed.sum() - stayed.cum_sum()).over("dossier_id")
    return known.with_columns(
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
    """Say whether rows come by dossier and place, as the table does: sorting texts is dear."""
    dossier, place = (pl.col(name) for name in _KEY)
    same = dossier == dossier.shift()
    is_sorted_by = (dossier > dossier.shift()) | (same & (place > place.shift()))
    return bool(rows.select(is_sorted_by.all()).item())


def _by_place(rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Part rows by place, in their order, where any dossier still is: all, and those there."""
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
        return pl.DataFrame(schema=RISKS)
    kinds, units = (int(rows[name].max()) + 1 for name in ("kind", "unit"))  # type: ignore[arg-type]
    stay = pace(_stays(rows, "sojourn_seconds", "has_left", "came_age"), kinds, units)
    rest = pace(_stays(left, "remaining_seconds", "has_ended", "left_age"), kinds, units)
    there = _stays(here, "sojourn_seconds", "has_left", "came_age")
    now = np.zeros_like(there.unit)
    centre = rest.centre(there.kind, there.unit, now)
    told = remaining_time_risks((stay, there), (rest, centre), here["slack"])
    names = ("risk", "lower", "upper")
    return here.select("dossier_id").with_columns(
        *(pl.Series(name, values) for name, values in zip(names, told, strict=True))
    )


def _stays(rows: pl.DataFrame, seconds: str, over: str, age: str) -> SojournTimes:
    return SojournTimes(
        rows[seconds].to_numpy().astype(np.float64),
        rows[over].to_numpy(),
        rows["kind"].to_numpy(),
        rows["unit"].to_numpy(),
        rows[age].to_numpy(),
    )
