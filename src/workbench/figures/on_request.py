"""Tables that models count when a question asks for them: nothing is stored.

The only way from a question to SQL. The rules are those of the stage ``explain``, so a figure that
the stage gives as well is the same here; waits of steps and printed percentages have their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import CALENDAR, EVERYTHING, Period, ReportSpan
from workbench.figures.estimates.sojourn_times import first_day
from workbench.figures.waits import batch_heads
from workbench.warehouse import Warehouse

RequestTable = Literal[
    "closing_counts",
    "count_groups",
    "counts",
    "daily_stock",
    "official_overruns",
    "open_counts",
    "passages",
    "step_time",
    "time_use",
    "verdict_counts",
]
"""What may be asked for: counts of dossiers (with fields of work of each unit in the place of
procedures, as forms have them), of their closings and of the stock by number of the group,
overruns of reports, the open caseload day by day, the places that dossiers passed through, working
time by step and by kind of segment, and late dossiers with and without suspect records."""
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
    dossiers: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Return tables of ``explain`` by name, counted now for what is asked about.

    Args:
        names: The tables.
        folders: Folders that hold the tables of ``clean`` and ``clock``.
        facts: Project whose SQL models and lateness profiles apply.
        profile: Lateness profile under which dossiers are judged; ``*`` for each of them.
        spans: Periods, each under its reporting convention; a table that says nothing of periods
            needs none.
        since: The earliest day of a forecast, for ``passages``.
        dossiers: The rows of ``dossiers`` that count; all of the folders by default.

    Raises:
        InputRejected: A table is missing.
    """
    tables, places = tuple(names), tuple(folders)
    with Warehouse(facts.pipelines) as warehouse:
        for folder in places:
            warehouse.attach(folder)
        warehouse.add_frame("periods", periods_table(spans))
        if dossiers is not None:
            warehouse.add_frame("dossiers", dossiers)
            values = {} if profile == EVERYTHING else {"profile": profile}
            # a missing table is reported when a model reads it
            for file in filter(Path.is_file, (folder / "outcomes.parquet" for folder in places)):
                warehouse.add_frame("outcomes", rows_of_dossiers(file, dossiers, **values))
        profiles = lateness_profiles(facts.reference / "profiles")
        if profile != EVERYTHING:
            profiles = profiles.filter(profile=profile)
        warehouse.add_frame("profiles", profiles)
        warehouse.set("profile", profile)
        warehouse.set("by_field", True)
        if since:
            warehouse.set("sojourns_since", first_day(since))
        warehouse.build("explain", wanted=tables)
        return {name: warehouse.frame(name) for name in tables}


CLOSING_COUNTERS = frozenset(
    (
        *("done", "early", "on_time", "late", "unknown", "withdrawn", "rejected"),
        *("late_with_apology", "late_without_apology", "late_unrecorded"),
        *("fell_due", "fell_due_in_time"),
        *("open_total", "open_in_time", "open_overdue", "open_unknown", "waiting"),
        *("active_in_time", "active_overdue", "active_unknown"),
        *("overdue_with_apology", "overdue_without_apology", "overdue_unrecorded"),
    )
)
"""Counters of ``closing_counts`` and ``open_counts``: of dossiers by when they were closed."""


