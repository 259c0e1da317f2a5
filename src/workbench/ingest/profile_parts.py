"""The parts of a profile: which files, and which columns become which fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from workbench.core.errors import InputRejected
from workbench.core.vocabulary import TERM_UNITS
from workbench.ingest.fields import FIELDS, FREE_TEXT, ROW_KINDS, is_extra, is_free_text
from workbench.ingest.legacy import LEGACY, is_encoding
from workbench.ingest.profile import (
    SUFFIXES,
    EventDate,
    FileLayout,
    Stage,
    Target,
    TextExtract,
    is_delimiter,
)
from workbench.ingest.requirements import FIELD_CODES
from workbench.ingest.spelling import tidy
from workbench.ingest.stamps import is_date_format

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


_PART_SHAPES: Mapping[str, type] = {
    "patterns": list,
    "columns": dict,
    "personal": list,
    "applicant": list,
    "ignored": list,
    "optional": list,
    "from_name": dict,
    "from_text": dict,
    "stages": list,
    "case_dates": list,
    "event_dates": list,
    "incremental": bool,
    "records": str,
    "nested": str,
    "sheet": str,
    "constants": dict,
    "empty_values": list,
    "encoding": str,
    "delimiter": str,
    "date_formats": object,
    "date_with_time": dict,
    "due_midnight": str,
    "unnamed": list,
    "short_rows": str,
    "hidden": str,
    "unit_rows": str,
    "keep_text": list,
    "arrives_with": str,
    "starts_with": str,
    "finishes_with": str,
    "instant_steps": list,
}
_PART_KEYS = " ".join(key for key in _PART_SHAPES if key not in ("patterns", "columns"))
_STAMP_RULES = {
    "arrives_with": ("step_before",),
    "starts_with": ("arrival", "finish"),
    "finishes_with": ("next_step",),
}
_CASE_DATES = ("received_at", "resolved_at")


class PartReader(Checks):
    """Turns the tables ``[[files]]`` of a profile into parts."""

    def part(self, raw: dict[str, Any], number: int) -> FileLayout:
        """Return one part; ``number`` counts from 1 in messages."""
        at = f"files[{number}]"
        self.shape(raw, dict, at)
        self.keys(raw, "patterns kind rows columns", _PART_KEYS, at=at)
        for name, shape in _PART_SHAPES.items():
            self.shape(raw.get(name, shape()), shape, f"{at}.{name}")
        for name, pattern in raw.get("from_name", {}).items():
            self.pattern(pattern, f"{at}.from_name.{name}")
        rows = raw["rows"]
        columns = {
            tidy(header): tuple(self.target(f, rows, at) for f in _several(fields))
            for header, fields in raw["columns"].items()
        }
        listed = ("personal", "applicant", "ignored", "optional")
        taken = {name: _tidied(raw.get(name, ())) for name in listed}
        self.known_headers(taken["optional"], columns, f"{at}.optional")
        self.known_headers(taken["applicant"], taken["personal"], f"{at}.applicant")
        return FileLayout(
            patterns=tuple(raw["patterns"]),
            kind=raw["kind"],
            rows=rows,
            columns=columns,
            personal=taken["personal"],
            applicant=taken["applicant"],
            ignored=taken["ignored"],
            optional=taken["optional"],
            from_text=self.from_text(raw, rows, at),
            stages=tuple(self.stage(stage, at) for stage in raw.get("stages", ())),
            case_dates=self.case_dates(raw.get("case_dates", ()), rows, at),
            event_dates=tuple(self.event_date(d, rows, at) for d in raw.get("event_dates", ())),
            incremental=raw.get("incremental", False),
            **{key: raw.get(key, "") for key in ("records", "nested", "sheet")},
            from_name={self.target(f, rows, at): p for f, p in raw.get("from_name", {}).items()},
            constants=self.constants(raw, rows, at),
            empty_values=tuple(raw.get("empty_values", ())),
            **self.text_form(raw, at),
            date_formats=self.date_formats(raw.get("date_formats", []), rows, at),
            date_with_time={
                self.target(f, rows, at): self.pair(pair, f"{at}.date_with_time.{f}")
                for f, pair in raw.get("date_with_time", {}).items()
            },
            due_midnight=raw.get("due_midnight", "by_column"),
            short_rows=raw.get("short_rows", "refuse"),
            hidden=raw.get("hidden", "leave_out"),
            unit_rows=raw.get("unit_rows", "auto"),
            keep_text=self.keep_text(raw.get("keep_text", []), rows, at),
            **self.stamp_rules(raw, rows, at),
            unnamed=self.numbers(raw.get("unnamed", []), f"{at}.unnamed"),
        )

    def text_form(self, raw: dict[str, Any], at: str) -> dict[str, Any]:
        """Return how texts are written; refuse an encoding or delimiter that cannot be."""
        form = {"encoding": "utf-8-sig", "delimiter": ","}
        form |= {key: raw[key] for key in form if key in raw}
        if not is_encoding(form["encoding"]):
            encodings = ("utf-8", "utf-16", "cp1258", *LEGACY)
            self.refuse_choice(f"{at}.encoding", form["encoding"], encodings)
        if not is_delimiter(form["delimiter"]):
            self.refuse_choice(f"{at}.delimiter", form["delimiter"], (", ; |", "\\t"))
        return form

    def stamp_rules(self, raw: dict[str, Any], rows: str, at: str) -> dict[str, Any]:
        """Return from what stamps of steps follow that a log lacks."""
        given = {key: raw[key] for key in (*_STAMP_RULES, "instant_steps") if raw.get(key)}
        if given and rows not in ("step", "event"):
            self.refuse_choice(f"{at}.rows", rows, ("step", "event"))
        for key, choices in _STAMP_RULES.items():
            if key in given and given[key] not in choices:
                self.refuse_choice(f"{at}.{key}", given[key], choices)
        return given | {"instant_steps": tuple(map(tidy, given.get("instant_steps", ())))}

    def constants(self, raw: dict[str, Any], rows: str, at: str) -> dict[Target, str]:
        """Return fields that have the same value in every row."""
        constants = {}
        for name, value in raw.get("constants", {}).items():
            where = f"{at}.constants.{name}"
            self.shape(value, str, where)
            target = self.target(name, rows, at)
            self.targets_exist(target.field, [value], where)
            constants[target] = value
        return constants

    def date_formats(
        self, raw: list[str] | dict[str, Any], rows: str, at: str
    ) -> dict[str, tuple[str, ...]]:
        """Return the ways dates are written by field; under an empty name those of all fields."""
        where = f"{at}.date_formats"
        if isinstance(raw, dict):
            by_field = {str(self.target(f, rows, at)): forms for f, forms in raw.items()}
        else:
            by_field = {"": raw}
        for forms in by_field.values():
            self.shape(forms, list, where)
            for form in forms:
                if not (isinstance(form, str) and is_date_format(form)):
                    accepted = "%Y %y %m %b %B %d %j %H %I %M %S %f %p %z, epoch"
                    self.refuse_choice(where, form, [accepted])
        return {name: tuple(forms) for name, forms in by_field.items() if forms}

    def numbers(self, raw: list[Any], at: str) -> tuple[int, ...]:
        """Return numbers of columns, which count from 1."""
        for number in raw:
            if type(number) is not int or number < 1:
                self.refuse_choice(at, number, ["1, 2, 3 ..."])
        return tuple(raw)

    def keep_text(self, raw: list[str], rows: str, at: str) -> tuple[Target, ...]:
        """Return the fields of free text whose words are kept."""
        targets = tuple(self.target(name, rows, at) for name in raw)
        for target in targets:
            if not is_free_text(target.field):
                accepted = (*FREE_TEXT, "x_...")
                self.refuse_choice(f"{at}.keep_text", target.field, accepted)
        return targets

    def pair(self, raw: list[str], at: str) -> tuple[str, str]:
        """Return the headers of the columns of a date and of its time."""
        self.shape(raw, list, at)
        if len(raw) != 2 or not all(isinstance(name, str) for name in raw):
            self.refuse_choice(at, raw, ['["date column", "time column"]'])
        date, time = _tidied(raw)
        return date, time

    def from_text(self, raw: dict[str, Any], rows: str, at: str) -> dict[Target, TextExtract]:
        """Return fields that are read out of a column of text."""
        headers = _tidied([*raw["columns"], *raw.get("personal", ()), *raw.get("ignored", ())])
        values = {}
        for name, rule in raw.get("from_text", {}).items():
            where = f"{at}.from_text.{name}"
            self.shape(rule, dict, where)
            self.keys(rule, "column pattern", "", at=where)
            self.known_headers(_tidied([rule["column"]]), headers, where)
            pattern = self.pattern(rule["pattern"], where)
            values[self.target(name, rows, at)] = TextExtract(tidy(rule["column"]), pattern)
        return values

    def stage(self, raw: dict[str, Any], at: str) -> Stage:
        """Return one stage of a wide sheet: a column of dates that ends a step."""
        where = f"{at}.stages"
        self.shape(raw, dict, where)
        self.keys(raw, "ends step step_kind", "holder", at=where)
        self.targets_exist("step_kind", [raw["step_kind"]], f"{where}.step_kind")
        return Stage(**raw | {key: tidy(raw[key]) for key in ("ends", "holder") if key in raw})

    def case_dates(self, raw: Iterable[str], rows: str, at: str) -> tuple[str, ...]:
        """Return dates of a case that are taken from the first or last event."""
        for name in raw:
            if rows != "event" or name not in _CASE_DATES:
                self.refuse_choice(f"{at}.case_dates", name, _CASE_DATES)
        return tuple(raw)

    def event_date(self, raw: dict[str, Any], rows: str, at: str) -> EventDate:
        """Return a date of a case that an activity of an event log gives."""
        where = f"{at}.event_dates"
        self.shape(raw, dict, where)
        self.keys(raw, "step field", "take status", at=where)
        if rows != "event":
            self.refuse_choice(f"{at}.rows", rows, ("event",))
        if raw.get("status"):
            self.targets_exist("status", [raw["status"]], f"{where}.status")
        return EventDate(**raw)


def _several(fields: str | list[str]) -> list[str]:
    return [fields] if isinstance(fields, str) else fields


def _tidied(headers: Iterable[str]) -> tuple[str, ...]:
    return tuple(tidy(header) for header in headers)
