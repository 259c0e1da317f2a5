"""Publications laid side by side give nothing away: quarters, months and years after half-years.

The attacker here shares no code with the product: it knows the counts that were shown, which sums
any reader can set up (parts, units, months of a period), solves them exactly by fractions, and
narrows what is left by the fact that no count is negative.
"""

from __future__ import annotations

import math
import shutil
from fractions import Fraction
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from workbench.answers import Book, open_book
from workbench.answers.publication_record import read_record, record_file, write_record
from workbench.answers.published import publish
from workbench.core.errors import InputRejected, RuleFailed
from workbench.pages import publish_briefings

PARTS = {
    "received": ("channel_known", "channel_unknown"),
    "channel_known": ("received_online", "received_otherwise"),
    "resolved": ("judged", "unknown"),
    "judged": ("in_time", "late"),
    "in_time": ("early", "on_time"),
    "late_or_overdue": ("late", "open_overdue"),
    "judged_or_overdue": ("judged", "open_overdue"),
    "returned": ("returned_by_post", "returned_otherwise"),
}
NO_FLOWS = ("open_overdue", "late_or_overdue", "judged_or_overdue")
INSIDE = {
    "2022": ("2022-H1", "2022-H2"),
    "2022-H1": ("2022-Q1", "2022-Q2"),
    "2022-Q1": ("2022-01", "2022-02", "2022-03"),
    "2022-Q2": ("2022-04", "2022-05", "2022-06"),
    "2021": ("2021-H1", "2021-H2"),
    "2021-H1": ("2021-Q1", "2021-Q2"),
    "2021-H2": ("2021-Q3", "2021-Q4"),
    "2021-Q1": ("2021-01", "2021-02", "2021-03"),
    "2021-Q2": ("2021-04", "2021-05", "2021-06"),
}
SERIES = (
    ("2022-H1", "2022-Q1", "2022-Q2", "2022-02", "2021"),
    ("2022-Q1", "2022-H1", "2022-04", "2022", "2021-H2"),
    ("2022-01", "2022-03", "2022-Q1", "2022-H1"),
)
Cell = tuple[str, str, str]


@pytest.fixture
def home(small_project, tmp_path: Path) -> Path:
    """A project of its own, in which nothing was published."""
    copy = tmp_path / "project"
    shutil.copytree(small_project.root, copy, symlinks=True)
    shutil.rmtree(record_file(copy).parent, ignore_errors=True)
    return copy


def publish_cells(book: Book, period: str) -> dict[Cell, int | None]:
    """Publish a period, if that is allowed, and return every cell, ``None`` where withheld."""
    publication = publish(book, period)
    try:
        cells = publication.cells
    except RuleFailed:
        return {}
    write_record(book.home, publication.record)
    return {
        (row["unit_id"], row["period"], name): value
        for row in cells.to_dicts()
        for name, value in row.items()
        if name not in ("unit_id", "period", "suppressed")
    }


def additions(cells: dict[Cell, int | None]) -> list[tuple[Cell, list[Cell]]]:
    """Every sum a reader can set up; parts that were never published are unknown as well."""
    units = sorted({unit for unit, _, _ in cells})
    names = sorted({name for _, _, name in cells})
    periods = sorted(
        {period for _, period, _ in cells} | set(INSIDE) | set(chain(*INSIDE.values()))
    )
    lines: list[tuple[Cell, list[Cell]]] = []
    for period in periods:
        for name in names:
            parts = [(unit, period, name) for unit in units if unit != "*"]
            lines.append((("*", period, name), parts))
        for unit in units:
            lines += [
                ((unit, period, total), [(unit, period, part) for part in parts])
                for total, parts in PARTS.items()
            ]
    for whole, inner in INSIDE.items():
        lines += [
            ((unit, whole, name), [(unit, part, name) for part in inner])
            for unit in units
            for name in names
            if name not in NO_FLOWS
        ]
    return lines


def recovered(cells: dict[Cell, int | None]) -> set[Cell]:
    """Return the withheld cells that a reader of all publications can work out."""
    known = {cell: Fraction(value) for cell, value in cells.items() if value is not None}
    withheld = set(cells) - set(known)
    lines = additions(cells)
    return withheld & (solved(lines, known) | narrowed(lines, known))


