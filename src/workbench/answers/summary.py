"""The one page at the head of a briefing: what changed, where, why, what helps, how sure.

Nothing is chosen by hand: ``priorities`` says which places and causes stand here and in which
order. Its sentences are its own; the sections it points to say the rest. Plain words: a level is
explained where it stands, no coefficient and no test is named.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from workbench.answers import headline, quality
from workbench.answers.answer import Answer, Claim, Tile, Value, claim
from workbench.answers.causes import UNEXPLAINED, count_overdue, late_of
from workbench.answers.columns import Row
from workbench.answers.page_shares import PageShare, PageShares
from workbench.answers.phrasing import (
    distinct,
    measures_of,
    standing,
    values_of,
)
from workbench.answers.present_scope import in_present_scope
from workbench.answers.priorities import Priority, candidates, choose
from workbench.answers.priority_table import PriorityTable, name_on_record
from workbench.answers.questions import (
    PROFILE,
    RATE,
    AnyProfile,
    PeriodLabel,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.answers.watchlist import LIKELY
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import causes as figures
from workbench.figures import compare
from workbench.figures.estimates import wilson
from workbench.messages import say

_NEARLY_ALL, _MOST = 0.8, 0.5
"""Shares from which the headline says "nearly all" and "more than half"."""
_SOON = dt.timedelta(days=7)


@question(
    *("unit_measures", "dossiers", "steps", "late_dossiers", "cell_tests", "saved", "cause_cells"),
    *("overdue_cells", "watchlist", "reconciliation", "outcomes"),
    level=3,
)
@in_present_scope(beside=True)
def summary(
    run: Run,
    period: PeriodLabel,
    *,
    against: str = "",
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """What should one know first, and what should be done?

    A sentence that answers the period, three numbers with their change, at most five places and
    causes to look at first, and what stays open. Under another profile than that of the results,
    causes are left out with a note.
    """
    scope = Scope(period, unit, profile)
    page = _Page(run, scope, run.against(period, against))
    return Answer(
        title=say("summary.title"),
        lead=page.lead(),
        claims=tuple(page.claims()),
        frame=page.frame(),
        denominators=say("summary.denominators"),
        listing=page.listing(),
        tiles=tuple(page.tiles()),
        values=page.values(),
    )


class _Page:
    """Everything the page says about one scope; computed once."""

    def __init__(self, run: Run, scope: Scope, against: str) -> None:
        self._run, self._scope, self._against = run, scope, against
        self._shares = PageShares(run, scope, self._against)
        self._now = measures_of(run, scope, scope.period)
        self._has_log = quality.has_step_log(run)
        self._is_judged = run.ended(scope.period) and (not against or run.ended(against))
        self._is_usual = scope.profile == run.result_profile
        self._late = late_of(run, scope.period, scope.unit) if self._is_usual else None
        everything = [] if self._late is None else candidates(run, scope, self._late)
        self.chosen, self._others = choose(everything)
        self._names = distinct(run.units(), run.unit_name)

    def frame(self) -> pl.DataFrame:
        """Return the figures of the period and unit."""
        return compare.headline(
            self._run.measures_under(self._scope.profile),
            period=self._scope.period,
            profile=self._scope.profile,
            unit_id=self._scope.unit,
        )

    def values(self) -> tuple[Value, ...]:
        """Return the figures stated, by name and scope."""
        stated = values_of(row for name, row in self._now.items() if name in (RATE, "open_overdue"))
        if self._late is None:
            return stated
        about = (self._scope.unit, self._scope.period, self._scope.profile)
        return (*stated, Value("late_with_causes", *about, self._late.height))

    # the headline -------------------------------------------------------------------------

    def lead(self) -> str:
        """Return the sentence that answers the period."""
        row = self._shares.late().row(self._scope.unit)
        after = row.get("right_denominator") and row["right_numerator"] / row["right_denominator"]
        if after is None or not row.get("right_denominator"):
            return say("summary.lead_nothing", period=numerals.period(self._scope.period))
        words = {"after": numerals.percent(after), "earlier": self._earlier()}
        verdict = "alone"
        if row["difference"] is not None:
            before = row["left_numerator"] / row["left_denominator"]
            words["before"] = numerals.percent(before)
            verdict = name_change(self._verdict(row), before, after)
        bounds = headline.late_bounds(self._run, self._scope, self._now)
        if bounds.exceed(self._upper(row)):
            return say(
                "summary.lead_undecided",
                least=numerals.percent(bounds.least),
                most=numerals.percent(bounds.most),
                n=numerals.count(bounds.n_undecided),
            )
        sentence = say(f"summary.lead_{verdict}", **words)
        if not row["right_numerator"]:
            return say("summary.lead_none_late", sentence=sentence)
        return self._place(sentence)

    def _upper(self, row: Row) -> float | None:
        """Return the upper limit of the late share, by chance alone."""
        effect = row.get("right_design_effect") or 1.0
        return wilson(row["right_numerator"], row["right_denominator"], effect).upper

    def _earlier(self) -> str:
        """Return what the period of comparison is called."""
        if not self._against:
            return ""
        this = Period.parse(self._scope.period)
        keys = {str(this.previous()): "before", str(this.a_year_before()): "year"}
        name = numerals.period(self._against)
        return say(f"summary.earlier_{keys.get(self._against, 'other')}", period=name)

    def _place(self, sentence: str) -> str:
        """Say where most of the late dossiers are and why, as far as anything stands out."""
        late = self._late
        if late is None or not self._has_log or not self._run.ended(self._scope.period):
            return f"{sentence}."
        unknown = late.filter(pl.col("dominant_cause") == UNEXPLAINED).height
        at_units = [p for p in self.chosen if p.kind != "scattered"]
        if not at_units and 2 * unknown > late.height:
            counts = {"n": numerals.count(unknown), "total": numerals.count(late.height)}
            return say("summary.lead_unknown", sentence=sentence, **counts)
        if not self.chosen:
            return say("summary.lead_nowhere", sentence=sentence)
        return self._biggest(sentence, late, at_units)

    def _biggest(self, sentence: str, late: pl.DataFrame, at_units: list[Priority]) -> str:
        """Say which unit has most of the late dossiers, and why as far as that is claimed."""
        most, n_most = _most_late(late)
        total = {"sentence": sentence, "total": numerals.count(late.height)}
        share = _share_words(n_most / late.height)
        is_of_all = self._scope.unit == EVERYTHING
        if at_units and is_of_all and all(p.unit != most for p in at_units):
            words = {"unit": self._names[most], "n": numerals.count(n_most), "share": share}
            return say("summary.lead_most", **total, **words, record=name_on_record(late, most))
        here = [p for p in at_units if p.unit == most] or self.chosen
        top = max(here, key=lambda p: (p.n_by_cause, p.n_saved))
        cause = f"«{cause_label(top.cause)}»" if top.cause else ""
        if top.kind == "scattered" or not is_of_all:
            key = "lead_scattered" if is_of_all else "lead_own"
            part = _part(top.n_by_cause / late.height, "own")
            n = numerals.count(top.n_by_cause)
            words = {"n": n, "part": part, "cause": cause}
            return say(f"summary.{key}" if cause else "summary.lead_nowhere", **total, **words)
        key = "largest" if top.kind == "largest" else "place"
        return say(
            f"summary.lead_{'apart' if top.cause in ('', UNEXPLAINED) else key}",
            **total,
            share=_share_words(top.n_late / late.height),
            n=numerals.count(top.n_late),
            unit=self._names[top.unit],
            record=name_on_record(late, top.unit),
            part=_part(top.n_by_cause / max(top.n_late, 1)),
            cause=cause,
        )

    def _verdict(self, row: Row) -> str:
        if not self._is_judged:
            return "unended"
        base = min(row["left_denominator"], row["right_denominator"])
        return standing((row["sure_lower"], row["sure_upper"]), 0.0, base)

    # three numbers ------------------------------------------------------------------------

    def tiles(self) -> list[Tile]:
        """Return the late rate, the part that is really late, and what is overdue now."""
        shares = [self._shares.late(), self._shares.overdue()]
        if self._late is not None and self._has_log:
            shares.insert(1, self._shares.really_late())
        return [self._tile(share) for share in shares]

    def _tile(self, share: PageShare) -> Tile:
        row = share.row(self._scope.unit)
        label = say(f"summary.tile_{share.name}")
        if not row.get("right_denominator"):
            return Tile(label, numerals.MISSING, say("summary.tile_none"), share.section)
        effect = row.get("right_design_effect") or 1.0
        now = wilson(row["right_numerator"], row["right_denominator"], effect)
        bounds = headline.late_bounds(self._run, self._scope, self._now)
        if share.name == "late" and bounds.exceed(now.upper):
            n = numerals.count(bounds.n_undecided)
            number = numerals.percent_range(bounds.least, bounds.most)
            return Tile(label, number, say("summary.tile_undecided", n=n), share.section)
        note = say(
            "summary.tile_note",
            fraction=numerals.fraction(now.numerator, now.denominator),
            interval=numerals.percent_range(now.lower, now.upper),
        )
        if row["difference"] is not None:
            before = row["left_numerator"] / row["left_denominator"]
            note = say(
                "summary.tile_change",
                note=note,
                earlier=self._earlier(),
                before=numerals.percent(before),
                difference=numerals.points(row["difference"]),
                range=numerals.points_range(row["sure_lower"], row["sure_upper"]),
                verdict=say(f"summary.verdict_{self._verdict(row)}"),
            )
        return Tile(label, numerals.percent(now.value), note, share.section)

    def listing(self) -> Table | None:
        """Return what to look at first, if anything stands out."""
        if not self.chosen or self._late is None:
            return None
        both = (self.chosen, self._others)
        return PriorityTable(self._run, self._scope, *both, self._late).written()

    # what stays open ----------------------------------------------------------------------

    def claims(self) -> list[Claim]:
        """Return what is late only on record, what is not decidable, and what to do next."""
        claims = [*headline.coverage(self._run, self._scope.period)]
        if not self._is_usual:
            words = {"asked": self._scope.profile, "computed": self._run.result_profile}
            claims.append(claim(say("why.other_profile", **words), 1))
        elif not self._has_log:
            claims.append(claim(say("briefing.no_log"), 1))
        elif not self._run.ended(self._scope.period):
            period = numerals.period(self._scope.period)
            claims.append(claim(say("summary.unended", period=period), 1))
        elif not self.chosen:
            claims.append(replace(claim(say("summary.no_priority"), 2), section="cells"))
        if self._late is not None and self._late.height and self._has_log:
            claims.append(replace(claim(self._reality(), 2), section="reality"))
        claims.append(replace(claim(self._undecided(), 1), section="excluded"))
        claims.append(replace(self._next(), section="watch"))
        return claims

    def _reality(self) -> str:
        rows = figures.realities(
            self._run.late_dossiers, period=self._scope.period, unit_id=self._scope.unit
        )
        counts = {r["reality"]: numerals.count(r["n"]) for r in rows.iter_rows(named=True)}
        sentence = say("summary.reality", n=numerals.count(rows["n_late"][0]), **counts)
        besides = count_overdue(self._run, self._scope.period, self._scope.unit)
        if not besides:
            return sentence
        return say("summary.overdue_besides", sentence=sentence, n=numerals.count(besides))

    def _undecided(self) -> str:
        """Say what could not be judged, or that everything could."""
        rows = {p: int(self._run.reconciliation[p].sum()) for p in quality.PARTS}
        unknown = ("unknown", "open_unknown")
        returns = headline.late_bounds(self._run, self._scope, self._now).n_undecided
        aside = rows["rows_quarantined"]
        counts = {
            "unknown": sum(int(self._now[n]["numerator"]) for n in unknown if n in self._now)
            - returns,
            "returns": returns,
            "unexplained": 0
            if self._late is None or not self._has_log
            else self._late.filter(pl.col("dominant_cause") == UNEXPLAINED).height,
            "hours": headline.count_changed_by_hour(self._run, self._scope),
            "rows": aside,
        }
        read = numerals.count(rows["rows_read"])
        parts = [
            say(f"summary.open_{name}", n=numerals.count(n), read=read)
            for name, n in counts.items()
            if n
        ]
        if not parts:
            return say("summary.open_nothing")
        return say("summary.open_questions", parts="; ".join(parts))

    def _next(self) -> Claim:
        rows = self._run.watchlist
        if self._scope.unit != EVERYTHING:
            rows = rows.filter(pl.col("unit_id") == self._scope.unit)
        snapshot = self._run.snapshot
        if rows.is_empty() or snapshot is None:
            return claim(say("summary.next_nothing"), 1)
        ahead = rows.filter(pl.col("slack_seconds") >= 0)
        sentence = say(
            "summary.next",
            n=numerals.count(rows.height),
            overdue=numerals.count(rows.height - ahead.height),
            soon=numerals.count(ahead.filter(pl.col("due_at") <= snapshot + _SOON).height),
            likely=numerals.count(ahead.filter(pl.col("risk") >= LIKELY).height),
            day=numerals.day(snapshot.date()),
        )
        return claim(sentence, 2)


def name_change(verdict: str, before: float, after: float) -> str:
    """Return how a change is named: one within the usual variation still has a direction.

    >>> name_change("below", 0.084, 0.037), name_change("within", 0.084, 0.037)
    ('below', 'lower')
    >>> name_change("within", 0.0371, 0.0372), name_change("few", 0.084, 0.037)
    ('alike', 'few')
    """
    if verdict in ("few", "unended"):
        return verdict
    if numerals.percent(before) == numerals.percent(after):
        return "alike"
    if verdict == "within":
        return "lower" if after < before else "higher"
    return verdict


def _most_late(late: pl.DataFrame) -> tuple[str, int]:
    """Return the unit with the most late dossiers, and how many it has."""
    counts = late.group_by("unit_id").len().sort("len", "unit_id", descending=[True, False])
    return ("", 0) if counts.is_empty() else counts.row(0)


def _share_words(share: float) -> str:
    size = "nearly_all" if share >= _NEARLY_ALL else "most" if share >= _MOST else "largest"
    return say(f"summary.share_{size}")


def _part(share: float, key: str = "part") -> str:
    return say(f"summary.{key}_{'most' if share > _MOST else 'some'}")
