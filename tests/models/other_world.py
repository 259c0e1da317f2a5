"""A small world by another hand: offices whose dossiers take times of any law, some unit sick.

Nothing here is shared with the simulator of the product: durations of a chosen law, officers who
differ, seasons and procedures that are the same for all, one queue per unit. What a planted
sickness cost is known by simulating the same dossiers without it.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.clock import Calendar

Numbers = NDArray[np.float64]
Law = Callable[[np.random.Generator, int], Numbers]

HOUR, DAY = 3600, 8 * 3600
WORKING_DAYS = 240
ZONE_SECONDS = 7 * 3600
KINDS = ("intake", "assign", "work", "sign", "record")
WORK, SIGN, RECORD = 2, 3, 4
LAG_HOURS = (0.0, 0.5, 1.0, 0.7, 0.3)
WAIT_HOURS = (0.2, 1.0, 0.0, 3.0)
HANDLING_HOURS = (0.2, 0.1, 8.0, 0.1, 0.2)
PROCEDURES = (0.5, 0.8, 1.1, 1.6)
SEASONS = (1.0, 1.15, 0.9, 1.1)
TERM_SHARE = 0.95
"""Of the ordinary dossiers of a procedure, so many end within its term."""


def lognormal(sigma: float) -> Law:
    """Return the lognormal law of mean 1."""
    return lambda rng, n: rng.lognormal(-sigma * sigma / 2, sigma, n)


def gamma(shape: float) -> Law:
    """Return the gamma law of mean 1."""
    return lambda rng, n: rng.gamma(shape, 1 / shape, n)


def pareto(alpha: float) -> Law:
    """Return a law of mean 1 whose tail falls with a power."""
    return lambda rng, n: rng.pareto(alpha, n) * (alpha - 1)


def zero_inflated(law: Law, share: float) -> Law:
    """Return a law of mean 1 that is zero for a share."""
    return lambda rng, n: law(rng, n) * (rng.random(n) >= share) / (1 - share)


def mixture(rng: np.random.Generator, n: int) -> Numbers:
    """Draw from short and long tasks, four to one, of mean 1."""
    return rng.exponential(np.where(rng.random(n) < 0.8, 0.5, 3.0))


LAWS: dict[str, Law] = {
    "narrow": lognormal(0.3),
    "lognormal": lognormal(1.0),
    "wide": lognormal(2.0),
    "gamma": gamma(0.5),
    "weibull": lambda rng, n: rng.weibull(0.7, n) / 1.2658,
    "exponential": lambda rng, n: rng.exponential(1.0, n),
    "mixture": mixture,
    "pareto": pareto(2.5),
    "zeros": zero_inflated(lognormal(0.8), 0.6),
}
GRAINS = {"second": 1, "minute": 60, "quarter_hour": 900, "day": 86_400}
"""Seconds to which stamps are rounded down."""


@dataclass(frozen=True)
class Sickness:
    """What is wrong at one unit: portal_transfer, slow_work, queue, signature_wait, record_lag."""

    cause: str
    unit: int = 3
    quarters: tuple[int, ...] = (0, 1, 2, 3)


@dataclass(frozen=True)
class Office:
    """How many units and dossiers there are, by which law time passes, and what the log holds."""

    law: str = "lognormal"
    seed: int = 1
    units: int = 12
    size: int = 60
    sick: tuple[Sickness, ...] = ()
    grain: str = "second"
    scale: float = 1.0
    record_hours: float = 0.4
    """How long a result waits for its record, everywhere."""
    mix: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """Shares of the procedures at units that get another mix than the rest."""
    sharing: tuple[int, ...] = ()
    """Units whose officers begin every dossier at once and work on all they have in turn."""
    year: int = 2022
    """Dossiers are received in it, from a Monday in January on."""

    @property
    def first_day(self) -> dt.date:
        """The Monday on which the first dossier comes."""
        tenth = dt.date(self.year, 1, 10)
        return tenth + dt.timedelta(days=-tenth.weekday() % 7)


@dataclass(frozen=True)
class StepTimes:
    """What happened, in working seconds: by dossier, the stamps by dossier and step."""

    unit: NDArray[np.int64]
    quarter: NDArray[np.int64]
    procedure: NDArray[np.int64]
    officer: NDArray[np.int64]
    received: Numbers
    arrived: Numbers
    started: Numbers
    finished: Numbers


@dataclass(frozen=True)
class Register:
    """The clean tables, and of each late dossier what truly made it late (none: chance)."""

    dossiers: pl.DataFrame
    steps: pl.DataFrame
    truth: pl.DataFrame


def unit_name(unit: int) -> str:
    """Return the id of a unit by its number."""
    return f"U{unit:02d}"


def write(office: Office, calendar: Calendar) -> Register:
    """Live an office's years and write them down."""
    healthy = _simulate(office, ())
    times = _simulate(office, office.sick) if office.sick else healthy
    term = _terms(healthy)[times.procedure]
    due = (np.floor(times.received / DAY) + 1 + term) * DAY
    return Register(
        _dossiers(office, times, due, calendar),
        _steps(office, times, calendar),
        _truth(office, times, healthy, due),
    )


