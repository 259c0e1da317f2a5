"""A comparison across a merger of units is one of the present units: old ones are added up."""

from __future__ import annotations

import shutil
from dataclasses import replace

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.answers.answer import show_claims_once

NOW, BEFORE = "2022-H1", "2021-H1"
HEAD = "old_unit_id,old_code,new_unit_id,new_code,merged_on,share,note,source,verified\n"


@pytest.fixture
def merged(small_project, tmp_path):
    """Return the book of a project in which units were merged: lines of old, new and share."""

    def run(*lines: tuple[str, str, str], day: str = "2021-07-01"):
        book = open_book(small_project.root, language="en")
        reference = shutil.copytree(book.reference, tmp_path / "reference")
        rows = "".join(f"{old},,{new},,{day},{share},,made up,no\n" for old, new, share in lines)
        (reference / "unit_mergers.csv").write_text(HEAD + rows, encoding="utf-8")
        return replace(book, reference=reference)

    return run


def side(book, unit):
    rows = book.compare_periods(NOW, against=BEFORE).frame.filter(unit_id=unit).to_dicts()
    return (rows[0]["left_numerator"], rows[0]["left_denominator"]) if rows else None


def measured(book, *units):
    rows = book.unit_measures.filter(
        pl.col("unit_id").is_in(units),
        measure="late_or_overdue",
        profile=book.result_profile,
        period=BEFORE,
    )
    return rows["numerator"].sum(), rows["denominator"].sum()


def test_the_earlier_side_of_a_merged_unit_is_the_sum_of_its_predecessors(merged):
    book = merged(("SD-P1", "SD-VH", "1"), ("SD-VH", "SD-VH", "1"))
    whole = measured(book, "SD-P1", "SD-VH")
    assert side(book, "SD-VH") == whole > measured(book, "SD-VH")
    assert side(book, "SD-P1") is None
    claims = [one.text for one in book.compare_periods(NOW, against=BEFORE).claims]
    sentence = next(text for text in claims if text.startswith("In the present scope"))
    parts = f"{book.unit_name('SD-P1')} + {book.unit_name('SD-VH')}"
    assert f"before 01/07/2021 are sums: {book.unit_name('SD-VH')} = {parts}." in sentence
    assert "work that came from other offices with the merger is not" in sentence
    alone = book.compare_periods(NOW, against=BEFORE, unit="SD-YT").claims
    assert not any("present scope" in one.text for one in alone)


def test_a_divided_unit_counts_by_its_share_and_stays_apart_where_that_is_not_known(merged):
    book = merged(("SD-P1", "SD-VH", "0.5"), ("SD-P1", "SD-YT", "0.5"))
    (n, d), (late, all_of) = measured(book, "SD-P1"), measured(book, "SD-VH")
    assert abs(side(book, "SD-VH")[1] - (all_of + d / 2)) <= 0.5
    assert abs(side(book, "SD-VH")[0] - (late + n / 2)) <= 0.5
    claims = [one.text for one in book.compare_periods(NOW, against=BEFORE).claims]
    assert any("50.0% of" in text for text in claims)


def test_a_unit_divided_by_unknown_shares_is_kept_apart_and_named(merged):
    book = merged(("SD-P1", "SD-VH", ""))
    assert side(book, "SD-P1") == measured(book, "SD-P1")
    claims = [one.text for one in book.compare_periods(NOW, against=BEFORE).claims]
    assert f"Kept apart, being divided by unknown shares: {book.unit_name('SD-P1')}." in claims


def test_an_old_unit_that_is_asked_about_and_a_merger_outside_the_periods_change_nothing(merged):
    book = merged(("SD-P1", "SD-VH", "1"))
    rows = book.compare_periods(NOW, against=BEFORE, unit="SD-P1").frame
    assert rows.filter(unit_id="SD-P1").height == 1
    assert side(replace(book, language="vi"), "SD-P1") is None


def test_a_merger_after_the_periods_changes_nothing(merged):
    book = merged(("SD-P1", "SD-VH", "1"), day="2025-07-01")
    assert side(book, "SD-P1") == measured(book, "SD-P1")


