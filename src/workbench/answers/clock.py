"""Questions about the legal clock: issued due dates, pauses, receptions, norms that add up.

``book.clock(unit="*").due_dates("2022-H1")`` and the other methods look at the dossiers received in
a period. They count what the clock found (evidence level 1) and judge no one: an issued due date
that differs from the term may have a reason that no table holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import (
    Row,
    Write,
    count,
    decimal,
    figure,
    hours,
    picture,
    table,
    text,
)
from workbench.answers.phrasing import of_unit
from workbench.answers.questions import Part, PeriodLabel, question
from workbench.charts import Bar, Figure, bars
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.vocabulary import Period
from workbench.figures.norms import norm_audit
from workbench.messages import say

DUE_CLASSES = ("agrees", "calendar_error", "shorter", "longer", "reappointed")
"""How an issued due date compares with the term, in the order of the tables."""
INCOMPARABLE = ("missing", "not_comparable")
ODDITIES = (
    "overlapping",
    "unended_on_closed",
    "outside_clock",
    "negative",
    "paused_without_pause",
)
HOURS_OF = {"working_day": 8, "hour": 1, "same_day": 8}
"""Working hours of one unit of a term; a calendar day has no fixed number."""
SHOWN = 3
"""Number of dossiers that a table names as examples; the frame lists all."""


@dataclass(frozen=True)
class LegalClock(Part):
    """Questions about the clock of the dossiers of one unit, ``*`` for all together."""

    unit: str

    @question("dossiers", "due_dates")
    def due_dates(self, period: PeriodLabel) -> Answer:
        """Which issued due dates follow the term, and how do the others differ?"""
        received = self._received(period)
        due = received.join(self.run.due_dates, on="dossier_id", how="left").with_columns(
            pl.col("due_class").fill_null("not_comparable")
        )
        counts = due.group_by("due_class", "days_off").agg(
            pl.len().cast(pl.Int64).alias("dossiers"),
            pl.col("dossier_id").sort().head(SHOWN).alias("examples"),
        )
        rank = pl.col("due_class").replace_strict(_RANK, return_dtype=pl.Int64)
        frame = counts.sort(rank, "days_off")
        return _due_answer(frame, period)

    @question("dossiers", "pauses", "pause_spells", "odd_pauses")
    def pauses(self, period: PeriodLabel) -> Answer:
        """How many dossiers had a clock stop, for what reason, and which pauses are odd?"""
        received = self._received(period)
        pauses = self.run.pauses.join(received, on="dossier_id", how="semi")
        stood = self.run.pause_spells.join(received, on="dossier_id", how="semi")
        odd = self.run.odd_pauses.join(received, on="dossier_id", how="semi")
        rank = pl.col("oddity").replace_strict(_ODD_RANK, return_dtype=pl.Int64)
        words = {
            "n": numerals.count(received.height),
            "dossiers": numerals.count(stood["dossier_id"].n_unique()),
            "pauses": numerals.count(pauses.height),
            "hours": numerals.hours(int(stood["work_seconds"].sum())),
            "odd": numerals.count(odd.height),
        }
        return Answer(
            title=say("clock.pauses_title", period=numerals.period(period)),
            claims=(claim(say("clock.pauses_sentence", **words), 1),),
            frame=odd.sort(rank, "dossier_id", "pause_no"),
            denominators=say("clock.pauses_denominators"),
            listing=_pause_table(pauses, odd, period),
        )

    @question("dossiers", "clock_starts")
    def receptions(self, period: PeriodLabel) -> Answer:
        """When were dossiers received, and from when does their clock count?"""
        received = self._received(period)
        starts = self.run.clock_starts.join(received, on="dossier_id", how="semi")
        starts = starts.filter(pl.col("received_when").is_not_null())
        waited = pl.col("clock_starts_at") - pl.col("received_at")
        frame = (
            starts.group_by("received_when")
            .agg(
                pl.len().cast(pl.Int64).alias("dossiers"),
                waited.max().dt.total_seconds().alias("longest_seconds"),
            )
            .sort("received_when")
        )
        return _reception_answer(frame, received.height, period)

    @question("dossiers", "steps", "due_dates", "ledger")
    def norms(self, period: PeriodLabel) -> Answer:
        """Do the norms of the steps add up to the term, and which steps have none?"""
        received = self._received(period)
        steps = self.run.steps.join(received, on="dossier_id")
        limits = received.join(self.run.due_dates, on="dossier_id")
        frame = norm_audit(_norms_of(steps), _limits_of(limits)).filter(level="procedure")
        segments = self.run.ledger.join(received, on="dossier_id", how="semi").filter(
            ~pl.col("phase").is_in(["gap", "pause"])
        )
        named_frame = frame.join(_names(received), on="procedure_id", how="left")
        return _norm_answer(
            named_frame.sort("procedure_id"),
            dict(segments["norm_source"].value_counts().rows()),
            period,
        )

    def _received(self, period: str) -> pl.DataFrame:
        """Return number, procedure and its name of the dossiers received in a period."""
        days = Period.parse(period)
        received = pl.col("received_on").is_between(days.starts_on, days.ends_on)
        dossiers = of_unit(self.run.dossiers.filter(received), self.unit)
        return dossiers.select("dossier_id", "procedure_id", "procedure_name")


_RANK = {name: n for n, name in enumerate((*DUE_CLASSES, *INCOMPARABLE))}
_ODD_RANK = {name: n for n, name in enumerate(ODDITIES)}


# due dates ----------------------------------------------------------------------------------


def _due_answer(frame: pl.DataFrame, period: str) -> Answer:
    compared = frame.filter(pl.col("due_class").is_in(DUE_CLASSES))
    rows, total = list(compared.iter_rows(named=True)), int(compared["dossiers"].sum())
    excluded = {
        name: numerals.count(int(frame.filter(due_class=name)["dossiers"].sum()))
        for name in INCOMPARABLE
    }
    caption = say("clock.due_caption", period=numerals.period(period))
    return Answer(
        title=say("clock.due_title", period=numerals.period(period)),
        claims=_due_claims(rows, total),
        frame=frame,
        denominators=say("clock.due_denominators", **excluded),
        listing=_due_table(rows, total, caption),
        figure=_due_figure(rows, total, caption) if total else None,
    )


def _due_claims(rows: list[dict[str, Any]], total: int) -> tuple[Claim, ...]:
    if not total:
        return (claim(say("clock.due_nothing"), 1),)
    agree = sum(row["dossiers"] for row in rows if row["due_class"] == "agrees")
    shares = {"share": numerals.percent(agree / total), "of": numerals.fraction(agree, total)}
    others = [_describe_due(row) for row in rows if row["due_class"] != "agrees"]
    claims = [claim(say("clock.due_agree", **shares), 1)]
    if others:
        claims.append(claim(say("clock.due_differ", classes="; ".join(others)), 1))
    return tuple(claims)


def _describe_due(row: Row) -> str:
    return say("clock.due_class_sentence", name=_due_name(row), n=numerals.count(row["dossiers"]))


def _due_name(row: Row) -> str:
    if row["due_class"] != "calendar_error":
        return say(f"clock.due_{row['due_class']}")
    days = row["days_off"]
    return say("clock.due_holidays" if days > 0 else "clock.due_made_up", k=abs(days))


def _due_table(rows: list[dict[str, Any]], total: int, caption: str) -> Table:
    def examples(row: Row) -> Cell:
        is_shown = row["due_class"] != "agrees"
        return "; ".join(row["examples"]) if is_shown else Blank(say("clock.examples_needless"))

    return table(
        caption,
        rows,
        [
            text("clock.due_class", _due_name),
            count("clock.dossiers", "dossiers"),
            figure("clock.share", lambda row: numerals.percent(row["dossiers"] / total)),
            text("clock.examples", examples),
        ],
    )


def _due_figure(rows: list[dict[str, Any]], total: int, caption: str) -> Figure:
    day_bars = [
        Bar(_due_name(row), row["dossiers"], numerals.fraction(row["dossiers"], total))
        for row in rows
        if row["due_class"] != "agrees"
    ]
    return picture(bars(day_bars, say("clock.dossiers")), caption, map(_describe_due, rows))


# pauses -------------------------------------------------------------------------------------


def _pause_table(pauses: pl.DataFrame, odd: pl.DataFrame, period: str) -> Table:
    """Return one line per reason of a pause, then one per kind of oddity, with examples."""
    reasons = pauses.with_columns(pl.col("reason").fill_null(say("clock.no_reason")))
    rows = [
        *_counted(reasons, "reason", sorted(reasons["reason"].unique())),
        *_counted(odd, "oddity", [o for o in ODDITIES if o in odd["oddity"]]),
    ]
    return table(
        say("clock.pauses_caption", period=numerals.period(period)),
        rows,
        [
            text("clock.pause_kind", "kind"),
            count("clock.pauses", "pauses"),
            count("clock.dossiers", "dossiers"),
            text("clock.examples", "examples"),
        ],
    )


def _counted(frame: pl.DataFrame, column: str, kinds: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield pauses and dossiers of each kind; only an oddity needs examples."""
    is_odd = column == "oddity"
    for kind in kinds:
        rows = frame.filter(pl.col(column) == kind)
        ids = rows["dossier_id"].unique().sort()
        yield {
            "kind": say(f"clock.odd_{kind}") if is_odd else kind,
            "pauses": rows.height,
            "dossiers": len(ids),
            "examples": "; ".join(ids.head(SHOWN))
            if is_odd
            else Blank(say("clock.examples_needless")),
        }


