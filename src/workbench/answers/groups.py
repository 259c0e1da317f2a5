"""Groups of dossiers by any column: their late odds, crude and adjusted, and their durations.

A channel, a department or a month is later than another only if it is so within the same strata;
crude and adjusted odds are shown side by side. Durations count open dossiers for the time they
have run, and the definition of the end is always stated. Dossiers are selected by day of reception.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import FEW, Row, listed
from workbench.answers.questions import PROFILE, AnyProfile, ReceptionPeriod, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

DERIVED = ("received_month", "received_quarter")
"""Month of the year (``02``) and quarter (``2011-Q3``) in which a dossier was received."""
NO_VALUE = "–"
"""Label of the group of dossiers whose column is empty."""
YOUNG = 0.05
"""Share of dossiers open and not yet due above which a group looks better than it is."""
LATE, IN_TIME = ("late", "open_overdue"), ("early", "on_time")


@dataclass(frozen=True)
class Grouping:
    """A comparison of the groups of a column within strata of other columns.

    Args:
        by: Column that makes the groups.
        within: Columns that define the strata.
        group: The group to report; all by default.
        other: The group to compare with; all others together by default.
    """

    by: str
    within: tuple[str, ...]
    group: str = ""
    other: str = ""


def check_column(run: Run, name: str) -> str:
    """Return the name of a column that makes groups.

    Raises:
        UsageProblem: Dossiers have no such column.
    """
    columns = [*run.dossiers.columns, *DERIVED]
    if name not in columns:
        raise run.unknown("groups.no_column", name, columns, columns)
    return name


def _group(run: Run, by: str, name: str) -> str:
    values = received(run, "")[by].cast(pl.String).fill_null(NO_VALUE)
    groups_present = values.unique().sort().to_list()
    if name and name not in groups_present:
        raise run.unknown("groups.no_group", name, groups_present, groups_present)
    return name


def name_scope(run: Run, unit: str, period: str) -> str:
    """Return unit and period of reception as the title of an answer names them."""
    if not period:
        return say("groups.all_periods", unit=run.unit_name(unit))
    return say("groups.scope", unit=run.unit_name(unit), period=numerals.period(period))


def received(run: Run, period: str, unit: str = EVERYTHING) -> pl.DataFrame:
    """Return a unit's dossiers received in a period, with the derived columns of reception."""
    day = pl.col("received_on")
    frame = run.dossiers.with_columns(
        day.dt.strftime("%m").alias("received_month"),
        pl.format("{}-Q{}", day.dt.year(), day.dt.quarter()).alias("received_quarter"),
    )
    if unit != EVERYTHING:
        frame = frame.filter(pl.col("unit_id") == unit)
    if not period:
        return frame
    days = Period.parse(period)
    return frame.filter(day.is_between(days.starts_on, days.ends_on))


