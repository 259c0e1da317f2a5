"""What must not change an accusation: names, scale, splits, more healthy units, fewer columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from models.other_world import Office, Register, Sickness, unit_name
from models.test_causes_elsewhere import (
    CALENDAR,
    SEED,
    THREE,
    accused,
    explain,
    outlying_share,
    register,
)
from models.worlds import World, Worlds

__all__ = ["explain", "register"]
SICK_UNITS = {unit_name(one.unit) for one in THREE}


def with_units(written: Register, unit: pl.Expr, dossier: pl.Expr | None = None) -> Register:
    """Return a register whose units (and dossiers) have other names, in steps as in dossiers."""
    id_of = dossier if dossier is not None else pl.col("dossier_id")
    named = [
        frame.with_columns(unit.alias("unit_id"), id_of.alias("dossier_id"))
        for frame in (written.dossiers, written.steps)
    ]
    return Register(named[0], named[1].sort("dossier_id", "step_no"), written.truth)


def renamed(written: Register, names: Mapping[str, str]) -> Register:
    return with_units(written, pl.col("unit_id").replace(names))


def split(written: Register, *units: str) -> Register:
    """Halve units by the last digit of their dossiers' numbers."""
    half = pl.format("{}{}", "unit_id", pl.col("dossier_id").str.slice(-1).cast(int) // 5)
    here = pl.col("unit_id").is_in(units)
    return with_units(written, pl.when(here).then(half).otherwise("unit_id"))


def with_copy(written: Register, unit: str, name: str) -> Register:
    """Add a unit to which the same happened as to another."""
    here = pl.col("unit_id") == unit
    copied = with_units(
        Register(written.dossiers.filter(here), written.steps.filter(here), written.truth),
        pl.lit(name),
        pl.format("{}-{}", pl.lit(name), "dossier_id"),
    )
    return Register(
        pl.concat([written.dossiers, copied.dossiers]),
        pl.concat([written.steps, copied.steps]),
        written.truth,
    )


HEALTHY, SICK = Office("gamma", SEED), Office("lognormal", SEED, sick=THREE)
NAMES = {unit_name(number): f"Z{11 - number:02d}" for number in range(12)}
COLUMNS = [("holder_id",), ("started_at",), ("unit_id", "holder_id"), ("arrived_at", "holder_id")]
ONE_QUARTER = Sickness("portal_transfer", unit=3, quarters=(1,))
SCALES = (0.2, 5.0)
WORLDS = {
    "sick": World(SICK),
    "renamed": World(SICK, (), lambda log: renamed(log, NAMES)),
    **{f"scale {scale}": World(Office("gamma", SEED, scale=scale)) for scale in SCALES},
    "healthy split": World(HEALTHY, (), lambda log: split(log, unit_name(2), unit_name(7))),
    "sick split": World(SICK, (), lambda log: split(log, unit_name(2), unit_name(3))),
    "healthy copied": World(HEALTHY, (), lambda log: with_copy(log, unit_name(4), "NEW")),
    "sick copied": World(SICK, (), lambda log: with_copy(log, unit_name(1), "NEW")),
    **{f"healthy without {names}": World(HEALTHY, names) for names in COLUMNS},
    **{f"sick without {names}": World(SICK, names) for names in COLUMNS},
    "one quarter": World(Office("gamma", SEED, sick=(ONE_QUARTER,))),
}


@pytest.fixture(scope="module")
def worlds(explain, calendars) -> Worlds:
    """The worlds of this module, each explained in a register of eight years."""
    return Worlds(WORLDS, explain, calendars[CALENDAR])


@pytest.fixture(scope="module")
def named(worlds) -> list[tuple[str, str]]:
    return accused(worlds["sick"].tables)


def test_units_are_accused_by_what_happened_whatever_they_are_called(worlds, named):
    renamed_cells = {(NAMES[unit], cause) for unit, cause in named}
    assert named
    assert set(accused(worlds["renamed"].tables)) == renamed_cells


@pytest.mark.parametrize("scale", SCALES)
def test_healthy_units_stay_so_whatever_the_scale_of_all_durations(worlds, scale):
    tables, _, office = worlds[f"scale {scale}"]
    assert accused(tables) == []
    assert outlying_share(tables, office) <= 0.05


def test_a_unit_split_at_random_is_accused_of_nothing_new(worlds, named):
    assert accused(worlds["healthy split"].tables) == []
    causes = {(unit[:3], cause) for unit, cause in accused(worlds["sick split"].tables)}
    assert causes <= set(named)


def test_one_more_healthy_unit_changes_no_accusation(worlds, named):
    assert accused(worlds["healthy copied"].tables) == []
    assert set(accused(worlds["sick copied"].tables)) == set(named)


@pytest.mark.parametrize("columns", COLUMNS)
def test_fewer_columns_never_make_an_accusation(worlds, columns):
    assert accused(worlds[f"healthy without {columns}"].tables) == []
    units = {unit for unit, _ in accused(worlds[f"sick without {columns}"].tables)}
    assert units <= SICK_UNITS


def test_two_thousand_dossiers_a_quarter_accuse_no_unit_either(explain, register):
    office = Office("weibull", SEED, units=5, size=2000)
    tables = explain(register(office))
    assert accused(tables) == []
    assert outlying_share(tables, office) <= 0.05


def test_a_sickness_of_one_quarter_is_named_at_that_unit_alone(worlds):
    assert accused(worlds["one quarter"].tables) == [(unit_name(3), "portal_transfer")]
