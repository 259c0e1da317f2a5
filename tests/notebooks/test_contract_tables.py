"""The tables that a run writes have the columns that others rely on, under their names."""

from __future__ import annotations

import polars as pl
import pytest

ESTIMATE = "lower upper"
CONTRACT = {
    "outcomes": "dossier_id profile outcome due_at_used ended_at_used allowed_seconds used_seconds"
    " paused_seconds slack_seconds",
    "ledger": "dossier_id segment_no kind step_no unit_id holder_id from_at to_at work_seconds"
    " clock_seconds norm_seconds norm_source overrun_seconds",
    "causes": "dossier_id profile cause late_seconds late_share but_for grade evidence",
    "late_dossiers": "dossier_id profile unit_id reality dominant_cause overrun_seconds",
    "cause_cells": "profile unit_id period procedure_id channel_in cause n_dossiers n_late",
    "measures": "measure profile unit_id period procedure_id channel_in numerator denominator value"
    f" {ESTIMATE} method evidence_level",
    "cells": "profile unit_id period cause n_dossiers n_late observed expected excess"
    f" {ESTIMATE} p_value q_value flagged evidence_level",
    "gaps": f"profile comparison kind left right component effect {ESTIMATE} evidence_level",
    "whatif": f"profile scenario unit_id period n_late n_saved {ESTIMATE} assumption"
    " evidence_level",
    "watchlist": f"profile dossier_id unit_id due_at slack_seconds risk {ESTIMATE} waiting_at"
    " holder_id",
}


@pytest.mark.parametrize("table", CONTRACT)
def test_a_table_has_the_columns_of_the_contract(small_project, table):
    folder = small_project.clock if table in ("outcomes", "ledger") else small_project.results
    columns = pl.read_parquet_schema(folder / f"{table}.parquet").names()
    assert set(CONTRACT[table].split()) <= set(columns)
