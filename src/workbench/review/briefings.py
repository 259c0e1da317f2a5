"""Compare executed briefings by what a reader sees: headings, sentences, numbers and tables.

A chart is compared by its caption and its description in words: its drawing differs with every
number, and with the version of a library. Code, identifiers of cells and metadata are no part of
what a reader sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

import nbformat

from workbench.core.errors import InputRejected
from workbench.pages.document import Grid, Heading, Numbers, Part, Picture, parts_of

SUFFIX = ".ipynb"
"""Executed notebooks are compared; the pages are made from them."""
_FOLDED = 8
Line = tuple[str, str]
"""The section a line stands in, and the line."""


@dataclass(frozen=True)
class PageChange:
    """What reads otherwise on one page.

    Attributes:
        page: Path of its notebook in the briefing, without suffix.
        lines: Section, line before and line now of everything that differs, in reading order;
            nothing where a line is on one side only.
    """

    page: str
    lines: tuple[tuple[str, str | None, str | None], ...]


def is_briefing(place: Path) -> bool:
    """Whether a path is an executed notebook or a folder with some."""
    return place.suffix == SUFFIX if place.is_file() else any(place.rglob(f"*{SUFFIX}"))


def read_briefing(place: Path) -> dict[str, str]:
    """Return the text of each executed notebook of a briefing by its path in it."""
    if place.is_file():
        return {"": place.read_text(encoding="utf-8")}
    files = sorted(place.rglob(f"*{SUFFIX}"))
    return {f.relative_to(place).as_posix(): f.read_text(encoding="utf-8") for f in files}


def compare_briefings(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[PageChange, ...]:
    """Return the pages of two briefings that read otherwise, ordered by path.

    Args:
        left: The text of each executed notebook by its path in the briefing.
        right: The same of the later side.

    Raises:
        InputRejected: A text is not a notebook.
    """
    changes = []
    for path in sorted(left.keys() | right.keys()):
        if left.get(path) == right.get(path):
            continue
        sides = [_read_lines(path, side[path]) if path in side else [] for side in (left, right)]
        if lines := tuple(_differing(*sides)):
            changes.append(PageChange(path.removesuffix(SUFFIX), lines))
    return tuple(changes)


def _read_lines(path: str, text: str) -> list[Line]:
    try:
        notebook = nbformat.reads(text, as_version=4)
    except (ValueError, KeyError, AttributeError):
        raise InputRejected("revisions.not_a_notebook", file=path) from None
    section, lines = "", []
    for part in parts_of(notebook, _FOLDED):
        if isinstance(part, Heading):
            section = part.text
        lines += [(section, line) for line in _lines_of(part)]
    return lines


def _lines_of(part: Part) -> Iterator[str]:
    if isinstance(part, Grid):
        yield part.caption
        yield " | ".join(part.columns)
        yield from (" | ".join(row) for row in part.rows)
    elif isinstance(part, Numbers):
        yield from (" · ".join(tile) for tile in part.tiles)
    elif isinstance(part, Picture):
        yield from dict.fromkeys((part.caption, part.description))
    else:
        yield part.text


def _differing(left: list[Line], right: list[Line]) -> Iterator[tuple[str, str | None, str | None]]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, begin, end, begin_now, end_now in matcher.get_opcodes():
        if kind == "equal":
            continue
        for before, now in zip_longest(left[begin:end], right[begin_now:end_now]):
            section = (now or before)[0]
            yield section, before and before[1], now and now[1]
