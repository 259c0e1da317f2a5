"""``workbench analyse``: the whole way on files that belong to no project."""

from __future__ import annotations

import json
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from filelock import FileLock

from workbench.answers import open_book
from workbench.cli import main
from workbench.cli.analyse import replace_results
from workbench.cli.options import AnalysisOptions
from workbench.core.errors import RuleFailed
from workbench.core.project import Project
from workbench.core.vocabulary import OUTCOMES, SEGMENT_KINDS
from workbench.pages import Outputs
from workbench.testing import one_stop_export

TABLES = (
    *("dossiers", "steps", "pauses", "quarantine", "reconciliation"),
    *("outcomes", "ledger", "measures"),
)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    one_stop_export(folder, dossiers=120)
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory, inbox):
    folder = tmp_path_factory.mktemp("out")
    (folder / "mine.txt").write_text("an analyst's own note", encoding="utf-8")
    assert main(["analyse", str(inbox), "--source", "one_stop", "--out", str(folder)]) == 0
    return folder


def test_it_writes_the_tables_the_metrics_and_a_page(out):
    assert {f"{name}.parquet" for name in TABLES} <= {p.name for p in (out / "tables").iterdir()}
    figures = json.loads((out / "measures.json").read_text(encoding="utf-8"))
    assert "all" in figures["measures"]["2022-H1"]
    assert (out / "briefing.html").stat().st_size > 10_000


def test_what_an_analyst_keeps_in_the_folder_stays(out):
    assert (out / "mine.txt").read_text(encoding="utf-8") == "an analyst's own note"
    assert sorted(p.name for p in out.iterdir() if not p.name.startswith(".")) == [
        *("briefing.html", "landed", "measures.json", "mine.txt", "tables"),
    ]


def test_a_check_that_fails_leaves_the_tables_and_a_page_that_says_why(tmp_path, monkeypatch):
    work, out = Project(tmp_path / "work"), tmp_path / "out"
    for folder in (work.landed, work.clean, work.clock, work.results):
        folder.mkdir(parents=True)
    pl.DataFrame({"dossier_id": ["D1"]}).write_parquet(work.clean / "dossiers.parquet")
    (work.results / "measures.json").write_text("{}", encoding="utf-8")

    def write_page(_: object, *, out: Path, outputs: Outputs, **__: object) -> None:
        if not outputs.is_draft:
            outputs.folder.mkdir(exist_ok=True)
            (outputs.folder / "stopped.html").write_text("why", encoding="utf-8")
            raise RuleFailed("gate.stopped", n=1, first="-", page=outputs.folder)
        (out / "briefing.html").write_text("a draft", encoding="utf-8")

    monkeypatch.setattr("workbench.pages.write_page", write_page)
    monkeypatch.setattr("workbench.answers.open_book", lambda _: None)
    draft = AnalysisOptions(draft=True)
    assert replace_results(work, out, draft).read_text(encoding="utf-8") == "a draft"
    with pytest.raises(RuleFailed) as problem:
        replace_results(work, out, AnalysisOptions())
    assert problem.value.exit_code == 4
    assert (out / "stopped.html").is_file()
    assert (out / "tables" / "dossiers.parquet").is_file()
    assert not (out / "briefing.html").exists()


def test_a_dossier_leads_to_the_cells_of_its_rows(out, inbox, monkeypatch, capsys):
    """File, sheet, row and text are those that the workbook itself has."""
    book = open_book(out, language="en")
    row = book.dossiers.filter(pl.col("due_at").is_not_null()).to_dicts()[0]
    sheet = fastexcel.read_excel(inbox / row["source_file"]).load_sheet(
        row["source_sheet"], header_row=None, dtypes="string"
    )
    cells = [str(cell) for cell in sheet.to_polars().row(row["source_row"] - 1)]
    listing = book.dossier(row["dossier_id"]).then[-1].table()
    place = (row["source_file"], row["source_sheet"], str(row["source_row"]), "a dossier", "used")
    written = next(line[5] for line in listing.rows if line[:5] == place)
    values = [part.split(": ", 1)[1] for part in written.split("; ")]
    assert row["dossier_id"] in cells
    due = f"{row['due_at']:%d/%m/%Y %H:%M}"
    assert due in values
    assert any(due in cell for cell in cells)
    monkeypatch.chdir(out)
    target = f"{row['source_file']}:{row['source_sheet']}:{row['source_row']}"
    assert main(["trace", target]) == 0
    assert row["dossier_id"] in capsys.readouterr().out