def solved(lines: list[tuple[Cell, list[Cell]]], known: dict[Cell, Fraction]) -> set[Cell]:
    """Bring the sums into row echelon form, back and forth, in fractions."""
    reduced: dict[Cell, dict[Cell, Fraction]] = {}
    for total, parts in lines:
        row = {part: Fraction(1) for part in parts if part not in known}
        if total not in known:
            row[total] = row.get(total, Fraction(0)) - 1
        for cell in [c for c in row if c in reduced]:
            take(row, reduced[cell], row[cell])
        if not row:
            continue
        pivot = min(row)
        first = row[pivot]
        row = {cell: value / first for cell, value in row.items()}
        for other in reduced.values():
            if pivot in other:
                take(other, row, other[pivot])
        reduced[pivot] = row
    return {cell for cell, row in reduced.items() if len(row) == 1}


def take(row: dict[Cell, Fraction], other: dict[Cell, Fraction], times: Fraction) -> None:
    for cell, value in other.items():
        row[cell] = row.get(cell, Fraction(0)) - times * value
        if not row[cell]:
            del row[cell]


def narrowed(lines: list[tuple[Cell, list[Cell]]], known: dict[Cell, Fraction]) -> set[Cell]:
    """Narrow each cell from both sides until nothing moves; return those with one value left."""
    cells = {cell for total, parts in lines for cell in (total, *parts)}
    low = {cell: known.get(cell, Fraction(0)) for cell in cells}
    high: dict[Cell, Fraction | float] = {cell: known.get(cell, math.inf) for cell in cells}
    moved = True
    while moved:
        moved = False
        for total, parts in lines:
            ends = [(total, sum(low[p] for p in parts), sum(high[p] for p in parts))]
            for part in parts:
                others = [p for p in parts if p != part]
                most = sum(high[p] for p in others)
                least = low[total] - most if most < math.inf else 0
                ends.append((part, least, high[total] - sum(low[p] for p in others)))
            for cell, least, most in ends:
                if least > low[cell] or most < high[cell]:
                    low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
                    moved = True
    return {cell for cell in cells if low[cell] == high[cell]}


@pytest.mark.parametrize("series", SERIES, ids=lambda periods: periods[0])
def test_no_withheld_cell_follows_from_all_publications_together(home: Path, series) -> None:
    cells: dict[Cell, int | None] = {}
    n_published = 0
    for period in series:
        book = open_book(home, language="vi")
        shown = publish_cells(book, period)
        n_published += bool(shown)
        # what one publication withheld and another shows is known to whoever has both
        again = {cell for cell, value in cells.items() if value is None} & set(shown)
        assert all(shown[cell] is None for cell in again)
        cells |= shown
        assert recovered(cells) == set(), period
    assert n_published >= 2


def test_the_attacker_recovers_cells_where_no_publication_knows_of_the_others(home: Path) -> None:
    cells: dict[Cell, int | None] = {}
    for period in SERIES[0]:
        book = open_book(home, language="vi")
        shown = publish_cells(book, period)
        cells |= {cell: value for cell, value in shown.items() if cells.get(cell) is None}
        record_file(home).unlink()
    assert recovered(cells)


@pytest.mark.parametrize("again", ["vi", "en"])
def test_the_same_period_again_shows_the_same_cells(home: Path, again: str) -> None:
    first = publish(open_book(home, language="vi"), "2022-H1")
    write_record(home, first.record)
    assert publish(open_book(home, language=again), "2022-H1").cells.equals(first.cells)


def test_another_definition_of_late_does_not_show_what_the_first_withheld(home: Path) -> None:
    book = open_book(home, language="vi")
    first = publish(book, "2022-H1", profile="wb_strict")
    write_record(home, first.record)
    other = publish(book, "2022-H1", profile="due_instant")
    for name in ("received", "received_online", "returned_by_post"):
        withheld = first.cells[name].is_null()
        assert other.cells[name].filter(withheld).is_null().all()


def test_the_record_holds_shown_counts_and_places_of_withheld_ones_and_nothing_else(
    home: Path, tmp_path: Path
) -> None:
    book = open_book(home, language="vi")
    publish_briefings(book, period="2022-H1", out=tmp_path / "out")
    record = read_record(home)
    assert record.columns == ["profile", "unit_id", "period", "measure", "value", "published_with"]
    assert set(record["period"]) == {"2022-H1", "2021-H1"}
    assert record["value"].null_count() > 10
    assert not record.filter(pl.col("value").is_between(1, 4)).height
    before = record_file(home).read_bytes()
    publish_briefings(book, period="2022-H1", out=tmp_path / "out")
    assert record_file(home).read_bytes() == before


def test_a_damaged_record_stops_a_publication(home: Path) -> None:
    record_file(home).parent.mkdir(parents=True)
    record_file(home).write_text("profile,unit_id\n,\n", encoding="utf-8")
    with pytest.raises(InputRejected, match=r"cells\.csv"):
        publish(open_book(home, language="vi"), "2022-H1").cells  # noqa: B018
