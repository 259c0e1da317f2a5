"""Facts and assumptions are joined, and what does not fit together is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.core.reference_rows import read_rows
from workbench.messages import use_language
from workbench.testing.simulate import scenario as scenario_module
from workbench.testing.simulate.register import step_norms
from workbench.testing.simulate.scenario import read_scenario


@pytest.fixture
def reference(reference_dir: Path, tmp_path: Path) -> Path:
    """A copy of the reference tables that a test may spoil."""
    return Path(shutil.copytree(reference_dir, tmp_path / "reference"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def assume(monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str) -> None:
    """Read one of the assumptions with a text replaced."""
    real = scenario_module._assumed

    def spoilt(name: str) -> str:
        return real(name).replace(old, new) if name == file else real(name)

    monkeypatch.setattr(scenario_module, "_assumed", spoilt)


def test_shares_of_the_communes_add_up_to_their_part(world):
    for procedure in world.scenario.procedures:
        assert sum(weight for _, weight in procedure.offices) == pytest.approx(1.0)


def test_every_office_has_a_front_desk_officers_and_a_number_of_its_own(world):
    offices = world.scenario.offices
    known = {office.unit_id for office in offices}
    assert len({office.code_number for office in offices}) == len(offices) == 22
    for office in offices:
        assert office.front_desk in known
        assert min(office.clerks, office.counter_officers, office.officers) >= 1


def test_every_procedure_names_units_that_exist(world):
    known = {office.unit_id for office in world.scenario.offices}
    for procedure in world.scenario.procedures:
        assert {unit for unit, _ in procedure.offices} <= known
        assert {procedure.signer, procedure.opinion_unit} <= known | {""}


def test_every_weighted_procedure_of_the_reference_is_simulated(world, reference_dir):
    lines = read_rows(reference_dir / "procedures.csv", "procedure_id")
    weighted = {r["procedure_id"] for r in lines if float(r["synthetic_weight_assumed"]) > 0}
    assert {p.procedure_id for p in world.scenario.procedures} == weighted


def test_step_norms_add_up_to_the_limit(world):
    for procedure in world.scenario.procedures:
        norms = step_norms(procedure)
        days = 1 if procedure.same_day else procedure.working_days
        assert sum(norms) == pytest.approx(8 * days)
        assert min(norms) >= 0
        assert all((2 * norm).is_integer() for norm in norms)


def test_a_limit_in_calendar_days_is_five_sevenths_in_working_days(world):
    by_id = {p.procedure_id: p for p in world.scenario.procedures}
    assert by_id["1.009994"].term_unit == "d"
    assert by_id["1.009994"].working_days == 11
    assert by_id["1.001612"].working_days == 3


def test_without_takes_away_one_injection_only(world):
    first, *rest = world.scenario.injections
    assert list(world.scenario.without(first).injections) == rest


def test_a_shrunk_scenario_keeps_its_shape(world):
    smaller = world.scenario.shrunk(550)
    before = [v.dossiers for v in world.scenario.volumes]
    after = [v.dossiers for v in smaller.volumes]
    assert sum(after) == pytest.approx(550, abs=2)
    assert [a / sum(after) for a in after] == pytest.approx(
        [b / sum(before) for b in before], abs=0.005
    )


def test_missing_table_is_named_with_its_folder(reference: Path):
    (reference / "procedures.csv").unlink()
    with pytest.raises(InputRejected, match=r"procedures\.csv is missing"):
        read_scenario(reference)


def test_missing_column_is_named(reference: Path):
    spoil(reference / "procedures.csv", "synthetic_weight_assumed", "other")
    with pytest.raises(InputRejected, match=r"procedures\.csv.*synthetic_weight_assumed"):
        read_scenario(reference)


def test_a_procedure_gone_from_the_reference_is_named(reference: Path):
    spoil(reference / "procedures.csv", "\nTD-DD-03,", "\nTD-XX-03,")
    with pytest.raises(InputRejected, match="TD-DD-03"):
        read_scenario(reference)


def test_a_unit_gone_from_the_reference_is_named(reference: Path):
    spoil(reference / "units.csv", "\nSD-VH,", "\nSD-XX,")
    with pytest.raises(InputRejected, match="SD-VH"):
        read_scenario(reference)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_messages_are_worded_in_both_languages(reference: Path, language: str):
    (reference / "units.csv").unlink()
    with use_language(language), pytest.raises(InputRejected) as caught:
        read_scenario(reference)
    with use_language(language):
        assert "units.csv" in str(caught.value)


def test_an_unknown_cause_is_refused_with_the_known_ones(
    reference_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    assume(monkeypatch, "injections.csv", "record_lag,SD-P1", "sunspots,SD-P1")
    with pytest.raises(InputRejected, match=r"sunspots.*portal_transfer"):
        read_scenario(reference_dir)


def test_an_injection_into_an_unknown_unit_is_refused(
    reference_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    assume(monkeypatch, "injections.csv", "record_lag,SD-P1", "record_lag,SD-P9")
    with pytest.raises(InputRejected, match="SD-P9"):
        read_scenario(reference_dir)
