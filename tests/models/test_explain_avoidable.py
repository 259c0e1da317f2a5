"""Late dossiers that would have been on time without one cause, and those near that border."""

from __future__ import annotations

import pytest

from models.explained_cases import case_of, causes_of, crowd

register = pytest.mark.register


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


@register([*crowd(), case_of("X", changed=[("work", 1, 20)])])
def test_a_dossier_is_spared_by_the_cause_that_took_the_overrun_or_more(tables):
    assert counted(tables, "queue") == (1, 0)
    assert counted(tables, "*") == (0, 0)


@pytest.mark.parametrize(("due", "spared"), [(40, 1), (16, 0)])
@register(
    lambda due: [*crowd(), case_of("X", changed=[("work", 1, 20), ("record", 1, 20)], due=due)]
)
def test_two_causes_that_each_suffice_spare_it_both_and_two_that_do_not_neither(
    tables, due, spared
):
    assert set(causes_of(tables)) == {"queue", "record_lag"}
    assert [counted(tables, c) for c in ("queue", "record_lag")] == [(spared, 0), (spared, 0)]


@register(
    [
        *varied(),
        case_of("Y", unit="U1", changed=[("sign", 1, 30)]),
        case_of("X", changed=[("work", 2, 2), ("sign", 1, 9)]),
    ]
)
def test_an_ordinary_delay_counts_in_a_quarter_in_line_too(tables):
    assert "signature_wait" not in causes_of(tables)
    assert counted(tables, "signature_wait") == (1, 1)


# usual signatures take 4 hours more than the shortest, long ones 8: a margin of 4 hours; the queue
# took 20 hours too many, and X overran by 17.6 or 21.6
@pytest.mark.parametrize(("worked", "spared"), [(2, 1), (6, 0)])
@register(
    lambda worked: [
        *varied(),
        case_of("X", changed=[("work", 1, 20), ("work", 2, worked), ("sign", 1, 5)]),
    ]
)
def test_waits_that_vary_after_the_cause_leave_a_narrow_margin_in_doubt(tables, worked, spared):
    assert counted(tables, "queue") == (spared, 1)


@pytest.mark.parametrize(("worked", "spared"), [(2, 1), (6, 0)])
@register(
    lambda worked: [*crowd(), case_of("X", changed=[("work", 1, 20), ("work", 2, worked + 5)])]
)
def test_waits_that_do_not_vary_after_the_cause_leave_none(tables, worked, spared):
    assert counted(tables, "queue") == (spared, 0)


@register([*varied(), case_of("X", changed=[("work", 1, 20), ("sign", 1, 5)])])
def test_more_to_spare_than_ordinary_waits_vary_by_leaves_no_doubt(tables):
    """It ends 4.4 hours early, beside a margin of 4."""
    assert counted(tables, "queue") == (1, 0)


@register([*varied(), case_of("X", changed=[("sign", 1, 5), ("record", 1, 20)])])
def test_waits_before_the_cause_leave_no_doubt(tables):
    assert counted(tables, "record_lag") == (1, 0)
