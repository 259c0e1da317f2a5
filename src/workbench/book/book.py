"""One run's tables and the questions that can be put to them.

Each question is answered by a function of its own in this package; the book only finds units,
periods and tables, and speaks the language it was opened in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import polars as pl

from workbench.book import (
    changes,
    entries,
    flow,
    headline,
    quality,
    story,
    summary,
    units,
    verdicts,
)
from workbench.book.answer import Answer
from workbench.book.judging import COMPARED, inline
from workbench.book.official import Official
from workbench.book.rooms import Tables
from workbench.errors import UsageProblem
from workbench.vocabulary import EVERYTHING, Period, PeriodKind
from workbench.wording import say, use_language

PROFILE = "wb_strict"
RATE = "late_or_overdue"
SHOWN = 12
"""How many units or periods a message lists before it stops."""


@dataclass(frozen=True)
class Book(Tables):
    """The tables of one run, and answers from them.

    Args:
        home: The project or ``analyse`` folder.
        rooms: Folders that hold the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    reference: Path
    language: str = "vi"

    # what it holds ------------------------------------------------------------------------

    def units(self) -> list[str]:
        """Return the ids of all units that have dossiers, sorted."""
        return sorted(u for u in self.measures["unit_id"].unique() if u != EVERYTHING)

    def periods(self, kind: PeriodKind) -> list[str]:
        """Return the labels of the periods of a kind that hold dossiers."""
        return [p for p in self._periods if Period.parse(p).kind == kind]

    @cached_property
    def _periods(self) -> list[str]:
        told = self.measures.filter(
            pl.col("measure").is_in(["received", "resolved"]),
            pl.col("unit_id") == EVERYTHING,
            pl.col("numerator") > 0,
        )
        return sorted(p for p in told["period"].unique() if p != EVERYTHING)

    @cached_property
    def _register(self) -> dict[str, dict[str, str]]:
        return entries.units(self.reference)

    def unit_name(self, unit_id: str) -> str:
        """Return a unit's name in the book's language, or its id where no list knows it."""
        if unit_id == EVERYTHING:
            with use_language(self.language):
                return say("briefing.all_units")
        return entries.name(self._register.get(unit_id, {}), self.language) or unit_id

    def unit_inline(self, unit_id: str) -> str:
        """Return a unit's name as it stands inside a sentence."""
        named = self.unit_name(unit_id)
        return inline(named) if unit_id == EVERYTHING else named

    def profile_label(self, profile: str) -> str:
        """Return what a lateness profile says, in the book's language; its name where unlisted."""
        return entries.profile_label(self.reference, profile, self.language)

    def parent_name(self, unit_id: str) -> str:
        """Return the name of the body above a unit, of the one above all units for ``*``.

        Nothing where a unit is unknown to the reviewed list or several bodies share them.
        """
        body = self._register.get(unit_id, {}).get("parent", "")
        if unit_id == EVERYTHING:
            body = entries.common_body(self._register, self.units())
        return self.unit_name(body) if body in self._register else ""

    def unit_kind(self, unit_id: str) -> str:
        """Return what kind of body a unit is, nothing where no list knows it."""
        return self._register.get(unit_id, {}).get("kind", "")

    def office(self, unit_id: str) -> tuple[str, str]:
        """Return the name of a reporting office and of the body above it, as a letterhead has them.

        All units together report under the body they share; nothing where they share none.
        """
        body = entries.common_body(self._register, self.units())
        office = body if unit_id == EVERYTHING else unit_id
        above = self._register.get(office, {}).get("parent", "")
        named = (self.unit_name(b) if b in self._register else "" for b in (office, above))
        return next(named), next(named)

    # finding what was asked for -----------------------------------------------------------

    def unit(self, asked: str) -> str:
        """Return the id of a unit given by id or name; ``*`` or ``all`` stands for all units.

        Raises:
            UsageProblem: No dossier belongs to such a unit.
        """
        if asked in ("", EVERYTHING, "all"):
            return EVERYTHING
        known = {u: u for u in self.units()} | {self.unit_name(u): u for u in self.units()}
        if asked in known:
            return known[asked]
        raise self._unknown("briefing.no_unit", asked, known, self.units())

    def period(self, asked: str) -> str:
        """Return the label of a period that holds dossiers.

        Raises:
            UsageProblem: The label is no period, or nothing was received or resolved in it.
        """
        label = str(Period.parse(asked))
        if label not in self._periods:
            kind = Period.parse(asked).kind
            raise self._unknown("briefing.no_period", asked, self._periods, self.periods(kind))
        return label

    def against(self, period: str, asked: str = "") -> str:
        """Return the period to compare with: as asked, else a year before, else the one before.

        Returns an empty text when nothing was asked and no earlier period holds dossiers.

        Raises:
            UsageProblem: A period was asked for that holds no dossiers.
        """
        if asked:
            return self.period(asked)
        this = Period.parse(period)
        earlier = (str(this.a_year_before()), str(this.previous()))
        return next((p for p in earlier if p in self._periods), "")

    def ended(self, period: str) -> bool:
        """Tell whether a period had ended when the exports were made."""
        last = Period.parse(period).ends_on
        return self.snapshot is None or last <= self.snapshot.date()

    def latest(self, kind: PeriodKind) -> str:
        """Return the last ended period of a kind in which dossiers were received.

        Where none had ended, the last period of that kind with dossiers.

        Raises:
            UsageProblem: No period of that kind holds dossiers.
        """
        told = self.measures.filter(
            pl.col("measure") == "received",
            pl.col("unit_id") == EVERYTHING,
            pl.col("numerator") > 0,
        )
        held = self.periods(kind)
        if not held:
            raise self._unknown("briefing.no_period", kind, [], self._periods)
        received = set(told["period"])
        return next((p for p in reversed(held) if p in received and self.ended(p)), held[-1])

    def profile(self, asked: str) -> str:
        """Return the name of a lateness profile the results hold.

        Raises:
            UsageProblem: The results hold no such profile.
        """
        known = sorted(self.measures["profile"].unique())
        if asked not in known:
            raise self._unknown("briefing.no_profile", asked, known, known)
        return asked

    def _unknown(
        self, key: str, asked: str, names: Iterable[str], known: list[str]
    ) -> UsageProblem:
        with use_language(self.language):
            near = ", ".join(get_close_matches(asked, list(names), n=3, cutoff=0.5)) or "–"
            listed = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
        return UsageProblem(key, asked=asked, near=near, known=listed or "–", total=len(known))

    # questions ----------------------------------------------------------------------------

    def summary(
        self, period: str, *, against: str = "", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """What should one know first? The key claims of the answers below, and four numbers.

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return summary.summary(self, asked, self.against(asked.period, against), RATE)

    def headline(
        self, period: str, *, against: str = "", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """How much came in, how much was resolved, how much of it late, what is open overdue?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return headline.headline(self, asked, self.against(asked.period, against))

    def compare_units(
        self,
        period: str,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """Which units differ from the overall rate, and which cannot be told from it?

        Args:
            period: Label of the period.
            measure: ``late_or_overdue``, ``late_done``, ``ot_done`` or
                ``ot_done_plus_overdue_open``.
            unit: A unit to set off among the others.
            profile: Lateness profile.

        Raises:
            UsageProblem: Unit, period, profile or measure is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return units.units(self, asked, self._rate(measure))

    def compare_periods(
        self,
        period: str,
        *,
        against: str = "",
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """What changed against another period, and is the change more than chance?

        Raises:
            UsageProblem: Unit, period, profile or measure is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            other = self.against(asked.period, against)
            return changes.change(self, asked, other, self._rate(measure))

    def course(
        self,
        period: str,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """How did a rate move month by month, up to the end of a period?

        Raises:
            UsageProblem: Unit, period, profile or measure is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return changes.months(self, asked, self._rate(measure))

    def time_use(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Where did the working time of late dossiers go, and where that of the others?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return flow.time_use(self, asked)

    def slowest_steps(
        self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """Which steps and transfers took longer in late dossiers than in the others?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return flow.slowest_steps(self, asked)

    def excluded(self) -> Answer:
        """Which rows of the source files are in these figures, and which are not?"""
        with use_language(self.language):
            return quality.excluded(self)

    def findings(self) -> Answer:
        """What did each quality rule find, unit by unit?"""
        with use_language(self.language):
            return verdicts.findings(self)

    def verdicts(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which verdicts on units stand without suspect records, and which rest on them?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return verdicts.verdicts(self, asked)

    def dossier(self, dossier_id: str, *, profile: str = PROFILE) -> Answer:
        """How did one dossier spend its time, segment by segment?

        Raises:
            UsageProblem: No dossier has this number, or the profile is unknown.
        """
        known = self.dossiers["dossier_id"]
        if dossier_id not in known:
            raise self._unknown("briefing.no_dossier", dossier_id, known, known.head(3).to_list())
        with use_language(self.language):
            return story.dossier(self, dossier_id, self.profile(profile))

    def official(
        self, *, convention: str = "calendar", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Official:
        """Ask for official forms, seed figures and every rate in use.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Official(self, convention, self.unit(unit), self.profile(profile))

    def _asked(self, period: str, unit: str, profile: str) -> entries.Asked:
        return entries.Asked(self.period(period), self.unit(unit), self.profile(profile))

    def _rate(self, measure: str) -> str:
        if measure not in COMPARED:
            raise self._unknown("briefing.no_measure", measure, COMPARED, list(COMPARED))
        return measure
