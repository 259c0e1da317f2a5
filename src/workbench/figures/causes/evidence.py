"""What a cause is called, and what speaks for it, in words a person can check.

Models write evidence as ``ground|spent seconds|usual seconds``, for a queue followed by
``|dossiers in hand|usually``, for two records by ``|source|its end|source that counts|its end``,
never a person's name; here it becomes a sentence. A ground without a sentence is an error, never
silence.
"""

from __future__ import annotations

import datetime as dt

from workbench.core.numerals import day, decimal
from workbench.messages import say

_OF_TWO_RECORDS = ("other_record", "records_differ")


def cause_label(cause: str) -> str:
    """Return what people call a cause.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     cause_label("queue")
    'waiting in a queue, overload'
    """
    return say(f"causes.{cause}")


def evidence_text(evidence: str) -> str:
    """Return the sentence that a row's ``evidence`` stands for, times in working hours.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     evidence_text("rest|5400|0")
    '1.5 working hours that the log does not explain.'
    >>> with use_language("en"):
    ...     evidence_text("extreme|5400|0|12|4").split(". ")[-1]
    'When the dossier came, the unit had 12 in progress, usually 4.'
    """
    ground, spent, usual, *more = evidence.split("|")
    if ground in _OF_TWO_RECORDS:
        return _records_text(ground, spent, *more)
    sentence = say(f"causes.because_{ground}", spent=_hours(spent), usual=_hours(usual))
    if not more:
        return sentence
    return f"{sentence} {say('causes.in_hand', held=more[0], usual=more[1])}"


def _records_text(ground: str, spent: str, other: str, ended: str, counted: str, until: str) -> str:
    return say(
        f"causes.because_{ground}",
        spent=_hours(spent),
        other=other,
        ended=day(dt.date.fromisoformat(ended)),
        counted=counted,
        until=day(dt.date.fromisoformat(until)),
    )


def reality_label(reality: str) -> str:
    """Return what is said of a late dossier: really late, late only on record, not decidable."""
    return say(f"causes.reality_{reality}")


def _hours(seconds: str) -> str:
    return decimal(int(seconds) / 3600, 1)
