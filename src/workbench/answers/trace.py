"""From a figure to its dossiers, from a dossier or a row of an export to the figures it is in.

A figure is named by measure or cause, period and unit: ``late_done/2022-H1/SD-VH``; procedure and
channel may follow. Dossiers are counted one by one by the models that count the figure, so that
they add up to it. Accounting (evidence level 1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import NamedTuple

import polars as pl

from workbench.answers.answer import Answer, claim
from workbench.answers.columns import Row, figure, table, text
from workbench.answers.phrasing import rule_name
from workbench.answers.present_scope import PresentScope
from workbench.answers.questions import PROFILE, AnyProfile, question
from workbench.answers.run import Run
from workbench.answers.source_rows import SourcePlace, find_dossiers
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label, known_causes
from workbench.core.vocabulary import EVERYTHING, PERIOD_KINDS, Period, ReportSpan, periods_between
from workbench.figures.measures import COUNTS, Rate, read_rates
from workbench.figures.on_request import CLOSING_COUNTERS
from workbench.messages import language, say
from workbench.official.metrics import measure_name

_GROUPS = ("unit_id", "procedure_id", "channel_in")
_UNKNOWN = {"procedure_id": "unknown", "channel_in": "other"}
"""What dossiers without a procedure or channel are counted under."""
_SHOWN = 500
"""Rows of a table that a page or a terminal shows; the frame has all."""


class FigureId(NamedTuple):
    """What a figure counts, in which period, and of which group of dossiers."""

    name: str
    period: str
    unit_id: str = EVERYTHING
    procedure_id: str = EVERYTHING
    channel_in: str = EVERYTHING

    def __str__(self) -> str:
        """Return the id as it is typed: groups at the end that mean everything are left out.

        >>> str(FigureId("late", "2022-H1")), str(FigureId("late", "2022", channel_in="post"))
        ('late/2022-H1', 'late/2022/*/*/post')
        """
        parts = list(self)
        while parts[-1] == EVERYTHING:
            parts.pop()
        return "/".join(parts)


@question(
    *("dossiers", "steps", "pauses", "outcomes", "quarantine", "late_dossiers"),
    *("late_causes", "cell_tests", "counted_closings", "counted_dossiers", "period_dossiers"),
    level=2,
)
def trace(run: Run, target: str, *, profile: AnyProfile = PROFILE) -> Answer:
    """Which dossiers are behind a figure, and in which figures is a dossier or a row of a file?

    Args:
        run: Its tables.
        target: A figure (``late_done/2022-H1``, ``overload/2022-H1/SD-VH``), the number of a
            dossier, or a row of an export (``file.xlsx:51``, ``file.xlsx:Sheet1:51``).
        profile: Lateness profile.

    Raises:
        UsageProblem: It is none of these, or no such figure exists.
    """
    name, *groups = target.split("/")
    rates = _defined(run)
    if groups and name in {*rates, *known_causes()}:
        figure_id = FigureId(name, run.period(groups[0]), *_group(run, groups[1:]))
        if name in rates:
            return _dossiers_behind(run, figure_id, rates[name], profile)
        return _dossiers_late_by(run, figure_id, run.computed_profile(profile))
    if target in run.dossiers["dossier_id"]:
        return _figures_of(run, [target], profile)
    place = SourcePlace.parse(target)
    if place and (dossier_ids := find_dossiers(run, place)) is not None:
        return _figures_of(run, dossier_ids, profile, place=place)
    ids = [*rates, *known_causes()]
    raise run.unknown("trace.no_target", target, [*ids, *run.dossiers["dossier_id"]], ids)


def figure_names(run: Run) -> set[str]:
    """Return the names of the figures whose dossiers can be listed: measures and causes."""
    return {*_defined(run), *known_causes()}


def _defined(run: Run) -> dict[str, Rate]:
    """Return the counters above and below each measure; a count has none below."""
    return {name: (above, ()) for name, above in COUNTS.items()} | read_rates(run.reference)


def _group(run: Run, words: list[str]) -> list[str]:
    unit = run.unit(words[0]) if words else EVERYTHING
    return [unit, *(word if word != "all" else EVERYTHING for word in words[1:3])]


# from a figure to dossiers ----------------------------------------------------------------


def _dossiers_behind(run: Run, figure_id: FigureId, rate: Rate, profile: str) -> Answer:
    span = ReportSpan.of(Period.parse(figure_id.period))
    about = {"period": figure_id.period, "unit": figure_id.unit_id}
    present = PresentScope.asked(run, about)
    dossiers = present.dossiers(run.period_dossiers(span, profile))
    for name, value in figure_id._asdict().items():
        if name in _GROUPS and value != EVERYTHING:
            dossiers = dossiers.filter(pl.col(name).fill_null(_UNKNOWN.get(name, "")) == value)
    counters = {counter for side in rate for counter in side}
    each = dossiers.with_columns(unit_id="dossier_id")
    if counters <= CLOSING_COUNTERS:
        counts = run.counted_closings(each, [span], profile)
    else:
        counts = _one_by_one(run, each, [span], profile)
    sides = _sides(counts, rate)
    behind = sides.filter(pl.col("numerator") + pl.col("denominator") > 0).drop("period")
    frame = describe_dossiers(run, behind, profile)
    above, below = (int(frame[side].sum()) for side in ("numerator", "denominator"))
    value = numerals.fraction(above, below) if below else numerals.count(above)
    name = measure_name(figure_id.name, run.reference)
    words = {"figure": str(figure_id), "name": name, "value": value}
    return Answer(
        title=say("trace.figure_title", figure=str(figure_id)),
        claims=(
            claim(say("trace.figure", **words, profile=rule_name(run, profile)), 1),
            *present.claims(of_dossiers=True),
        ),
        frame=frame,
        denominators=say("trace.figure_denominators" if below else "trace.count_denominators"),
        listing=dossier_table(run, say("trace.figure_caption", **words), frame),
    )


def _one_by_one(
    run: Run, dossiers: pl.DataFrame, spans: list[ReportSpan], profile: str
) -> pl.DataFrame:
    """Return every counter of each dossier and period; its number stands as its unit."""
    return run.counted_dossiers(dossiers, spans, profile).filter(
        pl.col("unit_id") != EVERYTHING,
        *(pl.col(name) == EVERYTHING for name in ("field_of_work", "procedure_id", "channel_in")),
    )


def _sides(counts: pl.DataFrame, rate: Rate) -> pl.DataFrame:
    """Return how often a figure counts each dossier in each period, above and below."""
    return counts.select(
        "period",
        pl.col("unit_id").alias("dossier_id"),
        *(
            pl.sum_horizontal(pl.lit(0), *counters).alias(side)
            for side, counters in zip(("numerator", "denominator"), rate, strict=True)
        ),
    )


def _dossiers_late_by(run: Run, figure_id: FigureId, profile: str) -> Answer:
    """Return the late dossiers of a cell of causes, each with the part it adds."""
    period = Period.parse(figure_id.period)
    late = run.late_dossiers.filter(
        pl.col("profile") == profile,
        pl.col("ended_on").is_between(period.starts_on, period.ends_on),
        *(
            pl.col(name) == value
            for name, value in figure_id._asdict().items()
            if name in _GROUPS and value != EVERYTHING
        ),
    )
    causes = run.late_causes.filter(
        pl.col("profile") == profile, pl.col("cause") == figure_id.name, pl.col("late_share") > 0
    )
    parts = late.join(causes, on="dossier_id").select(
        "dossier_id", pl.col("late_share").alias("numerator"), pl.lit(1).alias("denominator")
    )
    frame = describe_dossiers(run, parts, profile)
    words = {
        "figure": str(figure_id),
        "name": cause_label(figure_id.name),
        "value": numerals.decimal(float(frame["numerator"].sum()), 1),
    }
    closed = [part.filter(pl.col("outcome") == "late") for part in (frame, late)]
    counts = {
        "n": numerals.count(frame.height),
        "late": numerals.count(late.height),
        "closed": numerals.decimal(float(closed[0]["numerator"].sum()), 1),
        "closed_late": numerals.count(closed[1].height),
    }
    return Answer(
        title=say("trace.figure_title", figure=str(figure_id)),
        claims=(
            claim(say("trace.cause", **words, **counts, profile=rule_name(run, profile)), 2),
            claim(say("trace.cause_cell", **counts), 2),
        ),
        frame=frame,
        denominators=say("trace.cause_denominators"),
        listing=dossier_table(run, say("trace.figure_caption", **words), frame),
    )


def describe_dossiers(run: Run, parts: pl.DataFrame, profile: str) -> pl.DataFrame:
    """Add to each dossier where it is from and how it ended; those above the line come first."""
    dossiers = run.rows_of("dossiers", parts)
    columns = (
        "unit_id",
        "procedure_id",
        "received_at",
        "source_file",
        "source_sheet",
        "source_row",
    )
    placed = [name for name in columns if name in dossiers.columns]
    outcomes = run.rows_of("outcomes", parts, profile=profile)
    return (
        parts.join(dossiers.select("dossier_id", *placed), on="dossier_id")
        .join(
            outcomes.select("dossier_id", "outcome", "due_at_used", "ended_at_used"),
            on="dossier_id",
            how="left",
        )
        .sort(-pl.col("numerator"), "dossier_id")
    )


def dossier_table(run: Run, caption: str, frame: pl.DataFrame) -> Table:
    """Return the table of described dossiers, the first ones of many."""
    rows = frame.head(_SHOWN).to_dicts()
    n_hidden = frame.height - len(rows)
    is_share = frame["numerator"].dtype.is_float()
    return table(
        caption,
        rows,
        [
            text("trace.dossier", "dossier_id"),
            text("briefing.unit", lambda row: run.unit_name(row["unit_id"] or numerals.MISSING)),
            figure("trace.received", lambda row: numerals.instant(row["received_at"])),
            figure("trace.due", lambda row: numerals.instant(row["due_at_used"])),
            figure("trace.ended", lambda row: numerals.instant(row["ended_at_used"])),
            text("trace.outcome", _outcome),
            figure(
                "trace.part" if is_share else "trace.above",
                lambda row: numerals.decimal(row["numerator"], 3 if is_share else 0),
            ),
            text("trace.file", lambda row: row.get("source_file") or numerals.MISSING),
            text("trace.sheet", lambda row: row.get("source_sheet") or numerals.MISSING),
            figure("trace.row", lambda row: str(row.get("source_row") or numerals.MISSING)),
        ],
        notes=[say("trace.hidden", n=numerals.count(n_hidden))] if n_hidden else [],
    )


def _outcome(row: Row) -> str:
    return say(f"labels.{row['outcome']}") if row["outcome"] else numerals.MISSING


# from a dossier or a row to figures -------------------------------------------------------


def _figures_of(
    run: Run, dossier_ids: Collection[str], profile: str, *, place: SourcePlace | None = None
) -> Answer:
    """Return the measures that count some dossiers, and the cells of causes they are part of."""
    dossiers = run.dossiers.filter(pl.col("dossier_id").is_in(list(dossier_ids)))
    rows = [*_measure_rows(run, dossiers, profile), *_cause_rows(run, dossier_ids, profile)]
    names = ", ".join(sorted(dossier_ids)) or numerals.MISSING
    key = "trace.row_moved" if place else "trace.moved"
    written = ":".join(str(part) for part in place if part is not None) if place else names
    notes = [say("trace.set_aside")] if dossiers.height < len(dossier_ids) else []
    notes += _findings_at(run, place)
    words = {"dossiers": names, "place": written, "profile": rule_name(run, profile)}
    return Answer(
        title=say("trace.moved_title", target=written),
        claims=(claim(say(key, **words), 1),),
        frame=pl.DataFrame(rows, {"figure": pl.String, "above": pl.String, "below": pl.String}),
        denominators=say("trace.moved_denominators"),
        listing=table(
            say("trace.moved_caption", dossiers=names),
            rows,
            [
                text("trace.measure", lambda row: row["name"]),
                text("trace.id", "figure"),
                text("trace.counted_in", lambda row: row["above"] or numerals.MISSING),
                text("trace.base_of", lambda row: row["below"] or numerals.MISSING),
            ],
            notes=[*notes, say("trace.explain")],
        ),
    )


def _findings_at(run: Run, place: SourcePlace | None) -> list[str]:
    """Return what the rules say of a row of an export."""
    if not place or "row_kind" not in run.quarantine.columns:
        return []
    findings = run.quarantine.filter(place.is_at())
    message = "message" if language() == "vi" else "message_en"
    return [f"{row['rule_id']}: {row[message]}" for row in findings.to_dicts()]


def _measure_rows(run: Run, dossiers: pl.DataFrame, profile: str) -> Iterator[Row]:
    if dossiers.is_empty():
        return
    each = dossiers.with_columns(unit_id="dossier_id")
    counts = _one_by_one(run, each, list(_spans(dossiers)), profile)
    unit_id = dossiers["unit_id"][0]
    for name, rate in _defined(run).items():
        sides = _sides(counts, rate)
        above, below = (
            sorted(sides.filter(pl.col(side) > 0)["period"].unique())
            for side in ("numerator", "denominator")
        )
        if above or below:
            yield {
                "name": measure_name(name, run.reference),
                "figure": f"{name}/…/{unit_id}",
                "above": ", ".join(above),
                "below": ", ".join(below),
            }


def _spans(dossiers: pl.DataFrame) -> Iterator[ReportSpan]:
    """Yield every period from the first reception to the last snapshot."""
    first, last = dossiers["received_on"].min(), dossiers["snapshot_at"].max()
    if isinstance(first, dt.date) and isinstance(last, dt.datetime):
        for kind in PERIOD_KINDS:
            for period in periods_between(first, last.date(), kind):
                yield ReportSpan.of(period)


def _cause_rows(run: Run, dossier_ids: Collection[str], profile: str) -> Iterator[Row]:
    """Yield the cells of causes that late dossiers are part of, with those that are named."""
    if profile != run.result_profile:
        return
    ours = pl.col("dossier_id").is_in(list(dossier_ids)), pl.col("profile") == profile
    causes = run.late_causes.filter(*ours, pl.col("late_share") > 0)
    late = run.late_dossiers.filter(*ours).select("dossier_id", "unit_id", "ended_on")
    for row in causes.join(late, on="dossier_id").sort("dossier_id", "cause").to_dicts():
        periods = [str(Period.holding(row["ended_on"], kind)) for kind in PERIOD_KINDS]
        flagged = run.cell_tests.filter(
            pl.col("unit_id") == row["unit_id"],
            pl.col("cause") == row["cause"],
            pl.col("period").is_in(periods),
            pl.col("flagged"),
        )
        flagged_in = ", ".join(flagged["period"].sort())
        yield {
            "name": f"{cause_label(row['cause'])} ({numerals.percent(row['late_share'])})",
            "figure": f"{row['cause']}/…/{row['unit_id']}",
            "above": ", ".join(sorted(periods)),
            "below": say("trace.named", periods=flagged_in) if flagged_in else "",
        }
