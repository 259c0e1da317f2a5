"""Where working time went: by kind of segment, by step and transfer, and what steps waited for.

Accounting (evidence level 1): the segments of a dossier tile its time exactly, so the shares add
up. It says where the time lies, not whose fault it is. The waiting causes of the literature stand
in their fixed order; elapsed time, nights included, since being off duty is one of them.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, Write, count, figure, hours, picture, table, text
from workbench.answers.phrasing import FEW, of_unit
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Bar, Figure, Pair, bars, paired_bars
from workbench.charts.tables import Blank, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, SEGMENT_KINDS, Period
from workbench.figures import causes, waits
from workbench.messages import say

STEPS = 10
"""How many steps the chart shows; the table holds them all."""
NO_STEP = "-"
_FIGURES: dict[str, Write] = {
    "mean": lambda row: numerals.hours(row["mean_seconds"]),
    "p90": lambda row: numerals.hours(row["p90_seconds"]),
    "share": lambda row: numerals.percent(row["share"]),
}
"""Columns shown for a kind of segment in each group."""


# by kind of segment -----------------------------------------------------------------------


@question("time_use")
def time_use(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Where did the working time of late dossiers go, and where that of the others?"""
    frame = causes.time_use(
        run.counted("time_use", period, profile),
        period=period,
        unit_id=unit,
    )
    groups = {(r["is_late"], r["kind"]): r for r in frame.iter_rows(named=True)}
    kinds = [k for k in SEGMENT_KINDS if _seconds(groups, k)]
    kinds.sort(key=lambda k: (-_mean(groups, late=True, kind=k), SEGMENT_KINDS.index(k)))
    caption = say("briefing.time_caption", period=numerals.period(period))
    return Answer(
        title=say("briefing.time_title"),
        claims=_time_claims(groups, kinds),
        frame=frame,
        denominators=_describe_groups(groups),
        listing=_time_table(groups, kinds, caption),
        figure=_time_figure(groups, kinds, caption) if kinds else None,
    )


Groups = dict[tuple[bool, str], Row]


def _seconds(groups: Groups, kind: str) -> int:
    return sum(r["work_seconds"] for (_, k), r in groups.items() if k == kind)


def _mean(groups: Groups, *, late: bool, kind: str) -> float:
    row = groups.get((late, kind))
    return row["mean_seconds"] if row else 0.0


def _size(groups: Groups, *, late: bool) -> int:
    return max((r["n_dossiers"] for (side, _), r in groups.items() if side == late), default=0)


def _describe_groups(groups: Groups) -> str:
    return say(
        "briefing.time_denominators",
        late=numerals.count(_size(groups, late=True)),
        others=numerals.count(_size(groups, late=False)),
    )


def _time_claims(groups: Groups, kinds: list[str]) -> tuple[Claim, ...]:
    late = [k for k in kinds if _mean(groups, late=True, kind=k)]
    if not late:
        return (claim(say("briefing.time_nothing"), 1),)
    listing = "; ".join(_describe_kind(groups, k) for k in late[:3])
    claims = [claim(say("briefing.time_where", kinds=listing), 1)]
    if _size(groups, late=True) < FEW:
        claims.append(claim(say("briefing.time_few", few=FEW), 1))
    return tuple(claims)


def _describe_kind(groups: Groups, kind: str) -> str:
    late, others = groups[True, kind], groups.get((False, kind))
    return say(
        "briefing.time_kind",
        kind=say(f"labels.{kind}"),
        share=numerals.percent(late["share"]),
        hours=numerals.hours(late["mean_seconds"]),
        others=numerals.hours(others["mean_seconds"] if others else None),
    )


def _time_figure(groups: Groups, kinds: list[str], caption: str) -> Figure:
    pairs = [Pair(say(f"labels.{k}"), *_mean_hours(groups, k)) for k in kinds]
    return picture(
        paired_bars(pairs, say("briefing.mean_hours")), caption, map(_describe_pair, pairs)
    )


def _describe_pair(pair: Pair) -> str:
    hours = {"late": numerals.decimal(pair.late), "others": numerals.decimal(pair.others)}
    return say("briefing.pair_sentence", name=pair.name, **hours)


