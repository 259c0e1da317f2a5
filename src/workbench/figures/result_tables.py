"""The tables that statistics make from counted ones: cells, gaps and what would have helped.

SQL counts all rows; here small counts are compared. Each table carries interval, method and
evidence level, and is ordered by its key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from workbench.clock import Calendars
from workbench.core.vocabulary import EVERYTHING, PERIOD_KINDS, Period, PeriodKind
from workbench.figures import compare, whatif
from workbench.figures.design_effects import month_effects

_SHORT_MONTH = 18
"""A month with fewer working days is one of long holidays, in Viet Nam that of Tết."""
_MORE_OFFICERS = 1
Pair = tuple[compare.Side, compare.Side]
"""Two sides of a comparison, left and right."""
_WHOLE_DAY = 86_400


def cells(cause_cells: pl.DataFrame | pl.LazyFrame, snapshot_on: dt.date) -> pl.DataFrame:
    """Return unit x period x cause against what the others had, every kind of period a family.

    Periods that had not ended at the snapshot stay out: they hold all that is overdue and little
    of what was resolved, and would name whoever reports early.
    """
    given = cause_cells.lazy()
    ended = [p for p in _names(given, "period") if Period.parse(p).ends_on <= snapshot_on]
    ended_cells = given.filter(pl.col("period").is_in(ended))
    parts = [compare.cells(ended_cells, kind=kind) for kind in PERIOD_KINDS]
    return pl.concat(parts).sort("unit_id", "period", "cause")


def gaps(
    cause_cells: pl.DataFrame | pl.LazyFrame,
    overdue_cells: pl.DataFrame,
    cells: pl.DataFrame,
    months: Mapping[str, str],
    rates: pl.DataFrame,
    *,
    kind: PeriodKind,
    pairs: Sequence[Pair] = (),
) -> pl.DataFrame:
    """Return every unit against its peers, and every period against the two before it.

    Periods of one kind: each beside the one just before and the one a year before, for every
    unit and for all together. What falls into months of long holidays is the calendar's part.

    Args:
        cause_cells: The table of that name.
        overdue_cells: The table of that name.
        cells: That of ``cells``: units flagged there are not among the peers in that period.
        months: ``month_classes``: which months hold long holidays.
        rates: The late share of ``measures`` by unit and period with its design effect; between
            two periods a unit varies as its months do, if that is more.
        kind: Kind of the periods.
        pairs: Sides to compare instead (left, right), in periods of that kind.
    """
    given = cause_cells.lazy()
    asked = pairs or _usual_pairs(given, kind)
    named_periods = sorted({side.period for pair in asked for side in pair})
    of_periods = given.filter(pl.col("period").is_in(named_periods))
    classed = given.filter(pl.col("period").is_in(list(months))) if months else of_periods
    companions = compare.companions_by_cause(given, kind=kind)
    effects = _effects(rates, asked)
    flagged = cells.filter("flagged")
    parts = [
        compare.gaps(
            rows,
            [pair for pair in asked if (pair[0].period == pair[1].period) is is_one_period],
            overdue=overdue_cells,
            calendar=None if is_one_period else months or None,
            effects=effects,
            companions=companions,
            named=flagged,
        )
        for rows, is_one_period in ((of_periods, True), (classed, False))
    ]
    return pl.concat(parts).sort("comparison", maintain_order=True)


def _effects(rates: pl.DataFrame, pairs: Iterable[Pair]) -> dict[tuple[str, str, str], float]:
    """Return design effects by unit, period and that of the other side, of months where it differs.

    As ``compare.change`` has them, so that a gap between two periods has its interval.
    """
    of_periods = rates.select("unit_id", "period", "design_effect").rows()
    effects: dict[tuple[str, str, str], float] = {}
    for periods in sorted({(left.period, right.period) for left, right in pairs}):
        is_change = periods[0] != periods[1]
        of_months = (month_effects(rates, periods) or {}) if is_change else {}
        effects |= {
            (unit, period, periods[period == periods[0]]): max(
                effect, of_months.get((unit, period), 1.0)
            )
            for unit, period, effect in of_periods
            if period in periods
        }
    return effects


def _usual_pairs(cause_cells: pl.LazyFrame, kind: PeriodKind) -> list[Pair]:
    labels = sorted(p for p in _names(cause_cells, "period") if Period.parse(p).kind == kind)
    units = [unit for unit in _names(cause_cells, "unit_id") if unit != EVERYTHING]
    to_peers = [
        (compare.Side(compare.PEERS, label), compare.Side(unit, label))
        for label in labels
        for unit in units
    ]
    return [*to_peers, *_own_past(units, labels)]


def _names(cause_cells: pl.LazyFrame, column: str) -> list[str]:
    return cause_cells.select(pl.col(column).unique().sort()).collect()[column].to_list()


def _own_past(units: list[str], labels: list[str]) -> Iterator[Pair]:
    for label in labels:
        period = Period.parse(label)
        for before in {str(period.previous()), str(period.a_year_before())} & set(labels):
            for unit in (EVERYTHING, *units):
                yield compare.Side(unit, before), compare.Side(unit, label)


def month_classes(
    labels: Iterable[str], calendars: Calendars, used: Iterable[str]
) -> dict[str, str]:
    """Return which months hold long holidays (``tet``) in the calendars used, and which not.

    Nothing when every calendar used is open day and night: there is no holiday to speak of.

    >>> from workbench.core.project import shipped
    >>> calendars = Calendars.read(shipped().reference / "calendars")
    >>> month_classes(["2022-02", "2022-03", "2022-H1"], calendars, ["vn_dong_thap"])
    {'2022-02': 'tet', '2022-03': 'plain'}
    >>> month_classes(["2022-02"], calendars, ["always"])
    {}
    """
    working_days = calendars.days().filter(
        pl.col("calendar_id").is_in(list(used)), pl.col("is_working")
    )
    if working_days.filter(pl.col("length") < _WHOLE_DAY).is_empty():
        return {}
    days = working_days.group_by(
        "calendar_id", pl.col("day").dt.strftime("%Y-%m").alias("month")
    ).len()
    length = dict(days.group_by("month").agg(pl.col("len").max()).iter_rows())
    months = sorted(label for label in set(labels) if Period.parse(label).kind == "month")
    return {m: "tet" if length.get(m, _SHORT_MONTH) < _SHORT_MONTH else "plain" for m in months}


def what_if(
    counts: pl.DataFrame, log: whatif.TransferLog, calendars: Calendars, scenarios: pl.DataFrame
) -> pl.DataFrame:
    """Return what each scenario would have saved, with the assumption under which it holds.

    Args:
        counts: ``whatif_counts``.
        log: The steps that are replayed.
        calendars: Working time of the units.
        scenarios: The reviewed scenarios: scenario, assumption_vi, assumption_en.
    """
    single = single_causes(counts, log, calendars)
    queued = whatif.more_officers(
        log.visits,
        log.late,
        working=lambda name, seconds: calendars[name].w(seconds),
        scenario="one_more_officer",
        more=_MORE_OFFICERS,
    )
    queued = queued.select(pl.col(name).cast(kind) for name, kind in single.schema.items())
    assumptions = scenarios.select(
        "scenario", pl.col("assumption_vi").alias("assumption"), "assumption_en"
    )
    return (
        pl.concat([single, queued])
        .join(assumptions, on="scenario", how="left")
        .sort("scenario", "unit_id", "period")
    )


def single_causes(
    counts: pl.DataFrame, log: whatif.TransferLog, calendars: Calendars
) -> pl.DataFrame:
    """Return what each scenario about one cause would have saved; capacity stays as it was."""
    shifted = whatif.shifted(counts)
    passed = whatif.whatif_transfer_rule(log, calendars, scenario="transfer_same_day")
    passed = passed.select(pl.col(name).cast(kind) for name, kind in shifted.schema.items())
    return pl.concat([shifted, passed]).sort("scenario", "unit_id", "period")


def watchlist(
    progress: pl.DataFrame | pl.LazyFrame, places: pl.DataFrame, passages: pl.DataFrame
) -> pl.DataFrame:
    """Return every open dossier with its risk of running late and where it waits.

    Args:
        progress: The table of that name.
        places: ``open_positions``: due instant, slack, step and holder of each open dossier.
        passages: The table of that name; empty for logs without steps.

    Returns:
        One row per open dossier: unit_id, due_at, slack_seconds (working seconds left, negative
        when overdue), risk with lower and upper from where it is and its unit's own current
        speed, waiting_at (the step), kind, is_after_step (between two steps), holder_id,
        since_at, method. Level 2. A dossier already overdue has risk 1.
    """
    risks = compare.breach_risks(progress, passages).drop("evidence_level")
    positions = risks.join(places, on="dossier_id", how="left").sort("dossier_id")
    return positions.select(
        *("dossier_id", "unit_id", "due_at", "slack_seconds", "spent", "risk", "lower", "upper"),
        pl.col("step").alias("waiting_at"),
        *("kind", "is_after_step", "step_unit_id", "holder_id", "since_at", "method"),
        pl.lit(2, pl.Int32).alias("evidence_level"),
    )
