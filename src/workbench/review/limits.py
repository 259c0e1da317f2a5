"""Tolerances of a comparison, beyond which it fails: ``flips=0``, ``late_done=0.5``.

A count is judged by ``flips``, ``appeared``, ``disappeared`` or ``figures``; a table by the number
of its rows that differ (``cells``), or that differ in one column (``cells.flagged``); ``schema`` by
the number of tables that exist on one side only or have another list of columns. A measure is
judged over all units together in every period, under the headline profile: a rate by its change in
percentage points, a count by its change in dossiers. A limit is passed when the change is
greater than it, and cannot be judged where the two sides have different headline profiles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl

from workbench.core import numerals
from workbench.core.errors import RuleFailed, UsageProblem
from workbench.core.vocabulary import EVERYTHING
from workbench.review.comparison import RevisionDiff

COUNTS = ("flips", "appeared", "disappeared", "figures")
SCHEMA = "schema"


def read_limits(texts: Sequence[str]) -> dict[str, float]:
    """Read ``name=number`` texts; several may stand in one, separated by commas.

    Raises:
        UsageProblem: A text has another form, or its number is negative.

    >>> read_limits(["flips=0,late_done=0.5"])
    {'flips': 0.0, 'late_done': 0.5}
    """
    limits = {}
    for text in (part for several in texts for part in several.split(",")):
        name, _, number = text.partition("=")
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not name.strip() or not limit >= 0:
            raise UsageProblem("revisions.bad_limit", text=text)
        limits[name.strip()] = limit
    return limits


def enforce_limits(revisions: RevisionDiff, limits: Mapping[str, float]) -> None:
    """Check every tolerance.

    Raises:
        UsageProblem: A limit names neither a count nor a measure of these revisions.
        RuleFailed: At least one tolerance is exceeded (the message lists each with its figure), or
            one on a measure cannot be judged since the headline profiles differ.
    """
    names = {*COUNTS, SCHEMA, *revisions.measure_names, *revisions.table_names}
    for name in limits:
        if name.split(".")[0] not in names:
            choices = ", ".join([*COUNTS, SCHEMA, *sorted(names - {*COUNTS, SCHEMA})])
            raise UsageProblem("revisions.no_such_limit", name=name, choices=choices)
    measures = set(limits) & (revisions.measure_names - {*COUNTS})
    if revisions.left_headline != revisions.headline and measures:
        left, right = revisions.left_headline, revisions.headline
        raise RuleFailed("revisions.limit_other_profile", left=left, right=right)
    changes = {name: _greatest_change(revisions, name) for name in limits}
    passed = [
        f"{name}: {numerals.decimal(change, 2)} > {numerals.decimal(limits[name], 2)}"
        for name, change in changes.items()
        if change > limits[name]
    ]
    if passed:
        raise RuleFailed("revisions.limit_passed", passed="; ".join(passed))


def _greatest_change(revisions: RevisionDiff, name: str) -> float:
    """Return a count, or the greatest change of a measure over all units together.

    A figure on one side only changes by its whole value.
    """
    if name in COUNTS:
        return revisions.counts[name]
    if name == SCHEMA:
        return sum(change.has_other_columns for change in revisions.tables)
    if name not in revisions.measure_names:
        return _changed_rows(revisions, *name.split(".", 1))
    moved = revisions.measures.filter(
        pl.col("measure") == name,
        pl.col("profile") == revisions.headline,
        *(pl.col(key) == EVERYTHING for key in ("unit_id", "procedure_id", "channel_in")),
    )
    unit = pl.when(pl.col("method") == "count").then(1).otherwise(100)
    difference = pl.col("right_value").fill_null(0) - pl.col("left_value").fill_null(0)
    return float(moved.select((difference.abs() * unit).max().fill_null(0)).item())


def _changed_rows(revisions: RevisionDiff, table: str, column: str = "") -> int:
    """Return how many rows of a table differ, in one column or at all.

    A row on one side only differs in every column.

    Raises:
        UsageProblem: The table differs and has no such column.
    """
    for change in revisions.tables:
        if change.table == table:
            if column and column not in change.all_columns:
                choices = ", ".join(change.all_columns)
                raise UsageProblem("revisions.no_such_column", name=column, choices=choices)
            on_one_side = change.added + change.removed
            return on_one_side + dict(change.columns).get(column, 0) if column else change.n_rows
    return 0
