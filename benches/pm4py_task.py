"""One task, two tools: case durations and the performance graph in business hours.

Run by ``clock.py`` as ``pm4py_task.py SIDE FOLDER RATE`` with the sides at the end of this file,
each in its own process; what asks PM4Py runs in an environment of its own that the project never
imports.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

EVENTS = 1_000_000
EACH = 8
NAMES = ("Tiếp nhận", "Phân công", "Thẩm định", "Lấy ý kiến", "Trình", "Ký", "Vào sổ", "Trả")
SLOTS = [(d * 86_400 + 7 * 3_600, d * 86_400 + 17 * 3_600) for d in range(5)]
"""PM4Py's week: one window a day, 7:00 to 17:00 Monday to Friday, no holidays on either side."""


TWO_WINDOWS = [
    (d * 86_400 + opens * 1_800, d * 86_400 + closes * 1_800)
    for d in range(5)
    for opens, closes in ((14, 23), (27, 34))
]
"""The week of vn_dong_thap: 7:00 to 11:30 and 13:30 to 17:00."""


def make(folder: Path) -> None:
    """Write the log (naive UTC stamps, eight events a case) and the closed weekdays."""
    import numpy as np
    import polars as pl

    from workbench.clock import Calendars
    from workbench.core.project import shipped

    days = Calendars.read(shipped().reference / "calendars").days()
    closed = days.filter(
        pl.col("calendar_id") == "vn_dong_thap",
        ~pl.col("is_working"),
        pl.col("day").dt.weekday() <= 5,
    )
    (folder / "closed.txt").write_text("\n".join(map(str, closed["day"])), encoding="utf-8")

    random = np.random.default_rng(3)
    cases = EVENTS // EACH
    first = random.integers(1_577_836_800, 1_577_836_800 + 3 * 365 * 86_400, cases)
    gaps = np.exp(random.uniform(np.log(60), np.log(10 * 86_400), (cases, EACH))).astype(np.int64)
    stamps = first[:, None] + np.cumsum(gaps, axis=1)
    pl.DataFrame(
        {
            "case": np.repeat(np.arange(cases), EACH),
            "name": list(NAMES) * cases,
            "stamp": pl.Series(stamps.ravel() * 1_000_000).cast(pl.Datetime("us")),
        }
    ).write_parquet(folder / "log.parquet")


def pm4py(folder: Path) -> tuple[int, int]:
    """PM4Py's own functions, as its manual calls them."""
    import pandas as pd
    from pm4py import discover_performance_dfg, format_dataframe, get_all_case_durations

    frame = pd.read_parquet(folder / "log.parquet")
    frame["case"] = frame["case"].astype(str)
    log = format_dataframe(frame, case_id="case", activity_key="name", timestamp_key="stamp")
    hours = {"business_hours": True, "business_hour_slots": SLOTS}
    durations = get_all_case_durations(log, **hours)
    graph = discover_performance_dfg(log, perf_aggregation_key="sum", **hours)[0]
    total = sum(v["sum"] if isinstance(v, dict) else v for v in graph.values())
    return round(sum(durations)), round(total)


def bare(folder: Path) -> None:
    """PM4Py's own business-hours function in a loop, asked what the clock is asked.

    Two windows a day, the weekdays on which the office was closed, spans of one second to 120
    days: what the spans of ``clock.py`` are.
    """
    import datetime as dt
    import math
    import random

    from pm4py.util.business_hours import soj_time_business_hours_diff

    class Office:
        closed = frozenset(
            dt.date.fromisoformat(day) for day in (folder / "closed.txt").read_text().split()
        )

        def is_working_day(self, day: dt.date) -> bool:
            return day not in self.closed

    drawn = random.Random(1)  # noqa: S311 - spans, no secrets
    starts = [
        dt.datetime(2019, 1, 1) + dt.timedelta(seconds=drawn.randrange(6 * 365 * 86_400))  # noqa: DTZ001
        for _ in range(5_000)
    ]
    lengths = (math.exp(drawn.uniform(0, math.log(120 * 86_400))) for _ in starts)
    spans = [(s, s + dt.timedelta(seconds=int(n))) for s, n in zip(starts, lengths, strict=True)]
    for name, more in (("", {}), (", holidays", {"work_calendar": Office()})):
        began = time.process_time()
        for first, last in spans:
            soj_time_business_hours_diff(first, last, TWO_WINDOWS, **more)
        rate = len(spans) / (time.process_time() - began) / 1e6
        ours = float(sys.argv[3])
        print(f"pm4py bare function{name}: {rate:.3f} M spans/s, the clock {ours / rate:.0f} x")


