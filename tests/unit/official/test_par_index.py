"""Criteria of the reform index: configuration with source and date, evaluated on rates."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.core.project import shipped
from workbench.figures.measures import COUNTERS, read_rates
from workbench.official import cheapest_first, evaluate, read_criteria

RATES = read_rates(shipped().reference)
HEAD = (
    "criterion_id,name_vi,name_en,metric_id,points,rule,threshold,"
    "valid_from,valid_to,decided_on,source,verified,kind,self_scored,checked\n"
)
GOOD = "T1,Đúng hạn,,ot_done,2,{rule},{threshold},2022-01-01,{to},2021-12-20,QĐ 1/QĐ-UBND,yes\n"
FIGURES = dict.fromkeys(COUNTERS, 0) | {"early": 50, "on_time": 40, "late": 10}
DAY = dt.date(2022, 6, 30)


@pytest.fixture
def criteria(tmp_path):
    def read(*rows: str):
        file = tmp_path / "par_criteria.csv"
        file.write_text(HEAD + "".join(rows), encoding="utf-8")
        return read_criteria(file, RATES)

    return read


def good(rule="threshold", threshold="0.95", to=""):
    return GOOD.format(rule=rule, threshold=threshold, to=to)


def test_as_shipped_there_is_no_criterion(reference_dir):
    assert read_criteria(reference_dir / "par_criteria.csv", RATES) == ()
    assert evaluate((), FIGURES, on=DAY).is_empty()


@pytest.mark.parametrize(
    ("rule", "threshold", "is_met", "points"),
    [
        ("threshold", "0.9", True, 2.0),
        ("threshold", "0.95", False, 0.0),
        ("proportional", "0.95", False, 2 * 0.9 / 0.95),
        ("proportional", "0.8", True, 2.0),
    ],
)
def test_points_follow_the_rule(criteria, rule, threshold, is_met, points):
    row = evaluate(criteria(good(rule, threshold)), FIGURES, on=DAY).row(0, named=True)
    assert (row["numerator"], row["denominator"], row["is_met"]) == (90, 100, is_met)
    assert row["points"] == pytest.approx(points)
    assert row["lower"] < row["value"] < row["upper"]
    assert (row["source"], row["decided_on"]) == ("QĐ 1/QĐ-UBND", dt.date(2021, 12, 20))


def test_decimals_may_follow_a_comma_as_offices_write_them(criteria):
    written = good("proportional", '"0,95"').replace(",2,", ',"1,5",', 1)
    row = evaluate(criteria(written), FIGURES, on=DAY).row(0, named=True)
    assert (row["max_points"], row["threshold"]) == (1.5, 0.95)
    assert row["points"] == pytest.approx(1.5 * 0.9 / 0.95)
    unclear = good("at_most", '"1,000"')
    assert "1,000" in evaluate(criteria(unclear), FIGURES, on=DAY)["problem"][0]


def test_a_criterion_no_longer_in_force_is_left_out(criteria):
    assert evaluate(criteria(good(to="2022-06-29")), FIGURES, on=DAY).is_empty()
    assert evaluate(criteria(good(to="2022-06-30")), FIGURES, on=DAY).height == 1


def test_without_dossiers_there_are_no_points(criteria):
    row = evaluate(criteria(good()), dict.fromkeys(COUNTERS, 0), on=DAY).row(0, named=True)
    assert (row["value"], row["is_met"], row["points"]) == (None, None, None)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (good().replace("QĐ 1/QĐ-UBND", ""), "row 2: source is missing"),
        (good().replace("2021-12-20", ""), "decided_on is missing"),
        (good().replace("ot_done", "happiness"), "metric_id «happiness»"),
        (good(rule="magic"), "rule «magic»"),
        (good(threshold="95"), "at most 1"),
        (good(threshold="high"), "row 2: high."),
        (good(to="30/06/2022"), "row 2: valid_to 30/06/2022."),
    ],
)
def test_a_criterion_that_cannot_be_right_says_why_and_leaves_the_others_alone(
    criteria, row, message
):
    odd, right = evaluate(criteria(row, good(threshold="0.9")), FIGURES, on=DAY).rows(named=True)
    assert message in odd["problem"]
    assert (odd["points"], odd["max_points"]) == (None, 2.0)
    assert (right["points"], right["problem"]) == (2.0, "")


OTHERS = "{id},Tên,,{metric},{points},{rule},{threshold},2022-01-01,,2021-12-20,QĐ 1,yes,{kind},"


def other(kind, metric="", points=2, rule="", threshold="", scores=","):
    row = OTHERS.format(
        id=kind, metric=metric, points=points, rule=rule, threshold=threshold, kind=kind
    )
    return f"{row}{scores}\n"


@pytest.mark.parametrize(
    ("row", "points", "steps"),
    [
        (other("count", "early + on_time", rule="threshold", threshold=100), 0, 10),
        (other("count", "early + on_time", rule="proportional", threshold=100), 1.8, 10),
        (other("count", "late", rule="at_most", threshold=10), 2, None),
        (other("count", "late", rule="at_most", threshold=9), 0, None),
        (other("count", "unknown", rule="at_most", threshold=0), 2, None),
        (other("checklist", rule="proportional", threshold=4, scores="3,"), 1.5, 1),
        (other("manual", scores="1.5,"), 1.5, None),
        (other("manual", scores="1.5,1"), 1, None),
    ],
)
def test_counts_checklists_and_points_by_hand_are_scored(criteria, row, points, steps):
    scored = evaluate(criteria(row), FIGURES, on=DAY).row(0, named=True)
    assert (scored["points"], scored["steps_to_win"]) == (pytest.approx(points), steps)
    assert scored["points_to_win"] == pytest.approx(2 - points)
    assert scored["is_self_scored"] == row.endswith("1.5,\n")


def test_part_of_a_dossier_more_takes_a_whole_one(criteria):
    row = evaluate(criteria(good(threshold="0.951")), FIGURES, on=DAY).row(0, named=True)
    assert row["steps_to_win"] == 6


def test_points_by_hand_are_none_where_nobody_gave_any_and_never_more_than_there_are(criteria):
    empty, much = evaluate(
        criteria(other("manual"), other("manual", scores="3,")), FIGURES, on=DAY
    ).rows(named=True)
    assert empty["points"] is None
    assert "self_scored 3" in much["problem"]


def test_the_cheapest_points_are_those_that_take_the_fewest_dossiers_each(criteria):
    rows = (
        good(threshold="0.95"),  # five dossiers for two points
        other("count", "early", points=1, rule="threshold", threshold=52),  # two for one
    )
    assert cheapest_first(evaluate(criteria(*rows), FIGURES, on=DAY))["steps_to_win"].to_list() == [
        2,
        5,
    ]
