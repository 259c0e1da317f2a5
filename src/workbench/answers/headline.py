"""One period in figures: received, resolved, late, open overdue, beside an earlier period.

Both denominators are always given: the resolved, and the resolved with those open and overdue. A
count has no interval and says so.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.answers.answer import Answer, Claim, Tile, Value, claim
from workbench.answers.due_stamps import compare_with_stamps
from workbench.answers.phrasing import Row, measures_of, rate_words, values_of
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, draw, shares
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

_JUDGED = ("early", "on_time", "late")
_OPEN = ("open_in_time", "open_overdue", "open_unknown")
_COUNTS = (
    "received",
    "resolved",
    *_JUDGED,
    "unknown",
    "withdrawn",
    "rejected",
    *_OPEN,
)
_RATES = (
    "late_done",
    "late_or_overdue",
    "ot_done",
    "ot_done_plus_overdue_open",
    "ot_due",
    "online_in",
    "online_processed",
    "post_out",
)


@question("measures", "dossiers")
def headline(
    run: Run,
    period: PeriodLabel,
    *,
    against: str = "",
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """How many dossiers were received, resolved and late, and how many open are overdue?

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
    scope, against = Scope(period, unit, profile), run.against(period, against)
    now = measures_of(run, scope, scope.period)
    before = measures_of(run, scope, against) if against else {}
    return Answer(
        title=say("briefing.headline_title"),
        claims=_headline_claims(run, scope, now),
        frame=pl.concat(
            compare.headline(run.measures, period=p, profile=scope.profile, unit_id=scope.unit)
            for p in (scope.period, against)
            if p
        ),
        denominators=say("briefing.headline_denominators"),
        listing=_headline_table(run, scope, against, (now, before)),
        figure=_outcome_bars({against: before, scope.period: now}),
        values=(
            *values_of((*now.values(), *before.values())),
            Value("open", scope.unit, scope.period, scope.profile, _number(now, *_OPEN)),
        ),
    )


def _number(rows: dict[str, Row], *names: str) -> int:
    return sum(int(rows[n]["numerator"]) for n in names if n in rows)


def _headline_claims(run: Run, scope: Scope, now: dict[str, Row]) -> tuple[Claim, ...]:
    counts = {name: numerals.count(_number(now, name)) for name in _COUNTS}
    who = run.unit_inline(scope.unit)
    key = "headline_flow_unknown" if _number(now, "unknown") else "headline_flow"
    flow = say(f"briefing.{key}", unit=who, period=numerals.period(scope.period), **counts)
    claims = [claim(flow, key=True)]
    if _number(now, "withdrawn", "rejected"):
        claims.append(claim(say("briefing.headline_apart", **counts)))
    claims += _describe_rates(now, "late_done", "late_or_overdue", key=True)
    claims.append(claim(_describe_stock(run, scope, now), key=True))
    claims += compare_with_stamps(run, scope)
    claims += _describe_rates(now, "online_in", "post_out", key=False)
    return tuple(claims)


def _describe_rates(now: dict[str, Row], *names: str, key: bool) -> list[Claim]:
    rates = [(n, rate_words(now[n])) for n in names if n in now]
    return [claim(say(f"briefing.headline_{n}", **words), key=key) for n, words in rates]


def _describe_stock(run: Run, scope: Scope, now: dict[str, Row]) -> str:
    still = _number(now, *_OPEN)
    return say(
        "briefing.headline_open" if still else "briefing.headline_none_open",
        day=numerals.day(_counted_on(run, scope.period)),
        still=numerals.count(still),
        overdue=numerals.count(_number(now, "open_overdue")),
    )


def _counted_on(run: Run, period: str) -> dt.date:
    ends = Period.parse(period).ends_on
    return min(ends, run.snapshot.date()) if run.snapshot else ends


TILES = ("received", "resolved", "late", "open_overdue")
"""The four numbers at the head of a briefing."""


def tiles(now: dict[str, Row]) -> tuple[Tile, ...]:
    """Return the numbers of ``TILES``, each with a note."""
    late = now.get("late_done")
    share = numerals.percent(late["value"]) if late else say("briefing.no_rate")
    notes = (
        _share_note(now, "online_in"),
        _share_note(now, "ot_done"),
        say("briefing.tile_late", share=share),
        say("briefing.tile_open", n=numerals.count(_number(now, *_OPEN))),
    )
    return tuple(
        Tile(say(f"briefing.{name}"), numerals.count(_number(now, name)), note)
        for name, note in zip(TILES, notes, strict=True)
    )


def _share_note(now: dict[str, Row], rate: str) -> str:
    if rate not in now:
        return say("briefing.no_rate")
    return say(f"briefing.tile_{rate}", share=numerals.percent(now[rate]["value"]))


def _headline_table(
    run: Run, scope: Scope, against: str, sides: tuple[dict[str, Row], dict[str, Row]]
) -> Table:
    periods = [numerals.period(p) for p in (scope.period, against) if p]
    columns = [Column(say("briefing.measure"), number=False)]
    for name in periods:
        columns += [Column(name), Column(say("briefing.interval"))]
    rows = []
    for name in (*_COUNTS, *_RATES):
        if any(name in side for side in sides):
            used = sides[: len(periods)]
            cells = [c for side in used for c in _headline_cells(side.get(name), name)]
            rows.append((say(f"briefing.{name}"), *cells))
    caption = say("briefing.headline_caption", unit=run.unit_inline(scope.unit))
    return Table(caption, tuple(columns), tuple(rows))


def _headline_cells(row: Row | None, name: str) -> tuple[Cell, Cell]:
    if name in _COUNTS:
        return numerals.count(row["numerator"] if row else 0), Blank(say("briefing.no_interval"))
    if row is None:
        none = Blank(say("briefing.no_denominator"))
        return none, none
    words = rate_words(row)
    return f"{words['value']} ({words['fraction']})", words["interval"]


def _outcome_bars(sides: dict[str, dict[str, Row]]) -> Figure | None:
    rows = []
    for label, measures in sides.items():
        judged = _number(measures, *_JUDGED)
        for name in _JUDGED if judged else ():
            share = _number(measures, name) / judged
            rows.append(
                (
                    numerals.period(label),
                    say(f"labels.{name}"),
                    share * 100,
                    numerals.percent(share),
                )
            )
    if not rows:
        return None
    order = [say(f"labels.{name}") for name in _JUDGED]
    caption = say("briefing.outcome_caption")
    described = "; ".join(f"{row}, {part} {label}" for row, part, _, label in rows)
    chart = shares(rows, order, say("briefing.outcome_axis"))
    return draw(chart, caption, f"{caption} {described}.")
