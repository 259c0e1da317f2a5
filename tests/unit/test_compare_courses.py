"""Courses over time and interventions, from the tables to one frame a reader can check."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import (
    BaselinePeriods,
    changed,
    charted,
    intervention,
    series,
    shares_by_kind,
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


def test_an_intervention_is_a_cause_only_where_its_conditions_hold():
    rows = cells(2, 0.2)
    asked = {"periods": MONTHS[:8], "since": MONTHS[5]}
    found = intervention(rows, treated={"U0", "U1", "U2"}, **asked).row(0, named=True)
    assert 0 < found["lower"] <= 0.2 <= found["upper"]
    assert (found["evidence_level"], found["reasons"]) == (4, [])
    assert (found["n_treated"], found["n_others"]) == (3, 5)
    alone = intervention(rows, treated={"U0"}, **asked).row(0, named=True)
    assert alone["evidence_level"] == 2
    assert "few_treated" in alone["reasons"]


def test_a_change_before_the_first_period_is_refused():
    with pytest.raises(ValueError, match="none of the periods"):
        intervention(cells(1, 0.0), treated={"U0"}, periods=MONTHS[:8], since=MONTHS[0])
