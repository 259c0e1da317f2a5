"""Word a share, and decide when it may be called different.

Words follow the interval: a unit or a change is called different only when its whole 95 %
interval lies on one side, and never with fewer than ``FEW`` dossiers.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import polars as pl

from workbench.answers.answer import Value
from workbench.answers.columns import Col, Row, figure
from workbench.answers.questions import RATE, Scope
from workbench.answers.run import Run
from workbench.charts import Dot, Standing
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

FEW = 30
"""Below this denominator a 95 % interval is some 30 points wide: shown, but not judged."""
NAMED = 5
"""Number of units that a sentence names before it counts the rest."""


def measures_of(run: Run, scope: Scope, period: str) -> dict[str, Row]:
    """Return the rows of ``measures`` for a unit and period, by measure."""
    frame = compare.headline(
        run.measures_under(scope.profile),
        period=period,
        profile=scope.profile,
        unit_id=scope.unit,
    )
    return {row["measure"]: row for row in frame.iter_rows(named=True)}


def values_of(rows: Iterable[Row]) -> tuple[Value, ...]:
    """Return the figures of rows of ``measures``: counts, and the two numbers of each rate."""
    return tuple(
        Value(name, row["unit_id"], row["period"], row["profile"], number)
        for row in rows
        for name, number in _named_numbers(row)
    )


def _named_numbers(row: Row) -> list[tuple[str, float]]:
    if row["denominator"] is None:
        return [(row["measure"], row["numerator"])]
    return [(f"{row['measure']}.{part}", row[part]) for part in ("numerator", "denominator")]


def standing(interval: tuple[float, float], reference: float | None, base: int) -> Standing:
    """Return on which side of a reference a whole interval lies; ``few`` below ``FEW`` dossiers.

    >>> standing((0.05, 0.09), 0.04, 200), standing((0.03, 0.09), 0.04, 200)
    ('above', 'within')
    >>> standing((0.5, 1.0), 0.04, 3)
    'few'
    """
    if base < FEW:
        return "few"
    if reference is not None and interval[0] > reference:
        return "above"
    if reference is not None and interval[1] < reference:
        return "below"
    return "within"


def share_dot(
    name: str, interval: Sequence[float], note: str, side: Standing, *, marked: bool = False
) -> Dot:
    """Return the dot of a share or a difference of shares, in per cent, with its interval."""
    value, lower, upper = (100 * bound for bound in interval)
    return Dot(name, value, lower, upper, note, side, marked)


def rate_words(row: Row) -> dict[str, str]:
    """Return value, fraction and interval of a rate as sentences use them."""
    return {
        "value": numerals.percent(row["value"]),
        "fraction": numerals.fraction(row["numerator"], row["denominator"]),
        "interval": numerals.percent_range(row["lower"], row["upper"]),
    }


def of_unit(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Return the rows of a unit; all for ``*``."""
    return frame if unit == EVERYTHING else frame.filter(pl.col("unit_id") == unit)


def computed_under(run: Run, profile: str) -> str:
    """Return the sentence that names the profile of causes and dependent tables."""
    return say("briefing.computed_under", label=run.profile_label(profile))


def listed(names: Iterable[str]) -> str:
    """Join names for a sentence; beyond the first few give only their number."""
    everyone = list(names)
    text = "; ".join(everyone[:NAMED])
    rest = len(everyone) - NAMED
    return say("briefing.and_more", names=text, n=rest) if rest > 0 else text


def inline(text: str) -> str:
    """Return a label for use inside a sentence, its first letter small.

    >>> inline("Tỷ lệ trễ hạn")
    'tỷ lệ trễ hạn'
    """
    return text[:1].lower() + text[1:]


def distinct(ids: Iterable[str], named: Callable[[str], str]) -> dict[str, str]:
    """Return a name for each id; ids that share a name get the id behind it.

    >>> distinct(["a", "b", "c"], {"a": "Y tế", "b": "Y tế", "c": "Thuế"}.__getitem__)
    {'a': 'Y tế (a)', 'b': 'Y tế (b)', 'c': 'Thuế'}
    """
    names = {i: named(i) for i in ids}
    often = Counter(names.values())
    return {i: f"{n} ({i})" if often[n] > 1 else n for i, n in names.items()}


def moment(at: dt.datetime) -> str:
    """Write an instant to the second, so that differences can be checked.

    >>> moment(dt.datetime(2022, 6, 30, 17, 0, 5))
    '17:00:05 30/06/2022'
    """
    return at.strftime("%H:%M:%S %d/%m/%Y")


def clock(seconds: float | None) -> str:
    """Write seconds exactly, as hours and minutes; with seconds where there are any.

    >>> clock(5400), clock(-3605), clock(None)
    ('1:30', '−1:00:05', '–')
    """
    if seconds is None:
        return numerals.MISSING
    minutes, rest = divmod(abs(int(seconds)), 60)
    sign = numerals.MINUS if seconds < 0 else ""
    text = f"{sign}{minutes // 60}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


def exact(key: str, name: str, *, none: str = "") -> Col:
    """Return a column of seconds, written exactly."""
    return figure(key, lambda row: clock(row[name]), of=name if none else "", none=none)


def about_rate(title: str, measure: str) -> str:
    """Return a title with the rate that it is about, where that is not the usual one."""
    return title if measure == RATE else f"{title}: {inline(say(f'briefing.{measure}'))}"


def rule_name(run: Run, profile: str) -> str:
    """Return what a lateness profile is called in a sentence: its definition up to the colon."""
    return run.profile_label(profile).partition(":")[0]
