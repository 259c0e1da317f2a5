"""Units and periods side by side: pure functions on small Polars frames.

Each function takes frames and returns a frame whose figures carry numerator, denominator,
interval and evidence level. A difference whose interval holds zero is no finding, and the frames
carry what a reader needs to see that. Nothing here reads files or knows a language.
"""

from workbench.compare.cellwise import cells
from workbench.compare.sides import (
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
    "SENSITIVE",
    "SIDE_BY_SIDE_COUNTS",
    "SIDE_BY_SIDE_RATES",
    "cells",
    "change",
    "headline",
    "sensitivity",
    "units_side_by_side",
    "with_and_without_suspects",
]
