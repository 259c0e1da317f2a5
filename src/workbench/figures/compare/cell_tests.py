"""Which cause made which unit late in which period, beyond chance and beyond its mix of work.

Each cell of unit, period and cause is compared with what the other cells had in the same strata
(procedure and channel). Cells already out of line are kept out of that reference, or a sick unit
would hide behind another. Cells vary more than by chance alone, so the spread between them is
estimated and used; and the whole family is tested at once, so that healthy units are left alone.

A cell that fails is no proof of fault: it is a comparison (evidence level 2).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.vocabulary import PeriodKind
from workbench.figures.compare.cell_expectations import (
    PAIRS,
    Expectation,
    expectations,
    usual_companions,
)
from workbench.figures.compare.families import CELL, Family, Reference, of_kind
from workbench.figures.estimates.excess import excess_limits, upper_tail
from workbench.figures.estimates.false_discovery import combined_p, q_values_of_named
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
LEVEL = 0.99
"""Of the limits of an excess: cells are chosen by it, so that at 95 % fewer limits would hold."""
LATE_ALONE = 0.01
"""Chance of as many late dossiers at a healthy cell above which it is not named, whatever else
speaks against it: dossiers that were long are support, but late ones are what a reader is given."""
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
    "evidence_level": pl.Int32,
}
"""Columns of the table ``cells``."""

_EXTREME = "n_extreme"
_LATE = "late_share"
_SPARED, _DOUBTFUL = "n_spared", "n_doubtful"
_BEYOND = ("unsure", "counted", "expected", "variance", "spared", "usual", "spread")
_COUNTED = (_LATE, _EXTREME, _SPARED, _DOUBTFUL, *PAIRS.values())


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
            two late_share speaks for both and nothing is doubtful. With n_extreme (judged dossiers,
            late or not, from which the cause took extremely much) the q-value is of both: a cause
            at work shows in many dossiers before it makes some late. With n_pairs, late_pairs and
            extreme_pairs (ordered pairs closed on one day by one unit: of dossiers judged, of
            those put down to the cause, of the extreme ones) what comes together counts as fewer
            witnesses; without these that is asked of the differences between cells alone.
        kind: Periods of this kind make the family; other rows are left aside.
        q: Share of false names among the cells named that is accepted.

    Returns:
        Ordered by unit, period, cause: n_dossiers, n_late, observed (late dossiers due to the
        cause, in fractions), expected (such, from the cells not out of line, same strata), excess
        (observed - expected) with lower and upper (99 %, as cells are chosen): how many late
        dossiers of this very cell would have been on time had the cause taken here what it takes
        elsewhere. n_spared says the same in another way (a dossier that any of two causes alone
        made late counts for both): where both differ the interval is wider. p_value (one-sided, of
        late dossiers alone), q_value (of late and extreme dossiers, over the family of all cells
        and causes; the unexplained, of which no unit is accused, does not count in that of the
        others), reading of a cell out of line by q-value, by the p-value of late dossiers alone
        (closed testing) and by what was observed beyond the expected, of which at least one dossier
        and the lower limit (``difference``; ``overload`` for congestion; ``unexplained`` for what
        no cause explains; else missing), flagged (out of line, and not merely unexplained),
        evidence_level 2. Empty in, empty out.

    Source: Benjamini and Hochberg (1995) in the form of Gilbert (2005) and Heyse (2011), as in
    ``estimates.discovery.q_values_of_named``; Efron (2004), J. Am. Stat. Assoc. 99, 96-104 (spread
    estimated from the family itself); Spiegelhalter (2005), Quality and Safety in Health Care
    14, 347-351 (over-dispersion); Kish (1965), Survey Sampling, section 5.4 (design effect of
    clusters); Marcus, Peritz and Gabriel (1976), Biometrika 63, 655-660 (closed testing); Benjamini
    and Yekutieli (2005), J. Am. Stat. Assoc. 100, 71-81 (intervals of what was chosen).
    """
    family, parts = of_kind(cause_cells, kind, _COUNTED)
    if not parts:
        return pl.DataFrame(schema=CELLS)
    usual = expectations(family, parts, (_LATE, _EXTREME))
    tested = _limited(
        pl.concat(
            _of_cause(family, rows, usual[cause, _LATE], usual.get((cause, _EXTREME)), cause)
            for cause, rows in parts.items()
        )
    )
    of_no_unit = pl.col("cause") == UNEXPLAINED
    accusing, every = _finished(tested.filter(~of_no_unit), q), _finished(tested, q)
    return pl.concat([accusing, every.filter(of_no_unit)]).sort(*CELL, "cause")


def companions_by_cause(
    cause_cells: pl.DataFrame | pl.LazyFrame, *, kind: PeriodKind
) -> dict[str, float]:
    """Return with how many others a late dossier of each cause is usually closed on one day.

    Beyond chance, in all units together; what ``gaps`` takes to widen the interval of a cause.
    """
    family, parts = of_kind(cause_cells, kind, (_LATE, PAIRS[_LATE]))
    return usual_companions(family, parts, _LATE)


