"""Which cause made which unit late in which period, beyond chance and beyond its mix of work.

Each cell of unit, period and cause is held against what the other cells had in the same strata
(procedure and channel). Cells already out of line are kept out of that reference, or a sick unit
would hide behind another. Cells vary more than by chance alone, so the spread between them is
estimated and used; and the whole family is tested at once, so that healthy units are left alone.

A cell that fails is no proof of fault: it is a comparison (evidence level 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from workbench.estimates.discovery import combined_p, q_values_of_named
from workbench.estimates.excess import excess_limits, relative_spread, upper_tail
from workbench.vocabulary import EVERYTHING, Period, PeriodKind

Floats = NDArray[np.float64]

CONGESTION = ("queue",)
"""Causes that arise where work meets capacity: an overload was observed, nothing more is said."""
UNEXPLAINED = "unexplained"
"""More of it than elsewhere is a gap in the data, and no unit's behaviour."""
CORRELATION = {"late_share": 0.02, "n_extreme": 0.05}
"""Of a cell's dossiers under congestion, late ones and those that wait extremely long: one that
waits makes the next wait. They are no independent witnesses, the less so the more there are."""
LEAST_EXCESS, LEAST_SHARE = 1.0, 0.01
"""Late dossiers beyond expectation below which no cell is named: so many, and so much of the
cell's dossiers on top; less is too small to act upon."""
PRIOR_DOSSIERS = 10.0
"""Weight of the cause's overall rate in the rate of a stratum, in dossiers."""
CLEARLY_OUT = 0.005
"""A cell with a smaller p-value is left out of the reference of the others."""
MOST_OUT = 0.1
"""At most so many cells of a cause are left out: else what is rare would seem impossible."""
ROUNDS = 5

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

_CELL = ("unit_id", "period", "cause")
_STRATUM = ("procedure_id", "channel_in", "cause")
_SUMS = ("n_dossiers", "n_late", "n_dominant", "late_share")
_TIME = "excess_seconds"
_EXTREME = "n_extreme"
_LATE = "late_share"
_SPARED, _DOUBTFUL = "n_spared", "n_doubtful"


@dataclass(frozen=True)
class _Tested:
    """Figures of the cells, one entry per cell in their order.

    ``variance`` is relative: ``spread`` between cells plus what is unsure of ``expected``.
    """

    expected: Floats
    variance: Floats
    chance: Floats
    spread: float


def cells(cause_cells: pl.DataFrame, *, kind: PeriodKind, q: float = 0.10) -> pl.DataFrame:
    """Return one row per unit, period and cause, tested against all others.

    Args:
        cause_cells: One row per unit, period, stratum (procedure, channel) and cause:
            n_dossiers (judged ones of the stratum, repeated on each cause), n_late, late_share
            (late dossiers put down to the cause, in fractions), n_spared (late dossiers that would
            have been on time without it) and n_doubtful (those near that border); without these
            two late_share speaks for both and nothing is doubtful. With n_extreme (judged dossiers,
            late or not, from which the cause took extremely much) and excess_seconds (what it took
            from all of them) those are tested too, and one p-value is made of all: a cause at work
            shows in many dossiers before it makes some late. Time is not tested for congestion,
            which comes in waves anyway.
        kind: Periods of this kind make the family; other rows are left aside.
        q: Share of false names among the cells named that is accepted.

    Returns:
        Ordered by unit, period, cause: n_dossiers, n_late, observed (late dossiers due to the
        cause, in fractions), expected (such, from the other cells, same strata), excess with lower
        and upper (95 %): how many late dossiers of this very cell would have been on time had
        the cause taken here what it takes elsewhere (n_spared beyond what the others have of it;
        a dossier that any of two causes alone made late counts for both), p_value (one-sided),
        q_value (over the family of all cells and causes; the unexplained, of which no unit is
        accused, does not count in that of the others), reading of a cell out of line by q-value
        and by what was observed beyond the expected (``difference``; ``overload`` for congestion;
        ``unexplained`` for what no cause explains; else missing), flagged (out of line, and not
        merely unexplained), evidence_level 2. Empty in, empty out.

    Source: Benjamini and Hochberg (1995) in the form of Gilbert (2005) and Heyse (2011), as in
    ``estimates.discovery.q_values_of_named``; Efron (2004), J. Am. Stat. Assoc. 99, 96-104 (spread
    estimated from the family itself); Spiegelhalter (2005), Quality and Safety in Health Care
    14, 347-351 (over-dispersion); Kish (1965), Survey Sampling, section 5.4 (design effect of
    clusters).
    """
    rows = _of_kind(cause_cells, kind)
    if rows.is_empty():
        return pl.DataFrame(schema=CELLS)
    parts = [
        _of_cause(rows.filter(pl.col("cause") == cause)) for cause in rows["cause"].unique().sort()
    ]
    tested = pl.concat(parts)
    of_nobody = pl.col("cause") == UNEXPLAINED
    accusing, every = _finished(tested.filter(~of_nobody), q), _finished(tested, q)
    return pl.concat([accusing, every.filter(of_nobody)]).sort(_CELL)


