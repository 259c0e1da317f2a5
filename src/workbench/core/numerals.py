"""Format numbers for readers: ``1.234,5`` in Vietnamese, ``1,234.5`` in English.

Every sentence, table and chart label formats its numbers here, so that a figure never appears in
two spellings. A missing value becomes an en dash.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from workbench.core.vocabulary import Period
from workbench.messages import language, say

MISSING = "–"
MINUS = "\u2212"
"""A true minus sign: a hyphen beside a number reads as a dash."""
_SIGNS = {"en": str.maketrans("-", MINUS), "vi": str.maketrans(",.-", f".,{MINUS}")}


def count(value: float | None) -> str:
    """Write a whole number with thousands separators.

    >>> count(2214), count(None)
    ('2.214', '–')
    """
    return MISSING if value is None else _written(value or 0, 0)


def decimal(value: float | None, places: int = 1) -> str:
    """Write a number with a fixed number of decimal places.

    >>> decimal(1234.56)
    '1.234,6'
    """
    if value is None:
        return MISSING
    # Half up, as officials round; taking the shortest decimal first keeps 0.285 from being 0.2849.
    exact = Decimal(repr(round(float(value), 9))).quantize(
        Decimal(1).scaleb(-places), ROUND_HALF_UP
    )
    return _written(exact or abs(exact), places)


def _written(value: float | Decimal, places: int) -> str:
    return f"{value:,.{places}f}".translate(_SIGNS[language()])


def percent(share: float | None) -> str:
    """Write a share between 0 and 1 as a percentage with one decimal.

    >>> percent(0.0466)
    '4,7%'
    """
    return MISSING if share is None else f"{decimal(share * 100)}%"


def percent_range(lower: float | None, upper: float | None) -> str:
    """Write an interval of shares.

    >>> percent_range(0.031, 0.062)
    '3,1–6,2%'
    """
    if lower is None or upper is None:
        return MISSING
    return f"{decimal(lower * 100)}–{decimal(upper * 100)}%"


def points(difference: float | None, digits: int = 1) -> str:
    """Write a difference of two shares in percentage points, with its sign.

    >>> points(0.012), points(-0.012), points(0.01234, 2)
    ('+1,2', '−1,2', '+1,23')
    """
    if difference is None:
        return MISSING
    written = decimal(difference * 100, digits)
    return f"+{written}" if round(difference * 100, digits) > 0 else written


def points_range(lower: float | None, upper: float | None) -> str:
    """Write an interval of differences in percentage points.

    >>> points_range(-0.004, 0.021)
    '−0,4 đến +2,1'
    """
    if lower is None or upper is None:
        return MISSING
    return say("charts.range", lower=points(lower), upper=points(upper))


def hours(seconds: float | None) -> str:
    """Write a duration in seconds as hours with one decimal, without the unit.

    >>> hours(5400)
    '1,5'
    """
    return MISSING if seconds is None else decimal(seconds / 3600)


def fraction(numerator: float | None, denominator: float | None) -> str:
    """Write numerator and denominator of a share.

    >>> fraction(70, 2180)
    '70/2.180'
    """
    return f"{count(numerator)}/{count(denominator)}"


def day(value: dt.date) -> str:
    """Write a date as ``30/06/2022`` in both languages.

    >>> day(dt.date(2022, 6, 30))
    '30/06/2022'
    """
    return value.strftime("%d/%m/%Y")


def instant(value: dt.datetime | None) -> str:
    """Write a moment as ``17:00 30/06/2022`` in the zone it carries."""
    return MISSING if value is None else value.strftime("%H:%M %d/%m/%Y")


def period(label: str) -> str:
    """Write a period's label as people say it.

    Raises:
        UsageProblem: The label is no period.

    >>> period("2022-H1"), period("2021-Q3"), period("2022-03")
    ('6 tháng đầu năm 2022', 'quý III năm 2021', 'tháng 3 năm 2022')
    """
    parsed = Period.parse(label)
    start = parsed.starts_on
    quarter = (start.month - 1) // 3
    part = {
        "year": "year",
        "half": f"half_{start.month // 6 + 1}",
        "quarter": "quarter",
        "month": "month",
    }[parsed.kind]
    return say(
        f"charts.period_{part}",
        year=start.year,
        month=start.month,
        roman=("I", "II", "III", "IV")[quarter],
    )


def month_tick(label: str) -> str:
    """Write a month's label for an axis.

    >>> month_tick("2022-03")
    '03/2022'
    """
    return Period.parse(label).starts_on.strftime("%m/%Y")
