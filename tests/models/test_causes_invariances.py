"""What must not change an accusation: names, scale, splits, more healthy units, fewer columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from models.other_world import Office, Register, Sickness, unit_name, without
from models.test_causes_elsewhere import SEED, THREE, accused, explain, outlying_share, register

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


@pytest.fixture(scope="module")
def healthy(register) -> Register:
    return register(Office("gamma", SEED))


@pytest.fixture(scope="module")
def sick(register) -> Register:
    return register(Office("lognormal", SEED, sick=THREE))


@pytest.fixture(scope="module")
def named(explain, sick) -> list[tuple[str, str]]:
    return accused(explain(sick))


def test_units_are_accused_by_what_happened_whatever_they_are_called(explain, sick, named):
    names = {unit_name(number): f"Z{11 - number:02d}" for number in range(12)}
    renamed_cells = {(names[unit], cause) for unit, cause in named}
    assert set(accused(explain(renamed(sick, names)))) == renamed_cells


@pytest.mark.parametrize("scale", [0.2, 5.0])
def test_healthy_units_stay_so_whatever_the_scale_of_all_durations(explain, register, scale):
    office = Office("gamma", SEED, scale=scale)
    tables = explain(register(office))
    assert accused(tables) == []
    assert outlying_share(tables, office) <= 0.05


def test_a_unit_split_at_random_is_accused_of_nothing_new(explain, healthy, sick, named):
    assert accused(explain(split(healthy, unit_name(2), unit_name(7)))) == []
    halves = explain(split(sick, unit_name(2), unit_name(3)))
    causes = {(unit[:3], cause) for unit, cause in accused(halves)}
    assert causes <= set(named)


def test_one_more_healthy_unit_changes_no_accusation(explain, healthy, sick, named):
    assert accused(explain(with_copy(healthy, unit_name(4), "NEW"))) == []
    assert set(accused(explain(with_copy(sick, unit_name(1), "NEW")))) == set(named)


@pytest.mark.parametrize(
    "columns",
    [("holder_id",), ("started_at",), ("unit_id", "holder_id"), ("arrived_at", "holder_id")],
)
def test_fewer_columns_never_make_an_accusation(explain, healthy, sick, columns):
    assert accused(explain(without(healthy, *columns))) == []
    assert {unit for unit, _ in accused(explain(without(sick, *columns)))} <= SICK_UNITS


def test_two_thousand_dossiers_a_quarter_accuse_no_unit_either(explain, register):
    office = Office("weibull", SEED, units=5, size=2000)
    tables = explain(register(office))
    assert accused(tables) == []
    assert outlying_share(tables, office) <= 0.05


def test_a_sickness_of_one_quarter_is_named_at_that_unit_alone(explain, register):
    lone = Sickness("portal_transfer", unit=3, quarters=(1,))
    assert accused(explain(register(Office("gamma", SEED, sick=(lone,))))) == [
        (unit_name(3), "portal_transfer")
    ]
