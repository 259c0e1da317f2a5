"""The first screen of a comparison: headline figures, judgements, dossiers, inputs, tables.

It fits a terminal: what does not is counted, and stands in the tables behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label, known_causes
from workbench.core.project import shipped
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.messages import say
from workbench.official.metrics import measure_name
from workbench.review.briefings import PageChange
from workbench.review.comparison import RevisionDiff
from workbench.review.effects import Effects
from workbench.review.reasons import Reason
from workbench.review.tables import NUMBERED, TableChange
from workbench.review.verdicts import Verdict

FIGURES = ("received", "resolved", "late", "open_overdue", "late_done", "late_or_overdue")
"""Headline figures, in reading order."""
_SHOWN = {"verdicts": 3, "dossiers": 12, "flips": 3, "tables": 8, "columns": 4}
"""How many of each the first screen names; the rest is counted."""
_FILES_SHOWN = 8
_WHY = 6
"""Inputs that the first screen names."""
_RECORDS = ("dossiers", "pauses", "steps")
"""Tables of what is on record of a dossier."""
_KINDS = ("named", "not_named", "cause", "reality", "gap", "no_gap")


def figures_table(revisions: RevisionDiff) -> Table | None:
    """Return the headline figures of the latest half-year of either side."""
    period = latest_half(revisions.figures)
    figures = revisions.figures.filter(pl.col("period") == period)
    return period_table(figures, period, revisions.headline) if period else None


def period_table(figures: pl.DataFrame, period: str, profile: str) -> Table:
    """Return the headline figures of a period in reading order, both sides beside each other."""
    order = pl.col("measure").replace_strict({n: i for i, n in enumerate(FIGURES)}, default=None)
    rows = figures.filter(order.is_not_null()).sort(order)
    headings = say("revisions.columns_scoreboard").split(" | ")
    return Table(
        say(
            "revisions.caption_scoreboard",
            period=numerals.period(period),
            profile=profile,
        ),
        tuple(Column(h.removesuffix(" #"), number=h.endswith(" #")) for h in headings),
        tuple(_figure_row(row) for row in rows.iter_rows(named=True)),
    )


def latest_half(figures: pl.DataFrame) -> str:
    """Return the last half-year in which a side received dossiers; empty without one."""
    some = (pl.col("left_numerator") > 0) | (pl.col("right_numerator") > 0)
    received = figures.filter(pl.col("measure") == "received", some)
    halves = [p for p in received["period"] if Period.parse(p).kind == "half"]
    return max(halves, default="")


def _figure_row(row: dict[str, Any]) -> tuple[Cell, ...]:
    left, right = row["left_value"], row["right_value"]
    has_none = row["method"] == "count" or row["is_beyond"] is None
    key = "no_interval" if has_none else "beyond" if row["is_beyond"] else "within"
    reading = say(f"revisions.{key}") if left != right else say("revisions.same")
    return (
        measure_name(row["measure"], shipped().reference),
        figure_value(row, "left"),
        figure_value(row, "right"),
        difference(row),
        reading,
    )


def figure_value(row: dict[str, Any], side: str) -> Cell:
    """Return one side of a figure: a count, or a rate with numerator and denominator."""
    value, denominator = row[f"{side}_value"], row[f"{side}_denominator"]
    if row["method"] == "count":
        numerator = row[f"{side}_numerator"]
        absent = Blank(say("revisions.absent"))
        return absent if numerator is None else numerals.count(numerator)
    if value is None:
        return Blank(say("revisions.absent" if denominator is None else "revisions.no_base"))
    return f"{numerals.percent(value)} ({numerals.fraction(row[f'{side}_numerator'], denominator)})"


def difference(row: dict[str, Any], digits: int = 1) -> Cell:
    """Return right minus left: points of a rate, dossiers of a count."""
    left, right = row["left_value"], row["right_value"]
    if left is None or right is None:
        return Blank(say("revisions.one_side"))
    if row["method"] != "count":
        return say("revisions.points", points=numerals.points(right - left, digits))
    return f"{'+' if right > left else ''}{numerals.count(right - left)}"


def verdict_sentences(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield one sentence per kind of judgement that differs, the first few by name."""
    ordered = sorted(verdicts, key=lambda v: _KINDS.index(v.kind))
    for kind, group in groupby(ordered, key=lambda v: v.kind):
        alike = list(group)
        names = _listed([_judgement(v) for v in alike], _SHOWN["verdicts"])
        yield say(f"revisions.verdict_{kind}", count=numerals.count(len(alike)), names=names)


