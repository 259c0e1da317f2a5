"""Dossiers of which only the return to the applicant is dated, after the due date (rule P14).

Whether their result was ready in time is not known, so they are in no rate; those returned in time
are. A late share without them is too low for certain, and is never stated without its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workbench.answers.answer import Claim, claim
from workbench.answers.columns import Row
from workbench.answers.phrasing import of_unit
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.messages import say

LATE_RATES = ("late_or_overdue", "late_done")
"""Rates that rise with each late dossier."""
_RULE = "P14"


@dataclass(frozen=True)
class LateBounds:
    """A late share with all undecided dossiers in time, and with all of them late."""

    n_undecided: int
    least: float
    most: float

    @classmethod
    def of(cls, rate: Row, n_undecided: int) -> LateBounds:
        """Return the bounds of a row of ``measures`` with that many undecided dossiers."""
        late, whole = rate["numerator"], rate["denominator"] + n_undecided
        if not whole:
            return cls(n_undecided, 0.0, 0.0)
        return cls(n_undecided, late / whole, (late + n_undecided) / whole)

    def exceed(self, upper: float | None) -> bool:
        """Return whether what is not known is more than what chance explains."""
        return bool(self.n_undecided) and (upper is None or self.most > upper)

    def claims(self) -> tuple[Claim, ...]:
        """Return what the rate leaves out, and between what it lies with that."""
        if not self.n_undecided:
            return ()
        words = {"least": numerals.percent(self.least), "most": numerals.percent(self.most)}
        n = numerals.count(self.n_undecided)
        return (claim(say("briefing.undecided_returns", n=n, **words), 1),)


def count_undecided_returns(run: Run, scope: Scope) -> dict[str, int]:
    """Return the undecided dossiers returned in a period, by unit and for ``*``, as far as asked.

    Args:
        run: Its table of dossiers.
        scope: Period and unit.
    """
    span = Period.parse(scope.period)
    undecided = of_unit(
        run.dossiers.filter(
            pl.col("returned_at").dt.date().is_between(span.starts_on, span.ends_on),
            lateness_excluded=_RULE,
        ),
        scope.unit,
    )
    counts = dict(undecided.group_by("unit_id").len().rows())
    return {EVERYTHING: undecided.height, **counts}


def widen_changes(run: Run, changes: pl.DataFrame, scope: Scope, against: str) -> pl.DataFrame:
    """Return changes of a late rate whose intervals hold whatever the undecided dossiers were.

    Args:
        run: Its table of dossiers.
        changes: Rows of ``compare.change``.
        scope: Period and unit of the right side.
        against: Period of the left side, or nothing.
    """
    periods = {"left": against, "right": scope.period}
    counts = {
        side: count_undecided_returns(run, Scope(period, EVERYTHING, scope.profile))
        for side, period in periods.items()
        if period
    }
    if not any(n[EVERYTHING] for n in counts.values()):
        return changes
    rows = [_widen(row, counts) for row in changes.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=changes.schema)


def _widen(row: Row, counts: Mapping[str, Mapping[str, int]]) -> Row:
    if row["difference"] is None:
        return row
    left, right = (
        LateBounds.of(
            {part: row[f"{side}_{part}"] for part in ("numerator", "denominator")},
            counts[side].get(row["unit_id"], 0),
        )
        for side in ("left", "right")
    )
    least, most = right.least - left.most, right.most - left.least
    lower = {name: min(row[name], least) for name in ("lower", "sure_lower")}
    upper = {name: max(row[name], most) for name in ("upper", "sure_upper")}
    return {**row, **lower, **upper}
