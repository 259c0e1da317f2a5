"""Since when the closings of a register that begins on a date are those of all dossiers.

A register that knows of no dossier received before its first day has only quick ones among its
first closings, so that its first late rates are too low.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from workbench.core.vocabulary import Period

_FIRST_DAY = 0.005
"""Part of the dossiers that may be older: a few wrong years are no beginning."""
_GOOD_PART = 0.1
"""Part of a period that lacks long dossiers from which on its late rate is too low to compare."""
_LONG = 0.95
"""Part of the closed dossiers that took no longer than the day from which they are complete."""


@dataclass(frozen=True)
class RegisterStart:
    """When a register begins, and from which day the dossiers that take long are among it."""

    begins_on: dt.date
    complete_on: dt.date

    def is_within(self, period: Period) -> bool:
        """Return whether a good part of a period lies before the closings are complete."""
        days = (period.ends_on - period.starts_on).days + 1
        return (self.complete_on - period.starts_on).days >= _GOOD_PART * days


def register_start(dossiers: pl.DataFrame) -> RegisterStart | None:
    """Return when a register begins and is complete; None without a closed dossier.

    Args:
        dossiers: received_on, and ended_on where the dossier is closed.

    Source: left truncation, Klein and Moeschberger (2003), Survival Analysis, section 3.4.

    >>> days = pl.date_range(dt.date(2022, 1, 3), dt.date(2022, 6, 30), eager=True)
    >>> dossiers = pl.DataFrame({"received_on": days, "ended_on": days.dt.offset_by("20d")})
    >>> register_start(dossiers).complete_on
    datetime.date(2022, 1, 23)
    """
    closed = dossiers.drop_nulls()
    if closed.is_empty():
        return None
    took = (pl.col("ended_on") - pl.col("received_on")).dt.total_days()
    days = closed.select(took.quantile(_LONG, "nearest")).item()
    received = dossiers["received_on"].drop_nulls().sort()
    begins_on: dt.date = received[int(_FIRST_DAY * received.len())]
    return RegisterStart(begins_on, begins_on + dt.timedelta(days=max(int(days), 0)))
