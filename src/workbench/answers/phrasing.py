"""Word a share, and decide when it may be called different.

Words follow the interval: a unit or a change is called different only when its whole 95 %
interval lies on one side, and never with fewer than ``FEW`` dossiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from workbench.answers.answer import Value
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.charts import Standing
from workbench.core import numerals
from workbench.figures import compare
from workbench.messages import say

FEW = 30
"""Below this denominator a 95 % interval is some 30 points wide: shown, but not judged."""
NAMED = 5
"""Number of units that a sentence names before it counts the rest."""

Row = dict[str, Any]


def measures_of(run: Run, scope: Scope, period: str) -> dict[str, Row]:
    """Return the rows of ``measures`` for a unit and period, by measure."""
    frame = compare.headline(run.measures, period=period, profile=scope.profile, unit_id=scope.unit)
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


def rate_words(row: Row) -> dict[str, str]:
    """Return value, fraction and interval of a rate as sentences use them."""
    return {
        "value": numerals.percent(row["value"]),
        "fraction": numerals.fraction(row["numerator"], row["denominator"]),
        "interval": numerals.percent_range(row["lower"], row["upper"]),
    }


def computed_under(profile: str) -> str:
    """Return the sentence that names the profile of causes and dependent tables."""
    return say("briefing.computed_under", profile=profile)


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
