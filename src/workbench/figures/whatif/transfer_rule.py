"""What if every transfer had kept the rule: each dossier's later steps are simulated again.

After a late transfer the rest of the dossier's timeline is run again as its unit's own log shows:
it queues for the officers, first come first served, with the others that would also have arrived
earlier; it is signed at the signer's next session; all other waits and all handling stay as they
were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from workbench.clock import Calendars
from workbench.figures.whatif.queue_replay import Desk, gains, imputed_service_times, misfit
from workbench.figures.whatif.sessions import Sessions, Signatures, Signer, read_habit
from workbench.figures.whatif.shifted import COUNTED, by_unit_and_period
from workbench.figures.whatif.working_seconds import Seconds, worked

_KEY = ["dossier_id", "step_no"]
_DESK = ("arrived", "started", "officer", "quarter")
_SIZES = ("alike", "handled", "relative")
_GAINS = tuple(f"gain_{number}" for number in range(len(_SIZES)))
"""By how much a wait shrinks (or grows, below 0), by reading of sizes, the best first."""
_READINGS = (*_GAINS, "no_queue", "no_session")
"""The readings of the log; the first is reported, the others bound it."""
_Z = 1.96
_UNSURE = 28_800


@dataclass(frozen=True)
class TransferLog:
    """The tables of a register on dossiers that were transferred too late, and on their units.

    Attributes:
        cuts: ``transfer_delays``: by how much sooner the rule brings a dossier to a step, 0 of a
            late dossier that the log shows to have kept it.
        visits: ``queue_visits``.
        signings: The table of that name.
        late: ``late_dossiers``.
    """

    cuts: pl.DataFrame
    visits: pl.DataFrame
    signings: pl.DataFrame
    late: pl.DataFrame


def whatif_transfer_rule(log: TransferLog, calendars: Calendars, *, scenario: str) -> pl.DataFrame:
    """Return how many late dossiers a scenario that keeps to the transfer rule would have saved.

    Args:
        log: The tables of the register.
        calendars: Working time of the units.
        scenario: Its name in the result.

    Returns:
        One row per unit (and ``*``) and period with a late dossier of which the log says how long
        any transfer took; where it says so of none, there is no row rather than a zero. n_late all
        late dossiers, n_touched those that would have ended sooner, n_saved those that would have
        ended in time. Every dossier is also simulated under other readings of the log: an
        officer's time in two other proportions, no queue run again, no session looked for;
        where the log shows neither queue nor session, a day of work more and less. ``lower`` and
        ``upper`` take each dossier on which the readings disagree for a toss-up: 95 % of the
        binomial, half a dossier added as the normal approximation needs. Level 3.

    Source: Feller (1968), An Introduction to Probability Theory, vol. 1, ch. VII, for the half.
    """
    ways = _ends_sooner(log, calendars)
    saves = (ways > 0) & (ways >= log.late["overrun_seconds"].to_numpy()[:, None])
    dossiers = log.late.select("unit_id", "ended_on").with_columns(
        log.late["dossier_id"].is_in(log.cuts["dossier_id"].unique().implode()).alias("known"),
        # a dossier that would not end earlier is never saved, even if late by zero seconds
        pl.Series("touched", (ways > 0).any(axis=1)),
        pl.Series("saved", saves[:, 0]),
        pl.Series("doubtful", saves.any(axis=1) & ~saves.all(axis=1)),
    )
    counts_by_unit = by_unit_and_period(dossiers).filter(pl.col("known") > 0)
    columns = ("unit_id", "period", "n_late", "touched", "saved", "doubtful")
    rows = [
        (scenario, unit, period, *_bounded(*counts))
        for unit, period, *counts in counts_by_unit.select(columns).iter_rows()
    ]
    return pl.DataFrame(rows, schema=COUNTED, orient="row").with_columns(
        pl.lit("steps_rerun").alias("method"), pl.lit(3, pl.Int64).alias("evidence_level")
    )


def _bounded(
    late: int, touched: int, saved: int, doubtful: int
) -> tuple[int, int, int, float, float]:
    """Add the bounds: each doubtful dossier is saved or not with even chances."""
    reach = _Z * (doubtful / 4) ** 0.5 + 0.5 if touched else 0.0
    return late, touched, saved, max(saved - reach, 0.0), min(saved + reach, float(touched))


def _ends_sooner(log: TransferLog, calendars: Calendars) -> Seconds:
    """Return by how much sooner each late dossier ends: a row each, a column per reading.

    Where neither a queue nor a session of it could be run again, two more columns are a day of
    work less and more; elsewhere they repeat the best reading.
    """
    broken = log.cuts.filter(pl.col("avoidable_seconds") > 0)
    signings = _numbered(log.signings, calendars)
    sessions = _sessions(signings, calendars)
    signed = signings.select(
        *_KEY, "signature", pl.Series("is_rerun", sessions.known(), dtype=pl.Boolean)
    )
    steps = _steps(log.late, broken, _Desks(log.visits, broken, calendars).eased(), signed)
    sooner = np.zeros((log.late.height, len(_READINGS)), dtype=np.int64)
    late_no, cut, signature = (
        steps[name].to_numpy() for name in ("late_no", "avoidable_seconds", "signature")
    )
    no_queue = np.zeros(steps.height, dtype=np.int64)
    gained = np.stack([*(steps[name].to_numpy() for name in _GAINS), no_queue], axis=1)
    gained = np.append(gained, gained[:, :1], axis=1)
    for rows in _in_turn(late_no):
        came = sooner[late_no[rows]] + cut[rows, None] + gained[rows]
        is_signing = signature[rows] >= 0
        for way in range(len(_READINGS) - 1):
            came[is_signing, way] = sessions.sooner(
                signature[rows][is_signing], came[is_signing, way]
            )
        sooner[late_no[rows]] = came
    unsure = np.zeros(log.late.height, dtype=np.int64)
    unsure[late_no] = _UNSURE
    unsure[late_no[steps["is_rerun"].to_numpy()]] = 0
    best = sooner[:, 0]
    return np.column_stack([sooner, best - unsure, best + unsure])


def _steps(
    late: pl.DataFrame, cuts: pl.DataFrame, eased: pl.DataFrame, signed: pl.DataFrame
) -> pl.DataFrame:
    """Return the steps at which a late dossier's way changes, in order of dossier and step.

    Dossiers that no cut and no queue moves are left out. late_no is a row of ``late``, signature
    one of the signings, -1 where the step is none.
    """
    numbered = late.select("dossier_id").with_row_index("late_no")
    parts = [
        part.with_columns(pl.col("step_no").cast(pl.Int64)).join(numbered, on="dossier_id")
        for part in (cuts, eased, signed)
    ]
    moves = ("avoidable_seconds", *_GAINS)
    changes = pl.concat(parts, how="diagonal").group_by("late_no", "step_no")
    steps = changes.agg(pl.sum(*moves), pl.max("signature").fill_null(-1), pl.any("is_rerun")).sort(
        "late_no", "step_no"
    )
    moved = pl.any_horizontal(pl.col(name) != 0 for name in moves)
    return steps.filter(moved.any().over("late_no"))


def _in_turn(dossiers: npt.NDArray[np.uint32]) -> Iterator[Seconds]:
    """Yield the rows of every dossier's first step, then of every second one, and so on."""
    if not len(dossiers):
        return
    begins = np.flatnonzero(np.diff(dossiers, prepend=dossiers[0] + 1))
    turn = np.arange(len(dossiers)) - np.repeat(begins, np.diff(begins, append=len(dossiers)))
    order = np.argsort(turn, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(turn))[:-1])


