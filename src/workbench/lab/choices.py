"""What can be chosen for a parameter of a question, in words."""

from __future__ import annotations

from typing import Any

from workbench.answers.asking import Asking
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, PERIOD_KINDS, Period
from workbench.figures import compare
from workbench.messages import say

Choice = tuple[str, str]
"""A value and how it reads."""

NAMES = ("period", "against", "unit", "procedure", "measure", "profile")
"""Parameters that can be chosen, as notebooks call them, in the order of the lists."""


def fields_of(asking: Asking) -> list[dict[str, Any]]:
    """Return the lists above an answer: name, label, value and choices of each."""
    parameters = [name for name in NAMES if name in asking.scope and name in _taken(asking)]
    fields = []
    for name in parameters:
        value = str(asking.scope[name])
        choices = list(_choices(asking.book, name))
        if value not in dict(choices):
            choices.insert(0, (value, value or say("lab.by_default")))
        if len(choices) > 1:
            label = say(f"lab.choose_{name}")
            fields.append({"name": name, "label": label, "value": value, "options": choices})
    return fields


def _taken(asking: Asking) -> set[str]:
    """Return the parameters of the question itself; those of a part are chosen elsewhere."""
    return {*asking.lookups, *({"against", "procedure"} & {*asking.scope})}


def _choices(book: Any, name: str) -> list[Choice]:
    if name in ("period", "against"):
        return periods(book) if name == "period" else [("", say("lab.by_default")), *periods(book)]
    if name == "unit":
        return [(u, book.unit_name(u)) for u in (EVERYTHING, *book.units())]
    if name == "procedure":
        rows = book.read("dossiers").select("procedure_id", "procedure_name").unique().rows()
        return sorted((p, f"{p} {words or ''}"[:80]) for p, words in rows if p)
    if name == "measure":
        return [(rate, say(f"briefing.{rate}")) for rate in compare.SIDE_BY_SIDE_RATES]
    profiles = book.read("result_profiles")["profile"].to_list()
    return [(p, book.profile_label(p)) for p in sorted(profiles)]


def periods(book: Any) -> list[Choice]:
    """Return the periods with dossiers, the widest kind first, the newest of a kind first."""
    kinds = reversed(PERIOD_KINDS)
    labels = [label for kind in kinds for label in reversed(book.periods(kind))]
    return [(label, numerals.period(label)) for label in labels]


def period_around(book: Any, words: list[str]) -> str:
    """Return the shortest period with dossiers that contains some brushed ones; else nothing.

    Args:
        book: The book.
        words: Periods as the axis of a chart names them.
    """
    ticks = [(label, numerals.month_tick(label)) for label in book.periods("month")]
    spans = [Period.parse(p) for p, text in (*periods(book), *ticks) if text in words]
    if not spans:
        return ""
    first, last = min(s.starts_on for s in spans), max(s.ends_on for s in spans)
    wide = [Period.parse(label) for label, _ in periods(book)]
    fitting = [p for p in wide if p.starts_on <= first and last <= p.ends_on]
    return str(min(fitting, key=lambda p: p.ends_on - p.starts_on)) if fitting else ""
