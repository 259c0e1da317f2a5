"""The shares of causes are exact, whatever the excess: to the second and to the whole dossier.

Random times go through the models that share lateness out, beside the same in fractions and the
worked cases of the manual. Then whole random dossiers, with broken logs and pauses, go
through clock and causes: nothing may be lost or invented.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.explained_cases import Case, explain
from property.test_ledger_identities import dossiers_of, tables_of
from workbench.core.cause_list import known_causes
from workbench.warehouse import Warehouse

__all__ = ["explain"]
HERE = Path(__file__).resolve().parent
NAMED = [cause for cause in known_causes() if cause not in ("norms_too_long", "unexplained")]
WHOLE = 1_000_000_000
FAR = 400_000
DETAILS: dict[str, type[pl.DataType]] = {
    "n_in_progress": pl.Int64,
    "usual_in_progress": pl.Int64,
    "other_source": pl.String,
    "other_ended_on": pl.Date,
    "counted_source": pl.String,
    "counted_ended_on": pl.Date,
}

game = st.tuples(
    st.integers(0, FAR),
    st.dictionaries(st.sampled_from(NAMED), st.integers(1, FAR), max_size=12),
)


MANUAL = HERE.parents[1] / "docs" / "manual" / "statistics.md"


@pytest.fixture(scope="module")
def share_out(pipelines_dir, reference_dir):
    """Run the last models on given overruns and excesses: ``share_out(games) -> tables``."""

    def run(games, norms=()):
        dossiers = pl.DataFrame(
            [(n, f"D{n:03d}", overrun, True) for n, (overrun, _) in enumerate(games, start=1)],
            schema=["dossier_no", "dossier_id", "overrun_seconds", "is_late"],
            orient="row",
        )
        rows = [
            (n, cause, seconds, seconds, 0, "extreme", "B", *(None,) * len(DETAILS))
            for n, (_, excess) in enumerate(games, start=1)
            for cause, seconds in excess.items()
        ]
        schema = {
            "dossier_no": pl.Int64,
            "cause": pl.String,
            "excess_seconds": pl.Int64,
            "spent_seconds": pl.Int64,
            "usual_seconds": pl.Int64,
            "ground": pl.String,
            "grade": pl.String,
        } | DETAILS
        claims = pl.DataFrame(schema={"dossier_no": pl.Int64, "cause": pl.String})
        overlong = pl.DataFrame(
            [(n, norm, norm // 2, norm // 2) for n, norm in enumerate(norms, start=1) if norm > 1],
            schema=dict.fromkeys(
                ("dossier_no", "norm_seconds", "allowed_seconds", "over_seconds"), pl.Int64
            ),
            orient="row",
        )
        with Warehouse(pipelines_dir) as warehouse:
            warehouse.attach(reference_dir)
            given = {
                "cause_dossiers": dossiers,
                "cause_excess": pl.DataFrame(rows, schema, orient="row"),
                "typed_reasons": claims,
                "infeasible_norms": overlong,
            }
            for name, frame in given.items():
                warehouse.add_frame(name, frame)
            warehouse.set("profile", "wb_strict")
            for name in ("cause_list", "overrun_causes", "causes"):
                warehouse.add_frame(name, warehouse.query(f"explain/{name}"))
            return warehouse.frame("causes")

    return run


@settings(max_examples=5)
@given(
    games=st.lists(game, min_size=15, max_size=40),
    norms=st.lists(st.integers(0, FAR), max_size=40),
)
def test_parts_are_in_proportion_to_the_time_and_sum_to_the_whole(share_out, games, norms):
    found = share_out(games, norms[: len(games)])
    for n, (overrun, excess) in enumerate(games, start=1):
        mine = found.filter(dossier_id=f"D{n:03d}")
        needed = max(overrun, 1)
        taken = dict(mine.select("cause", "excess_seconds").rows())
        assert mine["late_seconds"].sum() == overrun
        assert sum(round(s * WHOLE) for s in mine["late_share"]) == WHOLE
        assert sum(taken.values()) == max(needed, sum(excess.values()))
        assert {c: taken[c] for c in excess} == excess
        assert dict(mine.select("cause", "but_for").rows()) == {
            cause: seconds >= needed for cause, seconds in taken.items()
        }
        for cause, seconds, share in mine.select("cause", "late_seconds", "late_share").rows():
            exact = Fraction(taken[cause], sum(taken.values()))
            assert abs(share * WHOLE - exact * WHOLE) < 1
            assert abs(seconds - exact * overrun) < 1


@settings(max_examples=8)
@given(
    games=st.lists(game, min_size=15, max_size=40),
    cause=st.sampled_from(NAMED),
    more=st.integers(1, FAR),
)
def test_more_time_takes_more_and_little_time_moves_little(share_out, games, cause, more):
    """A cause without time takes nothing; every part moves by at most the time over the overrun."""
    longer = [(n, taken | {cause: taken.get(cause, 0) + more}) for n, taken in games]
    both = share_out([*games, *longer])
    for n, (overrun, taken) in enumerate(games, start=1):
        before, after = (
            dict(both.filter(dossier_id=f"D{k:03d}").select("cause", "late_share").rows())
            for k in (n, n + len(games))
        )
        assert (cause in before) == (cause in taken)
        assert after[cause] >= before.get(cause, 0) - 2 / WHOLE
        for other in before.keys() | after.keys():
            moved = after.get(other, 0) - before.get(other, 0)
            assert abs(moved) <= more / max(overrun, 1) + 2 / WHOLE
            assert other == cause or moved <= 2 / WHOLE


def worked_cases():
    """Return the table of the manual: a case, hours late, and what each cause has of it."""
    text = MANUAL.read_text(encoding="utf-8").split("| late by | longer than usual |")[1]
    for line in text.split("\n\n")[0].splitlines()[2:]:
        late, *columns = [cell.strip() for cell in line.strip("| ").split("|")]
        yield (Fraction(late), *(dict(part.split(" ") for part in c.split(", ")) for c in columns))


def test_the_worked_cases_of_the_manual_come_out(share_out):
    cases = list(worked_cases())
    hours = [
        (int(late * 3600), {c: int(Fraction(h) * 3600) for c, h in taken.items() if c != "none"})
        for late, taken, *_ in cases
    ]
    found = share_out(hours)
    assert len(cases) >= 9
    for n, (_, _, alone, time, share) in enumerate(cases, start=1):
        mine = found.filter(dossier_id=f"D{n:03d}")
        named = mine.filter(pl.col("cause") != "unexplained")
        assert {c: "yes" if b else "no" for c, b in named.select("cause", "but_for").rows()} == (
            {} if "none" in alone else alone
        )
        assert dict(mine.select("cause", pl.col("late_seconds") / 3600).rows()) == pytest.approx(
            {cause: float(h) for cause, h in time.items()}
        )
        assert dict(mine.select("cause", "late_share").rows()) == pytest.approx(
            {cause: float(Fraction(part)) for cause, part in share.items()}, abs=1e-8
        )


def test_a_dossier_late_outside_office_hours_only_has_shares_and_no_seconds(share_out):
    found = share_out([(0, {"queue": 50})])
    assert found.select("cause", "late_seconds", "late_share").rows() == [("queue", 0, 1.0)]


WANTED = ("causes", "late_dossiers", "cause_cells", "cause_dossiers")


@settings(max_examples=3)
@given(drawn=st.lists(dossiers_of(4, 30), min_size=4, max_size=4))
def test_nothing_is_lost_on_whole_dossiers(explain, drawn):
    cases = {}
    for number, its_dossiers in enumerate(drawn):
        dossiers, steps, pauses = tables_of(its_dossiers)
        own = [[s for s in steps if s["dossier_id"] == d["dossier_id"]] for d in dossiers]
        cases[number] = Case(list(zip(dossiers, own, strict=True)), pauses)
    for tables in explain.explain_all(cases, WANTED).values():
        assert_nothing_lost(tables)


def assert_nothing_lost(tables):
    late = tables["late_dossiers"]
    known = tables["cause_dossiers"].filter(pl.col("is_late"))
    assert late["dossier_id"].to_list() == known["dossier_id"].sort().to_list()
    summed = (
        tables["causes"]
        .group_by("dossier_id")
        .agg(
            pl.col("late_seconds").sum(),
            (pl.col("late_share") * WHOLE).round().sum().alias("parts"),
        )
    )
    both = late.join(summed, on="dossier_id", how="left")
    assert both["late_seconds"].to_list() == both["overrun_seconds"].to_list()
    assert set(both["parts"]) <= {WHOLE}
    year = tables["cause_cells"].filter(pl.col("period").str.len_chars() == 4)
    by_cause = year.filter(pl.col("cause") != "*")
    assert round(by_cause["late_share"].sum(), 6) == late.height
    assert by_cause["n_dominant"].sum() == late.height
    assert year.filter(cause="*")["n_late"].sum() == late.height
    assert year.filter(cause="*")["n_dossiers"].sum() == tables["cause_dossiers"].height
