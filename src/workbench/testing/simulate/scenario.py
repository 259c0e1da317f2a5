"""What is simulated: offices, procedures, demand, and the causes of lateness put in.

Facts (names, time limits, weights) come from the reviewed reference tables, assumptions (who
handles what, how long work takes, how many come) from ``assumptions/``. A scenario can be run
without one of its injections; nothing else changes then. It refuses facts and assumptions that
do not fit together.
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from workbench.clock import Calendar, Calendars
from workbench.core.errors import InputRejected
from workbench.core.reference_rows import read_rows

INJECTED = (
    "portal_transfer",
    "queue",
    "batching",
    "slow_work",
    "record_lag",
    "due_date_error",
)
"""The causes that can be put in."""


@dataclass(frozen=True)
class Office:
    """A unit that resolves dossiers, and where its dossiers are taken in."""

    unit_id: str
    name: str
    code_number: str
    share: float
    front_desk: str
    clerks: int
    counter_officers: int
    officers: int


@dataclass(frozen=True)
class Procedure:
    """A procedure: its limit, and how it is assumed to be handled.

    ``work_share`` is the officer's median working time as a share of the limit; ``supplement``,
    ``tax`` and ``opinion`` are probabilities; ``signer`` is empty when the unit signs itself.
    """

    procedure_id: str
    name: str
    field_of_work: str
    term_value: int
    term_unit: str
    weight: float
    offices: tuple[tuple[str, float], ...]
    level: int
    work_share: float
    supplement: float
    tax: float
    opinion: float
    opinion_unit: str
    signer: str

    @property
    def same_day(self) -> bool:
        """Whether the result is due on the day itself (the next one after 15:00)."""
        return self.term_unit == "same_day"

    @property
    def working_days(self) -> int:
        """The limit in working days; five of seven calendar days are taken to be working."""
        if self.term_unit == "d":
            return max(round(self.term_value * 5 / 7), 1)
        return self.term_value


@dataclass(frozen=True)
class Volume:
    """How many dossiers are sent in between two days.

    ``online`` is the share online where that is offered, ``post`` the share of results posted.
    """

    first: dt.date
    last: dt.date
    dossiers: int
    online: float
    post: float


@dataclass(frozen=True)
class _QuietInterval:
    """Days on which fewer people come."""

    first: dt.date
    last: dt.date
    factor: float


@dataclass(frozen=True)
class Injection:
    """One cause of lateness at work in one unit between two days.

    ``share`` is the share of dossiers it strikes, ``dose`` its strength:

    - ``portal_transfer``: mean working days a dossier waits on the portal;
    - ``queue``: factor by which the officers' other duties grow (all dossiers);
    - ``batching``: working days between two signing sessions (all but same-day matters);
    - ``slow_work``: factor by which examining takes longer;
    - ``record_lag``: mean working days between seal and click;
    - ``due_date_error``: days by which the date is promised too early (not same-day matters).
    """

    cause: str
    unit_id: str
    first: dt.date
    last: dt.date
    share: float
    dose: float


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs but its seed."""

    calendar: Calendar
    province_code: str
    offices: tuple[Office, ...]
    procedures: tuple[Procedure, ...]
    volumes: tuple[Volume, ...]
    quiet_intervals: tuple[_QuietInterval, ...]
    injections: tuple[Injection, ...]

    @cached_property
    def office_index(self) -> dict[str, int]:
        """Position of each unit in ``offices``."""
        return {office.unit_id: i for i, office in enumerate(self.offices)}

    def without(self, injection: Injection) -> Scenario:
        """Return the same scenario with one cause switched off."""
        rest = tuple(i for i in self.injections if i is not injection)
        return replace(self, injections=rest)

    def shrunk(self, dossiers: int) -> Scenario:
        """Return the same scenario with about as many dossiers in all, spread as before."""
        total = sum(volume.dossiers for volume in self.volumes)
        smaller = (replace(v, dossiers=round(v.dossiers * dossiers / total)) for v in self.volumes)
        return replace(self, volumes=tuple(smaller))

    def acting(self, cause: str) -> Iterable[tuple[int, Injection]]:
        """Yield the injections of one cause, each with the position of its unit."""
        for injection in self.injections:
            if injection.cause == cause:
                yield self.office_index[injection.unit_id], injection


