"""Writes ``docs/manual/assumptions.md`` from ``docs/assumptions.csv``.

``python tests/docs/assumptions_page.py`` writes the page anew.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "docs" / "assumptions.csv"
PAGE = ROOT / "docs" / "manual" / "assumptions.md"
QUALITIES = {"A": "shown by data or by law", "B": "supported, with gaps", "C": "a choice"}
IMPACTS = ("high", "medium", "low")
HEAD = """# What is assumed

Every figure rests on these. *Quality* says how well an assumption is supported (A: shown by data or by law; B: supported, with gaps; C: a choice), *impact* how far figures would move if it were wrong. What is weak and matters comes first. Review this page with every release; `docs/assumptions.csv` is its source.

| assumption | quality | impact | why, and what is known | where it is kept |
|---|---|---|---|---|
"""  # noqa: E501 - a paragraph of the page
FOOT = "This page is written by `python tests/docs/assumptions_page.py`."


def rows() -> list[dict[str, str]]:
    """Return the log, what is weak and matters first."""
    with LOG.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    return sorted(found, key=lambda r: (IMPACTS.index(r["impact"]), -ord(r["quality"]), r["id"]))


def page() -> str:
    """Return the whole page."""
    lines = (
        f"| {r['assumption']} | {r['quality']} | {r['impact']} | {r['why']} | `{r['held_by']}` |"
        for r in rows()
    )
    return (
        HEAD
        + "\n".join(lines)
        + "\n\nThis page is written by `python tests/docs/assumptions_page.py`.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
