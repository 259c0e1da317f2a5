"""What three public registers say when alike is compared with alike and open dossiers count.

The manual's page must have these figures, and the figures must agree with what it says.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import polars as pl
import pytest

from workbench.figures import compare

pytestmark = pytest.mark.shared

MADE_BY = Path(__file__).resolve().parents[1] / "docs" / "registers_page.py"
LATE = ("late", "open_overdue")


@pytest.fixture(scope="module")
def made() -> dict[str, object]:
    """The functions that write the page."""
    return runpy.run_path(str(MADE_BY))


@pytest.fixture(scope="module")
def books(made, clocked_register, tmp_path_factory):
    """The three registers as far as the page needs them."""
    work = tmp_path_factory.mktemp("registers")
    return {
        name: made["read"](clocked_register(name, path), work / name)
        for name, path in made["FILES"].items()
    }


def only(frame: pl.DataFrame, **where: str) -> dict[str, object]:
    return frame.filter(**where).row(0, named=True)


def test_the_page_on_registers_says_what_the_registers_say(made, books):
    assert made["PAGE"].read_text(encoding="utf-8") == made["page"](books)


def test_self_service_is_less_late_than_calls_and_later_among_requests_of_one_type(made, books):
    frame = made["groups"](
        books["boston311"],
        "x_source",
        "procedure_id",
        group="Self Service",
        other="Constituent Call",
    )
    row = only(frame, x_source="Self Service")
    assert (row["n_late"], row["n_dossiers"]) == (1_325, 4_099)
    assert (row["other_n_late"], row["other_n_dossiers"]) == (9_757, 23_478)
    by_hand = (1_325 / (4_099 - 1_325)) / (9_757 / (23_478 - 9_757))
    assert row["crude"] == pytest.approx(by_hand)
    assert round(row["crude"], 2) == 0.67
    assert round(row["adjusted"], 2) == 1.23
    assert row["simpson_alarm"]


def test_a_department_without_targets_is_never_on_time_or_late(made, books):
    book = books["boston311"]
    frame = made["departments"](book)
    without = frame.filter(pl.col("targets") == 0)
    assert without["unit_id"].to_list() == ["CHT_", "GEN_", "HS_O", "HS_V", "HS_Y"]
    assert without["judged"].sum() == 0
    theirs = book.dossiers.filter(pl.col("unit_id").is_in(without["unit_id"].implode()))
    judged = book.outcomes.join(theirs.select("dossier_id"), on="dossier_id")
    strict = judged.filter(pl.col("profile").is_in(["wb_strict", "due_instant"]))
    assert set(strict["outcome"]) == {"unknown"}
    assert not set(judged["outcome"]) & set(LATE)
    groups = made["groups"](book, "unit_id", "received_month")
    assert not set(groups["unit_id"]) & set(without["unit_id"])


def test_february_is_later_than_other_months_and_partly_by_what_was_asked(made, books):
    frame = made["groups"](books["boston311"], "received_month", "procedure_id")
    february = only(frame, received_month="02")
    assert february["crude_lower"] > february["adjusted_upper"] > february["adjusted_lower"] > 1
    assert frame["share"].max() == february["share"]


def test_closed_medians_of_the_last_half_year_flatter_and_name_the_wrong_municipality(made, books):
    frame = made["days_taken"](books["wabo"], "unit_id", period="2013-H2").frame.filter(
        end="result"
    )
    assert frame["closed_is_biased"].all()
    four, three = (only(frame, unit_id=unit) for unit in ("WABO_4", "WABO_3"))
    assert frame["closed"].min() == four["closed"]
    assert (four["n_ended"], four["n_dossiers"], four["median"]) == (10, 116, None)
    assert three["closed"] < three["median"]
    assert frame["median"].drop_nulls().min() == three["median"]


def test_the_end_chosen_turns_the_order_of_the_municipalities(made, books):
    frame = made["days_taken"](books["wabo"], "unit_id").frame
    printed, last = (frame.filter(end=end) for end in ("printed", "last_step"))
    assert printed.sort("median")["unit_id"][0] == "WABO_4"
    assert only(last, unit_id="WABO_4")["median"] is None
    assert ("WABO_4", "WABO_1") in compare.turned(printed, last, "unit_id")


def test_the_latest_forwarding_step_is_in_the_municipality_with_the_fewest_late(made, books):
    steps, units = made["forwarding"](books["wabo"]), made["departments"](books["wabo"])
    share = pl.col("late") / pl.col("steps")
    assert steps.sort(share)["unit_id"][-1] == "WABO_3"
    assert units.sort(pl.col("late") / pl.col("judged"))["unit_id"][0] == "WABO_3"
    inside = only(made["behind"](books["wabo"]), behind="true")
    assert (inside["n_late"], inside["n_dossiers"]) == (181, 592)
    assert inside["crude_lower"] > 1


def test_no_channel_of_receipt_differs_from_the_others(made, books):
    frame = made["groups"](books["receipt"], "x_channel", "received_quarter")
    compared = frame.filter(pl.col("crude").is_not_null())
    for kind in ("crude", "adjusted"):
        assert (compared[f"{kind}_lower"] < 1).all()
        assert (compared[f"{kind}_upper"] > 1).all()


def test_most_of_the_fall_of_receipt_is_immaturity_and_the_rest_may_be_chance(made, books):
    closed, last = (made["fall"](books["receipt"], share) for share in ("closed", "eventual"))
    assert closed[2] < 0 < last[2]
    assert 0.5 < 1 - last[0] / closed[0] < 0.75
    frame = made["days_taken"](books["receipt"], "received_quarter").frame.filter(end="result")
    old, new = (only(frame, received_quarter=q) for q in ("2010-Q4", "2011-Q4"))
    assert new["median_upper"] < old["median_lower"]
    assert old["closed"] - new["closed"] > 1.5 * (old["median"] - new["median"])


@pytest.mark.parametrize(("register", "share"), [("receipt", 0.588), ("wabo", 0.623)])
def test_most_of_the_late_time_lies_after_the_last_stamp(made, books, register, share):
    assert round(made["unlogged"](books[register], late_only=True), 3) == share
    ledger = books[register].ledger
    last = pl.col("segment_no") == pl.col("segment_no").max().over("dossier_id")
    assert ledger.filter(~last, pl.col("kind") == "unlogged").is_empty()
