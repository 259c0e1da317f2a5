"""Questions that can be put to the tables of one run.

Each question is answered by its own function in this package; ``NameLookup`` finds units, periods
and tables. Answers are in the language in which the book was opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.answers import (
    causes,
    dossier,
    headline,
    period_change,
    quality,
    sensitivity,
    summary,
    time_use,
    units,
    verdicts,
    waits,
)
from workbench.answers.answer import Answer
from workbench.answers.clock import LegalClock
from workbench.answers.comparison_questions import ComparisonQuestions
from workbench.answers.official import Official
from workbench.answers.question import PROFILE, RATE
from workbench.answers.work_patterns import Rhythm
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import use_language


@dataclass(frozen=True)
class Book(ComparisonQuestions):
    """The tables of one run, and answers from them.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    def summary(
        self, period: str, *, against: str = "", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """What should one know first? The key claims of the answers below, and four numbers.

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return summary.summary(self, question, self.against(question.period, against), RATE)

    def headline(
        self, period: str, *, against: str = "", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """How many dossiers were received, resolved and late, and how many open are overdue?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return headline.headline(self, question, self.against(question.period, against))

    def compare_units(
        self,
        period: str,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """Which units differ from the overall rate?

        Args:
            period: Label of the period.
            measure: ``late_or_overdue``, ``late_done``, ``ot_done`` or
                ``ot_done_plus_overdue_open``.
            unit: A unit to mark among the others.
            profile: Lateness profile.

        Raises:
            UsageProblem: Unit, period, profile or measure is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return units.units(self, question, self._rate(measure))

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
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            other = self.against(question.period, against)
            return period_change.change(self, question, other, self._rate(measure))

    def course(
        self,
        period: str,
        *,
        measure: str = RATE,
        unit: str = EVERYTHING,
        profile: str = PROFILE,
    ) -> Answer:
        """How did a rate develop month by month, up to the end of a period?

        Raises:
            UsageProblem: Unit, period, profile or measure is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return period_change.months(self, question, self._rate(measure))

    def time_use(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Where did the working time of late dossiers go, and where that of the others?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return time_use.time_use(self, question)

    def slowest_steps(
        self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """Which steps and transfers took longer in late dossiers than in the others?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return time_use.slowest_steps(self, question)

    def causes(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """What share of the lateness does each cause explain, and what stays unexplained?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        question = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return causes.causes(self, question)

    def causes_by_unit(self, period: str, *, profile: str = PROFILE) -> Answer:
        """How large is the share of each cause at each unit?

        Raises:
            UsageProblem: Period or profile is unknown, or the results were computed under
                another profile.
        """
        question = self._asked_of_causes(period, EVERYTHING, profile)
        with use_language(self.language):
            return causes.causes_by_unit(self, question)

    def causes_over_time(
        self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Answer:
        """How did the share of each cause develop, up to a period?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        question = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return causes.causes_over_time(self, question)

    def reality(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """How many late dossiers were late in fact, late only on record, or undecidable?

        Raises:
            UsageProblem: Unit, period or profile is unknown, or the results were computed under
                another profile.
        """
        question = self._asked_of_causes(period, unit, profile)
        with use_language(self.language):
            return causes.reality(self, question)

    def waiting(self, period: str, *, unit: str = EVERYTHING) -> Answer:
        """What did steps wait for, where the log has start, finish and holder?

        Raises:
            UsageProblem: Unit or period is unknown.
        """
        question = self._asked(period, unit, PROFILE)
        with use_language(self.language):
            return waits.steps_waited(self, question)

    def rhythm(self, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Rhythm:
        """Ask how transfers run, when steps are clicked and signed, and how much is open.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Rhythm(self, self.unit(unit), self.profile(profile))

    def sensitivity(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """How much do the figures depend on the definition of "late"?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return sensitivity.short(self, question)

    def excluded(self) -> Answer:
        """Which rows of the source files are in these figures, and which are not?"""
        with use_language(self.language):
            return quality.excluded(self)

    def findings(self) -> Answer:
        """Which findings has each quality rule, unit by unit?"""
        with use_language(self.language):
            return verdicts.findings(self)

    def verdicts(self, period: str, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Answer:
        """Which verdicts on units hold without suspect records, and which depend on them?

        Raises:
            UsageProblem: Unit, period or profile is unknown.
        """
        question = self._asked(period, unit, profile)
        with use_language(self.language):
            return verdicts.verdicts(self, question)

    def dossier(self, dossier_id: str, *, profile: str = PROFILE) -> Answer:
        """How did one dossier spend its time, and why was it late?

        Args:
            dossier_id: Its number; the most overdue one of all when empty.
            profile: Lateness profile.

        Raises:
            UsageProblem: No dossier has this number, or the profile is unknown.
        """
        dossier_ids = self.dossiers["dossier_id"]
        rule = self.profile(profile)
        dossier_id = dossier_id or dossier.most_overdue(self, rule)
        if dossier_id not in dossier_ids:
            raise self._unknown(
                "briefing.no_dossier", dossier_id, dossier_ids, dossier_ids.head(3).to_list()
            )
        with use_language(self.language):
            return dossier.dossier(self, dossier_id, rule)

    def official(
        self, *, convention: str = "calendar", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Official:
        """Ask for official forms, seed figures and every rate in use.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Official(self, convention, self.unit(unit), self.profile(profile))

    def clock(self, *, unit: str = EVERYTHING) -> LegalClock:
        """Ask for issued due dates, pauses, receptions and norms.

        Raises:
            UsageProblem: No dossier belongs to such a unit.
        """
        return LegalClock(self, self.unit(unit))
