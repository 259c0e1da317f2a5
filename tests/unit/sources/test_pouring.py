"""A long text landed piece by piece gives the tables of the same text landed at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.readers import text

PROFILE = """
name = "long"
title_vi = "Dài"
title_en = "Long"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
latest = true

[[files]]
patterns = ["steps*.csv"]
kind = "csv"
rows = "step"
ignored = ["Note"]

[files.columns]
"Code" = "dossier_id"
"Step" = "step"
"Ended" = "finished_at"
"""
ROWS = [
    *(f"A-{n},work,0{n % 9 + 1}/01/2022,first" for n in range(300)),
    "A-1,work,02/01/2022,second",
    "A-1,work,02/01/2022,first",
    "A-2,work,13/01/2022,31st",
]


@pytest.fixture
def landed(tmp_path: Path, monkeypatch):
    """Land the rows by blocks of so many bytes and return the steps and the files."""
    profile = tmp_path / "long.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    export = tmp_path / "steps.csv"
    export.write_text("\n".join(["Code,Step,Ended,Note", *ROWS]) + "\n", encoding="utf-8")

    def land(block: int, group: int = 122_880) -> tuple[pl.DataFrame, pl.DataFrame]:
        monkeypatch.setattr(text, "BLOCK", block)
        monkeypatch.setattr("workbench.ingest.landed_writer._ROW_GROUP", group)
        ingest(deliveries([export], read_profile(profile)), tmp_path / "landed")
        read = [
            pl.read_parquet(tmp_path / "landed" / f"landed_{t}.parquet") for t in ("steps", "files")
        ]
        return read[0], read[1]

    return land


def test_the_size_of_the_pieces_changes_nothing(landed) -> None:
    at_once, files = landed(1 << 20)
    for block, group in ((500, 50), (2_000, 100), (300, 122_880)):
        pieces, counted = landed(block, group)
        assert pieces.equals(at_once)
        assert counted.equals(files)
    assert files["rows_read"].to_list() == [303]
    assert files["day_first_evidence"][0].startswith("first number above 12: 1;")


def test_rows_alike_in_mapped_columns_stay_distinct_across_pieces(landed) -> None:
    steps, _ = landed(500, 50)
    assert steps.filter(pl.col("variant_no") > 1)["source_row"].to_list() == [302]
    assert steps["variant_no"].null_count() == 0


def test_row_groups_have_one_size(landed, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    landed(500, 100)
    groups = pq.ParquetFile(tmp_path / "landed" / "landed_steps.parquet").metadata
    sizes = [groups.row_group(n).num_rows for n in range(groups.num_row_groups)]
    assert sizes == [100, 100, 100, 3]
