"""The stage explain: dossiers with outcomes -> figures by unit and period, and use of time.

Counts are the models of ``pipelines/explain``, statistics the modules of ``workbench.figures``;
this module lists what is read, built and kept. The folder of results is replaced as a whole: a run
that fails leaves the old one unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.origins import check_origins, write_origin
from workbench.core.project import Project, replace_folder
from workbench.core.run_folders import RunFolders
from workbench.core.vocabulary import (
    EVERYTHING,
    PERIOD_KINDS,
    PeriodKind,
    ReportSpan,
    periods_between,
)
from workbench.warehouse import Warehouse, write_frames

CHECKED_ROWS = 100_000
"""Measures checked and written together: small ones are not worth a statement each."""
CHECK_MEMORY = "500MB"
"""Memory of DuckDB while it checks tables made by statistics."""

EXPLAIN_MEMORY = "2500MB"
"""Memory of DuckDB while it explains: the statistics in the same process need their own."""

RESULT_TABLES = (
    "measures",
    "result_profiles",
    "findings_by_unit",
    "verdict_counts",
    "source_stamps",
    "causes",
    "late_dossiers",
    "cause_cells",
    "overdue_cells",
    "progress",
    "cells",
    "gaps",
    "whatif",
    "watchlist",
    "past_lists",
)
REPLAYED_TABLES = ("transfer_delays", "queue_visits", "signings")
"""Tables of a ``whatif.TransferLog``, in its order; its last one is ``late_dossiers``."""
_LATE_SHARE = "late_or_overdue"
"""The rate of which gaps are made of parts."""
_COUNTED = (
    "counts",
    "closing_clusters",
    "whatif_counts",
    *REPLAYED_TABLES,
    "open_positions",
    "passages",
)
_COMPARED = ("measures", "cells", "gaps", "whatif", "watchlist", "past_lists")
"""Result tables that statistics make from counted ones."""
_RESULTS = tuple(table for table in RESULT_TABLES if table not in _COMPARED)
"""Result tables that the models make."""
_OF_DOSSIERS = ("received_on", "snapshot_at", "time_zone", "calendar_id")
"""Columns of the dossiers that ``explain`` itself reads: a source's table is wide."""


@dataclass(frozen=True)
class _Used:
    """Facts about the dossiers beside counts: the last snapshot and the calendars in use."""

    snapshot_on: dt.date
    calendars: tuple[str, ...]


def known_profile(facts: Project, name: str) -> str:
    """Return the name of a lateness profile as its file has it, whatever the case asked for.

    Raises:
        UsageProblem: There is no lateness profile of that name.
    """
    names = lateness_profiles(facts.reference / "profiles")["profile"].to_list()
    for known in names:
        if name.casefold() == known.casefold():
            return str(known)
    raise UsageProblem("stages.no_profile", profile=name, known=", ".join(names))


def explain(folders: RunFolders, *, profile: str, kind: PeriodKind = "half") -> None:
    """Count, measure and split time by unit and period; write metrics and plot data.

    Raises:
        UsageProblem: There is no lateness profile of that name.
        InputRejected: There is no clean dossier.
        RuleFailed: An identity of the counts breaks, or the outputs before are of different runs.
    """
    profiles = lateness_profiles(folders.facts.reference / "profiles")
    profile = known_profile(folders.facts, profile)
    check_origins(folders.work.clean, folders.work.clock)
    reference = folders.facts.reference
    calendars = Calendars.read(reference / "calendars")
    with (
        replace_folder(folders.work.results) as fresh,
        TemporaryDirectory(
            prefix="counted-", dir=fresh.parent, ignore_cleanup_errors=True
        ) as beside,
    ):
        counts_folder = Path(beside)
        used = _count(
            folders, profiles, calendars, profile, {_RESULTS: fresh, _COUNTED: counts_folder}
        )
        # the database is closed by now: the statistics have its memory, and both processors
        folders.progress("statistics")
        with (
            Warehouse(folders.facts.pipelines, threads=1, memory=CHECK_MEMORY) as warehouse,
            ThreadPoolExecutor(max_workers=2) as pool,
        ):
            writer = _FigureWriter(fresh, warehouse, profile)
            rates = _late_shares(counts_folder, folders.facts, profile)
            works = (
                pool.submit(
                    _write_scenarios,
                    used,
                    counts_folder,
                    calendars,
                    writer,
                    folders.facts.reference,
                ),
                pool.submit(_compare, used, calendars, writer, kind, rates),
                pool.submit(_measure, counts_folder, writer, folders.facts, kind),
            )
        for work in works:
            work.result()
        write_origin(fresh, [folders.work.clean, folders.work.clock])


