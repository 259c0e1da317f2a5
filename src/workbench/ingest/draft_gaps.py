"""List what the draft of a profile lacks before a file can be analysed, and optional fields.

``requirements`` defines the fields that rows need; this module words each gap with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.core.cause_list import STAMPS, describe_indistinct, describe_without_holders
from workbench.ingest.headers import STAGE
from workbench.ingest.profile import FileLayout, SnapshotRule, SourceProfile, Stage, Target
from workbench.ingest.requirements import FIELD_CODES, gives_dossiers, missing_fields
from workbench.ingest.spelling import fold
from workbench.messages import say

if TYPE_CHECKING:
    from workbench.ingest.inspection import Inspection
    from workbench.ingest.proposals import Proposal

_STAMPS = tuple(f"step.{stamp}" for stamp in STAMPS)
_STAMP_OF = {"schedule": "arrived_at", "start": "started_at"}
"""The stamp that an event of a log with transitions gives, beside the end of its step."""


def shortcomings(found: Inspection) -> list[str]:
    """Return in words what must be filled in before the profile can be used."""
    texts = [
        say("inspect.missing_field", what=_in_words(fields), fields=" / ".join(fields.split("|")))
        for fields in _missing(found)
    ]
    for column in found.proposals:
        if values := values_without_code(found, column):
            texts.append(say("inspect.missing_codes", column=column.header, n=len(values)))
    if not gives_dossiers(_part(found)):
        texts.append(say("inspect.missing_dossiers", rows=found.rows))
    return texts


def missing_roles(found: Inspection) -> list[str]:
    """Return in words what rows need and no column gives."""
    return [_in_words(fields) for fields in _missing(found)]


def _missing(found: Inspection) -> list[str]:
    part = _part(found)
    profile = SourceProfile("draft", "", "", "UTC", "", (part,), SnapshotRule(latest=True))
    return [fields for several in missing_fields(profile).values() for fields in several]


def remarks(found: Inspection) -> list[str]:
    """Return in words the fields that the profile lacks, and what that means for the figures."""
    if found.rows not in ("dossier", "event"):
        return _indistinct(found)
    targets = {str(_target(target, found.rows)) for p in found.proposals for target in p.targets}
    texts = [
        say(
            "inspect.choice",
            what=say(f"inspect.role_{field}"),
            field=field,
            columns=", ".join(names),
        )
        for field, names in found.choices.items()
    ]
    if found.alike_units:
        pairs = "; ".join(f"«{one}» – «{other}»" for one, other in found.alike_units)
        texts.append(say("inspect.alike", pairs=pairs))
    if "dossier.unit_id" not in targets:
        key = "unit_of_steps" if "step.unit_id" in targets else "one_body"
        texts.append(say(f"inspect.{key}"))
    if targets.isdisjoint(("dossier.due_at", "dossier.term_value")):
        texts.append(say("inspect.no_due"))
    return [*texts, *_indistinct(found)]


def _indistinct(found: Inspection) -> list[str]:
    """Return in words the causes that steps with these stamps do not distinguish."""
    given = _given_stamps(found)
    if found.rows == "pause" or (found.rows == "dossier" and not given):
        return []
    lacking = {stamp: say(f"evidence.{stamp}") for stamp in STAMPS if stamp not in given}
    texts = []
    if sentence := describe_indistinct(found.path.name, given, lacking):
        texts += [sentence, say("inspect.stamp_rules")] if given else [sentence]
    targets = {str(_target(target, found.rows)) for p in found.proposals for target in p.targets}
    if {"started_at", "finished_at"} <= given and "step.holder_id" not in targets:
        texts.append(describe_without_holders(found.path.name, say("evidence.holder")))
    return texts


def _given_stamps(found: Inspection) -> set[str]:
    """Name the stamps of steps that columns, stages or transitions of the export give."""
    if any(p.targets[0].startswith(STAGE) for p in found.proposals):
        return {"arrived_at", "finished_at"}
    targets = {str(_target(target, found.rows)): p for p in found.proposals for target in p.targets}
    given = {stamp for stamp in STAMPS if f"step.{stamp}" in targets}
    if (column := targets.get("step.transition")) and given:
        codes = found.codes.get("transition", {})
        seen = {codes.get(fold(value), "") for value in column.examples}
        given |= {_STAMP_OF[transition] for transition in seen if transition in _STAMP_OF}
    return given


def values_without_code(found: Inspection, column: Proposal) -> list[str]:
    """Return the values of a column of codes without a known meaning."""
    return [
        value
        for target in column.targets
        if (field := target.rpartition(".")[2]) in FIELD_CODES
        for value in column.examples
        if fold(value) not in found.codes.get(field, {})
    ]


def case_dates(found: Inspection) -> tuple[str, ...]:
    """Return the dates of a case that no column gives, so that its first and last event do."""
    targets = [target for p in found.proposals for target in p.targets]
    if found.rows != "event" or set(targets).isdisjoint(_STAMPS):
        return ()
    dates = ("received_at", "resolved_at")
    return tuple(date for date in dates if f"dossier.{date}" not in targets)


def _part(found: Inspection) -> FileLayout:
    columns: dict[str, tuple[Target, ...]] = {}
    stages = []
    for column in found.proposals:
        if column.is_mapped:
            columns[column.header] = tuple(_target(to, found.rows) for to in column.targets)
        elif column.targets[0].startswith(STAGE):
            kind = column.targets[0].removeprefix(STAGE)
            stages.append(Stage(column.header, column.header, kind))
    dates = case_dates(found)
    return FileLayout((), "csv", found.rows, columns, stages=tuple(stages), case_dates=dates)


def _target(name: str, rows: str) -> Target:
    table, _, field = name.rpartition(".")
    return Target(table or ("step" if rows == "event" else rows), field)


def _in_words(fields: str) -> str:
    """Return what fields of which one is enough hold, in words."""
    names = [field.rpartition(".")[2] for field in fields.split("|")]
    return say(f"inspect.{_WORDS.get(names[0], 'word_other')}")


_WORDS: Mapping[str, str] = {
    "dossier_id": "word_dossier_id",
    "received_at": "word_received_at",
    "arrived_at": "word_step_stamp",
    "paused_at": "word_paused_at",
}
