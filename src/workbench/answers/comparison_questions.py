"""Questions of comparison and forecast: units, causes, periods, scenarios.

Each is answered by its own module; this class finds the unit, period and profile and sets the
language in which the book was opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.answers import (
    adjusted_units,
    cohorts,
    control,
    durations,
    gaps,
    groups,
    interventions,
    question,
    watchlist,
    whatif,
)
from workbench.answers.answer import Answer
from workbench.answers.groups import Grouping
from workbench.answers.name_lookup import NameLookup
from workbench.answers.phrasing import COMPARED
from workbench.answers.question import PROFILE, RATE
from workbench.core.vocabulary import EVERYTHING, PeriodKind
from workbench.messages import use_language


@dataclass(frozen=True)
class ComparisonQuestions(NameLookup):
    """The tables of one run, and the questions that compare and forecast."""

    def fair_units(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which units are late beyond what their case mix explains?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        query = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return adjusted_units.fair_units(self, query)

    def cells(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which cause makes which unit late, beyond chance and case mix?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        query = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return adjusted_units.cells(self, query)

    def gap(
        self,
        period: str,
        *,
        unit: str = EVERYTHING,
        other: str = "",
        against: str = "",
        profile: str = PROFILE,
    ) -> Answer:
        """Why is a unit later than its peers or another unit, or a period than another?

        Args:
            period: Label of the period asked about.
            unit: The unit asked about; all units together need ``against``.
            other: Another unit; its peers when nothing is given.
            against: Another period; then the same unit is compared with itself.
            profile: Lateness profile.

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        query = self._asked_of_causes(period, unit, profile)
        before = against or (self.against(query.period) if query.unit == EVERYTHING else "")
        with use_language(self.language):
            pair = gaps.sides(
                query.period,
                unit=query.unit,
                other=self.unit(other) if other else "",
                against=self.period(before) if before else "",
            )
            return gaps.gap(self, *pair)

    def whatif(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """How many late dossiers would another procedure of work have kept on time?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        query = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return whatif.whatif(self, query)

    def control(
        self,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
        rules: control.Rules = "exact",
    ) -> Answer:
        """Has a rate changed beyond chance? Months against a fixed baseline.

        Args:
            measure: As in ``compare_units``.
            unit: A unit; all together by default.
            profile: Lateness profile.
            rules: ``exact`` limits, or ``xmr`` on request.

        Raises:
            UsageProblem: Unit, profile or measure is unknown.
        """
        query = question.Question("", self.unit(unit), self.profile(profile))
        with use_language(self.language):
            return control.months(self, query, self._rate(measure), rules)

    def interventions(self, *, profile: str = PROFILE) -> Answer:
        """What did recorded changes do to the late share of the units concerned?

        Raises:
            UsageProblem: The profile is unknown, or the results were computed under another one.
            InputRejected: A recorded change names a unit or period that these results lack.
        """
        self.computed_profile(profile)
        with use_language(self.language):
            return interventions.interventions(self)

    def cohorts(
        self, *, unit: str = EVERYTHING, kind: PeriodKind = "quarter", profile: str = PROFILE
    ) -> Answer:
        """How late is each cohort of received dossiers, open ones included?

        Raises:
            UsageProblem: Unit or profile is unknown, or the results were computed under another
                profile.
        """
        self.computed_profile(profile)
        with use_language(self.language):
            return cohorts.cohorts(self, self.unit(unit), kind)

    def compare_groups(
        self,
        by: str = "channel_in",
        *,
        within: Sequence[str] = ("procedure_id",),
        group: str = "",
        other: str = "",
        period: str = "",
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """Is a channel, a month or another group later, also within the same stratum?

        Args:
            by: Column of the dossiers that makes the groups; ``received_month`` and
                ``received_quarter`` are available too.
            within: Columns that define the strata of the comparison.
            group: The group to report; all by default.
            other: The group to compare with; all others together by default.
            period: Period of reception; all dossiers by default.
            unit: A unit; all together by default.
            profile: Lateness profile.

        Raises:
            UsageProblem: Column, group, period, unit or profile is unknown.
        """
        query = Grouping(
            self._column(by),
            tuple(self._column(name) for name in within),
            self._group(by, group),
            self._group(by, other),
            self.period(period) if period else "",
            self.unit(unit),
        )
        with use_language(self.language):
            return groups.compare_groups(self, query, self.profile(profile))

    def durations(self, by: str = "unit_id", *, period: str = "", unit: str = EVERYTHING) -> Answer:
        """How long do dossiers take, open ones included, and does the order of groups hold?

        Args:
            by: As in ``compare_groups``.
            period: Period of reception; all dossiers by default.
            unit: A unit; all together by default.

        Raises:
            UsageProblem: Column, period or unit is unknown.
        """
        label = self.period(period) if period else ""
        with use_language(self.language):
            return durations.durations(self, self._column(by), label, self.unit(unit))

    def watch(self, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which open dossiers are overdue or likely to be late, and where do they wait?

        Raises:
            UsageProblem: Unit or profile is unknown, or the results were computed under another
                profile.
        """
        self.computed_profile(profile)
        with use_language(self.language):
            return watchlist.watch(self, self.unit(unit))

    def reliability(self, *, profile: str = PROFILE) -> Answer:
        """Did the forecast risks of past watch lists agree with what happened?

        Raises:
            UsageProblem: The profile is unknown, or the results were computed under another one.
        """
        self.computed_profile(profile)
        with use_language(self.language):
            return watchlist.reliability(self)

    def _column(self, name: str) -> str:
        columns = [*self.dossiers.columns, *groups.DERIVED]
        if name not in columns:
            raise self._unknown("groups.no_column", name, columns, columns)
        return name

    def _group(self, by: str, name: str) -> str:
        values = groups.received(self, "")[by].cast(str).fill_null(groups.NO_VALUE)
        groups_present = values.unique().sort().to_list()
        if name and name not in groups_present:
            raise self._unknown("groups.no_group", name, groups_present, groups_present)
        return name

    def _rate(self, measure: str) -> str:
        if measure not in COMPARED:
            raise self._unknown("briefing.no_measure", measure, COMPARED, list(COMPARED))
        return measure