def _count(
    folders: RunFolders,
    profiles: pl.DataFrame,
    calendars: Calendars,
    profile: str,
    places: Mapping[tuple[str, ...], Path],
) -> _Used:
    """Write the tables of each tuple of names into its folder; return what statistics also need."""
    from workbench.figures.estimates.sojourn_times import first_day

    with Warehouse(folders.facts.pipelines, memory=EXPLAIN_MEMORY) as warehouse:
        warehouse.attach(folders.work.clean)
        warehouse.attach(folders.work.clock)
        warehouse.attach(folders.facts.reference)
        warehouse.add_frame("calendar_days", calendars.days())
        dossiers = warehouse.frame("dossiers", _OF_DOSSIERS)
        if dossiers.is_empty():
            raise InputRejected("stages.no_dossiers", folder=folders.work.clean)
        first, last = _days(dossiers)
        warehouse.add_frame("periods", calendar_periods(first, last))
        warehouse.add_frame("profiles", profiles)
        warehouse.set("profile", profile)
        warehouse.set("sojourns_since", first_day(last))
        used = _Used(_snapshot_day(dossiers), tuple(dossiers["calendar_id"].unique().sort()))
        del dossiers
        wanted = {table: folder for tables, folder in places.items() for table in tables}
        warehouse.build_and_write("explain", wanted, folders.progress)
        return used


@dataclass(frozen=True)
class _FigureWriter:
    """Checks and writes the tables that statistics make, with the profile they were made under."""

    folder: Path
    warehouse: Warehouse
    profile: str
    lock: Lock = field(default_factory=Lock)

    def write(self, made: Mapping[str, pl.DataFrame]) -> None:
        """Write tables of one profile, once they pass the checks of ``pipelines/figures``."""
        stamp = pl.lit(self.profile).alias("profile")
        stamped = {name: frame.select(stamp, pl.all()) for name, frame in made.items()}
        self.check(stamped)
        for name, frame in stamped.items():
            write_frames([_rounded(frame)], self.folder / f"{name}.parquet")

    def check(self, made: Mapping[str, pl.DataFrame]) -> None:
        """Check tables against ``pipelines/figures``, one thread at a time."""
        with self.lock:
            self.warehouse.check_frames("figures", made)


def _rounded(frame: pl.DataFrame) -> pl.DataFrame:
    """Round figures that depend on the processor; the parts of a gap must still sum to it."""
    from workbench.figures.estimates.precision import rounded

    exact = ("effect", "gap")
    floats = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    columns = [name for name in floats if name not in exact]
    return frame.with_columns(rounded(*columns)) if columns else frame


def _write_measures(counted: Path, writer: _FigureWriter, reference: Path) -> pl.DataFrame:
    """Write all measures, a few at a time to bound memory; return what metrics and plots show."""
    from workbench.figures.design_effects import design_effects
    from workbench.figures.measures import measures_in_turn, read_rates

    frames: list[pl.DataFrame] = []

    def checked_measures() -> Iterator[pl.DataFrame]:
        counts = pl.read_parquet(counted / "counts.parquet")
        at_once = CHECKED_ROWS // max(counts.height, 1) + 1
        effects = design_effects(pl.read_parquet(counted / "closing_clusters.parquet"))
        measures = measures_in_turn(counts, read_rates(reference), effects)
        while some := list(islice(measures, at_once)):
            rows = pl.concat(some)
            writer.check({"measures": rows})
            shown = rows.filter(pl.col("profile") == writer.profile)
            frames.append(shown.cast({pl.Enum: pl.String}))
            yield rows

    write_frames(checked_measures(), writer.folder / "measures.parquet")
    return pl.concat(frames)


