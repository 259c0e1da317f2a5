"""What of a comparison may leave the office: no small count and no small move can be derived."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from workbench.core.project import shipped
from workbench.official.metrics import measure_name
from workbench.review import scoreboard, to_published, to_text

PERIOD, PROFILE = "2022-H1", "due_instant"
BEFORE = {"received": 100, "resolved": 90, "late": 20, "open_overdue": 10, "judged": 90}


def counted(**counts: int) -> dict[str, int]:
    late, overdue, judged = counts["late"], counts["open_overdue"], counts["judged"]
    more = {"late_or_overdue": late + overdue, "judged_or_overdue": judged + overdue}
    return {**counts, **more, "in_time": judged - late, "unknown": counts["resolved"] - judged}


def figures(before: dict[str, int], after: dict[str, int]) -> pl.DataFrame:
    def row(measure: str, numerator: str, denominator: str | None) -> dict[str, object]:
        sides: dict[str, object] = {}
        for side, counts in (("left", before), ("right", after)):
            n, over = counts[numerator], counts[denominator] if denominator else None
            sides |= {f"{side}_numerator": n, f"{side}_denominator": over}
            sides[f"{side}_value"] = n / over if over else float(n)
        method = "wilson" if denominator else "count"
        return {"measure": measure, "period": PERIOD, "method": method, "is_beyond": False, **sides}

    counts = [row(name, name, None) for name in ("received", "resolved", "late", "open_overdue")]
    rates = [
        row("late_done", "late", "judged"),
        row("late_or_overdue", "late_or_overdue", "judged_or_overdue"),
    ]
    return pl.DataFrame([*counts, *rates], infer_schema_length=None)


def published(counts: dict[str, int], *, withheld: tuple[str, ...] = ()) -> pl.DataFrame:
    rows = [
        (PROFILE, "*", PERIOD, name, None if name in withheld else value, PERIOD)
        for name, value in counts.items()
    ]
    columns = ["profile", "unit_id", "period", "measure", "value", "published_with"]
    return pl.DataFrame(rows, columns, orient="row")


@pytest.fixture
def shown(revisions):
    """Return the measures that a published comparison shows."""

    def names(before: dict[str, int], after: dict[str, int], record: pl.DataFrame) -> set[str]:
        changed = dataclasses.replace(revisions, figures=figures(before, after))
        lines = to_published(changed, record, "text").splitlines()
        starts = {measure_name(m, shipped().reference) + "  ": m for m in scoreboard.FIGURES}
        return {m for start, m in starts.items() if any(x.startswith(start) for x in lines)}

    return names


def test_what_the_last_publication_shows_stands_with_both_sides(shown):
    after = counted(**{**BEFORE, "received": 110, "late": 30})
    assert shown(counted(**BEFORE), after, published(after)) == {
        "received",
        "resolved",
        "late",
        "open_overdue",
        "late_done",
        "late_or_overdue",
    }


def test_what_is_not_published_or_was_published_of_other_results_does_not_stand(shown):
    before, after = counted(**BEFORE), counted(**{**BEFORE, "late": 30})
    assert shown(before, after, published({})) == set()
    assert shown(before, after, published(before)) == {
        "received",
        "resolved",
        "open_overdue",
    }
    assert "received" not in shown(before, after, published(after, withheld=("received",)))


def test_a_small_move_beside_a_published_count_is_withheld(shown):
    after = counted(**{**BEFORE, "received": 103})
    assert "received" not in shown(counted(**BEFORE), after, published(after))


def test_a_small_move_follows_from_no_sum_of_others(shown):
    # three more are open and overdue: late, and late or overdue, would say so together
    after = counted(**{**BEFORE, "open_overdue": 13})
    seen = shown(counted(**BEFORE), after, published(after))
    assert "open_overdue" not in seen
    assert not {"late", "late_or_overdue"} <= seen


def test_a_small_count_of_the_earlier_side_is_withheld(shown):
    before = counted(**{**BEFORE, "open_overdue": 2})
    after = counted(**{**BEFORE, "open_overdue": 12})
    seen = shown(before, after, published(after))
    assert "open_overdue" not in seen
    assert not {"late", "late_or_overdue"} <= seen


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_no_dossier_unit_or_row_of_a_table_leaves_the_office(revisions, form):
    inside = to_text(revisions)
    page = to_published(revisions, published({}), form)
    for word in ("D2", "D5", "p1", "alert(1)"):
        assert word in inside, word
        assert word not in page, word
    assert "params" in page
    assert "run «workbench brief --published» first" in page
