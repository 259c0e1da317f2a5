"""The folder of a briefing within that of its period: one name for each question."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from workbench.answers import Book
from workbench.core.vocabulary import EVERYTHING

USUAL_PROFILE = "wb_strict"
"""The profile that the name of a folder does not state."""
_PUBLISHED = "published"


def briefing_folder(
    book: Book, unit: str, period: str, against: str, profile: str, *, is_public: bool = False
) -> str:
    """Return the folder of a briefing within that of its period: see ``folder_name``.

    Args:
        book: The results; the comparison that they take by themselves is not in the name.
        unit: Id of the unit, or ``*``.
        period: Label of the period.
        against: Label of the period to compare with, or nothing.
        profile: Name of the lateness profile.
        is_public: Whether the pages may leave the office.
    """
    return folder_name(
        unit,
        language=book.language,
        is_public=is_public,
        against="" if against == book.against(period) else against,
        profile="" if profile == USUAL_PROFILE else profile,
    )


def is_published(folder: Path) -> bool:
    """Return whether the pages of a folder may leave the office, by its name."""
    return _PUBLISHED in folder.name.split(".")


def folder_name(
    unit: str,
    *,
    language: str = "vi",
    is_public: bool = False,
    against: str = "",
    profile: str = "",
) -> str:
    """Return the folder of a unit's briefing; ids that are not a file name get a safe one.

    Pages in another language than Vietnamese, pages that may leave the office, those with another
    comparison than the usual one and those under another profile bear that in the folder's name,
    so that no variant replaces another.

    >>> folder_name("*"), folder_name("SD-P1"), folder_name("a/b")
    ('all', 'SD-P1', 'a_b-c14cddc0')
    >>> folder_name("all", language="en", is_public=True)
    'all.published.en'
    >>> folder_name("all", against="2021-H2", profile="wb_legal")
    'all.against-2021-H2.wb_legal'
    """
    name = "all" if unit in (EVERYTHING, "all") else re.sub(r"[^\w-]", "_", unit)
    if name not in ("all", unit):
        name = f"{name}-{sha256(unit.encode()).hexdigest()[:8]}"
    variants = (
        _PUBLISHED if is_public else "",
        f"against-{against}" if against else "",
        profile,
        "" if language == "vi" else language,
    )
    return ".".join((name, *(variant for variant in variants if variant)))
