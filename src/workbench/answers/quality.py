"""What the figures leave out: the fate of every row of the source files.

Accounting (evidence level 1), file by file: rows read = clean + quarantined + merged + ignored. A
briefing without this would claim too much.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.questions import question
from workbench.answers.run import Run
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.messages import say

PARTS = ("rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")


@question("reconciliation", "quarantine", "due_findings", "calendar_findings")
def excluded(run: Run) -> Answer:
    """Which rows of the source files are in these figures, and which are not?"""
    totals = {part: int(run.reconciliation[part].sum()) for part in PARTS}
    columns = ("rule_id", "severity", "message")
    sources = (run.quarantine, run.due_findings, run.calendar_findings)
    findings = pl.concat([source.select(columns) for source in sources])
    rules = (
        findings.group_by("rule_id", "severity")
        .agg(pl.len().alias("rows"), pl.col("message").sort().first())
        .sort(
            pl.col("rows"), pl.col("rule_id"), pl.col("severity"), descending=[True, False, False]
        )
    )
    return Answer(
        title=say("briefing.excluded_title"),
        claims=(
            *_claims(totals, run.reconciliation.height, rules),
            *_uncovered(run.calendar_findings),
        ),
        frame=rules,
        denominators=say("briefing.excluded_denominators"),
        listing=_table(rules),
    )


def _claims(totals: dict[str, int], files: int, rules: pl.DataFrame) -> tuple[Claim, ...]:
    words = {part: numerals.count(n) for part, n in totals.items()}
    read = totals["rows_read"]
    share = numerals.percent(totals["rows_quarantined"] / read if read else None)
    flow = say("briefing.excluded_flow", files=numerals.count(files), share=share, **words)
    if rules.is_empty():
        return claim(flow, key=True), claim(say("briefing.excluded_nothing"))
    flagged = int(rules.filter(pl.col("severity") == "warn")["rows"].sum())
    return claim(flow, key=True), claim(say("briefing.excluded_flagged", n=numerals.count(flagged)))


def _uncovered(findings: pl.DataFrame) -> tuple[Claim, ...]:
    """Return the claim about dossiers with days that no calendar covers, and the missing years."""
    if findings.is_empty():
        return ()
    missing = findings.select("calendar_id", "year").unique().sort("calendar_id", "year")
    years = ", ".join(f"{year} ({name})" for name, year in missing.rows())
    undecided = findings.filter("is_undecidable")["dossier_id"].n_unique()
    sentence = say(
        "quality.not_covered",
        n=numerals.count(findings["dossier_id"].n_unique()),
        undecided=numerals.count(undecided),
        years=years,
    )
    return (claim(sentence, key=True),)


def _table(rules: pl.DataFrame) -> Table:
    columns = (
        Column(say("briefing.rule"), number=False),
        Column(say("briefing.severity"), number=False),
        Column(say("briefing.rows")),
        Column(say("briefing.example"), number=False),
    )
    rows = [
        (
            r["rule_id"],
            say(f"quality.severity_{r['severity']}"),
            numerals.count(r["rows"]),
            r["message"],
        )
        for r in rules.iter_rows(named=True)
    ]
    return Table(say("briefing.excluded_table"), columns, tuple(rows))
