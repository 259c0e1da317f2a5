"""What is simulated had every transfer kept to the rule: the time removed, and who signs."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.warehouse import Warehouse

PARTS = [
    # dossier, step code, part, beyond the rule
    (0, 7, "transfer", 60),
    (0, 7, "transfer", 40),
    (0, 8, "transfer", 5),
    (1, 7, "transfer", 0),
    (1, 8, "queue", 500),
    (2, 7, "transfer", None),
    (3, 7, "transfer", 0),
    (3, 8, "gap_or_queue", 900),
    (4, 7, "gap_or_queue", 900),
    (4, 8, "gap_or_assign", 200),
]
WEIGHED = [
    # dossier, step code, part, usual, cause
    (3, 8, "gap_or_queue", 250, "portal_transfer"),
    (4, 7, "gap_or_queue", 250, "queue"),
    (4, 8, "gap_or_assign", 250, "portal_transfer"),
]
STEPS = [
    # dossier, step, step code
    (0, 1, 6),
    (0, 2, 7),
    (0, 3, 8),
    (0, 5, 7),
    (1, 2, 7),
    (1, 3, 8),
    (2, 2, 7),
    *((n, step, code) for n in (3, 4) for step, code in ((2, 7), (3, 8))),
]
_PART = ("dossier_no", "step_code", "part")
MORNING = dt.datetime(2022, 1, 4, 1, tzinfo=dt.UTC)
SIGNED = [
    # dossier, step, kind, unit and signer; minutes of arrival and start
    ("D0", 4, "sign", "A", "chair", 0, 30),
    ("D1", 4, "sign", "A", "chair", 5, 31),
    ("D1", 3, "work", "A", "clerk", 0, 4),
    ("D2", 4, "sign", "B", "head", 0, 1),
    ("D3", 4, "sign", "A", "chair", None, 40),
    ("D4", 4, "sign", "A", None, 7, 40),
]


def frame(rows, *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(names), orient="row")


@pytest.fixture(scope="module")
def found(pipelines_dir):
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.add_frame(
            "attributable_time",
            frame([(*row, 1) for row in PARTS], *_PART, "over_rule_seconds", "unit_no"),
        )
        weighed = frame([(*row, 1) for row in WEIGHED], *_PART, "usual_seconds", "cause", "unit_no")
        warehouse.add_frame("attributed_time", weighed)
        warehouse.add_frame("cause_steps", frame(STEPS, "dossier_no", "step_no", "step_code"))
        warehouse.add_frame(
            "cause_dossiers",
            frame([(n, f"D{n}", n != 1) for n in range(5)], "dossier_no", "dossier_id", "is_late"),
        )
        units = [("D0", "A"), ("D1", "A"), ("D2", "B"), ("D3", "A"), ("D4", "A")]
        dossiers = frame(
            [(*row, "always") for row in units], "dossier_id", "unit_id", "calendar_id"
        )
        warehouse.add_frame("dossiers", dossiers)
        rows = [
            (*who, *(None if m is None else MORNING + dt.timedelta(minutes=m) for m in minutes))
            for *who, came, began in SIGNED
            for minutes in [(came, began)]
        ]
        names = ("dossier_id", "step_no", "step_kind", "unit_id", "holder_id")
        warehouse.add_frame("steps", frame(rows, *names, "arrived_at", "started_at"))
        cuts = warehouse.query("explain/transfer_delays")
        warehouse.add_frame("transfer_delays", cuts)
        return cuts, warehouse.query("explain/signings")


def test_what_passed_the_rule_is_cut_before_the_step_it_led_to_and_nothing_else_is(found):
    """Two transfers to one step, 60 and 40 s too long, stand at its first visit."""
    cuts = found[0].filter(pl.col("avoidable_seconds") > 0)
    assert sorted(cuts.rows()) == [("D0", 2, 100), ("D0", 3, 5), ("D3", 3, 650)]


def test_a_late_dossier_that_kept_the_rule_differs_from_one_without_transfers_in_the_log(found):
    """D1 is in time; D4's gaps are put down to the queue, or are no longer than usual."""
    kept = found[0].filter(pl.col("avoidable_seconds") == 0)
    assert sorted(kept.rows()) == [("D2", 2, 0), ("D3", 2, 0), ("D4", 3, 0)]


def test_signatures_of_units_where_a_transfer_broke_the_rule_are_kept_where_stamped(found):
    kept = found[1].sort("dossier_id").select("dossier_id", "step_no", "unit_id", "holder_id")
    assert kept.rows() == [("D0", 4, "A", "chair"), ("D1", 4, "A", "chair"), ("D4", 4, "A", "")]
