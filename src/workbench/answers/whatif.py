"""What would have helped: late dossiers that another way of working would have kept on time.

Counterfactuals: each figure stands with the assumption it rests on, and is valid under that one
only. A scenario that could not be run for a unit is left out, with a note. The headline is what
would have helped one unit against the cause it is named for, never a change of every unit.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Row, count, figure, picture, table, text
from workbench.answers.phrasing import NAMED, distinct, of_unit
from workbench.answers.questions import PROFILE, PeriodLabel, ResultProfile, Scope, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, Range, ranges
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say

_NOT_RUN = {
    "rule": "forecasts.whatif_untold",
    "shift": "forecasts.whatif_untold",
    "queue": "forecasts.whatif_not_run",
}
"""Why a scenario of a kind has no answer."""
_ASSUMPTION = {"vi": "assumption", "en": "assumption_en"}
"""Column of ``whatif`` that says in a language under what a figure holds."""


_OF_SCENARIO = ["scenario", "n_late", "n_saved", "lower", "upper", "assumption", "evidence_level"]
"""Columns of ``whatif`` that a sentence about a named unit uses."""


@question("saved", "cell_tests", level=3)
def whatif(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """How many late dossiers would another procedure of work have kept on time?"""
    scope = Scope(period, unit, profile)
    listed = scenarios(run)
    frame = run.saved.filter(pl.col("period") == period, pl.col("unit_id") == unit).sort(
        "n_saved", "scenario", descending=[True, False]
    )
    assumption = pl.col(_ASSUMPTION[run.language]).alias("assumption")
    known = frame.with_columns(assumption).filter(pl.col("scenario").is_in(list(listed)))
    rows = known.to_dicts()
    at_units = _saved_at_units(run, scope)
    claims = [
        *_cell_claims(run, at_units, listed),
        *_claims(run, scope, rows, listed, {row["assumption"] for row in at_units}),
    ]
    return Answer(
        title=say("forecasts.whatif_title"),
        claims=tuple(claims),
        frame=frame,
        denominators=say("forecasts.whatif_denominators"),
        listing=_table(scope, rows, listed) if rows else None,
        figure=_figure(scope, rows, listed) if rows else None,
        values=tuple(
            Value("late_with_causes", unit, period, profile, row["n_late"]) for row in rows
        ),
    )


def scenarios(run: Run) -> dict[str, dict[str, str]]:
    """Return the reviewed scenarios by id: their kind, and texts in the book's language."""
    return {
        row["scenario"]: {
            "kind": row["kind"],
            "causes": row["causes"],
            "acts": row["acts"],
            **{part: row[f"{part}_{run.language}"] for part in ("name", "label", "at_unit")},
        }
        for row in run.reference_rows("scenarios.csv")
    }


def _saved_at_units(run: Run, scope: Scope) -> list[Row]:
    """Return what would have helped each named unit against its named cause, the most first."""
    cells = run.cell_tests.filter(pl.col("period") == scope.period, "flagged")
    answers = [
        {**cell, **row}
        for cell in of_unit(cells, scope.unit).sort("unit_id", "cause").iter_rows(named=True)
        if (row := best_against(run, cell)) and row["n_saved"]
    ]
    return sorted(answers, key=lambda row: -row["n_saved"])[:NAMED]


def _cell_claims(run: Run, rows: list[Row], listed: dict[str, dict[str, str]]) -> tuple[Claim, ...]:
    """Say what would have helped named units."""
    names = distinct(sorted({row["unit_id"] for row in rows}), run.unit_name)
    return tuple(
        claim(
            say(
                "forecasts.whatif_cell",
                unit=names[row["unit_id"]],
                cause=cause_label(row["cause"]),
                at_unit=listed[row["scenario"]]["at_unit"],
                **_numbers(row),
            ),
            level=row["evidence_level"],
        )
        for row in rows
    )


def best_against(run: Run, cell: Row) -> Row | None:
    """Return what saves most of a named unit's dossiers from the cause it is named for, if any."""
    return _best(run, cell["period"], cell["unit_id"], cell["cause"], scenarios(run))


