"""How many sick cells a test names that knows how healthy cells vary, on the registers of cells.py.

Of each cell the law and the mean of what healthy ones have are those that it was drawn from, and
the rules are those of the shipped test: what this one does not reach, no estimate of the law does.

``python benches/known_law.py [--runs N]``.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl
from cells import CAUSES, EXTREME_FROM, LATE, LATE_FROM, PAIR, RATES, WAVES, Cell, Register

from workbench.figures.compare.cell_tests import LATE_ALONE, LEAST_EXCESS, LEAST_SHARE, LEVEL
from workbench.figures.estimates.excess import count_limits, upper_tail
from workbench.figures.estimates.false_discovery import combined_p

Q = 0.10
REGISTERS = {
    "independent": Register(150, sick=PAIR, more=0.08),
    "correlation 0.02": Register(150, correlation=0.02, sick=PAIR, more=0.08),
}


def cells_named(register: Register, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that are named, with their excess and its limits."""
    stratum = pl.col("procedure_id").str.slice(1).cast(pl.Int64)
    rate_of = dict(enumerate(RATES))
    cells = (
        rows.with_columns(weight=pl.col("n_dossiers") * stratum.replace_strict(rate_of))
        .group_by("unit_id", "period", "cause")
        .agg(pl.sum("weight", "n_dossiers", "late_share", "n_extreme"))
        .sort("unit_id", "period", "cause")
    )
    rate = 2 * LATE * cells["cause"].replace_strict(CAUSES, return_dtype=pl.Float64).to_numpy()
    waves = np.where(cells["cause"].to_numpy() == "queue", WAVES, 0.0)
    spread = (1 + register.correlation / rate) * (1 + waves) - 1
    hits = cells["weight"].to_numpy() * rate
    late, extreme = (cells[name].to_numpy() for name in ("late_share", "n_extreme"))
    usual = hits * np.exp(-LATE_FROM)
    chance = upper_tail(late, usual, spread)
    of_extreme = upper_tail(extreme, hits * np.exp(-EXTREME_FROM), spread)
    together = combined_p(chance, of_extreme)
    low, high = count_limits(usual, spread, LEVEL)
    in_order = np.sort(together)
    passed = in_order[in_order <= Q * np.arange(1, late.size + 1) / late.size]
    least = LEAST_EXCESS + LEAST_SHARE * cells["n_dossiers"].to_numpy()
    is_named = (together <= passed.max(initial=-1.0)) & (chance <= LATE_ALONE)
    is_named &= (late - usual >= least) & (late - high > 0)
    figures = {"excess": late - usual, "lower": late - high, "upper": late - low}
    return cells.with_columns(**{n: pl.Series(x) for n, x in figures.items()}).filter(is_named)


def judged(register: Register, runs: int) -> str:
    """Return what is named in so many registers, right and wrong."""
    right = accused = 0
    covered, of_sick, excess, true = [], [], 0.0, 0.0
    for seed in range(runs):
        rows, due = register.draw(seed)
        names: set[Cell] = set()
        for row in cells_named(register, rows).iter_rows(named=True):
            name = (row["unit_id"], row["period"], row["cause"])
            covered.append(row["lower"] <= due[name] <= row["upper"])
            of_sick += covered[-1:] if name in register.sick_cells else []
            excess, true = excess + row["excess"], true + due[name]
            names.add(name)
        right += len(names & register.sick_cells)
        accused += bool(names - register.sick_cells)
    return (
        f"{right / len(register.sick_cells) / runs:.0%} of sick cells named, a healthy one in"
        f" {accused / runs:.0%} of runs; limits hold {np.mean(covered):.0%}, of sick cells"
        f" {np.mean(of_sick):.0%}; excess / truth {excess / true:.2f}"
    )


def main() -> None:
    """Print what such a test names, by register."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400, help="registers drawn of each kind")
    runs = parser.parse_args().runs
    for name, register in REGISTERS.items():
        print(f"{name}: {judged(register, runs)}", flush=True)


if __name__ == "__main__":
    main()
