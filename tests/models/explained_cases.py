"""Small registers of a module's tests, clocked and explained at once, each among units of its own.

Most registers hold a crowd of ordinary dossiers at other units, so that there is something usual
to compare with, and one or a few odd ones. Units, procedures, holders and sources of one test are
not those of another, so each is compared with its own crowd.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
import pytest

from conftest import STEP
from kept_warehouse import Warehouses
from models.landed_cases import call_with_params
from workbench.clock import Calendars
from workbench.core.vocabulary import PERIOD_KINDS, periods_between
from workbench.ingest.fields import OTHER_RECORDS

Row = dict[str, object]
Dossier = tuple[Row, list[Row]]
Tables = dict[str, pl.DataFrame]

DAY = dt.timedelta(days=1)
MONDAY = dt.datetime(2022, 3, 7, 0, tzinfo=dt.UTC)
"""07:00 in Vietnam, when offices open."""

TABLES = ("causes", "late_dossiers", "cause_cells")
CLOCK = ("outcomes", "ledger", "due_dates", "dossier_calendars")
STEPS = ("intake", "assign", "work", "sign", "record")
STAMPS = {
    "intake": (0, 0.1, 0.3),
    "assign": (0.5, 0.8, 0.9),
    "work": (1, 1.5, 5),
    "sign": (5.2, 6, 6.1),
    "record": (6.2, 6.4, 6.5),
}
"""Ordinary office hours after reception: when each step came, began and ended."""

INSTANT = pl.Datetime("us", "UTC")
DOSSIER = {
    "dossier_id": pl.String,
    "source": pl.String,
    "unit_id": pl.String,
    "procedure_id": pl.String,
    "channel_in": pl.String,
    "channel_out": pl.String,
    "submitted_at": INSTANT,
    "received_at": INSTANT,
    "due_at": INSTANT,
    "due_first_at": INSTANT,
    "resolved_at": INSTANT,
    "returned_at": INSTANT,
    "paper_result_on": pl.Date,
    "late_reason": pl.String,
    "lateness_excluded": pl.String,
    "status": pl.String,
    "snapshot_at": INSTANT,
    "calendar_id": pl.String,
    "time_zone": pl.String,
    "term_value": pl.Int64,
    "term_unit": pl.String,
}
HOUSE = {
    "source": "test",
    "unit_id": "U0",
    "procedure_id": "P1",
    "channel_in": "counter",
    "status": "resolved",
    "snapshot_at": dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC),
    "calendar_id": "vn_dong_thap",
    "time_zone": "Asia/Ho_Chi_Minh",
}
NAMES = ("dossier_id", "unit_id", "procedure_id", "holder_id", "source", "counted_source")


def at(hours: float, start: dt.datetime = MONDAY) -> dt.datetime:
    """So many office hours (8 a day, closed at noon and at weekends) after a Monday's opening."""
    days, rest = divmod(hours, 8)
    weeks, days = divmod(int(days), 5)
    noon = dt.timedelta(hours=2) if rest > 4.5 else dt.timedelta(0)
    return start + DAY * (7 * weeks + days) + dt.timedelta(hours=rest) + noon


def case_of(
    name: str,
    *,
    unit: str = "U0",
    start: int = 0,
    changed: Iterable[tuple[str, int, float]] = (),
    due: float = 16,
    **fields: object,
) -> Dossier:
    """A dossier and its steps: the ordinary stamps, those after a change moved by its hours.

    ``changed`` holds (step, which stamp, hours): from that stamp on everything is later.
    """
    stamps = {step: list(STAMPS[step]) for step in STEPS}
    for step, which, hours in changed:
        for later in STEPS[STEPS.index(step) :]:
            first = which if later == step else 0
            for n in range(first, 3):
                stamps[later][n] += hours
    first = MONDAY + 7 * DAY * start
    steps = [
        {
            "dossier_id": name,
            "step_no": n,
            "step": step,
            "step_kind": step,
            "unit_id": unit,
            "holder_id": f"{unit}-{step}",
            "arrived_at": at(stamps[step][0], first),
            "started_at": at(stamps[step][1], first),
            "finished_at": at(stamps[step][2], first),
        }
        for n, step in enumerate(STEPS, start=1)
    ]
    dossier = {
        "dossier_id": name,
        "unit_id": unit,
        "received_at": first,
        "due_at": at(due - 0.1, first),
        "resolved_at": steps[-1]["finished_at"],
        **fields,
    }
    return dossier, steps


def crowd(number: int = 40) -> list[Dossier]:
    """Ordinary dossiers at two other units, a few each week."""
    return [case_of(f"C{n:03d}", unit=f"V{n % 2}", start=n % 6) for n in range(number)]


def causes_of(tables: Tables, name: str = "X") -> dict[str, Row]:
    """Return a dossier's causes by their names."""
    return {r["cause"]: r for r in tables["causes"].filter(dossier_id=name).iter_rows(named=True)}


def verdict(tables: Tables, name: str = "X") -> Row:
    """Return what is said of a late dossier."""
    return tables["late_dossiers"].filter(dossier_id=name).row(0, named=True)


