"""A term that changed in law: road fines had to be sent within 150 days, later within 90.

The register is public (doi 10.4121/uuid:270fd440-1057-4fb9-89a9-b699b47990f5). Reading: the rule of
the day the fine was created; a fine ends when it is sent; one paid before it was sent needs no
sending (withdrawn); one neither sent nor paid is open at the log's latest stamp.
"""

from __future__ import annotations

import datetime as dt
import gzip
from xml.etree import ElementTree

import polars as pl
import pytest

from workbench.lateness import lateness_profiles
from workbench.warehouse import Warehouse

pytestmark = pytest.mark.shared

NONE = pl.lit(None, dtype=pl.Datetime("us", "UTC"))


def _dossier(name: str, events: list[tuple[str, dt.datetime]]) -> dict[str, object]:
    first = dict(reversed(events))
    sent, paid = first.get("Send Fine"), first.get("Payment")
    status = "resolved" if sent else "withdrawn" if paid else "in_progress"
    return {
        "dossier_id": name,
        "received_at": first["Create Fine"],
        "resolved_at": sent or paid,
        "status": status,
    }


@pytest.fixture(scope="module")
def fines(shared_data) -> pl.DataFrame:
    """One dossier per fine."""
    rows, latest = [], dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    path = shared_data / "road_traffic" / "Road_Traffic_Fine_Management_Process.xes.gz"
    with gzip.open(path) as stream:
        for _, node in ElementTree.iterparse(stream):
            if node.tag.endswith("trace"):
                events = []
                for event in (e for e in node if e.tag.endswith("event")):
                    said = {a.get("key"): a.get("value") for a in event}
                    stamp = dt.datetime.fromisoformat(said["time:timestamp"]).astimezone(dt.UTC)
                    events.append((said["concept:name"], stamp))
                latest = max(latest, *(stamp for _, stamp in events))
                rows.append(_dossier(node[0].get("value"), events))
                node.clear()
    frame = pl.DataFrame(rows, schema_overrides={"resolved_at": pl.Datetime("us", "UTC")})
    local = pl.col("received_at").dt.convert_time_zone("Europe/Rome").dt.date()
    return frame.with_columns(
        pl.lit("road_traffic").alias("source"),
        pl.lit("police").alias("unit_id"),
        pl.lit("fine").alias("procedure_id"),
        pl.lit("counter").alias("channel_in"),
        pl.lit("always").alias("calendar_id"),
        pl.lit("Europe/Rome").alias("time_zone"),
        pl.lit(latest).cast(pl.Datetime("us", "UTC")).alias("snapshot_at"),
        pl.lit(None, dtype=pl.Int64).alias("term_value"),
        pl.lit(None, dtype=pl.String).alias("term_unit"),
        pl.lit(None, dtype=pl.String).alias("lateness_excluded"),
        *(NONE.alias(n) for n in ("submitted_at", "due_at", "due_first_at", "returned_at")),
        local.alias("received_on"),
    )


@pytest.fixture(scope="module")
def judge(fines, calendars, reference_dir, pipelines_dir):
    """Outcomes of all fines under the shipped terms, or under others."""

    def run(terms: pl.DataFrame | None = None) -> dict[str, int]:
        profiles = lateness_profiles(reference_dir / "profiles").filter(profile="wb_strict")
        steps = pl.DataFrame(schema=STEPS)
        with Warehouse(pipelines_dir) as warehouse:
            warehouse.attach(reference_dir)
            for name, frame in (("dossiers", fines), ("steps", steps), ("profiles", profiles)):
                warehouse.register(name, frame)
            warehouse.register("pauses", pl.DataFrame(schema=PAUSES))
            warehouse.register("calendar_keys", calendars.keys())
            warehouse.register("calendar_days", calendars.days())
            warehouse.register("unit_calendars", calendars.units())
            if terms is not None:
                warehouse.register("terms", terms)
            warehouse.build("clock")
            counts = warehouse.frame("outcomes")["outcome"].value_counts()
        return dict(counts.sort("outcome").rows())

    return run


@pytest.fixture(scope="module")
def in_force(judge) -> dict[str, int]:
    """Outcomes by the rule of each fine's own day."""
    return judge()


INSTANT = pl.Datetime("us", "UTC")
STEPS = {
    "dossier_id": pl.String,
    "step_no": pl.Int64,
    "step": pl.String,
    "step_kind": pl.String,
    "unit_id": pl.String,
    "holder_id": pl.String,
    "arrived_at": INSTANT,
    "started_at": INSTANT,
    "finished_at": INSTANT,
    "norm_seconds": pl.Int64,
}
PAUSES = {
    "dossier_id": pl.String,
    "pause_no": pl.Int64,
    "reason": pl.String,
    "paused_at": INSTANT,
    "resumed_at": INSTANT,
}


def _days(fines: pl.DataFrame) -> pl.DataFrame:
    sent = fines.filter(status="resolved")
    ended = pl.col("resolved_at").dt.convert_time_zone("Europe/Rome").dt.date()
    return sent.with_columns((ended - pl.col("received_on")).dt.total_days().alias("days"))


def test_each_fine_is_judged_by_the_rule_in_force_on_its_day(fines, in_force):
    changed = dt.date(2010, 8, 12)
    allowed = pl.when(pl.col("received_on") <= changed).then(150).otherwise(90)
    late = _days(fines).filter(pl.col("days") > allowed).height
    assert in_force["late"] == late


def test_the_single_rule_of_today_would_call_others_late(fines, judge, in_force):
    rule = {"register": "road_traffic", "procedure_id": "*", "term_value": "90"}
    rule |= {"term_unit": "calendar_day", "valid_from": None, "valid_to": None}
    texts = dict.fromkeys(rule, pl.String)
    today = judge(pl.DataFrame([rule], schema=texts))
    assert today["late"] == _days(fines).filter(pl.col("days") > 90).height
    assert today["late"] > in_force["late"]
