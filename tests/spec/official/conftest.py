"""A register of fourteen dossiers, counted by the models as the official forms count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from made_once import made_once
from workbench.core.vocabulary import ReportSpan, periods_between
from workbench.explain import calendar_periods
from workbench.figures.on_request import count_on_request
from workbench.official import Conventions
from workbench.official.conventions import Convention
from workbench.warehouse import Warehouse

SNAPSHOT = dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC)
LAND, BIRTH = "Đất đai", "Hộ tịch"


def local(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(f"{text}+07:00").astimezone(dt.UTC) if text else None


# name, unit, field, channel in, level, received, due, resolved, status
ROWS = [
    # carried from 2021 into 2022 and resolved early there
    ("a", "U1", LAND, "counter", "2", "2021-12-28 09:00", "2022-01-20 17:00", "2022-01-10 09:00"),
    # carried from 2021, overdue at the turn of the year, resolved late
    ("b", "U1", LAND, "online", "4", "2021-12-01 09:00", "2021-12-20 17:00", "2022-01-05 09:00"),
    ("c", "U1", LAND, "online", "4", "2022-02-01 09:00", "2022-02-10 17:00", "2022-02-10 16:00"),
    ("d", "U1", LAND, "post", "3", "2022-03-10 09:00", "2022-03-15 17:00", "2022-03-16 08:00"),
    # resolved on the day after the fourteenth of a quarter's last month
    ("e", "U2", BIRTH, "online", "3", "2022-03-14 09:00", "2022-03-18 17:00", "2022-03-15 09:00"),
    ("f", "U2", BIRTH, "counter", "2", "2022-05-04 08:00", "2022-05-06 17:00", "2022-05-06 09:00"),
    # another channel than the three of the form
    ("g", "U2", BIRTH, "other", "2", "2022-05-04 08:00", "2022-05-06 17:00", "2022-05-05 09:00"),
    # without due date
    ("h", "U2", BIRTH, "counter", "2", "2022-05-09 08:00", None, "2022-05-10 09:00"),
    # open at the snapshot: in time, overdue, on pause since before its due day
    ("i", "U1", LAND, "counter", "2", "2022-06-20 08:00", "2022-07-20 17:00", None),
    ("j", "U1", LAND, "online", "4", "2022-06-01 08:00", "2022-06-10 17:00", None),
    ("k", "U1", LAND, "online", "3", "2022-05-20 08:00", "2022-06-20 17:00", None),
    # withdrawn and refused; the first was open at the end of the first quarter
    ("l", "U2", BIRTH, "counter", "2", "2022-03-28 08:00", "2022-05-30 17:00", "2022-04-04 09:00"),
    ("m", "U2", BIRTH, "online", "2", "2022-04-04 08:00", "2022-05-30 17:00", "2022-04-06 09:00"),
    # filed on a Friday at half past three, received on Tuesday morning: more than eight hours
    ("n", "U2", BIRTH, "online", "4", "2022-06-07 09:00", "2022-06-14 17:00", "2022-06-14 09:00"),
]
STATUS = {"i": "in_progress", "j": "in_progress", "k": "supplement", "l": "withdrawn"}
STATUS |= {"m": "rejected"}
FILED = {"c": "2022-02-01 08:00", "e": "2022-03-14 08:30", "n": "2022-06-03 15:30"}
BY_POST = {"c", "f"}
ELECTRONIC = {"e"}


def rows() -> Iterator[dict[str, object]]:
    for name, unit, field, channel, level, received, due, resolved in ROWS:
        out = "post" if name in BY_POST else "online" if name in ELECTRONIC else "counter"
        is_returned = resolved and STATUS.get(name) is None and name != "n"
        yield {
            "dossier_id": name,
            "unit_id": unit,
            "field_of_work": field,
            "channel_in": channel,
            "channel_out": out if is_returned else None,
            "service_level": level,
            "processed_online": channel == "online" or None,
            "submitted_at": local(FILED.get(name)),
            "received_at": local(received),
            "due_at": local(due),
            "resolved_at": local(resolved),
            "returned_at": local(resolved) if is_returned else None,
            "status": STATUS.get(name, "resolved"),
            "snapshot_at": SNAPSHOT,
        }


PAUSES = [
    {
        "dossier_id": "k",
        "pause_no": 1,
        "reason": "supplement",
        "paused_at": local("2022-06-10 08:00"),
        "resumed_at": None,
    }
]


@dataclass(frozen=True)
class Counted:
    counts: pl.DataFrame
    overruns: pl.DataFrame
    measures: pl.DataFrame
    conventions: Conventions


Spans = Callable[[Convention, dt.date, dt.date], list[ReportSpan]]


@pytest.fixture(scope="session")
def spans_between() -> Spans:
    """The periods of a convention that hold a day from first to last."""

    def found(convention: Convention, first: dt.date, last: dt.date) -> list[ReportSpan]:
        # a shifted period may begin before the calendar period of the same name does
        around = periods_between(first, last + dt.timedelta(days=31), convention.kind)
        spans = (convention.span(period) for period in around)
        return [span for span in spans if span.starts_on <= last and span.ends_on >= first]

    return found


@pytest.fixture(scope="session")
def counted(
    run_clock, pipelines_dir, reference_dir, repository, spans_between, tmp_path_factory
) -> Counted:
    conventions = Conventions.read(reference_dir)

    def make(folder: Path) -> None:
        """Count the register by every profile and convention, as forms and measures do."""
        names = ("dossiers", "outcomes", "ledger", "steps", "pause_spells", "profiles")
        tables = run_clock(list(rows()), pauses=PAUSES, tables=(*names, "receptions"))
        first, last = dt.date(2021, 12, 1), SNAPSHOT.date()
        spans = [span for row in conventions.rows for span in spans_between(row, first, last)]
        for name in ("dossiers", "outcomes", "pause_spells", "receptions", "service_records"):
            tables[name].write_parquet(folder / f"{name}.parquet")
        wanted = ("counts", "official_overruns")
        found = [
            count_on_request(wanted, [folder], repository, profile=profile, spans=spans)
            for profile in tables["profiles"]["profile"]
        ]
        for name in wanted:
            pl.concat(made[name] for made in found).write_parquet(folder / f"{name}.parquet")
        with Warehouse(pipelines_dir) as warehouse:
            for name, frame in tables.items():
                warehouse.add_frame(name, frame)
            warehouse.add_frame("periods", calendar_periods(first, last))
            warehouse.set("profile", "wb_strict")
            warehouse.build("explain", wanted=("counts",))
            warehouse.frame("counts").write_parquet(folder / "measures.parquet")

    folder = made_once(tmp_path_factory, "counted", make)
    names = ("counts", "official_overruns", "measures")
    return Counted(*(pl.read_parquet(folder / f"{name}.parquet") for name in names), conventions)
