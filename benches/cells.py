"""How often cells accuse a healthy unit, and how many sick ones they name, on drawn registers.

Twelve units, four quarters, four causes, 4.5 % late. A cause hits dossiers or whole batches of
them, for a time of its own; batches are closed on one day. Hits of one cell may be correlated, one
quarter may hit all units alike, and some cells may be hit more often than others.

``python benches/cells.py [--runs N]``.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.figures.compare import cells

CAUSES = {"queue": 0.3, "slow_work": 0.25, "signature_wait": 0.2, "record_lag": 0.25}
RATES = np.array([0.6, 0.9, 1.1, 1.4])
QUARTERS = ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4")
LATE, DAYS, WAVES = 0.045, 63, 0.3
LATE_FROM, EXTREME_FROM = np.log(2), 0.4
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Register:
    """What is drawn: ``more`` late dossiers of a cause, as a share, in the cells of ``sick``."""

    size: int = 60
    units: int = 12
    correlation: float = 0.0
    batch: int = 1
    shock: float = 1.0
    sick: Collection[tuple[int, int]] = field(default_factory=tuple)
    more: float = 0.0

    @property
    def sick_cells(self) -> set[Cell]:
        """Unit, period and cause of the sick cells: their work is slow."""
        return {(f"U{unit:02d}", QUARTERS[quarter], "slow_work") for unit, quarter in self.sick}

    def draw(self, seed: int) -> tuple[pl.DataFrame, dict[Cell, float]]:
        """Return ``cause_cells``, and how many late dossiers of each cell the sickness made."""
        random = np.random.default_rng(seed)
        number = random.poisson(self.size, self.units * 4)
        cell = np.repeat(np.arange(number.size), number)
        place = np.arange(cell.size) - np.repeat(np.cumsum(number) - number, number)
        _, group = np.unique(cell * 10**5 + place // self.batch, return_inverse=True)
        home = cell[np.searchsorted(group, np.arange(group[-1] + 1))]
        shares = random.dirichlet(np.full(4, 4.0), self.units).cumsum(axis=1)[home // 4]
        stratum = (random.random(home.size)[:, None] > shares).sum(axis=1).clip(0, 3)
        day = cell * DAYS + random.integers(0, DAYS, home.size)[group]
        key, at = np.unique(cell * 4 + stratum[group], return_inverse=True)
        parts, due = [], {}
        for cause in CAUSES:
            usual_chance, sick = self._chances(cause, home, stratum, random)
            place_of_hit = random.random(home.size)
            took = (place_of_hit < usual_chance + sick) * random.exponential(1.0, home.size)
            late, extreme = (
                (took > least)[group].astype(float) for least in (LATE_FROM, EXTREME_FROM)
            )
            beyond = np.bincount(cell, late * (place_of_hit >= usual_chance)[group], number.size)
            due |= {(f"U{c // 4:02d}", QUARTERS[c % 4], cause): n for c, n in enumerate(beyond)}
            parts.append(_rows(cause, key, at, day, (late, extreme)))
        rows = pl.concat(parts)
        whole = pl.col("late_share").sum().over("unit_id", "period", "procedure_id")
        return rows.with_columns(whole.round().cast(pl.Int64).alias("n_late")), due

    def _chances(
        self,
        cause: str,
        home: NDArray[np.int64],
        stratum: NDArray[np.int64],
        random: np.random.Generator,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return each batch's chance to be hit, and what sickness adds; half of hits are late."""
        rate = 2 * LATE * CAUSES[cause]
        chance = rate * RATES[stratum]
        varies = [WAVES] * (cause == "queue") + [self.correlation / rate] * (self.correlation > 0)
        for variance in varies:
            chance = chance * random.gamma(1 / variance, variance, self.units * 4)[home]
        if cause == "slow_work":
            chance = np.where(home % 4 == 2, chance * self.shock, chance)
        is_sick = np.isin(home, [4 * unit + quarter for unit, quarter in self.sick])
        return chance, 2 * self.more * is_sick * (cause == "slow_work")


def _rows(
    cause: str,
    key: NDArray[np.int64],
    at: NDArray[np.int64],
    day: NDArray[np.int64],
    counted: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> pl.DataFrame:
    everybody = np.ones(at.size)
    pairs = [
        np.bincount(at, events * (np.bincount(day, events)[day] - events))
        for events in (everybody, *counted)
    ]
    return pl.DataFrame(
        {
            "unit_id": [f"U{k // 16:02d}" for k in key],
            "period": [QUARTERS[k // 4 % 4] for k in key],
            "procedure_id": [f"P{k % 4}" for k in key],
            "channel_in": "online",
            "cause": cause,
            "n_dossiers": np.bincount(at),
            "late_share": np.bincount(at, counted[0]),
            "n_extreme": np.bincount(at, counted[1]),
            "n_pairs": pairs[0],
            "late_pairs": pairs[1],
            "extreme_pairs": pairs[2],
        }
    )


PAIR = ((1, 1), (1, 2))
REGISTERS = {
    "independent": Register(),
    **{f"correlation {c} in cells": Register(correlation=c) for c in (0.02, 0.05, 0.1)},
    **{f"batches of {b}": Register(batch=b) for b in (3, 5, 10)},
    "one quarter 4 times as bad for all": Register(shock=4.0),
    "two cells, 8 % more at 150": Register(150, sick=PAIR, more=0.08),
    "two cells, 10 % more at 60": Register(60, sick=PAIR, more=0.10),
    "two cells, 5 % more at 300": Register(300, sick=PAIR, more=0.05),
    "two cells, 15 % more at 25": Register(25, sick=PAIR, more=0.15),
    "the same at 150, correlation 0.02": Register(150, correlation=0.02, sick=PAIR, more=0.08),
    "the same at 150, batches of 3": Register(150, batch=3, sick=PAIR, more=0.08),
    **{
        f"{sick} of {units} units always": Register(
            150, units, sick=[(u, q) for u in range(sick) for q in range(4)], more=0.1
        )
        for units, sick in ((12, 2), (12, 3), (12, 4), (5, 1), (5, 2))
    },
}


def main() -> None:
    """Print, by register: runs with a false name, sick cells named, their excess and its limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60, help="registers drawn of each kind")
    runs = parser.parse_args().runs
    for name, register in REGISTERS.items():
        print(f"{name}: {_judged(register, runs)}", flush=True)


def _judged(register: Register, runs: int) -> str:
    sick, right, accused, false = register.sick_cells, 0, 0, 0
    covered, excess, due = [], 0.0, 0.0
    for seed in range(runs):
        rows, truth = register.draw(seed)
        flagged_cells = cells(rows, kind="quarter").filter("flagged")
        names = set(flagged_cells.select("unit_id", "period", "cause").iter_rows())
        right += len(names & sick)
        false += len(names - sick)
        accused += bool(names - sick)
        for row in flagged_cells.iter_rows(named=True):
            true = truth[row["unit_id"], row["period"], row["cause"]]
            covered.append(row["lower"] - 1e-9 <= true <= row["upper"] + 1e-9)
            excess, due = excess + row["excess"], due + true
    text = f"{accused / runs:.0%} of runs with a false name ({false} cells)"
    if sick:
        text += f"; {right / len(sick) / runs:.0%} of sick cells named"
    if sick and covered:
        text += f", limits of named cells hold {np.mean(covered):.0%}"
        text += f", excess / truth {excess / due:.2f}"
    return text


if __name__ == "__main__":
    main()
