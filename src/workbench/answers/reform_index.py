"""The criteria of the reform index on a page: points, what is still to win, and at what price."""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, decimal, figure, table, text
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.messages import say
from workbench.official import cheapest_first


def criteria_answer(frame: pl.DataFrame, *, period: str, denominators: str) -> Answer:
    """Return evaluated criteria (``workbench.official.evaluate``) as an answer.

    Args:
        frame: One row per criterion.
        period: Label of the period.
        denominators: What the counts are of.
    """
    return Answer(
        title=say("official.criteria_title", period=numerals.period(period)),
        claims=tuple(_claims(frame)),
        frame=frame,
        denominators=denominators,
        listing=_table(frame) if frame.height else None,
    )


def _claims(frame: pl.DataFrame) -> list[Claim]:
    if frame.is_empty():
        return [claim(say("official.criteria_none"), 1)]
    scored = frame.filter(pl.col("points").is_not_null())
    others = frame.filter(pl.col("points").is_null())
    claims = [
        say(
            "official.criteria_sentence",
            points=_points(scored["points"].sum()),
            top=_points(scored["max_points"].sum()),
            n=scored.height,
            open=others.height,
            open_points=_points(others["max_points"].sum()),
        )
    ]
    by_hand = frame.filter("is_self_scored")
    if by_hand.height:
        points = _points(by_hand["points"].sum())
        claims.append(say("official.criteria_self", n=by_hand.height, points=points))
    for row in cheapest_first(frame).head(1).iter_rows(named=True):
        words = {"n": numerals.count(row["steps_to_win"]), "points": _points(row["points_to_win"])}
        claims.append(say("official.criteria_cheapest", name=row["name"], **words))
    return [claim(sentence, 1) for sentence in claims]


def _points(number: object) -> str:
    return numerals.decimal(float(str(number)), 2)


def _table(frame: pl.DataFrame) -> Table:
    return table(
        say("official.criteria_caption"),
        frame.iter_rows(named=True),
        [
            text("official.criteria_name", "name"),
            text("official.criteria_kind", _kind),
            figure("official.criteria_result", _result),
            figure("official.criteria_threshold", _threshold),
            figure("official.criteria_points", lambda row: _or_problem(row, "points")),
            decimal("official.index_top", "max_points", 2),
            figure("official.criteria_to_win", lambda row: _or_problem(row, "points_to_win")),
            figure("official.criteria_steps", _steps),
        ],
    )


def _kind(row: Row) -> Cell:
    kind = "self" if row["is_self_scored"] else row["kind"]
    kinds = ("rate", "count", "checklist", "manual", "self")
    return say(f"official.criteria_kind_{kind}") if kind in kinds else str(kind)


def _result(row: Row) -> Cell:
    if row["value"] is None:
        return Blank(row["problem"] or say("official.criteria_no_count"))
    if row["kind"] != "rate":
        return numerals.count(row["numerator"])
    over = numerals.fraction(row["numerator"], row["denominator"])
    interval = numerals.percent_range(row["lower"], row["upper"])
    return f"{numerals.percent(row['value'])} ({over}; {interval})"


def _threshold(row: Row) -> Cell:
    if row["threshold"] is None:
        return Blank(row["problem"] or say("official.criteria_no_count"))
    if row["kind"] == "rate":
        return numerals.percent(row["threshold"])
    is_whole = row["threshold"] == int(row["threshold"])
    return numerals.decimal(row["threshold"], 0 if is_whole else 2)


def _or_problem(row: Row, column: str) -> Cell:
    return Blank(row["problem"]) if row[column] is None else _points(row[column])


def _steps(row: Row) -> Cell:
    if row["steps_to_win"] is None:
        return Blank(row["problem"] or say("official.criteria_no_count"))
    return numerals.count(row["steps_to_win"])
