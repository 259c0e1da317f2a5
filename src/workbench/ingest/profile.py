"""A source profile: how the exports of one source are read, written in TOML and never in code.

A profile names its files and, for each, which column feeds which field, which columns are
personal and dropped, and which are ignored. An unnamed key, column or code is an error that names
it: nothing is guessed, nothing is dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from workbench.core.errors import InputRejected, UsageProblem
from workbench.ingest.legacy import is_encoding

FileKind = Literal["csv", "xlsx", "xes", "json"]
ListKind = Literal["reference", "as_is"]
Keeper = Literal["office", "portal"]
DueMidnight = Literal["by_column", "end_of_day", "as_written"]
ShortRows = Literal["refuse", "pad"]
Hidden = Literal["leave_out", "read"]
UnitRows = Literal["auto", "read", "ignore"]
ArrivesWith = Literal["", "step_before"]
StartsWith = Literal["", "arrival", "finish"]
FinishesWith = Literal["", "next_step"]

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".csv.gz", ".txt", ".txt.gz"),
    "xlsx": (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"),
    "xes": (".xes", ".xes.gz"),
    "json": (".json", ".json.gz", ".jsonl", ".jsonl.gz"),
}


@dataclass(frozen=True)
class Target:
    """One field that a column feeds: which landed table, which of its columns.

    >>> str(Target("dossier", "due_at"))
    'dossier.due_at'
    """

    table: str
    field: str

    def __str__(self) -> str:
        """Return the name used in profiles of event logs."""
        return f"{self.table}.{self.field}"


@dataclass(frozen=True)
class Stage:
    """One stage of a wide row: the step that ends on the date in column ``ends``.

    A stage begins when the stage before it ended, the first one at reception.
    """

    ends: str
    step: str
    step_kind: str
    holder: str = ""


@dataclass(frozen=True)
class EventDate:
    """A date of a dossier that its first or last event of an activity gives, in an event log.

    ``status`` is what such an event makes of the dossier, if anything.
    """

    step: str
    field: str
    take: Literal["first", "last"] = "first"
    status: str = ""


@dataclass(frozen=True)
class TextExtract:
    """A value inside a longer text: group 1 of a pattern, searched in a column."""

    column: str
    pattern: str


@dataclass(frozen=True)
class FileLayout:
    """One kind of file in an export: its shape and its column map.

    ``columns`` maps a header to the fields it feeds; ``from_name`` takes a field from the file
    name, ``from_text`` from inside a column (group 1 of a pattern); ``constants`` gives a field
    one value for all rows. ``applicant`` are the personal columns that identify applicants, read
    only to make a keyed digest. ``stages`` make steps of the dates in a dossier's row;
    ``case_dates`` are dates of a case that its first and last events give, ``event_dates`` those
    that an event of a named activity gives. An ``incremental`` file
    adds to earlier exports instead of replacing them. ``records`` and ``nested`` say where rows
    stand in JSON. ``date_formats`` are those of a field, or under ``""`` of every date;
    ``date_with_time`` joins a column of dates and one of times of day; ``due_midnight`` is what a
    due stamp at 00:00:00 means. ``unnamed`` are the numbers, from 1, of columns without a header
    that are not read; ``short_rows`` says what becomes of rows of a text with too few cells,
    ``hidden`` of hidden sheets and rows of a workbook. ``unit_rows`` says whether rows with a name
    alone give the records below them their unit; ``unit_row_fields`` are the fields they may give
    where no column does. ``keep_text`` are the fields of free text whose words land; of the others
    only the length does. ``arrives_with``, ``starts_with`` and ``finishes_with`` say from what a
    stamp of a step follows that the log lacks, ``instant_steps`` which steps take no time.
    """

    patterns: tuple[str, ...]
    kind: FileKind
    rows: str
    columns: Mapping[str, tuple[Target, ...]]
    personal: tuple[str, ...] = ()
    applicant: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    from_name: Mapping[Target, str] = field(default_factory=dict)
    constants: Mapping[Target, str] = field(default_factory=dict)
    empty_values: tuple[str, ...] = ()
    from_text: Mapping[Target, TextExtract] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    case_dates: tuple[str, ...] = ()
    event_dates: tuple[EventDate, ...] = ()
    incremental: bool = False
    records: str = ""
    nested: str = ""
    sheet: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_with_time: Mapping[Target, tuple[str, str]] = field(default_factory=dict)
    due_midnight: DueMidnight = "by_column"
    unnamed: tuple[int, ...] = ()
    short_rows: ShortRows = "refuse"
    hidden: Hidden = "leave_out"
    unit_rows: UnitRows = "auto"
    unit_row_fields: tuple[Target, ...] = ()
    keep_text: tuple[Target, ...] = ()
    arrives_with: ArrivesWith = ""
    starts_with: StartsWith = ""
    finishes_with: FinishesWith = ""
    instant_steps: tuple[str, ...] = ()

    def formats_of(self, target: Target) -> tuple[str, ...]:
        """Return the date formats of a field, its own before those of the whole file."""
        return (*self.date_formats.get(str(target), ()), *self.date_formats.get("", ()))

    def stamp_rules(self) -> dict[str, str | list[str]]:
        """Return from what stamps of steps follow that the log lacks."""
        return {
            "arrives_with": self.arrives_with,
            "starts_with": self.starts_with,
            "finishes_with": self.finishes_with,
            "instant_steps": list(self.instant_steps),
        }

    def fits(self, path: Path) -> bool:
        """Return whether a file name is one of this part's."""
        return self.batch(path) is not None

    def batch(self, path: Path) -> str | None:
        """Return what stands for the wildcards of this part's pattern, or nothing if none fits.

        Files of one delivery share it: ``register*.xlsx`` and ``steps*.csv`` in
        ``register_2022-H1.xlsx`` and ``steps_2022-H1.csv``.
        """
        for pattern in self.patterns:
            wild = re.escape(pattern).replace(r"\*", "(.*)").replace(r"\?", "(.)")
            if found := re.fullmatch(wild, path.name, re.IGNORECASE):
                return "".join(found.groups())
        return None

    def reads(self, path: Path) -> bool:
        """Return whether a file has an extension of this part's kind."""
        return path.name.casefold().endswith(SUFFIXES[self.kind])

    def headers(self) -> tuple[str, ...]:
        """Name every column the part knows."""
        staged = [name for stage in self.stages for name in (stage.ends, stage.holder) if name]
        headers = (*self.columns, *self.timed(), *self.personal, *self.ignored, *staged)
        return tuple(dict.fromkeys(headers))

    def headers_read(self) -> frozenset[str]:
        """Name every column whose cells are used, not only known."""
        staged = [name for stage in self.stages for name in (stage.ends, stage.holder) if name]
        inside = [rule.column for rule in self.from_text.values()]
        return frozenset((*self.columns, *self.timed(), *self.applicant, *staged, *inside))

    def required(self) -> tuple[str, ...]:
        """Name the columns without which a file cannot be this one."""
        mapped = dict.fromkeys((*self.columns, *self.timed()))
        return tuple(header for header in mapped if header not in self.optional)

    def timed(self) -> tuple[str, ...]:
        """Name the columns that give a date and a time of day apart."""
        return tuple(name for pair in self.date_with_time.values() for name in pair)