class _Desks:
    """The desks that received any dossier transferred too late."""

    def __init__(self, visits: pl.DataFrame, cuts: pl.DataFrame, calendars: Calendars) -> None:
        units = visits.join(cuts, on="dossier_id", how="semi")["unit_id"].unique()
        usual = pl.col("served_seconds").median().over("procedure_id").clip(lower_bound=1)
        quarter = pl.col("arrived_at").dt.year() * 4 + pl.col("arrived_at").dt.quarter()
        chosen = visits.with_columns(
            (pl.col("served_seconds") / usual).alias("relative"),
            pl.col("served_seconds").cast(pl.Float64).alias("handled"),
            pl.lit(1.0).alias("alike"),
            (quarter - quarter.min()).cast(pl.Int64).alias("quarter"),
        ).filter(pl.col("unit_id").is_in(units.implode()), pl.col("holder_id").is_not_null())
        rows = chosen.select(
            *_KEY,
            "unit_id",
            "calendar_id",
            pl.col("holder_id").rank("dense").over("unit_id").cast(pl.Int64).alias("officer"),
            "quarter",
            *_SIZES,
            *_worked(chosen, calendars),
        ).join(_before(chosen.select(_KEY), cuts), on=_KEY, how="left")
        self._rows = rows.sort("unit_id", "arrived", *_KEY)
        self._sooner = self._rows["avoidable_seconds"].fill_null(0).to_numpy()
        self._desks = [
            (place, Desk(*(desk[name].to_numpy() for name in _DESK)))
            for place, desk in _slices(self._rows)
            if not _are_dates(desk, calendars)
        ]

    def eased(self) -> pl.DataFrame:
        """Return a row per visit of a desk that can be run again by the best reading or another.

        The sizes that known times follow best come first.
        """
        sizes = {name: self._rows[name].to_numpy() for name in _SIZES}

        def missed(size: str) -> float:
            return sum(misfit(desk, sizes[size][place]) for place, desk in self._desks)

        gained = np.zeros((len(_SIZES), self._rows.height), dtype=np.int64)
        is_run = np.zeros((len(_SIZES), self._rows.height), dtype=np.bool_)
        for reading, size in enumerate(sorted(_SIZES, key=missed)):
            for place, desk in self._desks:
                sooner = self._sooner[place]
                found = gains(desk, imputed_service_times(desk, sizes[size][place]), sooner)
                if found is not None:
                    gained[reading, place] = found - sooner
                    is_run[reading, place] = True
        visits = self._rows.select(_KEY).with_columns(
            *(pl.Series(name, gain) for name, gain in zip(_GAINS, gained, strict=True)),
            pl.Series("is_rerun", is_run[0]),
        )
        return visits.filter(pl.Series(is_run.any(axis=0)))