def closings_by_unit(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return ``CLOSING_COUNTERS`` of each profile, period and unit.

    Args:
        tables: ``count_groups``, ``closing_counts`` and ``open_counts``.
    """
    places = tables["count_groups"].filter(pl.col("channel_in") != EVERYTHING)
    both = pl.concat([tables["closing_counts"], tables["open_counts"]], how="diagonal")
    return (
        both.join(places.select("group_no", "unit_id"), on="group_no")
        .group_by("profile", "period", "unit_id")
        .agg(pl.sum(*CLOSING_COUNTERS))
    )


def find_period_dossiers(
    file_of: Callable[[str], Path], span: ReportSpan, profile: str
) -> pl.DataFrame:
    """Return the rows of dossiers that a period may count, of which most years have few.

    A period counts dossiers that are received, end, fall due or have their result returned in it,
    and those open in it. A day is allowed for zones; an end on an unknown date may be in it.

    Args:
        file_of: Gives the file of a stored table by its name.
        span: The period.
        profile: Lateness profile.
    """
    begins_at = dt.datetime.combine(span.starts_on, dt.time(), dt.UTC) - dt.timedelta(days=1)
    judged = pl.scan_parquet(file_of("outcomes")).filter(
        pl.col("profile") == profile,
        pl.any_horizontal(
            pl.col("ended_at_used").is_null(),
            *(pl.col(name) >= begins_at for name in ("ended_at_used", "due_at_used")),
        ),
    )
    received = pl.scan_parquet(file_of("dossiers")).filter(pl.col("received_on") <= span.ends_on)
    later = judged.select("dossier_id", is_judged_later=pl.lit(value=True))
    return (
        received.join(later, on="dossier_id", how="left", maintain_order="left")
        .filter(
            pl.any_horizontal(
                "is_judged_later",
                pl.col("received_on") >= span.starts_on,
                pl.col("returned_at") >= begins_at,
            )
        )
        .drop("is_judged_later")
        .collect()
    )


def rows_of_dossiers(
    file: Path, dossiers: pl.DataFrame, columns: Sequence[str] = (), **values: str
) -> pl.DataFrame:
    """Return the rows of a stored table that are about some dossiers and have some values."""
    ids = dossiers.lazy().select("dossier_id").unique()
    rows = pl.scan_parquet(file).filter(**values)
    about = rows.join(ids, on="dossier_id", how="semi", maintain_order="left")
    return (about.select(columns) if columns else about).collect()


def due_dates_known_on(
    day: dt.date, dossiers: pl.DataFrame, folders: Iterable[Path], facts: Project
) -> pl.DataFrame:
    """Return ``due_dates`` of some dossiers by the calendars as they were known on a day.

    Args:
        day: What was announced after it is left out.
        dossiers: Rows of ``dossiers``.
        folders: Folders that hold the tables of ``clean``.
        facts: Project with calendars, lateness profiles and SQL models.

    Raises:
        InputRejected: A table or calendar is missing.
    """
    calendars = Calendars.read(facts.reference / "calendars", known_on=day)
    with Warehouse(facts.pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.attach(facts.reference)
        warehouse.add_frame("dossiers", dossiers)
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.add_frame("unit_calendars", calendars.units())
        warehouse.add_frame("profiles", lateness_profiles(facts.reference / "profiles"))
        warehouse.build("clock", wanted=("due_dates",))
        return warehouse.frame("due_dates")


def split_waits(clean: Path, facts: Project, *, hours: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return each logged wait and its seconds by cause (``figures.waits``).

    Args:
        clean: Folder with the tables ``steps`` and ``dossiers``.
        facts: Project with calendars, reference tables and SQL models.
        hours: Working hours of holders as text: unit_id (may be null), holder_id, weekday (1 is
            Monday), opens, closes; ``holder_hours.csv`` of the reference when left out. Holders
            who are not in it have the office hours of their dossiers' calendar or, where that
            never closes, hours learned from their own stamps.

    Returns:
        One row per step with start, finish and holder that followed something: dossier_id,
        step_no, step, unit_id, holder_id, started_on, enabled_at, started_at, batch_size,
        ``wait_seconds`` and ``<cause>_seconds`` for each of ``WAITING_CAUSES``; ``delay_seconds``,
        how long at least something else than its holder delayed the step, work and rest of the
        holder meanwhile included. Steps still open and the first step of a dossier are left out,
        since the cause of their wait is unknown.

    Raises:
        InputRejected: A table or calendar is missing.
    """
    calendars = Calendars.read(facts.reference / "calendars")
    with Warehouse(facts.pipelines) as warehouse:
        warehouse.attach(clean)
        if hours is not None:
            warehouse.add_frame("holder_hours", hours)
        warehouse.attach(facts.reference)
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.build("waiting", wanted=("tasks", "enabled_tasks", "batch_runs"))
        warehouse.add_frame("batch_heads", batch_heads(warehouse.frame("batch_runs")))
        warehouse.build("waits", wanted=("waits",))
        return warehouse.frame("waits")


def find_rounded_rates(printed: pl.DataFrame) -> pl.DataFrame:
    """Return the printed percentages that do not follow from the counts beside them.

    Args:
        printed: rate_id, numerator, denominator and the number as printed (``printed_rates``).

    >>> columns = ("rate_id", "numerator", "denominator", "printed")
    >>> rows = [("a", 1725, 100000, "1.73"), ("b", 1725, 100000, "1.7")]
    >>> found = find_rounded_rates(pl.DataFrame(rows, columns, orient="row"))
    >>> found["rate_id"].to_list()
    ['b']
    """
    with Warehouse(shipped().pipelines, threads=1) as warehouse:
        warehouse.add_frame("printed_rates", printed)
        return warehouse.query("official/rounded_rates").sort("rate_id")
