"""Check whether the norms of a workflow add up: infeasible norms make dossiers late by design.

A step's norm against the sum of its tasks' norms, and a procedure's limit against the sum of its
steps' norms, in whatever unit the tables state (never mixed here). Tasks of rework are no part of
the regular path and are left out. A norm of zero counts as missing: systems write it for "not set".
"""

from __future__ import annotations

import polars as pl

_COLUMNS = ("level", "procedure_id", "step", "norm", "parts", "difference", "finding")


def norm_audit(tasks: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """Return every step and every procedure with its norm beside the sum of its parts.

    Args:
        tasks: One row per procedure and task: procedure_id, step, task, step_norm, task_norm,
            is_rework. The norm of a step stands on each of its tasks; the largest counts.
        limits: One row per procedure with a known limit: procedure_id, limit.

    Returns:
        One row per procedure and step (level ``step``) and per procedure (level ``procedure``,
        step missing): norm, parts, difference = parts - norm, finding: ``agrees``, ``exceeds`` (the
        parts need more than the whole allows), ``short`` (less than it allows), ``no_norm`` (the
        whole has none; so a procedure of which no limit is known), ``no_parts`` (none of its parts
        has one). Ordered by level, procedure_id, step.

    >>> tasks = pl.DataFrame({"procedure_id": ["P", "P"], "step": ["a", "a"], "task": ["x", "y"],
    ...     "step_norm": [3, 3], "task_norm": [1, 3], "is_rework": [False, False]})
    >>> limits = pl.DataFrame({"procedure_id": ["P"], "limit": [3]})
    >>> norm_audit(tasks, limits).select("level", "difference", "finding").rows()
    [('procedure', 0.0, 'agrees'), ('step', 1.0, 'exceeds')]
    """
    straight = tasks.filter(~pl.col("is_rework"))
    steps = straight.group_by("procedure_id", "step").agg(
        pl.col("step_norm").max().cast(pl.Float64).alias("norm"),
        pl.col("task_norm").sum().cast(pl.Float64).alias("parts"),
    )
    whole = (
        steps.group_by("procedure_id")
        .agg(pl.col("norm").sum().alias("parts"))
        .join(limits, on="procedure_id", how="left")
        .with_columns(pl.col("limit").fill_null(0).cast(pl.Float64).alias("norm"))
    )
    both = pl.concat(
        [
            steps.with_columns(pl.lit("step").alias("level")),
            whole.with_columns(pl.lit("procedure").alias("level")),
        ],
        how="diagonal",
    )
    difference = pl.col("parts") - pl.col("norm")
    finding = (
        pl.when(pl.col("norm") == 0)
        .then(pl.lit("no_norm"))
        .when(pl.col("parts") == 0)
        .then(pl.lit("no_parts"))
        .when(difference > 0)
        .then(pl.lit("exceeds"))
        .when(difference < 0)
        .then(pl.lit("short"))
        .otherwise(pl.lit("agrees"))
    )
    judged = both.with_columns(difference.alias("difference"), finding.alias("finding"))
    return judged.select(_COLUMNS).sort("level", "procedure_id", "step")
