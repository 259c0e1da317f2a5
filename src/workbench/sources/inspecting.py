"""Guesses how an unknown export is read: the draft of a source profile for a person to finish.

The header is the row that holds most known headers; what a header leaves open the values decide,
all of them: dates, people, codes. Nothing is mapped that neither header nor values explain, and
every proposal carries its reason. A draft never holds a value of a personal column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workbench.errors import InputRejected
from workbench.privacy import Patterns, read_patterns
from workbench.sources.codelists import known_codes
from workbench.sources.drafting import draft
from workbench.sources.fields import is_instant
from workbench.sources.headers import (
    IGNORED,
    PERSONAL,
    STAGE,
    Aliases,
    bare_key,
    read_aliases,
)
from workbench.sources.mapping import date_order
from workbench.sources.profile import Part, Target
from workbench.sources.readers import layout
from workbench.sources.readers.archive import check_workbook
from workbench.sources.readers.delivery import check_content, opened
from workbench.sources.readers.text import Decoded, after_line, cells_of, top_rows, whole_rows
from workbench.sources.readers.workbook import modern, open_book, sheet_cells

DELIMITERS = (",", ";", "\t", "|")
CODED = ("channel_in", "channel_out", "status", "applicant_kind", "processed_online", "step_kind")
"""Fields whose values stand in a code list of the profile."""

_KINDS = ("dossier", "step", "pause", "event")
_MOST_BYTES = 256 << 20
_MOST_CODES = 40
_LEAST_SCORE = 1.5
_MOSTLY, _SOME, _FEW_DISTINCT = 0.8, 0.3, 0.2
_DATE = (
    r"^(?:\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d{2}-\d{2})(?:[ T].*)?$"
    r"|^(?:19|20)\d{6}(?:\d{4}){0,1}(?:\d{2})?$"
)
_SNAPSHOT = re.compile(r"(?i)(đến|tính đến|as of)\D{0,20}((\d{1,2}:\d{2})\D{1,8})?\d{1,2}/\d{1,2}/")


@dataclass(frozen=True)
class Proposal:
    """What one column is proposed to be.

    ``targets`` are the fields it feeds, or ``personal``, ``ignored`` or a stage; ``reason`` is
    ``header``, ``alike``, ``values`` or ``unknown``; ``examples`` are distinct values of codes.
    """

    header: str
    targets: tuple[str, ...]
    reason: str
    examples: tuple[str, ...] = ()

    @property
    def is_mapped(self) -> bool:
        """Whether the column feeds a field."""
        return not self.targets[0].startswith((PERSONAL, IGNORED, STAGE))


@dataclass(frozen=True)
class Inspection:
    """How one file seems to be read; ``to_toml`` writes it down.

    ``header_row`` is counted from 1. ``snapshot`` is the text above the table that says when it
    was taken, if one does.
    """

    path: Path
    kind: str
    rows: str
    sheet: str
    encoding: str
    delimiter: str
    header_row: int
    proposals: tuple[Proposal, ...]
    day_first: bool
    day_evidence: str
    snapshot: str = ""
    is_whole: bool = True
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_toml(self) -> str:
        """Return the draft of a profile, with comments in the language in force."""
        return draft(self)


@dataclass(frozen=True)
class _Sheet:
    """Cells of one sheet or text, found header, and what was said of the file."""

    name: str
    cells: pl.DataFrame
    header: layout.Header
    rows: str
    encoding: str = ""
    delimiter: str = ""
    score: float = 0.0
    is_whole: bool = True


def inspect(path: Path, reference: Path) -> Inspection:
    """Guess the profile of a workbook or a delimited text.

    Args:
        path: ``.xlsx``, ``.csv`` or ``.csv.gz``.
        reference: The folder ``data/reference``: known headers, personal patterns, code lists.

    Raises:
        InputRejected: The file is damaged or hostile, of another kind, or has no header.
    """
    aliases = read_aliases(reference)
    kind = _kind(path)
    check_content(path, kind)
    found = [s for s in (_sheets if kind == "xlsx" else _texts)(path, aliases) if s.score > 0]
    if not found:
        raise InputRejected("inspect.no_header", file=path.name)
    sheet = max(found, key=lambda s: s.score)
    return _inspected(path, kind, sheet, aliases, reference)


def _kind(path: Path) -> str:
    name = path.name.casefold().removesuffix(".gz")
    if name.endswith((".xlsx", ".xlsm")):
        return "xlsx"
    if name.endswith((".csv", ".txt", ".tsv")):
        return "csv"
    raise InputRejected("inspect.other_kind", file=path.name)


def _inspected(
    path: Path, kind: str, sheet: _Sheet, aliases: Aliases, reference: Path
) -> Inspection:
    frame = _records(sheet, aliases)
    proposals = _proposals(frame, sheet.rows, aliases, read_patterns(reference))
    order = date_order(_instants(frame, proposals, sheet.rows), otherwise=True)
    heading = sheet.cells.head(sheet.header.row).drop("source_row").rows()
    texts = [cell for row in heading for cell in row if cell]
    return Inspection(
        path=path,
        kind=kind,
        rows=sheet.rows,
        sheet=sheet.name,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header_row=sheet.header.row + 1,
        proposals=proposals,
        day_first=order.day_first,
        day_evidence=order.evidence,
        snapshot=next((text for text in texts if _SNAPSHOT.search(text)), ""),
        is_whole=sheet.is_whole,
        codes=known_codes(reference),
    )


# --- where the table lies


def _sheets(path: Path, aliases: Aliases) -> Iterator[_Sheet]:
    check_workbook(path)
    book = open_book(path)
    for name in book.sheet_names:
        cells, convention = modern(sheet_cells(book, name, path))
        cells = cells.with_columns(pl.col("source_row").cast(pl.Int64))
        top = cells.head(layout.SEARCH_ROWS).drop("source_row").rows()
        header, rows, score = _header(top, aliases)
        yield _Sheet(name, cells, header, rows, convention, score=score)


def _texts(path: Path, aliases: Aliases) -> Iterator[_Sheet]:
    """Split a text by each delimiter; the right one gives the best header."""
    data, encoding, is_whole = _read(path)
    for delimiter in DELIMITERS:
        top, lines = top_rows(data, delimiter, path)
        header, rows, score = _header(top, aliases)
        if score <= 0:
            continue
        width = max(map(len, top[header.row : header.below]))
        above = [row + [None] * (width - len(row)) for row in top[: header.below]]
        start = lines[header.below - 1]
        body = cells_of(after_line(data, start), delimiter, width, path, row=start + 1)
        names = body.columns[1:]
        head = pl.DataFrame(
            [row[:width] for row in above], dict.fromkeys(names, pl.String), orient="row"
        )
        numbered = pl.Series("source_row", range(1, len(above) + 1), dtype=pl.Int64)
        cells = pl.concat([head.insert_column(0, numbered), body])
        yield _Sheet("", cells, header, rows, encoding, delimiter, score, is_whole)


def _read(path: Path) -> tuple[bytes, str, bool]:
    """Return a text as UTF-8, what its encoding was, and whether that is all of it."""
    blocks, size = [], 0
    with opened(path) as stream:
        decoded = Decoded(stream, "utf-8-sig", path)
        for block in whole_rows(decoded, path):
            blocks.append(block)
            size += len(block)
            if size > _MOST_BYTES:
                return b"".join(blocks), decoded.encoding, False
        return b"".join(blocks), decoded.encoding, True


def _header(top: Sequence[layout.Cells], aliases: Aliases) -> tuple[layout.Header, str, float]:
    """Find the row, or pair of rows, that reads most like a header, and of which rows."""
    best = (layout.Header(0, 1, ()), "dossier", 0.0)
    for depth in (1, 2):
        for row in range(len(top) - depth + 1):
            names = layout.names_of(top[row : row + depth])
            for rows in _KINDS:
                score = aliases.score(names, rows)
                if score > max(best[2], _LEAST_SCORE):
                    best = (layout.Header(row, depth, names), rows, score)
    return best


def _records(sheet: _Sheet, aliases: Aliases) -> pl.DataFrame:
    """Return the rows that are records, one column per header."""
    key = "dossier_id"
    columns = {}
    for name in filter(None, sheet.header.names):
        guess = aliases.guess(name, sheet.rows)
        is_key = guess is not None and guess.field == key
        columns[name] = (Target("dossier", key if is_key else "x_any"),)
    part = Part((), "csv", sheet.rows, columns)
    below = sheet.cells.slice(sheet.header.below)
    unnamed = [
        name
        for number, name in enumerate(c for c in below.columns if c != "source_row")
        if number >= len(sheet.header.names) or not sheet.header.names[number]
    ]
    blank = below.with_columns(pl.lit(None, pl.String).alias(name) for name in unnamed)
    return layout.records(blank, sheet.header, part, where=sheet.name)


# --- what each column is


def _proposals(
    frame: pl.DataFrame, rows: str, aliases: Aliases, patterns: Patterns
) -> tuple[Proposal, ...]:
    headers = frame.columns[1:]
    first = {h: _by_header(h, frame[h], rows, aliases, patterns) for h in headers}
    taken: dict[str, str] = {}
    for header in sorted(headers, key=lambda h: first[h].reason != "header"):
        for target in first[header].targets:
            if first[header].is_mapped:
                taken.setdefault(target, header)
    settled = (_settled(first[h], frame[h], rows, taken, patterns) for h in headers)
    return tuple(_with_code(proposal, frame, taken, rows) for proposal in settled)


def _by_header(
    header: str, values: pl.Series, rows: str, aliases: Aliases, patterns: Patterns
) -> Proposal:
    guess = aliases.guess(header, rows)
    if not guess or (guess.score < 1 and is_instant(guess.field) and not _are_dates(values)):
        return _by_values(header, values, rows, patterns)
    if guess.field not in (PERSONAL, IGNORED) and _are_people(values, patterns):
        return Proposal(header, (PERSONAL,), "values")
    reason = "header" if guess.score == 1 else "alike"
    return Proposal(header, (guess.field,), reason, _codes(guess.field, values))


def _settled(
    proposal: Proposal, values: pl.Series, rows: str, taken: Mapping[str, str], patterns: Patterns
) -> Proposal:
    """Return the proposal, or another one when a better column feeds its field."""
    if not proposal.is_mapped or taken[proposal.targets[0]] == proposal.header:
        return proposal
    return _by_values(proposal.header, values, rows, patterns)


def _by_values(header: str, values: pl.Series, rows: str, patterns: Patterns) -> Proposal:
    if _are_people(values, patterns):
        return Proposal(header, (PERSONAL,), "values")
    if rows not in ("dossier", "event") or values.null_count() == len(values):
        return Proposal(header, (IGNORED,), "unknown")
    if _are_dates(values):
        return Proposal(header, (_extra(header, rows, "_at"),), "values")
    if _are_codes(values):
        return Proposal(header, (_extra(header, rows),), "values")
    return Proposal(header, (IGNORED,), "unknown")


def _with_code(
    proposal: Proposal, frame: pl.DataFrame, taken: Mapping[str, str], rows: str
) -> Proposal:
    """Let one column feed two fields where registers do: the name for a code that is not there."""
    target = proposal.targets[0]
    more: tuple[str, ...] = ()
    if target == "procedure_name" and "procedure_id" not in taken:
        more = ("procedure_id",)
    elif target == "step" and rows == "step" and _are_codes(frame[proposal.header]):
        more = ("step_kind",)
    if not more:
        return proposal
    examples = _codes(more[0], frame[proposal.header])
    return Proposal(proposal.header, (*proposal.targets, *more), proposal.reason, examples)


def _extra(header: str, rows: str, suffix: str = "") -> str:
    slug = "_".join(bare_key(header.removeprefix("case:")).split())
    name = "x_" + re.sub(r"[^a-z0-9_]", "", slug)
    name = name if name.endswith(suffix) else name + suffix
    return f"dossier.{name}" if rows == "event" else name


def _codes(target: str, values: pl.Series) -> tuple[str, ...]:
    if target.rpartition(".")[2] not in CODED:
        return ()
    counts = values.drop_nulls().value_counts(sort=True)
    return tuple(sorted(counts[values.name].head(_MOST_CODES).to_list()))


def _are_dates(values: pl.Series) -> bool:
    known = values.drop_nulls()
    return len(known) == 0 or float(known.str.contains(_DATE).mean() or 0) >= _MOSTLY  # type: ignore[arg-type]


def _are_codes(values: pl.Series) -> bool:
    known = values.drop_nulls()
    distinct = known.n_unique()
    return distinct <= _MOST_CODES or distinct <= _FEW_DISTINCT * len(known)


def _are_people(values: pl.Series, patterns: Patterns) -> bool:
    known = values.drop_nulls().head(5_000)
    if not len(known):
        return False
    _, found = patterns.mask(known, free_text=True)
    return found["row"].n_unique() >= _SOME * len(known)


def _instants(
    frame: pl.DataFrame, proposals: tuple[Proposal, ...], rows: str
) -> dict[Target, pl.Series]:
    return {
        Target(rows, f"{p.header}_at"): frame[p.header]
        for p in proposals
        if p.targets[0].startswith(STAGE) or is_instant(p.targets[0])
    }
