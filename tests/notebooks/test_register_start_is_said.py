"""A period of which the register lacks long dossiers is said to look too good."""

from __future__ import annotations

import datetime as dt

from workbench.answers import period_change
from workbench.figures.register_start import RegisterStart


def test_a_rise_from_the_first_half_year_is_said_to_be_one_of_the_register(small_book, monkeypatch):
    start = RegisterStart(dt.date(2021, 1, 4), dt.date(2021, 3, 1))
    monkeypatch.setattr(period_change, "register_start", lambda _: start)
    first = small_book.compare_periods("2021-H2", against="2021-H1").sentence()
    later = small_book.compare_periods("2022-H1", against="2021-H2").sentence()
    assert "nhận ngày 04/01/2021" in first
    assert "thấp hơn thực tế" in first
    assert "thấp hơn thực tế" not in later
