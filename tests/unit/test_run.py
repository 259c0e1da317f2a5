"""An unattended run: silent when all is well, its log, what it missed, and its failures."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess

import polars as pl
import pytest
from filelock import FileLock

from workbench.cli import dvc as dvc_module
from workbench.cli import main, run_log
from workbench.cli import run as run_module
from workbench.cli.run_log import LONGEST, append_run, log_file, read_runs
from workbench.cli.schedule import schedule_lines
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import Period

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
    project.inbox.mkdir()
    (project.inbox / "a.csv").touch()
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


def test_what_one_schedule_missed_is_not_made_up_for_by_another(project):
    """Two units and two formats, each with the periods that its own schedule has missed."""
    for_unit = ("--unit", "SD-P1")
    assert run("--period", "2020-H2") == 0
    assert run("--period", "2020-H2", *for_unit) == 0
    assert run("--period", "2021-H1") == 0
    assert run("--period", "2021-H1", "--format", "docx") == 0
    assert run("--period", "2021-H2") == 0
    assert run("--period", "2021-H2", *for_unit) == 0
    assert run("--period", "2022-H1", "--format", "docx") == 0
    assert run("--period", "2022-H1", "--lang", "en") == 0
    assert [entry["periods"] for entry in read_runs(project)[-4:]] == [
        ["2021-H2"],
        ["2021-H1", "2021-H2"],
        ["2021-H2", "2022-H1"],
        ["2022-H1"],
    ]
    assert run("--period", "2021-H2", *for_unit) == 0
    assert run("--period", "2021-H2") == 0
    assert [entry["outcome"] for entry in read_runs(project)[-2:]] == ["done", "unchanged"]


def test_a_run_of_a_log_from_before_formats_were_noted_counts_for_every_format(project):
    old = {"against": "", "unit": "", "lang": None, "published": False, "notebook": ""}
    append_run(project, {"outcome": "done", "periods": ["2021-H1"], "arguments": old})
    assert run("--period", "2022-H1", "--format", "xlsx") == 0
    assert read_runs(project)[-1]["periods"] == ["2021-H2", "2022-H1"]


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


def failing(stage: str, code: int, said: str = "") -> str:
    return f"{said}ERROR: failed to reproduce '{stage}': failed to run: x, exited with {code}"


@pytest.mark.parametrize(
    ("printed", "code", "message"),
    [
        (failing("clean", 3, "workbench: a.xlsx is empty.\n"), 3, "a.xlsx is empty."),
        (failing("clean", 3), 3, "A stage failed"),
        (failing("clock", -9), 137, "stage clock half way (signal 9"),
        ("ERROR: lock", 255, "A stage failed"),
    ],
)
def test_the_code_and_message_of_a_stage_come_through_dvc(
    project, monkeypatch, capsys, printed, code, message
):
    done = run_module.subprocess.CompletedProcess([], 255, stdout=printed)
    monkeypatch.setattr(run_module.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(SystemExit) as ended:
        main(["run", "--period", "2022-H1"])
    assert ended.value.code == code
    assert printed in capsys.readouterr().err
    monkeypatch.undo()
    entry = read_runs(project)[-1]
    assert entry["exit_code"] == code
    assert message in entry["message"]


class FakeClock:
    """A clock that only goes on while somebody sleeps, and what happens meanwhile."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.events: dict[float, object] = {}

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for at in [at for at in self.events if at <= self.seconds]:
            self.events.pop(at)()


