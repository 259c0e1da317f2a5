"""What a comparison of units cannot say: what all share, and what no other unit does.

A rise at all units alike sets none apart, and dossiers of procedures that one unit alone has are
compared with its own other periods only. Both stand beside the cells, as no test of them shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, inf, sqrt

import numpy as np
import polars as pl
from scipy.special import stdtr

from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures.compare.cell_tests import LEAST_SHARE, UNEXPLAINED
from workbench.figures.compare.families import of_kind
from workbench.figures.compare.headline_rates import FEWEST_UNITS

NEARLY_ALL = 0.8
"""Share of units that must have risen for a rise to be called common."""
LEVEL = 0.05
"""Chance that any rise of the family is called common where there is none."""


def same_kind(cell_tests: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return the cells that were tested together with those of a period: all of its kind."""
    kind = Period.parse(period).kind
    labels = cell_tests["period"].unique()
    return cell_tests.filter(
        pl.col("period").is_in([label for label in labels if Period.parse(label).kind == kind])
    )


def common_rises(cell_tests: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return the causes of which nearly all units had more in a period than in their others.

    Args:
        cell_tests: As ``cells`` returns them.
        period: Label of a period.

    Returns:
        Ordered by cause: cause, n_units, n_above (units that rose), n_dossiers, observed and
        expected (of all units together). Evidence level 2: a comparison.

    Units are the witnesses, however dossiers within them hang together: asked is whether what each
    has beyond expectation, less the mean of that in its other periods, is above zero, by the t
    distribution of as many units, all causes and periods together.

    Source: Student (1908), Biometrika 6, 1-25; Bonferroni (1936).
    """
    family = same_kind(cell_tests, period).filter(pl.col("cause") != UNEXPLAINED)
    beyond = pl.col("observed") - pl.col("expected")
    is_here = pl.col("period") == period
    elsewhere = (
        family.filter(~is_here).group_by("unit_id", "cause").agg(beyond.mean().alias("usual"))
    )
    changes = (
        family.filter(is_here)
        .join(elsewhere, on=["unit_id", "cause"])
        .with_columns((beyond - pl.col("usual")).alias("rise"))
        .sort("cause", "unit_id")
    )
    sums = changes.group_by("cause", maintain_order=True).agg(
        pl.len().alias("n_units"),
        (pl.col("rise") > 0).sum().alias("n_above"),
        pl.col("n_dossiers", "observed", "expected").sum(),
        pl.col("rise"),
    )
    questions = family.select("period", "cause").unique().height
    chance = [_chance_of_mean(rises) * questions for rises in sums["rise"].to_list()]
    return sums.filter(
        pl.Series(chance, dtype=pl.Float64) <= LEVEL,
        pl.col("n_above") >= NEARLY_ALL * pl.col("n_units"),
        pl.col("observed") - pl.col("expected") >= LEAST_SHARE * pl.col("n_dossiers"),
    ).drop("rise")


def _chance_of_mean(rises: Sequence[float]) -> float:
    """Return the chance of a mean as high where there is no rise."""
    number = len(rises)
    if number < FEWEST_UNITS:
        return 1.0
    mean = fsum(rises) / number
    error = sqrt(fsum((rise - mean) ** 2 for rise in rises) / (number - 1) / number)
    distance = mean / error if error > 0 else (inf if mean > 0 else 0.0)
    # decided on rounded values, as processors differ in the last digit
    return round(float(stdtr(number - 1, -distance)), 9)


def without_peers(cause_cells: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return how many judged dossiers of each unit are in strata that no other unit has.

    Args:
        cause_cells: As in ``cells``.
        period: Label of a period; others of its kind are what there is to compare with.

    Returns:
        One row per unit of the period, in order: unit_id, n_dossiers, n_alone.
    """
    whole = cause_cells.filter(pl.col("cause") == EVERYTHING)
    family, _ = of_kind(whole, Period.parse(period).kind, ())
    is_alone = family.reference(np.ones(family.cells.height)).is_alone
    alone = family.by_cell(is_alone * family.dossiers) if family.cells.height else family.dossiers
    return (
        family.cells.with_columns(pl.Series("n_alone", alone).cast(pl.Int64))
        .filter(pl.col("period") == period)
        .select("unit_id", pl.col("n_dossiers").cast(pl.Int64), "n_alone")
        .sort("unit_id")
    )
