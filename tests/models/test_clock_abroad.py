"""Due days of offices in a zone with clock changes, and of calendars that never close."""

from __future__ import annotations

import datetime as dt
import shutil
from zoneinfo import ZoneInfo

import pytest

from workbench.clock import Calendars

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(scope="module")
def italian(tmp_path_factory, reference_dir):
    """The shipped calendars and one of Italy that counts whole days from Monday to Friday."""
    folder = tmp_path_factory.mktemp("facts") / "calendars"
    shutil.copytree(reference_dir / "calendars", folder)
    for name, row in (
        ("calendars.csv", "made_it,Europe/Rome,2022-01-01,2022-12-31,,test,test,no"),
        ("office_hours.csv", "made_it,,,1-5,00:00,24:00,test,no"),
    ):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    return Calendars.read(folder)


def received(day: int, month: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2022, month, day, hour, tzinfo=ROME)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # Monday at midnight of summer time is no Sunday: the first working day after is Tuesday
        (received(11, 7), (12, 7)),
        (received(14, 7, 12), (15, 7)),
        # a Friday of summer time ends on Friday
        (received(15, 7, 12), (18, 7)),
        (received(25, 3, 12), (28, 3)),
        (received(28, 10, 12), (31, 10)),
        (received(17, 1), (18, 1)),
    ],
    ids=str,
)
def test_a_working_day_is_one_of_the_office_s_own_clock(run_clock, italian, start, due) -> None:
    row = {
        "dossier_id": "A",
        "calendar_id": "made_it",
        "time_zone": "Europe/Rome",
        "received_at": start,
        "resolved_at": start + dt.timedelta(hours=30),
        "term_value": 1,
        "term_unit": "working_day",
    }
    tables = run_clock([row], calendars=italian, tables=("due_dates", "clock_starts"))
    reached = tables["due_dates"]["due_recomputed_at"][0].astimezone(ROME)
    assert reached == dt.datetime(2022, due[1], due[0], 23, 59, 59, tzinfo=ROME)


def test_a_clock_starts_when_the_office_s_own_clock_says_that_it_opens(run_clock, italian) -> None:
    saturday = received(16, 7, 12)
    row = {
        "dossier_id": "A",
        "calendar_id": "made_it",
        "time_zone": "Europe/Rome",
        "received_at": saturday,
        "resolved_at": received(20, 7),
    }
    starts = run_clock([row], calendars=italian, tables=("clock_starts",))["clock_starts"]
    assert starts["clock_starts_at"][0] == received(18, 7)


def test_working_days_on_a_calendar_that_never_closes_are_undecidable_and_reported(
    run_clock,
) -> None:
    row = {
        "calendar_id": "always",
        "received_at": dt.datetime(2022, 3, 4, 5, tzinfo=dt.UTC),
        "resolved_at": dt.datetime(2022, 3, 24, 5, tzinfo=dt.UTC),
        "term_value": 20,
    }
    rows = [
        {**row, "dossier_id": "working", "term_unit": "working_day"},
        {**row, "dossier_id": "civil", "term_unit": "calendar_day"},
    ]
    tables = run_clock(rows, tables=("outcomes", "calendar_findings"))
    outcomes = tables["outcomes"].filter(profile="wb_strict").sort("dossier_id")
    assert outcomes.select("dossier_id", "outcome").rows() == [
        ("civil", "on_time"),
        ("working", "unknown"),
    ]
    found = tables["calendar_findings"].select("dossier_id", "rule_id", "is_undecidable")
    assert found.rows() == [("working", "D37", True)]
