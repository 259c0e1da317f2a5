"""Which cause made which unit late in which period, beyond chance and beyond its mix of work.

Each cell of unit, period and cause is compared with what other units had in the same strata
(procedure and channel), as ``cell_expectations`` says. All units and causes of one period are a
family, that of a page; their q-values are of late dossiers, whatever else the cause took.

A cell that fails is no proof of fault: it is a comparison (evidence level 2).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.cause_list import known_causes
from workbench.core.vocabulary import PeriodKind
from workbench.figures.compare.cell_expectations import Expectation, expectation, laws_of_cause
from workbench.figures.compare.families import CELL, Family, of_kind
from workbench.figures.estimates.excess import excess_limits
from workbench.figures.estimates.false_discovery import adjusted_p, q_values_of_named
from workbench.figures.estimates.healthy_counts import first_weights, weights_of_chance
from workbench.figures.estimates.precision import rounded

Floats = NDArray[np.float64]

CONGESTION = ("queue",)
"""Causes that arise where work meets capacity: an overload was observed, no more is claimed."""
UNEXPLAINED = "unexplained"
"""More of it than elsewhere is a gap in the data, and no unit's behaviour."""
LEAST_EXCESS, LEAST_SHARE = 1.0, 0.01
"""Late dossiers beyond expectation below which no cell is named: so many, and so much of the
cell's dossiers on top; less is too small to act upon."""
LEAST_PERIOD = 0.1
"""A cell with fewer dossiers than this share of its unit's median period is not tested: what ends
when hardly any more comes in took long, whoever had it."""
LEVEL = 0.95
"""Share of the intervals printed that hold what they say."""

CELLS = {
    "unit_id": pl.String,
    "period": pl.String,
    "cause": pl.String,
    "n_dossiers": pl.Int64,
    "n_late": pl.Int64,
    "observed": pl.Float64,
    "expected": pl.Float64,
    "excess": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "p_value": pl.Float64,
    "q_value": pl.Float64,
    "flagged": pl.Boolean,
    "reading": pl.String,
    "peered": pl.Float64,
    "common_ratio": pl.Float64,
    "evidence_level": pl.Int32,
}
"""Columns of the table ``cells``."""

_LATE = "late_share"
_SPARED, _DOUBTFUL = "n_spared", "n_doubtful"
_BEYOND = ("unsure", "counted", "variance", "spared", "usual", "spread")
_COUNTED = (_LATE, _SPARED, _DOUBTFUL)


def cells(
    cause_cells: pl.DataFrame | pl.LazyFrame, *, kind: PeriodKind, q: float = 0.10
) -> pl.DataFrame:
    """Return one row per unit, period and cause, tested against all others.

    Args:
        cause_cells: One row per unit, period, stratum (procedure, channel) and cause, where there
            is none the cause took nothing: n_dossiers (judged ones of the stratum, repeated on
            each cause and on ``*``), n_late, late_share
            (late dossiers put down to the cause, in fractions), n_spared (late dossiers that would
            have been on time without it) and n_doubtful (those near that border); without these
            two late_share speaks for both and nothing is doubtful.
        kind: Periods of this kind make the family; other rows are left aside.
        q: Share of false names among the cells named that is accepted.

    Returns:
        Ordered by unit, period, cause: n_dossiers, n_late, observed (late dossiers due to the
        cause, in fractions), expected (such, from healthy other units, same strata), excess
        (observed - expected) with lower and upper: how many late dossiers of this very cell
        would have been on time had the cause taken here what it takes elsewhere (95 %; of a cell
        with a reading at the level that is left after the choice of such cells). n_spared says the
        same in another way (a dossier that any of two causes alone made late counts for both):
        where both differ the interval is wider. p_value (one-sided, of late dossiers alone),
        q_value (over all cells and causes of the period; the unexplained, of which no unit is
        accused, does not count in that of the others), reading of a cell out of line by q-value
        and by what was observed beyond the expected, of which at least one dossier and the lower
        limit (``difference``; ``overload`` for congestion; ``unexplained`` for what no cause
        explains; else missing), flagged (out of line, and not merely unexplained), peered (share
        of the dossiers in strata that other units have too; the others are compared with the
        unit's own other periods), common_ratio (how many times more than expected all units had
        in the period; 1 where nothing was common), evidence_level 2. Empty in, empty out.

    Source: Benjamini and Hochberg (1995) in the form of Gilbert (2005) and Heyse (2011), as in
    ``estimates.discovery.q_values_of_named``; Yekutieli (2008), J. Am. Stat. Assoc. 103, 309-316
    (cells of a unit that is out of line); Benjamini and Yekutieli (2005), J. Am. Stat. Assoc.
    100, 71-81 (intervals of selected cells); spread as in ``estimates.healthy_counts``.
    """
    family, parts = of_kind(cause_cells, kind, _COUNTED)
    if not parts:
        return pl.DataFrame(schema=CELLS)
    weights = _weights(family, parts)
    tested = _limited(
        pl.concat(_of_cause(family, cause, part, weights[cause]) for cause, part in parts.items())
    )
    of_no_unit = pl.col("cause") == UNEXPLAINED
    accusing = _finished(tested.filter(~of_no_unit), q)
    every = _finished(tested, q).filter(of_no_unit)
    return pl.concat([accusing, every]).sort(*CELL, "cause")


