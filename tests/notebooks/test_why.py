"""The answers on causes: they add up, show what is unexplained and what is unknown."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.answers.phrasing import FEW
from workbench.core import numerals
from workbench.figures.estimates import wilson

ASKED = ("causes", "causes_by_unit", "causes_over_time", "reality")
RHYTHM = ("transfers", "clicks", "signing_days", "in_progress")


def answers(book):
    yield from (getattr(book, name)("2022-H1") for name in ASKED)
    yield from (getattr(book.rhythm(), name)("2022-H1") for name in RHYTHM)
    yield book.waiting("2022-H1")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_answer_has_claims_denominators_a_chart_and_a_table(small_project, language):
    for answer in answers(open_book(small_project.root, language=language)):
        assert answer.claims, answer.title
        assert all(c.level in (1, 2, 3) for c in answer.claims)
        assert any(character.isdigit() for character in answer.denominators) or "open" in str(
            answer.frame.columns
        )
        if answer.title not in ("Các bước chờ vì sao", "What steps waited for"):
            assert "<svg" in answer.chart().svg
            assert answer.table().rows


def test_the_weights_of_the_causes_sum_to_the_late_dossiers(small_book):
    answer = small_book.causes("2022-H1")
    late = small_book.late_dossiers.filter(
        pl.col("ended_on").is_between(dt.date(2022, 1, 1), dt.date(2022, 6, 30))
    )
    assert late.height > 20
    assert answer.frame["late_share"].sum() == pytest.approx(late.height)
    assert answer.frame["n_dominant"].sum() == late.height
    assert f"{late.height} hồ sơ trễ hạn" in answer.sentence()


def test_what_no_cause_explains_is_always_the_last_row(small_book):
    assert small_book.causes("2022-H1").frame["cause"][-1] == "unexplained"
    assert small_book.causes_by_unit("2022-H1").frame.columns[-1] == "unexplained"
    assert "chưa rõ" in small_book.causes("2022-H1").sentence()


@pytest.mark.parametrize("question", ["evidence", "causes"])
def test_what_a_source_does_not_distinguish_is_said_with_what_it_lacks(small_project, question):
    book = open_book(small_project.root, language="en")

    def sentence() -> str:
        return (book.evidence() if question == "evidence" else book.causes("2022-H1")).sentence()

    assert "lacks" not in sentence()
    few = pl.col("n_steps") // 4
    object.__setattr__(book, "source_stamps", book.source_stamps.with_columns(n_arrived=few))
    assert "lacks the time when a step arrived (only 25.0% of steps have it)" in sentence()
    assert "waiting in a queue, overload" in sentence()
    none = {name: pl.lit(0) for name in ("n_steps", "n_arrived", "n_started", "n_finished")}
    object.__setattr__(book, "source_stamps", book.source_stamps.with_columns(**none))
    assert "has no log of steps: of all causes only «wrong due date»" in sentence()


@pytest.mark.parametrize("question", ["evidence", "causes"])
def test_without_holders_slow_work_and_overload_are_said_to_be_hardly_distinguished(
    small_project, question
):
    book = open_book(small_project.root, language="en")

    def sentence() -> str:
        return (book.evidence() if question == "evidence" else book.causes("2022-H1")).sentence()

    assert "holder" not in sentence()
    few = {"n_works": pl.lit(400), "n_with_holder": pl.lit(100)}
    object.__setattr__(book, "source_stamps", book.source_stamps.with_columns(**few))
    assert "lacks the holder of steps of work (only 25.0% of steps have it)" in sentence()
    assert "grade B" in sentence()


def test_paper_dates_that_speak_for_other_dossiers_are_given_as_a_share_with_its_interval(
    small_project,
):
    book = open_book(small_project.root, language="en")
    place = pl.int_range(pl.len())
    late = book.late_dossiers.sort("dossier_id").with_columns(
        has_paper=place % 3 == 0, is_by_paper_share=place % 3 == 1
    )
    assert "paper" not in book.reality("2022-H1").sentence()
    dated = pl.when("has_paper").then(pl.lit("record_only")).otherwise("reality")
    object.__setattr__(book, "late_dossiers", late.with_columns(reality=dated))
    answer = book.reality("2022-03")
    n = answer.frame.filter("is_by_paper_share").height
    assert n
    months = pl.col("ended_on").is_between(dt.date(2022, 1, 1), dt.date(2022, 6, 30))
    units = answer.frame.filter("is_by_paper_share")["unit_id"].implode()
    ended = book.late_dossiers.filter(months, pl.col("outcome") == "late")
    others = ended.filter("has_paper", pl.col("unit_id").is_in(units)).height
    assert f"of the {others} late dossiers of the same half-year" in answer.sentence()
    assert f"Of those that cannot be decided {n} have no date" in answer.sentence()
    assert "(100.0%; interval" in answer.sentence()


def test_where_everything_is_explained_the_unexplained_share_is_zero(small_book):
    cells = small_book.cause_cells.filter(pl.col("cause") != "unexplained")
    book = open_book(small_book.home, language="en")
    object.__setattr__(book, "cause_cells", cells)
    answer = book.causes("2022-H1")
    assert answer.frame["cause"][-1] == "unexplained"
    assert answer.frame["late_share"][-1] == 0


def test_units_with_few_late_dossiers_are_shown_and_not_commented_on(small_book):
    answer = small_book.causes_by_unit("2022-H1")
    few = answer.frame.filter(pl.col("n_late") < FEW)["group"].to_list()
    assert all(f"{name} (" not in answer.sentence() for name in few)


def test_realities_sum_to_the_late_dossiers(small_book):
    rows = small_book.reality("2022-H1").table().rows
    for row in rows:
        assert sum(int(cell.split(" ")[0]) for cell in row[2:]) == int(row[1])


def test_the_really_late_have_the_interval_of_the_first_page(small_book):
    table = small_book.reality("2022-H1").listing
    tile = small_book.summary("2022-H1").tiles[1]
    whole = str(table.rows[0][2])
    interval = re.search(r"\d+,\d–\d+,\d%", whole)
    assert interval
    assert interval[0] in tile.note
    # late dossiers that end together say less than as many that end alone
    n, of = (int(cell) for cell in re.search(r"(\d+)/(\d+)", tile.note).groups())
    alone = wilson(n, of)
    assert numerals.percent_range(alone.lower, alone.upper) not in whole


def test_a_period_without_late_dossiers_says_so(small_book):
    late = set(small_book.late_dossiers["ended_on"].dt.strftime("%Y-%m"))
    calm = next(m for m in small_book.periods("month") if m not in late)
    early = small_book.causes(calm)
    assert early.sentence() == "Không có hồ sơ trễ hạn trong kỳ này."
    assert early.figure is None


def test_open_dossiers_at_the_snapshot_are_those_the_outcomes_call_open(small_book):
    last = small_book.rhythm().in_progress("2022-H1").frame.row(-1, named=True)
    outcomes = small_book.outcomes.filter(pl.col("profile") == "wb_strict")["outcome"]
    assert last["open"] == outcomes.is_in(["open_in_time", "open_overdue"]).sum()
    assert last["overdue"] == (outcomes == "open_overdue").sum()


def test_clicks_are_counted_in_local_time(small_book):
    counted = small_book.rhythm().clicks("2022-H1").frame
    local = small_book.steps["finished_at"].dt.hour().unique()
    assert set(counted["hour"]) <= set(local)
    assert small_book.steps["finished_at"].dtype.time_zone == "Asia/Ho_Chi_Minh"


def test_without_arrivals_there_is_no_statement_on_transfers(small_project):
    book = open_book(small_project.root, language="en")
    none = book.ledger.filter(pl.col("kind") != "transfer")
    object.__setattr__(book, "ledger", none)
    answer = book.rhythm().transfers("2022-H1")
    assert "transfers cannot be described" in answer.sentence()
    assert answer.figure is None


def test_without_stamps_waiting_is_reported_as_not_split(small_project, monkeypatch):
    book = open_book(small_project.root, language="en")
    monkeypatch.setattr(
        "workbench.figures.on_request.split_waits", lambda *_: _no_waits(), raising=True
    )
    answer = book.waiting("2022-H1")
    assert "cannot be split" in answer.sentence()
    assert answer.listing is None


def _no_waits() -> pl.DataFrame:
    causes = ("batching", "contention", "prioritisation", "unavailability", "extraneous")
    return pl.DataFrame(
        schema={
            "step": pl.String,
            "unit_id": pl.String,
            "dossier_id": pl.String,
            "step_no": pl.Int32,
            "wait_seconds": pl.Int64,
            **{f"{c}_seconds": pl.Int64 for c in (*causes, "delay")},
        }
    )
