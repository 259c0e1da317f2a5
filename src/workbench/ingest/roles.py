"""Find the roles that no header of a register explains, from the values of its columns.

A number that no other row has is the dossier's; of several dates the one before all others is the
reception; a later one that open rows lack is the end, and one that all have the due date. Columns
that may hold persons are left alone, and each guess is marked as one in the draft.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from workbench.ingest import value_shapes
from workbench.ingest.date_spelling import plain
from workbench.ingest.fields import is_extra
from workbench.ingest.headers import IGNORED
from workbench.ingest.proposals import Proposal
from workbench.privacy import Patterns

_UNIQUE, _FILLED, _ORDERED, _HALF = 0.98, 0.95, 0.9, 0.5
_MOST_UNITS, _ROWS_A_UNIT = 60, 3
_MOST_STATUSES = 12
_PLACES = ("x_ward", "x_district")
_COUNTER = r"^\d{1,6}$"
_DAY_FIRST = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?: (\d{1,2}):(\d{2}))?"
_YEAR_FIRST = r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}))?"


def with_roles(
    frame: pl.DataFrame, proposals: Sequence[Proposal], patterns: Patterns, *, day_first: bool
) -> tuple[Proposal, ...]:
    """Return the proposals of a register of dossiers, with roles that only its values show.

    Args:
        frame: One text column per header; words for an empty cell are missing.
        proposals: What the headers say.
        patterns: What identifies people inside a text.
        day_first: Whether the day comes before the month in its dates.
    """
    settled = list(proposals)
    for field, header in _roles(frame, proposals, day_first=day_first):
        place = next(n for n, one in enumerate(settled) if one.header == header)
        values = value_shapes.showable(frame[header], patterns) if field == "status" else ()
        settled[place] = replace(
            settled[place], targets=(field,), reason="values", examples=tuple(sorted(values))
        )
    return tuple(settled)


def likely_statuses(frame: pl.DataFrame, proposals: Sequence[Proposal]) -> dict[str, str]:
    """Return, by status as written, whether most of its rows have ended: resolved, or in progress.

    Nothing without a column of statuses and one of ends.
    """
    columns = {one.targets[0].rpartition(".")[2]: one.header for one in proposals if one.is_mapped}
    end = columns.get("resolved_at") or columns.get("returned_at")
    if "status" not in columns or not end:
        return {}
    rows = frame.select(status=columns["status"], has_ended=pl.col(end).is_not_null())
    shares = rows.drop_nulls("status").group_by("status").agg(pl.col("has_ended").mean())
    return {
        status: "resolved" if share >= _HALF else "in_progress" for status, share in shares.rows()
    }


def _roles(
    frame: pl.DataFrame, proposals: Sequence[Proposal], *, day_first: bool
) -> Iterator[tuple[str, str]]:
    header_of = {one.targets[0]: one.header for one in proposals if one.is_mapped}
    places = [one.header for one in proposals if one.targets[0] in _PLACES]
    open_columns = [one for one in proposals if _is_open(one)]
    filled = [h for h in (o.header for o in open_columns) if frame[h].null_count() < len(frame)]
    dates = [header for header in filled if value_shapes.are_dates(frame[header])]
    others = [header for header in filled if header not in dates]
    if "dossier_id" not in header_of and (header := _number(frame, others)):
        others.remove(header)
        yield "dossier_id", header
    for field, header in _dates(frame, dates, header_of, day_first=day_first):
        header_of[field] = header
        yield field, header
    if "status" not in header_of and (header := _status(frame, others, header_of)):
        others.remove(header)
        yield "status", header
    if "unit_id" not in header_of and (header := _unit(frame, places or others)):
        yield "unit_id", header


def _is_open(proposal: Proposal) -> bool:
    """Return whether no header explains a column, and nothing says that it holds persons."""
    target = proposal.targets[0]
    return target == IGNORED or (is_extra(target) and proposal.reason == "values")


def _number(frame: pl.DataFrame, headers: Sequence[str]) -> str:
    """Return the column whose values are all different; a plain count of the rows comes last."""
    unique = [h for h in headers if _is_unique(frame[h])]
    counts = [h for h in unique if frame[h].drop_nulls().str.contains(_COUNTER).all()]
    return next((h for h in (*unique, *counts) if h not in counts), next(iter(counts), ""))


def _is_unique(values: pl.Series) -> bool:
    texts = values.drop_nulls()
    return (
        len(texts) >= _FILLED * len(values)
        and len(texts) > 1
        and texts.n_unique() >= _UNIQUE * len(texts)
        and not texts.str.contains(r"\s.*\s").any()
    )


def _status(frame: pl.DataFrame, headers: Sequence[str], header_of: Mapping[str, str]) -> str:
    """Return the column whose few words say which rows have ended and which have not."""
    end = header_of.get("resolved_at") or header_of.get("returned_at")
    for header in headers if end else ():
        rows = frame.select(word=header, has_ended=pl.col(end or "").is_not_null())
        shares = rows.drop_nulls("word").group_by("word").agg(pl.col("has_ended").mean())
        ended = shares["has_ended"]
        if (
            1 < shares.height <= min(_MOST_STATUSES, rows.height // 2)
            and ((ended <= 1 - _ORDERED) | (ended >= _ORDERED)).all()
            and (ended >= _ORDERED).n_unique() > 1
        ):
            return header
    return ""


def _unit(frame: pl.DataFrame, headers: Sequence[str]) -> str:
    """Return the column of words that repeat, the one with the most different ones."""
    counts = {h: frame[h].drop_nulls().n_unique() for h in headers if _are_units(frame[h])}
    return max(counts, key=lambda h: counts[h], default="")


def _are_units(values: pl.Series) -> bool:
    texts = values.drop_nulls()
    different = texts.n_unique()
    return (
        1 < different <= min(_MOST_UNITS, len(texts) // _ROWS_A_UNIT)
        and len(texts) >= _FILLED * len(values)
        and bool(texts.str.contains(r"\p{L}{3}").all())
    )


def _dates(
    frame: pl.DataFrame, dates: Sequence[str], header_of: dict[str, str], *, day_first: bool
) -> Iterator[tuple[str, str]]:
    """Yield reception, end and due date among dates that no header explains, where they lack."""
    moments = {h: _moments(frame[h], day_first=day_first) for h in (*dates, *header_of.values())}
    start = header_of.get("received_at", "")
    rest = list(dates)
    if not start:
        others = [h for f, h in header_of.items() if f in ("due_at", "resolved_at", "returned_at")]
        start = _earliest(moments, rest, [*rest, *others])
        if not start:
            return
        rest.remove(start)
        yield "received_at", start
    later = [h for h in rest if _precedes(moments[start], moments[h])]
    gaps = [h for h in later if frame[h].null_count() > frame[start].null_count()]
    whole = [h for h in later if h not in gaps]
    if header_of.keys().isdisjoint(("resolved_at", "returned_at")) and (ends := gaps or whole):
        yield "resolved_at", ends[0]
        whole = [h for h in whole if h != ends[0]]
    if "due_at" not in header_of and whole:
        yield "due_at", whole[0]


def _earliest(moments: dict[str, pl.Series], dates: Sequence[str], others: Sequence[str]) -> str:
    """Return the date, present in nearly every row, that none of the others comes before."""
    for header in dates:
        days = moments[header]
        is_filled = len(days.drop_nulls()) >= _FILLED * len(days)
        if is_filled and all(_precedes(days, moments[h]) for h in others if h != header):
            return header
    return ""


def _precedes(first: pl.Series, second: pl.Series) -> bool:
    """Return whether, where both are known, the first is nearly always no later than the second."""
    days = pl.DataFrame({"first": first.str.slice(0, 8), "second": second.str.slice(0, 8)})
    both = days.drop_nulls()
    return bool(both.height) and both.filter(pl.col("first") <= pl.col("second")).height >= (
        _ORDERED * both.height
    )


def _moments(values: pl.Series, *, day_first: bool) -> pl.Series:
    """Return dates as digits that sort by time; missing where a text is no date.

    >>> _moments(pl.Series(["4/3/2022 8:05", "2022-03-05", "-"]), day_first=True).to_list()
    ['202203040805', '202203050000', None]
    """
    text = plain(values).alias("text")
    day, month = (1, 2) if day_first else (2, 1)
    numbers = [
        pl.coalesce(pl.col("text").str.extract(p, g) for p, g in zip(patterns, groups, strict=True))
        for patterns, groups in (
            ((_DAY_FIRST, _YEAR_FIRST), (3, 1)),
            ((_DAY_FIRST, _YEAR_FIRST), (month, 2)),
            ((_DAY_FIRST, _YEAR_FIRST), (day, 3)),
            ((_DAY_FIRST, _YEAR_FIRST), (4, 4)),
            ((_DAY_FIRST, _YEAR_FIRST), (5, 5)),
        )
    ]
    year, *rest = numbers
    parts = [year, *(number.fill_null("0").str.zfill(2) for number in rest)]
    digits = pl.when(year.is_not_null()).then(pl.concat_str(parts)).alias("digits")
    return text.to_frame().select(digits)["digits"]
