"""A register by Ciw: offices as networks of queues, heavy tails, half-day shifts; the truth beside.

``python benches/ciw_world.py SEED PER_QUARTER DOSE FOLDER`` runs in an environment that has Ciw and
not this project, which never imports it. Each office is a network of its own: lags without a server
between steps, officers who come and go by half-days, one office whose officers work on several
dossiers at once (processor sharing), one that takes dossiers in random order, one with a quarter of
the others' dossiers. Time runs in working seconds of eight hours a day. The truth is the world's
own: the office's year, with the same draws, is run again without what is wrong in it. DOSE, up to
1, is how much is wrong: the share of transfers that lie, the share of days with too few officers,
how much slower work is, how many half-days lie between two for signing.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path
from typing import Any

import ciw

HOUR, DAY, QUARTER = 3_600, 28_800, 60 * 28_800
HALF_DAYS, LAST = 5 * 120, 8 * QUARTER
UNITS = 10
WRONG = {2: "portal_transfer", 4: "queue", 5: "slow_work", 7: "batching"}
"""What is wrong at a unit, in the second and third quarter."""
SHARING, RANDOM_ORDER, SMALL = 1, 6, 3
"""Units where nothing is wrong and much is different."""
TERMS = {"P1": 2, "P2": 4, "P3": 6}
"""Working days allowed, by procedure."""
EFFORT = {"P1": 1.8, "P2": 4.5, "P3": 8.0}
"""Hours of examining in the median, by procedure; the mean is half as much again."""
STEPS = {1: "intake", 3: "work", 5: "sign", 7: "record"}
"""The nodes that a log has; the others are lags before them."""
SESSION = 10
"""Where signing is by session, it is on one half-day of so many."""
ABSENCE = 40
"""Too few officers come on the first half-days, by the dose, of every so many."""

Row = dict[str, Any]


class Draw(ciw.dists.Distribution):
    """Times of one node, drawn for each dossier by its own number, whatever happens around it."""

    def __init__(self, office: Office, node: int) -> None:
        self.office, self.node = office, node

    def sample(self, t: float | None = None, ind: Any = None) -> float:
        """Return seconds of service, or of a lag."""
        own = random.Random(f"{self.office.seed} {self.office.unit} {ind.id_number} {self.node}")  # noqa: S311
        skewed = own.lognormvariate(0, 0.9)
        bad = QUARTER <= (t or 0) < 3 * QUARTER
        if self.node == 3:
            is_slow = bad and self.office.wrong == "slow_work"
            slow = 1 + 1.4 * self.office.dose * is_slow
            return EFFORT[self.office.procedure(ind.id_number)] * HOUR * skewed * slow + 240
        if self.node in STEPS:
            return {1: 400, 5: 200, 7: 300}[self.node] * skewed + 60
        lag = 0.35 * HOUR * own.lognormvariate(0, 1.1)
        lies = self.node == 2 and bad and self.office.wrong == "portal_transfer"
        if lies and own.random() < 0.5 * self.office.dose:
            lag += (1 + own.expovariate(1 / 2)) * DAY
        return lag


class Office:
    """One unit's year."""

    def __init__(
        self, seed: int, per_quarter: int, dose: float, unit: int, wrong: str | None
    ) -> None:
        self.seed, self.dose, self.unit, self.wrong = seed, dose, unit, wrong
        self.size = max(6, per_quarter // 4) if unit == SMALL else per_quarter
        draws = random.Random(f"{seed} arrivals {unit}")  # noqa: S311
        self.came = sorted(
            draws.uniform(quarter * QUARTER, (quarter + 1) * QUARTER)
            for quarter in range(4)
            for _ in range(self.size)
        )
        self.load = self.size * sum(EFFORT.values()) / 3 * 1.5 * HOUR / QUARTER
        self.officers = max(2, round(self.load / 0.6 + 0.5))

    def procedure(self, number: int) -> str:
        """Return the procedure of the office's dossier of that number."""
        return random.Random(f"{self.seed} {self.unit} {number}").choice(sorted(TERMS))  # noqa: S311

    def shifts(self) -> list[int]:
        """Return how many officers are there, by half-day: one fewer every afternoon."""
        count = [self.officers - half % 2 for half in range(HALF_DAYS)]
        if self.wrong == "queue":
            for half in range(120, 360):
                if half % ABSENCE < self.dose * ABSENCE:
                    count[half] = max(1, int(self.load))
        return count

    def sessions(self) -> list[int]:
        """Return whether the signer signs, by half-day."""
        is_there = [1] * HALF_DAYS
        if self.wrong == "batching":
            gap = 1 + round((SESSION - 1) * self.dose)
            is_there[120:360] = [int(half % gap == gap - 1) for half in range(240)]
        return is_there

    def run(self) -> list[Any]:
        """Return Ciw's records of every visit to a node."""
        gaps = [b - a for a, b in zip([0.0, *self.came], self.came, strict=False)]
        shares = self.unit == SHARING
        check = float("inf") if shares else schedule(self.shifts())
        lag = float("inf")
        nodes = 7
        nowhere = [[float(to == node + 1) for to in range(nodes)] for node in range(nodes)]
        kinds = [ciw.Node] * nodes
        if shares:
            kinds[2] = ciw.PSNode
        order = ciw.disciplines.SIRO if self.unit == RANDOM_ORDER else ciw.disciplines.FIFO
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])]
            + [None] * (nodes - 1),
            service_distributions=[Draw(self, node + 1) for node in range(nodes)],
            number_of_servers=[1, lag, check, lag, schedule(self.sessions()), lag, 1],
            routing=nowhere,
            service_disciplines=[order if node == 2 else ciw.disciplines.FIFO for node in range(7)],
            ps_thresholds=[self.officers if node == 2 else 1 for node in range(nodes)],
        )
        ciw.seed(self.seed * 100 + self.unit)
        simulation = ciw.Simulation(network, node_class=kinds)
        simulation.simulate_until_max_time(LAST)
        records = simulation.get_all_records(only=["service"])
        done = {r.id_number for r in records if r.node == nodes}
        return [r for r in records if r.id_number in done]


