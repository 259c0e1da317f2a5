"""Find, read and check profile files, key by key.

Every unknown key, field, choice and pattern is rejected with the file, the key and what is
accepted. ``docs/source-profiles.md`` describes each key.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.core.errors import InputRejected, UsageProblem
from workbench.ingest.fields import DOSSIER_FIELDS, FIELDS, is_extra, is_instant
from workbench.ingest.profile import (
    SnapshotRule,
    SourceProfile,
    Term,
)
from workbench.ingest.profile_parts import PartReader
from workbench.ingest.requirements import FIELD_CODES, missing_fields, with_one_body

_DATES = tuple(field for field in DOSSIER_FIELDS if is_instant(field))


def find_profile(name_or_path: str | Path, reference: Path) -> SourceProfile:
    """Read a shipped profile by its name, or a user's own by its path.

    Args:
        name_or_path: ``one_stop`` in upper or lower case, or a path that ends in ``.toml``.
        reference: The folder ``data/reference``.

    Raises:
        UsageProblem: No profile of that name is shipped.
        InputRejected: The file is missing or has an entry that a profile cannot have.
    """
    if str(name_or_path).endswith(".toml"):
        return _with_countable_term(read_profile(Path(name_or_path)), reference)
    shipped = sorted((reference / "sources").glob("*.toml"))
    for path in shipped:
        if path.stem.casefold() == str(name_or_path).casefold():
            return _with_countable_term(read_profile(path), reference)
    names = ", ".join(path.stem for path in shipped)
    raise UsageProblem("sources.no_profile", name=name_or_path, known=names)


def _with_countable_term(profile: SourceProfile, reference: Path) -> SourceProfile:
    """Return a profile whose calendar can count its term: working days need days off.

    Raises:
        InputRejected: The term is in working days and the calendar never closes.
    """
    if profile.term is None or profile.term.unit != "working_day":
        return profile
    from workbench.clock import Calendars

    calendars = Calendars.read(reference / "calendars")
    if profile.calendar_id in calendars and not calendars[profile.calendar_id].has_days_off:
        raise InputRejected(
            "sources.endless_calendar",
            profile=profile.name,
            calendar=profile.calendar_id,
            value=profile.term.value,
            known=", ".join(calendars.with_days_off()),
        )
    return profile


def shipped_profiles(reference: Path) -> list[SourceProfile]:
    """Read every profile of ``data/reference/sources``, by name."""
    return [read_profile(path) for path in sorted((reference / "sources").glob("*.toml"))]


def read_profile(path: Path) -> SourceProfile:
    """Read and check one profile.

    Raises:
        InputRejected: The file is missing, is not valid TOML, has an unknown key, value or code,
            or maps less than its rows need.
    """
    if not path.is_file():
        raise InputRejected("sources.no_file", file=path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputRejected("sources.bad_toml", file=path.name, reason=problem) from problem
    return _ProfileReader(path.name).profile(raw)


class _ProfileReader(PartReader):
    """Turns parsed TOML into a profile."""

    def profile(self, raw: dict[str, Any]) -> SourceProfile:
        self.keys(
            raw,
            "name title_vi title_en time_zone calendar_id files snapshot",
            "unit_list departments_of procedure_list code_list id_scope kept_by date_order term "
            "synthetic codes beside",
            at="",
        )
        self.shape(raw["files"], list, "files")
        self.shape(raw.get("beside", []), list, "beside")
        self.shape(raw.get("departments_of", []), list, "departments_of")
        self.zone(raw["time_zone"])
        self.codes(raw.get("codes", {}))
        profile = SourceProfile(
            name=raw["name"],
            title_vi=raw["title_vi"],
            title_en=raw["title_en"],
            time_zone=raw["time_zone"],
            calendar_id=raw["calendar_id"],
            parts=tuple(self.part(part, n) for n, part in enumerate(raw["files"], start=1)),
            snapshot=self.snapshot(raw["snapshot"]),
            unit_list=raw.get("unit_list", "as_is"),
            departments_of=tuple(raw.get("departments_of", ())),
            procedure_list=raw.get("procedure_list", "as_is"),
            code_list=raw.get("code_list", "as_is"),
            id_scope=raw.get("id_scope", "source"),
            kept_by=raw.get("kept_by", "office"),
            day_first=raw.get("date_order", "day_first") == "day_first",
            term=self.term(raw["term"]) if "term" in raw else None,
            synthetic_heading=self.synthetic(raw.get("synthetic", {})),
            codes=raw.get("codes", {}),
            beside=tuple(raw.get("beside", ())),
        )
        self.required(profile)
        return with_one_body(profile)

    def required(self, profile: SourceProfile) -> None:
        """Reject a profile in which a part lacks a field that its rows need."""
        if lacking := missing_fields(profile):
            places = (
                f"{place}: " + ", ".join(f"«{fields.replace('|', '» / «')}»" for fields in several)
                for place, several in lacking.items()
            )
            raise InputRejected("sources.missing_fields", file=self.file, missing="; ".join(places))

    def codes(self, raw: dict[str, Any]) -> None:
        """Reject code lists of unknown fields, or with unknown codes."""
        self.shape(raw, dict, "codes")
        field_names = {name for fields in FIELDS.values() for name in fields}
        for name, codes in raw.items():
            if name not in field_names and not is_extra(name):
                self.unknown(name, "codes", FIELD_CODES)
            self.shape(codes, dict, f"codes.{name}")
            for code in codes.values():
                self.shape(code, str, f"codes.{name}")
            self.targets_exist(name, codes.values(), f"codes.{name}")

    def zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise InputRejected("sources.bad_zone", file=self.file, zone=name) from problem

    def snapshot(self, raw: dict[str, Any]) -> SnapshotRule:
        self.shape(raw, dict, "snapshot")
        self.keys(raw, "", "at heading latest name", at="snapshot")
        if len(raw) != 1:
            raise InputRejected("sources.one_snapshot", file=self.file)
        for key in ("heading", "name"):
            self.pattern(raw.get(key, ""), f"snapshot.{key}")
        return SnapshotRule(**raw)

    def term(self, raw: dict[str, Any]) -> Term:
        self.keys(raw, "value unit", "", at="term")
        return Term(**raw)

    def synthetic(self, raw: dict[str, Any]) -> str:
        self.keys(raw, "", "heading", at="synthetic")
        return self.pattern(raw.get("heading", ""), "synthetic.heading")
