"""The one-stop register at its snapshot: dossiers, steps and pauses as typed tables.

One row per dossier sent in by the snapshot, one per step begun, one per pause begun. Stamps are
local civil time without a zone, as offices keep them; what happens after the snapshot is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.core.vocabulary import Period
from workbench.testing.simulate.population import COUNTER, ONLINE, POST, Dossiers
from workbench.testing.simulate.process import (
    ASSIGN,
    INTAKE,
    OPINION,
    RECORD,
    RETURN,
    SIGN,
    SUPPLEMENT,
    TAX,
    WITHDRAWN,
    WORK,
    ProcessTimes,
)
from workbench.testing.simulate.scenario import Procedure, Scenario
from workbench.testing.simulate.snapshot import ObservedState
from workbench.testing.simulate.steps import NEVER, instants
from workbench.testing.simulate.streams import Flags, Whole

_CHANNELS = {COUNTER: "counter", ONLINE: "online", POST: "post"}
_APPLICANTS = {0: "citizen", 1: "business", 2: "other"}
_STEPS = {
    INTAKE: "intake",
    ASSIGN: "assign",
    WORK: "work",
    OPINION: "opinion",
    SIGN: "sign",
    RECORD: "record",
    RETURN: "return",
}
_ROLES = {
    INTAKE: "mc",
    ASSIGN: "ld",
    WORK: "cb",
    OPINION: "cb",
    SIGN: "ld",
    RECORD: "vt",
    RETURN: "mc",
}
_REASONS = {SUPPLEMENT: "supplement", TAX: "financial"}

# Same-day matters follow a published process for copies (2 h intake, 3 h work, 2 h signature, 1 h
# result); longer ones give each of the other steps a small part and the officer the rest.
_SAME_DAY = (2.0, 0.0, 3.0, 0.0, 2.0, 1.0, 0.0)
_SHARES = (0.06, 0.04, 0.0, 0.20, 0.15, 0.05, 0.0)
_MOST = (4.0, 4.0, 0.0, 40.0, 24.0, 4.0, 0.0)
_WORK, _OPINION = 2, 3
_HOURS_A_DAY = 8


@dataclass(frozen=True)
class SimulatedRegister:
    """The tables of a register; ``period`` is the half-year in which a dossier was received.

    ``dossiers`` also carries what no export shows: ``row``, the dossier's position in the
    simulation, and its true ``outcome`` and ``late_seconds``.
    """

    dossiers: pl.DataFrame
    steps: pl.DataFrame
    pauses: pl.DataFrame


def register_at(
    dossiers: Dossiers, scenario: Scenario, snapshot: ObservedState
) -> SimulatedRegister:
    """Write down what the offices' system knows at the snapshot."""
    clerk = _RegisterBuilder(dossiers, scenario, snapshot)
    main = clerk.dossiers()
    codes = main.select("row", "dossier_id", "period")
    return SimulatedRegister(
        main,
        clerk.steps().join(codes, on="row").sort("dossier_id", "step_no"),
        clerk.pauses().join(codes, on="row").sort("dossier_id", "paused_at"),
    )


