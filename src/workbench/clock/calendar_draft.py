"""Draft a year of a holiday list, and compare the lists with an independent library.

The library (``holidays``) knows the public holidays of most countries, and of Vietnam the days
that decrees have moved so far. What a decree will still move is not in a draft: its rows are
marked ``no`` under ``verified`` until a person has reviewed them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import holidays

from workbench.clock.compiler import OFF_KINDS, has_yearly_holiday
from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.reference_rows import read_rows, write_rows

LIBRARY = f"holidays {version('holidays')}"
_COVERAGE = ("calendar_id", "first_day", "last_day", "holiday_list")
_MOVED = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_Row = dict[str, str]


@dataclass(frozen=True)
class DraftedYear:
    """A year added to a holiday list: the calendars that cover it from now on."""

    holiday_list: str
    year: int
    days: int
    calendars: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A day on which a holiday list and the library disagree whether offices work."""

    holiday_list: str
    day: dt.date
    is_worked: bool


def draft_year(year: int, country: str) -> list[_Row]:
    """Return the rows of ``holidays.csv`` that the library gives for a year of a country.

    Args:
        year: The civil year.
        country: ISO code, with a part of the country after a hyphen (``VN``, ``US-MA``).

    Raises:
        UsageProblem: The library does not know the country.
        InputRejected: It has no holiday in that year.

    Source:
        The package ``holidays``; names as it gives them.

    >>> [row["day"] for row in draft_year(2027, "VN")][:3]
    ['2027-01-01', '2027-02-04', '2027-02-05']
    """
    english, local = (_library_days(year, country, names) for names in ("en_US", "vi"))
    if not english:
        raise InputRejected("calendars.no_days", year=year, country=country)
    rows = []
    for day, name in sorted(english.items()):
        rows += _rows_of_day(day, name, local.get(day, name), country)
    return sorted(rows, key=lambda row: row["day"])


def add_year(folder: Path, year: int, country: str) -> DraftedYear:
    """Add a drafted year to the calendars of a folder; an earlier draft of it is replaced.

    The calendars that keep the list and end with the year before, or begin with the year after,
    cover the new year as well. Reviewed rows stay as they are.

    Raises:
        UsageProblem: The country is unknown, the year is reviewed, or a year between it and those
            covered is missing.
        InputRejected: A table is missing, or the library lacks the holiday that every year has.
    """
    list_name = country.lower().replace("-", "_")
    days = read_rows(folder / "holidays.csv", "holiday_list", "day", "verified")
    calendars = read_rows(folder / "calendars.csv", *_COVERAGE)
    its_calendars = [row for row in calendars if row["holiday_list"] == list_name]
    if not its_calendars:
        names = ", ".join(sorted({row["holiday_list"] for row in calendars} - {""}))
        raise UsageProblem("calendars.no_list", country=country, known=names.upper())
    reviewed = [r for r in days if not _is_draft(r, list_name, year)]
    _check_place(its_calendars, year, country, is_drafted=len(reviewed) < len(days))
    known_days = {row["day"] for row in reviewed if row["holiday_list"] == list_name}
    drafted = [
        {"holiday_list": list_name, **row}
        for row in draft_year(year, country)
        if row["day"] not in known_days
    ]
    for row in its_calendars:
        if not has_yearly_holiday(row, drafted, year):
            name = row["yearly_holiday"]
            raise InputRejected("calendars.no_yearly", year=year, country=country, holiday=name)
        _extend(row, year)
    write_rows(folder / "holidays.csv", _with_year(reviewed, drafted))
    write_rows(folder / "calendars.csv", calendars)
    covering = tuple(row["calendar_id"] for row in its_calendars if year in _years(row))
    return DraftedYear(list_name, year, len(drafted), covering)


def _is_draft(row: _Row, listed: str, year: int) -> bool:
    is_of_year = row["holiday_list"] == listed and row["day"][:4] == f"{year}"
    return is_of_year and row["verified"] == "no"


def _check_place(own: list[_Row], year: int, country: str, *, is_drafted: bool) -> None:
    """Refuse a year that is reviewed, or that would leave a gap before or after those covered."""
    spans = [_years(row) for row in own]
    if any(year in span for span in spans):
        if not is_drafted:
            raise UsageProblem("calendars.is_there", country=country, year=year)
    elif not any(year in (span.start - 1, span.stop) for span in spans):
        nearest = max(span.stop for span in spans) if year >= spans[0].start else spans[0].start - 1
        raise UsageProblem("calendars.gap", country=country, year=year, first=nearest)


