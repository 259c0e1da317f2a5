"""A comparison as text for a terminal, Markdown for a pull request, HTML, JSON for machines.

The first screen is the same in the first three: headline figures, judgements, dossiers, why. The
tables behind it have the exports, every figure, dossier and table; half-years and quarters come
first, and of each the headline profile. Everything from data is escaped for its format. A shortened
list says how many rows it leaves out.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Literal

import polars as pl

from workbench.charts.tables import ASSETS, Blank, Cell, Column, Table, template
from workbench.core import numerals
from workbench.core.origins import ORIGIN
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import language, say
from workbench.review import scoreboard
from workbench.review.briefings import PageChange
from workbench.review.comparison import BRIEFINGS, RevisionDiff
from workbench.review.json_document import to_json
from workbench.review.publication import published_parts
from workbench.review.reasons import Reason
from workbench.review.tables import TableChange

_DEFAULT_ROWS = 40


def to_text(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison in aligned columns, at most ``rows`` rows a table."""
    texts = _pages_texts(revisions.pages or (), rows)
    return _plain(_title(revisions), [*_first_screen(revisions), *_tables(revisions, rows), *texts])


def _plain(title: str, screen: list[str | Table]) -> str:
    parts = [title, *screen]
    return "\n\n".join(map(str, parts)) + "\n"


