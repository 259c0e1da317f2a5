"""Tables as text in tests: aligned columns, one row a line.

    dossier_id  received_at       n_days  is_open
    A           2022-01-04 08:00  3       yes
    B           -                 12      no

Columns are set apart by two blanks or more. ``-`` is missing, ``''`` an empty text and ``'-'`` a
dash. Instants are local times of Việt Nam unless they end in ``Z``; durations may be written
``2h``, ``30min`` or ``1h30min`` and become seconds, and an instant in a column of whole numbers is
its second since 1970. Lines ``column = value`` above the header hold
for every row. A column ``x_...``, an exporting system's own, is text in every table.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import takewhile
from zoneinfo import ZoneInfo

import polars as pl

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_QUOTED = re.compile(r"^'(.*)'$")
_SHARED = re.compile(r"^(\w+) = (.+)$")
_DURATION = re.compile(r"^(?:(\d+)h)?(?:(\d+)min)?(?:(\d+)s)?$")


def parse_table(text: str, schema: pl.Schema) -> pl.DataFrame:
    """Return a text table as a frame of the named columns, in the types of the schema.

    Raises:
        ValueError: A column is unknown, a row has another number of cells than the header, or a
            value is none of its type.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    shared = dict(match.groups() for match in takewhile(bool, map(_SHARED.match, lines)) if match)
    header, *lines = lines[len(shared) :]
    own_names = re.split(r" {2,}", header)
    names = [*shared, *own_names]
    own = {name: pl.String() for name in names if name.startswith("x_")}
    schema = pl.Schema(own | dict(schema))
    if unknown := [name for name in names if name not in schema]:
        raise ValueError(f"no such column: {', '.join(unknown)}; known: {', '.join(schema)}")
    rows = []
    for line in lines:
        cells = re.split(r" {2,}", line)
        if len(cells) != len(own_names):
            raise ValueError(f"{len(cells)} cells under {len(own_names)} headers: {line}")
        values = zip(names, [*shared.values(), *cells], strict=True)
        rows.append([_value(cell, schema[name]) for name, cell in values])
    return pl.DataFrame(rows, {name: schema[name] for name in names}, orient="row")


def _value(cell: str, kind: pl.DataType) -> object:
    if cell == "-" or (quoted := _QUOTED.match(cell)):
        return None if cell == "-" else quoted[1]
    if isinstance(kind, pl.Datetime):
        return _instant(cell, zoned=kind.time_zone is not None)
    readers: tuple[tuple[bool, Callable[[str], object]], ...] = (
        (kind == pl.Boolean, {"yes": True, "no": False}.__getitem__),
        (kind == pl.Date, dt.date.fromisoformat),
        (kind.is_integer(), _whole),
        (kind.is_float(), float),
        (kind.is_decimal(), lambda text: Decimal(_whole(text))),
        (kind.is_nested(), json.loads),
    )
    return next((read(cell) for fits, read in readers if fits), cell)


def _instant(cell: str, *, zoned: bool) -> dt.datetime:
    moment = dt.datetime.fromisoformat(cell)
    if not zoned:
        return moment
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    return local.astimezone(dt.UTC)


def _whole(cell: str) -> int:
    if re.fullmatch(r"-?\d+", cell):
        return int(cell)
    if re.match(r"\d{4}-\d\d-\d\d", cell):
        return int(_instant(cell, zoned=True).timestamp())
    if not (match := _DURATION.match(cell)):
        raise ValueError(f"no number, duration or instant: {cell}")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
