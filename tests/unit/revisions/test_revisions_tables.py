"""Tables of two revisions, row by row: what came, went and changed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.review import tables
from workbench.review.tables import compare_table


@pytest.fixture
def write(tmp_path):
    def written(name: str, **columns: list[object]) -> Path:
        file = tmp_path / f"{name}.parquet"
        pl.DataFrame(columns).write_parquet(file)
        return file

    return written


def test_rows_are_paired_by_key_and_columns_counted(write):
    left = write("left", id=["a", "b", "c"], x=[1, 2, 3], y=["p", "q", None])
    right = write("right", id=["b", "c", "d"], x=[2, 9, 4], y=["q", "r", "s"])
    change = compare_table("t", left, right, ["id"])
    assert (change.added, change.removed, change.changed) == (1, 1, 1)
    assert change.columns == (("x", 1), ("y", 1))
    assert change.values.rows() == [
        ("a", "disappeared", None, None, None),
        ("c", "changed", "x", "3", "9"),
        ("c", "changed", "y", None, "r"),
        ("d", "appeared", None, None, None),
    ]


def test_a_column_on_one_side_is_named_and_the_others_are_compared(write):
    left = write("left", id=["a"], x=[1], old=[0])
    right = write("right", id=["a"], x=[2], new=[0])
    change = compare_table("t", left, right, ["id"])
    assert (change.left_columns, change.right_columns) == (("old",), ("new",))
    assert change.columns == (("x", 1),)
    assert change.has_other_columns


def test_without_a_key_equal_rows_are_counted(write):
    left = write("left", x=[1, 1, 2])
    right = write("right", x=[1, 2, 2, 2])
    change = compare_table("t", left, right, [])
    assert (change.added, change.removed, change.changed) == (2, 1, 0)


def test_landed_rows_are_known_by_their_place(write):
    place = {"source_file": ["f"], "source_sheet": [None], "source_row": [7]}
    change = compare_table("t", write("l", **place, v=["1"]), write("r", **place, v=["2"]), [])
    assert (change.changed, change.columns) == (1, (("v", 1),))


def test_an_empty_cell_is_a_value_of_its_own(write):
    left, right = write("left", id=["a"], x=[""]), write("right", id=["a"], x=[None])
    change = compare_table("t", left, right, ["id"])
    assert change.values.rows() == [("a", "changed", "x", "", None)]


def test_lists_are_compared_as_a_whole(write):
    left, right = write("left", id=["a"], x=[["p", "q"]]), write("right", id=["a"], x=[["p"]])
    change = compare_table("t", left, right, ["id"])
    assert change.values.rows() == [("a", "changed", "x", "p; q", "p")]


def test_a_dossier_of_which_only_the_snapshot_moved_has_no_other_record(write):
    days = {"left": ["30", "30"], "right": ["31", "31"]}
    states = {"left": ["open", "open"], "right": ["open", "closed"]}
    files = [
        write(side, dossier_id=["D1", "D2"], snapshot_at=days[side], status=states[side])
        for side in ("left", "right")
    ]
    change = compare_table("dossiers", *files, ["dossier_id"])
    assert change.columns == (("snapshot_at", 2), ("status", 1))
    assert change.dossiers.to_list() == ["D2"]


def steps(holders: dict[str, str], **corrected: str) -> dict[str, list[object]]:
    """Forty dossiers of four holders, ten each; corrected ones say otherwise when they ended."""
    ids = [f"D{n:02d}" for n in range(40)]
    return {
        "dossier_id": ids,
        "step_no": [1] * 40,
        "holder_id": [holders["ABCD"[n % 4]] for n in range(40)],
        "finished_at": [corrected.get(name, "10:00") for name in ids],
    }


def test_another_key_of_pseudonyms_corrects_no_dossier(write):
    before, after = ({name: f"{name}{key}" for name in "ABCD"} for key in (1, 2))
    right = steps(after, D07="11:00", D21="11:00")
    # one dossier passes to another person, while all persons have another pseudonym
    right["holder_id"][12] = after["B"]
    change = compare_table(
        "steps", write("l", **steps(before)), write("r", **right), ["dossier_id", "step_no"]
    )
    assert change.changed == 3
    assert change.renamed == (4, 39)
    assert change.columns == (("finished_at", 2), ("holder_id", 1))
    assert change.dossiers.to_list() == ["D07", "D12", "D21"]


def test_one_renamed_account_corrects_no_dossier_and_a_transfer_does(write):
    before = {name: name for name in "ABCD"}
    right = steps({**before, "A": "A2"})
    right["holder_id"][1] = "C"
    change = compare_table(
        "steps", write("l", **steps(before)), write("r", **right), ["dossier_id", "step_no"]
    )
    assert (change.renamed, change.changed) == ((1, 10), 1)
    assert change.dossiers.to_list() == ["D01"]


def test_many_rows_in_another_order_are_compared_exactly(write):
    ids = list(range(200_000))
    left = write("left", id=ids, x=[n % 7 for n in ids])
    changed = {17, 99_999, 199_999}
    right = write("right", id=ids[::-1], x=[n % 7 + (n in changed) for n in ids[::-1]])
    change = compare_table("t", left, right, ["id"])
    assert (change.added, change.removed, change.changed) == (0, 0, 3)
    assert set(change.values["row"]) == {"17", "99999", "199999"}


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_paired_alike_whatever_way_they_are_found(write, tmp_path, monkeypatch, seed):
    left = pl.DataFrame(steps({name: name for name in "ABCD"}))
    moved = pl.DataFrame(steps({**{name: name for name in "ABCD"}, "A": "A2"}, D09="11:00"))
    right = moved.sample(36, seed=seed).vstack(
        moved.head(3).with_columns(dossier_id="new " + pl.col("dossier_id"))
    )
    file = write("l", **left.to_dict(as_series=False))
    files = []
    for name, rows, size in (("in_order", right.sort("dossier_id"), 50), ("shuffled", right, 7)):
        files.append(tmp_path / f"{name}.parquet")
        rows.write_parquet(files[-1], row_group_size=size)
    key = ["dossier_id", "step_no"]
    changes = [compare_table("steps", file, other, key) for other in files]
    monkeypatch.setattr(tables, "pair_rows", lambda *_: None)
    changes.append(compare_table("steps", file, files[0], key))
    seen = [
        {n: v.to_list() if isinstance(v, pl.Series) else v for n, v in vars(change).items()}
        for change in changes
    ]
    values = [change.pop("values").rows() for change in seen]
    assert seen[0] == seen[1] == seen[2]
    assert values[0] == values[1] == values[2]
    assert changes[0].added == 3


def test_rows_that_came_or_went_are_paired_around_across_groups(tmp_path):
    left = pl.DataFrame({"dossier_id": [f"D{n:03d}" for n in range(100)], "x": [1] * 100})
    left = left.with_columns(y=pl.Series([["a", "b"]] * 100))
    right = left.filter(~pl.col("dossier_id").is_in(["D000", "D041", "D099"]))
    new = left.tail(1).with_columns(dossier_id=pl.lit("D0415"))
    right = pl.concat([right, new]).sort("dossier_id")
    corrected = pl.col("dossier_id").is_in(["D040", "D098"])
    right = right.with_columns(x=pl.when(corrected).then(2).otherwise("x").cast(pl.Int64))
    joined = pl.when(pl.col("dossier_id") == "D042").then(pl.lit(["a; b"])).otherwise("y")
    files = [tmp_path / "left.parquet", tmp_path / "right.parquet"]
    left.write_parquet(files[0], row_group_size=9)
    right.with_columns(y=joined).write_parquet(files[1], row_group_size=7)
    change = compare_table("dossiers", *files, ["dossier_id"])
    assert (change.added, change.removed, change.changed) == (1, 3, 3)
    assert change.columns == (("x", 2), ("y", 1))
    assert change.dossiers.to_list() == [
        *("D000", "D040", "D041", "D0415", "D042", "D098", "D099"),
    ]


def test_a_narrowed_table_keeps_the_rows_that_differ(write):
    ids = [f"D{n}" for n in range(9)]
    left = write("left", dossier_id=ids[:8], x=list(range(8)), y=["a"] * 8)
    right = write("right", dossier_id=ids[1:], x=[1, 2, 7, *range(4, 9)], y=["a"] * 8)
    compare_table("outcomes", left, right, ["dossier_id"], is_narrowed=True)
    kept = [pl.read_parquet(file)["dossier_id"].to_list() for file in (left, right)]
    assert kept == [["D0", "D3"], ["D3", "D8"]]
