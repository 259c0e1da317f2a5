"""Names used in the data, each defined once: outcomes, segments, steps, channels, periods.

Tables, charts and texts use these names only. Their labels for readers are in
``messages/labels.toml`` under the same names.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.core.errors import UsageProblem

OUTCOMES = (
    "early",
    "on_time",
    "late",
    "open_in_time",
    "open_overdue",
    "withdrawn",
    "rejected",
    "unknown",
)
SEGMENT_KINDS = (
    "intake",
    "queue",
    "work",
    "transfer",
    "sign",
    "external",
    "record",
    "return",
    "pause",
    "unlogged",
)
STEP_KINDS = (
    "intake",
    "assign",
    "work",
    "opinion",
    "sign",
    "record",
    "return",
    "external",
    "applicant",
    "other",
)
TERM_UNITS = ("working_day", "calendar_day", "calendar_month", "hour", "minute", "same_day")
"""What a statutory term counts; hours and minutes are those of the office."""
REALITIES = ("real", "record_only", "undecidable")
"""Late also without the artefact, late only on record, or undecidable from the log."""
CHANNELS_IN = ("counter", "online", "post", "other")
STATUSES = (
    "submitted",
    "refused_intake",
    "received",
    "in_progress",
    "supplement",
    "financial",
    "withdrawn",
    "rejected",
    "resolved",
    "returned",
)
EVERYTHING = "*"
"""Value of a key column of ``measures`` that means "all values together"."""

PeriodKind = Literal["month", "quarter", "half", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "half", "year")

LATEST = "latest"
"""The last ended half-year with receptions: the period follows the data."""

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LABEL = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>\d{2})))?"
)


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month, quarter, half-year or year, both bounds included.

    >>> Period.parse("2022-H1").ends_on
    datetime.date(2022, 6, 30)
    >>> str(Period.parse("2022-Q1").previous())
    '2021-Q4'
    """

    starts_on: dt.date
    kind: PeriodKind

    @classmethod
    def parse(cls, label: str) -> Period:
        """Read ``2022``, ``2022-H1``, ``2022-Q2`` or ``2022-03``.

        Raises:
            UsageProblem: The label has another form.
        """
        match = _LABEL.fullmatch(label.strip().upper())
        if not match:
            raise UsageProblem("vocabulary.bad_period", label=label)
        year = int(match["year"])
        for kind in ("half", "quarter", "month"):
            if match[kind]:
                return cls._nth(year, kind, int(match[kind]), label)
        return cls(dt.date(year, 1, 1), "year")

    @classmethod
    def _nth(cls, year: int, kind: PeriodKind, number: int, label: str) -> Period:
        month = (number - 1) * _MONTHS[kind] + 1
        if not 1 <= month <= 12:
            raise UsageProblem("vocabulary.bad_period", label=label)
        return cls(dt.date(year, month, 1), kind)

    @classmethod
    def holding(cls, day: dt.date, kind: PeriodKind) -> Period:
        """Return the period of this kind in which a day lies.

        >>> str(Period.holding(dt.date(2022, 5, 9), "half"))
        '2022-H1'
        """
        length = _MONTHS[kind]
        return cls(dt.date(day.year, (day.month - 1) // length * length + 1, 1), kind)

    @property
    def ends_on(self) -> dt.date:
        """Last day of the period."""
        return self._shift(1).starts_on - dt.timedelta(days=1)

    def previous(self) -> Period:
        """Return the period of the same kind just before."""
        return self._shift(-1)

    def next(self) -> Period:
        """Return the period of the same kind just after."""
        return self._shift(1)

    def a_year_before(self) -> Period:
        """Return the same period one year earlier."""
        return self._shift(-12 // _MONTHS[self.kind])

    def _shift(self, periods: int) -> Period:
        months = self.starts_on.year * 12 + self.starts_on.month - 1
        months += periods * _MONTHS[self.kind]
        return Period(dt.date(months // 12, months % 12 + 1, 1), self.kind)

    def __str__(self) -> str:
        """Return the label used in files, folders and commands."""
        start = self.starts_on
        match self.kind:
            case "year":
                return f"{start.year}"
            case "half":
                return f"{start.year}-H{start.month // 6 + 1}"
            case "quarter":
                return f"{start.year}-Q{start.month // 3 + 1}"
        return f"{start.year}-{start.month:02d}"


CALENDAR = "calendar"
"""The reporting convention under which a period has its calendar days."""


@dataclass(frozen=True)
class ReportSpan:
    """The days that a labelled period covers under a convention; both bounds belong to it."""

    convention: str
    period: str
    starts_on: dt.date
    ends_on: dt.date

    @classmethod
    def of(cls, period: Period) -> ReportSpan:
        """Return the calendar days of a period.

        >>> ReportSpan.of(Period.parse("2022-Q1")).ends_on
        datetime.date(2022, 3, 31)
        """
        return cls(CALENDAR, str(period), period.starts_on, period.ends_on)


def latest_kind(text: str) -> PeriodKind | None:
    """Return the kind of period that ``latest`` or ``latest-<kind>`` names, else nothing.

    >>> latest_kind("latest"), latest_kind("latest-month"), latest_kind("2022-H1")
    ('half', 'month', None)
    """
    words = {LATEST: PERIOD_KINDS[2]} | {f"{LATEST}-{kind}": kind for kind in PERIOD_KINDS}
    return words.get(text.strip().lower())


def periods_between(first: dt.date, last: dt.date, kind: PeriodKind) -> Iterator[Period]:
    """Yield every period of a kind that holds a day from ``first`` to ``last``, in order.

    >>> [str(p) for p in periods_between(dt.date(2021, 3, 1), dt.date(2021, 7, 1), "half")]
    ['2021-H1', '2021-H2']
    """
    period = Period.holding(first, kind)
    while period.starts_on <= last:
        yield period
        period = period.next()