def overdispersion_by_cause(
    cause_cells: pl.DataFrame | pl.LazyFrame, *, kind: PeriodKind
) -> dict[str, float]:
    """Return how much cells of each cause differ beyond chance, relative to what was expected.

    Tau squared by cause, from the cells not out of line: what ``gaps`` takes to widen intervals
    where dossiers share their luck, as in a queue. Zero: no more than chance.
    """
    family, parts = of_kind(cause_cells, kind, (_LATE,))
    weights = _weights(family, parts)
    found = {}
    for cause, part in parts.items():
        healthy = expectation(family, part, _LATE, weights[cause])
        total = float((healthy.expected**2).sum())
        found[cause] = float((healthy.spread * healthy.expected**2).sum()) / max(total, 1e-12)
    return found


def _weights(family: Family, parts: Mapping[str, pl.DataFrame]) -> dict[str, Floats]:
    """Return what the other causes let expect of the spread of each; waves are of their own."""
    waves = {cause for cause in parts if known_causes()[cause].in_waves}
    laws = {cause: laws_of_cause(family, part, _LATE) for cause, part in parts.items()}
    return {
        cause: first_weights(
            [law for other, law in laws.items() if other != cause and other not in waves]
            if cause not in waves
            else ()
        )
        for cause in parts
    }


def _of_cause(family: Family, cause: str, rows: pl.DataFrame, weights: Floats) -> pl.DataFrame:
    """Test every cell of one cause."""
    observed = family.summed(rows, _LATE)
    healthy = expectation(family, rows, _LATE, weights)
    settled = healthy
    if known_causes()[cause].in_waves:
        # tested is whether a wave is beyond the usual ones, given how much there is without waves
        settled = expectation(family, rows, _LATE, weights_of_chance())
    least = LEAST_EXCESS + LEAST_SHARE * family.judged
    reach = healthy.tail(healthy.expected + least)
    return family.cells.select(
        "unit_id",
        "period",
        pl.lit(cause).alias("cause"),
        pl.col("n_dossiers", "n_late").cast(pl.Float64),
        (
            pl.col("n_dossiers") >= LEAST_PERIOD * pl.col("n_dossiers").median().over("unit_id")
        ).alias("is_full"),
        pl.Series("observed", observed),
        pl.Series("least", least),
        pl.Series("expected", settled.expected),
        *_two_measures(family, rows, healthy, weights),
        pl.Series("p_value", healthy.chance),
        pl.Series("p_of_unit", healthy.chance_of_unit),
        pl.Series("reach", reach),
        pl.Series("common_ratio", healthy.common),
        pl.Series("peered", family.peered),
    ).with_columns(
        rounded("observed", "least", "p_value", "p_of_unit", "reach", "common_ratio", "peered")
    )


def _two_measures(
    family: Family, rows: pl.DataFrame, healthy: Expectation, weights: Floats
) -> list[pl.Series]:
    """Return two measures of the late dossiers due to the cause, beside what the others have.

    What was put down to it, and which late dossiers its usual time would have spared (the second is
    the first where there is no such count).
    """
    doubtful = np.zeros_like(healthy.chance)
    if _DOUBTFUL in rows.columns:
        doubtful = family.summed(rows, _DOUBTFUL)
    counted = family.summed(rows, _LATE)
    second, spared = healthy, counted
    if _SPARED in rows.columns:
        second, spared = expectation(family, rows, _SPARED, weights), family.summed(rows, _SPARED)
    figures = (doubtful, counted, healthy.variance, spared, second.expected, second.variance)
    return [pl.Series(*figure) for figure in zip(_BEYOND, figures, strict=True)]


