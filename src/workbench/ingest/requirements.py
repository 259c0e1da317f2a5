"""Fields that a source profile must map, and codes that its fields may take.

Without dossier numbers or dates of reception there are no dossiers; an unknown code would be
counted as something else. Both are errors of the profile and are reported before anything is read.
``docs/source-profiles.md`` lists them for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workbench.core.vocabulary import CHANNELS_IN, STATUSES, STEP_KINDS
from workbench.ingest.profile import FileLayout, SourceProfile, Target

_TRANSITIONS = ("schedule", "start", "complete", "other")
"""Effect of a log's event on its step; ``other`` has none."""

_YES_NO = ("yes", "no")

FIELD_CODES: Mapping[str, tuple[str, ...]] = {
    "status": STATUSES,
    "status_after": STATUSES,
    "step_kind": STEP_KINDS,
    "channel_in": CHANNELS_IN,
    "channel_out": CHANNELS_IN,
    "applicant_kind": ("citizen", "business", "other"),
    "processed_online": _YES_NO,
    "has_apology": _YES_NO,
    "is_filed_elsewhere": _YES_NO,
    "payment": ("online", "counter", "other", "unpaid", "none"),
    "is_digitised": _YES_NO,
    "has_electronic_result": _YES_NO,
    "satisfaction": ("satisfied", "neutral", "dissatisfied"),
    "has_complaint": _YES_NO,
    "transition": _TRANSITIONS,
}
"""Codes of the fields of codes."""

_STEP_STAMPS = ("step.arrived_at", "step.started_at", "step.finished_at")
_UNIT = "dossier.unit_id"


def missing_fields(profile: SourceProfile) -> dict[str, list[str]]:
    """Return what a profile fails to map: by place in it, the fields that would do.

    Fields of which one is enough are joined by ``|``. Empty when nothing is missing.
    """
    lacking: dict[str, list[str]] = {}
    for number, part in enumerate(profile.parts, start=1):
        given = _given_fields(part)
        for fields in _required_fields(part, profile):
            if given.isdisjoint(fields):
                names = [f if part.rows == "event" else f.rpartition(".")[2] for f in fields]
                lacking.setdefault(f"files[{number}]", []).append("|".join(names))
    return lacking


def gives_dossiers(part: FileLayout) -> bool:
    """Return whether the rows of a part make dossiers."""
    return part.rows in ("dossier", "event")


def with_one_body(profile: SourceProfile) -> SourceProfile:
    """Return a profile whose dossiers all have a unit: where none is mapped, one body.

    A one-office export prints no unit: the title of the profile replaces it, and steps take it
    where no part of the profile gives dossiers a unit.
    """
    body = profile.title_vi or profile.name
    is_one = not any(_UNIT in _given_fields(part) for part in profile.parts)
    parts = tuple(_with_unit(part, body, is_one=is_one) for part in profile.parts)
    return replace(profile, parts=parts)


def _with_unit(part: FileLayout, body: str, *, is_one: bool) -> FileLayout:
    given = _given_fields(part)
    fresh = {}
    if gives_dossiers(part) and _UNIT not in given:
        fresh[Target("dossier", "unit_id")] = body
    if is_one and part.rows in ("step", "event") and "step.unit_id" not in given:
        fresh[Target("step", "unit_id")] = body
    by_row = tuple(fresh) if part.unit_rows != "ignore" else ()
    return replace(part, constants={**part.constants, **fresh}, unit_row_fields=by_row)


def _required_fields(part: FileLayout, profile: SourceProfile) -> Iterator[tuple[str, ...]]:
    """Yield what a part must give: each a tuple of fields of which one is enough."""
    table = "step" if part.rows == "event" else part.rows
    yield (f"{table}.dossier_id",)
    if gives_dossiers(part):
        yield ("dossier.received_at",)
        if profile.unit_list == "reference" and part.unit_rows != "read":
            yield (_UNIT,)
        if profile.procedure_list == "reference":
            yield ("dossier.procedure_id", "dossier.procedure_name")
    if part.rows == "step":
        if profile.id_scope == "unit":
            yield ("step.unit_id",)
        yield _STEP_STAMPS
    if part.case_dates:
        yield _STEP_STAMPS
    if part.event_dates:
        yield ("step.step",)
        yield ("step.finished_at",)
    if part.rows == "pause":
        yield ("pause.paused_at",)
    if part.rows == "paper":
        yield ("paper.paper_result_on",)
        if profile.id_scope == "unit":
            yield ("paper.unit_id",)


def _given_fields(part: FileLayout) -> set[str]:
    """Name every field that a part feeds, as ``table.field``."""
    columns = [target for targets in part.columns.values() for target in targets]
    elsewhere = (*part.from_text, *part.from_name, *part.constants, *part.date_with_time)
    target_names = {str(target) for target in (*columns, *elsewhere)}
    dates = (*part.case_dates, *(date.field for date in part.event_dates))
    target_names |= {f"dossier.{field}" for field in dates}
    if part.stages:
        # the dates of its stages lie between columns
        target_names -= {"dossier.dossier_id", "dossier.received_at"} - {str(t) for t in columns}
    return target_names
