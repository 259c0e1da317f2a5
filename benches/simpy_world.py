"""A register by SimPy: offices with queues, skewed times, part-time officers; the truth beside it.

``python benches/simpy_world.py SEED PER_QUARTER FOLDER`` runs in an environment that has SimPy and
not this project, which never imports it. Whatever waits for an officer, waits in SimPy's queues.
Time runs in working seconds of eight hours a day. The truth is the world's own: the same year, with
the same draws, is run again without each thing that is wrong in it.
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
        """Take officers away from the beginning of the second quarter to the end of the third."""
        yield self.world.env.timeout(QUARTER)
        kept = max(1, round(self.load / 1.08))
        gone = []
        for _ in range(self.number - kept):
            gone.append((yield self.officers.get()))
        yield self.world.env.timeout(max(0, 3 * QUARTER - self.world.env.now))
        for officer in gone:
            self.officers.put(officer)

    def off_duty(self, officer: int) -> float:
        """Return how long an officer is away: every second officer works no Friday afternoon."""
        day, second = divmod(self.world.env.now, DAY)
        away = officer % 2 == 1 and int(day) % 5 == 4 and second >= DAY / 2
        return DAY - second if away else 0.0


class World:
    """One year of all offices; ``without`` is the unit at which nothing is wrong this time."""

    def __init__(self, seed: int, per_quarter: int, without: int | None = None) -> None:
        self.seed, self.per_quarter, self.without = seed, per_quarter, without
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
            if step == "work" and self.runs_wrong(unit, "portal_transfer") and extra[0] < 0.6:
                lag += (0.8 + extra[1]) * DAY
            yield env.timeout(lag)
            arrived = env.now
            if step == "work":
                officer = yield office.officers.get()
                yield env.timeout(office.off_duty(officer))
                started = env.now
                slow = 2.2 if self.runs_wrong(unit, "slow_work") else 1.0
                yield env.timeout(EFFORT[procedure] * HOUR * effort * slow + 300)
                office.officers.put(officer)
            elif step == "sign":
                yield env.timeout(0.8 * HOUR * wait)
                if self.runs_wrong(unit, "batching"):
                    yield env.timeout(-env.now % (SESSION_DAYS * DAY) + HOUR)
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


def truth(seed: int, per_quarter: int, world: World) -> list[Row]:
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
        healthy = World(seed, per_quarter, without=unit).run()
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
    seed, per_quarter, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    world = World(seed, per_quarter).run()
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder / "dossiers.csv",
        [
            {"dossier": n, **d, "due": due(d), "ended": world.ends[n]}
            for n, d in sorted(world.dossiers.items())
        ],
    )
    write(folder / "steps.csv", sorted(world.rows, key=lambda r: (r["dossier"], r["started"])))
    write(folder / "truth.csv", sorted(truth(seed, per_quarter, world), key=lambda r: r["dossier"]))


if __name__ == "__main__":
    main()
