"""A source profile: how one register's exports are read, said in TOML and never in code.

A profile names its files and, for each, which column feeds which field, which columns are
personal and dropped, and which are ignored. Every key, column and code that it does not name is
an error that names it: nothing is guessed and nothing is lost in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.errors import InputRejected, UsageProblem
from workbench.sources.fields import FIELDS, ROW_KINDS, is_extra
from workbench.sources.spelling import tidy

FileKind = Literal["csv", "xlsx", "xes"]
ListKind = Literal["reference", "as_is"]

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".csv.gz", ".txt", ".txt.gz"),
    "xlsx": (".xlsx", ".xlsm"),
    "xes": (".xes", ".xes.gz"),
}
_SHAPES: Mapping[type, str] = {list: "[ ... ]", dict: "[table]", str: '"text"'}
_PART_SHAPES: Mapping[str, type] = {
    "patterns": list,
    "columns": dict,
    "personal": list,
    "ignored": list,
    "optional": list,
    "from_name": dict,
    "constants": dict,
    "empty_values": list,
    "encoding": str,
    "delimiter": str,
}
_TERM_UNITS = ("working_day", "calendar_day", "hour")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": tuple(_SUFFIXES),
    "rows": ROW_KINDS,
    "unit_list": ("reference", "as_is"),
    "procedure_list": ("reference", "as_is"),
    "id_scope": ("source", "unit"),
    "date_order": ("day_first", "month_first"),
    "unit": _TERM_UNITS,
}


@dataclass(frozen=True)
class Target:
    """One field that a column feeds: which landed table, which of its columns.

    >>> str(Target("dossier", "due_at"))
    'dossier.due_at'
    """

    table: str
    field: str

    def __str__(self) -> str:
        """Return the name used in profiles of event logs."""
        return f"{self.table}.{self.field}"


@dataclass(frozen=True)
class Part:
    """One kind of file in an export: its shape and its column map.

    ``columns`` maps a header to the fields it feeds; ``from_name`` takes a field from the file
    name (group 1 of a pattern); ``constants`` gives a field one value for all rows.
    """

    patterns: tuple[str, ...]
    kind: FileKind
    rows: str
    columns: Mapping[str, tuple[Target, ...]]
    personal: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    from_name: Mapping[Target, str] = field(default_factory=dict)
    constants: Mapping[Target, str] = field(default_factory=dict)
    empty_values: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    def fits(self, path: Path) -> bool:
        """Say whether a file name is one of this part's."""
        return any(fnmatch(path.name.casefold(), p.casefold()) for p in self.patterns)

    def reads(self, path: Path) -> bool:
        """Say whether a file has an extension of this part's kind."""
        return path.name.casefold().endswith(_SUFFIXES[self.kind])

    def headers(self) -> tuple[str, ...]:
        """Name every column the part knows."""
        return (*self.columns, *self.personal, *self.ignored)

    def required(self) -> tuple[str, ...]:
        """Name the columns without which a file cannot be this one."""
        return tuple(header for header in self.columns if header not in self.optional)


@dataclass(frozen=True)
class Snapshot:
    """When an export was taken: a fixed instant, words in its heading, or its latest stamp."""

    at: str = ""
    heading: str = ""
    latest: bool = False


@dataclass(frozen=True)
class Term:
    """The statutory term of a register that prints no due date, counted from reception."""

    value: int
    unit: str


