"""Groups of dossiers by any column: their late odds, crude and adjusted, and their durations.

A channel, a department or a month is later than another only if it is so within the same strata;
crude and adjusted odds are shown side by side. Durations count open dossiers for the time they have
run, and the definition of the end is always stated: the result, the printed end date or the last
logged step can reverse the order of groups; pairs that clearly change order are named. Dossiers are
selected by day of reception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Col, Row, count, figure, ranged, table, text
from workbench.answers.group_names import column_name, group_name
from workbench.answers.phrasing import FEW, listed
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import PROFILE, AnyProfile, ReceptionPeriod, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

DERIVED = ("received_month", "received_quarter")
"""Month of the year (``02``) and quarter (``2011-Q3``) in which a dossier was received."""
_Name = Callable[[str], str]
"""Names a group in the reader's language."""
NO_VALUE = "–"
"""Label of the group of dossiers whose column is empty."""
YOUNG = 0.05
"""Share of dossiers open and not yet due above which a group looks better than it is."""
LATE, IN_TIME = ("late", "open_overdue"), ("early", "on_time")


@dataclass(frozen=True)
class _Grouping:
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


def _column(run: Run, name: str) -> str:
    """Return the name of a column that makes groups.

    Raises:
        UsageProblem: Dossiers have no such column.
    """
    columns = [*run.dossiers.columns, *DERIVED]
    if name not in columns:
        raise run.unknown("groups.no_column", name, columns, columns)
    return name


def _group(run: Run, by: str, name: str) -> str:
    values = _received(run, "")[by].cast(pl.String).fill_null(NO_VALUE)
    groups_present = values.unique().sort().to_list()
    if name and name not in groups_present:
        raise run.unknown("groups.no_group", name, groups_present, groups_present)
    return name


def _describe_scope(run: Run, unit: str, period: str) -> str:
    """Return unit and period of reception as the title of an answer names them."""
    if not period:
        return say("groups.all_periods", unit=run.unit_name(unit))
    return say("groups.scope", unit=run.unit_name(unit), period=numerals.period(period))


def _received(run: Run, period: str, unit: str = EVERYTHING) -> pl.DataFrame:
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
    """
    columns = tuple(_column(run, name) for name in (by, *within))
    grouping = _Grouping(by, columns[1:], _group(run, by, group), _group(run, by, other))
    judged = run.outcomes.filter(pl.col("profile") == profile).select("dossier_id", "outcome")
    judged_dossiers = _received(run, period, unit).join(judged, on="dossier_id")
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
    name = partial(group_name, run, by)
    return Answer(
        title=say("groups.title", by=column_name(by), scope=_describe_scope(run, unit, period)),
        claims=_claims(
            rows, grouping, {g: n for g, (n, all_) in still.items() if n > YOUNG * all_}, name
        ),
        frame=frame,
        denominators=say(
            "groups.denominators",
            n=numerals.count(judged_ones),
            left=numerals.count(judged_dossiers.height - judged_ones),
            still=numerals.count(sum(n for n, _ in still.values())),
            profile=run.profile_label(profile),
            within=", ".join(map(column_name, grouping.within)) or NO_VALUE,
        ),
        listing=_table(rows, by, name) if rows else None,
    )


def _still_open(dossiers: pl.DataFrame, by: str) -> dict[str, tuple[int, int]]:
    """Return per group how many of its dossiers are open and not yet due, and how many it has."""
    counts = dossiers.group_by(pl.col(by).cast(pl.String).fill_null(NO_VALUE)).agg(
        (pl.col("outcome") == "open_in_time").sum().alias("still"), pl.len()
    )
    return {group: (still, size) for group, still, size in counts.sort(by).iter_rows()}


def _claims(
    rows: Sequence[Row], grouping: _Grouping, young: dict[str, int], name: _Name
) -> tuple[Claim, ...]:
    enough = [r for r in rows if min(r["n_dossiers"], r["other_n_dossiers"]) >= FEW]
    if not enough:
        return (claim(say("groups.nothing", few=FEW), 2),)
    claims = [claim(_sentence(row, grouping, name), 2) for row in enough]
    early = [row[grouping.by] for row in rows if row[grouping.by] in young]
    if early:
        young_groups = listed(
            say("groups.young_one", group=name(g), n=numerals.count(young[g])) for g in early
        )
        claims.append(claim(say("groups.young", groups=young_groups), 2))
    return (*claims, claim(say("groups.no_cause"), 2))


def _sentence(row: Row, grouping: _Grouping, name: _Name) -> str:
    key = "groups.turned" if row["simpson_alarm"] else "groups.sentence"
    return say(
        key,
        group=name(row[grouping.by]),
        other=name(row["other"]) if row["other"] else say("groups.others"),
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


def _table(rows: Sequence[Row], by: str, name: _Name) -> Table:
    return table(
        say("groups.table"),
        rows,
        [
            Col(column_name(by), lambda row: name(row[by]), number=False),
            count("groups.dossiers", "n_dossiers"),
            count("groups.late", "n_late"),
            ranged("groups.share", "share", "share_"),
            *(
                figure(f"groups.{name}", partial(_odds, name=name), of=name, none="groups.no_odds")
                for name in ("crude", "adjusted")
            ),
            count("groups.alike", "n_alike"),
        ],
    )


# how long dossiers take --------------------------------------------------------------------

ENDS = ("result", "printed", "last_step")
"""Result of a closed dossier; printed end date, closed or not; last step of a closed one."""
OVER = ("resolved", "returned", "withdrawn", "rejected", "refused_intake")
_DAY = 86_400


@question("dossiers", "steps", level=2)
@in_present_scope(beside=True, of_dossiers=True)
def durations(
    run: Run, by: str = "unit_id", *, period: ReceptionPeriod = "", unit: UnitId = EVERYTHING
) -> Answer:
    """How long do dossiers take, open ones included, and does the order of groups hold?

    Args:
        run: Its tables.
        by: As in ``compare_groups``.
        period: Period of reception; all dossiers by default.
        unit: A unit; all together by default.
    """
    _column(run, by)
    spans = _spans(run, _received(run, period, unit)).with_columns(
        pl.col(by).cast(pl.String).fill_null(NO_VALUE)
    )
    measured = spans.filter(pl.col("days").is_not_null())
    frame = (
        compare.medians(measured, ("end", by)) if measured.height else measured.select("end", by)
    )
    name = partial(group_name, run, by)
    tables = {end: frame.filter(pl.col("end") == end) for end in ENDS}
    rows = list(pl.concat(tables.values()).iter_rows(named=True))
    unknown = spans.filter(pl.col("days").is_null(), pl.col("end") == "result").height
    return Answer(
        title=say("durations.title", by=column_name(by), scope=_describe_scope(run, unit, period)),
        claims=_median_claims(tables, by, name),
        frame=frame,
        denominators=say(
            "durations.denominators",
            n=numerals.count(spans.height // len(ENDS)),
            unknown=numerals.count(unknown),
        ),
        listing=_median_table(rows, by, name) if rows else None,
    )


def _spans(run: Run, dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per dossier and kind of end: days to it, or to the snapshot where open.

    Days are missing where a dossier ended on an unknown date.
    """
    last = (
        run.steps.join(dossiers.select("dossier_id", "snapshot_at"), on="dossier_id")
        .filter(pl.col("finished_at") <= pl.col("snapshot_at"))
        .group_by("dossier_id")
        .agg(pl.col("finished_at").max().alias("last_step_at"))
    )
    over = pl.col("status").is_in(OVER)
    ends = {
        "result": pl.when(over).then("resolved_at"),
        "printed": pl.coalesce("reported_end_at", "resolved_at"),
        "last_step": pl.when(over).then("last_step_at"),
    }
    rows = dossiers.join(last, on="dossier_id", how="left")
    return pl.concat([_span(rows.with_columns(pl.lit(e).alias("end")), x) for e, x in ends.items()])


