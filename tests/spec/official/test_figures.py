"""Rates side by side, seed figures and simulated groups on the same small register."""

from __future__ import annotations

import pytest

from workbench.core.project import shipped
from workbench.figures.measures import GROUP, read_rates
from workbench.messages import use_language
from workbench.official import (
    half_year_report,
    rates_side_by_side,
    read_metrics,
    simulate_766,
    totals,
)

RATES = read_rates(shipped().reference)


@pytest.fixture(scope="module")
def span(counted):
    return counted.conventions.span("2022-H1")


@pytest.fixture(scope="module")
def figures(counted, span):
    return totals(counted.counts, span=span, profile="wb_strict")


@pytest.fixture(scope="module")
def rates(counted, span, figures, reference_dir):
    table = rates_side_by_side(
        read_metrics(reference_dir), figures, counted.overruns, span=span, profile="wb_strict"
    )
    return {row["metric_id"]: row for row in table.iter_rows(named=True)}


EXPECTED = {
    "ot_done": (6, 8),
    "ot_done_plus_overdue_open": (6, 9),
    "late_done": (2, 8),
    "late_or_overdue": (3, 9),
    "early_share": (3, 8),
    # due in the half-year and not withdrawn or refused; b was due before it, i is due after it
    "ot_due": (6, 9),
    # in time: six resolved, two open in time; of fourteen in play
    "ot_766": (8, 14),
    # filed with a stamp: c and e within hours, n after more than eight
    "reception_8h": (2, 3),
    # one of the twelve came by a known channel that is none of the three of the forms
    "online_in": (6, 12),
    "online_full_share": (3, 6),
    "online_processed": (6, 6),
    "post_out": (2, 8),
    "electronic_out": (1, 8),
}


@pytest.mark.parametrize("metric", EXPECTED)
def test_each_rate_divides_what_its_definition_says(rates, metric):
    assert (rates[metric]["numerator"], rates[metric]["denominator"]) == EXPECTED[metric]
    assert rates[metric]["lower"] <= rates[metric]["value"] <= rates[metric]["upper"]


def test_every_metric_of_the_list_is_shown(rates, reference_dir):
    assert list(rates) == [m.metric_id for m in read_metrics(reference_dir)]


def test_overruns_are_summed_up_by_median_ninth_decile_and_sum(rates):
    row = rates["overrun_days"]
    assert (row["numerator"], row["value"], row["p90"], row["total"]) == (2, 1.0, 16.0, 17)


def test_measures_of_calendar_periods_divide_the_same(counted, figures):
    rows = counted.measures.filter(
        period="2022-H1", profile="wb_strict", unit_id="*", procedure_id="*", channel_in="*"
    )
    measured = rows.drop(GROUP, "convention", "field_of_work").row(0, named=True)
    for counter, number in measured.items():
        assert figures[counter] == number, counter


def test_the_seed_figures_carry_numerator_denominator_and_interval(counted, span):
    report = half_year_report(counted.counts, RATES, span=span, profile="wb_strict")
    assert report.figure("received")["numerator"] == 12
    assert report.figure("returned_paper")["numerator"] == 7
    post = report.figure("post_out")
    assert (post["numerator"], post["denominator"], post["method"]) == (2, 8, "wilson")
    assert report.figure("late")["denominator"] is None
    with pytest.raises(KeyError):
        report.figure("nonsense")


def test_the_sentences_are_in_both_languages(counted, span):
    with use_language("vi"):
        vietnamese = half_year_report(
            counted.counts, RATES, span=span, profile="wb_strict"
        ).sentences
    assert vietnamese[0] == (
        "Trong 6 tháng đầu năm 2022 (từ 01/01/2022 đến 30/06/2022), tiếp nhận 12 hồ sơ, kỳ trước "
        "chuyển qua 2; đã giải quyết 9 hồ sơ: trước hạn 3, đúng hạn 3, quá hạn 2."
    )
    with use_language("en"):
        english = half_year_report(counted.counts, RATES, span=span, profile="wb_strict").sentences
    assert len(english) == len(vietnamese)
    assert "Results delivered by public post: 25.0% of results returned (2/8;" in " ".join(english)
    assert "received in the period, the post's share is 16.7% (2/12)" in " ".join(english)
    assert "tỷ lệ trả qua bưu chính là 16,7% (2/12)" in " ".join(vietnamese)


def test_one_unit_is_reported_alone(counted, span):
    report = half_year_report(counted.counts, RATES, span=span, profile="wb_strict", unit_id="U2")
    assert report.figure("received")["numerator"] == 7


def test_a_share_of_nothing_is_not_spoken_of(counted):
    span = counted.conventions.span("2021-H2")
    report = half_year_report(counted.counts, RATES, span=span, profile="wb_strict")
    assert report.figure("ot_done")["value"] is None
    assert not any("among resolved" in sentence for sentence in report.sentences)
    assert not any("post's share" in sentence for sentence in report.sentences)


def test_simulated_groups_say_what_they_are_and_what_is_missing(counted, span, reference_dir):
    figures = totals(counted.counts, span=span, profile="qd766")
    simulated = simulate_766(figures, reference_dir)
    assert "not an official score" in simulated.label
    items = {row["item_id"]: row for row in simulated.items.iter_rows(named=True)}
    progress = items["progress"]
    assert progress["points"] == pytest.approx(20 * progress["numerator"] / 14)
    assert items["online_filed"]["points"] == 6.0
    absent = [i for i, row in items.items() if row["points"] is None]
    assert all(items[i]["reason"] for i in absent)
    groups = {row["group_id"]: row for row in simulated.groups.iter_rows(named=True)}
    assert sum(g["group_points"] for g in groups.values()) == 100
    assert (groups["satisfaction"]["points"], groups["satisfaction"]["computable_points"]) == (
        None,
        0.0,
    )
