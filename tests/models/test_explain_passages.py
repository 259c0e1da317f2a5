"""Places on a dossier's way: how long it stayed at each, and how long the rest took."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.warehouse import Warehouse

NEW = dt.date(2022, 3, 1)
LEDGER = [
    # dossier, phase, step, working seconds
    ("resolved", "gap", 1, 5),
    ("resolved", "wait", 1, 10),
    ("resolved", "handling", 1, 20),
    ("resolved", "pause", 1, 400),
    ("resolved", "handling", 1, 30),
    ("resolved", "gap", 2, 7),
    ("resolved", "wait", 2, 40),
    ("resolved", "handling", 2, 3),
    ("open", "wait", 1, 11),
    ("open", "handling", 1, 22),
    ("open", "wait_or_handling", 2, 9),
    ("paused", "handling", 1, 15),
    ("paused", "pause", 1, 77),
    ("between", "handling", 1, 4),
    ("between", "gap", None, 6),
    ("refused", "handling", 1, 8),
    ("unlogged", "gap", None, 100),
    ("old", "handling", 1, 50),
]
ENDINGS = {"resolved": "resolved", "old": "resolved", "refused": "rejected"}
STEPS = [(name, no, "sign" if no == 2 else "work") for name, _, no, _ in LEDGER if no]


@pytest.fixture(scope="module")
def passages(pipelines_dir) -> pl.DataFrame:
    rows, clock, number = [], dict.fromkeys({row[0] for row in LEDGER}, 0), {}
    for name, phase, step, seconds in LEDGER:
        number[name] = number.get(name, 0) + 1
        start = dt.datetime(2022, 3, 1, tzinfo=dt.UTC) + dt.timedelta(hours=clock[name])
        clock[name] += 1
        end = start + dt.timedelta(hours=1)
        rows.append((name, number[name], phase, step, start, end, seconds))
    columns = ["dossier_id", "segment_no", "phase", "step_no", "from_at", "to_at", "work_seconds"]
    ledger = pl.DataFrame(rows, schema=columns, orient="row")
    progress = pl.DataFrame(
        [
            (name, "U", "P", NEW if name != "old" else dt.date(2021, 2, 1))
            for name in sorted({row[0] for row in LEDGER})
        ],
        schema=["dossier_id", "unit_id", "procedure_id", "seen_on"],
        orient="row",
    ).with_columns(ending=pl.col("dossier_id").replace_strict(ENDINGS, default="open"))
    steps = pl.DataFrame(STEPS, schema=["dossier_id", "step_no", "step"], orient="row").unique()
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.add_frame("ledger", ledger)
        warehouse.add_frame("progress", progress)
        warehouse.add_frame("steps", steps)
        numbers = progress.select("dossier_id").with_row_index("dossier_no")
        warehouse.add_frame("dossier_calendars", numbers)
        warehouse.set("sojourns_since", NEW)
        return warehouse.query("explain/passages").sort("dossier_id", "place_no")


def sojourns_of(passages: pl.DataFrame, name: str, *columns: str) -> list[tuple]:
    return passages.filter(pl.col("dossier_id") == name).select(columns).rows()


def test_a_way_is_split_into_places_and_pauses_are_not_counted(passages):
    columns = ("step", "place", "sojourn_seconds", "remaining_seconds", "has_left")
    assert sojourns_of(passages, "resolved", *columns) == [
        ("work", "waiting", 10, 100, True),
        ("work", "in_hand", 50, 50, True),
        ("work", "after", 7, 43, True),
        ("sign", "waiting", 40, 3, True),
        ("sign", "in_hand", 3, 0, True),
    ]
    assert sojourns_of(passages, "resolved", "has_ended") == [(True,)] * 5


def test_an_open_dossier_waits_at_a_step_whose_starts_others_log(passages):
    columns = ("step", "place", "sojourn_seconds", "has_left")
    assert sojourns_of(passages, "open", *columns)[-1] == ("sign", "waiting", 9, False)
    assert sojourns_of(passages, "open", "has_ended") == [(False,)] * 3


def test_a_paused_dossier_is_where_its_pause_began(passages):
    columns = ("step", "place", "sojourn_seconds", "has_left")
    assert sojourns_of(passages, "paused", *columns) == [("work", "in_hand", 15, False)]


def test_the_way_after_a_step_is_a_place_of_its_own(passages):
    assert sojourns_of(passages, "between", "step", "place", "sojourn_seconds", "has_left") == [
        ("work", "in_hand", 4, True),
        ("work", "after", 6, False),
    ]


def test_a_refused_dossier_has_not_left_its_last_place(passages):
    assert sojourns_of(passages, "refused", "has_left", "has_ended") == [(False, False)]


def test_there_is_no_sojourn_without_a_log_nor_of_dossiers_last_seen_too_long_ago(passages):
    assert sojourns_of(passages, "unlogged", "step") == sojourns_of(passages, "old", "step") == []
