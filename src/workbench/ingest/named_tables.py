"""Tables of formats that name their columns themselves: event logs and JSON.

An event of a log is a row. Objects of JSON are rows too; what lies inside an object is named by
its path, and an envelope around the list of objects by its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from workbench.ingest.headers import Aliases
from workbench.ingest.readers.eventlog import first_events
from workbench.ingest.readers.layout import check_size, refuse_huge
from workbench.ingest.readers.paths import Object, without_type
from workbench.ingest.readers.payload import read_objects
from workbench.ingest.spelling import trimmed_series

_MOST_EVENTS = 200_000


def events_of(path: Path) -> tuple[pl.DataFrame, bool]:
    """Return the events of a log as text columns, and whether these are all.

    Raises:
        InputRejected: The log is damaged or declares entities.
    """
    frame, is_whole = first_events(path, _MOST_EVENTS)
    numbered = _numbered(frame)
    refuse_huge(numbered, {name: name for name in frame.columns}, path.name)
    return numbered, is_whole


def objects_of(path: Path, aliases: Aliases) -> tuple[pl.DataFrame, str]:
    """Return the objects of a payload as text columns, and the key of the envelope around them.

    Raises:
        InputRejected: The file is not JSON or holds something else than objects.
    """
    objects = read_objects(path, "")
    for row in objects[:1]:
        check_size(1, sum(1 for _ in _flat(row)), path.name)
    records = _envelope(objects, aliases)
    if records:
        objects = read_objects(path, records)
    rows = [dict(_flat(row)) for row in objects]
    names = dict.fromkeys(name for row in rows for name in row)
    holders = {name.rpartition(".")[0] for name in names}
    plain_names = [
        n for n in names if n not in holders or any(row.get(n) is not None for row in rows)
    ]
    check_size(len(rows), len(plain_names), path.name)
    columns = {name: [row.get(name) for row in rows] for name in plain_names}
    frame = _numbered(pl.DataFrame(columns, dict.fromkeys(plain_names, pl.String)))
    refuse_huge(frame, {name: name for name in plain_names}, path.name)
    return frame, records


def best_rows(headers: list[str], aliases: Aliases) -> str:
    """Return what rows with such columns are: dossiers, steps, pauses or events."""
    return max(("dossier", "step", "pause", "event"), key=lambda rows: aliases.score(headers, rows))


def _envelope(objects: list[Object], aliases: Aliases) -> str:
    """Return the key of a lone object that holds the list of rows, or nothing."""
    if len(objects) != 1:
        return ""
    scores = {"": _best_score(objects[0], aliases)}
    for key, value in objects[0].items():
        first = value[0] if isinstance(value, list) and value else None
        if isinstance(first, dict):
            scores[key] = _best_score(first, aliases)
    return max(scores, key=lambda key: scores[key])


def _best_score(row: Object, aliases: Aliases) -> float:
    names = [name for name, _ in _flat(row)]
    return aliases.score(names, best_rows(names, aliases))


def _flat(row: Object, lead: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield each value of an object with its path; a list has no text of its own."""
    for key, typed in row.items():
        value: Any = without_type(typed)
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{lead}{key}.")
        elif isinstance(value, bool):
            yield f"{lead}{key}", "true" if value else "false"
        else:
            yield f"{lead}{key}", value if isinstance(value, str) else None


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    texts = frame.with_columns(trimmed_series(frame[name]) for name in frame.columns)
    return texts.with_row_index("source_row", offset=1)