def read_scenario(reference: Path) -> Scenario:
    """Join the reviewed facts with the assumptions of the shipped sample.

    Args:
        reference: The folder that holds ``units.csv``, ``procedures.csv`` and ``calendars/``.

    Raises:
        InputRejected: A reference table, one of its columns, or a unit or procedure that the
            assumptions speak of is missing.
    """
    settings = tomllib.loads(_assumed("register.toml"))
    offices = tuple(_offices(reference))
    unit_ids = {office.unit_id for office in offices}
    return Scenario(
        calendar=Calendars.read(reference / "calendars")[settings["calendar"]],
        province_code=settings["province_code"],
        offices=offices,
        procedures=tuple(_procedures(reference, offices)),
        volumes=tuple(Volume(**v) for v in settings["volumes"]),
        quiet_intervals=tuple(_QuietInterval(**q) for q in settings["quiet_intervals"]),
        injections=tuple(_injections(unit_ids)),
    )


def _offices(reference: Path) -> Iterable[Office]:
    facts = read_rows(reference / "units.csv", "unit_id", "name_vi")
    by_id = {row["unit_id"]: row for row in facts}
    for row in csv.DictReader(_assumed("offices.csv").splitlines()):
        fact = _known(by_id, row["unit_id"], "units.csv")
        yield Office(
            unit_id=row["unit_id"],
            name=fact["name_vi"],
            code_number=row["code_number"],
            share=float(row["share"]),
            front_desk=row["front_desk"],
            clerks=int(row["clerks"]),
            counter_officers=int(row["counter_officers"]),
            officers=int(row["officers"]),
        )


def _procedures(reference: Path, offices: tuple[Office, ...]) -> Iterable[Procedure]:
    facts = read_rows(
        reference / "procedures.csv",
        *("procedure_id", "name_vi", "field_vi", "norm", "unit", "synthetic_weight_assumed"),
    )
    by_id = {row["procedure_id"]: row for row in facts}
    for row in csv.DictReader(_assumed("procedures.csv").splitlines()):
        fact = _known(by_id, row["procedure_id"], "procedures.csv")
        yield Procedure(
            procedure_id=row["procedure_id"],
            name=fact["name_vi"],
            field_of_work=fact["field_vi"],
            term_value=int(fact["norm"]),
            term_unit=fact["unit"],
            weight=float(fact["synthetic_weight_assumed"]),
            offices=tuple(_split(row["offices"], offices)),
            level=int(row["level"]),
            work_share=float(row["work_share"]),
            supplement=float(row["supplement"]),
            tax=float(row["tax"]),
            opinion=float(row["opinion"]),
            opinion_unit=row["opinion_unit"],
            signer=row["signer"],
        )


def _split(text: str, offices: tuple[Office, ...]) -> Iterable[tuple[str, float]]:
    """Read ``communes:0.7 SD-TP:0.3``; the communes' part is split by their share."""
    total = sum(office.share for office in offices)
    for part in text.split():
        name, _, weight = part.partition(":")
        if name != "communes":
            yield name, float(weight)
            continue
        for office in offices:
            if office.share:
                yield office.unit_id, float(weight) * office.share / total


def _injections(units: set[str]) -> Iterable[Injection]:
    for row in csv.DictReader(_assumed("injections.csv").splitlines()):
        if row["cause"] not in INJECTED or row["unit_id"] not in units:
            raise InputRejected(
                "simulate.bad_injection",
                cause=row["cause"],
                unit=row["unit_id"],
                causes=", ".join(INJECTED),
            )
        yield Injection(
            cause=row["cause"],
            unit_id=row["unit_id"],
            first=dt.date.fromisoformat(row["first"]),
            last=dt.date.fromisoformat(row["last"]),
            share=float(row["share"]),
            dose=float(row["dose"]),
        )


def _known(facts: dict[str, dict[str, str]], key: str, file: str) -> dict[str, str]:
    if key not in facts:
        raise InputRejected("simulate.no_fact", key=key, file=file)
    return facts[key]


def _assumed(name: str) -> str:
    return files(__package__).joinpath("assumptions").joinpath(name).read_text(encoding="utf-8")
