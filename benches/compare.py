"""How fast the statistics are: all cells of a province, every unit's gap with its interval.

CPU seconds of this process, all threads together, and the peak of memory: wall times move with
the neighbours. The targets stand beside the figures.

``make bench``, or ``python benches/compare.py [--units N]``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from workbench.core.cause_list import known_causes
from workbench.figures.compare import PEERS, Side, breach_risks, cells, gaps, units_adjusted

CAUSES = tuple(known_causes())
MONTHS = [f"2022-{month:02d}" for month in range(1, 13)]
PROCEDURES = 20
CHANNELS = ("counter", "online")


def main() -> None:
    """Run every bench and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=200, help="units whose gap is split")
    parser.add_argument("--dossiers", type=int, default=100_000, help="dossiers given a risk")
    args = parser.parse_args()
    province = _cause_cells(50, MONTHS)
    _timed(
        f"all cells of 50 units x 12 periods x {len(CAUSES)} causes ({province.height} rows)",
        lambda: cells(province, kind="month"),
        "10 s",
    )
    _timed("50 units adjusted for their mix", lambda: units_adjusted(province, period=MONTHS[0]))
    country = _cause_cells(args.units, MONTHS[:1])
    _timed(
        f"gaps of {args.units} units to their peers, with the intervals of their parts",
        lambda: gaps(
            country,
            [
                (Side(PEERS, MONTHS[0]), Side(f"U{unit:03d}", MONTHS[0]))
                for unit in range(args.units)
            ],
        ),
        "30 s",
    )
    progress = _progress(args.dossiers)
    _timed(f"risks among {args.dossiers} dossiers", lambda: breach_risks(progress))


def _timed(name: str, run: Callable[[], pl.DataFrame], target: str = "") -> None:
    start = time.process_time()
    rows = run().height
    spent = time.process_time() - start
    print(f"{name}: {spent:.1f} s CPU, {rows} rows" + (f" (target {target})" if target else ""))


def _cause_cells(units: int, periods: list[str]) -> pl.DataFrame:
    """Return healthy cells: 5 % late, spread over the causes by chance."""
    random = np.random.default_rng(20220701)
    grid = pl.DataFrame({"unit_id": [f"U{u:03d}" for u in range(units)]})
    for name, values in (
        ("period", periods),
        ("procedure_id", [f"P{p:02d}" for p in range(PROCEDURES)]),
        ("channel_in", CHANNELS),
    ):
        grid = grid.join(pl.DataFrame({name: values}), how="cross")
    dossiers = random.poisson(4, grid.height)
    shares = np.full(len(CAUSES), 1 / len(CAUSES))
    late = random.multinomial(random.binomial(dossiers, 0.05), shares)
    parts = [
        grid.with_columns(
            pl.lit(cause).alias("cause"),
            pl.Series("n_dossiers", dossiers),
            pl.Series("n_late", late.sum(axis=1)),
            pl.Series("late_share", late[:, i].astype(np.float64)),
        )
        for i, cause in enumerate(CAUSES)
    ]
    return pl.concat(parts)


def _progress(number: int) -> pl.DataFrame:
    random = np.random.default_rng(1)
    spent = random.lognormal(-0.6, 0.4, number)
    age = random.integers(1, 400, number)
    return pl.DataFrame(
        {
            "dossier_id": np.arange(number).astype(str),
            "unit_id": random.integers(0, 200, number).astype(str),
            "age": age,
            "ending": np.where(age > 20, "resolved", "open"),
            "elapsed_seconds": (spent * 1e6).astype(np.int64),
            "allowed_seconds": 1_000_000,
        }
    ).with_columns(
        (pl.date(2022, 6, 30) - pl.duration(days=pl.col("age"))).alias("received_on"),
        (
            pl.date(2022, 6, 30) - pl.duration(days=pl.col("age") - pl.min_horizontal("age", 20))
        ).alias("seen_on"),
    )


if __name__ == "__main__":
    main()
