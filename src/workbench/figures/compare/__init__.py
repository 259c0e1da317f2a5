"""Units and periods side by side: pure functions on small Polars frames.

Each function takes frames and returns a frame whose figures carry numerator, denominator,
interval and evidence level. A difference whose interval holds zero is no finding, and the frames
carry what a reader needs to see that. Nothing here reads files or knows a language.
"""

from workbench.figures.compare.adjusted import (
    contradictions,
    count_strata,
    standings,
    units_adjusted,
)
from workbench.figures.compare.cellwise import CELLS, cells, spreads_of
from workbench.figures.compare.courses import Usual, changed, charted, series, shares_by_kind
from workbench.figures.compare.durations import medians, turned
from workbench.figures.compare.eventual import breach_risks, curve, eventual
from workbench.figures.compare.foretold import foretold
from workbench.figures.compare.gapwise import (
    GAPS,
    PEERS,
    Side,
    gaps,
    gaps_to_peers,
    told,
)
from workbench.figures.compare.groups import groups_alike
from workbench.figures.compare.interventions import intervention
from workbench.figures.compare.sides import (
    SENSITIVE,
    SIDE_BY_SIDE_COUNTS,
    SIDE_BY_SIDE_RATES,
    change,
    headline,
    sensitivity,
    units_side_by_side,
    with_and_without_suspects,
)

__all__ = [
    "CELLS",
    "GAPS",
    "PEERS",
    "SENSITIVE",
    "SIDE_BY_SIDE_COUNTS",
    "SIDE_BY_SIDE_RATES",
    "Side",
    "Usual",
    "breach_risks",
    "cells",
    "change",
    "changed",
    "charted",
    "contradictions",
    "count_strata",
    "curve",
    "eventual",
    "foretold",
    "gaps",
    "gaps_to_peers",
    "groups_alike",
    "headline",
    "intervention",
    "medians",
    "sensitivity",
    "series",
    "shares_by_kind",
    "spreads_of",
    "standings",
    "told",
    "turned",
    "units_adjusted",
    "units_side_by_side",
    "with_and_without_suspects",
]
