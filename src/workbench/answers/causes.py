"""Why dossiers were late: each cause's weight by unit and period, and what was only on record.

Three measures, each with its name: a late dossier counts once and its causes share it by the time
they took, so the parts sum to the number of late dossiers; the hours of the overruns are shared
alike, and what no cause explains is always among them (accounting, evidence level 1). "Without it"
leaves out one cause alone and does not add up (level 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, count, figure, picture, table, text
from workbench.answers.comparison_limits import limit_claims
from workbench.answers.evidence import indistinct_claims
from workbench.answers.phrasing import FEW, distinct, of_unit
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import PROFILE, PeriodLabel, ResultProfile, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Bar, bars
from workbench.charts.grids import Square, grid
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label, causes_in_order
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import causes as figures
from workbench.figures.estimates import wilson
from workbench.messages import say

UNEXPLAINED = "unexplained"
COURSE = 8
"""How many periods the course of the causes goes back."""


@question(
    *("cause_cells", "overdue_cells", "late_dossiers", "late_causes"),
    *("ledger", "source_stamps", "cell_tests"),
    level=2,
)
@in_present_scope()
def causes(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """What share of the lateness does each cause explain, and what stays unexplained?"""
    scope = Scope(period, unit, profile)
    late = late_of(run, scope.period, scope.unit)
    frame = _shares(run, scope).join(_counts(run, late), on="cause", how="left").fill_null(0)
    rows = frame.to_dicts()
    caption = say("why.caption", period=numerals.period(period))
    drawn = [Bar(cause_label(r["cause"]), r["late_share"], _weight(r, late.height)) for r in rows]
    labels = (f"{b.name}: {b.note}" for b in drawn)
    return Answer(
        title=say("why.title"),
        claims=(*_claims(run, late, rows), *(limit_claims(run, scope, "causes") if rows else ())),
        frame=frame,
        denominators=_denominators(run, scope, late),
        listing=_table(rows, late.height, caption) if rows else None,
        figure=picture(bars(drawn, say("why.axis")), caption, labels) if rows else None,
        values=values_of_late(run, scope, late.height),
    )


def values_of_late(run: Run, scope: Scope, late: int) -> tuple[Value, ...]:
    """Return the late dossiers with causes and, with those overdue besides, the measure's."""
    about = (scope.unit, scope.period, scope.profile)
    whole = late + count_overdue(run, scope.period, scope.unit)
    return (
        Value("late_with_causes", *about, late),
        Value("late_or_overdue.numerator", *about, whole),
    )


def count_overdue(run: Run, period: str, unit: str) -> int:
    """Return how many dossiers were overdue at the close whose causes count in a later period."""
    cells = of_unit(run.overdue_cells.filter(pl.col("period") == period), unit)
    return int(cells["n_overdue"].sum())


def late_of(run: Run, period: str, unit: str) -> pl.DataFrame:
    """Return the late dossiers of a period and unit: resolved late, or open and overdue."""
    span = Period.parse(period)
    late = run.late_dossiers.filter(pl.col("ended_on").is_between(span.starts_on, span.ends_on))
    return of_unit(late, unit)


def _shares(run: Run, scope: Scope) -> pl.DataFrame:
    """One row per cause that explains something, heaviest first; what none explains is last."""
    shares = figures.late_shares(run.cause_cells, period=scope.period, unit_id=scope.unit)
    shown = _shown(shares)
    if shown.is_empty() or UNEXPLAINED in shown["cause"]:
        return shown
    zero = wilson(0, int(shown["n_late"][0]))
    nothing = {
        "cause": UNEXPLAINED,
        **dict.fromkeys(("late_share", "share", "n_dominant", "dominant", "excess_seconds"), 0),
        "lower": zero.lower,
        "upper": zero.upper,
    }
    rest = (pl.lit(v, dtype=shown.schema[name]).alias(name) for name, v in nothing.items())
    return pl.concat([shown, shown.head(1).with_columns(rest)])


