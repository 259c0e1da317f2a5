"""The parts of a profile: which files, and which columns become which fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.ingest.fields import FREE_TEXT, is_free_text
from workbench.ingest.profile import EventDate, FileLayout, Stage, Target, TextExtract
from workbench.ingest.profile_checks import Checks
from workbench.ingest.spelling import tidy
from workbench.ingest.stamps import is_date_format

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
}
_PART_KEYS = " ".join(key for key in _PART_SHAPES if key not in ("patterns", "columns"))
_CASE_DATES = ("received_at", "resolved_at")


class PartReader(Checks):
    """Turns the tables ``[[files]]`` of a profile into parts."""

    def part(self, said: dict[str, Any], number: int) -> FileLayout:
        """Return one part; ``number`` counts from 1 in messages."""
        at = f"files[{number}]"
        self.shape(said, dict, at)
        self.keys(said, "patterns kind rows columns", _PART_KEYS, at=at)
        for name, shape in _PART_SHAPES.items():
            self.shape(said.get(name, shape()), shape, f"{at}.{name}")
        for name, pattern in said.get("from_name", {}).items():
            self.pattern(pattern, f"{at}.from_name.{name}")
        rows = said["rows"]
        columns = {
            tidy(header): tuple(self.target(f, rows, at) for f in _several(fields))
            for header, fields in said["columns"].items()
        }
        listed = ("personal", "applicant", "ignored", "optional")
        taken = {name: _tidied(said.get(name, ())) for name in listed}
        self.known_headers(taken["optional"], columns, f"{at}.optional")
        self.known_headers(taken["applicant"], taken["personal"], f"{at}.applicant")
        return FileLayout(
            patterns=tuple(said["patterns"]),
            kind=said["kind"],
            rows=rows,
            columns=columns,
            personal=taken["personal"],
            applicant=taken["applicant"],
            ignored=taken["ignored"],
            optional=taken["optional"],
            from_text=self.from_text(said, rows, at),
            stages=tuple(self.stage(stage, at) for stage in said.get("stages", ())),
            case_dates=self.case_dates(said.get("case_dates", ()), rows, at),
            event_dates=tuple(self.event_date(d, rows, at) for d in said.get("event_dates", ())),
            incremental=said.get("incremental", False),
            records=said.get("records", ""),
            nested=said.get("nested", ""),
            from_name={self.target(f, rows, at): p for f, p in said.get("from_name", {}).items()},
            constants=self.constants(said, rows, at),
            empty_values=tuple(said.get("empty_values", ())),
            sheet=said.get("sheet", ""),
            encoding=said.get("encoding", "utf-8-sig"),
            delimiter=said.get("delimiter", ","),
            date_formats=self.date_formats(said.get("date_formats", []), rows, at),
            date_with_time={
                self.target(f, rows, at): self.pair(pair, f"{at}.date_with_time.{f}")
                for f, pair in said.get("date_with_time", {}).items()
            },
            due_midnight=said.get("due_midnight", "by_column"),
            short_rows=said.get("short_rows", "refuse"),
            hidden=said.get("hidden", "leave_out"),
            unit_rows=said.get("unit_rows", "auto"),
            keep_text=self.keep_text(said.get("keep_text", []), rows, at),
            unnamed=self.numbers(said.get("unnamed", []), f"{at}.unnamed"),
        )

    def constants(self, said: dict[str, Any], rows: str, at: str) -> dict[Target, str]:
        """Return fields that have the same value in every row."""
        constants = {}
        for name, value in said.get("constants", {}).items():
            where = f"{at}.constants.{name}"
            self.shape(value, str, where)
            target = self.target(name, rows, at)
            self.targets_exist(target.field, [value], where)
            constants[target] = value
        return constants

    def date_formats(
        self, said: list[str] | dict[str, Any], rows: str, at: str
    ) -> dict[str, tuple[str, ...]]:
        """Return the ways dates are written by field; under an empty name those of all fields."""
        where = f"{at}.date_formats"
        if isinstance(said, dict):
            by_field = {str(self.target(f, rows, at)): forms for f, forms in said.items()}
        else:
            by_field = {"": said}
        for forms in by_field.values():
            self.shape(forms, list, where)
            for form in forms:
                if not (isinstance(form, str) and is_date_format(form)):
                    accepted = "%Y %y %m %b %B %d %j %H %I %M %S %f %p %z, epoch"
                    self.refuse_choice(where, form, [accepted])
        return {name: tuple(forms) for name, forms in by_field.items() if forms}

    def numbers(self, said: list[Any], at: str) -> tuple[int, ...]:
        """Return numbers of columns, which count from 1."""
        for number in said:
            if type(number) is not int or number < 1:
                self.refuse_choice(at, number, ["1, 2, 3 ..."])
        return tuple(said)

    def keep_text(self, said: list[str], rows: str, at: str) -> tuple[Target, ...]:
        """Return the fields of free text whose words are kept."""
        targets = tuple(self.target(name, rows, at) for name in said)
        for target in targets:
            if not is_free_text(target.field):
                accepted = (*FREE_TEXT, "x_...")
                self.refuse_choice(f"{at}.keep_text", target.field, accepted)
        return targets

    def pair(self, said: list[str], at: str) -> tuple[str, str]:
        """Return the headers of the columns of a date and of its time."""
        self.shape(said, list, at)
        if len(said) != 2 or not all(isinstance(name, str) for name in said):
            self.refuse_choice(at, said, ['["date column", "time column"]'])
        date, time = _tidied(said)
        return date, time

    def from_text(self, said: dict[str, Any], rows: str, at: str) -> dict[Target, TextExtract]:
        """Return fields that are read out of a column of text."""
        headers = _tidied([*said["columns"], *said.get("personal", ()), *said.get("ignored", ())])
        found = {}
        for name, rule in said.get("from_text", {}).items():
            where = f"{at}.from_text.{name}"
            self.shape(rule, dict, where)
            self.keys(rule, "column pattern", "", at=where)
            self.known_headers(_tidied([rule["column"]]), headers, where)
            pattern = self.pattern(rule["pattern"], where)
            found[self.target(name, rows, at)] = TextExtract(tidy(rule["column"]), pattern)
        return found

    def stage(self, said: dict[str, Any], at: str) -> Stage:
        """Return one stage of a wide sheet: a column of dates that ends a step."""
        where = f"{at}.stages"
        self.shape(said, dict, where)
        self.keys(said, "ends step step_kind", "holder", at=where)
        self.targets_exist("step_kind", [said["step_kind"]], f"{where}.step_kind")
        return Stage(**said | {key: tidy(said[key]) for key in ("ends", "holder") if key in said})

    def case_dates(self, said: Iterable[str], rows: str, at: str) -> tuple[str, ...]:
        """Return dates of a case that are taken from the first or last event."""
        for name in said:
            if rows != "event" or name not in _CASE_DATES:
                self.refuse_choice(f"{at}.case_dates", name, _CASE_DATES)
        return tuple(said)

    def event_date(self, said: dict[str, Any], rows: str, at: str) -> EventDate:
        """Return a date of a case that an activity of an event log gives."""
        where = f"{at}.event_dates"
        self.shape(said, dict, where)
        self.keys(said, "step field", "take status", at=where)
        if rows != "event":
            self.refuse_choice(f"{at}.rows", rows, ("event",))
        if said.get("status"):
            self.targets_exist("status", [said["status"]], f"{where}.status")
        return EventDate(**said)


def _several(fields: str | list[str]) -> list[str]:
    return [fields] if isinstance(fields, str) else fields


def _tidied(headers: Iterable[str]) -> tuple[str, ...]:
    return tuple(tidy(header) for header in headers)
