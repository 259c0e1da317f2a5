"""Courses over time and interventions, from the tables to one frame a reader can check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import (
    BaselinePeriods,
    OutcomeCounts,
    changed,
    charted,
    interrupted,
    intervention,
    late_outcome,
    rate_outcome,
    series,
    shares_by_kind,
    worse_units,
)

MONTHS = [f"{year}-{month:02d}" for year in (2021, 2022) for month in range(1, 13)]
FIRST_YEAR = BaselinePeriods("2021-01", "2021-12", "the year before the one-stop shop moved")


def measures(late: list[int], dossiers: int = 80, unit: str = "U1") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "measure": "late_or_overdue",
            "profile": "wb_strict",
            "unit_id": unit,
            "period": MONTHS[: len(late)],
            "procedure_id": "*",
            "channel_in": "*",
            "numerator": late,
            "denominator": dossiers,
            "design_effect": 1.0,
        }
    )


def test_a_course_has_every_month_in_order_also_those_without_dossiers():
    rows = measures([3] * 24).filter(~pl.col("period").is_in(["2021-05", "2021-06"]))
    found = series(rows.reverse(), unit_id="U1", profile="wb_strict")
    assert found["period"].to_list() == MONTHS
    assert found.filter(pl.col("period") == "2021-05").row(0)[1:] == (0, 0, 1.0)
    assert series(rows, unit_id="U9", profile="wb_strict").is_empty()


def test_a_month_out_of_line_is_called_and_the_reason_of_the_baseline_travels():
    late = [4, 3, 5, 4, 3, 4, 5, 3, 4, 4, 3, 5] * 2
    late[18] = 20
    course = series(measures(late), unit_id="U1", profile="wb_strict")
    found = charted(course, FIRST_YEAR)
    assert found.filter(pl.col("rule").is_not_null())["period"].to_list() == ["2022-07"]
    assert found["reason"].unique().to_list() == [FIRST_YEAR.reason]
    assert found["evidence_level"].unique().to_list() == [2]
    on_request = charted(course, FIRST_YEAR, rules="xmr")
    assert on_request["method"][0] == "xmr"
    assert on_request["is_shaky"][0]


def test_a_month_without_dossiers_is_not_judged():
    rows = measures([4] * 24).filter(pl.col("period") != "2022-03")
    found = charted(series(rows, unit_id="U1", profile="wb_strict"), FIRST_YEAR)
    empty = found.filter(pl.col("period") == "2022-03").row(0, named=True)
    assert (empty["value"], empty["rule"]) == (None, None)


def test_a_baseline_outside_the_course_or_without_reason_is_refused():
    course = series(measures([4] * 24), unit_id="U1", profile="wb_strict")
    with pytest.raises(ValueError, match="not in the course"):
        charted(course, BaselinePeriods("2020-01", "2020-12", "why"))
    with pytest.raises(ValueError, match="reason"):
        charted(course, BaselinePeriods("2021-01", "2021-12", ""))


def test_the_date_of_a_change_comes_with_its_credible_months():
    course = series(measures([3] * 14 + [14] * 10), unit_id="U1", profile="wb_strict")
    found = changed(course).row(0, named=True)
    assert found["period"] == "2022-03"
    assert found["earliest"] <= "2022-03" <= found["latest"]
    assert (found["before"], found["after"]) == pytest.approx((3 / 80, 14 / 80))
    assert found["p_value"] < 0.01
    nothing = changed(course.head(2)).row(0, named=True)
    assert (nothing["period"], nothing["p_value"]) == (None, 1.0)


def test_tet_months_are_no_change_where_everybody_is_late_in_them():
    kinds = {m: "tet" if m.endswith("-02") else "plain" for m in MONTHS}
    late = [12 if m.endswith("-02") else 4 for m in MONTHS]
    everybody = measures([x * 10 for x in late], 800, "*")
    shares = shares_by_kind(everybody, kinds, profile="wb_strict")
    assert shares == pytest.approx({"plain": 0.05, "tet": 0.15})
    course = series(measures(late), unit_id="U1", profile="wb_strict")
    assert changed(course, kinds=kinds, shares=shares)["p_value"][0] > 0.5


def cells(seed: int, effect: float) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for unit in range(8):
        level = random.uniform(0.1, 0.2)
        for i, month in enumerate(MONTHS[:8]):
            for procedure, factor in (("easy", 0.5), ("hard", 1.5)):
                done = int(random.poisson(90))
                share = level * factor + (effect if unit < 3 and i >= 5 else 0.0)
                late = int(random.binomial(done, max(share, 0.0)))
                rows += [
                    (f"U{unit}", month, procedure, "online", c, done, late) for c in ("queue", "*")
                ]
    names = ["unit_id", "period", "procedure_id", "channel_in", "cause", "n_dossiers", "n_late"]
    return pl.DataFrame(rows, schema=names, orient="row")


def judge(rows: pl.DataFrame, treated: set[str], since: str = MONTHS[5], cause: str = "*"):
    """Return what the units with a change did against the others, and by their own course."""
    change = {"treated": treated, "since": since}
    outcome = late_outcome(rows, periods=MONTHS[:8], cause=cause, **change)
    both = intervention(outcome, **change), interrupted(outcome, **change)
    return [frame.row(0, named=True) for frame in both]


def test_an_intervention_is_a_cause_only_where_its_conditions_hold():
    together, _ = judge(cells(2, 0.2), {"U0", "U1", "U2"})
    assert 0 < together["lower"] <= 0.2 <= together["upper"]
    assert (together["evidence_level"], together["reasons"]) == (4, [])
    assert (together["n_treated"], together["n_others"]) == (3, 5)
    alone, course = judge(cells(2, 0.2), {"U0"})
    assert (alone["evidence_level"], alone["lower"]) == (2, None)
    assert "few_treated" in alone["reasons"]
    assert (course["value"], course["reasons"]) == (None, ["few_treated", "few_periods"])


def test_a_change_before_the_first_period_is_refused():
    with pytest.raises(ValueError, match="none of the periods"):
        judge(cells(1, 0.0), {"U0"}, since=MONTHS[0])


def test_a_cause_is_judged_by_its_own_part_of_the_late_dossiers():
    rows = cells(2, 0.2).with_columns(
        pl.when(pl.col("cause") == "queue").then(pl.col("n_late") / 4).alias("late_share")
    )
    whole, part = (judge(rows, {"U0", "U1", "U2"}, cause=c)[0] for c in ("*", "queue"))
    assert part["value"] == pytest.approx(whole["value"] / 4)


def online(seed: int, effect: float, season: float = 0.0) -> OutcomeCounts:
    """Return the share filed online of six units in 18 months; the first changes after twelve."""
    random = np.random.default_rng(seed)
    rows = []
    for unit in range(6):
        level = random.uniform(0.3, 0.5)
        for i, month in enumerate(MONTHS[:18]):
            share = level + (effect if unit == 0 and i >= 12 else 0.0) + season * (i >= 12)
            size = int(random.poisson(90))
            rows.append((f"U{unit}", month, int(random.binomial(size, share)), size))
    names = ["unit_id", "period", "numerator", "denominator"]
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        measure=pl.lit("online_in"), profile=pl.lit("p")
    )
    return rate_outcome(table, measure="online_in", profile="p", periods=MONTHS[:18])


def alone(outcome: OutcomeCounts):
    return interrupted(outcome, treated={"U0"}, since=MONTHS[12]).row(0, named=True)


def test_the_effect_on_a_single_unit_is_recovered_and_stays_a_comparison():
    planted = [alone(online(seed, 0.25)) for seed in range(20)]
    assert sum(one["lower"] <= 0.25 <= one["upper"] for one in planted) >= 18
    assert sum(one["lower"] > 0 for one in planted) >= 18
    assert {one["evidence_level"] for one in planted} == {2}
    assert planted[0]["reasons"] == ["few_treated"]


def test_no_effect_is_said_where_there_is_none_be_it_that_all_units_moved():
    for season in (0.0, 0.25):
        without = [alone(online(seed, 0.0, season)) for seed in range(100, 120)]
        assert sum(one["lower"] <= 0 <= one["upper"] for one in without) >= 18


def test_units_whose_outcome_is_worse_since_are_named_and_those_alike_are_not():
    outcome = online(3, 0.3)
    change = {"treated": {"U0"}, "since": MONTHS[12], "effects": {}}
    worse = worse_units(outcome, is_lower_better=False, **change)
    assert set(worse["unit_id"]) == {"U1", "U2", "U3", "U4", "U5"}
    assert (worse["upper"] < 0).all()
    assert worse["difference"].is_sorted()
    assert worse_units(outcome, is_lower_better=True, **change).is_empty()
    one, other = online(3, 0.0).met, online(3, 0.0).dossiers
    same = replace(outcome, met=np.repeat(one[:1], 6, 0), dossiers=np.repeat(other[:1], 6, 0))
    for is_lower_better in (True, False):
        assert worse_units(same, is_lower_better=is_lower_better, **change).is_empty()
    correlated = {**change, "effects": {f"U{n}": 60.0 for n in range(6)}}
    assert worse_units(outcome, is_lower_better=False, **correlated).is_empty()