def _span(rows: pl.DataFrame, end: pl.Expr) -> pl.DataFrame:
    seen = pl.col("ended_at").is_not_null() & (pl.col("ended_at") <= pl.col("snapshot_at"))
    waits = ~pl.col("status").is_in(OVER) | (pl.col("ended_at") > pl.col("snapshot_at"))
    until = pl.when(seen).then("ended_at").when(waits).then("snapshot_at")
    seconds = (until - pl.col("received_at")).dt.total_seconds()
    return rows.with_columns(end.alias("ended_at")).with_columns(
        (seconds.clip(0) / _DAY).alias("days"), seen.alias("ended")
    )


def _median_claims(tables: dict[str, pl.DataFrame], by: str, name: _Name) -> tuple[Claim, ...]:
    rows = [r for r in tables["result"].iter_rows(named=True) if r["n_dossiers"] >= FEW]
    if not rows:
        return (claim(say("durations.nothing"), 2),)
    claims = [claim(_median_sentence(row, by, name), 2) for row in rows]
    if any(row["closed_is_biased"] for row in rows):
        claims.append(claim(say("durations.biased"), 2))
    pairs = [
        say("durations.turned_one", fast=name(fast), slow=name(slow), end=say(f"durations.{one}"))
        + say("durations.turned_other", end=say(f"durations.{other}"))
        for one, other in (("printed", "last_step"), ("printed", "result"), ("result", "last_step"))
        for fast, slow in compare.turned(tables[one], tables[other], by)
    ]
    hangs = say("durations.turned", pairs="; ".join(pairs)) if pairs else say("durations.steady")
    return (*claims, claim(hangs, 2))


def _median_sentence(row: Row, by: str, name: _Name) -> str:
    return say(
        "durations.sentence" if row["median"] is not None else "durations.not_half",
        group=name(row[by]),
        n=numerals.count(row["n_dossiers"]),
        running=numerals.count(row["n_dossiers"] - row["n_ended"]),
        closed=numerals.decimal(row["closed"]),
        median=_median(row, "median"),
    )


def _median(row: Row, name: str) -> str:
    """Write a median with its interval; an unreached bound is left open."""
    low, high = (row[name + end] for end in ("_lower", "_upper"))
    bounds = ["…" if x is None else numerals.decimal(x) for x in (low, high)]
    return f"{numerals.decimal(row[name])} ({'–'.join(bounds)})"


def _median_table(rows: Sequence[Row], by: str, name: _Name) -> Table:
    none = "durations.none_yet"

    def closed(row: Row) -> str:
        return _median(row, "closed") + (say("durations.mark") if row["closed_is_biased"] else "")

    return table(
        say("durations.table"),
        rows,
        [
            Col(column_name(by), lambda row: name(row[by]), number=False),
            text("durations.end", lambda row: say(f"durations.{row['end']}")),
            count("durations.dossiers", "n_dossiers"),
            count("durations.ended", "n_ended"),
            figure("durations.closed", closed, of="closed", none=none),
            figure("durations.median", partial(_median, name="median"), of="median", none=none),
        ],
    )