def _judgement(verdict: Verdict) -> str:
    match verdict.kind:
        case "cause":
            sides = [_cause(verdict.left), _cause(verdict.right)]
        case "reality":
            sides = [_reality(verdict.left), _reality(verdict.right)]
        case "gap" | "no_gap":
            sides = [_points(verdict.left), _points(verdict.right)]
        case _:
            sides = [_q_value(verdict.left), _q_value(verdict.right)]
    subject = " · ".join(map(_subject, verdict.subject))
    return f"{subject} ({sides[0]} → {sides[1]})"


def _subject(part: str) -> str:
    """Return a part of what is judged as people call it: a cause, a side of a gap, a unit."""
    cause = part.removeprefix("cause:")
    if cause in known_causes():
        return cause_label(cause)
    if part in {"mix", "calendar", "residual"}:
        return say(f"gaps.{part}")
    unit, _, period = part.rpartition("@")
    if unit == "peers":
        return f"{say('gaps.peers')} {period}"
    if EVERYTHING in (unit, part):
        return f"{say('labels.everything')} {period}" if unit else say("labels.everything")
    return f"{unit} {period}".strip()


def _cause(name: str | float | None) -> str:
    return cause_label(str(name)) if name else numerals.MISSING


def _reality(name: str | float | None) -> str:
    return say(f"causes.reality_{name}") if name else numerals.MISSING


def _points(effect: str | float | None) -> str:
    return numerals.MISSING if effect is None else numerals.points(float(effect))


def _q_value(q_value: str | float | None) -> str:
    return numerals.MISSING if q_value is None else f"q {numerals.decimal(float(q_value), 3)}"


def dossier_sentences(revisions: RevisionDiff) -> Iterator[str]:
    """Yield which dossiers differ in what is on record of them, and which in their outcome."""
    records = [change for change in revisions.tables if change.table in _RECORDS]
    if ids := sorted({d for change in records for d in change.dossiers.to_list()}):
        columns = sorted({name for change in records for name, _ in change.columns} - {*NUMBERED})
        names = _listed(ids, _SHOWN["dossiers"])
        yield say(
            "revisions.records",
            count=numerals.count(len(ids)),
            names=names,
            columns=_listed(columns, _SHOWN["columns"]) or numerals.MISSING,
        )
    renamed = [change.renamed for change in records if change.renamed[0]]
    if renamed:
        yield say(
            "revisions.renamed",
            count=numerals.count(max(ids for ids, _ in renamed)),
            rows=numerals.count(sum(rows for _, rows in renamed)),
        )
    if not revisions.records.is_empty():
        kinds = revisions.records["change"].value_counts().sort("count", "change", descending=True)
        by_kind = (
            f"{say(f'revisions.record_{change}')} {numerals.count(n)}"
            for change, n in kinds.iter_rows()
        )
        yield say("revisions.records_by_kind", names="; ".join(by_kind))
    flips = revisions.flips.filter(pl.col("profile") == revisions.headline)
    if not flips.is_empty():
        names = _listed([_flip(row) for row in flips.iter_rows(named=True)], _SHOWN["flips"])
        yield say("revisions.flipped", count=numerals.count(flips.height), names=names)
        if n_later := flips.filter("is_snapshot_moved").height:
            yield say("revisions.flipped_by_snapshot", count=numerals.count(n_later))


def _flip(row: dict[str, Any]) -> str:
    sides = [say(f"labels.{row[f'{side}_outcome']}") for side in ("left", "right")]
    return f"{row['dossier_id']} ({sides[0]} → {sides[1]})"


def why_sentence(reasons: tuple[Reason, ...]) -> str:
    """Return which inputs changed, the first few by name."""
    # two stages may read one file by different names: it is one input to a reader
    inputs = list(
        dict.fromkeys(
            f"{say(f'revisions.group_{reason.group}')}: {_input(reason)}" for reason in reasons
        )
    )
    more = len(inputs) - _WHY
    rest = f"; {say('revisions.more', count=numerals.count(more))}" if more > 0 else ""
    return say("revisions.why", inputs="; ".join(inputs[:_WHY]) + rest)


def _input(reason: Reason) -> str:
    if reason.files:
        return file_names(reason.files)
    is_value = reason.what.startswith("params.yaml:")
    return f"{reason.what} ({reason.left} → {reason.right})" if is_value else reason.what


