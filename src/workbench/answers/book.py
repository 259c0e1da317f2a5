"""Every question that can be put to the tables of one run, by subject.

A question is declared where it is answered (``workbench.answers.questions``); here each gets its
name. Answers are in the language in which the book was opened.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.answers import (
    adjusted_units,
    behind,
    causes,
    control,
    dossier,
    evidence,
    gaps,
    groups,
    headline,
    interventions,
    late_list,
    moved_due_dates,
    overview,
    paper_dates,
    period_change,
    quality,
    realities,
    recounting,
    sensitivity,
    sheets,
    summary,
    time_use,
    trace,
    units,
    watchlist,
    whatif,
)
from workbench.answers.answer import Answer
from workbench.answers.arguments import checked_arguments
from workbench.answers.catalogue import Catalogue
from workbench.answers.clock import LegalClock
from workbench.answers.notebook_list import NotebookList, list_notebooks
from workbench.answers.official import Official
from workbench.answers.questions import PROFILE
from workbench.answers.run import Run
from workbench.answers.work_patterns import Rhythm
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import use_language
from workbench.warehouse.queries import run_query


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

    # what is here
    overview = overview.overview
    # a period in short
    summary = summary.summary
    headline = headline.headline
    sensitivity = sensitivity.sensitivity
    # units, periods and groups beside each other
    compare_units = units.compare_units
    fair_units = adjusted_units.fair_units
    compare_periods = period_change.compare_periods
    course = period_change.course
    control = control.control
    interventions = interventions.interventions
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
    reality = realities.reality
    causes = causes.causes.with_neighbours(
        "causes_by_unit",
        "causes_over_time",
        "cells",
        "reality",
        "slowest_steps",
        "time_use",
        "waiting",
        "whatif",
    )
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
    dossier = dossier.dossier.with_neighbours(
        "late_list", "oldest", "reliability", "trace", "watch"
    )
    trace = trace.trace
    watch = watchlist.watch
    reliability = watchlist.reliability
    # what the figures rest on
    excluded = quality.excluded.with_neighbours(
        "evidence", "findings", "paper_dates", "sensitivity", "verdicts"
    )
    paper_dates = paper_dates.paper_dates
    findings = quality.findings
    verdicts = quality.verdicts
    evidence = evidence.evidence

    @checked_arguments
    def rhythm(self, *, unit: str = EVERYTHING, profile: str = PROFILE) -> Rhythm:
        """Ask how transfers run, when steps are clicked and signed, and how much is open.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Rhythm(self, self.unit(unit), self.profile(profile))

    @checked_arguments
    def official(
        self, *, convention: str = "calendar", unit: str = EVERYTHING, profile: str = PROFILE
    ) -> Official:
        """Ask for official forms, seed figures and every rate in use.

        Raises:
            UsageProblem: Unit or profile is unknown.
        """
        return Official(self, convention, self.unit(unit), self.profile(profile))

    @checked_arguments
    def clock(self, *, unit: str = EVERYTHING) -> LegalClock:
        """Ask for issued due dates, pauses, receptions and norms.

        Raises:
            UsageProblem: No dossier belongs to such a unit.
        """
        return LegalClock(self, self.unit(unit))

    @property
    def tables(self) -> Catalogue:
        """The stored tables: what a row is, ``book.tables.outcomes`` for the columns of one."""
        return Catalogue(self)

    def notebooks(self) -> NotebookList:
        """Return the notebooks of the project, each with a picture and a link."""
        with use_language(self.language):
            return list_notebooks(self.facts.notebooks)

    @checked_arguments
    def sql(self, query: str) -> pl.DataFrame:
        """Return the rows of a query over the stored tables (``book.tables``); read only.

        Raises:
            UsageProblem: It is not one ``select``, or names a table or column that is not there.
        """
        with use_language(self.language):
            return run_query(query, self.tables.files, self.zone)

    # from an answer to what it is made of ---------------------------------------------------

    def dossiers_behind(
        self, answer: Answer, *, measure: str = "", period: str = "", unit: str = ""
    ) -> Answer:
        """Return the dossiers behind an answer (``answer.dossiers()``).

        Raises:
            UsageProblem: The answer is about no dossiers, or there is no such figure.
        """
        asking = answer.as_asked()
        about = {"measure": measure, "period": period, "unit": unit}
        return behind.find_dossiers_behind(self, answer, asking, **about)

    def recount(self, answer: Answer) -> str:
        """Return the query that recounts an answer (``answer.sql``).

        Raises:
            UsageProblem: The figures are counted when they are asked for, from no stored table.
        """
        return recounting.write_recount(self, answer, answer.as_asked())
