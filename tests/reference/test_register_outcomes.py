"""The clock on public registers, dossier by dossier, against a recount from the raw files.

The recount is plain Python on the civil dates and stamps as the registers print them; it shares no
code with the pipeline. Dossiers that quality rules keep out of judgement are compared by number.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import holidays
import polars as pl
import pytest

pytestmark = pytest.mark.shared

BOSTON = ZoneInfo("America/New_York")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EIGHT_WEEKS = dt.timedelta(days=56)
RunTime = dt.datetime | None


@pytest.fixture(scope="module")
def judged(clocked_register):
    """Outcome and exclusion of every dossier: ``judged("wabo", "wabo/file", "wb_strict")``."""

    def run(source: str, path: str, profile: str) -> dict[str, tuple[str, str | None]]:
        work = clocked_register(source, path)
        outcomes = pl.scan_parquet(work.clock / "outcomes.parquet").filter(profile=profile)
        dossiers = pl.scan_parquet(work.clean / "dossiers.parquet")
        both = outcomes.join(dossiers, on="dossier_id", maintain_order="left").select(
            "dossier_id", "outcome", "lateness_excluded"
        )
        return {name: (outcome, why) for name, outcome, why in both.collect().iter_rows()}

    return run


def by_instant(due: RunTime, ended: RunTime, snapshot: dt.datetime) -> str:
    """Late from the first moment after the due stamp, early before its civil day."""
    if due is None:
        return "unknown"
    if ended is None:
        return "open_overdue" if snapshot > due else "open_in_time"
    if ended > due:
        return "late"
    return "early" if ended.date() < due.date() else "on_time"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def compared(
    found: dict[str, tuple[str, str | None]], recount: Callable[[str], str]
) -> dict[str, int]:
    """Hold every judged dossier to the recount; return how many have which outcome."""
    judged = {name: outcome for name, (outcome, why) in found.items() if why is None}
    assert [(n, o) for n, o in judged.items() if o != recount(n)] == []
    return dict(sorted(Counter(judged.values()).items()))


def test_boston_is_judged_as_its_targets_say(judged, shared_data):
    path = shared_data / "boston311" / "requests_2015_jan_jun.csv.gz"

    def at(text: str) -> RunTime:
        return dt.datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None  # noqa: DTZ007

    cases = {row["CASE_ENQUIRY_ID"]: row for row in rows(path)}
    snapshot = dt.datetime(2016, 1, 12, 23, 59, 59)  # noqa: DTZ001 - compared with local stamps

    def recount(name: str) -> str:
        row = cases[name]
        ended = at(row["CLOSED_DT"]) if row["CASE_STATUS"] == "Closed" else None
        return by_instant(at(row["TARGET_DT"]), ended, snapshot)

    found = judged("boston311", "boston311", "due_instant")
    assert compared(found, recount) == {
        "early": 25_598,
        "late": 10_025,
        "on_time": 1_657,
        "open_in_time": 571,
        "open_overdue": 5_701,
        "unknown": 14_483,
    }


def test_receipt_is_judged_as_its_deadlines_say(judged, shared_data):
    path = shared_data / "receipt" / "receipt.csv.gz"

    def at(text: str) -> RunTime:
        return dt.datetime.fromisoformat(text).astimezone(AMSTERDAM) if text else None

    cases, stamps = {}, []
    for row in rows(path):
        cases.setdefault(row["case:concept:name"], row)
        names = ("case:startdate", "case:enddate", "time:timestamp")
        stamps += [stamp for stamp in map(at, (row[n] for n in names)) if stamp]

    def recount(name: str) -> str:
        row = cases[name]
        return by_instant(at(row["case:deadline"]), at(row["case:enddate"]), max(stamps))

    assert compared(judged("receipt", "receipt/receipt.csv.gz", "due_instant"), recount) == {
        "early": 949,
        "late": 377,
        "on_time": 1,
        "open_in_time": 66,
        "open_overdue": 39,
    }


def test_wabo_is_judged_by_eight_weeks_closed_and_open(judged, shared_data):
    path = shared_data / "wabo" / "CoSeLoG_WABO_1.xes.gz"
    snapshot = dt.date(2014, 1, 6)
    cases: dict[str, dict[str, str]] = {}
    with gzip.open(path) as stream:
        for _, node in ElementTree.iterparse(stream):
            if node.tag.endswith("trace"):
                own = (a for a in node if not a.tag.endswith("event"))
                case = {a.get("key"): a.get("value") for a in own}
                cases[f"WABO_1/{case['concept:name']}"] = case
                node.clear()

    def day(text: str) -> dt.date:
        return dt.datetime.fromisoformat(text).astimezone(AMSTERDAM).date()

    closed = holidays.country_holidays("NL", years=range(2005, 2016))

    def recount(name: str) -> str:
        case = cases[name]
        due = day(case["startDate"]) + EIGHT_WEEKS
        # Algemene termijnenwet, article 1: a term never ends on a weekend or a public holiday
        while due.weekday() > 4 or due in closed:
            due += dt.timedelta(days=1)
        if case["caseStatus"] in "TC":
            return "rejected"
        if case["caseStatus"] == "O":
            return "open_overdue" if snapshot > due else "open_in_time"
        ended = min(day(case["endDate"]), snapshot)
        return "late" if ended > due else "early" if ended < due else "on_time"

    assert compared(judged("wabo", "wabo/CoSeLoG_WABO_1.xes.gz", "wb_strict"), recount) == {
        "early": 186,
        "late": 178,
        "on_time": 7,
        "open_in_time": 24,
        "open_overdue": 419,
        "rejected": 2,
    }