def test_tables_hold_the_words_of_the_vocabulary_and_add_up(out):
    tables = {name: pl.read_parquet(out / "tables" / f"{name}.parquet") for name in TABLES}
    assert set(tables["outcomes"]["outcome"]) <= set(OUTCOMES)
    assert set(tables["ledger"]["kind"]) <= set(SEGMENT_KINDS)
    rows = tables["reconciliation"]
    parts = ("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    assert (rows["rows_read"] == rows.select(pl.sum_horizontal(*parts)).to_series()).all()
    sums = tables["ledger"].group_by("dossier_id").agg(pl.col("work_seconds").sum())
    judged = tables["outcomes"].filter(pl.col("profile") == "wb_strict")
    both = judged.join(sums, on="dossier_id", how="left").with_columns(
        pl.col("work_seconds").fill_null(0)
    )
    assert (both["work_seconds"] == both["used_seconds"] + both["paused_seconds"]).all()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.csv", "--source", "one_stop"], 3, "nowhere.csv"),
        (["{inbox}", "--source", "atlantis"], 2, "atlantis"),
        (["{inbox}", "--source", "receipt"], 3, "so-theo-doi-ho-so"),
        (["{inbox}", "--source", "one_stop", "--profile", "mine"], 2, "wb_strict"),
        (["{inbox}", "--source", "one_stop", "--as-of", "yesterday"], 2, "yesterday"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(
    tmp_path, inbox, capsys, arguments, code, message
):
    filled = [word.format(inbox=inbox) for word in arguments]
    folder = tmp_path / "out"
    assert main(["analyse", *filled, "--out", str(folder)]) == code
    errors = capsys.readouterr().err
    assert message in errors
    assert "Traceback" not in errors
    assert not folder.exists()


def test_an_unknown_word_is_a_usage_problem(capsys):
    assert main(["analyze", "x"]) == 2
    assert "analyse" in capsys.readouterr().err


def test_outside_a_project_a_stage_says_where_it_looked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["clean"]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_an_unforeseen_fault_is_one_line_without_a_traceback(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("workbench.clean.__main__.clean", lambda _: 1 / 0)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(tmp_path))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    assert main(["clean"]) == 1
    errors = capsys.readouterr().err
    assert "ZeroDivisionError" in errors
    assert "Traceback" not in errors


NO_DATES = """
name = "undated"
title_vi = "Sổ không ngày"
title_en = "A register without dates"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
at = "2022-06-30"
[[files]]
patterns = ["undated*.csv"]
kind = "csv"
rows = "{rows}"
[files.columns]
"code" = "dossier_id"
"in" = "{field}"
"""


def test_when_no_dossier_is_left_the_tables_that_say_why_are_where_the_message_says(
    tmp_path, capsys
):
    source, export, folder = (tmp_path / name for name in ("u.toml", "undated.csv", "out"))
    source.write_text(NO_DATES.format(rows="dossier", field="received_at"), encoding="utf-8")
    export.write_text("code,in\nA,\nB,soon\n", encoding="utf-8")
    folder.mkdir()
    (folder / "briefing.html").write_text("of an earlier run", encoding="utf-8")
    assert main(["analyse", str(export), "--source", str(source), "--out", str(folder)]) == 3
    errors = capsys.readouterr().err
    assert str(folder / "tables") in errors
    assert "data/clean" not in errors
    rules = pl.read_parquet(folder / "tables" / "quarantine.parquet")
    assert {"D04", "P01"} <= set(rules["rule_id"])
    sums = pl.read_parquet(folder / "tables" / "reconciliation.parquet").row(0, named=True)
    assert (sums["rows_read"], sums["rows_quarantined"]) == (2, 2)
    assert not (folder / "briefing.html").exists()


def test_files_that_give_no_dossiers_are_refused_before_they_are_read(tmp_path, capsys):
    source, export, folder = (tmp_path / name for name in ("u.toml", "undated.csv", "out"))
    source.write_text(NO_DATES.format(rows="step", field="finished_at"), encoding="utf-8")
    export.write_bytes(b"\x00 no text at all")
    assert main(["analyse", str(export), "--source", str(source), "--out", str(folder)]) == 3
    assert "None of the files gives dossiers" in capsys.readouterr().err
    assert not folder.exists()


def contents(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_run_that_fails_at_its_page_leaves_the_tables_of_the_earlier_run(
    out, tmp_path, monkeypatch, capsys
):
    """Tables, figures and page appear together or not at all."""

    def fail(*_: object, **__: object) -> None:
        raise RuleFailed("briefing.format", asked="odt", known="html")

    monkeypatch.setattr("workbench.pages.write_page", fail)
    one_stop_export(tmp_path / "later", dossiers=40)
    before = contents(out)
    assert (
        main(["analyse", str(tmp_path / "later"), "--source", "one_stop", "--out", str(out)]) == 4
    )
    assert contents(out) == before


def test_a_second_run_into_the_same_folder_is_refused(out, inbox, capsys):
    before = contents(out)
    with FileLock(out.parent / f".{out.name}.lock"):
        assert main(["analyse", str(inbox), "--source", "one_stop", "--out", str(out)]) == 5
    assert "Another run is writing" in capsys.readouterr().err
    assert contents(out) == before


def test_the_folder_one_stands_in_is_no_output_folder(out, inbox, monkeypatch, capsys):
    (out / "deep").mkdir(exist_ok=True)
    monkeypatch.chdir(out / "deep")
    assert main(["analyse", str(inbox), "--source", "one_stop", "--out", str(out)]) == 2
    assert "folder of its own" in capsys.readouterr().err
    (out / "deep").rmdir()
