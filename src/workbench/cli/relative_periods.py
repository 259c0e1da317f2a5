"""Periods as a command names them: a label, or one relative to a day or to another period."""

from __future__ import annotations

import datetime as dt
import re

from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import PERIOD_KINDS, Period, PeriodKind

_RELATIVE = re.compile(r"(?P<word>last|this)-(?P<kind>month|quarter|half|year)")


def resolve_period(text: str, today: dt.date) -> Period:
    """Return the period that a command names: a label, or one relative to a day.

    ``last-half`` is the last half-year that had ended before ``today``, ``this-half`` the one
    that holds it; likewise for month, quarter and year.

    Raises:
        UsageProblem: The text is neither.

    >>> str(resolve_period("last-half", dt.date(2022, 7, 1)))
    '2022-H1'
    >>> str(resolve_period("this-quarter", dt.date(2022, 3, 15)))
    '2022-Q1'
    >>> str(resolve_period("2021-03", dt.date(2022, 3, 15)))
    '2021-03'
    """
    match = _RELATIVE.fullmatch(text.strip().lower())
    if not match:
        return Period.parse(text)
    holding = Period.holding(today, read_cadence(match["kind"]))
    return holding if match["word"] == "this" else holding.previous()


def resolve_against(text: str, period: Period) -> Period:
    """Return the period to compare with: a label, ``previous`` or ``year-before``.

    Raises:
        UsageProblem: The text is none of these.

    >>> str(resolve_against("year-before", Period.parse("2022-H1")))
    '2021-H1'
    """
    match text.strip().lower():
        case "previous":
            return period.previous()
        case "year-before":
            return period.a_year_before()
    try:
        return Period.parse(text)
    except UsageProblem:
        raise UsageProblem("schedule.bad_against", text=text) from None


def read_cadence(period: str) -> PeriodKind:
    """Return how often a period comes: ``half`` of ``half``, ``last-half`` or ``this-half``.

    Raises:
        UsageProblem: The text is none of these.
    """
    word = period.strip().lower().removeprefix("last-").removeprefix("this-")
    for cadence in PERIOD_KINDS:
        if word == cadence:
            return cadence
    raise UsageProblem("schedule.bad_cadence", cadence=period)
