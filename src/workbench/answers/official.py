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

from workbench.answers.answer import Answer, claim
from workbench.answers.columns import Row, decimal, figure, table, text
from workbench.answers.questions import Part, PeriodLabel, Scope, question
from workbench.answers.reform_index import criteria_answer
from workbench.answers.sensitivity import under_profiles
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, ReportSpan, latest_kind
from workbench.figures import compare
from workbench.figures.measures import read_rates
from workbench.messages import language, say, use_language
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
    version_766,
    write_form,
)
from workbench.official.metrics import PRINTED, check_printed
from workbench.official.workbook import notes

PROFILES_766 = {1: "qd766", 2: "qd766_portal"}
"""The lateness profile of each version of the index that is simulated."""

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

    @question("official_tables")
    def form(self, name: str, period: str) -> Answer:
        """Fill an official form: ``II.06a``, ``07a/BTP`` or ``opencps20``.

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        filled = self._filled(name, period)
        remarks = notes(filled, self._letterhead(filled))
        return Answer(
            title=say(
                "official.form_title",
                form=_form_name(name),
                period=numerals.period(filled.span.period),
            ),
            claims=tuple(claim(text, 1) for text in remarks),
            frame=filled.table,
            denominators=say("official.form_denominators", **_days(filled.span)),
            listing=_form_table(filled),
        )

    @question("official_tables")
    def gaps(self, name: str, period: str) -> pl.DataFrame:
        """Return the identities of a form that do not hold, row by row (``official_gaps``).

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        return self._filled(name, period).gaps

    @question("official_tables")
    def write_form(self, name: str, period: str, path: str | Path) -> Path:
        """Write an official form as an Excel workbook and return its path.

        Raises:
            UsageProblem: The form is unknown, or the period has no dossier.
        """
        filled = self._filled(name, period)
        write_form(filled, Path(path), self._letterhead(filled))
        return Path(path)

    @question("official_tables", "unit_measures")
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
            effects=self._effects(span.period),
        )
        return Answer(
            title=say("official.report_title", period=numerals.period(span.period)),
            claims=tuple(claim(text, 1) for text in report.sentences),
            frame=report.frame,
            denominators=say("official.form_denominators", **_days(span)),
        )

    @question("official_tables", "unit_measures")
    def rates(self, period: str) -> Answer:
        """Show every on-time rate in use side by side, each with its id and who uses it.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        tables = self._counted(span)
        frame = rates_side_by_side(
            read_metrics(self.run.reference),
            totals(tables["counts"], span=span, profile=self.profile, unit_id=self.unit),
            tables["official_overruns"],
            span=span,
            profile=self.profile,
            unit_id=self.unit,
            effects=self._effects(span.period),
        )
        check_printed(_printed_rates(frame))
        return Answer(
            title=say("official.rates_title", period=numerals.period(span.period)),
            claims=(claim(say("official.rates_sentence"), 1),),
            frame=frame,
            denominators=say("official.form_denominators", **_days(span)),
            listing=_rates_table(frame),
        )

    @question("unit_measures")
    def sensitivity(self, period: PeriodLabel) -> Answer:
        """Show every headline under every lateness profile."""
        scope = Scope(period, self.unit, self.profile)
        return under_profiles(self.run, scope, compare.SENSITIVE)

    @question("official_tables")
    def index_766(self, period: str) -> Answer:
        """Simulate the groups of decision 766 after the software; never an official score.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        version = version_766(span.ends_on)
        profile = self.run.profile(PROFILES_766[version])
        other = replace(self, profile=profile)
        figures = other._totals(span)
        simulated = simulate_766(figures, self.run.reference, version=version)
        return Answer(
            title=say("official.index_title", period=numerals.period(span.period)),
            claims=(claim(f"{simulated.label}.", 1),),
            frame=simulated.items,
            denominators=say("official.form_denominators", **_days(span)),
            listing=_index_table(simulated.items, simulated.label),
        )

    @question("official_tables", "unit_measures")
    def criteria(self, period: str) -> Answer:
        """Score the reform-index criteria that were filled in, and say what is still to win.

        Raises:
            UsageProblem: The period has no dossier, or the convention has none such.
        """
        span = self._span(period)
        figures = self._totals(span)
        listed = read_criteria(
            self.run.reference / "par_criteria.csv", read_rates(self.run.reference)
        )
        effects = self._effects(span.period)
        frame = evaluate(listed, figures, on=span.ends_on, effects=effects)
        denominators = say("official.form_denominators", **_days(span))
        return criteria_answer(frame, period=span.period, denominators=denominators)

    # shared by the answers ------------------------------------------------------------------

    def _effects(self, period: str) -> dict[str, float]:
        """Return the design effect of each rate, so that its interval is that of other pages."""
        own = {"period": period, "unit_id": self.unit, "profile": self.profile}
        return dict(self.run.unit_measures.filter(**own).select("measure", "design_effect").rows())

    def _counted(self, span: ReportSpan) -> dict[str, pl.DataFrame]:
        """Count the period under this profile; nothing is stored.

        Raises:
            UsageProblem: No dossier lies in that period under the convention.
        """
        tables = self.run.official_tables(span, self.profile)
        if tables["counts"].is_empty():
            raise UsageProblem(
                "official.no_counts",
                period=span.period,
                convention=self.convention,
                profile=self.profile,
            )
        return tables

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
        agency, parent = self.run.office(self.unit, filled.span.period)
        return Letterhead(
            agency=agency,
            parent=parent,
            profile_label=self._profile_label(filled.profile),
            convention_title=Conventions.read(self.run.reference).title(filled.span.convention),
            snapshot_at=self.run.snapshot or dt.datetime.combine(filled.span.ends_on, dt.time()),
            synthetic=self.run.synthetic,
        )

    def _profile_label(self, profile: str) -> str:
        rows = self.run.profile_settings(profile)
        version = rows["version"].to_list()[0] if rows.height else "?"
        label = self.run.profile_label(profile)
        return say("official.profile_version", version=version, label=label)


