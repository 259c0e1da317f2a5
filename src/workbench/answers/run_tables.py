"""The tables of one run as frames: read once, at first use, in the zone of their source.

A missing table is an error that names the stage to run; nothing is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from workbench.core.errors import UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import Period, ReportSpan
from workbench.figures.on_request import RequestTable, count_on_request

_FINGERPRINTED = (
    "dossiers",
    "ledger",
    "measures",
    "outcomes",
    "reconciliation",
    "result_profiles",
)
"""Tables whose bytes stand for all results: causes also depend on the profile they are under."""


@dataclass(frozen=True)
class RunTables:
    """The tables of one run.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
    """

    home: Path
    folders: tuple[Path, ...]

    @cached_property
    def facts(self) -> Project:
        """The project whose rules apply: its own, or the shipped one."""
        project = Project(self.home)
        return project if any(project.pipelines.rglob("*.sql")) else shipped()

    @cached_property
    def dossiers(self) -> pl.DataFrame:
        """One row per dossier."""
        return self._frame("dossiers")

    @cached_property
    def steps(self) -> pl.DataFrame:
        """One row per dossier and step."""
        return self._frame("steps")

    @cached_property
    def pauses(self) -> pl.DataFrame:
        """One row per dossier and pause."""
        return self._frame("pauses")

    @cached_property
    def quarantine(self) -> pl.DataFrame:
        """One row per rejected or flagged row of the source files."""
        return self._frame("quarantine")

    @cached_property
    def due_findings(self) -> pl.DataFrame:
        """One row per dossier whose due date differs from the one its term gives (rule D13)."""
        return self._frame("due_findings")

    @cached_property
    def calendar_findings(self) -> pl.DataFrame:
        """One row per dossier and day that its calendar does not cover (rules D34 to D36)."""
        return self._frame("calendar_findings")

    @cached_property
    def reconciliation(self) -> pl.DataFrame:
        """One row per source file: where each of its rows went."""
        return self._frame("reconciliation")

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """One row per dossier and lateness profile."""
        return self._frame("outcomes")

    @cached_property
    def due_dates(self) -> pl.DataFrame:
        """One row per dossier with a known term: its recomputed due date beside the issued one."""
        return self._frame("due_dates")

    @cached_property
    def clock_starts(self) -> pl.DataFrame:
        """One row per dossier: when it was received, and from when on its clock counts."""
        return self._frame("clock_starts")

    @cached_property
    def pause_spells(self) -> pl.DataFrame:
        """One row per dossier and clock stop."""
        return self._frame("pause_spells")

    @cached_property
    def odd_pauses(self) -> pl.DataFrame:
        """One row per pause that does not fit its dossier's clock, with its oddity."""
        return self._frame("odd_pauses")

    @cached_property
    def ledger(self) -> pl.DataFrame:
        """One row per dossier and segment of its time."""
        return self._frame("ledger")

    @cached_property
    def measures(self) -> pl.DataFrame:
        """One row per measure, profile, group and period."""
        return self._frame("measures")

    def counted(self, table: RequestTable, period: str, profile: str) -> pl.DataFrame:
        """Return a table of one period under any lateness profile, counted now."""
        span = ReportSpan.of(Period.parse(period))
        found = count_on_request([table], self.folders, self.facts, profile=profile, spans=[span])
        return found[table]

    @cached_property
    def result_profile(self) -> str:
        """The lateness profile under which causes and dependent tables were computed."""
        return str(self._frame("result_profiles")["profile"][0])

    @cached_property
    def findings_by_unit(self) -> pl.DataFrame:
        """One row per unit, quality rule and severity."""
        return self._frame("findings_by_unit")

    @cached_property
    def verdict_counts(self) -> pl.DataFrame:
        """One row per profile, period and unit: late dossiers, and those without suspects."""
        return self._frame("verdict_counts")

    @cached_property
    def cause_cells(self) -> pl.DataFrame:
        """One row per profile, unit, period, procedure, channel and cause."""
        return self._frame("cause_cells")

    @cached_property
    def overdue_cells(self) -> pl.DataFrame:
        """One row per unit, period, procedure and channel with dossiers overdue at its close."""
        return self._frame("overdue_cells")

    @cached_property
    def late_causes(self) -> pl.DataFrame:
        """One row per late dossier and cause of its lateness (table ``causes``)."""
        return self._frame("causes")

    @cached_property
    def late_dossiers(self) -> pl.DataFrame:
        """One row per late dossier: whether it is late in fact, and its main cause."""
        return self._frame("late_dossiers")

    @cached_property
    def dossier_calendars(self) -> pl.DataFrame:
        """One row per dossier: the calendar its clock runs by."""
        return self._frame("dossier_calendars")

    @cached_property
    def cell_tests(self) -> pl.DataFrame:
        """One row per unit, period and cause, compared with its peers (table ``cells``)."""
        return self._frame("cells")

    @cached_property
    def gaps(self) -> pl.DataFrame:
        """One row per comparison of units or periods and component of its gap."""
        return self._frame("gaps")

    @cached_property
    def saved(self) -> pl.DataFrame:
        """One row per scenario, unit and period: late dossiers saved (table ``whatif``)."""
        return self._frame("whatif")

    @cached_property
    def watchlist(self) -> pl.DataFrame:
        """One row per open dossier: its risk of being late, and where it waits."""
        return self._frame("watchlist")

    @cached_property
    def progress(self) -> pl.DataFrame:
        """One row per dossier with a due instant: the elapsed share of its allowed time."""
        return self._frame("progress")

    def counted_passages(self, day: dt.date) -> pl.DataFrame:
        """Return one row per dossier and sojourn, as far back as forecasts from a day need."""
        found = count_on_request(
            ["passages"], self.folders, self.facts, profile=self.result_profile, since=day
        )
        return self._local(found["passages"])

    def _frame(self, name: str) -> pl.DataFrame:
        return self._local(pl.read_parquet(self._file(name)))

    def _local(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.zone == "UTC":
            return frame
        moments = [c for c, t in frame.schema.items() if isinstance(t, pl.Datetime) and t.time_zone]
        return frame.with_columns(pl.col(c).dt.convert_time_zone(self.zone) for c in moments)

    def folder_of(self, name: str) -> Path:
        """Return the folder in which a table lies.

        Raises:
            UsageProblem: The run has no such table.
        """
        return self._file(name).parent

    def _file(self, name: str) -> Path:
        for folder in self.folders:
            if (folder / f"{name}.parquet").is_file():
                return folder / f"{name}.parquet"
        raise UsageProblem("briefing.no_table", table=name, folder=self.home)

    @cached_property
    def zone(self) -> str:
        """The time zone of the sources; ``UTC`` when they lie in several."""
        zones = pl.read_parquet(self._file("dossiers"), columns=["time_zone"])["time_zone"].unique()
        return str(zones[0]) if len(zones) == 1 and zones[0] else "UTC"

    @cached_property
    def snapshot(self) -> dt.datetime | None:
        """The moment the exports were made: the latest of all dossiers, in their zone."""
        latest = self.dossiers["snapshot_at"].max()
        return latest if isinstance(latest, dt.datetime) else None

    @cached_property
    def synthetic(self) -> bool:
        """Whether any dossier is simulated; every page then says so."""
        return bool(self.dossiers["synthetic"].any())

    @cached_property
    def fingerprint(self) -> str:
        """Twelve characters that identify exactly these results on any machine."""
        digest = sha256()
        for name in _FINGERPRINTED:
            digest.update(self._file(name).read_bytes())
        return digest.hexdigest()[:12]