@question("dossiers", "outcomes", level=2)
def compare_groups(  # noqa: PLR0913 (what is asked about is seven)
    run: Run,
    by: str = "channel_in",
    *,
    within: Sequence[str] = ("procedure_id",),
    group: str = "",
    other: str = "",
    period: ReceptionPeriod = "",
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """Is a channel, a month or another group later, also within the same stratum?

    Args:
        run: Its tables.
        by: Column of the dossiers that makes the groups; ``received_month`` and
            ``received_quarter`` are available too.
        within: Columns that define the strata of the comparison.
        group: The group to report; all by default.
        other: The group to compare with; all others together by default.
        period: Period of reception; all dossiers by default.
        unit: A unit; all together by default.
        profile: Lateness profile.

    Raises:
        UsageProblem: Column, group, period, unit or profile is unknown.
    """
    columns = tuple(check_column(run, name) for name in (by, *within))
    grouping = Grouping(by, columns[1:], _group(run, by, group), _group(run, by, other))
    judged = run.outcomes.filter(pl.col("profile") == profile).select("dossier_id", "outcome")
    judged_dossiers = received(run, period, unit).join(judged, on="dossier_id")
    late = pl.col("outcome").is_in(LATE)
    keys = list(dict.fromkeys([grouping.by, *grouping.within]))
    counts = (
        judged_dossiers.filter(late | pl.col("outcome").is_in(IN_TIME))
        .group_by(pl.col(keys).cast(pl.String).fill_null(NO_VALUE))
        .agg(pl.len().alias("n_dossiers"), late.sum().alias("n_late"))
    )
    frame = compare.groups_alike(counts, grouping.by, other=grouping.other)
    rows = [r for r in frame.iter_rows(named=True) if grouping.group in ("", r[grouping.by])]
    rows = [r for r in rows if r["other_n_dossiers"]]
    judged_ones = int(counts["n_dossiers"].sum())
    still = _still_open(judged_dossiers, grouping.by)
    return Answer(
        title=say("groups.title", by=by, scope=name_scope(run, unit, period)),
        claims=_claims(
            rows, grouping, {g: n for g, (n, all_) in still.items() if n > YOUNG * all_}
        ),
        frame=frame,
        denominators=say(
            "groups.denominators",
            n=numerals.count(judged_ones),
            left=numerals.count(judged_dossiers.height - judged_ones),
            still=numerals.count(sum(n for n, _ in still.values())),
            profile=run.profile_label(profile),
            within=", ".join(grouping.within) or NO_VALUE,
        ),
        listing=_table(rows, grouping) if rows else None,
    )


def _still_open(dossiers: pl.DataFrame, by: str) -> dict[str, tuple[int, int]]:
    """Return per group how many of its dossiers are open and not yet due, and how many it has."""
    counts = dossiers.group_by(pl.col(by).cast(pl.String).fill_null(NO_VALUE)).agg(
        (pl.col("outcome") == "open_in_time").sum().alias("still"), pl.len()
    )
    return {group: (still, size) for group, still, size in counts.sort(by).iter_rows()}


def _claims(rows: Sequence[Row], grouping: Grouping, young: dict[str, int]) -> tuple[Claim, ...]:
    enough = [r for r in rows if min(r["n_dossiers"], r["other_n_dossiers"]) >= FEW]
    if not enough:
        return (claim(say("groups.nothing", few=FEW), 2),)
    claims = [claim(_sentence(row, grouping), 2, key=bool(grouping.group)) for row in enough]
    early = [row[grouping.by] for row in rows if row[grouping.by] in young]
    if early:
        young_groups = listed(
            say("groups.young_one", group=g, n=numerals.count(young[g])) for g in early
        )
        claims.append(claim(say("groups.young", groups=young_groups), 2))
    return (*claims, claim(say("groups.no_cause"), 2))


def _sentence(row: Row, grouping: Grouping) -> str:
    key = "groups.turned" if row["simpson_alarm"] else "groups.sentence"
    return say(
        key,
        group=row[grouping.by],
        other=row["other"] or say("groups.others"),
        share=numerals.percent(row["share"]),
        fraction=numerals.fraction(row["n_late"], row["n_dossiers"]),
        other_share=numerals.percent(row["other_share"]),
        other_fraction=numerals.fraction(row["other_n_late"], row["other_n_dossiers"]),
        crude=_odds(row, "crude"),
        adjusted=_odds(row, "adjusted"),
        alike=numerals.count(row["n_alike"]),
        above=row["kinds_above"],
        below=row["kinds_below"],
    )


def _odds(row: Row, name: str) -> str:
    value, *bounds = (numerals.decimal(row[name + e], 2) for e in ("", "_lower", "_upper"))
    return f"{value} ({'–'.join(bounds)})"


def _table(rows: Sequence[Row], grouping: Grouping) -> Table:
    heads = ("dossiers", "late", "share", "crude", "adjusted", "alike")
    columns = (Column(grouping.by, number=False), *(Column(say(f"groups.{h}")) for h in heads))
    return Table(say("groups.table"), columns, tuple(_cells(row, grouping.by) for row in rows))


def _cells(row: Row, by: str) -> tuple[Cell, ...]:
    def odds(name: str) -> Cell:
        return Blank(say("groups.no_odds")) if row[name] is None else _odds(row, name)

    bounds = numerals.percent_range(row["share_lower"], row["share_upper"])
    return (
        row[by],
        numerals.count(row["n_dossiers"]),
        numerals.count(row["n_late"]),
        f"{numerals.percent(row['share'])} ({bounds})",
        odds("crude"),
        odds("adjusted"),
        numerals.count(row["n_alike"]),
    )
