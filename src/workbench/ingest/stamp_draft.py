"""See in a log from what the stamps follow that it lacks, to propose it in the draft of a profile.

Where a log has both beginnings and ends, an activity that never begins is an instant event. Where
each step begins only after the one before it in its case ended, its arrival may be that end: the
draft says so as a comment, since only a person knows what the program does with a click.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.ingest.proposals import Proposal
from workbench.ingest.roles import sorting_digits
from workbench.ingest.spelling import fold

_ALWAYS = 0.99
_ROWS_OF_A_STEP = 5
_MOST_STEPS = 60


@dataclass(frozen=True)
class StampEvidence:
    """What a log shows of the stamps that it lacks.

    ``instant_steps`` are activities that only complete while others begin too. ``n_successions``
    counts steps with a step before them in their case, ``n_in_order`` those that begin when it has
    ended; both are 0 unless nearly all do. ``has_only_begins`` says that no step has an end.
    """

    instant_steps: tuple[str, ...] = ()
    n_successions: int = 0
    n_in_order: int = 0
    has_only_begins: bool = False


NO_EVIDENCE = StampEvidence()


def stamp_evidence(
    frame: pl.DataFrame,
    proposals: Sequence[Proposal],
    codes: Mapping[str, Mapping[str, str]],
    *,
    day_first: bool,
) -> StampEvidence:
    """Return what the rows of steps or events show of the stamps that they lack.

    Args:
        frame: One text column per header.
        proposals: What its columns are.
        codes: Known values of the fields of codes.
        day_first: Whether the day comes before the month in its dates.
    """
    header = {
        target.rpartition(".")[2]: one.header
        for one in proposals
        if one.is_mapped
        for target in one.targets
    }
    if not {"dossier_id", "step"} <= header.keys():
        return NO_EVIDENCE
    if "transition" in header:
        names = frame.select(step=header["step"], word=header["transition"]).drop_nulls()
        return StampEvidence(instant_steps=_instant_steps(names, codes.get("transition", {})))
    if "arrived_at" in header or "started_at" not in header:
        return NO_EVIDENCE
    if "finished_at" not in header:
        return StampEvidence(has_only_begins=True)
    return _successions(
        pl.DataFrame(
            {
                "case": frame[header["dossier_id"]],
                "begin": sorting_digits(frame[header["started_at"]], day_first=day_first),
                "end": sorting_digits(frame[header["finished_at"]], day_first=day_first),
            }
        ).drop_nulls()
    )


def _instant_steps(names: pl.DataFrame, codes: Mapping[str, str]) -> tuple[str, ...]:
    """Return the activities that complete and never begin, in a log where others begin."""
    words = {word: codes.get(fold(word), "") for word in names["word"].unique()}
    events = names.with_columns(code=pl.col("word").replace_strict(words, return_dtype=pl.String))
    steps = events.group_by("step").agg(
        begins=(pl.col("code") == "start").any(), ends=(pl.col("code") == "complete").sum()
    )
    instant = steps.filter(~pl.col("begins"), pl.col("ends") >= _ROWS_OF_A_STEP)["step"].sort()
    return tuple(instant) if steps["begins"].any() and len(instant) <= _MOST_STEPS else ()


def _successions(steps: pl.DataFrame) -> StampEvidence:
    """Return how many steps begin only after the one before them in their case ended."""
    order = steps.sort("case", "begin", "end").with_columns(
        before=pl.col("end").cum_max().shift(1).over("case")
    )
    pairs = order.drop_nulls("before")
    n_in_order = pairs.filter(pl.col("begin") >= pl.col("before")).height
    if not pairs.height or n_in_order < _ALWAYS * pairs.height:
        return NO_EVIDENCE
    return StampEvidence(n_successions=pairs.height, n_in_order=n_in_order)
