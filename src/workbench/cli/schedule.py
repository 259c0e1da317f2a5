"""``workbench schedule``: the entry that makes a scheduler brief each period.

The period is named relative to the day of the run (``last-half``), so that one entry serves for
years. Nothing is installed and nothing is run: the text is printed for a person to read and enter.
A reporting convention only chooses the day of the run; figures stay those of calendar periods.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from workbench.cli.options import AS_USUAL, NO_OPTIONS, BriefingOptions, RunOptions, option
from workbench.cli.relative_periods import read_cadence, resolve_against
from workbench.cli.scheduler_entries import (
    RunTime,
    ScheduledBriefing,
    cron_entry,
    systemd_units,
    windows_task,
)
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, find_project
from workbench.core.vocabulary import Period, PeriodKind
from workbench.messages import language, say
from workbench.pages import EACH, check_formats, check_parameters

Kind = Literal["cron", "systemd", "windows"]

_LONGEST_NAME = 120
"""Characters of a name: a file of systemd's takes 255 with its ending, a task a few less."""
_MONTHS_IN: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def command(
    *,
    kind: Annotated[Kind, option("kind")] = "cron",
    period: Annotated[str, option("period_kind", "PERIOD")] = "half",
    at: Annotated[str, option("at", "HH:MM")] = "06:30",
    convention: Annotated[str, option("convention", "NAME")] = "calendar",
    format: Annotated[str, option("format", "FORMATS")] = "",  # noqa: A002
    way: Annotated[RunOptions, Parameter(name="*")] = AS_USUAL,
    options: Annotated[BriefingOptions, Parameter(name="*")] = NO_OPTIONS,
) -> None:
    """Print the entry for the project around the current folder."""
    project = find_project()
    options = replace(options, unit=_known_unit(project, options.unit))
    if options.notebook:
        # refuse now what would fail on the day of the run
        path = project.notebooks / f"{Path(options.notebook).stem}.ipynb"
        check_parameters(path, {"period": period})
    if format:
        format = ",".join(check_formats(format))  # noqa: A001
    text = schedule_lines(
        project,
        kind=kind,
        period=period,
        at=at,
        convention=convention,
        options=brief_options(
            {
                "format": format,
                **asdict(options),
                "no-refresh": way.no_refresh,
                "fetch": way.fetch,
                "wait": f"{way.wait:g}" if way.wait else "",
                "commit": way.commit,
            }
        ),
        on_failure=way.on_failure,
    )
    sys.stdout.write(text)


def schedule_lines(
    project: Project,
    *,
    kind: Kind,
    period: str = "half",
    at: str = "06:30",
    convention: str = "calendar",
    options: Sequence[str] = (),
    on_failure: str = "",
) -> str:
    """Return the text that makes a scheduler run the briefing of each period.

    Args:
        project: The project whose briefing it is; its path is written absolute.
        kind: ``cron``, ``systemd`` or ``windows``.
        period: How often: ``month``, ``quarter``, ``half`` or ``year`` (``last-half`` is read
            as ``half``).
        at: Time of day ``HH:MM`` on the machine's own clock.
        convention: A convention of ``data/reference/report_conventions.csv``; it sets the day.
        options: Further arguments of ``workbench run``, such as ``["--unit", "all"]``.
        on_failure: A command to run when a run fails.

    Raises:
        UsageProblem: The cadence, time or convention does not exist, or a path cannot be
            written safely for that scheduler.
    """
    cadence = read_cadence(period)
    row = _convention_row(project, convention, cadence)
    job = ScheduledBriefing(
        name=_name("-".join([project.root.name, cadence, convention, *options])),
        folder=project.root,
        scripts=Path(sysconfig.get_path("scripts")),
        arguments=("run", "--period", f"{row['period_word']}-{cadence}", *options),
        moment=_moment(row, cadence, at),
        remarks=_remarks(row, cadence),
        on_failure=on_failure,
        is_of_ended_period=row["period_word"] == "last",
    )
    return _WRITERS[kind](job)


def _name(text: str) -> str:
    """Return a name that every scheduler takes, another one for every other schedule.

    >>> _name("ho-so-half---unit-SD-P1"), _name("Hồ sơ-half")
    ('workbench-ho-so-half-unit-SD-P1', 'workbench-H-s-half-7ca0af')
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    is_whole = re.fullmatch(r"[A-Za-z0-9-]*", text) and len(plain) <= _LONGEST_NAME
    rest = "" if is_whole else f"-{sha256(text.encode()).hexdigest()[:6]}"
    return f"workbench-{plain[:_LONGEST_NAME]}{rest}"


def brief_options(args: Mapping[str, str | bool | None]) -> list[str]:
    """Return options as arguments of ``workbench run``.

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


def _known_unit(project: Project, unit: str) -> str:
    """Return the id of a unit; refuse one that is nowhere now, not on the day of the run.

    Raises:
        UsageProblem: Neither the results nor the list of units has such a unit.
    """
    from workbench.answers import open_book

    if unit in ("", "all", EACH):
        return unit
    if (project.results / "measures.parquet").is_file():
        return open_book(project.root).unit(unit)
    with (project.reference / "units.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if unit.casefold() in (row["unit_id"].casefold(), row["name_vi"].casefold()):
                return row["unit_id"]
    raise UsageProblem("schedule.no_unit", unit=unit, file=project.reference / "units.csv")


def _convention_row(project: Project, convention: str, cadence: PeriodKind) -> dict[str, str]:
    file = project.reference / "report_conventions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["period_kind"] == cadence]
    for row in rows:
        if row["convention"].casefold() == convention.casefold():
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


def _remarks(row: Mapping[str, str], cadence: PeriodKind) -> tuple[str, ...]:
    title = row[f"title_{language()}"]
    what = say(f"schedule.every_{cadence}", convention=title)
    if row["convention"] == "calendar":
        return (what,)
    return what, say("schedule.calendar_periods", convention=title)


_WRITERS: dict[Kind, Callable[[ScheduledBriefing], str]] = {
    "cron": cron_entry,
    "systemd": systemd_units,
    "windows": windows_task,
}
