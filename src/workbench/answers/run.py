"""One run: its tables, and the units, periods and profiles they are about.

An unknown unit, period or profile is an error that lists similar and known ones; nothing is
guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import cast

import polars as pl

from workbench.answers.arguments import checked_arguments
from workbench.answers.frames import Excerpt
from workbench.answers.stored_tables import StoredTables
from workbench.answers.subjects import subject
from workbench.answers.unit_chains import lowest_common_body
from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import UsageProblem
from workbench.core.near_names import near_names
from workbench.core.reference_rows import read_rows
from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind, latest_kind
from workbench.figures import compare
from workbench.figures.result_tables import month_classes
from workbench.messages import say, use_language

SHOWN = 12
"""Number of units or periods that a message lists."""


@dataclass(frozen=True)
class Run(StoredTables):
    """The tables of one run, with their units, periods and profiles.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    def limited_to(self, tables: Collection[str]) -> Run:
        """Return this run with only some of its tables: reading another one is an error."""
        return cast("Run", Excerpt(self, frozenset(tables)))

    @subject("compare_units", "fair_units", "cells", "gap", "unit_sheet", "rhythm")
    def units(self) -> list[str]:
        """Return the ids of all units that have dossiers, sorted."""
        return sorted(u for u in self._flows["unit_id"].unique() if u != EVERYTHING)

    @subject("summary", "headline", "compare_periods", "course", "control", "cohorts", "durations")
    @checked_arguments
    def periods(self, kind: PeriodKind) -> list[str]:
        """Return the labels of the periods of a kind that have dossiers."""
        return [p for p in self._periods if Period.parse(p).kind == kind]

    @cached_property
    def profiles(self) -> list[str]:
        """The lateness profiles that figures were counted under, sorted."""
        return self._flows["profile"].unique().sort().to_list()

    @cached_property
    def _periods(self) -> list[str]:
        counts = self._flows.filter(pl.col("numerator") > 0, unit_id=EVERYTHING)
        return sorted(p for p in counts["period"].unique() if p != EVERYTHING)

    @cached_property
    def _register(self) -> dict[str, dict[str, str]]:
        """The rows of ``units.csv`` by unit id; nothing when there is no list."""
        return {row["unit_id"]: row for row in self.reference_rows("units.csv")}

    def reference_rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a reviewed list, nothing where there is no such list."""
        return read_rows(path) if (path := self.reference / name).is_file() else []

    def unit_name(self, unit_id: str) -> str:
        """Return a unit's name in the book's language, or its id if it is in no list."""
        if unit_id == EVERYTHING:
            with use_language(self.language):
                return say("briefing.all_units")
        row = self._register.get(unit_id, {})
        return row.get(f"name_{self.language}") or row.get("name_vi") or unit_id

    def _names(self, unit_id: str) -> list[str]:
        """Return what a unit may be asked for by beside its id: its name in either language."""
        row = self._register.get(unit_id, {})
        return [name for column in ("name_vi", "name_en") if (name := row.get(column))]

    def unit_inline(self, unit_id: str) -> str:
        """Return a unit's name as it is written inside a sentence."""
        name = self.unit_name(unit_id)
        return name[:1].lower() + name[1:] if unit_id == EVERYTHING else name

    def unit_kind(self, unit_id: str) -> str:
        """Return the kind of body of a unit; empty if it is in no list."""
        return self._register.get(unit_id, {}).get("kind", "")

    def profile_label(self, profile: str) -> str:
        """Return a lateness profile's definition in the book's language; its name if unlisted."""
        listing = self.reference / "profiles" / f"{profile}.toml"
        if not listing.is_file():
            return profile
        defined = tomllib.loads(listing.read_text(encoding="utf-8"))
        return str(defined.get(f"label_{self.language}", profile))

    def profile_settings(self, profile: str) -> pl.DataFrame:
        """Return the row of a lateness profile, no row if no file defines it."""
        return lateness_profiles(self.reference / "profiles").filter(profile=profile)

    def parent_name(self, unit_id: str, period: str = "") -> str:
        """Return the body above a unit, or above the units of a period; empty if none is known."""
        return self.office(unit_id, period)[unit_id != EVERYTHING]

    def office(self, unit_id: str, period: str = "") -> tuple[str, str]:
        """Return an office and the body above it, for ``*`` the lowest that all share; or empty."""
        office = self._common_body(period) if unit_id == EVERYTHING else unit_id
        above = self._register.get(office, {}).get("parent", "")
        names = (self.unit_name(b) if b in self._register else "" for b in (office, above))
        return next(names), next(names)

    def _common_body(self, period: str) -> str:
        """Return the lowest body that the units of a period belong to or are; empty without one."""
        is_unit = (pl.col("numerator") > 0) & (pl.col("unit_id") != EVERYTHING)
        units = self._flows.filter(is_unit, measure="received", period=period)["unit_id"]
        return lowest_common_body(self._register, units.to_list() or self.units())

    @cached_property
    def month_classes(self) -> dict[str, str]:
        """Which months have long holidays in the calendars of these dossiers, and which not."""
        labels = {*self.cause_cells["period"], *self.overdue_cells["period"]}
        used = self.dossiers["calendar_id"].unique()
        return month_classes(labels, Calendars.read(self.reference / "calendars"), used)

    # looking up units, periods and profiles -----------------------------------------------

    def unit(self, query: str) -> str:
        """Return the id of a unit given by id or name; ``*`` or ``all`` stands for all units.

        Raises:
            UsageProblem: No dossier belongs to such a unit, or several bear that name.
        """
        if query in ("", EVERYTHING, "all"):
            return EVERYTHING
        names = {u: [u, *self._names(u)] for u in self.units()}
        if query in names:
            return query
        matches = [u for u in names if query.casefold() in map(str.casefold, names[u])]
        if len(matches) > 1:
            raise UsageProblem("briefing.shared_name", asked=query, units=", ".join(matches))
        if matches:
            return matches[0]
        raise self.unknown("briefing.no_unit", query, chain(*names.values()), self.units())

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
            kind = Period.parse(label).kind
            raise self.unknown("briefing.no_period", query, self._periods, self.periods(kind))
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
        return self.snapshot is None or Period.parse(period).ends_on <= self.snapshot.date()

    def latest(self, kind: PeriodKind) -> str:
        """Return the last ended period of a kind in which dossiers were received.

        Where none had ended, the last period of that kind with dossiers.

        Raises:
            UsageProblem: No period of that kind has dossiers.
        """
        is_all = (pl.col("numerator") > 0) & (pl.col("unit_id") == EVERYTHING)
        labels = self.periods(kind)
        if not labels:
            raise self.unknown("briefing.no_period", kind, [], self._periods)
        received = set(self._flows.filter(is_all, measure="received")["period"])
        return next((p for p in reversed(labels) if p in received and self.ended(p)), labels[-1])

    def profile(self, query: str) -> str:
        """Return the name of a lateness profile of the results; the results' own by default.

        Raises:
            UsageProblem: No figure of the results is of such a profile.
        """
        if not query:
            return self.result_profile
        profiles = {name.casefold(): name for name in self.profiles}
        if query.casefold() not in profiles:
            raise self.unknown("briefing.no_profile", query, profiles, [*profiles.values()])
        return str(profiles[query.casefold()])

    def computed_profile(self, query: str) -> str:
        """Return a lateness profile if causes and dependent tables were computed under it.

        Raises:
            UsageProblem: They were computed under another one, or there is no such profile.
        """
        profile = self.profile(query)
        if profile != self.result_profile:
            raise UsageProblem("briefing.other_profile", asked=query, computed=self.result_profile)
        return profile

    def reception(self, query: str) -> str:
        """Return the label of a period of reception; empty, for all dossiers, when none is given.

        Raises:
            UsageProblem: As for ``period``.
        """
        return self.period(query) if query else ""

    def rate(self, query: str) -> str:
        """Return the name of a rate that units and periods are compared by.

        Raises:
            UsageProblem: There is no such rate.
        """
        rates = list(compare.SIDE_BY_SIDE_RATES)
        if query not in rates:
            raise self.unknown("briefing.no_measure", query, rates, rates)
        return query

    def unknown(self, key: str, query: str, names: Iterable[str], known: list[str]) -> UsageProblem:
        """Return the error that names what was asked for, what is similar and what is known."""
        close = ", ".join(near_names(query, names))
        with use_language(self.language):
            near = " " + say("briefing.near", names=close) if close else ""
        listed = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
        return UsageProblem(key, asked=query, near=near, known=listed or "–", total=len(known))
