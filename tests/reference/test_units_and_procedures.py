"""The reviewed lists of units and procedures leave no doubt who or what is meant on a day."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.warehouse import Warehouse


@pytest.fixture(scope="module")
def spellings(pipelines_dir: Path, reference_dir: Path) -> pl.DataFrame:
    """All spellings of all units with their days, as the clean models see them."""
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.attach(reference_dir)
        warehouse.build("clean", wanted=("unit_names",))
        return warehouse.frame("unit_names")


def test_no_spelling_means_two_units_on_one_day(spellings: pl.DataFrame) -> None:
    pairs = spellings.join(spellings, on=["unit_key", "parent_id"], suffix="_other").filter(
        pl.col("unit_id") < pl.col("unit_id_other"),
        pl.col("valid_from") <= pl.col("valid_to_other"),
        pl.col("valid_from_other") <= pl.col("valid_to"),
    )
    assert pairs.select("unit_key", "unit_id", "unit_id_other").rows() == []


def test_the_code_29905_changes_hands_with_the_reform(spellings: pl.DataFrame) -> None:
    holders = spellings.filter(unit_key="29905", is_by_succession=False).sort("valid_from")
    assert holders["unit_id"].to_list() == ["SD-P1", "P-SADEC"]


def test_the_merged_province_has_its_102_communes(reference_dir: Path) -> None:
    units = pl.read_csv(reference_dir / "units.csv", infer_schema=False)
    communes = units.filter(kind="commune level 2025", parent="DT2")
    levels = communes["name_vi"].str.split(" ").list.first()
    # 82 xã and 20 phường: amp.cand.com.vn 06/07/2025
    assert dict(levels.value_counts().rows()) == {"Xã": 82, "Phường": 20}
    assert communes["admin_code"].is_unique().all()
    assert units["unit_id"].is_unique().all()


@pytest.mark.parametrize(
    ("written", "day", "unit_id"),
    [
        ("ubnd phường cao lãnh", "2026-03-02", "P-CAOLANH"),
        ("ủy ban nhân dân phường cao lãnh", "2026-03-02", "P-CAOLANH"),
        ("p. cao lãnh", "2026-03-02", "P-CAOLANH"),
        ("trung tâm phục vụ hành chính công phường cao lãnh", "2026-03-02", "P-CAOLANH"),
        ("trung tâm phục vụ hành chính công phường sa đéc", "2026-03-02", "P-SADEC-TTHCC"),
        ("văn phòng hđnd và ubnd phường sa đéc", "2026-03-02", "P-SADEC-VP"),
        ("phường sa đéc", "2025-05-05", "P-SADEC"),
        ("ubnd phường 1", "2025-05-05", "SD-P1"),
        ("ubnd phường 1", "2025-08-04", "P-SADEC"),
        ("xã tân phú đông", "2025-05-05", "SD-XTPD"),
        ("xã tân phú đông", "2025-08-04", "X-TANPHUDONG"),
    ],
)
def test_a_unit_is_known_by_the_usual_forms_of_its_name(spellings, written, day, unit_id) -> None:
    on_day = pl.lit(day).str.to_date().is_between("valid_from", "valid_to")
    named = spellings.filter(on_day, unit_key=written, parent_id="")
    assert named["unit_id"].to_list() == [unit_id]


def test_every_alias_belongs_to_a_unit_and_lies_within_its_days(reference_dir: Path) -> None:
    units, aliases = (
        pl.read_csv(reference_dir / f"{name}.csv", infer_schema=False)
        for name in ("units", "unit_aliases")
    )
    days = units.select("unit_id", "valid_from", "valid_to")
    joined = aliases.join(days, on="unit_id", how="left", suffix="_unit")
    same = pl.col("valid_from").eq_missing(pl.col("valid_from_unit")) & pl.col(
        "valid_to"
    ).eq_missing(pl.col("valid_to_unit"))
    assert joined.filter(~same).is_empty()


def test_each_procedure_has_an_id_of_its_own(reference_dir: Path) -> None:
    procedures = pl.read_csv(reference_dir / "procedures.csv", infer_schema=False)
    assert procedures["procedure_id"].is_unique().all()
    assert procedures["name_vi"].is_unique().all()
    assert procedures["procedure_id"].null_count() == 0


@pytest.mark.parametrize("name", ["units", "unit_aliases", "procedures"])
def test_every_fact_names_its_source_and_how_far_it_is_verified(reference_dir, name) -> None:
    rows = pl.read_csv(reference_dir / f"{name}.csv", infer_schema=False)
    assert rows["source"].null_count() == 0
    assert set(rows["verified"]) <= {"yes", "partly", "no"}
