"""Classify the values of an unknown column: dates, times of day, codes, people.

Judged by a sample from both ends of the column, so that a long file costs no more than a short
one. A column that might hold personal names is treated as if it did.
"""

from __future__ import annotations

import polars as pl

from workbench.ingest.date_spelling import are_stamps
from workbench.ingest.stamps import EPOCH, formatted
from workbench.privacy import Patterns

_MOST_CODES = 40
PLACEHOLDERS = (
    *("?", "-", "--", "---", "—", "n/a", "null", "(null)", "<null>", r"\n", "nan", "nat"),
    *("empty", "(empty)", "(blank)", "blank", "trống", "(trống)", "chưa có", "chưa trả"),
)
"""Words that stand for an empty cell, in small letters."""
_DATE_PLACEHOLDERS = (*PLACEHOLDERS, "na", "none", "không", "không có", "open", "pending")
"""Words that can only mean an empty cell where they stand among dates."""
_FORMATS = (
    *("%d.%m.%Y %H%M", "%d/%m/%Y %H%M", "%m.%d.%Y %H%M", "%m/%d/%Y %H%M", "%Y-%m-%d %H%M"),
    "%Y%m%d %H%M",
    *("%Y-%j", "%Y%j", "%d%m%Y", "%d%m%Y%H%M", "%d%m%Y %H:%M", "%d%b%Y:%H:%M:%S", "%d%b%Y"),
    *("%y%m%d", "%y%m%d %H%M", "%d-%m-%Y-%H-%M-%S", "%Y-%m-%d-%H.%M.%S.%f", "%Y-%m-%d_%H-%M-%S"),
    *("%Y:%m:%d %H:%M:%S", "%d/%m/%Y:%H:%M:%S", "%d/%b/%Y:%H:%M:%S %z", EPOCH),
)
"""Formats to try on dates that no known shape reads; of equals the first counts."""

_SAMPLE = 2_500
_MOSTLY, _SOME, _HALF, _FEW_DISTINCT = 0.8, 0.3, 0.5, 0.2
_LONG_TEXT, _FEW_VALUES = 40, 3
_EPOCHS = r"^1\d{9}(?:\d{3}){0,2}(?:\.\d+)?$"
_SERIALS = r"^[34]\d{4}(?:\.\d+)?$"
_TIMES = (
    r"(?i)^(?:\d{1,2}[:hg]\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:[ap]\.?m\.?|sa|ch))?"
    r"|1899-12-3[01] \d{2}:\d{2}(?::\d{2})?|0\.\d+)$"
)
_LONG_NUMBER = r"\d{9}"
_HOURS = r"\d[:hg]\d|\d{12}|\d{5}\.\d*[1-9]|T\d"
_PLACE = r"\d.*\p{L}{2,}.*\p{L}{2,}"
_SURNAMES = (
    r"^(?:(?i:nguyễn|nguyen|trần|phạm|pham|huỳnh|huynh|hoàng|phan|võ|đặng|bùi|ngô|dương|trương)"
    r"|Lê|LÊ|Le|LE|Tran|TRAN|Hoang|HOANG|Vũ|VŨ|Vu|VU|Vo|VO|Bui|BUI|Đỗ|ĐỖ|Ngo|NGO|Duong|DUONG"
    r"|Lý|LÝ|Đinh|ĐINH|Dinh|DINH|Đoàn|ĐOÀN|Trịnh|TRỊNH|Đào|ĐÀO)(?: \p{Lu}[\p{L}.]*){1,4}$"
)
_TITLES = r"^(?:mr|mrs|ms|miss|dr|ông|bà|anh|chị)\.? \p{L}+"
_NAMES = r"^\p{Lu}[\p{L}'’\-]+\.?,?(?: \p{Lu}[\p{L}'’\-]*\.?){1,4}$"


def are_dates(values: pl.Series) -> bool:
    """Return whether a column holds dates in a shape that needs no entry in the profile."""
    return not len(known := _sample(values)) or _share(are_stamps(known)) >= _MOSTLY


def are_counted(values: pl.Series) -> bool:
    """Return whether a column of dates holds numbers: seconds since 1970 or Excel's serial days."""
    sample = _sample(values)
    return _share(sample.str.contains(rf"{_EPOCHS}|{_SERIALS}")) >= _MOSTLY


