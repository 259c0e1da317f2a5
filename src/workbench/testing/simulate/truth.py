"""Ground truth: simulate the same dossiers again without each injected cause and compare.

Each injected cause is switched off alone; what is late then, and by how much less, is the truth
about that cause. No analysis reads this; it exists to score analyses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.vocabulary import Period
from workbench.messages import say, use_language
from workbench.testing.simulate.scenario import Injection, Scenario
from workbench.testing.simulate.snapshot import ObservedState

Live = Callable[[Scenario], ObservedState]
"""Simulates the dossiers of a scenario and returns the observed state."""

ORDINARY = "none"
"""Label of a late dossier's cause that no injection explains."""


@dataclass(frozen=True)
class Truth:
    """``causes``: one row per late dossier and cause. ``cells``: unit, half-year and cause."""

    causes: pl.DataFrame
    cells: pl.DataFrame

    def write(self, folder: Path) -> list[Path]:
        """Write both tables as CSV, each under a line that says it is synthetic."""
        with use_language("vi"):
            label = say("simulate.synthetic")
        files = {folder / "causes.csv": self.causes, folder / "cells.csv": self.cells}
        for path, table in files.items():
            path.write_bytes(f"# {label}\n{table.write_csv()}".encode())
        return list(files)


def ground_truth(live: Live, scenario: Scenario, dossiers: pl.DataFrame) -> Truth:
    """Switch each injected cause off in turn and compare.

    Args:
        live: Simulates the same dossiers under a scenario.
        scenario: The scenario with all its causes.
        dossiers: The register's dossiers as they stand with all causes.

    Returns:
        ``causes`` has for every late or overdue dossier one row per injection without which it
        would be less late (``none`` where there is no such injection): ``but_for`` says that it
        would not be late at all, ``dominant`` marks the injection that cost most. ``cells``
        counts late dossiers with and without each injection, by unit and half-year of
        reception, in its own unit and wherever it spills over.
    """
    injection_effects = [
        _without(item, live(scenario.without(item)), dossiers) for item in scenario.injections
    ]
    effects = (
        pl.concat(injection_effects)
        if injection_effects
        else _without(None, live(scenario), dossiers).clear()
    )
    return Truth(_causes(effects, dossiers), _cells(effects))


def _without(
    item: Injection | None, snapshot: ObservedState, dossiers: pl.DataFrame
) -> pl.DataFrame:
    """Return every dossier with its lateness as it was and as it is without one injection."""
    rows = dossiers["row"].to_numpy()
    return dossiers.select(
        "dossier_id",
        "unit_id",
        "period",
        "outcome",
        pl.lit(item.cause if item else ORDINARY).alias("cause"),
        pl.lit(item.unit_id if item else "").alias("injected_unit"),
        pl.lit(str(Period.holding(item.first, "half")) if item else "").alias("injected_period"),
        is_late=pl.col("outcome").is_in(["late", "open_overdue"]),
        late_seconds="late_seconds",
        late_without=pl.Series(snapshot.late[rows]),
        late_seconds_without=pl.Series(snapshot.overrun[rows]),
    )


def _causes(effects: pl.DataFrame, dossiers: pl.DataFrame) -> pl.DataFrame:
    costly = effects.filter(
        pl.col("is_late") & (pl.col("late_seconds_without") < pl.col("late_seconds"))
    )
    late = dossiers.filter(pl.col("outcome").is_in(["late", "open_overdue"]))
    ordinary = late.join(costly, on="dossier_id", how="anti").select(
        "dossier_id",
        "unit_id",
        "period",
        "outcome",
        pl.lit(ORDINARY).alias("cause"),
        pl.lit("").alias("injected_unit"),
        pl.lit("").alias("injected_period"),
        pl.lit(value=True).alias("is_late"),
        "late_seconds",
        pl.lit(value=True).alias("late_without"),
        pl.col("late_seconds").alias("late_seconds_without"),
    )
    order = ["dossier_id", "late_seconds_without", "cause", "injected_unit", "injected_period"]
    return (
        pl.concat([costly, ordinary])
        .sort(order)
        .with_columns(
            but_for=~pl.col("late_without"),
            dominant=pl.int_range(pl.len()).over("dossier_id") == 0,
        )
        .drop("is_late", "late_without")
    )


def _cells(effects: pl.DataFrame) -> pl.DataFrame:
    key = ["unit_id", "period", "cause", "injected_unit", "injected_period"]
    counts = effects.group_by(key).agg(
        n_dossiers=pl.len(),
        n_late=pl.col("is_late").sum(),
        n_late_without=pl.col("late_without").sum(),
    )
    home = (pl.col("unit_id") == pl.col("injected_unit")) & (
        pl.col("period") == pl.col("injected_period")
    )
    moved = pl.col("n_late") != pl.col("n_late_without")
    return counts.filter(home | moved).sort(key)