class _RegisterBuilder:
    """Reads a simulation into tables."""

    def __init__(self, dossiers: Dossiers, scenario: Scenario, snapshot: ObservedState) -> None:
        self.sent = dossiers
        self.scenario = scenario
        self.snapshot = snapshot
        self.handling: ProcessTimes = snapshot.handling
        self.calendar = scenario.calendar
        self.rows = np.arange(len(dossiers))

    def dossiers(self) -> pl.DataFrame:
        """Return one row per dossier sent in, in the order of their codes."""
        snapshot, handling = self.snapshot, self.handling
        received = self.calendar.instant(handling.received)
        resolved = self.calendar.instant(handling.resolved)
        offices, procedures = self.scenario.offices, self.scenario.procedures
        frame = pl.DataFrame(
            {
                "row": self.rows,
                "unit_id": [offices[i].unit_id for i in self.sent.office],
                "unit_no": [offices[i].code_number for i in self.sent.office],
                "procedure_id": [procedures[i].procedure_id for i in self.sent.procedure],
                "procedure_name": [procedures[i].name for i in self.sent.procedure],
                "field_of_work": [procedures[i].field_of_work for i in self.sent.procedure],
                "service_level": [procedures[i].level for i in self.sent.procedure],
                "channel_in": [_CHANNELS[i] for i in self.sent.channel_in.tolist()],
                "channel_out": [_CHANNELS[i] for i in self.sent.channel_out.tolist()],
                "applicant_kind": [_APPLICANTS[i] for i in self.sent.applicant.tolist()],
                "processed_online": self.sent.processed_online,
                "submitted_at": self.stamps(self.sent.submitted),
                "received_at": self.stamps(received),
                "due_at": self._local(snapshot.due, snapshot.received),
                "due_first_at": self._local(snapshot.first_due, snapshot.received),
                "resolved_at": self.stamps(resolved),
                "returned_at": self.stamps(instants(self.calendar, handling.finished[:, RETURN])),
                "paper_result_on": self._paper_dates(),
                "status": self.statuses(),
                "outcome": snapshot.outcomes,
                "late_seconds": snapshot.overrun,
            }
        )
        return _coded(frame.filter(self.sent.submitted <= snapshot.at), self.scenario.province_code)

    def steps(self) -> pl.DataFrame:
        """Return one row per dossier and step that had begun."""
        return pl.concat(self._step(step) for step in _STEPS)

    def pauses(self) -> pl.DataFrame:
        """Return one row per dossier and pause that had begun."""
        return pl.concat(self._pause(reason) for reason in _REASONS)

    def stamps(self, moments: Whole) -> pl.Series:
        """Return local stamps, missing where something has not happened by the snapshot."""
        return self._local(moments, (moments != NEVER) & (moments <= self.snapshot.at))

    def statuses(self) -> list[str]:
        """Return the state of each dossier, as the vocabulary names it."""
        snapshot, handling = self.snapshot, self.handling
        now = self.calendar.w(np.array([snapshot.at]))[0]
        paused = (handling.pauses[:, :, 0] <= now) & (now < handling.pauses[:, :, 1])
        begun = (handling.arrived[:, ASSIGN : WORK + 1] <= now).all(axis=1)
        returned = instants(self.calendar, handling.finished[:, RETURN])
        is_returned = (returned != NEVER) & (returned <= snapshot.at)
        ends = np.array(["", "withdrawn", "rejected"])[handling.ending]
        choices = [
            (~snapshot.received, "submitted"),
            (snapshot.resolved & (handling.ending >= WITHDRAWN), ends),
            (is_returned, "returned"),
            (snapshot.resolved, "resolved"),
            (paused[:, SUPPLEMENT], "supplement"),
            (paused[:, TAX], "financial"),
            (~begun, "received"),
        ]
        conditions, names = zip(*choices, strict=True)
        texts = [np.broadcast_to(np.asarray(n, dtype="U12"), len(self.rows)) for n in names]
        statuses: list[str] = np.select(list(conditions), texts, "in_progress").tolist()
        return statuses

    def _local(self, moments: Whole, known: Flags) -> pl.Series:
        local = pl.Series(moments + self.calendar.offset).cast(pl.Int64)
        stamps = pl.from_epoch(local, time_unit="s").cast(pl.Datetime("us"))
        return stamps.set(pl.Series(~known), None)

    def _paper_dates(self) -> pl.Series:
        signed = instants(self.calendar, self.handling.finished[:, SIGN])
        is_known = (signed != NEVER) & self.handling.paper_dated & (signed <= self.snapshot.at)
        return self._local(signed, is_known).cast(pl.Date)

    def _step(self, step: int) -> pl.DataFrame:
        handling, offices = self.handling, self.scenario.offices
        arrived = instants(self.calendar, handling.arrived[:, step])
        if step == INTAKE:
            arrived = self.sent.submitted
        begun = (arrived != NEVER) & (arrived <= self.snapshot.at)
        norms = np.array([step_norms(p)[step] for p in self.scenario.procedures])
        norm = norms[self.sent.procedure]
        limit = self.calendar.instant(
            np.maximum(handling.arrived[:, step], 0) + (norm * 3600).astype(np.int64)
        )
        units = [offices[i].unit_id for i in handling.office[:, step]]
        numbers = handling.holder[:, step].tolist()
        has_norm = begun & (norm > 0)
        frame = pl.DataFrame(
            {
                "row": self.rows,
                "step_no": np.full(len(self.rows), step + 1),
                "step": [_STEPS[step]] * len(self.rows),
                "unit_id": units,
                "holder_id": [
                    f"{u.lower()}-{_ROLES[step]}{n:02d}"
                    for u, n in zip(units, numbers, strict=True)
                ],
                "arrived_at": self.stamps(arrived),
                "started_at": self.stamps(instants(self.calendar, handling.started[:, step])),
                "finished_at": self.stamps(instants(self.calendar, handling.finished[:, step])),
                "step_due_at": self._local(limit, has_norm),
                "norm_hours": pl.Series(norm).set(pl.Series(~has_norm), None),
            }
        )
        return frame.filter(begun)

    def _pause(self, reason: int) -> pl.DataFrame:
        ends = instants(self.calendar, self.handling.pauses[:, reason])
        begun = (ends[:, 0] != NEVER) & (ends[:, 0] <= self.snapshot.at)
        frame = pl.DataFrame(
            {
                "row": self.rows,
                "reason": [_REASONS[reason]] * len(self.rows),
                "paused_at": self.stamps(ends[:, 0]),
                "resumed_at": self.stamps(ends[:, 1]),
            }
        )
        return frame.filter(begun)


def _coded(frame: pl.DataFrame, province: str) -> pl.DataFrame:
    """Give each dossier its half-year and its code: unit, day, and number of that day."""
    entered = pl.coalesce("received_at", "submitted_at")
    day = entered.dt.date()
    number = pl.int_range(pl.len()).over("unit_no", day, order_by=["entered", "row"]) + 1
    halves = {d: str(Period.holding(d, "half")) for d in frame.select(day).to_series().unique()}
    code = pl.format(
        "000.00.{}.{}-{}-{}",
        "unit_no",
        pl.lit(province),
        day.dt.strftime("%y%m%d"),
        number.cast(pl.String).str.zfill(4),
    )
    return (
        frame.with_columns(entered=entered)
        .with_columns(dossier_id=code, period=day.replace_strict(halves, return_dtype=pl.String))
        .drop("entered", "unit_no")
        .sort("dossier_id")
    )


def step_norms(procedure: Procedure) -> tuple[float, ...]:
    """Return the hours of intake, assign, work, opinion, sign, record and return (0: no norm)."""
    if procedure.same_day:
        return _SAME_DAY
    limit = procedure.working_days * _HOURS_A_DAY
    parts = [
        min(max(round(share * limit * 2) / 2, 0.5), most) if share else 0.0
        for share, most in zip(_SHARES, _MOST, strict=True)
    ]
    if not procedure.opinion:
        parts[_OPINION] = 0.0
    parts[_WORK] = limit - sum(parts)
    return tuple(parts)
