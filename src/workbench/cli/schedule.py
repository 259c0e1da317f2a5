r"""Schedule a briefing: the entry for cron, systemd or Windows Task Scheduler.

An entry always goes to the project's folder, puts this installation first on the path, brings
the results up to date and briefs, with all output kept in ``data/brief.log``. The period
is named relative to the day of the run (``last-half``), so that one entry serves for years.
Nothing is installed and nothing is run: the text is printed for a person to read and enter.

A reporting convention only chooses the day of the run; figures stay those of calendar periods.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import shlex
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from workbench.core.errors import UsageProblem
from workbench.core.project import Project
from workbench.core.vocabulary import PERIOD_KINDS, Period, PeriodKind
from workbench.messages import say

LOG = "data/brief.log"
"""Where a scheduled run writes its output, from the project's folder."""

SCHTASKS_LIMIT = 261
"""Characters that ``schtasks /TR`` takes (documented by its own error message)."""

_LAST_STAGE_BEFORE_BRIEF = "explain"
_NAME = "workbench-brief"
_MONTHS_IN: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_MONTH_NAMES = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_RELATIVE = re.compile(r"(?P<word>last|this)-(?P<kind>month|quarter|half|year)")


@dataclass(frozen=True)
class RunTime:
    """A day of some months and a time of day, on the clock of the machine."""

    months: tuple[int, ...]
    day: int
    hour: int
    minute: int


@dataclass(frozen=True)
class ScheduledBriefing:
    """One briefing to run unattended.

    Attributes:
        folder: The project.
        scripts: Folder of this installation's ``workbench``.
        arguments: Arguments of ``workbench``.
        refresh: Whether the results are brought up to date first.
        moment: Time of the run.
        remarks: Notes for a person who reads the entry later.
    """

    folder: PurePath
    scripts: PurePath
    arguments: tuple[str, ...]
    refresh: bool
    moment: RunTime
    remarks: tuple[str, ...]

    @property
    def commands(self) -> list[list[str]]:
        """The commands in the order they run, as argument lists."""
        before = [["workbench", "dvc", "repro", _LAST_STAGE_BEFORE_BRIEF]] if self.refresh else []
        return [*before, ["workbench", *self.arguments]]


def schedule_lines(
    project: Project,
    *,
    kind: str,
    period: str = "half",
    at: str = "06:30",
    convention: str = "calendar",
    options: Sequence[str] = (),
    refresh: bool = True,
) -> str:
    """Return the text that makes a scheduler run the briefing of each period.

    Args:
        project: The project whose briefing it is; its path is written absolute.
        kind: ``cron``, ``systemd`` or ``windows``.
        period: How often: ``month``, ``quarter``, ``half`` or ``year`` (``last-half`` is read
            as ``half``).
        at: Time of day ``HH:MM`` on the machine's own clock.
        convention: A convention of ``data/reference/report_conventions.csv``; it sets the day.
        options: Further arguments of ``workbench brief``, such as ``["--unit", "all"]``.
        refresh: Reproduce the pipeline up to its results before briefing.

    Raises:
        UsageProblem: The kind, cadence, time or convention does not exist, or a path cannot be
            written safely for that scheduler.
    """
    if kind not in _WRITERS:
        raise UsageProblem("schedule.bad_kind", kind=kind, choices=", ".join(_WRITERS))
    cadence = _read_cadence(period)
    row = _convention_row(project, convention, cadence)
    job = ScheduledBriefing(
        folder=project.root,
        scripts=Path(sysconfig.get_path("scripts")),
        arguments=("brief", "--period", f"{row['period_word']}-{cadence}", *options),
        refresh=refresh,
        moment=_moment(row, cadence, at),
        remarks=_remarks(convention, cadence),
    )
    return _WRITERS[kind](job)


