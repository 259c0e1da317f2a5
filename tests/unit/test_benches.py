"""The benches run; how fast is for ``make bench`` to say, on a quiet machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parents[2] / "benches"


def test_the_clock_bench_runs_and_prints_ratios_beside_the_raw_scan():
    command = [sys.executable, str(BENCHES / "clock.py"), "--spans", "2000", "--steps", "800"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "int32, v2 snappy" in ran.stdout
    assert re.search(r"clock and ledger of 800 steps, 1 profile.* x reading the steps", ran.stdout)
    assert re.search(r"clock and ledger of 800 steps, 1\d profile", ran.stdout)
    assert "PM4Py: skipped" in ran.stdout


def test_the_explain_bench_runs_the_whole_stage_in_a_process_of_its_own(tmp_path):
    command = [sys.executable, str(BENCHES / "explain.py"), "--steps", "800"]
    ran = subprocess.run(
        [*command, "--keep", str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert re.search(r"explain: 100 dossiers, \d+ tables: .* s wall, .* s cpu, peak", ran.stdout)
    assert re.search(r"statistics .* s cpu", ran.stdout)
    assert (tmp_path / "data" / "results" / "watchlist.parquet").is_file()
