"""Causes on registers of another hand: any law of durations, sick and healthy units, poor logs."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kept_warehouse import keep_calendars
from models.other_world import LAWS, Office, Register, Sickness, unit_name, write
from models.worlds import World, Worlds, with_named
from workbench.clock.lateness import lateness_profiles
from workbench.core.vocabulary import PERIOD_KINDS, periods_between
from workbench.ingest.fields import OTHER_RECORDS

SEED = 4101
CALENDAR, PROFILE = "vn_dong_thap", "wb_strict"
CLOCK = ("outcomes", "ledger", "due_dates", "dossier_calendars")
WANTED = (
    *("late_dossiers", "causes", "cause_cells", "outlying_quarters", "cause_units"),
    "whatif_counts",
)
INSTANT = pl.Datetime("us", "UTC")
NO_PAUSES = pl.DataFrame(
    schema={
        "dossier_id": pl.String,
        "pause_no": pl.Int64,
        "reason": pl.String,
        "paused_at": INSTANT,
        "resumed_at": INSTANT,
    }
)
Explain = Callable[[Register], dict[str, pl.DataFrame]]


@pytest.fixture(scope="module")
def explain(warehouses, reference_dir, calendars) -> Explain:
    """Clock and causes on a register, with the named cells of its quarters."""

    def run(register: Register) -> dict[str, pl.DataFrame]:
        given = {
            "dossiers": register.dossiers,
            "steps": register.steps,
            "pauses": NO_PAUSES,
            "other_records": pl.DataFrame(schema=OTHER_RECORDS),
            "periods": periods_of(register.dossiers),
        }
        with warehouses() as warehouse:
            keep_calendars(warehouse, calendars)
            for name, frame in given.items():
                warehouse.add_frame(name, frame)
            profiles = lateness_profiles(reference_dir / "profiles")
            warehouse.add_frame("profiles", profiles.filter(profile=PROFILE))
            warehouse.set("profile", PROFILE)
            warehouse.build("clock", wanted=CLOCK)
            warehouse.build("explain", wanted=WANTED)
            return with_named({name: warehouse.frame(name) for name in WANTED})

    return run


def periods_of(dossiers: pl.DataFrame) -> pl.DataFrame:
    first = dossiers["received_on"].sort().to_list()[0]
    last = dossiers["snapshot_at"].dt.date().sort().to_list()[-1]
    rows = [
        (str(period), kind, period.starts_on, period.ends_on)
        for kind in PERIOD_KINDS
        for period in periods_between(first, last, kind)
    ]
    return pl.DataFrame(rows, schema=["period", "kind", "starts_on", "ends_on"], orient="row")


@pytest.fixture(scope="module")
def register(calendars) -> Callable[[Office], Register]:
    return lambda office: write(office, calendars[CALENDAR])


SICK = (
    Sickness("portal_transfer", unit=3),
    Sickness("slow_work", unit=6),
    Sickness("signature_wait", unit=9),
)
THREE = (
    Sickness("portal_transfer", unit=3),
    Sickness("queue", unit=5),
    Sickness("slow_work", unit=8),
)
PAIR = (Sickness("portal_transfer", unit=3), Sickness("queue", unit=5))
HELP = {
    "record_same_day": Sickness("record_lag", unit=3),
    "sign_every_day": Sickness("signature_wait", unit=5),
}
"""What would have helped a unit with a sickness."""
GRAINS = ("minute", "quarter_hour", "day")
SICK_LAWS = ("lognormal", "exponential", "narrow")
ALL_SHARE = tuple(range(12))
HELPED = {
    5.0: [("lognormal", SEED), ("exponential", SEED), ("narrow", SEED)],
    12.0: [("lognormal", 101), ("lognormal", 102)],
}
"""By hours that a result waits for its record, everywhere: offices."""


def clicked_at_the_end(written: Register, unit: str) -> Register:
    """Return a register in which a unit clicks the last steps of half its dossiers at once."""
    closed = written.dossiers.select("dossier_id", ended="resolved_at")
    steps = written.steps.join(closed, on="dossier_id", how="left")
    half = (pl.col("unit_id") == unit) & pl.col("dossier_id").str.contains("[02468]$")
    chained = half & pl.col("step_kind").is_in(["work", "sign", "record"])
    clicked = pl.col("ended") - pl.duration(seconds=20 * (5 - pl.col("step_no")))
    stamps = ("arrived_at", "started_at", "finished_at")
    return Register(
        written.dossiers,
        steps.with_columns(
            *(pl.when(chained).then(clicked).otherwise(name).alias(name) for name in stamps)
        ).drop("ended"),
        written.truth,
    )


def lognormal(*sick: Sickness, **more: object) -> Office:
    return Office("lognormal", SEED, sick=sick, **more)


WORLDS = {
    **{law: World(Office(law, SEED, size=100)) for law in LAWS},
    **{grain: World(lognormal(grain=grain)) for grain in GRAINS},
    "harder work": World(lognormal(size=150, mix={2: (0.05, 0.05, 0.2, 0.7)})),
    **{f"sick {law}": World(Office(law, SEED, sick=SICK)) for law in SICK_LAWS},
    "three": World(lognormal(*THREE)),
    "three nameless": World(lognormal(*THREE), ("unit_id",)),
    "three without arrivals": World(lognormal(*THREE), ("arrived_at",)),
    "three of ends alone": World(lognormal(*THREE), ("arrived_at", "started_at")),
    "portal_transfer alone": World(lognormal(Sickness("portal_transfer")), ("arrived_at",)),
    "queue alone": World(lognormal(Sickness("queue")), ("arrived_at",)),
    "pair": World(lognormal(*PAIR), ("arrived_at",)),
    "all begun": World(lognormal(Sickness("queue"), sharing=(3,))),
    "all begun without arrivals": World(
        lognormal(Sickness("queue"), sharing=(3,)), ("arrived_at",)
    ),
    "many at once": World(lognormal(Sickness("slow_work"), sharing=ALL_SHARE)),
    "all on many at once": World(
        Office("lognormal", 13, sick=(Sickness("queue"),), sharing=ALL_SHARE)
    ),
    "clicked": World(lognormal(size=100), (), lambda log: clicked_at_the_end(log, unit_name(4))),
    "small": World(lognormal(Sickness("queue"), units=10, size=40)),
    "small without starts": World(lognormal(Sickness("queue"), units=10, size=40), ("started_at",)),
}


@pytest.fixture(scope="module")
def worlds(explain, calendars) -> Worlds:
    """The worlds of this module, each explained in a register of eight years."""
    return Worlds(WORLDS, explain, calendars[CALENDAR])


def outlying_share(tables: dict[str, pl.DataFrame], office: Office) -> float:
    """Share of the unit-quarters in which a unit is out of line in anything."""
    quarters = tables["outlying_quarters"].select("unit_no", "quarter_no").unique()
    return quarters.height / (4 * office.units)


def accused(tables: dict[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """Unit and cause of each named cell that is no mere overload."""
    cells = tables["named"].filter(pl.col("reading") == "difference")
    return cells.select("unit_id", "cause").unique().sort("unit_id", "cause").rows()


def right_share(tables: dict[str, pl.DataFrame], register: Register) -> float:
    """Of the dossiers that a sickness made late, those put down to it.

    Behind slow work a queue forms: there either name is right. ``handover`` is the coarser name of
    a transfer and of a queue.
    """
    caused = register.truth.filter(pl.col("cause") != "none")
    dominant = tables["late_dossiers"].select("dossier_id", "dominant_cause")
    pairs = caused.join(dominant, on="dossier_id", how="left")
    behind = (pl.col("cause") == "slow_work") & (pl.col("dominant_cause") == "queue")
    coarser = pl.col("cause").is_in(["portal_transfer", "queue"])
    coarser &= pl.col("dominant_cause") == "handover"
    right = (pl.col("cause") == pl.col("dominant_cause")) | behind | coarser
    return float(pairs.select(right.fill_null(value=False).mean()).item())


@pytest.mark.parametrize("world", [*LAWS, *GRAINS])
def test_no_unit_is_out_of_line_where_all_are_alike_whatever_the_law_or_the_grain(worlds, world):
    tables, _, office = worlds[world]
    assert outlying_share(tables, office) <= 0.05
    assert accused(tables) == []


def test_many_dossiers_alone_put_no_unit_out_of_line(explain, register):
    """Officers differ a little everywhere: with enough dossiers any test would see it."""
    office = Office("narrow", SEED, units=8, size=1000)
    tables = explain(register(office))
    assert outlying_share(tables, office) <= 0.05
    assert accused(tables) == []


def test_a_unit_with_harder_work_and_no_other_trait_is_not_accused(worlds):
    assert unit_name(2) not in {unit for unit, _ in accused(worlds["harder work"].tables)}


@pytest.mark.parametrize("law", SICK_LAWS)
def test_sick_units_are_named_by_their_causes_and_no_other_unit_is(worlds, law):
    tables, written, _ = worlds[f"sick {law}"]
    assert set(accused(tables)) >= {(unit_name(one.unit), one.cause) for one in SICK}
    assert {unit for unit, _ in accused(tables)} == {unit_name(one.unit) for one in SICK}
    assert right_share(tables, written) >= 0.85


def test_units_are_compared_though_no_step_names_its_unit(worlds):
    full, bare = worlds["three"], worlds["three nameless"]
    shares = [right_share(one.tables, one.register) for one in (full, bare)]
    assert abs(shares[0] - shares[1]) <= 0.02
    assert accused(bare.tables) == accused(full.tables)


def test_a_log_without_arrivals_puts_late_dossiers_down_to_the_handover(worlds):
    """Where a transfer and a queue look alike, the coarser name is given instead of none."""
    tables, written, _ = worlds["three without arrivals"]
    assert right_share(tables, written) >= 0.78
    assert {unit for unit, _ in accused(tables)} <= {unit_name(one.unit) for one in THREE}
    grades = tables["causes"].filter(pl.col("cause") == "handover")["grade"]
    assert grades.unique().to_list() == ["B"]


@pytest.mark.parametrize("cause", ["portal_transfer", "queue"])
def test_a_log_without_arrivals_still_names_the_unit(worlds, cause):
    assert accused(worlds[f"{cause} alone"].tables) == [(unit_name(3), "handover")]


def test_a_transfer_is_named_beside_a_queue_of_another_unit_though_a_log_lacks_arrivals(worlds):
    """A queue of weeks at one unit makes nothing usual for the others."""
    tables = worlds["pair"].tables
    assert accused(tables) == [(unit_name(3), "handover"), (unit_name(5), "handover")]
    assert tables["named"].filter(unit_id=unit_name(3)).height >= 3


@pytest.mark.parametrize("world", ["all begun", "all begun without arrivals"])
def test_officers_who_begin_all_dossiers_at_once_are_overloaded_and_not_slow(worlds, world):
    """Each takes weeks, of which little is its own: that is a queue of dossiers begun."""
    tables, written, _ = worlds[world]
    assert set(tables["named"]["cause"]) == {"queue"}
    assert set(tables["named"]["unit_id"]) == {unit_name(3)}
    assert right_share(tables, written) >= 0.9


def test_officers_who_work_on_many_dossiers_at_once_and_slowly_are_slow(worlds):
    tables, written, _ = worlds["many at once"]
    assert accused(tables) == [(unit_name(3), "slow_work")]
    assert right_share(tables, written) >= 0.9


def test_where_all_officers_work_on_many_dossiers_at_once_no_other_unit_is_slow(worlds):
    """One long dossier makes all that its officer has meanwhile long: no unit is slow for that.

    Nor is it where units of the other years of the register are more alike.
    """
    tables, written, _ = worlds["all on many at once"]
    assert accused(tables) == []
    assert set(tables["named"]["unit_id"]) == {unit_name(3)}
    assert right_share(tables, written) >= 0.9


def test_a_log_of_ends_alone_accuses_no_other_unit(worlds):
    tables = worlds["three of ends alone"].tables
    assert tables["late_dossiers"].height > 300
    assert {unit for unit, _ in accused(tables)} <= {unit_name(one.unit) for one in THREE}


def test_the_dominant_cause_is_the_largest_of_those_that_alone_made_it_late(worlds):
    """Else it is the largest of all, be it what no cause explains: a trifle is never dominant."""
    tables = worlds["three"].tables
    largest = (
        tables["causes"]
        .sort("dossier_id", "but_for", "excess_seconds", descending=[False, True, True])
        .unique("dossier_id", keep="first", maintain_order=True)
        .select("dossier_id", "cause", most="excess_seconds")
    )
    dominant = tables["late_dossiers"].join(largest, on="dossier_id")
    assert dominant.height == tables["late_dossiers"].height
    assert dominant.filter(pl.col("dominant_cause") != pl.col("cause")).is_empty()
    assert "unexplained" in dominant["dominant_cause"].to_list()


def test_work_signature_and_record_clicked_within_a_minute_are_no_proof_of_lateness(worlds):
    """Whoever clicked: when the work was done is unknown, so no unit is accused of it."""
    tables = worlds["clicked"].tables
    late = tables["late_dossiers"].filter(unit_id=unit_name(4))
    chained = pl.col("dossier_id").str.contains("[02468]$")
    assert late.filter(chained)["reality"].unique().to_list() == ["undecidable"]
    assert "real" in late.filter(~chained)["reality"].to_list()
    assert {cause for unit, cause in accused(tables) if unit == unit_name(4)} <= {"record_lag"}
    assert {unit for unit, _ in accused(tables)} <= {unit_name(4)}


@pytest.mark.parametrize("hours", HELPED)
def test_what_would_have_helped_sick_units_is_what_they_truly_lost(explain, register, hours):
    """The ordinary wait at the desk stays: true is the same year simulated without the sickness.

    How many dossiers of one unit wait long anyway is chance, so the offices are added up.
    """
    true, found = dict.fromkeys(HELP, 0), dict.fromkeys(HELP, 0)
    for law, seed in HELPED[hours]:
        office = Office(law, seed, units=7, record_hours=hours, sick=tuple(HELP.values()))
        written = register(office)
        counts = explain(written)["whatif_counts"].filter(period=str(office.year))
        for scenario, sickness in HELP.items():
            unit = unit_name(sickness.unit)
            spared = written.truth.filter(pl.col("unit_id") == unit, "spared").height
            counted = counts.filter(scenario=scenario, unit_id=unit)
            true[scenario] += spared
            found[scenario] += counted["n_saved"].item()
            assert counted["n_least"].item() - 1 <= spared <= counted["n_most"].item() + 1
    assert min(true.values()) >= 20
    assert found == pytest.approx(true, rel=0.1)


@pytest.mark.parametrize("world", ["small", "small without starts"])
def test_a_small_overloaded_unit_is_a_queue_or_not_named_and_never_slow(worlds, world):
    """One officer for two thirds of a full load: who waits there is not worked on slowly."""
    tables = worlds[world].tables
    named = tables["named"].filter(unit_id=unit_name(3))
    assert set(named["cause"]) <= {"queue"}
    late = tables["late_dossiers"].filter(unit_id=unit_name(3))
    assert (late["dominant_cause"] == "slow_work").mean() <= 0.1
