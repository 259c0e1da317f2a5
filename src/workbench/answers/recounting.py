"""The query over the stored tables that recounts the figures of an answer.

A question whose figures lie in tables of their own has its query beside this module, called as the
question; every other answer that states counts by name is added up from the measures' cells.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from importlib.resources import files

from workbench.answers.answer import Answer
from workbench.answers.asking import Asking
from workbench.answers.run import Run
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, Period

_QUERIES = files(__package__).joinpath("recounts")
_FIGURES = "figures"
_STATED = ("measure", "unit_id", "period", "profile", "starts_on", "ends_on")
_SUMMED = {"open": ("open_in_time", "open_overdue", "open_unknown")}
"""Counts that are the sum of several measures."""


def write_recount(run: Run, answer: Answer, asking: Asking) -> str:
    """Return the query that recounts the figures of an answer; it runs as it stands.

    Raises:
        UsageProblem: The figures are counted when they are asked for, from no stored table.
    """
    file = _QUERIES.joinpath(f"{answer.name}.sql")
    if file.is_file():
        head = _rows_as_table("scope", *_scope(run, asking))
        return f"{head}\n\n{file.read_text(encoding='utf-8')}"
    stated = sorted(set(_stated(run, answer)))
    if not stated:
        raise UsageProblem("lab.no_sql", title=answer.title, query=_nearest_query(answer.name))
    query = _QUERIES.joinpath(f"{_FIGURES}.sql").read_text(encoding="utf-8")
    return f"{_rows_as_table('stated', _STATED, stated)}\n\n{query}"


def _nearest_query(name: str) -> str:
    """Return the query that shows most of what an answer is counted from."""
    text = _QUERIES.joinpath("nearest.csv").read_text(encoding="utf-8")
    queries = {row["answer"]: row["query"] for row in csv.DictReader(text.splitlines())}
    return queries.get(name, "from dossiers")


def _scope(run: Run, asking: Asking) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return what was asked about as the one row of a table, with the days of its period."""
    unit = str(asking.scope.get("unit", EVERYTHING))
    profile = str(asking.scope.get("profile") or run.result_profile)
    names, row = ("unit", "profile"), (unit, profile)
    if period := str(asking.scope.get("period", "")):
        return (*names, "period", "starts_on", "ends_on"), [(*row, period, *_days(period))]
    return names, [row]


def _stated(run: Run, answer: Answer) -> Iterable[tuple[str, ...]]:
    """Yield the measures that an answer states, each with its group, period and days."""
    profiles = {value.profile for value in answer.values}
    names = (run.measures_under(profile)["measure"].unique() for profile in profiles)
    measures = {"late_with_causes"}.union(*names)
    for value in answer.values:
        name = value.name.removesuffix(".numerator").removesuffix(".denominator")
        for measure in _SUMMED.get(name, (name,)):
            if measure in measures:
                yield (measure, value.unit, value.period, value.profile, *_days(value.period))


def _days(period: str) -> tuple[str, str]:
    span = Period.parse(period)
    return str(span.starts_on), str(span.ends_on)


def _rows_as_table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the beginning of a query that names rows of text; columns of days are days.

    >>> print(_rows_as_table("scope", ["unit"], [["O'Neill"]]))
    with scope as (
        select *
        from (
            values
                ('O''Neill')
        ) as t (unit)
    )
    """
    lines = ",\n            ".join(
        "(" + ", ".join(_literal(c, v) for c, v in zip(columns, row, strict=True)) + ")"
        for row in rows
    )
    heading = ", ".join(columns)
    inner = f"select *\n    from (\n        values\n            {lines}\n    ) as t ({heading})"
    return f"with {name} as (\n    {inner}\n)"


def _literal(column: str, value: str) -> str:
    text = "'" + value.replace("'", "''") + "'"
    return f"date {text}" if column.endswith("_on") else text
