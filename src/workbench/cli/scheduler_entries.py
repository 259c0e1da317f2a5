r"""Write a scheduled briefing as an entry of cron, systemd or Windows Task Scheduler.

An entry always goes to the project's folder, puts this installation first on the path, brings
the results up to date and briefs, with all output kept in ``data/brief.log``.
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import PurePath

from workbench.core.errors import UsageProblem
from workbench.messages import say

LOG = "data/brief.log"
"""Where a scheduled run writes its output, from the project's folder."""

SCHTASKS_LIMIT = 261
"""Characters that ``schtasks /TR`` takes (documented by its own error message)."""

_LAST_STAGE_BEFORE_BRIEF = "explain"
_NAME = "workbench-brief"
_MONTH_NAMES = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"


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


def _refuse(text: str, unsafe: str, kind: str) -> None:
    for found in unsafe:
        if found in text:
            raise UsageProblem("schedule.unsafe_character", path=text, found=repr(found), kind=kind)


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
