"""A comparison as text for a terminal, Markdown for a pull request, HTML for a colleague.

All three have the same content: the counts, why, the exports, the figures and the dossiers.
Half-years and quarters come first, and of each the headline profile. Everything from data is
escaped for its format. A shortened list says how many rows it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from workbench.charts.tables import Blank, Cell, Column, Table, template
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import language, say
from workbench.review.comparison import RevisionDiff
from workbench.review.outputs import Output
from workbench.review.reasons import Reason

_DEFAULT_ROWS = 40
_FILES_SHOWN = 8


def to_text(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison in aligned columns, at most ``rows`` rows a table."""
    parts = [_title(revisions), *_sentences(revisions)]
    return "\n\n".join([*parts, *map(str, _tables(revisions, rows))]) + "\n"


def to_markdown(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison as Markdown; no cell can open a tag, a link or another column."""
    parts = [f"## {_inert(_title(revisions))}", *map(_inert, _sentences(revisions))]
    return "\n\n".join([*parts, *map(_markdown_table, _tables(revisions, rows))]) + "\n"


def to_html(revisions: RevisionDiff, *, rows: int = _DEFAULT_ROWS) -> str:
    """Return the comparison as one page that opens from disk and asks the network for nothing."""
    return template("revisions.html").render(
        language=language(),
        title=_title(revisions),
        sentences=list(_sentences(revisions)),
        tables=list(_tables(revisions, rows)),
    )


def _title(revisions: RevisionDiff) -> str:
    return say("revisions.title", left=revisions.left, right=revisions.right)


def _sentences(revisions: RevisionDiff) -> Iterator[str]:
    if revisions.left_headline != revisions.headline:
        yield say("revisions.headlines", left=revisions.left_headline, right=revisions.headline)
    if revisions.is_empty:
        yield say("revisions.nothing")
        return
    if revisions.moves_nothing_compared:
        yield say("revisions.nothing_compared")
    else:
        counts = {name: numerals.count(value) for name, value in revisions.counts.items()}
        yield say("revisions.summary", profile=revisions.headline, **counts)
    if revisions.outputs:
        yield say("revisions.outputs", outputs="; ".join(map(_output, revisions.outputs)))
    if not revisions.reasons:
        yield say("revisions.no_reason")


def _output(output: Output) -> str:
    return f"{output.path} ({', '.join(output.files)})" if output.files else output.path


def _tables(revisions: RevisionDiff, rows: int) -> Iterator[Table]:
    if revisions.reasons:
        yield _reasons_table(revisions.reasons)
    ours = pl.col("profile") == revisions.headline
    is_count = pl.col("method") == "count"
    figures = revisions.measures.sort("reading_order", ~ours, is_count, maintain_order=True)
    frames: list[tuple[str, pl.DataFrame, Callable[[dict[str, Any]], tuple[Cell, ...]]]] = [
        ("exports", revisions.exports, _export_cells),
        ("figures", figures, _figure_cells),
        ("flips", revisions.flips.sort(~ours, maintain_order=True), _flip_cells),
        ("dossiers", revisions.dossiers, _dossier_cells),
    ]
    for name, frame, cells in frames:
        if not frame.is_empty():
            yield _frame_table(name, frame, cells, rows)


def _frame_table(
    name: str, frame: pl.DataFrame, cells: Callable[[dict[str, Any]], tuple[Cell, ...]], rows: int
) -> Table:
    top_rows = tuple(cells(row) for row in frame.head(rows).iter_rows(named=True))
    n_hidden = frame.height - len(top_rows)
    notes = (say("revisions.left_out", count=numerals.count(n_hidden)),) if n_hidden else ()
    return Table(say(f"revisions.caption_{name}"), _columns(name), top_rows, notes)


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
            _files(reason.files),
        )
        for reason in reasons
    )
    unrecorded = any(reason.group == "unrecorded" for reason in reasons)
    notes = (say("revisions.unrecorded"),) if unrecorded else ()
    return Table(say("revisions.caption_reasons"), _columns("reasons"), rows, notes)


def _state(state: str) -> Cell:
    return state or Blank(say("revisions.absent"))


def _files(files: tuple[str, ...]) -> str:
    names = ", ".join(files[:_FILES_SHOWN])
    more = len(files) - _FILES_SHOWN
    return f"{names} (+{more})" if more > 0 else names or numerals.MISSING


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
    groups = [row[key] for key in ("unit_id", "procedure_id", "channel_in")]
    group = " · ".join(g for g in groups if g != EVERYTHING) or say("labels.everything")
    sides = [_figure(row, "left"), _figure(row, "right")]
    return (row["measure"], row["profile"], group, row["period"], *sides, _difference(row))


def _figure(row: dict[str, Any], side: str) -> Cell:
    value, denominator = row[f"{side}_value"], row[f"{side}_denominator"]
    if row["method"] == "count":
        return _count(row[f"{side}_numerator"])
    if value is None:
        return Blank(say("revisions.absent" if denominator is None else "revisions.no_base"))
    return f"{numerals.percent(value)} ({numerals.fraction(row[f'{side}_numerator'], denominator)})"


def _difference(row: dict[str, Any]) -> Cell:
    left, right = row["left_value"], row["right_value"]
    if left is None or right is None:
        return Blank(say("revisions.one_side"))
    if row["method"] != "count":
        return say("revisions.points", points=numerals.points(right - left))
    return f"{'+' if right > left else ''}{numerals.count(right - left)}"


def _flip_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    due, end = row["is_due_moved"], row["is_end_moved"]
    moved = "due_and_end" if due and end else "due" if due else "end" if end else "judgement"
    return (
        row["dossier_id"],
        row["unit_id"] or numerals.MISSING,
        row["profile"],
        say(f"labels.{row['left_outcome']}"),
        say(f"labels.{row['right_outcome']}"),
        _hours(row["left_slack_seconds"]),
        _hours(row["right_slack_seconds"]),
        say(f"revisions.moved_{moved}"),
    )


def _hours(seconds: float | None) -> Cell:
    return Blank(say("revisions.no_slack")) if seconds is None else numerals.hours(seconds)


def _dossier_cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        row["dossier_id"],
        row["unit_id"] or numerals.MISSING,
        say(f"revisions.{row['change']}"),
        row["source_file"] or numerals.MISSING,
        numerals.count(row["source_row"]),
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


WRITERS = {"text": to_text, "md": to_markdown, "html": to_html}
"""The page of each format that ``workbench diff --format`` takes."""