@dataclass(frozen=True)
class SnapshotRule:
    """When an export was taken: a fixed instant, its heading, its name, or its latest stamp."""

    at: str = ""
    heading: str = ""
    name: str = ""
    latest: bool = False


@dataclass(frozen=True)
class Term:
    """The statutory term of a register that prints no due date, counted from reception."""

    value: int
    unit: str


@dataclass(frozen=True)
class TextForm:
    r"""How delimited texts are written, where a person says so: it comes before any profile.

    Args:
        encoding: A codec of Python or a convention before Unicode; empty: as a profile or the
            bytes say.
        delimiter: One character, or ``tab``; empty: as a profile or the best header says.

    Raises:
        UsageProblem: There is no such encoding, or the delimiter is longer.

    >>> TextForm("cp1258", "tab").delimiter
    '\t'
    """

    encoding: str = ""
    delimiter: str = ""

    def __post_init__(self) -> None:
        if self.delimiter.lower() in ("tab", "\\t"):
            object.__setattr__(self, "delimiter", "\t")
        if self.encoding and not is_encoding(self.encoding):
            raise UsageProblem("cli.bad_encoding", asked=self.encoding)
        if self.delimiter and not is_delimiter(self.delimiter):
            raise UsageProblem("cli.bad_delimiter", asked=self.delimiter)

    def of(self, part: FileLayout) -> FileLayout:
        """Return a part of a profile whose texts are read in this form."""
        return replace(
            part,
            encoding=self.encoding or part.encoding,
            delimiter=self.delimiter or part.delimiter,
        )


AS_FOUND = TextForm()


def is_delimiter(text: str) -> bool:
    """Return whether it can divide the cells of a text: one byte that no cell or row needs."""
    return len(text.encode()) == 1 and text not in '"\r\n'


@dataclass(frozen=True)
class SourceProfile:
    """How the exports of one source are read.

    ``calendar_id`` is the working calendar it is judged by, ``time_zone`` the zone of stamps
    that carry none. With ``id_scope="unit"`` a dossier number counts within its unit only and
    lands as ``<unit>/<number>``. ``departments_of`` names the units whose departments the bare
    names of departments mean. ``kept_by`` is the office that handles the dossiers, or a portal
    to which offices send copies of their own records.
    """

    name: str
    title_vi: str
    title_en: str
    time_zone: str
    calendar_id: str
    parts: tuple[FileLayout, ...]
    snapshot: SnapshotRule
    unit_list: ListKind = "as_is"
    departments_of: tuple[str, ...] = ()
    procedure_list: ListKind = "as_is"
    code_list: ListKind = "as_is"
    id_scope: str = "source"
    kept_by: Keeper = "office"
    day_first: bool = True
    term: Term | None = None
    synthetic_heading: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    def passes_over(self, path: Path) -> bool:
        """Return whether a file lies beside the exports without being one."""
        return any(fnmatch(path.name.casefold(), p.casefold()) for p in self.beside)

    def parts_named(self, path: Path) -> tuple[FileLayout, ...]:
        """Return the parts whose file pattern fits: each reads its own sheet or list."""
        return tuple(part for part in self.parts if part.fits(path))

    def parts_of(self, path: Path) -> tuple[FileLayout, ...]:
        """Return the parts that read a file handed over for this profile by name.

        A file that fits no pattern is taken by the only part of its kind.

        Raises:
            InputRejected: No part, or more than one, could read the file.
        """
        if named := self.parts_named(path):
            return named
        able = tuple(part for part in self.parts if part.reads(path))
        if len({part.patterns for part in able}) == 1:
            return able
        patterns = ", ".join(self.patterns)
        raise InputRejected("sources.no_part", file=path.name, profile=self.name, patterns=patterns)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of file names, each once: one workbook may have several parts."""
        return tuple(dict.fromkeys(pattern for part in self.parts for pattern in part.patterns))
