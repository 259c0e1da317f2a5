"""The promised date: the term counted from reception, moved by pauses.

A result is due at closing time of its day. Same-day matters are due on the day itself, or on
the next working day when received after 15:00. An office moves the date by the pause, rounded
up to whole working days, once the pause is over.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from workbench.clock import Calendar
from workbench.testing.simulate.population import Dossiers
from workbench.testing.simulate.scenario import Scenario
from workbench.testing.simulate.streams import Streams, Whole

_DAY = 86_400
_CUT_OFF = 15 * 3_600
_EPOCH = dt.date(1970, 1, 1)


def promised_days(
    dossiers: Dossiers, scenario: Scenario, streams: Streams, received: Whole
) -> Whole:
    """Return the day (days since 1970) first promised for each dossier.

    ``received`` is the working second of reception. Limits in calendar days that end on a day
    off end on the next working day.
    """
    calendar = scenario.calendar
    short = _days_short(dossiers, scenario, streams)
    day, second = np.divmod(calendar.instant(received) + calendar.offset, _DAY)
    promised = np.zeros_like(day)
    for number, procedure in enumerate(scenario.procedures):
        at = dossiers.procedure == number
        if procedure.same_day:
            tomorrow = (second[at] >= _CUT_OFF).astype(np.int64)
            promised[at] = working_days_after(calendar, day[at], tomorrow)
            continue
        term = np.maximum(procedure.term_value - short[at], 1)
        if procedure.term_unit == "wd":
            promised[at] = working_days_after(calendar, day[at], term)
        else:
            promised[at] = working_days_after(calendar, day[at] + term, np.zeros_like(term))
    return promised


def moved_days(calendar: Calendar, days: Whole, pauses: Whole, until: int) -> Whole:
    """Return the promised days moved by the pauses that were over at working second ``until``.

    ``pauses`` has one row per dossier and reason with its two ends in working seconds, negative
    where there was none.
    """
    lengths = pauses[:, :, 1] - pauses[:, :, 0]
    stood = (lengths * (pauses[:, :, 1] <= until)).sum(axis=1)
    return working_days_after(calendar, days, -(-stood // day_length(calendar)))


def working_days_after(calendar: Calendar, days: Whole, count: Whole) -> Whole:
    """Return the ``count``-th working day after each day (days since 1970).

    With 0, the day itself or the next working day when the office is closed.
    """
    pairs, back = np.unique(np.stack([days, count]), axis=1, return_inverse=True)
    reached = [
        (calendar.add_working_days(_EPOCH + dt.timedelta(day), n) - _EPOCH).days
        for day, n in pairs.T.tolist()
    ]
    return np.array(reached, dtype=np.int64)[back]


def closing(calendar: Calendar, days: Whole) -> Whole:
    """Return the instant (epoch seconds) at which the office closes on each working day."""
    row = days - calendar.first_number
    seconds: Whole = days * _DAY + calendar.closes[row].max(axis=1) - calendar.offset
    return seconds


def day_length(calendar: Calendar) -> int:
    """Return the working seconds of the calendar's usual working day."""
    return int(np.median(calendar.lengths[calendar.lengths > 0]))


def _days_short(dossiers: Dossiers, scenario: Scenario, streams: Streams) -> Whole:
    """Return by how many days each promise is wrongly shortened (0 nearly always)."""
    day = dossiers.submitted_day.astype("datetime64[D]")
    short = np.zeros(len(dossiers), dtype=np.int64)
    for office, item in scenario.acting("due_date_error"):
        inside = (day >= np.datetime64(item.first)) & (day <= np.datetime64(item.last))
        wrong = inside & (dossiers.office == office) & streams.chance("wrong date", item.share)
        short[wrong] = int(item.dose)
    return short
