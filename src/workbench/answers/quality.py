"""What the figures leave out: the fate of every row of the source files.

Accounting (evidence level 1), file by file: rows read = clean + quarantined + merged + ignored. A
briefing without this would claim too much. Each unit's late share is compared twice with the
overall one: with all its dossiers, and without those in which a rule found something suspect. A
verdict that changes depends on those records and is reported with their number. Nothing is repaired
or hidden.
"""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, count, fraction, table, text
from workbench.answers.phrasing import FEW, listed, standing
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import catalogue, say

PARTS = ("rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")


@question("reconciliation", "quarantine", "due_findings", "calendar_findings", "source_findings")
def excluded(run: Run) -> Answer:
    """Which rows of the source files are in these figures, and which are not?"""
    totals = {part: int(run.reconciliation[part].sum()) for part in PARTS}
    message = "message_en" if run.language == "en" else "message"
    columns = ("rule_id", "severity", pl.col(message).alias("message"))
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
            *_set_aside(run.source_findings),
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
        return claim(flow, 1), claim(say("briefing.excluded_nothing"), 1)
    flagged = int(rules.filter(pl.col("severity") == "warn")["rows"].sum())
    return claim(flow, 1), claim(say("briefing.excluded_flagged", n=numerals.count(flagged)), 1)


def _uncovered(findings: pl.DataFrame) -> tuple[Claim, ...]:
    """Return the claims about dossiers with days of years without a reviewed calendar."""
    drafted = findings.filter(rule_id="D41")
    return (*_lacking(findings.filter(pl.col("rule_id") != "D41")), *_drafted(drafted))


def _set_aside(findings: pl.DataFrame) -> tuple[Claim, ...]:
    """Return the claim about files of the inbox that no source profile reads."""
    files = findings.filter(rule_id="F09")["source_file"].sort().to_list()
    if not files:
        return ()
    words = {"n": numerals.count(len(files)), "files": listed(files)}
    return (claim(say("quality.set_aside", **words), 1),)


def _drafted(findings: pl.DataFrame) -> tuple[Claim, ...]:
    if findings.is_empty():
        return ()
    years = ", ".join(str(year) for year in findings["year"].unique().sort())
    return (claim(say("quality.drafted", n=numerals.count(findings.height), years=years), 1),)


def _lacking(findings: pl.DataFrame) -> tuple[Claim, ...]:
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
        first=missing["year"].min(),
    )
    return (claim(sentence, 1),)


def _table(rules: pl.DataFrame) -> Table:
    return table(
        say("briefing.excluded_table"),
        rules.iter_rows(named=True),
        [
            text("briefing.rule", "rule_id"),
            text("briefing.severity", _severity),
            count("briefing.rows", "rows"),
            text("briefing.example", _example),
        ],
    )


def _example(row: Row) -> str:
    """Return the sentence of a finding, with names of fields and repairs in words, and dates.

    >>> _example({"message": "2021-07-06 <> 2021-07-08"})
    '06/07/2021 ≠ 08/07/2021'
    """
    names = "|".join(catalogue("fields"))
    raw = rf"\b(?:{names})\b(?=:)|(?<=: )(?:{names})\b|(?<=\()(?:{names})(?=\))"
    text = re.sub(raw, lambda match: say(f"fields.{match[0]}"), row["message"])
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", _day, text)
    return text.replace(" <> ", " ≠ ")


def _day(match: re.Match[str]) -> str:
    """Return a date of a finding as pages write dates."""
    try:
        return numerals.day(dt.date.fromisoformat(match[0]))
    except ValueError:
        return match[0]


def _severity(row: Row) -> str:
    return say(f"quality.severity_{row['severity']}")


def has_step_log(run: Run) -> bool:
    """Return whether the exports log steps: without them nothing says where time went."""
    return not run.steps.is_empty()


# verdicts without suspect records ---------------------------------------------------------


