"""Check keys of a profile; every complaint names the file, the key and what is accepted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from workbench.core.errors import InputRejected
from workbench.core.vocabulary import TERM_UNITS
from workbench.ingest.fields import FIELDS, ROW_KINDS, is_extra
from workbench.ingest.profile import SUFFIXES, Target
from workbench.ingest.requirements import FIELD_CODES

_SHAPES: Mapping[type, str] = {
    list: "[ ... ]",
    dict: "[table]",
    str: '"text"',
    bool: "true | false",
}
_DATES = ("received_at", "resolved_at")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(SUFFIXES),
    "rows": ROW_KINDS,
    "unit_list": ("reference", "as_is"),
    "procedure_list": ("reference", "as_is"),
    "code_list": ("reference", "as_is"),
    "id_scope": ("source", "unit"),
    "kept_by": ("office", "portal"),
    "date_order": ("day_first", "month_first"),
    "unit": TERM_UNITS,
    "due_midnight": ("by_column", "end_of_day", "as_written"),
    "short_rows": ("refuse", "pad"),
    "hidden": ("leave_out", "read"),
    "unit_rows": ("auto", "read", "ignore"),
    "field": _DATES,
    "take": ("first", "last"),
}


class Checks:
    """Checks of single keys and values of one profile."""

    def __init__(self, file: str) -> None:
        self.file = file

    def keys(self, raw: Mapping[str, Any], required: str, optional: str, *, at: str) -> None:
        """Reject unknown keys, missing keys, and unknown choices."""
        needed, accepted = required.split(), (required + " " + optional).split()
        for key in raw:
            if key not in accepted:
                self.unknown(key, at, accepted)
        for key in needed:
            if key not in raw:
                raise InputRejected("sources.missing_key", file=self.file, place=at or "-", key=key)
        for key, choices in _CHOICES.items():
            if key in raw and key in accepted and raw[key] not in choices:
                self.refuse_choice(f"{at}.{key}".lstrip("."), raw[key], choices)

    def shape(self, value: object, shape: type, key: str) -> None:
        """Reject a value of the wrong type for its key."""
        if not isinstance(value, shape):
            raise InputRejected(
                "sources.bad_shape", file=self.file, key=key, expected=_SHAPES[shape]
            )

    def pattern(self, text: str, at: str) -> str:
        """Return a pattern; reject one that cannot be compiled."""
        try:
            re.compile(text)
        except re.error as problem:
            raise InputRejected(
                "sources.bad_pattern", file=self.file, place=at, pattern=text, reason=problem
            ) from problem
        return text

    def refuse_choice(self, key: str, value: object, choices: Iterable[str]) -> None:
        """Raise the error that lists the values the key accepts."""
        accepted = ", ".join(choices)
        raise InputRejected(
            "sources.bad_choice", file=self.file, key=key, value=value, accepted=accepted
        )

    def unknown(self, key: str, at: str, accepted: Iterable[str]) -> None:
        """Raise the error that lists the accepted keys or names."""
        raise InputRejected(
            "sources.unknown_key",
            file=self.file,
            place=at or "-",
            key=key,
            accepted=", ".join(accepted),
        )

    def targets_exist(self, name: str, codes: Iterable[str], at: str) -> None:
        """Reject codes that a field of codes does not have."""
        accepted = FIELD_CODES.get(name)
        if accepted is None:
            return
        if wrong := [code for code in dict.fromkeys(codes) if code not in accepted]:
            self.refuse_choice(at, "», «".join(wrong), accepted)

    def known_headers(self, named: Iterable[str], known: Collection[str], at: str) -> None:
        """Reject headers that the file's part must list but does not."""
        for header in named:
            if header not in known:
                self.unknown(header, at, known)

    def target(self, name: str, rows: str, at: str) -> Target:
        """Return the table and field named in a profile for rows of this kind."""
        table, dot, field_name = name.rpartition(".")
        table = table if dot else ("step" if rows == "event" else rows)
        fields = FIELDS.get(table, ())
        if rows not in (table, "event") or not (
            field_name in fields or (table == "dossier" and is_extra(field_name))
        ):
            raise InputRejected(
                "sources.unknown_field",
                file=self.file,
                place=at,
                field=name,
                accepted=", ".join(fields or FIELDS),
            )
        return Target(table, field_name)
