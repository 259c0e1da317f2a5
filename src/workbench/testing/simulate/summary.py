"""What a simulated register holds, in the numbers people compare with the public figures.

Counted by half-year: what was received in it, and what was resolved or returned in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.vocabulary import Period


@dataclass(frozen=True)
class HalfYear:
    """Counts of one half-year; open dossiers as they stand at the snapshot."""

    period: str
    received: int
    received_online: int
    processed_online: int
    resolved: int
    early: int
    on_time: int
    late: int
    withdrawn: int
    rejected: int
    returned: int
    returned_by_post: int
    open_in_time: int
    open_overdue: int


@dataclass(frozen=True)
class Summary:
    """The files written, the half-years, and how many causes of lateness were put in."""

    files: tuple[Path, ...]
    half_years: tuple[HalfYear, ...]
    injections: int


def count_half_years(dossiers: pl.DataFrame) -> tuple[HalfYear, ...]:
    """Count the dossiers of a register by half-year, oldest first."""
    periods = dossiers["period"].unique().sort().to_list()
    return tuple(_count(dossiers, period) for period in periods)


def _count(dossiers: pl.DataFrame, period: str) -> HalfYear:
    half = Period.parse(period)

    def within(column: str) -> pl.DataFrame:
        day = pl.col(column).dt.date()
        return dossiers.filter(day.is_between(half.starts_on, half.ends_on))

    received, returned = within("received_at"), within("returned_at")
    online = received.filter(pl.col("channel_in") == "online")
    ends = within("resolved_at")["outcome"].to_list()
    stands = received["outcome"].to_list()
    return HalfYear(
        period=period,
        received=len(received),
        received_online=len(online),
        processed_online=int(online["processed_online"].sum()),
        resolved=len(ends),
        early=ends.count("early"),
        on_time=ends.count("on_time"),
        late=ends.count("late"),
        withdrawn=ends.count("withdrawn"),
        rejected=ends.count("rejected"),
        returned=len(returned),
        returned_by_post=int((returned["channel_out"] == "post").sum()),
        open_in_time=stands.count("open_in_time"),
        open_overdue=stands.count("open_overdue"),
    )