@dataclass(frozen=True)
class Profile:
    """How one register is read.

    ``calendar_id`` is the working calendar it is judged by, ``time_zone`` the zone of stamps
    that carry none. With ``id_scope="unit"`` a dossier number counts within its unit only and
    lands as ``<unit>/<number>``.
    """

    name: str
    title_vi: str
    title_en: str
    time_zone: str
    calendar_id: str
    parts: tuple[Part, ...]
    snapshot: Snapshot
    unit_list: ListKind = "as_is"
    procedure_list: ListKind = "as_is"
    id_scope: str = "source"
    day_first: bool = True
    term: Term | None = None
    synthetic_heading: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def part_named(self, path: Path) -> Part | None:
        """Return the part whose file pattern fits, or none."""
        return next((part for part in self.parts if part.fits(path)), None)

    def part_of(self, path: Path) -> Part:
        """Return the part that reads a file handed over for this profile by name.

        A file that fits no pattern is taken by the only part of its kind.

        Raises:
            InputRejected: No part, or more than one, could read the file.
        """
        if named := self.part_named(path):
            return named
        able = [part for part in self.parts if part.reads(path)]
        if len(able) == 1:
            return able[0]
        patterns = ", ".join(pattern for part in self.parts for pattern in part.patterns)
        raise InputRejected("sources.no_part", file=path.name, profile=self.name, patterns=patterns)


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
        InputRejected: The file is missing, is no TOML, or holds an unknown key or value.
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
            "unit_list procedure_list id_scope date_order term synthetic codes",
            at="",
        )
        self.shape(said["files"], list, "files")
        self.zone(said["time_zone"])
        return Profile(
            name=said["name"],
            title_vi=said["title_vi"],
            title_en=said["title_en"],
            time_zone=said["time_zone"],
            calendar_id=said["calendar_id"],
            parts=tuple(self.part(part, n) for n, part in enumerate(said["files"], start=1)),
            snapshot=self.snapshot(said["snapshot"]),
            unit_list=said.get("unit_list", "as_is"),
            procedure_list=said.get("procedure_list", "as_is"),
            id_scope=said.get("id_scope", "source"),
            day_first=said.get("date_order", "day_first") == "day_first",
            term=self.term(said["term"]) if "term" in said else None,
            synthetic_heading=self.synthetic(said.get("synthetic", {})),
            codes=said.get("codes", {}),
        )

    def zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise InputRejected("sources.bad_zone", file=self.file, zone=name) from problem

    def part(self, said: dict[str, Any], number: int) -> Part:
        at = f"files[{number}]"
        self.shape(said, dict, at)
        self.keys(
            said,
            "patterns kind rows columns",
            "personal ignored optional from_name constants empty_values sheet encoding delimiter",
            at=at,
        )
        for name, shape in _PART_SHAPES.items():
            self.shape(said.get(name, shape()), shape, f"{at}.{name}")
        for name, pattern in said.get("from_name", {}).items():
            self.pattern(pattern, f"{at}.from_name.{name}")
        rows = said["rows"]
        columns = {
            tidy(header): tuple(self.target(f, rows, at) for f in _several(fields))
            for header, fields in said["columns"].items()
        }
        taken = {name: _tidied(said.get(name, ())) for name in ("personal", "ignored", "optional")}
        self.known_headers(taken["optional"], columns, at)
        return Part(
            patterns=tuple(said["patterns"]),
            kind=said["kind"],
            rows=rows,
            columns=columns,
            **taken,
            from_name={self.target(f, rows, at): p for f, p in said.get("from_name", {}).items()},
            constants={self.target(f, rows, at): v for f, v in said.get("constants", {}).items()},
            empty_values=tuple(said.get("empty_values", ())),
            sheet=said.get("sheet", ""),
            encoding=said.get("encoding", "utf-8-sig"),
            delimiter=said.get("delimiter", ","),
        )

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

    def known_headers(self, named: Iterable[str], columns: Mapping[str, object], at: str) -> None:
        for header in named:
            if header not in columns:
                self.unknown(header, f"{at}.optional", columns)

    def snapshot(self, said: dict[str, Any]) -> Snapshot:
        self.shape(said, dict, "snapshot")
        self.keys(said, "", "at heading latest", at="snapshot")
        if len(said) != 1:
            raise InputRejected("sources.one_snapshot", file=self.file)
        self.pattern(said.get("heading", ""), "snapshot.heading")
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
                raise InputRejected(
                    "sources.bad_choice",
                    file=self.file,
                    key=f"{at}.{key}".lstrip("."),
                    value=said[key],
                    accepted=", ".join(choices),
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
