"""Find the roles that no header of a register explains, from the values of its columns.

A number that no other row has is the dossier's; of several dates the one before all others is the
reception, a later one that open rows lack the end, unless it was set at reception as a deadline is,
and one that all have and that lies between the ends of some rows the due date. Where several
columns may have a role, a person chooses, and always which column names the unit: words that repeat
may be anything. Columns that may hold persons are left alone, and each guess is marked as one in
the draft.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.ingest import value_shapes
from workbench.ingest.date_spelling import plain
from workbench.ingest.fields import is_extra
from workbench.ingest.headers import IGNORED
from workbench.ingest.proposals import Proposal
from workbench.ingest.spelling import fold
from workbench.privacy import Patterns

_UNIQUE, _FILLED, _ORDERED, _HALF = 0.98, 0.95, 0.9, 0.5
_MOST_UNITS, _ROWS_A_UNIT = 60, 3
_MOST_STATUSES = 12
_ROWS_A_PLAN = 5
_OF_CODES = ("status", "channel_in")
_ENDS = ("resolved_at", "returned_at")
_PLACES = ("x_ward", "x_district")
_WORDS = r"(?i)\p{L}{3}"
_YES_NO = {"yes", "no", "true", "false"}
_COUNTER = r"^\d{1,6}$"
_SPACED_NUMBER = r"^\p{Lu}{1,2}(?: \p{Lu}{1,2}| \S*\d\S*)+$"
"""A number of a dossier in groups, «PC 033 063 26 Z0004»: letters first, unlike a telephone's."""
_DAY_FIRST = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?: (\d{1,2}):(\d{2}))?"
_YEAR_FIRST = r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}))?"


@dataclass(frozen=True)
class Roles:
    """What values say of a register: settled roles, and columns of which a person must choose.

    ``choices`` has the columns that may have a role, by field, where more than one may.
    """

    proposals: tuple[Proposal, ...]
    choices: Mapping[str, tuple[str, ...]]


def with_roles(
    frame: pl.DataFrame,
    proposals: Sequence[Proposal],
    patterns: Patterns,
    codes: Mapping[str, Mapping[str, str]],
    *,
    day_first: bool,
) -> Roles:
    """Return the proposals of a register of dossiers, with roles that only its values show.

    Args:
        frame: One text column per header; words for an empty cell are missing.
        proposals: What the headers say.
        patterns: What identifies people inside a text.
        codes: Known values of the fields of codes.
        day_first: Whether the day comes before the month in its dates.
    """
    settled, choices = list(proposals), {}
    for field, headers in _roles(frame, proposals, codes, day_first=day_first):
        if len(headers) > 1 or field == "unit_id":
            choices[field] = tuple(headers)
            continue
        place = next(n for n, one in enumerate(settled) if one.header == headers[0])
        settled[place] = given_role(settled[place], field, frame[headers[0]], patterns)
    return Roles(tuple(settled), choices)


