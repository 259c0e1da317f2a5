"""One figure has one value, whichever answer names it."""

from __future__ import annotations

import pytest

from workbench import compare
from workbench.vocabulary import EVERYTHING


def rates(book, period):
    """Return (late, judged) of each unit as the measures count them."""
    rows = compare.units_side_by_side(book.measures, period=period, profile="wb_strict")
    columns = ("unit_id", "late_or_overdue_numerator", "late_or_overdue_denominator")
    return {unit: (late, judged) for unit, late, judged in rows.select(columns).iter_rows()}


def overdue_months(book):
    """Return the months in which dossiers ended and at whose close others were overdue."""
    return sorted(set(book.overdue_cells["period"]) & set(book.periods("month")))


def test_the_small_project_has_dossiers_overdue_at_an_earlier_close(small_book):
    assert len(overdue_months(small_book)) > 1


@pytest.mark.parametrize("unit", [EVERYTHING, "SD-VH"])
def test_a_gap_between_periods_is_the_change_of_the_measure(small_book, unit):
    compared = 0
    for later in overdue_months(small_book):
        before = small_book.against(later)
        gap = small_book.gap(later, against=before, unit=unit).frame
        moved = small_book.compare_periods(later, against=before, unit=unit).frame
        if not before or gap.is_empty():
            continue
        sides, change = gap.row(0, named=True), moved.filter(unit_id=unit).row(0, named=True)
        for side in ("left", "right"):
            assert sides[f"{side}_late"] == change[f"{side}_numerator"]
            assert sides[f"{side}_dossiers"] == change[f"{side}_denominator"]
        assert sides["gap"] == pytest.approx(change["difference"], abs=1e-12)
        assert gap["effect"].sum() == pytest.approx(change["difference"], abs=1e-12)
        compared += 1
    assert compared > 1


def test_units_after_case_mix_are_those_of_the_measure(small_book):
    for period in (*overdue_months(small_book), "2021-H1", "2022-H1"):
        frame = small_book.fair_units(period).frame
        counted = {u: (late, n) for u, late, n in frame["unit_id", "n_late", "n_dossiers"].rows()}
        measured = {u: pair for u, pair in rates(small_book, period).items() if pair[1]}
        assert counted == measured


@pytest.mark.parametrize("unit", [EVERYTHING, "SD-VH"])
def test_the_stock_of_the_last_day_is_that_of_the_headline(small_book, unit):
    for period in (*overdue_months(small_book), "2022-H1"):
        last = small_book.rhythm(unit=unit).in_progress(period).frame.row(-1, named=True)
        measured = small_book.headline(period, unit=unit).frame.filter(period=period)
        stock = dict(measured["measure", "numerator"].rows())
        assert last["overdue"] == stock["open_overdue"]
        assert last["open"] == stock["open_overdue"] + stock["open_in_time"]
