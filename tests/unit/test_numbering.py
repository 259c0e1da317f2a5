"""Numbers instead of texts: the same whether rows come in order or not, few or many."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare.dense_ids import numbered, ranked


@pytest.mark.parametrize("most", [3, 40, 10**9])
@pytest.mark.parametrize("in_order", [True, False])
def test_ranks_are_those_of_the_sorted_numbers(most, in_order):
    numbers = np.random.default_rng(1).integers(0, most, 50)
    numbers = np.sort(numbers) if in_order else numbers
    _, first, rank = np.unique(numbers, return_index=True, return_inverse=True)
    assert [column.tolist() for column in ranked(numbers)] == [first.tolist(), rank.tolist()]


def test_nothing_has_no_number():
    assert [column.size for column in ranked(np.array([], dtype=np.int64))] == [0, 0]
    assert numbered(pl.DataFrame(schema={"unit": pl.String}), ["unit"]).size == 0
