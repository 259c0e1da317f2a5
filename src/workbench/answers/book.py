"""Every question that can be put to the tables of one run, by subject.

A question is declared where it is answered (``workbench.answers.questions``); here each gets its
name. Answers are in the language in which the book was opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.answers import (
    adjusted_units,
    causes,
    control,
    dossier,
    evidence,
    gaps,
    groups,
    headline,
    late_list,
    moved_due_dates,
    paper_dates,
    period_change,
    quality,
    sensitivity,
    sheets,
    summary,
    time_use,
    trace,
    units,
    watchlist,
    whatif,
)
from workbench.answers.clock import LegalClock
from workbench.answers.official import Official
from workbench.answers.questions import PROFILE
from workbench.answers.run import Run
from workbench.answers.work_patterns import Rhythm
from workbench.core.vocabulary import EVERYTHING


@dataclass(frozen=True)
class Book(Run):
    """The tables of one run, and answers from them.

    Args:
        home: The project or ``analyse`` folder.
        folders: Folders of the tables, one Parquet file each.
        reference: Folder with ``units.csv``.
        language: ``vi`` or ``en``, for everything the answers say.
    """

    # Where a module bears the name of one of its questions, that question comes last: in the
    # lines below it, the name is the question's.

    # a period in short
    summary = summary.summary
    headline = headline.headline
    sensitivity = sensitivity.sensitivity
    # units, periods and groups beside each other
    compare_units = units.compare_units
    fair_units = adjusted_units.fair_units
    compare_periods = period_change.compare_periods
    course = period_change.course
    interventions = control.interventions
    control = control.control
    gap = gaps.gap
    compare_groups = groups.compare_groups
    durations = groups.durations
    cohorts = watchlist.cohorts
    # where the time went, and why
    slowest_steps = time_use.slowest_steps
    waiting = time_use.waiting
    time_use = time_use.time_use
    causes_by_unit = causes.causes_by_unit
    causes_over_time = causes.causes_over_time
    reality = causes.reality
    causes = causes.causes
    cells = adjusted_units.cells
    whatif = whatif.whatif
    # one sheet for a unit or a procedure
    unit_sheet = sheets.unit_sheet
    procedure_sheet = sheets.procedure_sheet
    oldest = sheets.oldest
    # one dossier, the late ones, and those still open
    moved_due_dates = moved_due_dates.moved_due_dates
    late_without_apology = late_list.late_without_apology
    late_list = late_list.late_list
    dossier = dossier.dossier
    trace = trace.trace
    watch = watchlist.watch
    reliability = watchlist.reliability
    # what the figures rest on
    excluded = quality.excluded
    paper_dates = paper_dates.paper_dates
    findings = quality.findings
    verdicts = quality.verdicts
    evidence = evidence.evidence

    def rhythm(self, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Rhythm:
        """Ask how transfers run, when steps are clicked and signed, and how much is open.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Rhythm(self, self.unit(unit), self.profile(profile))

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
