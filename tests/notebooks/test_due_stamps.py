"""Where due stamps carry hours the headline names its rule and what the hours would change."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from workbench.answers.headline import find_instant_profile

MARK = "The due stamps carry hours"


@pytest.fixture
def book(small_book):
    """A book of its own that speaks English and whose tables may be replaced."""
    return replace(small_book, language="en")


def stamps_claim(book, **asked):
    return [c.text for c in book.headline("2022-H1", **asked).claims if MARK in c.text]


def test_the_rule_is_named_and_no_change_is_reported(book):
    (text,) = stamps_claim(book)
    assert "by appointed day" in text
    assert "by the stamps as written no verdict changes" in text


def test_what_the_hours_would_change_is_counted(book):
    of_stamps = pl.col("profile") == "due_instant"
    moved = {"late": 3, "open_overdue": 1}
    numerator = pl.col("numerator")
    for name, more in moved.items():
        here = of_stamps & (pl.col("measure") == name)
        numerator = pl.when(here).then(numerator + more).otherwise(numerator)
    measures = book.unit_measures.with_columns(numerator.alias("numerator"))
    object.__setattr__(book, "unit_measures", measures)
    (text,) = stamps_claim(book)
    assert text.endswith("the verdict on 4 dossiers changes.")


def test_mere_dates_leave_the_choice_unsaid(book):
    day_end = pl.col("due_at").dt.truncate("1d") + pl.duration(hours=23, minutes=59, seconds=59)
    object.__setattr__(book, "dossiers", book.dossiers.with_columns(day_end.alias("due_at")))
    assert not stamps_claim(book)


def test_a_rule_that_takes_stamps_as_written_has_no_other(book):
    assert find_instant_profile(book, "wb_strict") == "due_instant"
    assert find_instant_profile(book, "due_instant") == ""
    assert not stamps_claim(book, profile="due_instant")
