"""An unattended run: silent when all is well, its log, what it missed, and its failures."""

from __future__ import annotations

import datetime as dt
import json
import re

import polars as pl
import pytest

from workbench.cli import dvc as dvc_module
from workbench.cli import main
from workbench.cli import run as run_module
from workbench.cli.run_log import LONGEST, append_run, log_file, read_runs
from workbench.core.project import Project

PARAMS = """
simulate: {seed: 1}
explain: {profile: wb_strict}
brief: {period: latest, against: auto, unit: all, language: vi, published: false}
"""


class FakeBook:
    """Results of one snapshot."""

    fingerprint = "abc"
    snapshot = dt.datetime(2022, 6, 30, 17, tzinfo=dt.UTC)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """A project whose briefings are only noted down."""
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    project = Project(tmp_path)
    project.landed.mkdir(parents=True)
    file = {"source_file": ["a.csv"], "source_sheet": [None], "sha256": ["1"], "rows_landed": [7]}
    pl.DataFrame(file).write_parquet(project.landed / "landed_files.parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_module, "open_book", lambda _: FakeBook())
    page = project.briefings / "p" / "briefing.html"
    monkeypatch.setattr(run_module, "brief", lambda *_, **__: [page])
    return project


def run(*words: str) -> int:
    return main(["run", "--no-refresh", *words])


def test_a_run_is_silent_and_its_log_says_what_it_was_made_from(project, capsys):
    assert run("--period", "2022-H1") == 0
    assert capsys.readouterr() == ("", "")
    entry = json.loads(log_file(project).read_text(encoding="utf-8"))
    assert entry["inputs"] == [
        {"source_file": "a.csv", "source_sheet": None, "sha256": "1", "rows_landed": 7}
    ]
    assert entry["parameters"]["explain_profile"] == "wb_strict"
    assert (entry["data"], entry["periods"], entry["outcome"]) == ("abc", ["2022-H1"], "done")
    assert entry["pages"] == ["data/briefings/p/briefing.html"]
    assert run("--period", "2022-H1") == 0
    assert [one["outcome"] for one in read_runs(project)] == ["done", "unchanged"]
    assert main(["runs", "--data", "abc"]) == 0
    assert "2022-H1" in capsys.readouterr().out


def test_periods_that_earlier_runs_missed_are_made_up_in_order(project):
    assert run("--period", "2021-H1") == 0
    assert run("--period", "2021-Q4") == 0
    assert run("--period", "2022-H1") == 0
    assert read_runs(project)[-1]["periods"] == ["2021-H2", "2022-H1"]
    assert run("--period", "2022-H1") == 0
    assert read_runs(project)[-1]["periods"] == ["2022-H1"]


def test_nothing_is_briefed_from_exports_older_than_the_end_of_the_period(project, capsys):
    assert run("--period", "2022-H2") == 3
    assert "2022-H2" in capsys.readouterr().err
    entry = read_runs(project)[-1]
    assert (entry["outcome"], entry["exit_code"], entry["pages"]) == ("failed", 3, [])
    assert "30/06/2022" in entry["message"]


def test_a_failure_calls_for_help_with_its_code_and_message(project, capfd):
    call = 'echo "$WORKBENCH_EXIT_CODE $WORKBENCH_MESSAGE" > called.txt'
    assert run("--period", "2022-H2", "--on-failure", call) == 3
    assert (project.root / "called.txt").read_text(encoding="utf-8").startswith("3 ")


@pytest.mark.parametrize(
    ("said", "code"),
    [("ERROR: failed to reproduce 'clean': failed to run: x, exited with 3", 3), ("lock", 255)],
)
def test_the_code_of_a_stage_comes_through_dvc(project, monkeypatch, capsys, said, code):
    done = run_module.subprocess.CompletedProcess([], 255, stdout=said)
    monkeypatch.setattr(run_module.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SystemExit) as ended:
        main(["run", "--period", "2022-H1"])
    assert ended.value.code == code
    assert said in capsys.readouterr().err
    monkeypatch.undo()
    assert read_runs(project)[-1]["exit_code"] == code


def test_a_long_log_is_set_aside_and_a_line_cut_short_is_passed_over(project):
    append_run(project, {"outcome": "done", "message": "x" * LONGEST})
    append_run(project, {"outcome": "failed"})
    with log_file(project).open("a", encoding="utf-8") as log:
        log.write('{"outcome": "do')
    assert [entry["outcome"] for entry in read_runs(project)] == ["done", "failed"]
    assert log_file(project).stat().st_size < LONGEST


def test_experiments_are_shown_in_few_columns_unless_others_are_asked_for(project, monkeypatch):
    asked = []
    monkeypatch.setattr(dvc_module, "run_dvc", lambda _, words: asked.append(words) or 0)
    for words in (["exp", "show"], ["exp", "show", "--drop", "x"], ["exp", "run"]):
        assert main(["dvc", *words]) == 0
    assert list(asked[0]) == ["exp", "show", *dvc_module.NARROW]
    assert [list(words) for words in asked[1:]] == [["exp", "show", "--drop", "x"], ["exp", "run"]]
    kept = re.compile(dvc_module.NARROW[-1])
    names = ["measures.2022-H1.all.late", "measures.2022-H1.all.late_done", "explain.profile"]
    assert [bool(kept.match(name)) for name in names] == [True, False, True]
    assert not kept.match("measures.2022-H1.SD-P1.late")
