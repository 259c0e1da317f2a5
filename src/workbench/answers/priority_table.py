"""The places and causes to look at first: where, why, what helps, and how sure each one is."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from workbench.answers.adjusted_units import strata_of
from workbench.answers.causes import UNEXPLAINED
from workbench.answers.columns import Col, table
from workbench.answers.phrasing import distinct
from workbench.answers.priorities import Priority, units_of_cause
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.answers.whatif import name_range, scenarios
from workbench.charts.tables import Cell, Link, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.figures import compare
from workbench.messages import say


class PriorityTable:
    """Writes the table.

    Args:
        run: Its tables.
        scope: Period, unit and profile.
        chosen: The places and causes, in their order.
        others: Those left out.
        late: The late dossiers of the scope.
    """

    def __init__(
        self,
        run: Run,
        scope: Scope,
        chosen: list[Priority],
        others: list[Priority],
        late: pl.DataFrame,
    ) -> None:
        self._run, self._scope = run, scope
        self._chosen, self._others, self._late = chosen, others, late
        self._names = distinct(run.units(), run.unit_name)

    def written(self) -> Table:
        """Return the chosen places and causes, a line each."""
        return replace(
            table(
                say("summary.table"),
                [{"priority": priority} for priority in self._chosen],
                [
                    Col(say("summary.head_where"), lambda r: self._where(r["priority"]), False),
                    Col(say("summary.head_why"), lambda r: self._why(r["priority"]), False),
                    Col(say("summary.head_help"), lambda r: self._help(r["priority"]), False),
                    Col(say("summary.head_sure"), lambda r: _sure(r["priority"]), False),
                ],
                notes=self._left_out(),
            ),
            is_prose=True,
        )

    def _where(self, priority: Priority) -> Cell:
        if priority.kind != "scattered":
            name = self._names[priority.unit]
            n, record = numerals.count(priority.n_late), name_on_record(self._late, priority.unit)
            text = say("summary.where", unit=name, n=n, record=record)
            return Link(text, "fair_units" if priority.kind == "apart" else "cells")
        # a unit that no test names is not named here either
        units = numerals.count(len(units_of_cause(self._late, priority.cause)))
        n = numerals.count(priority.n_by_cause)
        return Link(say("summary.where_scattered", n=n, units=units), "causes")

    def _why(self, priority: Priority) -> str:
        words = {
            "n": numerals.count(priority.n_by_cause),
            "total": numerals.count(priority.n_late),
        }
        if priority.kind == "apart":
            return say("summary.why_apart", expected=numerals.decimal(priority.expected))
        if priority.kind == "unexplained":
            return say("summary.why_unexplained", **words)
        key = "why_scattered" if priority.kind == "scattered" else "why"
        label = cause_label(priority.cause)
        return say(f"summary.{key}", cause=label[:1].upper() + label[1:], **words)

    def _help(self, priority: Priority) -> Cell:
        saved = priority.saved
        if saved is None or priority.cause == UNEXPLAINED:
            return say("summary.help_unknown", actor=say("summary.acts_unit"))
        texts = scenarios(self._run)[saved["scenario"]]
        parent = self._run.parent_name(priority.unit)
        acts = texts["acts"] if parent or texts["acts"] != "parent" else "unit"
        label = texts["at_unit"]
        text = say(
            "summary.help" if saved["n_saved"] else "summary.help_none",
            scenario=label[:1].upper() + label[1:],
            n=numerals.count(saved["n_saved"]),
            total=numerals.count(saved["n_late"]),
            interval=name_range(saved),
            actor=say(f"summary.acts_{acts}", parent=parent),
        )
        return Link(text, "whatif")

    def _left_out(self) -> list[str]:
        notes = []
        overloads = [self._names[p.unit] for p in self._others if p.kind == "overload"]
        if overloads:
            notes.append(say("summary.others_overload", units="; ".join(overloads)))
        rest = len(self._others) - len(overloads)
        if rest:
            notes.append(say("summary.others", n=rest))
        return [*notes, *self._reconciled()]

    def _reconciled(self) -> list[str]:
        """Say of named units that as a whole they are not shown to differ, where that is so."""
        units = {p.unit for p in self._chosen if p.kind in ("difference", "overload")}
        if not units:
            return []
        counts = strata_of(self._run, self._scope.period)
        rows = compare.standings(counts, period=self._scope.period).filter(
            pl.col("unit_id").is_in(units), pl.col("standing") != "above"
        )
        groups: dict[str, list[str]] = {"reconciled": [], "reconciled_alone": []}
        for row in rows.sort("unit_id").iter_rows(named=True):
            key = "reconciled" if row["peered"] >= compare.PEERED else "reconciled_alone"
            groups[key].append(self._names[row["unit_id"]])
        return [say(f"summary.{k}", units="; ".join(v)) for k, v in groups.items() if v]


def name_on_record(late: pl.DataFrame, unit: str) -> str:
    """Say in brackets how many late dossiers of a unit are late on record only, if any are."""
    here = late.filter(pl.col("unit_id") == unit)
    n = here.filter(pl.col("reality") == "record_only").height
    if not n:
        return ""
    key = "on_record_all" if n == here.height else "on_record_some"
    return say(f"summary.{key}", n=numerals.count(n))


def _sure(priority: Priority) -> str:
    number = priority.expected or 0.0
    few = number < 1
    n = numerals.decimal(number)
    expected = say("summary.expected_few") if few else say("summary.expected", n=n)
    return say(f"summary.sure_{priority.kind}", expected=expected)