def file_names(files: tuple[str, ...]) -> str:
    """Return the first few files by name; the rest is counted."""
    names = ", ".join(files[:_FILES_SHOWN])
    more = len(files) - _FILES_SHOWN
    return f"{names} (+{more})" if more > 0 else names or numerals.MISSING


def effects_parts(revisions: RevisionDiff) -> Iterator[str | Table]:
    """Yield what each group of changed inputs did to the figures that moved, and to dossiers."""
    effects = revisions.effects
    if effects is None:
        yield say("revisions.not_run")
        return
    if len(effects.groups) == 1:
        yield say("revisions.one_group", group=_group(effects.groups[0]))
        return
    if table := _effects_table(revisions, effects):
        yield table
    if not effects.flips.is_empty():
        total = numerals.count(effects.flips.height)
        counts = effects.flips["group"].value_counts().sort("count", "group", descending=True)
        names = "; ".join(
            f"{' + '.join(map(_group, group.split('+')))} {numerals.count(n)}"
            for group, n in counts.iter_rows()
        )
        yield say("revisions.flips_by_group", count=total, names=names)


def _effects_table(revisions: RevisionDiff, effects: Effects) -> Table | None:
    period = latest_half(revisions.figures)
    moved = revisions.figures.filter(
        pl.col("period") == period,
        pl.col("measure").is_in(FIGURES),
        pl.col("left_value") != pl.col("right_value"),
    )
    parts = {(m, p, g): e for m, p, g, e in effects.figures.iter_rows()}
    rows = tuple(
        (
            measure_name(row["measure"], shipped().reference),
            difference(row, digits=2),
            *(_effect(row, parts.get((row["measure"], period, g))) for g in effects.groups),
        )
        for row in sorted(moved.iter_rows(named=True), key=lambda r: FIGURES.index(r["measure"]))
    )
    if not rows:
        return None
    first, second = say("revisions.columns_effects").split(" | ")
    headings = [Column(first, number=False), Column(second)]
    note = say("revisions.in_order" if effects.is_in_order else "revisions.all_orders")
    return Table(
        say("revisions.caption_effects", period=numerals.period(period)),
        (*headings, *(Column(_group(group)) for group in effects.groups)),
        rows,
        (f"{note} {say('revisions.runs', count=numerals.count(effects.n_runs))}",),
    )


def _effect(row: dict[str, Any], effect: float | None) -> Cell:
    if effect is None:
        return Blank(say("revisions.one_side"))
    if row["method"] != "count":
        return say("revisions.points", points=numerals.points(effect, 2))
    return numerals.decimal(effect, 2)


def _group(group: str) -> str:
    return say(f"revisions.group_{group}")


def pages_sentence(pages: Sequence[PageChange]) -> str:
    """Return which pages of the briefing read otherwise, and in how many lines."""
    if not pages:
        return say("revisions.pages_alike")
    names = [f"{page.page} ({numerals.count(len(page.lines))})" for page in pages]
    listed = _listed(names, _SHOWN["tables"])
    return say("revisions.pages", count=numerals.count(len(pages)), names=listed)


def tables_sentence(tables: Sequence[TableChange]) -> str:
    """Return which tables differ, and by how many rows."""
    ordered = sorted(tables, key=lambda t: (-t.n_rows, t.table))
    names = _listed([_table_change(t) for t in ordered], _SHOWN["tables"])
    return say("revisions.tables", count=numerals.count(len(tables)), names=names)


def _table_change(change: TableChange) -> str:
    if change.left_rows is None or change.right_rows is None:
        key = "appeared" if change.left_rows is None else "disappeared"
        return f"{change.table} ({say(f'revisions.{key}')})"
    parts = [
        f"{sign}{numerals.count(n)}"
        for sign, n in (("+", change.added), ("−", change.removed), ("~", change.changed))
        if n
    ]
    return f"{change.table} ({' '.join(parts) or _without_rows(change)})"


def _without_rows(change: TableChange) -> str:
    """Return what differs in a table of which no row does."""
    if change.has_other_columns:
        return say("revisions.schema")
    if rows := change.renamed[1]:
        return say("revisions.only_renamed", rows=numerals.count(rows))
    return say("revisions.other_bytes")


def _listed(names: Sequence[str], limit: int, total: int | None = None) -> str:
    more = (len(names) if total is None else total) - min(limit, len(names))
    text = "; ".join(names[:limit])
    return f"{text}; {say('revisions.more', count=numerals.count(more))}" if more > 0 else text
