"""Each lateness profile against its own table of cases: a sentence, the stamps, the outcome.

The tables (``outcomes/<profile>.csv``) are the definitions: the pipeline's SQL must give what they
say. Stamps are Vietnamese local time; the export was taken on 20/01/2022 at 17:00. The manual
shows the same tables.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles

FOLDER = Path(__file__).parent / "outcomes"
PROFILES = sorted(path.stem for path in FOLDER.glob("*.csv"))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SNAPSHOT = dt.datetime(2022, 1, 20, 17, tzinfo=ZONE)

POLICIES = ["ignore", "pause", "restart"]
ANY = pl.lit("*")

Case = dict[str, str]


def cases(profile: str) -> list[Case]:
    with (FOLDER / f"{profile}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def at(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def dossier(profile: str, number: int, case: Case) -> dict[str, object]:
    value, _, unit = case["term"].partition(" ")
    return {
        "dossier_id": f"{profile}-{number:02d}",
        "procedure_id": case["policy"] or "P1",
        "received_at": at(case["received"]),
        "due_at": at(case["due"]),
        "due_first_at": at(case["due_first"]),
        "resolved_at": at(case["resolved"]),
        "returned_at": at(case["returned"]),
        "status": case["status"],
        "term_value": int(value) if value else None,
        "term_unit": unit or None,
        "snapshot_at": SNAPSHOT,
    }


def pauses(profile: str, number: int, case: Case) -> list[dict[str, object]]:
    """The pauses of a case: one, or several with a semicolon between them."""
    ends = zip(case["paused"].split(";"), case["resumed"].split(";"), strict=True)
    return [
        {
            "dossier_id": f"{profile}-{number:02d}",
            "pause_no": pause_no,
            "reason": "supplement",
            "paused_at": at(paused.strip()),
            "resumed_at": at(resumed.strip()),
        }
        for pause_no, (paused, resumed) in enumerate(ends, start=1)
        if paused
    ]


@pytest.fixture(scope="module")
def policies(reference_dir) -> pl.DataFrame:
    """The shipped policies, and procedures named after the policy they have."""
    shipped = pl.read_csv(reference_dir / "pause_policies.csv", infer_schema=False)
    own = pl.DataFrame({"procedure_id": POLICIES, "policy": POLICIES}).with_columns(reason=ANY)
    return pl.concat([shipped, own], how="diagonal")


@pytest.fixture(scope="module")
def found(run_clock, policies) -> pl.DataFrame:
    """What the pipeline says of every case under the profile it was written for."""
    listed = [(p, n, case) for p in PROFILES for n, case in enumerate(cases(p), start=2)]
    tables = run_clock(
        [dossier(*entry) for entry in listed],
        pauses=[pause for entry in listed for pause in pauses(*entry)],
        facts={"pause_policies": policies},
    )
    own = pl.col("dossier_id").str.starts_with(pl.col("profile") + "-")
    return tables["outcomes"].filter(own)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_does_what_its_table_says(found, profile):
    rows = found.filter(profile=profile).sort("dossier_id")
    listed = cases(profile)
    expected = [f"line {n}: {c['case']}: {c['outcome']}" for n, c in enumerate(listed, start=2)]
    outcomes = zip(listed, rows["outcome"], strict=True)
    judged = [f"line {n}: {c['case']}: {o}" for n, (c, o) in enumerate(outcomes, start=2)]
    assert judged == expected


def test_every_profile_has_a_table_and_every_table_a_profile(reference_dir):
    assert lateness_profiles(reference_dir / "profiles")["profile"].to_list() == PROFILES


def test_nothing_is_called_in_time_or_late_by_ours_without_a_due_date(found):
    ours = found.filter(pl.col("profile").is_in(["wb_strict", "wb_legal", "due_instant"]))
    blind = ours.filter(pl.col("due_at_used").is_null(), ~pl.col("outcome").is_in(["withdrawn"]))
    assert set(blind["outcome"]) == {"unknown"}
