"""The dossiers behind an answer: those that it lists, or those that its figure counts.

Accounting (evidence level 1): the dossiers add up to the figure.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, claim
from workbench.answers.asking import Asking
from workbench.answers.late_list import late_list
from workbench.answers.questions import RATE
from workbench.answers.run import Run
from workbench.answers.trace import FigureId, describe_dossiers, dossier_table, figure_names, trace
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say, use_language

_LATE = "late_with_causes"


def find_dossiers_behind(
    run: Run, answer: Answer, asking: Asking, *, measure: str, period: str, unit: str
) -> Answer:
    """Return the dossiers behind an answer; arguments as of ``Answer.dossiers``.

    Raises:
        UsageProblem: The answer is about no dossiers, or there is no such figure.
    """
    scope = asking.scope
    profile = str(scope.get("profile", ""))
    frame = answer.frame
    if not (measure or period) and "dossier_id" in frame.columns:
        return _listed(run, answer, unit, profile or run.result_profile)
    about = period or str(scope.get("period") or "")
    if not about:
        raise UsageProblem("lab.no_dossiers", title=answer.title)
    where = unit or str(scope.get("unit", EVERYTHING))
    name = measure or _measure(run, answer, str(scope.get("measure", "")))
    if name == _LATE:
        return late_list(run, about, unit=where, profile=profile, rows=run.late_dossiers.height)
    figure_id = FigureId(name, about, run.unit(where), str(scope.get("procedure") or EVERYTHING))
    return trace(run, str(figure_id), profile=profile)


def _measure(run: Run, answer: Answer, asked: str) -> str:
    """Return what an answer is about: the rate asked for, else the main one that it states."""
    if asked:
        return asked
    stated = [value.name.split(".")[0] for value in answer.values]
    if _LATE in stated or answer.name.startswith("causes"):
        return _LATE
    figures = figure_names(run)
    return RATE if RATE in stated else next((name for name in stated if name in figures), RATE)


def _listed(run: Run, answer: Answer, unit: str, profile: str) -> Answer:
    """Return the dossiers that an answer lists."""
    with use_language(run.language):
        ids = answer.frame.select("dossier_id").unique(maintain_order=True)
        if unit and run.unit(unit) != EVERYTHING:
            ours = run.dossiers.filter(unit_id=run.unit(unit)).select("dossier_id")
            ids = ids.join(ours, on="dossier_id", how="semi", maintain_order="left")
        parts = ids.with_columns(numerator=pl.lit(1), denominator=pl.lit(1))
        frame = describe_dossiers(run, parts, profile)
        title = say("lab.dossiers_title", title=answer.title)
        text = say("lab.dossiers", n=numerals.count(frame.height), title=answer.title)
        return Answer(
            title=title,
            claims=(claim(text, 1),),
            frame=frame,
            denominators=say("trace.count_denominators"),
            listing=dossier_table(run, title, frame),
        )
