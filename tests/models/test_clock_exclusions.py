"""A dossier that a rule of quality excludes is unknown under every profile, and never overdue."""

from __future__ import annotations

import datetime as dt

OVER = {
    "dossier_id": "over",
    "received_at": dt.datetime(2022, 1, 4, 1, tzinfo=dt.UTC),
    "due_at": dt.datetime(2022, 1, 10, 10, tzinfo=dt.UTC),
    "status": "resolved",
}


def test_a_dossier_that_ended_without_a_date_is_unknown_and_not_overdue(
    run_clock,
) -> None:
    assert "open_overdue" in set(run_clock([OVER])["outcomes"]["outcome"])
    excluded = run_clock([{**OVER, "lateness_excluded": "D08"}])["outcomes"]
    assert set(excluded["outcome"]) == {"unknown"}
    assert excluded["due_at_used"].null_count() == excluded.height


def test_a_late_return_alone_is_unknown(run_clock) -> None:
    ended = {**OVER, "resolved_at": dt.datetime(2022, 1, 12, 1, tzinfo=dt.UTC)}
    assert "late" in set(run_clock([ended])["outcomes"]["outcome"])
    excluded = run_clock([{**ended, "lateness_excluded": "P14"}])["outcomes"]
    assert set(excluded["outcome"]) == {"unknown"}
