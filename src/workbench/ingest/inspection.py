"""Guess how an unknown export is read: the draft of a source profile for a person to finish.

The header is the block of rows with the most known headers; the values decide what
a header leaves open: dates, people, codes. Nothing is mapped that neither header nor values
explain, and every proposal has its reason. A draft never includes a value of a personal column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workbench.ingest import value_shapes
from workbench.ingest.codelists import known_codes
from workbench.ingest.date_spelling import plain
from workbench.ingest.export_tables import read_table
from workbench.ingest.fields import is_instant
from workbench.ingest.headers import STAGE, bare_key, read_aliases
from workbench.ingest.listed_units import are_listed
from workbench.ingest.mapping import date_order
from workbench.ingest.profile import AS_FOUND, ListKind, Target, TextForm
from workbench.ingest.profile_draft import draft
from workbench.ingest.proposals import Proposal, Proposer
from workbench.ingest.roles import Roles, likely_statuses, with_roles
from workbench.ingest.spelling import alike_names, tidy
from workbench.ingest.stamp_draft import NO_EVIDENCE, StampEvidence, stamp_evidence
from workbench.privacy import Patterns, read_patterns

_DATE = (
    r"(?P<date>(?:ngày )?\d{1,2} tháng \d{1,2} năm \d{4}|\d{1,2} [A-Za-z]{3,9} \d{4}"
    r"|(?<![A-Za-z])[A-Za-z]{3,9} \d{1,2}, \d{4}|\d{1,2}[./\-]\d{1,2}[./\-]\d{4}|\d{4}-\d{2}-\d{2})"
)
_TIME = r"(?P<time>\d{1,2} ?(?:giờ|h|g|:) ?\d{0,2}(?::\d{2})?)"
_SNAPSHOT_LEADS = (
    r"(?:ngày|giờ|thời điểm|thời gian) (?:xuất|in|kết xuất|trích xuất|chốt|lập)\D{0,20}",
    r"(?:xuất|in|kết xuất|trích xuất|cập nhật|chốt|lập)(?: \w+){0,2} (?:lúc|ngày|vào)\D{0,12}",
    r"(?:xuất|in|cập nhật) bởi\D{0,40}(?:lúc|ngày)\D{0,12}",
    r"(?:printed|exported|generated|extracted|created|run|report|extract|export)"
    r"(?: (?:on|at|date|time))?\b\D{0,12}",
    r"(?:tính đến|tính tới|as of|as at|data to|status on)\D{0,20}",
    r"(?:đến|to|until|through)\b\D{0,20}",
    r"^[^\d,:]{2,40}, (?=ngày)",
)
"""Words before the instant at which an export was taken, the surest first."""
_SNAPSHOT_TIMES = (rf"{_TIME}(?: ?phút)?\D{{1,8}}{_DATE}", rf"{_DATE}\D{{1,8}}{_TIME}", _DATE)
_BODY = re.compile(r"(?i)(?:ubnd|ủy ban|uỷ ban|sở|chi cục|trung tâm|văn phòng|phòng)\b.{3,80}$")
"""A line that is the name of an office."""
_LETTERS = re.compile("(?i)[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
"""Letters of Vietnamese that neighbouring languages do not have."""
_WORDS = re.compile(r"ngay|ho ?so\b|don ?vi|thu ?tuc|tiep ?nhan")
_TOP_ROWS = 200


@dataclass(frozen=True)
class Inspection:
    """How one file would be read; ``to_toml`` writes it as a profile.

    ``header_row`` is counted from 1. ``snapshot`` is the pattern that finds in the texts above
    the table when it was taken, if one says so. ``empty_values`` are words that stand for an empty
    cell, ``unnamed`` the numbers of columns that hold values without a header, ``records`` the key
    of the envelope around the objects of a JSON file. ``likely_statuses`` are the
    statuses of values without a known code, by whether their rows have ended; ``choices`` the
    columns that may have a role which a person must settle, by field; ``alike_units`` the pairs of
    names that may be one unit; ``unit_list`` is ``reference`` where every unit is a listed place;
    ``body`` the office that the texts above the table name; ``stamps``
    what the log shows of stamps that it lacks.
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
    empty_values: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()
    records: str = ""
    time_zone: str = "UTC"
    calendar_id: str = "always"
    likely_statuses: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alike_units: tuple[tuple[str, str], ...] = ()
    unit_list: ListKind = "as_is"
    body: str = ""
    stamps: StampEvidence = NO_EVIDENCE

    def to_toml(self, name: str = "") -> str:
        """Return the draft of a profile, with comments in the language in force.

        Args:
            name: What the profile is called: its file's name without the ending. By default a
                name is made from that of the export.
        """
        return draft(self, name)