def _extend(row: _Row, year: int) -> None:
    """Let a calendar cover a year that lies next to those it covers."""
    years = _years(row)
    if year == years.stop:
        row["last_day"] = f"{year}-12-31"
    elif year == years.start - 1:
        row["first_day"] = f"{year}-01-01"


def _years(row: _Row) -> range:
    return range(int(row["first_day"][:4]), int(row["last_day"][:4]) + 1)


def _with_year(rows: list[_Row], drafted: list[_Row]) -> list[_Row]:
    """Return the rows with the drafted ones in order of day within their list."""
    list_name = drafted[0]["holiday_list"]
    others = [n for n, row in enumerate(rows) if row["holiday_list"] == list_name]
    before = rows[: others[0]] if others else rows
    after = rows[others[-1] + 1 :] if others else []
    of_list = [row for row in rows if row["holiday_list"] == list_name]
    return [*before, *sorted([*of_list, *drafted], key=lambda row: row["day"]), *after]


def compare_lists(folder: Path) -> list[Difference]:
    """Return the weekdays and make-up days on which a list and the library disagree.

    Only years that a calendar with the list covers are compared.

    Raises:
        InputRejected: A table is missing.
        UsageProblem: A list is not named after a country that the library knows.
    """
    days = read_rows(folder / "holidays.csv", "holiday_list", "day", "kind")
    differences = []
    for name, years in sorted(_covered_years(folder).items()):
        country = name.upper().replace("_", "-")
        of_list = [row for row in days if row["holiday_list"] == name]
        # a make-up day may stand for one of the year before
        with_before = range(years.start - 1, years.stop)
        theirs = [row for year in with_before for row in draft_year(year, country)]
        differences += [
            Difference(name, day, day not in _closed(of_list))
            for day in sorted(_closed(of_list) ^ _closed(theirs))
            if day.year in years and day.weekday() < 5
        ]
        differences += [
            Difference(name, day, day in _worked(of_list))
            for day in sorted(_worked(of_list) ^ _worked(theirs))
            if day.year in years
        ]
    return sorted(differences, key=lambda one: (one.holiday_list, one.day))


def drafted_years(folder: Path) -> dict[str, list[int]]:
    """Return the years of each holiday list whose rows are not yet reviewed.

    Raises:
        InputRejected: The table is missing.
    """
    years: dict[str, set[int]] = {}
    for row in read_rows(folder / "holidays.csv", "holiday_list", "day", "verified"):
        if row["verified"] == "no":
            years.setdefault(row["holiday_list"], set()).add(int(row["day"][:4]))
    return {name: sorted(some) for name, some in sorted(years.items())}


def _library_days(year: int, country: str, names: str) -> dict[dt.date, str]:
    """Return the library's holidays of a year, named in a language where it has it."""
    code, _, part = country.partition("-")
    try:
        days = holidays.country_holidays(
            code.upper(), subdiv=part.upper() or None, years=year, language=names
        )
    except NotImplementedError:
        raise UsageProblem("calendars.unknown_country", country=country) from None
    return dict(days.items())


def _rows_of_day(day: dt.date, english: str, local: str, country: str) -> list[_Row]:
    """Return the row of a holiday, and that of the Saturday that makes up for it if one does."""
    moved = _MOVED.search(english)
    if moved:
        month, number, year = (int(part) for part in moved.groups())
        made_up = dt.date(year, month, number)
        pair = [("swap_off", day, made_up), ("swap_work", made_up, day)]
        return [_row(one, kind, english, local, other, country) for kind, one, other in pair]
    kind = "off" if day.weekday() < 5 else "off_on_weekend"
    return [_row(day, kind, english, local, None, country)]


def _row(
    day: dt.date, kind: str, english: str, local: str, paired: dt.date | None, country: str
) -> _Row:
    return {
        "day": f"{day}",
        "kind": kind,
        "name_vi": local,
        "name_en": english,
        "paired_day": f"{paired or ''}",
        "source": f"{LIBRARY} ({country.upper()}), draft: moved days are still open",
        "verified": "no",
    }


def _covered_years(folder: Path) -> dict[str, range]:
    """Return the years that calendars of each holiday list cover."""
    spans: dict[str, range] = {}
    for row in read_rows(folder / "calendars.csv", *_COVERAGE):
        if name := row["holiday_list"]:
            years, span = _years(row), spans.get(name, _years(row))
            spans[name] = range(min(span.start, years.start), max(span.stop, years.stop))
    return spans


def _closed(rows: list[_Row]) -> set[dt.date]:
    return {dt.date.fromisoformat(row["day"]) for row in rows if row["kind"] in OFF_KINDS}


def _worked(rows: list[_Row]) -> set[dt.date]:
    return {dt.date.fromisoformat(row["day"]) for row in rows if row["kind"] == "swap_work"}