def _simulate(office: Office, sick: tuple[Sickness, ...]) -> StepTimes:
    rng, number = np.random.default_rng(office.seed), office.units * 4 * office.size
    unit = np.repeat(np.arange(office.units), 4 * office.size)
    received = np.sort(rng.random((office.units, 4 * office.size)), axis=1).ravel()
    received = np.floor(received * WORKING_DAYS * DAY)
    quarter = np.minimum(received // (WORKING_DAYS * DAY / 4), 3).astype(np.int64)
    shares = np.array([office.mix.get(u, (0.25,) * 4) for u in range(office.units)])
    procedure = (rng.random(number)[:, None] > shares.cumsum(axis=1)[unit]).sum(axis=1)
    procedure = np.minimum(procedure, 3)
    pace = np.array(SEASONS)[quarter] * HOUR * office.scale
    draw = LAWS[office.law]
    lag, wait, handling = (
        np.stack([hours * draw(rng, number) * pace for hours in table], axis=1)
        for table in (LAG_HOURS, (*WAIT_HOURS, office.record_hours), HANDLING_HOURS)
    )
    handling[:, WORK] *= np.array(PROCEDURES)[procedure]
    drawn = rng.random(number), rng.exponential(1.6, number)
    speed = rng.lognormal(0, 0.15, (office.units, 256))
    free = np.full(office.units, max(3, round(office.size * 8 * office.scale / 300)))
    for one in sick:
        here = (unit == one.unit) & np.isin(quarter, one.quarters)
        if one.cause == "portal_transfer":
            late = here & (drawn[0] < 0.6)
            lag[late, WORK] += (0.8 + drawn[1][late]) * DAY
        elif one.cause == "slow_work":
            handling[here, WORK] *= 2
        elif one.cause == "signature_wait":
            late = here & (drawn[0] < 0.7)
            wait[late, SIGN] += (1 + drawn[1][late]) * DAY
        elif one.cause == "record_lag":
            late = here & (drawn[0] < 0.5)
            wait[late, RECORD] += (0.8 + drawn[1][late]) * DAY
        elif one.cause == "queue":
            free[one.unit] = 1
    desks = speed, free, office.sharing
    return _queued(unit, quarter, procedure, received, (lag, wait, handling), desks)


def _queued(unit, quarter, procedure, received, times, desks) -> StepTimes:
    (lag, wait, handling), (speed, free, sharing) = times, desks
    arrived, started, finished = (np.zeros_like(lag) for _ in range(3))
    before = received.copy()
    for step in range(WORK):
        arrived[:, step] = before + lag[:, step]
        started[:, step] = arrived[:, step] + wait[:, step]
        before = finished[:, step] = started[:, step] + handling[:, step]
    arrived[:, WORK] = before + lag[:, WORK]
    officer = np.zeros(len(unit), dtype=np.int64)
    for one, number in enumerate(free):
        waiting = [(0.0, n) for n in range(number)]
        rows = np.flatnonzero(unit == one)
        rows = rows[np.argsort(arrived[rows, WORK], kind="stable")]
        if one in sharing:
            started[rows, WORK] = arrived[rows, WORK]
            officer[rows] = np.arange(len(rows)) % number
            for who in range(number):
                tasks = rows[officer[rows] == who]
                effort = handling[tasks, WORK] * speed[one, who]
                finished[tasks, WORK] = _shared_ends(arrived[tasks, WORK], effort)
            continue
        for row in rows:
            ready, who = heapq.heappop(waiting)
            officer[row] = who
            started[row, WORK] = max(ready, arrived[row, WORK])
            finished[row, WORK] = started[row, WORK] + handling[row, WORK] * speed[one, who]
            heapq.heappush(waiting, (finished[row, WORK], who))
    before = finished[:, WORK]
    for step in range(SIGN, len(KINDS)):
        arrived[:, step] = before + lag[:, step]
        started[:, step] = arrived[:, step] + wait[:, step]
        before = finished[:, step] = started[:, step] + handling[:, step]
    return StepTimes(unit, quarter, procedure, officer, received, arrived, started, finished)


def _shared_ends(begun: Numbers, effort: Numbers) -> Numbers:
    """Return when each of one officer's dossiers ends who divides the time among all begun."""
    ends, left, now = np.zeros(len(begun)), {}, 0.0
    for one, start in [*enumerate(begun), (None, np.inf)]:
        while left:
            first = min(left, key=lambda n: left[n])
            spent = min(left[first] * len(left), start - now) / len(left)
            now += spent * len(left)
            left = {n: rest - spent for n, rest in left.items()}
            if left[first] > 1e-9:
                break
            ends[first] = now
            del left[first]
        now = start
        if one is not None:
            left[one] = effort[one]
    return ends


def _terms(times: StepTimes) -> Numbers:
    spent = np.ceil((times.finished[:, -1] - times.received) / DAY)
    return np.array(
        [np.quantile(spent[times.procedure == p], TERM_SHARE) for p in range(len(PROCEDURES))]
    ).round()


def _instants(
    office: Office, working: Numbers, calendar: Calendar, grain: int
) -> NDArray[np.int64]:
    first = int(calendar.before[(office.first_day - calendar.first_day).days])
    last = int(calendar.before[-1]) - 1
    seconds = calendar.instant(np.minimum(first + np.ceil(working).astype(np.int64) + 1, last))
    return seconds - (seconds + ZONE_SECONDS) % grain


def _stamps(name: str, seconds: NDArray[np.int64]) -> pl.Series:
    stamps = pl.Series(name, seconds * 1_000_000).cast(pl.Datetime("us"))
    return stamps.dt.replace_time_zone("UTC")


def _ids(times: StepTimes) -> list[str]:
    return [f"D{number:06d}" for number in range(len(times.unit))]


def _dossiers(office: Office, times: StepTimes, due: Numbers, calendar: Calendar) -> pl.DataFrame:
    grain, number = GRAINS[office.grain], len(times.unit)
    received = _instants(office, times.received, calendar, grain)
    closing = _instants(office, due - 1, calendar, 1) + (
        7 * HOUR - 1 if office.grain == "day" else 0
    )
    ended = _instants(office, times.finished[:, -1], calendar, grain)
    frame = pl.DataFrame(
        {
            "dossier_id": _ids(times),
            "unit_id": [unit_name(u) for u in times.unit],
            "procedure_id": [f"P{p}" for p in times.procedure],
        }
    )
    snapshot = dt.datetime(office.year + 1, 12, 29, 10, tzinfo=dt.UTC)
    same = {"source": "other", "channel_in": "counter", "status": "resolved"}
    same |= {"calendar_id": "vn_dong_thap", "time_zone": "Asia/Ho_Chi_Minh"}
    text = ("field_of_work", "channel_out", "service_level", "applicant_kind", "late_reason")
    return frame.with_columns(
        _stamps("received_at", received),
        pl.Series("received_on", (received + ZONE_SECONDS) // 86_400, pl.Int32).cast(pl.Date),
        _stamps("due_at", closing),
        _stamps("resolved_at", ended),
        *(pl.lit(value).alias(name) for name, value in same.items()),
        pl.lit(snapshot).cast(pl.Datetime("us", "UTC")).alias("snapshot_at"),
        *(
            pl.lit(None, pl.String).alias(name)
            for name in (*text, "lateness_excluded", "due_first_from", "term_unit")
        ),
        *(
            pl.lit(None, pl.Datetime("us", "UTC")).alias(name)
            for name in ("submitted_at", "due_first_at", "returned_at", "reported_end_at")
        ),
        pl.lit(None, pl.Date).alias("paper_result_on"),
        pl.lit(None, pl.Boolean).alias("processed_online"),
        pl.lit(None, pl.Int64).alias("term_value"),
        pl.Series("source_row", np.arange(number)),
    )


def _steps(office: Office, times: StepTimes, calendar: Calendar) -> pl.DataFrame:
    ids, grain = _ids(times), GRAINS[office.grain]
    frames = []
    for step, kind in enumerate(KINDS):
        hands = times.officer if step == WORK else np.zeros_like(times.officer)
        holders = [f"U{u:02d}-{kind}-{n}" for u, n in zip(times.unit, hands, strict=True)]
        stamps = (
            _stamps(name, _instants(office, table[:, step], calendar, grain))
            for name, table in (
                ("arrived_at", times.arrived),
                ("started_at", times.started),
                ("finished_at", times.finished),
            )
        )
        frame = pl.DataFrame({"dossier_id": ids, "holder_id": holders}).with_columns(
            pl.Series("unit_id", [unit_name(u) for u in times.unit]),
            pl.lit(step + 1, pl.Int64).alias("step_no"),
            pl.lit(kind).alias("step"),
            pl.lit(kind).alias("step_kind"),
            *stamps,
            pl.lit(None, pl.Int64).alias("norm_seconds"),
            pl.lit(None, pl.Datetime("us", "UTC")).alias("step_due_at"),
        )
        frames.append(frame)
    return pl.concat(frames).sort("dossier_id", "step_no")


def _truth(office: Office, times: StepTimes, healthy: StepTimes, due: Numbers) -> pl.DataFrame:
    """Say of each late dossier which sickness cost it most of its overrun, if any did."""
    ended, ended_well = times.finished[:, -1], healthy.finished[:, -1]
    cause = np.full(len(due), "none", dtype=object)
    for one in office.sick:
        here = (times.unit == one.unit) & (ended - ended_well >= 0.5 * (ended - due))
        cause[here & (ended > ended_well)] = one.cause
    frame = pl.DataFrame({"dossier_id": _ids(times), "cause": cause.tolist()})
    spared = (ended > due) & (ended_well <= due)
    return frame.with_columns(
        pl.Series("unit_id", [unit_name(u) for u in times.unit]), pl.Series("spared", spared)
    ).filter(pl.Series(ended > due))


def without(register: Register, *columns: str) -> Register:
    """Return a register whose steps lack some columns."""
    dropped = [pl.lit(None, register.steps.schema[name]).alias(name) for name in columns]
    steps = register.steps.with_columns(*dropped)
    return Register(register.dossiers, steps, register.truth)