def inspect(path: Path, reference: Path, form: TextForm = AS_FOUND) -> Inspection:
    """Guess the profile of a workbook, a delimited text, an event log or JSON.

    Args:
        path: A file as exported, also packed with gzip.
        reference: The folder ``data/reference``: known headers, personal patterns, code lists.
        form: How a text is written, where a person says so.

    Raises:
        InputRejected: The file is damaged or hostile, of another kind, or has no header.
    """
    aliases = read_aliases(reference)
    table = read_table(path, aliases, form)
    frame = table.frame.with_columns(_filled(name) for name in table.frame.columns[1:])
    patterns = read_patterns(reference)
    proposer = Proposer(frame, table.rows, aliases, patterns)
    proposals = proposer.proposals(table.repeated)
    order = date_order(_instants(frame, proposals), otherwise=True)
    codes = known_codes(reference)
    roles = Roles(proposals, {})
    if table.rows == "dossier":
        roles = with_roles(frame, proposals, patterns, codes, day_first=order.day_first)
        proposals = roles.proposals
    columns = [p.header for p in proposals if "unit_id" in p.targets]
    units = {name for header in columns for name in frame[header].drop_nulls()}
    return Inspection(
        path=path,
        kind=table.kind,
        rows=table.rows,
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row,
        proposals=proposals,
        day_first=order.day_first,
        day_evidence=order.evidence,
        snapshot=snapshot_pattern(table.heading),
        is_whole=table.is_whole,
        codes=codes,
        empty_values=_empty_values(table.frame, proposals),
        unnamed=table.unnamed,
        records=table.records,
        **_place(table.heading, frame),
        likely_statuses=likely_statuses(frame, proposals),
        choices=roles.choices,
        body=next((text for text in map(tidy, table.heading) if _BODY.match(text)), ""),
        alike_units=_alike_units(frame, proposals, patterns),
        unit_list="reference" if table.is_whole and are_listed(units, reference) else "as_is",
        stamps=stamp_evidence(frame, proposals, codes, day_first=order.day_first)
        if table.rows in ("step", "event")
        else NO_EVIDENCE,
    )


def _place(heading: Sequence[str], frame: pl.DataFrame) -> dict[str, str]:
    """Return time zone and calendar, where the words say them; else those that assume nothing."""
    if not _is_vietnamese(heading, frame):
        return {}
    return {"time_zone": "Asia/Ho_Chi_Minh", "calendar_id": "vn_dong_thap"}


def _is_vietnamese(heading: Sequence[str], frame: pl.DataFrame) -> bool:
    """Return whether headers or values have letters or words that only Vietnamese has."""
    headers = (*heading, *frame.columns[1:])
    if any(_LETTERS.search(text) or _WORDS.search(bare_key(text)) for text in headers):
        return True
    top = frame.head(_TOP_ROWS).select(pl.exclude("source_row").cast(pl.String))
    return any(column.str.contains(_LETTERS.pattern).any() for column in top)


def _alike_units(
    frame: pl.DataFrame, proposals: Sequence[Proposal], patterns: Patterns
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of names of units that may be one, for a person to decide."""
    columns = [
        p.header for p in proposals for to in p.targets if to.rpartition(".")[2] == "unit_id"
    ]
    names = [name for header in columns for name in value_shapes.showable(frame[header], patterns)]
    return alike_names(sorted(set(names)))


def snapshot_pattern(heading: Sequence[str]) -> str:
    """Return the pattern that finds in the texts above a table when it was taken, or nothing.

    The instant of the export goes before the end of what it covers, a line of place and date last.

    >>> heads = ["Từ ngày 01/01/2026 đến ngày 30/06/2026"]
    >>> re.search(snapshot_pattern(heads), heads[0])["date"]
    '30/06/2026'
    """
    texts = [tidy(text) for text in heading]
    for lead in _SNAPSHOT_LEADS:
        for pattern in (f"(?i)(?:{lead}){times}" for times in _SNAPSHOT_TIMES):
            if any(re.search(pattern, text) for text in texts):
                return pattern
    return ""


def _filled(column: str) -> pl.Expr:
    """Return a column without the words that mean an empty cell."""
    is_empty = pl.col(column).str.to_lowercase().is_in(value_shapes.PLACEHOLDERS)
    return pl.when(~is_empty).then(pl.col(column)).alias(column)


def _empty_values(frame: pl.DataFrame, proposals: Sequence[Proposal]) -> tuple[str, ...]:
    """Return the words of mapped columns that mean an empty cell."""
    words: set[str] = set()
    for proposal in proposals:
        if proposal.is_mapped:
            of_dates = is_instant(proposal.targets[0])
            words |= value_shapes.placeholders(frame[proposal.header], of_dates=of_dates)
    return tuple(sorted(words))


def _instants(frame: pl.DataFrame, proposals: Sequence[Proposal]) -> dict[Target, pl.Series]:
    return {
        Target("dossier", f"{number}_at"): plain(frame[p.header])
        for number, p in enumerate(proposals)
        if p.targets[0].startswith(STAGE) or is_instant(p.targets[0])
    }