def spreads_of(cause_cells: pl.DataFrame, *, kind: PeriodKind) -> dict[str, float]:
    """Return how much cells of each cause differ beyond chance, relative to what was expected.

    Tau squared by cause, from the cells not out of line: what ``gaps`` takes to widen intervals
    where dossiers share their luck, as in a queue. Zero: no more than chance.
    """
    rows = _of_kind(cause_cells, kind)
    return {
        cause: _counted(part, _LATE, *_places(part), in_waves=cause in CONGESTION).spread
        for cause in rows["cause"].unique().sort()
        if not (part := rows.filter(pl.col("cause") == cause)).is_empty()
    }


def _of_kind(cause_cells: pl.DataFrame, kind: PeriodKind) -> pl.DataFrame:
    """Keep the causes proper and the periods of one kind, one row per cell and stratum."""
    labels = cause_cells["period"].unique()
    wanted = [p for p in labels if Period.parse(p).kind == kind]
    told = (*_SUMS, _EXTREME, _TIME, _SPARED, _DOUBTFUL)
    sums = [c for c in told if c in cause_cells.columns]
    kept = cause_cells.filter(pl.col("period").is_in(wanted), pl.col("cause") != EVERYTHING)
    grain = ("unit_id", "period", *_STRATUM)
    return kept.select(*grain, *(pl.col(c).cast(pl.Float64) for c in sums)).sort(grain)


def _of_cause(rows: pl.DataFrame) -> pl.DataFrame:
    """Test every cell of one cause."""
    cell, stratum = _places(rows)
    in_waves = rows["cause"][0] in CONGESTION
    table = rows.group_by(_CELL).agg(
        pl.col("n_dossiers").sum(),
        pl.col("n_late").sum(),
        pl.col("late_share").sum().alias("observed"),
    )
    least = LEAST_EXCESS + LEAST_SHARE * pl.col("n_dossiers")
    table = table.sort("unit_id", "period").with_columns(least.alias("least"))
    counted = _counted(rows, _LATE, cell, stratum, in_waves=in_waves)
    chances = [counted.chance]
    if _EXTREME in rows.columns:
        chances.append(_counted(rows, _EXTREME, cell, stratum, in_waves=in_waves).chance)
    if _TIME in rows.columns and not in_waves:
        chances.append(_timed(rows, cell, counted.chance))
    passed = counted.expected + table["least"].to_numpy()
    excess, low, high = _spared(rows, cell, stratum)
    return table.with_columns(
        pl.Series("expected", counted.expected),
        pl.Series("excess", excess),
        pl.Series("lower", low),
        pl.Series("upper", high),
        pl.Series("p_value", combined_p(*chances) if len(chances) > 1 else chances[0]),
        pl.Series("reach", upper_tail(passed, counted.expected, counted.variance)),
    )


