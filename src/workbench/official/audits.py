"""Check printed percentages against the counts beside them (rule D32).

The rule is SQL (``pipelines/official/rounded_rates.sql``) and applies to our tables and to others
alike. It repairs nothing.
"""

from __future__ import annotations

import polars as pl

from workbench.core.errors import RuleFailed
from workbench.figures.on_request import find_rounded_rates

PRINTED = {
    "rate_id": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "printed": pl.String,
}
"""A printed percentage: counts, and the number as printed with a decimal point."""


def check_printed(printed: pl.DataFrame) -> None:
    """Reject a table with percentages that do not follow from their counts.

    Raises:
        RuleFailed: Names the first such percentage and its counts.
    """
    for row in find_rounded_rates(printed).iter_rows(named=True):
        raise RuleFailed("official.rounded", **row)