def _shown(shares: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("cause") == UNEXPLAINED
    late = shares.filter(pl.col("n_late") > 0, (pl.col("late_share") > 0) | last)
    return late.sort(last, -pl.col("late_share"), maintain_order=True)


def _counts(run: Run, late: pl.DataFrame) -> pl.DataFrame:
    """How many late dossiers each cause alone decided, and the grades of what speaks for it."""
    of_late = run.rows_of("late_causes", late)
    return of_late.group_by("cause").agg(
        pl.col("but_for").sum().alias("n_but_for"),
        pl.col("late_seconds").sum(),
        *((pl.col("grade") == g).sum().alias(f"n_{g.lower()}") for g in "ABC"),
    )


def _weight(row: Row, late: int) -> str:
    share = numerals.percent(row["late_share"] / late) if late else numerals.MISSING
    return f"{numerals.decimal(row['late_share'])} ({share})"


def _claims(run: Run, late: pl.DataFrame, rows: Sequence[Row]) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("why.nothing"), 1),)
    named = [r for r in rows if r["cause"] != UNEXPLAINED]
    top = "; ".join(f"{cause_label(r['cause'])} {_weight(r, late.height)}" for r in named[:3])
    rest = _weight(rows[-1], late.height)
    key = "why.where" if top else "why.nothing_found"
    listing = say(key, n=numerals.count(late.height), causes=top, rest=rest)
    claims = [claim(listing, 1)]
    saved = [
        f"{cause_label(r['cause'])} {numerals.count(r['n_but_for'])}"
        for r in named
        if r["n_but_for"]
    ]
    if saved:
        claims.append(claim(say("why.without", causes="; ".join(saved)), 2))
    if unlogged := _unlogged(run, late):
        claims.append(claim(say("why.mostly_unlogged", share=numerals.percent(unlogged)), 1))
    if late.height < FEW:
        claims.append(claim(say("why.few", few=FEW), 1))
    return (*claims, *indistinct_claims(run))


def _unlogged(run: Run, late: pl.DataFrame) -> float:
    """The share of late dossiers' time outside logged steps, where it is the larger part."""
    ledger = run.rows_of("ledger", late, columns=("kind", "work_seconds"))
    total = int(ledger["work_seconds"].sum())
    outside = int(ledger.filter(pl.col("kind") == "unlogged")["work_seconds"].sum())
    return outside / total if total and 2 * outside > total else 0.0


def _denominators(run: Run, scope: Scope, late: pl.DataFrame) -> str:
    cells = run.cause_cells.filter(pl.col("period") == scope.period, pl.col("cause") == EVERYTHING)
    cells = of_unit(cells, scope.unit)
    listing = say(
        "why.denominators",
        late=numerals.count(late.height),
        judged=numerals.count(int(cells["n_dossiers"].sum())),
    )
    return f"{listing}{describe_overdue(run, scope, late.height)}"


def describe_overdue(run: Run, scope: Scope, late: int) -> str:
    """Say what sets the late dossiers with causes apart from those in the period's figures."""
    overdue = count_overdue(run, scope.period, scope.unit)
    if not overdue:
        return ""
    numbers = {"n": numerals.count(overdue), "total": numerals.count(late + overdue)}
    return f" {say('why.overdue_later', **numbers)}"


def share_with_interval(count: str, share: str, row: Row) -> str:
    """Write how many late dossiers something applies to, as a share with its interval."""
    interval = numerals.percent_range(row["lower"], row["upper"])
    return f"{numerals.count(row[count])} ({numerals.percent(row[share])}; {interval})"


def _table(rows: Sequence[Row], late: int, caption: str) -> Table:
    none = Blank(say("why.no_grade"))

    def graded(heading: str, name: str) -> Col:
        return figure(
            f"why.head_{heading}",
            lambda row: none if row["cause"] == UNEXPLAINED else numerals.count(row[name]),
        )

    weight = f"{numerals.decimal(sum(r['late_share'] for r in rows))} ({numerals.percent(1)})"
    hours = numerals.decimal(sum(r["late_seconds"] for r in rows) / 3600)
    main = numerals.count(sum(r["n_dominant"] for r in rows))
    return table(
        caption,
        rows,
        [
            text("why.head_cause", lambda row: cause_label(row["cause"])),
            figure("why.head_weight", lambda row: _weight(row, late)),
            figure("why.head_hours", lambda row: numerals.decimal(row["late_seconds"] / 3600)),
            figure(
                "why.head_dominant", lambda row: share_with_interval("n_dominant", "dominant", row)
            ),
            graded("without_it", "n_but_for"),
            *(graded(name, name) for name in ("n_a", "n_b", "n_c")),
        ],
        total=(say("why.total"), weight, hours, main, "", "", "", ""),
        notes=[say("why.weight_note"), say("why.measures_note"), say("why.grades")],
    )


