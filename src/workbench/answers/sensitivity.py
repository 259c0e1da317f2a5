"""How the figures depend on the definition of "late": every headline under every profile.

The same dossiers, judged under each named profile in turn; none is called the right one. The short
form is in every briefing, the long one (every headline) beside the official figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.phrasing import distinct
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, draw, shares
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

SHORT = ("ot_done", "late", "open_overdue", "unknown")
"""Headlines of the short form, in the order of its columns."""
_PARTS = ("early", "on_time", "late")


@question("measures")
def sensitivity(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """How much do the figures depend on the definition of "late"?

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
    return under_profiles(run, Scope(period, unit, profile), SHORT)


def under_profiles(run: Run, scope: Scope, shown: tuple[str, ...]) -> Answer:
    """Answer how headlines differ between profiles; the profile in use is marked."""
    frame = compare.sensitivity(run.measures, period=scope.period, unit_id=scope.unit)
    names = distinct(frame["profile"], lambda profile: _short_name(run, profile))
    return Answer(
        title=say("official.sensitivity_title", period=numerals.period(scope.period)),
        claims=_spread(frame, names, scope),
        frame=frame,
        denominators=say("official.sensitivity_denominators"),
        listing=_table(run, frame, names, shown, scope),
        figure=_figure(frame, names, scope),
        values=tuple(
            Value(name, scope.unit, scope.period, row["profile"], row[name])
            for row in frame.iter_rows(named=True)
            for name in shown
            if f"{name}_denominator" not in row
        ),
    )


def _short_name(run: Run, profile: str) -> str:
    """Return the part of a profile's label before the colon."""
    return run.profile_label(profile).split(":")[0]


def _spread(frame: pl.DataFrame, names: dict[str, str], scope: Scope) -> tuple[Claim, ...]:
    rows = frame.filter(pl.col("ot_done").is_not_null()).sort("ot_done", "profile")
    if rows.is_empty():
        return (claim(say("official.nothing")),)
    low, high = rows.row(0, named=True), rows.row(-1, named=True)
    spread = say(
        "official.sensitivity_sentence",
        n=frame.height,
        low=numerals.decimal(low["ot_done"] * 100, 2),
        low_profile=names[low["profile"]],
        high=numerals.decimal(high["ot_done"] * 100, 2),
        high_profile=names[high["profile"]],
    )
    late = frame["late"].to_list()
    counts = {"fewest": numerals.count(min(late)), "most": numerals.count(max(late))}
    sentence = say("official.sensitivity_late", used=names[scope.profile], **counts)
    return claim(spread), claim(sentence)


def _table(
    run: Run,
    frame: pl.DataFrame,
    names: dict[str, str],
    shown: tuple[str, ...],
    scope: Scope,
) -> Table:
    columns = [Column(say("official.profile"), number=False)]
    columns += [Column(say(f"briefing.{name}")) for name in shown]
    columns.append(Column(say("official.profile_says"), number=False))
    rows = list(frame.iter_rows(named=True))
    lines = tuple(
        (
            names[row["profile"]],
            *(_cell(row, name) for name in shown),
            f"{row['profile']}: {run.profile_label(row['profile'])}",
        )
        for row in rows
    )
    marked = frozenset(n for n, row in enumerate(rows) if row["profile"] == scope.profile)
    return Table(say("official.sensitivity_caption"), tuple(columns), lines, marked=marked)


def _cell(row: Mapping[str, Any], name: str) -> Cell:
    if f"{name}_denominator" not in row:
        return numerals.count(row[name])
    if row[name] is None:
        return Blank(say("official.nothing"))
    over = numerals.fraction(row[f"{name}_numerator"], row[f"{name}_denominator"])
    return f"{numerals.decimal(row[name] * 100, 2)}% ({over})"


def _figure(frame: pl.DataFrame, names: dict[str, str], scope: Scope) -> Figure | None:
    rows = []
    for row in frame.iter_rows(named=True):
        judged = sum(row[part] for part in _PARTS)
        for part in _PARTS if judged else ():
            share = row[part] / judged
            rows.append(
                (
                    names[row["profile"]],
                    say(f"labels.{part}"),
                    share * 100,
                    numerals.decimal(share * 100, 2) + "%",
                )
            )
    if not rows:
        return None
    order = [say(f"labels.{part}") for part in _PARTS]
    unit = "" if scope.unit == EVERYTHING else f" ({scope.unit})"
    caption = say("official.sensitivity_drawn", period=numerals.period(scope.period)) + unit
    described = "; ".join(f"{row}, {part} {label}" for row, part, _, label in rows)
    chart = shares(rows, order, say("briefing.outcome_axis"))
    return draw(chart, caption, f"{caption} {described}.")
