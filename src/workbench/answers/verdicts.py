"""Do verdicts on units hold without suspect records?

Each unit's late share is compared twice with the overall one: with all its dossiers, and without
those in which a rule found something suspect. A verdict that changes depends on those records and
is reported with their number. Nothing is repaired or hidden.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.phrasing import FEW, Row, listed, standing
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say


@question("verdict_counts")
def verdicts(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Which verdicts on units hold without suspect records, and which depend on them?

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
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
        claims=_claims(run, overall, judged),
        frame=frame,
        denominators=say("quality.verdicts_denominators", few=FEW),
        listing=_table(run, overall, judged),
        values=tuple(
            Value("late_with_causes", row["unit_id"], scope.period, scope.profile, row["n_late"])
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
    frame = compare.with_and_without_suspects(counts, period=scope.period)
    if scope.unit == EVERYTHING:
        return frame
    return frame.filter(pl.col("unit_id").is_in([EVERYTHING, scope.unit]))


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
    columns = (
        Column(say("briefing.unit"), number=False),
        Column(say("briefing.rule"), number=False),
        Column(say("briefing.severity"), number=False),
        Column(say("briefing.rows")),
        Column(say("quality.dossiers")),
    )
    lines = [
        (
            run.unit_name(row["unit_id"]),
            row["rule_id"],
            say(f"quality.severity_{row['severity']}"),
            numerals.count(row["n_rows"]),
            numerals.count(row["n_dossiers"]),
        )
        for row in frame.iter_rows(named=True)
    ]
    return Answer(
        title=say("quality.findings_title"),
        claims=(claim(say("quality.findings_sentence", **words)),),
        frame=frame,
        denominators=say("quality.findings_denominators"),
        listing=Table(say("quality.findings_table"), columns, tuple(lines)),
    )


def _standing(row: Row, overall: Row | None, side: str) -> str:
    base = row["n_dossiers"] if side == "all" else row["n_sound"]
    if overall is None or row[f"{side}_lower"] is None:
        return "few"
    interval = (row[f"{side}_lower"], row[f"{side}_upper"])
    return standing(interval, overall[f"{side}_value"], base)


def _claims(run: Run, overall: Row | None, judged: list[tuple[Row, str, str]]) -> tuple[Claim, ...]:
    if overall is None:
        return (claim(say("briefing.units_nothing")),)
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
    depend = [claim(say("quality.depend", units=listed(moved)), key=True)] if moved else []
    return (claim(shares, key=True), claim(stands, key=True), *depend)


def _share(row: Row, side: str) -> str:
    value = row[f"{side}_value"]
    return numerals.percent(value) if value is not None else numerals.MISSING


def _table(run: Run, overall: Row | None, judged: list[tuple[Row, str, str]]) -> Table:
    columns = (
        Column(say("briefing.unit"), number=False),
        Column(say("quality.dossiers")),
        Column(say("quality.suspects")),
        Column(say("quality.share_all")),
        Column(say("quality.share_sound")),
        Column(say("quality.verdict"), number=False),
    )
    together = [(overall, "within", "within")] if overall else []
    lines = [
        (
            run.unit_name(row["unit_id"]),
            numerals.count(row["n_dossiers"]),
            numerals.count(row["n_suspect"]),
            _cell(row, "all", "n_late", "n_dossiers"),
            _cell(row, "sound", "n_late_sound", "n_sound"),
            "" if row is overall else say(f"quality.{_word(every, sound)}", n=row["n_suspect"]),
        )
        for row, every, sound in [*together, *judged]
    ]
    return Table(say("quality.verdicts_table"), columns, tuple(lines))


def _word(every: str, sound: str) -> str:
    if every == sound == "few":
        return "few"
    return "stands" if every == sound else "depends"


def _cell(row: Row, side: str, late: str, base: str) -> Cell:
    if row[f"{side}_value"] is None:
        return Blank(say("quality.nothing_left"))
    share = numerals.percent(row[f"{side}_value"])
    return f"{share} ({numerals.fraction(row[late], row[base])})"
