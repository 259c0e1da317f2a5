"""Look up units, periods and profiles of one run, by id or by name.

An unknown name is an error that lists similar and known ones; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import polars as pl

from workbench.answers import question
from workbench.answers.phrasing import inline
from workbench.answers.run_tables import RunTables
from workbench.clock import Calendars
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind, latest_kind
from workbench.figures.result_tables import month_classes
from workbench.messages import say, use_language

SHOWN = 12
"""Number of units or periods that a message lists."""


@dataclass(frozen=True)
class NameLookup(RunTables):
    """The tables of one run, with their units, periods and profiles.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    reference: Path
    language: str = "vi"

    # names of the tables ------------------------------------------------------------------

    def units(self) -> list[str]:
        """Return the ids of all units that have dossiers, sorted."""
        return sorted(u for u in self.measures["unit_id"].unique() if u != EVERYTHING)

    def periods(self, kind: PeriodKind) -> list[str]:
        """Return the labels of the periods of a kind that have dossiers."""
        return [p for p in self._periods if Period.parse(p).kind == kind]

    @cached_property
    def _periods(self) -> list[str]:
        counts = self.measures.filter(
            pl.col("measure").is_in(["received", "resolved"]),
            pl.col("unit_id") == EVERYTHING,
            pl.col("numerator") > 0,
        )
        return sorted(p for p in counts["period"].unique() if p != EVERYTHING)

    @cached_property
    def _register(self) -> dict[str, dict[str, str]]:
        return question.units(self.reference)

    def unit_name(self, unit_id: str) -> str:
        """Return a unit's name in the book's language, or its id if it is in no list."""
        if unit_id == EVERYTHING:
            with use_language(self.language):
                return say("briefing.all_units")
        return question.name(self._register.get(unit_id, {}), self.language) or unit_id

    def unit_inline(self, unit_id: str) -> str:
        """Return a unit's name as it is written inside a sentence."""
        unit_name = self.unit_name(unit_id)
        return inline(unit_name) if unit_id == EVERYTHING else unit_name

    def profile_label(self, profile: str) -> str:
        """Return a lateness profile's definition in the book's language; its name if unlisted."""
        return question.profile_label(self.reference, profile, self.language)

    def parent_name(self, unit_id: str) -> str:
        """Return the name of the body above a unit; for ``*`` of the one above all units.

        Empty where a unit is not in the reviewed list or several bodies share the units.
        """
        body = self._register.get(unit_id, {}).get("parent", "")
        if unit_id == EVERYTHING:
            body = question.common_body(self._register, self.units())
        return self.unit_name(body) if body in self._register else ""

    def unit_kind(self, unit_id: str) -> str:
        """Return the kind of body of a unit; empty if it is in no list."""
        return self._register.get(unit_id, {}).get("kind", "")

    def office(self, unit_id: str) -> tuple[str, str]:
        """Return the names of a reporting office and of the body above it, for a letterhead.

        All units together report under the body they share; empty where they share none.
        """
        body = question.common_body(self._register, self.units())
        office = body if unit_id == EVERYTHING else unit_id
        above = self._register.get(office, {}).get("parent", "")
        names = (self.unit_name(b) if b in self._register else "" for b in (office, above))
        return next(names), next(names)

    @cached_property
    def month_classes(self) -> dict[str, str]:
        """Which months have long holidays in the calendars of these dossiers, and which not."""
        calendars = Calendars.read(self.reference / "calendars")
        used = self.dossiers["calendar_id"].unique()
        labels = {*self.cause_cells["period"], *self.overdue_cells["period"]}
        return month_classes(labels, calendars, used)

    # looking up units, periods and profiles -----------------------------------------------

    def unit(self, query: str) -> str:
        """Return the id of a unit given by id or name; ``*`` or ``all`` stands for all units.

        Raises:
            UsageProblem: No dossier belongs to such a unit.
        """
        if query in ("", EVERYTHING, "all"):
            return EVERYTHING
        ids = {u: u for u in self.units()} | {self.unit_name(u): u for u in self.units()}
        if query in ids:
            return ids[query]
        raise self._unknown("briefing.no_unit", query, ids, self.units())

    def period(self, query: str) -> str:
        """Return the label of a period with dossiers.

        ``latest`` is the last ended half-year, ``latest-month``, ``latest-quarter`` and
        ``latest-year`` the last ended period of that kind: see ``latest``.

        Raises:
            UsageProblem: The label is not a period, or nothing was received or resolved in it.
        """
        if kind := latest_kind(query):
            return self.latest(kind)
        label = str(Period.parse(query))
        if label not in self._periods:
            kind = Period.parse(query).kind
            raise self._unknown("briefing.no_period", query, self._periods, self.periods(kind))
        return label

    def against(self, period: str, query: str = "") -> str:
        """Return the period to compare with: as given, else a year before, else the one before.

        Empty when none was given and no earlier period has dossiers.

        Raises:
            UsageProblem: The given period has no dossiers.
        """
        if query:
            return self.period(query)
        this = Period.parse(period)
        earlier = (str(this.a_year_before()), str(this.previous()))
        return next((p for p in earlier if p in self._periods), "")

    def ended(self, period: str) -> bool:
        """Return whether a period had ended when the exports were made."""
        last = Period.parse(period).ends_on
        return self.snapshot is None or last <= self.snapshot.date()

    def latest(self, kind: PeriodKind) -> str:
        """Return the last ended period of a kind in which dossiers were received.

        Where none had ended, the last period of that kind with dossiers.

        Raises:
            UsageProblem: No period of that kind has dossiers.
        """
        receptions = self.measures.filter(
            pl.col("measure") == "received",
            pl.col("unit_id") == EVERYTHING,
            pl.col("numerator") > 0,
        )
        labels = self.periods(kind)
        if not labels:
            raise self._unknown("briefing.no_period", kind, [], self._periods)
        received = set(receptions["period"])
        return next((p for p in reversed(labels) if p in received and self.ended(p)), labels[-1])

    def profile(self, query: str) -> str:
        """Return the name of a lateness profile of the results; the results' own by default.

        Raises:
            UsageProblem: No figure of the results is of such a profile.
        """
        if not query:
            return self.result_profile
        profiles = sorted(self.measures["profile"].unique())
        if query not in profiles:
            raise self._unknown("briefing.no_profile", query, profiles, profiles)
        return query

    def computed_profile(self, query: str) -> str:
        """Return a lateness profile if causes and dependent tables were computed under it.

        Raises:
            UsageProblem: They were computed under another one, or there is no such profile.
        """
        profile = self.profile(query)
        if profile != self.result_profile:
            raise UsageProblem("briefing.other_profile", asked=query, computed=self.result_profile)
        return profile

    def profile_note(self) -> str:
        """Return the sentence that names the profile of causes and dependent tables."""
        return say("briefing.computed_under", profile=self.result_profile)

    def _unknown(
        self, key: str, query: str, names: Iterable[str], known: list[str]
    ) -> UsageProblem:
        with use_language(self.language):
            near = ", ".join(get_close_matches(query, list(names), n=3, cutoff=0.5)) or "–"
            listed = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
        return UsageProblem(key, asked=query, near=near, known=listed or "–", total=len(known))

    def _asked(self, period: str, unit: str, profile: str) -> question.Question:
        return question.Question(self.period(period), self.unit(unit), self.profile(profile))

    def _asked_of_causes(self, period: str, unit: str, profile: str) -> question.Question:
        """Return a question about tables that were computed under one profile only."""
        return question.Question(
            self.period(period), self.unit(unit), self.computed_profile(profile)
        )
