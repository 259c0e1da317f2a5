"""One dossier's page: every figure can be added up from the rows above it."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.charts.tables import Blank
from workbench.cli import main


def seconds(text: str) -> int:
    """Seconds of a time as the page writes it."""
    sign = -1 if text.startswith("-") else 1
    parts = [int(p) for p in text.strip("-*").split(":")]
    return sign * sum(n * 60**power for n, power in zip(parts, (2, 1, 0), strict=False))


@pytest.fixture
def late(small_book) -> str:
    return small_book.late_dossiers["dossier_id"][0]


def test_the_rows_of_the_ledger_add_up_to_its_total_as_printed(small_book, late):
    rows = small_book.dossier(late).table().rows
    *segments, total = rows
    assert sum(seconds(row[5]) for row in segments) == seconds(total[5])
    norms = [row[7] for row in segments if isinstance(row[7], str)]
    assert sum(seconds(n) for n in norms) == seconds(total[7])


def test_the_sum_leads_from_the_segments_to_the_verdict(small_book, late):
    answer = small_book.dossier(late)
    lines = [seconds(row[1]) for row in answer.then[0].table().rows]
    counted, paused, spent, allowed, slack = lines
    assert counted + paused == spent
    assert allowed - spent == slack
    assert slack < 0
    assert "trễ hạn" in answer.then[0].sentence()


def test_the_causes_of_a_late_dossier_add_up_to_its_overrun(small_book, late):
    causes = small_book.dossier(late).then[1]
    *parts, total = causes.table().rows
    overrun = small_book.late_dossiers.filter(pl.col("dossier_id") == late)["overrun_seconds"][0]
    assert sum(seconds(row[2]) for row in parts) == seconds(total[2]) == overrun
    assert causes.frame["late_share"].sum() == pytest.approx(1)
    assert all(isinstance(row[1], Blank) or row[1] in "ABC" for row in parts)
    assert all(len(row[5]) > 10 for row in parts)


def test_a_dossier_in_time_has_no_causes(small_book):
    fine = small_book.outcomes.filter(
        pl.col("outcome") == "early", pl.col("profile") == "wb_strict"
    )
    titles = [part.title for part in small_book.dossier(fine["dossier_id"][0]).then]
    assert "Vì sao trễ" not in titles
    assert len(titles) == 3


def test_nights_are_shaded_and_the_due_instant_is_drawn(small_book, late):
    spec = small_book.dossier(late).chart().spec
    rows = list(spec["datasets"].values())
    shaded = next(values for values in rows if values and "from" in values[0])
    assert all(0 < span["to"] - span["from"] <= 24 for span in shaded)
    assert "Hạn " in small_book.dossier(late).chart().svg


@pytest.mark.parametrize("place", ["project", "option", "here"])
def test_the_command_shows_a_dossier_of_a_project_or_an_analyse_folder(
    small_project, analysed, late, place, monkeypatch, capsys
):
    monkeypatch.chdir({"project": small_project.root, "here": analysed}.get(place, "/"))
    asked = ["--data", str(analysed)] if place == "option" else []
    assert main(["explain", late, "--lang", "en", *asked]) == 0
    text = capsys.readouterr().out
    assert late in text
    assert "The segments sum exactly" in text
    assert "Why it was late" in text


def test_vietnamese_is_the_default_language(small_project, late, monkeypatch, capsys):
    monkeypatch.delenv("WORKBENCH_LANG")
    monkeypatch.chdir(small_project.root)
    assert main(["explain", late]) == 0
    assert "Vì sao trễ" in capsys.readouterr().out
    assert open_book(small_project.root).language == "vi"
