"""A dossier that an office and the portal record: which record counts, and what the other says."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.ingest.fields import OTHER_RECORDS

landed = pytest.mark.landed

OFFICE = {"source": "one_stop", "source_file": "office.csv"}
PORTAL = {"source": "national_portal", "source_file": "portal.json"}
KEPT = {
    "office.csv": {"source": "one_stop", "kept_by": "office"},
    "portal.json": {"source": "national_portal", "kept_by": "portal"},
}


def both(office=(), portal=(), steps=(), pauses=(), **facts):
    """Mark a test with one dossier as the office and as the portal record it."""
    rows = [{**OFFICE, **dict(office)}, {**PORTAL, **dict(portal)}]
    return landed(rows, steps, pauses, files=KEPT, **facts)


def found(tables, *rules):
    return tables["quarantine"].filter(pl.col("rule_id").is_in(rules)).sort("rule_id")


@both()
def test_the_table_of_other_records_has_the_columns_that_are_promised(cleaned) -> None:
    assert cleaned["other_records"].height == 1
    assert dict(cleaned["other_records"].schema) == dict(OTHER_RECORDS)


@both()
def test_a_dossier_that_two_sources_record_counts_once(cleaned) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["one_stop"]
    assert found(cleaned, "P15", "P16")["source_file"].to_list() == ["portal.json"]
    sums = cleaned["reconciliation"].select("source_file", "rows_clean", "rows_merged").rows()
    assert sums == [("office.csv", 1, 0), ("portal.json", 0, 1)]


@pytest.mark.parametrize("portal_snapshot", ["31/03/2022 17:00", "31/12/2022 17:00"])
@both(
    portal={"resolved_at": "13/01/2022 09:00"},
    snapshots=lambda portal_snapshot: {
        "office.csv": "30/06/2022 17:00",
        "portal.json": portal_snapshot,
    },
)
def test_the_record_that_ends_later_counts_whichever_export_is_newer(
    cleaned, portal_snapshot
) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["national_portal"]
    other = cleaned["other_records"].row(0, named=True)
    assert (other["source"], other["kept_by"]) == ("one_stop", "office")
    assert (other["counted_source"], other["counted_kept_by"]) == ("national_portal", "portal")
    assert other["ended_at"] == dt.datetime(2022, 1, 7, 3, tzinfo=dt.UTC)
    assert other["differs"]
    finding = found(cleaned, "P16").row(0, named=True)
    assert finding["source_file"] == "portal.json"
    assert finding["message_en"].endswith("one_stop 2022-01-07 <> national_portal 2022-01-13")


@both(portal={"resolved_at": None, "status": "in_progress"})
def test_a_portal_that_never_learned_of_the_end_has_the_dossier_open(cleaned) -> None:
    assert cleaned["dossiers"].select("source", "resolved_at").rows() == [("national_portal", None)]
    assert cleaned["other_records"]["differs"].to_list() == [True]


@both(
    portal={"resolved_at": None, "status": "in_progress"},
    snapshots={"portal.json": "05/01/2022 17:00"},
)
def test_an_old_payload_of_an_open_dossier_contradicts_no_record(cleaned) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["one_stop"]
    assert cleaned["other_records"].select("ended_at", "differs").rows() == [(None, False)]
    assert found(cleaned, "P16").is_empty()


@both(portal={"resolved_at": "13/01/2022 09:00", "due_at": None})
def test_a_record_that_cannot_be_judged_gives_way(cleaned) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["one_stop"]
    assert found(cleaned, "P16").height == 1


@both(
    portal={"resolved_at": "13/01/2022 09:00"},
    steps=[
        {**OFFICE, "source_row": 9, "step": "sổ"},
        {**PORTAL, "source_row": 9, "step": "cổng"},
        {**PORTAL, "source_row": 10, "step": "cổng 2"},
    ],
    pauses=[{**OFFICE, "source_row": 11}, {**PORTAL, "source_row": 11}],
)
def test_steps_and_pauses_in_two_sources_are_taken_from_the_office(cleaned) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["national_portal"]
    assert cleaned["steps"]["step"].to_list() == ["sổ"]
    assert cleaned["pauses"]["source_file"].to_list() == ["office.csv"]
    merged = found(cleaned, "P15").filter(pl.col("row_kind") != "dossier")
    assert merged["source_file"].unique().to_list() == ["portal.json"]
    sums = cleaned["reconciliation"]
    parts = pl.sum_horizontal("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    assert sums["rows_read"].equals(sums.select(parts).to_series())


@both(
    steps=[
        {**PORTAL, "source_row": 9},
        {**OFFICE, "dossier_id": "another", "source_row": 9},
    ]
)
def test_steps_that_only_the_portal_has_stay(cleaned) -> None:
    assert cleaned["dossiers"]["source"].to_list() == ["one_stop"]
    assert cleaned["steps"]["source_file"].to_list() == ["portal.json"]


@both(portal={"due_at": "11/01/2022 17:00"})
def test_another_due_date_at_the_portal_is_no_change_of_the_due_date(cleaned) -> None:
    assert cleaned["dossier_history"].is_empty()
    assert found(cleaned, "D28").is_empty()
    assert cleaned["dossiers"]["due_first_at"].to_list() == [None]
