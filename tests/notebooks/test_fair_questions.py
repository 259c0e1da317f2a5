"""Fair comparison, gaps and what-if as an analyst asks them, on the small project."""

from __future__ import annotations

import shutil
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.answers import open_book
from workbench.core import numerals
from workbench.figures import compare

PERIOD = "2022-H1"


def test_the_slow_unit_stands_above_what_its_mix_makes_one_expect(small_book):
    frame = small_book.fair_units(PERIOD).frame
    slow = frame.filter(pl.col("unit_id") == "SD-VH").row(0, named=True)
    assert slow["n_late"] > slow["expected"]
    assert slow["rank_upper"] == frame["rank"].count()


def test_places_are_intervals_and_the_table_is_ordered_by_unit(small_book):
    answer = small_book.fair_units(PERIOD)
    assert answer.frame["unit_id"].is_sorted()
    assert (answer.frame["rank_lower"] <= answer.frame["rank_upper"]).all()
    assert "–" in str(answer.table().rows[0][-1])


def test_a_gap_of_the_table_is_shown_from_it(small_book):
    shown = small_book.gap(PERIOD, unit="SD-VH").frame
    table = small_book.gaps.filter(comparison=f"peers@{PERIOD}|SD-VH@{PERIOD}").drop("profile")
    assert shown.rows() == table.rows()
    assert shown.height > 3


@pytest.mark.parametrize("against", ["", "2021-H1"])
def test_a_gap_that_is_not_in_the_table_is_computed_alike(small_book, monkeypatch, against):
    asked = {"unit": "SD-VH", "against": against}
    shown = small_book.gap(PERIOD, **asked).frame
    empty = small_book.gaps.clear()
    monkeypatch.setitem(vars(small_book), "gaps", empty)
    computed = small_book.gap(PERIOD, **asked).frame
    assert_frame_equal(computed, shown, abs_tol=1e-9)


def test_the_gap_of_the_slow_unit_to_its_peers_adds_up(small_book):
    frame = small_book.gap(PERIOD, unit="SD-VH").frame
    assert frame["effect"].sum() == pytest.approx(frame["gap"][0], abs=1e-12)
    assert frame["gap"][0] > 0
    assert set(frame["left"]) == {"peers@2022-H1"}


def test_all_units_are_set_against_an_earlier_period_and_two_units_against_each_other(small_book):
    assert set(small_book.gap(PERIOD).frame["left"]) == {"*@2021-H1"}
    assert set(small_book.gap(PERIOD, unit="SD-VH", other="SD-P1").frame["left"]) == {
        "SD-P1@2022-H1"
    }


def test_nothing_to_compare_is_reported(small_book):
    assert not small_book.gap("2021-H1").listing


def test_saved_dossiers_lie_in_their_range_and_the_assumption_is_shown(small_book):
    answer = small_book.whatif(PERIOD)
    frame = answer.frame
    assert (frame["n_saved"] <= frame["n_late"]).all()
    assert ((frame["lower"] <= frame["n_saved"]) & (frame["n_saved"] <= frame["upper"])).all()
    assert {claim.level for claim in answer.claims} == {3}
    assumptions = {str(row[-1]) for row in answer.table().rows}
    assert all(assumptions)


def test_the_headline_is_what_would_have_helped_a_named_unit_and_no_change_of_all(
    small_book,
):
    book = open_book(small_book.home)
    cells = book.cell_tests

    def headlines(*named: tuple[str, str]) -> list[str]:
        pairs = pl.struct("unit_id", "cause").is_in(
            [{"unit_id": unit, "cause": cause} for unit, cause in named]
        )
        flags = cells.with_columns(flagged=pairs & (pl.col("period") == PERIOD))
        object.__setattr__(book, "cell_tests", flags)
        claims = book.whatif(PERIOD).claims
        return [claim.text for claim in claims if ", named for «" in claim.text]

    saved = book.saved.filter(
        pl.col("period") == PERIOD,
        pl.col("unit_id") == "SD-VH",
        pl.col("scenario") == "work_in_norm",
    ).row(0, named=True)
    assert saved["n_saved"]
    (headline,) = headlines(("SD-VH", "slow_work"))
    assert book.unit_name("SD-VH") in headline
    assert f"{saved['n_saved']} of its {saved['n_late']}" in headline
    assert headlines() == []
    assert headlines(("SD-VH", "external_agency")) == []


def test_transfers_that_no_log_shows_are_refused_with_the_reason(small_book, monkeypatch):
    untold = small_book.saved.filter(pl.col("scenario") != "transfer_same_day")
    monkeypatch.setattr(type(small_book), "saved", untold)
    texts = [claim.text for claim in small_book.whatif(PERIOD).claims]
    reason = [
        text for text in texts if "the stage in question" in text or "khâu được nói đến" in text
    ]
    assert len(reason) == 1
    assert "15" in reason[0]


