"""Printed percentages follow from their counts, or the rule D32 names them."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import RuleFailed
from workbench.figures.on_request import find_rounded_rates
from workbench.official.metrics import PRINTED, check_printed

DISTRICTS = ("cấp huyện, trễ", 5685, 329596)
"""Lâm Đồng, Quarter I 2020: 1.7248 percent, in a table that prints two decimals elsewhere."""


def printed(*rates: tuple[str, int, int, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rates), PRINTED, orient="row")


@pytest.mark.parametrize("text", ["1.72"])
def test_a_percentage_rounded_from_its_counts_is_at_rest(text) -> None:
    table = printed((*DISTRICTS, text), ("cấp tỉnh", 51072, 51780, "98.63"), ("nothing", 0, 0, "-"))
    assert find_rounded_rates(table).is_empty()
    check_printed(table)


@pytest.mark.parametrize("text", ["1.73", "1.7", "1.82", "17.2"])
def test_a_percentage_that_its_counts_do_not_give_is_named(text) -> None:
    table = printed((*DISTRICTS, text), ("cấp tỉnh", 51072, 51780, "98.63"))
    assert find_rounded_rates(table).rows() == [(*DISTRICTS, text)]
    with pytest.raises(RuleFailed, match=f"{text}.*D32"):
        check_printed(table)


def test_a_half_may_be_rounded_either_way_and_a_whole_table_may_print_one_decimal() -> None:
    assert find_rounded_rates(
        printed(("a", 1725, 100_000, "1.73"), ("b", 1725, 100_000, "1.72"))
    ).is_empty()
    assert find_rounded_rates(printed(("a", 1725, 100_000, "1.7"), ("b", 1, 8, "12.5"))).is_empty()
