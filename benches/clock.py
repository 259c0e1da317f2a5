"""How fast the clock is, as ratios beside the plain scan of the same file.

Four questions: how many spans a core-second gives in SQL; what that is beside reading the two
columns; how long clock and ledger take on a register of a million dossiers; and how PM4Py fares
on its own task, where an environment with it is named. CPU seconds of this process, all threads
together: wall times move with the neighbours, ratios hardly.

``make bench``, or ``python benches/clock.py [--steps N] [--spans N] [--pm4py PYTHON]``.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import polars as pl
from register import CALENDARS, FACTS, YEAR_2019, YEARS, give_facts, make_register

from workbench.clock.lateness import lateness_profiles
from workbench.clock.stage import CLOCK_TABLES
from workbench.warehouse import Warehouse

TRIES = 5
FIGURE_LINES = ("pm4py", "workbench", "make-up", "14:00")
CPU = re.compile(r"([\d.]+) s cpu")

Connection = duckdb.DuckDBPyConnection


def main() -> None:
    """Run every bench and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spans", type=int, default=8_000_000)
    parser.add_argument("--steps", type=int, default=8_000_000)
    parser.add_argument("--profiles", nargs="*", default=["wb_strict", "all"], help="names, or all")
    parser.add_argument("--pm4py", default="", help="a python that has PM4Py and pyarrow")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        rate = _spans(args.spans, Path(folder))
        sys.stdout.flush()
        _pm4py(Path(args.pm4py), Path(folder), rate)
        sys.stdout.flush()
        for names in args.profiles:
            _whole_clock(args.steps, names, Path(folder))
            sys.stdout.flush()


def _spans(number: int, folder: Path) -> float:
    """Print spans per core-second by form of the instants; return those of integers, millions."""
    random = np.random.default_rng(20220701)
    first = np.sort(random.integers(YEAR_2019, YEAR_2019 + YEARS, number))
    length = np.exp(random.uniform(0, np.log(120 * 86_400), number))
    last = first + length.astype(np.int64)
    key = CALENDARS.keys().filter(calendar_id="vn_dong_thap").row(0, named=True)
    with duckdb.connect(config={"threads": 1}) as connection:
        _prepare(connection)
        frame = pl.DataFrame({"a": first, "b": last}).cast(pl.Int32)
        connection.register("drawn", frame.to_arrow())
        forms = {
            "int32, v2 snappy": ("a, b", "parquet_version v2", "a", "b"),
            "timestamptz, v2 snappy": (_STAMPS, "parquet_version v2", *_SECONDS),
            "timestamptz, v1 zstd": (_STAMPS, "compression zstd", *_SECONDS),
        }
        print(
            f"{number:,} spans, one core          M spans/s   x sum of columns   x read to memory"
        )
        rates: list[float] = []
        for name, (columns, options, a, b) in forms.items():
            path = folder / "spans.parquet"
            connection.execute(
                f"copy (select {columns} from drawn) to '{path}' (format parquet, {options})"
            )
            total = _cpu(lambda p=path, a=a, b=b: _sum(connection, p, a, b))
            read = _cpu(lambda p=path: connection.sql(f"from '{p}'").to_arrow_table())
            worked = _cpu(lambda p=path, a=a, b=b: _worked(connection, p, key, a, b))
            found = _worked(connection, path, key, a, b)
            rates.append(number / worked / 1e6)
            if found != _expected(first, last):
                raise SystemExit("the SQL and the calendar differ")
            print(
                f"  {name:<26} {number / worked / 1e6:>12.1f} {worked / total:>18.2f}"
                f" {worked / read:>18.2f}"
            )
    return rates[0]


_STAMPS = "to_timestamp(a) as a, to_timestamp(b) as b"
_SECONDS = ("(epoch_us(a) // 1000000)::integer", "(epoch_us(b) // 1000000)::integer")


