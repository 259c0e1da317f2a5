"""How the figures depend on the definition of "late": every headline under every profile.

The same dossiers, judged under each named profile in turn; none is called the right one. The short
form is in every briefing, the long one (every headline) beside the official figures.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, table, text
from workbench.answers.headline import outcome_shares
from workbench.answers.phrasing import distinct
from workbench.answers.questions import PROFILE, AnyProfile, PeriodLabel, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure
from workbench.charts.tables import Blank, Cell
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

SHORT = ("ot_done", "late", "open_overdue", "unknown")
"""Headlines of the short form, in the order of its columns."""
_PARTS = ("early", "on_time", "late")


@question("unit_measures")
def sensitivity(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: AnyProfile = PROFILE
) -> Answer:
    """How much do the figures depend on the definition of "late"?"""
    return under_profiles(run, Scope(period, unit, profile), SHORT)


def under_profiles(run: Run, scope: Scope, shown: tuple[str, ...]) -> Answer:
    """Answer how headlines differ between profiles; the profile in use is marked."""
    frame = compare.sensitivity(run.unit_measures, period=scope.period, unit_id=scope.unit)
    names = distinct(frame["profile"], lambda profile: _short_name(run, profile))
    return Answer(
        title=say("official.sensitivity_title", period=numerals.period(scope.period)),
        claims=_spread(frame, names, scope),
        frame=frame,
        denominators=say("official.sensitivity_denominators"),
        listing=table(
            say("official.sensitivity_caption"),
            frame.iter_rows(named=True),
            _columns(run, names, shown),
            marked=lambda row: row["profile"] == scope.profile,
        ),
        figure=_figure(run, frame, names, scope),
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
        return (claim(say("official.nothing"), 1),)
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
    return claim(spread, 1), claim(sentence, 1)


def _columns(run: Run, names: dict[str, str], shown: tuple[str, ...]) -> list[Col]:
    return [
        text("official.profile", lambda row: names[row["profile"]]),
        *(Col(say(f"briefing.{name}"), partial(_cell, name)) for name in shown),
        text(
            "official.profile_says",
            lambda row: run.profile_label(row["profile"]),
        ),
    ]


def _cell(name: str, row: Row) -> Cell:
    if f"{name}_denominator" not in row:
        return numerals.count(row[name])
    if row[name] is None:
        return Blank(say("official.nothing"))
    over = numerals.fraction(row[f"{name}_numerator"], row[f"{name}_denominator"])
    return f"{_percent(row[name])} ({over})"


def _percent(share: float) -> str:
    return f"{numerals.decimal(share * 100, 2)}%"


def _figure(run: Run, frame: pl.DataFrame, names: dict[str, str], scope: Scope) -> Figure | None:
    parts = {
        names[row["profile"]]: {part: row[part] for part in _PARTS}
        for row in frame.iter_rows(named=True)
    }
    unit = "" if scope.unit == EVERYTHING else f" ({run.unit_name(scope.unit)})"
    caption = say("official.sensitivity_drawn", period=numerals.period(scope.period)) + unit
    return outcome_shares(parts, _percent, caption)