def _spared(
    rows: pl.DataFrame, cell: NDArray[np.int64], stratum: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Estimate how many late dossiers of each cell would have been on time without the cause.

    Waves of congestion are set aside here like anything out of line: asked is not whether this
    wave stands out among waves but what there would be without it.
    """
    what = _SPARED if _SPARED in rows.columns else _LATE
    usual = _counted(rows, what, cell, stratum, in_waves=False)
    counted = np.bincount(cell, rows[what].to_numpy())
    unsure = np.zeros_like(counted)
    if _DOUBTFUL in rows.columns:
        unsure = np.bincount(cell, rows[_DOUBTFUL].to_numpy())
    low, high = excess_limits(counted, unsure, usual.expected, usual.variance)
    return counted - usual.expected, low, high


def _places(rows: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the cells and the strata of the rows, both in their order."""
    codes = rows.select(
        pl.struct("unit_id", "period").rank("dense").alias("cell"),
        pl.struct("procedure_id", "channel_in").rank("dense").alias("stratum"),
    )
    cell, stratum = (codes[c].to_numpy().astype(np.int64) - 1 for c in codes.columns)
    return cell, stratum


def _counted(
    rows: pl.DataFrame,
    what: str,
    cell: NDArray[np.int64],
    stratum: NDArray[np.int64],
    *,
    in_waves: bool,
) -> _Tested:
    """Hold what was counted of each cell against the rates of the others, out-of-line ones aside.

    Starts from chance alone and widens the spread until reference and spread agree: so that a
    cell far out cannot hide behind the spread it causes itself. What comes in waves everywhere
    (``in_waves``, congestion) is tested otherwise: there no cell is set aside, and only a wave
    above the usual ones stands out.
    """
    dossiers, late = rows["n_dossiers"].to_numpy(), rows[what].to_numpy()
    observed = np.bincount(cell, late)
    kept = np.ones(observed.size, dtype=bool)
    together = CORRELATION[what] if in_waves else 0.0
    tested = _against(kept, (dossiers, late), (cell, stratum), (0.0, together))
    for _ in range(0 if in_waves else ROUNDS):
        still = _in_line(tested.chance)
        spread = relative_spread(observed[still], tested.expected[still])
        tested = _against(still, (dossiers, late), (cell, stratum), (spread, together))
        if np.array_equal(still, kept):
            break
        kept = still
    return tested


def _against(
    kept: NDArray[np.bool_],
    counts: tuple[Floats, Floats],
    place: tuple[NDArray[np.int64], NDArray[np.int64]],
    law: tuple[float, float],
) -> _Tested:
    """Expect each cell from the kept others of its strata, and test it."""
    (dossiers, late), (cell, stratum) = counts, place
    spread, together = law
    inside = kept[cell]
    base = dossiers * inside
    # Half an event more: that nothing was seen elsewhere does not mean that nothing can be.
    hits = late * inside + 0.5 * base / max(base.sum(), 1.0)
    overall = hits.sum() / max(base.sum(), 1.0)
    others = np.bincount(stratum, base)[stratum] - base
    found = np.bincount(stratum, hits)[stratum] - hits
    rate = (found + PRIOR_DOSSIERS * overall) / (others + PRIOR_DOSSIERS)
    expected = np.bincount(cell, dossiers * rate).astype(np.float64)
    unsure = 1 / np.maximum(hits.sum() - np.bincount(cell, hits), 0.25)
    more = together * np.maximum(np.bincount(cell, dossiers) - 1, 0.0)
    wide = np.maximum(spread + unsure, 0.0) + more / np.maximum(expected, 1e-9)
    chance = upper_tail(np.bincount(cell, late), expected, wide)
    return _Tested(expected, wide, chance, spread)


def _in_line(chance: Floats) -> NDArray[np.bool_]:
    """Return the cells that make the reference: all but the clearly out, at most a tenth."""
    most = int(np.ceil(MOST_OUT * chance.size))
    furthest = np.argsort(chance, kind="stable")[:most]
    kept = np.ones(chance.size, dtype=bool)
    kept[furthest[chance[furthest] < CLEARLY_OUT]] = False
    return kept


def _timed(rows: pl.DataFrame, cell: NDArray[np.int64], chance: Floats) -> Floats:
    """Test the time that all dossiers of each cell, late or not, lost to the cause.

    Time a dossier, times the root of their number, against the cells not out of line: their 80th
    percentile sets the scale of a law with heavy tails (Student's t with two degrees of freedom),
    since a few slow dossiers are nothing unusual. Where so few cells lose any time that the
    percentile is zero, a cell's place among the others is all that can be said.
    """
    seconds, dossiers = (np.bincount(cell, rows[c].to_numpy()) for c in (_TIME, "n_dossiers"))
    lost = seconds / np.sqrt(np.maximum(dossiers, 1.0))
    usual = lost[_in_line(chance)]
    if not usual.size:
        return np.ones_like(lost)
    place = (np.searchsorted(np.sort(-usual), -lost, side="right") + 1) / (usual.size + 1)
    scale = float(np.quantile(usual, 0.8)) / float(stdtrit(2, 0.9))
    if scale <= 0:
        return np.where(lost > 0, np.minimum(place, 1.0), 1.0)
    return np.asarray(2 * stdtr(2, -lost / scale))


def _finished(table: pl.DataFrame, q: float) -> pl.DataFrame:
    """Give every cell its q-value, say which are named, and order the columns."""
    able = pl.col("observed") - pl.col("expected") >= pl.col("least")
    chosen = table.select(able.alias("able"))["able"]
    chances = q_values_of_named(
        table["p_value"].to_numpy(), chosen.to_numpy(), table["reach"].to_numpy()
    )
    reading = (
        pl.when(~((pl.col("q_value") <= q) & able))
        .then(None)
        .when(pl.col("cause").is_in(CONGESTION))
        .then(pl.lit("overload"))
        .when(pl.col("cause") == UNEXPLAINED)
        .then(pl.lit(UNEXPLAINED))
        .otherwise(pl.lit("difference"))
    )
    return (
        table.with_columns(pl.Series("q_value", chances))
        .with_columns(reading.alias("reading"), pl.lit(2).alias("evidence_level"))
        .with_columns(pl.col("reading").is_in(["difference", "overload"]).alias("flagged"))
        .with_columns(pl.col("flagged").fill_null(value=False))
        .select(pl.col(name).cast(kind) for name, kind in CELLS.items())
    )
