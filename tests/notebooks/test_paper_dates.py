"""Closing clicks are compared with the dates on papers, dossier by dossier, in each unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.answers.paper_dates import paper_dates
from workbench.answers.run import Run

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def closed(small_book, tmp_path):
    """Give dossiers a closing click and a paper so many days before: ``closed([("A", 0)])``."""

    def make(rows: list[tuple[str, int | None]]) -> Run:
        click = dt.datetime(2022, 3, 10, 5, tzinfo=ZONE)  # the day before in UTC
        papers = [None if lag is None else click.date() - dt.timedelta(lag) for _, lag in rows]
        frame = pl.DataFrame(
            {
                "dossier_id": [f"H{n}" for n in range(len(rows))],
                "unit_id": [unit for unit, _ in rows],
                "time_zone": ["Asia/Ho_Chi_Minh"] * len(rows),
                "resolved_at": [click.astimezone(dt.UTC)] * len(rows),
                "paper_result_on": pl.Series(papers, dtype=pl.Date),
            },
            schema_overrides={"resolved_at": pl.Datetime("us", "UTC")},
        )
        kept = small_book.dossiers.drop(frame.columns)
        frame.hstack(kept.clear(len(rows))).select(small_book.dossiers.columns).write_parquet(
            tmp_path / "dossiers.parquet"
        )
        return replace(small_book, folders=(tmp_path, *small_book.folders), language="en")

    return make


def test_the_day_of_the_click_is_that_of_the_office_and_counts_add_up(closed):
    answer = paper_dates(closed([("A", 0), ("A", 3), ("A", -1), ("A", None), ("B", 0)]), "2022-H1")
    rows = {row["unit_id"]: row for row in answer.frame.iter_rows(named=True)}
    assert [rows["A"][n] for n in ("n_dossiers", "n_same_day", "n_later", "n_earlier")] == [
        3,
        1,
        1,
        1,
    ]
    assert rows["*"]["n_dossiers"] == 4
    assert "Of 5 dossiers that ended in the period, 4 have a date" in answer.claims[0].text


def test_a_unit_is_named_only_outside_wide_limits_and_with_enough_dossiers(closed):
    good, few = [("good", 0)] * 200, [("few", 5)] * 3
    answer = paper_dates(closed([*good, *few, *[("bad", 5)] * 20, *[("bad", 0)] * 20]), "2022-H1")
    assert "bad (50.0%)" in answer.claims[1].text
    assert "few" not in answer.claims[1].text
    assert len(paper_dates(closed([*good, *few]), "2022-H1").claims) == 1


def test_without_dates_on_papers_the_export_is_said_not_to_have_them(closed):
    answer = paper_dates(closed([("A", None)]), "2022-H1")
    assert "not in this export" in answer.claims[0].text
    assert answer.listing is None


def test_a_page_of_one_unit_has_no_line_for_all(closed):
    answer = paper_dates(closed([("SD-VH", 0), ("SD-P1", 4)]), "2022-H1", unit="SD-VH")
    assert answer.frame["unit_id"].to_list() == ["SD-VH"]
