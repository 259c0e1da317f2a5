"""The one list of causes of lateness, ``data/reference/causes.csv``, as Python reads it.

The models of ``pipelines/explain`` read the same file (``cause_list``).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.core.project import shipped
from workbench.messages import LANGUAGES, language, say

STAMPS = ("arrived_at", "started_at", "finished_at")
"""Stamps of a step, in their order; causes need some of them (column ``needs``)."""


@dataclass(frozen=True)
class Cause:
    """One cause of lateness.

    Attributes:
        name: Its id in every table.
        parts: Parts of a dossier's time that are put down to it, where nothing more is known.
        is_artefact: Late only by what was recorded or appointed.
        in_waves: Arises where work meets capacity: one dossier that waits makes the next wait.
        needs: Columns of ``steps`` without which nothing can be put down to it.
        labels: What people call it, by language.
    """

    name: str
    parts: tuple[str, ...]
    is_artefact: bool
    in_waves: bool
    needs: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def is_coarse(self) -> bool:
        """Whether it is the name of time that a fuller log would put down to other causes."""
        return any("_or_" in part for part in self.parts)


@cache
def known_causes(reference: Path | None = None) -> Mapping[str, Cause]:
    """Return the causes by their ids, in the order that settles ties.

    Args:
        reference: Folder of the reviewed facts; default: those shipped.

    >>> list(known_causes())[0], list(known_causes())[-1]
    ('intake_delay', 'unexplained')
    """
    path = (reference or shipped().reference) / "causes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["cause"]: _cause(row) for row in csv.DictReader(file)}


def _cause(row: Mapping[str, str]) -> Cause:
    return Cause(
        name=row["cause"],
        parts=tuple(row["parts"].split()),
        is_artefact=row["is_artefact"] == "yes",
        in_waves=row["in_waves"] == "yes",
        needs=tuple(row["needs"].split()),
        labels={code: row[f"label_{code}"] for code in LANGUAGES},
    )


def causes_in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the causes that are named, in the order of the list.

    >>> causes_in_order(["unexplained", "queue"])
    ('queue', 'unexplained')
    """
    wanted = set(names)
    return tuple(name for name in known_causes() if name in wanted)


def indistinct_causes(stamps: Collection[str]) -> tuple[str, ...]:
    """Return the causes that a log with these stamps of its steps does not distinguish from others.

    The coarser names for such time are left out.

    Args:
        stamps: Columns of ``steps`` that the log gives.

    >>> indistinct_causes(["started_at", "finished_at"])
    ('portal_transfer', 'assignment_wait', 'queue')
    >>> indistinct_causes(["arrived_at", "started_at", "finished_at"])
    ()
    """
    return tuple(
        cause.name
        for cause in known_causes().values()
        if not cause.is_coarse and not set(cause.needs) <= set(stamps)
    )


def cause_label(cause: str) -> str:
    """Return what people call a cause.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     cause_label("queue")
    'waiting in a queue, overload'
    """
    return known_causes()[cause].labels[language()]


def describe_indistinct(source: str, given: Collection[str], lacking: Mapping[str, str]) -> str:
    """Say in one sentence which causes a log does not distinguish, and what it lacks.

    Args:
        source: Name of the source or file.
        given: Stamps of steps that the log has.
        lacking: Words for each stamp that it lacks.

    Returns:
        Nothing where the log distinguishes all causes.
    """
    names = indistinct_causes(given)
    if not names:
        return ""
    if not given:
        rest = [
            f"«{cause.labels[language()]}»" for cause in known_causes().values() if not cause.needs
        ]
        return say("evidence.unlogged", source=source, causes=_joined(rest))
    needed = {stamp for name in names for stamp in known_causes()[name].needs}
    coarse = [c.name for c in known_causes().values() if c.is_coarse and set(c.needs) <= set(given)]
    return say(
        "evidence.indistinct",
        source=source,
        causes=_joined([f"«{cause_label(name)}»" for name in names]),
        stamps=_joined([words for stamp, words in lacking.items() if stamp in needed]),
        coarse="".join(say("evidence.coarse", cause=cause_label(name)) for name in coarse),
    )


def describe_without_holders(source: str, holder: str) -> str:
    """Say how slow work and overload are told apart in a log that lacks holders, and how well.

    Args:
        source: Name of the source or file.
        holder: Words for the holder of steps of work, and how many of them have one.
    """
    slow, queue = cause_label("slow_work"), cause_label("queue")
    return say("evidence.without_holders", source=source, holder=holder, slow=slow, queue=queue)


def _joined(words: list[str]) -> str:
    *first, last = words
    return say("evidence.and", first=", ".join(first), last=last) if first else last