# tables -----------------------------------------------------------------------------------


def _days(span: ReportSpan) -> dict[str, str]:
    """Return the first and the last day of a period as they are written."""
    return {"first": numerals.day(span.starts_on), "last": numerals.day(span.ends_on)}


def _form_name(name: str) -> str:
    """Return what a form is called on a page: its number, or words for one without a number."""
    return say("official.form_opencps20") if name == "opencps20" else name


def _form_table(filled: FilledForm) -> Table:
    """Return a filled form: one column per column of the form, sections and total marked."""
    spoken = language()
    columns = [Column(c.header[spoken], number=False) for c in filled.form.columns[:2]]
    for column in filled.form.figures:
        groups = [g for g in (column.group[spoken], column.header[spoken]) if g]
        columns.append(Column(f"{' / '.join(groups)} ({column.number})"))
    lines = [_form_line(filled, row) for row in filled.table.iter_rows(named=True)]
    marked = frozenset(
        i for i, kind in enumerate(filled.table["row_kind"].to_list()) if kind != "row"
    )
    caption = say("official.form_caption", form=_form_name(filled.form.name), **_days(filled.span))
    return Table(caption, tuple(columns), tuple(lines), marked=marked)


def _form_line(filled: FilledForm, row: Row) -> tuple[Cell, ...]:
    label = say("official.total") if row["row_kind"] == "total" else str(row["label"])
    cells: list[Cell] = [str(row["row_no"]), label]
    for column in filled.form.figures:
        value = row[column.key]
        if value is None:
            cells.append(Blank(say("official.not_recorded")))
        else:
            cells.append(numerals.percent(value) if column.rate else numerals.count(value))
    return tuple(cells)


def _rates_table(frame: pl.DataFrame) -> Table:
    """Return every metric with its value, interval and who uses it."""
    return table(
        say("official.rates_caption"),
        frame.iter_rows(named=True),
        [
            text("official.metric_name", "name"),
            figure("official.metric_value", lambda row: _rate_cells(row)[0]),
            text("official.metric_interval", lambda row: _rate_cells(row)[1]),
            text("official.metric_users", "used_by"),
        ],
    )


def _printed_rates(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the percentages of ``_rates_table`` beside their counts, as rule D32 reads them."""
    with use_language("en"):
        rows = [
            (row["metric_id"], row["numerator"], row["denominator"], _percent(row["value"]))
            for row in frame.iter_rows(named=True)
            if row["value"] is not None and row["method"] != "median"
        ]
    return pl.DataFrame(rows, PRINTED, orient="row")


def _percent(share: float) -> str:
    return numerals.decimal(share * 100, 2)


def _rate_cells(row: Row) -> tuple[Cell, Cell]:
    if row["value"] is None:
        none = Blank(say("official.nothing"))
        return none, none
    if row["method"] == "median":
        days_text = {n: numerals.decimal(row[n], 0) for n in ("value", "lower", "upper", "p90")}
        interval_text = say(
            "official.overrun_days",
            n=numerals.count(row["numerator"]),
            total=numerals.count(row["total"]),
            **days_text,
        )
        return interval_text, f"{days_text['lower']}–{days_text['upper']}"
    over = numerals.fraction(row["numerator"], row["denominator"])
    interval = numerals.percent_range(row["lower"], row["upper"])
    return f"{_percent(row['value'])}% ({over})", interval


def _index_table(items: pl.DataFrame, label: str) -> Table:
    """Return the items of decision 766 with points and reasons; the label stands under it."""

    def points(row: Row) -> Cell:
        none = Blank(row["reason"])
        return none if row["points"] is None else numerals.decimal(row["points"], 2)

    def share(row: Row) -> Cell:
        if row["points"] is None or row["value"] is None:
            return Blank(row["reason"] or say("official.index_constant"))
        over = numerals.fraction(row["numerator"], row["denominator"])
        if row["less_denominator"]:
            less = numerals.fraction(row["less_numerator"], row["less_denominator"])
            over = say("official.index_less", over=over, less=less)
        return f"{_percent(row['value'])}% ({over})"

    return table(
        say("official.index_caption"),
        items.iter_rows(named=True),
        [
            text("official.index_group", "group"),
            text("official.index_item", "item"),
            figure("official.index_points", points),
            decimal("official.index_top", "item_points", 0),
            figure("official.index_share", share),
        ],
        notes=[label],
    )