def _before(visits: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """Return by how much sooner the rule brings each dossier to a visit: all cuts up to there."""
    return (
        visits.join(cuts.rename({"step_no": "cut_no"}), on="dossier_id")
        .filter(pl.col("cut_no") <= pl.col("step_no"))
        .group_by(_KEY)
        .agg(pl.col("avoidable_seconds").sum())
    )


def _slices(rows: pl.DataFrame) -> Iterator[tuple[slice, pl.DataFrame]]:
    """Yield each unit's rows and where they stand; a unit's stand together."""
    first = 0
    for _, some in rows.group_by("unit_id", maintain_order=True):
        yield slice(first, first + some.height), some
        first += some.height


def _are_dates(rows: pl.DataFrame, calendars: Calendars) -> bool:
    """Return whether most arrivals at a desk are dates without times, which have no order."""
    opens = calendars[rows["calendar_id"][0]].before
    return bool(np.isin(rows["arrived"].to_numpy(), opens).mean() > 0.5)


def _numbered(signings: pl.DataFrame, calendars: Calendars) -> pl.DataFrame:
    """Return every signature of the units concerned, signers and signatures by number."""
    quarter = pl.col("started_at").dt.year() * 4 + pl.col("started_at").dt.quarter()
    signer = pl.struct("unit_id", "holder_id", "calendar_id").rank("dense")
    return signings.select(
        *_KEY,
        "calendar_id",
        (signer.cast(pl.Int64) - 1).alias("signer"),
        quarter.cast(pl.Int64).alias("quarter"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("signature"),
        *_worked(signings, calendars),
    )


def _sessions(signings: pl.DataFrame, calendars: Calendars) -> Sessions:
    habits = [
        _habit(some, calendars[calendar].before)
        for (_, calendar), some in sorted(signings.group_by("signer", "calendar_id"))
    ]
    order = ("signer", "arrived", "started", "quarter")
    return Sessions(habits, Signatures(*(signings[name].to_numpy() for name in order)))


def _habit(rows: pl.DataFrame, days: Seconds) -> Signer:
    arrived, started, quarter = (rows[n].to_numpy() for n in ("arrived", "started", "quarter"))
    return read_habit(arrived, started, quarter, days)


def _worked(rows: pl.DataFrame, calendars: Calendars) -> Iterator[pl.Series]:
    """Yield arrivals and starts as working seconds of each row's calendar."""
    for name in ("arrived", "started"):
        yield pl.Series(name, worked(rows, f"{name}_at", lambda c, s: calendars[c].w(s)))
