"""What an office writes itself into a report: kept in one file per period, so that it survives.

``data/reference/report/<period>.toml`` has a text for each of ``PLACES``, none of them required. It
stands on the page, in the PDF and in the Word document, which has a marked place for what is
missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from workbench.core.errors import UsageProblem
from workbench.messages import say
from workbench.pages.document import Heading, Text

PLACES = ("direction", "strengths", "limits", "tasks", "proposals")
"""Parts of a report that no data can fill, in their order; the first comes before the figures."""


def office_text_path(home: Path, period: str) -> Path:
    """Return the file with the own text of a period."""
    return home / "data" / "reference" / "report" / f"{period}.toml"


def read_office_text(home: Path, period: str) -> dict[str, str]:
    """Return the own text of a period by place; empty where there is none.

    Raises:
        UsageProblem: The file is no TOML, has a place that no report has, or lies in the folder
            of an earlier version, which no stage of DVC depends on.
    """
    path = office_text_path(home, period)
    earlier = home / "data" / "report" / path.name
    if earlier.is_file():
        raise UsageProblem("report.moved", file=earlier, folder=path.parent)
    if not path.is_file():
        return {}
    try:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise UsageProblem("report.broken", file=path, error=problem) from problem
    unknown = sorted(set(texts) - set(PLACES))
    if unknown or not all(isinstance(text, str) for text in texts.values()):
        listed, known = ", ".join(unknown) or "–", ", ".join(PLACES)
        raise UsageProblem("report.unknown", file=path, asked=listed, known=known)
    return {place: text.strip() for place, text in texts.items()}


def office_parts(texts: Mapping[str, str]) -> list[Heading | Text]:
    """Return what an office wrote as parts of a page, marked as its own; nothing without a text."""
    parts: list[Heading | Text] = []
    for place in PLACES:
        if text := texts.get(place):
            parts += [Heading(say(f"report.{place}"), f"office-{place}")]
            parts += [Text(line.strip()) for line in text.splitlines() if line.strip()]
            parts += [Text(say("report.written_by_office"), "note")]
    return parts