def _mean_hours(groups: Groups, kind: str) -> tuple[float | None, float | None]:
    """Return the mean hours of late dossiers and of the others; nothing for an empty group."""
    late, others = (
        _mean(groups, late=side, kind=kind) / 3600 if _size(groups, late=side) else None
        for side in (True, False)
    )
    return late, others


def _time_table(groups: Groups, kinds: list[str], caption: str) -> Table:
    def written(late: bool, write: Write) -> Write:
        none = Blank(say("briefing.no_such_dossiers"))
        return lambda row: (
            write(groups[late, row["kind"]]) if (late, row["kind"]) in groups else none
        )

    return table(
        caption,
        [{"kind": kind} for kind in kinds],
        [
            text("briefing.segment", lambda row: say(f"labels.{row['kind']}").capitalize()),
            *(
                figure(f"briefing.time_{group}_{name}", written(group == "late", write))
                for group in ("late", "others")
                for name, write in _FIGURES.items()
            ),
        ],
        notes=[say("briefing.in_hours")],
    )


# by step and transfer ---------------------------------------------------------------------


@question("step_time")
def slowest_steps(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Which steps and transfers took longer in late dossiers than in the others?"""
    frame = causes.slowest_steps(
        run.counted("step_time", period, profile),
        period=period,
        unit_id=unit,
    )
    rows = list(frame.iter_rows(named=True))
    named = list(zip(_step_names(rows), rows, strict=True))
    slow = [(name, r) for name, r in named if (r["excess_seconds"] or 0) > 0]
    caption = say("briefing.steps_caption", period=numerals.period(period))
    return Answer(
        title=say("briefing.steps_title"),
        claims=_step_claims(named, slow),
        frame=frame,
        denominators=say("briefing.steps_denominators"),
        listing=_step_table(named, caption),
        figure=_step_figure(slow[:STEPS], caption) if slow else None,
    )


def step_name(row: Row) -> str:
    """Name a segment by its step, a wait or transfer by the step after it.

    >>> step_name({"kind": "transfer", "step": "Trình ký"})
    'Chuyển đến: Trình ký'
    """
    kind, step = row["kind"], row["step"]
    if step in (None, NO_STEP):
        return say(f"labels.{kind}").capitalize()
    if kind in ("transfer", "queue", "pause"):
        return say(f"briefing.step_{kind}", step=step)
    return str(step)


def _step_names(rows: list[Row]) -> list[str]:
    """Name every row; rows of one name get their kind of segment behind it."""
    names = [step_name(r) for r in rows]
    kinds = [say(f"labels.{r['kind']}") for r in rows]
    return [f"{n} ({k})" if names.count(n) > 1 else n for n, k in zip(names, kinds, strict=True)]


Named = list[tuple[str, Row]]


def _step_claims(named: Named, slow: Named) -> tuple[Claim, ...]:
    claims = []
    if slow:
        listing = "; ".join(_describe_step(name, row) for name, row in slow[:3])
        claims.append(claim(say("briefing.steps_where", steps=listing), 1))
    alone = [(name, r) for name, r in named if r["n_others"] == 0 and r["late_seconds"]]
    if alone:
        listing = "; ".join(_describe_alone(name, row) for name, row in alone[:3])
        claims.append(claim(say("briefing.steps_alone", steps=listing), 1))
    return tuple(claims) or (claim(say("briefing.steps_nothing"), 1),)


def _describe_step(name: str, row: Row) -> str:
    return say(
        "briefing.step_sentence",
        step=name,
        excess=numerals.count(round(row["excess_seconds"] / 3600)),
        late=numerals.hours(row["median_late_seconds"]),
        others=numerals.hours(row["median_others_seconds"]),
        n=numerals.count(row["n_late"]),
    )


def _describe_alone(name: str, row: Row) -> str:
    return say(
        "briefing.step_alone",
        step=name,
        late=numerals.hours(row["median_late_seconds"]),
        n=numerals.count(row["n_late"]),
    )


def _step_figure(slow: Named, caption: str) -> Figure:
    drawn = [Bar(name, row["excess_seconds"] / 3600, _bar_note(row)) for name, row in slow]
    chart = bars(drawn, say("briefing.excess_axis"))
    return picture(chart, caption, (f"{bar.name}: {bar.note}" for bar in drawn))


def _bar_note(row: Row) -> str:
    return say(
        "briefing.excess_note",
        hours=numerals.count(round(row["excess_seconds"] / 3600)),
        n=numerals.count(row["n_late"]),
    )


def _step_table(named: Named, caption: str) -> Table:
    none = "briefing.no_such_dossiers"
    return table(
        caption,
        [{"name": name, **row} for name, row in named],
        [
            text("briefing.step", "name"),
            count("briefing.n_late", "n_late"),
            count("briefing.n_others", "n_others"),
            hours("briefing.median_late", "median_late_seconds"),
            hours("briefing.median_others", "median_others_seconds", none=none),
            hours("briefing.excess", "excess_seconds", none=none),
        ],
        notes=[say("briefing.in_hours")],
    )


# waits of steps --------------------------------------------------------------------------

APPLICANTS = ("return", "applicant")
"""Steps that wait for the applicant, not for a holder."""
SECONDS = tuple(f"{cause}_seconds" for cause in waits.WAITING_CAUSES)


@question("steps", "step_waits")
def waiting(run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING) -> Answer:
    """What did steps wait for, where the log has start, finish and holder?"""
    days = Period.parse(period)
    begun = pl.coalesce("started_at", "finished_at", "arrived_at").dt.date()
    logged = of_unit(run.steps, unit).filter(
        begun.is_between(days.starts_on, days.ends_on),
        ~pl.col("step_kind").is_in(APPLICANTS),
    )
    step_waits = run.step_waits().join(
        logged.select("dossier_id", "step_no"), on=["dossier_id", "step_no"], how="semi"
    )
    frame = (
        step_waits.group_by("step")
        .agg(
            pl.len().alias("n_waits"),
            pl.col("wait_seconds").sum(),
            *(pl.col(c).sum() for c in SECONDS),
            pl.col("delay_seconds").sum(),
        )
        .sort("wait_seconds", "step", descending=[True, False])
    )
    rows = frame.to_dicts()
    totals = {name: sum(r[f"{name}_seconds"] for r in rows) for name in waits.WAITING_CAUSES}
    whole = sum(totals.values())
    caption = say("waiting.caption", period=numerals.period(period))
    wait_bars = [
        Bar(say(f"waiting.{name}"), seconds / 3600, _share_note(seconds, whole))
        for name, seconds in totals.items()
    ]
    listing = [f"{b.name} {b.note}" for b in wait_bars]
    sentences = [say("waiting.sentence", causes="; ".join(listing)), say("waiting.order")]
    if delay := sum(r["delay_seconds"] for r in rows):
        sentences.append(say("waiting.delay_sentence", delay=_share_note(delay, whole)))
    return Answer(
        title=say("waiting.title"),
        claims=tuple(claim(s, 1) for s in (sentences if whole else [say("waiting.nothing")])),
        frame=frame,
        denominators=say(
            "waiting.denominators",
            waits=numerals.count(step_waits.height),
            steps=numerals.count(logged.height),
        ),
        listing=_wait_table(rows, caption) if rows else None,
        figure=picture(bars(wait_bars, say("waiting.axis")), caption, listing) if whole else None,
    )


def _share_note(seconds: int, whole: int) -> str:
    return say(
        "waiting.note",
        hours=numerals.count(round(seconds / 3600)),
        share=numerals.percent(seconds / whole if whole else None),
    )


def _wait_table(rows: list[Row], caption: str) -> Table:
    seconds = dict(zip(SECONDS, waits.WAITING_CAUSES, strict=True))
    return table(
        caption,
        rows,
        [
            text("briefing.step", lambda row: str(row["step"])),
            count("waiting.n_waits", "n_waits"),
            *(
                hours(f"waiting.{heading}", name)
                for name, heading in {
                    "wait_seconds": "wait",
                    **seconds,
                    "delay_seconds": "delay",
                }.items()
            ),
        ],
        notes=[say("waiting.elapsed")],
    )
