"""The shipped sample: from a seed to the exports in the inbox and the truth beside them.

Files are written beside their folder and moved in only when all are complete, so a run that
fails leaves the earlier files as they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from workbench.core.errors import OutputBusy, UsageProblem
from workbench.core.vocabulary import Period
from workbench.testing.simulate.exports import Exporter
from workbench.testing.simulate.population import Dossiers, draw_dossiers
from workbench.testing.simulate.process import ProcessSimulator
from workbench.testing.simulate.register import SimulatedRegister, register_at
from workbench.testing.simulate.scenario import Scenario, read_scenario
from workbench.testing.simulate.snapshot import ObservedState
from workbench.testing.simulate.spelling import UnitNames
from workbench.testing.simulate.streams import Streams
from workbench.testing.simulate.truth import Live, ground_truth

SNAPSHOT = dt.datetime(2022, 6, 30, 17)  # noqa: DTZ001 - local time of the calendar
"""When the shipped sample is exported, in the office's own time."""


def simulate(
    reference: Path,
    *,
    seed: int,
    out: Path,
    truth: Path | None = None,
    snapshot: dt.datetime = SNAPSHOT,
    dossiers: int | None = None,
) -> Summary:
    """Write the exports of a synthetic register, and the truth about its late dossiers.

    Args:
        reference: Folder of the reviewed facts: units, procedures, limits, calendars.
        seed: Any whole number from 0; the same seed gives the same bytes.
        out: Folder of the exports: per half-year a workbook and two text files.
        truth: Folder of ``causes.csv`` and ``cells.csv``; none are written without it.
        snapshot: Local time of the export; what happens later is not in the files.
        dossiers: About how many dossiers to simulate; the shipped sample's number if not given.

    Returns:
        The files written and the counts of each half-year.

    Raises:
        UsageProblem: The seed is negative, or nothing was sent in before the snapshot.
        InputRejected: A reference table or a fact the simulation needs is missing.
        OutputBusy: The folder cannot be written, or a file of an earlier run is open elsewhere.
    """
    sample = Sample.drawn(reference, seed, dossiers)
    register = sample.register(snapshot)
    known_causes = None
    if truth is not None:
        known_causes = ground_truth(
            sample.simulator_for(snapshot), sample.scenario, register.dossiers
        )
    exporter = sample.exporter(snapshot)
    files = publish(out, lambda folder: exporter.write(register, folder))
    if truth is not None and known_causes is not None:
        files += publish(truth, known_causes.write)
    halves = count_half_years(register.dossiers)
    return Summary(tuple(files), halves, len(sample.scenario.injections))


@dataclass(frozen=True)
class Sample:
    """Dossiers drawn once, looked at and exported at any time."""

    reference: Path
    seed: int
    scenario: Scenario
    sent: Dossiers

    @classmethod
    def drawn(cls, reference: Path, seed: int, dossiers: int | None) -> Sample:
        """Draw the dossiers of a seed, the shipped number of them or about so many.

        Raises:
            UsageProblem: The seed is negative.
            InputRejected: A reference table or a fact the simulation needs is missing.
        """
        if seed < 0:
            raise UsageProblem("simulate.bad_seed", seed=seed)
        scenario = read_scenario(reference)
        if dossiers is not None:
            scenario = scenario.shrunk(dossiers)
        return cls(reference, seed, scenario, draw_dossiers(scenario, seed))

    def simulator_for(self, snapshot: dt.datetime) -> Live:
        """Return a function that simulates the dossiers under a scenario up to a local time."""
        streams = Streams(self.seed, len(self.sent))
        instant = instant_of(snapshot, self.scenario)

        def live(under: Scenario) -> ObservedState:
            return ObservedState(
                ProcessSimulator(self.sent, under, streams).run(), under.calendar, instant
            )

        return live

    def register(self, snapshot: dt.datetime) -> SimulatedRegister:
        """Return what the offices' system knows at a local time.

        Raises:
            UsageProblem: Nothing was sent in before.
        """
        register = register_at(
            self.sent, self.scenario, self.simulator_for(snapshot)(self.scenario)
        )
        if register.dossiers.is_empty():
            raise UsageProblem("simulate.nothing_yet", snapshot=f"{snapshot:%d/%m/%Y %H:%M}")
        return register

    def exporter(self, snapshot: dt.datetime) -> Exporter:
        """Return what writes a register as the exports of that time."""
        names = UnitNames(
            {office.unit_id: office.name for office in self.scenario.offices},
            self.reference / "unit_aliases.csv",
        )
        heading = f"{snapshot:%H:%M} ngày {snapshot:%d/%m/%Y}"
        return Exporter(names, self.seed, len(self.sent), heading)


def instant_of(snapshot: dt.datetime, scenario: Scenario) -> int:
    """Return a local time of the scenario's calendar as epoch seconds."""
    return int(snapshot.replace(tzinfo=ZoneInfo(scenario.calendar.time_zone)).timestamp())


def publish(folder: Path, write: Callable[[Path], list[Path]]) -> list[Path]:
    """Let files be written beside a folder and move them in when all of them are complete."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".simulate-") as beside:
            return [path.replace(folder / path.name) for path in write(Path(beside))]
    except (OSError, FileCreateError) as reason:
        raise OutputBusy("simulate.busy", folder=folder, reason=reason) from reason


@dataclass(frozen=True)
class HalfYear:
    """Counts of one half-year; open dossiers as they stand at the snapshot."""

    period: str
    received: int
    received_online: int
    processed_online: int
    resolved: int
    early: int
    on_time: int
    late: int
    withdrawn: int
    rejected: int
    returned: int
    returned_by_post: int
    open_in_time: int
    open_overdue: int


@dataclass(frozen=True)
class Summary:
    """The files written, the half-years, and how many causes of lateness were put in."""

    files: tuple[Path, ...]
    half_years: tuple[HalfYear, ...]
    injections: int


def count_half_years(dossiers: pl.DataFrame) -> tuple[HalfYear, ...]:
    """Count the dossiers of a register by half-year, oldest first."""
    periods = dossiers["period"].unique().sort().to_list()
    return tuple(_count(dossiers, period) for period in periods)


def _count(dossiers: pl.DataFrame, period: str) -> HalfYear:
    half = Period.parse(period)

    def within(column: str) -> pl.DataFrame:
        day = pl.col(column).dt.date()
        return dossiers.filter(day.is_between(half.starts_on, half.ends_on))

    received, returned = within("received_at"), within("returned_at")
    online = received.filter(pl.col("channel_in") == "online")
    ends = within("resolved_at")["outcome"].to_list()
    stands = received["outcome"].to_list()
    return HalfYear(
        period=period,
        received=len(received),
        received_online=len(online),
        processed_online=int(online["processed_online"].sum()),
        resolved=len(ends),
        early=ends.count("early"),
        on_time=ends.count("on_time"),
        late=ends.count("late"),
        withdrawn=ends.count("withdrawn"),
        rejected=ends.count("rejected"),
        returned=len(returned),
        returned_by_post=int((returned["channel_out"] == "post").sum()),
        open_in_time=stands.count("open_in_time"),
        open_overdue=stands.count("open_overdue"),
    )
