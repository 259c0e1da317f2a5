"""The one list of causes of lateness, ``data/reference/causes.csv``, as Python reads it.

The models of ``pipelines/explain`` read the same file (``cause_list``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.core.project import shipped
from workbench.messages import LANGUAGES, language


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


def cause_label(cause: str) -> str:
    """Return what people call a cause.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     cause_label("queue")
    'waiting in a queue, overload'
    """
    return known_causes()[cause].labels[language()]
