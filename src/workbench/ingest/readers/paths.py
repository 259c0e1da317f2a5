"""Values deep inside a JSON object, named by their path in a profile.

Dots lead into objects, ``[0]`` to a place in a list, ``[name=SLA]`` to the first entry of a list
whose key ``name`` has that value. Mongo's extended JSON writes a value with its type around it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

Object = dict[str, Any]
_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d+)\]|\[([^\[\]=]+)=([^\[\]]*)\]")
_NUMBERS = ("$numberLong", "$numberInt", "$numberDouble", "$numberDecimal")


def at_path(value: Any, path: str) -> Any:
    """Return what stands at a path, or nothing where the path ends before.

    A key that holds the signs of a path itself goes before the path.

    >>> at_path({"fields": {"dates": [{"at": "1"}, {"at": "2"}]}}, "fields.dates[1].at")
    '2'
    >>> at_path({"custom": [{"name": "SLA", "value": "48"}]}, "custom[name=SLA].value")
    '48'
    """
    if isinstance(value, dict) and path in value:
        return value[path]
    for key, number, name, wanted in _STEP.findall(path):
        value = _step(value, key, number, name, wanted)
    return value


def with_paths(row: Object, headers: Iterable[str]) -> Object:
    """Return an object with the values at the paths of a profile in place of what holds them.

    >>> with_paths({"id": "a", "by": {"unit": "P1", "name": "x"}}, ["id", "by.unit"])
    {'id': 'a', 'by.unit': 'P1'}
    """
    paths = {h: root for h in headers if (root := _root_of(h)) != h and h not in row}
    if not paths:
        return row
    roots = set(paths.values()) - set(headers)
    plain = {key: value for key, value in row.items() if key not in roots}
    values = {path: at_path(row, path) for path in paths}
    return plain | {path: value for path, value in values.items() if value is not None}


def _root_of(header: str) -> str:
    """Return the key of the object in which a path begins; a plain header is its own.

    >>> _root_of("by.unit"), _root_of("dates[0]"), _root_of("../by.unit"), _root_of("Ngày nhận")
    ('by', 'dates', '../by', 'Ngày nhận')
    """
    above = "../" if header.startswith("../") else ""
    return above + re.split(r"[.\[]", header.removeprefix("../"), maxsplit=1)[0]


def without_type(value: Any) -> Any:
    """Return the value inside ``{"$date": ...}``, ``{"$numberLong": ...}`` or ``{"$oid": ...}``.

    >>> without_type({"$date": {"$numberLong": "1646355600000"}}), without_type({"$oid": "6220"})
    ('2022-03-04 01:00:00+00:00', '6220')
    """
    if not (isinstance(value, dict) and len(value) == 1):
        return value
    ((kind, inner),) = value.items()
    if kind == "$date":
        return _date(without_type(inner))
    return inner if kind in _NUMBERS or kind == "$oid" else value


def _date(text: Any) -> Any:
    """Write a number of milliseconds as a stamp; a text is one already.

    A number beyond the years that calendars count stays as it is, so that a rule can name it.
    """
    if not (isinstance(text, str) and re.fullmatch(r"-?\d{1,14}", text)):
        return text
    since = dt.timedelta(milliseconds=int(text))
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + since).isoformat(" ")


def _step(value: Any, key: str, number: str, name: str, wanted: str) -> Any:
    if isinstance(value, dict):
        return value.get(key) if key else None
    if not isinstance(value, list):
        return None
    if number or key.isdigit():
        place = int(number or key)
        return value[place] if place < len(value) else None
    matches = (v for v in value if isinstance(v, dict) and str(v.get(name)) == wanted)
    return next(matches, None) if name else None
