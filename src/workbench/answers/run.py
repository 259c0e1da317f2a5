"""The tables of one run as frames, and the units, periods and profiles they are about.

A table is read once, at first use, in the zone of its source; nothing is written. A missing table
is an error that names the stage to run. An unknown unit, period or profile is an error that lists
similar and known ones; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, cast

import polars as pl

from workbench.answers.frames import Excerpt, Frame
from workbench.answers.subjects import subject
from workbench.answers.unit_chains import lowest_common_body
from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.reference_rows import read_rows
from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind, ReportSpan, latest_kind
from workbench.figures import compare, on_request
from workbench.figures.on_request import RequestTable
from workbench.figures.result_tables import month_classes
from workbench.messages import say, use_language

SHOWN = 12
"""Number of units or periods that a message lists."""


@dataclass(frozen=True)
class Run:
    """The tables of one run, with their units, periods and profiles.

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
        rows={"procedure_id": EVERYTHING, "channel_in": EVERYTHING},
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
    progress = Frame("One row per dossier with a due instant: elapsed share of its allowed time.")

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

    def period_dossiers(self, span: ReportSpan, profile: str) -> pl.DataFrame:
        """Return the dossiers for which something happens, or is open, in a period."""
        return self._local(on_request.find_period_dossiers(self._file, span, profile))

    def rows_of(self, table: str, dossiers: pl.DataFrame, **values: str) -> pl.DataFrame:
        """Return the rows of a stored table that are about some dossiers and have some values."""
        return self._local(on_request.rows_of_dossiers(self._file(table), dossiers, **values))

    def _on_request(self, *tables: RequestTable, **asked: Any) -> dict[str, pl.DataFrame]:
        return on_request.count_on_request(tables, self.folders, self.facts, **asked)

    def due_dates_known_on(self, day: dt.date, dossiers: pl.DataFrame) -> pl.DataFrame:
        """Return ``due_dates`` of some dossiers by the calendars as they were known on a day."""
        return self._local(on_request.due_dates_known_on(day, dossiers, self.folders, self.facts))

    def step_waits(self) -> pl.DataFrame:
        """Return every wait of a step for its holder, split by cause."""
        return on_request.split_waits(self._file("steps").parent, self.facts)

    def limited_to(self, tables: Collection[str]) -> Run:
        """Return this run with only some of its tables: reading another one is an error."""
        return cast("Run", Excerpt(self, frozenset(tables)))

    def read(self, table: str, rows: Mapping[str, str] | None = None) -> pl.DataFrame:
        """Return a stored table, or those of its rows with some values.

        Raises:
            UsageProblem: The run has no such table.
        """
        return self._local(pl.scan_parquet(self._file(table)).filter(**rows or {}).collect())

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
        latest = self.dossiers["snapshot_at"].max()
        return latest if isinstance(latest, dt.datetime) else None

    @cached_property
    def synthetic(self) -> bool:
        """Whether any dossier is simulated; every page then says so."""
        return bool(self.dossiers["synthetic"].any())

    @cached_property
    def fingerprint(self) -> str:
        """Twelve characters that identify every table of these results on any machine."""
        tables = {f.name: f for folder in self.folders for f in folder.glob("*.parquet")}
        digest = sha256()
        for name, path in sorted(tables.items()):
            with path.open("rb") as file:
                digest.update(f"{name} {file_digest(file, 'sha256').hexdigest()}\n".encode())
        return digest.hexdigest()[:12]

    @subject("compare_units", "fair_units", "cells", "gap", "unit_sheet", "rhythm")
    def units(self) -> list[str]:
        """Return the ids of all units that have dossiers, sorted."""
        return sorted(u for u in self.unit_measures["unit_id"].unique() if u != EVERYTHING)

    @subject("summary", "headline", "compare_periods", "course", "control", "cohorts", "durations")
    def periods(self, kind: PeriodKind) -> list[str]:
        """Return the labels of the periods of a kind that have dossiers."""
        return [p for p in self._periods if Period.parse(p).kind == kind]

    @cached_property
    def _periods(self) -> list[str]:
        counts = self.unit_measures.filter(
            pl.col("measure").is_in(["received", "resolved"]),
            pl.col("unit_id") == EVERYTHING,
            pl.col("numerator") > 0,
        )
        return sorted(p for p in counts["period"].unique() if p != EVERYTHING)

    @cached_property
    def _register(self) -> dict[str, dict[str, str]]:
        """The rows of ``units.csv`` by unit id; nothing when there is no list."""
        return {row["unit_id"]: row for row in self.reference_rows("units.csv")}

    def reference_rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a reviewed list, nothing where there is no such list."""
        return read_rows(path) if (path := self.reference / name).is_file() else []

    def unit_name(self, unit_id: str) -> str:
        """Return a unit's name in the book's language, or its id if it is in no list."""
        if unit_id == EVERYTHING:
            with use_language(self.language):
                return say("briefing.all_units")
        row = self._register.get(unit_id, {})
        return row.get(f"name_{self.language}") or row.get("name_vi") or unit_id

    def unit_inline(self, unit_id: str) -> str:
        """Return a unit's name as it is written inside a sentence."""
        name = self.unit_name(unit_id)
        return name[:1].lower() + name[1:] if unit_id == EVERYTHING else name

    def unit_kind(self, unit_id: str) -> str:
        """Return the kind of body of a unit; empty if it is in no list."""
        return self._register.get(unit_id, {}).get("kind", "")

    def profile_label(self, profile: str) -> str:
        """Return a lateness profile's definition in the book's language; its name if unlisted."""
        listing = self.reference / "profiles" / f"{profile}.toml"
        if not listing.is_file():
            return profile
        defined = tomllib.loads(listing.read_text(encoding="utf-8"))
        return str(defined.get(f"label_{self.language}", profile))

    def profile_settings(self, profile: str) -> pl.DataFrame:
        """Return the row of a lateness profile, no row if no file defines it."""
        return lateness_profiles(self.reference / "profiles").filter(profile=profile)

    def parent_name(self, unit_id: str, period: str = "") -> str:
        """Return the body above a unit, or above the units of a period; empty if none is known."""
        return self.office(unit_id, period)[unit_id != EVERYTHING]

    def office(self, unit_id: str, period: str = "") -> tuple[str, str]:
        """Return an office and the body above it, for ``*`` the lowest that all share; or empty."""
        office = self._common_body(period) if unit_id == EVERYTHING else unit_id
        above = self._register.get(office, {}).get("parent", "")
        names = (self.unit_name(b) if b in self._register else "" for b in (office, above))
        return next(names), next(names)

    def _common_body(self, period: str) -> str:
        """Return the lowest body that the units of a period belong to or are; empty without one."""
        is_unit = (pl.col("numerator") > 0) & (pl.col("unit_id") != EVERYTHING)
        units = self.unit_measures.filter(is_unit, measure="received", period=period)["unit_id"]
        return lowest_common_body(self._register, units.to_list() or self.units())

    @cached_property
    def month_classes(self) -> dict[str, str]:
        """Which months have long holidays in the calendars of these dossiers, and which not."""
        labels = {*self.cause_cells["period"], *self.overdue_cells["period"]}
        used = self.dossiers["calendar_id"].unique()
        return month_classes(labels, Calendars.read(self.reference / "calendars"), used)

    # looking up units, periods and profiles -----------------------------------------------

    def unit(self, query: str) -> str:
        """Return the id of a unit given by id or name; ``*`` or ``all`` stands for all units.

        Raises:
            UsageProblem: No dossier belongs to such a unit.
        """
        if query in ("", EVERYTHING, "all"):
            return EVERYTHING
        ids = {u: u for u in self.units()} | {self.unit_name(u): u for u in self.units()}
        alike = {name.casefold(): u for name, u in ids.items()}
        if unit := ids.get(query, alike.get(query.casefold())):
            return unit
        raise self.unknown("briefing.no_unit", query, ids, self.units())

    def period(self, query: str) -> str:
        """Return the label of a period with dossiers.

        ``latest`` is the last ended half-year, ``latest-month``, ``latest-quarter`` and
        ``latest-year`` the last ended period of that kind: see ``latest``.

        Raises:
            UsageProblem: The label is not a period, or nothing was received or resolved in it.
        """
        if kind := latest_kind(query):
            return self.latest(kind)
        label = str(Period.parse(query))
        if label not in self._periods:
            kind = Period.parse(label).kind
            raise self.unknown("briefing.no_period", query, self._periods, self.periods(kind))
        return label

    def against(self, period: str, query: str = "") -> str:
        """Return the period to compare with: as given, else a year before, else the one before.

        Empty when none was given and no earlier period has dossiers.

        Raises:
            UsageProblem: The given period has no dossiers.
        """
        if query:
            return self.period(query)
        this = Period.parse(period)
        earlier = (str(this.a_year_before()), str(this.previous()))
        return next((p for p in earlier if p in self._periods), "")

    def ended(self, period: str) -> bool:
        """Return whether a period had ended when the exports were made."""
        return self.snapshot is None or Period.parse(period).ends_on <= self.snapshot.date()

    def latest(self, kind: PeriodKind) -> str:
        """Return the last ended period of a kind in which dossiers were received.

        Where none had ended, the last period of that kind with dossiers.

        Raises:
            UsageProblem: No period of that kind has dossiers.
        """
        is_all = (pl.col("numerator") > 0) & (pl.col("unit_id") == EVERYTHING)
        labels = self.periods(kind)
        if not labels:
            raise self.unknown("briefing.no_period", kind, [], self._periods)
        received = set(self.unit_measures.filter(is_all, measure="received")["period"])
        return next((p for p in reversed(labels) if p in received and self.ended(p)), labels[-1])

    def profile(self, query: str) -> str:
        """Return the name of a lateness profile of the results; the results' own by default.

        Raises:
            UsageProblem: No figure of the results is of such a profile.
        """
        if not query:
            return self.result_profile
        profiles = {name.casefold(): name for name in self.unit_measures["profile"].unique().sort()}
        if query.casefold() not in profiles:
            raise self.unknown("briefing.no_profile", query, profiles, [*profiles.values()])
        return str(profiles[query.casefold()])

    def computed_profile(self, query: str) -> str:
        """Return a lateness profile if causes and dependent tables were computed under it.

        Raises:
            UsageProblem: They were computed under another one, or there is no such profile.
        """
        profile = self.profile(query)
        if profile != self.result_profile:
            raise UsageProblem("briefing.other_profile", asked=query, computed=self.result_profile)
        return profile

    def reception(self, query: str) -> str:
        """Return the label of a period of reception; empty, for all dossiers, when none is given.

        Raises:
            UsageProblem: As for ``period``.
        """
        return self.period(query) if query else ""

    def rate(self, query: str) -> str:
        """Return the name of a rate that units and periods are compared by.

        Raises:
            UsageProblem: There is no such rate.
        """
        rates = list(compare.SIDE_BY_SIDE_RATES)
        if query not in rates:
            raise self.unknown("briefing.no_measure", query, rates, rates)
        return query

    def unknown(self, key: str, query: str, names: Iterable[str], known: list[str]) -> UsageProblem:
        """Return the error that names what was asked for, what is similar and what is known."""
        close = ", ".join(get_close_matches(query, list(names), n=3, cutoff=0.5))
        near = " " + say("briefing.near", names=close) if close else ""
        listed = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
        return UsageProblem(key, asked=query, near=near, known=listed or "–", total=len(known))