# by unit, and period after period -----------------------------------------------------------


@question("cause_cells")
@in_present_scope(beside=True)
def causes_by_unit(run: Run, period: PeriodLabel, *, profile: ResultProfile = PROFILE) -> Answer:
    """How large is the share of each cause at each unit?"""
    scope = Scope(period, EVERYTHING, profile)
    frame = _shown(figures.causes_by_unit(run.cause_cells, period=scope.period))
    units = sorted(frame["unit_id"].drop_nulls().unique())
    names = distinct(units, run.unit_name)
    groups = {names[u]: frame.filter(pl.col("unit_id") == u).to_dicts() for u in units}
    caption = say("why.by_unit_caption", period=numerals.period(scope.period))
    return _compared(groups, caption, say("why.by_unit_title"), say("briefing.unit"))


@question("cause_cells")
@in_present_scope(is_history=True)
def causes_over_time(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """How did the share of each cause develop, up to a period?"""
    kind = Period.parse(period).kind
    labels = [p for p in run.periods(kind) if p <= period][-COURSE:]
    groups = {numerals.period(p): _shares(run, Scope(p, unit, profile)).to_dicts() for p in labels}
    caption = say("why.over_time_caption", unit=run.unit_name(unit))
    return _compared(groups, caption, say("why.over_time_title"), say("why.period"))


Groups = dict[str, list[Row]]


def _compared(groups: Groups, caption: str, title: str, heading: str) -> Answer:
    met = {UNEXPLAINED, *(r["cause"] for rows in groups.values() for r in rows)}
    shown = causes_in_order(met)
    parts = {n: {r["cause"]: r["late_share"] for r in rows} for n, rows in groups.items()}
    late = {n: max((r["n_late"] for r in rows), default=0) for n, rows in groups.items()}
    # dark where many dossiers are, not where a cause has most of few
    most = max([1.0, *(share for part in parts.values() for share in part.values())])
    squares = [
        Square(n, cause_label(c), part.get(c, 0) / most, numerals.decimal(part.get(c, 0)))
        for n, part in parts.items()
        if late[n]
        for c in shown
    ]
    frame = pl.DataFrame(
        [(n, late[n], *(float(part.get(c, 0)) for c in shown)) for n, part in parts.items()],
        schema={"group": pl.String, "n_late": pl.Int64, **dict.fromkeys(shown, pl.Float64)},
        orient="row",
    )
    columns = [
        Col(heading, lambda row: row["group"], number=False),
        count("why.n_late", "n_late"),
        *(Col(cause_label(c), partial(_decimal, c)) for c in shown),
    ]
    labels = [_describe_group(n, rows) for n, rows in groups.items() if rows]
    notes = [say("why.weight_note")]
    return Answer(
        title=title,
        claims=(_group_claim(groups),),
        frame=frame,
        denominators=say("why.grid_denominators", few=FEW),
        listing=table(caption, frame.to_dicts(), columns, notes=notes) if groups else None,
        figure=picture(grid(squares, slanted=True), caption, labels) if squares else None,
    )


def _decimal(name: str, row: Row) -> Cell:
    return numerals.decimal(row[name])


def _describe_group(name: str, rows: list[Row]) -> str:
    """Name a row's heaviest cause, and what stays unexplained."""
    late, top = rows[0]["n_late"], rows[0]
    words = f"{cause_label(top['cause'])} {_weight(top, late)}"
    key = "why.group_sentence" if top["cause"] != UNEXPLAINED else "why.group_unexplained"
    none = {"cause": UNEXPLAINED, "late_share": 0.0}
    rest = next((r for r in rows if r["cause"] == UNEXPLAINED), none)
    return say(key, name=name, n=numerals.count(late), top=words, rest=_weight(rest, late))


def _group_claim(groups: Groups) -> Claim:
    many = [n for n, rows in groups.items() if rows and rows[0]["n_late"] >= FEW]
    if not many:
        return claim(say("why.groups_few", few=FEW), 1)
    return claim(
        say("why.groups", groups="; ".join(_describe_group(n, groups[n]) for n in many)), 1
    )
