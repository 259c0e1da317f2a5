"""A scheduler's entry runs the briefing, on the right day, whatever the folder is called."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from workbench.cli import main
from workbench.cli.app import read_command
from workbench.cli.options import BriefingOptions
from workbench.cli.relative_periods import resolve_against, resolve_period
from workbench.cli.schedule import schedule_lines
from workbench.cli.scheduler_entries import (
    LOG,
    SCHTASKS_LIMIT,
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
    folder=PurePosixPath("/srv/ho-so"),
    scripts=PurePosixPath("/srv/ho-so/.venv/bin"),
    arguments=("brief", "--period", "last-half"),
    refresh=False,
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
    assert f"workbench brief --period {word};" in command


def test_a_convention_that_is_not_the_calendars_is_explained_in_the_entry(project):
    assert "calendar period" in schedule_lines(project, kind="cron", convention="nd09_2019")
    assert "calendar period" not in schedule_lines(project, kind="cron", convention="calendar")


@pytest.mark.parametrize("name", ["ho-so", "Hồ sơ quận 100%", "it's a $HOME"])
@pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")
def test_the_cron_line_runs_both_commands_in_the_folder_and_keeps_what_they_say(tmp_path, name):
    folder = tmp_path / name
    scripts = folder / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (folder / "data").mkdir()
    for command in ("dvc", "workbench"):
        fake = scripts / command
        fake.write_text(f'#!/bin/sh\necho {command} "$@" in "$PWD"\n', encoding="utf-8")
        fake.chmod(0o755)
    briefing = dataclasses.replace(
        POSIX, folder=folder, scripts=scripts, refresh=True, arguments=("brief", "--unit", "P. 1%")
    )

    command = cron_fields(cron_entry(briefing))[-1]
    assert command.count("%") == command.count("\\%")
    subprocess.run(["/bin/sh", "-c", command.replace("\\%", "%")], check=True, env={"PATH": "/bin"})

    message = (folder / LOG).read_text(encoding="utf-8").splitlines()
    assert message == [
        f"workbench dvc repro explain in {folder}",
        f"workbench brief --unit P. 1% in {folder}",
    ]


@pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")
def test_the_cron_line_ends_with_the_exit_code_of_the_briefing(tmp_path):
    (tmp_path / "data").mkdir()
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
    briefing = dataclasses.replace(POSIX, folder=folder, scripts=scripts, refresh=True)
    files = systemd_files(systemd_units(briefing), tmp_path)
    assert [f.name for f in files] == ["workbench-brief.service", "workbench-brief.timer"]
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
    briefing = dataclasses.replace(POSIX, arguments=("brief", "--unit", "100% $x"))
    assert 'brief --unit "100%% $$x"' in systemd_units(briefing)


def test_a_quotation_mark_in_a_path_is_refused_for_systemd():
    with pytest.raises(UsageProblem, match="systemd"):
        systemd_units(dataclasses.replace(POSIX, folder=PurePosixPath('/srv/"x"')))


def test_a_line_break_in_a_path_is_refused_for_cron():
    with pytest.raises(UsageProblem, match="cron"):
        cron_entry(dataclasses.replace(POSIX, folder=PurePosixPath("/srv/a\nb")))


def as_windows_programs_read(command_line: str) -> list[str]:
    r"""Split as the Microsoft C runtime does: ``\"`` is a mark, ``"`` opens and closes."""
    words, word, inside, marked = [], "", False, False
    text = command_line.replace('\\"', "\0")
    for character in text + " ":
        if character == '"':
            inside, marked = not inside, True
        elif character == " " and not inside:
            if word or marked:
                words.append(word.replace("\0", '"'))
            word, marked = "", False
        else:
            word += character
    return words


def test_task_scheduler_gets_one_action_with_its_inner_quotation_marks(monkeypatch):
    monkeypatch.setattr("sys.prefix", "a virtual environment")
    line = windows_task(dataclasses.replace(WINDOWS, refresh=True)).splitlines()[-1]
    words = as_windows_programs_read(line)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert words[:3] == ["schtasks", "/Create", "/F"]
    assert options["/TR"] == (
        r'cmd /c cd /d "D:\Hồ sơ" && call .venv\Scripts\activate && '
        r"(workbench dvc repro explain && workbench brief --period last-half) "
        r">> data\brief.log 2>&1"
    )
    del options["/TR"]
    assert options == {
        "/TN": "workbench-brief",
        "/SC": "MONTHLY",
        "/M": "JAN,JUL",
        "/D": "1",
        "/ST": "06:30",
    }


def test_what_cmd_would_act_on_stands_inside_its_quotation_marks(monkeypatch):
    monkeypatch.setattr("sys.prefix", "a virtual environment")
    line = windows_task(dataclasses.replace(WINDOWS, arguments=("brief", "--unit", "P 1")))
    command = line.splitlines()[-1]
    for place, character in enumerate(command):
        if character in "&><|()":
            assert command[:place].count('"') % 2 == 1, command[:place]


def test_a_python_without_virtual_environment_is_not_activated(monkeypatch):
    monkeypatch.setattr("sys.prefix", "one")
    monkeypatch.setattr("sys.base_prefix", "one")
    assert "activate" not in windows_task(WINDOWS)


def test_every_month_is_a_star_for_task_scheduler():
    monthly = dataclasses.replace(WINDOWS, moment=RunTime(tuple(range(1, 13)), 1, 6, 30))
    assert '/M "*"' in windows_task(monthly)


@pytest.mark.parametrize("found", list('%&^|"'))
def test_a_character_cmd_would_act_on_is_refused(found):
    with pytest.raises(UsageProblem, match="windows"):
        windows_task(dataclasses.replace(WINDOWS, folder=PureWindowsPath(f"D:/a{found}b")))


def test_a_command_longer_than_task_scheduler_takes_is_refused():
    far = dataclasses.replace(WINDOWS, folder=PureWindowsPath("D:/" + "hồ sơ/" * 40))
    with pytest.raises(UsageProblem, match=str(SCHTASKS_LIMIT)):
        windows_task(far)


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
    brief = line[line.index("brief") : line.index("}")]
    assert brief[-1] == "--published;"
    asked = read_command([word.rstrip(";") for word in brief]).values
    assert asked["period"] == "last-half"
    assert asked["options"] == BriefingOptions("year-before", "SD-P1", published=True, lang="en")


def test_what_is_not_asked_is_left_to_the_parameters_of_the_day(capsys):
    line = scheduled(capsys)
    assert line[line.index("brief") : line.index("}")] == ["brief", "--period", "last-half;"]


def test_results_are_brought_up_to_date_by_default(capsys):
    assert "repro" in scheduled(capsys)
    assert "repro" not in scheduled(capsys, "--no-refresh")


def test_a_comparison_that_cannot_be_is_refused_when_it_is_scheduled(capsys):
    with pytest.raises(UsageProblem, match="yesterday"):
        scheduled(capsys, "--against", "yesterday")


def test_a_unit_that_nobody_knows_is_refused_now_and_case_does_not_matter(capsys, monkeypatch):
    monkeypatch.chdir(shipped().root)
    monkeypatch.setattr(Project, "results", Path("nowhere"))
    assert main(["schedule", "--unit", "NOPE", "--lang", "en"]) == 2
    assert "There is no unit «NOPE»" in capsys.readouterr().err
    for unit in ("sd-p1", "SD-P1", "ubnd phường 1", "all", "each"):
        assert main(["schedule", "--unit", unit]) == 0
