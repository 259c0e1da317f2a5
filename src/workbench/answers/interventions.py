"""Did dated changes help, each judged on the outcome that it was made for, and where else would it?

Changes (initiatives, new models of work) are listed in ``data/reference/interventions.csv`` with
their units, first period, outcome and source. The outcome is the late share, the part of one cause
in it, or any rate of ``metrics.csv``. Several units with the change are judged against the others;
the evidence level is 4 only where every condition of that comparison holds. A single unit is judged
on its own months before, at level 2. Where the outcome became better, the units are named whose
outcome is worse since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, figure, table, text
from workbench.answers.phrasing import FEW, computed_under, inline, listed
from workbench.answers.questions import PROFILE, RATE, ResultProfile, question
from workbench.answers.run import Run
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label, known_causes
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.figures.measures import read_rates
from workbench.messages import say
from workbench.official.metrics import measure_name, read_metrics

FILE = "interventions.csv"


@question("cause_cells", "unit_measures", level=4)
def interventions(run: Run, *, profile: ResultProfile = PROFILE) -> Answer:
    """What did recorded changes do to the outcome that each was made for, and where else would it?

    Raises:
        UsageProblem: The profile is unknown, or the results were computed under another one.
    """
    changes = [_Change(run, profile, row) for row in run.reference_rows(FILE)]
    frames = [change.frame for change in changes if not change.oddity]
    return Answer(
        title=say("interventions.title"),
        claims=tuple(_claims(changes)),
        frame=pl.concat(frames) if frames else pl.DataFrame(),
        denominators=f"{say('interventions.denominators')} {computed_under(run, profile)}",
        listing=_table(changes) if changes else None,
    )


@dataclass(frozen=True)
class _Change:
    """One recorded change with what it did in these results."""

    run: Run
    profile: str
    row: Mapping[str, str]

    @cached_property
    def units(self) -> list[str]:
        return self.row["unit_ids"].split()

    @cached_property
    def name(self) -> str:
        return self.row.get(f"name_{self.run.language}") or self.row["name_vi"]

    @cached_property
    def measure(self) -> str:
        """The rate that the change is judged on; empty for the late share."""
        measure = self.row.get("measure") or ""
        return "" if measure == RATE else measure

    @cached_property
    def cause(self) -> str:
        return self.row.get("cause") or EVERYTHING

    @cached_property
    def oddity(self) -> str:
        """What the row names that these results lack; empty where all is there."""
        strange = [unit for unit in self.units if unit not in self.run.units()]
        if not self.units:
            strange.append("unit_ids")
        if self.since not in self._periods[1:]:
            strange.append(self.row["since"])
        if self.measure and self.measure not in read_rates(self.run.reference):
            strange.append(self.measure)
        if self.cause not in (EVERYTHING, *known_causes()):
            strange.append(self.cause)
        return ", ".join(strange)

    @cached_property
    def since(self) -> str:
        """The first period with the change; empty where it is not written as one."""
        try:
            return str(Period.parse(self.row["since"]))
        except UsageProblem:
            return ""

    @cached_property
    def _periods(self) -> list[str]:
        """The ended periods of the kind of the first one with the change, in order."""
        if not self.since:
            return []
        kind = Period.parse(self.since).kind
        return [label for label in self.run.periods(kind) if self.run.ended(label)]

    def _outcome(self, periods: Sequence[str], since: str) -> compare.OutcomeCounts:
        if self.measure:
            return compare.rate_outcome(
                self.run.measures_under(self.profile),
                measure=self.measure,
                profile=self.profile,
                periods=periods,
            )
        return compare.late_outcome(
            self.run.cause_cells,
            periods=periods,
            since=since,
            treated=self.units,
            cause=self.cause,
        )

    @cached_property
    def _whole(self) -> compare.OutcomeCounts:
        return self._outcome(self._periods, self.since)

    @cached_property
    def is_recorded(self) -> bool:
        """Whether the results hold the outcome of a unit with the change."""
        ours = self._whole.treated(self.units)
        return bool(ours.any() and self._whole.dossiers[ours].sum() > 0)

    @cached_property
    def effect(self) -> Row:
        """Against the others where that has an interval, else on the course of the months."""
        row = compare.intervention(self._whole, treated=self.units, since=self.since)
        if row["lower"][0] is None:
            months = _months(self._periods)
            first = str(Period.holding(Period.parse(self.since).starts_on, "month"))
            outcome = self._outcome(months, first)
            row = compare.interrupted(outcome, treated=self.units, since=first)
        effect: Row = row.row(0, named=True)
        return effect

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The effect as a row, with the change and its outcome."""
        head = {
            "intervention": self.row["intervention"],
            "measure": self.measure or RATE,
            "cause": self.cause,
        }
        rows = [{**head, **(self.effect if self.is_recorded else {}), "to_follow": self.to_follow}]
        names = ("value", "lower", "upper", "p_value", "numerator", "denominator")
        whole = dict.fromkeys(("n_treated", "n_others"), pl.Int64)
        return pl.DataFrame(
            rows,
            {
                **dict.fromkeys(head, pl.String),
                **dict.fromkeys(names, pl.Float64),
                **whole,
                "evidence_level": pl.Int32,
                "reasons": pl.List(pl.String),
                "method": pl.String,
                "to_follow": pl.List(pl.String),
            },
        )

    @cached_property
    def is_lower_better(self) -> bool:
        """Whether less of the outcome is better; of lateness it is."""
        metrics = {m.metric_id: m.texts for m in read_metrics(self.run.reference)}
        return not self.measure or metrics[self.measure].get("better") == "lower"

    @cached_property
    def verdict(self) -> str:
        """``better`` or ``worse`` where the whole interval is on that side of zero."""
        if not self.is_recorded:
            return "not_recorded"
        value, lower, upper = (self.effect[name] for name in ("value", "lower", "upper"))
        if value is None or lower is None or upper is None:
            return "undecidable"
        if lower <= 0 <= upper:
            return "unclear"
        return "better" if (upper < 0) == self.is_lower_better else "worse"

    @cached_property
    def _worse_elsewhere(self) -> pl.DataFrame:
        effects: dict[str, float] = {}
        if not self.measure:
            rows = self.run.measures_under(self.profile).filter(measure=RATE)
            since = [p for p in self._periods if p >= self.since]
            of_periods = rows.filter(pl.col("period").is_in(since))
            largest = of_periods.group_by("unit_id").agg(pl.max("design_effect"))
            effects = dict(largest.select("unit_id", "design_effect").iter_rows())
        return compare.worse_units(
            self._whole,
            treated=self.units,
            since=self.since,
            is_lower_better=self.is_lower_better,
            effects=effects,
        ).filter(pl.col("denominator") >= FEW)

    @cached_property
    def to_follow(self) -> list[str]:
        """Units without the change whose outcome is worse, where the change made it better."""
        if self.verdict != "better" or self.effect["denominator"] < FEW:
            return []
        return self._worse_elsewhere["unit_id"].to_list()

    # in words ---------------------------------------------------------------------------------

    @cached_property
    def outcome_name(self) -> str:
        if self.measure:
            return inline(measure_name(self.measure, self.run.reference))
        if self.cause == EVERYTHING:
            return say("interventions.late_share")
        return say("interventions.late_by_cause", cause=cause_label(self.cause))

    @cached_property
    def words(self) -> dict[str, str]:
        head = {
            "name": self.name,
            "units": listed(self.run.unit_name(unit) for unit in self.units),
            "since": numerals.period(self.since),
            "outcome": self.outcome_name,
        }
        if not self.is_recorded:
            return head
        effect, by_course = self.effect, self.effect["method"].startswith("interrupted")
        basis = effect["method"] if by_course else "against_others"
        return {
            **head,
            "effect": numerals.points(effect["value"]),
            "interval": numerals.points_range(effect["lower"], effect["upper"]),
            "fraction": numerals.fraction(round(effect["numerator"]), round(effect["denominator"])),
            "basis": say(f"interventions.{basis}"),
        }

    def claims(self) -> list[Claim]:
        """Say what the change did, what keeps it from level 4, and where else it would help."""
        if self.oddity:
            words = {"file": FILE, "change": self.name, "odd": self.oddity}
            return [claim(say("interventions.odd", **words), 1)]
        sentence = say(f"interventions.{self.verdict}", **self.words)
        if not self.is_recorded:
            return [claim(sentence, 1)]
        if self.effect["reasons"]:
            reasons = "; ".join(say(f"interventions.{r}") for r in self.effect["reasons"])
            sentence = f"{sentence} {say('interventions.because', reasons=reasons)}"
        claims = [claim(sentence, self.effect["evidence_level"])]
        if self.to_follow:
            followers = [
                say("interventions.follower", unit=self.run.unit_name(r["unit_id"]), **_rate(r))
                for r in self._worse_elsewhere.iter_rows(named=True)
            ]
            words = {**self.words, "followers": listed(followers)}
            claims.append(claim(say("interventions.follow", **words), 2))
        elif self.verdict == "better":
            claims.append(claim(say("interventions.follow_none", **self.words), 2))
        return claims


