"""The manual's page on lateness, written from the profiles and from the tables the tests run.

``python tests/docs/lateness_page.py`` rewrites ``docs/manual/lateness.md``; a test holds it to
what stands in ``data/reference/profiles`` and ``tests/spec/outcomes``.
"""

from __future__ import annotations

import csv
from pathlib import Path

from workbench.clock.lateness import CHOICES, lateness_profiles

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manual" / "lateness.md"
HEAD = """# What "late" means (trễ hạn là gì)

There is no single rule. Each profile below is what one office, form or system does, or a proposal
of this project; a figure is worth nothing without its profile's name. Profiles are files in
`data/reference/profiles`; `verified` says whether the rule was seen in its source.

This page is written by `python tests/docs/lateness_page.py`; the tests run the same cases.
"""
PAUSES = """## Pauses

What a pause that is over does to the due date depends on which date a profile compares with. An
issued date is taken as the office left it (`as_issued`): systems that add paused days (e-par, TD)
have written them into it. A recomputed date moves by the policy of the procedure and the reason
(`by_procedure`), or not at all (`ignored`). Policies are rows of
`data/reference/pause_policies.csv`, texts of reasons rows of `pause_reasons.csv`:

- `pause`: the due day moves by the working days of the pause, begun days counted whole;
- `restart`: the term begins anew when the pause ends;
- `ignore`: the clock runs on.

Pauses that overlap count once, and one that was never ended lasts to the end of the dossier's
clock, or to the export. The most special rule wins: a procedure before `*`, then a reason before
`*`.
"""
CASES = """Received 04/01/2022 08:00, export taken 20/01/2022 17:00, Vietnamese time. Where no
policy is named, the shipped one (`pause`) holds.
"""
STATES = """## Open, resolved, withdrawn or refused

Whether a dossier is open does not depend on whether it can be decided if it is late. Every count of
resolved and of open dossiers, in measures and in forms, follows this table: the state and the month
since which it holds, under four kinds of profile. Export taken 15/03/2022 17:00. A dossier that
ended on an unknown date had ended when the export was taken, and counts as closed then; it is
never counted as in time or late. For every profile, unit and period: received before or in the
period = resolved + withdrawn + refused + open at its end; the program stops where that does not
hold. A dossier that was open in the last export that holds it is not counted in periods that begin
after that export.
"""
STAMPS = (
    *("due", "due_first", "resolved", "returned", "status", "paused", "resumed", "policy", "term"),
)


def page() -> str:
    """Return the whole page: profiles, their choices, and every case under every profile."""
    profiles = lateness_profiles(ROOT / "data" / "reference" / "profiles").rows(named=True)
    names = [str(row["profile"]) for row in profiles]
    profile_rows = [[f"`{r['profile']}`", *(r[t] for t in _COLUMNS)] for r in profiles]
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
            _table(["profile", "tiếng Việt", "English", "source", "verified"], profile_rows),
            "## Their choices\n",
            _table(["profile", *CHOICES], chosen),
            PAUSES,
            _table(list(_POLICY), _policies()),
            "## Cases\n",
            CASES,
            _table(["no", "case", *STAMPS], situations),
            "## Outcomes\n",
            _table(["no", *(f"`{name}`" for name in names)], outcomes),
            STATES,
            _states(),
        ]
    )


_COLUMNS = ("label_vi", "label_en", "source", "verified")


_POLICY = ("procedure_id", "reason", "policy", "note", "source", "verified")


def _policies() -> list[list[str]]:
    path = ROOT / "data" / "reference" / "pause_policies.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [[row[name] for name in _POLICY] for row in csv.DictReader(lines)]


def _states() -> str:
    path = ROOT / "tests" / "spec" / "states.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    return _table(head, rows)


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