def compared_units(book, period):
    return {row["unit_id"]: row for row in book.compare_units(period).frame.to_dicts()}


def month_sums(book, measure, *units):
    rows = book.unit_measures.filter(
        pl.col("unit_id").is_in(units),
        measure=measure,
        profile=book.result_profile,
    )
    months = rows.filter(pl.col("period").str.contains(r"^\d{4}-\d\d$"))
    sums = months.group_by("period").agg(pl.sum("numerator", "denominator")).sort("period")
    return dict(zip(sums["period"], sums.select("numerator", "denominator").rows(), strict=True))


def has_scope(answer):
    return any(one.text.startswith("In the present scope") for one in answer.claims)


def test_courses_and_control_charts_of_a_merged_unit_begin_with_its_predecessors(merged):
    book = merged(("SD-P1", "SD-VH", "1"), ("SD-VH", "SD-VH", "1"))
    whole = month_sums(book, "late_or_overdue", "SD-P1", "SD-VH")
    for answer in (book.course(NOW, unit="SD-VH"), book.control(unit="SD-VH")):
        rows = {r["period"]: (r["numerator"], r["denominator"]) for r in answer.frame.to_dicts()}
        assert rows["2021-03"] == whole["2021-03"]
        assert has_scope(answer)
    sums = month_sums(book, "late_or_overdue", "SD-P1")
    old = book.course(NOW, unit="SD-P1")
    rows = {r["period"]: (r["numerator"], r["denominator"]) for r in old.frame.to_dicts()}
    assert rows == {month: sums[month] for month in rows}
    assert not has_scope(old)
    assert not has_scope(book.course(NOW, unit="SD-YT"))
    assert not has_scope(book.course(NOW))


def test_the_gap_of_a_merged_unit_is_that_of_the_rates_beside_it(merged):
    book = merged(("SD-P1", "SD-VH", "1"))
    gap = book.gap(NOW, unit="SD-VH", against=BEFORE)
    row = book.compare_periods(NOW, against=BEFORE, unit="SD-VH").frame
    change = row.filter(unit_id="SD-VH").to_dicts()[0]
    first = gap.frame.to_dicts()[0]
    assert (first["left_late"], first["left_dossiers"]) == side(book, "SD-VH")
    assert first["gap"] == pytest.approx(change["difference"])
    assert gap.frame["effect"].sum() == pytest.approx(first["gap"])
    assert has_scope(gap)
    assert not has_scope(book.gap(NOW, against=BEFORE))


def test_units_side_by_side_are_those_after_the_merger_with_all_that_was_theirs(merged):
    book = merged(("SD-P1", "SD-VH", "1"))
    answer = book.compare_units("2021")
    units = {row["unit_id"]: row for row in answer.frame.to_dicts()}
    assert "SD-P1" not in units
    before = {
        r["unit_id"]: r
        for r in open_book(book.home, language="en").compare_units("2021").frame.to_dicts()
    }
    for name in ("received", "resolved", "late", "late_done_denominator"):
        assert units["SD-VH"][name] == before["SD-P1"][name] + before["SD-VH"][name]
    assert units["SD-YT"] == {
        **before["SD-YT"],
        **{k: units["SD-YT"][k] for k in units["SD-YT"] if "sure" in k},
    }
    fair = {row["unit_id"]: row for row in book.fair_units("2021").frame.to_dicts()}
    assert fair["SD-VH"]["n_dossiers"] == units["SD-VH"]["late_or_overdue_denominator"]
    assert has_scope(answer)
    marked = book.compare_units("2021", unit="SD-P1")
    assert "SD-P1" in marked.frame["unit_id"].to_list()
    assert not has_scope(book.compare_units(NOW))


def test_cohorts_follow_the_dossiers_of_units_merged_as_a_whole(merged):
    book = merged(("SD-P1", "SD-VH", "1"), ("SD-YT", "SD-VH", "0.5"))
    received = book.progress.filter(pl.col("unit_id").is_in(["SD-P1", "SD-VH"])).height
    answer = book.cohorts(unit="SD-VH")
    assert answer.frame["n_received"].sum() == received
    assert has_scope(answer)
    divided = book.unit_name("SD-YT")
    assert any(one.text.endswith(f"to one part: {divided}.") for one in answer.claims)


