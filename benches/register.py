"""The made-up register that the benches run on, and the meter they are read by."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
import polars as pl

from workbench.clock import Calendars
from workbench.core.project import shipped
from workbench.ingest.fields import OTHER_RECORDS, SERVICE_RECORDS
from workbench.warehouse import Warehouse

FACTS = shipped()
CALENDARS = Calendars.read(FACTS.reference / "calendars")
YEAR_2019 = 1_546_300_800
YEAR = 365 * 86_400
YEARS = 6 * YEAR
INSTANT = pl.Datetime("us", "UTC")
DAYS_GIVEN = 15


class Meter:
    """Seconds, processor seconds and memory of this process since it was made, step by step."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._reported, self._last = (self._wall, self._cpu), ""
        self._spent: dict[str, tuple[float, float]] = {}

    def step(self, name: str) -> None:
        """Begin a step; the one before it has ended."""
        now = time.perf_counter(), time.process_time()
        if self._last:
            before = self._spent.get(self._last, (0.0, 0.0))
            wall, cpu = (b + n - t for b, n, t in zip(before, now, self._reported, strict=True))
            self._spent[self._last] = wall, cpu
        self._reported, self._last = now, name

    def figures(self) -> str:
        """Say what it took so far; the last step has ended."""
        self.step("")
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        return f"{wall:.1f} s wall, {cpu:.1f} s cpu, peak {peak:.2f} GiB"

    def print_slowest(self, number: int = 10) -> None:
        """Print the steps that took most, one a line."""
        for name, (wall, cpu) in sorted(self._spent.items(), key=lambda s: -s[1][1])[:number]:
            print(f"  {name:<22} {cpu:>6.1f} s cpu {wall:>6.1f} s wall")


def give_facts(warehouse: Warehouse, profiles: pl.DataFrame) -> None:
    """Give a warehouse the reviewed facts, as the stages do."""
    warehouse.attach(FACTS.reference)
    warehouse.add_frame("calendar_keys", CALENDARS.keys())
    warehouse.add_frame("calendar_days", CALENDARS.days())
    warehouse.add_frame("unit_calendars", CALENDARS.units())
    warehouse.add_frame("profiles", profiles)


def make_register(dossiers: int, folder: Path, *, span: int = YEARS) -> None:
    """Write dossiers, steps and pauses as the cleaning stage would, received over a span.

    No dossier is in a second source.
    """
    pl.DataFrame(schema=OTHER_RECORDS).write_parquet(folder / "other_records.parquet")
    pl.DataFrame(schema=SERVICE_RECORDS).write_parquet(folder / "service_records.parquet")
    random = np.random.default_rng(1)
    names = pl.Series([f"000.00.14.H20-{n:08d}" for n in range(dossiers)])
    received = random.integers(YEAR_2019, YEAR_2019 + span, dossiers)
    lengths = np.exp(random.uniform(np.log(600), np.log(4 * 86_400), (dossiers, 8, 3)))
    stamps = received[:, None] + np.cumsum(lengths.reshape(dossiers, 24), axis=1).astype(np.int64)
    none = pl.lit(None, dtype=INSTANT)
    zone = pl.lit("Asia/Ho_Chi_Minh")
    pl.DataFrame(
        {
            "dossier_id": names,
            "received_at": _instants(received),
            "resolved_at": _instants(stamps[:, -1]),
            "due_at": _instants(received + 21 * 86_400),
        }
    ).with_columns(
        pl.lit("bench").alias("source"),
        (pl.int_range(pl.len()) % 200).cast(pl.String).alias("unit_id"),
        (pl.int_range(pl.len()) % 40).cast(pl.String).alias("procedure_id"),
        pl.lit("counter").alias("channel_in"),
        pl.lit("resolved").alias("status"),
        pl.lit("vn_dong_thap").alias("calendar_id"),
        zone.alias("time_zone"),
        *(none.alias(name) for name in ("submitted_at", "due_first_at", "returned_at")),
        pl.lit(YEAR_2019 + span + 200 * 86_400).mul(1_000_000).cast(INSTANT).alias("snapshot_at"),
        pl.lit(15, dtype=pl.Int64).alias("term_value"),
        pl.lit("working_day").alias("term_unit"),
        pl.lit(None, dtype=pl.String).alias("lateness_excluded"),
        *_places(),
        pl.col("received_at")
        .dt.convert_time_zone("Asia/Ho_Chi_Minh")
        .dt.date()
        .alias("received_on"),
    ).write_parquet(folder / "dossiers.parquet")
    kinds = ["intake", "assign", "work", "work", "opinion", "sign", "record", "return"]
    whole = stamps.reshape(dossiers * 8, 3)
    pl.DataFrame(
        {
            "dossier_id": names.gather(np.repeat(np.arange(dossiers), 8)),
            "step_no": np.tile(np.arange(1, 9), dossiers),
            "step": kinds * dossiers,
            "step_kind": kinds * dossiers,
            "arrived_at": _instants(whole[:, 0]),
            "started_at": _instants(whole[:, 1]),
            "finished_at": _instants(whole[:, 2]),
        }
    ).with_columns(
        (pl.int_range(pl.len()) // 8 % 200).cast(pl.String).alias("unit_id"),
        (pl.int_range(pl.len()) % 900).cast(pl.String).alias("holder_id"),
        pl.lit(14_400, dtype=pl.Int64).alias("norm_seconds"),
        *_places(),
    ).write_parquet(folder / "steps.parquet")
    pl.DataFrame(
        {
            "dossier_id": names.gather_every(8),
            "paused_at": _instants(stamps[::8, 7]),
            "resumed_at": _instants(stamps[::8, 13]),
        }
    ).with_columns(
        pl.lit(1).alias("pause_no"), pl.lit("supplement").alias("reason"), *_places()
    ).write_parquet(folder / "pauses.parquet")


def _places() -> tuple[pl.Expr, ...]:
    """Return where each row stands in an export of one file."""
    return (
        pl.lit("bench.csv").alias("source_file"),
        pl.lit(None, dtype=pl.String).alias("source_sheet"),
        (pl.int_range(pl.len()) + 2).alias("source_row"),
    )


def _instants(seconds: np.ndarray) -> pl.Series:
    return pl.Series(seconds * 1_000_000).cast(INSTANT)


def with_due_dates(folder: Path) -> None:
    """Give every dossier of a register a due date that two in five of them miss."""
    path = folder / "dossiers.parquet"
    text = pl.lit(None, dtype=pl.String)
    pl.read_parquet(path).with_columns(
        pl.col("received_at").dt.offset_by(f"{DAYS_GIVEN}d").alias("due_at"),
        pl.lit(None, dtype=pl.Date).alias("paper_result_on"),
        text.alias("late_reason"),
        text.alias("channel_out"),
    ).write_parquet(path)
