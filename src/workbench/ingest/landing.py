"""Land exports: mapped fields as text, with file, sheet and row; no names of people.

Nine Parquet tables are written together or not at all: ``landed_dossiers``, ``landed_steps``,
``landed_pauses``, ``landed_papers``, ``landed_files``, ``landed_masks`` (where an identifier of a
person was masked), ``landed_repairs`` (where letters were put right), ``landed_row_findings`` and
``landed_sheet_findings`` (the structure of a file, ``structure``). An event log gives both steps
(its events) and dossiers (the first value of each attribute of a case), ordered by file and row.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.origins import write_origin
from workbench.core.project import replace_folder
from workbench.core.run_folders import CountedStep, Progress
from workbench.ingest import mapping
from workbench.ingest.cases import cases_of, dated_by_events
from workbench.ingest.codes import UNKNOWN_CODES, check_codes
from workbench.ingest.date_spelling import plain
from workbench.ingest.fields import FIELDS, FILES_SCHEMA, NUMBERS, POSITION, TABLES
from workbench.ingest.inbox import Delivery
from workbench.ingest.landed_writer import Tables, Variants
from workbench.ingest.profile import FileLayout, SourceProfile, Target
from workbench.ingest.pseudonyms import MASKS, Pseudonymiser
from workbench.ingest.readers import RawTable, ahead, read, read_pieces
from workbench.ingest.readers.file_bytes import fingerprint
from workbench.ingest.repairs import REPAIRS
from workbench.ingest.row_counter import Count
from workbench.ingest.stamps import StampVotes, stamp_votes
from workbench.ingest.structure import (
    ROW_FINDINGS,
    SHEET_FINDINGS,
    add_up,
    find_row_findings,
    find_sheet_findings,
    is_usable,
    sheet_findings,
)
from workbench.ingest.wide import stage_tables

_ROW_GROUP = 122_880


@dataclass(frozen=True)
class Landing:
    """Rows landed in each table, and the number of their files."""

    files: int
    dossiers: int
    steps: int
    pauses: int
    papers: int

    @property
    def rows(self) -> int:
        """Rows of all four tables together."""
        return self.dossiers + self.steps + self.pauses + self.papers


def ingest(
    exports: Sequence[Delivery],
    out: Path,
    *,
    as_of: str = "",
    progress: Progress = lambda _: None,
    reference: Path | None = None,
    set_aside: Sequence[Path] = (),
) -> Landing:
    """Read exports and write the nine landed tables into a folder, as a whole.

    Args:
        exports: Files with their profiles, from ``inbox``.
        out: Folder to write; its old content is replaced only after success.
        as_of: Date (end of that day) or local instant of the exports, ISO form, instead of
            what profiles or headings say.
        progress: Receives each file's name before it is read, and its rows while it is.
        reference: Folder with the patterns of personal data; the shipped one if not given.
        set_aside: Files that nothing reads, to be noted as such (rule F09).

    Raises:
        InputRejected: A file cannot be read by its profile. Nothing is written.
        UsageProblem: ``as_of`` is not a date.
        OutputBusy: The folder cannot be replaced.
    """
    _check_date(as_of)
    paths = list(dict.fromkeys(export.path for export in exports))
    masker = Pseudonymiser.over(_by_source(exports), reference)
    names = dict(zip(paths, masker.names(_names(paths)), strict=True))
    notes: list[_Note] = []
    with replace_folder(out) as fresh:
        parts = [export.part for export in exports]
        with Tables(fresh, parts, applicants=_keyed(parts, masker)) as tables:
            for number, path in enumerate(sorted(paths, key=names.__getitem__), 1):
                progress(CountedStep(names[path], "ingest", number, len(paths)))
                file_exports = [export for export in exports if export.path == path]
                pour = _pour_pieces if _is_long(file_exports) else _pour_whole
                notes += pour(file_exports, Count(names[path], progress), as_of, masker, tables)
        check_codes((note.unknown_codes for note in notes), masker.masked_values)
        tables.renumber(pl.concat([_NO_NUMBERS, *(note.variants for note in notes)]))
        _write_notes(notes, fresh, sheet_findings("F09", masker.names(_names(set_aside))))
        write_origin(fresh)
    return Landing(len(paths), *tables.heights)


@dataclass(frozen=True)
class _Note:
    """What a sheet adds beside its rows: its row of ``landed_files``, masks and so on.

    ``tables`` are its rows of the tables in ``_BESIDE``. ``unknown_codes`` are values that have no
    code: with any, nothing lands.
    ``variants`` are rows already written whose number is not 1.
    """

    file: dict[str, Any]
    tables: Mapping[str, pl.DataFrame]
    unknown_codes: pl.DataFrame
    variants: pl.DataFrame


_NO_NUMBERS = Variants("").numbers()
_BESIDE: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "landed_masks": MASKS,
    "landed_repairs": REPAIRS,
    "landed_row_findings": ROW_FINDINGS,
    "landed_sheet_findings": SHEET_FINDINGS,
}
"""Landed tables about rows and sheets, beside the rows themselves."""


def _by_source(exports: Sequence[Delivery]) -> dict[str, list[Path]]:
    sources = {export.profile.name: list[Path]() for export in exports}
    for export in exports:
        sources[export.profile.name].append(export.path)
    return sources


def _keyed(parts: Sequence[FileLayout], masker: Pseudonymiser) -> bool:
    return masker.secret is not None and any(part.applicant for part in parts)


def _is_long(exports: Sequence[Delivery]) -> bool:
    """Return whether a file may be landed piece by piece: text whose rows need no other rows."""
    part = exports[0].part
    alone = len(exports) == 1 and part.kind == "csv" and not part.stages
    return alone and part.rows != "event"


def _pour_whole(
    exports: Sequence[Delivery], count: Count, as_of: str, masker: Pseudonymiser, tables: Tables
) -> Iterator[_Note]:
    landed = [sheet for export in exports for sheet in _read(export, count, as_of, masker)]
    for kind in TABLES:
        frames = [sheet.rows[kind] for sheet in landed if kind in sheet.rows]
        if frames:
            tables.add(kind, pl.concat(frames, how="diagonal").sort(*POSITION))
    for sheet in landed:
        yield _Note(sheet.file, sheet.tables, sheet.unknown_codes, _NO_NUMBERS)


def _pour_pieces(
    exports: Sequence[Delivery], count: Count, as_of: str, masker: Pseudonymiser, tables: Tables
) -> Iterator[_Note]:
    """Land a text piece by piece; votes and counts are those of the whole file."""
    (export,), name = exports, count.name
    constants = _file_constants(export, name, fingerprint(export.path), as_of, masker)
    variants, votes, stamps = Variants(name), mapping.DateVotes(), StampVotes()
    unknown, beside = [pl.DataFrame(schema=UNKNOWN_CODES)], list[Mapping[str, pl.DataFrame]]()
    file: dict[str, Any] = {}
    for raw in ahead(read_pieces(export.path, export.part)):
        count.add(raw.frame.height)
        piece = _land(raw, export, name, constants, masker, is_whole=False)
        for kind, rows in piece.rows.items():
            if kind == "step":
                variants.add(rows, raw.frame)
            first = {n: pl.lit(1, pl.Int64) for n in NUMBERS.get(kind, ())}
            tables.add(kind, rows.with_columns(**first))
        counts = {c: piece.file[c] + file.get(c, 0) for c in _COUNTS}
        file, votes = (file or piece.file) | counts, votes + piece.votes
        stamps += piece.stamps
        beside.append(piece.tables)
        unknown.append(piece.unknown_codes)
    order = votes.order(export.profile.day_first)
    file |= {"day_first": order.day_first, "day_first_evidence": order.evidence}
    file |= _stamp_rules(stamps, export.part)
    yield _Note(file, _joined(beside), pl.concat(unknown), variants.numbers())


_COUNTS = ("rows_read", "rows_landed", "rows_ignored")


def _joined(tables: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """Join the tables beside the rows, of sheets or of pieces of a sheet."""
    joined = {
        name: pl.concat([pl.DataFrame(schema=schema), *(some[name] for some in tables)])
        for name, schema in _BESIDE.items()
    }
    return joined | {"landed_sheet_findings": add_up(joined["landed_sheet_findings"])}


def _write_notes(notes: Sequence[_Note], folder: Path, unread: pl.DataFrame) -> None:
    files = pl.DataFrame([note.file for note in notes], FILES_SCHEMA, orient="row")
    files.sort("source_file", "source_sheet").write_parquet(folder / "landed_files.parquet")
    tables = _joined([note.tables for note in notes])
    undated = files.filter(pl.col("snapshot_at") == "latest")["source_file"].unique().sort()
    unread = pl.concat([unread, sheet_findings("F10", undated.to_list())])
    tables["landed_sheet_findings"] = pl.concat([tables["landed_sheet_findings"], unread])
    for name, frame in tables.items():
        frame.sort(pl.all()).write_parquet(folder / f"{name}.parquet", row_group_size=_ROW_GROUP)


@dataclass(frozen=True)
class _Landed:
    """One sheet: its row of ``landed_files``, its rows by kind, and the tables beside them.

    ``unknown_codes`` are the values of coded fields that have no code.
    """

    file: dict[str, Any]
    rows: dict[str, pl.DataFrame]
    tables: Mapping[str, pl.DataFrame]
    unknown_codes: pl.DataFrame
    votes: mapping.DateVotes
    stamps: StampVotes


def _read(export: Delivery, count: Count, as_of: str, masker: Pseudonymiser) -> Iterator[_Landed]:
    digest = fingerprint(export.path) if export.path.is_file() else ""
    name = count.name
    constants = _file_constants(export, name, digest, as_of, masker)
    for found in read(export.path, export.part):
        count.add(found.frame.height)
        raw = replace(found, sheet=masker.masked_value(found.sheet))
        yield _land(raw, export, name, constants, masker)
        usable = replace(
            raw, frame=raw.frame.filter(~pl.col(POSITION[2]).is_in(raw.cut_rows.implode()))
        )
        for table, part in stage_tables(usable, export.part):
            stage = replace(export, part=part)
            yield _land(table, stage, name, constants | {"sheet_of": raw.sheet}, masker)


def _land(
    raw: RawTable,
    export: Delivery,
    name: str,
    constants: dict[str, Any],
    masker: Pseudonymiser,
    *,
    is_whole: bool = True,
) -> _Landed:
    profile, part = export.profile, export.part
    read_fields, unknown = mapping.mapped(raw, part, profile, export.path, name)
    bare, reserved = mapping.with_free_marker(read_fields, raw, name)
    fields, masks, shortened = masker.drawn(bare, raw, profile, part, name)
    defects = find_row_findings(bare, raw, part, name)
    votes = mapping.date_votes(fields)
    order = votes.order(profile.day_first)
    stamps = stamp_votes(fields, profile.time_zone)
    kinds = ("dossier", "step") if part.rows == "event" else (part.rows,)
    rows = {kind: mapping.landed(fields, raw, kind, profile, name) for kind in kinds}
    if profile.id_scope == "unit":
        units = fields[Target(kinds[0], "unit_id")]
        rows = {kind: mapping.scoped(frame, units) for kind, frame in rows.items()}
    applicants = masker.applicants(raw, part)
    if applicants is not None and "dossier" in rows:
        rows["dossier"] = rows["dossier"].with_columns(applicants.alias("x_applicant_key"))
    if part.rows == "event":
        usable = is_usable(defects)
        cases = cases_of(rows["dossier"].filter(usable))
        rows["dossier"] = dated_by_events(cases, rows["step"].filter(usable), part.event_dates)
        says = pl.any_horizontal(_events_say(rows["step"]))
        rows["step"] = rows["step"].filter(says | ~usable)
    if "step" in rows and is_whole:
        rows["step"] = mapping.with_variants(rows["step"], raw)
    file = _file_row(raw, export, name, constants) | {
        "day_first": order.day_first,
        "day_first_evidence": order.evidence,
        **_stamp_rules(stamps, part),
    }
    tables = {
        "landed_masks": masks,
        "landed_repairs": pl.concat([mapping.repairs(raw, part, name), reserved]),
        "landed_row_findings": defects,
        "landed_sheet_findings": find_sheet_findings(raw, part, name, shortened),
    }
    return _Landed(file, rows, tables, unknown, votes, stamps)


def _file_row(raw: RawTable, export: Delivery, name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the row of ``landed_files`` of a sheet, except how its dates are read."""
    profile, part = export.profile, export.part
    return {
        "source": profile.name,
        "source_file": name,
        "source_sheet": raw.sheet,
        "sheet_of": facts["sheet_of"],
        "batch": facts["batch"],
        "row_kind": part.rows,
        "rows_read": raw.rows_read,
        "rows_landed": raw.frame.height,
        "rows_ignored": raw.rows_ignored,
        "sha256": facts["sha256"],
        "encoding": raw.encoding,
        "time_zone": profile.time_zone,
        "calendar_id": profile.calendar_id,
        "unit_list": profile.unit_list,
        "departments_of": ",".join(profile.departments_of),
        "procedure_list": profile.procedure_list,
        "code_list": profile.code_list,
        "kept_by": profile.kept_by,
        "snapshot_at": facts["snapshot_at"] or _plain(_snapshot(raw, part, profile, name)),
        "incremental": part.incremental,
        "service_fields": mapping.service_fields(raw, part),
        "case_dates": ",".join(part.case_dates),
        **part.stamp_rules(),
        "term_value": profile.term.value if profile.term else None,
        "term_unit": profile.term.unit if profile.term else None,
        "synthetic": _synthetic(raw, profile),
    }


