"""Units as they are at the end of what is asked about: those merged since count for the new ones.

One rule for all answers across a merger: rates and cells of old units are added up, each by its
share; dossiers of a unit that went over as a whole are those of its successor. Where an old unit is
asked about, it is shown as it was.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import listed
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

P = ParamSpec("P")
_RATES = ("unit_measures", "measures")
_CELLS = ("cause_cells", "overdue_cells")
_DOSSIERS = ("dossiers", "late_dossiers", "progress", "watchlist")


@dataclass(frozen=True)
class PresentScope:
    """The mergers of units inside the time asked about; none changes nothing.

    Args:
        run: The run that is asked.
        successions: Which old units count for which new ones.
    """

    run: Run
    successions: tuple[compare.Succession, ...]

    @classmethod
    def of_periods(cls, run: Run, periods: Sequence[str], *units: str) -> PresentScope:
        """Return the scope of some units (none or ``*``: of each) over some periods."""
        spans = [Period.parse(period) for period in periods]
        if not spans:
            return cls(run, ())
        first, last = min(s.starts_on for s in spans), max(s.ends_on for s in spans)
        return cls.between(run, first, last, *units)

    @classmethod
    def of_units(cls, run: Run, periods: Sequence[str], *units: str) -> PresentScope:
        """Return the scope of some units over some periods; sums of all units know no merger."""
        single = sorted(set(units) - {EVERYTHING, compare.PEERS})
        return cls.of_periods(run, periods, *single) if single else cls(run, ())

    @classmethod
    def within(cls, run: Run, period: str, unit: str) -> PresentScope:
        """Return the scope of all units side by side in a period, of which one may be marked.

        None where the marked one is an old unit: it is shown among the units as they were.
        """
        whole = cls.of_periods(run, [period])
        is_old = unit in {one.old for one in whole.successions if one.old != one.new}
        return cls(run, ()) if is_old else whole

    @classmethod
    def between(cls, run: Run, first: dt.date, last: dt.date, *units: str) -> PresentScope:
        """Return the scope of some units (none or ``*``: of each) from one day to another."""
        listed_mergers = compare.read_successions(run.reference_rows("unit_mergers.csv"))
        within = [one for one in listed_mergers if first < one.merged_on <= last]
        with_figures = set(run.units()) if within else set()
        merged = [one for one in within if one.old in with_figures]
        if {one.old for one in merged if one.old != one.new} & set(units):
            return cls(run, ())
        is_whole = EVERYTHING in units or not units
        return cls(run, tuple(one for one in merged if is_whole or one.new in units))

    @classmethod
    def asked(
        cls,
        run: Run,
        about: Mapping[str, Any],
        *,
        beside: bool = False,
        is_history: bool = False,
    ) -> PresentScope:
        """Return the scope of what a question is about.

        Args:
            run: The run that is asked.
            about: What is asked about, by parameter; without a period all dossiers are, from the
                first reception to the snapshot.
            beside: Whether units stand side by side, so that the mergers of all of them count.
            is_history: Whether all earlier periods are shown too.
        """
        unit = about.get("unit", EVERYTHING)
        if unit == EVERYTHING and not beside:
            return cls(run, ())
        periods = [about[name] for name in ("against", "period") if about.get(name)]
        if is_history:
            periods += run.periods("month")[:1]
        if periods:
            whole = cls.of_periods(run, periods)
        elif run.first_reception is None or run.snapshot is None:
            return cls(run, ())
        else:
            whole = cls.between(run, run.first_reception, run.snapshot.date())
        if unit in {one.old for one in whole.successions if one.old != one.new}:
            return cls(run, ())
        is_shown = [beside or one.new == unit for one in whole.successions]
        shown = zip(whole.successions, is_shown, strict=True)
        return cls(run, tuple(one for one, is_asked in shown if is_asked))

    @property
    def tables(self) -> Run:
        """The run with old units added up in its measures, cells and dossiers."""
        return cast("Run", _PresentRun(self)) if self else self.run

    def rates(self, measures: pl.DataFrame) -> pl.DataFrame:
        """Return rows of one or more rates of ``measures``, old units added up."""
        return compare.in_present_scope(measures, self.successions) if self else measures

    def cells(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return ``cause_cells`` or ``overdue_cells``, old units added up."""
        return compare.cells_in_present_scope(cells, self.successions) if self else cells

    def dossiers(self, dossiers: pl.DataFrame) -> pl.DataFrame:
        """Return rows of dossiers, those of units merged as a whole under the new one."""
        return compare.dossiers_in_present_scope(dossiers, self.successions) if self else dossiers

    def __bool__(self) -> bool:
        """Return whether any unit was merged."""
        return bool(self.successions)

    def claims(self, *, of_dossiers: bool = False) -> list[Claim]:
        """Return which old units each present one stands for, and those that are left apart.

        Args:
            of_dossiers: Whether dossiers are followed one by one, so that a unit divided by known
                shares is left apart as well.
        """
        claims = []
        for day in sorted({one.merged_on for one in self.successions}):
            sums = listed(self._sums(day, of_dossiers=of_dossiers))
            if sums:
                words = {"day": numerals.day(day), "units": sums}
                claims.append(claim(say("briefing.change_scope", **words), 2))
        divided = {one.old for one in self.successions if one.share is None}
        if divided:
            claims.append(self._apart("divided", divided))
        parted = {one.old for one in self.successions if one.share not in (None, 1)}
        if of_dossiers and parted - divided:
            claims.append(self._apart("parted", parted - divided))
        return claims

    def _sums(self, day: dt.date, *, of_dossiers: bool) -> list[str]:
        """Say of each unit made on a day which old ones are added up for it."""
        parts: dict[str, list[str]] = {}
        for one in self.successions:
            is_counted = one.share is not None and (one.share == 1 or not of_dossiers)
            if one.merged_on == day and is_counted:
                parts.setdefault(one.new, []).append(self._name(one.old, one.share or 0))
        return [f"{self.run.unit_name(u)} = {' + '.join(old)}" for u, old in sorted(parts.items())]

    def _apart(self, reason: str, units: set[str]) -> Claim:
        names = listed(self.run.unit_name(unit) for unit in sorted(units))
        return claim(say(f"briefing.change_scope_{reason}", units=names), 2)

    def _name(self, unit: str, share: float) -> str:
        """Return the name of an old unit, with the share of it that counts where it was divided."""
        name = self.run.unit_name(unit)
        if share == 1:
            return name
        return say("briefing.change_scope_share", unit=name, share=numerals.percent(share))


