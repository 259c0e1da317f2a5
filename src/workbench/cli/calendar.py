"""``workbench calendar``: draft a year of holidays, compare it with a library, list moved dues."""

from __future__ import annotations

import sys
from typing import Annotated

from workbench.cli.options import Language, argument, option
from workbench.core.project import find_project
from workbench.messages import language, say


def add(
    year: Annotated[int, argument("calendar_year", "YEAR")],
    /,
    *,
    country: Annotated[str, option("country", "CODE")] = "VN",
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Add a year to the project's calendars, as a draft that a person reviews."""
    from workbench.clock.calendar_draft import add_year

    added = add_year(find_project().reference / "calendars", year, country)
    names = ", ".join(added.calendars)
    text = say("calendars.added", year=year, days=added.days, calendars=names)
    sys.stdout.write(f"{text}\n")


def check(*, lang: Annotated[Language | None, option("lang")] = None) -> None:
    """Print every day on which the project's calendars and the library differ."""
    from workbench.clock import calendar_draft

    folder = find_project().reference / "calendars"
    differences = calendar_draft.compare_lists(folder)
    library = calendar_draft.LIBRARY
    for one in differences:
        key = "calendars.works" if one.is_worked else "calendars.closes"
        text = say(key, list=one.holiday_list, day=one.day, library=library)
        sys.stdout.write(f"{text}\n")
    drafts = "; ".join(
        f"{name} {', '.join(map(str, years))}"
        for name, years in calendar_draft.drafted_years(folder).items()
    )
    drafts = drafts or say("calendars.no_drafts")
    text = say("calendars.checked", n=len(differences), library=library, drafts=drafts)
    sys.stdout.write(f"{text}\n")


def moved(
    *,
    unit: Annotated[str, option("unit", "ID")] = "*",
    data: Annotated[str, option("data", "DIR")] = "",
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the due dates that a day announced late moved: before, after, and why."""
    from workbench.answers import open_book

    book = open_book(data, language=language())
    sys.stdout.write(f"{book.moved_due_dates(unit=unit)}\n")
