"""The shipped sample meets the public figures of Sa Đéc, and follows from its seed alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.core.errors import InputRejected, OutputBusy, UsageProblem
from workbench.testing.simulate import SNAPSHOT, HalfYear, simulate
from workbench.testing.simulate import sample as sample_module
from workbench.testing.simulate.register import SimulatedRegister


@pytest.fixture(scope="session")
def first_half_of_2022(sample) -> HalfYear:
    return sample.summary.half_years[-1]


def in_time(half: HalfYear) -> int:
    return half.early + half.on_time


def late_share(half: HalfYear) -> float:
    return half.late / (half.late + in_time(half))


def test_sample_covers_january_2021_to_june_2022(sample):
    assert [h.period for h in sample.summary.half_years] == ["2021-H1", "2021-H2", "2022-H1"]


def test_just_over_2200_dossiers_are_received_in_the_first_half_of_2022(first_half_of_2022):
    assert 2200 < first_half_of_2022.received < 2300


def test_just_over_2100_are_resolved_early_or_on_time(first_half_of_2022):
    assert 2100 < in_time(first_half_of_2022) < 2150


def test_22_percent_of_results_go_by_post(first_half_of_2022):
    share = first_half_of_2022.returned_by_post / first_half_of_2022.returned
    assert 0.21 < share < 0.23


def test_over_1500_dossiers_are_received_online(first_half_of_2022):
    assert 1500 < first_half_of_2022.received_online < 1600


def test_every_online_dossier_is_processed_online(sample):
    for half in sample.summary.half_years:
        assert half.processed_online == half.received_online


def test_between_two_and_four_percent_are_late(first_half_of_2022):
    assert 0.02 < late_share(first_half_of_2022) < 0.04


def test_earlier_half_years_are_smaller_and_clearly_later(sample):
    *earlier, last = sample.summary.half_years
    for half in earlier:
        assert 0.6 * last.received < half.received < last.received
        assert late_share(half) > 1.5 * late_share(last)


def test_a_few_are_open_overdue_withdrawn_and_rejected(first_half_of_2022):
    half = first_half_of_2022
    assert 10 <= half.open_in_time <= 60
    assert 3 <= half.open_overdue <= 20
    assert 3 <= half.withdrawn <= 20
    assert 3 <= half.rejected <= 20


def test_parts_of_resolved_add_up(sample):
    for half in sample.summary.half_years:
        assert half.resolved == in_time(half) + half.late + half.withdrawn + half.rejected


def test_received_dossiers_are_resolved_or_open(register: SimulatedRegister, sample):
    received = sum(h.received for h in sample.summary.half_years)
    resolved = sum(h.resolved for h in sample.summary.half_years)
    still_open = sum(h.open_in_time + h.open_overdue for h in sample.summary.half_years)
    assert received == resolved + still_open
    waiting = register.dossiers.filter(pl.col("status") == "submitted")
    assert len(register.dossiers) == received + len(waiting)


def test_all_22_units_valid_then_have_dossiers_and_no_others(
    register: SimulatedRegister, reference_dir: Path
):
    units = pl.read_csv(reference_dir / "units.csv", infer_schema=False).filter(
        pl.col("kind").is_in(["district", "department", "ward", "commune"]),
        pl.col("unit_id").str.starts_with("SD"),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= "2022-06-30"),
    )
    assert len(units) == 22
    assert set(register.dossiers["unit_id"]) == set(units["unit_id"])
    assert set(register.steps["unit_id"]) <= set(units["unit_id"])


def test_procedures_without_weight_are_left_out(register: SimulatedRegister, reference_dir: Path):
    weights = pl.read_csv(reference_dir / "procedures.csv", infer_schema=False)
    weightless = weights.filter(pl.col("synthetic_weight_assumed") == "0")["procedure_id"]
    assert len(weightless) > 0
    assert not set(weightless) & set(register.dossiers["procedure_id"])


def test_procedures_keep_their_weights(register: SimulatedRegister, reference_dir: Path):
    facts = pl.read_csv(reference_dir / "procedures.csv", infer_schema=False)
    weight = pl.col("synthetic_weight_assumed").cast(pl.Float64)
    shares = facts.select("procedure_id", share=weight / weight.sum())
    seen = register.dossiers.group_by("procedure_id").agg(n=pl.len())
    both = shares.join(seen, on="procedure_id", how="left").fill_null(0)
    distance = (both["n"] / both["n"].sum() - both["share"]).abs().max()
    assert distance < 0.015


def test_same_seed_gives_the_same_bytes(small):
    assert small(11)[0] == small(11)[0]


def test_another_seed_gives_other_bytes_in_every_file(small):
    one, other = small(11)[0], small(12)[0]
    assert one.keys() == other.keys()
    assert not [name for name in one if one[name] == other[name]]


def test_files_are_named_by_half_year(small):
    names = set(small(11)[0])
    for half in ("2021-H1", "2021-H2", "2022-H1"):
        assert {f"so-theo-doi-ho-so_{half}.xlsx", f"nhat-ky-xu-ly_{half}.csv"} <= names
        assert f"tam-dung_{half}.csv" in names
    assert len(names) == 11


def test_without_a_truth_folder_no_truth_is_written(reference_dir: Path, tmp_path: Path):
    summary = simulate(reference_dir, seed=1, out=tmp_path / "out", dossiers=40)
    assert len(summary.files) == 9
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_an_earlier_snapshot_knows_nothing_later(small):
    files, summary = small(3, snapshot=SNAPSHOT.replace(year=2021))
    assert [h.period for h in summary.half_years] == ["2021-H1"]
    assert "17:00 ngày 30/06/2021" in files["nhat-ky-xu-ly_2021-H1.csv"].decode("utf-8-sig")
    assert b"/07/2021" not in files["tam-dung_2021-H1.csv"].split(b"\r\n", 2)[2]


def test_a_run_leaves_foreign_files_and_no_traces(reference_dir: Path, tmp_path: Path):
    (tmp_path / "note.txt").write_text("kept", encoding="utf-8")
    simulate(reference_dir, seed=1, out=tmp_path, dossiers=40)
    assert (tmp_path / "note.txt").read_text(encoding="utf-8") == "kept"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_negative_seed_is_refused(reference_dir: Path, tmp_path: Path):
    with pytest.raises(UsageProblem, match="-3"):
        simulate(reference_dir, seed=-3, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_snapshot_before_the_first_dossier_is_refused(reference_dir: Path, tmp_path: Path):
    early = SNAPSHOT.replace(year=2021, month=1, day=1, hour=0, minute=1)
    with pytest.raises(UsageProblem, match="01/01/2021 00:01"):
        simulate(reference_dir, seed=1, out=tmp_path / "out", snapshot=early, dossiers=40)
    assert not (tmp_path / "out").exists()


def test_missing_reference_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(InputRejected, match=r"units\.csv"):
        simulate(tmp_path / "nowhere", seed=1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_replaced_is_named(
    reference_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def in_use(source: Path, target: Path) -> Path:
        raise PermissionError(13, "in use", str(target))

    monkeypatch.setattr(Path, "replace", in_use)
    with pytest.raises(OutputBusy, match=r"in use.*so-theo-doi-ho-so_2021-H1\.xlsx"):
        simulate(reference_dir, seed=1, out=tmp_path, dossiers=40)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(reference_dir: Path, tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputBusy, match="file"):
        simulate(reference_dir, seed=1, out=tmp_path / "file" / "out", dossiers=40)


def test_a_failing_export_leaves_the_earlier_files(
    reference_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = simulate(reference_dir, seed=1, out=tmp_path, dossiers=40)
    kept = {path: path.read_bytes() for path in before.files}

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(sample_module.Exporter, "_pause_rows", fail)
    with pytest.raises(OutputBusy, match="disk full"):
        simulate(reference_dir, seed=2, out=tmp_path, dossiers=40)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept
