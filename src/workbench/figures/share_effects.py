"""By how much shares vary that no table of measures holds month by month.

The share of late dossiers that are really late is counted from dossiers, by the day of their
closing. The overdue among the open at a close are a stock: no sample, but what happens to be
open on one day. It varies as it does from one month's end to the next, and by dossiers that fall
due together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures.design_effects import design_effects, month_effects, together_effects

_SHARES = ("unit_id", "period", "numerator", "denominator")
_ONE_PROFILE = pl.lit("").alias("profile")


def shares_of_closings(dossiers: pl.DataFrame, periods: Sequence[str]) -> pl.DataFrame:
    """Return the share of dossiers counted in each period, with its design effect.

    Args:
        dossiers: One row per dossier: unit_id, ended_on (its period), gathered_on (the day that
            it shares with others: of closing or, while it is open, of receipt), is_counted.
        periods: Labels of the periods wanted; dossiers of the other months of their half-years
            say how the months of a unit vary.

    Returns:
        unit_id (``*`` all together), period, numerator, denominator, design_effect: that of days
        or weeks of closing, or that of the unit's months, whichever is the largest.

    Source: as ``design_effects`` and ``month_effects``.
    """
    days = (
        pl.concat([dossiers, dossiers.with_columns(unit_id=pl.lit(EVERYTHING))])
        .group_by("unit_id", "ended_on", "gathered_on")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("is_counted").sum().cast(pl.Int64))
    )
    months = days["ended_on"].dt.strftime("%Y-%m").unique().sort()
    clusters = pl.concat(_clusters(days, label) for label in sorted({*periods, *months}))
    rates = clusters.select("unit_id", "period", numerator="n_late", denominator="n_dossiers")
    effects = design_effects(clusters.with_columns(_ONE_PROFILE)).drop("profile")
    shares = rates.filter(pl.col("period").is_in(list(periods)))
    shares = shares.join(effects, on=["unit_id", "period"])
    return _widened(shares, month_effects(rates, periods) or {})


def _clusters(days: pl.DataFrame, label: str) -> pl.DataFrame:
    """Return the rows of ``closing_clusters`` of one period, without the profile."""
    span = Period.parse(label)
    here = days.filter(pl.col("ended_on").is_between(span.starts_on, span.ends_on))
    day = pl.col("gathered_on")
    groups_of = [
        (kind, here.group_by("unit_id", start).agg(pl.sum("n", "is_counted")))
        for kind, start in (("day", day), ("week", day.dt.truncate("1w")))
    ]
    n, late = pl.col("n"), pl.col("is_counted")
    sums = [("squares", n * n), ("products", n * late), ("late_squares", late * late)]
    by_kind = [
        groups.group_by("unit_id").agg(
            pl.len().cast(pl.Int64).alias(f"n_{kind}s"),
            *(product.sum().alias(f"{kind}_{name}") for name, product in sums),
        )
        for kind, groups in groups_of
    ]
    totals = here.group_by("unit_id").agg(
        n.sum().alias("n_dossiers"), late.sum().alias("n_late"), pl.lit(label).alias("period")
    )
    for part in by_kind:
        totals = totals.join(part, on="unit_id")
    return totals.sort("unit_id")


def shares_of_stocks(
    stocks: pl.DataFrame, open_dossiers: pl.DataFrame, periods: Sequence[str]
) -> pl.DataFrame:
    """Return the overdue among the open at the close of each period, with its design effect.

    Args:
        stocks: unit_id (``*`` all together), period, numerator, denominator: of every month too.
        open_dossiers: One row per dossier open at the close of a period of ``periods``: unit_id,
            period, due_on, is_overdue.
        periods: Labels of the periods wanted.

    Returns:
        As ``shares_of_closings``. Dossiers of a unit that fall due on one day stay open together
        or not at all; besides, a stock varies as those of the unit's month ends do, and all
        together as the month ends of the units do.

    Source: Kish (1965), Survey Sampling, section 5.4, at a correlation of 1; ``month_effects``.
    """
    shares = stocks.filter(pl.col("period").is_in(list(periods)), pl.col("denominator") > 0)
    by_day = pl.concat(
        [
            _due_together(open_dossiers, shares, ["unit_id"]),
            _due_together(open_dossiers, shares, []),
        ]
    )
    shares = shares.select(_SHARES).join(by_day, on=["unit_id", "period"], how="left")
    shares = shares.with_columns(pl.col("design_effect").fill_null(1.0))
    shares = _widened(shares, month_effects(stocks, periods) or {})
    return _widened(shares, together_effects(stocks, periods))


def _due_together(
    open_dossiers: pl.DataFrame, shares: pl.DataFrame, by: Sequence[str]
) -> pl.DataFrame:
    """Return the effect of dossiers due on one day, by period and unit or for all together."""
    groups = open_dossiers.group_by("unit_id", "period", "due_on", "is_overdue").len("n")
    sizes = groups.group_by("period", *by, "is_overdue").agg(
        ((pl.col("n") ** 2).sum() / pl.col("n").sum()).alias("size")
    )
    if not by:
        sizes = sizes.with_columns(unit_id=pl.lit(EVERYTHING))
    share = pl.col("numerator") / pl.col("denominator")
    # a dossier counts by its distance from the share, so that overdue ones, which are few, count
    weight = pl.when("is_overdue").then(1 - share).otherwise(share)
    return (
        sizes.join(shares, on=["unit_id", "period"])
        .group_by("unit_id", "period")
        .agg((weight * pl.col("size")).sum().alias("design_effect"))
    )


def _widened(shares: pl.DataFrame, least: Mapping[tuple[str, str], float]) -> pl.DataFrame:
    """Return shares whose design effect is ``least`` at least, and never above their dossiers."""
    # as many dossiers as there are cannot be worth less than one
    effects = [
        min(
            max(row["design_effect"], least.get((row["unit_id"], row["period"]), 1.0), 1.0),
            row["denominator"],
        )
        for row in shares.iter_rows(named=True)
    ]
    # decided on rounded values, as processors differ in the last digit
    return shares.with_columns(design_effect=pl.Series(effects, dtype=pl.Float64).round(6))
