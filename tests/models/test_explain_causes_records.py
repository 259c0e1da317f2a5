"""One dossier in two records: late by one and in time by the other, and what each case is."""

from __future__ import annotations

import datetime as dt

import pytest

from models.explained_cases import at, case_of, causes_of, crowd, verdict
from workbench.figures.causes import evidence_text
from workbench.messages import use_language

register = pytest.mark.register
RECORD = {
    "source": "one_stop",
    "kept_by": "office",
    "counted_source": "national_portal",
    "counted_kept_by": "portal",
    "differs": True,
}


def record_that_counts(*, until, changed=(), **fields):
    """An ordinary crowd and a dossier done at 6.5 hours of office time (more when changed).

    ``until`` is the end in the record that counts (none: still open there).
    """
    dossier, steps = case_of("X", changed=changed, due=8)
    dossier |= {"source": "national_portal", "resolved_at": until, **fields}
    return [*crowd(), (dossier, steps)]


def other_record(*, ended, office=True, counted="portal"):
    """The record that does not count, and the end in it."""
    kept_by = {"kept_by": "office" if office else "portal", "counted_kept_by": counted}
    return [{**RECORD, **kept_by, "dossier_id": "X", "ended_at": ended, "source_row": 2}]


@register(record_that_counts(until=at(30)), other_records=other_record(ended=at(6.5)))
def test_late_at_the_portal_and_in_time_by_the_offices_own_record_is_late_on_record_only(tables):
    assert verdict(tables)["reality"] == "record_only"
    causes = causes_of(tables)
    assert set(causes) == {"record_lag"}
    assert (causes["record_lag"]["grade"], causes["record_lag"]["but_for"]) == ("A", True)
    assert causes["record_lag"]["excess_seconds"] == round(23.5 * 3600)
    assert causes["record_lag"]["late_seconds"] == verdict(tables)["overrun_seconds"]


@register(record_that_counts(until=at(30)), other_records=other_record(ended=at(6.5)))
def test_the_evidence_names_both_sources_and_both_days(tables):
    evidence = causes_of(tables)["record_lag"]
    with use_language("en"):
        sentence = evidence_text(evidence)
    assert "(one_stop) the dossier ended on 07/03/2022" in sentence
    assert "national_portal has it on 10/03/2022" in sentence
    assert "23.5 working hours" in sentence
    with use_language("vi"):
        assert "one_stop" in evidence_text(evidence)


@register(
    record_that_counts(until=None, status="in_progress"), other_records=other_record(ended=at(6.5))
)
def test_an_end_that_never_reached_the_portal_is_late_on_record_only(tables):
    assert verdict(tables)["outcome"] == "open_overdue"
    assert verdict(tables)["reality"] == "record_only"
    assert set(causes_of(tables)) == {"record_lag"}


@register(
    record_that_counts(until=at(30)),
    other_records=other_record(ended=at(0) - dt.timedelta(hours=7)),
)
def test_a_mere_date_of_the_other_record_is_the_end_of_that_day(tables):
    causes = causes_of(tables)
    assert causes["record_lag"]["excess_seconds"] == 22 * 3600


@register(
    record_that_counts(until=at(30.5), changed=[("work", 2, 16)]),
    other_records=other_record(ended=at(22.5)),
)
def test_late_by_both_records_is_really_late(tables):
    assert verdict(tables)["reality"] == "real"
    causes = causes_of(tables)
    assert set(causes) == {"slow_work", "record_lag"}
    assert causes["record_lag"]["excess_seconds"] == 8 * 3600
    assert not causes["record_lag"]["but_for"]


@pytest.mark.parametrize(
    ("office", "counted"), [(True, "office"), (False, "office"), (False, "portal")]
)
@register(
    record_that_counts(until=at(30)),
    other_records=lambda office, counted: other_record(
        ended=at(6.5), office=office, counted=counted
    ),
)
def test_which_of_two_records_is_right_is_not_known_unless_the_copy_is_the_late_one(
    tables, office, counted
):
    assert verdict(tables)["reality"] == "undecidable"
    lag = causes_of(tables)["record_lag"]
    assert (lag["grade"], lag["evidence"].split("|")[0]) == ("B", "records_differ")


def always_late_at_the_portal():
    """Thirty dossiers at three units, as the portal and as the office has them."""
    cases, records = [], []
    for n in range(30):
        dossier, steps = case_of(f"X{n:02d}", unit=f"U{n % 3}", start=n % 5, due=8)
        ended = at(30, dossier["received_at"])
        cases.append(({**dossier, "source": "national_portal", "resolved_at": ended}, steps))
        own = {"dossier_id": dossier["dossier_id"], "ended_at": steps[-1]["finished_at"]}
        records.append(RECORD | own)
    return cases, records


@register([*crowd(), *always_late_at_the_portal()[0]], other_records=always_late_at_the_portal()[1])
def test_a_lag_that_every_dossier_of_the_portal_has_is_no_less_a_lag(tables):
    assert set(tables["late_dossiers"]["reality"]) == {"record_only"}
    assert set(tables["causes"]["cause"]) == {"record_lag"}
