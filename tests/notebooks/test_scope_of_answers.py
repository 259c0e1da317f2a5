"""An answer is about the unit and period of its page, and one test says who stands apart."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from workbench.answers.phrasing import FEW
from workbench.figures.compare import PEERED
from workbench.messages import say, use_language


def test_groups_of_a_unit_and_period_hold_only_its_dossiers(small_book):
    book = replace(small_book, language="en")
    answer = book.compare_groups("channel_in", period="2022-H1", unit="SD-VH")
    own = small_book.dossiers.filter(pl.col("unit_id") == "SD-VH")
    received = own.filter(pl.col("received_on").dt.year() == 2022)
    judged = small_book.outcomes.filter(
        pl.col("profile") == "wb_strict",
        pl.col("outcome").is_in(["early", "on_time", "late", "open_overdue"]),
    )
    expected = received.join(judged, on="dossier_id", how="semi")
    assert 0 < answer.frame["n_dossiers"].sum() == expected.height < own.height
    assert answer.title.endswith(f"{book.unit_name('SD-VH')}, received in H1 2022")


def test_durations_of_a_unit_and_period_hold_only_its_dossiers(small_book):
    book = replace(small_book, language="en")
    answer = book.durations(period="2022-H1", unit="SD-VH")
    assert answer.frame["unit_id"].unique().to_list() == ["SD-VH"]
    assert answer.title.endswith(f"{book.unit_name('SD-VH')}, received in H1 2022")
    assert book.durations().title.endswith("whenever received")


def test_who_stands_apart_is_the_same_in_both_comparisons_of_units(small_book):
    named = 0
    for period in ("2021-H1", "2021-H2", "2022-H1"):
        fair = {row["unit_id"]: row for row in small_book.fair_units(period).frame.to_dicts()}
        claims = [c.text for c in small_book.compare_units(period).claims]
        number = sum(r["peered"] >= PEERED and r["n_dossiers"] >= FEW for r in fair.values())
        with use_language("vi"):
            heads = {
                key: say(f"briefing.units_{key}", units="|", number=number).split("|")[0]
                for key in ("beyond", "not_beyond", "no_peers")
            }
        for unit, row in fair.items():
            statuses = {
                key
                for key, head in heads.items()
                for text in claims
                if text.startswith(head) and small_book.unit_name(unit) in text
            }
            if statuses:
                named += 1
                assert row["n_dossiers"] >= FEW
                apart = "beyond" if row["standing"] == "above" else "not_beyond"
                assert statuses == {apart if row["peered"] >= PEERED else "no_peers"}
    assert named
