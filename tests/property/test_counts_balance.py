"""Received = resolved + withdrawn + refused + open, on random registers with holes in them.

Dates and due dates are missing, statuses contradict dates, several exports were taken at different
times. The oracle goes through the dossiers one by one with the definition in words: what is
resolved, withdrawn or refused is so from its end on, or from the snapshot on where no date of the
end is known; all else that an export reaching into the period holds is open.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.clock.lateness import lateness_profiles
from workbench.core.vocabulary import ReportSpan, periods_between
from workbench.figures.on_request import periods_table
from workbench.warehouse import Warehouse

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = dt.datetime(2022, 1, 1, tzinfo=ZONE)
SNAPSHOTS = (dt.datetime(2022, 3, 31, 17, tzinfo=ZONE), dt.datetime(2022, 7, 15, 9, tzinfo=ZONE))
CLOSED = {
    "resolved": "resolved",
    "returned": "resolved",
    "withdrawn": "withdrawn",
    "rejected": "rejected",
}
hours = st.integers(0, 24 * 89)
register = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(SNAPSHOTS),
        hours,
        st.one_of(st.none(), hours),
        st.one_of(st.none(), hours),
        st.sampled_from([*CLOSED, "in_progress", "supplement"]),
    ),
    min_size=1,
    max_size=30,
)


def _dossiers(drawn) -> list[dict[str, object]]:
    """Dossiers as cleaning leaves them: no end before the reception or after the snapshot."""
    rows = []
    for number, (unit, snapshot, start, due, end, status) in enumerate(drawn):
        received = START + dt.timedelta(hours=start)
        ended = None
        if end is not None and status in CLOSED:
            ended = min(received + dt.timedelta(hours=end), snapshot)
        undated = ended is None and CLOSED.get(status) == "resolved"
        rows.append(
            {
                "dossier_id": f"D{number:03d}",
                "unit_id": unit,
                "received_at": received,
                "due_at": None if due is None else received + dt.timedelta(hours=due),
                "resolved_at": ended,
                "status": status,
                "lateness_excluded": "D08" if undated else None,
                "snapshot_at": snapshot,
            }
        )
    return rows


def _oracle(dossiers, unit, period) -> dict[str, int]:
    """Count one unit (``*`` all) over one period, dossier by dossier."""
    first = dt.datetime.combine(period.starts_on, dt.time(), ZONE)
    after = dt.datetime.combine(period.ends_on + dt.timedelta(days=1), dt.time(), ZONE)
    counts = dict.fromkeys(("received", "resolved", "withdrawn", "rejected", "open"), 0)
    for row in dossiers:
        if unit not in ("*", row["unit_id"]) or row["received_at"] >= after:
            continue
        counts["received"] += row["received_at"] >= first
        closed = None
        if row["status"] in CLOSED:
            closed = row["resolved_at"] or row["snapshot_at"]
            counts[CLOSED[row["status"]]] += first <= closed < after
        counts["open"] += (closed is None or closed >= after) and row["snapshot_at"] >= first
    return counts


@pytest.fixture(scope="module")
def counts(run_clock, pipelines_dir, reference_dir):
    """What measures and forms add up, of a register: ``counts(dossiers, periods) -> frame``."""
    profiles = lateness_profiles(reference_dir / "profiles")

    def run(dossiers, periods):
        tables = run_clock(dossiers, tables=("dossiers", "outcomes", "pause_spells", "receptions"))
        with Warehouse(pipelines_dir) as warehouse:
            for name, frame in tables.items():
                warehouse.add_frame(name, frame)
            warehouse.add_frame("profiles", profiles)
            warehouse.add_frame("periods", periods_table(map(ReportSpan.of, periods)))
            warehouse.set("by_field", True)
            warehouse.build("explain", wanted=("counts",))
            return warehouse.frame("counts")

    return run


@settings(max_examples=6)
@given(drawn=register)
def test_received_is_resolved_withdrawn_refused_and_open(counts, drawn):
    dossiers = _dossiers(drawn)
    last = SNAPSHOTS[1].date()
    periods = [p for kind in ("month", "half") for p in periods_between(START.date(), last, kind)]
    counted = (
        counts(dossiers, periods)
        .filter(profile="wb_strict")
        .with_columns(
            pl.sum_horizontal("early", "on_time", "late", "unknown").alias("resolved"),
            pl.sum_horizontal("open_in_time", "open_overdue", "open_unknown").alias("open"),
        )
    )
    measured = counted.filter(field_of_work="*", channel_in="*")
    forms = counted.filter(pl.col("field_of_work") != "*")
    for unit in ("*", "A", "B", "C"):
        for period in periods:
            right = _oracle(dossiers, unit, period)
            of_period = pl.col("period") == str(period)
            own = forms if unit == "*" else forms.filter(unit_id=unit)
            for table in (measured.filter(of_period, unit_id=unit), own.filter(of_period)):
                found = {name: table[name].sum() for name in right}
                assert found == right, (unit, str(period))
