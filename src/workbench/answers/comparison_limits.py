"""What a comparison of units cannot say, in the words of each section.

A rise at nearly all units sets none apart, and dossiers that no other unit has have nothing to be
compared with.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from workbench.answers.answer import Claim, claim
from workbench.answers.phrasing import of_unit
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.figures import compare
from workbench.messages import say

Section = Literal["cells", "overall", "causes"]


def limit_claims(run: Run, scope: Scope, section: Section) -> tuple[Claim, ...]:
    """Return what a section about an ended period cannot say of a unit."""
    if not run.ended(scope.period):
        return ()
    return (*_common_rises(run, scope, section), *_no_peers(run, scope, section))


def _common_rises(run: Run, scope: Scope, section: Section) -> tuple[Claim, ...]:
    """Return the claims about causes that rose at nearly all units in the period."""
    return tuple(
        claim(
            say(
                f"fairness.{section}_common",
                cause=cause_label(row["cause"]),
                period=numerals.period(scope.period),
                above=numerals.count(row["n_above"]),
                units=numerals.count(row["n_units"]),
                observed=numerals.decimal(row["observed"]),
                expected=numerals.decimal(row["expected"]),
                n=numerals.count(row["n_dossiers"]),
            ),
            2,
        )
        for row in compare.common_rises(run.cell_tests, scope.period).iter_rows(named=True)
    )


def _no_peers(run: Run, scope: Scope, section: Section) -> tuple[Claim, ...]:
    """Return the claim about dossiers in procedures and channels that hardly any other unit has.

    They are counted under the cells; other sections refer there, or a page says one number thrice.
    """
    cells = of_unit(compare.without_peers(run.cause_cells, scope.period), scope.unit)
    alone = cells.filter(pl.col("n_alone") > 0)
    if not alone.height:
        return ()
    sums = {"alone": alone["n_alone"].sum(), "n": cells["n_dossiers"].sum()}
    words = {name: numerals.count(int(value)) for name, value in sums.items()}
    if section != "cells":
        words = {"section": say("fairness.cells_title")}
    units = numerals.count(alone.height)
    return (claim(say(f"fairness.{section}_alone", units=units, **words), 1),)
