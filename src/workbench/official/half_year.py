"""The seed figures of a half-year report, with their sentences.

Received, resolved early, on time and late, delivered by post, filed online by level, processed
online, electronic against paper. Each is a count or a share with numerator, denominator and
interval; a share without denominator gets no sentence. Accounting only: evidence level 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, ReportSpan
from workbench.figures.estimates import Estimate, count
from workbench.figures.measures import ESTIMATED, Rate
from workbench.messages import say
from workbench.official.metrics import estimate_rate, totals

COUNTS: dict[str, tuple[str, ...]] = {
    "received": ("received",),
    "carried": ("carried",),
    "resolved": ("done",),
    "early": ("early",),
    "on_time": ("on_time",),
    "late": ("late",),
    "unknown": ("unknown",),
    "withdrawn": ("withdrawn",),
    "rejected": ("rejected",),
    "open_in_time": ("open_in_time",),
    "open_overdue": ("open_overdue",),
    "open_unknown": ("open_unknown",),
    "received_by_post": ("received_post",),
    "online": ("received_online",),
    "online_full": ("online_full",),
    "online_part": ("online_part",),
    "online_rest": ("online_rest",),
    "returned": ("returned",),
    "returned_electronic": ("results_electronic",),
    "returned_paper": ("returned_counter", "returned_by_post"),
}
"""Figure -> counters of ``counts`` it adds up."""

RATES = (
    "ot_done",
    "early_share",
    "late_done",
    "late_or_overdue",
    "ot_due",
    "online_in",
    "online_full_share",
    "online_processed",
    "post_out",
    "electronic_out",
)
_SENTENCES = ("ot_done", "late_or_overdue", "online_in", "online_processed", "post_out")
_SCHEMA = {"figure": pl.String, **ESTIMATED, "evidence_level": pl.Int64}


@dataclass(frozen=True)
class HalfYearReport:
    """The figures of a period and their sentences in the current language.

    ``frame`` has one row per figure: numerator, denominator (null for a count), value, 95 %
    interval, method, evidence level.
    """

    span: ReportSpan
    profile: str
    frame: pl.DataFrame
    sentences: tuple[str, ...]

    def figure(self, name: str) -> dict[str, object]:
        """Return one figure's row.

        Raises:
            KeyError: The report has no such figure.
        """
        rows = self.frame.filter(pl.col("figure") == name)
        if rows.is_empty():
            raise KeyError(name)
        return rows.row(0, named=True)


def half_year_report(
    counts: pl.DataFrame,
    rates: Mapping[str, Rate],
    *,
    span: ReportSpan,
    profile: str,
    unit_id: str = EVERYTHING,
    effects: Mapping[str, float] | None = None,
) -> HalfYearReport:
    """Return the seed figures of a report for any period, not only a half-year.

    Args:
        counts: Table ``counts``.
        rates: What each rate divides (``read_rates``).
        span: The period under its reporting convention (``Conventions.span``).
        profile: Lateness profile.
        unit_id: A unit, ``*`` for all.
        effects: Design effect of each rate (``unit_measures``); none: dossiers are independent.
    """
    figures = totals(counts, span=span, profile=profile, unit_id=unit_id)
    report_counts = {name: count(sum(figures[c] for c in cs)) for name, cs in COUNTS.items()}
    estimates = {
        name: estimate_rate(rates[name], figures, (effects or {}).get(name, 1.0)) for name in RATES
    }
    rows = [_row(name, e) for name, e in {**report_counts, **estimates}.items()]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return HalfYearReport(span, profile, frame, _sentences(span, report_counts, estimates))


def _row(name: str, e: Estimate) -> tuple[object, ...]:
    return (name, e.numerator, e.denominator, e.value, e.lower, e.upper, e.method, 1)


def _sentences(
    span: ReportSpan, found: dict[str, Estimate], rates: dict[str, Estimate]
) -> tuple[str, ...]:
    numbers = {name: numerals.count(e.numerator) for name, e in found.items()}
    days = {"first": numerals.day(span.starts_on), "last": numerals.day(span.ends_on)}
    period = numerals.period(span.period)
    sentences = [
        say("official.half_flow", period=period, **days, **numbers),
        say("official.half_open", **days, **numbers),
    ]
    if found["withdrawn"].numerator or found["rejected"].numerator or found["unknown"].numerator:
        sentences.append(say("official.half_apart", **numbers))
    for name in _SENTENCES:
        if rates[name].denominator:
            sentences.append(say(f"official.half_{name}", **numbers, **_words(rates[name])))
    post, received = rates["post_out"], found["received"].numerator
    if post.denominator and received:
        other = numerals.percent(post.numerator / received)
        fraction = numerals.fraction(post.numerator, received)
        sentences.append(say("official.half_post_of_received", share=other, fraction=fraction))
    if rates["online_full_share"].denominator:
        sentences.append(say("official.half_levels", **numbers))
    if rates["electronic_out"].denominator:
        sentences.append(
            say("official.half_electronic", **numbers, **_words(rates["electronic_out"]))
        )
    return tuple(sentences)


def _words(e: Estimate) -> dict[str, str]:
    return {
        "share": numerals.percent(e.value),
        "fraction": numerals.fraction(e.numerator, e.denominator),
        "interval": numerals.percent_range(e.lower, e.upper),
    }
