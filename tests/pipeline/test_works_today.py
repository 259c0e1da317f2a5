"""The sample moved to end on any day makes a briefing: today, and four hundred days from now.

The day is given to the test, not read from the machine. The wards that the sample names had been
merged by then: their dossiers count for the ward of today.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import polars.selectors as cs
import pytest

from workbench.cli import main
from workbench.core.project import shipped
from workbench.core.vocabulary import Period
from workbench.testing.simulate.register import SimulatedRegister
from workbench.testing.simulate.sample import SNAPSHOT, Sample

TODAY = dt.date(2026, 11, 30)


def moved(register: SimulatedRegister, by: dt.timedelta) -> SimulatedRegister:
    """Return the register with every stamp moved, in the half-years that it then falls into."""
    dossiers = register.dossiers.with_columns(cs.temporal() + by)
    received = dossiers["received_at"].fill_null(dossiers["submitted_at"])
    halves = {day: str(Period.holding(day, "half")) for day in received.dt.date().unique()}
    dossiers = dossiers.with_columns(period=received.dt.date().replace_strict(halves))
    periods = dossiers.select("row", "period")

    def follow(table: pl.DataFrame) -> pl.DataFrame:
        return table.with_columns(cs.temporal() + by).drop("period").join(periods, on="row")

    return SimulatedRegister(dossiers, follow(register.steps), follow(register.pauses))


@pytest.fixture(scope="module")
def sample():
    return Sample.drawn(shipped().reference, 15, 60)  # one dossier runs on in a ward


@pytest.mark.parametrize(
    ("today", "briefed", "is_drafted"),
    [(TODAY, "2026-H1", False), (TODAY + dt.timedelta(400), "2027-H2", True)],
    ids=["today", "in 400 days"],
)
def test_the_sample_moved_to_a_day_is_briefed(sample, tmp_path, capsys, today, briefed, is_drafted):
    # whole weeks, so that days of the week stay
    by = dt.timedelta(weeks=(today - SNAPSHOT.date()).days // 7 + 1)
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    sample.exporter(SNAPSHOT + by).write(moved(sample.register(SNAPSHOT), by), inbox)
    asked = ["analyse", str(inbox), "--source", "one_stop", "--out", str(out), "--lang", "en"]
    assert main(asked) == 0, capsys.readouterr().err
    page = (out / "briefing.html").read_text(encoding="utf-8")
    half, year = briefed[-2:], briefed[:4]
    assert f"{half} {year}" in page
    assert page.count("rest on the draft calendar of 2027") == is_drafted
    # the dossiers of January 2028 lie beyond the calendars: said with the command that cures it
    assert ("Missing years: 2028" in page) == is_drafted
    assert ("workbench calendar add 2028" in page) == is_drafted
    dossiers = pl.read_parquet(out / "tables" / "dossiers.parquet")
    # the wards are part of today's ward; what the city's departments became is not known
    assert dossiers.filter(unit_id="P-SADEC").height > dossiers.height / 2
