"""A verdict that rests on suspect records says so, with their number; the others stand."""

from __future__ import annotations

import json

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.figures.compare import unit_effects, with_and_without_suspects


def suspect(dossier: str) -> dict[str, object]:
    return {
        "rule_id": "D24",
        "severity": "warn",
        "row_kind": "step",
        "source_file": "steps.csv",
        "source_sheet": "",
        "source_row": 1,
        "message": "một",
        "message_en": "one",
        "record": json.dumps({"dossier_id": dossier}),
    }


def _with_and_without(book, period: str) -> pl.DataFrame:
    effects = unit_effects(book.measures, period=period, profile="wb_strict")
    return with_and_without_suspects(book.verdict_counts, effects, period=period)


@pytest.fixture(scope="module")
def doubtful(small_project, repository, tmp_path_factory):
    """The small project again, with every late dossier of its worst unit made suspect."""
    book = open_book(small_project.root, language="en")
    judged = book.dossiers.join(
        book.outcomes.filter(pl.col("profile") == "wb_strict"), on="dossier_id"
    ).filter(pl.col("outcome").is_in(["late", "open_overdue"]))
    counted = book.verdict_counts.filter(
        pl.col("period") == "2021", pl.col("unit_id") != "*", pl.col("n_dossiers") >= 30
    )
    worst, n_late = (
        counted.sort(pl.col("n_late") / pl.col("n_dossiers")).select("unit_id", "n_late").row(-1)
    )
    ids = judged.filter(pl.col("unit_id") == worst)["dossier_id"].to_list()

    project = Project(tmp_path_factory.mktemp("doubt") / "project")
    for stage in ("clean", "clock"):
        target = getattr(project, stage)
        target.mkdir(parents=True)
        for table in getattr(small_project, stage).glob("*.parquet"):
            (target / table.name).write_bytes(table.read_bytes())
    (project.root / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    project.pipelines.mkdir()
    findings = pl.DataFrame([suspect(name) for name in ids])
    quarantine = pl.read_parquet(project.clean / "quarantine.parquet")
    both = pl.concat([quarantine, findings.select(quarantine.columns)])
    both.write_parquet(project.clean / "quarantine.parquet")
    terms = project.clock / "due_findings.parquet"
    pl.read_parquet(terms).clear().write_parquet(terms)
    explain(RunFolders(project, repository), profile="wb_strict")
    return open_book(project.root, language="en"), worst, n_late


def test_a_unit_whose_lateness_is_all_suspect_depends_on_it(doubtful):
    book, worst, n = doubtful
    text = f"{book.verdicts('2021')}"
    row = next(line for line in text.splitlines() if line.startswith(book.unit_name(worst)))
    assert f"depends on {n} suspect dossiers" in row
    assert "Verdicts that rest on suspect records" in text


def test_without_suspects_every_verdict_stands(small_project):
    book = open_book(small_project.root, language="en")
    text = f"{book.verdicts('2021')}"
    assert "depends on" not in text
    assert "Verdicts that rest" not in text


def test_both_shares_carry_their_own_denominators(doubtful):
    book, worst, n = doubtful
    frame = _with_and_without(book, "2021")
    row = frame.filter(pl.col("unit_id") == worst).row(0, named=True)
    assert row["n_suspect"] == n
    assert row["n_sound"] == row["n_dossiers"] - n
    assert row["sound_value"] == row["n_late_sound"] / row["n_sound"]
    assert row["all_lower"] <= row["all_value"] <= row["all_upper"]


def test_findings_stand_beside_the_unit_they_were_made_in(doubtful):
    book, worst, n = doubtful
    rows = book.findings_by_unit.filter(pl.col("unit_id") == worst, pl.col("rule_id") == "D24")
    assert rows["n_dossiers"][0] >= n
    assert "flagged, still counted" in f"{book.findings()}"


def test_a_unit_of_few_dossiers_neither_stands_nor_depends(small_project):
    book = open_book(small_project.root, language="en")
    lines = f"{book.verdicts('2021-H1')}".splitlines()
    few = next(line for line in lines if line.startswith("<script>"))
    assert few.endswith("too few to judge")
    frame = _with_and_without(book, "2021-H1")
    judged = frame.filter(pl.col("unit_id") != "*", pl.col("n_dossiers") >= 30).height
    # 9 late of 43 are above 9 of 130 by the limits of three units, 7 of 37 not above 7 of 115
    assert any(f"{judged - 1} " in line and "the same" in line for line in lines[:4])
    (depend,) = (line for line in lines[:4] if "rest on suspect" in line)
    assert "Culture and information (6 suspect dossiers)." in depend
