"""How long ``workbench diff`` of two large registers takes, and how much memory.

Takes the register that ``benches/explain.py --keep FOLDER`` left there as the earlier side. On the
later side one dossier in ten thousand ends a week later, or one in a hundred, or every dossier has
a later snapshot and every holder another pseudonym, or so and one dossier in a hundred is missing.
Each comparison runs in a process of its own.

``python benches/diff.py FOLDER [--only CASE]``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from register import FACTS, Meter

from workbench.review import WRITERS, compare_revisions

PROFILE = "wb_strict"
CORRECTED = {"few": 10_000, "many": 100}
"""Of how many dossiers one is corrected, by case."""
SNAPSHOT, FEWER = "snapshot", "fewer"
CASES = (*CORRECTED, SNAPSHOT, FEWER)
STAMPS = ("due_at", "due_recomputed_at", "due_at_used", "finished_at", "to_at")


def main() -> None:
    """Compare each later side with the earlier one and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what benches/explain.py --keep left")
    parser.add_argument(
        "--only", choices=(*CORRECTED, SNAPSHOT, FEWER), help="one case, in this process"
    )
    args = parser.parse_args()
    if args.only:
        _compare(args.folder, args.only)
        return
    tables = [file for name in ("clean", "clock", "results") for file in _tables(args.folder, name)]
    _write(tables, args.folder / "left", "left")
    for case in CASES:
        _write(tables, args.folder / case, case)
        command = (sys.executable, __file__, str(args.folder), "--only", case)
        subprocess.run(command, check=True)  # noqa: S603


def _tables(folder: Path, stage: str) -> list[Path]:
    return sorted((folder / "data" / stage).glob("*.parquet"))


def _compare(folder: Path, case: str) -> None:
    meter = Meter()
    comparison = compare_revisions(FACTS, str(folder / "left"), str(folder / case))
    WRITERS["text"](comparison, rows=0)
    counts = comparison.counts
    print(f"diff, {case}: {len(comparison.tables)} tables differ, {counts}: {meter.figures()}")


def _begin(side: Path) -> None:
    (side / "tables").mkdir(parents=True, exist_ok=True)
    (side / "measures.json").write_text(json.dumps({"profile": PROFILE}), encoding="utf-8")


def _write(tables: list[Path], side: Path, case: str) -> None:
    """Write a side as the stages write theirs: the same groups of rows on both sides."""
    _begin(side)
    for file in tables:
        source, target = pq.ParquetFile(file), side / "tables" / file.name
        with pq.ParquetWriter(target, source.schema_arrow) as writer:
            for group in range(source.num_row_groups):
                rows = _later(pl.DataFrame(source.read_row_group(group)), case)
                writer.write_table(rows.to_arrow().cast(source.schema_arrow))


def _later(rows: pl.DataFrame, case: str) -> pl.DataFrame:
    """Return rows as they are on a side: as they were, corrected, or of a later snapshot."""
    if case in CORRECTED and "dossier_id" in rows.columns:
        is_corrected = pl.col("dossier_id").hash(1) % CORRECTED[case] == 0
        return rows.with_columns(
            pl.when(is_corrected).then(pl.col(name).dt.offset_by("7d")).otherwise(name).alias(name)
            for name in STAMPS
            if name in rows.columns
        )
    is_later = case in (SNAPSHOT, FEWER)
    if is_later and "snapshot_at" in rows.columns:
        rows = rows.with_columns(pl.col("snapshot_at").dt.offset_by("31d"))
    if is_later and "holder_id" in rows.columns:
        rows = rows.with_columns(holder_id="x" + pl.col("holder_id"))
    if case == FEWER and "dossier_id" in rows.columns:
        rows = rows.filter(pl.col("dossier_id").hash(1) % 100 > 0)
    return rows


if __name__ == "__main__":
    main()
