"""The manual's page on lateness, written from the profiles and from the tables the tests run.

``python tests/docs/lateness_page.py`` rewrites ``docs/manual/lateness.md``; a test holds it to
what stands in ``data/reference/profiles`` and ``tests/spec/outcomes``.
"""

from __future__ import annotations

import csv
from pathlib import Path

from workbench.lateness import CHOICES, lateness_profiles

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manual" / "lateness.md"
HEAD = """# What "late" means (trễ hạn là gì)

There is no single rule. Each profile below is what one office, form or system does, or a proposal
of this project; a figure is worth nothing without its profile's name. Profiles are files in
`data/reference/profiles`; `verified` says whether the rule was seen in its source.

This page is written by `python tests/docs/lateness_page.py`; the tests run the same cases.
"""
STAMPS = ("due", "due_first", "resolved", "returned", "status", "paused", "resumed", "term")


def page() -> str:
    """Return the whole page: profiles, their choices, and every case under every profile."""
    profiles = lateness_profiles(ROOT / "data" / "reference" / "profiles").rows(named=True)
    names = [str(row["profile"]) for row in profiles]
    said = [[f"`{r['profile']}`", *(r[t] for t in _TOLD)] for r in profiles]
    chosen = [[f"`{r['profile']}`", *(r[c] for c in CHOICES)] for r in profiles]
    tables = {name: _cases(name) for name in names}
    situations = [
        [str(n), c["case"], *(c[s] for s in STAMPS)] for n, c in enumerate(tables[names[0]], 1)
    ]
    outcomes = [
        [str(n), *(tables[name][n - 1]["outcome"] for name in names)]
        for n in range(1, len(situations) + 1)
    ]
    return "\n".join(
        [
            HEAD,
            "## Profiles\n",
            _table(["profile", "tiếng Việt", "English", "source", "verified"], said),
            "## Their choices\n",
            _table(["profile", *CHOICES], chosen),
            "## Cases\n",
            "Received 04/01/2022 08:00, export taken 20/01/2022 17:00, Vietnamese time.\n",
            _table(["no", "case", *STAMPS], situations),
            "## Outcomes\n",
            _table(["no", *(f"`{name}`" for name in names)], outcomes),
        ]
    )


_TOLD = ("label_vi", "label_en", "source", "verified")


def _cases(profile: str) -> list[dict[str, str]]:
    path = ROOT / "tests" / "spec" / "outcomes" / f"{profile}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