def test_a_unit_without_late_dossiers_has_nothing_to_run_again(small_book):
    answer = small_book.whatif("2021-H1", unit="SD-P1")
    assert answer.listing is None
    assert "re-run" in answer.sentence() or "tính lại" in answer.sentence()


def test_cells_name_only_what_the_whole_table_lets_stand(small_book):
    frame = small_book.cells(PERIOD).frame
    assert (frame.filter("flagged")["q_value"] <= 0.1).all()
    assert set(frame["period"]) == {PERIOD}


def test_cells_say_among_how_many_they_were_tested(small_book):
    tests = small_book.cell_tests.filter(pl.col("period").str.contains("-H"))
    answer = small_book.cells(PERIOD)
    readings = set(answer.frame["reading"].drop_nulls())
    proper = tests.filter(pl.col("cause") != "unexplained")
    # the unexplained do not count among those that causes are tested with
    family = proper if readings & {"difference", "overload"} else tests
    assert numerals.count(family.height) in answer.sentence()


def test_a_unit_named_with_two_denominators_is_said_with_both_where_it_is_named(small_book):
    cells = small_book.cells(PERIOD)
    named = set(cells.frame.filter(pl.col("reading").is_not_null())["unit_id"])
    said = " ".join(c.text for c in cells.claims if "hai mẫu số" in c.text)
    for row in small_book.compare_units(PERIOD).frame.to_dicts():
        unit = row["unit_id"]
        resolved, judged = (
            numerals.fraction(row[f"{rate}_numerator"], row[f"{rate}_denominator"])
            for rate in ("late_done", "late_or_overdue")
        )
        both = f"{small_book.unit_name(unit)}: {resolved} và {judged}"
        for measure in ("late_done", "late_or_overdue", "ot_done"):
            is_said = (
                both in small_book.compare_units(PERIOD, measure=measure, unit=unit).sentence()
            )
            assert is_said == (resolved != judged and measure != "ot_done")
        assert (both in said) == (unit in named and resolved != judged)
    assert said


def test_what_all_units_share_and_what_no_other_has_stands_where_units_are_judged(
    small_book, monkeypatch
):
    """A cause that rose at six units, and a procedure that one unit alone has."""
    rise = {"n_dossiers": 40, "observed": 9.0, "expected": 4.0, "cause": "queue"}
    usual = rise | {"observed": 4.0}
    template = small_book.cell_tests.row(0, named=True)
    rows = [
        template | here | {"unit_id": f"SD-P{unit}", "period": period}
        for unit in range(6)
        for period, here in ((PERIOD, rise), ("2021-H1", usual), ("2021-H2", usual))
    ]
    book = replace(small_book, language="en")
    vars(book)["cell_tests"] = pl.DataFrame(rows, small_book.cell_tests.schema)
    alone = {"unit_id": ["SD-VH"], "n_dossiers": [55], "n_alone": [21]}
    monkeypatch.setattr(compare, "without_peers", lambda *_: pl.DataFrame(alone))
    sections = ("cells", "compare_units", "causes")
    texts = {name: getattr(book, name)(PERIOD).sentence() for name in sections}
    title = book.cells(PERIOD).title
    for section, text in texts.items():
        assert "of 6 units" in text
        # counted once on a page; elsewhere stands where
        assert ("21 of 55" in text) == (section == "cells")
        assert (f"counted under «{title}»" in text) == (section != "cells")
    # what a section says of it stands in no other one
    sentences = [one for text in texts.values() for one in text.split(". ") if "of 6 units" in one]
    assert len(set(sentences)) == len(sentences) == 3


def test_overdue_dossiers_are_certain_and_first_on_the_watch_list(small_book):
    frame = small_book.watch().frame
    overdue = frame.filter(pl.col("slack_seconds") < 0)
    assert overdue.height
    assert set(overdue["risk"]) == {1.0}
    assert frame["risk"].is_sorted(descending=True)
    assert set(frame["dossier_id"]) == set(
        small_book.dossiers.filter(pl.col("resolved_at").is_null())["dossier_id"]
    )


def test_an_open_dossier_waits_at_its_last_step(small_book):
    frame = small_book.watch().frame
    named = set(small_book.steps["step"])
    assert set(frame["waiting_at"].drop_nulls()) <= named
    assert frame["waiting_at"].null_count() < frame.height


def test_one_units_watch_list_holds_its_dossiers_only(small_book):
    assert set(small_book.watch(unit="SD-P1").frame["unit_id"]) == {"SD-P1"}


