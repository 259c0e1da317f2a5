"""Groups among alike dossiers, and medians with open dossiers, on frames small enough to check."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.figures import compare

MIX = pl.DataFrame(
    {
        "channel": ["online", "online", "counter", "counter"],
        "kind": ["hard", "easy", "hard", "easy"],
        "n_dossiers": [900, 100, 100, 900],
        "n_late": [450, 1, 60, 30],
    }
)


def test_a_group_with_harder_dossiers_is_later_by_all_and_less_late_among_alike():
    row = compare.groups_alike(MIX, "channel", other="counter").row(0, named=True)
    assert (row["channel"], row["n_late"], row["other_n_late"]) == ("online", 451, 90)
    assert row["crude_lower"] > 1 > row["adjusted_upper"]
    assert row["simpson_alarm"]


def test_dossiers_of_a_kind_that_only_one_side_has_count_for_nothing():
    own = pl.DataFrame(
        {"channel": ["online"], "kind": ["rare"], "n_dossiers": [50], "n_late": [50]}
    )
    with_, without = (
        compare.groups_alike(counts, "channel", other="counter").row(0, named=True)
        for counts in (pl.concat([MIX, own]), MIX)
    )
    assert with_["adjusted"] == pytest.approx(without["adjusted"])
    assert (with_["n_dossiers"], with_["n_alike"]) == (1050, 1000)


def test_without_another_group_all_the_others_together_are_the_other_side():
    three = pl.concat([MIX, MIX.with_columns(pl.lit("post").alias("channel"))])
    rows = compare.groups_alike(three, "channel")
    assert rows["channel"].to_list() == ["counter", "online", "post"]
    assert set(rows["n_dossiers"] + rows["other_n_dossiers"]) == {4000}
    assert set(rows["n_late"] + rows["other_n_late"]) == {1082}


def spans(days: dict[str, list[float]], ended: dict[str, list[bool]]) -> pl.DataFrame:
    return pl.concat(
        pl.DataFrame({"unit": [unit] * len(x), "days": x, "ended": ended[unit]})
        for unit, x in days.items()
    )


def test_open_dossiers_push_the_median_up_and_the_closed_one_is_marked():
    times = spans({"A": [2.0, 4.0, 50.0, 50.0, 50.0]}, {"A": [True, True, False, False, False]})
    row = compare.medians(times, ["unit"]).row(0, named=True)
    assert (row["closed"], row["median"], row["n_ended"]) == (2.0, None, 2)
    assert row["closed_is_biased"]


def test_without_open_dossiers_both_medians_are_one():
    times = spans({"A": [2.0, 4.0, 9.0]}, {"A": [True] * 3})
    row = compare.medians(times, ["unit"]).row(0, named=True)
    assert row["closed"] == row["median"] == 4.0
    assert not row["closed_is_biased"]


def table(**ranges: tuple[float | None, float | None]) -> pl.DataFrame:
    rows = [
        {"unit": u, "median_lower": low, "median_upper": high} for u, (low, high) in ranges.items()
    ]
    return pl.DataFrame(rows)


def test_pairs_that_change_places_beyond_doubt_are_named_and_others_are_not():
    one = table(A=(10, 12), B=(20, 25), C=(11, 21))
    assert compare.turned(one, table(A=(30, 35), B=(20, 25), C=(1, 2)), "unit") == [("A", "B")]
    assert compare.turned(one, one, "unit") == []


def test_a_median_that_is_not_reached_lies_beyond_one_that_is():
    one, other = table(A=(10, 12), B=(20, 25)), table(A=(None, None), B=(20, 25))
    assert compare.turned(one, other, "unit") == [("A", "B")]
