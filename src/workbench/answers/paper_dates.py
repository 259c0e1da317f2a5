"""Answer ``book.paper_dates``: do the clicks of a unit keep in step with its signed papers?

The day of the closing click is compared with the date on the paper, dossier by dossier. A click
days after the paper makes lateness that exists only on record; one before it closes what is not
done.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, count, ranged, table, text
from workbench.answers.phrasing import FEW, listed, of_unit
from workbench.answers.questions import PeriodLabel, UnitId, question
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures.estimates.shares import wilson, wilson_many
from workbench.messages import say

_Z_998 = 3.090
"""Of the limits of 99.8 %, as in funnel charts."""


@question("dossiers", level=2)
def paper_dates(run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING) -> Answer:
    """Are dossiers closed on the day that stands on the paper, and which units are out of step?

    Args:
        run: Its tables.
        period: Label of the period in which the dossiers ended.
        unit: A unit, all together and side by side when left out.
    """
    days = Period.parse(period)
    ended = _with_days(of_unit(run.dossiers, unit))
    ended = ended.filter(pl.col("closed_on").is_between(days.starts_on, days.ends_on))
    dated = ended.drop_nulls("paper_result_on").with_columns(
        lag_days=(pl.col("closed_on") - pl.col("paper_result_on")).dt.total_days()
    )
    frame = _counted(dated)
    return Answer(
        title=say("paper.title"),
        claims=_claims(run, frame, ended.height),
        frame=frame,
        denominators=say("paper.denominators", few=FEW),
        listing=table(
            say("paper.caption", period=numerals.period(period)),
            frame.iter_rows(named=True),
            [
                text("briefing.unit", lambda row: run.unit_name(row["unit_id"])),
                count("paper.dated", "n_dossiers"),
                ranged("paper.share", "same_day"),
                count("paper.later", "n_later"),
                count("paper.earlier", "n_earlier"),
                text("paper.days", lambda row: numerals.decimal(row["median_days"], 0)),
            ],
        )
        if frame.height
        else None,
    )


def _with_days(dossiers: pl.DataFrame) -> pl.DataFrame:
    """Add the day of the closing click, each in the zone of its office."""
    zones = dossiers.partition_by("time_zone") or [dossiers.clear()]
    resolved = pl.col("resolved_at")
    return pl.concat(
        zone.with_columns(
            closed_on=resolved.dt.convert_time_zone(zone["time_zone"][0]).dt.date()
            if zone.height
            else resolved.dt.date()
        )
        for zone in zones
    )


def _counted(dated: pl.DataFrame) -> pl.DataFrame:
    """Return one row per unit, and first one for all, with shares and their intervals."""
    lag = pl.col("lag_days")
    counts = [
        pl.len().cast(pl.Int64).alias("n_dossiers"),
        (lag == 0).sum().cast(pl.Int64).alias("n_same_day"),
        (lag > 0).sum().cast(pl.Int64).alias("n_later"),
        (lag < 0).sum().cast(pl.Int64).alias("n_earlier"),
        lag.median().alias("median_days"),
    ]
    everything = dated.with_columns(unit_id=pl.lit(EVERYTHING)).group_by("unit_id").agg(counts)
    units = dated.group_by("unit_id").agg(counts).sort("unit_id")
    frame = pl.concat([everything, units]) if units.height > 1 else units
    value, lower, upper = wilson_many(
        frame["n_same_day"].to_numpy(), frame["n_dossiers"].to_numpy()
    )
    return frame.with_columns(
        pl.Series("same_day", value), pl.Series("lower", lower), pl.Series("upper", upper)
    )


def _lies_below(row: Row, share: float) -> bool:
    """Return whether a unit's share lies below one by its 99.8 % limit: many are looked at."""
    upper = wilson(row["n_same_day"], row["n_dossiers"], z=_Z_998).upper
    return upper is not None and upper < share


def _claims(run: Run, frame: pl.DataFrame, n_ended: int) -> tuple[Claim, ...]:
    if frame.is_empty():
        return (claim(say("paper.nothing", n=numerals.count(n_ended)), 1),)
    overall: Row = frame.row(0, named=True)
    words = {
        "dated": numerals.count(overall["n_dossiers"]),
        "ended": numerals.count(n_ended),
        "same": numerals.count(overall["n_same_day"]),
        "share": numerals.percent(overall["same_day"]),
        "range": numerals.percent_range(overall["lower"], overall["upper"]),
        "later": numerals.count(overall["n_later"]),
        "earlier": numerals.count(overall["n_earlier"]),
    }
    behind = [
        say(
            "paper.one", unit=run.unit_name(row["unit_id"]), share=numerals.percent(row["same_day"])
        )
        for row in frame.slice(1).iter_rows(named=True)
        if row["n_dossiers"] >= FEW and _lies_below(row, overall["same_day"])
    ]
    first = claim(say("paper.overall", **words), 1)
    return (first, claim(say("paper.behind", units=listed(behind)), 2)) if behind else (first,)
