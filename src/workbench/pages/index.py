"""One page over all briefings of a folder: which are current, what changed from one to the next.

It is read off the pages themselves, so that it also lists those of earlier runs.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from workbench.answers import Book
from workbench.answers.phrasing import rule_name
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, LATEST, Period
from workbench.messages import say
from workbench.pages.folders import is_published
from workbench.pages.gate import values_of_html
from workbench.pages.jobs import plain_page
from workbench.pages.live import live_pages

INDEX = "index.html"
_META = re.compile(r'<meta name="(?P<name>results|provenance)" content="(?P<content>[^"]*)">')
_COUNTS = ("received", "resolved", "late", "open_overdue")
"""Figures of which a line says how they moved."""


@dataclass(frozen=True)
class _Entry:
    """One briefing: where it is, what it was made from, and its figures."""

    path: Path
    results: str
    about: Mapping[str, str]
    figures: Mapping[str, float]

    @property
    def series(self) -> tuple[str, ...]:
        """What it has in common with the briefings of other periods that it is compared with."""
        kind = Period.parse(self.about["period"]).kind
        scope = (self.about[name] for name in ("unit", "language", "profile"))
        return (*scope, self.path.stem, kind, str(is_published(self.path.parent)))

    @property
    def starts_on(self) -> str:
        """The first day of its period."""
        return Period.parse(self.about["period"]).starts_on.isoformat()


def write_index(book: Book, out: Path) -> Path:
    """Write the index of a folder of briefings and return its path; the newest come first."""
    entries = sorted(_entries(out), key=lambda e: (e.starts_on, *e.series), reverse=True)
    rows = "".join(_row(book, entry, _before(entry, entries), out) for entry in entries)
    heads = ("period", "unit", "kind", "snapshot", "state", "change")
    head = "".join(f"<th>{escape(say(f'index.{name}'))}</th>" for name in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    about = say("index.about", n=len(entries))
    page = plain_page(book, say("index.title"), about, _live_links(out) + table)
    path = out / INDEX
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def _live_links(out: Path) -> str:
    """Return links to the pages on which figures of all periods are looked up."""
    items = ""
    for path, language, is_public in live_pages(out):
        words = {
            "kind": say("index.published" if is_public else "index.internal"),
            "language": say(f"index.lang_{language}"),
        }
        address = path.relative_to(out).as_posix()
        items += f'<li><a href="{address}">{escape(say("live.index", **words))}</a></li>'
    return f'<ul class="claims">{items}</ul>' if items else ""


def _entries(out: Path) -> Iterator[_Entry]:
    for path in sorted(out.glob("*/*/*.html")):
        if path.parents[1].name == LATEST or not _is_opened_first(path):
            continue
        html = path.read_text(encoding="utf-8")
        meta = {m["name"]: unescape(m["content"]) for m in _META.finditer(html)}
        about = json.loads(meta.get("provenance", "{}"))
        if "period" not in about:
            continue
        scope = (about.get("unit", EVERYTHING), about["period"], about["profile"])
        figures = {name: n for (name, *of), n in values_of_html(html).items() if tuple(of) == scope}
        yield _Entry(path, meta["results"], {"unit": EVERYTHING, **about}, figures)


def _is_opened_first(page: Path) -> bool:
    """Whether it is the briefing of its folder, or the page of an analyst's own notebook.

    >>> _is_opened_first(Path("2022-H1/all.en/briefing.html"))
    True
    >>> _is_opened_first(Path("2022-H1/all.mine/mine.html"))
    True
    >>> _is_opened_first(Path("2022-H1/all/causes.html"))
    False
    """
    return page.stem == "briefing" or page.parent.name.endswith(f".{page.stem}")


def _before(entry: _Entry, entries: Sequence[_Entry]) -> _Entry | None:
    """Return the briefing of the period before among those listed, newest first."""
    earlier = (e for e in entries if e.series == entry.series and e.starts_on < entry.starts_on)
    return next(earlier, None)


def _row(book: Book, entry: _Entry, before: _Entry | None, out: Path) -> str:
    link = entry.path.relative_to(out).as_posix()
    cells = (
        f'<a href="{escape(link)}">{escape(numerals.period(entry.about["period"]))}</a>',
        escape(book.unit_name(entry.about["unit"])),
        escape(_kind(book, entry)),
        escape(_taken_on(entry)),
        escape(say("index.current" if entry.results == book.fingerprint else "index.stale")),
        escape(_change(entry, before)),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _taken_on(entry: _Entry) -> str:
    stamp = entry.about.get("snapshot")
    return numerals.day(dt.datetime.fromisoformat(stamp).date()) if stamp else numerals.MISSING


def _kind(book: Book, entry: _Entry) -> str:
    """Say in what a briefing differs from the usual one."""
    stem = [] if entry.path.stem == "briefing" else [entry.path.stem]
    words = [
        *stem,
        say("index.published") if is_published(entry.path.parent) else say("index.internal"),
        say(f"index.lang_{entry.about['language']}"),
        rule_name(book, entry.about["profile"]),
    ]
    if entry.about.get("against"):
        words.append(say("briefing.change_title", against=numerals.period(entry.about["against"])))
    return " · ".join(words)


def _change(entry: _Entry, before: _Entry | None) -> str:
    """Say how the four numbers at the head of a briefing moved since the one before."""
    moved = [
        f"{say(f'briefing.{name}')}: {numerals.count(int(before.figures[name]))} → "
        f"{numerals.count(int(entry.figures[name]))}"
        for name in _COUNTS
        if before and name in before.figures and name in entry.figures
    ]
    if not before or not moved:
        return say("index.first")
    since = numerals.period(before.about["period"])
    return say("index.since", period=since, figures="; ".join(moved))
