"""One dossier in two records: late by one and in time by the other, and what each case is."""

from __future__ import annotations

import datetime as dt
import runpy
from pathlib import Path

import polars as pl
import pytest

from workbench.figures.causes import evidence_text
from workbench.ingest.fields import OTHER_RECORDS
from workbench.messages import use_language

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
case_of, crowd, at = (MODELS[name] for name in ("case_of", "crowd", "at"))
causes_of, verdict = MODELS["causes_of"], MODELS["verdict"]


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


def recorded(explained, *, ended, until, changed=(), office=True, counted="portal", **fields):
    """A dossier done at 6.5 hours of office time (more when changed); two records of its end.

    ``until`` is the end in the record that counts (none: still open there), ``ended`` the end in
    the other one.
    """
    dossier, steps = case_of("X", changed=changed, due=8)
    dossier |= {"source": "national_portal", "resolved_at": until, **fields}
    other = {
        "dossier_id": "X",
        "source": "one_stop",
        "kept_by": "office" if office else "portal",
        "counted_source": "national_portal",
        "counted_kept_by": counted,
        "ended_at": ended,
        "differs": True,
        "source_row": 2,
    }
    rows = [{c: other.get(c) for c in OTHER_RECORDS}]
    facts = {"other_records": pl.DataFrame(rows, OTHER_RECORDS, orient="row")}
    return explained([*crowd(), (dossier, steps)], facts=facts)


def test_late_at_the_portal_and_in_time_by_the_offices_own_record_is_late_on_record_only(explained):
    tables = recorded(explained, ended=at(6.5), until=at(30))
    assert verdict(tables)["reality"] == "record_only"
    found = causes_of(tables)
    assert set(found) == {"record_lag"}
    assert (found["record_lag"]["grade"], found["record_lag"]["but_for"]) == ("A", True)
    assert found["record_lag"]["excess_seconds"] == round(23.5 * 3600)
    assert found["record_lag"]["late_seconds"] == verdict(tables)["overrun_seconds"]


def test_the_evidence_names_both_sources_and_both_days(explained):
    evidence = causes_of(recorded(explained, ended=at(6.5), until=at(30)))["record_lag"]
    with use_language("en"):
        sentence = evidence_text(evidence)
    assert "(one_stop) the dossier ended on 07/03/2022" in sentence
    assert "national_portal has it on 10/03/2022" in sentence
    assert "23.5 working hours" in sentence
    with use_language("vi"):
        assert "one_stop" in evidence_text(evidence)


def test_an_end_that_never_reached_the_portal_is_late_on_record_only(explained):
    tables = recorded(explained, ended=at(6.5), until=None, status="in_progress")
    assert verdict(tables)["outcome"] == "open_overdue"
    assert verdict(tables)["reality"] == "record_only"
    assert set(causes_of(tables)) == {"record_lag"}


def test_a_mere_date_of_the_other_record_is_the_end_of_that_day(explained):
    midnight = at(0) - dt.timedelta(hours=7)
    found = causes_of(recorded(explained, ended=midnight, until=at(30)))
    assert found["record_lag"]["excess_seconds"] == 22 * 3600


def test_late_by_both_records_is_really_late(explained):
    slow = [("work", 2, 16)]
    tables = recorded(explained, ended=at(22.5), until=at(30.5), changed=slow)
    assert verdict(tables)["reality"] == "real"
    found = causes_of(tables)
    assert set(found) == {"slow_work", "record_lag"}
    assert found["record_lag"]["excess_seconds"] == 8 * 3600
    assert not found["record_lag"]["but_for"]


@pytest.mark.parametrize(
    ("office", "counted"), [(True, "office"), (False, "office"), (False, "portal")]
)
def test_which_of_two_records_is_right_is_not_known_unless_the_copy_is_the_late_one(
    explained, office, counted
):
    tables = recorded(explained, ended=at(6.5), until=at(30), office=office, counted=counted)
    assert verdict(tables)["reality"] == "undecidable"
    lag = causes_of(tables)["record_lag"]
    assert (lag["grade"], lag["evidence"].split("|")[0]) == ("B", "records_differ")


def test_a_lag_that_every_dossier_of_the_portal_has_is_no_less_a_lag(explained):
    rows, cases = [], []
    for n in range(30):
        dossier, steps = case_of(f"X{n:02d}", unit=f"U{n % 3}", start=n % 5, due=8)
        first = dossier["received_at"]
        cases.append(({**dossier, "resolved_at": at(30, first)}, steps))
        rows.append(
            {
                "dossier_id": dossier["dossier_id"],
                "source": "one_stop",
                "kept_by": "office",
                "counted_source": "national_portal",
                "counted_kept_by": "portal",
                "ended_at": steps[-1]["finished_at"],
                "differs": True,
            }
        )
    records = [{c: row.get(c) for c in OTHER_RECORDS} for row in rows]
    facts = {"other_records": pl.DataFrame(records, OTHER_RECORDS, orient="row")}
    tables = explained([*crowd(), *cases], facts=facts)
    assert set(tables["late_dossiers"]["reality"]) == {"record_only"}
    assert set(tables["causes"]["cause"]) == {"record_lag"}
