"""Where working time went: by kind of segment, and by step and transfer.

Accounting (evidence level 1): the segments of a dossier tile its time exactly, so the shares
add up. It says where the time lies, not whose fault it is.
"""

from __future__ import annotations

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import FEW, Row
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Bar, Figure, Pair, bars, draw, paired_bars
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, SEGMENT_KINDS
from workbench.figures import causes
from workbench.messages import say

STEPS = 10
"""How many steps the chart shows; the table holds them all."""
NO_STEP = "-"
_FIGURES = ("mean", "p90", "share")


# by kind of segment -----------------------------------------------------------------------


@question("time_use")
def time_use(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Where did the working time of late dossiers go, and where that of the others?

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
    scope = Scope(period, unit, profile)
    frame = causes.time_use(
        run.counted("time_use", scope.period, scope.profile),
        period=scope.period,
        unit_id=scope.unit,
    )
    groups = {(r["is_late"], r["kind"]): r for r in frame.iter_rows(named=True)}
    kinds = [k for k in SEGMENT_KINDS if _seconds(groups, k)]
    kinds.sort(key=lambda k: (-_mean(groups, late=True, kind=k), SEGMENT_KINDS.index(k)))
    caption = say("briefing.time_caption", period=numerals.period(scope.period))
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
        return (claim(say("briefing.time_nothing")),)
    listing = "; ".join(_describe_kind(groups, k) for k in late[:3])
    claims = [claim(say("briefing.time_where", kinds=listing), key=True)]
    if _size(groups, late=True) < FEW:
        claims.append(claim(say("briefing.time_few", few=FEW)))
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
    chart = paired_bars(pairs, say("briefing.mean_hours"))
    return draw(chart, caption, f"{caption} {_describe_pairs(pairs)}.")


def _describe_pairs(pairs: list[Pair]) -> str:
    """Say every pair of a chart, for those who cannot see it."""
    return "; ".join(
        say(
            "briefing.pair_sentence",
            name=p.name,
            late=numerals.decimal(p.late),
            others=numerals.decimal(p.others),
        )
        for p in pairs
    )


def _mean_hours(groups: Groups, kind: str) -> tuple[float | None, float | None]:
    """Return the mean hours of late dossiers and of the others; nothing for an empty group."""
    late, others = (
        _mean(groups, late=side, kind=kind) / 3600 if _size(groups, late=side) else None
        for side in (True, False)
    )
    return late, others


def _time_table(groups: Groups, kinds: list[str], caption: str) -> Table:
    headings = [f"{g}_{figure}" for g in ("late", "others") for figure in _FIGURES]
    columns = (
        Column(say("briefing.segment"), number=False),
        *(Column(say(f"briefing.time_{heading}")) for heading in headings),
    )
    rows = tuple(
        (
            say(f"labels.{k}").capitalize(),
            *_time_cells(groups.get((True, k))),
            *_time_cells(groups.get((False, k))),
        )
        for k in kinds
    )
    return Table(caption, columns, rows, notes=(say("briefing.in_hours"),))


def _time_cells(row: Row | None) -> list[Cell]:
    if row is None:
        return [Blank(say("briefing.no_such_dossiers"))] * len(_FIGURES)
    return [
        numerals.hours(row["mean_seconds"]),
        numerals.hours(row["p90_seconds"]),
        numerals.percent(row["share"]),
    ]


# by step and transfer ---------------------------------------------------------------------


@question("step_time")
def slowest_steps(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """Which steps and transfers took longer in late dossiers than in the others?

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
    scope = Scope(period, unit, profile)
    frame = causes.slowest_steps(
        run.counted("step_time", scope.period, scope.profile),
        period=scope.period,
        unit_id=scope.unit,
    )
    rows = list(frame.iter_rows(named=True))
    named = list(zip(_step_names(rows), rows, strict=True))
    slow = [(name, r) for name, r in named if (r["excess_seconds"] or 0) > 0]
    caption = say("briefing.steps_caption", period=numerals.period(scope.period))
    return Answer(
        title=say("briefing.steps_title"),
        claims=_step_claims(named, slow),
        frame=frame,
        denominators=say("briefing.steps_denominators"),
        listing=_step_table(named, caption),
        figure=_step_figure(slow[:STEPS], caption) if slow else None,
    )


def step_name(row: Row) -> str:
    """Name a stretch by its step, a wait or transfer by the step it stands before.

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
        claims.append(claim(say("briefing.steps_where", steps=listing), key=True))
    alone = [(name, r) for name, r in named if r["n_others"] == 0 and r["late_seconds"]]
    if alone:
        listing = "; ".join(_describe_alone(name, row) for name, row in alone[:3])
        claims.append(claim(say("briefing.steps_alone", steps=listing)))
    return tuple(claims) or (claim(say("briefing.steps_nothing")),)


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
    described = "; ".join(f"{bar.name}: {bar.note}" for bar in drawn)
    chart = bars(drawn, say("briefing.excess_axis"))
    return draw(chart, caption, f"{caption} {described}.")


def _bar_note(row: Row) -> str:
    return say(
        "briefing.excess_note",
        hours=numerals.count(round(row["excess_seconds"] / 3600)),
        n=numerals.count(row["n_late"]),
    )


def _step_table(named: Named, caption: str) -> Table:
    headings = ("n_late", "n_others", "median_late", "median_others", "excess")
    columns = (
        Column(say("briefing.step"), number=False),
        *(Column(say(f"briefing.{heading}")) for heading in headings),
    )
    rows = tuple((name, *_step_cells(row)) for name, row in named)
    return Table(caption, columns, rows, notes=(say("briefing.in_hours"),))


def _step_cells(row: Row) -> tuple[Cell, ...]:
    none = Blank(say("briefing.no_such_dossiers"))
    beside = [row["median_others_seconds"], row["excess_seconds"]]
    return (
        numerals.count(row["n_late"]),
        numerals.count(row["n_others"]),
        numerals.hours(row["median_late_seconds"]),
        *(none if seconds is None else numerals.hours(seconds) for seconds in beside),
    )