def _prepare(connection: Connection) -> None:
    for macro in sorted((FACTS.pipelines / "macros").glob("*.sql")):
        connection.execute(macro.read_text(encoding="utf-8"))
    days = CALENDARS.days().filter(calendar_id="vn_dong_thap")
    connection.register("days", days.to_arrow())
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create table calendar_days as select * from days")


def _sum(connection: Connection, path: Path, a: str, b: str) -> object:
    return connection.execute(f"select sum({a}), sum({b}) from '{path}'").fetchall()


def _worked(connection: Connection, path: Path, key: dict[str, int], a: str, b: str) -> int:
    """Sum the working seconds of all spans with the project's own macros."""
    offset, base = key["offset_seconds"], key["key_base"]
    windows = "{0}.c2, {0}.open_1, {0}.close_1, {0}.open_2, {0}.close_2"
    later, earlier = (
        f"working_second(second_of_day(s.{end}, {offset}), {windows.format(day)})"
        for end, day in (("b", "q"), ("a", "p"))
    )
    rows = connection.execute(
        f"select sum({later} - {earlier}) from (select {a} as a, {b} as b from '{path}') as s "
        f"join calendar_days as p on p.day_key = day_key(s.a, {offset}, {base}) "
        f"join calendar_days as q on q.day_key = day_key(s.b, {offset}, {base})"
    ).fetchall()
    return int(rows[0][0])


def _expected(first: np.ndarray, last: np.ndarray) -> int:
    calendar = CALENDARS["vn_dong_thap"]
    parts = [
        int((calendar.w(last[i : i + 500_000]) - calendar.w(first[i : i + 500_000])).sum())
        for i in range(0, len(first), 500_000)
    ]
    return sum(parts)


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of several tries."""
    spent = []
    for _ in range(TRIES):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def _whole_clock(steps: int, names: str, folder: Path) -> None:
    """Clock and ledger of a register with eight steps a dossier, an eighth of them paused.

    The whole stage as ``workbench clock`` runs it: every table, written. Beside it, what DuckDB
    needs to read all columns of the same steps.
    """
    make_register(steps // 8, folder)
    read = _cpu(lambda: duckdb.sql(f"from '{folder / 'steps.parquet'}'").to_arrow_table())
    profiles = lateness_profiles(FACTS.reference / "profiles")
    if names != "all":
        profiles = profiles.filter(pl.col("profile").is_in(names.split(",")))
    start, cpu = time.perf_counter(), time.process_time()
    with Warehouse(FACTS.pipelines) as warehouse:
        warehouse.attach(folder)
        give_facts(warehouse, profiles)
        warehouse.build_partitioned("clock", CLOCK_TABLES, folder / "clock")
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"clock and ledger of {steps:,} steps, {profiles.height} profile(s): {wall:.1f} s wall, "
        f"{cpu:.1f} s cpu = {cpu / read:.0f} x reading the steps, peak {peak:.2f} GiB"
    )


def _pm4py(python: Path, folder: Path, rate: float) -> None:
    """PM4Py's own task against the clock, each in its own process."""
    if not python.is_file():
        print("PM4Py: skipped, no environment with it was named (--pm4py PYTHON)")
        return
    tool = Path(__file__).with_name("pm4py_task.py")
    spent: dict[str, float] = {}
    for side in ("make", "pm4py", "bare", "workbench", "cases"):
        own = str(python) if side in ("pm4py", "bare", "cases") else sys.executable
        command = [own, str(tool), side, str(folder), str(rate)]
        ran = subprocess.run(  # noqa: S603 - the file beside this one
            command, check=True, capture_output=True, text=True, encoding="utf-8"
        )
        lines = [line for line in ran.stdout.splitlines() if line.startswith(FIGURE_LINES)]
        print("".join(f"{line}\n" for line in lines), end="")
        if found := CPU.search(ran.stdout):
            spent[side] = float(found[1])
    print(f"PM4Py's own task: {spent['pm4py'] / spent['workbench']:.0f} x the cpu of the clock")


if __name__ == "__main__":
    main()
