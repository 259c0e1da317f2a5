"""The live page: one file that opens from disk and works out every figure a reader asks for.

It carries small counts, not dossiers, and one script of ours that no other script may join. The
page that may leave the office carries what is in the record of publications and nothing else.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from workbench.answers import Book
from workbench.answers.live import LiveCells, live_cells, live_periods, published_cells
from workbench.answers.phrasing import distinct
from workbench.answers.publication_record import read_record
from workbench.answers.quality import has_step_log
from workbench.charts.tables import ASSETS
from workbench.core import numerals
from workbench.core.characters import plain_values
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.messages import LANGUAGES, catalogue, say
from workbench.pages.formats import LIVE
from workbench.pages.jobs import Outputs, book_page
from workbench.pages.page import Page, render_template
from workbench.privacy import THRESHOLD

_SCRIPTS = ("cells.js", "numbers.js", "course.js", "table.js", "page.js")
_ALL = -1
"""Number of a unit or procedure that means all of them, as in ``cells.js``."""


def live_folder(language: str, *, is_public: bool) -> str:
    """Return the folder of a live page within that of all briefings.

    >>> live_folder("en", is_public=True)
    'live.published.en'
    """
    variants = ("published" if is_public else "", "" if language == "vi" else language)
    return ".".join((LIVE, *(variant for variant in variants if variant)))


def live_pages(out: Path) -> list[tuple[Path, str, bool]]:
    """Return the live pages there are: path, language, and whether it may leave the office."""
    pages = [
        (out / live_folder(language, is_public=is_public) / "index.html", language, is_public)
        for is_public in (False, True)
        for language in LANGUAGES
    ]
    return [page for page in pages if page[0].is_file()]


def write_live_page(
    book: Book, folder: Path, outputs: Outputs, period: str, profile: str, *, is_public: bool
) -> None:
    """Write a live page into a folder.

    Args:
        book: The results; the page speaks its language.
        folder: An empty folder.
        outputs: Marks above the heading.
        period: What the page shows first.
        profile: The lateness profile that it shows first.
        is_public: Whether the page may leave the office.
    """
    data = _published(book, period, profile) if is_public else _internal(book, period, profile)
    about = say("live.about_published" if is_public else "live.about")
    page = book_page(book, say("live.title"), about, None, is_public=is_public)
    page = replace(page, marks=outputs.marks)
    (folder / "index.html").write_text(_html(data, page), encoding="utf-8", newline="\n")


def _html(data: dict[str, Any], page: Page) -> str:
    script = "".join((ASSETS / LIVE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    is_public = data["is_published"]
    words = {**data["say"]}
    for name in ("figures_note", "course_note"):
        words[name] = say(f"live.{name}_published") if is_public else words[name]
    text = json.dumps(plain_values(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return render_template(
        "live.html",
        page,
        say=words,
        is_published=is_public,
        axes=("unit", "period") if is_public else ("unit", "procedure", "month"),
        live_style=(ASSETS / LIVE / "live.css").read_text(encoding="utf-8"),
        # inside a script element only an end tag or a comment could end the data too soon
        data=text.replace("<", "\\u003c"),
        script=script,
        digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


def _internal(book: Book, period: str, profile: str) -> dict[str, Any]:
    cells = live_cells(book)
    periods = live_periods(book, cells.months)
    chosen = next(n for n, (label, *_) in enumerate(periods) if label == period)
    return {
        **_common(book, cells.profiles, is_public=False),
        "months": cells.months,
        "units": list(cells.units.values()),
        "procedures": list(cells.procedures.values()),
        "periods": [
            {"label": label, "kind": kind, "name": numerals.period(label), "from": a, "to": z}
            for label, kind, a, z in periods
        ],
        "cells": [_counters(cells, rule) for rule in ("", *cells.profiles)],
        "reality_rule": cells.profiles.index(book.result_profile) if has_step_log(book) else None,
        "start": {
            "rule": cells.profiles.index(profile),
            "unit": _ALL,
            "procedure": _ALL,
            "period": chosen,
            "from": periods[chosen][2],
            "to": periods[chosen][3],
        },
    }


def _counters(cells: LiveCells, profile: str) -> dict[str, dict[str, list[int]]]:
    """Return the counters of a rule; places are steps from one to the next."""
    order = {name: {key: n for n, key in enumerate(keys)} for name, keys in (
        ("unit_id", cells.units), ("procedure_id", cells.procedures), ("month", cells.months)
    )}  # fmt: skip
    numbered = cells.counts.filter(profile=profile).with_columns(
        pl.col(name).replace_strict(numbers, return_dtype=pl.Int64)
        for name, numbers in order.items()
    )
    pair = pl.col("unit_id") * len(cells.procedures) + pl.col("procedure_id")
    placed = numbered.with_columns((pair * len(cells.months) + pl.col("month")).alias("place"))
    counters = {}
    for (name,), rows in placed.sort("counter", "place").group_by("counter", maintain_order=True):
        places = rows["place"].to_list()
        steps = [b - a for a, b in pairwise([0, *places])]
        counters[str(name)] = {"steps": steps, "counts": rows["n"].to_list()}
    return counters


def _published(book: Book, period: str, profile: str) -> dict[str, Any]:
    cells = published_cells(read_record(book.home))
    profiles = cells["profile"].unique().sort().to_list()
    labels = sorted(cells["period"].unique(), key=_newest_first)
    units = sorted(distinct(
        cells.filter(pl.col("unit_id") != EVERYTHING)["unit_id"].unique().sort(), book.unit_name
    ).items(), key=lambda item: (item[1], item[0]))  # fmt: skip
    numbers = {EVERYTHING: _ALL} | {unit: n for n, (unit, _) in enumerate(units)}
    rows = [
        {
            **{name: n for name, n in row.items() if name not in ("profile", "unit_id")},
            "rule": profiles.index(row["profile"]),
            "unit": numbers[row["unit_id"]],
            "period": labels.index(row["period"]),
        }
        for row in cells.iter_rows(named=True)
    ]
    return {
        **_common(book, profiles, is_public=True),
        "months": [],
        "units": [name for _, name in units],
        "procedures": [],
        "periods": [
            {"label": label, "kind": Period.parse(label).kind, "name": numerals.period(label)}
            for label in labels
        ],
        "cells": [],
        "published": rows,
        "reality_rule": None,
        "start": {
            "rule": profiles.index(profile),
            "unit": _ALL,
            "procedure": _ALL,
            "period": labels.index(period),
        },
    }


def _newest_first(label: str) -> tuple[int, str]:
    return -Period.parse(label).starts_on.toordinal(), label


def _common(book: Book, profiles: Sequence[str], *, is_public: bool) -> dict[str, Any]:
    words = {name: say(f"live.{name}") for name in catalogue(LIVE) if name != "index"}
    sign = say("published.sign", threshold=THRESHOLD)
    reason = say("published.reason", threshold=THRESHOLD, most=THRESHOLD - 1)
    thousands, decimal = (".", ",") if book.language == "vi" else (",", ".")
    return {
        "language": book.language,
        "thousands": thousands,
        "decimal": decimal,
        "is_published": is_public,
        "rules": [book.profile_label(name) for name in profiles],
        "say": {
            **words,
            "sign": sign,
            "withheld": say("live.withheld", sign=sign, reason=reason),
        },
    }
