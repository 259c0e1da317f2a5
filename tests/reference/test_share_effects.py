"""Shares without a table of months: judged by a unit's own days, weeks, months and due days."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from workbench.figures import compare
from workbench.figures.design_effects import together_effects
from workbench.figures.share_effects import shares_of_closings, shares_of_stocks

PERIODS = ("2021-H2", "2022-H1")


def closings(
    random: np.random.Generator, shares: dict[str, tuple[float, float]], batch: int
) -> pl.DataFrame:
    """Late dossiers of units, 60 a half-year in batches of one day, really late by a share."""
    rows = []
    for unit, of_halves in shares.items():
        for first, share in zip((dt.date(2021, 7, 1), dt.date(2022, 1, 1)), of_halves, strict=True):
            for is_real in random.random(60 // batch) < share:
                day = first + dt.timedelta(int(random.integers(0, 181)))
                rows += [(unit, day, day, bool(is_real))] * batch
    return pl.DataFrame(rows, ["unit_id", "ended_on", "gathered_on", "is_counted"], orient="row")


def changes_of(shares: pl.DataFrame) -> pl.DataFrame:
    columns = ("numerator", "denominator", "design_effect")
    return compare.changes(
        *(
            shares.filter(period=period).select(
                "unit_id", *(pl.col(name).alias(f"{side}_{name}") for name in columns)
            )
            for side, period in zip(("left", "right"), PERIODS, strict=True)
        )
    )


def moved_units(changes: pl.DataFrame) -> set[str]:
    moved = changes.filter((pl.col("sure_lower") > 0) | (pl.col("sure_upper") < 0))
    return set(moved["unit_id"])


def test_units_that_move_are_said_though_most_move_and_none_where_nothing_changed():
    random = np.random.default_rng(8)
    alike = {f"A{n}": (0.7, 0.7) for n in range(5)}
    movers = {f"M{n}": (0.9, 0.4) for n in range(9)}
    for batch, least in ((1, 0.9), (3, 0.5)):
        drawn = closings(random, alike | movers, batch)
        moved = moved_units(changes_of(shares_of_closings(drawn, PERIODS)))
        assert len(moved & set(movers)) >= least * len(movers)
        assert not moved & set(alike)


def test_dossiers_closed_in_batches_are_worth_one_each():
    random = np.random.default_rng(2)
    units = {f"U{n}": (0.6, 0.6) for n in range(30)}
    shares = shares_of_closings(closings(random, units, 5), PERIODS)
    assert shares["denominator"].filter(shares["unit_id"] != "*").to_list() == [60] * 60
    each = shares.filter(pl.col("unit_id") != "*")["design_effect"]
    assert each.mean() == pytest.approx(5, rel=0.15)
    # all together differ by the months of each
    together = shares.filter(unit_id="*")["design_effect"]
    assert together.to_list() == [pytest.approx(5, rel=0.3)] * 2


def stock(unit: str, period: str, overdue: int, still_open: int) -> dict[str, object]:
    return {
        "unit_id": unit,
        "period": period,
        "numerator": overdue,
        "denominator": still_open,
    }


def test_a_stock_counts_dossiers_due_on_one_day_as_one():
    # four overdue, due on two days; six in time, due on three days
    days = [1, 1, 2, 2, 40, 40, 40, 40, 41, 42]
    open_ones = pl.DataFrame(
        {
            "unit_id": "U",
            "period": "2022-H1",
            "due_on": [dt.date(2022, 6, 1) + dt.timedelta(day) for day in days],
            "is_overdue": [day < 30 for day in days],
        }
    )
    stocks = pl.DataFrame([stock(unit, "2022-H1", 4, 10) for unit in ("*", "U")])
    shares = shares_of_stocks(stocks, open_ones, ["2022-H1"])
    # 0.6 of groups of (4 + 4) / 4 and 0.4 of groups of (16 + 1 + 1) / 6
    assert shares["design_effect"].to_list() == [pytest.approx(0.6 * 2 + 0.4 * 3)] * 2


def test_a_stock_varies_as_the_month_ends_of_its_unit_do():
    months = [f"2022-{n:02d}" for n in range(1, 7)]
    uneven = [stock("U", month, 12 * (n % 2), 60) for n, month in enumerate(months)]
    even = [stock(f"E{n}", month, 6, 60) for n in range(4) for month in months]
    units = [*uneven, *even]
    together = [
        stock("*", month, sum(int(str(r["numerator"])) for r in units if r["period"] == month), 300)
        for month in months
    ]
    ends = [stock(unit, "2022-H1", 6, 60) for unit in ("U", "E0")] + [
        stock("*", "2022-H1", 36, 300)
    ]
    none_open = pl.DataFrame(
        schema={
            "unit_id": pl.String,
            "period": pl.String,
            "due_on": pl.Date,
            "is_overdue": pl.Boolean,
        }
    )
    shares = shares_of_stocks(pl.DataFrame([*units, *together, *ends]), none_open, ["2022-H1"])
    effect = dict(shares.select("unit_id", "design_effect").iter_rows())
    # six months, 36 off each: 36 * 6 * 6 / 5 over 36 * 0.9, and five of its fifteen parts
    assert effect["U"] == pytest.approx(5 * 8 / 15)
    assert effect["E0"] == 1.0
    # all together: the same 259.2 of the one unit over 180 * 0.9
    assert effect["*"] == pytest.approx(259.2 / 162)


def together_effect(of_months: list[list[int]], period: str = "2022-H1") -> float:
    """Return the effect of all together, of six units with so many of 60 overdue a month."""
    ends = [
        stock(f"U{n}", f"{2021 + half}-{6 * (1 - half) + month:02d}", late, 60)
        for n in range(6)
        for half, months in enumerate(of_months)
        for month, late in enumerate(months, 1)
    ]
    whole = pl.DataFrame(ends).group_by("period").agg(pl.sum("numerator", "denominator"))
    rates = pl.concat(
        [pl.DataFrame(ends), whole.select(pl.lit("*").alias("unit_id"), pl.all())]
    ).sort("unit_id", "period")
    return together_effects(rates, PERIODS)["*", period]


def test_month_ends_that_carry_over_vary_more_than_they_show():
    up_and_down = [[0, 12] * 3] * 2
    rising = [[0, 0, 0, 12, 12, 12]] * 2
    # neighbours more alike than any carry-over looks: that of 0.9, of which so much shows
    likeness = 0.9 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    centred = np.eye(6) - 1 / 6
    shown = np.trace(centred @ likeness @ centred) / 5
    assert together_effect(rising) == pytest.approx(together_effect(up_and_down) / shown, rel=1e-6)


def test_a_quiet_half_year_of_all_together_varies_as_both_do():
    # 36 off each month end: 6 units * 259.2, over 216 of 2160 there and nothing here
    both = 6 * 259.2 / (216 * 0.9)
    quiet = [[0, 12] * 3, [0] * 6]
    assert [together_effect(quiet, period) for period in PERIODS] == pytest.approx([both] * 2)
