"""The public registers, read and cleaned: every row accounted for, every oddity counted."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.shared

TABLES = ("dossiers", "steps", "pauses", "quarantine", "reconciliation")
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def cleaned(cleaned_register):
    """Ingest and clean files of the registers: ``cleaned("wabo", "wabo")`` -> tables by name."""

    def run(profile: str, *paths: str) -> Tables:
        folder = cleaned_register(profile, *paths).clean
        return {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}

    return run


def found(tables: Tables) -> dict[tuple[str, str], int]:
    """How often each rule was broken, by kind of row."""
    rows = tables["quarantine"].group_by("row_kind", "rule_id").len().rows()
    return {(kind, rule): count for kind, rule, count in rows}


def sums(tables: Tables) -> tuple[int, ...]:
    """Rows read, clean, quarantined, merged, ignored."""
    parts = ("read", "clean", "quarantined", "merged", "ignored")
    total = tables["reconciliation"].select(pl.col(f"rows_{part}").sum() for part in parts)
    return total.row(0)


@pytest.fixture(scope="module")
def receipt(cleaned) -> Tables:
    return cleaned("receipt", "receipt/receipt.csv.gz")


@pytest.fixture(scope="module")
def wabo(cleaned) -> Tables:
    return cleaned("wabo", "wabo")


@pytest.fixture(scope="module")
def boston(cleaned) -> Tables:
    return cleaned("boston311", "boston311")


def test_receipt_reads_the_same_from_csv_and_xes(cleaned, receipt) -> None:
    logged = cleaned("receipt", "receipt/receipt.xes.gz")
    for table in ("dossiers", "steps"):
        without = pl.exclude("source_file", "source_row")
        assert logged[table].select(without).equals(receipt[table].select(without))


def test_receipt_given_twice_counts_once(cleaned, receipt) -> None:
    twice = cleaned("receipt", "receipt")
    assert twice["dossiers"].height == receipt["dossiers"].height
    assert twice["steps"].height == receipt["steps"].height
    merged = twice["reconciliation"].filter(source_file="receipt.xes.gz")["rows_merged"]
    assert merged.to_list() == [8577]


def test_receipt_is_accounted_for(receipt) -> None:
    assert sums(receipt) == (8577, 8573, 4, 0, 0)
    assert found(receipt) == {
        ("dossier", "D07"): 2,
        ("dossier", "D12"): 113,
        ("step", "D24"): 79,
        ("step", "P03"): 4,
        ("step", "P06"): 1936,
    }


def test_receipt_has_open_cases_and_departments_as_units(receipt) -> None:
    dossiers = receipt["dossiers"]
    assert dict(dossiers["status"].value_counts().rows()) == {"resolved": 1327, "in_progress": 105}
    assert set(dossiers["unit_id"]) == {"General", "Customer contact", "Experts"}
    assert dossiers["due_at"].null_count() == 0


def test_wabo_is_accounted_for(wabo) -> None:
    assert sums(wabo) == (195862, 195495, 335, 32, 0)
    assert found(wabo) == {
        ("dossier", "D05"): 1,
        ("dossier", "D06"): 5,
        ("dossier", "D08"): 362,
        ("dossier", "P05"): 930,
        ("step", "D06"): 17,
        ("step", "D24"): 1013,
        ("step", "P03"): 318,
        ("step", "P07"): 32,
    }


def test_wabo_keeps_the_case_numbers_of_two_municipalities_apart(wabo) -> None:
    numbers = wabo["dossiers"]["dossier_id"].str.split("/").list.last()
    repeated = set(numbers.filter(numbers.is_duplicated()))
    assert repeated == {"4020737", "6038724"}
    assert wabo["dossiers"]["unit_id"].n_unique() == 5


def test_an_open_case_of_wabo_stays_open_whatever_end_date_it_has(wabo) -> None:
    cases = wabo["dossiers"].filter(pl.col("x_status") == "O")
    assert cases["resolved_at"].null_count() == cases.height
    assert cases["reported_end_at"].is_not_null().sum() == 925


def test_boston_is_accounted_for(boston) -> None:
    assert sums(boston) == (58119, 58035, 84, 0, 0)
    assert found(boston) == {
        ("dossier", "D07"): 84,
        ("dossier", "D10"): 14527,
        ("dossier", "D12"): 3534,
        ("dossier", "D14"): 1440,
    }


def test_boston_is_read_month_first_in_its_own_zone(boston) -> None:
    first = boston["dossiers"].filter(dossier_id="101001240734").row(0, named=True)
    assert first["received_at"].isoformat() == "2015-01-01T05:20:09+00:00"
    assert first["received_on"].isoformat() == "2015-01-01"


def test_a_register_alone_can_be_given_as_a_file_or_a_folder(cleaned, shared_data: Path) -> None:
    assert (shared_data / "wabo").is_dir()
    one = cleaned("wabo", "wabo/CoSeLoG_WABO_2.xes.gz")
    assert one["dossiers"]["unit_id"].unique().to_list() == ["WABO_2"]
