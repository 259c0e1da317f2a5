"""Late dossiers that would have been on time without one cause, and those near that border."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
case_of, crowd, causes_of = (MODELS[name] for name in ("case_of", "crowd", "causes_of"))


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and cells of causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


def counted(tables, cause):
    """n_spared and n_doubtful of the only late dossier's cell; nothing where no dossier met it."""
    cells = tables["cause_cells"].filter(unit_id="U0", period="2022-H1", cause=cause)
    return cells.select("n_spared", "n_doubtful").row(0) if cells.height else (0, 0)


def varied():
    """Ordinary dossiers whose signatures take from none to nine hours more."""
    return [
        case_of(f"C{n:03d}", unit=f"V{n % 2}", start=n % 6, changed=[("sign", 1, n % 10)], due=40)
        for n in range(60)
    ]


def test_a_dossier_is_spared_by_the_cause_that_took_the_overrun_or_more(explained):
    tables = explained([*crowd(), case_of("X", changed=[("work", 1, 20)])])
    assert counted(tables, "queue") == (1, 0)
    assert counted(tables, "*") == (0, 0)


def test_two_causes_that_each_suffice_spare_it_both_and_two_that_do_not_neither(explained):
    both = [("work", 1, 20), ("record", 1, 20)]
    late = explained([*crowd(), case_of("X", changed=both, due=40)])
    assert [counted(late, cause) for cause in ("queue", "record_lag")] == [(1, 0), (1, 0)]
    later = explained([*crowd(), case_of("X", changed=both, due=16)])
    assert [counted(later, cause) for cause in ("queue", "record_lag")] == [(0, 0), (0, 0)]


def test_an_ordinary_delay_counts_in_a_quarter_in_line_too(explained):
    within_the_usual = [("work", 2, 2), ("sign", 1, 9)]
    far_out = case_of("Y", unit="U1", changed=[("sign", 1, 30)])
    tables = explained([*varied(), far_out, case_of("X", changed=within_the_usual)])
    assert "signature_wait" not in causes_of(tables)
    assert counted(tables, "signature_wait") == (1, 1)


@pytest.mark.parametrize(("worked", "spared"), [(2, 1), (6, 0)])
def test_waits_that_vary_after_the_cause_leave_a_narrow_margin_in_doubt(explained, worked, spared):
    # usual signatures take 4 hours more than the shortest, long ones 8: a margin of 4 hours; the
    # queue took 20 hours too many, and X overran by 17.6 or 21.6
    changed = [("work", 1, 20), ("work", 2, worked), ("sign", 1, 5)]
    near = explained([*varied(), case_of("X", changed=changed)])
    assert counted(near, "queue") == (spared, 1)
    steady = [("work", 1, 20), ("work", 2, worked + 5)]
    assert counted(explained([*crowd(), case_of("X", changed=steady)]), "queue") == (spared, 0)


def test_more_to_spare_than_ordinary_waits_vary_by_leaves_no_doubt(explained):
    changed = [("work", 1, 20), ("sign", 1, 5)]
    tables = explained([*varied(), case_of("X", changed=changed)])  # 4.4 hours beside a margin of 4
    assert counted(tables, "queue") == (1, 0)


def test_waits_before_the_cause_leave_no_doubt(explained):
    changed = [("sign", 1, 5), ("record", 1, 20)]
    tables = explained([*varied(), case_of("X", changed=changed)])
    assert counted(tables, "record_lag") == (1, 0)
