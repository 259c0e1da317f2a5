"""What an office writes itself into a report: kept in one file per period, so that it survives.

``data/report/<period>.toml`` has a text for each of ``PLACES``, none of them required. Where a text
is missing, the Word document has a marked place for it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from workbench.core.errors import UsageProblem

PLACES = ("direction", "strengths", "limits", "tasks", "proposals")
"""Parts of a report that no data can fill, in their order; the first comes before the figures."""


def office_text_path(home: Path, period: str) -> Path:
    """Return the file with the own text of a period."""
    return home / "data" / "report" / f"{period}.toml"


def read_office_text(home: Path, period: str) -> dict[str, str]:
    """Return the own text of a period by place; empty where there is none.

    Raises:
        UsageProblem: The file is no TOML, or has a place that no report has.
    """
    path = office_text_path(home, period)
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