def brief_options(args: Mapping[str, str | bool | None]) -> list[str]:
    """Return options as arguments of ``workbench brief``.

    Args:
        args: Name of an option -> its value; a switch is true or false. Empty ones are left to the
            project's parameters at the time of the run.

    Raises:
        UsageProblem: ``against`` is not a period, ``previous`` or ``year-before``.

    >>> brief_options({"unit": "SD-P1", "against": "", "published": True, "lang": None})
    ['--unit', 'SD-P1', '--published']
    """
    if against := args.get("against"):
        resolve_against(str(against), Period.parse("2022-H1"))
    words: list[str] = []
    for name, value in args.items():
        if value:
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def resolve_period(text: str, today: dt.date) -> Period:
    """Return the period that a command names: a label, or one relative to a day.

    ``last-half`` is the last half-year that had ended before ``today``, ``this-half`` the one
    that holds it; likewise for month, quarter and year.

    Raises:
        UsageProblem: The text is neither.

    >>> str(resolve_period("last-half", dt.date(2022, 7, 1)))
    '2022-H1'
    >>> str(resolve_period("this-quarter", dt.date(2022, 3, 15)))
    '2022-Q1'
    >>> str(resolve_period("2021-03", dt.date(2022, 3, 15)))
    '2021-03'
    """
    match = _RELATIVE.fullmatch(text.strip())
    if not match:
        return Period.parse(text)
    holding = Period.holding(today, _read_cadence(match["kind"]))
    return holding if match["word"] == "this" else holding.previous()


def resolve_against(text: str, period: Period) -> Period:
    """Return the period to compare with: a label, ``previous`` or ``year-before``.

    Raises:
        UsageProblem: The text is none of these.

    >>> str(resolve_against("year-before", Period.parse("2022-H1")))
    '2021-H1'
    """
    match text.strip():
        case "previous":
            return period.previous()
        case "year-before":
            return period.a_year_before()
    try:
        return Period.parse(text)
    except UsageProblem:
        raise UsageProblem("schedule.bad_against", text=text) from None


def _read_cadence(period: str) -> PeriodKind:
    word = period.strip().removeprefix("last-").removeprefix("this-")
    for cadence in PERIOD_KINDS:
        if word == cadence:
            return cadence
    raise UsageProblem("schedule.bad_cadence", cadence=period)


def _convention_row(project: Project, convention: str, cadence: PeriodKind) -> dict[str, str]:
    file = project.reference / "report_conventions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["period_kind"] == cadence]
    for row in rows:
        if row["convention"] == convention:
            return row
    raise UsageProblem(
        "schedule.bad_convention",
        convention=convention,
        cadence=cadence,
        file=file,
        choices=", ".join(r["convention"] for r in rows),
    )


def _moment(row: dict[str, str], cadence: PeriodKind, at: str) -> RunTime:
    try:
        time = dt.datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 - a wall-clock time
    except ValueError:
        raise UsageProblem("schedule.bad_time", at=at) from None
    length = _MONTHS_IN[cadence]
    offset = {"final": 0, "after": 1}[row["run_month"]]
    months = sorted((last - 1 + offset) % 12 + 1 for last in range(length, 13, length))
    return RunTime(tuple(months), int(row["run_day"]), time.hour, time.minute)


def _remarks(convention: str, cadence: PeriodKind) -> tuple[str, ...]:
    what = say(f"schedule.every_{cadence}", convention=convention)
    if convention == "calendar":
        return (what,)
    return what, say("schedule.calendar_periods", convention=convention)


def _refuse(text: str, unsafe: str, kind: str) -> None:
    for found in unsafe:
        if found in text:
            raise UsageProblem("schedule.unsafe_character", path=text, found=repr(found), kind=kind)


# ---- cron ---------------------------------------------------------------------------------


def cron_entry(job: ScheduledBriefing) -> str:
    """Write a crontab line; ``%`` is escaped, as cron would take it for a line break.

    Raises:
        UsageProblem: A path includes a line break, which a crontab cannot express.
    """
    when = job.moment
    months = "*" if len(when.months) == 12 else ",".join(map(str, when.months))
    shell = _shell_line(job)
    _refuse(shell, "\n\r", "cron")
    line = f"{when.minute} {when.hour} {when.day} {months} * {shell.replace('%', chr(92) + '%')}"
    heading = [say("schedule.heading_cron"), *job.remarks]
    return "\n".join([*(f"# {text}" for text in heading), line]) + "\n"


def _shell_line(job: ScheduledBriefing) -> str:
    steps = " && ".join(shlex.join(command) for command in job.commands)
    path = f'PATH={shlex.quote(str(job.scripts))}:"$PATH"'
    return f"cd {shlex.quote(str(job.folder))} && {{ export {path} && {steps}; }} >> {LOG} 2>&1"


# ---- systemd ------------------------------------------------------------------------------

