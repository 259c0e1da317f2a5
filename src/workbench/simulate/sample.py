"""The shipped sample: from a seed to the exports in the inbox and the truth beside them.

Files are written beside their folder and moved in only when all are complete, so a run that
fails leaves the earlier files as they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from xlsxwriter.exceptions import FileCreateError

from workbench.errors import OutputBusy, UsageProblem
from workbench.simulate.exports import Exporter
from workbench.simulate.handling import Handler
from workbench.simulate.population import draw_dossiers
from workbench.simulate.register import keep_register
from workbench.simulate.scenario import Scenario, read_scenario
from workbench.simulate.snapshot import Snapshot
from workbench.simulate.spelling import UnitNames
from workbench.simulate.streams import Streams
from workbench.simulate.summary import Summary, count_half_years
from workbench.simulate.truth import tell_truth

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
        OutputBusy: The folder cannot be written, or a file of an earlier run is held open.
    """
    if seed < 0:
        raise UsageProblem("simulate.bad_seed", seed=seed)
    scenario = read_scenario(reference)
    if dossiers is not None:
        scenario = scenario.shrunk(dossiers)
    sent = draw_dossiers(scenario, seed)
    streams = Streams(seed, len(sent))
    instant = instant_of(snapshot, scenario)

    def live(under: Scenario) -> Snapshot:
        return Snapshot(Handler(sent, under, streams).run(), under.calendar, instant)

    register = keep_register(sent, scenario, live(scenario))
    if register.dossiers.is_empty():
        raise UsageProblem("simulate.nothing_yet", snapshot=f"{snapshot:%d/%m/%Y %H:%M}")
    names = UnitNames(
        {office.unit_id: office.name for office in scenario.offices},
        reference / "unit_aliases.csv",
    )
    known = None if truth is None else tell_truth(live, scenario, register.dossiers)
    exporter = Exporter(names, seed, len(sent), f"{snapshot:%H:%M} ngày {snapshot:%d/%m/%Y}")
    files = _publish(out, lambda folder: exporter.write(register, folder))
    if truth is not None and known is not None:
        files += _publish(truth, known.write)
    return Summary(tuple(files), count_half_years(register.dossiers), len(scenario.injections))


def instant_of(snapshot: dt.datetime, scenario: Scenario) -> int:
    """Return a local time of the scenario's calendar as epoch seconds."""
    return int(snapshot.replace(tzinfo=ZoneInfo(scenario.calendar.time_zone)).timestamp())


def _publish(folder: Path, write: Callable[[Path], list[Path]]) -> list[Path]:
    """Let files be written beside a folder and move them in when all of them are complete."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".simulate-") as beside:
            return [path.replace(folder / path.name) for path in write(Path(beside))]
    except (OSError, FileCreateError) as reason:
        raise OutputBusy("simulate.busy", folder=folder, reason=reason) from reason