def _late_shares(counted: Path, facts: Project, profile: str) -> pl.DataFrame:
    """Return the late share of each unit and period as a measure, with its design effect."""
    from workbench.figures.design_effects import design_effects
    from workbench.figures.measures import measure, read_rates

    def read(table: str) -> pl.DataFrame:
        return pl.read_parquet(counted / f"{table}.parquet").filter(pl.col("profile") == profile)

    whole = pl.all_horizontal(pl.col("procedure_id", "channel_in") == EVERYTHING)
    rate = {_LATE_SHARE: read_rates(facts.reference)[_LATE_SHARE]}
    effects = design_effects(read("closing_clusters"))
    measures = measure(read("counts").filter(whole), rate, effects)
    return measures.filter(pl.col("measure") == _LATE_SHARE)


def _measure(counted: Path, writer: _FigureWriter, facts: Project, kind: PeriodKind) -> None:
    """Write every measure, and what metrics and plots show of them."""
    from workbench.figures.metrics import write_metrics, write_plots

    folder, profile = writer.folder, writer.profile
    measures = _write_measures(counted, writer, facts.reference)
    write_metrics(measures, profile, folder / "measures.json", kind)
    write_plots(measures, profile, folder / "plots")


def _write_scenarios(
    used: _Used, counted: Path, calendars: Calendars, writer: _FigureWriter, reference: Path
) -> None:
    """Write the scenarios, the risk of open dossiers, and what such risks came to in the past."""
    from workbench.figures import compare, result_tables
    from workbench.figures.whatif import TransferLog

    def read(table: str) -> pl.DataFrame:
        return pl.read_parquet(counted / f"{table}.parquet")

    late = pl.read_parquet(writer.folder / "late_dossiers.parquet")
    cuts, visits, signings = (read(table) for table in REPLAYED_TABLES)
    log = TransferLog(cuts, visits, signings, late)
    scenarios = pl.read_csv(reference / "scenarios.csv", infer_schema=False)
    helped = result_tables.what_if(read("whatif_counts"), log, calendars, scenarios)
    writer.write({"whatif": helped})
    del cuts, visits, signings, log, late
    progressed = pl.scan_parquet(writer.folder / "progress.parquet")
    watched = result_tables.watchlist(progressed, read("open_positions"), read("passages"))
    writer.write({"watchlist": watched})
    writer.write(
        {"past_lists": compare.past_lists(progressed, compare.past_days(used.snapshot_on))}
    )


def _compare(
    used: _Used,
    calendars: Calendars,
    writer: _FigureWriter,
    kind: PeriodKind,
    rates: pl.DataFrame,
) -> None:
    """Write cells and gaps beside the counts they compare."""
    from workbench.figures import result_tables

    cause_cells = pl.scan_parquet(writer.folder / "cause_cells.parquet")
    overdue = pl.read_parquet(writer.folder / "overdue_cells.parquet")
    cells = result_tables.cells(cause_cells, used.snapshot_on)
    periods = cause_cells.select(pl.col("period").unique()).collect()["period"]
    months = result_tables.month_classes([*periods, *overdue["period"]], calendars, used.calendars)
    gaps = result_tables.gaps(cause_cells, overdue, cells, months, rates, kind=kind)
    writer.write({"cells": cells, "gaps": gaps})


def _days(dossiers: pl.DataFrame) -> tuple[dt.date, dt.date]:
    first: dt.date
    last: dt.date
    first, last = dossiers.select(
        pl.min("received_on").alias("first"), pl.max("received_on").alias("last")
    ).row(0)
    return first, max(last, _snapshot_day(dossiers))


def calendar_periods(
    first: dt.date, last: dt.date, kinds: Iterable[PeriodKind] = PERIOD_KINDS
) -> pl.DataFrame:
    """Return every calendar period that holds a day from ``first`` to ``last`` (``periods``)."""
    from workbench.figures.on_request import periods_table

    return periods_table(
        ReportSpan.of(period) for kind in kinds for period in periods_between(first, last, kind)
    )


def _snapshot_day(dossiers: pl.DataFrame) -> dt.date:
    latest = dossiers.sort("snapshot_at").select("snapshot_at", "time_zone").row(-1)
    local = pl.Series([latest[0]]).dt.convert_time_zone(latest[1])
    day: dt.date = local.dt.date()[0]
    return day
