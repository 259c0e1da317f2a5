"""Protect persons: mask at ingest, pseudonymise staff, suppress small counts in publications.

Personal columns are dropped by the source profile and never get here. This package covers what a
profile cannot know: identifiers typed into other columns (``patterns``), staff accounts and the
applicant of a dossier (``keys``), and small counts of published tables (``small_cells``). It knows
no table of the pipeline; the modules that call it do.
"""

from __future__ import annotations

from workbench.privacy.additions import Sum
from workbench.privacy.keys import applicant_keys, label_code, secret_key, staff_ids, staff_salt
from workbench.privacy.patterns import MASKS_SCHEMA, Patterns, read_patterns
from workbench.privacy.small_cells import (
    THRESHOLD,
    Beside,
    NothingLeftError,
    left_out,
    suppress,
    suppressed_cells,
)

__all__ = [
    "MASKS_SCHEMA",
    "THRESHOLD",
    "Beside",
    "NothingLeftError",
    "Patterns",
    "Sum",
    "applicant_keys",
    "label_code",
    "left_out",
    "read_patterns",
    "secret_key",
    "staff_ids",
    "staff_salt",
    "suppress",
    "suppressed_cells",
]
