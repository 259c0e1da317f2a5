"""Tables that the models of ``explain`` count when a question asks for them: nothing is stored.

The only way from a question to SQL. The rules are those of the stage, so a figure that the stage
gives as well is the same here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import polars as pl

from workbench.clock.lateness import lateness_profiles
from workbench.core.project import Project
from workbench.core.vocabulary import CALENDAR, Period, ReportSpan
from workbench.figures.estimates.sojourn_times import first_day
from workbench.warehouse import Warehouse

RequestTable = Literal[
    "counts",
    "daily_stock",
    "official_overruns",
    "passages",
    "step_time",
    "time_use",
    "verdict_counts",
]
"""What may be asked for: counts of dossiers (with fields of work of each unit in the place of
procedures, as forms have them) and overruns of reports, the open caseload day by day, the places
that dossiers passed through, working time by step and by kind of segment, and late dossiers with
and without suspect records."""
_PERIODS = {
    "convention": pl.String,
    "period": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}


def periods_table(spans: Iterable[ReportSpan]) -> pl.DataFrame:
    """Return periods and the days they cover as the models read them (table ``periods``)."""
    return pl.DataFrame([asdict(span) for span in spans], _PERIODS)


def up_to_each_day(period: Period, until: dt.date) -> list[ReportSpan]:
    """Return the part of a period up to each of its days, none after ``until`` (``daily_stock``).

    >>> spans = up_to_each_day(Period.parse("2022-01"), dt.date(2022, 1, 2))
    >>> [(span.period, str(span.starts_on)) for span in spans]
    [('2022-01-01', '2022-01-01'), ('2022-01-02', '2022-01-01')]
    """
    days = pl.date_range(period.starts_on, min(period.ends_on, until), eager=True)
    return [ReportSpan(CALENDAR, str(day), period.starts_on, day) for day in days]


def count_on_request(
    names: Iterable[RequestTable],
    folders: Iterable[Path],
    facts: Project,
    *,
    profile: str,
    spans: Iterable[ReportSpan] = (),
    since: dt.date | None = None,
) -> dict[str, pl.DataFrame]:
    """Return tables of ``explain`` by name, counted now for what is asked about.

    Args:
        names: The tables.
        folders: Folders that hold the tables of ``clean`` and ``clock``.
        facts: Project whose SQL models and lateness profiles apply.
        profile: Lateness profile under which dossiers are judged.
        spans: Periods, each under its reporting convention; a table that says nothing of periods
            needs none.
        since: The earliest day of a forecast, for ``passages``.

    Raises:
        InputRejected: A table is missing.
    """
    tables = tuple(names)
    with Warehouse(facts.pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.add_frame("periods", periods_table(spans))
        profiles = lateness_profiles(facts.reference / "profiles")
        warehouse.add_frame("profiles", profiles.filter(profile=profile))
        warehouse.set("profile", profile)
        warehouse.set("by_field", True)
        if since:
            warehouse.set("sojourns_since", first_day(since))
        warehouse.build("explain", wanted=tables)
        return {name: warehouse.frame(name) for name in tables}
