"""Registers that begin on a date: since when their closings are those of all dossiers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from workbench.core.vocabulary import Period
from workbench.figures.register_start import register_start

FIRST = dt.date(2021, 1, 4)


@pytest.fixture(scope="module")
def steady() -> pl.DataFrame:
    """Two years of an office without change, 20 dossiers a day, one of ten slow; nothing older."""
    random = np.random.default_rng(11)
    number = 20 * 730
    slow = random.random(number) < 0.1
    took = np.where(slow, 5 + random.gamma(2, 22, number), random.gamma(4, 3, number))
    received = random.integers(0, 730, number)
    days = pl.DataFrame({"received": received, "took": np.ceil(took).astype(np.int64)})
    received_on = pl.lit(FIRST) + pl.duration(days="received")
    return days.select(
        received_on.alias("received_on"),
        (received_on + pl.duration(days="took")).alias("ended_on"),
        (pl.col("took") > 21).alias("is_late"),
    )


def test_late_rates_are_those_of_the_office_from_the_day_the_closings_are_complete(steady):
    start = register_start(steady)
    before = pl.col("ended_on") < start.complete_on
    after = pl.col("ended_on").is_between(start.complete_on, pl.lit(FIRST + dt.timedelta(days=700)))
    rates = [steady.filter(side)["is_late"].mean() for side in (before, after)]
    true = steady["is_late"].mean()
    assert rates[0] < 0.75 * true
    assert rates[1] == pytest.approx(true, rel=0.05)


def test_the_first_half_year_lacks_long_dossiers_and_the_second_does_not(steady):
    start = register_start(steady)
    assert [start.is_within(Period.parse(f"2021-H{half}")) for half in (1, 2)] == [True, False]


def test_a_few_wrong_years_and_open_dossiers_are_no_beginning(steady):
    odd = pl.DataFrame({"received_on": [dt.date(1921, 1, 4)] * 20})
    still_open = pl.DataFrame({"received_on": [dt.date(2022, 12, 1)] * 50})
    more = pl.concat([steady, odd, still_open], how="diagonal")
    assert abs((register_start(more).begins_on - FIRST).days) <= 7
    assert register_start(odd.with_columns(ended_on=pl.lit(None, pl.Date))) is None
