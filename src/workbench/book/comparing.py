"""Questions of comparison and of what lies ahead: units, causes, periods, what would help.

Each is answered by a module of its own; here they find what they were asked about and speak the
language the book was opened in.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.book import (
    cohorts,
    control,
    entries,
    fairness,
    foresight,
    gaps,
    interventions,
    watching,
)
from workbench.book.answer import Answer
from workbench.book.entries import PROFILE, RATE
from workbench.book.judging import COMPARED
from workbench.book.register import Register
from workbench.vocabulary import EVERYTHING, PeriodKind
from workbench.wording import use_language


@dataclass(frozen=True)
class Comparing(Register):
    """The tables of one run, and the questions that compare and look ahead."""

    def fair_units(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which units are late beyond what their mix of dossiers makes one expect?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return fairness.fair_units(self, asked)

    def cells(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which cause makes which unit late, beyond chance and mix?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return fairness.cells(self, asked)

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
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        before = against or (self.against(asked.period) if asked.unit == EVERYTHING else "")
        with use_language(self.language):
            pair = gaps.sides(
                asked.period,
                unit=asked.unit,
                other=self.unit(other) if other else "",
                against=self.period(before) if before else "",
            )
            return gaps.gap(self, *pair)

    def whatif(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """How many late dossiers would another way of working have kept on time?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        asked = self._asked(period, unit, profile)
        with use_language(self.language):
            return foresight.whatif(self, asked)

    def control(
        self,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
        rules: control.Rules = "exact",
    ) -> Answer:
        """Has a rate changed, or is it chance? Months against a baseline a person fixed.

        Args:
            measure: As in ``compare_units``.
            unit: A unit; all together when left out.
            profile: Lateness profile.
            rules: ``exact`` limits, or ``xmr`` on request.

        Raises:
            UsageProblem: Unit, profile or measure is unknown.
        """
        asked = entries.Asked("", self.unit(unit), self.profile(profile))
        with use_language(self.language):
            return control.months(self, asked, self._rate(measure), rules)

    def interventions(self) -> Answer:
        """What did recorded changes do to the late share of the units that got them?

        Raises:
            InputRejected: A recorded change names a unit or period these results do not hold.
        """
        with use_language(self.language):
            return interventions.interventions(self)

    def cohorts(self, *, unit: str = EVERYTHING, kind: PeriodKind = "quarter") -> Answer:
        """How late is each cohort of received dossiers, with the open ones counted?

        Raises:
            UsageProblem: The unit is unknown.
        """
        with use_language(self.language):
            return cohorts.cohorts(self, self.unit(unit), kind)

    def watch(self, *, unit: str = EVERYTHING) -> Answer:
        """Which open dossiers are overdue or likely to be late, and where do they wait?

        Raises:
            UsageProblem: The unit is unknown.
        """
        with use_language(self.language):
            return watching.watch(self, self.unit(unit))

    def reliability(self) -> Answer:
        """Did the risks that the watch list would have foretold come true?"""
        with use_language(self.language):
            return watching.reliability(self)

    def _rate(self, measure: str) -> str:
        if measure not in COMPARED:
            raise self._unknown("briefing.no_measure", measure, COMPARED, list(COMPARED))
        return measure