@question("verdict_counts", "unit_measures", level=2)
def verdicts(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Which verdicts on units hold without suspect records, and which depend on them?"""
    scope = Scope(period, unit, profile)
    frame = _shares(run, scope)
    rows = {row["unit_id"]: row for row in frame.iter_rows(named=True)}
    overall = rows.pop(EVERYTHING, None)
    judged = [
        (row, _standing(row, overall, "all"), _standing(row, overall, "sound"))
        for row in rows.values()
    ]
    return Answer(
        title=say("quality.verdicts_title"),
        claims=_verdict_claims(run, overall, judged),
        frame=frame,
        denominators=say("quality.verdicts_denominators", few=FEW),
        listing=_verdict_table(run, overall, judged),
        values=tuple(
            Value("late_with_causes", row["unit_id"], period, profile, row["n_late"])
            for row in frame.iter_rows(named=True)
        ),
    )


def _shares(run: Run, scope: Scope) -> pl.DataFrame:
    """Return the late shares of all units together and of those asked for, under any profile."""
    is_computed = scope.profile == run.result_profile
    counts = (
        run.verdict_counts
        if is_computed
        else run.counted("verdict_counts", scope.period, scope.profile)
    )
    effects = compare.unit_effects(
        run.measures_under(scope.profile), period=scope.period, profile=scope.profile
    )
    frame = compare.with_and_without_suspects(counts, effects, period=scope.period)
    shown = [EVERYTHING, scope.unit]
    return frame if scope.unit == EVERYTHING else frame.filter(pl.col("unit_id").is_in(shown))


@question("findings_by_unit")
def findings(run: Run) -> Answer:
    """Which findings has each quality rule, unit by unit?"""
    frame = run.findings_by_unit.sort("unit_id", "severity", "rule_id")
    errors = frame.filter(pl.col("severity") == "error")
    words = {
        "rows": numerals.count(int(frame["n_rows"].sum())),
        "units": numerals.count(frame["unit_id"].n_unique()),
        "out": numerals.count(int(errors["n_rows"].sum())),
    }
    return Answer(
        title=say("quality.findings_title"),
        claims=(claim(say("quality.findings_sentence", **words), 1),),
        frame=frame,
        denominators=say("quality.findings_denominators"),
        listing=table(
            say("quality.findings_table"),
            frame.iter_rows(named=True),
            [
                text("briefing.unit", lambda row: run.unit_name(row["unit_id"])),
                text("briefing.rule", "rule_id"),
                text("briefing.severity", _severity),
                count("briefing.rows", "n_rows"),
                count("quality.dossiers", "n_dossiers"),
            ],
        ),
    )


def _standing(row: Row, overall: Row | None, side: str) -> str:
    base = row["n_dossiers"] if side == "all" else row["n_sound"]
    if overall is None or row[f"{side}_lower"] is None:
        return "few"
    interval = (row[f"{side}_lower"], row[f"{side}_upper"])
    return standing(interval, overall[f"{side}_value"], base)


def _verdict_claims(
    run: Run, overall: Row | None, judged: list[tuple[Row, str, str]]
) -> tuple[Claim, ...]:
    if overall is None:
        return (claim(say("briefing.units_nothing"), 1),)
    shares = say(
        "quality.overall",
        suspects=numerals.count(overall["n_suspect"]),
        dossiers=numerals.count(overall["n_dossiers"]),
        every=_share(overall, "all"),
        sound=_share(overall, "sound"),
    )
    moved = [
        say("quality.one_moved", unit=run.unit_name(row["unit_id"]), n=row["n_suspect"])
        for row, every, sound in judged
        if every != sound
    ]
    compared = [sides for _, *sides in judged if sides != ["few", "few"]]
    stands = say("quality.stand", n=numerals.count(len(compared) - len(moved)))
    depend = [claim(say("quality.depend", units=listed(moved)), 2)] if moved else []
    return (claim(shares, 1), claim(stands, 2), *depend)


def _share(row: Row, side: str) -> str:
    value = row[f"{side}_value"]
    return numerals.percent(value) if value is not None else numerals.MISSING


def _verdict_table(run: Run, overall: Row | None, judged: list[tuple[Row, str, str]]) -> Table:
    rows = [{**row, "verdict": _verdict(row, *sides)} for row, *sides in judged]
    return table(
        say("quality.verdicts_table"),
        [{**overall, "verdict": ""}, *rows] if overall else rows,
        [
            text("briefing.unit", lambda row: run.unit_name(row["unit_id"])),
            count("quality.dossiers", "n_dossiers"),
            count("quality.suspects", "n_suspect"),
            _late_share("all", "n_late", "n_dossiers"),
            _late_share("sound", "n_late_sound", "n_sound"),
            text("quality.verdict", "verdict"),
        ],
    )


def _verdict(row: Row, every: str, sound: str) -> str:
    word = "stands" if every == sound else "depends"
    return say(f"quality.{'few' if every == sound == 'few' else word}", n=row["n_suspect"])


def _late_share(side: str, late: str, base: str) -> Col:
    heading = say(f"quality.share_{side}")
    return fraction(heading, f"{side}_value", late, base, "quality.nothing_left")
