"""Faults are planted by the seed alone, and scored by rule and dossier."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipeline.fault_scores import false_findings, score_faults
from pipeline.planted_faults import shipped_faults, simulate_faults
from workbench.core.errors import UsageProblem

TRUTH = pl.DataFrame(
    [
        ("a", "D04", "dossier", "A", "f", "P03"),
        ("a", "D04", "dossier", "B", "f", "P03"),
        ("b", "D99", "dossier", "C", "f", ""),
    ],
    schema=["fault", "rule_id", "row_kind", "dossier_id", "source_file", "also"],
    orient="row",
)


def findings(*pairs: tuple[str, str]) -> pl.DataFrame:
    rows = [(rule, json.dumps({"dossier_id": code})) for rule, code in pairs]
    return pl.DataFrame(rows, schema={"rule_id": pl.String, "record": pl.String}, orient="row")


def test_the_same_seed_plants_the_same_faults_in_the_same_bytes(reference_dir, tmp_path) -> None:
    runs = []
    for name in ("one", "two"):
        folder = tmp_path / name
        truth = simulate_faults(reference_dir, seed=7, out=folder, truth=folder, dossiers=3500)
        runs.append((truth, {p.name: p.read_bytes() for p in sorted(folder.iterdir())}))
    assert runs[0][0].equals(runs[1][0])
    assert runs[0][1] == runs[1][1]
    assert "faults.csv" in runs[0][1]


def test_too_few_dossiers_for_the_faults_are_refused(reference_dir, tmp_path) -> None:
    with pytest.raises(UsageProblem, match="Too few dossiers"):
        simulate_faults(reference_dir, seed=1, out=tmp_path, dossiers=150)
    assert list(tmp_path.iterdir()) == []


def test_every_fault_names_its_rule_once() -> None:
    names = [fault.name for fault in shipped_faults()]
    assert len(names) == len(set(names)) == 35
    assert all(fault.planted >= 8 for fault in shipped_faults())


def test_found_missed_and_false_are_counted_by_rule_and_dossier() -> None:
    found = findings(("D04", "A"), ("D04", "Z"), ("P03", "A"), ("D10", "Q"), ("D04", "usual"))
    usual = findings(("D04", "usual"))
    score = score_faults(TRUTH, found, usual=usual, rules=["D04"])
    assert score.drop("recall", "precision").rows() == [
        ("D04", True, 2, 1, 1, 1),
        ("D99", False, 1, 0, 1, 0),
    ]
    assert score["recall"].to_list() == [0.5, None]
    assert score["precision"].to_list() == [0.5, None]


def test_what_one_fault_rightly_breaks_besides_is_not_false() -> None:
    found = findings(("P03", "A"), ("D07", "A"))
    wrong = false_findings(TRUTH, found, findings())
    assert wrong.select("rule_id", "dossier_id", "fault").rows() == [("D07", "A", "a")]