def date_formats(values: pl.Series) -> tuple[str, ...]:
    """Return the format that reads most of a column of dates in no known shape."""
    sample = _sample(values).unique()
    rest = sample.filter(~are_stamps(sample).fill_null(value=False))
    if not len(rest):
        return ()
    shares = {form: _share(formatted(rest, [form]) != rest) for form in _FORMATS}
    if _share(rest.str.contains(_LONG_NUMBER)) < _MOSTLY:
        del shares[EPOCH]
    best = max(shares, key=lambda form: shares[form])
    return (best,) if shares[best] >= _MOSTLY else ()


def are_some_dates(values: pl.Series) -> bool:
    """Return whether enough values are dates for a column whose header names dates."""
    sample = _sample(values)
    sample = sample.filter(~sample.str.to_lowercase().is_in(_DATE_PLACEHOLDERS))
    return not len(sample) or _share(are_stamps(sample)) >= _HALF


def have_no_time(values: pl.Series) -> bool:
    """Return whether no date of a column has a time of day other than midnight."""
    sample = _sample(values).str.replace(r"[ T]0?0:00(?::00(?:\.0+)?)?$", "")
    return _share(sample.str.contains(_HOURS)) == 0


def are_times(values: pl.Series) -> bool:
    """Return whether a column holds times of day without a date."""
    sample = _sample(values)
    return bool(len(sample)) and _share(sample.str.contains(_TIMES)) >= _MOSTLY


def are_codes(values: pl.Series) -> bool:
    """Return whether values repeat as those of a code list or a group do."""
    texts = values.drop_nulls()
    distinct = texts.n_unique()
    if distinct <= 1:
        return len(texts) > _FEW_VALUES
    return distinct <= max(min(_MOST_CODES, _HALF * len(texts)), _FEW_DISTINCT * len(texts))


def are_people(values: pl.Series, patterns: Patterns, *, free_text: bool = True) -> bool:
    """Return whether a column holds persons or their identifiers, by its values alone.

    Without ``free_text`` a long number is none.
    """
    sample = _sample(values)
    if not len(sample):
        return False
    _, finds = patterns.mask(sample, free_text=free_text)
    return finds["row"].n_unique() >= _SOME * len(sample)


def may_be_people(values: pl.Series) -> bool:
    """Return whether a column with an unknown header might hold names, places or free text."""
    sample = _sample(values)
    if _share(_are_names(sample)) >= _SOME:
        return True
    if not len(sample) or are_codes(values):
        return False
    names = _share(sample.str.contains(_NAMES))
    places = _share(sample.str.contains(_PLACE))
    long = float(sample.str.len_chars().mean() or 0) >= _LONG_TEXT  # type: ignore[arg-type]
    return names >= _SOME or places >= _HALF or long


def showable(values: pl.Series, patterns: Patterns) -> pl.Series:
    """Return the distinct values of a code list that name no person, the most frequent first."""
    counts = values.drop_nulls().value_counts(sort=True)
    frequent = counts[values.name].head(_MOST_CODES)
    _, finds = patterns.mask(frequent, free_text=True)
    hidden = pl.Series(range(len(frequent))).is_in(finds["row"].implode()) | _are_names(frequent)
    return frequent.filter(~hidden & (frequent.str.len_chars() <= _LONG_TEXT))


def placeholders(values: pl.Series, *, of_dates: bool) -> set[str]:
    """Return the words of a column that mean an empty cell."""
    words = _DATE_PLACEHOLDERS if of_dates else PLACEHOLDERS
    texts = values.drop_nulls().unique()
    return set(texts.filter(texts.str.to_lowercase().is_in(words)).to_list())


def _are_names(known: pl.Series) -> pl.Series:
    return known.str.contains(_SURNAMES) | known.str.to_lowercase().str.contains(_TITLES)


def _sample(values: pl.Series) -> pl.Series:
    texts = values.drop_nulls()
    if len(texts) <= 2 * _SAMPLE:
        return texts
    return pl.concat([texts.head(_SAMPLE), texts.tail(_SAMPLE)])


def _share(flags: pl.Series) -> float:
    return float(flags.fill_null(value=False).mean() or 0)  # type: ignore[arg-type]
