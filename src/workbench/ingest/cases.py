"""Cases of an event log: their attributes, and dates taken from one of their events.

A log repeats the attributes of a case on its events, and may leave them blank on some. It often
has no date of reception or end but an activity for it. A profile names the activity, and the
event's stamp becomes the dossier's date, as text like every landed value. Events keep the order of
the log.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.ingest.profile import EventDate

_BEGINNINGS = ("submitted_at", "received_at")


def cases_of(events: pl.DataFrame) -> pl.DataFrame:
    """Return one row per case: of each attribute the first value in the order of the log.

    Args:
        events: One row per event with the attributes of its case; the position of a case is that
            of its first event. An attribute is missing where no event of the case has it.

    >>> events = pl.DataFrame({"dossier_id": ["a", "a", "a"], "unit_id": [None, "U", "V"]})
    >>> cases_of(events).rows()
    [('a', 'U')]
    """
    key = "dossier_id"
    cases = events.unique(key, keep="first", maintain_order=True)
    for field in cases.columns:
        if field == key or not cases[field].null_count():
            continue
        values = events.select(key, pl.col(field).alias("value")).drop_nulls()
        first = values.unique(key, keep="first", maintain_order=True)
        cases = (
            cases.join(first, on=key, how="left", maintain_order="left")
            .with_columns(pl.coalesce(field, "value").alias(field))
            .drop("value")
        )
    return cases


def dated_by_events(
    cases: pl.DataFrame, events: pl.DataFrame, dates: Sequence[EventDate]
) -> pl.DataFrame:
    """Return cases with the dates and the status that their events give.

    Args:
        cases: One row per dossier_id; a date or status of the case itself is kept.
        events: Steps of these cases, in the order of the log.
        dates: The activity that gives each date. For a field (and for the status) the first entry
            whose activity a case has decides; later entries are used where it is missing. A case is
            received when the activity begins; an event that only begins it does not end a case.

    >>> cases = pl.DataFrame({"dossier_id": ["a"], "resolved_at": [None], "status": [None]},
    ...     schema=dict.fromkeys(("dossier_id", "resolved_at", "status"), pl.String))
    >>> events = pl.DataFrame({"dossier_id": ["a", "a"], "step": ["Pay", "Send"],
    ...     "finished_at": ["2022-01-04", "2022-01-05"]})
    >>> dates = [EventDate("Send", "resolved_at"), EventDate("Pay", "resolved_at")]
    >>> dated_by_events(cases, events, dates).row(0)
    ('a', '2022-01-05', None)
    """
    for date in dates:
        cases = cases.join(
            _stamps(events, date), on="dossier_id", how="left", maintain_order="left"
        )
        happened = pl.when(pl.col("stamp").is_not_null())
        filled_dates = {date.field: pl.coalesce(date.field, "stamp")}
        if date.status:
            filled_dates["status"] = pl.coalesce("status", happened.then(pl.lit(date.status)))
        cases = cases.with_columns(**filled_dates).drop("stamp")
    return cases


def _stamps(events: pl.DataFrame, date: EventDate) -> pl.DataFrame:
    stamped = events.filter(pl.col("step") == date.step, pl.col("finished_at").is_not_null())
    if date.field not in _BEGINNINGS and "transition" in events.columns:
        begins = pl.col("transition").is_in(["schedule", "start"])
        stamped = stamped.filter(~begins.fill_null(value=False))
    return stamped.unique("dossier_id", keep=date.take, maintain_order=True).select(
        "dossier_id", pl.col("finished_at").alias("stamp")
    )
