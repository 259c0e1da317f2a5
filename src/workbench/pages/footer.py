"""The lines of a page that say of when and of what it is: its date, data and definitions."""

from __future__ import annotations

from workbench import __version__
from workbench.answers import Book
from workbench.core import numerals
from workbench.messages import say


def dated_line(book: Book) -> str:
    """Return the moment of the exports as official writing dates a document; empty without one."""
    at = book.snapshot
    if at is None:
        return ""
    # Official writing: a leading zero for days below 10 and for the first two months only.
    month = f"{at.month:02d}" if at.month <= 2 else str(at.month)
    return say("briefing.dated", time=at, day=f"{at.day:02d}", month=month, year=at.year)


def footer_lines(book: Book, profile: str | None, *, published: bool) -> tuple[str, ...]:
    """Say which data, which definition and which denominators stand behind the page.

    A page without a profile of its own states the rule beside its figures. The number of all
    dossiers is none of the sums that a publication is protected against.
    """
    counts = say(
        "briefing.foot_denominators",
        dossiers=numerals.count(book.dossiers.height),
        units=numerals.count(len(book.units())),
    )
    lines = (
        say("published.foot") if published else counts,
        say("briefing.levels"),
        *([say("briefing.foot_profile", label=book.profile_label(profile))] if profile else []),
        say(
            "briefing.foot",
            fingerprint=book.fingerprint,
            snapshot=numerals.instant(book.snapshot),
            version=__version__,
        ),
    )
    return (*lines, say("briefing.synthetic")) if book.synthetic else lines