class _PresentRun:
    """A run in whose tables old units are added up; all else is the run's own."""

    def __init__(self, present: PresentScope) -> None:
        self._present = present

    def measures_under(self, profile: str) -> pl.DataFrame:
        """Return the rows of ``unit_measures`` under one lateness profile, old units added up."""
        return self._present.rates(self._present.run.measures_under(profile))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._present.run, name)
        if name in _RATES:
            value = self._present.rates(value)
        elif name in _CELLS:
            value = self._present.cells(value)
        elif name in _DOSSIERS:
            value = self._present.dossiers(value)
        vars(self)[name] = value
        return value


def in_present_scope(
    *, beside: bool = False, of_dossiers: bool = False, is_history: bool = False
) -> Callable[[Callable[Concatenate[Run, P], Answer]], Callable[Concatenate[Run, P], Answer]]:
    """Let a question count old units for those at the end of what it is about, and say so.

    Args:
        beside: As in ``PresentScope.asked``.
        of_dossiers: As in ``PresentScope.claims``.
        is_history: As in ``PresentScope.asked``.
    """

    def widen(
        answer: Callable[Concatenate[Run, P], Answer],
    ) -> Callable[Concatenate[Run, P], Answer]:
        signature = inspect.signature(answer)

        @wraps(answer)
        def answer_in_scope(run: Run, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            given = signature.bind(run, *args, **kwargs)
            given.apply_defaults()
            about = given.arguments
            present = PresentScope.asked(run, about, beside=beside, is_history=is_history)
            narrow = answer(present.tables, *args, **kwargs)
            claims = (*narrow.claims, *present.claims(of_dossiers=of_dossiers))
            return replace(narrow, claims=claims)

        return answer_in_scope

    return widen
