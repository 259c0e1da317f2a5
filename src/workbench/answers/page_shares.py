"""The three shares at the head of a page: each of a unit and of all, beside an earlier period.

Every one is judged by the unit's own dossiers; how far other units change is no error of its
change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.answers.columns import Row
from workbench.answers.questions import RATE, Scope
from workbench.answers.run import Run
from workbench.answers.undecided_returns import widen_changes
from workbench.core.vocabulary import REALITIES, Period
from workbench.figures import compare
from workbench.figures.share_effects import shares_of_closings, shares_of_stocks

_OPEN = ("open_in_time", "open_overdue", "open_unknown")


@dataclass(frozen=True)
class PageShare:
    """A share of the page: its name, the section of its figures, and both sides by unit."""

    name: str
    section: str
    compared: pl.DataFrame

    def row(self, unit: str) -> Row:
        """Return both sides and their difference, for a unit or all."""
        rows = self.compared.filter(pl.col("unit_id") == unit)
        return rows.row(0, named=True) if rows.height else {}


@dataclass(frozen=True)
class PageShares:
    """Makes the shares of one scope; ``against`` is the earlier period, or nothing."""

    run: Run
    scope: Scope
    against: str

    def late(self) -> PageShare:
        """Return the late among the resolved and overdue."""
        compared = compare.change(
            self.run.measures_under(self.scope.profile),
            left=self.against,
            right=self.scope.period,
            profile=self.scope.profile,
            measure=RATE,
        )
        widened = widen_changes(self.run, compared, self.scope, self.against)
        return PageShare("late", "compare_periods", widened)

    def really_late(self) -> PageShare:
        """Return the really late among the late."""
        shares = reality_shares(self.run.late_dossiers, REALITIES[0], self._periods())
        return self._beside("real", "reality", shares)

    def overdue(self) -> PageShare:
        """Return the overdue among the open."""
        stocks = (
            self.run.measures_under(self.scope.profile)
            .group_by("unit_id", "period")
            .agg(_sum_of("open_overdue", name="numerator"), _sum_of(*_OPEN, name="denominator"))
            .filter(pl.col("denominator") > 0)
            .sort("unit_id", "period")
        )
        shares = shares_of_stocks(stocks, self._open_at_closes(), self._periods())
        return self._beside("overdue", "headline", shares)

    def _open_at_closes(self) -> pl.DataFrame:
        """Return the dossiers open at the close of each period, with the day they fall due.

        Only for how far those due on one day go together; what is overdue is counted by the
        measures, which leave out a paused dossier.
        """
        ends = pl.DataFrame(
            {
                "period": self._periods(),
                "closes_on": [Period.parse(p).ends_on for p in self._periods()],
            }
        )
        ended_on = pl.col("ended_at_used").dt.date()
        return (
            self.run.outcomes.filter(pl.col("profile") == self.scope.profile)
            .join(self.run.dossiers.select("dossier_id", "unit_id", "received_on"), on="dossier_id")
            .join(ends, how="cross")
            .filter(
                pl.col("received_on") <= pl.col("closes_on"),
                ended_on.is_null() | (ended_on > pl.col("closes_on")),
            )
            .with_columns(pl.col("due_at_used").dt.date().alias("due_on"))
            .select(
                *("unit_id", "period", "due_on"),
                (pl.col("due_on") <= pl.col("closes_on"))
                .fill_null(value=False)
                .alias("is_overdue"),
            )
        )

    def _periods(self) -> list[str]:
        return [period for period in (self.against, self.scope.period) if period]

    def _beside(self, name: str, section: str, shares: pl.DataFrame) -> PageShare:
        sides = [
            shares.filter(pl.col("period") == period).select(
                "unit_id",
                *(
                    pl.col(column).alias(f"{side}_{column}")
                    for column in ("numerator", "denominator", "design_effect")
                ),
            )
            for side, period in (("left", self.against), ("right", self.scope.period))
        ]
        return PageShare(name, section, compare.changes(*sides))


def reality_shares(
    late_dossiers: pl.DataFrame, reality: str, periods: Sequence[str]
) -> pl.DataFrame:
    """Return the share of the late dossiers of a reality, by unit: see ``shares_of_closings``."""
    late = late_dossiers.select(
        *("unit_id", "ended_on"),
        pl.when(pl.col("outcome") == "late")
        .then("ended_on")
        .otherwise("received_on")
        .alias("gathered_on"),
        (pl.col("reality") == reality).alias("is_counted"),
    )
    return shares_of_closings(late, periods)


def _sum_of(*counts: str, name: str) -> pl.Expr:
    numbers = pl.col("numerator").filter(pl.col("measure").is_in(counts))
    return numbers.sum().cast(pl.Int64).alias(name)
