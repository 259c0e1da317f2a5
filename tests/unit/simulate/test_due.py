"""Dates are promised by the limit's own rule, on working days, and moved by pauses."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from workbench.testing.simulate.due import closing, day_length, moved_days, working_days_after
from workbench.testing.simulate.steps import NEVER

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = dt.date(1970, 1, 1)


@pytest.fixture(scope="module")
def calendar(calendars):
    return calendars["vn_dong_thap"]


@pytest.fixture(scope="module")
def promises(register, world):
    """Local reception, first promise and procedure of every accepted dossier."""
    by_id = {p.procedure_id: p for p in world.scenario.procedures}
    wrong = {i.unit_id for i in world.scenario.injections if i.cause == "due_date_error"}
    columns = ("received_at", "due_first_at", "procedure_id", "unit_id")
    return [
        (received, due, by_id[procedure])
        for received, due, procedure, unit in register.dossiers.select(columns).iter_rows()
        if received is not None and unit not in wrong
    ]


def days(*dates: dt.date) -> np.ndarray:
    return np.array([(date - EPOCH).days for date in dates])


def test_every_promise_is_closing_time_of_a_working_day(register, calendar):
    for column in ("due_at", "due_first_at"):
        for due in register.dossiers[column].drop_nulls().unique():
            assert due.time() == dt.time(17)
            assert calendar.is_working_day(due.date())


def test_same_day_matters_are_due_on_the_day_or_after_15_on_the_next(promises, calendar):
    checked = 0
    for received, due, procedure in promises:
        if procedure.same_day:
            later = 1 if received.time() >= dt.time(15) else 0
            assert due.date() == calendar.add_working_days(received.date(), later)
            checked += later
    assert checked > 100


def test_limits_in_working_days_count_working_days(promises, calendar):
    checked = 0
    for received, due, procedure in promises:
        if procedure.term_unit == "wd":
            wanted = calendar.add_working_days(received.date(), procedure.term_value)
            assert due.date() == wanted
            checked += 1
    assert checked > 500


def test_limits_in_calendar_days_roll_to_the_next_working_day(promises, calendar):
    checked = 0
    for received, due, procedure in promises:
        if procedure.term_unit == "d":
            last = received.date() + dt.timedelta(procedure.term_value)
            assert due.date() == calendar.add_working_days(last, 0)
            checked += 1
    assert checked > 300


def test_a_pause_moves_the_promise_by_whole_working_days(calendar):
    friday = dt.date(2022, 4, 29)
    day = day_length(calendar)
    pauses = np.array([[[10, 10 + day + 1], [NEVER, NEVER]]])
    moved = moved_days(calendar, days(friday), pauses, until=10**9)
    assert moved.tolist() == days(dt.date(2022, 5, 5)).tolist()  # after the holidays, 2 days


def test_a_pause_that_is_not_over_moves_nothing(calendar):
    friday = days(dt.date(2022, 4, 29))
    pauses = np.array([[[10, 50_000], [NEVER, NEVER]]])
    assert moved_days(calendar, friday, pauses, until=49_999).tolist() == friday.tolist()


def test_two_pauses_move_the_promise_by_their_sum(calendar):
    monday = days(dt.date(2022, 6, 6))
    half = day_length(calendar) // 2
    pauses = np.array([[[0, half], [half * 4, half * 5]]])
    tuesday = days(dt.date(2022, 6, 7))
    assert moved_days(calendar, monday, pauses, until=10**9).tolist() == tuesday.tolist()


def test_moved_promises_are_never_earlier(register):
    dossiers = register.dossiers
    assert (dossiers["due_at"].drop_nulls() >= dossiers["due_first_at"].drop_nulls()).all()
    assert (dossiers["due_at"].drop_nulls() > dossiers["due_first_at"].drop_nulls()).any()


def test_counting_many_days_at_once_equals_counting_each(calendar):
    start = [dt.date(2021, 1, 1) + dt.timedelta(3 * i) for i in range(150)]
    count = np.arange(150) % 11
    reached = working_days_after(calendar, days(*start), count)
    one_by_one = [
        calendar.add_working_days(d, n) for d, n in zip(start, count.tolist(), strict=True)
    ]
    assert reached.tolist() == days(*one_by_one).tolist()


def test_closing_is_five_in_the_afternoon_in_the_offices_zone(calendar):
    instant = int(closing(calendar, days(dt.date(2022, 6, 30)))[0])
    local = dt.datetime.fromtimestamp(instant, tz=ZONE)
    assert local == dt.datetime(2022, 6, 30, 17, tzinfo=ZONE)
