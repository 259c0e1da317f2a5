"""Write the result of an inspection as a source profile in TOML, with comments for a person.

The file is valid as written: uncertain entries are comments, and a code without a meaning is left
out, so that ingest names it. Every text of the export is written as a TOML string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.core import numerals
from workbench.ingest.codelists import likely_code
from workbench.ingest.draft_gaps import case_dates, remarks, shortcomings
from workbench.ingest.fields import is_extra, is_free_text
from workbench.ingest.headers import IGNORED, PERSONAL, STAGE, bare_key
from workbench.ingest.spelling import fold
from workbench.messages import say

if TYPE_CHECKING:
    from workbench.ingest.inspection import Inspection
    from workbench.ingest.proposals import Proposal

_MEANINGFUL_LENGTH = 4


def draft(found: Inspection, name: str = "") -> str:
    """Return the profile as text, under a name of its own or one made from the export's."""
    parts = (
        _top(found, name or _name(found)),
        _snapshot(found),
        _file(found),
        _columns(found),
        _stages(found),
    )
    lines = [line for part in (*parts, _codes(found)) for line in part]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    r"""Return a text as a TOML string on one line.

    >>> print(quoted('Mức "độ"\n'))
    "Mức \"độ\"\n"
    """
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(short.get(c) or (c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(sign: str) -> str:
    return f"\\U{ord(sign):08x}"


def _comment(key: str, /, **values: object) -> str:
    return f"# {_one_line(say(f'inspect.{key}', **values))}"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _name(found: Inspection) -> str:
    return "_".join(re.findall("[a-z0-9]+", bare_key(found.path.name.split(".")[0]))) or "export"


def _top(found: Inspection, name: str) -> Iterator[str]:
    order = "day_first" if found.day_first else "month_first"
    yield _comment("about", file=found.path.name)
    if found.header_row:
        yield _comment("header_at", row=found.header_row, sheet=found.sheet or "-")
    if not found.is_whole:
        yield _comment("not_whole")
    lacking = shortcomings(found)
    yield _comment("lacking" if lacking else "complete", file=found.path.name)
    for text in lacking:
        yield f"#   - {_one_line(text)}"
    for text in remarks(found):
        yield f"# {_one_line(text)}"
    yield f"name = {quoted(name)}"
    yield f"title_vi = {quoted(found.body or found.path.name)}"
    yield f"title_en = {quoted(found.body or found.path.name)}"
    yield _comment("zone_unknown" if found.time_zone == "UTC" else "zone")
    yield f'time_zone = "{found.time_zone}"'
    yield f'calendar_id = "{found.calendar_id}"'
    yield _comment("order", evidence=found.day_evidence)
    yield f'date_order = "{order}"'
    if found.unit_list == "reference":
        yield _comment("listed_units")
        yield 'unit_list = "reference"'
    yield ""


def _snapshot(found: Inspection) -> Iterator[str]:
    yield "[snapshot]"
    if found.snapshot:
        yield _comment("snapshot_heading")
        yield f"heading = '{found.snapshot}'"
    else:
        yield _comment("snapshot_latest")
        yield "latest = true"
    yield ""


def _file(found: Inspection) -> Iterator[str]:
    yield "[[files]]"
    yield _comment("patterns")
    yield f"patterns = [{quoted(_pattern(found.path.name))}]"
    yield f'kind = "{found.kind}"'
    yield _comment("rows")
    yield f'rows = "{found.rows}"'
    if found.kind == "csv":
        yield f"delimiter = {quoted(found.delimiter)}"
        yield f'encoding = "{found.encoding}"'
    elif found.encoding:
        yield _comment("old_font", convention=found.encoding)
    if found.records:
        yield _comment("records")
        yield f"records = {quoted(found.records)}"
    yield from _values(found)
    yield from _kept_text(found)
    yield from _stamps(found)
    for role in (PERSONAL, IGNORED):
        yield from _listed(found, role)
    yield ""


def _kept_text(found: Inspection) -> Iterator[str]:
    """List the attributes of the source that are mapped: their values are codes, not notes."""
    fields = [field for column in found.proposals if column.is_mapped for field in column.targets]
    names = {field: field.rpartition(".")[2] for field in fields}
    text_fields = [field for field, name in names.items() if is_extra(name) and is_free_text(name)]
    if text_fields:
        yield _comment("keep_text")
        yield f"keep_text = [{', '.join(quoted(field) for field in text_fields)}]"


def _stamps(found: Inspection) -> Iterator[str]:
    """Propose from what the stamps of steps follow; what only a person knows is a comment."""
    stamps = found.stamps
    if stamps.instant_steps:
        yield _comment("instant_steps")
        yield f"instant_steps = [{', '.join(map(quoted, stamps.instant_steps))}]"
    if stamps.n_successions:
        in_order, n = numerals.count(stamps.n_in_order), numerals.count(stamps.n_successions)
        yield _comment("in_order", in_order=in_order, n=n)
        yield '# arrives_with = "step_before"'
    if stamps.has_only_begins:
        yield _comment("only_begins")
        yield '# finishes_with = "next_step"'


def _values(found: Inspection) -> Iterator[str]:
    """Write how values are read: empty ones, dates, and columns without a name."""
    if found.empty_values:
        yield _comment("empty_values")
        yield f"empty_values = [{', '.join(map(quoted, found.empty_values))}]"
    if dates := case_dates(found):
        yield _comment("case_dates")
        yield f"case_dates = [{', '.join(map(quoted, dates))}]"
    written = [p for p in found.proposals if p.formats and p.is_mapped]
    if written:
        yield _comment("date_formats")
        forms = (f"{_key(p.targets[0])} = [{', '.join(map(quoted, p.formats))}]" for p in written)
        yield f"date_formats = {{ {', '.join(forms)} }}"
    timed = [p for p in found.proposals if p.clock]
    if timed:
        yield _comment("date_with_time")
        pairs = (f"{_key(p.targets[0])} = [{quoted(p.header)}, {quoted(p.clock)}]" for p in timed)
        yield f"date_with_time = {{ {', '.join(pairs)} }}"
    if found.unnamed:
        yield _comment("unnamed")
        yield f"unnamed = [{', '.join(map(str, found.unnamed))}]"


def _key(field: str) -> str:
    return quoted(field) if "." in field else field


def _pattern(name: str) -> str:
    """Return a file pattern: digits and what lies between them change from export to export.

    Where digits come early, what lies between them stays, lest the pattern fit every file.

    >>> _pattern("so_2022-H1.csv"), _pattern("ho-so_2022-H1.csv"), _pattern("c01_steps_3.csv")
    ('so_*-H*.csv', 'ho-so*.csv', 'c*_steps_*.csv')
    """
    stem, dot, ending = name.partition(".")
    match = re.search(r"[\s_\-(]*\d", stem)
    if not match:
        return f"{stem}*{dot}{ending}"
    if match.start() < _MEANINGFUL_LENGTH:
        return re.sub(r"\d+", "*", stem) + dot + ending
    return f"{stem[: match.start()]}*{dot}{ending}"


def _listed(found: Inspection, role: str) -> Iterator[str]:
    columns = [p for p in found.proposals if p.targets[0] == role]
    if not columns:
        return
    yield _comment(f"list_{role}")
    yield f"{role} = ["
    for column in columns:
        note = "" if column.reason == "header" else f"  {_comment(f'by_{column.reason}')}"
        yield f"    {quoted(column.header)},{note}"
    yield "]"


def _columns(found: Inspection) -> Iterator[str]:
    yield "[files.columns]"
    for column in found.proposals:
        if not column.is_mapped or column.clock:
            continue
        fields = [quoted(target) for target in column.targets]
        value = fields[0] if len(fields) == 1 else f"[{', '.join(fields)}]"
        note = "" if column.reason == "header" else f"  {_comment(f'by_{column.reason}')}"
        yield f"{quoted(column.header)} = {value}{note}"
    yield ""


def _stages(found: Inspection) -> Iterator[str]:
    """Write the date columns of a wide layout, in the order of the sheet."""
    for column in found.proposals:
        if column.targets[0].startswith(STAGE):
            yield "[[files.stages]]"
            yield f"ends = {quoted(column.header)}"
            yield f"step = {quoted(column.header)}"
            yield f'step_kind = "{column.targets[0].removeprefix(STAGE)}"'
            yield ""


def _codes(found: Inspection) -> Iterator[str]:
    for column in found.proposals:
        for target in column.targets:
            field = target.rpartition(".")[2]
            if column.examples and field in found.codes:
                yield from _code_list(found, column, field)


def _code_list(found: Inspection, column: Proposal, field: str) -> Iterator[str]:
    codes = found.codes[field]
    yield _comment("codes", column=column.header, known=", ".join(sorted(set(codes.values()))))
    yield f"[codes.{field}]"
    for value in column.examples:
        code = codes.get(fold(value))
        if code:
            yield f'{quoted(value)} = "{code}"'
            continue
        likely = likely_code(value, codes) if field == "step_kind" else None
        note = _comment("likely_code" if likely else "unknown_code")
        yield f'# {quoted(value)} = "{likely or "?"}"  {note}'
    yield ""