@pytest.fixture
def recorded(small_book, tmp_path):
    """The small project's book, with a baseline and a change that a person wrote down."""
    reference = tmp_path / "reference"
    shutil.copytree(small_book.reference, reference)
    write(
        reference / "baselines.csv",
        "unit_id,measure,first_month,last_month,reason_vi,reason_en,set_by,set_on",
        "*,late_or_overdue,2021-01,2021-12,năm trước,the year before,tổ kiểm tra,2022-07-01",
    )
    write(
        reference / "interventions.csv",
        "intervention,name_vi,name_en,unit_ids,kind,since,source,verified",
        "m,Một cửa điện tử,E-desk,SD-P1,quarter,2022-Q1,thử,no",
    )
    return replace(small_book, reference=reference)


def write(path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_without_a_persons_baseline_there_are_no_limits(small_book):
    answer = small_book.control()
    assert answer.figure is None
    assert "bảng kỳ gốc" in answer.sentence()


def test_a_baseline_with_its_reason_gives_limits_to_every_ended_month(recorded):
    answer = recorded.control()
    assert "năm trước" in answer.sentence()
    assert answer.figure is not None
    assert answer.frame["upper"].null_count() == 0
    assert "2022-06" in answer.frame["period"].to_list()


def test_a_change_in_one_unit_is_at_level_2_with_its_reasons(recorded):
    answer = recorded.interventions()
    assert answer.evidence_level == 2
    assert "chỉ một đơn vị" in answer.sentence()
    assert answer.frame["method"].to_list() == ["interrupted_series"]
    assert answer.frame["lower"][0] <= answer.frame["value"][0] <= answer.frame["upper"][0]


def test_a_change_is_judged_on_the_outcome_it_was_made_for(recorded):
    """SD-P1 files nothing at the counter: a unit that files everything online is worth copying."""
    write(
        recorded.reference / "interventions.csv",
        "intervention,name_vi,name_en,unit_ids,kind,since,measure,cause,source,verified",
        "a,Trực tuyến,Online,SD-VH,quarter,2022-Q1,online_in,,thử,no",
        "b,Hài lòng,Ratings,SD-VH,quarter,2022-Q1,satisfied_share,,thử,no",
        "c,Trình ký,Signing,SD-VH,quarter,2022-Q1,,signature_wait,thử,no",
        "d,Lạ,Strange,SD-P99,quarter,2022-Q9,no_rate,no_cause,thử,no",
    )
    answer = replace(recorded, language="en").interventions()
    assert answer.frame["intervention"].to_list() == ["a", "b", "c"]
    texts = [one.text for one in answer.claims]
    assert "share filed online" in texts[0]
    assert "does not record the share of satisfied ratings" in texts[1]
    assert 'late share by "waiting for a signature"' in texts[2]
    assert all(odd in texts[3] for odd in ("SD-P99", "2022-Q9", "no_rate", "no_cause"))
    assert [row[-1] for row in answer.listing.rows] == ["none seen"] * 3


def test_where_an_outcome_became_better_the_units_to_follow_are_named(recorded):
    """The units with less online filing than one that went from half to all of it."""
    rows = recorded.unit_measures.filter(measure="online_in")
    is_after = pl.col("period") >= "2022"
    level = pl.when(is_after, pl.col("unit_id") == "SD-VH").then(1.0).otherwise(0.5)
    measures = rows.with_columns(
        denominator=pl.lit(60), numerator=(level * 60), design_effect=pl.lit(1.0)
    ).cast(dict(rows.schema))
    write(
        recorded.reference / "interventions.csv",
        "intervention,name_vi,name_en,unit_ids,kind,since,measure,cause,source,verified",
        "a,Trực tuyến,Online,SD-VH,quarter,2022-Q1,online_in,,thử,no",
    )
    changed = replace(recorded, language="en")
    vars(changed)["unit_measures"] = pl.concat(
        [measures, recorded.unit_measures.filter(pl.col("measure") != "online_in")]
    )
    answer = changed.interventions()
    assert answer.frame["value"][0] == pytest.approx(0.5)
    assert set(answer.frame["to_follow"][0]) == set(changed.units()) - {"SD-VH"}
    texts = [one.text for one in answer.claims]
    assert "became better, by +50.0 points against its own course" in texts[0]
    assert "worth trying at" in texts[1]


def test_without_a_number_the_most_overdue_dossier_is_shown(small_book):
    worst = small_book.late_dossiers["overrun_seconds"].max()
    text = small_book.dossier("").title + str(small_book.dossier(""))
    named = small_book.late_dossiers.filter(pl.col("overrun_seconds") == worst)["dossier_id"]
    assert named.sort()[-1] in text