@dataclass(frozen=True)
class Case:
    """The register of one test, and the lateness profile by which it is judged."""

    dossiers: list[Dossier]
    pauses: list[Row] = field(default_factory=list)
    other_records: list[Row] = field(default_factory=list)
    profile: str = "wb_strict"

    @classmethod
    def of_test(cls, item: pytest.Function) -> Case:
        """Read the marker ``register``; an argument may be a function of the test's parameters."""
        marker = item.get_closest_marker("register")
        if marker is None:
            raise ValueError(f"{item.name} asks for causes and is not marked register(...)")
        given = dict(zip(("dossiers",), marker.args, strict=False)) | marker.kwargs
        return cls(**{name: call_with_params(value, item) for name, value in given.items()})

    def prefixed(self, prefix: str) -> Case:
        """Return the same case among units, procedures and sources that bear a prefix."""

        def own(row: Row) -> Row:
            renamed = {name: f"{prefix}{row[name]}" for name in NAMES if row.get(name) is not None}
            return row | renamed

        dossiers = [
            (own(HOUSE | dossier), [own(step) for step in steps])
            for dossier, steps in self.dossiers
        ]
        others = [own(row) for row in self.other_records]
        return Case(dossiers, [own(row) for row in self.pauses], others, self.profile)


class Explainer:
    """Runs clock and causes on registers: ``explain(case) -> tables``."""

    def __init__(
        self, run_clock: Callable[..., Tables], warehouses: Warehouses, calendars: Calendars
    ) -> None:
        self.run_clock = run_clock
        self.warehouses = warehouses
        self.calendars = calendars

    def __call__(self, case: Case, wanted: tuple[str, ...] = TABLES) -> Tables:
        """Return the wanted tables of one register."""
        dossiers, steps = _frames(case.dossiers)
        others = [{c: row.get(c) for c in OTHER_RECORDS} for row in case.other_records]
        given = {
            **self.run_clock(dossiers, steps, case.pauses, tables=CLOCK),
            "dossiers": dossiers,
            "steps": steps,
            "other_records": pl.DataFrame(others, OTHER_RECORDS, orient="row"),
            "periods": _periods(dossiers),
        }
        with self.warehouses() as warehouse:
            warehouse.keep("calendar_days", self.calendars.days)
            for name, frame in given.items():
                warehouse.add_frame(name, frame)
            warehouse.set("profile", case.profile)
            warehouse.build("explain", wanted=wanted)
            return {name: warehouse.frame(name) for name in wanted}

    def explain_all(
        self, cases: Mapping[str, Case], wanted: tuple[str, ...] = TABLES
    ) -> dict[str, Tables]:
        """Return the wanted tables of each of several registers, built at once by profile."""
        prefixes = {name: f"{number:03d}⟩" for number, name in enumerate(cases)}
        made = {}
        for profile in {case.profile for case in cases.values()}:
            names = [name for name, case in cases.items() if case.profile == profile]
            own = [cases[name].prefixed(prefixes[name]) for name in names]
            tables = self(
                Case(
                    [dossier for case in own for dossier in case.dossiers],
                    [pause for case in own for pause in case.pauses],
                    [record for case in own for record in case.other_records],
                    profile,
                ),
                wanted,
            )
            made |= {name: _tables_of(tables, prefixes[name]) for name in names}
        return made


def _tables_of(tables: Tables, prefix: str) -> Tables:
    """Return the rows of one register under the names that its test gave."""
    own = {}
    for name, table in tables.items():
        key = "dossier_id" if "dossier_id" in table.columns else "unit_id"
        rows = table.filter(pl.col(key).str.starts_with(prefix))
        own[name] = rows.with_columns(pl.col(pl.String).str.replace_all(prefix, "", literal=True))
    return own


def _frames(cases: list[Dossier]) -> tuple[pl.DataFrame, pl.DataFrame]:
    dossiers = [{**HOUSE, **dossier} for dossier, _ in cases]
    steps = [step for _, its in cases for step in its]
    frame = pl.DataFrame([{c: d.get(c) for c in DOSSIER} for d in dossiers], DOSSIER, orient="row")
    local = pl.col("received_at").dt.convert_time_zone(HOUSE["time_zone"]).dt.date()
    return (
        frame.with_columns(local.alias("received_on")),
        pl.DataFrame([{c: s.get(c) for c in STEP} for s in steps], STEP, orient="row"),
    )


def _periods(dossiers: pl.DataFrame) -> pl.DataFrame:
    days = dossiers["received_on"].sort().to_list()
    rows = [
        (str(p), kind, p.starts_on, p.ends_on)
        for kind in PERIOD_KINDS
        for p in periods_between(days[0], max(days[-1], dt.date(2022, 6, 30)), kind)
    ]
    return pl.DataFrame(rows, schema=["period", "kind", "starts_on", "ends_on"], orient="row")


@pytest.fixture(scope="session")
def explain(
    run_clock: Callable[..., Tables], warehouses: Warehouses, calendars: Calendars
) -> Explainer:
    """Run clock and causes on a register."""
    return Explainer(run_clock, warehouses, calendars)


@pytest.fixture(scope="module")
def explained_cases(request: pytest.FixtureRequest, explain: Explainer) -> dict[str, Tables]:
    """Explain the registers of all tests of a module that are marked ``register``."""
    tests = [item for item in request.session.items if item.path == request.path]
    marked = [item for item in tests if item.get_closest_marker("register")]
    return explain.explain_all({item.nodeid: Case.of_test(item) for item in marked})


@pytest.fixture
def tables(request: pytest.FixtureRequest, explained_cases: dict[str, Tables]) -> Tables:
    """The causes in the register with which the test is marked."""
    return explained_cases[request.node.nodeid]
