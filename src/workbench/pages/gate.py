"""What must be true before pages are put in their place, or they are drafts.

Identities of the tables that pages read, and what every claim must bring: its evidence level, a
denominator, an interval where it compares, the lateness profile, and figures that are the same
wherever they are stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import polars as pl

from workbench.answers import Book
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say
from workbench.pages.document import Grid, Heading, Numbers, Part, Text

_PARTS = ("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
_OUTCOMES = ("early", "on_time", "late", "unknown")
_ROUNDING = 1e-6
_VALUE = re.compile(
    r'<data data-name="(?P<name>[^"]*)" data-unit="(?P<unit>[^"]*)" '
    r'data-period="(?P<period>[^"]*)" data-profile="(?P<profile>[^"]*)" value="(?P<number>[^"]*)">'
)
_LEVEL = re.compile(r"\[[^\[\]]*[1-4]\]$")
_COMPARED = re.compile(r"\[[^\[\]]*2\]$")
_FRACTION = re.compile(r"(?<![\d/.,])(?!\d\d?/(?:19|20)\d\d)\d[\d.,]*/\d[\d.,]*(?!/?\d)")
"""A numerator over its denominator; a day or a month of a year is none."""
_INTERVAL = re.compile(
    r"khoảng (?:tin cậy|dự báo|giả định|[\d−])|giới hạn|interval|range|limits"
    r"|\d[–-][−\d][\d.,]*\s?(?:%|điểm|points)|\d[.,]\d+[–-][−\d]",
    re.IGNORECASE,
)
"""Words for an interval, or two numbers of a rate or with decimals; years and days are none."""


@dataclass
class Shown:
    """What one page of a run showed: its notebook, parts, footer and figures."""

    notebook: str
    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    values: dict[tuple[str, ...], float] = field(default_factory=dict)


def values_of_notebook(notebook: Any) -> dict[tuple[str, ...], float]:
    """Return the figures that an executed notebook states, by name, unit, period and profile."""
    texts = (
        str(output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    return {key: number for text in texts for key, number in values_of_html(text).items()}


def values_of_html(text: str) -> dict[tuple[str, ...], float]:
    """Return the figures that a page states, by name, unit, period and profile."""
    return {
        tuple(unescape(m[k]) for k in ("name", "unit", "period", "profile")): float(m["number"])
        for m in _VALUE.finditer(text)
    }


def faults_of_tables(book: Book) -> list[str]:
    """Return the identities that the tables of a run break, each in a sentence."""
    return [*_unbalanced_files(book), *_unbalanced_outcomes(book), *_unbalanced_causes(book)]


def _unbalanced_files(book: Book) -> Iterator[str]:
    for row in book.reconciliation.iter_rows(named=True):
        total = sum(row[part] for part in _PARTS)
        if total != row["rows_read"]:
            counts = {"read": numerals.count(row["rows_read"]), "sum": numerals.count(total)}
            yield say("gate.rows", file=row["source_file"], **counts)


def _unbalanced_outcomes(book: Book) -> Iterator[str]:
    wide = (
        book.measures_under(book.result_profile)
        .filter(
            pl.col("measure").is_in([*_OUTCOMES, "resolved"]),
        )
        .pivot("measure", index=["unit_id", "period"], values="numerator")
    )
    total = pl.sum_horizontal(pl.col(n).fill_null(0) for n in _OUTCOMES if n in wide.columns)
    broken = wide.with_columns(total.alias("total")).filter(
        pl.col("total") != pl.col("resolved").fill_null(0)
    )
    for row in broken.sort("unit_id", "period").iter_rows(named=True):
        counts = {
            "sum": numerals.count(row["total"]),
            "resolved": numerals.count(row["resolved"] or 0),
        }
        unit = book.unit_name(row["unit_id"])
        yield say("gate.outcomes", period=row["period"], unit=unit, **counts)


def _unbalanced_causes(book: Book) -> Iterator[str]:
    is_total = pl.col("cause") == EVERYTHING
    sums = book.cause_cells.group_by("unit_id", "period").agg(
        pl.col("late_share").filter(~is_total).sum().alias("shares"),
        pl.col("n_late").filter(is_total).sum().alias("late"),
    )
    broken = sums.filter((pl.col("shares") - pl.col("late")).abs() > _ROUNDING * (1 + sums.height))
    for row in broken.sort("unit_id", "period").iter_rows(named=True):
        counts = {"sum": numerals.decimal(row["shares"]), "late": numerals.count(row["late"])}
        unit = book.unit_name(row["unit_id"])
        yield say("gate.shares", period=row["period"], unit=unit, **counts)


def faults_of_pages(pages: Sequence[Shown], profile_label: str) -> list[str]:
    """Return what the claims of pages lack, each in a sentence.

    Args:
        pages: What the pages of one folder showed.
        profile_label: The definition that every page must name.
    """
    faults = [fault for page in pages for fault in _faults_of_page(page, profile_label)]
    return [*faults, *_differing(pages)]


def _faults_of_page(page: Shown, profile_label: str) -> Iterator[str]:
    if not any(profile_label in line for line in page.foot):
        yield say("gate.profile", page=page.notebook)
    has_claims = any(isinstance(part, Text) and part.kind == "item" for part in page.parts)
    if page.notebook in ("briefing", "one_page") and has_claims and not page.values:
        yield say("gate.figure", page=page.notebook)
    for heading, parts in _sections(page.parts):
        words = {"page": page.notebook, "section": heading}
        claims = [p.text for p in parts if isinstance(p, Text) and p.kind == "item"]
        for text in claims:
            if not _LEVEL.search(text):
                yield say("gate.level", **words, claim=text)
        every_text = " ".join(_texts(parts))
        has_note = any(isinstance(p, Text) and p.kind == "note" for p in parts)
        if any("%" in text for text in claims) and not (has_note or _FRACTION.search(every_text)):
            yield say("gate.denominator", **words)
        compares = any(_COMPARED.search(text) and re.search(r"\d", text[:-4]) for text in claims)
        if compares and not _INTERVAL.search(every_text):
            yield say("gate.interval", **words)


def _sections(parts: Iterable[Part]) -> Iterator[tuple[str, list[Part]]]:
    heading, section = "", list[Part]()
    for part in parts:
        if isinstance(part, Heading):
            if section:
                yield heading, section
            heading, section = part.text, []
        else:
            section.append(part)
    if section:
        yield heading, section


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Text):
            yield part.text
        elif isinstance(part, Numbers):
            yield from (text for tile in part.tiles for text in tile)
        elif isinstance(part, Grid):
            yield from (part.caption, *part.columns, *(cell for row in part.rows for cell in row))


def _differing(pages: Sequence[Shown]) -> Iterator[str]:
    first: dict[tuple[str, ...], float] = {}
    for page in pages:
        for key, number in page.values.items():
            before = first.setdefault(key, number)
            if before != number:
                name, unit, period, _ = key
                numbers = {"one": before, "other": number}
                yield say("gate.values", name=name, unit=unit, period=period, **numbers)
