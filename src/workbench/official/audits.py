"""Check printed percentages against the counts beside them (rule D32).

The rule is SQL (``pipelines/official/rounded_rates.sql``) and applies to our tables and to others
alike. It repairs nothing.
"""

from __future__ import annotations

import polars as pl

from workbench.core.errors import RuleFailed
from workbench.core.project import shipped
from workbench.warehouse import Warehouse

PRINTED = {
    "rate_id": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "printed": pl.String,
}
"""A printed percentage: counts, and the number as printed with a decimal point."""


def rounding_gaps(printed: pl.DataFrame) -> pl.DataFrame:
    """Return the printed percentages (columns of ``PRINTED``) that do not follow from their counts.

    >>> rows = [("a", 1725, 100000, "1.73"), ("b", 1725, 100000, "1.7")]
    >>> rounding_gaps(pl.DataFrame(rows, PRINTED, orient="row"))["rate_id"].to_list()
    ['b']
    """
    with Warehouse(shipped().pipelines, threads=1) as warehouse:
        warehouse.add_frame("printed_rates", printed)
        return warehouse.query("official/rounded_rates").sort("rate_id")


def check_printed(printed: pl.DataFrame) -> None:
    """Reject a table with percentages that do not follow from their counts.

    Raises:
        RuleFailed: Names the first such percentage and its counts.
    """
    for row in rounding_gaps(printed).iter_rows(named=True):
        raise RuleFailed("official.rounded", **row)
