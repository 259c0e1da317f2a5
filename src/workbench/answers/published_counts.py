"""Counts of a publication: what a page prints of each unit and period, and what may be printed.

A headline is withheld only where no smaller count or sum protects as well: what is left out is
chosen by what a reader loses with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from workbench.answers.publication_cells import Counts, Shape, publication_system
from workbench.answers.publication_record import published_with, read_record
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.errors import RuleFailed
from workbench.core.vocabulary import EVERYTHING
from workbench.privacy import NothingLeftError, left_out, suppressed_cells

COUNTS = (
    "received",
    "resolved",
    "early",
    "on_time",
    "late",
    "unknown",
    "withdrawn",
    "rejected",
    "open_overdue",
)
RATES = {
    "late_done": ("late", "judged"),
    "late_or_overdue": ("late_or_overdue", "judged_or_overdue"),
    "online_in": ("received_online", "channel_known"),
    "post_out": ("returned_by_post", "returned"),
}
_SUMS = {
    "received": ("channel_known", "channel_unknown"),
    "channel_known": ("received_online", "received_otherwise"),
    "resolved": ("judged", "unknown"),
    "judged": ("in_time", "late"),
    "in_time": ("early", "on_time"),
    "late_or_overdue": ("late", "open_overdue"),
    "judged_or_overdue": ("judged", "open_overdue"),
    "returned": ("returned_by_post", "returned_otherwise"),
}
"""Sums that a page shows or lets a reader compute."""

CELLS = tuple(dict.fromkeys([*COUNTS, *_SUMS, *(part for sums in _SUMS.values() for part in sums)]))
_HEADLINES = ("received", "resolved", "late", "judged", "open_overdue")
_PRINTED = (*COUNTS, *(part for rate in RATES.values() for part in rate))
_WEIGHTS = {name: (name in _PRINTED) + 3 * (name in _HEADLINES) for name in CELLS}
"""What a reader loses with a dossier: most with a headline, nothing with a sum never printed."""
_SHAPE = Shape(CELLS, _SUMS, ("open_overdue",), ("late_or_overdue", "judged_or_overdue"), _WEIGHTS)


def publishable_counts(run: Run, periods: list[str], profile: str) -> pl.DataFrame:
    """Return the counts of each unit and period; those that must be withheld are missing."""
    units, record, snapshot = run.units(), read_record(run.home), run.snapshot
    system = publication_system(
        _SHAPE,
        lambda profile, some: _counts(run.measures_under(profile), units, some, profile),
        units,
        (profile, periods),
        record,
        snapshot.date() if snapshot else dt.date.max,
    )
    try:
        hidden = suppressed_cells(
            system.values, system.lines, beside=system.beside, costs=system.costs
        )
    except NothingLeftError as problem:
        place = system.places[problem.args[0]]
        raise RuleFailed(
            "published.not_beside",
            period=numerals.period(periods[0]),
            unit=run.unit_name(place[0]),
            earlier=published_with(record, system.places) or "-",
        ) from problem
    return left_out(_whole(run.measures_under(profile), units, periods, profile), CELLS, hidden)


def _whole(
    measures: pl.DataFrame, units: list[str], periods: list[str], profile: str
) -> pl.DataFrame:
    """Return every cell before suppression: one row per unit and period."""
    scope_rows = measures.filter(
        pl.col("profile") == profile,
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
        pl.col("period").is_in(periods),
    )
    estimates = {
        (unit, period, measure): (above, below or 0)
        for unit, period, measure, above, below in scope_rows.select(
            "unit_id", "period", "measure", "numerator", "denominator"
        ).rows()
    }
    rows = [
        {"unit_id": unit, "period": period, **_counted(estimates, unit, period)}
        for unit in (EVERYTHING, *units)
        for period in dict.fromkeys(periods)
    ]
    return pl.DataFrame(rows)


def _counts(
    measures: pl.DataFrame, units: list[str], periods: Sequence[str], profile: str
) -> Counts:
    rows = _whole(measures, units, list(periods), profile)
    return {(row["unit_id"], row["period"]): {n: row[n] for n in CELLS} for row in rows.to_dicts()}


def _counted(
    found: dict[tuple[str, str, str], tuple[int, int]], unit: str, period: str
) -> dict[str, int]:
    def pair(measure: str) -> tuple[int, int]:
        return found.get((unit, period, measure), (0, 0))

    cells = {name: pair(name)[0] for name in COUNTS if name != "resolved"}
    for rate in ("online_in", "post_out"):
        above, below = RATES[rate]
        cells[above], cells[below] = pair(rate)
    cells["channel_unknown"] = cells["received"] - cells["channel_known"]
    cells["received_otherwise"] = cells["channel_known"] - cells["received_online"]
    cells["returned_otherwise"] = cells["returned"] - cells["returned_by_post"]
    for total in ("in_time", "judged", "resolved", "late_or_overdue", "judged_or_overdue"):
        cells[total] = sum(cells[part] for part in _SUMS[total])
    return {name: cells[name] for name in CELLS}
