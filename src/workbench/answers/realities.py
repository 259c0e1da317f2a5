"""Which late dossiers were late in fact, which only on record, and which is undecidable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.causes import describe_overdue, late_of, share_with_interval, values_of_late
from workbench.answers.columns import Col, Row, figure, picture, table, text
from workbench.answers.page_shares import reality_shares
from workbench.answers.phrasing import distinct
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import PROFILE, PeriodLabel, ResultProfile, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts.grids import Square, grid
from workbench.charts.tables import Cell
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, REALITIES
from workbench.figures import causes as figures
from workbench.figures.causes import reality_label
from workbench.figures.estimates import wilson
from workbench.messages import say


@question("late_dossiers", "overdue_cells", level=2)
@in_present_scope(beside=True, of_dossiers=True)
def reality(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """How many late dossiers were late in fact, late only on record, or undecidable?"""
    scope = Scope(period, unit, profile)
    late = late_of(run, scope.period, scope.unit)
    units = sorted(late["unit_id"].drop_nulls().unique())
    names = {EVERYTHING: run.unit_name(EVERYTHING)} | distinct(units, run.unit_name)
    asked_for = [EVERYTHING, *units] if unit == EVERYTHING else units
    of_units = _realities(run, period, asked_for if late.height else [])
    groups = {names[u]: rows for u, rows in of_units.items()}
    caption = say("why.reality_caption", period=numerals.period(period))
    listing = table(
        caption,
        [{"name": name, **{r["reality"]: r for r in rows}} for name, rows in groups.items()],
        [
            text("briefing.unit", "name"),
            figure("why.n_late", lambda row: numerals.count(row[REALITIES[0]]["n_late"])),
            *(Col(reality_label(r), partial(_reality_cell, r)) for r in REALITIES),
        ],
    )
    labels = (f"{row[0]}: {', '.join(map(str, row[1:]))}" for row in listing.rows)
    return Answer(
        title=say("why.reality_title"),
        claims=(
            _reality_claim(next(iter(groups.values()), [])),
            *_paper_claims(late, run.late_dossiers),
        ),
        frame=late,
        denominators=say("why.reality_denominators", n=numerals.count(late.height))
        + describe_overdue(run, scope, late.height),
        values=values_of_late(run, scope, late.height),
        listing=listing if groups else None,
        figure=picture(grid(_reality_squares(groups, names[EVERYTHING])), caption, labels)
        if groups
        else None,
    )


def _realities(run: Run, period: str, units: Sequence[str]) -> dict[str, list[Row]]:
    """Return the late dossiers of each unit by reality, with intervals like the first page's."""
    effects = {
        (row["unit_id"], reality): row["design_effect"]
        for reality in REALITIES
        for row in reality_shares(run.late_dossiers, reality, [period]).iter_rows(named=True)
    }
    rows = {u: figures.realities(run.late_dossiers, period=period, unit_id=u) for u in units}
    return {
        unit: [
            row | {"lower": widened.lower, "upper": widened.upper}
            for row in counted.to_dicts()
            for widened in [wilson(row["n"], row["n_late"], effects[unit, row["reality"]])]
        ]
        for unit, counted in rows.items()
    }


def _reality_squares(groups: dict[str, list[Row]], whole: str) -> list[Square]:
    """Return the cells: the darker, the more dossiers; the row of all units is as dark as any."""
    counts = [r["n"] for name, rows in groups.items() if name != whole for r in rows]
    most = max([1, *counts])
    return [
        Square(name, reality_label(r["reality"]), min(r["n"] / most, 1), numerals.count(r["n"]))
        for name, rows in groups.items()
        for r in rows
    ]


def _reality_cell(reality: str, row: Row) -> Cell:
    return share_with_interval("n", "share", row[reality])


def _reality_claim(rows: list[Row]) -> Claim:
    if not rows:
        return claim(say("why.nothing"), 1)
    listing = {
        r["reality"]: f"{numerals.count(r['n'])} ({numerals.percent(r['share'])})" for r in rows
    }
    return claim(say("why.reality_sentence", n=numerals.count(rows[0]["n_late"]), **listing), 2)


def _paper_claims(late: pl.DataFrame, everywhere: pl.DataFrame) -> tuple[Claim, ...]:
    """Say how many undecided dossiers the paper dates of others suggest to be late on record.

    The others are those by which the dossiers were judged: of their unit and half-year, whatever
    the period that was asked about.
    """
    ended = pl.col("ended_on").dt
    place = ["unit_id", "profile", (ended.year() * 2 + (ended.month() > 6)).alias("half_no")]
    alike = late.filter("is_by_paper_share")
    papers = everywhere.filter("has_paper", pl.col("outcome") != "open_overdue")
    dated = papers.with_columns(place).join(
        alike.select(place).unique(), on=["unit_id", "profile", "half_no"], how="semi"
    )
    on_record = int((dated["reality"] == "record_only").sum())
    if not (alike.height and dated.height):
        return ()
    share = wilson(on_record, dated.height)
    words = {
        "n": numerals.count(alike.height),
        "dated": numerals.count(dated.height),
        "on_record": numerals.count(on_record),
        "share": numerals.percent(share.value),
        "interval": numerals.percent_range(share.lower, share.upper),
    }
    return (claim(say("why.reality_paper", **words), 2),)