def test_the_letterhead_of_a_year_across_the_merger_is_the_body_that_both_sides_belong_to(merged):
    book = merged()
    rows = book.unit_measures.filter(measure="received", period="2021").head(1)
    for units, body in {
        ("SD-P1", "SD-GD"): "SD",
        ("SD-P1", "SD-GD", "P-SADEC", "X-TANDUONG"): "DT2",
        ("P-SADEC", "X-TANDUONG"): "DT2",
    }.items():
        vars(book)["unit_measures"] = pl.concat(
            rows.with_columns(unit_id=pl.lit(unit), numerator=pl.lit(1, pl.Int64)).cast(
                dict(rows.schema)
            )
            for unit in units
        )
        assert book.office("*", "2021")[0] == book.unit_name(body)


def test_every_answer_about_a_merged_unit_counts_the_dossiers_of_its_predecessors(merged):
    book = merged(("SD-P1", "SD-VH", "1"), ("SD-VH", "SD-VH", "1"))
    late, judged = measured(book, "SD-P1", "SD-VH")
    both = book.late_dossiers.filter(pl.col("unit_id").is_in(["SD-P1", "SD-VH"]))
    n_open = book.watchlist.filter(pl.col("unit_id").is_in(["SD-P1", "SD-VH"])).height
    head = book.headline(NOW, against=BEFORE, unit="SD-VH")
    rate = head.frame.filter(period=BEFORE, measure="late_or_overdue").to_dicts()[0]
    assert (rate["numerator"], rate["denominator"]) == (late, judged)
    page = book.summary(NOW, against=BEFORE, unit="SD-VH")
    assert f"{100 * late / judged:.1f}% a year before" in page.tiles[0].note
    sheet = book.unit_sheet("2021", unit="SD-VH")
    causes = book.causes("2021", unit="SD-VH")
    listing = book.late_list("2021", unit="SD-VH")
    assert set(listing.frame["dossier_id"]) == set(
        both.filter(pl.col("ended_on").dt.year() == 2021)["dossier_id"]
    )
    assert causes.frame["late_share"].sum() == pytest.approx(listing.frame.height)
    row = sheet.frame.filter(measure="late_or_overdue").to_dicts()[0]
    sums = compared_units(book, "2021")["SD-VH"]
    assert row["denominator"] == sums["late_or_overdue_denominator"]
    spans = book.durations(unit="SD-VH").frame.filter(end="result").to_dicts()
    assert [r["unit_id"] for r in spans] == ["SD-VH"]
    assert (
        spans[0]["n_dossiers"]
        == book.dossiers.filter(pl.col("unit_id").is_in(["SD-P1", "SD-VH"])).height
    )
    waiting = (book.watch(unit="SD-VH"), book.oldest(unit="SD-VH"))
    assert {one.frame.height for one in waiting} == {n_open}
    behind = book.trace("late_or_overdue/2021/SD-VH")
    assert behind.frame["denominator"].sum() == sums["late_or_overdue_denominator"]
    for one in (head, page, sheet, causes, listing, behind, *waiting):
        assert has_scope(one)


def test_the_places_to_look_at_first_are_units_of_today(merged):
    book = merged(("SD-P1", "SD-VH", "1"))
    old = book.unit_name("SD-P1")
    page = book.summary("2021")
    assert not any(old in str(row[0]) for row in page.table().rows)
    assert has_scope(page)


def test_a_page_says_the_scope_once(merged):
    book = merged(("SD-P1", "SD-VH", "1"))
    answers = [book.compare_units("2021"), book.fair_units("2021"), book.late_list("2021")]
    with show_claims_once():
        shown = [one.prose().claims for one in answers]
    scopes = [c.text for claims in shown for c in claims if "present scope" in c.text]
    assert len(scopes) == 1
    assert all(shown)
    assert all(has_scope(one) for one in answers)
