"""The official figures of a book: forms, seed figures, every rate, simulated groups.

``book.official(convention="nd09_2019").form("II.06a", "2022-H1")`` answers for a period under a
reporting convention, a unit and a lateness profile. It formats the results of
``workbench.official``; sums that do not add up and values without a source are among the claims.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from workbench.answers import official_tables as tables
from workbench.answers.answer import Answer, claim
from workbench.answers.questions import Part, PeriodLabel, Scope, question
from workbench.answers.sensitivity import under_profiles
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, ReportSpan, latest_kind
from workbench.figures import compare
from workbench.figures.measures import read_rates
from workbench.messages import say
from workbench.official import (
    Conventions,
    FilledForm,
    Form,
    Letterhead,
    Names,
    evaluate,
    fill,
    half_year_report,
    rates_side_by_side,
    read_criteria,
    read_metrics,
    simulate_766,
    totals,
    write_form,
)
from workbench.official.audits import check_printed
from workbench.official.workbook import notes

SOFTWARE_PROFILE = "qd766"
"""The profile of the software whose index is simulated."""

_LEVELS = {
    "province": "province",
    "district": "district",
    "department": "district",
    "vertical": "district",
    "ward": "commune",
    "commune": "commune",
    "commune level 2025": "commune",
    "ward department": "commune",
}
"""Kind of a unit in ``units.csv`` -> section of form II.06a."""


@dataclass(frozen=True)
class Official(Part):
    """Questions about official figures of one unit, reporting convention and profile.

    Args:
        run: The run that is asked.
        convention: A convention of ``report_conventions.csv``.
        unit: A unit's id, ``*`` for all together.
        profile: Name of a lateness profile.
    """

    convention: str
    unit: str
    profile: str

    @question("dossiers", "official_tables")
    def form(self, name: str, period: str) -> Answer:
        """Fill an official form: ``II.06a``, ``07a/BTP`` or ``opencps20``.

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        filled = self._filled(name, period)
        remarks = notes(filled, self._letterhead(filled))
        return Answer(
            title=say("official.form_title", form=name, period=numerals.period(filled.span.period)),
            claims=tuple(claim(text) for text in remarks),
            frame=filled.table,
            denominators=say("official.form_denominators", **tables.days(filled.span)),
            listing=tables.form_table(filled),
        )

    @question("official_tables")
    def gaps(self, name: str, period: str) -> pl.DataFrame:
        """Return the identities of a form that do not hold, row by row (``official_gaps``).

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        return self._filled(name, period).gaps

    @question("dossiers", "official_tables")
    def write_form(self, name: str, period: str, path: str | Path) -> Path:
        """Write an official form as an Excel workbook and return its path.

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        filled = self._filled(name, period)
        write_form(filled, Path(path), self._letterhead(filled))
        return Path(path)

    @question("official_tables")
    def report(self, period: str) -> Answer:
        """Return the seed figures of a half-year report, or of any other period.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        report = half_year_report(
            self._counted(span)["counts"],
            read_rates(self.run.reference),
            span=span,
            profile=self.profile,
            unit_id=self.unit,
        )
        return Answer(
            title=say("official.report_title", period=numerals.period(span.period)),
            claims=tuple(claim(text) for text in report.sentences),
            frame=report.frame,
            denominators=say("official.form_denominators", **tables.days(span)),
        )

    @question("official_tables")
    def rates(self, period: str) -> Answer:
        """Show every on-time rate in use side by side, each with its id and who uses it.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        found = self._counted(span)
        frame = rates_side_by_side(
            read_metrics(self.run.reference),
            totals(found["counts"], span=span, profile=self.profile, unit_id=self.unit),
            found["official_overruns"],
            span=span,
            profile=self.profile,
            unit_id=self.unit,
        )
        check_printed(tables.printed_rates(frame))
        return Answer(
            title=say("official.rates_title", period=numerals.period(span.period)),
            claims=(claim(say("official.rates_sentence")),),
            frame=frame,
            denominators=say("official.form_denominators", **tables.days(span)),
            listing=tables.rates_table(frame),
        )

    @question("measures")
    def sensitivity(self, period: PeriodLabel) -> Answer:
        """Show every headline under every lateness profile.

        Raises:
            UsageProblem: The period has no dossier.
        """
        scope = Scope(period, self.unit, self.profile)
        return under_profiles(self.run, scope, compare.SENSITIVE)

    @question("official_tables")
    def index_766(self, period: str) -> Answer:
        """Simulate the groups of decision 766 after the software; never an official score.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        profile = self.run.profile(SOFTWARE_PROFILE)
        other = replace(self, profile=profile)
        figures = other._totals(span)
        simulated = simulate_766(figures, self.run.reference)
        return Answer(
            title=say("official.index_title", period=numerals.period(span.period)),
            claims=(claim(f"{simulated.label}."),),
            frame=simulated.items,
            denominators=say("official.form_denominators", **tables.days(span)),
            listing=tables.index_table(simulated.items, simulated.label),
        )

    @question("official_tables")
    def criteria(self, period: str) -> pl.DataFrame:
        """Evaluate the reform-index criteria that were filled in; no rows as shipped.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
            InputRejected: A criterion lacks source or date, or names an unknown rate.
        """
        span = self._span(period)
        figures = self._totals(span)
        listed = read_criteria(
            self.run.reference / "par_criteria.csv", read_rates(self.run.reference)
        )
        return evaluate(listed, figures, on=span.ends_on)

    # shared by the answers ------------------------------------------------------------------

    def _counted(self, span: ReportSpan) -> dict[str, pl.DataFrame]:
        """Count the period under this profile; nothing is stored.

        Raises:
            UsageProblem: No dossier lies in that period under the convention.
        """
        found = self.run.official_tables(span, self.profile)
        if found["counts"].is_empty():
            raise UsageProblem(
                "official.no_counts",
                period=span.period,
                convention=self.convention,
                profile=self.profile,
            )
        return found

    def _totals(self, span: ReportSpan) -> dict[str, int]:
        counts = self._counted(span)["counts"]
        return totals(counts, span=span, profile=self.profile, unit_id=self.unit)

    def _span(self, period: str) -> ReportSpan:
        kind = latest_kind(period)
        label = self.run.latest(kind) if kind else period
        return Conventions.read(self.run.reference).span(label, self.convention)

    def _filled(self, name: str, period: str) -> FilledForm:
        form = Form.read(name, self.run.reference)
        span = self._span(period)
        counts = self._counted(span)["counts"]
        if self.unit != EVERYTHING:
            counts = counts.filter(unit_id=self.unit)
        return fill(form, counts, span=span, profile=self.profile, names=self._names(form))

    def _names(self, form: Form) -> Names:
        units = self.run.units()
        rows = {u: self.run.unit_name(u) for u in units} if form.rows_by == "unit_id" else {}
        levels = {u: _LEVELS[k] for u in units if (k := self.run.unit_kind(u)) in _LEVELS}
        names = {
            level: say(f"official.level_{level}") for level in ("province", "district", "commune")
        }
        unknown = {"unknown": say("official.unknown_row")}
        return Names(rows=unknown | rows, levels=levels, level_names=names)

    def _letterhead(self, filled: FilledForm) -> Letterhead:
        agency, parent = self.run.office(self.unit)
        return Letterhead(
            agency=agency,
            parent=parent,
            profile_label=self._profile_label(filled.profile),
            snapshot_at=self.run.snapshot or dt.datetime.combine(filled.span.ends_on, dt.time()),
            synthetic=self.run.synthetic,
        )

    def _profile_label(self, profile: str) -> str:
        rows = self.run.profile_settings(profile)
        version = rows["version"].to_list()[0] if rows.height else "?"
        return f"{profile}@{version} ({self.run.profile_label(profile)})"