def _of_cause(
    family: Family, rows: pl.DataFrame, late: Expectation, extreme: Expectation | None, cause: str
) -> pl.DataFrame:
    """Test every cell of one cause."""
    least = LEAST_EXCESS + LEAST_SHARE * family.judged
    reach = upper_tail(late.mean + least, late.mean, late.variance)
    healthy = np.minimum(late.healthy, extreme.healthy) if extreme else late.healthy
    return family.cells.select(
        "unit_id",
        "period",
        pl.lit(cause).alias("cause"),
        pl.col("n_dossiers", "n_late").cast(pl.Float64),
        (
            pl.col("n_dossiers") >= LEAST_PERIOD * pl.col("n_dossiers").median().over("unit_id")
        ).alias("is_full"),
        pl.Series("observed", late.observed),
        pl.Series("least", least),
        pl.Series("ordinary", late.expected),
        *_beyond(family.reference(healthy), rows, late),
        pl.Series("p_value", late.chance),
        pl.Series("combined", combined_p(late.chance, extreme.chance) if extreme else late.chance),
        pl.Series("reach", reach),
    ).with_columns(rounded("observed", "least", "ordinary", "p_value", "combined", "reach"))


def _beyond(reference: Reference, rows: pl.DataFrame, late: Expectation) -> list[pl.Series]:
    """Return two measures of the late dossiers due to the cause, beside what healthy cells have.

    What was put down to it, and which late dossiers its usual time would have spared (the second is
    the first where there is no such count). Asked is what there would be without the cause, so that
    cells out of line are set aside whatever shows it, waves of congestion among them.
    """
    family = reference.family
    measures = (_LATE, _SPARED if _SPARED in rows.columns else _LATE)
    unsure = np.zeros(family.cells.height)
    if _DOUBTFUL in rows.columns:
        unsure = family.summed(rows, _DOUBTFUL)
    figures = [unsure]
    for what in measures:
        of_peers = reference.expected(family.events(rows, what), late.companions)
        spread = late.law.spread(of_peers.mean, of_peers.variance(*late.law.parts))
        figures += [family.summed(rows, what), of_peers.mean, spread]
    return [pl.Series(*figure) for figure in zip(_BEYOND, figures, strict=True)]


def _limited(table: pl.DataFrame) -> pl.DataFrame:
    """Give every cell its excess with limits, all causes at once; no more than are late.

    The two measures are of one number: by as much as the second is lower it is uncertain, and
    where the second is higher the upper limit is the second's.
    """
    unsure, counted, expected, variance, spared, usual, spread = (
        table[name].to_numpy() for name in _BEYOND
    )
    excess = counted - expected
    apart = np.maximum(excess - (spared - usual), 0.0)
    low, high = excess_limits(counted, unsure, expected, variance, apart, LEVEL)
    _, higher = excess_limits(spared, unsure, usual, spread, level=LEVEL)
    most = np.minimum(np.maximum(high, higher), table["n_late"].to_numpy())
    return table.with_columns(
        pl.Series("expected", expected),
        pl.Series("excess", excess),
        pl.Series("lower", low),
        pl.Series("upper", most),
    ).with_columns(rounded("expected", "excess", "lower", "upper"))


def _finished(table: pl.DataFrame, q: float) -> pl.DataFrame:
    """Give every cell its q-value, say which are named, and order the columns."""
    able = pl.col("is_full") & (pl.col("observed") - pl.col("ordinary") >= pl.col("least"))
    is_sure = (
        (pl.col("p_value") <= LATE_ALONE)
        & (pl.col("excess") >= LEAST_EXCESS)
        & (pl.col("lower") > 0)
    )
    chosen = table.select(able.alias("able"))["able"]
    chances = q_values_of_named(
        table["combined"].to_numpy(), chosen.to_numpy(), table["reach"].to_numpy()
    )
    reading = (
        pl.when(~((pl.col("q_value") <= q) & able & is_sure))
        .then(None)
        .when(pl.col("cause").is_in(CONGESTION))
        .then(pl.lit("overload"))
        .when(pl.col("cause") == UNEXPLAINED)
        .then(pl.lit(UNEXPLAINED))
        .otherwise(pl.lit("difference"))
    )
    return (
        table.with_columns(pl.Series("q_value", chances))
        .with_columns(rounded("q_value"))
        .with_columns(reading.alias("reading"), pl.lit(2).alias("evidence_level"))
        .with_columns(pl.col("reading").is_in(["difference", "overload"]).alias("flagged"))
        .with_columns(pl.col("flagged").fill_null(value=False))
        .select(pl.col(name).cast(kind) for name, kind in CELLS.items())
    )
