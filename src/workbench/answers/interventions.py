"""Did a dated change help? Units with it against those without, before and after.

Changes are listed in ``data/reference/interventions.csv``, each with its source. The evidence level
is 4 only where every condition of the comparison holds; else it is 2, with the reasons.
"""

from __future__ import annotations

import csv

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import Row, computed_under, listed
from workbench.answers.questions import PROFILE, ResultProfile, question
from workbench.answers.run import Run
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.core.errors import InputRejected
from workbench.core.vocabulary import Period
from workbench.figures import compare
from workbench.messages import say

FILE = "interventions.csv"


@question("cause_cells", level=4)
def interventions(run: Run, *, profile: ResultProfile = PROFILE) -> Answer:
    """What did recorded changes do to the late share of the units concerned?

    Raises:
        UsageProblem: The profile is unknown, or the results were computed under another one.
        InputRejected: A recorded change names a unit or period that these results lack.
    """
    effects = [(row, _effect(run, row)) for row in recorded(run)]
    frames = [
        effect.with_columns(pl.lit(row["intervention"]).alias("intervention"))
        for row, effect in effects
    ]
    return Answer(
        title=say("interventions.title"),
        claims=_claims(run, effects),
        frame=pl.concat(frames) if frames else pl.DataFrame(),
        denominators=f"{say('interventions.denominators')} {computed_under(profile)}",
        listing=_table(run, effects) if effects else None,
    )


def recorded(run: Run) -> list[dict[str, str]]:
    """Return the changes that people recorded, as they stand in the reviewed list."""
    listing = run.reference / FILE
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _effect(run: Run, row: dict[str, str]) -> pl.DataFrame:
    """Judge one change over all ended periods of its kind.

    Raises:
        InputRejected: A unit or period of the record is not in these results.
    """
    since = str(Period.parse(row["since"]))
    kind = Period.parse(since).kind
    labels = [p for p in run.periods(kind) if run.ended(p)]
    units = row["unit_ids"].split()
    strange = [unit for unit in units if unit not in run.units()]
    if since not in labels[1:] or strange:
        odd = ", ".join(strange) or row["since"]
        raise InputRejected("interventions.odd", file=FILE, change=row["intervention"], odd=odd)
    return compare.intervention(run.cause_cells, treated=units, periods=labels, since=since)


def _claims(run: Run, effects: list[tuple[dict[str, str], pl.DataFrame]]) -> tuple[Claim, ...]:
    if not effects:
        return (claim(say("interventions.none"), 2),)
    claims = []
    for row, effect in effects:
        figures = effect.row(0, named=True)
        text = say(f"interventions.{_verdict(figures)}", **_words(run, row, figures))
        if figures["reasons"]:
            reasons = "; ".join(say(f"interventions.{r}") for r in figures["reasons"])
            text = f"{text} {say('interventions.because', reasons=reasons)}"
        claims.append(claim(text, figures["evidence_level"], key=True))
    return tuple(claims)


def _verdict(figures: Row) -> str:
    if figures["value"] is None:
        return "undecidable"
    if figures["upper"] is None or figures["lower"] is None:
        return "unclear"
    if figures["upper"] < 0:
        return "fell"
    return "rose" if figures["lower"] > 0 else "unclear"


def _words(run: Run, row: dict[str, str], figures: Row) -> dict[str, str]:
    return {
        "name": row.get(f"name_{run.language}") or row["name_vi"],
        "units": listed(run.unit_name(unit) for unit in row["unit_ids"].split()),
        "since": numerals.period(str(Period.parse(row["since"]))),
        "effect": numerals.points(figures["value"]) if figures["value"] is not None else "–",
        "interval": numerals.points_range(figures["lower"], figures["upper"])
        if figures["value"] is not None
        else "–",
        "fraction": numerals.fraction(figures["numerator"], figures["denominator"]),
    }


def _table(run: Run, found: list[tuple[dict[str, str], pl.DataFrame]]) -> Table:
    heads = ("change", "since", "effect", "interval", "level")
    columns = tuple(
        Column(say(f"interventions.head_{head}"), number=head not in ("change",)) for head in heads
    )
    rows = []
    for row, effect in found:
        figures = effect.row(0, named=True)
        words = _words(run, row, figures)
        rows.append(
            (
                words["name"],
                words["since"],
                words["effect"],
                words["interval"],
                str(figures["evidence_level"]),
            )
        )
    return Table(say("interventions.table"), columns, tuple(rows))
