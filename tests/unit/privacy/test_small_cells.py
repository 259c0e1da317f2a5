"""Published tables: small counts are left out, and no sum of what is left gives them back."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import UsageProblem
from workbench.privacy import suppress

UNITS, PERIODS = ("a", "b", "c"), ("1", "2")


def with_totals(cells: list[list[int]]) -> pl.DataFrame:
    """A table of units by periods with all of its totals."""
    table = np.array(cells)
    whole = np.block([[table, table.sum(1, keepdims=True)], [table.sum(0), table.sum()]])
    names = product([*UNITS[: len(cells)], "*"], [*PERIODS, "*"])
    rows = [(u, p, int(v)) for (u, p), v in zip(names, whole.ravel(), strict=True)]
    return pl.DataFrame(rows, schema=["unit", "period", "late"], orient="row")


def published(frame: pl.DataFrame) -> pl.DataFrame:
    return suppress(frame, counts=["late"], groups=["unit", "period"])


TABLES = st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=3).map(
    with_totals
)


@given(TABLES)
def test_no_small_count_is_published_and_no_other_number_changes(frame) -> None:
    shown = published(frame)
    pairs = list(zip(frame["late"], shown["late"], strict=True))
    assert all(seen in (None, true) for true, seen in pairs)
    assert not any(seen is not None and 0 < seen < 5 for _, seen in pairs)
    assert shown["suppressed"].to_list() == [seen is None for _, seen in pairs]


@given(TABLES)
@settings(max_examples=60)
def test_no_cell_left_out_follows_from_the_sums_of_the_others(frame) -> None:
    """Any reader may solve the sums; every cell left out must keep at least two values."""
    shown = published(frame)
    keys = frame.select("unit", "period").rows()
    unknown = [k for k, seen in zip(keys, shown["late"], strict=True) if seen is None]
    if not unknown:
        return
    units = sorted({u for u, _ in keys if u != "*"})
    sums = [[(u, p) for u in units] + [("*", p)] for p in (*PERIODS, "*")]
    sums += [[(u, p) for p in PERIODS] + [(u, "*")] for u in (*units, "*")]
    equations = np.array(
        [[(-1 if k == line[-1] else 1) * (k in line) for k in unknown] for line in sums],
        dtype=float,
    )
    rank = np.linalg.matrix_rank(equations)
    for place in range(len(unknown)):
        alone = np.eye(len(unknown))[place]
        assert np.linalg.matrix_rank(np.vstack([equations, alone])) > rank, unknown[place]


@given(TABLES)
@settings(max_examples=40)
def test_another_table_of_whole_counts_gives_the_same_publication(frame) -> None:
    """Moving one dossier around a ring of cells left out changes nothing that is published."""
    shown = published(frame)
    value = dict(zip(frame.select("unit", "period").rows(), frame["late"], strict=True))
    unknown = {k for k, s in zip(value, shown["late"], strict=True) if s is None}
    small = [k for k in unknown if 0 < value[k] < 5]
    assert len(unknown) != 1
    assert not small or len(unknown) >= 2


def test_a_single_small_cell_takes_the_smallest_neighbour_with_it() -> None:
    frame = with_totals([[2, 30], [8, 40], [20, 50]])
    shown = published(frame).filter(pl.col("late").is_null())
    assert ("a", "1") in shown.select("unit", "period").rows()
    assert 3 < shown.height <= 4


def test_a_table_of_large_counts_is_published_whole() -> None:
    frame = with_totals([[5, 30], [0, 40]])
    assert published(frame)["late"].equals(frame["late"])


def test_parts_of_a_row_that_add_up_are_protected_too() -> None:
    row = pl.DataFrame({"unit": ["a"], "resolved": [30], "late": [3], "on_time": [27]})
    shown = suppress(
        row,
        counts=["resolved", "late", "on_time"],
        groups=["unit"],
        sums={"resolved": ["late", "on_time"]},
    )
    assert shown.select("late", "on_time").row(0) == (None, None)
    assert shown["resolved"].to_list() == [30]


def test_what_is_worked_out_from_a_count_goes_with_it() -> None:
    rows = pl.DataFrame({"unit": ["a", "b"], "late": [3, 9], "share": [0.1, 0.3]})
    shown = suppress(rows, counts=["late"], groups=["unit"], hides=["share"])
    assert shown["share"].to_list() == [None, 0.3]


def test_another_threshold_may_be_asked_for() -> None:
    rows = pl.DataFrame({"unit": ["a", "b"], "late": [3, 9]})
    shown = suppress(rows, counts=["late"], groups=["unit"], threshold=3)
    assert shown["late"].to_list() == [3, 9]


@pytest.mark.parametrize("late", [[1, None], [1, -1]])
def test_a_count_that_is_none_is_refused(late) -> None:
    with pytest.raises(UsageProblem, match="late"):
        suppress(pl.DataFrame({"unit": ["a", "b"], "late": late}), counts=["late"], groups=["unit"])


def test_two_rows_for_one_cell_are_refused() -> None:
    with pytest.raises(UsageProblem, match="unit"):
        suppress(
            pl.DataFrame({"unit": ["a", "a"], "late": [1, 2]}), counts=["late"], groups=["unit"]
        )


RATES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), min_size=1, max_size=5).map(
    lambda cells: pl.DataFrame(
        [("*", sum(k for k, _ in cells), sum(r for _, r in cells))]
        + [(f"u{n}", k, r) for n, (k, r) in enumerate(cells)],
        schema=["unit", "share", "rest"],
        orient="row",
    ).with_columns(whole=pl.col("share") + pl.col("rest"))
)


@given(RATES)
def test_neither_a_small_share_nor_a_small_rest_follows_from_published_shares(frame) -> None:
    counts = ["whole", "share", "rest"]
    sums = {"whole": ["share", "rest"]}
    shown = suppress(frame, counts=counts, groups=["unit"], sums=sums)
    for true, seen in zip(frame.select(counts).rows(), shown.select(counts).rows(), strict=True):
        assert not any(0 < (n or 0) < 5 for n in seen)
        assert seen.count(None) != 1
        assert all(n in (None, value) for n, value in zip(seen, true, strict=True))
