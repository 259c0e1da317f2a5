"""Profiles as files: found by name or path, read, and checked key by key.

Every key, field, choice and pattern that a profile cannot say is refused with the key, the file
and what would be accepted. ``docs/source-profiles.md`` describes each key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.errors import InputRejected, UsageProblem
from workbench.sources.fields import DOSSIER_FIELDS, FIELDS, ROW_KINDS, is_extra, is_instant
from workbench.sources.profile import (
    SUFFIXES,
    EventDate,
    InText,
    Part,
    Profile,
    Snapshot,
    Stage,
    Target,
    Term,
)
from workbench.sources.requirements import FIELD_CODES, missing_fields, with_one_body
from workbench.sources.spelling import tidy
from workbench.sources.stamps import is_date_format
from workbench.vocabulary import TERM_UNITS

_SHAPES: Mapping[type, str] = {
    list: "[ ... ]",
    dict: "[table]",
    str: '"text"',
    bool: "true | false",
}
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
}
_PART_KEYS = " ".join(key for key in _PART_SHAPES if key not in ("patterns", "columns"))
_CASE_DATES = ("received_at", "resolved_at")
_DATES = tuple(field for field in DOSSIER_FIELDS if is_instant(field))
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
    "field": _DATES,
    "take": ("first", "last"),
}


def find_profile(name_or_path: str | Path, reference: Path) -> Profile:
    """Read a shipped profile by its name, or a user's own by its path.

    Args:
        name_or_path: ``one_stop``, or a path that ends in ``.toml``.
        reference: The folder ``data/reference``.

    Raises:
        UsageProblem: No profile of that name is shipped.
        InputRejected: The file is missing or says something a profile cannot say.
    """
    if str(name_or_path).endswith(".toml"):
        return read_profile(Path(name_or_path))
    path = reference / "sources" / f"{name_or_path}.toml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in path.parent.glob("*.toml")))
        raise UsageProblem("sources.no_profile", name=name_or_path, known=known)
    return read_profile(path)


def shipped_profiles(reference: Path) -> list[Profile]:
    """Read every profile of ``data/reference/sources``, by name."""
    return [read_profile(path) for path in sorted((reference / "sources").glob("*.toml"))]


def read_profile(path: Path) -> Profile:
    """Read and check one profile.

    Raises:
        InputRejected: The file is missing, is no TOML, includes an unknown key, value or code,
            or maps less than its rows need.
    """
    if not path.is_file():
        raise InputRejected("sources.no_file", file=path)
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputRejected("sources.bad_toml", file=path.name, reason=problem) from problem
    return _Checker(path.name).profile(said)


class _Checker:
    """Turns parsed TOML into a profile, naming the file in every complaint."""

    def __init__(self, file: str) -> None:
        self.file = file

    def profile(self, said: dict[str, Any]) -> Profile:
        self.keys(
            said,
            "name title_vi title_en time_zone calendar_id files snapshot",
            "unit_list procedure_list code_list id_scope kept_by date_order term synthetic codes "
            "beside",
            at="",
        )
        self.shape(said["files"], list, "files")
        self.shape(said.get("beside", []), list, "beside")
        self.zone(said["time_zone"])
        self.codes(said.get("codes", {}))
        profile = Profile(
            name=said["name"],
            title_vi=said["title_vi"],
            title_en=said["title_en"],
            time_zone=said["time_zone"],
            calendar_id=said["calendar_id"],
            parts=tuple(self.part(part, n) for n, part in enumerate(said["files"], start=1)),
            snapshot=self.snapshot(said["snapshot"]),
            unit_list=said.get("unit_list", "as_is"),
            procedure_list=said.get("procedure_list", "as_is"),
            code_list=said.get("code_list", "as_is"),
            id_scope=said.get("id_scope", "source"),
            kept_by=said.get("kept_by", "office"),
            day_first=said.get("date_order", "day_first") == "day_first",
            term=self.term(said["term"]) if "term" in said else None,
            synthetic_heading=self.synthetic(said.get("synthetic", {})),
            codes=said.get("codes", {}),
            beside=tuple(said.get("beside", ())),
        )
        self.required(profile)
        return with_one_body(profile)

    def required(self, profile: Profile) -> None:
        """Refuse a profile whose parts lack a field that their rows cannot do without."""
        if lacking := missing_fields(profile):
            places = (
                f"{place}: " + ", ".join(f"«{fields.replace('|', '» / «')}»" for fields in several)
                for place, several in lacking.items()
            )
            raise InputRejected("sources.missing_fields", file=self.file, missing="; ".join(places))

    def codes(self, said: dict[str, Any]) -> None:
        """Refuse code lists of fields that do not exist, or with codes that mean nothing."""
        self.shape(said, dict, "codes")
        known = {name for fields in FIELDS.values() for name in fields}
        for name, codes in said.items():
            if name not in known and not is_extra(name):
                self.unknown(name, "codes", FIELD_CODES)
            self.shape(codes, dict, f"codes.{name}")
            for code in codes.values():
                self.shape(code, str, f"codes.{name}")
            self.targets_exist(name, codes.values(), f"codes.{name}")

    def constants(self, said: dict[str, Any], rows: str, at: str) -> dict[Target, str]:
        constants = {}
        for name, value in said.get("constants", {}).items():
            where = f"{at}.constants.{name}"
            self.shape(value, str, where)
            target = self.target(name, rows, at)
            self.targets_exist(target.field, [value], where)
            constants[target] = value
        return constants

    def targets_exist(self, name: str, codes: Iterable[str], at: str) -> None:
        """Refuse codes that a field which holds nothing but codes does not have."""
        accepted = FIELD_CODES.get(name)
        if accepted is None:
            return
        if wrong := [code for code in dict.fromkeys(codes) if code not in accepted]:
            self.refuse_choice(at, "», «".join(wrong), accepted)

    def zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise InputRejected("sources.bad_zone", file=self.file, zone=name) from problem

    def part(self, said: dict[str, Any], number: int) -> Part:
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
        return Part(
            patterns=tuple(said["patterns"]),
            kind=said["kind"],
            rows=rows,
            columns=columns,
            **taken,
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
        )

    def date_formats(
        self, said: list[str] | dict[str, Any], rows: str, at: str
    ) -> dict[str, tuple[str, ...]]:
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

    def pair(self, said: list[str], at: str) -> tuple[str, str]:
        self.shape(said, list, at)
        if len(said) != 2 or not all(isinstance(name, str) for name in said):
            self.refuse_choice(at, said, ['["date column", "time column"]'])
        date, time = _tidied(said)
        return date, time

    def from_text(self, said: dict[str, Any], rows: str, at: str) -> dict[Target, InText]:
        headers = _tidied([*said["columns"], *said.get("personal", ()), *said.get("ignored", ())])
        found = {}
        for name, rule in said.get("from_text", {}).items():
            where = f"{at}.from_text.{name}"
            self.shape(rule, dict, where)
            self.keys(rule, "column pattern", "", at=where)
            self.known_headers(_tidied([rule["column"]]), headers, where)
            pattern = self.pattern(rule["pattern"], where)
            found[self.target(name, rows, at)] = InText(tidy(rule["column"]), pattern)
        return found

    def stage(self, said: dict[str, Any], at: str) -> Stage:
        where = f"{at}.stages"
        self.shape(said, dict, where)
        self.keys(said, "ends step step_kind", "holder", at=where)
        self.targets_exist("step_kind", [said["step_kind"]], f"{where}.step_kind")
        return Stage(**said | {key: tidy(said[key]) for key in ("ends", "holder") if key in said})

    def case_dates(self, said: Iterable[str], rows: str, at: str) -> tuple[str, ...]:
        for name in said:
            if rows != "event" or name not in _CASE_DATES:
                self.refuse_choice(f"{at}.case_dates", name, _CASE_DATES)
        return tuple(said)

    def event_date(self, said: dict[str, Any], rows: str, at: str) -> EventDate:
        where = f"{at}.event_dates"
        self.shape(said, dict, where)
        self.keys(said, "step field", "take status", at=where)
        if rows != "event":
            self.refuse_choice(f"{at}.rows", rows, ("event",))
        if said.get("status"):
            self.targets_exist("status", [said["status"]], f"{where}.status")
        return EventDate(**said)

    def target(self, name: str, rows: str, at: str) -> Target:
        table, dot, field_name = name.rpartition(".")
        table = table if dot else ("step" if rows == "event" else rows)
        known = FIELDS.get(table, ())
        if rows not in (table, "event") or not (
            field_name in known or (table == "dossier" and is_extra(field_name))
        ):
            raise InputRejected(
                "sources.unknown_field",
                file=self.file,
                place=at,
                field=name,
                accepted=", ".join(known or FIELDS),
            )
        return Target(table, field_name)

    def known_headers(self, named: Iterable[str], known: Collection[str], at: str) -> None:
        for header in named:
            if header not in known:
                self.unknown(header, at, known)

    def snapshot(self, said: dict[str, Any]) -> Snapshot:
        self.shape(said, dict, "snapshot")
        self.keys(said, "", "at heading latest name", at="snapshot")
        if len(said) != 1:
            raise InputRejected("sources.one_snapshot", file=self.file)
        for key in ("heading", "name"):
            self.pattern(said.get(key, ""), f"snapshot.{key}")
        return Snapshot(**said)

    def term(self, said: dict[str, Any]) -> Term:
        self.keys(said, "value unit", "", at="term")
        return Term(**said)

    def synthetic(self, said: dict[str, Any]) -> str:
        self.keys(said, "", "heading", at="synthetic")
        return self.pattern(said.get("heading", ""), "synthetic.heading")

    def pattern(self, text: str, at: str) -> str:
        try:
            re.compile(text)
        except re.error as problem:
            raise InputRejected(
                "sources.bad_pattern", file=self.file, place=at, pattern=text, reason=problem
            ) from problem
        return text

    def shape(self, value: object, shape: type, key: str) -> None:
        if not isinstance(value, shape):
            raise InputRejected(
                "sources.bad_shape", file=self.file, key=key, expected=_SHAPES[shape]
            )

    def keys(self, said: Mapping[str, Any], required: str, optional: str, *, at: str) -> None:
        needed, accepted = required.split(), (required + " " + optional).split()
        for key in said:
            if key not in accepted:
                self.unknown(key, at, accepted)
        for key in needed:
            if key not in said:
                raise InputRejected("sources.missing_key", file=self.file, place=at or "-", key=key)
        for key, choices in _CHOICES.items():
            if key in said and key in accepted and said[key] not in choices:
                self.refuse_choice(f"{at}.{key}".lstrip("."), said[key], choices)

    def refuse_choice(self, key: str, value: object, choices: Iterable[str]) -> None:
        accepted = ", ".join(choices)
        raise InputRejected(
            "sources.bad_choice", file=self.file, key=key, value=value, accepted=accepted
        )

    def unknown(self, key: str, at: str, accepted: Iterable[str]) -> None:
        raise InputRejected(
            "sources.unknown_key",
            file=self.file,
            place=at or "-",
            key=key,
            accepted=", ".join(accepted),
        )


def _several(fields: str | list[str]) -> list[str]:
    return [fields] if isinstance(fields, str) else fields


def _tidied(headers: Iterable[str]) -> tuple[str, ...]:
    return tuple(tidy(header) for header in headers)