@pytest.fixture
def clock(monkeypatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(run_module, "time", clock)
    return clock


def test_a_run_waits_for_an_export_taken_after_the_end_of_the_period(project, monkeypatch, clock):
    later = dt.datetime(2023, 1, 2, tzinfo=dt.UTC)
    clock.events[5 * 3600] = lambda: monkeypatch.setattr(FakeBook, "snapshot", later)
    assert run("--period", "2022-H2", "--wait", "8") == 0
    assert clock.seconds == 5 * 3600
    assert read_runs(project)[-1]["periods"] == ["2022-H2"]


def test_a_run_that_waits_in_vain_is_refused(project, clock):
    assert run("--period", "2022-H2", "--wait", "8") == 3
    assert clock.seconds == 8 * 3600
    assert "30/06/2022" in read_runs(project)[-1]["message"]


def test_a_run_waits_while_the_inbox_is_empty(project, monkeypatch, clock, capsys):
    monkeypatch.setattr(run_module, "_run", lambda *_: subprocess.CompletedProcess([], 0))
    export = project.inbox / "a.csv"
    export.unlink()
    words = ["run", "--period", "2022-H1", "--wait", "8"]
    assert main(words) == 3
    assert clock.seconds == 8 * 3600
    assert str(project.inbox) in capsys.readouterr().err
    project.inbox.rmdir()
    clock.events[10 * 3600] = lambda: (project.inbox.mkdir(), export.touch())
    assert main(words) == 0
    assert clock.seconds == 10 * 3600


def test_a_command_brings_exports_first_and_its_failure_is_one_of_the_run(project, clock, capfd):
    assert run("--period", "2022-H1", "--fetch", "echo brought > brought.txt") == 0
    assert capfd.readouterr() == ("", "")
    assert (project.root / "brought.txt").is_file()
    fetch = "echo share is down; exit 4"
    assert run("--period", "2022-H1", "--fetch", fetch) == 3
    assert "share is down" in capfd.readouterr().err
    message = read_runs(project)[-1]["message"]
    assert fetch in message
    assert "exit code 4" in message
    assert run("--period", "2022-H1", "--wait", "1", "--fetch", fetch) == 3
    assert clock.seconds == 3600


def test_schedules_that_are_due_at_once_run_one_after_another(project, monkeypatch, capsys):
    monkeypatch.setattr(run_log, "PATIENCE", 0)
    with FileLock(project.data / ".run.lock"):
        assert run("--period", "2022-H1") == 5
    assert "Another unattended run" in capsys.readouterr().err
    assert read_runs(project)[-1]["outcome"] == "failed"
    assert run("--period", "2022-H1") == 0


def test_a_run_that_was_killed_is_logged_by_the_next(project, monkeypatch):
    class Killed(BaseException):
        """Ends the process at once."""

    def die(*_: object, **__: object) -> None:
        copy.write_bytes((project.data / ".run.json").read_bytes())
        raise Killed

    copy = project.root / "kept.json"
    with monkeypatch.context() as patch:
        patch.setattr(run_module, "brief", die)
        with pytest.raises(Killed):
            run("--period", "2022-H1")
    assert not (project.data / ".run.json").exists()
    log_file(project).unlink()
    copy.rename(project.data / ".run.json")
    assert run("--period", "2022-H1") == 0
    killed, done = read_runs(project)
    assert (killed["outcome"], done["outcome"]) == ("killed", "done")
    assert killed["arguments"]["period"] == "2022-H1"
    assert main(["runs", "--failed"]) == 0


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


def is_due(fields: list[str], day: dt.date) -> bool:
    """Whether a line of cron is due on a day, whatever the hour."""
    month_day, months = fields[2], fields[3]
    return day.day == int(month_day) and (months == "*" or str(day.month) in months.split(","))


@pytest.mark.parametrize(("cadence", "first"), [("half", "2020-H2"), ("quarter", "2020-Q4")])
def test_every_period_is_briefed_though_the_machine_is_off_for_months(
    project, monkeypatch, cadence, first
):
    """Three years day by day under the lines that ``workbench schedule`` prints for cron."""
    lines = schedule_lines(shipped(), kind="cron", period=cadence, options=["--no-refresh"])
    *_, at_start, due = lines.splitlines()
    words = re.search(r"workbench (run [^;]+);", due)[1].split()
    assert " ".join(words) in at_start
    off = [
        (dt.date(2021, 6, 20), dt.date(2021, 11, 2)),
        (dt.date(2022, 12, 30), dt.date(2023, 8, 1)),
    ]
    day, was_on = dt.date(2021, 1, 1), True
    while day < dt.date(2024, 1, 2):
        is_on = not any(begin <= day < end for begin, end in off)
        monkeypatch.setattr(run_module, "_today", lambda day=day: day)
        now = dt.datetime.combine(day, dt.time(), dt.UTC)
        monkeypatch.setattr(FakeBook, "snapshot", now)
        if is_on and (is_due(due.split(), day) or not was_on):
            assert main(words) == 0
        day, was_on = day + dt.timedelta(days=1), is_on
    labels = [label for entry in read_runs(project) for label in entry["periods"]]
    expected = [Period.parse(first)]
    while expected[-1].next().ends_on < day:
        expected.append(expected[-1].next())
    assert list(dict.fromkeys(labels)) == list(map(str, expected))
