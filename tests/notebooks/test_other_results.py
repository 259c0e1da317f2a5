"""Results computed under another profile, or with other causes, are other results and say so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from workbench.answers import Book, open_book
from workbench.core.errors import UsageProblem
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.pages import write_page

COMPUTED, OTHER = "wb_strict", "wb_legal"
"""Profile of the usual results, and one that judges some dossiers of the sample otherwise."""


@pytest.fixture(scope="module")
def explained_otherwise(small_project, repository, tmp_path_factory) -> Book:
    """The small project's clock, its causes computed under the other profile."""
    project = Project(tmp_path_factory.mktemp("otherwise") / "project")
    for folder in ("clean", "clock"):
        shutil.copytree(getattr(small_project, folder), getattr(project, folder))
    (project.root / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    project.pipelines.mkdir()
    explain(RunFolders(project, repository), profile=OTHER)
    shutil.copytree(small_project.reference, project.reference)
    return open_book(project.root, language="en")


def test_every_table_made_under_a_profile_carries_it(explained_otherwise):
    stored = {
        path.stem: path for path in Path(explained_otherwise.home).glob("data/results/*.parquet")
    }
    of_no_profile, of_all = {"findings_by_unit", "source_stamps"}, {"measures"}
    for name in stored.keys() - of_no_profile - of_all:
        profiles = pl.read_parquet(stored[name], columns=["profile"])["profile"]
        assert set(profiles) == {OTHER}, name
    assert of_no_profile | of_all <= stored.keys()


def test_results_of_another_profile_answer_under_it_and_refuse_the_usual_one(explained_otherwise):
    book = explained_otherwise
    assert book.result_profile == OTHER
    assert "27 late dossiers" in book.causes("2022-H1").sentence()
    assert "27 late dossiers" in " ".join(c.text for c in book.summary("2022-H1").claims)
    with pytest.raises(UsageProblem, match=f"explain.profile: {COMPUTED}"):
        book.whatif("2022-H1", profile=COMPUTED)
    assert asked_late(book) == 27


def test_a_page_made_under_another_profile_is_one_of_other_results(explained_otherwise, small_book):
    assert explained_otherwise.measures.equals(small_book.measures)
    assert explained_otherwise.fingerprint != small_book.fingerprint


def test_results_with_other_causes_are_other_results(small_book, tmp_path):
    """Every table of the results counts, not only those of figures and outcomes."""
    tables = tmp_path / "tables"
    tables.mkdir()
    for folder in small_book.folders:
        for table in folder.glob("*.parquet"):
            shutil.copy(table, tables)
    assert open_book(tmp_path).fingerprint == small_book.fingerprint
    cells = pl.read_parquet(tables / "cells.parquet")
    cells.with_columns(flagged=~pl.col("flagged")).write_parquet(tables / "cells.parquet")
    assert open_book(tmp_path).fingerprint != small_book.fingerprint


def asked_late(book: Book) -> int:
    """The late dossiers of 2022-H1 that the causes of all units share."""
    cells = book.cause_cells.filter(period="2022-H1", cause="*")
    return int(cells["n_late"].sum())


def test_whatif_carries_the_assumption_it_holds_under(small_book, reference_dir):
    listed = pl.read_csv(reference_dir / "scenarios.csv", infer_schema=False)
    beside = small_book.saved.join(listed, on="scenario", suffix="_listed")
    assert beside.height == small_book.saved.height > 0
    assert beside["assumption"].equals(beside["assumption_vi"], check_dtypes=False)
    assert beside["assumption_en"].equals(beside["assumption_en_listed"])
    english = open_book(small_book.home, language="en").whatif("2022-H1")
    assert {row[-1] for row in english.table().rows} <= set(small_book.saved["assumption_en"])


def test_gaps_are_a_frame_beside_the_question_about_one(small_book):
    assert isinstance(small_book.gaps, pl.DataFrame)
    assert {"comparison", "component", "effect", "profile"} <= set(small_book.gaps.columns)


def test_an_analyse_folder_gets_one_page_for_its_last_period(analysed):
    page = write_page(open_book(analysed, language="vi"), kind="half", out=analysed)
    assert page == analysed / "briefing.html"
    text = page.read_text(encoding="utf-8")
    assert "Toàn bộ đơn vị · 6 tháng đầu năm 2022 · so với" in text
    assert {a[0] for a in re.findall(r'href="([^"]*)', text)} == {"#"}
    assert str(analysed) not in text
    assert sorted(p.name for p in analysed.iterdir() if not p.name.startswith(".")) == [
        "briefing.html",
        "tables",
    ]


def test_a_folder_without_a_period_of_that_kind_is_reported(analysed):
    import polars as pl

    path = analysed / "tables" / "measures.parquet"
    pl.read_parquet(path).filter(pl.col("period") != "2022").filter(
        pl.col("period") != "2021"
    ).write_parquet(path)
    with pytest.raises(UsageProblem, match="year"):
        write_page(open_book(analysed), kind="year", out=analysed)