def given_role(proposal: Proposal, field: str, values: pl.Series, patterns: Patterns) -> Proposal:
    """Return a proposal whose column feeds a field, with the values of a code list."""
    examples = value_shapes.showable(values, patterns) if field in _OF_CODES else ()
    return replace(proposal, targets=(field,), reason="values", examples=tuple(sorted(examples)))


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
    frame: pl.DataFrame,
    proposals: Sequence[Proposal],
    codes: Mapping[str, Mapping[str, str]],
    *,
    day_first: bool,
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each field that no header gives, with the column that has it or those that may."""
    header_of = {target: one.header for one in proposals if one.is_mapped for target in one.targets}
    places = [one.header for one in proposals if one.targets[0] in _PLACES]
    open_columns = [one for one in proposals if _is_open(one)]
    filled = [h for h in (o.header for o in open_columns) if frame[h].null_count() < len(frame)]
    dates = [header for header in filled if value_shapes.are_dates(frame[header])]
    others = [header for header in filled if header not in dates]
    if "dossier_id" not in header_of and (header := _number(frame, others)):
        others.remove(header)
        yield "dossier_id", [header]
    for field, headers in _dates(frame, dates, header_of, day_first=day_first):
        header_of[field] = headers[0]
        yield field, headers
    for field in _OF_CODES:
        if field in header_of:
            continue
        header = _coded(frame, others, codes.get(field, {}))
        if header or (field == "status" and (header := _status(frame, others, header_of))):
            others.remove(header)
            yield field, [header]
    if "unit_id" not in header_of and (units := _units(frame, places or others)):
        yield "unit_id", units


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
        and not (texts.str.contains(r"\s.*\s") & ~texts.str.contains(_SPACED_NUMBER)).any()
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


def _coded(frame: pl.DataFrame, headers: Sequence[str], codes: Mapping[str, str]) -> str:
    """Return the column most of whose few values are known codes of a field."""
    for header in headers:
        values = frame[header].drop_nulls().unique()
        n_known = sum(fold(value) in codes for value in values.filter(values.str.contains(_WORDS)))
        is_list = 1 < len(values) <= _MOST_STATUSES and not _YES_NO & {fold(v) for v in values}
        if is_list and n_known > 1 and n_known >= _HALF * len(values):
            return header
    return ""


def _units(frame: pl.DataFrame, headers: Sequence[str]) -> list[str]:
    """Return the columns of words that repeat, those with the most different ones first."""
    counts = {h: frame[h].drop_nulls().n_unique() for h in headers if _are_units(frame[h])}
    return sorted(counts, key=lambda h: -counts[h])


def _are_units(values: pl.Series) -> bool:
    texts = values.drop_nulls()
    different = texts.n_unique()
    return (
        1 < different <= min(_MOST_UNITS, len(texts) // _ROWS_A_UNIT)
        and len(texts) >= _FILLED * len(values)
        and bool(texts.str.contains(_WORDS).all())
        and not _YES_NO & {fold(value) for value in texts.unique()}
    )


def _dates(
    frame: pl.DataFrame, dates: Sequence[str], header_of: dict[str, str], *, day_first: bool
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield reception, end and due date among dates that no header explains, where they lack.

    A due date is known for every row, and some rows end before it and some after.
    """
    given = [header for field, header in header_of.items() if field.endswith("_at")]
    moments = {h: sorting_digits(frame[h], day_first=day_first) for h in (*dates, *given)}
    start = header_of.get("received_at", "")
    rest = list(dates)
    if not start:
        others = [h for f, h in header_of.items() if f in ("due_at", *_ENDS)]
        start = _earliest(moments, rest, [*rest, *others])
        if not start:
            return
        rest.remove(start)
        yield "received_at", [start]
    later = [h for h in rest if _precedes(moments[start], moments[h])]
    end = next((header_of[field] for field in _ENDS if field in header_of), "")
    if not end:
        gaps = [h for h in later if frame[h].null_count() > frame[start].null_count()]
        after = {h: _days_after(moments[start], moments[h]) for h in later}
        # what open rows lack is an end, however evenly it lies
        ends = gaps or [h for h in later if not _is_planned(h, after, moments)]
        if not ends:
            return
        yield "resolved_at", ends
        end = ends[0]
    dues = [h for h in later if frame[h].null_count() <= frame[start].null_count() and h != end]
    if "due_at" not in header_of and (
        dues := [h for h in dues if _lie_on_both_sides(moments[h], moments[end])]
    ):
        yield "due_at", dues


def _days_after(start: pl.Series, later: pl.Series) -> pl.Series:
    """Return how many days each of two dates, as digits, are apart, where both are known."""
    days = pl.DataFrame({"start": start, "later": later}).drop_nulls()
    digits = pl.all().str.slice(0, 8).str.to_date("%Y%m%d", strict=False)
    return days.select(digits).select((pl.col("later") - pl.col("start")).dt.total_days())["later"]


def _is_planned(
    header: str, days_after: Mapping[str, pl.Series], moments: Mapping[str, pl.Series]
) -> bool:
    """Return whether a date was set at reception, as a deadline is, rather than met by work.

    All rows have it the same number of days later; or another date lies now before and now after
    it, and is spread over at least twice as many different numbers of days.
    """
    days = days_after[header].drop_nulls()
    spread = days.n_unique()
    if spread == 1 and len(days) >= _ROWS_A_PLAN and days[0] > 0:
        return True
    return any(
        _lie_on_both_sides(moments[header], moments[other])
        and 2 * spread <= days_after[other].n_unique()
        for other in days_after
        if other != header
    )


def _lie_on_both_sides(dues: pl.Series, ends: pl.Series) -> bool:
    """Return whether some rows end before the day of one date and some after it."""
    days = pl.DataFrame({"due": dues.str.slice(0, 8), "end": ends.str.slice(0, 8)}).drop_nulls()
    before, after = (
        days.filter(p).height
        for p in (pl.col("end") < pl.col("due"), pl.col("end") > pl.col("due"))
    )
    return bool(before and after)


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


def sorting_digits(values: pl.Series, *, day_first: bool) -> pl.Series:
    """Return dates as digits that sort by time; missing where a text is no date.

    >>> sorting_digits(pl.Series(["4/3/2022 8:05", "2022-03-05", "-"]), day_first=True).to_list()
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