def _months(periods: Sequence[str]) -> list[str]:
    """Return the labels of every month from the first to the last of some periods."""
    last = Period.parse(periods[-1]).ends_on
    months = [Period.holding(Period.parse(periods[0]).starts_on, "month")]
    while months[-1].ends_on < last:
        months.append(months[-1].next())
    return [str(month) for month in months]


def _rate(row: Row) -> dict[str, str]:
    return {
        "value": numerals.percent(row["value"]),
        "fraction": numerals.fraction(row["numerator"], row["denominator"]),
        "interval": numerals.points_range(row["lower"], row["upper"]),
    }


def _claims(changes: Sequence[_Change]) -> list[Claim]:
    if not changes:
        return [claim(say("interventions.none"), 2)]
    return [one for change in changes for one in change.claims()]


def _table(changes: Sequence[_Change]) -> Table:
    return table(
        say("interventions.table"),
        [_line(change) for change in changes if not change.oddity],
        [
            text("interventions.head_change", "name"),
            text("interventions.head_outcome", "outcome"),
            text("interventions.head_since", "since"),
            figure("interventions.head_effect", lambda row: row["effect"]),
            figure("interventions.head_interval", lambda row: row["interval"]),
            text("interventions.head_basis", "basis"),
            figure("interventions.head_level", lambda row: row["level"]),
            text("interventions.head_follow", "follow"),
        ],
    )


def _line(change: _Change) -> dict[str, Cell]:
    blank = Blank(say("interventions.no_figure"))
    cells: dict[str, Cell] = dict.fromkeys(("effect", "interval", "basis", "level"), blank)
    cells |= change.words
    if change.is_recorded:
        cells["level"] = str(change.effect["evidence_level"])
    if change.verdict in ("undecidable", "not_recorded"):
        cells |= {"effect": blank, "interval": blank}
    names = [change.run.unit_name(unit) for unit in change.to_follow]
    return {**cells, "follow": listed(names) if names else say("interventions.nowhere")}