def best_of_cause(run: Run, scope: Scope, cause: str) -> Row | None:
    """Return what would have saved most from a cause at all units of a scope, if any.

    More officers in every unit at once are no proposal.
    """
    listed = {name: texts for name, texts in scenarios(run).items() if texts["kind"] != "queue"}
    return _best(run, scope.period, scope.unit, cause, listed)


def _best(
    run: Run, period: str, unit: str, cause: str, listed: dict[str, dict[str, str]]
) -> Row | None:
    able = [name for name, texts in listed.items() if cause in texts["causes"].split()]
    rows = run.saved.filter(
        pl.col("period") == period,
        pl.col("unit_id") == unit,
        pl.col("scenario").is_in(able),
    ).sort("n_saved", "scenario", descending=[True, False])
    assumption = pl.col(_ASSUMPTION[run.language]).alias("assumption")
    best = rows.head(1).with_columns(assumption).select(*_OF_SCENARIO)
    return best.row(0, named=True) if best.height else None


def _claims(
    run: Run,
    scope: Scope,
    rows: list[Row],
    listed: dict[str, dict[str, str]],
    stated: set[str],
) -> tuple[Claim, ...]:
    """Say what would have helped all units of the scope; ``stated`` assumptions stay out."""
    who = run.unit_inline(scope.unit)
    period = numerals.period(scope.period)
    if not rows:
        return (claim(say("forecasts.whatif_none_late", unit=who, period=period), level=3),)
    helping = [row for row in rows if row["n_saved"]]
    claims = [
        claim(
            say(
                f"forecasts.whatif_saved{'_alike' if row['assumption'] in stated else ''}",
                **_words(row, listed),
            ),
            level=row["evidence_level"],
        )
        for row in helping[:3]
    ]
    if not helping:
        n = numerals.count(rows[0]["n_late"])
        claims.append(claim(say("forecasts.whatif_nothing", unit=who, period=period, n=n), level=3))
    not_run = sorted(set(listed) - {row["scenario"] for row in rows})
    reasons = {name: _NOT_RUN[listed[name]["kind"]] for name in not_run}
    for reason in sorted(set(reasons.values())):
        listing = "; ".join(listed[name]["label"] for name in not_run if reasons[name] == reason)
        claims.append(claim(say(reason, scenarios=listing), level=3))
    return tuple(claims)


def _words(row: Row, listed: dict[str, dict[str, str]]) -> dict[str, str]:
    label = listed[row["scenario"]]["label"]
    return {"scenario": label[:1].upper() + label[1:], **_numbers(row)}


def _numbers(row: Row) -> dict[str, str]:
    return {
        "n": numerals.count(row["n_saved"]),
        "total": numerals.count(row["n_late"]),
        "range": name_range(row),
        "assumption": row["assumption"],
    }


def name_range(saved: Row) -> str:
    """Say from which number to which the assumptions lead, or that they make no difference."""
    low, high = (numerals.count(round(saved[side])) for side in ("lower", "upper"))
    if low == high:
        return say("forecasts.same_range")
    return say("forecasts.range", low=low, high=high)


def _interval(row: Row) -> str:
    return f"{numerals.count(round(row['lower']))}–{numerals.count(round(row['upper']))}"


def _figure(scope: Scope, rows: list[Row], listed: dict[str, dict[str, str]]) -> Figure:
    drawn = [
        Range(
            name=listed[row["scenario"]]["name"],
            value=row["n_saved"],
            lower=row["lower"],
            upper=row["upper"],
            note=numerals.fraction(row["n_saved"], row["n_late"]),
        )
        for row in rows
    ]
    return picture(
        ranges(drawn, say("forecasts.whatif_axis"), say("forecasts.whatif_note")),
        say("forecasts.whatif_caption", period=numerals.period(scope.period)),
        (f"{row.name}: {row.note}" for row in drawn),
    )


def _table(scope: Scope, rows: list[Row], listed: dict[str, dict[str, str]]) -> Table:
    return table(
        say("forecasts.whatif_table", period=numerals.period(scope.period)),
        rows,
        [
            text("forecasts.scenario", lambda row: listed[row["scenario"]]["name"]),
            count("forecasts.saved", "n_saved"),
            count("forecasts.of_late", "n_late"),
            count("forecasts.touched", "n_touched"),
            figure("forecasts.whatif_range", _interval),
            text("forecasts.assumption", "assumption"),
        ],
    )
