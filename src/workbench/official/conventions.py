"""First and last day of a report's period: calendar periods, and the shifted ones in use.

Figures of "Quarter I" closed on 14 March in one province, on 29 February in another. A convention
says on which day of which month a period begins; periods of a convention follow each other
without gap or overlap, so a period ends the day before the next one begins.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.vocabulary import CALENDAR, PERIOD_KINDS, Period, PeriodKind, ReportSpan
from workbench.messages import language

_MONTHS_BACK = {"same": 0, "before": 1}


@dataclass(frozen=True)
class Convention:
    """When a period of one kind begins: ``first_day`` of its first month, or of the one before.

    ``title`` is what the convention is called on forms, by language.
    """

    name: str
    kind: PeriodKind
    months_back: int
    first_day: int
    title: Mapping[str, str]

    def starts_on(self, period: Period) -> dt.date:
        """Return the first day that counts."""
        first = period.starts_on
        if self.months_back:
            first = (first - dt.timedelta(days=1)).replace(day=1)
        return first.replace(day=self.first_day)

    def span(self, period: Period) -> ReportSpan:
        """Return the days of a period."""
        after = self.starts_on(period.next())
        ends_on = after - dt.timedelta(days=1)
        return ReportSpan(self.name, str(period), self.starts_on(period), ends_on)


@dataclass(frozen=True)
class Conventions:
    """The reporting conventions of ``data/reference/report_conventions.csv``."""

    rows: tuple[Convention, ...]

    @classmethod
    def read(cls, reference: Path) -> Conventions:
        """Read the reviewed conventions.

        Raises:
            InputRejected: A row cannot be read.
        """
        file = reference / "report_conventions.csv"
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return cls(tuple(_convention(row, n) for n, row in enumerate(rows, start=2)))

    def title(self, convention: str) -> str:
        """Return what a convention is called, in the language in force.

        Raises:
            StopIteration: There is none of this name.
        """
        return next(row.title[language()] for row in self.rows if row.name == convention)

    def span(self, period: str, convention: str = CALENDAR) -> ReportSpan:
        """Return the days of a labelled period under a convention.

        Raises:
            UsageProblem: The label is no period, or the convention has none of its kind.

        >>> from workbench.core.project import shipped
        >>> known = Conventions.read(shipped().reference)
        >>> span = known.span("2022-H1", "nd09_2019")
        >>> f"{span.starts_on:%d/%m/%Y}-{span.ends_on:%d/%m/%Y}"
        '15/12/2021-14/06/2022'
        """
        parsed = Period.parse(period)
        for row in self.rows:
            if row.name == convention and row.kind == parsed.kind:
                return row.span(parsed)
        conventions = ", ".join(sorted(f"{r.name} ({r.kind})" for r in self.rows))
        raise UsageProblem(
            "official.no_convention", convention=convention, period=period, known=conventions
        )


def _convention(row: dict[str, str], number: int) -> Convention:
    kind = next((k for k in PERIOD_KINDS if k == row.get("period_kind")), None)
    back = _MONTHS_BACK.get(row.get("first_month") or "")
    day = row.get("first_day") or ""
    if kind is None or back is None or not day.isdecimal() or not 1 <= int(day) <= 28:
        raise InputRejected("official.bad_convention", row=number, convention=row.get("convention"))
    title: dict[str, str] = {"vi": row["title_vi"], "en": row["title_en"]}
    return Convention(row["convention"], kind, back, int(day), title)
