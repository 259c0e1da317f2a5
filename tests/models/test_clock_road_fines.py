"""A term that changed in law: road fines had to be sent within 150 days, later within 90.

The register is public (doi 10.4121/uuid:270fd440-1057-4fb9-89a9-b699b47990f5), read by its shipped
source profile. Reading: the rule of the day the fine was created; a fine ends when it is sent; one
paid and never sent needs no sending (withdrawn).
"""

from __future__ import annotations

import datetime as dt

import holidays
import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.ingest import deliveries, find_profile, ingest
from workbench.warehouse import Warehouse

pytestmark = pytest.mark.shared

LAST_DAY_OF_150 = dt.date(2010, 8, 12)
SINGLE = {
    "register": "road_traffic",
    "procedure_id": "*",
    "term_value": "90",
    "term_unit": "calendar_day",
    "valid_from": None,
    "valid_to": None,
}


@pytest.fixture(scope="module")
def clean_folder(shared_data, reference_dir, pipelines_dir, calendars, tmp_path_factory):
    """The fines as dossiers, steps and (no) pauses."""
    folder = tmp_path_factory.mktemp("fines")
    files = deliveries([shared_data / "road_traffic"], find_profile("road_traffic", reference_dir))
    ingest(files, folder / "landed")
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.attach(folder / "landed")
        warehouse.attach(reference_dir)
        warehouse.add_frame("calendar_days", calendars.days())
        tables = ("dossiers", "steps", "pauses")
        warehouse.build("clean", lambda _: None, tables)
        warehouse.write(tables, folder / "clean")
    return folder / "clean"


@pytest.fixture(scope="module")
def fines(clean_folder) -> pl.DataFrame:
    """One row per fine, with the days from its creation to its sending."""
    frame = pl.read_parquet(clean_folder / "dossiers.parquet")
    ended = pl.col("resolved_at").dt.convert_time_zone("Europe/Rome").dt.date()
    return frame.with_columns(
        (ended - pl.col("received_on")).dt.total_days().alias("days"), ended.alias("ended_on")
    )


def late(sent: pl.DataFrame, allowed: pl.Expr) -> int:
    """Count the fines sent too late, where a term never ends on a weekend or Italian holiday."""
    closed = holidays.country_holidays("IT", years=range(1999, 2016))

    def moved(day: dt.date) -> dt.date:
        while day.weekday() > 4 or day in closed:
            day += dt.timedelta(days=1)
        return day

    due = sent.select((pl.col("received_on") + pl.duration(days=allowed)).alias("due"))["due"]
    moves = {day: moved(day) for day in due.unique()}
    return int((sent["ended_on"] > due.replace_strict(moves)).sum())


@pytest.fixture(scope="module")
def judge(clean_folder, calendars, reference_dir, pipelines_dir):
    """Outcomes of all fines under the shipped terms, or under others."""

    def run(terms: pl.DataFrame | None = None) -> dict[str, int]:
        profiles = lateness_profiles(reference_dir / "profiles").filter(profile="wb_strict")
        with Warehouse(pipelines_dir) as warehouse:
            warehouse.attach(clean_folder)
            warehouse.attach(reference_dir)
            warehouse.add_frame("profiles", profiles)
            warehouse.add_frame("calendar_keys", calendars.keys())
            warehouse.add_frame("calendar_days", calendars.days())
            warehouse.add_frame("unit_calendars", calendars.units())
            if terms is not None:
                warehouse.add_frame("terms", terms)
            warehouse.build("clock", lambda _: None, ("outcomes",))
            counts = warehouse.frame("outcomes")["outcome"].value_counts()
        return dict(counts.sort("outcome").rows())

    return run


def test_the_fines_are_dated_by_their_events(fines):
    assert fines["status"].value_counts().sort("status").rows() == [
        ("resolved", 103_987),
        ("withdrawn", 46_383),
    ]
    assert fines["received_on"].min() == dt.date(2000, 1, 1)
    assert fines["days"].min() == 0


def test_each_fine_is_judged_by_the_rule_in_force_on_its_day(fines, judge):
    allowed = pl.when(pl.col("received_on") <= LAST_DAY_OF_150).then(150).otherwise(90)
    sent = fines.filter(status="resolved")
    in_force = judge()
    assert in_force["late"] == late(sent, allowed)
    assert sent.filter(pl.col("days") > allowed).height == 3_257
    assert in_force["withdrawn"] == 46_383


def test_the_single_rule_of_today_would_call_others_late(fines, judge):
    today = judge(pl.DataFrame([SINGLE], schema=dict.fromkeys(SINGLE, pl.String)))
    sent = fines.filter(status="resolved")
    assert today["late"] == late(sent, pl.lit(90))
    assert sent.filter(pl.col("days") > 90).height == 49_772
