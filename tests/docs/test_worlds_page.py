"""The page about worlds by another simulator shows the scores as they were measured."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual"


def test_the_page_is_what_the_scores_say():
    page = runpy.run_path(str(ROOT / "benches" / "worlds.py"))["page"]
    with (MANUAL / "latebench" / "worlds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (MANUAL / "worlds.md").read_text(encoding="utf-8") == page(rows)
    assert {row["seed"] for row in rows}.isdisjoint({str(seed) for seed in range(1, 31)})
