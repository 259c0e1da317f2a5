"""Units whose names look alike and that no list distinguishes (rule D33), named side by side."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from workbench.answers.answer import Claim, claim
from workbench.answers.phrasing import listed
from workbench.answers.run import Run
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say

_RULE = "D33"
_PAIR = r"unit_id: «([^»]+)» ~ «([^»]+)»"


def alike_unit_claims(
    run: Run, units: Collection[str], *, about: str = EVERYTHING
) -> tuple[Claim, ...]:
    """Return which of some units may be one office under two names, if any.

    Args:
        run: Its table ``quarantine``.
        units: Ids of the units that stand side by side.
        about: One of them, when the others are not named.
    """
    pairs = (
        run.quarantine.filter(rule_id=_RULE)
        .select(
            one=pl.col("message").str.extract(_PAIR, 2),
            other=pl.col("message").str.extract(_PAIR, 1),
        )
        .drop_nulls()
        .filter(pl.col("one").is_in(list(units)), pl.col("other").is_in(list(units)))
        .filter(pl.any_horizontal(pl.lit(about) == EVERYTHING, pl.col("one", "other") == about))
        .unique()
        .sort("one", "other")
    )
    if pairs.is_empty():
        return ()
    names = listed(f"«{one}» – «{other}»" for one, other in pairs.iter_rows())
    return (claim(say("briefing.alike_units", pairs=names), 1),)
