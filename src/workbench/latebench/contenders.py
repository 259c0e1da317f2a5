"""Who looks for causes: this workbench as it stands, and the rule that a dashboard follows.

Each contender gets a register's clean tables and answers for dossiers and for cells. The
workbench runs its own SQL models on them; nothing of the truth is in reach. The dashboard is
given for nothing which dossiers are late and in which quarter each was resolved.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.clock.stage import CLOCK_TABLES
from workbench.core.cause_list import known_causes
from workbench.core.project import Project
from workbench.core.vocabulary import PERIOD_KINDS, periods_between
from workbench.explain import REPLAYED_TABLES
from workbench.figures.compare import cells as judge_cells
from workbench.figures.result_tables import single_causes
from workbench.figures.whatif import TransferLog
from workbench.ingest.fields import OTHER_RECORDS, SERVICE_RECORDS
from workbench.latebench.register import BenchTables
from workbench.warehouse import Warehouse

PROFILE = "wb_strict"
COUNTED = ("late_dossiers", "causes", "cause_cells", "whatif_counts", "progress", "passages")
RESULTS = ("late_dossiers", "causes", "cause_cells", "whatif", "progress", "passages")


@dataclass(frozen=True)
class ContenderAnswer:
    """What one contender says of one register.

    Attributes:
        dossiers: dossier_id, cause, and for the workbench reality, of each late dossier; None
            when the contender does not speak of dossiers.
        cells: unit_id, period, cause of every cell it names.
    """

    dossiers: pl.DataFrame | None
    cells: pl.DataFrame


@dataclass(frozen=True)
class Analysis:
    """The tables of the real pipeline on one register."""

    outcomes: pl.DataFrame
    ledger: pl.DataFrame
    judged: pl.DataFrame
    late_dossiers: pl.DataFrame
    causes: pl.DataFrame
    cause_cells: pl.DataFrame
    whatif: pl.DataFrame
    progress: pl.DataFrame
    passages: pl.DataFrame


class Workbench:
    """The pipeline's clock and explain models, called as the stages call them."""

    def __init__(self, facts: Project, *, threads: int | None = None) -> None:
        self._facts, self._threads = facts, threads
        self._calendars = Calendars.read(facts.reference / "calendars")
        profiles = lateness_profiles(facts.reference / "profiles")
        self._profiles = profiles.filter(pl.col("profile") == PROFILE)

    def analyse(self, register: BenchTables) -> Analysis:
        """Run clock and explain on a register; no other input."""
        with Warehouse(self._facts.pipelines, threads=self._threads) as warehouse:
            warehouse.attach(self._facts.reference)
            for name, table in register.tables().items():
                warehouse.add_frame(name, table)
            warehouse.add_frame("other_records", pl.DataFrame(schema=OTHER_RECORDS))
            warehouse.add_frame("service_records", pl.DataFrame(schema=SERVICE_RECORDS))
            warehouse.add_frame("calendar_keys", self._calendars.keys())
            warehouse.add_frame("calendar_days", self._calendars.days())
            warehouse.add_frame("unit_calendars", self._calendars.units())
            warehouse.add_frame("profiles", self._profiles)
            warehouse.add_frame("periods", _periods(register.dossiers))
            warehouse.set("profile", PROFILE)
            warehouse.set("sojourns_since", register.dossiers["received_on"].min())
            warehouse.build("clock", wanted=CLOCK_TABLES)
            warehouse.build("explain", wanted=(*COUNTED, *REPLAYED_TABLES, "judged_dossiers"))
            names = (*REPLAYED_TABLES, "late_dossiers")
            log = TransferLog(*(warehouse.frame(name) for name in names))
            helped = single_causes(warehouse.frame("whatif_counts"), log, self._calendars)
            warehouse.add_frame("whatif", helped)
            return Analysis(
                warehouse.frame("outcomes"),
                warehouse.frame("ledger"),
                warehouse.frame("judged_dossiers"),
                *(warehouse.frame(name) for name in RESULTS),
            )


def workbench_answer(analysis: Analysis) -> ContenderAnswer:
    """Return the dominant cause of each late dossier, and the cells that ``compare`` names."""
    judged = judge_cells(analysis.cause_cells, kind="quarter")
    return ContenderAnswer(
        analysis.late_dossiers.select("dossier_id", "reality", cause="dominant_cause"),
        judged.filter("flagged").select("unit_id", "period", "cause"),
    )


def dashboard_answer(analysis: Analysis) -> ContenderAnswer:
    """Blame the longest part of each late dossier; red is a cell above the average late rate.

    A red cell's cause is the part on which its dossiers spent most time.
    """
    spent = (
        analysis.ledger.filter(pl.col("kind") != "pause")
        .group_by("dossier_id", "kind")
        .agg(pl.col("work_seconds").sum())
        .with_columns(pl.col("kind").replace_strict(_cause_of_kind()).alias("cause"))
    )
    judged = quarterly(analysis)
    late = judged.filter("is_late").select("dossier_id")
    dossiers = _longest(late.join(spent, on="dossier_id"), ["dossier_id"])
    key = ["unit_id", "period"]
    rates = judged.group_by(key).agg(pl.col("is_late").mean())
    red = rates.filter(pl.col("is_late") > judged["is_late"].mean()).select(key)
    parts = judged.join(red, on=key).join(spent, on="dossier_id")
    totals = parts.group_by(*key, "cause").agg(pl.col("work_seconds").sum())
    return ContenderAnswer(dossiers, _longest(totals, key))


def _cause_of_kind() -> dict[str, str]:
    """Return what someone concludes who sees in which kind of segment the time went."""
    causes = reversed(list(known_causes().values()))
    return {part: cause.name for cause in causes for part in cause.parts} | {"pause": "applicant"}


def _longest(parts: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    ordered = parts.sort(
        *key, "work_seconds", "cause", descending=[False] * len(key) + [True, False]
    )
    return ordered.unique(key, keep="first", maintain_order=True).select(*key, "cause")


def quarterly(analysis: Analysis) -> pl.DataFrame:
    """Return each judged dossier with its unit, the quarter in which it was judged, and is_late."""
    label = pl.format(
        "{}-Q{}", pl.col("judged_on").dt.year(), pl.col("judged_on").dt.quarter()
    ).alias("period")
    return analysis.judged.select("dossier_id", "unit_id", label, "is_late").sort("dossier_id")


def _periods(dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return every period that the register touches, as the explain stage registers them."""
    first = dossiers["received_on"].sort().to_list()[0]
    last = dossiers["snapshot_at"].dt.date().sort().to_list()[-1]
    rows = [
        (str(period), kind, period.starts_on, period.ends_on)
        for kind in PERIOD_KINDS
        for period in periods_between(first, last, kind)
    ]
    return pl.DataFrame(rows, schema=["period", "kind", "starts_on", "ends_on"], orient="row")
