"""How long small registers take from exports to a page, each run in a process of its own.

A made-up register of requests at many offices, the real ones of a folder (``../shared/data`` by
default, where it is there), and the project's own ``brief``, then again with nothing to do, where
it has results, and ``dvc repro`` of unchanged data. Of each command the least and the median
processor seconds of some runs, the least wall seconds and the peak memory, beside what is wanted.

``make bench``, or
``python benches/small.py [--registers FOLDER] [--requests N] [--offices N] [--runs N]``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[1]
REAL = {
    "receipt": ["4 s", "receipt/receipt.csv.gz"],
    "wabo": ["6 s", *(f"wabo/CoSeLoG_WABO_{number}.xes.gz" for number in range(1, 6))],
}
"""Processor seconds wanted and files of the real registers, by the name of their profile."""
SEED, DAYS, FIRST = 7, 180, np.datetime64("2015-01-01T08:00")
STAMP = "%m/%d/%Y %I:%M:%S %p"


def write_requests(path: Path, requests: int, offices: int) -> None:
    """Write requests as the profile ``boston311`` reads them: a few large offices, many small."""
    random = np.random.default_rng(SEED)
    weights = 1 / np.arange(1, offices + 1) ** 0.8
    office = random.choice(offices, requests, p=weights / weights.sum())
    opened = FIRST + random.integers(0, DAYS * 1440, requests).astype("timedelta64[m]")
    allowed = random.integers(1, 30, requests).astype("timedelta64[D]")
    taken = (random.exponential(12, requests) * 1440).astype("timedelta64[m]")
    closed = opened + taken
    is_open = closed > np.datetime64("2016-01-01")
    frame = pl.DataFrame(
        {
            "CASE_ENQUIRY_ID": np.arange(101_000_000, 101_000_000 + requests).astype(str),
            "OPEN_DT": opened.astype("datetime64[us]"),
            "TARGET_DT": (opened + allowed).astype("datetime64[us]"),
            "CLOSED_DT": closed.astype("datetime64[us]"),
            "CASE_STATUS": np.where(is_open, "Open", "Closed"),
            "TYPE": [f"Type {number}" for number in random.integers(0, 130, requests)],
            "Department": [f"Office {number:03}" for number in office],
            "Source": random.choice(["Self Service", "Constituent Call"], requests),
        }
    )
    is_closed = pl.col("CASE_STATUS") == "Closed"
    written = frame.with_columns(
        pl.col("OPEN_DT", "TARGET_DT").dt.strftime(STAMP),
        pl.when(is_closed).then(pl.col("CLOSED_DT").dt.strftime(STAMP)).alias("CLOSED_DT"),
        *(pl.lit("-").alias(name) for name in ("SUBJECT", "REASON", "QUEUE", "neighborhood")),
    )
    written.write_csv(path)


def measure(name: str, command: Sequence[str], runs: int, wanted: str) -> None:
    """Run a command some times and print what it took beside what is wanted.

    Raises:
        SystemExit: The command failed.
    """
    walls, cpus, peaks = zip(*(_run(name, command) for _ in range(runs)), strict=True)
    took = f"cpu {min(cpus):.1f} s (median {median(cpus):.1f}), wall {min(walls):.1f} s"
    print(f"{name}: {took}, peak {max(peaks):.2f} GiB; wanted: {wanted}", flush=True)


def _run(name: str, command: Sequence[str]) -> tuple[float, float, float]:
    """Return wall and processor seconds and peak memory in GiB of one run of a command."""
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)  # noqa: S603
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{name}: failed")
    wall = time.perf_counter() - started
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def main(registers: Path, requests: int, offices: int, runs: int) -> None:
    """Measure every register there is."""
    workbench = (sys.executable, "-m", "workbench.cli")
    with TemporaryDirectory() as beside:
        export, out = Path(beside) / "requests.csv", str(Path(beside) / "out")
        write_requests(export, requests, offices)
        analyse = (*workbench, "analyse", "--out", out, "--source")
        name = f"{requests:,} requests at {offices} offices"
        measure(name, (*analyse, "boston311", str(export)), runs, "12 s, 1 GiB")
        for source, (wanted, *files) in REAL.items():
            places = [registers / file for file in files]
            if all(place.is_file() for place in places):
                measure(source, (*analyse, source, *map(str, places)), runs, wanted)
            else:
                print(f"{source}: skipped, its files are not in {registers}")
    if (ROOT / "data" / "briefings").is_dir():
        measure("brief", (*workbench, "brief"), 1, "-")
        measure("brief of unchanged data", (*workbench, "brief"), runs, "2 s")
        repro = (*workbench, "dvc", "repro")
        measure("dvc repro", repro, 1, "-")
        measure("dvc repro of unchanged data", repro, runs, "2 s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registers", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--requests", type=int, default=5_462)
    parser.add_argument("--offices", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    main(asked.registers, asked.requests, asked.offices, asked.runs)