def schedule(count: list[int]) -> ciw.Schedule:
    """Return servers by half-day; who stays is not replaced, or two would work for one."""
    last = [
        half for half in range(HALF_DAYS) if count[half : half + 1] != count[half + 1 : half + 2]
    ]
    return ciw.Schedule([count[half] for half in last], [DAY / 2 * (half + 1) for half in last])


def due(received: float, procedure: str) -> float:
    """Return the end of the last day allowed."""
    return (received // DAY + 1 + TERMS[procedure]) * DAY


def ends_of(records: list[Any]) -> dict[int, float]:
    """Return when each dossier was done."""
    return {r.id_number: r.service_end_date for r in records if r.node == 7}


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
    dossiers: list[Row] = []
    steps: list[Row] = []
    late: list[Row] = []
    for unit in range(UNITS):
        cause = WRONG.get(unit)
        office = Office(seed, per_quarter, dose, unit, cause)
        records = office.run()
        ends = ends_of(records)
        healthy = ends_of(Office(seed, per_quarter, dose, unit, None).run()) if cause else ends
        for number, ended in sorted(ends.items()):
            name, procedure = f"U{unit}-{number:05d}", office.procedure(number)
            received = office.came[number - 1]
            limit = due(received, procedure)
            known = {"dossier": name, "unit": unit, "procedure": procedure, "received": received}
            dossiers.append(known | {"due": limit, "ended": ended})
            if (over := ended - limit) > 0:
                gain = ended - healthy.get(number, ended)
                caused = {"cause": cause, "spared": int(gain >= over)}
                row = {"dossier": name, "cause": "none", "unit": unit, "spared": 0}
                late.append(row | {"overrun": round(over)} | (caused if gain >= over / 2 else {}))
        for record in records:
            if record.node in STEPS:
                officer = record.server_id if record.server_id else 1 + record.id_number % 3
                steps.append(
                    {
                        "dossier": f"U{unit}-{record.id_number:05d}",
                        "step": STEPS[record.node],
                        "unit": unit,
                        "officer": f"{record.node}.{officer}",
                        "arrived": record.arrival_date,
                        "started": record.service_start_date,
                        "finished": record.service_end_date,
                    }
                )
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "dossiers.csv", dossiers)
    write(folder / "steps.csv", sorted(steps, key=lambda r: (r["dossier"], r["started"])))
    write(folder / "truth.csv", late)


if __name__ == "__main__":
    main()
