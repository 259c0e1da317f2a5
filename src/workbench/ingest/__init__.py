"""Bring exports into the workbench: source profiles, readers and landed tables.

A TOML profile describes how a source's exports are read; a reader turns files into text; the
landing keeps mapped, non-personal columns only, each row with its file, sheet and row number. A
column that a profile does not name is an error that names the column.
"""

from __future__ import annotations

from workbench.ingest.inbox import (
    Delivery,
    check_dossier_rows,
    deliveries,
    differ_from_landed,
    export_files,
    inbox_deliveries,
    sort_inbox,
)
from workbench.ingest.inspection import Inspection, inspect
from workbench.ingest.landing import Landing, ingest
from workbench.ingest.profile import AS_FOUND, SourceProfile, TextForm
from workbench.ingest.profile_files import find_profile, read_profile, shipped_profiles

__all__ = [
    "AS_FOUND",
    "Delivery",
    "Inspection",
    "Landing",
    "SourceProfile",
    "TextForm",
    "check_dossier_rows",
    "deliveries",
    "differ_from_landed",
    "export_files",
    "find_profile",
    "inbox_deliveries",
    "ingest",
    "inspect",
    "read_profile",
    "shipped_profiles",
    "sort_inbox",
]
