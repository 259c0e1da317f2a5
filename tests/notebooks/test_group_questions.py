"""Groups among alike dossiers, and times with open ones counted, as an analyst asks."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.core.errors import UsageProblem


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_answer_has_claims_denominators_and_a_table(small_project, language):
    book = open_book(small_project.root, language=language)
    for answer in (book.compare_groups(), book.compare_groups("received_month"), book.durations()):
        assert answer.claims
        assert answer.table().rows
        assert any(c.isdigit() for c in answer.denominators)
        assert answer.evidence_level == 2


def test_one_group_is_compared_with_another_with_counts_of_both(small_book):
    answer = small_book.compare_groups("channel_in", group="online", other="counter")
    row = answer.frame.filter(pl.col("channel_in") == "online").row(0, named=True)
    assert f"{row['n_late']}/{row['n_dossiers']}" in answer.sentence()
    assert f"{row['other_n_late']}/{row['other_n_dossiers']}" in answer.sentence()
    assert len(answer.table().rows) == 1


def test_a_contradiction_between_crude_and_alike_is_called_so(small_book):
    hard = (pl.col("channel_in") == "online") == (pl.int_range(pl.len()) % 8 != 0)
    dossiers = small_book.dossiers.with_columns(
        pl.when(hard).then(pl.lit("hard")).otherwise(pl.lit("easy")).alias("procedure_id")
    )
    place = pl.int_range(pl.len()).over("procedure_id", "channel_in") % 20
    rate = (
        pl.when(pl.col("procedure_id") == "hard")
        .then(pl.when(pl.col("channel_in") == "online").then(10).otherwise(12))
        .otherwise(pl.when(pl.col("channel_in") == "online").then(1).otherwise(3))
    )
    late = dossiers.select("dossier_id", (place < rate).alias("late"))
    outcomes = small_book.outcomes.join(late, on="dossier_id").with_columns(
        pl.when("late").then(pl.lit("late")).otherwise(pl.lit("early")).alias("outcome")
    )
    book = replace(small_book, language="en")
    object.__setattr__(book, "dossiers", dossiers)
    object.__setattr__(book, "outcomes", outcomes)
    answer = book.compare_groups("channel_in", group="online", other="counter")
    assert answer.frame.filter(pl.col("channel_in") == "online")["simpson_alarm"].item()
    assert "the other way round" in answer.sentence()


def test_a_young_group_full_of_open_dossiers_is_warned_about(small_book):
    fresh = small_book.outcomes.with_columns(
        pl.when(pl.col("dossier_id").rank("dense") % 3 == 0)
        .then(pl.lit("open_in_time"))
        .otherwise("outcome")
        .alias("outcome")
    )
    book = replace(small_book, language="en")
    object.__setattr__(book, "outcomes", fresh)
    assert "look better than they are" in book.compare_groups().sentence()
    assert (
        "look better than they are"
        not in open_book(small_book.home, language="en")
        .compare_groups("received_month", group="01")
        .sentence()
    )


def test_open_dossiers_warn_of_the_closed_median(small_book):
    answer = replace(small_book, language="en").durations()
    assert answer.frame["closed_is_biased"].any()
    assert "Warning: medians of closed dossiers only" in answer.sentence()
    assert answer.frame.select(pl.col("n_ended").le(pl.col("n_dossiers")).all()).item()


def test_what_is_taken_for_the_end_can_turn_the_order_and_is_named(small_book):
    quick, day = pl.col("unit_id") == "SD-P1", pl.col("received_at").dt.offset_by("1d")
    dossiers = small_book.dossiers.with_columns(
        pl.when(quick & pl.col(end).is_not_null()).then(day).otherwise(end).alias(end)
        for end in ("resolved_at", "reported_end_at")
    )
    later = pl.when(quick).then(pl.col("finished_at").dt.offset_by("20d"))
    book = replace(small_book, language="en")
    object.__setattr__(book, "dossiers", dossiers)
    object.__setattr__(
        book,
        "steps",
        small_book.steps.with_columns(later.otherwise("finished_at").alias("finished_at")),
    )
    assert "The order depends on the definition of the end" in book.durations().sentence()
    assert "No pair of groups" in replace(small_book, language="en").durations().sentence()


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (lambda b: b.compare_groups("kenh"), "kenh"),
        (lambda b: b.compare_groups(within=["kind"]), "kind"),
        (lambda b: b.compare_groups(group="onlin"), "online"),
        (lambda b: b.durations("unit"), "unit_id"),
        (lambda b: b.durations(period="1999"), "1999"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(small_book, question, message):
    with pytest.raises(UsageProblem, match=message):
        question(small_book)


def test_one_group_alone_is_not_compared(small_book):
    answer = replace(small_book, language="en").compare_groups("source")
    assert "Nothing to compare" in answer.sentence()
    assert answer.listing is None
