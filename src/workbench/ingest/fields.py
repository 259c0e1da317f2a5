"""Columns of the landed tables, and the kind of value of each field.

A source profile may map a column only to a field named here (or to an extra ``x_...`` of a
dossier). Landed values are text as the file has it; typing happens once, in ``pipelines/clean``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

POSITION = ("source_file", "source_sheet", "source_row")
"""Source position of a landed row, the trace back to the export; a text file has no sheet."""

SERVICE_FIELDS = (
    "has_apology",
    "apology_on",
    "apology_number",
    "n_extensions",
    "n_supplements",
    "is_filed_elsewhere",
    "filing_unit",
    "payment",
    "is_digitised",
    "has_electronic_result",
    "satisfaction",
    "has_complaint",
)
"""Fields of a dossier that offices count and that no clock needs (``service_records``)."""

DOSSIER_FIELDS = (
    "dossier_id",
    "unit_id",
    "procedure_id",
    "procedure_name",
    "field_of_work",
    "channel_in",
    "channel_out",
    "service_level",
    "processed_online",
    "applicant_kind",
    "submitted_at",
    "received_at",
    "due_at",
    "due_first_at",
    "due_first_from",
    "resolved_at",
    "returned_at",
    "paper_result_on",
    "status",
    "late_reason",
    "term_value",
    "term_unit",
    *SERVICE_FIELDS,
)
STEP_FIELDS = (
    "dossier_id",
    "step_no",
    "step",
    "step_kind",
    "unit_id",
    "holder_id",
    "arrived_at",
    "started_at",
    "finished_at",
    "step_due_at",
    "norm_hours",
    "transition",
    "status_after",
)
PAUSE_FIELDS = ("dossier_id", "reason", "paused_at", "resumed_at")
PAPER_FIELDS = ("dossier_id", "unit_id", "paper_result_on")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "dossier": DOSSIER_FIELDS,
    "step": STEP_FIELDS,
    "pause": PAUSE_FIELDS,
    "paper": PAPER_FIELDS,
}
TABLES: Mapping[str, str] = {
    "dossier": "landed_dossiers",
    "step": "landed_steps",
    "pause": "landed_pauses",
    "paper": "landed_papers",
}
NUMBERS: Mapping[str, tuple[str, ...]] = {"step": ("variant_no",)}
"""Columns added by the landing. ``variant_no`` distinguishes rows of one file that agree in all
mapped columns and differ in others (two events of a log); true duplicates share it."""
ROW_KINDS = ("dossier", "step", "pause", "paper", "event")

FILES_SCHEMA: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "source_file": pl.String(),
    "source_sheet": pl.String(),
    "sheet_of": pl.String(),
    "batch": pl.String(),
    "row_kind": pl.String(),
    "rows_read": pl.Int64(),
    "rows_landed": pl.Int64(),
    "rows_ignored": pl.Int64(),
    "sha256": pl.String(),
    "encoding": pl.String(),
    "day_first": pl.Boolean(),
    "day_first_evidence": pl.String(),
    "has_epochs": pl.Boolean(),
    "due_days": pl.List(pl.String()),
    "due_mixed": pl.List(pl.String()),
    "time_zone": pl.String(),
    "calendar_id": pl.String(),
    "unit_list": pl.String(),
    "departments_of": pl.String(),
    "procedure_list": pl.String(),
    "code_list": pl.String(),
    "kept_by": pl.String(),
    "snapshot_at": pl.String(),
    "incremental": pl.Boolean(),
    "service_fields": pl.List(pl.String()),
    "case_dates": pl.String(),
    "arrives_with": pl.String(),
    "starts_with": pl.String(),
    "finishes_with": pl.String(),
    "instant_steps": pl.List(pl.String()),
    "term_value": pl.Int64(),
    "term_unit": pl.String(),
    "synthetic": pl.Boolean(),
}
"""``landed_files``: what was read of each file and sheet, and how its text is to be understood.

``service_fields`` names the fields of ``SERVICE_FIELDS`` that the sheet gives, be they empty.
``has_epochs`` says that numbers count from 1970, ``due_days`` names due fields whose stamps at
midnight are dates, ``due_mixed`` those where they stand beside hours and stay as written.

Where one row gives several steps, each stage is a sheet of its own, with the sheet whose rows these
are in ``sheet_of`` (missing elsewhere). Files delivered together share a ``batch``.
"""

_NAMES = ("unit_id", "filing_unit", "procedure_id", "procedure_name", "field_of_work", "step")
_MOMENT = pl.Datetime("us", "UTC")
OTHER_RECORDS: Mapping[str, pl.DataType] = {
    "dossier_id": pl.String(),
    "source": pl.String(),
    "kept_by": pl.String(),
    "counted_source": pl.String(),
    "counted_kept_by": pl.String(),
    "status": pl.String(),
    "due_at": _MOMENT,
    "ended_at": _MOMENT,
    "paper_result_on": pl.Date(),
    "snapshot_at": _MOMENT,
    "differs": pl.Boolean(),
    "source_file": pl.String(),
    "source_sheet": pl.String(),
    "source_row": pl.Int64(),
}
"""``other_records``, a clean table that is empty where a single source records the dossiers."""
SERVICE_RECORDS: Mapping[str, pl.DataType] = {
    "dossier_id": pl.String(),
    "has_apology": pl.Boolean(),
    "apology_on": pl.Date(),
    "n_extensions": pl.Int64(),
    "n_supplements": pl.Int64(),
    "is_filed_elsewhere": pl.Boolean(),
    "filing_unit": pl.String(),
    "payment": pl.String(),
    "is_digitised": pl.Boolean(),
    "has_electronic_result": pl.Boolean(),
    "satisfaction": pl.String(),
    "has_complaint": pl.Boolean(),
}
"""``service_records``, a clean table that is empty where no export gives ``SERVICE_FIELDS``."""


def is_instant(field: str) -> bool:
    """Return whether a field holds a date or a point in time.

    >>> is_instant("due_at"), is_instant("paper_result_on"), is_instant("unit_id")
    (True, True, False)
    """
    return field.endswith(("_at", "_on"))


def is_name(field: str) -> bool:
    """Return whether a field names a unit, a procedure, an activity or a person of the staff.

    >>> is_name("unit_id"), is_name("late_reason")
    (True, False)
    """
    return field in _NAMES or is_staff(field)


def is_staff(field: str) -> bool:
    """Return whether a field holds an account of staff, which lands as a salted id."""
    return field in ("holder_id", "x_responsible")


FREE_TEXT = ("reason", "late_reason")
"""Known free-text fields; attributes of one source are free text as well."""


def is_free_text(field: str) -> bool:
    """Return whether people may write freely in a field.

    >>> is_free_text("late_reason"), is_free_text("x_note"), is_free_text("x_old_due_at")
    (True, True, False)
    """
    extra = is_extra(field) and not (is_instant(field) or is_staff(field))
    return field in FREE_TEXT or extra


def is_open_list(field: str) -> bool:
    """Return whether a field names units, procedures or steps that no list may know.

    >>> is_open_list("unit_id"), is_open_list("status")
    (True, False)
    """
    return field in _NAMES


def is_extra(field: str) -> bool:
    """Return whether a field is an attribute of this source only, kept beside the known ones."""
    return field.startswith("x_") and field.isidentifier() and field == field.lower()
