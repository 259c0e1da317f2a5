"""How long ``workbench diff`` of two large registers takes, and how much memory.

Takes the register that ``benches/explain.py --keep FOLDER`` left there as the earlier side. Each
later side is a copy in which every table has other bytes: one dossier in ten thousand is late by
a week more, one in a hundred is, or every dossier has a later snapshot and every holder another
pseudonym. Each comparison runs in a process of its own.

``python benches/diff.py FOLDER [--only CASE]``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
from register import FACTS, Meter

from workbench.review import WRITERS, compare_revisions

PROFILE = "wb_strict"
CORRECTED = {"few": 10_000, "many": 100, "snapshot": 0}
"""Of how many dossiers one is corrected, by case; none where every row has a later snapshot."""
STAMPS = ("due_at", "due_recomputed_at", "due_at_used", "finished_at", "to_at")


def main() -> None:
    """Compare each later side with the earlier one and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what benches/explain.py --keep left")
    parser.add_argument("--only", choices=tuple(CORRECTED), help="one case, in this process")
    args = parser.parse_args()
    if args.only:
        _compare(args.folder, args.only)
        return
    left = args.folder / "left"
    tables = [file for name in ("clean", "clock", "results") for file in _tables(args.folder, name)]
    _link(tables, left)
    for case, share in CORRECTED.items():
        _write_later(tables, args.folder / case, share)
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


def _link(tables: list[Path], side: Path) -> None:
    _begin(side)
    for file in tables:
        link = side / "tables" / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file.resolve())


def _begin(side: Path) -> None:
    (side / "tables").mkdir(parents=True, exist_ok=True)
    (side / "measures.json").write_text(json.dumps({"profile": PROFILE}), encoding="utf-8")


def _write_later(tables: list[Path], side: Path, share: int) -> None:
    """Write the later side: of so many dossiers one is a week later, or all of the snapshot is."""
    _begin(side)
    for file in tables:
        rows = pl.scan_parquet(file)
        names = rows.collect_schema().names()
        if share and "dossier_id" in names:
            is_corrected = pl.col("dossier_id").hash(1) % share == 0
            stamps = [name for name in STAMPS if name in names]
            rows = rows.with_columns(
                pl.when(is_corrected).then(pl.col(s).dt.offset_by("7d")).otherwise(s).alias(s)
                for s in stamps
            )
        if not share and "snapshot_at" in names:
            rows = rows.with_columns(pl.col("snapshot_at").dt.offset_by("31d"))
        if not share and "holder_id" in names:
            rows = rows.with_columns("x" + pl.col("holder_id"))
        rows.sink_parquet(side / "tables" / file.name, compression_level=3)


if __name__ == "__main__":
    main()
