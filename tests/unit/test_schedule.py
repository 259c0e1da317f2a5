"""A scheduler's entry runs the briefing, on the right day, whatever the folder is called."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree

import pytest

from workbench.cli import main
from workbench.cli.app import read_command
from workbench.cli.options import BriefingOptions
from workbench.cli.relative_periods import resolve_against, resolve_period
from workbench.cli.schedule import schedule_lines
from workbench.cli.scheduler_entries import (
    RunTime,
    ScheduledBriefing,
    cron_entry,
    systemd_units,
    windows_task,
)
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import Period

HALF_YEARLY = RunTime((1, 7), 1, 6, 30)
POSIX = ScheduledBriefing(
    name="workbench-brief",
    folder=PurePosixPath("/srv/ho-so"),
    scripts=PurePosixPath("/srv/ho-so/.venv/bin"),
    arguments=("run", "--period", "last-half"),
    moment=HALF_YEARLY,
    remarks=("half-yearly",),
)
WINDOWS = dataclasses.replace(
    POSIX,
    folder=PureWindowsPath("D:/Hồ sơ"),
    scripts=PureWindowsPath("D:/Hồ sơ/.venv/Scripts"),
)
NEEDS_SYSTEMD = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine"
)


@pytest.fixture
def project() -> Project:
    return shipped()


def cron_fields(text: str) -> list[str]:
    return text.splitlines()[-1].split(" ", 5)


@pytest.mark.parametrize(
    ("period", "convention", "day_and_months", "word"),
    [
        ("month", "calendar", ["1", "*"], "last-month"),
        ("quarter", "calendar", ["1", "1,4,7,10"], "last-quarter"),
        ("half", "calendar", ["1", "1,7"], "last-half"),
        ("last-half", "calendar", ["1", "1,7"], "last-half"),
        ("year", "calendar", ["1", "1"], "last-year"),
        ("quarter", "nd09_2019", ["15", "3,6,9,12"], "this-quarter"),
        ("half", "nd09_2019", ["15", "6,12"], "this-half"),
        ("quarter", "lam_dong_2020", ["1", "3,6,9,12"], "this-quarter"),
        ("month", "vinh_phuc_2021", ["21", "*"], "this-month"),
    ],
)
def test_the_convention_sets_the_day_of_the_run(project, period, convention, day_and_months, word):
    text = schedule_lines(project, kind="cron", period=period, convention=convention)
    minute, hour, day, months, weekday, command = cron_fields(text)
    assert [minute, hour, weekday] == ["30", "6", "*"]
    assert [day, months] == day_and_months
    assert f"workbench run --period {word};" in command


def test_a_convention_that_is_not_the_calendars_is_explained_in_the_entry(project):
    assert "calendar period" in schedule_lines(project, kind="cron", convention="nd09_2019")
    assert "calendar period" not in schedule_lines(project, kind="cron", convention="calendar")


@pytest.mark.parametrize("name", ["ho-so", "Hồ sơ quận 100%", "it's a $HOME"])
@pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")
def test_the_cron_line_runs_in_the_folder_and_what_it_prints_is_for_cron_to_mail(tmp_path, name):
    folder = tmp_path / name
    scripts = folder / ".venv" / "bin"
    scripts.mkdir(parents=True)
    fake = scripts / "workbench"
    fake.write_text('#!/bin/sh\necho workbench "$@" in "$PWD"\n', encoding="utf-8")
    fake.chmod(0o755)
    briefing = dataclasses.replace(
        POSIX, folder=folder, scripts=scripts, arguments=("run", "--unit", "P. 1%")
    )

    command = cron_fields(cron_entry(briefing))[-1]
    assert command.count("%") == command.count("\\%")
    words = ["/bin/sh", "-c", command.replace("\\%", "%")]
    done = subprocess.run(words, check=True, env={"PATH": "/bin"}, capture_output=True, text=True)
    assert done.stdout == f"workbench run --unit P. 1% in {folder}\n"


def test_what_cron_missed_is_run_after_a_start_where_the_period_has_ended(project):
    lines = schedule_lines(project, kind="cron").splitlines()
    assert lines[-2].split(" ", 1) == ["@reboot", lines[-1].split(" ", 5)[5]]
    early = schedule_lines(project, kind="cron", convention="nd09_2019")
    assert "@reboot" not in early


def test_schedules_of_other_options_have_other_names(project):
    def name(**asked: object) -> str:
        text = schedule_lines(project, kind="systemd", **asked)
        return next(line for line in text.splitlines() if line.endswith(".timer")).split()[-1]

    names = [
        *(name(period=period) for period in ("month", "quarter", "half", "year")),
        name(options=["--unit", "SD-P1"]),
        name(options=["--unit", "SD-P2"]),
        name(convention="nd09_2019"),
        name(options=["--unit", "SD P1"]),
        name(options=["--unit", "SD.P1"]),
        name(options=["--unit", "SD-Đ1"]),
        name(options=["--unit", "SD-Ð1"]),
        *(name(options=["--fetch", f"rsync {'x' * 300} {n}"]) for n in (1, 2)),
    ]
    assert len(set(names)) == len(names)
    assert max(len(one) for one in names) < 200


@pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")
def test_the_cron_line_ends_with_the_exit_code_of_the_briefing(tmp_path):
    fake = tmp_path / "workbench"
    fake.write_text("#!/bin/sh\nexit 5\n", encoding="utf-8")
    fake.chmod(0o755)
    briefing = dataclasses.replace(POSIX, folder=tmp_path, scripts=tmp_path)
    command = cron_fields(cron_entry(briefing))[-1]
    assert subprocess.run(["/bin/sh", "-c", command], check=False).returncode == 5


def systemd_files(text: str, folder: Path) -> list[Path]:
    parts = text.split("# --- ")[1:]
    files = []
    for part in parts:
        name, _, body = part.partition("\n")
        files.append(folder / name)
        files[-1].write_text(body, encoding="utf-8")
    return files


@NEEDS_SYSTEMD
@pytest.mark.parametrize("name", ["ho-so", "Hồ sơ 100% $x"])
def test_systemd_accepts_the_units_without_a_remark(tmp_path, name):
    folder = tmp_path / name
    scripts = folder / "bin"
    scripts.mkdir(parents=True)
    for command in ("dvc", "workbench"):
        (scripts / command).touch(mode=0o755)
    failing = "logger -t ho-so 'hỏng: 100% $WORKBENCH_MESSAGE'"
    briefing = dataclasses.replace(POSIX, folder=folder, scripts=scripts, on_failure=failing)
    files = systemd_files(systemd_units(briefing), tmp_path)
    assert [f.name for f in files] == [
        *("workbench-brief.service", "workbench-brief.timer", "workbench-brief-failed.service"),
    ]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        check=False,
        capture_output=True,
        text=True,
    )
    about_ours = [line for line in done.stderr.splitlines() if "workbench-brief" in line]
    assert about_ours == []


@NEEDS_SYSTEMD
@pytest.mark.parametrize("period", ["month", "quarter", "half", "year"])
def test_systemd_reads_the_calendar_as_the_first_of_the_next_period(project, period):
    text = schedule_lines(project, kind="systemd", period=period)
    on_calendar = next(x for x in text.splitlines() if x.startswith("OnCalendar="))
    base = "2022-06-30 23:00"
    done = subprocess.run(
        ["systemd-analyze", "calendar", f"--base-time={base}", on_calendar.split("=", 1)[1]],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TZ": "UTC"},
    )
    expected = "2023-01-01 06:30:00" if period == "year" else "2022-07-01 06:30:00"
    assert expected in done.stdout


def test_a_dollar_and_a_percent_are_doubled_where_systemd_would_expand_them():
    briefing = dataclasses.replace(POSIX, arguments=("run", "--unit", "100% $x"))
    assert 'run --unit "100%% $$x"' in systemd_units(briefing)


def test_a_quotation_mark_in_a_path_is_refused_for_systemd():
    with pytest.raises(UsageProblem, match="systemd"):
        systemd_units(dataclasses.replace(POSIX, folder=PurePosixPath('/srv/"x"')))


def test_a_line_break_in_a_path_is_refused_for_cron():
    with pytest.raises(UsageProblem, match="cron"):
        cron_entry(dataclasses.replace(POSIX, folder=PurePosixPath("/srv/a\nb")))


TASK = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def task(briefing: ScheduledBriefing) -> dict[str, str]:
    """The texts of a task by element, as Windows reads the XML."""
    root = ElementTree.fromstring(windows_task(briefing))
    return {element.tag.split("}")[1]: (element.text or "") for element in root.iter()}


def test_a_windows_task_runs_in_the_folder_on_battery_and_after_a_missed_time():
    texts = task(dataclasses.replace(WINDOWS, on_failure='msg * "hỏng & <dừng>"'))
    assert texts["Command"] == r"D:\Hồ sơ\.venv\Scripts\workbench.exe"
    assert texts["WorkingDirectory"] == r"D:\Hồ sơ"
    assert texts["Arguments"] == (r'run --period last-half --on-failure "msg * \"hỏng & <dừng>\""')
    assert texts["StartWhenAvailable"] == "true"
    assert texts["DisallowStartIfOnBatteries"] == texts["StopIfGoingOnBatteries"] == "false"
    assert texts["StartBoundary"].endswith("T06:30:00")
    assert texts["Day"] == "1"


def test_a_windows_task_refers_to_no_account_that_it_does_not_list():
    root = ElementTree.fromstring(windows_task(WINDOWS))
    listed = {principal.get("id") for principal in root.iterfind(".//t:Principal", TASK)}
    contexts = {element.get("Context") for element in root.iter() if "Context" in element.attrib}
    assert contexts <= listed
    assert "/RU" in windows_task(WINDOWS).split("-->")[0]


@pytest.mark.parametrize("months", [(1, 7), (3, 6, 9, 12), tuple(range(1, 13))])
def test_a_windows_task_runs_in_the_months_of_its_cadence(months):
    text = windows_task(dataclasses.replace(WINDOWS, moment=RunTime(months, 15, 6, 30)))
    found = ElementTree.fromstring(text).find(".//t:Months", TASK)
    names = [f"{dt.date(2022, month, 1):%B}" for month in months]
    assert [month.tag.split("}")[1] for month in found] == names


def test_a_quotation_mark_in_a_path_is_refused_for_windows():
    with pytest.raises(UsageProblem, match="windows"):
        windows_task(dataclasses.replace(WINDOWS, folder=PureWindowsPath('D:/a"b')))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "cron", "period": "week"}, "week"),
        ({"kind": "cron", "period": "2022-H1"}, "2022-H1"),
        ({"kind": "cron", "at": "25:00"}, "25:00"),
        ({"kind": "cron", "convention": "nowhere"}, "calendar, nd09_2019"),
        ({"kind": "cron", "period": "month", "convention": "nd09_2019"}, "vinh_phuc_2021"),
    ],
)
def test_what_does_not_exist_is_a_usage_problem_naming_the_choices(project, wrong, message):
    with pytest.raises(UsageProblem, match=message):
        schedule_lines(project, **wrong)


@pytest.mark.parametrize(
    ("text", "today", "period"),
    [
        ("last-month", "2022-01-01", "2021-12"),
        ("last-quarter", "2022-06-30", "2022-Q1"),
        ("last-quarter", "2022-07-01", "2022-Q2"),
        ("last-half", "2022-06-30", "2021-H2"),
        ("last-year", "2022-12-31", "2021"),
        ("this-half", "2022-06-15", "2022-H1"),
        (" this-month ", "2022-06-21", "2022-06"),
        ("2021-Q4", "2022-06-21", "2021-Q4"),
        ("this-month", "2024-02-29", "2024-02"),
        ("last-month", "2024-02-29", "2024-01"),
        ("last-month", "2024-03-01", "2024-02"),
        ("last-quarter", "2024-12-31", "2024-Q3"),
        ("this-half", "2024-12-31", "2024-H2"),
        ("last-year", "2024-12-31", "2023"),
        ("last-year", "2025-01-01", "2024"),
    ],
)
def test_a_period_may_be_named_relative_to_the_day_of_the_run(text, today, period):
    assert resolve_period(text, dt.date.fromisoformat(today)) == Period.parse(period)


def test_an_unknown_relative_period_is_refused_like_any_other():
    with pytest.raises(UsageProblem, match="last-week"):
        resolve_period("last-week", dt.date(2022, 6, 1))


@pytest.mark.parametrize(
    ("text", "period"),
    [("previous", "2021-H2"), ("year-before", "2021-H1"), ("2020-H1", "2020-H1")],
)
def test_the_period_to_compare_with_may_be_relative(text, period):
    assert resolve_against(text, Period.parse("2022-H1")) == Period.parse(period)


def test_an_unknown_period_to_compare_with_names_the_choices():
    with pytest.raises(UsageProblem, match="year-before"):
        resolve_against("last", Period.parse("2022-H1"))


def scheduled(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    read_command(["schedule", *words]).run()
    return shlex.split(capsys.readouterr().out.splitlines()[-1])


def test_the_entry_carries_what_the_briefing_is_asked(capsys):
    words = ["--unit", "SD-P1", "--against", "year-before", "--lang", "en", "--published"]
    line = scheduled(capsys, *words)
    run = line[line.index("run") : line.index("}")]
    assert run[-1] == "--published;"
    asked = read_command([word.rstrip(";") for word in run]).values
    assert asked["period"] == "last-half"
    assert asked["options"] == BriefingOptions("year-before", "SD-P1", published=True, lang="en")


def test_what_is_not_asked_is_left_to_the_parameters_of_the_day(capsys):
    line = scheduled(capsys)
    assert line[line.index("run") : line.index("}")] == ["run", "--period", "last-half;"]


def test_results_are_brought_up_to_date_by_default(capsys):
    assert "--no-refresh;" not in scheduled(capsys)
    assert "--no-refresh;" in scheduled(capsys, "--no-refresh")


def test_a_comparison_that_cannot_be_is_refused_when_it_is_scheduled(capsys):
    with pytest.raises(UsageProblem, match="yesterday"):
        scheduled(capsys, "--against", "yesterday")


def test_a_unit_that_nobody_knows_is_refused_now_and_case_does_not_matter(capsys, monkeypatch):
    monkeypatch.chdir(shipped().root)
    monkeypatch.setattr(Project, "results", Path("nowhere"))
    assert main(["schedule", "--unit", "NOPE", "--lang", "en"]) == 2
    assert "There is no unit «NOPE»" in capsys.readouterr().err
    for unit in ("sd-p1", "SD-P1", "ubnd phường 1"):
        assert main(["schedule", "--unit", unit]) == 0
        assert "--unit SD-P1" in capsys.readouterr().out
    for unit in ("all", "each"):
        assert main(["schedule", "--unit", unit]) == 0


def test_a_format_that_nothing_writes_is_refused_when_it_is_scheduled(capsys):
    with pytest.raises(UsageProblem, match="pfd"):
        scheduled(capsys, "--format", "html,pfd")
    assert "html,docx" in " ".join(scheduled(capsys, "--format", "DOCX"))


def test_cadence_and_convention_are_read_in_upper_and_lower_case(capsys):
    entry = scheduled(capsys, "--period", "HALF", "--convention", "ND09_2019")
    assert entry == scheduled(capsys, "--convention", "nd09_2019")
