"""Pauses: what they do to the clock, to the due date, and which of them are odd."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def pause(number: int, paused: str, resumed: str = "", reason: str = "tax") -> dict[str, object]:
    stamps = {"paused_at": at(paused), "resumed_at": at(resumed)}
    return {"dossier_id": "A", "pause_no": number, "reason": reason, **stamps}


def policies(*rows: tuple[str, str, str]) -> dict[str, pl.DataFrame]:
    names = ("procedure_id", "reason", "policy")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return {"pause_policies": frame}


DOSSIER = {
    "dossier_id": "A",
    "received_at": at("2022-01-04 08:00"),
    "resolved_at": at("2022-01-14 10:00"),
    "due_at": at("2022-01-12 17:00"),
    "term_value": 4,
    "term_unit": "working_day",
}
TWO_DAYS = (pause(1, "2022-01-05 08:00", "2022-01-07 08:00"),)


@pytest.mark.parametrize(
    ("policy", "paused", "due"),
    [
        ("pause", 2 * 8 * 3600, "2022-01-12 17:00"),
        ("ignore", 0, "2022-01-10 17:00"),
        ("restart", 2 * 8 * 3600, "2022-01-13 17:00"),
    ],
)
def test_a_policy_says_whether_a_pause_counts_not_at_all_or_begins_the_term_anew(
    run_clock, policy, paused, due
):
    facts = policies(("*", "*", policy))
    tables = run_clock([DOSSIER], pauses=TWO_DAYS, facts=facts)
    assert set(tables["outcomes"]["paused_seconds"]) == {paused}
    assert tables["due_dates"]["due_credited_at"].to_list() == [at(due)]


def test_the_rule_of_the_procedure_goes_before_that_of_the_reason(run_clock):
    facts = policies(("*", "*", "pause"), ("*", "tax", "pause"), ("P1", "*", "ignore"))
    outcomes = run_clock([DOSSIER], pauses=TWO_DAYS, facts=facts)["outcomes"]
    assert set(outcomes["paused_seconds"]) == {0}


@pytest.mark.parametrize(
    ("text", "paused"),
    [
        ("tax", 0),
        ("Chờ thuế", 0),
        ("CHỜ  THUẾ", 0),
        ("chờ họp", 2 * 8 * 3600),
        (None, 2 * 8 * 3600),
    ],
)
def test_a_reason_is_known_by_its_code_or_its_text_and_any_other_falls_under_all(
    run_clock, text, paused
):
    facts = policies(("*", "*", "pause"), ("*", "tax", "ignore"))
    outcomes = run_clock([DOSSIER], pauses=[{**TWO_DAYS[0], "reason": text}], facts=facts)
    assert set(outcomes["outcomes"]["paused_seconds"]) == {paused}


def test_a_profile_may_leave_pauses_out_of_a_recomputed_due_date(run_clock, reference_dir):
    shipped = lateness_profiles(reference_dir / "profiles").filter(profile="wb_legal")
    ignored = shipped.with_columns(profile=pl.lit("ignored"), pauses=pl.lit("ignored"))
    facts = {"profiles": pl.concat([shipped, ignored])}
    dossier = {**DOSSIER, "resolved_at": at("2022-01-12 10:00")}
    found = run_clock([dossier], pauses=TWO_DAYS, facts=facts)["outcomes"]
    assert found.select("profile", "outcome").rows() == [
        ("ignored", "late"),
        ("wb_legal", "on_time"),
    ]


def test_overlapping_pauses_of_all_kinds_count_once(run_clock):
    kinds = ("supplement", "financial", "tax", "posting")
    pauses = [
        pause(n, f"2022-01-0{4 + n} 08:00", f"2022-01-{6 + n:02d} 08:00", kind)
        for n, kind in enumerate(kinds, start=1)
    ]
    tables = run_clock([DOSSIER], pauses=pauses, tables=("pause_spells", "odd_pauses"))
    assert tables["pause_spells"]["work_seconds"].to_list() == [3 * 8 * 3600]
    assert tables["odd_pauses"]["oddity"].to_list() == ["overlapping"] * 3


def test_an_unended_pause_lasts_to_the_end_of_a_closed_dossier_and_to_the_snapshot_of_an_open_one(
    run_clock,
):
    unended = [pause(1, "2022-01-05 08:00")]
    closed = run_clock([DOSSIER], pauses=unended, tables=("pause_spells", "odd_pauses"))
    assert closed["pause_spells"]["to_at"].to_list() == [DOSSIER["resolved_at"]]
    assert closed["odd_pauses"]["oddity"].to_list() == ["unended_on_closed"]
    snapshot = at("2022-01-20 17:00")
    opened = {**DOSSIER, "resolved_at": None, "status": "supplement", "snapshot_at": snapshot}
    found = run_clock([opened], pauses=unended, tables=("pause_spells", "odd_pauses"))
    assert found["pause_spells"].select("to_at", "is_unended").rows() == [(snapshot, True)]
    assert found["odd_pauses"].is_empty()


@pytest.mark.parametrize(
    ("oddity", "paused", "resumed"),
    [
        ("negative", "2022-01-07 08:00", "2022-01-06 08:00"),
        ("outside_clock", "2022-01-03 08:00", "2022-01-06 08:00"),
        ("outside_clock", "2022-01-13 08:00", "2022-01-18 08:00"),
    ],
)
def test_a_pause_that_does_not_fit_is_listed_and_cut(run_clock, oddity, paused, resumed):
    odd = [pause(1, paused, resumed)]
    tables = run_clock([DOSSIER], pauses=odd, tables=("odd_pauses", "outcomes"))
    assert tables["odd_pauses"]["oddity"].to_list() == [oddity]
    assert (tables["outcomes"]["used_seconds"] >= 0).all()


def test_a_status_of_waiting_without_any_pause_is_listed(run_clock):
    waiting = {**DOSSIER, "resolved_at": None, "status": "financial"}
    odd = run_clock([waiting], tables=("odd_pauses",))["odd_pauses"]
    assert odd["oddity"].to_list() == ["paused_without_pause"]


def test_an_open_dossier_on_pause_keeps_the_slack_it_had_when_the_pause_began(run_clock):
    opened = {**DOSSIER, "resolved_at": None, "status": "supplement"}
    opened["snapshot_at"] = at("2022-01-20 17:00")
    outcomes = run_clock([opened], pauses=[pause(1, "2022-01-11 17:00")])["outcomes"]
    strict = outcomes.filter(profile="wb_strict").row(0, named=True)
    assert (strict["outcome"], strict["slack_seconds"]) == ("open_in_time", 8 * 3600)
