"""Did a dated change help? Units with it against those without, before and after.

Changes are listed in ``data/reference/interventions.csv``, each with its source. The evidence level
is 4 only where every condition of the comparison holds; else it is 2, with the reasons.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import Row, listed
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.core.errors import InputRejected
from workbench.core.vocabulary import Period
from workbench.figures import compare
from workbench.messages import say

if TYPE_CHECKING:
    from workbench.answers.name_lookup import NameLookup

FILE = "interventions.csv"


def interventions(book: NameLookup) -> Answer:
    """Answer what each recorded change did to the late share of the units that got it."""
    effects = [(row, _effect(book, row)) for row in recorded(book)]
    frames = [
        effect.with_columns(pl.lit(row["intervention"]).alias("intervention"))
        for row, effect in effects
    ]
    return Answer(
        title=say("interventions.title"),
        claims=_claims(book, effects),
        frame=pl.concat(frames) if frames else pl.DataFrame(),
        denominators=f"{say('interventions.denominators')} {book.profile_note()}",
        listing=_table(book, effects) if effects else None,
    )


def recorded(book: NameLookup) -> list[dict[str, str]]:
    """Return the changes that people recorded, as they stand in the reviewed list."""
    listing = book.reference / FILE
    if not listing.is_file():
        return []
    with listing.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _effect(book: NameLookup, row: dict[str, str]) -> pl.DataFrame:
    """Judge one change over all ended periods of its kind.

    Raises:
        InputRejected: A unit or period of the record is not in these results.
    """
    since = str(Period.parse(row["since"]))
    kind = Period.parse(since).kind
    labels = [p for p in book.periods(kind) if book.ended(p)]
    units = row["unit_ids"].split()
    strange = [unit for unit in units if unit not in book.units()]
    if since not in labels[1:] or strange:
        odd = ", ".join(strange) or row["since"]
        raise InputRejected("interventions.odd", file=FILE, change=row["intervention"], odd=odd)
    return compare.intervention(book.cause_cells, treated=units, periods=labels, since=since)


def _claims(
    book: NameLookup, effects: list[tuple[dict[str, str], pl.DataFrame]]
) -> tuple[Claim, ...]:
    if not effects:
        return (claim(say("interventions.none"), 2),)
    claims = []
    for row, effect in effects:
        figures = effect.row(0, named=True)
        text = say(f"interventions.{_verdict(figures)}", **_words(book, row, figures))
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


def _words(book: NameLookup, row: dict[str, str], figures: Row) -> dict[str, str]:
    return {
        "name": row.get(f"name_{book.language}") or row["name_vi"],
        "units": listed(book.unit_name(unit) for unit in row["unit_ids"].split()),
        "since": numerals.period(str(Period.parse(row["since"]))),
        "effect": numerals.points(figures["value"]) if figures["value"] is not None else "–",
        "interval": numerals.points_range(figures["lower"], figures["upper"])
        if figures["value"] is not None
        else "–",
        "fraction": numerals.fraction(figures["numerator"], figures["denominator"]),
    }


def _table(book: NameLookup, found: list[tuple[dict[str, str], pl.DataFrame]]) -> Table:
    heads = ("change", "since", "effect", "interval", "level")
    columns = tuple(
        Column(say(f"interventions.head_{head}"), number=head not in ("change",)) for head in heads
    )
    rows = []
    for row, effect in found:
        figures = effect.row(0, named=True)
        words = _words(book, row, figures)
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
