"""What of a comparison may leave the office: figures whose later side is published already.

Only figures of everything together stand in it, and only cells that the last publication shows
with the value of the later side (``answers.publication_record``). The earlier side and every move
go through suppression of small counts with the sums among them: a move of 1 to 4 dossiers beside a
published count would say as much as a count of 1 to 4. Dossiers, units, causes, the rows of tables
and the effects of groups of inputs stay in the office.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say
from workbench.privacy import THRESHOLD, Beside, NothingLeftError, Sum, suppressed_cells
from workbench.review import scoreboard
from workbench.review.comparison import RevisionDiff

_CELLS = {
    "received": ("received",),
    "resolved": ("resolved",),
    "late": ("late",),
    "open_overdue": ("open_overdue",),
    "late_done": ("late", "judged"),
    "late_or_overdue": ("late_or_overdue", "judged_or_overdue"),
}
"""The counts that a headline figure shows: its numerator, and its denominator if it has one."""
_SUMS = {
    "resolved": ("judged", "unknown"),
    "judged": ("in_time", "late"),
    "late_or_overdue": ("late", "open_overdue"),
    "judged_or_overdue": ("judged", "open_overdue"),
}
"""Sums among the counts, as a published page shows them."""


def published_parts(revisions: RevisionDiff, record: pl.DataFrame) -> Iterator[str | Table]:
    """Yield what may leave the office: figures that are public already, and the inputs."""
    period = scoreboard.latest_half(revisions.figures)
    of_period = revisions.figures.filter(pl.col("period") == period)
    figures = _publishable(of_period, record, revisions.headline)
    words = {"period": numerals.period(period) if period else numerals.MISSING}
    yield say("revisions.published", threshold=THRESHOLD, **words)
    if figures.is_empty():
        yield say("revisions.published_none", **words)
    else:
        yield scoreboard.period_table(figures, period, revisions.headline)
    if revisions.reasons:
        yield scoreboard.why_sentence(revisions.reasons)


def _publishable(figures: pl.DataFrame, record: pl.DataFrame, profile: str) -> pl.DataFrame:
    """Return the headline figures of one period that may be shown with both sides.

    Args:
        figures: Headline figures of both sides in that period.
        record: Every cell published before.
        profile: The lateness profile of both sides.
    """
    rows = {row["measure"]: row for row in figures.iter_rows(named=True)}
    period = figures["period"].first()
    ours = record.filter(
        pl.col("unit_id") == EVERYTHING, pl.col("period") == period, pl.col("profile") == profile
    )
    left, right = _counts(rows, "left"), _counts(rows, "right")
    published = {
        name
        for name, value in ours.select("measure", "value").iter_rows()
        if value is not None and right.get(name) == value
    }
    visible = _visible(left, right, published)
    return figures.filter(
        pl.col("measure").is_in([m for m, cells in _CELLS.items() if visible.issuperset(cells)])
    )


def _counts(rows: Mapping[str, Mapping[str, Any]], side: str) -> dict[str, int]:
    """Return the counts of one side that its figures say; a missing one is not among them."""
    counts = {
        cell: rows[measure][f"{side}_{part}"]
        for measure, cells in _CELLS.items()
        if measure in rows
        for cell, part in zip(cells, ("numerator", "denominator"), strict=False)
    }
    counts = {cell: int(value) for cell, value in counts.items() if value is not None}
    if counts.keys() >= {"resolved", "judged", "late"}:
        counts["unknown"] = counts["resolved"] - counts["judged"]
        counts["in_time"] = counts["judged"] - counts["late"]
    return counts


def _visible(left: Mapping[str, int], right: Mapping[str, int], published: set[str]) -> set[str]:
    """Return the counts of which both sides and the move may be seen."""
    names = [name for name in left if name in right]
    values: list[int] = []
    lines: list[Sum] = []
    for name in names:
        n = len(values)
        before, after = left[name], right[name]
        values += [before, after, abs(after - before)]
        larger, smaller = (n + 1, n) if after > before else (n, n + 1)
        lines.append(Sum(larger, (smaller, n + 2)))
    at = {name: 3 * i for i, name in enumerate(names)}
    lines += [
        Sum(at[total] + side, tuple(at[part] + side for part in parts))
        for total, parts in _SUMS.items()
        if {total, *parts} <= at.keys()
        for side in (0, 1)
    ]
    public = frozenset(at[name] + 1 for name in names if name in published)
    unpublished = frozenset(at[name] + 1 for name in names if name not in published)
    try:
        hidden = suppressed_cells(values, lines, beside=Beside(public, unpublished, frozenset()))
    except NothingLeftError:
        return set()
    return {name for name in published & at.keys() if not hidden & {at[name], at[name] + 2}}
