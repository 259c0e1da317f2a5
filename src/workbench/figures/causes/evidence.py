"""What supports a cause, in words a person can check.

A row of ``causes`` names the ground and the numbers it rests on, never a person; here they become a
sentence. A ground without a sentence is an error, never silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.numerals import day, decimal
from workbench.messages import say


def evidence_text(row: Mapping[str, Any]) -> str:
    """Return the sentence that supports a row of ``causes``, times in working hours.

    >>> from workbench.messages import use_language
    >>> row = {"ground": "rest", "spent_seconds": 5400, "usual_seconds": 0}
    >>> row |= {"n_in_progress": None, "counted_ended_on": None}
    >>> with use_language("en"):
    ...     evidence_text(row)
    '1.5 working hours that the log does not explain.'
    >>> row |= {"ground": "extreme", "n_in_progress": 12, "usual_in_progress": 4}
    >>> with use_language("en"):
    ...     evidence_text(row).split(". ")[-1]
    'When the dossier came, the unit had 12 in progress, usually 4.'
    """
    values = {"spent": _hours(row["spent_seconds"]), "usual": _hours(row["usual_seconds"])}
    if row["counted_ended_on"] is not None:
        values |= {
            "other": row["other_source"],
            "ended": day(row["other_ended_on"]),
            "counted": row["counted_source"],
            "until": day(row["counted_ended_on"]),
        }
    sentence = say(f"causes.because_{row['ground']}", **values)
    if row["n_in_progress"] is None:
        return sentence
    workload = {"n_open": row["n_in_progress"], "usual": row["usual_in_progress"]}
    return f"{sentence} {say('causes.in_hand', **workload)}"


def reality_label(reality: str) -> str:
    """Return the label of a late dossier: really late, late only on record, not decidable."""
    return say(f"causes.reality_{reality}")


def _hours(seconds: int) -> str:
    return decimal(seconds / 3600, 1)
