"""A register by SimPy: offices with queues, skewed times, part-time officers; the truth beside it.

``python benches/simpy_world.py SEED PER_QUARTER DOSE FOLDER`` runs where SimPy is installed
and not this project. Whatever waits for an officer, waits in SimPy's queues.
Time runs in working seconds of eight hours a day. The truth is the world's own: the same year, with
the same draws, is run again without each thing that is wrong in it. DOSE, up to 1, is how much is
wrong: the share of transfers that lie, the share of days with too few officers, how much slower
work is, how many days lie between two for signing.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import simpy

HOUR, DAY, QUARTER = 3_600, 28_800, 60 * 28_800
UNITS = 9
STEPS = ("intake", "assign", "work", "sign", "record")
WRONG = {2: "portal_transfer", 4: "queue", 6: "slow_work", 7: "batching"}
"""What is wrong at a unit, in the second and third quarter."""
TERMS = {"P1": 3, "P2": 5, "P3": 7}
"""Working days allowed, by procedure."""
EFFORT = {"P1": 3.0, "P2": 7.0, "P3": 12.0}
"""Hours of examining in the mean, by procedure."""
SESSION_DAYS = 4
"""Where signing is by session, it is on every fourth day."""
ABSENCE_DAYS = 20
"""Too few officers come on the first days, by the dose, of every so many."""

Row = dict[str, Any]


class Office:
    """One unit: officers who are off on some half-days, a signer, a record desk."""

    def __init__(self, world: World, unit: int) -> None:
        self.world, self.unit = world, unit
        self.load = world.per_quarter * sum(EFFORT.values()) / 3 * HOUR / QUARTER
        self.number = max(2, round(self.load / 0.6))
        self.officers = simpy.Store(world.env)
        for number in range(self.number):
            self.officers.put(number)
        self.signer = simpy.Resource(world.env, capacity=1)
        if world.is_wrong(unit, "queue"):
            world.env.process(self.absence())

    def absence(self) -> Generator[Any, Any, None]:
        """Take officers away on days of the second and third quarter, on all of them at dose 1."""
        env, staff = self.world.env, max(1, round(self.load / 1.08))
        length = ABSENCE_DAYS * DAY
        yield env.timeout(QUARTER)
        while env.now < 3 * QUARTER:
            begun, gone = env.now, []
            for _ in range(self.number - staff):
                gone.append((yield self.officers.get()))
            back = 3 * QUARTER if self.world.dose == 1 else begun + self.world.dose * length
            yield env.timeout(max(0, back - env.now))
            for officer in gone:
                self.officers.put(officer)
            yield env.timeout(max(0, begun + length - env.now))

    def off_duty(self, officer: int) -> float:
        """Return how long an officer is away: every second officer works no Friday afternoon."""
        day, second = divmod(self.world.env.now, DAY)
        away = officer % 2 == 1 and int(day) % 5 == 4 and second >= DAY / 2
        return DAY - second if away else 0.0


class World:
    """One year of all offices; ``without`` is the unit at which nothing is wrong this time."""

    def __init__(
        self, seed: int, per_quarter: int, dose: float, without: int | None = None
    ) -> None:
        self.seed, self.per_quarter, self.dose, self.without = seed, per_quarter, dose, without
        self.env = simpy.Environment()
        self.rows: list[Row] = []
        self.ends: dict[str, float] = {}
        self.dossiers: dict[str, Row] = {}
        self.offices = [Office(self, unit) for unit in range(UNITS)]

    def is_wrong(self, unit: int, cause: str) -> bool:
        """Return whether something is wrong at a unit in this run."""
        return unit != self.without and WRONG.get(unit) == cause

    def runs_wrong(self, unit: int, cause: str) -> bool:
        """Return whether it is wrong just now."""
        return self.is_wrong(unit, cause) and QUARTER <= self.env.now < 3 * QUARTER

    def run(self) -> World:
        """Let every dossier of the year go its way."""
        for unit in range(UNITS):
            arrivals = random.Random(f"{self.seed} arrivals {unit}")  # noqa: S311
            for number in range(4 * self.per_quarter):
                came = arrivals.uniform(
                    number // self.per_quarter * QUARTER, (number // self.per_quarter + 1) * QUARTER
                )
                procedure = arrivals.choice(sorted(TERMS))
                self.env.process(self.course(f"U{unit}-{number:05d}", unit, came, procedure))
        self.env.run()
        return self

    def course(
        self, name: str, unit: int, came: float, procedure: str
    ) -> Generator[Any, Any, None]:
        """Lead one dossier through its five steps."""
        env, office = self.env, self.offices[unit]
        yield env.timeout(came)
        self.dossiers[name] = {"unit": unit, "procedure": procedure, "received": env.now}
        draw = random.Random(f"{self.seed} {name}")  # noqa: S311
        times = {step: (draw.lognormvariate(0, 0.9), draw.gammavariate(1.2, 0.8)) for step in STEPS}
        extra = (draw.random(), draw.expovariate(1 / 1.5))
        for step in STEPS:
            wait, effort = times[step]
            lag = (0.4 if step != "intake" else 0.05) * HOUR * wait
            if (
                step == "work"
                and self.runs_wrong(unit, "portal_transfer")
                and extra[0] < 0.6 * self.dose
            ):
                lag += (0.8 + extra[1]) * DAY
            yield env.timeout(lag)
            arrived = env.now
            if step == "work":
                officer = yield office.officers.get()
                yield env.timeout(office.off_duty(officer))
                started = env.now
                slow = 1 + 1.2 * self.dose * self.runs_wrong(unit, "slow_work")
                yield env.timeout(EFFORT[procedure] * HOUR * effort * slow + 300)
                office.officers.put(officer)
            elif step == "sign":
                yield env.timeout(0.8 * HOUR * wait)
                if self.runs_wrong(unit, "batching"):
                    days = 1 + round((SESSION_DAYS - 1) * self.dose)
                    yield env.timeout(-env.now % (days * DAY) + HOUR)
                with office.signer.request() as turn:
                    yield turn
                    started, officer = env.now, 90
                    yield env.timeout(120 + 60 * effort)
            else:
                yield env.timeout(0.5 * HOUR * wait)
                started, officer = env.now, 80 + STEPS.index(step)
                yield env.timeout(600 * effort + 120)
            self.rows.append(
                {
                    "dossier": name,
                    "step": step,
                    "unit": unit,
                    "officer": officer,
                    "arrived": arrived,
                    "started": started,
                    "finished": env.now,
                }
            )
        self.ends[name] = env.now


def due(dossier: Row) -> float:
    """Return the end of the last day allowed."""
    return (dossier["received"] // DAY + 1 + TERMS[dossier["procedure"]]) * DAY


def truth(world: World) -> list[Row]:
    """Say of each late dossier what took most of its overrun, by running the year without it."""
    late = {n: end - due(world.dossiers[n]) for n, end in world.ends.items()}
    rows = {
        n: {
            "dossier": n,
            "cause": "none",
            "unit": world.dossiers[n]["unit"],
            "spared": 0,
            "overrun": round(over),
        }
        for n, over in late.items()
        if over > 0
    }
    for unit, cause in WRONG.items():
        healthy = World(world.seed, world.per_quarter, world.dose, without=unit).run()
        for name, row in rows.items():
            gain = world.ends[name] - healthy.ends[name]
            if gain >= 0.5 * late[name]:
                row |= {"cause": cause, "spared": int(gain >= late[name])}
    return list(rows.values())


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def main() -> None:
    """Write ``dossiers.csv``, ``steps.csv`` and ``truth.csv`` in working seconds of the year."""
    seed, per_quarter = int(sys.argv[1]), int(sys.argv[2])
    dose, folder = float(sys.argv[3]), Path(sys.argv[4])
    world = World(seed, per_quarter, dose).run()
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder / "dossiers.csv",
        [
            {"dossier": n, **d, "due": due(d), "ended": world.ends[n]}
            for n, d in sorted(world.dossiers.items())
        ],
    )
    write(folder / "steps.csv", sorted(world.rows, key=lambda r: (r["dossier"], r["started"])))
    write(folder / "truth.csv", sorted(truth(world), key=lambda r: r["dossier"]))


if __name__ == "__main__":
    main()