def _stamp_rules(stamps: StampVotes, part: FileLayout) -> dict[str, Any]:
    return {
        "has_epochs": stamps.has_epochs,
        "due_days": stamps.due_days(part.due_midnight),
        "due_mixed": stamps.due_mixed(part.due_midnight),
    }


def _events_say(steps: pl.DataFrame) -> list[pl.Expr]:
    fields = [f for f in FIELDS["step"] if f not in ("dossier_id", "unit_id")]
    return [pl.col(field).is_not_null() for field in fields if field in steps.columns]


def _snapshot(raw: RawTable, part: FileLayout, profile: SourceProfile, name: str) -> str | None:
    rule = profile.snapshot
    if rule.latest:
        return "latest"
    if rule.at:
        return rule.at
    if rule.name:
        if not (stamp := mapping.heading_instant(rule.name, [name])):
            raise InputRejected("sources.no_name_snapshot", file=name, pattern=rule.name)
        return stamp
    instant = mapping.heading_instant(rule.heading, raw.heading)
    if not instant and raw.frame.height and part.rows in ("dossier", "event"):
        raise InputRejected("sources.no_snapshot", file=name, pattern=rule.heading)
    return instant or None


@cache
def _plain(stamp: str | None) -> str | None:
    """Return one stamp in the spelling that the models read; files of a delivery share it."""
    spelt: str | None = plain(pl.Series([stamp], dtype=pl.String))[0]
    return spelt


def _file_constants(
    export: Delivery, name: str, digest: str, as_of: str, masker: Pseudonymiser
) -> dict[str, str | None]:
    """Return what is known of a file before it is read.

    The batch of a file is named by its folder, where names need one, and its own suffix.
    """
    folder = name.rpartition("/")[0]
    batch = masker.label(export.part.batch(export.path) or "", export.profile.name)
    return {
        "sha256": digest,
        "snapshot_at": as_of,
        "sheet_of": None,
        "batch": f"{folder}/{batch}",
    }


def _synthetic(raw: RawTable, profile: SourceProfile) -> bool:
    marker = profile.synthetic_heading
    return bool(marker) and any(marker in text for text in raw.heading)


def _check_date(as_of: str) -> None:
    try:
        dt.datetime.fromisoformat(as_of or "2000-01-01")
    except ValueError as problem:
        raise UsageProblem("sources.bad_as_of", date=as_of) from problem


def _names(paths: Sequence[Path]) -> list[str]:
    """Return file names; files of the same name get their folder in front."""
    count = Counter(path.name for path in paths)
    return [p.name if count[p.name] == 1 else f"{p.parent.name}/{p.name}" for p in paths]