_UNITS = """\
# {heading}

# --- {name}.service
[Unit]
Description={what}

[Service]
Type=oneshot
WorkingDirectory={folder}
Environment={path}
{steps}
StandardOutput=append:{log}
StandardError=inherit

# --- {name}.timer
[Unit]
Description={what}

[Timer]
OnCalendar={calendar}
Persistent=true

[Install]
WantedBy=timers.target
"""


def systemd_units(job: ScheduledBriefing) -> str:
    """Write a oneshot service and its timer; a run missed while the machine was off is made up.

    Raises:
        UsageProblem: A path includes a line break or a quotation mark.
    """
    for text in (str(job.folder), str(job.scripts), *job.arguments):
        _refuse(text, '\n\r"', "systemd")
    folder = _specifiers(str(job.folder))
    return _UNITS.format(
        heading=say("schedule.heading_systemd", name=_NAME),
        name=_NAME,
        what=" ".join(job.remarks),
        folder=folder,
        path=_unit_word(f"PATH={job.scripts}:/usr/local/bin:/usr/bin:/bin"),
        steps="\n".join(_exec_lines(job)),
        log=f"{folder}/{LOG}",
        calendar=_on_calendar(job.moment),
    )


def _exec_lines(job: ScheduledBriefing) -> list[str]:
    lines = []
    for command in job.commands:
        # A dollar sign begins a variable in the arguments, though not in the program's path.
        words = [_unit_word(word).replace("$", "$$") for word in command[1:]]
        lines.append(" ".join([_unit_word(str(job.scripts / command[0])), *words]))
    names = ["ExecStartPre"] * (len(lines) - 1) + ["ExecStart"]
    return [f"{name}={line}" for name, line in zip(names, lines, strict=True)]


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _unit_word(text: str) -> str:
    if re.fullmatch(r"[\w@/:.,=+-]+", text):
        return text
    return '"' + _specifiers(text).replace("\\", "\\\\") + '"'


def _on_calendar(when: RunTime) -> str:
    months = "*" if len(when.months) == 12 else ",".join(f"{m:02d}" for m in when.months)
    return f"*-{months}-{when.day:02d} {when.hour:02d}:{when.minute:02d}:00"


# ---- Windows ------------------------------------------------------------------------------


def windows_task(job: ScheduledBriefing) -> str:
    """Write a ``schtasks`` command for cmd.exe.

    Raises:
        UsageProblem: A path includes a character that cmd.exe would interpret, or the command is
            longer than ``schtasks`` takes.
    """
    for text in (str(job.folder), str(job.scripts), *job.arguments):
        _refuse(text, '\n\r"%&|<>^!()', "windows")
    action = _cmd_line(job)
    if len(action) > SCHTASKS_LIMIT:
        raise UsageProblem("schedule.too_long", length=len(action), limit=SCHTASKS_LIMIT)
    when = job.moment
    heading = [say("schedule.heading_windows"), *job.remarks]
    command = (
        f'schtasks /Create /F /TN "{_NAME}" /SC MONTHLY /M "{_month_names(when)}" /D {when.day} '
        f'/ST {when.hour:02d}:{when.minute:02d} /TR "{action.replace(chr(34), chr(92) + chr(34))}"'
    )
    return "\n".join([*(f"rem {text}" for text in heading), command]) + "\n"


def _month_names(when: RunTime) -> str:
    if len(when.months) == 12:
        return "*"
    return ",".join(_MONTH_NAMES[3 * m - 3 : 3 * m] for m in when.months)


def _cmd_line(job: ScheduledBriefing) -> str:
    steps = " && ".join(" ".join(_cmd_word(word) for word in line) for line in job.commands)
    log = LOG.replace("/", "\\")
    return f'cmd /c cd /d "{job.folder}" && {_activation(job)}({steps}) >> {log} 2>&1'


def _activation(job: ScheduledBriefing) -> str:
    # Outside a virtual environment the installer of Python has set the path already.
    if sys.prefix == sys.base_prefix:
        return ""
    inside = job.scripts.is_relative_to(job.folder)
    scripts = job.scripts.relative_to(job.folder) if inside else job.scripts
    return f"call {_cmd_word(str(scripts / 'activate'))} && "


def _cmd_word(text: str) -> str:
    return f'"{text}"' if re.search(r"[\s,;=]", text) else text


_WRITERS: dict[str, Callable[[ScheduledBriefing], str]] = {
    "cron": cron_entry,
    "systemd": systemd_units,
    "windows": windows_task,
}