def _limited(table: pl.DataFrame, level: float = LEVEL) -> pl.DataFrame:
    """Give every cell its excess with limits; no more than are late.

    The two measures are of one number: by as much as the second is lower it is uncertain, and
    where the second is higher the upper limit is the second's.
    """
    unsure, counted, variance, spared, usual, spread, expected = (
        table[name].to_numpy() for name in (*_BEYOND, "expected")
    )
    excess = counted - expected
    apart = np.maximum(excess - (spared - usual), 0.0)
    low, high = excess_limits(counted, unsure, expected, variance, apart, level)
    _, higher = excess_limits(spared, unsure, usual, spread, level=level)
    most = np.minimum(np.maximum(high, higher), table["n_late"].to_numpy())
    return table.with_columns(
        pl.Series("excess", excess), pl.Series("lower", low), pl.Series("upper", most)
    ).with_columns(rounded("expected", "excess", "lower", "upper"))


def _q_values(table: pl.DataFrame) -> pl.Series:
    """Return the q-value of each cell among those of some pages."""
    values = q_values_of_named(
        table["p_value"].to_numpy(), table["is_able"].to_numpy(), table["reach"].to_numpy()
    )
    return pl.Series("q", values)


def _finished(table: pl.DataFrame, q: float) -> pl.DataFrame:
    """Give every cell its q-value and say which are named, with limits that allow for the choice.

    A name holds among the cells of its period and among those of all periods, so that neither a
    page nor a whole register has more false names than ``q``; or its unit is out of line in all
    its periods together, and the cell among them, each by half of ``q``.
    """
    if table.is_empty():
        return pl.DataFrame(schema=CELLS)
    is_able = pl.col("is_full") & (pl.col("observed") - pl.col("expected") >= pl.col("least"))
    asked = table.with_columns(is_able.alias("is_able"))
    asked = asked.with_columns(_q_values(asked).alias("of_all"))
    pages = [page.with_columns(_q_values(page)) for page in asked.partition_by("period")]
    asked = pl.concat(pages).with_columns(pl.max_horizontal("q", "of_all").alias("alone"))
    chronic = pl.max_horizontal(*_of_units(asked)) * 2
    asked = asked.with_columns(pl.min_horizontal("alone", chronic, 1.0).alias("q_value"))
    return pl.concat(
        _named(page, q) for page in asked.with_columns(rounded("q_value")).partition_by("period")
    )


def _of_units(asked: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the q-value of each unit and cause, and that of a cell among those of its unit."""
    of_unit = asked.select("unit_id", "cause", "p_of_unit").unique().sort("unit_id", "cause")
    units = adjusted_p(of_unit["p_of_unit"].to_numpy())
    unit_facts = of_unit.with_columns(pl.Series("units", units))
    rows = asked.select("unit_id", "cause", "p_value").with_row_index("row")
    parts = [
        part.with_columns(pl.Series("inside", adjusted_p(part["p_value"].to_numpy())))
        for part in rows.partition_by("unit_id", "cause")
    ]
    inside = pl.concat(parts).join(unit_facts, on=["unit_id", "cause"], how="left").sort("row")
    return inside["units"], inside["inside"]


def _named(page: pl.DataFrame, q: float) -> pl.DataFrame:
    """Say which cells of a period are named, and give these their own limits."""
    is_sure = (pl.col("excess") >= LEAST_EXCESS) & (pl.col("lower") > 0)
    reading = (
        pl.when(pl.col("cause").is_in(CONGESTION))
        .then(pl.lit("overload"))
        .when(pl.col("cause") == UNEXPLAINED)
        .then(pl.lit(UNEXPLAINED))
        .otherwise(pl.lit("difference"))
    )
    is_named = ((pl.col("q_value") <= q) & pl.col("is_able") & is_sure).alias("is_named")
    asked = page.with_columns(is_named)
    named = asked.filter("is_named")
    # of all cells looked at, those named keep the share of the error that all may have
    level = 1 - (1 - LEVEL) * named.height / page.height
    parts = [asked.filter(~pl.col("is_named")), _limited(named, level) if named.height else named]
    return (
        pl.concat(parts)
        .with_columns(pl.when("is_named").then(reading).alias("reading"))
        .with_columns(pl.lit(2).alias("evidence_level"))
        .with_columns(pl.col("reading").is_in(["difference", "overload"]).alias("flagged"))
        .with_columns(pl.col("flagged").fill_null(value=False))
        .select(pl.col(name).cast(kind) for name, kind in CELLS.items())
    )
