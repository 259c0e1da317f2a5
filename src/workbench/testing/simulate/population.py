"""Who applies, for what, when and how: the dossiers before any office has touched them.

Counts per half-year are exact, everything else is drawn. Nothing here depends on how offices
work, so no cause of lateness can change it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from workbench.clock import Calendar
from workbench.testing.simulate.scenario import Procedure, Scenario, Volume
from workbench.testing.simulate.streams import Flags, Numbers, Streams, Whole

COUNTER, ONLINE, POST = range(3)
"""Channels, in and out."""

_DAY = 86_400
_WEEKDAYS = (1.2, 1.05, 1.0, 0.95, 0.9, 0.0, 0.0)
_ONLINE_HOLIDAY = 0.3
_ONLINE_HOURS = (1, 0.5, 0.2, 0.1, 0.1, 0.3, 1, 4, 8, 9, 8, 5, 3, 5, 8, 8, 6, 4, 3, 4, 5, 5, 4, 2)
_LAST_COUNTER_SHARE = 0.94
_POSTMAN = (0.12, 0.3)
_POSTED_IN = 0.03
_ONLINE_RESULT = 0.35
_COUNTER_DIGITISED = 0.06
_APPLICANTS = (0.93, 0.06, 0.01)


@dataclass(frozen=True)
class Dossiers:
    """One element per dossier in every array; offices and procedures by position.

    ``submitted`` is an instant (epoch seconds); channels are COUNTER, ONLINE or POST;
    ``applicant`` is 0 citizen, 1 business, 2 other body.
    """

    office: Whole
    procedure: Whole
    submitted: Whole
    submitted_day: Whole
    channel_in: Whole
    channel_out: Whole
    applicant: Whole
    processed_online: Flags

    def __len__(self) -> int:
        return len(self.office)


def draw_dossiers(scenario: Scenario, seed: int) -> Dossiers:
    """Draw every dossier sent in, in no order of time."""
    volume = np.repeat(np.arange(len(scenario.volumes)), [v.dossiers for v in scenario.volumes])
    streams = Streams(seed, len(volume))
    procedure = streams.pick("procedure", _each(scenario.procedures, "weight"))
    channel = _channel_in(scenario, streams, volume, procedure)
    submitted = _submitted(scenario, streams, volume, channel)
    online = channel == ONLINE
    return Dossiers(
        office=_office(scenario, streams, procedure),
        procedure=procedure,
        submitted=submitted,
        submitted_day=(submitted + scenario.calendar.offset) // _DAY,
        channel_in=channel,
        channel_out=_channel_out(scenario, streams, volume, online, procedure),
        applicant=streams.pick("applicant", np.array(_APPLICANTS)),
        processed_online=online | streams.chance("processed online", _COUNTER_DIGITISED),
    )


def _each(items: tuple[Procedure, ...] | tuple[Volume, ...], name: str) -> Numbers:
    return np.array([getattr(item, name) for item in items], dtype=np.float64)


def _office(scenario: Scenario, streams: Streams, procedure: Whole) -> Whole:
    weights = np.zeros((len(scenario.procedures), len(scenario.offices)))
    for row, item in enumerate(scenario.procedures):
        for unit_id, weight in item.offices:
            weights[row, scenario.office_index[unit_id]] += weight
    return streams.pick("office", weights[procedure])


def _channel_in(scenario: Scenario, streams: Streams, volume: Whole, procedure: Whole) -> Whole:
    offered = _each(scenario.procedures, "level")[procedure] >= 3
    share = _each(scenario.volumes, "online")[volume] * offered
    offline = np.where(streams.chance("posted in", _POSTED_IN), POST, COUNTER)
    channel: Whole = np.where(streams.chance("online", share), ONLINE, offline)
    return channel


def _channel_out(
    scenario: Scenario, streams: Streams, volume: Whole, online: Flags, procedure: Whole
) -> Whole:
    whole_online = online & (_each(scenario.procedures, "level")[procedure] == 4)
    rest = np.where(streams.chance("result online", _ONLINE_RESULT * whole_online), ONLINE, COUNTER)
    post = streams.chance("result by post", _each(scenario.volumes, "post")[volume])
    channel: Whole = np.where(post, POST, rest)
    return channel


def _submitted(scenario: Scenario, streams: Streams, volume: Whole, channel: Whole) -> Whole:
    """Return the instant of submission: office hours at the counter, any hour online."""
    calendar, online = scenario.calendar, channel == ONLINE
    height, day = streams.uniform("day"), np.zeros(len(volume), dtype=np.int64)
    for index, item in enumerate(scenario.volumes):
        for is_online in (False, True):
            mask = (volume == index) & (online == is_online)
            weights = _day_weights(scenario, item, online=is_online)
            ladder = np.cumsum(weights)
            step = np.searchsorted(ladder, height[mask] * ladder[-1], side="right")
            day[mask] = _row(calendar, item.first) + step
    moment = streams.uniform("moment")
    opened = np.where(
        channel == POST,
        _POSTMAN[0] + moment * (_POSTMAN[1] - _POSTMAN[0]),
        moment * _LAST_COUNTER_SHARE,
    )
    working = calendar.before[day] + 1 + (opened * calendar.lengths[day]).astype(np.int64)
    hour = streams.pick("hour", np.array(_ONLINE_HOURS))
    second = hour * 3600 + (moment * 3600).astype(np.int64)
    at_any_hour = (day + calendar.first_number) * _DAY + second - calendar.offset
    submitted: Whole = np.where(online, at_any_hour, calendar.instant(working))
    return submitted


def _day_weights(scenario: Scenario, volume: Volume, *, online: bool) -> Numbers:
    days = [volume.first + dt.timedelta(i) for i in range((volume.last - volume.first).days + 1)]
    weights = np.array([_WEEKDAYS[d.weekday()] for d in days])
    closed = np.array([not scenario.calendar.is_working_day(d) for d in days])
    weights[closed] = _ONLINE_HOLIDAY if online else 0.0
    for interval in scenario.quiet_intervals:
        weights[[interval.first <= d <= interval.last for d in days]] *= interval.factor
    return weights


def _row(calendar: Calendar, day: dt.date) -> int:
    return (day - calendar.first_day).days
