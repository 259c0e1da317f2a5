"""The helpers for users' own tests make small inputs that say they are invented."""

from __future__ import annotations

from pathlib import Path

import workbench as wb


def test_a_small_export_holds_about_the_dossiers_asked_for(tmp_path: Path):
    summary = wb.testing.one_stop_export(tmp_path, seed=4, dossiers=90)
    assert 80 <= sum(half.received for half in summary.half_years) <= 92
    assert sorted(tmp_path.iterdir()) == sorted(summary.files)


def test_the_same_seed_makes_the_same_export(tmp_path: Path):
    for folder in ("one", "other"):
        wb.testing.one_stop_export(tmp_path / folder, seed=4)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_the_truth_is_written_only_where_asked_for(tmp_path: Path):
    wb.testing.one_stop_export(tmp_path / "inbox", truth=tmp_path / "truth")
    assert {p.name for p in (tmp_path / "truth").iterdir()} == {"causes.csv", "cells.csv"}
    assert not {p.name for p in (tmp_path / "inbox").iterdir()} & {"causes.csv", "cells.csv"}
