"""The tables of one run: stored ones as frames, others counted when they are asked for.

A table is read once, at first use, in the zone of its source; nothing is written. A missing table
is an error that names the stage to run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import polars as pl

from workbench.answers.frames import Frame
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import EVERYTHING, Period, ReportSpan
from workbench.figures import on_request
from workbench.figures.on_request import RequestTable

_TOGETHER = {"procedure_id": EVERYTHING, "channel_in": EVERYTHING}
"""Rows of ``measures`` about all procedures and channels of a unit together."""


@dataclass(frozen=True)
class StoredTables:
    """The tables of one run.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    home: Path
    folders: tuple[Path, ...]
    reference: Path
    language: str = "vi"
    _official: dict[tuple[ReportSpan, str], dict[str, pl.DataFrame]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _measures: dict[str, pl.DataFrame] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    dossiers = Frame("One row per dossier.")
    steps = Frame("One row per dossier and step.")
    service_records = Frame("One row per dossier with an apology, payment or other extra field.")
    pauses = Frame("One row per dossier and pause.")
    quarantine = Frame("One row per rejected or flagged row of the source files.")
    due_findings = Frame("One row per dossier whose due date is not that of its term (rule D13).")
    calendar_findings = Frame("One row per dossier and day that its calendar lacks or drafts.")
    source_findings = Frame("One row per file, sheet and field that breaks a rule about files.")
    reconciliation = Frame("One row per source file: where each of its rows went.")
    outcomes = Frame("One row per dossier and lateness profile.")
    due_dates = Frame("One row per dossier with a term: its recomputed and its issued due date.")
    clock_starts = Frame("One row per dossier: reception, and from when on its clock counts.")
    pause_spells = Frame("One row per dossier and clock stop.")
    odd_pauses = Frame("One row per pause that does not fit its dossier's clock: its oddity.")
    ledger = Frame("One row per dossier and segment of its time.")
    measures = Frame("One row per measure, profile, group and period.")
    unit_measures = Frame(
        "One row per measure, profile, unit and period: procedures and channels together.",
        table="measures",
        rows=_TOGETHER,
    )
    findings_by_unit = Frame("One row per unit, quality rule and severity.")
    verdict_counts = Frame("One row per profile, period and unit: late, and without suspects.")
    source_stamps = Frame("One row per source: how many steps of ended dossiers have each stamp.")
    cause_cells = Frame("One row per profile, unit, period, procedure, channel and cause.")
    overdue_cells = Frame("One row per unit, period, procedure and channel: overdue at its close.")
    late_causes = Frame("One row per late dossier and cause of its lateness.", table="causes")
    late_dossiers = Frame("One row per late dossier: late in fact or not, and its main cause.")
    dossier_calendars = Frame("One row per dossier: the calendar its clock runs by.")
    cell_tests = Frame("One row per unit, period and cause, beside its peers.", table="cells")
    gaps = Frame("One row per comparison of units or periods and component of its gap.")
    saved = Frame("One row per scenario, unit and period: late dossiers saved.", table="whatif")
    watchlist = Frame("One row per open dossier: its risk of being late, and where it waits.")
    past_lists = Frame("One row per past watch list: late dossiers expected, and how many came.")
    progress = Frame("One row per dossier with a due instant: elapsed share of its allowed time.")

    def measures_under(self, profile: str) -> pl.DataFrame:
        """Return the rows of ``unit_measures`` under one lateness profile."""
        return self._some_measures(profile, pl.col("profile") == profile)

    @property
    def _flows(self) -> pl.DataFrame:
        """Dossiers received and resolved: every profile, unit and period has a row of each."""
        is_flow = pl.col("measure").is_in(["received", "resolved"])
        columns = ("measure", "profile", "unit_id", "period", "numerator")
        return self._some_measures("", is_flow, *columns)

    def _some_measures(self, name: str, is_asked: pl.Expr, *columns: str) -> pl.DataFrame:
        """Return rows of ``unit_measures``: read once, or taken from it where it was read."""
        if "unit_measures" in vars(self):
            return self.unit_measures.filter(is_asked)
        if name not in self._measures:
            rows = pl.scan_parquet(self._file("measures")).filter(is_asked, **_TOGETHER)
            self._measures[name] = rows.select(*columns or [pl.all()]).collect()
        return self._measures[name]

    # tables that are counted when they are asked for ---------------------------------------

    def counted(self, table: RequestTable, period: str, profile: str) -> pl.DataFrame:
        """Return a table of one period under any lateness profile, counted now."""
        span = ReportSpan.of(Period.parse(period))
        return self._on_request(table, profile=profile, spans=[span])[table]

    def counted_passages(self, day: dt.date) -> pl.DataFrame:
        """Return one row per dossier and sojourn, as far back as forecasts from a day need."""
        found = self._on_request("passages", profile=self.result_profile, since=day)
        return self._local(found["passages"])

    def daily_stock(self, period: Period, until: dt.date, profile: str) -> pl.DataFrame:
        """Return the open and overdue dossiers of each unit and day, up to the last snapshot."""
        spans = on_request.up_to_each_day(period, until)
        return self._on_request("daily_stock", profile=profile, spans=spans)["daily_stock"]

    def official_tables(self, span: ReportSpan, profile: str) -> dict[str, pl.DataFrame]:
        """Return ``counts`` and ``official_overruns`` of a period under one profile, made once."""
        if (span, profile) not in self._official:
            tables = self._on_request("counts", "official_overruns", profile=profile, spans=[span])
            self._official[span, profile] = tables
        return self._official[span, profile]

    def counted_dossiers(
        self, dossiers: pl.DataFrame, spans: list[ReportSpan], profile: str
    ) -> pl.DataFrame:
        """Return ``counts`` of some dossiers by unit and field; ``*`` for each profile."""
        return self._on_request("counts", profile=profile, spans=spans, dossiers=dossiers)["counts"]

    def counted_closings(
        self, dossiers: pl.DataFrame, spans: list[ReportSpan], profile: str
    ) -> pl.DataFrame:
        """Return ``CLOSING_COUNTERS`` of some dossiers by unit: a part of ``counts``, sooner."""
        tables = self._on_request(
            *("count_groups", "closing_counts", "open_counts"),
            profile=profile,
            spans=spans,
            dossiers=dossiers,
        )
        return on_request.closings_by_unit(tables)

    def period_dossiers(self, span: ReportSpan, profile: str) -> pl.DataFrame:
        """Return the dossiers for which something happens, or is open, in a period."""
        return self._local(on_request.find_period_dossiers(self._file, span, profile))

    def rows_of(
        self, table: str, dossiers: pl.DataFrame, columns: Sequence[str] = (), **values: str
    ) -> pl.DataFrame:
        """Return the rows of a stored table that are about some dossiers and have some values.

        Args:
            table: The attribute that has the table.
            dossiers: Frame with ``dossier_id``.
            columns: Columns that are read; all by default.
            values: Value by column.
        """
        stored: Frame = getattr(type(self), table)
        file = self._file(stored.table)
        return self._local(on_request.rows_of_dossiers(file, dossiers, columns, **values))

    def _on_request(self, *tables: RequestTable, **asked: Any) -> dict[str, pl.DataFrame]:
        return on_request.count_on_request(tables, self.folders, self.facts, **asked)

    def due_dates_known_on(self, day: dt.date, dossiers: pl.DataFrame) -> pl.DataFrame:
        """Return ``due_dates`` of some dossiers by the calendars as they were known on a day."""
        return self._local(on_request.due_dates_known_on(day, dossiers, self.folders, self.facts))

    def step_waits(self) -> pl.DataFrame:
        """Return every wait of a step for its holder, split by cause."""
        return on_request.split_waits(self._file("steps").parent, self.facts)

    def read(self, table: str, rows: Mapping[str, str] | None = None) -> pl.DataFrame:
        """Return a stored table, or those of its rows with some values.

        Raises:
            UsageProblem: The run has no such table.
        """
        return self._local(pl.scan_parquet(self._file(table)).filter(**rows or {}).collect())

    def _column(self, table: str, column: str) -> pl.Series:
        """Return a column of a stored table: one of a wide table is read fast."""
        only = pl.scan_parquet(self._file(table)).select(column).collect()
        return self._local(only)[column]

    def _local(self, frame: pl.DataFrame) -> pl.DataFrame:
        moments = [c for c, t in frame.schema.items() if isinstance(t, pl.Datetime) and t.time_zone]
        return frame.with_columns(pl.col(c).dt.convert_time_zone(self.zone) for c in moments)

    def _file(self, name: str) -> Path:
        for folder in self.folders:
            if (folder / f"{name}.parquet").is_file():
                return folder / f"{name}.parquet"
        raise UsageProblem("briefing.no_table", table=name, folder=self.home)

    @cached_property
    def facts(self) -> Project:
        """The project whose rules apply: its own, or the shipped one."""
        project = Project(self.home)
        return project if any(project.pipelines.rglob("*.sql")) else shipped()

    @cached_property
    def result_profile(self) -> str:
        """The lateness profile under which causes and dependent tables were computed."""
        return str(self.read("result_profiles")["profile"][0])

    @cached_property
    def zone(self) -> str:
        """The time zone of the sources; ``UTC`` when they lie in several."""
        zones = pl.read_parquet(self._file("dossiers"), columns=["time_zone"])["time_zone"].unique()
        return str(zones[0]) if len(zones) == 1 and zones[0] else "UTC"

    @cached_property
    def snapshot(self) -> dt.datetime | None:
        """The moment the exports were made: the latest of all dossiers, in their zone."""
        latest = self._column("dossiers", "snapshot_at").max()
        return latest if isinstance(latest, dt.datetime) else None

    @cached_property
    def first_reception(self) -> dt.date | None:
        """The day on which the first of all dossiers was received, in their zone."""
        first = self._column("dossiers", "received_at").min()
        return first.date() if isinstance(first, dt.datetime) else None

    @cached_property
    def synthetic(self) -> bool:
        """Whether any dossier is simulated; every page then says so."""
        return bool(self._column("dossiers", "synthetic").any())

    @cached_property
    def fingerprint(self) -> str:
        """Twelve characters that identify every table of these results on any machine."""
        tables = {f.name: f for folder in self.folders for f in folder.glob("*.parquet")}
        digest = sha256()
        for name, path in sorted(tables.items()):
            with path.open("rb") as file:
                digest.update(f"{name} {file_digest(file, 'sha256').hexdigest()}\n".encode())
        return digest.hexdigest()[:12]
