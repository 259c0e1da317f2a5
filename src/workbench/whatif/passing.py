"""Had every transfer kept to the rule: each dossier's own steps lived again from there.

What lay ahead of a dossier when it was passed on too late is run again as its unit's own log
shows it to work: it queues for the officers, first come first served, beside the others who would
have come sooner too; it is signed at the signer's next session; all other waits and all handling
stay as they were.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from workbench.whatif.desks import Desk, Seconds, gains, misfit, usual_held
from workbench.whatif.sessions import Signer, read_habit
from workbench.whatif.shifted import COUNTED, by_unit_and_period
from workbench.worktime import Calendars

Place = tuple[str, int]
"""A dossier and the number of one of its steps."""

READINGS = 5
"""In how many ways the log is read; the first is told, the others bound it."""

_KEY = ["dossier_id", "step_no"]
_DESK = ("arrived", "started", "officer", "quarter")
_SIZES = ("alike", "handled", "relative")
_Z = 1.96
_UNSURE = 28_800


@dataclass(frozen=True)
class Log:
    """What a register holds of dossiers that were passed on too late, and of their units.

    Attributes:
        cuts: ``transfer_cuts``: by how much sooner the rule brings a dossier to a step, 0 of a
            late dossier that the log shows to have kept it.
        visits: ``queue_visits``.
        signings: The table of that name.
        late: ``late_dossiers``.
    """

    cuts: pl.DataFrame
    visits: pl.DataFrame
    signings: pl.DataFrame
    late: pl.DataFrame


def passed_on(log: Log, calendars: Calendars, *, scenario: str) -> pl.DataFrame:
    """Return how many late dossiers a scenario that keeps to the transfer rule would have saved.

    Args:
        log: The tables of the register.
        calendars: Working time of the units.
        scenario: Its name in the result.

    Returns:
        One row per unit (and ``*``) and period with a late dossier of which the log says how long
        any transfer took; where it says so of none, there is no row rather than a zero. n_late all
        late dossiers, n_touched those that would have ended sooner, n_saved those that would have
        ended in time. Every dossier is also lived again under other readings of the log: an
        officer's time taken in two other proportions, no queue run again, no session looked for;
        where the log shows neither queue nor session, a day of work more and less. ``lower`` and
        ``upper`` take each dossier on which the readings disagree for a toss-up: 95 % of the
        binomial, half a dossier added as the normal approximation needs. Level 3.

    Source: Feller (1968), An Introduction to Probability Theory, vol. 1, ch. VII, for the half.
    """
    broken = log.cuts.filter(pl.col("cut_seconds") > 0)
    sooner = _sooner(replace(log, cuts=broken), calendars)
    flags = [
        _flags(sooner.get(dossier, [0] * READINGS), overrun)
        for dossier, overrun in log.late.select("dossier_id", "overrun_seconds").iter_rows()
    ]
    schema = dict.fromkeys(("touched", "saved", "doubtful"), pl.Boolean)
    told = log.late.select("unit_id", "ended_on").with_columns(
        log.late["dossier_id"].is_in(log.cuts["dossier_id"].unique().implode()).alias("known"),
        *pl.DataFrame(flags, schema=schema, orient="row"),
    )
    counted = by_unit_and_period(told).filter(pl.col("known") > 0)
    columns = ("unit_id", "period", "n_late", *schema)
    rows = [
        (scenario, unit, period, *_bounded(*counts))
        for unit, period, *counts in counted.select(columns).iter_rows()
    ]
    return pl.DataFrame(rows, schema=COUNTED, orient="row").with_columns(
        pl.lit("steps_rerun").alias("method"), pl.lit(3, pl.Int64).alias("evidence_level")
    )


def _flags(ways: list[int], overrun: int) -> tuple[bool, bool, bool]:
    """Say of a dossier: would it end sooner, in time by the best reading, and do readings differ?

    A dossier that would end no sooner is saved by nothing, even where it is late by no second.
    """
    saves = [0 < way >= overrun for way in ways]
    return max(ways) > 0, saves[0], any(saves) and not all(saves)


def _bounded(
    late: int, touched: int, saved: int, doubtful: int
) -> tuple[int, int, int, float, float]:
    """Add the bounds: each doubtful dossier is saved or not with even chances."""
    reach = _Z * (doubtful / 4) ** 0.5 + 0.5 if touched else 0.0
    return late, touched, saved, max(saved - reach, 0.0), min(saved + reach, float(touched))


def _sooner(log: Log, calendars: Calendars) -> dict[str, list[int]]:
    """Return by how much sooner each dossier ends under every reading, the best one first."""
    cuts = {(d, n): cut for d, n, cut in log.cuts.select(*_KEY, "cut_seconds").iter_rows()}
    eased = _Desks(log, calendars).eased()
    signers = _Signers(log.signings, calendars)
    places: dict[str, set[int]] = defaultdict(set)
    moved = {*cuts, *(place for found in eased for place, gain in found.items() if gain)}
    for dossier, step_no in moved:
        places[dossier].add(step_no)
    for dossier, step_no in (*eased[0], *signers.places):
        if dossier in places:
            places[dossier].add(step_no)
    nothing: dict[Place, int] = {}
    readings = [*((gains, True) for gains in eased), (nothing, True), (eased[0], False)]
    found = {}
    for dossier in log.late["dossier_id"].to_list():
        steps = sorted(places.get(dossier, ()))
        if steps:
            ways = [
                _end(dossier, steps, cuts, gained, signers if in_session else None)
                for gained, in_session in readings
            ]
            if not any((dossier, n) in eased[0] or signers.knows((dossier, n)) for n in steps):
                ways += [ways[0] - _UNSURE, ways[0] + _UNSURE]
            found[dossier] = ways
    return found


def _end(
    dossier: str,
    steps: list[int],
    cuts: dict[Place, int],
    gained: dict[Place, int],
    signers: _Signers | None,
) -> int:
    """Return by how much sooner a dossier ends, its steps in their order."""
    sooner = 0
    for step_no in steps:
        place = (dossier, step_no)
        sooner += cuts.get(place, 0) + gained.get(place, 0)
        if signers and sooner:
            sooner = signers.sooner(place, sooner)
    return sooner


class _Desks:
    """The desks that any dossier passed on too late came to."""

    def __init__(self, log: Log, calendars: Calendars) -> None:
        units = log.visits.join(log.cuts, on="dossier_id", how="semi")["unit_id"].unique()
        usual = pl.col("served_seconds").median().over("procedure_id").clip(lower_bound=1)
        quarter = pl.col("arrived_at").dt.year() * 4 + pl.col("arrived_at").dt.quarter()
        visits = log.visits.with_columns(
            (pl.col("served_seconds") / usual).alias("relative"),
            pl.col("served_seconds").cast(pl.Float64).alias("handled"),
            pl.lit(1.0).alias("alike"),
            (quarter - quarter.min()).cast(pl.Int64).alias("quarter"),
        ).filter(pl.col("unit_id").is_in(units.implode()), pl.col("holder_id").is_not_null())
        visits = visits.with_columns(
            pl.col("holder_id").rank("dense").over("unit_id").cast(pl.Int64).alias("officer"),
            _worked(visits, "arrived_at", calendars),
            _worked(visits, "started_at", calendars),
        )
        before = (
            visits.select(_KEY)
            .join(log.cuts.rename({"step_no": "cut_no"}), on="dossier_id")
            .filter(pl.col("cut_no") <= pl.col("step_no"))
            .group_by(_KEY)
            .agg(pl.col("cut_seconds").sum())
        )
        joined = visits.join(before, on=_KEY, how="left").with_columns(
            pl.col("cut_seconds").fill_null(0)
        )
        self._desks = [
            (rows, Desk(*(rows[name].to_numpy() for name in _DESK)))
            for _, rows in joined.sort("unit_id", "arrived", *_KEY).group_by(
                "unit_id", maintain_order=True
            )
            if not _are_dates(rows, calendars)
        ]

    def eased(self) -> list[dict[Place, int]]:
        """Return whose wait shrinks (or grows, below 0) and by how much, by reading of sizes.

        The sizes that known times follow best come first.
        """

        def missed(size: str) -> float:
            return sum(misfit(desk, rows[size].to_numpy()) for rows, desk in self._desks)

        found = []
        for size in sorted(_SIZES, key=missed):
            eased: dict[Place, int] = {}
            for rows, desk in self._desks:
                sooner = rows["cut_seconds"].to_numpy()
                gained = gains(desk, usual_held(desk, rows[size].to_numpy()), sooner)
                if gained is not None:
                    places = zip(rows["dossier_id"], rows["step_no"], strict=True)
                    eased |= dict(zip(places, (gained - sooner).tolist(), strict=True))
            found.append(eased)
        return found


class _Signers:
    """Every signature of the units concerned, and the habits of who gave them."""

    def __init__(self, signings: pl.DataFrame, calendars: Calendars) -> None:
        quarter = pl.col("started_at").dt.year() * 4 + pl.col("started_at").dt.quarter()
        rows = signings.select(
            *_KEY,
            "calendar_id",
            pl.struct("unit_id", "holder_id", "calendar_id").rank("dense").alias("signer"),
            quarter.alias("quarter"),
            _worked(signings, "arrived_at", calendars),
            _worked(signings, "started_at", calendars),
        ).sort(_KEY)
        told = ("signer", "arrived", "started", "quarter")
        places = zip(rows["dossier_id"], rows["step_no"], strict=True)
        self.places: dict[Place, tuple[int, int, int, int]] = dict(
            zip(places, rows.select(told).iter_rows(), strict=True)
        )
        self._habits = {
            signer: _habit(some, calendars[calendar].before)
            for (signer, calendar), some in rows.group_by("signer", "calendar_id")
        }

    def knows(self, place: Place) -> bool:
        """Say whether a step is a signature of someone who signs in sessions."""
        return place in self.places and self._habits[self.places[place][0]].sessions.size > 0

    def sooner(self, place: Place, sooner: int) -> int:
        """Return by how much sooner a signature is given that is asked for so much sooner."""
        if place not in self.places:
            return sooner
        signer, arrived, started, quarter = self.places[place]
        return started - self._habits[signer].start(arrived, started, sooner, quarter)


def _are_dates(rows: pl.DataFrame, calendars: Calendars) -> bool:
    """Say whether most arrivals at a desk are mere dates, which show no order within a day."""
    opens = calendars[rows["calendar_id"][0]].before
    return bool(np.isin(rows["arrived"].to_numpy(), opens).mean() > 0.5)


def _habit(rows: pl.DataFrame, days: Seconds) -> Signer:
    arrived, started, quarter = (rows[n].to_numpy() for n in ("arrived", "started", "quarter"))
    return read_habit(arrived, started, quarter, days)


def _worked(rows: pl.DataFrame, name: str, calendars: Calendars) -> pl.Series:
    """Return a column of instants as working seconds of each row's calendar."""
    seconds = rows[name].dt.epoch("s").to_numpy()
    worked = np.zeros(len(seconds), dtype=np.int64)
    used = rows["calendar_id"].to_numpy()
    for calendar in rows["calendar_id"].unique().sort():
        here = used == calendar
        worked[here] = calendars[calendar].w(seconds[here])
    return pl.Series(name.removesuffix("_at"), worked)
