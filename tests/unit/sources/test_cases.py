"""A case of an event log takes its dates from the activities that its profile names."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile

DATES = """
[[files.event_dates]]
step = "send"
field = "resolved_at"
take = "last"
status = "resolved"

[[files.event_dates]]
step = "pay"
field = "resolved_at"
status = "withdrawn"
"""
CASES = {"a": "pay send send", "b": "open pay pay", "c": "open"}


def event(step: str, day: int) -> str:
    return (
        f'<event><string key="concept:name" value="{step}"/>'
        f'<date key="time:timestamp" value="2022-01-{day:02}T08:00:00Z"/></event>'
    )


@pytest.fixture
def cases(put, profile_file: Path, tmp_path: Path) -> pl.DataFrame:
    """Three cases: sent twice after a payment, paid twice, only opened."""
    with profile_file.open("a", encoding="utf-8") as profile:
        profile.write(DATES)
    traces = [
        f'<trace><string key="concept:name" value="{name}"/>'
        + "".join(event(step, day) for day, step in enumerate(steps.split(), start=4))
        + "</trace>"
        for name, steps in CASES.items()
    ]
    log = put("log.xes", f"<log>{''.join(traces)}</log>")
    ingest(deliveries([log], read_profile(profile_file)), tmp_path / "landed")
    return pl.read_parquet(tmp_path / "landed" / "landed_dossiers.parquet")


def test_the_first_activity_named_that_a_case_has_gives_its_date_and_status(cases) -> None:
    assert cases.select("dossier_id", "resolved_at", "status").rows() == [
        ("a", "2022-01-06 08:00:00+00:00", "resolved"),
        ("b", "2022-01-05 08:00:00+00:00", "withdrawn"),
        ("c", None, None),
    ]


def test_every_event_of_the_case_stays_a_step(cases, tmp_path) -> None:
    steps = pl.read_parquet(tmp_path / "landed" / "landed_steps.parquet")
    assert steps.height == sum(len(steps.split()) for steps in CASES.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('field = "resolved_at"\ntake', 'field = "unit_id"\ntake', "«unit_id».*received_at"),
        ('take = "last"', 'take = "newest"', "«newest».*first, last"),
        ('status = "withdrawn"', 'status = "paid"', "«paid».*withdrawn"),
        ('step = "pay"', 'activity = "pay"', "«activity».*step, field, take, status"),
        ('step = "pay"\n', "", "«step» is missing"),
    ],
)
def test_a_date_by_event_that_says_something_else_is_refused(
    profile_file: Path, old: str, new: str, message: str
) -> None:
    text = profile_file.read_text(encoding="utf-8") + DATES
    assert old in text
    profile_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputRejected, match=message):
        read_profile(profile_file)


def test_only_rows_that_are_events_date_their_case(profile_file: Path) -> None:
    text = profile_file.read_text(encoding="utf-8")
    dossiers, events = text.split('[[files]]\npatterns = ["log')
    profile_file.write_text(f'{dossiers}{DATES}\n[[files]]\npatterns = ["log{events}', "utf-8")
    with pytest.raises(InputRejected, match=r"rows.*«dossier».*event"):
        read_profile(profile_file)