# receptions ---------------------------------------------------------------------------------


def _reception_answer(frame: pl.DataFrame, total: int, period: str) -> Answer:
    rows = frame.to_dicts()
    later = sum(row["dossiers"] for row in rows if row["received_when"] != "clock_hours")
    numbers = {"later": numerals.count(later), "n": numerals.count(total)}
    return Answer(
        title=say("clock.receptions_title", period=numerals.period(period)),
        claims=(claim(say("clock.receptions_sentence", **numbers), 1),),
        frame=frame,
        denominators=say("clock.receptions_denominators"),
        listing=table(
            say("clock.receptions_caption", period=numerals.period(period)),
            rows,
            [
                text("clock.received_when", lambda r: say(f"clock.received_{r['received_when']}")),
                count("clock.dossiers", "dossiers"),
                figure("clock.share", lambda row: numerals.percent(row["dossiers"] / total)),
                hours("clock.longest_wait", "longest_seconds"),
            ],
        ),
    )


# norms --------------------------------------------------------------------------------------


def _norms_of(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the norm of each step of a procedure in hours, as ``norm_audit`` takes them."""
    norm = (pl.col("norm_seconds").max() / 3600).fill_null(0.0)
    return (
        steps.filter(pl.col("step").is_not_null(), pl.col("procedure_id").is_not_null())
        .group_by("procedure_id", "step")
        .agg(norm.alias("step_norm"))
        .with_columns(
            pl.col("step").alias("task"),
            pl.col("step_norm").alias("task_norm"),
            pl.lit(value=False).alias("is_rework"),
        )
    )


def _limits_of(dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return the longest term of each procedure in working hours, where hours can express it."""
    hours = pl.col("term_unit").replace_strict(HOURS_OF, default=None, return_dtype=pl.Int64)
    return (
        dossiers.with_columns((hours * pl.col("term_value")).alias("limit"))
        .filter(pl.col("limit").is_not_null())
        .group_by("procedure_id")
        .agg(pl.col("limit").max())
    )


def _names(dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return one name per procedure, the most frequent one."""
    counts = dossiers.group_by("procedure_id", "procedure_name").len()
    return (
        counts.sort("procedure_id", "len", "procedure_name", descending=[False, True, False])
        .unique("procedure_id", keep="first", maintain_order=True)
        .select("procedure_id", "procedure_name")
    )


def _norm_answer(frame: pl.DataFrame, sources: dict[str, int], period: str) -> Answer:
    findings = dict(frame["finding"].value_counts().rows())
    judged = ("agrees", "exceeds", "short")
    numbers = {name: numerals.count(findings.get(name, 0)) for name in judged}
    compared = numerals.count(sum(findings.get(name, 0) for name in judged))
    by_source = {
        name: numerals.count(sources.get(name, 0)) for name in ("regulated", "learned", "none")
    }
    excluded = {name: numerals.count(findings.get(name, 0)) for name in ("no_norm", "no_parts")}
    return Answer(
        title=say("clock.norms_title", period=numerals.period(period)),
        claims=(
            claim(say("clock.norms_sentence", n=compared, **numbers), 1),
            claim(say("clock.norms_sources", **by_source), 1),
        ),
        frame=frame,
        denominators=say("clock.norms_denominators", **excluded),
        listing=_norm_table(frame, period),
    )


def _norm_table(frame: pl.DataFrame, period: str) -> Table:
    def in_hours(name: str) -> Write:
        none = Blank(say("clock.not_in_hours"))
        return lambda row: numerals.decimal(row[name]) if row["norm"] else none

    return table(
        say("clock.norms_caption", period=numerals.period(period)),
        frame.iter_rows(named=True),
        [
            text(
                "clock.procedure",
                lambda row: f"{row['procedure_id']} {row['procedure_name'] or ''}".strip(),
            ),
            figure("clock.limit", in_hours("norm")),
            decimal("clock.sum_of_norms", "parts"),
            figure("clock.difference", in_hours("difference")),
            text("clock.finding", lambda row: say(f"clock.norm_{row['finding']}")),
        ],
    )
