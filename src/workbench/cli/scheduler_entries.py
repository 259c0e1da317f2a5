r"""Write a scheduled briefing as an entry of cron, systemd or Windows Task Scheduler.

An entry goes to the project's folder, puts this installation first on the path and calls
``workbench run``, which is silent unless it fails and keeps its log in ``data/runs.jsonl``. A run
that was missed while the machine was off is made up on all three.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import PurePath
from xml.sax.saxutils import escape

from workbench.core.errors import UsageProblem
from workbench.messages import say

_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


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
        name: What the scheduler calls it; schedules of other names live beside it.
        folder: The project.
        scripts: Folder of this installation's ``workbench``.
        arguments: Arguments of ``workbench``.
        moment: Time of the run.
        remarks: Notes for a person who reads the entry later.
        on_failure: What is run when a run fails or is killed; nothing where cron mails.
        is_of_ended_period: Whether it may run at any later time as well.
    """

    name: str
    folder: PurePath
    scripts: PurePath
    arguments: tuple[str, ...]
    moment: RunTime
    remarks: tuple[str, ...]
    on_failure: str = ""
    is_of_ended_period: bool = True


def _refuse(text: str, unsafe: str, kind: str) -> None:
    for found in unsafe:
        if found in text:
            raise UsageProblem("schedule.unsafe_character", path=text, found=repr(found), kind=kind)


def cron_entry(job: ScheduledBriefing) -> str:
    """Write crontab lines; ``%`` is escaped, as cron would take it for a line break.

    Cron mails what a run prints, so that a failure is mailed and nothing else. It makes up no
    missed run: a second line runs an ended period after a start of the machine.

    Raises:
        UsageProblem: A path includes a line break, which a crontab cannot express.
    """
    when = job.moment
    months = "*" if len(when.months) == 12 else ",".join(map(str, when.months))
    shell = _shell_line(job)
    _refuse(shell, "\n\r", "cron")
    command = shell.replace("%", chr(92) + "%")
    lines = [f"@reboot {command}"] if job.is_of_ended_period else []
    lines.append(f"{when.minute} {when.hour} {when.day} {months} * {command}")
    heading = [say("schedule.heading_cron"), f"{job.name}: {' '.join(job.remarks)}"]
    return "\n".join([*(f"# {text}" for text in heading), *lines]) + "\n"


def _shell_line(job: ScheduledBriefing) -> str:
    command = shlex.join(["workbench", *job.arguments, *_help_arguments(job)])
    path = f'PATH={shlex.quote(str(job.scripts))}:"$PATH"'
    return f"cd {shlex.quote(str(job.folder))} && {{ export {path} && {command}; }}"


def _help_arguments(job: ScheduledBriefing) -> list[str]:
    return ["--on-failure", job.on_failure] if job.on_failure else []


_UNITS = """\
# {heading}

# --- {name}.service
[Unit]
Description={what}
{on_failure}
[Service]
Type=oneshot
WorkingDirectory={folder}
Environment={path}
ExecStart={command}
Nice=10
NoNewPrivileges=yes
LockPersonality=yes
RestrictSUIDSGID=yes
UMask=0027

# --- {name}.timer
[Unit]
Description={what}

[Timer]
OnCalendar={calendar}
Persistent=true

[Install]
WantedBy=timers.target
"""
_FAILURE = """
# --- {name}-failed.service
[Unit]
Description={what}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart=/bin/sh -c {command}
"""


def systemd_units(job: ScheduledBriefing) -> str:
    """Write a oneshot service and its timer, and a service for when it fails or is killed.

    Raises:
        UsageProblem: A path includes a line break or a quotation mark.
    """
    for text in (str(job.folder), str(job.scripts), *job.arguments, job.on_failure):
        _refuse(text, '\n\r"', "systemd")
    shared = {
        "name": job.name,
        "what": " ".join(job.remarks),
        "folder": _specifiers(str(job.folder)),
    }
    units = _UNITS.format(
        heading=say("schedule.heading_systemd", name=job.name),
        on_failure=f"OnFailure={job.name}-failed.service\n" if job.on_failure else "",
        path=_unit_word(f"PATH={job.scripts}:/usr/local/bin:/usr/bin:/bin"),
        command=_exec_line(job),
        calendar=_on_calendar(job.moment),
        **shared,
    )
    if not job.on_failure:
        return units
    # always in quotation marks: the shell takes it as one argument
    command = '"' + _specifiers(job.on_failure).replace("\\", "\\\\").replace("$", "$$") + '"'
    return units + _FAILURE.format(command=command, **shared)


def _exec_line(job: ScheduledBriefing) -> str:
    # A dollar sign begins a variable in the arguments, though not in the program's path.
    words = [_unit_word(word).replace("$", "$$") for word in job.arguments]
    return " ".join([_unit_word(str(job.scripts / "workbench")), *words])


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _unit_word(text: str) -> str:
    if re.fullmatch(r"[\w@/:.,=+-]+", text):
        return text
    return '"' + _specifiers(text).replace("\\", "\\\\") + '"'


def _on_calendar(when: RunTime) -> str:
    months = "*" if len(when.months) == 12 else ",".join(f"{m:02d}" for m in when.months)
    return f"*-{months}-{when.day:02d} {when.hour:02d}:{when.minute:02d}:00"


_TASK = """\
<?xml version="1.0"?>
<!-- {heading} -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{what}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2020-01-01T{hour:02d}:{minute:02d}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByMonth>
        <DaysOfMonth><Day>{day}</Day></DaysOfMonth>
        <Months>{months}</Months>
      </ScheduleByMonth>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions>
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def windows_task(job: ScheduledBriefing) -> str:
    """Write the XML of a task: it also runs on battery, and as soon as it can after a missed run.

    It may run as long as it wants (``PT0S``): it may have been asked to wait for exports.

    Raises:
        UsageProblem: A path includes a line break or a quotation mark.
    """
    for text in (str(job.folder), str(job.scripts), *job.arguments):
        _refuse(text, '\n\r"', "windows")
    return _TASK.format(
        heading=escape(say("schedule.heading_windows", name=job.name)).replace("--", "- -"),
        what=escape(" ".join(job.remarks)),
        hour=job.moment.hour,
        minute=job.moment.minute,
        day=job.moment.day,
        months="".join(f"<{_MONTH_NAMES[m - 1]} />" for m in job.moment.months),
        command=escape(str(job.scripts / "workbench.exe")),
        arguments=escape(subprocess.list2cmdline([*job.arguments, *_help_arguments(job)])),
        folder=escape(str(job.folder)),
    )
