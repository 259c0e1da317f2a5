"""One period in figures: received, resolved, late, open overdue, beside an earlier period.

Both denominators are always given: the resolved, and the resolved with those open and overdue. A
count has no interval and says so. Where a source prints the hour at which a result is due, a
profile that judges by day or half-day is a choice; the headline names it and the number of dossiers
that the hour itself would change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Row, pair, picture, table, text
from workbench.answers.phrasing import inline, measures_of, rate_words, values_of
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.answers.trace import FigureId
from workbench.answers.undecided_returns import LateBounds, count_undecided_returns
from workbench.charts import Figure, shares
from workbench.charts.tables import Blank, Cell, Link, Table
from workbench.clock.lateness import CHOICES, lateness_profiles
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


@question("unit_measures", "dossiers", "outcomes", "source_findings")
@in_present_scope()
def headline(
    run: Run,
    period: PeriodLabel,
    *,
    against: str = "",
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """How many dossiers were received, resolved and late, and how many open are overdue?"""
    scope, against = Scope(period, unit, profile), run.against(period, against)
    now = measures_of(run, scope, scope.period)
    before = measures_of(run, scope, against) if against else {}
    return Answer(
        title=say("briefing.headline_title"),
        claims=_headline_claims(run, scope, now),
        frame=pl.concat(
            compare.headline(
                run.measures_under(scope.profile),
                period=p,
                profile=scope.profile,
                unit_id=scope.unit,
            )
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
    claims = [claim(flow, 1), *coverage(run, scope.period)]
    claims += _guessed_snapshot(run, scope)
    if _number(now, "withdrawn", "rejected"):
        claims.append(claim(say("briefing.headline_apart", **counts), 1))
    claims += _describe_rates(now, "late_done", "late_or_overdue")
    claims += late_bounds(run, scope, now).claims()
    claims.append(claim(_describe_stock(run, scope, now), 1))
    claims += _compare_with_stamps(run, scope)
    claims += _describe_rates(now, "online_in", "post_out")
    return tuple(claims)


def late_bounds(run: Run, scope: Scope, now: dict[str, Row]) -> LateBounds:
    """Return between what the late share of a period lies, as far as dossiers are undecided."""
    nothing = {"numerator": 0, "denominator": 0}
    n_undecided = count_undecided_returns(run, scope)[EVERYTHING]
    return LateBounds.of(now.get("late_or_overdue", nothing), n_undecided)


def coverage(run: Run, period: str) -> list[Claim]:
    """Return the claim that the exports cover only a part of the period, if they do."""
    span, snapshot = Period.parse(period), run.snapshot
    first = run.dossiers["received_on"].min()
    begins_late = isinstance(first, dt.date) and first > span.starts_on + _IDLE
    ends_early = snapshot is not None and snapshot.date() < span.ends_on
    if not (begins_late or ends_early):
        return []
    words = {
        "period": numerals.period(period),
        "first": numerals.day(
            first if isinstance(first, dt.date) and begins_late else span.starts_on
        ),
        "last": numerals.day(_counted_on(run, period)),
    }
    return [claim(say("briefing.headline_part", **words), 1)]


def _guessed_snapshot(run: Run, scope: Scope) -> list[Claim]:
    """Return the claim that exports do not say when they were taken, and what a week would add."""
    snapshot, guessed = run.snapshot, run.source_findings.filter(rule_id="F10")
    if (
        guessed.is_empty()
        or snapshot is None
        or Period.parse(scope.period).ends_on < snapshot.date()
    ):
        return []
    due = pl.col("due_at_used")
    coming = run.outcomes.filter(
        pl.col("profile") == scope.profile,
        pl.col("outcome") == "open_in_time",
        due > snapshot,
        due <= snapshot + _IDLE,
    )
    units = run.dossiers.select("dossier_id", "unit_id")
    if scope.unit != EVERYTHING:
        units = units.filter(unit_id=scope.unit)
    coming = coming.join(units, on="dossier_id", how="semi")
    words = {"day": numerals.day(snapshot.date()), "n": numerals.count(coming.height)}
    return [claim(say("briefing.headline_guessed", **words), 1)]


def _describe_rates(now: dict[str, Row], *names: str) -> list[Claim]:
    rates = [(n, rate_words(now[n])) for n in names if n in now]
    return [claim(say(f"briefing.headline_{n}", **words), 1) for n, words in rates]


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


_IDLE = dt.timedelta(days=7)
"""Days without a reception at the begin of a period that a run of holidays explains."""


def _headline_table(
    run: Run, scope: Scope, against: str, sides: tuple[dict[str, Row], dict[str, Row]]
) -> Table:
    periods = (scope.period, against)
    is_listed = scope.profile == run.result_profile and _number(sides[0], *_LATE) > 0
    figure_id = FigureId("late_done", scope.period, scope.unit)
    return table(
        say("briefing.headline_caption", unit=run.unit_inline(scope.unit)),
        [{"name": n} for n in (*_COUNTS, *_RATES) if any(n in side for side in sides)],
        [
            text("briefing.measure", partial(_measure_cell, is_listed=is_listed)),
            *(
                column
                for period, side in zip(periods, sides, strict=True)
                if period
                for column in pair(numerals.period(period), partial(_headline_cells, side))
            ),
        ],
        notes=[say("trace.figure_note", figure=figure_id)],
    )


def _measure_cell(measure: Row, *, is_listed: bool) -> Cell:
    """Return the name of a measure; one that counts late dossiers leads to the list of them."""
    name = say(f"briefing.{measure['name']}")
    return Link(name, "late_list") if is_listed and measure["name"] in _LISTED else name


def _headline_cells(side: dict[str, Row], measure: Row) -> tuple[Cell, Cell]:
    row = side.get(measure["name"])
    if measure["name"] in _COUNTS:
        return numerals.count(row["numerator"] if row else 0), Blank(say("briefing.no_interval"))
    if row is None:
        none = Blank(say("briefing.no_denominator"))
        return none, none
    rate = rate_words(row)
    return f"{rate['value']} ({rate['fraction']})", rate["interval"]


def _outcome_bars(sides: dict[str, dict[str, Row]]) -> Figure | None:
    parts = {
        numerals.period(period): {name: _number(measures, name) for name in _JUDGED}
        for period, measures in sides.items()
        if period
    }
    return outcome_shares(parts, numerals.percent, say("briefing.outcome_caption"))


def outcome_shares(
    counts: dict[str, dict[str, int]], write: Callable[[float], str], caption: str
) -> Figure | None:
    """Draw the shares of early, timely and late dossiers, a bar for each name.

    Args:
        counts: Dossiers by outcome, for each name.
        write: How a share is written.
        caption: What the picture shows.
    """
    rows = [
        (name, say(f"labels.{outcome}"), n / total * 100, write(n / total))
        for name, parts in counts.items()
        if (total := sum(parts.values()))
        for outcome, n in parts.items()
    ]
    if not rows:
        return None
    order = [say(f"labels.{outcome}") for outcome in _JUDGED]
    labels = (f"{name}, {outcome} {share}" for name, outcome, _, share in rows)
    return picture(shares(rows, order, say("briefing.outcome_axis")), caption, labels)


# the hour of the due stamps -----------------------------------------------------------------

DAY_END = dt.time(23, 59)
"""A stamp from this minute on is a date only: due at the end of its day."""
_LATE = ("late", "open_overdue")
_LISTED = (*_LATE, "late_done", "late_or_overdue")
"""Measures whose dossiers the list of late ones has."""
_FREE = ("granularity", "early_before", "early_needs")
"""Settings in which a profile may differ from its counterpart without moving a late dossier."""


def _compare_with_stamps(run: Run, scope: Scope) -> tuple[Claim, ...]:
    """Return which profile judged, and how many dossiers the due stamps as written would change.

    Nothing where no due stamp of the unit has an hour, or where the rule takes stamps as written.
    """
    sides = _stamped(run, scope)
    if sides is None:
        return ()
    rule, stamp = sides
    changed = count_changed_by_hour(run, scope)
    text = say(
        "briefing.headline_stamps" if changed else "briefing.headline_stamps_same",
        rule=inline(run.profile_label(scope.profile).split(":")[0]),
        late=numerals.count(rule[0]),
        overdue=numerals.count(rule[1]),
        stamped_late=numerals.count(stamp[0]),
        stamped_overdue=numerals.count(stamp[1]),
        n=numerals.count(changed),
    )
    return (claim(text, 1),)


def count_changed_by_hour(run: Run, scope: Scope) -> int:
    """Return on how many dossiers the verdict changes by the hour at which they were due."""
    # a dossier late by day is late by the instant too: counts differ by the dossiers that change
    rule, stamp = _stamped(run, scope) or ((), ())
    return sum(abs(a - b) for a, b in zip(rule, stamp, strict=True))


def _stamped(run: Run, scope: Scope) -> tuple[list[int], list[int]] | None:
    """Return late and overdue dossiers by the rule and by the due stamps as written."""
    stamped = find_instant_profile(run, scope.profile)
    if not stamped or not _has_hours(run, scope.unit):
        return None
    by_rule, by_stamp = (
        measures_of(run, Scope(scope.period, scope.unit, profile), scope.period)
        for profile in (scope.profile, stamped)
    )
    rule, stamp = ([_number(rows, name) for name in _LATE] for rows in (by_rule, by_stamp))
    return rule, stamp


def find_instant_profile(run: Run, profile: str) -> str:
    """Return the profile with the same settings that judges by the due instant, or nothing."""
    listed = lateness_profiles(run.reference / "profiles")
    rows = listed.filter(profile=profile)
    if rows.is_empty() or rows["granularity"][0] == "instant" or rows["due"][0] != "issued":
        return ""
    shared = [name for name in CHOICES if name not in _FREE]
    twins = listed.filter(granularity="instant").join(rows.select(shared), on=shared, how="semi")
    return next((name for name in twins["profile"].sort() if name in run.profiles), "")


def _has_hours(run: Run, unit: str) -> bool:
    """Return whether a due stamp of a unit has an hour."""
    dossiers = run.dossiers if unit == EVERYTHING else run.dossiers.filter(unit_id=unit)
    return bool((dossiers["due_at"].dt.time() < DAY_END).any())
