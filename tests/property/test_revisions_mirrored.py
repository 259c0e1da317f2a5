"""A comparison of a table with itself is empty, and from right to left is its mirror image."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.review.tables import TableChange, compare_table

VALUES = st.one_of(st.none(), st.integers(-2, 2))
TABLES = st.dictionaries(st.sampled_from("abcdef"), st.tuples(VALUES, VALUES), max_size=6)
MIRRORED = {"appeared": "disappeared", "disappeared": "appeared", "changed": "changed"}


def compared(left: dict, right: dict, key: list[str]) -> TableChange:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, rows in (("left", left), ("right", right)):
            schema = {"id": pl.String, "x": pl.Int64, "y": pl.Int64}
            frame = pl.DataFrame([(k, *v) for k, v in rows.items()], schema, orient="row")
            files.append(Path(folder) / f"{name}.parquet")
            frame.write_parquet(files[-1])
        return compare_table("t", *files, key)


@settings(max_examples=10)
@given(TABLES)
def test_a_table_does_not_differ_from_itself(rows):
    assert compared(rows, rows, ["id"]).n_rows == 0
    assert compared(rows, rows, []).n_rows == 0


@settings(max_examples=20)
@given(TABLES, TABLES)
def test_every_row_is_counted_once_and_the_other_way_round_is_the_mirror_image(left, right):
    there, back = compared(left, right, ["id"]), compared(right, left, ["id"])
    assert there.added == len(right.keys() - left.keys())
    assert there.removed == len(left.keys() - right.keys())
    assert there.changed == sum(left[k] != right[k] for k in left.keys() & right.keys())
    assert (there.added, there.removed) == (back.removed, back.added)
    assert (there.changed, there.columns) == (back.changed, back.columns)
    mirrored = [(r, MIRRORED[c], col, old, new) for r, c, col, new, old in back.values.rows()]
    assert there.values.rows() == mirrored