def cases(_: Path) -> None:
    """Print what PM4Py says where a make-up Saturday or an offset counts, beside the truth.

    30 April and 1 May 2024 were free, 29 April too: it was made up on Saturday 4 May.
    """
    import datetime as dt

    from pm4py.util.business_hours import soj_time_business_hours_diff

    def hours(first: dt.datetime, last: dt.datetime) -> float:
        return round(soj_time_business_hours_diff(first, last, SLOTS) / 3_600, 1)

    local = dt.timezone(dt.timedelta(hours=7))
    made_up = dt.datetime(2024, 5, 4, 7, tzinfo=local), dt.datetime(2024, 5, 4, 17, tzinfo=local)
    night = dt.datetime(2024, 5, 6, 14, tzinfo=local), dt.datetime(2024, 5, 6, 20, tzinfo=local)
    there = [stamp.replace(tzinfo=None) for stamp in made_up]
    utc = [stamp.astimezone(dt.UTC).replace(tzinfo=None) for stamp in night]
    print(f"make-up Saturday 07:00-17:00: pm4py {hours(*there)} h, the office was open 10.0 h")
    print(f"14:00-20:00 at +07:00, as UTC: pm4py {hours(*utc)} h, the office was open 3.0 h")


def workbench(folder: Path) -> tuple[int, int]:
    """The same sums by the project's macros in one query."""
    import duckdb

    from workbench.core.project import shipped

    with duckdb.connect(config={"threads": 1}) as connection:
        for macro in sorted((shipped().pipelines / "macros").glob("*.sql")):
            connection.execute(macro.read_text(encoding="utf-8"))
        connection.execute(
            "create table days as select k, (k + 3) % 7 < 5 as works from range(16000, 22000) t(k)"
        )
        connection.execute(
            "create table calendar_days as select k::integer as day_key, "
            "(case when works then 25200 else 0 end)::integer as o, "
            "(case when works then 61200 else 0 end)::integer as c, "
            "(2 * coalesce(sum(works::integer * 36000) over (order by k rows between unbounded "
            "preceding and 1 preceding), 0) + works::integer * 36000)::integer as c2 from days"
        )
        rows = connection.execute(
            'with w as (select "case", name, stamp, '
            "working_second(second_of_day(s, 0), c2, o, c, 0, 0) as w from "
            "(select *, (epoch_us(stamp) // 1000000)::integer as s from "
            f"'{folder / 'log.parquet'}') join calendar_days on day_key = s // 86400), "
            "steps as (select name, lead(name) over p as then_name, lead(w) over p - w as spent "
            'from w window p as (partition by "case" order by stamp)), '
            "graph as (select name, then_name, sum(spent) as spent from steps "
            "where then_name is not null group by all), "
            'durations as (select max(w) - min(w) as spent from w group by "case") '
            "select (select sum(spent) from durations), (select sum(spent) from graph)"
        ).fetchall()
    return int(rows[0][0]), int(rows[0][1])


SIDES = {"make": make, "pm4py": pm4py, "bare": bare, "workbench": workbench, "cases": cases}

if __name__ == "__main__":
    started, place = time.perf_counter(), Path(sys.argv[2])
    found = SIDES[sys.argv[1]](place)
    used = resource.getrusage(resource.RUSAGE_SELF)
    if found:
        print(
            f"{sys.argv[1]:<10} {EVENTS:,} events: {time.perf_counter() - started:.2f} s wall, "
            f"{used.ru_utime + used.ru_stime:.2f} s cpu, {used.ru_maxrss / 2**20:.2f} GiB, "
            f"sums {found[0]:,} and {found[1]:,} s"
        )
