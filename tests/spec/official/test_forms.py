"""The official forms on a register small enough to count by hand."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import UsageProblem
from workbench.official import Form, Names, fill, form_names

FORMS = ("II.06a", "07a/BTP", "opencps20")


def filled(counted, reference_dir, form, period="2022-H1", convention="calendar", **options):
    span = counted.conventions.span(period, convention)
    wanted = {"profile": "wb_strict", **options}
    return fill(Form.read(form, reference_dir), counted.counts, span=span, **wanted)


def test_the_forms_that_can_be_filled_are_these(reference_dir):
    assert form_names(reference_dir) == FORMS


def test_06a_of_the_half_year_counts_as_a_clerk_would(counted, reference_dir):
    assert filled(counted, reference_dir, "II.06a").total == {
        "recv_total": 14,
        "recv_online": 6,
        "recv_direct_post": 5,
        "recv_carried": 2,
        "done_total": 9,
        "done_early": 3,
        "done_ontime": 3,
        "done_late": 2,
        "open_total": 3,
        "open_in_time": 2,
        "open_late": 1,
    }


def test_what_does_not_add_up_is_listed_with_its_size_and_reason(counted, reference_dir):
    gaps = filled(counted, reference_dir, "II.06a").gaps.filter(row_kind="total")
    assert gaps.select("identity", "gap", "explained_by", "unexplained").rows() == [
        ("3 = 4 + 5 + 6", 1, "received_other 1", 0),
        ("3 = 7 + 11", 2, "withdrawn 1, rejected 1", 0),
        ("7 = 8 + 9 + 10", 1, "unknown 1", 0),
    ]


def test_the_total_is_the_sum_of_the_rows(counted, reference_dir):
    for form in FORMS:
        table = filled(counted, reference_dir, form).table
        keys = [c for c in table.columns[4:] if table.schema[c] == pl.Int64]
        rows = table.filter(row_kind="row").select(pl.col(k).sum() for k in keys)
        total = table.filter(row_kind="total").select(pl.col(k).fill_null(0) for k in keys)
        assert rows.rows() == total.rows()


@pytest.mark.parametrize("form", FORMS)
def test_no_gap_is_left_unexplained_in_any_period_convention_and_profile(
    counted, reference_dir, form
):
    asked = counted.counts.select("period", "convention", "profile").unique().sort(pl.all())
    read = Form.read(form, reference_dir)
    for period, convention, profile in asked.rows():
        span = counted.conventions.span(period, convention)
        gaps = fill(read, counted.counts, span=span, profile=profile).gaps
        assert gaps.filter(pl.col("unexplained") != 0).is_empty(), (period, convention, profile)


def test_the_opening_stock_is_the_stock_the_period_before_left(counted, reference_dir):
    for before, period in (("2021-H2", "2022-H1"), ("2022-Q1", "2022-Q2"), ("2022-03", "2022-04")):
        left = filled(counted, reference_dir, "II.06a", before).total["open_total"]
        assert filled(counted, reference_dir, "II.06a", period).total["recv_carried"] == left


def test_a_lost_dossier_between_two_periods_is_reported_as_a_gap(counted, reference_dir):
    doctored = counted.counts.with_columns(
        pl.when(pl.col("period") == "2022-H1").then(0).otherwise(pl.col("carried")).alias("carried")
    )
    span = counted.conventions.span("2022-H1")
    form = Form.read("II.06a", reference_dir)
    gaps = fill(form, doctored, span=span, profile="wb_strict").gaps
    opening = gaps.filter(identity="opening = previous closing")
    assert opening.select("row_id", "left", "right", "unexplained").rows() == [
        ("Đất đai", 0, 2, -2)
    ]


def test_a_dossier_withdrawn_later_was_open_until_then(counted, reference_dir):
    assert filled(counted, reference_dir, "II.06a", "2022-Q1").total["open_total"] == 1
    assert filled(counted, reference_dir, "II.06a", "2022-Q2").total["recv_carried"] == 1


def test_07a_leaves_the_apology_split_empty_when_no_source_keeps_it(counted, reference_dir):
    total = filled(counted, reference_dir, "07a/BTP").total
    assert total["done_late_apology"] is None
    assert total["paid_total"] is None
    assert (total["stopped"], total["withdrawn"]) == (1, 1)
    assert (total["recv_online_full"], total["recv_online_part"]) == (3, 2)
    assert (total["recv_online_other"], total["recv_post"], total["done_in_time"]) == (1, 1, 6)


def test_07a_splits_late_dossiers_where_the_first_appointment_is_kept(counted, reference_dir):
    kept = counted.counts.with_columns(
        pl.col("late").alias("late_with_apology"), pl.lit(0).alias("late_unrecorded")
    )
    span = counted.conventions.span("2022-H1")
    total = fill(Form.read("07a/BTP", reference_dir), kept, span=span, profile="wb_strict").total
    assert (total["done_late_apology"], total["done_late_no_apology"]) == (2, 0)


def test_a_split_kept_for_some_dossiers_only_stays_empty_and_leaves_nothing_unexplained(
    counted, reference_dir
):
    span = counted.conventions.span("2022-H1")
    first = (pl.col("period") == "2022-H1") & (pl.col("convention") == "calendar")
    first &= (pl.col("profile") == "wb_strict") & (pl.col("late") > 0)
    kept = pl.when(first & (first.cum_sum() == 1)).then(pl.col("late")).otherwise(0)
    partly = counted.counts.with_columns(
        kept.alias("late_with_apology"),
        (pl.col("late") - kept).alias("late_unrecorded"),
        pl.lit(0).alias("late_without_apology"),
    )
    form = fill(Form.read("07a/BTP", reference_dir), partly, span=span, profile="wb_strict")
    assert form.total["done_late_apology"] is None
    gaps = form.gaps.filter(row_kind="total", identity="11 = 12 + 13 + 14")
    assert gaps.select("gap", "unexplained").rows() == [(3, 0)]


def test_opencps_counts_waiting_dossiers_apart(counted, reference_dir):
    total = filled(counted, reference_dir, "opencps20").total
    assert (total["processing"], total["undue"], total["overdue"]) == (2, 1, 1)
    assert (total["waiting"], total["denied"], total["cancelled"]) == (1, 1, 1)
    assert (total["done"], total["releasing"]) == (8, 1)
    assert total["rate"] == pytest.approx(6 / 8)


def test_opencps_gives_no_rate_where_nothing_was_resolved(counted, reference_dir):
    assert filled(counted, reference_dir, "opencps20", "2021-H2").total["rate"] is None


def test_a_shifted_convention_moves_dossiers_to_another_period(counted, reference_dir):
    """Dossier e was received on 14 March and resolved on the 15th: open in the shifted quarter."""
    shifted = filled(counted, reference_dir, "II.06a", "2022-Q1", "nd09_2019")
    calendar = filled(counted, reference_dir, "II.06a", "2022-Q1")
    birth = [
        f.table.filter(row_id="Hộ tịch").row(0, named=True)["open_total"]
        for f in (shifted, calendar)
    ]
    assert birth == [1, 1]
    done = [
        f.table.filter(row_id="Hộ tịch").row(0, named=True)["done_total"]
        for f in (shifted, calendar)
    ]
    assert done == [0, 1]


def test_rows_stand_under_the_level_of_their_unit(counted, reference_dir):
    names = Names(levels={"U1": "d", "U2": "c"}, level_names={"d": "Cấp huyện", "c": "Cấp xã"})
    table = filled(counted, reference_dir, "II.06a", names=names).table
    assert table.select("row_no", "row_kind", "label").rows() == [
        ("A", "section", "Cấp huyện"),
        ("1", "row", "Đất đai"),
        ("B", "section", "Cấp xã"),
        ("2", "row", "Hộ tịch"),
        ("", "total", ""),
    ]


def test_a_period_without_dossiers_is_refused_by_name(counted, reference_dir):
    with pytest.raises(UsageProblem, match="2019-H1"):
        filled(counted, reference_dir, "II.06a", "2019-H1")


def test_measures_and_forms_judge_one_stock(counted, reference_dir):
    form = Form.read("II.06a", reference_dir)
    for period in ("2021-12", "2022-Q1", "2022-H1"):
        for profile in ("wb_strict", "qd766", "due_instant"):
            span = counted.conventions.span(period)
            total = fill(form, counted.counts, span=span, profile=profile).total
            measured = counted.measures.filter(
                period=period, profile=profile, unit_id="*", procedure_id="*", channel_in="*"
            )
            assert total["open_late"] == measured["open_overdue"].sum()