def to_markdown(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison as Markdown; no cell can open a tag, a link or another column."""
    tables = _pages_tables(revisions.pages or (), rows)
    return _marked_down(
        _title(revisions), [*_first_screen(revisions), *_tables(revisions, rows), *tables]
    )


def _marked_down(title: str, parts: list[str | Table]) -> str:
    texts = [_inert(part) if isinstance(part, str) else _markdown_table(part) for part in parts]
    return "\n\n".join([f"## {_inert(title)}", *texts]) + "\n"


def to_html(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison as one page that opens from disk and asks the network for nothing.

    Its rows are searched, sorted and filtered by unit, period and reason; no other script may run.
    """
    tables = [part for part in _tables(revisions, rows) if isinstance(part, Table)]
    tables += _pages_tables(revisions.pages or (), rows)
    return _page(_title(revisions), list(_first_screen(revisions)), tables)


def _page(title: str, first: list[str | Table], tables: list[Table]) -> str:
    script = (ASSETS / "revisions.js").read_text(encoding="utf-8")
    return template("revisions.html").render(
        language=language(),
        title=title,
        first=first,
        tables=tables,
        filters=say("revisions.filters").split(" | "),
        words={name: say(f"revisions.page_{name}") for name in ("search", "all", "shown")},
        script=script,
        digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


def to_published(
    revisions: RevisionDiff, record: pl.DataFrame, form: Literal["text", "md", "html"]
) -> str:
    """Return the page of a comparison that may leave the office, whatever else moved.

    Args:
        revisions: The comparison.
        record: Every cell published before (``answers.publication_record``).
        form: The format of the page.
    """
    return _written(_title(revisions), list(published_parts(revisions, record)), form)


def briefings_page(
    left: str,
    right: str,
    pages: tuple[PageChange, ...],
    form: Literal["text", "md", "html"],
    rows: int = _DEFAULT_ROWS,
) -> str:
    """Return what reads otherwise in two briefings that are no revisions."""
    title = say("revisions.title", left=left, right=right)
    lines = (_pages_texts if form == "text" else _pages_tables)(pages, rows)
    return _written(title, [scoreboard.pages_sentence(pages), *lines], form)


def _written(title: str, parts: list[str | Table], form: Literal["text", "md", "html"]) -> str:
    if form == "html":
        texts = [part for part in parts if isinstance(part, str)]
        return _page(title, [*texts], [part for part in parts if isinstance(part, Table)])
    return (_plain if form == "text" else _marked_down)(title, parts)


def _title(revisions: RevisionDiff) -> str:
    return say("revisions.title", left=revisions.left, right=revisions.right)


def _first_screen(revisions: RevisionDiff) -> Iterator[str | Table]:
    if revisions.left_headline != revisions.headline:
        yield say("revisions.headlines", left=revisions.left_headline, right=revisions.headline)
    if revisions.is_empty:
        yield say("revisions.nothing")
        return
    if revisions.moves_nothing_compared:
        is_alike = revisions.left_headline == revisions.headline
        yield say("revisions.nothing_compared" if is_alike else "revisions.other_profile_only")
    else:
        counts = {name: numerals.count(value) for name, value in revisions.counts.items()}
        yield say("revisions.summary", profile=revisions.headline, **counts)
    for side, stages in zip((revisions.left, revisions.right), revisions.stale_stages, strict=True):
        if stages:
            yield say("revisions.stale", side=side, stages=", ".join(stages))
    if figures := scoreboard.figures_table(revisions):
        yield figures
    yield from scoreboard.verdict_sentences(revisions.verdicts)
    yield from scoreboard.dossier_sentences(revisions)
    yield from _outputs_sentences(revisions)
    if revisions.reasons:
        yield scoreboard.why_sentence(revisions.reasons)
        yield from scoreboard.effects_parts(revisions)
    elif revisions.outputs:
        yield say("revisions.no_reason")
    else:
        yield say("revisions.no_record")


def _outputs_sentences(revisions: RevisionDiff) -> Iterator[str]:
    if revisions.tables:
        yield scoreboard.tables_sentence(revisions.tables)
    if revisions.pages is not None:
        yield scoreboard.pages_sentence(revisions.pages)
    if others := list(_other_outputs(revisions)):
        yield say("revisions.outputs", outputs="; ".join(others))


def _other_outputs(revisions: RevisionDiff) -> Iterator[str]:
    """Yield the outputs that are no table compared above, with their files.

    The record of what tables were made from differs wherever they do, and is named by itself only.
    """
    compared = {f"{change.table}.parquet" for change in revisions.tables}
    for output in revisions.outputs:
        if revisions.pages is not None and output.path.startswith(BRIEFINGS):
            continue
        others = tuple(name for name in output.files if name not in {*compared, ORIGIN})
        if others:
            yield f"{output.path} ({scoreboard.file_names(others)})"
        elif output.files == (ORIGIN,):
            yield f"{output.path} ({say('revisions.other_origin')})"
        elif not output.files:
            yield output.path


def _tables(revisions: RevisionDiff, rows: int) -> Iterator[Table | str]:
    if not rows:
        if not revisions.is_empty:
            yield say("revisions.behind")
        return
    if revisions.reasons:
        yield _reasons_table(revisions.reasons)
    ours = pl.col("profile") == revisions.headline
    is_count = pl.col("method") == "count"
    figures = revisions.measures.sort("reading_order", ~ours, is_count, maintain_order=True)
    frames: list[tuple[str, pl.DataFrame, Callable[[dict[str, Any]], tuple[Cell, ...]]]] = [
        ("exports", revisions.exports, _export_cells),
        ("figures", figures, _figure_cells),
        ("flips", _flips(revisions).sort(~ours, maintain_order=True), _flip_cells),
        ("dossiers", revisions.dossiers, _dossier_cells),
        ("records", revisions.records, _record_cells),
    ]
    for name, frame, cells in frames:
        if not frame.is_empty():
            yield _frame_table(name, frame, cells, rows)
    for change in revisions.tables:
        yield _values_table(change, rows)


def _pages_texts(pages: tuple[PageChange, ...], rows: int) -> Iterator[str]:
    """Yield the lines of each page as a terminal shows them: sentences are too wide for columns."""
    for page in pages if rows else ():
        lines = [say("revisions.caption_page", page=page.page or numerals.MISSING)]
        section = ""
        for place, before, now in page.lines[:rows]:
            lines += [f"  {place}"] if place != section else []
            lines += [f"  {sign} {t}" for sign, t in (("−", before), ("+", now)) if t is not None]
            section = place
        if (n_hidden := len(page.lines) - rows) > 0:
            lines.append(say("revisions.left_out", count=numerals.count(n_hidden)))
        yield "\n".join(lines)


def _pages_tables(pages: tuple[PageChange, ...], rows: int) -> Iterator[Table]:
    for page in pages if rows else ():
        lines = page.lines[:rows]
        n_hidden = len(page.lines) - len(lines)
        yield Table(
            say("revisions.caption_page", page=page.page or numerals.MISSING),
            _columns("page"),
            tuple((place or numerals.MISSING, _value(a), _value(b)) for place, a, b in lines),
            (say("revisions.left_out", count=numerals.count(n_hidden)),) if n_hidden else (),
        )


def _frame_table(
    name: str, frame: pl.DataFrame, cells: Callable[[dict[str, Any]], tuple[Cell, ...]], rows: int
) -> Table:
    top_rows = tuple(cells(row) for row in frame.head(rows).iter_rows(named=True))
    n_hidden = frame.height - len(top_rows)
    notes = (say("revisions.left_out", count=numerals.count(n_hidden)),) if n_hidden else ()
    return Table(say(f"revisions.caption_{name}"), _columns(name), top_rows, notes)


def _values_table(change: TableChange, rows: int) -> Table:
    """Return how often each column of a table differs, and the first changed values."""
    cells = tuple(
        (
            row["row"],
            say(f"revisions.{row['change']}"),
            row["column"] or numerals.MISSING,
            _value(row["left"]),
            _value(row["right"]),
        )
        for row in change.values.head(rows).iter_rows(named=True)
    )
    columns = ", ".join(f"{name} {numerals.count(n)}" for name, n in change.columns)
    notes = [say("revisions.columns_moved", columns=columns)] if columns else []
    if one_sided := (*change.left_columns, *change.right_columns):
        notes.append(say("revisions.columns_one_sided", columns=", ".join(one_sided)))
    hidden = change.n_rows - change.values["row"].head(rows).n_unique()
    if hidden > 0:
        notes.append(say("revisions.left_out", count=numerals.count(hidden)))
    caption = say(
        "revisions.caption_values",
        table=change.table,
        added=numerals.count(change.added),
        removed=numerals.count(change.removed),
        changed=numerals.count(change.changed),
    )
    return Table(caption, _columns("values"), cells, tuple(notes))


def _value(text: str | None) -> Cell:
    return Blank(say("revisions.no_value")) if text is None else text


def _columns(name: str) -> tuple[Column, ...]:
    headings = say(f"revisions.columns_{name}").split(" | ")
    return tuple(Column(h.removesuffix(" #"), number=h.endswith(" #")) for h in headings)


def _reasons_table(reasons: tuple[Reason, ...]) -> Table:
    rows = tuple(
        (
            say(f"revisions.group_{reason.group}"),
            reason.what,
            _state(reason.left),
            _state(reason.right),
            ", ".join(reason.stages) or numerals.MISSING,
            scoreboard.file_names(reason.files),
        )
        for reason in reasons
    )
    unrecorded = any(reason.group == "unrecorded" for reason in reasons)
    notes = (say("revisions.unrecorded"),) if unrecorded else ()
    return Table(say("revisions.caption_reasons"), _columns("reasons"), rows, notes)


def _state(state: str) -> Cell:
    return state or Blank(say("revisions.absent"))


def _export_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        row["source_file"],
        row["source_sheet"] or numerals.MISSING,
        say(f"revisions.{row['change']}"),
        _count(row["left_rows"]),
        _count(row["right_rows"]),
    )


def _count(value: float | None) -> Cell:
    return Blank(say("revisions.absent")) if value is None else numerals.count(value)


def _figure_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    groups = [row[key] for key in ("procedure_id", "channel_in")]
    everything = say("labels.everything")
    unit = everything if row["unit_id"] == EVERYTHING else row["unit_id"]
    group = " · ".join(g for g in groups if g != EVERYTHING) or everything
    sides = [scoreboard.figure_value(row, side) for side in ("left", "right")]
    place = (row["measure"], row["profile"], unit, group, row["period"])
    return (*place, *sides, scoreboard.difference(row))


def _flips(revisions: RevisionDiff) -> pl.DataFrame:
    """Return the flips, each with the group of inputs that has the largest part in it."""
    flips = revisions.flips
    if revisions.effects is None:
        return flips.with_columns(group=pl.lit(None, pl.String))
    reasons = revisions.effects.flips.with_columns(profile=pl.lit(revisions.headline))
    return flips.join(reasons, on=["dossier_id", "profile"], how="left", maintain_order="left")


def _flip_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    due, end = row["is_due_moved"], row["is_end_moved"]
    moved = "due_and_end" if due and end else "due" if due else "end" if end else "judgement"
    moved = "snapshot" if row["is_snapshot_moved"] else moved
    return (
        row["dossier_id"],
        row["unit_id"] or numerals.MISSING,
        row["profile"],
        say(f"labels.{row['left_outcome']}"),
        say(f"labels.{row['right_outcome']}"),
        _hours(row["left_slack_seconds"]),
        _hours(row["right_slack_seconds"]),
        say(f"revisions.moved_{moved}"),
        _reason(row["group"]),
    )


def _hours(seconds: float | None) -> Cell:
    return Blank(say("revisions.no_slack")) if seconds is None else numerals.hours(seconds)


def _reason(group: str | None) -> Cell:
    """Return the name of a group of inputs, several joined where none has the largest part."""
    if group is None:
        return Blank(say("revisions.no_effect"))
    return " + ".join(say(f"revisions.group_{name}") for name in group.split("+"))


def _dossier_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        row["dossier_id"],
        row["unit_id"] or numerals.MISSING,
        say(f"revisions.{row['change']}"),
        row["source_file"] or numerals.MISSING,
        numerals.count(row["source_row"]),
    )


def _record_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        row["dossier_id"],
        row["unit_id"] or numerals.MISSING,
        say(f"revisions.record_{row['change']}"),
        _value(row["left_value"]),
        _value(row["right_value"]),
    )


# ---- Markdown -----------------------------------------------------------------------------


def _inert(text: str) -> str:
    r"""Escape what Markdown or HTML would interpret in a text.

    >>> print(_inert("<b>|[x](y)`*_"))
    &lt;b&gt;\|\[x\](y)\`\*\_
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", plain).replace("\n", " ")


def _markdown_table(table: Table) -> str:
    rules = ["---:" if column.number else ":---" for column in table.columns]
    rows = [[c if isinstance(c, str) else numerals.MISSING for c in row] for row in table.rows]
    lines = [[_inert(column.heading) for column in table.columns], rules]
    lines += [[_inert(cell) for cell in row] for row in rows]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = [_inert(note) for note in table.all_notes]
    return "\n\n".join([f"### {_inert(table.caption)}", body, *notes])


WRITERS = {"text": to_text, "md": to_markdown, "html": to_html, "json": to_json}
"""The page of each format that ``workbench diff --format`` takes."""
