"""Why a step waited for its holder, where the log has start, finish and holder.

Five causes in a fixed order, each taking only time that none before it explains: the batch was
not complete (batching); the holder worked on what had been ready before (contention), or on what
came later (prioritisation); the holder was off duty (unavailability); none of these (extraneous).
Seconds are elapsed ones and add up to the wait exactly. Accounting given the stamps (evidence
level 1); what an extraneous wait was for, the log does not say.

Source: Lashkevich, Milani, Chapela-Campa, Suvorau, Dumas, "Why am I waiting? Data-driven analysis
of waiting times in business processes", CAiSE 2023.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from workbench.clock import Calendars
from workbench.core.project import Project
from workbench.warehouse import Warehouse

WAITING_CAUSES = ("batching", "contention", "prioritisation", "unavailability", "extraneous")
"""In the order in which they are asked."""


def waits(
    clean: Path,
    facts: Project,
    *,
    hours: pl.DataFrame | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> pl.DataFrame:
    """Return each logged wait and its seconds by cause.

    Args:
        clean: Folder with the tables ``steps`` and ``dossiers``.
        facts: Project with calendars, reference tables and SQL models.
        hours: Working hours of holders as text: unit_id (may be null), holder_id, weekday (1 is
            Monday), opens, closes; ``holder_hours.csv`` of the reference when left out. Holders
            who are not in it have the office hours of their dossiers' calendar or, where that
            never closes, hours learned from their own stamps.
        progress: Receives the name of each table before it is built.

    Returns:
        One row per step with start, finish and holder that followed something: dossier_id,
        step_no, step, unit_id, holder_id, started_on, enabled_at, started_at, batch_size,
        ``wait_seconds`` and ``<cause>_seconds`` for each of ``WAITING_CAUSES``; ``delay_seconds``,
        how long at least something else than its holder held the step up, work and rest of the
        holder meanwhile included. Steps still open and the first step of a dossier are left out,
        since the cause of their wait is unknown.

    Raises:
        InputRejected: A table or calendar is missing.
    """
    calendars = Calendars.read(facts.reference / "calendars")
    with Warehouse(facts.pipelines) as warehouse:
        warehouse.attach(clean)
        if hours is not None:
            warehouse.add_frame("holder_hours", hours)
        warehouse.attach(facts.reference)
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.build("waiting", progress, ("tasks", "enabled_tasks", "batch_runs"))
        warehouse.add_frame("batch_heads", batch_heads(warehouse.frame("batch_runs")))
        warehouse.build("waits", progress, ("waits",))
        return warehouse.frame("waits")


def batch_heads(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the tasks that begin a batch: the first of each run, and what it leads to in turn.

    Args:
        runs: run_no, place, task_no, and next_place (null when a batch reaches to the end).

    Returns:
        One column, task_no. All runs are followed at once, in steps that double: as many rounds
        as the logarithm of the longest chain.

    >>> runs = pl.DataFrame(
    ...     {"run_no": [1] * 4, "place": [1, 2, 3, 4], "task_no": [5, 6, 7, 8],
    ...      "next_place": [3, 3, None, None]},
    ... )
    >>> batch_heads(runs)["task_no"].to_list()
    [5, 7]
    """
    ordered = runs.select("run_no", "place", "task_no", "next_place").sort("run_no", "place")
    size = ordered.height
    here = np.arange(size, dtype=np.int64)
    ahead = (ordered["next_place"] - ordered["place"]).fill_null(size).to_numpy()
    leads = np.append(np.minimum(here + ahead, size), size)
    run = ordered["run_no"].to_numpy()
    marked = np.append(run[1:] != run[:-1], False)
    marked = np.concatenate(([True], marked)) if size else np.zeros(1, dtype=bool)
    while (leads[:size] < size).any():
        marked[leads[marked]] = True
        leads = leads[leads]
    marked[leads[marked]] = True
    return ordered.filter(pl.Series(marked[:size], dtype=pl.Boolean)).select("task_no")
