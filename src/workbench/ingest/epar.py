"""The configuration of e-par, a one-stop system, in the form of data/reference.

Answers what norm each step of a procedure has and which days its calendar closes against the
week. Tables come as csv with the system's own column names (see ``workflow_steps.csv``). Tasks
that repeat work (``rework``) are no part of the regular way. The limit of a whole procedure is not
in these tables: ``total_value`` stays missing.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected, UsageProblem

SOURCE = "e-par configuration of a one-stop office, 2012-2015"
_HOURS_A_DAY = 8


def step_norms(folder: Path) -> pl.DataFrame:
    """Return one row per procedure and step of its regular way, in the order of the workflow.

    ``norm_value`` is the step's norm in working days, ``tasks_value`` the sum of the norms of its
    tasks; where they differ, the norms contradict each other. Columns: procedure_id, step_no, step
    (the task that opens it), norm_value, norm_unit, tasks_value, total_value, source.

    Raises:
        InputRejected: ``workflow_steps.csv`` is missing or lacks a column.
    """
    tasks = _table(folder / "workflow_steps.csv", "procedure", "kind", "step_first_task", "task")
    regular = tasks.filter(pl.col("kind").fill_null("") != "rework")
    steps = regular.group_by("procedure", "step_first_task", maintain_order=True).agg(
        norm_value=pl.col("step_days").cast(pl.Decimal(9, 2)).max(),
        tasks_value=pl.col("task_days").cast(pl.Decimal(9, 2)).sum().cast(pl.Decimal(9, 2)),
    )
    return steps.select(
        procedure_id="procedure",
        step_no=pl.int_range(1, pl.len() + 1).over("procedure"),
        step=pl.col("step_first_task").str.split("::").list.last(),
        norm_value="norm_value",
        norm_unit=pl.lit("working_day"),
        tasks_value="tasks_value",
        total_value=pl.lit(None, pl.Decimal(9, 2)),
        source=pl.lit(SOURCE),
    )


def calendar_exceptions(folder: Path, holiday_list: str = "epar") -> pl.DataFrame:
    """Return the days on which the calendar differs from the week, as rows of ``holidays.csv``.

    A closed weekday is ``off``, an open Saturday or Sunday ``swap_work``.

    Raises:
        InputRejected: ``calendar.csv`` is missing or lacks a column.
    """
    days = _table(folder / "calendar.csv", "C_DATE", "C_OFF")
    dated = days.select(
        day=pl.col("C_DATE").str.slice(0, 10).str.to_date(), is_off=pl.col("C_OFF") == "1"
    ).with_columns(is_weekend=pl.col("day").dt.weekday() > 5)
    kind = pl.when("is_off").then(pl.lit("off")).otherwise(pl.lit("swap_work"))
    return (
        dated.filter(pl.col("is_off") != pl.col("is_weekend"))
        .sort("day")
        .select(
            pl.lit(holiday_list).alias("holiday_list"),
            "day",
            kind.alias("kind"),
            *(pl.lit("").alias(name) for name in ("name_vi", "name_en", "paired_day")),
            pl.lit(SOURCE).alias("source"),
            pl.lit("yes").alias("verified"),
        )
    )


def write_reference(folder: Path, out: Path) -> list[Path]:
    """Write ``step_norms.csv`` and ``holidays.csv`` of a configuration, for a person to review.

    A working day of the norms is eight hours; a step whose tasks add up to something else says so
    in its note. No file is overwritten.

    Raises:
        InputRejected: A table of the configuration is missing or lacks a column.
        UsageProblem: One of the files is there already.
    """
    tables = {"step_norms.csv": _norm_rows(folder), "holidays.csv": calendar_exceptions(folder)}
    for name in tables:
        if (out / name).exists():
            raise UsageProblem("cli.draft_exists", file=out / name)
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.with_columns(pl.col(pl.String).replace("", None)).write_csv(out / name)
    return [out / name for name in tables]


def _norm_rows(folder: Path) -> pl.DataFrame:
    differs = pl.col("norm_value") != pl.col("tasks_value")
    return step_norms(folder).select(
        "procedure_id",
        "step",
        norm_hours=pl.col("norm_value").cast(pl.Float64) * _HOURS_A_DAY,
        valid_from=pl.lit(None, pl.String),
        valid_to=pl.lit(None, pl.String),
        note=pl.when(differs).then(pl.format("tasks add up to {} days", "tasks_value")),
        source="source",
        verified=pl.lit("yes"),
    )


def _table(path: Path, *columns: str) -> pl.DataFrame:
    if not path.is_file():
        raise InputRejected("sources.no_file", file=path)
    frame = pl.read_csv(path, infer_schema=False)
    for column in columns:
        if column not in frame.columns:
            present = ", ".join(frame.columns)
            raise InputRejected(
                "sources.missing_column", file=path.name, column=column, found=present
            )
    return frame
